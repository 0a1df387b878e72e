"""Looking back: whether a date lies in the years before an anchor, in days of the agency's zone.

A `within(…)` test and the values of its facts in; yes, no or unknown out, and the days and counts at which the answer turns.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.vocabulary import UNKNOWN, Value

RECORD_DATE, RECORD_DAYS = "date", "jail_days_for_it"
"""The fields of a record that say when it counts and how many days in jail were for it."""

Get = Callable[[str], Value]


@dataclass(frozen=True)
class Window:
    """A `within(…)`. `plus` is the count that makes it longer; for jail days the name under which their sum stands beside the
    record, once it is worked out."""

    date: str
    anchor: str
    years: int
    months: int
    days: int
    plus: str | None
    boundary: str

    @classmethod
    def of(cls, node: grammar.Within, plus: str | None) -> Window:
        return cls(node.date, node.anchor, node.years, node.months, node.days, plus, node.boundary)

    def names(self) -> tuple[str, ...]:
        """The facts and fields that it reads."""
        named = (self.date, self.anchor, self.plus)
        return tuple(dict.fromkeys(name for name in named if name and name != "at"))


@dataclass(frozen=True)
class JailRecord:
    """A record as far as jail days go: whether it counts at all, when, and how many days. None and UNKNOWN: not known."""

    counts: bool | None
    date: Value
    days: Value
    own: bool = False


def jail_days(
    start: Value, end: Value, records: Iterable[JailRecord], zone: ZoneInfo, *, complete: bool
) -> tuple[int, int | None]:
    """The least and the most days in jail between two days; None: no upper bound. The record whose look-back it is counts
    whenever its crime was: a judgment follows the crime."""
    least, most = 0, 0
    low, high = _days(start, zone), _days(end, zone)
    for one in records:
        when = _days(one.date, zone)
        if one.counts is False or one.days == 0 or NEVER in (high, when) or (low == NEVER and not one.own):
            continue
        after = one.own or (None if low is None or when is None else _surely_before(low, when))
        before = None if high is None or when is None else _surely_before(when, high)
        if after is False or before is False:
            continue
        if not isinstance(one.days, int):
            return least, None
        most += one.days
        if one.counts and after and before:
            least += one.days
    return least, most if complete else None


def _surely_before(one: PartialDate | _Never, other: PartialDate | _Never) -> bool | None:
    """Whether a day is not after another, of days known in part."""
    if one.end <= other.start:
        return True
    return False if one.start > other.end else None


def holds(test: Window, get: Get, at: datetime, zone: ZoneInfo) -> bool | None:
    """Whether the date lies in the span; None where it turns on what is not known."""
    day, anchor = (_days(_value(name, get, at), zone) for name in (test.date, test.anchor))
    if day is None or anchor is None:
        return None
    if NEVER in (day, anchor) or day.start > anchor.end:
        return False
    if day.end <= anchor.start and day.start >= first_day(test, anchor.end, 0):
        return True
    extra = _extra(test.plus, get)
    if extra is None:
        return None
    if day.end < first_day(test, anchor.start, extra):
        return False
    return True if day.end <= anchor.start and day.start >= first_day(test, anchor.end, extra) else None


def first_day(test: Window, anchor: date, extra: int) -> date:
    """The first day inside the span: the same day of the month so many years and months earlier (29 February: 28 February),
    less days."""
    back = _months_before(anchor, test.years * 12 + test.months)
    try:
        back -= timedelta(days=test.days + extra)
        return back + timedelta(days=1) if test.boundary == "out" else back
    except OverflowError:
        return date.min


def turns(
    test: Window, name: str, get: Get, at: datetime, zone: ZoneInfo, others: Iterable[date]
) -> Iterator[date | int]:
    """The values of one unknown fact at which the answer turns, while the other facts are what they are; an unknown date
    among them may be any of `others`."""

    def possible(one: str) -> list[date]:
        known = _days(_value(one, get, at), zone)
        if known is None:
            return list(others)
        return [] if known == NEVER else [known.start, known.end]

    extra = _extra(test.plus, get) or 0
    if name == test.date:
        for anchor in possible(test.anchor):
            first = first_day(test, anchor, extra)
            yield from (anchor, first, first_day(test, anchor, 0))
    elif name == test.anchor:
        for day in possible(test.date):
            yield day
            yield _last_anchor(test, day, extra)
    elif name == test.plus:
        for day in possible(test.date):
            yield from (max(0, (first_day(test, anchor, 0) - day).days) for anchor in possible(test.anchor))


def later_turns(test: Window, get: Get, zone: ZoneInfo) -> Iterator[date]:
    """For an anchor that moves with the clock: the last days on which the answer is still what it was."""
    day = _days(get(test.date), zone)
    if day is not None and day != NEVER:
        extra = _extra(test.plus, get) or 0
        yield from {day.start, day.end, _last_anchor(test, day.start, extra), _last_anchor(test, day.end, extra)}


@dataclass(frozen=True)
class _Never:
    start: date = date.max
    end: date = date.min


NEVER = _Never()


def _value(name: str, get: Get, at: datetime) -> Value:
    return at if name == "at" else get(name)


def _days(value: Value, zone: ZoneInfo) -> PartialDate | _Never | None:
    """The days that a value may be: one for a date or a moment, a span for a partial date; None: not known."""
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, datetime):
        day = value.astimezone(zone).date()
        return PartialDate(day, day)
    if isinstance(value, date):
        return PartialDate(value, value)
    return None if value is UNKNOWN else NEVER


def _extra(plus: str | None, get: Get) -> int | None:
    """So many days longer."""
    if plus is None:
        return 0
    value = get(plus)
    return value if isinstance(value, int) else None


@lru_cache(maxsize=8192)
def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    if count < 12:
        return date.min
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last_anchor(test: Window, day: date, extra: int) -> date:
    """The last anchor whose span still holds the day."""
    low, high = 0, (date.max - day).days
    while low < high:
        middle = (low + high + 1) // 2
        if first_day(test, day + timedelta(days=middle), extra) <= day:
            low = middle
        else:
            high = middle - 1
    return day + timedelta(days=low)
