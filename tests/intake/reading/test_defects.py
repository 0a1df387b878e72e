"""Each of the 26 defects is found where it is, and not where it isn't; what needs more than the paper is claimed only from what is known."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.intake.reading import defects
from detainerdesk.intake.reading.defects import Booking, Cancellation, Known
from detainerdesk.intake.reading.fields import KINDS, Arranged, Field, Seen
from detainerdesk.intake.reading.fields import Paper as ReadPaper
from detainerdesk.intake.reading.forms import templates
from detainerdesk.intake.reading.read import open_pages, read, read_page
from detainerdesk.intake.reading.warrant import officers
from tests.intake.reading.compared import codes
from tests.paperwork import Paper, bundle, draw, sample

I200 = Paper("i200", sample("i200"))


def detainer(values: Mapping[str, object] | None = None, *with_it: Paper, kind: str = "i247a") -> tuple[ReadPaper, ...]:
    changed = {name: value for name, value in {**sample(kind), **(values or {})}.items() if value is not None}
    return read(bundle([Paper(kind, changed), *with_it])).papers


@cache
def complete() -> tuple[ReadPaper, ...]:
    """A detainer with its warrant; nothing is wrong with them but that the person has no copy yet."""
    return detainer(None, I200)


def found(
    papers: tuple[ReadPaper, ...],
    known: Known | None = None,
    *,
    texts: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> list[tuple[str, str | None]]:
    """Code and field of each defect of all these papers, with what is known besides."""
    each = defects.find(papers, texts or ("",) * len(papers), known=known, notes=notes)
    return [(defect.id, defect.field) for mine in each for defect in mine]


def typed(
    kind: str, values: Mapping[str, str | bool], *, edition: str | None = None, reader: str = "text layer"
) -> ReadPaper:
    """A paper as a digital original reads: every value is sure."""
    return ReadPaper(
        kind=kind,
        edition=edition,
        pages=(1, 2, 3),
        fields={
            name: Field(value=value, state="shown", accepted=True, page=1, box=None, reader=reader)
            for name, value in values.items()
        },
    )


LUIS = {
    "subject_name": "DELACROIX, Luis Antonio",
    "dob": "12/25/1982",
    "file_no": "A000 000 001",
    "form_date": "03/02/2026",
}
BOOKED = Booking(
    "Luis Antonio Delacroix", datetime.date(1982, 12, 25), "M", "Dominican Republic", {"file_no": "A000000001"}
)


def test_a_complete_detainer_with_its_warrant_shows_only_that_it_is_not_served_yet() -> None:
    papers = complete()
    assert codes(papers[0]) == {"D15"}
    assert codes(papers[1]) == set()


def test_d01_and_d03_no_box_ticked() -> None:
    assert {"D01", "D03"} <= codes(detainer({"pc_pending": None}, I200)[0])
    assert {"D01", "D03"} & codes(detainer(None, I200)[0]) == set()
    assert {"D01", "D03"} & codes(detainer({"pc_pending": None, "box2_transfer": True})[0]) == set()


def test_d02_both_sections_ticked() -> None:
    (paper, warrant) = detainer({"box2_transfer": True}, I200)
    assert "D02" in codes(paper)
    assert "D02" not in codes(complete()[0])
    unsure = replace(
        paper, fields={**paper.fields, "box2_transfer": replace(paper.fields["box2_transfer"], accepted=False)}
    )
    assert "D02" not in {code for code, _ in found((unsure, warrant))}


def test_d04_a_group_of_the_i247d_left_out() -> None:
    groups = ("pa_terrorism", "pa_gang", "pa_felony", "pa_aggravated", "pa_significant", "pa_three")
    causes = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")
    whole = dict.fromkeys((*groups, *causes, "box2_transfer"))
    assert "D04" not in codes(detainer({**whole, "pa_felony": True, "pc_pending": True}, kind="i247d")[0])
    assert "D04" in codes(detainer({**whole, "pc_pending": True}, kind="i247d")[0])
    assert "D04" in codes(detainer({**whole, "pa_felony": True}, kind="i247d")[0])
    assert "D04" not in codes(detainer({**whole, "box2_transfer": True}, kind="i247d")[0])


def test_d05_no_warrant_came_with_it() -> None:
    assert "D05" in codes(detainer()[0])
    assert "D05" in codes(detainer(None, Paper("ao442", sample("ao442")))[0])
    assert "D05" not in codes(detainer(None, Paper("i205", sample("i205")))[0])
    assert "D05" not in codes(detainer({"pc_pending": None, "box2_transfer": True})[0])
    assert "D05" not in codes(detainer({"cancel_prior": True, "cancel_date": "02/01/2026"})[0])


def test_d05_is_not_claimed_while_pages_are_missing_or_a_paper_is_not_known() -> None:
    alone = detainer()
    assert ("D05", None) in found(alone)
    assert ("D05", None) not in found(alone, Known(pages_announced=5))
    assert ("D05", None) not in found((replace(alone[0], pages=(1,)),))
    assert "D05" not in codes(detainer(None, Paper("cat", {}))[0])


def test_d05_a_message_about_a_warrant_is_no_warrant_and_the_paper_is_asked_for() -> None:
    papers = detainer(None, Paper("message", sample("message")))
    (missing,) = [defect for defect in papers[0].defects if defect.id == "D05"]
    assert "ask for the paper itself" in missing.says


def test_d05_the_duty_to_send_a_warrant_along_began_with_the_i247a() -> None:
    assert "D05" not in codes(detainer({"form_date": "02/08/2016"}, kind="i247d")[0])


def test_d06_an_unsigned_detainer() -> None:
    assert "D06" in codes(detainer({"officer_sig": None}, I200)[0])


@pytest.mark.parametrize("missing", ["officer_sig", "officer_name"])
def test_d07_an_unsigned_or_nameless_warrant(missing: str) -> None:
    assert "D07" in codes(detainer(None, Paper("i200", sample("i200", **{missing: None})))[1])


@pytest.mark.parametrize(
    ("kind", "field", "printed", "listed"),
    [
        ("i247a", "officer_name", "R. Ashgrove, Deportation Officer", True),
        ("i247a", "officer_name", "R. Ashgrove, Mission Support Specialist", False),
        ("i200", "officer_name", "M. Fairbourne, SDDO", True),
        ("i200", "officer_name", "M. Fairbourne, Supervisory Detention & Deportation Officer", True),
        ("i200", "officer_name", "M. Fairbourne, Deportation Officer", False),
        ("i200", "officer_name", "M. Fairbourne", False),
        ("i205", "officer_title", "Acting Field Office Director", True),
        ("i205", "officer_title", "Deputy Field Office Director", True),
        ("i205", "officer_title", "Deportation Officer", False),
    ],
)
def test_d08_a_title_that_the_regulation_does_not_name(kind: str, field: str, printed: str, listed: bool) -> None:
    (paper,) = read(draw(kind, sample(kind, **{field: printed}))).papers
    assert (("D08", field) in [(defect.id, defect.field) for defect in paper.defects]) is not listed


@pytest.mark.parametrize(
    ("readers", "claimed"),
    [
        ([("ocr", "J. Vale, Records Clerk"), ("tesseract", "]. Vale, Records Clerk")], True),
        ([("ocr", "J. Vale, Records Clerk"), ("ocr again", "I. Vale, Records Clerk")], False),
        ([("ocr", "J. Vale, Records Clerk"), ("tesseract", "J. Vale, Records Cierk")], False),
        ([("ocr", "J. Vale, Deportation Officer"), ("tesseract", "]. Vale, Deportation Officer")], False),
    ],
)
def test_d08_a_title_that_two_readers_saw_is_read_though_the_name_is_not(
    readers: list[tuple[str, str]], claimed: bool
) -> None:
    paper = typed("i247a", LUIS)
    seen = tuple(Seen(*one) for one in readers)
    unsure = Field(seen[0].text, "shown", False, 1, None, reader="ocr", readers=seen)
    changed = replace(paper, fields={**paper.fields, "officer_name": unsure})
    assert (("D08", "officer_name") in found((changed,))) is claimed


def test_d08_the_lists_are_dated_and_say_how_far_they_were_checked() -> None:
    assert {officer.list for officer in officers()} == {"detainer", "i200", "i205"}
    assert all(officer.cite.startswith("8 CFR ") and officer.status for officer in officers())
    enforcement = typed("i247a", {**LUIS, "officer_name": "T. Corvane, Immigration Enforcement Agent"})
    assert ("D08", "officer_name") not in found((enforcement,))
    before = typed("i247_old", {"form_date": "01/05/2001", "officer_name": "T. Corvane, Immigration Enforcement Agent"})
    assert ("D08", "officer_name") in found((before,))


def test_d08_assistant_makes_it_another_title_unless_that_is_listed_too() -> None:
    (watch,) = [officer for officer in officers() if (officer.list, officer.title) == ("detainer", "Watch Commander")]
    assert watch.is_printed_in("J. Larkspur, Watch Commander")
    assert not watch.is_printed_in("J. Larkspur, Assistant Watch Commander")


@pytest.mark.parametrize(
    ("printed", "listed"), [("R. Ashgrove, DO", True), ("DO", True), ("M. do Carmo", False), ("M. DO CARMO", False)]
)
def test_d08_the_short_form_of_a_title_is_no_part_of_a_name(printed: str, listed: bool) -> None:
    title = next(one for one in officers() if (one.list, one.title) == ("detainer", "Deportation Officer"))
    assert title.is_printed_in(printed) is listed


def test_d09_a_warrant_without_a_ticked_basis() -> None:
    assert "D09" in codes(detainer(None, Paper("i200", sample("i200", b_pending=None)))[1])
    boxes = dict.fromkeys(("o_immigration_judge", "o_official", "o_bia", "o_court"))
    assert "D09" in codes(detainer(None, Paper("i205", sample("i205", **boxes)))[1])
    assert "D09" not in codes(detainer(None, Paper("i205", sample("i205")))[1])


def test_d10_basis_and_warrant_do_not_go_together() -> None:
    assert "D10" in codes(detainer({"pc_pending": None, "pc_final_order": True}, I200)[0])
    assert "D10" in codes(detainer(None, Paper("i205", sample("i205")))[0])
    assert "D10" not in codes(detainer({"pc_final_order": True, "pc_pending": None}, Paper("i205", sample("i205")))[0])


def test_d11_another_name_on_the_departments_warrant() -> None:
    assert "D11" in codes(detainer(None, Paper("i200", sample("i200", subject_name="DELACROIX, Luis Miguel")))[1])
    turned = Paper("i200", sample("i200", subject_name="Luis Antonio DELACROIX"))
    assert "D11" not in codes(detainer(None, turned)[1])


def test_d11_a_name_that_is_only_shorter_is_no_other_name() -> None:
    assert "D11" not in codes(detainer(None, Paper("i200", sample("i200", subject_name="DELACROIX, Luis")))[1])
    assert "D11" in codes(detainer(None, Paper("i200", sample("i200", subject_name="DELACROIS, Luis Antonio")))[1])


def test_d11_d12_d13_nothing_is_claimed_where_no_booking_is_known_or_all_agrees() -> None:
    papers = complete()
    assert {"D11", "D12", "D13", "D14"} & {code for code, _ in found(papers)} == set()
    assert {"D11", "D12", "D13", "D14"} & {code for code, _ in found(papers, Known(booking=Booking()))} == set()
    assert {"D11", "D12", "D13", "D14"} & {code for code, _ in found(papers, Known(booking=BOOKED))} == set()


def test_d11_another_name_than_in_the_booking() -> None:
    assert ("D11", "subject_name") in found(
        detainer(None, I200), Known(booking=replace(BOOKED, name="Luis Miguel Silva"))
    )


@pytest.mark.parametrize(
    ("booked", "says"),
    [
        (datetime.date(1982, 12, 26), "differ in one digit"),
        (datetime.date(1991, 3, 4), "the birth dates differ"),
    ],
)
def test_d12_another_birth_date_than_in_the_booking(booked: datetime.date, says: str) -> None:
    papers = complete()
    each = defects.find(papers, ("", ""), known=Known(booking=replace(BOOKED, birth_date=booked)))
    (wrong,) = [defect for defect in each[0] if defect.id == "D12"]
    assert wrong.field == "dob"
    assert says in wrong.says


def test_d12_day_and_month_exchanged_is_said() -> None:
    paper = typed("i247a", {**LUIS, "dob": "04/12/1982"})
    each = defects.find((paper,), ("",), known=Known(booking=Booking(birth_date=datetime.date(1982, 12, 4))))
    assert "day and month are exchanged" in next(defect.says for defect in each[0] if defect.id == "D12")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sex": "F"}, "sex"),
        ({"citizenship": "Brazil"}, "citizenship"),
        ({"numbers": {"file_no": "A000000009"}}, "file_no"),
    ],
)
def test_d13_another_identifier_than_in_the_booking(changed: dict[str, object], field: str) -> None:
    assert ("D13", field) in found(complete(), Known(booking=replace(BOOKED, **changed)))  # type: ignore[arg-type]


def test_d13_the_warrant_names_another_file_number_than_the_detainer() -> None:
    assert "D13" in codes(detainer(None, Paper("i200", sample("i200", file_no="A000 000 009")))[1])
    assert "D13" not in codes(detainer(None, Paper("i200", sample("i200", file_no="A-000-000-001")))[1])


def test_d13_a_country_and_its_people_are_no_two_countries() -> None:
    paper = typed("i247a", {**LUIS, "citizenship": "MEXICO"})
    assert ("D13", "citizenship") not in found((paper,), Known(booking=Booking(citizenship="Mexican")))
    assert ("D13", "citizenship") not in found((paper,), Known(booking=Booking(citizenship="MX")))


@pytest.mark.parametrize(("says", "claimed"), [(True, True), (False, False), (None, False)])
def test_d14_the_agencys_own_record_says_that_the_person_may_be_a_citizen(says: bool | None, claimed: bool) -> None:
    defects_found = found(complete(), Known(booking=replace(BOOKED, says_citizen=says)))
    assert (("D14", "citizenship") in defects_found) is claimed


def test_d14_the_form_itself_names_the_united_states() -> None:
    assert "D14" in codes(detainer({"citizenship": "UNITED STATES"}, I200)[0])
    assert "D14" not in codes(detainer({"citizenship": "UNITED KINGDOM"}, I200)[0])


def test_d15_not_served() -> None:
    assert "D15" in codes(detainer(None, I200)[0])
    assert "D15" not in codes(detainer({"served_on": "03/03/2026"}, I200)[0])


@pytest.mark.parametrize(
    ("to", "wrong"),
    [
        ("Boston Police Department, District D-4", False),
        ("BPD, Intake", False),
        ("Bostom Police Dept.", False),
        ("Imaginary County Sheriff, or any subsequent law enforcement agency", False),
        ("Imaginary County Sheriff's Office", True),
        ("Boston Municipal Court", True),
    ],
)
def test_d16_addressed_to_another_agency(to: str, wrong: bool) -> None:
    papers = detainer({"to_agency": to}, I200)
    assert (("D16", "to_agency") in found(papers, Known(agency_names=("Boston Police Department",)))) is wrong
    assert ("D16", "to_agency") not in found(papers)


def test_d17_an_older_form_after_it_was_replaced() -> None:
    assert "D17" in codes(detainer({"form_date": "04/03/2017"}, kind="i247d")[0])
    assert "D17" not in codes(detainer({"form_date": "03/31/2017"}, kind="i247d")[0])
    assert "D17" in codes(detainer({"form_date": "05/01/2018"}, kind="i247_old")[0])


def test_d17_an_edition_that_nobody_here_has_seen_is_for_a_person() -> None:
    assert ("D17", None) in found((typed("i247a", LUIS, edition="05/25"),))
    assert ("D17", None) not in found((typed("i247a", LUIS, edition="3/17"),))


def test_d17_a_form_whose_date_could_not_be_read_is_not_called_late() -> None:
    unread = typed("i247d", {"subject_name": "DELACROIX, Luis"}, edition="5/15")
    assert "D17" not in {code for code, _ in found((unread,))}


@pytest.mark.parametrize("reader", ["csv", "entry"])
def test_what_was_told_has_no_edition_that_could_be_read(reader: str) -> None:
    assert ("D17", None) in found((typed("i247a", LUIS),))
    assert ("D17", None) not in found((typed("i247a", LUIS, reader=reader),))


def test_d18_a_letter_asks_to_hold_on_a_form_that_asks_only_for_notice() -> None:
    asks = Paper("cover_sheet", sample("cover_sheet", message="Please hold this person for us for 48 hours."))
    tells = Paper("cover_sheet", sample("cover_sheet", message="Please call us."))
    assert "D18" in codes(detainer(None, asks, kind="i247n")[0])
    assert "D18" not in codes(detainer(None, tells, kind="i247n")[0])
    assert "D18" not in codes(detainer(None, asks)[0])


def test_d18_a_letter_that_came_by_fax_is_read_to_its_end() -> None:
    """Of a page whose kind is known and that has no form's fields only the titles were read."""
    message = (
        "Attached is our form. Please hold this person for us for 48 hours beyond the time when he would be let go."
    )
    sent = draw("cover_sheet", sample("cover_sheet", message=message), style="fine fax")
    said = (Arranged("cover_sheet", (1,)),)
    page = read_page(open_pages(sent, said).page(1), said)
    assert page.identity.sure
    assert "hold this person" in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dob": "03/02/2026"}, "dob"),
        ({"served_on": "03/01/2026"}, "served_on"),
        ({"cancel_prior": True, "cancel_date": "03/09/2026"}, "cancel_date"),
    ],
)
def test_d19_dates_in_an_impossible_order(changes: dict[str, object], field: str) -> None:
    found = detainer(changes, I200)[0].defects
    assert ("D19", field) in {(defect.id, defect.field) for defect in found}


@pytest.mark.parametrize(
    ("known", "field"),
    [
        (Known(booking=Booking(booked_on=datetime.date(2026, 3, 3))), "form_date"),
        (Known(received_on=datetime.date(2026, 3, 1)), "form_date"),
        (Known(booking=Booking(booked_on=datetime.date(1980, 1, 1))), "dob"),
    ],
)
def test_d19_dates_that_the_booking_or_the_day_of_receipt_makes_impossible(known: Known, field: str) -> None:
    papers = complete()
    assert ("D19", field) in found(papers, known)
    assert "D19" not in {code for code, _ in found(papers)}
    later = Known(booking=Booking(booked_on=datetime.date(2026, 3, 1)), received_on=datetime.date(2026, 3, 2))
    assert "D19" not in {code for code, _ in found(papers, later)}


def test_d19_a_person_whom_the_department_handed_over_may_have_been_booked_later() -> None:
    papers = detainer({"pc_pending": None, "box2_transfer": True})
    assert "D19" not in {code for code, _ in found(papers, Known(booking=Booking(booked_on=datetime.date(2026, 3, 3))))}


def test_d19_an_estimated_release_before_the_booking() -> None:
    papers = detainer({"est_release": "02/20/2026 10:00"}, I200)
    known = Known(booking=Booking(booked_on=datetime.date(2026, 3, 1)))
    assert ("D19", "est_release") in found(papers, known)


def test_d19_a_warrant_dated_after_its_detainer() -> None:
    assert "D19" in codes(detainer(None, Paper("i200", sample("i200", form_date="03/03/2026")))[1])


def test_d20_a_later_form_cancels_it() -> None:
    papers = complete()
    this_one = Cancellation(datetime.date(2026, 3, 4), cancels=datetime.date(2026, 3, 2))
    another = Cancellation(datetime.date(2026, 3, 4), cancels=datetime.date(2025, 1, 1))
    undated_earlier = Cancellation(datetime.date(2026, 2, 1))
    assert ("D20", "form_date") in found(papers, Known(cancellations=(another, this_one)))
    assert "D20" not in {code for code, _ in found(papers, Known(cancellations=(another, undated_earlier)))}
    assert "D20" not in {code for code, _ in found(papers)}


def test_d20_the_cancellation_came_in_the_same_file() -> None:
    cancels = Paper("i247a", sample("i247a", form_date="03/04/2026", cancel_prior=True, cancel_date="03/02/2026"))
    papers = detainer(None, cancels)
    assert "D20" in codes(papers[0])
    assert "D20" not in codes(papers[1])


def test_d20_the_time_of_a_hold_is_over() -> None:
    end = datetime.datetime(2026, 3, 4, 10, tzinfo=datetime.UTC)
    papers = complete()
    assert ("D20", None) in found(papers, Known(hold_until=end, at=end + datetime.timedelta(minutes=1)))
    assert ("D20", None) not in found(papers, Known(hold_until=end, at=end))


def test_d21_fewer_pages_came_than_were_announced() -> None:
    papers = complete()
    assert ("D21", None) in found(papers, Known(pages_announced=6))
    assert ("D21", None) not in found(papers, Known(pages_announced=4))
    cover = typed("cover_sheet", {})
    announced = ("", "FAX COVER SHEET\nPAGES (with this one): 9")
    assert ("D21", None) in found((papers[0], cover), texts=announced)
    assert ("D21", None) not in found((papers[0], cover), texts=("", "This is page 1 of 9"))


def test_d21_a_page_of_the_form_and_a_page_of_the_fax() -> None:
    papers = complete()
    each = defects.find(papers, ("", ""), fax=(4, 6))
    assert "D21" in {defect.id for defect in each[0]}
    assert "D21" not in {defect.id for defect in each[1]}
    short = replace(papers[0], pages=(1,))
    assert ("D21", None) in found((short, papers[1]))


def test_d22_the_file_was_changed_after_it_was_saved() -> None:
    papers = complete()
    assert ("D22", None) in found(papers, notes=("This PDF was changed after it was first saved (D22): look.",))
    assert "D22" not in {code for code, _ in found(papers)}


def test_d22_a_box_struck_out_on_a_fillable_form_but_not_a_smudge_on_a_scan() -> None:
    struck = Field(value=None, state="unreadable", accepted=False, page=1, box=None, reader="ink")
    for reader, claimed in (("form field", True), ("text layer", False), ("ocr", False)):
        paper = typed("i247a", LUIS, reader=reader)
        marked = replace(paper, fields={**paper.fields, "pc_final_order": struck})
        assert (("D22", "pc_final_order") in found((marked,))) is claimed


@pytest.mark.parametrize(("seen", "claimed"), [((Seen("ink", ""),), True), ((), False)])
def test_d22_words_that_cannot_be_seen_on_the_page(seen: tuple[Seen, ...], claimed: bool) -> None:
    name = Field(
        "SILVA, Marcos", "shown", False, 1, None, 1.0, "text layer", (Seen("text layer", "SILVA, Marcos"), *seen)
    )
    paper = typed("i247a", {"form_date": "03/02/2026"})
    assert (("D22", "subject_name") in found((replace(paper, fields={"subject_name": name}),))) is claimed


def test_d22_the_page_shows_what_the_form_field_does_not_say() -> None:
    drawn_over = Field(value=None, state="unreadable", accepted=False, page=1, box=None, reader="form field")
    assert ("D22", "subject_name") in found((replace(typed("i247a", LUIS), fields={"subject_name": drawn_over}),))
    clean = read(bundle([Paper("i247a", sample("i247a")), I200], style="form")).papers
    assert "D22" not in {code for code, _ in found(clean)}


def test_d23_nobody_to_call() -> None:
    assert "D23" in codes(detainer({"notify_ice": None}, I200)[0])
    assert "D23" in codes(detainer({"notify_phone": None}, I200)[0])


def test_d25_a_court_paper_for_another_person_or_for_a_place() -> None:
    assert "D25" in codes(detainer(None, Paper("ao442", sample("ao442")))[1])
    mine = sample("ao442", subject_name="LUIS ANTONIO DELACROIX", arrest_name="LUIS ANTONIO DELACROIX")
    assert "D25" not in codes(detainer(None, Paper("ao442", mine))[1])
    assert "D25" in codes(detainer(None, Paper("ao93", sample("ao93")))[1])


def test_d24_the_sender_on_the_form_is_no_office_of_the_department() -> None:
    other = {"from_office": "Acme Recovery Services", "from_address": "9 Imaginary Way, Boston, MA 02118"}
    assert ("D24", "from_office") in found(detainer(other, I200))
    assert "D24" not in codes(detainer(None, I200)[0])
    assert "D24" not in codes(detainer({"from_office": "Burlington Sub-Office"}, I200)[0])


def test_d24_a_telephone_or_a_sender_that_is_not_on_file() -> None:
    papers = complete()
    assert ("D24", "notify_phone") in found(papers, Known(phones=("781 555 0199",)))
    assert ("D24", "notify_phone") not in found(papers, Known(phones=("781-555-0142",)))
    assert ("D24", None) in found(papers, Known(sent_from="+1 617 555 0111", senders=("617-555-0112",)))
    assert ("D24", None) not in found(papers, Known(sent_from="+1 617 555 0112", senders=("617-555-0112",)))
    assert ("D24", None) not in found(papers, Known(sent_from="+1 617 555 0111"))


def test_d25_a_commitment_to_another_district_is_the_marshals() -> None:
    papers = detainer(None, I200, Paper("ao94", sample("ao94")))
    assert papers[2].kind == "unknown"
    assert "D25" in codes(papers[2])


def test_d25_a_court_paper_for_another_person_than_the_one_in_custody() -> None:
    (paper,) = read(draw("ao442", sample("ao442"))).papers
    assert ("D25", "subject_name") in found((paper,), Known(booking=BOOKED))
    assert "D25" not in {code for code, _ in found((paper,), Known(booking=Booking("Marcus Adeyemi Okonjo-Vale")))}


def test_d26_the_docket_does_not_confirm_the_case() -> None:
    (paper,) = read(draw("ao442", sample("ao442"))).papers
    assert "D26" not in {code for code, _ in found((paper,))}
    assert ("D26", "case_no") in found((paper,), Known(case_numbers=()))
    assert ("D26", "case_no") in found((paper,), Known(case_numbers=("26-mj-00999",)))
    assert ("D26", "case_no") not in found((paper,), Known(case_numbers=("26-mj-101",)))


def test_d26_no_judge_of_that_name_is_known_and_a_clerk_is_no_judge() -> None:
    (paper,) = read(draw("ao442", sample("ao442"))).papers
    assert ("D26", "officer_name") in found((paper,), Known(judges=("Ada Quillfeather",)))
    assert ("D26", "officer_name") not in found((paper,), Known(judges=("Edith Wrenfield",)))
    clerk = sample("ao442", d_cmp=None, d_ind=True, officer_name="P. Quillfeather, Deputy Clerk")
    (paper,) = read(draw("ao442", clerk)).papers
    assert ("D26", "officer_name") not in found((paper,), Known(judges=("Edith Wrenfield",)))


def test_what_was_not_read_surely_is_no_proof() -> None:
    """On a fax nobody could read, no defect is seen but those of the file itself."""
    paper = typed("i247a", LUIS, edition="3/17")
    unsure = replace(paper, fields={name: replace(one, accepted=False) for name, one in paper.fields.items()})
    known = Known(booking=Booking("Somebody Else", datetime.date(1950, 1, 1), booked_on=datetime.date(2026, 3, 9)))
    assert {code for code, _ in found((unsure,), known)} <= {"D05"}


def test_what_is_known_later_adds_to_what_the_print_showed() -> None:
    letter = Paper("cover_sheet", sample("cover_sheet", message="Please hold this person for us for 48 hours."))
    papers = detainer(None, letter, kind="i247n")
    before = {defect.id for defect in papers[0].defects}
    assert "D18" in before
    (after, _) = defects.find_again(papers, Known(booking=replace(BOOKED, name="Ana Silva")))
    assert {defect.id for defect in after} == before | {"D11"}
    assert defects.find_again(papers) == tuple(paper.defects for paper in papers)


def test_a_field_that_a_person_corrected_ends_the_defect_that_it_showed() -> None:
    papers = detainer({"pc_pending": None}, I200)
    assert "D01" in codes(papers[0])
    ticked = Field(value=True, state="shown", accepted=True, page=1, box=None, reader="a person")
    corrected = replace(papers[0], fields={**papers[0].fields, "pc_pending": ticked})
    (after, _) = defects.find_again((corrected, papers[1]))
    assert {defect.id for defect in after} & {"D01", "D03"} == set()


ANY_FIELD = st.builds(
    Field,
    value=st.none() | st.booleans() | st.text(max_size=30) | st.dates().map(lambda day: f"{day:%m/%d/%Y}"),
    state=st.sampled_from(["shown", "empty", "unreadable", "page missing"]),
    accepted=st.booleans(),
    page=st.none(),
    box=st.none(),
    reader=st.sampled_from(["text layer", "form field", "ocr", "ink", "a person"]),
)
NAMES = sorted({place.name for form in templates() for page in form.pages for place in page.fields})
ANY_PAPER = st.builds(
    ReadPaper,
    kind=st.sampled_from(KINDS),
    edition=st.none() | st.sampled_from(["3/17", "09/16", "x"]),
    pages=st.just((1,)),
    fields=st.dictionaries(st.sampled_from(NAMES), ANY_FIELD, max_size=25),
)
ANY_BOOKING = st.builds(
    Booking,
    name=st.none() | st.text(max_size=30),
    birth_date=st.none() | st.dates(),
    sex=st.none() | st.text(max_size=3),
)


@given(
    st.lists(ANY_PAPER, max_size=3), st.none() | st.builds(Known, booking=st.none() | ANY_BOOKING), st.text(max_size=60)
)
@settings(max_examples=150, deadline=None)
def test_whatever_was_read_the_defects_have_codes_places_and_plain_words(
    papers: list[ReadPaper], known: Known | None, text: str
) -> None:
    for paper, mine in zip(papers, defects.find(papers, (text,) * len(papers), known=known), strict=True):
        for defect in mine:
            assert defect.id in defects.CODES
            assert defect.field is None or defect.field in paper.fields
            assert defect.says.endswith(".")


def test_each_of_the_26_codes_has_a_test_here() -> None:
    tested = set(re.findall(r"D\d\d", Path(__file__).read_text("utf-8")))
    assert set(defects.CODES) <= tested


def test_a_defect_is_named_once_and_in_the_order_of_the_codes() -> None:
    papers = detainer({"pc_pending": None, "officer_sig": None})
    listed = [defect.id for defect in papers[0].defects]
    assert listed == sorted(listed)
    assert len(set(papers[0].defects)) == len(papers[0].defects)


def test_every_defect_says_something_a_person_can_act_on() -> None:
    papers = detainer({"pc_pending": None, "officer_sig": None, "notify_phone": None})
    for defect in papers[0].defects:
        assert defect.says.endswith(".")
        assert len(defect.says.split()) >= 4
        assert not any(word in defect.says for word in ("_", "D0", "field", "None"))
