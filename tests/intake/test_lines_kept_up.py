"""That test pages go on being sent, that each tells of its own line alone, and that neither a clock that was wrong nor a mistake in lines.json hides
a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detainerdesk.intake import lines, marks
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.lines import Heard, Line, LinesError, NotSent
from detainerdesk.intake.models import ChannelFault, DetainerRequest, LineTest, Transmission
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, Desk

NOW = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEAR = 365 * DAY
JAIL = "Detention Facility of the Sheriffs Department"  # longer than a name that is kept


@pytest.fixture
def line(tmp_path: Path) -> Line:
    (tmp_path / "D-4").mkdir()
    return Line(BOSTON, "folder", "D-4", folder=str(tmp_path / "D-4"))


def heard(line: Line, at: datetime) -> Heard:
    (one,) = lines.heard([line], at)
    return one


def comes_back(test: LineTest, at: datetime, *, channel: str = "folder", station: str = "D-4") -> Transmission:
    page = marks.line_page(test.token, test.agency, test.station, test.channel, "now")
    got = receive(page, Envelope(channel, BOSTON, station, "test.pdf", at, f"back by {channel} {station} {at}"))
    understand_all()
    return Transmission.objects.get(receipt=got.number)


# ---- a clock that was ahead, and was set right ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_sent_while_the_clock_was_ahead_keeps_no_later_one_back(line: Line) -> None:
    lines.send(line, NOW + YEAR)
    assert lines.due([line], NOW) == (line,)
    lines.send(line, NOW)
    assert lines.due([line], NOW + HOUR) == ()
    assert heard(line, NOW + HOUR).silent_since == NOW + timedelta(minutes=30)


@pytest.mark.django_db
def test_what_failed_while_the_clock_was_ahead_is_said_when_it_fails_again(line: Line) -> None:
    for at in (NOW + YEAR, NOW, NOW + timedelta(minutes=59), NOW + HOUR):
        lines.fault("folder", "The disk is full.", at, agency=BOSTON, station="D-4")
    (now,) = lines.conditions([line], NOW + timedelta(hours=2))
    assert [fault.at for fault in now.faults] == [NOW + HOUR, NOW], "within the hour once"


# ---- test pages that nobody sends any more -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_line_whose_pages_are_no_longer_sent_is_silent_from_when_the_next_had_to_be_here(line: Line) -> None:
    LineTest.objects.create(
        token="a1", agency=BOSTON, station="D-4", channel="folder", made_at=NOW, due_at=NOW + HOUR, seen_at=NOW
    )
    next_back = NOW + DAY + timedelta(minutes=30)
    assert not heard(line, next_back + timedelta(minutes=14)).silent, "a timer may be a little late"
    later = heard(line, NOW + 10 * DAY)
    assert (later.silent, later.unsent, later.silent_since) == (True, True, next_back)
    lines.send(line, NOW + 10 * DAY)
    assert not heard(line, NOW + 10 * DAY).silent, "this one is waited for"


@pytest.mark.django_db
def test_a_line_through_which_no_page_was_ever_sent_is_silent(line: Line) -> None:
    assert (heard(line, NOW).silent, heard(line, NOW).silent_since) == (True, None)
    assert not heard(Line(BOSTON, "upload", "D-4"), NOW).silent, "no page is set up for it"


# ---- a page that could not be sent ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_that_could_not_be_sent_is_not_waited_for_and_tried_again_in_an_hour(tmp_path: Path) -> None:
    line = Line(BOSTON, "folder", "D-4", folder=str(tmp_path / "D-4"))
    with pytest.raises(NotSent):
        lines.send(line, NOW)
    now = heard(line, NOW + timedelta(minutes=1))
    assert (now.failed, now.silent_since, now.last_sent) == (True, NOW, NOW)
    assert lines.due([line], NOW + timedelta(minutes=59)) == ()
    assert lines.due([line], NOW + HOUR) == (line,)
    (tmp_path / "D-4").mkdir()
    comes_back(lines.send(line, NOW + HOUR), NOW + HOUR)
    assert (heard(line, NOW + 2 * HOUR).failed, heard(line, NOW + 2 * HOUR).silent) == (False, False)
    assert lines.due([line], NOW + 24 * HOUR) == ()


@pytest.mark.django_db
def test_a_program_that_said_it_failed_and_sent_the_page_all_the_same_was_heard(line: Line) -> None:
    test = lines.send(line, NOW)
    LineTest.objects.update(due_at=NOW)  # as of one that failed
    comes_back(test, NOW)
    assert (heard(line, NOW + HOUR).failed, heard(line, NOW + HOUR).silent) == (False, False)
    assert lines.due([line], NOW + 2 * HOUR) == ()


# ---- a page that comes by another line -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("channel", "station"), [("folder", "B-2"), ("mail", "D-4")])
def test_a_page_that_comes_by_another_line_says_nothing_of_its_own_and_is_told(
    channel: str, station: str, line: Line, desk: Desk
) -> None:
    other = Line(BOSTON, channel, station)
    test = lines.send(line, NOW)
    row = comes_back(test, NOW + timedelta(seconds=5), channel=channel, station=station)
    now = heard(line, NOW + HOUR)
    assert (now.last_seen, now.silent_since) == (None, NOW + timedelta(minutes=30))
    assert heard(other, NOW + HOUR).last_seen is None
    (fault,) = ChannelFault.objects.filter(channel="folder", station="D-4")
    assert f"came by another one: station {station}, channel {channel}." in fault.says
    assert row.tests.exists(), "it is no paper"
    assert (DetainerRequest.objects.count(), desk.waits()) == (0, ())
    *_, last = ledger.entries(kind="line.tested")
    assert last.event.facts["as_sent"] is False
    comes_back(test, NOW + timedelta(seconds=9))
    now = heard(line, NOW + HOUR)
    assert (now.took_seconds, now.silent) == (9, False)


# ---- lines.json ----------------------------------------------------------------------------------------------------------


def set_up(data: Path, **entry: object) -> None:
    told = {"agency": BOSTON, "channel": "mail", "station": "D-4", "mail": "d4@desk.example.gov", **entry}
    (data / lines.FILE).write_text(json.dumps({"lines": [told]}), encoding="utf-8")


@pytest.mark.parametrize(
    "server", ["127.0.0.1:smtp", "127.0.0.1:70000", "::1", "[::1:25", "fax gateway:25", "duty@127.0.0.1", "a/b", ""]
)
def test_a_server_that_can_not_be_called_is_refused(server: str, data_folder: Path) -> None:
    set_up(data_folder, server=server)
    with pytest.raises(LinesError, match=r"line 1: server must be .* like 127\.0\.0\.1:25"):
        lines.known()


@pytest.mark.parametrize(
    ("server", "called"),
    [
        ("127.0.0.1:2525", ("127.0.0.1", 2525)),
        ("mail.example.gov", ("mail.example.gov", 25)),
        ("mail.example.gov:", ("mail.example.gov", 25)),
        ("[::1]:2525", ("::1", 2525)),
    ],
)
@pytest.mark.django_db
def test_a_server_is_a_name_or_an_address_and_a_port(
    server: str, called: tuple[str, int], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def nobody(*address: object, timeout: float) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(lines.smtplib, "SMTP", nobody)
    set_up(data_folder, server=server)
    (line,) = lines.known()
    with pytest.raises(NotSent):
        lines.send(line, NOW)
    assert asked == [called]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["every_hours", "alarm_after_minutes"])
def test_a_length_that_no_calendar_holds_is_refused(name: str, data_folder: Path) -> None:
    set_up(data_folder, **{name: 1e9})
    with pytest.raises(LinesError, match=name):
        lines.known()
    set_up(data_folder, **{name: 10_000})
    assert lines.due(lines.known(), NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"mail": "two\nlines@x.example"}, {"mail": "", "command": ["/bin/\0", "{page}"]}])
def test_what_no_message_and_no_program_can_be_made_of_is_a_page_that_could_not_be_sent(
    wrong: dict[str, object], data_folder: Path
) -> None:
    set_up(data_folder, **wrong)
    (line,) = lines.known()
    with pytest.raises(NotSent):
        lines.send(line, NOW)


@pytest.mark.django_db
def test_a_line_is_found_by_the_name_that_its_stations_papers_have(data_folder: Path, tmp_path: Path) -> None:
    for number, station in enumerate((f"{JAIL} North", f"{JAIL} South")):
        receive(b"%d" % number, Envelope("mail", BOSTON, station, "fax.pdf", NOW, station))
    set_up(data_folder, station=f"{JAIL} North")
    first, second = lines.conditions(lines.used(BOSTON), NOW)
    assert (first.line.tested, first.backlog, second.line.tested, second.backlog) == (True, 1, False, 1)
