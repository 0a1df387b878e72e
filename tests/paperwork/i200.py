"""Form I-200, "Warrant for Arrest of Alien", 09/16: one page, signed by an immigration officer and addressed to immigration officers."""

from __future__ import annotations

from tests.paperwork.pen import BOLD, Pen

EDITIONS = ("09/16",)
SERIF, SERIF_BOLD = "Times-Roman", "Times-Bold"

FIELD_NAMES = {
    "file_no": "File No",
    "form_date": "Date",
    "subject_name": "is removable from the United States  This determination is based upon",
    "b_charging": "the execution of a charging document to initiate removal proceedings against the subject",
    "b_pending": "the pendency of ongoing removal proceedings against the subject",
    "b_deferred": "the failure to establish admissibility subsequent to deferred inspection",
    "b_biometric": "biometric confirmation of the subjects identity and a records check of federal",
    "b_statements": "statements made voluntarily by the subject to an immigration officer andor other",
    "officer_name": "Printed Name and Title of Authorized Immigration Officer",
    "serve_place": "Location",
    "serve_name": "Name of Alien",
    "serve_date": "Date of Service",
    "serve_lang": "Language",
    "interpreter": "Name or Number of Interpreter if applicable",
}

BASIS = {
    "b_charging": "the execution of a charging document to initiate removal proceedings against the subject;",
    "b_pending": "the pendency of ongoing removal proceedings against the subject;",
    "b_deferred": "the failure to establish admissibility subsequent to deferred inspection;",
    "b_biometric": (
        "biometric confirmation of the subject's identity and a records check of federal databases that affirmatively indicate, by"
        " themselves or in addition to other reliable information, that the subject either lacks immigration status or notwithstanding"
        " such status is removable under U.S. immigration law; and/or"
    ),
    "b_statements": (
        "statements made voluntarily by the subject to an immigration officer and/or other reliable evidence that affirmatively"
        " indicate the subject either lacks immigration status or notwithstanding such status is removable under U.S. immigration law."
    ),
}


def draw(pen: Pen, edition: str) -> None:
    if edition not in EDITIONS:
        raise ValueError(f"I-200 is drawn in the edition {', '.join(EDITIONS)}, not {edition!r}")
    pen.say(40, 48, "U.S. DEPARTMENT OF HOMELAND SECURITY", 9, BOLD)
    pen.right(572, 48, "Warrant for Arrest of Alien", 14, BOLD)
    pen.rule(40, 56, 572, 1.2)
    pen.right(372, 83, "File No.", 10, SERIF)
    pen.right(372, 105, "Date:", 10, SERIF)
    pen.under("file_no", "form_date")
    pen.say(60, 130, "To:", 10, SERIF_BOLD)
    pen.paragraph(
        84,
        130,
        468,
        "Any immigration officer authorized pursuant to sections 236 and 287 of the Immigration and Nationality Act and part 287 of"
        " title 8, Code of Federal Regulations, to serve warrants of arrest for immigration violations",
        10,
        12,
        SERIF,
    )
    pen.say_fitting(60, 195, 276, "I have determined that there is probable cause to believe that", 10.5, SERIF)
    pen.under("subject_name")
    pen.say(60, 214, "is removable from the United States. This determination is based upon:", 10.5, SERIF)
    for name, words in BASIS.items():
        pen.paragraph(98, pen.places[name].y + 8.5, 454, words, 10, 12, SERIF)
    pen.paragraph(
        60,
        426,
        492,
        "YOU ARE COMMANDED to arrest and take into custody for removal proceedings under the Immigration and Nationality Act,"
        " the above-named alien.",
        10.5,
        13,
        SERIF_BOLD,
    )
    pen.under("officer_sig", "officer_name")
    pen.centre(501, "(Signature of Authorized Immigration Officer)", 8, SERIF, 435)
    pen.centre(545, "(Printed Name and Title of Authorized Immigration Officer)", 8, SERIF, 435)
    _service(pen)
    pen.foot("", "Form I-200 (Rev. 09/16)")
    pen.end_page()


def _service(pen: Pen) -> None:
    pen.frame(48, 560, 516, 160, 1)
    pen.centre(580, "Certificate of Service", 12, SERIF_BOLD)
    pen.say_fitting(
        60, 610, 328, "I hereby certify that the Warrant for Arrest of Alien was served by me at", 10.5, SERIF
    )
    pen.centre(620, "(Location)", 7, SERIF, 471)
    pen.say(60, 636, "on", 10.5, SERIF)
    pen.centre(644.3, "(Name of Alien)", 6, SERIF, 178)
    pen.say(284, 636, "on", 10.5, SERIF)
    pen.centre(644.3, "(Date of Service)", 6, SERIF, 362)
    pen.say_fitting(426, 636, 126, ", and the contents of this", 10.5, SERIF)
    pen.say_fitting(60, 658, 170, "notice were read to him or her in the", 10.5, SERIF)
    pen.centre(668, "(Language)", 7, SERIF, 307)
    pen.say(386, 658, "language.", 10.5, SERIF)
    pen.under("serve_place", "serve_name", "serve_date", "serve_lang", "serve_sig", "interpreter")
    pen.centre(705, "Name and Signature of Officer", 8, SERIF, 170)
    pen.centre(705, "Name or Number of Interpreter (if applicable)", 8, SERIF, 435)
