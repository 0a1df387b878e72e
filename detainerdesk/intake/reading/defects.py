"""What on the papers an officer must see, as far as paper alone shows it (codes of docs/reading.md). Comes in: the papers of one
file and their text. Goes out: for each paper its defects, in plain words. Nothing here is a decision: the rulebook says what a
defect does, and only what is *shown empty* proves that something is not there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence

from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.fields import Defect, Field, Paper
from detainerdesk.intake.reading.lines import fold

BASIS = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")
PRIORITY = ("pa_terrorism", "pa_gang", "pa_felony", "pa_aggravated", "pa_significant", "pa_three")
I200_BASIS = ("b_charging", "b_pending", "b_deferred", "b_biometric", "b_statements")
I205_ORDER = ("o_immigration_judge", "o_official", "o_bia", "o_court")
DETAINERS = ("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old")
ASKS_TO_HOLD = ("i247a", "i247d", "i247x", "i247_old")
NOTICE_ONLY = ("i247n", "i247g")
SUPERSEDED_ON = datetime.date(2017, 4, 2)  # from this day only the I-247A (and later forms) may be issued


def find(
    papers: Sequence[Paper], texts: Sequence[str], fax: tuple[int, int] | None = None
) -> tuple[tuple[Defect, ...], ...]:
    """The defects of each paper. `texts`: the print of each paper; `fax`: pages that came, pages that the fax counted."""
    found = []
    for paper, text in zip(papers, texts, strict=True):
        mine: list[Defect] = []
        for check in _CHECKS:
            mine += check(paper, papers, texts)
        if fax is not None and paper is _main(papers):
            came, counted = fax
            mine.append(
                Defect(
                    "D21", None, f"The fax's own count says {counted} pages, {came} came. Ask the sender for the rest."
                )
            )
        found.append(tuple(mine))
        del text
    return tuple(found)


Check = Callable[[Paper, Sequence[Paper], Sequence[str]], Iterator[Defect]]


def _sections(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D01 and D03 (nothing ticked), D02 (both sections), D04 (I-247D: a group left out)."""
    if paper.kind not in ("i247a", "i247d"):
        return
    ticked = [name for name in BASIS if _shown(paper, name)]
    box2 = paper.fields.get("box2_transfer")
    none_ticked = all(_empty(paper, name) for name in BASIS)
    if paper.kind == "i247a":
        if none_ticked and _is_empty(box2):
            yield Defect(
                "D01", BASIS[0], "No box is ticked in section 1 or in section 2. The form asks for one of them."
            )
            yield Defect("D03", BASIS[0], "No basis for probable cause is ticked.")
        if ticked and _is_shown(box2):
            yield Defect(
                "D02",
                "box2_transfer",
                "Boxes are ticked in section 1 and in section 2. The form asks for one or the other.",
            )
        return
    if _is_shown(box2):
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


def _warrant_attached(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D05: a detainer on section 1 without a warrant of the department in the same file."""
    if paper.kind not in ("i247a", "i247d", "i247x") or _shown(paper, "box2_transfer") or _shown(paper, "cancel_prior"):
        return
    if any(other.kind in ("i200", "i205", "unknown") for other in papers):
        return
    yield Defect(
        "D05",
        None,
        "No Form I-200 or I-205 came in this file. One must be with every detainer that rests on section 1.",
    )


def _unsigned(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D06 (detainer) and D07 (warrant): no ink where the signature belongs; no printed name."""
    if paper.kind in DETAINERS and _empty(paper, "officer_sig"):
        yield Defect("D06", "officer_sig", "The immigration officer's signature is missing: the place for it is empty.")
    if paper.kind in ("i200", "i205"):
        if _empty(paper, "officer_sig"):
            yield Defect("D07", "officer_sig", "The warrant is not signed: the place for the signature is empty.")
        for name in ("officer_name", "officer_title"):
            if _empty(paper, name):
                yield Defect("D07", name, "The warrant does not print who signed it: the name or title is empty.")


def _warrant_basis(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D09: no box on an I-200 (editions with boxes) or I-205."""
    if paper.kind == "i200" and not _edition_without_boxes(paper) and all(_empty(paper, n) for n in I200_BASIS):
        yield Defect("D09", I200_BASIS[0], "No basis is ticked on the I-200.")
    if paper.kind == "i205" and all(_empty(paper, name) for name in I205_ORDER):
        yield Defect("D09", I205_ORDER[0], "No box says whose order the I-205 carries out.")


def _basis_and_warrant(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D10: the ticked basis and the kind of warrant do not go together."""
    if paper.kind not in ("i247a", "i247d"):
        return
    kinds = {other.kind for other in papers}
    final = paper.fields.get("pc_final_order")
    if _is_shown(final) and "i200" in kinds and "i205" not in kinds:
        yield Defect(
            "D10",
            "pc_final_order",
            "A final order of removal is ticked, but the warrant is an I-200. With a final order an I-205 is expected.",
        )
    others = [name for name in BASIS[1:] if _shown(paper, name)]
    if _is_empty(final) and others and "i205" in kinds and "i200" not in kinds:
        yield Defect(
            "D10",
            others[0],
            "The warrant is an I-205, which goes with a final order of removal, but no final order is ticked.",
        )


def _names(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D11 (warrant of the department) and D25 (court paper): another name than on the detainer."""
    detainer = next((other for other in papers if other.kind in DETAINERS), None)
    if paper.kind in ("ao93", "state_warrant") and paper.kind == "ao93":
        yield Defect(
            "D25",
            None,
            "This is a search warrant (AO 93). It is for a place or a thing and gives no ground to keep a person.",
        )
    if detainer is None or paper.kind not in ("i200", "i205", "ao442"):
        return
    name = "subject_name" if "subject_name" in paper.fields else "alien_name"
    mine, theirs = paper.fields.get(name), detainer.fields.get("subject_name")
    if mine is None or theirs is None or not isinstance(mine.value, str) or not isinstance(theirs.value, str):
        return
    if _name_words(mine.value) == _name_words(theirs.value):
        return
    code = "D25" if paper.kind == "ao442" else "D11"
    words = f"The name here ({mine.value}) is not written as on the detainer ({theirs.value}). A person compares them."
    yield Defect(code, name, words)


def _served(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D15: nothing says that the person got a copy."""
    if paper.kind in ("i247a", "i247d", "i247x") and _empty(paper, "served_on"):
        yield Defect("D15", "served_on", "No service date: the form does not show that the person got a copy.")


def _superseded(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D17: a form that was no longer to be used on its date, or an edition that is not known here."""
    dated = _date(paper, "form_date")
    if paper.kind in ("i247d", "i247n", "i247x", "i247_old"):
        if dated is not None and dated >= SUPERSEDED_ON:
            yield Defect(
                "D17",
                "form_date",
                "This form was replaced by the I-247A on April 2, 2017, and is dated on or after that day.",
            )
        elif dated is None:
            yield Defect(
                "D17",
                "form_date",
                "This form was replaced by the I-247A on April 2, 2017. Its date must be read by a person.",
            )
        return
    template = forms.template_of(paper.kind)
    if template is None or not template.editions:
        return
    if paper.edition is None:
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


def _notice_only(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D18: a form that asks for notice only, with a letter that asks to hold."""
    if paper.kind not in NOTICE_ONLY:
        return
    for other, text in zip(papers, texts, strict=True):
        if other.kind in ("cover_sheet", "unknown") and _ASKS_TO_HOLD.search(text):
            yield Defect(
                "D18",
                None,
                "This form asks only to be told of the release. A letter in the same file asks to hold: the form does not.",
            )
            return


def _date_order(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D19: dates that can't be in this order, each only where both are shown."""
    issued, born = _date(paper, "form_date"), _date(paper, "dob")
    if issued and born and born >= issued:
        yield Defect("D19", "dob", "The date of birth is not before the date of the form.")
    for name in ("served_on", "serve_date"):
        served = _date(paper, name)
        if served and issued and served < issued:
            yield Defect("D19", name, "The paper is marked as served before it was issued.")
    cancels = _date(paper, "cancel_date")
    if cancels and issued and cancels > issued:
        yield Defect("D19", "cancel_date", "The detainer that is cancelled is dated after this form.")
    if paper.kind in ("i200", "i205"):
        detainer = next((other for other in papers if other.kind in DETAINERS), None)
        lodged = _date(detainer, "form_date") if detainer else None
        if issued and lodged and issued > lodged:
            yield Defect("D19", "form_date", "The warrant is dated after the detainer that came with it.")


def _pages(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D21: pages of the form itself that did not come."""
    template = forms.template_of(paper.kind)
    if template is None or template.page_count == 1:
        return
    missing = template.page_count - len(paper.pages)
    if missing > 0:
        pages = "1 page" if missing == 1 else f"{missing} pages"
        yield Defect("D21", None, f"{pages} of {template.page_count} did not come with this {template.name}.")


def _contact(paper: Paper, papers: Sequence[Paper], texts: Sequence[str]) -> Iterator[Defect]:
    """D23: nobody to call."""
    if paper.kind not in ("i247a", "i247d", "i247n", "i247x"):
        return
    if _empty(paper, "notify_ice") and _empty(paper, "notify_cbp"):
        yield Defect("D23", "notify_ice", "Neither ICE nor CBP is ticked as the office to call.")
    if _empty(paper, "notify_phone"):
        yield Defect("D23", "notify_phone", "No telephone number to call is given.")


_CHECKS: tuple[Check, ...] = (
    _sections,
    _warrant_attached,
    _unsigned,
    _warrant_basis,
    _basis_and_warrant,
    _names,
    _served,
    _superseded,
    _notice_only,
    _date_order,
    _pages,
    _contact,
)


def _main(papers: Sequence[Paper]) -> Paper | None:
    return next((paper for paper in papers if paper.kind in DETAINERS), papers[0] if papers else None)


def _is_empty(field: Field | None) -> bool:
    """Shown empty, and surely so."""
    return field is not None and field.state == "empty" and field.accepted


def _is_shown(field: Field | None) -> bool:
    return field is not None and field.state == "shown" and field.value is True


def _empty(paper: Paper, name: str) -> bool:
    return _is_empty(paper.fields.get(name))


def _shown(paper: Paper, name: str) -> bool:
    return _is_shown(paper.fields.get(name))


def _date(paper: Paper | None, name: str) -> datetime.date | None:
    field = paper.fields.get(name) if paper else None
    if field is None or field.state != "shown" or not field.accepted or not isinstance(field.value, str):
        return None
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", field.value)
    if match is None:
        return None
    try:
        return datetime.date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        return None


def _edition_without_boxes(paper: Paper) -> bool:
    return paper.edition is not None and paper.edition.startswith(("08/01/07", "8/01/07", "08/07"))


def _name_words(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in re.split(r"[\s,]+", name) if len(word.strip(".")) > 1)
