"""`detainerdesk setup` and `detainerdesk serve`: a data folder made ready, and the desk in the browser. What other commands need of an
installation (its folder, Django) is opened here too."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.told import FICTIONAL, NOT_READY, fail, say_json
from detainerdesk.law import Edition, load

if TYPE_CHECKING:
    from detainerdesk.desk.setup import Ready

AGENCY = "us-ma-boston/police"
STYLESHEET = Path(__file__).resolve().parents[1] / "desk" / "static" / "desk" / "desk.css"
Data = Annotated[
    Path | None, typer.Option("--data", help="The installation's folder; default DETAINERDESK_DATA, else ./data.")
]


def open_installation(data: Path | None) -> Ready:
    """The installation in this folder, which must be there."""
    from detainerdesk.desk import setup as desk_setup

    folder = data_folder(data)
    if not (folder / "desk.sqlite3").is_file():
        fail(f"There is no installation in {folder}. Make one: detainerdesk setup --data {folder}", NOT_READY)
    return desk_setup.make_ready(folder, profile=profile(), demo_people=False)


def law_here() -> Edition:
    """The rulebooks that an installation decides by: ours, and the agency's own where DETAINERDESK_LOCAL names their folders."""
    own = os.environ.get("DETAINERDESK_LOCAL", "").split(os.pathsep)
    return load(local=[Path(one) for one in own if one])


def data_folder(data: Path | None) -> Path:
    return data or Path(os.environ.get("DETAINERDESK_DATA", "data"))


def shown_folder(data: Path | None) -> Path:
    """What `serve` shows if nobody says otherwise: the demo's cases where there was a demo, on the development profile."""
    demo = Path("demo-output") / "data"
    nobody_said = data is None and "DETAINERDESK_DATA" not in os.environ
    return demo if nobody_said and profile() == "development" and demo.is_dir() else data_folder(data)


def profile() -> str:
    return os.environ.get("DETAINERDESK_PROFILE", "development")


def setup(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Makes a folder ready: its secret, its tables, the ledger's key; on the development profile also people to sign in as."""
    from detainerdesk.desk import setup as desk_setup

    ready = desk_setup.make_ready(data_folder(data), profile=profile())
    if as_json:
        say_json(_ready_json(ready))
        return
    typer.echo(f"Ready in {ready.data} ({ready.profile} profile).")
    typer.echo(ready.durability.says)
    typer.echo(f"The ledger's public key, to hand to auditors:\n{ready.vkey}")
    _say_logins(ready)


def serve(
    data: Data = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on. The development profile listens on 127.0.0.1 only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8000,
    agency: Annotated[str, typer.Option(help="The agency that the inbox belongs to.")] = AGENCY,
) -> None:
    """The desk in the browser, with the inbox watched beside it, and mail and line tests where they are set up. Stop it with Ctrl+C."""
    from detainerdesk.cli import serving
    from detainerdesk.desk import setup as desk_setup

    known_stack(agency, law_here())
    desk_setup.refuse_address(host, profile())
    serving.refuse_port(host, port)
    if not STYLESHEET.is_file():
        fail("The desk's stylesheet is not built yet: run   make serve   (it builds the stylesheet).", NOT_READY)
    if data is not None and not data.is_dir():
        fail(f"There is no folder {data}. Make an installation in it: detainerdesk setup --data {data}", NOT_READY)
    ready = desk_setup.make_ready(shown_folder(data), profile=profile())
    with serving.served(ready.data):
        _serve(ready, host, port, agency)


def _serve(ready: Ready, host: str, port: int, agency: str) -> None:
    """Until it is stopped, with each channel that is set up beside it."""
    from detainerdesk.cli import serving

    typer.echo(f"The desk: http://{host}:{port}/   ({ready.profile} profile, data in {ready.data})")
    typer.echo(f"Papers dropped into {ready.data / 'inbox'}/STATION/ are taken in.")
    _say_logins(ready)
    typer.echo("Stop with Ctrl+C.")
    with serving.beside([[*command, "--data", str(ready.data)] for command in _channels(ready.data, agency)]):
        _listen(host, port)


def _channels(data: Path, agency: str) -> list[list[str]]:
    """The inbox always; mail and the lines' test pages where they are set up."""
    from detainerdesk.cli import listening
    from detainerdesk.intake import lines

    commands = [["intake", "--agency", agency, "--watch"]]
    if os.path.lexists(data / listening.FILE):
        mail = listening.read_file(data / listening.FILE, law_here())
        commands += [["listen"]] if mail.listening else []
        commands += [["poll", "--watch"]] if mail.mailboxes else []
    if os.path.lexists(data / lines.FILE):
        commands.append(["lines", "--agency", agency, "--send", "--watch"])
    return commands


def _listen(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "detainerdesk.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_access=False,
        log_enabled=False,
    ).serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)


def _application(parent: int) -> Any:
    """The desk, in the server's process for it."""
    from detainerdesk.cli.end_with_parent import end_with

    end_with(parent)
    from detainerdesk.desk.wsgi import application

    return application


def _say_logins(ready: Ready) -> None:
    for login in ready.logins:
        where = f"{login.agency} {login.station}".strip()
        typer.echo(f"  sign in as {login.name:<7} password {login.password}   {login.role}, {where}")
    if ready.profile == "development":
        typer.echo(FICTIONAL)


def _ready_json(ready: Ready) -> dict[str, Any]:
    return {
        "data": str(ready.data),
        "profile": ready.profile,
        "vkey": ready.vkey,
        "database": ready.durability.says,
        "logins": [
            {"name": one.name, "password": one.password, "role": one.role, "agency": one.agency, "station": one.station}
            for one in ready.logins
        ],
        "fictional": ready.profile == "development",
    }
