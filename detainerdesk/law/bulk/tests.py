"""Each test of a case as an Ibis expression over the columns of `columns.py`: true, false, or NULL where it is not known.

It means what `atoms.py` means, written again from docs/rulebook.md. Three-valued logic is SQL's own: NULL is unknown, and a test
that comes out whatever an unknown value is may say so.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

import ibis

from detainerdesk.law.atoms import literal
from detainerdesk.law.bulk.columns import NUMBER, Layout, is_owed
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    ClockState,
    FactTest,
    InWindow,
    JailTime,
    Listed,
    Negation,
    Node,
    Quantified,
    names_of,
)
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import test_constant
from detainerdesk.law.language.clocks import EVERY_HOUR
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lookback import RECORD_DATE, RECORD_DAYS, Window
from detainerdesk.law.language.membership import COMMITTED
from detainerdesk.law.language.vocabulary import Fact

Column = Any
"""An Ibis value."""
Truth = Any
"""A boolean Ibis value, or a plain bool."""
Get = Callable[[str], Column]

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def both(items: Sequence[Truth]) -> Truth:
    """All of them, as SQL says it of NULL."""
    return _joined(operator.and_, items, ends=False)


def either(items: Sequence[Truth]) -> Truth:
    """One or more of them, as SQL says it of NULL."""
    return _joined(operator.or_, items, ends=True)


def _joined(join: Callable[[Truth, Truth], Truth], items: Sequence[Truth], *, ends: bool) -> Truth:
    kept = [one for one in items if one is not (not ends)]
    if any(one is ends for one in kept):
        return ends
    return reduce(join, kept) if kept else not ends


def opposite(item: Truth) -> Truth:
    return not item if isinstance(item, bool) else ~item


def as_column(item: Truth) -> Column:
    return ibis.literal(item) if isinstance(item, bool) else item


def is_true(item: Truth) -> Truth:
    """Surely true: NULL counts as false."""
    return item if isinstance(item, bool) else item.fill_null(False)


def is_false(item: Truth) -> Truth:
    return not item if isinstance(item, bool) else (~item).fill_null(False)


def is_open(item: Truth) -> Truth:
    return False if isinstance(item, bool) else item.isnull()


UNSURE = ibis.null("boolean")
MOST_DAYS = 3_000_000
"""A look-back that is longer holds every date."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison. A date is the days from `value` to `last`; `day` and `last` serve a moment by its local day."""

    kind: str
    value: Column
    day: Column
    last: Column
    word: Column | None

    @property
    def is_word(self) -> Truth:
        return False if self.word is None else self.word.notnull()


@dataclass(frozen=True)
class Tests:
    """The tests on one table, in one setting."""

    table: Any
    layout: Layout
    setting: Setting

    def of(self, atom: Atom, *, kept_by: tuple[str, ...] | None = None) -> Truth:
        """A test of a case. `kept_by`: a list as if there were no more of it than is known, and as if records of which one of
        these fields is not known did not meet the condition."""
        return self._of(atom, None, "", kept_by=kept_by)

    def _of(self, atom: Atom, record: Column | None, of_list: str, *, kept_by: tuple[str, ...] | None = None) -> Truth:
        means = atom.means
        if isinstance(means, FactTest):
            return self._fact_test(means, record)
        if isinstance(means, ClockState):
            return self._clock(means)
        if isinstance(means, Quantified):
            return self._quantified(means, kept_by)
        if isinstance(means, Listed):
            assert record is not None
            return record[self.layout.listed(means.list, means.field, means.offenses)]
        assert isinstance(means, InWindow)
        return self._in_window(means, record)

    def circuit(self, node: Node, record: Column | None, of_list: str) -> Truth:
        """A condition on a record."""
        if isinstance(node, bool):
            return node
        if isinstance(node, AllOf):
            return both([self.circuit(one, record, of_list) for one in node.items])
        if isinstance(node, AnyOf):
            return either([self.circuit(one, record, of_list) for one in node.items])
        if isinstance(node, Negation):
            return opposite(self.circuit(node.item, record, of_list))
        assert isinstance(node, Atom)
        return self._of(node, record, of_list)

    # Where a fact stands.

    def _fact(self, name: str, of_list: str | None) -> Fact:
        own = self.layout.vocabulary.fields(of_list) if of_list else {}
        return own.get(name) or self.layout.vocabulary.facts[name]

    def _get(self, name: str, record: Column | None, of_list: str | None) -> Get:
        """The columns of a fact, or of a record's field: `get("/day")` is the one beside it."""
        own = self.layout.vocabulary.fields(of_list) if of_list else {}
        place = record if name in own else self.table
        assert place is not None
        return lambda beside: place[f"{name}{beside}"]

    def known(self, name: str, record: Column | None = None, of_list: str | None = None) -> Column:
        """Whether a fact is known, a date at least in part."""
        fact, get = self._fact(name, of_list), self._get(name, record, of_list)
        found = get("").notnull()
        if fact.by_item:
            found = found | get("/items").notnull()
        return found | get("/word").notnull() if fact.kind in ("moment", "date") else found

    def partial(self, name: str, record: Column | None = None, of_list: str | None = None) -> Column:
        """Whether of a date only the year or the month is known."""
        get = self._get(name, record, of_list)
        return (get("") != get("/last")).fill_null(False)

    # Tests on facts.

    def _fact_test(self, means: FactTest, record: Column | None) -> Truth:
        plain = self._plain(means, record)
        if not means.done:
            return plain
        names = names_of(means.test)
        if isinstance(means.test, grammar.Name) and self._fact(means.test.name, means.list).kind == "moment":
            plain = self._passed(means.test.name)
        owed = [
            self.table[f"{name}/owed"].fill_null(False)
            for name in names
            if name in self.layout.facts and is_owed(self.layout.vocabulary.facts[name])
        ]
        return both([*(~one for one in owed), plain])

    def _passed(self, name: str) -> Truth:
        """A moment has come."""
        get = self._get(name, None, None)
        return get("/word").notnull().ifelse(False, get("") <= self.table["at"])

    def _plain(self, means: FactTest, record: Column | None) -> Truth:
        test, of_list = means.test, means.list
        if isinstance(test, grammar.Compare):
            left, right = (self._side(text, record, of_list) for text in (test.left, test.right))
            return _ordered(left, test.operator, right)
        assert isinstance(test, grammar.Name | grammar.Is | grammar.Includes)
        name = test.name if isinstance(test, grammar.Name) else test.fact
        fact, get = self._fact(name, of_list), self._get(name, record, of_list)
        if isinstance(test, grammar.Includes):
            inside = get("/items" if fact.by_item else "").contains(test.value)
            return get("/items").notnull().ifelse(inside, get("")) if fact.by_item else inside
        if isinstance(test, grammar.Is):
            return self._is_one_of(fact, test.values, get)
        if fact.by_item:
            items = get("/items")
            inside = items.contains(self.setting.item) if self.setting.item else items.length() > 0
            return items.notnull().ifelse(inside, get(""))
        if fact.kind == "yes/no":
            return get("")
        return self.known(name, record, of_list).ifelse(False, UNSURE)

    def _is_one_of(self, fact: Fact, texts: Sequence[str], get: Get) -> Truth:
        values = [test_constant(fact, text, self.layout.zone) for text in texts]
        words = [one for one in values if isinstance(one, str)]
        sets = [sorted(one) for one in values if isinstance(one, frozenset)]
        if fact.kind in ("moment", "date"):
            plain = [_literal(one) for one in values if not isinstance(one, str | PartialDate)]
            value, word = get(""), get("/word")
            if fact.kind == "date":
                value = (value == get("/last")).fill_null(False).ifelse(value, ibis.null("date"))
            is_word = either([word == one for one in words])
            return word.notnull().ifelse(is_word, _among(value, plain))
        if fact.by_item:
            same = either([get("/items") == ibis.literal(one, "array<string>") for one in sets])
            plain = _among(get(""), [one for one in values if isinstance(one, bool)])
            return get("/items").notnull().ifelse(same, plain)
        if fact.kind == "set of":
            return either([get("") == ibis.literal(one, "array<string>") for one in sets]) if sets else False
        return _among(get(""), values)

    def _side(self, text: str, record: Column | None, of_list: str | None) -> Side:
        if text == "at":
            return Side("moment", self.table["at"], self.table["at/day"], self.table["at/day"], None)
        constant = literal(text, self.layout.zone)
        if isinstance(constant, datetime):
            day = ibis.literal(constant.astimezone(self.layout.zone).date())
            return Side("moment", _literal(constant), day, day, None)
        if constant is not None:
            value = ibis.literal(constant)
            return Side("date" if isinstance(constant, date) else "count", value, value, value, None)
        fact, get = self._fact(text, of_list), self._get(text, record, of_list)
        if fact.kind == "moment":
            return Side("moment", get(""), get("/day"), get("/day"), get("/word"))
        if fact.kind == "date":
            return Side("date", get(""), get(""), get("/last"), get("/word"))
        return Side("count", get(""), get(""), get(""), None)

    # Clocks.

    def _clock(self, means: ClockState) -> Truth:
        """Running or expired: started, not stopped, and its hours not full, or full."""
        at, start = self.table["at"], self._get(means.start, None, None)
        if means.calendar == EVERY_HOUR:
            expired = at >= start("") + ibis.interval(hours=means.hours)
        else:
            counted = f"/counted {means.holidays}"
            full = means.hours * 3_600_000_000
            expired = (self.table[f"at{counted}"] - start(counted)) >= full
        state = expired if means.state == "expired" else ~expired
        stopped = self._passed(means.stops) if means.stops else False
        return both([self._passed(means.start), opposite(stopped), state])

    # Looking back.

    def _in_window(self, means: InWindow, record: Column | None) -> Truth:
        window, of_list = means.window, means.list
        day, anchor = (self._side(name, record, of_list) for name in (window.date, window.anchor))
        extra: Column | None = None
        if means.jail:
            extra = self._jail(means.jail, record, of_list)
        elif window.plus:
            extra = self._get(window.plus, record, of_list)("")
        longest = ibis.literal(0) if extra is None else extra
        before = day.last <= anchor.day
        sure = before & (day.day >= _first_day(window, anchor.last, longest))
        without = before & (day.day >= _first_day(window, anchor.last, None))
        after = day.day > anchor.last
        early = day.last < _first_day(window, anchor.day, longest)
        inside = ibis.cases(
            (is_true(after), False),
            (is_true(without), True),
            (is_true(early), False),
            (is_true(sure), True),
            else_=UNSURE,
        )
        words = [side.word.notnull() for side in (day, anchor) if side.word is not None]
        return either(words).ifelse(False, inside) if words else inside

    def _jail(self, jail: JailTime, record: Column | None, of_list: str | None) -> Column:
        """The sum of jail days, where every record that may count surely does; else NULL."""
        assert of_list is not None
        assert record is not None
        own = self.layout.vocabulary.fields(of_list)
        start, end = (self._side(name, record, of_list) for name in (jail.start, jail.end))

        def part(other: Column) -> Column:
            when = self._side(RECORD_DATE, other, of_list)
            itself = (other[NUMBER] == record[NUMBER]) if jail.start == COMMITTED else False
            days = other[RECORD_DAYS]
            counts = self.circuit(jail.where, other, of_list)
            after = either([itself, _surely_before(start, when)])
            before = _surely_before(when, end)
            never = either([both([start.is_word, opposite(itself)]), end.is_word, when.is_word])
            out = either([is_false(counts), is_true(days == 0), is_true(never), is_false(after), is_false(before)])
            inside = both([is_true(counts), is_true(after), is_true(before)])
            return ibis.cases((as_column(out), 0), (as_column(inside), days), else_=ibis.null("int64"))

        assert RECORD_DAYS in own
        each = self.table[of_list].map(part)
        unsure = each.filter(lambda one: one.isnull()).length() > 0
        # DuckDB sums into 128 bits, which is no length of an interval.
        total = each.sums().fill_null(0).cast("float64").cast("int64")
        return (unsure | ~self.table[f"{of_list}/complete"]).ifelse(ibis.null("int64"), total)

    # Lists.

    def _quantified(self, means: Quantified, kept_by: tuple[str, ...] | None) -> Truth:
        records = self.table[means.list]
        complete: Truth = True if kept_by is not None else self.table[f"{means.list}/complete"]
        for name in kept_by or ():
            if name in self.layout.lists[means.list]:
                records = records.filter(lambda record, name=name: self.known(name, record, means.list))

        def body(record: Column) -> Truth:
            return self.circuit(means.body, record, means.list)

        if means.body is True:
            surely = possibly = records
        else:
            surely = records.filter(lambda record: as_column(body(record)))
            possibly = records.filter(lambda record: as_column(body(record)).fill_null(True))
        if means.different:
            surely_many, possibly_many = self._different(surely, means), self._most_different(possibly, means)
        else:
            surely_many, possibly_many = surely.length(), possibly.length()
        too_few = both([complete, possibly_many < means.count])
        return ibis.cases((surely_many >= means.count, True), (as_column(too_few), False), else_=UNSURE)

    def _different(self, records: Column, means: Quantified) -> Column:
        """How many different values of the field surely stand in the records."""
        return self._values(records, means).filter(lambda one: one.notnull()).unique().length()

    def _most_different(self, records: Column, means: Quantified) -> Column:
        unknown = self._values(records, means).filter(lambda one: one.isnull()).length()
        return self._different(records, means) + unknown

    def _values(self, records: Column, means: Quantified) -> Column:
        """The field's value in each record, as text; NULL where it is not wholly known."""
        assert means.different
        name = means.different
        fact = self.layout.vocabulary.fields(means.list)[name]

        def value(record: Column) -> Column:
            if fact.kind == "date":
                whole = (record[name] == record[f"{name}/last"]).fill_null(False)
                return record[f"{name}/word"].fill_null(whole.ifelse(record[name].cast("string"), ibis.null("string")))
            if fact.kind == "moment":
                return record[f"{name}/word"].fill_null(record[name].cast("string"))
            return record[name].cast("string")

        return records.map(value)


def _among(value: Column, options: Sequence[Any]) -> Truth:
    """The value is one of these."""
    if not options:
        return value.isnull().ifelse(UNSURE, False)
    return either([value == one for one in options])


def _literal(value: Any) -> Any:
    if isinstance(value, datetime):
        return ibis.literal(value.astimezone(UTC).replace(tzinfo=None), "timestamp(6)")
    return ibis.literal(value)


def _ordered(left: Side, operator: str, right: Side) -> Truth:
    """An order of two moments, days or counts. What has not happened has no place in it: false."""
    compare = COMPARE[operator]
    if left.kind == right.kind and left.kind != "date":
        found = compare(left.value, right.value)
    else:
        lows, highs = (left.day, right.last), (left.last, right.day)
        best, worst = (lows, highs) if operator[0] == "<" else (highs, lows)
        found = ibis.cases((compare(*worst), True), (~compare(*best), False), else_=UNSURE)
    word = either([side.is_word for side in (left, right)])
    return found if word is False else word.ifelse(False, found)


def _surely_before(one: Side, other: Side) -> Truth:
    """Whether a day is not after another; NULL where that turns on days that are not known."""
    return ibis.cases((one.last <= other.day, True), (one.day > other.last, False), else_=UNSURE)


def _first_day(window: Window, anchor: Column, extra: Column | None) -> Column:
    """The first day inside the span."""
    back = anchor - ibis.interval(months=window.years * 12 + window.months)
    days = ibis.literal(window.days - (1 if window.boundary == "out" else 0))
    if extra is not None:
        days = days + (extra > MOST_DAYS).ifelse(MOST_DAYS, extra)
    return back - days.as_interval("D")
