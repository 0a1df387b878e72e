"""Worked examples: the text of an `example` block in, a `Case` and the clauses that must hold of its answer out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language.case import Case, alternative
from detainerdesk.law.language.document import Text
from detainerdesk.law.language.rulebook import Example
from detainerdesk.law.language.vocabulary import names

_FACT = re.compile(r"^([A-Za-z0-9_.]+)\s*=\s*(.*)$", re.DOTALL)


def example_case(example: Example, zone: ZoneInfo) -> Case:
    """The case of an example; its `at` is local wall time of the agency's zone. Raises RulebookError."""
    try:
        at = datetime.fromisoformat(example.at)
    except ValueError as error:
        raise RulebookError(
            f"`at` is a local moment like 2024-06-01 02:10, not “{example.at}”", example.at_key("at")
        ) from error
    return Case(
        agency=example.agency,
        at=at if at.tzinfo else at.replace(tzinfo=zone),
        facts=parse_facts(example.facts, example.at_key("facts")),
        id=example.name,
        actor=example.actor,
        ask=example.ask,
        choices={
            name: alternative(value) for name, value in parse_facts(example.choices, example.at_key("choices")).items()
        },
    )


def parse_facts(text: str, place: Place) -> dict[str, Any]:
    """`request.kind = I-247A; warrants = [kind: administrative] [kind: …]` -> plain values, as a case file states them."""
    facts: dict[str, Any] = {}
    for name, value, clause in stated(text, place):
        if name in facts:
            raise RulebookError(f"{name} is stated twice: state it once", clause.place)
        facts[name] = value
    return facts


def stated(text: str, place: Place) -> Iterator[tuple[str, Any, Text]]:
    """Each fact with its plain value, and the clause that states it where it stands. Raises RulebookError."""
    end = 0
    for clause in clauses(text):
        start = max(text.find(clause.split("\n")[0].split(" [")[0], end), 0)
        end, here = start + 1, place.at(start)
        found = _FACT.match(clause)
        if not found:
            raise RulebookError(f"expected `fact = value`, not “{clause}”", here)
        yield found[1], _value(found[2].strip(), here), Text(clause, here)


def clauses(text: str) -> Iterator[str]:
    """The clauses of `facts` or `expect`: one a line, or separated by `;`; not inside brackets or quotes."""
    depth, quoted, start = 0, False, 0
    text = text.replace("\n[", " [")
    for index, character in enumerate(text + "\n"):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "[{":
            depth += 1
        elif not quoted and character in "]}":
            depth -= 1
        elif not quoted and depth == 0 and character in ";\n":
            if clause := text[start:index].strip():
                yield clause
            start = index + 1


def _value(text: str, place: Place) -> Any:
    if text.startswith("["):
        return [_record(body, place) for body in re.findall(r"\[([^\]]*)\]", text)]
    if text.startswith("{") and text.endswith("}"):
        return names(text[1:-1])
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    if text in ("yes", "no"):
        return text == "yes"
    return text


def _record(text: str, place: Place) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for part in names(text):
        key, colon, value = part.partition(":")
        if not colon:
            raise RulebookError(f"expected `field: value` in a record, not “{part}”", place)
        record[key.strip()] = _value(value.strip(), place)
    return record
