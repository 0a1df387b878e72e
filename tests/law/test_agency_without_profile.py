"""An agency that no rulebook has a profile of is bound as its kind is, not by every rule that names somebody."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Case, Edition, decide

AT = datetime(2026, 3, 3, 11, 0, tzinfo=ZoneInfo("America/New_York"))
FACTS = {
    "request.kind": "I-247A",
    "person.release_ground": "dropped",
    "custody.other_lawful_basis": False,
    "custody.federal_officer_present_at": "2026-03-03T10:50:00-05:00",
    "agreement.287g": "none",
    "warrants": "none",
}


@pytest.mark.parametrize("agency", ["us-ma-worcester/police", "us-ma-middlesex/sheriff"])
def test_what_a_state_orders_its_courts_and_agencies_binds_no_city_and_no_county(edition: Edition, agency: str) -> None:
    asked = ("hold", "release", "give_access", "allow_city_property", "arrest_on_administrative_warrant")
    actions = decide(Case(agency=agency, at=AT, facts=FACTS, ask=asked), edition).actions
    assert {rule.rule for rule in actions["hold"].by} == {"MA-1"}
    assert actions["release"].outcome == "required"
    assert (actions["give_access"].outcome, actions["allow_city_property"].outcome) == ("silent", "silent")
    assert {rule.rule for rule in actions["arrest_on_administrative_warrant"].by} == {"MA-2.arrest", "US-07"}


def test_where_no_profile_tells_who_acts_every_rule_is_one_for_the_actor(edition: Edition) -> None:
    case = Case(agency="us-ma-worcester/dog-pound", at=AT, facts=FACTS, ask=("give_access", "allow_city_property"))
    actions = decide(case, edition).actions
    assert {rule.rule for rule in actions["give_access"].by} == {"MA-6.lockup"}
    assert {rule.rule for rule in actions["allow_city_property"].by} == {"MA-10.property"}


def test_a_named_actor_counts_before_the_agencys_name(edition: Edition) -> None:
    case = Case(agency="us-ma-worcester/police", at=AT, facts=FACTS, ask=("give_access",), actor="court_officer")
    assert decide(case, edition).actions["give_access"].outcome == "required"
