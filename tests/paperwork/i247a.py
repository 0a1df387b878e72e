"""Form I-247A, "Immigration Detainer - Notice of Action": page 1 with every label of the layout page, pages 2-3 the notice in short form.

Editions are the foot marks 02/17 and 3/17, which differ in the mark and in the wording of FROM.
"""

from __future__ import annotations

from tests.paperwork.pen import BOLD, SLOPED, Pen

EDITIONS = ("3/17", "02/17")

FIELD_NAMES = {
    "subject_id": "Subject ID",
    "event_no": "Event",
    "file_no": "File No",
    "form_date": "Date",
    "to_agency": "TO Name and Title of Institution",
    "to_address": "TO Address",
    "from_office": "FROM DHS Office",
    "from_address": "FROM Address",
    "subject_name": "Name of Alien",
    "dob": "Date of Birth",
    "citizenship": "Citizenship",
    "sex": "Sex",
    "pc_final_order": "a final order of removal against the alien",
    "pc_pending": "the pendency of ongoing removal proceedings against the alien",
    "pc_biometric": "biometric confirmation of the aliens identity and a records check of federal databases",
    "pc_statements": "statements made by the alien to an immigration officer andor other reliable evidence",
    "box2_transfer": "Upon completion of the proceeding or investigation",
    "notify_ice": "US Immigration and Customs Enforcement ICE or",
    "notify_cbp": "US Customs and Border Protection CBP at",
    "notify_phone": "Telephone",
    "cancel_prior": "If checked please cancel the detainer",
    "cancel_date": "previously submitted to you on",
    "officer_name": "Name and title of Immigration Officer",
    "return_to": "mailing emailing or faxing a copy to",
    "booking_no": "Local BookingInmate",
    "est_release": "Estimated release datetime",
    "charge_date": "Date of latest criminal chargeconviction",
    "last_offense": "Last offense chargedconviction",
    "served_on": "This form was served upon the alien on",
    "served_person": "in person",
    "served_mail": "by inmate mail delivery",
    "served_other": "other please specify",
    "served_other_text": "other",
    "lea_officer": "Name and title of Officer",
}

CAUSE = {
    "pc_final_order": "a final order of removal against the alien;",
    "pc_pending": "the pendency of ongoing removal proceedings against the alien;",
    "pc_biometric": (
        "biometric confirmation of the alien's identity and a records check of federal databases that affirmatively indicate, by"
        " themselves or in addition to other reliable information, that the alien either lacks immigration status or notwithstanding"
        " such status is removable under U.S. immigration law; and/or"
    ),
    "pc_statements": (
        "statements made by the alien to an immigration officer and/or other reliable evidence that affirmatively indicate the alien"
        " either lacks immigration status or notwithstanding such status is removable under U.S. immigration law."
    ),
}


def draw(pen: Pen, edition: str) -> None:
    if edition not in EDITIONS:
        raise ValueError(f"I-247A is drawn in the editions {', '.join(EDITIONS)}, not {edition!r}")
    foot = f"DHS Form I-247A ({edition})"
    _request(pen, edition)
    pen.foot(foot, "Page 1 of 3")
    pen.end_page()
    notice(pen, foot)


def head(
    pen: Pen, title: str, *, name: str, citizenship: str = "Citizenship:", to: str, sender: str, down: float = 0
) -> None:
    """The head that the whole I-247 family shares, down to the line with the sex; `down` moves the two lines about the person."""
    pen.centre(44, "DEPARTMENT OF HOMELAND SECURITY (DHS)", 9)
    pen.centre(57, title, 11, BOLD)
    pen.frame(36, 68, 540, 36)
    pen.post(306, 68, 104)
    for x, y, label in ((40, 83, "Subject ID:"), (40, 98, "Event #:"), (310, 83, "File No:"), (310, 98, "Date:")):
        pen.say(x, y, label, 8)
    pen.frame(36, 108, 540, 52)
    pen.post(306, 108, 160)
    pen.say_fitting(40, 118, 260, to, 6.4)
    pen.say_fitting(310, 118, 260, sender, 6.4)
    pen.say_fitting(40, 178 + down, 62, name, 8)
    pen.say_fitting(40, 196 + down, 54, "Date of Birth:", 8)
    pen.say_fitting(212, 196 + down, 52, citizenship, 8)
    pen.say(434, 196 + down, "Sex:", 8)
    pen.under("subject_name", "dob", "citizenship", "sex")


def signatures(pen: Pen, name: str, sig: str, left: str, right: str) -> None:
    """Two cells: a printed name with a title, and the signature."""
    pen.under(name, sig)
    place = pen.places[name]
    pen.say(place.x, place.y + place.h + 7, left, 6)
    pen.say(pen.places[sig].x, place.y + place.h + 7, right, 6)


def _request(pen: Pen, edition: str) -> None:
    sender = "DHS Office Address" if edition == "02/17" else "Department of Homeland Security Office Address"
    head(
        pen,
        "IMMIGRATION DETAINER \u2013 NOTICE OF ACTION",
        name="Name of Alien:",
        to="TO: (Name and Title of Institution - OR Any Subsequent Law Enforcement Agency)",
        sender=f"FROM: ({sender})",
    )
    pen.paragraph(
        36,
        212,
        540,
        "1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN. THIS DETERMINATION"
        " IS BASED ON (complete box 1 or 2):",
        7.8,
        9.5,
        BOLD,
    )
    for name, words in CAUSE.items():
        pen.paragraph(56, pen.places[name].y + 7, 518, words)
    pen.paragraph(
        36,
        324,
        540,
        "2. DHS TRANSFERRED THE ALIEN TO YOUR CUSTODY FOR A PROCEEDING OR INVESTIGATION (complete box 1 or 2).",
        7.8,
        9.5,
        BOLD,
    )
    pen.paragraph(
        56,
        338,
        518,
        "Upon completion of the proceeding or investigation for which the alien was transferred to your custody, DHS intends to"
        " resume custody of the alien to complete processing and/or make an admissibility determination.",
    )
    pen.say(36, 362, "IT IS THEREFORE REQUESTED THAT YOU:", 7.8, BOLD)
    _requests(pen)
    signatures(
        pen,
        "officer_name",
        "officer_sig",
        "(Name and title of Immigration Officer)",
        "(Signature of Immigration Officer) (Sign in ink)",
    )
    pen.frame(36, 516, 540, 28)
    pen.paragraph(
        40,
        524,
        532,
        "NOTICE: If the alien may be the victim of a crime or you want the alien to remain in the United States for a law enforcement"
        " purpose, notify the ICE Law Enforcement Support Center at (802) 872-6020. You may also call this number if you have any other"
        " questions or concerns about this matter.",
        7,
        8,
    )
    agency_part(pen)


def _requests(pen: Pen) -> None:
    pen.bullet(
        373,
        "Notify DHS as early as practicable (at least 48 hours, if possible) before the alien is released from your custody. Please notify",
    )
    pen.say_fitting(52, 386, 54, "DHS by calling", 7.5)
    pen.say_fitting(122, 386, 186, "U.S. Immigration and Customs Enforcement (ICE) or", 7.5)
    pen.say(324, 386, "U.S. Customs and Border Protection (CBP) at", 7.5)
    pen.under("notify_phone")
    pen.say_fitting(
        246, 397, 330, ". If you cannot reach an official at the number(s) provided, please contact the Law", 7.3
    )
    pen.say(52, 407, "Enforcement Support Center at: (802) 872-6020.", 7.3)
    pen.bullet(
        417,
        "Maintain custody of the alien for a period NOT TO EXCEED 48 HOURS beyond the time when he/she would otherwise have been"
        " released from your custody to allow DHS to assume custody. The alien must be served with a copy of this form for the detainer"
        " to take effect. This detainer arises from DHS authorities and should not impact decisions about the alien's bail,"
        " rehabilitation, parole, release, diversion, custody classification, work, quarter assignments, or other matters.",
    )
    pen.bullet(
        452, "Relay this detainer to any other law enforcement agency to which you transfer custody of the alien."
    )
    pen.bullet(
        463,
        "Notify this office in the event of the alien's death, hospitalization or transfer to another institution.",
    )
    pen.say_fitting(
        56,
        481,
        324,
        "If checked: please cancel the detainer related to this alien previously submitted to you on",
        7.5,
    )
    pen.under("cancel_date")
    pen.say(494, 481, "(date).", 7.5)


def agency_part(pen: Pen, down: float = 0) -> None:
    """What the law enforcement agency fills in after the form has arrived; empty when it comes. `down` moves it for a longer form."""
    pen.say_fitting(
        36,
        555 + down,
        540,
        "TO BE COMPLETED BY THE LAW ENFORCEMENT AGENCY CURRENTLY HOLDING THE ALIEN WHO IS THE SUBJECT OF THIS NOTICE:",
        7.8,
        BOLD,
    )
    for x, y, width, words in (
        (
            40,
            569,
            350,
            "Please provide the information below, sign, and return to DHS by mailing, emailing or faxing a copy to",
        ),
        (40, 587, 84, "Local Booking/Inmate #:"),
        (262, 587, 92, "Estimated release date/time:"),
        (40, 605, 140, "Date of latest criminal charge/conviction:"),
        (284, 605, 112, "Last offense charged/conviction:"),
        (40, 623, 136, "This form was served upon the alien on"),
        (290, 623, 100, ", in the following manner:"),
        (72, 639, 60, "in person"),
        (152, 639, 100, "by inmate mail delivery"),
        (272, 639, 82, "other (please specify):"),
    ):
        pen.say_fitting(x, y + down, width, words)
    pen.under("return_to", "booking_no", "est_release", "charge_date", "last_offense", "served_on", "served_other_text")
    signatures(pen, "lea_officer", "lea_sig", "(Name and title of Officer)", "(Signature of Officer) (Sign in ink)")


def notice(pen: Pen, foot: str) -> None:
    """Pages 2 and 3: the notice to the detainee, one short paragraph a language."""
    for page, languages in ((2, _NOTICES[:3]), (3, _NOTICES[3:])):
        y = 62.0
        for heading, words in languages:
            pen.centre(y, heading, 11, BOLD)
            y = pen.paragraph(54, y + 20, 504, words, 9, 12) + 26
        if page == 3:
            pen.say(
                54,
                y,
                "(The Chinese notice that the form carries here is left out of this drawing: no font for it is at hand.)",
                8,
                SLOPED,
            )
        pen.foot(foot, f"Page {page} of 3")
        pen.end_page()


_NOTICES = (
    (
        "NOTICE TO THE DETAINEE",
        "The Department of Homeland Security (DHS) has placed an immigration detainer on you. An immigration detainer is a notice to a"
        " law enforcement agency that DHS intends to assume custody of you after you otherwise would be released from custody. DHS has"
        " requested that the law enforcement agency which is currently detaining you maintain custody of you for a period not to exceed"
        " 48 hours beyond the time when you would have been released. If DHS does not take you into custody during this additional"
        " 48-hour period, you should contact your custodian (the agency that is holding you now) to inquire about your release. If you"
        " believe you are a United States citizen or the victim of a crime, please advise DHS by calling the ICE Law Enforcement Support"
        " Center toll free at (855) 448-6903.",
    ),
    (
        "NOTIFICACIÓN A LA PERSONA DETENIDA",
        "El Departamento de Seguridad Nacional (DHS) ha emitido una orden de detención inmigratoria en su contra. El DHS ha solicitado"
        " que la agencia del orden público que lo tiene detenido mantenga su custodia por un período no mayor de 48 horas tras el"
        " momento en que habría sido puesto en libertad. Si el DHS no asume su custodia en ese plazo, comuníquese con la agencia que lo"
        " tiene detenido para preguntar sobre su liberación. Si cree que es ciudadano de los Estados Unidos o víctima de un delito,"
        " llame gratis al (855) 448-6903.",
    ),
    (
        "AVIS AU DÉTENU OU À LA DÉTENUE",
        "Le Département de la Sécurité Intérieure (DHS) a émis à votre encontre un avis de détention d'immigration. Il a demandé à"
        " l'agence qui vous détient de vous garder pendant 48 heures au plus au-delà du moment où vous auriez été remis en liberté. Si"
        " le DHS ne vous prend pas en charge dans ce délai, adressez-vous à l'agence qui vous détient. Si vous croyez être citoyen des"
        " États-Unis ou victime d'un crime, appelez gratuitement le (855) 448-6903.",
    ),
    (
        "NOTIFICAÇÃO AO DETENTO",
        "O Departamento de Segurança Nacional (DHS) emitiu um mandado de detenção imigratória em seu nome e pediu que a agência que o"
        " detém mantenha a sua custódia por um período não superior a 48 horas além do momento em que seria libertado. Se o DHS não o"
        " levar sob custódia nesse prazo, pergunte à agência que o detém sobre a sua libertação. Se acredita ser cidadão dos Estados"
        " Unidos ou vítima de um crime, ligue grátis para (855) 448-6903.",
    ),
    (
        # the plain font has no letter with a horn, a hook or two marks: those are drawn without
        "THÔNG BÁO CHO NGUOI BI GIAM",
        "Bô Nôi An (DHS) dã yêu câu co quan dang giam giu quý vi tiêp tuc giam giu không quá 48 tiêng. Nêu quý vi tin mình là công dân"
        " Hoa Ky hoac là nan nhân cua môt tôi ác, xin goi sô (855) 448-6903.",
    ),
)
