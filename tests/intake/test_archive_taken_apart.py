"""Where an administrator turned it on, each paper in a ZIP archive is a transmission of its own; and nothing in an archive is opened as one again."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from detainerdesk.intake import request, scan, store
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.reading import archive
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.ledger import log as ledger
from tests.intake.clamd import EICAR, clamd
from tests.intake.made import ARRIVED, BOSTON, LUIS, MARCOS, Desk, detainer, reading
from tests.intake.reading.test_archive import entry, zipped

LUIS_FAX, MARCOS_FAX = b"%PDF-1.4 fax of Luis %%EOF", b"%PDF-1.4 fax of Marcos %%EOF"
BOTH = zipped(("luis.pdf", LUIS_FAX), ("marcos.pdf", MARCOS_FAX))


@pytest.fixture
def desk(db: None, data_folder: Path) -> Desk:
    (data_folder / archive.FILE).write_text('{"zip": true}')
    desk = Desk()
    desk.readings = {LUIS_FAX: reading(detainer(LUIS)), MARCOS_FAX: reading(detainer(MARCOS))}
    return desk


def a_mail(name: str, data: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "a@gateway.example", "b@bpd.example", "<1@gateway.example>"
    message.set_content("Papers for you.")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_two_faxes_in_an_archive_are_two_requests_with_its_arrival(desk: Desk) -> None:
    desk.gets(BOTH)
    desk.understands()
    both = [request.load(number, BOSTON) for number in ("2026-0001", "2026-0002")]
    assert [one.received_at for one in both] == [ARRIVED, ARRIVED]
    assert [one.transmissions[0].name for one in both] == ["luis.pdf", "marcos.pdf"]
    assert Transmission.objects.filter(inside__receipt=1).count() == 2
    assert desk.waits() == ()
    assert store.get(Transmission.objects.get(receipt=1).document_id) == BOTH
    (said,) = ledger.entries(kind="archive.opened")
    assert dict(said.event.facts) == {"parts": 2}


def test_the_same_archive_again_is_opened_again_and_its_papers_join(desk: Desk) -> None:
    desk.gets(BOTH)
    desk.understands()
    desk.gets(BOTH, station="B-2")
    desk.understands()
    assert [one.station for one in request.load("2026-0002", BOSTON).transmissions] == ["D-4", "B-2"]
    assert Transmission.objects.count() == 6


def test_in_2_one_file_that_is_no_paper_and_all_of_the_archive_waits(desk: Desk) -> None:
    desk.gets(zipped(("luis.pdf", LUIS_FAX), ("../marcos.pdf", MARCOS_FAX)))
    desk.understands()
    (waits,) = desk.waits()
    assert waits.reason == "unreadable"
    assert "nothing in it was read" in waits.why
    assert Transmission.objects.count() == 1


def test_in_1_an_archive_in_an_archive_is_kept_and_not_opened(desk: Desk) -> None:
    desk.gets(zipped(("luis.pdf", LUIS_FAX), ("more.zip", zipped(("marcos.pdf", MARCOS_FAX)))))
    desk.readings[zipped(("marcos.pdf", MARCOS_FAX))] = in_place_of_the_reader()
    desk.understands()
    assert request.load("2026-0001", BOSTON).station == "D-4"
    (waits,) = desk.waits()
    assert (waits.name, waits.type) == ("more.zip", archive.ZIP)
    assert Transmission.objects.count() == 3


def test_in_1_nor_is_one_that_lies_in_a_mail_in_an_archive(desk: Desk) -> None:
    inner = zipped(("marcos.pdf", MARCOS_FAX))
    desk.readings[inner] = in_place_of_the_reader()
    desk.gets(zipped(("mail.eml", a_mail("more.zip", inner))))
    desk.understands()
    (waits,) = desk.waits()
    assert waits.name == "more.zip"
    assert not ledger_opened_more_than_one()


def test_what_was_not_opened_inside_of_another_is_opened_when_it_comes_by_itself(desk: Desk) -> None:
    inner = zipped(("marcos.pdf", MARCOS_FAX))
    desk.readings[inner] = in_place_of_the_reader()
    desk.gets(zipped(("more.zip", inner)))
    desk.understands()
    desk.gets(inner)
    desk.understands()
    assert request.load("2026-0001", BOSTON).transmissions[0].name == "marcos.pdf"


def test_an_archive_in_a_mail_is_opened(desk: Desk) -> None:
    desk.gets(a_mail("papers.zip", BOTH))
    desk.understands()
    assert [request.load(f"2026-000{n}", BOSTON).station for n in (1, 2)] == ["D-4", "D-4"]


def test_an_archive_without_a_file_waits(desk: Desk) -> None:
    desk.gets(zipped())
    desk.understands()
    (waits,) = desk.waits()
    assert waits.reason == "archive without a paper"


def test_in_1_an_archive_is_kept_and_not_opened_where_nobody_turned_it_on(desk: Desk, data_folder: Path) -> None:
    (data_folder / archive.FILE).unlink()
    desk.gets(BOTH, in_place_of_the_reader())
    desk.understands()
    (waits,) = desk.waits()
    assert waits.reason == "unreadable"
    assert Transmission.objects.count() == 1
    (data_folder / archive.FILE).write_text("no json")
    desk.gets(BOTH)
    desk.understands()
    assert Transmission.objects.count() == 2


@pytest.mark.parametrize("setting", ['{"zip": false}', "half a fi"])
def test_an_archive_that_was_opened_before_waits_when_it_comes_after_archives_were_turned_off(
    desk: Desk, data_folder: Path, setting: str
) -> None:
    desk.gets(BOTH)
    desk.understands()
    (data_folder / archive.FILE).write_text(setting)
    desk.gets(BOTH, in_place_of_the_reader(), station="B-2")
    desk.understands()
    (waits,) = desk.waits()
    assert [one.station for one in waits.transmissions] == ["D-4", "B-2"]
    assert Transmission.objects.filter(placed=False).count() == 0


def test_in_4_a_file_in_an_archive_is_looked_at_like_the_archive_itself(desk: Desk, data_folder: Path) -> None:
    bad = b"%PDF-1.4 " + EICAR
    with clamd() as running:
        running.set_up(data_folder)
        desk.gets(zipped(("luis.pdf", LUIS_FAX), ("bad.pdf", bad)))
        desk.understands()
        assert len(running.sent) == 3
        (waits,) = desk.waits()
        assert (waits.name, waits.reason) == ("bad.pdf", scan.REASON)
        plain = zipped((entry("bad2.pdf"), bad + b"2"), packed=zipfile.ZIP_STORED)
        desk.gets(plain)
        desk.understands()
        assert Document.objects.get(scan_says__gt="", type=archive.ZIP).scan == "held"
        assert Transmission.objects.count() == 4


def in_place_of_the_reader() -> Unreadable:
    return Unreadable("This is an archive. It is kept but not opened here.")


def ledger_opened_more_than_one() -> bool:
    return len(list(ledger.entries(kind="archive.opened"))) > 1
