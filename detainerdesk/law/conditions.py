"""Conditions into formulas: a condition of one layer, in one setting, with everything known folded in.

Definitions are opened by layer and day, readings chosen, clocks turned into their lengths, lists into their records and
what nobody has seen of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import product

from detainerdesk.law.errors import LawError
from detainerdesk.law.formula import (
    Burden,
    ClockLeaf,
    Formula,
    LayerRequires,
    Leaf,
    Moment,
    TakesEffect,
    Unseen,
    at_least,
    both,
    either,
    holds,
    leaves,
    negation,
    reads,
)
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Records, operand_value
from detainerdesk.law.language.rulebook import Choice, Clock, Provision
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.table import Quantified, Table


class Conditions:
    """Turns conditions into formulas; remembers what it met on the way (readings, uncertain days, facts read, clocks)."""

    def __init__(self, known: Known, setting: Setting) -> None:
        self.known = known
        self.setting = setting
        self.stack = known.stack
        self.vocabulary = known.vocabulary
        self.moment = Moment(setting.at, known.stack.zone, known.vocabulary, setting.item)
        self.day = setting.at.astimezone(known.stack.zone).date()
        self.quantified: dict[str, list[Quantified]] = {}
        self.readings_used: set[str] = set()
        self.uncertain_days = False
        self.folded: set[str] = set()
        self.literals: set[datetime | date] = set()
        self.clocks_named: set[str] = set()
        self._building: list[str] = []
        self._leaves: dict[tuple[grammar.Expression, tuple[str, int] | None], Formula] = {}
        self._definitions: dict[tuple[str, str, tuple[str, int] | None], Formula | None] = {}

    def in_force(self, provision: Provision) -> bool:
        state = provision.in_force.on(self.day)
        if state == "uncertain":
            self.uncertain_days = True
            state = "in" if self.setting.bounds == "early" else "out"
        declared = provision.declared is None or self.setting.declared_too or self.day >= provision.declared
        return state == "in" and declared

    def clocks_in_force(self) -> list[Clock]:
        """Each clock by name, the lowest layer's version."""
        found: dict[str, Clock] = {}
        for clock in self.stack.clocks:
            if clock.in_force.on(self.day) != "out" and clock.status != "off":
                found[clock.name] = clock
        return list(found.values())

    def chosen(self, choice: Choice, jurisdiction: str) -> str | None:
        """The value of a choice, or None while what it turns on is not known."""
        for condition, value in choice.branches:
            formula = self.formula(condition, jurisdiction) if condition else True
            if formula is True:
                return value
            if formula is not False:
                return None
        return "none"

    def formula(
        self, node: grammar.Expression, jurisdiction: str, element: tuple[str, int] | None = None, *, done: bool = False
    ) -> Formula:
        """The condition as a formula; `done`: a fact that is owed counts as not done, a moment as whether it has happened."""
        if isinstance(node, grammar.Constant):
            return node.value
        if isinstance(node, grammar.And):
            return both([self.formula(item, jurisdiction, element, done=done) for item in node.items])
        if isinstance(node, grammar.Or):
            return either([self.formula(item, jurisdiction, element, done=done) for item in node.items])
        if isinstance(node, grammar.Not):
            return negation(self.formula(node.item, jurisdiction, element, done=done))
        if isinstance(node, grammar.Shown):
            inner = self.formula(node.item, jurisdiction)
            return inner if isinstance(inner, bool) else Burden(inner)
        if isinstance(node, grammar.PermittedBy):
            return TakesEffect(node.rule)
        if isinstance(node, grammar.RequiredBy):
            return LayerRequires(node.layer)
        if isinstance(node, grammar.ItemIn):
            return self.setting.item in node.items
        if isinstance(node, grammar.ClockTest):
            return self._clock(node, jurisdiction)
        if isinstance(node, grammar.Some):
            return self._some(node, jurisdiction)
        if (
            isinstance(node, grammar.Is)
            and node.fact in self.stack.readings
            and self.vocabulary.fact(node.fact) is None
        ):
            self.readings_used.add(node.fact)
            return self.setting.reading[node.fact] in node.values
        if isinstance(node, grammar.Name):
            defined_by = (node.name, jurisdiction, element)
            if defined_by not in self._definitions:
                self._definitions[defined_by] = self._definition(node.name, jurisdiction, element)
            defined = self._definitions[defined_by]
            if defined is not None:
                return defined
        if isinstance(node, grammar.Is) and self._is_list(node.fact):
            return self._list_is_none(node.fact, jurisdiction)
        if done:
            return self._leaf(node, element, done)
        key = (node, element)
        if key not in self._leaves:
            self._leaves[key] = self._leaf(node, element, done)
        return self._leaves[key]

    def _leaf(self, node: grammar.Expression, element: tuple[str, int] | None, done: bool) -> Formula:
        fields = self.vocabulary.fields(element[0]) if element else {}
        uses_field = element is not None and any(name in fields for name in names_of(node))
        leaf = Leaf(node, element if uses_field else None)
        names = reads(leaf, self.vocabulary)
        if isinstance(node, grammar.Compare):
            sides = (
                operand_value(one, lambda _: UNKNOWN, self.setting.at, self.stack.zone)
                for one in (node.left, node.right)
            )
            self.literals |= {side for side in sides if isinstance(side, datetime | date)}
        self.folded |= {name for name in names if "[" not in name}
        if done:
            if any(name in self.known.facts.owed for name in names):
                return False
            if isinstance(node, grammar.Name) and (fact := self.vocabulary.fact(node.name)) and fact.kind == "moment":
                value = self.known.value(node.name)
                if value is not UNKNOWN:
                    return isinstance(value, datetime) and value <= self.setting.at
        if any(name.split("]")[0].endswith("[0") or self.known.value(name) is UNKNOWN for name in names):
            return leaf
        return bool(holds(leaf, self.known.value, self.moment))

    def _definition(self, name: str, jurisdiction: str, element: tuple[str, int] | None) -> Formula | None:
        if element and name in self.vocabulary.fields(element[0]):
            return None
        definition = self.stack.definition(name, jurisdiction, self.day, element[0] if element else None)
        if definition is None:
            if self.vocabulary.fact(name) is None:
                # Defined in this layer or above, but not in force on this day: there is no such thing yet.
                return False
            return None
        key = f"{definition.jurisdiction}/{name}"
        if key in self._building:
            raise LawError(f"the definitions {' -> '.join([*self._building, key])} lean on each other in a circle")
        self._building.append(key)
        formula = self.formula(definition.means, definition.jurisdiction, element)
        self._building.pop()
        return formula

    def constraints(self, formulas: Sequence[Formula]) -> list[Formula]:
        """The vocabulary's constraints, as what they allow, that speak of a fact these formulas leave open."""
        open_names = {
            name.split("[")[0]
            for formula in formulas
            for leaf in leaves(formula)
            for name in reads(leaf, self.vocabulary)
        }
        left, kept = list(self.vocabulary.constraints), list[Formula]()
        while open_names:
            touching = [one for one in left if one.names & open_names]
            if not touching:
                break
            left = [one for one in left if one not in touching]
            allowed = [negation(self.formula(one.never, self.stack.layers[0].jurisdiction)) for one in touching]
            kept += [one for one in allowed if not isinstance(one, bool)]
            open_names |= {
                name.split("[")[0] for one in allowed for leaf in leaves(one) for name in reads(leaf, self.vocabulary)
            }
        return kept

    def _clock(self, node: grammar.ClockTest, jurisdiction: str) -> Formula:
        self.clocks_named.add(node.clock)
        rank = self.stack.rank[jurisdiction]
        clock = next(
            (
                one
                for one in reversed(self.stack.clocks)
                if one.name == node.clock
                and self.stack.rank[one.jurisdiction] <= rank
                and one.in_force.on(self.day) != "out"
            ),
            None,
        )
        if clock is None:
            return False
        self.folded |= {name for name in (clock.start, clock.stops) if name}
        cases: list[Formula] = []
        for hours, calendar, holiday_days in product(
            *(self._branches(choice, clock.jurisdiction) for choice in (clock.hours, clock.calendar, clock.holidays))
        ):
            condition = both([hours[0], calendar[0], holiday_days[0]])
            if condition is False or hours[1] == "none":
                continue
            leaf = ClockLeaf(node.state, clock.start, int(hours[1]), calendar[1], holiday_days[1], clock.stops)
            known = all(self.known.value(name) is not UNKNOWN for name in reads(leaf, self.vocabulary))
            cases.append(both([condition, bool(holds(leaf, self.known.value, self.moment)) if known else leaf]))
        return either(cases)

    def _branches(self, choice: Choice, jurisdiction: str) -> list[tuple[Formula, str]]:
        found: list[tuple[Formula, str]] = []
        before: list[Formula] = []
        for condition, value in choice.branches:
            formula: Formula = self.formula(condition, jurisdiction) if condition else True
            found.append((both([formula, *(negation(one) for one in before)]), value))
            before.append(formula)
        return found

    def _is_list(self, name: str) -> bool:
        fact = self.vocabulary.fact(name)
        return fact is not None and fact.kind == "list"

    def _list_is_none(self, name: str, jurisdiction: str) -> Formula:
        return negation(self._some(grammar.Some(name, grammar.Constant(True)), jurisdiction))

    def _some(self, node: grammar.Some, jurisdiction: str) -> Formula:
        self.folded.add(node.list)
        if node.different and (values := self._every_value(node.list, node.different)):
            return at_least(node.count, [self._some(_of_value(node, one), jurisdiction) for one in values], ())
        known = self.known.facts.lists.get(node.list, Records((), complete=False))
        bodies = [
            self.formula(node.where, jurisdiction, (node.list, number)) for number in range(1, len(known.records) + 1)
        ]
        if node.different:
            bodies = self._by_value(node, bodies, known)
        unseen = () if known.complete else self._unseen(node, jurisdiction)
        if node.count == 1:
            return either([*bodies, *unseen])
        return at_least(node.count, bodies, unseen)

    def _every_value(self, list_name: str, field_name: str) -> tuple[str, ...]:
        """The values of a field that has few; empty where it has endlessly many."""
        field = self.vocabulary.fields(list_name)[field_name]
        return ("yes", "no") if field.kind == "yes/no" else field.values if field.kind == "one of" else ()

    def _by_value(self, node: grammar.Some, bodies: list[Formula], known: Records) -> list[Formula]:
        """One item for each value of the field: `different` counts a value once. A record whose value is not known may have
        one of the known values, or share one with another such record, or have one of its own."""
        assert node.different is not None
        values = [record.get(node.different, UNKNOWN) for record in known.records]
        kind = self.vocabulary.fields(node.list)[node.different].kind
        groups: dict[str, list[Formula]] = {str(value): [] for value in values if value is not UNKNOWN}
        groups |= {PRIVATE_VALUES[kind].format(number): [] for number in range(1, values.count(UNKNOWN))}
        any_other: list[Formula] = []
        for number, (body, value) in enumerate(zip(bodies, values, strict=True), 1):
            if value is not UNKNOWN:
                groups[str(value)].append(body)
                continue
            for word, items in groups.items():
                items.append(both([body, Leaf(grammar.Is(node.different, (word,)), (node.list, number))]))
            named = Leaf(grammar.Is(node.different, tuple(groups)), (node.list, number))
            any_other.append(both([body, negation(named)]) if groups else body)
        return [either(items) for items in (*groups.values(), any_other)]

    def _unseen(self, node: grammar.Some, jurisdiction: str) -> tuple[Unseen, ...]:
        body = self.formula(node.where, jurisdiction, (node.list, 0))
        if body is False:
            return ()
        asked = self.quantified.setdefault(node.list, [])
        number = next((index for index, one in enumerate(asked) if one.body == body), None)
        if number is None:
            number = len(asked)
            asked.append(Quantified(body, node.count))
        elif asked[number].cap < node.count:
            asked[number] = Quantified(body, node.count)
        return tuple(Unseen(node.list, number, count) for count in range(1, node.count + 1))

    def witness_record(self, name: str, state: tuple[int, ...]) -> list[dict[str, Value]] | None:
        """The most ordinary records that give a joint answer, one for each condition that it meets."""
        asked = self.quantified[name]
        records: list[dict[str, Value]] = []
        table = Table([one.body for one in asked], [], lambda _: UNKNOWN, {}, self.moment, [])
        wanted = table.full
        for one, count in zip(asked, state, strict=True):
            bits = table.bits(one.body, None)
            wanted &= bits if count else table.full & ~bits
        if not wanted:
            return None
        witness = table.witness(wanted)
        records.append({full.split("].")[1]: value for full, value in witness.items() if full.startswith(name + "[")})
        return records


PRIVATE_VALUES = {
    "text": "\0another {}",
    "date": "1000-01-{:02}",
    "moment": "1000-01-{:02} 00:00",
    "count": "9000{:02}",
}
"""Values that no rulebook names, for records that may each have one of their own."""


def _of_value(node: grammar.Some, value: str) -> grammar.Some:
    """Some element that satisfies the condition and has that value."""
    assert node.different is not None
    return grammar.Some(node.list, grammar.And((node.where, grammar.Is(node.different, (value,)))))


def names_of(node: grammar.Expression) -> tuple[str, ...]:
    """The facts or fields that one test names."""
    if isinstance(node, grammar.Name):
        return (node.name,)
    if isinstance(node, grammar.Is | grammar.Includes):
        return (node.fact,)
    if isinstance(node, grammar.Compare):
        return (node.left, node.right)
    return (node.list,) if isinstance(node, grammar.Some) else ()
