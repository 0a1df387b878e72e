"""Blind to status: on which facts an outcome turns, end to end, and which facts are read in vain."""

from __future__ import annotations

from pathlib import Path

from detainerdesk.law import Case, Edition, decide
from detainerdesk.law.prove.theorems import theorems
from tests.law.small import AGENCY, block, define, law, rule

NATION = """
```fact person.nationality
type: text
ask: Which country's national?
phrase: the nationality is {value}
not phrase: the nationality is not {value}
```
```fact person.proof_accepted
type: yes/no
true: the proof is accepted
false: the proof is not accepted
```
```fact request.states_probable_cause
type: yes/no
true: the form states probable cause
false: the form does not state probable cause
```
"""


FREE_TO_GO = define("custody.eligible_for_release", "yes")


def test_a_dependence_is_found_with_its_rule_and_two_cases(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        vocabulary=NATION,
        city=FREE_TO_GO
        + rule("C-1", "must not", when="apple")
        + rule("C-2", "must", when="not apple and person.nationality is US"),
    )
    found = theorems(edition, AGENCY)
    by_action = {one.action: one for one in found.dependences}
    assert set(by_action) == {"hold", "release", "refuse_hold"}
    one = by_action["hold"]
    assert (one.fact, one.rules) == ("person.nationality", ("C-2",))
    assert one.pair is not None
    first, other = one.pair
    assert {name for name in first.facts if first.facts[name] != other.facts.get(name)} == {"person.nationality"}
    assert {decided(edition, case.facts, case.at) for case in one.pair} == {"required", "silent"}


def decided(edition: Edition, facts: object, at: object) -> str:
    return decide(Case(agency=AGENCY, at=at, facts=facts, ask=("hold",)), edition).actions["hold"].outcome  # type: ignore[arg-type]


def test_a_law_that_reads_status_and_does_not_turn_on_it_is_proved_blind(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        vocabulary=NATION,
        city=FREE_TO_GO
        + rule("C-1", "must not", when="apple or person.proof_accepted")
        + rule("C-2", "must not", when="apple or not person.proof_accepted")
        + rule("C-3", "must not", action="transfer", when="apple"),
    )
    found = theorems(edition, AGENCY)
    assert found.dependences == ()
    assert dict(found.blind)["person.proof_accepted"] == ("hold", "release", "refuse_hold")
    assert dict(found.blind)["person.nationality"] == ()
    assert "person.proof_accepted" in found.idle
    assert "apple" not in found.idle


def test_a_dependence_through_a_definition_a_permission_and_a_void_is_found(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        vocabulary=NATION,
        state=define("shown_well", "request.states_probable_cause")
        + block("voids", "S-V", action="transfer", effects="must not", when="shown_well")
        + rule("S-1", "may", action="give_copy", when="shown_well"),
        city=FREE_TO_GO
        + rule("C-1", "must not", action="transfer", when="apple")
        + rule("C-2", "must", when="permitted_by(S-1)")
        + rule("C-3", "must", action="give_copy", when="cherry"),
    )
    found = theorems(edition, AGENCY)
    turning = {one.action for one in found.dependences}
    assert turning == {"hold", "release", "refuse_hold", "transfer"}  # a permission alone is no other class
    assert next(one for one in found.dependences if one.action == "transfer").rules == ("S-V",)


def test_a_dependence_of_a_condition_on_a_list_is_found(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=FREE_TO_GO
        + rule("C-1", "must not", when="some papers where (day < born)")
        + rule("C-2", "must", when="no papers where (kind is judge and kind is civil)"),
    )
    found = theorems(edition, AGENCY)
    assert found.idle == ()
    assert [conflict.id for conflict in found.conflicts] == ["conflict hold C-2 C-1"]
