"""What an agency's counsel signs: rules adopted or withdrawn, readings chosen or left open. In: what was signed as the page showed it (with its
digest), the officer, the moment. Out: rows, and one event of the ledger for each in the same transaction. From the rows comes the `Adoption` under
which everything is decided here.

A reason is counsel's own and may be privileged: the ledger holds it sealed, and no bundle opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from detainerdesk.desk.life.move import NotOffered, NotPossible, actor_of
from detainerdesk.desk.models import Officer, Signature
from detainerdesk.desk.roles import may
from detainerdesk.law import Adoption, Edition, Provision, Reading, Signed, digest, provisions
from detainerdesk.ledger import log
from detainerdesk.ledger.log import Entry

SIGNED_KINDS = tuple(act for act, _ in Signature.ACTS)
"""The kinds of event that change an adoption."""

CHANGED = "{names}: the law was changed since the page was opened. Nothing was signed. Read it again, then sign."


def adoption(agency: str) -> Adoption:
    """What counsel of this agency has signed, as it stands now."""
    found = Adoption(agency)
    for row in Signature.objects.filter(agency=agency).order_by("id"):
        found = found.after(row.act, Signed(row.name, row.digest, f"officer {row.by_id}", row.at, row.value))
    return found


def adoption_of(agency: str, entries: Iterable[Entry], before: int) -> Adoption:
    """The same from the ledger alone, as it stood before entry `before`."""
    found = Adoption(agency)
    for entry in entries:
        if entry.index < before and entry.event.agency == agency and entry.event.kind in SIGNED_KINDS:
            found = found.after(entry.event.kind, signed_by(entry.event.facts, entry.event.actor, entry.event.at))
    return found


def signed_by(facts: Mapping[str, object], actor: str, at: datetime) -> Signed:
    """What an event says was signed."""
    return Signed(str(facts["name"]), str(facts["digest"]), actor, at, str(facts.get("value") or ""))


def signatures(agency: str) -> dict[str, Signature]:
    """The last row of each name: who signed it, and when."""
    rows = Signature.objects.filter(agency=agency).select_related("by__user").order_by("id")
    return {row.name: row for row in rows}


def adopt(read: Mapping[str, str], officer: Officer, edition: Edition, *, at: datetime) -> tuple[str, ...]:
    """Adopts each rule of `read` (id -> the digest that the page showed), in one transaction. Returns the ids; those adopted already are passed over."""
    _counsel(officer)
    with transaction.atomic(durable=True):
        standing = adoption(officer.agency)
        found = _as_read(read, officer.agency, edition)
        if off := [one.id for one in found if one.status == "off"]:
            raise NotPossible(f"{', '.join(off)}: switched off, so there is nothing to adopt. Nothing was signed.")
        new = [one for one in found if standing.standing(one, edition) != "adopted"]
        if not new:
            raise NotPossible("Nothing was signed: each rule that was ticked is adopted already, or none was ticked.")
        for one in new:
            _sign("law.adopted", one, officer, edition, at)
    return tuple(one.id for one in new)


def withdraw(read: Mapping[str, str], officer: Officer, edition: Edition, *, at: datetime) -> tuple[str, ...]:
    """Takes the adoption of each rule back: from now on it is a draft again. What was decided before stays as it was decided."""
    _counsel(officer)
    with transaction.atomic(durable=True):
        standing = adoption(officer.agency)
        found = [one for one in _as_read(read, officer.agency, edition) if one.id in standing.provisions]
        if not found:
            raise NotPossible("Nothing was withdrawn: no rule that was ticked is adopted, or none was ticked.")
        for one in found:
            _sign("law.withdrawn", one, officer, edition, at)
    return tuple(one.id for one in found)


def choose(
    name: str, alternative: str, reason: str, read: str, officer: Officer, edition: Edition, *, at: datetime
) -> None:
    """Counsel's reading, with a reason; `read` is the digest that the page showed."""
    _counsel(officer)
    reading = _reading(name, read, officer.agency, edition)
    if alternative not in reading.open:
        raise NotPossible(f"{alternative!r} is no open reading of {name}. Choose one of: {', '.join(reading.open)}.")
    if not reason.strip():
        raise NotPossible("Reason: not given. Write why the law is read this way.")
    with transaction.atomic(durable=True):
        _sign("reading.chosen", reading, officer, edition, at, value=alternative, reason=reason.strip())


def leave_open(name: str, reason: str, read: str, officer: Officer, edition: Edition, *, at: datetime) -> None:
    """Takes the choice back: both readings show again."""
    _counsel(officer)
    reading = _reading(name, read, officer.agency, edition)
    if name not in adoption(officer.agency).choices:
        raise NotPossible(f"{name}: no reading is chosen, so there is nothing to take back.")
    if not reason.strip():
        raise NotPossible("Reason: not given. Write why the choice is taken back.")
    with transaction.atomic(durable=True):
        _sign("reading.left_open", reading, officer, edition, at, reason=reason.strip())


def _counsel(officer: Officer) -> None:
    if not may(officer.role, "sign_law"):
        raise NotOffered(
            f"Your role ({officer.get_role_display()}) does not sign the law. Nothing was saved. Ask counsel."
        )


def _as_read(read: Mapping[str, str], agency: str, edition: Edition) -> list[Provision]:
    """The rules that were ticked, each as the page showed it."""
    found = [one for one in provisions(edition.stack(agency)) if one.id in read]
    here = {one.id: digest(one, edition) for one in found}
    if changed := sorted(id for id, shown in read.items() if here.get(id) != shown):
        raise NotPossible(CHANGED.format(names=", ".join(changed)))
    return found


def _reading(name: str, read: str, agency: str, edition: Edition) -> Reading:
    reading = edition.stack(agency).readings.get(name)
    if reading is None or digest(reading, edition) != read:
        raise NotPossible(CHANGED.format(names=name))
    return reading


def _sign(
    act: str,
    what: Provision | Reading,
    officer: Officer,
    edition: Edition,
    at: datetime,
    *,
    value: str = "",
    reason: str = "",
) -> None:
    """One row and its event."""
    said = {"digest": digest(what, edition), "edition": edition.hash, "layer": what.jurisdiction, "cite": what.cite}
    if isinstance(what, Reading):
        kind, name, says = "reading", what.name, what.note
        said |= {"value": value}
    else:
        kind, name, says = "rule", what.id, what.says
        said |= {"says": says, "status": what.status}
    Signature(
        agency=officer.agency,
        by=officer,
        at=at,
        act=act,
        name=name,
        value=value,
        digest=said["digest"],
        says=says,
        reason=reason,
        edition=edition.hash,
    ).save()
    log.append(
        act,
        actor=actor_of(officer),
        agency=officer.agency,
        subject=f"{kind} {name}",
        facts={"name": name, **said},
        personal={"reason": reason} if reason else {},
        at=at,
    )
