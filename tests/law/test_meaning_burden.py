"""Meanwhile: what has to be shown, what to do while an outcome is open, and readings of the law."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import CaseError, LawError
from tests.law.small import block, by, decided, law, outcome, rule, word

CAUTIOUS = block("cautious", "hold", order="forbidden, silent, permitted, required")
EAGER = block("cautious", "hold", order="required, permitted, silent, forbidden")


def test_what_must_be_shown_counts_as_false_meanwhile_and_stays_open(tmp_path: Path) -> None:
    edition = law(tmp_path, city=EAGER + rule("C-1", "must not", unless="shown(apple)"))
    found = outcome(edition)
    assert (found.outcome, found.standing, found.settled, found.needs) == (
        "undetermined",
        "forbidden",
        False,
        ("apple",),
    )
    assert by(found) == {"C-1"}


def test_what_is_shown_settles_it(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", unless="shown(apple)"))
    assert word(edition, {"apple": True}) == "silent"
    assert word(edition, {"apple": False}) == "forbidden"


def test_what_surely_holds_is_shown_though_its_parts_are_not_known(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", unless="shown(apple or not apple)"))
    found = outcome(edition)
    assert (found.outcome, found.standing) == ("silent", "silent")


def test_a_permission_that_rests_on_proof_counts_only_once_it_is_shown(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "may", when="shown(apple)"))
    assert word(edition) == "silent"
    assert word(edition, {"apple": True}) == "permitted"


def test_proof_stays_open_for_what_a_permission_lifts(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not") + rule("C-2", "may", when="shown(apple)", lifts="C-1"))
    found = outcome(edition)
    assert (found.outcome, found.standing, found.needs) == ("undetermined", "forbidden", ("apple",))
    assert word(edition, {"apple": True}) == "permitted"


def test_meanwhile_the_lowest_layers_cautious_order_decides(tmp_path: Path) -> None:
    rules = rule("S-1", "must", when="apple")
    assert outcome(law(tmp_path, state=EAGER + rules)).standing == "required"
    assert outcome(law(tmp_path, state=EAGER + rules, city=CAUTIOUS)).standing == "silent"


def test_only_what_is_still_possible_is_done_meanwhile(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CAUTIOUS + rule("C-1", "must", when="apple") + rule("C-2", "may", when="not apple"))
    assert outcome(edition).standing == "permitted"


def test_a_conflict_leaves_both_possible(tmp_path: Path) -> None:
    both = rule("C-1", "must") + rule("C-2", "must not")
    assert outcome(law(tmp_path, city=CAUTIOUS + both)).standing == "forbidden"
    assert outcome(law(tmp_path, city=EAGER + both)).standing == "required"


def test_a_cautious_order_that_is_not_yet_in_force_does_not_count(tmp_path: Path) -> None:
    late = block("cautious", "hold", order="required, permitted, silent, forbidden", in_force="2030-01-01 ..")
    edition = law(tmp_path, state=CAUTIOUS + rule("S-1", "must", when="apple"), city=late)
    assert outcome(edition).standing == "silent"


# Readings.

WIDE = block("reading", "how_wide", alternatives="wide, narrow", default="narrow")


def test_readings_that_differ_are_disputed_with_each_outcome(tmp_path: Path) -> None:
    edition = law(tmp_path, city=WIDE + rule("C-1", "must not", when="how_wide is wide"))
    found = outcome(edition)
    assert (found.outcome, found.standing, found.settled) == ("disputed", "silent", True)
    assert found.alternatives == {"wide": "forbidden", "narrow": "silent"}


def test_readings_that_come_to_the_same_are_no_dispute(tmp_path: Path) -> None:
    edition = law(tmp_path, city=WIDE + rule("C-1", "must not", when="how_wide is wide or apple"))
    assert word(edition, {"apple": True}) == "forbidden"
    assert outcome(edition, {"apple": True}).alternatives == {}


def test_a_rejected_reading_does_not_count_and_stands_in_the_notes(tmp_path: Path) -> None:
    reading = block(
        "reading", "how_wide", alternatives="wide, narrow", default="narrow", rejected="wide", note="Courts refused it."
    )
    decision = decided(law(tmp_path, city=reading + rule("C-1", "must not", when="how_wide is wide")))
    assert decision.actions["hold"].outcome == "silent"
    assert any(note.id == "how_wide" and "Courts refused it." in note.text for note in decision.notes)


def test_ask_first_where_the_answer_may_end_the_dispute(tmp_path: Path) -> None:
    edition = law(tmp_path, city=WIDE + rule("C-1", "must not", when="how_wide is wide or apple"))
    found = outcome(edition)
    assert (found.outcome, found.settled, found.needs) == ("undetermined", False, ("apple",))
    assert found.alternatives == {"wide": "forbidden", "narrow": "undetermined"}


def test_a_dispute_that_no_answer_can_end_is_disputed(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=WIDE + rule("C-1", "must not", when="how_wide is wide") + rule("C-2", "must", when="how_wide is narrow"),
    )
    assert outcome(edition).alternatives == {"narrow": "required", "wide": "forbidden"}
    assert word(edition) == "disputed"


def test_counsels_recorded_choice_ends_the_dispute(tmp_path: Path) -> None:
    edition = law(tmp_path, city=WIDE + rule("C-1", "must not", when="how_wide is wide"))
    found = outcome(edition, choices={"how_wide": "wide"})
    assert (found.outcome, found.alternatives) == ("forbidden", {})
    with pytest.raises(CaseError, match="how_wide = huge is no reading"):
        outcome(edition, choices={"how_wide": "huge"})


def test_only_readings_that_make_a_difference_are_named(tmp_path: Path) -> None:
    other = block("reading", "how_long", alternatives="long, short", default="long")
    edition = law(
        tmp_path,
        city=WIDE
        + other
        + rule("C-1", "must not", when="how_wide is wide and (how_long is long or how_long is short)"),
    )
    assert outcome(edition).alternatives == {"narrow": "silent", "wide": "forbidden"}


def test_a_reading_that_only_one_bound_of_an_uncertain_day_uses_is_tried_too(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=WIDE + rule("C-1", "must not", when="how_wide is wide", in_force="2026-03-01/2026-03-10 .."),
    )
    assert "forbidden" in outcome(edition).alternatives.values()


def test_what_mirrors_a_disputed_hold_is_disputed(tmp_path: Path) -> None:
    ripe = block(
        "define",
        "custody.eligible_for_release",
        means="yes",
        phrase="the person is free",
        not_phrase="the person is not free",
    )
    edition = law(tmp_path, federal=ripe, city=WIDE + rule("C-1", "must not", when="how_wide is wide"))
    facts = {"custody.other_lawful_basis": False}
    found = outcome(edition, facts, "release")
    assert (found.outcome, found.standing) == ("disputed", "permitted")
    assert found.alternatives == {"wide": "required", "narrow": "permitted"}


def test_more_than_sixty_four_combinations_are_refused(tmp_path: Path) -> None:
    many = "".join(block("reading", f"r{n}", alternatives="a, b", default="a") for n in range(7))
    condition = " and ".join(f"r{n} is b" for n in range(7))
    with pytest.raises(LawError, match="128 combinations of readings; at most 64"):
        word(law(tmp_path, city=many + rule("C-1", "must not", when=condition)))
