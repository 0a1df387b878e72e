"""Lowering: a stack and a span of days in, its law as circuits out. What a case adds (facts, readings, bounds) stays open.

Definitions are opened by layer and day, clocks turned into their lengths, dates in force folded in. `ActionLaw` is the law of
one action on those days: the rules and voids that speak of it, each with its circuits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice, product
from threading import local
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.atoms import Truth, truth
from detainerdesk.law.circuit import (
    Atom,
    Burden,
    Circuits,
    ClockState,
    DeclaredToo,
    EarlyBound,
    FactTest,
    InWindow,
    JailTime,
    Listed,
    Meaning,
    Node,
    Quantified,
    ReadingIs,
    TakesEffect,
    atoms_of,
    names_of,
    nodes_of,
)
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Bounds, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.lookback import Window
from detainerdesk.law.language.rulebook import Choice, Clock, Definition, Duty, Provision, Rule, Voids, binds
from detainerdesk.law.language.vocabulary import Constraint, Vocabulary, midnight
from detainerdesk.law.load import Stack
from detainerdesk.law.shares import Asked

SHARE = "share_information"
NO_MOMENT = datetime.max.replace(tzinfo=UTC)
MOST_REMEMBERED = 4096
MOST_WAYS = 32
"""Conditions on a list that may be taken in so many ways are not worked out for all of them together."""


def law_on(stack: Stack, day: date) -> LawOn:
    """The law of a stack on a local day; days between two changes of it share one."""
    index = bisect_right(stack.changes, day)
    found: LawOn | None = stack.laws.get(index)
    return found or stack.laws.setdefault(index, LawOn(stack, day, Common.of(stack)))


@dataclass(frozen=True)
class Active:
    """A provision that is in force and fits who acts, as circuits. `action` is the other action that it is a rule of, where a
    rule of this action leans on it; empty for the action's own."""

    provision: Provision
    effect: str | None
    when: Node
    unless: Node
    lifts: tuple[str, ...] = ()
    otherwise_may: bool = False
    action: str = ""

    @property
    def in_action(self) -> bool:
        return not self.action


@dataclass(frozen=True)
class ActiveVoids:
    """A void that is in force and fits who acts, and where it applies; `action` as with `Active`."""

    voids: Voids
    applies: Node
    action: str = ""


class Common:
    """What laws have in common on whichever days: circuits, of which equal ones are one object, and what was worked out of them."""

    def __init__(self, vocabulary: Vocabulary, zone: ZoneInfo) -> None:
        self.circuits = Circuits(vocabulary, zone)
        self.truths: dict[Atom, Truth] = {}
        self.atoms: dict[int, tuple[Node, tuple[Atom, ...]]] = {}
        self.within: dict[Atom, tuple[Atom, ...]] = {}
        self.in_time: dict[Atom, bool] = {}
        self.on_setting: dict[Atom, bool] = {}
        self.turning: dict[tuple[Atom, ...], tuple[tuple[str, ...], bool]] = {}
        self.ways: dict[Any, Sequence[Setting]] = {}
        self.asked: dict[tuple[Atom, ...], Asked] = {}
        self.compiled: dict[Any, Any] = {}
        """The functions of an action's law (compiled.py), by its text."""
        self.orders: dict[Any, Any] = {}
        """How the days that matter to conditions on a list lie (order.py)."""
        self.unseen: dict[Any, Any] = {}
        """What records that nobody has seen may add (answers.py)."""

    def forget(self) -> None:
        """What is known of conditions asked together: there are as many ways of asking as cases leave different tests open."""
        for kept in (self.asked, self.turning, self.ways, self.orders, self.unseen):
            kept.clear()

    @classmethod
    def of(cls, stack: Stack) -> Common:
        """Of the laws of a stack, made once."""
        found: Common | None = stack.kept.get("common")
        return found or stack.kept.setdefault("common", cls(stack.vocabulary, stack.zone))


class LawOn:
    """The law of a stack on a span of days; `day` is one of them. Makes the circuits of each action when first asked."""

    def __init__(self, stack: Stack, day: date, common: Common) -> None:
        self.stack = stack
        self.vocabulary = stack.vocabulary
        self.day = day
        self.common = common
        self.circuits = common.circuits
        self.mirrors: dict[tuple[str, frozenset[str] | None], Any] = {}
        """Derived actions (derived.py), once made."""
        self.guessing: Any = None
        """What refuses facts that can't all be true (contradictions.py), once made."""
        self._building = local()
        """The definitions that are being opened, of each thread by itself."""
        self._definitions: dict[tuple[str, str, str | None, str | None], Node | None] = {}
        self._actions: dict[tuple[frozenset[str], str | None, frozenset[str] | None], ActionLaw] = {}
        self._found: dict[tuple[str, str, str | None], Definition | None] = {}

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """The first instant of its days, and the first after them."""
        changes, zone = self.stack.changes, self.stack.zone
        index = bisect_right(changes, self.day)
        first = midnight(changes[index - 1], zone) if index else datetime.min.replace(tzinfo=UTC)
        return first, midnight(changes[index], zone) if index < len(changes) else datetime.max.replace(tzinfo=UTC)

    def action(self, action: str, item: str | None, roles: frozenset[str] | None) -> ActionLaw:
        """The law of one action (and item of information) for who acts; `roles` None: any rule's `who` fits."""
        names = {action}
        if item is not None:
            names.add(SHARE)
            names |= {name for name, spec in self.vocabulary.actions.items() if item in spec.is_item}
        key = (frozenset(names), item, roles)
        if key not in self._actions:
            self._actions[key] = ActionLaw(self, action, frozenset(names), item, roles)
        return self._actions[key]

    def truth(self, atom: Atom) -> Truth:
        """The function that decides an atom."""
        truths = self.common.truths
        if atom not in truths:
            truths[atom] = truth(atom.means, self.circuits)
        return truths[atom]

    def turns_on_setting(self, atom: Atom) -> bool:
        """Whether a test, or a condition on a list, turns on how the law is taken, not on the case alone."""
        on_setting = self.common.on_setting
        if atom not in on_setting:
            on_setting[atom] = any(inner.is_setting for inner in self.within(atom))
        return on_setting[atom]

    def turns_in_time(self, atom: Atom) -> bool:
        """Whether a test, or one inside it, may turn while time goes by and no fact changes."""
        in_time = self.common.in_time
        if atom not in in_time:
            in_time[atom] = any(self._names_now(one.means) for one in self.within(atom))
        return in_time[atom]

    def _names_now(self, means: Meaning) -> bool:
        if isinstance(means, InWindow):
            jail = (means.jail.start, means.jail.end) if means.jail else ()
            return "at" in (means.window.date, means.window.anchor, *jail)
        return isinstance(means, ClockState) or (
            isinstance(means, FactTest) and (means.done or "at" in names_of(means.test))
        )

    def within(self, atom: Atom) -> Sequence[Atom]:
        """The test itself and those inside it: of a condition on a list, of the records whose jail days count."""
        within = self.common.within
        if atom not in within:
            found: list[Atom] = [atom]
            for one in found:
                if isinstance(one.means, Quantified):
                    found += self.atoms(one.means.body)
                elif isinstance(one.means, InWindow) and one.means.jail:
                    found += self.atoms(one.means.jail.where)
            within[atom] = tuple(found)
        return within[atom]

    def in_jail(self, atom: Atom) -> Sequence[Atom]:
        """The tests of the records whose jail days count, of those inside a condition on a list."""
        jails = [one.means.jail for one in self.within(atom) if isinstance(one.means, InWindow) and one.means.jail]
        return [one for jail in jails for one in self.atoms(jail.where)]

    def asked(self, atoms: tuple[Atom, ...]) -> Asked:
        """Conditions on a list that are asked together."""
        kept = self.common.asked
        found = kept.get(atoms)
        if found is None:
            if len(kept) > MOST_REMEMBERED:
                self.common.forget()
            found = kept[atoms] = Asked(atoms, [inner for atom in atoms for inner in self.in_jail(atom)])
        return found

    def taken(self, atoms: tuple[Atom, ...], setting: Setting) -> Hashable:
        """How a setting takes the law, as far as these tests turn on it: the same for settings in which they come out alike."""
        readings, dated = self._turns_on(atoms)
        return *(setting.reading[name] for name in readings), (setting.bounds, setting.declared_too) if dated else ()

    def _turns_on(self, atoms: tuple[Atom, ...]) -> tuple[tuple[str, ...], bool]:
        """The readings on which tests turn, and whether they turn on which days count."""
        kept = self.common.turning
        found = kept.get(atoms)
        if found is None:
            inner = [one.means for atom in atoms for one in self.within(atom) if one.is_setting]
            names = dict.fromkeys(means.name for means in inner if isinstance(means, ReadingIs))
            found = kept[atoms] = tuple(names), any(not isinstance(means, ReadingIs) for means in inner)
        return found

    def ways_of_taking(self, atoms: tuple[Atom, ...], setting: Setting) -> Sequence[Setting]:
        """Every way of taking the law that makes a difference to these tests; none where there are too many."""
        key = (atoms, setting.readings)
        kept = self.common.ways
        found = kept.get(key)
        if found is None:
            names, dated = self._turns_on(atoms)
            choices = product(*(self.stack.readings[name].alternatives for name in names))
            chosen = [_with(setting.readings, zip(names, choice, strict=True)) for choice in islice(choices, MOST_WAYS)]
            bounds: tuple[Bounds, ...] = ("late", "early") if dated else ("late",)
            every = product(chosen, bounds, (False, True) if dated else (False,))
            # Each says how the law is taken, and nothing of the case: its moment is nobody's.
            ways = [Setting(NO_MOMENT, readings, bound, None, declared) for readings, bound, declared in every]
            found = kept[key] = ways if len(ways) < MOST_WAYS else []
        return found

    def atoms(self, node: Node) -> tuple[Atom, ...]:
        """The tests that a circuit rests on."""
        atoms = self.common.atoms
        if id(node) not in atoms:
            atoms[id(node)] = (node, tuple(atoms_of(node)))
        return atoms[id(node)][1]

    # Circuits.

    def circuit(
        self,
        node: grammar.Expression,
        jurisdiction: str,
        element: str | None = None,
        *,
        item: str | None = None,
        done: bool = False,
    ) -> Node:
        """The condition of a layer as a circuit; `element`: of a list's record, `item`: of one item of information."""
        make = self.circuits
        if isinstance(node, grammar.Constant):
            return node.value
        if isinstance(node, grammar.And):
            return make.all_of(self.circuit(one, jurisdiction, element, item=item, done=done) for one in node.items)
        if isinstance(node, grammar.Or):
            return make.any_of(self.circuit(one, jurisdiction, element, item=item, done=done) for one in node.items)
        if isinstance(node, grammar.Not):
            return make.negation(self.circuit(node.item, jurisdiction, element, item=item, done=done))
        if isinstance(node, grammar.Shown):
            return make.burden(self.circuit(node.item, jurisdiction, item=item))
        if isinstance(node, grammar.PermittedBy):
            return make.takes_effect(node.rule)
        if isinstance(node, grammar.RequiredBy):
            return make.layer_requires(node.layer)
        if isinstance(node, grammar.ItemIn):
            return item in node.items
        if isinstance(node, grammar.ClockTest):
            return self._clock(node, jurisdiction, item)
        if isinstance(node, grammar.Some):
            return self._some(node, jurisdiction, item)
        if isinstance(node, grammar.Is) and self._is_reading(node.fact):
            return make.atom(ReadingIs(node.fact, node.values))
        if isinstance(node, grammar.Name):
            defined = self._defined(node.name, jurisdiction, element, item)
            if defined is not None:
                return defined
        if isinstance(node, grammar.Is) and self._is_list(node.fact):
            return make.negation(self._some(grammar.Some(node.fact, grammar.Constant(True)), jurisdiction, item))
        if isinstance(node, grammar.InList):
            offenses = self.stack.offense_list(node.list, jurisdiction, self.day)
            assert element is not None
            # Where it is not in force on these days there is no such list yet.
            return False if offenses is None else make.atom(Listed(node.field, offenses, element))
        if isinstance(node, grammar.Within):
            return self._within(node, jurisdiction, element, item)
        fields = self.vocabulary.fields(element) if element else {}
        of_record = element if element and any(name in fields for name in names_of(node)) else None
        return make.atom(FactTest(node, of_record, done))

    def _is_reading(self, name: str) -> bool:
        return name in self.stack.readings and self.vocabulary.fact(name) is None

    def _is_list(self, name: str) -> bool:
        fact = self.vocabulary.fact(name)
        return fact is not None and fact.kind == "list"

    def _defined(self, name: str, jurisdiction: str, element: str | None, item: str | None) -> Node | None:
        key = (name, jurisdiction, element, item)
        if key not in self._definitions:
            self._definitions[key] = self._definition(name, jurisdiction, element, item)
        return self._definitions[key]

    def _definition(self, name: str, jurisdiction: str, element: str | None, item: str | None) -> Node | None:
        if element and name in self.vocabulary.fields(element):
            return None
        definition = self.definition(name, jurisdiction, element)
        if definition is None:
            # Defined in this layer or above, but not in force on this day: there is no such thing yet.
            return None if self.vocabulary.fact(name) is not None else False
        key = f"{definition.jurisdiction}/{name}"
        building: list[str] = self._building.__dict__.setdefault("definitions", [])
        if key in building:
            raise LawError(f"the definitions {' -> '.join([*building, key])} lean on each other in a circle")
        building.append(key)
        try:
            return self.circuit(definition.means, definition.jurisdiction, element, item=item)
        finally:
            building.pop()

    def definition(self, name: str, jurisdiction: str, element: str | None = None) -> Definition | None:
        """The definition that a condition of that layer uses on these days."""
        key = (name, jurisdiction, element)
        if key not in self._found:
            self._found[key] = self.stack.definition(name, jurisdiction, self.day, element)
        return self._found[key]

    def _some(self, node: grammar.Some, jurisdiction: str, item: str | None) -> Node:
        body = self.circuit(node.where, jurisdiction, node.list, item=item)
        if body is False:
            return False
        return self.circuits.atom(Quantified(node.list, body, node.count, node.different))

    def _within(self, node: grammar.Within, jurisdiction: str, element: str | None, item: str | None) -> Node:
        jail: JailTime | None = None
        if isinstance(node.plus, grammar.JailDays):
            where = self.circuit(node.plus.where, jurisdiction, element, item=item)
            name = f"\0jail {node.plus.start} {node.plus.end} {id(where)}"
            jail = JailTime(name, node.plus.start, node.plus.end, where)
        window = Window.of(node, jail.name if jail else node.plus if isinstance(node.plus, str) else None)
        fields = self.vocabulary.fields(element) if element else {}
        of_record = element if jail or any(name in fields for name in window.names()) else None
        return self.circuits.atom(InWindow(window, of_record, jail))

    def _clock(self, node: grammar.ClockTest, jurisdiction: str, item: str | None) -> Node:
        clock = self.clock(node.clock, jurisdiction)
        if clock is None:
            return False
        make = self.circuits
        cases: list[Node] = []
        for hours, calendar, holiday_days in product(
            *(
                self._branches(choice, clock.jurisdiction, item)
                for choice in (clock.hours, clock.calendar, clock.holidays)
            )
        ):
            if hours[1] != "none":
                state = ClockState(node.state, clock.start, int(hours[1]), calendar[1], holiday_days[1], clock.stops)
                cases.append(make.all_of([hours[0], calendar[0], holiday_days[0], make.atom(state)]))
        return make.any_of(cases)

    def clock(self, name: str, jurisdiction: str) -> Clock | None:
        """The clock that a layer sees under that name on these days: its own, else the nearest above."""
        rank = self.stack.rank[jurisdiction]
        seen = [
            one
            for one in self.stack.clocks
            if one.name == name
            and self.stack.rank[one.jurisdiction] <= rank
            and one.in_force.on(self.day) != "out"
            and one.status != "off"
        ]
        return seen[-1] if seen else None

    def clocks_in_force(self) -> list[Clock]:
        """Each clock by name, the lowest layer's version."""
        found = {clock.name: self.clock(clock.name, self.stack.layers[-1].jurisdiction) for clock in self.stack.clocks}
        return [clock for clock in found.values() if clock is not None]

    def _branches(self, choice: Choice, jurisdiction: str, item: str | None) -> list[tuple[Node, str]]:
        make = self.circuits
        found: list[tuple[Node, str]] = []
        before: list[Node] = []
        for condition, value in choice.branches:
            here: Node = self.circuit(condition, jurisdiction, item=item) if condition else True
            found.append((make.all_of([here, *(make.negation(one) for one in before)]), value))
            before.append(here)
        return found

    def in_force(self, provision: Provision) -> Node:
        """Whether it is law on these days: a circuit, because the first day may be uncertain or declared only later."""
        make = self.circuits
        state = provision.in_force.on(self.day)
        if state == "out":
            return False
        dated = make.atom(EarlyBound()) if state == "uncertain" else True
        declared = provision.declared is None or self.day >= provision.declared
        return make.all_of([dated, True if declared else make.atom(DeclaredToo())])

    # What paper and nature make impossible.

    @cached_property
    def constraints(self) -> tuple[tuple[Constraint, Node], ...]:
        """Each constraint, and the circuit of what it forbids; those on one record alone stand in `record_constraints`."""
        top = self.stack.layers[0].jurisdiction
        return tuple((one, self.circuit(one.never, top)) for one in self.vocabulary.constraints)

    @cached_property
    def never(self) -> tuple[Node, ...]:
        """The circuits of what is forbidden."""
        return tuple(node for _, node in self.constraints)

    @cached_property
    def never_turns(self) -> bool:
        """Whether what is impossible turns on the moment, on how the law is taken, or on the item of information."""
        atoms = [atom for node in self.never for atom in self.atoms(node)]
        by_item = {fact.name for fact in self.vocabulary.facts.values() if fact.by_item}
        return any(
            self.turns_in_time(atom) or self.turns_on_setting(atom) or not by_item.isdisjoint(atom.reads)
            for atom in atoms
        )

    @cached_property
    def record_constraints(self) -> Mapping[str, tuple[Node, ...]]:
        """For each list, what no single record of it can be."""
        found: dict[str, tuple[Node, ...]] = {}
        for constraint, _ in self.constraints:
            never = constraint.never
            if isinstance(never, grammar.Some) and never.count == 1 and not never.different:
                body = self.circuit(never.where, self.stack.layers[0].jurisdiction, never.list)
                if not any(atom.reads for atom in atoms_of(body)):
                    found[never.list] = (*found.get(never.list, ()), body)
        return found


def _with(readings: tuple[tuple[str, str], ...], chosen: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**dict(readings), **dict(chosen)}.items()))


class ActionLaw:
    """The law of one action on a span of days, for who acts."""

    def __init__(
        self, law: LawOn, action: str, names: frozenset[str], item: str | None, roles: frozenset[str] | None
    ) -> None:
        self.law = law
        self.stack = law.stack
        self.action = action
        self.item = item
        self.roles = roles
        self._names = names
        self.active: dict[str, Active] = {}
        self.voids: list[ActiveVoids] = []
        self._voided_by: dict[tuple[str, str], Sequence[int]] = {}
        self.considered: list[Provision] = []
        self.judges: dict[tuple[str, ...], Any] = {}
        """What decides it (effects.py), for each order of what to do meanwhile, once made."""
        for rule in self.stack.rules:
            if self.speaks_of(rule.actions, rule.items):
                self._add(rule)
        for duty in self.stack.duties():
            if duty.action in names if item is not None else duty.action == action:
                self._add_duty(duty)
        for voids in self.stack.voids:
            if self.speaks_of(voids.actions, voids.items):
                self._add_voids(voids)
        self._add_named_rules()

    def speaks_of(self, actions: Sequence[str], items: Sequence[str]) -> bool:
        """Whether a provision speaks of this action and item. A rule for one name of an item is a rule for the other."""
        if items and self.item is not None and self.item not in items:
            return False
        return bool(self._names & set(actions))

    def _circuit(self, condition: grammar.Expression | None, provision: Provision, *, done: bool = False) -> Node:
        if condition is None:
            return False
        return self.law.circuit(condition, provision.jurisdiction, item=self.item, done=done)

    def _add(self, rule: Rule, action: str = "") -> None:
        if rule.status == "off" or not binds(rule.who, self.roles):
            return
        self.considered.append(rule)
        in_force = self.law.in_force(rule)
        if in_force is False:
            return
        when = self.law.circuits.all_of([in_force, self._circuit(rule.when, rule)])
        unless = self._circuit(rule.unless, rule)
        self.active[rule.id] = Active(rule, rule.effect, when, unless, rule.lifts, rule.otherwise_may, action)

    def _add_voids(self, voids: Voids, action: str = "") -> None:
        if voids.status == "off" or not binds(voids.who, self.roles):
            return
        self.considered.append(voids)
        in_force = self.law.in_force(voids)
        if in_force is not False:
            make = self.law.circuits
            unless = make.negation(self._circuit(voids.unless, voids))
            applies = make.all_of([in_force, self._circuit(voids.when, voids), unless])
            self.voids.append(ActiveVoids(voids, applies, action))

    def _add_duty(self, duty: Duty) -> None:
        if duty.status == "off":
            return
        self.considered.append(duty)
        in_force = self.law.in_force(duty)
        if in_force is False:
            return
        make = self.law.circuits
        when = make.all_of([in_force, self._circuit(duty.when, duty)])
        ended = [
            self._circuit(duty.unless, duty),
            self._circuit(duty.done, duty, done=True),
            self._circuit(duty.excused, duty),
        ]
        self.active[duty.id] = Active(duty, "must", when, make.any_of(ended))

    def _add_named_rules(self) -> None:
        """Rules of other actions that `permitted_by` names, with what lifts and voids them."""
        waiting = [(one.when, one.unless) for one in self.active.values()]
        waiting += [(one.applies, False) for one in self.voids]
        seen, voided = set(self.active), set[str]()
        while waiting:
            named = {node.rule for node in nodes_of(*waiting.pop()) if isinstance(node, TakesEffect)} - seen
            for rule in self.stack.rules:
                action = rule.actions[0]
                if rule.id not in named or self.speaks_of(rule.actions, rule.items):
                    continue
                beside = [one for one in self.stack.rules if action in one.actions and rule.id in one.lifts]
                for other in (rule, *beside):
                    if other.id not in seen:
                        seen.add(other.id)
                        self._add(other, action)
                        if other.id in self.active:
                            waiting.append((self.active[other.id].when, self.active[other.id].unless))
                for voids in self.stack.voids if action not in voided else ():
                    if action in voids.actions:
                        self._add_voids(voids, action)
                voided.add(action)

    # What the law rests on.

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every circuit of the law."""
        rules = [node for one in self.active.values() for node in (one.when, one.unless)]
        return (*rules, *(one.applies for one in self.voids))

    @cached_property
    def text(self) -> Hashable:
        """What it says: the same on other days if nothing of it has changed."""
        rules = [
            (id(one.provision), one.effect, id(one.when), id(one.unless), one.lifts, one.otherwise_may, one.action)
            for one in self.active.values()
        ]
        return tuple(rules), tuple((id(one.voids), id(one.applies), one.action) for one in self.voids)

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        return tuple(atoms_of(*self.nodes))

    @cached_property
    def reads(self) -> frozenset[str]:
        """The facts and lists of a case that its conditions read."""
        return frozenset(name for atom in self.atoms for name in atom.reads)

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """The readings that its conditions turn on."""
        found = {atom.means.name for atom in self.every_atom if isinstance(atom.means, ReadingIs)}
        return tuple(sorted(found))

    @cached_property
    def every_atom(self) -> tuple[Atom, ...]:
        """Its atoms, and those inside the conditions on its lists and on the records whose jail days count."""
        found = {inner.id: inner for atom in self.atoms for inner in self.law.within(atom)}
        return tuple(found.values())

    @cached_property
    def has_uncertain_days(self) -> bool:
        return any(isinstance(atom.means, EarlyBound) for atom in self.atoms)

    @cached_property
    def has_burden(self) -> bool:
        return any(isinstance(node, Burden) for node in nodes_of(*self.nodes))

    def musts_of(self, layer: str) -> Sequence[str]:
        """The rules of a layer that order the action."""
        return [
            rule
            for rule, one in self.active.items()
            if one.in_action and one.effect == "must" and one.provision.jurisdiction == layer
        ]

    def lifters(self, rule: str) -> Sequence[Active]:
        """The rules that lift a rule."""
        return self._lifters.get(rule, ())

    @cached_property
    def _lifters(self) -> Mapping[str, Sequence[Active]]:
        found: dict[str, list[Active]] = {}
        for one in self.active.values():
            for rule in one.lifts:
                found.setdefault(rule, []).append(one)
        return found

    def voided_by(self, one: Active, effect: str) -> Sequence[int]:
        """The numbers of the voids that take that effect of the provision out where they stand."""
        key = (one.provision.id, effect)
        if key not in self._voided_by:
            self._voided_by[key] = [
                number
                for number, void in enumerate(self.voids)
                if void.action == one.action and self._reaches(void.voids, one.provision, effect)
            ]
        return self._voided_by[key]

    def may_end(self, one: Active) -> bool:
        """Whether an exception or a void speaks of the provision."""
        return bool(self.lifters(one.provision.id) or self.voided_by(one, one.effect or "lifts"))

    def higher_voids(self, number: int) -> Sequence[int]:
        """The numbers of the voids that take this void out: those that reach all its effects."""
        this = self.voids[number]
        return [
            other
            for other, higher in enumerate(self.voids)
            if higher.action == this.action
            and all(self._reaches(higher.voids, this.voids, effect) for effect in this.voids.effects)
        ]

    def _reaches(self, voids: Voids, provision: Provision, effect: str) -> bool:
        """Whether a void is of a higher layer and takes that effect of the provision out."""
        lower = self.stack.rank[provision.jurisdiction] > self.stack.rank[voids.jurisdiction]
        named = provision.jurisdiction in voids.layers
        return effect in voids.effects and lower and (named or "below" in voids.layers)
