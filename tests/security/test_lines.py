"""docs/security-lines.md and the tests agree: each line that must hold has its tests, under its name, and the page names no test that is not there."""

from __future__ import annotations

import re

import pytest

from tests.security.conftest import ROOT

HOLD_NOW = (
    "REL-1", "REL-2", "REL-3", "REL-4", "REL-5", "REL-6", "LED-1", "LED-2",
    "IN-1", "IN-2", "IN-3", "IN-4", "IN-5", "FUZZ",
    "WEB-1", "WEB-2", "WEB-3", "WEB-4", "WEB-9", "KEY-1", "SUP-1",
)  # fmt: skip
PAGE = (ROOT / "docs" / "security-lines.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if line.startswith("| ")
    for cells in [[one.strip() for one in line.strip("| ").split(" | ")]]
}
TESTS = {
    name: file
    for file in sorted((ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_every_line_that_holds_now_has_its_row_and_no_other_claims_to() -> None:
    assert tuple(name for name in ROWS if name[-1].isdigit() or name == "FUZZ") == HOLD_NOW
    assert all(len(ROWS[line]) == 4 and all(ROWS[line]) for line in HOLD_NOW)


@pytest.mark.parametrize("line", HOLD_NOW)
def test_each_test_that_the_page_names_for_a_line_is_there_under_its_name(line: str) -> None:
    prefix = "test_" + line.lower().replace("-", "_") + "_"
    named = re.findall(r"`(test_\w+)`", ROWS[line][2])
    assert len(named) >= 4
    assert [name for name in named if name not in TESTS or not name.startswith(prefix)] == []


def test_a_test_that_carries_a_lines_name_carries_that_of_a_line_that_holds_now() -> None:
    lines = {line.lower().replace("-", "_") for line in HOLD_NOW}
    carried = {found[1] for name in TESTS if (found := re.match(r"test_((?:rel|led|in|web|key|sup)_\d+|fuzz)_", name))}
    assert carried == lines
