"""The words of the law room can be read by an officer at night, and no two conditions read alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import textstat

from detainerdesk.law import Edition
from detainerdesk.law.language import grammar
from detainerdesk.law.language.prose import Prose
from detainerdesk.law.language.rulebook import Provision, Rule, Voids

GRADE = 8.0


def phrases(edition: Edition) -> list[tuple[str, str]]:
    """Every phrase that a sentence is made of, with the name of its fact or definition."""
    found: list[tuple[str, str]] = []
    for fact in edition.vocabulary.facts.values():
        found += [(fact.name, text) for text in (fact.true, fact.false, fact.phrase, fact.not_phrase) if text]
    for rulebook in edition.rulebooks.values():
        for one in rulebook.definitions:
            found += [(f"{rulebook.jurisdiction} {one.name}", text) for text in (one.phrase, one.not_phrase)]
    return found


def test_phrases_are_all_different(edition: Edition) -> None:
    seen: dict[str, str] = {}
    doubles = []
    for name, text in phrases(edition):
        if text in seen:
            doubles.append((seen[text], name, text))
        seen[text] = name
    assert doubles == []


def test_phrases_have_no_colon_and_no_semicolon(edition: Edition) -> None:
    assert [(name, text) for name, text in phrases(edition) if ":" in text or ";" in text] == []


def test_phrases_that_name_a_value_have_one_place_for_it(edition: Edition) -> None:
    for fact in edition.vocabulary.facts.values():
        if fact.kind in ("one of", "set of", "moment", "date", "count", "text"):
            for text in (fact.phrase, fact.not_phrase):
                assert text.count("{value}") == 1, (fact.name, text)


def test_every_yes_no_fact_reads_both_ways(edition: Edition) -> None:
    for fact in edition.vocabulary.facts.values():
        if fact.kind == "yes/no":
            assert fact.true, fact.name
            assert fact.false, fact.name


def test_every_fact_that_a_person_may_be_asked_has_a_question(edition: Edition) -> None:
    for fact in edition.vocabulary.facts.values():
        if fact.askable and not fact.list and fact.kind != "list":
            assert fact.ask.endswith("?"), fact.name


def clauses(edition: Edition) -> Iterator[tuple[str, str]]:
    """What a reader meets as one clause or one item of a list, with where it stands: what each action of a rule comes to for
    each of those whom it binds, each test of its conditions, and each phrase of the vocabulary and of a definition."""
    for name, text in phrases(edition):
        yield name, text.replace("{value}", "so")
    for book in edition.rulebooks.values():
        prose = edition.prose(book)
        for provision in book.provisions():
            for role in provision.who or ("",):
                bare = replace(provision, when=grammar.Constant(True), unless=None, who=(role,) if role else ())
                for one in one_action_each(bare):
                    said = prose.sentence(one).rstrip(".)").partition(" (")
                    yield from ((provision.id, text) for text in (said[0], said[2]) if len(text.split()) > 4)
            for condition in (provision.when, provision.unless):
                if condition is not None:
                    yield from ((provision.id, text) for text in clauses_of(prose, condition, None))
        for definition in book.definitions:
            yield from ((definition.name, text) for text in clauses_of(prose, definition.means, definition.of))


def one_action_each(provision: Provision) -> list[Provision]:
    if isinstance(provision, Rule):
        return [replace(provision, actions=(action,), items=(), otherwise_may=False) for action in provision.actions]
    if isinstance(provision, Voids):
        return [replace(provision, actions=(action,), items=()) for action in provision.actions]
    return [provision]


def clauses_of(prose: Prose, node: grammar.Expression, element: str | None) -> Iterator[str]:
    """Each clause of a condition as it is printed."""
    if isinstance(node, grammar.And | grammar.Or):
        for item in node.items:
            yield from clauses_of(prose, item, element)
    elif isinstance(node, grammar.Some):
        yield from clauses_of(prose, node.where, node.list)
    elif isinstance(node, grammar.Shown) or (
        isinstance(node, grammar.Not) and isinstance(node.item, grammar.And | grammar.Or | grammar.Shown | grammar.Some)
    ):
        yield from clauses_of(prose, node.item, element)
    elif isinstance(node, grammar.Is) and len(node.values) > 1:
        for value in node.values:
            yield prose.condition(replace(node, values=(value,)), 0, element)
    elif isinstance(node, grammar.Within) and isinstance(node.plus, grammar.JailDays):
        whole = prose.condition(replace(node, plus=replace(node.plus, where=grammar.Constant(True))), 0, element)
        yield from whole.split(", and ")
        yield from clauses_of(prose, node.plus.where, element)
    elif not isinstance(node, grammar.Constant):
        yield prose.condition(node, 0, element)


def grade(text: str, terms: tuple[str, ...]) -> float:
    known = re.compile(rf"\b({'|'.join(map(re.escape, terms))})s?\b", re.IGNORECASE)
    return textstat.flesch_kincaid_grade(known.sub("term", text) + ".")


def test_every_clause_and_item_reads_at_grade_eight_or_below(edition: Edition) -> None:
    grades = [(grade(text, edition.vocabulary.terms), name, text) for name, text in clauses(edition)]
    assert len(grades) > 600
    assert sorted(one for one in grades if one[0] > GRADE) == []
    assert sum(one[0] for one in grades) / len(grades) <= GRADE / 2


def test_the_terms_of_art_are_few_and_each_is_needed(edition: Edition) -> None:
    said = " ".join(text for _, text in clauses(edition)).lower()
    assert len(edition.vocabulary.terms) <= 33
    assert [term for term in edition.vocabulary.terms if term.lower() not in said] == []
