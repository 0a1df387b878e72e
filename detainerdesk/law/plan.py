"""Plans: how one action is decided on a span of days: by which laws, under which readings and bounds of uncertain days.

A complete case is decided by generated functions, and what its bits came to is remembered; any other goes to the table of
completions. One plan serves every case of the same stack, span of days, actor and choices of counsel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, NamedTuple

from detainerdesk.law.circuit import InWindow, Quantified, ReadingIs
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.decision import By, Outcome
from detainerdesk.law.derived import Mirror, Reflected, decided_by
from detainerdesk.law.effects import CLASSES, Effects, Judged
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Bounds, Docket, Setting, Ways
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.lowering import LawOn, law_on
from detainerdesk.law.table import Evaluation, Table
from detainerdesk.law.trace import Step

MAX_COMBINATIONS = 64
MOST_REMEMBERED = 4096


class Term:
    """The law of a docket on a span of days, and how its actions are decided then."""

    def __init__(self, law: LawOn, docket: Docket) -> None:
        self.law = law
        self.docket = docket
        self.since, self.until = law.span
        self.plans: dict[str | tuple[str, str], Plan] = {}
        """Those made: by the action, or by it and the item."""
        self._together: dict[Any, tuple[Outcome, dict[str, Outcome]]] = {}

    @classmethod
    def on(cls, docket: Docket, at: datetime) -> Term:
        """Of the days around a moment."""
        latest: Term | None = docket.latest
        if latest is None or not latest.since <= at < latest.until:
            latest = docket.latest = cls.of(docket, law_on(docket.stack, docket.day(at)))
        return latest

    @classmethod
    def of(cls, docket: Docket, law: LawOn) -> Term:
        """Made once."""
        found: Term | None = docket.terms.get(law)
        if found is None:
            found = docket.terms[law] = cls(law, docket)
        return found

    def plan(self, action: str, item: str | None) -> Plan:
        """The plan of an action, or of an item of it. Raises LawError."""
        key = action if item is None else (action, item)
        found = self.plans.get(key)
        if found is None:
            found = self.plans[key] = Plan(action, item, self.law, self.docket)
        return found

    def together(self, parts: dict[str, Outcome]) -> Outcome:
        """The common outcome of items; complete cases share theirs, so what they come to together is kept."""
        key = tuple((item, id(part)) for item, part in parts.items())
        if key not in self._together:
            if len(self._together) > MOST_REMEMBERED:
                self._together.clear()
            self._together[key] = (common(parts), parts)  # the parts are held, so that their ids stay theirs
        return self._together[key][0]


class Plan:
    """How one action is decided. Raises LawError where there are more combinations of readings than are decided."""

    def __init__(self, action: str, item: str | None, law: LawOn, docket: Docket) -> None:
        self.action = action
        self.item = item
        self.law = law
        self.docket = docket
        self.judge = decided_by(action, item, law, docket)
        self.ways = self._ways()
        """Every combination of the readings and uncertain days that the rules use; the default's first."""
        self.remembered: dict[Any, Told] = {}
        """What complete cases came to, by what the generated function makes of them."""

    def _ways(self) -> Ways:
        docket = self.docket
        names = sorted({name for law in self.judge.laws for name in law.readings})
        uncertain = any(law.has_uncertain_days for law in self.judge.laws)
        options: list[tuple[str, ...]] = []
        for name in names:
            reading = docket.stack.readings[name]
            if name in docket.choices:
                options.append((docket.choices[name],))
            else:
                options.append((reading.default, *(one for one in reading.open if one != reading.default)))
        bounds: tuple[Bounds, ...] = ("late", "early") if uncertain else ("late",)
        total = len(bounds) * prod(len(option) for option in options)
        if total > MAX_COMBINATIONS:
            raise LawError(
                f"{self.action}: {total} combinations of readings; at most {MAX_COMBINATIONS} are decided. Counsel has to choose some first."
            )
        default = dict(docket.readings)
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

    def decide(self, evaluations: Callable[[Setting], Evaluation], facts: Mapping[str, Any], plain: Setting) -> Outcome:
        """The outcome of one case, over all combinations."""
        try:
            bits = self.one_case(facts, plain)
        except KeyError:
            return self._merged(self.over_completions(evaluations, self.ways.settings(plain)))
        return (self.remembered.get(bits) or self.remember(bits, plain)).outcome

    def remember(self, bits: Any, plain: Setting) -> Told:
        """What a complete case of these bits comes to."""
        ways = enumerate(self.ways.settings(plain))
        judged = [(one, self.judge.of_bits(bits, way, len(self.ways)).judged()) for way, one in ways]
        if len(self.remembered) > MOST_REMEMBERED:
            self.remembered.clear()
        found = self.remembered[bits] = Told(self._merged(judged), self, bits)
        return found

    def effects(self, evaluation: Evaluation) -> Effects | Reflected:
        """What became of its rules in one case, in the default's setting. Raises TooManyUnknowns."""
        try:
            bits = self.one_case(evaluation.facts, evaluation.setting)
        except KeyError:
            return self.judge.over(Table(evaluation, self.judge.atoms))
        return self.judge.of_bits(bits, 0, len(self.ways))

    def over_completions(
        self, evaluations: Callable[[Setting], Evaluation], settings: Sequence[Setting]
    ) -> list[tuple[Setting, Judged]]:
        """The action over all completions of what is not known, in each setting. Settings that ask the same of the case's
        lists share a table."""
        tables: dict[object, Table | Judged] = {}
        found: list[tuple[Setting, Judged]] = []
        for setting in settings:
            key = (setting.bounds, *[setting.reading[name] for name in self._readings_inside])
            if key not in tables:
                tables[key] = self._table(evaluations(setting))
            table = tables[key]
            found.append((setting, table if isinstance(table, Judged) else self.judge.over(table, setting).judged()))
        return found

    def _table(self, evaluation: Evaluation) -> Table | Judged:
        """The table of completions; where it would be too large, what is said without one."""
        try:
            return Table(evaluation, self.judge.atoms)
        except TooManyUnknowns as error:
            order = self.docket.cautious(self.action, self.law.day)
            needs = tuple(sorted(error.names, key=self.docket.cost))
            return Judged(CLASSES, "undetermined", order[0], (), False, needs, (), ())

    @cached_property
    def _readings_inside(self) -> tuple[str, ...]:
        """The readings on which conditions on lists turn, or what a derived action rests on beside the laws."""
        beside = self.judge.beside if isinstance(self.judge, Mirror) else ()
        tests = [atom for atom in self.judge.atoms if isinstance(atom.means, Quantified | InWindow)]
        tests += [atom for node in beside for atom in self.law.atoms(node)]
        inside = [inner.means for atom in tests for inner in self.law.within(atom)]
        return tuple(sorted({means.name for means in inside if isinstance(means, ReadingIs)}))

    def _merged(self, judged: Sequence[tuple[Setting, Judged]]) -> Outcome:
        """What was judged under each combination, as one outcome."""
        _, default = judged[0]
        plain = _outcome(default, self.docket)
        outcomes = {one.outcome for _, one in judged}
        if len(judged) == 1:
            return plain
        needs = sorted({need for _, one in judged for need in one.needs}, key=self.docket.cost)
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


class Told(NamedTuple):
    """What a complete case came to, and in `bits` what became of each rule under each way of taking the law."""

    outcome: Outcome
    plan: Plan
    bits: Any

    def steps(self) -> Iterator[Step]:
        """What became of each rule and void that speaks of the action, by the default readings."""
        return self.plan.judge.of_bits(self.bits, 0, len(self.plan.ways)).steps()


def _outcome(judged: Judged, docket: Docket) -> Outcome:
    """What was judged under one combination, as an outcome."""
    return Outcome(
        outcome=judged.outcome,
        standing=judged.standing,
        settled=judged.outcome != "undetermined",
        by=tuple(_by(provision, docket) for provision in judged.by),
        needs=judged.needs,
        one_of=judged.one_of,
        lifted=judged.lifted,
        voided=judged.voided,
    )


def _by(provision: Provision, docket: Docket) -> By:
    layer = docket.stack.layers[docket.rank(provision)]
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


def common(parts: Mapping[str, Outcome]) -> Outcome:
    """The outcome of an action that is decided item by item: the common one, or `partly` with the items."""
    outcomes = {part.outcome for part in parts.values()}
    first = next(iter(parts.values()))
    by = tuple(dict.fromkeys(one for part in parts.values() for one in part.by))
    needs = tuple(dict.fromkeys(need for part in parts.values() for need in part.needs))
    untils = [part.until for part in parts.values() if part.until]
    standings = {part.standing for part in parts.values()}
    return replace(
        first,
        outcome=first.outcome if len(outcomes) == 1 else "partly",
        standing=first.standing if len(standings) == 1 else "partly",
        settled=all(part.settled for part in parts.values()),
        by=by,
        needs=needs,
        until=min(untils) if untils else None,
        items=dict(parts),
        lifted=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.lifted)),
        voided=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.voided)),
    )
