"""Joined: facts that have an order among them, as one variable of the table of completions.

Three dates with five values each are 125 ways, but an order between them and tests that can't tell them apart leave a dozen. A
joined variable has one value for each way that the tests can tell, and remembers between which of them each fact alone leads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from detainerdesk.law.language.vocabulary import Value


@dataclass(frozen=True)
class Tell:
    """What one test makes of a way, by the facts that it reads; `never`: a way in which it is true is impossible."""

    reads: tuple[str, ...]
    of: Callable[[Mapping[str, Value]], Hashable]
    never: bool = False


@dataclass(frozen=True)
class Joined:
    """`values`: one way for each that can be told apart. `choices`: every possible choice of the facts' values, by number, with the way
    that it is."""

    names: tuple[str, ...]
    values: tuple[Mapping[str, Value], ...]
    choices: Sequence[tuple[tuple[int, ...], int]]

    @property
    def name(self) -> str:
        return "+".join(self.names)

    @cached_property
    def moves(self) -> Mapping[str, frozenset[frozenset[int]]]:
        """For each fact, the sets of ways (by number) between which it alone makes the difference."""
        found: dict[str, frozenset[frozenset[int]]] = {}
        for place, name in enumerate(self.names):
            groups: dict[tuple[int, ...], set[int]] = {}
            for choice, way in self.choices:
                groups.setdefault(choice[:place] + choice[place + 1 :], set()).add(way)
            found[name] = frozenset(frozenset(group) for group in groups.values() if len(group) > 1)
        return found


def joined(values: Mapping[str, Sequence[Value]], tests: Sequence[Tell]) -> Joined:
    """Join facts with these values. The ways are built fact by fact, each test is put once to each choice of what it reads, and
    no way is followed beyond what is impossible."""
    names = tuple(values)
    due = [_due(depth, names, values, tests) for depth in range(len(names))]
    number: dict[tuple[Hashable, ...], int] = {}
    ways: list[Mapping[str, Value]] = []
    choices: list[tuple[tuple[int, ...], int]] = []

    def follow(choice: tuple[int, ...], told: tuple[Hashable, ...]) -> None:
        depth = len(choice)
        if depth == len(names):
            way = number.get(told)
            if way is None:
                way = number[told] = len(ways)
                ways.append({name: values[name][index] for name, index in zip(names, choice, strict=True)})
            choices.append((choice, way))
            return
        here = due[depth]
        for index in range(len(values[names[depth]])):
            further = (*choice, index)
            more = told
            for one in here:
                answer = one.told(further)
                if answer is IMPOSSIBLE:
                    break
                more = (*more, answer)
            else:
                follow(further, more)

    follow((), ())
    return Joined(names, tuple(ways), choices)


IMPOSSIBLE = object()


class _Together:
    """The tests that read the same facts, put once to each choice of these."""

    def __init__(self, names: Sequence[str], values: Sequence[Sequence[Value]], places: Sequence[int]) -> None:
        self.names = names
        self.values = values
        self.places = places
        self.tests: list[Tell] = []
        self._told: dict[tuple[int, ...], Hashable] = {}

    def told(self, choice: tuple[int, ...]) -> Hashable:
        key = tuple([choice[place] for place in self.places])
        found = self._told.get(key)
        if found is None:
            found = self._told[key] = self._of(key)
        return found

    def _of(self, key: tuple[int, ...]) -> Hashable:
        way = {name: values[index] for name, values, index in zip(self.names, self.values, key, strict=True)}
        if any(test.never and test.of(way) for test in self.tests):
            return IMPOSSIBLE
        return tuple(test.of(way) for test in self.tests if not test.never)


def _due(
    depth: int, names: Sequence[str], values: Mapping[str, Sequence[Value]], tests: Sequence[Tell]
) -> Sequence[_Together]:
    """The tests that can be put once the fact at that depth is chosen, and not before."""
    found: dict[tuple[int, ...], _Together] = {}
    for test in tests:
        places = tuple(names.index(name) for name in test.reads)
        if places and max(places) == depth:
            together = _Together(test.reads, [values[name] for name in test.reads], places)
            found.setdefault(places, together).tests.append(test)
    return tuple(found.values())
