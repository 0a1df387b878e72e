"""Fictional people, offices and stations, and one dict of values for each kind of form. Nobody here exists; file
numbers start at A000 000 001 and telephone numbers are 555-01xx."""

from __future__ import annotations

from tests.paperwork.pen import Value

OFFICE = {
    "from_office": "ICE ERO Boston Field Office",
    "from_address": "100 Fictional Park Drive, Burlington, MA 01803",
}
D4 = {"to_agency": "Boston Police Department, District D-4", "to_address": "650 Example Avenue, Boston, MA 02116"}
B2 = {"to_agency": "Boston Police Department, District B-2", "to_address": "2400 Sample Street, Boston, MA 02119"}

DELACROIX: dict[str, Value] = {
    "subject_id": "900000001",
    "event_no": "BOS2603000101",
    "file_no": "A000 000 001",
    "form_date": "03/02/2026",
    **D4,
    **OFFICE,
    "subject_name": "DELACROIX, Luis Antonio",
    "dob": "12/25/1982",
    "citizenship": "DOMINICAN REPUBLIC",
    "sex": "M",
    "pc_pending": True,
    "notify_ice": True,
    "notify_phone": "(781) 555-0142",
    "officer_name": "R. Ashgrove, Deportation Officer",
    "officer_sig": True,
    "return_to": "(781) 555-0143",
}

DELACROIX_I200: dict[str, Value] = {
    "file_no": "A000 000 001",
    "form_date": "03/02/2026",
    "subject_name": "DELACROIX, Luis Antonio",
    "b_pending": True,
    "officer_sig": True,
    "officer_name": "M. Fairbourne, SDDO",
}

# The judge's warrant of the pile: another person, a crime, a court.
OKONJO: dict[str, Value] = {
    **DELACROIX,
    "subject_id": "900000003",
    "event_no": "BOS2603000103",
    "file_no": "A000 000 003",
    "form_date": "03/05/2026",
    "subject_name": "OKONJO-VALE, Marcus Adeyemi",
    "dob": "08/09/1990",
    "citizenship": "NIGERIA",
    "pc_pending": None,
    "pc_biometric": True,
}
OKONJO_AO442: dict[str, Value] = {
    "district": "District of Massachusetts",
    "subject_name": "MARCUS ADEYEMI OKONJO-VALE",
    "case_no": "1:26-mj-00101",
    "arrest_name": "MARCUS ADEYEMI OKONJO-VALE",
    "d_cmp": True,
    "offense": "18 U.S.C. § 1343, wire fraud",
    "form_date": "03/04/2026",
    "city": "Boston, Massachusetts",
    "officer_sig": True,
    "officer_name": "E. Wrenfield, U.S. Magistrate Judge",
}

# Sent on paper, scanned at a station.
BRIGHTWATER: dict[str, Value] = {
    **DELACROIX,
    **B2,
    "subject_id": "900000002",
    "event_no": "BOS2603000102",
    "file_no": "A000 000 002",
    "form_date": "03/03/2026",
    "subject_name": "BRIGHTWATER, Tomasz",
    "dob": "11/30/1975",
    "citizenship": "POLAND",
    "pc_pending": None,
    "pc_biometric": True,
    "pc_statements": True,
    "officer_name": "L. Marlowe-Pike, Deportation Officer",
}
BRIGHTWATER_I200: dict[str, Value] = {
    **DELACROIX_I200,
    "file_no": "A000 000 002",
    "form_date": "03/03/2026",
    "subject_name": "BRIGHTWATER, Tomasz",
    "b_pending": None,
    "b_biometric": True,
    "b_statements": True,
}

# The officer forgot the boxes.
QUILL: dict[str, Value] = {
    **DELACROIX,
    "subject_id": "900000004",
    "event_no": "BOS2603000104",
    "file_no": "A000 000 004",
    "form_date": "03/06/2026",
    "subject_name": "PEREIRA-QUILL, Ana Beatriz",
    "dob": "02/14/1996",
    "citizenship": "BRAZIL",
    "sex": "F",
    "pc_pending": None,
}
QUILL_I200: dict[str, Value] = {
    **DELACROIX_I200,
    "file_no": "A000 000 004",
    "form_date": "03/06/2026",
    "subject_name": "PEREIRA-QUILL, Ana Beatriz",
}

# An old form, found in a folder and sent again.
FINCH: dict[str, Value] = {
    "subject_id": "900000005",
    "event_no": "BOS1306000105",
    "file_no": "A000 000 005",
    "form_date": "06/14/2013",
    **B2,
    **OFFICE,
    "subject_name": "SANTORO-FINCH, Elias",
    "dob": "05/21/1969",
    "citizenship": "ITALY",
    "sex": "M",
    "act_reason": True,
    "r_three": True,
    "ask_custody": True,
    "notify_phone": "(781) 555-0142",
    "ask_copy": True,
    "ask_death": True,
    "officer_name": "T. Corvane, Immigration Enforcement Agent",
    "officer_sig": True,
    "return_to": "(781) 555-0143",
}

_REQUEST = (
    *("subject_id", "event_no", "file_no", *D4, *OFFICE, "subject_name", "dob", "citizenship", "sex"),
    *("notify_ice", "notify_phone", "officer_name", "officer_sig"),
)

SAMPLES: dict[str, dict[str, Value]] = {
    "i247a": DELACROIX,
    "i200": DELACROIX_I200,
    "i247d": {
        **{name: DELACROIX[name] for name in _REQUEST},
        "form_date": "02/08/2016",
        "event_no": "BOS1602000101",
        "pa_felony": True,
        "pc_biometric": True,
    },
    "i247n": {
        **{name: DELACROIX[name] for name in _REQUEST},
        "form_date": "02/08/2016",
        "event_no": "BOS1602000101",
        "pa_significant": True,
    },
    "i247g": {**{name: DELACROIX[name] for name in _REQUEST}, "form_date": "03/02/2026"},
    "i247x": {
        **{name: DELACROIX[name] for name in _REQUEST},
        "form_date": "02/08/2016",
        "event_no": "BOS1602000101",
        "pc_biometric": True,
    },
    "i247_old": FINCH,
    "i205": {
        "file_no": "A000 000 006",
        "form_date": "03/02/2026",
        "subject_name": "HARGREAVE-SOTO, Ines",
        "entry_place": "Boston, Massachusetts",
        "entry_date": "07/19/2011",
        "o_immigration_judge": True,
        "ina_law": "Section 237(a)(1)(B)",
        "expense_of": "the United States",
        "officer_sig": True,
        "officer_title": "Field Office Director",
        "date_office": "03/02/2026, Burlington, MA",
    },
    "ao442": OKONJO_AO442,
    "ao93": {
        "district": "District of Massachusetts",
        "search_of": "12 Imaginary Lane, Unit 3, Boston",
        "case_no": "1:26-mj-00102",
        "search_place": "12 Imaginary Lane, Unit 3, Boston, Massachusetts",
        "items": "records of wire transfers, 2024 to 2026",
        "execute_by": "03/18/2026",
        "t_day": True,
        "form_date": "03/04/2026 3:10 p.m.",
        "officer_sig": True,
        "city": "Boston, Massachusetts",
        "officer_name": "E. Wrenfield, U.S. Magistrate Judge",
    },
    "ao94": {
        "district": "District of Massachusetts",
        "subject_name": "MARCUS ADEYEMI OKONJO-VALE",
        "case_no": "1:26-mj-00101",
        "charging_case_no": "26-cr-00012",
        "to_district": "Southern",
        "to_state": "New York",
        "form_date": "03/06/2026",
        "officer_sig": True,
        "officer_name": "E. Wrenfield, U.S. Magistrate Judge",
    },
    "state_warrant": {
        "case_no": "2601CR000123",
        "form_date": "03/02/2026",
        "subject_name": "DELACROIX, Luis Antonio",
        "dob": "12/25/1982",
        "offense": "larceny over 1,200 dollars, G.L. c. 266, s. 30",
        "judge_name": "Hon. P. Larkspur",
    },
    "immigration_order": {
        "subject_name": "DELACROIX, Luis Antonio",
        "file_no": "A000 000 001",
        "form_date": "02/20/2026",
        "officer_sig": True,
        "officer_name": "V. Hollowell, Immigration Judge",
    },
    "i203": {
        "to_agency": "Superintendent, Imaginary County Jail",
        "to_address": "1 Fictional Road, Boston, MA 02118",
        "r_detain": True,
        "subject_name": "DELACROIX, Luis Antonio",
        "file_no": "A000 000 001",
        "citizenship": "DOMINICAN REPUBLIC",
        "sex": "M",
        "dob": "12/25/1982",
        "form_date": "03/02/2026",
        "proceedings": "removal proceedings",
        "officer_sig": True,
        "officer_title": "Supervisory Detention and Deportation Officer",
        "from_office": "ICE ERO Boston Field Office",
    },
    "message": {
        "subject_name": "DELACROIX,LUIS ANTONIO",
        "file_no": "A000000001",
        "dob": "19821225",
        "sex": "M",
    },
    "cover_sheet": {
        "to": "Boston Police Department, District B-2, desk officer",
        "to_fax": "(617) 555-0120",
        "sender": "ICE ERO Boston Field Office",
        "sender_phone": "(781) 555-0142",
        "form_date": "03/02/2026",
        "page_count": "5",
        "subject": "Form I-247A and Form I-200",
        "message": "Please call when received.",
    },
    "cat": {},
}


def sample(kind: str, **changes: Value) -> dict[str, Value]:
    """A well filled form of this kind, with `changes` over it; None empties a field."""
    if kind not in SAMPLES:
        raise ValueError(f"there is no sample of {kind!r}; there is one of {', '.join(SAMPLES)}")
    return {name: value for name, value in {**SAMPLES[kind], **changes}.items() if value is not None}
