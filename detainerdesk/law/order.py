"""Order: how the days that matter to a list lie to one another. Lists whose days lie alike have the same answers.

A look-back turns at its anchor and at its first day; rows of lists of offenses turn on theirs. Whatever the moment is, and
whichever day an anchor has: while these days and those of a record keep their order, the record adds the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from detainerdesk.law.atoms import literal
from detainerdesk.law.circuit import FactTest, InWindow, JailTime, Listed, names_of
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lookback import Window, first_day
from detainerdesk.law.language.vocabulary import UNKNOWN, Value, local_day
from detainerdesk.law.lowering import LawOn
from detainerdesk.law.shares import Asked

NO_JAIL: Mapping[str, tuple[int, int | None]] = MappingProxyType({})


class OrderOfDays:
    """The days that matter to some conditions on a list, beside those of its records."""

    @classmethod
    def on(cls, law: LawOn, name: str, asked: Asked) -> OrderOfDays:
        """Made once."""
        kept, key = law.common.orders, (asked, law.record_constraints.get(name))
        found: OrderOfDays | None = kept.get(key)
        if found is None:
            found = kept[key] = cls(law, name, asked)
        return found

    def __init__(self, law: LawOn, name: str, asked: Asked) -> None:
        self.zone = law.stack.zone
        self.fields = law.vocabulary.fields(name)
        self._back: dict[tuple[Window, str], None] = {}
        self._exact: dict[str, None] = {}
        self._fixed: set[int] = set()
        self._is_free = False
        jails: dict[JailTime, None] = {}
        never = law.record_constraints.get(name, ())
        for node in (*(one.body for one in asked.conditions), *never):
            for atom in law.atoms(node):
                if isinstance(atom.means, InWindow):
                    self._add_window(atom.means)
                    if atom.means.jail:
                        jails[atom.means.jail] = None
                elif isinstance(atom.means, Listed):
                    self._fixed |= {day.toordinal() for day in atom.means.offenses.turning_days}
                else:
                    self._exact |= dict.fromkeys(atom.reads)
                    if isinstance(atom.means, FactTest):
                        self._add_test(atom.means)
        self.jails = tuple(jails)
        """The jail days that make the look-backs longer."""
        self._days = sorted(self._fixed)
        self._dated = [name for name, field in self.fields.items() if field.kind in ("date", "moment")]

    def _add_window(self, means: InWindow) -> None:
        window = means.window
        if window.anchor in self.fields or window.date not in self.fields or (window.plus and not means.jail):
            self._is_free = True
        else:
            self._back[window, window.anchor] = None

    def _add_test(self, means: FactTest) -> None:
        names = names_of(means.test)
        if means.done or "at" in names:
            self._exact["at"] = None
        if isinstance(means.test, grammar.Compare):
            for side in (means.test.left, means.test.right):
                if (day := _day(literal(side, self.zone), self.zone)) is not None:
                    self._fixed.add(day.toordinal())

    def of(
        self,
        record: Mapping[str, Value],
        facts: Mapping[str, Any],
        at: datetime,
        in_jail: Mapping[str, tuple[int, int | None]] = NO_JAIL,
    ) -> Hashable | None:
        """The same wherever a record (with nothing in it: one that nobody has seen) has the same answers, as far as this tells; None
        where it does not tell. `in_jail`: the least and the most of each sum of jail days."""
        if self._is_free:
            return None
        points: list[tuple[int, object]] = []
        beside: list[object] = [facts.get(name, UNKNOWN) if name != "at" else at for name in self._exact]
        for number, (window, anchor) in enumerate(self._back):
            day = _day(at if anchor == "at" else facts.get(anchor, UNKNOWN), self.zone)
            least, most = in_jail.get(window.plus or "", (0, 0))
            if least != most and (len(self._back) > 1 or _day(record.get(window.date), self.zone) is None):
                return None
            beside.append((day is None and facts.get(anchor, UNKNOWN), least == most, most is None))
            if day is not None:
                points.append((day.toordinal(), number))
                longer = {least, least if most is None else most}
                points += [(first_day(window, day, extra).toordinal(), -1 - number) for extra in sorted(longer)]
        for name, value in record.items():
            if isinstance(value, PartialDate):
                points += [(value.start.toordinal(), name), (value.end.toordinal(), f"{name} ..")]
            elif (day := _day(value, self.zone)) is not None:
                points.append((day.toordinal(), name))
                beside.append(value if isinstance(value, datetime) else name)
            else:
                beside.append((name, value))
        open_days = sum(not isinstance(record.get(name), date) for name in self._dated)
        return tuple(beside), tuple(self._places(sorted(points, key=lambda point: point[0]), open_days + 1))

    def _places(self, points: list[tuple[int, object]], far: int) -> list[object]:
        """Each day by what it lies between and how near: where there is room for each day that is open, there is enough."""
        days, found = self._days, list[object]()
        last = points[0][0] if points else 0
        for day, what in points:
            place = bisect_left(days, day)
            after = min(days[place] - day, far) if place < len(days) else far
            before = min(day - days[place - 1], far) if place else far
            found.append((what, place, before, after, min(day - last, far)))
            last = day
        return found


def _day(value: object, zone: Any) -> date | None:
    return local_day(value, zone) if isinstance(value, date) else None
