"""What can go wrong with a rulebook or a case, said so that a person can mend it: what, where, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where in a rulebook something stands: a file, a line (from 1), a column (from 1, or 0) and the heading above it.

    `pieces` is for a text that goes on over lines: where in the text each line's part begins, its line and its column."""

    file: str
    line: int
    column: int = 0
    heading: str = ""
    pieces: tuple[tuple[int, int, int], ...] = field(default=(), compare=False, repr=False)

    def at(self, offset: int) -> Place:
        """The place of the character that stands `offset` characters after the beginning of the text."""
        if not self.pieces:
            return Place(self.file, self.line, (self.column or 1) + offset, self.heading)
        start, line, column = next(
            (piece for piece in reversed(self.pieces) if piece[0] <= offset), (0, self.line, self.column or 1)
        )
        column += offset - start
        later = [(begin - offset, line, column) for begin, line, column in self.pieces if begin > offset]
        pieces = ((0, line, column), *later) if later else ()
        return Place(self.file, line, column, self.heading, pieces)

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        heading = f" (under “{self.heading}”)" if self.heading else ""
        return f"{self.file}:{self.line}{column}{heading}"


class LawError(Exception):
    """Anything that the law room refuses. The message names the thing, the place and the remedy."""


class RulebookError(LawError):
    """A rulebook that can't be read or contradicts itself."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.place = place
        super().__init__(f"{place}: {message}" if place else message)


class CaseError(LawError):
    """A case that can't be read: an unknown name, a value of the wrong type, a definition stated as a fact."""


class ContradictoryFacts(CaseError):
    """Facts that can't all be true on paper or in nature. There is no outcome until one of them is corrected."""

    def __init__(self, facts: tuple[str, ...], constraint: str, message: str) -> None:
        self.facts = facts
        self.constraint = constraint
        super().__init__(message)


Refused = Callable[[RulebookError], None]
"""What takes note of an error, where reading goes on to the next block instead of stopping at it."""


class going_on:  # noqa: N801 (it is used as `with going_on(refused):`, many thousand times a load)
    """An error ends only what stands inside, where somebody takes note of it (`refused`); else it ends everything."""

    __slots__ = ("refused",)

    def __init__(self, refused: Refused | None) -> None:
        self.refused = refused

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if self.refused is None or not isinstance(error, RulebookError):
            return False
        self.refused(error)
        return True
