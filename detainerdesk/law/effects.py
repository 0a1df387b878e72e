"""Effects: what the rules and voids of one action come to, in one setting of one case; and the outcome that follows.

The order is that of docs/rulebook.md section 6: voids from the top, then lifts, then the table of outcomes, then what to do
meanwhile. A complete case is decided by the generated function and remembered by its bits; any other over its table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from detainerdesk.law.circuit import Atom
from detainerdesk.law.compiled import Compiled
from detainerdesk.law.errors import ContradictoryFacts
from detainerdesk.law.known import Docket, Setting, Ways
from detainerdesk.law.language.rulebook import Provision, Voids
from detainerdesk.law.lowering import ActionLaw
from detainerdesk.law.table import Evaluation, Table
from detainerdesk.law.trace import Step

CLASSES = ("required", "forbidden", "conflict", "free")
GIVEN_BY = {
    "required": ("must",),
    "forbidden": ("must not",),
    "permitted": ("may",),
    "conflict": ("must", "must not"),
}
"""The effects of the rules that give an outcome; a silent one is given by none."""


class Found(NamedTuple):
    """The classes that one action may have in one setting, and the outcome that follows."""

    classes: tuple[str, ...]
    outcome: str

    @classmethod
    def of(cls, bits: Mapping[str, int], mask: int) -> Found:
        """From the completions of each class. Raises ContradictoryFacts where there are none at all."""
        if not mask:
            raise ContradictoryFacts((), "", "no way of filling in the unknown facts fits what is stated")
        possible = tuple([word for word in CLASSES if bits[word]])
        if len(possible) > 1:
            return cls(possible, "undetermined")
        if possible[0] == "free":
            return cls(possible, "permitted" if bits["permitted"] == mask else "silent")
        return cls(possible, possible[0])


@dataclass(frozen=True)
class Judged:
    """One action in one setting."""

    classes: tuple[str, ...]
    outcome: str
    standing: str
    by: tuple[Provision, ...]
    one_of: bool
    needs: tuple[str, ...]
    lifted: tuple[tuple[str, str], ...]
    voided: tuple[tuple[str, str], ...]


def judge_of(law: ActionLaw, docket: Docket, action: str) -> Judge:
    """What decides an action by its law, made once. Actions that are one item of information share a law, and each has its own
    order of what to do meanwhile."""
    order = docket.cautious(action, law.law.day)
    if order not in law.judges:
        law.judges[order] = Judge(law, order)
    found: Judge = law.judges[order]
    return found


@dataclass(frozen=True)
class Judge:
    """Judges one action's law."""

    law: ActionLaw
    order: tuple[str, ...]

    @cached_property
    def compiled(self) -> Compiled:
        """Made once for laws that say the same."""
        kept = self.law.law.common.compiled
        if self.law.text not in kept:
            kept[self.law.text] = Compiled(self.law)
        found: Compiled = kept[self.law.text]
        return found

    @property
    def laws(self) -> tuple[ActionLaw, ...]:
        """The law that the action rests on."""
        return (self.law,)

    @property
    def atoms(self) -> Sequence[Atom]:
        """The tests that it rests on."""
        return self.law.atoms

    def one_case(self, ways: Ways) -> Callable[[Mapping[str, Any], Setting], int]:
        """The generated function that decides a complete case. It raises KeyError where a fact that it needs is not known."""
        return self.compiled.one_case(ways)

    def effects(self, evaluation: Evaluation) -> Effects:
        """What became of its rules in a case, known or not. Raises TooManyUnknowns."""
        try:
            bits = self.one_case(Ways.only(evaluation.setting))(evaluation.facts, evaluation.setting)
        except KeyError:
            return self.over(Table.of(evaluation, self.atoms), evaluation)
        return self.of_bits(bits, 0, 1)

    def of_bits(self, bits: int, way: int, ways: int) -> Effects:
        """What a complete case's bits say of one of so many ways, as a table of one completion."""
        layout = self.compiled.layout
        out = self.compiled.of_bits(bits, way, ways)
        for index, one in enumerate(self.law.active.values()):
            if one.effect == "may" and not one.otherwise_may:
                out[layout.permits(index)] = out[layout.takes(index)]
            if not self.law.may_end(one):
                out[layout.applies(index)] = out[layout.takes(index)]
        return Effects(self, tuple(out), tuple(out), 1, None)

    def over(self, table: Table, evaluation: Evaluation, mask: int | None = None) -> Effects:
        """What the law comes to in each completion of a table that serves; `mask`: as if these were all that are possible."""
        mask = table.mask if mask is None else mask
        tests = [table.bits_in(evaluation, atom) for atom in self.atoms]
        run = self.compiled.over_completions
        opened = run(tests, table.full, mask, False)
        meanwhile = run(tests, table.full, mask, True) if self.law.has_burden else opened
        return Effects(self, opened, meanwhile, mask, table)


@dataclass(frozen=True)
class Effects:
    """What became of each rule and void, a bit for each completion; `meanwhile`: with what has to be shown counted only
    where it surely holds."""

    judge: Judge
    opened: tuple[int, ...]
    meanwhile: tuple[int, ...]
    mask: int
    table: Table | None

    @property
    def law(self) -> ActionLaw:
        return self.judge.law

    def takes(self, index: int, standing: bool = False) -> int:
        return (self.meanwhile if standing else self.opened)[self.judge.compiled.layout.takes(index)]

    def permits(self, index: int, standing: bool = False) -> int:
        return (self.meanwhile if standing else self.opened)[self.judge.compiled.layout.permits(index)]

    def stands(self, void: int, standing: bool = False) -> int:
        return (self.meanwhile if standing else self.opened)[self.judge.compiled.layout.stands(void)]

    def applies(self, index: int) -> int:
        return self.opened[self.judge.compiled.layout.applies(index)]

    # The outcome.

    def class_bits(self, *, standing: bool = False) -> dict[str, int]:
        """For each class the completions that have it; `permitted` marks those of `free` in which a `may` takes effect."""
        must = must_not = may = 0
        for index, one in enumerate(self.law.active.values()):
            if one.in_action:
                if one.effect == "must":
                    must |= self.takes(index, standing)
                elif one.effect == "must not":
                    must_not |= self.takes(index, standing)
                may |= self.permits(index, standing)
        mask = self.mask
        return {
            "required": must & ~must_not & mask,
            "forbidden": must_not & ~must & mask,
            "conflict": must & must_not & mask,
            "free": mask & ~(must | must_not),
            "permitted": mask & ~(must | must_not) & may,
        }

    def found(self) -> Found:
        """The outcome, without what gives it."""
        return Found.of(self.class_bits(), self.mask)

    def judged(self) -> Judged:
        bits = self.class_bits()
        possible, outcome = Found.of(bits, self.mask)
        standing = self._standing(self.class_bits(standing=True))
        basis = outcome if outcome not in ("undetermined", "conflict", "silent") else standing
        by, one_of = self._giving("conflict" if outcome == "conflict" else basis, standing=outcome == "undetermined")
        needs = () if len(possible) == 1 else self.needs([bits[word] for word in CLASSES])
        return Judged(
            possible, outcome, standing, by, one_of, needs, tuple(self._ended_by_lift()), tuple(self._ended_by_void())
        )

    def _standing(self, bits: Mapping[str, int]) -> str:
        possible = [word for word in CLASSES if bits[word]]
        if len(possible) == 1 and possible[0] != "conflict":
            if possible[0] != "free":
                return possible[0]
            return "permitted" if bits["permitted"] == self.mask else "silent"
        can_be = {
            "required": bits["required"] | bits["conflict"],
            "forbidden": bits["forbidden"] | bits["conflict"],
            "permitted": bits["permitted"],
            "silent": bits["free"] & ~bits["permitted"],
        }
        return next((word for word in self.judge.order if can_be[word]), "silent")

    def _giving(self, word: str, *, standing: bool) -> tuple[tuple[Provision, ...], bool]:
        """The rules that surely take effect and have the winning effect; else those of which one does."""
        effects = GIVEN_BY.get(word, ())
        surely: list[Provision] = []
        possibly: list[Provision] = []
        for index, one in enumerate(self.law.active.values()):
            if not one.in_action:
                continue
            bits = self.permits(index, standing) if "may" in effects else 0
            if one.effect in effects and one.effect != "may":
                bits |= self.takes(index, standing)
            if bits & self.mask == self.mask:
                surely.append(one.provision)
            elif bits & self.mask:
                possibly.append(one.provision)
        return (tuple(surely), False) if surely else (tuple(possibly), len(possibly) > 1)

    def needs(self, classes: Sequence[int]) -> tuple[str, ...]:
        """What is not known and makes a difference, cheapest first."""
        if self.table is None:
            return ()
        return tuple(sorted(self.table.needs(classes), key=self.table.evaluation.known.docket.cost))

    def _ended_by_lift(self) -> Iterator[tuple[str, str]]:
        number = {rule: index for index, rule in enumerate(self.law.active)}
        for rule, index in number.items():
            for lifter in self.law.lifters(rule):
                lifting = self.takes(number[lifter.provision.id])
                if lifter.effect:
                    for void in self.law.voided_by(lifter, "lifts"):
                        lifting &= ~self.stands(void)
                if self.applies(index) & lifting & self.mask == self.mask:
                    yield (rule, lifter.provision.id)

    def _ended_by_void(self) -> Iterator[tuple[str, str]]:
        for index, (rule, one) in enumerate(self.law.active.items()):
            for void in self.law.voided_by(one, one.effect or "lifts"):
                if self.applies(index) & self.stands(void) & self.mask == self.mask:
                    yield (rule, self.law.voids[void].voids.id)

    def steps(self) -> Iterator[Step]:
        """What became of each rule and void that speaks of the action."""
        lifted, voided = dict(self._ended_by_lift()), dict(self._ended_by_void())
        number = {rule: index for index, rule in enumerate(self.law.active)}
        for provision in self.law.considered:
            if isinstance(provision, Voids):
                index = next((i for i, one in enumerate(self.law.voids) if one.voids is provision), None)
                words = ("voids", "would void if", "does not apply")
                state = "not in force" if index is None else _word(self.stands(index), self.mask, *words)
                yield Step(provision, state, "")
            elif provision.id not in number:
                yield Step(provision, "not in force", "")
            elif provision.id in voided:
                yield Step(provision, "voided", voided[provision.id])
            elif provision.id in lifted:
                yield Step(provision, "lifted", lifted[provision.id])
            else:
                here = number[provision.id]
                bits = self.takes(here) | self.permits(here)
                yield Step(provision, _word(bits, self.mask, "decides", "would decide if", "does not apply"), "")
        for rule in self.law.stack.rules:
            if rule.status == "off" and self.law.speaks_of(rule.actions, rule.items):
                yield Step(rule, "off", "")


def _word(bits: int, mask: int, surely: str, maybe: str, never: str) -> str:
    bits &= mask
    return surely if bits == mask else maybe if bits else never
