"""The mailbox poller against a real IMAP server (pymap) over real sockets and TLS: a mail moves only after its receipt, is taken once whatever
breaks, and is never deleted. Mails and people are fictional."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import imaplib
import json
import logging
import os
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from detainerdesk.cli.listening import NO_MAILBOX, read_file, refuse_plain
from detainerdesk.cli.told import BadInput
from detainerdesk.intake import store
from detainerdesk.intake.channels import callers, mailbox
from detainerdesk.intake.channels.mailbox import Mailbox, MailboxError, poll, poll_all
from detainerdesk.intake.models import ChannelFault, Document, Transmission
from detainerdesk.intake.reading.child import open_mail_in_child
from detainerdesk.intake.reading.mail import Mail
from detainerdesk.intake.syncpoint import KILL_AT
from detainerdesk.law import Edition, load
from tests.crash.orders import ROOT, Installation
from tests.intake.made import BOSTON
from tests.intake.test_smtp import HOW, certificate, comes_to_hold, fax

pytestmark = pytest.mark.django_db

USER, PASSWORD = "d4-fax", 'a "quoted\\" word'
MAIN = "from pymap.main import main; main()"
ARRIVED = datetime(2026, 3, 3, 6, 52, 5, tzinfo=UTC)


# ---- parts of the tests -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A real IMAP server, with one user."""

    port: int
    certificate: Path
    key: Path
    tls: bool = True

    @cached_property
    def client(self) -> imaplib.IMAP4:
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        if self.tls:
            imap.starttls(ssl.create_default_context(cafile=str(self.certificate)))
        imap.login(USER, PASSWORD)
        return imap


@contextlib.contextmanager
def serving(folder: Path, *, tls: bool = True) -> Iterator[Server]:
    certificate_file, key = certificate(folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with_tls = ["--cert", str(certificate_file), "--key", str(key)] if tls else ["--no-tls"]
    user = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    running = subprocess.Popen(
        [sys.executable, "-c", MAIN, "--host", "127.0.0.1", "--port", str(port), *with_tls, *user],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _started(Server(port, certificate_file, key, tls))
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as started:
        yield started


def _started(server: Server) -> Server:
    ends = time.monotonic() + 30
    while True:
        try:
            assert server.client.noop()[0] == "OK"
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return server


_numbers = count(1)


@dataclass(frozen=True)
class Box:
    """A folder of its own for each test, and where its mails go."""

    server: Server
    mailbox: Mailbox

    def gets(self, data: bytes, arrived: datetime = ARRIVED, flags: str = "") -> None:
        when = f'"{arrived:%d-%b-%Y %H:%M:%S +0000}"'
        answer, said = self.server.client.append(self.mailbox.folder, flags, when, data)
        assert answer == "OK", said

    def holds(self, folder: str = "") -> list[tuple[bytes, bool]]:
        """The mails of a folder, and whether each is marked as read."""
        imap = self.server.client
        if imap.select(folder or self.mailbox.folder, readonly=True)[0] != "OK":
            return []
        said = imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")[1]
        imap.close()
        tails = [*said[1:], b""]
        return [
            (one[1], b"\\Seen" in one[0] + (after if isinstance(after, bytes) else b""))
            for one, after in zip(said, tails, strict=True)
            if isinstance(one, tuple)
        ]

    def taken(self) -> list[tuple[bytes, bool]]:
        return self.holds(self.mailbox.taken)


@pytest.fixture
def box(server: Server) -> Box:
    return box_on(server)


def box_on(server: Server) -> Box:
    number = next(_numbers)
    made = Mailbox(
        agency=BOSTON,
        station="D-4",
        host="127.0.0.1",
        user=USER,
        password=PASSWORD,
        port=server.port,
        folder=f"Faxes-{number}",
        taken=f"Taken-{number}",
        authorities=server.certificate,
    )
    server.client.create(made.folder)
    return Box(server, made)


@contextlib.contextmanager
def wire(to: int, *, breaks_after: int | None = None, tls: Server | None = None) -> Iterator[int]:
    """A line to the server that breaks after so many bytes from it, or that speaks TLS from the start; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_ends: list[socket.socket] = []

    def carry() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", to))
                if tls is not None:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(tls.certificate, tls.key)
                    near = context.wrap_socket(near, server_side=True)
                open_ends.extend((near, far))
                threading.Thread(target=pump, args=(near, far, None), daemon=True).start()
                threading.Thread(target=pump, args=(far, near, breaks_after), daemon=True).start()

    def pump(source: socket.socket, sink: socket.socket, left: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data if left is None else data[:left])
                if left is not None and (left := left - len(data)) <= 0:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    carrying = threading.Thread(target=carry, daemon=True)
    carrying.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        carrying.join(20)
        for end in open_ends:
            end.close()


# ---- taking -------------------------------------------------------------------------------------------------------


def test_a_mail_is_taken_as_it_lies_there_and_moved_unread(box: Box) -> None:
    mail = fax()
    box.gets(mail)
    (receipt,) = poll(box.mailbox)
    row = Transmission.objects.get()
    assert (row.receipt, row.channel, row.station, row.name) == (receipt.number, "mailbox", "D-4", "mail.eml")
    assert store.get(row.document_id) == mail
    assert row.document.type == "message/rfc822"
    assert box.holds() == []
    assert box.taken() == [(mail, False)], "moved, not deleted, and not marked as read by us"


def test_when_it_came_to_the_mailbox_starts_clocks(box: Box) -> None:
    box.gets(fax())
    box.gets(fax(message_id="<2@ero.example>"), arrived=timezone.now() + timedelta(days=2))
    list(poll(box.mailbox))
    first, second = Transmission.objects.all()
    assert first.received_at == ARRIVED
    assert second.received_at <= timezone.now(), "a mailbox whose clock is ahead puts nothing into the future"


def test_the_oldest_is_taken_first_and_an_empty_mailbox_is_no_fault(box: Box) -> None:
    assert list(poll(box.mailbox)) == []
    mails = [fax(b"%PDF-1.7 " + b"x" * number) for number in range(12)]
    for mail in mails:
        box.gets(mail)
    assert [receipt.number for receipt in poll(box.mailbox)] == list(range(1, 13))
    assert [store.get(row.document_id) for row in Transmission.objects.all()] == mails
    assert list(poll(box.mailbox)) == []


def test_a_mail_that_somebody_has_read_is_taken_all_the_same(box: Box) -> None:
    box.gets(fax(), flags=r"(\Seen)")
    assert len(list(poll(box.mailbox))) == 1


def test_the_same_mail_put_there_twice_is_two_deliveries_of_one_document(box: Box) -> None:
    box.gets(fax())
    box.gets(fax())
    assert len(list(poll(box.mailbox))) == 2
    assert Document.objects.count() == 1


def test_a_server_that_cannot_move_marks_what_was_taken_and_takes_nothing_twice(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_can_move", lambda *_: False)
    box.gets(fax())
    assert len(list(poll(box.mailbox))) == 1
    assert box.holds() == [(fax(), True)]
    assert list(poll(box.mailbox)) == []
    box.gets(fax(message_id="<2@ero.example>"))
    assert len(list(poll(box.mailbox))) == 1


def test_a_mailbox_that_was_made_anew_is_taken_anew(box: Box) -> None:
    """UIDVALIDITY changes, UIDs begin again: the key of an earlier mail must not hide a new one."""
    box.gets(fax())
    list(poll(box.mailbox))
    box.server.client.delete(box.mailbox.folder)
    box.server.client.create(box.mailbox.folder)
    box.gets(fax(b"%PDF-1.7 another"))
    assert len(list(poll(box.mailbox))) == 1
    assert Transmission.objects.count() == 2


def test_a_server_set_back_to_a_backup_may_give_a_uid_again_and_the_new_mail_is_taken() -> None:
    there = mailbox._There("7", 1000, ARRIVED)
    box = Mailbox(BOSTON, "D-4", "imap.example", USER, PASSWORD)
    later = replace(there, arrived=ARRIVED + timedelta(hours=1))
    assert mailbox._key(box, "1", there) == mailbox._key(box, "1", replace(there))
    assert mailbox._key(box, "1", there) != mailbox._key(box, "1", later)


# ---- limits -------------------------------------------------------------------------------------------------------


def test_in_2_a_mail_over_the_limit_is_not_taken_a_notice_of_it_waits_for_a_person(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "LARGEST_MESSAGE", 2 * 1024 * 1024)
    large = fax(b"%PDF-1.7" + b"x" * 3 * 1024 * 1024)
    box.gets(large)
    box.gets(fax())
    assert len(list(poll(box.mailbox))) == 2, "those behind it go on"
    notice = Transmission.objects.order_by("receipt")[0]
    assert notice.name == "notice of a mail over 50 MB.eml"
    assert notice.received_at == ARRIVED
    opened = open_mail_in_child(store.path(notice.document_id))
    assert isinstance(opened, Mail)
    (text,) = opened.parts
    assert re.search(r"A mail of 4 MB arrived at 2026-03-03 06:52:05 UTC.*Taken-\d+.*D-4.*upload", text.data.decode())
    assert [mail for mail, _ in box.taken()] == [large, fax()], "it is kept, whole, where it can be opened"
    assert "over 2 MB was not taken in" in ChannelFault.objects.get().says


def test_two_mails_over_the_limit_that_came_in_one_second_have_two_notices() -> None:
    """Of the same size too: a notice like one that was settled would be seen by nobody."""
    box = Mailbox(BOSTON, "D-4", "imap.example", USER, PASSWORD)
    large = mailbox._There("7", 60 * 1024**2, ARRIVED)
    words = [mailbox._notice(box, one).partition(b"\r\n\r\n")[2] for one in (large, replace(large, uid="8"))]
    assert words[0] != words[1]
    assert words[0] == mailbox._notice(box, replace(large)).partition(b"\r\n\r\n")[2]


def test_a_server_that_sends_more_than_was_asked_for_is_hung_up_on(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "ROOM", 0)
    monkeypatch.setattr(mailbox, "LARGEST_MESSAGE", 100)
    monkeypatch.setattr(mailbox, "_fetch", lambda imap, uid: imap.uid("FETCH", uid, "(UID BODY.PEEK[])")[1][0][1])
    monkeypatch.setattr(mailbox, "_there", lambda imap: [mailbox._There("101", 10, ARRIVED)])
    box.gets(fax())
    with pytest.raises(MailboxError, match="connection broke"):
        list(poll(box.mailbox))
    assert not Transmission.objects.exists()


# ---- what breaks --------------------------------------------------------------------------------------------------


def test_rel_1_a_mail_stays_where_it_is_until_its_receipt_is_on_the_disk(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.gets(fax())
    with monkeypatch.context() as patch:
        patch.setattr(store, "put", lambda data: (_ for _ in ()).throw(store.StoreFull(28, "No room is left")))
        assert poll_all([box.mailbox]) == []
    assert len(box.holds()) == 1
    assert box.taken() == []
    assert ChannelFault.objects.get().says == "No room is left"
    assert len(poll_all([box.mailbox])) == 1
    assert len(box.taken()) == 1


def test_rel_1_a_crash_between_receipt_and_move_makes_no_second_receipt(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.gets(fax())
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "_put_away", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list(poll(box.mailbox))
    assert Transmission.objects.count() == 1
    assert list(poll(box.mailbox)) == []
    assert Transmission.objects.count() == 1
    assert len(box.taken()) == 1


@pytest.mark.parametrize("after", [0, 1500, 2500, 5000, 40_000, 120_000])
def test_rel_5_a_line_that_breaks_anywhere_is_taken_up_again_and_each_mail_is_taken_once(after: int, box: Box) -> None:
    mails = [fax(os.urandom(30_000)), fax(os.urandom(60_000))]
    for mail in mails:
        box.gets(mail)
    with wire(box.server.port, breaks_after=after) as port:
        before = poll_all([replace(box.mailbox, port=port)])
    assert len(before) < 2 or ChannelFault.objects.count() == 0
    for document in Document.objects.all():
        assert store.get(document.sha256) in mails, "never half a mail"
    assert poll_all([box.mailbox]) is not None
    assert [store.get(row.document_id) for row in Transmission.objects.order_by("receipt")] == mails
    assert [mail for mail, _ in box.taken()] == mails
    assert box.holds() == []


def test_one_mailbox_that_fails_does_not_stop_the_others(box: Box) -> None:
    box.gets(fax())
    away = replace(box.mailbox, port=1, station="B-2")
    assert len(poll_all([away, box.mailbox])) == 1
    assert poll_all([away]) == []
    fault = ChannelFault.objects.get()  # said twice, noted once
    assert (fault.channel, fault.station) == ("mailbox", "B-2")
    assert "can't be reached (Connection refused)" in fault.says


@pytest.mark.parametrize("error", [imaplib.IMAP4.error, imaplib.IMAP4.abort], ids=["BAD", "hangs up"])
def test_a_server_that_breaks_at_a_move_keeps_no_later_mail_waiting(
    error: type[Exception], box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy before it offers what it can't do."""
    real = imaplib.IMAP4.uid

    def uid(imap: imaplib.IMAP4, command: str, *what: str) -> Any:
        if command == "MOVE":
            raise error("UID command error")
        return real(imap, command, *what)

    mails = [fax(message_id=f"<{n}@ero.example>") for n in range(3)]
    for mail in mails:
        box.gets(mail)
    with monkeypatch.context() as patch:
        patch.setattr(imaplib.IMAP4, "uid", uid)
        assert [len(poll_all([box.mailbox])) for _ in range(2)] == [3, 0]
    assert [store.get(row.document_id) for row in Transmission.objects.order_by("receipt")] == mails
    says = "could not be moved to Taken" if error is imaplib.IMAP4.error else "the connection broke"
    assert says in ChannelFault.objects.get().says
    assert poll_all([box.mailbox]) == []
    assert [mail for mail, _ in box.taken()] == mails


def test_a_fault_of_ours_at_a_mail_stops_no_other_mailbox_and_names_nobody(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = callers.sender_of_mail

    def fails(channel: str, agency: str, station: str, head: bytes) -> str:
        if station == "B-2":
            raise TypeError("Luis")
        return real(channel, agency, station, head)

    monkeypatch.setattr(callers, "sender_of_mail", fails)
    box.gets(fax())
    assert len(poll_all([replace(box.mailbox, station="B-2"), box.mailbox])) == 1
    assert ChannelFault.objects.get().station == "B-2"
    assert "Luis" not in ChannelFault.objects.get().says + caplog.text


def test_a_wrong_password_a_missing_folder_and_a_foreign_certificate_are_said_and_name_nobody(
    box: Box, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other, _ = certificate(tmp_path)
    wrong = [
        replace(box.mailbox, password="no"),
        replace(box.mailbox, folder="Elsewhere"),
        replace(box.mailbox, authorities=other),
    ]
    with caplog.at_level(logging.DEBUG):
        assert poll_all(wrong) == []
    said = " ".join(ChannelFault.objects.values_list("says", flat=True))
    assert "lets nobody in" in said
    assert "no folder Elsewhere" in said
    assert "certificate is not to be trusted" in said
    assert USER not in said + caplog.text
    assert PASSWORD not in said + caplog.text + repr(box.mailbox)


def test_the_password_is_never_said_in_plain() -> None:
    """A server, or somebody on the line, that offers no TLS hears nothing of it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def plain() -> None:
            line, _ = listener.accept()
            line.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
            with line, line.makefile("rb") as lines:
                for said in lines:
                    heard.append(said)
                    line.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + said.split()[0] + b" OK done\r\n")

        serving = threading.Thread(target=plain, daemon=True)
        serving.start()
        port = listener.getsockname()[1]
        with pytest.raises(MailboxError):
            list(poll(Mailbox(BOSTON, "D-4", "127.0.0.1", USER, PASSWORD, port=port)))
        serving.join(20)
    assert heard
    assert b"LOGIN" not in b"".join(heard)


def test_a_provider_that_wants_a_token_gets_it_inside_tls_and_never_a_password(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server to be had speaks XOAUTH2 without its provider: this one listens to how it is said (as Google's and Microsoft's pages have it)."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def provider() -> None:
            line, _ = listener.accept()
            line.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
            with line, line.makefile("rb") as lines:
                for said in lines:
                    heard.append(said)
                    tag, _, command = said.partition(b" ")
                    if command.startswith(b"AUTHENTICATE"):
                        line.sendall(b"+ \r\n")
                        heard.append(lines.readline())
                        line.sendall(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                        heard.append(lines.readline())
                        line.sendall(tag + b" NO AUTHENTICATE failed\r\n")
                    else:
                        line.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")

        serving = threading.Thread(target=provider, daemon=True)
        serving.start()
        with wire(listener.getsockname()[1], tls=server) as port:
            monkeypatch.setattr(mailbox, "IMPLICIT_TLS", port)
            made = Mailbox(
                BOSTON, "D-4", "127.0.0.1", USER, "a.token", port, authorities=server.certificate, by_token=True
            )
            with pytest.raises(MailboxError, match="password or token"):
                list(poll(made))
        serving.join(20)
    words = b"".join(heard)
    assert b"AUTHENTICATE XOAUTH2\r\n" in words
    assert base64.b64encode(f"user={USER}\x01auth=Bearer a.token\x01\x01".encode()) + b"\r\n" in words
    assert b"LOGIN" not in words


def test_on_port_993_tls_is_spoken_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, tls=False) as plain, wire(plain.port, tls=plain) as port:
        monkeypatch.setattr(mailbox, "IMPLICIT_TLS", port)
        box = box_on(plain)
        box.gets(fax())
        assert len(list(poll(replace(box.mailbox, port=port)))) == 1
        assert box.taken() == [(fax(), False)]


# ---- kill -9, and the command -------------------------------------------------------------------------------------

POLLER = """
import json, os, sys
from pathlib import Path
from typing import Any
import django
django.setup()
from detainerdesk.intake.channels.mailbox import Mailbox, poll_all
said = json.loads(sys.argv[1])
poll_all([Mailbox(**{**said, "authorities": Path(said["authorities"])}, password=os.environ["PASSWORD"])])
"""


def run_poller(box: Box, data: Path, **environment: str) -> int:
    said = {name: getattr(box.mailbox, name) for name in Mailbox.__dataclass_fields__ if name != "password"}
    done = subprocess.run(
        [sys.executable, "-c", POLLER, json.dumps(said, default=str)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings",
            "DETAINERDESK_DATA": str(data),
            "PASSWORD": PASSWORD,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, -9), done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    warm = Installation()
    yield warm
    warm.close()


@pytest.mark.parametrize("point", ["mailbox mail fetched", "before mailbox move", "after mailbox move"])
def test_rel_1_killed_anywhere_the_next_round_makes_it_whole_once(
    point: str, box: Box, installation: Installation, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    installation.done("prepare", data)
    mails = [fax(), fax(b"%PDF-1.7 two")]
    for mail in mails:
        box.gets(mail)
    assert run_poller(box, data, **{KILL_AT: f"{point}:1"}) == -9
    assert len(box.holds()) + len(box.taken()) == 2, "nothing is deleted"
    assert run_poller(box, data) == 0
    found = installation.done("look", data)
    assert [row[1] for row in found["receipts"]] == [hashlib.sha256(mail).hexdigest() for mail in mails]
    assert len(found["received events"]) == 2
    assert [mail for mail, _ in box.taken()] == mails
    assert installation.done("verify", data)["ok"]


@pytest.fixture(scope="module")
def law() -> Edition:
    return load()


def polled(box: Box, **more: object) -> dict[str, object]:
    """An entry of DATA/mail.json."""
    made = box.mailbox
    return {
        "agency": made.agency,
        "station": made.station,
        "host": made.host,
        "port": made.port,
        "user": made.user,
        "folder": made.folder,
        "taken": made.taken,
        "authorities": str(made.authorities),
        **more,
    }


def test_the_command_polls_as_mail_json_says(box: Box, installation: Installation, tmp_path: Path) -> None:
    data = tmp_path / "data"
    installation.done("prepare", data)
    (data / "d4.password").write_text(PASSWORD + "\n")
    (data / "d4.password").chmod(0o600)
    (data / "mail.json").write_text(json.dumps({"mailboxes": [polled(box, password_file="d4.password")]}))
    box.gets(fax())
    told = subprocess.run(
        [sys.executable, "-m", "detainerdesk", "poll", "--data", str(data), "--json"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == [{"receipt": 1, "sha256": hashlib.sha256(fax()).hexdigest(), "again": False}]
    assert box.holds() == []


@pytest.mark.parametrize(
    ("said", "says", "on_the_page"),
    [
        (None, "There is no mail.json in the data folder.", []),
        ("{}", "mail.json has no mailbox.", []),
        ("{", "mail.json can't be read", [(NO_MAILBOX,)]),
    ],
)
def test_where_no_mailbox_is_set_up_that_is_said_and_is_no_fault_of_a_channel(
    said: str | None, says: str, on_the_page: list[tuple[str]], installation: Installation, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    installation.done("prepare", data)
    if said is not None:
        (data / "mail.json").write_text(said)
    told = subprocess.run(
        [sys.executable, "-m", "detainerdesk", "poll", "--data", str(data)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, says in told.stderr) == (2, True)
    assert faults(data) == on_the_page


def faults(data: Path) -> list[tuple[str]]:
    """What stands on the channels' pages."""
    with contextlib.closing(sqlite3.connect(data / "desk.sqlite3")) as database:
        return database.execute("SELECT says FROM intake_channelfault").fetchall()


def forget_faults(data: Path) -> None:
    """The same again within the hour would not be kept."""
    with contextlib.closing(sqlite3.connect(data / "desk.sqlite3")) as database, database:
        database.execute("DELETE FROM intake_channelfault")


def test_a_watch_goes_on_while_mail_json_is_being_written(box: Box, installation: Installation, tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    installation.done("prepare", data)
    (data / "d4.password").write_text(PASSWORD + "\n")
    (data / "d4.password").chmod(0o600)
    whole = json.dumps({"mailboxes": [polled(box, password_file="d4.password")]})
    (data / "mail.json").write_text(whole)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}

    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", "detainerdesk", *words, "--data", str(data)]

    box.gets(fax())
    with log.open("w") as said:
        running = subprocess.Popen(command("poll", "--watch", "--every", "5"), cwd=ROOT, env=env, stderr=said)
    try:
        assert comes_to_hold(lambda: box.holds() == [])
        (data / "mail.json").write_text(whole[:-9])
        assert comes_to_hold(lambda: "Trying again." in log.read_text())
        box.gets(fax(b"another"))
        told = subprocess.run(command("lines", "--json"), cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        (line,) = json.loads(told.stdout)
        assert [one["says"] for one in line["errors"]] == [NO_MAILBOX]
        (data / "mail.json").write_text(whole)
        assert comes_to_hold(lambda: box.holds() == []), "and what came meanwhile is taken"
        for now, says in (("{}", "mail.json has no mailbox."), (None, "There is no mail.json")):
            (data / "mail.json").write_text(now) if now else (data / "mail.json").unlink()
            assert comes_to_hold(lambda says=says: says in log.read_text())
            forget_faults(data)
            assert comes_to_hold(lambda: faults(data) == [(NO_MAILBOX,)]), "it was set up: papers wait in the mailbox"
        assert running.poll() is None
        running.terminate()
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.wait()
    first = subprocess.run(command("poll", "--watch"), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (first.returncode, "There is no " in first.stderr) == (2, True), "who starts it hears at once"


def test_a_password_comes_from_a_file_that_nobody_else_can_read(box: Box, law: Edition, tmp_path: Path) -> None:
    file, password = tmp_path / "mail.json", tmp_path / "d4.password"
    file.write_text(json.dumps({"mailboxes": [polled(box, password_file="d4.password")]}))
    with pytest.raises(BadInput, match="there is no file"):
        read_file(file, law)
    password.write_text(PASSWORD + "\n")
    password.chmod(0o644)
    with pytest.raises(BadInput, match="others can read"):
        read_file(file, law)
    password.chmod(0o600)
    assert read_file(file, law).mailboxes == (box.mailbox,)


def test_a_secret_can_come_from_the_environment(
    box: Box, law: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mail.json"
    file.write_text(json.dumps({"mailboxes": [polled(box, password_from="D4_PASSWORD")]}))
    with pytest.raises(BadInput, match="no D4_PASSWORD"):
        read_file(file, law)
    monkeypatch.setenv("D4_PASSWORD", PASSWORD)
    (got,) = read_file(file, law).mailboxes
    assert got == box.mailbox
    file.write_text(json.dumps({"mailboxes": [polled(box, token_from="D4_PASSWORD")]}))
    (got,) = read_file(file, law).mailboxes
    assert got.by_token
    file.write_text(json.dumps({"mailboxes": [polled(box, token_from="D4_PASSWORD", password_file="x")]}))
    with pytest.raises(BadInput, match="by one of"):
        read_file(file, law)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{", r"mail\.json can't be read: Input data was truncated"),
        ("[]", "Expected `object`"),
        ('{"smtp": {}}', "unknown field `smtp`"),
        ('{"listener": {"port": 25}}', r"missing required field `recipients` - at `\$\.listener`"),
        ('{"listener": {"recipients": []}}', "name at least one"),
        ('{"listener": {"recipients": [{"address": "a@b"}]}}', r"missing required field `agency` - at `\$\.listener\.recipients\[0\]`"),
        ('{"listener": {"port": "25", "recipients": []}}', r"Expected `int`, got `str` - at `\$\.listener\.port`"),
        ('{"listener": {"port": 65536, "recipients": []}}', r"<= 65535 - at `\$\.listener\.port`"),
        ('{"listener": {"tls_required": "yes", "recipients": []}}', r"Expected `bool`, got `str`"),
        (
            '{"listener": {"recipients": [{"address": "a@b.example", "agency": "us-ma-boston/police", "station": 4}]}}',
            r"Expected `str`, got `int` - at `\$\.listener\.recipients\[0\]\.station`",
        ),
        (
            '{"listener": {"recipients": [{"address": "a@b.example", "agency": "us-ma-boston/police", "station": ""}]}}',
            r"length >= 1 - at `\$\.listener\.recipients\[0\]\.station`",
        ),
        (
            '{"mailboxes": [{"agency": "us-ma-boston/police", "station": 4, "host": "h", "user": "u", "password_from": "P"}]}',
            r"Expected `str`, got `int` - at `\$\.mailboxes\[0\]\.station`",
        ),
        ('{"mailboxes": [{"agency": "us-ma-boston/police", "station": "D-4", "host": "h", "user": "u"}]}', "where its secret is"),
        (
            '{"mailboxes": [{"agency": "us-ma-boston/police", "station": "D-4", "host": "h", "user": "u", "password": "p"}]}',
            "unknown field `password`",
        ),
        (
            '{"listener": {"recipients": [{"address": "a@b.example", "agency": "us-ma-bosten/police", "station": "D-4"}]}}',
            "has no profile here",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_mail_json_is_said_with_its_place(said: str, says: str, law: Edition, tmp_path: Path) -> None:
    (tmp_path / "mail.json").write_text(said)
    with pytest.raises(BadInput, match=says):
        read_file(tmp_path / "mail.json", law)


@pytest.mark.parametrize("again", ["d4@desk.example.gov", "D4@Desk.Example.GOV"])
def test_an_address_of_two_stations_is_refused(again: str, law: Edition, tmp_path: Path) -> None:
    addresses = {"d4@desk.example.gov": "D-4", "a1@desk.example.gov": "A-1"}
    recipients = [{"address": one, "agency": BOSTON, "station": station} for one, station in addresses.items()]
    file = tmp_path / "mail.json"
    file.write_text(json.dumps({"listener": {"recipients": recipients}}))
    assert read_file(file, law).listening is not None
    recipients.append({"address": again, "agency": BOSTON, "station": "B-2"})
    file.write_text(json.dumps({"listener": {"recipients": recipients}}))
    with pytest.raises(BadInput, match=r"mail\.json, recipient 3: an entry above has the same address"):
        read_file(file, law)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "mailbox 2: an entry above has the same folder of the same mailbox"),
        ({"folder": "inbox", "host": "IMAP.example.gov"}, "mailbox 2: an entry above has the same folder"),
        ({"folder": "Taken"}, "mailbox 2: its folder is one into which taken mails are moved"),
        ({"folder": "Faxes", "taken": "Faxes"}, "mailbox 2: its folder is one into which taken mails are moved"),
        ({"folder": "Faxes"}, ""),
        ({"user": "b2-fax"}, ""),
    ],
)
def test_a_folder_that_two_would_take_from_is_refused(
    change: dict[str, str], says: str, law: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D4_PASSWORD", PASSWORD)
    first = {
        "agency": BOSTON,
        "station": "D-4",
        "host": "imap.example.gov",
        "user": USER,
        "password_from": "D4_PASSWORD",
    }
    file = tmp_path / "mail.json"
    file.write_text(json.dumps({"mailboxes": [first, {**first, "station": "B-2", **change}]}))
    if says:
        with pytest.raises(BadInput, match=says):
            read_file(file, law)
    else:
        assert [one.station for one in read_file(file, law).mailboxes] == ["D-4", "B-2"]


@pytest.mark.parametrize(
    ("host", "tls_required", "taken"),
    [("127.0.0.1", False, True), ("::1", False, True), ("0.0.0.0", True, True), ("0.0.0.0", False, False), ("desk.example.gov", False, False)],
)  # fmt: skip
def test_on_a_real_desk_mail_from_other_machines_comes_in_tls_or_not_at_all(
    host: str, tls_required: bool, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = replace(HOW, host=host, tls_required=tls_required, certificate=Path("certificate.pem"))
    monkeypatch.setenv("DETAINERDESK_PROFILE", "production")
    if taken:
        refuse_plain(how)
    else:
        with pytest.raises(BadInput, match="only with TLS"):
            refuse_plain(how)
    monkeypatch.setenv("DETAINERDESK_PROFILE", "development")
    refuse_plain(how)


@pytest.mark.usefixtures("db")
def test_a_mail_at_which_the_program_fails_keeps_no_other_waiting(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    real = callers.sender_of_mail

    def fails(channel: str, agency: str, station: str, head: bytes) -> str:
        if b"<1@ero" in head:
            raise TypeError
        return real(channel, agency, station, head)

    monkeypatch.setattr(callers, "sender_of_mail", fails)
    for number in range(3):
        box.gets(fax(message_id=f"<{number}@ero.example>"))
    assert len(poll_all([box.mailbox])) == 2
    assert len(box.taken()) == 2
    assert len(box.holds()) == 1
    assert "The program failed at a mail" in ChannelFault.objects.get().says
