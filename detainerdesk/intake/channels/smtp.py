"""A mail listener for what a fax server or a sender hands over by SMTP. In: mails to fixed addresses, each a station; out: 250 to the final dot,
within a second, and only when the mail's bytes, its row and its event are on the disk. A mail is written to the disk while it comes, so that little
is left to do at its end. It relays nothing and bounces nothing: what it can't take it refuses in the session, with 5xx for what will never do and 451
for what may do later."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import ssl
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiosmtpd import smtp
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from detainerdesk.intake import fault, receipts
from detainerdesk.intake.channels import callers
from detainerdesk.intake.door import LARGEST_MESSAGE, Envelope, Receipt, receive_all
from detainerdesk.intake.store import Arriving, Stored, StoreError, StoreFull
from detainerdesk.intake.syncpoint import reached

log = logging.getLogger(__name__)

CHANNEL = "mail"
NAME = "mail.eml"
REPLY_WITHIN = 0.7  # seconds from the final dot: security.md IN-5 allows one
MOST_SESSIONS = 32
MOST_MAILS = 4  # taken in at a time: more would only wait for the same disk
MOST_RECIPIENTS = 100
# How much of a mail is read at a time. No line of it is too long: RFC 5321 allows 1,000, and not every mail program keeps to it.
PIECE = 256 * 1024
IDLE = 300.0  # seconds; also the longest that one mail may take to arrive
A_MINUTE = 60.0


class ListenerError(ValueError):
    """The listener can't be set up like this; the message says what is missing."""


@dataclass(frozen=True)
class Recipient:
    """Whom an address stands for."""

    agency: str
    station: str


@dataclass(frozen=True)
class Listening:
    """How the listener is set up. With a certificate it offers STARTTLS, and insists on it if `tls_required`."""

    recipients: Mapping[str, Recipient]
    host: str = "127.0.0.1"
    port: int = 8025
    name: str = "localhost"
    certificate: Path | None = None
    key: Path | None = None
    tls_required: bool = False

    def __post_init__(self) -> None:
        if not self.recipients:
            raise ListenerError("No address is given: name at least one, with the station it stands for.")
        if self.tls_required and self.certificate is None:
            raise ListenerError("TLS is required and there is no certificate: name its file and the file of its key.")


async def serve(how: Listening, until: asyncio.Event, ready: Callable[[int], None] = lambda port: None) -> None:
    """Listens until it is told to stop; tells on which port. A mail that is being taken in then is taken in whole."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it writes addresses
    context = _tls(how)
    intake = _Intake(how)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Session(
            intake,
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname=how.name,
            ident="Detainer Desk",
            tls_context=context,
            require_starttls=how.tls_required,
            timeout=IDLE,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
        ),
        how.host,
        how.port,
    )
    try:
        ready(server.sockets[0].getsockname()[1])
        await until.wait()
    finally:
        server.close()
        await intake.finish()


def _tls(how: Listening) -> ssl.SSLContext | None:
    if how.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(how.certificate, how.key)
    except OSError as error:
        raise ListenerError(
            f"The certificate {how.certificate} and its key can't be used ({error}). Name two PEM files that belong together."
        ) from error
    return context


# ---- one session --------------------------------------------------------------------------------------------------


class MailRefused(ValueError):
    """This mail is never taken. `reply`: what its sender hears; `says`: what the channel's page says, if it is for us to know."""

    def __init__(self, reply: str, says: str = "") -> None:
        super().__init__(reply)
        self.reply, self.says = reply, says


class BareLineEnd(ValueError):
    """A command line with a CR or an LF alone: where it ends is a matter of opinion, and that is how mails are smuggled."""


class _Lines(asyncio.StreamReader):
    """Command lines end with CR LF. After one that does not, nothing more is read. A mail is read in pieces, not line by line as the library does:
    at 25 MB that alone would take longer than the reply may."""

    _refused = False

    async def readuntil(self, separator: Any = b"\n") -> bytes:
        if self._refused:
            raise asyncio.CancelledError
        line = await super().readuntil(separator)
        if separator == b"\n" and (not line.endswith(b"\r\n") or b"\r" in line[:-2]):
            self._refused = True
            raise BareLineEnd
        return line

    async def mail(self) -> AsyncIterator[bytes]:
        """The mail in pieces, up to the line with a dot alone, without the dots that were put before others (RFC 5321, 4.5.2). None ends inside of a
        line end."""
        self._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # so that the first line begins, and an empty mail ends, as any other
        end, held, ours, whole = b"\r\n.\r\n", b"", 2, False
        while not whole:
            try:
                piece, whole = (await self.readuntil(end)).removesuffix(b".\r\n"), True
            except asyncio.LimitOverrunError as error:
                piece = await self.readexactly(error.consumed)
            piece = held + piece
            held = b"" if whole else next((tail for tail in (b"\r\n", b"\r") if piece.endswith(tail)), b"")
            piece = piece[: len(piece) - len(held)].replace(b"\r\n.", b"\r\n")
            piece, ours = piece[ours:], max(0, ours - len(piece))
            if piece:
                yield piece


class _Session(smtp.SMTP):
    def __init__(self, intake: _Intake, **how: Any) -> None:
        super().__init__(intake, **how)
        self._intake = intake
        self._lines = _Lines(limit=PIECE, loop=self.loop)
        asyncio.StreamReaderProtocol.__init__(  # once more, with the stricter reader
            self, self._lines, client_connected_cb=self._cb_client_connected, loop=self.loop
        )

    async def _handle_client(self) -> None:
        sessions = self._intake.sessions
        if len(sessions) >= MOST_SESSIONS and self.transport is not None:
            await self.push("421 4.3.2 Too many connections. Try again later.")
            self.transport.close()
            return
        sessions.add(self)
        try:
            with suppress(ConnectionError):
                await super()._handle_client()
        finally:
            sessions.discard(self)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  the library finds it by this name
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say who it is for first.")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif self._intake.arriving >= MOST_MAILS:
            await self.push("451 4.3.2 Too many mails at once. Try again later.")
        else:
            self._intake.arriving += 1
            try:
                await self._take_mail(self.envelope)
            finally:
                self._intake.arriving -= 1
            reached("after smtp reply")

    async def _take_mail(self, envelope: smtp.Envelope) -> None:
        await self.push("354 End with a line that has a dot alone.")
        coming = _Coming()
        try:
            async for piece in self._lines.mail():
                await self._intake.add(coming, piece)
        except BaseException:
            self._intake.drop(coming)
            if self.transport is not None:
                self.transport.close()  # what still comes of the mail would be taken for commands
            raise
        self.envelope = smtp.Envelope()  # what was said of this mail is said; the next begins anew
        self._intake.answering += 1
        try:
            await self.push(await self._intake.take(self.session, envelope, coming))
        finally:
            self._intake.answering -= 1

    async def push(self, status: Any) -> None:
        if str(status).startswith("552"):
            self._intake.tell(f"A mail over {LARGEST_MESSAGE // 1024**2} MB was refused; its sender knows.")
        await super().push(status)

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, BareLineEnd):
            return "500 5.5.2 A line must end with CR LF. Goodbye."
        log.error("a mail session failed: %s", fault.where(error))
        return "451 4.3.0 A fault here. Try again later."


# ---- what it does with a mail -------------------------------------------------------------------------------------


class _Coming:
    """A mail on its way to the disk. Where something is wrong with it, the rest of it is heard and kept nowhere. Only if the line is cut may a piece
    still be written while it is dropped: so one thread at a time."""

    def __init__(self) -> None:
        self._bytes = Arriving()
        self._wrong: Exception | None = None
        self._one_at_a_time = threading.Lock()

    def add(self, piece: bytes) -> None:
        with self._one_at_a_time:
            if self._wrong is None:
                try:
                    _check(piece, self._bytes.size)
                    self._bytes.add(piece)
                except Exception as error:  # a fault of ours too: the sender hears of it at the end, as of any other
                    self._wrong = error
                    self._bytes.drop()

    def keep(self) -> tuple[Stored, bytes]:
        """What the store made of it, and how it begins. Or what is wrong with it."""
        if self._wrong is not None:
            raise self._wrong
        return self._bytes.keep(), self._bytes.head

    def drop(self) -> None:
        with self._one_at_a_time:
            self._bytes.drop()
            self._wrong = self._wrong or MailRefused("451 4.3.0 The mail broke off.")


@dataclass(eq=False)
class _Intake:
    """The hooks of the sessions, and what they share."""

    how: Listening
    sessions: set[_Session] = field(default_factory=set)
    arriving: int = 0
    answering: int = 0
    _taking: set[asyncio.Future[Any]] = field(default_factory=set)
    _told: dict[str, float] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MOST_MAILS, "smtp"))
    _writing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MOST_MAILS, "smtp arriving"))

    def __post_init__(self) -> None:
        self._stations = {address.casefold(): recipient for address, recipient in self.how.recipients.items()}

    async def handle_EHLO(  # noqa: N802
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope, name: str, offered: list[str]
    ) -> list[str]:
        session.host_name = name
        return [one for one in offered if not one.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope, address: str, options: list[str]
    ) -> str:
        if address.casefold() not in self._stations:
            return "550 5.1.1 No station has this address, and nothing is relayed here."
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients. Send the mail again for the others."
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def add(self, coming: _Coming, piece: bytes) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writing, coming.add, piece)

    def drop(self, coming: _Coming) -> None:
        """Not in the loop: a slow disk would hold up every session."""
        with suppress(RuntimeError):  # the listener has ended; what is left of this mail is cleared away in a day
            self._writing.submit(coming.drop)

    async def take(self, session: smtp.Session | None, envelope: smtp.Envelope, coming: _Coming) -> str:
        """The reply to the final dot."""
        recipients = tuple(dict.fromkeys(self._stations[address.casefold()] for address in envelope.rcpt_tos))
        sender = f"{envelope.mail_from} [{session.peer[0] if session and session.peer else 'unknown'}]"
        if len(self._taking) >= MOST_MAILS:
            self.drop(coming)
            return "451 4.3.2 The disk or the database is slow. Try again later."
        taking = asyncio.get_running_loop().run_in_executor(
            self._threads, _take, coming, recipients, sender, timezone.now()
        )
        self._taking.add(taking)
        taking.add_done_callback(self._done)
        return await self._reply(taking, recipients)

    async def _reply(self, taking: asyncio.Future[list[Receipt]], recipients: tuple[Recipient, ...]) -> str:
        """A mail that takes longer is taken all the same; when its sender tries again, it is known by its key."""
        try:
            got = await asyncio.wait_for(asyncio.shield(taking), REPLY_WITHIN)
        except TimeoutError:
            self.tell(
                "A mail could not be stored within a second: the disk or the database is slow. Its sender tries again."
            )
            return "451 4.3.1 The disk or the database is slow. Try again later."
        except MailRefused as refused:
            if refused.says:
                self.tell(refused.says)
            return refused.reply
        except StoreFull:
            self.tell("The disk is full: mails are put off, and their senders try again. Free some space.")
            return "451 4.3.1 No room is left on the disk. Try again later."
        except (StoreError, DatabaseError, InterfaceError):
            self.tell(
                "A mail could not be stored: the disk or the database failed. Its sender tries again. See the log."
            )
            return "451 4.3.0 The mail could not be stored. Try again later."
        except Exception:  # a fault of ours; `_done` has it in the log
            self.tell("The program failed at a mail. Its sender tries again. See the log.")
            return "451 4.3.0 A fault here. Try again later."
        return _accepted(got, recipients)

    def tell(self, says: str) -> None:
        """For the channel's page, the same words once a minute at most. If the database is why, the log has it."""
        log.warning("mail: %s", says)
        now = time.monotonic()
        if now - self._told.get(says, -A_MINUTE) >= A_MINUTE:
            self._told[says] = now
            asyncio.get_running_loop().run_in_executor(None, _note, says)

    async def finish(self) -> None:
        """What has arrived is answered, then every session ends; what is being stored is finished."""
        while self.answering:
            await asyncio.sleep(0.01)
        for session in tuple(self.sessions):
            if session.transport is not None:
                session.transport.close()
        self._threads.shutdown(wait=True)
        for _ in range(100):  # each that was cut drops what it had
            if self.sessions:
                await asyncio.sleep(0.01)
        self._writing.shutdown(wait=True)

    def _done(self, doing: asyncio.Future[Any]) -> None:
        self._taking.discard(doing)
        if not doing.cancelled() and (error := doing.exception()) and not isinstance(error, MailRefused):
            says = str(error) if isinstance(error, StoreError) else fault.where(error)
            log.error("a mail was not taken in and was not acknowledged: %s", says)


def _take(coming: _Coming, recipients: tuple[Recipient, ...], sender: str, received_at: datetime) -> list[Receipt]:
    """Through the door, for all its stations together: if one can't have it, none has."""
    reached("smtp mail whole")
    try:
        stored, head = coming.keep()
    finally:
        coming.drop()
    known = _names_itself(head)
    close_old_connections()
    try:
        envelopes = [
            Envelope(
                channel=CHANNEL,
                agency=recipient.agency,
                station=recipient.station,
                name=NAME,
                received_at=received_at,
                delivery=_key(stored.sha256, recipient) if known else f"{CHANNEL}:{uuid.uuid4().hex}",
                sender=callers.sender_of_mail(CHANNEL, recipient.agency, recipient.station, head, sender),
            )
            for recipient in recipients
        ]
        got = receive_all(stored, envelopes)
    finally:
        close_old_connections()
    reached("before smtp reply")
    return got


def _note(says: str) -> None:
    from detainerdesk.intake import lines  # it loads what draws and reads pages

    close_old_connections()
    try:
        with suppress(DatabaseError, InterfaceError):
            lines.fault(CHANNEL, says, timezone.now())
    finally:
        close_old_connections()


def _key(content: str, recipient: Recipient) -> str:
    """A client that got no answer sends the same bytes again, and a server on the way adds nothing when it tries again: the same message for the
    same station is the same delivery."""
    return f"{CHANNEL}:{hashlib.sha256(repr((content, recipient.agency, recipient.station)).encode()).hexdigest()}"


def _names_itself(head: bytes) -> bool:
    """Has it a Message-ID, perhaps on the line below? Without one, two mails of the same bytes may be two messages."""
    header = head.partition(b"\r\n\r\n")[0]
    return re.search(rb"(?im)^message-id:(?:[ \t]|\r\n(?=[ \t]))*<?[^\s<>]", header) is not None


def _check(piece: bytes, before: int) -> None:
    """A piece never ends inside of a line end, so it can be looked at by itself."""
    if before + len(piece) > LARGEST_MESSAGE:
        raise MailRefused("552 5.3.4 The mail is too large.")  # `push` tells
    if not piece.count(b"\r\n") == piece.count(b"\n") == piece.count(b"\r"):
        raise MailRefused(
            "554 5.6.0 A line of this mail ends with CR or LF alone. Send it with CR LF.",
            "A mail with a CR or LF alone was refused; its sender knows. Its mail program must send CR LF.",
        )


def _accepted(got: list[Receipt], recipients: tuple[Recipient, ...]) -> str:
    """With the sender's own numbers, where counsel turned them on."""
    told = [
        receipts.words(one.for_sender, recipient.agency, one.at)
        for one, recipient in zip(got, recipients, strict=True)
        if one.for_sender is not None
    ] or ["Stored."]
    return "\r\n".join([f"250-2.0.0 {words}" for words in told[:-1]] + [f"250 2.0.0 {told[-1]}"])
