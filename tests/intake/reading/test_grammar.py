"""What a value must look like before a machine may take it as sure."""

from __future__ import annotations

import pytest

from detainerdesk.intake.reading.grammar import comparable, doubtful_on_paper, fits, mend, tidy


@pytest.mark.parametrize(
    ("grammar", "value"),
    [
        ("date", "12/25/1982"),
        ("date", "2/9/2026"),
        ("a_number", "A000 000 001"),
        ("a_number", "000-000-001"),
        ("a_number", "A00000001"),
        ("event", "BOS2510000123"),
        ("phone", "(781) 555-0142"),
        ("phone", "781-555-0142"),
        ("name", "O'LEARY-IBARRA, Maria José"),
        ("case", "1:26-cr-10123"),
        ("case", "26-mj-00101-ABC"),
        ("sex", "F"),
        ("text", "650 Example Avenue, Boston, MA 02116"),
    ],
)
def test_good_values_fit(grammar: str, value: str) -> None:
    assert fits(grammar, value)


@pytest.mark.parametrize(
    ("grammar", "value"),
    [
        ("date", "13/25/1982"),
        ("date", "02/30/2026"),
        ("date", "12/25/82O"),
        ("a_number", "A000 OOO 001"),
        ("a_number", "A000"),
        ("event", "B0S2510000123"),
        ("phone", "(781) 555-O142"),
        ("name", "DELACR0IX, Luis"),
        ("text", "65O Example Avenue"),
        ("text", ""),
    ],
)
def test_values_with_a_wrong_letter_do_not_fit(grammar: str, value: str) -> None:
    assert not fits(grammar, value)


def test_spaces_that_a_reader_put_in_are_taken_out_of_dates_and_numbers() -> None:
    assert tidy("date", "12 / 25 /1982") == "12/25/1982"
    assert tidy("date", "n03/13/1987") == "03/13/1987"
    assert tidy("date", "n03/13/19871") == "n03/13/19871"
    assert tidy("event", "BOS 2510000123") == "BOS2510000123"
    assert tidy("name", "DELACROIX,Luis  Antonio") == "DELACROIX, Luis Antonio"


def test_a_mark_at_the_end_that_may_be_a_speck_is_doubtful() -> None:
    assert doubtful_on_paper("BRIGHTWATER, Maria Jose.")
    assert doubtful_on_paper("O'LÉARY-IBARRA, Marcus"), "a speck above a letter reads as an accent"
    assert doubtful_on_paper("Boston Police Department, Station A-")
    assert doubtful_on_paper("67 Madeup Road,.Atlanta, GA 91004")
    assert doubtful_on_paper("SOTO-, Maria")
    assert doubtful_on_paper("6/15/2025 .3:30 PM")
    assert not doubtful_on_paper("BRIGHTWATER, Tomasz Jr., A.")
    assert not doubtful_on_paper("BRIGHTWATER, Tomasz J.")
    assert not doubtful_on_paper("ICE ERO Boston Field Office")


@pytest.mark.parametrize(
    ("value", "doubtful"),
    [
        ("09/2/2024", True),
        ("9/02/2024", True),
        ("09/21/2024", False),
        ("9/2/2024", False),
        ("10/2/2024", False),
        ("3/12/2024", False),
    ],
)
def test_a_date_with_a_zero_before_one_of_day_and_month_alone_has_lost_a_digit(value: str, *, doubtful: bool) -> None:
    assert doubtful_on_paper(value) is doubtful


def test_a_date_decades_from_now_has_a_digit_read_wrong() -> None:
    assert fits("date", "10/30/2071")
    assert doubtful_on_paper("10/30/2071")
    assert doubtful_on_paper("6/15/2075 3:30 PM")
    assert not doubtful_on_paper("6/15/2025 3:30 PM")
    assert not doubtful_on_paper("10/30/2021")
    assert not doubtful_on_paper("1/1/1931"), "somebody's date of birth"


def test_two_readings_agree_when_only_spacing_differs() -> None:
    assert comparable("A000 000 001") == comparable("A000000001")
    assert comparable("A000 000 001") != comparable("A000 000 007")


def test_a_telephone_ends_where_the_form_goes_on() -> None:
    assert tidy("phone", "(617) 555-0171 or, if you cannot reach an official") == "(617) 555-0171"
    assert tidy("phone", "617-555-0171. If you cannot") == "617-555-0171"
    assert tidy("phone", "617-555-0171 or 617-555-0172") == "617-555-0171 or 617-555-0172"
    assert tidy("phone", "617-555-0171 ext. 12") == "617-555-0171 ext. 12"


def test_a_small_word_of_the_forms_sentence_alone_is_no_value() -> None:
    assert not fits("text", "the")
    assert not fits("words", "of")
    assert fits("words", "English")


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ("Sections 212(a) (6)(A) (iii) and 241(a) (5)", "Sections 212(a)(6)(A)(iii) and 241(a)(5)"),
        ("617 555-0101 (fax)", "617 555-0101 (fax)"),
        ("Ward 3 (B) bed 2(c) (old)", "Ward 3 (B) bed 2(c) (old)"),
    ],
)
def test_the_parts_of_a_section_stand_close(seen: str, value: str) -> None:
    assert mend("text", seen) == value


def test_a_mark_before_a_comma_is_a_specks() -> None:
    assert mend("name", "SOTO;, Ana") == "SOTO, Ana"
