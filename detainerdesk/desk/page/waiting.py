"""A paper that belongs to no request yet: what a person can do with it, which requests it is like, how its pages lie. In: its document's row and
what waits of it. Out: frozen values in words; and from a form, the papers as a person laid them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from detainerdesk.desk import life
from detainerdesk.desk.page import labels
from detainerdesk.desk.page.look import looks, now_text, states
from detainerdesk.desk.page.reading import value_words
from detainerdesk.desk.page.rows import entry, strip
from detainerdesk.desk.page.values import Strip
from detainerdesk.intake import join
from detainerdesk.intake.models import Document
from detainerdesk.intake.queue import Waits
from detainerdesk.intake.reading import match
from detainerdesk.intake.reading.fields import (
    KINDS,
    Arranged,
    BadArrangement,
    Paper,
    Reading,
    Turn,
    arranged_from_json,
)
from detainerdesk.intake.reading.match import Person, person_of
from detainerdesk.intake.request import Request

KIND_WORDS: Final = {
    **{kind: join.WORDS.get(kind, kind) for kind in KINDS if kind not in join.SPOKEN},
    "cover_sheet": "cover sheet",
    "unknown": "something else: no form",
}
TURN_WORDS: Final = {
    "": "as it was read",
    "0": "not at all",
    "90": "to the right",
    "180": "upside down",
    "270": "to the left",
}


@dataclass(frozen=True)
class Head:
    """What stands on top of these pages as on every other: the clock, and who is ready for release."""

    now: datetime
    now_text: str
    strip: Strip | None
    open_on_board: int


@dataclass(frozen=True)
class Act:
    """What a person can do with the paper. `typed`: a number of its own belongs to it."""

    value: str
    label: str
    typed: bool = False


@dataclass(frozen=True)
class Likeness:
    """One identifier on this paper, and what each request that it is like has there: (number, value, how the two compare)."""

    label: str
    here: str
    there: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class PageLaid:
    """One page of the file: the paper it is a page of, from 1; what kind that is and how it is turned, where a person said so. `read_as`: as read."""

    page: int
    paper: str
    kind: str
    turn: str
    read_as: str


def head(agency: str, station: str, now: datetime) -> Head:
    """`station`: the officer's own, empty for all; whose board is counted and whose people the strip names."""
    edition = life.edition()
    now = now.astimezone(edition.stack(agency).zone)
    around = [entry(look) for look in looks(agency, station, now, edition, booked=True)]
    still_open = sum(row.state in life.OPEN_STATES for row in states(agency, station, now))
    return Head(now, now_text(now), strip(around, now), still_open)


def acts(matter: Waits, candidates: Sequence[str], *, alone: bool, bad: bool, may_set_aside: bool) -> tuple[Act, ...]:
    """Nothing is chosen beforehand: a person says what becomes of the paper. `candidates`: the requests that this officer sees; `alone`: nothing else
    of the file waits."""
    found = []
    if matter.read and matter.reason != join.NOT_TAKEN:
        what = "it" if alone else "all that waits of this file"
        found.append(Act("again", f"Place {what} again by its fields as they stand now"))
    if not matter.within and matter.reason != join.NOT_TAKEN:
        found += _placing(matter, candidates)
    if may_set_aside and matter.within:
        found.append(Act("aside", f"Ask no more about it: it stays in request {' and '.join(matter.within)} as it is"))
    elif may_set_aside:
        found.append(Act("aside", "Set aside: nothing follows from it. It is kept"))
    else:
        found.insert(0 if bad else len(found), Act("records", "Send to Records"))
    return tuple(found)


def _placing(matter: Waits, candidates: Sequence[str]) -> list[Act]:
    found = [Act(f"attach {number}", f"Attach to request {number}") for number in candidates]
    another = "Attach to another request, number:" if candidates else "Attach to request number:"
    found.append(Act("attach", another, typed=True))
    if any(paper.kind in join.OPENS for paper in matter.read):
        found.append(Act("apart", "Keep apart, as a request of its own"))
    return found


def likeness(papers: Iterable[Paper], requests: Sequence[Request]) -> tuple[Likeness, ...]:
    """The identifiers of the form that waits beside those of the requests; a row that neither has is left out."""
    here = next((paper for paper in papers if paper.kind in join.OPENS), None)
    if here is None or not requests:
        return ()
    rows = []
    for name in labels.IDENTIFIERS:
        mine = _said(here, name)
        theirs = tuple(
            (request.number, _said(request.detainer, name), _compared(here, request.detainer, name))
            for request in requests
        )
        if mine or any(value for _, value, _ in theirs):
            rows.append(Likeness(labels.label(name), mine, theirs))
    return tuple(rows)


def _compared(here: Paper, there: Paper | None, name: str) -> str:
    """`same`, `different` or `cannot tell`, with the reason; "" where one side shows nothing, and of a date of the paper."""
    one, other = person_of(here), person_of(there) if there is not None else Person()
    scanned = one.scanned or other.scanned
    if name == "subject_name" and one.name and other.name:
        answer = match.names(one.name, other.name, scanned=scanned)
    elif name == "dob" and one.birth_date and other.birth_date:
        answer = match.birth_dates(one.birth_date, other.birth_date, scanned=scanned)
    elif name in one.numbers and name in other.numbers:
        answer = match.numbers({name: one.numbers[name]}, {name: other.numbers[name]}, scanned=scanned)
    else:
        return ""
    return f"{answer.verdict}: {answer.why}"


def laid_out(document: Document, reading: Reading) -> tuple[PageLaid, ...]:
    """Each page as it lies now: as a person laid it, else as it was read."""
    by_person = arranged_from_json(document.arranged or ())
    said = {page: one for one in by_person for page in one.pages}
    papers = {page: (place, paper) for place, paper in enumerate(reading.papers, 1) for page in paper.pages}
    pages = []
    for page in range(1, reading.pages + 1):
        place, paper = papers.get(page, (0, None))
        one = said.get(page)
        turn = one.turn_of(page) if one else None
        pages.append(
            PageLaid(
                page=page,
                paper=str(place or len(reading.papers) + 1),
                kind=(one.kind or "") if one else "",
                turn="" if turn is None else str(turn),
                read_as=KIND_WORDS.get(paper.kind, paper.kind) if paper else "no paper",
            )
        )
    return tuple(pages)


def as_typed(posted: Mapping[str, str], before: Sequence[PageLaid]) -> tuple[PageLaid, ...]:
    """The pages as the form has them, so that nothing typed is lost when it comes back."""
    return tuple(
        PageLaid(
            page=one.page,
            paper=posted.get(f"paper-{one.page}", "").strip(),
            kind=posted.get(f"kind-{one.page}", ""),
            turn=posted.get(f"turn-{one.page}", ""),
            read_as=one.read_as,
        )
        for one in before
    )


def arranged(pages: Sequence[PageLaid]) -> tuple[Arranged, ...]:
    """The papers that these pages make; raises BadArrangement with words for the person."""
    papers: dict[int, list[PageLaid]] = {}
    for one in pages:
        if not one.paper.isdecimal() or not 1 <= int(one.paper) <= 999:
            raise BadArrangement(f"Page {one.page}, paper: write a number from 1, the same for all pages of one paper.")
        papers.setdefault(int(one.paper), []).append(one)
    return tuple(_paper(number, papers[number]) for number in sorted(papers))


def _paper(number: int, pages: Sequence[PageLaid]) -> Arranged:
    kinds = {one.kind for one in pages if one.kind}
    if len(kinds) > 1:
        both = " and ".join(KIND_WORDS.get(kind, kind) for kind in sorted(kinds))
        raise BadArrangement(f"Paper {number} is called {both}. Give its pages one kind, or put them in two papers.")
    turns = tuple(_turn(one) for one in pages)
    said = any(turn is not None for turn in turns)
    return Arranged(next(iter(kinds), None), tuple(one.page for one in pages), turns if said else ())


def _turn(one: PageLaid) -> Turn | None:
    known: dict[str, Turn | None] = {"": None, "0": 0, "90": 90, "180": 180, "270": 270}
    if one.turn not in known:
        raise BadArrangement(f"Page {one.page}, turn: choose one of the list.")
    return known[one.turn]


def _said(paper: Paper | None, name: str) -> str:
    read = paper.fields.get(name) if paper else None
    if read is None:
        return ""
    return value_words(read, "text") + ("" if read.accepted else " (to check)")
