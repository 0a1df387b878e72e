"""A paper that belongs to no request yet: why it waits for a person, our own picture of its pages, and the paper itself for download."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from detainerdesk.desk.page import Picture
from detainerdesk.desk.views.access import access, officer_of, sees_station
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.original import download
from detainerdesk.desk.views.picture import page_picture
from detainerdesk.intake import queue
from detainerdesk.intake.models import Document
from detainerdesk.intake.queue import Waits
from detainerdesk.intake.reading.fields import from_json


@access("GET", sees="see_request")
def waiting(request: HttpRequest, document: str) -> HttpResponse:
    waits = _waits(request, document)
    return render(request, "desk/waiting.html", frame(request, waits=waits, pictures=_pictures(waits)))


@access("GET", sees="see_picture")
def waiting_picture(request: HttpRequest, document: str, page: int) -> HttpResponse:
    return page_picture(_waits(request, document).sha256, page, large=request.GET.get("size") == "large")


@access("GET", sees="see_picture")
def waiting_original(request: HttpRequest, document: str) -> HttpResponse:
    return download(_waits(request, document).sha256)


def _waits(request: HttpRequest, document: str) -> Waits:
    officer = officer_of(request)
    for each in queue.waiting(officer.agency):
        if each.sha256 == document and sees_station(officer, {sent.station for sent in each.transmissions}):
            return each
    raise Http404("No such paper waits here.")


def _pictures(waits: Waits) -> tuple[Picture, ...]:
    """One for each page that was counted; a file that can't be opened has none."""
    reading = Document.objects.get(sha256=waits.sha256).reading
    pages = from_json(reading).pages if reading else 0
    return tuple(Picture(waits.sha256, page, f"Page {page} of {pages}") for page in range(1, pages + 1))
