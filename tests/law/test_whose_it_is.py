"""In one city several departments have duties and clocks of their own, and a citation says whose law a conviction is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detainerdesk.law import Case, Decision, Edition, RulebookError, decide
from detainerdesk.law.explain import explain
from detainerdesk.law.language.membership import state_cited
from detainerdesk.law.language.vocabulary import UNKNOWN
from tests.law.small import AGENCY, NOON, block, law

REPORTS = {
    "police": "NYC-REPORT-PD.2018",
    "correction": "NYC-REPORT-DOC.2018",
    "probation": "NYC-REPORT-PROB",
    "mayors-office": "NYC-16.report",
}
PATH_OF_THE_POLICE = {
    "request.kind": "I-247D",
    "request.states_probable_cause": True,
    "person.release_ground": "bail_or_ROR",
    "person.instant_arrest_at": "2016-03-01T02:00:00-05:00",
    "person.convictions": "none",
    "person.tsdb_match": "possible",
    "warrants": "none",
}
WARRANT = {
    "kind": "federal_criminal_arrest",
    "signed_by": "magistrate_judge",
    "names_person": True,
    "presented_with_detainer": True,
}


def new_york(edition: Edition, agency: str, at: str, facts: dict[str, Any], **more: Any) -> Decision:
    return decide(Case.read({"agency": f"us-ny-new-york-city/{agency}", "at": at, "facts": facts, **more}), edition)


@pytest.mark.parametrize("department", list(REPORTS))
def test_each_department_owes_its_own_report_and_no_other(edition: Edition, department: str) -> None:
    facts = {"report.period_end": "2018-06-30", "report.filed": False}
    decision = new_york(edition, department, "2018-09-01T12:00:00-04:00", facts, ask=["report"])
    assert {duty.id for duty in decision.duties if duty.id in REPORTS.values()} == {REPORTS[department]}


def test_the_clock_of_the_police_runs_for_the_police_only(edition: Edition) -> None:
    at = "2016-03-01T10:00:00-05:00"
    assert "police_48_hours" in new_york(edition, "police", at, PATH_OF_THE_POLICE).clocks
    assert "police_48_hours" not in new_york(edition, "correction", at, PATH_OF_THE_POLICE).clocks


def test_an_agency_without_a_profile_is_told_of_every_duty(edition: Edition) -> None:
    facts = {"report.period_end": "2018-06-30", "report.filed": False}
    decision = new_york(edition, "parks", "2018-09-01T12:00:00-04:00", facts, ask=["report"])
    assert {duty.id for duty in decision.duties} >= set(REPORTS.values())


@pytest.mark.parametrize("chosen", [True, "yes"])
def test_an_alternative_may_be_called_yes(edition: Edition, chosen: Any) -> None:
    case = {
        "agency": "us-ny/county-jail",
        "at": "2026-09-14T09:20:00-04:00",
        "facts": {"request.kind": "I-247A", "custody.other_lawful_basis": True},
        "choices": {"jail_staff_bound": chosen},
    }
    assert decide(Case.read(case), edition).actions["notify_release"].outcome == "forbidden"


@pytest.mark.parametrize(
    ("citation", "state"),
    [("NY PL 160.10", "NY"), ("PL 160.10", "NY"), ("US 18 USC 924(c)", "US"), ("160.10", None), (UNKNOWN, None)],
)
def test_a_citation_says_whose_law_it_is(citation: Any, state: str | None) -> None:
    assert state_cited(citation) == state


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ({"offense_citation": "NY PL 160.10"}, "silent"),
        ({"offense_citation": "NY PL 160.10", "state": "NJ"}, "forbidden"),
        ({"offense_citation": "US 18 USC 1951", "equivalent_to": "NY PL 160.10"}, "forbidden"),
        ({"offense_citation": "US 18 USC 1951", "equivalent_to": "NY PL 160.10", "predicate_felony": True}, "silent"),
        ({"offense_citation": "NY PL 105.15"}, "undetermined"),
        ({"offense_citation": "NY PL 105.15/160.15"}, "silent"),
    ],
)
def test_a_conviction_counts_by_whose_law_it_is_and_what_was_meant(
    edition: Edition, record: dict[str, Any], outcome: str
) -> None:
    facts = {
        "request.kind": "I-247A",
        "person.release_ground": "bail_or_ROR",
        "person.instant_arrest_at": "2026-02-20T09:00:00-05:00",
        "warrants": [WARRANT],
        "person.convictions": [{"class": "felony", "date": "2024-05-10", **record}],
    }
    assert new_york(edition, "correction", "2026-03-01T12:00:00-05:00", facts).actions["hold"].outcome == outcome


@pytest.mark.parametrize(("department", "said"), [("correction", True), ("police", False), ("mayors-office", False)])
def test_a_note_for_one_department_is_said_to_it_alone(edition: Edition, department: str, said: bool) -> None:
    found = new_york(edition, department, "2026-07-01T12:00:00-04:00", {}, ask=["report"])
    assert ("NYC-REPORT-DOC" in {note.id for note in found.notes}) is said


@pytest.mark.parametrize(
    ("note", "actor", "said"),
    [
        ({"who": "clerk"}, "clerk", True),
        ({"who": "clerk"}, "officer", False),
        ({"who": "clerk"}, None, False),
        ({"who": "employee"}, "officer", True),
        ({"who": "clerk, officer"}, None, True),
        ({}, "officer", True),
        ({"who": "clerk", "when": "apple"}, "officer", False),
    ],
)
def test_a_note_is_said_to_the_roles_that_it_names(
    tmp_path: Path, note: dict[str, str], actor: str | None, said: bool
) -> None:
    small = law(tmp_path, city=block("note", "N-1", status="verified", text="Mind the step.", action="hold", **note))
    found = decide(Case(AGENCY, NOON, {"apple": True}, ask=("hold",), actor=actor), small)
    assert ("N-1" in {one.id for one in found.notes}) is said


def test_a_note_for_a_role_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="“warden” is no role of the vocabulary"):
        law(tmp_path, city=block("note", "N-1", status="verified", text="Mind the step.", who="warden"))


def test_to_whom_a_note_is_said_is_explained(edition: Edition) -> None:
    assert "Said to: city correction officer." in explain("NYC-REPORT-DOC", edition)
