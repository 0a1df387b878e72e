"""Facts: what a case states, typed, and what leaving the other facts out means. A `Case` and a vocabulary in, `Facts` out.

Most of it is worked out once for a vocabulary (`Defaults`): which words a fact takes, what it is when left out. Where that hangs on
what else is stated, it is worked out when somebody asks for the fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case, Records, leaf_holds, plain_record
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lists import OffenseTable
from detainerdesk.law.language.membership import STATE, filled, state_cited
from detainerdesk.law.language.rulebook import _near
from detainerdesk.law.language.vocabulary import (
    CITATION,
    NONE,
    UNKNOWN,
    Fact,
    LeftOut,
    Value,
    Vocabulary,
    instant,
    joined_answers,
    typed,
)

OWED = "owed"
"""Beside the facts in `Facts.plain`: the names of our own duties that were left out."""
LAYERS_ENCODED = "layers_encoded"
"""In a left-out line: every layer of the agency's profile is encoded."""
_NOT_A_WORD = object()


@dataclass(frozen=True)
class Defaults:
    """What a vocabulary says of every case: how words are read, and what leaving a fact out means."""

    vocabulary: Vocabulary
    zone: ZoneInfo
    layers_encoded: bool
    tables: Sequence[OffenseTable] = ()

    @cached_property
    def words(self) -> Mapping[str, Mapping[object, Value]]:
        """For each fact that has few values, the value of each word (yes and no as such too)."""
        return {name: _words(fact, self.zone) for name, fact in self.vocabulary.facts.items() if not fact.list}

    @cached_property
    def moments(self) -> frozenset[str]:
        """The facts that are moments."""
        return frozenset(
            name for name, fact in self.vocabulary.facts.items() if fact.kind == "moment" and not fact.list
        )

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, Mapping[object, Value]]]:
        """The same for the fields of each list."""
        return {
            name: {field: _words(spec, self.zone) for field, spec in self.vocabulary.fields(name).items()}
            for name, fact in self.vocabulary.facts.items()
            if fact.kind == "list"
        }

    @cached_property
    def record(self) -> Mapping[str, Mapping[str, Value]]:
        """For each list, what its fields are when left out."""
        found: dict[str, Mapping[str, Value]] = {}
        for name in self.fields:
            fields = self.vocabulary.fields(name)
            found[name] = {
                field: UNKNOWN
                if spec.left_out[-1].value in ("unknown", "")
                else typed(spec, spec.left_out[-1].value, self.zone)
                for field, spec in fields.items()
            }
        return found

    @cached_property
    def always(self) -> Mapping[str, Value]:
        """The facts that are the same whenever they are left out."""
        return {
            fact.name: value
            for fact in self._facts()
            if len(fact.left_out) == 1 and (value := self._value(fact, fact.left_out[0].value)) is not _NOT_A_WORD
        }

    @cached_property
    def now(self) -> frozenset[str]:
        """The facts that are the moment of decision whenever they are left out."""
        return frozenset(
            fact.name
            for fact in self._facts()
            if fact.left_out[0].condition is None
            and (fact.left_out[0].value == "now" or (fact.left_out[0].value == "owed" and fact.kind != "yes/no"))
        )

    @cached_property
    def owed(self) -> frozenset[str]:
        """Our own duties."""
        return frozenset(fact.name for fact in self._facts() if fact.left_out[0].value == "owed")

    @cached_property
    def turning(self) -> Mapping[str, Fact]:
        """The facts of which leaving out means one thing or another."""
        return {fact.name: fact for fact in self._facts() if len(fact.left_out) > 1}

    def _facts(self) -> Iterator[Fact]:
        return (fact for fact in self.vocabulary.facts.values() if fact.kind != "list" and not fact.list)

    def _value(self, fact: Fact, word: str) -> Value:
        if word in ("unknown", "now") or (word == "owed" and fact.kind != "yes/no"):
            return _NOT_A_WORD
        if word == "owed":
            return True
        if word == "every item" and fact.kind == "set of":
            return frozenset(fact.values)
        return typed(fact, word, self.zone)

    def left_out(self, fact: Fact, holds: Callable[[grammar.Expression], bool | None], at: datetime) -> Value:
        """The value of a fact that turns on what else is stated; UNKNOWN where nothing is assumed."""
        word = next(one.value for one in fact.left_out if _applies(one, holds))
        if word == "unknown":
            return UNKNOWN
        value = self._value(fact, word)
        return at if value is _NOT_A_WORD else value


def _applies(one: LeftOut, holds: Callable[[grammar.Expression], bool | None]) -> bool:
    return one.condition is None or holds(one.condition) is True


def _words(fact: Fact, zone: ZoneInfo) -> Mapping[object, Value]:
    if fact.kind == "yes/no":
        return {True: True, False: False, "yes": True, "no": False, "true": True, "false": False, "unknown": UNKNOWN}
    if fact.kind == "one of":
        return {**{value: value for value in fact.values}, "unknown": UNKNOWN}
    return {"unknown": UNKNOWN}


class Facts:
    """The typed facts of one case, and what was assumed for those left out."""

    def __init__(
        self,
        stated: Mapping[str, Value],
        lists: Mapping[str, Records],
        at: datetime,
        defaults: Defaults,
        filled_in: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """`stated` holds UNKNOWN where somebody looked and could not tell; `filled_in` what tables told of offenses."""
        self.stated = stated
        self.lists = lists
        self.at = at
        self.defaults = defaults
        self._filled_in = filled_in

    def value(self, name: str) -> Value:
        """A fact's value; UNKNOWN where it is not known."""
        return self.values.get(name, UNKNOWN)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """Every fact that is stated or assumed."""
        return {**self.assumed_values, **self.stated}

    @cached_property
    def assumed_values(self) -> Mapping[str, Value]:
        """What was assumed, as conditions read it."""
        defaults = self.defaults
        found: dict[str, Value] = {**defaults.always, **dict.fromkeys(defaults.now, self.at)}
        for name, fact in defaults.turning.items():
            if name not in self.stated and (value := defaults.left_out(fact, self._holds, self.at)) is not UNKNOWN:
                found[name] = value
        return {name: value for name, value in found.items() if name not in self.stated}

    @cached_property
    def assumed(self) -> Mapping[str, Value]:
        """What was assumed, as an answer says it."""
        return {
            **self._filled_in,
            **{name: OWED if name in self.owed else v for name, v in self.assumed_values.items()},
        }

    @cached_property
    def owed(self) -> frozenset[str]:
        """Our own duties that were left out: they read as done, and stand open."""
        return self.defaults.owed - self.stated.keys()

    @cached_property
    def plain(self) -> Plain:
        """The facts as conditions read them: wholly known ones only, complete lists as their records, and under OWED what is
        owed."""
        defaults = self.defaults
        found = Plain(defaults.always, self._fill)
        if defaults.now:
            found.update(dict.fromkeys(defaults.now, self.at))
        found.update(self.stated)
        for name, value in self.stated.items():
            if value is UNKNOWN or value.__class__ is PartialDate:
                del found[name]
        found[OWED] = self.owed
        for name, records in self.lists.items():
            if records.complete:
                found[name] = tuple([plain_record(record) for record in records.records])
        return found

    def _fill(self, name: str) -> Value:
        """A fact that was left out and of which that means one thing or another; KeyError where it is not known."""
        fact = self.defaults.turning.get(name)
        if fact is None or name in self.stated:
            raise KeyError(name)
        value = self.defaults.left_out(fact, self._holds, self.at)
        if value is UNKNOWN:
            raise KeyError(name)
        return value

    def opened(self, names: Collection[str]) -> Facts:
        """The same with some facts not known, some lists not complete."""
        lists = dict(self.lists)
        stated = dict(self.values)
        for name in self.defaults.turning:
            stated.setdefault(name, UNKNOWN)
        for name in names:
            if name in self.defaults.fields:
                lists[name] = Records(lists[name].records if name in lists else (), complete=False)
            else:
                stated[name] = UNKNOWN
        return Facts(stated, lists, self.at, self.defaults, self._filled_in)

    def _holds(self, node: grammar.Expression) -> bool | None:
        """Whether a condition of a left-out line holds of what is stated; assumptions do not count."""
        if isinstance(node, grammar.Constant):
            return node.value
        if isinstance(node, grammar.And | grammar.Or):
            return joined_answers(map(self._holds, node.items), ends=isinstance(node, grammar.Or))
        if isinstance(node, grammar.Not):
            inner = self._holds(node.item)
            return None if inner is None else not inner
        if isinstance(node, grammar.Given):
            if node.how == "complete":
                return node.fact in self.lists and self.lists[node.fact].complete
            return self.stated.get(node.fact, UNKNOWN) is not UNKNOWN or node.fact in self.lists
        if isinstance(node, grammar.Name) and node.name == LAYERS_ENCODED:
            return self.defaults.layers_encoded
        return leaf_holds(
            node, lambda name: self.stated.get(name, UNKNOWN), self.at, self.defaults.vocabulary, self.defaults.zone
        )


def type_facts(case: Case, definitions: Mapping[str, str], defaults: Defaults) -> Facts:
    """Type the stated facts. Raises CaseError. `definitions` maps the name of each definition to the facts to state instead."""
    return _Reader(case, definitions, defaults).facts()


class _Reader:
    """Reads the facts of one case."""

    def __init__(self, case: Case, definitions: Mapping[str, str], defaults: Defaults) -> None:
        self.case = case
        self.definitions = definitions
        self.defaults = defaults
        self.vocabulary = defaults.vocabulary
        self.zone = defaults.zone
        self.stated: dict[str, Value] = {}
        self.lists: dict[str, Records] = {}
        self.flat: dict[str, dict[str, Any]] = {}
        self.complete: dict[str, bool] = {}
        self.filled_in: dict[str, Value] = {}

    def facts(self) -> Facts:
        words, stated = self.defaults.words, self.stated
        for name, raw in self.case.facts.items():
            known = words.get(name)
            if known is not None and (raw.__class__ is str or raw.__class__ is bool):
                value = known.get(raw, _NOT_A_WORD)
                if value is not _NOT_A_WORD:
                    stated[name] = value
                    continue
            if raw.__class__ is str and name in self.defaults.moments:
                with suppress(ValueError):
                    stated[name] = instant(datetime.fromisoformat(raw), self.zone)
                    continue
            fact = self.vocabulary.facts.get(name)
            if fact is not None and not fact.list and fact.kind != "list" and name not in self.definitions:
                stated[name] = typed(fact, raw, self.zone)
                continue
            self.fact(name, raw)
        for name, record in self.flat.items():
            if name in self.lists:
                raise CaseError(f"state {name} once: as a list, or as one flat record")
            self.lists[name] = self.records(self.vocabulary.facts[name], [record])
        for name, complete in self.complete.items():
            if not self.is_list(name):
                raise CaseError(f"{name}.complete: {name} is no list")
            self.lists[name] = Records(self.lists[name].records if name in self.lists else (), complete)
        return Facts(stated, self.lists, self.case.at, self.defaults, self.filled_in)

    def fact(self, name: object, raw: Any) -> None:
        if not isinstance(name, str):
            raise CaseError(f"{name!r} is no fact of the vocabulary: a fact has a name")
        if name in self.definitions:
            raise CaseError(f"{name} is a definition and is never stated; state {self.definitions[name]} instead")
        if name.endswith(".complete"):
            self.complete[name.removesuffix(".complete")] = typed(_COMPLETE, raw, self.zone) is True
            return
        fact = self.vocabulary.fact(name)
        if fact is not None and not fact.list:
            if fact.kind == "list":
                self.lists[name] = self.records(fact, raw)
            else:
                self.stated[name] = typed(fact, raw, self.zone)
            return
        list_name, _, field_name = name.partition(".")
        plural = next((one for one in (list_name, list_name + "s", f"person.{list_name}s") if self.is_list(one)), None)
        if not plural or not field_name:
            raise CaseError(f"{name} is no fact of the vocabulary{_near(name, self.vocabulary.facts)}")
        self.flat.setdefault(plural, {})[field_name] = raw

    def is_list(self, name: str) -> bool:
        return name in self.defaults.fields

    def records(self, fact: Fact, raw: Any) -> Records:
        if raw is UNKNOWN or raw == "unknown":
            return Records((), complete=False)
        if raw == NONE or raw is None:
            return Records((), complete=True)
        if not isinstance(raw, list | tuple):
            raise CaseError(f"{fact.name}: expected a list of records, none or unknown, not {raw!r}")
        return Records(tuple(self.record(fact, index, item) for index, item in enumerate(raw, 1)), complete=True)

    def record(self, fact: Fact, index: int, item: Any) -> Mapping[str, Value]:
        if not isinstance(item, Mapping):
            raise CaseError(f"{fact.name}[{index}]: expected fields, like kind: …, not {item!r}")
        fields, words = self.vocabulary.fields(fact.name), self.defaults.fields[fact.name]
        stated: dict[str, Value] = {}
        for key, raw in item.items():
            if key not in fields:
                raise CaseError(f"{fact.name}[{index}] has no field {key}{_near(str(key), fields)}")
            value = words[key].get(raw, _NOT_A_WORD) if raw.__class__ is str or raw.__class__ is bool else _NOT_A_WORD
            if value is _NOT_A_WORD:
                try:
                    value = typed(fields[key], raw, self.zone)
                except CaseError as error:
                    raise CaseError(f"{fact.name}[{index}]: {error}") from error
            stated[key] = value
        record = {**self.defaults.record[fact.name], **stated}
        if CITATION in fields:
            day = self.case.at.astimezone(self.zone).date()
            for name, known in filled(CITATION, record, frozenset(stated), self.defaults.tables, day).items():
                record[name] = self.filled_in[f"{fact.name}[{index}].{name}"] = known
            if STATE in fields and STATE not in stated and (state := state_cited(record[CITATION])):
                record[STATE] = self.filled_in[f"{fact.name}[{index}].{STATE}"] = state
        return record


_COMPLETE = Fact("complete", "yes/no", (), "", "", "", "", "", "", (), "", False, False, 0, None)  # type: ignore[arg-type]


class Plain(dict[str, Any]):
    """Facts by name, only known ones; one that was left out is worked out when it is asked for."""

    def __init__(self, known: Mapping[str, Any], fill: Callable[[str], Value]) -> None:
        super().__init__(known)
        self.fill = fill

    def __missing__(self, name: str) -> Value:
        value = self[name] = self.fill(name)
        return value

    def everything(self, names: Collection[str]) -> Plain:
        """With those of these facts worked out that can be."""
        for name in names:
            if name not in self:
                with suppress(KeyError):
                    self[name] = self.fill(name)
        return self
