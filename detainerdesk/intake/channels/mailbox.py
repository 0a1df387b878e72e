"""A mailbox into which a fax service puts faxes as mails, read by IMAP over TLS. In: the mailbox and the station it belongs to; out: the receipts
of this round. A mail is moved to another folder only after its receipt is on the disk, and is never deleted; if the connection or the power fails
in between, the next round knows the mail again by its UID and only moves it."""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from detainerdesk.intake import fault
from detainerdesk.intake.channels import callers
from detainerdesk.intake.door import LARGEST_MESSAGE, Envelope, EnvelopeError, Receipt, receive
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.store import StoreError
from detainerdesk.intake.syncpoint import around, reached

log = logging.getLogger(__name__)

CHANNEL = "mailbox"
NAME = "mail.eml"
NOTICE = "notice of a mail over 50 MB.eml"
WAIT = 60.0  # seconds for the server to answer
ROOM = 1024 * 1024  # what a server may say beside a mail
IMPLICIT_TLS = 993
HEADER = 64 * 1024


class MailboxError(OSError):
    """The mailbox can't be read now; the message says why. What was not taken stays in it for the next round."""


@dataclass(frozen=True)
class Mailbox:
    """One mailbox. Port 993 speaks TLS from the start, any other by STARTTLS; nothing is said before it. `authorities`: a file of
    certificates to trust instead of the system's. `by_token`: the password is an access token (OAuth 2), as the large providers want it. Names of
    folders are ASCII."""

    agency: str
    station: str
    host: str
    user: str
    password: str = field(repr=False)
    port: int = IMPLICIT_TLS
    folder: str = "INBOX"
    taken: str = "Taken"
    authorities: Path | None = None
    by_token: bool = False


@dataclass(frozen=True)
class _There:
    """A mail in the folder. `arrived`: when the mailbox got it (INTERNALDATE), which starts clocks."""

    uid: str
    size: int
    arrived: datetime


def poll_all(mailboxes: Iterable[Mailbox]) -> list[Receipt]:
    """One round through all of them. One that fails is noted on its channel's page, and the others go on."""
    receipts: list[Receipt] = []
    for mailbox in mailboxes:
        try:
            for receipt in poll(mailbox):
                receipts.append(receipt)  # one by one: what came before a failure counts
        except (MailboxError, StoreError) as error:
            _note(mailbox, (isinstance(error, OSError) and error.strerror) or str(error))
        except (DatabaseError, InterfaceError) as error:
            log.error("mailbox of station %r: %s", mailbox.station, fault.where(error))
            _note(
                mailbox, "The database failed. Mails stay in the mailbox and are taken in the next round. See the log."
            )
        except Exception as error:  # a fault of ours
            _note_fault(mailbox, error)
    return receipts


def poll(mailbox: Mailbox) -> Iterator[Receipt]:
    """Takes what is new, the oldest first, each receipt when its mail is stored; then puts away what was taken."""
    with _opened(mailbox) as imap:
        validity, count = _select(imap, mailbox)
        there = _there(imap) if count else []
        if len(there) < count:
            _note(
                mailbox,
                f"The mail server told of {len(there)} mails and has {count}. Look into the mailbox if it stays so.",
            )
        keys = {one: _key(mailbox, validity, one) for one in there}
        known = _known(keys.values())
        new = []
        for one, key in keys.items():
            if key not in known and (receipt := _take_or_note(imap, mailbox, one, key)):
                new.append(one)
                yield receipt
        moves = there != [] and _can_move(imap, mailbox)
        for one, key in keys.items():
            if one in new or (moves and key in known):
                _put_away(imap, mailbox, one.uid, moves)


def _take_or_note(imap: imaplib.IMAP4, mailbox: Mailbox, one: _There, key: str) -> Receipt | None:
    """A mail at which the program fails keeps no other waiting; where the server, the disk or the database fails, so would the next one."""
    try:
        return _take(imap, mailbox, one, key)
    except (MailboxError, OSError, imaplib.IMAP4.error, StoreError, DatabaseError, InterfaceError):
        raise
    except EnvelopeError as error:
        _note(mailbox, str(error))
    except Exception as error:
        _note_fault(mailbox, error)
    return None


def _take(imap: imaplib.IMAP4, mailbox: Mailbox, one: _There, key: str) -> Receipt | None:
    """None: somebody else has moved it meanwhile."""
    data = None
    if one.size <= LARGEST_MESSAGE:
        data = _fetch(imap, one.uid)
        if data is None:
            return None
    over = data is None or len(data) > LARGEST_MESSAGE
    if data is None or over:
        data = _notice(mailbox, one)
        _note(
            mailbox, f"A mail over {LARGEST_MESSAGE // 1024**2} MB was not taken in. A notice of it waits for a person."
        )
    reached("mailbox mail fetched")
    return receive(
        data,
        Envelope(
            channel=CHANNEL,
            agency=mailbox.agency,
            station=mailbox.station,
            name=NOTICE if over else NAME,
            received_at=min(one.arrived, timezone.now()),
            delivery=key,
            sender=callers.sender_of_mail(CHANNEL, mailbox.agency, mailbox.station, data[:HEADER]),
        ),
    )


def _put_away(imap: imaplib.IMAP4, mailbox: Mailbox, uid: str, moves: bool) -> None:
    """Moved, or, where the server can't, marked as read for people to see; what was taken is known by its key in either case."""
    with around("mailbox move"):
        try:
            if moves:
                answer, _ = imap.uid("MOVE", uid, _quoted(mailbox.taken))
            else:
                answer, _ = imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            answer = "BAD"
    if answer != "OK":
        _note(
            mailbox,
            f"A mail that was taken in could not be moved to {mailbox.taken}. Look whether the folder is there.",
        )


def _notice(mailbox: Mailbox, one: _There) -> bytes:
    """In place of a mail that is too large to take, so that a person hears of it."""
    where = f"the folder {mailbox.taken} (or {mailbox.folder}) of the mailbox of station {mailbox.station} at {mailbox.host}"
    words = (
        f"A mail of {one.size / 1024**2:.0f} MB arrived at {one.arrived:%Y-%m-%d %H:%M:%S} UTC, there under number {one.uid}. The limit is "
        f"{LARGEST_MESSAGE // 1024**2} MB, so it was not taken in. Nothing in it was read. It lies in {where}. Open it there, and upload the papers "
        "that it holds."
    )
    header = (
        f"From: Detainer Desk\r\nDate: {one.arrived:%d %b %Y %H:%M:%S} +0000\r\nSubject: A mail over the limit\r\n\r\n"
    )
    return (header + words + "\r\n").encode()


def _note_fault(mailbox: Mailbox, error: Exception) -> None:
    log.error("mailbox of station %r: %s", mailbox.station, fault.where(error))
    _note(mailbox, "The program failed at a mail. It stays in the mailbox and is tried in the next round. See the log.")


def _note(mailbox: Mailbox, says: str) -> None:
    """For the log and the channel's page."""
    from detainerdesk.intake import lines  # it loads what draws and reads pages

    log.error("mailbox of station %r: %s", mailbox.station, says)
    with suppress(DatabaseError, InterfaceError):
        lines.fault(CHANNEL, says, timezone.now(), agency=mailbox.agency, station=mailbox.station)


# ---- what is kept of it -------------------------------------------------------------------------------------------


def _key(mailbox: Mailbox, validity: str, one: _There) -> str:
    """A server gives a UID once while UIDVALIDITY stays; the moment of arrival tells also where a server was set back to a backup. If
    UIDVALIDITY changes, all is new: taken again, and joined by its bytes."""
    place = hashlib.sha256(repr((mailbox.host, mailbox.user, mailbox.folder)).encode()).hexdigest()[:32]
    return f"{CHANNEL}:{place}:{validity}:{one.uid}:{one.arrived.timestamp():.0f}"


def _known(keys: Iterable[str]) -> set[str]:
    every = list(keys)
    return {
        key
        for start in range(0, len(every), 500)
        for key in Transmission.objects.filter(delivery__in=every[start : start + 500]).values_list(
            "delivery", flat=True
        )
    }


# ---- the server ---------------------------------------------------------------------------------------------------


class _Bounded(imaplib.IMAP4):
    """Whatever a server announces, no more is read than a mail may have."""

    def read(self, size: int) -> bytes:
        if size > LARGEST_MESSAGE + ROOM:
            raise self.abort("the server announced more than was asked for")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    pass


@contextmanager
def _opened(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    """Signed in, and signed out at the end whatever happens. A broken connection becomes plain words."""
    trust = ssl.create_default_context(cafile=None if mailbox.authorities is None else str(mailbox.authorities))
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if mailbox.port == IMPLICIT_TLS:
            imap: imaplib.IMAP4 = _BoundedTls(mailbox.host, mailbox.port, ssl_context=trust, timeout=WAIT)
        else:
            imap = _Bounded(mailbox.host, mailbox.port, timeout=WAIT)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(
            f"The mail server {mailbox.host} can't be reached ({_why(error)}). Mails wait there."
        ) from error
    try:
        if mailbox.port != IMPLICIT_TLS:
            imap.starttls(trust)
        _sign_in(imap, mailbox)
        yield imap
    except (MailboxError, StoreError):
        raise
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(
            f"The mail server {mailbox.host} went away ({_why(error)}). What was not taken waits there for the next round."
        ) from error
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
        with suppress(OSError):
            imap.shutdown()


def _sign_in(imap: imaplib.IMAP4, mailbox: Mailbox) -> None:
    try:
        if mailbox.by_token:
            said = f"user={mailbox.user}\x01auth=Bearer {mailbox.password}\x01\x01".encode()
            imap.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
        else:
            imap.login(_quoted(mailbox.user), mailbox.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise MailboxError(
            f"The mail server {mailbox.host} lets nobody in with this user and password or token. Check both."
        ) from error


def _why(error: Exception) -> str:
    """Never the server's own words: they may repeat an address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, imaplib.IMAP4.error):
        return "the connection broke" if isinstance(error, imaplib.IMAP4.abort) else "it refused what was asked"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _select(imap: imaplib.IMAP4, mailbox: Mailbox) -> tuple[str, int]:
    """UIDVALIDITY, and how many mails are there."""
    answer, count = imap.select(_quoted(mailbox.folder))
    validity = imap.response("UIDVALIDITY")[1]
    if answer != "OK" or not validity or not isinstance(validity[0], bytes):
        raise MailboxError(
            f"The mail server {mailbox.host} has no folder {mailbox.folder} for this user. Name the right one."
        )
    return str(int(validity[0])), int(count[0] or 0)


def _can_move(imap: imaplib.IMAP4, mailbox: Mailbox) -> bool:
    if b"MOVE" not in b" ".join(imap.capability()[1]).upper().split():
        return False
    imap.create(_quoted(mailbox.taken))  # refused where it is there already
    return True


def _there(imap: imaplib.IMAP4) -> list[_There]:
    """All that is there, read by somebody or not, in the order of arrival."""
    found = []
    for line in imap.uid("FETCH", "1:*", "(UID RFC822.SIZE INTERNALDATE)")[1]:
        if not isinstance(line, bytes):
            continue
        uid, size = re.search(rb"\bUID (\d+)", line), re.search(rb"\bRFC822\.SIZE (\d+)", line)
        when = imaplib.Internaldate2tuple(line)
        if uid and size and when:
            found.append(_There(uid[1].decode(), int(size[1]), datetime.fromtimestamp(time.mktime(when), UTC)))
    return sorted(found, key=lambda one: int(one.uid))


def _fetch(imap: imaplib.IMAP4, uid: str) -> bytes | None:
    """The bytes, without marking the mail as read, and never more than one over the limit."""
    said: list[Any] = imap.uid("FETCH", uid, f"(UID BODY.PEEK[]<0.{LARGEST_MESSAGE + 1}>)")[1]
    for one, after in zip(said, [*said[1:], b""], strict=True):
        if isinstance(one, tuple) and (_is_of(one[0], uid) or (isinstance(after, bytes) and _is_of(after, uid))):
            return bytes(one[1])
    return None


def _is_of(line: bytes, uid: str) -> bool:
    """A server may tell of other mails in between."""
    return re.search(rb"\bUID %s\b" % uid.encode(), line) is not None


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
