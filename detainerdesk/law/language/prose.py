"""Prose: a rule, a void, a duty or a condition in plain words, from the vocabulary's phrases alone.

A condition of more than two terms, or with `and` under `or`, is printed as a labelled list, so that different conditions
never print alike. The sentence of a rule is its `says` line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from detainerdesk.law.language import grammar
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.rulebook import Definition, Duty, Provision, Rule, Rulebook, Voids
from detainerdesk.law.language.vocabulary import Fact, Vocabulary

LABELS = (
    tuple("abcdefghijklmnopqrstuvwxyz"),
    tuple(str(n) for n in range(1, 40)),
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
)
EFFECT_NOUNS = {"must": "requirement", "must not": "ban", "may": "permission", "lifts": "exception"}
ORDER = {"<": "before", "<=": "at or before", ">": "after", ">=": "at or after"}


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
            text += f", {self._clause('when', provision.when)}"
        text = text[0].upper() + text[1:] + "."
        if provision.unless is not None:
            text += f" This does not apply {self._clause('when', provision.unless)}."
            if isinstance(provision, Rule) and provision.otherwise_may:
                text += " In that case it may be done."
        return text

    def _clause(self, word: str, condition: grammar.Expression) -> str:
        return f"{word} {self.condition(condition)}"

    def condition(self, node: grammar.Expression, level: int = 0, element: str | None = None) -> str:
        """A condition in words; nested lists are labelled (a), (1), (i)."""
        if isinstance(node, grammar.And | grammar.Or):
            joint = "and" if isinstance(node, grammar.And) else "or"
            if len(node.items) == 2 and not any(isinstance(item, grammar.And | grammar.Or) for item in node.items):
                return f" {joint} ".join(self.condition(item, level, element) for item in node.items)
            labels = LABELS[min(level, len(LABELS) - 1)]
            parts = [
                f"({labels[i % len(labels)]}) {self.condition(item, level + 1, element)}"
                for i, item in enumerate(node.items)
            ]
            head = "all of these are true" if joint == "and" else "one or more of these is true"
            return f"{head}: {'; '.join(parts[:-1])}; {joint} {parts[-1]}"
        if isinstance(node, grammar.Not):
            return self._negated(node.item, level, element)
        if isinstance(node, grammar.Shown):
            return f"it is shown that {self.condition(node.item, level, element)}"
        if isinstance(node, grammar.Some):
            return self._some(node, level, negated=False)
        return self._test(node, element, negated=False)

    def _negated(self, node: grammar.Expression, level: int, element: str | None) -> str:
        if isinstance(node, grammar.Some):
            return self._some(node, level, negated=True)
        if isinstance(node, grammar.Not):
            return self.condition(node.item, level, element)
        if isinstance(node, grammar.Shown):
            return f"it is not shown that {self.condition(node.item, level, element)}"
        if isinstance(node, grammar.And | grammar.Or):
            return f"it is not so that {self.condition(node, level, element)}"
        return self._test(node, element, negated=True)

    def _some(self, node: grammar.Some, level: int, *, negated: bool) -> str:
        noun = node.list.split(".")[-1].removesuffix("s")
        article = "an" if noun[0] in "aeiou" else "a"
        if node.where == grammar.Constant(True):
            return f"no {noun} is known" if negated else f"{article} {noun} is known"
        inner = self.condition(node.where, level, node.list)
        if node.count == 1:
            return f"there is {'no' if negated else article} {noun} of which this is true, {inner}"
        different = f" with different {node.different.replace('_', ' ')}" if node.different else ""
        how_many = f"fewer than {node.count}" if negated else f"at least {node.count}"
        return f"there are {how_many} {noun}s{different} of which this is true, {inner}"

    def _test(self, node: grammar.Expression, element: str | None, *, negated: bool) -> str:
        if isinstance(node, grammar.Constant):
            return "always" if node.value != negated else "never"
        if isinstance(node, grammar.Name):
            definition = next((one for one in self.definitions if one.name == node.name and one.of == element), None)
            if definition:
                return definition.not_phrase if negated else definition.phrase
            fact = self._fact(node.name, element)
            return fact.false if negated else fact.true
        if isinstance(node, grammar.Is):
            return self._is(node, element, negated)
        if isinstance(node, grammar.Includes):
            return _fill(self._fact(node.fact, element), node.value.replace("_", " "), negated)
        if isinstance(node, grammar.Compare):
            noun = self._noun(node.left, element)
            order = (
                ORDER[node.operator]
                if not node.right.isdigit()
                else {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}[node.operator]
            )
            return f"{noun} is {'not ' if negated else ''}{order} {self._noun(node.right, element)}"
        if isinstance(node, grammar.InList):
            offenses = next(one for one in self.lists if one.name == node.list)
            return offenses.not_phrase if negated else offenses.phrase
        if isinstance(node, grammar.Within):
            return self._within(node, element, negated)
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

    def _within(self, node: grammar.Within, element: str | None, negated: bool) -> str:
        """`the date is in the 7 years before the arrival of the request (both days inside)`"""
        units = ((node.years, "year"), (node.months, "month"), (node.days, "day"))
        span = _list([f"{number} {unit}{'s' if number > 1 else ''}" for number, unit in units if number], "and")
        inside = "both days inside" if node.boundary == "in" else "the first day outside"
        text = f"{self._noun(node.date, element)} is {'not ' if negated else ''}in the {span} before "
        text += f"{self._noun(node.anchor, element)} ({inside})"
        if isinstance(node.plus, str):
            text += f", and as many days earlier as {self._noun(node.plus, element)}"
        elif node.plus is not None:
            ends = f"from {self._noun(node.plus.start, element)} to {self._noun(node.plus.end, element)}"
            text += f", and as many days earlier as there were days in jail {ends}"
            if node.plus.where != grammar.Constant(True):
                text += f" for what this is true of, {self.condition(node.plus.where, 2, element)}, as far as that goes"
        return text

    def _is(self, node: grammar.Is, element: str | None, negated: bool) -> str:
        fact = self.vocabulary.fields(element).get(node.fact) if element else self.vocabulary.fact(node.fact)
        if fact is None:
            return f"the reading of {node.fact.replace('_', ' ')} is {'not ' if negated else ''}{_list([v.replace('_', ' ') for v in node.values], 'or')}"
        if fact.kind == "list":
            return fact.phrase if negated else fact.not_phrase
        if fact.kind == "yes/no":
            return fact.true if (node.values == ("yes",)) != negated else fact.false
        return _fill(fact, _list([value.strip('"').replace("_", " ") for value in node.values], "or"), negated)

    def _fact(self, name: str, element: str | None) -> Fact:
        fields = self.vocabulary.fields(element) if element else {}
        return fields.get(name) or self.vocabulary.facts[name]

    def _noun(self, operand: str, element: str | None) -> str:
        if operand == "at":
            return "now"
        if operand[0].isdigit():
            return operand
        phrase = self._fact(operand, element).phrase
        return phrase.split(" is {value}")[0] if " is {value}" in phrase else operand.replace("_", " ")

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


def _fill(fact: Fact, value: str, negated: bool) -> str:
    return (fact.not_phrase if negated else fact.phrase).replace("{value}", value)


def _list(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
