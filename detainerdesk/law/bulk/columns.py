"""Cases as columns: which facts a law reads, typed cases in, an Arrow table out; and one row of it back as a `Case`.

A fact is one column of its own type; NULL is unknown. What one value can't hold stands beside it: `NAME/word` (a moment that is
none or decided), `NAME/last` (the last day of a date known in part), `NAME/items` (information by item), `NAME/owed` (our own
duty, left out), `NAME/day` (a moment's local day), `NAME/counted` (hours that count up to it). A list is an array of structs and
`NAME/complete`. Assumptions were made before: the cases are those that `type_facts` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detainerdesk.law.circuit import Atom, ClockState, InWindow, Listed, Quantified, atoms_of
from detainerdesk.law.known import Known
from detainerdesk.law.language.case import Case, Records
from detainerdesk.law.language.clocks import ACTUAL, EVERY_HOUR, OBSERVED, is_day_off
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.facts import Defaults, Facts
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.lookback import RECORD_DATE, RECORD_DAYS
from detainerdesk.law.language.membership import (
    COMMITTED,
    ENHANCEMENT,
    EQUIVALENT,
    JUDGED,
    RULED_IN,
    RULED_OUT,
    Offense,
    fields_read,
    in_list,
)
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, Value, Vocabulary, midnight

MOMENT, DAY = pa.timestamp("us"), pa.date32()
WORDS = pa.list_(pa.string())
NUMBER = "#"
"""The field of a record that says which one of its list it is."""
Row = Mapping[str, Any]
Source = tuple[str, str]
"""What a test reads: a fact or list of the case (`""`, name), or a field (list, name)."""


def sources(atom: Atom, vocabulary: Vocabulary, within: str = "") -> frozenset[Source]:
    """Every fact, list and field that a test reads, those inside conditions on lists too."""
    means = atom.means
    found: set[Source] = {("", name) for name in atom.reads}
    if isinstance(means, Quantified):
        for inner in atoms_of(means.body):
            found |= sources(inner, vocabulary, means.list)
        if means.different:
            found.add((means.list, means.different))
    elif isinstance(means, Listed):
        fields = vocabulary.fields(means.list)
        names: tuple[str, ...] = (means.field, "state", ENHANCEMENT, EQUIVALENT, RULED_IN, RULED_OUT, COMMITTED, JUDGED)
        found |= {(means.list, name) for name in names if name in fields}
    elif isinstance(means, InWindow) and means.jail:
        assert means.list is not None
        fields = vocabulary.fields(means.list)
        names = (*means.window.names(), means.jail.start, means.jail.end, RECORD_DATE, RECORD_DAYS)
        found |= {
            (means.list if name in fields else "", name) for name in names if name in (*fields, *vocabulary.facts)
        }
        found.add(("", means.list))
        for inner in atoms_of(means.jail.where):
            found |= sources(inner, vocabulary, means.list)
    else:
        found |= {(within, name) for name in atom.fields}
    return frozenset(found)


@dataclass(frozen=True)
class Layout:
    """The facts that the columns hold; for each list its fields. `calendars`: the holidays of the clocks that leave days out."""

    vocabulary: Vocabulary
    zone: ZoneInfo
    facts: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    offense_lists: tuple[tuple[str, str, OffenseList], ...]
    calendars: tuple[str, ...]

    @classmethod
    def of(cls, atoms: Iterable[Atom], vocabulary: Vocabulary, zone: ZoneInfo) -> Layout:
        """The columns that these tests read."""
        read: dict[Source, None] = {}
        listed: dict[tuple[str, str, OffenseList], None] = {}
        calendars: dict[str, None] = {}
        for atom in atoms:
            read |= dict.fromkeys(sorted(sources(atom, vocabulary)))
            for one in _inside(atom):
                if isinstance(one.means, Listed):
                    listed[one.means.list, one.means.field, one.means.offenses] = None
                if isinstance(one.means, ClockState) and one.means.calendar != EVERY_HOUR:
                    calendars[one.means.holidays] = None
        facts = [name for name in vocabulary.facts if ("", name) in read]
        return cls(
            vocabulary,
            zone,
            tuple(name for name in facts if vocabulary.facts[name].kind != "list"),
            {
                name: tuple(field for field in vocabulary.fields(name) if (name, field) in read)
                for name in facts
                if vocabulary.facts[name].kind == "list"
            },
            tuple(listed),
            tuple(calendars),
        )

    def listed(self, list_name: str, field: str, offenses: OffenseList) -> str:
        """The field of a record that says whether its offense is on the list."""
        return f"listed {self.offense_lists.index((list_name, field, offenses))}"

    def lists_that_read(self, list_name: str, name: str) -> tuple[str, ...]:
        """The columns of the lists of offenses that read this field of a record."""
        fields = self.vocabulary.fields(list_name)
        return tuple(
            self.listed(*one)
            for one in self.offense_lists
            if one[0] == list_name and name in fields_read(*one[1:], fields)
        )

    def schema(self) -> pa.Schema:
        """The columns as a caller gives them; the others are worked out from these."""
        found = [pa.field("at", MOMENT)]
        for name in self.facts:
            found += _fields(name, self.vocabulary.facts[name])
        for name, fields in self.lists.items():
            inside = [pa.field(NUMBER, pa.int32())]
            for field in fields:
                inside += _fields(field, self.vocabulary.fields(name)[field])
            found += [pa.field(name, pa.list_(pa.struct(inside))), pa.field(f"{name}/complete", pa.bool_())]
        return pa.schema(found)


def table_of(cases: Sequence[Known], layout: Layout) -> pa.Table:
    """Typed cases as columns."""
    rows = [_row(known, layout) for known in cases]
    return pa.Table.from_pylist(rows, layout.schema())


def completed(table: pa.Table, layout: Layout) -> pa.Table:
    """The columns with what is worked out from them: local days, counted hours, lists of offenses.

    Days and counted hours come from a table of the zone's days; whether an offense is on a list is asked of the engine once for
    each distinct offense."""
    found = {name: table.column(name).combine_chunks() for name in table.column_names}
    span = _Days.of(table, layout)
    found |= span.beside("at", found["at"])
    for name in layout.facts:
        if layout.vocabulary.facts[name].kind == "moment":
            found |= span.beside(name, found[name])
    for name, fields in layout.lists.items():
        array = found[name]
        records = array.flatten()
        inside = {field.name: records.field(index) for index, field in enumerate(records.type)}
        for field in fields:
            if layout.vocabulary.fields(name)[field].kind == "moment":
                inside |= span.beside(field, inside[field])
        for list_name, field, offenses in layout.offense_lists:
            if list_name == name:
                inside[layout.listed(name, field, offenses)] = _on_list(inside, field, offenses, layout, name)
        struct = pa.StructArray.from_arrays(list(inside.values()), list(inside))
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy()
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        found[name] = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct)
    return pa.table(found)


def case_of(row: Row, layout: Layout, agency: str, actor: str | None, choices: Mapping[str, str], action: str) -> Case:
    """One row as the case that it stands for: every fact stated, those that are owed left out."""
    facts: dict[str, Any] = {}
    for name in layout.facts:
        if not row.get(f"{name}/owed"):
            facts[name] = _stated(row, name, layout.vocabulary.facts[name])
    for name, fields in layout.lists.items():
        own = layout.vocabulary.fields(name)
        # Whole records are stated: a field that is left out would be assumed.
        facts[name] = [
            {**dict.fromkeys(own, "unknown"), **{field: _stated(record, field, own[field]) for field in fields}}
            for record in row[name]
        ]
        facts[f"{name}.complete"] = bool(row[f"{name}/complete"])
    at = row["at"].replace(tzinfo=UTC)
    return Case(agency, at, facts, actor=actor, choices=choices, ask=(action,))


def facts_of(row: Row, layout: Layout, at: datetime, defaults: Defaults) -> Facts:
    """One row as the typed facts that it stands for."""
    stated: dict[str, Value] = {}
    for name in layout.facts:
        if not row.get(f"{name}/owed"):
            stated[name] = _value(row, name, layout.vocabulary.facts[name])
    lists: dict[str, Records] = {}
    for name, fields in layout.lists.items():
        own = layout.vocabulary.fields(name)
        records = tuple({field: _value(record, field, own[field]) for field in fields} for record in row[name])
        lists[name] = Records(records, bool(row[f"{name}/complete"]))
    return Facts(stated, lists, at, defaults)


# A value in its columns.


def _fields(name: str, fact: Fact) -> list[pa.Field]:
    types = {"yes/no": pa.bool_(), "set of": WORDS, "count": pa.int64(), "moment": MOMENT, "date": DAY}
    found = [pa.field(name, types.get(fact.kind, pa.string()))]
    if fact.by_item:
        found.append(pa.field(f"{name}/items", WORDS))
    if fact.kind == "date":
        found.append(pa.field(f"{name}/last", DAY))
    if fact.kind in ("date", "moment"):
        found.append(pa.field(f"{name}/word", pa.string()))
    if is_owed(fact):
        found.append(pa.field(f"{name}/owed", pa.bool_()))
    return found


def is_owed(fact: Fact) -> bool:
    """Whether leaving the fact out may mean that our own duty is open."""
    return not fact.list and any(one.value == "owed" for one in fact.left_out)


def cells(name: str, fact: Fact, value: Value) -> dict[str, Any]:
    """The columns of one value."""
    if value is UNKNOWN:
        return {}
    if isinstance(value, frozenset):
        return {f"{name}/items" if fact.by_item else name: sorted(value)}
    if fact.kind == "moment":
        return {f"{name}/word": value} if isinstance(value, str) else {name: value.astimezone(UTC).replace(tzinfo=None)}
    if fact.kind == "date":
        if isinstance(value, str):
            return {f"{name}/word": value}
        first, last = (value.start, value.end) if isinstance(value, PartialDate) else (value, value)
        return {name: first, f"{name}/last": last}
    return {name: value}


def _row(known: Known, layout: Layout) -> dict[str, Any]:
    facts = known.facts
    row: dict[str, Any] = {"at": known.case.at.astimezone(UTC).replace(tzinfo=None)}
    for name in layout.facts:
        fact = layout.vocabulary.facts[name]
        row |= cells(name, fact, facts.value(name))
        if is_owed(fact):
            row[f"{name}/owed"] = name in facts.owed
    for name, fields in layout.lists.items():
        given = facts.lists.get(name)
        own = layout.vocabulary.fields(name)
        row[name] = []
        for number, record in enumerate(given.records if given else ()):
            made: dict[str, Any] = {NUMBER: number}
            for field in fields:
                made |= cells(field, own[field], record.get(field, UNKNOWN))
            row[name].append(made)
        row[f"{name}/complete"] = given is not None and given.complete
    return row


def _stated(row: Row, name: str, fact: Fact) -> Any:
    """A value as a case states it."""
    value = row.get(name)
    if fact.by_item and row.get(f"{name}/items") is not None:
        return frozenset(row[f"{name}/items"])
    if row.get(f"{name}/word") is not None:
        return row[f"{name}/word"]
    if value is None:
        return "unknown"
    if fact.kind == "set of":
        return frozenset(value)
    if fact.kind == "moment":
        return value.replace(tzinfo=UTC)
    if fact.kind == "date" and row[f"{name}/last"] != value:
        return str(PartialDate(value, row[f"{name}/last"]))
    return value


# What is worked out.


def _inside(atom: Atom) -> Iterable[Atom]:
    """The test, and those inside it."""
    yield atom
    if isinstance(atom.means, Quantified):
        for inner in atoms_of(atom.means.body):
            yield from _inside(inner)
    if isinstance(atom.means, InWindow) and atom.means.jail:
        for inner in atoms_of(atom.means.jail.where):
            yield from _inside(inner)


@dataclass(frozen=True)
class _Days:
    """The local days of a zone from one day to another: when each begins, and the hours that count before it."""

    first: date
    begins: np.ndarray[Any, Any]
    counts: Mapping[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]

    @classmethod
    def of(cls, table: pa.Table, layout: Layout) -> _Days:
        moments = [table.column("at")]
        moments += [table.column(name) for name in layout.facts if layout.vocabulary.facts[name].kind == "moment"]
        for name, fields in layout.lists.items():
            records = table.column(name).combine_chunks().flatten()
            own = layout.vocabulary.fields(name)
            moments += [pc.struct_field(records, field) for field in fields if own[field].kind == "moment"]
        ends = [pc.min_max(one).as_py() for one in moments]
        known = [value for end in ends for value in end.values() if value is not None]
        low, high = (min(known), max(known)) if known else (datetime(2026, 1, 1), datetime(2026, 1, 1))  # noqa: DTZ001
        return _days(low.date() - timedelta(days=2), high.date() + timedelta(days=3), layout.zone, layout.calendars)

    def beside(self, name: str, moments: pa.Array) -> dict[str, pa.Array]:
        """The local day of each moment, and the time that counts up to it, for each calendar."""
        raw = pc.fill_null(moments.cast(pa.int64()), int(self.begins[0])).to_numpy(zero_copy_only=False)
        index = np.searchsorted(self.begins, raw, side="right") - 1
        none = moments.is_null().to_numpy(zero_copy_only=False)
        epoch = (self.first - date(1970, 1, 1)).days
        found = {f"{name}/day": pa.array((index + epoch).astype(np.int32), pa.int32(), mask=none).cast(DAY)}
        for calendar, (before, on) in self.counts.items():
            counted = before[index] + np.where(on[index], raw - self.begins[index], 0)
            found[f"{name}/counted {calendar}"] = pa.array(counted, pa.int64(), mask=none)
        return found


@lru_cache(maxsize=8)
def _days(first: date, last: date, zone: ZoneInfo, calendars: tuple[str, ...]) -> _Days:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    begins = np.array([int(midnight(day, zone).timestamp()) for day in days], dtype=np.int64) * 1_000_000
    counts = {}
    for calendar in calendars:
        assert calendar in (OBSERVED, ACTUAL)
        on = np.array([not is_day_off(day, calendar) for day in days])
        lengths = np.where(on[:-1], np.diff(begins), 0)
        counts[calendar] = (np.concatenate(([0], np.cumsum(lengths))), on)
    return _Days(first, begins, counts)


def _on_list(
    inside: Mapping[str, pa.Array], field: str, offenses: OffenseList, layout: Layout, list_name: str
) -> pa.Array:
    """Whether the offense of each record is on the list, asked once for each distinct one; NULL where that turns on what is
    not known."""
    own = layout.vocabulary.fields(list_name)
    names = [field, "state", ENHANCEMENT, EQUIVALENT, RULED_IN, RULED_OUT]
    names += [COMMITTED, JUDGED] if offenses.turning_days else []
    columns = {name: inside[name] for name in inside if name.partition("/")[0] in names}
    table = pa.table(columns)
    distinct = table.group_by(list(columns)).aggregate([])
    answers: list[bool | None] = []
    for row in distinct.to_pylist():
        record = {name: _value(row, name, own[name]) for name in own if name in row}
        offense = Offense.of(field, {name: value for name, value in record.items() if value is not UNKNOWN}, own)
        if not offenses.turning_days:
            offense = replace(offense, committed=UNKNOWN, judged=UNKNOWN)
        answer = in_list(field, offense, offenses)
        answers.append(answer if isinstance(answer, bool) else None)
    keys = _keys(distinct.append_column("\0", pa.array(range(len(answers)))), table, list(columns))
    return pa.array(answers, pa.bool_()).take(keys)


def _keys(distinct: pa.Table, table: pa.Table, names: Sequence[str]) -> pa.Array:
    """For each row of the table the number of the distinct row that equals it."""
    place = {tuple(row[name] for name in names): row["\0"] for row in distinct.to_pylist()}
    columns = [table.column(name).to_pylist() for name in names]
    return pa.array([place[key] for key in zip(*columns, strict=True)], pa.int64())


def _value(row: Row, name: str, fact: Fact) -> Value:
    """A value as the engine holds it."""
    found = _stated(row, name, fact)
    if found == "unknown":
        return UNKNOWN
    if fact.kind == "date" and isinstance(found, str) and found != NONE:
        return PartialDate.read(found)
    return found
