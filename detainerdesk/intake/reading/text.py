"""Text values of a page's fields: form values first, else digital text at its place, else OCR by two readers. Comes in: a page, its
lines, the template and how it lies on the page. Goes out: a `Field` for each text field, accepted only where it is sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from detainerdesk.intake.reading import cells, grammar, ink, readers, vocabulary
from detainerdesk.intake.reading.cells import PixelBox, Printed
from detainerdesk.intake.reading.fields import Box, Field, Seen
from detainerdesk.intake.reading.forms import FieldPlace, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Found, Line, box_of, fold
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
    def faint(self) -> ink.Mask:
        """The page's ink and what a pale pen or a pencil left."""
        return ink.dark(self.picture, ink.FAINT)

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
    stamped = _stamped(taken, laid)
    labels = [fold(words) for label in template.labels for words in label.wordings]
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
            rivals = [name for name in boxes if placed[name].held or not placed[place.name].held]
            others = [sheet.pixels(boxes[name]) for name in rivals if name != place.name]
            printed = _printed(sheet, template, laid, placed[place.name])
            fields[place.name] = _from_picture(sheet, place, placed[place.name], printed, others, labels, sure=held)
        else:
            fields[place.name] = _from_text(
                sheet,
                place,
                placed[place.name],
                taken.get(place.name, ()),
                labels,
                sure=held and place.name not in stamped,
            )
    return fields


def _printed(sheet: Sheet, template: TemplatePage, laid: Registration, field: Placed) -> tuple[Printed, ...]:
    """Where the form's own words stand on the page: as they were found, else as the template has them, but not where a field is held."""
    found = dict(laid.found)
    hits = [hit for label in template.labels if label in found for hit in {found[label], found[label].last}]
    printed = [Printed(sheet.pixels(hit.box), _goes_on(sheet, hit)) for hit in hits]
    lost = [laid.to_page(label.box) for label in template.labels if label not in found and label.box]
    lost = [_up_to_print(box, sheet) for box in lost if not (field.held and overlap(box, field.box) > 0.1)]
    return (*printed, *(Printed(sheet.pixels(box)) for box in lost))


def _up_to_print(box: Box, sheet: Sheet) -> Box:
    """The place of words that were not found, cut where a line of print begins in it that goes on behind it: that is a value."""
    x0, y0, x1, y1 = box
    begun = [
        line.box[0] - 1
        for line in sheet.lines
        if y0 < (line.box[1] + line.box[3]) / 2 < y1 and x0 + 10 < line.box[0] < x1 < line.box[2]
    ]
    return x0, y0, min([x1, *begun]), y1


def _goes_on(sheet: Sheet, hit: Found) -> int | None:
    """Where the line of these words goes on behind them: the middle of its next letter, in pixels. A reader knows where a letter stands, but not
    how wide it is."""
    after = next((char for char in sheet.lines[hit.line].chars[hit.end :] if char.text.isalnum()), None)
    return None if after is None else round((after.x0 + after.x1) / 2 * sheet.scale)


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
    if value == "":
        # A value that shows on the page but not in the form's data is drawn there by other means.
        inked = ink.any_ink(sheet.faint, sheet.pixels(widget.box, loose=-0.8))
        state = "unreadable" if inked else "empty"
        return Field(None, state, sure and not inked, sheet.page.number, widget.box, 1.0, "form field")  # type: ignore[arg-type]
    visible = ink.any_ink(sheet.mask, sheet.pixels(widget.box, loose=-0.8))
    seen = () if visible else (Seen("form field", value), Seen("ink", ""))  # defects.NOTHING_SEEN
    accepted = sure and visible and _may_be(place, value, labels)
    return Field(value, "shown", accepted, sheet.page.number, widget.box, 1.0, "form field", seen)


def _from_text(
    sheet: Sheet,
    place: FieldPlace,
    placed: Placed,
    pieces: Sequence[_Piece],
    labels: Sequence[str],
    *,
    sure: bool,
) -> Field:
    number, box = sheet.page.number, placed.box
    value, whole = _as_written(pieces, placed, labels)
    value = grammar.tidy(place.grammar, value)
    if value == "":
        if ink.any_ink(sheet.faint, sheet.pixels(box, loose=-0.8)):
            return Field(None, "unreadable", False, number, box, 0.0, "text layer")
        return Field(None, "empty", sure and placed.lined, number, box, 1.0, "text layer")
    where = box_of(char for piece in pieces for char in piece.chars)
    x0, y0, x1, y1 = sheet.pixels(where)
    visible = bool(sheet.mask[y0:y1, x0:x1].mean() > 0.02) if y1 > y0 and x1 > x0 else False
    seen = () if visible else (Seen("text layer", value), Seen("ink", ""))  # defects.NOTHING_SEEN
    accepted = sure and visible and whole and _may_be(place, value, labels)
    return Field(value, "shown", accepted, number, where, 1.0, "text layer", seen)


def _as_written(pieces: Sequence[_Piece], placed: Placed, labels: Sequence[str]) -> tuple[str, bool]:
    """The pieces as one value, without the words of a label that a print has before it; and whether nothing else stands there: text
    that was drawn later (a stamp), a part outside of its box, words before a colon that are no label that is known."""
    kept = [
        piece
        for piece in pieces
        if not any(
            piece.line - other.line > 1 and (placed.rows == 1 or _on_one_row(piece.box, other.box)) for other in pieces
        )
    ]
    value = " ".join(piece.text for piece in kept)
    x0, y0, x1, _ = placed.box
    inside = [p.box[3] > y0 and p.box[2] > x0 - LOOSE_X and p.box[0] < x1 + LOOSE_X for p in kept]
    whole = len(kept) == len(pieces) and all(inside)
    head, colon, rest = value.partition(":")
    if colon and re.search(r"[^\W\d]{2}", head):
        return (rest.strip(), whole) if fold(head) in labels else (value, False)
    return value, whole and not re.match(r"\([^\W\d]", value)


def _on_one_row(one: Box, two: Box) -> bool:
    return min(one[3], two[3]) - max(one[1], two[1]) > 0.3 * min(one[3] - one[1], two[3] - two[1])


def _may_be(place: FieldPlace, value: str, labels: Sequence[str]) -> bool:
    """Whether a digital text can be this field's value: it looks as it must, and is none of the form's own words."""
    fits = place.grammar in readers.WORDS or grammar.fits(place.grammar, value)
    return fits and not vocabulary.is_small(value) and not _holds_print(value, labels)


def _holds_print(value: str, labels: Sequence[str]) -> bool:
    """Whether a value holds the form's own words, or is the words of a stamp and no more."""
    return vocabulary.is_stamp(value) or any(len(words) >= 8 and words in fold(value) for words in labels)


def _from_picture(
    sheet: Sheet,
    place: FieldPlace,
    placed: Placed,
    printed: Sequence[Printed],
    others: Sequence[PixelBox],
    labels: Sequence[str],
    *,
    sure: bool,
) -> Field:
    number, box = sheet.page.number, placed.box
    read_on = _read_on(printed, sheet.pixels(box, loose=LOOSE_X))
    found = cells.cell(
        sheet.strokes, sheet.picture, sheet.pixels(box), printed, others, place.lines, ruled=placed.ruled
    )
    verdict = readers.judge(found, place.grammar, sheet.page.rows) if found is not None else None
    if found is None or verdict is None or verdict.value == "":
        inked = found is not None or ink.any_ink(sheet.faint, sheet.pixels(box, loose=-1.0))
        state = "unreadable" if inked else "empty"
        proved = sure and not inked and placed.lined and read_on is None
        return Field(None, state, proved, number, sheet.to_file(box), reader="ocr")  # type: ignore[arg-type]
    value = without_rest_of_label(verdict.value, place.grammar, labels)
    is_print = value != verdict.value or _holds_print(value, labels)
    goes_on = found.goes_on and place.grammar in readers.WORDS  # a date or a number has one line
    begun_before = read_on is not None and read_on < found.box[0]
    return Field(
        value,
        "shown",
        sure and verdict.sure and not (is_print or goes_on or begun_before),
        number,
        sheet.to_file(cells.points(found.box, sheet.scale)),
        verdict.confidence,
        verdict.readers[0].reader,
        verdict.readers,
        verdict.agreed,
    )


def _read_on(printed: Sequence[Printed], box: PixelBox) -> int | None:
    """Where a letter was read in a field's place right behind the form's own words: the middle of it, in pixels. Such a place is not empty."""
    x0, y0, x1, y1 = box
    on_row = (words.goes_on for words in printed if y0 < (words.box[1] + words.box[3]) / 2 < y1)
    return min((at for at in on_row if at is not None and x0 < at < x1), default=None)


def without_rest_of_label(value: str, grammar_name: str, labels: Sequence[str]) -> str:
    """A value from a picture without the end of a label before it (`Agency) Denver`, `N0: A000`, `xing a copy to 303`), or the form's
    sentence behind it and around a telephone. A person looks at what was so mended."""
    marks = r": ?|\) " if grammar_name in readers.WORDS else r": ?|\) |[.;] "
    head = re.match(rf"(?=\S*[A-Za-z])([^\s:;()]{{2,12}}?)({marks})(?=\S)", value)
    if head is not None:
        is_label = any(words.endswith(fold(head[1])) for words in labels)
        if head[2] == ") " or is_label:
            value = value[head.end() :]
    words = value.split()
    ends = [
        n
        for n in range(1, len(words))
        if (vocabulary.is_small(words[n - 1]) or words[n - 1][-1] in ":;#")
        and _ends_a_label(fold(" ".join(words[:n])), labels)
    ]
    words = words[ends[-1] :] if ends else words
    behind = len(words) > 1 and vocabulary.is_small(words[-1])  # `SOTO, Ana on`: the sentence goes on
    value = " ".join(words[:-1] if behind else words)
    if grammar_name == "phone" and not grammar.fits("phone", value):
        numbers = re.findall(grammar.TELEPHONE, value)
        value = numbers[0] if len(numbers) == 1 else value
    return value


def _ends_a_label(letters: str, labels: Sequence[str]) -> bool:
    """Whether these letters are the end of the form's words before a value, or end as they do (`faxing a copy to`)."""
    return any(
        (len(letters) >= 6 and words.endswith(letters)) or (len(words) >= 12 and letters.endswith(words[-12:]))
        for words in labels
    )


@dataclass(frozen=True)
class _Piece:
    """A run of letters that was drawn at once. `line`: which line of the page, in the order in which they were drawn."""

    chars: tuple[Char, ...]
    line: int

    @cached_property
    def box(self) -> Box:
        return box_of(self.chars)

    @property
    def text(self) -> str:
        return _spaced(self.chars)


def _values_in_lines(
    lines: Sequence[Line], laid: Registration, boxes: Mapping[str, Box]
) -> dict[str, tuple[_Piece, ...]]:
    """For each box the pieces of text in it that are not the form's own print, in the order in which they are read. A piece belongs
    whole to the box in which it begins or mostly stands; and what touches a value, and no other box has, is a part of it."""
    print_at: dict[int, set[int]] = {}
    for _, found in laid.found:
        for part in (found, found.last):
            print_at.setdefault(part.line, set()).update(range(part.start, part.end))
    values: dict[str, list[_Piece]] = {}
    loose = []
    for number, line in enumerate(lines):
        for piece in _pieces(line, number, print_at.get(number, set())):
            name = _owner(piece, boxes)
            if name is None:
                loose.append(piece)
            else:
                values.setdefault(name, []).append(piece)
    for piece in loose:
        for pieces in values.values():
            if any(_goes_with(piece, other) for other in pieces):
                pieces.append(piece)
                break
    return {name: tuple(_in_order(pieces)) for name, pieces in values.items()}


def _stamped(values: Mapping[str, Sequence[_Piece]], laid: Registration) -> frozenset[str]:
    """The fields in which text stands that was drawn after all the form's print, while most values were not: a stamp, or something
    that was added later."""
    last = max((found.last.line for _, found in laid.found), default=0)
    late = {name for name, pieces in values.items() if any(piece.line > last for piece in pieces)}
    return frozenset(late) if len(late) < len(values) / 2 else frozenset()


def _goes_with(piece: _Piece, other: _Piece) -> bool:
    """Whether a piece stands close over another or touches it on its row, and was drawn just before or after it."""
    (x0, _, x1, bottom), (left, top, right, below) = piece.box, other.box
    over = other.line - piece.line == 1 and abs(x0 - left) < 3 and -2 < top - bottom < 0.5 * (below - top)
    beside = abs(other.line - piece.line) == 1 and _on_one_row(piece.box, other.box)
    return over or (beside and -3 < max(left - x1, x0 - right) < 0.3 * (below - top))


def _pieces(line: Line, number: int, own: set[int]) -> list[_Piece]:
    """What is left of a line when the form's print is taken out, cut at wide gaps; brackets alone are rules of the form's drawing."""
    pieces: list[list[Char]] = []
    current: list[Char] = []
    for index, char in enumerate(line.chars):
        gap = bool(current) and char.x0 - current[-1].x1 > 2.2 * max(6.0, char.y1 - char.y0)
        if index in own or gap:
            pieces.append(current)
            current = []
        if index not in own:
            current.append(char)
    pieces.append(current)
    return [
        _Piece(tuple(piece), number)
        for piece in pieces
        if any(not (char.text.isspace() or char.text in "()[]{}|") for char in piece)
    ]


def _owner(piece: _Piece, boxes: Mapping[str, Box]) -> str | None:
    """The field in whose box a piece begins or mostly stands; the nearest row's, where boxes overlap."""
    marks = [char for char in piece.chars if not char.text.isspace()]
    best: tuple[float, float, str] | None = None
    for name, box in boxes.items():
        inside = [_stands_in(char, box) for char in marks]
        share = sum(inside) / len(marks)
        if inside[0] or share >= 0.6:
            away = abs((marks[0].y0 + marks[0].y1) / 2 - (box[1] + box[3]) / 2)
            entry = (-round(share, 1), away, name)
            best = entry if best is None or entry < best else best
    return best[2] if best else None


def _stands_in(char: Char, box: Box) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
    return box[0] - LOOSE_X <= x <= box[2] + LOOSE_X and box[1] - LOOSE_Y <= y <= box[3] + LOOSE_Y


def _in_order(pieces: Iterable[_Piece]) -> list[_Piece]:
    """From the top, and on a row from the left."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.box[3]):
        if rows and piece.box[3] - rows[-1][0].box[3] < 5:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [piece for row in rows for piece in sorted(row, key=lambda piece: piece.box[0])]


def _spaced(chars: Iterable[Char]) -> str:
    return re.sub(r"\s+", " ", "".join(char.text for char in chars)).strip()
