"""Pairs: two cases under one law that differ in one fact or list alone. Where no such pair differs in class, nothing turns on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detainerdesk.law.circuit import atoms_of
from detainerdesk.law.effects import CLASSES
from detainerdesk.law.encoding import Formula, Records, Swap, Term, Text, both, either, opposite
from detainerdesk.law.language.vocabulary import Fact
from detainerdesk.law.prove.smallest import Smallest, decided_anew, smallest
from detainerdesk.law.prove.space import Space, Version, definitions
from detainerdesk.law.table import Evaluation


def turns_on(version: Version, name: str) -> bool:
    """Whether the class of an action can differ between two cases that differ in this fact or list alone."""
    if name not in version.reads:
        return False
    pair = _Pair(version, name)
    with version.space.of(*definitions(pair.lists), *pair.holds):
        return version.space.can(pair.differ)


def matters(version: Version, name: str) -> bool:
    """The same, at one moment of the version's days."""
    if name not in version.reads:
        return False
    pair = _Pair(version, name)
    with version.space.of(*definitions(pair.lists), *pair.holds):
        return version.space.can_at_a_moment(version, pair.differ)


def smallest_pair(version: Version, name: str) -> tuple[Smallest, Smallest] | None:
    """Two cases that differ in one fact and are of different classes, as ordinary and small as they come."""
    space, pair = version.space, _Pair(version, name)
    others: list[Smallest] = []

    def wanted(case: Smallest, evaluation: Evaluation) -> bool:
        if name not in case.facts or len(case.judged.classes) > 1:
            return False
        for value in _values(space.vocabulary.facts[name], space.encoding.term(name)):
            anew = decided_anew(version, {**case.facts, name: value}, case.choices, case.bounds)
            if anew and len(anew[0].judged.classes) == 1 and anew[0].judged.classes != case.judged.classes:
                others.append(anew[0])
                return True
        return False

    with space.of(*definitions(pair.lists), *pair.holds):
        one = smallest(space, version, pair.differ, wanted, pair.lists)
    return (one, others[-1]) if one is not None else None


class _Pair:
    """Two cases that differ in one fact or list alone: what holds of the other beside what holds of the one, and that their
    classes differ."""

    def __init__(self, version: Version, name: str) -> None:
        space = version.space
        assert version.classes
        reading = {list_name for list_name, one in version.records.items() if name in _read_by(one)}
        self.lists: Mapping[str, Records] = version.records_of_two if reading else version.records
        shared = {list_name: definitions({list_name: one}) for list_name, one in self.lists.items()}
        variables, sound = _variables(space, name, self.lists)
        touched = [list_name for list_name in self.lists if list_name == name or list_name in reading]
        for list_name in touched:
            variables += [one.true for one in self.lists[list_name].conditions]
        other = Swap(variables, "of the other")
        own = [formula for list_name in touched for formula in shared[list_name]]
        self.holds = [other(both((*own, *sound, *space.possible)))]
        classes = [version.classes[word] for word in CLASSES]
        self.differ = either(both((one, opposite(other(one)))) for one in classes)


def _variables(space: Space, name: str, lists: Mapping[str, Records]) -> tuple[list[Any], list[Formula]]:
    """The variables of a fact or list, and what holds of them."""
    if space.vocabulary.facts[name].kind != "list":
        term = space.encoding.term(name)
        owed = [space.encoding.owed(name)] if name in space.encoding.owes else []
        return [*term.variables(), *owed], list(term.sound())
    if name not in lists:
        return [], []
    terms = [
        term
        for record in lists[name].unseen()
        for full, term in space.encoding.terms.items()
        if full.startswith(f"{name}[{record}].")
    ]
    there = [lists[name].there(record) for record in lists[name].unseen()]
    variables = [variable for term in terms for variable in term.variables()]
    return [*there, *variables], [formula for term in terms for formula in term.sound()]


def _read_by(records: Records) -> set[str]:
    """The facts of the case that the conditions on a list compare its fields with."""
    return {fact for one in records.conditions for atom in atoms_of(one.body) for fact in atom.reads}


def _values(fact: Fact, term: Term) -> Sequence[Any]:
    """Values of a fact, enough to tell what its tests tell apart; not those of times and counts."""
    if fact.kind == "yes/no":
        return (True, False)
    if isinstance(term, Text):
        return (*term.codes, "another")
    return fact.values
