"""Whether the person on a paper is the person in a booking: three answers with a reason each, and never a score."""

from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from detainerdesk.intake.reading.fields import Field, Paper
from detainerdesk.intake.reading.match import (
    GENERATIONS,
    NO_NAME,
    PARTICLES,
    Person,
    birth_dates,
    compare,
    names,
    numbers,
    person_of,
)

NAMES = (
    *("Delacroix", "Okonjo", "Vale", "Brightwater", "Santoro", "Zepeda", "Nguyen", "Warsame", "Tesfaye", "Abdi"),
    *("Luis", "Antonio", "Marcus", "Tomasz", "Ines", "Beatriz", "Quoc", "Bao", "Hodan", "Yusuf", "José", "Müller"),
)
word = st.sampled_from(NAMES) | st.text("abcdefghijklmnopqrstuvwxyzáéíñçü", min_size=3, max_size=10)
whole_name = st.lists(word, min_size=2, max_size=4, unique_by=str.casefold).map(
    lambda words: f"{words[0]}, {' '.join(words[1:])}"
)
any_name = whole_name | st.lists(word, max_size=4).map(" ".join) | st.text(max_size=20)
day = st.dates(datetime.date(1930, 1, 1), datetime.date(2010, 12, 31))


# --- laws that hold for all names and dates


@given(any_name, any_name, st.booleans())
@settings(max_examples=200)
def test_who_is_named_first_does_not_matter(one: str, other: str, scanned: bool) -> None:
    assert names(one, other, scanned=scanned) == names(other, one, scanned=scanned)


@given(whole_name)
def test_a_name_is_the_same_as_itself_in_capitals_without_accents_and_with_hyphens(name: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    assert names(name, name).verdict == "same"
    assert names(name, name.upper()).verdict == "same"
    assert names(name, plain).verdict == "same"
    head, tail = name.split(", ")
    assert names(name, f"{head}, {tail.replace(' ', '-')}").verdict == "same"


@given(whole_name, st.randoms(use_true_random=False))
def test_the_order_of_surname_and_given_names_does_not_matter_where_no_comma_says_it(name: str, chance: object) -> None:
    surname, given_names = name.split(", ")
    assert names(name, f"{given_names} {surname}").verdict == "same"
    words = [surname, *given_names.split()]
    chance.shuffle(words)  # type: ignore[attr-defined]
    assert names(name, " ".join(words)).verdict == "same"


@given(st.lists(word, min_size=3, max_size=4, unique_by=str.casefold))
def test_a_name_that_is_left_out_can_never_make_two_names_the_same_nor_speaks_it_against_them(words: list[str]) -> None:
    assume(words[-1] not in {*PARTICLES, *GENERATIONS, *NO_NAME})  # `del` and `FNU` are no name that could be left out
    answer = names(f"{words[0]}, {' '.join(words[1:])}", f"{words[0]}, {' '.join(words[1:-1])}")
    assume("spelled" not in answer.why)
    assert (answer.verdict, answer.speaks_against) == ("cannot tell", False)


@given(day, day, st.booleans())
def test_birth_dates_are_the_same_only_if_they_are_equal(one: datetime.date, other: datetime.date, scan: bool) -> None:
    answer = birth_dates(one, f"{other:%m/%d/%Y}", scanned=scan)
    assert answer == birth_dates(other, one, scanned=scan)
    assert (answer.verdict == "same") == (one == other)


@given(st.integers(1, 999_999_999), st.integers(1, 999_999_999), st.booleans())
def test_numbers_are_the_same_only_if_they_are_equal(one: int, other: int, scanned: bool) -> None:
    answer = numbers({"file_no": f"A{one:09d}"}, {"file_no": f"{other:09d}"}, scanned=scanned)
    assert (answer.verdict == "same") == (one == other)
    assert answer == numbers({"file_no": f"{other:09d}"}, {"file_no": f"A{one:09d}"}, scanned=scanned)


# --- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DELACROIX, Luis Antonio", "Luis Antonio Delacroix"),
        ("Nguyễn, Đức Bảo", "NGUYEN DUC BAO"),
        ("NGUYEN, Van An", "An Van Nguyen"),
        ("OKONJO-VALE, Marcus", "Marcus Okonjo Vale"),
        ("DE LA CRUZ, José", "Delacruz, Jose"),
        ("DOS SANTOS, Maria", "SANTOS, Maria"),
        ("VAN DER BERG, Ines", "Vanderberg, Ines"),
        ("AL-RASHID, Omar", "Omar Alrashid"),
        ("JEAN-BAPTISTE, Pierre", "Jeanbaptiste, Pierre"),
        ("O'LEARY, Sean", "OLEARY, Sean"),
        ("BRIGHTWATER, Tomasz J.", "Tomasz Jan Brightwater"),
        ("ALI, Ben", "Ben Ali"),
        ("FNU, Ali", "ALI, FNU"),
        ("Bøe, Åse", "BOE, Ase"),
    ],
)
def test_ways_of_writing_one_name(one: str, other: str) -> None:
    assert names(one, other).verdict == "same"


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("GARCIA LOPEZ, Jose", "GARCIA, Jose", "2 names agree, Lopez stands on one side only"),
        ("GARCIA LOPEZ, Jose", "GARCIA, Jose Luis", "Lopez and Luis do not agree"),
        ("DELACROIX, Luis", "DELACROIX, Luis Antonio", "Antonio stands on one side only"),
        ("FNU, Hodan", "WARSAME, Hodan", "Warsame stands on one side only"),
        ("Hodan Warsame Abdi", "Hodan Warsame Abdi Yusuf", "3 names agree, Yusuf stands on one side only"),
        ("GONCALVES, Ana", "GONSALVES, Ana", "Goncalves and Gonsalves are spelled otherwise"),
        ("MOHAMMED, Ali", "MUHAMMAD, Ali", "are spelled otherwise"),
        ("HERNANDEZ, Maria", "HEMANDEZ, Maria", "are spelled otherwise"),
        ("NGUYEN, An", "AN, Nguyen", "surname and given name are exchanged"),
        ("BRIGHTWATER, T. J.", "BRIGHTWATER, Tomasz Jan", "only initials agree"),
        ("", "ZEPEDA, Ines", "missing"),
        (None, None, "missing"),
    ],
)
def test_names_of_which_it_cannot_be_told(one: str | None, other: str | None, why: str) -> None:
    answer = names(one, other)
    assert answer.verdict == "cannot tell"
    assert why in answer.why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DELACROIX, Luis Antonio", "DELACROIX, Luis Miguel"),
        ("SILVA, Marcos", "COSTA, Marcos"),
        ("Marcos Silva", "Marcos Costa"),
        ("GARCIA, Jose", "GARCIA, Juan"),
        ("PEREIRA, Ana Jr.", "PEREIRA, Ana Sr."),
        ("Hodan Warsame Abdi", "Luis Antonio Delacroix"),
    ],
)
def test_names_that_are_different(one: str, other: str) -> None:
    answer = names(one, other)
    assert answer.verdict == "different"
    assert answer.speaks_against


# --- birth dates and numbers


def test_day_and_month_exchanged_cannot_be_told_and_the_reason_says_so() -> None:
    answer = birth_dates("04/12/1982", "12/04/1982")
    assert (answer.verdict, answer.speaks_against) == ("cannot tell", True)
    assert "day and month are exchanged" in answer.why
    assert birth_dates("04/13/1982", "12/04/1982").verdict == "different"


def test_one_digit_cannot_be_told_on_a_scan_and_is_a_difference_on_a_digital_original() -> None:
    assert birth_dates("12/25/1982", "12/25/1983", scanned=True).verdict == "cannot tell"
    assert birth_dates("12/25/1982", "12/25/1983").verdict == "different"
    assert numbers({"file_no": "A000 000 001"}, {"file_no": "A000 000 007"}, scanned=True).verdict == "cannot tell"
    assert numbers({"file_no": "A000 000 001"}, {"file_no": "A000 000 007"}).verdict == "different"


def test_the_first_of_january_may_stand_for_a_day_that_is_not_known() -> None:
    assert birth_dates("01/01/1982", "12/25/1982").verdict == "cannot tell"
    assert birth_dates("01/01/1982", "12/25/1983").verdict == "different"


@pytest.mark.parametrize("value", [None, "", "12/25/82", "13/45/1982", "unknown", "02/30/1990"])
def test_a_birth_date_that_is_missing_or_no_date_tells_nothing(value: str | None) -> None:
    answer = birth_dates(value, "12/25/1982")
    assert (answer.verdict, answer.speaks_against) == ("cannot tell", False)


def test_a_file_number_is_one_number_however_it_is_spaced() -> None:
    for written in ("A000 000 001", "a-000-000-001", "000000001", "A00 000 001"):
        assert numbers({"file_no": written}, {"file_no": "A000000001"}).verdict == "same"


def test_only_numbers_of_one_kind_are_compared() -> None:
    assert numbers({"file_no": "A000000001"}, {"booking_no": "000000001"}).verdict == "cannot tell"
    assert numbers({"file_no": "N/A"}, {"file_no": "N/A"}).verdict == "cannot tell"
    mixed = numbers({"file_no": "A000000001", "fbi_no": "123456AB1"}, {"file_no": "A000000001", "fbi_no": "999999ZZ9"})
    assert (mixed.verdict, mixed.speaks_against) == ("cannot tell", True)


# --- the whole


def test_acl_4_a_detainer_attaches_to_a_person_only_after_two_identifiers_agree() -> None:
    paper = Person("DELACROIX, Luis Antonio", "12/25/1982", {"file_no": "A000 000 001"})
    booked = Person("Luis Antonio Delacroix", datetime.date(1982, 12, 25))
    assert compare(paper, booked).agree == ("name", "birth date")
    namesake = Person("Luis Antonio Delacroix", datetime.date(1990, 3, 3))
    assert compare(paper, namesake).agree == ("name",)


def test_there_is_no_score() -> None:
    match = compare(Person("A, B"), Person("A, B"))
    assert set(vars(match)) == {"name", "birth_date", "numbers"}


@pytest.mark.parametrize(("reader", "scanned"), [("text layer", False), ("form field", False), ("ocr", True)])
def test_the_person_on_a_paper_is_taken_from_its_fields(reader: str, scanned: bool) -> None:
    def shown(value: str) -> Field:
        return Field(value=value, state="shown", accepted=True, page=1, box=None, confidence=1.0, reader=reader)

    paper = Paper(
        kind="i247a",
        edition=None,
        pages=(1,),
        fields={"subject_name": shown("DELACROIX, Luis"), "dob": shown("12/25/1982"), "file_no": shown("A000000001")},
    )
    person = person_of(paper)
    assert person == Person("DELACROIX, Luis", "12/25/1982", {"file_no": "A000000001"}, scanned)


def test_no_reason_speaks_of_fields_or_codes() -> None:
    for answer in (
        names("A, B", "C, D"),
        birth_dates("01/02/1990", None),
        numbers({"fbi_no": "123"}, {"fbi_no": "124"}),
    ):
        assert "_" not in answer.why
        assert not answer.why.endswith(".")
