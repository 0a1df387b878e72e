"""kill -9 at every sync point of intake and decision, then start again (security.md REL-4, issue 4): nothing that was acknowledged is lost,
nothing is done twice, nothing half done, and the ledger verifies.

A first run, which nobody kills, records every point it reaches, in order, and what there is at the end. Then, for each point and occurrence,
the same work is begun on a fresh copy of the same data folder, killed there, looked at, begun again, and compared. Two piles: pages, with what
officers then record; and mails, entries, lists, a line's test page and papers under a cover sheet. A sync point that stands in the code and
that neither pile reaches fails.
"""

from __future__ import annotations

import re
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
from tests.crash.installation import TOKEN
from tests.crash.orders import Installation

KILLED = -9
AT_LEAST = 100
IN_MAKE_TEST = 120
OTHER_IN_MAKE_TEST = 60
IN_MAKE_TEST_LONG = 500
AT_A_TIME = 2
MEMORY = Path("/dev/shm")  # where the system has it

ROOT = Path(__file__).parents[2] / "detainerdesk"
INTAKE, DESK = ROOT / "intake", ROOT / "desk"
NEED_A_SERVER = {  # killed at there, with a real server
    INTAKE / "channels" / "smtp.py": Path(__file__).parents[1] / "intake" / "test_smtp.py",
    INTAKE / "channels" / "mailbox.py": Path(__file__).parents[1] / "intake" / "test_mailbox.py",
}

Point = tuple[str, int]


@dataclass(frozen=True)
class FirstRun:
    """The run that nobody kills."""

    work: str
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
    return _first_run("work", installation, laid_out, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def other(installation: Installation, other_laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    return _first_run("take", installation, other_laid_out, tmp_path_factory.mktemp("other crash"))


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
    assert [row[0] for row in outcome["receipts"]] == list(range(1, 13)), "eight files, three uploads, one later"
    assert len(outcome["documents"]) == 10, "three deliveries had the same bytes"
    requests = {
        row[3]: (row[0], row[1], [link[0] for link in row[5]]) for row in outcome["requests"] if row[1] == "detainer"
    }
    assert requests == {
        "ANTONIO DELACROIX LUIS": ("2026-0001", "detainer", [1, 2, 3, 10]),
        "ADEYEMI MARCUS OKONJO VALE": ("2026-0002", "detainer", [4, 12]),
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
    assert len(outcome["acknowledged"]) == 12


def test_what_is_not_simply_a_page_ends_as_it_must(other: FirstRun) -> None:
    outcome = other.outcome
    requests = {row[3]: (row[2], [link[:3] for link in row[5]]) for row in outcome["requests"]}
    assert requests == {
        "ANTONIO DELACROIX LUIS": ("i247a", [[2, "B-2", "opened"]]),
        "ADA FICTIONAL": ("i247a", [[3, "A-1", "opened"]]),
        "BO FICTIONAL": ("i247a", [[3, "A-1", "opened"]]),
        "BRIGHTWATER TOMASZ": ("phone", [[7, "D-4", "opened"]]),
        "ADEYEMI MARCUS OKONJO VALE": ("i247a", [[8, "B-2", "opened"], [10, "D-4", "same bytes"]]),
        "ANA BEATRIZ PEREIRA QUILL": ("i247a", [[9, "B-2", "opened"], [11, "D-4", "same bytes"]]),
    }
    assert outcome["inside"] == [[8, 5], [9, 5], [10, 6], [11, 6]], "two faxes in a mail that came twice"
    assert outcome["line tests"] == [[TOKEN, 1]]
    assert outcome["receipts of senders"] == [
        ["fax@gateway.example", n, receipt] for n, receipt in ((1, 4), (2, 5), (3, 6))
    ]
    assert [reason for _, reason, _, _ in outcome["waiting"]] == ["mail without a page"]
    assert (outcome["left in the inbox"], outcome["not placed"]) == ([], 0)


def test_rel_4_every_sync_point_in_the_code_is_reached(first: FirstRun, other: FirstRun) -> None:
    """A point that is not reached fails; so does one that was renamed or that somebody forgot to reach."""
    reached = {name for run in (first, other) for name, _ in run.points}
    files = [file for room in (INTAKE, DESK) for file in room.rglob("*.py") if file not in NEED_A_SERVER]
    written = {name for file in files for name in _points_in(file)}
    assert len(written) > 50
    assert sorted(written - reached) == []
    for file, test in NEED_A_SERVER.items():
        tested = test.read_text(encoding="utf-8")
        assert [name for name in sorted(_points_in(file)) if f'"{name}"' not in tested] == []


@pytest.mark.timeout(900)
def test_rel_4_kill_at_sync_points_and_start_again(
    first: FirstRun, other: FirstRun, installations: list[Installation], memory: Path
) -> None:
    known = {name for name, _ in first.points}
    chosen = _spread(first.points, IN_MAKE_TEST, known)
    others = _spread(other.points, OTHER_IN_MAKE_TEST, {name for name, _ in other.points} - known)
    assert len(chosen) + len(others) >= AT_LEAST
    killed = {name for name, _ in (*chosen, *others)}
    assert killed == {name for name, _ in (*first.points, *other.points)}, "every point, at least once"
    _kill_at_each(chosen, first, installations, memory / "pages")
    _kill_at_each(others, other, installations, memory / "other")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_rel_4_kill_at_every_sync_point_and_start_again(
    first: FirstRun, other: FirstRun, installations: list[Installation], memory: Path
) -> None:
    assert len(first.points) + len(other.points) >= IN_MAKE_TEST_LONG
    _kill_at_each(first.points, first, installations, memory / "pages")
    _kill_at_each(other.points, other, installations, memory / "other")


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


def _first_run(work: str, installation: Installation, laid_out: Path, folder: Path) -> FirstRun:
    untouched = _copy(laid_out, folder / "untouched")
    installation.done("prepare", untouched)
    data = _copy(untouched, folder / "first")
    record = data / "points"
    installation.done(work, data, **{RECORD: str(record)})
    outcome = installation.done("look", data)
    verified = installation.done("verify", data)
    assert verified["ok"], verified["findings"]
    return FirstRun(work, untouched, _with_occurrences(record.read_text().splitlines()), outcome)


def _points_in(file: Path) -> set[str]:
    """The names of the points as the code writes them. (Those of desk/life that are made of an act's name are only counted when they are reached.)"""
    code = file.read_text(encoding="utf-8")
    around = re.findall(r'\baround\("([^"]+)"\)', code)
    return {
        *re.findall(r'\breached\("([^"]+)"\)', code),
        *(f"{side} {name}" for name in around for side in ("before", "after")),
    }


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
    status, out = installation.order(first.work, data, **{KILL_AT: f"{name}:{occurrence}"})
    if status != KILLED:
        return [f"the point was not reached (exit {status})" + (f"\n{out}" if status else "")]
    wrong = [f"before it was started again: {line}" for line in _acknowledged_and_lost(installation.done("look", data))]
    status, out = installation.order(first.work, data)
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


def _spread(points: tuple[Point, ...], wanted: int, needed: set[str]) -> tuple[Point, ...]:
    """The first time each needed point is reached, and of the others every n-th, evenly through the run."""
    firsts = {point for point in points if point[1] == 1 and point[0] in needed}
    others = [point for point in points if point not in firsts]
    more = max(0, wanted - len(firsts))
    step = max(1.0, len(others) / more) if more else 1.0
    taken = {others[int(n * step)] for n in range(more) if int(n * step) < len(others)}
    return tuple(point for point in points if point in firsts or point in taken)


def _copy(untouched: Path, to: Path) -> Path:
    shutil.copytree(untouched, to)
    return to
