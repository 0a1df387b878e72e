"""Papers are told apart by several kinds of evidence, never by one word. Taking a department's paper for a court's, or the
reverse, is the one mistake that must not happen."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from detainerdesk.intake.reading.forms import fax_pages, identify
from detainerdesk.intake.reading.lines import lines_of
from detainerdesk.intake.reading.pages import Pages
from detainerdesk.intake.reading.read import read
from tests.intake.reading.compared import codes, only_paper, wrong_fields
from tests.paperwork import EDITIONS, Paper, bundle, draw, sample

COURT = ("ao442", "ao93", "state_warrant")


def page_of(*lines: tuple[float, float, str]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.setFont("Helvetica", 10)
    for x, y, words in lines:
        canvas.drawString(x, 792 - y, words)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    "kind",
    [
        *("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old", "i200", "i205", "i203"),
        *("ao442", "ao93", "state_warrant", "cover_sheet"),
    ],
)
@pytest.mark.parametrize("style", ["text", "form"])
def test_each_paper_is_known_for_what_it_is(kind: str, style: str) -> None:
    assert only_paper(read(draw(kind, sample(kind), style=style))).kind == kind


def test_a_removal_warrant_stays_administrative_though_the_box_of_a_judge_is_ticked() -> None:
    for box in ("o_immigration_judge", "o_court"):
        values = {**sample("i205"), "o_immigration_judge": None, box: True}
        paper = only_paper(read(draw("i205", values)))
        assert paper.kind == "i205"
        assert paper.fields[box].value is True


def test_a_court_warrant_signed_by_a_clerk_is_a_court_warrant() -> None:
    values = sample("ao442", d_cmp=None, d_ind=True, officer_name="P. Quillfeather, Deputy Clerk")
    paper = only_paper(read(draw("ao442", values)))
    assert paper.kind == "ao442"
    assert paper.fields["officer_name"].value == "P. Quillfeather, Deputy Clerk"
    assert paper.fields["d_ind"].value is True


def test_the_same_title_stands_on_old_and_new_detainers_and_the_form_mark_decides() -> None:
    assert only_paper(read(draw("i247_old", sample("i247_old")))).kind == "i247_old"
    assert only_paper(read(draw("i247a", sample("i247a")))).kind == "i247a"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS TIAT THE SUBJECT IS A REMOVABLE ALIEN", "i247a"),
        ("1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTED TO ARREST THE SUBJECT", "unknown"),
    ],
)
def test_a_sentence_of_which_a_fax_spoiled_a_letter_or_two_tells_a_form_without_its_mark(
    sentence: str, kind: str
) -> None:
    lines = lines_of(
        Pages(
            page_of(
                (150, 60, "IMMIGRATION DETAINER - NOTICE OF ACTION"),
                (40, 300, sentence),
                (40, 400, "2. DHS TRANSFERRED THE ALIEN TO YOUR CUSTODY FOR A PROCEEDING"),
                (40, 750, "DHS Form I-217A (02/17)"),
            )
        )
        .page(1)
        .chars
    )
    identity = identify(lines, 792)
    assert (identity.kind, identity.sure) == (kind, False)


@pytest.mark.parametrize(
    "words",
    [
        "ARREST WARRANT signed by a United States Magistrate Judge",
        "YOU ARE COMMANDED to arrest this person. Judge. Court. Warrant.",
        "Please see the attached Form I-247A and the Form I-200.",
        "AO 442",
        "DEPARTMENT OF HOMELAND SECURITY",
        "UNITED STATES DISTRICT COURT",
    ],
)
def test_no_single_word_or_mark_makes_a_form(words: str) -> None:
    paper = only_paper(read(page_of((72, 300, words), (72, 330, "FICTIONAL letter about something else"))))
    assert paper.kind == "unknown"


def test_a_court_caption_over_a_department_form_is_a_conflict_for_a_person() -> None:
    reading = read(
        page_of(
            (200, 60, "UNITED STATES DISTRICT COURT"),
            (200, 80, "Warrant for Arrest of Alien"),
            (60, 130, "Any immigration officer authorized pursuant to sections 236 and 287"),
            (60, 200, "is removable from the United States. This determination is based upon:"),
            (400, 770, "Form I-200 (Rev. 09/16)"),
        )
    )
    assert only_paper(reading).kind == "unknown"
    assert "A person must say what it is" in reading.notes[0]


def test_a_form_of_which_only_the_title_can_be_read_is_probable_and_nothing_on_it_is_accepted() -> None:
    reading = read(
        page_of(
            (190, 57, "Warrant for Arrest of Alien"),
            (60, 200, "is removable from the United States. This determination is based upon:"),
        )
    )
    assert only_paper(reading).kind in ("i200", "unknown")
    assert not any(field.accepted for field in only_paper(reading).fields.values())
    assert reading.notes


@pytest.mark.parametrize("kind", ["i247x", "i247g"])
@pytest.mark.parametrize("style", ["text", "form"])
def test_on_a_form_that_nobody_has_seen_nothing_is_accepted(kind: str, style: str) -> None:
    """The template is a guess: its number makes it probable, and a person reads it."""
    reading = read(draw(kind, sample(kind), style=style))
    paper = only_paper(reading)
    assert paper.fields["subject_name"].value == "DELACROIX, Luis Antonio"
    assert not any(field.accepted for field in paper.fields.values())
    assert "A person must look at it" in reading.notes[0]


@pytest.mark.parametrize("kind", ["i203", "ao93"])
@pytest.mark.parametrize("style", ["text", "form"])
def test_the_values_of_an_order_to_detain_and_of_a_search_warrant_are_read(kind: str, style: str) -> None:
    values = sample(kind)
    paper = only_paper(read(draw(kind, values, style=style)))
    assert wrong_fields(paper, values) == {}
    assert paper.fields["officer_sig"].accepted


@pytest.mark.parametrize("kind", ["ao94", "immigration_order", "message", "cat"])
def test_a_paper_that_is_none_of_the_forms_is_not_called_one(kind: str) -> None:
    reading = read(draw(kind, sample(kind)))
    assert only_paper(reading).kind == "unknown"
    assert "A person must look at it" in reading.notes[0]


@pytest.mark.parametrize("edition", EDITIONS["state_warrant"])
def test_a_states_warrant_is_known_by_its_courts_caption_and_a_person_reads_what_stands_behind_its_labels(
    edition: str,
) -> None:
    paper = only_paper(read(draw("state_warrant", sample("state_warrant"), edition=edition)))
    assert paper.kind == "state_warrant"
    assert paper.fields["case_no"].value == "2601CR000123"
    assert paper.fields["judge_name"].value == "Hon. P. Larkspur"
    assert {name for name, field in paper.fields.items() if field.accepted} == {"court_kind"}


def test_several_papers_in_one_file_are_split_with_their_pages() -> None:
    reading = read(
        bundle(
            [
                Paper("cover_sheet", sample("cover_sheet")),
                Paper("i247a", sample("i247a")),
                Paper("i205", sample("i205")),
                Paper("ao442", sample("ao442")),
            ]
        )
    )
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [
        ("cover_sheet", (1,)),
        ("i247a", (2, 3, 4)),
        ("i205", (5, 6)),
        ("ao442", (7,)),
    ]


def test_two_detainers_in_one_file_are_two_papers() -> None:
    other = sample("i247a", subject_name="QUILL, Ana", subject_id="900000077")
    reading = read(bundle([Paper("i247a", sample("i247a")), Paper("i247a", other)]))
    assert [paper.pages for paper in reading.papers] == [(1, 2, 3), (4, 5, 6)]
    assert reading.papers[1].fields["subject_name"].value == "QUILL, Ana"


def test_the_sender_that_a_fax_machine_prints_is_no_evidence() -> None:
    header = (40, 14, "MAR-02-2026 16:12  UNITED STATES DISTRICT COURT  FAX 781 555 0143  PAGE 02/05")
    data = page_of(header, (190, 60, "Good evening"))
    lines = lines_of(Pages(data).page(1).chars)
    assert identify(lines, 792).kind == "unknown"
    assert fax_pages(lines, 792) == (2, 5)


def test_pages_that_are_announced_but_missing_are_named() -> None:
    """The fields of a page that did not come are `page missing`, which proves nothing about them."""
    import pypdfium2

    whole = pypdfium2.PdfDocument(draw("i247a", sample("i247a")))
    whole.del_page(0)
    out = io.BytesIO()
    whole.save(out)
    paper = only_paper(read(out.getvalue()))
    assert paper.kind == "i247a"
    assert {field.state for field in paper.fields.values()} == {"page missing"}
    assert not any(field.accepted for field in paper.fields.values())
    assert codes(paper) & {"D01", "D03", "D06", "D15", "D23"} == set()
    assert "D21" in codes(paper)


def test_a_form_mark_that_was_misread_does_not_overrule_the_wording() -> None:
    reading = read(
        page_of(
            (190, 57, "IMMIGRATION DETAINER - NOTICE OF ACTION"),
            (40, 83, "Subject ID:"),
            (36, 212, "1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN."),
            (36, 324, "2. DHS TRANSFERRED THE ALIEN TO YOUR CUSTODY FOR A PROCEEDING OR INVESTIGATION"),
            (40, 770, "DHS Form I-247 (12/12)"),
        )
    )
    assert only_paper(reading).kind == "unknown"
    assert "A person must say what it is" in reading.notes[0]


def test_a_page_whose_number_was_misread_is_known_by_its_words() -> None:
    """On a bad fax a 1 may look like a 3."""
    head = ((150, 40, "DEPARTMENT OF HOMELAND SECURITY"), (150, 55, "IMMIGRATION DETAINER - NOTICE OF ACTION"))
    foot = ((40, 770, "DHS Form I-247A (3/17)"), (500, 770, "Page 3 of 3"))
    for words, number in (("IT IS THEREFORE REQUESTED THAT YOU:", 1), ("NOTIFICACAO AO DETENTO", 3)):
        lines = lines_of(Pages(page_of(*head, (40, 300, words), *foot)).page(1).chars)
        assert identify(lines, 792).page == number
