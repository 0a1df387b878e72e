"""What a report counts: each request of an agency in a period, as it stood at a cut-off, without a name, a number of a person, or a charge.

In: the agency, the period, the cut-off; out: `Counted` values, one a request however often it was sent, with the ledger's entries that
prove each. A request without a recorded outcome says so (None); that is never taken for a No.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from detainerdesk.desk import facts, life
from detainerdesk.desk.models import RequestState
from detainerdesk.intake import join, queue, understand
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Waiting
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
NOT_KEPT = "reason not known: the pages were laid out anew since, and how they were read at the cut-off is not kept"

NOTHING_RECORDED = life.History(facts.Known())


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
    paper was taken out by a person and put elsewhere. `unnamed`: counted, but whom they named then is not kept."""

    requests: tuple[Counted, ...]
    waiting: int
    emptied: tuple[str, ...]
    unnamed: tuple[str, ...]


def pile(agency: str, period: Period, as_of: datetime) -> Pile:
    """The agency's detainer requests that arrived in the period and by the cut-off, each with the papers that it had then and what was known of it
    then. Cancellations are no requests and are left out. No detention ever leaves a count, whatever became of the papers."""
    opened = DetainerRequest.objects.filter(
        agency=agency, opened_at__gte=period.begins, opened_at__lt=period.ends, opened_at__lte=as_of
    ).order_by("number")
    requests = intake_request.load_many([row.number for row in opened], agency, as_of)
    states = list(RequestState.objects.filter(agency=agency, number__in=opened.values("number")))
    pasts = life.histories(states, as_of)
    past_of = {state.number: pasts[state.pk] for state in states}
    held = {number for number, past in past_of.items() if any(act.act == "hold" for act in past.acts)}
    detainers = [row for row in opened if requests[row.number].kind == "detainer" or row.number in held]
    proofs = _entries(agency, as_of)
    identities = {row.number: _identity(row, requests[row.number], as_of) for row in detainers}
    people = _people({number: identity for number, identity in identities.items() if identity})
    laid_out = Document.objects.filter(transmissions__agency=agency, arranged__isnull=False, read_at__gt=as_of)
    laid_out_since = set(laid_out.values_list("sha256", flat=True))
    undone = Joined.objects.filter(request__in=opened, undone_at__lte=as_of)
    taken_out = set(undone.values_list("transmission__document", "request__number"))
    parted = {number for _, number in taken_out}
    waited = _waited(agency, as_of)
    asked = {(file, number) for file, numbers in waited.values_list("document", "candidates") for number in numbers}
    may_come_back = asked & taken_out
    comes_back = {number for _, number in may_come_back}
    counted, emptied = [], []
    for row in detainers:
        request, past = requests[row.number], past_of.get(row.number, NOTHING_RECORDED)
        if not request.transmissions and row.number not in comes_back and row.number not in held:
            if row.number in parted:  # else its paper still waited, and it was no request yet
                emptied.append(row.number)
            continue
        detained, transferred = _outcome(past, as_of)
        lost = request.detainer is None and any(one.sha256 in laid_out_since for one in request.transmissions)
        counted.append(
            Counted(
                number=row.number,
                person=people.get(row.number, row.number),
                notice_only=request.form in NOTICE_ONLY,
                reason=NOT_KEPT if lost else _reason(request, past.known.field_checks),
                transmissions=len(request.transmissions),
                detained=detained,
                transferred=transferred,
                entries=proofs.get(str(row), {}),
            )
        )
    empty = {one.number for one in counted if not one.transmissions}
    counted_there = {file for file, number in may_come_back if number in empty}
    unnamed = tuple(one.number for one in counted if not identities[one.number])
    return Pile(tuple(counted), _in_no_figure(waited, period, as_of, counted_there), tuple(emptied), unnamed)


def _waited(agency: str, as_of: datetime) -> QuerySet[Waiting]:
    """What people were asked and had not decided by then; and, where the machine was late, what it asked later about a paper that was nowhere then."""
    open_then = Q(settled_at=None) | Q(settled_at__gt=as_of)
    return Waiting.objects.filter(open_then, Q(since__lte=as_of) | ~_in_a_request(as_of), agency=agency)


def _in_a_request(as_of: datetime) -> Exists:
    stood = Joined.objects.filter(intake_request.stood(as_of), request__agency=OuterRef("agency"))
    return Exists(stood.filter(transmission__document=OuterRef("document")))


def _in_no_figure(waited: QuerySet[Waiting], period: Period, as_of: datetime, counted_there: Collection[str]) -> int:
    """How many papers of the period waited and are not counted with a request, whatever they waited for. `counted_there`: those that were taken out of a
    request with no other, which is counted."""
    arrived = waited.filter(
        Q(reason=queue.PARTED) | ~_in_a_request(as_of),
        document__transmissions__agency=F("agency"),
        document__transmissions__received_at__gte=period.begins,
        document__transmissions__received_at__lt=period.ends,
        document__transmissions__received_at__lte=as_of,
    )
    return len(set(arrived.values_list("document", flat=True)) - set(counted_there))


def _identity(row: DetainerRequest, request: Request, as_of: datetime) -> join.Identity | None:
    """What the request was known by then: by the forms that it had; without one, by those that it had last before, which is what it is known by now if no
    paper came or left since. None: that is not kept."""
    forms = request.forms
    if not forms:
        if not row.links.filter(Q(at__gt=as_of) | Q(undone_at__gt=as_of)).exists():
            return understand.identity_on_file(row)
        forms = intake_request.forms_before(row.number, row.agency, as_of)
    return join.known_by(forms)[0] if forms else None


def _reason(request: Request, checks: Sequence[facts.FieldCheckFacts]) -> str:
    """The reason that the request itself gives, by its ticks. Several ticks are one reason of their own: each request stands in one row."""
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


def _outcome(past: life.History, as_of: datetime) -> tuple[bool | None, bool | None]:
    """(detained on the request, transferred), as far as acts are recorded.

    A hold is detention. No hold is none, unless other custody has ended since and nobody recorded that the person left. A hand-over has no
    act of its own at this desk, so only who was let go without a hold, or was never here, is known not to have been transferred."""
    acts = [act.act for act in past.acts]
    if not acts:
        return None, None
    closed = acts[-1] in ("release", "not_in_custody")
    if "hold" in acts:
        return True, None
    if closed:
        return False, False
    booking = past.known.booking
    ended = booking is not None and booking.ended_by(as_of)
    return (None if ended else False), None


def _people(identities: Mapping[str, join.Identity]) -> dict[str, str]:
    """A stand-in for each request's person: requests that surely name one person share it. It is the first one's number, nothing personal."""
    person = {number: number for number in identities}
    known: dict[tuple[str, ...], str] = {}
    for number, identity in identities.items():
        for key in _identifiers(identity):
            one, other = person[known.setdefault(key, number)], person[number]
            if one != other:
                person = {each: min(one, other) if who in (one, other) else who for each, who in person.items()}
    return person


def _identifiers(identity: join.Identity) -> list[tuple[str, ...]]:
    """What names a person, of what was read surely."""
    sure = identity.accepted
    keys: list[tuple[str, ...]] = [(name, identity.of(name)) for name in ("subject_id", "file_no") if name in sure]
    both = ("name and birth date", identity.subject_name, identity.dob)
    return [*keys, both] if {"subject_name", "dob"} <= sure else keys


def _entries(agency: str, as_of: datetime) -> dict[str, dict[str, tuple[int, ...]]]:
    """subject -> kind of event -> indexes of its entries, of what was recorded by then. A request was opened by when its paper arrived."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for entry in log.entries(agency=agency):
        if entry.event.at > as_of and entry.event.kind != "request.opened":
            continue
        kinds = found.setdefault(entry.event.subject, {})
        kinds[entry.event.kind] = (*kinds.get(entry.event.kind, ()), entry.index)
    return found
