"""The typed Request: what other rooms see of what arrived. In: a request's number; out: a frozen value with its papers, as they were read,
and its transmissions. Nothing here changes a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from detainerdesk.intake import join
from detainerdesk.intake.models import DetainerRequest, Joined, Waiting
from detainerdesk.intake.models import Transmission as TransmissionRow
from detainerdesk.intake.reading.fields import Paper, from_json


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
    """Why a person must still look at one of its files, in plain words."""

    @property
    def detainer(self) -> Paper | None:
        """The detainer form; of several copies the one of which most was read surely, the first of these."""
        forms = [paper for paper in self.papers if paper.kind in join.DETAINERS]
        return max(forms, key=lambda form: sum(field.accepted for field in form.fields.values()), default=None)

    @property
    def warrants(self) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.kind in join.WARRANTS)

    def document_of(self, paper: Paper) -> str:
        """The SHA-256 of the file in which this paper is."""
        return next(sha256 for sha256, each in zip(self.documents, self.papers, strict=True) if each is paper)


def load(number: str, agency: str | None = None) -> Request:
    """Numbers are dense within an agency: an installation with several agencies must say which."""
    rows = DetainerRequest.objects.filter(number=number, **({"agency": agency} if agency else {}))
    found = list(rows[:2])
    if not found:
        of_agency = f" of {agency}" if agency else ""
        raise NoSuchRequest(
            f"There is no request {number}{of_agency}. Look it up on the board: numbers are like 2026-0412."
        )
    if len(found) > 1:
        raise NoSuchRequest(f"Several agencies have a request {number}: say which agency's is meant.")
    return _request(found[0])


def transmission(row: TransmissionRow) -> Transmission:
    return Transmission(
        receipt=row.receipt,
        station=row.station,
        channel=row.channel,
        received_at=row.received_at,
        name=row.name,
        sha256=row.document_id,
    )


def _request(row: DetainerRequest) -> Request:
    links = list(
        Joined.objects.filter(request=row, undone_at=None)
        .select_related("transmission__document")
        .order_by("transmission__receipt")
    )
    papers: list[Paper] = []
    documents: list[str] = []
    seen: set[tuple[str, int]] = set()
    for link in links:
        document = link.transmission.document
        reading = from_json(document.reading).papers if document.reading else ()
        for place in link.papers:
            if (document.sha256, place) not in seen:
                seen.add((document.sha256, place))
                papers.append(reading[place])
                documents.append(document.sha256)
    waiting = Waiting.objects.filter(agency=row.agency, document__in=documents, settled_at=None).first()
    return Request(
        number=row.number,
        agency=row.agency,
        kind=row.kind,
        station=row.first_station,
        received_at=row.opened_at,
        papers=tuple(papers),
        documents=tuple(documents),
        transmissions=tuple(transmission(link.transmission) for link in links),
        cancels_on=row.cancels_on,
        queue=waiting.why if waiting else None,
    )
