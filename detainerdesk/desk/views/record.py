"""What an officer records on a request: an answer, whom booking has, ground and time, or the act itself. Each is one POST, with or without scripts.

A move on an old state is answered with the newest page (409) and what the officer had entered; one that can't be made, with the reason (422).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.forms import BookedPerson
from detainerdesk.desk.page import Question, RequestPage
from detainerdesk.desk.views.access import access, officer_of, state_for
from detainerdesk.desk.views.request import booked_page, booking_page, page_of, request_page

Move = Callable[[int, datetime], object]


@access("POST", sees="see_request", writes="answer")
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """An answer to the one question. The form says which question and which answer; `life` knows what follows."""
    question, value = request.POST.get("question", ""), request.POST.get("value", "")

    def move(version: int, now: datetime) -> None:
        officer, written = officer_of(request), request.POST.get("moment", "").strip()
        moment = life.moment_of(written, officer.agency, now) if written else None
        life.answer(number, version, officer, question=question, value=value, moment=moment, at=now)

    return _recorded(request, number, move)


@access("GET", sees="record_booking")
def booking(request: HttpRequest, number: str) -> HttpResponse:
    """Ground and time, at any time (B); it posts to `answer` like every question."""
    return booking_page(request, page_of(request, number))


@access("GET", "POST", sees="record_booking", writes="record_booking")
def booked_person(request: HttpRequest, number: str) -> HttpResponse:
    """Paper beside booking: what booking has of the person is written down, and the two are compared."""
    values = page_of(request, number)
    known = life.history(state_for(officer_of(request), number)).known
    if values.closed:
        raise Http404("This request is closed.")
    if request.method != "POST":
        return booked_page(request, values, BookedPerson(booked=known.booked))
    form = BookedPerson(request.POST, booked=known.booked)
    if not form.is_valid():
        return booked_page(request, values, form, status=422)
    try:
        life.record_booked_person(number, _version(request), officer_of(request), form.facts, at=timezone.now())
    except life.StaleState as stale:
        form.add_error(None, str(stale))
        return booked_page(request, page_of(request, number), form, status=409)
    except life.NotPossible as problem:
        form.add_error(None, str(problem))
        return booked_page(request, values, form, status=422)
    return redirect("booked-person", number)


@access("POST", sees="see_request", writes="record_decision")
def record(request: HttpRequest, number: str) -> HttpResponse:
    act = request.POST.get("act", "")

    def move(version: int, now: datetime) -> None:
        life.record_act(number, version, officer_of(request), act, at=now)

    return _recorded(request, number, move)


def _recorded(request: HttpRequest, number: str, move: Move) -> HttpResponse:
    before = page_of(request, number)  # a request that this officer may not see is no request
    try:
        move(_version(request), timezone.now())
    except life.StaleState as stale:
        return _again(request, number, before, 409, stale=str(stale))
    except life.NotPossible as problem:
        return _again(request, number, before, 422, problem=str(problem))
    return redirect("request", number)


def _again(request: HttpRequest, number: str, before: RequestPage, status: int, **why: str) -> HttpResponse:
    value, moment = request.POST.get("value", ""), request.POST.get("moment", "")
    kept = [("Answer", _label(before, value) or value)] if value else []
    kept += [("Time", moment.replace("T", " "))] if moment else []
    kept += [("Record", _button(before, request.POST.get("act", "")))] if request.POST.get("act") else []
    return request_page(
        request, page_of(request, number), status=status, kept=kept, kept_value=value, kept_moment=moment, **why
    )


def _label(page: RequestPage, value: str) -> str:
    questions: tuple[Question | None, ...] = (page.question, page.booking)
    return next((one.label for q in questions if q for one in q.answers if one.value == value), "")


def _button(page: RequestPage, act: str) -> str:
    buttons = (page.record, *page.buttons)
    return next((button.text for button in buttons if button is not None and button.value == act), act)


def _version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        raise life.NotPossible("The form did not say which state it was made for. Open the request again.") from None
