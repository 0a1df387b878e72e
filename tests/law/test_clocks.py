"""48 hours: elapsed hours, with and without Saturdays, Sundays and federal holidays, across changes of the clock."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.law.language.clocks import ACTUAL, EVERY_HOUR, OBSERVED, WITHOUT_DAYS_OFF, clock_end, is_day_off

BOSTON = ZoneInfo("America/New_York")
CASES = list(
    csv.DictReader(
        line
        for line in (Path(__file__).parent / "clock_cases.csv").read_text().splitlines()
        if not line.startswith("#")
    )
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOSTON)


def test_there_are_twenty_six_cases() -> None:
    assert len(CASES) == 26


@pytest.mark.parametrize("row", CASES, ids=[row["release_ready_at"] for row in CASES])
def test_48_running_hours(row: dict[str, str]) -> None:
    start = local(row["release_ready_at"])
    end = clock_end(start, 48, EVERY_HOUR, OBSERVED, BOSTON)
    assert end == local(row["end_48h_running"])
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=48)


@pytest.mark.parametrize("row", CASES, ids=[row["release_ready_at"] for row in CASES])
def test_48_hours_without_saturdays_sundays_and_holidays(row: dict[str, str]) -> None:
    """A start on a day off yields an end at 00:00 in the table, the 24:00 of the day before; the clock says that 24:00."""
    end = clock_end(local(row["release_ready_at"]), 48, WITHOUT_DAYS_OFF, OBSERVED, BOSTON).astimezone(BOSTON)
    assert end == local(row["end_48h_excl_sat_sun_fedhol"])
    assert end.strftime("%a") == row["end_weekday"]


@pytest.mark.parametrize("row", CASES, ids=[row["release_ready_at"] for row in CASES])
def test_the_days_of_the_week_are_those_of_the_table(row: dict[str, str]) -> None:
    assert local(row["release_ready_at"]).strftime("%a") == row["weekday"]


def test_hours_that_are_full_on_friday_at_24_are_not_pushed_to_monday() -> None:
    start = local("2026-03-04 00:00")
    assert start.strftime("%a") == "Wed"
    assert clock_end(start, 72, WITHOUT_DAYS_OFF, OBSERVED, BOSTON) == local("2026-03-07 00:00")


def test_a_start_on_a_day_off_runs_from_the_next_counted_midnight() -> None:
    saturday = local("2026-03-14 17:45")
    assert clock_end(saturday, 1, WITHOUT_DAYS_OFF, OBSERVED, BOSTON) == local("2026-03-16 01:00")


def test_in_spring_the_wall_clock_shows_an_hour_more() -> None:
    assert clock_end(local("2026-03-07 12:00"), 48, EVERY_HOUR, OBSERVED, BOSTON) == local("2026-03-09 13:00")


def test_in_autumn_the_wall_clock_shows_an_hour_less() -> None:
    assert clock_end(local("2026-10-31 12:00"), 48, EVERY_HOUR, OBSERVED, BOSTON) == local("2026-11-02 11:00")


def test_the_hour_that_happens_twice_is_counted_twice() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=BOSTON, fold=0)
    end = clock_end(first, 1, EVERY_HOUR, OBSERVED, BOSTON).astimezone(BOSTON)
    assert (end.hour, end.minute, end.fold) == (1, 30, 1)


def test_a_day_off_that_is_shortened_by_the_change_of_the_clock_still_does_not_count() -> None:
    """8 March 2026, a Sunday of 23 hours."""
    assert clock_end(local("2026-03-06 23:00"), 2, WITHOUT_DAYS_OFF, OBSERVED, BOSTON) == local("2026-03-09 01:00")


def test_no_hours_end_where_they_start() -> None:
    start = local("2026-03-14 17:45")
    for calendar in (EVERY_HOUR, WITHOUT_DAYS_OFF):
        assert clock_end(start, 0, calendar, OBSERVED, BOSTON) == start


@pytest.mark.parametrize(
    ("day", "observed", "actual"),
    [
        ("2021-06-18", True, False),  # Juneteenth of 2021 fell on a Saturday, the day after it became law
        ("2021-12-31", True, False),  # New Year 2022 is observed in 2021
        ("2027-12-31", True, False),
        ("2027-07-05", True, False),  # 4 July 2027 is a Sunday
        ("2026-11-11", True, True),
        ("2025-01-20", True, True),  # Inauguration Day, and the holiday of Martin Luther King
        ("2029-01-20", True, True),  # Inauguration Day alone is no national holiday; this one is a Saturday
        ("2026-04-20", False, False),  # Patriots' Day is Massachusetts's own
        ("2024-12-24", False, False),  # an executive closing
        ("2020-06-19", False, False),  # before Juneteenth was law
        ("2026-11-27", False, False),  # the day after Thanksgiving
    ],
)
def test_which_days_do_not_count(day: str, observed: bool, actual: bool) -> None:
    assert is_day_off(date.fromisoformat(day), OBSERVED) is observed
    assert is_day_off(date.fromisoformat(day), ACTUAL) is actual


starts = st.integers(0, 16 * 365 * 24 * 60).map(
    lambda minutes: datetime(2014, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
calendars = st.sampled_from([(EVERY_HOUR, OBSERVED), (WITHOUT_DAYS_OFF, OBSERVED), (WITHOUT_DAYS_OFF, ACTUAL)])


@given(start=starts, later=st.timedeltas(timedelta(0), timedelta(days=9)), hours=st.integers(0, 120), how=calendars)
def test_a_later_start_never_ends_earlier(start: datetime, later: timedelta, hours: int, how: tuple[str, str]) -> None:
    assert clock_end(start, hours, *how, BOSTON) <= clock_end(start + later, hours, *how, BOSTON)


@given(start=starts, hours=st.integers(0, 120), how=calendars)
def test_the_counted_hours_between_start_and_end_are_the_hours(
    start: datetime, hours: int, how: tuple[str, str]
) -> None:
    """Counted minute by minute, from the start to the end."""
    end = clock_end(start, hours, *how, BOSTON)
    counted, moment = timedelta(0), start
    while moment < end.astimezone(UTC):
        step = min(timedelta(minutes=60 - moment.minute), end.astimezone(UTC) - moment)
        if how[0] == EVERY_HOUR or not is_day_off(moment.astimezone(BOSTON).date(), how[1]):
            counted += step
        moment += step
    assert counted == timedelta(hours=hours)
    if hours and how[0] == WITHOUT_DAYS_OFF:
        last = (end.astimezone(UTC) - timedelta(minutes=1)).astimezone(BOSTON)
        assert not is_day_off(last.date(), how[1]), "the last hour counts"


@given(start=starts, hours=st.integers(0, 120))
def test_days_that_do_not_count_only_make_a_clock_longer(start: datetime, hours: int) -> None:
    running = clock_end(start, hours, EVERY_HOUR, OBSERVED, BOSTON)
    actual = clock_end(start, hours, WITHOUT_DAYS_OFF, ACTUAL, BOSTON)
    observed = clock_end(start, hours, WITHOUT_DAYS_OFF, OBSERVED, BOSTON)
    assert running <= actual <= observed or hours == 0


def test_a_clock_may_count_back_from_its_start() -> None:
    """Seven days before a sentence ends are 168 elapsed hours, also over the night on which the clocks change."""
    assert clock_end(local("2026-06-01 00:00"), -168, EVERY_HOUR, OBSERVED, BOSTON) == local("2026-05-25 00:00")
    assert clock_end(local("2026-11-03 00:00"), -168, EVERY_HOUR, OBSERVED, BOSTON) == local("2026-10-27 01:00")
