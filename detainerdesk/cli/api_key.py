"""`detainerdesk api-key`: keys for programs that bring papers in. A key's token is shown once, on standard output, and kept nowhere; only its hash
is. In: a data folder, a program's name. Out: the token, the list, or the word that a key is revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import AGENCY, Data, law_here, open_installation
from detainerdesk.cli.told import BadInput, Told, counted, say_json

app = typer.Typer(cls=Told, no_args_is_help=True, help="Keys for programs that bring papers in.")
Agency = Annotated[str, typer.Option(help="The agency that the papers are for.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")]


@app.command()
def make(
    name: Annotated[
        str, typer.Argument(help="The program's name, like jail-system: its papers come from this sender.")
    ],
    station: Annotated[str, typer.Option(help="The one station that it may bring papers to; default any.")] = "",
    agency: Agency = AGENCY,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Makes a key and shows its token, once."""
    known_stack(agency, law_here())
    open_installation(data)
    from detainerdesk.desk.models import ApiKey, KeyRefused

    try:
        key, token = ApiKey.make(name, agency, station, by=None, at=datetime.now(UTC))
    except KeyRefused as error:
        raise BadInput(str(error)) from error
    if as_json:
        say_json({"key": key.pk, "name": key.name, "agency": key.agency, "station": key.station, "token": token})
        return
    typer.echo(f"Key {key.pk} of {key.name}, {key.station or 'any station'}. It is shown this once:", err=True)
    typer.echo(token)


@app.command()
def revoke(
    key: Annotated[int, typer.Argument(help="The key's number, as `api-key list` shows it.")],
    data: Data = None,
) -> None:
    """Revokes a key: from now on its token opens nothing."""
    open_installation(data)
    from detainerdesk.desk.models import ApiKey, KeyRefused

    found = ApiKey.objects.filter(pk=key).first()
    if found is None:
        raise BadInput(f"There is no key {key}. See: detainerdesk api-key list")
    try:
        found.revoke(by=None, at=datetime.now(UTC))
    except KeyRefused as error:
        raise BadInput(str(error)) from error
    typer.echo(f"Key {key} ({found.name}) is revoked.")


@app.command("list")
def list_keys(data: Data = None, as_json: AsJson = False) -> None:
    """The keys of this installation, the revoked ones too. No token is kept, so none is shown."""
    open_installation(data)
    from detainerdesk.desk.models import ApiKey

    rows = [
        {
            "key": one.pk,
            "name": one.name,
            "agency": one.agency,
            "station": one.station,
            "made_at": one.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "revoked_at": one.revoked_at.astimezone(UTC).isoformat(timespec="seconds") if one.revoked_at else None,
        }
        for one in ApiKey.objects.all()
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "open"
        typer.echo(
            f"{row['key']:>4}  {row['name']}  {row['agency']}  {row['station'] or 'any station'}  made {row['made_at']}  {state}"
        )
    typer.echo(f"{counted(len(rows), 'key')}.")
