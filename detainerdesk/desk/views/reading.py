"""What every page of the reading desk shares: what a person says of one field, the page in its frame, the field cut out at three times life size.

In: a request of a browser, a paper that its officer may see. Out: a checked form, a `Sheet`, a PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from PIL import Image

from detainerdesk.desk import words
from detainerdesk.desk.page.reading import Focus, ReadField, ReadingDesk
from detainerdesk.desk.page.sheet import TURNS, Mark, Sheet, around, sheet
from detainerdesk.desk.views.picture import WIDTH, kept
from detainerdesk.intake.join import day_of
from detainerdesk.intake.models import Document
from detainerdesk.intake.reading.fields import Box, arranged_from_json

FINE: Final = 2448
"""Pixels of a page that fields are cut from: 4 for each point of a letter page, three times life size on a screen of 96 dots an inch."""

LONGEST: Final = 400


class SaidOfField(forms.Form):
    """What a person says of one field. What was typed stays in the form when it is sent back."""

    state = forms.ChoiceField(error_messages={"required": "Choose what the paper shows, then save."})
    value = forms.CharField(max_length=LONGEST, required=False, strip=True)
    version = forms.CharField(max_length=40)

    def __init__(self, *args: Any, focus: Focus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.focus = focus
        choice = self.fields["state"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(one.value, one.label) for one in focus.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") != "shown":
            return data
        if not data.get("value"):
            self.add_error("value", "Correct it to: write what the paper shows, or choose “empty on the paper”.")
        elif self.focus.field.name == "dob" and day_of(data["value"]) is None:
            self.add_error("value", words.BIRTH_DATE)
        return data


def sheet_of(
    request: HttpRequest,
    pages: Iterable[tuple[str, int]],
    desk: ReadingDesk | None,
    marks: Iterable[Mark] = (),
    *,
    begin: int = 1,
) -> Sheet | None:
    """The page that the address asks for (`?page=2&size=1&turn=90`, pages counted through the papers), else that of the field in focus, else `begin`."""
    every = tuple(dict.fromkeys(pages))
    if not every:
        return None
    numbers = tuple(range(1, len(every) + 1))
    page = _asked(request, "page")
    if page not in numbers:
        page = _page_of(desk.focus.field, every) if desk and desk.focus else min(begin, len(every))
    document, number = every[page - 1]
    try:
        pixels = _pixels(document, number)
    except Http404:
        return None  # the file can't be drawn: what is known of it is shown without a picture
    boxes = (*(desk.marks(document, number) if desk else ()), *marks)
    turn = _turn(request) if "turn" in request.GET else _as_laid(document, number)
    return sheet(document, page, numbers, pixels, boxes, file_page=number, size=_asked(request, "size"), turn=turn)


def crop(request: HttpRequest, field: ReadField) -> HttpResponse:
    """The field's place cut out of the page, turned as the page beside it; 404 where its place is not known."""
    if field.page is None or field.box is None:
        raise Http404("No place of this field on the paper is known.")
    data = kept(field.document, field.page, FINE, lighter=False)
    with Image.open(io.BytesIO(data)) as picture:
        frame = sheet(field.document, 1, (1,), picture.size)
        if not frame.measured:
            raise Http404("This page has the shape of no paper we know, so no place on it can be trusted.")
        scale = picture.width / frame.width
        box = around(field.box, tick=field.kind == "check", width=frame.width, height=frame.height)
        out = io.BytesIO()
        turned = picture.crop(_pixel_box(box, scale)).rotate(-_turn(request), expand=True)
        turned.save(out, "PNG", optimize=True)
    return HttpResponse(out.getvalue(), content_type="image/png")


def crop_size(field: ReadField, frame: Sheet | None) -> tuple[int, int] | None:
    """How large `crop` will be, so that nothing moves when it comes; None where there is none."""
    if field.box is None or frame is None or not frame.measured:
        return None
    box = around(field.box, tick=field.kind == "check", width=frame.width, height=frame.height)
    x0, y0, x1, y1 = _pixel_box(box, FINE / frame.width)
    return (y1 - y0, x1 - x0) if frame.turn in (90, 270) else (x1 - x0, y1 - y0)


def next_to_check(desk: ReadingDesk | None, link: Callable[[ReadField], str]) -> str:
    """Where the next field to check is; "" where none is left."""
    return link(desk.to_check[0]) if desk is not None and desk.to_check else ""


def _pixel_box(box: Box, scale: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(value * scale) for value in box)
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _pixels(document: str, page: int) -> tuple[int, int]:
    with Image.open(io.BytesIO(kept(document, page, WIDTH))) as picture:
        return picture.size


def _asked(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 5 else 0


def _turn(request: HttpRequest) -> int:
    turn = _asked(request, "turn")
    return turn if turn in TURNS else 0


def _as_laid(document: str, page: int) -> int:
    """How a person turned this page when its file was laid out; 0 where nobody did."""
    said = Document.objects.values_list("arranged", flat=True).get(sha256=document)
    return next((one.turn_of(page) or 0 for one in arranged_from_json(said or ()) if page in one.pages), 0)


def _page_of(field: ReadField, pages: tuple[tuple[str, int], ...]) -> int:
    wanted = (field.document, field.page)
    return pages.index(wanted) + 1 if wanted in pages else 1
