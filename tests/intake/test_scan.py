"""The malware scan: what is asked of clamd and when, what follows from each of its answers, and that no answer is none."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from django.utils import timezone

from detainerdesk.intake import queue, request, scan, store
from detainerdesk.intake.models import ChannelFault, Document, Transmission
from detainerdesk.intake.reading.fields import Reading
from detainerdesk.intake.scan import NotHeld, NotScanned, ScanError, Scanner
from detainerdesk.intake.understand import _read
from detainerdesk.ledger import log as ledger
from tests.intake.clamd import EICAR, SIGNATURE, Clamd, Mood, clamd
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, detainer, reading

FAX = b"%PDF-1.4 fax of Luis %%EOF"
OTHER = b"%PDF-1.4 fax of Marcos %%EOF"
BAD = b"%PDF-1.4 " + EICAR


@pytest.fixture
def desk(db: None) -> Desk:
    desk = Desk()
    desk.readings = {FAX: reading(detainer(LUIS)), OTHER: reading(detainer(MARCOS)), BAD: reading(detainer(LUIS))}
    return desk


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "LONGEST_LOOK", 0.5)
    monkeypatch.setattr(scan, "LONGEST_LOOK_OF_A_PAGE", 0.5)
    monkeypatch.setattr(scan, "LONGEST_GREETING", 0.5)


def a_minute_later() -> None:
    scan._silent.clear()
    for one in Document.objects.exclude(scan_tried_at=None):
        assert one.scan_tried_at is not None
        one.scan_tried_at -= timedelta(seconds=61)
        one.save(update_fields=["scan_tried_at"])


# ---- what clamd is asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, scan.PIECE - 1, scan.PIECE, scan.PIECE + 1, 3 * scan.PIECE])
def test_every_byte_is_sent_once(size: int) -> None:
    with clamd() as running:
        assert scan.signature_in(bytes(size), Scanner(running.address)) is None
        assert running.sent == [size]


def test_it_is_found_across_two_pieces_by_a_socket_file_too(tmp_path: Path) -> None:
    with clamd(tmp_path / "clamd.ctl") as running:
        assert scan.signature_in(bytes(scan.PIECE - 20) + EICAR, Scanner(running.address)) == SIGNATURE


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("silent", "silent for 1 seconds"),
        ("hangs up", "hung up without an answer"),
        ("in trouble", "allocate memory ERROR"),
        ("nonsense", "it answered 'HTTP"),
    ],
)
def test_no_proper_answer_is_never_taken_for_nothing_found(mood: Mood, says: str) -> None:
    with clamd() as running:
        running.mood = mood
        with pytest.raises(NotScanned, match=says):
            scan.signature_in(FAX, Scanner(running.address), seconds=1)


def test_a_file_that_is_too_large_for_clamd_is_said_to_be_and_says_what_to_set() -> None:
    with clamd() as running:
        running.limit = 2**20
        with pytest.raises(NotScanned, match="StreamMaxLength"):
            scan.signature_in(bytes(20 * 2**20), Scanner(running.address))


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(NotScanned, match=r"See whether clamd runs at the address in scan\.json"):
        scan.signature_in(FAX, Scanner(str(tmp_path / "nobody.ctl")))
    with clamd() as running:
        pass
    with pytest.raises(NotScanned, match="refused"):
        scan.signature_in(FAX, Scanner(running.address))


@pytest.mark.parametrize("mood", ["silent", "slow"])
def test_a_look_ends_in_time_though_clamd_takes_the_bytes_and_never_answers(mood: Mood) -> None:
    with clamd() as running:
        running.mood = mood
        begun = time.monotonic()
        with pytest.raises(NotScanned):
            scan.signature_in(bytes(25 * 2**20), Scanner(running.address), seconds=1)
        assert time.monotonic() - begun < 5


def test_clamd_says_which_it_is() -> None:
    with clamd() as running:
        assert scan.version(Scanner(running.address)).startswith("ClamAV 1.4")


@pytest.mark.skipif(shutil.which("clamd") is None, reason="no clamd on this machine")
def test_the_real_clamd_finds_the_test_string_and_nothing_else(tmp_path: Path) -> None:
    database, config, place = tmp_path / "db", tmp_path / "clamd.conf", tmp_path / "clamd.ctl"
    database.mkdir()
    (database / "test.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n")
    config.write_text(f"LocalSocket {place}\nDatabaseDirectory {database}\nForeground yes\nStreamMaxLength 1M\n")
    running = subprocess.Popen(["clamd", "--config-file", str(config)])
    try:
        while not place.exists():
            assert running.poll() is None
            time.sleep(0.1)
        assert SIGNATURE in str(scan.signature_in(EICAR, Scanner(str(place))))
        assert scan.signature_in(FAX, Scanner(str(place))) is None
        assert scan.version(Scanner(str(place))).startswith("ClamAV")
        with pytest.raises(NotScanned, match="StreamMaxLength"):
            scan.signature_in(bytes(5 * 2**20), Scanner(str(place)))
    finally:
        running.kill()
        running.wait()


# ---- how it is set up -----------------------------------------------------------------------------------------------


def test_nothing_is_asked_where_nothing_is_set_up(desk: Desk) -> None:
    assert scan.known() is None
    desk.gets(BAD)
    desk.understands()
    assert Document.objects.get().scan == ""
    assert desk.waits() == ()


@pytest.mark.parametrize("address", ["/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310", "127.0.0.2:1"])
def test_clamd_is_on_this_machine(data_folder: Path, address: str) -> None:
    Clamd(address).set_up(data_folder)
    assert scan.known() == Scanner(address)


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "no json",
        '{"clamd": 3310}',
        '{"clamd": "/run/clamd.ctl", "quarantine": false}',
        '{"clamd": "10.0.0.5:3310"}',
        '{"clamd": "scanner.example.gov:3310"}',
        '{"clamd": "127.0.0.1"}',
        '{"clamd": "127.0.0.1:0"}',
        '{"clamd": "127.0.0.1:99999"}',
        '{"clamd": ""}',
    ],
)
def test_what_can_not_be_used_is_refused_with_what_belongs_there(data_folder: Path, said: str) -> None:
    (data_folder / scan.FILE).write_text(said)
    with pytest.raises(ScanError, match=r"scan\.json"):
        scan.known()


# ---- what follows ---------------------------------------------------------------------------------------------------


def test_a_clean_paper_is_looked_at_once_and_goes_where_it_belongs(desk: Desk, scanner: Clamd) -> None:
    desk.gets(FAX)
    desk.gets(FAX, station="B-2")
    desk.understands()
    assert scanner.sent == [len(FAX)]
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert Document.objects.get().scan == "clean"


@pytest.mark.parametrize("mood", ["silent", "hangs up", "in trouble", "nonsense"])
def test_without_an_answer_the_paper_is_kept_unread_and_goes_on_when_there_is_one(
    desk: Desk, scanner: Clamd, impatient: None, mood: Mood
) -> None:
    scanner.mood = mood
    assert desk.gets(FAX) == 1, "its sender has a receipt"
    desk.understands()
    row = Transmission.objects.get()
    assert (row.placed, row.document.state, row.document.scan) == (False, "stored", "")
    assert scan.not_looked_at() == 1
    (fault,) = ChannelFault.objects.all()
    assert (fault.channel, fault.station) == ("upload", "D-4")
    assert "papers wait unread" in fault.says
    scanner.mood = "well"
    assert desk.understands() == (), "not asked again at once"
    a_minute_later()
    desk.understands()
    assert request.load("2026-0001", BOSTON).station == "D-4"
    assert scan.not_looked_at() == 0


def test_a_list_of_settings_that_can_not_be_read_opens_nothing(desk: Desk, data_folder: Path) -> None:
    (data_folder / scan.FILE).write_text("no json")
    desk.gets(FAX)
    desk.understands()
    assert Transmission.objects.get().placed is False
    assert "scan.json" in ChannelFault.objects.get().says


def test_a_link_to_settings_that_are_not_there_opens_nothing(desk: Desk, data_folder: Path) -> None:
    (data_folder / scan.FILE).symlink_to(data_folder / "not mounted" / scan.FILE)
    desk.gets(FAX)
    desk.understands()
    assert not Transmission.objects.get().placed
    assert "scan.json is a link to a file that is not there" in ChannelFault.objects.get().says


def test_a_scanner_that_is_gone_is_asked_once_a_minute_and_what_it_knows_goes_on(
    desk: Desk, scanner: Clamd, impatient: None
) -> None:
    desk.gets(FAX)
    desk.understands()
    scanner.mood = "silent"
    for number in range(20):
        desk.gets(b"%%PDF-1.4 fax %d" % number)
    desk.gets(FAX, station="B-2")
    begun = time.monotonic()
    desk.understands()
    assert time.monotonic() - begun < 3, "one wait for all of them, not one for each"
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert Transmission.objects.filter(placed=False).count() == 20


def test_papers_from_before_there_was_a_scanner_wait_for_a_silent_one_once_and_not_each(
    desk: Desk, data_folder: Path, impatient: None
) -> None:
    for number in range(20):
        desk.gets(b"%%PDF-1.4 fax %d" % number)
    papers = [one.sha256 for one in Document.objects.all()]
    with clamd() as running:
        running.set_up(data_folder).mood = "silent"
        begun = time.monotonic()
        assert all("gives no answer now" in scan.why_not_opened(one) for one in papers)
        assert time.monotonic() - begun < 5
        running.mood = "well"
        a_minute_later()
        assert {scan.why_not_opened(one) for one in papers} == {""}
    with clamd() as another:
        another.set_up(data_folder).mood = "silent"
        Document.objects.update(scan="")
        assert "gives no answer now" in scan.why_not_opened(papers[0])
    with clamd() as running:
        assert scan.why_not_opened(running.set_up(data_folder) and papers[1]) == "", "another scanner is asked at once"


def test_one_paper_that_is_too_large_for_clamd_keeps_no_other_waiting(desk: Desk, scanner: Clamd) -> None:
    scanner.limit = 1000
    desk.gets(b"%PDF-1.4 " + bytes(2000), reading(detainer(MARCOS)))
    desk.gets(FAX)
    desk.understands()
    assert request.load("2026-0001", BOSTON).station == "D-4"
    assert Transmission.objects.filter(placed=False).count() == 1
    scanner.limit = 100_000
    a_minute_later()
    desk.understands()
    assert not Transmission.objects.filter(placed=False).exists()


def test_one_paper_at_which_clamd_gives_up_keeps_no_other_waiting(desk: Desk, scanner: Clamd) -> None:
    """It hangs up without a word, as where its last words are lost with the connection; but it answers when it is greeted."""
    scanner.gives_up_at = OTHER
    desk.gets(OTHER)
    desk.gets(FAX)
    desk.understands()
    assert request.load("2026-0001", BOSTON).transmissions[0].receipt == 2
    assert [row.receipt for row in Transmission.objects.filter(placed=False)] == [1]


def test_papers_at_which_each_look_takes_longer_than_the_minute_keep_no_other_waiting(
    desk: Desk, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the time that the second was tried, the first may be tried again."""
    looks, look = count(1), scan._look
    monkeypatch.setattr(scan, "_look", lambda *what: look(*what) if next(looks) < 20 else pytest.fail("without end"))
    monkeypatch.setattr(scan, "AGAIN_AFTER", timedelta(0))
    scanner.limit = 1000
    for number in range(2):
        desk.gets(b"%%PDF-1.4 fax %d" % number + bytes(2000))
    desk.gets(FAX)
    desk.understands()
    assert [row.receipt for row in Transmission.objects.filter(placed=True)] == [3]


def test_a_clock_that_was_set_back_keeps_no_paper_waiting(desk: Desk, scanner: Clamd) -> None:
    desk.gets(FAX)
    Document.objects.update(scan_tried_at=timezone.now() + timedelta(days=1))
    desk.understands()
    assert Transmission.objects.get().placed


def test_pages_that_were_laid_out_are_not_read_while_their_paper_is_held(desk: Desk) -> None:
    desk.gets(BAD)
    desk.understands()
    Document.objects.update(scan=Document.Scan.HELD, scan_says=SIGNATURE)

    def opened(_: Path) -> Reading:
        raise AssertionError("it was opened")

    assert SIGNATURE in _read(Document.objects.get(), opened).says  # type: ignore[union-attr]


def test_pages_of_a_paper_that_came_before_the_scanner_are_not_read_again_without_its_answer(
    desk: Desk, data_folder: Path
) -> None:
    desk.gets(FAX)
    desk.understands()
    with clamd() as running:
        running.set_up(data_folder).mood = "hangs up"
        says = _read(Document.objects.get(), lambda _: reading(detainer(LUIS))).says  # type: ignore[union-attr]
        assert "has not looked at this file yet" in says


def test_a_file_that_the_disk_does_not_give_is_not_taken_for_clean(desk: Desk, scanner: Clamd) -> None:
    desk.gets(FAX)
    place = store.path(Document.objects.get().sha256)
    place.unlink()
    place.mkdir()
    desk.understands()
    assert Document.objects.get().scan == ""


# ---- an administrator lets it through -------------------------------------------------------------------------------


def test_a_false_alarm_is_read_like_any_other_paper(desk: Desk, scanner: Clamd) -> None:
    desk.gets(BAD)
    desk.gets(BAD, station="B-2")
    desk.understands()
    (held,) = scan.held(BOSTON)
    assert (held.signature, held.receipts, held.stations) == (SIGNATURE, (1, 2), ("B-2", "D-4"))
    scan.let_through(held.number, BOSTON, actor="officer 7")
    desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert desk.waits() == ()
    assert scan.held(BOSTON) == ()
    assert scanner.sent == [len(BAD)], "it is not looked at again"
    (said,) = ledger.entries(kind="paper.let_through")
    assert (said.event.actor, said.event.subject) == ("officer 7", "paper 1")


def test_only_what_is_held_here_can_be_let_through(desk: Desk, scanner: Clamd) -> None:
    desk.gets(FAX)
    desk.gets(BAD)
    desk.understands()
    for number, agency in ((1, BOSTON), (9, BOSTON), (2, "us-tx-harris/sheriff")):
        with pytest.raises(NotHeld, match="not held back here"):
            scan.let_through(number, agency, actor="officer 7")
    scan.let_through(2, BOSTON, actor="officer 7")
    with pytest.raises(NotHeld):
        scan.let_through(2, BOSTON, actor="officer 7")


def test_what_a_person_attached_unopened_is_taken_out_first(desk: Desk, scanner: Clamd) -> None:
    desk.gets(FAX)
    desk.gets(BAD)
    desk.understands()
    held = Document.objects.get(scan="held")
    queue.attach(held.sha256, BOSTON, "2026-0001", actor="officer 1")
    with pytest.raises(NotHeld, match="attached to request 2026-0001"):
        scan.let_through(held.number, BOSTON, actor="officer 7")


def test_what_was_set_aside_is_read_after_all(desk: Desk, scanner: Clamd) -> None:
    desk.gets(BAD)
    desk.understands()
    held = Document.objects.get()
    queue.set_aside(held.sha256, BOSTON, actor="officer 1")
    scan.let_through(held.number, BOSTON, actor="officer 7")
    desk.understands()
    assert request.load("2026-0001", BOSTON).station == "D-4"


# ---- mails ----------------------------------------------------------------------------------------------------------


def a_mail(*papers: tuple[bytes, str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "fax@gateway.example", "d4@bpd.example"
    message["Message-ID"] = "<1@gateway.example>"
    message.set_content("A fax for you.")
    for data, encoding in papers:
        message.add_attachment(data, maintype="application", subtype="pdf", filename="fax.pdf", cte=encoding)
    return message.as_bytes()


def test_each_part_of_a_mail_is_looked_at_on_its_own(desk: Desk, scanner: Clamd) -> None:
    """Encoded, as our small server does not see it in the mail."""
    desk.gets(a_mail((FAX, "base64"), (BAD, "base64")))
    desk.understands()
    assert len(scanner.sent) == 3
    assert request.load("2026-0001", BOSTON).station == "D-4"
    (waits,) = desk.waits()
    assert (waits.reason, waits.name) == ("malware scan", "fax.pdf")
    assert Transmission.objects.count() == 3


def test_a_mail_in_which_something_is_found_is_not_opened_and_opened_when_let_through(
    desk: Desk, scanner: Clamd
) -> None:
    mail = a_mail((FAX, "base64")) + b"\r\n" + EICAR
    desk.gets(mail)
    desk.gets(mail, station="B-2")
    desk.understands()
    assert Transmission.objects.count() == 2
    (waits,) = desk.waits()
    assert waits.reason == "malware scan"
    scan.let_through(1, BOSTON, actor="officer 7")
    desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert desk.waits() == ()


def test_a_mail_that_was_opened_before_there_was_a_scanner_is_held_when_it_comes_again(
    desk: Desk, data_folder: Path
) -> None:
    mail = a_mail((FAX, "base64")) + b"\r\n" + EICAR
    desk.gets(mail)
    desk.understands()
    with clamd() as running:
        running.set_up(data_folder)
        desk.gets(mail, station="B-2")
        desk.understands()
        (waits,) = desk.waits()
        assert waits.reason == "malware scan"
        scan.let_through(1, BOSTON, actor="officer 7")
        desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert desk.waits() == ()
