"""The straight way comes to what the full way comes to, word for word, or steps aside for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, CaseError, Edition, LawError, decide, load, outcome
from detainerdesk.law.language.vocabulary import Fact, Vocabulary
from detainerdesk.law.straight import hear

VOCABULARY: Vocabulary = load().vocabulary
ACTIONS = ("hold", "release", "notify_release", "transfer", "share_information", "comply_detainer")
WARRANT = {"kind": "state_criminal", "signed_by": "state_judge", "names_person": True}
CASE: dict[str, Any] = {
    "agency": "us-ma-boston/police",
    "at": "2024-06-03T02:10:00-04:00",
    "actor": "police_officer",
    "facts": {
        "request.kind": "I-247A",
        "request.asks_hold": True,
        "request.states_probable_cause": "yes",
        "request.resumes_custody": False,
        "request.affidavit_shows_probable_cause": False,
        "request.withdrawn": "no",
        "request.issuer_authorised": True,
        "request.issuing_office_chicago_area": False,
        "request.form_date": "2024-06-01",
        "person.served_copy_at": "2024-06-02T02:00:00-04:00",
        "person.citizenship_proof": "none",
        "person.proof_accepted": False,
        "agreement.287g": "none",
        "agreement.officer_certified": False,
        "custody.under_federal_contract": False,
        "person.eligible_for_release_at": "2024-06-02T01:00:00-04:00",
        "person.release_ground": "bail_or_ROR",
        "custody.other_lawful_basis": False,
        "warrants": [WARRANT],
    },
}

ODD = st.sampled_from(["unknown", "none", None, "maybe", 1, 0, 1.0, "2024", "2024-06", "", [], [{}], {}, "true", -1])


def _ordinary(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.kind == "yes/no":
        return st.sampled_from([True, False, "yes", "no"])
    if fact.kind == "one of":
        return st.sampled_from(fact.values)
    if fact.kind == "set of":
        return st.lists(st.sampled_from(fact.values), max_size=3)
    if fact.kind == "moment":
        return st.sampled_from(["none", "2024-06-01T12:00:00-04:00", "2024-06-03T06:10:00Z", "2024-06-03T12:00:00"])
    if fact.kind == "date":
        return st.sampled_from(["none", "2016-09-30", "2016-10-01", "2024-06-02"])
    if fact.kind == "count":
        return st.integers(0, 3)
    if fact.kind == "list":
        fields = {name: _ordinary(one) for name, one in VOCABULARY.fields(fact.name).items()}
        return st.lists(st.fixed_dictionaries({}, optional=fields), max_size=2)
    return st.text(max_size=3)


FACTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(_ordinary(fact), _ordinary(fact), _ordinary(fact), ODD)
        for name, fact in VOCABULARY.facts.items()
        if not fact.list
    },
)


def _both(case: dict[str, Any], edition: Edition, action: str) -> tuple[object, object]:
    found: list[object] = []
    try:
        whole = decide(replace(Case.read(case), ask=(action,)), edition).actions[action]
        found.append(replace(whole, until=None, was_so=None, turns=(), items={}))
    except LawError as error:
        found.append((type(error), str(error)))
    try:
        found.append(replace(outcome(case, edition, action), items={}))
    except LawError as error:
        found.append((type(error), str(error)))
    return found[0], found[1]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=FACTS,
    agency=st.sampled_from(["us-ma-boston/police", "us-ny-new-york-city/correction", "us-tx-harris/sheriff"]),
    at=st.sampled_from(["2024-06-03T02:10:00-04:00", "2013-01-01T00:00:00Z", "2024-06-03T02:10:00", "soon"]),
    action=st.sampled_from(ACTIONS[:4]),
    few=st.integers(0, 12),
)
def test_the_straight_way_comes_to_the_same(
    edition: Edition, facts: dict[str, Any], agency: str, at: str, action: str, few: int
) -> None:
    kept = dict(list(facts.items())[:few])
    case = {"agency": agency, "at": at, "facts": {**kept, "person.release_ground": "bail_or_ROR"}}
    whole, straight = _both(case, edition, action)
    assert whole == straight


@pytest.mark.parametrize("action", ["hold", "release", "notify_release", "transfer"])
@pytest.mark.parametrize("kind", ["I-247A", "I-247N", "none", "phone", "I-200_only"])
def test_an_ordinary_case_goes_straight(edition: Edition, action: str, kind: str) -> None:
    facts = {**CASE["facts"], "request.kind": kind, "request.asks_hold": kind == "I-247A"}
    heard = hear({**CASE, "facts": facts}, edition)
    assert heard is not None
    told = heard.told(action)
    whole, straight = _both({**CASE, "facts": facts}, edition, action)
    assert whole == straight
    assert told is None or told.outcome == straight


def test_what_became_of_each_rule_is_kept(edition: Edition) -> None:
    heard = hear(CASE, edition)
    assert heard is not None
    told = heard.told("hold")
    assert told is not None
    decision = decide(replace(Case.read(CASE), ask=("hold",)), edition)
    assert tuple(told.steps()) == decision.trace.steps["hold"]


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "zz/police"},
        {"agency": 5},
        {"actor": "king"},
        {"at": "2024-06-03T02:10:00"},
        {"facts": {"request.kind": "I-247Z"}},
        {"facts": {"request.kind": 1}},
        {"facts": {"request.asks_hold": 1}},
        {"facts": {"custody.eligible_for_release": True}},
        {"facts": {"warrants": [{"kind": "state_criminal", "colour": "red"}]}},
        {"choices": {"wide": "no"}},
        {"fact": {}},
    ],
)
def test_what_is_wrong_is_refused_in_the_same_words(edition: Edition, change: dict[str, Any]) -> None:
    whole, straight = _both({**CASE, **change}, edition, "hold")
    assert whole == straight
    assert isinstance(whole, tuple)
    assert issubclass(whole[0], CaseError)


def test_contradictory_facts_get_no_outcome(edition: Edition) -> None:
    case = {**CASE, "facts": {**CASE["facts"], "request.kind": "I-247N"}}
    whole, straight = _both(case, edition, "hold")
    assert whole == straight
    assert isinstance(whole, tuple)


def test_an_action_that_there_is_not_is_refused(edition: Edition) -> None:
    with pytest.raises(CaseError, match="no action of the vocabulary"):
        outcome(CASE, edition, "holdd")
