"""Bytes are kept once, whole, under their hash, and are durable before anybody hears of them (security.md REL-1, IN-4)."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from detainerdesk.intake import store


def test_in_4_the_same_bytes_are_one_file_and_the_file_is_never_written_over(data_folder: Path) -> None:
    first = store.put(b"a page").sha256
    written = store.path(first).stat()
    assert store.put(b"a page").sha256 == first == hashlib.sha256(b"a page").hexdigest()
    again = store.path(first).stat()
    assert (again.st_ino, again.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert store.path(first) == data_folder / "documents" / first[:2] / first
    assert store.get(first) == b"a page"


def test_rel_1_file_and_every_folder_above_it_are_synced_before_put_returns(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd))[1]
    )
    sha256 = store.put(b"a page").sha256
    documents = data_folder / "documents"
    assert [Path(one).suffix for one in synced[:1]] == [".part"], "the file first, under its unfinished name"
    assert synced[1:] == [str(documents / sha256[:2]), str(documents), str(data_folder)]
    synced.clear()
    store.put(b"a page")
    assert synced == [str(documents / sha256[:2]), str(documents), str(data_folder)], (
        "who wrote it first may have died before this"
    )


def test_a_file_that_is_cut_short_is_set_aside_and_stored_anew(data_folder: Path) -> None:
    sha256 = store.put(b"a whole page").sha256
    store.path(sha256).write_bytes(b"a who")
    assert store.put(b"a whole page").sha256 == sha256
    assert store.get(sha256) == b"a whole page"
    assert [file.read_bytes() for file in (data_folder / "documents" / ".damaged").iterdir()] == [b"a who"]


def test_in_4_a_file_that_changed_on_the_disk_is_not_handed_out() -> None:
    sha256 = store.put(b"a page").sha256
    store.path(sha256).write_bytes(b"a Page")
    with pytest.raises(store.StoreError, match="Restore it from the backup"):
        store.get(sha256)


def test_a_missing_file_says_what_to_do() -> None:
    with pytest.raises(store.StoreError, match=r"missing.*Restore"):
        store.get("ab" * 32)


def add_a_piece(data: bytes) -> None:
    store.Arriving().add(data)


@pytest.mark.parametrize("keeps", [store.put, add_a_piece])
@pytest.mark.parametrize(
    ("code", "says"),
    [(errno.ENOSPC, "free some space"), (errno.EDQUOT, "free some space"), (errno.EIO, "not acknowledged")],
)
def test_rel_1_a_disk_that_fails_is_said_plainly_and_leaves_nothing_half_written(
    code: int, says: str, keeps: Callable[[bytes], object], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(fd: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(store.StoreFull if says == "free some space" else store.StoreError, match=says):
        keeps(b"x" * store.SYNCED_EACH)
    assert files(data_folder) == []


def test_rel_1_a_failing_disk_is_fatal_and_never_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(fd: int) -> None:
        calls.append(fd)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(store.StoreError, match=r"not acknowledged.*Check the disk"):
        store.put(b"a page")
    assert len(calls) == 1


def test_what_a_crash_left_unfinished_is_cleared_when_it_is_old(data_folder: Path) -> None:
    store.put(b"a page")
    unfinished = data_folder / "documents" / ".unfinished"
    (unfinished / "old.part").write_bytes(b"a pa")
    (unfinished / "young.part").write_bytes(b"a pa")
    os.utime(unfinished / "old.part", (0, 0))
    assert store.clear_unfinished() == 1
    assert [file.name for file in unfinished.iterdir()] == ["young.part"]


def test_what_another_process_finishes_meanwhile_stops_no_clearing(data_folder: Path) -> None:
    store.put(b"a page")
    unfinished = data_folder / "documents" / store.UNFINISHED
    (unfinished / "gone.part").symlink_to("elsewhere")  # listed, and then not there
    (unfinished / "old.part").write_bytes(b"a pa")
    os.utime(unfinished / "old.part", (0, 0))
    assert store.clear_unfinished() == 1


def test_nobody_else_on_the_machine_can_read_the_papers() -> None:
    sha256 = store.put(b"a page").sha256
    assert stat.S_IMODE(store.path(sha256).parent.stat().st_mode) == 0o700


# ---- bytes that come piece by piece ---------------------------------------------------------------------------------


def test_in_whatever_pieces_bytes_come_they_are_the_same_file(data_folder: Path) -> None:
    whole = store.put(b"%PDF-1.7 a page")
    with store.Arriving() as arriving:
        for piece in (b"%PDF-", b"", b"1.7 a", b" page"):
            arriving.add(piece)
        assert arriving.keep() == whole
    assert whole.type == "application/pdf"
    assert files(data_folder) == [store.path(whole.sha256)]


def test_rel_1_what_came_in_pieces_is_durable_like_any_other(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd))[1]
    )
    with store.Arriving() as arriving:
        arriving.add(b"x" * store.SYNCED_EACH)
        assert [Path(one).suffix for one in synced] == [".part"], (
            "the more is synced early, the less is left at the end"
        )
        arriving.add(b"a page")
        sha256 = arriving.keep().sha256
    documents = data_folder / "documents"
    assert [Path(one).suffix for one in synced[:2]] == [".part", ".part"]
    assert synced[2:] == [str(documents / sha256[:2]), str(documents), str(data_folder)]


def test_what_was_not_kept_leaves_nothing(data_folder: Path) -> None:
    with store.Arriving() as arriving:
        arriving.add(b"a pa")
        assert [file.suffix for file in files(data_folder)] == [".part"]
    assert files(data_folder) == []


def test_nothing_that_came_is_a_file_of_no_bytes() -> None:
    with store.Arriving() as arriving:
        stored = arriving.keep()
    assert (store.get(stored.sha256), stored.type) == (b"", "application/x-empty")


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]
