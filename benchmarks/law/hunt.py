"""Hunting a mutant: the examples that could see its block are run under the changed law, most likely first, until one fails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from mutants import Mutant
from seen import Seen, fails, footprint

from detainerdesk.law import Edition
from detainerdesk.law.errors import LawError, RulebookError
from detainerdesk.law.language.clocks import EVERY_HOUR
from detainerdesk.law.language.rulebook import Clock, Example
from detainerdesk.law.load import refuse_faults

LOADER = "the loader"


def _leaves_days_out(clock: Clock) -> bool:
    return any(value != EVERY_HOUR for _, value in clock.calendar.branches)


@dataclass
class Hunter:
    """Hunts the mutants of one edition; learns which examples catch the changes of a block."""

    edition: Edition
    seen: Sequence[Seen]
    caught: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def catches(self, mutant: Mutant) -> str | None:
        """The example that fails under the mutant, or the loader's refusal; None where nothing notices it."""
        edition = mutant.edition(self.edition)
        if isinstance(mutant.changed, Clock) and mutant.changed.counts_back and _leaves_days_out(mutant.changed):
            return f"{LOADER}: a clock that counts back counts every hour"
        if mutant.changed is None or mutant.what.startswith(("in force", "action")):
            try:
                refuse_faults(edition)
            except RulebookError as error:
                return f"{LOADER}: {error}"
        for one in self.candidates(mutant):
            if wrong := fails(one, edition):
                self.caught[mutant.jurisdiction, mutant.name, one.example.name] += 1
                return f"{one.example.name}: {wrong}"
        return None

    def candidates(self, mutant: Mutant, *, any_day: bool = False) -> list[Seen]:
        """The examples whose answer rests on the block (on that day), most likely first."""
        block = (mutant.jurisdiction, mutant.name)
        named = re.compile(rf"(?<![\w.-]){re.escape(mutant.name.split(' of ')[0])}(?![\w-]|\.\w)")
        words = frozenset(re.findall(r"[\w.\[\]-]+", mutant.what))

        def likely(one: Seen) -> tuple[float, ...]:
            text = one.example.facts
            return (
                -self.caught[mutant.jurisdiction, mutant.name, one.example.name],
                -bool(named.search(one.example.expect)),
                -sum(word in text for word in words if len(word) > 4),
                one.jurisdiction != mutant.jurisdiction,
                len(one.expected),
            )

        return sorted(
            (one for one in self.seen if block in one.blocks and (any_day or self._may_see(mutant, one))), key=likely
        )

    def as_seen(self, example: Example, jurisdiction: str) -> Seen | None:
        """A new example with its footprint; None where it is no case."""
        try:
            return footprint(example, jurisdiction, self.edition)
        except LawError:
            return None

    @staticmethod
    def _may_see(mutant: Mutant, one: Seen) -> bool:
        """Whether the change can matter on the example's day: a block that is not law then changes nothing, but what comes later."""
        before = mutant.piece.in_force.on(one.day)
        after = mutant.changed.in_force.on(one.day) if mutant.changed else "out"
        if one.ahead:
            return True
        if mutant.what.startswith("in force"):
            return before != after
        if mutant.what.startswith("declared") and mutant.changed is not None:
            days = (getattr(mutant.piece, "declared", None), getattr(mutant.changed, "declared", None))
            return any((day is None) or one.day < day for day in days) and any(day and one.day >= day for day in days)
        return "out" not in (before, after) or before != after
