"""Clocks: a start, a number of elapsed hours and a calendar in; the end of the clock out.

Hours are elapsed hours, so across a change of the clocks the wall time differs. Under a calendar without Saturdays,
Sundays and holidays an hour that lies on such a local day does not count; the clock ends at the first moment at which its
hours are full (Friday 24:00, not Monday 00:00). Holidays are those of 5 U.S.C. 6103 (Pub. L. 117-17 added Juneteenth
from 2021-06-17), with the observed day or without.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from detainerdesk.law.language.vocabulary import midnight

EVERY_HOUR = "every hour"
WITHOUT_DAYS_OFF = "without Saturdays, Sundays, holidays"
OBSERVED = "observed and actual"
ACTUAL = "actual"


@lru_cache(maxsize=4096)
def clock_end(start: datetime, hours: int, calendar: str, holiday_days: str, zone: ZoneInfo) -> datetime:
    """The moment at which the hours are full, in UTC. The clock runs from start to end, end excluded."""
    if calendar == EVERY_HOUR:
        return start.astimezone(UTC) + timedelta(hours=hours)
    left = timedelta(hours=hours)
    moment = start.astimezone(UTC)
    if not left:
        return moment
    while True:
        local_day = moment.astimezone(zone).date()
        next_midnight = midnight(local_day + timedelta(days=1), zone)
        if not is_day_off(local_day, holiday_days):
            if moment + left <= next_midnight:
                return moment + left
            left -= next_midnight - moment
        moment = next_midnight


def is_day_off(day: date, holiday_days: str) -> bool:
    """A Saturday, a Sunday or a federal holiday (by its actual day; with `observed and actual`, the observed day too)."""
    return day.weekday() >= 5 or day in _federal_holidays(day.year, holiday_days == OBSERVED)


@lru_cache(maxsize=64)
def _federal_holidays(year: int, observed: bool) -> frozenset[date]:
    # A holiday of the next year may be observed in this one (1 January on a Saturday), so ask for both years.
    days = holidays.country_holidays("US", years=[year, year + 1], observed=observed)
    return frozenset(day for day in days if day.year == year)
