"""`detainerdesk lines`: whether each line brings papers, for a person or for a program that watches; and the test pages that are due, for cron or a
timer, or of one station, due or not. In: a data folder, with lines.json in it. Out: a table or JSON; exit code 1 where a line is silent, or a test page
could not be sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import AGENCY, Data, law_here, open_installation
from detainerdesk.cli.told import DOES_NOT_HOLD, FICTIONAL, BadInput, counted, out, say_json
from detainerdesk.cli.watching import Stop, went_well

if TYPE_CHECKING:
    from detainerdesk.intake.lines import Condition, Line

A_MINUTE = 60.0


def lines(
    agency: Annotated[str, typer.Option(help="Whose lines.")] = AGENCY,
    data: Data = None,
    send: Annotated[bool, typer.Option("--send", help="Send the test pages that are due now.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="With --send: go on until stopped, looking each minute.")
    ] = False,
    test: Annotated[
        str | None,
        typer.Option("--test", metavar="STATION", help="Send the test pages of this station now, due or not."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Each line: what it brought last, what waits to be read, what failed in 24 hours, its last test page. Exit code 1 if one is silent."""
    known_stack(agency, law_here())
    ready = open_installation(data)
    from detainerdesk.intake import lines as intake_lines

    if test is not None:
        if not _send(_tested(agency, test), as_json):
            raise typer.Exit(DOES_NOT_HOLD)
        return
    if send:
        stop = Stop() if watch else None
        all_sent = _send_due(agency, as_json)
        while stop and not stop.within(A_MINUTE):
            went_well(lambda: _send_due(agency, as_json))
        if not (watch or all_sent):
            raise typer.Exit(DOES_NOT_HOLD)
        return
    now = datetime.now(UTC)
    conditions = intake_lines.conditions(_used(agency), now)
    if as_json:
        say_json([_json(one) for one in conditions])
    else:
        _say(conditions, now, fictional=ready.profile == "development")
    if any(one.silent for one in conditions):
        raise typer.Exit(DOES_NOT_HOLD)


def _used(agency: str) -> tuple[Line, ...]:
    from detainerdesk.intake import lines as intake_lines

    try:
        return intake_lines.used(agency)
    except intake_lines.LinesError as error:
        raise BadInput(str(error)) from error


def _tested(agency: str, station: str) -> tuple[Line, ...]:
    """The lines of a station through which a test page can be sent."""
    from detainerdesk.intake import display

    tested = tuple(line for line in _used(agency) if line.tested)
    these = tuple(line for line in tested if line.station == display.station_name(station))
    if not these:
        known = ", ".join(sorted({line.station for line in tested})) or "none"
        raise BadInput(
            f"--test {station}: lines.json sets up no test page for this station. Stations with one: {known}."
        )
    return these


def _send_due(agency: str, as_json: bool) -> bool:
    from detainerdesk.intake import lines as intake_lines

    return _send(intake_lines.due(_used(agency), datetime.now(UTC)), as_json)


def _send(these: Iterable[Line], as_json: bool) -> bool:
    """Whether all went out. Those that can't be sent are said, and the others go out all the same."""
    from detainerdesk.desk.page.channels import channel
    from detainerdesk.intake import lines as intake_lines

    told, now = [], datetime.now(UTC)
    for line in these:
        try:
            intake_lines.send(line, now)
            told.append({"channel": line.channel, "station": line.station, "sent": True, "says": ""})
        except intake_lines.NotSent as error:
            told.append({"channel": line.channel, "station": line.station, "sent": False, "says": str(error)})
    if as_json:
        say_json(told)
    else:
        for one in told:
            typer.echo(f"{one['station']}, by {channel(str(one['channel']))}: {one['says'] or 'sent'}")
        typer.echo(f"{counted(sum(bool(one['sent']) for one in told), 'test page')} sent.")
    return all(one["sent"] for one in told)


def _json(one: Condition) -> dict[str, Any]:
    def moment(at: datetime | None) -> str | None:
        return at.astimezone(UTC).isoformat() if at else None

    return {
        "agency": one.line.agency,
        "channel": one.line.channel,
        "station": one.line.station,
        "tested": one.line.tested,
        "last_received": moment(one.last_received),
        "backlog": one.backlog,
        "errors": [{"at": moment(fault.at), "says": fault.says} for fault in one.faults],
        "last_sent": moment(one.last_sent),
        "last_seen": moment(one.last_seen),
        "took_seconds": one.took_seconds,
        "silent_since": moment(one.silent_since),
        "failed": one.failed,
        "unsent": one.unsent,
        "late": one.late,
    }


def _say(conditions: tuple[Condition, ...], now: datetime, *, fictional: bool) -> None:
    from detainerdesk.desk.page.channels import NO_LINE, line_row
    from detainerdesk.intake.numbers import zone_of

    console = out()
    if not conditions:
        typer.echo(NO_LINE)
    else:
        titles = ("line", "last test page", "last received", "not yet read", "errors, 24 h")
        table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
        rows = [line_row(one, zone_of(one.line.agency), now) for one in conditions]
        for row in rows:
            errors = "; ".join(f"{at} {says}" for at, says in row.faults) or "none"
            name = f"{row.station}, by {row.channel}" + (f"  {row.mark}" if row.mark else "")
            table.add_row(*map(escape, (name, row.test, row.last_received, str(row.backlog or "none"), errors)))
        console.print(table)
        for row in rows:
            if row.says:
                console.print(f"{row.station}: {row.says}", markup=False)
    if fictional:
        typer.echo(FICTIONAL)
