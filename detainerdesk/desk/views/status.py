"""The administrator's status page: what `detainerdesk status` says of the installation, in the same words; and the papers that the malware scan holds
back, of which one can be let through. It shows no case and no name of a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from detainerdesk.desk import life
from detainerdesk.desk.forms import Confirmed
from detainerdesk.desk.status import matters, status_of
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.intake import scan


@access("GET", "POST", sees="manage_accounts", writes="manage_accounts")
@sensitive_post_parameters("password")
def status(request: HttpRequest) -> HttpResponse:
    return _let_through(request) if request.method == "POST" else _page(request)


def _let_through(request: HttpRequest) -> HttpResponse:
    officer, number = officer_of(request), request.POST.get("paper", "")
    confirm = Confirmed(request, request.POST)
    if not confirm.is_valid():
        return _page(request, confirm=confirm, status=422)
    try:
        if not (number.isascii() and number.isdecimal() and len(number) < 16):
            raise scan.NotHeld("There is no such paper here. Choose one of the list.")
        scan.let_through(int(number), officer.agency, actor=life.actor_of(officer))
    except scan.NotHeld as refused:
        confirm.add_error(None, str(refused))
        return _page(request, confirm=confirm, status=422)
    messages.info(request, f"Paper {number} is let through. What was not read of it is read now, as any other paper.")
    return redirect("status")


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    shown: dict[str, Any] = {
        "matters": matters(status_of(Path(settings.DATA))),
        "held": scan.held(officer_of(request).agency),
        "confirm": Confirmed(request),
        **more,
    }
    return render(request, "desk/status.html", frame(request, **shown), status=status)
