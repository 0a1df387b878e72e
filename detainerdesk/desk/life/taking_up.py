"""A request comes to the desk, and its papers change: what happens without an officer. In: an agency, or a request's state and its papers as intake has
them. Out: a state for each request, and a new version where the papers are not those that it was worked out from.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from detainerdesk.desk.facts import Known
from detainerdesk.desk.life.rows import CLOSED_STATES, History, history, papers_digest, standing
from detainerdesk.desk.models import RequestState
from detainerdesk.intake import request as intake_request
from detainerdesk.intake import syncpoint
from detainerdesk.intake.models import DetainerRequest
from detainerdesk.intake.request import Request
from detainerdesk.ledger import log


def open_new(agency: str, at: datetime) -> tuple[str, ...]:
    """A state for each of the agency's requests that has none. Made again, it makes nothing; returns the new numbers."""
    taken_up = RequestState.objects.filter(agency=agency).values("number")
    new = DetainerRequest.objects.filter(agency=agency).exclude(number__in=taken_up).order_by("opened_at", "number")
    return tuple(number for number in list(new.values_list("number", flat=True)) if _open(agency, number, at))


def notice_papers(state: RequestState, request: Request, at: datetime) -> Request:
    """Papers came to this request, or left it, since its state was worked out: the next version, so that nobody acts on what was shown before.
    Returns the request with the papers of the version that `state` then is at; nothing happens where they are the same."""
    if state.papers == papers_digest(request):
        return request
    syncpoint.reached("desk.papers.begin")
    with transaction.atomic(durable=True):
        row = RequestState.objects.select_for_update().get(pk=state.pk)
        request = intake_request.load(row.number, row.agency)  # a later paper may have been noticed by somebody else
        if row.papers != papers_digest(request):
            _next_version(row, request, at)
        syncpoint.reached("desk.papers.before_commit")
    syncpoint.reached("desk.papers.after_commit")
    state.refresh_from_db()
    return request


def _next_version(row: RequestState, request: Request, at: datetime) -> None:
    before = row.state
    row.papers, row.version, row.changed_at, row.changed_by = papers_digest(request), row.version + 1, at, None
    row.changed_what = "a change of its papers"
    if row.state not in CLOSED_STATES:
        row.state = standing(request, history(row), at)
    syncpoint.reached("desk.papers.before_row")
    row.save()
    syncpoint.reached("desk.papers.after_row")
    syncpoint.reached("desk.papers.before_event")
    log.append(
        "request.papers_changed",
        actor="desk",
        agency=row.agency,
        subject=f"request {row.number}",
        facts={"papers": len(request.papers), "from": before, "to": row.state, "version": row.version},
        at=at,
    )
    syncpoint.reached("desk.papers.after_event")


def _open(agency: str, number: str, at: datetime) -> bool:
    request = intake_request.load(number, agency)
    syncpoint.reached("desk.open.begin")
    with transaction.atomic(durable=True):
        if RequestState.objects.select_for_update().filter(agency=agency, number=number).exists():
            return False
        syncpoint.reached("desk.open.before_row")
        state = standing(request, History(Known()), at)
        RequestState.objects.create(
            number=number,
            agency=agency,
            station=request.station,
            state=state,
            opened_at=request.received_at,
            changed_at=at,
            changed_what="the request",
            papers=papers_digest(request),
        )
        syncpoint.reached("desk.open.after_row")
        syncpoint.reached("desk.open.before_event")
        log.append(
            "request.taken_up",
            actor="desk",
            agency=agency,
            subject=f"request {number}",
            facts={"to": state, "version": 1},
            at=at,
        )
        syncpoint.reached("desk.open.after_event")
        syncpoint.reached("desk.open.before_commit")
    syncpoint.reached("desk.open.after_commit")
    return True
