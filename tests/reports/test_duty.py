"""When a report is due, for which days, and what it says of its cut-off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from detainerdesk.law import Edition
from detainerdesk.reports.duty import ReportDue, reports_due, reports_of
from detainerdesk.reports.measures import MEASURES

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
    (due,) = reports_of(the_duty(edition), 2025, ZoneInfo("America/New_York"))
    period = due.period
    assert period.holds(datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC))
    assert not period.holds(datetime(2026, 1, 1, 5, 0, tzinfo=UTC))
    assert not period.holds(datetime(2025, 1, 1, 4, 59, 59, tzinfo=UTC))


def days(due: ReportDue) -> tuple[str, date, date, date | None]:
    return due.part, due.period.first, due.period.last, due.due_on


def test_new_york_citys_reports_are_for_years_to_june_30(edition: Edition) -> None:
    (due,) = reports_due(edition.stack("us-ny-new-york-city/police"), 2026)
    assert due.duty.id == "NYC-REPORT-PD.2018"
    assert days(due) == ("", date(2025, 7, 1), date(2026, 6, 30), date(2026, 9, 1))
    assert due.says == "the year to June 30, 2026"


def test_the_citys_older_reports_were_for_other_years(edition: Edition) -> None:
    stack = edition.stack("us-ny-new-york-city/correction")
    (of_2014,), (of_2016,) = reports_due(stack, 2014), reports_due(stack, 2016)
    assert days(of_2014) == ("", date(2013, 9, 30), date(2014, 9, 29), date(2014, 9, 30))
    assert days(of_2016) == ("", date(2015, 10, 1), date(2016, 9, 30), date(2016, 10, 15))


def test_the_report_of_the_mayors_designee_is_quarterly_and_the_law_names_no_day(edition: Edition) -> None:
    found = reports_due(edition.stack("us-ny-new-york-city/mayors-office"), 2026)
    assert [(due.duty.id, due.part, due.due_on) for due in found] == [
        ("NYC-16.report", f"Q{number}", None) for number in (1, 2, 3, 4)
    ]


def test_the_sheriff_of_san_francisco_reports_twice_a_year(edition: Edition) -> None:
    stack = edition.stack("us-ca-san-francisco/sheriff")
    first, second = reports_due(stack, 2026)
    assert days(first) == ("H1", date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert days(second) == ("H2", date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [due.part for due in reports_due(stack, 2014)] == ["H2"], "the report of July 1, 2014 was another one"


def test_a_texas_jail_reports_each_month_by_the_fifth_of_the_next(edition: Edition) -> None:
    found = reports_due(edition.stack("us-tx-harris/sheriff"), 2026)
    assert [due.part for due in found] == [f"{month:02d}" for month in range(1, 13)]
    assert days(found[11]) == ("12", date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 5))
    assert reports_due(edition.stack("us-tx-dallas/police"), 2026) == ()


def test_a_report_without_a_day_says_that_its_period_had_not_ended(edition: Edition) -> None:
    due = reports_due(edition.stack("us-ny-new-york-city/mayors-office"), 2026)[0]
    said = due.cut_off_says(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert "The period had not ended: what arrived" in said


def test_every_measure_that_a_rulebook_asks_for_is_counted_or_known_not_to_be(edition: Edition) -> None:
    asked = {
        (duty.id, field.measure)
        for book in edition.rulebooks.values()
        for duty in book.duties
        for field in duty.fields
        if field.measure not in MEASURES
    }
    assert asked == set()
