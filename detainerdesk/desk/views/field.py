"""One field of a paper beside its picture: a person says that it is right as read, or what the paper shows instead."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.forms import Correction
from detainerdesk.desk.page import FieldRow, RequestPage
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.request import page_of
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.reading.fields import State


@access("GET", "POST", sees="see_request", writes="correct_field")
def field(request: HttpRequest, number: str, paper: int, name: str) -> HttpResponse:
    page = page_of(request, number)
    row = next((row for row in page.fields if row.paper == paper and row.name == name), None)
    if row is None:
        raise Http404("No such field on this request's papers.")
    tick = _is_tick(page, row)
    if request.method != "POST":
        return _page(request, page, row, Correction(tick=tick, initial={"value": "" if tick else row.value}))
    form = Correction(request.POST, tick=tick)
    if not form.is_valid():
        return _page(request, page, row, form, status=422)
    try:
        _save(request, page, row, form)
    except life.StaleState as stale:
        return _page(request, page, row, form, status=409, stale=str(stale))
    except life.NotPossible as problem:
        form.add_error(None, str(problem))
        return _page(request, page, row, form, status=422)
    messages.info(request, f"{row.label}: saved.")
    return redirect("request", page.number)


def _save(request: HttpRequest, page: RequestPage, row: FieldRow, form: Correction) -> None:
    assert row.paper is not None
    officer, now = officer_of(request), timezone.now()
    version, state = form.cleaned_data["version"], form.cleaned_data["state"]
    if state == "right":
        life.confirm_reading(page.number, version, officer, paper=row.paper, name=row.name, at=now)
        return
    shows: dict[str, tuple[State, str | bool | None]] = {
        "shown": ("shown", form.cleaned_data["value"]),
        "ticked": ("shown", True),
        "not ticked": ("shown", False),
    }
    saved, value = shows.get(state) or (cast(State, state), None)
    life.correct_field(page.number, version, officer, paper=row.paper, name=row.name, value=value, state=saved, at=now)


def _is_tick(page: RequestPage, row: FieldRow) -> bool:
    """Boxes are named in the reading by what they say; only a box is read as true or false."""
    assert row.paper is not None
    read = intake_request.load(page.number, page.agency).papers[row.paper].fields[row.name]
    return isinstance(read.value, bool) or row.name.startswith(("pc_", "box2_"))


def _page(
    request: HttpRequest, page: RequestPage, row: FieldRow, form: Correction, *, status: int = 200, stale: str = ""
) -> HttpResponse:
    writes = may(officer_of(request).role, "correct_field")
    context = frame(request, page, row=row, form=form, stale=stale, can_correct=writes)
    return render(request, "desk/field.html", context, status=status)
