"""The smallest case: of all cases of one kind the most ordinary one, with the fewest facts stated, decided anew before it is shown.

A kind of case (formulas) in; facts as a case file states them out, or None where the engine does not agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import z3

from detainerdesk.law.effects import Judged
from detainerdesk.law.encoding import ByItem, Formula, Records, SetOf, Term, Text, opposite, true_in
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Bounds, Known
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.vocabulary import NONE, Fact, Value
from detainerdesk.law.prove.anew import evaluation_of, judged
from detainerdesk.law.prove.space import Space, Version
from detainerdesk.law.table import Evaluation


@dataclass(frozen=True)
class Smallest:
    """A case: when, what is stated, how the law is taken where that is not the default, and how it was judged."""

    zone: ZoneInfo
    at: datetime
    facts: Mapping[str, Any]
    choices: Mapping[str, str]
    bounds: Bounds
    judged: Judged

    def lines(self) -> list[str]:
        """What is stated, a line a fact, as an example in a rulebook spells it; then how the law is taken."""
        taken = [f"reading {name} = {value}" for name, value in self.choices.items()]
        if self.bounds == "early":
            taken.append("of two uncertain days the earlier")
        return [*(f"{name} = {spelled(value, self.zone)}" for name, value in self.facts.items()), *taken]


Wanted = Callable[[Smallest, Evaluation], bool]
"""Whether a case, decided anew, is of the kind that is sought."""


def smallest(
    space: Space, version: Version, kind: Formula, wanted: Wanted, records: Mapping[str, Records] | None = None
) -> Smallest | None:
    """The most ordinary case of a kind under a version's law. To be asked within the version."""
    lists = version.records if records is None else records
    ordinary = [*space.moment(version), kind]
    model = space.case(*ordinary)
    if model is None:
        return None
    with space.of(*ordinary):
        for wishes in _wishes(space, version, lists):
            for wish in wishes:
                # What the case at hand has already need not be asked for.
                better = model if true_in(model, wish) else space.case(wish)
                if better is not None:
                    model = better
                    space.solver.add(wish)
                    break
    return _fewest(space, version, model, wanted, lists)


def _wishes(space: Space, version: Version, lists: Mapping[str, Records]) -> Iterable[Sequence[Formula]]:
    """What makes a case ordinary, the most telling first: the readings' defaults, no records, what leaving facts out means.
    Of several wishes the first that can be is enough."""
    encoding = space.encoding
    yield (opposite(z3.Bool("early bound")),)
    for name in version.law.readings:
        yield (encoding.reading(name).has(space.stack.readings[name].default),)
    for records in lists.values():
        for record in records.unseen():
            yield (opposite(records.there(record)),)
    for name in sorted(version.reads, key=lambda one: space.vocabulary.facts[one].order):
        fact = space.vocabulary.facts[name]
        if fact.kind != "list":
            if name in encoding.owes:
                yield (opposite(encoding.owed(name)),)
            term = encoding.term(name)
            yield [term.has(value) for value in _ordinary(fact, version.at, term)]
            if isinstance(term, SetOf | ByItem):
                yield from ((opposite(inside),) for inside in term.members.values())
    for name, records in lists.items():
        fields = space.vocabulary.fields(name)
        for record in records.unseen():
            for field in _fields(version, name):
                term = encoding.field(name, record, field)
                yield [term.has(value) for value in _ordinary(fields[field], version.at, term)]


def _ordinary(fact: Fact, at: datetime, term: Term) -> Sequence[Value]:
    """The most ordinary values of a fact, what leaving it out comes to first, then in the order in which they are named."""
    left_out = [one.value for one in fact.left_out]
    if fact.kind == "yes/no":
        return (True, False) if "yes" in left_out else (False, True)
    if fact.kind == "one of":
        return [*(value for value in left_out if value in fact.values), *fact.values]
    if fact.kind == "set of":
        return (frozenset(fact.values) if "every item" in left_out else frozenset(),)
    if fact.kind == "moment":
        around = [at + timedelta(hours=hours) for hours in (0, -2, 2, -50, 50, -100, -240, -720)]
        return around if "now" in left_out else [NONE, *around]
    if fact.kind == "date":
        today = at.date()
        return [NONE, *(today - timedelta(days=days) for days in (0, 30, 365, 3650, 7300))]
    if fact.kind == "count":
        return [0, 1]
    return [*term.codes, "another"] if isinstance(term, Text) else []


def _fields(version: Version, name: str) -> list[str]:
    """The fields of a list's records that a version's conditions read, in the vocabulary's order."""
    own = {field for atom in version.atoms if name in atom.reads for field in atom.fields}
    own |= {field for atom in version.space.impossible_atoms if name in atom.reads for field in atom.fields}
    return [field for field in version.space.vocabulary.fields(name) if field in own]


def _fewest(
    space: Space, version: Version, model: Any, wanted: Wanted, lists: Mapping[str, Records]
) -> Smallest | None:
    """The case of a model with as few facts stated as keep it what it is; None where the engine judges it otherwise."""
    facts = _stated(space, version, model, lists)
    choices = _taken(space, version, model)
    bounds: Bounds = "early" if true_in(model, z3.Bool("early bound")) else "late"
    anew = decided_anew(version, facts, choices, bounds)
    if anew is None or not wanted(*anew):
        return None
    found = anew[0]
    for step in _steps(facts):
        fewer = _without(found.facts, step)
        anew = decided_anew(version, fewer, choices, bounds) if fewer is not None else None
        if anew is not None and wanted(*anew):
            found = anew[0]
    return found


Step = tuple[str, int, str]
"""What may be left out: a fact; of a list a record, by its number from the end; a field of that record."""


def _steps(facts: Mapping[str, Any]) -> Iterator[Step]:
    """Every single thing that a case could do without."""
    for name in facts:
        yield (name, 0, "")
    for name, value in facts.items():
        if isinstance(value, list):
            yield from ((name, number, "") for number in range(1, len(value) + 1))
            yield from ((name, number, field) for number in range(1, len(value) + 1) for field in value[-number])


def _without(facts: Mapping[str, Any], step: Step) -> dict[str, Any] | None:
    """The facts without one thing; None where it is not there any more."""
    name, number, field = step
    if name not in facts:
        return None
    if not number:
        return {one: value for one, value in facts.items() if one != name}
    records = list(facts[name])
    if number > len(records) or (field and field not in records[-number]):
        return None
    if field:
        records[-number] = {one: value for one, value in records[-number].items() if one != field}
    else:
        del records[-number]
    return {**facts, name: records or NONE}


def _stated(space: Space, version: Version, model: Any, lists: Mapping[str, Records]) -> dict[str, Any]:
    """The facts that a version rests on as they are in a model; what is owed is left out."""
    facts: dict[str, Any] = {}
    for name in sorted(version.reads, key=lambda one: space.vocabulary.facts[one].order):
        if space.vocabulary.facts[name].kind == "list":
            records = lists[name].read(model, _fields(version, name)) if name in lists else []
            facts[name] = records or NONE
        elif not (name in space.encoding.owes and true_in(model, space.encoding.owed(name))):
            facts[name] = space.encoding.term(name).read(model)
    return facts


def _taken(space: Space, version: Version, model: Any) -> dict[str, str]:
    """The readings that a model takes otherwise than by default."""
    found = {name: space.encoding.reading(name).read(model) for name in version.law.readings}
    return {name: value for name, value in found.items() if value != space.stack.readings[name].default}


def decided_anew(
    version: Version, facts: Mapping[str, Any], choices: Mapping[str, str], bounds: Bounds
) -> tuple[Smallest, Evaluation] | None:
    """A case as the engine judges it: by the generated closure where it is complete, else over its completions. None where it
    is no case."""
    space = version.space
    case = Case(
        agency=space.agency,
        at=version.at,
        facts=facts,
        actor=version.role or None,
        ask=(version.action,),
        choices=choices,
    )
    try:
        known = Known.of(case, space.edition)
        evaluation = evaluation_of(known, known.setting(version.item)._replace(bounds=bounds))
        found = judged(evaluation, version.action)
    except LawError:
        return None
    return Smallest(space.stack.zone, version.at, facts, choices, bounds, found), evaluation


def spelled(value: Any, zone: ZoneInfo) -> str:
    """A value as an example in a rulebook spells it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(value)) + "}"
    if isinstance(value, Mapping):
        return "[" + ", ".join(f"{name}: {spelled(one, zone)}" for name, one in value.items()) + "]"
    if isinstance(value, list):
        return " ".join(spelled(one, zone) for one in value)
    return str(value)
