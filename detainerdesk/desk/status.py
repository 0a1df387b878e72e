"""How an installation stands: which journal keeps its database and why, its disk and how much room is left, the ledger, what is not yet read, the
malware scan and archives. In: the data folder. Out: a frozen `Status`, read off what is live and never off what was asked for, and its words, which
`detainerdesk status` and the administrator's page both show (security.md REL-1, REL-2, IN-1, IN-4)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detainerdesk.desk.setup import Durability
    from detainerdesk.ledger.notary import SignedCheckpoint

NETWORK_DISKS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "fuse.sshfs", "ncpfs", "lustre")
NOT_SAFE = "NOT KEPT SAFELY"
NOT_SCANNING = "NOT SCANNING"
NOT_READ = "NOT UNDERSTOOD"


@dataclass(frozen=True)
class Disk:
    """The file system under the data folder. A database on a network disk can lose what was acknowledged."""

    type: str
    local: bool


@dataclass(frozen=True)
class Backlog:
    """Deliveries that were acknowledged and are not yet read and placed."""

    deliveries: int
    oldest: datetime | None


@dataclass(frozen=True)
class Scan:
    """The malware scan. `version`: what the scanner says of itself; `fault`: why it looks at nothing now. `waiting`: deliveries that it has not
    looked at; `held`: papers that it holds back."""

    on: bool
    version: str
    fault: str
    waiting: int
    held: int


@dataclass(frozen=True)
class Archives:
    """Whether ZIP archives are opened; `fault`: why what the setting says is not known."""

    opened: bool
    fault: str


@dataclass(frozen=True)
class Status:
    """An installation at a moment. `not_safe`: what breaks REL-1 or REL-2, each with what to do."""

    durability: Durability
    not_safe: tuple[str, ...]
    disk: Disk
    free: int
    ledger_entries: int
    last_checkpoint: SignedCheckpoint | None
    vkey: str
    backlog: Backlog
    scan: Scan
    archives: Archives

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(fault for matter in matters(self) for fault in matter.faults)


@dataclass(frozen=True)
class Matter:
    """One thing of a status in words. `faults` each begin with a mark in capitals, so that nobody needs a colour."""

    name: str
    says: tuple[str, ...]
    faults: tuple[str, ...] = ()


def status_of(data: Path) -> Status:
    """Of the installation in this folder, in which this process works."""
    from django.conf import settings

    from detainerdesk.desk import setup
    from detainerdesk.ledger import log, notary

    durability, disk = setup.durability(), disk_of(data)
    return Status(
        durability=durability,
        not_safe=not_kept_safely(
            durability.journal_mode,
            durability.synchronous,
            durability.mmap_size,
            disk,
            wal_is_safe=settings.WAL_IS_SAFE,
        ),
        disk=disk,
        free=shutil.disk_usage(data).free,
        ledger_entries=log.size(),
        last_checkpoint=notary.last_checkpoint(),
        vkey=(notary.vkeys() or ("",))[-1],
        backlog=_backlog(),
        scan=_scan(data),
        archives=_archives(data),
    )


def matters(status: Status) -> tuple[Matter, ...]:
    """In words, the same for a terminal and a page: no path of this machine, no name, no case."""
    return (
        Matter("Database", (status.durability.says,), tuple(f"{NOT_SAFE}: {fault}" for fault in status.not_safe)),
        Matter("Disk", (_disk_says(status.disk, status.free),)),
        Matter("Ledger", (_ledger_says(status), *([f"key {status.vkey}"] if status.vkey else []))),
        Matter("Not yet read", (_backlog_says(status.backlog),)),
        Matter(
            "Malware scan",
            (_scan_says(status.scan),),
            (f"{NOT_SCANNING}: {status.scan.fault}",) if status.scan.fault else (),
        ),
        Matter(
            "Archives",
            (ARCHIVES_OPENED if status.archives.opened else ARCHIVES_KEPT,),
            (f"{NOT_READ}: {status.archives.fault}",) if status.archives.fault else (),
        ),
    )


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


# ---- what is live ---------------------------------------------------------------------------------------------------


def _backlog() -> Backlog:
    from django.db.models import Count, Min

    from detainerdesk.intake.models import Transmission

    found = Transmission.objects.filter(placed=False).aggregate(count=Count("pk"), oldest=Min("received_at"))
    return Backlog(found["count"], found["oldest"])


def _scan(data: Path) -> Scan:
    from detainerdesk.intake import scan
    from detainerdesk.intake.models import Document

    held = Document.objects.filter(scan=Document.Scan.HELD).count()
    version = fault = ""
    try:
        scanner = scan.known(data)
        version = scan.version(scanner) if scanner else ""
    except scan.ScanError as error:
        fault = f"{error} Papers are kept and wait unread."
    except scan.NotScanned as error:
        fault = f"The scanner gives no answer: {error} Papers are kept and wait unread."
    return Scan(bool(version or fault), version, fault, scan.not_looked_at(), held)


def _archives(data: Path) -> Archives:
    from detainerdesk.intake.reading import archive

    try:
        return Archives(archive.set_up(data), "")
    except archive.ArchivesError as error:
        return Archives(False, str(error))


# ---- words ----------------------------------------------------------------------------------------------------------

ARCHIVES_KEPT = "Archives are kept and not opened."
ARCHIVES_OPENED = "ZIP archives are opened, within limits; all others are kept and not opened."


def _disk_says(disk: Disk, free: int) -> str:
    where = "of this machine" if disk.local else "of the network"
    return f"A disk {where} ({disk.type}), {free / 10**9:.1f} GB free."


def _ledger_says(status: Status) -> str:
    last = status.last_checkpoint
    signed = f"last checkpoint at {last.size}, signed {_utc(last.signed)}" if last else "no checkpoint signed yet"
    entries = "1 entry" if status.ledger_entries == 1 else f"{status.ledger_entries} entries"
    return f"{entries}; {signed}"


def _backlog_says(backlog: Backlog) -> str:
    if not backlog.oldest:
        return "Nothing: all that arrived was read."
    papers = "1 delivery" if backlog.deliveries == 1 else f"{backlog.deliveries} deliveries"
    return f"{papers}, the oldest of {_utc(backlog.oldest)}."


def _scan_says(scan: Scan) -> str:
    held = f" Held back: {scan.held}." if scan.held else ""
    if not scan.on:
        return f"Off: no scanner is set up.{held}"
    waiting = f" Not looked at yet: {scan.waiting}." if scan.waiting else ""
    return f"On: {scan.version or 'no answer'}.{waiting}{held}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
