"""Circuits in words: a test that a law rests on, or one that is not so, in the vocabulary's own phrases."""

from __future__ import annotations

from collections.abc import Mapping

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    ClockState,
    DeclaredToo,
    EarlyBound,
    FactTest,
    InWindow,
    LayerRequires,
    Listed,
    Negation,
    Node,
    Quantified,
    ReadingIs,
    TakesEffect,
)
from detainerdesk.law.language import grammar
from detainerdesk.law.language.clocks import EVERY_HOUR
from detainerdesk.law.language.prose import Prose
from detainerdesk.law.lowering import LawOn

Named = Mapping[int, tuple[str, str]]
"""The phrases of the definitions that are one test, true and false, by the number of the test."""


def named_tests(law: LawOn) -> Named:
    """The definitions of a stack on a span of days that come to one test: the lowest layer's words for it."""
    found: dict[int, tuple[str, str]] = {}
    for layer in law.stack.layers:
        for one in layer.definitions:
            if one.of is None:
                node = law.circuit(grammar.Name(one.name), layer.jurisdiction)
                if isinstance(node, Atom):
                    found[node.id] = (one.phrase, one.not_phrase)
    return found


def in_words(atom: Atom, prose: Prose, named: Named, *, true: bool) -> str:
    """A test in words, or its contrary."""
    means = atom.means
    if atom.id in named:
        return named[atom.id][0 if true else 1]
    if isinstance(means, ClockState):
        start = prose.vocabulary.facts[means.start].phrase.split(" is {value}", maxsplit=1)[0]
        counted = "" if means.calendar == EVERY_HOUR else ", Saturdays, Sundays and holidays not counted"
        said = "have passed" if means.state == "expired" else "are running"
        return f"{'' if true else 'it is not so that '}{means.hours} hours since {start}{counted} {said}"
    if isinstance(means, EarlyBound):
        return f"the {'earlier' if true else 'later'} of two uncertain days counts"
    if isinstance(means, DeclaredToo):
        return f"what a court declared only later {'counts' if true else 'does not count'}"
    if isinstance(means, FactTest) and means.done and isinstance(means.test, grammar.Name):
        fact = prose.vocabulary.facts[means.test.name]
        if fact.kind == "moment":
            return f"{fact.phrase.split(' is {value}', maxsplit=1)[0]} has {'' if true else 'not '}come"
    condition = expression(atom)
    return prose.condition(condition if true else grammar.Not(condition))


def expression(node: Node) -> grammar.Expression:
    """A circuit as the condition that it was made from, its definitions opened."""
    if isinstance(node, bool):
        return grammar.Constant(node)
    if isinstance(node, AllOf):
        return grammar.And(tuple(expression(item) for item in node.items))
    if isinstance(node, AnyOf):
        return grammar.Or(tuple(expression(item) for item in node.items))
    if isinstance(node, Negation):
        return grammar.Not(expression(node.item))
    if isinstance(node, Burden):
        return grammar.Shown(expression(node.item))
    if isinstance(node, TakesEffect):
        return grammar.PermittedBy(node.rule)
    if isinstance(node, LayerRequires):
        return grammar.RequiredBy(node.layer)
    assert isinstance(node, Atom)
    means = node.means
    if isinstance(means, ReadingIs):
        return grammar.Is(means.name, means.values)
    if isinstance(means, Quantified):
        return grammar.Some(means.list, expression(means.body), means.count, means.different)
    if isinstance(means, Listed):
        return grammar.InList(means.field, means.offenses.name)
    if isinstance(means, InWindow):
        window, jail = means.window, means.jail
        plus = grammar.JailDays(jail.start, jail.end, expression(jail.where)) if jail else window.plus
        return grammar.Within(
            window.date, window.anchor, window.years, window.months, window.days, plus, window.boundary
        )
    assert isinstance(means, FactTest)
    return means.test
