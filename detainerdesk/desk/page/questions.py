"""The one question of a request page: identity first, then a court paper, the warrant check, ground and time, then what the engine asks. In: a Look.
Out: the question with its answers and their keys, or none. `life.answer` takes what an answer posts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

from detainerdesk.desk import facts, life
from detainerdesk.desk.compared import NEEDED, compared_with_booking
from detainerdesk.desk.models import Act
from detainerdesk.desk.page.look import KEPT, Look
from detainerdesk.desk.page.values import AnswerKey, Question
from detainerdesk.desk.words import AgencyWords
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.law import UNKNOWN


def question_of(look: Look) -> Question | None:
    """Identity first, then a court paper, the warrant check, ground and time, then what the engine asks."""
    known = look.past.known
    if look.decision is None:
        return None
    if look.request.kind == "cancellation" or look.shown.detainer is None:
        return None if known.same_person or not look.request.papers else _identity(look)
    if not known.same_person:
        return _identity(look)
    if known.same_person == "different":
        return None
    if (paper := facts.unconfirmed_court_paper(look.shown, known)) is not None:
        return court_question(look.shown.papers[paper])
    check = known.warrant_check
    if check is None or (check.result in ("not_looked_up", "system_down") and not _just_now(look)):
        return CHECK
    if check.result == "found" and not check.found:
        return FOUND
    if look.past.act is not None and not look.past.changed_after_act and (owed := life.owed(look.past)):
        return _duty_question(look, owed)
    if known.booking is None or (known.booking.ground == "none" and not _just_now(look) and look.past.act is None):
        return ground_question(look.agency, look.now)
    return _engine_question(look)


IDENTITY = Question(
    "same_person",
    "Is this the person in custody?",
    "Compare name and birth date with booking. A key saves the answer at once.",
    (
        AnswerKey("Y", "same person", "same"),
        AnswerKey("N", "not in custody here", "different"),
        AnswerKey("U", "cannot tell", "cannot_tell"),
    ),
)


def _identity(look: Look) -> Question:
    """Where booking was written down, `same person` needs two identifiers that are the same (security.md ACL-4)."""
    match = compared_with_booking(look.shown, look.past.known)
    if match is None:
        return IDENTITY
    same, *others = IDENTITY.answers
    off = "" if len(match.agree) >= NEEDED else "too little agrees"
    where = "What booking has stands beside the paper below. A key saves the answer at once."
    return replace(IDENTITY, where=where, answers=(replace(same, off=off), *others))


CHECK = Question(
    "warrant_check",
    "Did the warrant check find a judge's criminal warrant?",
    "Look in WMS and NCIC. A key saves the answer at once.",
    (
        AnswerKey("N", "none found, now", "none"),
        AnswerKey("F", "found", "found"),
        AnswerKey("L", "not looked up", "not_looked_up"),
        AnswerKey("D", "system down", "system_down"),
    ),
)

FOUND = Question(
    "warrant_found",
    "What does the warrant that was found say?",
    "Ask the court or the marshal that holds it, at a number on file.",
    (
        AnswerKey("1", "arrest for a crime, signed by a federal magistrate judge", "federal_magistrate"),
        AnswerKey("2", "arrest for a crime, signed by a federal district judge", "federal_district"),
        AnswerKey("3", "arrest for a crime, signed by a state judge", "state_judge"),
        AnswerKey("4", "arrest on an indictment, signed by the clerk", "clerk_indictment"),
        AnswerKey("5", "civil, signed by an immigration officer", "civil"),
        AnswerKey("6", "search of a place", "search"),
        AnswerKey("7", "it is for another person", "other_person"),
        AnswerKey("0", "could not find out", "unknown"),
    ),
)


def court_question(paper: Paper) -> Question:
    signer = facts.accepted_text(paper, "officer_name") or "a name that could not be read"
    return Question(
        "court_paper",
        "Does the court confirm this warrant, for this person?",
        f"Printed signer: {signer}. Call the clerk at a number on file, never the paper's.",
        (
            AnswerKey("Y", "confirmed, names this person", "confirmed"),
            AnswerKey("N", "not this person, or no such warrant", "ruled_out"),
            AnswerKey("U", "could not find out", "unknown"),
        ),
    )


def _duty_question(look: Look, owed: tuple[str, ...]) -> Question | None:
    """The first duty that an act left open: when was it done."""
    fact = next((look.edition.vocabulary.facts[name] for name in owed if name in look.edition.vocabulary.facts), None)
    if fact is None:
        return None
    return Question(
        "duty",
        fact.ask,
        "Record it when it is done. A key saves the answer at once.",
        (AnswerKey("Y", "done, at this time", fact.name),),
        asks_moment=True,
        moment_label="Done at",
        moment_default=f"{look.now:%Y-%m-%dT%H:%M}",
    )


GROUND_KEYS = (
    ("1", "dropped", "charges dropped"),
    ("2", "acquitted", "acquitted"),
    ("3", "time_served", "time served"),
    ("4", "bail_or_ROR", "bail or own recognizance"),
    ("5", "diversion", "diversion"),
    ("6", "other", "other"),
    ("0", "none", "none yet: custody rests on an open charge"),
)


def ground_question(agency: AgencyWords, now: datetime) -> Question:
    return Question(
        "release_ground",
        "Why and when does other custody end?",
        "Look at the booking record, the bail record and the court's order.",
        tuple(AnswerKey(key, agency.grounds.get(value, label), value) for key, value, label in GROUND_KEYS),
        asks_moment=True,
        moment_label="Other custody ended at",
        moment_default=f"{now.astimezone(agency.zone):%Y-%m-%dT%H:%M}",
    )


def _just_now(look: Look) -> bool:
    """The last thing recorded is an answer: it is not asked again before an act is recorded on it."""
    last = look.past.rows[-1] if look.past.rows else None
    return last is not None and not isinstance(last, Act)


def _engine_question(look: Look) -> Question | None:
    """What the engine would ask next, where looking it up can change what is done; each fact at most once."""
    assert look.decision is not None
    case = facts.case_of(look.request, look.past.known, view=look.situation.view, at=look.now)
    wanted = tuple(action for action in look.situation.asked if action in look.decision.actions)
    if all(look.decision.actions[action].settled for action in wanted):
        return None
    found = KEPT.question(case, look.edition, wanted, look.adoption)
    if found is None or any(_asked_elsewhere(name) or name in look.past.known.answers for name in found.facts):
        return None
    answers = [
        AnswerKey(
            answer.key.upper(), answer.label, json.dumps({name: _plain(value) for name, value in answer.facts.items()})
        )
        for answer in found.answers
    ]
    if not any('"unknown"' in one.value for one in answers):
        key = "U" if any(one.key in ("Y", "N") for one in answers) else "0"
        answers.append(AnswerKey(key, "could not find out", json.dumps(dict.fromkeys(found.facts[:1], "unknown"))))
    return Question("ask", found.text, found.where, tuple(answers))


def _asked_elsewhere(name: str) -> bool:
    return name.startswith("warrants") or name in facts.ASKED_BY_DESK or name in facts.NEVER_PASSED


def _plain(value: object) -> object:
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(str(one) for one in value)
    return value
