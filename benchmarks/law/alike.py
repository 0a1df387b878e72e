"""Whether two editions that differ in one block give the same answers: exact, over every completion of every unknown fact.

For each stack, span of days, role, item, reading and bound of an uncertain day the action's law is worked out under both editions
over one table of completions of a case of which nothing is known (split by the values of a fact where it would be too large).
Alike means: the same class in every completion, openly and meanwhile, and the same rules that give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import product
from time import perf_counter
from typing import Any

from mutants import Mutant

from detainerdesk.law import Case, Edition
from detainerdesk.law.circuit import Circuits
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.derived import ELIGIBLE
from detainerdesk.law.effects import Effects, judge_of
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.rulebook import Choice, Duty
from detainerdesk.law.load import Stack
from detainerdesk.law.lowering import ActionLaw, LawOn
from detainerdesk.law.table import Evaluation, Table

SECONDS = 10.0
MOST_TABLES = 3_000
GIVES = {"required": ("must",), "forbidden": ("must not",), "conflict": ("must", "must not"), "permitted": ("may",)}


class Undecided(Exception):
    """The comparison would be too large, or rests on what it does not look at."""


class Compared:
    """Compares the law of some actions under an edition and under a mutant of it."""

    def __init__(self, edition: Edition, mutant: Mutant) -> None:
        self.mutant = mutant
        self.before, self.after = edition, mutant.edition(edition)
        self.vocabulary = edition.vocabulary
        self.began = perf_counter()
        self.tables = 0
        self.circuits: dict[str, Circuits] = {}
        self.done: set[Any] = set()

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
        shared = self.circuits.setdefault(one.timezone, Circuits(self.vocabulary, one.zone))
        laws = []
        for stack in (one, other):
            law = LawOn(stack, day)
            law.circuits = shared
            laws.append(law)
        self._refuse_beside(laws[0], laws[1])
        groups = self._roles(one)
        return all(
            self._action(laws[0], laws[1], action, item, roles)
            for action in actions
            for item in self._items(action)
            for roles in groups
        )

    def _roles(self, stack: Stack) -> list[frozenset[str] | None]:
        return [None, *dict.fromkeys(self.vocabulary.roles_of(role) for role in self.vocabulary.roles)]

    def _items(self, action: str) -> Sequence[str | None]:
        spec = self.vocabulary.actions[action]
        if spec.is_item:
            return spec.is_item
        return self.vocabulary.facts["info.sought"].values if spec.by_item else (None,)

    def _refuse_beside(self, one: LawOn, other: LawOn) -> None:
        """What stands beside the outcomes (duties, clocks, notes, release) has to rest on the very same circuits."""
        for stack_one, stack_other, of in ((one.stack, other.stack, "duties"), (one.stack, other.stack, "clocks")):
            pieces = [
                [piece for layer in stack.layers for piece in getattr(layer, of)] for stack in (stack_one, stack_other)
            ]
            if len(pieces[0]) != len(pieces[1]):
                raise Undecided
            for mine, theirs in zip(*pieces, strict=True):
                if self._beside(mine, one) != self._beside(theirs, other):
                    raise Undecided
        lowest = one.stack.layers[-1].jurisdiction
        if one.circuit(grammar.Name(ELIGIBLE), lowest) is not other.circuit(grammar.Name(ELIGIBLE), lowest):
            raise Undecided

    def _beside(self, piece: Any, law: LawOn) -> tuple[Any, ...]:
        place = piece.jurisdiction
        if piece.in_force.on(law.day) == "out":
            return ()
        if isinstance(piece, Duty):
            parts = (piece.when, piece.unless, piece.done, piece.excused)
            nodes = [
                id(law.circuit(part, place, done=index == 2)) if part else None for index, part in enumerate(parts)
            ]
            return (piece.id, piece.who, piece.deadline, *nodes)
        choices: list[Choice] = [piece.hours, piece.calendar, piece.holidays]
        nodes = [
            (id(law.circuit(condition, place)) if condition else None, value)
            for choice in choices
            for condition, value in choice.branches
        ]
        return (piece.name, piece.start, piece.stops, piece.limits, *nodes)

    # One action, on one span of days, for who acts.

    def _action(self, one: LawOn, other: LawOn, action: str, item: str | None, roles: frozenset[str] | None) -> bool:
        mine, theirs = one.action(action, item, roles), other.action(action, item, roles)
        key = (self._key(mine), self._key(theirs))
        if key[0] == key[1] or key in self.done:
            return True
        known = self._known(one.stack, one.day, {})
        orders = [known.cautious(action, one.day), self._known(other.stack, one.day, {}).cautious(action, one.day)]
        if orders[0] != orders[1]:
            return False
        for setting in self._settings(mine, theirs, item):
            if not self._over(mine, theirs, setting, {}):
                return False
        self.done.add(key)
        return True

    @staticmethod
    def _key(law: ActionLaw) -> tuple[Any, ...]:
        rules = [
            (one.provision.id, one.effect, id(one.when), id(one.unless), one.lifts, one.otherwise_may, one.action)
            for one in law.active.values()
        ]
        voids = [(one.voids.id, id(one.applies), one.action, one.voids.effects, one.voids.layers) for one in law.voids]
        return (law.action, law.item, *rules, *voids)

    def _settings(self, mine: ActionLaw, theirs: ActionLaw, item: str | None) -> Iterator[Setting]:
        stack = mine.law.stack
        at = datetime.combine(mine.law.day, time(12, 0), stack.zone)
        names = sorted({*mine.readings, *theirs.readings})
        default = {name: reading.default for name, reading in stack.readings.items()}
        for choice in product(*(stack.readings[name].alternatives for name in names)):
            readings = tuple(sorted({**default, **dict(zip(names, choice, strict=True))}.items()))
            for bounds in ("late", "early"):
                for declared in (False, True):
                    yield Setting(at, readings, bounds, item, declared)  # type: ignore[arg-type]

    def _known(self, stack: Stack, day: date, fixed: dict[str, str]) -> Known:
        facts = {
            name: "unknown" for name, fact in self.vocabulary.facts.items() if fact.kind != "list" and not fact.list
        }
        at = datetime.combine(day, time(12, 0), stack.zone)
        edition = self.before if stack is self.before.stack(stack.agency) else self.after
        return Known.of(Case(stack.agency, at, {**facts, **fixed}), edition)

    def _over(self, mine: ActionLaw, theirs: ActionLaw, setting: Setting, fixed: dict[str, str]) -> bool:
        self.tables += 1
        if self.tables > MOST_TABLES or perf_counter() - self.began > SECONDS:
            raise Undecided
        law = mine.law
        evaluation = Evaluation(self._known(law.stack, law.day, fixed), law, setting)
        atoms = {atom.id: atom for atom in (*mine.atoms, *theirs.atoms)}
        try:
            table = Table(evaluation, tuple(atoms.values()))
        except TooManyUnknowns as error:
            name = next((one for one in error.names if one not in fixed and self._few(one)), None)
            if name is None:
                raise Undecided from error
            values = self.vocabulary.facts[name].values or ("yes", "no")
            return all(self._over(mine, theirs, setting, {**fixed, name: value}) for value in values)
        if not table.mask:
            return True
        both = [judge_of(one, evaluation.known, one.action).over(table, setting) for one in (mine, theirs)]
        return self._same(both[0], both[1])

    def _few(self, name: str) -> bool:
        fact = self.vocabulary.facts.get(name)
        return fact is not None and fact.kind in ("yes/no", "one of")

    @staticmethod
    def _same(one: Effects, other: Effects) -> bool:
        for standing in (False, True):
            bits = one.class_bits(standing=standing)
            if bits != other.class_bits(standing=standing):
                return False
            for word, effects in GIVES.items():
                here = bits[word] & one.mask
                if here and _giving(one, effects, here, standing) != _giving(other, effects, here, standing):
                    return False
        return True


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
