"""Signs: of which unknown facts and fields SQL's NULL is exact, found once for a law.

A fact is one-signed in a formula where one of its values serves every test that reads it towards the formula, and another works
against all: then a NULL of the formula is truly open. Constraints that such a value does not keep by itself join it to other
facts: they have to be false in the row. What is not one-signed is listed by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import Any

from detainerdesk.law.answers import ListInCase
from detainerdesk.law.bulk.columns import Source, sources
from detainerdesk.law.bulk.formulas import Formula, Sure, parts
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    FactTest,
    InWindow,
    Listed,
    Meaning,
    Negation,
    Node,
    Quantified,
    atoms_of,
)
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Records
from detainerdesk.law.language.facts import OWED
from detainerdesk.law.language.vocabulary import NONE, Fact, Value
from detainerdesk.law.lowering import LawOn

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A moment to try values at; only tests are tried that come out alike at any other."""
FAR = timedelta(days=36500)
MOST_COUNTED = 1000

Signed = tuple[tuple[int, bool], ...]
"""Tests, by number, each with whether it stands in a formula as it is or negated."""


@dataclass(frozen=True)
class OneSigned:
    """A fact or field whose NULL is exact where these constraints, by number, are false in the row."""

    joined: frozenset[int]


def polarity(formula: Formula) -> tuple[dict[int, tuple[Atom, set[bool]]], list[Sure]]:
    """The tests of a formula with the signs under which each stands in it; and what of it must surely hold."""
    found: dict[int, tuple[Atom, set[bool]]] = {}
    sure: dict[int, Sure] = {}
    seen: set[tuple[int, bool]] = set()
    waiting: list[tuple[Formula, bool]] = [(formula, True)]
    while waiting:
        node, sign = waiting.pop()
        if isinstance(node, bool) or (id(node), sign) in seen:
            continue
        seen.add((id(node), sign))
        if isinstance(node, Atom):
            found.setdefault(node.id, (node, set()))[1].add(sign)
        elif isinstance(node, Sure):
            sure[id(node)] = node
        else:
            waiting += [(part, sign is not isinstance(node, Negation)) for part in parts(node)]
    return found, list(sure.values())


class Signs:
    """The one-signed facts and fields of one law."""

    def __init__(self, law: LawOn, setting: Setting) -> None:
        self.law = law
        self.setting = Setting(NOON, setting.readings, setting.bounds, setting.item, setting.declared_too)
        self.vocabulary = law.vocabulary
        self._verdicts: dict[tuple[Source, tuple[tuple[int, frozenset[bool]], ...]], OneSigned | None] = {}

    def verdict(self, source: Source, tests: Iterable[tuple[Atom, set[bool]]]) -> OneSigned | None:
        """Whether a fact or field is one-signed for the tests of a formula that read it; None: it is not."""
        kept = sorted(tests, key=lambda one: one[0].id)
        key = (source, tuple((atom.id, frozenset(signs)) for atom, signs in kept))
        if key not in self._verdicts:
            self._verdicts[key] = self._verdict(source, kept)
        return self._verdicts[key]

    def _verdict(self, source: Source, tests: list[tuple[Atom, set[bool]]]) -> OneSigned | None:
        of_list, name = source
        if of_list:
            return self._of_field(of_list, name, tests)
        if self.vocabulary.facts[name].kind == "list":
            return self._of_list(name, tests)
        return self._of_fact(name, tests)

    # Facts of the case.

    def _of_fact(self, name: str, tests: list[tuple[Atom, set[bool]]]) -> OneSigned | None:
        if any(atom.reads != (name,) or len(signs) > 1 or not _is_plain(atom) for atom, signs in tests):
            return None
        wanted = [(atom, True in signs) for atom, signs in tests]

        def serves(value: Value) -> set[bool]:
            """The directions in which a value serves every test."""
            said = [self._true(atom, {name: value}, {}) is sign for atom, sign in wanted]
            return {direction for direction in (True, False) if all(one is direction for one in said)}

        fact = self.vocabulary.facts[name]
        values = self._values(fact, [atom.means for atom, _ in wanted] + self._constraint_tests("", name))
        return self._chosen(values, serves, lambda value: self.joined("", name, value))

    def _chosen(self, values: Iterable[Value], serves: Any, joined: Any) -> OneSigned | None:
        """One value for each direction, with the fewest constraints left."""
        best: dict[bool, frozenset[int]] = {}
        for value in values:
            for direction in serves(value):
                left = joined(value)
                if direction not in best or len(left) < len(best[direction]):
                    best[direction] = left
        return OneSigned(best[True] | best[False]) if len(best) == 2 else None

    def _true(self, atom: Atom, facts: Mapping[str, Value], record: Mapping[str, Value]) -> bool | None:
        try:
            return bool(self.law.truth(atom)({OWED: frozenset(), **facts}, self.setting, record))
        except KeyError:
            # What has not happened has no place in an order, whatever it is compared with.
            given = {**facts, **record}
            test = atom.means.test if isinstance(atom.means, FactTest) else None
            ordered = isinstance(test, grammar.Compare) and NONE in (given.get(test.left), given.get(test.right))
            return False if ordered else None

    # Constraints.

    @cached_property
    def constraints(self) -> tuple[Node, ...]:
        return tuple(never for _, never in self.law.constraints)

    @cached_property
    def _read_by_constraints(self) -> tuple[frozenset[Source], ...]:
        return tuple(
            frozenset(one for atom in atoms_of(never) for one in sources(atom, self.vocabulary))
            for never in self.constraints
        )

    def joined(self, of_list: str, name: str, value: Value) -> frozenset[int]:
        """The constraints that read the fact or field and are not kept by this value alone."""
        facts, record = ({}, {name: value}) if of_list else ({name: value}, {})
        return frozenset(
            number
            for number, never in enumerate(self.constraints)
            if (of_list, name) in self._read_by_constraints[number]
            and self._kleene(never, facts, of_list, record) is not False
        )

    @cached_property
    def keeping(self) -> frozenset[Source]:
        """The facts and fields that, where they are unknown, can keep every constraint that reads them by one value."""
        found: set[Source] = set()
        for source in frozenset[Source]().union(*self._read_by_constraints):
            of_list, name = source
            fact = self.vocabulary.fields(of_list)[name] if of_list else self.vocabulary.facts[name]
            if fact.kind != "list":
                values = self._values(fact, self._constraint_tests(of_list, name))
                if any(not self.joined(of_list, name, value) for value in values):
                    found.add(source)
        return frozenset(found)

    def keepers(self, number: int) -> list[Source]:
        """Those of one constraint."""
        return sorted(self._read_by_constraints[number] & self.keeping)

    def _constraint_tests(self, of_list: str, name: str) -> list[Meaning]:
        every = [atom for never in self.constraints for atom in atoms_of(never)]
        if of_list:
            bodies = [
                one.means.body for one in every if isinstance(one.means, Quantified) and one.means.list == of_list
            ]
            return [atom.means for atom in atoms_of(*bodies) if name in atom.fields]
        return [atom.means for atom in every if name in atom.reads]

    def _kleene(
        self, node: Node, facts: Mapping[str, Value], of_list: str, record: Mapping[str, Value], *, inside: bool = False
    ) -> bool | None:
        """What a constraint comes to where these values alone are known. A list has one record of which that field is known;
        a condition on it is false where no such record meets it."""
        if isinstance(node, bool):
            return node
        if isinstance(node, Negation):
            inner = self._kleene(node.item, facts, of_list, record, inside=inside)
            return None if inner is None else not inner
        if isinstance(node, AllOf | AnyOf):
            answers = {self._kleene(one, facts, of_list, record, inside=inside) for one in node.items}
            ends = isinstance(node, AnyOf)
            return ends if ends in answers else None if None in answers else not ends
        assert isinstance(node, Atom)
        if isinstance(node.means, Quantified):
            if node.means.list != of_list:
                return None
            here = self._kleene(node.means.body, facts, of_list, record, inside=True)
            return False if here is False else None
        if inside:
            return self._true(node, {}, record) if not node.reads and _is_plain(node) else None
        return self._true(node, facts, {}) if not of_list and _is_plain(node) else None

    # Lists and the fields of their records.

    def _of_list(self, name: str, tests: list[tuple[Atom, set[bool]]]) -> OneSigned | None:
        """Whether records that nobody has seen can serve all conditions on the list, or work against all."""
        conditions = [atom for atom, _ in tests if isinstance(atom.means, Quantified)]
        wanted = tuple(True in signs for _, signs in tests)
        if len(conditions) != len(tests) or any(len(signs) > 1 for _, signs in tests):
            return None
        if not all(self._asks_records_alone(atom) for atom in conditions):
            return None
        beside, joined = self._beside(name)
        kept = [(atom, False) for atom in beside if atom not in conditions]
        towards = list(zip(conditions, wanted, strict=True))
        against = [(atom, not sign) for atom, sign in towards]
        if self._can_give(name, [*towards, *kept]) and self._can_give(name, [*against, *kept]):
            return OneSigned(joined)
        if self._can_give(name, towards) and self._can_give(name, against):
            return OneSigned(joined | {number for number, _ in self._not_alone(name)})
        return None

    def _can_give(self, name: str, wanted: list[tuple[Atom, bool]]) -> bool:
        """Whether records that nobody has seen, each as paper and nature allow, can meet some conditions and add nothing at all to
        the others: where several are counted, one more may be the last that was missing."""
        asked = [atom if met else self._any_at_all(atom) for atom, met in wanted]
        facts = {OWED: frozenset[str]()}
        whole = self.law.asked(tuple(asked))
        answers = ListInCase(self.law, name, whole, Records((), complete=False), facts, self.setting).answers(
            self.setting
        )
        return tuple(met for _, met in wanted) in answers.values

    def _any_at_all(self, atom: Atom) -> Atom:
        """One record meets what the condition counts."""
        assert isinstance(atom.means, Quantified)
        return self.law.circuits.atom(replace(atom.means, count=1, different=None))

    @staticmethod
    def _asks_records_alone(atom: Atom) -> bool:
        assert isinstance(atom.means, Quantified)
        return not any(one.reads or not _is_plain(one, lists=True) for one in atoms_of(atom.means.body))

    def _not_alone(self, name: str) -> Iterator[tuple[int, Node]]:
        """The constraints that read a list, by number, but for those on one record alone: those hold of every record."""
        alone = {id(node) for node in self.law.record_constraints.get(name, ())}
        for number, never in enumerate(self.constraints):
            means = never.means if isinstance(never, Atom) else None
            if ("", name) in self._read_by_constraints[number] and not (
                isinstance(means, Quantified) and id(means.body) in alone
            ):
                yield number, never

    def _beside(self, name: str) -> tuple[list[Atom], frozenset[int]]:
        """The conditions on the list that constraints forbid, and the constraints that can't be kept by meeting none of them."""
        found: dict[int, Atom] = {}
        joined: set[int] = set()
        for number, never in self._not_alone(name):
            of_list = [
                (atom, signs)
                for atom, signs in polarity(never)[0].values()
                if isinstance(atom.means, Quantified) and atom.means.list == name
            ]
            if all(signs == {True} and self._asks_records_alone(atom) for atom, signs in of_list):
                found |= {atom.id: atom for atom, _ in of_list}
            else:
                joined.add(number)
        return list(found.values()), frozenset(joined)

    def _of_field(self, of_list: str, name: str, tests: list[tuple[Atom, set[bool]]]) -> OneSigned | None:
        wanted: dict[int, tuple[Atom, set[bool]]] = {}
        for atom, signs in tests:
            if not isinstance(atom.means, Quantified) or atom.means.list != of_list or atom.means.different == name:
                return None
            inner, _ = polarity(atom.means.body)
            for one, own in inner.values():
                if (of_list, name) in sources(one, self.vocabulary, of_list):
                    here = {sign is under for sign in own for under in signs}
                    wanted.setdefault(one.id, (one, set()))[1].update(here)
        every = list(wanted.values())
        if any(one.fields != (name,) or one.reads or len(signs) > 1 or not _is_plain(one) for one, signs in every):
            return None

        def serves(value: Value) -> set[bool]:
            said = [self._true(one, {}, {name: value}) is (True in signs) for one, signs in every]
            return {direction for direction in (True, False) if all(answer is direction for answer in said)}

        fact = self.vocabulary.fields(of_list)[name]
        values = self._values(fact, [one.means for one, _ in every] + self._constraint_tests(of_list, name))
        return self._chosen(values, serves, lambda value: self.joined(of_list, name, value))

    # Values to try.

    def _values(self, fact: Fact, tests: Iterable[Meaning]) -> Iterator[Value]:
        means = [one for one in tests if isinstance(one, FactTest)]
        if fact.kind == "yes/no":
            yield from (True, False)
        elif fact.kind == "one of":
            yield from fact.values
        elif fact.kind == "set of":
            named = sorted({one.test.value for one in means if isinstance(one.test, grammar.Includes)})[:8]
            for chosen in product((False, True), repeat=len(named)):
                yield frozenset(name for name, taken in zip(named, chosen, strict=True) if taken)
        elif fact.kind == "count":
            numbers = [int(side) for one in means for side in _written(one.test) if side.isdigit()]
            yield from range(min(MOST_COUNTED, max(numbers, default=0)) + 2)
        elif fact.kind in ("moment", "date"):
            yield from (NONE, *fact.values)
            for moment in (NOON - FAR, NOON, NOON + FAR):
                yield moment if fact.kind == "moment" else moment.date()
        else:
            yield from {value.strip('"') for one in means for value in _written(one.test)} | {"\0another"}


def _written(test: grammar.Expression) -> tuple[str, ...]:
    """What a test compares with."""
    if isinstance(test, grammar.Compare):
        return (test.left, test.right)
    return test.values if isinstance(test, grammar.Is) else ()


def _is_plain(atom: Atom, *, lists: bool = False) -> bool:
    """Whether a test comes out the same at any moment for the values that are tried: it names no day of its own."""
    means = atom.means
    if isinstance(means, Listed):
        return lists and not means.offenses.turning_days
    if isinstance(means, InWindow):
        return lists and means.jail is None and means.window.anchor == "at"
    if isinstance(means, FactTest) and isinstance(means.test, grammar.Compare | grammar.Is):
        return not any(text[:4].isdigit() and text[4:5] == "-" for text in _written(means.test))
    return not isinstance(means, Quantified)
