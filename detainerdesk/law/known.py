"""What is known in one case: the docket that it is on (the agency's stack, who acts, what counsel chose) and its typed facts."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

from detainerdesk.law.errors import CaseError
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.facts import Facts, type_facts
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.language.vocabulary import UNKNOWN, Vocabulary
from detainerdesk.law.load import Edition, Stack

Bounds = Literal["early", "late"]


class Setting(NamedTuple):
    """One way in which the law of a case is taken: the moment, the readings chosen, the bound of uncertain days, the item
    of information, and whether rules that a court declared only later take part."""

    at: datetime
    readings: tuple[tuple[str, str], ...]
    bounds: Bounds = "late"
    item: str | None = None
    declared_too: bool = False

    @property
    def reading(self) -> Mapping[str, str]:
        return _by_name(self.readings)


@lru_cache(maxsize=1024)
def _by_name(readings: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(readings)


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


@dataclass(eq=False)
class Docket:
    """What the cases of one agency have in common that name the same actor and the same choices of counsel.

    `roles` is None where any rule's `who` fits: no actor is named, and no profile tells what the agency's officer is."""

    stack: Stack
    vocabulary: Vocabulary
    roles: frozenset[str] | None
    choices: Mapping[str, str]
    readings: tuple[tuple[str, str], ...]
    """Counsel's recorded choice of each reading, else its default."""
    terms: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """How its actions are decided on each span of days (plan.py), once made."""
    latest: Any = field(default=None, init=False, repr=False)
    """The one of them that was asked for last."""

    @classmethod
    def of(cls, agency: str, actor: str | None, choices: Mapping[str, str], edition: Edition) -> Docket:
        """Made once. Raises CaseError for an agency, actor or choice that there is not."""
        stack = edition.stack(agency)
        key = (actor, frozenset(choices.items()))
        found: Docket | None = stack.dockets.get(key)
        if found is None:
            found = stack.dockets[key] = cls._made(stack, actor, choices, edition)
        return found

    @classmethod
    def _made(cls, stack: Stack, actor: str | None, choices: Mapping[str, str], edition: Edition) -> Docket:
        for name, choice in choices.items():
            _check_choice(name, choice, stack)
        roles = _acting(actor, stack, edition)
        chosen = {name: choices.get(name, one.default) for name, one in stack.readings.items()}
        return cls(stack, edition.vocabulary, roles, dict(choices), tuple(sorted(chosen.items())))

    def cost(self, name: str) -> tuple[int, int, str]:
        """How dear a fact is to find out, for ordering."""
        fact = self.vocabulary.fact(name.split("[", maxsplit=1)[0])
        return (*self.vocabulary.cost(fact), name) if fact else (9, 0, name)

    def day(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(self.stack.zone).date()

    def rank(self, provision: Provision) -> int:
        return self.stack.rank[provision.jurisdiction]

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


def _check_choice(name: str, choice: str, stack: Stack) -> None:
    reading = stack.readings.get(name)
    if reading is None or choice not in reading.alternatives:
        known = ", ".join(reading.alternatives) if reading else ", ".join(stack.readings) or "none"
        raise CaseError(
            f"{name} = {choice} is no reading of this agency's law; {f'{name} is one of' if reading else 'its readings are'} {known}"
        )


def _acting(actor: str | None, stack: Stack, edition: Edition) -> frozenset[str] | None:
    if actor is None:
        actor = stack.profile.roles[0] if stack.profile else _officer_of_its_kind(stack.agency, edition)
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


@dataclass(frozen=True)
class Known:
    """A case on its docket, its facts typed."""

    case: Case
    docket: Docket
    facts: Facts

    @classmethod
    def of(cls, case: Case, edition: Edition) -> Known:
        """Type the case's facts and assume what leaving the others out means. Raises CaseError."""
        docket = Docket.of(case.agency, case.actor, case.choices, edition)
        for action in case.ask:
            if action not in edition.vocabulary.actions:
                near = ", ".join(difflib.get_close_matches(action, list(edition.vocabulary.actions), n=2))
                raise CaseError(
                    f"{action} is no action of the vocabulary; {f'did you mean {near}?' if near else 'rulebooks/vocabulary.md names them'}"
                )
        case = replace(case, at=case.at.astimezone(UTC))
        stack = docket.stack
        return cls(case, docket, type_facts(case, stack.definition_names, stack.defaults))

    @property
    def stack(self) -> Stack:
        return self.docket.stack

    @property
    def vocabulary(self) -> Vocabulary:
        return self.docket.vocabulary

    def setting(self, item: str | None = None, at: datetime | None = None, *, declared_too: bool = False) -> Setting:
        """The default's setting."""
        return Setting(at or self.case.at, self.docket.readings, "late", item, declared_too)

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

    def is_open(self, name: str) -> bool:
        """Whether a fact is not known; of a list, whether there may be more of it."""
        records = self.facts.lists.get(name)
        return self.facts.value(name) is UNKNOWN if records is None else not records.complete

    def opened(self, names: Collection[str]) -> Known:
        """The same case with some facts not known, some lists not complete."""
        return replace(self, facts=self.facts.opened(names))
