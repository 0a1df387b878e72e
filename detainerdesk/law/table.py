"""The table of all completions: what is not known in a case, as bits of one integer.

Every unknown fact is a variable with a few values that the conditions can tell apart; a completion is one choice for each.
A condition becomes an integer with one bit a completion, `and` becomes `&`, constraints are a mask. A case without unknowns
is a table of one completion, so there is one way of deciding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Protocol

from detainerdesk.law.errors import LawError
from detainerdesk.law.formula import (
    AllOf,
    AnyOf,
    AtLeast,
    Burden,
    ClockLeaf,
    Formula,
    LayerRequires,
    Leaf,
    Moment,
    Negation,
    TakesEffect,
    Unseen,
    holds,
    leaves,
    reads,
)
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import operand_value
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, Value, Vocabulary, midnight

MAX_COMPLETIONS = 1 << 21


@dataclass(frozen=True)
class Variable:
    """An unknown fact: the values that the conditions can tell apart, each standing for those that behave alike."""

    name: str
    values: tuple[Value, ...]
    stride: int

    @property
    def size(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Quantified:
    """A condition on the elements of a list, as asked of records that nobody has seen."""

    body: Formula
    cap: int


class Table:
    """All completions of a case for a set of formulas. `quantified` names, for each list, the conditions asked of it."""

    def __init__(
        self,
        formulas: Sequence[Formula],
        constraints: Sequence[Formula],
        known: Callable[[str], Value],
        quantified: Mapping[str, Sequence[Quantified]],
        moment: Moment,
        known_moments: Sequence[datetime | date],
    ) -> None:
        self.moment = moment
        self.known = known
        self._by_leaf: dict[Leaf | ClockLeaf | Unseen, int] = {}
        self._own = {
            name for formula in formulas for leaf in leaves(formula) for name in reads(leaf, moment.vocabulary)
        }
        constraints = _touching(self._own, constraints, moment.vocabulary, known)
        all_leaves = dict.fromkeys(leaf for formula in (*formulas, *constraints) for leaf in leaves(formula))
        by_name: dict[str, list[Leaf | ClockLeaf | Unseen]] = {}
        for leaf in all_leaves:
            for name in reads(leaf, moment.vocabulary):
                if isinstance(leaf, Unseen) or known(name) is UNKNOWN:
                    by_name.setdefault(name, []).append(leaf)
        self._apart = max(1, len(_compared(all_leaves, known, moment.vocabulary)))
        values = {
            name: _unseen_states(name, quantified, moment)
            if isinstance(here[0], Unseen)
            else self._values(name, here, known_moments)
            for name, here in by_name.items()
        }
        self._lay_out({name: some for name, some in values.items() if name in self._own})
        self.mask = self.full
        for group in _groups(constraints, moment.vocabulary, [name for name in values if name not in self._own]):
            self.mask &= self._allowed(group, values)

    @classmethod
    def _beside(cls, table: Table, values: Mapping[str, tuple[Value, ...]]) -> Table:
        """A table of these facts alone, in the same case."""
        beside = cls.__new__(cls)
        beside.moment, beside.known, beside._own = table.moment, table.known, set(values)
        beside._by_leaf = {}
        beside._lay_out(values)
        beside.mask = beside.full
        return beside

    def _lay_out(self, values: Mapping[str, tuple[Value, ...]]) -> None:
        variables: list[Variable] = []
        stride = 1
        for name, some in values.items():
            variables.append(Variable(name, some, stride))
            stride *= len(some)
            if stride > MAX_COMPLETIONS:
                raise TooManyUnknowns(tuple(values))
        self.variables = tuple(variables)
        self._index = {variable.name: variable for variable in variables}
        self._patterns: dict[tuple[str, tuple[int, ...]], int] = {}
        self.size = stride
        self.full = (1 << stride) - 1

    def _allowed(self, group: Sequence[Formula], values: Mapping[str, tuple[Value, ...]]) -> int:
        """The completions that some way of filling in the facts that only constraints speak of makes possible."""
        vocabulary = self.moment.vocabulary
        names = dict.fromkeys(
            name for one in group for leaf in leaves(one) for name in reads(leaf, vocabulary) if name in values
        )
        if all(name in self._index for name in names):
            bits = self.full
            for constraint in group:
                bits &= self.bits(constraint, None)
            return bits
        beside = Table._beside(self, {name: values[name] for name in names})
        possible = beside.full
        for constraint in group:
            possible &= beside.bits(constraint, None)
        shared = [(beside._index[name], self._index[name]) for name in names if name in self._index]
        allowed = 0
        for choice in product(*(range(there.size) for there, _ in shared)):
            there_bits, here_bits = possible, self.full
            for index, (there, here) in zip(choice, shared, strict=True):
                there_bits &= beside._pattern(there, (index,))
                here_bits &= self._pattern(here, (index,))
            if there_bits:
                allowed |= here_bits
        return allowed

    def bits(self, formula: Formula, rules: RuleBits | None, *, standing: bool = False, surely: bool = False) -> int:
        """The completions in which a formula is true, one bit each. `surely`: what has to be shown counts only if it holds
        in all of them, as it does in the standing outcome."""
        if isinstance(formula, bool):
            return self.full if formula else 0
        if isinstance(formula, AllOf):
            bits = self.full
            for item in formula.items:
                bits &= self.bits(item, rules, standing=standing, surely=surely)
                if not bits:
                    break
            return bits
        if isinstance(formula, AnyOf):
            bits = 0
            for item in formula.items:
                bits |= self.bits(item, rules, standing=standing, surely=surely)
            return bits
        if isinstance(formula, Negation):
            return self.full & ~self.bits(formula.item, rules, standing=standing, surely=surely)
        if isinstance(formula, Burden):
            bits = self.bits(formula.item, rules, standing=standing)
            if standing or surely:
                return self.full if bits & self.mask == self.mask else 0
            return bits
        if isinstance(formula, TakesEffect | LayerRequires):
            if rules is None:
                raise TypeError("this condition speaks of other rules")
            return (
                rules.takes_effect(formula.rule, standing)
                if isinstance(formula, TakesEffect)
                else rules.layer_requires(formula.layer, standing)
            )
        if isinstance(formula, AtLeast):
            return self._at_least(formula, rules, standing)
        if formula not in self._by_leaf:
            self._by_leaf[formula] = self._leaf_bits(formula)
        return self._by_leaf[formula]

    def needs(self, classes: Sequence[int]) -> list[str]:
        """The unknown facts of which two completions that differ in nothing else (but facts that a constraint ties to
        it) differ in class. A fact that only a constraint speaks of is no need of its own."""
        needed: list[str] = []
        for variable in self.variables:
            if variable.name in self._own and any(bits and self._matters(variable, bits) for bits in classes):
                needed.append(variable.name)
        return needed

    def project(self, bits: int, name: str) -> int:
        """The completions that agree with one of `bits` in everything but the variable."""
        variable = self._index[name]
        low = 0
        for index in range(variable.size):
            low |= (bits & self._pattern(variable, (index,))) >> (index * variable.stride)
        out = 0
        for index in range(variable.size):
            out |= low << (index * variable.stride)
        return out

    def witness(self, bits: int) -> dict[str, Value]:
        """The values of the first completion among `bits`."""
        first = (bits & -bits).bit_length() - 1
        return {
            variable.name: variable.values[(first // variable.stride) % variable.size] for variable in self.variables
        }

    def _matters(self, variable: Variable, bits: int) -> bool:
        inside, outside = bits & self.mask, self.mask & ~bits
        if not inside or not outside:
            return False
        if self.project(inside, variable.name) & outside:
            return True
        # Completions that can't change this fact alone: facts that a constraint ties to it may change with it.
        for index in range(variable.size):
            here = self._pattern(variable, (index,))
            for other in range(variable.size):
                if other == index:
                    continue
                shift = (other - index) * variable.stride
                moved = _shift(self.mask & here, shift)
                stuck_there = moved & ~self.mask  # where the flip alone is impossible
                stuck = _shift(stuck_there, -shift) & inside
                if not stuck:
                    continue
                landing = self._pattern(variable, (other,)) & outside
                there = _shift(stuck, shift)
                if any(self.project(there, tied.name) & landing for tied in self.variables if tied is not variable):
                    return True
        return False

    def _at_least(self, formula: AtLeast, rules: RuleBits | None, standing: bool) -> int:
        reached = [self.full] + [0] * formula.count
        for item in formula.items:
            bits = self.bits(item, rules, standing=standing)
            for count in range(formula.count, 0, -1):
                reached[count] |= reached[count - 1] & bits
        total = reached[formula.count]
        for unseen in formula.unseen:
            total |= reached[formula.count - unseen.count] & self.bits(unseen, rules, standing=standing)
        return total

    def _leaf_bits(self, leaf: Leaf | ClockLeaf | Unseen) -> int:
        if isinstance(leaf, Unseen):
            variable = self._index[leaf.list]
            return self._pattern(
                variable, [i for i, state in enumerate(variable.values) if state[leaf.number] >= leaf.count]
            )
        names = [name for name in reads(leaf, self.moment.vocabulary) if name in self._index]
        variables = [self._index[name] for name in names]
        bits = 0
        for choice in product(*(range(variable.size) for variable in variables)):
            chosen = {variable.name: variable.values[index] for variable, index in zip(variables, choice, strict=True)}
            if holds(leaf, self._with(chosen), self.moment):
                here = self.full
                for variable, index in zip(variables, choice, strict=True):
                    here &= self._pattern(variable, (index,))
                bits |= here
        return bits

    def _with(self, chosen: Mapping[str, Value]) -> Callable[[str], Value]:
        """What is known, and for the unknown facts the values chosen."""
        return lambda name: chosen[name] if name in chosen else self.known(name)

    def _pattern(self, variable: Variable, indices: Iterable[int]) -> int:
        key = (variable.name, tuple(indices))
        if key not in self._patterns:
            one = (1 << variable.stride) - 1
            block = 0
            for index in key[1]:
                block |= one << (index * variable.stride)
            self._patterns[key] = _repeat(block, variable.stride * variable.size, self.size)
        return self._patterns[key]

    def _values(
        self, name: str, here: Sequence[Leaf | ClockLeaf | Unseen], known_moments: Sequence[datetime | date]
    ) -> tuple[Value, ...]:
        """The values of an unknown fact, one for each way in which the leaves that read it alone behave."""
        fact = _spec(name, self.moment.vocabulary)
        values = list(_candidates(fact, here, self.moment, known_moments, self.known, self._apart))
        alone = [
            leaf
            for leaf in here
            if isinstance(leaf, Leaf | ClockLeaf)
            and all(n == name or self.known(n) is not UNKNOWN for n in reads(leaf, self.moment.vocabulary))
        ]
        if len(alone) < len(here):
            return tuple(values)
        seen: dict[tuple[bool | None, ...], Value] = {}
        for value in values:
            behaviour = tuple(holds(leaf, self._with({name: value}), self.moment) for leaf in alone)
            seen.setdefault(behaviour, value)
        return tuple(seen.values())


class TooManyUnknowns(LawError):
    """More completions than are tried. The facts are named so that the cheapest can be asked first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"too many unknown facts to decide exactly ({len(names)}): {', '.join(names)}")


class RuleBits(Protocol):
    """What the table asks of the rules when a condition speaks of other rules."""

    def takes_effect(self, rule: str, standing: bool) -> int: ...

    def layer_requires(self, layer: str, standing: bool) -> int: ...


def _touching(
    own: set[str], constraints: Sequence[Formula], vocabulary: Vocabulary, known: Callable[[str], Value]
) -> list[Formula]:
    """The constraints that touch what the formulas rest on, directly or through one another."""
    names, left, kept = set(own), list(constraints), list[Formula]()
    while True:
        touching = [
            one for one in left if any(name in names for leaf in leaves(one) for name in reads(leaf, vocabulary))
        ]
        if not touching:
            return kept
        kept += touching
        left = [one for one in left if one not in touching]
        names |= {
            name
            for one in touching
            for leaf in leaves(one)
            for name in reads(leaf, vocabulary)
            if known(name) is UNKNOWN
        }


def _groups(constraints: Sequence[Formula], vocabulary: Vocabulary, beside: Sequence[str]) -> list[list[Formula]]:
    """Constraints that share a fact which no formula speaks of belong together."""
    groups: list[tuple[set[str], list[Formula]]] = []
    for constraint in constraints:
        names = {name for leaf in leaves(constraint) for name in reads(leaf, vocabulary) if name in beside}
        joined = [group for group in groups if names & group[0]]
        groups = [group for group in groups if not names & group[0]]
        groups.append(
            (names.union(*(group[0] for group in joined)), [*(one for group in joined for one in group[1]), constraint])
        )
    return [group for _, group in groups]


def _compared(
    all_leaves: Iterable[Leaf | ClockLeaf | Unseen], known: Callable[[str], Value], vocabulary: Vocabulary
) -> set[str]:
    """The unknown facts that stand in a comparison with another unknown fact."""
    found: set[str] = set()
    for leaf in all_leaves:
        if isinstance(leaf, Leaf) and isinstance(leaf.test, grammar.Compare):
            names = [name for name in reads(leaf, vocabulary) if known(name) is UNKNOWN]
            if len(names) > 1:
                found |= set(names)
    return found


def _spec(name: str, vocabulary: Vocabulary) -> Fact:
    if "[" in name:
        list_name, _, field = name.partition("[")
        return vocabulary.fields(list_name)[field.split("].")[1]]
    return vocabulary.facts[name]


def _candidates(
    fact: Fact,
    here: Sequence[Leaf | ClockLeaf | Unseen],
    moment: Moment,
    known_moments: Sequence[datetime | date],
    known: Callable[[str], Value],
    apart: int,
) -> Iterator[Value]:
    """Values that a fact can have, enough to tell every way in which conditions may come out. `apart`: so many unknown
    facts have to fit beside one another between two values that a condition names."""
    if fact.kind == "yes/no":
        yield from (True, False)
    elif fact.kind == "one of":
        yield from fact.values
    elif fact.kind == "set of":
        named = sorted(
            {leaf.test.value for leaf in here if isinstance(leaf, Leaf) and isinstance(leaf.test, grammar.Includes)}
        )
        for choice in product((False, True), repeat=len(named)):
            yield frozenset(name for name, chosen in zip(named, choice, strict=True) if chosen)
    elif fact.kind == "text":
        tests = (leaf.test for leaf in here if isinstance(leaf, Leaf))
        texts = {value.strip('"') for test in tests if isinstance(test, grammar.Is) for value in test.values}
        yield from sorted(texts)
        yield "\0another"
    elif fact.kind == "count":
        numbers = {0}
        for leaf in here:
            for value in _others(leaf, fact.field, moment, known):
                if isinstance(value, int):
                    numbers.add(value)
        yield from sorted({max(0, number + by) for number in numbers for by in range(-apart, apart + 1)})
    else:
        yield from _moments(fact, here, moment, known_moments, known, apart)


def _moments(
    fact: Fact,
    here: Sequence[Leaf | ClockLeaf | Unseen],
    moment: Moment,
    known_moments: Sequence[datetime | date],
    known: Callable[[str], Value],
    apart: int,
) -> Iterator[Value]:
    """The moments (or days) at which a condition turns, some in each stretch between them, and `none`: it has not happened."""
    yield NONE
    yield from fact.values
    turning: set[datetime] = {moment.at}
    others = [value for leaf in here for value in _others(leaf, fact.field, moment, known)]
    for value in (*known_moments, *others):
        if isinstance(value, datetime):
            turning.add(value)
        elif isinstance(value, date):
            turning |= {midnight(value, moment.zone), midnight(value + timedelta(days=1), moment.zone)}
    turning |= {_latest_start_expired(leaf, moment) for leaf in here if isinstance(leaf, ClockLeaf)}
    if fact.kind == "date":
        days = {turn.astimezone(moment.zone).date() for turn in turning}
        yield from sorted({day + timedelta(days=by) for day in days for by in range(-apart, apart + 1)})
    else:
        steps = [timedelta(minutes=by) for by in range(-apart, apart + 1)]
        yield from sorted({turn + step for turn in turning for step in steps})


_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def _others(
    leaf: Leaf | ClockLeaf | Unseen, field: str, moment: Moment, known: Callable[[str], Value]
) -> Iterator[Value]:
    if isinstance(leaf, Leaf) and isinstance(leaf.test, grammar.Compare):
        for side in (leaf.test.left, leaf.test.right):
            if side != field and not side.endswith("." + field):
                yield operand_value(
                    side, lambda name: known(name) if moment.vocabulary.fact(name) else UNKNOWN, moment.at, moment.zone
                )
    if isinstance(leaf, Leaf) and isinstance(leaf.test, grammar.Is):
        for value in leaf.test.values:
            if value.isdigit():
                yield int(value)
            elif _DAY.match(value):
                yield date.fromisoformat(value)


def _latest_start_expired(leaf: ClockLeaf, moment: Moment) -> datetime:
    """The latest start from which the clock has ended by now, to the minute (the end never comes earlier for a later start)."""
    low, high = 0, 60 * 24 * 60  # minutes ago: at `high` surely expired
    while low < high:
        middle = (low + high) // 2
        start = moment.at - timedelta(minutes=middle)
        if clock_end(start, leaf.hours, leaf.calendar, leaf.holidays, moment.zone) <= moment.at:
            high = middle
        else:
            low = middle + 1
    return moment.at - timedelta(minutes=low)


def _unseen_states(
    name: str, quantified: Mapping[str, Sequence[Quantified]], moment: Moment
) -> tuple[tuple[int, ...], ...]:
    """Every joint answer that records nobody has seen can give to the conditions asked of their list: counts, each kept
    to the threshold that matters."""
    asked = quantified[name]
    timeless = not any(
        isinstance(leaf, ClockLeaf) or isinstance(getattr(leaf, "test", None), grammar.Compare)
        for one in asked
        for leaf in leaves(one.body)
    )
    key = (id(moment.vocabulary), tuple(asked), None if timeless else moment.at)
    if key in _STATES:
        return _STATES[key]
    table = Table([one.body for one in asked], [], lambda _: UNKNOWN, {}, moment, [])
    vectors: set[tuple[int, ...]] = set()
    answers = [table.bits(one.body, None) for one in asked]
    for completion in range(table.size):
        vectors.add(tuple(answer >> completion & 1 for answer in answers))
    nothing = (0,) * len(asked)
    states, waiting = {nothing}, [nothing]
    while waiting:
        state = waiting.pop()
        for vector in vectors:
            new = tuple(min(one.cap, count + more) for one, count, more in zip(asked, state, vector, strict=True))
            if new not in states:
                states.add(new)
                waiting.append(new)
    if len(_STATES) > 4096:
        _STATES.clear()
    _STATES[key] = tuple(sorted(states))
    return _STATES[key]


_STATES: dict[object, tuple[tuple[int, ...], ...]] = {}
"""What unseen records can answer depends on the conditions alone, so it is worked out once for each set of them."""


def _repeat(block: int, width: int, size: int) -> int:
    """`block` of `width` bits, again and again up to `size` bits."""
    while width < size:
        block |= block << width
        width *= 2
    return block & ((1 << size) - 1)


def _shift(bits: int, by: int) -> int:
    return bits << by if by >= 0 else bits >> -by
