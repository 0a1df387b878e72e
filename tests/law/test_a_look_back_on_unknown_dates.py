"""A look-back whose date, anchor or jail days nobody knows is asked about, never settled by the first value that was tried."""

from __future__ import annotations

from typing import Any

import pytest

from detainerdesk.law import Case, Edition, decide

WARRANT = {
    "kind": "federal_criminal_arrest",
    "signed_by": "magistrate_judge",
    "names_person": True,
    "presented_with_detainer": True,
}
ROBBERY = {"offense_citation": "NY PL 160.10", "class": "felony", "date": "2024-01-01", "commission_date": "2023-01-01"}
FACTS = {
    "request.kind": "I-247A",
    "person.release_ground": "bail_or_ROR",
    "person.instant_arrest_at": "2026-02-20T09:00:00-05:00",
    "person.tsdb_match": "none",
    "warrants": [WARRANT],
}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"person.convictions.complete": False},
        {"person.convictions": [{}]},
        {"person.convictions": [{**ROBBERY, "date": "unknown"}]},
        {"person.convictions": [{**ROBBERY, "date": "unknown", "commission_date": "unknown"}]},
        {"person.convictions": [{**ROBBERY, "date": "unknown", "jail_days_for_it": "unknown"}]},
        {"person.convictions": [ROBBERY], "person.instant_arrest_at": "unknown"},
        {"person.convictions": [{**ROBBERY, "date": "unknown"}], "person.instant_arrest_at": "unknown"},
        {"person.instant_arrest_at": "unknown"},
    ],
)
def test_what_an_unknown_date_may_change_is_undetermined(edition: Edition, facts: dict[str, Any]) -> None:
    case = {
        "agency": "us-ny-new-york-city/correction",
        "at": "2026-03-01T12:00:00-05:00",
        "facts": FACTS | facts,
        "ask": ["hold"],
    }
    outcome = decide(Case.read(case), edition).actions["hold"]
    assert (outcome.outcome, outcome.standing) == ("undetermined", "forbidden")


def test_a_commission_date_alone_changes_nothing_where_there_are_no_jail_days(edition: Edition) -> None:
    facts = FACTS | {"person.convictions": [{**ROBBERY, "commission_date": "unknown"}]}
    case = {"agency": "us-ny-new-york-city/correction", "at": "2026-03-01T12:00:00-05:00", "facts": facts}
    assert decide(Case.read(case), edition).actions["hold"].outcome == "silent"
