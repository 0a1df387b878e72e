"""Answers: what a list may answer, all at once, to the conditions asked of it, though records or fields are not known.

A list enters the table of completions as one variable. Each record with unknown fields has a table of its own (record.py);
records that nobody has seen all share that of a record of which nothing is known. Joint answers are sums over the records
(shares.py).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detainerdesk.law.circuit import Atom, Node
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.jail import JailOfRecord
from detainerdesk.law.known import Setting
from detainerdesk.law.language.case import Records
from detainerdesk.law.language.membership import PossibleOffense
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.lowering import MOST_REMEMBERED, LawOn
from detainerdesk.law.order import OrderOfDays
from detainerdesk.law.record import RecordTable
from detainerdesk.law.shares import Adds, Answer, Asked, Groups, Share

LARGE = 1 << 12
"""As many completions as a record's table for all conditions asked of its list has at most; beyond it each action has one of its own."""


@dataclass(frozen=True)
class Answers:
    """The joint answers that a list may give; and for the list itself and each unknown field of its records, between which
    of them that alone makes the difference."""

    values: tuple[Answer, ...]
    groups: Mapping[str, Groups]


@dataclass(frozen=True)
class Worked:
    """What is worked out once for one case, at whichever moment and however the law is taken: its lists, the tables of their records,
    their answers, and the values that unknown facts may have. `asked`: the conditions on each list of all actions that are asked."""

    asked: dict[LawOn, Mapping[str, Sequence[Atom]]] = field(default_factory=dict)
    values: dict[Hashable, bool | None] = field(default_factory=dict)
    open_constraints: dict[tuple[Node, ...], Any] = field(default_factory=dict)
    completions: dict[frozenset[Atom], Any] = field(default_factory=dict)
    """The tables of completions (table.py), by the tests that are open."""
    lists: dict[Hashable, ListInCase] = field(default_factory=dict)
    tables: dict[Hashable, RecordTable] = field(default_factory=dict)
    effects: dict[Hashable, Hashable | None] = field(default_factory=dict)
    """What the records of a list add beside values of unknown facts."""
    in_jail: dict[Hashable, bool | None] = field(default_factory=dict)
    """Whether the days in jail of each record count."""
    settled: dict[Hashable, tuple[Mapping[str, Value], Mapping[str, tuple[Value, ...]]]] = field(default_factory=dict)
    """What the offense of each record may be."""
    true_choices: dict[Hashable, tuple[Any, Sequence[tuple[int, ...]]]] = field(default_factory=dict)
    """With which values of its fields each test of a record is true."""
    adds: dict[Hashable, Adds] = field(default_factory=dict)
    answers: dict[Hashable, Answers] = field(default_factory=dict)
    candidates: dict[Hashable, Mapping[str, tuple[Value, ...]]] = field(default_factory=dict)


class ListInCase:
    """One list in one case: its records as known, the facts beside it, and the conditions asked of it.

    What the records may be is worked out once, for all conditions and readings. `setting` is one way of taking the law: others may
    differ from it only in readings on which no jail days turn."""

    def __init__(
        self,
        law: LawOn,
        name: str,
        whole: Asked,
        records: Records,
        facts: Mapping[str, Any],
        setting: Setting,
        worked: Worked | None = None,
    ) -> None:
        """`whole`: every condition that is asked of it, now or for another action. `worked`: shared with the same list beside other
        facts, and at other moments."""
        self.worked = worked or Worked()
        self.law = law
        self.name = name
        self.whole = whole
        self.records = records
        self.facts = facts
        self.setting = setting
        self._answers: dict[Hashable, Answers] = {}
        self._tables: dict[tuple[int | None, Asked], RecordTable] = {}
        self._jails: dict[tuple[int | None, Asked], JailOfRecord] = {}

    def answers(self, setting: Setting, asked: Asked | None = None) -> Answers:
        """Every joint answer to these conditions in a setting, and what makes the difference between two."""
        asked = asked or self.whole
        key = (asked, self.law.taken(asked.atoms, setting))
        if key not in self._answers:
            self._answers[key] = self._in(setting, asked)
        return self._answers[key]

    def _in(self, setting: Setting, asked: Asked) -> Answers:
        each = tuple(
            [self._of_record(number, asked).adds(asked, setting) for number in range(len(self.records.records))]
        )
        unseen = self._unseen(asked, setting)
        key = (self.name, asked, each, unseen)
        if key not in self.worked.answers:
            self.worked.answers[key] = self._joint(asked, each, unseen.shares)
        return self.worked.answers[key]

    def _joint(self, asked: Asked, each: Sequence[Adds], unseen: Collection[Share]) -> Answers:
        shares = [one.shares for one in each]
        answers = {state: asked.answer(state) for state in asked.sums([*shares, unseen])}
        values = tuple(dict.fromkeys(answers.values()))
        place = {value: index for index, value in enumerate(values)}
        number = {state: place[answer] for state, answer in answers.items()}
        groups: dict[str, Groups] = {}
        if len(unseen) > 1:
            groups[self.name] = asked.between(asked.sums(shares), [unseen], number)
        for index, one in enumerate(each):
            if not one.apart:
                continue
            bases = asked.sums([*shares[:index], *shares[index + 1 :], unseen])
            for names, alike in one.apart:
                found = asked.between(bases, alike, number)
                for name in names if found else ():
                    groups[name] = groups.get(name, frozenset()) | found
        return Answers(values, groups)

    # Its records.

    def _of_record(self, number: int, asked: Asked) -> RecordTable:
        """The table of a record: that for all conditions, unless it is too large."""
        if asked is not self.whole:
            try:
                table = self._table(number, self.whole)
            except TooManyUnknowns:
                return self._table(number, asked)
            if table.completions.size <= LARGE:
                return table
        return self._table(number, asked)

    def _table(self, number: int | None, asked: Asked) -> RecordTable:
        key = (number, asked)
        if key not in self._tables:
            self._tables[key] = self._shared(number, asked)
        return self._tables[key]

    def _shared(self, number: int | None, asked: Asked) -> RecordTable:
        """The table of a record beside other facts or at another moment, where all days lie alike."""
        different = self._values_of_different(number, asked)
        order = self._order(number, asked)
        if order is None:
            return self._made(number, asked, different)
        taken, never = self.law.taken(asked.in_jail, self.setting), self.law.record_constraints.get(self.name)
        key = (number, asked, taken, never, order, tuple(different.items()))
        if key not in self.worked.tables:
            self.worked.tables[key] = self._made(number, asked, different)
        return self.worked.tables[key]

    def effect(self) -> Hashable | None:
        """What its records add, however the law is taken: where that is the same, at another moment or beside other facts, so are all its
        answers. None where it is not told."""
        found: list[Hashable] = []
        ways = self.law.ways_of_taking(self.whole.atoms, self.setting)
        try:
            for number in range(len(self.records.records) if ways else 0):
                table = self._table(number, self.whole)
                small = table.completions.size <= LARGE
                found.append(table.adds_in_all(ways) if small else self._order(number, self.whole))
        except TooManyUnknowns:
            return None
        if not self.records.complete:
            found.append(self._order(None, self.whole))
        return None if None in found or not ways else tuple(found)

    def _order(self, number: int | None, asked: Asked) -> Hashable | None:
        order = OrderOfDays.on(self.law, self.name, asked)
        if number is None:
            return order.of({}, self.facts, self.setting.at)
        return order.of(self.records.records[number], self.facts, self.setting.at, self.jail(number, asked).ranges)

    def jail(self, number: int | None, asked: Asked) -> JailOfRecord:
        """The jail days that make look-backs of a record longer."""
        key = (number, asked)
        if key not in self._jails:
            self._jails[key] = JailOfRecord(self, number, OrderOfDays.on(self.law, self.name, asked).jails)
        return self._jails[key]

    def _made(self, number: int | None, asked: Asked, different: Mapping[str, tuple[Value, ...]]) -> RecordTable:
        try:
            return RecordTable(self, number, asked, different)
        except TooManyUnknowns as error:
            raise TooManyUnknowns((self.name,)) from error

    def _values_of_different(self, number: int | None, asked: Asked) -> Mapping[str, tuple[Value, ...]]:
        """The values that a field may have of which different ones are counted: those of other records, and some of its own."""
        if not asked.different:
            return {}
        records, fields = self.records.records, self.law.vocabulary.fields(self.name)
        if number is None:
            beside = max(one.count for one in asked.conditions)
        else:
            beside = sum(any(record.get(one, UNKNOWN) is UNKNOWN for one in asked.different) for record in records)
        found: dict[str, tuple[Value, ...]] = {}
        for one in asked.different:
            if fields[one].kind in ("yes/no", "one of"):
                found[one] = fields[one].values or (True, False)
            else:
                named = [record.get(one, UNKNOWN) for record in records]
                own = [f"\0value {number}" for number in range(1, beside + 1)]
                found[one] = tuple(dict.fromkeys([value for value in named if value is not UNKNOWN] + own))
        return found

    # Records that nobody has seen.

    def _unseen(self, asked: Asked, setting: Setting) -> Adds:
        """What records that nobody has seen may add, together."""
        if self.records.complete:
            return asked.nothing_more
        order = self._order(None, asked)
        remembered = self.law.common.unseen
        different = tuple(self._values_of_different(None, asked).items())
        key = (
            asked,
            self.law.taken(asked.atoms, setting),
            self.law.record_constraints.get(self.name),
            order,
            different,
        )
        found: Adds | None = None if order is None else remembered.get(key)
        if found is None:
            if len(remembered) > MOST_REMEMBERED:
                remembered.clear()
            shares = self._table(None, asked).every_share(asked, setting)
            states = tuple(asked.of_any_number(shares))
            found = remembered[key] = remembered.setdefault((asked, states), Adds(states, ()))
        return found

    def witness(self, wanted: Answer, asked: Asked) -> list[dict[str, Value]] | None:
        """One record that nobody has seen yet with which the list gives that answer; None where no single one does."""
        tables = [self._of_record(number, asked) for number in range(len(self.records.records))]
        known = asked.sums([table.adds(asked, self.setting).shares for table in tables])
        for share, chosen in self._table(None, asked).every_share(asked, self.setting).items():
            if share != asked.nothing and any(asked.answer(asked.sum(base, share)) == wanted for base in known):
                return [{name: str(one) if isinstance(one, PossibleOffense) else one for name, one in chosen.items()}]
        return None
