"""What is known in one case: the typed facts, who acts, and the agency's stack. Everything that decides reads it here."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.facts import Facts, type_facts
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.language.vocabulary import UNKNOWN, Vocabulary
from detainerdesk.law.load import Edition, Stack

Bounds = Literal["early", "late"]


@dataclass(frozen=True)
class Setting:
    """One way in which the law of a case is taken: the moment, the readings chosen, the bound of uncertain days, the item
    of information, and whether rules that a court declared only later take part."""

    at: datetime
    readings: tuple[tuple[str, str], ...]
    bounds: Bounds = "late"
    item: str | None = None
    declared_too: bool = False

    @cached_property
    def reading(self) -> Mapping[str, str]:
        return dict(self.readings)


Way = tuple[tuple[tuple[str, str], ...], Bounds]
"""The readings taken, and the bound of uncertain days."""


@dataclass(frozen=True)
class Ways:
    """The ways in which the law of an action may be taken, the default's first. What differs between them is an integer with a
    bit for each."""

    each: tuple[Way, ...]

    @classmethod
    def only(cls, setting: Setting) -> Ways:
        """The one way of a setting."""
        return cls(((setting.readings, setting.bounds),))

    def __len__(self) -> int:
        return len(self.each)

    def settings(self, plain: Setting) -> Sequence[Setting]:
        """The setting of each; `plain` is the default's."""
        if len(self.each) == 1:
            return (plain,)
        return [Setting(plain.at, readings, bounds, plain.item, plain.declared_too) for readings, bounds in self.each]

    def with_reading(self, name: str, values: Collection[str]) -> int:
        """Those in which one of these alternatives of a reading is taken."""
        return sum(1 << way for way, (readings, _) in enumerate(self.each) if dict(readings)[name] in values)

    @cached_property
    def with_early_bound(self) -> int:
        """Those in which uncertain days are taken at their early bound."""
        return sum(1 << way for way, (_, bounds) in enumerate(self.each) if bounds == "early")


@dataclass(frozen=True)
class Known:
    """A case under its agency's stack. `roles` is None where any rule's `who` fits: no actor is named, and no profile tells what the agency's officer is."""

    case: Case
    stack: Stack
    vocabulary: Vocabulary
    facts: Facts
    roles: frozenset[str] | None

    @classmethod
    def of(cls, case: Case, edition: Edition) -> Known:
        """Type the case's facts and assume what leaving the others out means. Raises CaseError."""
        stack = edition.stack(case.agency)
        case = replace(case, at=case.at.astimezone(UTC))
        for action in case.ask:
            if action not in edition.vocabulary.actions:
                near = ", ".join(difflib.get_close_matches(action, list(edition.vocabulary.actions), n=2))
                raise CaseError(
                    f"{action} is no action of the vocabulary; {f'did you mean {near}?' if near else 'rulebooks/vocabulary.md names them'}"
                )
        for name, choice in case.choices.items():
            reading = stack.readings.get(name)
            if reading is None or choice not in reading.alternatives:
                known = ", ".join(reading.alternatives) if reading else ", ".join(stack.readings) or "none"
                raise CaseError(
                    f"{name} = {choice} is no reading of this agency's law; {f'{name} is one of' if reading else 'its readings are'} {known}"
                )
        facts = type_facts(case, stack.definition_names, stack.defaults)
        return cls(case, stack, edition.vocabulary, facts, _roles(case, stack, edition))

    def cost(self, name: str) -> tuple[int, int, str]:
        """How dear a fact is to find out, for ordering."""
        fact = self.vocabulary.fact(name.split("[", maxsplit=1)[0])
        return (*self.vocabulary.cost(fact), name) if fact else (9, 0, name)

    @cached_property
    def default_readings(self) -> tuple[tuple[str, str], ...]:
        """Counsel's recorded choice of each reading, else its default."""
        if not self.case.choices:
            return self.stack.default_readings
        return tuple(
            sorted((name, self.case.choices.get(name, one.default)) for name, one in self.stack.readings.items())
        )

    def setting(self, item: str | None = None, at: datetime | None = None) -> Setting:
        """The default's setting."""
        return Setting(at or self.case.at, self.default_readings, item=item)

    def day(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(self.stack.zone).date()

    def rank(self, provision: Provision) -> int:
        return self.stack.rank[provision.jurisdiction]

    def items_sought(self) -> tuple[str, ...]:
        """The items of information that are asked, in the vocabulary's order; left out or unknown: every one."""
        every = self.vocabulary.facts["info.sought"].values
        sought = self.facts.value("info.sought")
        return tuple(item for item in every if sought is UNKNOWN or item in sought) or every

    def items_of(self, action: str) -> tuple[str | None, ...]:
        """The items of information by which an action is decided; None for one that is no information."""
        spec = self.vocabulary.actions[action]
        if not spec.is_item and not spec.by_item:
            return (None,)
        return spec.is_item or self.items_sought()

    def cautious(self, action: str, day: date) -> tuple[str, ...]:
        """What to do first while the outcome is open: the lowest layer's order."""
        for layer in reversed(self.stack.layers):
            for block in layer.cautious:
                if block.action == action and block.in_force.on(day) != "out":
                    return block.order
        return ("forbidden", "silent", "permitted", "required")

    def has_rules(self, action: str) -> bool:
        return any(action in rule.actions for rule in self.stack.rules) or any(
            duty.action == action for duty in self.stack.duties()
        )

    def opened(self, names: Collection[str]) -> Known:
        """The same case with some facts not known, some lists not complete."""
        return replace(self, facts=self.facts.opened(names))


def _roles(case: Case, stack: Stack, edition: Edition) -> frozenset[str] | None:
    key = (case.agency, case.actor)
    if key not in edition.acting:
        edition.acting[key] = _acting(case, stack, edition)
    return edition.acting[key]


def _acting(case: Case, stack: Stack, edition: Edition) -> frozenset[str] | None:
    actor = case.actor
    if actor is None:
        actor = stack.profile.roles[0] if stack.profile else _officer_of_its_kind(case.agency, edition)
        if actor is None:
            return None
    elif actor not in edition.vocabulary.roles:
        raise CaseError(f"{actor} is no role of the vocabulary; expected one of {', '.join(edition.vocabulary.roles)}")
    return edition.vocabulary.roles_of(actor)


def _officer_of_its_kind(agency: str, edition: Edition) -> str | None:
    """Who acts for an agency without a profile: as for those that go by the same word (`…/sheriff`), its own state's first, where these agree.

    Or a city's police would be bound by what an order says to state agencies alone."""
    place, _, kind = agency.partition("/")
    alike = [one for one in edition.profiles() if one.agency.partition("/")[2] == kind]
    state = place.split("-")[:2]
    near = [one for one in alike if one.agency.partition("/")[0].split("-")[:2] == state]
    officers = {one.roles[0] for one in near or alike}
    return officers.pop() if len(officers) == 1 else None
