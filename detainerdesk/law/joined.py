"""Joined: facts that have an order among them, as one variable of the table of completions.

Three dates with five values each are 125 ways, but an order between them and tests that can't tell them apart leave a dozen. A
joined variable has one value for each way that the tests can tell, and remembers between which of them each fact alone leads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from detainerdesk.law.language.vocabulary import Value


@dataclass(frozen=True)
class Joined:
    """`values`: one way for each that can be told apart. `moves`: for each fact, the sets of ways (by number) between which
    it alone makes the difference."""

    name: str
    names: tuple[str, ...]
    values: tuple[Mapping[str, Value], ...]
    moves: Mapping[str, frozenset[frozenset[int]]]
    told: tuple[Hashable, ...]
    """What the tests make of each way."""


@dataclass(frozen=True)
class Tell:
    """What one test makes of a way, by the facts that it reads; `never`: a way in which it is true is impossible."""

    reads: tuple[str, ...]
    of: Callable[[Mapping[str, Value]], Hashable]
    never: bool = False


def joined(values: Mapping[str, Sequence[Value]], tests: Sequence[Tell]) -> Joined:
    """Join facts with these values. The ways are built fact by fact, each test is put once to each choice of what it reads, and
    no way is followed beyond what is impossible."""
    names = tuple(values)
    last = {name: index for index, name in enumerate(names)}
    due: list[list[tuple[Tell, tuple[int, ...], dict[tuple[int, ...], Hashable]]]] = [[] for _ in names]
    """By the last of the facts that they read: the tests, where their facts stand, and what they have told."""
    for test in tests:
        if test.reads:
            places = tuple(last[name] for name in test.reads)
            due[max(places)].append((test, places, {}))
    number: dict[tuple[Hashable, ...], int] = {}
    ways: list[Mapping[str, Value]] = []
    reached: list[dict[tuple[int, ...], set[int]]] = [{} for _ in names]

    def follow(choice: tuple[int, ...], told: tuple[Hashable, ...]) -> None:
        depth = len(choice)
        if depth == len(names):
            here = number.get(told)
            if here is None:
                here = number[told] = len(ways)
                ways.append({name: values[name][index] for name, index in zip(names, choice, strict=True)})
            for place, groups in enumerate(reached):
                groups.setdefault(choice[:place] + choice[place + 1 :], set()).add(here)
            return
        for index in range(len(values[names[depth]])):
            further = (*choice, index)
            more: list[Hashable] = []
            for test, places, answers in due[depth]:
                key = tuple([further[place] for place in places])
                if key not in answers:
                    answers[key] = test.of({names[place]: values[names[place]][further[place]] for place in places})
                if test.never and answers[key]:
                    break
                more.append(answers[key])
            else:
                follow(further, (*told, *more))

    follow((), ())
    moves = {
        name: frozenset(frozenset(group) for group in groups.values() if len(group) > 1)
        for name, groups in zip(names, reached, strict=True)
    }
    return Joined("+".join(names), names, tuple(ways), moves, tuple(number))
