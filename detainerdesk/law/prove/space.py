"""The space of all cases under one stack: its law on every span of days as formulas of one solver.

Spans on which an action's law is the same are one `Version`. The moment of decision is left open, so that what is proved holds
at every moment of a version's days; a case that is found is then sought at one moment of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import z3

from detainerdesk.law.circuit import Atom, Node, atoms_of
from detainerdesk.law.derived import DERIVED, Mirror
from detainerdesk.law.encoding import NO, Encoding, Formula, Records, conditions_in, latest_start, opposite, ordered
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Known
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case
from detainerdesk.law.load import Edition, Stack
from detainerdesk.law.lowering import SHARE, ActionLaw, LawOn, law_on
from detainerdesk.law.solver import LawFormulas, mirrored, not_in_question


@dataclass(frozen=True)
class Span:
    """Local days on which no part of the law changes; None is open."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        if self.first is None:
            return "on every day" if self.last is None else f"up to {self.last}"
        return f"since {self.first}" if self.last is None else f"{self.first} to {self.last}"


def spelled_days(spans: Sequence[Span]) -> str:
    """The days of some spans in words, neighbours joined."""
    joined: list[Span] = []
    for span in sorted(set(spans), key=lambda one: one.first or date.min):
        before = joined[-1].last if joined else None
        if before and span.first and before + timedelta(days=1) == span.first:
            joined[-1] = Span(joined[-1].first, span.last)
        else:
            joined.append(span)
    return ", ".join(map(str, joined))


@dataclass(frozen=True, eq=False)
class Version:
    """The law of one action (and item of information) for one kind of actor, on the spans on which it is the same. `expired`:
    for an action that clocks limit, when each of them has ended."""

    space: Space
    action: str
    item: str | None
    role: str
    law: ActionLaw
    mirror: Mirror | None
    expired: Mapping[str, Node]
    spans: list[Span] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The action; with the item where it is decided item by item, and with who acts where it is not the first role."""
        several = self.action == SHARE or len(self.space.vocabulary.actions[self.action].is_item) > 1
        item = f" ({self.item})" if self.item and several else ""
        by = f" by {self.role}" if self.role != self.space.roles[0] else ""
        return f"{self.action}{item}{by}"

    @property
    def days(self) -> str:
        """The days of all its spans in words."""
        return spelled_days(self.spans)

    @cached_property
    def at(self) -> datetime:
        """A moment of its latest days, ten in the morning: that through which the law was checked, where it lies among them."""
        span, checked = self.spans[-1], self.space.stack.checked_through
        day = max(checked, span.first) if span.first else checked
        day = min(day, span.last) if span.last else day
        return datetime.combine(day, time(10), tzinfo=self.space.stack.zone).astimezone(UTC)

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """The tests that it rests on."""
        more = atoms_of(*self.expired.values())
        return tuple(dict.fromkeys([*(self.mirror.atoms if self.mirror else self.law.atoms), *more]))

    @cached_property
    def reads(self) -> frozenset[str]:
        """The facts and lists that it rests on."""
        return frozenset(name for atom in self.atoms for name in atom.reads)

    @cached_property
    def formulas(self) -> LawFormulas:
        return LawFormulas(self.law, self.space.encoding)

    @cached_property
    def classes(self) -> Mapping[str, Formula]:
        """When the outcome is of each class."""
        if self.mirror is None:
            return self.formulas.classes
        encoding = self.space.encoding
        warrant = LawFormulas(self.mirror.laws[1], encoding).classes if len(self.mirror.laws) > 1 else None
        return mirrored(self.formulas.classes, not_in_question(self.mirror, warrant, encoding))

    @cached_property
    def records(self) -> Mapping[str, Records]:
        """The lists that its conditions and the constraints speak of."""
        encoding = self.space.encoding
        found = conditions_in([*self.atoms, *self.space.impossible_atoms], encoding, self.item)
        return {name: Records(encoding, name, here) for name, here in found.items()}

    @cached_property
    def records_of_two(self) -> Mapping[str, Records]:
        """The same where two cases that share their records are compared."""
        return {name: replace(one, apart=False) for name, one in self.records.items()}


def definitions(records: Mapping[str, Records]) -> list[Formula]:
    """What the conditions on lists come to."""
    return [formula for one in records.values() for formula in one.definitions()]


class Space:
    """All cases under one stack."""

    def __init__(self, edition: Edition, agency: str) -> None:
        self.edition = edition
        self.agency = agency
        self.stack: Stack = edition.stack(agency)
        self.vocabulary = edition.vocabulary
        owes = frozenset(
            fact.name for fact in self.vocabulary.facts.values() if any(one.value == "owed" for one in fact.left_out)
        )
        self.encoding = Encoding(self.vocabulary, self.stack.zone, self.stack.readings, owes=owes)
        self.solver = z3.SimpleSolver()
        self.asked = 0
        """How often the solver was asked."""
        self._taken_in = 0
        nodes = [node for _, node in self.laws[-1][1].constraints]
        self.impossible_atoms = tuple(atoms_of(*nodes))
        self.possible = tuple(opposite(self.encoding.formula(node)) for node in nodes)
        """What the constraints say of every case."""
        self.solver.add(*self.possible)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Who acts: the roles of the agency's profile; one empty name where it has none."""
        return self.stack.profile.roles if self.stack.profile else ("",)

    @cached_property
    def laws(self) -> tuple[tuple[Span, LawOn], ...]:
        """The law of each span of days, in order."""
        changes, one = self.stack.changes, timedelta(days=1)
        if not changes:
            return ((Span(None, None), law_on(self.stack, self.stack.checked_through)),)
        found = [(Span(None, changes[0] - one), law_on(self.stack, changes[0] - one))]
        for index, day in enumerate(changes):
            last = changes[index + 1] - one if index + 1 < len(changes) else None
            found.append((Span(day, last), law_on(self.stack, day)))
        return tuple(found)

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """Every version of every action that some provision speaks of, the oldest first."""
        found: dict[Any, Version] = {}
        for role in self.roles:
            for span, law in self.laws:
                for version in self._of(law, role):
                    key = self._key(version)
                    before = found.get(key)
                    if before is None or before.role == role:
                        # The latest span's own circuits, because a case that is found is decided on its days.
                        version.spans.extend([*(before.spans if before else ()), span])
                        found[key] = version
        return tuple(sorted(found.values(), key=lambda one: one.spans[-1].first or date.min))

    @cached_property
    def now(self) -> tuple[Version, ...]:
        """The versions that are law on the day through which the law was checked, or later."""
        checked = self.stack.checked_through
        return tuple(one for one in self.versions if one.spans[-1].last is None or one.spans[-1].last >= checked)

    def of_anybody(self) -> Iterator[Version]:
        """The versions for an actor of any role: whether a rule can take effect at all."""
        found: dict[Any, Version] = {}
        for span, law in reversed(self.laws):
            for version in self._of(law, None):
                if self._key(version) not in found:
                    found[self._key(version)] = version
                    version.spans.append(span)
                    yield version

    def _of(self, law: LawOn, role: str | None) -> Iterator[Version]:
        """The law of every action on a span; `role` None: for anybody."""
        roles = self.vocabulary.roles_of(role) if role else None
        for action, spec in self.vocabulary.actions.items():
            items: Sequence[str | None] = spec.is_item or self._own_items if spec.is_item or spec.by_item else (None,)
            derived = action in DERIVED and not self._has_rules(action)
            if derived and role is None:
                continue
            for item in items:
                of_action = law.action("hold" if derived else action, item, roles)
                if of_action.active or of_action.voids:
                    mirror = Mirror.of(action, law, self._somebody(role or "").docket) if derived else None
                    yield Version(self, action, item, role or "", of_action, mirror, self._expired(action, law))

    def _somebody(self, role: str) -> Known:
        """A case of which nothing is known but who acts."""
        at = datetime.combine(self.stack.checked_through, time(10), tzinfo=self.stack.zone)
        return Known.of(Case(agency=self.agency, at=at, actor=role or None), self.edition)

    def _expired(self, action: str, law: LawOn) -> dict[str, Node]:
        lowest = self.stack.layers[-1].jurisdiction
        return {
            clock.name: law.circuit(grammar.ClockTest("expired", clock.name), lowest)
            for clock in law.clocks_in_force()
            if clock.limits == action
        }

    @cached_property
    def _own_items(self) -> tuple[str, ...]:
        """The items of information that no action of its own name stands for."""
        named = {item for spec in self.vocabulary.actions.values() for item in spec.is_item}
        return tuple(item for item in self.vocabulary.facts["info.sought"].values if item not in named)

    def _has_rules(self, action: str) -> bool:
        return any(action in one.actions for one in self.stack.rules) or bool(self.stack.duties(action))

    def _key(self, version: Version) -> tuple[Any, ...]:
        """Versions with one key are the same law, whatever circuits each span has made of it."""
        key, laws = self.encoding.key, version.mirror.laws if version.mirror else (version.law,)
        rules = tuple(
            (one.provision.id, one.effect, key(one.when), key(one.unless), one.action)
            for law in laws
            for one in law.active.values()
        )
        voids = tuple((one.voids.id, key(one.applies), one.action) for law in laws for one in law.voids)
        beside = tuple(key(node) for node in version.mirror.beside) if version.mirror else ()
        expired = tuple((name, key(node)) for name, node in version.expired.items())
        return (version.action, version.item, rules, voids, beside, expired)

    # Asking.

    @contextmanager
    def of(self, *formulas: Formula) -> Iterator[None]:
        """Within it, only cases of which these are true."""
        self._take_in()
        self.solver.push()
        self.solver.add(*formulas)
        try:
            yield
        finally:
            self.solver.pop()

    @contextmanager
    def within(self, version: Version) -> Iterator[None]:
        """Within it, the lists of a version's conditions are defined. Its formulas are made before, so that nothing is lost."""
        assert version.classes
        with self.of(*definitions(version.records)):
            yield

    def can(self, *formulas: Formula) -> bool:
        """Whether there is a case of which these are true."""
        return bool(self._ask(formulas, lambda: True))

    def case(self, *formulas: Formula) -> Any:
        """A case (a model) of which these are true; None where there is none."""
        return self._ask(formulas, self.solver.model)

    def _ask(self, formulas: Sequence[Formula], found: Callable[[], Any]) -> Any:
        if any(formula is NO for formula in formulas):
            return None
        self.asked += 1
        self.solver.push()
        self.solver.add(*formulas)
        answer = self.solver.check()
        result = found() if answer == z3.sat else None
        self.solver.pop()
        if answer == z3.unknown:
            raise LawError(f"the solver gave no answer about {self.agency}")
        return result

    def _take_in(self) -> None:
        """What holds of every case and was found out since."""
        fresh = self.encoding.sound[self._taken_in :]
        self._taken_in += len(fresh)
        self.solver.add(*fresh)

    def can_at_a_moment(self, version: Version, formula: Formula) -> bool:
        """Whether there is such a case at one of some moments of a version's days: its own, and others of a week around it, since
        clocks that leave out weekends tell the days apart."""
        if not self.can(formula):
            return False
        span = version.spans[-1]
        for hours in (0, *range(12, 180, 12), *range(-12, -180, -12)):
            at = version.at + timedelta(hours=hours)
            day = at.astimezone(self.stack.zone).date()
            inside = (span.first is None or span.first <= day) and (span.last is None or day <= span.last)
            if inside and self.can(formula, *self._at(at)):
                return True
        return False

    def moment(self, version: Version) -> list[Formula]:
        """The moment of decision is that of a version's days, and each clock's latest start follows from it."""
        return self._at(version.at)

    def _at(self, at: datetime) -> list[Formula]:
        encoding = self.encoding
        found = [ordered(encoding.at, "=", encoding.points.of(at))]
        for key, bound in encoding.bounds().items():
            found.append(ordered(bound, "=", encoding.points.of(self._latest_start(at, key))))
        return found + encoding.spans_from(at.astimezone(self.stack.zone).date())

    def _latest_start(self, at: datetime, clock: tuple[int, str, str]) -> datetime:
        if (at, clock) not in self._starts:
            self._starts[at, clock] = latest_start(at, *clock, self.stack.zone)
        return self._starts[at, clock]

    @cached_property
    def _starts(self) -> dict[tuple[datetime, tuple[int, str, str]], datetime]:
        return {}
