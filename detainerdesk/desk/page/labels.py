"""What the desk calls each field of a paper, and which of them can change an answer. In: the name of a field, as the reader's templates give it.
Out: short words for a person. Citizenship has none: the desk never shows it in type, in any list (docs/desk-words.md)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

NEVER_SHOWN: Final = frozenset({"citizenship", "what_it_is", "court_kind"})

IDENTIFIERS: Final = ("subject_name", "dob", "subject_id", "event_no", "file_no", "form_date")
"""What tells one request from another, and one person from another: these come first."""

FIELDS: Final = {
    "subject_name": "Name",
    "dob": "Birth date",
    "subject_id": "Subject ID",
    "event_no": "Event number",
    "file_no": "File number",
    "form_date": "Date of the paper",
    "to_agency": "To: agency",
    "to_address": "To: address",
    "from_office": "From: office",
    "from_address": "From: address",
    "sex": "Sex",
    "pc_final_order": "Box 1, final order",
    "pc_pending": "Box 1, pending proceedings",
    "pc_biometric": "Box 1, biometric match",
    "pc_statements": "Box 1, statements",
    "box2_transfer": "Box 2, sent here by DHS",
    "pa_terrorism": "Priority, terrorism",
    "pa_gang": "Priority, gang",
    "pa_felony": "Priority, felony",
    "pa_aggravated": "Priority, aggravated felony",
    "pa_significant": "Priority, significant misdemeanor",
    "pa_three": "Priority, three misdemeanors",
    "act_reason": "DHS has: reason to believe",
    "act_proceedings": "DHS has: begun proceedings",
    "act_warrant": "DHS has: served a warrant",
    "act_order": "DHS has: an order of removal",
    "r_felony": "Reason, felony",
    "r_three": "Reason, three misdemeanors",
    "r_violent": "Reason, violence or weapons",
    "r_entry": "Reason, entry",
    "r_reentry": "Reason, re-entry",
    "r_fraud": "Reason, fraud",
    "r_risk": "Reason, risk",
    "r_other": "Reason, other",
    "ask_custody": "Asks to keep the person",
    "ask_copy": "Asks to give a copy",
    "ask_notify": "Asks for the release time",
    "ask_death": "Asks to be told of death or transfer",
    "ask_conviction": "Takes effect on conviction",
    "asks_hold": "Asks to keep the person",
    "asks_notify": "Asks for the release time",
    "asks_transfer": "Asks to hand over",
    "asks_access": "Asks for access",
    "notify_ice": "Call ICE",
    "notify_cbp": "Call CBP",
    "notify_phone": "Number to call",
    "cancel_prior": "Cancels an earlier request",
    "cancel_date": "Date of the request it cancels",
    "officer_name": "Officer, printed name",
    "officer_sig": "Officer, signature",
    "officer_title": "Officer, title",
    "return_to": "Send back to",
    "booking_no": "Booking number",
    "est_release": "Release expected",
    "charge_date": "Date of the last charge",
    "last_offense": "Last offense",
    "served_on": "Served on",
    "served_person": "Served in person",
    "served_mail": "Served by inmate mail",
    "served_other": "Served another way",
    "served_other_text": "Served how",
    "lea_officer": "Our officer, printed name",
    "lea_sig": "Our officer, signature",
    "b_charging": "Basis, charging document",
    "b_pending": "Basis, pending proceedings",
    "b_deferred": "Basis, inspection put off",
    "b_biometric": "Basis, biometric match",
    "b_statements": "Basis, statements",
    "serve_place": "Served at",
    "serve_name": "Served on whom",
    "serve_date": "Served when",
    "serve_lang": "Read in which language",
    "serve_sig": "Server, signature",
    "interpreter": "Interpreter",
    "entry_place": "Place of entry",
    "entry_date": "Date of entry",
    "o_immigration_judge": "Ordered by an immigration judge",
    "o_official": "Ordered by an official",
    "o_bia": "Ordered by the Board of Immigration Appeals",
    "o_court": "Ordered by a court",
    "ina_law": "Provision named",
    "date_office": "Date and office",
    "removed_name": "Second page, name",
    "removal": "Second page, removal",
    "alien_sig": "Second page, person's signature",
    "self_removal": "Second page, left alone",
    "district": "Court district",
    "case_no": "Case number",
    "arrest_name": "Whom to arrest",
    "d_ind": "On an indictment",
    "d_sind": "On a superseding indictment",
    "d_inf": "On an information",
    "d_sinf": "On a superseding information",
    "d_cmp": "On a complaint",
    "d_prob": "On a probation petition",
    "d_sr": "On a supervised release petition",
    "d_not": "On a federal citation",
    "d_ord": "On an order of the court",
    "offense": "Offense",
    "city": "City and state",
    "search_of": "Search of",
    "search_place": "Place to search",
    "items": "What to look for",
    "execute_by": "Carry out by",
    "t_day": "By day",
    "t_any": "At any time",
    "delay_for": "Notice later, by days",
    "delay_days": "Notice later, how many days",
    "delay_later": "Notice later, until a date",
    "delay_until": "Notice later, which date",
    "judge_name": "Judge, printed name",
    "r_detain": "Orders to detain",
    "r_release": "Orders to release",
    "proceedings": "Kind of proceedings",
    "remarks": "Remarks",
}

FACTS_OF: Final = {
    "subject_name": ("request.form_complete",),
    "form_date": ("request.form_date",),
    "from_office": ("request.issuer", "request.issuing_office", "request.issuer_authorised"),
    "pc_final_order": ("request.states_probable_cause", "request.form_complete"),
    "pc_pending": ("request.states_probable_cause", "request.form_complete"),
    "pc_biometric": ("request.states_probable_cause", "request.form_complete"),
    "pc_statements": ("request.states_probable_cause", "request.form_complete"),
    "box2_transfer": ("request.resumes_custody", "request.form_complete"),
    "cancel_prior": ("request.kind", "request.cancels_date"),
    "cancel_date": ("request.cancels_date",),
    "officer_sig": ("request.form_complete", "warrants"),
    "served_on": ("person.served_copy_at",),
    "asks_hold": ("request.asks_hold",),
    "asks_notify": ("request.asks_notify",),
    "asks_transfer": ("request.asks_transfer",),
    "asks_access": ("request.asks_access",),
    "d_ind": ("warrants",),
    "d_sind": ("warrants",),
}
"""The facts that `desk.facts` takes from a field; a field that is not here gives none."""


def label(name: str) -> str:
    """The words for a field; of one that a drawn template added, its name in plain words."""
    return FIELDS.get(name) or name.replace("_", " ").capitalize()


def can_change(name: str, needs: Collection[str] | None) -> bool:
    """Whether what stands in this field can change the answer, whose request it is, or whether it asks or cancels. `needs`: the facts that are
    still open (of a warrant `warrants[1].signed_by`); None where nothing was decided yet, and each fact may count."""
    if name in IDENTIFIERS or name == "cancel_prior":
        return True
    facts = FACTS_OF.get(name, ())
    if needs is None:
        return bool(facts)
    return any(need.split("[", 1)[0] == fact for need in needs for fact in facts)
