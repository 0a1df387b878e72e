"""What the law room answers: a `Decision` with an `Outcome` for each action, and the JSON form that names.md fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from detainerdesk.law.language.vocabulary import UNKNOWN, Value

if TYPE_CHECKING:
    from detainerdesk.law.trace import Trace


@dataclass(frozen=True)
class By:
    """A rule that gives an outcome."""

    rule: str
    cite: str
    status: str
    jurisdiction: str
    layer: str
    says: str


@dataclass(frozen=True)
class Turn:
    """Facts still able to arrive that would change the class of an outcome, and what it would be then."""

    facts: Mapping[str, Any]
    outcome: str


@dataclass(frozen=True)
class Outcome:
    """What the law as encoded says about one action (or one item of it).

    `outcome` is required, forbidden, permitted, silent, conflict, undetermined, disputed or partly (items differ);
    `standing` is what to do now; `one_of` says that the completions are covered by different rules of `by`;
    `lifted` and `voided` pair a rule with what ended it."""

    outcome: str
    standing: str
    settled: bool
    by: tuple[By, ...] = ()
    needs: tuple[str, ...] = ()
    until: datetime | None = None
    was_so: str | None = None
    alternatives: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Outcome] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    one_of: bool = False
    lifted: tuple[tuple[str, str], ...] = ()
    voided: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "standing": self.standing,
            "settled": self.settled,
            "until": self.until.isoformat() if self.until else None,
            "was_so": self.was_so,
            "needs": list(self.needs),
            "by": [{"rule": by.rule, "cite": by.cite, "status": by.status} for by in self.by],
            "alternatives": dict(self.alternatives),
            "items": {name: item.outcome for name, item in self.items.items()},
            "turns": [
                {"facts": {name: plain(value) for name, value in turn.facts.items()}, "outcome": turn.outcome}
                for turn in self.turns
            ],
        }


@dataclass(frozen=True)
class DutyState:
    """A duty that the case gives rise to: owed, late, done, excused, or undetermined (its trigger is not known)."""

    id: str
    action: str
    state: str
    who: tuple[str, ...]
    whom: str
    cite: str
    status: str
    deadline: str
    content: str
    due_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "duty": self.id,
            "action": self.action,
            "state": self.state,
            "who": list(self.who),
            "whom": self.whom,
            "cite": self.cite,
            "status": self.status,
            "deadline": self.deadline,
            "due_at": self.due_at.isoformat() if self.due_at else None,
        }


@dataclass(frozen=True)
class ClockLength:
    """How long a clock runs: hours, and the calendar by which they count (`every hour`, or without days off)."""

    hours: int
    calendar: str


@dataclass(frozen=True)
class NoteSaid:
    """Something said beside the outcomes: a cited note of law, a layer that is not encoded, a rule that is switched off."""

    id: str
    text: str
    cite: str = ""


@dataclass(frozen=True)
class Decision:
    """The answer on one case, at one moment, under one edition of the rulebooks."""

    id: str | None
    agency: str
    at: datetime
    edition: str
    actions: Mapping[str, Outcome]
    clocks: Mapping[str, datetime]
    duties: tuple[DutyState, ...]
    assumed: Mapping[str, Value]
    notes: tuple[NoteSaid, ...]
    trace: Trace
    lengths: Mapping[str, ClockLength] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """names.md's answer: plain values only."""
        return {
            "id": self.id,
            "agency": self.agency,
            "at": self.at.isoformat(),
            "edition": self.edition,
            "actions": {name: outcome.as_json() for name, outcome in self.actions.items()},
            "clocks": {name: end.isoformat() for name, end in self.clocks.items()},
            "duties": [duty.as_json() for duty in self.duties],
            "assumed": {name: plain(value) for name, value in self.assumed.items()},
            "notes": [{"id": note.id, "text": note.text, "cite": note.cite} for note in self.notes],
        }


def plain(value: Value) -> Any:
    """A value as JSON has it."""
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, frozenset | set | tuple | list):
        return (
            sorted(plain(item) for item in value)
            if isinstance(value, frozenset | set)
            else [plain(item) for item in value]
        )
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
