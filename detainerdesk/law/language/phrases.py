"""Phrases: the clauses that prose is made of. Each is a whole clause, a true and a false one, and no two can be taken for each other.

The vocabulary and the rulebooks of one line in; nothing out, but an error at the phrase that is missing, that has a mark of
its own (`:` or `;`), or that could be read as another or as two others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from detainerdesk.law.errors import Place, Refused, RulebookError, going_on
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.prose import HEADS, list_noun, noun
from detainerdesk.law.language.rulebook import Definition, Rulebook
from detainerdesk.law.language.vocabulary import Fact, Vocabulary

VALUE = "{value}"
OURS = ("it is not so that ", "it is shown that ", "it is not shown that ", *HEADS.values())
"""How prose itself begins: a phrase that began so would be taken for it."""
FIXED = re.compile(
    r"always|never|(an? |no )\S+ is known|(at least|fewer than) \d+ .* are known|there (is|are) .* of which this is true, .*"
    r"|the clock .* (is|is not) running|the clock .* (has|has not) ended|\S+ takes effect|\S+ does not take effect"
    r"|the law of \S+ (requires|does not require) it|the reading of .* is .*"
)
"""What prose says without a phrase."""
_JOINT = re.compile(r" (?:and|or) ")


@dataclass(frozen=True)
class Phrase:
    """A clause, and what it speaks of. `values`: what may stand in it at its {value}."""

    owner: str
    text: str
    place: Place
    values: tuple[str, ...] = ()

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """All that it says, value by value."""
        return tuple(self.text.replace(VALUE, value) for value in self.values) or (self.text,)

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """What a value and the words after it can be the end of."""
        after = self.text.partition(VALUE)[2]
        return tuple(f"{value}{after}" for value in self.values)

    @cached_property
    def joints(self) -> tuple[tuple[str, str], ...]:
        """What stands before and after each `and` and `or` in it."""
        return tuple((self.text[: at.start()], self.text[at.end() :]) for at in _JOINT.finditer(self.text))


def check_vocabulary_phrases(vocabulary: Vocabulary, refused: Refused | None = None) -> None:
    """The phrases of the vocabulary. Raises RulebookError, or with `refused` takes note of each."""
    for fact in vocabulary.facts.values():
        with going_on(refused):
            _check_fact(fact)
    _refuse_alike(phrases_of(vocabulary), refused)
    names = [(list_noun(fact.name), fact) for fact in vocabulary.facts.values() if fact.kind == "list"]
    names += [(noun(fact), fact) for fact in vocabulary.facts.values() if fact.kind in ("moment", "date", "count")]
    seen: dict[str, Fact] = {}
    for name, fact in names:
        with going_on(refused):
            if name in seen:
                raise RulebookError(
                    f"a sentence calls {fact.name} “{name}”, as it calls {seen[name].name}: give one of them another phrase",
                    fact.place,
                )
        seen[name] = fact


def check_definition_phrases(
    line: Sequence[Rulebook], of_facts: Sequence[Phrase], refused: Refused | None = None
) -> None:
    """The phrases of a rulebook's definitions, against the vocabulary's and those of the rulebooks above it (`line`, itself
    first)."""
    named: list[Definition | OffenseList] = [*line[0].definitions, *line[0].lists]
    for definition in named:
        for key, text in (("phrase", definition.phrase), ("not phrase", definition.not_phrase)):
            with going_on(refused):
                _check_clause(Phrase(definition.name, text, _at(line[0], definition, key)), key)
    for reading in line[0].readings:
        with going_on(refused):
            _refuse_joined(reading.name, reading.alternatives, reading.place)
    known = [*of_facts, *(phrase for book in line[1:] for phrase in _of_definitions(book))]
    _refuse_alike([*known, *_of_definitions(line[0])], refused, since=len(known))


def _check_fact(fact: Fact) -> None:
    _refuse_joined(fact.name, fact.values, fact.place_of("type"))
    both = (("true", fact.true), ("false", fact.false)) if fact.kind == "yes/no" else ()
    if fact.kind != "yes/no" or (fact.by_item and fact.phrase):
        both = (*both, ("phrase", fact.phrase), ("not phrase", fact.not_phrase))
    for key, text in both:
        if not text:
            raise RulebookError(
                f"{fact.name} needs a line `{key}: …`: a whole clause that says it in a sentence", fact.place
            )
        _check_clause(Phrase(fact.name, text, fact.place_of(key)), key)
        if text.count(VALUE) != (key in ("phrase", "not phrase") and fact.kind != "list"):
            raise RulebookError(
                f"`{key}` of {fact.name} has {text.count(VALUE)} places for a value: write {{value}} once in `phrase` and `not phrase` of a"
                " fact with values, and nowhere else",
                fact.place_of(key),
            )


def _refuse_joined(owner: str, values: Sequence[str], place: Place) -> None:
    """`a_or_b` beside `a` and `b`: in a sentence the one reads as the two."""
    words = {value.replace("_", " ") for value in values}
    for value in sorted(words):
        first, joint, second = value.partition(" or ")
        if joint and first in words and second in words:
            raise RulebookError(
                f"the value “{value}” of {owner} reads as “{first}” or “{second}” in a sentence: give it another name",
                place,
            )


def _check_clause(phrase: Phrase, key: str) -> None:
    wrong = ""
    if mark := next((mark for mark in ":;" if mark in phrase.text), ""):
        wrong = f"has “{mark}”, which divides the items of a list"
    elif phrase.text[-1] in ".,?!" or " " not in phrase.text:
        wrong = "is no whole clause"
    elif phrase.text.startswith(OURS) or FIXED.fullmatch(phrase.text):
        wrong = "is what a sentence says by itself"
    if wrong:
        raise RulebookError(
            f"`{key}` of {phrase.owner} {wrong}: “{phrase.text}”. Write a whole clause without : and ; and without a full stop",
            phrase.place,
        )


def phrases_of(vocabulary: Vocabulary) -> tuple[Phrase, ...]:
    """All that the vocabulary says of facts and of the item of information."""
    return tuple(_of_facts(vocabulary))


def _of_facts(vocabulary: Vocabulary) -> Iterator[Phrase]:
    for fact in vocabulary.facts.values():
        values = tuple(value.replace("_", " ") for value in fact.values)
        if fact.kind in ("moment", "date"):
            values += ("none",)
        for key, text in (
            ("true", fact.true),
            ("false", fact.false),
            ("phrase", fact.phrase),
            ("not phrase", fact.not_phrase),
        ):
            if text:
                yield Phrase(fact.name, text, fact.place_of(key), values if VALUE in text else ())
    sought = vocabulary.fact("info.sought")
    if sought:
        items = tuple(value.replace("_", " ") for value in sought.values)
        for words in ("is", "is not"):
            yield Phrase("the item of information", f"the information {words} {VALUE}", sought.place, items)


def _of_definitions(rulebook: Rulebook) -> Iterator[Phrase]:
    seen: set[tuple[str, str | None]] = set()
    named: list[Definition | OffenseList] = [*rulebook.definitions, *rulebook.lists]
    for definition in named:
        of = definition.of if isinstance(definition, Definition) else "a list of offenses"
        if (definition.name, of) not in seen:
            seen.add((definition.name, of))
            yield Phrase(definition.name, definition.phrase, _at(rulebook, definition, "phrase"))
            yield Phrase(definition.name, definition.not_phrase, _at(rulebook, definition, "not phrase"))


def _at(rulebook: Rulebook, definition: Definition | OffenseList, key: str) -> Place:
    return rulebook.document.block_at[definition.place].at(key)


def _refuse_alike(phrases: Sequence[Phrase], refused: Refused | None, since: int = 0) -> None:
    """Each phrase from `since` on against all: the same words, words that a value could make the same, or two in one."""
    whole: dict[str, Phrase] = {}
    for index, phrase in enumerate(phrases):
        with going_on(refused):
            for text in phrase.spoken:
                other = whole.setdefault(text, phrase)
                if other is not phrase and index >= since:
                    raise RulebookError(
                        f"“{text}” is said of {phrase.owner} and of {other.owner} ({other.place.file}:{other.place.line}): give one of"
                        " them other words",
                        phrase.place,
                    )
    _refuse_split(phrases, whole, refused, since)


def _refuse_split(phrases: Sequence[Phrase], whole: dict[str, Phrase], refused: Refused | None, since: int) -> None:
    """`A and B` where A, B, and the whole are phrases; or `A and M` beside `M and B`, so that `A and M and B` reads two ways."""
    templates = [phrase.text.partition(VALUE) for phrase in phrases if VALUE in phrase.text]
    starts = tuple(start for start, _, _ in templates if start)

    @cache
    def is_clause(text: str) -> bool:
        if text.removeprefix("it is shown that ") in whole:
            return True
        return text.startswith(starts) and any(
            text.startswith(start) and text.endswith(end) for start, _, end in templates if start
        )

    tails: set[str] = set()
    for phrase in phrases:
        tails |= {after for before, after in phrase.joints if is_clause(before)}
        tails |= {*phrase.tails}
    for phrase in phrases[since:]:
        with going_on(refused):
            for before, after in phrase.joints:
                if is_clause(after) and (is_clause(before) or before in tails):
                    raise RulebookError(
                        f"“{phrase.text}” of {phrase.owner} can't be told from two clauses joined: give it other words",
                        phrase.place,
                    )
