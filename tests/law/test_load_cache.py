"""What was loaded is kept by what its files hold: unchanged files are not read again, a changed one is, and nothing that is wrong
is ever kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import RulebookError, load
from detainerdesk.law.lint import lint
from tests.law.small import AGENCY, CRIMES, block, rule, write

TOWN = "us/xx/town.md"
CASES = f"---\ncases of: us-xx-town\n---\n\n```example an apple\nagency: {AGENCY}\nat: 2026-03-03 12:00\nfacts: apple = yes\nexpect: hold forbidden\n```\n"
LISTED = block("list", "grave_crimes", file="grave.csv") + rule(
    "C-1", "must not", when="some crimes where (offense_citation in grave_crimes)"
)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written = write(
        tmp_path,
        federal=rule("F-1", "may", when="berry"),
        city=LISTED + rule("C-2", "must not", when="apple"),
        vocabulary=CRIMES,
        tables={"grave.csv": "citation\nUS 8 USC 1326\n"},
    )
    (tmp_path / "us/xx/town.cases.md").write_text(CASES)
    return written


def test_files_that_hold_what_they_held_are_not_read_again(folder: Path) -> None:
    before = load(folder)
    (folder / TOWN).write_text((folder / TOWN).read_text())
    assert load(folder) is before


def test_the_same_text_in_another_folder_is_that_folders(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = write(tmp_path_factory.mktemp("elsewhere"))
    here = write(tmp_path_factory.mktemp("here"))
    assert load(elsewhere).paths["us"] == elsewhere / "us/federal.md"
    assert load(here).paths["us"] == here / "us/federal.md"


def test_an_edited_rulebook_is_read_anew_and_no_other(folder: Path) -> None:
    before = load(folder)
    edit(folder / TOWN, "when: apple", "when: cherry")
    after = load(folder)
    assert after.hash != before.hash
    assert after.rulebooks["us-xx-town"].rules[1].when != before.rulebooks["us-xx-town"].rules[1].when
    assert all(after.rulebooks[name] is before.rulebooks[name] for name in ("us", "us-xx"))


def test_an_edited_table_is_read_anew(folder: Path) -> None:
    before = load(folder)
    edit(folder / "us/xx/grave.csv", "1326", "1324")
    after = load(folder)
    assert after.hash != before.hash
    assert str(after.rulebooks["us-xx-town"].lists[0].rows[0].citation) == "US 8 USC 1324"


def test_a_table_that_is_gone_or_a_link_is_refused_though_it_was_read(folder: Path) -> None:
    load(folder)
    table = folder / "us/xx/grave.csv"
    table.rename(folder / "grave.csv")
    with pytest.raises(RulebookError, match=r"there is no file grave\.csv beside the rulebook"):
        load(folder)
    table.symlink_to(folder / "grave.csv")
    with pytest.raises(RulebookError, match=r"there is no file grave\.csv beside the rulebook"):
        load(folder)


def test_edited_worked_cases_are_read_anew(folder: Path) -> None:
    before = load(folder)
    edit(folder / "us/xx/town.cases.md", "apple = yes", "apple = no")
    after = load(folder)
    assert after.hash != before.hash
    assert after.rulebooks["us-xx-town"].examples[0].facts == "apple = no"


def test_a_word_that_the_vocabulary_lost_is_refused_in_rulebooks_that_did_not_change(folder: Path) -> None:
    load(folder)
    edit(folder / "vocabulary.md", "fact berry", "fact bramble")
    with pytest.raises(RulebookError, match="“berry” is no fact or definition"):
        load(folder)


def test_what_is_wrong_is_refused_each_time_until_it_is_mended(folder: Path) -> None:
    load(folder)
    edit(folder / TOWN, "when: apple", "when: aple")
    for _ in range(2):
        with pytest.raises(RulebookError, match=r"us/xx/town\.md:\d+:7 .*“aple” is no fact"):
            load(folder)
    edit(folder / TOWN, "when: aple", "when: apple")
    assert load(folder).rulebooks["us-xx-town"].rules[1].id == "C-2"


def test_stale_words_that_were_accepted_to_be_mended_are_refused_in_what_decides(folder: Path) -> None:
    edit(folder / TOWN, "when: apple\n", "when: apple\nsays: Nobody knows.\n")
    load(folder, stale_words=True)
    with pytest.raises(RulebookError, match="is not what the rule says"):
        load(folder)


def test_lint_neither_leans_on_what_is_kept_nor_keeps_what_it_finds(folder: Path) -> None:
    load(folder)
    edit(folder / TOWN, "effect: must not\nin force: ..\ncite: § C-2", "effect: must nut\nin force: ..\ncite: § C-2")
    for _ in range(2):
        assert [one.says for one in lint(folder) if one.kind == "refused"] == [
            "an effect is must, must not or may, not “must nut”"
        ]
        with pytest.raises(RulebookError, match="must nut"):
            load(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("agency:", "agent:", "unknown key `agent`"),
        ("expect: hold forbidden\n", "", "example an apple needs a line `expect: …`"),
        ("facts: apple = yes\n", "facts: apple = yes\nfacts: apple = no\n", "`facts` is written twice"),
        ("expect: hold forbidden\n```\n", "expect: hold forbidden\n", "this block is never closed"),
    ],
)
def test_an_error_in_an_example_is_refused_when_it_loads_and_found_by_lint(
    folder: Path, old: str, new: str, says: str
) -> None:
    load(folder)
    edit(folder / "us/xx/town.cases.md", old, new)
    with pytest.raises(RulebookError, match=says):
        load(folder)
    assert any(says in one.says for one in lint(folder))
