"""What tells a mutant from the law: a proof that nothing does, or a small case in the rulebook's own example form that does.

`equivalent` looks at every completion of every unknown fact (the table of docs/rulebook.md section 6). `differing_case` starts from
worked examples and from completions in which the changed condition differs, and drops facts while the answers still differ.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import product
from time import perf_counter
from typing import Any

from hunt import Hunter
from mutants import Mutant
from seen import conditions_of, fails

from detainerdesk.law import Case, Edition, Outcome
from detainerdesk.law.decide import Decider
from detainerdesk.law.errors import CaseError, ContradictoryFacts, LawError, Place
from detainerdesk.law.known import Known
from detainerdesk.law.language import grammar
from detainerdesk.law.language.clocks import EVERY_HOUR
from detainerdesk.law.language.example import example_case
from detainerdesk.law.language.grammar import Expression
from detainerdesk.law.language.rulebook import Clock, Definition, Duty, Example, Provision, Rule, Voids
from detainerdesk.law.language.vocabulary import NONE, Value
from detainerdesk.law.load import Stack
from detainerdesk.law.lowering import LawOn, law_on
from detainerdesk.law.table import Evaluation, Table

TRIES = 240
SECONDS = 5.0
SEEDS = 8
WITNESSES = 24
Facts = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A case that tells a mutant from the law: as an example, with what the law says."""

    example: Example
    differs: str

    def block(self, name: str) -> str:
        """The example as it is pasted into a rulebook."""
        lines = [f"```example {name}", f"agency: {self.example.agency}", f"at: {self.example.at}"]
        if self.example.actor:
            lines.append(f"actor: {self.example.actor}")
        if self.example.choices:
            lines.append(f"choices: {self.example.choices}")
        facts = self.example.facts.split("\n")
        lines += [f"facts: {facts[0]}".rstrip(), *(f"  {fact}" for fact in facts[1:])]
        expect = self.example.expect.split("\n")
        lines += [f"expect: {expect[0]}", *(f"  {clause}" for clause in expect[1:]), "```"]
        return "\n".join(lines)


# Proofs.


def equivalent(mutant: Mutant, edition: Edition) -> str:
    """Why no case can tell the mutant from the law; empty where that is not shown."""
    if mutant.changed is not None and mutant.what.startswith(("in force", "declared")) and not _turning_days(mutant):
        return "a stay covers the day that it is moved by"
    if all(mutant.piece.in_force.on(day) == "out" for day in (date(1900, 1, 1), *mutant.piece.in_force.changes())):
        return "it is stayed on every day on which it would be law"
    if mutant.what.startswith("who ") and mutant.changed is not None:
        return _same_people(mutant, edition)
    if mutant.what.endswith("without the burden"):
        return _same_meanwhile(mutant, edition)
    if isinstance(mutant.piece, Voids) and (reason := _no_target(mutant, edition)):
        return reason
    if isinstance(mutant.piece, Clock) and _no_days_off(mutant):
        return "the clock counts every hour, so no holiday is looked up"
    pair = _pair(mutant)
    if pair is None:
        return ""
    try:
        for law in _laws(mutant, edition):
            for at in _moments(law, mutant):
                for item in _items(mutant, edition):
                    if any(True for _ in _differences(pair, mutant, law, at, item, edition)):
                        return ""
    except (LawError, AssertionError, KeyError):
        return ""
    return "the two conditions are alike in every completion of what they read, on every day on which this is law"


def _no_days_off(mutant: Mutant) -> bool:
    """Where only the holidays of a clock change, they hang on nothing, and on no condition does it leave days out."""
    before, after = mutant.piece, mutant.changed
    assert isinstance(before, Clock)
    if not isinstance(after, Clock) or replace(after, holidays=before.holidays) != before:
        return False
    plain = all(condition is None for one in (before, after) for condition, _ in one.holidays.branches)
    return plain and all(value == EVERY_HOUR for _, value in before.calendar.branches)


def _same_people(mutant: Mutant, edition: Edition) -> str:
    before, after = set(getattr(mutant.piece, "who", ())), set(getattr(mutant.changed, "who", ()))
    gone = next(iter(before - after), None)
    if gone is None or not after:
        return ""
    roles = [role for role in edition.vocabulary.roles if gone in edition.vocabulary.roles_of(role)]
    if all(edition.vocabulary.roles_of(role) & after for role in roles):
        return f"whoever is a {gone} is one of {', '.join(sorted(after))} too"
    return ""


def _same_meanwhile(mutant: Mutant, edition: Edition) -> str:
    """Where a burden ends a ban and the cautious order begins with the ban (or with the requirement, for a requirement), what to do
    meanwhile is the same with the burden and without; a rule that nothing leans on gives nothing else."""
    piece = mutant.piece
    first = {"must not": "forbidden", "must": "required"}.get(getattr(piece, "effect", None) or "")
    if not isinstance(piece, Rule) or first is None or piece.lifts or piece.otherwise_may:
        return ""
    if not isinstance(piece.unless, grammar.Shown) or not mutant.what.endswith("without the burden"):
        return ""
    books = edition.rulebooks.values()
    leaning = [node for book in books for one in book.conditions() for node in grammar.walk(one)]
    if any(isinstance(node, grammar.PermittedBy) and node.rule == piece.id for node in leaning):
        return ""
    if any(isinstance(node, grammar.RequiredBy) and node.layer == mutant.jurisdiction for node in leaning):
        return ""
    for stack in stacks_of(mutant.jurisdiction, edition):
        for day in (date(1900, 1, 1), *stack.changes):
            for action in piece.actions:
                if piece.in_force.on(day) != "out" and _cautious(stack, action, day)[0] != first:
                    return ""
    return f"while it is open, every layer's cautious order begins with “{first}”, which is what the burden leaves"


def _cautious(stack: Stack, action: str, day: date) -> tuple[str, ...]:
    for layer in reversed(stack.layers):
        for block in layer.cautious:
            if block.action == action and block.in_force.on(day) != "out":
                return block.order
    return ("forbidden", "silent", "permitted", "required")


def _no_target(mutant: Mutant, edition: Edition) -> str:
    """Where the part of a void that the mutant changes reaches nothing in any lower layer on the days that it changes."""
    before, after = mutant.piece, mutant.changed
    assert isinstance(before, Voids)
    if after is not None and not isinstance(after, Voids):
        return ""
    actions, effects, layers, items = before.actions, before.effects, before.layers, before.items
    on: list[date] | None = None
    if after is not None:
        if after.effects != before.effects:
            effects = tuple(set(before.effects) - set(after.effects))
        elif after.actions != before.actions:
            actions = tuple(set(before.actions) - set(after.actions))
        elif after.layers != before.layers:
            layers = tuple(set(before.layers) - set(after.layers))
        elif after.items != before.items:
            items = tuple(set(before.items) - set(after.items))
        elif after.in_force != before.in_force or after.declared != before.declared:
            on = _turning_days(mutant)
    vocabulary = edition.vocabulary
    names = set(actions)
    for action in actions:
        spec = vocabulary.actions[action]
        if spec.is_item or spec.by_item:
            names |= {name for name, other in vocabulary.actions.items() if other.is_item or other.by_item}
    for stack in stacks_of(mutant.jurisdiction, edition):
        rank = stack.rank[mutant.jurisdiction]
        for layer in stack.layers[rank + 1 :]:
            if "below" not in layers and layer.jurisdiction not in layers:
                continue
            for one in layer.provisions():
                theirs = (one.action,) if isinstance(one, Duty) else getattr(one, "actions", ())
                if isinstance(one, Voids):
                    reached = set(one.effects) & set(effects)
                elif isinstance(one, Duty):
                    reached = {"must"} & set(effects)
                else:
                    assert isinstance(one, Rule)
                    reached = {one.effect or "lifts", *(["lifts"] if one.lifts else [])} & set(effects)
                    reached |= {"may"} & set(effects) if one.otherwise_may else set()
                other_items = getattr(one, "items", ())
                if one.status == "off" or not reached or not names & set(theirs):
                    continue
                if items and other_items and not set(items) & set(other_items):
                    continue
                days = on if on is not None else [date(1900, 1, 1), *stack.changes]
                if any(
                    one.in_force.on(day) != "out" and (on is not None or before.in_force.on(day) != "out")
                    for day in days
                ):
                    return ""
    return "no lower layer has anything that this part of the void takes out on the days in question"


def stacks_of(jurisdiction: str, edition: Edition) -> list[Stack]:
    """Every stack of layers that binds somebody and has this layer, each once."""
    found = {
        tuple(stack.rank): stack
        for profile in edition.profiles()
        if jurisdiction in profile.layers and (stack := edition.stack(profile.agency))
    }
    for name in edition.rulebooks:
        stack = edition.stack(f"{name}/nobody-in-particular")
        if jurisdiction in stack.rank:
            found.setdefault(tuple(stack.rank), stack)
    return list(found.values())


def _pair(mutant: Mutant) -> tuple[Expression, Expression] | None:
    """The condition before and after, each with what it counts beside."""
    piece = mutant.piece
    if mutant.what == "`unless` dropped":
        pair: tuple[Expression, Expression] = (getattr(piece, "unless"), grammar.Constant(False))  # noqa: B009
    elif mutant.conditions is None:
        return None
    else:
        pair = mutant.conditions
    unless_changed = mutant.what.startswith(("unless", "`unless`"))
    if isinstance(piece, Rule | Voids) and unless_changed:
        return grammar.And((piece.when, pair[0])), grammar.And((piece.when, pair[1]))
    if isinstance(piece, Rule | Voids) and piece.unless is not None and not getattr(piece, "otherwise_may", False):
        beside = grammar.Not(piece.unless)
        return grammar.And((pair[0], beside)), grammar.And((pair[1], beside))
    if isinstance(piece, Duty) and mutant.what.startswith(("done", "excused", "`done", "`excused")):
        return None  # a copy that was left out is owed: no value of the fact, so no completion shows it
    return pair


def _laws(mutant: Mutant, edition: Edition) -> Iterator[LawOn]:
    """The law of the block's own layer on each span of days on which the block counts."""
    stack = _stack(mutant.jurisdiction, edition)
    days = [date(1900, 1, 1), *stack.changes]
    for day in days:
        if mutant.piece.in_force.on(day) != "out":
            yield law_on(stack, day)


def _stack(jurisdiction: str, edition: Edition) -> Stack:
    stacks = [edition.stack(profile.agency) for profile in edition.profiles() if jurisdiction in profile.layers]
    return min(stacks, key=lambda stack: len(stack.layers)) if stacks else edition.stack(f"{jurisdiction}/police")


def _moments(law: LawOn, mutant: Mutant) -> Sequence[datetime]:
    """The first and last instant of the span of days."""
    later = [day for day in law.stack.changes if day > law.day]
    last = later[0] - timedelta(days=1) if later else date(2030, 1, 1)
    zone = law.stack.zone
    return (datetime.combine(law.day, time(0, 0), zone), datetime.combine(last, time(23, 59), zone))


def _items(mutant: Mutant, edition: Edition) -> Sequence[str | None]:
    piece = mutant.piece
    by_item = [edition.vocabulary.actions[one] for one in getattr(piece, "actions", ())]
    if not any(spec.by_item or spec.is_item for spec in by_item):
        return (None,)
    return getattr(piece, "items", ()) or edition.vocabulary.facts["info.sought"].values


def _differences(
    pair: tuple[Expression, Expression], mutant: Mutant, law: LawOn, at: datetime, item: str | None, edition: Edition
) -> Iterator[tuple[Table, int]]:
    """The completions in which the two conditions differ, whatever rules and burdens beside them come to."""
    element = mutant.piece.of if isinstance(mutant.piece, Definition) else None
    for before, after in _without_opaque(pair):
        differ: Expression = grammar.Or(
            (grammar.And((before, grammar.Not(after))), grammar.And((grammar.Not(before), after)))
        )
        if element:
            differ = grammar.Some(element, differ)
        node = law.circuit(differ, mutant.jurisdiction, item=item)
        table = Table(_open(law, at, edition), law.atoms(node))
        bits = table.bits(node) & table.mask
        if bits:
            yield table, bits


def _open(law: LawOn, at: datetime, edition: Edition) -> Evaluation:
    """A case of which nothing is known."""
    vocabulary = edition.vocabulary
    facts = {name: "unknown" for name, fact in vocabulary.facts.items() if fact.kind != "list" and not fact.list}
    known = Known.of(Case(law.stack.agency, at, facts), edition)
    return Evaluation(known, law, known.setting())


def _without_opaque(pair: tuple[Expression, Expression]) -> Iterator[tuple[Expression, Expression]]:
    """The pair under every truth of what hangs on other rules, and of each burden that stands in both alike."""
    opaque = [
        node
        for node in dict.fromkeys(grammar.walk(pair[0]))
        if isinstance(node, grammar.PermittedBy | grammar.RequiredBy | grammar.Shown)
    ]
    own = [
        node
        for node in dict.fromkeys(grammar.walk(pair[1]))
        if isinstance(node, grammar.PermittedBy | grammar.RequiredBy | grammar.Shown)
    ]
    if set(opaque) != set(own):
        gone = [one for one in opaque if one not in own]
        new = [one for one in own if one not in opaque]
        if len(gone) == len(new) == 1 and isinstance(gone[0], grammar.Shown) and isinstance(new[0], grammar.Shown):
            # The same burden with another argument: alike if the arguments are.
            yield gone[0].item, new[0].item
            return
        yield from _assigned(pair, list(dict.fromkeys((*opaque, *own))))
        return
    yield from _assigned(pair, opaque)


def _assigned(
    pair: tuple[Expression, Expression], opaque: Sequence[Expression]
) -> Iterator[tuple[Expression, Expression]]:
    for choice in product((True, False), repeat=len(opaque)):
        values = {node: grammar.Constant(value) for node, value in zip(opaque, choice, strict=True)}
        yield _replaced(pair[0], values), _replaced(pair[1], values)


def _replaced(node: Expression, values: Mapping[Expression, Expression]) -> Expression:
    if node in values:
        return values[node]
    if isinstance(node, grammar.And | grammar.Or):
        return type(node)(tuple(_replaced(item, values) for item in node.items))
    if isinstance(node, grammar.Not | grammar.Shown):
        return type(node)(_replaced(node.item, values))
    return node


# A case that differs.


@dataclass
class Searcher:
    """Searches for small cases on which a mutant and the law give different answers."""

    hunter: Hunter
    chance: random.Random
    _focus: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _at: str = ""

    @property
    def edition(self) -> Edition:
        return self.hunter.edition

    def differing_case(self, mutant: Mutant) -> Told | None:
        """A small case on which the answers differ, or None where none was found."""
        self._focus = self._named_values(mutant)
        changed = mutant.edition(self.edition)
        actions = self.actions(mutant)
        best: Told | None = None
        began = perf_counter()
        for case in self._cases(mutant, actions):
            if perf_counter() - began > (SECONDS / 2 if best else SECONDS):
                break
            difference = self._difference(case, mutant, changed, actions)
            if difference is None:
                continue
            small = self._shrunk(case, mutant, changed, actions, difference)
            told = self._told(small, mutant, changed, actions)
            if told is not None and (best is None or _ugly(told) < _ugly(best)):
                best = told
                if not _ugly(told)[0]:
                    break
        return best

    def actions(self, mutant: Mutant) -> tuple[str, ...]:
        """The actions whose law the block belongs to."""
        piece = mutant.piece
        if isinstance(piece, Rule | Voids):
            found = list(piece.actions)
        elif isinstance(piece, Duty):
            found = [piece.action]
        elif isinstance(piece, Clock):
            found = [piece.limits] if piece.limits else []
            found += self._leaning(mutant.name)
        else:
            found = self._leaning(mutant.name.split(" of ")[0])
        return tuple(dict.fromkeys(found))

    def _leaning(self, name: str) -> list[str]:
        """The actions of the provisions that name a definition, list or clock, also through definitions."""
        names = {name}
        books = self.edition.rulebooks.values()
        while True:
            more = {one.name for book in books for one in book.definitions if names & _named(one.means)} - names
            if not more:
                break
            names |= more
        found: list[str] = []
        for book in books:
            for one in book.provisions():
                if any(names & _named(condition) for condition in conditions_of(one)):
                    found += [one.action] if isinstance(one, Duty) else getattr(one, "actions", ())
        if "custody.eligible_for_release" in names:
            found += ["release", "refuse_hold"]
        return found

    # Where to look.

    def _cases(self, mutant: Mutant, actions: Sequence[str]) -> Iterator[Case]:
        seeds = self._seeds(mutant)
        days = _turning_days(mutant)
        witnesses = self._witnesses(mutant)
        reads = self._reads(mutant, actions, seeds)
        actors = self._actors(mutant)
        readings = self._readings(mutant)
        for turn in range(TRIES):
            seed = seeds[min(int(self.chance.expovariate(0.5)), len(seeds) - 1)] if turn >= len(seeds) else seeds[turn]
            case = seed
            if days:
                zone = self.edition.stack(case.agency).zone
                at = datetime.combine(days[turn % len(days)], time(12, 0), zone)
                case = replace(
                    case, at=at, facts=_shifted(case.facts, at - case.at) if turn % 3 else _undated(case.facts)
                )
            if readings and turn % 3 != 2:
                name = self.chance.choice(list(readings))
                case = replace(case, choices={**case.choices, name: self.chance.choice(readings[name])})
            if actors and turn % 4 != 3:
                case = replace(case, actor=actors[turn % len(actors)])
            facts = dict(case.facts)
            if turn >= len(seeds) or witnesses:
                if witnesses and turn % 6 != 5:
                    facts |= self.chance.choice(witnesses)
                self._at = f"{case.at:%Y-%m-%d %H:%M}"
                for name in self.chance.sample(reads, min(len(reads), self.chance.choice((0, 0, 1, 1, 2, 4, 8)))):
                    facts[name] = self._value(name)
                    if name in self.edition.vocabulary.facts and self.edition.vocabulary.facts[name].kind == "list":
                        facts.pop(f"{name}.complete", None)
            yield replace(case, facts={name: value for name, value in facts.items() if value is not None})

    def _readings(self, mutant: Mutant) -> Mapping[str, Sequence[str]]:
        """The readings that the block's conditions name."""
        every = {reading.name: reading for book in self.edition.rulebooks.values() for reading in book.readings}
        if isinstance(mutant.piece, Clock):
            conditions = [
                one
                for choice in (mutant.piece.hours, mutant.piece.calendar, mutant.piece.holidays)
                for one, _ in choice.branches
                if one
            ]
        elif isinstance(mutant.piece, Definition):
            conditions = [mutant.piece.means]
        else:
            conditions = list(conditions_of(mutant.piece)) if isinstance(mutant.piece, Provision) else []
        named = {node.fact for one in conditions for node in grammar.walk(one) if isinstance(node, grammar.Is)}
        return {name: every[name].alternatives for name in sorted(named & set(every))}

    def _seeds(self, mutant: Mutant) -> list[Case]:
        found: list[Case] = []
        near = self.hunter.candidates(mutant)[:SEEDS]
        for one in [*near, *self.hunter.candidates(mutant, any_day=True)[: SEEDS - len(near)]]:
            case = example_case(one.example, self.edition.stack(one.example.agency).zone)
            found.append(replace(case, id=None))
        day = _some_day(mutant)
        agencies = [profile.agency for profile in self.edition.profiles() if mutant.jurisdiction in profile.layers]
        agencies = agencies or [f"{mutant.jurisdiction}/police"]
        stack = self.edition.stack(self.chance.choice(agencies))
        found.append(Case(stack.agency, datetime.combine(day, time(12, 0), stack.zone)))
        return [replace(case, ask=()) for case in found]

    def _actors(self, mutant: Mutant) -> list[str]:
        before = set(getattr(mutant.piece, "who", ()))
        after = set(getattr(mutant.changed, "who", ())) if mutant.changed else before
        if before == after:
            return []
        vocabulary = self.edition.vocabulary
        return [
            role
            for role in vocabulary.roles
            if bool(vocabulary.roles_of(role) & before) != (not after or bool(vocabulary.roles_of(role) & after))
        ]

    def _reads(self, mutant: Mutant, actions: Sequence[str], seeds: Sequence[Case]) -> list[str]:
        found: dict[str, None] = {}
        for case in (*seeds[:2], *seeds[-1:]):
            try:
                decider = Decider.of(replace(case, ask=tuple(actions)), self.edition)
                for action in actions:
                    item = decider.known.items_of(action)[0]
                    for law in decider.laws(action, decider.known.setting(item)):
                        found |= dict.fromkeys(sorted(law.reads))
            except LawError:
                continue
        return list(found)

    def _witnesses(self, mutant: Mutant) -> list[Facts]:
        """What facts are where the changed condition differs."""
        pair = _pair(mutant)
        if pair is None:
            return []
        found: list[Facts] = []
        try:
            for law in list(_laws(mutant, self.edition))[-2:]:
                at = _moments(law, mutant)[0]
                for item in list(_items(mutant, self.edition))[:3]:
                    for table, bits in _differences(pair, mutant, law, at, item, self.edition):
                        for _ in range(WITNESSES):
                            found.append(self._of_table(table, bits, law))
        except (LawError, AssertionError, KeyError):
            pass
        return found

    def _of_table(self, table: Table, bits: int, law: LawOn) -> Facts:
        chosen: Facts = {}
        for variable in table.completions.variables:
            if (
                variable.name in self.edition.vocabulary.facts
                and self.edition.vocabulary.facts[variable.name].kind == "list"
            ):
                chosen[variable.name] = self._value(variable.name)
                continue
            order = list(range(variable.size))
            self.chance.shuffle(order)
            for index in order:
                here = bits & table.completions.pattern(variable.name, (index,))
                if here:
                    bits = here
                    chosen[variable.name] = plain(variable.values[index], law.stack)
                    break
        return chosen

    def _named_values(self, mutant: Mutant) -> dict[tuple[str, str], list[str]]:
        """For each field of a list that the block's conditions read, also through definitions, the values that they name."""
        books = self.edition.rulebooks.values()
        found: dict[tuple[str, str], list[str]] = {}
        piece = mutant.piece
        waiting: list[tuple[Expression, str | None]] = []
        if isinstance(piece, Definition):
            waiting.append((piece.means, piece.of))
        elif isinstance(piece, Provision):
            waiting += [(condition, None) for condition in conditions_of(piece)]
        done: set[tuple[str, str | None]] = set()
        while waiting:
            condition, element = waiting.pop()
            if isinstance(condition, grammar.Some):
                waiting.append((condition.where, condition.list))
                continue
            if isinstance(condition, grammar.And | grammar.Or):
                waiting += [(item, element) for item in condition.items]
            elif isinstance(condition, grammar.Not | grammar.Shown):
                waiting.append((condition.item, element))
            elif isinstance(condition, grammar.Is | grammar.Name | grammar.Within | grammar.InList):
                name = next(
                    getattr(condition, key) for key in ("fact", "name", "date", "field") if hasattr(condition, key)
                )
                if element and name in self.edition.vocabulary.fields(element):
                    found.setdefault((element, name), []).extend(getattr(condition, "values", ()))
                elif isinstance(condition, grammar.Name) and (name, element) not in done:
                    done.add((name, element))
                    waiting += [
                        (one.means, one.of)
                        for book in books
                        for one in book.definitions
                        if one.name == name and one.of in (element, None)
                    ]
        return found

    def _value(self, name: str) -> Any:
        """A value of a fact or a list's records, or None: left out."""
        fact = self.edition.vocabulary.facts[name]
        if fact.kind == "list":
            number = self.chance.choice((0, 1, 1, 1, 2))
            return [self._record(name) for _ in range(number)] or "none"
        if self.chance.random() < 0.25:
            return self.chance.choice((None, "unknown"))
        return self._plain(fact)

    def _record(self, name: str) -> Facts:
        fields = self.edition.vocabulary.fields(name)
        record: Facts = {}
        for key, spec in fields.items():
            named = self._focus.get((name, key))
            if named and spec.kind == "one of" and self.chance.random() < 0.8:
                record[key] = self.chance.choice(named)
            elif named is not None or (
                not any(one == name for one, _ in self._focus) and spec.kind in ("yes/no", "one of", "date")
            ):
                record[key] = self._plain(spec)
        return {field: value for field, value in record.items() if value is not None}

    def _plain(self, fact: Any) -> Any:
        if fact.kind == "yes/no" or (fact.by_item and not fact.values):
            return self.chance.random() < 0.5
        if fact.kind == "one of":
            return self.chance.choice(fact.values)
        if fact.kind == "set of" or fact.by_item:
            return self.chance.sample(list(fact.values), self.chance.choice((1, 1, 2)))
        if fact.kind == "count":
            return str(self.chance.choice((0, 1, 2, 10, 30, 364, 365)))
        if fact.kind == "date":
            if self._at and self.chance.random() < 0.3:
                return self._at[:10]
            return f"{self.chance.choice((2010, 2015, 2018, 2024, 2026))}-{self.chance.choice(('01-01', '06-01', '03-03', '12-31'))}"
        if fact.kind == "moment":
            if self._at and self.chance.random() < 0.4:
                return self._at
            return self.chance.choice(("none", f"{self.chance.choice((2018, 2024, 2027))}-06-01 12:00", None))
        return None

    # What differs.

    def _answer(self, case: Case, mutant: Mutant, edition: Edition, actions: Sequence[str]) -> dict[str, Any] | None:
        try:
            decider = Decider.of(replace(case, ask=tuple(actions) or ("hold",)), edition)
            ahead = mutant.what.startswith(("declared", "`declared"))
            found: dict[str, Any] = {}
            for action in actions:
                outcome = decider.outcome(action, ahead=ahead)
                if outcome.items:
                    for item, part in outcome.items.items():
                        found[f"{action}.{item}"] = _sign(part)
                else:
                    found[action] = _sign(outcome)
            if isinstance(mutant.piece, Duty):
                states = {duty.id: duty for duty in decider.duty_states()}
                state = states.get(mutant.name)
                found["duty"] = f"{state.state} {', '.join(state.who)}" if state else "not owed"
            if isinstance(mutant.piece, Clock):
                ends = decider.clock_ends()
                found["clocks"] = tuple((name, ends.get(name)) for name in (mutant.name, "hold_until"))
        except (CaseError, ContradictoryFacts):
            return None
        return found

    def _difference(self, case: Case, mutant: Mutant, changed: Edition, actions: Sequence[str]) -> set[str] | None:
        here = self._answer(case, mutant, self.edition, actions)
        if here is None:
            return None
        there = self._answer(case, mutant, changed, actions)
        if there is None:
            return None
        different = {key for key in here if here[key] != there.get(key)}
        return different or None

    def _shrunk(
        self, case: Case, mutant: Mutant, changed: Edition, actions: Sequence[str], difference: set[str]
    ) -> Case:
        """The case with every fact dropped that is not needed for the difference and for a settled answer."""

        def settled(one: Case) -> bool:
            answer = self._answer(one, mutant, self.edition, actions)
            keys = self._difference(one, mutant, changed, actions)
            return bool(
                answer
                and keys
                and all(
                    not isinstance(answer[key], tuple) or answer[key][0] != "undetermined"
                    for key in keys
                    if key not in ("clocks", "duty")
                )
            )

        must_settle = settled(case)
        small = case
        for actor in (None,) if case.actor else ():
            less = replace(small, actor=actor)
            if self._difference(less, mutant, changed, actions) and (not must_settle or settled(less)):
                small = less
        for name in list(case.facts):
            less = replace(small, facts={key: value for key, value in small.facts.items() if key != name})
            if self._difference(less, mutant, changed, actions) and (not must_settle or settled(less)):
                small = less
                continue
            value = small.facts[name]
            if isinstance(value, list) and value and isinstance(value[0], dict):
                small = self._fewer(
                    small,
                    name,
                    lambda one: (
                        bool(self._difference(one, mutant, changed, actions)) and (not must_settle or settled(one))
                    ),
                )
        return small

    @staticmethod
    def _fewer(case: Case, name: str, good: Any) -> Case:
        for number in reversed(range(len(case.facts[name]))):
            records = case.facts[name]
            rest = [one for index, one in enumerate(records) if index != number]
            less = replace(case, facts={**case.facts, name: rest or "none"})
            if good(less):
                case = less
                if not rest:
                    return case
                continue
            for key in list(records[number]):
                slim = [dict(one) for one in case.facts[name]]
                del slim[number][key]
                less = replace(case, facts={**case.facts, name: slim})
                if slim[number] and good(less):
                    case = less
        return case

    def _told(self, case: Case, mutant: Mutant, changed: Edition, actions: Sequence[str]) -> Told | None:
        difference = self._difference(case, mutant, changed, actions)
        if not difference:
            return None
        stack = self.edition.stack(case.agency)
        decider = Decider.of(replace(case, ask=tuple(actions) or ("hold",)), self.edition)
        lines: list[str] = []
        ahead = mutant.what.startswith(("declared", "`declared"))
        there = Decider.of(replace(case, ask=tuple(actions) or ("hold",)), changed)
        for key in sorted(difference - {"duty", "clocks"}):
            action, _, item = key.partition(".")
            mine, other = decider.outcome(action, ahead=ahead), there.outcome(action, ahead=ahead)
            if item:
                mine, other = mine.items[item], other.items.get(item, other)
            lines += clauses(key, mine, other)
        if "duty" in difference:
            states = {duty.id: duty.state for duty in decider.duty_states()}
            gone = set(getattr(mutant.piece, "who", ())) - set(
                getattr(mutant.changed, "who", ()) if mutant.changed else ()
            )
            owed_by = f" by {min(gone)}" if gone and mutant.changed and mutant.name in states else ""
            lines.append(f"duty {mutant.name} {states.get(mutant.name, 'not owed')}{owed_by}")
        if "clocks" in difference:
            mine_ends, other_ends = decider.clock_ends(), there.clock_ends()
            for name in (mutant.name, "hold_until"):
                if mine_ends.get(name) != other_ends.get(name):
                    end = mine_ends.get(name)
                    lines.append(
                        f"clock {name} ends {end.astimezone(stack.zone):%Y-%m-%d %H:%M}"
                        if end
                        else f"clock {name} not started"
                    )
        example = Example(
            name="to be written",
            agency=case.agency,
            at=f"{case.at.astimezone(stack.zone):%Y-%m-%d %H:%M}",
            facts="\n".join(f"{name} = {_written(value)}" for name, value in case.facts.items()),
            choices="; ".join(f"{name} = {value}" for name, value in case.choices.items()),
            ask=(),
            actor=case.actor,
            expect="\n".join(dict.fromkeys(lines)),
            source="",
            place=Place("to be written", 1),
        )
        if not lines:
            return None
        again = self.hunter.as_seen(example, mutant.jurisdiction)
        if again is None or fails(again, self.edition) or not (wrong := fails(again, changed)):
            return None
        return Told(example, wrong)


def _ugly(told: Told) -> tuple[bool, int]:
    return ("undetermined" in told.example.expect or "disputed" in told.example.expect, len(told.example.facts))


def _sign(outcome: Outcome) -> tuple[Any, ...]:
    return (
        outcome.outcome,
        outcome.standing,
        tuple(sorted(by.rule for by in outcome.by)),
        outcome.needs if outcome.outcome == "undetermined" else (),
        tuple(outcome.alternatives.items()),
        outcome.lifted,
        outcome.voided,
        outcome.was_so,
    )


def clauses(name: str, mine: Outcome, other: Outcome) -> list[str]:
    """What an example says of the answer, as far as it tells it from the other one."""
    said: list[str] = []
    by = ", ".join(dict.fromkeys(one.rule for one in mine.by))
    if mine.outcome == "undetermined":
        if _sign(mine)[:4] != _sign(other)[:4]:
            said.append(f"{name} undetermined, meanwhile {mine.standing}, needs {', '.join(mine.needs)}")
    elif mine.outcome == "disputed":
        alternatives = ", ".join(f"{choice} {word}" for choice, word in mine.alternatives.items())
        if _sign(mine)[:5] != _sign(other)[:5]:
            said.append(f"{name} disputed: {alternatives}; meanwhile {mine.standing}")
    elif _sign(mine)[:3] != _sign(other)[:3]:
        said.append(f"{name} {mine.outcome}" + (f" by {by}" if by and mine.outcome != "silent" else ""))
    for word, pairs, others in (("lifted", mine.lifted, other.lifted), ("voided", mine.voided, other.voided)):
        said += [f"{word} {rule} by {ender}" for rule, ender in pairs if (rule, ender) not in others]
    if mine.was_so != other.was_so and mine.was_so:
        said.append(f"{name} was_so {mine.was_so}")
    return said


def plain(value: Value, stack: Stack) -> Any:
    """A value as a case states it."""
    if isinstance(value, bool):
        return value
    if value is NONE:
        return "none"
    if isinstance(value, datetime):
        return f"{value.astimezone(stack.zone):%Y-%m-%d %H:%M}"
    if isinstance(value, frozenset):
        return sorted(map(str, value)) or None
    return str(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        if value and isinstance(next(iter(value)), Mapping):
            return " ".join(
                "[" + ", ".join(f"{key}: {_written(one)}" for key, one in record.items()) + "]" for record in value
            )
        return "{" + ", ".join(map(str, value)) + "}"
    return str(value)


def _named(condition: Expression) -> set[str]:
    names: set[str] = set()
    for node in grammar.walk(condition):
        for key in ("name", "clock", "list"):
            value = getattr(node, key, None)
            if isinstance(value, str):
                names.add(value)
    return names


def _turning_days(mutant: Mutant) -> list[date]:
    """The days on which a moved date makes a difference."""
    if mutant.changed is None:
        return []
    if mutant.what.startswith(("declared", "`declared")):
        days = [getattr(one, "declared", None) for one in (mutant.piece, mutant.changed)]
        found = [day for day in days if day]
        return [min(found), *([min(found) - timedelta(days=1)] if len(found) == 1 else [])]
    changes = {*mutant.piece.in_force.changes(), *mutant.changed.in_force.changes()}
    return sorted(day for day in changes if mutant.piece.in_force.on(day) != mutant.changed.in_force.on(day))


def _shifted(facts: Mapping[str, Any], by: timedelta) -> Facts:
    """The facts with every moment and day moved, so that they stand to the new moment as they stood to the old one."""

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(one) for one in value]
        if isinstance(value, Mapping):
            return {key: moved(one) for key, one in value.items()}
        if isinstance(value, str) and value[:4].isdigit() and value[4:5] == "-":
            with suppress(ValueError, OverflowError):
                if len(value) == 10:
                    return f"{date.fromisoformat(value) + timedelta(days=by.days)}"
                return f"{datetime.fromisoformat(value) + by:%Y-%m-%d %H:%M}"
        return value

    return {name: moved(value) for name, value in facts.items()}


def _undated(facts: Mapping[str, Any]) -> Facts:
    """The facts without moments and days."""
    return {
        name: value
        for name, value in facts.items()
        if not (isinstance(value, str) and value[:4].isdigit() and value[4:5] == "-")
    }


def _some_day(mutant: Mutant) -> date:
    """A late day on which the block is law."""
    spans = mutant.piece.in_force.spans
    end = spans[-1].end or date(2026, 7, 1)
    start = spans[-1].late or spans[-1].start
    return max(end, start) if start else end
