"""A value is shown without the form's own words around it, and those are not looked for where another print has a value."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from detainerdesk.intake.reading import ink, text
from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Found, Line, fold
from detainerdesk.intake.reading.pages import Char, Page, Widget
from detainerdesk.intake.reading.placing import Placed
from detainerdesk.intake.reading.text import Sheet, without_rest_of_label

LABELS = (
    "Please sign and return it by mailing or faxing a copy to",
    "notice were read to him or her in the",
    "(Signature of Immigration Officer)",
    "Local Booking/Inmate #:",
    "File No:",
)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("xing a copy to (303)555-0153", "(303)555-0153"),
        ("Flease sign and return it by mailing or faxing a copy to 303-555-0153", "303-555-0153"),
        ("read to him or her in the Somali", "Somali"),
        ("Somali", "Somali"),
        ("SOTO, Ana on", "SOTO, Ana"),
        ("g/Inmate #; 25-64712", "25-64712"),
        ("on", "on"),
        ("Immigration Officer A. Quill", "Immigration Officer A. Quill"),
    ],
)
def test_the_end_of_the_form_s_sentence_before_a_value_is_no_part_of_it(read: str, value: str) -> None:
    assert without_rest_of_label(read, "text", [fold(words) for words in LABELS]) == value


@pytest.mark.parametrize(
    ("name", "read", "value"), [("a_number", "N0. A000-000-715", "A000-000-715"), ("text", "No. 4", "No. 4")]
)
def test_a_stop_ends_a_label_only_before_a_number(name: str, read: str, value: str) -> None:
    assert without_rest_of_label(read, name, [fold(words) for words in LABELS]) == value


@pytest.mark.parametrize(("held", "erased"), [(True, 0), (False, 1)])
def test_words_that_were_not_found_are_not_erased_where_a_field_is_held(held: bool, erased: int) -> None:
    """The template has them where this print has a value."""
    picture = np.full((400, 600), 255, np.uint8)
    page = Page(1, 600.0, 400.0, picture, scanned=True)
    sheet = Sheet(page, picture, picture < 128, 1.0, (), lambda box: box)
    lost: Box = (40.0, 100.0, 300.0, 108.0)
    template = TemplatePage(1, (Label("Upon completion of the proceeding", lost),), (), ())
    field = Placed((60.0, 99.0, 400.0, 112.0), held)
    assert len(text._printed(sheet, template, Registration(1.0, 0.0, (), 0, 1, ()), field)) == erased


@pytest.mark.parametrize(("read", "state", "accepted"), [("Sex: F", "empty", False), ("Sex:", "empty", True)])
def test_a_place_in_which_a_letter_was_read_is_not_proved_empty(read: str, state: str, accepted: bool) -> None:
    """The letter was erased with the label before it, as if it were of its print."""
    picture = np.full((200, 600), 255, np.uint8)
    page = Page(1, 600.0, 200.0, picture, scanned=True)
    chars = tuple(Char(char, 40.0 + 6 * n, 100.0, 46.0 + 6 * n, 110.0) for n, char in enumerate(read))
    sheet = Sheet(page, picture, picture < 128, 1.0, (Line(chars),), lambda box: box)
    label = Label("Sex:", (40.0, 100.0, 64.0, 110.0))
    place = FieldPlace("sex", "text", (68.0, 98.0, 140.0, 112.0), "sex", None, (), 1)
    template = TemplatePage(1, (label,), (place,), ())
    found = Registration(1.0, 0.0, (), 1, 1, ((label, Found(0, 0, 4, (40.0, 100.0, 64.0, 110.0), 0)),))
    placed = {"sex": Placed((66.0, 98.0, 140.0, 112.0), held=True, lined=True)}
    field = text.text_fields(sheet, template, found, placed, sure=True)["sex"]
    assert (field.state, field.accepted) == (state, accepted)


@pytest.mark.parametrize(("grey", "state"), [(250, "empty"), (165, "unreadable")])
@pytest.mark.parametrize("page_kind", ["scan", "text", "form field"])
def test_a_place_with_a_pale_hand_in_it_is_not_proved_empty(page_kind: str, grey: int, state: str) -> None:
    """A pen or a pencil leaves less than half as much dark as the form's print does."""
    picture = np.full((200, 600), 255, np.uint8)
    picture[20:40, :] = 0
    cv2.putText(picture, "F", (80, 112), cv2.FONT_HERSHEY_SIMPLEX, 0.6, grey, 2)
    widget = Widget("sex", "text", "", (68.0, 92.0, 140.0, 116.0))
    widgets = (widget,) if page_kind == "form field" else ()
    page = Page(1, 600.0, 200.0, picture, scanned=page_kind == "scan", widgets=widgets)
    sheet = Sheet(page, picture, ink.dark(picture), 1.0, (), lambda box: box)
    place = FieldPlace("sex", "text", (68.0, 92.0, 140.0, 116.0), "sex", None, (), 1)
    placed = {"sex": Placed((68.0, 92.0, 140.0, 116.0), held=True, lined=True)}
    laid = Registration(1.0, 0.0, (), 1, 1, ())
    field = text.text_fields(sheet, TemplatePage(1, (), (place,), ()), laid, placed, sure=True)["sex"]
    assert (field.state, field.accepted) == (state, state == "empty")


@pytest.mark.parametrize(("at", "end"), [(200.0, 199), (310.0, 300), (45.0, 300)])
def test_words_that_were_not_found_end_where_a_line_of_print_begins_that_goes_on_behind_them(
    at: float, end: int
) -> None:
    """`lish` was left of `English`."""
    picture = np.full((400, 600), 255, np.uint8)
    page = Page(1, 600.0, 400.0, picture, scanned=True)
    value = Line(tuple(Char(char, at + 20 * n, 99.0, at + 20 * (n + 1), 109.0) for n, char in enumerate("English")))
    sheet = Sheet(page, picture, picture < 128, 1.0, (value,), lambda box: box)
    template = TemplatePage(1, (Label("read to him or her in the", (40.0, 100.0, 300.0, 108.0)),), (), ())
    field = Placed((310.0, 99.0, 400.0, 112.0), held=True)
    (lost,) = text._printed(sheet, template, Registration(1.0, 0.0, (), 0, 1, ()), field)
    assert lost.box[2] == end


def test_a_place_that_no_label_holds_takes_nothing_from_one_that_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {}
    monkeypatch.setattr(
        text,
        "_from_picture",
        lambda sheet, place, placed, printed, others, *rest, **sure: taken.update({place.name: others}),
    )
    picture = np.full((400, 600), 255, np.uint8)
    sheet = Sheet(Page(1, 600.0, 400.0, picture, scanned=True), picture, picture < 128, 1.0, (), lambda box: box)
    names = ("subject_id", "file_no")
    fields = tuple(FieldPlace(name, "text", (60, 60, 200, 72), "number", None, (), 1) for name in names)
    placed = {"subject_id": Placed((60, 60, 200, 72), held=True), "file_no": Placed((50, 62, 190, 74), held=False)}
    laid = Registration(1.0, 0.0, (), 0, 1, ())
    text.text_fields(sheet, TemplatePage(1, (), fields, ()), laid, placed, sure=True)
    assert {name: len(others) for name, others in taken.items()} == {"subject_id": 0, "file_no": 1}


def test_the_words_of_a_stamp_alone_are_no_value_that_may_stand() -> None:
    assert text._holds_print("COPY", ())
    assert text._holds_print("True Copy", ())
    assert text._holds_print("| FILED .", ())
    assert not text._holds_print("  ", ())
    assert not text._holds_print("Records Unit, Elgin City Jail", ())
