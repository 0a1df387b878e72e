"""Compares a reading with what was drawn, and makes random fictional values to draw."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from detainerdesk.intake.reading.fields import Field, Paper, Reading
from tests.paperwork import places

SURNAMES = ("DELACROIX", "OKONJO-VALE", "BRIGHTWATER", "SANTORO-FINCH", "O'LEARY-IBARRA", "ZEPEDA", "NGUYEN")
GIVEN = ("Luis Antonio", "Marcus", "Ines", "Tomasz J.", "Elias", "Maria Jose", "Quoc Bao")
WORDS = {
    "to_agency": "Boston Police Department, District E-13",
    "from_office": "ICE ERO Boston Field Office",
    "from_address": "100 Fictional Park Drive, Burlington, MA 01803",
    "citizenship": "DOMINICAN REPUBLIC",
    "officer_name": "R. Ashgrove, Deportation Officer",
    "district": "District of Massachusetts",
    "offense": "18 U.S.C. § 1343, wire fraud",
    "city": "Boston, Massachusetts",
    "serve_place": "Boston, MA",
    "serve_lang": "Spanish",
    "entry_place": "Boston, Massachusetts",
    "ina_law": "Section 237(a)(1)(B)",
    "officer_title": "Field Office Director",
    "last_offense": "larceny",
    "lea_officer": "Sgt. Ruiz, BPD",
}


def random_values(kind: str, seed: int) -> dict[str, str | bool | None]:
    """A form filled at random: some fields empty, each tick and signature by a coin."""
    chance = random.Random(f"{kind}/{seed}")
    values: dict[str, str | bool | None] = {}
    for name, place in places(kind).items():
        if place.kind != "text":
            values[name] = chance.random() < 0.5 or None
        elif chance.random() < 0.85 and (words := _words(name, chance)) is not None:
            values[name] = words
    return values


def _words(name: str, chance: random.Random) -> str | None:
    if name in WORDS:
        return WORDS[name]
    if name in ("dob", "served_on", "est_release") or name.endswith("_date"):
        return f"{chance.randint(1, 12):02d}/{chance.randint(1, 28):02d}/{chance.randint(1950, 2026)}"
    if name.endswith("_name"):
        return f"{chance.choice(SURNAMES)}, {chance.choice(GIVEN)}"
    return {
        "subject_id": str(chance.randint(10**8, 10**9 - 1)),
        "event_no": f"BOS{chance.randint(10**9, 10**10 - 1)}",
        "file_no": f"A000 {chance.randint(0, 999):03d} {chance.randint(0, 999):03d}",
        "to_address": f"{chance.randint(1, 9999)} Sample Street, Boston, MA 02119",
        "sex": chance.choice("MF"),
        "notify_phone": f"(781) 555-01{chance.randint(0, 99):02d}",
        "return_to": f"(781) 555-01{chance.randint(0, 99):02d}",
        "booking_no": str(chance.randint(10**6, 10**7)),
        "case_no": f"1:26-mj-{chance.randint(0, 99999):05d}",
    }.get(name)


def right(field: Field, name: str, kind: str, values: Mapping[str, object]) -> bool:
    """Whether the field says what was drawn; spacing does not count."""
    drawn = values.get(name)
    if places(kind)[name].kind != "text":
        return field.value is bool(drawn)
    return _unspaced(field.value) == _unspaced(drawn)


def wrong_fields(paper: Paper, values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Field -> (drawn, read) where they differ."""
    return {
        name: (values.get(name), field.value)
        for name, field in paper.fields.items()
        if not right(field, name, paper.kind, values)
    }


def accepted_yet_wrong(paper: Paper, values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    return {name: pair for name, pair in wrong_fields(paper, values).items() if paper.fields[name].accepted}


def only_paper(reading: Reading) -> Paper:
    assert len(reading.papers) == 1, [paper.kind for paper in reading.papers]
    return reading.papers[0]


def codes(paper: Paper) -> set[str]:
    return {defect.id for defect in paper.defects}


def _unspaced(value: object) -> str | None:
    return None if value is None else re.sub(r"\s+", "", str(value))
