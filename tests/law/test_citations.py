"""Citations of offenses: read as courts write them, compared as sections lie under one another."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.law.language.citations import Citation, CitationError, Section, read_citation, read_state


@pytest.mark.parametrize(
    ("written", "state", "code", "sections", "inchoate"),
    [
        ("CA PC 459/460(a)", "CA", "PC", ["459", "460(a)"], None),
        ("PC 245(a)(1)", "", "PC", ["245(a)(1)"], None),
        ("NY PL 120.05", "NY", "PL", ["120.05"], None),
        ("8 USC 1326(b)(2)", "US", "8 USC", ["1326(b)(2)"], None),
        ("664/211", "CA", "PC", ["211"], "664"),
        ("110/160.10", "NY", "PL", ["160.10"], "110"),
        ("NY PL 110.00/125.25(1)", "NY", "PL", ["125.25(1)"], "110"),
        ("NV NRS 200.380", "NV", "NRS", ["200.380"], None),
        ("US 8 USC 1326", "US", "8 USC", ["1326"], None),
        ("8 U.S.C. § 1326(a)", "US", "8 USC", ["1326(a)"], None),
        ("Cal. Pen. Code § 245(a)(4)", "CA", "PC", ["245(a)(4)"], None),
        ("245(A)(4) PC", "", "PC", ["245(a)(4)"], None),
        ("N.Y. Penal Law § 120.04-a (4)", "NY", "PL", ["120.04-a(4)"], None),
        ("PL 120.05(02)", "NY", "PL", ["120.05(2)"], None),
        ("H&S 11352", "CA", "HSC", ["11352"], None),
        ("CA PC 664", "CA", "PC", [], "664"),
        ("CA PC 182/211", "CA", "PC", ["211"], "182"),
        ("720 ILCS 5/12-3.05(a)(1)", "IL", "720 ILCS", ["5/12-3.05(a)(1)"], None),
        ("MA MGL 265/13A", "MA", "MGL", ["265/13a"], None),
        ("former 262(a)(1)", "", "", ["262(a)(1)"], None),
        ("288a", "", "", ["288a"], None),
        ("Ohio Rev. Code Ann. § 2903.11(A)", "OH", "RC", ["2903.11(a)"], None),
        ("O.R.C. 2903.11", "OH", "RC", ["2903.11"], None),
        ("V.T.L. 1192", "NY", "VTL", ["1192"], None),
        ("Cal. Penal § 245(a)(4)", "CA", "PC", ["245(a)(4)"], None),
        ("N.Y. Penal § 120.05", "NY", "PL", ["120.05"], None),
        ("I.N.A. § 276(b)", "US", "8 USC", ["1326(b)"], None),
        ("INA 274A", "US", "8 USC", ["1324a"], None),
    ],
)
def test_a_citation_is_read_as_a_court_writes_it(
    written: str, state: str, code: str, sections: list[str], inchoate: str | None
) -> None:
    found = read_citation(written)
    assert (found.state, found.code) == (state, code)
    assert [str(section) for section in found.sections] == sections
    assert (str(found.inchoate) if found.inchoate else None) == inchoate


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "an empty citation"),
        ("any", "no citation of an offense; write it like"),
        ("robbery", "no citation of an offense"),
        ("CA PC", "no citation of an offense"),
        ("CA PC 261(a)(2),(6)", "more than one citation"),
        ("187; 192(a)", "more than one citation"),
        ("CA PC 518 + 186.22", "more than one citation"),
        ("1192.7(c) AND 667.5(c)", "more than one citation"),
        ("USC 1326", "names no title"),
        ("CA PL 120.05", "PL is law of NY, not of CA"),
        ("1/2/3/4/5", "has 5 sections"),
        ("PC 211 CA", "words on both sides"),
        ("NY PL 120.05-2", "write what is named below a section in brackets"),
        ("VTL 1192.3", "write what is named below a section in brackets"),
        ("CA VC 23152-1", "write what is named below a section in brackets"),
        ("INA 999", "write the section of 8 USC"),
        ("x" * 121, "at most 120"),
    ],
)
def test_what_is_no_citation_of_one_offense_is_refused(written: str, says: str) -> None:
    with pytest.raises(CitationError, match=says):
        read_citation(written)


@given(st.text(max_size=130))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(CitationError):
        assert isinstance(read_citation(text), Citation)


numbers = st.from_regex(r"[1-9][0-9]{0,3}(\.[0-9]{1,2})?", fullmatch=True)
paths = st.lists(st.from_regex(r"[a-z]|[1-9][0-9]?", fullmatch=True), max_size=4).map(tuple)
sections = st.builds(Section, numbers, paths)


@given(state=st.sampled_from(["CA", "TX"]), parts=st.lists(sections, min_size=1, max_size=4))
def test_a_citation_written_out_is_read_back(state: str, parts: list[Section]) -> None:
    if len(parts) > 1 and parts[0].number in ("664", "182"):
        return
    citation = Citation(state, "PC", tuple(parts))
    if parts[0].number != "664":
        assert read_citation(str(citation)) == citation
    assert read_citation(str(read_citation(str(citation)))) == read_citation(str(citation))


@given(one=sections, more=paths)
def test_what_is_named_below_a_section_lies_under_it_and_the_section_is_wider(
    one: Section, more: tuple[str, ...]
) -> None:
    below = Section(one.number, (*one.path, *more))
    assert below.under(one) == "on"
    assert one.under(below) == ("narrower" if more else "on")


@given(one=sections, other=sections)
def test_how_two_sections_stand_is_the_same_question_from_both_sides(one: Section, other: Section) -> None:
    here, there = one.under(other), other.under(one)
    if one == other:
        assert (here, there) == ("on", "on")
    elif "on" in (here, there):
        assert {here, there} == {"on", "narrower"}
    else:
        assert here == there
        assert (here == "absent") == (one.number != other.number)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("CA", "CA"),
        ("California", "CA"),
        ("Calif.", "CA"),
        ("N.Y.", "NY"),
        ("federal", "US"),
        ("U.S.A.", "US"),
        ("Mich.", "MI"),
    ],
)
def test_a_state_is_read_as_a_record_writes_it(written: str, state: str) -> None:
    assert read_state(written) == state
