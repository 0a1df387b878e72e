"""The typed Request: what other rooms see of what arrived. In: a request's number; out: a frozen value with its papers, as they were read,
and its transmissions. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from detainerdesk.intake import corrected, join
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Waiting
from detainerdesk.intake.models import Transmission as TransmissionRow
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.ledger import log as ledger

KIND_CHANGED = "request.kind_changed"


class NoSuchRequest(LookupError):
    """There is no request with this number (of this agency)."""


@dataclass(frozen=True)
class Transmission:
    """One delivery: who got it, when and how. `sha256` names the stored file."""

    receipt: int
    station: str
    channel: str
    received_at: datetime
    name: str
    sha256: str


@dataclass(frozen=True)
class CameWith:
    """What is known of one delivery besides its paper: who handed it over (as the channel knows the sender), what was left out of its mail, and
    what mail servers wrote about the sender (anybody can write that)."""

    sender: str
    notes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """One request of the federal agency, or (`kind`) one cancellation. `documents[i]` is the SHA-256 of the file that `papers[i]` is in."""

    number: str
    agency: str
    kind: str
    station: str
    received_at: datetime
    papers: tuple[Paper, ...]
    documents: tuple[str, ...]
    transmissions: tuple[Transmission, ...]
    cancels_on: date | None = None
    queue: str | None = None
    """Why a person must still look at something of one of its files that may concern it, in plain words."""
    places: tuple[int, ...] = ()
    """Where `papers[i]` stands among the papers of its file; as they come where left out. It stays so when another file comes or goes."""
    form: str = ""
    """The kind of form that it is known by, also where no form is in it."""

    def paper_in_file(self, index: int) -> tuple[str, int]:
        """What names a paper for good: the file it is in, and which of its papers it is."""
        return self.documents[index], self.places[index] if self.places else index

    @property
    def forms(self) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.kind in join.OPENS)

    @property
    def detainer(self) -> Paper | None:
        """The detainer form; of several copies the one of which most was read surely, the first of these."""
        return max(self.forms, key=lambda form: sum(field.accepted for field in form.fields.values()), default=None)

    @property
    def warrants(self) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.kind in join.WARRANTS)


def load(number: str, agency: str | None = None, as_of: datetime | None = None) -> Request:
    """Numbers are dense within an agency: an installation with several agencies must say which. `as_of`: with the papers that it had
    then, and as these say."""
    rows = DetainerRequest.objects.filter(number=number, **({"agency": agency} if agency else {}))
    found = list(rows[:2])
    if not found:
        raise _no_such(number, agency)
    if len(found) > 1:
        raise NoSuchRequest(f"Several agencies have a request {number}: say which agency's is meant.")
    return _requests(found, found[0].agency, as_of)[number]


def load_many(numbers: Collection[str], agency: str, as_of: datetime | None = None) -> dict[str, Request]:
    """The same for many requests of one agency, by number, in as many queries as for one."""
    found = _requests(DetainerRequest.objects.filter(agency=agency, number__in=numbers), agency, as_of)
    for number in numbers:
        if number not in found:
            raise _no_such(number, agency)
    return found


def was_then(numbers: Collection[str], agency: str, as_of: datetime) -> dict[str, tuple[str, str]]:
    """Of each of these requests that became something else after this moment: its kind and its form until then."""
    was: dict[str, tuple[str, str]] = {}
    for entry in ledger.entries([f"request {number}" for number in numbers], kind=KIND_CHANGED, agency=agency):
        if entry.event.at > as_of:
            number, facts = entry.event.subject.removeprefix("request "), entry.event.facts
            was.setdefault(number, (str(facts["was_kind"]), str(facts["was_form"])))
    return was


def forms_before(number: str, agency: str, as_of: datetime) -> tuple[Paper, ...]:
    """The forms that a request without one had last before this moment: by them it was still known. None where its pages were laid out anew since: how
    they were read then is not kept."""
    links = Joined.objects.filter(request__agency=agency, request__number=number, undone_at__lte=as_of)
    ended = [link.undone_at - timedelta.resolution for link in links.order_by("-undone_at") if link.undone_at]
    for moment in (as_of, *ended):
        then = load(number, agency, moment)
        files = [one.sha256 for one in then.transmissions]
        if then.forms or Document.objects.filter(sha256__in=files, arranged__isnull=False, read_at__gt=moment).exists():
            return then.forms
    return ()


def stood(as_of: datetime | None) -> Q:
    """The links that stand, or stood then. What a person was asked and had not decided by then did not stand, and it does not matter when the machine
    asked; else it is only that the machine came to it later, and what had arrived by then counts. So does a copy of what stood, whatever a person is
    asked about it besides."""
    if as_of is None:
        return Q(undone_at=None)
    asked = Waiting.objects.filter(
        Q(settled_at=None) | Q(settled_at__gt=as_of),
        agency=OuterRef("request__agency"),
        document=OuterRef("transmission__document"),
        since__lt=OuterRef("at"),
    )
    not_undone = Q(undone_at=None) | Q(undone_at__gt=as_of)
    of_the_same = {"request": OuterRef("request"), "transmission__document": OuterRef("transmission__document")}
    first = Joined.objects.filter(not_undone, **of_the_same, papers=OuterRef("papers"), at__lte=as_of)
    late = ~Exists(asked) | (Q(reason=Joined.Reason.SAME_BYTES) & Exists(first))
    return Q(transmission__received_at__lte=as_of) & (Q(at__lte=as_of) | late) & not_undone


def _no_such(number: str, agency: str | None) -> NoSuchRequest:
    of_agency = f" of {agency}" if agency else ""
    return NoSuchRequest(
        f"There is no request {number}{of_agency}. Look it up on the board: numbers are like 2026-0412."
    )


def transmission(row: TransmissionRow) -> Transmission:
    return Transmission(
        receipt=row.receipt,
        station=row.station,
        channel=row.channel,
        received_at=row.received_at,
        name=row.name,
        sha256=row.document_id,
    )


def came_with(sent: Iterable[Transmission]) -> dict[int, CameWith]:
    """By receipt, for each of these deliveries; one that came in a mail has the mail's."""
    rows = TransmissionRow.objects.filter(receipt__in=[one.receipt for one in sent])
    found = {}
    for row in rows.select_related("inside__document"):
        mail = row.inside or row
        kept = row.inside.document.reading if row.inside else None
        said = kept or {}
        found[row.receipt] = CameWith(mail.sender, tuple(said.get("notes", ())), tuple(said.get("checks", ())))
    return found


def _requests(rows: Iterable[DetainerRequest], agency: str, as_of: datetime | None) -> dict[str, Request]:
    """Requests of this agency, by number: their links, the files of these, and what waits for a person, each in one query."""
    of_pk = {row.pk: row for row in rows}
    links: dict[int, list[Joined]] = {pk: [] for pk in of_pk}
    joined = Joined.objects.filter(stood(as_of), request__in=of_pk).select_related("transmission")
    for link in joined.order_by("transmission__receipt"):
        links[link.request_id].append(link)
    files = Document.objects.in_bulk({link.transmission.document_id for each in links.values() for link in each})
    readings = {sha256: reading.papers for sha256, reading in corrected.readings_of(files.values(), as_of).items()}
    waits: dict[str, list[Waiting]] = {}
    for wait in Waiting.objects.filter(agency=agency, document__in=files, settled_at=None).order_by("id"):
        waits.setdefault(wait.document_id, []).append(wait)
    found = {row.number: _request(row, links[pk], files, readings, waits) for pk, row in of_pk.items()}
    return found if as_of is None else _as_they_were(found, agency, as_of)


def _request(
    row: DetainerRequest,
    links: Sequence[Joined],
    files: Mapping[str, Document],
    readings: Mapping[str, tuple[Paper, ...]],
    waits: Mapping[str, Sequence[Waiting]],
) -> Request:
    of_file = [(link.transmission.document_id, link) for link in links]
    placed = dict.fromkeys((sha256, place) for sha256, link in of_file for place in _places(link, files[sha256]))
    waiting = min(
        (
            wait
            for sha256 in {sha256 for sha256, _ in placed}
            for wait in waits.get(sha256, ())
            if row.number in wait.candidates or not wait.papers or any((sha256, one) in placed for one in wait.papers)
        ),
        key=lambda wait: wait.pk,
        default=None,
    )
    first = min((link.transmission for link in links), key=lambda sent: (sent.received_at, sent.receipt), default=None)
    return Request(
        number=row.number,
        agency=row.agency,
        kind=row.kind,
        station=first.station if first else row.first_station,
        received_at=first.received_at if first else row.opened_at,
        papers=tuple(readings[sha256][place] for sha256, place in placed),
        documents=tuple(sha256 for sha256, _ in placed),
        transmissions=tuple(transmission(link.transmission) for link in links),
        cancels_on=row.cancels_on,
        queue=waiting.why if waiting else None,
        places=tuple(place for _, place in placed),
        form=row.form,
    )


def _places(link: Joined, file: Document) -> list[int]:
    """Where its papers stand in the file as it is read now; none once the file was laid out anew: how they were read before is not kept."""
    anew = link.undone_at is not None and file.read_at is not None and link.at < file.read_at
    return [] if anew else list(link.papers)


def _as_they_were(found: Mapping[str, Request], agency: str, as_of: datetime) -> dict[str, Request]:
    """Rows say what requests are by the papers that they have now; what one without a form was, the ledger says."""
    was = was_then([number for number, one in found.items() if not one.forms], agency, as_of)
    return {number: _as_it_was(one, was.get(number)) for number, one in found.items()}


def _as_it_was(request: Request, was: tuple[str, str] | None) -> Request:
    """`was`: its kind and its form, where it became something else since."""
    if request.forms:
        identity, cancels_on = join.known_by(request.forms)
        return replace(request, kind=identity.kind, form=identity.form, cancels_on=cancels_on)
    return replace(request, kind=was[0], form=was[1], cancels_on=None) if was else request
