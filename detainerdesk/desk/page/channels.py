"""Whether the lines are alive, in words. In: an agency, a station (empty: all), `now`. Out: the channels page with a row for each line, and what the
board's head says of them. A line that brings nothing back is said by a sentence, never by a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from detainerdesk.desk import words
from detainerdesk.desk.models import Officer
from detainerdesk.intake import lines
from detainerdesk.intake.lines import Condition, Heard, Line, LinesError
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.numbers import zone_of

CHANNELS = {"folder": "fax", "upload": "upload", "api": "computer", "mail": "mail", "mailbox": "mail", "entry": "hand"}
CHECK = {
    "folder": "Check the tray.",
    "fax": "Check the tray.",
    "mail": "Check the mailbox.",
    "mailbox": "Check the mailbox.",
}
UNSEEN = "Papers may be arriving unseen."
ADMINISTRATOR = "Tell the administrator."
NO_LIST = "The list of lines can't be read, so no line is watched. Ask the administrator."
NO_LINE = "No paper has come yet, and no line is set up."
NO_STATION = "unnamed station"


@dataclass(frozen=True)
class LineRow:
    """One line: by what to where. `mark` is SILENT, LATE or empty; `says` the sentence that belongs to it; `faults`: when, and in what words."""

    channel: str
    station: str
    mark: str
    says: str
    last_received: str
    backlog: int
    test: str
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChannelsPage:
    """Every line of a station, or of all. `alarms`: the sentences that stand on top."""

    agency: str
    station: str
    looked_at: str
    alarms: tuple[str, ...]
    rows: tuple[LineRow, ...]
    empty: str


@dataclass(frozen=True)
class LinesHead:
    """What the board's head says: `Last paper 01:52 by fax; line test passed 00:05.`"""

    says: str
    alarms: tuple[str, ...]


def channel(name: str) -> str:
    """By what a paper came, as an officer says it."""
    return CHANNELS.get(name, name)


def channels_page(agency: str, station: str, now: datetime) -> ChannelsPage:
    """The lines that are set up and those by which papers came; silent ones first, then late ones."""
    zone = zone_of(agency)
    at = words.moment(now, zone, now)
    try:
        found = [line for line in lines.used(agency) if not station or line.station == station]
    except LinesError as error:
        return ChannelsPage(agency, station, at, (f"{NO_LIST} {error}",), (), "")
    conditions = sorted(lines.conditions(found, now), key=lambda one: (not one.silent, not one.late))
    alarms = tuple(said for one in conditions if (said := alarm(one, zone, now, of_many=not station)))
    rows = tuple(line_row(one, zone, now) for one in conditions)
    return ChannelsPage(agency, station, at, alarms, rows, "" if rows else NO_LINE)


def head(agency: str, station: str, now: datetime) -> LinesHead:
    """The last paper and the last test of the lines that are tested, in one sentence; and what is wrong with a line. A board never fails on it."""
    zone, last = zone_of(agency), _last_paper(agency, station, now)
    try:
        tested = [line for line in lines.known() if line.agency == agency and line.tested]
    except LinesError:
        return LinesHead(f"{last}.", (NO_LIST,))
    heard = lines.heard([line for line in tested if not station or line.station == station], now)
    alarms = tuple(said for one in heard if (said := alarm(one, zone, now, of_many=not station)))
    came = [one.last_seen for one in heard if one.last_seen is not None]
    if alarms or not came or len(came) < len(heard):
        return LinesHead(f"{last}.", alarms)
    passed = "line test passed" if len(came) == 1 else "line tests passed, the first"
    return LinesHead(f"{last}; {passed} {words.hour(min(came), zone, now)}.", ())


def alarm(heard: Heard, zone: ZoneInfo, now: datetime, *, of_many: bool = False) -> str:
    """What is wrong with a line, and what to do; empty where nothing is. `of_many`: the sentence says which station's it is."""
    line, by = heard.line, channel(heard.line.channel)
    where = f"{line.station}: " if of_many else ""
    check = CHECK.get(line.channel, "Check the line.")
    if heard.silent:
        what = _not_sent(heard, by, zone, now)
        if not what and heard.last_seen is not None:
            what = f"No test page by {by} since {words.hour(heard.last_seen, zone, now)}."
        elif not what and heard.silent_since is not None:
            what = f"A test page by {by} was due {words.hour(heard.silent_since, zone, now)} and has not come."
        return f"{where}{what} {UNSEEN} {check}"
    if heard.late and heard.took_seconds is not None:
        took = words.span(timedelta(seconds=heard.took_seconds))
        return f"{where}The last test page by {by} took {took}; {_limit(line)} is set. Papers may come late. {check}"
    return ""


def _not_sent(heard: Heard, by: str, zone: ZoneInfo, now: datetime) -> str:
    """Of a line that is silent because nothing went out; empty where it did."""
    at = words.hour(heard.last_sent, zone, now) if heard.last_sent is not None else ""
    if heard.failed:
        return f"The test page by {by} could not be sent {at}. {ADMINISTRATOR}"
    if heard.unsent:
        return f"No test page by {by} has been sent {'since ' + at if at else 'yet'}. {ADMINISTRATOR}"
    return ""


def stations(agency: str) -> tuple[str, ...]:
    """The stations that are known here: of the lines, of the officers, of the papers that came."""
    try:
        set_up = {line.station for line in lines.known() if line.agency == agency}
    except LinesError:
        set_up = set()
    officers = Officer.objects.filter(agency=agency).exclude(station="").values_list("station", flat=True)
    came = Transmission.objects.filter(agency=agency).order_by().values_list("station", flat=True).distinct()
    return tuple(sorted({*set_up, *officers, *came} - {NO_STATION}))


def line_row(one: Condition, zone: ZoneInfo, now: datetime) -> LineRow:
    """A line's condition in words."""
    return LineRow(
        channel=channel(one.line.channel),
        station=one.line.station,
        mark="SILENT" if one.silent else "LATE" if one.late else "",
        says=alarm(one, zone, now),
        last_received=words.hour(one.last_received, zone, now) if one.last_received else "none yet",
        backlog=one.backlog,
        test=_test(one, zone, now),
        faults=tuple((words.hour(fault.at, zone, now), fault.says) for fault in one.faults),
    )


def _test(one: Condition, zone: ZoneInfo, now: datetime) -> str:
    """`sent 00:05, back 00:05 after 12 s`, and of one that is still out, until when it may be."""
    if one.last_sent is None:
        return "none sent yet" if one.line.tested else "none: nothing is set up for it"
    back = ""
    if one.last_seen is not None and one.took_seconds is not None:
        back = f"{words.hour(one.last_seen, zone, now)} after {_took(one.took_seconds)}"
    if one.failed:
        failed = f"could not be sent {words.hour(one.last_sent, zone, now)}"
        return f"{failed}. The one before was back {back}" if back else failed
    came_last = one.last_seen is not None and words.passed(one.last_sent, one.last_seen)
    sent = f"sent {words.hour(one.last_sent, zone, now)}"
    if came_last:
        return f"{sent}, back {back}"
    due = one.last_sent + timedelta(minutes=one.line.alarm_after_minutes)
    out = f"{sent}, not back; due {words.hour(due, zone, now)}"
    return f"{out}. The one before was back {back}" if back else out


def _took(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else words.span(timedelta(seconds=seconds))


def _limit(line: Line) -> str:
    return words.span(timedelta(minutes=line.alarm_after_minutes))


def _last_paper(agency: str, station: str, now: datetime) -> str:
    """Test pages are no papers."""
    papers = Transmission.objects.filter(agency=agency, tests=None, **({"station": station} if station else {}))
    last = papers.order_by("-received_at").first()
    if last is None:
        return "No paper has come yet"
    return f"Last paper {words.hour(last.received_at, zone_of(agency), now)} by {channel(last.channel)}"
