"""Circuits: the conditions of a stack on a span of days, as `and`, `or` and `not` over atoms. They know no case.

`lowering.py` makes them from the rulebooks; `writer.py` turns them into Python functions; `table.py` and the proofs evaluate
them over everything that is not known. Equal parts are one object, so that a part is decided once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.language import grammar
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.lookback import Window
from detainerdesk.law.language.membership import fields_read
from detainerdesk.law.language.vocabulary import Vocabulary


@dataclass(frozen=True)
class FactTest:
    """One test on facts, or (`list`) on the fields of one record. `done`: a fact that is owed counts as not done, a moment
    as whether it has happened."""

    test: grammar.Expression
    list: str | None = None
    done: bool = False


@dataclass(frozen=True)
class ClockState:
    """A clock's state, its length and calendar already chosen."""

    state: str
    start: str
    hours: int
    calendar: str
    holidays: str
    stops: str | None


@dataclass(frozen=True)
class ReadingIs:
    """One of these alternatives of a reading is taken."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class EarlyBound:
    """The span of days is one between the two bounds of an uncertain first day, and the early bound is taken."""


@dataclass(frozen=True)
class DeclaredToo:
    """Rules that a court declared only later take part."""


@dataclass(frozen=True)
class Quantified:
    """At least `count` records of the list satisfy `body`; with `different`, so many different values of that field."""

    list: str
    body: Node
    count: int
    different: str | None


@dataclass(frozen=True)
class Listed:
    """The citation in the field of one record of the list is on a list of offenses."""

    field: str
    offenses: OffenseList
    list: str


@dataclass(frozen=True)
class JailTime:
    """Days in jail of the records that satisfy `where`, from one day to another; their sum stands under `name`."""

    name: str
    start: str
    end: str
    where: Node


@dataclass(frozen=True)
class InWindow:
    """A date lies in the years before another, of the case or (`list`) of one record. `jail` makes the span longer."""

    window: Window
    list: str | None
    jail: JailTime | None = None

    def names(self) -> tuple[str, ...]:
        return (*self.window.names(), *((self.jail.start, self.jail.end) if self.jail else ()))


Meaning = FactTest | ClockState | ReadingIs | EarlyBound | DeclaredToo | Quantified | Listed | InWindow


@dataclass(frozen=True, eq=False)
class Atom:
    """A test that is decided by itself. `reads` names facts of the case, `fields` the record's own (where it tests a record)."""

    id: int
    means: Meaning
    reads: tuple[str, ...]
    fields: tuple[str, ...] = ()

    @cached_property
    def is_setting(self) -> bool:
        """Whether it speaks of how the law is taken, not of the case."""
        return isinstance(self.means, ReadingIs | EarlyBound | DeclaredToo)


@dataclass(frozen=True, eq=False)
class AllOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class AnyOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Negation:
    item: Node


@dataclass(frozen=True, eq=False)
class Burden:
    """`shown(…)`: while completions disagree it counts as false in the standing outcome."""

    item: Node


@dataclass(frozen=True, eq=False)
class TakesEffect:
    """Another rule takes effect (`permitted_by`)."""

    rule: str


@dataclass(frozen=True, eq=False)
class LayerRequires:
    """A layer's rules require the action being decided."""

    layer: str


Node = bool | Atom | AllOf | AnyOf | Negation | Burden | TakesEffect | LayerRequires


class Circuits:
    """Makes circuits; equal ones are one object, though several threads make them at once."""

    def __init__(self, vocabulary: Vocabulary, zone: ZoneInfo) -> None:
        self.vocabulary = vocabulary
        self.zone = zone
        self.atoms: list[Atom] = []
        self._atoms: dict[Any, Atom] = {}
        self._made: dict[tuple[object, ...], Node] = {}
        self._making = RLock()

    def atom(self, means: Meaning) -> Atom:
        key = (
            (Quantified, means.list, id(means.body), means.count, means.different)
            if isinstance(means, Quantified)
            else means
        )
        with self._making:
            if key not in self._atoms:
                reads, fields = self._names(means)
                self._atoms[key] = Atom(len(self.atoms), means, reads, fields)
                self.atoms.append(self._atoms[key])
            return self._atoms[key]

    def all_of(self, items: Iterable[Node]) -> Node:
        return self._joined(AllOf, items, ends=False)

    def any_of(self, items: Iterable[Node]) -> Node:
        return self._joined(AnyOf, items, ends=True)

    def _joined(self, kind: type[AllOf | AnyOf], items: Iterable[Node], *, ends: bool) -> Node:
        """Items joined, each once and without brackets of the same kind; `ends` is the value of an item that settles the whole."""
        kept: dict[int, Node] = {}
        for item in items:
            if item is ends:
                return ends
            if not isinstance(item, bool):
                for part in item.items if isinstance(item, kind) else (item,):
                    kept[id(part)] = part
        if len(kept) < 2:
            return next(iter(kept.values()), not ends)
        return self._once((kind, *kept), lambda: kind(tuple(kept.values())))

    def negation(self, item: Node) -> Node:
        if isinstance(item, bool):
            return not item
        if isinstance(item, Negation):
            return item.item
        return self._once((Negation, id(item)), lambda: Negation(item))

    def burden(self, item: Node) -> Node:
        return item if isinstance(item, bool) else self._once((Burden, id(item)), lambda: Burden(item))

    def takes_effect(self, rule: str) -> Node:
        return self._once((TakesEffect, rule), lambda: TakesEffect(rule))

    def layer_requires(self, layer: str) -> Node:
        return self._once((LayerRequires, layer), lambda: LayerRequires(layer))

    def _once(self, key: tuple[object, ...], make: Callable[[], Node]) -> Node:
        with self._making:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def _names(self, means: Meaning) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if isinstance(means, ClockState):
            return ((means.start, means.stops) if means.stops else (means.start,)), ()
        if isinstance(means, Quantified):
            inner = list(atoms_of(means.body))
            fields = [name for atom in inner for name in atom.fields]
            if means.different:
                fields.append(means.different)
            facts = [name for atom in inner for name in atom.reads]
            return tuple(dict.fromkeys((means.list, *facts))), tuple(dict.fromkeys(fields))
        if isinstance(means, Listed):
            return (), fields_read(means.field, means.offenses, self.vocabulary.fields(means.list))
        if not isinstance(means, FactTest | InWindow):
            return (), ()
        own: Collection[str] = self.vocabulary.fields(means.list) if means.list else ()
        every = names_of(means.test) if isinstance(means, FactTest) else means.names()
        jail = means.jail if isinstance(means, InWindow) else None
        names = [name for name in every if name in own or self.vocabulary.fact(name) is not None]
        facts = [name for name in names if name not in own]
        fields = [name for name in names if name in own]
        if jail:
            facts += [name for atom in atoms_of(jail.where) for name in atom.reads]
            fields.append(jail.name)
        return tuple(dict.fromkeys(facts)), tuple(dict.fromkeys(fields))


def bits_of(node: Node, full: int, memo: dict[int, int], of_atom: Callable[[Atom], int]) -> int:
    """The completions in which a circuit without rules in it is true, one bit each; `full` is all of them, `memo` keeps the parts by
    their ids."""
    if isinstance(node, bool):
        return full if node else 0
    key = id(node)
    if key not in memo:
        if isinstance(node, AllOf):
            bits = full
            for item in node.items:
                bits &= bits_of(item, full, memo, of_atom)
                if not bits:
                    break
        elif isinstance(node, AnyOf):
            bits = 0
            for item in node.items:
                bits |= bits_of(item, full, memo, of_atom)
        elif isinstance(node, Negation):
            bits = full & ~bits_of(node.item, full, memo, of_atom)
        else:
            assert isinstance(node, Atom)
            bits = of_atom(node)
        memo[key] = bits
    return memo[key]


def names_of(node: grammar.Expression) -> tuple[str, ...]:
    """The facts or fields that one test names."""
    if isinstance(node, grammar.Name):
        return (node.name,)
    if isinstance(node, grammar.Is | grammar.Includes):
        return (node.fact,)
    if isinstance(node, grammar.Compare):
        return (node.left, node.right)
    if isinstance(node, grammar.InList):
        return (node.field,)
    if isinstance(node, grammar.Within):
        return (node.date, node.anchor)
    return (node.list,) if isinstance(node, grammar.Some) else ()


def atoms_of(*nodes: Node) -> Iterator[Atom]:
    """Every atom that the circuits rest on, once, in the order of the text. The bodies of quantified ones stay inside."""
    seen: set[int] = set()
    waiting: list[Node] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, bool) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Atom):
            yield node
        else:
            waiting += reversed(parts_of(node))


def parts_of(node: Node) -> tuple[Node, ...]:
    """The circuits directly inside one."""
    if isinstance(node, AllOf | AnyOf):
        return node.items
    return (node.item,) if isinstance(node, Negation | Burden) else ()


def nodes_of(*nodes: Node) -> Iterator[Node]:
    """Every circuit inside these, once, the outer ones first."""
    seen: set[int] = set()
    waiting: list[Node] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, bool) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += reversed(parts_of(node))
