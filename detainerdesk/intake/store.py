"""The bytes of every paper, each kept once under the SHA-256 of its content: DATA/documents/ab/abcdef… In: bytes; out: the hash, after
the bytes and every folder entry on the way to them are on the disk. A file that is there is checked, never written over."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path

from django.conf import settings

from detainerdesk.intake.syncpoint import around

log = logging.getLogger(__name__)

UNFINISHED = ".unfinished"
DAMAGED = ".damaged"
A_DAY = 24 * 60 * 60

_not_synced: set[str] = set()
"""Files after whose writing a sync failed. The system may take what it could not write for written, so that the same sync once more would succeed and
mean nothing: they are written anew."""


class StoreError(OSError):
    """The bytes could not be made durable: nothing was acknowledged, the sender's copy is still the only one."""


class StoreFull(StoreError):
    """No room is left on the disk or in the quota."""


def put(data: bytes) -> str:
    """Stores the bytes; returns their SHA-256 once they would survive a power cut."""
    sha256 = hashlib.sha256(data).hexdigest()
    place = path(sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sha256 in _not_synced or not _holds(place, sha256, len(data)):
            _write(data, place)
        _sync_folders(place.parent)
    except OSError as error:
        _not_synced.add(sha256)
        raise _in_plain_words(error) from error
    _not_synced.discard(sha256)
    return sha256


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
    folder = _documents() / UNFINISHED
    old = (
        [file for file in folder.glob("*.part") if file.stat().st_mtime < time.time() - older_than]
        if folder.is_dir()
        else []
    )
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


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


def _write(data: bytes, place: Path) -> None:
    folder = _documents() / UNFINISHED
    folder.mkdir(exist_ok=True, mode=0o700)
    unfinished = folder / f"{os.getpid()}-{secrets.token_hex(8)}.part"
    try:
        with unfinished.open("xb") as file:
            with around("store write"):
                file.write(data)
                file.flush()
            with around("store fsync of the file"):
                os.fsync(file.fileno())
        with around("store rename"):
            unfinished.rename(place)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


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
