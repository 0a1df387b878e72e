"""Examples that state what can't be read, or can't be true: an example and an edition in; what is wrong with it out, each at its word.

Only what the example states is looked at. What it expects is for `prove` to try, which would say the same a step later and at
the example's first line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from detainerdesk.law.decide import Decider
from detainerdesk.law.errors import CaseError, ContradictoryFacts, Place, RulebookError
from detainerdesk.law.known import Known
from detainerdesk.law.language.case import Case, alternative
from detainerdesk.law.language.document import Text
from detainerdesk.law.language.example import clauses, example_case, stated
from detainerdesk.law.language.rulebook import Example
from detainerdesk.law.load import Edition

Refuses = Callable[[Any], bool]
"""Whether a value would be refused if the fact had it."""


def misstated(example: Example, edition: Edition) -> Iterator[RulebookError]:
    """What is wrong with what an example states: its agency, actor, choices and questions, each fact, and the facts together."""
    try:
        case = example_case(example, edition.stack(example.agency).zone)
    except RulebookError as error:
        yield error
        return
    except CaseError as error:
        yield RulebookError(str(error), example.at_key("agency"))
        return
    try:
        Decider.of(case, edition)
    except ContradictoryFacts as error:
        if not any(clause.split()[0] == "error" for clause in clauses(example.expect)):
            yield RulebookError(str(error), _first_named(error, example))
    except CaseError as error:
        found = list(_in_parts(case, example, edition))
        yield from found or [RulebookError(str(error), example.at_key("facts"))]


def _first_named(error: ContradictoryFacts, example: Example) -> Place:
    """Where the first of the facts stands that can't all be true."""
    named = (clause.place for name, _, clause in _facts(example) if name in error.facts)
    return next(named, example.at_key("facts"))


def _in_parts(case: Case, example: Example, edition: Edition) -> Iterator[RulebookError]:
    """What is refused of a case that is not read as a whole: each thing that it states, tried alone."""
    alone = Case(case.agency, case.at)
    tried = [(replace(alone, actor=case.actor), example.at_key("actor"))]
    tried += [(replace(alone, ask=(action,)), example.word("ask", action)) for action in case.ask]
    for name, choice, clause in stated(example.choices, example.at_key("choices")):
        tried.append((replace(alone, choices={name: alternative(choice)}), clause.place))
    for part, place in tried:
        if error := _refusal(part, edition):
            yield RulebookError(str(error), place)
    for name, value, clause in _facts(example):
        if error := _refusal(replace(alone, facts={name: value}), edition):

            def refuses(other: Any, name: str = name) -> bool:
                return _refusal(replace(alone, facts={name: other}), edition) is not None

            yield RulebookError(str(error), clause.place.at(_wrong_word(clause.text, value, refuses)))


def _facts(example: Example) -> Iterator[tuple[str, Any, Text]]:
    return stated(example.facts, example.at_key("facts"))


def _refusal(case: Case, edition: Edition) -> CaseError | None:
    try:
        Known.of(case, edition)
    except CaseError as error:
        return error
    return None


def _wrong_word(clause: str, value: Any, refuses: Refuses) -> int:
    """Where in `fact = value` the word stands that is refused: the fact's name, its value, or a part of its value."""
    if refuses("unknown"):
        return 0
    begins = _after(clause, clause.index("=") + 1)
    for index, part in enumerate(value if isinstance(value, list) else ()):
        if isinstance(part, Mapping):
            before: list[Any] = [{}] * index  # an error names a record by its number
            if refuses([*before, part]):
                opens = [bracket.start() for bracket in re.finditer(r"\[", clause)][index]
                return _wrong_field(clause, opens, part, partial(_in_record, refuses, before))
        elif refuses([part]):
            return max(clause.find(part, begins), begins)
    return begins


def _in_record(refuses: Refuses, before: list[Any], fields: Any) -> bool:
    return refuses([*before, fields])


def _wrong_field(clause: str, opens: int, record: Mapping[str, Any], refuses: Refuses) -> int:
    """The same in a record: the name of a field, or its value."""
    for field, value in record.items():
        if refuses({field: value}):
            name = re.compile(rf"(?<=[\[,\s]){re.escape(field)}\s*:").search(clause, opens)
            return (
                opens if name is None else name.start() if refuses({field: "unknown"}) else _after(clause, name.end())
            )
    return opens


def _after(text: str, offset: int) -> int:
    """Where the next word begins."""
    return offset + len(text[offset:]) - len(text[offset:].lstrip())
