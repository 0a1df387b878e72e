"""Encoding: facts of a case, and tests on them, as formulas of a solver (Z3). Nothing here knows the table of completions.

A yes/no fact is a Bool, one of a list a Bool for each value, a set a Bool for each member; dates, moments and counts are whole
numbers; a list is as many records as its conditions can tell apart. How the law is taken (readings, bounds, the moment) is
fixed by a `Setting` or left open for a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from operator import eq, ge, gt, le, lt
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import z3

from detainerdesk.law.atoms import literal
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    ClockState,
    DeclaredToo,
    EarlyBound,
    FactTest,
    InWindow,
    LayerRequires,
    Listed,
    Negation,
    Node,
    Quantified,
    ReadingIs,
    TakesEffect,
)
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar, lookback
from detainerdesk.law.language.case import test_constant
from detainerdesk.law.language.clocks import EVERY_HOUR, clock_end
from detainerdesk.law.language.lookback import Window
from detainerdesk.law.language.rulebook import Reading
from detainerdesk.law.language.vocabulary import NONE, Fact, Value, Vocabulary, midnight

Formula = Any
"""A Bool of the solver."""

YES, NO = z3.BoolVal(True), z3.BoolVal(False)
DAY = 25 * 60 * 60 * 1_000_000
"""A local day in the numbers that stand for moments: 25 hours, because one day a year has so many. Only order matters."""


class Term(Protocol):
    """A fact of the case or a field of a record, as variables of the solver."""

    fact: Fact

    def settle(self, value: Value) -> None:
        """It is known and has this value: constants take the place of its variables."""

    def sound(self) -> Sequence[Formula]:
        """What every value satisfies."""

    def has(self, value: Value) -> Formula:
        """It has this value."""

    def same(self, other: Any) -> Formula:
        """It has the same value as another term of its kind."""

    def read(self, model: Any) -> Value:
        """Its value in a model."""

    def variables(self) -> Sequence[Any]:
        """What it is made of."""


@dataclass(frozen=True)
class Points:
    """Moments as whole numbers in the order of time, such that the local day can be read off."""

    zone: ZoneInfo

    def of(self, moment: datetime) -> int:
        day = moment.astimezone(self.zone).date()
        return day.toordinal() * DAY + (moment - midnight(day, self.zone)) // timedelta(microseconds=1)

    def moment(self, point: int) -> datetime:
        day = date.fromordinal(min(max(point // DAY, 2), date.max.toordinal() - 2))
        last = midnight(day + timedelta(days=1), self.zone) - timedelta(microseconds=1)
        return min(midnight(day, self.zone) + timedelta(microseconds=point % DAY), last)


def both(items: Iterable[Formula]) -> Formula:
    """All of these. What is plainly true or false is folded away; a solver's own `And` is many times slower."""
    return _joined(z3.Z3_mk_and, items, ends=NO, empty=YES)


def either(items: Iterable[Formula]) -> Formula:
    """One or more of these."""
    return _joined(z3.Z3_mk_or, items, ends=YES, empty=NO)


def opposite(item: Formula) -> Formula:
    """Not this."""
    if item is YES or item is NO:
        return NO if item is YES else YES
    return z3.BoolRef(z3.Z3_mk_not(_CONTEXT.ref(), item.as_ast()), _CONTEXT)


def alike(a: Formula, b: Formula) -> Formula:
    """Both or neither."""
    for one, other in ((a, b), (b, a)):
        if one is YES:
            return other
        if one is NO:
            return opposite(other)
    return z3.BoolRef(z3.Z3_mk_iff(_CONTEXT.ref(), a.as_ast(), b.as_ast()), _CONTEXT)


class Swap:
    """Other variables in the place of some. (The solver's own `substitute` looks at every pair again each time.)"""

    def __init__(self, variables: Sequence[Any], mark: str) -> None:
        self.pairs = [(one, z3.Const(f"{one} {mark}", one.sort())) for one in variables]
        self._from, self._to = (
            (z3.Ast * len(self.pairs))(*(pair[side].as_ast() for pair in self.pairs)) for side in (0, 1)
        )

    def __call__(self, formula: Formula) -> Formula:
        made = z3.Z3_substitute(_CONTEXT.ref(), formula.as_ast(), len(self.pairs), self._from, self._to)
        return z3.BoolRef(made, _CONTEXT)


def implies(a: Formula, b: Formula) -> Formula:
    return either((opposite(a), b))


def ordered(a: Any, operator: str, b: Any) -> Formula:
    """Two numbers compared, of which one or both may be plain."""
    found = _ORDERS[operator](a, b)
    return (YES if found else NO) if isinstance(found, bool) else found


_CONTEXT = z3.main_ctx()
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


def _joined(make: Callable[..., Any], items: Iterable[Formula], *, ends: Formula, empty: Formula) -> Formula:
    """The items joined, each once; `ends` settles the whole, `empty` adds nothing to it."""
    kept: dict[int, Formula] = {}
    for item in items:
        if item is ends:
            return ends
        if item is not empty:
            kept[item.get_id()] = item
    if len(kept) < 2:
        return next(iter(kept.values()), empty)
    array = (z3.Ast * len(kept))(*(item.as_ast() for item in kept.values()))
    return z3.BoolRef(make(_CONTEXT.ref(), len(kept), array), _CONTEXT)


def one_only(bools: Sequence[Formula]) -> list[Formula]:
    """Exactly one of these."""
    return [either(bools), *_at_most_one(bools)]


def _at_most_one(bools: Iterable[Formula]) -> list[Formula]:
    return [either((opposite(a), opposite(b))) for a, b in combinations(bools, 2)]


def true_in(model: Any, formula: Formula) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def number_in(model: Any, number: Any) -> int:
    return number if isinstance(number, int) else model.eval(number, model_completion=True).as_long()


class YesNo:
    def __init__(self, name: str, fact: Fact) -> None:
        self.fact = fact
        self.true = z3.Bool(name)

    def settle(self, value: Value) -> None:
        self.true = YES if value else NO

    def sound(self) -> Sequence[Formula]:
        return ()

    def has(self, value: Value) -> Formula:
        return self.true if value else opposite(self.true)

    def same(self, other: YesNo) -> Formula:
        return alike(self.true, other.true)

    def read(self, model: Any) -> Value:
        return true_in(model, self.true)

    def variables(self) -> Sequence[Any]:
        return (self.true,)


class OneOf:
    """One of a list of values, or of the alternatives of a reading."""

    def __init__(self, name: str, fact: Fact, values: Sequence[str]) -> None:
        self.fact = fact
        self.by_value = {value: z3.Bool(f"{name} is {value}") for value in values}

    def settle(self, value: Value) -> None:
        self.by_value = {one: YES if one == value else NO for one in self.by_value}

    def sound(self) -> Sequence[Formula]:
        return one_only(list(self.by_value.values()))

    def has(self, value: Value) -> Formula:
        return self.by_value.get(value, NO)

    def same(self, other: OneOf) -> Formula:
        return both(alike(a, b) for a, b in zip(self.by_value.values(), other.by_value.values(), strict=True))

    def read(self, model: Any) -> Value:
        return next((value for value, chosen in self.by_value.items() if true_in(model, chosen)), None)

    def variables(self) -> Sequence[Any]:
        return tuple(self.by_value.values())


class SetOf:
    def __init__(self, name: str, fact: Fact) -> None:
        self.fact = fact
        self.members = {value: z3.Bool(f"{name} includes {value}") for value in fact.values}

    def settle(self, value: Value) -> None:
        self.members = {one: YES if one in value else NO for one in self.members}

    def sound(self) -> Sequence[Formula]:
        return ()

    def includes(self, value: str) -> Formula:
        return self.members.get(value, NO)

    def has(self, value: Value) -> Formula:
        return both(inside if one in value else opposite(inside) for one, inside in self.members.items())

    def same(self, other: SetOf) -> Formula:
        return both(alike(a, b) for a, b in zip(self.members.values(), other.members.values(), strict=True))

    def read(self, model: Any) -> Value:
        return frozenset(one for one, inside in self.members.items() if true_in(model, inside))

    def variables(self) -> Sequence[Any]:
        return tuple(self.members.values())


class ByItem:
    """Yes for all items of information, no for all, or yes for a set of them."""

    def __init__(self, name: str, fact: Fact) -> None:
        self.fact = fact
        self.whole = {value: z3.Bool(f"{name} is {word}") for value, word in ((True, "yes"), (False, "no"))}
        self.members = {value: z3.Bool(f"{name} includes {value}") for value in fact.values}

    def settle(self, value: Value) -> None:
        self.whole = {one: YES if value is one else NO for one in self.whole}
        inside = self.members if value is True else () if value is False else value
        self.members = {one: YES if one in inside else NO for one in self.members}

    def sound(self) -> Sequence[Formula]:
        found = _at_most_one(self.whole.values())
        for value, whole in self.whole.items():
            found += [implies(whole, one if value else opposite(one)) for one in self.members.values()]
        return found

    def includes(self, value: str) -> Formula:
        return self.members.get(value, self.whole[True])

    def of_item(self, item: str | None) -> Formula:
        return self.includes(item) if item else either((self.whole[True], *self.members.values()))

    def has(self, value: Value) -> Formula:
        if isinstance(value, bool):
            return self.whole[value]
        members = [inside if one in value else opposite(inside) for one, inside in self.members.items()]
        return both((*(opposite(one) for one in self.whole.values()), *members))

    def same(self, other: ByItem) -> Formula:
        return both(alike(a, b) for a, b in zip(self.variables(), other.variables(), strict=True))

    def read(self, model: Any) -> Value:
        for value, whole in self.whole.items():
            if true_in(model, whole):
                return value
        return frozenset(one for one, inside in self.members.items() if true_in(model, inside))

    def variables(self) -> Sequence[Any]:
        return (*self.whole.values(), *self.members.values())


class Text:
    """A text, as a number for each one that a test names and any other number for every other text."""

    def __init__(self, name: str, fact: Fact, codes: dict[str, int]) -> None:
        self.fact = fact
        self.code = z3.Int(name)
        self.codes = codes

    def settle(self, value: Value) -> None:
        self.code = self.codes.setdefault(str(value), len(self.codes))

    def sound(self) -> Sequence[Formula]:
        return ()

    def has(self, value: Value) -> Formula:
        return ordered(self.code, "=", self.codes.setdefault(str(value), len(self.codes)))

    def same(self, other: Text) -> Formula:
        return ordered(self.code, "=", other.code)

    def read(self, model: Any) -> Value:
        number = number_in(model, self.code)
        return next((text for text, code in self.codes.items() if code == number), f"another ({number})")

    def variables(self) -> Sequence[Any]:
        return (self.code,)


class Count:
    def __init__(self, name: str, fact: Fact) -> None:
        self.fact = fact
        self.number = z3.Int(name)

    def settle(self, value: Value) -> None:
        self.number = value

    def sound(self) -> Sequence[Formula]:
        return (ordered(self.number, ">=", 0),)

    def has(self, value: Value) -> Formula:
        return ordered(self.number, "=", value)

    def same(self, other: Count) -> Formula:
        return ordered(self.number, "=", other.number)

    def read(self, model: Any) -> Value:
        return number_in(model, self.number)

    def variables(self) -> Sequence[Any]:
        return (self.number,)


class Time:
    """A date (its number), or a moment (a point); or a word instead: `none`, `decided`."""

    def __init__(self, name: str, fact: Fact, points: Points) -> None:
        self.fact = fact
        self.points = points
        self.number = z3.Int(name)
        self.words = {word: z3.Bool(f"{name} is {word}") for word in (NONE, *fact.values)}

    @property
    def there(self) -> Formula:
        return opposite(either(self.words.values()))

    def settle(self, value: Value) -> None:
        self.words = {word: YES if word == value else NO for word in self.words}
        if not isinstance(value, str):
            self.number = self.points.of(value) if isinstance(value, datetime) else value.toordinal()

    def sound(self) -> Sequence[Formula]:
        first = DAY if self.fact.kind == "moment" else 1
        return [ordered(self.number, ">", first), *_at_most_one(self.words.values())]

    def has(self, value: Value) -> Formula:
        if isinstance(value, str):
            return self.words.get(value, NO)
        number = self.points.of(value) if isinstance(value, datetime) else value.toordinal()
        return both((self.there, ordered(self.number, "=", number)))

    def same(self, other: Time) -> Formula:
        words = [alike(a, b) for a, b in zip(self.words.values(), other.words.values(), strict=True)]
        return both((*words, either((opposite(self.there), ordered(self.number, "=", other.number)))))

    def read(self, model: Any) -> Value:
        for word, chosen in self.words.items():
            if true_in(model, chosen):
                return word
        number = number_in(model, self.number)
        return self.points.moment(number) if self.fact.kind == "moment" else date.fromordinal(number)

    def variables(self) -> Sequence[Any]:
        return (self.number, *self.words.values())


@dataclass(frozen=True)
class Side:
    """One side of a comparison: where it has a place in the order at all, and its number."""

    kind: str
    there: Formula
    number: Any


@dataclass
class Encoding:
    """The variables of one stack, and every test on them as a formula, each made once.

    `fixed` says how the law is taken, where that is known; `readings` are those of the stack. `owes`: the facts that are owed;
    where nothing is fixed, those that would be if they were left out. `stated`: what is known, by its full name. `assumptions`: what a proof rests on beside the law."""

    vocabulary: Vocabulary
    zone: ZoneInfo
    readings: Mapping[str, Reading]
    fixed: Setting | None = None
    owes: frozenset[str] = frozenset()
    stated: Mapping[str, Value] = field(default_factory=dict)
    assumptions: dict[str, None] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    sound: list[Formula] = field(default_factory=list)
    """What holds of every case, in the order in which it was found out; a solver takes it in before it is asked."""
    lists: dict[tuple[Any, ...], list[Formula]] = field(default_factory=dict)
    """What the conditions on a list come to, once made."""
    free: dict[tuple[Any, ...], Formula] = field(default_factory=dict)
    """Tests that no theory of the solver speaks of: a free Bool for each record."""

    def __post_init__(self) -> None:
        self.points = Points(self.zone)
        self._codes: dict[str, int] = {}
        self._keys: dict[int, tuple[Node, int]] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._formulas: dict[tuple[Any, ...], Formula] = {}
        self._bounds: dict[tuple[int, str, str], Any] = {}
        self._spans: dict[str, dict[tuple[int, int, int, str], tuple[Window, Any, Any]]] = {}
        self.at: Any = self.points.of(self.fixed.at) if self.fixed else z3.Int("at")

    # Which circuits are the same, though they come from different spans of days.

    def key(self, node: Node) -> int:
        """A number for a circuit; equal circuits have equal numbers."""
        if isinstance(node, bool):
            return -1 - int(node)
        if id(node) not in self._keys:
            self._keys[id(node)] = (node, self._numbers.setdefault(self._content(node), len(self._numbers)))
        return self._keys[id(node)][1]

    def _content(self, node: Node) -> tuple[Any, ...]:
        if isinstance(node, Atom):
            means = node.means
            if isinstance(means, Quantified):
                return ("some", means.list, self.key(means.body), means.count, means.different)
            if isinstance(means, InWindow) and means.jail:
                window, jail = means.window, means.jail
                spec = (window.date, window.anchor, window.years, window.months, window.days, window.boundary)
                return ("window", spec, jail.start, jail.end, self.key(jail.where), means.list)
            return ("atom", means)
        if isinstance(node, AllOf | AnyOf):
            return (type(node).__name__, *sorted({self.key(item) for item in node.items}))
        if isinstance(node, Negation | Burden):
            return (type(node).__name__, self.key(node.item))
        if isinstance(node, TakesEffect):
            return ("takes effect", node.rule)
        assert isinstance(node, LayerRequires)
        return ("layer requires", node.layer)

    # Variables.

    def term(self, name: str) -> Term:
        """A fact of the case."""
        return self._term(name, self.vocabulary.facts[name])

    def field(self, list_name: str, record: str, name: str) -> Term:
        """A field of a record of a list."""
        return self._term(f"{list_name}[{record}].{name}", self.vocabulary.fields(list_name)[name])

    def _term(self, name: str, fact: Fact) -> Term:
        if name not in self.terms:
            self.terms[name] = made = self.made(name, fact)
            if name in self.stated:
                made.settle(self.stated[name])
            else:
                self.sound += made.sound()
        return self.terms[name]

    def made(self, name: str, fact: Fact) -> Term:
        """New variables for a fact."""
        if fact.by_item:
            return ByItem(name, fact)
        if fact.kind == "yes/no":
            return YesNo(name, fact)
        if fact.kind == "one of":
            return OneOf(name, fact, fact.values)
        if fact.kind == "set of":
            return SetOf(name, fact)
        if fact.kind == "text":
            return Text(name, fact, self._codes)
        if fact.kind == "count":
            return Count(name, fact)
        return Time(name, fact, self.points)

    def reading(self, name: str) -> OneOf:
        """A reading that is left open, of its open alternatives."""
        full = f"reading {name}"
        if full not in self.terms:
            reading = self.readings[name]
            values = (reading.default, *(one for one in reading.open if one != reading.default))
            self.terms[full] = made = OneOf(full, _NO_FACT, values)
            self.sound += made.sound()
        found = self.terms[full]
        assert isinstance(found, OneOf)
        return found

    def owed(self, name: str) -> Formula:
        """A fact was left out and leaving it out means that it is owed."""
        if self.fixed or name not in self.owes:
            return YES if self.fixed and name in self.owes else NO
        owed = z3.Bool(f"{name} is owed")
        if ("owed", name) not in self._formulas:
            self._formulas["owed", name] = owed
            term = self.term(name)
            if isinstance(term, Time):
                self.sound.append(implies(owed, both((term.there, ordered(term.number, "=", self.at)))))
            elif isinstance(term, YesNo):
                self.sound.append(implies(owed, term.true))
        return owed

    def bound(self, hours: int, calendar: str, holidays: str) -> Any:
        """The latest start from which a clock has ended by the moment of decision."""
        key = (hours, calendar, holidays)
        if key not in self._bounds:
            if self.fixed:
                self._bounds[key] = self.points.of(latest_start(self.fixed.at, *key, self.zone))
            else:
                self._bounds[key] = z3.Int(f"latest start of {hours} hours, {calendar}, {holidays}")
                self._order_bounds(key)
        return self._bounds[key]

    def bounds(self) -> Mapping[tuple[int, str, str], Any]:
        """Every clock's latest start, by its hours, calendar and holidays."""
        return self._bounds

    def _order_bounds(self, new: tuple[int, str, str]) -> None:
        """What holds of the latest starts at every moment: a longer clock, and one that counts fewer hours, began earlier."""
        bound = self._bounds[new]
        self.sound.append(ordered(bound, "<" if new[0] else "=", self.at))
        self.assumptions["A clock ends when its hours are full; nothing else is said of weekends and holidays."] = None
        for other, there in self._bounds.items():
            if other == new:
                continue
            for (a, first), (b, second) in (((new, bound), (other, there)), ((other, there), (new, bound))):
                if a[0] >= b[0] and (a[1:] == b[1:] or b[1] == EVERY_HOUR):
                    self.sound.append(ordered(first, "<=", second))

    # Tests.

    def formula(self, node: Node, item: str | None = None, record: str | None = None) -> Formula:
        """A circuit without rules in it; `record`: of which record of its list, where it tests one."""
        if isinstance(node, bool):
            return YES if node else NO
        key = (self.key(node), item, record)
        if key not in self._formulas:
            self._formulas[key] = self._formula(node, item, record)
        return self._formulas[key]

    def _formula(self, node: Node, item: str | None, record: str | None) -> Formula:
        if isinstance(node, AllOf):
            return both(self.formula(one, item, record) for one in node.items)
        if isinstance(node, AnyOf):
            return either(self.formula(one, item, record) for one in node.items)
        if isinstance(node, Negation):
            return opposite(self.formula(node.item, item, record))
        assert isinstance(node, Atom)
        return self.atom(node, item, record)

    def atom(self, atom: Atom, item: str | None, record: str | None = None) -> Formula:
        means = atom.means
        if isinstance(means, Quantified):
            return z3.Bool(f"some {self.key(atom)} {item or ''}")
        if isinstance(means, ReadingIs):
            if self.fixed:
                return YES if self.fixed.reading[means.name] in means.values else NO
            reading = self.reading(means.name)
            return either(reading.has(value) for value in means.values)
        if isinstance(means, EarlyBound):
            return z3.Bool("early bound") if self.fixed is None else YES if self.fixed.bounds == "early" else NO
        if isinstance(means, DeclaredToo):
            return YES if self.fixed and self.fixed.declared_too else NO
        if isinstance(means, ClockState):
            return self._clock(means)
        if isinstance(means, InWindow):
            return self._window(atom, means, record)
        if isinstance(means, Listed):
            return self._free(atom, "lists of offenses", record)
        assert isinstance(means, FactTest)
        plain = TESTS.get(type(means.test))
        test = plain(self, means, item, record) if plain else self._free(atom, type(means.test).__name__, record)
        return self._done(means, test) if means.done else test

    def get(self, name: str, means: FactTest, record: str | None) -> Term:
        if means.list and name in self.vocabulary.fields(means.list):
            assert record is not None
            return self.field(means.list, record, name)
        return self.term(name)

    def _free(self, atom: Atom, kind: str, record: str | None) -> Formula:
        """A test that is left free. Sound for a proof that something never happens; a case found is decided anew."""
        self.assumptions[
            f"Each test of the kind “{kind}” is taken as free, true or false whatever the fields say: what never happens is "
            "proved; that something happens is shown only by a case."
        ] = None
        key = (self.key(atom), record)
        if key not in self.free:
            self.free[key] = z3.Bool(f"free {key[0]} {record or ''}")
        return self.free[key]

    # Looking back.

    def _window(self, atom: Atom, means: InWindow, record: str | None) -> Formula:
        """A date lies from the first day of a span to its anchor. How far back the first day lies is known only where the anchor
        is; of two spans with one anchor the longer begins no later. What makes a span longer (jail days) is left open."""
        window = means.window
        day, anchor = (self._day(name, means, record) for name in (window.date, window.anchor))
        if day is None or anchor is None:
            return self._free(atom, "look-back", record)
        first = self._first_day(
            window, anchor, f"{window.anchor} {record if self._of_record(window.anchor, means) else ''}"
        )
        if window.plus:
            longer = z3.Int(f"first day, longer, {self.key(atom)} {record or ''}")
            self.sound.append(ordered(longer, "<=", first))
            first = longer
            self.assumptions["How many days in jail make a look-back longer is left open."] = None
        inside = both((day[0], anchor[0], ordered(day[1], "<=", anchor[1]), ordered(first, "<=", day[1])))
        key = (self.key(atom), record)
        self.free[key] = inside
        return inside

    def _of_record(self, name: str, means: InWindow) -> bool:
        return means.list is not None and name in self.vocabulary.fields(means.list)

    def _day(self, name: str, means: InWindow, record: str | None) -> tuple[Formula, Any] | None:
        """Whether a date or moment is one at all, and its day."""
        if name == "at":
            return YES, self._day_of_point("at", self.at)
        if self._of_record(name, means):
            assert means.list is not None
            assert record is not None
            term = self.field(means.list, record, name)
        else:
            term = self.term(name)
        if not isinstance(term, Time):
            return None
        if term.fact.kind == "date":
            return term.there, term.number
        return term.there, self._day_of_point(f"{name} {record or ''}", term.number)

    def _day_of_point(self, name: str, point: Any) -> Any:
        if isinstance(point, int):
            return point // DAY
        day = z3.Int(f"day of {name}")
        if ("day", name) not in self._formulas:
            self._formulas["day", name] = YES
            self.sound += [ordered(day * DAY, "<=", point), ordered(point, "<", (day + 1) * DAY)]
        return day

    def _first_day(self, window: Window, anchor: tuple[Formula, Any], whose: str) -> Any:
        """The first day of a span, without what makes it longer."""
        spec = (window.years, window.months, window.days, window.boundary)
        if isinstance(anchor[1], int):
            return lookback.first_day(window, date.fromordinal(anchor[1]), 0).toordinal()
        first = z3.Int(f"first day of {spec} before {whose}")
        known = self._spans.setdefault(whose, {})
        if spec not in known:
            known[spec] = (window, anchor[1], first)
            self.sound.append(ordered(first, "<=", anchor[1] + 1))
            for other, (_, _, there) in known.items():
                if (
                    other != spec
                    and other[3] == spec[3]
                    and all(a >= b for a, b in zip(spec[:3], other[:3], strict=True))
                ):
                    self.sound.append(ordered(first, "<=", there))
                elif (
                    other != spec
                    and other[3] == spec[3]
                    and all(a <= b for a, b in zip(spec[:3], other[:3], strict=True))
                ):
                    self.sound.append(ordered(there, "<=", first))
        return first

    def spans_from(self, day: date) -> list[Formula]:
        """Of each look-back, its first day if its anchor is this day."""
        return [
            implies(
                ordered(anchor, "=", day.toordinal()),
                ordered(first, "=", lookback.first_day(window, day, 0).toordinal()),
            )
            for known in self._spans.values()
            for window, anchor, first in known.values()
        ]

    def _done(self, means: FactTest, test: Formula) -> Formula:
        test_of = means.test
        names = (
            (test_of.name,)
            if isinstance(test_of, grammar.Name)
            else (test_of.left, test_of.right)
            if isinstance(test_of, grammar.Compare)
            else (getattr(test_of, "fact", ""),)
        )
        return both((test, *(opposite(self.owed(name)) for name in names if self.vocabulary.fact(name) is not None)))

    def _clock(self, means: ClockState) -> Formula:
        start = self.term(means.start)
        assert isinstance(start, Time)
        going = [start.there, ordered(start.number, "<=", self.at)]
        if means.stops:
            stop = self.term(means.stops)
            assert isinstance(stop, Time)
            going.append(opposite(both((stop.there, ordered(stop.number, "<=", self.at)))))
        expired = ordered(start.number, "<=", self.bound(means.hours, means.calendar, means.holidays))
        return both((*going, expired if means.state == "expired" else opposite(expired)))

    def side(self, text: str, means: FactTest, record: str | None) -> Side:
        """One side of a comparison."""
        if text == "at":
            return Side("moment", YES, self.at)
        value = literal(text, self.zone)
        if value is None:
            term = self.get(text, means, record)
            if isinstance(term, Count):
                return Side("count", YES, term.number)
            assert isinstance(term, Time)
            return Side(term.fact.kind, term.there, term.number)
        if isinstance(value, datetime):
            return Side("moment", YES, self.points.of(value))
        if isinstance(value, date):
            return Side("date", YES, value.toordinal())
        return Side("count", YES, value)


def _name(encoding: Encoding, means: FactTest, item: str | None, record: str | None) -> Formula:
    assert isinstance(means.test, grammar.Name)
    term = encoding.get(means.test.name, means, record)
    if isinstance(term, ByItem):
        return term.of_item(item)
    if isinstance(term, Time):  # where a duty asks whether it is done: it has happened
        return both((term.there, ordered(term.number, "<=", encoding.at))) if means.done else NO
    return term.has(True) if isinstance(term, YesNo) else NO


def _is(encoding: Encoding, means: FactTest, item: str | None, record: str | None) -> Formula:
    assert isinstance(means.test, grammar.Is)
    term = encoding.get(means.test.fact, means, record)
    return either(term.has(test_constant(term.fact, text, encoding.zone)) for text in means.test.values)


def _includes(encoding: Encoding, means: FactTest, item: str | None, record: str | None) -> Formula:
    assert isinstance(means.test, grammar.Includes)
    term = encoding.get(means.test.fact, means, record)
    assert isinstance(term, SetOf | ByItem)
    return term.includes(means.test.value)


def _compare(encoding: Encoding, means: FactTest, item: str | None, record: str | None) -> Formula:
    assert isinstance(means.test, grammar.Compare)
    left, right = (encoding.side(text, means, record) for text in (means.test.left, means.test.right))
    operator = means.test.operator
    if (left.kind, right.kind) == ("date", "moment"):
        left, right = right, left
        operator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
    a, b = left.number, right.number
    if (left.kind, right.kind) == ("moment", "date"):  # by the local day of the moment
        b = (b + 1 if operator in ("<=", ">") else b) * DAY
        operator = {"<=": "<", ">": ">="}.get(operator, operator)
    return both((left.there, right.there, ordered(a, operator, b)))


Test = Callable[[Encoding, FactTest, str | None, str | None], Formula]
TESTS: dict[type[grammar.Expression], Test] = {
    grammar.Name: _name,
    grammar.Is: _is,
    grammar.Includes: _includes,
    grammar.Compare: _compare,
}
"""How each kind of test becomes a formula. A kind that is not here is left free (`Encoding.free`)."""

_NO_FACT = Fact("", "one of", (), "", "", "", "", "", "", (), "", False, False, 0, None)  # type: ignore[arg-type]


def latest_start(at: datetime, hours: int, calendar: str, holidays: str, zone: ZoneInfo) -> datetime:
    """The latest start from which a clock has ended at a moment; the end never comes earlier for a later start."""
    step = timedelta(microseconds=1)
    low, high = 0, (timedelta(hours=hours) * 4 + timedelta(days=14)) // step  # so long ago it has surely ended
    while low < high:
        middle = (low + high) // 2
        if clock_end(at - step * middle, hours, calendar, holidays, zone) <= at:
            high = middle
        else:
            low = middle + 1
    return (at - step * low).astimezone(UTC)


# Lists.


@dataclass(frozen=True)
class Condition:
    """A condition on a list that stands in a scope: its variable, and what it says of one record."""

    name: str
    body: Node
    count: int
    different: str | None
    number: int
    item: str | None
    true: Formula


def conditions_in(atoms: Iterable[Atom], encoding: Encoding, item: str | None) -> dict[str, list[Condition]]:
    """The conditions on each list among these tests, equal ones once."""
    found: dict[str, dict[int, Condition]] = {}
    for atom in atoms:
        means = atom.means
        if isinstance(means, Quantified):
            number = encoding.key(atom)
            true = encoding.atom(atom, item)
            one = Condition(means.list, means.body, means.count, means.different, number, item, true)
            found.setdefault(means.list, {})[number] = one
    return {name: list(ones.values()) for name, ones in found.items()}


@dataclass(frozen=True)
class Records:
    """The records of one list as far as some conditions can tell them apart.

    `known` are records of a case. Beside them stand as many as the sum of the thresholds of the conditions: no condition counts
    down and no two counts are compared, so of any list only those records need stay that make some condition true, as many as
    it asks for; taking the others away leaves every condition as it was (docs/rulebook.md, “Proofs”)."""

    encoding: Encoding
    name: str
    conditions: Sequence[Condition]
    known: int = 0
    open: bool = True
    apart: bool = True
    """Each further record stands for the condition that it makes true; not so where two cases with one list are compared."""

    def definitions(self) -> list[Formula]:
        """What each condition on the list comes to."""
        key = ("list", self.name, self.known, self.open, self.apart, *(one.number for one in self.conditions))
        if key not in self.encoding.lists:
            self.encoding.lists[key] = self._definitions()
        return self.encoding.lists[key]

    def _definitions(self) -> list[Formula]:
        found: list[Formula] = []
        for one in self.conditions:
            matching = [both((self.there(record), self.body(one, record))) for record in self.records()]
            found.append(alike(one.true, self._enough(one, matching)))
        if self.open:
            for one in self.conditions:
                own = self._own(one)
                if self.apart:
                    found += [implies(self.there(record), self.body(one, record)) for record in own]
                found += [implies(self.there(b), self.there(a)) for a, b in pairwise(own)]
        return found

    def records(self) -> list[str]:
        """The names of the records."""
        return [*map(str, range(1, self.known + 1)), *self.unseen()]

    def unseen(self) -> list[str]:
        return [record for one in self.conditions for record in self._own(one)] if self.open else []

    def _own(self, one: Condition) -> list[str]:
        return [f"{one.number}.{number}" for number in range(1, (one.count if self.apart else 2 * one.count) + 1)]

    def there(self, record: str) -> Formula:
        """The record exists; a known one does."""
        return z3.Bool(f"{self.name}[{record}]") if "." in record else YES

    def body(self, one: Condition, record: str) -> Formula:
        return self.encoding.formula(one.body, one.item, record)

    def _enough(self, one: Condition, matching: Sequence[Formula]) -> Formula:
        if one.different:
            values = [self.encoding.field(self.name, record, one.different) for record in self.records()]
            matching = [
                both((here, *(opposite(both((matching[b], values[b].same(values[a])))) for b in range(a))))
                for a, here in enumerate(matching)
            ]
        matching = [here for here in matching if here is not NO]
        if len(matching) < one.count:
            return NO
        return either(matching) if one.count == 1 else z3.AtLeast(*matching, one.count)

    def read(self, model: Any, fields: Iterable[str]) -> list[dict[str, Value]]:
        """The records that exist in a model, with these of their fields (a sum of jail days is no field of its own)."""
        own = [name for name in fields if name in self.encoding.vocabulary.fields(self.name)]
        return [
            {name: self.encoding.field(self.name, record, name).read(model) for name in own}
            for record in self.records()
            if true_in(model, self.there(record))
        ]
