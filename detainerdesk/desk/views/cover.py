"""A cover sheet for a station and today: printed, laid on top of what lies in the tray, and scanned with it, it sends the papers into that station's
queue. It is our own page, made anew each time; like every file of the desk it is a download in a sandbox (security.md WEB-4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from detainerdesk.desk.forms import Station
from detainerdesk.desk.models import Officer
from detainerdesk.desk.page.channels import stations
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.intake import marks
from detainerdesk.intake.channels.folder import NO_STATION
from detainerdesk.intake.numbers import zone_of


@access("GET", "POST", sees="upload", writes="upload")
def cover(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    choice = choice_of(officer)
    if request.method != "POST":
        return _page(request, Station(stations=choice) if choice else None)
    form = Station(request.POST, stations=choice) if choice else None
    if form is not None and not form.is_valid():
        return _page(request, form, status=422)
    return _sheet(officer.agency, form.cleaned_data["station"] if form else officer.station)


def choice_of(officer: Officer) -> Sequence[str]:
    """The stations that this officer chooses among; none where the officer has a station."""
    return () if officer.station else (stations(officer.agency) or (NO_STATION,))


def _sheet(agency: str, station: str) -> HttpResponse:
    day = timezone.now().astimezone(zone_of(agency)).date()
    response = HttpResponse(marks.cover_sheet(agency, station, day), content_type="application/pdf")
    name = re.sub(r"[^A-Za-z0-9]+", "-", station).strip("-") or "station"
    response.headers["Content-Disposition"] = f'attachment; filename="cover-{name}-{day.isoformat()}.pdf"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(request: HttpRequest, form: Station | None, status: int = 200) -> HttpResponse:
    station = officer_of(request).station
    return render(request, "desk/cover.html", frame(request, form=form, station=station), status=status)
