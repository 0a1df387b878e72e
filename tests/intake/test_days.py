"""A date on a paper or in a list is a day or is none: no year is made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from detainerdesk.intake.join import born_on, day_of, identity_of
from tests.intake.made import LUIS, detainer


@pytest.mark.parametrize("text", ["01/02/0026", "0026-01-02", "01/02/1899", "12/25/2101", "13/01/2026"])
def test_a_year_that_no_paper_has_makes_no_day(text: str) -> None:
    assert day_of(text) is None


def test_two_digits_of_a_year_are_of_the_past_where_somebody_was_born() -> None:
    assert (born_on("07/04/61"), day_of("07/04/26")) == (date(1961, 7, 4), date(2026, 7, 4))
    assert born_on("01/02/03") == date(2003, 1, 2)


def test_the_form_of_a_date_says_how_many_digits_its_year_has() -> None:
    assert born_on("070461", ["%m%d%y"]) == date(1961, 7, 4)
    assert day_of("01/02/2026 2026", ["%m/%d/%Y %Y"]) is None  # a form that names a part twice reads nothing


def test_nobody_is_born_on_a_day_to_come() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert born_on(f"{tomorrow:%m/%d/%Y}") is None
    assert day_of(f"{tomorrow:%m/%d/%Y}") == tomorrow


def test_a_form_with_two_digits_of_the_birth_year_is_of_the_same_person() -> None:
    read = identity_of(detainer({**LUIS, "dob": "12/25/82", "form_date": "3/3/26"}))
    assert (read.dob, read.issued_on) == ("1982-12-25", "2026-03-03")
    assert identity_of(detainer({**LUIS, "dob": "07/04/61"})).dob == "1961-07-04"
