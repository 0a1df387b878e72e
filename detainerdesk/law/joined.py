"""Joined: facts that have an order among them, as one variable of the table of completions.

Three dates with five values each are 125 ways, but an order between them and tests that can't tell them apart leave a dozen. A
joined variable has one value for each way that the tests can tell, and remembers between which of them each fact alone leads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from detainerdesk.law.language.vocabulary import Value


@dataclass(frozen=True)
class Joined:
    """`values`: one way for each that can be told apart. `moves`: for each fact, the sets of ways (by number) between which
    it alone makes the difference."""

    name: str
    names: tuple[str, ...]
    values: tuple[Mapping[str, Value], ...]
    moves: Mapping[str, frozenset[frozenset[int]]]


def joined(
    values: Mapping[str, Sequence[Value]],
    possible: Callable[[Mapping[str, Value]], bool],
    told_by: Callable[[Mapping[str, Value]], Hashable],
) -> Joined:
    """Join facts with these values; `told_by` is what the tests make of one way."""
    names = tuple(values)
    number: dict[Hashable, int] = {}
    ways: list[Mapping[str, Value]] = []
    reached: dict[str, dict[tuple[Value, ...], set[int]]] = {name: {} for name in names}
    for choice in product(*values.values()):
        way = dict(zip(names, choice, strict=True))
        if not possible(way):
            continue
        seen = told_by(way)
        if seen not in number:
            number[seen] = len(ways)
            ways.append(way)
        for index, name in enumerate(names):
            reached[name].setdefault((*choice[:index], *choice[index + 1 :]), set()).add(number[seen])
    moves = {
        name: frozenset(frozenset(group) for group in groups.values() if len(group) > 1)
        for name, groups in reached.items()
    }
    return Joined("+".join(names), names, tuple(ways), moves)
