"""`detainerdesk report` and `detainerdesk bundle`: the year's report, and all of one request for a court."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import AGENCY, Data, law_here, open_installation
from detainerdesk.cli.moments import moment
from detainerdesk.cli.told import FICTIONAL, BadInput, counted, out, say_json

if TYPE_CHECKING:
    from detainerdesk.reports.annual import AnnualReport, Made

ACTOR = "command line"
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")]


def report(
    year: Annotated[int, typer.Option(help="The year that is reported: the one in which the period ends.")],
    part: Annotated[
        str,
        typer.Option(help="Where the law asks for several reports a year: H1 or H2, Q1 to Q4, 01 to 12."),
    ] = "",
    agency: Annotated[str, typer.Option(help="The agency that reports.")] = AGENCY,
    as_of: Annotated[
        str, typer.Option(help="The cut-off, like 2026-12-31; default now. A day counts to its end.")
    ] = "",
    out_folder: Annotated[Path, typer.Option("--out", help="Where to write the PDF and the CSV.")] = Path("reports"),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """The report that the law asks for, as PDF and CSV; each figure opens to its requests and to the ledger."""
    edition = law_here()
    zone = known_stack(agency, edition).zone
    now = datetime.now(UTC).astimezone(zone)
    cut_off = moment(as_of, zone, "--as-of", end_of_day=True) if as_of else now
    if cut_off > now:
        raise BadInput(f"--as-of {as_of} has not come yet. Give a moment up to now, or leave it out.")
    open_installation(data)
    from detainerdesk.reports import annual

    made = annual.make(agency, year, cut_off, edition, out=out_folder, actor=ACTOR, part=part)
    if as_json:
        say_json(report_json(made))
    else:
        say_report(made.report, out())
        typer.echo(f"PDF {made.pdf}\nCSV {made.csv}\nEntry {made.entry} of the ledger holds the hashes of both.")


def say_report(made: AnnualReport, console: Console) -> None:
    """The figures on a terminal."""
    console.print(made.title, style="bold", markup=False)
    for mark in made.standing.marks:
        console.print(mark, markup=False)
    for figure in made.figures:
        console.print(f"{figure.label}: {figure.said()}; notice only: {figure.said(notice_only=True)}", markup=False)
        for row in figure.rows:
            numbers = ", ".join(one.number for one in (*row.requests, *row.notice_only)) or "none"
            console.print(f"    {row.label}: {row.count} and {row.notice_count}   opens to {numbers}", markup=False)
    console.print(made.cut_off_says, markup=False)
    if made.begins_late:
        console.print(made.begins_late, markup=False)
    if made.fictional:
        console.print(FICTIONAL, markup=False)


def report_json(made: Made) -> dict[str, Any]:
    told = made.report
    return {
        "agency": told.agency,
        "duty": told.due.duty.id,
        "cite": told.standing.cite,
        "marks": list(told.standing.marks),
        "period": {
            "part": told.due.part,
            "first": told.due.period.first.isoformat(),
            "last": told.due.period.last.isoformat(),
            "zone": told.due.period.zone.key,
        },
        "due": told.due.due_on.isoformat() if told.due.due_on else None,
        "as_of": told.as_of.isoformat(),
        "records_begin": told.records_begin.isoformat() if told.records_begin else None,
        "requests": told.requests,
        "notice_only": told.notice_only,
        "transmissions": told.transmissions,
        "waiting": told.waiting,
        "figures": {
            figure.name: {
                "label": figure.label,
                "total": figure.total,
                "notice_only_total": figure.notice_total,
                "said": figure.said(),
                "rows": [
                    {
                        "line": row.label,
                        "count": row.count,
                        "notice_only": row.notice_count,
                        "in_the_number": row.counts,
                        "requests": [one.number for one in row.requests],
                        "notice_only_requests": [one.number for one in row.notice_only],
                        "entries": list(row.entries),
                    }
                    for row in figure.rows
                ],
            }
            for figure in told.figures
        },
        "ledger": {"size": told.anchor.size, "root": told.anchor.root} if told.anchor else None,
        "pdf": str(made.pdf),
        "csv": str(made.csv),
        "entry": made.entry,
        "fictional": told.fictional,
    }


def bundle(
    number: Annotated[str, typer.Argument(metavar="REQUEST", help="The request's number, like 2026-0412.")],
    agency: Annotated[str, typer.Option(help="The agency that has the request.")] = AGENCY,
    out_folder: Annotated[Path, typer.Option("--out", help="Where to write the folder and the zip.")] = Path("bundles"),
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Everything about one request, with proofs, for a court: `detainerdesk verify` checks it offline. It holds names and papers."""
    edition = law_here()
    zone = edition.stack(agency).zone
    open_installation(data)
    from django.conf import settings

    from detainerdesk.reports import bundle as bundles

    made = bundles.write(number, agency, edition, out=out_folder, actor=ACTOR, at=datetime.now(UTC).astimezone(zone))
    if as_json:
        say_json(
            {
                "folder": str(made.folder),
                "zip": str(made.zip),
                "entries": made.entries,
                "documents": made.documents,
                "decisions": made.decisions,
                "notes": list(made.notes),
                "fictional": settings.PROFILE == "development",
            }
        )
        return
    typer.echo(
        f"{made.folder} and {made.zip.name}: {counted(made.entries, 'entry', 'entries')}, "
        f"{counted(made.documents, 'paper')}, {counted(made.decisions, 'decision')}."
    )
    for note in made.notes:
        typer.echo(note)
    typer.echo(f"It holds names and papers. Check it: detainerdesk verify {made.folder}")
    if settings.PROFILE == "development":
        typer.echo(FICTIONAL)
