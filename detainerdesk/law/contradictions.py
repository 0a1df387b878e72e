"""Facts that can't all be true: the constraints of the vocabulary against what a case states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from detainerdesk.law.circuit import Atom, FactTest, Negation, Node, names_of, nodes_of, parts_of
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.errors import ContradictoryFacts
from detainerdesk.law.known import Known, Setting, Ways
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import plain_record
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.membership import STATED
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Constraint, Fact, Value
from detainerdesk.law.lowering import LawOn
from detainerdesk.law.one_case import test_at_plainest, test_of
from detainerdesk.law.table import Evaluation, Table


def refuse_contradictions(known: Known, law: LawOn, setting: Setting, evaluation: Callable[[], Evaluation]) -> None:
    """Raise ContradictoryFacts, naming the facts and where each came from, where no way of filling in the unknown ones fits."""
    if not _guess_fits(known, law, setting):
        _refuse_open(evaluation())


def _refuse_open(evaluation: Evaluation) -> None:
    """The constraints that speak of something that is not known."""
    open_ones: list[tuple[Constraint, Node, set[str]]] = []
    for constraint, never in evaluation.law.constraints:
        broken = evaluation.truth(never)
        if broken:
            raise ContradictoryFacts(*_broken(constraint, evaluation.known))
        if broken is None:
            open_ones.append((constraint, never, evaluation.open_names(evaluation.law.atoms(never))))
    for constraint, never, names in open_ones:
        if not _has_known_part(constraint, evaluation):
            continue  # it can be kept whatever else is so: nothing that is known bears on it
        try:
            table = Table(evaluation, evaluation.law.atoms(never))
        except TooManyUnknowns:
            continue
        if not table.mask:
            facts = tuple(sorted(names))
            raise ContradictoryFacts(
                facts,
                constraint.name,
                f"no way of filling in {', '.join(facts)} fits what is stated. {constraint.says}",
            )


def _guess_fits(known: Known, law: LawOn, setting: Setting) -> bool:
    """Whether the plainest way of filling in what is not known fits: nothing has happened, nothing more is there."""
    if known.facts.searched and surely_fits(known.facts.plain, law, setting):
        return True
    return _guessing(law).fits(known, setting)


def surely_fits(facts: Mapping[str, Any], law: LawOn, setting: Setting) -> bool:
    """Whether facts that are all that is known, their lists complete, can all be true: no constraint is broken where the rest is as plain as
    can be. False where that is not told so easily."""
    try:
        return not _guessing(law).broken_at_plainest(facts, setting)
    except KeyError:
        return False


def _guessing(law: LawOn) -> _Guessing:
    """Made once."""
    if law.guessing is None:
        law.guessing = _Guessing(law)
    found: _Guessing = law.guessing
    return found


class _Guessing:
    """The constraints as one function, and the plainest value of every fact and field that they read."""

    def __init__(self, law: LawOn) -> None:
        defaults, ways = law.stack.defaults, Ways(())  # no constraint turns on a reading
        never = [node for _, node in law.constraints]
        self.broken = test_of(never, law, 1).under(ways)
        atoms = [inner for node in never for atom in law.atoms(node) for inner in law.within(atom)]
        facts = [law.vocabulary.facts[name] for name in dict.fromkeys(name for atom in atoms for name in atom.reads)]
        self.plainest = {fact.name: _plainest(fact) for fact in facts}
        self.plainest |= dict.fromkeys(_only_denied(never), True)
        self.surely = {name: value for name, value in self.plainest.items() if name not in defaults.turning}
        self.dates = [fact.name for fact in facts if fact.kind == "date"]
        self.fields = {
            fact.name: {name: _plainest(field) for name, field in law.vocabulary.fields(fact.name).items()}
            for fact in facts
            if fact.kind == "list"
        }

        free = {name: value for name, value in self.plainest.items() if name not in defaults.assumed}
        for name, fields in self.fields.items():
            free |= {f"{name}[].{field}": value for field, value in fields.items()}
        of_days = {fact.name for fact in facts if fact.kind == "date"}  # may be known in part
        plainest = {name: value for name, value in free.items() if name not in of_days}
        self.broken_at_plainest = test_at_plainest(never, law, plainest).under(ways)

    def fits(self, known: Known, setting: Setting) -> bool:
        """Whether no constraint is broken."""
        plain = known.facts.plain
        facts = _Guess({**self.surely, **plain})
        facts.turning, facts.plainest = plain, self.plainest
        for name, fields in self.fields.items():
            if name in known.facts.lists:
                facts[name] = [self._record(fields, record) for record in known.facts.lists[name].records]
        stated = known.facts.stated
        if any(stated.get(name).__class__ is PartialDate for name in self.dates):
            return False  # it is not free to be anything: the table finds out
        try:
            return not self.broken(facts, setting)
        except KeyError:
            return False  # so does it of an offense of which lists do not tell

    @staticmethod
    def _record(fields: Mapping[str, Value], record: Mapping[str, Value]) -> dict[str, Value]:
        found = {**fields, **plain_record(record)}
        for name in found.get(STATED, ()):
            found.pop(name, None)
        return found


class _Guess(dict[str, Value]):
    """What is known, and the plainest value of everything else."""

    turning: Mapping[str, Value]
    plainest: Mapping[str, Value]

    def __missing__(self, name: str) -> Value:
        """What leaving a fact out means where that turns on others."""
        try:
            return self.turning[name]
        except KeyError:
            return self.plainest[name]


def _only_denied(never: Sequence[Node]) -> set[str]:
    """The facts of which constraints forbid only that they are not so, together with others."""
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for node in nodes_of(*never):
        for part in () if isinstance(node, Negation) else parts_of(node):
            inner = part.item if isinstance(part, Negation) else part
            if (
                isinstance(inner, Atom)
                and isinstance(inner.means, FactTest)
                and isinstance(inner.means.test, grammar.Name)
            ):
                said[inner is part].add(inner.means.test.name)
    return said[False] - said[True]


def _plainest(fact: Fact) -> Value:
    return PLAINEST[fact.kind] if fact.kind in PLAINEST else fact.values[0]


PLAINEST = {
    "list": (),
    "set of": frozenset[str](),
    "text": "\0",
    "date": NONE,
    "moment": NONE,
    "yes/no": False,
    "count": 0,
}


def _has_known_part(constraint: Constraint, evaluation: Evaluation) -> bool:
    return any(
        name in evaluation.facts or name in evaluation.known.facts.lists
        for node in grammar.walk(constraint.never)
        for name in names_of(node)
    )


def _broken(constraint: Constraint, known: Known) -> tuple[tuple[str, ...], str, str]:
    facts = tuple(
        sorted({name for node in grammar.walk(constraint.never) for name in names_of(node) if _stated(name, known)})
    )
    said = "; ".join(_said(name, known) for name in facts)
    return (
        facts,
        constraint.name,
        f"these can't all be true: {said}. {constraint.says} No answer until one is corrected.",
    )


def _stated(name: str, known: Known) -> bool:
    return name in known.facts.lists or (
        known.vocabulary.fact(name) is not None and known.facts.value(name) is not UNKNOWN
    )


def _said(name: str, known: Known) -> str:
    source = known.case.sources.get(name)
    raw = known.case.facts.get(name, known.facts.assumed.get(name, "left out"))
    value = ("yes" if raw else "no") if isinstance(raw, bool) else raw
    if source:
        return f"{name} = {value} ({source.what}{', ' + source.who if source.who else ''})"
    return f"{name} = {value}{' (assumed)' if name in known.facts.assumed else ''}"
