"""REL-4: the power is cut at any moment, and of what was not synced the disk keeps nothing, all, or any sectors of 512 bytes. What was acknowledged is
there with its bytes, nothing is half there, nothing twice, the ledger verifies, and the work goes on. tests/crash/disk.py is the model of the disk,
tests/crash/recorder.py records the real operations of the real SQLite; kill -9 at every sync point is tests/crash/test_kill.py."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.crash import pile
from tests.crash.disk import Disk, Make, Remove, Rename, Sync, Truncate, Write
from tests.crash.orders import Installation
from tests.crash.power import BREAK, CUTS

STATES, STATES_LONG = 1_000, 10_000
START_AGAIN_EVERY, START_AGAIN_EVERY_LONG = 12, 4
AT_A_TIME = 2
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Day:
    """A day's intake: the folder it begins with, and how it ends without a cut."""

    untouched: Path
    expected: dict[str, Any]


@pytest.fixture(scope="module")
def installations() -> Iterator[list[Installation]]:
    warm = [Installation() for _ in range(AT_A_TIME)]
    yield warm
    for one in warm:
        one.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The model is the disk; the folders of the states may lie in memory."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def day(installations: list[Installation], folder: Path) -> Day:
    untouched = folder / "untouched"
    untouched.mkdir()
    pile.lay_out_other(untouched)
    installations[0].done("prepare", untouched)
    first = shutil.copytree(untouched, folder / "first")
    installations[0].done("take", first)
    expected = installations[0].done("look", first)
    return Day(untouched, {name: found for name, found in expected.items() if name != "acknowledged"})


@pytest.mark.timeout(900)
def test_rel_4_a_cut_at_1000_moments_loses_halves_and_doubles_nothing(
    day: Day, installations: list[Installation], folder: Path
) -> None:
    assert cut(day, installations, folder / "cut", STATES, START_AGAIN_EVERY) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_rel_4_a_cut_at_10000_moments_loses_halves_and_doubles_nothing(
    day: Day, installations: list[Installation], folder: Path
) -> None:
    assert cut(day, installations, folder / "cut long", STATES_LONG, START_AGAIN_EVERY_LONG) == []


@pytest.mark.parametrize(
    ("without", "loses"),
    [("synchronous", "was acknowledged and is lost"), ("folders", "its bytes are lost")],
    ids=["synchronous=NORMAL", "folders are not synced"],
)
def test_rel_4_the_same_cuts_find_what_is_not_made_durable(
    without: str, loses: str, day: Day, installations: list[Installation], folder: Path
) -> None:
    """With NORMAL, SQLite does not sync the end of its journal (in WAL mode: the journal itself), so that a commit can be undone by the cut."""
    findings = cut(day, installations, folder / without, 200, 1_000, without=without)
    assert [one for one in findings if loses in one], findings


def cut(
    day: Day, installations: list[Installation], folder: Path, count: int, every: int, without: str = ""
) -> list[str]:
    """Each warm process records the day in a folder of its own, and cuts its share of `count` moments."""
    folder.mkdir()
    told = {"count": count, "shares": len(installations), "start_again_every": every, "expected": day.expected}

    def share(n: int) -> dict[str, Any]:
        data = shutil.copytree(day.untouched, folder / f"data {n}")
        recorded = installations[n].done("record", data, **{BREAK: without})
        states = folder / f"states {n}"
        states.mkdir()
        cuts = {**told, "share": n, "in": str(states)}
        return {"recorded": recorded, **installations[n].done("cut", data, **{CUTS: json.dumps(cuts)})}

    with ThreadPoolExecutor(len(installations)) as together:
        found = list(together.map(share, range(len(installations))))
    findings = [finding for each in found for finding in each["findings"]]
    if not findings:
        assert sum(each["states"] for each in found) == count
    again = sum(each["started again"] for each in found)
    print(f"{found[0]['recorded']}: {count} cuts, {again} of them worked on to the end, {len(findings)} findings")
    shutil.rmtree(folder)
    return findings


# --- the model itself -----------------------------------------------------------------------------------------------


def after(fate: Any, *operations: Any, seed: int = 0) -> dict[str, bytes]:
    disk = Disk()
    for operation in operations:
        disk.do(operation)
    return {path: content for path, number, content in disk.after_a_cut(fate, Random(seed)) if number is not None}


SAVED = (Make(0, "a", 1, False), Write(1, 0, b"old"), Sync(1), Sync(0))


def test_rel_4_the_disk_of_the_model_keeps_what_was_synced_and_nothing_else() -> None:
    changed = (*SAVED, Write(1, 0, b"new"), Write(1, 3, b" more"))
    assert after("lost", *changed) == {"a": b"old"}
    assert after("kept", *changed) == {"a": b"new more"}
    assert after("lost", *changed, Sync(1)) == {"a": b"new more"}
    assert after("lost", *changed, Truncate(1, 1)) == {"a": b"old"}
    assert {after("each on its own", *changed, seed=n)["a"] for n in range(60)} == {
        b"old",
        b"new",
        b"new more",
        b"old more",
    }


def test_rel_4_the_disk_of_the_model_undoes_names_whose_folder_was_not_synced() -> None:
    assert after("lost", *SAVED[:3]) == {}, "a file that was synced, in a folder that was not"
    assert after("lost", *SAVED, Remove(0, "a")) == {"a": b"old"}
    moved = (*SAVED, Make(0, "b", 2, True), Sync(0), Rename(0, "a", 2, "a"))
    assert after("lost", *moved) == {"a": b"old"}
    assert after("kept", *moved) == {"b/a": b"old"}
    assert {tuple(after("each on its own", *moved, seed=n)) for n in range(30)} == {("a",), ("b/a",), ("a", "b/a"), ()}


def test_rel_4_the_disk_of_the_model_tears_a_write_at_512_bytes() -> None:
    new = b"n" * 1500
    torn = {after("each on its own", *SAVED, Write(1, 100, new), seed=n).get("a", b"") for n in range(200)}
    edges = {at for one in torn for at in range(101, len(one)) if one[at : at + 1] != one[at - 1 : at]}
    assert edges == {512, 1024, 1536}
