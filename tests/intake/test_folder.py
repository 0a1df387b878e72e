"""The watched folder: complete files only, moved away only after their receipt, one receipt a delivery whatever happens between."""

from __future__ import annotations

import logging
import os
import re
import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from types import SimpleNamespace
from typing import Any

import pytest

from detainerdesk.cli import paper
from detainerdesk.cli.watching import went_well
from detainerdesk.intake import store, understand
from detainerdesk.intake.channels import callers, folder
from detainerdesk.intake.channels.folder import sweep
from detainerdesk.intake.door import Receipt
from detainerdesk.intake.models import ChannelFault, Counter, Document, Transmission
from detainerdesk.intake.reading.fields import Unreadable
from tests.intake.made import BOSTON

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(data_folder: Path) -> Path:
    inbox = data_folder / "inbox"
    (inbox / "D-4").mkdir(parents=True)
    return inbox


def taken(inbox: Path) -> list[str]:
    return sorted(str(file.relative_to(inbox / ".taken")) for file in (inbox / ".taken").rglob("*") if file.is_file())


def test_a_sub_folder_is_a_station_and_a_taken_file_is_moved_with_its_receipt_number(inbox: Path) -> None:
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    (inbox / "B-2 South End").mkdir()
    (inbox / "B-2 South End" / "fax.pdf").write_bytes(b"two")
    (inbox / "loose.pdf").write_bytes(b"three")
    receipts = sweep(inbox, BOSTON)
    assert [receipt.number for receipt in receipts] == [1, 2, 3]
    assert list(Transmission.objects.values_list("station", "name")) == [
        ("D-4", "fax.pdf"),
        ("B-2 South End", "fax.pdf"),
        ("front desk", "loose.pdf"),
    ]
    assert taken(inbox) == ["000003 loose.pdf", "B-2 South End/000002 fax.pdf", "D-4/000001 fax.pdf"]
    assert sweep(inbox, BOSTON) == []


def test_rel_1_the_file_leaves_only_after_its_receipt(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    with monkeypatch.context() as patch:
        patch.setattr(store, "_keep", lambda *_: (_ for _ in ()).throw(store.StoreFull(28, "No room is left")))
        assert sweep(inbox, BOSTON) == []
    assert (inbox / "D-4" / "fax.pdf").exists()
    assert len(sweep(inbox, BOSTON)) == 1


def test_rel_1_a_crash_between_receipt_and_move_makes_no_second_receipt(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    with monkeypatch.context() as patch:
        patch.setattr(folder, "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sweep(inbox, BOSTON)
    (again,) = sweep(inbox, BOSTON)
    assert again.again is True
    assert Transmission.objects.count() == 1
    assert taken(inbox) == ["D-4/000001 fax.pdf"]


def test_rel_1_a_file_that_a_power_cut_left_under_both_names_leaves_the_folder(inbox: Path) -> None:
    """The new name of an unsynced move was on the disk, the removal of the old one was not: found by 10,000 cuts."""
    file = inbox / "D-4" / "fax.pdf"
    file.write_bytes(b"one")
    sweep(inbox, BOSTON)
    os.link(inbox / ".taken" / "D-4" / "000001 fax.pdf", file)
    (again,) = sweep(inbox, BOSTON)
    assert again.again is True
    assert not file.exists()
    assert taken(inbox) == ["D-4/000001 fax.pdf"]


def test_rel_3_the_same_file_dropped_again_is_a_second_delivery_of_one_document(inbox: Path) -> None:
    for _ in range(2):
        (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
        sweep(inbox, BOSTON)
    assert Transmission.objects.count() == 2
    assert Document.objects.count() == 1


def test_a_file_that_still_grows_is_left_for_the_next_sweep(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fax = inbox / "D-4" / "fax.pdf"
    fax.write_bytes(b"half a p")
    with monkeypatch.context() as patch:
        patch.setattr(folder.time, "sleep", lambda _: fax.write_bytes(b"half a page, and the rest"))
        assert sweep(inbox, BOSTON) == []
    sweep(inbox, BOSTON)
    assert store.get(Document.objects.get().sha256) == b"half a page, and the rest"


@pytest.mark.parametrize("name", [".fax.pdf", "fax.pdf.part", "fax.TMP", ".hidden/fax.pdf"])
def test_hidden_and_unfinished_files_are_left_alone(name: str, inbox: Path) -> None:
    file = inbox / "D-4" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"one")
    assert sweep(inbox, BOSTON) == []
    assert file.exists()


def test_a_link_is_never_followed_out_of_the_folder(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not a fax")
    (inbox / "D-4" / "fax.pdf").symlink_to(tmp_path / "secret")
    (inbox / "B-2").symlink_to(tmp_path)
    assert sweep(inbox, BOSTON) == []


def test_one_file_that_cannot_be_taken_does_not_stop_the_others(
    inbox: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "D-4" / "DELACROIX.pdf").write_bytes(b"one")
    (inbox / "D-4" / "two.pdf").write_bytes(b"two")
    real = Path.open

    def broken(self: Path, mode: str = "r", **how: Any) -> Any:
        if self.name == "DELACROIX.pdf":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, mode, **how)

    monkeypatch.setattr(Path, "open", broken)
    with caplog.at_level(logging.ERROR):
        assert len(sweep(inbox, BOSTON)) == 1
    assert "Permission denied" in caplog.text
    assert "DELACROIX" not in caplog.text, "a file's name may be a person's: not in a log"
    assert len(sweep(inbox, BOSTON)) == 0
    (told,) = ChannelFault.objects.all()
    assert (told.agency, told.channel, told.station) == (BOSTON, "folder", "D-4")
    assert told.says == "A file was not taken: Permission denied"


def test_a_fault_of_ours_at_one_file_stops_no_other_and_names_nobody(
    inbox: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "D-4" / "DELACROIX Luis").mkdir()
    (inbox / "D-4" / "DELACROIX Luis" / "one.pdf").write_bytes(b"one")
    (inbox / "D-4" / "two.pdf").write_bytes(b"two")
    real = callers.sender_of_file

    def fails(channel: str, agency: str, station: str, name: str) -> str:
        if name == "one.pdf":
            raise MemoryError("Luis")
        return real(channel, agency, station, name)

    monkeypatch.setattr(callers, "sender_of_file", fails)
    assert len(sweep(inbox, BOSTON)) == 1
    told = ChannelFault.objects.get()
    assert (told.station, "the program failed at it" in told.says) == ("D-4", True)
    assert "MemoryError at " in caplog.text
    assert "'D-4'" in caplog.text
    assert not re.search("Luis|DELACROIX", told.says + caplog.text), (
        "a folder in a station's may be called after a person"
    )


def test_a_file_larger_than_the_memory_is_taken_and_after_those_that_can_be_read(
    inbox: Path,
) -> None:
    with (inbox / "D-4" / "scan.tiff").open("wb") as giant:
        giant.truncate(192 * 1024**2)
    os.utime(inbox / "D-4" / "scan.tiff", (1_000_000_000, 1_000_000_000))
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    with memory_for(96 * 1024**2):
        assert len(sweep(inbox, BOSTON)) == 2
    assert list(Transmission.objects.values_list("name", flat=True)) == ["fax.pdf", "scan.tiff"]
    assert Document.objects.get(name="scan.tiff").size == 192 * 1024**2


@contextmanager
def memory_for(more: int) -> Iterator[None]:
    """This process gets no more than that."""
    kilobytes = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert kilobytes
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (int(kilobytes[1]) * 1024 + more, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def test_a_file_larger_than_the_room_that_is_left_is_not_begun(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "D-4" / "scan.tiff").write_bytes(b"large")
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4))
    assert len(sweep(inbox, BOSTON)) == 1
    assert "larger than the room that is left on the disk" in ChannelFault.objects.get().says


def test_a_station_folder_that_may_not_be_listed_or_entered_is_said_and_stops_no_other(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for station in ("A-1", "B-2", "D-4", "B-2/DELACROIX"):
        (inbox / station).mkdir(exist_ok=True)
        for name in ("one.pdf", "two.pdf"):
            (inbox / station / name).write_bytes(f"{station} {name}".encode())
    scandir, stat = os.scandir, Path.stat

    def not_listed(place: Any = ".") -> Any:
        if Path(place).name in ("A-1", "DELACROIX"):
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    def not_entered(self: Path, **how: Any) -> Any:
        if self.parent.name == "D-4":
            raise PermissionError(13, "Permission denied", str(self))
        return stat(self, **how)

    monkeypatch.setattr(os, "scandir", not_listed)
    monkeypatch.setattr(Path, "stat", not_entered)
    assert len(sweep(inbox, BOSTON)) == 2, "those of B-2 itself"
    told = ChannelFault.objects.order_by("station")
    assert [one.station for one in told] == ["A-1", "B-2", "D-4"]
    assert {one.says for one in told} == {folder.CLOSED.format("Permission denied")}
    assert not re.search(r"DELACROIX|one\.pdf", caplog.text)


def test_a_fax_that_replaces_a_file_while_it_is_taken_is_taken_next(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, real = inbox / "D-4" / "fax.pdf", folder.receive
    file.write_bytes(b"first")

    def slow(*what: Any) -> Receipt:
        receipt = real(*what)
        drop(file, b"second")
        return receipt

    with monkeypatch.context() as patch:
        patch.setattr(folder, "receive", slow)
        sweep(inbox, BOSTON)
    assert file.read_bytes() == b"second"
    sweep(inbox, BOSTON)
    assert documents() == [b"first", b"second"]
    assert taken(inbox) == ["D-4/000002 fax.pdf"]


@pytest.mark.parametrize("third", [False, True])
def test_a_fax_that_replaces_a_file_in_the_moment_of_its_move_is_put_back(
    third: bool, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, real = inbox / "D-4" / "fax.pdf", Path.rename
    file.write_bytes(b"first")

    def rename(self: Path, to: Path) -> Path:
        if ".taken" in Path(to).parts:
            drop(file, b"second")
            real(self, to)
            if third:
                drop(file, b"third")
            return Path(to)
        return real(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        sweep(inbox, BOSTON)
    sweep(inbox, BOSTON)
    assert sorted(documents()) == [b"first", b"second", b"third"][: 2 + third]
    assert sweep(inbox, BOSTON) == []


def drop(file: Path, data: bytes) -> None:
    """As a fax server does: whole, under a name that it used before."""
    unfinished = file.with_name(f"{len(data)}.part")
    unfinished.write_bytes(data)
    os.rename(unfinished, file)  # noqa: PTH104 - where a test looks at `Path.rename`


def documents() -> list[bytes]:
    return [store.get(row.document_id) for row in Transmission.objects.order_by("receipt")]


def test_what_was_taken_is_not_written_over_by_a_file_with_the_same_number(inbox: Path) -> None:
    """The database was set back to a backup: the copy in .taken/ is the only one of the fax that the restore lost."""
    file = inbox / "D-4" / "fax.pdf"
    for data in (b"first", b"second", b"second"):
        file.write_bytes(data)
        sweep(inbox, BOSTON)
        for table in (Transmission, Document, Counter):
            table.objects.all().delete()
    assert sorted(one.read_bytes() for one in (inbox / ".taken" / "D-4").iterdir()) == [b"first", b"second"]
    assert all(name.startswith("D-4/000001 ") and name.endswith(" fax.pdf") for name in taken(inbox))


def test_a_taken_file_that_can_not_be_moved_is_said_to_be_taken_and_is_not_read_again(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, real, opened = inbox / "D-4" / "fax.pdf", Path.rename, Path.open
    file.write_bytes(b"one")
    read: list[Path] = []

    def rename(self: Path, to: Path) -> Path:
        if ".taken" in Path(to).parts:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, to)

    def noted(self: Path, mode: str = "r", **how: Any) -> Any:
        read.extend([self] if self == file else [])
        return opened(self, mode, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        patch.setattr(Path, "open", noted)
        assert [len(sweep(inbox, BOSTON)) for _ in range(3)] == [1, 0, 0]
    assert ChannelFault.objects.get().says == folder.NOT_MOVED.format("Permission denied")
    assert len(read) == 1
    assert sweep(inbox, BOSTON) == []
    assert taken(inbox) == ["D-4/000001 fax.pdf"], "moved when it can be"
    assert Transmission.objects.count() == 1


def test_an_empty_file_is_left_for_a_while_and_then_taken(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fax server may have made it, and not yet written into it."""
    begun, real = inbox / "D-4" / "begun.pdf", time.time
    begun.touch()
    (inbox / "D-4" / "failed.pdf").touch()
    assert sweep(inbox, BOSTON) == []
    begun.write_bytes(b"one")
    assert len(sweep(inbox, BOSTON)) == 1
    for later, so_many in ((50, 0), (70, 1)):
        monkeypatch.setattr(time, "time", lambda later=later: real() + later)
        assert len(sweep(inbox, BOSTON)) == so_many
    (inbox / "D-4" / "of a clock that was ahead.pdf").touch()
    monkeypatch.setattr(time, "time", lambda: real() - 86_400)
    assert len(sweep(inbox, BOSTON)) == 1
    assert documents() == [b"one", b"", b""]


def test_an_old_file_that_is_copied_in_arrives_now(inbox: Path) -> None:
    (inbox / "D-4" / "fax.pdf").write_bytes(b"one")
    os.utime(inbox / "D-4" / "fax.pdf", (1_000_000_000, 1_000_000_000))
    (receipt,) = sweep(inbox, BOSTON)
    row = Transmission.objects.get()
    assert abs((row.received_at - receipt.at).total_seconds()) < 60


def test_the_longest_possible_name_is_taken_and_moved(inbox: Path) -> None:
    name = "ò" * 125 + ".pdf"
    (inbox / "D-4" / name).write_bytes(b"one")
    assert len(sweep(inbox, BOSTON)) == 1
    assert not (inbox / "D-4" / name).exists()


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(folder.FolderError, match="Make it"):
        sweep(tmp_path / "nowhere", BOSTON)


def test_a_watch_of_a_folder_that_is_not_there_ends_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "PAUSE", 0.01)
    with pytest.raises(folder.FolderError, match="Make it"):
        list(paper._watch(tmp_path / "nowhere", BOSTON))


@pytest.mark.django_db(transaction=True)
def test_a_fax_is_acknowledged_while_another_paper_is_read(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading waits here for the second receipt: without a sweep beside it, it would wait for ever."""
    monkeypatch.setattr(paper, "PAUSE", 0.01)

    def read(place: Path) -> Unreadable:
        if Transmission.objects.count() == 1:
            (inbox / "D-4" / "second.pdf").write_bytes(b"two")
        until = time.monotonic() + 30
        while Transmission.objects.count() < 2:
            assert time.monotonic() < until, "the second fax was not taken while the first was read"
            time.sleep(0.02)
        return Unreadable("No form.")

    monkeypatch.setattr(understand, "read_pages", read)
    (inbox / "D-4" / "first.pdf").write_bytes(b"%PDF one")
    watch = paper._watch(inbox, BOSTON)
    told = next(watch)
    watch.close()
    assert told[0]["file"] == "first.pdf"


@pytest.mark.django_db(transaction=True)
def test_a_watch_that_is_asked_to_stop_says_nothing_of_a_paper_that_it_did_not_read(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1.pdf", "2.pdf"):
        (inbox / "D-4" / name).write_bytes(b"%PDF " + name.encode())
    swept, told_all, asked = [sweep(inbox, BOSTON)], Event(), Event()

    def sweep_once(*_: object) -> list[Receipt]:
        if swept:
            return swept.pop()
        told_all.set()
        return []

    def read(place: Path) -> Unreadable:
        asked.set()
        return Unreadable("No form.")

    def stopped() -> bool:
        assert told_all.wait(30)
        return asked.is_set()

    monkeypatch.setattr(paper, "PAUSE", 0.01)
    monkeypatch.setattr(folder, "sweep", sweep_once)
    monkeypatch.setattr(understand, "read_pages", read)
    told = list(paper._watch(inbox, BOSTON, stopped))
    assert [[one["file"] for one in each] for each in told] == [["1.pdf"]]


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_hangs_does_not_hold_a_watch_that_is_asked_to_stop(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = Event()

    def hangs(*_: object) -> list[Receipt]:
        assert goes_on.wait(60)
        return []

    monkeypatch.setattr(paper, "PAUSE", 0.01)
    monkeypatch.setattr(paper, "SWEEP_ENDS_WITHIN", 0.1)
    monkeypatch.setattr(folder, "sweep", hangs)
    Timer(5, goes_on.set).start()
    assert list(paper._watch(inbox, BOSTON, lambda: True)) == []
    assert not goes_on.is_set()
    goes_on.set()


def test_a_fault_of_ours_ends_no_watch_and_names_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise TypeError("Luis")

    assert went_well(fails) is False
    said = capsys.readouterr().err
    assert "TypeError at " in said
    assert "Luis" not in said
