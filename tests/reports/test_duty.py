"""When a report is due, for which days, and what it says of its cut-off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Edition
from detainerdesk.reports.duty import ReportError, report_due, reports_due

BOSTON = "us-ma-boston/police"


def the_duty(edition: Edition, id: str = "BOS19-14"):
    return next(duty for duty in edition.stack(BOSTON).duties("report") if duty.id == id)


def test_the_report_of_a_year_is_due_on_its_last_day(edition: Edition) -> None:
    (due,) = reports_due(edition.stack(BOSTON), 2025)
    assert (due.duty.id, due.period.first, due.period.last, due.due_on) == (
        "BOS19-14",
        date(2025, 1, 1),
        date(2025, 12, 31),
        date(2025, 12, 31),
    )


def test_the_duty_of_2014_asks_for_the_reports_of_its_own_years(edition: Edition) -> None:
    assert [due.duty.id for due in reports_due(edition.stack(BOSTON), 2016)] == ["BOS14-5"]


def test_in_the_year_of_the_change_the_law_of_its_last_day_asks(edition: Edition) -> None:
    assert [due.duty.id for due in reports_due(edition.stack(BOSTON), 2019)] == ["BOS19-14"]


def test_no_report_is_due_before_the_first_one(edition: Edition) -> None:
    assert reports_due(edition.stack(BOSTON), 2014) == ()
    assert [due.duty.id for due in reports_due(edition.stack(BOSTON), 2015)] == ["BOS14-5"]


def test_a_report_due_on_the_last_day_of_its_period_says_what_it_can_not_count(edition: Edition) -> None:
    (due,) = reports_due(edition.stack(BOSTON), 2025)
    said = due.cut_off_says(datetime(2025, 12, 31, 22, 0, tzinfo=UTC))
    assert said == (
        "Cut-off: Dec 31, 2025, 17:00 EST. The period had not ended, and the report is due on its last day: "
        "what arrived or was recorded later is not counted here."
    )
    late = due.cut_off_says(datetime(2026, 1, 6, 15, 0, tzinfo=UTC))
    assert "The whole period is covered" in late


def test_a_period_begins_and_ends_at_the_agency_s_midnight(edition: Edition) -> None:
    period = report_due(the_duty(edition), 2025, ZoneInfo("America/New_York")).period
    assert period.holds(datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC))
    assert not period.holds(datetime(2026, 1, 1, 5, 0, tzinfo=UTC))
    assert not period.holds(datetime(2025, 1, 1, 4, 59, 59, tzinfo=UTC))


def test_a_day_in_spring_is_in_the_year_after_the_one_reported(edition: Edition) -> None:
    due = report_due(replace(the_duty(edition), due="02-15 each year"), 2025, ZoneInfo("America/New_York"))
    assert due.due_on == date(2026, 2, 15)


@pytest.mark.parametrize("wrong", [{"due": "when asked"}, {"due": "13-01 each year"}, {"period": "quarter"}])
def test_a_due_date_that_is_not_known_is_said_with_its_place(edition: Edition, wrong: dict[str, str]) -> None:
    with pytest.raises(ReportError, match=r"BOS19-14|month 13"):
        report_due(replace(the_duty(edition), **wrong), 2025, ZoneInfo("America/New_York"))
