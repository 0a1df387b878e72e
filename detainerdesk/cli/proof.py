"""`detainerdesk verify`: a copy of the ledger, or a bundle of one request, checked offline. Says what holds, what does not, and what it does
not prove."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from detainerdesk.cli.told import DOES_NOT_HOLD, BadInput, say_json
from detainerdesk.ledger import verify as ledger_verify
from detainerdesk.reports import check

LOG_DOES_NOT_PROVE = tuple(one for one in check.DOES_NOT_PROVE if not one.startswith("that these are all"))


@dataclass(frozen=True)
class Verified:
    """What the check of either kind came to."""

    what: str
    ok: bool
    holds: tuple[str, ...]
    fails: tuple[tuple[int | None, str], ...]
    does_not_prove: tuple[str, ...]


def verify(
    path: Annotated[Path, typer.Argument(help="An exported ledger, or a bundle (its folder or zip).")],
    vkey: Annotated[
        list[str] | None, typer.Option(help="The ledger's public key, as you have it from the agency; may be repeated.")
    ] = None,
    since: Annotated[
        list[Path] | None, typer.Option(help="An older checkpoint that you kept; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Checks a copy of the ledger or a bundle, offline. Exit code 1 if anything in it is not as it was signed."""
    told = verified(path, tuple(vkey or ()), tuple(since or ()))
    if as_json:
        say_json(_as_json(told))
    else:
        say_verified(told)
    if not told.ok:
        raise typer.Exit(DOES_NOT_HOLD)


def verified(path: Path, vkeys: tuple[str, ...] = (), since: tuple[Path, ...] = ()) -> Verified:
    """Tells a bundle from a copy of the ledger, and checks it."""
    if not path.exists():
        raise BadInput(f"There is no {path}. Name an exported ledger's folder, or a bundle's folder or zip.")
    if check.is_bundle(path):
        if since:
            raise BadInput(
                "--since is for a copy of the whole ledger; a bundle has no other checkpoint to compare with."
            )
        found = check.check(path, vkeys=vkeys)
        return Verified(
            "bundle", found.ok, found.holds, tuple((one.entry, one.says) for one in found.fails), found.does_not_prove
        )
    if not path.is_dir() or not ((path / "checkpoint").exists() or (path / "tile").is_dir()):
        raise BadInput(
            f"{path} is neither a copy of the ledger (it has no checkpoint and no tile folder) nor a bundle (it has no bundle.json)."
        )
    return _verified_log(path, vkeys, since)


def _verified_log(path: Path, vkeys: tuple[str, ...], since: tuple[Path, ...]) -> Verified:
    report = ledger_verify.verify(path, vkeys=vkeys, since=[one.read_text(encoding="utf-8") for one in since])
    holds: list[str] = []
    if report.ok:
        whose = "the key that you gave" if report.pinned else "the key in the folder"
        holds.append(
            f"All {report.size} entries of {report.origin} are as they were signed by {whose}; root {report.root}."
        )
        if report.older:
            holds.append(
                f"The ledger continues {report.older} older checkpoints: nothing that they covered was changed or taken out."
            )
        if report.opened:
            holds.append(f"{report.opened} sealed values are the ones that were committed to.")
    inside = () if report.pinned else (check.KEY_FROM_INSIDE.replace("bundle", "folder"),)
    fails = tuple((one.entry_index, one.says) for one in report.findings)
    return Verified("ledger", report.ok, tuple(holds), fails, (*inside, *LOG_DOES_NOT_PROVE))


def say_verified(told: Verified) -> None:
    """In plain words."""
    for one in told.holds:
        typer.echo(f"holds: {one}")
    for _, says in told.fails:
        typer.echo(f"DOES NOT HOLD: {says}")
    typer.echo(
        f"This {told.what} {'is as it was signed' if told.ok else 'is NOT as it was signed'}. It does not prove:"
    )
    for one in told.does_not_prove:
        typer.echo(f"  - {one}")


def _as_json(told: Verified) -> dict[str, Any]:
    return {
        "what": told.what,
        "ok": told.ok,
        "holds": list(told.holds),
        "fails": [{"entry": entry, "says": says} for entry, says in told.fails],
        "does_not_prove": list(told.does_not_prove),
    }
