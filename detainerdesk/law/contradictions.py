"""Facts that can't all be true: the constraints of the vocabulary against what a case states."""

from __future__ import annotations

from detainerdesk.law.conditions import Conditions, names_of
from detainerdesk.law.errors import ContradictoryFacts
from detainerdesk.law.formula import leaves, negation, reads
from detainerdesk.law.known import Known
from detainerdesk.law.language import grammar
from detainerdesk.law.language.vocabulary import UNKNOWN
from detainerdesk.law.table import Table, TooManyUnknowns


def refuse_contradictions(known: Known) -> None:
    """Raise ContradictoryFacts, naming the facts and where each came from, where no way of filling in the unknown ones fits."""
    conditions = Conditions(known, known.setting())
    top = known.stack.layers[0].jurisdiction
    open_ones = []
    for constraint in known.vocabulary.constraints:
        allowed = negation(conditions.formula(constraint.never, top))
        if allowed is False:
            facts = tuple(
                sorted(
                    {name for node in grammar.walk(constraint.never) for name in names_of(node) if _stated(name, known)}
                )
            )
            said = "; ".join(_said(name, known) for name in facts)
            raise ContradictoryFacts(
                facts,
                constraint.name,
                f"these can't all be true: {said}. {constraint.says} No answer until one is corrected.",
            )
        if allowed is not True:
            open_ones.append((constraint, allowed))
    for constraint, allowed in open_ones:
        try:
            table = Table(
                [allowed],
                [one for _, one in open_ones],
                known.value,
                conditions.quantified,
                conditions.moment,
                known.moments,
            )
        except TooManyUnknowns:
            continue
        if not table.mask:
            facts = tuple(sorted({name for leaf in leaves(allowed) for name in reads(leaf, known.vocabulary)}))
            raise ContradictoryFacts(
                facts,
                constraint.name,
                f"no way of filling in {', '.join(facts)} fits what is stated. {constraint.says}",
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
