"""A case: who is asked, when, and the facts as stated. YAML or JSON in names.md's names in, a frozen `Case` out.

`facts.py` types what is stated and says what leaving the rest out means; here is also how a plain test compares values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import EARLIEST_YEAR, LATEST_YEAR, PartialDate
from detainerdesk.law.language.membership import STATED
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, Value, Vocabulary, instant, local_day, typed


@dataclass(frozen=True)
class Source:
    """Where a fact came from: a field and place on a document, a person and a time, another system."""

    what: str
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Records:
    """A list of records as known. `complete`: there are no others."""

    records: tuple[Mapping[str, Value], ...]
    complete: bool


@dataclass(frozen=True)
class Case:
    """One case as a caller states it; `facts` are plain values (see `typed`) in the names of the vocabulary.

    `choices` are counsel's recorded readings; `ask` names the actions asked (empty: all)."""

    agency: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    actor: str | None = None
    ask: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise CaseError("`at` needs a time zone: write it like 2024-06-01T02:10:00-04:00")
        if not EARLIEST_YEAR <= self.at.year <= LATEST_YEAR:
            raise CaseError(
                f"`at` is a moment of the years {EARLIEST_YEAR} to {LATEST_YEAR}, not {self.at.isoformat()}"
            )
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Case:
        """A case in names.md's form (a YAML or JSON mapping). Raises CaseError."""
        if not isinstance(raw, Mapping):
            raise CaseError("a case is a mapping with `agency`, `at` and `facts`")
        unknown = set(raw) - {"id", "agency", "at", "actor", "facts", "ask", "choices"}
        if unknown:
            raise CaseError(
                f"unknown line `{min(unknown)}` in the case; expected id, agency, at, actor, facts, ask, choices"
            )
        for key in ("agency", "at"):
            if not raw.get(key):
                raise CaseError(f"the case needs `{key}: …`")
        at = raw["at"]
        if isinstance(at, date) and not isinstance(at, datetime):
            raise CaseError("`at` needs a time of day and a zone: write it like 2024-06-01T02:10:00-04:00")
        if isinstance(at, str):
            try:
                at = datetime.fromisoformat(at)
            except ValueError as error:
                raise CaseError(f"`at`: expected a moment like 2024-06-01T02:10:00-04:00, not {at!r}") from error
        if not isinstance(at, datetime):
            raise CaseError(f"`at`: expected a moment like 2024-06-01T02:10:00-04:00, not {at!r}")
        facts = raw.get("facts") or {}
        if not isinstance(facts, Mapping):
            raise CaseError("`facts` is a mapping of names to values")
        ask = raw.get("ask") or ()
        if not isinstance(ask, str | list | tuple) or not all(isinstance(one, str) for one in ask):
            raise CaseError("`ask` is the name of an action, or a list of them")
        choices = raw.get("choices") or {}
        if not isinstance(choices, Mapping):
            raise CaseError("`choices` is a mapping of readings to the alternative that counsel chose")
        actor = raw.get("actor")
        if actor is not None and not isinstance(actor, str):
            raise CaseError("`actor` is the name of a role")
        return cls(
            agency=str(raw["agency"]),
            at=at,
            facts=dict(facts),
            id=None if raw.get("id") is None else str(raw["id"]),
            actor=actor,
            ask=(ask,) if isinstance(ask, str) else tuple(ask),
            choices={str(name): alternative(value) for name, value in choices.items()},
        )

    def with_facts(self, **changes: Any) -> Case:
        """The same case with other facts; write `request__kind` or pass a mapping through `**{"request.kind": …}`."""
        return replace(self, facts={**self.facts, **changes})


def plain_record(record: Mapping[str, Value]) -> dict[str, Any]:
    """The fields of a record as conditions read them: wholly known ones only, and under STATED the dates known in part."""
    found: dict[str, Any] = dict(record)
    partly: dict[str, Value] = {}
    for name, value in record.items():
        if value is UNKNOWN:
            del found[name]
        elif value.__class__ is PartialDate:
            partly[name] = found.pop(name)
    if partly:
        found[STATED] = partly
    return found


def is_known(value: Value) -> bool:
    """Whether a value is wholly known; a date of which only the year or the month is known is not."""
    return value is not UNKNOWN and not isinstance(value, PartialDate)


def alternative(value: Any) -> str:
    """The name of a reading's alternative; one may be called `yes` or `no`, which YAML and examples read as truth values."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def leaf_holds(
    node: grammar.Expression,
    get: Any,
    at: datetime,
    vocabulary: Vocabulary,
    zone: ZoneInfo,
    *,
    element: str | None = None,
) -> bool | None:
    """Whether a test on facts holds, given `get(name)`; None where a fact that it needs is unknown."""
    fields = vocabulary.fields(element) if element else {}
    if isinstance(node, grammar.Name):
        value = get(node.name)
        if value is UNKNOWN:
            return None
        return value if isinstance(value, bool) else value != NONE
    if isinstance(node, grammar.Is):
        value = get(node.fact)
        if value is UNKNOWN:
            return None
        fact = fields.get(node.fact) or vocabulary.facts[node.fact]
        constants = [test_constant(fact, text, zone) for text in node.values]
        if isinstance(value, PartialDate):
            return None if any(one in value for one in constants) else False
        return value in constants
    if isinstance(node, grammar.Includes):
        value = get(node.fact)
        return None if value is UNKNOWN else (value if isinstance(value, bool) else node.value in value)
    if isinstance(node, grammar.Compare):
        left, right = (operand_value(side, get, at, zone) for side in (node.left, node.right))
        if left is UNKNOWN or right is UNKNOWN:
            return None
        answers = {ordered(one, node.operator, other, zone) for one in _ends(left) for other in _ends(right)}
        return answers.pop() if len(answers) == 1 else None
    raise TypeError(f"{node!r} is no test on facts")


def _ends(value: Value) -> tuple[Value, ...]:
    """A date that is known in part is its first and its last day: an order that holds of both holds of all between."""
    return (value.start, value.end) if isinstance(value, PartialDate) else (value,)


def test_constant(fact: Fact, text: str, zone: ZoneInfo) -> Value:
    """The value that a test names."""
    if fact.kind == "moment" and text == NONE:
        return NONE
    return typed(fact, text, zone)


def operand_value(text: str, get: Any, at: datetime, zone: ZoneInfo) -> Value:
    if text == "at":
        return at
    if text.isdigit():
        return int(text)
    if text[:4].isdigit() and text[4:5] == "-":
        return instant(datetime.fromisoformat(text), zone) if len(text) > 10 else date.fromisoformat(text)
    return get(text)


def ordered(left: Value, operator: str, right: Value, zone: ZoneInfo) -> bool:
    """Compare two moments, dates or counts. A moment that has not happened has no place in the order: false."""
    if isinstance(left, str) or isinstance(right, str):
        return False
    if isinstance(left, datetime) != isinstance(right, datetime):  # a moment against a day: by the local day
        left, right = (local_day(side, zone) if isinstance(side, date) else side for side in (left, right))
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])
