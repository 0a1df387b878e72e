"""A watched folder, as a fax server's spool: each sub-folder is a station. In: the folder and the agency it belongs to; out: the receipts of
this sweep. A file is taken only when it has stopped growing, and moved to `.taken/` only after its receipt is on the disk; if the power
fails between the two, the next sweep knows the delivery again by its key and only moves it."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import shutil
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from detainerdesk.intake import display, fault, lines, store
from detainerdesk.intake.channels import callers
from detainerdesk.intake.door import LARGEST_MESSAGE, Envelope, EnvelopeError, Receipt, receive
from detainerdesk.intake.syncpoint import around, reached

log = logging.getLogger(__name__)

CHANNEL = "folder"
TAKEN = ".taken"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
SETTLES_AFTER = 1.0  # seconds without a change of size or time, unless the setting FOLDER_SETTLES_AFTER says otherwise
EMPTY_SETTLES_AFTER = 60.0  # seconds: a fax server may make a file first, and write it when the page has come
NO_STATION = "front desk"
LONGEST_NAME = 230  # bytes, so that the receipt number, and what tells two of that number apart, fit before it
PIECE = 1024 * 1024
CLOSED = "The folder can't be read ({}), so papers wait in it. The desk's user must be able to list and enter it, and to move files out of it."
NOT_MOVED = "A file was taken in and could not be moved to .taken: {}. The desk's user must be able to move files out of the folder."


class FolderError(OSError):
    """The folder itself can't be swept."""


@dataclass(frozen=True)
class _Seen:
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


_unmoved: dict[tuple[Path, _Seen], Receipt] = {}
"""What this process has taken in and could not move away: it is not read again, only moved."""


def sweep(folder: Path, agency: str) -> list[Receipt]:
    """Takes every file that is complete. One that can't be taken stays where it is, with a line in the log, and the rest goes on."""
    if not folder.is_dir():
        raise FolderError(f"There is no folder {folder} to take faxes from. Make it, or name the right one.")
    store.clear_unfinished()
    before, closed = _waiting(folder)
    for station, why in sorted(closed):
        _tell(agency, station, CLOSED.format(why))
    if not before:
        return []
    time.sleep(getattr(settings, "FOLDER_SETTLES_AFTER", SETTLES_AFTER))
    receipts = []
    for file, seen in before.items():
        station = _station(file.relative_to(folder))
        try:
            if _look(file) != seen or _may_be_begun(seen):
                continue  # still being written: the next sweep takes it
            if (receipt := _unmoved.get((file, seen))) is None:
                receipt = _take(file, seen, folder, agency)
                receipts.append(receipt)
        except (DatabaseError, InterfaceError):
            raise  # it would fail at the others too
        except Exception as error:
            _tell(agency, station, f"A file was not taken: {_why(error)}")
            continue
        try:
            _move(file, seen, folder, receipt)
            _unmoved.pop((file, seen), None)
        except OSError as error:
            _unmoved[file, seen] = receipt
            _tell(agency, station, NOT_MOVED.format(_why(error)))
    return receipts


def _take(file: Path, seen: _Seen, folder: Path, agency: str) -> Receipt:
    """In pieces, so that no file is too large for the memory."""
    if seen.size > _room():
        raise FolderError("It is larger than the room that is left on the disk. Free some space, or take it away.")
    with store.Arriving() as coming:
        with file.open("rb") as opened:
            while piece := opened.read(PIECE):
                coming.add(piece)
        if _look(file) != seen or coming.size != seen.size:
            raise FolderError("It changed while it was read; the next sweep tries again.")
        reached("folder file read")
        stored = coming.keep()
    inside = file.relative_to(folder)
    return receive(
        stored,
        Envelope(
            channel=CHANNEL,
            agency=agency,
            station=_station(inside),
            name=file.name,
            received_at=_arrived(seen),
            delivery=_key(inside, seen),
            sender=callers.sender_of_file(CHANNEL, agency, _station(inside), file.name),
        ),
    )


def _room() -> int:
    documents = Path(settings.DATA, "documents")
    return shutil.disk_usage(documents if documents.is_dir() else settings.DATA).free


def _station(inside: Path) -> str:
    return inside.parts[0] if len(inside.parts) > 1 else NO_STATION


def _tell(agency: str, station: str, says: str) -> None:
    """In the log and on the channel's page. Of the folders on the way only the station is named: the others, as a file, may be called after a person."""
    log.error("station folder %r: %s", display.station_name(station), says)
    lines.fault(CHANNEL, says, datetime.now(UTC), agency=agency, station=station)


def _why(error: Exception) -> str:
    """The system's own messages repeat the path, and a file's name may be a person's."""
    if isinstance(error, OSError | EnvelopeError):
        return (isinstance(error, OSError) and error.strerror) or str(error)
    log.error("a file: %s", fault.where(error))
    return "the program failed at it. It is tried again; see the log."


def _waiting(folder: Path) -> tuple[dict[Path, _Seen], set[tuple[str, str]]]:
    """The oldest first, and what is too large to be read last, so that no fax waits for it. Hidden files and folders, unfinished files and links are
    left alone. With them: the stations whose folders could not be looked into, and why."""
    found: dict[Path, _Seen] = {}
    closed: set[tuple[str, str]] = set()

    def is_closed(error: OSError, place: str = "") -> None:
        if not isinstance(error, FileNotFoundError):  # it has just been taken away
            closed.add((_station(Path(place or error.filename, "a file").relative_to(folder)), _why(error)))

    for place, folders, names in os.walk(folder, onerror=is_closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and not name.lower().endswith(UNFINISHED):
                file = Path(place, name)
                try:
                    if seen := _look(file):
                        found[file] = seen
                except OSError as error:
                    is_closed(error, place)
    in_order = sorted(found.items(), key=lambda one: (one[1].size > LARGEST_MESSAGE, one[1].mtime_ns, str(one[0])))
    return dict(in_order), closed


def _look(file: Path) -> _Seen | None:
    """None: it is gone, or is no file. A link is none."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return _Seen(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _may_be_begun(seen: _Seen) -> bool:
    """Empty, and not for long. One whose time lies in the future does not wait for it."""
    return seen.size == 0 and 0 <= time.time() - seen.ctime_ns / 1e9 < EMPTY_SETTLES_AFTER


def _key(inside: Path, seen: _Seen) -> str:
    """A file that is still there after a crash has the same key; another file, even of the same name, has another."""
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:32]
    return f"{CHANNEL}:{seen.size}:{seen.mtime_ns}:{seen.inode}:{name}"


def _arrived(seen: _Seen) -> datetime:
    """When the file last changed on this disk: a fax server's rename or a copy counts, an old time that a copy kept does not."""
    return min(datetime.fromtimestamp(seen.ctime_ns / 1e9, UTC), datetime.now(UTC))


def _move(file: Path, seen: _Seen, folder: Path, receipt: Receipt) -> None:
    """Away goes what was taken, and nothing else: if another file bears the name by now, it stays (or is put back) for the next sweep."""
    if _look(file) != seen:
        return
    inside = file.relative_to(folder)
    to = folder / TAKEN / inside.parent
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = _named(to, file, receipt)
    with around("folder move"):
        # a power cut may have kept both names of a move, and to rename one to the other would do nothing
        taken.unlink(missing_ok=True)
        file.rename(taken)
        if (moved := _look(taken)) is None or _key(inside, moved) != _key(inside, seen):
            _put_back(taken, file)
    with around("folder fsync after the move"):
        for each in dict.fromkeys((to, *to.parents[: len(to.relative_to(folder).parts)], file.parent)):
            store.sync_folder(each)


def _named(to: Path, file: Path, receipt: Receipt) -> Path:
    """The receipt number and the name it had. Where another file has that name, because receipt numbers began again after the database was set back to
    a backup, the beginning of its hash too."""
    name = os.fsdecode(os.fsencode(file.name)[-LONGEST_NAME:])
    taken = to / f"{receipt.number:06d} {name}"
    if taken.exists() and not taken.samefile(file):
        return to / f"{receipt.number:06d} {receipt.sha256[:12]} {name}"
    return taken


def _put_back(taken: Path, file: Path) -> None:
    """Never over a third file that came meanwhile."""
    try:
        os.link(taken, file)
    except OSError:
        taken.rename(file.with_name(f"{secrets.token_hex(4)} {taken.name.partition(' ')[2]}"))
    else:
        taken.unlink()
