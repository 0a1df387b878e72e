"""The law here: everybody reads it, counsel signs. Adopting, withdrawing and choosing a reading each ask for the password again; what is signed is
what the page showed, by its digest. The words come from `page`, the rows and events from `life`."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from detainerdesk.desk import life, page
from detainerdesk.desk.forms import Confirmed
from detainerdesk.desk.page import LawReading
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame

log = logging.getLogger("detainerdesk.access")

SIGNS = {"adopt": (life.adopt, "Adopted"), "withdraw": (life.withdraw, "Withdrawn")}


@access("GET", "POST", sees="see_law", writes="sign_law")
@sensitive_post_parameters("password")
def law(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _law(request, Confirmed(request), request.GET.getlist("tick"))
    ticked = [one.partition(" ") for one in request.POST.getlist("rule")]
    read = {id: digest for id, _, digest in ticked}
    form = Confirmed(request, request.POST)
    if not _confirmed(request, form):
        return _law(request, form, read, status=422)
    try:
        if (act := request.POST.get("act", "")) not in SIGNS:
            raise life.NotPossible("Nothing was signed: press “Adopt what is ticked” or “Withdraw what is ticked”.")
        sign, done = SIGNS[act]
        signed = sign(read, officer_of(request), life.edition(), at=timezone.now())
    except life.NotPossible as problem:
        form.add_error(None, str(problem))
        return _law(request, form, read, status=422)
    messages.info(request, f"{done}: {', '.join(signed)}.")
    return redirect("law")


@access("GET", "POST", sees="see_law", writes="sign_law")
@sensitive_post_parameters("password")
def reading(request: HttpRequest, reading: str) -> HttpResponse:
    shown = _shown(request, reading)
    if request.method != "POST":
        return _reading(request, shown, Confirmed(request))
    form = Confirmed(request, request.POST)
    if not _confirmed(request, form):
        return _reading(request, shown, form, status=422)
    officer, edition, now = officer_of(request), life.edition(), timezone.now()
    value, reason, read = (request.POST.get(name, "") for name in ("value", "reason", "read"))
    try:
        if value:
            life.choose(reading, value, reason, read, officer, edition, at=now)
        else:
            life.leave_open(reading, reason, read, officer, edition, at=now)
    except life.NotPossible as problem:
        form.add_error(None, str(problem))
        return _reading(request, shown, form, status=422)
    messages.info(request, f"{shown.label}: {'chosen' if value else 'left open'}.")
    return redirect("law")


def _confirmed(request: HttpRequest, form: Confirmed) -> bool:
    """The password again; that it was wrong is logged."""
    if form.is_valid():
        return True
    log.warning("not confirmed role=%s view=law", officer_of(request).role)
    return False


def _shown(request: HttpRequest, name: str) -> LawReading:
    officer = officer_of(request)
    station = "" if may(officer.role, "see_all_stations") else officer.station
    found = page.reading_page(officer.agency, name, station, timezone.now())
    if found is None:
        raise Http404("No such reading in the law here.")
    return found


def _law(request: HttpRequest, form: Confirmed, ticked: list[str] | dict[str, str], status: int = 200) -> HttpResponse:
    show = "open" if request.GET.get("show") == "open" else "all"
    shown = page.law_page(officer_of(request).agency, timezone.now(), show=show, ticked=ticked)
    can_sign = may(officer_of(request).role, "sign_law")
    return render(request, "desk/law.html", frame(request, shown, form=form, can_sign=can_sign), status=status)


def _reading(request: HttpRequest, shown: LawReading, form: Confirmed, status: int = 200) -> HttpResponse:
    role = officer_of(request).role
    more: dict[str, Any] = {
        "reading": shown,
        "form": form,
        "can_sign": may(role, "sign_law"),
        "sees_requests": may(role, "see_request"),
        "value": request.POST.get("value", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "desk/reading.html", frame(request, **more), status=status)
