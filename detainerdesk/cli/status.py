"""`detainerdesk status`: how this installation keeps what it acknowledged, which law is in force on it, and which cryptography it rests on.
Everything is read off what is live (the database's connection, the libraries), never off what was asked for. In: a data folder; out: words or
JSON; exit code 1 where the database or its disk is not as docs/security-lines.md requires (REL-1, REL-2)."""

from __future__ import annotations

import _hashlib
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from detainerdesk.cli.installation import Data, law_here, open_installation
from detainerdesk.cli.told import DOES_NOT_HOLD, FICTIONAL, say_json

NETWORK_DISKS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "fuse.sshfs", "ncpfs", "lustre")


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


@dataclass(frozen=True)
class Disk:
    """The file system under the data folder. A database on a network disk can lose what was acknowledged."""

    type: str
    local: bool


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
    """How this installation keeps what it acknowledged, its ledger, its law, its cryptography. Exit code 1 if the database is not kept safely."""
    ready = open_installation(data)
    from django.conf import settings

    from detainerdesk.ledger import log, notary

    durability, disk = ready.durability, disk_of(ready.data)
    faults = not_kept_safely(
        durability.journal_mode, durability.synchronous, durability.mmap_size, disk, wal_is_safe=settings.WAL_IS_SAFE
    )
    modules = (python_module(), cryptography_module())
    last, edition = notary.last_checkpoint(), law_here()
    told: dict[str, Any] = {
        "data": str(ready.data),
        "profile": ready.profile,
        "database": {**asdict(durability), "disk": disk.type, "kept_safely": not faults, "faults": list(faults)},
        "ledger": {
            "entries": log.size(),
            "last_checkpoint": {"size": last.size, "root": last.root, "signed": last.signed.isoformat()}
            if last
            else None,
            "vkey": ready.vkey,
        },
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
        _say(told)
    if faults:
        raise typer.Exit(DOES_NOT_HOLD)


def not_kept_safely(journal: str, synchronous: str, mapped: int, disk: Disk, *, wal_is_safe: bool) -> tuple[str, ...]:
    """What in the live connection breaks REL-1 or REL-2, each with what to do. For SQLite; empty if all is well."""
    faults = []
    if journal == "wal" and not wal_is_safe:
        faults.append("The journal is WAL on a version of SQLite that can damage it: set journal_mode=TRUNCATE.")
    elif journal not in ("wal", "truncate", ""):
        faults.append(f"The journal is {journal}: set TRUNCATE, or WAL where this version of SQLite keeps it safely.")
    if synchronous not in ("full", "extra", ""):
        faults.append(f"Synchronous is {synchronous}: a power cut can take what was acknowledged. Set FULL.")
    if mapped:
        faults.append(f"{mapped} bytes of the database are mapped into memory: set mmap_size=0.")
    if not disk.local:
        faults.append(f"The data folder lies on a network disk ({disk.type}): move it to a disk of this machine.")
    return tuple(faults)


def disk_of(folder: Path, mounts: str | None = None) -> Disk:
    """Which file system the folder lies on, from the system's own table of mounts; where there is none, unknown and taken for local."""
    table = Path("/proc/self/mountinfo")
    if mounts is None:
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.is_file() else ""
    found, longest = "unknown", -1
    for line in mounts.splitlines():
        place, dash, source = line.partition(" - ")
        if not dash:
            continue
        mounted_at = Path(place.split()[4].encode().decode("unicode_escape"))
        if len(mounted_at.parts) >= longest and folder.resolve().is_relative_to(mounted_at):
            found, longest = source.split()[0], len(mounted_at.parts)
    return Disk(found, not found.startswith(NETWORK_DISKS))


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


def _say(told: dict[str, Any]) -> None:
    database, ledger, law = told["database"], told["ledger"], told["law"]
    typer.echo(f"Data        {told['data']} ({told['profile']} profile), disk {database['disk']}")
    typer.echo(f"Database    {database['says']}")
    for fault in database["faults"]:
        typer.echo(f"            NOT KEPT SAFELY: {fault}")
    last = ledger["last_checkpoint"]
    signed = f"last checkpoint at {last['size']}, signed {last['signed']}" if last else "no checkpoint signed yet"
    typer.echo(f"Ledger      {ledger['entries']} entries; {signed}")
    typer.echo(f"            key {ledger['vkey']}")
    typer.echo(f"Law         edition {law['edition']}")
    for name, day in law["checked_through"].items():
        typer.echo(f"            {name}, checked through {day}")
    typer.echo("Algorithms")
    for one in told["algorithms"]:
        typer.echo(f"            {one['name']}: {one['used_for']} ({one['computed_by']})")
    typer.echo(f"            {NOT_ENCRYPTED}")
    for module in told["fips"]["modules"]:
        typer.echo(f"FIPS        {module['library']} ({module['used_by']}): {module['says']}")
    typer.echo(f"            {told['fips']['says']}")
    if told["fictional"]:
        typer.echo(FICTIONAL)
