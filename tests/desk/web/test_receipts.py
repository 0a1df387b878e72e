"""Counsel alone turns receipts for senders on; a month's list shows each sender's numbers, and a gap on either side is seen."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from detainerdesk.desk.page.receipts import numbers_in, runs
from detainerdesk.intake import lines, receipts
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.ledger import log as ledger
from tests.desk.web.conftest import BOSTON, PASSWORD, Desk, Screen

ERO = "duty@ero.example"
MARCH = datetime(2026, 3, 3, 12, tzinfo=UTC)


def as_(desk: Desk, role: str) -> Client:
    client = Client()
    client.force_login(desk.account(f"a{role}", role, station="").user)
    return client


def send(n: int, channel: str = "mail") -> int | None:
    envelope = Envelope(channel, BOSTON, "D-4", "mail.eml", MARCH, f"{channel} {n}", f"ERO Boston <{ERO}>")
    return receive(b"mail %d" % n, envelope).for_sender


@pytest.fixture
def four(desk: Desk) -> None:
    receipts.turn(BOSTON, True, actor="officer 1")
    assert [send(n) for n in range(4)] == [1, 2, 3, 4]


def month(client: Client, **more: str) -> Any:
    return client.post("/receipts/month", {"sender": ERO, "month": "2026-03", "as": "page", **more})


def test_counsel_turns_receipts_on_with_the_password_again_and_reads_what_a_sender_is_told(desk: Desk) -> None:
    counsel = as_(desk, "counsel")
    page = counsel.get("/receipts").content.decode()
    assert "no sender gets a number" in page
    assert "transmission 17 from you arrived" in page
    assert send(1) is None
    refused = counsel.post("/receipts/turn", {"turn": "on", "password": "wrong"})
    assert refused.status_code == 422
    assert not receipts.turned_on(BOSTON)
    counsel.post("/receipts/turn", {"turn": "on", "password": PASSWORD})
    assert send(2) == 1
    *_, turned = (one.event for one in ledger.entries() if one.event.kind == "receipts.turned_on")
    assert turned.actor.startswith("officer ")
    counsel.post("/receipts/turn", {"turn": "on", "password": PASSWORD})
    assert [one.event.kind for one in ledger.entries()].count("receipts.turned_on") == 1
    counsel.post("/receipts/turn", {"turn": "off", "password": PASSWORD})
    assert send(3) is None


def test_a_fax_without_a_callers_number_stands_in_the_months_list(desk: Desk, tmp_path: Path, settings: Any) -> None:
    records = as_(desk, "records")
    assert "no line here says where the number that called stands" in words_of(records.get("/receipts"))
    set_up = {
        "agency": BOSTON,
        "channel": "folder",
        "station": "D-4",
        "caller": "{caller}.pdf",
        "receipts_to": str(tmp_path),
    }
    (Path(settings.DATA) / lines.FILE).write_text(json.dumps({"lines": [set_up]}), encoding="utf-8")
    assert "None: of each fax the number that called is known." in words_of(records.get("/receipts"))
    unknown = Envelope("folder", BOSTON, "D-4", "1.pdf", datetime.now(UTC), "one", receipts.by_fax(None))
    number = receive(b"a fax", unknown).number
    shown = words_of(records.get("/receipts"))
    assert "The number that called is not known of 1. Their senders got no receipt." in shown
    assert re.search(rf"\b{number} \w{{3}} \w{{3}} \d+, \d\d:\d\d E[SD]T D-4 ", shown)
    receipts.turn(BOSTON, True, actor="officer 1")
    assert send(1) == 1
    assert "Faxes without a receipt, 2026-03 None" in words_of(month(records)), "those of the month that is asked for"


def words_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_who_is_not_counsel_has_no_button_and_is_refused(desk: Desk) -> None:
    for role in ("supervisor", "records", "auditor"):
        client = as_(desk, role)
        assert "Turn receipts" not in client.get("/receipts").content.decode()
        assert client.post("/receipts/turn", {"turn": "on", "password": PASSWORD}).status_code == 403
    assert not receipts.turned_on(BOSTON)


@pytest.mark.usefixtures("four")
def test_the_list_of_a_month_shows_the_numbers_and_the_gaps_on_either_side(desk: Desk) -> None:
    shown = month(as_(desk, "auditor"), theirs="1-2, 4, 7-9").content.decode()
    assert "4 numbers: 1-4." in shown
    assert "Here and not on the sender&#x27;s list: 3." in shown
    assert "On the sender&#x27;s list and not here: 7-9." in shown
    assert "Both lists have the same numbers." in month(as_(desk, "records"), theirs="1-4").content.decode()
    assert "Both lists" not in month(as_(desk, "counsel")).content.decode()


@pytest.mark.usefixtures("four")
def test_the_list_for_a_spreadsheet_is_a_download_whose_cells_stay_text(desk: Desk) -> None:
    got = month(as_(desk, "supervisor"), **{"as": "csv"})
    assert got["Content-Type"] == "text/csv; charset=utf-8"
    assert got["Content-Disposition"] == 'attachment; filename="receipts-2026-03.csv"'
    lines = got.content.decode().split("\r\n")
    assert lines[:2] == ["number,received_at,channel", "1,2026-03-03T12:00:00+00:00,mail"]
    odd = receipts.Issued(1, MARCH, "=1+1")
    assert "'=1+1" in receipts.as_csv([odd])


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"month": "03/2026"}, "Month: write year-month"),
        ({"month": "2026-13"}, "Month: write year-month"),
        ({"sender": ""}, "Sender: choose"),
        ({"theirs": "one"}, "is no number"),
        ({"theirs": "9-1"}, "runs backwards"),
        ({"theirs": "1-999999999"}, "too long"),
    ],
)
def test_what_is_not_right_is_said_and_stays_in_the_form(desk: Desk, more: dict[str, str], says: str) -> None:
    got = month(as_(desk, "supervisor"), **more)
    assert got.status_code == 422
    assert says in got.content.decode()
    assert more.get("theirs", "") in got.content.decode()


def test_a_sender_of_another_agency_has_no_list_here(desk: Desk) -> None:
    receipts.turn("us-tx-harris/sheriff", True, actor="officer 1")
    receive(b"m", Envelope("mail", "us-tx-harris/sheriff", "jail", "m.eml", MARCH, "t", f"<{ERO}>"))
    assert "No sender has a number yet." in as_(desk, "supervisor").get("/receipts").content.decode()
    assert "No numbers were given" in month(as_(desk, "auditor")).content.decode()


@pytest.mark.parametrize("text", ["", "1", "1-3", "1, 3-5 9", "1–3;5", "2 - 4"])
def test_numbers_are_read_as_they_are_written(text: str) -> None:
    numbers = numbers_in(text)
    assert numbers_in(runs(numbers)) == numbers


def test_runs_of_numbers() -> None:
    assert runs({1, 2, 3, 5, 7, 8}) == "1-3, 5, 7-8"
    assert numbers_in("1-3, 5") == {1, 2, 3, 5}


@pytest.mark.browser
@pytest.mark.usefixtures("four")
def test_the_list_is_made_by_keyboard_and_names_no_sender_in_its_address(desk: Desk, window: Any) -> None:
    desk.account("ruiz", "supervisor", station="")
    screen: Screen = window()
    screen.sign_in("ruiz")
    screen.open("receipts")
    screen.page.locator("#id_month").fill("2026-03")
    screen.page.locator("#id_theirs").fill("1-3")
    screen.page.locator("#id_theirs").focus()
    screen.press("Control+Enter")
    screen.settle()
    assert "Here and not on the sender's list: 4." in screen.page.locator("main").inner_text()
    assert not re.search("ero|duty|@", screen.page.url)
    assert screen.complaints == []
