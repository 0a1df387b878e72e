"""Facts that can't all be true: the constraints of the vocabulary against what a case states."""

from __future__ import annotations

from detainerdesk.law.circuit import Node, names_of
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.errors import ContradictoryFacts
from detainerdesk.law.known import Known
from detainerdesk.law.language import grammar
from detainerdesk.law.language.vocabulary import UNKNOWN, Constraint
from detainerdesk.law.table import Evaluation, Table


def refuse_contradictions(evaluation: Evaluation) -> None:
    """Raise ContradictoryFacts, naming the facts and where each came from, where no way of filling in the unknown ones fits."""
    known = evaluation.known
    open_ones: list[tuple[Constraint, Node]] = []
    for constraint, never in evaluation.law.constraints:
        broken = evaluation.truth(never)
        if broken:
            raise ContradictoryFacts(*_broken(constraint, known))
        if broken is None:
            open_ones.append((constraint, never))
    for constraint, never in open_ones:
        if not _has_known_part(constraint, evaluation):
            continue  # it can be kept whatever else is so: nothing that is known bears on it
        try:
            table = Table(evaluation, evaluation.law.atoms(never))
        except TooManyUnknowns:
            continue
        if not table.mask:
            facts = tuple(sorted(evaluation.open_names(evaluation.law.atoms(never))))
            raise ContradictoryFacts(
                facts,
                constraint.name,
                f"no way of filling in {', '.join(facts)} fits what is stated. {constraint.says}",
            )


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
    return name in known.facts.lists or (known.vocabulary.fact(name) is not None and known.value(name) is not UNKNOWN)


def _said(name: str, known: Known) -> str:
    source = known.case.sources.get(name)
    raw = known.case.facts.get(name, known.facts.assumed.get(name, "left out"))
    value = ("yes" if raw else "no") if isinstance(raw, bool) else raw
    if source:
        return f"{name} = {value} ({source.what}{', ' + source.who if source.who else ''})"
    return f"{name} = {value}{' (assumed)' if name in known.facts.assumed else ''}"
