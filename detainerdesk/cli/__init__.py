"""The one command, `detainerdesk`: a thin shell over the rooms, one module a group. docs/cli.md lists commands and exit codes:
0 it holds; 1 it does not (an example fails, a proof fails); 2 the input is at fault; 3 this installation is not ready; 4 a fault of ours."""

from __future__ import annotations

import typer

from detainerdesk.cli import (
    api_key,
    case,
    demo,
    export,
    installation,
    law,
    lines,
    listening,
    paper,
    proof,
    receipts,
    report,
    status,
)
from detainerdesk.cli.told import Told

app = typer.Typer(
    cls=Told,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What the law that binds this agency requires on a detainer request, on a date, and a proof of what was done.",
)
app.command("decide")(case.decide)
app.add_typer(law.app, name="law")
app.command("read")(paper.read)
app.command("intake")(paper.intake)
app.command("listen")(listening.listen)
app.command("poll")(listening.poll)
app.command("lines")(lines.lines)
app.command("receipts")(receipts.receipts)
app.add_typer(api_key.app, name="api-key")
app.command("report")(report.report)
app.command("bundle")(report.bundle)
app.command("export")(export.export)
app.command("verify")(proof.verify)
app.command("setup")(installation.setup)
app.command("status")(status.status)
app.command("serve")(installation.serve)
app.command("demo")(demo.demo)
