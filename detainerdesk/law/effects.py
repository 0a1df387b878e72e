"""Effects: the rules and voids of one action in one setting, and in which completions each takes effect.

The order is that of docs/rulebook.md section 6: voids from the top, then lifts, then the table of outcomes, then what to do
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from detainerdesk.law.conditions import Conditions
from detainerdesk.law.errors import ContradictoryFacts, LawError
from detainerdesk.law.formula import ClockLeaf, Formula, Leaf, TakesEffect, Unseen, both, either, leaves, negation
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language.rulebook import Duty, Provision, Rule, Voids
from detainerdesk.law.table import Table, TooManyUnknowns
from detainerdesk.law.trace import Step

CLASSES = ("required", "forbidden", "conflict", "free")


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


@dataclass
class Active:
    """A provision that is in force and fits who acts, with its formulas."""

    provision: Provision
    effect: str | None
    when: Formula
    unless: Formula
    lifts: tuple[str, ...] = ()
    otherwise_may: bool = False
    action: str = ""  # the other action that it is a rule of, where a rule of this action leans on it

    @property
    def in_action(self) -> bool:
        return not self.action


@dataclass(frozen=True)
class ActiveVoids:
    """A void that is in force and fits who acts, and where it applies; `action` as with `Active`."""

    voids: Voids
    applies: Formula
    action: str = ""


class Effects:
    """Rules and voids of one action in one setting; answers what takes effect in which completion."""

    def __init__(self, known: Known, action: str, setting: Setting, conditions: Conditions | None = None) -> None:
        self.known = known
        self.action = action
        self.setting = setting
        self.conditions = conditions or Conditions(known, setting)
        self.stack = known.stack
        self.active: dict[str, Active] = {}
        self.voids: list[ActiveVoids] = []
        self._considered: list[Provision] = []
        self._bits: dict[tuple[str, bool], int] = {}
        self._under_way: list[str] = []
        for rule in self.stack.rules:
            if self._about(rule.actions, rule.items):
                self._add(rule)
        for duty in self.stack.duties(action):
            self._add_duty(duty)
        for voids in self.stack.voids:
            if self._about(voids.actions, voids.items):
                self._add_voids(voids)
        self._add_named_rules()

    def _about(self, actions: Sequence[str], items: Sequence[str]) -> bool:
        """Whether a provision speaks of this action and item. A rule for one name of an item is a rule for the other."""
        item = self.setting.item
        if items and item is not None and item not in items:
            return False
        names = {self.action}
        if item is not None:
            names.add("share_information")
            names |= {name for name, spec in self.known.vocabulary.actions.items() if item in spec.is_item}
        return bool(names & set(actions))

    def _add(self, rule: Rule, action: str = "") -> None:
        if rule.status == "off" or not self.known.acts(rule.who):
            return
        self._considered.append(rule)
        if not self.conditions.in_force(rule):
            return
        when = self.conditions.formula(rule.when, rule.jurisdiction)
        unless = self.conditions.formula(rule.unless, rule.jurisdiction) if rule.unless else False
        self.active[rule.id] = Active(rule, rule.effect, when, unless, rule.lifts, rule.otherwise_may, action)

    def _add_voids(self, voids: Voids, action: str = "") -> None:
        if voids.status == "off" or not self.known.acts(voids.who):
            return
        self._considered.append(voids)
        if self.conditions.in_force(voids):
            self.voids.append(ActiveVoids(voids, self._applies(voids), action))

    def _add_duty(self, duty: Duty) -> None:
        if duty.status == "off":
            return
        self._considered.append(duty)
        if not self.conditions.in_force(duty):
            return
        when = self.conditions.formula(duty.when, duty.jurisdiction)
        ended = [self.conditions.formula(duty.unless, duty.jurisdiction)] if duty.unless else []
        if duty.done:
            ended.append(self.conditions.formula(duty.done, duty.jurisdiction, done=True))
        if duty.excused:
            ended.append(self.conditions.formula(duty.excused, duty.jurisdiction))
        self.active[duty.id] = Active(duty, "must", when, either(ended))

    def _add_named_rules(self) -> None:
        """Rules of other actions that `permitted_by` names, with what lifts and voids them."""
        waiting, seen, voided = list(self.active.values()), set(self.active), set[str]()
        while waiting:
            named = _rules_named(waiting.pop()) - seen
            for rule in self.stack.rules:
                action = rule.actions[0]
                if rule.id not in named or self._about(rule.actions, rule.items):
                    continue
                beside = [one for one in self.stack.rules if action in one.actions and rule.id in one.lifts]
                for one in (rule, *beside):
                    if one.id not in seen:
                        seen.add(one.id)
                        self._add(one, action)
                        waiting += [self.active[one.id]] if one.id in self.active else []
                for voids in self.stack.voids if action not in voided else ():
                    if action in voids.actions:
                        self._add_voids(voids, action)
                voided.add(action)

    def _applies(self, voids: Voids) -> Formula:
        unless = self.conditions.formula(voids.unless, voids.jurisdiction) if voids.unless else False
        return both([self.conditions.formula(voids.when, voids.jurisdiction), negation(unless)])

    # What takes effect.

    @cached_property
    def table(self) -> Table:
        return self.make_table(self.formulas())

    def formulas(self) -> list[Formula]:
        rules = [formula for one in self.active.values() for formula in (one.when, one.unless)]
        return rules + [one.applies for one in self.voids]

    def make_table(self, formulas: Sequence[Formula]) -> Table:
        conditions = self.conditions
        constraints = conditions.constraints(formulas)
        return Table(
            formulas, constraints, self.known.value, conditions.quantified, conditions.moment, self.known.moments
        )

    def takes_effect(self, rule: str, standing: bool) -> int:
        """The completions in which a rule takes effect: it applies and is neither voided nor lifted."""
        key = (rule, standing)
        if key in self._bits:
            return self._bits[key]
        one = self.active.get(rule)
        if one is None:
            return 0
        if rule in self._under_way:
            raise LawError(f"these rules lean on each other in a circle: {' -> '.join([*self._under_way, rule])}")
        self._under_way.append(rule)
        bits = self.table.bits(one.when, self, standing=standing)
        bits &= ~self.table.bits(one.unless, self, standing=standing)
        bits &= ~self._voided(one, one.effect or "lifts", standing)
        bits &= ~self._lifted(one, standing)
        self._under_way.pop()
        self._bits[key] = bits & self.table.full
        return self._bits[key]

    def permits(self, one: Active, standing: bool) -> int:
        """Where a rule permits: a `may` that takes effect, or a ban whose own exception applies (`otherwise: may`). What has
        to be shown counts here only if it surely holds; for what the rule lifts, or is asked by others, it stays open."""
        if one.effect != "may" and not one.otherwise_may:
            return 0
        bits = self.table.bits(one.when, self, standing=standing, surely=True)
        unless = self.table.bits(one.unless, self, standing=standing, surely=True)
        bits &= unless if one.otherwise_may else ~unless
        return bits & ~self._voided(one, "may", standing) & ~self._lifted(one, standing) & self.table.full

    def layer_requires(self, layer: str, standing: bool) -> int:
        bits = 0
        for rule, one in self.active.items():
            if (
                one.provision.jurisdiction == layer
                and one.effect == "must"
                and one.in_action
                and rule not in self._under_way
            ):
                bits |= self.takes_effect(rule, standing)
        return bits

    def _lifted(self, one: Active, standing: bool) -> int:
        """Where an exception ends the rule, and with it all that it says."""
        bits = 0
        for lifter in self._lifters(one.provision.id):
            bits |= self._lifting(lifter, standing)
        return bits

    def _lifters(self, rule: str) -> list[Active]:
        return [one for one in self.active.values() if rule in one.lifts]

    def _lifting(self, lifter: Active, standing: bool) -> int:
        """Where an exception ends what it lifts; a rule with an effect lifts wherever its effect would hold."""
        if lifter.effect is None:
            return self.takes_effect(lifter.provision.id, standing)
        return self.takes_effect(lifter.provision.id, standing) & ~self._voided(lifter, "lifts", standing)

    def _voided(self, one: Active, effect: str, standing: bool) -> int:
        bits = 0
        for index, void in enumerate(self.voids):
            if void.action == one.action and self._reaches(void.voids, one.provision, effect):
                bits |= self._void_bits(index, standing)
        return bits

    def _reaches(self, voids: Voids, provision: Provision, effect: str) -> bool:
        lower = self.stack.rank[provision.jurisdiction] > self.stack.rank[voids.jurisdiction]
        named = provision.jurisdiction in voids.layers
        return effect in voids.effects and lower and (named or "below" in voids.layers)

    def _void_bits(self, index: int, standing: bool) -> int:
        """Where a void applies and no void of a higher layer takes it out."""
        this = self.voids[index]
        bits = self.table.bits(this.applies, self, standing=standing)
        for other, higher in enumerate(self.voids):
            if higher.action == this.action and all(
                self._reaches(higher.voids, this.voids, effect) for effect in this.voids.effects
            ):
                bits &= ~self._void_bits(other, standing)
        return bits

    # The outcome.

    def class_bits(self, *, standing: bool = False) -> dict[str, int]:
        """For each class the completions that have it; `permitted` marks those of `free` in which a `may` takes effect."""
        must, must_not, may = (self._effect_bits(effect, standing) for effect in ("must", "must not", "may"))
        mask = self.table.mask
        return {
            "required": must & ~must_not & mask,
            "forbidden": must_not & ~must & mask,
            "conflict": must & must_not & mask,
            "free": mask & ~(must | must_not),
            "permitted": mask & ~(must | must_not) & may,
        }

    def _effect_bits(self, effect: str, standing: bool) -> int:
        bits = 0
        for rule, one in self.active.items():
            if one.in_action:
                bits |= self._gives(rule, one, effect, standing)
        return bits

    def _gives(self, rule: str, one: Active, effect: str, standing: bool) -> int:
        """The completions in which a rule gives that effect."""
        if effect == "may":
            return self.permits(one, standing)
        return self.takes_effect(rule, standing) if one.effect == effect else 0

    def judged(self) -> Judged:
        mask = self.table.mask
        if not mask:
            raise ContradictoryFacts((), "", "no way of filling in the unknown facts fits what is stated")
        bits = self.class_bits()
        possible = tuple(word for word in CLASSES if bits[word])
        standing = self._standing(self.class_bits(standing=True))
        if len(possible) == 1:
            outcome = ("permitted" if bits["permitted"] == mask else "silent") if possible[0] == "free" else possible[0]
        else:
            outcome = "undetermined"
        basis = outcome if outcome not in ("undetermined", "conflict", "silent") else standing
        by, one_of = self._giving("conflict" if outcome == "conflict" else basis, standing=outcome == "undetermined")
        needs = () if len(possible) == 1 else self._needs([bits[word] for word in CLASSES])
        return Judged(
            possible, outcome, standing, by, one_of, needs, tuple(self._ended_by_lift()), tuple(self._ended_by_void())
        )

    def _standing(self, bits: Mapping[str, int]) -> str:
        possible = [word for word in CLASSES if bits[word]]
        if len(possible) == 1 and possible[0] != "conflict":
            if possible[0] != "free":
                return possible[0]
            return "permitted" if bits["permitted"] == self.table.mask else "silent"
        return self._first(bits)

    def _first(self, bits: Mapping[str, int]) -> str:
        can_be = {
            "required": bits["required"] | bits["conflict"],
            "forbidden": bits["forbidden"] | bits["conflict"],
            "permitted": bits["permitted"],
            "silent": bits["free"] & ~bits["permitted"],
        }
        order = self.known.cautious(self.action, self.setting.at)
        return next((word for word in order if can_be[word]), "silent")

    def _giving(self, word: str, *, standing: bool) -> tuple[tuple[Provision, ...], bool]:
        """The rules that surely take effect and have the winning effect; else those of which one does."""
        effects = {
            "required": ("must",),
            "forbidden": ("must not",),
            "permitted": ("may",),
            "conflict": ("must", "must not"),
        }.get(word, ())
        mask = self.table.mask
        surely: list[Provision] = []
        possibly: list[Provision] = []
        for rule, one in self.active.items():
            if not one.in_action:
                continue
            bits = 0
            for effect in effects:
                bits |= self._gives(rule, one, effect, standing)
            if bits & mask == mask:
                surely.append(one.provision)
            elif bits & mask:
                possibly.append(one.provision)
        return (tuple(surely), False) if surely else (tuple(possibly), len(possibly) > 1)

    def _needs(self, classes: Sequence[int]) -> tuple[str, ...]:
        return tuple(sorted(self.table.needs(classes), key=self.known.cost))

    def _ended_by_lift(self) -> Iterator[tuple[str, str]]:
        mask = self.table.mask
        for rule, one in self.active.items():
            applies = self.table.bits(one.when, self) & ~self.table.bits(one.unless, self)
            for lifter in self._lifters(rule):
                if applies & self._lifting(lifter, False) & mask == mask:
                    yield (rule, lifter.provision.id)

    def _ended_by_void(self) -> Iterator[tuple[str, str]]:
        mask = self.table.mask
        for rule, one in self.active.items():
            applies = self.table.bits(one.when, self) & ~self.table.bits(one.unless, self)
            for index, void in enumerate(self.voids):
                if (
                    void.action == one.action
                    and self._reaches(void.voids, one.provision, one.effect or "lifts")
                    and applies & self._void_bits(index, False) & mask == mask
                ):
                    yield (rule, void.voids.id)

    # For the trace and for what looks ahead.

    def readings_used(self) -> set[str]:
        return self.conditions.readings_used

    def uncertain_days(self) -> bool:
        return self.conditions.uncertain_days

    def considered(self) -> list[Provision]:
        return self._considered

    def names_folded(self) -> set[str]:
        return self.conditions.folded

    def clocks_named(self) -> set[str]:
        return self.conditions.clocks_named

    def every_leaf(self) -> Iterator[Leaf | ClockLeaf | Unseen]:
        for one in self.active.values():
            yield from leaves(one.when)
            yield from leaves(one.unless)
        for void in self.voids:
            yield from leaves(void.applies)

    def steps(self) -> tuple[Step, ...]:
        """What became of each rule and void that speaks of the action."""
        try:
            mask = self.table.mask
        except TooManyUnknowns:
            return tuple(
                Step(one, "would decide if" if one.id in self.active else "not in force", "")
                for one in self._considered
            )
        lifted, voided = dict(self._ended_by_lift()), dict(self._ended_by_void())
        found: list[Step] = []
        for provision in self._considered:
            one = self.active.get(provision.id)
            if isinstance(provision, Voids):
                index = next((i for i, one in enumerate(self.voids) if one.voids is provision), None)
                state = (
                    "not in force"
                    if index is None
                    else _word(self._void_bits(index, False), mask, "voids", "would void if", "does not apply")
                )
                found.append(Step(provision, state, ""))
            elif one is None:
                found.append(Step(provision, "not in force", ""))
            elif provision.id in voided:
                found.append(Step(provision, "voided", voided[provision.id]))
            elif provision.id in lifted:
                found.append(Step(provision, "lifted", lifted[provision.id]))
            else:
                bits = self.takes_effect(provision.id, False) | self.permits(one, False)
                found.append(Step(provision, _word(bits, mask, "decides", "would decide if", "does not apply"), ""))
        switched_off = [
            rule for rule in self.stack.rules if rule.status == "off" and self._about(rule.actions, rule.items)
        ]
        return (*found, *(Step(rule, "off", "") for rule in switched_off))


def _rules_named(one: Active) -> set[str]:
    def named(formula: Formula) -> Iterator[str]:
        if isinstance(formula, TakesEffect):
            yield formula.rule
        for inner in getattr(formula, "items", ()) or ([formula.item] if hasattr(formula, "item") else []):
            yield from named(inner)

    return {*named(one.when), *named(one.unless)}


def _word(bits: int, mask: int, surely: str, maybe: str, never: str) -> str:
    bits &= mask
    return surely if bits == mask else maybe if bits else never
