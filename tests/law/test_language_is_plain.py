"""The words of the law room can be read by an officer at night, and no two conditions read alike."""

from __future__ import annotations

import re

import pytest
import textstat

from detainerdesk.law import Edition

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


TERMS_OF_ART = [
    "immigration",
    "administrative",
    "federal",
    "detainer",
    "information",
    "citizenship",
    "agency",
    "custody",
    "officer",
    "employee",
    "criminal",
    "civil",
    "authority",
    "release",
    "warrant",
]
"""The law's own names, which every officer knows and no rule can do without; each counts as one short word."""

LONG_FOR_A_REASON = {
    "NYC-7": "lists the items of information, since the section reaches everything about a person in custody",
    "US-20.wide": "names three actions, because the wide reading reaches all three",
    "US-28.call": "gives the call centre's own name",
    "US-08.form": "names a reading of the law by its name",
}


def item_grades(says: str) -> list[tuple[float, str]]:
    """The reading grade of each item of a sentence: what stands between the labels of a list, and before `when`."""
    terms = re.compile(rf"\b({'|'.join(TERMS_OF_ART)})s?\b", re.IGNORECASE)
    parts = [part.strip(" ;,.") for part in re.split(r"\((?:[a-z]|\d+|[ivx]+)\)|[:;.]|, when ", says)]
    return [
        (textstat.flesch_kincaid_grade(terms.sub("term", part) + "."), part) for part in parts if len(part.split()) >= 8
    ]


def test_the_sentences_that_counsel_signs_read_at_grade_eight_or_below(edition: Edition) -> None:
    """Item by item: the mean is well below, and what is above 8 by more than a long name's worth says why it must be."""
    grades = [
        (grade, provision.id, item)
        for rulebook in edition.rulebooks.values()
        for provision in rulebook.provisions()
        if provision.says
        for grade, item in item_grades(provision.says)
    ]
    assert sum(grade for grade, _, _ in grades) / len(grades) <= GRADE - 1
    assert sorted(one for one in grades if one[0] > GRADE + 3 and one[1] not in LONG_FOR_A_REASON) == []


AT_GRADE = ("us-ma", "us-ma-boston")
"""Rulebooks that have no item above grade eight, but for those of LISTED."""

LISTED = {"BOS19-6": "lists the items of information that the section lists"}


@pytest.mark.parametrize("jurisdiction", AT_GRADE)
def test_no_item_of_a_finished_rulebook_reads_above_grade_eight(edition: Edition, jurisdiction: str) -> None:
    above = [
        (provision.id, item)
        for provision in edition.rulebooks[jurisdiction].provisions()
        for grade, item in item_grades(provision.says)
        if grade > GRADE and provision.id not in LISTED
    ]
    assert above == []
