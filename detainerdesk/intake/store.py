"""The bytes of every paper, each kept once under the SHA-256 of its content: DATA/documents/ab/abcdef… In: bytes, whole or as they come; out: what
they are called there, after the bytes and every folder entry on the way to them are on the disk. A file that is there is checked, never written over."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from django.conf import settings

from detainerdesk.intake import display
from detainerdesk.intake.syncpoint import around

log = logging.getLogger(__name__)

UNFINISHED = ".unfinished"
DAMAGED = ".damaged"
A_DAY = 24 * 60 * 60
TOLD_FROM = 64 * 1024  # bytes: what a type is told from (display.type_of looks at no more)
SYNCED_EACH = 8 * 1024 * 1024  # bytes of what comes in pieces: so little is left to sync when the last one is there

_not_synced: set[str] = set()
"""Files after whose writing a sync failed. The system may take what it could not write for written, so that the same sync once more would succeed and
mean nothing: they are written anew."""


class StoreError(OSError):
    """The bytes could not be made durable: nothing was acknowledged, the sender's copy is still the only one."""


class StoreFull(StoreError):
    """No room is left on the disk or in the quota."""


@dataclass(frozen=True)
class Stored:
    """Bytes that would survive a power cut, and what a row says of them. Only this module makes one, after the last sync."""

    sha256: str
    size: int
    type: str


def put(data: bytes) -> Stored:
    """Stores the bytes."""
    stored = Stored(hashlib.sha256(data).hexdigest(), len(data), display.type_of(data))
    _keep(stored, lambda place: _write(data, place))
    return stored


class Arriving:
    """Bytes that are written and hashed while they come, so that their sender waits for little when the last one is there. What is not kept by the
    end of the `with` leaves nothing. One thread at a time."""

    def __init__(self) -> None:
        self.head = b""  # the first bytes, as far as a type is told from them
        self.size = 0
        self._hash = hashlib.sha256()
        self._unsynced = 0
        self._file: _Unfinished | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.drop()

    def add(self, piece: bytes) -> None:
        self.head += piece[: TOLD_FROM - len(self.head)]
        self.size += len(piece)
        self._hash.update(piece)
        self._unsynced += len(piece)
        try:
            self._file = self._file or _Unfinished()
            self._file.write(piece)
            if self._unsynced >= SYNCED_EACH:
                self._file.sync()
                self._unsynced = 0
        except OSError as error:
            self.drop()
            raise _in_plain_words(error) from error

    def keep(self) -> Stored:
        """All has come."""
        stored = Stored(self._hash.hexdigest(), self.size, display.type_of(self.head))
        _keep(stored, self._become)
        return stored

    def drop(self) -> None:
        """What was not kept is gone."""
        if self._file is not None:
            self._file.remove()

    def _become(self, place: Path) -> None:
        self._file = self._file or _Unfinished()
        self._file.become(place)


def get(sha256: str) -> bytes:
    """The bytes again, checked against their name."""
    place = path(sha256)
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        raise StoreError(
            f"The file of paper {sha256[:16]} is missing from {place.parent}. Restore it from the backup; its row and receipts are kept."
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError(
            f"The file of paper {sha256[:16]} has changed on the disk ({place}). Restore it from the backup."
        )
    return data


def path(sha256: str) -> Path:
    return _documents() / sha256[:2] / sha256


def clear_unfinished(older_than: float = A_DAY) -> int:
    """Deletes what a crash left half written (it was never acknowledged). Returns how many files."""
    folder, cleared = _documents() / UNFINISHED, 0
    for file in folder.glob("*.part") if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # another process has just finished it
            if file.stat().st_mtime < time.time() - older_than:
                file.unlink()
                cleared += 1
    return cleared


def _documents() -> Path:
    return Path(settings.DATA) / "documents"


def _holds(place: Path, sha256: str, size: int) -> bool:
    """Is the file there, whole and right? A damaged one is set aside, under its name and a number."""
    if not place.exists():
        return False
    with place.open("rb") as file:
        if place.stat().st_size == size and hashlib.file_digest(file, "sha256").hexdigest() == sha256:
            return True
    aside = _documents() / DAMAGED
    aside.mkdir(exist_ok=True, mode=0o700)
    place.rename(aside / f"{sha256}.{secrets.token_hex(4)}")
    log.error("the stored file of paper %s was damaged; it was set aside in %s and stored anew", sha256[:16], aside)
    return False


def _keep(stored: Stored, write: Callable[[Path], None]) -> None:
    """Makes the bytes durable under their name, if they are not there already."""
    place = path(stored.sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if stored.sha256 in _not_synced or not _holds(place, stored.sha256, stored.size):
            write(place)
        _sync_folders(place.parent)
    except OSError as error:
        _not_synced.add(stored.sha256)
        raise _in_plain_words(error) from error
    _not_synced.discard(stored.sha256)


def _write(data: bytes, place: Path) -> None:
    file = _Unfinished()
    try:
        file.write(data)
        file.become(place)
    finally:
        file.remove()


class _Unfinished:
    """A file under a temporary name, until it has its own."""

    def __init__(self) -> None:
        folder = _documents() / UNFINISHED
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._name = folder / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        self._file: BinaryIO = self._name.open("xb")

    def write(self, data: bytes) -> None:
        with around("store write"):
            self._file.write(data)
            self._file.flush()

    def sync(self) -> None:
        with around("store fsync of the file"):
            os.fsync(self._file.fileno())

    def become(self, place: Path) -> None:
        """Durable, and then the file of this name."""
        self.sync()
        with around("store rename"):
            self._name.rename(place)

    def remove(self) -> None:
        """Nothing is left under the temporary name. After `become` there is none."""
        with suppress(OSError):  # it may fail as a write did, and then there is nothing more to lose
            self._file.close()
        with suppress(OSError):
            self._name.unlink(missing_ok=True)


def _sync_folders(folder: Path) -> None:
    """Always the whole way up: whoever made a folder may have died before it was synced."""
    with around("store fsync of the folders"):
        for each in (folder, folder.parent, folder.parent.parent):
            sync_folder(each)


def sync_folder(folder: Path) -> None:
    """Makes the entries of a folder durable."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _in_plain_words(error: OSError) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(
            error.errno,
            f"No room is left for papers in {_documents()}. The delivery was not acknowledged and stays with its sender: "
            "free some space, then it is taken on the next try.",
        )
    return StoreError(
        error.errno,
        f"A paper could not be stored in {_documents()} ({error.strerror}). The delivery was not acknowledged and stays with its "
        "sender. Check the disk before anything is tried again.",
    )
