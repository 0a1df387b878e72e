"""The request page, and the same values as a list of reasons (why), as a sheet for print and as data. All words come from `page`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from detainerdesk.desk import page
from detainerdesk.desk.forms import BookedPerson
from detainerdesk.desk.page import RequestPage
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of, state_for
from detainerdesk.desk.views.frame import as_data, frame


@access("GET", sees="see_request")
def request(request: HttpRequest, number: str) -> HttpResponse:
    return request_page(request, page_of(request, number))


@access("GET", sees="see_request")
def request_data(request: HttpRequest, number: str) -> HttpResponse:
    return as_data(page_of(request, number))


@access("GET", sees="see_request")
def why(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "desk/why.html", frame(request, page_of(request, number)))


@access("GET", sees="print")
def print_sheet(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "desk/print.html", frame(request, page_of(request, number)))


def page_of(request: HttpRequest, number: str) -> RequestPage:
    """The page's values, for an officer who may see this request."""
    officer = officer_of(request)
    state = state_for(officer, number)
    station = "" if may(officer.role, "see_all_stations") else officer.station
    return page.request_page(officer.agency, state.number, timezone.now(), officer.role, station)


def request_page(request: HttpRequest, values: RequestPage, status: int = 200, **more: Any) -> HttpResponse:
    """The request page itself; `more` tells what was refused and what the officer had entered."""
    return render(request, "desk/request.html", _context(request, values, **more), status=status)


def booking_page(request: HttpRequest, values: RequestPage) -> HttpResponse:
    """The same page with ground and time as its question."""
    return render(request, "desk/booking.html", _context(request, values))


def booked_page(request: HttpRequest, values: RequestPage, form: BookedPerson, status: int = 200) -> HttpResponse:
    """The same page with paper and booking side by side, and what booking has to be written down."""
    return render(request, "desk/booked_person.html", _context(request, values, form=form), status=status)


def _context(request: HttpRequest, values: RequestPage, **more: Any) -> dict[str, Any]:
    role = officer_of(request).role
    can = {
        "can_correct": may(role, "correct_field") and not values.closed,
        "can_answer": may(role, "answer"),
        "can_place": may(role, "place_paper"),
        "can_draw": may(role, "draw_template"),
    }
    return frame(request, values, **can, **more)
