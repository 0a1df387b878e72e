"""Papers of other courts: a warrant of a state's court, and an order of an immigration court, which is part of the Department of Justice.

Neither has one national form: they are drawn from the layout page's list of parts, in two states' manners; the places are ours.
"""

from __future__ import annotations

from tests.paperwork.pen import BOLD, Pen

STATE_EDITIONS = ("massachusetts", "california")
SERIF, SERIF_BOLD, SERIF_SLOPED = "Times-Roman", "Times-Bold", "Times-Italic"

_CAPTION = {
    "massachusetts": ("COMMONWEALTH OF MASSACHUSETTS", "THE TRIAL COURT", "Boston Municipal Court Department"),
    "california": ("STATE OF CALIFORNIA", "SUPERIOR COURT OF CALIFORNIA", "County of San Francisco"),
}
_PARTIES = {"massachusetts": "Commonwealth v.", "california": "The People of the State of California v."}
_TITLE = {"massachusetts": "DEFAULT WARRANT", "california": "BENCH WARRANT"}
_TO = {
    "massachusetts": "To any officer authorized to serve criminal process in this Commonwealth:",
    "california": "To any peace officer of the State of California:",
}


def draw_state_warrant(pen: Pen, edition: str) -> None:
    """A court's own print: docket, offence, the judge's name in type, and no ink."""
    if edition not in STATE_EDITIONS:
        raise ValueError(f"a state warrant is drawn in the manner of {', '.join(STATE_EDITIONS)}, not {edition!r}")
    for y, words in zip((56, 74, 92), _CAPTION[edition], strict=True):
        pen.centre(y, words, 12, SERIF_BOLD)
    pen.centre(128, _TITLE[edition], 15, BOLD)
    pen.say(60, 168, "Docket No.:", 10, SERIF)
    pen.say(340, 168, "Date issued:", 10, SERIF)
    pen.say(60, 200, _PARTIES[edition], 11, SERIF)
    pen.say(60, 238, "Date of birth:", 10, SERIF)
    pen.paragraph(
        60,
        280,
        492,
        f"{_TO[edition]} the court orders that the defendant named above be arrested and brought before this court without delay.",
        11,
        15,
        SERIF,
    )
    pen.say(60, 340, "Offense:", 10, SERIF)
    pen.say(60, 400, "Judge:", 10, SERIF)
    pen.say(
        60, 440, "This warrant was issued from the records of the court and needs no signature in ink.", 9, SERIF_SLOPED
    )
    pen.under("case_no", "form_date", "subject_name", "dob", "offense", "judge_name")
    pen.end_page()


def draw_immigration_order(pen: Pen, edition: str) -> None:
    """An order of removal: an immigration judge signs, and no court of the judiciary issues it."""
    for y, words in (
        (54, "UNITED STATES DEPARTMENT OF JUSTICE"),
        (70, "EXECUTIVE OFFICE FOR IMMIGRATION REVIEW"),
        (86, "UNITED STATES IMMIGRATION COURT"),
    ):
        pen.centre(y, words, 12, SERIF_BOLD)
    pen.say(60, 130, "In the Matter of", 11, SERIF)
    pen.say(340, 130, "File No.:", 11, SERIF)
    pen.say(60, 176, "Respondent", 10, SERIF_SLOPED)
    pen.say(340, 176, "In Removal Proceedings", 11, SERIF)
    pen.centre(226, "ORDER OF THE IMMIGRATION JUDGE", 14, SERIF_BOLD)
    pen.paragraph(
        60,
        264,
        492,
        "Upon the record of these proceedings it is the order of this court that the respondent is ordered removed from the United"
        " States. Form I-205, the warrant of removal, is issued by the Department of Homeland Security.",
        11,
        15,
        SERIF,
    )
    pen.say(60, 400, "Date:", 11, SERIF)
    pen.under("subject_name", "file_no", "form_date", "officer_sig", "officer_name")
    pen.centre(422, "Immigration Judge", 10, SERIF, 435)
    pen.end_page()
