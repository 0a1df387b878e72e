"""The malware scan, where an administrator set one up (DATA/scan.json): clamd looks at the bytes of a paper before they are read or shown
(security.md IN-4). In: a stored document; out: it may be opened, or it is held back: kept, counted, in sight of a person and handed out to nobody
until an administrator lets it through. A scanner that gives no answer opens nothing, loses nothing and keeps no sender waiting."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from detainerdesk.intake import display, lines, setting, store
from detainerdesk.intake.door import ACTOR, largest
from detainerdesk.intake.models import Document, Joined, Transmission, Waiting
from detainerdesk.intake.reading import archive
from detainerdesk.ledger import log as ledger

FILE = "scan.json"
REASON = "malware scan"
AGAIN_AFTER = timedelta(minutes=1)
LONGEST_LOOK = 150.0  # seconds, for a paper that nobody waits for: a little more than clamd allows itself (MaxScanTime)
LONGEST_LOOK_OF_A_PAGE = 10.0  # somebody sits before the screen, and the desk has few workers
LONGEST_GREETING = 3.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096

_silent: dict[Scanner | None, float] = {}
"""Until when (by the clock of this process) nobody who opens a paper waits for a scanner that was silent."""


class ScanError(ValueError):
    """scan.json can't be used; the message says what belongs there."""


class NotScanned(OSError):
    """There is no answer about these bytes."""


class Silent(NotScanned):
    """The scanner answers nothing at all, whatever it is asked."""


class NotHeld(ValueError):
    """This paper can't be let through; the message says why."""


class Scanner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """clamd's address: a socket file (`/run/clamav/clamd.ctl`), or a port of this machine (`127.0.0.1:3310`)."""

    clamd: str

    @property
    def address(self) -> str | tuple[str, int]:
        if self.clamd.startswith("/"):
            return self.clamd
        host, _, port = self.clamd.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True)
class Held:
    """A paper that is held back, without what it is called or says."""

    number: int
    signature: str
    receipts: tuple[int, ...]
    stations: tuple[str, ...]


def known(data: Path | None = None) -> Scanner | None:
    """The scanner that is set up; None where there is no scan.json. Raises ScanError."""
    file = (data or Path(settings.DATA)) / FILE
    scanner = setting.read(file, Scanner, ScanError, 'Write it as {"clamd": "/run/clamav/clamd.ctl"}.')
    if scanner and not _is_of_this_machine(scanner.clamd):
        raise ScanError(
            f"{FILE}: clamd is a socket file, or 127.0.0.1 and a port. It speaks no TLS, so no paper is sent to another machine: "
            "let clamd run here, or put the end of a tunnel here."
        )
    return scanner


def next_delivery() -> Transmission | None:
    """The oldest delivery that is not placed, and whose paper was looked at. One that could not be looked at waits for a minute, and those
    behind it go on; each is tried once here, though a look may take longer than that minute. Without a scanner: the oldest."""
    arrived = Transmission.objects.filter(placed=False).select_related("document").order_by("receipt")
    if not _is_set_up():
        return arrived.first()
    while (row := arrived.exclude(document__scan="", document__scan_tried_at__range=_lately()).first()) is not None:
        if _may_go_on(row):
            return row
        arrived = arrived.exclude(document=row.document_id)
    return None


def holds_back(document: Document) -> str:
    """Why nobody opens this paper, in words for whoever works with it; "" where nothing is against it."""
    if document.scan != Document.Scan.HELD:
        return ""
    return (
        f"The malware scan found {document.scan_says} in this file. It is kept and counted, and nobody opens it. Ask the sender for the paper by "
        "another way. If this is a false alarm, an administrator can let it through."
    )


def why_not_opened(sha256: str) -> str:
    """Why the desk neither reads nor shows these bytes, in words; "" where it does. What was stored before there was a scanner is looked at now."""
    document = Document.objects.get(sha256=sha256)
    if document.scan == "" and _is_set_up() and store.path(sha256).is_file():
        earliest, latest = _lately()
        try:
            tried_lately = document.scan_tried_at is not None and earliest <= document.scan_tried_at <= latest
            if tried_lately or time.monotonic() < _silent.get(known(), 0.0):
                raise NotScanned("it gave no answer a moment ago")
            _look(document, LONGEST_LOOK_OF_A_PAGE)
        except (NotScanned, ScanError):
            Document.objects.filter(sha256=sha256, scan="").exclude(scan_tried_at__range=(earliest, latest)).update(
                scan_tried_at=timezone.now()
            )
            return "The malware scan has not looked at this file yet, and gives no answer now. Try again in a minute. If it stays so, tell the administrator."
    return holds_back(document)


def held(agency: str) -> tuple[Held, ...]:
    """What is held back of this agency's papers, the oldest first."""
    rows = Transmission.objects.filter(agency=agency, document__scan=Document.Scan.HELD).select_related("document")
    of_number: dict[int, list[Transmission]] = {}
    for row in rows.order_by("receipt"):
        of_number.setdefault(row.document.number, []).append(row)
    return tuple(
        Held(
            number=number,
            signature=sent[0].document.scan_says,
            receipts=tuple(row.receipt for row in sent),
            stations=tuple(sorted({row.station for row in sent})),
        )
        for number, sent in of_number.items()
    )


def not_looked_at() -> int:
    """How many deliveries wait for the scanner."""
    return Transmission.objects.filter(placed=False, document__scan="").count() if _is_set_up() else 0


def let_through(number: int, agency: str, *, actor: str) -> None:
    """An administrator says that the alarm was false. What was not opened for it is read now, as any other paper."""
    with transaction.atomic():
        document = Document.objects.select_for_update().filter(number=number, scan=Document.Scan.HELD).first()
        sent = Transmission.objects.filter(document=document) if document else Transmission.objects.none()
        if document is None or not sent.filter(agency=agency).exists():
            raise NotHeld(
                f"Paper {number} is not held back here. Look at the list again: somebody may have let it through."
            )
        document.scan = Document.Scan.LET_THROUGH
        if document.reading is None or document.type in (display.MAIL, archive.ZIP):
            _refuse_attached(document)
            Waiting.objects.filter(document=document, settled_at=None).update(
                settled_at=timezone.now(), settled_by=actor
            )
            sent.filter(parts=None).update(placed=False)
            document.state = Document.State.READ if document.reading else Document.State.STORED
            document.why = ""
        document.save(update_fields=["scan", "state", "why"])
        for one in sorted(set(sent.values_list("agency", flat=True))):
            facts = {"signature": _plain(document.scan_says)}
            ledger.append("paper.let_through", actor=actor, agency=one, subject=str(document), facts=facts)


def _refuse_attached(document: Document) -> None:
    links = Joined.objects.filter(transmission__document=document, undone_at=None).select_related("request")
    if link := links.first():
        raise NotHeld(
            f"Paper {document.number} was attached to request {link.request.number} without being opened. Have it taken out of the request "
            "first; then let it through, and it goes where what it says belongs."
        )


# ---- one paper ----------------------------------------------------------------------------------------------------


def _may_go_on(row: Transmission) -> bool:
    document = row.document
    if document.scan or document.size > largest(document.type) or not store.path(document.sha256).is_file():
        return True  # known already; or not to be read at all, and then there is nothing to look at first
    try:
        _look(document, LONGEST_LOOK)
    except (NotScanned, ScanError) as error:
        now = timezone.now()
        these = Document.objects.filter(scan="", sha256=document.sha256)
        if isinstance(error, Silent | ScanError):  # else one paper is at fault, and keeps no other waiting
            unplaced = Transmission.objects.filter(placed=False).values("document")
            these = Document.objects.filter(scan="", sha256__in=unplaced)
        these.update(scan_tried_at=now)
        says = f"The malware scan gave no answer, so papers wait unread: {error} They are kept, and tried again each minute."
        lines.fault(row.channel, says, now, agency=row.agency, station=row.station)
        return False
    return True


def _look(document: Document, seconds: float) -> None:
    """Once for the same bytes; what came of it is kept with them. Raises NotScanned, ScanError."""
    scanner = known()
    if scanner is None:
        return
    try:
        data = store.path(document.sha256).read_bytes()
    except OSError as error:
        raise NotScanned(f"the stored file can't be read ({error.strerror}). Check the disk.") from error
    try:
        signature = signature_in(data, scanner, seconds)
    except NotScanned as error:
        if _greets(scanner):
            raise
        _silent[scanner] = time.monotonic() + AGAIN_AFTER.total_seconds()
        raise Silent(str(error)) from error
    unknown = Document.objects.filter(sha256=document.sha256, scan="")
    if signature is None:
        unknown.update(scan=Document.Scan.CLEAN)
    else:
        with transaction.atomic():
            if unknown.update(scan=Document.Scan.HELD, scan_says=signature):
                first = Transmission.objects.filter(document=document).order_by("receipt").first()
                agency = first.agency if first else ""
                facts = {"signature": _plain(signature)}
                ledger.append("paper.quarantined", actor=ACTOR, agency=agency, subject=str(document), facts=facts)
    document.refresh_from_db(fields=["scan", "scan_says"])


def _greets(scanner: Scanner) -> bool:
    try:
        return bool(version(scanner))
    except NotScanned:
        return False


def _lately() -> tuple[datetime, datetime]:
    now = timezone.now()
    return now - AGAIN_AFTER, now


def _is_set_up() -> bool:
    """A file that can't be read, or a link to none, is a scanner that gives no answer, never none."""
    return os.path.lexists(Path(settings.DATA) / FILE)


def _plain(signature: str) -> str:
    """For a fact of the ledger, which holds no number that could be a person's."""
    return re.sub(r"\d{5,}", "…", signature)


# ---- clamd's protocol: a command ends with NUL; INSTREAM sends pieces, each behind its length, and ends with a length of 0 ------------------


def signature_in(data: bytes, scanner: Scanner, seconds: float = LONGEST_LOOK) -> str | None:
    """The name of what clamd finds in these bytes; None: it finds nothing. Raises NotScanned."""
    with _talk(scanner, seconds) as talk:
        try:
            talk.send(b"zINSTREAM\0")
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                talk.send(struct.pack("!L", len(piece)) + piece)
            talk.send(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough, and said why before it hung up
        answer = talk.answer()
    if answer == "stream: OK":
        return None
    if found := re.fullmatch(r"stream: (\S{1,150}) FOUND", answer):
        return found[1]
    if "size limit exceeded" in answer:
        raise NotScanned(f"it takes no file of {len(data) / 2**20:.0f} MB. Set StreamMaxLength to 60M in clamd.conf.")
    raise NotScanned(f"it answered {answer[:100]!r}." if answer else "it hung up without an answer. See its own log.")


def version(scanner: Scanner) -> str:
    """What clamd says of itself: `ClamAV 1.4.6/27890/Sun Nov 29 09:41:02 2026`. Raises NotScanned."""
    with _talk(scanner, LONGEST_GREETING) as talk:
        talk.send(b"zVERSION\0")
        answer = talk.answer()
    if not answer:
        raise NotScanned("it hung up without an answer. See its own log.")
    return answer[:100]


class _Talk:
    """One connection, which ends in time whatever the other side does."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._ends = line, time.monotonic() + seconds

    def send(self, data: bytes) -> None:
        self._line.settimeout(self._left())
        self._line.sendall(data)

    def answer(self) -> str:
        """Up to NUL, or to where it hangs up; one line that can be shown."""
        heard = b""
        while b"\0" not in heard and len(heard) < LONGEST_ANSWER:
            self._line.settimeout(self._left())
            try:
                more = self._line.recv(LONGEST_ANSWER)
            except ConnectionResetError:
                break
            if not more:
                break
            heard += more
        return display.one_line(heard.partition(b"\0")[0].decode("ascii", "replace"))

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextmanager
def _talk(scanner: Scanner, seconds: float) -> Iterator[_Talk]:
    address = scanner.address
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(seconds)
            line.connect(address)
            yield _Talk(line, seconds)
    except NotScanned:
        raise
    except TimeoutError as error:
        raise NotScanned(f"it was silent for {seconds:.0f} seconds. See whether clamd is at work.") from error
    except OSError as error:
        raise NotScanned(
            f"{error.strerror or type(error).__name__}. See whether clamd runs at the address in {FILE}."
        ) from error


def _is_of_this_machine(clamd: str) -> bool:
    if clamd.startswith("/"):
        return True
    host, _, port = clamd.rpartition(":")
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback and port.isdecimal() and 0 < int(port) < 65536
    except ValueError:
        return False
