"""Form I-203, "Order to Detain or Release Alien": one page to the person in charge of a facility. It is no warrant. Drawn from the layout
page's list of parts, which is recalled and not read; the places are ours."""

from __future__ import annotations

from tests.paperwork.pen import BOLD, Pen

EDITIONS = ("07/08",)
SERIF, SERIF_BOLD = "Times-Roman", "Times-Bold"


def draw(pen: Pen, edition: str) -> None:
    if edition not in EDITIONS:
        raise ValueError(f"I-203 is drawn in the edition {', '.join(EDITIONS)}, not {edition!r}")
    pen.say(40, 48, "U.S. Department of Homeland Security", 9, BOLD)
    pen.right(572, 48, "Order to Detain or Release Alien", 14, BOLD)
    pen.rule(40, 56, 572, 1.2)
    pen.say(60, 90, "To (name and title of person in charge of the facility):", 10, SERIF)
    pen.say(60, 134, "Name and address of the facility:", 10, SERIF)
    pen.say(60, 186, "Please", 10.5, SERIF_BOLD)
    pen.say(116, 186, "detain", 10.5, SERIF)
    pen.say(186, 186, "release the alien named below.", 10.5, SERIF)
    for y, label, beside in (
        (218, "Name of alien:", "File number:"),
        (252, "Nationality:", "Sex:"),
        (286, "Date of birth or age:", "Date:"),
    ):
        pen.say(60, y, label, 10, SERIF)
        pen.say(350, y, beside, 10, SERIF)
    pen.say(60, 322, "Nature of proceedings:", 10, SERIF)
    pen.say(60, 374, "Remarks:", 10, SERIF)
    pen.under("to_agency", "to_address", "subject_name", "file_no", "citizenship", "sex", "dob", "form_date")
    pen.under("proceedings", "remarks", "officer_sig", "officer_title", "from_office")
    pen.centre(492, "(Signature of issuing officer)", 8, SERIF, 435)
    pen.centre(536, "(Title of issuing officer)", 8, SERIF, 435)
    pen.centre(580, "(Office of issuing officer)", 8, SERIF, 435)
    pen.foot(f"Form I-203 (Rev. {edition})", "")
    pen.end_page()
