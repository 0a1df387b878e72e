"""The next question: the cheapest look-up that brings the answers, never one that was answered or looked for in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Case, ContradictoryFacts, Edition, ask, decide
from detainerdesk.law.decide import outcomes
from detainerdesk.law.language.example import example_case
from tests.law.small import AGENCY, NOON, block, law, rule

AT = datetime(2025, 1, 1, 2, 40, tzinfo=ZoneInfo("America/New_York"))
RELEASED = {
    "request.kind": "I-247A",
    "request.attached_warrant": "I-200",
    "person.release_ground": "bail_or_ROR",
    "person.eligible_for_release_at": AT,
    "custody.other_lawful_basis": False,
}


def case(**facts: object) -> Case:
    return Case(
        agency="us-ma-boston/police", at=AT, facts={**RELEASED, **{k.replace("__", "."): v for k, v in facts.items()}}
    )


def test_with_ground_and_time_recorded_boston_asks_for_the_warrant_check(edition: Edition) -> None:
    question = ask(case(), edition, ("hold", "release"))
    assert question is not None
    assert (question.name, question.facts[0]) == ("warrant_check", "warrants")
    assert question.where
    assert question.text.endswith("?")
    labels = {answer.label: answer for answer in question.answers}
    assert labels["none found"].outcome == {"hold": "forbidden", "release": "required"}
    assert labels["not looked up"].outcome["hold"] == "undetermined"


def test_without_booking_the_warrant_check_is_not_all_that_is_missing(edition: Edition) -> None:
    bare = Case(agency="us-ma-boston/police", at=AT, facts={"request.kind": "I-247A"})
    question = ask(bare, edition, ("hold",))
    assert question is not None
    assert edition.vocabulary.facts[question.facts[0]].askable


@pytest.mark.parametrize("facts", [{}, {"person.release_ground": "unknown"}, {"request.kind": "unknown"}])
def test_each_answers_outcomes_are_those_of_deciding_with_the_answer(
    edition: Edition, facts: dict[str, object]
) -> None:
    asked = Case(agency="us-ma-boston/police", at=AT, facts={**RELEASED, **facts})
    actions = ("hold", "notify_release", "transfer")
    question = ask(asked, edition, actions)
    assert question is not None
    for answer in question.answers:
        again = replace(asked, facts={**asked.facts, **answer.facts}, ask=actions)
        decision = decide(again, edition)
        assert {name: one.outcome for name, one in decision.actions.items()} == dict(answer.outcome)


def test_what_was_looked_for_in_vain_is_not_asked_again(edition: Edition) -> None:
    question = ask(case(warrants="unknown"), edition, ("hold",))
    assert question is None or "warrants" not in question.facts


def test_a_search_that_could_not_be_made_is_not_asked_again_beside_the_papers_that_are_known(edition: Edition) -> None:
    first = case(warrants=[{"kind": "administrative", "signed_by": "immigration_officer"}], warrants__complete=False)
    question = ask(first, edition, ("hold",))
    assert question is not None
    assert question.facts == ("warrants",)
    in_vain = next(answer for answer in question.answers if answer.label == "not looked up")
    assert ask(replace(first, facts={**first.facts, **in_vain.facts}), edition, ("hold",)) is None


def test_a_question_that_nobody_could_answer_is_not_asked_again(tmp_path: Path) -> None:
    small = law(tmp_path, city=rule("C-1", "must not", when="easy and dear"))
    first = ask(Case(AGENCY, NOON, {}), small, ("hold",))
    assert first is not None
    in_vain = next(answer for answer in first.answers if answer.label == "could not find out")
    second = ask(Case(AGENCY, NOON, dict(in_vain.facts)), small, ("hold",))
    assert second is not None
    assert set(second.facts).isdisjoint(in_vain.facts)
    third = ask(Case(AGENCY, NOON, {"easy": "unknown", "dear": "unknown"}), small, ("hold",))
    assert third is None


def test_where_all_is_settled_nothing_is_asked(edition: Edition) -> None:
    assert ask(case(warrants="none"), edition, ("hold", "release")) is None


def test_the_cheaper_look_up_comes_first_where_both_settle_as_much(tmp_path: Path) -> None:
    small = law(tmp_path, city=rule("C-1", "must not", when="dear or easy"))
    question = ask(Case(AGENCY, NOON, {}), small, ("hold",))
    assert question is not None
    assert question.facts == ("easy",)


def test_a_look_up_that_settles_it_comes_before_a_cheaper_one_that_does_not(tmp_path: Path) -> None:
    small = law(
        tmp_path,
        city=rule("C-1", "must not", when="colour is red")
        + rule("C-2", "must", action="transfer", when="colour is blue")
        + rule("C-3", "must", action="give_copy", when="easy"),
    )
    question = ask(Case(AGENCY, NOON, {}), small, ("hold", "transfer", "give_copy"))
    assert question is not None
    assert question.facts == ("colour",)


def test_a_fact_that_a_person_may_not_be_asked_is_not_asked(tmp_path: Path) -> None:
    secret = "```fact secret\ntype: yes/no\ntrue: it is secret\nfalse: it is no secret\naskable: no\n```\n"
    small = law(tmp_path, vocabulary=secret, city=rule("C-1", "must not", when="secret"))
    assert ask(Case(AGENCY, NOON, {}), small, ("hold",)) is None


def test_an_answer_that_contradicts_what_is_stated_is_not_offered(tmp_path: Path) -> None:
    never = block("constraint", "c", never="apple and colour is blue", says="No.")
    small = law(tmp_path, vocabulary=never, city=rule("C-1", "must not", when="colour is red"))
    question = ask(Case(AGENCY, NOON, {"apple": True}), small, ("hold",))
    assert question is not None
    assert [answer.label for answer in question.answers] == ["red", "green"]


def test_asking_on_answering_comes_to_an_end(edition: Edition) -> None:
    """Whatever is answered, each question states something new, and in the end there is none."""
    for pick in (0, -1):
        asked = Case(agency="us-ma-boston/police", at=AT, facts={"request.kind": "I-247A"})
        seen: list[str] = []
        while question := ask(asked, edition, ("hold",)):
            facts = question.answers[pick].facts
            assert not set(facts) <= set(seen), (seen, question)
            seen += facts
            asked = replace(asked, facts={**asked.facts, **facts})
            assert len(seen) < 40


def test_what_only_another_reading_needs_is_asked_too(edition: Edition) -> None:
    """San Francisco's look-back counts from release by default; counted from the judgment it needs a date that is not known."""
    facts = {
        "request.kind": "I-247N",
        "person.release_ground": "time_served",
        "custody.other_lawful_basis": False,
        "warrants": "none",
        "person.citizenship_proof": "none",
        "person.rehabilitation_considered": True,
        "person.convictions": [{"offense_citation": "CA PC 211", "class": "felony", "released_at": "2020-06-11"}],
        "person.charges": [
            {
                "offense_citation": "CA PC 459/460(a)",
                "class": "felony",
                "domestic_violence": False,
                "held_to_answer": True,
            }
        ],
    }
    at = datetime(2026, 6, 10, 10, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
    one = Case(agency="us-ca-san-francisco/sheriff", at=at, facts=facts)
    question = ask(one, edition, ("notify_release",))
    assert question is not None
    assert question.facts[0] == "person.convictions"
    assert not question.exact


def test_what_an_answer_leads_to_is_what_deciding_with_it_comes_to(edition: Edition) -> None:
    """It is read off the tables of the case as far as they tell."""
    asked = told = 0
    for rulebook in edition.rulebooks.values():
        for example in rulebook.examples[::16]:
            stated = example_case(example, edition.stack(example.agency).zone)
            actions = stated.ask or ("hold", "notify_release", "transfer")
            try:
                question = ask(stated, edition, actions)
            except ContradictoryFacts:
                continue
            for answer in question.answers if question else ():
                now = outcomes(replace(stated, facts={**stated.facts, **answer.facts}), edition, actions)
                assert answer.outcome == {action: one.outcome for action, one in now.items()}, (example.name, answer)
                told += 1
            asked += question is not None
    assert asked > 30
    assert told > 90


def test_an_answer_that_shows_what_permits_leads_to_a_permission(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="berry", unless="shown(apple)", otherwise="may"))
    question = ask(Case(AGENCY, NOON, {"berry": True}), edition, ("hold",))
    assert question is not None
    assert {answer.key: answer.outcome["hold"] for answer in question.answers} == {
        "Y": "permitted",
        "N": "forbidden",
        "U": "undetermined",
    }


def test_an_answer_settles_what_a_constraint_ties_to_it(tmp_path: Path) -> None:
    city = rule("C-1", "must not", when="apple") + rule("C-2", "must not", action="transfer", when="berry")
    never = "```constraint k\nnever: apple and berry\nsays: Where there are apples there are no berries.\n```\n"
    edition = law(tmp_path, city=city, vocabulary=never)
    question = ask(Case(AGENCY, NOON, {}), edition, ("hold", "transfer"))
    assert question is not None
    for answer in question.answers:
        now = outcomes(Case(AGENCY, NOON, dict(answer.facts)), edition, ("hold", "transfer"))
        assert answer.outcome == {action: one.outcome for action, one in now.items()}
