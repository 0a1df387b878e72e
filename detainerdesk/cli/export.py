"""`detainerdesk export`: the ledger of this installation, signed as it stands and written out for an auditor, who checks it offline with
`detainerdesk verify`. Sealed values stay behind: no name and no number of a person is in the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detainerdesk.cli.installation import Data, open_installation
from detainerdesk.cli.told import FICTIONAL, BadInput, counted, say_json

ACTOR = "command line"


def export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder for the copy.")],
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Signs the ledger as it stands and writes a copy for an auditor: `detainerdesk verify` checks it offline. No name is in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} is there already and is not an empty folder: name a new one.")
    ready = open_installation(data)
    from detainerdesk.ledger import notary
    from detainerdesk.ledger.verify import export as write

    signed = notary.sign_checkpoint(actor=ACTOR, agency="desk")
    write(folder)
    fictional = ready.profile == "development"
    if as_json:
        say_json(
            {
                "folder": str(folder),
                "size": signed.size,
                "root": signed.root,
                "vkey": ready.vkey,
                "fictional": fictional,
            }
        )
        return
    typer.echo(f"{folder}: {counted(signed.size, 'entry', 'entries')} of the ledger, root {signed.root}.")
    typer.echo(f"Hand the auditor this key by another way than the folder:\n{ready.vkey}")
    typer.echo(f"Check it: detainerdesk verify {folder} --vkey KEY")
    if fictional:
        typer.echo(FICTIONAL)
