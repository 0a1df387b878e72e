"""IN-4: what a file is, its bytes say; it is stored under its SHA-256 and nothing else; its name is cleaned before anybody sees it. What a malware
scan finds is quarantined and still counted; tests/intake/test_scan.py has the scanner's own ways to fail."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake import queue
from detainerdesk.intake.door import Envelope, Receipt, receive
from detainerdesk.intake.models import DetainerRequest, Document, Transmission
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.desk.web.conftest import BOSTON, PASSWORD, Desk
from tests.intake.clamd import EICAR, SIGNATURE, Clamd, clamd
from tests.paperwork import draw, sample

SENT = "../../\u202efdp.<b>DELACROIX</b>\n.exe"


def test_in_4_a_paper_is_read_by_its_bytes_whatever_its_name_says(desk: Desk, data_folder: Path) -> None:
    pdf, program = draw("i247a", sample("i247a")), b"MZ\x90\x00" + bytes(500)
    for data, name in ((pdf, "invoice.exe"), (program, "detainer.pdf")):
        receive(data, Envelope("folder", BOSTON, "D-4", name, timezone.now(), name))
    understand_all()
    assert {row.size: (row.type, row.state) for row in Document.objects.all()} == {
        len(pdf): ("application/pdf", "read"),
        len(program): ("application/octet-stream", "queued"),
    }
    kept = {str(file.relative_to(data_folder / "documents")) for file in (data_folder / "documents").glob("??/*")}
    assert kept == {f"{sha[:2]}/{sha}" for sha in (hashlib.sha256(data).hexdigest() for data in (pdf, program))}


@pytest.mark.parametrize("part", ["", "/original"])
def test_in_4_a_name_from_outside_is_clean_on_the_page_and_no_part_of_a_download(
    part: str, desk: Desk, client: Client
) -> None:
    receive(b"no form", Envelope("folder", BOSTON, "D-4", SENT, timezone.now(), "one"))
    understand_all()
    name = Transmission.objects.get().name
    assert not set(name) & set("\u202e\n/\\")
    client.force_login(desk.officer.user)
    got = client.get(f"/waiting/{Document.objects.get().sha256}{part}")
    assert got.status_code == 200
    assert b"<b>DELACROIX" not in got.content
    assert "DELACROIX" not in str(got.headers)


# ---- the malware scan, where one is set up --------------------------------------------------------------------------

NAME = "DELACROIX detainer.pdf"


@pytest.fixture
def scanner(data_folder: Path) -> Iterator[Clamd]:
    with clamd() as running:
        yield running.set_up(data_folder)


def sent(data: bytes, station: str = "D-4", channel: str = "folder") -> Receipt:
    return receive(data, Envelope(channel, BOSTON, station, NAME, timezone.now(), f"{station} {len(data)}"))


def test_in_4_a_hit_is_quarantined_and_still_counted(desk: Desk, scanner: Clamd) -> None:
    bad, good = EICAR + b" as no page", draw("i247a", sample("i247a"))
    receipts = [sent(bad).number, sent(bad, "B-2").number, sent(good).number]
    understand_all()
    assert receipts == [1, 2, 3]
    assert Transmission.objects.filter(placed=True).count() == 3
    assert DetainerRequest.objects.count() == 1, "the paper behind it was read"
    (waits,) = queue.waiting(BOSTON)
    assert waits.reason == "malware scan"
    assert f"found {SIGNATURE} in this file. It is kept and counted" in waits.why
    assert [one.receipt for one in waits.transmissions] == [1, 2]
    assert (Document.objects.get(number=1).scan, Document.objects.get(number=2).scan) == ("held", "clean")


def test_in_4_the_ledger_says_what_was_held_and_names_no_file(desk: Desk, scanner: Clamd) -> None:
    sent(EICAR)
    understand_all()
    (said,) = ledger.entries(kind="paper.quarantined")
    assert (said.event.subject, dict(said.event.facts)) == ("paper 1", {"signature": SIGNATURE})
    told = b"".join(entry.event.to_bytes() for entry in ledger.entries())
    assert b"DELACROIX" not in told
    assert Document.objects.get().sha256.encode() not in told


def test_in_4_a_mail_is_looked_at_whole_and_each_of_its_parts_on_its_own(desk: Desk, scanner: Clamd) -> None:
    mail = bad_mail()
    sent(mail, channel="mail")
    understand_all()
    assert scanner.sent == [len(mail), len(EICAR)]
    assert [(row.inside_id is None, row.document.scan) for row in Transmission.objects.order_by("receipt")] == [
        (True, "clean"),
        (False, "held"),
    ]


def test_in_4_a_scanner_that_is_silent_keeps_no_sender_waiting_and_nothing_is_read(
    desk: Desk, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("LONGEST_LOOK", "LONGEST_GREETING"):
        monkeypatch.setattr(f"detainerdesk.intake.scan.{limit}", 0.5)
    scanner.mood = "silent"
    begun = time.monotonic()
    assert sent(draw("i247a", sample("i247a"))).number == 1
    assert time.monotonic() - begun < 1
    understand_all()
    row = Transmission.objects.get()
    assert (row.placed, row.document.state) == (False, "stored")
    scanner.mood = "well"
    Document.objects.update(scan_tried_at=None)  # a minute later
    understand_all()
    assert DetainerRequest.objects.count() == 1


@pytest.mark.parametrize("part", ["/original", "/pages/1.png"])
def test_in_4_what_is_held_is_not_handed_out(part: str, desk: Desk, scanner: Clamd, client: Client) -> None:
    sent(EICAR)
    understand_all()
    client.force_login(desk.officer.user)
    got = client.get(f"/waiting/{Document.objects.get().sha256}{part}")
    assert (got.status_code, got.headers["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert SIGNATURE in got.content.decode()
    assert EICAR not in got.content


def test_in_4_a_false_alarm_is_let_through_by_an_administrator_and_read_as_any_other(
    desk: Desk, scanner: Clamd, client: Client
) -> None:
    paper = draw("i247a", sample("i247a")) + b"\n% " + EICAR
    sent(paper)
    understand_all()
    assert not DetainerRequest.objects.exists()
    client.force_login(desk.account("root", "admin", station="").user)
    client.post("/status", {"paper": "1", "password": PASSWORD})
    (said,) = ledger.entries(kind="paper.let_through")
    assert said.event.actor.startswith("officer ")
    understand_all()
    assert DetainerRequest.objects.count() == 1
    assert queue.waiting(BOSTON) == ()


def test_in_4_no_scanner_is_asked_until_one_is_set_up(desk: Desk) -> None:
    sent(EICAR)
    understand_all()
    assert Document.objects.get().scan == ""
    assert [one.reason for one in queue.waiting(BOSTON)] != ["malware scan"]


def bad_mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "a@fax.example", "d4@bpd.example", "<1@fax.example>"
    message.set_content("A fax for you.")
    message.add_attachment(EICAR, maintype="application", subtype="pdf", filename=NAME)
    return message.as_bytes()
