"""The other forms of the I-247 family: I-247D, I-247N and I-247X (2015-2017), the old I-247 (12/12), and I-247G.

The upper parts of D and N follow copies that were read; the lower parts and I-247 (12/12) follow the layout page from memory, and the mark (5/15) on D and N is a guess; no copy
of I-247X or I-247G was seen, so their drawings carry INFERRED LAYOUT across the page, and what is built from them is a guess.
"""

from __future__ import annotations

from tests.paperwork.i247a import CAUSE, agency_part, head, notice, signatures
from tests.paperwork.pen import BOLD, Pen

TO = "TO: (Name and Title of Institution - OR Any Subsequent Law Enforcement Agency)"
FROM = "FROM: (Department of Homeland Security Office Address)"

PRIORITY = {
    "pa_terrorism": (
        "has engaged in or is suspected of terrorism or espionage, or otherwise poses a danger to national security;"
    ),
    "pa_gang": (
        "has been convicted of an offense of which an element was active participation in a criminal street gang, as defined in 18 U.S.C."
        " § 521(a), or is at least 16 years old and intentionally participated in an organized criminal gang to further its illegal activity;"
    ),
    "pa_felony": (
        "has been convicted of an offense classified as a felony, other than a state or local offense for which an essential element was"
        " the individual's immigration status;"
    ),
    "pa_aggravated": "has been convicted of an aggravated felony, as defined under 8 U.S.C. § 1101(a)(43) at the time of conviction;",
    "pa_significant": 'has been convicted of a "significant misdemeanor" as defined under DHS policy; and/or',
    "pa_three": (
        "has been convicted of three or more misdemeanors, not including minor traffic offenses and state or local offenses for which"
        " immigration status was an essential element, provided the offenses arise out of three separate incidents."
    ),
}

TRANSFERRED = (
    "Upon completion of the proceeding or investigation for which the subject was transferred to your custody, DHS intends to resume"
    " custody of the subject to complete processing and/or make an admissibility determination."
)

REASONS = {
    "r_felony": "has a prior felony conviction or has been charged with a felony",
    "r_three": "has three or more prior misdemeanor convictions",
    "r_violent": "has a prior misdemeanor conviction or charge for violence or other listed offense",
    "r_entry": "has been convicted of illegal entry pursuant to 8 U.S.C. § 1325",
    "r_reentry": "has illegally re-entered the country after a previous removal",
    "r_fraud": "has been found to have knowingly committed immigration fraud",
    "r_risk": "otherwise poses a significant risk to national security or public safety",
    "r_other": "other (specify):",
}


def draw_i247d(pen: Pen, edition: str) -> None:
    _known(edition, ("5/15",), "I-247D")
    head(
        pen,
        "IMMIGRATION DETAINER - REQUEST FOR VOLUNTARY ACTION",
        name="Name of Subject:",
        to=TO,
        sender=FROM,
    )
    pen.paragraph(
        36,
        211,
        540,
        "1. DHS HAS DETERMINED THAT (mark at least one option in subsection A and one option in subsection B, or skip to section 2):",
        7.8,
        9.5,
        BOLD,
    )
    pen.say(40, 233, "A. THE SUBJECT IS AN IMMIGRATION ENFORCEMENT PRIORITY BECAUSE HE/SHE:", 7.5, BOLD)
    _beside(pen, PRIORITY)
    pen.say_fitting(
        40,
        346,
        534,
        "B. PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN. THIS DETERMINATION IS BASED ON:",
        7.5,
        BOLD,
    )
    _beside(pen, {name: words.replace("alien", "subject") for name, words in CAUSE.items()})
    _section_2(pen, 426)
    pen.say(36, 464, "IT IS THEREFORE REQUESTED THAT YOU:", 7.8, BOLD)
    _notify_by_phone(pen, 474)
    pen.bullet(
        496,
        "Maintain custody of the subject for a period NOT TO EXCEED 48 HOURS beyond the time when he/she would otherwise have been"
        " released from your custody to allow DHS to assume custody. The subject must be served with a copy of this form in order for this"
        " request to be effective. This request should not impact decisions about bail, rehabilitation, parole, release, or other matters.",
    )
    pen.bullet(
        521, "Relay this detainer to any other law enforcement agency to which you transfer custody of the subject."
    )
    pen.bullet(
        531,
        "Notify this office in the event of the subject's death, hospitalization or transfer to another institution.",
    )
    _officer(pen)
    agency_part(pen, 30)
    _close(pen, f"DHS Form I-247D ({edition})")


def draw_i247n(pen: Pen, edition: str) -> None:
    _known(edition, ("5/15",), "I-247N")
    head(
        pen,
        "REQUEST FOR VOLUNTARY NOTIFICATION OF RELEASE OF SUSPECTED PRIORITY ALIEN",
        name="Name of Subject:",
        citizenship="Suspected Citizenship:",
        to=TO,
        sender=FROM,
    )
    pen.paragraph(
        36,
        211,
        540,
        "1. DHS SUSPECTS THAT THE SUBJECT IS A REMOVABLE ALIEN AND THAT THE SUBJECT IS AN IMMIGRATION ENFORCEMENT PRIORITY BECAUSE"
        " HE/SHE (mark at least one option below, or skip to section 2):",
        7.8,
        9.5,
        BOLD,
    )
    _beside(pen, PRIORITY)
    _section_2(pen, 346)
    pen.say(36, 386, "IT IS THEREFORE REQUESTED THAT YOU:", 7.8, BOLD)
    pen.bullet(
        397,
        "Provide notice as early as practicable (at least 48 hours, if possible) before the subject is released from your custody to"
        " allow DHS an opportunity to determine whether there is probable cause to conclude that he or she is a removable alien.",
    )
    _notify_by_phone(pen, 418)
    pen.bullet(
        441, "Relay this request to any other law enforcement agency to which you transfer custody of the subject."
    )
    pen.paragraph(
        36,
        456,
        540,
        "This form neither requests nor authorizes that you detain the subject beyond the time he or she is currently scheduled for"
        " release from your custody. This request should not impact decisions about bail, parole, release or other matters.",
        7.5,
        9,
        BOLD,
    )
    _officer(pen)
    agency_part(pen)
    _close(pen, f"DHS Form I-247N ({edition})")


def draw_i247_old(pen: Pen, edition: str) -> None:
    _known(edition, ("12/12",), "I-247")
    head(
        pen,
        "IMMIGRATION DETAINER - NOTICE OF ACTION",
        name="Name of Alien:",
        citizenship="Nationality:",
        to=TO,
        sender=FROM,
        down=18,
    )
    pen.centre(173, "MAINTAIN CUSTODY OF ALIEN FOR A PERIOD NOT TO EXCEED 48 HOURS", 10, BOLD)
    pen.paragraph(
        36,
        229,
        540,
        "THE U.S. DEPARTMENT OF HOMELAND SECURITY (DHS) HAS TAKEN THE FOLLOWING ACTION RELATED TO THE PERSON IDENTIFIED ABOVE,"
        " CURRENTLY IN YOUR CUSTODY:",
        7.8,
        9.5,
        BOLD,
    )
    _beside(
        pen,
        {
            "act_reason": (
                "Determined that there is reason to believe the individual is an alien subject to removal from the United States. The"
                " individual (check all that apply):"
            ),
            "act_proceedings": "Initiated removal proceedings and served a Notice to Appear or other charging document. A copy is attached and was served on",
            "act_warrant": "Served a warrant of arrest for removal proceedings. A copy of the warrant is attached and was served on",
            "act_order": "Obtained an order of deportation or removal from the United States for this person.",
        },
    )
    for name, words in REASONS.items():
        place = pen.places[name]
        pen.say_fitting(place.x + 12, place.y + 7, 240, words, 7.2)
    pen.say(36, 366, "IT IS REQUESTED THAT YOU:", 7.8, BOLD)
    _beside(
        pen,
        {
            "ask_custody": (
                "Maintain custody of the subject for a period NOT TO EXCEED 48 HOURS, excluding Saturdays, Sundays, and holidays, beyond"
                " the time when the subject would have otherwise been released from your custody to allow DHS to take custody of the"
                " subject. This request derives from federal regulation 8 C.F.R. § 287.7. As early as possible prior to the time you"
                " otherwise would release the subject, please notify DHS by calling"
            ),
            "ask_copy": "Provide a copy to the subject of this detainer.",
            "ask_notify": (
                "Notify this office of the time of release at least 30 days prior to release or as far in advance as possible."
            ),
            "ask_death": "Notify this office in the event of the inmate's death, hospitalization or transfer to another institution.",
            "ask_conviction": "Consider this request for a detainer operative only upon the subject's conviction.",
            "cancel_prior": "Cancel the detainer previously placed by this Office on",
        },
    )
    pen.under("proceedings_date", "warrant_date", "notify_phone", "cancel_date", "r_other_text")
    _officer(pen)
    pen.frame(36, 521, 540, 22)
    pen.paragraph(
        40,
        530,
        532,
        "NOTICE: Please provide a copy of this form to the subject. If the subject may be the victim of a crime or is needed as a witness,"
        " notify the ICE Law Enforcement Support Center at (802) 872-6020.",
        7,
        8,
    )
    agency_part(pen, 6)
    _close(pen, f"DHS Form I-247 ({edition})")


def draw_i247x(pen: Pen, edition: str) -> None:
    _known(edition, ("inferred",), "I-247X")
    _inferred(pen)
    head(pen, "REQUEST FOR VOLUNTARY TRANSFER", name="Name of Subject:", to=TO, sender=FROM)
    pen.say(
        36,
        212,
        "1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN, BASED ON:",
        7.8,
        BOLD,
    )
    _beside(pen, {name: words.replace("alien", "subject") for name, words in CAUSE.items()})
    _section_2(pen, 318)
    pen.say(36, 356, "IT IS THEREFORE REQUESTED THAT YOU:", 7.8, BOLD)
    _notify_by_phone(pen, 386)
    pen.bullet(
        417,
        "Maintain custody of the subject for a period NOT TO EXCEED 48 HOURS beyond the time when he/she would otherwise have been"
        " released from your custody to allow DHS to assume custody.",
    )
    _officer(pen)
    agency_part(pen)
    pen.centre(700, "INFERRED LAYOUT: no copy of this form was seen.", 9, BOLD)
    pen.foot("DHS Form I-247X", "Page 1 of 1")
    pen.end_page()


def draw_i247g(pen: Pen, edition: str) -> None:
    _known(edition, ("inferred",), "I-247G")
    _inferred(pen)
    head(pen, "REQUEST FOR ADVANCE NOTIFICATION OF RELEASE", name="Name of Subject:", to=TO, sender=FROM)
    pen.say(36, 216, "IT IS REQUESTED THAT YOU:", 7.8, BOLD)
    pen.bullet(
        230,
        "Notify DHS as early as practicable (at least 48 hours, if possible) before the subject is released from your custody.",
        8.5,
        10,
    )
    _notify_by_phone(pen, 246)
    pen.paragraph(
        36,
        290,
        540,
        "This form does not request or authorize that you detain the subject beyond the time when he or she would otherwise be released"
        " from your custody.",
        9,
        11,
        BOLD,
    )
    _officer(pen)
    pen.centre(720, "INFERRED LAYOUT: no copy of this form was seen.", 9, BOLD)
    pen.foot("DHS Form I-247G", "Page 1 of 1")
    pen.end_page()


def _inferred(pen: Pen) -> None:
    """Across the page, so that nobody takes the drawing for a copy."""
    pen.canvas.saveState()
    pen.canvas.setFillGray(0.82)
    pen.canvas.translate(306, 330)
    pen.canvas.rotate(38)
    pen.canvas.setFont(BOLD, 54)
    pen.canvas.drawCentredString(0, 0, "INFERRED LAYOUT")
    pen.canvas.restoreState()


def _known(edition: str, editions: tuple[str, ...], form: str) -> None:
    if edition not in editions:
        raise ValueError(f"{form} is drawn in the edition {', '.join(editions)}, not {edition!r}")


def _beside(pen: Pen, labels: dict[str, str]) -> None:
    """Each label beside its box."""
    for name, words in labels.items():
        place = pen.places[name]
        pen.paragraph(place.x + 12, place.y + 7, 564 - place.x, words, 7.3, 8.2)


def _section_2(pen: Pen, y: float) -> None:
    pen.say(
        36,
        y,
        "2. DHS TRANSFERRED THE SUBJECT TO YOUR CUSTODY FOR A PROCEEDING OR INVESTIGATION.",
        7.8,
        BOLD,
    )
    _beside(pen, {"box2_transfer": TRANSFERRED})


def _notify_by_phone(pen: Pen, y: float) -> None:
    """One line to the boxes for ICE and CBP, one with the number."""
    pen.bullet(y, "Please notify DHS by calling")
    pen.say(pen.places["notify_ice"].x + 12, y, "U.S. Immigration and Customs Enforcement (ICE) or", 7.3)
    pen.say(pen.places["notify_cbp"].x + 12, y, "U.S. Customs and Border Protection (CBP) at", 7.3)
    pen.under("notify_phone")
    pen.say_fitting(
        246,
        y + 11,
        330,
        "or, if you cannot reach an official, the Law Enforcement Support Center at (802) 872-6020.",
        7.3,
    )


def _officer(pen: Pen) -> None:
    signatures(
        pen,
        "officer_name",
        "officer_sig",
        "(Name and title of Immigration Officer)",
        "(Signature of Immigration Officer) (Sign in ink)",
    )


def _close(pen: Pen, foot: str) -> None:
    pen.foot(foot, "Page 1 of 3")
    pen.end_page()
    notice(pen, foot)
