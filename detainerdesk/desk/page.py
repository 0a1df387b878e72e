"""The values that the desk's pages show: everything is already words, in order, so that a template only lays out.

In: the request's rows, the typed Request of intake, a Decision of law, and `now` as an argument. Out: `board(agency, station, now)` -> Board
(which first takes up requests that have no state yet) and `request_page(agency, number, now, role)` -> RequestPage. Nothing here decides law.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from detainerdesk.desk import facts, life, words
from detainerdesk.desk.facts import Known
from detainerdesk.desk.life import History
from detainerdesk.desk.models import (
    Act,
    Answer,
    Booking,
    FieldCheck,
    Identity,
    PaperCheck,
    Recorded,
    RequestState,
    WarrantCheck,
)
from detainerdesk.desk.roles import Ability, may
from detainerdesk.desk.words import AgencyWords, Cite, Clock, Line, Mark, PaperBadge, Situation
from detainerdesk.intake import queue as intake_queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.reading.fields import Field, Paper
from detainerdesk.intake.request import Request
from detainerdesk.law import UNKNOWN, Case, ContradictoryFacts, Decision, Edition, Stack, Step, Test, Trace, ask, decide
from detainerdesk.law import Question as AskedQuestion

Kept = TypeVar("Kept")

__all__ = [
    "AnswerKey",
    "Board",
    "BoardGroup",
    "BoardRow",
    "Button",
    "Cite",
    "Clock",
    "DoneRow",
    "FieldRow",
    "Line",
    "Mark",
    "PaperBadge",
    "Picture",
    "Question",
    "RequestPage",
    "Strip",
    "WaitingPaper",
    "WhyGroup",
    "WhyRule",
    "board",
    "request_page",
]


@dataclass(frozen=True)
class AnswerKey:
    """One answer to the question in focus: `N none found, now`. `value` is what the form posts."""

    key: str
    label: str
    value: str
    off: str = ""  # why this answer can't be given now ("" = it can)


@dataclass(frozen=True)
class Question:
    """The one question. name: same_person, court_paper, warrant_check, warrant_found, release_ground, ask. `life.answer` takes its name, the
    answer's value and, where `asks_moment` is set, the moment (filled with `moment_default`: local, YYYY-MM-DDTHH:MM)."""

    name: str
    text: str
    where: str
    answers: tuple[AnswerKey, ...]
    asks_moment: bool = False
    moment_label: str = ""
    moment_default: str = ""


@dataclass(frozen=True)
class FieldRow:
    """One of the fields beside the picture. `see` says where it comes from or what is to be seen; page and box point at the picture.

    `name` is the reading's field name where it can be confirmed or corrected ("" else), `paper` that paper's place in the request (0-based).
    """

    label: str
    value: str
    see: str
    name: str = ""
    paper: int | None = None
    document: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    to_check: bool = False


@dataclass(frozen=True)
class DoneRow:
    """What was done: `02:09 Lima: same person`."""

    at: str
    who: str
    text: str


@dataclass(frozen=True)
class Button:
    """name: record, print. `value` is the act that is posted: no_hold, hold, release, not_in_custody. `key` is its letter or "". A button that is not on this page does not exist: what is forbidden has none."""

    name: str
    text: str
    key: str = ""
    value: str = ""
    main: bool = False


@dataclass(frozen=True)
class WhyRule:
    """A rule in the list of reasons."""

    id: str
    says: str
    cite: str
    dates: str
    status: str
    adopted: str
    conditions: tuple[str, ...] = ()
    check_source: bool = False


@dataclass(frozen=True)
class WhyGroup:
    """title: decide, would decide if, were ended by another, do not apply, are off or rejected."""

    title: str
    rules: tuple[WhyRule, ...]


@dataclass(frozen=True)
class Picture:
    """A page of the paper that our own rendering can show: document (SHA-256) and page, 1-based; label `Page 1 of 3`."""

    document: str
    page: int
    label: str


@dataclass(frozen=True)
class Strip:
    """The band on top of every page while somebody is ready for release; without names for a locked screen: `times`."""

    text: str
    number: str
    times: str


@dataclass(frozen=True)
class WaitingPaper:
    """A paper that belongs to no request yet: kept, and waiting for Records. `why` says what and what to do."""

    document: str
    name: str
    came: str
    papers: tuple[PaperBadge, ...]
    why: str
    next_step: str


@dataclass(frozen=True)
class BoardRow:
    number: str
    version: int
    clock: Clock
    person: str
    papers: tuple[PaperBadge, ...]
    law: str
    next_step: str


@dataclass(frozen=True)
class BoardGroup:
    """key: over, ended, running, question, reading, duty, nothing, done."""

    key: str
    title: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Board:
    agency: str
    agency_name: str
    station: str
    now: datetime
    now_text: str
    in_custody: int
    open: int
    need_you: int
    strip: Strip | None
    groups: tuple[BoardGroup, ...]
    empty: str
    last_paper: str
    waiting: tuple[WaitingPaper, ...] = ()


@dataclass(frozen=True)
class RequestPage:
    """The request page. `view` is the view whose headline stands on top: request, until ground and time are recorded, then person."""

    number: str
    version: int
    agency: str
    agency_name: str
    station: str
    state: str
    view: str
    now: datetime
    now_text: str
    transmissions: str
    open_on_board: int
    strip: Strip | None
    person: str
    born: str
    badges: tuple[PaperBadge, ...]
    marks: tuple[Mark, ...]
    headline: str
    lines: tuple[Line, ...]
    checked_through: str
    not_in_answer: str
    assumed: tuple[tuple[str, str], ...]
    release: str
    question: Question | None
    clock: Clock
    fields: tuple[FieldRow, ...]
    done: tuple[DoneRow, ...]
    record: Button | None
    buttons: tuple[Button, ...]
    why: tuple[WhyGroup, ...]
    pictures: tuple[Picture, ...]
    problem: str = ""  # facts that can't both be true: no answer until one is corrected
    readings: tuple[str, ...] = ()  # each way of reading that makes a difference
    booking: Question | None = None  # ground and time, at any time (B)
    closed: bool = False


# --- the board --------------------------------------------------------------------------------------------------------

GROUPS = (
    ("over", "Hold past its end"),
    ("ended", "Other custody ended"),
    ("running", "Hold running"),
    ("question", "Question open"),
    ("reading", "Reading to check"),
    ("duty", "Duty owed"),
    ("nothing", "Nothing owed"),
    ("done", "Done"),
)
NEED_YOU = ("over", "ended", "question")
SHOWN_DONE = timedelta(hours=24)


def board(agency: str, station: str, now: datetime) -> Board:
    """The board of a station (empty: all stations of the agency), ordered by what a row can cost in custody."""
    edition = life.edition()
    stack = edition.stack(agency)
    now = now.astimezone(stack.zone)
    life.open_new(agency, now)
    entries = [_entry(look) for look in _looks(agency, station, now, edition)]
    groups = tuple(
        BoardGroup(key, title, tuple(entry.row for entry in sorted(found, key=lambda entry: entry.order)))
        for key, title in GROUPS
        if (found := [entry for entry in entries if entry.group == key])
    )
    open_entries = [entry for entry in entries if entry.group != "done"]
    last = _last_paper(agency, station, now)
    return Board(
        agency=agency,
        agency_name=stack.name,
        station=station,
        now=now,
        now_text=now_text(now),
        in_custody=sum(entry.same_person for entry in open_entries),
        open=len(open_entries),
        need_you=sum(entry.group in NEED_YOU for entry in entries),
        strip=_strip(entries, now),
        groups=groups,
        empty="" if groups else f"Nothing open for {station or stack.name}. {last}".strip(),
        last_paper=last,
        waiting=_waiting(agency, station, now),
    )


@dataclass(frozen=True)
class _Entry:
    """A row with what orders it and what the strip says of it."""

    row: BoardRow
    group: str
    order: datetime
    person: str
    same_person: bool
    ready_since: datetime | None
    ends_at: datetime | None


def _entry(look: _Look) -> _Entry:
    group, ready_since, end = _group(look), _ready_since(look), _hold_end(look)
    order = look.state.opened_at
    if group == "over" or (group == "running" and end is not None):
        order = end or order
    elif group == "ended":
        order = look.situation.ended_at or order
    name, born = _person(look.shown)
    row = BoardRow(
        number=look.state.number,
        version=look.state.version,
        clock=_row_clock(group, look, end),
        person=f"{name} {born[-4:]}".strip() if facts.day_of(born) else name,
        papers=_badges(look),
        law=words.law_says(look.decision, look.situation) if look.decision else "two facts can't both be true",
        next_step=_next_step(group, look),
    )
    return _Entry(row, group, order.astimezone(UTC), name, look.past.known.same_person == "same", ready_since, end)


def _group(look: _Look) -> str:
    state = life.standing(look.request, look.past, look.now)
    if state in life.CLOSED_STATES:
        return "done"
    if state == "hold_running":
        end = _hold_end(look)
        return "over" if end is not None and words.passed(end, look.now) else "running"
    return {
        "other_custody_ended": "ended",
        "question_open": "question",
        "decided": "question",
        "reading_to_check": "reading",
        "duty_owed": "duty",
        "nothing_owed": "nothing",
    }[state]


def _ready_since(look: _Look) -> datetime | None:
    """Since when the person is ready for release: the end of other custody, or of a hold that is over."""
    if look.past.act is not None and look.past.act.act in ("release", "not_in_custody"):
        return None
    end = _hold_end(look)
    if look.situation.held and end is not None and words.passed(end, look.now) and look.situation.check_recorded:
        return end
    return look.situation.ended_at if look.decision and words.ready(look.decision, look.situation) else None


def _hold_end(look: _Look) -> datetime | None:
    hold = look.decision.actions.get("hold") if look.decision else None
    end = words.hold_end(hold, look.decision) if hold is not None and look.decision is not None else None
    recorded = look.past.act.hold_until if look.past.act is not None and look.past.act.act == "hold" else None
    if look.situation.held and recorded is not None and look.past.act is not None and look.past.act.view == "person":
        return min(recorded, end, key=_utc) if end is not None else recorded
    return end if look.situation.view == "person" else None


def _row_clock(group: str, look: _Look, end: datetime | None) -> Clock:
    zone, now = look.agency.zone, look.now
    since = look.situation.ended_at
    if group == "over" and end is not None:
        return Clock("ended", f"ended {words.hour(end, zone, now)}", until=end, since=end)
    if group == "running" and end is not None:
        return Clock(
            "running",
            f"until {words.moment(end, zone, now)} ({words.span(words.elapsed(now, end))} left)",
            until=end,
            since=since,
        )
    if group == "ended" and since is not None:
        return Clock(
            "ended", f"since {words.hour(since, zone, now)} ({words.span(words.elapsed(since, now))} ago)", since=since
        )
    return Clock("none", f"came {words.hour(look.state.opened_at, zone, now)}", since=look.state.opened_at)


def _next_step(group: str, look: _Look) -> str:
    if group == "done":
        act = look.past.act
        return dict(Act.ACTS).get(act.act, "") if act else ""
    if look.decision is None:
        return "Correct one of them"
    question = look.question
    if group in ("over", "ended") and _ready_since(look) is not None:
        return "Record release"
    if group == "reading":
        count = len(life.unread(look.request, look.past.known))
        return f"Check {count} field{'' if count == 1 else 's'}"
    if group == "duty" or (question is not None and question.name == "duty"):
        return _owed_act(look.decision)
    if question is not None and group != "nothing":
        return _NEXT[question.name]
    return "" if group == "nothing" else "Record"


def _owed_act(decision: Decision) -> str:
    """The first duty that is owed, as its line calls it."""
    owed = (duty.action for duty in decision.duties if duty.state in ("owed", "late"))
    return next((words.DUTY_LABELS[action] for action in owed if action in words.DUTY_LABELS), "")


_NEXT = {
    "same_person": "Compare person",
    "court_paper": "Confirm warrant",
    "warrant_check": "Look up warrants",
    "warrant_found": "Read the warrant",
    "release_ground": "Record ground and time",
    "ask": "Answer a question",
}


def _strip(entries: Sequence[_Entry], now: datetime) -> Strip | None:
    """Who is ready for release, the longest wait first, and the next clock that ends."""
    ready = sorted(((e.ready_since, e) for e in entries if e.ready_since is not None), key=lambda pair: _utc(pair[0]))
    if not ready:
        return None
    since, first = ready[0]
    zone = _zone(now)
    ends = sorted(
        (
            e.ends_at
            for e in entries
            if e.group == "running" and e.ends_at is not None and not words.passed(e.ends_at, now)
        ),
        key=_utc,
    )
    next_clock = f" Next clock ends {words.hour(ends[0], zone, now)}." if ends else ""
    times = f"since {words.hour(since, zone, now)} ({words.span(words.elapsed(since, now))} ago)"
    who = f"{len(ready)} people ready for release, the first" if len(ready) > 1 else "Ready for release"
    return Strip(f"{who} {times}: {first.person}.{next_clock}", first.row.number, f"{who} {times}.{next_clock}")


def _last_paper(agency: str, station: str, now: datetime) -> str:
    sent = Transmission.objects.filter(agency=agency, **({"station": station} if station else {}))
    last = sent.order_by("-received_at").first()
    if last is None:
        return "No paper has come yet."
    return f"Last paper {words.hour(last.received_at, _zone(now), now)} by {_channel(last.channel)}."


def _channel(channel: str) -> str:
    return {"folder": "fax", "upload": "upload", "api": "computer", "smtp": "mail"}.get(channel, channel)


def _waiting(agency: str, station: str, now: datetime) -> tuple[WaitingPaper, ...]:
    zone = _zone(now)
    return tuple(
        WaitingPaper(
            document=one.sha256,
            name=f"(no request) {one.name}",
            came=f"came {words.hour(min((sent.received_at for sent in one.transmissions), default=one.since), zone, now)}",
            papers=(PaperBadge("unknown", "?", "kind not known"),) if one.reason != "near match" else (),
            why=one.why,
            next_step="Waits for Records",
        )
        for one in intake_queue.waiting(agency)
        if not station or any(sent.station == station for sent in one.transmissions)
    )


# --- the request page -------------------------------------------------------------------------------------------------


def request_page(agency: str, number: str, now: datetime, role: str = "desk_officer", station: str = "") -> RequestPage:
    """All that the page of one request shows to this role; `station` is the officer's own, whose board is counted."""
    edition = life.edition()
    now = now.astimezone(edition.stack(agency).zone)
    state = RequestState.objects.select_related("changed_by__user").get(agency=agency, number=number)
    request = intake_request.load(number, agency)
    life.notice_papers(state, request, now)
    look = _look(state, request, life.history(state), now, edition, fresh=True)
    around = [_entry(other) for other in _looks(agency, station, now, edition, booked=True)]
    said = _said(look)
    name, born = _person(look.shown)
    record, buttons = _buttons(look, said, role)
    closed = state.state in life.CLOSED_STATES
    return RequestPage(
        number=number,
        version=state.version,
        agency=agency,
        agency_name=look.agency.name,
        station=state.station,
        state=state.state,
        view=look.situation.view,
        now=now,
        now_text=now_text(now),
        transmissions=_transmissions(look),
        open_on_board=sum(row.state in life.OPEN_STATES for row in _rows(agency, station, now)),
        strip=_strip(around, now),
        person=name,
        born=born,
        badges=_badges(look),
        marks=said.marks if said else (),
        headline=said.headline if said else "No answer for now: two facts can't both be true.",
        lines=said.lines if said else (),
        checked_through=said.checked_through if said else "",
        not_in_answer=said.not_in_answer if said else "",
        assumed=_assumed(look, edition),
        release=said.release if said and not closed else "",
        question=None if closed or not may(role, "answer") else look.question,
        clock=words.clock(look.decision, look.agency, look.situation, now)
        if look.decision
        else Clock("none", "none: no answer."),
        fields=_fields(look),
        done=_done(look),
        record=None if closed else record,
        buttons=buttons,
        why=_why(look, edition),
        pictures=_pictures(look.request),
        problem=look.problem,
        readings=said.readings if said else (),
        booking=None if closed or not may(role, "record_booking") else _ground_question(look.agency, now),
        closed=closed,
    )


@dataclass(frozen=True)
class _Look:
    """One request at one moment: what came, what was recorded, what the law says, what to ask next."""

    state: RequestState
    request: Request
    shown: Request
    past: History
    now: datetime
    agency: AgencyWords
    situation: Situation
    decision: Decision | None
    question: Question | None = None
    problem: str = ""


def _looks(agency: str, station: str, now: datetime, edition: Edition, *, booked: bool = False) -> Iterable[_Look]:
    """All requests of a board; `booked`: only those of which booking recorded something, of whom alone the strip can speak."""
    rows = _rows(agency, station, now)
    if booked:
        known = set(Booking.objects.filter(request__in=rows).values_list("request_id", flat=True))
        rows = [row for row in rows if row.pk in known]
    requests = intake_request.load_many([row.number for row in rows], agency)
    pasts = life.histories(rows)
    for state in rows:
        request = requests[state.number]
        life.notice_papers(state, request, now)
        yield _look(state, request, pasts[state.pk], now, edition)


def _rows(agency: str, station: str, now: datetime) -> list[RequestState]:
    """The states of a board: open ones, and those done within a day; of a station its own and those that were sent to it too."""
    rows = RequestState.objects.filter(agency=agency).select_related("changed_by__user")
    rows = rows.exclude(state__in=life.CLOSED_STATES, changed_at__lt=now - SHOWN_DONE)
    if not station:
        return list(rows)
    shared = Transmission.objects.filter(station=station, links__undone_at=None, links__request__agency=agency)
    here = set(shared.values_list("links__request__number", flat=True))
    return [row for row in rows if row.station == station or row.number in here]


def _look(
    state: RequestState, request: Request, past: History, now: datetime, edition: Edition, *, fresh: bool = False
) -> _Look:
    agency = agency_words(edition.stack(state.agency))
    situation = situation_of(request, past, now)
    shown = facts.checked(request, past.known.field_checks)
    try:
        case = facts.case_of(request, past.known, view=situation.view, at=now)
        decision = _kept.decision(case, edition, fresh=fresh)
    except ContradictoryFacts as error:
        return _Look(
            state, request, shown, past, now, agency, situation, None, problem=_contradiction(error, request, past)
        )
    look = _Look(state, request, shown, past, now, agency, situation, decision)
    return replace(look, question=_question(look, edition))


class _Kept:
    """Decisions of this process that still hold, so that a board need not decide every row anew each time it is shown. A decision holds until
    the first moment at which anything in it can change: the end of a clock, an outcome's `until`, a moment of the case, local midnight."""

    LARGEST = 4000

    def __init__(self) -> None:
        self._decisions: dict[Hashable, tuple[datetime, datetime, Decision]] = {}
        self._questions: dict[Hashable, tuple[datetime, datetime, AskedQuestion | None]] = {}

    def decision(self, case: Case, edition: Edition, *, fresh: bool = False) -> Decision:
        key = (edition.hash, case.agency, case.ask, repr(sorted(case.facts.items())))
        if not fresh and (kept := self._decisions.get(key)) is not None and kept[0] <= case.at < kept[1]:
            return kept[2]
        decision = decide(case, edition)
        self._room(self._decisions)[key] = (case.at, self._holds_until(case, decision, edition), decision)
        return decision

    def question(self, case: Case, edition: Edition, actions: tuple[str, ...]) -> AskedQuestion | None:
        key = (edition.hash, case.agency, actions, repr(sorted(case.facts.items())))
        if (kept := self._questions.get(key)) is not None and kept[0] <= case.at < kept[1]:
            return kept[2]
        question = ask(case, edition, actions=actions)
        until = self._holds_until(case, self.decision(case, edition), edition)
        self._room(self._questions)[key] = (case.at, until, question)
        return question

    def _holds_until(self, case: Case, decision: Decision, edition: Edition) -> datetime:
        local = case.at.astimezone(edition.stack(case.agency).zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
        turns = [*decision.clocks.values(), *(outcome.until for outcome in decision.actions.values())]
        turns += [value for value in case.facts.values() if isinstance(value, datetime)]
        later = [_utc(one) for one in (midnight, *turns) if one is not None and _utc(one) > case.at]
        return min(later)

    def _room(self, kept: dict[Hashable, Kept]) -> dict[Hashable, Kept]:
        if len(kept) >= self.LARGEST:
            kept.clear()
        return kept


_kept = _Kept()


def agency_words(stack: Stack) -> AgencyWords:
    """This place's own words, from its profile: `ask`, `decides`, and the grounds as booking calls them."""
    said = stack.words
    return AgencyWords(
        name=stack.name,
        zone=stack.zone,
        asks=said.get("ask", "the shift supervisor"),
        decides=said.get("decides", "the shift supervisor"),
        checked_through=stack.checked_through,
        not_encoded=(*stack.not_encoded, *stack.missing),
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
    has_ground = booking is not None and booking.ground != "none"
    ended_at = booking.eligible_at if has_ground and booking is not None else None
    ended = ended_at is not None and words.passed(ended_at, now)
    rests = booking is not None and booking.ground == "none"
    form = shown.detainer
    asks_hold = form is not None and facts.ASKS_TO_HOLD.get(form.kind, True) and request.kind != "cancellation"
    check = known.warrant_check
    return Situation(
        view=facts.view_of(known, now),
        form=form is not None,
        asked=("hold", "notify_release") if asks_hold else ("notify_release",),
        cancels=_cancelled(request) if request.kind == "cancellation" else None,
        court_warrant=court_warrant(shown, known),
        ended_at=ended_at if ended else None,
        check_recorded=check is not None and check.result in ("none", "found"),
        basis=(booking.basis_text or "an open charge") if rests and booking is not None else "",
        basis_by=past.booking.by.short_name if rests and past.booking else "",
        basis_at=past.booking.at if rests and past.booking else None,
        held=past.act is not None and past.act.act == "hold" and ended,
        same_person=known.same_person,
    )


def court_warrant(request: Request, known: Known) -> str | None:
    """The number of a court warrant that a person confirmed names this person ("" without a number); None where there is none."""
    signers = ("magistrate_judge", "district_judge", "state_judge", "clerk_of_court")
    latest = {check.paper: check for check in known.paper_checks}
    for check in latest.values():
        if check.signed_by in signers and check.names_person:
            return check.number
    found = known.warrant_check.found if known.warrant_check is not None else ()
    return next((one.number for one in found if one.signed_by in signers and one.names_person), None)


def _cancelled(request: Request) -> str:
    return f"{request.cancels_on:%b} {request.cancels_on.day}, {request.cancels_on.year}" if request.cancels_on else ""


def _said(look: _Look) -> words.PageWords | None:
    return words.page(look.decision, look.agency, look.situation, look.now) if look.decision else None


def _buttons(look: _Look, said: words.PageWords | None, role: str) -> tuple[Button | None, tuple[Button, ...]]:
    """The acts that may be recorded here by this role, the main one apart; then what is always there."""
    acts = tuple(
        Button("record", one.text, value=one.act)
        for one in (said.records if said else ())
        if may(role, _ability(one.act, look))
    )
    always = (Button("print", "Print", key="P"),) if may(role, "print") else ()
    if not acts:
        return None, always
    return replace(acts[0], main=True), (*acts[1:], *always)


def _ability(act: str, look: _Look) -> Ability:
    hold = look.decision.actions.get("hold") if look.decision else None
    if act == "hold" and hold is not None and hold.standing == "permitted":
        return "decide_open_hold"
    return "record_release" if act == "release" else "record_decision"


# --- the one question -------------------------------------------------------------------------------------------------


def _question(look: _Look, edition: Edition) -> Question | None:
    """Identity first, then a court paper, the warrant check, ground and time, then what the engine asks."""
    known = look.past.known
    if look.request.kind == "cancellation" or look.shown.detainer is None:
        return None if known.same_person else _IDENTITY
    if not known.same_person:
        return _IDENTITY
    if known.same_person == "different":
        return None
    if (paper := facts.unconfirmed_court_paper(look.shown, known)) is not None:
        return _court_question(look.shown.papers[paper])
    check = known.warrant_check
    if check is None or (check.result in ("not_looked_up", "system_down") and not _just_now(look)):
        return _CHECK
    if check.result == "found" and not check.found:
        return _FOUND
    if look.past.act is not None and not look.past.changed_after_act and (owed := life.owed(look.past)):
        return _duty_question(look, owed, edition)
    if known.booking is None or (known.booking.ground == "none" and not _just_now(look) and look.past.act is None):
        return _ground_question(look.agency, look.now)
    return _engine_question(look, edition)


_IDENTITY = Question(
    "same_person",
    "Is this the person in custody?",
    "Compare name and birth date with booking. A key saves the answer at once.",
    (
        AnswerKey("Y", "same person", "same"),
        AnswerKey("N", "not in custody here", "different"),
        AnswerKey("U", "cannot tell", "cannot_tell"),
    ),
)
_CHECK = Question(
    "warrant_check",
    "Did the warrant check find a judge's criminal warrant?",
    "Look in WMS and NCIC. A key saves the answer at once.",
    (
        AnswerKey("N", "none found, now", "none"),
        AnswerKey("F", "found", "found"),
        AnswerKey("L", "not looked up", "not_looked_up"),
        AnswerKey("D", "system down", "system_down"),
    ),
)
_FOUND = Question(
    "warrant_found",
    "What does the warrant that was found say?",
    "Ask the court or the marshal that holds it, at a number on file.",
    (
        AnswerKey("1", "arrest for a crime, signed by a federal magistrate judge", "federal_magistrate"),
        AnswerKey("2", "arrest for a crime, signed by a federal district judge", "federal_district"),
        AnswerKey("3", "arrest for a crime, signed by a state judge", "state_judge"),
        AnswerKey("4", "arrest on an indictment, signed by the clerk", "clerk_indictment"),
        AnswerKey("5", "civil, signed by an immigration officer", "civil"),
        AnswerKey("6", "search of a place", "search"),
        AnswerKey("7", "it is for another person", "other_person"),
        AnswerKey("0", "could not find out", "unknown"),
    ),
)


def _court_question(paper: Paper) -> Question:
    signer = facts.accepted_text(paper, "officer_name") or "a name that could not be read"
    return Question(
        "court_paper",
        "Does the court confirm this warrant, for this person?",
        f"Printed signer: {signer}. Call the clerk at a number on file, never the paper's.",
        (
            AnswerKey("Y", "confirmed, names this person", "confirmed"),
            AnswerKey("N", "not this person, or no such warrant", "ruled_out"),
            AnswerKey("U", "could not find out", "unknown"),
        ),
    )


def _duty_question(look: _Look, owed: tuple[str, ...], edition: Edition) -> Question | None:
    """The first duty that an act left open: when was it done."""
    fact = next((edition.vocabulary.facts[name] for name in owed if name in edition.vocabulary.facts), None)
    if fact is None:
        return None
    return Question(
        "duty",
        fact.ask,
        "Record it when it is done. A key saves the answer at once.",
        (AnswerKey("Y", "done, at this time", fact.name),),
        asks_moment=True,
        moment_label="Done at",
        moment_default=f"{look.now:%Y-%m-%dT%H:%M}",
    )


GROUND_KEYS = (
    ("1", "dropped", "charges dropped"),
    ("2", "acquitted", "acquitted"),
    ("3", "time_served", "time served"),
    ("4", "bail_or_ROR", "bail or own recognizance"),
    ("5", "diversion", "diversion"),
    ("6", "other", "other"),
    ("0", "none", "none yet: custody rests on an open charge"),
)


def _ground_question(agency: AgencyWords, now: datetime) -> Question:
    return Question(
        "release_ground",
        "Why and when does other custody end?",
        "Look at the booking record, the bail record and the court's order.",
        tuple(AnswerKey(key, agency.grounds.get(value, label), value) for key, value, label in GROUND_KEYS),
        asks_moment=True,
        moment_label="Other custody ended at",
        moment_default=f"{now.astimezone(agency.zone):%Y-%m-%dT%H:%M}",
    )


def _just_now(look: _Look) -> bool:
    """The last thing recorded is an answer: it is not asked again before an act is recorded on it."""
    last = look.past.rows[-1] if look.past.rows else None
    return last is not None and not isinstance(last, Act)


def _engine_question(look: _Look, edition: Edition) -> Question | None:
    """What the engine would ask next, where looking it up can change what is done; each fact at most once."""
    assert look.decision is not None
    case = facts.case_of(look.request, look.past.known, view=look.situation.view, at=look.now)
    wanted = tuple(action for action in look.situation.asked if action in look.decision.actions)
    if all(look.decision.actions[action].settled for action in wanted):
        return None
    found = _kept.question(case, edition, wanted)
    if found is None or any(_asked_elsewhere(name) or name in look.past.known.answers for name in found.facts):
        return None
    answers = [
        AnswerKey(
            answer.key.upper(), answer.label, json.dumps({name: _plain(value) for name, value in answer.facts.items()})
        )
        for answer in found.answers
    ]
    if not any('"unknown"' in one.value for one in answers):
        key = "U" if any(one.key in ("Y", "N") for one in answers) else "0"
        answers.append(AnswerKey(key, "could not find out", json.dumps(dict.fromkeys(found.facts[:1], "unknown"))))
    return Question("ask", found.text, found.where, tuple(answers))


def _asked_elsewhere(name: str) -> bool:
    return name.startswith("warrants") or name in facts.ASKED_BY_DESK or name in facts.NEVER_PASSED


def _plain(value: object) -> object:
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(str(one) for one in value)
    return value


# --- fields, papers, done ---------------------------------------------------------------------------------------------


def _person(request: Request) -> tuple[str, str]:
    """Name and birth date as the paper has them; no citizenship, in any list."""
    form = request.detainer
    if form is None:
        return "(name not sure)", ""
    return facts.accepted_text(form, "subject_name") or "(name not sure)", facts.accepted_text(form, "dob") or ""


_BASIS = (
    ("pc_final_order", "final order"),
    ("pc_pending", "pending proceedings"),
    ("pc_biometric", "biometric match"),
    ("pc_statements", "statements"),
    ("box2_transfer", "box 2: sent here by DHS"),
)


def _fields(look: _Look) -> tuple[FieldRow, ...]:
    """The eight rows beside the picture: what an officer compares, and what is to be seen on the paper."""
    form = look.shown.detainer
    if form is None:
        return ()
    place = next(index for index, paper in enumerate(look.shown.papers) if paper is form)
    same = "same as booking" if look.past.known.same_person == "same" else ""
    asks = _ASKS.get(form.kind, "see the boxes on the form")
    if look.request.kind == "cancellation":
        asks = "cancels an earlier request"
    return (
        _field(look, place, "Name", "subject_name", same),
        _field(look, place, "Birth date", "dob", same),
        FieldRow("Asks", asks, f"page {_picture_of(look, place, form.pages[0])}" if form.pages else ""),
        _basis(look, place, form),
        _field(look, place, "Signed", "officer_name", _ink(form)),
        _field(look, place, "Sent by", "from_office"),
        _field(look, place, "Dated", "form_date"),
        FieldRow("See", _defects(look), ""),
    )


_ASKS = {
    "i247a": "keep up to 48 h; tell release time",
    "i247d": "keep up to 48 h; tell release time",
    "i247x": "keep up to 48 h; tell release time",
    "i247n": "tell release time; does not ask to keep",
    "i247g": "tell release time; does not ask to keep",
}


def _field(look: _Look, place: int, label: str, name: str, see: str = "") -> FieldRow:
    read = look.shown.papers[place].fields.get(name)
    if read is None:
        return FieldRow(label, "not on this form", see)
    page = _picture_of(look, place, read.page) if read.page else None
    where = f"page {page}" if page else ""
    to_check = not read.accepted
    return FieldRow(
        label=label,
        value=_value(read),
        see="check: not read surely" if to_check else (see or where),
        name=name,
        paper=place,
        document=look.request.documents[place],
        page=page,
        box=read.box,
        to_check=to_check,
    )


def _value(read: Field) -> str:
    if read.state == "page missing":
        return "page missing"
    if read.state == "unreadable":
        return "can't be read"
    if read.state == "empty" or read.value in (None, ""):
        return "empty on the paper"
    if isinstance(read.value, bool):
        return "ticked" if read.value else "not ticked"
    return read.value


def _basis(look: _Look, place: int, form: Paper) -> FieldRow:
    """The boxes of the form, in words. The row opens the first box that is not sure."""
    boxes = [(name, label, form.fields[name]) for name, label in _BASIS if name in form.fields]
    ticked = [label for _, label, read in boxes if read.accepted and read.value is True]
    unsure = [(name, read) for name, _, read in boxes if not read.accepted]
    if not boxes:
        return FieldRow("Basis ticked", "not on this form", "")
    name, read = unsure[0] if unsure else (boxes[0][0], boxes[0][2])
    page = _picture_of(look, place, read.page) if read.page else None
    said = "; ".join(ticked) or ("none" if not unsure else "none read surely")
    return FieldRow(
        "Basis ticked",
        said,
        f"check: {len(unsure)} box{'' if len(unsure) == 1 else 'es'} not read surely"
        if unsure
        else (f"page {page}" if page else ""),
        name=name,
        paper=place,
        document=look.request.documents[place],
        page=page,
        box=read.box,
        to_check=bool(unsure),
    )


def _ink(form: Paper) -> str:
    signed = form.fields.get("officer_sig")
    if signed is None or not signed.accepted:
        return ""
    return "ink seen" if signed.state == "shown" and signed.value else "no ink"


def _defects(look: _Look) -> str:
    said = dict.fromkeys(
        f"{defect.says.rstrip('.')} ({defect.id})" for paper in look.shown.papers for defect in paper.defects
    )
    if look.request.queue:
        said[f"a paper waits for Records: {look.request.queue.rstrip('.')}"] = None
    return "; ".join(said) or "nothing more to see"


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
}


def _badges(look: _Look) -> tuple[PaperBadge, ...]:
    """The papers, court papers first. An unconfirmed court paper says so; a kind that is not known is neither court nor civil."""
    confirmed = {check.paper: check for check in look.past.known.paper_checks}
    court, civil, unknown = [], [], []
    for place, paper in enumerate(look.shown.papers):
        page = _picture_of(look, place, paper.pages[0]) if paper.pages else None
        if paper.kind in facts.COURT_PAPERS:
            check = confirmed.get(place)
            state = (
                "not confirmed"
                if check is None or check.names_person is None
                else "confirmed"
                if check.names_person
                else "not this person"
            )
            court.append(PaperBadge("court", "COURT", f"{PAPER_WORDS[paper.kind]}, {state}", page))
        elif paper.kind in PAPER_WORDS:
            civil.append(PaperBadge("civil", "CIVIL", PAPER_WORDS[paper.kind], page))
        elif paper.kind == "unknown":
            unknown.append(PaperBadge("unknown", "?", "kind not known", page))
    seen: dict[tuple[str, str], PaperBadge] = {}
    for badge in (*court, *civil, *unknown):
        seen.setdefault((badge.look, badge.text), badge)
    return tuple(seen.values())


def _pictures(request: Request) -> tuple[Picture, ...]:
    """Every page of the papers once, in the order in which they came."""
    pages = _pages(request)
    return tuple(
        Picture(document, page, f"Page {place} of {len(pages)}") for place, (document, page) in enumerate(pages, 1)
    )


def _pages(request: Request) -> list[tuple[str, int]]:
    return list(
        dict.fromkeys(
            (document, page)
            for document, paper in zip(request.documents, request.papers, strict=True)
            for page in paper.pages
        )
    )


def _picture_of(look: _Look, paper: int, page: int) -> int | None:
    """The place of a file's page among the pictures, from 1."""
    pages = _pages(look.request)
    wanted = (look.request.documents[paper], page)
    return pages.index(wanted) + 1 if wanted in pages else None


def _transmissions(look: _Look) -> str:
    sent = look.request.transmissions
    listed = ", ".join(f"{one.station} {words.hour(one.received_at, look.agency.zone, look.now)}" for one in sent)
    return f"{len(sent)} transmission{'' if len(sent) == 1 else 's'}: {listed}"


def _done(look: _Look) -> tuple[DoneRow, ...]:
    """What was recorded, the newest first, and how the papers came."""
    zone, now = look.agency.zone, look.now
    rows = [
        DoneRow(words.hour(row.at, zone, now), row.by.short_name, _done_text(row, look.agency, now))
        for row in look.past.rows
    ]
    came = [
        DoneRow(words.hour(one.received_at, zone, now), one.station, f"paper came by {_channel(one.channel)}")
        for one in look.request.transmissions
    ]
    return (*reversed(rows), *reversed(came))


def _done_text(row: Recorded, agency: AgencyWords, now: datetime) -> str:
    match row:
        case Identity():
            compared = f" ({row.compared})" if row.compared else ""
            return f"{row.get_result_display()}{compared}"
        case WarrantCheck():
            systems = f", {row.systems}" if row.systems else ""
            return f"warrant check: {row.get_result_display()}{systems}"
        case Booking(ground="none"):
            return f"no ground yet: custody rests on {row.basis_text or 'an open charge'}"
        case Booking():
            when = words.moment(row.eligible_at, agency.zone, now) if row.eligible_at else ""
            return f"other custody: {agency.grounds.get(row.ground, _GROUND_WORDS[row.ground])}, {when}"
        case FieldCheck():
            return f"field {row.field.replace('_', ' ')} {'confirmed' if row.as_read else 'corrected'}"
        case PaperCheck():
            return f"court paper: {'names this person' if row.names_person else 'not this person' if row.names_person is False else 'could not find out'}"
        case Answer():
            return f"answer: {row.fact} {row.value}"
        case Act():
            return f"recorded: {row.get_act_display()}"
    return ""


_GROUND_WORDS = {value: label for _, value, label in GROUND_KEYS}


# --- assumed, why, what contradicts -----------------------------------------------------------------------------------


def _assumed(look: _Look, edition: Edition) -> tuple[tuple[str, str], ...]:
    """What the answer rests on that nobody stated: the vocabulary's question and what was assumed."""
    if look.decision is None:
        return ()
    return tuple((_asks(name, edition), _assumed_value(value, look)) for name, value in look.decision.assumed.items())


def _asks(name: str, edition: Edition) -> str:
    fact = edition.vocabulary.facts.get(name)
    return fact.ask if fact is not None and fact.ask else name


def _assumed_value(value: object, look: _Look) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return words.moment(value, look.agency.zone, look.now)
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(str(one).replace("_", " ") for one in sorted(value, key=str))
    return "unknown" if value is UNKNOWN else str(value).replace("_", " ")


WHY = (
    ("decide", ("decides", "voids")),
    ("would decide if", ("would decide if", "would void if")),
    ("were ended by another", ("lifted", "voided")),
    ("do not apply", ("does not apply", "not in force")),
    ("are off or rejected", ("off",)),
)


def _why(look: _Look, edition: Edition) -> tuple[WhyGroup, ...]:
    """The rules of the acts on this page, by what became of each; never what the trace lacks."""
    if look.decision is None:
        return ()
    trace = look.decision.trace
    found: dict[str, dict[str, WhyRule]] = {title: {} for title, _ in WHY}
    for action in look.decision.actions:
        for step in trace.steps.get(action, ()):
            title = next(title for title, states in WHY if step.state in states)
            found[title].setdefault(step.provision.id, _why_rule(step, trace, look, edition))
    return tuple(WhyGroup(title, tuple(rules.values())) for title, rules in found.items() if rules)


def _why_rule(step: Step, trace: Trace, look: _Look, edition: Edition) -> WhyRule:
    rule = step.provision
    ended = (f"Ended by {step.ended_by}.",) if step.ended_by else ()
    return WhyRule(
        id=rule.id,
        says=rule.says,
        cite=rule.cite,
        dates=str(rule.in_force),
        status=rule.status,
        adopted="adopted by counsel" if rule.id in look.agency.adopted else "not adopted by counsel",
        conditions=(*ended, *_conditions(trace.tests(rule), look, edition)),
        check_source=rule.status != "verified" and rule.id not in look.agency.adopted,
    )


def _conditions(tests: Iterable[Test], look: _Look, edition: Edition) -> tuple[str, ...]:
    """Each fact that a rule rests on, once: its sentence, and where it came from."""
    said: dict[str, str] = {}
    for test in tests:
        for name, value, source in test.facts:
            said.setdefault(name, f"{_fact_sentence(name, value, look, edition)} ({source})")
    return tuple(said.values())


def _fact_sentence(name: str, value: object, look: _Look, edition: Edition) -> str:
    fact = edition.vocabulary.facts[name]
    if value is UNKNOWN:
        return f"not known: {fact.ask}"
    if isinstance(value, bool):
        return fact.true if value else fact.false
    if fact.kind == "list":
        return f"{name}: {value}"
    return fact.phrase.replace("{value}", _assumed_value(value, look))


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
            sources.append(f"form {form} (page {request.detainer.pages[0]})")
    return words.contradiction(dict.fromkeys(sources) or error.facts)


# --- time -------------------------------------------------------------------------------------------------------------


def now_text(now: datetime) -> str:
    """`Tue Mar 3, 02:10 EST`, in the agency's zone."""
    return words.moment(now, _zone(now), now)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _zone(now: datetime) -> ZoneInfo:
    assert isinstance(now.tzinfo, ZoneInfo), "pages are made in the agency's zone"
    return now.tzinfo
