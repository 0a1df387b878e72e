"""Keys for programs that bring papers in: the administrator makes one, sees its token once, and revokes it. A key shows no case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from detainerdesk.desk.forms import Confirmed, NewKey
from detainerdesk.desk.models import ApiKey, KeyRefused
from detainerdesk.desk.page.channels import stations
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame

REVOKE = "revoke_%s"


@access("GET", "POST", sees="manage_accounts", writes="manage_accounts")
@sensitive_post_parameters("password")
def api_keys(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    return _revoke(request) if "revoke" in request.POST else _make(request)


def _make(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    form = NewKey(request.POST, stations=stations(officer.agency))
    confirm = Confirmed(request, request.POST)
    if not (form.is_valid() & confirm.is_valid()):
        return _page(request, form=form, confirm=confirm, status=422)
    name, station = form.cleaned_data["name"], form.cleaned_data["station"]
    try:
        key, token = ApiKey.make(name, officer.agency, station, by=officer, at=timezone.now())
    except KeyRefused as refused:
        form.add_error("name", str(refused))
        return _page(request, form=form, confirm=confirm, status=422)
    return _page(request, made=key, token=token)  # no redirect: the token is told once, and is kept nowhere


def _revoke(request: HttpRequest) -> HttpResponse:
    officer, number = officer_of(request), request.POST.get("revoke", "")
    confirm = Confirmed(request, request.POST, auto_id=REVOKE)
    if not confirm.is_valid():
        return _page(request, confirm_revoke=confirm, status=422)
    key = ApiKey.objects.filter(agency=officer.agency, pk=int(number)).first() if number.isdecimal() else None
    if key is None:
        confirm.add_error(None, "There is no such key here. Choose one of the list.")
        return _page(request, confirm_revoke=confirm, status=422)
    try:
        key.revoke(by=officer, at=timezone.now())
    except KeyRefused as refused:
        confirm.add_error(None, str(refused))
        return _page(request, confirm_revoke=confirm, status=422)
    messages.info(request, f"Revoked: {key.name}. Its token opens nothing from now on.")
    return redirect("api-keys")


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    agency = officer_of(request).agency
    shown: dict[str, Any] = {
        "keys": ApiKey.objects.filter(agency=agency).select_related("made_by__user", "revoked_by__user"),
        "form": NewKey(stations=stations(agency)),
        "confirm": Confirmed(request),
        "confirm_revoke": Confirmed(request, auto_id=REVOKE),
        **more,
    }
    return render(request, "desk/api_keys.html", frame(request, **shown), status=status)
