"""The table of completions of one case: every way of filling in what is not known, and in which of them each test is true.

A case without unknowns is a table of one completion, so there is one way of deciding. A list is one variable (answers.py);
constraints are a mask; what only constraints speak of is projected out.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from itertools import product
from math import prod
from typing import Any

from detainerdesk.law.answers import Answers, ListInCase, Worked
from detainerdesk.law.candidates import Unknown, candidates
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    ClockState,
    InWindow,
    Negation,
    Node,
    Quantified,
    atoms_of,
    bits_of,
)
from detainerdesk.law.completions import Completions, TooManyUnknowns
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import lookback
from detainerdesk.law.language.case import Records
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Value, joined_answers, local_day
from detainerdesk.law.lowering import LawOn
from detainerdesk.law.shares import Answer, Asked

Open = tuple[Node, frozenset[str]]
"""A constraint that is open, and what it rests on that is not known."""


class Evaluation:
    """The atoms of one case in one setting: each is true, false or not known. Everything is worked out once."""

    def __init__(self, known: Known, law: LawOn, setting: Setting, worked: Worked | None = None) -> None:
        """`worked`: shared with the case's other settings, at whichever moment."""
        self.known = known
        self.law = law
        self.worked = worked or Worked()
        self.setting = setting
        self.facts = known.facts.everything
        self._values: dict[int, bool | None] = {}

    def value(self, atom: Atom) -> bool | None:
        """Whether an atom is true; None where a fact that it needs is not known."""
        try:
            return self._values[atom.id]
        except KeyError:
            found = self._values[atom.id] = self._once(atom)
            return found

    def _once(self, atom: Atom) -> bool | None:
        """The same in every setting at that moment and for that item, where it does not turn on how the law is taken."""
        if self.law.turns_on_setting(atom):
            return self._of(atom)
        key = (atom, self.setting.at, self.setting.item)
        values = self.worked.values
        if key not in values:
            values[key] = self._of(atom)
        return values[key]

    def _of(self, atom: Atom) -> bool | None:
        try:
            return self.law.truth(atom)(self.facts, self.setting, {})
        except KeyError:
            return None

    def truth(self, node: Node) -> bool | None:
        """Whether a circuit without rules in it is true; None while it turns on what is not known, as far as its parts show."""
        if isinstance(node, bool):
            return node
        if isinstance(node, Atom):
            return self.value(node)
        if isinstance(node, Negation):
            inner = self.truth(node.item)
            return None if inner is None else not inner
        if isinstance(node, Burden):
            return self.truth(node.item)
        if isinstance(node, AllOf | AnyOf):
            return joined_answers(map(self.truth, node.items), ends=isinstance(node, AnyOf))
        return None

    def unknown_in(self, atom: Atom) -> tuple[str, ...]:
        """What is not known of the facts and lists that an atom reads; a list of which the answer is not known counts."""
        if self.value(atom) is not None:
            return ()
        of_list = atom.means.list if isinstance(atom.means, Quantified) else None
        return tuple(name for name in atom.reads if name == of_list or name not in self.facts)

    def asked_together(self, name: str, asked: Sequence[Atom], beside: Sequence[str]) -> Asked:
        """These conditions on a list with all others that any action asks of it and that rest on nothing else that is not known but
        the facts beside it."""
        others = self.worked.asked.get(self.law, {}).get(name, ())
        known = {name, *self.facts, *beside}
        return self.law.asked(tuple(dict.fromkeys([*(one for one in others if known.issuperset(one.reads)), *asked])))

    def effect(self, name: str, asked: Asked, beside: tuple[tuple[str, Value], ...]) -> Hashable | None:
        """What the records of a list add beside these values of facts that are not known: where that is the same, so are the answers, at
        whichever moment. None where it is not told."""
        key = (asked, self.law, self.law.taken(asked.in_jail, self.setting), self.setting.at, beside)
        kept = self.worked.effects
        if key not in kept:
            known = {name, *self.facts, *(other for other, _ in beside)}
            told = known.issuperset(other for atom in asked.atoms for other in atom.reads)
            kept[key] = self.list_beside(name, asked, beside).effect() if told else None
        return kept[key]

    def list_beside(self, name: str, asked: Asked, beside: tuple[tuple[str, Value], ...]) -> ListInCase:
        """A list beside these values of facts that are not known."""
        facts = {**self.facts, **dict(beside)} if beside else self.facts
        return ListInCase(self.law, name, asked, self.records(name), facts, self.setting, self.worked)

    def records(self, name: str) -> Records:
        return self.known.facts.lists.get(name) or Records((), complete=False)

    @cached_property
    def open_constraints(self) -> list[Open]:
        """What paper and nature forbid where that is open, and what is not known of the facts that it rests on."""
        kept, never = self.worked.open_constraints, self.law.never
        if self.law.never_turns or never not in kept:
            kept[never] = [
                (one, frozenset(self.open_names(self.law.atoms(one)))) for one in never if self.truth(one) is None
            ]
        found: list[Open] = kept[never]
        return found

    def open_names(self, atoms: Iterable[Atom]) -> set[str]:
        """What is not known of the facts and lists that these tests read."""
        return {name for atom in atoms for name in self.unknown_in(atom)}


MOST_TABLES = 1000
"""As many tables of single records as one case's list is worked out over, for facts beside it that are not known."""


class Table:
    """All completions of a case for some tests."""

    def __init__(self, evaluation: Evaluation, atoms: Sequence[Atom]) -> None:
        self.evaluation = evaluation
        own = [atom for atom in atoms if evaluation.value(atom) is None]
        own_names = evaluation.open_names(own)
        touching = _touching(own_names, evaluation)
        self._atoms = {atom.id: atom for atom in own}
        self._tied_out = frozenset(name for _, open_names in touching for name in open_names) - own_names
        """Facts of which only constraints speak that tie them to others."""
        for never, _ in touching:
            self._atoms |= {atom.id: atom for atom in evaluation.law.atoms(never) if evaluation.value(atom) is None}
        self._answers: dict[str, dict[tuple[Value, ...], Answers]] = {}
        self._asked: dict[str, Asked] = {}
        self._whole: dict[str, Asked] = {}
        self._beside: dict[str, tuple[str, ...]] = {}
        values = self._values()
        self.completions = Completions({name: some for name, some in values.items() if name in own_names})
        self.full = self.completions.full
        self._bits: dict[int, int] = {}
        self.mask = self.full
        self.mask &= self._possible_answers(self.completions)
        for group in _groups(touching, own_names):
            self.mask &= self._allowed(group, values)

    @classmethod
    def of(cls, evaluation: Evaluation, atoms: Sequence[Atom]) -> Table:
        """One that serves, of those made for the case, else a new one. Raises TooManyUnknowns."""
        own = [atom for atom in atoms if evaluation.value(atom) is None]
        tables: list[Table] = evaluation.worked.completions.setdefault(frozenset(own), [])
        for table in tables:
            if table._serves(evaluation):
                return table
        found = cls(evaluation, own)
        tables.append(found)
        return found

    def _serves(self, evaluation: Evaluation) -> bool:
        """Whether an evaluation of the same case that leaves the same tests open has the same completions."""
        mine = self.evaluation
        if evaluation is mine:
            return True
        if mine.law.never_turns or evaluation.open_constraints != mine.open_constraints:
            return False
        law, later = mine.law, evaluation.setting.at != mine.setting.at
        if later and any(map(law.turns_in_time, self._beside_lists)):
            return False
        return all(self._answers_stay(evaluation, name, later=later) for name in self._answers)

    def _answers_stay(self, evaluation: Evaluation, name: str, *, later: bool) -> bool:
        """Whether a list answers the same in that evaluation, beside each value of facts that are not known."""
        law, here, there = self.evaluation.law, self.evaluation.setting, evaluation.setting
        asked, in_jail = self._asked[name].atoms, self._whole[name].in_jail
        in_time = later and any(map(law.turns_in_time, self._whole[name].atoms))
        if self._beside[name] and (in_time or law.taken(in_jail, here) != law.taken(in_jail, there)):
            return False  # values beside it that come to the same here may not do so there
        if not in_time and law.taken(asked, here) == law.taken(asked, there):
            return True
        return all(
            self._answers_in(evaluation, name, choice) is answers for choice, answers in self._answers[name].items()
        )

    @cached_property
    def _beside_lists(self) -> Sequence[Atom]:
        """The tests that are open and do not ask a list."""
        return [atom for atom in self._atoms.values() if not isinstance(atom.means, Quantified)]

    # The variables.

    def _values(self) -> dict[str, tuple[Value, ...]]:
        evaluation, vocabulary = self.evaluation, self.evaluation.law.vocabulary
        reading: dict[str, list[Atom]] = {}
        for atom in self._atoms.values():
            for name in evaluation.unknown_in(atom):
                reading.setdefault(name, []).append(atom)
        lists = [name for name in reading if vocabulary.facts[name].kind == "list"]
        unknown = [
            Unknown(name, vocabulary.facts[name], tuple(atom.means for atom in here))
            for name, here in reading.items()
            if name not in lists
        ]
        at, zone = evaluation.setting.at, evaluation.law.stack.zone
        known = evaluation.known.facts.value
        partly = {one.name: value for one in unknown if isinstance(value := known(one.name), PartialDate)}
        whole = tuple([atom for name in lists for atom in reading[name]])
        found = evaluation.worked.candidates
        taken = evaluation.law.taken(whole, evaluation.setting)
        item = evaluation.setting.item
        key = (evaluation.law, at, tuple(self._atoms), taken, item, *(one.name for one in unknown))
        if key not in found:
            turning = [value for name in lists for value in self._turning_dates(name)]
            found[key] = candidates(unknown, known, at, zone, self._behaviour(reading), turning, partly)
        values = dict(found[key])
        for name in lists:
            asked = [atom for atom in reading[name] if isinstance(atom.means, Quantified)]
            beside = {other for atom in asked for other in evaluation.unknown_in(atom)}
            self._beside[name] = tuple(other for other in values if other in beside)
            self._asked[name] = evaluation.law.asked(tuple(asked))
            self._whole[name] = evaluation.asked_together(name, asked, self._beside[name])
            values[name] = self._answers_of(name, values)
        return values

    def _turning_dates(self, name: str) -> list[datetime | date]:
        """The days of the records, and those on which an unknown anchor of a look-back on them would turn."""
        days, setting, zone = self._dates_of(name), self.evaluation.setting, self.evaluation.law.stack.zone
        plain = [local_day(value, zone) for value in days]
        known = self.evaluation.known.facts.value
        for atom in self._atoms.values():
            inner = atoms_of(atom.means.body) if isinstance(atom.means, Quantified) else ()
            for window in (one.means.window for one in inner if isinstance(one.means, InWindow)):
                if known(window.anchor) is UNKNOWN and window.anchor != "at":
                    ends = lookback.turns(window, window.anchor, lambda _: UNKNOWN, setting.at, zone, plain)
                    days += [day for day in ends if isinstance(day, date)]
        return days

    def _dates_of(self, name: str) -> list[datetime | date]:
        """The days of the records."""
        values = [value for record in self.evaluation.records(name).records for value in record.values()]
        partly = [day for one in values if isinstance(one, PartialDate) for day in (one.start, one.end)]
        return [*(value for value in values if isinstance(value, datetime | date)), *partly]

    def _behaviour(self, reading: Mapping[str, Sequence[Atom]]) -> Any:
        evaluation = self.evaluation
        facts, law = dict(evaluation.facts), evaluation.law

        def behaves(name: str, value: Value) -> tuple[Hashable, ...] | None:
            is_ordered = law.vocabulary.facts[name].kind in ("date", "moment", "count")
            facts[name] = value
            found: list[Hashable] = []
            on_lists: dict[str, list[Atom]] = {}
            for atom in reading[name]:
                try:
                    found.append(law.truth(atom)(facts, evaluation.setting, {}))
                except KeyError:
                    if not is_ordered:
                        found.append(None)
                    elif isinstance(atom.means, Quantified):
                        on_lists.setdefault(atom.means.list, []).append(atom)
                    elif isinstance(atom.means, ClockState):
                        found.append(self._part_of_clock(atom, name, value))
            for of_list, asked in on_lists.items():
                whole = evaluation.asked_together(of_list, asked, (name,))
                found.append(evaluation.effect(of_list, whole, ((name, value),)))
            del facts[name]
            return None if None in found else tuple(found)

        return behaves

    def _part_of_clock(self, atom: Atom, name: str, value: Value) -> tuple[bool, ...]:
        """What a clock makes of its start alone, or of what stops it alone, where the other is not known either."""
        evaluation, means = self.evaluation, atom.means
        assert isinstance(means, ClockState)
        if name == means.start:
            facts = {**evaluation.facts, name: value, **({means.stops: NONE} if means.stops else {})}
            started = isinstance(value, datetime) and value <= evaluation.setting.at
            return started, evaluation.law.truth(atom)(facts, evaluation.setting, {})
        return (isinstance(value, datetime) and value <= evaluation.setting.at,)

    def _answers_of(self, name: str, values: Mapping[str, tuple[Value, ...]]) -> tuple[Answer, ...]:
        """The joint answers of a list, for every choice of the unknown facts that its conditions compare with."""
        found: dict[Answer, None] = {}
        self._answers[name] = {}
        records = len(self.evaluation.records(name).records) + 1
        if prod(len(values[other]) for other in self._beside[name]) * records > MOST_TABLES:
            raise TooManyUnknowns(tuple(dict.fromkeys((name, *self._beside[name]))))
        for choice in product(*(values[other] for other in self._beside[name])):
            here = self._answers[name][choice] = self._answers_in(self.evaluation, name, choice)
            found |= dict.fromkeys(here.values)
        return tuple(found)

    def _answers_in(self, evaluation: Evaluation, name: str, choice: tuple[Value, ...]) -> Answers:
        """The answers of a list beside these facts."""
        chosen = dict(zip(self._beside[name], choice, strict=True))
        return self._list_beside(evaluation, name, chosen).answers(evaluation.setting, self._asked[name])

    def _list_beside(self, one: Evaluation, name: str, chosen: Mapping[str, Value]) -> ListInCase:
        """A list beside these values of facts that are not known: one for every action and reading that asks it."""
        whole, beside = self._whole[name], tuple(chosen.items())
        effect = one.effect(name, whole, beside)
        alike = (effect, one.law.record_constraints.get(name)) if effect else (one.law, one.setting.at, beside)
        key = (whole, one.law.taken(whole.in_jail, one.setting), alike)
        if key not in one.worked.lists:
            one.worked.lists[key] = one.list_beside(name, whole, beside)
        return one.worked.lists[key]

    def closed(self, name: str) -> int:
        """The completions in which a list answers as it does if there are no more records than those known."""
        one, asked, found = self.evaluation, self._asked[name], 0
        records = Records(one.records(name).records, complete=True)
        for choice in self._answers[name]:
            beside = dict(zip(self._beside[name], choice, strict=True))
            of_list = ListInCase(one.law, name, asked, records, {**one.facts, **beside}, one.setting, one.worked)
            closed = of_list.answers(one.setting).values
            answers = enumerate(self.completions.by_name[name].values)
            here = self.completions.pattern(name, [index for index, answer in answers if answer in closed])
            found |= here & self._where_beside(name, choice, self.completions)
        return found

    def _where_beside(self, name: str, choice: tuple[Value, ...], completions: Completions) -> int:
        """The completions in which the facts beside a list have these values."""
        here = completions.full
        for other, value in zip(self._beside[name], choice, strict=True):
            if other in completions.by_name:
                here &= completions.pattern(other, (completions.by_name[other].values.index(value),))
        return here

    def witness(self, name: str, wanted: Answer) -> list[dict[str, Value]] | None:
        """A record that nobody has seen yet with which a list gives an answer; None where no single one does, or that turns on facts
        beside it that are not known."""
        if self._beside[name]:
            return None
        return self._list_beside(self.evaluation, name, {}).witness(wanted, self._asked[name])

    @property
    def atoms(self) -> Sequence[Atom]:
        """The tests that are not known."""
        return tuple(self._atoms.values())

    def _possible_answers(self, completions: Completions) -> int:
        """Where a list's answer is one that the facts beside it allow."""
        mask = completions.full
        for name, by_choice in self._answers.items():
            if name not in completions.by_name or len(by_choice) == 1:
                continue
            number = {answer: index for index, answer in enumerate(completions.by_name[name].values)}
            allowed = 0
            for choice, answers in by_choice.items():
                here = completions.pattern(name, sorted(number[answer] for answer in answers.values))
                allowed |= here & self._where_beside(name, choice, completions)
            mask &= allowed
        return mask

    def _allowed(self, group: Sequence[Open], values: Mapping[str, tuple[Value, ...]]) -> int:
        """The completions that some way of filling in the facts that only constraints speak of makes possible."""
        here_open = frozenset[str]().union(*(open_names for _, open_names in group))
        names = [name for name in values if name in here_open]
        if all(name in self.completions.by_name for name in names):
            bits = self.full
            for never, _ in group:
                bits &= ~self.bits(never)
            return bits & self.full
        beside = Completions({name: values[name] for name in names})
        possible, known_bits = self._possible_answers(beside), dict[int, int]()
        of_atom = partial(self._atom_bits, beside)
        for never, _ in group:
            possible &= ~bits_of(never, beside.full, known_bits, of_atom)
        shared = [name for name in names if name in self.completions.by_name]
        allowed = 0
        for choice in product(*(range(self.completions.by_name[name].size) for name in shared)):
            there, here = possible, self.full
            for name, index in zip(shared, choice, strict=True):
                there &= beside.pattern(name, (index,))
                here &= self.completions.pattern(name, (index,))
            if there:
                allowed |= here
        return allowed

    # Bits.

    def bits(self, node: Node, evaluation: Evaluation | None = None) -> int:
        """The completions in which a circuit without rules in it is true, one bit each; `evaluation`: another that the table
        serves."""
        if evaluation is None or evaluation is self.evaluation:
            return self._own_bits(node)
        return bits_of(node, self.full, {}, partial(self.bits_in, evaluation))

    def _own_bits(self, node: Node) -> int:
        return bits_of(node, self.full, self._bits, partial(self._atom_bits, self.completions))

    def bits_in(self, evaluation: Evaluation, atom: Atom) -> int:
        """The completions in which a test is true, in another setting or at another moment that the table serves."""
        value = evaluation.value(atom)
        if value is None:
            found = self._bits.get(id(atom))
            return self._own_bits(atom) if found is None else found
        return self.full if value else 0

    def _atom_bits(self, completions: Completions, atom: Atom) -> int:
        evaluation = self.evaluation
        value = evaluation.value(atom)
        if value is not None:
            return completions.full if value else 0
        if isinstance(atom.means, Quantified) and atom.means.list in completions.by_name:
            number = self._asked[atom.means.list].atoms.index(atom)
            variable = completions.by_name[atom.means.list]
            return completions.pattern(
                variable.name, [index for index, answer in enumerate(variable.values) if answer[number]]
            )
        truth, facts = evaluation.law.truth(atom), dict(evaluation.facts)
        variables = [completions.by_name[name] for name in atom.reads if name in completions.by_name]
        true: list[tuple[int, ...]] = []
        for choice in product(*(range(variable.size) for variable in variables)):
            for variable, index in zip(variables, choice, strict=True):
                facts[variable.name] = variable.values[index]
            if truth(facts, evaluation.setting, {}):
                true.append(choice)
        return completions.chosen_by(variables, true)

    def where(self, name: str, value: Value) -> int | None:
        """The completions in which a fact has that value (a list: NONE, if there are no more records); None where that is not told."""
        variable = self.completions.by_name.get(name)
        if variable is None:
            return None if name in self._tied_out else self.full
        if name in self._asked:
            return self.closed(name) if value == NONE else None
        if value not in variable.values and None in self._tests_with(name, value):
            return None
        return self.standing_for(name, value)

    def standing_for(self, name: str, value: Value) -> int | None:
        """The completions in which a fact has that value, or else the one with which the tests come out the same, as far as they rest on
        it alone; None where there is none."""
        values, wanted = self.completions.by_name[name].values, self._tests_with(name, value)
        alike = [value] if value in values else [one for one in values if self._tests_with(name, one) == wanted]
        return self.completions.pattern(name, (values.index(alike[0]),)) if alike else None

    def _tests_with(self, name: str, value: Value) -> tuple[bool | None, ...]:
        one, found = self.evaluation, list[bool | None]()
        facts = {**one.facts, name: value}
        for atom in (atom for atom in self._atoms.values() if name in atom.reads):
            try:
                found.append(one.law.truth(atom)(facts, one.setting, {}))
            except KeyError:
                found.append(None)
        return tuple(found)

    # What matters.

    def needs(self, classes: Sequence[int]) -> list[str]:
        """What is not known and of which two completions that differ in nothing else (but facts that a constraint ties to it)
        differ in class. A fact that only a constraint speaks of is no need of its own."""
        needed: dict[str, None] = {}
        some = [bits & self.mask for bits in classes if bits & self.mask]
        for variable in self.completions.variables:
            if variable.name in self._asked:
                needed |= dict.fromkeys(self._needed_of_list(variable.name, some))
            elif any(self._matters(variable.name, bits) for bits in some[:-1]):
                needed[variable.name] = None
        return list(needed)

    def _needed_of_list(self, name: str, classes: Sequence[int]) -> list[str]:
        """Of a list: whether more of it is needed, and the fields of its records that are."""
        completions = self.completions
        number = {answer: index for index, answer in enumerate(completions.by_name[name].values)}
        needed: dict[str, None] = {}
        for choice, answers in self._answers[name].items():
            here = self.mask & self._where_beside(name, choice, completions)
            lows = [completions.lows(bits & here, name) for bits in classes]
            places = [number[answer] for answer in answers.values]
            for asked, groups in answers.groups.items():
                if asked not in needed and any(_differ(lows, [places[one] for one in group]) for group in groups):
                    needed[asked] = None
        if name not in needed and self._tied(name, classes):
            needed[name] = None
        return list(needed)

    def _tied(self, name: str, classes: Sequence[int]) -> bool:
        """Whether the list matters together with facts that a constraint ties to it."""
        return name in self._free_lists and any(self._matters(name, bits, alone=False) for bits in classes)

    @cached_property
    def _free_lists(self) -> frozenset[str]:
        """The lists of which there may be more records."""
        return frozenset(name for name in self._asked if not self.evaluation.records(name).complete)

    def _matters(self, name: str, bits: int, *, alone: bool = True) -> bool:
        completions, mask = self.completions, self.mask
        inside, outside = bits & mask, mask & ~bits
        if not inside or not outside:
            return False
        changed = completions.project(inside, name)
        if alone and changed & outside:
            return True
        # Where this fact can't change alone, because a constraint ties others to it, one of them may change with it.
        impossible = changed & ~mask
        others = (one.name for one in completions.variables if one.name != name)
        return bool(impossible) and any(completions.project(impossible, other) & outside for other in others)


def _touching(own: Collection[str], evaluation: Evaluation) -> list[Open]:
    """The constraints that touch what the tests rest on, directly or through one another."""
    names, left, kept = set(own), list(evaluation.open_constraints), list[Open]()
    while True:
        here = [one for one in left if one[1] & names]
        if not here:
            return kept
        kept += here
        left = [one for one in left if not one[1] & names]
        names = names.union(*(open_names for _, open_names in here))


def _groups(constraints: Sequence[Open], own: Collection[str]) -> list[list[Open]]:
    """Constraints that share a fact which no test of the law reads belong together."""
    groups: list[tuple[set[str], list[Open]]] = []
    for one in constraints:
        names = {name for name in one[1] if name not in own}
        joined = [group for group in groups if names & group[0]]
        groups = [group for group in groups if not names & group[0]]
        groups.append(
            (names.union(*(group[0] for group in joined)), [*(each for group in joined for each in group[1]), one])
        )
    return [group for _, group in groups]


def _differ(classes: Sequence[Sequence[int]], group: Sequence[int]) -> bool:
    """Whether the same completion of everything else has two classes among these values."""
    seen = 0
    for lows in classes:
        here = 0
        for value in group:
            here |= lows[value]
        if seen & here:
            return True
        seen |= here
    return False
