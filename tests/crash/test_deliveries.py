"""Deliveries over all channels while everything goes wrong at once: none lost, none doubled (issue 6). deliveries.py drives, services.py runs the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.crash import deliveries


def without_a_finding(told: dict[str, Any]) -> None:
    print(told)
    assert told["findings"] == []
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert set(told["by channel"]) == {"folder", "mail", "mailbox", "api", "entry"}
    assert {"killed at any moment", "started again after a kill at a sync point"} <= set(told["trouble"])
    assert sum(told["tries"].values()) > told["deliveries"], "no line broke"


@pytest.mark.timeout(900)
def test_rel_5_300_deliveries_while_all_goes_wrong_are_each_there_once(tmp_path: Path) -> None:
    without_a_finding(deliveries.run(300, 1, tmp_path / "all", pause=1.0))


@pytest.mark.long
@pytest.mark.timeout(3 * 60 * 60)
def test_rel_5_10000_deliveries_while_all_goes_wrong_are_each_there_once(tmp_path: Path) -> None:
    told = deliveries.run(10_000, 7, tmp_path / "all", pause=2.0)
    without_a_finding(told)
    assert {"disk full", "disk slow", "clock stepped"} <= set(told["trouble"])


def test_rel_3_a_third_of_the_deliveries_are_repeats_by_another_way() -> None:
    plan = deliveries.plan(300, 1)
    assert (len(plan.deliveries), plan.repeats) == (300, 100)
    assert len(plan.requests) < 300
    assert len({one.number for one in plan.deliveries}) == 300
