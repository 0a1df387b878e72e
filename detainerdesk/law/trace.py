"""Why a decision is as it is: for each action, what became of each rule, and each condition's value with the facts behind it.

The trace holds what was decided from; everything that a person reads is rendered from it later, so no text can say what it
does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case, Facts, leaf_holds
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.language.vocabulary import UNKNOWN, Value

if TYPE_CHECKING:
    from detainerdesk.law.load import Stack


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

    case: Case
    stack: Stack
    facts: Facts
    steps: Mapping[str, tuple[Step, ...]]

    def tests(self, provision: Provision) -> tuple[Test, ...]:
        """Each test of a rule's `when` and `unless`, definitions opened, in the order of the text."""
        found: list[Test] = []
        for part, condition in (("when", provision.when), ("unless", provision.unless)):
            if condition is not None:
                found += [
                    Test(node, self._value(node), self._behind(node), part)
                    for node in self._opened(condition, provision.jurisdiction)
                ]
        return tuple(found)

    def _opened(self, node: grammar.Expression, jurisdiction: str) -> Iterator[grammar.Expression]:
        day = self.case.at.astimezone(self.stack.zone).date()
        for inner in grammar.walk(node):
            if isinstance(inner, grammar.Name):
                definition = self.stack.definition(inner.name, jurisdiction, day)
                if definition is not None:
                    yield from self._opened(definition.means, definition.jurisdiction)
                    continue
            if isinstance(inner, grammar.Name | grammar.Is | grammar.Includes | grammar.Compare | grammar.ClockTest):
                if (
                    not isinstance(inner, grammar.Name | grammar.Is)
                    or self.stack.vocabulary.fact(_name(inner)) is not None
                ):
                    yield inner
            elif isinstance(inner, grammar.Some):
                yield inner

    def _value(self, node: grammar.Expression) -> bool | None:
        if isinstance(node, grammar.Name | grammar.Is | grammar.Includes | grammar.Compare):
            return leaf_holds(node, self._get, self.case.at, self.stack.vocabulary, self.stack.zone)
        if isinstance(node, grammar.Some):
            return self._some(node)
        return None

    def _some(self, node: grammar.Some) -> bool | None:
        records = self.facts.lists.get(node.list)
        if records is None:
            return None
        answers = [self._of_record(node.where, node.list, record.get) for record in records.records]
        if sum(answer is True for answer in answers) >= node.count:
            return True
        open_ones = sum(answer is not False for answer in answers)
        return None if not records.complete or open_ones >= node.count else False

    def _of_record(self, node: grammar.Expression, list_name: str, get: Callable[..., Value]) -> bool | None:
        if isinstance(node, grammar.Constant):
            return node.value
        if isinstance(node, grammar.And | grammar.Or):
            answers = [self._of_record(item, list_name, get) for item in node.items]
            ends = isinstance(node, grammar.Or)
            return ends if ends in answers else None if None in answers else not ends
        if isinstance(node, grammar.Not):
            inner = self._of_record(node.item, list_name, get)
            return None if inner is None else not inner
        if isinstance(node, grammar.Name):
            day = self.case.at.astimezone(self.stack.zone).date()
            definition = self.stack.definition(node.name, self.stack.layers[-1].jurisdiction, day, list_name)
            if definition is not None:
                return self._of_record(definition.means, list_name, get)
        fields = self.stack.vocabulary.fields(list_name)
        return leaf_holds(
            node,
            lambda name: get(name, UNKNOWN) if name in fields else self._get(name),
            self.case.at,
            self.stack.vocabulary,
            self.stack.zone,
            element=list_name,
        )

    def _get(self, name: str) -> Value:
        return self.facts.value(name)

    def _behind(self, node: grammar.Expression) -> tuple[tuple[str, Value, str], ...]:
        names = [node.start] if isinstance(node, grammar.ClockTest) and hasattr(node, "start") else _names(node)
        found: list[tuple[str, Value, str]] = []
        for name in names:
            if self.stack.vocabulary.fact(name) is None:
                continue
            if name in self.facts.lists:
                records = self.facts.lists[name]
                found.append(
                    (
                        name,
                        f"{len(records.records)} known{'' if records.complete else ', maybe more'}",
                        self._source(name),
                    )
                )
            else:
                found.append((name, self.facts.value(name), self._source(name)))
        return tuple(found)

    def _source(self, name: str) -> str:
        if name in self.facts.assumed:
            return "assumed"
        source = self.case.sources.get(name)
        if source is None:
            return "stated" if name in self.facts.values or name in self.facts.lists else "not known"
        who = f", {source.who}" if source.who else ""
        return f"{source.what}{who}{_at(source.at)}"


def _at(moment: datetime | None) -> str:
    return f", {moment:%H:%M}" if moment else ""


def _name(node: grammar.Expression) -> str:
    return node.name if isinstance(node, grammar.Name) else getattr(node, "fact", "")


def _names(node: grammar.Expression) -> list[str]:
    if isinstance(node, grammar.Compare):
        return [node.left, node.right]
    if isinstance(node, grammar.Some):
        return [node.list]
    return [_name(node)]
