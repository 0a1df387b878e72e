"""Mutants of a rulebook: which there are, that an example catches one, and that only what changes nothing is excused."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from detainerdesk.law import Edition, load
from tests.law.small import AGENCY, block, define, law, rule

HERE = Path(__file__).parents[2]
sys.path.insert(0, str(HERE / "benchmarks" / "law"))

from alike import Compared  # noqa: E402
from differing import Searcher, equivalent  # noqa: E402
from hunt import Hunter  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from seen import fails, seen_by  # noqa: E402

TOWN = "us-xx-town"


def example(name: str, facts: str, expect: str, at: str = "2026-03-03 12:00") -> str:
    return block("example", name, agency=AGENCY, at=at, facts=facts, expect=expect)


def made(edition: Edition) -> dict[str, Mutant]:
    return {one.key.removeprefix(f"{TOWN} "): one for one in mutants(edition, TOWN)}


def test_each_part_of_a_rule_has_its_mutants(tmp_path: Path) -> None:
    when = "apple and colour in (red, blue) and days < 3"
    city = rule(
        "C-1", "must not", when=when, unless="shown(berry)", otherwise="may", who="officer", in_force="2019-12-19 .."
    )
    assert set(made(law(tmp_path, city=city))) == {
        "C-1: deleted",
        "C-1: in force from 2019-12-19 becomes 2019-12-20",
        "C-1: in force from 2019-12-19 becomes 2019-12-18",
        "C-1: when: without `and apple`",
        "C-1: when: not `apple`",
        "C-1: when: without `and colour in (red, blue)`",
        "C-1: when: not `colour in (red, blue)`",
        "C-1: when: `colour in (red, blue)` without red",
        "C-1: when: `colour in (red, blue)` without blue",
        "C-1: when: without `and days < 3`",
        "C-1: when: not `days < 3`",
        "C-1: when: `days < 3` with <=",
        "C-1: `when` dropped",
        "C-1: unless: `shown(berry)` without the burden",
        "C-1: unless: not `berry`",
        "C-1: `unless` dropped",
        "C-1: who officer dropped",
        "C-1: effect must",
        "C-1: `otherwise` dropped",
    }


def test_an_example_catches_what_it_speaks_of_and_no_more(tmp_path: Path) -> None:
    city = rule("C-1", "must", when="apple and days < 3") + example(
        "two", "apple = yes; days = 2", "hold required by C-1"
    )
    edition = law(tmp_path, city=city)
    hunter = Hunter(edition, seen_by(edition))
    caught = {key for key, one in made(edition).items() if hunter.catches(one)}
    assert caught == {"C-1: deleted", "C-1: effect must not", "C-1: when: not `apple`", "C-1: when: not `days < 3`"}


def test_a_definition_that_is_needed_is_caught_by_the_loader(tmp_path: Path) -> None:
    edition = law(tmp_path, city=define("ripe.enough", "apple") + rule("C-1", "must", when="ripe.enough"))
    hunter = Hunter(edition, seen_by(edition))
    assert (hunter.catches(made(edition)["ripe.enough: deleted"]) or "").startswith("the loader: ")


@pytest.mark.parametrize(
    ("when", "key", "same"),
    [
        ("apple or apple and berry", "C-1: when: without `and berry`", True),
        ("apple or apple and berry", "C-1: when: without `and apple`", False),
        ("days < 3 or days is 3", "C-1: when: `days < 3` with <=", True),
        ("days < 3 or days is 4", "C-1: when: `days < 3` with <=", False),
        ("some papers where signed or no papers where void", "C-1: when: not `some papers where signed`", False),
    ],
)
def test_only_what_changes_nothing_is_excused(tmp_path: Path, when: str, key: str, same: bool) -> None:
    edition = law(tmp_path, city=rule("C-1", "must", when=when))
    mutant = made(edition)[key]
    assert bool(equivalent(mutant, edition)) == same
    assert Compared(edition, mutant).alike(("hold",), (AGENCY,)) == same


def test_a_rule_that_another_covers_is_alike_in_outcome_but_not_in_who_gives_it(tmp_path: Path) -> None:
    edition = law(
        tmp_path, city=rule("C-1", "must not", when="apple") + rule("C-2", "must not", when="apple and berry")
    )
    assert not Compared(edition, made(edition)["C-2: deleted"]).alike(("hold",), (AGENCY,))


def test_a_permission_under_a_requirement_changes_nothing(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must", when="apple") + rule("C-2", "may", when="apple and berry"))
    mutant = made(edition)["C-2: when: without `and berry`"]
    assert Compared(edition, mutant).alike(("hold",), (AGENCY,))
    assert not Compared(edition, made(edition)["C-2: when: without `and apple`"]).alike(("hold",), (AGENCY,))


@pytest.mark.parametrize(
    "key",
    [
        "C-1: when: without `and berry`",
        "C-1: when: papers: without `and not void`",
        "C-1: in force from 2019-12-19 becomes 2019-12-18",
        "C-1: who officer dropped",
    ],
)
def test_a_small_case_is_found_that_tells_a_mutant_from_the_law(tmp_path: Path, key: str) -> None:
    when = "apple and berry and some papers where (signed and not void)"
    city = rule("C-1", "must", when=when, who="officer", in_force="2019-12-19 ..")
    edition = law(
        tmp_path, city=city + example("all", "apple = yes; berry = yes; papers = [signed: yes]", "hold required")
    )
    mutant = made(edition)[key]
    hunter = Hunter(edition, seen_by(edition))
    told = Searcher(hunter, random.Random(1)).differing_case(mutant)
    assert told is not None
    again = hunter.as_seen(told.example, TOWN)
    assert again is not None
    assert not fails(again, edition)
    assert fails(again, mutant.edition(edition))
    assert "```example new\n" in told.block("new")


def test_every_mutant_named_on_the_page_is_one_today() -> None:
    """docs/mutation.md goes stale where a rule changes: `python benchmarks/law/mutation.py --write` makes it anew."""
    text = (HERE / "docs" / "mutation.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- (us\S* .+?)(?: — .*)?$", text.partition("## Switched off")[0], re.MULTILINE)
    edition = load()
    known = {one.key for book in edition.rulebooks for one in mutants(edition, book)}
    gone: list[Any] = [key for key in listed if key not in known]
    assert listed
    assert not gone, gone[:5]
