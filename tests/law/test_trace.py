"""The trace holds what was decided from, and no rendering says more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import UNKNOWN, Case, Decision, Edition, Source, decide, explain, explain_decision, load
from detainerdesk.law.explain import STATUS_WORDS
from detainerdesk.law.language.example import example_case
from tests.law.small import NOON, block, decided, define, law, rule

EXAMPLES = [(name, example.name) for name, rulebook in load().rulebooks.items() for example in rulebook.examples]


def states(decision: Decision, action: str = "hold") -> dict[str, str]:
    return {step.provision.id: step.state for step in decision.trace.steps[action]}


def test_each_rule_that_gives_a_settled_outcome_decides(edition: Edition) -> None:
    """In every worked example, under the default readings, each rule of `by` stands in the steps as `decides`."""
    for jurisdiction, name in EXAMPLES[::3]:
        rulebook = edition.rulebooks[jurisdiction]
        example = next(one for one in rulebook.examples if one.name == name)
        if "error" in example.expect:
            continue
        stack = edition.stack(example.agency)
        decision = decide(example_case(example, stack.zone), edition)
        for action, outcome in decision.actions.items():
            if outcome.items or outcome.one_of or outcome.outcome not in ("required", "forbidden", "permitted"):
                continue
            for one in outcome.by:
                assert states(decision, action)[one.rule] == "decides", (name, action, one.rule)


def test_what_is_lifted_or_voided_names_by_whom(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", effects="may"),
        city=rule("C-1", "must not") + rule("C-2", lifts="C-1") + rule("C-3", "may"),
    )
    steps = {step.provision.id: (step.state, step.ended_by) for step in decided(edition).trace.steps["hold"]}
    assert steps == {
        "F-1": ("voids", ""),
        "C-1": ("lifted", "C-2"),
        "C-2": ("decides", ""),
        "C-3": ("voided", "F-1"),
    }


def test_every_rule_that_speaks_of_the_action_stands_in_the_trace_with_what_became_of_it(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not", when="apple")
        + rule("C-2", "may", when="berry")
        + rule("C-3", "may", when="cherry")
        + rule("C-4", "may", in_force="2030-01-01 ..")
        + rule("C-5", "may", status="off; x")
        + rule("C-6", "may", action="transfer"),
    )
    assert states(decided(edition, {"apple": True, "berry": False})) == {
        "C-1": "decides",
        "C-2": "does not apply",
        "C-3": "would decide if",
        "C-4": "not in force",
        "C-5": "off",
    }


def test_each_tests_value_is_what_the_facts_say_with_where_they_came_from(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=define("ripe", "colour is red and days > 3")
        + rule("C-1", "must not", when="ripe and not apple and some papers where signed", unless="berry or event"),
    )
    decision = decided(
        edition,
        {"colour": "red", "days": 2, "apple": "unknown", "papers": [{"signed": True}]},
        sources={"colour": Source("page 1, box 3", "Sgt. Doe", NOON)},
    )
    (step,) = (one for one in decision.trace.steps["hold"] if one.provision.id == "C-1")
    found = {
        fact: (test.value, value, source, test.part)
        for test in decision.trace.tests(step.provision)
        for fact, value, source in test.facts
    }
    assert found == {
        "colour": (True, "red", "page 1, box 3, Sgt. Doe, 12:00", "when"),
        "days": (False, 2, "stated", "when"),
        "apple": (None, UNKNOWN, "stated", "when"),
        "papers": (True, "1 known", "stated", "when"),
        "berry": (None, UNKNOWN, "not known", "unless"),
        "event": (False, False, "assumed", "unless"),
    }


def test_a_clock_in_a_rule_has_its_value_in_the_trace(tmp_path: Path) -> None:
    clock = block("clock", "limit", start="started_at", hours="48")
    edition = law(tmp_path, city=clock + rule("C-1", "must not", when="expired(limit)"))
    for ago, value in ((47, False), (48, True)):
        decision = decided(edition, {"started_at": NOON - timedelta(hours=ago)})
        (step,) = decision.trace.steps["hold"]
        (test,) = decision.trace.tests(step.provision)
        assert test.value is value


def test_a_definition_of_an_element_uses_the_layer_of_the_rule(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=define("good of papers", "signed") + rule("F-1", "must", when="some papers where good"),
        city=define("good of papers", "kind is judge") + rule("C-1", "must not", when="some papers where good"),
    )
    decision = decided(edition, {"papers": [{"kind": "civil", "signed": True}]})
    values = {
        step.provision.id: [test.value for test in decision.trace.tests(step.provision)]
        for step in decision.trace.steps["hold"]
    }
    assert values == {"F-1": [True], "C-1": [False]}
    assert decision.actions["hold"].outcome == "required"


def test_different_values_are_counted_in_the_trace_as_in_the_decision(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="at least 2 different kind of papers where signed"))
    paper = {"kind": "civil", "signed": True}
    decision = decided(edition, {"papers": [paper, paper]})
    (step,) = decision.trace.steps["hold"]
    assert (decision.actions["hold"].outcome, [test.value for test in decision.trace.tests(step.provision)]) == (
        "silent",
        [False],
    )


@pytest.mark.parametrize("given", [{}, {"apple": True}, {"apple": True, "berry": True}, {"apple": False}])
def test_the_words_of_an_answer_are_those_of_the_trace(tmp_path: Path, given: dict[str, bool]) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not", when="apple", unless="berry", status="verify; press")
        + rule("C-2", "may", when="berry and event"),
    )
    decision = decided(edition, given)
    text = explain_decision(decision, edition)
    shown = {line.strip().split(": ")[0].split(" by ")[0]: line for line in text.split("\n") if line.startswith("  ")}
    for step in decision.trace.steps["hold"]:
        spoken = any(f"{step.state}: {step.provision.id}," in line for line in shown.values())
        assert spoken == (step.state not in ("not in force", "does not apply"))
    outcome = decision.actions["hold"]
    assert f"hold (keep the person): {outcome.outcome}" in text
    for name in decision.assumed:
        assert f"{name} = " in text
    if any(step.provision.id == "C-1" and step.state == "decides" for step in decision.trace.steps["hold"]):
        assert "CHECK SOURCE" in text, "a rule whose text was not checked never speaks as if it were"


def test_every_decision_of_the_examples_can_be_explained(edition: Edition) -> None:
    for jurisdiction, name in EXAMPLES[::9]:
        rulebook = edition.rulebooks[jurisdiction]
        example = next(one for one in rulebook.examples if one.name == name)
        if "error" in example.expect:
            continue
        decision = decide(example_case(example, edition.stack(example.agency).zone), edition)
        text = explain_decision(decision, edition)
        for action, outcome in decision.actions.items():
            assert f"{action} (" in text
            assert outcome.outcome in text


def test_every_rule_can_be_explained_with_its_source_and_status(edition: Edition) -> None:
    for rulebook in edition.rulebooks.values():
        for provision in rulebook.provisions():
            text = explain(provision.id, edition)
            assert provision.cite in text
            assert "Checked through" in text


def test_a_case_is_decided_alike_again_and_its_answer_is_plain_data(edition: Edition) -> None:
    import json

    case = Case(
        agency="us-ma-boston/police",
        at=datetime(2025, 1, 1, 2, 10, tzinfo=ZoneInfo("America/New_York")),
        facts={"request.kind": "I-247A", "person.release_ground": "bail_or_ROR"},
    )
    first, second = decide(case, edition), decide(case, edition)
    assert json.dumps(first.as_json(), sort_keys=True) == json.dumps(second.as_json(), sort_keys=True)
    assert set(first.as_json()) == {"id", "agency", "at", "edition", "actions", "clocks", "duties", "assumed", "notes"}
    assert set(first.as_json()["actions"]["hold"]) == {
        "outcome", "standing", "settled", "until", "was_so", "needs", "by", "alternatives", "items", "turns",
    }  # fmt: skip


def test_an_explanation_says_moments_in_the_agencys_zone_and_facts_as_yes_or_no() -> None:
    at = datetime(2024, 6, 1, 6, 10, tzinfo=UTC)
    facts = {
        "request.kind": "I-247A",
        "request.asks_hold": True,
        "custody.other_lawful_basis": False,
        "person.release_ground": "bail_or_ROR",
        "person.eligible_for_release_at": "2024-06-01T05:30:00+00:00",
    }
    looked = Source("booking system", "Sgt. Ruiz", datetime(2024, 6, 1, 5, 45, tzinfo=UTC))
    case = Case("us-ma-boston/police", at, facts, ask=("hold",), sources={"custody.other_lawful_basis": looked})
    text = explain_decision(decide(case, load()), load())
    assert "custody.other_lawful_basis = no (booking system, Sgt. Ruiz, 01:45)" in text
    assert "request.asks_hold = yes (stated)" in text
    assert "person.eligible_for_release_at = 2024-06-01 01:30 EDT (stated)" in text
    assert "person.release_ground = bail or ROR (stated)" in text
    assert not re.search(r"\b(True|False)\b|\+00:00|T\d\d:\d\d", text)


@pytest.mark.parametrize(("status", "says"), STATUS_WORDS.items())
def test_a_status_is_said_in_the_same_words_in_law_and_at_the_desk(status: str, says: str) -> None:
    provision = next(one for book in load().rulebooks.values() for one in book.provisions() if one.status == status)
    mark = "CHECK SOURCE: " if status == "verify" else ""
    assert f"Status: {mark}{says}" in explain(provision.id, load())
