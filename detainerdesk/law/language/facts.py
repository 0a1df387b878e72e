"""Facts: what a case states, typed, and what leaving the other facts out means. A `Case` and a vocabulary in, `Facts` out.

Most of it is worked out once for a vocabulary (`Defaults`): which words a fact takes, what it is when left out. Where that hangs on
what else is stated, it is worked out when somebody asks for the fact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case, Records, leaf_holds, plain_record
from detainerdesk.law.language.dates import EARLIEST_YEAR, LATEST_YEAR, PartialDate
from detainerdesk.law.language.lists import OffenseTable
from detainerdesk.law.language.membership import STATE, filled, state_cited
from detainerdesk.law.language.rulebook import _near
from detainerdesk.law.language.vocabulary import (
    CITATION,
    MOST,
    NONE,
    UNKNOWN,
    VALUE,
    Fact,
    Value,
    Vocabulary,
    instant,
    joined_answers,
    spoken_of,
    typed,
)

OWED = "owed"
"""Beside the facts in `Facts.plain`: the names of our own duties that were left out."""
LAYERS_ENCODED = "layers_encoded"
"""In a left-out line: every layer of the agency's profile is encoded."""
_NOT_A_WORD = object()
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


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

    @cached_property
    def turned_by(self) -> frozenset[str]:
        """The facts on which it turns what leaving another out means."""
        conditions = [line.condition for fact in self.turning.values() for line in fact.left_out if line.condition]
        return frozenset(name for one in conditions for name in spoken_of(one))

    @cached_property
    def by_word(self) -> Mapping[str, tuple[str, Mapping[Value, Value]]]:
        """Of the facts of which leaving out turns on the value of one other fact, as far as it does: that fact, and what each of its values
        makes of it."""
        found: dict[str, tuple[str, Mapping[Value, Value]]] = {}
        for fact in self.turning.values():
            values: dict[Value, Value] = {}
            first = fact.left_out[0].condition
            for line in fact.left_out:
                test = line.condition
                if not isinstance(test, grammar.Is) or not isinstance(first, grammar.Is) or test.fact != first.fact:
                    break
                value = self._value(fact, line.value)
                if value is _NOT_A_WORD:
                    break
                values = {**dict.fromkeys(test.values, value), **values}
            if values and isinstance(first, grammar.Is):
                found[fact.name] = first.fact, values
        return found

    @cached_property
    def read_as_records(self) -> tuple[Fact, ...]:
        """The facts that name one record of a list."""
        return tuple(fact for fact in self.vocabulary.facts.values() if fact.reads_as)

    @cached_property
    def assumed(self) -> frozenset[str]:
        """The facts of which something may be assumed."""
        return frozenset({*self.always, *self.now, *self.turning})

    # A case that states each fact plainly.

    def stated_plainly(self, facts: Mapping[str, Any]) -> Stated | None:
        """The facts, typed, where each is stated as such a fact mostly is; None where one is not, or is wrong: then they have to be read
        in full (`type_facts`), which comes to the same or says what is wrong."""
        found = Stated(facts)
        found.defaults, found.full = self, None
        yes_no, words, readers = self._yes_no, self._plain_words, self._plain_readers
        try:
            for name, raw in facts.items():
                if raw is True or raw is False:
                    if name not in yes_no:
                        return None
                elif raw.__class__ is not str or raw not in words[name]:
                    found[name] = readers[name](raw)
        except (KeyError, TypeError, ValueError):
            return None
        return found

    @cached_property
    def _yes_no(self) -> frozenset[str]:
        return frozenset(fact.name for fact in self._facts() if fact.kind == "yes/no")

    @cached_property
    def _plain_words(self) -> Mapping[str, frozenset[str]]:
        """The words that stand for themselves; of a date or a moment that it is none."""
        by_kind = {"date": frozenset({NONE}), "moment": frozenset({NONE})}
        facts = [*self._facts(), *(self.vocabulary.facts[name] for name in self.fields)]
        return {
            fact.name: frozenset(fact.values) - {"unknown"}
            if fact.kind == "one of"
            else by_kind.get(fact.kind, frozenset())
            for fact in facts
        }

    @cached_property
    def _plain_readers(self) -> Mapping[str, Callable[[Any], Value]]:
        """What reads a fact that is no such word. Each raises KeyError, TypeError or ValueError at anything unusual."""
        found: dict[str, Callable[[Any], Value]] = {}
        for fact in self._facts():
            if fact.kind == "yes/no":
                found[fact.name] = _PLAIN_YES_NO.__getitem__
            elif fact.kind == "moment":
                found[fact.name] = _plain_moment
            elif fact.kind == "date":
                found[fact.name] = _plain_date
            elif fact.kind == "count":
                found[fact.name] = _plain_count
        for name in self.fields:
            if CITATION not in self.fields[name]:
                found[name] = self._plain_records(name)
        return found

    def _plain_records(self, name: str) -> Callable[[Any], Value]:
        """Records of which every field has few values, and is stated."""
        fields = self.vocabulary.fields(name)
        yes_no = frozenset(field for field, spec in fields.items() if spec.kind == "yes/no")
        words = {field: frozenset(spec.values) - {"unknown"} for field, spec in fields.items() if spec.kind == "one of"}

        def read(raw: Any) -> Value:
            if raw.__class__ is not list:
                raise TypeError
            for record in raw:
                if record.__class__ is not dict:
                    raise TypeError
                for field, value in record.items():
                    if value is True or value is False:
                        if field not in yes_no:
                            raise ValueError
                    elif value.__class__ is not str or value not in words[field]:
                        raise ValueError
            return raw

        return read

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
        for condition, value in self._lines[fact.name]:
            if condition is None or holds(condition) is True:
                return at if value is _NOT_A_WORD else value
        raise AssertionError(f"the last line of what leaving {fact.name} out means has no condition")

    @cached_property
    def _lines(self) -> Mapping[str, Sequence[tuple[grammar.Expression | None, Value]]]:
        """What leaving each of these facts out means: a condition and the value, the first that holds; _NOT_A_WORD: the moment itself."""
        return {
            name: [
                (one.condition, UNKNOWN if one.value == "unknown" else self._value(fact, one.value))
                for one in fact.left_out
            ]
            for name, fact in self.turning.items()
        }


_PLAIN_YES_NO: Mapping[Any, bool] = {"yes": True, "no": False, "true": True, "false": False}


def _plain_moment(raw: Any) -> datetime:
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError
    return moment.astimezone(UTC)  # all of them: to compare moments of different zones takes Python forty times as long


def _plain_count(raw: Any) -> int:
    if raw.__class__ is not int or not 0 <= raw <= MOST:
        raise ValueError
    return int(raw)


def _plain_date(raw: Any) -> date:
    found = date.fromisoformat(raw)
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise ValueError
    return found


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
        if name in self.stated:
            return self.stated[name]
        try:
            return self.left_out(name)
        except KeyError:
            return UNKNOWN

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
    def everything(self) -> Plain:
        """The same with all worked out that were left out."""
        found = self.plain
        for name in (OWED, *self.defaults.assumed):
            if name not in found:
                with suppress(KeyError):
                    found[name] = self.left_out(name)
        return found

    @cached_property
    def plain(self) -> Plain:
        """The facts as conditions read them: wholly known ones only, complete lists as their records, and under OWED what is
        owed."""
        found = Plain(self.stated)
        found.facts = self
        for name, value in self.stated.items():
            if value is UNKNOWN or value.__class__ is PartialDate:
                del found[name]
        for name, records in self.lists.items():
            if records.complete:
                found[name] = tuple([plain_record(record) for record in records.records])
        return found

    def left_out(self, name: str) -> Any:
        """What a fact is that was left out, or under OWED what is owed; KeyError where nothing is assumed."""
        defaults = self.defaults
        if name in defaults.always and name not in self.stated:
            return defaults.always[name]
        if name in defaults.now and name not in self.stated:
            return self.at
        if name == OWED:
            return self.owed
        fact = defaults.turning.get(name)
        if fact is None or name in self.stated:
            raise KeyError(name)
        value = defaults.left_out(fact, self._holds, self.at)
        if value is UNKNOWN:
            raise KeyError(name)
        return value

    @property
    def searched(self) -> bool:
        """Whether every list that is given is complete."""
        return all(records.complete for records in self.lists.values())

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
        for fact in self.defaults.read_as_records:
            if isinstance(value := stated.get(fact.name), str):
                self.read_as_record(fact, value)
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

    def read_as_record(self, fact: Fact, value: str) -> None:
        """A fact that names one record of a list: there is such a record, and it may be one of those stated."""
        assert fact.reads_as is not None
        name, said = fact.reads_as.list, fact.reads_as.record(value)
        (key,) = [field for field, text in fact.reads_as.fields if text == VALUE]
        records = self.lists.get(name, Records((), complete=False))
        if not any(record.get(key) == value for record in records.records):
            spec, index = self.vocabulary.facts[name], len(records.records) + 1
            self.lists[name] = Records((*records.records, self.record(spec, index, said)), records.complete)

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

    __slots__ = ("facts",)
    facts: Facts

    def __missing__(self, name: str) -> Any:
        value = self[name] = self.facts.left_out(name)
        return value


class Stated(dict[str, Any]):
    """The facts of a case that states each plainly, by name; one that was left out is worked out when it is asked for."""

    __slots__ = ("at", "defaults", "full")
    defaults: Defaults
    at: datetime
    full: Facts | None

    def __missing__(self, name: str) -> Any:
        always = self.defaults.always
        if name in always:
            return always[name]
        other, values = self.defaults.by_word.get(name, ("", _NOTHING))
        if other in self and self[other] in values:
            return values[self[other]]
        if self.full is None:
            self.full = self._in_full()
        value = self[name] = self.full.left_out(name)
        return value

    def _in_full(self) -> Facts:
        fields = self.defaults.fields
        stated = {name: value for name, value in self.items() if name not in fields}
        lists = {name: Records(tuple(self[name]), complete=True) for name in self.keys() & fields.keys()}
        return Facts(stated, lists, self.at, self.defaults)
