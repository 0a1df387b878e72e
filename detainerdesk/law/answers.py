"""Answers: what a list may answer, all at once, to the conditions asked of it, though records or fields are not known.

A list enters the table of completions as one variable. Each record with unknown fields has a table of its own; records that
nobody has seen all share that of a record of which nothing is known. Joint answers are sums over the records, counts kept to
the threshold that a condition asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from detainerdesk.law.candidates import Unknown, candidates, clusters, is_ordered, merged_alike
from detainerdesk.law.circuit import (
    Atom,
    FactTest,
    InWindow,
    Listed,
    Meaning,
    Node,
    Quantified,
    atoms_of,
    bits_of,
    nodes_of,
)
from detainerdesk.law.completions import Completions, TooManyUnknowns, Variable
from detainerdesk.law.jail import JailOfRecord
from detainerdesk.law.joined import Joined, Tell, joined
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Records, plain_record
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lists import ALWAYS, Days
from detainerdesk.law.language.membership import PossibleOffense, fields_read, possible_offenses, settled
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.lowering import LawOn

Share = tuple[int, tuple[Any, ...]]
"""What records add to the conditions: a bit for each that asks for one record; for the others a count up to the threshold,
or the set of values where different ones are counted."""
Answer = tuple[bool, ...]
"""Whether each condition is met."""
Groups = frozenset[frozenset[int]]
"""Sets of answers, by number, between any two of which one thing alone makes the difference."""

FEW = 1 << 17
"""As many completions as one table of a record that nobody has seen has at most."""
MOST_REMEMBERED = 256
ENOUGH = frozenset({"\0enough"})


@dataclass(frozen=True)
class Answers:
    """The joint answers that a list may give; and for the list itself and each unknown field of its records, between which
    of them that alone makes the difference."""

    values: tuple[Answer, ...]
    groups: Mapping[str, Groups]

    def only(self, places: Sequence[int]) -> Answers:
        """The answers to the conditions in these places alone."""
        each = [tuple(value[place] for place in places) for value in self.values]
        number = {value: index for index, value in enumerate(dict.fromkeys(each))}
        here = [number[value] for value in each]
        groups: dict[str, Groups] = {}
        for name, apart in self.groups.items():
            left = frozenset(frozenset(here[index] for index in group) for group in apart)
            groups[name] = frozenset(group for group in left if len(group) > 1)
        return Answers(tuple(number), {name: left for name, left in groups.items() if left})


@dataclass(frozen=True)
class Adds:
    """What one record may add; and under the names by which its fields are asked the sets of shares between which each alone leads."""

    shares: tuple[Share, ...]
    apart: tuple[tuple[tuple[str, ...], tuple[tuple[Share, ...], ...]], ...]


@dataclass(frozen=True)
class Worked:
    """What is worked out once for one case at one moment, however the law is taken and whatever unknown facts may be: its lists, the
    tables of their records, their answers, and the values that the facts may have."""

    lists: dict[Hashable, list[ListInCase]] = field(default_factory=dict)
    tables: dict[Hashable, RecordTable] = field(default_factory=dict)
    answers: dict[Hashable, Answers] = field(default_factory=dict)
    candidates: dict[Hashable, Mapping[str, tuple[Value, ...]]] = field(default_factory=dict)


class ListInCase:
    """One list in one case: its records as known, the facts beside it, and the conditions asked of it.

    What the records may be is worked out once, for all readings; each reading then has answers of its own. `setting` is one
    way of taking the law: others may differ from it only in readings on which no jail days turn (`serves`)."""

    def __init__(
        self,
        law: LawOn,
        name: str,
        asked: Sequence[Atom],
        records: Records,
        facts: Mapping[str, Any],
        setting: Setting,
        worked: Worked | None = None,
        alike: Callable[[int | None], Hashable | None] = lambda number: None,
    ) -> None:
        """`worked`: shared with the same list beside other facts. `alike` names, for a record (None: one that nobody has seen), what it
        may be, the same beside facts that make no difference to it; None where that is not known."""
        self.worked = worked or Worked()
        self.alike = alike
        self.law = law
        self.name = name
        self.atoms = tuple(atom for atom in asked if isinstance(atom.means, Quantified))
        self.asked = tuple(atom.means for atom in self.atoms if isinstance(atom.means, Quantified))
        self.records = records
        self.facts = facts
        self.setting = setting
        self.counted = tuple(one for one in self.asked if one.count > 1 or one.different)
        self.different = tuple(dict.fromkeys(one.different for one in self.asked if one.different))
        self._answers: dict[Hashable, Answers] = {}

    def serves(self, asked: Sequence[Atom], setting: Setting) -> bool:
        """Whether the answers to these conditions in that setting can be had from here."""
        if not set(asked) <= set(self.atoms):
            return False
        return self.law.taken(self._in_jail, setting) == self.law.taken(self._in_jail, self.setting)

    @cached_property
    def _in_jail(self) -> Sequence[Atom]:
        return [inner for atom in self.atoms for inner in self.law.in_jail(atom)]

    def answers(self, setting: Setting, asked: Sequence[Atom] | None = None) -> Answers:
        """Every joint answer in a setting, and what makes the difference between two; only to some of the conditions where
        they are named."""
        taken = self.law.taken(self.atoms, setting)
        if taken not in self._answers:
            self._answers[taken] = self._in(setting)
        if asked is None or tuple(asked) == self.atoms:
            return self._answers[taken]
        places = tuple(self.atoms.index(atom) for atom in asked)
        if (taken, places) not in self._answers:
            self._answers[taken, places] = self._answers[taken].only(places)
        return self._answers[taken, places]

    def _in(self, setting: Setting) -> Answers:
        each = tuple(table.adds(setting) for table in self.tables)
        unseen = tuple(self.unseen_states(setting))
        key = (self.name, self.asked, each, unseen)
        if key not in self.worked.answers:
            self.worked.answers[key] = self._joint(each, unseen)
        return self.worked.answers[key]

    def _joint(self, each: Sequence[Adds], unseen: Collection[Share]) -> Answers:
        shares = [one.shares for one in each]
        answers = {state: self.answer(state) for state in self._sums([*shares, unseen])}
        values = tuple(dict.fromkeys(answers.values()))
        place = {value: index for index, value in enumerate(values)}
        number = {state: place[answer] for state, answer in answers.items()}
        groups: dict[str, Groups] = {}
        if len(unseen) > 1:
            groups[self.name] = self._groups(self._sums(shares), [unseen], number)
        for index, one in enumerate(each):
            if not one.apart:
                continue
            bases = self._sums([*shares[:index], *shares[index + 1 :], unseen])
            for names, alike in one.apart:
                found = self._groups(bases, alike, number)
                for name in names if found else ():
                    groups[name] = groups.get(name, frozenset()) | found
        return Answers(values, groups)

    @cached_property
    def tables(self) -> Sequence[RecordTable]:
        """A table for each record of the list."""
        return [self._shared(number) for number in range(len(self.records.records))]

    def _shared(self, number: int | None) -> RecordTable:
        alike = self.alike(number)
        if alike is None:
            return self._table(number)
        key = (self.law, self.name, self.atoms, self.law.taken(self._in_jail, self.setting), number, alike)
        if key not in self.worked.tables:
            self.worked.tables[key] = self._table(number)
        return self.worked.tables[key]

    @cached_property
    def turning(self) -> frozenset[int]:
        """The circuits of the conditions that turn on how the law is taken."""
        nodes = nodes_of(*(one.body for one in self.asked))
        return frozenset(id(node) for node in nodes if any(map(self.law.turns_on_setting, self.law.atoms(node))))

    def answer(self, state: Share) -> Answer:
        met, more = state
        others = iter(more)
        return tuple(
            self._enough(one, next(others)) if one in self.counted else bool(met >> index & 1)
            for index, one in enumerate(self.asked)
        )

    @staticmethod
    def _enough(one: Quantified, share: Any) -> bool:
        return bool(share == ENOUGH or len(share) >= one.count) if one.different else bool(share >= one.count)

    def _groups(
        self, bases: Collection[Share], alike: Sequence[Collection[Share]], number: Mapping[Share, int]
    ) -> Groups:
        """Between which answers, by the number that a sum has, one of these sets of shares alone leads."""
        found: set[frozenset[int]] = set()
        for base in bases:
            for group in alike:
                here = frozenset([number[self._sum(base, share)] for share in group])
                if len(here) > 1:
                    found.add(here)
        return frozenset(found)

    @cached_property
    def nothing(self) -> Share:
        return 0, tuple(frozenset() if one.different else 0 for one in self.counted)

    def _sum(self, left: Share, right: Share) -> Share:
        if not self.counted:
            return left[0] | right[0], ()
        found: list[Any] = []
        for one, a, b in zip(self.counted, left[1], right[1], strict=True):
            if one.different:
                both = a | b
                found.append(ENOUGH if len(both) >= one.count or ENOUGH in (a, b) else both)
            else:
                found.append(min(one.count, a + b))
        return left[0] | right[0], tuple(found)

    def _sums(self, each: Sequence[Collection[Share]]) -> Collection[Share]:
        states: dict[Share, None] = {self.nothing: None}
        for shares in each:
            states = {self._sum(state, share): None for state in states for share in shares}
        return states

    def unseen_states(self, setting: Setting) -> Collection[Share]:
        """What records that nobody has seen may add, together."""
        if self.records.complete:
            return (self.nothing,)
        key = (self.name, self.asked, self.law.taken(self.atoms, setting), self.unseen.key)
        remembered = self.law.unseen
        if key not in remembered:
            if len(remembered) > MOST_REMEMBERED:
                remembered.clear()
            remembered[key] = self._unseen_states(setting)
        found: Collection[Share] = remembered[key]
        return found

    def _unseen_states(self, setting: Setting) -> Collection[Share]:
        shares = [share for share in self.unseen.every_share(setting) if share != self.nothing]
        states, waiting = {self.nothing: None}, [self.nothing]
        while waiting:
            state = waiting.pop()
            for share in shares:
                new = self._sum(state, share)
                if new not in states:
                    states[new] = None
                    waiting.append(new)
        return states

    @cached_property
    def unseen(self) -> RecordTable:
        return self._shared(None)

    def _table(self, index: int | None) -> RecordTable:
        if index is None:
            beside = max((one.count for one in self.asked), default=1)
        else:
            records = self.records.records
            beside = sum(any(record.get(one, UNKNOWN) is UNKNOWN for one in self.different) for record in records)
        try:
            return RecordTable(self, index, self._values_of_different(beside))
        except TooManyUnknowns as error:
            raise TooManyUnknowns((self.name,)) from error

    def _values_of_different(self, beside: int) -> Mapping[str, tuple[Value, ...]]:
        """The values that a field may have of which different ones are counted: those of other records, and some of its own."""
        found: dict[str, tuple[Value, ...]] = {}
        fields = self.law.vocabulary.fields(self.name)
        for one in self.different:
            if fields[one].kind in ("yes/no", "one of"):
                found[one] = fields[one].values or (True, False)
            else:
                named = [record.get(one, UNKNOWN) for record in self.records.records]
                own = [f"\0value {number}" for number in range(1, beside + 1)]
                found[one] = tuple(dict.fromkeys([value for value in named if value is not UNKNOWN] + own))
        return found

    def witness(self, wanted: Answer) -> list[dict[str, Value]] | None:
        """One record that nobody has seen yet with which the list gives that answer; None where no single one does."""
        known = self._sums([tuple(table.shares(self.setting)) for table in self.tables])
        for share, chosen in self.unseen.every_share(self.setting).items():
            if share != self.nothing and any(self.answer(self._sum(base, share)) == wanted for base in known):
                return [{name: str(one) if isinstance(one, PossibleOffense) else one for name, one in chosen.items()}]
        return None


class RecordTable:
    """All completions of one record's unknown fields, and what each adds to the conditions on its list; `index` is the
    record's number from 0, None for one that nobody has seen."""

    def __init__(self, of: ListInCase, index: int | None, different: Mapping[str, Sequence[Value]]) -> None:
        self.of = of
        self.index = index
        record = {} if index is None else of.records.records[index]
        self.known = plain_record(record)
        self._setting = of.setting
        self._adds: dict[Hashable, Adds] = {}
        self._bits: dict[int, int] = {}
        law = of.law
        fields = law.vocabulary.fields(of.name)
        never = law.record_constraints.get(of.name, ())
        own = [atom for one in of.asked for atom in atoms_of(one.body)]
        own_fields = {name for atom in own for name in atom.fields} | {
            one.different for one in of.asked if one.different
        }
        touching = _touching(own_fields, never, self.known)
        atoms = {atom.id: atom for atom in [*own, *atoms_of(*touching)]}
        offenses = self._settle_offenses(atoms.values())
        self._jail = JailOfRecord(of, index, self.known, [atom.means for atom in atoms.values()])
        self.known |= self._jail.known
        fields = {**fields, **self._jail.facts}
        tests: dict[str, list[Meaning]] = {}
        for atom in atoms.values():
            for name in atom.fields:
                if name not in self.known and name not in offenses:
                    tests.setdefault(name, []).append(atom.means)
        unknown = [Unknown(name, fields[name], tuple(here)) for name, here in tests.items()]
        self._fields = fields
        partly = {name: value for name, value in record.items() if isinstance(value, PartialDate)}
        behaves = self._behaviour(atoms)
        forbidden = [node.means for node in touching if isinstance(node, Atom)]
        values = candidates(
            unknown, self._value, of.setting.at, law.stack.zone, behaves, partly=partly, forbidden=forbidden
        )
        values |= {name: merged_alike(name, some, behaves) for name, some in offenses.items()}
        values = self._jail.limited(values)
        for name, some in different.items():
            if name in values:
                values[name] = tuple(dict.fromkeys([*values[name], *some]))
        self._free = {name: some for name, some in different.items() if name not in values and name not in self.known}
        self._joined: dict[str, Joined] = {}
        self._told: dict[str, tuple[Hashable, ...]] = {}
        for cluster in clusters(unknown):
            if is_ordered(cluster[0].fact):
                self._join([one.name for one in cluster], values, atoms, touching)
        self._never = touching
        self._outer: dict[str, tuple[Value, ...]] = {}
        if index is None:
            self._take_out(values)
        self.completions = Completions(values)
        self.mask = self.completions.full if self._outer else self._mask()

    def _take_out(self, values: dict[str, tuple[Value, ...]]) -> None:
        """Of a record that nobody has seen, leave few completions for one table; the rest is gone through one by one."""
        while prod(len(some) for some in values.values()) > FEW and len(values) > 1:
            largest = max(values, key=lambda name: len(values[name]))
            self._outer[largest] = values.pop(largest)

    def _mask(self) -> int:
        mask = self.completions.full
        for node in self._never:
            mask &= ~self.bits(node)
        return mask

    def _join(
        self,
        names: Sequence[str],
        values: dict[str, tuple[Value, ...]],
        atoms: Mapping[int, Atom],
        touching: Sequence[Node],
    ) -> None:
        """Make one variable of facts that have an order among them."""
        here = [atom for atom in atoms.values() if set(atom.fields) & set(names)]
        inside = [atom for atom in here if all(name in names or name in self.known for name in atom.fields)]
        days = _days_of_rows(atom for atom in here if atom not in inside)
        dated = {name for atom in here if isinstance(atom.means, Listed) for name in atom.fields}
        others = [atom for atom in here if atom not in inside and not isinstance(atom.means, Listed)]
        forbidden = [node for node in touching if isinstance(node, Atom) and node in inside]

        tests = [
            Tell(
                tuple(name for name in names if name in atom.fields),
                lambda way, atom=atom: self._true(atom, {**self.known, **way}),  # type: ignore[misc]
                never=atom in forbidden,
            )
            for atom in inside
        ]
        tests += [
            Tell((name,), lambda way, name=name: tuple(way[name] in one for one in days))  # type: ignore[misc]
            for name in names
            if name in dated and days
        ]
        if others:
            tests += [Tell((name,), lambda way, name=name: way[name]) for name in names]  # type: ignore[misc]
        join = joined({name: values.pop(name) for name in names}, tests)
        values[join.name] = join.values
        self._told[join.name] = join.told
        self._joined |= dict.fromkeys(names, join)

    def _settle_offenses(self, atoms: Iterable[Atom]) -> dict[str, tuple[Value, ...]]:
        """Mark as known what no list of offenses turns on; what the fields on which some turn may say."""
        every = [atom.means for atom in atoms]
        lists = [(means.field, means.offenses) for means in every if isinstance(means, Listed)]
        if not lists:
            return {}
        others = {name for atom in atoms if not isinstance(atom.means, Listed) for name in atom.fields}
        others |= set(self.of.different)
        fields = self.of.law.vocabulary.fields(self.of.name)
        stated = self.known
        self.known = settled(stated, lists, fields, others)
        open_fields = dict.fromkeys(name for one in lists for name in fields_read(*one, fields))
        found: dict[str, tuple[Value, ...]] = {}
        for name in open_fields:
            if name not in self.known and (some := possible_offenses(name, stated, lists, fields)):
                found[name] = some
        return found

    def asked_as(self, field: str) -> tuple[str, ...]:
        """The names under which a field of the record is asked; the sum of jail days stands for what it rests on."""
        return self._jail.rests_on.get(field) or (f"{self.of.name}[{(self.index or 0) + 1}].{field}",)

    def _value(self, name: str) -> Value:
        return self.known.get(name, self.of.facts.get(name, UNKNOWN))

    def _behaviour(self, atoms: Mapping[int, Atom]) -> Callable[[str, Value], tuple[bool | None, ...] | None]:
        """How the tests come out that read one field alone; None where some test reads another unknown one too."""
        by_field: dict[str, list[tuple[Atom, bool]]] = {}
        for atom in atoms.values():
            for name in atom.fields:
                if name not in self.known:
                    # A look-back reads the sum of jail days, not the dates between which they were counted.
                    read = atom.means.window.names() if isinstance(atom.means, InWindow) else atom.fields
                    alone = all(other == name or other in self.known for other in read if other in self._fields)
                    by_field.setdefault(name, []).append((atom, alone))
        counted = self.of.different

        def behaves(name: str, value: Value) -> tuple[bool | None, ...] | None:
            here = by_field.get(name, [])
            kind = self._fields[name].kind
            beside = [atom for atom, alone in here if not alone]
            tied = any(isinstance(one.means, InWindow) for one in beside)
            ordered = kind in ("date", "moment", "count") and not tied
            if name in counted or (beside and not ordered):
                return None
            record = {**self.known, name: value}
            tests = [self._true(atom, record) for atom, alone in here if alone]
            return *tests, *(value in days for days in _days_of_rows(beside))

        return behaves

    def _true(self, atom: Atom, record: Mapping[str, Value]) -> bool:
        return self.of.law.truth(atom)(self.of.facts, self._setting, record)

    @cached_property
    def key(self) -> Hashable:
        """What the shares of a record that nobody has seen depend on, beside the conditions: dates by what tests make of them."""
        values = {one.name: one.values for one in self.completions.variables} | self._outer
        return tuple((name, self._told.get(name, some)) for name, some in values.items()), tuple(self._free.items())

    def every_share(self, setting: Setting) -> dict[Share, Mapping[str, Value]]:
        """What a record that nobody has seen may add, each with one way in which it does."""
        self._take(setting)
        found: dict[Share, Mapping[str, Value]] = {}
        stated = self.known
        for choice in product(*self._outer.values()):
            outer: dict[str, Value] = {}
            for name, value in zip(self._outer, choice, strict=True):
                outer |= self._chosen(name, value)
            self.known = {**stated, **outer}
            self._bits = {id: bits for id, bits in self._bits.items() if id in self._inner}
            self.mask = self._mask()
            for share, bits in self._shares().items():
                if share not in found:
                    found[share] = {**outer, **self.chosen(bits)}
        self.known = stated
        return found

    @cached_property
    def _inner(self) -> frozenset[int]:
        """The circuits that rest on nothing that is gone through one by one."""
        outer = {name for name in self._joined if self._joined[name].name in self._outer} | set(self._outer)
        nodes = nodes_of(*(one.body for one in self.of.asked), *self._never)
        return frozenset(id(node) for node in nodes if not outer & _fields(node))

    def bits(self, node: Node) -> int:
        """The completions in which a condition on the record is true."""
        return bits_of(node, self.completions.full, self._bits, self._atom_bits)

    def _atom_bits(self, atom: Atom) -> int:
        names = dict.fromkeys(self._variable(name) for name in atom.fields if name not in self.known)
        variables = [self.completions.by_name[name] for name in names]
        if not variables:
            return self.completions.full if self._true(atom, self.known) else 0
        record = dict(self.known)
        if len(variables) == 1:
            (variable,) = variables
            true: list[int] = []
            for index, value in enumerate(variable.values):
                record |= self._chosen(variable.name, value)
                if self._true(atom, record):
                    true.append(index)
            return self.completions.pattern(variable.name, true)
        bits = 0
        for choice in product(*(range(variable.size) for variable in variables)):
            for one, index in zip(variables, choice, strict=True):
                record |= self._chosen(one.name, one.values[index])
            if self._true(atom, record):
                here = self.completions.full
                for variable, index in zip(variables, choice, strict=True):
                    here &= self.completions.pattern(variable.name, (index,))
                bits |= here
        return bits

    def _variable(self, field: str) -> str:
        """The variable that holds a field."""
        return self._joined[field].name if field in self._joined else field

    def _chosen(self, variable: str, value: Value) -> Mapping[str, Value]:
        """The fields that a variable's value gives."""
        return {variable: value} if variable not in self._ways else value

    @cached_property
    def _ways(self) -> frozenset[str]:
        return frozenset(join.name for join in self._joined.values())

    def chosen(self, bits: int) -> dict[str, Value]:
        """The fields of the first completion among `bits`."""
        found: dict[str, Value] = {}
        for variable, value in self.completions.chosen(bits).items():
            found |= self._chosen(variable, value)
        return found

    def shares(self, setting: Setting) -> dict[Share, int]:
        """What the record may add, each with the completions in which it adds that."""
        self._take(setting)
        return self._shares()

    def adds(self, setting: Setting) -> Adds:
        """What the record may add in a setting, and what makes the difference."""
        taken = self.of.law.taken(self.of.atoms, setting)
        if taken not in self._adds:
            shares = self.shares(setting)
            apart = tuple((self.asked_as(name), tuple(some)) for name, some in self.groups(shares).items())
            self._adds[taken] = Adds(tuple(shares), apart)
        return self._adds[taken]

    def _take(self, setting: Setting) -> None:
        """Take the law so from here on: what turns on that is worked out anew."""
        self._setting = setting
        self._bits = {id: bits for id, bits in self._bits.items() if id not in self.of.turning}

    def _shares(self) -> dict[Share, int]:
        found: dict[Share, int] = {}
        parts = self.completions.parts(self.mask, [self.bits(one.body) for one in self.of.asked])
        for answer, bits in parts.items():
            met = sum(
                1 << index for index, true in enumerate(answer) if true and self.of.asked[index] not in self.of.counted
            )
            counted = [true for one, true in zip(self.of.asked, answer, strict=True) if one in self.of.counted]
            for values, here in self._by_value(bits) if self.of.different else [({}, bits)]:
                more = tuple(
                    (frozenset({values[one.different]}) if true else frozenset()) if one.different else int(true)
                    for one, true in zip(self.of.counted, counted, strict=True)
                )
                found[met, more] = found.get((met, more), 0) | here
        return found

    def _by_value(self, bits: int) -> Sequence[tuple[Mapping[str, Value], int]]:
        """The completions, apart by the values of the fields of which different ones are counted."""
        found: list[tuple[dict[str, Value], int]] = [({}, bits)]
        for name in self.of.different:
            if name in self.known:
                found = [({**values, name: self.known[name]}, here) for values, here in found]
                continue
            if name in self._free:
                found = [({**values, name: value}, here) for values, here in found for value in self._free[name]]
                continue
            variable = self.completions.by_name[name]
            found = [
                ({**values, name: value}, inside)
                for values, here in found
                for index, value in enumerate(variable.values)
                if (inside := here & self.completions.pattern(name, (index,)))
            ]
        return found

    def groups(self, bits: Mapping[Share, int]) -> dict[str, list[tuple[Share, ...]]]:
        """For each unknown field, the sets of these shares between which a change of it alone leads."""
        found: dict[str, list[tuple[Share, ...]]] = {}
        shares = list(bits)
        for variable in self.completions.variables:
            lows = [self.completions.lows(bits[share], variable.name) for share in shares]
            everywhere = self.completions.pattern(variable.name, (0,))
            for name, moves in self._moves(variable):
                groups: dict[tuple[Share, ...], None] = {}
                for move in moves:
                    reach = [_any_of(low[index] for index in move) for low in lows]
                    for answer in self.completions.parts(everywhere, reach):
                        if sum(answer) > 1:
                            groups[tuple(share for share, there in zip(shares, answer, strict=True) if there)] = None
                found[name] = list(groups)
        for name in self._free:
            alike: dict[Share, list[Share]] = {}
            for share in shares:
                alike.setdefault(self._without(name, share), []).append(share)
            found[name] = [tuple(group) for group in alike.values() if len(group) > 1]
        return found

    def _moves(self, variable: Variable) -> Iterable[tuple[str, Iterable[Iterable[int]]]]:
        """Each field that a variable holds, with the sets of its values between which the field alone makes the difference."""
        if variable.name in self._ways:
            join = next(one for one in self._joined.values() if one.name == variable.name)
            return join.moves.items()
        return ((variable.name, [range(variable.size)]),)

    def _without(self, field: str, share: Share) -> Share:
        """What a share is whatever value the field has of which different ones are counted."""
        met, more = share
        kept = [
            bool(one) if which.different == field else one for which, one in zip(self.of.counted, more, strict=True)
        ]
        return met, tuple(kept)


def _days_of_rows(atoms: Iterable[Atom]) -> tuple[Days, ...]:
    """The days between which rows of these lists of offenses count."""
    lists = [atom.means.offenses for atom in atoms if isinstance(atom.means, Listed)]
    return tuple(dict.fromkeys(row.days for offenses in lists for row in offenses.rows if row.days != ALWAYS))


def _any_of(some: Iterable[int]) -> int:
    bits = 0
    for one in some:
        bits |= one
    return bits


def _touching(own: set[str], never: Sequence[Node], known: Mapping[str, Value]) -> list[Node]:
    """The constraints on a record that touch these fields, directly or through one another. One that a field which nothing
    else reads can always meet is left out: a comparison with it."""
    names, left, kept = set(own), list(never), list[Node]()
    while here := [node for node in left if _fields(node) & names]:
        kept += here
        left = [node for node in left if node not in here]
        names |= {name for node in here for name in _fields(node) if name not in known}
    while idle := next((node for node in kept if _can_be_met(node, own, kept, known)), None):
        kept = [node for node in kept if node is not idle]
    return kept


def _fields(node: Node) -> frozenset[str]:
    return frozenset(name for atom in atoms_of(node) for name in atom.fields)


def _can_be_met(node: Node, own: Collection[str], kept: Sequence[Node], known: Mapping[str, Value]) -> bool:
    others = frozenset[str]().union(*(_fields(one) for one in kept if one is not node))
    free = [name for name in _fields(node) if name not in own and name not in known and name not in others]
    return bool(free) and _is_comparison(node)


def _is_comparison(node: Node) -> bool:
    return isinstance(node, Atom) and isinstance(node.means, FactTest) and isinstance(node.means.test, grammar.Compare)
