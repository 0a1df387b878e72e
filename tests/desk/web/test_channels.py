"""Whether papers can arrive at all is seen on the channels page and on the board: silence and delay are said in words, each officer sees their lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from detainerdesk.desk.page.channels import alarm, channels_page, head, line_row
from detainerdesk.intake import lines
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.lines import Condition, Heard, Line
from detainerdesk.intake.models import LineTest, Transmission
from tests.desk.web.conftest import BOSTON, Desk, Screen, delacroix

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 3, 2, 10, tzinfo=ZONE)  # a Tuesday
MONDAY = datetime(2026, 3, 2, 0, 5, tzinfo=ZONE)
FAX = Line(BOSTON, "folder", "D-4", folder="/srv/spool")


@pytest.fixture
def set_up(data_folder: Path) -> Callable[..., None]:
    """Writes lines.json: each line as (channel, station)."""

    def write(*named: tuple[str, str]) -> None:
        told = [
            {"agency": BOSTON, "channel": channel, "station": station, "folder": "/srv/x"} for channel, station in named
        ]
        (data_folder / lines.FILE).write_text(json.dumps({"lines": told}), encoding="utf-8")

    return write


def went_out(station: str, made: datetime, after: timedelta | None, channel: str = "folder") -> LineTest:
    """A test page that went out, and came back after a while or not at all."""
    return LineTest.objects.create(
        token=f"{channel}{station}{made:%d%H%M}".replace("-", ""),
        agency=BOSTON,
        station=station,
        channel=channel,
        made_at=made,
        due_at=made + timedelta(minutes=30),
        seen_at=made + after if after is not None else None,
    )


# ---- the sentences ---------------------------------------------------------------------------------------------------


def test_silence_says_since_when_what_it_may_mean_and_what_to_do() -> None:
    silent = Heard(FAX, last_seen=MONDAY, silent_since=NOW - timedelta(hours=1))
    assert (
        alarm(silent, ZONE, NOW)
        == "No test page by fax since Mon 00:05. Papers may be arriving unseen. Check the tray."
    )
    assert alarm(silent, ZONE, NOW, of_many=True).startswith("D-4: No test page by fax")


def test_a_line_that_never_brought_a_test_page_says_when_one_was_due() -> None:
    said = alarm(Heard(FAX, silent_since=MONDAY), ZONE, NOW)
    assert (
        said == "A test page by fax was due Mon 00:05 and has not come. Papers may be arriving unseen. Check the tray."
    )


def test_delay_says_how_long_and_what_is_set() -> None:
    late = Heard(Line(BOSTON, "mail", "D-4", mail="d4@example.org"), last_seen=MONDAY, took_seconds=2520)
    assert (
        alarm(late, ZONE, NOW)
        == "The last test page by mail took 42 min; 30 min is set. Papers may come late. Check the mailbox."
    )


@pytest.mark.parametrize(
    ("silent", "says"),
    [
        (Heard(FAX, unsent=True), "No test page by fax has been sent yet."),
        (
            Heard(FAX, MONDAY, MONDAY, silent_since=NOW, unsent=True),
            "No test page by fax has been sent since Mon 00:05.",
        ),
        (Heard(FAX, MONDAY, silent_since=MONDAY, failed=True), "The test page by fax could not be sent Mon 00:05."),
    ],
)
def test_a_line_through_which_no_page_goes_out_says_so_and_whom_to_tell(silent: Heard, says: str) -> None:
    said = alarm(silent, ZONE, NOW)
    assert said == f"{says} Tell the administrator. Papers may be arriving unseen. Check the tray."


def test_a_line_that_works_says_nothing() -> None:
    assert alarm(Heard(FAX, last_seen=MONDAY, took_seconds=12), ZONE, NOW) == ""


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (Condition(Line(BOSTON, "upload", "D-4")), "none: nothing is set up for it"),
        (Condition(FAX), "none sent yet"),
        (Condition(FAX, MONDAY, MONDAY + timedelta(seconds=12), 12), "sent Mon 00:05, back Mon 00:05 after 12 s"),
        (Condition(FAX, NOW), "sent 02:10, not back; due 02:40"),
        (Condition(FAX, NOW, silent_since=NOW, failed=True), "could not be sent 02:10"),
        (
            Condition(FAX, NOW, MONDAY, 180, NOW, failed=True),
            "could not be sent 02:10. The one before was back Mon 00:05 after 3 min",
        ),
        (
            Condition(FAX, NOW, MONDAY, 180),
            "sent 02:10, not back; due 02:40. The one before was back Mon 00:05 after 3 min",
        ),
    ],
)
def test_the_last_test_page_in_words(condition: Condition, says: str) -> None:
    assert line_row(condition, ZONE, NOW).test == says


# ---- the board's head ------------------------------------------------------------------------------------------------


def test_the_head_says_the_last_paper_and_the_last_test(desk: Desk, set_up: Callable[..., None]) -> None:
    set_up(("folder", "D-4"))
    receive(b"fax", Envelope("folder", BOSTON, "D-4", "fax.pdf", NOW - timedelta(minutes=18), "1"))
    went_out("D-4", NOW - timedelta(minutes=125), timedelta(seconds=20))
    assert head(BOSTON, "D-4", NOW).says == "Last paper 01:52 by fax; line test passed 00:05."
    assert head(BOSTON, "D-4", NOW).alarms == ()
    assert head(BOSTON, "B-2", NOW).says == "No paper has come yet."


def test_of_several_lines_the_oldest_test_is_told(desk: Desk, set_up: Callable[..., None]) -> None:
    set_up(("folder", "D-4"), ("mail", "D-4"))
    went_out("D-4", NOW - timedelta(minutes=60), timedelta(0))
    went_out("D-4", NOW - timedelta(minutes=125), timedelta(0), "mail")
    assert head(BOSTON, "D-4", NOW).says == "No paper has come yet; line tests passed, the first 00:05."


def test_a_test_page_is_no_paper(desk: Desk) -> None:
    receive(b"fax", Envelope("folder", BOSTON, "D-4", "fax.pdf", NOW - timedelta(hours=1), "1"))
    receive(b"test", Envelope("folder", BOSTON, "D-4", "test.pdf", NOW, "2"))
    page = went_out("D-4", NOW, timedelta(0))
    page.seen_in = Transmission.objects.get(delivery="2")
    page.save()
    assert head(BOSTON, "D-4", NOW).says == "Last paper 01:10 by fax."


def test_a_head_with_a_silent_line_does_not_say_that_tests_passed(desk: Desk, set_up: Callable[..., None]) -> None:
    set_up(("folder", "D-4"), ("mail", "D-4"))
    went_out("D-4", NOW - timedelta(hours=2), timedelta(0), "mail")
    went_out("D-4", NOW - timedelta(hours=2), None)
    shown = head(BOSTON, "D-4", NOW)
    assert shown.says == "No paper has come yet."
    assert len(shown.alarms) == 1


@pytest.mark.parametrize("days", [None, 10])
def test_a_line_that_nobody_tests_is_an_alarm_and_no_passed_test(
    days: int | None, desk: Desk, set_up: Callable[..., None]
) -> None:
    """What sends the test pages has ended, or never ran."""
    set_up(("folder", "D-4"))
    if days:
        went_out("D-4", NOW - timedelta(days=days), timedelta(seconds=5))
    shown = head(BOSTON, "D-4", NOW)
    assert "line test passed" not in shown.says
    assert "No test page by fax has been sent" in shown.alarms[0]
    (row,) = channels_page(BOSTON, "D-4", NOW).rows
    assert row.mark == "SILENT"


def test_a_list_of_lines_that_can_not_be_read_never_stops_a_board(desk: Desk, client: Client) -> None:
    (Path(settings.DATA) / lines.FILE).write_text("{", encoding="utf-8")
    client.force_login(desk.officer.user)
    for path in ("/board", "/channels", "/upload", "/entry?kind=phone"):
        assert client.get(path).status_code == 200
    assert "no line is watched" in client.get("/board").content.decode()
    told = client.get("/channels").content.decode()
    assert "lines.json" in told
    assert str(settings.DATA) not in told


def test_a_board_asks_the_database_as_often_for_fifty_lines_as_for_two(desk: Desk, set_up: Callable[..., None]) -> None:
    def asked(count: int) -> int:
        set_up(*(("folder", f"S-{n}") for n in range(count)))
        for n in range(count):
            if not LineTest.objects.filter(station=f"S-{n}").exists():
                went_out(f"S-{n}", NOW - timedelta(hours=1), timedelta(0))
        with CaptureQueriesContext(connection) as queries:
            head(BOSTON, "", NOW)
            channels_page(BOSTON, "", NOW)
        return len(queries)

    assert asked(2) == asked(50) <= 12


# ---- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_stations(desk: Desk, set_up: Callable[..., None]) -> None:
    set_up(("folder", "D-4"), ("folder", "B-2"))
    now = timezone.now()
    went_out("D-4", now - timedelta(days=2), timedelta(seconds=41))
    went_out("D-4", now - timedelta(days=1), None)
    went_out("B-2", now - timedelta(hours=1), timedelta(seconds=9))
    lines.fault("folder", "The spool can't be read.", now, agency=BOSTON, station="B-2")
    lines.fault("folder", "Of another agency.", now, agency="us-tx-harris/sheriff")
    lines.fault("folder", "Long ago.", now - timedelta(hours=25), agency=BOSTON)


@pytest.mark.usefixtures("two_stations")
def test_who_sees_all_stations_sees_all_lines_and_a_desk_officer_their_own(desk: Desk) -> None:
    for role in ("supervisor", "records", "admin"):
        shown = page_of(desk, role)
        assert "D-4, by fax" in shown
        assert "B-2, by fax" in shown
        assert "The spool can&#x27;t be read." in shown
        assert "Of another agency" not in shown
        assert "Long ago" not in shown
    own = page_of(desk, "desk_officer")
    assert "D-4, by fax" in own
    assert "B-2" not in own


def page_of(desk: Desk, role: str) -> str:
    client = Client()
    client.force_login(desk.account(f"a{role}", role).user)
    return str(client.get("/channels").content.decode())


@pytest.mark.usefixtures("two_stations")
def test_a_silent_line_stands_first_marked_by_a_word(desk: Desk) -> None:
    first, second = channels_page(BOSTON, "", timezone.now()).rows
    assert (first.station, first.mark, second.mark) == ("D-4", "SILENT", "")
    assert first.says.startswith("No test page by fax since")


def test_lines_by_which_papers_came_stand_there_once_each(desk: Desk) -> None:
    for n in range(3):
        receive(b"%d" % n, Envelope("upload", BOSTON, "D-4", "a.pdf", NOW, f"u{n}"))
    (row,) = channels_page(BOSTON, "", NOW).rows
    assert (row.channel, row.backlog, row.last_received) == ("upload", 3, "02:10")


def test_where_no_line_is_and_nothing_came_that_is_said(desk: Desk) -> None:
    assert "No paper has come yet, and no line is set up." in page_of(desk, "supervisor")


@pytest.mark.usefixtures("two_stations")
def test_the_board_of_the_station_says_that_its_line_is_silent_and_no_other_does(desk: Desk) -> None:
    for station, silent in (("D-4", True), ("B-2", False)):
        client = Client()
        client.force_login(desk.account(f"at{station}", station=station).user)
        assert ("Papers may be arriving unseen" in client.get("/board").content.decode()) is silent
    data = client.get("/board.json").json()
    assert data["line_alarms"] == []
    assert "line test passed" in data["last_paper"]


@pytest.mark.browser
@pytest.mark.usefixtures("two_stations")
def test_from_the_board_the_head_leads_to_the_lines_and_escape_leads_back(desk: Desk, screen: Screen) -> None:
    desk.paper(delacroix())
    screen.open("board")
    assert "Papers may be arriving unseen" in screen.page.get_by_role("alert").first.inner_text()
    screen.click(screen.page.get_by_role("link", name="Last paper"))
    assert screen.page.url.endswith("/channels")
    assert "SILENT D-4, by fax" in screen.page.locator("td").first.inner_text()
    screen.press("Escape")
    assert screen.page.url.endswith("/board")
    assert screen.complaints == []


def test_no_name_stands_on_the_page(desk: Desk, client: Client) -> None:
    """The administrator sees no case (security.md ACL-3)."""
    number = desk.paper(delacroix())
    shown = page_of(desk, "admin")
    assert "DELACROIX" not in shown.upper()
    assert number not in shown
