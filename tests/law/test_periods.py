"""For which days a report is made and when it is due, as a duty block writes both; and what is refused when the rulebook loads."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from detainerdesk.law import RulebookError
from detainerdesk.law.errors import Place
from detainerdesk.law.language.periods import parse_due, parse_period
from tests.law.small import block, law

HERE = Place("a.md", 1, 1)


@pytest.mark.parametrize(
    ("due", "last", "on"),
    [
        ("12-31 each year", date(2025, 12, 31), date(2025, 12, 31)),
        ("02-15 each year", date(2025, 12, 31), date(2026, 2, 15)),
        ("02-29 each year", date(2025, 1, 31), date(2025, 2, 28)),
        ("01-01, 07-01 each year", date(2025, 6, 30), date(2025, 7, 1)),
        ("01-01, 07-01 each year", date(2025, 12, 31), date(2026, 1, 1)),
        ("5 each month", date(2025, 12, 31), date(2026, 1, 5)),
        ("31 each month", date(2025, 1, 31), date(2025, 1, 31)),
        ("31 each month", date(2025, 2, 1), date(2025, 2, 28)),
    ],
)
def test_a_report_is_due_on_the_first_of_its_days_that_is_not_before_the_periods_last(
    due: str, last: date, on: date
) -> None:
    assert parse_due(due, HERE).after(last) == on


@pytest.mark.parametrize(
    ("period", "due", "days"),
    [
        ("calendar year", "", [("", date(2024, 1, 1), date(2024, 12, 31), "2024")]),
        ("year to June 30", "", [("", date(2023, 7, 1), date(2024, 6, 30), "the year to June 30, 2024")]),
        ("year to February 29", "", [("", date(2023, 3, 1), date(2024, 2, 29), "the year to February 29, 2024")]),
        (
            "preceding twelve months",
            "09-30 each year",
            [("", date(2023, 9, 30), date(2024, 9, 29), "the year to September 29, 2024")],
        ),
        (
            "calendar half-year",
            "",
            [
                ("H1", date(2024, 1, 1), date(2024, 6, 30), "the half-year to June 30, 2024"),
                ("H2", date(2024, 7, 1), date(2024, 12, 31), "the half-year to December 31, 2024"),
            ],
        ),
    ],
)
def test_the_reports_of_a_year_are_those_whose_last_day_is_in_it(
    period: str, due: str, days: list[tuple[str, date, date, str]]
) -> None:
    found = parse_period(period, parse_due(due, HERE) if due else None, HERE).parts(2024)
    assert [(part.name, part.first, part.last, part.says) for part in found] == days


@pytest.mark.parametrize(("period", "reports"), [("calendar quarter", 4), ("calendar month", 12)])
def test_the_parts_of_a_year_are_all_its_days_once(period: str, reports: int) -> None:
    parts = parse_period(period, None, HERE).parts(2024)
    assert len({part.name for part in parts}) == reports
    days = [day for part in parts for day in range(part.first.toordinal(), part.last.toordinal() + 1)]
    assert days == list(range(date(2024, 1, 1).toordinal(), date(2025, 1, 1).toordinal()))


def test_one_year_of_a_report_ends_where_the_next_begins() -> None:
    for text in ("year to February 29", "year to June 30", "preceding twelve months"):
        period = parse_period(text, parse_due("03-01 each year", HERE), HERE)
        years = [period.parts(year)[0] for year in range(2020, 2030)]
        assert all((after.first - before.last).days == 1 for before, after in pairwise(years))


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"period": "quarter"}, "`period` is “quarter”; write `calendar year`, `calendar half-year`"),
        ({"period": "year to June 31"}, "“year to June 31”: there is no such day"),
        ({"period": "preceding twelve months"}, "write that day as `due`"),
        ({"period": "calendar year", "due": "when asked"}, "`due` is “when asked”; write it like `12-31 each year`"),
        ({"period": "calendar year", "due": "13-01 each year"}, "there is no such day as 13-01"),
        ({"period": "calendar year", "due": "02-30 each year"}, "there is no such day as 02-30"),
        ({"period": "calendar month", "due": "32 each month"}, "there is no such day of a month"),
        ({"period": "calendar half-year", "due": "07-01, 01-01 each year"}, "in the order of the year"),
        ({"period": "calendar half-year", "due": "07-01 each year"}, "makes 2 reports a year, and `due` names 1 day"),
        ({"period": "calendar year", "due": "5 each month"}, "makes 1 report a year, and `due` names 12 days"),
        ({"period": ""}, "needs a line `period: …`"),
        ({"fields": "", "period": "calendar year"}, "`period` is of a report whose `fields` are named"),
        ({"fields": "", "period": "", "due": "12-31 each year"}, "`due` is of a report whose `fields` are named"),
        (
            {"period": "calendar year", "fields": "one = a: One\n one = b: Two"},
            "two fields of this report are called one",
        ),
    ],
)
def test_a_report_that_can_not_be_made_is_refused_when_the_rulebook_loads(
    tmp_path: Path, keys: dict[str, str], says: str
) -> None:
    written = {"fields": "one = requests_by_reason: One"} | keys
    duty = block(
        "duty",
        "D-1",
        action="give_copy",
        who="officer",
        whom="the clerk",
        trigger="apple",
        **{key: text for key, text in written.items() if text},
    )
    with pytest.raises(RulebookError) as refused:
        law(tmp_path, city=duty)
    assert says in str(refused.value)
