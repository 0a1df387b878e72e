"""Receipts that prove the count: counsel turns them on or off, with the password again; a sender's numbers of a month, as a page and as a list for a
spreadsheet; where they differ from the numbers that the sender kept; and the faxes whose senders could get none. Which sender is asked for stands in
no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from detainerdesk.desk import life, words
from detainerdesk.desk.forms import Confirmed, Month
from detainerdesk.desk.page.channels import channel
from detainerdesk.desk.page.receipts import month_of, receipts_page
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.intake import lines
from detainerdesk.intake import receipts as issued
from detainerdesk.intake.numbers import zone_of


@dataclass(frozen=True)
class Faxes:
    """Receipts by fax: whether a line can give them, and the faxes of a month whose senders got none, because no number was known: each with our
    receipt, its arrival, station and channel."""

    answered: bool
    month: str
    without: tuple[tuple[int, str, str, str], ...]


@access("GET", sees="see_receipts")
def receipts(request: HttpRequest) -> HttpResponse:
    return _page(request)


@access("POST", sees="see_receipts", writes="turn_receipts")
@sensitive_post_parameters("password")
def turn_receipts(request: HttpRequest) -> HttpResponse:
    officer, form = officer_of(request), Confirmed(request, request.POST)
    if not form.is_valid():
        return _page(request, confirm=form, status=422)
    on = request.POST.get("turn") == "on"
    if on != issued.turned_on(officer.agency):
        issued.turn(officer.agency, on, actor=life.actor_of(officer))
    messages.info(request, f"Receipts for senders are {'on' if on else 'off'}.")
    return redirect("receipts")


@access("POST", sees="see_receipts", writes="see_receipts")
def receipts_of_month(request: HttpRequest) -> HttpResponse:
    """By POST: a sender is a person's address as often as not."""
    officer, now = officer_of(request), timezone.now()
    form = Month(request.POST, senders=issued.senders(officer.agency))
    if not form.is_valid():
        return _page(request, month=form, status=422)
    sender, month = form.cleaned_data["sender"], form.cleaned_data["month"]
    if request.POST.get("as") == "csv":
        year, number = map(int, month.split("-"))
        rows = issued.of_month(officer.agency, sender, year, number)
        return _list(issued.as_csv(rows), month)
    found = month_of(officer.agency, sender, month, form.cleaned_data["theirs"], now)
    return _page(request, month=form, found=found, faxes=_faxes(officer.agency, month, now))


def _faxes(agency: str, month: str, now: datetime) -> Faxes:
    zone = zone_of(agency)
    without = issued.faxes_without(agency, *map(int, month.split("-")))
    rows = (
        (one.receipt, words.moment(one.received_at, zone, now), one.station, channel(one.channel)) for one in without
    )
    return Faxes(_are_answered(agency), month, tuple(rows))


def _are_answered(agency: str) -> bool:
    try:
        return any(line.receipts_to for line in lines.known() if line.agency == agency)
    except lines.LinesError:
        return False  # the board says that the list can't be read


def _list(text: str, month: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="receipts-{month}.csv"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(
    request: HttpRequest,
    *,
    confirm: Confirmed | None = None,
    month: Month | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    officer = officer_of(request)
    now = timezone.now()
    shown = receipts_page(officer.agency, now)
    more.setdefault("faxes", _faxes(officer.agency, shown.month, now))
    shown_forms: dict[str, Any] = {
        "confirm": confirm or Confirmed(request),
        "month": month or Month(senders=shown.senders, initial={"month": shown.month}),
    }
    more |= {"receipts": shown, "can_turn": may(officer.role, "turn_receipts")}
    return render(request, "desk/receipts.html", frame(request, **shown_forms, **more), status=status)
