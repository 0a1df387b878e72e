"""`detainerdesk status`: how this installation keeps what it acknowledged, which law is in force on it, and which cryptography it rests on.
Everything is read off what is live (the database's connection, the scanner, the libraries), never off what was asked for; the administrator's page
says the same of all but the libraries (`desk.status`). In: a data folder; out: words or JSON; exit code 1 where something is not as
docs/security-lines.md requires (REL-1, REL-2), a malware scan that is set up looks at nothing (IN-4), or a setting can't be read."""

from __future__ import annotations

import _hashlib
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from detainerdesk.cli.installation import Data, law_here, open_installation
from detainerdesk.cli.told import DOES_NOT_HOLD, FICTIONAL, say_json
from detainerdesk.desk.status import Matter, Status, matters, status_of


@dataclass(frozen=True)
class Algorithm:
    """What is used where, and which library computes it: its maker's module is the one that an auditor asks about."""

    used_for: str
    name: str
    computed_by: str


@dataclass(frozen=True)
class Module:
    """A library that computes, and whether a FIPS 140-3 module answers in it."""

    used_by: str
    library: str
    fips: bool
    says: str


ALGORITHMS = (
    Algorithm("papers under their hash, the ledger's tree, editions, reports", "SHA-256", "Python"),
    Algorithm(
        "commitments to personal values, each under its own random salt of 32 bytes", "HMAC with SHA-256", "Python"
    ),
    Algorithm("passwords", "PBKDF2 with SHA-256", "Python"),
    Algorithm("sessions and signed values", "HMAC with SHA-256", "Python"),
    Algorithm("checkpoints of the ledger, handing over its key", "Ed25519", "cryptography"),
    Algorithm("random numbers for salts, keys and secrets", "the operating system's generator", "operating system"),
    Algorithm("connections (TLS)", "what the proxy in front is set to", "the proxy in front"),
)
NOT_ENCRYPTED = "Nothing is encrypted at rest by this program yet: encrypt the disk."


def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """How this installation keeps what it acknowledged, its ledger, its law, its cryptography. Exit code 1 if the database is not kept safely, a
    malware scan that is set up looks at nothing, or a setting can't be read."""
    ready = open_installation(data)
    here, edition = status_of(ready.data), law_here()
    modules = (python_module(), cryptography_module())
    told: dict[str, Any] = {
        "data": str(ready.data),
        "profile": ready.profile,
        **_installation_json(here),
        "law": {
            "edition": edition.hash,
            "checked_through": {
                name: book.checked_through.isoformat() for name, book in sorted(edition.rulebooks.items())
            },
        },
        "algorithms": [asdict(one) for one in ALGORITHMS],
        "encrypted_at_rest": False,
        "fips": {
            "below": all(one.fips for one in modules),
            "says": fips_says(modules),
            "modules": [asdict(one) for one in modules],
        },
        "fictional": ready.profile == "development",
    }
    if as_json:
        say_json(told)
    else:
        _say(told, matters(here))
    if here.faults:
        raise typer.Exit(DOES_NOT_HOLD)


def _installation_json(here: Status) -> dict[str, Any]:
    def moment(at: datetime | None) -> str | None:
        return at.astimezone(UTC).isoformat() if at else None

    last = here.last_checkpoint
    return {
        "database": {
            **asdict(here.durability),
            "disk": here.disk.type,
            "kept_safely": not here.not_safe,
            "faults": list(here.not_safe),
        },
        "disk": {"type": here.disk.type, "local": here.disk.local, "free_bytes": here.free},
        "ledger": {
            "entries": here.ledger_entries,
            "last_checkpoint": {"size": last.size, "root": last.root, "signed": last.signed.isoformat()}
            if last
            else None,
            "vkey": here.vkey,
        },
        "backlog": {"deliveries": here.backlog.deliveries, "oldest": moment(here.backlog.oldest)},
        "malware_scan": asdict(here.scan),
        "archives": asdict(here.archives),
    }


def python_module() -> Module:
    """The OpenSSL under Python's hashlib and hmac. The flag alone is no proof: only where SHA-256 still answers and MD5 no longer does
    is a FIPS module computing."""
    flag = getattr(_hashlib, "get_fips_mode", lambda: 0)() == 1
    ours = hashlib.sha256 is _hashlib.openssl_sha256 and _answers("sha256")
    return _module("SHA-256, HMAC, PBKDF2", ssl.OPENSSL_VERSION, flag, flag and ours and not _answers("md5"))


def cryptography_module() -> Module:
    """The OpenSSL that the package `cryptography` brings along; it signs checkpoints."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.backends.openssl.backend import backend
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    flag = bool(getattr(backend, "_fips_enabled", False))
    try:
        Ed25519PrivateKey.generate().sign(b"probe")
        signs = True
    except (UnsupportedAlgorithm, ValueError, RuntimeError):
        signs = False
    return _module("Ed25519", backend.openssl_version_text(), flag, flag and signs)


def fips_says(modules: Sequence[Module]) -> str:
    if all(one.fips for one in modules):
        return "Both libraries run in FIPS mode. Whether their modules hold a valid FIPS 140-3 certificate, ask their makers."
    without = " and ".join(one.library for one in modules if not one.fips)
    return (
        f"No FIPS 140-3 module is below {without}. The algorithms are approved ones; the module that computes them is not a validated one. "
        "An installation that must meet CJIS SC-13 puts one below."
    )


def _answers(algorithm: str) -> bool:
    """Does OpenSSL compute this hash for a purpose of security?"""
    try:
        _hashlib.new(algorithm, b"probe", usedforsecurity=True)
    except ValueError:
        return False
    return True


def _module(used_by: str, library: str, flag: bool, computes: bool) -> Module:
    if computes:
        says = "in FIPS mode"
    elif flag:
        says = "FIPS mode is switched on, but no FIPS module answers"
    else:
        says = "not in FIPS mode"
    return Module(used_by, library, computes, says)


def _say(told: dict[str, Any], here: Sequence[Matter]) -> None:
    law = told["law"]
    typer.echo(f"{'Data':<13} {told['data']} ({told['profile']} profile)")
    for matter in here:
        first, *rest = (*matter.says, *matter.faults)
        typer.echo(f"{matter.name:<13} {first}")
        for line in rest:
            typer.echo(f"{'':<13} {line}")
    typer.echo(f"{'Law':<13} edition {law['edition']}")
    for name, day in law["checked_through"].items():
        typer.echo(f"{'':<13} {name}, checked through {day}")
    typer.echo("Algorithms")
    for one in told["algorithms"]:
        typer.echo(f"{'':<13} {one['name']}: {one['used_for']} ({one['computed_by']})")
    typer.echo(f"{'':<13} {NOT_ENCRYPTED}")
    for module in told["fips"]["modules"]:
        typer.echo(f"{'FIPS':<13} {module['library']} ({module['used_by']}): {module['says']}")
    typer.echo(f"{'':<13} {told['fips']['says']}")
    if told["fictional"]:
        typer.echo(FICTIONAL)
