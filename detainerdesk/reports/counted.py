"""What a report counts: each request of an agency in a period, as it stood at a cut-off, without a name, a number of a person, or a charge.

In: the agency, the period, the cut-off; out: `Counted` values, one a request however often it was sent, with the ledger's entries that
prove each. A request without a recorded outcome says so (None); that is never taken for a No.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from detainerdesk.desk import facts, life
from detainerdesk.desk.models import Act, Booking, FieldCheck, RequestState
from detainerdesk.intake import queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest, Waiting
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.intake.request import Request
from detainerdesk.law import UNKNOWN
from detainerdesk.ledger import log
from detainerdesk.reports.duty import Period

NOTICE_ONLY = frozenset(form for form, holds in facts.ASKS_TO_HOLD.items() if not holds)

REASONS = {
    "pc_final_order": "final order of removal",
    "pc_pending": "removal proceedings pending",
    "pc_biometric": "biometric match",
    "pc_statements": "statements to an officer or other evidence",
    "box2_transfer": "in local custody for a proceeding (box 2)",
    "act_reason": "reason to believe removable (2012 form)",
    "act_proceedings": "removal proceedings begun (2012 form)",
    "act_warrant": "warrant of arrest served (2012 form)",
    "act_order": "order of removal obtained (2012 form)",
    "pa_terrorism": "priority: security",
    "pa_gang": "priority: gang",
    "pa_felony": "priority: felony",
    "pa_aggravated": "priority: aggravated felony",
    "pa_significant": "priority: significant misdemeanor",
    "pa_three": "priority: three misdemeanors",
}
"""The boxes in which the forms give their reason, and how a report names each."""

NO_BOX = "no reason ticked"
NOT_SURE = "reason not read surely; a person has not looked yet"
NO_SUCH_BOXES = "the form has no boxes for a reason"


@dataclass(frozen=True)
class Counted:
    """One request. `detained` and `transferred` are None where no outcome is recorded. `entries`: what proves it, by kind of event."""

    number: str
    person: str
    notice_only: bool
    reason: str
    transmissions: int
    detained: bool | None
    transferred: bool | None
    entries: Mapping[str, tuple[int, ...]]

    def proof(self, *kinds: str) -> tuple[int, ...]:
        """The indexes of the ledger's entries of these kinds about it."""
        return tuple(sorted(index for kind in kinds for index in self.entries.get(kind, ())))


@dataclass(frozen=True)
class Pile:
    """All that is counted, what is not yet a request because a person must look first, and what is none any more: the numbers of which every
    paper was taken out by a person and put elsewhere."""

    requests: tuple[Counted, ...]
    waiting: int
    emptied: tuple[str, ...]


def pile(agency: str, period: Period, as_of: datetime) -> Pile:
    """The agency's detainer requests that arrived in the period and by the cut-off. Cancellations are no requests and are left out."""
    rows = list(
        DetainerRequest.objects.filter(
            agency=agency,
            kind=DetainerRequest.Kind.DETAINER,
            opened_at__gte=period.begins,
            opened_at__lt=period.ends,
            opened_at__lte=as_of,
        ).order_by("number")
    )
    states = {
        state.number: state
        for state in RequestState.objects.filter(agency=agency, number__in=[row.number for row in rows])
    }
    pasts = life.histories(list(states.values()))
    requests = intake_request.load_many([row.number for row in rows], agency)
    proofs = _entries(agency)
    people = _people(rows)
    now_waiting = Waiting.objects.filter(agency=agency, settled_at=None).values_list("candidates", flat=True)
    may_come_back = {number for candidates in now_waiting for number in candidates}
    counted, emptied = [], []
    for row in rows:
        recorded = pasts[states[row.number].pk].rows if row.number in states else ()
        by_then = [one for one in recorded if one.at <= as_of]
        request = as_it_stood(requests[row.number], as_of)
        held = any(isinstance(one, Act) and one.act == "hold" for one in by_then)  # no detention ever leaves a count
        if not request.transmissions and row.number not in may_come_back and not held:
            emptied.append(row.number)
            continue
        outcome = _outcome(by_then, as_of)
        counted.append(
            Counted(
                number=row.number,
                person=people[row.number],
                notice_only=(request.detainer.kind if request.detainer else row.form) in NOTICE_ONLY,
                reason=_reason(request, [one for one in by_then if isinstance(one, FieldCheck)]),
                transmissions=len(request.transmissions),
                detained=outcome[0],
                transferred=outcome[1],
                entries=proofs.get(str(row), {}),
            )
        )
    still = Q(settled_at=None) | Q(settled_at__gt=as_of)
    arrived = Waiting.objects.filter(
        still,
        agency=agency,
        since__lte=as_of,
        document__transmissions__agency=agency,
        document__transmissions__received_at__gte=period.begins,
        document__transmissions__received_at__lt=period.ends,
    )
    empty = {one.number for one in counted if not one.transmissions}
    waits = {
        document
        for document, reason, candidates in arrived.values_list("document", "reason", "candidates")
        if not candidates or (reason == queue.PARTED and not empty.intersection(candidates))
    }
    return Pile(tuple(counted), len(waits), tuple(emptied))


def as_it_stood(request: Request, as_of: datetime) -> Request:
    """The request with what had arrived by then."""
    came = tuple(one for one in request.transmissions if one.received_at <= as_of)
    files = {one.sha256 for one in came}
    kept = [index for index, file in enumerate(request.documents) if file in files]
    return replace(
        request,
        transmissions=came,
        papers=tuple(request.papers[index] for index in kept),
        documents=tuple(request.documents[index] for index in kept),
        places=tuple(request.paper_in_file(index)[1] for index in kept),
    )


def _reason(request: Request, looked: Sequence[FieldCheck]) -> str:
    """The reason that the request itself gives, by its ticks. Several ticks are one reason of their own: each request stands in one row."""
    checks = [
        facts.FieldCheckFacts(one.document, one.paper, one.field, one.value, one.state)  # type: ignore[arg-type]
        for one in looked
    ]
    form = facts.checked(request, checks).detainer
    if form is None:
        return NOT_SURE
    ticks = _ticks(form)
    if not ticks:
        return NO_SUCH_BOXES
    if any(value is UNKNOWN for value in ticks.values()):
        return NOT_SURE
    ticked = [REASONS[name] for name, value in ticks.items() if value is True]
    return "; ".join(ticked) or NO_BOX


def _ticks(form: Paper) -> dict[str, object]:
    return {name: facts.tick(form, name) for name in REASONS if name in form.fields}


def _outcome(rows: Sequence[object], as_of: datetime) -> tuple[bool | None, bool | None]:
    """(detained on the request, transferred), as far as acts are recorded.

    A hold is detention. No hold is none, unless other custody has ended since and nobody recorded that the person left. A hand-over has no
    act of its own at this desk, so only who was let go without a hold, or was never here, is known not to have been transferred."""
    acts = [row.act for row in rows if isinstance(row, Act)]
    if not acts:
        return None, None
    closed = acts[-1] in ("release", "not_in_custody")
    if "hold" in acts:
        return True, None
    if closed:
        return False, False
    bookings = [row for row in rows if isinstance(row, Booking)]
    ended = bookings and bookings[-1].eligible_at is not None and bookings[-1].eligible_at <= as_of
    return (None if ended else False), None


def _people(rows: Sequence[DetainerRequest]) -> dict[str, str]:
    """A stand-in for each request's person: requests that surely name one person share it. It is the first one's number, nothing personal."""
    person = {row.number: row.number for row in rows}
    known: dict[tuple[str, ...], str] = {}
    for row in rows:
        for key in _identifiers(row):
            one, other = person[known.setdefault(key, row.number)], person[row.number]
            if one != other:
                person = {number: min(one, other) if who in (one, other) else who for number, who in person.items()}
    return person


def _identifiers(row: DetainerRequest) -> list[tuple[str, ...]]:
    """What names a person, of what was read surely."""
    sure = row.accepted.split()
    keys: list[tuple[str, ...]] = [(name, getattr(row, name)) for name in ("subject_id", "file_no") if name in sure]
    return [*keys, ("name and birth date", row.subject_name, row.dob)] if {"subject_name", "dob"} <= set(sure) else keys


def _entries(agency: str) -> dict[str, dict[str, tuple[int, ...]]]:
    """subject -> kind of event -> indexes of its entries."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for entry in log.entries(agency=agency):
        kinds = found.setdefault(entry.event.subject, {})
        kinds[entry.event.kind] = (*kinds.get(entry.event.kind, ()), entry.index)
    return found
