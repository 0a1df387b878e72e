"""What an officer does: no hold, a hold, release, or that the person is not here. In: the act, and the decision that stands behind it. Out: the next
version. An act that the law as encoded forbids is not offered; what it proposed is kept whole beside what was done.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cache

from django.conf import settings

from detainerdesk.desk import facts, words
from detainerdesk.desk.life.counsel import adoption
from detainerdesk.desk.life.move import NotOffered, NotPossible, StaleState, moving, one_of, who_changed
from detainerdesk.desk.life.rows import history
from detainerdesk.desk.models import Act, Officer, RequestState
from detainerdesk.desk.roles import Ability, may
from detainerdesk.intake import request as intake_request
from detainerdesk.law import ContradictoryFacts, Decision, Edition, decide, load
from detainerdesk.law.language.grammar import Name
from detainerdesk.law.language.rulebook import Duty


def record_act(number: str, version: int, officer: Officer, act: str, *, at: datetime) -> int:
    """An act from the page's button: no_hold, hold, release, not_in_custody. What the law proposes is decided anew, from what is recorded."""
    if act == "not_in_custody":
        return not_in_custody(number, version, officer, at=at)
    state = RequestState.objects.filter(agency=officer.agency, number=number).first()
    if state is None:
        raise NotPossible(f"Request {number}: there is none with this number here. Look it up on the board.")
    if state.version != version:
        raise StaleState(who_changed(state))
    known = history(state).known
    view: facts.View = "person" if act == "release" else facts.view_of(known, at)
    case = facts.case_of(intake_request.load(number, officer.agency), known, view=view, at=at)
    try:
        decision = decide(case, edition(), adoption(officer.agency))
    except ContradictoryFacts as error:
        raise NotPossible(f"Nothing was saved: {error}") from error
    if act == "release":
        return record_release(number, version, officer, decision, at=at)
    return record_decision(number, version, officer, act, decision, view=view, at=at)


def record_decision(
    number: str,
    version: int,
    officer: Officer,
    act: str,
    decision: Decision,
    *,
    view: facts.View = "request",
    at: datetime,
) -> int:
    """`no_hold` or `hold`, beside what the encoded law proposes. A hold that it neither requires nor permits is refused."""
    one_of("hold or no hold", act, ("no_hold", "hold"))
    hold = decision.actions["hold"]
    if act == "hold" and hold.standing not in ("required", "permitted"):
        raise NotOffered(
            "Hold: not recorded. The law as encoded gives no ground to keep this person on this request. Ask the supervisor."
        )
    if act == "hold" and hold.standing == "permitted" and not may(officer.role, "decide_open_hold"):
        raise NotOffered(
            "Hold: not recorded. The law leaves it open, and a supervisor decides it here. Ask the supervisor."
        )
    if act == "no_hold" and hold.standing == "required":
        raise NotOffered(
            "No hold: not recorded. The law as encoded says that this person must be kept on this request. Ask the supervisor."
        )
    return _act(number, version, officer, act=act, decision=decision, view=view, at=at)


def record_release(number: str, version: int, officer: Officer, decision: Decision, *, at: datetime) -> int:
    """The person has left. Ending custody never waits for a second person."""
    return _act(number, version, officer, act="release", decision=decision, view="person", at=at)


def not_in_custody(number: str, version: int, officer: Officer, *, at: datetime) -> int:
    """The person on the paper is not in custody here."""
    with moving(number, version, officer, ability="record_decision", name="not_in_custody", at=at) as move:
        move.row(Act(act="not_in_custody"))
        move.event("decision.recorded", {"act": "not_in_custody"}, "not in custody here")
    return move.version


@cache
def edition() -> Edition:
    """The rulebooks as they stood when this process started, with the agency's own where there are some."""
    return load(local=settings.LOCAL_RULEBOOKS)


def _act(
    number: str, version: int, officer: Officer, *, act: str, decision: Decision, view: facts.View, at: datetime
) -> int:
    ability: Ability = "record_release" if act == "release" else "record_decision"
    hold = decision.actions["hold"]
    kept = decision.as_json()
    with moving(number, version, officer, ability=ability, name=ability, at=at) as move:
        move.row(
            Act(
                act=act,
                view=view,
                outcome=hold.outcome,
                standing=hold.standing,
                settled=hold.settled,
                hold_until=words.hold_end(hold, decision) if act == "hold" else None,
                owes=_owes(decision),
                edition=decision.edition,
                decision=kept,
                trace_digest=trace_digest(decision),
            )
        )
        said = {
            "act": act,
            "proposed": hold.outcome,
            "standing": hold.standing,
            "settled": hold.settled,
            "view": view,
            "by": ", ".join(by.rule for by in hold.by),
            "edition": decision.edition,
            "trace": trace_digest(decision),
            "decided_at": decision.at.isoformat(),
        }
        what = {"hold": "a hold on this request", "no_hold": "no hold on this request", "release": "release"}[act]
        move.event("release.recorded" if act == "release" else "decision.recorded", said, what)
    return move.version


def _owes(decision: Decision) -> list[str]:
    found = [
        shows_done(duty.id, decision.agency) or duty.id
        for duty in decision.duties
        if duty.state in ("owed", "late") and duty.action in words.DUTY_LABELS
    ]
    return list(dict.fromkeys(found))


def shows_done(duty: str, agency: str) -> str | None:
    """The moment among the facts that shows a duty done (`person.served_copy_at`), where its rulebook names one."""
    provision = edition().stack(agency).provision(duty)
    done = provision.done if isinstance(provision, Duty) else None
    fact = edition().vocabulary.facts.get(done.name) if isinstance(done, Name) else None
    return fact.name if fact is not None and fact.kind == "moment" else None


def trace_digest(decision: Decision) -> str:
    """SHA-256 of the decision as JSON: what a replay must give again, byte for byte."""
    text = json.dumps(decision.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
