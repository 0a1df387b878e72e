"""From stored bytes to a request. In: the deliveries that are not yet placed, oldest first; out: each is joined to its requests, or waits
for a person with plain words. A mail is taken apart: each paper in it is a transmission of its own. Mails and pages are read by a limited child
process; the result, and all that follows from it, becomes true in one transaction, so that a crash at any moment leaves the work to be done again,
and done once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from detainerdesk.intake import clock, columns, corrected, display, entry, fault, join, lines, marks, store
from detainerdesk.intake.door import ACTOR, largest, take_out
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Transmission, Waiting
from detainerdesk.intake.numbers import next_request_number, one_at_a_time
from detainerdesk.intake.reading.fields import Arranged, Reading, Unreadable, to_json
from detainerdesk.intake.reading.mail import Mail
from detainerdesk.intake.syncpoint import around, reached
from detainerdesk.ledger import log as ledger

log = logging.getLogger(__name__)

Reader = Callable[[Path], Reading | Unreadable]
Read = Reading | Unreadable | Mail


def understand_all(read: Reader | None = None) -> tuple[Document, ...]:
    """Places everything that has arrived; returns the documents in the order of their receipts."""
    done = []
    while (document := understand_next(read)) is not None:
        done.append(document)
    return tuple(done)


def understand_next(read: Reader | None = None) -> Document | None:
    """Takes the oldest delivery that is not placed. None: nothing is left to do."""
    arrived = Transmission.objects.filter(placed=False).select_related("document").order_by("receipt").first()
    if arrived is None:
        return None
    clock.look(arrived.agency, arrived.channel)
    result = _read(arrived.document, read) if _is_to_be_read(arrived.document) else None
    reached("understand has read")
    try:
        if isinstance(result, Mail):
            for part in result.parts:
                store.put(part.data)
            reached("the mail's parts are stored")
        with transaction.atomic(durable=True):
            place(arrived, result)
            reached("before understand commits")
    except (OperationalError, InterfaceError, store.StoreError):
        raise  # the database or the disk is busy, full or gone, and the paper is not at fault: it stays stored and is tried again
    except Exception as error:
        _give_up(arrived, error)
    reached("after understand committed")
    return Document.objects.get(sha256=arrived.document_id)


def _is_to_be_read(document: Document) -> bool:
    """Once; but a mail is opened for each of its deliveries, because only its bytes are kept and not what lay in it."""
    return document.state == Document.State.STORED or document.type == display.MAIL


def _read(document: Document, read: Reader | None) -> Read:
    """Whatever goes wrong is a sentence for a person, never a crash."""
    limit = largest(document.type)
    if document.size > limit:
        return Unreadable(
            f"This file has {document.size / 2**20:.0f} MB; over {limit // 2**20} MB it is kept but not read. "
            "Open the original, or ask the sender to send it again in smaller parts."
        )
    place = store.path(document.sha256)
    if not place.is_file():
        return Unreadable(
            f"The stored file of this paper is missing on the disk ({place.name[:16]}…). Restore it from the backup; its receipts are kept."
        )
    reached("before the reading")
    try:
        match document.type:
            case display.MAIL:
                return _open_in_child(place)
            case display.ENTRY:
                return entry.read(place.read_bytes())
            case display.LIST:
                return columns.read(place.read_bytes(), columns.maps(Path(settings.DATA)))
        return (read or read_pages)(place)
    except columns.ColumnsError as error:
        return Unreadable(f"This list was not read, because a column map is wrong: {error} The list is kept.")
    except Exception as error:
        log.error("paper %s: the reader failed: %s", document.number, fault.where(error))
        return Unreadable(
            f"The reader failed on this file ({type(error).__name__}). The file is kept. Open the original, and enter what it asks by hand."
        )


def _open_in_child(place: Path) -> Mail | Unreadable:
    from detainerdesk.intake.reading.child import open_mail_in_child

    return open_mail_in_child(place)


def read_pages(place: Path, arranged: tuple[Arranged, ...] = ()) -> Reading | Unreadable:
    """The stored document's pages, read in the limited child with the templates that were drawn here."""
    from detainerdesk.intake.reading.child import read_in_child  # only who reads needs what it imports
    from detainerdesk.intake.reading.forms import DRAWN, drawn_in

    return read_in_child(place, arranged=arranged, drawn=drawn_in(Path(settings.DATA) / DRAWN))


def place(arrived: Transmission, result: Read | None = None) -> None:
    """Puts a delivery where it belongs. `result`: what was read, if it was read just now. In the caller's transaction. Another process may
    have been faster: then the rows say so, and nothing is done twice."""
    one_at_a_time(f"placing {arrived.agency}")
    document = Document.objects.select_for_update().get(sha256=arrived.document_id)
    row = Transmission.objects.select_for_update().get(pk=arrived.pk)
    if row.placed:
        return
    if document.state == Document.State.STORED:
        if result is None:
            return  # set back to be read again, since it was looked at
        _record(document, result, row)
    if isinstance(result, Mail):
        _take_apart(document, result, row)
    elif isinstance(result, Unreadable) and document.type == display.MAIL and document.state == Document.State.READ:
        wait(document, row.agency, join.Waits((), "unreadable", result.says))  # it opened when it came before
    else:
        reading = corrected.reading_of(document)
        _follow_marks(reading, row)
        if not _is_a_line_test(reading, row) and not _as_before(row):
            placements = join.plan(reading, _known(row.agency, reading)) if reading else (_unread(document),)
            reached("understand has a plan")
            _carry_out(placements, row, document)
    with around("placed mark"):
        row.placed = True
        row.save(update_fields=["placed"])


def _take_apart(document: Document, mail: Mail, row: Transmission) -> None:
    """Each paper in the mail becomes a transmission of its own, which is placed in its turn; a mail without one waits for a person."""
    for place_in_mail, part in enumerate(mail.parts, 1):
        with around("paper taken out of a mail"):
            take_out(part, place_in_mail, row)
    if not mail.parts:
        says = "This mail has no page in it that can be read. It is kept. Open the original, and enter what it asks by hand."
        wait(document, row.agency, join.Waits((), "mail without a page", says))


def _follow_marks(reading: Reading | None, row: Transmission) -> None:
    """A cover sheet of ours on top says which station the papers under it are for."""
    said = [marks.meaning(code.text) for code in reading.codes] if reading else []
    stations = {mark.station for mark in said if isinstance(mark, marks.Cover) and mark.agency == row.agency}
    if len(stations) != 1 or stations == {row.station}:
        return
    before, row.station = row.station, display.station_name(stations.pop())
    with around("routed row"):
        row.save(update_fields=["station"])
    ledger.append(
        "paper.routed",
        actor=ACTOR,
        agency=row.agency,
        subject=str(row.document),
        facts={"from": before, "receipt": row.receipt, "to": row.station},
    )


def _is_a_line_test(reading: Reading | None, row: Transmission) -> bool:
    """A file of nothing but one test page that was sent from here: it is timed, and nobody is asked about it."""
    if reading is None or reading.pages != 1 or len(reading.codes) != 1:
        return False
    mark = marks.meaning(reading.codes[0].text)
    return isinstance(mark, marks.Tested) and lines.seen(mark.token, row)


def _record(document: Document, result: Read, row: Transmission) -> None:
    document.read_at = timezone.now()
    if isinstance(result, Mail):
        document.state, document.reading = Document.State.READ, to_json(Reading((), 0, result.notes))
        with around("document row of a mail"):
            document.save(update_fields=["state", "reading", "read_at"])
        facts = {"parts": len(result.parts)}
        ledger.append("mail.opened", actor=ACTOR, agency=row.agency, subject=str(document), facts=facts)
        return
    if isinstance(result, Unreadable):
        document.state, document.why = Document.State.QUEUED, result.says
        with around("document row of the unread"):
            document.save(update_fields=["state", "why", "read_at"])
        return
    document.state, document.reading = Document.State.READ, to_json(result)
    with around("reading row"):
        document.save(update_fields=["state", "reading", "read_at"])
    fields = [field for paper in result.papers for field in paper.fields.values()]
    with around("paper.read event"):
        ledger.append(
            "paper.read",
            actor=ACTOR,
            agency=row.agency,
            subject=str(document),
            facts={
                "pages": result.pages,
                "papers": " ".join(paper.kind for paper in result.papers),
                "fields": len(fields),
                "fields_to_check": sum(not field.accepted for field in fields),
                "defects": sum(len(paper.defects) for paper in result.papers),
            },
        )


def _as_before(row: Transmission) -> bool:
    """The same bytes, sent to the same agency before, go where they went then."""
    earlier = Transmission.objects.filter(agency=row.agency, document=row.document_id, placed=True)
    if not earlier.exists():
        return False
    links = Joined.objects.filter(transmission__in=earlier, undone_at=None).order_by("id")
    papers: dict[int, set[int]] = {}
    for link in links:
        papers.setdefault(link.request_id, set()).update(link.papers)
    for request in DetainerRequest.objects.filter(pk__in=papers).order_by("number"):
        link_to(request, row, sorted(papers[request.pk]), Joined.Reason.SAME_BYTES)
    return True


def _carry_out(placements: Iterable[join.Placement], row: Transmission, document: Document) -> None:
    opened: dict[int, str] = {}
    for n, placement in enumerate(placements):
        match placement:
            case join.Opens():
                opened[n] = open_request(placement, row).number
            case join.Joins():
                request = DetainerRequest.objects.select_for_update().get(agency=row.agency, number=placement.number)
                complete_identity(request, placement.identity)
                link_to(request, row, placement.papers, Joined.Reason.SAME_IDENTITY)
                opened[n] = request.number
            case join.Waits():
                beside = tuple(opened[i] for i in placement.beside if i in opened)
                wait(document, row.agency, placement, placement.candidates + beside)


def open_request(placement: join.Opens, row: Transmission, actor: str = ACTOR) -> DetainerRequest:
    """Makes the request's row, its number, its first link and its `request.opened` event. In the caller's transaction."""
    identity = placement.identity
    with around("request number"):
        number = next_request_number(row.agency, row.received_at)
    with around("request row"):
        request = DetainerRequest.objects.create(
            number=number,
            agency=row.agency,
            kind=identity.kind,
            form=identity.form,
            first_station=row.station,
            opened_at=row.received_at,
            cancels_on=placement.cancels_on,
            accepted=" ".join(sorted(identity.accepted)),
            **{name: identity.of(name) for name in join.FIELD_OF},
        )
    with around("link row"):
        Joined.objects.create(
            transmission=row,
            request=request,
            papers=list(placement.papers),
            reason=Joined.Reason.OPENED,
            at=timezone.now(),
        )
    with around("request.opened event"):
        ledger.append(
            "request.opened",
            actor=actor,
            agency=row.agency,
            subject=str(request),
            facts={
                "form": identity.form,
                "kind": identity.kind,
                "paper": row.document.number,
                "papers": len(placement.papers),
                "receipt": row.receipt,
                "station": row.station,
            },
            personal={name: identity.of(name) for name in join.FIELD_OF if identity.of(name)},
        )
    return request


def link_to(
    request: DetainerRequest, row: Transmission, papers: Iterable[int], reason: Joined.Reason, actor: str = ACTOR
) -> None:
    """Joins a transmission to a request, with its event. In the caller's transaction."""
    with around("link row"):
        Joined.objects.create(transmission=row, request=request, papers=list(papers), reason=reason, at=timezone.now())
    with around("request.joined event"):
        ledger.append(
            "request.attached" if reason == Joined.Reason.PERSON else "request.joined",
            actor=actor,
            agency=row.agency,
            subject=str(request),
            facts={
                "paper": row.document.number,
                "reason": str(reason),
                "receipt": row.receipt,
                "station": row.station,
            },
        )


def complete_identity(request: DetainerRequest, by: join.Identity) -> None:
    """A better copy fills in what the first one left unsure."""
    better = join.completed(_identity(request), by)
    for name in join.FIELD_OF:
        setattr(request, name, better.of(name))
    request.accepted = " ".join(sorted(better.accepted))
    request.save(update_fields=[*join.FIELD_OF, "accepted"])


def wait(document: Document, agency: str, placement: join.Waits, candidates: tuple[str, ...] = ()) -> None:
    """A person of this agency must look. In the caller's transaction."""
    with around("waiting row"):
        Waiting.objects.create(
            document=document,
            agency=agency,
            reason=placement.reason,
            why=placement.says,
            papers=list(placement.papers),
            candidates=list(dict.fromkeys(candidates)),
            since=timezone.now(),
        )
    if document.state != Document.State.QUEUED or not document.why:
        document.state, document.why = Document.State.QUEUED, placement.says
        with around("document row of the queued"):
            document.save(update_fields=["state", "why"])
    with around("paper.queued event"):
        ledger.append(
            "paper.queued",
            actor=ACTOR,
            agency=agency,
            subject=str(document),
            facts={"reason": placement.reason, "candidates": len(set(candidates)), "papers": len(placement.papers)},
        )


def _unread(document: Document) -> join.Waits:
    return join.Waits((), "too large" if document.size > largest(document.type) else "unreadable", document.why)


def _give_up(arrived: Transmission, error: Exception) -> None:
    """A fault of ours must not keep the papers behind this one waiting."""
    log.error("receipt %s: could not be placed: %s", arrived.receipt, fault.where(error))
    says = (
        f"The program failed while it looked for the request this paper belongs to ({type(error).__name__}). The paper is kept. "
        "Open the original, attach it to its request, and tell whoever keeps this installation."
    )
    with transaction.atomic(durable=True):
        one_at_a_time(f"placing {arrived.agency}")
        document = Document.objects.select_for_update().get(sha256=arrived.document_id)
        if Transmission.objects.filter(pk=arrived.pk, placed=False).update(placed=True):
            wait(document, arrived.agency, join.Waits((), "program fault", says))


def _known(agency: str, reading: Reading) -> tuple[join.Known, ...]:
    """The agency's requests that a form of this reading could be: another sure issue date rules a request out."""
    rows = DetainerRequest.objects.filter(agency=agency).order_by("number")
    forms = [join.identity_of(paper) for paper in reading.papers if paper.kind in join.OPENS]
    if all("issued_on" in form.accepted for form in forms):
        dates = {form.issued_on for form in forms}
        rows = rows.filter(Q(issued_on__in=dates) | ~Q(accepted__contains="issued_on"))
    return tuple(join.Known(row.number, _identity(row)) for row in rows.iterator())


def _identity(row: DetainerRequest) -> join.Identity:
    return join.Identity(
        kind="cancellation" if row.kind == DetainerRequest.Kind.CANCELLATION else "detainer",
        form=row.form,
        accepted=frozenset(row.accepted.split()),
        **{name: getattr(row, name) for name in join.FIELD_OF},
    )
