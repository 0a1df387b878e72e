"""Prose: a rule, a void, a duty or a condition in plain words, from the vocabulary's phrases alone.

A condition of more than two terms, or with `and` under `or`, is printed as a labelled list, so that different conditions
never print alike (tests/law/reparse.py reads them back). The sentence of a rule is its `says` line;
layout.py puts each item of it on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from detainerdesk.law.language import grammar
from detainerdesk.law.language.layout import IN_THAT_CASE, UNLESS, nth_label
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.rulebook import Definition, Duty, Provision, Rule, Rulebook, Voids
from detainerdesk.law.language.vocabulary import Fact, Vocabulary

HEADS = {"and": "all of these are true", "or": "one or more of these is true"}
COUNTED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
EFFECT_NOUNS = {"must": "requirement", "must not": "ban", "may": "permission", "lifts": "exception"}
QUOTE = '"'
ORDER = {"<": "before", "<=": "at or before", ">": "after", ">=": "at or after"}


def levels(condition: grammar.Expression) -> int:
    """How many lists stand inside each other where the condition is printed."""
    if isinstance(condition, grammar.And | grammar.Or):
        return (0 if _is_flat(condition) else 1) + max(levels(item) for item in condition.items)
    if isinstance(condition, grammar.Not | grammar.Shown):
        return levels(condition.item)
    if isinstance(condition, grammar.Within) and isinstance(condition.plus, grammar.JailDays):
        return levels(condition.plus.where)
    return levels(condition.where) if isinstance(condition, grammar.Some) else 0


def _is_flat(node: grammar.And | grammar.Or) -> bool:
    """Whether it is printed as `A and B`: two clauses that nothing else could hang on (`x is A or B` is two terms by itself)."""
    if len(node.items) != 2:
        return False
    first, second = node.items
    return _is_clause(first) and _is_clause(second.item if isinstance(second, grammar.Shown) else second)


def _is_clause(node: grammar.Expression) -> bool:
    """A test that is printed as one clause, or its negation."""
    if isinstance(node, grammar.Not):
        return _is_clause(node.item)
    if isinstance(node, grammar.Some):
        return node.where == grammar.Constant(True)
    if isinstance(node, grammar.Is | grammar.ItemIn):
        return len(node.values if isinstance(node, grammar.Is) else node.items) == 1
    if isinstance(node, grammar.Within):
        return node.plus is None
    return not isinstance(node, grammar.And | grammar.Or | grammar.Shown)


@dataclass(frozen=True)
class Prose:
    """Writes conditions of one rulebook in plain words."""

    vocabulary: Vocabulary
    definitions: tuple[Definition, ...]
    lists: tuple[OffenseList, ...] = ()

    @classmethod
    def of(cls, line: Sequence[Rulebook], vocabulary: Vocabulary) -> Prose:
        """`line` is the rulebook and those above it, itself first."""
        definitions = tuple(one for book in line for one in book.definitions)
        return cls(vocabulary, definitions, tuple(one for book in line for one in book.lists))

    def sentence(self, provision: Provision) -> str:
        """The prose reading of a rule, void or duty: its `says`."""
        if isinstance(provision, Voids):
            nouns = _list([EFFECT_NOUNS[effect] for effect in provision.effects], "or")
            verbs = _list([self._verb(action, "may") for action in provision.actions], "or to")
            head = f"a lower layer's {nouns} does not count as to whether to {verbs}"
        elif isinstance(provision, Duty):
            head = f"{self._who(provision.who)} must {self._verb(provision.action, 'must')}{self._whom(provision)}"
        elif isinstance(provision, Rule) and provision.effect:
            verbs = _list(
                [self._verb(action, provision.effect) for action in provision.actions],
                "or" if provision.effect != "must" else "and",
            )
            head = f"{self._who(provision.who)} {provision.effect} {verbs}"
        else:
            assert isinstance(provision, Rule)
            head = f"{_list(list(provision.lifts), 'and')} {'do' if len(provision.lifts) > 1 else 'does'} not count"
        if isinstance(provision, Rule) and provision.effect and provision.lifts:
            head += (
                f" (and {_list(list(provision.lifts), 'and')} {'do' if len(provision.lifts) > 1 else 'does'} not count)"
            )
        if isinstance(provision, Rule | Voids) and provision.items:
            head += f", as to {_list([one.replace('_', ' ') for one in provision.items], 'and')}"
        text = head
        if provision.when != grammar.Constant(True):
            text += f", when {self.condition(provision.when)}"
        text = text[0].upper() + text[1:] + "."
        if provision.unless is not None:
            text += f" {UNLESS} {self.condition(provision.unless)}."
            if isinstance(provision, Rule) and provision.otherwise_may:
                text += f" {IN_THAT_CASE}"
        return text

    def definition(self, definition: Definition) -> str:
        """A definition as a sentence, in the words of the layer that gives it."""
        means = self._seen_by(definition).condition(definition.means, 0, definition.of)
        return f"{definition.phrase[0].upper()}{definition.phrase[1:]} when {means}."

    def definitions_below(self, provision: Provision) -> tuple[Definition, ...]:
        """The definitions that a provision names, and those that these name, in the order in which a reader meets them."""
        conditions = [condition for condition in (provision.when, provision.unless) if condition is not None]
        found: dict[int, Definition] = {}
        waiting = [used for condition in conditions for used in self._used(condition, None)]
        while waiting:
            definition = waiting.pop(0)
            if id(definition) not in found:
                found[id(definition)] = definition
                waiting += self._seen_by(definition)._used(definition.means, definition.of)
        return tuple(found.values())

    def _seen_by(self, definition: Definition) -> Prose:
        """The words of the layer that gives a definition: what stands below it, it does not see."""
        below = {one.jurisdiction for one in takewhile(lambda one: one != definition, self.definitions)}
        below -= {definition.jurisdiction}
        return replace(
            self,
            definitions=tuple(one for one in self.definitions if one.jurisdiction not in below),
            lists=tuple(one for one in self.lists if one.jurisdiction not in below),
        )

    def _used(self, node: grammar.Expression, element: str | None) -> Iterator[Definition]:
        """The definitions that a condition names, every version of the nearest layer's."""
        if isinstance(node, grammar.Name):
            same = [one for one in self.definitions if one.name == node.name and one.of == element]
            yield from (one for one in same if one.jurisdiction == same[0].jurisdiction)
        elif isinstance(node, grammar.And | grammar.Or):
            for item in node.items:
                yield from self._used(item, element)
        elif isinstance(node, grammar.Not | grammar.Shown):
            yield from self._used(node.item, element)
        elif isinstance(node, grammar.Some):
            yield from self._used(node.where, node.list)

    def condition(self, node: grammar.Expression, level: int = 0, element: str | None = None) -> str:
        """A condition in words; nested lists are labelled (a), (1), (i); `level` is that of the list it would open."""
        if isinstance(node, grammar.And | grammar.Or):
            joint = "and" if isinstance(node, grammar.And) else "or"
            if _is_flat(node):
                return f" {joint} ".join(self.condition(item, level, element) for item in node.items)
            parts = [
                f"({nth_label(level, index)}) {self.condition(item, level + 1, element)}"
                for index, item in enumerate(node.items)
            ]
            return f"{HEADS[joint]}: {'; '.join(parts[:-1])}; {joint} {parts[-1]}"
        if isinstance(node, grammar.Not):
            return self._negated(node.item, level, element)
        if isinstance(node, grammar.Shown):
            return f"it is shown that {self.condition(node.item, level, element)}"
        if isinstance(node, grammar.Some):
            return self._some(node, level, negated=False)
        if isinstance(node, grammar.Within):
            return self._within(node, level, element, negated=False)
        return self._test(node, element, negated=False)

    def _negated(self, node: grammar.Expression, level: int, element: str | None) -> str:
        if isinstance(node, grammar.Some):
            return self._some(node, level, negated=True)
        if isinstance(node, grammar.Within):
            return self._within(node, level, element, negated=True)
        if isinstance(node, grammar.Not):
            return self.condition(node.item, level, element)
        if isinstance(node, grammar.Shown):
            return f"it is not shown that {self.condition(node.item, level, element)}"
        if isinstance(node, grammar.And | grammar.Or):
            return f"it is not so that {self.condition(node, level, element)}"
        return self._test(node, element, negated=True)

    def _some(self, node: grammar.Some, level: int, *, negated: bool) -> str:
        noun = list_noun(node.list)
        article = "an" if noun[0] in "aeiou" else "a"
        different = f" with different {node.different.replace('_', ' ')}" if node.different else ""
        how_many = f"{'fewer than' if negated else 'at least'} {node.count} {noun}s{different}"
        if node.where == grammar.Constant(True):
            if node.count == 1:
                return f"no {noun} is known" if negated else f"{article} {noun} is known"
            return f"{how_many} are known"
        inner = self.condition(node.where, level, node.list)
        if node.count == 1:
            return f"there is {'no' if negated else article} {noun} of which this is true, {inner}"
        return f"there are {how_many} of which this is true, {inner}"

    def _test(self, node: grammar.Expression, element: str | None, *, negated: bool) -> str:
        if isinstance(node, grammar.Constant):
            return "always" if node.value != negated else "never"
        if isinstance(node, grammar.Name):
            definition = next((one for one in self.definitions if one.name == node.name and one.of == element), None)
            if definition:
                return definition.not_phrase if negated else definition.phrase
            fact = self._fact(node.name, element)
            if fact.kind == "moment":
                return f"{noun(fact)} {'has not happened' if negated else 'has happened'}"
            return fact.false if negated else fact.true
        if isinstance(node, grammar.Is):
            return self._is(node, element, negated)
        if isinstance(node, grammar.Includes):
            fact = self._fact(node.fact, element)
            if fact.by_item and not fact.phrase:
                return f"as to {node.value.replace('_', ' ')}, {fact.false if negated else fact.true}"
            return _fill(fact, node.value.replace("_", " "), negated)
        if isinstance(node, grammar.Compare):
            order = (COUNTED if self._counts(node, element) else ORDER)[node.operator]
            sides = [self._operand(side, element) for side in (node.left, node.right)]
            return f"{sides[0]} is {'not ' if negated else ''}{order} {sides[1]}"
        if isinstance(node, grammar.InList):
            offenses = next(one for one in self.lists if one.name == node.list)
            return offenses.not_phrase if negated else offenses.phrase
        if isinstance(node, grammar.ClockTest):
            state = "is running" if node.state == "running" else "has ended"
            state = {"is running": "is not running", "has ended": "has not ended"}[state] if negated else state
            return f"the clock {node.clock.replace('_', ' ')} {state}"
        if isinstance(node, grammar.PermittedBy):
            return f"{node.rule} {'does not take' if negated else 'takes'} effect"
        if isinstance(node, grammar.RequiredBy):
            return f"the law of {node.layer} {'does not require' if negated else 'requires'} it"
        if isinstance(node, grammar.ItemIn):
            return f"the information is {'not ' if negated else ''}{_list([item.replace('_', ' ') for item in node.items], 'or')}"
        raise TypeError(f"no words for {node!r}")

    def _within(self, node: grammar.Within, level: int, element: str | None, *, negated: bool) -> str:
        """`the date is in the 7 years before the arrival of the request (both days inside)`"""
        units = ((node.years, "year"), (node.months, "month"), (node.days, "day"))
        span = _list([f"{number} {unit}{'s' if number > 1 else ''}" for number, unit in units if number], "and")
        inside = "both days inside" if node.boundary == "in" else "the first day outside"
        text = f"{self._operand(node.date, element)} is {'not ' if negated else ''}in the {span} before "
        text += f"{self._operand(node.anchor, element)} ({inside})"
        if isinstance(node.plus, str):
            text += f", and as many days earlier as {self._operand(node.plus, element)}"
        elif node.plus is not None:
            ends = f"from {self._operand(node.plus.start, element)} to {self._operand(node.plus.end, element)}"
            text += f", and as many days earlier as there were days in jail {ends}"
            if node.plus.where != grammar.Constant(True):
                text += f" for that of which this is true, {self.condition(node.plus.where, level, element)}"
        return text

    def _is(self, node: grammar.Is, element: str | None, negated: bool) -> str:
        fact = self.vocabulary.fields(element).get(node.fact) if element else self.vocabulary.fact(node.fact)
        if fact is None:
            return f"the reading of {node.fact.replace('_', ' ')} is {'other than ' if negated else ''}{_list([v.replace('_', ' ') for v in node.values], 'or')}"
        if fact.kind == "list":
            return fact.phrase if negated else fact.not_phrase
        if fact.kind == "yes/no":
            return fact.true if (node.values == ("yes",)) != negated else fact.false
        if fact.kind == "text":
            return _fill(fact, _list([_quoted(value.strip(QUOTE)) for value in node.values], "or"), negated)
        return _fill(fact, _list([value.replace("_", " ") for value in node.values], "or"), negated)

    def _fact(self, name: str, element: str | None) -> Fact:
        fields = self.vocabulary.fields(element) if element else {}
        return fields.get(name) or self.vocabulary.facts[name]

    def _operand(self, operand: str, element: str | None) -> str:
        if operand == "at":
            return "now"
        return operand.replace("T", " ") if operand[0].isdigit() else noun(self._fact(operand, element))

    def _counts(self, node: grammar.Compare, element: str | None) -> bool:
        return any(
            side.isdigit() or (side != "at" and not side[0].isdigit() and self._fact(side, element).kind == "count")
            for side in (node.left, node.right)
        )

    def _verb(self, action: str, effect: str) -> str:
        spec = self.vocabulary.actions[action]
        return {"must": spec.must, "must not": spec.must_not, "may": spec.may}[effect]

    def _whom(self, duty: Duty) -> str:
        """To whom a duty is owed, unless the verb says it already ("tell the person")."""
        said = re.search(rf"\b{re.escape(duty.whom)}\b", self._verb(duty.action, "must"))
        return "" if said else f" ({duty.whom})"

    def _who(self, roles: Sequence[str]) -> str:
        if not roles:
            return "any officer or employee"
        words = [role.replace("_", " ") for role in roles]
        return f"{'an' if words[0][0] in 'aeiou' else 'a'} {_list(words, 'or')}"


def noun(fact: Fact) -> str:
    """What a comparison calls a fact: its phrase up to `is`, else its name."""
    before, found, _ = fact.phrase.partition(" is {value}")
    return before if found else fact.field.replace("_", " ")


def _quoted(text: str) -> str:
    """A text of more than one word in quotes, so that its words are not taken for ours."""
    return text if re.fullmatch(r"[A-Z0-9]+", text) else f"{QUOTE}{text}{QUOTE}"


def list_noun(name: str) -> str:
    """What one record of a list is called."""
    return name.rsplit(".", maxsplit=1)[-1].removesuffix("s").replace("_", " ")


def _fill(fact: Fact, value: str, negated: bool) -> str:
    return (fact.not_phrase if negated else fact.phrase).replace("{value}", value)


def _list(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
