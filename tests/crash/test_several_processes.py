"""Several processes at one door: each delivery one receipt, each form one request, no numbers missing, nobody turned away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crash import pile
from tests.crash.orders import Installation

PROCESSES = 4


@pytest.fixture
def processes() -> Iterator[list[Installation]]:
    warm = [Installation() for _ in range(PROCESSES)]
    yield warm
    for one in warm:
        one.close()


def test_rel_3_four_processes_take_the_same_and_other_deliveries_at_once(
    processes: list[Installation], laid_out: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(laid_out, data)
    content = list({**pile.inbox(), **pile.uploads()}.values())
    for n in range(24):
        (data / "uploads" / f"S-{n % 3} {n:02d}.pdf").write_bytes(content[n % len(content)])
    deliveries = len(list((data / "uploads").iterdir()))
    processes[0].done("prepare", data)
    with ThreadPoolExecutor(PROCESSES) as together:
        list(together.map(lambda one: one.done("upload", data), processes))
    with ThreadPoolExecutor(PROCESSES) as together:
        list(together.map(lambda one: one.done("understand", data), processes))
    found = processes[0].done("look", data)
    assert [row[0] for row in found["receipts"]] == list(range(1, deliveries + 1))
    assert len(found["received events"]) == deliveries
    notebooks = [notebook.read_text().splitlines() for notebook in data.glob("acknowledged by *.jsonl")]
    assert len(notebooks) == PROCESSES
    assert all(notebook == notebooks[0] for notebook in notebooks), "who asks again gets the same receipt"
    assert len(found["documents"]) == len(set(content))
    names = [(row[1], row[3]) for row in found["requests"]]
    assert len(names) == len(set(names)) == 5
    assert len({(document, reason) for document, reason, _, _ in found["waiting"]}) == len(found["waiting"]) == 4
    assert found["indexes"] == list(range(len(found["indexes"])))
    assert processes[0].done("verify", data)["ok"]
