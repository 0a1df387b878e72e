"""IN-5: the mail listener takes mail for its stations and nothing else, leaves no room for smuggling, keeps nothing from before STARTTLS, refuses in
the session and never by a later bounce, and answers the final dot within a second. Real sockets; mails and people are fictional."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from detainerdesk.intake import store
from detainerdesk.intake.channels.smtp import Listening
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.reading.child import open_mail_in_child
from detainerdesk.intake.reading.mail import Mail
from tests.intake.test_smtp import B2, D4, ERO, HOW, Client, certificate, fax, listening, rows

pytestmark = pytest.mark.django_db(transaction=True)

MIB = 1024 * 1024


@pytest.fixture
def port() -> Iterator[int]:
    with listening() as at:
        yield at


@pytest.fixture
def tls(tmp_path: Path) -> Listening:
    certificate_file, key = certificate(tmp_path)
    return replace(HOW, certificate=certificate_file, key=key)


# ---- fixed recipients, no relay -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "someone@elsewhere.example",
        "d4-fax@elsewhere.example",
        "someone%elsewhere.example@desk.example.gov",
        "d4-fax@desk.example.gov@elsewhere.example",
        '"d4-fax@desk.example.gov"@elsewhere.example',
        "@elsewhere.example:d4-fax@desk.example.gov.elsewhere.example",
        "elsewhere.example!someone",
        "d4-fax",
        "postmaster@desk.example.gov",
    ],
)
def test_in_5_an_address_that_is_no_stations_is_refused_in_the_session(address: str, port: int) -> None:
    client = Client(port)
    client.say("EHLO fax.example")
    client.say(f"MAIL FROM:<{ERO}>")
    assert client.say(f"RCPT TO:<{address}>")[:3] in {"550", "553", "501"}
    assert client.say("DATA").startswith("503"), "without a recipient no mail begins"
    assert client.say(f"RCPT TO:<{D4}>").startswith("250"), "one wrong address does not spoil the right one"


def test_in_5_nothing_is_ever_sent_from_here(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No relay and no bounce: whatever is taken or refused, the listener opens no connection and starts no mail client."""
    opened = []
    real = socket.socket.connect
    monkeypatch.setattr(smtplib, "SMTP", lambda *_, **__: opened.append("smtplib"))
    client = Client(port)
    monkeypatch.setattr(socket.socket, "connect", lambda *given: (opened.append(given), real(*given))[1])
    assert client.mail(fax()).startswith("250")
    assert client.mail(b"Subject: no line end\nhere\r\n").startswith("554")
    client.say(f"MAIL FROM:<{ERO}>")
    assert client.say("RCPT TO:<nobody@elsewhere.example>").startswith("550")
    assert opened == []


def test_in_5_nobody_signs_in_and_nobody_is_looked_up(tls: Listening) -> None:
    with listening(tls) as port:
        client = Client(port)
        offered = client.say("EHLO fax.example")
        assert "STARTTLS" in offered
        assert client.say("STARTTLS").startswith("220")
        client.starttls()
        assert "AUTH" not in client.say("EHLO fax.example")
        assert client.say("AUTH PLAIN AGEAYgBj")[:1] == "5"
        assert client.say(f"VRFY {D4}") == client.say("VRFY nobody@desk.example.gov")
        assert client.say("EXPN fax")[:1] == "5"


# ---- bare CR and LF -----------------------------------------------------------------------------------------------

END_OF_DATA_AS_OTHERS_SEE_IT = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n\n.\r\n"]
SMUGGLED = b"MAIL FROM:<smuggled@elsewhere.example>\r\nRCPT TO:<b2-fax@desk.example.gov>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"


@pytest.mark.parametrize("end", END_OF_DATA_AS_OTHERS_SEE_IT, ids=repr)
def test_in_5_no_second_mail_can_be_smuggled_in_behind_a_bare_line_end(end: bytes, port: int) -> None:
    """Where a server on the way saw one mail, there is one mail or none, never two."""
    client = Client(port).to_the_data()
    client.send(fax() + b"text" + end + SMUGGLED)
    with suppress(OSError):
        client.send(b"\r\n.\r\nQUIT\r\n")
    replies = []
    while reply := client.answer():
        replies.append(reply[:3])
    assert replies[0] == "554", "the whole of it was one mail, and it is refused"
    assert "354" not in replies
    assert rows() == []


@pytest.mark.parametrize("line", [b"a\nb\r\n", b"a\rb\r\n", b"\r\r\n", b"\n\r\n"], ids=repr)
def test_in_5_a_mail_with_a_bare_cr_or_lf_is_refused_and_a_proper_one_is_taken_after_it(line: bytes, port: int) -> None:
    client = Client(port)
    assert client.mail(fax() + line).startswith("554 5.6.0")
    assert client.mail(fax()).startswith("250")
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "line", [b"RCPT TO:<d4-fax@desk.example.gov>\n", b"NOOP\rDATA\r\n", b"NOOP\r\r\n", b"\n"], ids=repr
)
def test_in_5_a_command_with_a_bare_cr_or_lf_ends_the_session(line: bytes, port: int) -> None:
    client = Client(port)
    client.say("EHLO fax.example")
    client.say(f"MAIL FROM:<{ERO}>")
    client.send(line + f"RCPT TO:<{D4}>\r\nDATA\r\n".encode())
    assert client.answer().startswith("500 5.5.2")
    assert client.answer() == "", "what was sent behind it is not read"


# ---- STARTTLS -----------------------------------------------------------------------------------------------------


def test_in_5_the_library_is_one_that_keeps_nothing_from_before_starttls() -> None:
    assert tuple(map(int, version("aiosmtpd").split(".")[:3])) >= (1, 4, 6)


def test_in_5_a_command_sent_along_with_starttls_is_never_carried_out(tls: Listening) -> None:
    """CVE-2024-34083: what somebody on the line puts behind STARTTLS must not be taken for what the sender says inside TLS."""
    with listening(tls) as port:
        client = Client(port)
        client.say("EHLO fax.example")
        client.send(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<injected@elsewhere.example>\r\n")
        assert client.answer().startswith("220")
        with suppress(ssl.SSLError, OSError):  # the injected lines are no TLS: the other side may hang up on them
            client.starttls()
            assert client.say(f"RCPT TO:<{D4}>").startswith("503")
    assert rows() == []


def test_in_5_nothing_said_before_starttls_counts_after_it(tls: Listening) -> None:
    with listening(tls) as port:
        client = Client(port)
        client.say("EHLO fax.example")
        client.say(f"MAIL FROM:<{ERO}>")
        client.say(f"RCPT TO:<{B2}>")
        assert client.say("STARTTLS").startswith("220")
        client.starttls()
        assert client.say("DATA").startswith("503"), "greeting, sender and recipients are forgotten"
        assert client.say(f"MAIL FROM:<{ERO}>").startswith("503")
        assert client.mail(fax(), D4).startswith("250")
    assert [row[1] for row in rows()] == ["D-4"]


def test_in_5_a_mail_is_taken_inside_tls_from_a_client_that_checks_the_certificate(tls: Listening) -> None:
    context = ssl.create_default_context(cafile=str(tls.certificate))
    with listening(tls) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.starttls(context=context)
        assert client.sock.version() in {"TLSv1.2", "TLSv1.3"}
        client.sendmail(ERO, [D4], fax())
    assert len(rows()) == 1


def test_in_5_where_tls_is_required_no_mail_is_taken_without_it(tls: Listening) -> None:
    with listening(replace(tls, tls_required=True)) as port:
        client = Client(port)
        client.say("EHLO fax.example")
        assert client.say(f"MAIL FROM:<{ERO}>").startswith("530")
        client.say("STARTTLS")
        client.starttls()
        assert client.mail(fax()).startswith("250")


# ---- who sent it --------------------------------------------------------------------------------------------------


def test_in_5_what_servers_wrote_of_the_sender_is_recorded_and_decides_nothing(port: int) -> None:
    said = (
        b"Authentication-Results: mx.example; spf=fail smtp.mailfrom=ero.example; dkim=fail\r\nReceived-SPF: fail\r\n"
    )
    assert Client(port).mail(said + fax()).startswith("250")
    assert Client(port).mail(said.replace(b"fail", b"pass") + fax()).startswith("250")
    for document, result in zip(Document.objects.order_by("number"), ("fail", "pass"), strict=True):
        mail = open_mail_in_child(store.path(document.sha256))
        assert isinstance(mail, Mail)
        assert f"spf={result}" in mail.checks[0]
        assert mail.checks[1] == f"Received-SPF: {result}"
        assert len(mail.parts) == 1, "its paper is taken out alike"


# ---- the reply ----------------------------------------------------------------------------------------------------


def test_in_5_the_final_dot_of_a_fax_of_25_megabytes_is_answered_within_a_second(port: int) -> None:
    mail = fax(b"%PDF-1.7" + os.urandom(25 * MIB - 8))
    for _ in range(3):  # a busy machine may put it off, within the second too; then the next try finds it stored
        client = Client(port).to_the_data()
        client.send(mail)
        time.sleep(3)  # until the listener has read it all: what is measured begins with the dot
        client.send(b".\r\n")
        dot = time.monotonic()
        answer = client.answer()
        took = time.monotonic() - dot
        print(f"{len(mail) / MIB:.0f} MB, {answer[:3]} after {took * 1000:.0f} ms")
        assert took < 1.0
        if answer.startswith("250"):
            break
    assert answer.startswith("250"), answer
    row = Transmission.objects.get()
    assert store.path(row.document_id).stat().st_size == len(mail)


def test_in_5_a_session_that_goes_wrong_is_put_off_and_no_later_mail_is_promised(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is a reply in the session too."""
    monkeypatch.setattr(store.Arriving, "keep", lambda arriving: 1 / 0)
    client = Client(port)
    assert client.mail(fax()).startswith("451")
    monkeypatch.undo()
    assert client.mail(fax()).startswith("250")
