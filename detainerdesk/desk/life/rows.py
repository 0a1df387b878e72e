"""What the rows of a request say. In: its rows, and its papers. Out: its history as values, the state that it amounts to, what is owed and what a
person must still look at. Nothing here changes a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeVar, cast

from django.db.models import Exists, OuterRef

from detainerdesk.desk import facts
from detainerdesk.desk.facts import BookedFacts, BookingFacts, FoundWarrant, Known, WarrantCheckFacts
from detainerdesk.desk.models import (
    Act,
    Answer,
    BookedPerson,
    Booking,
    FieldCheck,
    Identity,
    PaperCheck,
    Recorded,
    RequestState,
    WarrantCheck,
)
from detainerdesk.intake.models import Document, Joined
from detainerdesk.intake.reading.fields import PERSON, Paper
from detainerdesk.intake.reading.fields import State as ReadState
from detainerdesk.intake.request import Request
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

NO_PAPER = "no_paper"
"""Every paper was taken out, and no custody hangs on it: nothing is owed, and it waits for none. A paper that comes in opens it again."""

STATES = (*OPEN_STATES, *CLOSED_STATES, NO_PAPER)

IDENTIFIERS = ("subject_name", "dob")

OF_THE_PAPER: Final = "request."
"""How the facts begin that are about the paper, not about the person or the custody."""

NOT_LAID_OUT: Final[Mapping[str, datetime]] = MappingProxyType({})

Row = TypeVar("Row", bound=Recorded)


@dataclass(frozen=True)
class History:
    """What was recorded about one request, as values: the last of each kind counts, and the acts in order."""

    known: Known
    acts: tuple[Act, ...] = ()
    booking: Booking | None = None
    changed_after_act: bool = False
    rows: tuple[Recorded, ...] = field(default=(), repr=False)
    parted: int = 0

    @property
    def act(self) -> Act | None:
        return self.acts[-1] if self.acts else None


def history(state: RequestState) -> History:
    """All rows of a request, and what counts of them."""
    return histories([state])[state.pk]


def histories(states: Sequence[RequestState], as_of: datetime | None = None) -> dict[int, History]:
    """The same for many requests (as it stood then), in one query for each kind of row, and one more where any lost a paper."""
    by_then = {"at__lte": as_of} if as_of else {}
    rows: dict[int, list[Recorded]] = {state.pk: [] for state in states}
    for model in (Identity, BookedPerson, Booking, WarrantCheck, Answer, FieldCheck, PaperCheck, Act):
        recorded = model.objects.filter(request__in=states, **by_then).select_related("by__user")
        for row in recorded.annotate(lost_a_paper=_LOST_A_PAPER) if model in (Identity, Answer) else recorded:
            rows[row.request_id].append(row)
    laid_out = _laid_out(one for found in rows.values() for one in found)
    lost = {row.request_id for found in rows.values() for row in found if vars(row).get("lost_a_paper")}
    parted = _partings([state for state in states if state.pk in lost], as_of)
    return {
        pk: history_of(sorted(found, key=lambda row: row.version), laid_out, parted.get(pk, 0))
        for pk, found in rows.items()
    }


def history_of(rows: Sequence[Recorded], laid_out: Mapping[str, datetime] = NOT_LAID_OUT, parted: int = 0) -> History:
    """`laid_out`: when files were read anew because a person laid their pages out; `parted`: the request's version when a paper was last taken out of
    it. What was seen of papers before that is of other papers."""
    identity, booked = _last(rows, Identity), _last(rows, BookedPerson)
    booking, check = _last(rows, Booking), _last(rows, WarrantCheck)
    if identity is not None and (identity.version <= parted or _said_before_booking(identity, booked)):
        identity = None
    acts = tuple(row for row in rows if isinstance(row, Act))
    known = Known(
        same_person=identity.result if identity else "",
        booked=BookedFacts(booked.name, booked.birth_date, booked.numbers, booked.booked_on) if booked else None,
        booking=_booking_facts(booking) if booking else None,
        warrant_check=_check_facts(check) if check else None,
        answers={
            row.fact: facts.typed_answer(row.value)
            for row in rows
            if isinstance(row, Answer) and not (row.fact.startswith(OF_THE_PAPER) and row.version <= parted)
        },
        field_checks=tuple(
            facts.FieldCheckFacts(row.document, row.paper, row.field, row.value, cast(ReadState, row.state))
            for row in rows
            if isinstance(row, FieldCheck) and _of_this_layout(row, laid_out)
        ),
        paper_checks=tuple(
            facts.PaperCheckFacts(row.document, row.paper, row.kind, row.signed_by, row.names_person, row.case_number)
            for row in rows
            if isinstance(row, PaperCheck) and _of_this_layout(row, laid_out)
        ),
        hold_started_at=_hold_start(acts, booking),
    )
    later = bool(acts) and any(
        row.version > acts[-1].version
        for row in rows
        if not (
            isinstance(row, Act | Booking | BookedPerson) or (isinstance(row, Answer) and row.fact in acts[-1].owes)
        )
    )
    return History(known, acts, booking, changed_after_act=later, rows=tuple(rows), parted=parted)


def standing(request: Request, past: History, at: datetime) -> str:
    """The state that these rows amount to."""
    act = past.act
    if act is not None and act.act in ("not_in_custody", "release"):
        return "not_in_custody" if act.act == "not_in_custody" else "closed"
    booking = past.known.booking
    if booking is not None and booking.ended_by(at):
        return "hold_running" if act is not None and act.act == "hold" else "other_custody_ended"
    if not request.transmissions and not _custody_hangs_on_it(past):
        return NO_PAPER
    if unread(request, past.known):
        return "reading_to_check"
    if act is None or past.changed_after_act or act.papers != papers_digest(request):
        return "question_open"
    if not act.settled:
        return "decided"
    return "duty_owed" if owed(past) else "nothing_owed"


def _custody_hangs_on_it(past: History) -> bool:
    """A hold is recorded, or when other custody will end: then it stays open, so that the hour is seen when it comes."""
    booking = past.known.booking
    ends = booking is not None and booking.eligible_at is not None
    return ends or (past.act is not None and past.act.act == "hold")


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
        and not read.accepted
        and not any(
            (check.document, check.paper, check.field) == (*shown.paper_in_file(place), name)
            for check in known.field_checks
        )
    )


def papers_digest(request: Request) -> str:
    """What tells whether the papers are those that an officer saw: which files, which papers in them, in which order, and what a person corrected in
    them while they waited."""
    text = "\n".join(
        f"{document} {paper.kind} {','.join(map(str, paper.pages))}{_seen_by_a_person(paper)}"
        for document, paper in zip(request.documents, request.papers, strict=True)
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _seen_by_a_person(paper: Paper) -> str:
    # The file's own hash stands before it in what is hashed: no short number can be guessed back from the digest.
    seen = [(name, read.state, read.value) for name, read in sorted(paper.fields.items()) if read.reader == PERSON]
    return f" {seen}" if seen else ""


def _last(rows: Sequence[Recorded], kind: type[Row]) -> Row | None:
    return next((row for row in reversed(rows) if isinstance(row, kind)), None)


def _laid_out(rows: Iterable[Recorded]) -> dict[str, datetime]:
    """Of the files in which something was seen, those that a person laid out, and when they were read that way."""
    files = {row.document for row in rows if isinstance(row, FieldCheck | PaperCheck)}
    if not files:
        return {}
    found = Document.objects.filter(sha256__in=files, arranged__isnull=False, read_at__isnull=False)
    return {sha256: at for sha256, at in found.values_list("sha256", "read_at") if at is not None}


def _of_this_layout(row: FieldCheck | PaperCheck, laid_out: Mapping[str, datetime]) -> bool:
    read_at = laid_out.get(row.document)
    return read_at is None or row.at.astimezone(UTC) >= read_at


_LOST_A_PAPER: Final = Exists(
    Joined.objects.filter(
        request__agency=OuterRef("request__agency"),
        request__number=OuterRef("request__number"),
        undone_at__isnull=False,
    )
)


def _partings(states: Sequence[RequestState], as_of: datetime | None) -> dict[int, int]:
    """The version of each request when a paper was last taken out of it. The order of the ledger tells it, and no clock."""
    pk_of = {(state.agency, f"request {state.number}"): state.pk for state in states}
    version, parted = dict.fromkeys(pk_of.values(), 0), dict.fromkeys(pk_of.values(), 0)
    for event in (entry.event for entry in log.entries({subject for _, subject in pk_of})):
        if pk := pk_of.get((event.agency, event.subject)):
            version[pk] = cast(int, event.facts.get("version", version[pk]))
            if event.kind == "request.parted" and (as_of is None or event.at <= as_of):
                parted[pk] = version[pk]
    return parted


def _said_before_booking(identity: Identity, booked: BookedPerson | None) -> bool:
    """Whom booking has was written down later: whether that is the same person is asked again (security.md ACL-4)."""
    return booked is not None and booked.version > identity.version


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
