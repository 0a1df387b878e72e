"""What the proofs find in small rulebooks that have one defect each, and that they find nothing in those that have none. Each case
found is decided anew here."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import Case, decide, load
from detainerdesk.law.encoding import TESTS
from detainerdesk.law.language import grammar
from detainerdesk.law.prove.findings import Theorems
from detainerdesk.law.prove.smallest import Smallest
from detainerdesk.law.prove.theorems import theorems
from tests.law.small import AGENCY, block, define, law, rule

BOTH_WAYS = rule("C-1", "must not", when="apple", who="officer, clerk") + rule("C-2", "must", when="not apple")


def proved(folder: Path, **layers: str) -> Theorems:
    return theorems(law(folder, **layers), AGENCY)


def outcome(folder: Path, case: Smallest, action: str = "hold") -> str:
    """The case decided by the public door."""
    asked = Case(agency=AGENCY, at=case.at, facts=dict(case.facts), choices=dict(case.choices), ask=(action,))
    return decide(asked, load(folder)).actions[action].outcome


def test_a_law_that_speaks_of_every_case_once_has_no_finding(tmp_path: Path) -> None:
    found = proved(tmp_path, city=BOTH_WAYS)
    assert found.findings == ()
    assert found.closed == ("hold",)
    assert found.alive == ("C-1", "C-2")


# Conflicts.


def test_a_conflict_is_found_with_the_smallest_case(tmp_path: Path) -> None:
    found = proved(
        tmp_path,
        state=rule("S-1", "must", when="apple and colour is green"),
        city=rule("C-1", "must not", when="apple or berry"),
    )
    (conflict,) = found.conflicts
    assert conflict.id == "conflict hold S-1 C-1"
    assert conflict.case is not None
    assert dict(conflict.case.facts) == {"apple": True, "colour": "green"}
    assert {one.id for one in conflict.case.judged.by} == {"S-1", "C-1"}
    assert outcome(tmp_path, conflict.case) == "conflict"


def test_no_conflict_where_a_void_a_lift_or_a_constraint_keeps_two_rules_apart(tmp_path: Path) -> None:
    never = "\n```constraint one\nnever: cherry and berry\nsays: Not both.\n```\n"
    found = proved(
        tmp_path,
        vocabulary=never,
        state=rule("S-1", "must", when="apple")
        + block("voids", "S-V", action="hold", effects="must not", when="apple")
        + rule("S-2", "must", when="cherry", lifts="C-2"),
        city=rule("C-1", "must not", when="berry") + rule("C-2", "must not", when="colour is red"),
    )
    assert found.conflicts == ()
    assert {dead.id for dead in found.dead} == set()


def test_a_conflict_that_only_another_reading_makes_names_the_reading(tmp_path: Path) -> None:
    reading = block("reading", "how", alternatives="narrow, wide", default="narrow")
    found = proved(
        tmp_path,
        federal=reading + rule("F-1", "must", when="apple and how is wide"),
        city=rule("C-1", "must not", when="apple"),
    )
    (conflict,) = found.conflicts
    assert conflict.case is not None
    assert dict(conflict.case.choices) == {"how": "wide"}
    assert outcome(tmp_path, conflict.case) == "conflict"


def test_a_rejected_reading_makes_no_conflict_and_its_rule_is_dead(tmp_path: Path) -> None:
    reading = block("reading", "how", alternatives="narrow, wide", default="narrow", rejected="wide")
    found = proved(
        tmp_path, federal=reading + rule("F-1", "must", when="apple and how is wide"), city=rule("C-1", "must not")
    )
    assert found.conflicts == ()
    assert [dead.id for dead in found.dead] == ["dead F-1"]


def test_a_conflict_of_old_days_is_found_on_those_days(tmp_path: Path) -> None:
    found = proved(
        tmp_path,
        state=rule("S-1", "must", when="apple", in_force=".. 2020-06-30"),
        city=rule("C-1", "must not", when="apple", in_force="2019-01-01 .."),
    )
    (conflict,) = found.conflicts
    assert conflict.days == "2019-01-01 to 2020-06-30"
    assert conflict.case is not None
    assert conflict.case.at.date().isoformat() == "2020-06-30"
    assert outcome(tmp_path, conflict.case) == "conflict"


def test_a_conflict_through_two_papers_needs_two_papers(tmp_path: Path) -> None:
    found = proved(
        tmp_path,
        state=rule("S-1", "must", when="at least 2 papers where signed"),
        city=rule("C-1", "must not", when="some papers where (kind is judge and not signed)"),
    )
    (conflict,) = found.conflicts
    assert conflict.case is not None
    records = conflict.case.facts["papers"]
    assert [record.get("signed") for record in records].count(True) == 2
    assert {"kind": "judge", "signed": False} in records
    assert len(records) == 3
    assert outcome(tmp_path, conflict.case) == "conflict"


@pytest.mark.parametrize(("count", "found"), [("2", 1), ("4", 0)])
def test_different_values_are_counted(tmp_path: Path, count: str, found: int) -> None:
    """`kind` has three values, so four different ones are never there."""
    theorem = proved(
        tmp_path,
        state=rule("S-1", "must", when=f"at least {count} different kind of papers where signed"),
        city=rule("C-1", "must not"),
    )
    assert len(theorem.conflicts) == found
    assert len(theorem.dead) == 1 - found


# Gaps.


def test_a_gap_is_described_and_shown(tmp_path: Path) -> None:
    found = proved(
        tmp_path, city=rule("C-1", "must not", when="apple") + rule("C-2", "may", when="colour in (red, green)")
    )
    (gap,) = found.gaps
    assert gap.id == "gap hold"
    assert gap.where == (("the apple is not there", "the colour is not red or green"),)
    assert not gap.more
    assert gap.case is not None
    assert dict(gap.case.facts) == {"apple": False, "colour": "blue"}
    assert outcome(tmp_path, gap.case) == "silent"


def test_what_the_law_once_left_open_is_no_gap_now(tmp_path: Path) -> None:
    found = proved(
        tmp_path,
        city=rule("C-1", "must not", when="apple", in_force=".. 2020-12-31")
        + rule("C-2", "must not", in_force="2021-01-01 .."),
    )
    assert found.gaps == ()


# Dead rules.


def test_a_rule_whose_conditions_exclude_each_other_is_dead(tmp_path: Path) -> None:
    found = proved(
        tmp_path,
        city=BOTH_WAYS
        + define("ripe", "colour is red and days > 3")
        + rule("C-3", "must not", when="ripe and colour is green")
        + rule("C-4", "may", when="days < 2 and days > 2")
        + rule("C-5", "may", when="started_at < stopped_at and stopped_at <= started_at"),
    )
    assert [dead.id for dead in found.dead] == ["dead C-3", "dead C-4", "dead C-5"]
    assert found.alive == ("C-1", "C-2")


def test_a_rule_that_higher_law_always_takes_out_is_dead_and_lives_where_the_void_ends(tmp_path: Path) -> None:
    void = block("voids", "F-V", action="hold", effects="must not")
    city = rule("C-1", "must not", when="apple")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (dead,) = proved(tmp_path / "a", federal=void, city=city).dead
    assert dead.id == "dead C-1"
    assert "takes it out" in dead.why
    unless = block("voids", "F-V", action="hold", effects="must not", unless="berry")
    assert proved(tmp_path / "b", federal=unless, city=city).dead == ()


def test_a_rule_of_other_officers_is_not_dead(tmp_path: Path) -> None:
    roles = "```role guard\nmeaning: a guard of another agency\n```\n"
    found = proved(tmp_path, vocabulary=roles, city=BOTH_WAYS + rule("C-3", "must not", when="berry", who="guard"))
    assert found.dead == ()
    assert found.conflicts == ()


# A hold and its clock.

CLOCK = block("clock", "limit", start="started_at", hours="48", limits="hold")


def test_a_hold_that_outlasts_its_clock_is_found(tmp_path: Path) -> None:
    found = proved(tmp_path, city=CLOCK + rule("C-1", "must", when="apple") + rule("C-2", "must not", when="not apple"))
    (outlasts,) = found.outlasts
    assert outlasts.id == "outlasts limit"
    assert outlasts.case is not None
    assert outlasts.case.judged.outcome == "required"
    started = outlasts.case.facts["started_at"]
    assert (outlasts.case.at - started).total_seconds() >= 48 * 3600
    assert outcome(tmp_path, outlasts.case) == "required"


@pytest.mark.parametrize("calendar", ["every hour", "without Saturdays, Sundays, holidays"])
def test_a_hold_that_ends_with_its_clock_does_not_outlast_it(tmp_path: Path, calendar: str) -> None:
    clock = block("clock", "limit", start="started_at", hours="48", limits="hold", calendar=calendar)
    found = proved(
        tmp_path,
        city=clock
        + rule("C-1", "must", when="apple and running(limit)")
        + rule("C-2", "must not", when="not apple or expired(limit)"),
    )
    assert found.outlasts == ()
    assert found.clocks == ("limit",)
    assert found.conflicts == ()


def test_a_longer_clock_does_not_end_before_a_shorter_one_at_any_moment(tmp_path: Path) -> None:
    clocks = CLOCK + block(
        "clock", "long", start="started_at", hours="72", calendar="without Saturdays, Sundays, holidays"
    )
    found = proved(
        tmp_path,
        city=clocks
        + rule("C-1", "must not", when="expired(long) and not expired(limit)")
        + BOTH_WAYS.replace("C-1", "C-8").replace("C-2", "C-9"),
    )
    assert [dead.id for dead in found.dead] == ["dead C-1"]


# What no formula speaks of.


def test_a_kind_of_test_that_no_formula_speaks_of_is_free_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(TESTS, grammar.Compare)
    found = proved(
        tmp_path,
        state=rule("S-1", "must", when="days > 3 and apple"),
        city=rule("C-1", "must not", when="not days > 3 or not apple")
        + rule("C-2", "must not", when="days > 2 and berry"),
    )
    assert any("of the kind “Compare” is taken as free" in line for line in found.assumptions)
    assert [conflict.id for conflict in found.conflicts] == ["conflict hold S-1 C-2"]
    (conflict,) = found.conflicts
    assert conflict.case is None or outcome(tmp_path, conflict.case) == "conflict"


def test_a_rule_that_applies_at_a_weekend_only_is_not_dead(tmp_path: Path) -> None:
    clocks = CLOCK + block(
        "clock", "long", start="started_at", hours="48", calendar="without Saturdays, Sundays, holidays"
    )
    found = proved(tmp_path, city=clocks + BOTH_WAYS + rule("C-3", "may", when="expired(limit) and not expired(long)"))
    assert found.dead == ()
