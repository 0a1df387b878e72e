"""For which days a statutory report is made, and when it is due. In: the text of `period:` and `due:` of a duty block; out: the parts of a year
of which there is a report each, and the day on which each is due."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from detainerdesk.law.errors import Place, RulebookError

_MONTHS = tuple(calendar.month_name)
_YEAR_TO = re.compile(rf"^year to ({'|'.join(_MONTHS[1:])}) ([1-9]\d?)$", re.ASCII)
_DAYS_OF_A_YEAR = re.compile(r"^(\d\d-\d\d(?:, ?\d\d-\d\d)*) each year$", re.ASCII)
_DAY_OF_A_MONTH = re.compile(r"^([1-9]\d?) each month$", re.ASCII)
_CALENDAR = {"calendar year": 12, "calendar half-year": 6, "calendar quarter": 3, "calendar month": 1}
_PRECEDING = "preceding twelve months"
_LEAP_YEAR = 2024
_NO_SUCH_DAY = "there is no such day"


@dataclass(frozen=True)
class Part:
    """The days of one report, both inside. `name` tells it from the others of its year; it is "" where it is the only one."""

    name: str
    first: date
    last: date
    says: str


@dataclass(frozen=True)
class Due:
    """The days of every year, month and day, on which a report is due."""

    days: tuple[tuple[int, int], ...]

    def after(self, last: date) -> date:
        """The first of these days that is not before the last one reported."""
        days = [_day(year, *one) for year in (last.year, last.year + 1) for one in self.days]
        return next(day for day in days if day >= last)


@dataclass(frozen=True)
class ReportPeriod:
    """How long the days of one report are, in months. `ends`: month and day of a year's end; with `before`, the day before it."""

    months: int
    ends: tuple[int, int] = (12, 31)
    before: bool = False

    def parts(self, year: int) -> tuple[Part, ...]:
        """The reports whose last day is in that year."""
        if self.months == 12:
            first, last = self._last(year - 1) + timedelta(days=1), self._last(year)
            return (Part("", first, last, self._says(last)),)
        found = []
        for number in range(1, 12 // self.months + 1):
            first, last = date(year, (number - 1) * self.months + 1, 1), _day(year, number * self.months, 31)
            name = {6: f"H{number}", 3: f"Q{number}", 1: f"{number:02d}"}[self.months]
            found.append(Part(name, first, last, self._says(last)))
        return tuple(found)

    def _last(self, year: int) -> date:
        return _day(year, *self.ends) - timedelta(days=1 if self.before else 0)

    def _says(self, last: date) -> str:
        """`2026`, `the year to June 30, 2026`, `March 2026`."""
        day = f"{_MONTHS[last.month]} {last.day}, {last.year}"
        match self.months:
            case 12:
                return str(last.year) if (last.month, last.day) == (12, 31) else f"the year to {day}"
            case 1:
                return f"{_MONTHS[last.month]} {last.year}"
            case months:
                return f"the {'half-year' if months == 6 else 'quarter'} to {day}"


def parse_due(text: str, place: Place) -> Due:
    """`12-31 each year`, `01-01, 07-01 each year`, `5 each month`."""
    if found := _DAYS_OF_A_YEAR.match(text):
        days = [(int(one[:2]), int(one[3:])) for one in re.split(r", ?", found[1])]
        for month, day in days:
            _refuse_no_day(month, day, f"“{text}”: {_NO_SUCH_DAY} as {month:02d}-{day:02d}", place)
        if days != sorted(set(days)):
            raise RulebookError(f"“{text}”: name each day once, in the order of the year", place)
        return Due(tuple(days))
    if found := _DAY_OF_A_MONTH.match(text):
        _refuse_no_day(1, int(found[1]), f"“{text}”: {_NO_SUCH_DAY} of a month", place)
        return Due(tuple((month, int(found[1])) for month in range(1, 13)))
    raise RulebookError(
        f"`due` is “{text}”; write it like `12-31 each year`, `01-01, 07-01 each year` or `5 each month`", place
    )


def parse_period(text: str, due: Due | None, place: Place) -> ReportPeriod:
    """`calendar year` and its parts, `year to June 30`, or `preceding twelve months`: those that end on the day before the report is due."""
    if text == _PRECEDING:
        if due is None or len(due.days) != 1:
            raise RulebookError(f"`period: {_PRECEDING}` counts from one day each year: write that day as `due`", place)
        period = ReportPeriod(12, due.days[0], before=True)
    elif found := _YEAR_TO.match(text):
        month, day = _MONTHS.index(found[1]), int(found[2])
        _refuse_no_day(month, day, f"“{text}”: {_NO_SUCH_DAY}", place)
        period = ReportPeriod(12, (month, day))
    elif text in _CALENDAR:
        period = ReportPeriod(_CALENDAR[text])
    else:
        raise RulebookError(
            f"`period` is “{text}”; write {', '.join(f'`{one}`' for one in _CALENDAR)}, `year to June 30` or `{_PRECEDING}`",
            place,
        )
    reports = 12 // period.months
    if due is not None and len(due.days) != reports:
        raise RulebookError(
            f"`period: {text}` makes {reports} {'report' if reports == 1 else 'reports'} a year, and `due` names {len(due.days)}"
            f" {'day' if len(due.days) == 1 else 'days'}",
            place,
        )
    return period


def _refuse_no_day(month: int, day: int, says: str, place: Place) -> None:
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]:
        raise RulebookError(says, place)


def _day(year: int, month: int, day: int) -> date:
    """That day, or the last of its month where the month is shorter that year."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
