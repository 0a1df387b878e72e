"""The vocabulary: every fact, list field, action, role, question and constraint, with its type and its plain words.

`rulebooks/vocabulary.md` in, a frozen `Vocabulary` out. Rules, cases, questions and prose all lean on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timezone
from enum import Enum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import CaseError, Place, Refused, RulebookError, going_on
from detainerdesk.law.language.dates import EARLIEST_YEAR, LATEST_YEAR, PartialDate
from detainerdesk.law.language.document import Block, Document, Text, parts
from detainerdesk.law.language.grammar import Expression, parse, walk

MOST = 999_999_999
VOCABULARY_KINDS: dict[str, frozenset[str]] = {
    "fact": frozenset(
        {
            "type",
            "ask",
            "true",
            "false",
            "phrase",
            "not phrase",
            "known by",
            "left out",
            "question",
            "askable",
            "arrives",
            "reads as",
            "note",
        }
    ),
    "question": frozenset({"ask", "where", "cost", "answers", "note"}),
    "action": frozenset({"meaning", "must", "must not", "may", "derived", "items", "is item", "note"}),
    "role": frozenset({"meaning", "is a", "note"}),
    "constraint": frozenset({"never", "says", "note"}),
    "terms": frozenset({"words", "note"}),
}


class Missing(Enum):
    """A fact of which somebody looked and could not tell; never the same as false."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown fact is neither true nor false")


UNKNOWN = Missing.UNKNOWN
NONE = "none"
"""A moment that has not happened, or one of a fact's own values called `none`."""

Value = Any
"""bool, str, int, date, datetime, PartialDate, frozenset of str, or UNKNOWN."""

CITATION = "offense_citation"
"""The field of a record that says which law was broken."""


@dataclass(frozen=True)
class LeftOut:
    """What leaving a fact out means, where `condition` holds of what is stated (None: always)."""

    condition: Expression | None
    value: str


@dataclass(frozen=True)
class ReadsAs:
    """A record as which a fact reads: the list, and each field with what it says; VALUE is what the fact says."""

    list: str
    fields: tuple[tuple[str, str], ...]

    def record(self, value: Value) -> dict[str, Value]:
        """The fields where the fact has that value, as a case would state them."""
        return {field: value if text == VALUE else text for field, text in self.fields}


VALUE = "{value}"


@dataclass(frozen=True)
class Fact:
    """A fact of a case, or a field of a list's records (`list` names the list)."""

    name: str
    kind: str
    values: tuple[str, ...]
    ask: str
    true: str
    false: str
    phrase: str
    not_phrase: str
    known_by: str
    left_out: tuple[LeftOut, ...]
    question: str
    askable: bool
    arrives: bool
    order: int
    place: Place
    by_item: bool = False
    reads_as: ReadsAs | None = None
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def place_of(self, key: str) -> Place:
        """Where the text of one of its keys begins."""
        return self.places.get(key, self.place)

    @property
    def list(self) -> str | None:
        return self.name.split("[].")[0] if "[]." in self.name else None

    @property
    def field(self) -> str:
        return self.name.split("[].")[-1]


@dataclass(frozen=True)
class Action:
    name: str
    meaning: str
    must: str
    must_not: str
    may: str
    by_item: bool
    is_item: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class QuestionSpec:
    """One look-up that answers several facts together."""

    name: str
    ask: str
    where: str
    cost: int
    answers: str


@dataclass(frozen=True)
class Constraint:
    """Facts that paper or nature makes impossible together."""

    name: str
    never: Expression
    says: str
    place: Place

    @cached_property
    def names(self) -> frozenset[str]:
        """The facts and lists that it speaks of."""
        return spoken_of(self.never)


def spoken_of(condition: Expression) -> frozenset[str]:
    """The facts and lists of which a condition speaks."""
    keys = ("fact", "name", "list", "left", "right")
    return frozenset(name for node in walk(condition) for key in keys if (name := getattr(node, key, None)))


@dataclass(frozen=True)
class Vocabulary:
    facts: Mapping[str, Fact]
    actions: Mapping[str, Action]
    questions: Mapping[str, QuestionSpec]
    roles: Mapping[str, tuple[str, ...]]
    constraints: tuple[Constraint, ...]
    terms: tuple[str, ...] = ()
    """The law's own names, which every officer knows; reading level is measured outside them."""

    def fact(self, name: str) -> Fact | None:
        return self.facts.get(name)

    def fields(self, list_name: str) -> Mapping[str, Fact]:
        """The fields of a list's records, by their short name."""
        return self._fields.get(list_name, {})

    @cached_property
    def _fields(self) -> dict[str, dict[str, Fact]]:
        found: dict[str, dict[str, Fact]] = {}
        for fact in self.facts.values():
            if fact.list:
                found.setdefault(fact.list, {})[fact.field] = fact
        return found

    def roles_of(self, role: str) -> frozenset[str]:
        """The role itself and all that it is a kind of."""
        found: set[str] = set()
        waiting = [role]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.roles.get(one, ())
        return frozenset(found)

    def cost(self, fact: Fact) -> tuple[int, int]:
        """How dear it is to find the fact out, then the vocabulary's order."""
        question = self.questions.get(fact.question)
        return (question.cost if question else 5, fact.order)


def read_vocabulary(document: Document, refused: Refused | None = None) -> Vocabulary:
    """Build the vocabulary. Raises RulebookError at the block that is wrong; with `refused` it takes note of that and leaves
    the block out."""
    facts: dict[str, Fact] = {}
    actions: dict[str, Action] = {}
    questions: dict[str, QuestionSpec] = {}
    roles: dict[str, tuple[str, ...]] = {}
    constraints: list[Constraint] = []
    terms: list[str] = []
    for block in document.blocks:
        with going_on(refused):
            if block.kind == "fact":
                if block.id in facts:
                    raise RulebookError(f"the fact {block.id} is defined twice: keep one", block.place)
                facts[block.id] = _fact(block, len(facts))
            elif block.kind == "action":
                actions[block.id] = _action(block)
            elif block.kind == "question":
                questions[block.id] = _question(block)
            elif block.kind == "role":
                roles[block.id] = tuple(names(block.get("is a") or ""))
            elif block.kind == "terms":
                terms += names(block.need("words").text)
            else:
                never = block.need("never")
                condition = parse(never.text, never.place)
                constraints.append(Constraint(block.id, condition, block.need("says").text, block.place))
    for fact in facts.values():
        with going_on(refused):
            _check_fact(fact, facts, questions)
    for block in document.blocks:
        if block.kind == "role":
            with going_on(refused):
                for kind in roles.get(block.id, ()):
                    if kind not in roles:
                        raise RulebookError(
                            f"the role {block.id} is a {kind}, and there is no such role", block.word("is a", kind)
                        )
    return Vocabulary(facts, actions, questions, roles, tuple(constraints), tuple(terms))


def _question(block: Block) -> QuestionSpec:
    cost = block.need("cost")
    if not cost.text.isdigit() or not 1 <= int(cost.text) <= 9:
        raise RulebookError(f"a cost is a number from 1 to 9, not “{cost.text}”", cost.place)
    return QuestionSpec(
        block.id, block.need("ask").text, block.get("where") or "", int(cost.text), block.get("answers") or ""
    )


def _check_fact(fact: Fact, facts: Mapping[str, Fact], questions: Mapping[str, QuestionSpec]) -> None:
    if fact.question and fact.question not in questions:
        raise RulebookError(
            f"{fact.name} names the question {fact.question}, and there is none; there are: {', '.join(questions)}",
            fact.place_of("question"),
        )
    if fact.list and (fact.list not in facts or facts[fact.list].kind != "list"):
        raise RulebookError(
            f"{fact.name} is a field of {fact.list}, which is no list: write a `fact {fact.list}` of type list first",
            fact.place,
        )
    if record := fact.reads_as:
        for name, _ in record.fields:
            if f"{record.list}[].{name}" not in facts:
                raise RulebookError(f"{record.list} has no field {name}", fact.place_of("reads as"))
    if fact.list and fact.field in facts:
        raise RulebookError(f"a fact is called {fact.field} too: a field and a fact never share a name", fact.place)


def names(text: str) -> list[str]:
    """`a, b, c` -> [a, b, c]"""
    return [part.strip() for part in text.split(",") if part.strip()]


_TYPE = re.compile(
    r"^(yes/no|one of|set of|date|moment|count|text|list)(?:\s+or\s+([\w, ]+?)|\s+or set of\s+(.*)|\s+(.*))?$"
)


def _fact(block: Block, order: int) -> Fact:
    type_text = block.need("type")
    found = _TYPE.match(type_text.text)
    if not found:
        raise RulebookError(
            f"unknown type “{type_text.text}”; expected yes/no, one of …, set of …, date, moment, count, text or list",
            type_text.place,
        )
    kind, extra = found[1], (found[2] or found[3] or found[4] or "").removeprefix("set of ")
    values = tuple(names(extra))
    if kind in ("one of", "set of") and not values:
        raise RulebookError(f"`{kind}` needs its values: `{kind} A, B`", type_text.place)
    if "unknown" in values:
        raise RulebookError("`unknown` is no value of a type: every fact may be unknown", type_text.place)
    left_out: list[LeftOut] = []
    for part in parts(block.keys.get("left out") or Text("unknown", block.place)):
        value, iff, condition = part.text.partition(" if ")
        test = parse(condition, part.place.at(len(value + iff))) if condition else None
        left_out.append(LeftOut(test, value.removesuffix(" otherwise").strip()))
    if left_out[-1].condition is not None:
        left_out.append(LeftOut(None, "unknown"))
    return Fact(
        name=block.id,
        kind=kind,
        values=values,
        ask=block.get("ask") or "",
        true=block.get("true") or "",
        false=block.get("false") or "",
        phrase=block.get("phrase") or "",
        not_phrase=block.get("not phrase") or "",
        known_by=block.get("known by") or "",
        left_out=tuple(left_out),
        question=block.get("question") or "",
        askable=(block.get("askable") or "yes") == "yes",
        arrives=(block.get("arrives") or "no") == "yes",
        order=order,
        place=block.place,
        by_item=kind == "yes/no" and bool(values),
        reads_as=_reads_as(block),
        places={key: text.place for key, text in block.keys.items()},
    )


def _reads_as(block: Block) -> ReadsAs | None:
    """`reads as: person.charges with offense_citation = {value}, held_to_answer = yes`."""
    if "reads as" not in block.keys:
        return None
    text = block.need("reads as")
    of_list, _, said = text.text.partition(" with ")
    pairs = [tuple(part.strip() for part in one.split("=")) for one in names(said)]
    fields = tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
    if len(fields) != len(pairs) or sum(value == VALUE for _, value in fields) != 1:
        raise RulebookError(
            f"“{text.text}” is no record; write `LIST with FIELD = {VALUE}, FIELD = yes`, {VALUE} once", text.place
        )
    return ReadsAs(of_list.strip(), fields)


def _action(block: Block) -> Action:
    return Action(
        name=block.id,
        meaning=block.need("meaning").text,
        must=block.need("must").text,
        must_not=block.need("must not").text,
        may=block.need("may").text,
        by_item=(block.get("items") or "no") == "yes",
        is_item=tuple(names(block.get("is item") or "")),
        place=block.place,
    )


# Values: text (or what YAML made of it) -> a typed value.


def typed(fact: Fact, raw: object, zone: ZoneInfo) -> Value:
    """The value of a fact as a case states it. Raises CaseError that says what was expected."""
    if raw is UNKNOWN or raw == "unknown":
        return UNKNOWN
    if fact.kind == "yes/no":
        return _yes_no(fact, raw)
    if fact.kind == "one of":
        return _one_of(fact, raw)
    if fact.kind == "set of":
        return _set(fact, raw)
    if fact.kind == "moment":
        return _moment(fact, raw, zone)
    if fact.kind == "date":
        return _date(fact, raw)
    if fact.kind == "count":
        return _count(fact, raw)
    if isinstance(raw, str):
        return raw.strip('"')
    raise CaseError(f"{fact.name}: expected text, not {raw!r}")


def _yes_no(fact: Fact, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    if raw in ("yes", "no", "true", "false"):
        return raw in ("yes", "true")
    if fact.by_item and (isinstance(raw, list | tuple | set | frozenset) or raw == NONE or raw in fact.values):
        return _set(fact, raw)
    raise CaseError(f"{fact.name}: expected yes, no or unknown, not {raw!r}")


def _one_of(fact: Fact, raw: object) -> Value:
    if raw is None:
        raw = NONE
    if isinstance(raw, bool):  # YAML reads a bare `no` as false
        raw = "yes" if raw else "no"
    if isinstance(raw, str) and raw in fact.values:
        return raw
    raise CaseError(f"{fact.name}: expected one of {', '.join(fact.values)} (or unknown), not {raw!r}")


def _set(fact: Fact, raw: object) -> Value:
    if raw in (NONE, None):
        return frozenset()
    if isinstance(raw, str):
        raw = names(raw.strip("{}"))
    if not isinstance(raw, list | tuple | set | frozenset):
        raise CaseError(f"{fact.name}: expected a list of {', '.join(fact.values)}, not {raw!r}")
    bad = [item for item in raw if item not in fact.values]
    if bad:
        raise CaseError(f"{fact.name}: {bad[0]!r} is none of {', '.join(fact.values)}")
    return frozenset(raw)


def _moment(fact: Fact, raw: object, zone: ZoneInfo) -> Value:
    if raw is None or raw == NONE:
        return NONE
    if isinstance(raw, str) and raw in fact.values:
        return raw
    with suppress(ValueError):
        if isinstance(raw, datetime):
            return instant(raw, zone)
        if isinstance(raw, date):
            return instant(datetime(raw.year, raw.month, raw.day, tzinfo=zone), zone)
        if isinstance(raw, str):
            return instant(datetime.fromisoformat(raw), zone)
    raise CaseError(
        f"{fact.name}: expected a moment like 2026-03-03 10:00 (or none, or unknown) of the years {EARLIEST_YEAR} to {LATEST_YEAR}, not {raw!r}"
    )


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC or at a fixed distance from it; one without a zone is local wall time. Everything is compared in UTC: Python compares two moments
    of the same zone by the wall clock, which is wrong on the nights when the clocks change. Raises ValueError for a year that no
    case is of: sums of days would leave the calendar."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"the year {moment.year}")
    if moment.tzinfo.__class__ is timezone:
        return moment  # at a fixed distance from UTC: compared with others by the instant
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def joined_answers(answers: Iterable[bool | None], *, ends: bool) -> bool | None:
    """`or` (`ends` is True) or `and` (False) of answers of which None is unknown: one that settles the whole wins, else unknown."""
    unknown = False
    for answer in answers:
        if answer is ends:
            return ends
        unknown = unknown or answer is None
    return None if unknown else not ends


def local_day(value: date, zone: ZoneInfo) -> date:
    """The local day of a moment; a day as it is."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _date(fact: Fact, raw: object) -> Value:
    if raw is None or raw == NONE:
        return NONE
    found: date | PartialDate | None = None
    if isinstance(raw, date):
        found = raw.date() if isinstance(raw, datetime) else raw
    elif isinstance(raw, str | int) and not isinstance(raw, bool):
        found = PartialDate.read(str(raw))
    with suppress(ValueError):
        found = found or date.fromisoformat(str(raw))
    first = found.start if isinstance(found, PartialDate) else found
    if found is None or first is None or not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        raise CaseError(
            f"{fact.name}: expected a date like 2026-03-03 (or 2026-03, 2026, unknown) of the years {EARLIEST_YEAR} to {LATEST_YEAR}, not {raw!r}"
        )
    return found


def _short(raw: object) -> str:
    said = repr(raw)
    return said if len(said) <= 80 else f"{said[:80]}…"


def _count(fact: Fact, raw: object) -> Value:
    try:
        number = int(str(raw))
    except ValueError as error:
        raise CaseError(f"{fact.name}: expected a number, not {_short(raw)}") from error
    if number < 0:
        raise CaseError(f"{fact.name}: a count is not negative, and {number} is")
    if number > MOST:
        raise CaseError(f"{fact.name}: a count is at most {MOST}, and {_short(raw)} is more")
    return number
