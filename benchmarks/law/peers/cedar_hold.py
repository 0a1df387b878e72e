"""Cedar on `hold`: the policy set beside this file, parsed and checked once against its schema; each case becomes a context.

Cedar has no loops, so the host works out the ends of the clocks and projects the list of warrants, as its users do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cedarpy import Entities, PolicySet, is_authorized, validate_policies
from peers.by_hand import LIMIT, regulation_end

HERE = Path(__file__).parent
NAME = f"Cedar (cedarpy {version('cedarpy')})"
TELLS_VOIDS = False
ENTITIES = """[
  {"uid": {"type": "Role", "id": "city_employee"}, "attrs": {}, "parents": []},
  {"uid": {"type": "Role", "id": "doc_officer"}, "attrs": {}, "parents": []},
  {"uid": {"type": "Role", "id": "police_officer"}, "attrs": {}, "parents": [{"type": "Role", "id": "city_employee"}]},
  {"uid": {"type": "Officer", "id": "police_officer"}, "attrs": {}, "parents": [{"type": "Role", "id": "police_officer"}]},
  {"uid": {"type": "Officer", "id": "city_employee"}, "attrs": {}, "parents": [{"type": "Role", "id": "city_employee"}]},
  {"uid": {"type": "Officer", "id": "doc_officer"}, "attrs": {}, "parents": [{"type": "Role", "id": "doc_officer"}]}
]"""
READINGS = {"service_is_a_condition": "condition", "lunn_on_287g_officers": "covered"}
PERSON = 'Person::"person"'


def ready() -> Callable[[Mapping[str, Any]], tuple[str, list[str]]]:
    text = (HERE / "hold.cedar").read_text(encoding="utf-8")
    checked = validate_policies(text, (HERE / "hold.cedarschema").read_text(encoding="utf-8"))
    if not checked:
        raise ValueError("; ".join(map(str, checked.errors)))
    policies = PolicySet.from_str(text)
    entities = Entities.from_json_str(ENTITIES)

    def decide(case: Mapping[str, Any]) -> tuple[str, list[str]]:
        request = {
            "principal": f'Officer::"{case["actor"]}"',
            "action": 'Action::"hold"',
            "resource": PERSON,
            "context": _context(case),
        }
        answer = is_authorized(request, policies, entities)
        if answer.diagnostics.errors:
            raise ValueError(answer.diagnostics.errors[0])
        if answer.allowed:
            return "silent", []
        return "forbidden", list(answer.diagnostics.id_annotations_by_reason.values())

    return decide


def _context(case: Mapping[str, Any]) -> dict[str, Any]:
    facts = case["facts"]
    at, eligible_at = datetime.fromisoformat(case["at"]), facts["person.eligible_for_release_at"]
    warrants = facts["warrants"]
    naming = [each for each in warrants if each["names_person"]]
    kind = facts["request.kind"]
    clocks = {}
    if eligible_at != "none":
        start = datetime.fromisoformat(eligible_at).astimezone(UTC)
        regulation = _datetime(regulation_end(start))
        clocks = {"eligible_for_release_at": _datetime(start), "regulation_limit_ends": regulation}
        if kind in {"I-247A", "I-247D", "I-247X"}:
            clocks["form_limit_ends"] = _datetime(start + LIMIT)
        elif kind == "I-247_old":
            clocks["form_limit_ends"] = regulation
    person = {
        "release_ground": facts["person.release_ground"],
        "citizenship_proof": facts["person.citizenship_proof"],
        "proof_accepted": facts["person.proof_accepted"],
    }
    if facts["person.served_copy_at"] != "none":
        person["served_copy_at"] = _datetime(datetime.fromisoformat(facts["person.served_copy_at"]))
    return {
        "at": _datetime(at),
        **clocks,
        "request": {
            "kind": kind,
            "asks_hold": facts["request.asks_hold"],
            "issuer_authorised": facts["request.issuer_authorised"],
            "states_probable_cause": facts["request.states_probable_cause"],
            "resumes_custody": facts["request.resumes_custody"],
            "affidavit_shows_probable_cause": facts["request.affidavit_shows_probable_cause"],
            "withdrawn": facts["request.withdrawn"],
            "issuing_office_chicago_area": facts["request.issuing_office_chicago_area"],
            "form_date": {"__extn": {"fn": "datetime", "arg": facts["request.form_date"]}},
        },
        "custody": {
            "other_lawful_basis": facts["custody.other_lawful_basis"],
            "under_federal_contract": facts["custody.under_federal_contract"],
        },
        "person": person,
        "agreement": {
            "state_287g": facts["agreement.287g"],
            "officer_certified": facts["agreement.officer_certified"],
        },
        "readings": READINGS,
        "warrants": {
            "kinds": [each["kind"] for each in warrants],
            "kinds_naming_person": [each["kind"] for each in naming],
            "naming_person": [{"kind": each["kind"], "signed_by": each["signed_by"]} for each in naming],
        },
    }


def _datetime(moment: datetime) -> dict[str, Any]:
    return {"__extn": {"fn": "datetime", "arg": f"{moment:%Y-%m-%dT%H:%M:%S%z}"}}
