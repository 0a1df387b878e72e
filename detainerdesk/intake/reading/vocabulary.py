"""Words that such papers often hold in their fields: titles, agencies, streets, states. Comes in: a word as a reader saw it. Goes out:
whether it is one of them. It only ever decides between two readings of the same ink; it makes no word, and it knows no names."""

from __future__ import annotations

TITLES = """Acting Agent Agents Assistant Attorney Booking Captain Chief Clerk Commander Coordinator Corporal Customs Deputy Deportation
Detention Director District Duty Enforcement Field Immigration Judge Lieutenant Magistrate Marshal Officer Officers Patrol Removal
Resident Sergeant Sheriff Sheriff's Special Supervisor Supervisory Superintendent Warden Watch Sgt Lt Capt Supv
AFOD ASAC DFOD FOD IEA RAC SAC SDDO SDO DDO SIEA SDDOs"""
AGENCIES = """Administration Agency Border Bureau Center City Complex Correction Correctional Corrections Court County Department Division Facility
Federal Homeland House Intake Institution Jail Justice Metropolitan Municipal National Office Operations Parish Police Precinct Prison
Protection Regional Security Service Services State States Station Sub-Office United University
CBP DHS ERO HSI ICE PD USCIS"""
STREETS = """Avenue Boulevard Box Broadway Building Circle Drive East Floor Highway Lane North Parkway Place Plaza Road Room South Square Street
Suite Terrace Unit West Ave Blvd Rd St Ste NE NW SE SW PO"""
STATES = """AL AK AZ AR CA CO CT DE DC FL GA GU HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC
SD TN TX UT VT VA VI WA WV WI WY"""
SMALL = "a and at by de first for from in of on or over the to under with without"

_SMALL = frozenset(SMALL.split())
_WORDS = _SMALL.union(" ".join((TITLES, AGENCIES, STREETS, STATES)).split())


def is_small(word: str) -> bool:
    """Whether it is one of the small words between others, which alone is no value of any field."""
    return word.strip(".,;:") in _SMALL


def knows(word: str) -> bool:
    """Whether the word, without the marks around it, is one of them as it is written here. `ICE/ERO`: each of its parts."""
    parts = word.strip(".,;:()").split("/")
    return all(part in _WORDS for part in parts)
