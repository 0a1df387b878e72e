"""The life of a request at the desk: a state machine whose every move is a row, the request's new state and one event of the ledger, in one
transaction. In: a number, the version that the officer looked at, the officer, what is recorded, the moment. Out: the new version. A move
on an old version is refused (StaleState), and so is one that this desk does not offer (NotOffered): no button leads there.

| state | what it means | leaves by |
|---|---|---|
| reading_to_check | a name or birth date was not read surely | confirm_reading, correct_field |
| question_open | something that could change the answer has not been looked up | any recording |
| decided | an act is recorded, for now: a question is still open | any recording |
| nothing_owed | an act is recorded, settled, and nothing is owed | any recording |
| duty_owed | an act is recorded, settled, and a duty is owed (tell the person, give a copy) | any recording |
| hold_running | a hold on this request is recorded and runs | record_release |
| other_custody_ended | booking recorded why and when other custody ended, and the person has not left | record_release, record_decision (hold) |
| closed | release is recorded | - |
| not_in_custody | the person on the paper is not in custody here | - |

A state is what the rows say (`standing`), so it can be worked out again from them; that a moment has passed is worked out when a page is
shown (page.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from django.db import transaction

from detainerdesk.desk import facts, words
from detainerdesk.desk.facts import BookingFacts, FoundWarrant, Known, WarrantCheckFacts
from detainerdesk.desk.models import (
    Act,
    Answer,
    Booking,
    FieldCheck,
    Identity,
    Officer,
    PaperCheck,
    Recorded,
    RequestState,
    WarrantCheck,
)
from detainerdesk.desk.roles import Ability, may
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest, Document
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading.fields import State as ReadState
from detainerdesk.intake.request import Request
from detainerdesk.intake.syncpoint import reached
from detainerdesk.law import Decision, Edition, decide, load
from detainerdesk.law.language.grammar import Name
from detainerdesk.law.language.rulebook import Duty
from detainerdesk.ledger import log

OPEN_STATES = (
    "reading_to_check",
    "question_open",
    "decided",
    "nothing_owed",
    "duty_owed",
    "hold_running",
    "other_custody_ended",
)
CLOSED_STATES = ("closed", "not_in_custody")
STATES = OPEN_STATES + CLOSED_STATES

Value = str | bool | int
Row = TypeVar("Row", bound=Recorded)

GROUNDS = ("dropped", "acquitted", "time_served", "bail_or_ROR", "diversion", "other", "none")
IDENTIFIERS = ("subject_name", "dob")


class NotPossible(Exception):
    """A move that was not made; the message says what, where and what to do. Nothing was saved."""


class StaleState(NotPossible):
    """Somebody else recorded something since this page was opened."""


class NotOffered(NotPossible):
    """An act that this desk does not offer here: the law as encoded neither requires nor permits it, or the role may not do it."""


@dataclass(frozen=True)
class History:
    """What was recorded about one request, as values: the last of each kind counts, and the acts in order."""

    known: Known
    acts: tuple[Act, ...] = ()
    booking: Booking | None = None
    changed_after_act: bool = False
    rows: tuple[Recorded, ...] = field(default=(), repr=False)

    @property
    def act(self) -> Act | None:
        return self.acts[-1] if self.acts else None


# --- moves ------------------------------------------------------------------------------------------------------------


def open_new(agency: str, at: datetime) -> tuple[str, ...]:
    """A state for each of the agency's requests that has none. Made again, it makes nothing; returns the new numbers."""
    have = set(RequestState.objects.filter(agency=agency).values_list("number", flat=True))
    new = []
    for number in (
        DetainerRequest.objects.filter(agency=agency).order_by("opened_at", "number").values_list("number", flat=True)
    ):
        if number not in have and _open(agency, number, at):
            new.append(number)
    return tuple(new)


def answer(
    number: str,
    version: int,
    officer: Officer,
    *,
    question: str,
    value: str,
    moment: datetime | None = None,
    at: datetime,
) -> int:
    """The move that an answer to the page's one question makes (page.Question: its name, the answer's value, the moment if it asks one)."""
    match question:
        case "same_person":
            return same_person(number, version, officer, value, at=at)
        case "court_paper":
            return _answer_on_court_paper(number, version, officer, value=value, at=at)
        case "warrant_check":
            return record_warrant_check(number, version, officer, value, at=at)
        case "warrant_found":
            _one_of("an answer to this question", value, tuple(facts.FOUND))
            return record_warrant_check(
                number, version, officer, "found", found=(FoundWarrant(*facts.FOUND[value]),), at=at
            )
        case "release_ground":
            return record_booking(number, version, officer, value, None if value == "none" else moment, at=at)
        case "duty":
            if moment is None:
                raise NotPossible(f"Time: not given. Write when it was done. {words.MOMENT}")
            return record_answer(number, version, officer, value, moment.isoformat(), at=at)
        case "ask":
            return record_answers(number, version, officer, _given(value), at=at)
    raise NotPossible(f"There is no question {question!r} on this page. Open the request again.")


def notice_papers(state: RequestState, request: Request, at: datetime) -> None:
    """Papers came to this request, or left it, since its state was worked out: the next version, so that nobody acts on what was shown before.
    Nothing happens where the papers are the same."""
    digest = papers_digest(request)
    if state.papers == digest:
        return
    reached("desk.papers.begin")
    with transaction.atomic(durable=True):
        row = RequestState.objects.select_for_update().get(pk=state.pk)
        if row.papers != digest:
            before = row.state
            row.papers, row.version, row.changed_at, row.changed_by = digest, row.version + 1, at, None
            row.changed_what = "a paper that came in"
            if row.state not in CLOSED_STATES:
                row.state = standing(request, history(row), at)
            reached("desk.papers.before_row")
            row.save()
            reached("desk.papers.after_row")
            reached("desk.papers.before_event")
            log.append(
                "request.papers_changed",
                actor="desk",
                agency=row.agency,
                subject=f"request {row.number}",
                facts={"papers": len(request.papers), "from": before, "to": row.state, "version": row.version},
                at=at,
            )
            reached("desk.papers.after_event")
        reached("desk.papers.before_commit")
    reached("desk.papers.after_commit")
    state.refresh_from_db()


def papers_digest(request: Request) -> str:
    """What tells whether the papers are those that an officer saw: which files, which papers in them, in which order."""
    text = "\n".join(
        f"{document} {paper.kind} {','.join(map(str, paper.pages))}"
        for document, paper in zip(request.documents, request.papers, strict=True)
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def same_person(number: str, version: int, officer: Officer, result: str, *, compared: str = "", at: datetime) -> int:
    """Whether the person on the paper is the one in custody: same, different, cannot_tell."""
    _one_of("same, different or cannot tell", result, ("same", "different", "cannot_tell"))
    with _move(number, version, officer, ability="answer", name="same_person", at=at) as move:
        move.row(Identity(result=result, compared=compared))
        move.event(
            "answer.recorded", {"fact": "identity", "answer": result}, f"the identity check: {result.replace('_', ' ')}"
        )
    return move.version


def record_booking(
    number: str,
    version: int,
    officer: Officer,
    ground: str,
    moment: datetime | None = None,
    *,
    basis: str = "",
    other_basis: bool | None = None,
    at: datetime,
) -> int:
    """Why and when other custody ends; ground `none`: not yet, custody rests on `basis`."""
    _one_of("a ground", ground, GROUNDS)
    if ground == "none" and moment is not None:
        raise NotPossible("Ground: none yet, but a time is given. Leave the time empty, or choose the ground.")
    if ground != "none" and moment is None:
        raise NotPossible(f"Time: not given. Write when other custody ended. {words.MOMENT}")
    with _move(number, version, officer, ability="record_booking", name="record_booking", at=at) as move:
        move.row(
            Booking(
                ground=ground,
                eligible_at=moment,
                other_basis=True if ground == "none" else other_basis,
                basis_text=basis.strip(),
            )
        )
        said = {"ground": ground, "eligible_at": moment.isoformat() if moment else None}
        sealed = {"basis": basis.strip()} if basis.strip() else {}
        move.event("booking.recorded", said, "ground and time" if moment else "no ground yet", sealed)
    return move.version


def record_warrant_check(
    number: str,
    version: int,
    officer: Officer,
    result: str,
    *,
    looked_at: datetime | None = None,
    systems: str = "",
    found: tuple[FoundWarrant, ...] = (),
    at: datetime,
) -> int:
    """A search for criminal warrants: none, found, not_looked_up, system_down. A search that was made has a time, not later than now."""
    _one_of("a result of the warrant check", result, facts.CHECK_RESULTS)
    if found and result != "found":
        raise NotPossible(
            "Warrant check: a warrant is described, but the result is not `found`. Choose one of the two."
        )
    made = result in ("none", "found")
    when = (looked_at or at) if made else None
    if when is not None and words.elapsed(at, when) > timedelta(0):
        raise NotPossible(words.FUTURE_SEARCH)
    with _move(number, version, officer, ability="record_warrant_check", name="record_warrant_check", at=at) as move:
        described = [
            {
                "kind": f.kind,
                "signed_by": f.signed_by,
                "names_person": f.names_person,
                "number": f.number,
                "court": f.court,
            }
            for f in found
        ]
        move.row(WarrantCheck(result=result, looked_at=when, systems=systems.strip(), found=described))
        said = {
            "result": result,
            "looked_at": when.isoformat() if when else None,
            "systems": systems.strip(),
            "found": len(found),
        }
        sealed = {f"found.{place}.number": f.number for place, f in enumerate(found, 1) if f.number}
        move.event("warrant_check.recorded", said, "the warrant check", sealed)
    return move.version


def record_answer(number: str, version: int, officer: Officer, fact: str, value: Value, *, at: datetime) -> int:
    """An answer to the engine's question; `unknown`: could not find out."""
    return record_answers(number, version, officer, {fact: value}, at=at)


def record_answers(number: str, version: int, officer: Officer, given: Mapping[str, Value], *, at: datetime) -> int:
    """The facts that one look-up answered together."""
    if facts.NEVER_PASSED & given.keys():
        raise NotOffered("This desk never records nationality or status. Leave it out.")
    if not given:
        raise NotPossible("No answer was given. Choose one of the answers.")
    with _move(number, version, officer, ability="answer", name="record_answer", at=at) as move:
        for fact, value in given.items():
            move.row(Answer(fact=fact, value=value))
        move.event("answer.recorded", dict(given), "an answer")
    return move.version


def confirm_reading(number: str, version: int, officer: Officer, *, paper: int, name: str, at: datetime) -> int:
    """A person looked at the picture: the field is as it was read."""
    request = intake_request.load(number, officer.agency)
    read = _paper(request, paper).fields.get(name)
    if read is None:
        raise NotPossible(f"Field {name}: this paper has none of that name. Open the request again.")
    as_read = _Look(paper, name, read.value, read.state, as_read=True)
    return _check_field(number, version, officer, request=request, look=as_read, at=at)


def correct_field(
    number: str,
    version: int,
    officer: Officer,
    *,
    paper: int,
    name: str,
    value: str | bool | None,
    state: ReadState = "shown",
    at: datetime,
) -> int:
    """A person looked at the picture and read something else: a value, empty on the paper, can't be read, or page missing."""
    request = intake_request.load(number, officer.agency)
    paper_read = _paper(request, paper)
    if name not in paper_read.fields:
        raise NotPossible(f"Field {name}: this paper has none of that name. Open the request again.")
    if state != "shown":
        value = False if isinstance(paper_read.fields[name].value, bool) and state == "empty" else None
    elif name == "dob" and (not isinstance(value, str) or facts.day_of(value) is None):
        raise NotPossible(words.BIRTH_DATE)
    elif isinstance(value, str) and not value.strip():
        raise NotPossible(
            f"Field {name}: nothing was typed. Write what the paper shows, or choose `empty on the paper`."
        )
    corrected = _Look(paper, name, value, state, as_read=False)
    return _check_field(number, version, officer, request=request, look=corrected, at=at)


def confirm_paper(
    number: str,
    version: int,
    officer: Officer,
    *,
    paper: int,
    signed_by: str,
    names_person: bool | None,
    case_number: str = "",
    confirmed_with: str = "",
    kind: str = "",
    at: datetime,
) -> int:
    """A court paper, confirmed with the court by a number on file: who signed it, and whether it names this person."""
    request = intake_request.load(number, officer.agency)
    read = _paper(request, paper)
    if read.kind not in facts.COURT_PAPERS:
        raise NotPossible(
            f"Paper {paper + 1} is a civil paper: nobody confirms it as a court's. Choose the court paper."
        )
    with _move(number, version, officer, ability="confirm_paper", name="confirm_paper", at=at) as move:
        move.row(
            PaperCheck(
                document=request.documents[paper],
                paper=paper,
                kind=kind or facts.court_kind(read),
                signed_by=signed_by,
                names_person=names_person,
                case_number=case_number.strip(),
                confirmed_with=confirmed_with.strip(),
            )
        )
        said = {
            "fact": "court_paper",
            "paper": paper,
            "document": _paper_number(request.documents[paper]),
            "signed_by": signed_by,
            "names_person": names_person,
        }
        sealed = {"case_number": case_number.strip()} if case_number.strip() else {}
        move.event("answer.recorded", said, "a court paper as confirmed", sealed)
    return move.version


def record_act(number: str, version: int, officer: Officer, act: str, *, at: datetime) -> int:
    """An act from the page's button: no_hold, hold, release, not_in_custody. What the law proposes is decided anew, from what is recorded."""
    if act == "not_in_custody":
        return not_in_custody(number, version, officer, at=at)
    state = RequestState.objects.filter(agency=officer.agency, number=number).first()
    if state is None:
        raise NotPossible(f"Request {number}: there is none with this number here. Look it up on the board.")
    if state.version != version:
        raise StaleState(_who_changed(state))
    known = history(state).known
    view = facts.view_of(known, at)
    decision = decide(facts.case_of(intake_request.load(number, officer.agency), known, view=view, at=at), edition())
    if act == "release":
        return record_release(number, version, officer, decision, at=at)
    return record_decision(number, version, officer, act, decision, view=view, at=at)


def record_decision(
    number: str,
    version: int,
    officer: Officer,
    act: str,
    decision: Decision,
    *,
    view: facts.View = "request",
    at: datetime,
) -> int:
    """`no_hold` or `hold`, beside what the encoded law proposes. A hold that it neither requires nor permits is refused."""
    _one_of("hold or no hold", act, ("no_hold", "hold"))
    hold = decision.actions["hold"]
    if act == "hold" and hold.standing not in ("required", "permitted"):
        raise NotOffered(
            "Hold: not recorded. The law as encoded gives no ground to keep this person on this request. Ask the supervisor."
        )
    if act == "hold" and hold.standing == "permitted" and not may(officer.role, "decide_open_hold"):
        raise NotOffered(
            "Hold: not recorded. The law leaves it open, and a supervisor decides it here. Ask the supervisor."
        )
    if act == "no_hold" and hold.standing == "required":
        raise NotOffered(
            "No hold: not recorded. The law as encoded says that this person must be kept on this request. Ask the supervisor."
        )
    return _act(number, version, officer, act=act, decision=decision, view=view, at=at)


def record_release(number: str, version: int, officer: Officer, decision: Decision, *, at: datetime) -> int:
    """The person has left. Ending custody never waits for a second person."""
    return _act(number, version, officer, act="release", decision=decision, view="person", at=at)


def not_in_custody(number: str, version: int, officer: Officer, *, at: datetime) -> int:
    """The person on the paper is not in custody here."""
    with _move(number, version, officer, ability="record_decision", name="not_in_custody", at=at) as move:
        move.row(Act(act="not_in_custody"))
        move.event("decision.recorded", {"act": "not_in_custody"}, "not in custody here")
    return move.version


def moment_of(written: str, agency: str, at: datetime) -> datetime:
    """A time as an officer writes it or a browser's field gives it (2026-03-03T01:55), in the agency's zone. In the hour that comes twice when
    the clock goes back, the later of the two that is not in the future; in the hour that never was, refused."""
    try:
        local = datetime.fromisoformat(written.strip())
    except ValueError:
        raise NotPossible(words.MOMENT) from None
    if local.tzinfo is not None:
        return local
    zone = zone_of(agency)
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise NotPossible(f"Time: {local:%H:%M} was not on the clock that night, which went forward. {words.MOMENT}")
    return second if words.passed(second, at) else first


@cache
def edition() -> Edition:
    """The rulebooks as they stood when this process started."""
    return load()


# --- what the rows say ------------------------------------------------------------------------------------------------


def history(state: RequestState) -> History:
    """All rows of a request, and what counts of them."""
    return histories([state])[state.pk]


def histories(states: Sequence[RequestState]) -> dict[int, History]:
    """The same for many requests, in one query for each kind of row."""
    rows: dict[int, list[Recorded]] = {state.pk: [] for state in states}
    for model in (Identity, Booking, WarrantCheck, Answer, FieldCheck, PaperCheck, Act):
        for row in model.objects.filter(request__in=states).select_related("by__user"):
            rows[row.request_id].append(row)
    return {pk: _history(sorted(found, key=lambda row: row.version)) for pk, found in rows.items()}


def _history(rows: Sequence[Recorded]) -> History:
    identity, booking, check = _last(rows, Identity), _last(rows, Booking), _last(rows, WarrantCheck)
    acts = tuple(row for row in rows if isinstance(row, Act))
    known = Known(
        same_person=identity.result if identity else "",
        booking=_booking_facts(booking) if booking else None,
        warrant_check=_check_facts(check) if check else None,
        answers={row.fact: facts.typed_answer(row.value) for row in rows if isinstance(row, Answer)},
        field_checks=tuple(
            facts.FieldCheckFacts(row.document, row.paper, row.field, row.value, cast(ReadState, row.state))
            for row in rows
            if isinstance(row, FieldCheck)
        ),
        paper_checks=tuple(
            facts.PaperCheckFacts(row.document, row.paper, row.kind, row.signed_by, row.names_person, row.case_number)
            for row in rows
            if isinstance(row, PaperCheck)
        ),
        hold_started_at=_hold_start(acts, booking),
    )
    later = bool(acts) and any(
        row.version > acts[-1].version
        for row in rows
        if not (isinstance(row, Act | Booking) or (isinstance(row, Answer) and row.fact in acts[-1].owes))
    )
    return History(known, acts, booking, changed_after_act=later, rows=tuple(rows))


def _last(rows: Sequence[Recorded], kind: type[Row]) -> Row | None:
    return next((row for row in reversed(rows) if isinstance(row, kind)), None)


def _booking_facts(row: Booking) -> BookingFacts:
    return BookingFacts(row.ground, row.eligible_at, row.other_basis, row.basis_text)


def _check_facts(row: WarrantCheck) -> WarrantCheckFacts:
    found = tuple(FoundWarrant(**one) for one in row.found)
    return WarrantCheckFacts(cast(facts.CheckResult, row.result), row.looked_at, found)


def _hold_start(acts: tuple[Act, ...], booking: Booking | None) -> datetime | None:
    """A hold on the request begins when other custody has ended, or when it is recorded, if that is later."""
    held = acts[-1] if acts and acts[-1].act == "hold" else None
    if held is None or booking is None or booking.eligible_at is None:
        return None
    return max(held.at, booking.eligible_at, key=lambda moment: moment.astimezone(UTC))


def standing(request: Request, past: History, at: datetime) -> str:
    """The state that these rows amount to."""
    act = past.act
    if act is not None and act.act in ("not_in_custody", "release"):
        return "not_in_custody" if act.act == "not_in_custody" else "closed"
    booking = past.known.booking
    ended = (
        booking is not None
        and booking.ground != "none"
        and booking.eligible_at is not None
        and words.passed(booking.eligible_at, at)
    )
    if ended:
        return "hold_running" if act is not None and act.act == "hold" else "other_custody_ended"
    if unread(request, past.known):
        return "reading_to_check"
    if act is None or past.changed_after_act or act.papers != papers_digest(request):
        return "question_open"
    if not act.settled:
        return "decided"
    return "duty_owed" if owed(past) else "nothing_owed"


def owed(past: History) -> tuple[str, ...]:
    """The facts that will show the duties of the last act done, without those that were recorded since."""
    return tuple(fact for fact in past.act.owes if fact not in past.known.answers) if past.act is not None else ()


def unread(request: Request, known: Known) -> tuple[tuple[int, str], ...]:
    """Identifiers that a person must look at: (paper, field). A request whose form is not there has nothing to confirm."""
    shown = facts.checked(request, known.field_checks)
    form = shown.detainer
    if form is None:
        return ()
    place = next(index for index, paper in enumerate(shown.papers) if paper is form)
    return tuple(
        (place, name)
        for name in IDENTIFIERS
        if (read := form.fields.get(name)) is not None
        and not (read.accepted and read.state == "shown")
        and not any(check.paper == place and check.field == name for check in known.field_checks)
    )


# --- how a move is made -----------------------------------------------------------------------------------------------


class _Move:
    """One move in its transaction: rows first, then the state, then the event."""

    def __init__(self, name: str, state: RequestState, request: Request, officer: Officer, at: datetime) -> None:
        self.name, self.state, self.request, self.officer, self.at = name, state, request, officer, at
        self.version = state.version + 1
        self.told = False

    def row(self, row: Any) -> None:
        row.request, row.by, row.at, row.version = self.state, self.officer, self.at, self.version
        if isinstance(row, Act):
            row.papers = self.state.papers
        reached(f"desk.{self.name}.before_row")
        row.save()
        reached(f"desk.{self.name}.after_row")

    def event(self, kind: str, said: Mapping[str, Any], what: str, sealed: Mapping[str, str] | None = None) -> None:
        state, before = self.state, self.state.state
        state.state = standing(self.request, history(state), self.at)
        state.version, state.changed_at, state.changed_by, state.changed_what = (
            self.version,
            self.at,
            self.officer,
            what,
        )
        state.save()
        reached(f"desk.{self.name}.before_event")
        log.append(
            kind,
            actor=actor_of(self.officer),
            agency=state.agency,
            subject=f"request {state.number}",
            facts={**said, "from": before, "to": state.state, "version": self.version},
            personal=sealed,
            at=self.at,
        )
        reached(f"desk.{self.name}.after_event")
        self.told = True


def actor_of(officer: Officer) -> str:
    """Who acted, as the ledger names people: by number, never by name."""
    return f"officer {officer.pk}"


@contextmanager
def _move(number: str, version: int, officer: Officer, *, ability: Ability, name: str, at: datetime) -> Iterator[_Move]:
    if not may(officer.role, ability):
        raise NotOffered(
            f"Your role ({officer.get_role_display()}) does not record this. Nothing was saved. Ask the desk officer."
        )
    reached(f"desk.{name}.begin")
    with transaction.atomic(durable=True):
        state = RequestState.objects.select_for_update().filter(agency=officer.agency, number=number).first()
        if state is None:
            raise NotPossible(f"Request {number}: there is none with this number here. Look it up on the board.")
        if state.version != version:
            raise StaleState(_who_changed(state))
        if state.state in CLOSED_STATES:
            raise NotPossible(f"Request {number} is closed. Nothing was saved.")
        request = intake_request.load(number, officer.agency)
        if state.papers != papers_digest(request):
            raise StaleState(words.new_paper())
        move = _Move(name, state, request, officer, at)
        yield move
        assert move.told, "a move that writes a row tells the ledger"
        reached(f"desk.{name}.before_commit")
    reached(f"desk.{name}.after_commit")


def _who_changed(state: RequestState) -> str:
    who = state.changed_by.short_name if state.changed_by else "Intake"
    return words.stale(who, state.changed_what, state.changed_at, zone_of(state.agency))


def _open(agency: str, number: str, at: datetime) -> bool:
    request = intake_request.load(number, agency)
    reached("desk.open.begin")
    with transaction.atomic(durable=True):
        if RequestState.objects.select_for_update().filter(agency=agency, number=number).exists():
            return False
        reached("desk.open.before_row")
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
        reached("desk.open.after_row")
        reached("desk.open.before_event")
        log.append(
            "request.taken_up",
            actor="desk",
            agency=agency,
            subject=f"request {number}",
            facts={"to": state, "version": 1},
            at=at,
        )
        reached("desk.open.after_event")
        reached("desk.open.before_commit")
    reached("desk.open.after_commit")
    return True


@dataclass(frozen=True)
class _Look:
    """What a person saw in one field."""

    paper: int
    field: str
    value: str | bool | None
    state: ReadState
    as_read: bool


def _paper_number(sha256: str) -> int:
    """The number by which the ledger names a document; never its bare hash (LED-2)."""
    return Document.objects.values_list("number", flat=True).get(sha256=sha256)


def _check_field(number: str, version: int, officer: Officer, *, request: Request, look: _Look, at: datetime) -> int:
    with _move(number, version, officer, ability="correct_field", name="correct_field", at=at) as move:
        document = request.documents[look.paper]
        move.row(FieldCheck(document=document, **vars(look)))
        said: dict[str, Any] = {"document": _paper_number(document)} | {
            name: value for name, value in vars(look).items() if name != "value" or isinstance(value, bool)
        }
        sealed = {"value": look.value} if isinstance(look.value, str) else {}
        move.event("field.corrected", said, "a field as read" if look.as_read else "a corrected field", sealed)
    return move.version


def _act(
    number: str, version: int, officer: Officer, *, act: str, decision: Decision, view: facts.View, at: datetime
) -> int:
    ability: Ability = "record_release" if act == "release" else "record_decision"
    hold = decision.actions["hold"]
    kept = decision.as_json()
    with _move(number, version, officer, ability=ability, name=ability, at=at) as move:
        move.row(
            Act(
                act=act,
                view=view,
                outcome=hold.outcome,
                standing=hold.standing,
                settled=hold.settled,
                hold_until=words.hold_end(hold, decision) if act == "hold" else None,
                owes=_owes(decision),
                edition=decision.edition,
                decision=kept,
                trace_digest=trace_digest(decision),
            )
        )
        said = {
            "act": act,
            "proposed": hold.outcome,
            "standing": hold.standing,
            "settled": hold.settled,
            "view": view,
            "by": ", ".join(by.rule for by in hold.by),
            "edition": decision.edition,
            "trace": trace_digest(decision),
            "decided_at": decision.at.isoformat(),
        }
        what = {"hold": "a hold on this request", "no_hold": "no hold on this request", "release": "release"}[act]
        move.event("release.recorded" if act == "release" else "decision.recorded", said, what)
    return move.version


def _owes(decision: Decision) -> list[str]:
    found = [
        shows_done(duty.id, decision.agency) or duty.id
        for duty in decision.duties
        if duty.state in ("owed", "late") and duty.action in words.DUTY_LABELS
    ]
    return list(dict.fromkeys(found))


def shows_done(duty: str, agency: str) -> str | None:
    """The moment among the facts that shows a duty done (`person.served_copy_at`), where its rulebook names one."""
    provision = edition().stack(agency).provision(duty)
    done = provision.done if isinstance(provision, Duty) else None
    fact = edition().vocabulary.facts.get(done.name) if isinstance(done, Name) else None
    return fact.name if fact is not None and fact.kind == "moment" else None


def trace_digest(decision: Decision) -> str:
    """SHA-256 of the decision as JSON: what a replay must give again, byte for byte."""
    text = json.dumps(decision.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _answer_on_court_paper(number: str, version: int, officer: Officer, *, value: str, at: datetime) -> int:
    """Confirmed: it names this person, and the signer is the printed one. Ruled out: it is not for this person, or there is none such."""
    _one_of("an answer to this question", value, ("confirmed", "ruled_out", "unknown"))
    request = intake_request.load(number, officer.agency)
    state = RequestState.objects.filter(agency=officer.agency, number=number).first()
    place = facts.unconfirmed_court_paper(request, history(state).known) if state else None
    if place is None:
        raise NotPossible("There is no court paper here that waits for an answer. Open the request again.")
    printed = facts.accepted_text(request.papers[place], "officer_name") or ""
    case_number = facts.accepted_text(request.papers[place], "case_no") or ""
    return confirm_paper(
        number,
        version,
        officer,
        paper=place,
        signed_by=facts.signer_of(printed) if value == "confirmed" else "unknown",
        names_person={"confirmed": True, "ruled_out": False, "unknown": None}[value],
        case_number=case_number if value == "confirmed" else "",
        at=at,
    )


def _given(value: str) -> dict[str, Value]:
    """The answer to an engine's question as its key posts it: a JSON object of facts."""
    try:
        given = json.loads(value)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(one, str | bool | int) for one in given.values()):
        raise NotPossible("That is none of the answers on this page. Open the request again.")
    return given


def _paper(request: Request, place: int) -> Any:
    if not 0 <= place < len(request.papers):
        raise NotPossible(f"Paper {place + 1}: this request has {len(request.papers)} papers. Open it again.")
    return request.papers[place]


def _one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise NotPossible(f"{given!r} is not {what}. Choose one of: {', '.join(known)}.")
