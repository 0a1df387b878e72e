"""Court papers: AO 442 (arrest warrant), AO 93 (search and seizure warrant) and AO 94 (commitment to another district), as the federal
courts' published forms are remembered.

Who signs an AO 442 is in its values: a magistrate judge on a complaint, a deputy clerk on an indictment (Fed. R. Crim. P. 9(b)(1)).
"""

from __future__ import annotations

from tests.paperwork.pen import Pen

AO442_EDITIONS = ("11/11",)
AO93_EDITIONS = ("11/13",)
AO94_EDITIONS = ("06/09",)
SERIF, SERIF_BOLD, SERIF_SLOPED = "Times-Roman", "Times-Bold", "Times-Italic"

DOCUMENTS = {
    "d_ind": "Indictment",
    "d_sind": "Superseding Indictment",
    "d_inf": "Information",
    "d_sinf": "Superseding Information",
    "d_cmp": "Complaint",
    "d_prob": "Probation Violation Petition",
    "d_sr": "Supervised Release Violation Petition",
    "d_not": "Violation Notice",
    "d_ord": "Order of the Court",
}


def draw_ao442(pen: Pen, edition: str) -> None:
    if edition not in AO442_EDITIONS:
        raise ValueError(f"AO 442 is drawn in the edition {', '.join(AO442_EDITIONS)}, not {edition!r}")
    pen.say(40, 40, f"AO 442 (Rev. {edition}) Arrest Warrant", 8)
    pen.rule(40, 45, 572, 1)
    _criminal_caption(pen)
    pen.centre(250, "ARREST WARRANT", 15, SERIF_BOLD)
    pen.say(50, 280, "To:", 11, SERIF)
    pen.say(76, 280, "Any authorized law enforcement officer", 11, SERIF)
    pen.say_fitting(
        50,
        302,
        512,
        "YOU ARE COMMANDED to arrest and bring before a United States magistrate judge without unnecessary delay",
        11,
        SERIF_BOLD,
    )
    pen.say(50, 315, "(name of person to be arrested)", 9, SERIF_SLOPED)
    pen.say_fitting(
        50,
        350,
        512,
        "who is accused of an offense or violation based on the following document filed with the court:",
        11,
        SERIF,
    )
    for name, words in DOCUMENTS.items():
        place = pen.places[name]
        room = 80 if name in ("d_cmp", "d_ord") else 160
        pen.say_fitting(place.x + 13, place.y + 8, room, words, 10, SERIF)
    pen.say(50, 418, "This offense is briefly described as follows:", 11, SERIF)
    _signed(pen, "Issuing officer's signature")
    _return(pen)
    pen.end_page()


def draw_ao93(pen: Pen, edition: str) -> None:
    if edition not in AO93_EDITIONS:
        raise ValueError(f"AO 93 is drawn in the edition {', '.join(AO93_EDITIONS)}, not {edition!r}")
    mark = f"AO 93 (Rev. {edition}) Search and Seizure Warrant"
    pen.say(40, 40, mark, 8)
    pen.rule(40, 45, 572, 1)
    _court(pen)
    pen.centre(150, "In the Matter of the Search of", 11, SERIF, 175)
    pen.centre(161, "(Briefly describe the property to be searched", 8, SERIF_SLOPED, 175)
    pen.centre(170, "or identify the person by name and address)", 8, SERIF_SLOPED, 175)
    _bracket(pen, 150, 214)
    pen.say(328, 180, "Case No.", 11, SERIF)
    pen.centre(240, "SEARCH AND SEIZURE WARRANT", 15, SERIF_BOLD)
    pen.say(50, 266, "To:", 11, SERIF)
    pen.say(76, 266, "Any authorized law enforcement officer", 11, SERIF)
    y = pen.paragraph(
        50,
        286,
        512,
        "An application by a federal law enforcement officer or an attorney for the government requests the search of the following"
        " person or property located in the district named above (identify the person or describe the property to be searched and give"
        " its location):",
        10,
        12,
        SERIF,
    )
    pen.paragraph(
        50,
        y + 34,
        512,
        "I find that the affidavit(s), or any recorded testimony, establish probable cause to search and seize the person or property"
        " described above, and that such search will reveal (identify the person or describe the property to be seized):",
        10,
        12,
        SERIF,
    )
    pen.say(50, 422, "YOU ARE COMMANDED to execute this warrant on or before", 10.5, SERIF_BOLD)
    pen.say(482, 422, "(not to exceed 14 days)", 9, SERIF_SLOPED)
    pen.say(64, 440, "in the daytime 6:00 a.m. to 10:00 p.m.", 10, SERIF)
    pen.say(274, 440, "at any time in the day or night because good cause has been established.", 9.2, SERIF)
    pen.say(50, 466, "Delayed notice:", 10, SERIF)
    pen.say(64, 484, "for", 10, SERIF)
    pen.say(124, 484, "days (not to exceed 30)", 10, SERIF)
    pen.say(274, 484, "until, the facts justifying, the later specific date of", 10, SERIF)
    pen.say(50, 518, "Date and time issued:", 10, SERIF)
    pen.centre(545, "Judge's signature", 9, SERIF_SLOPED, 440)
    pen.say(50, 600, "City and state:", 10, SERIF)
    pen.centre(613, "Printed name and title", 9, SERIF_SLOPED, 440)
    pen.under(
        "district",
        "search_of",
        "case_no",
        "search_place",
        "items",
        "execute_by",
        "delay_days",
        "delay_until",
        "form_date",
        "officer_sig",
        "city",
        "officer_name",
    )
    pen.end_page()
    _inventory(pen, mark)
    pen.end_page()


def draw_ao94(pen: Pen, edition: str) -> None:
    if edition not in AO94_EDITIONS:
        raise ValueError(f"AO 94 is drawn in the edition {', '.join(AO94_EDITIONS)}, not {edition!r}")
    pen.say(40, 40, f"AO 94 (Rev. {edition}) Commitment to Another District", 8)
    pen.rule(40, 45, 572, 1)
    _criminal_caption(pen)
    pen.say(328, 208, "Charging District's Case No.", 9, SERIF)
    pen.centre(250, "COMMITMENT TO ANOTHER DISTRICT", 15, SERIF_BOLD)
    pen.say(50, 290, "The defendant has been ordered to appear in the", 11, SERIF)
    pen.say(470, 290, "District of", 11, SERIF)
    pen.paragraph(
        50,
        360,
        512,
        "IT IS ORDERED: The United States marshal must transport the defendant, together with a copy of this order, to the charging"
        " district and deliver the defendant to the United States marshal for that district.",
        11,
        15,
        SERIF,
    )
    pen.under("charging_case_no", "to_district", "to_state")
    pen.under("district", "subject_name", "case_no")
    pen.say(50, 560, "Date:", 11, SERIF)
    pen.centre(572, "Judge's signature", 9, SERIF_SLOPED, 440)
    pen.centre(612, "Printed name and title", 9, SERIF_SLOPED, 440)
    pen.under("form_date", "officer_sig", "officer_name")
    pen.end_page()


def _court(pen: Pen) -> None:
    pen.centre(72, "UNITED STATES DISTRICT COURT", 16, SERIF_BOLD)
    pen.centre(88, "for the", 10, SERIF)
    pen.under("district")


def _criminal_caption(pen: Pen) -> None:
    _court(pen)
    pen.centre(158, "United States of America", 11, SERIF, 175)
    pen.centre(171, "v.", 11, SERIF, 175)
    _bracket(pen, 150, 214)
    pen.say(328, 180, "Case No.", 11, SERIF)
    pen.centre(207, "Defendant", 10, SERIF_SLOPED, 175)


def _bracket(pen: Pen, top: int, bottom: int) -> None:
    for y in range(top, bottom, 11):
        pen.say(306, y, ")", 11, SERIF)


def _signed(pen: Pen, signature: str) -> None:
    pen.under("district", "subject_name", "case_no", "arrest_name", "offense")
    pen.say(50, 560, "Date:", 11, SERIF)
    pen.centre(572, signature, 9, SERIF_SLOPED, 440)
    pen.say(50, 600, "City and state:", 11, SERIF)
    pen.centre(612, "Printed name and title", 9, SERIF_SLOPED, 440)
    pen.under("form_date", "officer_sig", "city", "officer_name")


def _return(pen: Pen) -> None:
    pen.frame(46, 628, 520, 116, 1)
    pen.centre(644, "Return", 12, SERIF_BOLD)
    pen.say(54, 662, "This warrant was received on (date)", 10, SERIF)
    pen.rule(204, 664, 300)
    pen.say(304, 662, ", and the person was arrested on (date)", 10, SERIF)
    pen.rule(468, 664, 556)
    pen.say(54, 680, "at (city and state)", 10, SERIF)
    pen.rule(132, 682, 300)
    pen.say(54, 706, "Date:", 10, SERIF)
    pen.rule(80, 708, 220)
    pen.rule(330, 708, 550)
    pen.centre(717, "Arresting officer's signature", 8, SERIF_SLOPED, 440)
    pen.rule(330, 732, 550)
    pen.centre(741, "Printed name and title", 8, SERIF_SLOPED, 440)


def _inventory(pen: Pen, mark: str) -> None:
    pen.say(40, 40, f"{mark} (Page 2)", 8)
    pen.rule(40, 45, 572, 1)
    pen.frame(46, 60, 520, 470, 1)
    pen.centre(78, "Return", 12, SERIF_BOLD)
    for x, words in (
        (54, "Case No.:"),
        (190, "Date and time warrant executed:"),
        (390, "Copy of warrant and inventory left with:"),
    ):
        pen.say(x, 98, words, 9, SERIF)
    pen.rule(46, 124, 566)
    pen.say(54, 138, "Inventory made in the presence of:", 9, SERIF)
    pen.rule(46, 150, 566)
    pen.say(54, 164, "Inventory of the property taken and name of any person(s) seized:", 9, SERIF)
    pen.frame(46, 540, 520, 130, 1)
    pen.centre(558, "Certification", 12, SERIF_BOLD)
    pen.paragraph(
        54,
        578,
        500,
        "I declare under penalty of perjury that this inventory is correct and was returned along with the original warrant to the"
        " designated judge.",
        10,
        12,
        SERIF,
    )
    pen.say(54, 626, "Date:", 10, SERIF)
    pen.rule(82, 628, 220)
    pen.rule(330, 628, 550)
    pen.centre(638, "Executing officer's signature", 8, SERIF_SLOPED, 440)
    pen.rule(330, 655, 550)
    pen.centre(664, "Printed name and title", 8, SERIF_SLOPED, 440)
