"""What an officer answers: whether it is the same person, why and when other custody ends, what the warrant check found, what the engine asked. In: the
answer, and when. Out: the next version. `answer` is the one way from a page's question to its move.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from detainerdesk.desk import facts, words
from detainerdesk.desk.compared import NEEDED, compared_with_booking
from detainerdesk.desk.facts import BookedFacts, FoundWarrant
from detainerdesk.desk.life.move import NotOffered, NotPossible, moving, one_of
from detainerdesk.desk.life.papers import confirm_paper
from detainerdesk.desk.life.rows import history
from detainerdesk.desk.models import Answer, BookedPerson, Booking, Identity, Officer, RequestState, WarrantCheck
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading.match import NUMBER_WORDS

Value = str | bool | int

GROUNDS = ("dropped", "acquitted", "time_served", "bail_or_ROR", "diversion", "other", "none")


def answer(
    number: str,
    version: int,
    officer: Officer,
    *,
    question: str,
    value: str,
    moment: datetime | None = None,
    at: datetime,
) -> int:
    """The move that an answer to the page's one question makes (page.Question: its name, the answer's value, the moment if it asks one)."""
    match question:
        case "same_person":
            return same_person(number, version, officer, value, at=at)
        case "court_paper":
            return _answer_on_court_paper(number, version, officer, value=value, at=at)
        case "warrant_check":
            return record_warrant_check(number, version, officer, value, at=at)
        case "warrant_found":
            one_of("an answer to this question", value, tuple(facts.FOUND))
            return record_warrant_check(
                number, version, officer, "found", found=(FoundWarrant(*facts.FOUND[value]),), at=at
            )
        case "release_ground":
            return record_booking(number, version, officer, value, None if value == "none" else moment, at=at)
        case "duty":
            if moment is None:
                raise NotPossible(f"Time: not given. Write when it was done. {words.MOMENT}")
            return record_answer(number, version, officer, value, moment.isoformat(), at=at)
        case "ask":
            return record_answers(number, version, officer, _given(value), at=at)
    raise NotPossible(f"There is no question {question!r} on this page. Open the request again.")


def same_person(number: str, version: int, officer: Officer, result: str, *, compared: str = "", at: datetime) -> int:
    """Whether the person on the paper is the one in custody: same, different, cannot_tell."""
    one_of("same, different or cannot tell", result, ("same", "different", "cannot_tell"))
    with moving(number, version, officer, ability="answer", name="same_person", at=at) as move:
        known = history(move.state).known
        match = compared_with_booking(facts.checked(move.request, known.field_checks), known)
        if match is not None:
            if result == "same" and len(match.agree) < NEEDED:
                raise NotPossible(words.too_little_agrees(match.agree))
            compared = ", ".join(match.agree)
        move.row(Identity(result=result, compared=compared))
        move.event(
            "answer.recorded", {"fact": "identity", "answer": result}, f"the identity check: {result.replace('_', ' ')}"
        )
    return move.version


def record_booked_person(number: str, version: int, officer: Officer, person: BookedFacts, *, at: datetime) -> int:
    """The person in custody as the booking has them, so that the papers are compared with it."""
    numbers = {kind: text.strip() for kind, text in person.numbers.items() if text.strip()}
    if not (person.name.strip() or person.birth_date or numbers):
        raise NotPossible("Booking: nothing was written. Write the name, the birth date or a number as booking has it.")
    if unknown := set(numbers) - NUMBER_WORDS.keys():
        raise NotPossible(f"{min(unknown)!r} is no kind of number. Choose one of: {', '.join(NUMBER_WORDS)}.")
    with moving(number, version, officer, ability="record_booking", name="record_booked_person", at=at) as move:
        move.row(
            BookedPerson(
                name=person.name.strip(), birth_date=person.birth_date, numbers=numbers, booked_on=person.booked_on
            )
        )
        said = {"fact": "booked_person", "name": bool(person.name.strip()), "birth_date": person.birth_date is not None}
        sealed = {f"numbers.{kind}": text for kind, text in numbers.items()}
        sealed |= {"name": person.name.strip()} if person.name.strip() else {}
        sealed |= {"birth_date": person.birth_date.isoformat()} if person.birth_date else {}
        move.event(
            "booking.compared", {**said, "numbers": " ".join(sorted(numbers))}, "the person in the booking", sealed
        )
    return move.version


def record_booking(
    number: str,
    version: int,
    officer: Officer,
    ground: str,
    moment: datetime | None = None,
    *,
    basis: str = "",
    other_basis: bool | None = None,
    at: datetime,
) -> int:
    """Why and when other custody ends; ground `none`: not yet, custody rests on `basis`."""
    one_of("a ground", ground, GROUNDS)
    if ground == "none" and moment is not None:
        raise NotPossible("Ground: none yet, but a time is given. Leave the time empty, or choose the ground.")
    if ground != "none" and moment is None:
        raise NotPossible(f"Time: not given. Write when other custody ended. {words.MOMENT}")
    with moving(number, version, officer, ability="record_booking", name="record_booking", at=at) as move:
        move.row(
            Booking(
                ground=ground,
                eligible_at=moment,
                other_basis=True if ground == "none" else other_basis,
                basis_text=basis.strip(),
            )
        )
        said = {"ground": ground, "eligible_at": moment.isoformat() if moment else None}
        sealed = {"basis": basis.strip()} if basis.strip() else {}
        move.event("booking.recorded", said, "ground and time" if moment else "no ground yet", sealed)
    return move.version


def record_warrant_check(
    number: str,
    version: int,
    officer: Officer,
    result: str,
    *,
    looked_at: datetime | None = None,
    systems: str = "",
    found: tuple[FoundWarrant, ...] = (),
    at: datetime,
) -> int:
    """A search for criminal warrants: none, found, not_looked_up, system_down. A search that was made has a time, not later than now."""
    one_of("a result of the warrant check", result, facts.CHECK_RESULTS)
    if found and result != "found":
        raise NotPossible(
            "Warrant check: a warrant is described, but the result is not `found`. Choose one of the two."
        )
    made = result in ("none", "found")
    when = (looked_at or at) if made else None
    if when is not None and words.elapsed(at, when) > timedelta(0):
        raise NotPossible(words.FUTURE_SEARCH)
    with moving(number, version, officer, ability="record_warrant_check", name="record_warrant_check", at=at) as move:
        described = [
            {
                "kind": f.kind,
                "signed_by": f.signed_by,
                "names_person": f.names_person,
                "number": f.number,
                "court": f.court,
            }
            for f in found
        ]
        move.row(WarrantCheck(result=result, looked_at=when, systems=systems.strip(), found=described))
        said = {
            "result": result,
            "looked_at": when.isoformat() if when else None,
            "systems": systems.strip(),
            "found": len(found),
        }
        sealed = {f"found.{place}.number": f.number for place, f in enumerate(found, 1) if f.number}
        move.event("warrant_check.recorded", said, "the warrant check", sealed)
    return move.version


def record_answer(number: str, version: int, officer: Officer, fact: str, value: Value, *, at: datetime) -> int:
    """An answer to the engine's question; `unknown`: could not find out."""
    return record_answers(number, version, officer, {fact: value}, at=at)


def record_answers(number: str, version: int, officer: Officer, given: Mapping[str, Value], *, at: datetime) -> int:
    """The facts that one look-up answered together."""
    if facts.NEVER_PASSED & given.keys():
        raise NotOffered("This desk never records nationality or status. Leave it out.")
    if not given:
        raise NotPossible("No answer was given. Choose one of the answers.")
    with moving(number, version, officer, ability="answer", name="record_answer", at=at) as move:
        for fact, value in given.items():
            move.row(Answer(fact=fact, value=value))
        move.event("answer.recorded", dict(given), "an answer")
    return move.version


def moment_of(written: str, agency: str, at: datetime) -> datetime:
    """A time as an officer writes it or a browser's field gives it (2026-03-03T01:55), in the agency's zone. In the hour that comes twice when
    the clock goes back, the later of the two that is not in the future; in the hour that never was, refused."""
    try:
        local = datetime.fromisoformat(written.strip())
    except ValueError:
        raise NotPossible(words.MOMENT) from None
    if local.tzinfo is not None:
        return local
    zone = zone_of(agency)
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise NotPossible(f"Time: {local:%H:%M} was not on the clock that night, which went forward. {words.MOMENT}")
    return second if words.passed(second, at) else first


def _answer_on_court_paper(number: str, version: int, officer: Officer, *, value: str, at: datetime) -> int:
    """Confirmed: it names this person, and the signer is the printed one. Ruled out: it is not for this person, or there is none such."""
    one_of("an answer to this question", value, ("confirmed", "ruled_out", "unknown"))
    request = intake_request.load(number, officer.agency)
    state = RequestState.objects.filter(agency=officer.agency, number=number).first()
    place = facts.unconfirmed_court_paper(request, history(state).known) if state else None
    if place is None:
        raise NotPossible("There is no court paper here that waits for an answer. Open the request again.")
    case_number = facts.accepted_text(request.papers[place], "case_no") or ""
    return confirm_paper(
        number,
        version,
        officer,
        paper=place,
        signed_by=facts.signer_of(request.papers[place]) if value == "confirmed" else "unknown",
        names_person={"confirmed": True, "ruled_out": False, "unknown": None}[value],
        case_number=case_number if value == "confirmed" else "",
        at=at,
    )


def _given(value: str) -> dict[str, Value]:
    """The answer to an engine's question as its key posts it: a JSON object of facts."""
    try:
        given = json.loads(value)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(one, str | bool | int) for one in given.values()):
        raise NotPossible("That is none of the answers on this page. Open the request again.")
    return given
