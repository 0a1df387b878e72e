"""The board of a station: its rows in groups, ordered by what each can cost in custody, the strip on top, the papers that wait. In: an agency, a
station, `now`. Out: a Board. Requests that have no state yet are taken up first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from detainerdesk.desk import life, words
from detainerdesk.desk.compared import person_paper
from detainerdesk.desk.facts import accepted_text
from detainerdesk.desk.models import Act
from detainerdesk.desk.page import channels
from detainerdesk.desk.page.look import Look, local_zone, looks, now_text, utc
from detainerdesk.desk.page.papers import badges, badges_of, person
from detainerdesk.desk.page.questions import question_of
from detainerdesk.desk.page.values import Board, BoardGroup, BoardRow, Strip, WaitingPaper
from detainerdesk.desk.words import Clock
from detainerdesk.intake import queue as intake_queue
from detainerdesk.intake.join import NEAR, NOT_TAKEN, OPENS, UNSURE_CANCELLATION, born_on
from detainerdesk.law import Decision
from detainerdesk.ledger import log as ledger

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


def board(agency: str, station: str, now: datetime) -> Board:
    """The board of a station (empty: all stations of the agency), ordered by what a row can cost in custody."""
    edition = life.edition()
    stack = edition.stack(agency)
    now = now.astimezone(stack.zone)
    life.open_new(agency, now)
    entries = [entry(look) for look in looks(agency, station, now, edition)]
    groups = tuple(
        BoardGroup(key, title, tuple(entry.row for entry in sorted(found, key=lambda entry: entry.order)))
        for key, title in GROUPS
        if (found := [entry for entry in entries if entry.group == key])
    )
    open_entries = [entry for entry in entries if entry.group != "done"]
    lines = channels.head(agency, station, now)
    return Board(
        agency=agency,
        agency_name=stack.name,
        station=station,
        now=now,
        now_text=now_text(now),
        in_custody=sum(entry.same_person for entry in open_entries),
        open=len(open_entries),
        need_you=sum(entry.group in NEED_YOU for entry in entries),
        strip=strip(entries, now),
        groups=groups,
        empty="" if groups else f"Nothing open for {station or stack.name}. {lines.says}",
        last_paper=lines.says,
        waiting=_waiting(agency, station, now),
        line_alarms=lines.alarms,
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


def entry(look: Look) -> _Entry:
    group, ready_since, end = _group(look), _ready_since(look), _hold_end(look)
    order = look.request.received_at
    if group == "over" or (group == "running" and end is not None):
        order = end or order
    elif group == "ended":
        order = look.situation.ended_at or order
    name, born = person(look.shown)
    row = BoardRow(
        number=look.state.number,
        version=look.state.version,
        clock=_row_clock(group, look, end),
        person=f"{name} {day.year}" if (day := born_on(born)) else name,
        papers=badges(look),
        law=words.law_says(look.decision, look.situation) if look.decision else "two facts can't both be true",
        next_step=_next_step(group, look),
        station=look.state.station,
    )
    return _Entry(row, group, order.astimezone(UTC), name, look.past.known.same_person == "same", ready_since, end)


def _group(look: Look) -> str:
    state = life.standing(look.request, look.past, look.now)
    if state in (*life.CLOSED_STATES, life.NO_PAPER):
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


def _ready_since(look: Look) -> datetime | None:
    """Since when the person is ready for release: the end of other custody, or of a hold that is over."""
    if look.past.act is not None and look.past.act.act in ("release", "not_in_custody"):
        return None
    end, decision = _hold_end(look), look.decision
    over = look.situation.held and end is not None and words.passed(end, look.now) and look.situation.check_recorded
    if over and not (decision and words.rests_on_another_ground(decision)):
        return end
    return look.situation.ended_at if decision and words.ready(decision, look.situation) else None


def _hold_end(look: Look) -> datetime | None:
    hold = look.decision.actions.get("hold") if look.decision else None
    end = words.hold_end(hold, look.decision) if hold is not None and look.decision is not None else None
    recorded = look.past.act.hold_until if look.past.act is not None and look.past.act.act == "hold" else None
    if look.situation.held and recorded is not None and look.past.act is not None and look.past.act.view == "person":
        return min(recorded, end, key=utc) if end is not None else recorded
    return end if look.situation.view == "person" else None


def _row_clock(group: str, look: Look, end: datetime | None) -> Clock:
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
    came = look.request.received_at
    return Clock("none", f"came {words.hour(came, zone, now)}", since=came)


def _next_step(group: str, look: Look) -> str:
    if group == "done":
        if not look.request.transmissions:
            return "No paper in it now"
        act = look.past.act
        return dict(Act.ACTS).get(act.act, "") if act else ""
    if not look.request.transmissions and group == "question":
        return "No paper in it now"
    if look.decision is None:
        return "Correct one of them"
    if group in ("over", "ended") and _ready_since(look) is not None:
        return "Record release"
    if group == "reading":
        count = len(life.unread(look.request, look.past.known))
        return f"Check {count} field{'' if count == 1 else 's'}"
    if group == "nothing":
        return ""
    if group == "duty":
        return _owed_act(look.decision)
    question = question_of(look)
    if question is not None and question.name == "duty":
        return _owed_act(look.decision)
    return _NEXT[question.name] if question is not None else "Record"


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


def strip(entries: Sequence[_Entry], now: datetime) -> Strip | None:
    """Who is ready for release, the longest wait first, and the next clock that ends."""
    ready = sorted(((e.ready_since, e) for e in entries if e.ready_since is not None), key=lambda pair: utc(pair[0]))
    if not ready:
        return None
    since, first = ready[0]
    zone = local_zone(now)
    ends = sorted(
        (
            e.ends_at
            for e in entries
            if e.group == "running" and e.ends_at is not None and not words.passed(e.ends_at, now)
        ),
        key=utc,
    )
    next_clock = f" Next clock ends {words.hour(ends[0], zone, now)}." if ends else ""
    times = f"since {words.hour(since, zone, now)} ({words.span(words.elapsed(since, now))} ago)"
    who = f"{len(ready)} people ready for release, the first" if len(ready) > 1 else "Ready for release"
    return Strip(f"{who} {times}: {first.person}.{next_clock}", first.row.number, f"{who} {times}.{next_clock}")


def _waiting(agency: str, station: str, now: datetime) -> tuple[WaitingPaper, ...]:
    zone = local_zone(now)
    everything = intake_queue.waiting(agency)
    of_file = Counter(one.sha256 for one in everything)
    entries = ledger.entries({one.subject for one in everything}, kind="paper.sent_to_records", agency=agency)
    sent = {entry.event.subject: entry.event.at for entry in entries}
    return tuple(
        WaitingPaper(
            document=one.sha256,
            name=_name(one),
            came=f"came {words.hour(min((sent.received_at for sent in one.transmissions), default=one.since), zone, now)}",
            papers=badges_of(one.read),
            why=one.why,
            next_step=_next_of_waiting(one, sent.get(one.subject)),
            matter=one.id if of_file[one.sha256] > 1 else 0,
            stations=", ".join(dict.fromkeys(sent.station for sent in one.transmissions)),
        )
        for one in everything
        if not station or any(sent.station == station for sent in one.transmissions)
    )


def _name(one: intake_queue.Waits) -> str:
    """Whom the paper surely names, else the name of its file; and the request that it is in, if it is in one."""
    where = f"(request {' and '.join(one.within)})" if one.within else "(no request)"
    form = person_paper(one.read, next((paper for paper in one.read if paper.kind in OPENS), None))
    name = accepted_text(form, "subject_name") if form else None
    day = born_on(accepted_text(form, "dob") or "") if form else None
    return f"{where} {name or one.name}" + (f" {day.year}" if name and day else "")


def _next_of_waiting(one: intake_queue.Waits, sent: datetime | None) -> str:
    """`sent`: when somebody who could make nothing of it sent it to Records last."""
    if one.being_read:
        return "Being read"
    if sent is not None and sent >= one.since:
        return "Waits for Records"
    return _NEXT_OF_WAITING.get(one.reason, "Say where it belongs")


_NEXT_OF_WAITING = {
    NEAR: "Compare the two",
    UNSURE_CANCELLATION: "See its box",
    NOT_TAKEN: "Enter it by hand",
}
