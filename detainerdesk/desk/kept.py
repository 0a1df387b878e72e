"""Decisions and questions that still hold, so that a board need not decide every row anew each time it is shown. In: a case and the edition.
Out: what `law` says of it, decided now or kept from before. An answer is kept until the first moment at which anything in it can change (the
end of a clock, an outcome's `until`, a moment of the case, local midnight), and serves each case that differs only in a moment that no rule
names, as the minute at which a fax came: rows of a board that are alike are decided once, under the first one's `id`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from detainerdesk.law import Adoption, Case, Decision, Edition, Question, ask, decide

Said = TypeVar("Said")

LARGEST = 4000  # answers of each sort; beyond it all are forgotten


@dataclass(frozen=True)
class _Holds(Generic[Said]):
    """What was said, and from when until when it holds."""

    said: Said
    since: datetime
    until: datetime


class Kept:
    """What one process keeps. A decision that an officer acts on is made `anew`."""

    def __init__(self) -> None:
        self._decisions: dict[Hashable, _Holds[Decision]] = {}
        self._questions: dict[Hashable, _Holds[Question | None]] = {}
        self._named: dict[tuple[str, str], frozenset[str]] = {}

    def decision(self, case: Case, edition: Edition, adoption: Adoption | None = None) -> Decision:
        kept = self._decisions.get(self._key(case, edition, adoption))
        held = kept is not None and kept.since <= case.at < kept.until
        return kept.said if kept is not None and held else self.anew(case, edition, adoption)

    def anew(self, case: Case, edition: Edition, adoption: Adoption | None = None) -> Decision:
        decision = decide(case, edition, adoption)
        key = self._key(case, edition, adoption)
        _keep(self._decisions, key, _Holds(decision, case.at, _turns(case, decision, edition)))
        return decision

    def question(
        self, case: Case, edition: Edition, actions: tuple[str, ...], adoption: Adoption | None = None
    ) -> Question | None:
        key = (actions, self._key(case, edition, adoption))
        kept = self._questions.get(key)
        if kept is not None and kept.since <= case.at < kept.until:
            return kept.said
        question = ask(adoption.on(case, edition) if adoption else case, edition, actions=actions)
        until = _turns(case, self.decision(case, edition, adoption), edition)
        _keep(self._questions, key, _Holds(question, case.at, until))
        return question

    def forget(self) -> None:
        """As a process that has just begun."""
        self._decisions.clear()
        self._questions.clear()

    def _key(self, case: Case, edition: Edition, adoption: Adoption | None) -> Hashable:
        law = (edition.hash, case.agency)
        if law not in self._named:
            self._named[law] = frozenset(_names(_conditions(edition, case.agency)))
        facts = sorted(_told_apart(case.facts, edition, self._named[law]).items())
        return edition.hash, adoption.key if adoption else "", case.agency, case.ask, repr(facts)


def _keep(shelf: dict[Hashable, _Holds[Said]], key: Hashable, one: _Holds[Said]) -> None:
    if len(shelf) >= LARGEST:
        shelf.clear()
    shelf[key] = one


def _turns(case: Case, decision: Decision, edition: Edition) -> datetime:
    """The first later moment at which anything in the answer can change. At midnight a law may come into force."""
    local = case.at.astimezone(edition.stack(case.agency).zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    turns = [*decision.clocks.values(), *(outcome.until for outcome in decision.actions.values())]
    turns += [duty.due_at for duty in decision.duties]
    turns += [value for value in case.facts.values() if isinstance(value, datetime)]
    later = [one.astimezone(UTC) for one in (midnight, *turns) if one is not None]
    return min(one for one in later if one > case.at)


def _told_apart(facts: Mapping[str, Any], edition: Edition, named: frozenset[str]) -> dict[str, Any]:
    """The facts by which the law can tell two cases apart: all but the moments that no rule names."""
    unread = {name for name, fact in edition.vocabulary.facts.items() if fact.kind == "moment"} - named

    def of_record(record: Mapping[str, Any], list_name: str) -> list[tuple[str, Any]]:
        skipped = {name for name, fact in edition.vocabulary.fields(list_name).items() if fact.kind == "moment"} - named
        return sorted((name, value) for name, value in record.items() if name not in skipped)

    return {
        name: [of_record(one, name) for one in value] if isinstance(value, list) else value
        for name, value in facts.items()
        if name not in unread
    }


def _conditions(edition: Edition, agency: str) -> Iterator[object]:
    """Everything in which a fact can be named for an agency: what can be in force, the clocks, and what leaving a fact out
    means."""
    for book in edition.stack(agency).layers:
        yield from (book.rules, book.voids, book.duties, book.definitions, book.clocks, book.notes)
    yield edition.vocabulary.constraints
    yield from (fact.left_out for fact in edition.vocabulary.facts.values())


def _names(part: object) -> Iterator[str]:
    """Every word in it, however deep. Sentences come along: they name no fact."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple | list | Iterator):
        for one in part:
            yield from _names(one)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _names(getattr(part, each.name))
