"""kill -9 at every sync point of intake and decision, then start again (security.md REL-4, issue 4): nothing that was acknowledged is lost,
nothing is done twice, nothing half done, and the ledger verifies.

A first run, which nobody kills, records every point it reaches, in order, and what there is at the end. Then, for each point and occurrence,
the same work is begun on a fresh copy of the same data folder, killed there, looked at, begun again, and compared.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from detainerdesk.intake.syncpoint import KILL_AT, RECORD
from tests.crash.orders import Installation

KILLED = -9
AT_LEAST = 100
IN_MAKE_TEST = 140
IN_MAKE_TEST_LONG = 500
AT_A_TIME = 2
MEMORY = Path("/dev/shm")  # where the system has it

Point = tuple[str, int]


@dataclass(frozen=True)
class FirstRun:
    """The run that nobody kills."""

    untouched: Path
    points: tuple[Point, ...]
    outcome: dict[str, Any]


@pytest.fixture(scope="module")
def installations() -> Iterator[list[Installation]]:
    warm = [Installation() for _ in range(AT_A_TIME)]
    yield warm
    for one in warm:
        one.close()


@pytest.fixture(scope="module")
def installation(installations: list[Installation]) -> Installation:
    return installations[0]


@pytest.fixture(scope="module")
def first(installation: Installation, laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    untouched = _copy(laid_out, tmp_path_factory.mktemp("crash") / "untouched")
    installation.done("prepare", untouched)
    data = _copy(untouched, untouched.parent / "first")
    record = data / "points"
    installation.done("work", data, **{RECORD: str(record)})
    outcome = installation.done("look", data)
    verified = installation.done("verify", data)
    assert verified["ok"], verified["findings"]
    return FirstRun(untouched, _with_occurrences(record.read_text().splitlines()), outcome)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A kill takes the process, not what it handed to the kernel, so these runs may work in memory (a third of the time). That each byte is
    also synced to the disk, and in which order, is tests/intake/test_store.py's matter."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def test_the_run_that_nobody_kills_ends_as_it_must(first: FirstRun) -> None:
    outcome = first.outcome
    assert [row[0] for row in outcome["receipts"]] == list(range(1, 12)), "eight files and three uploads"
    assert len(outcome["documents"]) == 9, "three deliveries had the same bytes"
    requests = {
        row[3]: (row[0], row[1], [link[0] for link in row[5]]) for row in outcome["requests"] if row[1] == "detainer"
    }
    assert requests == {
        "ANTONIO DELACROIX LUIS": ("2026-0001", "detainer", [1, 2, 3, 10]),
        "ADEYEMI MARCUS OKONJO VALE": ("2026-0002", "detainer", [4]),
        "ANA BEATRIZ PEREIRA QUILL": ("2026-0003", "detainer", [5]),
        "BRIGHTWATER TOMASZ": ("2026-0004", "detainer", [5]),
    }
    (cancellation,) = [row for row in outcome["requests"] if row[1] == "cancellation"]
    assert cancellation[0] == "2026-0005"
    assert sorted(reason for _, reason, _, _ in outcome["waiting"]) == [
        "lone warrant",
        "no form",
        "unreadable",
        "unreadable",
    ]
    assert [state for _, state, _ in outcome["desk"]] == ["closed"] * 2 + ["question_open"] * 3
    assert outcome["left in the inbox"] == []
    assert len(outcome["acknowledged"]) == 11


@pytest.mark.timeout(900)
def test_rel_1_kill_at_sync_points_and_start_again(
    first: FirstRun, installations: list[Installation], memory: Path
) -> None:
    chosen = _spread(first.points, IN_MAKE_TEST)
    assert len(chosen) >= AT_LEAST
    assert {name for name, _ in chosen} == {name for name, _ in first.points}, "every point, at least once"
    _kill_at_each(chosen, first, installations, memory)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_rel_1_kill_at_every_sync_point_and_start_again(
    first: FirstRun, installations: list[Installation], memory: Path
) -> None:
    assert len(first.points) >= IN_MAKE_TEST_LONG
    _kill_at_each(first.points, first, installations, memory)


def test_a_point_that_is_not_reached_is_noticed(first: FirstRun, installation: Installation, tmp_path: Path) -> None:
    says = _kill(("no such point", 1), first, installation, tmp_path / "data")
    assert says == ["the point was not reached (exit 0)"]


def test_rel_1_a_receipt_without_its_bytes_is_noticed(
    first: FirstRun, installation: Installation, tmp_path: Path
) -> None:
    """The test must see what it looks for."""
    data = _copy(first.untouched, tmp_path / "data")
    installation.done("work", data)
    sha256 = first.outcome["receipts"][3][1]
    (data / "documents" / sha256[:2] / sha256).unlink()
    found = installation.done("look", data)
    assert _acknowledged_and_lost(found) == ["receipt 4: rows 1, events 1, file whole: False"]
    assert "files" in _unlike(found, first.outcome)


def _kill_at_each(points: tuple[Point, ...], first: FirstRun, installations: list[Installation], folder: Path) -> None:
    """As many at a time as there are warm processes."""
    warm: SimpleQueue[Installation] = SimpleQueue()
    for each in installations:
        warm.put(each)

    def one(n: int) -> list[str]:
        mine = warm.get()
        try:
            data = folder / str(n)
            says = _kill(points[n], first, mine, data)
            if not says:
                shutil.rmtree(data)
            return [f"killed at {points[n][0]!r}, time {points[n][1]}: {each}" for each in says]
        finally:
            warm.put(mine)

    started = time.monotonic()
    with ThreadPoolExecutor(len(installations)) as together:
        failures = [line for lines in together.map(one, range(len(points))) for line in lines]
    print(f"{len(points)} kills and restarts in {time.monotonic() - started:.0f} s")
    assert not failures, f"{len(failures)} findings after {len(points)} kills:\n" + "\n".join(failures[:20])


def _kill(point: Point, first: FirstRun, installation: Installation, data: Path) -> list[str]:
    """Kills the work at one point, starts it again; returns what is wrong then."""
    name, occurrence = point
    _copy(first.untouched, data)
    status, out = installation.order("work", data, **{KILL_AT: f"{name}:{occurrence}"})
    if status != KILLED:
        return [f"the point was not reached (exit {status})" + (f"\n{out}" if status else "")]
    wrong = [f"before it was started again: {line}" for line in _acknowledged_and_lost(installation.done("look", data))]
    status, out = installation.order("work", data)
    if status:
        return [*wrong, f"it can't be started again:\n{out}"]
    found = installation.done("look", data)
    wrong += _acknowledged_and_lost(found)
    wrong += [f"{name}: not as without the kill: {change}" for name, change in _unlike(found, first.outcome).items()]
    if found["indexes"] != list(range(len(found["indexes"]))):
        wrong.append("the ledger has gaps")
    verified = installation.done("verify", data)
    return wrong + ([] if verified["ok"] else [f"the ledger does not verify: {verified['findings']}"])


def _acknowledged_and_lost(found: dict[str, Any]) -> list[str]:
    return [
        f"receipt {one['receipt']}: rows {one['rows']}, events {one['events']}, file whole: {one['file']}"
        for one in found["acknowledged"]
        if not (one["rows"] == one["events"] == 1 and one["file"])
    ]


def _unlike(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, str]:
    return {name: f"{found[name]} instead of {expected[name]}" for name in expected if found[name] != expected[name]}


def _with_occurrences(names: list[str]) -> tuple[Point, ...]:
    seen: Counter[str] = Counter()
    points = []
    for name in names:
        seen[name] += 1
        points.append((name, seen[name]))
    return tuple(points)


def _spread(points: tuple[Point, ...], wanted: int) -> tuple[Point, ...]:
    """The first time each point is reached, and of the others every n-th, evenly through the run."""
    firsts = [point for point in points if point[1] == 1]
    others = [point for point in points if point[1] > 1]
    more = max(0, wanted - len(firsts))
    step = max(1.0, len(others) / more) if more else 1.0
    taken = {others[int(n * step)] for n in range(more) if int(n * step) < len(others)}
    return tuple(point for point in points if point[1] == 1 or point in taken)


def _copy(untouched: Path, to: Path) -> Path:
    shutil.copytree(untouched, to)
    return to
