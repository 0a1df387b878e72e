"""Facts that can't all be true: the constraints of the vocabulary against what a case states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from detainerdesk.law.circuit import Node, names_of
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.errors import ContradictoryFacts
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import plain_record
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.membership import STATED
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Constraint, Fact, Value
from detainerdesk.law.lowering import LawOn
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
    vocabulary = law.vocabulary
    partly = [name for name, value in known.facts.stated.items() if isinstance(value, PartialDate)]
    facts = _Guess(known.facts.plain, vocabulary.facts, partly)
    for name, records in known.facts.lists.items():
        fields = vocabulary.fields(name)
        facts[name] = tuple(_Guess(plain_record(record), fields) for record in records.records)
    try:
        return not any(broken(facts, setting, {}) for broken in law.broken)
    except KeyError:
        return False  # an offense of which lists do not tell: the table finds out


class _Guess(dict[str, Value]):
    """What is known, and the plainest value of everything else."""

    def __init__(self, known: Mapping[str, Value], facts: Mapping[str, Fact], partly: Collection[str] = ()) -> None:
        super().__init__(known)
        self.partly = partly
        self.known = known
        self.facts = facts

    def __missing__(self, name: str) -> Value:
        with suppress(KeyError):
            return self.known[name]  # left out, and assumed
        if name not in self.facts or name in self.get(STATED, ()) or name in self.partly:
            raise KeyError(name)  # a date known in part is not free to be anything
        kind = self.facts[name].kind
        return PLAINEST[kind] if kind in PLAINEST else self.facts[name].values[0]


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
