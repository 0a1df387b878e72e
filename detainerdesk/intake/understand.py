"""From stored bytes to a request. In: the deliveries that are not yet placed, oldest first; out: each is joined to its requests, or waits
for a person with plain words. A mail is taken apart, and an archive where that is turned on: each paper in it is a transmission of its own. All are read by a limited child
process; the result, and all that follows from it, becomes true in one transaction, so that a crash at any moment leaves the work to be done again,
and done once. Pages that a person laid out anew are read here too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from detainerdesk.intake import clock, columns, corrected, display, entry, fault, join, lines, marks, scan, store
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.door import ACTOR, largest, take_out
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Transmission, Waiting
from detainerdesk.intake.numbers import next_request_number, one_at_a_time
from detainerdesk.intake.reading import archive
from detainerdesk.intake.reading.archive import Archive
from detainerdesk.intake.reading.fields import Arranged, Reading, Unreadable, arranged_from_json, to_json
from detainerdesk.intake.reading.mail import TEXTS, Mail
from detainerdesk.intake.store import Stored
from detainerdesk.intake.syncpoint import around, reached
from detainerdesk.ledger import log as ledger

log = logging.getLogger(__name__)

Reader = Callable[[Path], Reading | Unreadable]
ArrangedReader = Callable[[Path, tuple[Arranged, ...]], Reading | Unreadable]
Read = Reading | Unreadable | Mail | Archive

LAID_OUT = "laid out"
"""Why a paper waits whose pages a person laid out (`correct.arrange`) and that is not yet read that way."""


def understand_all(
    read: Reader | None = None,
    read_arranged: ArrangedReader | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Document, ...]:
    """Places everything that has arrived or was laid out anew, unless it is stopped between two papers; returns the documents in the order in which
    they were taken."""
    done = []
    while not stopped() and (document := understand_next(read, read_arranged)) is not None:
        done.append(document)
    return tuple(done)


def understand_next(read: Reader | None = None, read_arranged: ArrangedReader | None = None) -> Document | None:
    """Takes what a person laid out anew, because somebody waits for it, then the oldest delivery that is not placed. None: nothing is left."""
    laid_out = Waiting.objects.filter(reason=LAID_OUT, settled_at=None).select_related("document").first()
    if laid_out is not None:
        return _read_as_laid_out(laid_out, read_arranged or read_pages)
    arrived = scan.next_delivery()
    if arrived is None:
        return None
    clock.look(arrived.agency, arrived.channel)
    nested = arrived.document.type == archive.ZIP and archive.is_in_one(arrived)
    result = _read(arrived.document, read, nested=nested) if _is_to_be_read(arrived.document) else None
    reached("understand has read")
    try:
        stored: tuple[Stored, ...] = ()
        if isinstance(result, Mail | Archive):
            stored = tuple(store.put(part.data) for part in result.parts)
            reached("the mail's parts are stored")
        with transaction.atomic(durable=True):
            place(arrived, result, stored)
            reached("before understand commits")
    except (OperationalError, InterfaceError, store.StoreError):
        raise  # the database or the disk is busy, full or gone, and the paper is not at fault: it stays stored and is tried again
    except Exception as error:
        _give_up(arrived, error)
    reached("after understand committed")
    return Document.objects.get(sha256=arrived.document_id)


def _is_to_be_read(document: Document) -> bool:
    """Once; but a mail is opened for each of its deliveries, because only its bytes are kept and not what lay in it; so is an archive. One that was
    opened before archives were turned off is looked at too: else nothing of this delivery would be in anybody's sight."""
    return document.state == Document.State.STORED or _is_opened(document) or _was_opened(document)


def _was_opened(document: Document) -> bool:
    """When it came before, its papers were taken out of it."""
    return document.type in (display.MAIL, archive.ZIP) and document.reading is not None


def _is_opened(document: Document) -> bool:
    return document.type == display.MAIL or (document.type == archive.ZIP and archive.opened_here(Path(settings.DATA)))


def _read(document: Document, read: Reader | None, *, nested: bool = False) -> Read:
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
    if why := scan.why_not_opened(document.sha256):
        return Unreadable(why)
    reached("before the reading")
    try:
        match document.type:
            case display.MAIL:
                return _open_in_child(place)
            case archive.ZIP if _is_opened(document) and not nested:
                return _open_archive_in_child(place)
            case display.ENTRY:
                return entry.read(place.read_bytes())
            case display.LIST:
                return columns.read(place.read_bytes(), columns.maps(Path(settings.DATA)))
        return (read or read_pages)(place)
    except columns.ColumnsError as error:
        return Unreadable(
            f"This list was not read, because a column map is wrong: {error} The list is kept. Mend the map, then run: detainerdesk intake --again"
        )
    except Exception as error:
        log.error("paper %s: the reader failed: %s", document.number, fault.where(error))
        return Unreadable(
            f"The reader failed on this file ({type(error).__name__}). The file is kept. Open the original, and enter what it asks by hand."
        )


def _read_as_laid_out(waits: Waiting, read: ArrangedReader) -> Document:
    """A file that can't be read that way stays as it was read before, and its person is told why."""
    arranged = arranged_from_json(waits.document.arranged or ())
    result = _read(waits.document, lambda place: read(place, arranged))
    try:
        with transaction.atomic(durable=True):
            _place_as_laid_out(waits, result)
    except (OperationalError, InterfaceError):
        raise  # as above
    except Exception as error:
        log.error("paper %s: could not be placed as it was laid out: %s", waits.document.number, fault.where(error))
        says = f"the program failed ({type(error).__name__}). Tell whoever keeps this installation."
        with transaction.atomic(durable=True):
            _place_as_laid_out(waits, Unreadable(says))
    return Document.objects.get(sha256=waits.document_id)


def _place_as_laid_out(waits: Waiting, result: Read) -> None:
    placing_waits_everywhere(waits.document_id)
    document = Document.objects.select_for_update().get(sha256=waits.document_id)
    row = Waiting.objects.select_for_update().get(pk=waits.pk)
    if row.settled_at is not None:
        return  # another process was faster
    if not isinstance(result, Reading):
        settle(document, [row], ACTOR)
        why = result.says if isinstance(result, Unreadable) else "it is no file of pages."
        says = f"Its pages could not be read as they were laid out: {why} They stand as they were read before."
        wait(document, row.agency, join.Waits(tuple(row.papers), "not read as laid out", says), tuple(row.candidates))
        return
    _record(document, result, row.agency)
    settled = list(Waiting.objects.filter(document=document, settled_at=None))
    settle(document, settled, ACTOR)
    for agency in sorted({one.agency for one in settled}):
        place_anew(document, agency)


def agencies_with(sha256: str) -> set[str]:
    """The agencies to which this file came."""
    return set(Transmission.objects.filter(document=sha256).values_list("agency", flat=True))


def placing_waits(agencies: Iterable[str]) -> None:
    """No paper of these agencies comes or leaves before the caller's transaction ends. Whoever changes what several have takes all of them first, in
    one order, so that no two processes wait for each other."""
    for agency in sorted(agencies):
        one_at_a_time(f"placing {agency}")


class _CameToAnother(Exception):
    """An agency got the file while the locks of the others were waited for."""


def placing_waits_everywhere(sha256: str) -> None:
    """The same for each agency that has this file, and for the file. Who has it is only sure once it is locked: if it came to another one meanwhile, all
    is given back and taken anew in the one order. First in the caller's transaction."""
    while True:
        agencies = agencies_with(sha256)
        with suppress(_CameToAnother), transaction.atomic():
            placing_waits(agencies)
            Document.objects.select_for_update().filter(sha256=sha256).first()
            if agencies_with(sha256) <= agencies:
                return
            raise _CameToAnother


def is_laid_out(document: Document) -> bool:
    """Its pages were laid out, by whichever agency, and are not yet read that way. Until then it goes nowhere: its papers would change places."""
    return Waiting.objects.filter(document=document, reason=LAID_OUT, settled_at=None).exists()


def place_anew(document: Document, agency: str, only: Collection[int] = ()) -> None:
    """The first delivery goes by what is read now, the others go where it went. `only`: these papers of it, where a person has settled others. In the
    caller's transaction."""
    rows = deliveries(document, agency)
    for row in rows:
        row.placed = False
        row.save(update_fields=["placed"])
    for row in rows:
        place(row, only=only)


def deliveries(document: Document, agency: str) -> list[Transmission]:
    return list(Transmission.objects.filter(document=document, agency=agency, placed=True).order_by("receipt"))


def settle(document: Document, waits: Iterable[Waiting], actor: str) -> None:
    """A person has looked, or need not look any more. In the caller's transaction."""
    for row in waits:
        row.settled_at, row.settled_by = timezone.now(), actor
        row.save(update_fields=["settled_at", "settled_by"])
    still = Waiting.objects.filter(document=document, settled_at=None).first()
    document.state = Document.State.QUEUED if still else Document.State.READ
    document.why = still.why if still else ""
    document.save(update_fields=["state", "why"])


def _open_in_child(place: Path) -> Mail | Unreadable:
    from detainerdesk.intake.reading.child import open_mail_in_child

    return open_mail_in_child(place)


def _open_archive_in_child(place: Path) -> Archive | Unreadable:
    from detainerdesk.intake.reading.child import open_archive_in_child

    return open_archive_in_child(place)


def read_pages(place: Path, arranged: tuple[Arranged, ...] = ()) -> Reading | Unreadable:
    """The stored document's pages, read in the limited child with the templates that were drawn here."""
    from detainerdesk.intake.reading.child import read_in_child  # only who reads needs what it imports
    from detainerdesk.intake.reading.forms import DRAWN, drawn_in

    return read_in_child(place, arranged=arranged, drawn=drawn_in(Path(settings.DATA) / DRAWN))


def place(
    arrived: Transmission, result: Read | None = None, stored: tuple[Stored, ...] = (), only: Collection[int] = ()
) -> None:
    """Puts a delivery where it belongs. `result`: what was read, if it was read just now; `stored`: its parts, if it is a mail or an archive; `only`: as
    `place_anew`. In the caller's transaction. Another process may have been faster: then the rows say so, and nothing is done twice."""
    placing_waits([arrived.agency])
    document = Document.objects.select_for_update().get(sha256=arrived.document_id)
    row = Transmission.objects.select_for_update().get(pk=arrived.pk)
    if row.placed or is_laid_out(document):
        return  # what is laid out is read first, and then this delivery is the next
    if document.state == Document.State.STORED:
        if result is None:
            return  # set back to be read again, since it was looked at
        _record(document, result, row.agency)
    if isinstance(result, Mail | Archive):
        _take_apart(document, result, stored, row)
    elif isinstance(result, Unreadable) and _was_opened(document) and document.state == Document.State.READ:
        reason = scan.REASON if scan.holds_back(document) else "unreadable"
        wait(document, row.agency, join.Waits((), reason, result.says))
    else:
        reading = corrected.reading_of(document)
        _follow_marks(reading, row)
        if not _is_a_line_test(reading, row) and not _as_before(row):
            placements = join.plan(reading, _known(row.agency, reading)) if reading else (_unread(document),)
            reached("understand has a plan")
            _carry_out(placements, row, document, reading, only)
    with around("placed mark"):
        row.placed = True
        row.save(update_fields=["placed"])


def _take_apart(document: Document, mail: Mail | Archive, stored: tuple[Stored, ...], row: Transmission) -> None:
    """Each paper in the mail or archive becomes a transmission of its own, which is placed in its turn; a mail without one waits for a person."""
    for place_in_mail, (part, kept) in enumerate(zip(mail.parts, stored, strict=True), 1):
        with around("paper taken out of a mail"):
            take_out(part, place_in_mail, row, kept)
    if not mail.parts:
        says = "This mail has no page in it that can be read. It is kept. Open the original, and enter what it asks by hand."
        reason = "mail without a page"
        if isinstance(mail, Archive):
            says, reason = archive.NO_PAPER, "archive without a paper"
        wait(document, row.agency, join.Waits((), reason, says))


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


def _record(document: Document, result: Read, agency: str) -> None:
    document.read_at = timezone.now()
    if isinstance(result, Mail | Archive):
        # `checks`: what mail servers wrote about the sender, as they wrote it (request.came_with)
        checks = {"checks": list(result.checks)} if isinstance(result, Mail) else {}
        said = {**to_json(Reading((), 0, result.notes)), **checks}
        document.state, document.reading = Document.State.READ, said
        with around("document row of a mail"):
            document.save(update_fields=["state", "reading", "read_at"])
        facts = {"parts": len(result.parts)}
        kind = "mail.opened" if isinstance(result, Mail) else "archive.opened"
        ledger.append(kind, actor=ACTOR, agency=agency, subject=str(document), facts=facts)
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
            agency=agency,
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
    """The same bytes, sent to the same agency before, go where they went then. But not where equal bytes prove nothing: what somebody told (the same
    words, months later, are another call), the text of another mail, an empty file that nobody looks at any more."""
    earlier = Transmission.objects.filter(agency=row.agency, document=row.document_id, placed=True)
    if row.document.type in TEXTS and row.inside is not None:
        earlier = earlier.filter(inside__document=row.inside.document_id)
    waits = Waiting.objects.filter(agency=row.agency, document=row.document_id, settled_at=None)
    proves_nothing = row.document.type == display.ENTRY or (row.document.type == display.EMPTY and not waits.exists())
    if proves_nothing or not earlier.exists():
        return False
    links = Joined.objects.filter(transmission__in=earlier, undone_at=None).order_by("id")
    papers: dict[int, set[int]] = {}
    for link in links:
        papers.setdefault(link.request_id, set()).update(link.papers)
    for request in DetainerRequest.objects.filter(pk__in=papers).order_by("number"):
        link_to(request, row, sorted(papers[request.pk]), Joined.Reason.SAME_BYTES)
    return True


def _carry_out(
    placements: Iterable[join.Placement],
    row: Transmission,
    document: Document,
    reading: Reading | None,
    only: Collection[int],
) -> None:
    """A paper that is in a request already stays there: placed again, it is no new one, and a person may have put it there. Only cover sheets are in
    several."""
    held = _requests_of(row)
    papers = dict(enumerate(reading.papers if reading else ()))
    kept = {place: held[place] for place in held.keys() & papers.keys() if papers[place].kind != join.COVER_SHEET}
    opened: dict[int, str] = {}
    for n, placement in enumerate(placements):
        own = kept.get(placement.papers[0]) if placement.papers else None
        free = tuple(place for place in placement.papers if kept.get(place, own) == own)
        if only and {*only}.isdisjoint(placement.papers):
            opened |= {n: own.number} if own else {}
            continue
        match placement:
            case join.Opens() | join.Joins() | join.Waits(reason=join.NEAR) if own is not None:
                link_to(own, row, free, Joined.Reason.SAME_IDENTITY)
                opened[n] = own.number
            case join.Opens():
                opened[n] = open_request(replace(placement, papers=free), row).number
            case join.Joins():
                request = DetainerRequest.objects.select_for_update().get(agency=row.agency, number=placement.number)
                complete_identity(request, placement.identity)
                link_to(request, row, free, Joined.Reason.SAME_IDENTITY)
                opened[n] = request.number
            case join.Waits(reason=join.NO_OWNER) if all(place in held for place in placement.papers):
                continue
            case join.Waits(reason=join.UNSURE_CANCELLATION) if placement.papers[0] not in _requests_of(row):
                continue  # it waits as it is; whoever puts it into a request is asked then
            case join.Waits():
                beside = tuple(opened[i] for i in placement.beside if i in opened)
                wait(document, row.agency, placement, placement.candidates + beside)


def _requests_of(row: Transmission) -> dict[int, DetainerRequest]:
    """For each paper of a delivery that is in a request already, which one."""
    links = Joined.objects.filter(transmission=row, undone_at=None).select_related("request").order_by("-id")
    return {place: link.request for link in links for place in link.papers}


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
    """Joins a transmission to a request, with its event; one that belongs to it already, with these papers too. In the caller's transaction."""
    link = Joined.objects.filter(transmission=row, request=request, undone_at=None).first()
    added = [place for place in papers if link is None or place not in link.papers]
    if link is not None and not added and reason != Joined.Reason.PERSON:
        return
    with around("link row"):
        now, whole = timezone.now(), added
        if link is not None:  # it stays as it was until now: a report up to an earlier moment asks
            link.undone_at, whole = now, sorted([*link.papers, *added])
            link.save(update_fields=["undone_at"])
        Joined.objects.create(transmission=row, request=request, papers=whole, reason=reason, at=now)
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
    _identify(request, join.completed(identity_on_file(request), by), request.cancels_on)


def identify_by_its_papers(request: DetainerRequest, actor: str, at: datetime | None = None) -> None:
    """What it is and what copies of it are known by, from the forms that are in it now; without one, the request keeps what it was. Where it becomes
    something else, the ledger says what it was and what it is: a report up to an earlier moment asks. In the caller's transaction."""
    was = request.kind, request.form, request.cancels_on
    if forms := intake_request.load(request.number, request.agency).forms:
        _identify(request, *join.known_by(forms))
    if (request.kind, request.form, request.cancels_on) == was:
        return
    ledger.append(
        intake_request.KIND_CHANGED,
        actor=actor,
        agency=request.agency,
        subject=str(request),
        facts={"was_kind": was[0], "was_form": was[1], "kind": request.kind, "form": request.form},
        personal={"cancels_on": request.cancels_on.isoformat()} if request.cancels_on else {},
        at=at,
    )


def _identify(request: DetainerRequest, identity: join.Identity, cancels_on: date | None) -> None:
    for name in join.FIELD_OF:
        setattr(request, name, identity.of(name))
    request.kind, request.form, request.cancels_on = identity.kind, identity.form, cancels_on
    request.accepted = " ".join(sorted(identity.accepted))
    request.save(update_fields=[*join.FIELD_OF, "kind", "form", "cancels_on", "accepted"])


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
    """Why a file waits that can't be read; also after it was settled somewhere, and its row says nothing any more."""
    if document.scan == Document.Scan.HELD:
        reason = scan.REASON
    else:
        reason = "too large" if document.size > largest(document.type) else "unreadable"
    before = Waiting.objects.filter(document=document, reason=reason).order_by("id").values_list("why", flat=True)
    return join.Waits((), reason, document.why or before.first() or "")


def _give_up(arrived: Transmission, error: Exception) -> None:
    """A fault of ours must not keep the papers behind this one waiting."""
    log.error("receipt %s: could not be placed: %s", arrived.receipt, fault.where(error))
    says = (
        f"The program failed while it looked for the request this paper belongs to ({type(error).__name__}). The paper is kept. "
        "Open the original, attach it to its request, and tell whoever keeps this installation."
    )
    with transaction.atomic(durable=True):
        placing_waits([arrived.agency])
        document = Document.objects.select_for_update().get(sha256=arrived.document_id)
        if Transmission.objects.filter(pk=arrived.pk, placed=False).update(placed=True):
            wait(document, arrived.agency, join.Waits((), "program fault", says))


def _known(agency: str, reading: Reading) -> tuple[join.Known, ...]:
    """The agency's requests that a form of this reading could be: another sure issue date rules a request out. All, where it has no form."""
    rows = DetainerRequest.objects.filter(agency=agency).order_by("number")
    forms = [join.identity_of(paper) for paper in reading.papers if paper.kind in join.OPENS]
    if forms and all("issued_on" in form.accepted for form in forms):
        dates = {form.issued_on for form in forms}
        rows = rows.filter(Q(issued_on__in=dates) | ~Q(accepted__contains="issued_on"))
    return tuple(join.Known(row.number, identity_on_file(row)) for row in rows.iterator())


def identity_on_file(row: DetainerRequest) -> join.Identity:
    return join.Identity(
        kind="cancellation" if row.kind == DetainerRequest.Kind.CANCELLATION else "detainer",
        form=row.form,
        accepted=frozenset(row.accepted.split()),
        **{name: getattr(row, name) for name in join.FIELD_OF},
    )
