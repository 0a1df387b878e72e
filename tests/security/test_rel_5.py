"""REL-5: what happens when the disk, the memory, the database or the clock fails. Each test says its result in its first line; what each channel answers
its sender meanwhile, and a line that is cut at every step, are in tests/intake/test_smtp.py and test_mailbox.py, tests/desk/web/test_not_kept.py and
test_api.py."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from detainerdesk.intake import clock, request, store
from detainerdesk.intake.channels.folder import sweep
from detainerdesk.intake.clock import Look, Watch
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import DetainerRequest, Document, Transmission
from detainerdesk.intake.numbers import zone_of
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, detainer, reading
from tests.security.conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _data(data_folder_of_the_test: Path, settings: object) -> None:
    settings.FOLDER_SETTLES_AFTER = 0.01  # type: ignore[attr-defined]


def envelope(key: str, *, channel: str = "upload", at: datetime | None = None) -> Envelope:
    return Envelope(channel, BOSTON, "D-4", "fax.pdf", at or timezone.now(), key)


def kept() -> list[Path]:
    return sorted(file for file in (Path(settings.DATA) / "documents").rglob("*") if file.is_file())


def rows() -> tuple[int, int, int]:
    return Transmission.objects.count(), Document.objects.count(), ledger.size()


# --- the disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_rel_5_no_room_for_the_bytes(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Result: nothing is acknowledged, nothing half is left, the file stays in the inbox; with room again, the next sweep takes it, once."""
    inbox = Path(settings.DATA) / "inbox"
    (inbox / "D-4").mkdir(parents=True)
    (inbox / "D-4" / "fax.pdf").write_bytes(b"a page")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", raising(code))
        assert sweep(inbox, BOSTON) == []
    assert (rows(), kept()) == ((0, 0, 0), [])
    assert (inbox / "D-4" / "fax.pdf").exists()
    assert [receipt.number for receipt in sweep(inbox, BOSTON)] == [1]
    assert (sweep(inbox, BOSTON), rows()) == ([], (1, 1, 1))


def test_rel_5_no_room_for_the_row() -> None:
    """Result: SQLite's own "disk is full" reaches the channel, which does not acknowledge; the bytes wait, without a row; sent again with the same
    key there is one receipt."""
    with limited_database():
        n = until_full(lambda n: receive(f"page {n}".encode(), envelope(f"key {n}")))
    before = rows()
    receipt = receive(f"page {n}".encode(), envelope(f"key {n}"))
    assert (receipt.number, receipt.again) == (before[0] + 1, False)
    assert rows() == tuple(each + 1 for each in before)


def test_rel_5_no_room_while_a_paper_is_understood() -> None:
    """Result: the delivery stays acknowledged and not placed, nothing of the request is there, and it is understood when there is room."""
    desk = Desk()
    desk.gets(b"a form", reading(detainer(LUIS)))
    with limited_database():
        until_full(lambda n: (desk.gets(b"%d" % n, reading(detainer(MARCOS))), desk.understands()))
    counted = Transmission.objects.count()
    desk.understands()
    assert Transmission.objects.filter(placed=True).count() == counted
    numbers = [entry.event.subject for entry in ledger.entries(kind="request.opened")]
    assert len(numbers) == len(set(numbers)) == DetainerRequest.objects.count() == 2


def test_rel_5_an_error_of_the_disk_at_the_sync_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Result: fatal for this delivery. The sync is not tried again, the file it was for is gone, nothing is acknowledged."""
    called: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", raising(errno.EIO, called))
        with pytest.raises(store.StoreError, match=r"not acknowledged.*Check the disk"):
            receive(b"a page", envelope("one"))
    assert (len(called), rows(), kept()) == (1, (0, 0, 0), [])


def test_rel_5_an_error_of_the_disk_at_the_sync_of_a_folder_is_never_healed_by_a_second_sync(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Result: fatal for this delivery. When its sender sends it again the file is written anew: after an error the system may call bytes written
    that are not, so a second sync alone proves nothing."""
    real, wrote = os.fsync, []
    with monkeypatch.context() as patch:
        patch.setattr(
            os,
            "fsync",
            lambda of: real(of) if Path(f"/proc/self/fd/{of}").readlink().suffix == ".part" else raising(errno.EIO)(of),
        )
        with pytest.raises(store.StoreError, match="Check the disk"):
            receive(b"a page", envelope("one"))
    (first,) = kept()
    inode = first.stat().st_ino
    monkeypatch.setattr(
        store, "_write", lambda data, place, write=store._write: (wrote.append(place), write(data, place))
    )
    assert receive(b"a page", envelope("one")).number == 1
    assert wrote == [first]
    assert first.stat().st_ino != inode
    receive(b"a page", envelope("two"))
    assert wrote == [first], "and from then on it is there"


def test_rel_5_an_error_of_the_disk_under_the_database_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Result: SQLite's error reaches the channel, nothing is acknowledged; nothing in the program tries the transaction again."""
    tried = []

    def broken(*_: object, **__: object) -> None:
        tried.append(1)
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("detainerdesk.intake.door.ledger.append", broken)
    with pytest.raises(OperationalError):
        receive(b"a page", envelope("one"))
    assert (len(tried), rows()) == (1, (0, 0, 0))


# --- memory ---------------------------------------------------------------------------------------------------------

NO_MEMORY = """
import json, os, resource, sys
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0, skip_checks=True)
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log
from detainerdesk.intake.reading.fields import Unreadable
data = os.urandom(9_000_000)
def send(n): return receive(data + bytes(n), Envelope("upload", "us-ma-boston/police", "D-4", "fax.pdf", timezone.now(), f"key {n}")).number
send(0)
used = [int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData")][0]
told, hard = [], resource.getrlimit(resource.RLIMIT_DATA)[1]
for n, left in enumerate((2**16, 2**18, 2**20, 2**22, 2**23, 3 * 2**22, 2**25), 1):
    resource.setrlimit(resource.RLIMIT_DATA, (used + left, hard))
    try:
        told.append(send(n))
    except BaseException as error:
        told.append(type(error).__name__)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
again = [send(n) for n in range(8)]
understand_all(lambda place: Unreadable("no page"))
print(json.dumps({"told": told, "again": again, "rows": Transmission.objects.count(), "documents": Document.objects.count(),
    "events": len([1 for entry in log.entries(kind="paper.received")]), "not placed": Transmission.objects.filter(placed=False).count()}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on a process's own memory is Linux's")
def test_rel_5_no_memory(tmp_path: Path) -> None:
    """Result: a delivery for which there is no memory is not acknowledged and leaves nothing; sent again it has one receipt. Real memory, really
    short, in a process of its own. (What a page needs is the reading child's matter: IN-3.)"""
    done = subprocess.run(
        [sys.executable, "-c", NO_MEMORY],
        cwd=ROOT,
        env={
            **os.environ,
            "DETAINERDESK_DATA": str(tmp_path / "data"),
            "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "MemoryError" in found["told"], found
    assert sorted(found["again"]) == list(range(1, 9))
    assert (found["rows"], found["documents"], found["events"], found["not placed"]) == (8, 8, 8, 0)


# --- the lock -------------------------------------------------------------------------------------------------------


def test_rel_5_a_lock_is_waited_for_as_long_as_the_setting_says() -> None:
    """Result: a database that another program holds delays the acknowledgement; up to 30 seconds (the setting) nothing is refused."""
    assert settings.DATABASES["default"]["OPTIONS"]["timeout"] == 30
    with locked(1.0):
        begun = time.monotonic()
        assert receive(b"a page", envelope("one")).number == 1
        assert time.monotonic() - begun > 0.5


def test_rel_5_a_lock_that_is_held_longer() -> None:
    """Result: nothing is acknowledged, nothing half is there; what was understood halfway is undone; later both succeed, once."""
    desk = Desk()
    desk.gets(b"a form", reading(detainer(LUIS)))
    with waiting_at_most(0.3), locked(60.0) as release:
        with pytest.raises(OperationalError, match="locked"):
            receive(b"a page", envelope("one"))
        with pytest.raises(OperationalError, match="locked"):
            desk.understands()
        release.set()
    assert (Transmission.objects.count(), DetainerRequest.objects.count()) == (1, 0)
    assert receive(b"a page", envelope("one")).number == 2
    desk.readings[b"a page"] = reading()
    desk.understands()
    assert (Transmission.objects.filter(placed=True).count(), DetainerRequest.objects.count()) == (2, 1)


@pytest.mark.long
def test_rel_5_a_lock_held_for_29_seconds_and_for_31() -> None:
    """Result: with the real setting, 29 seconds end in an acknowledgement, 31 in none."""
    with locked(29.0):
        assert receive(b"a page", envelope("one")).number == 1
    with locked(60.0) as release:
        begun = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            receive(b"another", envelope("two"))
        assert 29 < time.monotonic() - begun < 45
        release.set()
    assert receive(b"another", envelope("two")).number == 2


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(days=1)], ids=["an hour back", "a day forward"])
def test_rel_5_the_clock_is_set(by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Result: receipts and numbers go on without gap or double, the ledger's own times never run back, the same delivery has the same receipt, and
    the step is an entry of its own."""
    desk = Desk()
    desk.gets(b"before", reading(detainer(LUIS)), at=timezone.now())
    desk.understands()
    set_clock(by, monkeypatch)
    number = desk.gets(b"after", reading(detainer(MARCOS)), at=timezone.now())
    again = receive(b"after", envelope(f"test:{desk.deliveries}"))
    desk.understands()
    assert (number, again.number, again.again) == (2, 2, True)
    opened = [one.opened_at for one in DetainerRequest.objects.order_by("number")]
    assert abs((opened[1] - opened[0]) - by) < timedelta(minutes=1), "each as the clock stood"
    entries = [entry.event for entry in ledger.entries()]
    logged = [event.logged for event in entries if event.logged]
    assert logged == sorted(logged)
    assert [event.facts["seconds"] for event in entries if event.kind == "clock.stepped"] == [by.total_seconds()]


def test_rel_5_the_hour_that_happens_twice() -> None:
    """Result: two faxes at 01:30 in the night when the clocks go back are an hour apart, in the order they came; none is taken for the other."""
    zone, desk = zone_of(BOSTON), Desk()
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    desk.gets(b"first", reading(detainer(LUIS)), at=first)
    desk.gets(b"second", reading(detainer(MARCOS)), at=second)
    desk.understands()
    came = [request.load(number, BOSTON).received_at for number in ("2026-0001", "2026-0002")]
    assert came[1] - came[0] == timedelta(hours=1)
    assert [f"{at.astimezone(zone):%H:%M %Z}" for at in came] == ["01:30 EDT", "01:30 EST"]


def test_rel_5_the_hour_that_does_not_happen() -> None:
    """Result: a fax a minute before the clocks go forward and one a minute after are two minutes apart."""
    zone, desk = zone_of(BOSTON), Desk()
    for data, told, at in (
        (b"1", LUIS, datetime(2026, 3, 8, 1, 59, tzinfo=zone)),
        (b"2", MARCOS, datetime(2026, 3, 8, 3, 1, tzinfo=zone)),
    ):
        desk.gets(data, reading(detainer(told)), at=at.astimezone(UTC))
    desk.understands()
    came = [request.load(number, BOSTON).received_at for number in ("2026-0001", "2026-0002")]
    assert came[1] - came[0] == timedelta(minutes=2)


def test_rel_5_the_year_is_the_agencys_own() -> None:
    """Result: a fax at 23:30 on the last evening of the year has a number of the old year, though in UTC the new one has begun."""
    zone, desk = zone_of(BOSTON), Desk()
    desk.gets(b"1", reading(detainer(LUIS)), at=datetime(2026, 12, 31, 23, 30, tzinfo=zone))
    desk.gets(b"2", reading(detainer(MARCOS)), at=datetime(2027, 1, 1, 0, 30, tzinfo=zone))
    desk.understands()
    assert list(DetainerRequest.objects.order_by("opened_at").values_list("number", flat=True)) == [
        "2026-0001",
        "2027-0001",
    ]


def test_rel_5_a_leap_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Result: the second that the system's clock repeats is no step; two papers within it keep the order of their receipts."""
    desk = Desk()
    desk.gets(b"before", reading(detainer(LUIS)), at=timezone.now())
    set_clock(timedelta(seconds=-1), monkeypatch)
    desk.gets(b"within", reading(detainer(MARCOS)), at=timezone.now())
    desk.understands()
    entries = [entry.event for entry in ledger.entries()]
    assert [event.facts["receipt"] for event in entries if event.kind == "paper.received"] == [1, 2]
    assert [event.logged for event in entries] == sorted(event.logged for event in entries if event.logged)
    assert not [event for event in entries if event.kind == "clock.stepped"]


# --- how it is made to fail -----------------------------------------------------------------------------------------


def raising(code: int, called: list[int] | None = None):  # type: ignore[no-untyped-def]
    def fails(of: int) -> None:
        if called is not None:
            called.append(of)
        raise OSError(code, os.strerror(code))

    return fails


@contextmanager
def limited_database() -> Iterator[None]:
    """SQLite's own limit on the pages of its file gives the error of a full disk."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 1}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def until_full(act: Callable[[int], object]) -> int:
    """How often it could be done."""
    for n in range(1_000):
        try:
            act(n)
        except OperationalError as error:
            return n if "full" in str(error) else -1
    raise AssertionError("the database never filled")


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
        yield
        cursor.execute("PRAGMA busy_timeout = 30000")


@contextmanager
def locked(seconds: float) -> Iterator[threading.Event]:
    """Another program holds the database."""
    holds, release = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            holds.set()
            release.wait(seconds)
            other.execute("ROLLBACK")

    connection.ensure_connection()
    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(10)
    try:
        yield release
    finally:
        release.set()
        holder.join()


def set_clock(by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """All who ask for the time in intake and ledger; the steady clock goes on."""

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + by

    watch, real = Watch(clock.now()), clock.now
    monkeypatch.setattr(clock, "_watch", watch)
    monkeypatch.setattr(clock, "now", lambda: Look(real().at + by, real().steady))
    monkeypatch.setattr(timezone, "now", lambda: Stepped.now(UTC))
    monkeypatch.setattr(ledger, "datetime", Stepped)
