"""Candidates: the values that an unknown fact may have, enough to tell every way in which the conditions may come out.

Few is fast: facts of an endless kind (dates, moments, counts, texts) get a value for each stretch between two values at which
some test turns, and values that no test tells apart are merged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from types import MappingProxyType
from zoneinfo import ZoneInfo

from detainerdesk.law.circuit import ClockState, FactTest, InWindow, Listed, Meaning, names_of
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.language import grammar, lookback
from detainerdesk.law.language.case import operand_value
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, Value, local_day, midnight

MOST_TRIED = 1 << 20
"""As many times as values of one unknown fact are put before the tests that read it. Real law stays under a hundredth of that."""

Known = Callable[[str], Value]
"""The value of a fact or field, or UNKNOWN."""

Behaves = Callable[[str, Value], tuple[Hashable, ...] | None]
"""How the tests come out that rest on this fact alone, if it has that value."""


@dataclass(frozen=True)
class Unknown:
    """An unknown fact or field, and the tests that read it."""

    name: str
    fact: Fact
    tests: tuple[Meaning, ...]


def candidates(
    unknown: Sequence[Unknown],
    known: Known,
    at: datetime,
    zone: ZoneInfo,
    behaves: Behaves,
    turning: Iterable[datetime | date] = (),
    partly: Mapping[str, PartialDate] = MappingProxyType({}),
    forbidden: Collection[Meaning] = (),
) -> dict[str, tuple[Value, ...]]:
    """The values of each unknown fact. `turning`: further moments and days at which something turns (the dates of records);
    `partly`: the dates of which only the year or the month is known; `forbidden`: the tests that can't be true.

    Raises TooManyUnknowns where so many values stand before so many tests that no law is meant."""
    ends = (day for part in partly.values() for day in (part.start, part.end))
    turning = (*turning, *ends)
    found: dict[str, tuple[Value, ...]] = {}
    for cluster in clusters(unknown):
        if len(cluster) == 1 and not is_ordered(cluster[0].fact):
            (one,) = cluster
            found[one.name] = merged_alike(one.name, _plain(one, zone), behaves)
            continue
        points = _Points(cluster, known, at, zone, turning)
        if len(points.tests) * len(points.others) > MOST_TRIED:
            raise TooManyUnknowns(tuple(one.name for one in cluster))
        lists = {one.name: _in_part(points.of(one), partly.get(one.name)) for one in cluster}
        if len(cluster) > 1 and len({tuple(values) for values in lists.values()}) == 1:
            room = 1 if _only_order(cluster, forbidden) else len(cluster)
            values = _merged_runs([one.name for one in cluster], lists[cluster[0].name], behaves, room)
            lists = {one.name: values for one in cluster}
        found |= {
            one.name: (*_words(one, partly), *lists[one.name])
            if len(cluster) > 1
            else merged_alike(one.name, (*_words(one, partly), *lists[one.name]), behaves)
            for one in cluster
        }
    return found


def is_ordered(fact: Fact) -> bool:
    return fact.kind in ("date", "moment", "count")


def clusters(unknown: Sequence[Unknown]) -> list[list[Unknown]]:
    """The ordered facts that tests compare with one another belong together."""
    names = {one.name for one in unknown if is_ordered(one.fact)}
    spelled = {one.fact.field: one.name for one in unknown} | {one.name: one.name for one in unknown}
    groups: list[set[str]] = [{name} for name in names]
    for one in unknown:
        for test in one.tests:
            together = {spelled[name] for name in _read(test) if name in spelled} & names
            if len(together) > 1:
                joined = [group for group in groups if group & together]
                groups = [group for group in groups if not group & together]
                groups.append(set().union(*joined))
    ordered = [[one for one in unknown if one.name in group] for group in groups]
    return [*([one] for one in unknown if one.name not in names), *ordered]


def _only_order(cluster: Sequence[Unknown], forbidden: Collection[Meaning]) -> bool:
    """Whether all that ties the facts is that one can't come before another: then two may share a value."""
    names = {one.fact.field for one in cluster} | {one.name for one in cluster}
    tying = {test for one in cluster for test in one.tests if len(names & set(_read(test))) > 1}
    return all(
        test in forbidden
        and isinstance(test, FactTest)
        and isinstance(test.test, grammar.Compare)
        and test.test.operator in "<>"
        for test in tying
    )


def _read(test: Meaning) -> tuple[str, ...]:
    if isinstance(test, InWindow):
        return test.names()
    if isinstance(test, ClockState):
        return (test.start, *([test.stops] if test.stops else []))
    return names_of(test.test) if isinstance(test, FactTest) else ()


def _words(one: Unknown, partly: Mapping[str, PartialDate]) -> tuple[Value, ...]:
    """The values of a moment or a date that are no point in time."""
    return () if one.fact.kind == "count" or one.name in partly else (NONE, *one.fact.values)


def _in_part(values: tuple[Value, ...], part: PartialDate | None) -> tuple[Value, ...]:
    """Of the days those in the year or month that is known."""
    return tuple(value for value in values if value in part) if part else values


def _plain(one: Unknown, zone: ZoneInfo) -> tuple[Value, ...]:
    """The values of a fact that has no order."""
    fact = one.fact
    tests = [test.test for test in one.tests if isinstance(test, FactTest)]
    if fact.kind == "yes/no":
        return (True, False)
    if fact.kind == "one of":
        return fact.values
    if fact.kind == "set of":
        named = sorted({test.value for test in tests if isinstance(test, grammar.Includes)})
        return tuple(
            frozenset(name for name, chosen in zip(named, choice, strict=True) if chosen)
            for choice in product((False, True), repeat=len(named))
        )
    texts = {value.strip('"') for test in tests if isinstance(test, grammar.Is) for value in test.values}
    return (*sorted(texts), "\0another")


def merged_alike(name: str, values: Sequence[Value], behaves: Behaves) -> tuple[Value, ...]:
    """One value for each way in which the tests behave, where they all rest on this fact alone."""
    seen: dict[tuple[Hashable, ...], Value] = {}
    for value in values:
        behaviour = behaves(name, value)
        if behaviour is None:
            return tuple(values)
        seen.setdefault(behaviour, value)
    return tuple(seen.values())


def _merged_runs(names: Sequence[str], values: Sequence[Value], behaves: Behaves, room: int) -> tuple[Value, ...]:
    """Of each run of neighbours that behave alike, as many as must find room beside one another."""
    kept: list[Value] = []
    last: object = object()
    run = 0
    for value in values:
        behaviour = tuple(behaves(name, value) for name in names)
        if None in behaviour:
            return tuple(values)
        run = run + 1 if behaviour == last else 1
        last = behaviour
        if run <= room:
            kept.append(value)
    return tuple(kept)


class _Points:
    """The points at which tests on a cluster of ordered facts turn, with enough values in each stretch between them."""

    def __init__(
        self, cluster: Sequence[Unknown], known: Known, at: datetime, zone: ZoneInfo, turning: Sequence[datetime | date]
    ) -> None:
        self.room = len(cluster)
        self.zone = zone
        self.at = at
        self.tests = dict.fromkeys(test for one in cluster for test in one.tests)
        self.others = [value for test in self.tests for value in _others(test, known, at, zone)]
        self.others += turning
        days = sorted({local_day(value, zone) for value in (at, *self.others) if isinstance(value, date)})
        for test in self.tests:
            if isinstance(test, InWindow):
                self.others += _turns(test, known, at, zone, days)

    def of(self, one: Unknown) -> tuple[Value, ...]:
        if one.fact.kind == "count":
            numbers = {0, *(value for value in self.others if isinstance(value, int))}
            return tuple(sorted({max(0, n + by) for n in numbers for by in range(-self.room, self.room + 1)}))
        moments = {self.at}
        for value in self.others:
            if isinstance(value, datetime):
                moments.add(value)
            elif isinstance(value, date):
                moments |= {midnight(value, self.zone), midnight(value + timedelta(days=1), self.zone)}
        moments |= {
            _latest_start_expired(test, self.at, self.zone) for test in self.tests if isinstance(test, ClockState)
        }
        if one.fact.kind == "date":
            days = {local_day(moment, self.zone) for moment in moments}
            return tuple(_spread(days, timedelta(days=1), self.room))
        return tuple(_spread(moments, timedelta(minutes=1), self.room))


def _spread(points: set[date] | set[datetime], step: timedelta, room: int) -> list[Value]:
    """The points, and `room` values in each stretch before, between and after them."""
    ordered = sorted(points)
    values: set[Value] = set(ordered)
    for by in range(1, room + 1):
        values |= {ordered[0] - step * by, ordered[-1] + step * by}
    for before, after in pairwise(ordered):
        values |= {before + step * by for by in range(1, room + 1) if before + step * by < after}
        values.add(after - step)
    return sorted(values)


_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def _others(test: Meaning, known: Known, at: datetime, zone: ZoneInfo) -> list[Value]:
    """The values that a test compares with."""
    found: list[Value] = []
    if isinstance(test, FactTest) and isinstance(test.test, grammar.Compare):
        found += [operand_value(side, known, at, zone) for side in (test.test.left, test.test.right)]
    if isinstance(test, FactTest) and isinstance(test.test, grammar.Is):
        for value in test.test.values:
            if value.isdigit():
                found.append(int(value))
            elif _DAY.match(value):
                found.append(date.fromisoformat(value))
    if isinstance(test, Listed):
        found += test.offenses.turning_days
    if isinstance(test, InWindow):
        found += [known(name) for name in test.names()]
    return [value for value in found if value is not UNKNOWN]


def _turns(test: InWindow, known: Known, at: datetime, zone: ZoneInfo, days: Sequence[date]) -> Iterator[Value]:
    """The days and counts at which a look-back turns, for each of its facts; one that is not known may be any of `days`."""
    for name in test.window.names():
        yield from lookback.turns(test.window, name, known, at, zone, days)


def _latest_start_expired(clock: ClockState, at: datetime, zone: ZoneInfo) -> datetime:
    """The latest start from which the clock has ended by now, to the minute (the end never comes earlier for a later start)."""
    low, high = 0, 60 * 24 * 60  # minutes ago: at `high` surely expired
    while low < high:
        middle = (low + high) // 2
        if clock_end(at - timedelta(minutes=middle), clock.hours, clock.calendar, clock.holidays, zone) <= at:
            high = middle
        else:
            low = middle + 1
    return at - timedelta(minutes=low)
