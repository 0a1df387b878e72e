"""The rules on `hold` in Boston's stack, written by hand in Python for speed: what generated code is measured against.

`load` reads names.md's plain form once into typed slots. `decide` gives the outcome, every rule and void that fires and the
facts that each rests on; `word` gives the outcome alone. Both decide from a loaded case; the law is that of 2024-06-01.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
HOLIDAYS = frozenset(
    map(date.fromisoformat, json.loads(Path(__file__).with_name("holidays-2024.json").read_text())["holidays"])
)
HOLD_FORMS = frozenset({"I-247A", "I-247D", "I-247X", "I-247_old"})
CIVIL_KINDS = frozenset(
    {"I-247A", "I-247D", "I-247N", "I-247X", "I-247G", "I-247_old", "I-200_only", "I-205_only", "none"}
)
CRIMINAL_KINDS = frozenset({"federal_criminal_arrest", "federal_indictment", "state_criminal"})
CUSTODY_KINDS = CRIMINAL_KINDS | {"federal_custody_for_immigration"}
JUDGES = frozenset({"magistrate_judge", "district_judge", "state_judge"})
FREE = frozenset({"dropped", "acquitted", "time_served", "bail_or_ROR", "diversion", "other"})
BOUND_BY_CITY = frozenset({"police_officer", "city_employee"})
LAST_DAY_BEFORE_RULING = date(2016, 9, 30)
LIMIT = timedelta(hours=48)

ENDED = ("person.eligible_for_release_at", "custody.other_lawful_basis")
ENDED_BOSTON = (*ENDED, "person.release_ground")
CIVIL = ("request.kind", "request.asks_hold", "warrants")
CLOCKS = (*ENDED, "request.kind")
LAPSES = (
    "request.kind",
    "request.states_probable_cause",
    "request.resumes_custody",
    "request.affidavit_shows_probable_cause",
)
PROOF = (*ENDED, "person.citizenship_proof", "person.proof_accepted", "warrants")
CHICAGO = ("request.kind", "request.issuing_office_chicago_area", "request.form_date")
CONTRACT = ("custody.under_federal_contract",)
AGREEMENT = ("agreement.287g", "agreement.officer_certified")


@dataclass(slots=True)
class Warrant:
    kind: str
    signed_by: str
    names_person: bool


@dataclass(slots=True)
class HoldCase:
    """One complete case, as `load` has read it. A moment that has not happened is None."""

    at: datetime
    actor: str
    kind: str
    asks_hold: bool
    issuer_authorised: bool
    states_probable_cause: bool
    resumes_custody: bool
    affidavit: bool
    withdrawn: bool
    chicago_area: bool
    form_date: date
    served_copy_at: datetime | None
    eligible_at: datetime | None
    release_ground: str
    other_lawful_basis: bool
    federal_contract: bool
    proof: str
    proof_accepted: bool
    agreement: str
    officer_certified: bool
    warrants: tuple[Warrant, ...]
    lunn_covers_287g: bool = True
    service_is_a_condition: bool = True


Answer = tuple[str, list[tuple[str, tuple[str, ...]]]]


def load(case: Mapping[str, Any]) -> HoldCase:
    facts = case["facts"]
    return HoldCase(
        at=datetime.fromisoformat(case["at"]).astimezone(UTC),
        actor=case["actor"],
        kind=facts["request.kind"],
        asks_hold=facts["request.asks_hold"],
        issuer_authorised=facts["request.issuer_authorised"],
        states_probable_cause=facts["request.states_probable_cause"],
        resumes_custody=facts["request.resumes_custody"],
        affidavit=facts["request.affidavit_shows_probable_cause"],
        withdrawn=facts["request.withdrawn"],
        chicago_area=facts["request.issuing_office_chicago_area"],
        form_date=date.fromisoformat(facts["request.form_date"]),
        served_copy_at=_moment(facts["person.served_copy_at"]),
        eligible_at=_moment(facts["person.eligible_for_release_at"]),
        release_ground=facts["person.release_ground"],
        other_lawful_basis=facts["custody.other_lawful_basis"],
        federal_contract=facts["custody.under_federal_contract"],
        proof=facts["person.citizenship_proof"],
        proof_accepted=facts["person.proof_accepted"],
        agreement=facts["agreement.287g"],
        officer_certified=facts["agreement.officer_certified"],
        warrants=tuple(Warrant(**each) for each in facts["warrants"]),
    )


def decide(case: HoldCase) -> Answer:
    """The outcome, and each rule and void that fires with the facts that it rests on."""
    fired: list[tuple[str, tuple[str, ...]]] = []
    kind = case.kind
    if not case.issuer_authorised:
        fired.append(("US-01", ("request.issuer_authorised",)))
    if kind == "I-247A" and case.service_is_a_condition and case.served_copy_at is None:
        fired.append(("US-08.form", ("request.kind", "person.served_copy_at")))
    if kind in HOLD_FORMS and not (case.states_probable_cause or case.resumes_custody or case.affidavit):
        fired.append(("US-10", LAPSES))
    if kind in {"I-247N", "I-247G"}:
        fired.append(("US-16", ("request.kind",)))
    if case.withdrawn:
        fired.append(("US-17", ("request.withdrawn",)))
    if kind in {"I-247_old", "I-247D", "I-247X"} and case.chicago_area and case.form_date <= LAST_DAY_BEFORE_RULING:
        fired.append(("US-29", CHICAGO))
    voids = len(fired)
    lifted = (
        case.actor == "doc_officer"
        and case.agreement == "signed"
        and case.officer_certified
        and not case.lunn_covers_287g
        and not voids
    )
    if lifted:
        fired.append(("MA-3.287g", AGREEMENT))
    eligible_at = case.eligible_at
    if eligible_at is None or case.other_lawful_basis or eligible_at > case.at:
        return "silent", fired
    civil_paper = criminal = custody = court = False
    for warrant in case.warrants:
        of_kind, signed_by = warrant.kind, warrant.signed_by
        if of_kind == "administrative":
            civil_paper = True
        elif warrant.names_person and of_kind in CUSTODY_KINDS:
            court = True
            if of_kind in CRIMINAL_KINDS:
                if signed_by in JUDGES or (signed_by == "clerk_of_court" and of_kind != "federal_criminal_arrest"):
                    criminal = custody = True
            elif signed_by in {"magistrate_judge", "district_judge"}:
                custody = True
    bans = len(fired)
    if case.at - eligible_at >= LIMIT and _expired(kind, eligible_at, case.at):
        fired.append(("US-03", CLOCKS))
    if case.proof_accepted and case.proof in {"us_passport", "birth_certificate"} and not court:
        fired.append(("US-28", PROOF))
    civil = kind in CIVIL_KINDS or case.asks_hold or civil_paper
    i_200 = kind in {"I-200_only", "I-205_only"}
    if not (case.federal_contract or custody or lifted):
        if civil and not i_200:
            fired.append(("MA-1", (*ENDED, *CIVIL, *CONTRACT)))
        if i_200 or civil_paper:
            fired.append(("MA-2", (*ENDED, "request.kind", "warrants", *CONTRACT)))
    if civil and not criminal and case.actor in BOUND_BY_CITY:
        fired.append(("BOS19-1", (*ENDED_BOSTON, *CIVIL)))
    return ("forbidden" if len(fired) > bans else "silent"), fired


def word(case: HoldCase) -> str:
    """The outcome alone: the first ban ends the search. Voids matter only where they take out the exception of MA-3."""
    eligible_at = case.eligible_at
    if eligible_at is None or case.other_lawful_basis or eligible_at > case.at:
        return "silent"
    kind = case.kind
    warrants = case.warrants
    if kind in CIVIL_KINDS or case.asks_hold or any(each.kind == "administrative" for each in warrants):
        if case.actor in BOUND_BY_CITY and not any(_criminal(each) for each in warrants):
            return "forbidden"
        if not case.federal_contract and not any(_custody(each) for each in warrants) and not _lifted(case):
            return "forbidden"
    if (
        case.proof_accepted
        and case.proof in {"us_passport", "birth_certificate"}
        and not any(each.names_person and each.kind in CUSTODY_KINDS for each in warrants)
    ):
        return "forbidden"
    if case.at - eligible_at >= LIMIT and _expired(kind, eligible_at, case.at):
        return "forbidden"
    return "silent"


def _criminal(warrant: Warrant) -> bool:
    """A criminal warrant from a court that names the person."""
    return (
        warrant.names_person
        and warrant.kind in CRIMINAL_KINDS
        and (
            warrant.signed_by in JUDGES
            or (warrant.signed_by == "clerk_of_court" and warrant.kind != "federal_criminal_arrest")
        )
    )


def _custody(warrant: Warrant) -> bool:
    """A court's warrant that orders this person into custody."""
    return _criminal(warrant) or (
        warrant.names_person
        and warrant.kind == "federal_custody_for_immigration"
        and warrant.signed_by in {"magistrate_judge", "district_judge"}
    )


def _lifted(case: HoldCase) -> bool:
    return (
        case.actor == "doc_officer"
        and case.agreement == "signed"
        and case.officer_certified
        and not case.lunn_covers_287g
        and not any(id.startswith("US-") for id, _ in decide(case)[1])
    )


def _expired(kind: str, start: datetime, at: datetime) -> bool:
    """Whether the form's or the regulation's 48 hours are over; they have passed on the wall already."""
    return kind in {"I-247A", "I-247D", "I-247X"} or at >= regulation_end(start)


@cache
def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def regulation_end(start: datetime) -> datetime:
    """48 hours on, without Saturdays, Sundays and holidays."""
    left = LIMIT
    day = start.astimezone(ZONE).date()
    while True:
        following = day + timedelta(days=1)
        midnight = _midnight(following)
        if day.weekday() < 5 and day not in HOLIDAYS:
            if start + left <= midnight:
                return start + left
            left -= midnight - start
        start, day = midnight, following


def _moment(text: str) -> datetime | None:
    return None if text == "none" else datetime.fromisoformat(text).astimezone(UTC)
