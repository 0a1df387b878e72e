"""What is kept is what would be decided: an answer serves another case only where the law can't tell the two apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from detainerdesk.desk import life
from detainerdesk.desk.facts import ASKED
from detainerdesk.desk.kept import Kept
from detainerdesk.law import UNKNOWN, Case, Decision, decide
from tests.desk.made import BOSTON, NOW

EDITION = life.edition()
HARRIS = "us-tx-harris/sheriff"
AT = NOW.astimezone(UTC)
CIVIL = {"kind": "administrative", "signed_by": "immigration_officer", "attached": True, "presented_at": AT}
FACTS: dict[str, Any] = {
    "request.received_at": AT,
    "request.kind": "I-247A",
    "request.issuer": "ICE_ERO",
    "request.attached_warrant": "I-200",
    "request.states_probable_cause": True,
    "person.release_ground": "other",
    "warrants": [CIVIL],
}


def case(agency: str = BOSTON, at: datetime = AT, **facts: Any) -> Case:
    given = {name.replace("__", "."): value for name, value in facts.items()}
    return Case(agency, at, {**FACTS, **given}, id="2026-0001", ask=ASKED)


def says(decision: Decision) -> dict[str, Any]:
    return {name: value for name, value in decision.as_json().items() if name not in ("case", "id", "trace")}


@pytest.mark.parametrize("agency", [BOSTON, HARRIS])
@pytest.mark.parametrize(
    "came",
    [
        {"request__received_at": AT - timedelta(days=40)},
        {"request__received_at": UNKNOWN},
        {"warrants": [{**CIVIL, "presented_at": AT - timedelta(hours=50)}]},
    ],
    ids=["weeks before", "not known", "shown days before"],
)
def test_a_moment_that_no_rule_names_changes_nothing(agency: str, came: dict[str, Any]) -> None:
    kept = Kept()
    first = kept.decision(case(agency), EDITION)
    other = case(agency, **came)
    assert kept.decision(other, EDITION) is first
    assert says(decide(other, EDITION)) == says(first)


@pytest.mark.parametrize(
    "other",
    [
        {"person__eligible_for_release_at": AT - timedelta(minutes=1)},
        {"request__kind": "I-247N"},
        {"request__issuer": UNKNOWN},
        {"warrants": [{**CIVIL, "signed_by": "none"}]},
        {"warrants__complete": False},
    ],
    ids=["a moment that rules name", "another form", "not known", "another record", "an open list"],
)
def test_what_the_law_can_tell_apart_is_decided_for_itself(other: dict[str, Any]) -> None:
    kept = Kept()
    first = kept.decision(case(person__eligible_for_release_at=AT - timedelta(hours=1)), EDITION)
    second = case(**{"person__eligible_for_release_at": AT - timedelta(hours=1), **other})
    assert kept.decision(second, EDITION) is not first


def test_another_agency_or_another_edition_is_decided_for_itself() -> None:
    kept = Kept()
    first = kept.decision(case(), EDITION)
    assert kept.decision(case(HARRIS), EDITION) is not first
    assert kept.decision(case(), replace(EDITION, hash="0" * 64)) is not first


def test_a_decision_is_kept_until_something_in_it_changes() -> None:
    """A hold in Texas that runs: its end is the first moment at which the answer is another."""
    kept = Kept()
    ended = AT - timedelta(hours=1)
    facts = {"person__eligible_for_release_at": ended, "person__release_ground": "bail_or_ROR"}
    first = kept.decision(case(HARRIS, **facts), EDITION)
    assert kept.decision(case(HARRIS, AT + timedelta(minutes=1), **facts), EDITION) is first
    moments = [*first.clocks.values(), *(outcome.until for outcome in first.actions.values())]
    turns = min(moment for moment in moments if moment is not None and moment > AT)
    assert kept.decision(case(HARRIS, turns, **facts), EDITION) is not first


def test_a_decision_to_act_on_is_made_anew() -> None:
    kept = Kept()
    first = kept.decision(case(), EDITION)
    assert kept.anew(case(), EDITION) is not first
