"""Plans: how one action is decided on a span of days: by which laws, under which readings and bounds of uncertain days.

A complete case is decided by generated functions, and what its bits came to is remembered; any other goes to the table of
completions. One plan serves every case of the same stack, span of days, actor and choices of counsel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from detainerdesk.law.circuit import InWindow, Quantified, ReadingIs
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.decision import By, Outcome
from detainerdesk.law.derived import Mirror, Reflected, decided_by
from detainerdesk.law.effects import CLASSES, Effects, Judged
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Bounds, Known, Setting, Ways
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.lowering import LawOn
from detainerdesk.law.table import Evaluation, Table

MAX_COMBINATIONS = 64
MOST_REMEMBERED = 4096

Plans = dict[tuple[str, str | None], "Plan"]


def plans_on(law: LawOn, known: Known) -> Plans:
    """The plans of these days for who acts and what counsel chose, as far as made."""
    found: Plans = law.plans.setdefault((known.roles, known.default_readings, frozenset(known.case.choices)), {})
    return found


def plan_among(plans: Plans, action: str, item: str | None, law: LawOn, known: Known) -> Plan:
    """The plan of an action (or of an item of it) among these days' plans, made once."""
    found = plans.get((action, item))
    if found is None:
        found = plans[action, item] = Plan(action, item, law, known)
    return found


class Plan:
    """How one action is decided. Raises LawError where there are more combinations of readings than are decided."""

    def __init__(self, action: str, item: str | None, law: LawOn, known: Known) -> None:
        self.action = action
        self.item = item
        self.law = law
        self.judge = decided_by(action, item, law, known)
        self.ways = self._ways(known)
        """Every combination of the readings and uncertain days that the rules use; the default's first."""
        self.remembered: dict[Any, Outcome] = {}

    def _ways(self, known: Known) -> Ways:
        names = sorted({name for law in self.judge.laws for name in law.readings})
        uncertain = any(law.has_uncertain_days for law in self.judge.laws)
        options: list[tuple[str, ...]] = []
        for name in names:
            reading = known.stack.readings[name]
            if name in known.case.choices:
                options.append((known.case.choices[name],))
            else:
                options.append((reading.default, *(one for one in reading.open if one != reading.default)))
        bounds: tuple[Bounds, ...] = ("late", "early") if uncertain else ("late",)
        total = len(bounds) * prod(len(option) for option in options)
        if total > MAX_COMBINATIONS:
            raise LawError(
                f"{self.action}: {total} combinations of readings; at most {MAX_COMBINATIONS} are decided. Counsel has to choose some first."
            )
        default = dict(known.default_readings)
        return Ways(
            tuple(
                (tuple(sorted({**default, **dict(zip(names, choice, strict=True))}.items())), bound)
                for bound in bounds
                for choice in product(*options)
            )
        )

    @cached_property
    def one_case(self) -> Callable[[Mapping[str, Any], Setting], Any]:
        """What decides a complete case under every combination. It raises KeyError where a fact that it needs is not known."""
        return self.judge.one_case(self.ways)

    def decide(self, evaluations: Callable[[Setting], Evaluation], known: Known, plain: Setting) -> Outcome:
        """The outcome of one case, over all combinations."""
        try:
            bits = self.one_case(known.facts.plain, plain)
        except KeyError:
            return self._merged(self.over_completions(evaluations, known, self.ways.settings(plain)), known)
        found = self.remembered.get(bits)
        if found is None:
            ways = enumerate(self.ways.settings(plain))
            judged = [(one, self.judge.of_bits(bits, way, len(self.ways)).judged()) for way, one in ways]
            if len(self.remembered) > MOST_REMEMBERED:
                self.remembered.clear()
            found = self.remembered[bits] = self._merged(judged, known)
        return found

    def effects(self, evaluation: Evaluation) -> Effects | Reflected:
        """What became of its rules in one case, in the default's setting. Raises TooManyUnknowns."""
        try:
            bits = self.one_case(evaluation.facts, evaluation.setting)
        except KeyError:
            return self.judge.over(Table(evaluation, self.judge.atoms))
        return self.judge.of_bits(bits, 0, len(self.ways))

    def over_completions(
        self, evaluations: Callable[[Setting], Evaluation], known: Known, settings: Sequence[Setting]
    ) -> list[tuple[Setting, Judged]]:
        """The action over all completions of what is not known, in each setting. Settings that ask the same of the case's
        lists share a table."""
        tables: dict[object, Table | Judged] = {}
        found: list[tuple[Setting, Judged]] = []
        for setting in settings:
            key = (setting.bounds, *[setting.reading[name] for name in self._readings_inside])
            if key not in tables:
                tables[key] = self._table(evaluations(setting), known)
            table = tables[key]
            found.append((setting, table if isinstance(table, Judged) else self.judge.over(table, setting).judged()))
        return found

    def _table(self, evaluation: Evaluation, known: Known) -> Table | Judged:
        """The table of completions; where it would be too large, what is said without one."""
        try:
            return Table(evaluation, self.judge.atoms)
        except TooManyUnknowns as error:
            order = known.cautious(self.action, self.law.day)
            needs = tuple(sorted(error.names, key=known.cost))
            return Judged(CLASSES, "undetermined", order[0], (), False, needs, (), ())

    @cached_property
    def _readings_inside(self) -> tuple[str, ...]:
        """The readings on which conditions on lists turn, or what a derived action rests on beside the laws."""
        beside = self.judge.beside if isinstance(self.judge, Mirror) else ()
        tests = [atom for atom in self.judge.atoms if isinstance(atom.means, Quantified | InWindow)]
        tests += [atom for node in beside for atom in self.law.atoms(node)]
        inside = [inner.means for atom in tests for inner in self.law.within(atom)]
        return tuple(sorted({means.name for means in inside if isinstance(means, ReadingIs)}))

    def _merged(self, judged: Sequence[tuple[Setting, Judged]], known: Known) -> Outcome:
        """What was judged under each combination, as one outcome."""
        _, default = judged[0]
        plain = _outcome(default, known)
        outcomes = {one.outcome for _, one in judged}
        if len(judged) == 1:
            return plain
        needs = sorted({need for _, one in judged for need in one.needs}, key=known.cost)
        alternatives: dict[str, str] = {}
        outcome = default.outcome
        if len(outcomes) > 1:
            alternatives = _alternatives(judged)
            settled_classes = {one.classes for _, one in judged if one.outcome != "undetermined"}
            may_end = any(
                one.outcome == "undetermined" and all(set(others) <= set(one.classes) for others in settled_classes)
                for _, one in judged
            )
            outcome = "undetermined" if may_end else "disputed"
        return replace(
            plain,
            outcome=outcome,
            settled="undetermined" not in outcomes,
            needs=tuple(needs),
            alternatives=alternatives,
        )


def _outcome(judged: Judged, known: Known) -> Outcome:
    """What was judged under one combination, as an outcome."""
    return Outcome(
        outcome=judged.outcome,
        standing=judged.standing,
        settled=judged.outcome != "undetermined",
        by=tuple(_by(provision, known) for provision in judged.by),
        needs=judged.needs,
        one_of=judged.one_of,
        lifted=judged.lifted,
        voided=judged.voided,
    )


def _by(provision: Provision, known: Known) -> By:
    layer = known.stack.layers[known.rank(provision)]
    return By(provision.id, provision.cite, provision.status, provision.jurisdiction, layer.name, provision.says)


def _alternatives(judged: Sequence[tuple[Setting, Judged]]) -> dict[str, str]:
    """The outcome of each combination, named by the choices that make a difference."""
    names = sorted({name for setting, _ in judged for name in setting.reading})
    differ = [
        name for name in names if len({setting.reading[name] for setting, _ in judged}) > 1 and _turns_on(name, judged)
    ]
    bounds = len({setting.bounds for setting, _ in judged}) > 1
    found: dict[str, str] = {}
    for setting, one in judged:
        parts = [setting.reading[name] if len(differ) == 1 else f"{name} = {setting.reading[name]}" for name in differ]
        if bounds:
            parts.append(f"uncertain day: {setting.bounds}")
        found[", ".join(parts)] = one.outcome
    return found


def _turns_on(name: str, judged: Sequence[tuple[Setting, Judged]]) -> bool:
    """Whether two combinations that differ in this reading alone differ in outcome."""
    groups: dict[tuple[object, ...], set[str]] = {}
    for setting, one in judged:
        rest = tuple(sorted((key, value) for key, value in setting.readings if key != name))
        groups.setdefault((rest, setting.bounds), set()).add(one.outcome)
    return any(len(outcomes) > 1 for outcomes in groups.values())
