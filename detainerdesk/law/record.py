"""Records: all completions of one record's unknown fields, and what each adds to the conditions on its list.

A record that nobody has seen is one of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from detainerdesk.law.candidates import Unknown, candidates, clusters, is_ordered, merged_alike
from detainerdesk.law.circuit import Atom, FactTest, InWindow, Listed, Meaning, Node, atoms_of, bits_of
from detainerdesk.law.completions import Completions, Variable
from detainerdesk.law.joined import Joined, Tell, joined
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import plain_record
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lists import ALWAYS, Days, OffenseList
from detainerdesk.law.language.membership import fields_read, possible_offenses, settled
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.shares import Adds, Asked, Share

if TYPE_CHECKING:
    from detainerdesk.law.answers import ListInCase

FEW = 1 << 17
"""As many completions as one table of a record that nobody has seen has at most."""


class RecordTable:
    """All completions of one record's unknown fields, and what each adds to the conditions on its list; `index` is the
    record's number from 0, None for one that nobody has seen."""

    def __init__(
        self, of: ListInCase, index: int | None, asked: Asked, different: Mapping[str, Sequence[Value]]
    ) -> None:
        """`different`: the values of each field of which different ones are counted."""
        self.of = of
        self.index = index
        self.asked = asked
        record = {} if index is None else of.records.records[index]
        self.known = plain_record(record)
        self._adds: dict[Hashable, Adds] = {}
        self._in_all: tuple[Adds, ...] | None = None
        self._of_atoms: dict[int, int] = {}
        self._of_nodes: dict[Hashable, dict[int, int]] = {}
        law = of.law
        fields = law.vocabulary.fields(of.name)
        never = law.record_constraints.get(of.name, ())
        self._which = (of.name, index, asked, never)
        """What all tables of this record for these conditions have in common, at whichever moment and beside whichever facts."""
        own = [atom for one in asked.conditions for atom in law.atoms(one.body)]
        own_fields = {name for atom in own for name in atom.fields} | set(asked.different)
        touching = _touching(own_fields, never, self.known)
        atoms = {atom.id: atom for atom in [*own, *(atom for node in touching for atom in law.atoms(node))]}
        offenses = self._settle_offenses(atoms.values())
        self._jail = of.jail(index, asked)
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
        for cluster in clusters(unknown):
            if is_ordered(cluster[0].fact):
                self._join([one.name for one in cluster], values, atoms, touching)
        self._never = touching
        self._atoms = tuple(atoms.values())
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
        for bits in self.bits(self._never, self.of.setting):
            mask &= ~bits
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
        self._joined |= dict.fromkeys(names, join)

    def _settle_offenses(self, atoms: Iterable[Atom]) -> dict[str, tuple[Value, ...]]:
        """Mark as known what no list of offenses turns on; what the fields on which some turn may say."""
        every = [atom.means for atom in atoms]
        lists = [(means.field, means.offenses) for means in every if isinstance(means, Listed)]
        if not lists:
            return {}
        kept = self.of.worked.settled
        if self._which not in kept:
            kept[self._which] = self._settled(lists, atoms)
        self.known = dict(kept[self._which][0])
        return dict(kept[self._which][1])

    def _settled(
        self, lists: Sequence[tuple[str, OffenseList]], atoms: Iterable[Atom]
    ) -> tuple[Mapping[str, Value], Mapping[str, tuple[Value, ...]]]:
        """The record with what no list turns on marked as known, and what the other fields may say: worked out once for all its tables."""
        others = {name for atom in atoms if not isinstance(atom.means, Listed) for name in atom.fields}
        others |= set(self.asked.different)
        fields = self.of.law.vocabulary.fields(self.of.name)
        stated = self.known
        known = settled(stated, lists, fields, others)
        open_fields = dict.fromkeys(name for one in lists for name in fields_read(*one, fields))
        found: dict[str, tuple[Value, ...]] = {}
        for name in open_fields:
            if name not in known and (some := possible_offenses(name, stated, lists, fields)):
                found[name] = some
        return known, found

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
        counted = self.asked.different

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
        return self.of.law.truth(atom)(self.of.facts, self.of.setting, record)

    def every_share(self, asked: Asked, setting: Setting) -> dict[Share, Mapping[str, Value]]:
        """What a record that nobody has seen may add to these conditions, each with one way in which it does."""
        found: dict[Share, Mapping[str, Value]] = {}
        stated = self.known
        for choice in product(*self._outer.values()):
            outer: dict[str, Value] = {}
            for name, value in zip(self._outer, choice, strict=True):
                outer |= self._chosen(name, value)
            self.known = {**stated, **outer}
            if outer:
                self._of_atoms = {id: bits for id, bits in self._of_atoms.items() if id in self._inner}
                self._of_nodes.clear()
                self.mask = self._mask()
            for share, bits in self.shares(asked, setting).items():
                if share not in found:
                    found[share] = {**outer, **self.chosen(bits)}
        self.known = stated
        return found

    @cached_property
    def _inner(self) -> frozenset[int]:
        """The tests that rest on nothing that is gone through one by one."""
        outer = {name for name in self._joined if self._joined[name].name in self._outer} | set(self._outer)
        return frozenset(atom.id for atom in self._atoms if not outer & set(atom.fields))

    def bits(self, nodes: Iterable[Node], setting: Setting) -> list[int]:
        """The completions in which each of these conditions on the record is true."""
        memo = self._of_nodes.setdefault(self.of.law.taken(self.asked.atoms, setting), {})
        of_atom, full = partial(self._bits_of_atom, setting), self.completions.full
        return [bits_of(node, full, memo, of_atom) for node in nodes]

    def _bits_of_atom(self, setting: Setting, atom: Atom) -> int:
        if atom.is_setting:
            return self.completions.full if self.of.law.truth(atom)(self.of.facts, setting, {}) else 0
        found = self._of_atoms.get(atom.id)
        if found is None:
            found = self._of_atoms[atom.id] = self._where_true(atom)
        return found

    def _where_true(self, atom: Atom) -> int:
        names = dict.fromkeys(self._variable(name) for name in atom.fields if name not in self.known)
        variables = [self.completions.by_name[name] for name in names]
        return self.completions.chosen_by(variables, self._true_choices(atom, variables))

    def _true_choices(self, atom: Atom, variables: Sequence[Variable]) -> Sequence[tuple[int, ...]]:
        """The choices of the variables, by number, with which a test is true. What rests on the record alone is worked out once for all
        its tables, at whichever moment and beside whichever facts."""
        law = self.of.law
        alone = not (atom.reads or isinstance(atom.means, InWindow) or law.turns_in_time(atom) or self._outer)
        values = [variable.values for variable in variables]
        kept, key = self.of.worked.true_choices, (*self._which, atom)
        if alone and key in kept and kept[key][0] == values:
            return kept[key][1]
        found: list[tuple[int, ...]] = []
        record = dict(self.known)
        for choice in product(*(range(variable.size) for variable in variables)):
            for one, index in zip(variables, choice, strict=True):
                record |= self._chosen(one.name, one.values[index])
            if self._true(atom, record):
                found.append(choice)
        if alone:
            kept[key] = values, found
        return found

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

    def adds(self, asked: Asked, setting: Setting) -> Adds:
        """What the record may add to these conditions in a setting, and what makes the difference."""
        met = self.bits(asked.bodies, setting)
        key = (asked, *met)
        found = self._adds.get(key)
        if found is None:
            apart_by_free = self._shares_by_free(asked, met)
            shares = dict.fromkeys(share for some in apart_by_free.values() for share in some)
            groups = self._groups(asked, shares, apart_by_free.values()) if len(shares) > 1 else {}
            apart = tuple((self.asked_as(name), tuple(some)) for name, some in groups.items())
            once = (asked, tuple(shares), apart)
            found = self._adds[key] = self.of.worked.adds.setdefault(once, Adds(tuple(shares), apart))
        return found

    def adds_in_all(self, ways: Sequence[Setting]) -> tuple[Adds, ...]:
        """What the record may add to all conditions, in each of these ways of taking the law (always the same ones)."""
        if self._in_all is None:
            self._in_all = tuple([self.adds(self.asked, one) for one in ways])
        return self._in_all

    def shares(self, asked: Asked, setting: Setting) -> dict[Share, int]:
        """What the record may add to these conditions, each with the completions in which it adds that."""
        found: dict[Share, int] = {}
        for shares in self._shares_by_free(asked, self.bits(asked.bodies, setting)).values():
            for share, here in shares.items():
                found[share] = found.get(share, 0) | here
        return found

    def _shares_by_free(self, asked: Asked, met: Sequence[int]) -> Mapping[tuple[Value, ...], dict[Share, int]]:
        """The same for each choice of the fields that are in no completion: nothing else turns on them. `met`: where each condition's body
        is true."""
        found: dict[tuple[Value, ...], dict[Share, int]] = {}
        free = [name for name in asked.different if name in self._free]
        for true, bits in self.completions.parts(self.mask, met).items():
            for values, here in self._by_value(asked, bits) if asked.different else [({}, bits)]:
                shares = found.setdefault(tuple([values[name] for name in free]), {})
                share = asked.share(true, values)
                shares[share] = shares.get(share, 0) | here
        return found

    def _by_value(self, asked: Asked, bits: int) -> Sequence[tuple[Mapping[str, Value], int]]:
        """The completions, apart by the values of the fields of which different ones are counted."""
        found: list[tuple[dict[str, Value], int]] = [({}, bits)]
        for name in asked.different:
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

    def _groups(
        self, asked: Asked, every: Collection[Share], by_free: Iterable[Mapping[Share, int]]
    ) -> dict[str, list[tuple[Share, ...]]]:
        """For each unknown field, the sets of these shares between which a change of it alone leads."""
        groups: dict[str, dict[tuple[Share, ...], None]] = {}
        for bits, variable in product(by_free, self.completions.variables):
            shares = list(bits)
            lows = [self.completions.lows(bits[share], variable.name) for share in shares]
            everywhere = self.completions.pattern(variable.name, (0,))
            for name, moves in self._moves(variable) if len(shares) > 1 else ():
                for move in moves:
                    reach = [_any_of(low[index] for index in move) for low in lows]
                    for answer in self.completions.parts(everywhere, reach):
                        if sum(answer) > 1:
                            between = tuple(share for share, there in zip(shares, answer, strict=True) if there)
                            groups.setdefault(name, {})[between] = None
        found = {name: list(some) for name, some in groups.items()}
        for name in self._free:
            alike: dict[Share, list[Share]] = {}
            for share in every:
                alike.setdefault(asked.without(name, share), []).append(share)
            found[name] = [tuple(group) for group in alike.values() if len(group) > 1]
        return found

    def _moves(self, variable: Variable) -> Iterable[tuple[str, Iterable[Iterable[int]]]]:
        """Each field that a variable holds, with the sets of its values between which the field alone makes the difference."""
        if variable.name in self._ways:
            join = next(one for one in self._joined.values() if one.name == variable.name)
            return join.moves.items()
        return ((variable.name, [range(variable.size)]),)


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


@lru_cache(maxsize=1024)
def _fields(node: Node) -> frozenset[str]:
    return frozenset(name for atom in atoms_of(node) for name in atom.fields)


def _can_be_met(node: Node, own: Collection[str], kept: Sequence[Node], known: Mapping[str, Value]) -> bool:
    others = frozenset[str]().union(*(_fields(one) for one in kept if one is not node))
    free = [name for name in _fields(node) if name not in own and name not in known and name not in others]
    return bool(free) and _is_comparison(node)


def _is_comparison(node: Node) -> bool:
    return isinstance(node, Atom) and isinstance(node.means, FactTest) and isinstance(node.means.test, grammar.Compare)
