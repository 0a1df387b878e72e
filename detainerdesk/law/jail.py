"""Jail days that make a look-back longer, where records or their fields are not known.

The sum belongs to one record (whose look-back it is) and is drawn from all: it stands beside that record as a count of its own,
known where it is known, else any number between the least and the most that the records allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from detainerdesk.law.circuit import AllOf, AnyOf, Atom, JailTime, Listed, Negation, Node, atoms_of
from detainerdesk.law.language.case import is_known, plain_record
from detainerdesk.law.language.lookback import RECORD_DATE, RECORD_DAYS, JailRecord, jail_days
from detainerdesk.law.language.membership import COMMITTED, settled
from detainerdesk.law.language.vocabulary import UNKNOWN, Fact, Value, joined_answers

if TYPE_CHECKING:
    from detainerdesk.law.answers import ListInCase


class JailOfRecord:
    """The sums that the look-backs of one record need."""

    def __init__(self, of: ListInCase, index: int | None, jails: Iterable[JailTime]) -> None:
        self.of = of
        self.index = index
        self.known: dict[str, int] = {}
        """The sums that are known, under their names."""
        self.facts: dict[str, Fact] = {}
        """The sums that are not, as facts of the kind count."""
        self.rests_on: dict[str, tuple[str, ...]] = {}
        self.ranges: dict[str, tuple[int, int | None]] = {}
        """The least and the most that each sum may be."""
        kind = of.law.vocabulary.fields(of.name).get(RECORD_DAYS)
        for jail in jails:
            assert kind is not None
            least, most = self.ranges[jail.name] = self._range(jail)
            if least == most:
                self.known[jail.name] = least
            else:
                self.facts[jail.name] = replace(kind, name=jail.name)
                self.rests_on[jail.name] = tuple(dict.fromkeys(self._in_doubt(jail)))

    def limited(self, values: Mapping[str, tuple[Value, ...]]) -> dict[str, tuple[Value, ...]]:
        """The values of each field, those of a sum between the least and the most."""
        found = dict(values)
        for name, (least, most) in ((name, self.ranges[name]) for name in self.facts):
            inside = [value for value in values.get(name, ()) if value >= least and (most is None or value <= most)]
            found[name] = tuple(dict.fromkeys([least, *inside, *([] if most is None else [most])]))
        return found

    def _range(self, jail: JailTime) -> tuple[int, int | None]:
        start, end = (self._moment(name) for name in (jail.start, jail.end))
        records = [
            JailRecord(
                self._counts(jail, number),
                record.get(RECORD_DATE, UNKNOWN),
                record.get(RECORD_DAYS, UNKNOWN),
                own=number == self.index and jail.start == COMMITTED,
            )
            for number, record in enumerate(self.of.records.records)
        ]
        zone = self.of.law.stack.zone
        # A record that nobody has seen may have any date: jail days give it no place that it could not have without.
        complete = self.of.records.complete or self.index is None
        return (0, 0) if self.index is None else jail_days(start, end, records, zone, complete=complete)

    def _moment(self, name: str) -> Value:
        if name == "at":
            return self.of.setting.at
        fields = self.of.law.vocabulary.fields(self.of.name)
        return self._stated.get(name, UNKNOWN) if name in fields else self.of.facts.get(name, UNKNOWN)

    @property
    def _stated(self) -> Mapping[str, Value]:
        return {} if self.index is None else self.of.records.records[self.index]

    def _counts(self, jail: JailTime, number: int) -> bool | None:
        """Whether a record counts: the same beside any facts and at any moment, unless a test reads one."""
        law, counted = self.of.law, self.of.worked.in_jail
        atoms = law.atoms(jail.where)
        if any(atom.reads or law.turns_in_time(atom) for atom in atoms):
            return self._found_to_count(jail, self.of.records.records[number])
        key = (jail.where, number, law.taken(atoms, self.of.setting))
        if key not in counted:
            counted[key] = self._found_to_count(jail, self.of.records.records[number])
        return counted[key]

    def _found_to_count(self, jail: JailTime, record: Mapping[str, Value]) -> bool | None:
        plain = plain_record(record)
        lists = [(one.means.field, one.means.offenses) for one in atoms_of(jail.where) if isinstance(one.means, Listed)]
        fields = self.of.law.vocabulary.fields(self.of.name)
        return self._true(jail.where, settled(plain, lists, fields, ()) if lists else plain)

    def _true(self, node: Node, record: Mapping[str, Value]) -> bool | None:
        """Whether a condition holds of a record, as far as its parts show."""
        if isinstance(node, bool):
            return node
        if isinstance(node, Negation):
            inner = self._true(node.item, record)
            return None if inner is None else not inner
        if isinstance(node, AllOf | AnyOf):
            return joined_answers((self._true(item, record) for item in node.items), ends=isinstance(node, AnyOf))
        assert isinstance(node, Atom)
        try:
            return self.of.law.truth(node)(self.of.facts, self.of.setting, record)
        except KeyError:
            return None

    def _in_doubt(self, jail: JailTime) -> Iterator[str]:
        """What would tell the sum: fields of records that may count, the list itself where there may be more of them."""
        name = self.of.name
        if self._moment(jail.start) is UNKNOWN and self.index is not None:
            yield f"{name}[{self.index + 1}].{jail.start}"
        for number, record in enumerate(self.of.records.records, 1):
            counts = self._counts(jail, number - 1)
            if counts is False or record.get(RECORD_DAYS) == 0:
                continue
            asked = [RECORD_DATE, RECORD_DAYS]
            if counts is None:
                asked += [field for atom in atoms_of(jail.where) for field in self._turning(atom, record)]
            yield from (f"{name}[{number}].{field}" for field in asked if not self._is_stated(record, field))
        if not self.of.records.complete:
            yield name

    def _turning(self, atom: Atom, record: Mapping[str, Value]) -> Iterable[str]:
        try:
            self.of.law.truth(atom)(self.of.facts, self.of.setting, plain_record(record))
        except KeyError as missing:
            return missing.args
        return ()

    def _is_stated(self, record: Mapping[str, Value], field: str) -> bool:
        return field in (RECORD_DATE, RECORD_DAYS) and is_known(record.get(field, UNKNOWN))
