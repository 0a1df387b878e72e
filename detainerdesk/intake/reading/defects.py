"""What on the papers an officer must see (codes of docs/reading.md). Comes in: the papers of one file, their print, and what is known
besides: the booking, the agency, the senders. Goes out: for each paper its defects, in plain words. Nothing here is a decision: the
rulebook says what a defect does, and only what is *shown empty* proves that something is not there. Unknown is unknown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from detainerdesk.intake.reading import forms, match, warrant
from detainerdesk.intake.reading.fields import TOLD, Defect, Field, Paper, Seen

BASIS = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")
PRIORITY = ("pa_terrorism", "pa_gang", "pa_felony", "pa_aggravated", "pa_significant", "pa_three")
I200_BASIS = ("b_charging", "b_pending", "b_deferred", "b_biometric", "b_statements")
I205_ORDER = ("o_immigration_judge", "o_official", "o_bia", "o_court")
DETAINERS = ("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old")
OF_THE_DEPARTMENT = ("i200", "i205")
OF_A_COURT = ("ao442", "ao93", "state_warrant")
NOTICE_ONLY = ("i247n", "i247g")
SUPERSEDED_ON = datetime.date(
    2017, 4, 2
)  # from this day only the I-247A (and later forms) may be issued, each with a warrant
NOTHING_SEEN = Seen("ink", "")  # beside the text layer or a form field: there is no ink where its words stand
CODES = tuple(f"D{number:02d}" for number in range(1, 27))


@dataclass(frozen=True)
class Booking:
    """The person in custody as the agency's own record has them. All of it may be unknown. `says_citizen`: the record says that the
    person was born in the United States, has its passport, or claims to be a citizen."""

    name: str | None = None
    birth_date: datetime.date | None = None
    sex: str | None = None
    citizenship: str | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)  # kinds as in match.NUMBER_WORDS
    booked_on: datetime.date | None = None
    says_citizen: bool | None = None


@dataclass(frozen=True)
class Cancellation:
    """A form that cancels a detainer for this person. `cancels`: the date of the detainer that it names."""

    issued_on: datetime.date
    cancels: datetime.date | None = None


@dataclass(frozen=True)
class Known:
    """What is known besides the paper; what is left out is unknown, and no defect is claimed from it. `hold_until`: the end of a hold
    as the agency's rulebook counts it. `case_numbers`, `judges`: what the court's docket confirmed, None where nobody looked."""

    booking: Booking | None = None
    agency_names: tuple[str, ...] = ()
    received_on: datetime.date | None = None
    pages_announced: int | None = None
    cancellations: tuple[Cancellation, ...] = ()
    hold_until: datetime.datetime | None = None
    at: datetime.datetime | None = None
    sent_from: str | None = None  # the telephone number or the address that the channel saw
    senders: tuple[str, ...] = ()  # those on file
    phones: tuple[str, ...] = ()
    case_numbers: tuple[str, ...] | None = None
    judges: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _File:
    papers: Sequence[Paper]
    texts: Sequence[str]
    fax: tuple[int, int] | None
    known: Known
    notes: Sequence[str]

    @property
    def main(self) -> Paper | None:
        return next(
            (paper for paper in self.papers if paper.kind in DETAINERS), self.papers[0] if self.papers else None
        )

    @property
    def detainer(self) -> Paper | None:
        return next((paper for paper in self.papers if paper.kind in DETAINERS), None)

    def text_of(self, paper: Paper) -> str:
        return next((text for one, text in zip(self.papers, self.texts, strict=True) if one is paper), "")

    @property
    def missing_pages(self) -> int:
        """How many pages more were announced than came, by the fax machine, by the cover sheet, or by what the channel knows."""
        came = sum(len(paper.pages) for paper in self.papers)
        counted = max(self.known.pages_announced or 0, _announced(self.papers, self.texts))
        return max(self.fax[1] - self.fax[0] if self.fax else 0, counted - came, 0)


def find(
    papers: Sequence[Paper],
    texts: Sequence[str],
    fax: tuple[int, int] | None = None,
    *,
    known: Known | None = None,
    notes: Sequence[str] = (),
) -> tuple[tuple[Defect, ...], ...]:
    """The defects of each paper. `texts`: the print of each paper; `fax`: pages that came, pages that the fax counted; `notes`: what
    was seen of the file itself."""
    file = _File(papers, texts, fax, known or Known(), notes)
    return tuple(_in_order(defect for check in _CHECKS for defect in check(paper, file)) for paper in papers)


def find_again(papers: Sequence[Paper], known: Known | None = None) -> tuple[tuple[Defect, ...], ...]:
    """The defects of papers that were read before, when more is known or a person corrected a field, and their print is gone. What
    only the print or the file showed stays as it was found."""
    anew = find(papers, ("",) * len(papers), known=known)
    return tuple(
        _in_order(
            [one for one in paper.defects if _from_print(one)]
            + [one for one in mine if not _from_print(one) or (one.id == "D21" and known and known.pages_announced)]
        )
        for paper, mine in zip(papers, anew, strict=True)
    )


def _from_print(defect: Defect) -> bool:
    return defect.id in ("D05", "D18", "D21") or (defect.id in ("D22", "D25") and defect.field is None)


def _in_order(found: Iterable[Defect]) -> tuple[Defect, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda defect: defect.id))


Check = Callable[[Paper, _File], Iterator[Defect]]


# --- what the form itself leaves out ----------------------------------------------------------------------------------


def _sections(paper: Paper, file: _File) -> Iterator[Defect]:
    """D01 and D03 (nothing ticked), D02 (both sections: ICE's guidance is box 1 or box 2), D04 (I-247D: a group left out)."""
    if paper.kind not in ("i247a", "i247d"):
        return
    ticked = [name for name in BASIS if _ticked(paper, name)]
    box2 = paper.fields.get("box2_transfer")
    none_ticked = all(_empty(paper, name) for name in BASIS)
    if paper.kind == "i247a":
        if none_ticked and _is_empty(box2):
            yield Defect(
                "D01", BASIS[0], "No box is ticked in section 1 or in section 2. The form asks for one of them."
            )
            yield Defect("D03", BASIS[0], "No basis for probable cause is ticked.")
        if ticked and _ticked(paper, "box2_transfer"):
            yield Defect(
                "D02",
                "box2_transfer",
                "Boxes are ticked in section 1 and in section 2. The form asks for one or the other.",
            )
        return
    if _shown(paper, "box2_transfer"):
        return
    no_priority = all(_empty(paper, name) for name in PRIORITY)
    if none_ticked and _is_empty(box2):
        yield Defect(
            "D04", BASIS[0], "Form I-247D: nothing is ticked in subsection B (probable cause), and section 2 is empty."
        )
    if no_priority and _is_empty(box2):
        yield Defect(
            "D04", PRIORITY[0], "Form I-247D: nothing is ticked in subsection A (priority), and section 2 is empty."
        )


def _warrant_attached(paper: Paper, file: _File) -> Iterator[Defect]:
    """D05: a detainer on section 1 without a warrant of the department in the same file, when all of the file came."""
    if paper.kind not in ("i247a", "i247d", "i247x") or _shown(paper, "box2_transfer") or _shown(paper, "cancel_prior"):
        return
    if paper.kind != "i247a" and (_date(paper, "form_date") or datetime.date.min) < SUPERSEDED_ON:
        return  # the duty to send a warrant along began with the I-247A
    others = [(other.kind, warrant.what_it_is(text)) for other, text in zip(file.papers, file.texts, strict=True)]
    if any(kind in OF_THE_DEPARTMENT or (kind == "unknown" and what is None) for kind, what in others):
        return
    if file.missing_pages or _own_missing(paper):
        return
    message = " A message about a warrant came: ask for the paper itself." if ("unknown", "message") in others else ""
    yield Defect(
        "D05",
        None,
        "No Form I-200 or I-205 came in this file. One must be with every detainer that rests on section 1." + message,
    )


def _unsigned(paper: Paper, file: _File) -> Iterator[Defect]:
    """D06 (detainer) and D07 (warrant): no ink where the signature belongs; no printed name."""
    if paper.kind in DETAINERS and _empty(paper, "officer_sig"):
        yield Defect("D06", "officer_sig", "The immigration officer's signature is missing: the place for it is empty.")
    if paper.kind in OF_THE_DEPARTMENT:
        if _empty(paper, "officer_sig"):
            yield Defect("D07", "officer_sig", "The warrant is not signed: the place for the signature is empty.")
        for name in ("officer_name", "officer_title"):
            if _empty(paper, name):
                yield Defect("D07", name, "The warrant does not print who signed it: the name or title is empty.")


def _signer(paper: Paper, file: _File) -> Iterator[Defect]:
    """D08: the printed title is not among those that the regulation names. The lists are dated (templates/officers.csv)."""
    which = "detainer" if paper.kind in DETAINERS else paper.kind if paper.kind in OF_THE_DEPARTMENT else None
    name = "officer_title" if "officer_title" in paper.fields else "officer_name"
    printed = _text(paper, name) or _title_that_all_read(paper, name)
    if which is None or printed is None:
        return
    on = _date(paper, "form_date") or file.known.received_on or datetime.date.max
    listed = [officer for officer in warrant.officers() if officer.list == which and officer.in_force(on)]
    if not listed or any(officer.is_printed_in(printed) for officer in listed):
        return
    yield Defect(
        "D08",
        name,
        f'{listed[0].cite.partition(";")[0]} names who may issue this paper. No title from that list stands in "{printed}".'
        " Others may have been given the power: ask the sender by what authority this officer signed.",
    )


def _warrant_basis(paper: Paper, file: _File) -> Iterator[Defect]:
    """D09: no box on an I-200 (editions with boxes) or I-205."""
    if paper.kind == "i200" and not _edition_without_boxes(paper) and all(_empty(paper, n) for n in I200_BASIS):
        yield Defect("D09", I200_BASIS[0], "No basis is ticked on the I-200.")
    if paper.kind == "i205" and all(_empty(paper, name) for name in I205_ORDER):
        yield Defect("D09", I205_ORDER[0], "No box says whose order the I-205 carries out.")


def _basis_and_warrant(paper: Paper, file: _File) -> Iterator[Defect]:
    """D10: the ticked basis and the kind of warrant do not go together."""
    if paper.kind not in ("i247a", "i247d"):
        return
    kinds = {other.kind for other in file.papers}
    final = paper.fields.get("pc_final_order")
    if _ticked(paper, "pc_final_order") and "i200" in kinds and "i205" not in kinds:
        yield Defect(
            "D10",
            "pc_final_order",
            "A final order of removal is ticked, but the warrant is an I-200. With a final order an I-205 is expected.",
        )
    others = [name for name in BASIS[1:] if _ticked(paper, name)]
    if _is_empty(final) and others and "i205" in kinds and "i200" not in kinds:
        yield Defect(
            "D10",
            others[0],
            "The warrant is an I-205, which goes with a final order of removal, but no final order is ticked.",
        )


# --- who it is --------------------------------------------------------------------------------------------------------


def _names(paper: Paper, file: _File) -> Iterator[Defect]:
    """D11 (the department's papers) and D25 (a court's): another name than on the detainer or in the booking."""
    name = next((one for one in ("subject_name", "arrest_name") if one in paper.fields), "")
    mine = _name_on(paper, name)
    if mine is None or paper.kind not in (*DETAINERS, *OF_THE_DEPARTMENT, "i203", "ao442", "state_warrant"):
        return
    code = "D25" if paper.kind in OF_A_COURT else "D11"
    others = []
    theirs = _name_on(file.detainer, "subject_name") if file.detainer is not paper else None
    if theirs is not None:
        others.append(("on the detainer", str(theirs.value), theirs.accepted, _scanned(theirs)))
    booking = file.known.booking
    if booking is not None and booking.name and (paper.kind in DETAINERS or code == "D25"):
        others.append(("in the booking", booking.name, True, False))
    for where, other, sure, scanned in others:
        answer = match.names(str(mine.value), other, scanned=scanned or _scanned(mine))
        # What was read surely differs if anything speaks against it; what was not, only if it is another name altogether.
        if answer.speaks_against if mine.accepted and sure else answer.verdict == "different":
            words = (
                f"The name here ({mine.value}) is not the one {where} ({other}): {answer.why}. A person compares them."
            )
            yield Defect(code, name, words)


def _name_on(paper: Paper | None, name: str) -> Field | None:
    """A name as it stands on a paper whose form is certain; where the form is not, other print may stand in its place."""
    one = paper.fields.get(name) if paper else None
    if paper is None or one is None or one.state != "shown" or not isinstance(one.value, str):
        return None
    return one if any(field.accepted for field in paper.fields.values()) else None


def _birth_date(paper: Paper, file: _File) -> Iterator[Defect]:
    """D12: another birth date than in the booking."""
    booking = file.known.booking
    born = _text(paper, "dob")
    if booking is None or booking.birth_date is None or born is None:
        return
    answer = match.birth_dates(born, booking.birth_date, scanned=_scanned(paper.fields["dob"]))
    if answer.speaks_against:
        words = (
            f"The birth date here ({born}) is not the one in the booking ({booking.birth_date:%m/%d/%Y}): {answer.why}."
        )
        yield Defect("D12", "dob", words + " A person compares them.")


def _other_identifiers(paper: Paper, file: _File) -> Iterator[Defect]:
    """D13: sex, citizenship or a number differs from the booking, or the file number from that of the detainer in the same file."""
    mine = {kind: text for kind in match.NUMBER_WORDS if (text := _text(paper, kind)) is not None}
    detainer = file.detainer
    if detainer is not None and detainer is not paper and (theirs := _text(detainer, "file_no")) and "file_no" in mine:
        scanned = _scanned(paper.fields["file_no"]) or _scanned(detainer.fields["file_no"])
        if match.numbers({"file_no": mine["file_no"]}, {"file_no": theirs}, scanned=scanned).speaks_against:
            yield Defect(
                "D13", "file_no", "The file number here is not the one on the detainer. A person compares them."
            )
    booking = file.known.booking
    if booking is None or paper.kind not in DETAINERS:
        return
    for kind in mine.keys() & booking.numbers.keys():
        answer = match.numbers({kind: mine[kind]}, {kind: booking.numbers[kind]}, scanned=_scanned(paper.fields[kind]))
        if answer.speaks_against:
            yield Defect(
                "D13", kind, f"The {match.NUMBER_WORDS[kind]} here is not the one in the booking: {answer.why}."
            )
    sex = _text(paper, "sex")
    if sex and booking.sex and sex.upper()[:1] != booking.sex.upper()[:1]:
        yield Defect("D13", "sex", f"The sex here ({sex}) is not the one in the booking ({booking.sex}).")
    country = _text(paper, "citizenship")
    if country and booking.citizenship and _plainly_other(country, booking.citizenship):
        words = f"The citizenship here ({country}) is not the one in the booking ({booking.citizenship})."
        yield Defect("D13", "citizenship", words)


def _citizen(paper: Paper, file: _File) -> Iterator[Defect]:
    """D14: the agency's own record, or the form itself, says that the person may be a citizen of the United States."""
    if paper.kind not in DETAINERS:
        return
    booking = file.known.booking
    if booking is not None and booking.says_citizen:
        yield Defect(
            "D14",
            "citizenship" if "citizenship" in paper.fields else None,
            "The booking record says that this person was born in the United States, has its passport or claims to be a citizen."
            " Tell a supervisor and the sender at once.",
        )
    country = re.sub(r"[^A-Z]", "", (_text(paper, "citizenship") or "").upper())
    if country in ("US", "USA", "UNITEDSTATES", "UNITEDSTATESOFAMERICA"):
        words = "The form itself names the United States as the country of citizenship. Tell a supervisor and the sender at once."
        yield Defect("D14", "citizenship", words)


# --- procedure and dates ----------------------------------------------------------------------------------------------


def _served(paper: Paper, file: _File) -> Iterator[Defect]:
    """D15: nothing says that the person got a copy."""
    if paper.kind in ("i247a", "i247d", "i247x") and _empty(paper, "served_on"):
        yield Defect("D15", "served_on", "No service date: the form does not show that the person got a copy.")


def _addressee(paper: Paper, file: _File) -> Iterator[Defect]:
    """D16: the form is addressed to another agency, and nothing says that it may be passed on to any later one."""
    to = _text(paper, "to_agency")
    if paper.kind not in DETAINERS or to is None or not file.known.agency_names:
        return
    if "subsequentlawenforcement" in re.sub(r"[^a-z]", "", to.casefold()):
        return
    if not any(_same_agency(to, name) for name in file.known.agency_names):
        words = (
            f"This form is addressed to {to}. Was it passed on by that agency, or sent here by mistake? Ask the sender."
        )
        yield Defect("D16", "to_agency", words)


def _superseded(paper: Paper, file: _File) -> Iterator[Defect]:
    """D17: a form that was no longer to be used on its date, or an edition that is not known here (of the I-247A perhaps 05/25)."""
    dated = _date(paper, "form_date")
    if paper.kind in ("i247d", "i247n", "i247x", "i247_old"):
        if dated is not None and dated >= SUPERSEDED_ON:
            yield Defect(
                "D17",
                "form_date",
                "This form was replaced by the I-247A on April 2, 2017, and is dated on or after that day.",
            )
        return
    template = forms.template_of(paper.kind)
    if template is None or not template.editions:
        return
    if paper.edition is None:
        if any(one.reader in TOLD for one in paper.fields.values()):
            return  # nobody saw its print
        yield Defect("D17", None, f"The edition of this {template.name} could not be read.")
    elif paper.edition not in template.editions:
        yield Defect(
            "D17",
            None,
            f"The edition {paper.edition} of this {template.name} is not known here. Look whether its boxes are the same.",
        )


_ASKS_TO_HOLD = re.compile(
    r"\b(?:hold|detain|keep)\s+(?:(?:this|the|that|said)\s+)?(?:person|subject|inmate|individual|alien|prisoner|him|her|them)\b"
    r"|\bmaintain\s+custody\b",
    re.I,
)


def _notice_only(paper: Paper, file: _File) -> Iterator[Defect]:
    """D18: a form that asks for notice only, with a letter that asks to hold."""
    if paper.kind not in NOTICE_ONLY:
        return
    for other, text in zip(file.papers, file.texts, strict=True):
        if other.kind in ("cover_sheet", "unknown") and _ASKS_TO_HOLD.search(text):
            yield Defect(
                "D18",
                None,
                "This form asks only to be told of the release. A letter in the same file asks to hold: the form does not.",
            )
            return


def _date_order(paper: Paper, file: _File) -> Iterator[Defect]:
    """D19: dates that can't be in this order, each only where both are known."""
    issued, born = _date(paper, "form_date"), _date(paper, "dob")
    booked = file.known.booking.booked_on if file.known.booking else None
    received = file.known.received_on
    if issued and born and born >= issued:
        yield Defect("D19", "dob", "The date of birth is not before the date of the form.")
    elif booked and born and born >= booked:
        yield Defect("D19", "dob", "The date of birth is not before the day of the booking.")
    if issued and received and issued > received:
        yield Defect("D19", "form_date", "The form is dated after the day on which it came.")
    if issued and booked and issued < booked and paper.kind in DETAINERS and not _shown(paper, "box2_transfer"):
        yield Defect("D19", "form_date", "The detainer is dated before the person was booked here.")
    for name in ("served_on", "serve_date"):
        served = _date(paper, name)
        if served and issued and served < issued:
            yield Defect("D19", name, "The paper is marked as served before it was issued.")
    cancels = _date(paper, "cancel_date")
    if cancels and issued and cancels > issued:
        yield Defect("D19", "cancel_date", "The detainer that is cancelled is dated after this form.")
    release = _date(paper, "est_release")
    if release and booked and release < booked:
        yield Defect("D19", "est_release", "The estimated release is before the booking.")
    if paper.kind in OF_THE_DEPARTMENT:
        lodged = _date(file.detainer, "form_date")
        if issued and lodged and issued > lodged:
            yield Defect("D19", "form_date", "The warrant is dated after the detainer that came with it.")


def _cancelled(paper: Paper, file: _File) -> Iterator[Defect]:
    """D20: a later form cancels this one, or the hold that it asks for has ended."""
    if paper.kind not in DETAINERS or _shown(paper, "cancel_prior"):
        return
    issued = _date(paper, "form_date")
    known = [*file.known.cancellations, *_cancellations_in(file, paper)]
    if issued and any(one.cancels == issued or (one.cancels is None and one.issued_on >= issued) for one in known):
        yield Defect("D20", "form_date", "A later form cancels the detainer of this date.")
    if file.known.hold_until and file.known.at and file.known.at > file.known.hold_until:
        yield Defect("D20", None, "The time for which a hold on this request could run has ended.")


def _cancellations_in(file: _File, paper: Paper) -> Iterator[Cancellation]:
    """Cancellations in the same file that name the same person's number."""
    for other in file.papers:
        if other is paper or other.kind not in DETAINERS or not _ticked(other, "cancel_prior"):
            continue
        issued, number, mine = _date(other, "form_date"), _text(other, "file_no"), _text(paper, "file_no")
        if issued and number and mine and match.number_key("file_no", number) == match.number_key("file_no", mine):
            yield Cancellation(issued, _date(other, "cancel_date"))


def _pages(paper: Paper, file: _File) -> Iterator[Defect]:
    """D21: pages of the form itself that did not come, or fewer pages than the sender counted."""
    template, missing = forms.template_of(paper.kind), _own_missing(paper)
    if template is not None and missing:
        pages = "1 page" if missing == 1 else f"{missing} pages"
        yield Defect("D21", None, f"{pages} of {template.page_count} did not come with this {template.name}.")
    if paper is not file.main:
        return
    if file.fax is not None and file.fax[1] > file.fax[0]:
        came, counted = file.fax
        yield Defect(
            "D21", None, f"The fax's own count says {counted} pages, {came} came. Ask the sender for the rest."
        )
    elif file.missing_pages:
        yield Defect("D21", None, f"{file.missing_pages} fewer came than were announced. Ask the sender for the rest.")


def _altered(paper: Paper, file: _File) -> Iterator[Defect]:
    """D22: signs that somebody changed the page. A machine sees few of them, and a person looks."""
    if paper is file.main and any("(D22)" in note for note in file.notes):
        words = "The file was changed after it was first saved or signed. Look at the picture of each page."
        yield Defect("D22", None, words)
    fillable = any(one.accepted and one.reader == "form field" for one in paper.fields.values())
    for name, one in paper.fields.items():
        if fillable and one.reader == "ink" and one.state == "unreadable" and not name.endswith("_sig"):
            # only where the file itself says where the box stands is an unclear one somebody's work, and not the machine's
            words = (
                "This box is neither clearly empty nor clearly ticked. Look whether it was struck out or painted over."
            )
            yield Defect("D22", name, words)
        if one.reader == "form field" and one.state == "unreadable":
            yield Defect("D22", name, "Something stands here on the page that the file's own form field does not say.")
        if one.state == "shown" and NOTHING_SEEN in one.readers:
            words = (
                "The words that the file has here can't be seen on the page. Look whether something was laid over them."
            )
            yield Defect("D22", name, words)


def _contact(paper: Paper, file: _File) -> Iterator[Defect]:
    """D23: nobody to call."""
    if paper.kind not in DETAINERS:
        return
    if _empty(paper, "notify_ice") and _empty(paper, "notify_cbp"):
        yield Defect("D23", "notify_ice", "Neither ICE nor CBP is ticked as the office to call.")
    if _empty(paper, "notify_phone"):
        yield Defect("D23", "notify_phone", "No telephone number to call is given.")


# --- where it comes from ----------------------------------------------------------------------------------------------

_DEPARTMENT = re.compile(
    r"\b(?:ICE|ERO|HSI|CBP|DHS|USCIS|USBP|LESC)\b|immigration|customs|homeland|border|removal operations|field office|sub-?office",
    re.I,
)


def _sender(paper: Paper, file: _File) -> Iterator[Defect]:
    """D24: the sender is not an office of the department, or a number is not on file. Call back on a number that is known."""
    if paper.kind not in DETAINERS:
        return
    office = _text(paper, "from_office")
    whole = " ".join(filter(None, (office, _text(paper, "from_address"))))
    if office and not _DEPARTMENT.search(whole):
        yield Defect(
            "D24", "from_office", f"The sender on the form ({office}) does not look like an office of ICE or CBP."
        )
    phone = _text(paper, "notify_phone")
    if phone and file.known.phones and _digits(phone) not in {_digits(one) for one in file.known.phones}:
        words = "The telephone number on the form is not on file. Call back on a number that is known, not on this one."
        yield Defect("D24", "notify_phone", words)
    sent_from = file.known.sent_from
    if paper is file.main and sent_from and file.known.senders and not _among(sent_from, file.known.senders):
        yield Defect(
            "D24",
            None,
            "This came from a number or an address that is not on file. Call back on a number that is known.",
        )


def _not_custody(paper: Paper, file: _File) -> Iterator[Defect]:
    """D25, the rest: a court's paper that gives no ground to keep a person past release."""
    if paper.kind == "ao93":
        words = "This is a search warrant (AO 93). It is for a place or a thing and gives no ground to keep a person."
        yield Defect("D25", None, words)
    elif paper.kind == "unknown" and warrant.what_it_is(file.text_of(paper)) == "ao94":
        words = "This commits a defendant to another federal district (AO 94). It is the marshals' and no immigration paper."
        yield Defect("D25", None, words)


def _docket(paper: Paper, file: _File) -> Iterator[Defect]:
    """D26: the court's docket does not confirm the number or the judge. Only where somebody looked."""
    if paper.kind not in OF_A_COURT:
        return
    number = _text(paper, "case_no")
    if number and file.known.case_numbers is not None:
        on_docket = {_case_key(one) for one in file.known.case_numbers}
        if _case_key(number) not in on_docket:
            yield Defect(
                "D26", "case_no", f"The court's docket has no case {number}. Call the clerk on a number that is known."
            )
    name = next((one for one in ("judge_name", "officer_name") if _text(paper, one)), None)
    printed = _text(paper, name) if name else None
    if name is None or printed is None or file.known.judges is None or warrant.signer_of(printed) == "clerk":
        return
    if not any(match.names(_name_of(printed), judge).verdict != "different" for judge in file.known.judges):
        yield Defect(
            "D26", name, f"No judge of this court is known as {printed}. Call the clerk on a number that is known."
        )


_CHECKS: tuple[Check, ...] = (
    _sections,
    _warrant_attached,
    _unsigned,
    _signer,
    _warrant_basis,
    _basis_and_warrant,
    _names,
    _birth_date,
    _other_identifiers,
    _citizen,
    _served,
    _addressee,
    _superseded,
    _notice_only,
    _date_order,
    _cancelled,
    _pages,
    _altered,
    _contact,
    _sender,
    _not_custody,
    _docket,
)


# --- small questions --------------------------------------------------------------------------------------------------


def _scanned(one: Field) -> bool:
    return one.reader not in match.DIGITAL


def _is_empty(one: Field | None) -> bool:
    """Shown empty, and surely so."""
    return one is not None and one.state == "empty" and one.accepted


def _empty(paper: Paper, name: str) -> bool:
    return _is_empty(paper.fields.get(name))


def _shown(paper: Paper, name: str) -> bool:
    """Ticked as far as was read, perhaps not surely: enough not to call something missing."""
    one = paper.fields.get(name)
    return one is not None and one.state == "shown" and one.value is True


def _ticked(paper: Paper, name: str) -> bool:
    """Ticked, and surely so."""
    return _shown(paper, name) and paper.fields[name].accepted


def _own_missing(paper: Paper) -> int:
    """How many pages of the form itself did not come."""
    template = forms.template_of(paper.kind)
    return max(template.page_count - len(paper.pages), 0) if template is not None and template.page_count > 1 else 0


def _text(paper: Paper | None, name: str) -> str | None:
    """A text that nobody needs to look at."""
    one = paper.fields.get(name) if paper else None
    if one is None or one.state != "shown" or not one.accepted or not isinstance(one.value, str):
        return None
    return one.value.strip() or None


def _title_that_all_read(paper: Paper, name: str) -> str | None:
    """The title behind a name, where all readers saw the same one, though not the same name (`]. Marchbank, Deportation Officer`)."""
    one = paper.fields.get(name)
    if one is None or one.state != "shown" or len({seen.reader.split()[0] for seen in one.readers}) < 2:
        return None
    titles = {seen.text.partition(", ")[2] for seen in one.readers}
    return titles.pop() or None if len(titles) == 1 else None


def _date(paper: Paper | None, name: str) -> datetime.date | None:
    """A date that nobody needs to look at, also at the head of a text such as `03/05/2026 10:00`."""
    found = re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)", _text(paper, name) or "")
    try:
        return datetime.date(int(found[3]), int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _edition_without_boxes(paper: Paper) -> bool:
    return paper.edition is not None and paper.edition.startswith(("08/01/07", "8/01/07", "08/07"))


_COUNT = re.compile(r"\bpages?\b[^\d\n]{0,40}?(\d{1,3})\b|\b(\d{1,3})\s+pages\b", re.I)


def _announced(papers: Sequence[Paper], texts: Sequence[str]) -> int:
    """The number of pages that a cover sheet states in one line, 0 where it states none."""
    counts = [
        int(found[1] or found[2])
        for paper, text in zip(papers, texts, strict=True)
        if paper.kind == "cover_sheet"
        for line in text.splitlines()
        if (found := _COUNT.search(line)) and not re.search(r"\bpage\s+\d+\s*(?:of|/)", line, re.I)
    ]
    return max(counts, default=0)


_AGENCY_WORDS = {
    "dept": "department",
    "pd": "police",
    "so": "sheriff",
    "sheriffs": "sheriff",
    "co": "county",
    "doc": "correction",
}
_COMMON_WORDS = frozenset({"the", "of", "department", "office", "city", "town", "district", "station", "s", "and"})


def _same_agency(one: str, other: str) -> bool:
    """Whether the words of one name are all in the other, or its first letters stand for it: `BPD`."""
    first, second = _agency_words(one), _agency_words(other)
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= 2 and all(any(match.near(word, theirs, scanned=False) for theirs in longer) for word in shorter):
        return True
    letters = "".join(word[0] for word in re.findall(r"[a-z]+", other.casefold()) if word not in ("of", "the", "and"))
    return len(letters) >= 3 and letters in re.findall(r"[a-z]+", one.casefold())


def _agency_words(name: str) -> set[str]:
    words = (_AGENCY_WORDS.get(word, word) for word in re.findall(r"[a-z]+", name.casefold().replace("'", "")))
    return {word for word in words if word not in _COMMON_WORDS}


def _plainly_other(one: str, other: str) -> bool:
    """Mexico and Mexican, Brazil and BR are not plainly two countries."""
    first, second = (re.sub(r"[^a-z]", "", text.casefold()) for text in (one, other))
    shorter = min(len(first), len(second))
    return shorter >= 4 and first[:4] != second[:4]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[-10:]


def _among(address: str, known: Iterable[str]) -> bool:
    digits = _digits(address)
    return any(address.casefold() == one.casefold() or (len(digits) == 10 and digits == _digits(one)) for one in known)


def _case_key(number: str) -> str:
    """`1:26-mj-00101-ABC` and `26-mj-101` are one case: the division before and the judge's letters after it do not count."""
    text = number.casefold().replace(" ", "")
    found = re.search(r"(\d{2})-([a-z]{1,2})-0*(\d+)", text)
    return "-".join(found.groups()) if found else re.sub(r"[^a-z0-9]", "", text)


def _name_of(printed: str) -> str:
    """The name without the title: before the first comma, without `Hon.`"""
    return re.sub(r"\b(?:Hon|Honorable|Judge|Justice)\b\.?", "", printed.partition(",")[0]).strip()
