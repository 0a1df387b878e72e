"""Whether two editions that differ in one block give the same answers: exact, over every completion of every unknown fact.

For each stack, span of days, role, item, reading and bound of an uncertain day the action's law is worked out under both editions
over one table of completions of a case of which nothing is known (split by the values of a fact where it would be too large).
Alike means: the same class in every completion, openly and meanwhile, and the same rules that give it, are lifted or are voided. Of the
early bound of an uncertain day, and of what is so once a court has declared it, an answer tells the outcome alone (plan.py, decide.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import combinations, product
from time import process_time
from typing import Any

from mutants import Mutant

from detainerdesk.law import Case, Edition
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Burden,
    Circuits,
    LayerRequires,
    Negation,
    Node,
    ReadingIs,
    TakesEffect,
    atoms_of,
    nodes_of,
)
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.derived import DERIVED, ELIGIBLE, Mirror, Reflected, decided_by
from detainerdesk.law.effects import CLASSES, GIVEN_BY, Effects, Judge
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.rulebook import Choice, Duty, Note
from detainerdesk.law.load import Stack
from detainerdesk.law.lowering import ActionLaw, Active, Common, LawOn
from detainerdesk.law.table import Evaluation, Table

SECONDS = 40.0
"""Of the processor, so that a busy machine proves no less."""
MOST_TABLES = 3_000
OPAQUE = (Burden, TakesEffect, LayerRequires)
MOST_OPAQUE = 4


class Undecided(Exception):
    """The comparison would be too large, or rests on what it does not look at."""


class Compared:
    """Compares the law of some actions under an edition and under a mutant of it."""

    def __init__(self, edition: Edition, mutant: Mutant) -> None:
        self.mutant = mutant
        self.before, self.after = edition, mutant.edition(edition)
        self.vocabulary = edition.vocabulary
        self.began = process_time()
        self.tables = 0
        self.common: dict[str, Common] = {}
        self.done: set[Any] = set()
        self.adds_beside = False
        """Whether the mutant only adds to what an answer lists as voided or lifted, or as what an open answer may rest on."""

    def alike(self, actions: Sequence[str], stacks: Sequence[str]) -> bool:
        """Whether every answer about these actions is the same for these agencies. Raises Undecided."""
        return all(
            self._on_a_day(one, other, day, actions) for agency in stacks for one, other, day in self._days(agency)
        )

    def _days(self, agency: str) -> Iterator[tuple[Stack, Stack, date]]:
        one, other = self.before.stack(agency), self.after.stack(agency)
        for day in sorted({date(1900, 1, 1), *one.changes, *other.changes}):
            yield one, other, day

    def _on_a_day(self, one: Stack, other: Stack, day: date, actions: Sequence[str]) -> bool:
        common = self.common.setdefault(one.timezone, Common(self.vocabulary, one.zone))
        laws = [LawOn(stack, day, common) for stack in (one, other)]
        self._refuse_beside(laws[0], laws[1])
        mirrored = () if self._eligible(laws[0]) is self._eligible(laws[1]) else DERIVED
        groups = self._roles(one)
        return all(
            self._action(laws[0], laws[1], action, item, roles)
            for action in dict.fromkeys((*actions, *mirrored))
            for item in self._items(action)
            for roles in groups
        )

    @staticmethod
    def _eligible(law: LawOn) -> Any:
        return law.circuit(grammar.Name(ELIGIBLE), law.stack.layers[-1].jurisdiction)

    def _roles(self, stack: Stack) -> list[frozenset[str] | None]:
        return [None, *dict.fromkeys(self.vocabulary.roles_of(role) for role in self.vocabulary.roles)]

    def _items(self, action: str) -> Sequence[str | None]:
        spec = self.vocabulary.actions[action]
        if spec.is_item:
            return spec.is_item
        return self.vocabulary.facts["info.sought"].values if spec.by_item else (None,)

    def _refuse_beside(self, one: LawOn, other: LawOn) -> None:
        """What stands beside the outcomes (duties, clocks, notes) has to rest on the very same circuits."""
        for of in ("duties", "clocks", "notes"):
            beside = [
                [self._beside(piece, law) for layer in law.stack.layers for piece in getattr(layer, of)]
                for law in (one, other)
            ]
            if [piece for piece in beside[0] if piece] != [piece for piece in beside[1] if piece]:
                raise Undecided

    def _beside(self, piece: Any, law: LawOn) -> tuple[Any, ...]:
        place = piece.jurisdiction
        if piece.in_force.on(law.day) == "out":
            return ()
        if isinstance(piece, Note):
            return (piece.id, piece.actions, id(law.circuit(piece.when, place)) if piece.when else None)
        if isinstance(piece, Duty):
            # Between the bounds of an uncertain day, or not yet declared, nobody owes it; nor where nothing triggers it yet.
            if law.in_force(piece) is not True or law.circuit(piece.when, place) is False:
                return ()
            parts = (piece.when, piece.unless, piece.done, piece.excused)
            nodes = [
                id(law.circuit(part, place, done=index == 2)) if part else None for index, part in enumerate(parts)
            ]
            return (piece.id, piece.who, piece.deadline, *nodes)
        choices: list[Choice] = [piece.hours, piece.calendar, piece.holidays]
        branches = [
            (id(law.circuit(condition, place)) if condition else None, value)
            for choice in choices
            for condition, value in choice.branches
        ]
        return (piece.name, piece.start, piece.stops, piece.limits, *branches)

    # One action, on one span of days, for who acts.

    def _action(self, one: LawOn, other: LawOn, action: str, item: str | None, roles: frozenset[str] | None) -> bool:
        mine, theirs = (
            decided_by(action, item, law, replace(self._known(law.stack, law.day, {}).docket, roles=roles))
            for law in (one, other)
        )
        key = (self._keys(mine), self._keys(theirs))
        if key[0] == key[1] or key in self.done:
            return True
        dockets = [self._known(law.stack, one.day, {}).docket for law in (one, other)]
        orders = [docket.cautious(action, one.day) for docket in dockets]
        if orders[0] != orders[1] or isinstance(mine, Mirror) != isinstance(theirs, Mirror):
            return False
        settings = list(self._settings(one, mine, theirs, item))
        if not self._part_by_part(one, mine, theirs, settings) and not self._never_meet(one, mine, theirs, settings):
            for setting in settings:
                if not self._over(one, mine, theirs, setting, {}):
                    return False
        self.done.add(key)
        return True

    def _keys(self, judge: Judge | Mirror) -> tuple[Any, ...]:
        """What an action is decided by: the same key, the same answers."""
        beside = judge.beside if isinstance(judge, Mirror) else ()
        return (*(self._key(law) for law in judge.laws), *map(id, beside))

    @staticmethod
    def _key(law: ActionLaw) -> tuple[Any, ...]:
        rules = [
            (one.provision.id, one.effect, id(one.when), id(one.unless), one.lifts, one.otherwise_may, one.action)
            for one in _that_may_apply(law)
        ]
        voids = [
            (one.voids.id, id(one.applies), one.action, one.voids.effects, one.voids.layers)
            for one in law.voids
            if one.applies is not False
        ]
        return (law.action, law.item, *rules, *voids)

    def _part_by_part(
        self, law: LawOn, mine: Judge | Mirror, theirs: Judge | Mirror, settings: Sequence[Setting]
    ) -> bool:
        """Whether the two laws have the same rules and voids, and each condition is alike in every completion, whatever is shown and
        whatever other rules come to. Then so is all that follows from them."""
        parts: list[tuple[tuple[Any, ...], list[Node]]] = []
        for judge in (mine, theirs):
            rules = [one for each in judge.laws for one in _that_may_apply(each)]
            voids = [one for each in judge.laws for one in each.voids if one.applies is not False]
            fixed = (
                *((one.provision.id, one.effect, one.lifts, one.otherwise_may, one.action) for one in rules),
                *((one.voids.id, one.action, one.voids.effects, one.voids.layers) for one in voids),
            )
            nodes = [node for one in rules for node in (one.when, one.unless)] + [one.applies for one in voids]
            if isinstance(judge, Mirror):
                nodes.append(law.circuits.any_of(judge.beside))
            parts.append((fixed, nodes))
        if parts[0][0] != parts[1][0]:
            return False
        pairs = [pair for pair in zip(parts[0][1], parts[1][1], strict=True) if pair[0] is not pair[1]]
        return all(self._nodes_alike(law, pair, setting) for pair in pairs for setting in settings)

    def _never_meet(
        self, law: LawOn, mine: Judge | Mirror, theirs: Judge | Mirror, settings: Sequence[Setting]
    ) -> bool:
        """Whether the two laws differ only in what their voids reach, and no such void ever applies where what it alone reaches does:
        in no completion, whatever is shown and whatever other rules come to."""
        for here, there in zip(mine.laws, theirs.laws, strict=True):
            upto = 2 + len(_that_may_apply(here))
            if upto != 2 + len(_that_may_apply(there)) or self._key(here)[:upto] != self._key(there)[:upto]:
                return False
            reached = [_reached(here), _reached(there)]
            for pair in reached[0].keys() ^ reached[1].keys():
                void, target = (reached[0] if pair in reached[0] else reached[1])[pair]
                if not all(self._never(law, law.circuits.all_of((void, target)), setting) for setting in settings):
                    return False
        beside = [[id(node) for node in judge.beside] if isinstance(judge, Mirror) else [] for judge in (mine, theirs)]
        return beside[0] == beside[1]

    def _never(self, law: LawOn, node: Node, setting: Setting) -> bool:
        return node is False or self._nodes_alike(law, (node, False), setting)

    def _nodes_alike(self, law: LawOn, pair: tuple[Node, Node], setting: Setting) -> bool:
        opaque = [{node for node in nodes_of(one) if isinstance(node, OPAQUE)} for one in pair if one is not False]
        if any(one != opaque[0] for one in opaque) or len(opaque[0]) > MOST_OPAQUE:
            return False
        evaluation = Evaluation(self._known(law.stack, law.day, {}), law, setting)
        for choice in product((True, False), repeat=len(opaque[0])):
            values: dict[Node, bool] = dict(zip(opaque[0], choice, strict=True))
            mine, theirs = (_put(node, values, law.circuits) for node in pair)
            try:
                table = Table(evaluation, tuple(atoms_of(mine, theirs)))
            except TooManyUnknowns:
                return False
            if (table.bits(mine) ^ table.bits(theirs)) & table.mask:
                return False
        return True

    def _settings(
        self, law: LawOn, mine: Judge | Mirror, theirs: Judge | Mirror, item: str | None
    ) -> Iterator[Setting]:
        stack = law.stack
        at = datetime.combine(law.day, time(12, 0), stack.zone)
        found = {name for judge in (mine, theirs) for one in judge.laws for name in one.readings}
        for judge in (mine, theirs):
            atoms = [atom for node in judge.beside for atom in law.atoms(node)] if isinstance(judge, Mirror) else []
            inside = [inner.means for atom in atoms for inner in law.within(atom)]
            found |= {means.name for means in inside if isinstance(means, ReadingIs)}
        names = sorted(found)
        default = {name: reading.default for name, reading in stack.readings.items()}
        for choice in product(*(stack.readings[name].alternatives for name in names)):
            readings = tuple(sorted({**default, **dict(zip(names, choice, strict=True))}.items()))
            for bounds in ("late", "early"):
                for declared in (False, True):
                    yield Setting(at, readings, bounds, item, declared)

    def _known(self, stack: Stack, day: date, fixed: dict[str, str]) -> Known:
        facts = {
            name: "unknown" for name, fact in self.vocabulary.facts.items() if fact.kind != "list" and not fact.list
        }
        at = datetime.combine(day, time(12, 0), stack.zone)
        edition = self.before if stack is self.before.stack(stack.agency) else self.after
        return Known.of(Case(stack.agency, at, {**facts, **fixed}), edition)

    def _over(
        self, law: LawOn, mine: Judge | Mirror, theirs: Judge | Mirror, setting: Setting, fixed: dict[str, str]
    ) -> bool:
        self.tables += 1
        if self.tables > MOST_TABLES or process_time() - self.began > SECONDS:
            raise Undecided
        evaluation = Evaluation(self._known(law.stack, law.day, fixed), law, setting)
        atoms = {atom.id: atom for atom in (*mine.atoms, *theirs.atoms)}
        try:
            table = Table(evaluation, tuple(atoms.values()))
        except TooManyUnknowns as error:
            name = next((one for one in error.names if one not in fixed and self._few(one)), None)
            if name is None:
                raise Undecided from error
            values = self.vocabulary.facts[name].values or ("yes", "no")
            return all(self._over(law, mine, theirs, setting, {**fixed, name: value}) for value in values)
        if not table.mask:
            return True
        base = table.mask
        burdens = self._burdens(mine, theirs)
        for shown in (some for count in range(len(burdens) + 1) for some in combinations(burdens, count)):
            # What is done meanwhile hangs on what is surely shown: the cases in which these are, and maybe more that follow from them.
            table.mask = base
            for burden in shown:
                table.mask &= table.bits(burden.item)
            open_ones = [table.bits(burden.item) for burden in burdens if burden not in shown]
            if table.mask and not self._alike_here(mine, theirs, table, evaluation, open_ones):
                return False
        return True

    @staticmethod
    def _burdens(mine: Judge | Mirror, theirs: Judge | Mirror) -> Sequence[Burden]:
        nodes = [node for judge in (mine, theirs) for law in judge.laws for node in law.nodes]
        burdens = [node for node in nodes_of(*nodes) if isinstance(node, Burden)]
        if len(burdens) > MOST_OPAQUE:
            raise Undecided
        return burdens

    def _alike_here(
        self,
        mine: Judge | Mirror,
        theirs: Judge | Mirror,
        table: Table,
        evaluation: Evaluation,
        open_ones: Sequence[int],
    ) -> bool:
        one, other, setting = mine.over(table, evaluation), theirs.over(table, evaluation), evaluation.setting
        alone = setting.bounds == "early" or setting.declared_too  # of these an answer tells the outcome alone
        if isinstance(one, Reflected) or isinstance(other, Reflected):
            assert isinstance(one, Reflected)
            assert isinstance(other, Reflected)
            if (one.not_in_question ^ other.not_in_question) & table.mask:
                return False
            one, other = one.hold, other.hold
        return self._same(one, other, open_ones, alone=alone)

    def _few(self, name: str) -> bool:
        fact = self.vocabulary.facts.get(name)
        return fact is not None and fact.kind in ("yes/no", "one of")

    def _same(self, one: Effects, other: Effects, open_ones: Sequence[int], *, alone: bool) -> bool:
        """Whether two laws come to the same. `open_ones`: where what is not surely shown here is so."""
        bits, others = one.class_bits(), other.class_bits()
        if any(bits[word] != others[word] for word in CLASSES):
            return False
        # A settled permission of a case in which something is not surely shown needs a completion in which it is not so.
        settled = (bits["permitted"], others["permitted"])
        may_settle = any(permitted and all(permitted & ~so for so in open_ones) for permitted in settled)
        if may_settle and settled[0] != settled[1]:
            return False
        if alone:
            return True
        if one.class_bits(standing=True) != other.class_bits(standing=True):
            return False
        words = [word for word in GIVEN_BY if word != "permitted" or may_settle]
        if not _gives_alike(one, other, words, standing=False, named_only=True):
            return False
        ended = (_ended(one), _ended(other))
        everything = all(
            _gives_alike(one, other, list(GIVEN_BY), standing=now, named_only=False) for now in (False, True)
        )
        if everything and ended[0] == ended[1]:
            return True
        if any(bits & ~ended[1].get(pair, 0) for pair, bits in ended[0].items()):
            return False
        duties = {duty.id for duty in one.law.stack.duties()}
        if any(pair[1] in duties and bits != ended[0].get(pair, 0) for pair, bits in ended[1].items()):
            return False
        self.adds_beside = True
        return True


def _gives_alike(one: Effects, other: Effects, words: Sequence[str], *, standing: bool, named_only: bool) -> bool:
    """Whether the same rules give each outcome; `named_only`: of answers that are settled, whose rules an example can name."""
    bits = one.class_bits(standing=standing)
    for word in words:
        effects = GIVEN_BY[word]
        # An open answer names every permission that takes effect in some completion.
        here = one.mask if word == "permitted" and not named_only else bits[word] & one.mask
        if here and _giving(one, effects, here, standing) != _giving(other, effects, here, standing):
            return False
    return True


def _that_may_apply(law: ActionLaw) -> list[Active]:
    """The rules but those whose condition rests on what is not law yet: such a rule never takes effect."""
    return [one for one in law.active.values() if one.when is not False]


def _reached(law: ActionLaw) -> dict[tuple[Any, ...], tuple[Node, Node]]:
    """Each effect that a void may take out of a rule, and each void out of a lower one: when the one applies, and the other."""
    found: dict[tuple[Any, ...], tuple[Node, Node]] = {}
    for rule, one in law.active.items():
        effects = {one.effect or "lifts", *(["lifts"] if one.lifts else []), *(["may"] if one.otherwise_may else [])}
        for effect in effects:
            for number in law.voided_by(one, effect):
                void = law.voids[number]
                found[void.voids.id, id(void.applies), rule, effect] = (void.applies, one.when)
    for number, lower in enumerate(law.voids):
        for higher in law.higher_voids(number):
            void = law.voids[higher]
            found[void.voids.id, id(void.applies), lower.voids.id, id(lower.applies)] = (void.applies, lower.applies)
    return found


def _put(node: Node, values: Mapping[Node, bool], make: Circuits) -> Node:
    """A circuit with some of its parts known."""
    if node in values:
        return values[node]
    if isinstance(node, AllOf):
        return make.all_of(_put(one, values, make) for one in node.items)
    if isinstance(node, AnyOf):
        return make.any_of(_put(one, values, make) for one in node.items)
    return make.negation(_put(node.item, values, make)) if isinstance(node, Negation) else node


def _ended(of: Effects) -> dict[tuple[str, ...], int]:
    """For each rule and what lifts or voids it, the completions in which it does."""
    found: dict[tuple[str, ...], int] = {}
    number = {rule: index for index, rule in enumerate(of.law.active)}
    for rule, index in number.items():
        one = of.law.active[rule]
        for void in of.law.voided_by(one, one.effect or "lifts"):
            found["voided", rule, of.law.voids[void].voids.id] = of.applies(index) & of.stands(void) & of.mask
        for lifter in of.law.lifters(rule):
            lifting = of.takes(number[lifter.provision.id])
            if lifter.effect:
                for void in of.law.voided_by(lifter, "lifts"):
                    lifting &= ~of.stands(void)
            found["lifted", rule, lifter.provision.id] = of.applies(index) & lifting & of.mask
    return {ended: bits for ended, bits in found.items() if bits}


def _giving(of: Effects, effects: Sequence[str], where: int, standing: bool) -> dict[str, int]:
    """For each rule with one of these effects, the completions among `where` in which it takes effect."""
    found: dict[str, int] = {}
    for index, (rule, one) in enumerate(of.law.active.items()):
        if one.in_action:
            bits = of.permits(index, standing) if "may" in effects else 0
            if one.effect in effects and one.effect != "may":
                bits |= of.takes(index, standing)
            if bits & where:
                found[rule] = bits & where
    return found
