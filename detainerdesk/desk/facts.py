"""From the desk to the law: what the papers show and what officers recorded goes in, a Case in the vocabulary's names comes out.

Pure: values in, values out. Only fields that nobody needs to look at, or that a person confirmed, count; of all others the case says
`unknown` or leaves them out. Citizenship, nationality and status on a form are never passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, cast, get_args

from detainerdesk.intake import entry, join
from detainerdesk.intake.corrected import with_defects
from detainerdesk.intake.join import day_of
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading.fields import PERSON, Field, Paper, State, as_seen
from detainerdesk.intake.reading.warrant import warrant_of
from detainerdesk.intake.request import Request
from detainerdesk.law import UNKNOWN, Case, Source

View = Literal["request", "person"]
CheckResult = Literal["none", "found", "not_looked_up", "system_down"]
CHECK_RESULTS: tuple[CheckResult, ...] = get_args(CheckResult)

ASKED = ("hold", "notify_release", "transfer", "release", "honor_criminal_warrant")
"""The acts that a request page speaks of; duties come with every answer."""

NEVER_PASSED = frozenset({"person.nationality", "person.immigration_status"})
"""A desk has no field for these, and no answer to them is passed on (names.md)."""

ASKED_BY_DESK = frozenset(
    {"person.release_ground", "person.eligible_for_release_at", "custody.other_lawful_basis", "custody.basis"}
)
"""What booking answers; the request view replaces it."""

FOUND = {
    "federal_magistrate": ("federal_criminal_arrest", "magistrate_judge", True),
    "federal_district": ("federal_criminal_arrest", "district_judge", True),
    "state_judge": ("state_criminal", "state_judge", True),
    "clerk_indictment": ("federal_indictment", "clerk_of_court", True),
    "civil": ("administrative", "immigration_officer", None),
    "search": ("judicial_search", "unknown", None),
    "other_person": ("unknown", "unknown", False),
    "unknown": ("unknown", "unknown", None),
}
"""The answers to what a warrant that was found says: kind, signer, names this person."""

KIND_OF_FORM = {
    "i247a": "I-247A",
    "i247d": "I-247D",
    "i247n": "I-247N",
    "i247x": "I-247X",
    "i247g": "I-247G",
    "i247_old": "I-247_old",
    "phone": "phone",
    "email": "email",
    "oral": "oral",
}
ASKS_TO_HOLD = {"i247a": True, "i247d": True, "i247x": True, "i247n": False, "i247g": False}
CIVIL_WARRANTS = {"i200": "I-200", "i205": "I-205"}
COURT_PAPERS = {"ao442": "federal_criminal_arrest", "ao93": "judicial_search", "state_warrant": "state_criminal"}
SIGNERS: Mapping[tuple[str, str | None], str] = {
    ("judge", "federal"): "district_judge",
    ("judge", "state"): "state_judge",
    ("magistrate", "federal"): "magistrate_judge",
    ("clerk", "federal"): "clerk_of_court",
    ("clerk", "state"): "clerk_of_court",
}
PROBABLE_CAUSE = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")


@dataclass(frozen=True)
class BookingFacts:
    """What booking recorded: a ground and the moment when other custody ends, or what custody rests on (`ground` none)."""

    ground: str
    eligible_at: datetime | None = None
    other_basis: bool | None = None
    basis_text: str = ""

    def ended_by(self, at: datetime) -> bool:
        """Whether other custody has ended at this moment."""
        if self.ground == "none" or self.eligible_at is None:
            return False
        return self.eligible_at.astimezone(UTC) <= at.astimezone(UTC)


@dataclass(frozen=True)
class BookedFacts:
    """The person in custody as the booking has them. No rule reads it: papers are compared with it."""

    name: str = ""
    birth_date: date | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    booked_on: date | None = None


@dataclass(frozen=True)
class FoundWarrant:
    """A warrant that a search found, as far as it is known."""

    kind: str = "unknown"
    signed_by: str = "unknown"
    names_person: bool | None = None
    number: str = ""
    court: str = ""


@dataclass(frozen=True)
class WarrantCheckFacts:
    result: CheckResult
    looked_at: datetime | None = None
    found: tuple[FoundWarrant, ...] = ()


@dataclass(frozen=True)
class FieldCheckFacts:
    """A person looked at a field: `paper` is its paper's place among those of its file, `document` that file."""

    document: str
    paper: int
    field: str
    value: str | bool | None
    state: State


@dataclass(frozen=True)
class PaperCheckFacts:
    """A person confirmed a court paper: which of its file's papers."""

    document: str
    paper: int
    kind: str
    signed_by: str
    names_person: bool | None
    number: str = ""


@dataclass(frozen=True)
class Known:
    """All that officers recorded about a request, the last of each kind."""

    same_person: str = ""
    booked: BookedFacts | None = None
    booking: BookingFacts | None = None
    warrant_check: WarrantCheckFacts | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    field_checks: tuple[FieldCheckFacts, ...] = ()
    paper_checks: tuple[PaperCheckFacts, ...] = ()
    hold_started_at: datetime | None = None


def case_of(request: Request, known: Known | None = None, *, view: View = "request", at: datetime) -> Case:
    """The case of a request at a moment. Request view: booking facts are replaced by `person.release_ground: other`, that is, other
    custody ends now. Person view: booking facts as recorded."""
    known = known or Known()
    request = checked(request, known.field_checks)
    facts: dict[str, Any] = {**_of_the_form(request), **_warrants(request, known)}
    facts |= {name: value for name, value in known.answers.items() if name not in NEVER_PASSED}
    sources: dict[str, Source] = {}
    if view == "request":
        for name in [name for name in facts if name in ASKED_BY_DESK]:
            del facts[name]
        facts["person.release_ground"] = "other"
        sources["person.release_ground"] = Source(
            "taken so that the request alone is looked at; booking has not said it"
        )
    else:
        facts |= _booking(known.booking)
        if known.hold_started_at is not None:
            facts["custody.hold_started_at"] = known.hold_started_at
    # In UTC: Python compares two moments of one zone by their wall clocks, an hour wrong while the clock goes back.
    return Case(
        agency=request.agency, at=at.astimezone(UTC), facts=facts, id=request.number, ask=ASKED, sources=sources
    )


def view_of(known: Known, at: datetime) -> View:
    """The view that leads: the person's once ground and time are recorded and the time has come, else the request's."""
    return "person" if known.booking is not None and known.booking.ended_by(at) else "request"


def checked(request: Request, checks: Iterable[FieldCheckFacts]) -> Request:
    """The request with what a person confirmed or corrected in place of what was read, and the defects of what stands then."""
    papers = list(request.papers)
    index_of = {request.paper_in_file(index): index for index in range(len(papers))}
    for check in checks:
        index = index_of.get((check.document, check.paper))
        if index is None:
            continue
        paper = papers[index]
        before = paper.fields.get(check.field, _NOT_READ)
        after = as_seen(before, check.state, check.value)
        papers[index] = replace(paper, fields={**paper.fields, check.field: after})
    if papers == list(request.papers):
        return request
    return replace(request, papers=with_defects(papers))


_NOT_READ = Field(value=None, state="empty", accepted=False, page=None, box=None, confidence=0.0, reader=PERSON)


# --- the form ---------------------------------------------------------------------------------------------------------


def _of_the_form(request: Request) -> dict[str, Any]:
    facts: dict[str, Any] = {"request.received_at": request.received_at}
    form = request.detainer
    kind = request_kind(request)
    if kind is not None:
        facts["request.kind"] = kind
    if form is None:
        return facts
    if request.kind == "cancellation":
        facts |= {"request.asks_hold": False, "request.asks_notify": False}
        facts["request.cancels_date"] = request.cancels_on or UNKNOWN
    elif form.kind in ASKS_TO_HOLD:
        facts |= {"request.asks_hold": ASKS_TO_HOLD[form.kind], "request.asks_notify": True}
    elif form.kind in join.SPOKEN:
        facts |= {f"request.{name}": tick(form, name) for name in entry.ASKS}
    if (written := accepted_text(form, "form_date")) and (day := day_of(written)):
        facts["request.form_date"] = day
    facts["request.issuer"] = _issuer(form)
    if (office := accepted_text(form, "from_office")) is not None:
        facts["request.issuing_office"] = office
    if any(defect.id == "D08" for defect in form.defects):
        facts["request.issuer_authorised"] = UNKNOWN
    facts["request.attached_warrant"] = _attached(request)
    facts["request.states_probable_cause"] = _any_tick(form, PROBABLE_CAUSE)
    if "box2_transfer" in form.fields:
        facts["request.resumes_custody"] = tick(form, "box2_transfer")
    facts["request.form_complete"] = _complete(form)
    served = _served(form, request)
    if served is not None:
        facts["person.served_copy_at"] = served
    return facts


def request_kind(request: Request) -> str | None:
    """What arrived, in the vocabulary's words; None where the paper does not settle it."""
    form = request.detainer
    if form is not None:
        return KIND_OF_FORM[form.kind]
    kinds = {paper.kind for paper in request.papers}
    if "unknown" in kinds:
        return None
    if kinds & COURT_PAPERS.keys():
        return "judicial_warrant_only"
    if "i205" in kinds:
        return "I-205_only"
    return "I-200_only" if "i200" in kinds else None


def tick(paper: Paper, name: str) -> Any:
    """A tick as a fact: yes, no, or UNKNOWN where it was not read surely or its page is missing."""
    read = paper.fields.get(name)
    if read is None or not read.accepted or read.state in ("unreadable", "page missing"):
        return UNKNOWN
    return bool(read.value)


def accepted_text(paper: Paper, name: str) -> str | None:
    """A text that nobody needs to look at; None where it is empty, unsure, unreadable or missing."""
    read = paper.fields.get(name)
    if read is None or not read.accepted or read.state != "shown" or not isinstance(read.value, str):
        return None
    return read.value.strip() or None


def _any_tick(form: Paper, names: tuple[str, ...]) -> Any:
    ticks = [tick(form, name) for name in names]
    if any(one is True for one in ticks):
        return True
    return UNKNOWN if any(one is UNKNOWN for one in ticks) else False


def _issuer(form: Paper) -> Any:
    """The sender by the printed office, never by a guess: DHS alone could be any of its agencies."""
    words = set((accepted_text(form, "from_office") or "").upper().replace("/", " ").replace(",", " ").split())
    for word, issuer in (("HSI", "ICE_HSI"), ("ERO", "ICE_ERO"), ("CBP", "CBP"), ("USCIS", "USCIS")):
        if word in words:
            return issuer
    return UNKNOWN


def _attached(request: Request) -> Any:
    """Which warrant came with it. `none` only where no page is missing, and a court paper counts once it is confirmed."""
    kinds = {paper.kind for paper in request.papers}
    if kinds & COURT_PAPERS.keys():
        return UNKNOWN
    if "i205" in kinds:
        return "I-205"
    if "i200" in kinds:
        return "I-200"
    missing = any(defect.id == "D21" for paper in request.papers for defect in paper.defects)
    return UNKNOWN if missing or "unknown" in kinds else "none"


def _complete(form: Paper) -> Any:
    """Whether no needed box is empty: name, signature, and box 1 or box 2 where the form has them."""
    needed: list[Any] = [_filled(form, "subject_name"), _filled(form, "officer_sig")]
    if "box2_transfer" in form.fields:
        needed.append(_any_tick(form, (*PROBABLE_CAUSE, "box2_transfer")))
    if any(one is False for one in needed):
        return False
    return UNKNOWN if any(one is UNKNOWN for one in needed) else True


def _filled(form: Paper, name: str) -> Any:
    read = form.fields.get(name)
    if read is None or not read.accepted or read.state in ("unreadable", "page missing"):
        return UNKNOWN
    return read.state == "shown" and bool(read.value)


def _served(form: Paper, request: Request) -> datetime | None:
    """The day of service on the form, from its first minute. A date that was not read surely is left out: then the copy is owed."""
    text = accepted_text(form, "served_on")
    day = day_of(text) if text else None
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(request.agency)) if day else None


# --- warrants ---------------------------------------------------------------------------------------------------------


def _warrants(request: Request, known: Known) -> dict[str, Any]:
    """The warrants known for this person: those among the papers and those that a search found. Only a search makes the list complete."""
    records: list[dict[str, Any]] = []
    for place, paper in enumerate(request.papers):
        record = _of_paper(place, paper, request, known)
        # The same civil paper, sent again, is one warrant; court papers are each looked up.
        if record is not None and not (record in records and paper.kind in CIVIL_WARRANTS):
            records.append(record)
    check = known.warrant_check
    facts: dict[str, Any] = {}
    if check is not None and check.result in ("none", "found"):
        records += [_of_search(one) for one in check.found]
        if check.result == "found" and not check.found:
            records.append(_of_search(FoundWarrant()))
        facts["warrants"] = records or "none"
        if check.looked_at is not None:
            facts["custody.warrant_search_done_at"] = check.looked_at
    elif records:
        facts |= {"warrants": records, "warrants.complete": False}
    return facts


def _of_paper(place: int, paper: Paper, request: Request, known: Known) -> dict[str, Any] | None:
    came: dict[str, Any] = {"attached": True, "presented_with_detainer": True, "presented_at": request.received_at}
    if request.detainer is None:
        came = {"presented_at": request.received_at}
    read = warrant_of(paper)
    if paper.kind in (*CIVIL_WARRANTS, *COURT_PAPERS) and read.warrant_class == "unknown":
        # Form and signer speak for different sides: nothing is said of it until a person has looked.
        return {"kind": UNKNOWN, "signed_by": UNKNOWN, "names_person": UNKNOWN, **came}
    if paper.kind in CIVIL_WARRANTS:
        signed = _filled(paper, "officer_sig")
        return {"kind": "administrative", "signed_by": "none" if signed is False else "immigration_officer", **came}
    if paper.kind in COURT_PAPERS:
        if "attached" in came and any(one.kind in CIVIL_WARRANTS for one in request.papers):
            came["attached"] = UNKNOWN  # a form comes with one warrant; which of the two that is, no paper says
        if (check := check_of(request, known, place)) is not None:
            names = UNKNOWN if check.names_person is None else check.names_person
            return {"kind": check.kind, "signed_by": _or_unknown(check.signed_by), "names_person": names, **came}
        # Not confirmed: it is what its print says, but whether a judge signed it, and for this person, nobody has looked up.
        return {"kind": court_kind(paper), "signed_by": UNKNOWN, "names_person": UNKNOWN, **came}
    return None


def unconfirmed_court_paper(request: Request, known: Known) -> int | None:
    """The place of a court paper that nobody has looked up yet."""
    return next(
        (
            place
            for place, paper in enumerate(request.papers)
            if paper.kind in COURT_PAPERS and check_of(request, known, place) is None
        ),
        None,
    )


def check_of(request: Request, known: Known, place: int) -> PaperCheckFacts | None:
    """What a person last said of the court paper at this place in the request, wherever that stood when it was said."""
    mine = [one for one in known.paper_checks if (one.document, one.paper) == request.paper_in_file(place)]
    return mine[-1] if mine else None


def court_kind(paper: Paper) -> str:
    """What a court paper is by its print; a warrant on an indictment may be signed by the clerk (Fed. R. Crim. P. 9)."""
    if paper.kind == "ao442" and (tick(paper, "d_ind") is True or tick(paper, "d_sind") is True):
        return "federal_indictment"
    return COURT_PAPERS[paper.kind]


def _of_search(one: FoundWarrant) -> dict[str, Any]:
    names = UNKNOWN if one.names_person is None else one.names_person
    return {"kind": _or_unknown(one.kind), "signed_by": _or_unknown(one.signed_by), "names_person": names}


def signer_of(paper: Paper) -> str:
    """Who signed a court paper, in the vocabulary's words; `unknown` where its print does not say, or speaks against its form."""
    read = warrant_of(paper)
    return SIGNERS.get((read.signed_by, read.court_kind), "unknown")


def _or_unknown(word: str) -> Any:
    return UNKNOWN if word in ("", "unknown") else word


# --- booking ----------------------------------------------------------------------------------------------------------


def _booking(booking: BookingFacts | None) -> dict[str, Any]:
    if booking is None:
        return {}
    if booking.ground == "none":
        facts: dict[str, Any] = {"person.release_ground": "none", "custody.other_lawful_basis": True}
        if booking.basis_text:
            facts["custody.basis"] = booking.basis_text
        return facts
    facts = {"person.release_ground": booking.ground}
    if booking.eligible_at is not None:
        facts["person.eligible_for_release_at"] = booking.eligible_at
    if booking.other_basis is not None:
        facts["custody.other_lawful_basis"] = booking.other_basis
    return facts


def typed_answer(value: object) -> Any:
    """An answer as it was recorded (JSON) -> a fact's value; `unknown` = could not find out."""
    return UNKNOWN if value == "unknown" else cast(Any, value)
