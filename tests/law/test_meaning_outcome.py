"""What rules come to: the table of outcomes, voids, lifts, exceptions that permit, who acts, and other rules' effects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.law.small import block, by, decided, define, law, outcome, rule, word


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ((), "silent"),
        (("must",), "required"),
        (("must not",), "forbidden"),
        (("may",), "permitted"),
        (("must", "may"), "required"),
        (("must not", "may"), "forbidden"),
        (("must", "must not"), "conflict"),
        (("must", "must not", "may"), "conflict"),
    ],
)
def test_the_table_of_outcomes(tmp_path: Path, effects: tuple[str, ...], expected: str) -> None:
    federal = "".join(rule(f"R-{number}", effect) for number, effect in enumerate(effects))
    found = outcome(law(tmp_path, federal=federal))
    assert found.outcome == expected
    assert found.settled


def test_a_conflict_names_the_rules_of_both_sides(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, federal=rule("F-1", "must"), city=rule("C-1", "must not")))
    assert by(found) == {"F-1", "C-1"}


def test_a_permission_in_one_law_does_not_end_another_laws_ban(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, federal=rule("F-1", "may"), city=rule("C-1", "must not")))
    assert (found.outcome, by(found)) == ("forbidden", {"C-1"})


def test_no_rule_is_silent_and_never_permitted(tmp_path: Path) -> None:
    assert word(law(tmp_path, federal=rule("F-1", "may", when="apple")), {"apple": False}) == "silent"


def test_a_permission_that_may_not_take_effect_is_not_shown_as_one(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=rule("F-1", "may", when="apple"))
    found = outcome(edition)
    assert (found.outcome, found.standing, found.needs) == ("silent", "silent", ())


def test_an_exception_ends_a_ban(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="apple", unless="berry"))
    assert word(edition, {"apple": True, "berry": False}) == "forbidden"
    assert word(edition, {"apple": True, "berry": True}) == "silent"


def test_otherwise_may_permits_under_the_same_id_where_the_exception_applies(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="apple", unless="berry", otherwise="may"))
    found = outcome(edition, {"apple": True, "berry": True})
    assert (found.outcome, by(found)) == ("permitted", {"C-1"})
    assert word(edition, {"apple": False, "berry": True}) == "silent"


def test_voids_come_before_rules(tmp_path: Path) -> None:
    edition = law(
        tmp_path, state=block("voids", "S-1", action="hold", effects="must not"), city=rule("C-1", "must not")
    )
    found = outcome(edition)
    assert (found.outcome, found.voided) == ("silent", (("C-1", "S-1"),))


def test_a_void_reaches_lower_layers_only(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=rule("F-1", "must"),
        state=rule("S-1", "must") + block("voids", "S-2", action="hold"),
        city=rule("C-1", "must not"),
    )
    found = outcome(edition)
    assert (found.outcome, by(found)) == ("required", {"F-1", "S-1"})


def test_a_void_of_named_layers_leaves_the_others(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", layers="us-xx"),
        state=rule("S-1", "must"),
        city=rule("C-1", "must not"),
    )
    assert by(outcome(edition)) == {"C-1"}


def test_a_void_takes_out_only_the_effects_that_it_names(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", effects="must, may"),
        city=rule("C-1", "must not") + rule("C-2", "must"),
    )
    assert by(outcome(edition)) == {"C-1"}


def test_a_void_by_itself_gives_no_outcome(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, federal=block("voids", "F-1", action="hold")))
    assert (found.outcome, found.by) == ("silent", ())


def test_the_highest_void_counts_first_and_takes_out_the_lower_void(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", layers="us-xx", when="apple"),
        state=block("voids", "S-1", action="hold"),
        city=rule("C-1", "must not"),
    )
    assert word(edition, {"apple": True}) == "forbidden"
    assert word(edition, {"apple": False}) == "silent"


def test_a_void_of_exceptions_keeps_the_ban(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", effects="lifts"),
        city=rule("C-1", "must not") + rule("C-2", lifts="C-1"),
    )
    assert word(edition) == "forbidden"


def test_a_lift_ends_a_rule_and_grants_nothing(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=rule("C-1", "must not") + rule("C-2", lifts="C-1")))
    assert (found.outcome, found.lifted) == ("silent", (("C-1", "C-2"),))


def test_a_lift_with_an_effect_gives_that_too(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not") + rule("C-2", "may", lifts="C-1"))
    assert (word(edition), by(outcome(edition))) == ("permitted", {"C-2"})


def test_a_lift_of_a_lift_revives_the_rule(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not") + rule("C-2", lifts="C-1") + rule("C-3", lifts="C-2", when="apple"),
    )
    assert word(edition, {"apple": False}) == "silent"
    assert word(edition, {"apple": True}) == "forbidden"


def test_a_lifted_ban_does_not_go_on_permitting(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not", unless="apple", otherwise="may") + rule("C-2", lifts="C-1", when="berry"),
    )
    assert word(edition, {"apple": True, "berry": False}) == "permitted"
    assert word(edition, {"apple": True, "berry": True}) == "silent"


def test_a_higher_law_may_lift_a_lower_laws_rule(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=rule("F-1", lifts="C-1", when="apple"), city=rule("C-1", "must not"))
    assert word(edition, {"apple": True}) == "silent"


def test_a_rule_that_needs_another_rules_permission_ends_with_it(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=rule("F-1", "may", when="apple"),
        city=rule("C-1", "must not", unless="permitted_by(F-1)"),
    )
    assert word(edition, {"apple": True}) == "permitted"
    assert word(edition, {"apple": False}) == "forbidden"


def test_a_rule_of_another_action_that_is_voided_permits_nothing(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="transfer", when="berry"),
        state=rule("S-1", "may", action="transfer"),
        city=rule("C-1", "must not", unless="permitted_by(S-1)"),
    )
    assert word(edition, {"berry": False}) == "silent"
    assert word(edition, {"berry": True}) == "forbidden"


def test_a_rule_of_another_action_that_is_lifted_permits_nothing(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=rule("S-1", "may", action="transfer") + rule("S-2", action="transfer", lifts="S-1", when="berry"),
        city=rule("C-1", "must not", unless="permitted_by(S-1)"),
    )
    assert word(edition, {"berry": False}) == "silent"
    assert word(edition, {"berry": True}) == "forbidden"


def test_a_rule_may_yield_to_what_a_layer_requires(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=rule("S-1", "must", when="apple"),
        city=rule("C-1", "must not", unless="required_by(us-xx)"),
    )
    assert word(edition, {"apple": True}) == "required"
    assert word(edition, {"apple": False}) == "forbidden"


def test_a_rule_binds_only_those_whom_it_names(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", who="clerk"))
    assert word(edition) == "silent", "the agency's officer is the default actor"
    assert word(edition, actor="clerk") == "forbidden"


def test_a_rule_for_a_wider_role_binds_the_narrower_one(tmp_path: Path) -> None:
    assert word(law(tmp_path, city=rule("C-1", "must not", who="employee"))) == "forbidden"


def test_an_exception_for_others_lifts_nothing(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not") + rule("C-2", lifts="C-1", who="clerk"))
    assert word(edition) == "forbidden"
    assert word(edition, actor="clerk") == "silent"


def test_a_void_for_others_voids_nothing(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=block("voids", "F-1", action="hold", who="clerk"), city=rule("C-1", "must not"))
    assert word(edition) == "forbidden"
    assert word(edition, actor="clerk") == "silent"


def test_without_a_profile_and_an_actor_any_rule_fits(tmp_path: Path) -> None:
    edition = law(tmp_path, state=rule("S-1", "must not", who="clerk"))
    decision = decided(edition, agency="us-xx-elsewhere/sheriff")
    assert decision.actions["hold"].outcome == "forbidden"
    assert {note.id for note in decision.notes} == {"no-profile", "not-encoded"}


def test_a_rule_uses_its_own_layers_definition_else_the_nearest_above(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=define("ripe", "apple") + rule("F-1", "must", when="ripe"),
        state=define("ripe", "berry"),
        city=rule("C-1", "must not", when="ripe"),
    )
    assert by(outcome(edition, {"apple": True, "berry": False})) == {"F-1"}
    assert by(outcome(edition, {"apple": False, "berry": True})) == {"C-1"}


def test_a_rule_that_is_off_takes_no_part_and_is_listed(tmp_path: Path) -> None:
    decision = decided(law(tmp_path, city=rule("C-1", "must not", status="off; nobody enacted it")))
    assert decision.actions["hold"].outcome == "silent"
    assert any(note.id == "C-1" and "nobody enacted it" in note.text for note in decision.notes)


def test_a_status_travels_with_the_rule_into_the_answer(tmp_path: Path) -> None:
    (only,) = outcome(law(tmp_path, city=rule("C-1", "must not", status="verify; read in the press"))).by
    assert (only.status, only.cite, only.layer) == ("verify", "§ C-1", "Town")


def test_one_rule_for_several_actions_is_one_rule_for_each(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", action="hold, transfer"))
    assert word(edition) == word(edition, action="transfer") == "forbidden"


def test_a_void_of_exceptions_leaves_the_permission_and_keeps_the_ban(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", effects="lifts"),
        city=rule("C-1", "must not", when="apple") + rule("C-2", "may", lifts="C-1"),
    )
    assert word(edition, {"apple": True}) == "forbidden"
    assert word(edition, {"apple": False}) == "permitted"


def test_a_definition_is_only_law_while_it_is_in_force(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=define("ripe", "apple"),
        city=define("ripe", "berry", in_force="2030-01-01 ..") + rule("C-1", "must not", when="ripe"),
    )
    assert word(edition, {"apple": True, "berry": False}) == "forbidden"
