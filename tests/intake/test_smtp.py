"""The mail listener over real sockets: who may be written to, what is kept, what a sender is told, and what happens when the line breaks. Mails and
people are fictional."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import smtplib
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import OperationalError, connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.intake import door, receipts, store
from detainerdesk.intake.channels import smtp
from detainerdesk.intake.channels.smtp import Listening, Recipient, serve
from detainerdesk.intake.models import ChannelFault, DetainerRequest, Document, Transmission
from detainerdesk.intake.syncpoint import KILL_AT
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.crash.orders import ROOT, Installation
from tests.intake.made import BOSTON
from tests.paperwork import draw, sample

pytestmark = pytest.mark.django_db(transaction=True)

D4 = "d4-fax@desk.example.gov"
B2 = "b2-fax@desk.example.gov"
STATIONS = {D4: Recipient(BOSTON, "D-4"), B2: Recipient(BOSTON, "B-2")}
HOW = Listening(STATIONS, port=0, name="desk.example.gov")
ERO = "fax@ero.example"
PATIENCE = 60.0  # seconds: what a starved machine may take where a test is about something else
OTHER = {
    "subject_name": "SILVA, Marcos",
    "subject_id": "555000222",
    "event_no": "BOS2603000002",
    "file_no": "A000 000 002",
    "dob": "07/04/1977",
}


# ---- parts of the tests -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def listening(how: Listening = HOW) -> Iterator[int]:
    """The listener, in a thread with a loop of its own; its port."""
    started, port, failed = threading.Event(), 0, None
    until: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    async def main() -> None:
        nonlocal until
        until = asyncio.get_running_loop(), asyncio.Event()

        def ready(at: int) -> None:
            nonlocal port
            port = at
            started.set()

        await serve(how, until[1], ready)

    def run() -> None:
        nonlocal failed
        try:
            asyncio.run(main())
        except BaseException as error:
            failed = error
        finally:
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        if failed is not None:
            raise failed
        yield port
    finally:
        if until is not None and thread.is_alive():
            until[0].call_soon_threadsafe(until[1].set)
        thread.join(PATIENCE)
    assert failed is None


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may be slow to store: only the tests that are about the second hold the listener to it."""
    if "puts_the_sender_off_within_a_second" not in request.node.name and "holds_up" not in request.node.name:
        monkeypatch.setattr(smtp, "REPLY_WITHIN", PATIENCE)


@pytest.fixture
def port() -> Iterator[int]:
    with listening() as at:
        yield at


class Client:
    """Says what a test wants it to say, byte for byte."""

    def __init__(self, port: int) -> None:
        self.socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._unread = b""
        self.greeting = self.answer()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> str:
        """One reply, of one line or several. Empty: the other side has hung up."""
        lines: list[bytes] = []
        while not lines or lines[-1][3:4] == b"-":
            while b"\n" not in self._unread:
                try:
                    more = self.socket.recv(65536)
                except ConnectionError:
                    more = b""
                if not more:
                    return ""
                self._unread += more
            line, _, self._unread = self._unread.partition(b"\n")
            lines.append(line.rstrip(b"\r"))
        return b"\n".join(lines).decode()

    def say(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return self.answer()

    def to_the_data(self, *addresses: str, sender: str = ERO) -> Client:
        assert self.say("EHLO fax.example").startswith("250")
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250")
        for address in addresses or (D4,):
            assert self.say(f"RCPT TO:<{address}>").startswith("250")
        assert self.say("DATA").startswith("354")
        return self

    def mail(self, data: bytes, *addresses: str) -> str:
        self.to_the_data(*addresses)
        return self.end(data)

    def end(self, data: bytes) -> str:
        self.send(re.sub(rb"(?m)^\.", b"..", data) + b".\r\n")
        return self.answer()

    def starttls(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)

    def cut(self) -> None:
        self.socket.close()


def fax(*papers: bytes, message_id: str = "<1@ero.example>") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"ERO <{ERO}>", D4, "Fax, FICTIONAL"
    if message_id:
        mail["Message-ID"] = message_id
    mail.set_content("Two pages from 555-0134.")
    for number, paper in enumerate(papers or (b"%PDF-1.7 one page, fictional",), 1):
        mail.add_attachment(paper, maintype="application", subtype="pdf", filename=f"fax {number}.pdf")
    mail.set_boundary("between-the-papers")
    return mail.as_bytes()


def certificate(folder: Path) -> tuple[Path, Path]:
    """For 127.0.0.1, signed by itself, of today."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.example.gov")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, key_file


def rows() -> list[tuple[int, str, str]]:
    return list(Transmission.objects.values_list("receipt", "station", "document"))


def files(data_folder: Path) -> list[Path]:
    return [file for file in data_folder.rglob("*") if file.is_file()]


class Held:
    """What the listener does at the end of a mail is held there until it is let go; `begun` says that it is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.let_go, real = threading.Event(), threading.Event(), store.Arriving.keep

        def keep(arriving: store.Arriving) -> store.Stored:
            self.begun.set()
            self.let_go.wait(PATIENCE)
            return real(arriving)

        monkeypatch.setattr(store.Arriving, "keep", keep)


def comes_to_hold(what: Any, seconds: float = PATIENCE) -> bool:
    ends = time.monotonic() + seconds
    while not what() and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(what())


# ---- what is kept -------------------------------------------------------------------------------------------------


def test_the_whole_mail_is_kept_as_it_was_sent_and_its_receipt_says_from_whom_and_when(port: int) -> None:
    before = timezone.now()
    mail = fax() + b".a line that begins with a dot\r\n"
    assert Client(port).mail(mail) == "250 2.0.0 Stored."
    row = Transmission.objects.get()
    assert store.get(row.document_id) == mail, "what is hashed is what the sender sent, without a line of ours"
    assert (row.channel, row.agency, row.station, row.name) == ("mail", BOSTON, "D-4", "mail.eml")
    assert row.sender == f"{ERO} [127.0.0.1]"
    assert before <= row.received_at <= timezone.now()
    assert row.document.type == "message/rfc822"
    (event,) = [entry.event for entry in ledger.entries() if entry.event.kind == "paper.received"]
    assert event.facts["channel"] == "mail"


def test_the_standard_librarys_client_is_understood(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        assert client.sendmail(ERO, [D4, B2], fax()) == {}
    assert [row[1] for row in rows()] == ["D-4", "B-2"]


def test_a_mail_without_a_return_address_is_taken(port: int) -> None:
    """Fax servers and bounces send MAIL FROM:<>."""
    client = Client(port).to_the_data(sender="")
    assert client.end(fax()).startswith("250")
    assert Transmission.objects.get().station == "D-4"


def test_an_address_is_known_in_capitals_too(port: int) -> None:
    assert Client(port).mail(fax(), D4.upper()).startswith("250")


def test_a_mail_to_two_stations_is_one_document_with_two_transmissions(port: int) -> None:
    assert Client(port).mail(fax(), D4, B2, D4).startswith("250")
    assert [row[:2] for row in rows()] == [(1, "D-4"), (2, "B-2")], "an address that is said twice is one"
    assert Document.objects.count() == 1


def test_two_mails_in_one_session_are_two_receipts(port: int) -> None:
    client = Client(port)
    assert client.mail(fax(b"%PDF-1.7 one")).startswith("250")
    assert client.mail(fax(b"%PDF-1.7 two", message_id="<2@ero.example>")).startswith("250")
    assert [row[0] for row in rows()] == [1, 2]


def test_rel_3_the_same_mail_sent_again_is_the_same_delivery(port: int) -> None:
    """Its sender had no answer, and sends again, perhaps by another way in."""
    assert Client(port).mail(fax()).startswith("250")
    assert Client(port).mail(fax()).startswith("250")
    assert len(rows()) == 1
    assert Client(port).mail(fax(), B2).startswith("250")
    assert [row[1] for row in rows()] == ["D-4", "B-2"], "to another station it is another delivery"


def test_rel_3_without_a_message_id_the_same_bytes_are_a_new_delivery_of_the_same_document(port: int) -> None:
    """Nobody can know whether the sender tries again or sends the same page twice."""
    mail = fax(message_id="")
    assert Client(port).mail(mail).startswith("250")
    assert Client(port).mail(mail).startswith("250")
    assert len(rows()) == 2
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "names_it"),
    [
        (b"Message-ID: <1@ero.example>", True),
        (b"message-id:<1@ero.example>", True),
        (b"Message-ID:\r\n <1@ero.example>", True),
        (b"Message-ID: \r\n\t \r\n <1@ero.example>", True),
        (b"Message-ID:", False),
        (b"Message-ID: \r\n ", False),
        (b"Message-ID: <>", False),
        (b"In-Reply-To: <1@ero.example>", False),
    ],
)
def test_a_message_id_without_a_value_is_none(said: bytes, names_it: bool) -> None:
    assert smtp._names_itself(said + b"\r\nSubject: Fax, FICTIONAL\r\n\r\nTwo pages.") is names_it


def test_a_message_id_in_the_text_of_a_mail_is_none(port: int) -> None:
    mail = fax(message_id="") + b"\r\nMessage-ID: <in the text>\r\n"
    for _ in range(2):
        assert Client(port).mail(mail).startswith("250")
    assert len(rows()) == 2


def test_a_sender_hears_its_own_number_where_counsel_turned_receipts_on(port: int) -> None:
    receipts.turn(BOSTON, True, actor="counsel")
    first = Client(port).mail(fax())
    assert re.fullmatch(
        rf"250 2\.0\.0 {BOSTON}: transmission 1 from you arrived \S+Z\. This says nothing of .*\.", first
    )
    assert Client(port).mail(fax()) == first, "asked again, the same answer"
    both = Client(port).mail(fax(message_id="<2@ero.example>"), D4, B2)
    assert [re.match(r"250[- ]2\.0\.0 \S+: transmission (\d)", line)[1] for line in both.splitlines()] == ["2", "3"]  # type: ignore[index]


def test_a_long_line_is_no_reason_to_refuse_a_fax(port: int) -> None:
    assert Client(port).mail(fax() + b"x" * 5000 + b"\r\n").startswith("250")


def test_nothing_of_a_mail_or_its_sender_stands_in_the_log(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="detainerdesk"), caplog.at_level(logging.INFO, logger="root"):
        Client(port).mail(fax())
        Client(port).say("EHLO DELACROIX.example")
        Client(port).mail(fax() + b"bare\nline\r\n")
    assert not re.search(r"ero\.example|d4-fax|DELACROIX|555-0134", caplog.text)


@settings(max_examples=300, deadline=None)
@given(
    content=st.lists(st.sampled_from([b"\r\n", b".", b"..", b"\n", b"\r", b"a", b"x" * 40]), max_size=40).map(b"".join),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    piece=st.sampled_from([1, 5, 16, 10_000]),
)
def test_in_whatever_pieces_a_mail_comes_it_is_the_mail_that_was_sent(
    content: bytes, cuts: list[int], piece: int
) -> None:
    """Dots put before dots are taken away, the first dot alone ends it, and what follows is left for the next command."""
    sent = content + b"\r\n" if content else b""

    async def all_of(pieces: AsyncIterator[bytes]) -> list[bytes]:
        return [one async for one in pieces]

    async def come() -> tuple[list[bytes], bytes]:
        lines = smtp._Lines(limit=piece)
        arriving = asyncio.create_task(all_of(lines.mail()))
        wire = (b"\r\n" + sent).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\nQUIT\r\n"
        at, size = 0, cycle(cuts)
        await asyncio.sleep(0)
        while at < len(wire):
            step = next(size)
            lines.feed_data(wire[at : at + step])
            at += step
            await asyncio.sleep(0)
        got = await arriving
        lines.feed_eof()
        return got, await lines.read()

    with ThreadPoolExecutor(1) as apart:  # in this thread a browser's loop may be running
        pieces, left = apart.submit(asyncio.run, come()).result()
    assert (b"".join(pieces), left) == (sent, b"QUIT\r\n")
    assert not any(one.endswith(b"\r") and after.startswith(b"\n") for one, after in pairwise(pieces)), (
        "what is said of a piece's line ends is true of the mail's"
    )


def test_two_faxes_in_one_mail_are_two_requests_in_the_end(port: int) -> None:
    """The whole way: the socket, the store, the child that opens the mail, the child that reads each paper, the requests."""
    papers = [draw("i247a", sample("i247a")), draw("i247a", sample("i247a", **OTHER))]
    before = timezone.now()
    assert Client(port).mail(fax(*papers)).startswith("250")
    understand_all()
    opened = DetainerRequest.objects.order_by("number")
    assert [one.subject_name for one in opened] == ["ANTONIO DELACROIX LUIS", "MARCOS SILVA"]
    assert all(before <= one.opened_at <= timezone.now() for one in opened), "the mail's arrival is theirs"


# ---- limits -------------------------------------------------------------------------------------------------------


def test_a_mail_over_50_megabytes_is_refused_before_it_is_sent_where_its_size_is_said(port: int) -> None:
    client = Client(port)
    assert "250-SIZE 52428800" in client.say("EHLO fax.example")
    assert client.say(f"MAIL FROM:<{ERO}> SIZE=52428801").startswith("552")
    assert client.say(f"MAIL FROM:<{ERO}> SIZE=52428800").startswith("250")
    assert comes_to_hold(ChannelFault.objects.exists)
    assert "over 50 MB" in ChannelFault.objects.get().says


def test_a_mail_over_50_megabytes_is_refused_at_its_end_where_its_size_was_not_said(port: int) -> None:
    client = Client(port).to_the_data()
    line = b"x" * 8190 + b"\r\n"
    for _ in range(52428800 // 8192 // 64 + 1):
        client.send(line * 64)
    client.send(b".\r\n")
    assert client.answer().startswith("552")
    assert rows() == []
    assert client.mail(fax()).startswith("250"), "the session goes on"


def test_more_sessions_or_mails_than_fit_are_put_off(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(smtp, "MOST_MAILS", 1)
    busy = Client(port).to_the_data()
    other = Client(port)
    other.say("EHLO b")
    other.say(f"MAIL FROM:<{ERO}>")
    other.say(f"RCPT TO:<{D4}>")
    assert other.say("DATA").startswith("451")
    assert busy.end(fax()).startswith("250")
    assert other.say("DATA").startswith("354"), "when the first is done there is room"
    monkeypatch.setattr(smtp, "MOST_SESSIONS", 2)
    third = Client(port)
    assert third.greeting.startswith("421")
    assert third.answer() == ""


# ---- a line that breaks (security.md REL-5) -----------------------------------------------------------------------

MESSAGE = fax()
STEPS = {
    "after EHLO": b"EHLO fax.example\r\n",
    "after MAIL": b"EHLO fax.example\r\nMAIL FROM:<fax@ero.example>\r\n",
    "after RCPT": b"EHLO fax.example\r\nMAIL FROM:<fax@ero.example>\r\nRCPT TO:<d4-fax@desk.example.gov>\r\n",
    "after DATA": b"EHLO fax.example\r\nMAIL FROM:<fax@ero.example>\r\nRCPT TO:<d4-fax@desk.example.gov>\r\nDATA\r\n",
}
STEPS["in the mail"] = STEPS["after DATA"] + MESSAGE[:200]
STEPS["before the dot"] = STEPS["after DATA"] + MESSAGE
STEPS["in the dot's line"] = STEPS["after DATA"] + MESSAGE + b"."


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("step", STEPS)
def test_rel_5_a_line_cut_before_the_final_dot_leaves_nothing_and_the_next_try_is_taken_once(
    step: str, hard: bool, port: int, data_folder: Path
) -> None:
    client = Client(port)
    for line in STEPS[step].splitlines(keepends=True):
        client.send(line)
    if hard:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.cut()
    assert comes_to_hold(lambda: not files(data_folder)), "what had come is gone"
    assert rows() == []
    assert Client(port).mail(MESSAGE).startswith("250")
    assert len(rows()) == 1


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_rel_5_a_line_cut_after_the_final_dot_keeps_the_mail_and_the_next_try_is_the_same_delivery(
    hard: bool, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dot came, the reply can't be given."""
    held = Held(monkeypatch)
    client = Client(port).to_the_data()
    client.send(MESSAGE + b".\r\n")
    assert held.begun.wait(PATIENCE)
    if hard:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.cut()
    held.let_go.set()
    assert comes_to_hold(Transmission.objects.exists)
    assert Client(port).mail(MESSAGE).startswith("250")
    assert len(rows()) == 1


def test_rel_5_a_full_disk_puts_the_sender_off_and_the_next_try_is_taken(
    port: int, monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    def no_room(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    client = Client(port)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_room)
        assert client.mail(MESSAGE) == "451 4.3.1 No room is left on the disk. Try again later."
    assert rows() == []
    assert files(data_folder) == []
    assert client.mail(MESSAGE).startswith("250")
    assert len(rows()) == 1
    assert comes_to_hold(ChannelFault.objects.exists)
    assert "disk is full" in ChannelFault.objects.get().says


def test_rel_5_an_error_of_the_disk_puts_the_sender_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    assert Client(port).mail(MESSAGE).startswith("451")
    monkeypatch.undo()
    assert rows() == []


LOCK = 30.0  # seconds for which the database waits for its lock


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Another program has the database's lock."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


def off_within(client: Client, message: bytes) -> float:
    """Seconds from the final dot to the answer that puts the sender off."""
    client.send(message + b".\r\n")
    dot = time.monotonic()
    assert client.answer().startswith("451")
    return time.monotonic() - dot


def test_rel_5_a_locked_database_puts_the_sender_off_within_a_second_and_nothing_is_taken_twice(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the lock is held, for which the database would wait 30 seconds. A machine that others starve may stretch any second: the best of three."""
    with locked():
        took = [off_within(Client(port).to_the_data(), MESSAGE) for _ in range(3)]
    assert min(took) < 1.0
    assert max(took) < LOCK / 2, "none waits for the lock"
    assert comes_to_hold(Transmission.objects.exists), "what was begun is finished when the lock is gone"
    monkeypatch.setattr(smtp, "REPLY_WITHIN", PATIENCE)
    assert comes_to_hold(lambda: Client(port).mail(MESSAGE).startswith("250"))
    assert len(rows()) == 1


def test_rel_5_a_database_that_stays_locked_holds_up_no_other_session(port: int) -> None:
    with locked():
        clients = [Client(port).to_the_data() for _ in range(smtp.MOST_MAILS)]
        took = [off_within(client, fax(message_id=f"<{n}@ero.example>")) for n, client in enumerate(clients)]
        took += [off_within(Client(port).to_the_data(), fax(message_id=f"<more {n}@ero.example>")) for n in range(5)]
    assert sorted(took)[len(took) // 2] < 1.0
    assert max(took) < LOCK / 2
    assert comes_to_hold(lambda: Transmission.objects.count() == smtp.MOST_MAILS), "the others were never begun"


@pytest.mark.parametrize("message", [MESSAGE, fax(message_id="")], ids=["with a Message-ID", "without"])
def test_rel_5_of_two_stations_either_both_are_acknowledged_or_none(
    message: bytes, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = door._record, []

    def second_fails(*what: Any) -> Any:
        calls.append(what)
        if len(calls) == 2:
            raise OperationalError("database or disk is full")
        return real(*what)

    monkeypatch.setattr(door, "_record", second_fails)
    client = Client(port)
    assert client.mail(message, D4, B2).startswith("451")
    assert rows() == []
    assert client.mail(message, D4, B2).startswith("250")
    assert [row[:2] for row in rows()] == [(1, "D-4"), (2, "B-2")]


def test_rel_5_a_mail_that_is_being_taken_in_when_the_listener_stops_is_taken_in_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held(monkeypatch)
    with listening() as at:
        client = Client(at).to_the_data()
        client.send(MESSAGE + b".\r\n")
        assert held.begun.wait(PATIENCE)
        threading.Timer(0.3, held.let_go.set).start()
    assert client.answer().startswith("250")
    assert len(rows()) == 1


# ---- a large mail -------------------------------------------------------------------------------------------------

MEGABYTE = (b"x" * 1022 + b"\r\n") * 1024


def test_in_5_what_has_come_of_a_mail_is_on_the_disk_before_its_end(port: int, data_folder: Path) -> None:
    """So that the last dot waits for little: a large mail is neither held in memory nor written all at its end."""
    client = Client(port).to_the_data()
    client.send(MESSAGE)
    for _ in range(20):
        client.send(MEGABYTE)
    assert comes_to_hold(lambda: sum(file.stat().st_size for file in files(data_folder)) >= 19 * len(MEGABYTE))
    assert rows() == []
    client.send(b".\r\n")
    assert client.answer().startswith("250")
    assert Transmission.objects.get().document.size == len(MESSAGE) + 20 * len(MEGABYTE)
    assert [file.name for file in files(data_folder)] == [hashlib.sha256(MESSAGE + 20 * MEGABYTE).hexdigest()]


def test_in_5_a_fault_while_a_mail_comes_is_told_at_its_end_and_no_line_of_it_is_taken_for_a_command(
    port: int, monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    client = Client(port).to_the_data()
    with monkeypatch.context() as patch:
        patch.setattr(store.Arriving, "add", lambda arriving, piece: 1 / 0)
        client.send(MEGABYTE + b"RSET\r\n" + MEGABYTE)
        assert client.end(MESSAGE).startswith("451")
    assert files(data_folder) == []
    assert client.mail(MESSAGE).startswith("250"), "the session goes on"
    assert comes_to_hold(ChannelFault.objects.exists), "and the channel's page says it"
    assert "The program failed at a mail" in ChannelFault.objects.get().says


def test_in_5_four_large_mails_at_once_are_each_acknowledged_within_a_second(port: int) -> None:
    """From the final dot, all four sent in the same moment. A machine that others starve may stretch any second: the best of three."""
    slowest = []
    for again in range(3):
        clients = [Client(port).to_the_data() for _ in range(smtp.MOST_MAILS)]
        for n, client in enumerate(clients):
            client.send(fax(message_id=f"<{n} {again}@ero.example>"))
            for _ in range(49):
                client.send(MEGABYTE)
        with ThreadPoolExecutor(len(clients)) as senders:
            slowest.append(max(senders.map(acknowledged_within, clients)))
        if slowest[-1] < 1.0:
            break
    assert min(slowest) < 1.0, slowest
    assert len(rows()) == len(slowest) * smtp.MOST_MAILS


def acknowledged_within(client: Client) -> float:
    client.send(b".\r\n")
    dot = time.monotonic()
    assert client.answer().startswith("250")
    return time.monotonic() - dot


# ---- kill -9 ------------------------------------------------------------------------------------------------------

LISTENER = """
import asyncio, os, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from detainerdesk.intake.channels import smtp
from detainerdesk.intake.channels.smtp import Listening, Recipient, serve
smtp.REPLY_WITHIN = 60.0  # where it is killed is the question here, not how fast a busy machine is
stations = {"d4-fax@desk.example.gov": Recipient("us-ma-boston/police", "D-4"), "b2-fax@desk.example.gov": Recipient("us-ma-boston/police", "B-2")}
async def main():
    await serve(Listening(stations, port=0), asyncio.Event(), lambda port: print(port, flush=True))
asyncio.run(main())
"""


@contextlib.contextmanager
def process(data: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The listener in a process of its own, on an installation of its own; its port."""
    running = subprocess.Popen(
        [sys.executable, "-c", LISTENER],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings",
            "DETAINERDESK_DATA": str(data),
            **environment,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        yield running, int(running.stdout.readline())
    finally:
        running.kill()
        running.communicate()


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    warm = Installation()
    yield warm
    warm.close()


KILLED_AT = {
    "smtp mail whole": 0,
    "after store fsync of the file": 0,
    "before receive commits": 0,
    "after receive committed": 2,
    "before smtp reply": 2,
    "after smtp reply": 2,
}


@pytest.mark.parametrize("point", KILLED_AT)
def test_rel_5_killed_anywhere_before_the_reply_the_next_try_makes_it_whole_once(
    point: str, installation: Installation, tmp_path: Path
) -> None:
    """A mail to two stations. What was answered is there; what is sent again is there once."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    installation.done("prepare", data)
    with process(data, **{KILL_AT: f"{point}:1"}) as (running, at):
        answer = Client(at).mail(MESSAGE, D4, B2)
        running.wait(PATIENCE)
    assert running.returncode == -9
    assert answer[:3] in (("250", "") if point == "after smtp reply" else ("",))
    assert len(installation.done("look", data)["receipts"]) == KILLED_AT[point]
    with process(data) as (_, at):
        assert Client(at).mail(MESSAGE, D4, B2).startswith("250")
    found = installation.done("look", data)
    assert [(row[0], row[2]) for row in found["receipts"]] == [(1, "D-4"), (2, "B-2")]
    assert found["files"] == [[hashlib.sha256(MESSAGE).hexdigest(), True]]
    assert len(found["received events"]) == 2
    assert found["indexes"] == list(range(len(found["indexes"])))
    assert installation.done("verify", data)["ok"]


def test_a_listener_without_an_address_or_with_a_bad_certificate_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(smtp.ListenerError, match="name at least one"):
        replace(HOW, recipients={})
    with pytest.raises(smtp.ListenerError, match="no certificate"):
        replace(HOW, tls_required=True)
    with (
        pytest.raises(smtp.ListenerError, match="two PEM files"),
        listening(replace(HOW, certificate=tmp_path / "none.pem", key=tmp_path / "none.pem")),
    ):
        pass


# ---- the command --------------------------------------------------------------------------------------------------


def test_the_command_listens_as_mail_json_says_and_stops_when_it_is_told(
    installation: Installation, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    installation.done("prepare", data)
    recipients = [{"address": D4, "agency": BOSTON, "station": "D-4"}]
    (data / "mail.json").write_text(json.dumps({"listener": {"port": 0, "recipients": recipients}}))
    running = subprocess.Popen(
        [sys.executable, "-m", "detainerdesk", "listen", "--data", str(data)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        said = running.stdout.readline()
        at = re.search(r"Mails for 1 address are taken in at 127\.0\.0\.1:(\d+) \(no TLS\)", said)
        assert at, said
        assert comes_to_hold(lambda: Client(int(at[1])).mail(MESSAGE).startswith("250")), "put off, it is sent again"
        running.terminate()
        assert running.wait(PATIENCE) == 0
    finally:
        running.kill()
        running.communicate()
    sha256 = hashlib.sha256(MESSAGE).hexdigest()
    assert (data / "documents" / sha256[:2] / sha256).read_bytes() == MESSAGE
