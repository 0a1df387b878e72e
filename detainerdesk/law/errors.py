"""What can go wrong with a rulebook or a case, said so that a person can mend it: what, where, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in a rulebook something stands: a file, a line (from 1), a column (from 1, or 0) and the heading above it."""

    file: str
    line: int
    column: int = 0
    heading: str = ""

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
