"""Which request does a paper belong to? In: the reading of one file, and the identities of the requests that the agency has; out: for
each detainer form whether it opens a request, joins one, or waits for a person, and what goes with it. Two forms are one request if the
issue date agrees and a subject ID, a file number, or an event number with the name, all read surely. A likeness that is less sure is shown to
a person."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from typing import Generic, Literal, TypeVar

from detainerdesk.intake.reading.fields import LISTED, PERSON, Paper, Reading

DETAINERS = ("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old")
SPOKEN = ("phone", "email", "oral")  # asked without a form, and typed in by a person
OPENS = (*DETAINERS, *SPOKEN)  # what can be a request of its own
WARRANTS = ("i200", "i205", "ao442", "ao93", "state_warrant")
COVER_SHEET = "cover_sheet"
UNKNOWN = "unknown"

NEAR = "near match"
"""Why a form waits that may be a copy of another one."""

UNSURE_CANCELLATION = "unsure cancellation"
"""Why a form waits of which it was not read surely whether it cancels."""

NOT_TAKEN = "row not taken"
"""Why a row of a list waits that is no request."""

NO_OWNER = "no owner"
"""Why a paper waits of a file with several forms, of which that can't be told to which it belongs."""

WORDS = {
    "i247a": "I-247A",
    "i247d": "I-247D",
    "i247n": "I-247N",
    "i247x": "I-247X",
    "i247g": "I-247G",
    "i247_old": "I-247 (old edition)",
    "i200": "I-200",
    "i205": "I-205",
    "i203": "I-203",
    "ao442": "AO 442",
    "ao93": "AO 93",
    "state_warrant": "state warrant",
    "phone": "request by telephone",
    "email": "request in a message without a form",
    "oral": "request by word of mouth",
}

Item = TypeVar("Item")
Verdict = Literal["same", "different", "cannot tell"]
Kind = Literal["detainer", "cancellation"]

NUMBERS = ("subject_id", "event_no", "file_no")
OF_A_PERSON = frozenset({"subject_id", "file_no"})  # an event may have several people in it
FIELD_OF = {
    "subject_id": "subject_id",
    "event_no": "event_no",
    "file_no": "file_no",
    "issued_on": "form_date",
    "subject_name": "subject_name",
    "dob": "dob",
}
LONGEST = dict.fromkeys(FIELD_OF, 40) | {"subject_name": 160}  # as much as a row keeps
DATE_FORMS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%m/%d/%y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
)
YEARS = range(1900, 2101)


@dataclass(frozen=True)
class Identity:
    """What tells one request from another, in normal forms; `accepted` names what nobody needs to look at."""

    kind: Kind
    form: str
    subject_id: str = ""
    event_no: str = ""
    file_no: str = ""
    issued_on: str = ""
    subject_name: str = ""
    dob: str = ""
    accepted: frozenset[str] = frozenset()

    def of(self, name: str) -> str:
        value: str = getattr(self, name)
        return value


@dataclass(frozen=True)
class Known:
    """A request that the agency has."""

    number: str
    identity: Identity


@dataclass(frozen=True)
class Opens:
    """These papers (places in the reading, the form first) open a request."""

    papers: tuple[int, ...]
    identity: Identity
    cancels_on: date | None = None


@dataclass(frozen=True)
class Joins:
    """These papers are another copy of this request's."""

    papers: tuple[int, ...]
    identity: Identity
    number: str


@dataclass(frozen=True)
class Waits:
    """A person must look at these papers. `candidates`: numbers of requests; `beside`: places in the plan of what the file itself opens."""

    papers: tuple[int, ...]
    reason: str
    says: str
    candidates: tuple[str, ...] = ()
    beside: tuple[int, ...] = ()


Placement = Opens | Joins | Waits


def plan(reading: Reading, known: Iterable[Known]) -> tuple[Placement, ...]:
    """Every paper of the file has a place in the plan."""
    papers = reading.papers
    forms = [i for i, paper in enumerate(papers) if paper.kind in OPENS]
    if not forms:
        return (_without_form(reading, known),)
    groups, near = _groups(papers, forms)
    others = [i for i in range(len(papers)) if i not in forms]
    if any(_is_row(paper) for paper in papers):
        companions: list[list[int]] = [[] for _ in groups]
        left = others  # in a list each row is somebody else
    else:
        companions, left = _companions(papers, groups, others, alone=len(groups) == 1 and not near)
    requests = Likely((request, request.identity) for request in known)
    placed: list[Placement] = [_place(papers, group, companions[n], requests) for n, group in enumerate(groups)]
    placed += [
        Waits((i,), NEAR, _near_words(papers[i], (), in_file=True), beside=tuple(beside)) for i, beside in near.items()
    ]
    placed += [
        unsure_cancellation(papers, group[0])
        for group in groups
        if "kind" not in identity_of(papers[group[0]]).accepted
    ]
    if left:
        placed.append(_without_owner(papers, left, len(groups)))
    return tuple(placed)


def judge(one: Identity, other: Identity) -> Verdict:
    """Are two detainer forms the same request? Only what was read surely makes them one, or two."""

    def sure(name: str) -> bool:
        return name in one.accepted and name in other.accepted and bool(one.of(name)) and bool(other.of(name))

    kinds_sure = "kind" in one.accepted and "kind" in other.accepted
    if kinds_sure and one.kind != other.kind:
        return "different"
    if sure("issued_on") and one.issued_on != other.issued_on:
        return "different"
    agree = {name for name in NUMBERS if sure(name) and one.of(name) == other.of(name)}
    clash = {name for name in NUMBERS if sure(name) and one.of(name) != other.of(name)}
    if clash & OF_A_PERSON and not agree & OF_A_PERSON:
        return "different"
    if not agree:
        return "cannot tell" if _alike(one, other) else "different"
    other_birth = sure("dob") and one.dob != other.dob
    if agree & OF_A_PERSON:
        one_person = not (sure("subject_name") and other_birth and not _names_alike(one, other))
    else:
        one_person = sure("subject_name") and one.subject_name == other.subject_name and not other_birth
    if sure("issued_on") and kinds_sure and one.form == other.form and not clash and one_person:
        return "same"
    return "cannot tell"


def two_people(one: Identity, other: Identity) -> bool:
    """Whether it was read surely that two forms are about different people: by numbers that a person has, else by name and birth date."""
    both = one.accepted & other.accepted
    if numbers := both & OF_A_PERSON:
        return all(one.of(name) != other.of(name) for name in numbers)
    return {"subject_name", "dob"} <= both and one.dob != other.dob and not _names_alike(one, other)


def identity_of(paper: Paper) -> Identity:
    values = {name: _normal(name, _shown(paper, field))[: LONGEST[name]] for name, field in FIELD_OF.items()}
    accepted = {name for name, field in FIELD_OF.items() if values[name] and paper.fields[field].accepted}
    cancels = paper.fields.get("cancel_prior")
    if cancels is None or (cancels.accepted and isinstance(cancels.value, bool)):
        accepted.add("kind")
    sure_cancellation = cancels is not None and cancels.accepted and cancels.value is True
    return Identity(
        kind="cancellation" if sure_cancellation else "detainer",
        form=paper.kind,
        accepted=frozenset(accepted),
        **values,
    )


def completed(identity: Identity, by: Identity) -> Identity:
    """What another copy of the same request reads surely where this one does not."""
    better = by.accepted - identity.accepted - {"kind"}
    values = {name: (by if name in better else identity).of(name) for name in FIELD_OF}
    return Identity(identity.kind, identity.form, accepted=identity.accepted | better, **values)


def known_by(forms: Iterable[Paper]) -> tuple[Identity, date | None]:
    """What a request with these forms in it is known by, and the day that it cancels. The first that surely says what it is leads, before all the
    first whose box a person has seen; the others complete it."""
    lead, *others = sorted(forms, key=lambda form: ("kind" not in identity_of(form).accepted, not _box_was_seen(form)))
    identity = identity_of(lead)
    for other in others:
        identity = completed(identity, identity_of(other))
    return identity, cancelled_date(lead) if identity.kind == "cancellation" else None


def _box_was_seen(form: Paper) -> bool:
    box = form.fields.get("cancel_prior")
    return box is not None and box.reader == PERSON


def cancelled_date(paper: Paper) -> date | None:
    """The date of the request that a cancellation names, where it reads as a date."""
    return day_of(_shown(paper, "cancel_date"))


def day_of(text: str, forms: Iterable[str] = DATE_FORMS) -> date | None:
    """A date as forms and people write it, month first; None where it is none."""
    day, _ = _read_day(text, forms)
    return day


def born_on(text: str, forms: Iterable[str] = DATE_FORMS) -> date | None:
    """The same of a birth date: nobody is born on a day to come, so `07/04/61` is of 1961, and `07/04/2061` is none."""
    day, form = _read_day(text, forms)
    if day is None or day <= datetime.now(UTC).date():
        return day
    return day.replace(year=day.year - 100) if "%y" in form else None


def _read_day(text: str, forms: Iterable[str]) -> tuple[date | None, str]:
    """The day, and the form in which it is written."""
    for form in forms:
        try:
            day = datetime.strptime(" ".join(text.split()), form).date()  # noqa: DTZ007 - a day on paper has no zone
        except (ValueError, re.error):  # not so written; a form that a person wrote may name a part twice
            continue
        return (day if day.year in YEARS else None), form
    return None, ""


# Places


def _place(papers: Sequence[Paper], group: list[int], companions: list[int], known: Likely[Known]) -> Placement:
    identity, cancels_on = known_by(papers[i] for i in group)
    all_papers = (*group, *companions)
    verdicts = [(request.number, judge(identity, request.identity)) for request in known.to(identity)]
    same = [number for number, verdict in verdicts if verdict == "same"]
    unsure = [number for number, verdict in verdicts if verdict == "cannot tell"]
    if len(same) == 1:
        return Joins(all_papers, identity, same[0])
    if same or unsure:
        candidates = tuple(same + unsure)
        return Waits(all_papers, NEAR, _near_words(papers[group[0]], candidates), candidates)
    return Opens(all_papers, identity, cancels_on)


def _groups(papers: Sequence[Paper], forms: list[int]) -> tuple[list[list[int]], dict[int, list[int]]]:
    """Forms of one file that are the same request; and those of which that can't be told, with the groups they are like."""
    groups: list[list[int]] = []
    near: dict[int, list[int]] = {}
    leads: Likely[tuple[int, Identity]] = Likely()
    for i in forms:
        identity = identity_of(papers[i])
        verdicts = {n: judge(identity, lead) for n, lead in leads.to(identity)}
        same = next((n for n, verdict in verdicts.items() if verdict == "same"), None)
        unsure = [n for n, verdict in verdicts.items() if verdict == "cannot tell"]
        if same is not None:
            groups[same].append(i)
        elif unsure:
            near[i] = unsure
        else:
            leads.add((len(groups), identity), identity)
            groups.append([i])
    return groups, near


def _companions(
    papers: Sequence[Paper], groups: list[list[int]], others: list[int], alone: bool
) -> tuple[list[list[int]], list[int]]:
    """What goes with which form: all with a single one; among several a warrant goes by its file number or name, else nowhere."""
    companions: list[list[int]] = [[] for _ in groups]
    left: list[int] = []
    for i in others:
        if papers[i].kind == COVER_SHEET:
            owners = list(range(len(groups)))
        elif alone:
            owners = [0]
        else:
            named = identity_of(papers[i])
            owners = [n for n, group in enumerate(groups) if _are_one_person(named, identity_of(papers[group[0]]))]
        if papers[i].kind != COVER_SHEET and len(owners) != 1:
            left.append(i)
            continue
        for n in owners:
            companions[n].append(i)
    return companions, left


def _are_one_person(one: Identity, other: Identity) -> bool:
    """By what was read surely of both: the numbers that a person has, else the whole name. Enough where a paper has no issue date of a request."""
    both = one.accepted & other.accepted
    if numbers := both & OF_A_PERSON:
        return all(one.of(name) == other.of(name) for name in numbers)
    return "subject_name" in both and one.subject_name == other.subject_name


def _without_form(reading: Reading, known: Iterable[Known]) -> Waits:
    papers = tuple(range(len(reading.papers)))
    warrants = [paper for paper in reading.papers if paper.kind in WARRANTS]
    if warrants:
        people = [identity_of(paper) for paper in warrants]
        candidates = tuple(one.number for one in known if any(_are_one_person(one.identity, each) for each in people))
        seems = "By its number or name it may belong to a request that is here. " if candidates else ""
        return Waits(
            papers,
            "lone warrant",
            f"{_where(warrants[0])} is a warrant ({WORDS[warrants[0].kind]}) that came without a detainer form. It is kept. "
            f"{seems}See whom it names and attach it to the request it belongs to.",
            candidates,
        )
    if any(paper.kind == COVER_SHEET for paper in reading.papers):
        return Waits(
            papers,
            "cover sheet",
            "A fax cover sheet came without a detainer form. It is kept. Look whether pages are missing, and ask the sender to send them again.",
        )
    named = [paper for paper in reading.papers if paper.kind in WORDS]
    if named:
        return Waits(
            papers,
            "no detainer form",
            f"{_where(named[0])} is a form {WORDS[named[0].kind]}, which is neither a detainer form nor a warrant. It is kept. "
            "Attach it to a request, or set it aside.",
        )
    pages = "1 page" if reading.pages == 1 else f"{reading.pages} pages"
    return Waits(
        papers,
        "no form",
        f"No detainer form was found in this file ({pages}). It is kept. Look at it: attach it to a request, or set it aside.",
    )


def unsure_cancellation(papers: Sequence[Paper], place: int) -> Waits:
    """That a person must see the box of this form, which is in a request."""
    form = papers[place]
    return Waits(
        (place,),
        UNSURE_CANCELLATION,
        f"{_where(form)} is {_a_form(form)}; it could not be read whether its box that cancels an earlier detainer "
        "is ticked. Until a person looks, it counts as a request.",
    )


def _near_words(form: Paper, candidates: tuple[str, ...], in_file: bool = False) -> str:
    like = "another form in the same file" if in_file else "request " + ", ".join(candidates)
    return (
        f"{_where(form)} is {_a_form(form)} that looks like {like}, but what tells requests apart (a number and "
        "the issue date) does not surely agree. Compare them: attach it to that request, or keep it apart as a request of its own."
    )


def _without_owner(papers: Sequence[Paper], left: list[int], groups: int) -> Waits:
    places = ", ".join(str(page) for i in left for page in papers[i].pages)
    if any(_is_row(paper) for paper in papers):
        return Waits(
            tuple(left),
            NOT_TAKEN,
            f"Row {places} of this list could not be taken: its kind is not known here, it has too many or too few cells, or it names nobody. "
            "The list is kept. Open it, enter what the row asks by hand, and then set this aside.",
        )
    return Waits(
        tuple(left),
        NO_OWNER,
        f"This file holds several detainer forms, and it could not be read to which of them page {places} belongs. Attach it to the right request.",
        beside=tuple(range(groups)),
    )


def _is_row(paper: Paper) -> bool:
    return any(field.reader == LISTED for field in paper.fields.values())


def _a_form(paper: Paper) -> str:
    return f"a {WORDS[paper.kind]}" if paper.kind in SPOKEN else f"a detainer form ({WORDS[paper.kind]})"


def _where(paper: Paper) -> str:
    if len(paper.pages) < 2:
        return f"Page {paper.pages[0] if paper.pages else 1}"
    return f"The paper on pages {paper.pages[0]} to {paper.pages[-1]}"


# Likeness: never enough to join, enough to ask


class Likely(Generic[Item]):
    """Finds among many those that can be the same as an identity, or like it, without judging each: they share a number or a word of the name, or all
    but a letter of one."""

    def __init__(self, items: Iterable[tuple[Item, Identity]] = ()) -> None:
        self._items: list[Item] = []
        self._sharing: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for item, identity in items:
            self.add(item, identity)

    def add(self, item: Item, identity: Identity) -> None:
        for key in _keys(identity):
            self._sharing[key].append(len(self._items))
        self._items.append(item)

    def to(self, identity: Identity) -> list[Item]:
        """In the order in which they were added."""
        found = {place for key in _keys(identity) for place in self._sharing.get(key, ())}
        return [self._items[place] for place in sorted(found)]


def _keys(identity: Identity) -> set[tuple[str, str]]:
    """Each number and word of the name, whole and with each of its letters left out: two that are a letter apart have one in common."""
    whole = [(name, identity.of(name)) for name in NUMBERS]
    words = identity.subject_name.split()
    whole += [("subject_name", word) for word in (*words, "".join(words))]
    return {(name, text[:at] + text[at + 1 :]) for name, text in whole if text for at in range(len(text) + 1)}


def _alike(one: Identity, other: Identity) -> bool:
    def pairs(name: str) -> bool:
        return bool(one.of(name)) and bool(other.of(name))

    if any(pairs(name) and one.of(name) == other.of(name) for name in NUMBERS):
        return True
    if pairs("subject_name"):
        return _names_alike(one, other) and not (pairs("dob") and _apart(one.dob, other.dob) > 1)
    one_off = any(pairs(name) and _apart(one.of(name), other.of(name)) <= 1 for name in NUMBERS)
    return one_off and one.issued_on == other.issued_on


def _names_alike(one: Identity, other: Identity) -> bool:
    first, second = set(one.subject_name.split()), set(other.subject_name.split())
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) > 1 and shorter <= longer:
        return True
    return SequenceMatcher(None, one.subject_name, other.subject_name, autojunk=False).ratio() >= 0.85


def _apart(one: str, other: str) -> int:
    """How many characters differ; more than a few are all the same here."""
    if len(one) != len(other):
        return (
            1
            if abs(len(one) - len(other)) == 1 and SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.9
            else 9
        )
    return sum(a != b for a, b in zip(one, other, strict=True))


# Normal forms


def _shown(paper: Paper, name: str) -> str:
    field = paper.fields.get(name)
    return field.value if field is not None and field.state == "shown" and isinstance(field.value, str) else ""


def _normal(name: str, text: str) -> str:
    if name == "file_no":
        return _file_number(text)
    if name in NUMBERS:
        number = re.sub(r"[^0-9A-Z]", "", _plain(text))
        return (
            number if re.search(r"[1-9]", number) and len(re.findall(r"\d", number)) >= 3 else ""
        )  # "N/A" tells nothing
    if name == "subject_name":
        return " ".join(sorted(re.findall(r"[^\W\d_]+", _plain(text))))
    day = born_on(text) if name == "dob" else day_of(text)
    return day.isoformat() if day else _plain(" ".join(text.split()))


def _file_number(text: str) -> str:
    """`A 000 000 001`, `A00000001` and `000-000-001` are one number."""
    digits = re.sub(r"\D", "", text)
    return f"A{digits.lstrip('0').zfill(9)}" if len(digits) >= 3 and digits.strip("0") else ""


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).upper()
