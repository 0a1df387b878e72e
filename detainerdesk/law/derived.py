"""Derived actions: `release` and `refuse_hold` have no rules of their own; they mirror `hold` in each completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from detainerdesk.law.circuit import Atom, Node, atoms_of
from detainerdesk.law.effects import CLASSES, Effects, Found, Judge, Judged, judge_of
from detainerdesk.law.known import Docket, Setting, Ways
from detainerdesk.law.language import grammar
from detainerdesk.law.lowering import ActionLaw, LawOn
from detainerdesk.law.one_case import test_of
from detainerdesk.law.table import Evaluation, Table
from detainerdesk.law.trace import Step

DERIVED = ("release", "refuse_hold")
ELIGIBLE = "custody.eligible_for_release"
OTHER_GROUND = "custody.other_lawful_basis"
MIRROR = {"required": "forbidden", "forbidden": "required", "silent": "permitted"}


def decided_by(action: str, item: str | None, law: LawOn, docket: Docket) -> Judge | Mirror:
    """What decides an action (or an item of it) on these days: its own law, else, for a derived one, the mirror of `hold`."""
    if action in DERIVED and not docket.has_rules(action):
        return Mirror.of(action, law, docket)
    return judge_of(law.action(action, item, docket.roles), docket, action)


@dataclass(frozen=True)
class Mirror:
    """`release` or `refuse_hold`: derived from `hold` in each completion (docs/rulebook.md section 6)."""

    action: str
    law: LawOn
    hold: Judge
    warrant: Judge

    @classmethod
    def of(cls, action: str, law: LawOn, docket: Docket) -> Mirror:
        """The mirror of these days' law for who acts, made once."""
        key = (action, docket.roles)
        if key not in law.mirrors:
            law.mirrors[key] = cls._made(action, law, docket)
        found: Mirror = law.mirrors[key]
        return found

    @classmethod
    def _made(cls, action: str, law: LawOn, docket: Docket) -> Mirror:
        hold, warrant = (
            judge_of(law.action(name, None, docket.roles), docket, name) for name in ("hold", "honor_criminal_warrant")
        )
        return cls(action, law, hold, warrant)

    @cached_property
    def laws(self) -> tuple[ActionLaw, ...]:
        """The law that the action rests on."""
        return (self.hold.law, self.warrant.law) if self.tests_other_ground else (self.hold.law,)

    @property
    def tests_other_ground(self) -> bool:
        return self.action == "release"

    @cached_property
    def not_eligible(self) -> Node:
        eligible = self.law.circuit(grammar.Name(ELIGIBLE), self.law.stack.layers[-1].jurisdiction)
        return self.law.circuits.negation(eligible)

    @cached_property
    def on_other_ground(self) -> Node:
        return self.law.circuit(grammar.Name(OTHER_GROUND), self.law.stack.layers[-1].jurisdiction)

    @cached_property
    def beside(self) -> tuple[Node, ...]:
        """The circuits that it rests on beside the laws."""
        return (self.not_eligible, self.on_other_ground) if self.tests_other_ground else (self.not_eligible,)

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """The tests that it rests on."""
        return tuple(atoms_of(*(node for law in self.laws for node in law.nodes), *self.beside))

    def one_case(self, ways: Ways) -> Callable[[Mapping[str, Any], Setting], tuple[int, ...]]:
        """As `Judge.one_case`: the ways in which it is out of the question, then the bits of each law."""
        out = test_of(self.beside, self.law, len(ways)).under(ways)
        judges = (self.hold, self.warrant) if self.tests_other_ground else (self.hold,)
        closures = (out, *[judge.one_case(ways) for judge in judges])

        def bits(facts: Mapping[str, Any], setting: Setting) -> tuple[int, ...]:
            return tuple([closure(facts, setting) for closure in closures])

        return bits

    def of_bits(self, bits: tuple[int, ...], way: int, ways: int) -> Reflected:
        """As `Judge.of_bits`."""
        out, hold, *warrant = bits
        beside = self.warrant.of_bits(warrant[0], way, ways) if warrant else None
        return Reflected(self.hold.of_bits(hold, way, ways), beside, out >> way & 1)

    def effects(self, evaluation: Evaluation) -> Reflected:
        """As `Judge.effects`."""
        try:
            bits = self.one_case(Ways.only(evaluation.setting))(evaluation.facts, evaluation.setting)
        except KeyError:
            return self.over(Table.of(evaluation, self.atoms), evaluation)
        return self.of_bits(bits, 0, 1)

    def over(self, table: Table, evaluation: Evaluation, mask: int | None = None) -> Reflected:
        """As `Judge.over`."""
        out = 0
        for node in self.beside:
            out |= table.bits(node, evaluation)
        warrant = self.warrant.over(table, evaluation, mask) if self.tests_other_ground else None
        return Reflected(self.hold.over(table, evaluation, mask), warrant, out)


@dataclass(frozen=True)
class Reflected:
    """What a derived action comes to in one case; `out`: where custody goes on by other ground or nobody is eligible yet."""

    hold: Effects
    warrant: Effects | None
    out: int

    @property
    def table(self) -> Table | None:
        return self.hold.table

    @cached_property
    def not_in_question(self) -> int:
        if self.warrant is None:
            return self.out
        classes = self.warrant.class_bits()
        return self.out | classes["required"] | classes["permitted"]

    def steps(self) -> Iterator[Step]:
        """What became of each rule and void that speaks of `hold`."""
        return self.hold.steps()

    def class_bits(self) -> dict[str, int]:
        bits, out, mask = self.hold.class_bits(), self.not_in_question, self.hold.mask
        return {
            "required": bits["forbidden"] & ~out,
            "forbidden": bits["required"] & ~out,
            "conflict": bits["conflict"] & ~out,
            "free": bits["free"] | out & mask,
            "permitted": bits["free"] & ~out,
        }

    def found(self) -> Found:
        """As `Effects.found`."""
        return Found.of(self.class_bits(), self.hold.mask)

    def judged(self) -> Judged:
        mask, hold, bits = self.hold.mask, self.hold.judged(), self.class_bits()
        possible, outcome = Found.of(bits, mask)
        silent = self.not_in_question & mask == mask
        standing = "silent" if silent else MIRROR.get(hold.standing, hold.standing)
        if outcome in ("required", "forbidden", "permitted", "silent"):
            standing = outcome
        needs = () if len(possible) == 1 else self.hold.needs([bits[word] for word in CLASSES])
        by = () if silent else hold.by
        return Judged(possible, outcome, standing, by, hold.one_of, needs, hold.lifted, hold.voided)
