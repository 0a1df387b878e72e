"""`detainerdesk receipts`: the numbers that a sender got in a month, and where they differ from those that the sender kept. In: a sender as it is
known (a mail address, a fax number, a program's name), a month. Out: a table, JSON or CSV; exit code 1 where the two lists differ."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import AGENCY, Data, law_here, open_installation
from detainerdesk.cli.told import DOES_NOT_HOLD, FICTIONAL, BadInput, say_json


def receipts(
    sender: Annotated[str, typer.Argument(help="The sender: a mail address, a fax number, or the name of a program.")],
    month: Annotated[str, typer.Option(help="The month, like 2026-11, in the agency's zone.")],
    agency: Annotated[str, typer.Option(help="Whose receipts.")] = AGENCY,
    theirs: Annotated[str, typer.Option(help="The numbers that the sender kept, like 1-40,42, to compare.")] = "",
    data: Data = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="The list as CSV, for the sender.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """The numbers that a sender got in a month; with --theirs, where both lists differ (exit code 1). They say nothing of custody."""
    known_stack(agency, law_here())
    if not re.fullmatch(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", month):
        raise BadInput(f"{month!r} is no month. Write year-month, like 2026-11.")
    ready = open_installation(data)
    from detainerdesk.desk.page import receipts as page
    from detainerdesk.intake import receipts as intake_receipts

    try:
        kept = page.numbers_in(theirs)
    except ValueError as error:
        raise BadInput(f"--theirs: {error}") from error
    issued = intake_receipts.of_month(agency, sender, *map(int, month.split("-")))
    gaps = intake_receipts.gaps(issued, kept) if kept else intake_receipts.Gaps((), ())
    if as_csv:
        typer.echo(intake_receipts.as_csv(issued), nl=False)
    elif as_json:
        rows = [
            {"number": one.number, "received_at": one.received_at.astimezone(UTC).isoformat(), "channel": one.channel}
            for one in issued
        ]
        compared = {"only_ours": list(gaps.only_ours), "only_theirs": list(gaps.only_theirs)} if kept else None
        turned = intake_receipts.turned_on(agency)
        say_json({"sender": sender, "month": month, "on": turned, "receipts": rows, "gaps": compared})
    else:
        found = page.month_of(agency, sender, month, kept, datetime.now(UTC))
        for line in (found.says, *(f"{number:>6}  {at}  by {by}" for number, at, by in found.rows), *found.gaps):
            typer.echo(line)
        if not intake_receipts.turned_on(agency):
            typer.echo("Receipts for senders are off at this agency: counsel turns them on.")
        if ready.profile == "development":
            typer.echo(FICTIONAL)
    if gaps.only_ours or gaps.only_theirs:
        raise typer.Exit(DOES_NOT_HOLD)
