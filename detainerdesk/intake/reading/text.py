"""Text values of a page's fields: form values first, else digital text at its place, else OCR by two readers. Comes in: a page, its
lines, the template and how it lies on the page. Goes out: a `Field` for each text field, accepted only where it is sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from detainerdesk.intake.reading import cells, grammar, ink, readers
from detainerdesk.intake.reading.cells import PixelBox
from detainerdesk.intake.reading.fields import Box, Field, Seen
from detainerdesk.intake.reading.forms import FieldPlace, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Line, box_of, fold
from detainerdesk.intake.reading.pages import Char, Gray, Page, Widget
from detainerdesk.intake.reading.placing import Placed

LOOSE_X, LOOSE_Y = 4.0, 2.0  # points around a box in which its text may stand


@dataclass(frozen=True)
class Sheet:
    """One page made ready for reading its fields: upright picture, ink mask, lines, and the way back to the page as it came."""

    page: Page
    picture: Gray
    mask: ink.Mask
    scale: float
    lines: tuple[Line, ...]
    to_file: Callable[[Box], Box]

    @cached_property
    def strokes(self) -> cells.Strokes:
        return cells.strokes_of(self.mask, self.scale * 72 / 200)

    @property
    def rules(self) -> tuple[Box, ...]:
        """The printed lines from left to right, in points."""
        return tuple(cells.points(rule, self.scale) for rule in self.strokes.rules)

    def pixels(self, box: Box, *, loose: float = 0.0) -> tuple[int, int, int, int]:
        height, width = self.picture.shape
        x0, y0, x1, y1 = box
        return (
            max(0, round((x0 - loose) * self.scale)),
            max(0, round((y0 - loose) * self.scale)),
            min(width, round((x1 + loose) * self.scale)),
            min(height, round((y1 + loose) * self.scale)),
        )


def text_fields(
    sheet: Sheet, template: TemplatePage, laid: Registration, placed: Mapping[str, Placed], *, sure: bool
) -> dict[str, Field]:
    """All text fields of the page. `sure`: the form itself is certain; otherwise nothing on it is accepted, and neither is a field
    whose own label was not found beside it."""
    places = [place for place in template.fields if place.kind == "text"]
    boxes = {place.name: placed[place.name].box for place in places if place.name in placed}
    taken = {} if sheet.page.scanned else _values_in_lines(sheet.lines, laid, boxes)
    printed = _printed(sheet, template, laid) if sheet.page.scanned else ()
    labels = [fold(label.words) for label in template.labels]
    fields = {}
    for place in places:
        box = boxes.get(place.name)
        if box is None:
            continue
        held = sure and placed[place.name].held
        widget = widget_of(sheet.page.widgets, place, box)
        if widget is not None:
            fields[place.name] = _from_widget(
                sheet, place, widget, labels, sure=held or (sure and _is_named(widget, place))
            )
        elif sheet.page.scanned:
            others = [sheet.pixels(other) for name, other in boxes.items() if name != place.name]
            fields[place.name] = _from_picture(sheet, place, placed[place.name], printed, others, labels, sure=held)
        else:
            fields[place.name] = _from_text(sheet, place, box, taken.get(place.name, ()), labels, sure=held)
    return fields


def _printed(sheet: Sheet, template: TemplatePage, laid: Registration) -> tuple[PixelBox, ...]:
    """Where the form's own words stand on the page: as they were found, else as the template has them."""
    found = {id(label): hit.box for label, hit in laid.found}
    boxes = [found.get(id(label)) or (laid.to_page(label.box) if label.box else None) for label in template.labels]
    return tuple(sheet.pixels(box) for box in boxes if box is not None)


def widget_of(widgets: Sequence[Widget], place: FieldPlace, box: Box) -> Widget | None:
    """The form field at this place; where two overlap, the one whose name is known."""
    at_place = [(overlap(widget.box, box), widget) for widget in widgets]
    at_place = [(share, widget) for share, widget in at_place if share > 0.3]
    if not at_place:
        return None
    return max(at_place, key=lambda entry: (_is_named(entry[1], place), entry[0]))[1]


def _is_named(widget: Widget, place: FieldPlace) -> bool:
    """Whether the file calls its form field as this field is called."""
    return any(fold(name) in fold(widget.name) for name in (place.name, *place.names))


def overlap(one: Box, two: Box) -> float:
    """Shared area as a part of the smaller box."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    tall = min(one[3], two[3]) - max(one[1], two[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    least = min((one[2] - one[0]) * (one[3] - one[1]), (two[2] - two[0]) * (two[3] - two[1]))
    return wide * tall / max(least, 1e-6)


def _from_widget(sheet: Sheet, place: FieldPlace, widget: Widget, labels: Sequence[str], *, sure: bool) -> Field:
    value = grammar.tidy(place.grammar, widget.value.replace("\r", " ").replace("\n", " "))
    inked = ink.any_ink(sheet.mask, sheet.pixels(widget.box, loose=-0.8))
    if value == "":
        # A value that shows on the page but not in the form's data is drawn there by other means.
        state = "unreadable" if inked else "empty"
        return Field(None, state, sure and not inked, sheet.page.number, widget.box, 1.0, "form field")  # type: ignore[arg-type]
    seen = () if inked else (Seen("form field", value), Seen("ink", ""))  # defects.NOTHING_SEEN
    accepted = sure and inked and _may_be(place, value, labels)
    return Field(value, "shown", accepted, sheet.page.number, widget.box, 1.0, "form field", seen)


def _from_text(
    sheet: Sheet, place: FieldPlace, box: Box, chars: Sequence[Char], labels: Sequence[str], *, sure: bool
) -> Field:
    value = grammar.tidy(place.grammar, _spaced(chars))
    number = sheet.page.number
    if value == "":
        inked = ink.any_ink(sheet.mask, sheet.pixels(box, loose=-0.8))
        if inked:
            return Field(None, "unreadable", False, number, box, 0.0, "text layer")
        return Field(None, "empty", sure, number, box, 1.0, "text layer")
    where = box_of(chars)
    x0, y0, x1, y1 = sheet.pixels(where)
    visible = bool(sheet.mask[y0:y1, x0:x1].mean() > 0.02) if y1 > y0 and x1 > x0 else False
    seen = () if visible else (Seen("text layer", value), Seen("ink", ""))  # defects.NOTHING_SEEN
    accepted = sure and visible and _may_be(place, value, labels)
    return Field(value, "shown", accepted, number, where, 1.0, "text layer", seen)


def _may_be(place: FieldPlace, value: str, labels: Sequence[str]) -> bool:
    """Whether a digital text can be this field's value: it looks as it must, and is none of the form's own words."""
    fits = place.grammar in ("text", "name", "words") or grammar.fits(place.grammar, value)
    return fits and not _holds_print(value, labels)


def _holds_print(value: str, labels: Sequence[str]) -> bool:
    return any(len(words) >= 8 and words in fold(value) for words in labels)


def _from_picture(
    sheet: Sheet,
    place: FieldPlace,
    placed: Placed,
    printed: Sequence[PixelBox],
    others: Sequence[PixelBox],
    labels: Sequence[str],
    *,
    sure: bool,
) -> Field:
    number, box = sheet.page.number, placed.box
    found = cells.cell(
        sheet.strokes, sheet.picture, sheet.pixels(box), printed, others, place.lines, ruled=placed.ruled
    )
    verdict = readers.judge(found, place.grammar, sheet.page.rows) if found is not None else None
    if found is None or verdict is None or verdict.value == "":
        inked = found is not None or ink.any_ink(sheet.mask, sheet.pixels(box, loose=-1.0))
        state = "unreadable" if inked else "empty"
        proved = sure and not inked and placed.lined
        return Field(None, state, proved, number, sheet.to_file(box), reader="ocr")  # type: ignore[arg-type]
    is_print = _holds_print(verdict.value, labels)
    return Field(
        verdict.value,
        "shown",
        sure and verdict.sure and not is_print,
        number,
        sheet.to_file(cells.points(found.box, sheet.scale)),
        verdict.confidence,
        verdict.readers[0].reader,
        verdict.readers,
        verdict.agreed,
    )


def _values_in_lines(lines: Sequence[Line], laid: Registration, boxes: dict[str, Box]) -> dict[str, tuple[Char, ...]]:
    """The characters at each box that are not the form's own print."""
    print_at: dict[int, set[int]] = {}
    for _, found in laid.found:
        print_at.setdefault(found.line, set()).update(range(found.start, found.end))
    values: dict[str, list[list[Char]]] = {}
    for number, line in enumerate(lines):
        own = print_at.get(number, set())
        for segment in _segments(line, own):
            for name, part in _shared_out(segment, boxes):
                values.setdefault(name, []).append(part)
    return {name: tuple(_in_order(parts)) for name, parts in values.items()}


def _segments(line: Line, own: set[int]) -> list[list[Char]]:
    """What is left of a line when the form's print is taken out, cut at wide gaps."""
    segments: list[list[Char]] = []
    current: list[Char] = []
    for index, char in enumerate(line.chars):
        gap = bool(current) and char.x0 - current[-1].x1 > 2.2 * max(6.0, char.y1 - char.y0)
        if index in own or gap:
            segments.append(current)
            current = []
        if index not in own:
            current.append(char)
    segments.append(current)
    return [segment for segment in segments if any(not char.text.isspace() for char in segment)]


def _shared_out(segment: list[Char], boxes: dict[str, Box]) -> list[tuple[str, list[Char]]]:
    """To which fields the characters belong: by their middles; a tail that runs over the edge stays with its value."""
    owners: list[str | None] = []
    for char in segment:
        middle_x, middle_y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
        inside = [
            (abs(middle_y - (box[1] + box[3]) / 2), name)
            for name, box in boxes.items()
            if box[0] - LOOSE_X <= middle_x <= box[2] + LOOSE_X and box[1] - LOOSE_Y <= middle_y <= box[3] + LOOSE_Y
        ]
        owners.append(min(inside)[1] if inside else None)
    names = [name for name in dict.fromkeys(owners) if name is not None]
    if not names:
        return []
    if len(names) == 1:
        share = sum(owner is not None for owner in owners) / len(owners)
        starts = owners[next(i for i, char in enumerate(segment) if not char.text.isspace())] is not None
        if starts or share >= 0.6:
            return [(names[0], segment)]
        return [(names[0], [char for char, owner in zip(segment, owners, strict=True) if owner])]
    return [(name, [char for char, owner in zip(segment, owners, strict=True) if owner == name]) for name in names]


def _in_order(parts: list[list[Char]]) -> list[Char]:
    ordered = sorted(parts, key=lambda part: (round(box_of(part)[3] / 7), part[0].x0))
    chars: list[Char] = []
    for part in ordered:
        if chars:
            last = chars[-1]
            chars.append(Char(" ", last.x1, last.y0, last.x1, last.y1))
        chars += part
    return chars


def _spaced(chars: Sequence[Char]) -> str:
    text = "".join(char.text for char in chars)
    return re.sub(r"\s+", " ", text).strip()
