"""A fax is answered by one page to the number that called: numbered without gaps, once, never for a page of our own, and never on a guess."""

from __future__ import annotations

import errno
import io
import json
import os
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from detainerdesk.intake import lines, marks, receipts
from detainerdesk.intake.channels import callers, fax_receipts
from detainerdesk.intake.channels.fax_receipts import answer_all
from detainerdesk.intake.channels.folder import sweep
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import ChannelFault, SenderReceipt, Transmission
from detainerdesk.intake.reading import MARK, archive
from detainerdesk.intake.reading.fields import Code, Reading, Unreadable
from detainerdesk.intake.understand import understand_all, understand_next
from tests.intake.made import BOSTON, detainer, reading

pytestmark = pytest.mark.django_db(transaction=True)

ERO, OTHER = "6175550134", "6175550101"
GATEWAY = "fax@gateway.example [127.0.0.1]"


@pytest.fixture
def out(data_folder: Path) -> Path:
    """The folder from which the fax server sends."""
    folder = data_folder / "outgoing"
    folder.mkdir()
    return folder


@pytest.fixture
def inbox(data_folder: Path, out: Path) -> Path:
    """Two lines: a fax server's folder, and a gateway's mails. Counsel has turned receipts on."""
    written = [
        {"agency": BOSTON, "channel": "folder", "station": "D-4", "caller": "*-{caller}.pdf", "receipts_to": str(out)},
        {
            "agency": BOSTON,
            "channel": "mail",
            "station": "B-2",
            "caller": "Fax from {caller}*",
            "receipts_to": str(out),
        },
    ]
    (data_folder / lines.FILE).write_text(json.dumps({"lines": written}), encoding="utf-8")
    (data_folder / "inbox" / "D-4").mkdir(parents=True)
    receipts.turn(BOSTON, True, actor="counsel adler")
    return data_folder / "inbox"


def faxed(inbox: Path, *names: str) -> None:
    """Each file arrives, is taken in and read (as a form), and answered."""
    for name in names:
        file = inbox / "D-4" / name
        file.write_bytes(name.encode())
        os.utime(file, (time.time() - 60, time.time() - 60))
    sweep(inbox, BOSTON)
    understand_all(lambda place: reading(detainer()))


def sent(out: Path) -> list[str]:
    return sorted(file.name for file in out.iterdir())


def text_of(page: Path) -> str:
    pdf = pdfium.PdfDocument(page)
    assert len(pdf) == 1
    return " ".join(pdf[0].get_textpage().get_text_range().split())


# ---- the page -----------------------------------------------------------------------------------------------------


def test_a_fax_is_answered_by_one_page_to_the_number_that_called(inbox: Path, out: Path) -> None:
    faxed(inbox, f"0001-{ERO}.pdf")
    assert answer_all() == 1
    row = Transmission.objects.get()
    assert row.sender == "fax 617-555-0134"
    assert sent(out) == [f"{ERO}-{row.receipt}.pdf"]
    said = text_of(out / sent(out)[0])
    assert receipts.words(1, BOSTON, row.received_at) in said
    assert "Receipt 1" in said
    assert "To 617-555-0134" in said


def test_the_page_says_nothing_of_custody_or_of_the_person(inbox: Path, out: Path) -> None:
    faxed(inbox, f"DELACROIX A000000001-{ERO}.pdf")
    answer_all()
    said = text_of(out / sent(out)[0]).casefold()
    assert not {"delacroix", "a000000001", "detainer", "custody", "hold", "release", "d-4"} & set(said.split())


def test_each_number_has_its_own_count_without_gaps_and_the_months_list_has_them(inbox: Path, out: Path) -> None:
    faxed(inbox, *(f"{n}-{number}.pdf" for n, number in enumerate((ERO, OTHER, ERO, ERO))))
    assert answer_all() == 4
    now = datetime.now(UTC)
    assert receipts.senders(BOSTON) == (OTHER, ERO)
    issued = receipts.of_month(BOSTON, "+1 (617) 555-0134", now.year, now.month)
    assert [(one.number, one.channel) for one in issued] == [(1, "folder"), (2, "folder"), (3, "folder")]


def test_a_mail_of_a_gateway_is_answered_to_the_caller_and_its_reply_has_no_number(inbox: Path, out: Path) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Message-ID"] = "fax@gateway.example", "b2@desk.example.gov", "<1@gateway.example>"
    mail["Subject"] = "Fax from +1 (617) 555-0134, 2 pages"
    mail.add_attachment(b"%PDF-1.7 FICTIONAL", maintype="application", subtype="pdf", filename="fax.pdf")
    data = mail.as_bytes()
    sender = callers.sender_of_mail("mail", BOSTON, "B-2", data, GATEWAY)
    assert sender == f"fax 617-555-0134 by {GATEWAY}"
    got = receive(data, Envelope("mail", BOSTON, "B-2", "mail.eml", datetime.now(UTC), "1", sender))
    assert got.for_sender is None, "a gateway is not who sent the fax"
    assert answer_all() == 0, "what lies in it is not read yet"
    understand_all(lambda place: reading(detainer()))
    assert answer_all() == 1
    assert sent(out) == [f"{ERO}-{got.number}.pdf"]
    assert SenderReceipt.objects.get().sender == ERO


# ---- once ---------------------------------------------------------------------------------------------------------


def test_a_fax_is_never_answered_twice(inbox: Path, out: Path) -> None:
    faxed(inbox, f"1-{ERO}.pdf")
    assert [answer_all(), answer_all()] == [1, 0]
    (out / sent(out)[0]).unlink()  # the fax server sent it
    assert answer_all() == 0
    assert sent(out) == []


class Died(BaseException):
    """What a killed process does no more."""


def dies(*_: object) -> None:
    raise Died


@pytest.mark.parametrize(
    ("at", "numbers"), [("_write", 0), ("receipts.give", 0), ("_hand_over", 1)], ids=["page", "number", "name"]
)
def test_rel_4_wherever_it_dies_each_fax_is_answered_once_with_its_own_number(
    at: str, numbers: int, inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faxed(inbox, f"1-{ERO}.pdf", f"2-{ERO}.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(f"detainerdesk.intake.channels.fax_receipts.{at}", dies)
        with pytest.raises(Died):
            answer_all()
    assert SenderReceipt.objects.count() == numbers
    assert [name for name in sent(out) if not name.startswith(".")] == [], "a half page is never seen"
    answer_all()
    assert [text_of(out / f"{ERO}-{row.receipt}.pdf").count(f"Receipt {n}") for n, row in enumerate(rows(), 1)] == [
        1,
        1,
    ]
    assert len(sent(out)) == 2
    assert [one.number for one in SenderReceipt.objects.all()] == [1, 2]


@pytest.mark.parametrize("at", ["receipts.give", "_hand_over"])
def test_rel_4_a_page_that_lay_there_when_its_line_got_another_folder_goes_out_once(
    at: str, inbox: Path, out: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is still another line's: whether the page goes out from there is settled before it is written for the new one."""
    faxed(inbox, f"1-{ERO}.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(f"detainerdesk.intake.channels.fax_receipts.{at}", dies)
        with pytest.raises(Died):
            answer_all()
    written = json.loads((data_folder / lines.FILE).read_text(encoding="utf-8"))
    written["lines"][0]["receipts_to"] = str(data_folder / "new")
    (data_folder / "new").mkdir()
    (data_folder / lines.FILE).write_text(json.dumps(written), encoding="utf-8")
    answer_all()
    assert len([*sent(out), *sent(data_folder / "new")]) == SenderReceipt.objects.count() == 1


def rows() -> list[Transmission]:
    return list(Transmission.objects.order_by("receipt"))


def test_a_page_with_another_number_than_was_given_never_goes_out(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faxed(inbox, f"1-{ERO}.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "next_of", lambda *_: 5)
        assert answer_all() == 0
    assert (sent(out), SenderReceipt.objects.count()) == ([], 0)
    assert answer_all() == 1
    assert SenderReceipt.objects.get().number == 1


def test_two_processes_do_not_answer_at_once(inbox: Path, out: Path) -> None:
    faxed(inbox, f"1-{ERO}.pdf")
    with fax_receipts._alone(out) as mine:
        assert mine
        assert answer_all() == 0
    assert answer_all() == 1


def test_rel_5_without_the_folder_no_number_is_given_and_the_lines_page_says_so(inbox: Path, out: Path) -> None:
    faxed(inbox, f"1-{ERO}.pdf")
    out.rmdir()
    assert answer_all() == 0
    assert not SenderReceipt.objects.exists()
    assert "could not be put into the folder for outgoing faxes" in ChannelFault.objects.get(station="D-4").says
    out.mkdir()
    assert answer_all() == 1


def test_rel_5_with_a_full_disk_no_number_is_given(inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    faxed(inbox, f"1-{ERO}.pdf")
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", no_room)
        assert answer_all() == 0
    assert not SenderReceipt.objects.exists()
    assert answer_all() == 1


# ---- to whom not --------------------------------------------------------------------------------------------------


def test_nobody_is_answered_while_receipts_are_off_nor_later_for_that_time(inbox: Path, out: Path) -> None:
    receipts.turn(BOSTON, False, actor="counsel adler")
    faxed(inbox, f"1-{ERO}.pdf")
    assert answer_all() == 0
    receipts.turn(BOSTON, True, actor="counsel adler")
    assert answer_all() == 0, "from now on"
    faxed(inbox, f"2-{ERO}.pdf")
    assert answer_all() == 1


def test_a_line_that_names_no_pattern_answers_nobody(inbox: Path, out: Path, data_folder: Path) -> None:
    (data_folder / lines.FILE).unlink()
    faxed(inbox, f"1-{ERO}.pdf")
    assert Transmission.objects.get().sender == ""
    assert answer_all() == 0


def test_a_fax_whose_caller_is_not_known_gets_no_receipt_and_the_list_says_so(inbox: Path, out: Path) -> None:
    faxed(inbox, "0001.pdf", f"0002-{ERO}.pdf")
    assert answer_all() == 1
    now = datetime.now(UTC)
    (without,) = receipts.faxes_without(BOSTON, now.year, now.month)
    assert (without.receipt, without.station, without.channel) == (1, "D-4", "folder")
    assert Transmission.objects.get(receipt=1).sender == "fax, number unknown"


def test_a_test_page_of_ours_is_not_answered_and_not_in_the_list(inbox: Path, out: Path) -> None:
    for name in (f"1-{ERO}.pdf", "2.pdf"):
        test = lines.send(lines.Line(BOSTON, "folder", "D-4", folder=str(out)), datetime.now(UTC))
        page = out / f"line-test-{test.token}.pdf"
        page.rename(inbox / "D-4" / name)
    with CaptureQueriesContext(connection) as nothing_waits:
        answer_all()
    sweep(inbox, BOSTON)
    assert answer_all() == 0, "not before it is known what it is"
    understand_all()  # the real reader finds the codes
    with CaptureQueriesContext(connection) as asked:
        assert answer_all() == 0
    assert len(asked) == len(nothing_waits), "and costs no round a question more: one comes each day"
    now = datetime.now(UTC)
    assert receipts.faxes_without(BOSTON, now.year, now.month) == ()


def test_another_copy_of_a_test_page_is_not_answered_and_not_in_the_list_either(inbox: Path, out: Path) -> None:
    test = lines.send(lines.Line(BOSTON, "folder", "D-4", folder=str(out)), datetime.now(UTC))
    page = out / f"line-test-{test.token}.pdf"
    for name in (f"1-{ERO}.pdf", f"2-{ERO}.pdf", "3.pdf"):
        (inbox / "D-4" / name).write_bytes(page.read_bytes() + name.encode())
    page.unlink()
    sweep(inbox, BOSTON)
    understand_all()
    assert (answer_all(), SenderReceipt.objects.count()) == (0, 0)
    now = datetime.now(UTC)
    assert receipts.faxes_without(BOSTON, now.year, now.month) == ()


def test_a_test_page_that_came_in_a_gateways_mail_is_not_answered(inbox: Path, out: Path) -> None:
    test = lines.send(lines.Line(BOSTON, "mail", "B-2", folder=str(out)), datetime.now(UTC))
    page = out / f"line-test-{test.token}.pdf"
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Message-ID"], mail["Subject"] = "fax@gateway.example", "<1@a>", f"Fax from {ERO}"
    mail.add_attachment(page.read_bytes(), maintype="application", subtype="pdf", filename="fax.pdf")
    page.unlink()
    sender = callers.sender_of_mail("mail", BOSTON, "B-2", mail.as_bytes(), GATEWAY)
    receive(mail.as_bytes(), Envelope("mail", BOSTON, "B-2", "mail.eml", datetime.now(UTC), "1", sender))
    understand_all()
    assert receipts.caller_of(sender) == ERO
    assert answer_all() == 0


def test_a_receipt_is_never_answered_by_a_receipt(inbox: Path, out: Path) -> None:
    """Two desks that fax each other."""
    (inbox / "D-4" / f"1-{ERO}.pdf").write_bytes(marks.receipt_page("one", OTHER, 5))
    sweep(inbox, BOSTON)
    understand_all()
    assert answer_all() == 0


@pytest.mark.parametrize("caller", [ERO, None])
@pytest.mark.parametrize("page", ["receipt", "test page"])
def test_what_lies_in_an_archive_in_a_mail_is_looked_at_before_its_fax_is_answered(
    page: str, caller: str | None, inbox: Path, out: Path, data_folder: Path
) -> None:
    (data_folder / archive.FILE).write_text('{"zip": true}')
    data = marks.receipt_page("one", OTHER, 5)
    if page == "test page":
        test = lines.send(lines.Line(BOSTON, "mail", "B-2", folder=str(out)), datetime.now(UTC))
        data = (out / f"line-test-{test.token}.pdf").read_bytes()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("fax.pdf", data)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Message-ID"], mail["Subject"] = "fax@gateway.example", "<1@a>", "Fax from unknown"
    mail.add_attachment(zipped.getvalue(), maintype="application", subtype="zip", filename="fax.zip")
    sender = receipts.by_fax(caller, GATEWAY)
    receive(mail.as_bytes(), Envelope("mail", BOSTON, "B-2", "mail.eml", datetime.now(UTC), "1", sender))
    while understand_next() is not None:
        assert answer_all() == 0
    now = datetime.now(UTC)
    without = receipts.faxes_without(BOSTON, now.year, now.month)
    assert len(without) == (caller is None and page == "receipt"), "a test page is no fax"


@pytest.mark.parametrize("station", ["A-1", "C-6"])
def test_a_fax_that_a_cover_sheet_sent_to_another_station_is_answered_on_the_line_it_came_by(
    station: str, inbox: Path, out: Path, data_folder: Path
) -> None:
    """A-1 has a line of its own, C-6 none."""
    file, others = data_folder / lines.FILE, data_folder / "outgoing of A-1"
    written = json.loads(file.read_text(encoding="utf-8"))["lines"]
    other = {**written[0], "station": "A-1", "receipts_to": str(others)}
    file.write_text(json.dumps({"lines": [other, *written]}), encoding="utf-8")
    others.mkdir()
    (inbox / "D-4" / f"1-{ERO}.pdf").write_bytes(marks.cover_sheet(BOSTON, station, date(2026, 3, 3)))
    sweep(inbox, BOSTON)
    understand_all()
    assert Transmission.objects.get().station == station
    assert answer_all() == 1
    assert (sent(out), sent(others)) == ([f"{ERO}-1.pdf"], [])


def test_what_is_not_answered_costs_the_next_rounds_no_question_each(inbox: Path, out: Path) -> None:
    def a_round(come: int) -> int:
        for number in range(come):
            (inbox / "D-4" / f"{come}{number}-{ERO}.pdf").write_bytes(b"%d of %d" % (number, come))
        sweep(inbox, BOSTON)
        understand_all(lambda place: Reading((), 1, codes=(Code(1, f"{MARK}{marks.RECEIPT}:5"),)))
        with CaptureQueriesContext(connection) as asked:
            assert answer_all() == 0
        return len(asked)

    assert a_round(2) == a_round(5)


def test_two_machines_that_answer_each_other_come_to_an_end(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fax_receipts, "MOST_A_DAY", 2)
    faxed(inbox, *(f"{n}-{ERO}.pdf" for n in range(4)))
    assert answer_all() == 2
    assert "within a day" in ChannelFault.objects.get().says
    Transmission.objects.update(acknowledged_at=datetime.now(UTC) - timedelta(days=3))
    assert answer_all() == 0, "not later either"


def test_what_can_not_be_read_is_answered_too(inbox: Path, out: Path) -> None:
    """The count is of what arrived."""
    (inbox / "D-4" / f"1-{ERO}.pdf").write_bytes(b"no form")
    sweep(inbox, BOSTON)
    understand_all(lambda place: Unreadable("no page"))
    assert answer_all() == 1


def test_a_fax_with_any_other_code_is_answered(inbox: Path, out: Path) -> None:
    (inbox / "D-4" / f"1-{ERO}.pdf").write_bytes(b"a form")
    sweep(inbox, BOSTON)
    understand_all(lambda place: Reading((detainer(),), 1, codes=(Code(1, "https://example.org"),)))
    assert answer_all() == 1


# ---- the number that called ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pattern", "number"),
    [
        ("6175550134.tif", "{caller}.tif", ERO),
        ("fax_16175550134_20261129.TIF", "fax_{caller}_*.tif", ERO),
        ("20261129 0017 617.555.0134.pdf", "* {caller}.pdf", ERO),
        ("Fax from +1 (617) 555-0134, 2 pages", "*from {caller}*", ERO),
        ("Fax to 617-555-0101 from 617-555-0134", "*from {caller}*", ERO),
        ("a*b 6175550134", "a*b {caller}", ERO),
        ("6175550134.tif", "{caller}.pdf", None),
        ("61755501340.tif", "{caller}.tif", None),
        ("25550134.tif", "{caller}.tif", None),
        ("+44 207 555 0134", "*{caller}*", None),
        ("+442075550134", "*{caller}*", None),
        ("9005550134", "{caller}", None),
        ("617555013\u0664", "{caller}", None),
        ("6179765550", "{caller}", None),
        ("anonymous", "{caller}", None),
        ("", "*{caller}*", None),
        ("1" * 5000, "*{caller}*", None),
        ("a 6175550101 b 6175550134 b.pdf", "*{caller} b.pdf", ERO),
        ("to 6175550101 from 6175550134 of 2", "*to*from {caller}*of*", ERO),
        ("6175550134 fax", "*fax*{caller}*", None),
        ("fax 6175550134", "**fax**{caller}**", ERO),
        ("6175550134.tif", "{caller}.tif*", ERO),
    ],
)
def test_a_number_is_read_where_the_pattern_says_and_never_guessed(text: str, pattern: str, number: str | None) -> None:
    assert callers.number_in(text, pattern) == number


def test_a_pattern_with_many_stars_takes_no_time_that_grows_with_each() -> None:
    begun = time.monotonic()
    assert callers.number_in("a" * callers.LONGEST, "*a" * 100 + "{caller}") is None
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"From: a@b\r\nSubject: Fax from 617-555-0134\r\n\r\n", ERO),
        (b"SUBJECT:\r\n Fax from\r\n\t617-555-0134\r\n\r\n", ERO),
        (b"Subject: =?utf-8?q?Fax_from_617-555-0134?=\r\n\r\n", ERO),
        (b"Subject: =?no-such?q?Fax_from_617?=\r\n\r\n", ""),
        (b"Subject: =?\xc3\xbc?q?Fax_from_617?=\r\n\r\n", ""),
        (b"From: a@b\r\n\r\nSubject: Fax from 617-555-0134\r\n", ""),
        (b"X-Subject: Fax from 617-555-0134\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_only_the_header_is_looked_at(head: bytes, sender: str, inbox: Path) -> None:
    said = callers.sender_of_mail("mail", BOSTON, "B-2", head, GATEWAY)
    assert receipts.caller_of(said) == sender
    assert said.endswith(f" by {GATEWAY}")


def test_who_mails_by_himself_is_no_fax(inbox: Path) -> None:
    head = b"Subject: Fax from 617-555-0134\r\n\r\n"
    assert callers.sender_of_mail("mail", BOSTON, "D-4", head, GATEWAY) == GATEWAY, "this line is no gateway's"


def test_a_list_of_lines_that_can_not_be_read_stops_no_fax(inbox: Path, data_folder: Path) -> None:
    (data_folder / lines.FILE).write_text("[", encoding="utf-8")
    faxed(inbox, f"1-{ERO}.pdf")
    assert Transmission.objects.get().sender == ""
    assert answer_all() == 0


def test_the_sender_as_it_is_written_down_is_known_again() -> None:
    assert receipts.caller_of(receipts.by_fax(ERO)) == receipts.caller_of(receipts.by_fax(ERO, GATEWAY)) == ERO
    assert receipts.known_as(receipts.by_fax(ERO, GATEWAY)) == ERO
    assert receipts.caller_of(receipts.by_fax(None, GATEWAY)) == receipts.caller_of(receipts.by_fax(None)) == ""
    assert receipts.caller_of(GATEWAY) is None
