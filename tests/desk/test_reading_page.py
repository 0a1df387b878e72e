"""The reading desk's values: what a person is asked, in which order, what can be said; how a page is laid, turned and drawn."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from detainerdesk.desk.facts import case_of
from detainerdesk.desk.page import drawn, labels, sheet, waiting
from detainerdesk.desk.page.drawn import PRINTED, BadDrawing, Drawing, Place
from detainerdesk.desk.page.reading import ReadingDesk, reading_desk, said
from detainerdesk.intake.models import Document
from detainerdesk.intake.queue import Waits
from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.fields import (
    Arranged,
    BadArrangement,
    Field,
    Paper,
    Reading,
    Seen,
    State,
    arranged_to_json,
    as_seen,
)
from detainerdesk.intake.reading.read import read
from detainerdesk.intake.request import Request

BOX = (100.0, 200.0, 180.0, 212.0)


def field(value: str | bool | None, state: State = "shown", *, accepted: bool = False, **more: Any) -> Field:
    return Field(value, state, accepted, 1, BOX, **more)


def desk(at: tuple[int, str] | None = None, *, needs: set[str] | None = None, **fields: Field) -> ReadingDesk:
    made = reading_desk([Paper("i247a", "02/17", (1,), fields)], ["ab"], needs=needs, at=at)
    assert made is not None
    return made


# ---- which fields, in which order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reader", "says"), [("ocr", "page missing"), ("entry", "not told"), ("csv", "not told")])
def test_what_nobody_told_is_on_no_page_that_is_missing(reader: str, says: str) -> None:
    assert desk(dob=field(None, "page missing", reader=reader)).fields[0].value == says
    here, there = (
        Paper("phone", None, (1,), {"dob": field(born, state, accepted=True, reader=reader)})
        for born, state in ((None, "page missing"), ("12/25/1982", "shown"))
    )
    at = datetime(2026, 3, 3, tzinfo=UTC)
    known = Request("2026-0001", "us-ma-boston/police", "detainer", "D-4", at, (there,), ("ab",), ())
    (row,) = waiting.likeness([here], [known])
    assert row.here == says


def test_only_fields_that_are_not_accepted_are_to_check_and_what_can_change_the_answer_comes_first() -> None:
    made = desk(
        needs={"request.states_probable_cause"},
        booking_no=field("55"),
        subject_id=field("900000001", accepted=True),
        pc_pending=field(None, "unreadable", reader="ink"),
        officer_sig=field(None, "unreadable", reader="ink"),
        dob=field("12/25/1982"),
    )
    assert [one.name for one in made.to_check] == ["dob", "pc_pending", "booking_no", "officer_sig"]
    assert made.focus is not None
    assert made.focus.field.name == "dob"
    assert made.says == "2 of 4 fields to check. These can change the answer; 2 can wait."


def test_a_box_that_no_open_fact_needs_can_wait() -> None:
    assert desk(needs=set(), pc_pending=field(None, "unreadable")).says == "1 field to check. It can wait."
    both = desk(needs=set(), pc_pending=field(None, "unreadable"), sex=field("M"))
    assert both.says == "2 fields to check. None can change the answer: they can wait."


def test_a_field_of_a_warrant_counts_while_the_warrants_are_open() -> None:
    assert labels.can_change("officer_sig", {"warrants[1].signed_by"})
    assert labels.can_change("d_ind", {"warrants"})
    assert not labels.can_change("offense", {"warrants"})
    assert labels.can_change("cancel_prior", set()), "whether it asks at all"


def test_while_nothing_was_decided_each_fact_may_count() -> None:
    assert desk(pc_pending=field(None, "unreadable")).says == "1 field to check. It can change the answer."


def test_nothing_is_left_to_check() -> None:
    alike = field("12/25/1982", accepted=True, readers=(Seen("ocr", "x"), Seen("ocr again", "x")), agreed=True)
    assert desk(dob=alike).says == "Every field was read the same way twice."
    assert desk(dob=field("12/25/1982", accepted=True, reader="person")).says == "No field is left to check."
    assert desk().says == "No field of this paper is read here. Look at the picture."


@pytest.mark.parametrize(("state", "value"), [("shown", "12/25/1983"), ("unreadable", None), ("empty", None)])
def test_what_a_person_saw_is_not_called_read_twice(state: State, value: str | None) -> None:
    alike = field("12/25/1982", accepted=True, agreed=True)
    assert desk(subject_name=alike, dob=as_seen(alike, state, value)).says == "No field is left to check."


def test_citizenship_is_in_no_list_and_in_no_focus() -> None:
    paper = Paper("i247a", None, (1,), {"citizenship": field("HONDURAS")})
    made = reading_desk([paper], ["ab"])
    assert made is not None
    assert (made.fields, made.focus, made.marks("ab", 1)) == ((), None, ())
    assert reading_desk([paper], ["ab"], at=(0, "citizenship")) is None


def test_papers_of_the_same_file_that_belong_elsewhere_are_not_asked() -> None:
    papers = [Paper("i247a", None, (1,), {"dob": field("1")}), Paper("i200", None, (2,), {"file_no": field("2")})]
    made = reading_desk(papers, ["ab", "ab"], only=[1])
    assert made is not None
    assert [one.key for one in made.fields] == [(1, "file_no")]


def test_every_field_that_the_reader_knows_has_words_and_none_of_them_is_banned() -> None:
    from detainerdesk.desk.words import BANNED

    names = {place.name for one in forms.templates() for page in one.pages for place in page.fields}
    assert names - labels.NEVER_SHOWN - set(labels.FIELDS) == set()
    assert {word for label in labels.FIELDS.values() for word in label.lower().split()}.isdisjoint(BANNED)


# ---- what can be said -------------------------------------------------------------------------------------------------


def choices(made: ReadingDesk) -> list[tuple[str, str]]:
    assert made.focus is not None
    return [(one.key, one.label) for one in made.focus.choices]


def test_of_a_text_the_readers_are_shown_where_they_differ() -> None:
    seen = (Seen("ocr", "SILVA, Marcos"), Seen("ocr again", "S1LVA, Marcos"))
    made = desk(subject_name=field("SILVA, Marcos", readers=seen))
    assert choices(made) == [
        ("Y", "right as read"),
        ("2", "second reader: S1LVA, Marcos"),
        ("C", "Correct it to:"),
        ("E", "empty on the paper"),
        ("U", "can't be read"),
        ("M", "page is missing"),
    ]
    assert made.focus is not None
    assert said(made.focus, "reader 2", "") == ("shown", "S1LVA, Marcos")
    assert said(made.focus, "right", "") == ("shown", "SILVA, Marcos")
    assert said(made.focus, "shown", "SILVA, Marco") == ("shown", "SILVA, Marco")
    assert said(made.focus, "page missing", "x") == ("page missing", None)


def test_what_no_reader_saw_is_said_to_be_offered() -> None:
    seen = (Seen("ocr", "0. Quill, SD00"), Seen("tesseract", "0. Quill, SDO0"))
    made = desk(officer_name=field("D. Quill, SDDO", readers=seen))
    assert choices(made)[:3] == [
        ("Y", "right as offered"),
        ("1", "first reader: 0. Quill, SD00"),
        ("2", "another reader: 0. Quill, SDO0"),
    ]
    assert made.focus is not None
    assert made.focus.offered
    spaced = desk(officer_name=field("D. Quill, SDDO", readers=(Seen("ocr", "D.Quill, SDDO"),)))
    assert spaced.focus is not None
    assert not spaced.focus.offered


def test_of_a_text_that_nobody_could_read_each_reader_is_shown_and_nothing_is_right_as_read() -> None:
    seen = (Seen("ocr", "12/25/1982"), Seen("ocr again", "12/26/1982"))
    keys = [key for key, _ in choices(desk(dob=field(None, "unreadable", readers=seen)))]
    assert keys == ["1", "2", "C", "E", "U", "M"]


def test_of_a_box_that_was_read_only_the_other_answer_is_a_correction() -> None:
    made = desk(pc_final_order=field(False, "empty", reader="ink"))
    assert choices(made)[:2] == [("Y", "right as read"), ("C", "correct: ticked")]
    assert made.focus is not None
    assert made.focus.field.value == "not ticked"
    assert said(made.focus, "right", "") == ("shown", False)
    assert said(made.focus, "ticked", "") == ("shown", True)


def test_of_a_box_that_was_not_made_out_both_answers_are_there() -> None:
    made = desk(pc_final_order=field(None, "unreadable", reader="ink"))
    assert choices(made)[:2] == [("1", "ticked"), ("2", "not ticked")]


def test_of_a_signature_ink_is_told_and_never_whose() -> None:
    made = desk(officer_sig=field(True, reader="ink"))
    assert made.focus is not None
    assert (made.focus.field.value, choices(made)[1]) == ("ink seen", ("C", "correct: not signed"))


def test_no_figure_of_confidence_is_anywhere() -> None:
    made = desk(dob=field("12/25/1982", confidence=0.8731))
    shown = [made.says, *(value for one in made.fields for value in (one.value, one.see)), str(choices(made))]
    assert not any(figure in " ".join(shown) for figure in ("87", "0.8", "%"))


# ---- the page in its frame --------------------------------------------------------------------------------------------


def test_the_field_in_focus_lies_on_top_of_the_others() -> None:
    made = desk((0, "dob"), dob=field("1", accepted=True), sex=field("M"), event_no=field("2", accepted=True))
    assert [mark.look for mark in made.marks("ab", 1)] == ["check", "read", "now"]
    assert made.marks("ab", 2) == ()


@pytest.mark.parametrize(
    ("pixels", "paper"),
    [
        ((592, 766), (612.0, 792.0)),
        ((592, 769), (612.0, 792.0)),  # a fine fax: 1728 x 2156 dots
        ((592, 975), (612.0, 1008.0)),
        ((592, 837), (595.3, 841.9)),
        ((766, 592), (792.0, 612.0)),
        ((592, 592), None),
    ],
)
def test_a_picture_tells_the_shape_of_its_paper(pixels: tuple[int, int], paper: tuple[float, float] | None) -> None:
    assert sheet.paper_of(*pixels) == paper


def test_on_a_page_of_no_known_shape_nothing_is_boxed() -> None:
    odd = sheet.sheet("ab", 1, (1,), (592, 400), [sheet.Mark(BOX, "now")])
    assert (odd.measured, odd.marks) == (False, ())


@pytest.mark.parametrize(("turn", "corner"), [(0, (0, 0)), (90, (792, 0)), (180, (612, 792)), (270, (0, 612))])
def test_a_turned_page_stays_in_its_frame(turn: int, corner: tuple[float, float]) -> None:
    import math
    import re

    page = sheet.sheet("ab", 1, (1,), (612, 792), turn=turn)
    shift = [float(one) for one in re.findall(r"translate\(([\d.]+) ([\d.]+)\)", page.transform)[0:1] for one in one]
    angle = math.radians(float((re.findall(r"rotate\((-?\d+)\)", page.transform) or ["0"])[0]))
    x, y = shift or (0.0, 0.0)
    _, _, width, height = (float(one) for one in page.view_box.split())
    for px, py in ((0, 0), (612, 0), (0, 792), (612, 792)):
        at = (x + px * math.cos(angle) - py * math.sin(angle), y + px * math.sin(angle) + py * math.cos(angle))
        assert -0.01 <= at[0] <= width + 0.01
        assert -0.01 <= at[1] <= height + 0.01
    assert (x, y) == corner


def test_what_an_address_asks_that_is_not_offered_becomes_the_plain_page() -> None:
    page = sheet.sheet("ab", 1, (1, 2), (612, 792), size=9, turn=45)
    assert (page.size, page.turn, page.before, page.smaller) == (1, 0, "", "")
    assert page.after == "?page=2&size=1&turn=0"


def test_another_page_stands_upright_again_and_keeps_its_size() -> None:
    assert sheet.sheet("ab", 1, (1, 2), (612, 792), size=2, turn=90).after == "?page=2&size=2&turn=0"


# ---- pages laid out ---------------------------------------------------------------------------------------------------


def laid(*rows: tuple[str, str, str]) -> list[waiting.PageLaid]:
    return [waiting.PageLaid(page, *row, read_as="I-200") for page, row in enumerate(rows, 1)]


def test_pages_with_one_number_are_one_paper_and_a_kind_said_once_counts_for_it() -> None:
    assert waiting.arranged(laid(("1", "", ""), ("2", "i200", "180"), ("2", "", ""))) == (
        Arranged(None, (1,)),
        Arranged("i200", (2, 3), (180, None)),
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("", "", "")], "Page 1, paper: write a number"),
        ([("0", "", "")], "Page 1, paper: write a number"),
        ([("1", "", "45")], "Page 1, turn"),
        ([("1", "i200", ""), ("1", "i205", "")], "Paper 1 is called I-200 and I-205"),
        ([("1", "passport", "")], "no kind of paper"),
    ],
)
def test_pages_that_can_not_lie_so_are_refused_with_what_to_change(rows: list[tuple[str, str, str]], says: str) -> None:
    with pytest.raises(BadArrangement, match=says):
        waiting.arranged(laid(*rows))


def test_nobody_can_say_that_a_page_was_a_telephone_call() -> None:
    assert not {"phone", "email", "oral"} & waiting.KIND_WORDS.keys()


def test_pages_lie_as_a_person_laid_them_else_as_they_were_read() -> None:
    reading = Reading((Paper("i200", None, (1,)), Paper("unknown", None, (2, 3))), pages=3)
    document = Document(sha256="ab", arranged=arranged_to_json([Arranged("unknown", (2, 3), (None, 90))]))
    shown = [(one.paper, one.kind, one.turn, one.read_as) for one in waiting.laid_out(document, reading)]
    assert shown == [
        ("1", "", "", "I-200"),
        ("2", "unknown", "", "something else: no form"),
        ("2", "unknown", "90", "something else: no form"),
    ]


def waits(*read: Paper, reason: str = "near match", within: tuple[str, ...] = ()) -> Waits:
    since = datetime(2026, 3, 3, tzinfo=UTC)
    return Waits(1, "paper 1", "ab", "fax.pdf", "application/pdf", 9, reason, "why", since, (), (), (), read, within)


def acts(matter: Waits, *candidates: str, alone: bool = True, bad: bool = False, aside: bool = False) -> list[str]:
    return [one.value for one in waiting.acts(matter, candidates, alone=alone, bad=bad, may_set_aside=aside)]


def test_who_may_not_set_aside_sends_to_records_and_of_a_bad_file_that_comes_first() -> None:
    form = Paper("i247a", None, (1,))
    assert acts(waits(), bad=True) == ["records", "attach"]
    assert acts(waits(form), "2026-0001", aside=True) == ["again", "attach 2026-0001", "attach", "apart", "aside"]


def test_what_is_in_a_request_and_a_row_that_is_no_request_are_put_into_none() -> None:
    form, row = Paper("i247a", None, (1,)), Paper("unknown", None, (5,))
    assert acts(waits(form, within=("2026-0001",))) == ["again", "records"]
    assert acts(waits(form, within=("2026-0001",)), aside=True) == ["again", "aside"]
    assert acts(waits(row, reason="row not taken")) == ["records"]


# ---- a template that a person drew ------------------------------------------------------------------------------------

WORDS = ["Order to Detain or Release", "Name of person", "Nature of proceedings", "Please detain", "Signature below"]


def place(what: str, x: float, y: float, w: float, h: float, words: str = "") -> Place:
    return Place(what, words, str(x), str(y), str(w), str(h))


def i203() -> Drawing:
    words = [place(PRINTED, 72, 80 + 120 * n, 140, 12, text) for n, text in enumerate(WORDS)]
    fields = [
        place("Name", 250, 197, 250, 16),
        place("file number", 250, 317, 200, 16),
        place("officer_sig", 250, 550, 250, 30),
    ]
    return Drawing("i203", "03/24", 1, 1, (*words, Place(), *fields))


def kept_json(drawing: Drawing, **more: Any) -> dict[str, Any]:
    return drawn.to_json(
        drawn.checked_drawing(drawing), by="officer 1", at="2026-03-03T02:10:00+00:00", paper=7, **more
    )


def test_a_drawn_template_is_one_that_the_reader_takes() -> None:
    made = forms._template(json.loads(json.dumps(kept_json(i203()))))
    assert (made.kind, made.editions, made.page_count) == ("i203", ("03/24", "3/24"), 1)
    assert made.mark == next(one.mark for one in forms.templates() if one.kind == "i203")
    assert [(one.name, one.kind, one.grammar) for one in made.pages[0].fields] == [
        ("subject_name", "text", "name"),
        ("file_no", "text", "a_number"),
        ("officer_sig", "sig", "text"),
    ]
    assert [one.words for one in made.pages[0].labels] == WORDS


def test_what_stands_on_an_unseen_form_is_read_with_its_drawn_template(monkeypatch: pytest.MonkeyPatch) -> None:
    made = forms._template(kept_json(i203()))
    others = tuple(one for one in forms.templates() if one.kind != "i203")
    monkeypatch.setattr(forms, "templates", lambda: (*others, made))
    (paper,) = read(drawn_page(), arranged=[Arranged("i203", (1,))]).papers
    assert {name: one.value for name, one in paper.fields.items()} == {
        "subject_name": "SILVA, Marcos",
        "file_no": "A000 000 002",
        "officer_sig": False,
    }


def drawn_page() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    canvas.setFont("Helvetica", 11)
    for n, text in enumerate(WORDS):
        canvas.drawString(72, 792 - 90 - 120 * n, text)
    canvas.drawString(255, 792 - 210, "SILVA, Marcos")
    canvas.drawString(255, 792 - 330, "A000 000 002")
    canvas.save()
    return out.getvalue()


def test_the_known_edition_is_a_start_for_the_next_one() -> None:
    known = drawn.start_from("i247a", 1)
    assert {"Name", "Box 1, final order", PRINTED} <= {one.what for one in known}
    template = kept_json(Drawing("i247a", "05/25", 1, 3, known))
    ours = next(one for one in forms.templates() if one.kind == "i247a")
    made = forms._template(template)
    assert {one.name: one.kind for one in made.pages[0].fields} == {one.name: one.kind for one in ours.pages[0].fields}
    assert [page.number for page in made.pages] == [page.number for page in ours.pages]
    assert template["checked"] is None


def test_a_page_drawn_anew_keeps_the_others_and_must_be_checked_anew() -> None:
    first = drawn.checked_json(kept_json(Drawing("i205", "01/26", 1, 2, i203().places)), by="officer 2", at="now")
    again = kept_json(Drawing("i205", "01/26", 2, 2, i203().places), before=first)
    assert [page["number"] for page in again["pages"]] == [1, 2]
    assert again["pages"][0] == first["pages"][0]
    assert (first["checked"], again["checked"]) == ({"by": "officer 2", "at": "now"}, None)


def test_who_drew_it_does_not_check_it() -> None:
    with pytest.raises(BadDrawing, match="Somebody else must check it"):
        drawn.checked_json(kept_json(i203()), by="officer 1", at="now")


def changed(**more: Any) -> Drawing:
    return dataclasses.replace(i203(), **more)


@pytest.mark.parametrize(
    ("drawing", "says"),
    [
        (changed(kind="passport"), "Kind: choose"),
        (changed(kind="unknown"), "Kind: choose"),
        (changed(kind="phone"), "Kind: choose"),
        (changed(edition="new"), "Edition: write it"),
        (changed(kind="i247a", edition="2/17"), "one that the desk knows"),
        (changed(page=2), "Page: write which page"),
        (changed(places=i203().places[:5]), "No field is drawn"),
        (changed(places=i203().places[3:]), "2 boxes of printed words are drawn"),
        (changed(places=(*i203().places, place("Name", 1, 1, 20, 20))), "Name is drawn twice"),
        (changed(places=(*i203().places, place("Shoe size", 1, 1, 20, 20))), "“Shoe size” is no field"),
        (changed(places=(*i203().places, Place("Date of the paper", x="1"))), "Row 10, Date of the paper: write x, y"),
        (changed(places=(*i203().places, place("Date of the paper", 600, 1, 20, 20))), "over the edge"),
        (changed(places=(*i203().places, place("Date of the paper", 1, 1, 2, 20))), "too small"),
        (changed(places=(*i203().places, Place("Birth date", "", "nan", "1", "9", "9"))), "write x, y"),
        (changed(places=(*i203().places, place("", 1, 1, 20, 20))), "Row 10: say which field"),
        (changed(places=(*i203().places, place(PRINTED, 1, 1, 20, 20))), "Row 10: write the printed words"),
    ],
)
def test_a_drawing_that_the_reader_could_not_use_is_refused_with_what_to_change(drawing: Drawing, says: str) -> None:
    with pytest.raises(BadDrawing, match=says):
        drawn.checked_drawing(drawing)


def test_printed_words_that_lie_together_tell_no_scale() -> None:
    near = [place(PRINTED, 72, 80 + 20 * n, 140, 12, text) for n, text in enumerate(WORDS)]
    with pytest.raises(BadDrawing, match="too close together"):
        drawn.checked_drawing(changed(places=(*near, *i203().places[5:])))


def test_a_name_from_an_address_is_never_a_path(tmp_path: Path) -> None:
    drawn.keep(tmp_path / "templates", "i203-03-24", kept_json(i203()))
    (tmp_path / "secret.json").write_text("{}")
    assert drawn.kept_as(tmp_path / "templates", "i203-03-24") is not None
    for name in ("../secret", "i203-03-24/../../secret", "..", "", "i203-03-24.json"):
        assert drawn.kept_as(tmp_path / "templates", name) is None
    assert [one.name for one in drawn.kept(tmp_path / "templates")] == ["i203-03-24"]


# ---- which facts a field gives ----------------------------------------------------------------------------------------


def whole_request(*ticked: str) -> Request:
    """A detainer form, a department's warrant and a court's, each field read surely, no box ticked but these."""
    said: dict[str, str | bool] = {
        **dict.fromkeys(("pc_final_order", "pc_pending", "pc_biometric", "pc_statements", "box2_transfer"), False),
        **dict.fromkeys(("cancel_prior", "notify_ice", "served_person"), False),
        **dict.fromkeys(ticked, True),
        **{"subject_name": "SILVA, Marcos", "dob": "07/04/1977", "subject_id": "900000002", "file_no": "A000 000 002"},
        **{
            "form_date": "03/03/2026",
            "from_office": "ICE ERO Boston",
            "officer_name": "D. Whitfield",
            "served_on": "03/04/2026",
        },
        **{"officer_sig": True, "booking_no": "55", "notify_phone": "(781) 555-0142"},
    }
    form = Paper("i247a", "02/17", (1,), {name: field(value, accepted=True) for name, value in said.items()})
    civil = Paper("i200", None, (2,), {"officer_sig": field(False, "empty", accepted=True)})
    court = Paper("ao442", None, (3,), {"d_ind": field(True, accepted=True), "offense": field("fraud", accepted=True)})
    at = datetime(2026, 3, 3, 7, 10, tzinfo=UTC)
    papers, documents = (form, civil, court), ("ab", "ab", "ab")
    return Request("2026-0001", "us-ma-boston/police", "detainer", "D-4", at, papers, documents, ())


def facts_of(request: Request) -> dict[str, Any]:
    return dict(case_of(request, at=request.received_at).facts)


@pytest.mark.parametrize(
    ("place", "name"), [(place, name) for place, paper in enumerate(whole_request().papers) for name in paper.fields]
)
def test_a_field_can_change_the_answer_exactly_where_facts_are_taken_from_it(place: int, name: str) -> None:
    turned = turned_by(whole_request(), place, name) | turned_by(whole_request("pc_pending"), place, name)
    assert turned <= set(labels.FACTS_OF.get(name, ()))
    if name not in ("cancel_prior", "cancel_date"):  # these decided what kind of request it is, when it was opened
        assert bool(turned) == (name in labels.FACTS_OF)


def turned_by(request: Request, place: int, name: str) -> set[str]:
    """The facts that are others once this field is not sure."""
    paper = request.papers[place]
    doubtful = dataclasses.replace(paper.fields[name], accepted=False)
    unsure = dataclasses.replace(paper, fields={**paper.fields, name: doubtful})
    papers = (*request.papers[:place], unsure, *request.papers[place + 1 :])
    before, after = facts_of(request), facts_of(dataclasses.replace(request, papers=papers))
    return {fact for fact in before.keys() | after.keys() if before.get(fact) != after.get(fact)}
