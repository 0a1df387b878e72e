"""The desk's sentences: a decision of the law room goes in, the words that an officer reads come out.

What a sentence may claim is fixed by rulebook.md 4 and 7 and spelled in desk.md 3. Pure: no clock, no database, no template; a page shows
these values as they are. Nothing here says what the decision does not, and no word of release is said where release is silent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from detainerdesk.law import By, Decision, Outcome

View = Literal["request", "person"]

BANNED = ("legal", "illegal", "lawful", "unlawful", "alien", "violation", "breach", "should")
"""Words that no sentence of ours says, outside quotes."""


@dataclass(frozen=True)
class Cite:
    """One rule that stands behind a line, e.g. `Boston Code 11-1.9 (BOS19-1)`; `check_source` puts CHECK SOURCE beside it."""

    text: str
    rule: str
    check_source: bool


@dataclass(frozen=True)
class Line:
    """One act and what the law says on it: `Keep longer | no ground, for now | cites`."""

    action: str
    label: str
    text: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True)
class Mark:
    """A stamp on the page. key: draft, disputed, check_source, not_in_answer; `text` is the stamp, `says` its sentence."""

    key: str
    text: str
    says: str


@dataclass(frozen=True)
class Clock:
    """state: not started, running, ended, unknown, none. `until` and `since` are instants for the browser's minute tick; `text` is whole."""

    state: str
    text: str
    until: datetime | None = None
    since: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperBadge:
    """A paper in a list. look: court, civil, unknown; word: COURT, CIVIL, ?; court papers come first and stand on their own line."""

    look: str
    word: str
    text: str
    page: int | None = None


@dataclass(frozen=True)
class RecordWords:
    """An act that may be recorded here, in words: what is forbidden or found nowhere has none."""

    act: str
    text: str


@dataclass(frozen=True)
class AgencyWords:
    """How this place speaks: its zone, who is asked, who decides what the law leaves open, and which rules its counsel has adopted."""

    name: str
    zone: ZoneInfo
    asks: str = "the shift supervisor"
    decides: str = "the shift supervisor"
    checked_through: date | None = None
    not_encoded: tuple[str, ...] = ()
    adopted: frozenset[str] = frozenset()
    adopted_whole: bool = False
    grounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """What the desk knows beside the decision: what the paper asks, which court warrant a person confirmed, what booking recorded."""

    view: View = "request"
    form: bool = True
    asked: tuple[str, ...] = ("hold", "notify_release")
    cancels: str | None = None
    court_warrant: str | None = None
    ended_at: datetime | None = None
    check_recorded: bool = False
    basis: str = ""
    basis_by: str = ""
    basis_at: datetime | None = None
    held: bool = False
    same_person: str = ""
    papers: bool = True  # False: every paper was taken out


@dataclass(frozen=True)
class PageWords:
    headline: str
    lines: tuple[Line, ...]
    release: str
    marks: tuple[Mark, ...]
    checked_through: str
    not_in_answer: str
    records: tuple[RecordWords, ...]
    readings: tuple[str, ...] = ()


def page(decision: Decision, agency: AgencyWords, situation: Situation, now: datetime) -> PageWords:
    """All sentences of a request page for one decision."""
    return PageWords(
        headline=headline(decision, agency, situation),
        lines=lines(decision, agency, situation),
        release=release(decision, agency, situation, now),
        marks=marks(decision, agency, situation),
        checked_through=f"Checked through {_day(agency.checked_through)}." if agency.checked_through else "",
        not_in_answer=f"Not in this answer: {', '.join(agency.not_encoded)}." if agency.not_encoded else "",
        records=records(decision, agency, situation, now),
        readings=_readings(decision, agency, situation),
    )


# --- headline ---------------------------------------------------------------------------------------------------------


def headline(decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    """The one sentence on top. It speaks of the request, never of the person's release."""
    if not situation.papers:
        return "No paper is in this request now. What was taken out waits for a person, or belongs elsewhere."
    court = decision.actions.get("honor_criminal_warrant")
    if situation.court_warrant is not None and court is not None:
        number = f" {situation.court_warrant}" if situation.court_warrant else ""
        if court.outcome == "required":
            return f"{_first_cite(court)}: this person must be kept on judicial warrant{number}."
        if court.outcome == "permitted":
            return f"Judicial warrant{number} is a separate ground to keep this person. It is decided here by {agency.decides}."
    if not situation.form:
        return "No detainer form is in this request now. What was taken out waits for a person, or belongs elsewhere."
    if situation.cancels is not None:
        return f"This paper cancels the request of {situation.cancels or 'a date that is not known'}."
    if "hold" in situation.asked and (hold := decision.actions.get("hold")) is not None:
        return _on_hold(hold, decision, agency, situation)
    for action in situation.asked:
        if (outcome := decision.actions.get(action)) is not None and action in _LEADS:
            return _on_first_asked(action, outcome, agency)
    return "This page asks for nothing that was found. It is kept and waits for Records."


def _on_hold(hold: Outcome, decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    if hold.outcome == "undetermined":
        return f"For now, {_lower(_hold_sentence(hold.standing, hold, decision, agency, situation))}"
    if hold.outcome == "disputed":
        standing = _lower(_hold_sentence(hold.standing, hold, decision, agency, situation))
        return f"The law is read in more than one way. For now, {standing} Counsel has not chosen."
    if hold.outcome == "conflict":
        standing = _lower(_hold_sentence(hold.standing, hold, decision, agency, situation))
        cites = ", ".join(dict.fromkeys(by.cite for by in hold.by))
        return f"Two rules say opposite things{': ' + cites if cites else ''}. For now, {standing} Counsel decides."
    return _hold_sentence(hold.outcome, hold, decision, agency, situation)


def _hold_sentence(word: str, hold: Outcome, decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    match word:
        case "forbidden":
            return "This request gives no ground to keep this person."
        case "required":
            cite = f"{_first_cite(hold)}: " if hold.by else ""
            return f"{cite}this person must be kept on this request {_how_long(hold, decision, agency, situation)}."
        case "permitted":
            return f"Keeping this person on this request is not required. It is decided here by {agency.decides}."
        case "partly":
            return "Some of what is asked must not be given. See each line."
        case _:
            return f"No rule was found on keeping this person on this request. That is not a permission. Ask {agency.asks}."


def _how_long(hold: Outcome, decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    """`until Sun Mar 15, 10:00 CDT, no longer`, or a length while other custody has not ended."""
    end = hold_end(hold, decision)
    if end is None:
        return "after other custody ends; the end of that time is not known"
    if situation.ended_at is None:
        return f"for up to {span(elapsed(decision.at, end))} after other custody ends"
    return f"until {moment(end, agency.zone, decision.at)}, no longer"


def hold_end(hold: Outcome, decision: Decision) -> datetime | None:
    """The end of a hold that the law requires or permits: the clock that governs, or the moment at which the outcome turns before it."""
    ends = [end for end in (decision.clocks.get("hold_until"), hold.until) if end is not None]
    return min(ends, key=lambda end: end.astimezone(UTC), default=None)


_LEADS = {
    "notify_release": ("The release time", "given"),
    "transfer": ("A hand-over", "made"),
    "give_access": ("An interview", "given"),
    "share_information": ("Facts about this person", "given"),
}


def _on_first_asked(action: str, outcome: Outcome, agency: AgencyWords) -> str:
    what, verb = _LEADS[action]
    standing = _ask_sentence(what, verb, outcome.standing, agency)
    match outcome.outcome:
        case "undetermined":
            return f"For now, {_lower(standing)}"
        case "disputed":
            return f"The law is read in more than one way. For now, {_lower(standing)} Counsel has not chosen."
        case "conflict":
            cites = ", ".join(dict.fromkeys(by.cite for by in outcome.by))
            opposite = f"Two rules say opposite things{': ' + cites if cites else ''}."
            return f"{opposite} For now, {_lower(standing)} Counsel decides."
        case "partly":
            return "Some of what is asked must not be given. See each line."
        case word:
            return _ask_sentence(what, verb, word, agency)


def _ask_sentence(what: str, verb: str, word: str, agency: AgencyWords) -> str:
    match word:
        case "forbidden":
            return f"{what} must not be {verb} on this request."
        case "required":
            return f"{what} must be {verb} on this request."
        case "permitted":
            return f"{what} need not be {verb} on this request. It is decided here by {agency.decides}."
        case _:
            return f"No rule was found on what this request asks. That is not a permission. Ask {agency.asks}."


# --- lines ------------------------------------------------------------------------------------------------------------

LABELS = {
    "hold": "Keep longer",
    "notify_release": "Give release time",
    "transfer": "Hand over",
    "honor_criminal_warrant": "Keep on court warrant",
}
_MUST_NOT = {"hold": "no ground", "notify_release": "must not be given", "transfer": "must not be done"}
_MUST = {"notify_release": "must be given", "transfer": "must be done", "honor_criminal_warrant": "must be kept"}
DUTY_LABELS = {
    "give_copy_to_person": "Give person a copy",
    "tell_person": "Tell the person",
    "tell_attorney": "Tell the attorney",
    "tell_judge": "Tell the judge",
    "note_case_file": "Note the file",
    "record_request": "Write it down",
    "consular_notice": "Tell the consulate",
    "ask_purpose": "Ask what it is for",
    "tell_prosecutor": "Tell the prosecutor",
}


def lines(decision: Decision, agency: AgencyWords, situation: Situation) -> tuple[Line, ...]:
    """A line for each act that the papers raise: keep, give the release time, hand over; a court warrant; then duties that are owed."""
    if not situation.form:
        return ()
    found = [
        Line(
            action, LABELS[action], _line_text(action, outcome, decision, agency, situation), cites(outcome.by, agency)
        )
        for action in _shown(situation)
        if (outcome := decision.actions.get(action)) is not None
    ]
    for duty in decision.duties:
        if duty.state in ("owed", "late") and duty.action in DUTY_LABELS:
            found.append(
                Line(
                    duty.action,
                    DUTY_LABELS[duty.action],
                    "must be done" if duty.state == "owed" else "must be done, late",
                    (
                        Cite(
                            f"{duty.cite} ({duty.id})",
                            duty.id,
                            _unchecked(duty.id, duty.status, agency),
                        ),
                    ),
                )
            )
    return tuple(found)


def _shown(situation: Situation) -> tuple[str, ...]:
    """The acts that have a line of their own; a court warrant's stands first."""
    court = ("honor_criminal_warrant",) if situation.court_warrant is not None else ()
    return (*court, "hold", "notify_release", "transfer")


def _line_text(action: str, outcome: Outcome, decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    standing = _line_words(action, outcome.standing, outcome, decision=decision, agency=agency, situation=situation)
    match outcome.outcome:
        case "undetermined":
            return f"{standing}, for now"
        case "disputed":
            return f"read in more than one way; for now, {standing} ({INTERPRETIVE})"
        case "conflict":
            return f"two rules say opposite things; for now, {standing}"
        case "partly":
            return "some of it must not be given"
        case word:
            said = _line_words(action, word, outcome, decision=decision, agency=agency, situation=situation)
            return said if outcome.settled else f"{said}, for now"


def _line_words(
    action: str, word: str, outcome: Outcome, *, decision: Decision, agency: AgencyWords, situation: Situation
) -> str:
    match word:
        case "forbidden":
            return _MUST_NOT.get(action, "must not be done")
        case "required" if action == "hold":
            return f"must be kept {_how_long(outcome, decision, agency, situation)}"
        case "required":
            return _MUST.get(action, "must be done")
        case "permitted":
            return f"not required, decided here by {agency.decides}"
        case _:
            return f"no rule found, ask {agency.asks}"


def law_says(decision: Decision, situation: Situation) -> str:
    """What the law says, in the few words of a board row."""
    if situation.court_warrant is not None:
        return "court warrant"
    if not situation.form:
        return "no form in it now" if situation.papers else ""
    if situation.cancels is not None:
        return "cancels a request"
    action = "hold" if "hold" in situation.asked else next((a for a in situation.asked if a in LABELS), "hold")
    outcome = decision.actions.get(action)
    if outcome is None:
        return ""
    settled = outcome.outcome in ("forbidden", "required", "permitted", "silent")
    word = outcome.outcome if settled else outcome.standing
    said = {
        ("hold", "forbidden"): "no ground to keep",
        ("hold", "required"): "must be kept",
        ("hold", "permitted"): "not required",
        ("notify_release", "forbidden"): "give no release time",
        ("notify_release", "required"): "give release time",
    }.get((action, word), "not required" if word == "permitted" else "no rule found")
    return said if settled else f"{said}, for now"


def cites(by: Iterable[By], agency: AgencyWords) -> tuple[Cite, ...]:
    """The rules behind a line. CHECK SOURCE stands at each rule that is not verified and not adopted by counsel."""
    return tuple(Cite(f"{b.cite} ({b.rule})", b.rule, _unchecked(b.rule, b.status, agency)) for b in by)


# --- release, person view only ----------------------------------------------------------------------------------------


def release(decision: Decision, agency: AgencyWords, situation: Situation, now: datetime) -> str:
    """The sentence on release: only in the person view, only once ground, time and warrant check are recorded; silent: not a word of it."""
    if situation.view != "person":
        return ""
    outcome = decision.actions.get("release")
    if outcome is None or rests_on_another_ground(decision):
        return _custody_rests(agency, situation, now)
    if situation.ended_at is None:
        return ""
    ended = moment(situation.ended_at, agency.zone, now)
    if not situation.check_recorded:
        return f"Other custody ended {ended}. Warrant check not recorded."
    hold = decision.actions.get("hold")
    end = hold_end(hold, decision) if hold is not None else None
    if situation.held and end is not None and passed(end, now):
        return f"The hold ended {moment(end, agency.zone, now)}. Ready for release since then."
    match outcome.outcome:
        case "required":
            return f"Ready for release since {ended}. No ground to keep this person is recorded."
        case "forbidden" if end is not None:
            return f"Kept on this request until {moment(end, agency.zone, now)}, no longer."
        case _:
            return f"Other custody ended {ended}."


def ready(decision: Decision, situation: Situation) -> bool:
    """Ready for release: ground, time and check are recorded, and nothing that was found keeps this person."""
    outcome = decision.actions.get("release")
    return (
        situation.view == "person"
        and situation.ended_at is not None
        and situation.check_recorded
        and outcome is not None
        and outcome.outcome == "required"
    )


def rests_on_another_ground(decision: Decision) -> bool:
    """The law is silent on release where custody goes on by another ground, such as a court warrant: then nothing speaks of release."""
    outcome = decision.actions.get("release")
    return outcome is None or outcome.outcome == "silent"


def _custody_rests(agency: AgencyWords, situation: Situation, now: datetime) -> str:
    if not situation.basis:
        return ""
    when = f", {moment(situation.basis_at, agency.zone, now)}" if situation.basis_at else ""
    return f"Custody rests on: {situation.basis}, recorded by {situation.basis_by or 'booking'}{when}."


# --- clock ------------------------------------------------------------------------------------------------------------


def clock(decision: Decision, agency: AgencyWords, situation: Situation, now: datetime) -> Clock:
    """The clock of a hold, or the time since other custody ended. Hours are elapsed hours, so a change of the clock is said."""
    hold = decision.actions.get("hold")
    if not situation.form or hold is None:
        return Clock("none", "none: this page asks for no hold.")
    if situation.ended_at is None or situation.view != "person":
        return Clock("not started", f"not started: other custody has not ended.{_form_asks(decision, situation)}")
    word = hold.outcome if hold.outcome in ("forbidden", "required", "permitted", "silent") else hold.standing
    end = hold_end(hold, decision)
    if word not in ("required", "permitted") and not (situation.held and end is not None):
        return Clock(
            "ended",
            f"other custody ended {moment(situation.ended_at, agency.zone, now)} ({span(elapsed(situation.ended_at, now))} ago)",
            since=situation.ended_at,
        )
    notes = _clock_notes(decision, agency, situation, end, now)
    if end is None:
        return Clock("unknown", "end not known: ask counsel", since=situation.ended_at, notes=notes)
    if passed(end, now):
        text = f"ended {moment(end, agency.zone, now)} ({span(elapsed(end, now))} ago)"
        return Clock("ended", text, until=end, since=end, notes=notes)
    text = f"until {moment(end, agency.zone, now)} ({span(elapsed(now, end))} left)"
    return Clock("running", text, until=end, since=situation.ended_at, notes=notes)


def _form_asks(decision: Decision, situation: Situation) -> str:
    """How long the form's own words ask for, and which hours they leave out."""
    length = decision.lengths.get("form_limit")
    if length is None or situation.view != "request" or "hold" not in situation.asked:
        return ""
    not_counted = "" if length.calendar == "every hour" else f" ({length.calendar})"
    return f" Form asks {length.hours} h{not_counted}."


def _clock_notes(
    decision: Decision, agency: AgencyWords, situation: Situation, end: datetime | None, now: datetime
) -> tuple[str, ...]:
    notes = []
    start = situation.ended_at
    if start is not None and end is not None and _offset(start, agency) != _offset(end, agency):
        notes.append(
            f"{round(elapsed(start, end).total_seconds() / 3600)} elapsed hours: the clock changes in between."
        )
    choices = decision.trace.case.choices if decision.trace is not None else {}
    counts = sorted(
        (limit.astimezone(UTC), says)
        for name, says in (("form_limit", "the form"), ("regulation_limit", "the regulation"))
        if (limit := decision.clocks.get(name)) is not None
    )
    if "hold_until" not in choices and len({limit for limit, _ in counts}) > 1:
        each = "; ".join(f"by {says} {moment(limit, agency.zone, now)}" for limit, says in counts)
        notes.append(f"Two ways to count: {each}. Interpretive: ask counsel.")
    return tuple(notes)


# --- marks ------------------------------------------------------------------------------------------------------------


def marks(decision: Decision, agency: AgencyWords, situation: Situation) -> tuple[Mark, ...]:
    """The stamps of the page: draft, open to more than one reading, source not checked (at the headline), layers that are not encoded."""
    found = []
    leading = decision.actions.get(leading_action(decision, situation))
    if not_adopted(decision, agency):
        found.append(DRAFT)
    if any(decision.actions[name].alternatives for name in _shown(situation) if name in decision.actions):
        found.append(DISPUTED)
    if leading is not None and leading.by and headline_unchecked(leading, decision, agency):
        found.append(Mark("check_source", "CHECK SOURCE", "This rule's text has not been checked against its source."))
    for layer in agency.not_encoded:
        found.append(
            Mark(
                "not_in_answer",
                f"Not in this answer: {layer}.",
                f"Not in this answer: {layer}. Its rules are not in this system.",
            )
        )
    return tuple(found)


INTERPRETIVE = "interpretive: ask counsel"
DRAFT = Mark(
    "draft", "DRAFT: NOT ADOPTED BY COUNSEL", "Counsel of this agency has not adopted each rule of this answer."
)
DISPUTED = Mark(
    "disputed", INTERPRETIVE, "The law behind a line is read in more than one way, and counsel has not chosen."
)


def not_adopted(decision: Decision, agency: AgencyWords) -> bool:
    """Whether a rule on which the answer rests is a draft: one that gives an outcome, one that ended another, a duty that stands as a line.
    An answer that no rule gives rests on the whole law."""
    outcomes = decision.actions.values()
    rules = {by.rule for outcome in outcomes for by in outcome.by}
    rules |= {ender for outcome in outcomes for _, ender in (*outcome.lifted, *outcome.voided)}
    rules |= {one.id for one in decision.duties if one.state in ("owed", "late") and one.action in DUTY_LABELS}
    return bool(rules - agency.adopted) if rules else not agency.adopted_whole


def leading_action(decision: Decision, situation: Situation) -> str:
    """The act of which the headline speaks."""
    court = decision.actions.get("honor_criminal_warrant")
    if situation.court_warrant is not None and court is not None and court.outcome in ("required", "permitted"):
        return "honor_criminal_warrant"
    return next((action for action in situation.asked if action in decision.actions), "hold")


def headline_unchecked(leading: Outcome, decision: Decision, agency: AgencyWords) -> bool:
    """True unless a rule behind the headline is verified and nothing unverified voids or lifts another."""
    enders = {ender for _, ender in (*leading.lifted, *leading.voided)}
    if any(_unchecked(ender, _status_of(ender, decision), agency) for ender in enders):
        return True
    return all(_unchecked(by.rule, by.status, agency) for by in leading.by)


def _status_of(rule: str, decision: Decision) -> str:
    provision = decision.trace.stack.provision(rule)
    return provision.status if provision is not None else "verify"


def _unchecked(rule: str, status: str, agency: AgencyWords) -> bool:
    return status not in ("verified", "adopted") and rule not in agency.adopted


def _readings(decision: Decision, agency: AgencyWords, situation: Situation) -> tuple[str, ...]:
    """Each way of reading that makes a difference, with what it would say."""
    outcome = decision.actions.get(leading_action(decision, situation))
    if outcome is None or not outcome.alternatives:
        return ()
    said = {
        "forbidden": "no ground to keep",
        "required": "must be kept",
        "permitted": "not required",
        "silent": "no rule found",
    }
    return tuple(
        f"Read as {name.replace('_', ' ')}: {said.get(word, word.replace('undetermined', 'more must be known'))}."
        for name, word in outcome.alternatives.items()
    )


# --- what may be recorded ---------------------------------------------------------------------------------------------


def records(decision: Decision, agency: AgencyWords, situation: Situation, now: datetime) -> tuple[RecordWords, ...]:
    """The acts that this page offers, the main one first. A hold is offered only where the law requires or permits it for now."""
    if situation.same_person == "different":
        return (RecordWords("not_in_custody", "Record: not in custody here"),)
    leaving = RecordWords("release", "Record release")
    hold = decision.actions.get("hold")
    may_leave = hold_over(decision, situation, now) or _may_leave(decision, situation)
    if not situation.form or situation.cancels is not None or hold is None:
        return (leaving,) if may_leave else ()  # ending custody waits for no paper
    for_now = "" if hold.settled and hold.outcome in ("forbidden", "required", "permitted", "silent") else ", for now"
    if hold.standing == "required":
        given = [
            RecordWords("hold", f"Record: hold on this request {_record_until(hold, decision, agency, situation)}")
        ]
    else:
        given = [RecordWords("no_hold", f"Record: no hold on this request{for_now}")]
        if hold.standing == "permitted":
            until = _record_until(hold, decision, agency, situation)
            given.append(RecordWords("hold", f"Record: hold on this request {until}"))
    if ready(decision, situation) or hold_over(decision, situation, now):
        return (leaving, *given)
    return (*given, leaving) if may_leave else tuple(given)


def hold_over(decision: Decision, situation: Situation, now: datetime) -> bool:
    """A hold that was recorded has come to its end, and custody rests on no other ground."""
    hold = decision.actions.get("hold")
    end = hold_end(hold, decision) if hold is not None else None
    over = situation.held and situation.ended_at is not None and end is not None and passed(end, now)
    return over and not rests_on_another_ground(decision)


def _may_leave(decision: Decision, situation: Situation) -> bool:
    """Other custody has ended and nothing keeps the person for now: release can be recorded, though not all is looked up."""
    outcome = decision.actions.get("release")
    if situation.view != "person" or situation.ended_at is None or outcome is None:
        return False
    return outcome.standing in ("required", "permitted")


def _record_until(hold: Outcome, decision: Decision, agency: AgencyWords, situation: Situation) -> str:
    end = hold_end(hold, decision)
    if end is None:
        return "after other custody ends"
    if situation.ended_at is None:
        return f"for up to {span(elapsed(decision.at, end))} after other custody ends"
    return f"until {moment(end, agency.zone, decision.at)}"


# --- errors, letter ---------------------------------------------------------------------------------------------------

BIRTH_DATE = "Birth date: write month/day/year, like 12/25/1982."
MOMENT = "Time: write year-month-day and hour:minute, like 2026-03-03 01:55."
FUTURE_SEARCH = "Warrant check: the time is later than now. Write when the search was made."


def contradiction(sources: Iterable[str]) -> str:
    """Two things that can't both be true: what and where each came from; no answer until one is corrected."""
    return f"These can't both be true: {' and '.join(sources)}. No answer until one is corrected."


def stale(who: str, what: str, at: datetime, zone: ZoneInfo) -> str:
    return f"{who} recorded {what} at {at.astimezone(zone):%H:%M}. Nothing of yours was saved. Look at the page again, then record."


def new_paper() -> str:
    return "The papers of this request changed since the page was opened. Nothing of yours was saved. Look at the page again, then record."


def another_copy_says_otherwise() -> str:
    return (
        "The box that cancels: a person saw the box of another copy in this request otherwise, and that copy came first, so it says what the request is. "
        "Nothing was saved. Look at that copy's box; if the two papers do differ, take one of them out."
    )


def too_little_agrees(agree: Collection[str]) -> str:
    """Why a paper and a person in custody are not called the same: two identifiers are needed (security.md ACL-4)."""
    only = f"Only the {min(agree)} agrees surely" if agree else "Nothing agrees surely"
    return f"{only} with the booking. Two of name, birth date and number are needed: look at both again, or add to the booking."


def letter(number: str, form: str, received_at: datetime, office: str, agency: AgencyWords) -> str:
    """The reply to the issuing office, where a department turned it on. It says nothing of custody, release or what the paper lacks."""
    day = received_at.astimezone(agency.zone)
    return (
        f"To: {office or 'the office that sent the form'}\nFrom: {agency.name}\n\n"
        f"We got your {form} on {_day(day.date())}. Our number for it is {number}. It is on file.\n"
        "This letter is not an answer to what the form asks. Use our number if you write again.\n"
    )


# --- small words ------------------------------------------------------------------------------------------------------


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Sun Mar 15, 10:00 CDT`: weekday and zone, no seconds; the year where it is another one."""
    local = at.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{local:%a %b} {local.day}{year}, {local:%H:%M %Z}"


def hour(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`01:52` today, `Mon 23:58` within a week, `Nov 3, 23:58` before that."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if timedelta(0) < today - local.date() < timedelta(days=7):
        return f"{local:%a %H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%b} {local.day}{year}, {local:%H:%M}"


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Elapsed time between two instants. Python subtracts and compares two moments of one zone by their wall clocks, an hour wrong across a
    change of the clock, so both go to UTC first."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def passed(at: datetime, now: datetime) -> bool:
    """Whether the moment has come: at its own minute it has."""
    return elapsed(at, now) >= timedelta(0)


def span(length: timedelta) -> str:
    """`15 min`, `4 h 12 min`, `48 h`, `3 days 2 h`: whole minutes, cut, never rounded up."""
    minutes = max(0, int(length.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if hours > 72:
        days, hours = divmod(hours, 24)
        return f"{days} days {hours} h" if hours else f"{days} days"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"


def _first_cite(outcome: Outcome) -> str:
    return outcome.by[0].cite if outcome.by else "The law as encoded"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _offset(at: datetime, agency: AgencyWords) -> timedelta | None:
    return at.astimezone(agency.zone).utcoffset()


def _lower(sentence: str) -> str:
    """The sentence as it goes on after `For now, `; a citation keeps its capital."""
    return (
        sentence[0].lower() + sentence[1:]
        if sentence.startswith(("This ", "Keeping ", "No ", "The ", "A ", "An ", "Some ", "Facts "))
        else sentence
    )
