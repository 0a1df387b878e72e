"""What waits for a person, and what the person does with it: attach it to a request, keep it apart as a request of its own, or set it
aside. In: an agency, a document, which matter of it, an actor; out: frozen values, or a request's number. Each act is rows and one event, and one more for
each request that becomes something else by it, in one transaction; nothing is ever deleted, so each can be undone by another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, combinations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from detainerdesk.intake import corrected, join
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Waiting
from detainerdesk.intake.models import Transmission as TransmissionRow
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.intake.request import Transmission, transmission
from detainerdesk.intake.understand import (
    LAID_OUT,
    deliveries,
    identify_by_its_papers,
    is_laid_out,
    link_to,
    open_request,
    placing_waits,
    settle,
    wait,
)
from detainerdesk.ledger import log as ledger

PARTED = "parted"
"""Why a paper waits that a person took out of a request."""


_Held = Mapping[int, Mapping[int | None, Sequence[str]]]
"""By delivery and by paper of it (None where nothing was read): the requests that it is in."""


class QueueError(ValueError):
    """This can't be done with this paper; the message says what can."""


@dataclass(frozen=True)
class Waits:
    """One matter in the queue, named by `id`. `subject`: the ledger's name of the document; `papers`: places in its reading, empty for the whole
    document; `read`: what was read there. `within`: the requests that its papers are in already, and what waits is only a question about them."""

    id: int
    subject: str
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
    read: tuple[Paper, ...] = field(default=(), compare=False)
    within: tuple[str, ...] = ()

    @property
    def being_read(self) -> bool:
        """Its pages were laid out anew and are not yet read that way: until then nobody can do anything with it."""
        return self.reason == LAID_OUT


def waiting(agency: str, sha256: str = "") -> tuple[Waits, ...]:
    """Everything that a person of this agency must look at, the oldest first; `sha256`: of this file alone."""
    open_rows = Waiting.objects.filter(agency=agency, settled_at=None, **({"document": sha256} if sha256 else {}))
    rows = list(open_rows.order_by("since", "id"))
    files = Document.objects.in_bulk({row.document_id for row in rows})
    readings = corrected.readings_of(files.values())
    sent: dict[str, list[TransmissionRow]] = {sha256: [] for sha256 in files}
    for delivery in TransmissionRow.objects.filter(document__in=files, agency=agency, placed=True).order_by("receipt"):
        sent[delivery.document_id].append(delivery)
    held = _in_requests(TransmissionRow.objects.filter(document__in=files, agency=agency))
    found = []
    for row in rows:
        file, came = files[row.document_id], sent[row.document_id]
        papers = readings[file.sha256].papers if file.sha256 in readings else ()
        places = _places(row, papers)
        within = () if _still_free(came, held, places, papers) else _holding(came, held, places)
        found.append(
            Waits(
                id=row.pk,
                subject=str(file),
                sha256=file.sha256,
                name=file.name,
                type=file.type,
                size=file.size,
                reason=row.reason,
                why=row.why,
                since=row.since,
                papers=tuple(row.papers),
                candidates=tuple(row.candidates),
                transmissions=tuple(transmission(one) for one in came),
                read=tuple(papers[place] for place in places if place < len(papers)),
                within=within,
            )
        )
    return tuple(found)


def attach(sha256: str, agency: str, number: str, *, actor: str, matter: int | None = None) -> None:
    """The person says that what waits here belongs to this request. `matter`: which of the matters of this document, where there are several."""
    with transaction.atomic():
        document, row = _open_matter(sha256, agency, matter)
        request = DetainerRequest.objects.select_for_update().filter(agency=agency, number=number).first()
        if request is None:
            raise QueueError(f"There is no request {number} to attach this paper to. Look it up on the board.")
        papers = _papers_of(document)
        places, came = _to_place(document, row, papers)
        forms = _forms(papers, places)
        _refuse_two_people(forms)
        for delivery in came:
            link_to(request, delivery, places, Joined.Reason.PERSON, actor)
        identify_by_its_papers(request, actor)
        settle(document, [row], actor)
        _ask_whether_it_cancels(document, agency, papers, places)


def keep_apart(sha256: str, agency: str, *, actor: str, matter: int | None = None) -> str:
    """The person says that the form that waits is a request of its own. Returns its number."""
    with transaction.atomic():
        document, row = _open_matter(sha256, agency, matter)
        papers = _papers_of(document)
        places, (first, *others) = _to_place(document, row, papers)
        forms = _forms(papers, places)
        if not forms:
            raise QueueError(
                "No detainer form was read on this paper, so it can't be a request of its own. Attach it, or set it aside."
            )
        _refuse_two_people(forms)
        request = open_request(join.Opens(places, *join.known_by(forms)), first, actor)
        for delivery in others:
            link_to(request, delivery, places, Joined.Reason.SAME_BYTES, actor)
        settle(document, [row], actor)
        _ask_whether_it_cancels(document, agency, papers, places)
        return request.number


def set_aside(sha256: str, agency: str, *, actor: str, matter: int | None = None) -> None:
    """The person has looked: nothing follows from this paper. It is kept."""
    with transaction.atomic():
        document, row = _open_matter(sha256, agency, matter)
        settle(document, [row], actor)
        ledger.append("paper.set_aside", actor=actor, agency=agency, subject=str(document), facts={"matters": 1})


def part(sha256: str, number: str, agency: str, *, actor: str) -> None:
    """Takes a paper with all its transmissions out of a request again; it waits for a person. The links stay as rows, with the moment they were
    undone, and the request is known by what is left in it. It stays a request though nothing is left: the paper may come back, laid out anew."""
    with transaction.atomic():
        placing_waits([agency])
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
        asked = Waiting.objects.filter(
            document=document, agency=agency, settled_at=None, reason=join.UNSURE_CANCELLATION
        )
        settle(document, [row for row in asked.select_for_update() if set(row.papers) <= set(papers)], actor)
        says = f"A person took this paper out of request {number}. Attach it to its request, or keep it apart as a request of its own."
        wait(document, agency, join.Waits(papers, PARTED, says), (number,))


def open_waits(sha256: str, agency: str) -> tuple[Document, list[Waiting]]:
    """The paper and its waits here, which nobody else settles or places meanwhile. Raises QueueError. In the caller's transaction."""
    placing_waits([agency])  # before the document, as whoever places what arrives does
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


def _open_matter(sha256: str, agency: str, matter: int | None) -> tuple[Document, Waiting]:
    document, waits = open_waits(sha256, agency)
    if matter is None and len(waits) > 1:
        raise QueueError(f"{len(waits)} matters of this file wait here. Say which of them is meant.")
    row = next((row for row in waits if matter in (None, row.pk)), None)
    if row is None:
        raise QueueError("This does not wait any more. Somebody may have settled it: look at the queue again.")
    return document, row


def _to_place(
    document: Document, row: Waiting, papers: Sequence[Paper]
) -> tuple[tuple[int, ...], list[TransmissionRow]]:
    """The papers of this matter, and the deliveries with which they can go to a request. Raises QueueError where they are in one already."""
    places, came = _places(row, papers), deliveries(document, row.agency)
    held = _in_requests(TransmissionRow.objects.filter(document=document, agency=row.agency))
    if free := _still_free(came, held, places, papers):
        return places, free
    numbers = " and ".join(_holding(came, held, places))
    raise QueueError(
        f"This paper is in request {numbers} already, and a paper is never in two. Take it out of that request first, "
        "or check its fields and place it again."
    )


def _in_requests(of: QuerySet[TransmissionRow]) -> _Held:
    found: dict[int, dict[int | None, list[str]]] = {}
    for link in Joined.objects.filter(transmission__in=of, undone_at=None).select_related("request").order_by("id"):
        for place in link.papers or (None,):
            found.setdefault(link.transmission_id, {}).setdefault(place, []).append(link.request.number)
    return found


def _still_free(
    came: Iterable[TransmissionRow], held: _Held, places: Collection[int], papers: Sequence[Paper]
) -> list[TransmissionRow]:
    """The deliveries of which these papers are in no request: of a call that was told twice, only one may be. A form is in one request alone."""
    forms = [place for place in places if place < len(papers) and papers[place].kind in join.OPENS]

    def is_placed(delivery: TransmissionRow) -> bool:
        mine = held.get(delivery.pk, {})
        return any(place in mine for place in forms) if forms else all(place in mine for place in places or (None,))

    return [delivery for delivery in came if not is_placed(delivery)]


def _holding(came: Iterable[TransmissionRow], held: _Held, places: Collection[int]) -> tuple[str, ...]:
    """The numbers of the requests that hold any of these papers."""
    found = (held.get(delivery.pk, {}).get(place, ()) for delivery in came for place in places or (None,))
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _refuse_two_people(forms: Sequence[Paper]) -> None:
    """Forms that surely name several people are never put into one request by one act. Whether one form belongs to a request, a person decides."""
    if any(join.two_people(one, other) for one, other in combinations(map(join.identity_of, forms), 2)):
        raise QueueError(
            "These papers surely name different people, so they can't be put into one request: their numbers, or name and birth date, differ. "
            "Correct a field that was read wrongly, or place the paper again by its fields: each form then goes where it belongs."
        )


def _ask_whether_it_cancels(document: Document, agency: str, papers: Sequence[Paper], places: Iterable[int]) -> None:
    """A form that a person placed may have a box that was not made out, as one that opens a request by itself."""
    lead = next((place for place in places if papers[place].kind in join.OPENS), None)
    if lead is not None and "kind" not in join.identity_of(papers[lead]).accepted:
        wait(document, agency, join.unsure_cancellation(papers, lead))


def _places(row: Waiting, papers: Sequence[Paper]) -> tuple[int, ...]:
    return tuple(row.papers) or tuple(range(len(papers)))


def _forms(papers: Sequence[Paper], places: Iterable[int]) -> list[Paper]:
    return [papers[place] for place in places if papers[place].kind in join.OPENS]


def _papers_of(document: Document) -> tuple[Paper, ...]:
    reading = corrected.reading_of(document)
    return reading.papers if reading else ()
