"""Plans: how one action is decided on a span of days: by which laws, under which readings and bounds of uncertain days.

A complete case is decided by generated functions, and what its bits came to is remembered; any other goes to the table of
completions. One plan serves every case of the same stack, span of days, actor and choices of counsel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, NamedTuple

from detainerdesk.law.atoms import literal
from detainerdesk.law.circuit import Atom, FactTest, Quantified, atoms_of
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.decision import By, Outcome
from detainerdesk.law.derived import Mirror, Reflected, decided_by
from detainerdesk.law.effects import CLASSES, Effects, Found, Judged
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Bounds, Docket, Known, Setting, Ways
from detainerdesk.law.language import grammar
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.language.vocabulary import Value, midnight
from detainerdesk.law.lowering import MOST_REMEMBERED, LawOn, law_on
from detainerdesk.law.table import Evaluation, Table
from detainerdesk.law.trace import Step

MAX_COMBINATIONS = 64
MINUTE = timedelta(minutes=1)
"""What is so only after a moment has no first instant: it is looked for a minute later."""
PARTLY = "partly"
"""The outcome where items of information have different ones."""


class Term:
    """The law of a docket on a span of days, and how its actions are decided then."""

    def __init__(self, law: LawOn, docket: Docket) -> None:
        self.law = law
        self.docket = docket
        self.since, self.until = law.span
        self.plans: dict[str | tuple[str, str], Plan] = {}
        """Those made: by the action, or by it and the item."""
        self._asked: dict[Any, Mapping[str, Sequence[Atom]]] = {}
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

    def asked_of_lists(self, actions: Sequence[str], known: Known) -> Mapping[str, Sequence[Atom]]:
        """All conditions on each list that the law of these actions (none named: of all) rests on, for the items sought."""
        key = (frozenset(actions), known.items_sought())
        kept = self._asked.get(key)
        if kept is None:
            found: dict[str, dict[Atom, None]] = {}
            for action in actions or self.docket.vocabulary.actions:
                for item in known.items_of(action):
                    for atom in self.plan(action, item).judge.atoms:
                        if isinstance(atom.means, Quantified):
                            found.setdefault(atom.means.list, {})[atom] = None
            if len(self._asked) > MOST_REMEMBERED:
                self._asked.clear()
            kept = self._asked[key] = {name: tuple(atoms) for name, atoms in found.items()}
        return kept

    def together(self, parts: dict[str, Outcome]) -> Outcome:
        """The common outcome of items; complete cases share theirs, so what they come to together is kept."""
        key = tuple((item, id(part)) for item, part in parts.items())
        found = self._together.get(key)
        if found is None:
            if len(self._together) > MOST_REMEMBERED:
                self._together.clear()
            found = self._together[key] = (common(parts), parts)  # the parts are held, so that their ids stay theirs
        return found[0]


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
        if told := self.told(facts, plain):
            return told.outcome
        over = list(self.over_completions(evaluations, self.ways.settings(plain)))
        judged = {id(one): one.judged() for one in {id(one): one for _, one in over}.values()}
        return self._merged([(setting, judged[id(one)]) for setting, one in over])

    def word(self, evaluations: Callable[[Setting], Evaluation], facts: Mapping[str, Any], plain: Setting) -> str:
        """The outcome of one case as a word, without what gives it or what would settle it."""
        if told := self.told(facts, plain):
            return told.outcome.outcome
        return _word([one.found() for _, one in self.over_completions(evaluations, self.ways.settings(plain))])

    def word_if(
        self,
        evaluations: Callable[[Setting], Evaluation],
        facts: Mapping[str, Any],
        plain: Setting,
        name: str,
        value: Value,
    ) -> str | None:
        """The same if an unknown fact had that value; None where the tables do not tell. Raises ContradictoryFacts if it can't."""
        if told := self.told(facts, plain):
            return told.outcome.outcome
        found: list[Found] = []
        for evaluation, table in self._tables(evaluations, self.ways.settings(plain)):
            here = None if isinstance(table, TooMany) else table.where(name, value)
            if here is None or isinstance(table, TooMany):
                return None
            found.append(self.judge.over(table, evaluation, table.mask & here).found())
        return _word(found)

    def told(self, facts: Mapping[str, Any], plain: Setting) -> Told | None:
        """What a complete case comes to; None where a fact is needed that is not known."""
        try:
            bits = self.one_case(facts, plain)
        except KeyError:
            return None
        return self.remembered.get(bits) or self._remember(bits, plain)

    def _remember(self, bits: Any, plain: Setting) -> Told:
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
            return self.judge.over(Table.of(evaluation, self.judge.atoms), evaluation)
        return self.judge.of_bits(bits, 0, len(self.ways))

    def over_completions(
        self, evaluations: Callable[[Setting], Evaluation], settings: Sequence[Setting]
    ) -> Iterator[tuple[Setting, Effects | Reflected | TooMany]]:
        """The action over all completions of what is not known, in each setting. Settings in which all tests come out the same
        share what it comes to."""
        found: dict[object, Effects | Reflected] = {}
        for evaluation, table in self._tables(evaluations, settings):
            if isinstance(table, TooMany):
                yield evaluation.setting, table
                continue
            key = (table, *map(evaluation.value, self._turning), *map(evaluation.value, self._taking))
            if key not in found:
                found[key] = self.judge.over(table, evaluation)
            yield evaluation.setting, found[key]

    def _tables(
        self, evaluations: Callable[[Setting], Evaluation], settings: Sequence[Setting]
    ) -> Iterator[tuple[Evaluation, Table | TooMany]]:
        """The tests in each setting, and the table of completions that serves there."""
        tables: dict[object, Table | TooMany] = {}
        still = [atom for atom in self._still if evaluations(settings[0]).value(atom) is None]
        for setting in settings:
            taken, evaluation = self.law.taken(self._turning, setting), evaluations(setting)
            if taken not in tables:
                tables[taken] = self._table(evaluation, still)
            yield evaluation, tables[taken]

    def _table(self, evaluation: Evaluation, still: Sequence[Atom]) -> Table | TooMany:
        """The table of completions; where it would be too large, what is said without one."""
        try:
            return Table.of(evaluation, [*still, *self._turning])
        except TooManyUnknowns as error:
            order = self.docket.cautious(self.action, self.law.day)
            return TooMany(order[0], tuple(sorted(error.names, key=self.docket.cost)))

    @cached_property
    def _taking(self) -> Sequence[Atom]:
        """The tests of how the law is taken."""
        return [atom for atom in self.judge.atoms if atom.is_setting]

    @cached_property
    def _turning(self) -> tuple[Atom, ...]:
        """The tests of the case that turn on how the law is taken."""
        atoms = (atom for atom in self.judge.atoms if not atom.is_setting)
        return tuple([atom for atom in atoms if self.law.turns_on_setting(atom)])

    @cached_property
    def _still(self) -> Sequence[Atom]:
        """The tests of the case that do not."""
        return [atom for atom in self.judge.atoms if not self.law.turns_on_setting(atom)]

    # What it rests on.

    @cached_property
    def every_atom(self) -> tuple[Atom, ...]:
        """Every test that it rests on, those inside the conditions on lists too."""
        beside = self.judge.beside if isinstance(self.judge, Mirror) else ()
        atoms = [*(atom for law in self.judge.laws for atom in law.every_atom), *atoms_of(*beside)]
        return tuple(dict.fromkeys(atoms))

    @cached_property
    def reads(self) -> frozenset[str]:
        """The facts and lists that it reads."""
        return frozenset(name for atom in self.every_atom for name in atom.reads)

    @cached_property
    def in_time(self) -> Sequence[Atom]:
        """The tests that may turn while time goes by and no fact changes."""
        return [
            atom for atom in self.every_atom if self.law.turns_in_time(atom) and not isinstance(atom.means, Quantified)
        ]

    @cached_property
    def law_changes(self) -> frozenset[datetime]:
        """The moments at which its law may change, and those that its tests compare with now."""
        zone = self.law.stack.zone
        considered = [provision for law in self.judge.laws for provision in law.considered]
        spans = [one.in_force for one in considered]
        for layer in self.law.stack.layers:  # whatever a condition may rest on
            spans += [one.in_force for one in layer.definitions]
            spans += [one.in_force for one in layer.clocks]
            spans += [one.in_force for one in layer.lists]
        days: set[date] = {day for span in spans for day in span.changes()}
        days |= {one.declared for one in considered if one.declared}
        for atom in self.in_time:
            test = atom.means.test if isinstance(atom.means, FactTest) else None
            for side in (test.left, test.right) if isinstance(test, grammar.Compare) else ():
                named = literal(side, zone)
                if isinstance(named, date):
                    days |= {named, named + (MINUTE if isinstance(named, datetime) else timedelta(days=1))}
        return frozenset(one if isinstance(one, datetime) else midnight(one, zone) for one in days)

    def _merged(self, judged: Sequence[tuple[Setting, Judged]]) -> Outcome:
        """What was judged under each combination, as one outcome."""
        _, default = judged[0]
        plain = _outcome(default, self.docket)
        outcomes = {one.outcome for _, one in judged}
        if len(judged) == 1:
            return plain
        needs = sorted({need for _, one in judged for need in one.needs}, key=self.docket.cost)
        return replace(
            plain,
            outcome=_word([one for _, one in judged]),
            settled="undetermined" not in outcomes,
            needs=tuple(needs),
            alternatives=_alternatives(judged) if len(outcomes) > 1 else {},
        )


@dataclass(frozen=True)
class TooMany:
    """What is said where more is not known than is decided exactly: what to do meanwhile, and the facts to find out."""

    standing: str
    names: tuple[str, ...]

    def found(self) -> Found:
        """As `Effects.found`."""
        return Found(CLASSES, "undetermined")

    def judged(self) -> Judged:
        """As `Effects.judged`."""
        return Judged(CLASSES, "undetermined", self.standing, (), False, self.names, (), ())


class Told(NamedTuple):
    """What a complete case came to, and in `bits` what became of each rule under each way of taking the law."""

    outcome: Outcome
    plan: Plan
    bits: Any

    def steps(self) -> Iterator[Step]:
        """What became of each rule and void that speaks of the action, by the default readings."""
        return self.plan.judge.of_bits(self.bits, 0, len(self.plan.ways)).steps()


def _word(each: Sequence[Found | Judged]) -> str:
    """The outcome where the law may be taken in several ways, from what is found in each."""
    if len({one.outcome for one in each}) == 1:
        return each[0].outcome
    settled_classes = {one.classes for one in each if one.outcome != "undetermined"}
    may_end = any(
        one.outcome == "undetermined" and all(set(others) <= set(one.classes) for others in settled_classes)
        for one in each
    )
    return "undetermined" if may_end else "disputed"


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
        outcome=first.outcome if len(outcomes) == 1 else PARTLY,
        standing=first.standing if len(standings) == 1 else PARTLY,
        settled=all(part.settled for part in parts.values()),
        by=by,
        needs=needs,
        until=min(untils) if untils else None,
        items=dict(parts),
        lifted=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.lifted)),
        voided=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.voided)),
    )
