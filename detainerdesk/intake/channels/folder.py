"""A watched folder, as a fax server's spool: each sub-folder is a station. In: the folder and the agency it belongs to; out: the receipts of
this sweep. A file is taken only when it has stopped growing, and moved to `.taken/` only after its receipt is on the disk; if the power
fails between the two, the next sweep knows the delivery again by its key and only moves it."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from detainerdesk.intake import lines, store
from detainerdesk.intake.channels import callers
from detainerdesk.intake.door import Envelope, EnvelopeError, Receipt, receive
from detainerdesk.intake.syncpoint import around, reached

log = logging.getLogger(__name__)

CHANNEL = "folder"
TAKEN = ".taken"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
SETTLES_AFTER = 1.0  # seconds without a change of size or time, unless the setting FOLDER_SETTLES_AFTER says otherwise
NO_STATION = "front desk"
LONGEST_NAME = 240  # bytes, so that the receipt number fits before it


class FolderError(OSError):
    """The folder itself can't be swept."""


@dataclass(frozen=True)
class _Seen:
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def sweep(folder: Path, agency: str) -> list[Receipt]:
    """Takes every file that is complete. One that can't be taken stays where it is, with a line in the log, and the rest goes on."""
    if not folder.is_dir():
        raise FolderError(f"There is no folder {folder} to take faxes from. Make it, or name the right one.")
    store.clear_unfinished()
    before = {file: seen for file in _waiting(folder) if (seen := _look(file))}
    if not before:
        return []
    time.sleep(getattr(settings, "FOLDER_SETTLES_AFTER", SETTLES_AFTER))
    receipts = []
    for file, seen in before.items():
        if _look(file) != seen:
            continue  # still being written: the next sweep takes it
        try:
            receipts.append(_take(file, seen, folder, agency))
        except (OSError, EnvelopeError) as error:
            says = _without_its_name(error)
            log.error("a file of station folder %r was not taken: %s", file.parent.name, says)
            station = _station(file.relative_to(folder))
            lines.fault(CHANNEL, f"A file was not taken: {says}", datetime.now(UTC), agency=agency, station=station)
    return receipts


def _take(file: Path, seen: _Seen, folder: Path, agency: str) -> Receipt:
    data = file.read_bytes()
    if _look(file) != seen or len(data) != seen.size:
        raise FolderError("It changed while it was read; the next sweep tries again.")
    inside = file.relative_to(folder)
    reached("folder file read")
    receipt = receive(
        data,
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
    _move(file, folder, receipt)
    return receipt


def _station(inside: Path) -> str:
    return inside.parts[0] if len(inside.parts) > 1 else NO_STATION


def _without_its_name(error: Exception) -> str:
    """The system's own messages repeat the path, and a file's name may be a person's."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _waiting(folder: Path) -> list[Path]:
    """The oldest first. Hidden files and folders, unfinished files and links are left alone."""
    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [
            Path(place, name)
            for name in names
            if not name.startswith(".") and not name.lower().endswith(UNFINISHED) and not Path(place, name).is_symlink()
        ]
    looked = [(seen.mtime_ns, str(file), file) for file in files if file.is_file() and (seen := _look(file))]
    return [file for _, _, file in sorted(looked)]


def _look(file: Path) -> _Seen | None:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return _Seen(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def _key(inside: Path, seen: _Seen) -> str:
    """A file that is still there after a crash has the same key; another file, even of the same name, has another."""
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:32]
    return f"{CHANNEL}:{seen.size}:{seen.mtime_ns}:{seen.inode}:{name}"


def _arrived(seen: _Seen) -> datetime:
    """When the file last changed on this disk: a fax server's rename or a copy counts, an old time that a copy kept does not."""
    return min(datetime.fromtimestamp(seen.ctime_ns / 1e9, UTC), datetime.now(UTC))


def _move(file: Path, folder: Path, receipt: Receipt) -> None:
    to = folder / TAKEN / file.relative_to(folder).parent
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = to / (f"{receipt.number:06d} " + os.fsdecode(os.fsencode(file.name)[-LONGEST_NAME:]))
    with around("folder move"):
        if taken.exists() and taken.samefile(file):
            file.unlink()  # a power cut kept both names of a move, and to rename one to the other would do nothing
        else:
            file.rename(taken)
    with around("folder fsync after the move"):
        for each in dict.fromkeys((to, *to.parents[: len(to.relative_to(folder).parts)], file.parent)):
            store.sync_folder(each)
