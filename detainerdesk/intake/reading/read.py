"""Bytes to fields: reads one file and says which papers are in it, what stands in their fields, and what an officer must see.
Comes in: the bytes. Goes out: a `Reading`. Works in this process; untrusted files go through `child.read_in_child`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading import defects, forms, ink, ocr
from detainerdesk.intake.reading.fields import Box, Field, Paper, Reading
from detainerdesk.intake.reading.forms import FieldPlace, Identity, Registration
from detainerdesk.intake.reading.lines import lines_of
from detainerdesk.intake.reading.pages import Page, Pages
from detainerdesk.intake.reading.text import Sheet, overlap, text_fields, widget_of

HEAD, FOOT = 0.30, 0.90  # parts of a page's height in which a form says what it is
TITLE, SHORT = 0.60, 0.45  # parts of a page's width below which a line may be a title, or is no running text


@dataclass(frozen=True)
class PageReading:
    """What one page of the file shows by itself."""

    number: int
    identity: Identity
    fields: Mapping[str, Field]
    fax: tuple[int, int] | None
    text: str


def read(data: bytes, *, page_begins: Callable[[int, int], None] | None = None) -> Reading:
    """The papers in a file and their fields. `page_begins(number, count)` is told before each page: it can set limits."""
    pages = Pages(data)
    pages.check_all_sizes()
    readings = []
    for number in range(1, pages.count + 1):
        if page_begins is not None:
            page_begins(number, pages.count)
        readings.append(_read_page(pages.page(number)))
    groups = _papers_of(readings)
    papers = [_paper(group) for group in groups]
    texts = ["\n".join(page.text for page in group) for group in groups]
    notes = list(pages.notes) + _notes(groups)
    found = defects.find(papers, texts, fax=_fax_gap(readings))
    return Reading(
        papers=tuple(
            Paper(paper.kind, paper.edition, paper.pages, paper.fields, tuple(mine))
            for paper, mine in zip(papers, found, strict=True)
        ),
        pages=pages.count,
        notes=tuple(notes),
    )


def _read_page(page: Page) -> PageReading:
    sheet, identity, laid = _understood(page)
    template_page = forms.page_of(identity)
    fields: dict[str, Field] = {}
    if template_page is not None and laid is not None:
        sure = identity.sure and laid.sure
        fields = text_fields(sheet, template_page, laid, sure=sure)
        for place in template_page.fields:
            if place.kind in ("check", "sig") and place.box is not None:
                fields[place.name] = _ink_field(sheet, place, laid, sure=sure)
        fields = {place.name: fields[place.name] for place in template_page.fields if place.name in fields}
    text = "\n".join(line.text for line in sheet.lines)
    height = sheet.picture.shape[0] / sheet.scale
    return PageReading(page.number, identity, fields, forms.fax_pages(sheet.lines, height), text)


def _understood(page: Page) -> tuple[Sheet, Identity, Registration | None]:
    """The page with its lines, what it is, and how its form lies on it. Of a scan only the lines that this needs are read."""
    if not page.scanned:
        lines = lines_of(page.chars)
        sheet = Sheet(page, page.picture, ink.dark(page.picture), page.scale, lines, lambda box: box)
        identity = forms.identify(lines, page.height)
        template_page = forms.page_of(identity)
        laid = forms.register(template_page, lines) if template_page and template_page.fields else None
        return sheet, identity, laid
    straight, back = ocr.straighten(page.picture)
    scale = page.scale
    sheet = Sheet(page, straight, ink.dark(straight), scale, (), _way_back(back, scale))
    for find in (ocr.lines_by_ink, ocr.lines_by_model):
        reader = ocr.LineReader(straight, scale, find)
        identity, laid = _read_lines(reader, straight.shape[1] / scale, straight.shape[0] / scale)
        sheet = replace(sheet, lines=reader.lines)
        if identity.sure and (laid is None or laid.sure):
            break
    return sheet, identity, laid


def _read_lines(reader: ocr.LineReader, width: float, height: float) -> tuple[Identity, Registration | None]:
    """Reads the lines that say what the page is, then those that its fields need."""
    lines = reader.read(
        lambda box: (box[1] < HEAD * height and box[2] - box[0] < TITLE * width) or box[3] > FOOT * height
    )
    identity = forms.identify(lines, height)
    if not identity.sure:
        lines = reader.read()
        identity = forms.identify(lines, height)
    template_page = forms.page_of(identity)
    if template_page is None or not template_page.fields:
        return identity, None
    laid = forms.register(template_page, lines)
    if laid.agreeing >= 5:
        values = [laid.to_page(field.box) for field in template_page.fields if field.kind == "text" and field.box]
        labels = [laid.to_page(label.box) for label in template_page.labels if label.box]
        lines = reader.read(
            lambda box: (
                any(overlap(box, value) > 0.1 for value in values)
                or (box[2] - box[0] < SHORT * width and any(overlap(box, label) > 0.1 for label in labels))
            )
        )
        laid = forms.register(template_page, lines)
    if not laid.sure:
        lines = reader.read()
        laid = forms.register(template_page, lines)
    return identity, laid


def _way_back(matrix: npt.NDArray[np.float64], scale: float) -> Callable[[Box], Box]:
    """From a box on the upright page to the box around it on the page as it came, both in points."""

    def to_file(box: Box) -> Box:
        x0, y0, x1, y1 = (value * scale for value in box)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ matrix.T / scale
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    return to_file


def _ink_field(sheet: Sheet, place: FieldPlace, laid: Registration, *, sure: bool) -> Field:
    """A tick or a signature: always by the ink on the picture, wherever the file comes from."""
    assert place.box is not None
    box = laid.to_page(place.box)
    widget = widget_of(sheet.page.widgets, place, box)
    if widget is not None:
        box = widget.box
    if place.kind == "check":
        measured = ink.tick(sheet.mask, sheet.pixels(box), reach=round((2.0 if widget else 4.5) * sheet.scale))
        x0, y0, x1, y1 = (value / sheet.scale for value in measured.box)
        box = (x0, y0, x1, y1)
    else:
        measured = ink.signature(sheet.mask, sheet.pixels(box))
    where = sheet.to_file(box)
    if measured.inked is None:
        return Field(None, "unreadable", False, sheet.page.number, where, 0.5, "ink")
    state = "shown" if measured.inked else "empty"
    return Field(measured.inked, state, sure, sheet.page.number, where, 1.0, "ink")  # type: ignore[arg-type]


def _papers_of(readings: list[PageReading]) -> list[list[PageReading]]:
    """Which pages belong together: a form's later pages go to the paper of that form which lacks them."""
    groups: list[list[PageReading]] = []
    for reading in readings:
        mine = reading.identity
        last = groups[-1] if groups else None
        if mine.kind == "unknown":
            if last is not None and last[0].identity.kind == "unknown" and not mine.conflict:
                last.append(reading)
            else:
                groups.append([reading])
            continue
        home = next(
            (
                group
                for group in reversed(groups)
                if group[0].identity.kind == mine.kind
                and mine.page not in {page.identity.page for page in group}
                and (mine.page > 1 or group is last)
                and (mine.of or 1) > 1
            ),
            None,
        )
        if home is None and mine.page > 1 and last is not None and last[0].identity.kind == mine.kind:
            taken = {page.identity.page for page in last}
            home = last if mine.page not in taken else None
        if home is None:
            groups.append([reading])
        else:
            home.append(reading)
    return groups


def _paper(group: list[PageReading]) -> Paper:
    kind = group[0].identity.kind
    edition = next((page.identity.edition for page in group if page.identity.edition), None)
    template = forms.template_of(kind)
    fields: dict[str, Field] = {}
    if template is not None:
        for template_page in template.pages:
            reading = next((page for page in group if page.identity.page == template_page.number), None)
            for place in template_page.fields:
                if reading is not None and place.name in reading.fields:
                    fields[place.name] = reading.fields[place.name]
                elif reading is None:
                    fields[place.name] = Field(None, "page missing", False, None, None, 0.0, "ink")
    return Paper(kind, edition, tuple(page.number for page in group), fields)


def _notes(groups: list[list[PageReading]]) -> list[str]:
    notes = []
    for group in groups:
        pages = _pages_words([page.number for page in group])
        first = group[0].identity
        if any(page.identity.conflict for page in group):
            notes.append(
                f"{pages}: the marks of a court and of a department, or of two forms, stand on one page. A person must say what it is."
            )
        elif first.kind == "unknown":
            notes.append(f"{pages}: this is no form that is known here. A person must look at it.")
        elif not any(page.identity.sure for page in group):
            template = forms.template_of(first.kind)
            name = template.name if template else first.kind
            notes.append(
                f"{pages}: this is probably {name}, but not all marks of it could be read. A person must look at it."
            )
    return notes


def _pages_words(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"Pages {numbers[0]} to {numbers[-1]}"
    return "Pages " + ", ".join(str(number) for number in numbers)


def _fax_gap(readings: list[PageReading]) -> tuple[int, int] | None:
    """Pages that came and pages that the sending machine counted, where fewer came."""
    counted = max((page.fax[1] for page in readings if page.fax is not None), default=0)
    return (len(readings), counted) if counted > len(readings) else None
