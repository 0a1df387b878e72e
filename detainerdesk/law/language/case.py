"""A case: who is asked, when, and the facts as stated. YAML or JSON in names.md's names in, a frozen `Case` out.

Reading types every value against the vocabulary; `assume` fills in what leaving a fact out means, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lists import OffenseTable
from detainerdesk.law.language.membership import STATED, filled
from detainerdesk.law.language.rulebook import _near
from detainerdesk.law.language.vocabulary import CITATION, NONE, UNKNOWN, Fact, Value, Vocabulary, instant, typed


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
            choices=dict(choices),
        )

    def with_facts(self, **changes: Any) -> Case:
        """The same case with other facts; write `request__kind` or pass a mapping through `**{"request.kind": …}`."""
        return replace(self, facts={**self.facts, **changes})


@dataclass(frozen=True)
class Facts:
    """The typed facts of one case, and what was assumed for those left out."""

    values: Mapping[str, Value]
    lists: Mapping[str, Records]
    assumed: Mapping[str, Value]
    owed: frozenset[str]
    now_assumed: frozenset[str]

    def value(self, name: str) -> Value:
        return self.values.get(name, UNKNOWN)

    @cached_property
    def plain(self) -> Mapping[str, Any]:
        """The facts as conditions read them: wholly known ones only, complete lists as their records, and under OWED what is owed."""
        found: dict[str, Any] = {name: value for name, value in self.values.items() if is_known(value)}
        found[OWED] = self.owed
        for name, records in self.lists.items():
            if records.complete:
                found[name] = tuple(plain_record(record) for record in records.records)
        return found


def plain_record(record: Mapping[str, Value]) -> dict[str, Any]:
    """The fields of a record as conditions read them: wholly known ones only, and under STATED the dates known in part."""
    found: dict[str, Any] = {field: value for field, value in record.items() if is_known(value)}
    partly = {field: value for field, value in record.items() if isinstance(value, PartialDate)}
    return {**found, STATED: partly} if partly else found


def is_known(value: Value) -> bool:
    """Whether a value is wholly known; a date of which only the year or the month is known is not."""
    return value is not UNKNOWN and not isinstance(value, PartialDate)


OWED = "owed"
"""Beside the facts in `Facts.plain`: the names of our own duties that were left out."""
LAYERS_ENCODED = "layers_encoded"
"""In a left-out line: every layer of the agency's profile is encoded."""


def type_facts(
    case: Case,
    vocabulary: Vocabulary,
    definitions: Mapping[str, str],
    zone: ZoneInfo,
    *,
    layers_encoded: bool = True,
    tables: Sequence[OffenseTable] = (),
) -> Facts:
    """Type the stated facts and assume what leaving the others out means. Raises CaseError.

    `definitions` maps the name of each definition to the facts to state instead; `tables` tell what is known of offenses."""
    filled_in: dict[str, Value] = {}

    def records(fact: Fact, raw: Any) -> Records:
        return _records(fact, raw, vocabulary, zone, tables, case.at.astimezone(zone).date(), filled_in)

    stated: dict[str, Value] = {}
    lists: dict[str, Records] = {}
    flat_records: dict[str, dict[str, Any]] = {}
    completeness: dict[str, bool] = {}
    for name, raw in case.facts.items():
        if not isinstance(name, str):
            raise CaseError(f"{name!r} is no fact of the vocabulary: a fact has a name")
        if name in definitions:
            raise CaseError(f"{name} is a definition and is never stated; state {definitions[name]} instead")
        if name.endswith(".complete"):
            completeness[name.removesuffix(".complete")] = typed(_COMPLETE, raw, zone) is True
            continue
        fact = vocabulary.fact(name)
        if fact is None or fact.list:
            list_name, _, field_name = name.partition(".")
            plural = next(
                (one for one in (list_name, list_name + "s", f"person.{list_name}s") if _is_list(one, vocabulary)), None
            )
            if plural and field_name:
                flat_records.setdefault(plural, {})[field_name] = raw
                continue
            raise CaseError(f"{name} is no fact of the vocabulary{_near(name, vocabulary.facts)}")
        if fact.kind == "list":
            lists[name] = records(fact, raw)
        else:
            stated[name] = typed(fact, raw, zone)
    for name, record in flat_records.items():
        if name in lists:
            raise CaseError(f"state {name} once: as a list, or as one flat record")
        lists[name] = records(vocabulary.facts[name], [record])
    for name, complete in completeness.items():
        if not _is_list(name, vocabulary):
            raise CaseError(f"{name}.complete: {name} is no list")
        lists[name] = Records(lists[name].records if name in lists else (), complete)
    return _Assumptions(stated, lists, case.at, vocabulary, zone, layers_encoded, filled_in).made()


_COMPLETE = Fact("complete", "yes/no", (), "", "", "", "", "", "", (), "", False, False, 0, None)  # type: ignore[arg-type]


def _is_list(name: str, vocabulary: Vocabulary) -> bool:
    fact = vocabulary.fact(name)
    return fact is not None and fact.kind == "list"


def _records(
    fact: Fact,
    raw: Any,
    vocabulary: Vocabulary,
    zone: ZoneInfo,
    tables: Sequence[OffenseTable],
    today: date,
    filled_in: dict[str, Value],
) -> Records:
    if raw is UNKNOWN or raw == "unknown":
        return Records((), complete=False)
    if raw == NONE or raw is None:
        return Records((), complete=True)
    if not isinstance(raw, list | tuple):
        raise CaseError(f"{fact.name}: expected a list of records, none or unknown, not {raw!r}")
    fields = vocabulary.fields(fact.name)
    records: list[Mapping[str, Value]] = []
    for index, item in enumerate(raw, 1):
        if not isinstance(item, Mapping):
            raise CaseError(f"{fact.name}[{index}]: expected fields, like kind: …, not {item!r}")
        record: dict[str, Value] = {}
        for key, value in item.items():
            if key not in fields:
                raise CaseError(f"{fact.name}[{index}] has no field {key}{_near(str(key), fields)}")
            try:
                record[key] = typed(fields[key], value, zone)
            except CaseError as error:
                raise CaseError(f"{fact.name}[{index}]: {error}") from error
        stated = frozenset(record)
        for name, spec in fields.items():
            if name not in record:
                default = spec.left_out[-1].value
                record[name] = UNKNOWN if default in ("unknown", "") else typed(spec, default, zone)
        for name, known in filled(CITATION, record, stated, tables, today).items() if CITATION in fields else ():
            record[name] = filled_in[f"{fact.name}[{index}].{name}"] = known
        records.append(MappingProxyType(record))
    return Records(tuple(records), complete=True)


@dataclass(frozen=True)
class _Assumptions:
    """What leaving facts out means for one case."""

    stated: Mapping[str, Value]
    lists: Mapping[str, Records]
    at: datetime
    vocabulary: Vocabulary
    zone: ZoneInfo
    layers_encoded: bool
    filled_in: Mapping[str, Value]

    def made(self) -> Facts:
        values = dict(self.stated)
        assumed: dict[str, Value] = dict(self.filled_in)
        owed: set[str] = set()
        now: set[str] = set()
        left_out = [
            fact
            for fact in self.vocabulary.facts.values()
            if fact.kind != "list" and not fact.list and fact.name not in self.stated
        ]
        for fact in left_out:
            word = next(
                one.value for one in fact.left_out if one.condition is None or self.holds(one.condition) is True
            )
            if word == "unknown":
                continue
            if word == "owed":
                owed.add(fact.name)
                values[fact.name], assumed[fact.name] = (True if fact.kind == "yes/no" else self.at), "owed"
            elif word == "now":
                now.add(fact.name)
                values[fact.name] = assumed[fact.name] = self.at
            elif word == "every item" and fact.kind == "set of":
                values[fact.name] = assumed[fact.name] = frozenset(fact.values)
            else:
                values[fact.name] = assumed[fact.name] = typed(fact, word, self.zone)
        return Facts(values, self.lists, assumed, frozenset(owed), frozenset(now))

    def holds(self, node: grammar.Expression) -> bool | None:
        """Whether a condition of a left-out line holds of what is stated; assumptions do not count."""
        if isinstance(node, grammar.Constant):
            return node.value
        if isinstance(node, grammar.And | grammar.Or):
            results = [self.holds(item) for item in node.items]
            ends = isinstance(node, grammar.Or)
            return ends if ends in results else None if None in results else not ends
        if isinstance(node, grammar.Not):
            inner = self.holds(node.item)
            return None if inner is None else not inner
        if isinstance(node, grammar.Given):
            if node.how == "complete":
                return node.fact in self.lists and self.lists[node.fact].complete
            return self.stated.get(node.fact, UNKNOWN) is not UNKNOWN or node.fact in self.lists
        if isinstance(node, grammar.Name) and node.name == LAYERS_ENCODED:
            return self.layers_encoded
        return leaf_holds(node, lambda name: self.stated.get(name, UNKNOWN), self.at, self.vocabulary, self.zone)


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
        left, right = (side.astimezone(zone).date() if isinstance(side, datetime) else side for side in (left, right))
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])
