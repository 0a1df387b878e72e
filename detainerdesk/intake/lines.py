"""Whether a line is alive. A line is one channel to one station. In: the lines of an installation (DATA/lines.json) and a moment; out: what each
last brought, what waits, what failed, and whether the test page that was sent through it came back in time, by the same line. A test page is timed and
known; it is never counted as a request."""

from __future__ import annotations

import logging
import secrets
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from detainerdesk.intake import display, marks, setting
from detainerdesk.intake.models import ChannelFault, LineTest, Transmission
from detainerdesk.ledger import log as ledger

FILE = "lines.json"
ACTOR = "intake"

log = logging.getLogger(__name__)
EVERY_HOURS, ALARM_AFTER_MINUTES = 24.0, 30.0
FAULTS_OF = timedelta(hours=24)
TOLD_AGAIN_AFTER = timedelta(hours=1)
SENT_AGAIN_AFTER = timedelta(hours=1)  # what could not be sent
SENT_WITHIN = timedelta(minutes=15)  # once due: a timer looks every five minutes, and another page may take as long
FAULTS_SHOWN = 20
KEY = ("agency", "channel", "station")
OF_A_FAX_SERVER = ("folder", "mail", "mailbox")
SENDING_TAKES_AT_MOST = 300  # seconds
SMTP_PORT = 25
NOT_SENT = Q(due_at=F("made_at"), seen_at=None)
"""Of a test page that could not be sent: nothing is to be waited for."""


Length = Annotated[float, msgspec.Meta(ge=1, le=10_000)]


class LinesError(ValueError):
    """The list of lines can't be used; the message names the entry and what belongs there."""


class NotSent(OSError):
    """A test page could not be put on its line; the message says why."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line as it is set up. Its test page goes out by one of: `folder` (dropped there), `mail` (to this address by `server`),
    `command` (any program that sends a fax; `{page}` stands for the file). `caller`: how a fax server writes the number that called, in a file's name
    or in a mail's header `caller_in`; `receipts_to`: the folder from which it sends pages to such numbers."""

    agency: str
    channel: str
    station: str
    every_hours: Length = EVERY_HOURS
    alarm_after_minutes: Length = ALARM_AFTER_MINUTES
    folder: str = ""
    mail: str = ""
    server: str = "127.0.0.1:25"
    command: tuple[str, ...] = ()
    caller: str = ""
    caller_in: str = "Subject"
    receipts_to: str = ""

    @property
    def tested(self) -> bool:
        return bool(self.folder or self.mail or self.command)


class _Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Heard:
    """What the test pages of a line say of it. `silent_since`: the moment by which a test page had to be here and was not. `failed`: the last one
    could not be sent, and `last_sent` is when that was tried. `unsent`: the next one is due, and nobody sent it."""

    line: Line
    last_sent: datetime | None = None
    last_seen: datetime | None = None
    took_seconds: int | None = None
    silent_since: datetime | None = None
    failed: bool = False
    unsent: bool = False

    @property
    def silent(self) -> bool:
        """Nobody knows whether it brings papers. Of a line through which no page was ever sent it is not known since when."""
        return self.silent_since is not None or self.unsent

    @property
    def late(self) -> bool:
        """The last page that came took longer than it may."""
        return self.took_seconds is not None and self.took_seconds > self.line.alarm_after_minutes * 60


@dataclass(frozen=True)
class Condition(Heard):
    """How a line stands at a moment: its test pages, what it brought, what waits to be read, what failed within a day."""

    last_received: datetime | None = None
    backlog: int = 0
    faults: tuple[ChannelFault, ...] = ()


def known(data: Path | None = None) -> tuple[Line, ...]:
    """The lines that are set up in DATA/lines.json, each station called as its papers are; none where there is no such file."""
    said = setting.read((data or Path(settings.DATA)) / FILE, _Lines, LinesError)
    lines = said.lines if said else ()
    for number, line in enumerate(lines, 1):
        if wrong := _wrong(line):
            raise LinesError(f"{FILE}, line {number}: {wrong}")
    return tuple(msgspec.structs.replace(line, station=display.station_name(line.station)) for line in lines)


def conditions(lines: Iterable[Line], at: datetime) -> tuple[Condition, ...]:
    """How each of these lines stands."""
    lines = tuple(lines)
    agencies = {line.agency for line in lines}
    came = _came(agencies)
    faults = ChannelFault.objects.filter(Q(agency__in=agencies) | Q(agency=""), at__gt=at - FAULTS_OF, at__lte=at)
    failed = tuple(faults)
    return tuple(
        Condition(
            **{field.name: getattr(one, field.name) for field in fields(Heard)},
            last_received=came.get(_key(one.line), (None, 0))[0],
            backlog=came.get(_key(one.line), (None, 0))[1],
            faults=tuple(fault for fault in failed if _is_of(fault, one.line))[:FAULTS_SHOWN],
        )
        for one in heard(lines, at)
    )


def heard(lines: Iterable[Line], at: datetime) -> tuple[Heard, ...]:
    """What the test pages say of each line: a few questions to the database, however many lines there are."""
    lines = tuple(lines)
    tests = LineTest.objects.filter(agency__in={line.agency for line in lines}, made_at__lte=at)
    came = Q(seen_at__isnull=False)
    rows = tests.order_by().values_list(*KEY)
    moments = rows.annotate(
        sent=Max("made_at"), failed=Max("made_at", filter=NOT_SENT), back=Max("made_at", filter=came)
    )
    last: dict[tuple[str, ...], _Last] = {
        (agency, channel, station): _Last(*of_it) for agency, channel, station, *of_it in moments
    }
    backs = tests.filter(came, made_at__in={one.back for one in last.values() if one.back is not None})
    backs = backs.order_by("-seen_at")  # of several copies of a page, the one that came first counts
    seen = {(_key(test), test.made_at): test.seen_at for test in backs}
    waited: dict[tuple[str, ...], list[LineTest]] = {}
    for test in tests.filter(seen_at=None, due_at__lt=at):
        waited.setdefault(_key(test), []).append(test)
    return tuple(_heard(line, last.get(_key(line), _Last()), seen, waited.get(_key(line), []), at) for line in lines)


def used(agency: str) -> tuple[Line, ...]:
    """The lines by which this agency's papers came, set up or not: those that are set up, then the others."""
    mine = tuple(line for line in known() if line.agency == agency)
    there = {(line.channel, line.station) for line in mine}
    rows = Transmission.objects.filter(agency=agency, inside=None).order_by()  # in an order, each row would be distinct
    came = set(rows.values_list("channel", "station").distinct())
    failed = ChannelFault.objects.filter(agency=agency, at__gt=timezone.now() - FAULTS_OF)
    came |= {
        pair for pair in failed.values_list("channel", "station") if all(pair)
    }  # a folder that nobody may open brings no paper
    return (*mine, *(Line(agency, *pair) for pair in sorted(came) if pair not in there))


def due(lines: Iterable[Line], at: datetime) -> tuple[Line, ...]:
    """The lines whose next test page is to go out now."""
    return tuple(line for line in lines if line.tested and _is_due(line, at))


def send(line: Line, at: datetime) -> LineTest:
    """Sends a test page through the line; from now on it is waited for. One that could not even be sent makes the line silent at once."""
    test = LineTest.objects.create(
        token=secrets.token_hex(12),
        agency=line.agency,
        station=line.station,
        channel=line.channel,
        made_at=at,
        due_at=at + timedelta(minutes=line.alarm_after_minutes),
    )
    page = marks.line_page(test.token, line.agency, line.station, line.channel, f"{at:%Y-%m-%d %H:%M %Z}")
    try:
        _put_on(line, page, test.token)
    except (OSError, ValueError, smtplib.SMTPException, subprocess.SubprocessError) as error:
        LineTest.objects.filter(pk=test.pk).update(due_at=F("made_at"))
        says = (
            f"The test page could not be sent ({type(error).__name__}). See whether the line is set up right in {FILE}."
        )
        fault(line.channel, says, at, agency=line.agency, station=line.station)
        raise NotSent(says) from error
    return test


def seen(token: str, row: Transmission) -> bool:
    """A test page came in, or another copy of one: that is a row of its own, so that no transmission of it is taken for a paper. In the caller's
    transaction. One that came by another line than it was sent through says nothing of its own, which goes on waiting. False: this installation sent
    no such page."""
    test = LineTest.objects.select_for_update().filter(token=token, agency=row.agency).first()
    if test is None:
        return False
    as_sent = (row.channel, row.station) == (test.channel, test.station)
    another = not as_sent or test.seen_in not in (None, row)
    if another:
        test.token = secrets.token_hex(12)
    test.seen_at, test.seen_in = row.received_at if as_sent else None, row
    test.save(force_insert=another)
    if not as_sent:
        says = (
            f"The test page of this line came by another one: station {row.station}, channel {row.channel}. "
            f"See that its channel, station, and number, address or folder in {FILE} belong together."
        )
        fault(test.channel, says, row.received_at, agency=test.agency, station=test.station)
    ledger.append(
        "line.tested",
        actor=ACTOR,
        agency=row.agency,
        subject=str(test),
        facts={
            "channel": row.channel,
            "receipt": row.receipt,
            "seconds": round((row.received_at - test.made_at).total_seconds()),
            "station": row.station,
            "as_sent": as_sent,
        },
    )
    return True


def fault(channel: str, says: str, at: datetime, *, agency: str = "", station: str = "") -> None:
    """Keeps what a channel could not do, for its page; the same again within the hour is not kept twice. The words name no person. A database
    that can't keep it either is no reason to fail: the channel's own log has it."""
    station = display.station_name(station) if station else ""
    row = ChannelFault(agency=agency, channel=channel, station=station, says=says, at=at)
    told = ChannelFault.objects.filter(agency=agency, channel=channel, station=station, says=says)
    try:
        if not told.filter(at__gt=at - TOLD_AGAIN_AFTER, at__lte=at).exists():  # the clock may have been ahead
            row.save(force_insert=True)
    except DatabaseError:
        log.error("a fault of channel %s could not be kept", channel)


def _wrong(line: Line) -> str:
    """What can't be so, and what belongs there; empty where nothing is wrong."""
    if sum(map(bool, (line.folder, line.mail, line.command))) > 1:
        return "give one of folder, mail, command: the test page goes out one way."
    if line.command and "{page}" not in line.command[1:]:
        return "the command must have {page} where the file's name belongs."
    if bool(line.caller) != bool(line.receipts_to):
        return "caller and receipts_to belong together: give both or neither."
    if line.caller and (line.caller.count("{caller}") != 1 or line.channel not in OF_A_FAX_SERVER):
        return f"caller must have {{caller}} once, on a line by {', '.join(OF_A_FAX_SERVER)}."
    try:
        _server(line)
    except ValueError:
        return "server must be a name or address, and a port as a number, like 127.0.0.1:25."
    return ""


def _key(of: Line | LineTest) -> tuple[str, ...]:
    return (of.agency, of.channel, of.station)


def _came(agencies: Collection[str]) -> dict[tuple[str, ...], tuple[datetime | None, int]]:
    """When each line last brought something, and how much of it is not placed yet."""
    rows = Transmission.objects.filter(agency__in=agencies).order_by().values_list(*KEY)
    told = rows.annotate(last=Max("received_at"), backlog=Count("pk", filter=Q(placed=False)))
    return {(agency, channel, station): (last, backlog) for agency, channel, station, last, backlog in told}


@dataclass(frozen=True)
class _Last:
    """When the last test page of a line was made; the last that could not be sent; the last that came back."""

    sent: datetime | None = None
    failed: datetime | None = None
    back: datetime | None = None


def _heard(
    line: Line,
    last: _Last,
    seen: dict[tuple[tuple[str, ...], datetime], datetime | None],
    waited: Iterable[LineTest],
    at: datetime,
) -> Heard:
    came = seen.get((_key(line), last.back)) if last.back else None
    next_back = last.sent and last.sent + timedelta(hours=line.every_hours, minutes=line.alarm_after_minutes)
    unsent = line.tested and (next_back is None or next_back + SENT_WITHIN < at)
    waits_since = next((test.due_at for test in waited if last.back is None or test.made_at > last.back), None)
    return Heard(
        line=line,
        last_sent=last.sent,
        last_seen=came,
        took_seconds=round((came - last.back).total_seconds()) if came and last.back else None,
        silent_since=waits_since or (next_back if unsent else None),
        failed=last.sent is not None and last.failed == last.sent,
        unsent=unsent,
    )


def _is_of(fault: ChannelFault, line: Line) -> bool:
    return fault.channel == line.channel and fault.agency in ("", line.agency) and fault.station in ("", line.station)


def _is_due(line: Line, at: datetime) -> bool:
    """By what was sent up to now: the clock may have been ahead once."""
    sent = LineTest.objects.filter(agency=line.agency, channel=line.channel, station=line.station, made_at__lte=at)
    last = sent.last()
    if last is None:
        return True
    failed = last.due_at == last.made_at and last.seen_at is None
    return last.made_at <= at - (SENT_AGAIN_AFTER if failed else timedelta(hours=line.every_hours))


def _server(line: Line) -> tuple[str, int]:
    """Host and port of the mail server. Raises ValueError."""
    said = urlsplit(f"//{line.server}")
    if not said.hostname or said.netloc != line.server or said.username is not None or " " in line.server:
        raise ValueError(line.server)
    return said.hostname, said.port or SMTP_PORT


def _put_on(line: Line, page: bytes, token: str) -> None:
    if line.folder:
        unfinished = Path(line.folder, f"line-test-{token}.pdf.part")
        unfinished.write_bytes(page)
        unfinished.rename(unfinished.with_suffix(""))
    elif line.mail:
        _mail(line, page)
    else:
        program = shutil.which(line.command[0])
        if program is None:
            raise FileNotFoundError(line.command[0])
        with tempfile.TemporaryDirectory(prefix="line-test-") as folder:
            file = Path(folder, "line-test.pdf")
            file.write_bytes(page)
            words = [word.replace("{page}", str(file)) for word in line.command[1:]]
            subprocess.run([program, *words], check=True, timeout=SENDING_TAKES_AT_MOST, stdin=subprocess.DEVNULL)


def _mail(line: Line, page: bytes) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = line.mail, line.mail, "Line test"
    message.set_content("This page shows that the line works.")
    message.add_attachment(page, maintype="application", subtype="pdf", filename="line-test.pdf")
    with smtplib.SMTP(*_server(line), timeout=60) as server:
        server.send_message(message)
