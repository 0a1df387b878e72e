"""Citations of offenses: text as a court writes it in, a frozen `Citation` out, and how two of them stand to each other.

`CA PC 459/460(a)` is one citation of two sections; `664/211` and `110/160.10` are attempts. What can't be read raises
`CitationError`, whose message says what was expected; whether that is a mistake (in a rulebook) or merely an offense that no
list surely names (in a case), the caller knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from detainerdesk.law.errors import LawError

MAX_LENGTH = 120
EXAMPLES = "`CA PC 245(a)(4)`, `NY PL 120.05`, `US 8 USC 1326`"

Stand = Literal["on", "narrower", "apart", "absent"]


class CitationError(LawError):
    """Text that is no citation of one offense."""


@dataclass(frozen=True)
class Section:
    """One section and what is named below it: 245(a)(4) is `245` and (`a`, `4`)."""

    number: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.number + "".join(f"({part})" for part in self.path)

    def under(self, other: Section) -> Stand:
        """How this section stands to that of a list: `on` (it is it, or lies under it), `narrower` (the list's lies under
        this one), `apart` (another part of the same section), `absent` (another section)."""
        if self.number != other.number:
            return "absent"
        shared = min(len(self.path), len(other.path))
        if self.path[:shared] != other.path[:shared]:
            return "apart"
        return "on" if len(self.path) >= len(other.path) else "narrower"


@dataclass(frozen=True)
class Citation:
    """An offense as cited. `state` and `code` are empty where the text does not say them; `inchoate` is the section that
    makes it an attempt (or a conspiracy, a solicitation) of what follows."""

    state: str
    code: str
    sections: tuple[Section, ...]
    inchoate: Section | None = None

    def __str__(self) -> str:
        parts = [str(section) for section in (self.inchoate, *self.sections) if section]
        return " ".join(word for word in (self.state, self.code, "/".join(parts)) if word)

    @property
    def only_inchoate(self) -> bool:
        """It cites the law of attempts and does not say what was attempted."""
        return self.inchoate is not None and not self.sections


@lru_cache(maxsize=4096)
def read_citation(text: str) -> Citation:
    """Read a citation. Raises CitationError."""
    written = re.sub(r"^former ", "", " ".join(text.replace("§", " ").split()), flags=re.IGNORECASE)
    if not written:
        raise CitationError("an empty citation")
    if len(written) > MAX_LENGTH:
        raise CitationError(f"a citation of {len(written)} characters; at most {MAX_LENGTH}")
    if re.search(r"\b(?:and|or|AND)\b|[+;,]|&\s*\d", written):
        raise CitationError(f"“{written}” is more than one citation")
    found = _WHOLE.match(written)
    if not found:
        raise CitationError(f"“{written}” is no citation of an offense; write it like {EXAMPLES}")
    state, code = _place(found["before"] or "", found["after"] or "", written)
    if code == "INA":
        return _as_coded(_sections("US", "8 USC", found["sections"], written), written)
    return _sections(state, code, found["sections"], written)


def read_state(text: str) -> str:
    """A state as a record writes it (`CA`, `California`, `Calif.`): its two letters, or the text itself in capitals."""
    word = re.sub(r"[.\s]+", " ", text).strip().upper()
    joined = word.replace(" ", "")
    return STATE_NAMES.get(word) or STATE_NAMES.get(joined, joined)


def same_code(one: str, other: str, state: str) -> bool | None:
    """Whether two names of codes of one state's law mean one code; None where they differ and one of them is no name that is known
    here, so that it may be another spelling."""
    if one == other:
        return True
    known = CODES.get(state, frozenset())
    return False if all(code in known or code.rpartition(" ")[2] in NUMBERED for code in (one, other)) else None


_NUMBER = r"\d+[A-Za-z]{0,2}(?:[.:\-]\d+[A-Za-z]{0,2}|-[A-Za-z](?![A-Za-z]))*"
_SECTION = rf"{_NUMBER}(?:\s?\(\s?[A-Za-z0-9]+\s?\))*"
_WHOLE = re.compile(
    rf"^(?:(?P<before>[A-Za-z&.\s\-]*?(?:\d+\s+[A-Za-z][A-Za-z.\s]*?)?)[\s:]*)?(?P<sections>{_SECTION}(?:\s?/\s?{_SECTION})*)"
    r"(?:\s+(?P<after>[A-Za-z][A-Za-z&.\s]*))?$"
)
_ONE = re.compile(rf"^(?P<number>{_NUMBER})(?P<path>(?:\(\w+\))*)$")

STATES = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "DC",
        "PR",
        "GU",
        "VI",
        "AS",
        "MP",
        "US",
    ]
)
STATE_NAMES = {
    "ALABAMA": "AL",
    "ALASKA": "AK",
    "ARIZONA": "AZ",
    "ARIZ": "AZ",
    "ARKANSAS": "AR",
    "CALIFORNIA": "CA",
    "CAL": "CA",
    "CALIF": "CA",
    "COLORADO": "CO",
    "CONNECTICUT": "CT",
    "DELAWARE": "DE",
    "FLORIDA": "FL",
    "FLA": "FL",
    "GEORGIA": "GA",
    "HAWAII": "HI",
    "IDAHO": "ID",
    "ILLINOIS": "IL",
    "ILL": "IL",
    "INDIANA": "IN",
    "IOWA": "IA",
    "KANSAS": "KS",
    "KENTUCKY": "KY",
    "LOUISIANA": "LA",
    "MAINE": "ME",
    "MARYLAND": "MD",
    "MASSACHUSETTS": "MA",
    "MASS": "MA",
    "MICHIGAN": "MI",
    "MINNESOTA": "MN",
    "MISSISSIPPI": "MS",
    "MISSOURI": "MO",
    "MONTANA": "MT",
    "NEBRASKA": "NE",
    "NEVADA": "NV",
    "NEV": "NV",
    "NEW HAMPSHIRE": "NH",
    "NEW JERSEY": "NJ",
    "NEW MEXICO": "NM",
    "NEW YORK": "NY",
    "N Y": "NY",
    "N J": "NJ",
    "NORTH CAROLINA": "NC",
    "NORTH DAKOTA": "ND",
    "OHIO": "OH",
    "OKLAHOMA": "OK",
    "OREGON": "OR",
    "PENNSYLVANIA": "PA",
    "RHODE ISLAND": "RI",
    "SOUTH CAROLINA": "SC",
    "SOUTH DAKOTA": "SD",
    "TENNESSEE": "TN",
    "TEXAS": "TX",
    "TEX": "TX",
    "UTAH": "UT",
    "VERMONT": "VT",
    "VIRGINIA": "VA",
    "WASHINGTON": "WA",
    "WEST VIRGINIA": "WV",
    "WISCONSIN": "WI",
    "WYOMING": "WY",
    "DISTRICT OF COLUMBIA": "DC",
    "PUERTO RICO": "PR",
    "FEDERAL": "US",
    "UNITED STATES": "US",
    "U S": "US",
    "USA": "US",
    "UNITED STATES OF AMERICA": "US",
    "ALA": "AL",
    "COLO": "CO",
    "CONN": "CT",
    "DEL": "DE",
    "IND": "IN",
    "KAN": "KS",
    "MICH": "MI",
    "MINN": "MN",
    "MISS": "MS",
    "MONT": "MT",
    "NEB": "NE",
    "OKLA": "OK",
    "ORE": "OR",
    "TENN": "TN",
    "WASH": "WA",
    "WIS": "WI",
    "WYO": "WY",
}
CODE_NAMES = {
    "PEN CODE": "PC",
    "PENAL CODE": "PC",
    "P C": "PC",
    "PENAL LAW": "PL",
    "P L": "PL",
    "HEALTH & SAF CODE": "HSC",
    "H&S": "HSC",
    "HS": "HSC",
    "H S": "HSC",
    "H & S": "HSC",
    "VEH CODE": "VC",
    "VEHICLE CODE": "VC",
    "V C": "VC",
    "WELF & INST CODE": "WIC",
    "W&I": "WIC",
    "BUS & PROF CODE": "BPC",
    "B&P": "BPC",
    "BP": "BPC",
    "GOV CODE": "GOV",
    "V T L": "VTL",
    "M G L": "MGL",
    "GL": "MGL",
    "G L": "MGL",
    "N R S": "NRS",
    "PNL": "PL",
    "HEALTH & SAFETY CODE": "HSC",
    "HEALTH & SAF": "HSC",
    "HEALTH & SAFETY": "HSC",
    "VEH": "VC",
    "VEHICLE": "VC",
    "WELFARE & INSTITUTIONS CODE": "WIC",
    "WELF & INST": "WIC",
    "BUSINESS & PROFESSIONS CODE": "BPC",
    "BUS & PROF": "BPC",
    "GOVT CODE": "GOV",
    "GOVERNMENT CODE": "GOV",
    "GC": "GOV",
    "VEH & TRAF": "VTL",
    "VEH & TRAF LAW": "VTL",
    "VEHICLE & TRAFFIC LAW": "VTL",
    "REV CODE": "RC",
    "REVISED CODE": "RC",
    "ORC": "RC",
}
PENAL = ("PEN", "PENAL")
"""Short for the code that a state's courts call so: the state says which."""
CODES = {
    "CA": frozenset({"PC", "HSC", "VC", "WIC", "BPC", "GOV", "FAM", "EDC", "CORP", "FIN", "INS", "LAB", "RTC"}),
    "NY": frozenset({"PL", "VTL", "CPL"}),
    "NV": frozenset({"NRS"}),
    "MA": frozenset({"MGL"}),
    "OH": frozenset({"RC"}),
}
"""The names by which codes go here, so that two of them are surely two codes; any other name may be a spelling of one of them."""
NUMBERED = ("USC", "ILCS")
"""Codes whose titles and chapters are codes of their own: 8 USC, 720 ILCS."""
STATE_OF_CODE = {
    "PL": "NY",
    "VTL": "NY",
    "HSC": "CA",
    "WIC": "CA",
    "NRS": "NV",
    "ILCS": "IL",
    "MGL": "MA",
    "USC": "US",
    "INA": "US",
    "ORC": "OH",
}
"""Codes whose name alone says whose law it is. `PC` does not: several states have a penal code."""
MAIN_CODE = {"CA": "PC", "NY": "PL"}
"""The code that a bare section number means in that state's courts."""
IMMIGRATION_ACT = {
    "243": "1253",
    "274": "1324",
    "274a": "1324a",
    "275": "1325",
    "276": "1326",
    "277": "1327",
    "278": "1328",
}
"""The crimes of the Immigration and Nationality Act, and the sections of 8 USC as which they stand in the code."""
SLASH_IN_NUMBER = ("ILCS", "MGL")
"""Codes that write act and section, or chapter and section, with a slash: 720 ILCS 5/12-3, MGL 265/13A."""
NEVER_IN_A_NUMBER = {("CA", "PC"): "-", ("CA", "HSC"): "-", ("CA", "VC"): "-", ("NY", "PL"): "-", ("NY", "VTL"): "-."}
"""Marks that no section number of a code has before a digit: what is written so (`PL 120.05-2`, `VTL 1192.2`) is some part of a section."""
INCHOATE = {("CA", "PC"): ("664", "182", "653f"), ("NY", "PL"): ("110", "110.00", "105", "100", "115")}
"""Sections on attempts and the like that are written before the crime that was meant."""


def _place(before: str, after: str, written: str) -> tuple[str, str]:
    """The state and the code, from the words before (or after) the section numbers."""
    if before.strip() and after.strip():
        raise CitationError(f"“{written}” has words on both sides of the section; write it like {EXAMPLES}")
    words = re.sub(r"\s*-\s*", " ", before or after).replace(".", " ").split()
    words = [word for word in _joined([word.upper() for word in words]) if word not in ("ANN", "ANNOTATED")]
    state = ""
    for length in (3, 2, 1):
        name = " ".join(words[:length])
        if len(words) >= length and (name in STATES or name in STATE_NAMES):
            if length == 1 and len(words) == 1 and name not in STATE_NAMES and name in CODE_NAMES:
                continue
            state, words = STATE_NAMES.get(name, name), words[length:]
            break
    name = " ".join(words)
    code = CODE_NAMES.get(name, name)
    if code in PENAL:
        code = MAIN_CODE.get(state, code)
    title = re.match(r"^(\d+) (USC|ILCS)A?$", code.replace("U S C", "USC"))
    if title:
        code, implied = f"{title[1]} {title[2]}", STATE_OF_CODE[title[2]]
    else:
        implied = STATE_OF_CODE.get(name) or STATE_OF_CODE.get(code, "")
        if code in ("USC", "ILCS"):
            raise CitationError(f"“{written}” names no title; write it like `8 USC 1326`")
    if len(code.split()) > 2 or (code and not re.match(r"^(?:\d+ )?[A-Z][A-Z&]*(?: [A-Z&]+)?$", code)):
        raise CitationError(f"“{written}”: “{code}” is no code of laws; write it like {EXAMPLES}")
    if state and implied and state != implied:
        raise CitationError(f"“{written}”: {code} is law of {implied}, not of {state}")
    return state or implied, code


def _joined(words: list[str]) -> list[str]:
    """Initials that dots took apart, together again: U S C -> USC, N Y -> NY, P C -> PC."""
    joined: list[str] = []
    initials = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            initials += word
            continue
        if initials:
            if len(initials) > 2 and initials[:2] in STATES and initials not in STATE_OF_CODE:
                joined += [initials[:2], initials[2:]]
            else:
                joined.append(initials)
            initials = ""
        if word:
            joined.append(word)
    return joined


def _as_coded(citation: Citation, written: str) -> Citation:
    """A citation of the Immigration and Nationality Act, by the sections of 8 USC."""
    if any(section.number not in IMMIGRATION_ACT for section in citation.sections):
        raise CitationError(f"“{written}”: write the section of 8 USC, like {EXAMPLES}")
    sections = (replace(section, number=IMMIGRATION_ACT[section.number]) for section in citation.sections)
    return replace(citation, sections=tuple(sections))


def _sections(state: str, code: str, text: str, written: str) -> Citation:
    text = re.sub(r"\s+", "", text).lower()
    if code.rsplit(" ", maxsplit=1)[-1] in SLASH_IN_NUMBER:
        head, _, tail = text.rpartition("/")
        section = _section(tail, written)
        return Citation(state, code, (replace(section, number=f"{head}/{section.number}" if head else section.number),))
    for prefix, home in (("664", ("CA", "PC")), ("110", ("NY", "PL")), ("110.00", ("NY", "PL"))):
        if text.startswith(prefix + "-") and (state or home[0], code or home[1]) == home:
            text = prefix + "/" + text.removeprefix(prefix + "-")
    sections = [_section(part, written) for part in text.split("/")]
    never = NEVER_IN_A_NUMBER.get((state, code))
    if never and any(re.search(rf"[{re.escape(never)}]\d", section.number) for section in sections):
        raise CitationError(f"“{written}”: write what is named below a section in brackets, like 245(a)(4)")
    if len(sections) > 4:
        raise CitationError(f"“{written}” has {len(sections)} sections; an offense has at most 4")
    for home, numbers in INCHOATE.items():
        first = sections[0].number
        fits = (state or home[0], code or home[1]) == home
        named = first in numbers or (home[0] == "NY" and first.split(".")[0] in ("100", "105", "115"))
        # New York's articles 100 to 115 say only how a crime was meant, never which: alone they stand like 110.
        alone = first in ("664", "110", "110.00") or (home[0] == "NY" and code == "PL")
        if fits and named and (len(sections) > 1 or alone):
            first_section = replace(sections[0], number=first.removesuffix(".00"))
            # 664 and 110 alone say whose law it is; 182 and 105 do not.
            sure = first in ("664", "110", "110.00") and len(sections) > 1
            return Citation(
                state or (home[0] if sure else ""),
                code or (home[1] if sure else ""),
                tuple(sections[1:]),
                first_section,
            )
    return Citation(state, code, tuple(sections))


def _section(text: str, written: str) -> Section:
    found = _ONE.match(text)
    if not found:
        raise CitationError(f"“{written}”: “{text}” is no section; write it like 245(a)(4)")
    path = tuple(part.lstrip("0") or "0" for part in re.findall(r"\((\w+)\)", found["path"]))
    return Section(found["number"], path)
