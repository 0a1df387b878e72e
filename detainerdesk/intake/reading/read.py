"""Bytes to fields: reads one file and says which papers are in it, what stands in their fields, and what an officer must see.
Comes in: the bytes. Goes out: a `Reading`. Works in this process; untrusted files go through `child.read_in_child`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading import codes, forms, ink, ocr, vocabulary
from detainerdesk.intake.reading.bind import PageReading, bind
from detainerdesk.intake.reading.fields import Arranged, BadArrangement, Box, Field, Reading, Turn, check_arranged
from detainerdesk.intake.reading.forms import Identity, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Line, Span, fold, lines_of
from detainerdesk.intake.reading.pages import CannotRead, Page, Pages
from detainerdesk.intake.reading.placing import Placed, place_all, sides_of, wanting
from detainerdesk.intake.reading.text import Sheet, overlap, text_fields, widget_of

HEAD, FOOT = 0.30, 0.90  # parts of a page's height in which a form says what it is
EDGE = 0.12  # part of it in which at the head a form's mark may stand
TITLE = 0.60  # part of a page's width below which a line may be a title
REACH = (9.0, 4.0)  # points across and down in which a printed square is looked for beside its label
SOME = 4  # squares of a page that tell how large its squares are
ODD = 0.12  # share by which one may differ from the others, else it is looked for again
BESIDE = 4.0  # points of ink beside a label in one line with it: more than the quick reader's error
AIR = 25.0  # points beside a label in which a square or a value begins
ASIDE = 50.0  # points to a side by which a caption may stand from where the others let expect it
BEGINNING = 60.0  # points of a line that tell whose label it is
MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*", re.IGNORECASE)


def read(
    data: bytes, *, arranged: Sequence[Arranged] = (), page_begins: Callable[[int, int], None] | None = None
) -> Reading:
    """The papers in a file and their fields. `arranged`: how a person laid the pages, where one did; a kind that a person names is
    sure. `page_begins(number, count)` is told before each page: it can set limits."""
    pages = open_pages(data, arranged)
    readings = []
    for number in range(1, pages.count + 1):
        if page_begins is not None:
            page_begins(number, pages.count)
        readings.append(read_page(pages.page(number), arranged))
    return bind(readings, pages.notes, arranged)


def open_pages(data: bytes, arranged: Sequence[Arranged] = ()) -> Pages:
    """The file's pages, after everything that can be refused was looked at: the sizes of all pages, the arrangement."""
    pages = Pages(data)
    pages.check_all_sizes()
    try:
        check_arranged(arranged, pages.count)
    except BadArrangement as error:
        raise CannotRead(str(error)) from error
    return pages


def read_page(page: Page, arranged: Sequence[Arranged] = ()) -> PageReading:
    """What one page shows by itself."""
    named = next((one for one in arranged if page.number in one.pages), None)
    sheet, identity, laid = _understood(page, named)
    ours = codes.texts(page.picture)
    if ours and identity.kind == "unknown" and named is None:
        identity = replace(identity, kind="cover_sheet", page=1, of=1, sure=True, seen=("code",))
    template_page = forms.page_of(identity)
    fields: dict[str, Field] = {}
    if template_page is not None and laid is not None:
        sure = identity.sure and laid.sure and template_page.checked
        placed = place_all(template_page, laid, sheet.rules, sheet.lines)
        fields = text_fields(sheet, template_page, laid, placed, sure=sure)
        fields |= _ticks(sheet, template_page, placed, sure=sure)
        fields |= _signatures(sheet, template_page, placed, sure=sure)
        fields = {place.name: fields[place.name] for place in template_page.fields if place.name in fields}
    text = "\n".join(line.text for line in sheet.lines)
    height = sheet.picture.shape[0] / sheet.scale
    fax = forms.fax_pages(sheet.lines, height)
    return PageReading(page.number, identity, fields, fax, text, ours)


def _understood(page: Page, named: Arranged | None) -> tuple[Sheet, Identity, Registration | None]:
    """The page with its lines, what it is, and how its form lies on it. Of a scan only the lines that this needs are read."""
    said = (
        _Said(None, 1, None)
        if named is None
        else _Said(named.kind, named.pages.index(page.number) + 1, named.turn_of(page.number))
    )
    if not page.scanned and not said.turn:
        lines = lines_of(page.chars)
        sheet = Sheet(page, page.picture, ink.dark(page.picture), page.scale, lines, lambda box: box)
        identity = said.identity(lines, page.height)
        template_page = forms.page_of(identity)
        laid = forms.register(template_page, lines) if template_page and template_page.fields else None
        return sheet, identity, laid
    page = replace(page, scanned=True, chars=(), widgets=())
    straight, back = ocr.straighten(page.picture, said.turn)
    scale = page.scale
    sheet = Sheet(page, straight, ink.dark(straight), scale, (), _way_back(back, page))
    for find in (ocr.lines_by_ink, ocr.lines_by_model):
        reader = ocr.LineReader(straight, scale, find)
        identity, laid = _read_lines(reader, straight.shape[1] / scale, straight.shape[0] / scale, said)
        sheet = replace(sheet, lines=reader.lines)
        if identity.sure and (laid is None or laid.sure):
            break
    return sheet, identity, laid


@dataclass(frozen=True)
class _Said:
    """What a person said of a page: the kind of its paper, which of the paper's pages it is, how it is turned."""

    kind: str | None
    position: int
    turn: Turn | None

    def identity(self, lines: Sequence[Line], height: float) -> Identity:
        if self.kind is None:
            return forms.identify(lines, height)
        return forms.identify_as(self.kind, lines, height, self.position)


def _read_lines(
    reader: ocr.LineReader, width: float, height: float, said: _Said
) -> tuple[Identity, Registration | None]:
    """Reads the lines that say what the page is, then those that its fields need; again, and better, where the first look was not enough."""

    def says_what_it_is(box: Box) -> bool:
        return (box[1] < HEAD * height and box[2] - box[0] < TITLE * width) or box[3] > FOOT * height

    def is_at_an_edge(box: Box) -> bool:
        return box[2] - box[0] < TITLE * width and (box[1] < EDGE * height or box[3] > FOOT * height)

    def any_line(box: Box) -> bool:
        return True

    lines = reader.read(says_what_it_is)
    identity = said.identity(lines, height)
    for wanted, well in ((any_line, False), (says_what_it_is, True), (any_line, True)):
        if not identity.sure:
            lines = reader.read(wanted, well=well)
            identity = said.identity(lines, height)
    if identity.sure and not forms.has_edition(identity):
        again = said.identity(reader.read(is_at_an_edge, well=True), height)
        identity = again if again.sure else identity
    template_page = forms.page_of(identity)
    if template_page is None or not template_page.fields:
        reader.read()  # a letter has its say in any line
        return identity, None
    laid = forms.register(template_page, reader.read_beginnings(BEGINNING))
    needed = _needed(template_page, laid)
    if needed is not None:
        laid = forms.register(template_page, reader.read(needed))
    laid = forms.register(template_page, reader.read_again(_with_more_ink(template_page, laid)))
    needed = _needed(template_page, laid)
    if needed is not None:
        laid = forms.register(template_page, reader.read(needed, well=True))
    if not laid.sure:
        laid = forms.register(template_page, reader.read(well=True))
    return identity, laid


def _needed(page: TemplatePage, laid: Registration) -> Callable[[Box], bool] | None:
    """Which lines may tell more of where the form's labels stand, by their boxes; None where nothing is missing."""
    wanted = wanting(page, laid)
    # a label that stands before its value is needed to its end
    sides = sides_of(page)
    cut = [
        hit.box for label, hit in laid.found if not hit.whole and {"after", "under", "next"} & sides.get(label, set())
    ]
    cut += [*laid.unclear, *(box for label, box in laid.begun if label in wanted)]
    missed = [laid.to_page(label.box) for label in wanted if label.box] if laid.sure else []

    def needed(line: Box) -> bool:
        return any(overlap(line, box) > 0.3 for box in cut) or any(_may_hold(line, box) for box in missed)

    return needed if cut or missed else None


def _with_more_ink(page: TemplatePage, laid: Registration) -> Callable[[Box], list[Span]]:
    """Where on a line, by its box, a label stands that has beside it what is filled in there: where the two part must be known to the letter."""
    sides = sides_of(page)
    found = [(sides[label], part.box) for label, hit in laid.found if label in sides for part in (hit, hit.last)]

    def spans(line: Box) -> list[Span]:
        wanted = []
        for beside, box in found:
            if overlap(line, box) > 0.3:
                if "square" in beside or ("before" in beside and box[0] - line[0] > BESIDE):
                    wanted.append((box[0] - AIR, min(box[0] + BEGINNING, box[2])))
                if {"after", "next"} & beside and line[2] - box[2] > BESIDE:
                    wanted.append((max(box[2] - BEGINNING, box[0]), box[2] + AIR))
        return wanted

    return spans


def _may_hold(line: Box, label: Box) -> bool:
    """Whether a label may stand inside this line, from where it is expected."""
    middle = (label[1] + label[3]) / 2
    return line[1] - 5 <= middle <= line[3] + 5 and line[0] - ASIDE <= label[0] <= line[2] + ASIDE


def _way_back(matrix: npt.NDArray[np.float64], page: Page) -> Callable[[Box], Box]:
    """From a box on the upright page to the box around it on the page as it came, both in points. A fax has other dots to the inch down than
    across, and its picture is as low as its dots are; only here that counts."""
    across, down = page.scale, page.picture.shape[0] / page.height

    def to_file(box: Box) -> Box:
        x0, y0, x1, y1 = (value * across for value in box)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ matrix.T / (across, down)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    return to_file


def _ticks(sheet: Sheet, template: TemplatePage, placed: Mapping[str, Placed], *, sure: bool) -> dict[str, Field]:
    """The check boxes of a page: always by the ink on the picture, wherever the file comes from. All squares are found first,
    because the mark of one may run over to the next, and the strokes of a bold cross may make a smaller square than those of the page."""
    found = {}
    where: dict[str, tuple[ink.PixelBox, tuple[int, int]]] = {}
    for place in template.fields:
        if place.kind == "check" and place.name in placed:
            widget = widget_of(sheet.page.widgets, place, placed[place.name].box)
            box, (across, down) = (widget.box, (2.0, 2.0)) if widget else (placed[place.name].box, REACH)
            reach = round(across * sheet.scale), round(down * sheet.scale)
            held = placed[place.name].held or widget is not None
            where[place.name] = sheet.pixels(box), reach
            found[place.name] = ink.square(sheet.mask, *where[place.name]), held
    sizes = {name: ink.times_as_large(square, where[name][0]) for name, (square, _) in found.items() if square.whole}
    usual = float(np.median(list(sizes.values()))) if len(sizes) >= SOME else 0.0
    for name, size in sizes.items():
        if abs(size - usual) > ODD * usual and (again := ink.square(sheet.mask, *where[name], usual)).whole:
            found[name] = again, found[name][1]
    fields = {}
    for name, (square, held) in found.items():
        others = [other for another, (other, _) in found.items() if another != name]
        measured = _measured(sheet, partial(ink.tick, square=square, others=others))
        fields[name] = _ink_field(sheet, measured, sure=sure and held)
    return fields


def _signatures(sheet: Sheet, template: TemplatePage, placed: Mapping[str, Placed], *, sure: bool) -> dict[str, Field]:
    """The places for signatures of a page, by the ink in them."""
    fields = {}
    for place in template.fields:
        if place.kind == "sig" and place.name in placed:
            here = placed[place.name]
            widget = widget_of(sheet.page.widgets, place, here.box)
            x0, y0, x1, y1 = widget.box if widget else here.box
            above = sheet.pixels((x0, y0, x1, y1 - 3.0) if here.ruled else (x0, y0, x1, y1))  # its rule is no ink
            dates = [sheet.pixels(line.box, loose=1.0) for line in sheet.lines if _is_date_in(line, (x0, y0, x1, y1))]
            measured = _measured(sheet, partial(ink.signature, box=above, strokes=sheet.strokes.of, dates=dates))
            measured = replace(measured, box=sheet.pixels((x0, y0, x1, y1)))
            if measured.inked and any(_is_stamp_in(line, (x0, y0, x1, y1)) for line in sheet.lines):
                measured = replace(measured, inked=None)
            fields[place.name] = _ink_field(sheet, measured, sure=sure and (here.held or widget is not None))
    return fields


def _measured(sheet: Sheet, measure: Callable[[ink.Mask], ink.Ink]) -> ink.Ink:
    """What the page's ink shows in a place. What is empty but for a pale pen's or a pencil's ink is neither empty nor inked."""
    measured = measure(sheet.mask)
    if measured.inked is False and measure(sheet.faint).inked is not False:
        return replace(measured, inked=None)
    return measured


def _is_stamp_in(line: Line, box: Box) -> bool:
    """Whether this line of print is a stamp's that reaches into a box."""
    return overlap(line.box, box) > 0.3 and vocabulary.is_stamp(line.text) and fold(line.text) != "by"  # By: ____


def _is_date_in(line: Line, box: Box) -> bool:
    """Whether this line of print stands in a box and is a date or a number, which is nobody's name."""
    inside = box[1] <= (line.box[1] + line.box[3]) / 2 <= box[3] and overlap(line.box, box) > 0.5
    return inside and sum(map(str.isdigit, line.text)) >= 4 and not re.search(r"[^\W\d_]", MONTH.sub("", line.text))


def _ink_field(sheet: Sheet, measured: ink.Ink, *, sure: bool) -> Field:
    """What was measured, as a field of the page. What is neither clearly empty nor clearly inked is for a person."""
    x0, y0, x1, y1 = (value / sheet.scale for value in measured.box)
    where = sheet.to_file((x0, y0, x1, y1))
    if measured.inked is None:
        return Field(None, "unreadable", False, sheet.page.number, where, reader="ink")
    state = "shown" if measured.inked else "empty"
    return Field(measured.inked, state, sure, sheet.page.number, where, 1.0, "ink")  # type: ignore[arg-type]
