"""What comes by telephone or by hand is typed in and kept like any paper: through intake's one door, with a receipt. The kind is chosen first, then its
fields are shown. The page carries a key of its own, so that the same form sent twice is one delivery; nothing typed is lost by a mistake."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.forms import Entered
from detainerdesk.desk.models import Officer
from detainerdesk.desk.page.entry import KINDS, Alike, EntryGroup, EntryKind, alike, groups, kind_of
from detainerdesk.desk.views.access import access, officer_of, sees_station
from detainerdesk.desk.views.cover import choice_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.not_kept import FAULTS, why
from detainerdesk.intake.door import DeliveryKeyUsedTwice, Envelope, receive
from detainerdesk.intake.entry import Entry, EntryError, to_bytes
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.numbers import zone_of

CHANNEL = "entry"
A_CLOCK_MAY_BE_WRONG = timedelta(minutes=5)


@access("GET", "POST", sees="upload", writes="upload")
def entry(request: HttpRequest) -> HttpResponse:
    chosen = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    kind = kind_of(chosen)
    if kind is None and chosen:
        raise Http404("There is no kind of request of this name.")
    if kind is None:
        return render(request, "desk/entry_kinds.html", frame(request, kinds=KINDS))
    return _keep(request, kind) if request.method == "POST" else _page(request, _form(request, kind))


def _keep(request: HttpRequest, kind: EntryKind) -> HttpResponse:
    """Checked, compared with what is there, kept. A form that comes a second time gets the receipt that it had."""
    officer, form = officer_of(request), _form(request, kind, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        told, at = form.said(), _moment(form, officer)
    except (EntryError, life.NotPossible) as error:
        form.add_error("told_at" if isinstance(error, life.NotPossible) else None, str(error))
        return _page(request, form, status=422)
    delivery = f"{CHANNEL} {officer.pk} {form.cleaned_data['delivery']}"
    try:
        there = () if _came(delivery) else _alike(told, officer)
        if there and form.cleaned_data["there"] != _numbers(there):
            return _page(request, form, status=409, there=there)
        return _receive(request, form, told, at, delivery)
    except FAULTS as error:
        fault = why(error)
        form.add_error(None, f"{fault.says} {STILL_HERE}")
        return _page(request, form, status=fault.status)


def _receive(request: HttpRequest, form: Entered, told: Entry, at: datetime, delivery: str) -> HttpResponse:
    officer = officer_of(request)
    envelope = Envelope(
        channel=CHANNEL,
        agency=officer.agency,
        station=officer.station or form.cleaned_data["station"],
        name=form.kind.label,
        received_at=at,
        delivery=delivery,
        sender=form.cleaned_data["told_by"],
    )
    try:
        receipt = receive(to_bytes(told), envelope)
    except DeliveryKeyUsedTwice:
        return _page(request, form, status=409, sent_before=True)
    messages.info(request, f"Kept. Receipt {receipt.number}. It comes to the board when it has been placed.")
    return redirect("entry")


def _form(request: HttpRequest, kind: EntryKind, data: Any = None) -> Entered:
    officer = officer_of(request)
    fields = [field for group in groups(kind.kind) for field in group.fields]
    now = timezone.now().astimezone(zone_of(officer.agency))
    first = {"delivery": secrets.token_hex(16), "told_at": f"{now:%Y-%m-%dT%H:%M}"}
    stations: Sequence[str] = choice_of(officer)
    return Entered(data, kind=kind, fields=fields, stations=stations, initial=first)


def _moment(form: Entered, officer: Officer) -> datetime:
    now = timezone.now()
    at = life.moment_of(form.cleaned_data["told_at"], officer.agency, now)
    if at > now + A_CLOCK_MAY_BE_WRONG:
        raise life.NotPossible("When: this time is still to come. Write when it was told.")
    return min(at, now)


def _came(delivery: str) -> bool:
    return Transmission.objects.filter(delivery=delivery).exists()


def _alike(told: Entry, officer: Officer) -> tuple[Alike, ...]:
    """Only those that this officer may see: the others answer like requests that are not there."""
    return tuple(one for one in alike(told, officer.agency) if sees_station(officer, one.stations))


def _numbers(there: Sequence[Alike]) -> str:
    return " ".join(one.number for one in there)


def _page(
    request: HttpRequest,
    form: Entered,
    status: int = 200,
    *,
    there: Sequence[Alike] = (),
    sent_before: bool = False,
) -> HttpResponse:
    """The form as it was typed. After a warning it carries what was warned of; after a clash of deliveries, a key of its own."""
    wrong = next((name for name in form.fields if name in form.errors), "told_by")
    if not there and not sent_before:
        form.fields[wrong].widget.attrs |= {"autofocus": True, "data-arrive": ""}
    shown: dict[str, Any] = {
        "form": form,
        "kind": form.kind,
        "groups": [_with_fields(form, group) for group in groups(form.kind.kind)],
        "there": there,
        "there_numbers": _numbers(there),
        "sent_before": sent_before,
        "delivery": secrets.token_hex(16) if sent_before else form["delivery"].value(),
    }
    return render(request, "desk/entry.html", frame(request, **shown), status=status)


def _with_fields(form: Entered, group: EntryGroup) -> dict[str, Any]:
    """A group that is folded opens by itself where something stands in it, or is wrong in it."""
    fields = [form[one.name] for one in group.fields]
    return {
        "title": group.title,
        "folded": group.folded,
        "open": any(field.value() or field.errors for field in fields),
        "fields": fields,
    }


STILL_HERE = "All that you typed is still here."
