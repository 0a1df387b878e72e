"""Completions: every way of filling in what is not known, one bit each of an integer.

Every unknown fact is a variable with a few values that the conditions can tell apart; a completion is one choice for each.
What is true in some completions and not in others is an integer with a bit a completion; `and` is `&`, constraints a mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detainerdesk.law.errors import LawError
from detainerdesk.law.language.vocabulary import Value

MAX_COMPLETIONS = 1 << 20


@dataclass(frozen=True)
class Variable:
    """An unknown fact: the values that the conditions can tell apart, each standing for those that behave alike."""

    name: str
    values: tuple[Value, ...]
    stride: int

    @property
    def size(self) -> int:
        return len(self.values)


class TooManyUnknowns(LawError):
    """More completions than are tried. The facts are named so that the cheapest can be asked first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"too many unknown facts to decide exactly ({len(names)}): {', '.join(names)}")


class Completions:
    """All completions of some unknown facts. `values` gives each one's values; raises TooManyUnknowns."""

    def __init__(self, values: Mapping[str, Sequence[Value]]) -> None:
        variables: list[Variable] = []
        stride = 1
        for name, some in values.items():
            variables.append(Variable(name, tuple(some), stride))
            stride *= len(some)
            if stride > MAX_COMPLETIONS:
                raise TooManyUnknowns(tuple(values))
        self.variables = tuple(variables)
        self.by_name = {variable.name: variable for variable in variables}
        self.size = stride
        self.full = (1 << stride) - 1
        self._patterns: dict[tuple[str, tuple[int, ...]], int] = {}

    def pattern(self, name: str, indices: Iterable[int]) -> int:
        """The completions in which the variable has one of these of its values."""
        key = (name, tuple(indices))
        found = self._patterns.get(key)
        if found is None:
            variable = self.by_name[name]
            one = (1 << variable.stride) - 1
            block = 0
            for index in key[1]:
                block |= one << (index * variable.stride)
            found = self._patterns[key] = _repeat(block, variable.stride * variable.size, self.size)
        return found

    def chosen_by(self, variables: Sequence[Variable], choices: Iterable[Sequence[int]]) -> int:
        """The completions in which these variables have one of these choices of their values, by number."""
        if len(variables) == 1:
            return self.pattern(variables[0].name, [index for (index,) in choices])
        bits = 0
        for choice in choices:
            here = self.full
            for variable, index in zip(variables, choice, strict=True):
                here &= self.pattern(variable.name, (index,))
            bits |= here
        return bits

    def lows(self, bits: int, name: str) -> list[int]:
        """For each value of the variable, the completions among `bits` that have it, as places of the other variables."""
        variable = self.by_name[name]
        first = self.pattern(name, (0,))
        return [(bits >> (index * variable.stride)) & first for index in range(variable.size)]

    def project(self, bits: int, name: str) -> int:
        """The completions that agree with one of `bits` in everything but the variable."""
        variable = self.by_name[name]
        low = 0
        for part in self.lows(bits, name):
            low |= part
        out = 0
        for index in range(variable.size):
            out |= low << (index * variable.stride)
        return out

    def chosen(self, bits: int) -> dict[str, Value]:
        """The values of the first completion among `bits`."""
        first = (bits & -bits).bit_length() - 1
        return {one.name: one.values[(first // one.stride) % one.size] for one in self.variables}

    def parts(self, mask: int, conditions: Sequence[int]) -> dict[tuple[bool, ...], int]:
        """The mask, cut by what is true of each condition: each joint answer that occurs, with its completions."""
        found: dict[tuple[bool, ...], int] = {(): mask} if mask else {}
        for bits in conditions:
            cut: dict[tuple[bool, ...], int] = {}
            for answer, here in found.items():
                if inside := here & bits:
                    cut[*answer, True] = inside
                if outside := here ^ inside:
                    cut[*answer, False] = outside
            found = cut
        return found


def _repeat(block: int, width: int, size: int) -> int:
    """`block` of `width` bits, again and again up to `size` bits."""
    while width < size:
        block |= block << width
        width *= 2
    return block & ((1 << size) - 1)
