"""Days: when a rule is in force (intervals of local days, with uncertain starts and stays), and dates known in part.

Text in, `InForce` or `PartialDate` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language.document import Text, parts

EARLIEST_YEAR, LATEST_YEAR = 1000, 2999
"""A day outside them is a slip of the pen; sums of days stay inside what a calendar can say."""
_DAY = r"\d{4}-\d\d-\d\d"
_SPAN = re.compile(rf"^(?:({_DAY})(?:/({_DAY}))?)?\s*\.\.\s*({_DAY})?$")


@dataclass(frozen=True)
class Span:
    """From the first instant of `start` to the last instant of `end`, local days; None is open. `late` is the later
    bound where the first day is uncertain."""

    start: date | None
    late: date | None
    end: date | None


@dataclass(frozen=True)
class InForce:
    """The days on which something is law."""

    spans: tuple[Span, ...] = (Span(None, None, None),)
    stayed: tuple[Span, ...] = ()

    def on(self, day: date) -> Literal["in", "out", "uncertain"]:
        """Whether it is law on that day; `uncertain` between the two bounds of an uncertain first day."""
        if any(_within(span, day) for span in self.stayed):
            return "out"
        uncertain = False
        for span in self.spans:
            if _within(span, day):
                if span.late is None or day >= span.late:
                    return "in"
                uncertain = True
        return "uncertain" if uncertain else "out"

    def changes(self) -> tuple[date, ...]:
        """Every day on which it may begin or has just ended, in order."""
        days: set[date] = set()
        for span in (*self.spans, *self.stayed):
            days |= {day for day in (span.start, span.late) if day}
            if span.end:
                days.add(date.fromordinal(span.end.toordinal() + 1))
        return tuple(sorted(days))

    @property
    def first(self) -> date | None:
        starts = [span.start for span in self.spans]
        return None if None in starts else min(day for day in starts if day)

    def __str__(self) -> str:
        def spell(span: Span) -> str:
            start = span.start.isoformat() if span.start else ""
            late = f"/{span.late.isoformat()}" if span.late else ""
            return f"{start}{late} .. {span.end.isoformat() if span.end else ''}".strip()

        return "no first or last day" if self == InForce() else "; ".join(spell(span) for span in self.spans)


@dataclass(frozen=True)
class PartialDate:
    """A date of which only the year or the month is known: it is one of these days, both ends inside."""

    start: date
    end: date

    @classmethod
    def read(cls, text: str) -> PartialDate | None:
        """`2015` or `2015-06`; None for anything else."""
        found = re.match(r"^(\d{4})(?:-(\d\d))?$", text.strip())
        if not found or not 1 <= int(found[1]) < 9999 or not 1 <= int(found[2] or 1) <= 12:
            return None
        year = int(found[1])
        if found[2] is None:
            return cls(date(year, 1, 1), date(year, 12, 31))
        following = date(year + int(found[2]) // 12, int(found[2]) % 12 + 1, 1)
        return cls(date(year, int(found[2]), 1), following - timedelta(days=1))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start:%Y}" if self.start.month != self.end.month else f"{self.start:%Y-%m}"


def parse_in_force(text: str, place: Place, stayed: str | None = None, stayed_place: Place | None = None) -> InForce:
    """`2019-12-19 ..`, `A .. B`, `..`, `A/B ..`, several separated by `;`."""
    return InForce(_spans(text, place), _spans(stayed, stayed_place or place) if stayed else ())


def parse_day(text: str, place: Place) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise RulebookError(f"expected a day like 2019-12-19, not “{text}”", place) from error
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise RulebookError(f"{day} is no day of law: write one from {EARLIEST_YEAR} to {LATEST_YEAR}", place)
    return day


def _spans(text: str, place: Place) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in parts(Text(text, place)):
        found = _SPAN.match(part.text)
        if not found:
            raise RulebookError(
                f"“{part.text}” is no span of days; write `2019-12-19 ..` or `2014-08-22 .. 2019-12-18`", part.place
            )
        start, late, end = (
            parse_day(day, part.place.at(found.start(group))) if day else None
            for group, day in enumerate(found.groups(), 1)
        )
        if start and end and start > end:
            raise RulebookError(f"{start} .. {end} ends before it begins: write the earlier day first", part.place)
        if start and late and late <= start:
            raise RulebookError(
                f"{start}/{late}: the second day of an uncertain start must be the later one", part.place
            )
        spans.append(Span(start, late, end))
    ordered = sorted(spans, key=lambda span: span.start or date.min)
    for before, after in pairwise(ordered):
        if before.end is None or (after.start and after.start <= before.end):
            raise RulebookError("these spans of days overlap: end one before the next begins", place)
    return tuple(spans)


def _within(span: Span, day: date) -> bool:
    return (span.start is None or day >= span.start) and (span.end is None or day <= span.end)
