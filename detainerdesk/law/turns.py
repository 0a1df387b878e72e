"""Turns: what could still arrive (a judge's warrant, a court's order) and would change an outcome.

Read off the same table as the decision, with the facts that the vocabulary marks as able to arrive left open. Only the smallest
sets are given, and never "say otherwise": what has already happened stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from detainerdesk.law.answers import Worked
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.decision import Turn
from detainerdesk.law.derived import decided_by
from detainerdesk.law.effects import CLASSES
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Value
from detainerdesk.law.lowering import law_on
from detainerdesk.law.table import Evaluation, Table

MOST_AT_ONCE = 3


Opened = dict[tuple[str, ...], tuple[Known, Worked]]
"""The same case with these facts not known, and what is worked out for it."""


def turns(
    known: Known, action: str, setting: Setting, read: Collection[str], is_now: str, opened_before: Opened
) -> Iterator[Turn]:
    """The smallest sets of facts that would turn the class of an action, which is `is_now`; `read`: the facts of its law.
    `opened_before`: shared by the actions of one case."""
    able = [
        name
        for name, fact in known.vocabulary.facts.items()
        if fact.arrives and name in read and _may_come(known, name)
    ]
    if not able:
        return
    key = tuple(able)
    if key not in opened_before:
        opened_before[key] = known.opened(able), Worked()
    opened, worked = opened_before[key]
    law = law_on(known.stack, known.docket.day(setting.at))
    evaluation = Evaluation(opened, law, setting, worked)
    try:
        effects = decided_by(action, setting.item, law, opened.docket).effects(evaluation)
    except TooManyUnknowns:
        return
    table, classes = effects.table, effects.class_bits()
    if table is None:
        return
    found: list[frozenset[str]] = []
    at_rest = {name: _unchanged(known, table, name) for name in able if name in table.completions.by_name}
    for size in range(1, min(MOST_AT_ONCE, len(at_rest)) + 1):
        for names in combinations(at_rest, size):
            if any(smaller <= set(names) for smaller in found):
                continue
            turn = _turn(known, table, classes, names, at_rest, is_now)
            if turn:
                found.append(frozenset(names))
                yield turn


def _may_come(known: Known, name: str) -> bool:
    """Whether it has not happened yet: nothing that has can be taken back."""
    if known.vocabulary.facts[name].kind == "list":
        return True
    return known.facts.value(name) in (False, NONE, UNKNOWN)


def _unchanged(known: Known, table: Table, name: str) -> int:
    """The completions in which a fact stays as it is; for a list: nothing is added to it."""
    if known.vocabulary.facts[name].kind == "list":
        records = known.facts.lists.get(name)
        if records is None or not records.complete:
            return table.full
        return table.closed(name)
    value = known.facts.value(name)
    if value is UNKNOWN:
        return table.full
    return table.standing_for(name, value) or 0


def _turn(
    known: Known, table: Table, classes: dict[str, int], names: tuple[str, ...], at_rest: dict[str, int], is_now: str
) -> Turn | None:
    here = table.mask
    for name, unchanged in at_rest.items():
        here &= unchanged if name not in names else table.full
    for word in CLASSES:
        bits = classes[word] & here
        if word == is_now or not bits:
            continue
        facts: dict[str, Value] = {}
        for name, value in table.completions.chosen(bits).items():
            if name not in names:
                continue
            if known.vocabulary.facts[name].kind == "list":
                record = table.witness(name, value)
                if record is None:
                    return None
                facts[name] = record
            else:
                facts[name] = value
        return Turn(facts, "permitted or silent" if word == "free" else word)
    return None
