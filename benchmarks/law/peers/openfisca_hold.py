"""OpenFisca on `hold`: the tax-benefit system beside this file; each case becomes a simulation of one case and its warrants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.periods import period as period_of
from openfisca_core.simulations import SimulationBuilder
from peers.openfisca_system import NEVER, Actor, Agreement, Ground, HoldSystem, Kind, Proof, Signer, WarrantKind

NAME = f"OpenFisca (openfisca-core {version('openfisca-core')})"
TELLS_VOIDS = True
FACTS: dict[str, tuple[str, type[Enum] | None]] = {
    "request.kind": ("request_kind", Kind),
    "person.release_ground": ("release_ground", Ground),
    "person.citizenship_proof": ("citizenship_proof", Proof),
    "agreement.287g": ("agreement_287g", Agreement),
    "request.asks_hold": ("asks_hold", None),
    "request.issuer_authorised": ("issuer_authorised", None),
    "request.states_probable_cause": ("states_probable_cause", None),
    "request.resumes_custody": ("resumes_custody", None),
    "request.affidavit_shows_probable_cause": ("affidavit_shows_probable_cause", None),
    "request.withdrawn": ("withdrawn", None),
    "request.issuing_office_chicago_area": ("issuing_office_chicago_area", None),
    "custody.other_lawful_basis": ("other_lawful_basis", None),
    "custody.under_federal_contract": ("under_federal_contract", None),
    "person.proof_accepted": ("proof_accepted", None),
    "agreement.officer_certified": ("officer_certified", None),
}
NO_WARRANT = [{"kind": "judicial_search", "signed_by": "none", "names_person": False}]
"""A case of OpenFisca has at least one member; this one stands in no rule."""
VOIDS = ("us_01", "us_08_form", "us_10", "us_16", "us_17", "us_29", "ma_3_287g")
BANS = ("us_03", "us_28", "ma_1", "ma_2", "bos19_1")


def ready() -> Callable[[Mapping[str, Any]], tuple[str, list[str]]]:
    system = HoldSystem()
    labels = {name: system.get_variable(name).label for name in (*VOIDS, *BANS)}

    def decide(case: Mapping[str, Any]) -> tuple[str, list[str]]:
        facts = case["facts"]
        warrants = facts["warrants"] or NO_WARRANT
        now = datetime.fromisoformat(case["at"])
        period = period_of(case["at"][:10])
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("warrant", range(len(warrants)))
        cases = builder.declare_entity("case", [0])
        builder.join_with_persons(cases, np.zeros(len(warrants), dtype=int), ["known"] * len(warrants))
        simulation = builder.build(system)
        for name, (variable, enum) in FACTS.items():
            value = facts[name]
            simulation.set_input(variable, period, _items(enum, [value]) if enum else np.array([value]))
        simulation.set_input("actor", period, _items(Actor, [case["actor"]]))
        simulation.set_input("at", period, np.array([_minutes(now)]))
        for name in ("person.eligible_for_release_at", "person.served_copy_at"):
            moment = facts[name]
            minutes = NEVER if moment == "none" else _minutes(datetime.fromisoformat(moment))
            simulation.set_input(name.partition(".")[2], period, np.array([minutes]))
        days = np.datetime64(facts["request.form_date"]).astype(int)
        simulation.set_input("form_date", period, np.array([days]))
        simulation.set_input("warrant_kind", period, _items(WarrantKind, [each["kind"] for each in warrants]))
        simulation.set_input("signed_by", period, _items(Signer, [each["signed_by"] for each in warrants]))
        simulation.set_input("names_person", period, np.array([each["names_person"] for each in warrants]))
        forbidden = simulation.calculate("hold_forbidden", period)[0]
        fired = [label for name, label in labels.items() if simulation.calculate(name, period)[0]]
        return ("forbidden" if forbidden else "silent"), fired

    return decide


INDICES = {
    enum: {item.value: index for index, item in enumerate(enum)}
    for enum in (Kind, Ground, Proof, Agreement, Actor, WarrantKind, Signer)
}


def _items(enum: type[Enum], values: list[str]) -> EnumArray:
    """The items of an enumeration by their indices, which spares OpenFisca a search by name."""
    return EnumArray(np.array([INDICES[enum][value] for value in values], dtype=np.uint8), enum)


def _minutes(moment: datetime) -> int:
    """Minutes since 1970 on the wall clock of the case, whose moments all have the zone's own offset."""
    return int(moment.replace(tzinfo=None).timestamp() // 60)
