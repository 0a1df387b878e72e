"""From the desk to the law: only what nobody needs to look at, or a person confirmed, counts; nationality never does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.desk import facts
from detainerdesk.desk.facts import (
    BookingFacts,
    FieldCheckFacts,
    FoundWarrant,
    Known,
    PaperCheckFacts,
    WarrantCheckFacts,
    case_of,
)
from detainerdesk.intake import entry
from detainerdesk.intake.entry import Entry
from detainerdesk.intake.reading.fields import Defect, Field, Paper, Reading
from detainerdesk.intake.request import Request
from detainerdesk.law import UNKNOWN

AT = datetime(2026, 3, 3, 2, 10, tzinfo=ZoneInfo("America/New_York"))
FILE = "ab" * 32
FORM: Mapping[str, str | bool] = {
    "subject_name": "Luis Antonio Delacroix",
    "dob": "12/25/1982",
    "citizenship": "Honduras",
    "from_office": "ICE ERO Boston Field Office",
    "pc_final_order": False,
    "pc_pending": True,
    "pc_biometric": False,
    "pc_statements": False,
    "box2_transfer": False,
    "officer_name": "D. Whitfield",
    "officer_sig": True,
}
AO442: Mapping[str, str | bool] = {
    "case_no": "1:26-mj-00123",
    "officer_name": "Hon. P. Example, U.S. Magistrate Judge",
    "d_cmp": True,
    "d_ind": False,
    "d_sind": False,
}


def shown(value: str | bool | None, **more: Any) -> Field:
    return Field(
        value,
        **(
            {"state": "shown", "accepted": True, "page": 1, "box": None, "confidence": 1.0, "reader": "text layer"}
            | more
        ),
    )


def paper(kind: str, values: Mapping[str, str | bool] = FORM, **changed: Field) -> Paper:
    return Paper(kind, None, (1,), {name: shown(value) for name, value in values.items()} | changed)


def request(*papers: Paper, agency: str = "us-ma-boston/police", kind: str = "detainer", **more: Any) -> Request:
    return Request(
        number="2026-0412",
        agency=agency,
        kind=kind,
        station="D-4",
        received_at=AT - timedelta(minutes=18),
        papers=papers,
        documents=(FILE,) * len(papers),
        transmissions=(),
        **more,
    )


def stated(*papers: Paper, known: Known | None = None, view: facts.View = "request", **more: Any) -> Mapping[str, Any]:
    return case_of(request(*papers, **more), known, view=view, at=AT).facts


# --- nationality ------------------------------------------------------------------------------------------------------


@given(citizenship=st.text(max_size=40), accepted=st.booleans(), sex=st.sampled_from(["M", "F", ""]))
def test_citizenship_on_the_form_never_changes_the_case(citizenship: str, accepted: bool, sex: str) -> None:
    """End to end: the case is equal, fact for fact, in both views, whatever the form says a person is."""
    known = Known(booking=BookingFacts("bail_or_ROR", AT), warrant_check=WarrantCheckFacts("none", AT))
    other = paper("i247a", citizenship=shown(citizenship, accepted=accepted), sex=shown(sex))
    for view, agency in itertools.product(("request", "person"), ("us-ma-boston/police", "us-tx-harris/sheriff")):
        one = case_of(request(paper("i247a"), agency=agency), known, view=view, at=AT)
        two = case_of(request(other, agency=agency), known, view=view, at=AT)
        assert (one.facts, one.ask, one.actor) == (two.facts, two.ask, two.actor)


@pytest.mark.parametrize("name", sorted(facts.NEVER_PASSED))
def test_an_answer_on_nationality_or_status_is_not_passed_on(name: str) -> None:
    assert name not in stated(paper("i247a"), known=Known(answers={name: "citizen"}))


def test_a_proof_that_a_rulebook_reads_is_passed_on() -> None:
    """Texas: an accepted proof excuses the hold; it comes from an answer, never from the form."""
    known = Known(answers={"person.citizenship_proof": "tx_driver_licence", "person.proof_accepted": True})
    said = stated(paper("i247a"), known=known, agency="us-tx-harris/sheriff")
    assert said["person.citizenship_proof"] == "tx_driver_licence"
    assert said["person.proof_accepted"] is True


# --- the form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "says", "hold"),
    [
        ("i247a", "I-247A", True),
        ("i247d", "I-247D", True),
        ("i247x", "I-247X", True),
        ("i247n", "I-247N", False),
        ("i247g", "I-247G", False),
    ],
)
def test_what_a_form_asks_is_what_its_print_asks(kind: str, says: str, hold: bool) -> None:
    said = stated(paper(kind))
    assert (said["request.kind"], said["request.asks_hold"], said["request.asks_notify"]) == (says, hold, True)


def test_the_old_form_asks_by_boxes_so_nothing_is_stated() -> None:
    said = stated(paper("i247_old"))
    assert said["request.kind"] == "I-247_old"
    assert "request.asks_hold" not in said


def test_a_cancellation_asks_for_nothing() -> None:
    said = stated(paper("i247a"), kind="cancellation", cancels_on=datetime(2026, 2, 1, tzinfo=UTC).date())
    assert (said["request.asks_hold"], said["request.asks_notify"]) == (False, False)
    assert str(said["request.cancels_date"]) == "2026-02-01"
    assert stated(paper("i247a"), kind="cancellation")["request.cancels_date"] is UNKNOWN


def test_a_ticked_box_states_probable_cause() -> None:
    assert stated(paper("i247a"))["request.states_probable_cause"] is True


def test_no_box_ticked_is_no_only_where_each_was_seen_empty() -> None:
    empty = {name: shown(False, state="empty") for name in facts.PROBABLE_CAUSE}
    assert stated(paper("i247a", **empty))["request.states_probable_cause"] is False
    unsure = empty | {"pc_statements": shown(False, accepted=False)}
    assert stated(paper("i247a", **unsure))["request.states_probable_cause"] is UNKNOWN


@pytest.mark.parametrize("state", ["unreadable", "page missing"])
def test_a_box_that_nobody_saw_is_unknown(state: str) -> None:
    """Only `shown empty` may prove an absence."""
    gone = {name: shown(None, state=state) for name in (*facts.PROBABLE_CAUSE, "box2_transfer")}
    said = stated(paper("i247a", **gone))
    assert said["request.states_probable_cause"] is UNKNOWN
    assert said["request.resumes_custody"] is UNKNOWN


def test_a_field_that_was_not_read_surely_counts_for_nothing() -> None:
    unsure = {name: replace(shown(value), accepted=False) for name, value in FORM.items()}
    said = stated(paper("i247a", **unsure))
    assert said["request.states_probable_cause"] is UNKNOWN
    assert said["request.resumes_custody"] is UNKNOWN
    assert said["request.issuer"] is UNKNOWN
    assert said["request.form_complete"] is UNKNOWN
    assert "request.issuing_office" not in said


def test_a_field_that_a_person_confirmed_counts() -> None:
    form = paper("i247a", box2_transfer=shown(True, accepted=False))
    look = FieldCheckFacts(FILE, 0, "box2_transfer", True, "shown")
    assert stated(form, known=Known(field_checks=(look,)))["request.resumes_custody"] is True


def test_a_correction_counts_instead_of_what_was_read_and_the_last_one_wins() -> None:
    first = FieldCheckFacts(FILE, 0, "pc_pending", False, "empty")
    assert stated(paper("i247a"), known=Known(field_checks=(first,)))["request.states_probable_cause"] is False
    second = replace(first, value=True, state="shown")
    assert stated(paper("i247a"), known=Known(field_checks=(first, second)))["request.states_probable_cause"] is True


def test_a_check_of_another_file_is_not_taken_for_this_one() -> None:
    elsewhere = FieldCheckFacts("cd" * 32, 0, "pc_pending", False, "empty")
    assert stated(paper("i247a"), known=Known(field_checks=(elsewhere,)))["request.states_probable_cause"] is True


@pytest.mark.parametrize(
    ("office", "issuer"),
    [
        ("ICE ERO Boston Field Office", "ICE_ERO"),
        ("ICE/ERO, Burlington", "ICE_ERO"),
        ("ICE HSI New England", "ICE_HSI"),
        ("CBP, Houlton Station", "CBP"),
        ("Department of Homeland Security", UNKNOWN),
    ],
)
def test_the_sender_is_who_the_form_names(office: str, issuer: object) -> None:
    assert stated(paper("i247a", from_office=shown(office)))["request.issuer"] == issuer


def test_a_signer_who_may_not_be_allowed_leaves_that_open() -> None:
    """Left out, the law takes the sender to be allowed; the defect D08 says that nobody may assume it."""
    doubtful = replace(paper("i247a"), defects=(Defect("D08", "officer_name", "The title is not in the list."),))
    assert stated(doubtful)["request.issuer_authorised"] is UNKNOWN
    assert "request.issuer_authorised" not in stated(paper("i247a"))


def test_a_form_is_complete_only_if_name_signature_and_a_box_are_there() -> None:
    assert stated(paper("i247a"))["request.form_complete"] is True
    assert stated(paper("i247a", officer_sig=shown(False, state="empty")))["request.form_complete"] is False
    assert stated(paper("i247a", subject_name=shown("", state="empty")))["request.form_complete"] is False


def test_service_counts_from_its_day_and_an_empty_line_leaves_the_copy_owed() -> None:
    assert "person.served_copy_at" not in stated(paper("i247a", served_on=shown(None, state="empty")))
    said = stated(paper("i247a", served_on=shown("03/02/2026")))
    assert said["person.served_copy_at"] == datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York"))


# --- warrants ---------------------------------------------------------------------------------------------------------


def test_nothing_looked_up_leaves_the_warrants_open() -> None:
    assert "warrants" not in stated(paper("i247a"))
    said = stated(paper("i247a"), paper("i200"))
    assert said["warrants.complete"] is False
    assert [one["kind"] for one in said["warrants"]] == ["administrative"]


@pytest.mark.parametrize("result", ["not_looked_up", "system_down"])
def test_a_search_that_was_not_made_leaves_them_open(result: facts.CheckResult) -> None:
    said = stated(paper("i247a"), paper("i200"), known=Known(warrant_check=WarrantCheckFacts(result)))
    assert said["warrants.complete"] is False
    assert "custody.warrant_search_done_at" not in said


def test_a_search_that_found_none_makes_the_list_complete() -> None:
    known = Known(warrant_check=WarrantCheckFacts("none", AT))
    assert stated(paper("i247a"), known=known)["warrants"] == "none"
    said = stated(paper("i247a"), paper("i205"), known=known)
    assert "warrants.complete" not in said
    assert [(one["kind"], one["signed_by"]) for one in said["warrants"]] == [("administrative", "immigration_officer")]
    assert said["custody.warrant_search_done_at"] == AT


def test_a_warrant_that_was_found_and_not_yet_read_is_one_of_unknown_kind() -> None:
    said = stated(paper("i247a"), known=Known(warrant_check=WarrantCheckFacts("found", AT)))
    assert said["warrants"] == [{"kind": UNKNOWN, "signed_by": UNKNOWN, "names_person": UNKNOWN}]


def test_a_warrant_that_was_found_is_what_the_officer_read_in_it() -> None:
    found = FoundWarrant("federal_criminal_arrest", "magistrate_judge", True)
    said = stated(paper("i247a"), known=Known(warrant_check=WarrantCheckFacts("found", AT, (found,))))
    assert said["warrants"] == [
        {"kind": "federal_criminal_arrest", "signed_by": "magistrate_judge", "names_person": True}
    ]


def test_a_civil_warrant_is_civil_whatever_its_boxes_say_of_judges() -> None:
    """The trap of the I-205: it prints `immigration judge` and `Magistrate Court Judge`."""
    i205 = paper("i205", {"by_judge": True, "by_district_court": True, "officer_sig": True})
    (record,) = stated(paper("i247a"), i205)["warrants"]
    assert (record["kind"], record["signed_by"]) == ("administrative", "immigration_officer")


def test_a_civil_warrant_that_is_sent_again_is_one_warrant() -> None:
    i200 = paper("i200", {"officer_sig": True})
    assert len(stated(paper("i247a"), i200, paper("i247a"), i200)["warrants"]) == 1


def test_the_date_on_the_form_is_a_fact() -> None:
    assert stated(paper("i247a", {**FORM, "form_date": "03/02/2026"}))["request.form_date"] == date(2026, 3, 2)
    assert "request.form_date" not in stated(paper("i247a"))


def test_an_unsigned_civil_warrant_is_signed_by_nobody() -> None:
    i200 = paper("i200", {}, officer_sig=shown(False, state="empty"))
    assert stated(paper("i247a"), i200)["warrants"][0]["signed_by"] == "none"


def test_a_court_paper_is_surely_a_judges_only_after_a_person_confirmed_it() -> None:
    papers = (paper("i247a"), paper("ao442", AO442))
    (record,) = stated(*papers)["warrants"]
    assert record["kind"] == "federal_criminal_arrest"
    assert record["signed_by"] is UNKNOWN
    assert record["names_person"] is UNKNOWN
    confirmed = PaperCheckFacts(FILE, 1, "federal_criminal_arrest", "magistrate_judge", True, "1:26-mj-00123")
    (record,) = stated(*papers, known=Known(paper_checks=(confirmed,)))["warrants"]
    assert (record["signed_by"], record["names_person"]) == ("magistrate_judge", True)
    ruled_out = replace(confirmed, signed_by="unknown", names_person=False)
    (record,) = stated(*papers, known=Known(paper_checks=(confirmed, ruled_out)))["warrants"]
    assert (record["signed_by"], record["names_person"]) == (UNKNOWN, False)


def test_what_was_said_of_a_paper_stays_with_it_when_another_file_leaves_the_request() -> None:
    other, court = "cd" * 32, paper("ao442", AO442)
    second = PaperCheckFacts(FILE, 1, "federal_criminal_arrest", "magistrate_judge", True)
    look = FieldCheckFacts(FILE, 2, "box2_transfer", True, "shown")
    form = paper("i247a", box2_transfer=shown(True, accepted=False))
    known = Known(paper_checks=(second,), field_checks=(look,))
    before = replace(request(form, court, court, form), documents=(other, FILE, FILE, FILE), places=(0, 0, 1, 2))
    after = replace(request(court, court, form), documents=(FILE, FILE, FILE), places=(0, 1, 2))
    for one, confirmed in ((before, 2), (after, 1)):
        said = case_of(one, known, view="request", at=AT).facts
        assert [record["signed_by"] is UNKNOWN for record in said["warrants"]] == [True, False]
        assert facts.check_of(one, known, confirmed) == second
        assert facts.checked(one, known.field_checks).papers[confirmed + 1].fields["box2_transfer"].accepted


def test_a_warrant_on_an_indictment_is_told_apart() -> None:
    """Rule 9: the clerk may sign it, and it is still a court's."""
    assert facts.court_kind(paper("ao442", AO442, d_ind=shown(True))) == "federal_indictment"
    assert facts.court_kind(paper("ao442", AO442, d_ind=shown(True, accepted=False))) == "federal_criminal_arrest"


@pytest.mark.parametrize(
    ("title", "signer"),
    [
        ("Hon. P. Example, U.S. Magistrate Judge", "magistrate_judge"),
        ("P. EXAMPLE, UNITED STATES DISTRICT JUDGE", "district_judge"),
        ("R. Sample, Clerk of Court", "clerk_of_court"),
        ("Deputy Clerk, U.S. District Court", "clerk_of_court"),
        ("A. Sample, Clerk-Magistrate", "clerk_of_court"),
        ("P. Example, Immigration Judge", "unknown"),
        ("P. Example, Supervisory Immigration Officer", "unknown"),
        ("P. Example", "unknown"),
        ("", "unknown"),
        ("United States District Court", "unknown"),
    ],
)
def test_the_signer_of_a_court_paper_by_the_printed_title(title: str, signer: str) -> None:
    assert facts.signer_of(paper("ao442", {**AO442, "officer_name": title})) == signer


@pytest.mark.parametrize(
    ("kind", "title"), [("i200", "P. Example, U.S. Magistrate Judge"), ("ao442", "P. Example, Deportation Officer")]
)
def test_a_paper_whose_form_and_signer_speak_for_two_sides_is_neither_civil_nor_a_courts(kind: str, title: str) -> None:
    (record,) = stated(paper("i247a"), paper(kind, {**FORM, "officer_name": title}))["warrants"]
    assert (record["kind"], record["signed_by"]) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize(
    ("papers", "attached"),
    [(("i200",), "I-200"), (("i205",), "I-205"), ((), "none"), (("unknown",), UNKNOWN), (("ao442",), UNKNOWN)],
)
def test_what_came_with_the_form(papers: tuple[str, ...], attached: object) -> None:
    said = stated(paper("i247a"), *(paper(kind, AO442 if kind == "ao442" else {}) for kind in papers))
    assert said["request.attached_warrant"] == attached


def test_a_missing_page_may_have_been_the_warrant() -> None:
    short = replace(paper("i247a"), defects=(Defect("D21", None, "Page 1 of 3 without pages 2 and 3."),))
    assert stated(short)["request.attached_warrant"] is UNKNOWN


# --- views ------------------------------------------------------------------------------------------------------------


def test_the_request_view_asks_what_holds_if_other_custody_ended_now() -> None:
    """Whatever booking says, and whatever an answer says of booking."""
    known = Known(
        booking=BookingFacts("none", other_basis=True, basis_text="open charge"),
        answers={"custody.other_lawful_basis": True, "custody.basis": "open charge"},
    )
    said = stated(paper("i247a"), known=known)
    assert said["person.release_ground"] == "other"
    assert not {"person.eligible_for_release_at", "custody.other_lawful_basis", "custody.basis"} & said.keys()


def test_the_person_view_has_the_facts_as_recorded() -> None:
    ended = AT - timedelta(minutes=15)
    said = stated(paper("i247a"), known=Known(booking=BookingFacts("bail_or_ROR", ended)), view="person")
    assert (said["person.release_ground"], said["person.eligible_for_release_at"]) == ("bail_or_ROR", ended)
    assert "custody.other_lawful_basis" not in said
    said = stated(paper("i247a"), known=Known(booking=BookingFacts("none", basis_text="open charge")), view="person")
    assert (said["person.release_ground"], said["custody.other_lawful_basis"]) == ("none", True)
    assert "person.release_ground" not in stated(paper("i247a"), view="person")


def test_the_persons_view_leads_once_ground_and_time_are_recorded_and_the_time_has_come() -> None:
    assert facts.view_of(Known(), AT) == "request"
    assert facts.view_of(Known(booking=BookingFacts("none")), AT) == "request"
    assert facts.view_of(Known(booking=BookingFacts("dropped", AT)), AT) == "person"
    assert facts.view_of(Known(booking=BookingFacts("dropped", AT + timedelta(minutes=1))), AT) == "request"


def test_an_answer_could_not_find_out_is_unknown_and_not_left_out() -> None:
    known = Known(answers={"request.purpose": facts.typed_answer("unknown")})
    assert stated(paper("i247a"), known=known)["request.purpose"] is UNKNOWN


@pytest.mark.parametrize(
    ("kinds", "what"),
    [
        (("i200",), "I-200_only"),
        (("i205", "i200"), "I-205_only"),
        (("ao442",), "judicial_warrant_only"),
        (("unknown",), None),
        ((), None),
    ],
)
def test_a_paper_without_a_form_is_named_for_what_it_is(kinds: tuple[str, ...], what: str | None) -> None:
    assert facts.request_kind(request(*(paper(kind, {}) for kind in kinds))) == what


def test_every_name_that_the_desk_passes_on_is_in_the_vocabulary() -> None:
    """The names are one closed list; a case with another is refused by the law."""
    from detainerdesk.law import load

    vocabulary = load().vocabulary
    known = Known(
        booking=BookingFacts("none", AT, True, "open charge"),
        warrant_check=WarrantCheckFacts("found", AT, tuple(FoundWarrant(*found) for found in facts.FOUND.values())),
        paper_checks=(PaperCheckFacts(FILE, 1, "federal_criminal_arrest", "magistrate_judge", True),),
        hold_started_at=AT,
    )
    papers = (paper("i247a", served_on=shown("03/02/2026")), paper("ao442", AO442), paper("i200", {}))
    for view in ("request", "person"):
        said = stated(*papers, known=known, view=view)
        assert [name for name in said if name != "warrants.complete" and vocabulary.fact(name) is None] == []
        for record in said["warrants"]:
            for name, value in record.items():
                fact = vocabulary.fact(f"warrants[].{name}")
                assert fact is not None, name
                assert value is UNKNOWN or fact.kind != "one of" or value in fact.values, (name, value)
    assert set(facts.ASKED) <= set(vocabulary.actions)


# --- what was asked without a form ---------------------------------------------------------------------------------------


def test_a_call_says_what_was_asked_and_leaves_open_what_was_not() -> None:
    told = entry.read(entry.to_bytes(Entry("phone", {"subject_name": "SILVA, Marcos", "asks_hold": True})))
    assert isinstance(told, Reading)
    case = case_of(request(*told.papers), at=AT)
    assert case.facts["request.kind"] == "phone"
    assert case.facts["request.asks_hold"] is True
    assert case.facts["request.asks_transfer"] is UNKNOWN
    assert case.facts["request.states_probable_cause"] is UNKNOWN
    assert case.facts["request.attached_warrant"] == "none"
