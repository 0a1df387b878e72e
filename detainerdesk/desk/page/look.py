"""One request at one moment, looked at from all sides: what came, what was recorded, what the law says. In: the rows of a board, or one of them.
Out: a `Look` for each, from which the board's row and the request's page are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from detainerdesk.desk import facts, life, words
from detainerdesk.desk.facts import Known
from detainerdesk.desk.kept import Kept
from detainerdesk.desk.life import History
from detainerdesk.desk.models import Answer, Booking, RequestState
from detainerdesk.desk.words import AgencyWords, Situation
from detainerdesk.intake import entry
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import Joined, Transmission
from detainerdesk.intake.request import Request
from detainerdesk.law import Adoption, Case, ContradictoryFacts, Decision, Edition, Stack, provisions

SHOWN_DONE = timedelta(hours=24)

PAPER_WORDS = {
    "i247a": "I-247A",
    "i247d": "I-247D",
    "i247n": "I-247N",
    "i247x": "I-247X",
    "i247g": "I-247G",
    "i247_old": "I-247, old edition",
    "i200": "I-200",
    "i205": "I-205",
    "i203": "I-203",
    "ao442": "AO 442",
    "ao93": "AO 93 (search)",
    "state_warrant": "state warrant",
    "phone": "telephone call",
    "email": "message without a form",
    "oral": "word of mouth",
}

KEPT = Kept()


@dataclass(frozen=True)
class Look:
    """One request at one moment: what came, what was recorded, what the law says."""

    state: RequestState
    request: Request
    shown: Request
    past: History
    now: datetime
    agency: AgencyWords
    situation: Situation
    decision: Decision | None
    edition: Edition
    adoption: Adoption
    problem: str = ""


def looks(agency: str, station: str, now: datetime, edition: Edition, *, booked: bool = False) -> Iterable[Look]:
    """All requests of a board; `booked`: only those of which booking recorded something, of whom alone the strip can speak."""
    rows = states(agency, station, now)
    if booked:
        known = set(Booking.objects.filter(request__in=rows).values_list("request_id", flat=True))
        rows = [row for row in rows if row.pk in known]
    adoption = life.adoption(agency)
    requests = intake_request.load_many([row.number for row in rows], agency)
    pasts = life.histories(rows)
    for state in rows:
        request = life.notice_papers(state, requests[state.number], now)
        yield look_at(state, request, pasts[state.pk], now, edition, adoption, KEPT.decision)


def states(agency: str, station: str, now: datetime) -> list[RequestState]:
    """The states of a board: open ones, and those done within a day; of a station its own and those that were sent to it too."""
    rows = RequestState.objects.filter(agency=agency).select_related("changed_by__user")
    papers = Joined.objects.filter(request__agency=agency, request__number=OuterRef("number"), undone_at=None)
    # One that had no paper when it was last looked at, and to which one came back since, is on the board again.
    done = Q(state__in=life.CLOSED_STATES) | (Q(state=life.NO_PAPER) & ~Exists(papers))
    rows = rows.exclude(done, changed_at__lt=now - SHOWN_DONE)
    if not station:
        return list(rows)
    shared = Transmission.objects.filter(station=station, links__undone_at=None, links__request__agency=agency)
    here = set(shared.values_list("links__request__number", flat=True))
    return [row for row in rows if row.station == station or row.number in here]


def look_at(
    state: RequestState,
    request: Request,
    past: History,
    now: datetime,
    edition: Edition,
    adoption: Adoption,
    decide: Callable[[Case, Edition, Adoption], Decision],
) -> Look:
    agency = agency_words(edition.stack(state.agency), adoption.adopted(edition))
    situation = situation_of(request, past, now)
    shown = facts.checked(request, past.known.field_checks)
    decision, problem = None, ""
    try:
        decision = decide(facts.case_of(request, past.known, view=situation.view, at=now), edition, adoption)
    except ContradictoryFacts as error:
        problem = _contradiction(error, request, past)
    return Look(state, request, shown, past, now, agency, situation, decision, edition, adoption, problem)


def agency_words(stack: Stack, adopted: frozenset[str] = frozenset()) -> AgencyWords:
    """This place's own words, from its profile: `ask`, `decides`, and the grounds as booking calls them; `adopted`: what its counsel adopted."""
    said = stack.words
    return AgencyWords(
        name=stack.name,
        zone=stack.zone,
        asks=said.get("ask", "the shift supervisor"),
        decides=said.get("decides", "the shift supervisor"),
        checked_through=stack.checked_through,
        not_encoded=(*stack.not_encoded, *stack.missing),
        adopted=adopted,
        adopted_whole=all(one.id in adopted for one in provisions(stack) if one.status != "off"),
        grounds={
            name.removeprefix("release_ground."): text
            for name, text in said.items()
            if name.startswith("release_ground.")
        },
    )


def situation_of(request: Request, past: History, now: datetime) -> Situation:
    """What the words need to know beside the decision. The person view leads once ground and time are recorded and the time has come."""
    known, shown = past.known, facts.checked(request, past.known.field_checks)
    booking = known.booking
    ended_at = booking.eligible_at if booking is not None and booking.ended_by(now) else None
    rests = booking is not None and booking.ground == "none"
    form = shown.detainer
    asks_hold = form is not None and facts.ASKS_TO_HOLD.get(form.kind, True) and request.kind != "cancellation"
    check = known.warrant_check
    return Situation(
        view=facts.view_of(known, now),
        form=form is not None,
        papers=bool(request.transmissions),
        asked=("hold", "notify_release") if asks_hold else ("notify_release",),
        cancels=_cancelled(request) if request.kind == "cancellation" else None,
        court_warrant=court_warrant(shown, known),
        ended_at=ended_at,
        check_recorded=check is not None and check.result in ("none", "found"),
        basis=(booking.basis_text or "an open charge") if rests and booking is not None else "",
        basis_by=past.booking.by.short_name if rests and past.booking else "",
        basis_at=past.booking.at if rests and past.booking else None,
        held=past.act is not None and past.act.act == "hold" and ended_at is not None,
        same_person=known.same_person,
    )


def court_warrant(request: Request, known: Known) -> str | None:
    """The number of a court warrant that a person confirmed names this person ("" without a number); None where there is none."""
    signers = ("magistrate_judge", "district_judge", "state_judge", "clerk_of_court")
    for place in range(len(request.papers)):
        check = facts.check_of(request, known, place)
        if check is not None and check.signed_by in signers and check.names_person:
            return check.number
    found = known.warrant_check.found if known.warrant_check is not None else ()
    return next((one.number for one in found if one.signed_by in signers and one.names_person), None)


def _cancelled(request: Request) -> str:
    return f"{request.cancels_on:%b} {request.cancels_on.day}, {request.cancels_on.year}" if request.cancels_on else ""


def _contradiction(error: ContradictoryFacts, request: Request, past: History) -> str:
    """Each of the facts that can't all be true, with where it came from."""
    answers = {row.fact: row for row in past.rows if isinstance(row, Answer)}
    sources = []
    for name in error.facts:
        if name in answers:
            row = answers[name]
            sources.append(f"“{name} {row.value}” ({row.by.short_name}, {row.at:%H:%M})")
        elif request.detainer is not None and request.detainer.pages:
            form = PAPER_WORDS.get(request.detainer.kind, "the form")
            where = "" if entry.was_told(request.detainer) else f" (page {request.detainer.pages[0]})"
            sources.append(f"form {form}{where}")
    return words.contradiction(dict.fromkeys(sources) or error.facts)


def now_text(now: datetime) -> str:
    """`Tue Mar 3, 02:10 EST`, in the agency's zone."""
    return words.moment(now, local_zone(now), now)


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def local_zone(now: datetime) -> ZoneInfo:
    assert isinstance(now.tzinfo, ZoneInfo), "pages are made in the agency's zone"
    return now.tzinfo
