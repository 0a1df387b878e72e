"""A case as a caller writes it: read or refused in plain words, never a crash."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, CaseError, Edition, LawError, decide, load
from detainerdesk.law.known import Known
from detainerdesk.law.language.case import Records

GOOD = {"agency": "us-ma-boston/police", "at": "2025-01-01T02:10:00-05:00", "facts": {"request.kind": "I-247A"}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"agency": None}, "needs `agency"),
        ({"at": None}, "needs `at"),
        ({"at": "yesterday"}, "expected a moment"),
        ({"at": "2025-01-01T02:10:00"}, "needs a time zone"),
        ({"at": datetime(2025, 1, 1, tzinfo=UTC).date()}, "needs a time of day and a zone"),
        ({"facts": ["request.kind"]}, "`facts` is a mapping"),
        ({"fact": {}}, "unknown line `fact`"),
        ({"ask": 5}, "`ask`"),
        ({"choices": "wide"}, "`choices`"),
        ({"actor": ["police_officer"]}, "actor"),
    ],
)
def test_a_case_that_can_not_be_read_is_refused(edition: Edition, change: dict[str, Any], says: str) -> None:
    with pytest.raises(CaseError, match=says):
        decide(Case.read({**GOOD, **change}), edition)


def test_a_case_is_a_mapping() -> None:
    with pytest.raises(CaseError, match="a case is a mapping"):
        Case.read(["agency"])  # type: ignore[arg-type]


def test_one_action_may_be_asked_by_its_name_alone(edition: Edition) -> None:
    decision = decide(Case.read({**GOOD, "ask": "hold"}), edition)
    assert list(decision.actions) == ["hold"]


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 10**12),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.sampled_from(["unknown", "none", "yes", "I-247A", "2025-01-01", "2025-01-01T00:00:00Z"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=4,
)
names = st.sampled_from(
    ["request.kind", "request.asks_hold", "request.received_at", "warrants", "warrants.complete", "warrant.kind",
     "person.convictions", "info.sought", "info.public", "sentence.days", "person.nationality", "custody.basis",
     "custody.eligible_for_release", "no.such.fact", ""]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=st.dictionaries(st.one_of(names, st.integers()), values, max_size=4))
def test_whatever_is_stated_is_decided_or_refused(edition: Edition, facts: dict[Any, Any]) -> None:
    with suppress(LawError):
        decide(Case.read({**GOOD, "facts": facts, "ask": ["hold", "share_information"]}), edition)


def test_the_charge_on_which_a_judge_found_probable_cause_is_read_as_one_charge() -> None:
    known = charges_of({"person.held_to_answer": True, "person.held_to_answer_offense": "CA PC 459/460(a)"})
    (charge,) = known.records
    assert (charge["offense_citation"], charge["held_to_answer"]) == ("CA PC 459/460(a)", True)
    assert not known.complete, "nobody said that there are no other charges"


def test_a_charge_that_is_stated_is_not_read_twice() -> None:
    charges = [{"offense_citation": "CA PC 459/460(a)", "class": "felony", "held_to_answer": True}]
    facts = {"person.charges": charges, "person.held_to_answer_offense": "CA PC 459/460(a)"}
    known = charges_of(facts)
    assert len(known.records) == 1
    assert known.complete
    assert len(charges_of({**facts, "person.held_to_answer_offense": "CA PC 211"}).records) == 2


def charges_of(facts: dict[str, Any]) -> Records:
    case = Case("us-ca-san-francisco/sheriff", datetime(2026, 6, 10, 10, tzinfo=ZoneInfo("America/Los_Angeles")), facts)
    return Known.of(case, load()).facts.lists["person.charges"]
