"""What a reading is made of: fields, defects, papers and the whole reading, as frozen values that pass between rooms.
Comes in: nothing. Goes out: the value types, and their JSON form (`to_json`, `from_json`), which the child process
writes, the database keeps and the command line prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

State = Literal["shown", "empty", "unreadable", "page missing"]
Box = tuple[float, float, float, float]
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
)


@dataclass(frozen=True)
class Field:
    """One field of a paper as the page shows it. `accepted`: no person needs to look at it again."""

    value: str | bool | None
    state: State
    accepted: bool
    page: int | None  # 1-based page of the file
    box: Box | None  # points from the top left corner of the page: x0, y0, x1, y1
    confidence: float
    reader: str  # "form field", "text layer", "ocr", "ink"


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
class Reading:
    """All that was read from one file. `notes` are plain sentences about the file itself."""

    papers: tuple[Paper, ...]
    pages: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read at all; `says` tells a person what it is and what to do. The bytes are kept."""

    says: str


class NotAReading(ValueError):
    """The JSON given is not a reading."""


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as plain JSON values, papers under the name `documents` as the command prints them."""
    return {
        "pages": reading.pages,
        "documents": [_paper_json(paper) for paper in reading.papers],
        "notes": list(reading.notes),
    }


def from_json(data: Mapping[str, Any]) -> Reading:
    """The reading back from what `to_json` gave."""
    try:
        return Reading(
            papers=tuple(_paper(paper) for paper in data["documents"]),
            pages=int(data["pages"]),
            notes=tuple(str(note) for note in data["notes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAReading(f"This is not a reading as the reader writes it ({error!r}): read the document again.") from (
            error
        )


def _paper_json(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind,
        "edition": paper.edition,
        "pages": list(paper.pages),
        "fields": {
            name: {
                "value": one.value,
                "state": one.state,
                "accepted": one.accepted,
                "page": one.page,
                "box": None if one.box is None else [round(v, 2) for v in one.box],
                "confidence": round(one.confidence, 4),
                "reader": one.reader,
            }
            for name, one in paper.fields.items()
        },
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
        fields={str(name): _field(one) for name, one in data["fields"].items()},
        defects=tuple(
            Defect(str(d["id"]), None if d["field"] is None else str(d["field"]), str(d["says"]))
            for d in data["defects"]
        ),
    )


def _field(data: Mapping[str, Any]) -> Field:
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
    )
