"""One field of a request's papers beside the page it stands on: a person says that it is right as read, or what the paper shows instead. What is
saved leads to the next field to check, and after the last one back to the request."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.page import RequestPage
from detainerdesk.desk.page.reading import Focus, ReadField, ReadingDesk, request_reading, said
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of, state_for
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.reading import SaidOfField, crop, crop_size, next_to_check, sheet_of
from detainerdesk.desk.views.request import page_of
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.reading.fields import Field


@access("GET", sees="see_request")
def fields(request: HttpRequest, number: str) -> HttpResponse:
    """To the first field that a person must look at; where none is left, back to the request."""
    state_for(officer_of(request), number)
    first = next_to_check(_desk(request, number), _links(number))
    if not first:
        messages.info(request, "No field is left to check.")
    return redirect(first or reverse("request", args=[number]))


@access("GET", "POST", sees="see_request", writes="correct_field")
def field(request: HttpRequest, number: str, paper: int, name: str) -> HttpResponse:
    page = page_of(request, number)
    desk = _desk(request, page.number, (paper, name))
    if desk is None or desk.focus is None:
        raise Http404("No such field on this request's papers.")
    if request.method != "POST":
        return _page(request, page, desk, SaidOfField(focus=desk.focus, initial={"value": desk.focus.typed}))
    form = SaidOfField(request.POST, focus=desk.focus)
    if not form.is_valid():
        return _page(request, page, desk, form, status=422)
    try:
        _save(request, page, desk.focus, form)
    except life.StaleState as stale:
        return _page(request, page, desk, form, status=409, stale=str(stale))
    except life.NotPossible as problem:
        form.add_error(None, str(problem))
        return _page(request, page, desk, form, status=422)
    messages.info(request, f"{desk.focus.field.label}: saved.")
    following = next_to_check(_desk(request, page.number), _links(page.number)) if desk.focus.field.to_check else ""
    return redirect(following or reverse("request", args=[page.number]))


@access("GET", sees="see_picture")
def field_crop(request: HttpRequest, number: str, paper: int, name: str) -> HttpResponse:
    state_for(officer_of(request), number)
    desk = _desk(request, number, (paper, name))
    if desk is None or desk.focus is None:
        raise Http404("No such field on this request's papers.")
    return crop(request, desk.focus.field)


def _desk(request: HttpRequest, number: str, at: tuple[int, str] | None = None) -> ReadingDesk | None:
    return request_reading(officer_of(request).agency, number, timezone.now(), at)


def _save(request: HttpRequest, page: RequestPage, focus: Focus, form: SaidOfField) -> None:
    officer, now = officer_of(request), timezone.now()
    paper, name = focus.field.key
    given = form.cleaned_data["version"]
    version = int(given) if given.isdecimal() else 0
    read = intake_request.load(page.number, page.agency).papers[paper].fields[name]
    state, value = said(focus, form.cleaned_data["state"], form.cleaned_data["value"])
    if _as_read(read, state, value):
        life.confirm_reading(page.number, version, officer, paper=paper, name=name, at=now)
        return
    life.correct_field(page.number, version, officer, paper=paper, name=name, value=value, state=state, at=now)


def _as_read(read: Field, state: str, value: str | bool | None) -> bool:
    """A tick that was found not made is empty to the reader, and not ticked to a person."""
    if isinstance(value, bool) and isinstance(read.value, bool):
        return read.value is value
    return (read.state, read.value) == (state, value)


def _links(number: str) -> Callable[[ReadField], str]:
    def link(one: ReadField) -> str:
        return reverse("field", args=[number, one.paper, one.name])

    return link


def _page(
    request: HttpRequest, page: RequestPage, desk: ReadingDesk, form: SaidOfField, *, status: int = 200, stale: str = ""
) -> HttpResponse:
    sheet = sheet_of(request, [(picture.document, picture.page) for picture in page.pictures], desk)
    assert desk.focus is not None
    link = _links(page.number)
    context = frame(
        request,
        page,
        desk=desk,
        focus=desk.focus,
        rows=[(one, link(one)) for one in desk.fields],
        form=form,
        sheet=sheet,
        crop=crop_size(desk.focus.field, sheet),
        crop_url=reverse("field-crop", args=[page.number, *desk.focus.field.key]),
        save_url=link(desk.focus.field),
        stale=stale,
        can_correct=may(officer_of(request).role, "correct_field") and not page.closed,
        can_place=may(officer_of(request).role, "place_paper"),
    )
    return render(request, "desk/field.html", context, status=status)
