"""How one move is made: in one transaction its row, the request's new state and one event of the ledger, or nothing. In: a request, the version that
the officer looked at, the officer. Out: the next version. A move on an old version is refused, and so is one that the officer's role lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from detainerdesk.desk import words
from detainerdesk.desk.life.rows import CLOSED_STATES, history, papers_digest, standing
from detainerdesk.desk.models import Act, Officer, RequestState
from detainerdesk.desk.roles import Ability, may
from detainerdesk.intake import request as intake_request
from detainerdesk.intake import syncpoint
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.request import Request
from detainerdesk.intake.understand import placing_waits, placing_waits_everywhere
from detainerdesk.ledger import log


class NotPossible(Exception):
    """A move that was not made; the message says what, where and what to do. Nothing was saved."""


class StaleState(NotPossible):
    """Somebody else recorded something since this page was opened."""


class NotOffered(NotPossible):
    """An act that this desk does not offer here: the law as encoded neither requires nor permits it, or the role may not do it."""


@contextmanager
def moving(
    number: str,
    version: int,
    officer: Officer,
    *,
    ability: Ability,
    name: str,
    at: datetime,
    file: str = "",
) -> Iterator[Move]:
    """A move on the version that the officer looked at; whatever is raised inside, or before the commit, undoes all of it. `file`: the
    SHA-256 of a file, if the move changes requests at each agency that has it."""
    if not may(officer.role, ability):
        raise NotOffered(
            f"Your role ({officer.get_role_display()}) does not record this. Nothing was saved. Ask the desk officer."
        )
    syncpoint.reached(f"desk.{name}.begin")
    with transaction.atomic(durable=True):
        if file:
            placing_waits_everywhere(file)
        else:
            placing_waits([officer.agency])
        state = RequestState.objects.select_for_update().filter(agency=officer.agency, number=number).first()
        if state is None:
            raise NotPossible(f"Request {number}: there is none with this number here. Look it up on the board.")
        if state.version != version:
            raise StaleState(who_changed(state))
        if state.state in CLOSED_STATES:
            raise NotPossible(f"Request {number} is closed. Nothing was saved.")
        request = intake_request.load(number, officer.agency)
        if state.papers != papers_digest(request):
            raise StaleState(words.new_paper())
        move = Move(name, state, request, officer, at)
        yield move
        assert move.told, "a move that writes a row tells the ledger"
        syncpoint.reached(f"desk.{name}.before_commit")
    syncpoint.reached(f"desk.{name}.after_commit")


class Move:
    """One move in its transaction: rows first, then the state, then the event."""

    def __init__(self, name: str, state: RequestState, request: Request, officer: Officer, at: datetime) -> None:
        self.name, self.state, self.request, self.officer, self.at = name, state, request, officer, at
        self.version = state.version + 1
        self.told = False

    def row(self, row: Any) -> None:
        row.request, row.by, row.at, row.version = self.state, self.officer, self.at, self.version
        if isinstance(row, Act):
            row.papers = self.state.papers
        syncpoint.reached(f"desk.{self.name}.before_row")
        row.save()
        syncpoint.reached(f"desk.{self.name}.after_row")

    def read_again(self) -> None:
        """This move changed what the papers say: the state is that of the papers as they are now."""
        self.request = intake_request.load(self.state.number, self.state.agency)
        self.state.papers = papers_digest(self.request)

    def event(self, kind: str, said: Mapping[str, Any], what: str, sealed: Mapping[str, str] | None = None) -> None:
        state, before = self.state, self.state.state
        state.state = standing(self.request, history(state), self.at)
        state.version, state.changed_at = self.version, self.at
        state.changed_by, state.changed_what = self.officer, what
        state.save()
        syncpoint.reached(f"desk.{self.name}.before_event")
        log.append(
            kind,
            actor=actor_of(self.officer),
            agency=state.agency,
            subject=f"request {state.number}",
            facts={**said, "from": before, "to": state.state, "version": self.version},
            personal=sealed,
            at=self.at,
        )
        syncpoint.reached(f"desk.{self.name}.after_event")
        self.told = True


def actor_of(officer: Officer) -> str:
    """Who acted, as the ledger names people: by number, never by name."""
    return f"officer {officer.pk}"


def officer_named(actor: str) -> Officer | None:
    """The officer whom an entry of the ledger names; None where a program acted."""
    number = actor.removeprefix("officer ")
    return Officer.objects.select_related("user").filter(pk=number).first() if number.isdecimal() else None


def name_of(actor: str, agency: str = "") -> str:
    """Who acted, for people (of this agency) who may see it: an officer's name, and whose officer if another agency's; or what the ledger says of a
    program."""
    officer = officer_named(actor)
    if officer is None:
        return actor.capitalize()
    return f"{officer.short_name} ({officer.agency})" if agency and officer.agency != agency else officer.short_name


def who_changed(state: RequestState) -> str:
    who = state.changed_by.short_name if state.changed_by else "Intake"
    return words.stale(who, state.changed_what, state.changed_at, zone_of(state.agency))


def one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise NotPossible(f"{given!r} is not {what}. Choose one of: {', '.join(known)}.")
