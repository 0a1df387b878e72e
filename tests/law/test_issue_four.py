"""What the first way through the house must hold: four dates, warrants that count and papers that don't, nationality."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Case, ContradictoryFacts, Edition, decide, load
from detainerdesk.law.language.example import example_case

BOSTON = "us-ma-boston/police"
I_200 = {"kind": "administrative", "signed_by": "immigration_officer", "names_person": True}
JUDGES = {"kind": "federal_criminal_arrest", "signed_by": "magistrate_judge", "names_person": True}
FACTS: dict[str, Any] = {
    "request.kind": "I-247A",
    "person.release_ground": "bail_or_ROR",
    "custody.other_lawful_basis": False,
    "warrants": [I_200],
}


def decided(
    edition: Edition, day: str, facts: dict[str, Any], agency: str = BOSTON, ask: tuple[str, ...] = ("hold", "release")
):  # type: ignore[no-untyped-def]
    at = datetime.fromisoformat(day + " 02:10").replace(tzinfo=ZoneInfo("America/New_York"))
    return decide(Case(agency=agency, at=at, facts=facts, ask=ask), edition)


@pytest.mark.parametrize(
    ("day", "outcome", "was_so", "cited"),
    [
        ("2013-01-01", "silent", "forbidden", set()),
        ("2016-01-01", "forbidden", None, {"BOS14-1"}),
        ("2018-01-01", "forbidden", None, {"BOS14-1", "MA-1", "MA-2"}),
        ("2025-01-01", "forbidden", None, {"BOS19-1", "MA-1", "MA-2"}),
    ],
)
def test_the_same_request_cites_the_law_of_its_day(
    edition: Edition, day: str, outcome: str, was_so: str | None, cited: set[str]
) -> None:
    hold = decided(edition, day, FACTS).actions["hold"]
    assert (hold.outcome, hold.was_so, {one.rule for one in hold.by}) == (outcome, was_so, cited)
    assert hold.settled


def test_a_judges_criminal_warrant_changes_the_hold(edition: Edition) -> None:
    before = decided(edition, "2025-01-01", FACTS).actions
    after = decided(edition, "2025-01-01", FACTS | {"warrants": [I_200, JUDGES]}).actions
    assert (before["hold"].outcome, before["release"].outcome) == ("forbidden", "required")
    assert after["hold"].outcome != "forbidden"
    assert after["release"].outcome == "silent"


@pytest.mark.parametrize("attached", ["I-200", "I-205", "none"])
def test_an_immigration_officers_warrant_does_not(edition: Edition, attached: str) -> None:
    for warrants in ("none", [I_200], [I_200, I_200]):
        if warrants == "none" and attached != "none":
            continue
        facts = FACTS | {"request.attached_warrant": attached, "warrants": warrants}
        hold = decided(edition, "2025-01-01", facts).actions["hold"]
        assert (hold.outcome, hold.settled) == ("forbidden", True)
        assert {"BOS19-1", "MA-1"} <= {one.rule for one in hold.by}


def test_a_warrant_that_was_not_yet_looked_up_means_forbidden_for_now_look_it_up(edition: Edition) -> None:
    facts = {name: value for name, value in FACTS.items() if name != "warrants"}
    hold = decided(edition, "2025-01-01", facts).actions["hold"]
    assert (hold.outcome, hold.standing, hold.settled, hold.needs) == (
        "undetermined",
        "forbidden",
        False,
        ("warrants",),
    )


def test_texas_answers_the_same_page_the_other_way(edition: Edition) -> None:
    facts = FACTS | {
        "request.issuer": "ICE_ERO",
        "request.states_probable_cause": True,
        "person.citizenship_proof": "none",
    }
    assert decided(edition, "2025-01-01", facts).actions["hold"].outcome == "forbidden"
    hold = decided(edition, "2025-01-01", facts, agency="us-tx-harris/sheriff").actions["hold"]
    assert hold.outcome == "required"
    assert {one.jurisdiction for one in hold.by} == {"us-tx"}


LOCAL = [
    (name, example.name)
    for name, rulebook in load().rulebooks.items()
    if name in ("us-ma", "us-ma-boston")
    for example in rulebook.examples
]
VARIED = (
    {"person.nationality": "BR", "person.immigration_status": "undocumented"},
    {"person.nationality": "US", "person.immigration_status": "citizen"},
    {"person.nationality": "unknown", "person.immigration_status": "visa"},
)


@pytest.mark.parametrize(("jurisdiction", "name"), LOCAL, ids=[name for _, name in LOCAL])
def test_no_outcome_in_boston_or_massachusetts_changes_with_nationality(
    edition: Edition, jurisdiction: str, name: str
) -> None:
    """But consular notice, which federal law itself owes to foreign nationals."""
    example = next(one for one in edition.rulebooks[jurisdiction].examples if one.name == name)
    case = example_case(example, edition.stack(example.agency).zone)
    asked = (
        "hold",
        "release",
        "notify_release",
        "transfer",
        "give_access",
        "share_information",
        "arrest_on_administrative_warrant",
        "inquire_status",
        "honor_criminal_warrant",
        "delay_bail",
    )
    answers = []
    for facts in VARIED:
        try:
            decision = decide(replace(case, facts={**case.facts, **facts}, ask=asked), edition)
        except ContradictoryFacts:
            answers.append(None)
            continue
        answers.append(
            {
                action: (
                    one.outcome,
                    one.standing,
                    one.settled,
                    one.by,
                    one.needs,
                    {i: o.outcome for i, o in one.items.items()},
                )
                for action, one in decision.actions.items()
            }
        )
    assert answers[0] == answers[1] == answers[2]
