"""Form I-205, "Warrant of Removal/Deportation", 8/07: page 1 with the printed traps ("immigration judge", "Magistrate Court Judge"), page 2 for the removal.

It is administrative whatever box is ticked: an immigration officer signs it. Its places are ours; the layout page gives no table.
"""

from __future__ import annotations

from tests.paperwork.pen import BOLD, Pen

EDITIONS = ("8/07",)
SERIF, SERIF_BOLD = "Times-Roman", "Times-Bold"

FIELD_NAMES = {
    "file_no": "File No",
    "form_date": "Date",
    "subject_name": "Full name of alien",
    "entry_place": "Place of entry",
    "entry_date": "Date of entry",
    "o_immigration_judge": "an immigration judge in exclusion deportation or removal proceedings",
    "o_official": "a designated official",
    "o_bia": "the Board of Immigration Appeals",
    "o_court": "a United States District or Magistrate Court Judge",
    "ina_law": "INA LAW",
    "officer_title": "Title of immigration officer",
    "date_office": "Date and office location",
    "removed_name": "Name of alien being removed",
    "removal": "Port date and manner of removal",
    "self_removal": "check here",
}

ORDER = {
    "o_immigration_judge": "an immigration judge in exclusion, deportation, or removal proceedings",
    "o_official": "a designated official",
    "o_bia": "the Board of Immigration Appeals",
    "o_court": "a United States District or Magistrate Court Judge",
}


def draw(pen: Pen, edition: str) -> None:
    if edition not in EDITIONS:
        raise ValueError(f"I-205 is drawn in the edition {', '.join(EDITIONS)}, not {edition!r}")
    _order(pen)
    pen.foot(f"ICE Form I-205 ({edition})", "Page 1 of 2")
    pen.end_page()
    _removal(pen)
    pen.foot(f"ICE Form I-205 ({edition})", "Page 2 of 2")
    pen.end_page()


def _order(pen: Pen) -> None:
    pen.centre(48, "DEPARTMENT OF HOMELAND SECURITY", 11, BOLD)
    pen.centre(62, "U.S. Immigration and Customs Enforcement", 10)
    pen.centre(88, "WARRANT OF REMOVAL/DEPORTATION", 14, BOLD)
    pen.right(392, 119, "File No:", 10, SERIF)
    pen.right(392, 141, "Date:", 10, SERIF)
    pen.say(60, 176, "To any immigration officer of the United States Department of Homeland Security:", 11, SERIF)
    pen.centre(228, "(Full name of alien)", 8, SERIF)
    pen.say(60, 255, "who entered the United States at", 11, SERIF)
    pen.centre(268, "(Place of entry)", 8, SERIF, 320)
    pen.say(414, 255, "on", 11, SERIF)
    pen.centre(268, "(Date of entry)", 8, SERIF, 492)
    pen.say(
        60, 294, "is subject to removal/deportation from the United States, based upon a final order by:", 11, SERIF
    )
    for name, words in ORDER.items():
        pen.say(104, pen.places[name].y + 9, words, 11, SERIF)
    pen.say(60, 414, "and pursuant to the following provisions of the Immigration and Nationality Act:", 11, SERIF)
    pen.paragraph(
        60,
        468,
        492,
        "I, the undersigned officer of the United States, by virtue of the power and authority vested in the Secretary of Homeland"
        " Security under the laws of the United States and by his or her direction, command you to take into custody and remove from the"
        " United States the above-named alien, pursuant to law, at the expense of:",
        11,
        14,
        SERIF,
    )
    pen.under(
        "file_no",
        "form_date",
        "subject_name",
        "entry_place",
        "entry_date",
        "ina_law",
        "expense_of",
        "officer_sig",
        "officer_title",
        "date_office",
    )
    pen.centre(608, "(Signature of immigration officer)", 8, SERIF, 435)
    pen.centre(649, "(Title of immigration officer)", 8, SERIF, 435)
    pen.centre(690, "(Date and office location)", 8, SERIF, 435)


def _removal(pen: Pen) -> None:
    pen.say(
        60,
        60,
        "To be completed by immigration officer executing the warrant: Name of alien being removed:",
        10,
        SERIF_BOLD,
    )
    pen.say(60, 122, "Port, date, and manner of removal:", 10, SERIF)
    pen.frame(90, 160, 160, 160)
    pen.centre(244, "Photograph of alien removed", 9, SERIF, 170)
    pen.frame(350, 160, 160, 160)
    pen.centre(244, "Right index fingerprint", 9, SERIF, 430)
    pen.centre(375, "(Signature of alien being fingerprinted)", 8, SERIF)
    pen.centre(420, "(Signature and title of immigration officer taking print)", 8, SERIF)
    pen.say(60, 455, "Departure witnessed by:", 10, SERIF)
    pen.centre(466, "(Signature and title of immigration officer)", 8, SERIF, 370)
    pen.say(
        60,
        500,
        "If actual departure is not witnessed, fully identify source or means of verification of departure:",
        10,
        SERIF,
    )
    pen.say(60, 612, "If self-removal (self-deportation), pursuant to 8 CFR 241.7, check here", 10, SERIF)
    pen.say(60, 650, "Departure verified by:", 10, SERIF)
    pen.centre(661, "(Signature and title of immigration officer)", 8, SERIF, 370)
    pen.under(
        "removed_name",
        "removal",
        "alien_sig",
        "print_officer",
        "witness_sig",
        "means_1",
        "means_2",
        "means_3",
        "means_4",
        "verified_sig",
    )
