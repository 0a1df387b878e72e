"""Formulas: what is left of a condition once everything that is known is folded away, and what its tests read.

Conditions of a rulebook are turned into formulas by conditions.py; table.py evaluates them over all completions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import leaf_holds
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Value, Vocabulary


@dataclass(frozen=True)
class Leaf:
    """One test on facts or on the fields of one record (`scope`: the list and the record's number from 1, or 0 for an
    unseen one)."""

    test: grammar.Expression
    scope: tuple[str, int] | None = None


@dataclass(frozen=True)
class ClockLeaf:
    """A clock's state, its length and calendar already chosen."""

    state: str
    start: str
    hours: int
    calendar: str
    holidays: str
    stops: str | None


@dataclass(frozen=True)
class Unseen:
    """Records of the list that nobody has seen: at least `count` of them satisfy the list's condition number `number`."""

    list: str
    number: int
    count: int


@dataclass(frozen=True)
class AllOf:
    items: tuple[Formula, ...]


@dataclass(frozen=True)
class AnyOf:
    items: tuple[Formula, ...]


@dataclass(frozen=True)
class Negation:
    item: Formula


@dataclass(frozen=True)
class Burden:
    """`shown(…)`: while completions disagree it counts as false in the standing outcome."""

    item: Formula


@dataclass(frozen=True)
class TakesEffect:
    """Another rule takes effect (`permitted_by`)."""

    rule: str


@dataclass(frozen=True)
class LayerRequires:
    """A layer's rules require the action being decided."""

    layer: str


@dataclass(frozen=True)
class AtLeast:
    """At least `count` of the items; unseen records of the list may count too."""

    count: int
    items: tuple[Formula, ...]
    unseen: tuple[Unseen, ...]


Formula = bool | Leaf | ClockLeaf | Unseen | AllOf | AnyOf | Negation | Burden | TakesEffect | LayerRequires | AtLeast


def both(items: Iterable[Formula]) -> Formula:
    kept: list[Formula] = []
    for item in items:
        if item is False:
            return False
        if item is not True:
            kept.append(item)
    return True if not kept else kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def either(items: Iterable[Formula]) -> Formula:
    kept: list[Formula] = []
    for item in items:
        if item is True:
            return True
        if item is not False:
            kept.append(item)
    return False if not kept else kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def at_least(count: int, items: Iterable[Formula], unseen: tuple[Unseen, ...]) -> Formula:
    """At least `count` of the items, or of records that nobody has seen; what is known of the items is folded in."""
    kept: list[Formula] = []
    for item in items:
        if item is True:
            count -= 1
        elif item is not False:
            kept.append(item)
    if count <= 0:
        return True
    if len(kept) < count and not unseen:
        return False
    return AtLeast(count, tuple(kept), tuple(one for one in unseen if one.count <= count))


def negation(item: Formula) -> Formula:
    if isinstance(item, bool):
        return not item
    return item.item if isinstance(item, Negation) else Negation(item)


def leaves(formula: Formula) -> Iterator[Leaf | ClockLeaf | Unseen]:
    """The tests that a formula still rests on."""
    if isinstance(formula, AllOf | AnyOf):
        for item in formula.items:
            yield from leaves(item)
    elif isinstance(formula, Negation | Burden):
        yield from leaves(formula.item)
    elif isinstance(formula, AtLeast):
        for item in (*formula.items, *formula.unseen):
            yield from leaves(item)
    elif isinstance(formula, Leaf | ClockLeaf | Unseen):
        yield formula


# What a leaf reads.


@dataclass(frozen=True)
class Moment:
    """The setting in which tests are decided: the moment, the zone, the vocabulary, the item of information."""

    at: datetime
    zone: ZoneInfo
    vocabulary: Vocabulary
    item: str | None = None


def reads(leaf: Leaf | ClockLeaf | Unseen, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The names of the facts, or fields of records, that a leaf reads."""
    if isinstance(leaf, Unseen):
        return (leaf.list,)
    if isinstance(leaf, ClockLeaf):
        return (leaf.start, leaf.stops) if leaf.stops else (leaf.start,)
    test = leaf.test
    fields = vocabulary.fields(leaf.scope[0]) if leaf.scope else {}

    def spell(name: str) -> str:
        return f"{leaf.scope[0]}[{leaf.scope[1]}].{name}" if leaf.scope and name in fields else name

    if isinstance(test, grammar.Name):
        return (spell(test.name),)
    if isinstance(test, grammar.Is | grammar.Includes):
        return (spell(test.fact),)
    if isinstance(test, grammar.Compare):
        named = (side for side in (test.left, test.right) if side in fields or vocabulary.fact(side))
        return tuple(dict.fromkeys(spell(side) for side in named))
    raise TypeError(f"{test!r} reads no facts")


def holds(leaf: Leaf | ClockLeaf, get: Callable[[str], Value], moment: Moment) -> bool | None:
    """Whether a leaf holds, given each fact's value; None where one that it needs is unknown."""
    if isinstance(leaf, ClockLeaf):
        start = get(leaf.start)
        stop = get(leaf.stops) if leaf.stops else NONE
        if start is UNKNOWN or stop is UNKNOWN:
            return None
        if not isinstance(start, datetime) or start > moment.at:
            return False  # not started: neither running nor expired
        if isinstance(stop, datetime) and stop <= moment.at:
            return False
        expired = moment.at >= clock_end(start, leaf.hours, leaf.calendar, leaf.holidays, moment.zone)
        return expired if leaf.state == "expired" else not expired
    if leaf.scope:
        name, number = leaf.scope
        fields = moment.vocabulary.fields(name)

        def get_here(one: str) -> Value:
            return get(f"{name}[{number}].{one}") if one in fields else get(one)

        return leaf_holds(leaf.test, get_here, moment.at, moment.vocabulary, moment.zone, element=name)

    def get_item(one: str) -> Value:
        value = get(one)
        fact = moment.vocabulary.fact(one)
        if fact and fact.by_item and isinstance(value, frozenset):
            return moment.item in value if moment.item else bool(value)
        return value

    return leaf_holds(leaf.test, get_item, moment.at, moment.vocabulary, moment.zone)
