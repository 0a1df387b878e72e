"""What waits for a person, and what the person does with it: attach it to a request, keep it apart as a request of its own, or set it
aside. In: an agency, a document, an actor; out: frozen values, or a request's number. Each act is rows and one event, and one more for each request that
becomes something else by it, in one transaction; nothing is ever deleted, so each can be undone by another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from detainerdesk.intake import corrected, join
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Waiting
from detainerdesk.intake.models import Transmission as TransmissionRow
from detainerdesk.intake.numbers import one_at_a_time
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.intake.request import Transmission, transmission
from detainerdesk.intake.understand import (
    LAID_OUT,
    deliveries,
    identify_by_its_papers,
    is_laid_out,
    link_to,
    open_request,
    settle,
    wait,
)
from detainerdesk.ledger import log as ledger

PARTED = "parted"
"""Why a paper waits that a person took out of a request."""


class QueueError(ValueError):
    """This can't be done with this paper; the message says what can."""


@dataclass(frozen=True)
class Waits:
    """One matter in the queue. `papers`: places in the document's reading, empty for the whole document."""

    sha256: str
    name: str
    type: str
    size: int
    reason: str
    why: str
    since: datetime
    papers: tuple[int, ...]
    candidates: tuple[str, ...]
    transmissions: tuple[Transmission, ...]

    @property
    def being_read(self) -> bool:
        """Its pages were laid out anew and are not yet read that way: until then nobody can do anything with it."""
        return self.reason == LAID_OUT


def waiting(agency: str) -> tuple[Waits, ...]:
    """Everything that a person of this agency must look at, the oldest first."""
    rows = list(
        Waiting.objects.filter(agency=agency, settled_at=None).select_related("document").order_by("since", "id")
    )
    sent: dict[str, list[Transmission]] = {row.document_id: [] for row in rows}
    for delivery in TransmissionRow.objects.filter(document__in=sent, agency=agency, placed=True).order_by("receipt"):
        sent[delivery.document_id].append(transmission(delivery))
    return tuple(
        Waits(
            sha256=row.document.sha256,
            name=row.document.name,
            type=row.document.type,
            size=row.document.size,
            reason=row.reason,
            why=row.why,
            since=row.since,
            papers=tuple(row.papers),
            candidates=tuple(row.candidates),
            transmissions=tuple(sent[row.document_id]),
        )
        for row in rows
    )


def attach(sha256: str, agency: str, number: str, *, actor: str) -> None:
    """The person says that what waits of this document belongs to this request."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        request = DetainerRequest.objects.select_for_update().filter(agency=agency, number=number).first()
        if request is None:
            raise QueueError(f"There is no request {number} to attach this paper to. Look it up on the board.")
        papers = _papers(document, waits)
        for row in deliveries(document, agency):
            link_to(request, row, papers, Joined.Reason.PERSON, actor)
        identify_by_its_papers(request, actor)
        settle(document, waits, actor)


def keep_apart(sha256: str, agency: str, *, actor: str) -> str:
    """The person says that the form that waits is a request of its own. Returns its number."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        papers = _papers(document, waits)
        reading = _papers_of(document)
        forms = [reading[place] for place in papers if reading[place].kind in join.OPENS]
        if not forms:
            raise QueueError(
                "No detainer form was read on this paper, so it can't be a request of its own. Attach it, or set it aside."
            )
        opens = join.Opens(papers, *join.known_by(forms))
        first, *others = deliveries(document, agency)
        request = open_request(opens, first, actor)
        for row in others:
            link_to(request, row, papers, Joined.Reason.SAME_BYTES, actor)
        settle(document, waits, actor)
        return request.number


def set_aside(sha256: str, agency: str, *, actor: str) -> None:
    """The person has looked: nothing follows from this paper. It is kept."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        settle(document, waits, actor)
        ledger.append(
            "paper.set_aside", actor=actor, agency=agency, subject=str(document), facts={"matters": len(waits)}
        )


def part(sha256: str, number: str, agency: str, *, actor: str) -> None:
    """Takes a paper with all its transmissions out of a request again; it waits for a person. The links stay as rows, with the moment they were
    undone, and the request is known by what is left in it. It stays a request though nothing is left: the paper may come back, laid out anew."""
    with transaction.atomic():
        one_at_a_time(f"placing {agency}")
        document = Document.objects.select_for_update().filter(sha256=sha256).first()
        request = DetainerRequest.objects.select_for_update().filter(agency=agency, number=number).first()
        links = list(
            Joined.objects.select_for_update()
            .filter(request=request, transmission__document=document, undone_at=None)
            .select_related("transmission")
            .order_by("transmission__receipt")
        )
        if document is None or request is None or not links:
            raise QueueError(
                f"This paper does not belong to request {number} any more. Somebody may have taken it out: look at the request again."
            )
        for link in links:
            link.undone_at = timezone.now()
            link.save(update_fields=["undone_at"])
            row = link.transmission
            ledger.append(
                "request.parted",
                actor=actor,
                agency=agency,
                subject=str(request),
                facts={"paper": document.number, "receipt": row.receipt, "station": row.station},
            )
        identify_by_its_papers(request, actor)
        papers = tuple(sorted({place for link in links for place in link.papers}))
        says = f"A person took this paper out of request {number}. Attach it to its request, or keep it apart as a request of its own."
        wait(document, agency, join.Waits(papers, PARTED, says), (number,))


def open_waits(sha256: str, agency: str) -> tuple[Document, list[Waiting]]:
    """The paper and its waits here, which nobody else settles or places meanwhile. Raises QueueError. In the caller's transaction."""
    one_at_a_time(f"placing {agency}")  # before the document, as whoever places what arrives does
    document = Document.objects.select_for_update().filter(sha256=sha256).first()
    waits = (
        list(Waiting.objects.select_for_update().filter(document=document, agency=agency, settled_at=None))
        if document
        else []
    )
    if document is None or not waits:
        raise QueueError(
            f"Paper {sha256[:16]} does not wait for a person here. Somebody may have settled it: look at the queue again."
        )
    if is_laid_out(document):
        raise QueueError("The pages of this paper were laid out and are being read. Wait until that is done.")
    return document, waits


def _papers(document: Document, waits: Iterable[Waiting]) -> tuple[int, ...]:
    whole = tuple(range(len(_papers_of(document))))
    places: set[int] = set()
    for wait_row in waits:
        places.update(wait_row.papers or whole)
    return tuple(sorted(places))


def _papers_of(document: Document) -> tuple[Paper, ...]:
    reading = corrected.reading_of(document)
    return reading.papers if reading else ()
