"""The channels page: each line, what it brought last, what waits to be read, what failed, whether its test page came back. It shows no case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from detainerdesk.desk.page.channels import channels_page
from detainerdesk.desk.roles import Ability, may
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame


@access("GET", sees="see_lines")
def channels(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    station = "" if may(officer.role, "see_all_lines") else officer.station
    shown = channels_page(officer.agency, station, timezone.now())
    can: dict[str, Any] = {name: may(officer.role, ability) for name, ability in LINKS.items()}
    return render(request, "desk/channels.html", frame(request, channels=shown, **can))


LINKS: dict[str, Ability] = {
    "can_upload": "upload",
    "can_see_receipts": "see_receipts",
    "can_make_keys": "manage_accounts",
    "can_see_board": "see_board",
}
