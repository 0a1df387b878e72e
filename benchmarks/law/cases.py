"""Seeded cases for the benchmarks of the law: a seed and a number in, plain dicts in names.md's form out.

`complete` gives Boston cases in which every fact that `hold` reads is known; they are chosen at random, but ordinary: no
case breaks a constraint of the vocabulary. The moments lie in a span of days in which the same rules on `hold` are in
force as on 2024-06-01, and which has three federal holidays.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

AGENCY = "us-ma-boston/police"
FIRST_DAY = datetime(2024, 5, 20, tzinfo=timezone(timedelta(hours=-4)))
MINUTES = 51 * 24 * 60  # up to 2024-07-10
HOUR = timedelta(hours=1)

KINDS = {
    "I-247A": 10,
    "I-247D": 2,
    "I-247N": 1,
    "I-247X": 1,
    "I-247G": 1,
    "I-247_old": 2,
    "I-200_only": 2,
    "I-205_only": 1,
    "NCIC_hit": 1,
    "phone": 2,
    "email": 1,
    "oral": 1,
    "subpoena": 1,
    "judicial_warrant_only": 1,
    "none": 2,
}
ASKS_HOLD = {"I-247A": 0.97, "I-247D": 0.97, "I-247X": 0.97, "I-247N": 0.0, "I-247G": 0.0, "none": 0.0, "subpoena": 0.1}
GROUNDS = {"bail_or_ROR": 8, "none": 5, "dropped": 3, "time_served": 2, "acquitted": 1, "diversion": 1, "other": 1}
PROOFS = {
    "none": 12,
    "oral_claim": 2,
    "us_passport": 2,
    "birth_certificate": 2,
    "green_card": 1,
    "consular_id": 1,
    "tx_driver_licence": 1,
}
WARRANTS = {
    "administrative": 6,
    "federal_criminal_arrest": 2,
    "state_criminal": 2,
    "federal_indictment": 2,
    "federal_custody_for_immigration": 1,
    "judicial_search": 1,
}
SIGNED_BY = {
    "administrative": ("immigration_officer", "immigration_officer", "immigration_judge"),
    "federal_criminal_arrest": ("magistrate_judge", "district_judge", "none"),
    "federal_custody_for_immigration": ("magistrate_judge", "district_judge", "immigration_judge"),
    "federal_indictment": ("clerk_of_court", "magistrate_judge", "district_judge"),
    "state_criminal": ("state_judge", "clerk_of_court", "magistrate_judge"),
    "judicial_search": ("magistrate_judge", "state_judge"),
}
AGREEMENTS = {"none": 6, "requested": 1, "signed": 2, "refused_by_ICE": 1}


def complete(seed: int, count: int) -> list[dict[str, Any]]:
    """So many complete Boston cases about `hold`, always the same for a seed."""
    dice = Random(seed)
    return [_case(dice, number) for number in range(1, count + 1)]


def _case(dice: Random, number: int) -> dict[str, Any]:
    at = FIRST_DAY + timedelta(minutes=dice.randrange(MINUTES))
    return {
        "id": f"case {number}",
        "agency": AGENCY,
        "at": at.isoformat(),
        "choices": {"hold_until": "earliest"},  # what counsel chose; the peers' versions have that reading only
        "actor": "city_employee" if dice.random() < 0.2 else "police_officer",
        "facts": {**_request(dice, at), **_person(dice, at), "warrants": _warrants(dice)},
    }


def _request(dice: Random, at: datetime) -> dict[str, Any]:
    kind = _one_of(dice, KINDS)
    return {
        "request.kind": kind,
        "request.asks_hold": dice.random() < ASKS_HOLD.get(kind, 0.6),
        "request.issuer_authorised": dice.random() < 0.92,
        "request.states_probable_cause": dice.random() < 0.75,
        "request.resumes_custody": dice.random() < 0.1,
        "request.affidavit_shows_probable_cause": dice.random() < 0.1,
        "request.withdrawn": dice.random() < 0.06,
        "request.issuing_office_chicago_area": dice.random() < 0.15,
        "request.form_date": _form_date(dice, kind, at),
        "agreement.287g": _one_of(dice, AGREEMENTS),
        "agreement.officer_certified": dice.random() < 0.2,
    }


def _form_date(dice: Random, kind: str, at: datetime) -> str:
    if kind in ("I-247_old", "I-247D", "I-247X"):
        return (date(2016, 9, 30) + timedelta(days=dice.randint(-200, 120))).isoformat()
    return (at.date() - timedelta(days=dice.randint(0, 30))).isoformat()


def _person(dice: Random, at: datetime) -> dict[str, Any]:
    proof = _one_of(dice, PROOFS)
    served = "none" if dice.random() < 0.3 else (at - dice.randint(1, 600) * timedelta(minutes=1)).isoformat()
    return {
        "person.served_copy_at": served,
        "person.eligible_for_release_at": _eligible_at(dice, at),
        "person.release_ground": _one_of(dice, GROUNDS),
        "custody.other_lawful_basis": dice.random() < 0.2,
        "custody.under_federal_contract": dice.random() < 0.06,
        "person.citizenship_proof": proof,
        "person.proof_accepted": proof != "none" and dice.random() < 0.5,
    }


def _eligible_at(dice: Random, at: datetime) -> str:
    """When custody would end: not known to end, later, now, hours ago, or days ago on both sides of the clocks' ends."""
    how = dice.random()
    if how < 0.1:
        return "none"
    if how < 0.18:
        return (at + dice.randint(1, 3000) * timedelta(minutes=1)).isoformat()
    if how < 0.24:
        return at.isoformat()
    if how < 0.28:
        return (at - 48 * HOUR).isoformat()
    if how < 0.65:
        return (at - dice.randint(1, 12 * 60) * timedelta(minutes=1)).isoformat()
    return (at - dice.randint(24 * 60, 9 * 24 * 60) * timedelta(minutes=1)).isoformat()


def _warrants(dice: Random) -> list[dict[str, Any]]:
    """What the search for warrants found; the list is complete, and may be empty."""
    found: list[dict[str, Any]] = []
    for _ in range(dice.choice((0, 0, 0, 1, 1, 1, 2, 3))):
        kind = _one_of(dice, WARRANTS)
        signed_by = dice.choice(SIGNED_BY[kind])
        found.append({"kind": kind, "signed_by": signed_by, "names_person": dice.random() < 0.85})
    return found


def _one_of(dice: Random, weights: dict[str, int]) -> str:
    return dice.choices(tuple(weights), tuple(weights.values()))[0]
