"""A template that a person drew: where the fields of an edition that nobody had seen stand on its page, and the printed words by which the reader
lays it on a scan. In: what a person typed or drew. Out: JSON in the reader's own format, kept under DATA/templates. It takes the marks by which a
form is known from the template of its kind; what is read with it needs a person until somebody else has checked it."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from detainerdesk.desk.page import labels
from detainerdesk.intake.reading.fields import KINDS, Box
from detainerdesk.intake.reading.lines import fold

PRINTED: Final = "printed words"
"""What a place is called that is no field: print by which the reader finds how the form lies."""

FEWEST_WORDS, SHORTEST, SPREAD = 5, 6, 200.0
"""The reader takes a page as sure where four labels agree; it uses words of six letters or more, and they must lie apart to tell the scale."""

LEAST = 3.0
EDITION: Final = re.compile(r"(\d{1,2})/(\d{2}|\d{4})")
NAME: Final = re.compile(r"[a-z0-9_]{3,20}-\d{1,2}-\d{2,4}")
OF_ANY_FORM: Final = ("subject_name", "dob", "file_no", "form_date", "officer_name", "officer_sig")
MOST_PLACES: Final = 150


class BadDrawing(ValueError):
    """The template can't be kept so; the message tells a person what to change."""


@dataclass(frozen=True)
class Place:
    """One box on the page, as it was typed: `what` is a field's label or name, or PRINTED with its `words`; numbers in points."""

    what: str = ""
    words: str = ""
    x: str = ""
    y: str = ""
    w: str = ""
    h: str = ""

    @property
    def empty(self) -> bool:
        return not any((self.what, self.words, self.x, self.y, self.w, self.h))

    @property
    def box(self) -> Box | None:
        """Where it is; None as long as a number is missing."""
        try:
            x, y, w, h = (float(one) for one in (self.x, self.y, self.w, self.h))
        except ValueError:
            return None
        # NaN and infinities are no places: they fail this comparison
        return (x, y, x + w, y + h) if 0 <= x <= 9999 and 0 <= y <= 9999 and 0 <= w <= 9999 and 0 <= h <= 9999 else None


@dataclass(frozen=True)
class Drawing:
    """One page of one edition, as a person draws it. `width` and `height` of the page in points."""

    kind: str
    edition: str
    page: int
    page_count: int
    places: tuple[Place, ...]
    width: float = 612.0
    height: float = 792.0

    @property
    def name(self) -> str:
        """Under which it is kept: `i247a-05-25`."""
        return f"{self.kind}-{self.edition.replace('/', '-')}"


@dataclass(frozen=True)
class Kept:
    """A template that was drawn before, as counsel and Records see it. `checked_by` empty: what is read with it needs a person."""

    name: str
    kind: str
    edition: str
    drawn_by: str
    drawn_at: str
    checked_by: str
    checked_at: str
    data: Mapping[str, Any]

    @property
    def pages(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(page for page in self.data["pages"] if page.get("fields"))


def field_names(kind: str) -> dict[str, str]:
    """The fields that a paper of this kind can have: name -> label. A kind of which no field is known has those of any form."""
    known = {field["name"]: None for page in _ours(kind).get("pages", ()) for field in page["fields"]}
    if not known and kind.startswith("i247"):
        known = {field["name"]: None for page in _ours("i247a")["pages"] for field in page["fields"]}
    return {name: labels.label(name) for name in (known or dict.fromkeys(OF_ANY_FORM))}


def start_from(kind: str, page: int) -> tuple[Place, ...]:
    """The places of the edition that the desk knows, to be moved where they stand otherwise."""
    ours = next((one for one in _ours(kind).get("pages", ()) if one["number"] == page), None)
    if ours is None:
        return ()
    names = field_names(kind)
    fields = [(names[one["name"]], "", one["box"]) for one in ours["fields"] if one.get("box")]
    words = [(PRINTED, one["words"], one["box"]) for one in ours["labels"] if one.get("box")]
    return tuple(_place(what, said, box) for what, said, box in (*fields, *words))


def checked_drawing(drawing: Drawing) -> Drawing:
    """The drawing without its empty rows; raises BadDrawing where the reader could make nothing of it."""
    if not _ours(drawing.kind):
        raise BadDrawing("Kind: choose which form this is.")
    if not EDITION.fullmatch(drawing.edition):
        raise BadDrawing("Edition: write it as the form's mark has it, month/year, like 05/25.")
    if _is_ours(drawing):
        raise BadDrawing(
            f"Edition: {drawing.edition} is one that the desk knows. Write the edition at the foot of this page."
        )
    if not 1 <= drawing.page <= drawing.page_count <= 9:
        raise BadDrawing("Page: write which page of the form this is, and how many pages the form has, from 1 to 9.")
    rows = [(row, place) for row, place in enumerate(drawing.places, 1) if not place.empty]
    if len(rows) > MOST_PLACES:
        raise BadDrawing(f"{len(rows)} places are drawn; a page can have {MOST_PLACES} at most.")
    for row, place in rows:
        _check_place(row, place, drawing)
    drawing = replace(drawing, places=tuple(place for _, place in rows))
    _check_fields(drawing)
    _check_words(drawing.places)
    return drawing


def to_json(
    drawing: Drawing, *, by: str, at: str, paper: int, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The template as the reader keeps its own. `before`: the same edition as it was drawn until now, of which this page is drawn anew;
    else the other pages are those of the kind's own template. Whatever is drawn anew must be checked anew."""
    ours = _ours(drawing.kind)
    others = [page for page in (before or ours)["pages"] if page["number"] != drawing.page]
    others = [page for page in others if page["number"] <= drawing.page_count]
    wording: list[str] = next((page.get("wording", []) for page in ours["pages"] if page["number"] == drawing.page), [])
    return {
        "kind": drawing.kind,
        "name": ours["name"],
        "side": ours["side"],
        "editions": _spellings(drawing.edition),
        "page_count": drawing.page_count,
        "mark": ours["mark"],
        "mark_at": ours.get("mark_at", "foot"),
        "evidence": ours["evidence"],
        "pages": sorted([*others, _page_json(drawing, wording)], key=lambda page: int(page["number"])),
        "drawn": {"by": by, "at": at, "paper": paper},
        "checked": None,
    }


def checked_json(data: Mapping[str, Any], *, by: str, at: str) -> dict[str, Any]:
    """The same, checked by somebody else than who drew it."""
    if data["drawn"]["by"] == by:
        raise BadDrawing("You drew this template. Somebody else must check it.")
    return {**data, "checked": {"by": by, "at": at}}


# ---- kept under DATA/templates ---------------------------------------------------------------------------------------


def keep(folder: Path, name: str, data: Mapping[str, Any]) -> None:
    """Writes the template, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder / f".{os.getpid()}-{secrets.token_hex(6)}"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{name}.json")


def kept(folder: Path) -> tuple[Kept, ...]:
    """All that were drawn here, by name."""
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(_kept(file) for file in files if NAME.fullmatch(file.stem))


def kept_as(folder: Path, name: str) -> Kept | None:
    """The template of this name; a name from an address is never a path."""
    file = folder / f"{name}.json"
    return _kept(file) if NAME.fullmatch(name) and file.is_file() else None


def _kept(file: Path) -> Kept:
    data = json.loads(file.read_text("utf-8"))
    drawn, checked = data["drawn"], data.get("checked") or {}
    return Kept(
        name=file.stem,
        kind=data["kind"],
        edition=data["editions"][0],
        drawn_by=drawn["by"],
        drawn_at=drawn["at"],
        checked_by=checked.get("by", ""),
        checked_at=checked.get("at", ""),
        data=data,
    )


# ---- what is looked at -----------------------------------------------------------------------------------------------


def _check_place(row: int, place: Place, drawing: Drawing) -> None:
    if not place.what:
        raise BadDrawing(f"Row {row}: say which field this is, or that it is {PRINTED}.")
    box = place.box
    if box is None:
        raise BadDrawing(
            f"Row {row}, {place.what}: write x, y, width and height as numbers, in points from the top left corner."
        )
    x0, y0, x1, y1 = box
    if x1 - x0 < LEAST or y1 - y0 < LEAST:
        raise BadDrawing(
            f"Row {row}, {place.what}: the box is too small. Draw it at least {LEAST:.0f} points wide and high."
        )
    if x1 > drawing.width or y1 > drawing.height:
        raise BadDrawing(f"Row {row}, {place.what}: the box reaches over the edge of the page.")
    if place.what == PRINTED and len(fold(place.words)) < 2:
        raise BadDrawing(f"Row {row}: write the printed words that stand in this box.")


def _check_fields(drawing: Drawing) -> None:
    names = [_name_of(one.what, drawing.kind) for one in drawing.places if one.what != PRINTED]
    unknown = next(
        (one.what for one in drawing.places if one.what != PRINTED and not _name_of(one.what, drawing.kind)), None
    )
    if unknown is not None:
        raise BadDrawing(f"“{unknown}” is no field of this form. Choose one of the list.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadDrawing(f"{labels.label(twice)} is drawn twice. Leave one.")
    if not names:
        raise BadDrawing("No field is drawn. Draw a box where each field's value stands.")


def _check_words(places: Sequence[Place]) -> None:
    words = [one for one in places if one.what == PRINTED and len(fold(one.words)) >= SHORTEST]
    if len(words) < FEWEST_WORDS:
        raise BadDrawing(
            f"{len(words)} boxes of printed words are drawn, of {SHORTEST} letters or more. The reader needs {FEWEST_WORDS} to find how "
            "a scan lies: choose words that every copy has, far apart."
        )
    tops = [box[1] for one in words if (box := one.box) is not None]
    if max(tops) - min(tops) < SPREAD:
        raise BadDrawing(
            "The printed words lie too close together. Draw some near the top of the page and some near its foot."
        )


def _page_json(drawing: Drawing, wording: Sequence[str]) -> dict[str, Any]:
    known = _known_fields()
    fields: list[dict[str, Any]] = []
    for place in drawing.places:
        if place.what != PRINTED:
            name = _name_of(place.what, drawing.kind)
            like: dict[str, Any] = known.get(name, {"kind": "text", "grammar": "text"})
            kept: dict[str, Any] = {key: like[key] for key in ("kind", "grammar", "names", "lines") if key in like}
            fields.append({"name": name, **kept, "box": _rounded(place)})
    printed = [{"words": one.words, "box": _rounded(one)} for one in drawing.places if one.what == PRINTED]
    return {"number": drawing.page, "wording": list(wording), "labels": printed, "fields": fields}


def _name_of(what: str, kind: str) -> str:
    """The field that a label or a name stands for; "" where it is none of this kind."""
    names = field_names(kind)
    wanted = what.strip().casefold()
    return next((name for name, label in names.items() if wanted in (name, label.casefold())), "")


def _spellings(edition: str) -> list[str]:
    """`05/25` is `5/25` too: a form's mark prints either."""
    found = EDITION.fullmatch(edition)
    assert found is not None
    month, year = found[1], found[2]
    return list(dict.fromkeys([edition, f"{int(month)}/{year}", f"{int(month):02}/{year}"]))


def _is_ours(drawing: Drawing) -> bool:
    known = _ours(drawing.kind).get("editions", ())
    drawn_before = any(page["fields"] for page in _ours(drawing.kind).get("pages", ()))
    return drawn_before and any(one in known for one in _spellings(drawing.edition))


@cache
def _ours(kind: str) -> dict[str, Any]:
    """The template of this kind that comes with the program, as its file has it."""
    file = resources.files("detainerdesk.intake.reading") / "templates" / f"{kind}.json"
    return dict(json.loads(file.read_text("utf-8"))) if kind in KINDS and file.is_file() else {}


@cache
def _known_fields() -> dict[str, dict[str, Any]]:
    """What kind of thing each field is, and what its value looks like, from all templates; the first that has it counts."""
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        for page in _ours(kind).get("pages", ()):
            for field in page["fields"]:
                found.setdefault(field["name"], field)
    return found


def _place(what: str, words: str, box: Sequence[float]) -> Place:
    x0, y0, x1, y1 = box
    numbers = (f"{value:.1f}".removesuffix(".0") for value in (x0, y0, x1 - x0, y1 - y0))
    return Place(what, words, *numbers)


def _rounded(place: Place) -> list[float]:
    assert place.box is not None
    return [round(value, 1) for value in place.box]
