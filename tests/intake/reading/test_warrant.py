"""What a warrant is, as separate facts. A department's paper must never be taken for a court's, nor a court's for a department's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.intake.reading.fields import Field, Paper
from detainerdesk.intake.reading.lines import lines_of
from detainerdesk.intake.reading.pages import Pages
from detainerdesk.intake.reading.read import read
from detainerdesk.intake.reading.warrant import Warrant, evidence, marked, signer_of, warrant_of, what_it_is
from tests.intake.reading.compared import only_paper
from tests.paperwork import EDITIONS, draw, sample

DEPARTMENT = ("i200", "i205")
COURT = ("ao442", "ao93", "state_warrant")


def print_of(data: bytes) -> str:
    pages = Pages(data)
    return "\n".join(line.text for n in range(1, pages.count + 1) for line in lines_of(pages.page(n).chars))


def drawn(kind: str, *, edition: str | None = None, **changes: str | bool | None) -> tuple[Paper, str]:
    data = draw(kind, sample(kind, **changes), edition=edition)
    return only_paper(read(data)), print_of(data)


def of(kind: str, *, edition: str | None = None, **changes: str | bool | None) -> Warrant:
    paper, text = drawn(kind, edition=edition, **changes)
    without_print, with_print = warrant_of(marked(paper, text)), warrant_of(paper, text)
    assert without_print == with_print
    return with_print


def facts(warrant: Warrant) -> tuple[str, str, bool | None, str | None]:
    return warrant.warrant_class, warrant.signed_by, warrant.issued_by_court, warrant.warrant_kind


# --- each paper


def test_the_departments_warrants_are_administrative_and_signed_by_an_immigration_officer() -> None:
    assert facts(of("i200")) == ("administrative", "immigration_officer", False, "arrest")
    assert facts(of("i205")) == ("administrative", "immigration_officer", False, "removal")


@pytest.mark.parametrize("box", ["o_immigration_judge", "o_bia", "o_court"])
def test_an_i205_stays_administrative_whichever_judge_is_ticked_on_it(box: str) -> None:
    warrant = of("i205", **{"o_immigration_judge": None, box: True})
    assert facts(warrant) == ("administrative", "immigration_officer", False, "removal")
    assert warrant.sure


@pytest.mark.parametrize(
    ("printed", "signer"),
    [
        ("E. Wrenfield, U.S. Magistrate Judge", "magistrate"),
        ("Hon. E. Wrenfield, United States District Judge", "judge"),
        ("P. Quillfeather, Deputy Clerk", "clerk"),
        ("A. Judge, Deputy Clerk", "clerk"),
        ("M. Clerk, U.S. Magistrate Judge", "magistrate"),
        ("E. Wrenfield", "unknown"),
    ],
)
def test_a_federal_arrest_warrant_is_a_courts_whoever_signs_and_says_who_did(printed: str, signer: str) -> None:
    warrant = of("ao442", officer_name=printed)
    assert facts(warrant) == ("judicial", signer, True, "arrest")
    assert warrant.sure


def test_a_clerk_signs_a_warrant_on_an_indictment_and_it_is_judicial() -> None:
    warrant = of("ao442", d_cmp=None, d_ind=True, officer_name="P. Quillfeather, Deputy Clerk")
    assert facts(warrant) == ("judicial", "clerk", True, "arrest")


def test_a_crime_of_immigration_does_not_make_a_courts_warrant_administrative() -> None:
    warrant = of("ao442", offense="8 U.S.C. 1326, re-entry of a removed alien, A000 000 003")
    assert warrant.warrant_class == "judicial"


def test_a_search_warrant_is_judicial_and_commands_a_search() -> None:
    assert facts(of("ao93")) == ("judicial", "magistrate", True, "search")


@pytest.mark.parametrize("edition", EDITIONS["state_warrant"])
def test_a_warrant_of_a_states_court(edition: str) -> None:
    warrant = of("state_warrant", edition=edition)
    assert (warrant.warrant_class, warrant.issued_by_court, warrant.court_kind) == ("judicial", True, "state")


def test_a_commitment_to_another_district_is_judicial_though_it_is_none_of_the_forms() -> None:
    paper, text = drawn("ao94")
    assert paper.kind == "unknown"
    warrant = warrant_of(paper, text)
    assert (warrant.warrant_class, warrant.warrant_kind, warrant.court_kind) == ("judicial", "commitment", "federal")


def test_an_order_of_an_immigration_court_is_a_class_of_its_own_and_no_judge_signed_it() -> None:
    paper, text = drawn("immigration_order")
    assert paper.kind == "unknown"
    warrant = warrant_of(paper, text)
    assert facts(warrant) == ("immigration_court", "unknown", None, None)
    assert warrant.court_kind == "immigration_court"


def test_a_message_about_an_administrative_warrant_is_no_warrant() -> None:
    paper, text = drawn("message")
    assert paper.kind == "unknown"
    assert what_it_is(text) == "message"
    assert facts(warrant_of(paper, text)) == ("none", "unknown", False, None)


@pytest.mark.parametrize("kind", ["i247a", "i247d", "i247n", "i247x", "i247g", "i247_old", "i203", "cover_sheet"])
def test_a_detainer_is_never_a_warrant_and_neither_is_an_order_to_detain(kind: str) -> None:
    assert of(kind).warrant_class == "none"


@pytest.mark.parametrize("kind", ["phone", "email", "oral"])
def test_what_was_told_is_no_warrant(kind: str) -> None:
    assert warrant_of(Paper(kind=kind, edition=None, pages=(1,))).warrant_class == "none"


# --- contradictions go to a person


@pytest.mark.parametrize("kind", DEPARTMENT)
@pytest.mark.parametrize("line", ["UNITED STATES DISTRICT COURT", "AO 442 (Rev. 11/11) Arrest Warrant"])
def test_a_courts_caption_or_mark_on_a_departments_form_is_a_conflict(kind: str, line: str) -> None:
    paper, text = drawn(kind)
    warrant = warrant_of(paper, f"{text}\n{line}")
    assert warrant.warrant_class == "unknown"
    assert warrant.conflict is not None
    assert "A person must say" in warrant.conflict


@pytest.mark.parametrize(
    "line", ["DEPARTMENT OF HOMELAND SECURITY", "Form I-200 (Rev. 09/16)", "UNITED STATES IMMIGRATION COURT"]
)
def test_a_departments_caption_or_mark_on_a_courts_form_is_a_conflict(line: str) -> None:
    paper, text = drawn("ao442")
    warrant = warrant_of(paper, f"{text}\n{line}")
    assert (warrant.warrant_class, warrant.issued_by_court) == ("unknown", None)


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("ao442", "R. Ashgrove, Deportation Officer"),
        ("ao442", "V. Hollowell, Immigration Judge"),
        ("i200", "E. Wrenfield, U.S. Magistrate Judge"),
        ("i200", "V. Hollowell, Immigration Judge"),
        ("i200", "P. Quillfeather, Deputy Clerk"),
    ],
)
def test_a_signer_of_the_other_side_is_a_conflict(kind: str, printed: str) -> None:
    warrant = of(kind, officer_name=printed)
    assert (warrant.warrant_class, warrant.signed_by) == ("unknown", "unknown")
    assert warrant.conflict


@pytest.mark.parametrize(
    "words",
    [
        "FILED  U.S. DISTRICT COURT",
        "MAR-02-2026 16:12  CLERK US DISTRICT COURT  FAX 781 555 0143  PAGE 01/01",
        "based upon a final order by a United States District or Magistrate Court Judge",
        "Boston Municipal Court",
        "YOU ARE COMMANDED to arrest. Judge. Court. Magistrate. Warrant.",
    ],
)
@pytest.mark.parametrize("kind", DEPARTMENT)
def test_a_stamp_a_fax_line_or_a_word_does_not_make_a_departments_paper_a_courts(kind: str, words: str) -> None:
    paper, text = drawn(kind)
    assert warrant_of(paper, f"{text}\n{words}").warrant_class == "administrative"


def test_an_unsigned_warrant_is_signed_by_nobody_known() -> None:
    assert of("i200", officer_sig=None).signed_by == "unknown"
    assert of("ao442", officer_sig=None).signed_by == "unknown"


def test_a_form_that_is_only_probable_is_not_sure() -> None:
    paper, _ = drawn("i200")
    probable = replace(paper, fields={name: replace(one, accepted=False) for name, one in paper.fields.items()})
    assert not warrant_of(probable).sure


# --- laws that hold for all prints


@given(st.text(max_size=300), st.sampled_from((*DEPARTMENT, *COURT)))
@settings(max_examples=200)
def test_no_print_ever_turns_one_side_into_the_other(words: str, kind: str) -> None:
    lines = "\n".join(("UNITED STATES DISTRICT COURT", words, "DEPARTMENT OF HOMELAND SECURITY", "Judge", words))
    for text in (words, lines, None):
        warrant = warrant_of(Paper(kind=kind, edition=None, pages=(1,)), text)
        wanted = "administrative" if kind in DEPARTMENT else "judicial"
        assert warrant.warrant_class in (wanted, "unknown")


@given(
    st.lists(
        st.sampled_from(["judge", "court", "warrant", "magistrate", "immigration", "arrest", "commanded", "order"])
    )
)
def test_words_alone_are_no_evidence(words: list[str]) -> None:
    said = " ".join(words)
    assert not {"mark", "caption"} & evidence(said)["court"]
    assert what_it_is(said) is None
    assert warrant_of(Paper(kind="unknown", edition=None, pages=(1,)), said).warrant_class == "unknown"


# --- who signs


@pytest.mark.parametrize(
    ("printed", "signer"),
    [
        ("A. Marlowe, Clerk-Magistrate", "clerk"),
        ("A. Marlowe, Assistant Clerk-Magistrate", "clerk"),
        ("Hon. P. Larkspur, Associate Justice", "judge"),
        ("Judge P. Larkspur", "judge"),
        ("Deputy Clerk, U.S. District Court", "clerk"),
        ("P. EXAMPLE, UNITED STATES DISTRICT JUDGE", "judge"),
        ("United States District Court", "unknown"),
        ("P. Example, Supervisory Immigration Officer", "immigration_officer"),
        ("Aaron Judge", "unknown"),
        ("R. Justice", "unknown"),
        ("M. Fairbourne, SDDO", "immigration_officer"),
        ("Field Office Director", "immigration_officer"),
        ("J. Doe, Department of Justice", "unknown"),
        ("V. Hollowell, Immigration Judge", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_signer_is_known_by_the_title_and_not_by_a_name(printed: str, signer: str) -> None:
    assert signer_of(printed) == signer


def test_of_a_states_warrant_the_print_before_the_name_says_that_a_judge_issued_it() -> None:
    name = Field(value="Hon. P. Larkspur", state="shown", accepted=True, page=1, box=None)
    paper = Paper(kind="state_warrant", edition=None, pages=(1,), fields={"judge_name": name})
    assert warrant_of(paper).signed_by == "judge"
    clerk = replace(paper, fields={"judge_name": replace(name, value="A. Marlowe, Clerk-Magistrate")})
    assert warrant_of(clerk).signed_by == "clerk"
