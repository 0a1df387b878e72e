"""`detainerdesk verify`: a copy of the ledger, or a bundle of one request, checked offline. Says what holds, what does not, and what it does
not prove."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from detainerdesk.cli.told import DOES_NOT_HOLD, BadInput, counted, say_json
from detainerdesk.ledger import verify as ledger_verify
from detainerdesk.ledger.checkpoint import CheckpointError, UnknownSignerError, Verifier, open_note
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
        list[str] | None,
        typer.Option(
            help="The ledger's public key, as you have it from the agency, or a file with keys; may be repeated."
        ),
    ] = None,
    since: Annotated[
        list[Path] | None, typer.Option(help="An older checkpoint that you kept; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Checks a copy of the ledger or a bundle, offline. Exit code 1 if anything in it is not as it was signed."""
    told = verified(path, tuple(key for text in vkey or () for key in keys_of(text)), tuple(since or ()))
    if as_json:
        say_json(_as_json(told))
    else:
        say_verified(told)
    if not told.ok:
        raise typer.Exit(DOES_NOT_HOLD)


def keys_of(text: str) -> tuple[str, ...]:
    """The key that was typed, or those of the file that it names. What is no key is refused: it says nothing about the copy."""
    file = Path(text)
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if "+" not in text or file.is_file() else [text]
    except (OSError, UnicodeDecodeError):
        lines = [text]
    keys = tuple(line.strip() for line in lines if line.strip())
    for key in keys:
        try:
            Verifier.from_vkey(key)
        except CheckpointError:
            raise BadInput(
                f"--vkey {text}: this is no key and no file with keys. A key is one line, like "
                "detainerdesk.example/desk+5913c26f+AeC5…; give it whole, in quotes, as you have it from the agency."
            ) from None
    if not keys:
        raise BadInput(f"--vkey {text}: there is no key in it.")
    return keys


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
            f"{'The one entry' if report.size == 1 else f'All {report.size} entries'} of {report.origin} {'is as it was' if report.size == 1 else 'are as they were'} signed by {whose}; root {report.root}."
        )
        if report.older:
            holds.append(
                f"The ledger continues {counted(report.older, 'older checkpoint')}: nothing that {'it' if report.older == 1 else 'they'} covered was changed or taken out."
            )
        if report.opened:
            holds.append(f"Sealed values that are the ones committed to: {report.opened}.")
    inside = () if report.pinned else (check.KEY_FROM_INSIDE.replace("bundle", "folder"),)
    fails = tuple((one.entry_index, one.says) for one in report.findings)
    if report.findings and _signed_by_another(path, vkeys):
        fails = ((None, check.ANOTHER_KEY), *fails)
    return Verified("ledger", report.ok, tuple(holds), fails, (*inside, *LOG_DOES_NOT_PROVE))


def _signed_by_another(path: Path, vkeys: tuple[str, ...]) -> bool:
    """None of the auditor's keys signed the checkpoint of this copy."""
    try:
        if vkeys:
            open_note((path / "checkpoint").read_text(encoding="utf-8"), vkeys)
    except UnknownSignerError:
        return True
    except (OSError, UnicodeDecodeError, CheckpointError):
        return False
    return False


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
