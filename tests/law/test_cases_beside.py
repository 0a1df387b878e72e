"""Worked cases in a file of their own beside a rulebook: read, run and hashed with it; anything but a case is refused there."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import RulebookError, load, prove
from detainerdesk.law.lint import lint
from tests.law.small import AGENCY, rule, write

HEAD = "---\ncases of: us-xx-town\n---\n# Worked cases of the town\n\n"
CASE = f"```example an apple\nagency: {AGENCY}\nat: 2026-03-03 12:00\nfacts: apple = yes\nexpect: hold forbidden by C-1\n```\n"


def beside(tmp_path: Path, text: str) -> Path:
    folder = write(tmp_path, city=rule("C-1", "must not", when="apple"))
    (folder / "us/xx/town.cases.md").write_text(text, encoding="utf-8")
    return folder


def test_a_case_in_a_file_of_its_own_runs_with_the_rulebook_beside_it(tmp_path: Path) -> None:
    edition = load(beside(tmp_path, HEAD + CASE))
    (proved,) = [one for one in prove(edition, "us-xx-town") if one.example.name == "an apple"]
    assert proved.wrong == ()
    assert proved.example.place.file == "us/xx/town.cases.md"
    wrong = load(beside(tmp_path, HEAD + CASE.replace("apple = yes", "apple = no")))
    (proved,) = [one for one in prove(wrong, "us-xx-town") if one.example.name == "an apple"]
    assert proved.wrong
    assert wrong.hash != edition.hash


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CASE, "cases of: us-xx-town"),
        (HEAD.replace("us-xx-town", "us-xx") + CASE, "cases of us-xx, and the rulebook beside them is us-xx-town"),
        (HEAD + rule("C-2", "must"), "unknown block `rule`; expected one of example"),
        (HEAD + CASE + CASE, "example an apple stands here and at line 6"),
        (HEAD + CASE.replace("agency:", "agent:"), "unknown key `agent`"),
    ],
)
def test_a_file_of_cases_that_is_none_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as refused:
        load(beside(tmp_path, text))
    assert "us/xx/town.cases.md:" in str(refused.value)


def test_cases_without_a_rulebook_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "us/xx/village.cases.md").write_text(HEAD + CASE, encoding="utf-8")
    with pytest.raises(RulebookError, match=r"no rulebook stands beside these worked cases: village.md"):
        load(folder)
    assert any("village" in one.says for one in lint(folder))
