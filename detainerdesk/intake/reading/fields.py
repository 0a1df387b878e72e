"""What a reading is made of: fields, defects, papers and the whole reading, as frozen values that pass between rooms, and how a
person arranged a file's pages. Comes in: nothing. Goes out: the value types, and their JSON form (`to_json`, `from_json`), which
the child process writes, the database keeps and the command line prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, cast, get_args

State = Literal["shown", "empty", "unreadable", "page missing"]
Box = tuple[float, float, float, float]
Turn = Literal[0, 90, 180, 270]
KINDS = (
    "i247a",
    "i247d",
    "i247n",
    "i247x",
    "i247g",
    "i247_old",
    "i200",
    "i205",
    "i203",
    "ao442",
    "ao93",
    "state_warrant",
    "cover_sheet",
    "unknown",
    # What was asked without a form, as a person typed it in (intake.entry); never read off a page.
    "phone",
    "email",
    "oral",
)


class Seen(NamedTuple):
    """What one reader made of a field's picture."""

    reader: str  # "form field", "text layer", "ink", "ocr", "ocr again", "tesseract"
    text: str


class Picture(NamedTuple):
    """Where a field stands: the 1-based page of the file, and points from that page's top left corner (x0, y0, x1, y1)."""

    page: int
    box: Box


@dataclass(frozen=True)
class Field:
    """One field of a paper as the page shows it. `accepted`: no person needs to look at it again."""

    value: str | bool | None
    state: State
    accepted: bool
    page: int | None  # as in `picture`
    box: Box | None
    confidence: float = 0.0  # of the reader whose value this is: which reading to show, never whether to accept it
    reader: str = "ocr"  # whose value this is
    readers: tuple[Seen, ...] = ()
    agreed: bool = False  # two readers or more, and all saw the same

    @property
    def picture(self) -> Picture | None:
        """What to show a person who must look."""
        return None if self.page is None or self.box is None else Picture(self.page, self.box)


@dataclass(frozen=True)
class Defect:
    """Something on the paper that an officer must see (codes of docs/reading.md). Never a decision."""

    id: str
    field: str | None
    says: str


@dataclass(frozen=True)
class Paper:
    """One paper in a file: a detainer, a warrant, a cover sheet; `unknown` where the evidence does not settle it."""

    kind: str
    edition: str | None
    pages: tuple[int, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True)
class Code:
    """A square code (QR) that stands on a page of the file, and what it says. What it means is for intake to know."""

    page: int
    text: str


@dataclass(frozen=True)
class Reading:
    """All that was read from one file. `notes` are plain sentences about the file itself."""

    papers: tuple[Paper, ...]
    pages: int
    notes: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read at all; `says` tells a person what it is and what to do. The bytes are kept."""

    says: str


@dataclass(frozen=True)
class Arranged:
    """One paper as a person arranged it: these pages of the file, in this order, are one paper. `kind`: what the person says it is;
    None leaves that to the reader, "unknown" says it is none of the forms. `turns`: for each page how far to turn it to the right
    until it stands upright; None leaves that to the reader, and so does an empty tuple for all pages."""

    kind: str | None
    pages: tuple[int, ...]
    turns: tuple[Turn | None, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is not None and self.kind not in KINDS:
            raise BadArrangement(f"There is no kind of paper {self.kind!r}: take one of {', '.join(KINDS)}.")
        if not self.pages or min(self.pages) < 1 or len(set(self.pages)) != len(self.pages):
            raise BadArrangement("A paper needs at least one page, each named once, counted from 1.")
        if self.turns and len(self.turns) != len(self.pages):
            raise BadArrangement(
                f"{len(self.turns)} turns are given for {len(self.pages)} pages: give one for each page."
            )
        if any(turn not in (None, *get_args(Turn)) for turn in self.turns):
            raise BadArrangement("A page can be turned by 0, 90, 180 or 270 degrees.")

    def turn_of(self, page: int) -> Turn | None:
        """How a person turned this page of the file; None where nobody said."""
        return self.turns[self.pages.index(page)] if self.turns else None


PERSON = "a person"
"""The reader of a field that somebody looked at."""

ENTERED, LISTED = TOLD = ("entry", "csv")
"""Readers of what has no page: a person or a program told it."""


def as_seen(field: Field, state: State, value: str | bool | None) -> Field:
    """The field as a person saw it: nobody needs to look again."""
    return replace(field, state=state, value=value, accepted=True, confidence=1.0, reader=PERSON)


class NotAReading(ValueError):
    """The JSON given is not a reading."""


class BadArrangement(ValueError):
    """The pages can't be arranged so; the message tells a person what to change."""


def check_arranged(arranged: Sequence[Arranged], pages: int) -> None:
    """Raises `BadArrangement` where a page is in two papers or is not in the file."""
    named = [page for paper in arranged for page in paper.pages]
    twice = sorted({page for page in named if named.count(page) > 1})
    if twice:
        raise BadArrangement(f"Page {twice[0]} is put in two papers: leave it in one.")
    if named and max(named) > pages:
        raise BadArrangement(f"There is no page {max(named)}: the file has {pages}.")


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as plain JSON values, papers under the name `documents` as the command prints them."""
    return {
        "pages": reading.pages,
        "documents": [_paper_json(paper) for paper in reading.papers],
        "notes": list(reading.notes),
        "codes": [{"page": code.page, "text": code.text} for code in reading.codes],
    }


def from_json(data: Mapping[str, Any]) -> Reading:
    """The reading back from what `to_json` gave."""
    try:
        return Reading(
            papers=tuple(_paper(paper) for paper in data["documents"]),
            pages=int(data["pages"]),
            notes=tuple(str(note) for note in data["notes"]),
            codes=tuple(Code(int(code["page"]), str(code["text"])) for code in data.get("codes", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAReading(f"This is not a reading as the reader writes it ({error!r}): read the document again.") from (
            error
        )


def arranged_to_json(arranged: Sequence[Arranged]) -> list[dict[str, Any]]:
    """The arrangement as plain JSON values."""
    return [{"kind": one.kind, "pages": list(one.pages), "turns": list(one.turns)} for one in arranged]


def arranged_from_json(data: Sequence[Mapping[str, Any]]) -> tuple[Arranged, ...]:
    """The arrangement back from what `arranged_to_json` gave; also from a form that a person sent, so it is checked."""
    try:
        return tuple(
            Arranged(
                kind=None if one["kind"] is None else str(one["kind"]),
                pages=tuple(int(page) for page in one["pages"]),
                turns=tuple(None if turn is None else cast(Turn, int(turn)) for turn in one.get("turns", ())),
            )
            for one in data
        )
    except (KeyError, TypeError) as error:
        raise BadArrangement(f"This is not an arrangement of pages ({error!r}).") from error


def field_to_json(one: Field) -> dict[str, Any]:
    """One field as plain JSON values."""
    return {
        "value": one.value,
        "state": one.state,
        "accepted": one.accepted,
        "page": one.page,
        "box": None if one.box is None else [round(v, 2) for v in one.box],
        "confidence": round(one.confidence, 4),
        "reader": one.reader,
        "readers": [list(seen) for seen in one.readers],
        "agreed": one.agreed,
    }


def _paper_json(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind,
        "edition": paper.edition,
        "pages": list(paper.pages),
        "fields": {name: field_to_json(one) for name, one in paper.fields.items()},
        "defects": [{"id": d.id, "field": d.field, "says": d.says} for d in paper.defects],
    }


def _paper(data: Mapping[str, Any]) -> Paper:
    kind = str(data["kind"])
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    return Paper(
        kind=kind,
        edition=None if data["edition"] is None else str(data["edition"]),
        pages=tuple(int(page) for page in data["pages"]),
        fields={str(name): field_from_json(one) for name, one in data["fields"].items()},
        defects=tuple(
            Defect(str(d["id"]), None if d["field"] is None else str(d["field"]), str(d["says"]))
            for d in data["defects"]
        ),
    )


def field_from_json(data: Mapping[str, Any]) -> Field:
    """The field back from what `field_to_json` gave; one that was kept before there were `readers` has none."""
    state = data["state"]
    if state not in get_args(State):
        raise ValueError(f"state {state!r} is not one of {', '.join(get_args(State))}")
    value = data["value"]
    if not (value is None or isinstance(value, (str, bool))):
        raise ValueError(f"value {value!r} is neither text nor a tick")
    box = data["box"]
    if box is not None:
        x0, y0, x1, y1 = (float(v) for v in box)
        box = (x0, y0, x1, y1)
    return Field(
        value=value,
        state=cast(State, state),
        accepted=bool(data["accepted"]),
        page=None if data["page"] is None else int(data["page"]),
        box=box,
        confidence=float(data["confidence"]),
        reader=str(data["reader"]),
        readers=tuple(Seen(str(reader), str(text)) for reader, text in data.get("readers", ())),
        agreed=bool(data.get("agreed", False)),
    )
