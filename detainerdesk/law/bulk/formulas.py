"""The rules of one action as plain circuits: what each comes to, and each class of outcome, with no rule named in it any more.

Voids from the top, then lifts, `permitted_by` and `required_by`, then the table of outcomes: the order of docs/rulebook.md section
6, written here a second time, apart from `writer.py`, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    Circuits,
    DeclaredToo,
    EarlyBound,
    LayerRequires,
    Negation,
    Node,
    Quantified,
    ReadingIs,
    TakesEffect,
)
from detainerdesk.law.derived import Mirror
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Setting
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.lowering import ActionLaw


@dataclass(frozen=True, eq=False)
class Sure:
    """What has to be shown, counted only where it holds in every completion: a constant of the case."""

    item: Any


class Making(Circuits):
    """Makes circuits of an action's formulas; equal ones are one object."""

    def sure(self, item: Formula) -> Formula:
        return item if isinstance(item, bool) else self._once((Sure, id(item)), lambda: Sure(item))  # type: ignore[arg-type,return-value]


Formula = Any
"""A `Node` without burdens and rules in it, in which `Sure` may stand."""


@dataclass(frozen=True)
class Giving:
    """One rule of the action: where it takes effect, and where it permits."""

    provision: Provision
    effect: str | None
    takes: Formula
    permits: Formula


@dataclass(frozen=True)
class Outcomes:
    """The classes of outcome as circuits; `permitted` and `silent` are the two halves of `free`."""

    classes: Mapping[str, Formula]
    must: Formula
    must_not: Formula
    permitted: Formula
    silent: Formula
    giving: tuple[Giving, ...]


class Formulas:
    """The law of one action under one reading of it."""

    def __init__(self, law: ActionLaw, setting: Setting, make: Making) -> None:
        self.law = law
        self.setting = setting
        self.make = make
        self._takes: dict[tuple[str, bool], Formula] = {}
        self._stands: dict[tuple[int, bool], Formula] = {}
        self._under_way: list[str] = []

    @cached_property
    def opened(self) -> Outcomes:
        """What the outcome may be."""
        return self._outcomes(standing=False)

    @cached_property
    def standing(self) -> Outcomes:
        """The same while what has to be shown counts only where it surely holds."""
        return self._outcomes(standing=True) if self.law.has_burden else self.opened

    def _outcomes(self, *, standing: bool) -> Outcomes:
        make = self.make
        giving = [
            Giving(one.provision, one.effect, self.takes(rule, standing), self.permits(rule, standing))
            for rule, one in self.law.active.items()
            if one.in_action
        ]
        must = make.any_of(one.takes for one in giving if one.effect == "must")
        must_not = make.any_of(one.takes for one in giving if one.effect == "must not")
        may = make.any_of(one.permits for one in giving)
        return outcomes(make, must, must_not, may, tuple(giving))

    def circuit(self, node: Formula, standing: bool, *, surely: bool = False) -> Formula:
        """A circuit of the law with its settings decided and its burdens and rules opened."""
        make = self.make
        if isinstance(node, bool):
            return node
        if isinstance(node, AllOf):
            return make.all_of([self.circuit(one, standing, surely=surely) for one in node.items])
        if isinstance(node, AnyOf):
            return make.any_of([self.circuit(one, standing, surely=surely) for one in node.items])
        if isinstance(node, Negation):
            return make.negation(self.circuit(node.item, standing, surely=surely))
        if isinstance(node, Burden):
            inner = self.circuit(node.item, standing)
            return self.make.sure(inner) if surely or standing else inner
        if isinstance(node, TakesEffect):
            return self.takes(node.rule, standing)
        if isinstance(node, LayerRequires):
            rules = self.law.musts_of(node.layer)
            return make.any_of([self.takes(rule, standing) for rule in rules if rule not in self._under_way])
        assert isinstance(node, Atom)
        return under(node, self.setting, self.law.law.circuits)

    def takes(self, rule: str, standing: bool) -> Formula:
        """Its `when` is true, its `unless` false, and nothing ends it."""
        one = self.law.active.get(rule)
        if one is None:
            return False
        key = (rule, standing)
        if key not in self._takes:
            if rule in self._under_way:
                raise LawError(f"these rules lean on each other in a circle: {' -> '.join([*self._under_way, rule])}")
            self._under_way.append(rule)
            ended = self._ended(rule, one.effect or "lifts", standing)
            met = [self.circuit(one.when, standing), self.make.negation(self.circuit(one.unless, standing))]
            self._takes[key] = self.make.all_of([*met, self.make.negation(ended)])
            self._under_way.pop()
        return self._takes[key]

    def permits(self, rule: str, standing: bool) -> Formula:
        """A permission that takes effect, or a ban whose own exception applies; what has to be shown counts if it surely holds."""
        one = self.law.active[rule]
        if one.effect != "may" and not one.otherwise_may:
            return False
        when, unless = (self.circuit(node, standing, surely=True) for node in (one.when, one.unless))
        met = [when, unless if one.otherwise_may else self.make.negation(unless)]
        return self.make.all_of([*met, self.make.negation(self._ended(rule, "may", standing))])

    def stands(self, void: int, standing: bool) -> Formula:
        """A void applies and no higher one takes it out."""
        key = (void, standing)
        if key not in self._stands:
            higher = self.make.any_of([self.stands(other, standing) for other in self.law.higher_voids(void)])
            applies = self.circuit(self.law.voids[void].applies, standing)
            self._stands[key] = self.make.all_of([applies, self.make.negation(higher)])
        return self._stands[key]

    def _ended(self, rule: str, effect: str, standing: bool) -> Formula:
        """A void takes that effect of the rule out, or a rule that is not itself kept from lifting lifts it."""
        make = self.make
        ends = [self.stands(void, standing) for void in self.law.voided_by(self.law.active[rule], effect)]
        for lifter in self.law.lifters(rule):
            kept = (
                [self.stands(void, standing) for void in self.law.voided_by(lifter, "lifts")] if lifter.effect else []
            )
            ends.append(make.all_of([self.takes(lifter.provision.id, standing), make.negation(make.any_of(kept))]))
        return make.any_of(ends)


def outcomes(make: Making, must: Formula, must_not: Formula, may: Formula, giving: tuple[Giving, ...]) -> Outcomes:
    """The table of outcomes."""
    free = make.all_of([make.negation(must), make.negation(must_not)])
    return Outcomes(
        {
            "required": make.all_of([must, make.negation(must_not)]),
            "forbidden": make.all_of([must_not, make.negation(must)]),
            "conflict": make.all_of([must, must_not]),
            "free": free,
        },
        must,
        must_not,
        make.all_of([free, may]),
        make.all_of([free, make.negation(may)]),
        giving,
    )


@dataclass(frozen=True)
class Reflected:
    """A derived action: the classes of `hold` mirrored where it is in question, and where it is not (`out`)."""

    hold: Formulas
    classes: Mapping[str, Formula]
    permitted: Formula
    out: Formula


def reflected(mirror: Mirror, setting: Setting, make: Making) -> Reflected:
    """`release` or `refuse_hold` as circuits."""
    hold = Formulas(mirror.hold.law, setting, make)
    out = make.any_of([hold.circuit(node, False) for node in mirror.beside])
    if mirror.tests_other_ground:
        warrant = Formulas(mirror.warrant.law, setting, make).opened
        out = make.any_of([out, warrant.classes["required"], warrant.permitted])
    inside = make.negation(out)
    of_hold = hold.opened.classes
    return Reflected(
        hold,
        {
            "required": make.all_of([of_hold["forbidden"], inside]),
            "forbidden": make.all_of([of_hold["required"], inside]),
            "conflict": make.all_of([of_hold["conflict"], inside]),
            "free": make.any_of([of_hold["free"], out]),
        },
        make.all_of([of_hold["free"], inside]),
        out,
    )


def under(node: Any, setting: Setting, circuits: Circuits) -> Any:
    """A circuit in one setting: tests that speak of how the law is taken are decided, those inside conditions on lists too."""
    if isinstance(node, bool):
        return node
    if isinstance(node, AllOf | AnyOf):
        inside = [under(one, setting, circuits) for one in node.items]
        return circuits.all_of(inside) if isinstance(node, AllOf) else circuits.any_of(inside)
    if isinstance(node, Negation):
        return circuits.negation(under(node.item, setting, circuits))
    means = node.means
    if isinstance(means, ReadingIs):
        return setting.reading[means.name] in means.values
    if isinstance(means, EarlyBound):
        return setting.bounds == "early"
    if isinstance(means, DeclaredToo):
        return setting.declared_too
    if isinstance(means, Quantified):
        body = under(means.body, setting, circuits)
        return body is not False and circuits.atom(replace(means, body=body))
    return node


def parts(node: Formula) -> tuple[Node, ...]:
    """The circuits directly inside one; what must surely hold is apart."""
    if isinstance(node, AllOf | AnyOf):
        return node.items
    return (node.item,) if isinstance(node, Negation) else ()
