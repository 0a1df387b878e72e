"""What a warrant is, as separate facts: whose it is, who signed it, whether a court issued it, what it commands. Comes in: a paper as
it was read, with its print where that is at hand. Goes out: a `Warrant`; and the dated lists of the officers who may issue one. Form
mark and caption decide together; where they speak for different sides the class is `unknown`. No single word decides."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from detainerdesk.intake.reading.fields import PERSON, Field, Paper
from detainerdesk.intake.reading.lines import fold

WarrantClass = Literal["administrative", "judicial", "immigration_court", "none", "unknown"]
SignedBy = Literal["judge", "magistrate", "clerk", "immigration_officer", "unknown"]
WarrantKind = Literal["arrest", "removal", "search", "commitment"]
CourtKind = Literal["federal", "state", "immigration_court"]
WhatItIs = Literal["ao94", "immigration_court_order", "message", "department_notice"]

WHAT_IT_IS = "what_it_is"  # the field by which the reader hands on what an `unknown` paper is, when its print is gone
COURT_KIND = "court_kind"


@dataclass(frozen=True)
class Warrant:
    """`warrant_class` is `none` for a paper that is no warrant. `sure`: nothing about the class needs a person. `issued_by_court` is
    None where it is not known, and for an immigration court: whether that counts is for the rulebook to say."""

    warrant_class: WarrantClass
    signed_by: SignedBy = "unknown"
    issued_by_court: bool | None = None
    warrant_kind: WarrantKind | None = None
    court_kind: CourtKind | None = None
    sure: bool = False
    conflict: str | None = None


_NO_WARRANT = Warrant("none", issued_by_court=False)
_ADMINISTRATIVE = Warrant("administrative", issued_by_court=False)
_FEDERAL = Warrant("judicial", issued_by_court=True, court_kind="federal")
_OF_FORM: Mapping[str, Warrant] = {
    **dict.fromkeys(
        ("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old", "i203", "cover_sheet", "phone", "email", "oral"),
        _NO_WARRANT,
    ),
    "i200": replace(_ADMINISTRATIVE, warrant_kind="arrest"),
    "i205": replace(_ADMINISTRATIVE, warrant_kind="removal"),
    "ao442": replace(_FEDERAL, warrant_kind="arrest"),
    "ao93": replace(_FEDERAL, warrant_kind="search"),
    "state_warrant": Warrant("judicial", issued_by_court=True, court_kind="state", warrant_kind="arrest"),
}
_OF_OTHERS: Mapping[str, Warrant] = {
    "ao94": replace(_FEDERAL, warrant_kind="commitment", sure=True),
    "immigration_court_order": Warrant("immigration_court", court_kind="immigration_court", sure=True),
    "message": replace(_NO_WARRANT, sure=True),
    "department_notice": replace(_NO_WARRANT, sure=True),
}
IN_WORDS: Mapping[str, str] = {
    "ao94": "a federal court's order that commits a defendant to another district (AO 94)",
    "immigration_court_order": "an order of an immigration court, which is part of the Department of Justice",
    "message": "the print-out of a message (NCIC). It tells of a paper and is none: ask for the paper",
    "department_notice": "a notice of the Department of Homeland Security, and no warrant",
}


def warrant_of(paper: Paper, print_of_it: str | None = None) -> Warrant:
    """The facts about one paper. Its print, where it is at hand, can only make them less sure, or say what an `unknown` paper is."""
    if paper.kind == "unknown":
        return _of_unknown(paper, print_of_it)
    warrant = _OF_FORM.get(paper.kind, Warrant("unknown"))
    if warrant.warrant_class in ("none", "unknown"):
        return replace(warrant, sure=_read_surely(paper))
    if print_of_it is not None:
        rows = evidence(print_of_it)
        if _speaks_for_another_side(warrant, rows):
            return Warrant("unknown", conflict=_TWO_SIDES)
        if paper.kind == "state_warrant":
            search = "search warrant" in " ".join(print_of_it.casefold().split())
            sure = "caption" in rows["court"] and len(rows["court"]) >= 3
            return _with_signer(replace(warrant, warrant_kind="search" if search else "arrest", sure=sure), paper)
    return _with_signer(replace(warrant, sure=_read_surely(paper)), paper)


def marked(paper: Paper, print_of_it: str) -> Paper:
    """The paper with what its print alone says, for those who get no print: what an unknown paper is, and of which court it or a state's
    warrant is. Neither stands in one place of the page, so they have no box; `accepted`: mark and caption settle it."""
    if paper.kind not in ("unknown", "state_warrant"):
        return paper
    warrant = warrant_of(paper, print_of_it)
    found = {COURT_KIND: warrant.court_kind, WHAT_IT_IS: what_it_is(print_of_it) if paper.kind == "unknown" else None}
    page = paper.pages[0] if paper.pages else None
    more = {
        name: Field(value=value, state="shown", accepted=warrant.sure, page=page, box=None, reader="text layer")
        for name, value in found.items()
        if value is not None
    }
    return replace(paper, fields={**paper.fields, **more}) if more else paper


def _of_unknown(paper: Paper, print_of_it: str | None) -> Warrant:
    if print_of_it is None:
        kept = paper.fields.get(WHAT_IT_IS)
        what: str | None = str(kept.value) if kept is not None else None
    else:
        what = what_it_is(print_of_it)
        if what is None and len([side for side in evidence(print_of_it).values() if side & _STRONG]) > 1:
            return Warrant("unknown", conflict=_TWO_SIDES)
    if what is None or what not in _OF_OTHERS:
        return Warrant("unknown")
    return _with_signer(_OF_OTHERS[what], paper)


def _read_surely(paper: Paper) -> bool:
    """Of a paper whose form is only probable the reader accepts no field; what a person confirmed on it does not make it the form. A
    paper without fixed places is as sure as its court."""
    if COURT_KIND in paper.fields:
        return paper.fields[COURT_KIND].accepted
    return any(field.accepted and field.reader != PERSON for field in paper.fields.values())


# --- who signed -------------------------------------------------------------------------------------------------------


def signer_of(printed: str) -> SignedBy:
    """Who signs, by the printed name and title. A clerk-magistrate is a clerk. An immigration judge is no judge of a court; whether
    such an order counts is not for the reader, so: `unknown`."""
    name, comma, title = printed.partition(",")
    before, after = (re.findall(r"[a-z]+", part.casefold()) for part in (name, title))
    if {"immigration", "judge"} <= {*before, *after}:
        return "unknown"
    if comma and (signer := _by_title(after)) != "unknown":
        return signer
    return _by_title(before) if _is_title(before) else _officer(before)


def _by_title(words: list[str]) -> SignedBy:
    said = set(words)
    if _officer(words) != "unknown":
        return "immigration_officer"
    if "clerk" in said:
        return "clerk"
    if "magistrate" in said:
        return "magistrate"
    return "judge" if said & {"judge", "justice"} and "department" not in said else "unknown"


def _officer(words: list[str]) -> SignedBy:
    said = set(words)
    return "immigration_officer" if said & _OFFICERS or {"field", "office"} <= said else "unknown"


_OFFICERS = frozenset(
    {
        "immigration",
        "deportation",
        "removal",
        "patrol",
        "customs",
        "sddo",
        "fod",
        "dfod",
        "afod",
        "ero",
        "hsi",
        "ice",
        "cbp",
    }
)


def _is_title(words: list[str]) -> bool:
    """Where a name stands too it may be Judge or Clerk: a title is first, or is two words long."""
    pairs = set(pairwise(words))
    titles = {("magistrate", "judge"), ("district", "judge"), ("chief", "judge"), ("deputy", "clerk"), ("clerk", "of")}
    titles |= {("clerk", "magistrate"), ("assistant", "clerk"), ("associate", "justice"), ("presiding", "justice")}
    return bool(pairs & titles) or words[:1] in (["judge"], ["justice"], ["clerk"], ["magistrate"])


def _with_signer(warrant: Warrant, paper: Paper) -> Warrant:
    """Adds the signer. A signer of the other side contradicts mark and caption: a person must look."""
    if warrant.warrant_class not in ("administrative", "judicial"):
        return warrant
    printed = next(
        (text for name in ("officer_title", "officer_name", "judge_name") if (text := _sure(paper, name))), ""
    )
    signer = signer_of(printed)
    if signer == "unknown" and _sure(paper, "judge_name"):
        signer = "judge"  # the print before the name says so
    immigration_judge = {"immigration", "judge"} <= set(re.findall(r"[a-z]+", printed.casefold()))
    others = ("judge", "magistrate", "clerk") if warrant.warrant_class == "administrative" else ("immigration_officer",)
    if signer in others or immigration_judge:
        return Warrant("unknown", conflict=_OTHER_SIGNER)
    signature = paper.fields.get("officer_sig")
    if signature is not None and signature.state == "empty" and signature.accepted:
        return replace(warrant, signed_by="unknown")
    # Of the department's forms the print under the line says who signs; a title alone may be one that no list here knows.
    return replace(warrant, signed_by="immigration_officer" if warrant.warrant_class == "administrative" else signer)


def _sure(paper: Paper, name: str) -> str | None:
    field = paper.fields.get(name)
    if field is None or field.state != "shown" or not field.accepted or not isinstance(field.value, str):
        return None
    return field.value


# --- who may sign -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Officer:
    """One title of one list of the regulation, for the time in which the list stands. `status` says how far it was checked."""

    list: str  # detainer, i200, i205
    begins: datetime.date
    ends: datetime.date
    title: str
    short: str
    cite: str
    status: str

    def in_force(self, on: datetime.date) -> bool:
        return self.begins <= on <= self.ends

    def is_printed_in(self, text: str) -> bool:
        """The title's words in their order, or its short form behind the name; `Assistant` before it makes it another title."""
        words, title = _title_words(text), _title_words(self.title)
        starts = (at for at in range(len(words) - len(title) + 1) if words[at : at + len(title)] == title)
        if any(
            at == 0 or words[at - 1] not in ("assistant", "deputy", "associate", "former", "trainee") for at in starts
        ):
            return True
        name, _, tail = text.rpartition(",")
        letters = re.findall(r"[A-Z]+", tail)
        return self.short in letters and (bool(name) or letters == [self.short])


@cache
def officers() -> tuple[Officer, ...]:
    """All titles of all lists, from templates/officers.csv."""
    file = resources.files("detainerdesk.intake.reading") / "templates" / "officers.csv"
    return tuple(
        Officer(
            list=row["list"],
            begins=datetime.date.fromisoformat(row["from"]),
            ends=datetime.date.fromisoformat(row["to"]) if row["to"] else datetime.date.max,
            title=row["title"],
            short=row["short"],
            cite=row["cite"],
            status=row["status"],
        )
        for row in csv.DictReader(file.read_text("utf-8").splitlines())
    )


def _title_words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.casefold().replace("&", " and "))


# --- the evidence on the print ----------------------------------------------------------------------------------------

Rows = Mapping[str, frozenset[str]]
_STRONG = frozenset({"mark", "caption"})
_TWO_SIDES = "Marks of a court and of a department stand on one paper. A person must say what it is."
_OTHER_SIGNER = "The form is of one side and the signer's title of the other. A person must say what it is."


def evidence(print_of_it: str) -> Rows:
    """For each side (`department`, `court`, `immigration_court`) the rows of the evidence table that stand on the page. Caption and
    mark are lines of their own, never words in a sentence, in a box or in a value."""
    lines = [" ".join(line.split()) for line in print_of_it.splitlines() if line.strip()]
    folded = [fold(line) for line in lines]
    whole = "".join(folded)
    found: dict[str, set[str]] = {"department": set(), "court": set(), "immigration_court": set()}
    for side, row, is_there in _LINES:
        if any(is_there(line, letters) for line, letters in zip(lines, folded, strict=True)):
            found[side].add(row)
    for side, row, phrases in _PHRASES:
        if any(phrase in whole for phrase in phrases):
            found[side].add(row)
    return {side: frozenset(rows) for side, rows in found.items()}


def what_it_is(print_of_it: str) -> WhatItIs | None:
    """What a paper that is none of the forms is; None where mark and caption do not settle it, or other sides speak too."""
    lines = [" ".join(line.split()) for line in print_of_it.splitlines() if line.strip()]
    codes = {code.upper() for line in lines for code in _MESSAGE_CODE.findall(line)}
    rows = evidence(print_of_it)
    strong = {side for side, seen in rows.items() if seen & _STRONG}
    if len(codes) >= 4 and not strong & {"court", "immigration_court"}:
        return "message"
    if strong == {"court"} and "caption" in rows["court"] and any(_AO_94.match(line) for line in lines):
        return "ao94"
    if strong == {"immigration_court"} and len(rows["immigration_court"]) >= 2:
        return "immigration_court_order"
    if strong == {"department"} and "caption" in rows["department"] and any(_NOTICE.match(line) for line in lines):
        return "department_notice"
    return None


def _speaks_for_another_side(warrant: Warrant, rows: Rows) -> bool:
    if rows["immigration_court"] & _STRONG:
        return True
    if warrant.warrant_class == "administrative":
        # The name of a state's court may stand alone in a value (the place of service): it needs a second row of a court.
        court = rows["court"]
        return "mark" in court or "federal" in court or ("caption" in court and bool(court & {"number", "parties"}))
    return bool(rows["department"] & _STRONG)


def _line(words: str, more: int = 14) -> Callable[[str, str], bool]:
    """A line that is these words, with a few letters of a seal, of `(DHS)` or of a scanner's making beside them."""
    wanted = fold(words)
    return lambda line, letters: wanted in letters and len(letters) <= len(wanted) + more


def _match(pattern: str, longest: int = 70) -> Callable[[str, str], bool]:
    compiled = re.compile(pattern, re.I)
    return lambda line, letters: len(line) <= longest and compiled.search(line) is not None


_ONE, _O = "[I1l|]", "[O0]"
_AO_94 = re.compile(rf"A{_O}\s?94\b", re.I)
_NOTICE = re.compile(rf"(?:(?:DHS|ICE)\s)?Form\s{_ONE}\s?-?\s?(?:862|871|286|213|138|294|296)\b", re.I)
_MESSAGE_CODE = re.compile(r"\b(MKE|ORI|NAM|DOB|SEX|RAC|HGT|WGT|FBI|OCA|NIC|OLN|SOC|CIT|DOW|MIS|OFF|VLD|DTE)/", re.I)
_STATE_COURT = (
    r"^(?:the\s)?(?:in\s(?:and\sfor\s)?the\s)?(?:\S+\s){0,3}(?:trial|superior|municipal|district|circuit|county|criminal|juvenile|"
    r"justice|supreme)\scourt(?:\sdepartment)?(?:,?\s(?:of|for|department|division|county)\b.*)?$"
)
_LINES: tuple[tuple[str, str, Callable[[str, str], bool]], ...] = (
    ("department", "caption", _line("DEPARTMENT OF HOMELAND SECURITY")),
    ("department", "caption", _line("U.S. Immigration and Customs Enforcement")),
    ("department", "mark", _match(rf"^(?:(?:DHS|ICE)\s)?Form\s{_ONE}\s?-?\s?\d{{3}}[A-Z]?\b")),
    ("department", "number", _match(r"\bFile\sNo\.?\s?:?")),
    ("court", "caption", _line("UNITED STATES DISTRICT COURT", 40)),
    ("court", "federal", _line("UNITED STATES DISTRICT COURT", 40)),
    ("court", "caption", lambda line, letters: _is_state_court(line)),
    ("court", "mark", _match(rf"^A{_O}\s?(?:442|93|94|91)\b")),
    (
        "court",
        "parties",
        _match(r"^(?:UNITED STATES OF AMERICA|COMMONWEALTH|THE PEOPLE|PEOPLE OF|STATE OF)\b.*(?:\bv\.|$)", 60),
    ),
    ("court", "number", _match(r"\b(?:docket|case)\s?(?:no|number|#)", 60)),
    ("court", "number", _match(r"\b\d{2}\s?-\s?(?:cr|mj|m|cv)\s?-\s?\d{2,6}", 60)),
    ("immigration_court", "caption", _line("EXECUTIVE OFFICE FOR IMMIGRATION REVIEW")),
    ("immigration_court", "caption", _line("UNITED STATES IMMIGRATION COURT", 30)),
    ("immigration_court", "caption", _line("IMMIGRATION COURT", 22)),
    ("immigration_court", "mark", _match(rf"^(?:Form\s)?E{_O}IR\s?-\s?\d+")),
    ("immigration_court", "signer", _match(r"^\(?(?:U\.?S\.?\s)?Immigration\sJudge\)?$")),
    (
        "immigration_court",
        "parties",
        _match(r"^(?:in\sthe\smatter\sof|in\s(?:removal|bond)\sproceedings|respondents?)\b", 40),
    ),
)
_PHRASES: tuple[tuple[str, str, tuple[str, ...]], ...] = tuple(
    (side, row, tuple(fold(phrase) for phrase in phrases))
    for side, row, phrases in (
        ("department", "addressed", ("any immigration officer",)),
        ("department", "law", ("Immigration and Nationality Act",)),
        ("department", "signer", ("Signature of Authorized Immigration Officer", "Signature of immigration officer")),
        (
            "court",
            "addressed",
            (
                "any authorized law enforcement officer",
                "any officer authorized to serve criminal process",
                "any peace officer",
            ),
        ),
        ("court", "signer", ("Judge's signature", "Issuing officer's signature")),
        ("immigration_court", "ground", ("order of the immigration judge", "the respondent is ordered removed")),
    )
)


def _is_state_court(line: str) -> bool:
    return len(line) <= 80 and "united states" not in line.casefold() and re.match(_STATE_COURT, line, re.I) is not None
