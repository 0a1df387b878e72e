"""Why a decision is as it is: for each action, what became of each rule, and each condition's value with the facts behind it.

The trace holds what was decided from; everything that a person reads is rendered from it later, so no text can say what it
does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from detainerdesk.law.circuit import names_of
from detainerdesk.law.known import Known
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.facts import Facts
from detainerdesk.law.language.rulebook import Definition, Provision
from detainerdesk.law.language.vocabulary import Value
from detainerdesk.law.load import Stack
from detainerdesk.law.lowering import law_on
from detainerdesk.law.table import Evaluation


@dataclass(frozen=True)
class Step:
    """What became of one rule or void: `decides`, `would decide if` (a fact is open), `lifted` or `voided` (by `ended_by`),
    `does not apply`, `not in force`, `off`; for a void `voids` or `would void if`."""

    provision: Provision
    state: str
    ended_by: str


@dataclass(frozen=True)
class Test:
    """One test of a condition: its value (None: not known) and the facts that it rests on, each with where it came from."""

    text: grammar.Expression
    value: bool | None
    facts: tuple[tuple[str, Value, str], ...]
    part: str


@dataclass(frozen=True)
class Trace:
    """The rules considered for each action of one case."""

    known: Known
    asked: tuple[str, ...]
    found: Callable[[str], tuple[Step, ...]]

    @property
    def case(self) -> Case:
        return self.known.case

    @property
    def stack(self) -> Stack:
        return self.known.stack

    @property
    def facts(self) -> Facts:
        return self.known.facts

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, ...]]:
        """For each action asked, what became of each rule and void."""
        return {action: self.found(action) for action in self.asked}

    def tests(self, provision: Provision) -> tuple[Test, ...]:
        """Each test of a rule's `when` and `unless`, definitions opened, in the order of the text."""
        found: list[Test] = []
        for part, condition in (("when", provision.when), ("unless", provision.unless)):
            if condition is not None:
                found += [
                    Test(node, self._value(node, layer), self._behind(node, layer), part)
                    for node, layer in self._opened(condition, provision.jurisdiction)
                ]
        return tuple(found)

    def _opened(self, node: grammar.Expression, jurisdiction: str) -> Iterator[tuple[grammar.Expression, str]]:
        """The tests on facts of a condition, each with the layer whose definitions it uses; a list's condition is one test."""
        if isinstance(node, grammar.And | grammar.Or):
            for item in node.items:
                yield from self._opened(item, jurisdiction)
        elif isinstance(node, grammar.Not | grammar.Shown):
            yield from self._opened(node.item, jurisdiction)
        elif isinstance(node, grammar.Name) and (definition := self._definition(node.name, jurisdiction)):
            yield from self._opened(definition.means, definition.jurisdiction)
        elif isinstance(node, grammar.Name | grammar.Is):
            if self.stack.vocabulary.fact(names_of(node)[0]) is not None:
                yield node, jurisdiction
        elif isinstance(
            node,
            grammar.Includes | grammar.Compare | grammar.ClockTest | grammar.Some | grammar.InList | grammar.Within,
        ):
            yield node, jurisdiction

    def _definition(self, name: str, jurisdiction: str) -> Definition | None:
        return self.stack.definition(name, jurisdiction, self.case.at.astimezone(self.stack.zone).date())

    @cached_property
    def _evaluation(self) -> Evaluation:
        return Evaluation(self.known, law_on(self.stack, self.known.docket.day(self.case.at)), self.known.setting())

    def _value(self, node: grammar.Expression, jurisdiction: str) -> bool | None:
        """As the decision has it; None while it turns on something that is not known."""
        return self._evaluation.truth(self._evaluation.law.circuit(node, jurisdiction))

    def _behind(self, node: grammar.Expression, jurisdiction: str) -> tuple[tuple[str, Value, str], ...]:
        names = self._of_clock(node.clock, jurisdiction) if isinstance(node, grammar.ClockTest) else names_of(node)
        found: list[tuple[str, Value, str]] = []
        for name in names:
            if self.stack.vocabulary.fact(name) is None:
                continue
            value = self.facts.value(name)
            if name in self.facts.lists:
                records = self.facts.lists[name]
                value = f"{len(records.records)} known{'' if records.complete else ', maybe more'}"
            if name in self.facts.owed:
                value = "owed"
            found.append((name, value, self._source(name)))
        return tuple(found)

    def _of_clock(self, clock: str, jurisdiction: str) -> Sequence[str]:
        """The facts at which the clock that a layer sees starts and stops."""
        rank = self.stack.rank[jurisdiction]
        seen = [one for one in self.stack.clocks if one.name == clock and self.stack.rank[one.jurisdiction] <= rank]
        return [name for name in (seen[-1].start, seen[-1].stops) if name] if seen else []

    def _source(self, name: str) -> str:
        if name in self.facts.assumed:
            return "assumed"
        source = self.case.sources.get(name)
        if source is None:
            return "stated" if name in self.facts.values or name in self.facts.lists else "not known"
        who = f", {source.who}" if source.who else ""
        at = f", {source.at.astimezone(self.stack.zone):%H:%M}" if source.at else ""
        return f"{source.what}{who}{at}"
