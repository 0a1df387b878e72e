"""Shares: what records add to the conditions that are asked of their list, and what they add up to.

To a condition that asks for one record a share is a bit; of others counts are kept up to the threshold that the condition asks
for, different values until there are enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detainerdesk.law.circuit import Atom, Quantified
from detainerdesk.law.language.vocabulary import Value

Share = tuple[int, tuple[Any, ...]]
"""What records add: a bit for each condition that asks for one record; for the others a count, or the set of values where
different ones are counted."""
Answer = tuple[bool, ...]
"""Whether each condition is met."""
Groups = frozenset[frozenset[int]]
"""Sets of answers, by number, between any two of which one thing alone makes the difference."""

ENOUGH = frozenset({"\0enough"})


@dataclass(frozen=True, eq=False)
class Adds:
    """What one record may add; and under the names by which its fields are asked the sets of shares between which each alone leads."""

    shares: tuple[Share, ...]
    apart: tuple[tuple[tuple[str, ...], tuple[tuple[Share, ...], ...]], ...]


class Asked:
    """Conditions on one list that are asked together, and how shares of them add up."""

    def __init__(self, atoms: Sequence[Atom], in_jail: Sequence[Atom] = ()) -> None:
        """`in_jail`: the tests of the records whose jail days count."""
        self.in_jail = tuple(in_jail)
        self.atoms = tuple(atom for atom in atoms if isinstance(atom.means, Quantified))
        self.conditions = tuple(atom.means for atom in self.atoms if isinstance(atom.means, Quantified))
        self.bodies = tuple(one.body for one in self.conditions)
        self.counted = tuple(one for one in self.conditions if one.count > 1 or one.different)
        self.different = tuple(dict.fromkeys(one.different for one in self.conditions if one.different))
        self.nothing: Share = 0, tuple(frozenset() if one.different else 0 for one in self.counted)
        self.nothing_more = Adds((self.nothing,), ())
        self._is_counted = [one.count > 1 or bool(one.different) for one in self.conditions]

    def share(self, true: Sequence[bool], values: Mapping[str, Value]) -> Share:
        """What a record adds that meets the bodies of these conditions; `values`: of the fields of which different ones are counted."""
        met, more = 0, list[Any]()
        for index, (one, here, counted) in enumerate(zip(self.conditions, true, self._is_counted, strict=True)):
            if not counted:
                met |= here << index
            elif one.different:
                more.append(frozenset({values[one.different]}) if here else frozenset())
            else:
                more.append(int(here))
        return met, tuple(more)

    def without(self, field: str, share: Share) -> Share:
        """What a share is whatever value a field has of which different ones are counted."""
        met, more = share
        kept = [bool(one) if which.different == field else one for which, one in zip(self.counted, more, strict=True)]
        return met, tuple(kept)

    def answer(self, state: Share) -> Answer:
        """What the conditions come to where records add up to this."""
        met, more = state
        others = iter(more)
        return tuple(
            [
                self._enough(one, next(others)) if counted else bool(met >> index & 1)
                for index, (one, counted) in enumerate(zip(self.conditions, self._is_counted, strict=True))
            ]
        )

    @staticmethod
    def _enough(one: Quantified, share: Any) -> bool:
        return bool(share == ENOUGH or len(share) >= one.count) if one.different else bool(share >= one.count)

    def sum(self, left: Share, right: Share) -> Share:
        """What two of them come to."""
        if not self.counted:
            return left[0] | right[0], ()
        found: list[Any] = []
        for one, a, b in zip(self.counted, left[1], right[1], strict=True):
            if one.different:
                both = a | b
                found.append(ENOUGH if len(both) >= one.count or ENOUGH in (a, b) else both)
            else:
                found.append(min(one.count, a + b))
        return left[0] | right[0], tuple(found)

    def sums(self, each: Iterable[Collection[Share]]) -> Collection[Share]:
        """What one share of each record may come to."""
        states: dict[Share, None] = {self.nothing: None}
        for shares in each:
            if len(shares) == 1 and self.nothing in shares:
                continue
            if self.counted:
                states = {self.sum(state, share): None for state in states for share in shares}
            else:
                states = {(state[0] | share[0], ()): None for state in states for share in shares}
        return states

    def of_any_number(self, shares: Iterable[Share]) -> Collection[Share]:
        """What any number of records may come to of which each adds one of these."""
        some = [share for share in shares if share != self.nothing]
        states, waiting = {self.nothing: None}, [self.nothing]
        while waiting:
            state = waiting.pop()
            for share in some:
                new = self.sum(state, share)
                if new not in states:
                    states[new] = None
                    waiting.append(new)
        return states

    def between(
        self, bases: Collection[Share], alike: Iterable[Collection[Share]], number: Mapping[Share, int]
    ) -> Groups:
        """Between which answers, by the number that a sum has, one of these sets of shares alone leads."""
        found: set[frozenset[int]] = set()
        for group in alike:
            for base in bases:
                here = frozenset([number[self.sum(base, share)] for share in group])
                if len(here) > 1:
                    found.add(here)
        return frozenset(found)
