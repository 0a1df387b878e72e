"""A tick is clearly empty, clearly inked, or it goes to a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from detainerdesk.intake.reading import cells, ink
from detainerdesk.intake.reading.read import read
from tests.intake.reading.compared import only_paper
from tests.paperwork import draw, sample

BOX = (100, 60, 122, 82)
PLACE = (20, 30, 680, 94)


def page(noise: float = 0.0, words: str = "a final order of removal") -> np.ndarray:
    picture = np.full((160, 400), 245, np.uint8)
    cv2.rectangle(picture, BOX[:2], (BOX[2] - 1, BOX[3] - 1), 30, 2)
    cv2.putText(picture, words, (134, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
    if noise:
        grain = np.random.default_rng(1).normal(0, noise, picture.shape)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture


def crossed(picture: np.ndarray, x: int, y: int, size: int = 14, width: int = 2) -> np.ndarray:
    cv2.line(picture, (x, y), (x + size, y + size), 20, width)
    cv2.line(picture, (x + size, y), (x, y + size), 20, width)
    return picture


def drawn(picture: np.ndarray, *points: tuple[int, int], width: int = 2) -> np.ndarray:
    cv2.polylines(picture, [np.array(points, np.int32)], False, 20, width)
    return picture


def measured(picture: np.ndarray, shift: int = 0, *others: tuple[int, int, int, int]) -> ink.Ink:
    mask = ink.dark(picture)
    x0, y0, x1, y1 = BOX
    found = ink.square(mask, (x0 + shift, y0 + shift, x1 + shift, y1 + shift), reach=(10, 10))
    return ink.tick(mask, found, [ink.square(mask, other, reach=(4, 4)) for other in others])


@pytest.mark.parametrize("shift", [-7, 0, 7])
def test_an_empty_box_is_empty_though_the_template_misses_it_a_little(shift: int) -> None:
    assert measured(page(noise=6), shift).inked is False


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_cross_a_check_a_stroke_and_a_scribble_are_ticks(width: int) -> None:
    assert measured(crossed(page(), 104, 64, width=width)).inked is True
    assert measured(crossed(page(), 95, 55, 31, width)).inked is True, "over its corners"
    assert measured(drawn(page(), (104, 71), (109, 78), (119, 62), width=width + 1)).inked is True
    assert measured(drawn(page(), (104, 71), (109, 79), (128, 46), width=width)).inked is True, "with a long end"
    assert measured(drawn(page(), (103, 79), (119, 62), width=width)).inked is True
    assert measured(drawn(page(), (105, 66), (108, 77), (111, 65), (114, 77), (117, 65), width=width)).inked is True


def test_the_strokes_of_a_bold_cross_are_no_smaller_square_than_those_of_the_page() -> None:
    mask = ink.dark(crossed(page(), 101, 61, 22, width=5))
    alone, as_the_others = ink.square(mask, BOX, (25, 11)), ink.square(mask, BOX, (25, 11), 1.0)
    assert (ink.times_as_large(alone, BOX), ink.tick(mask, alone).inked) == (pytest.approx(18 / 22), None)
    assert (ink.times_as_large(as_the_others, BOX), ink.tick(mask, as_the_others).inked) == (
        pytest.approx(1, abs=0.05),
        True,
    )


def test_a_speck_is_no_tick() -> None:
    specked = page()
    specked[70:72, 110:112] = 0
    specked[66:70, 86:89] = 0
    assert measured(specked).inked is False


def test_the_sides_of_a_bold_box_are_no_tick() -> None:
    bold = page()
    cv2.rectangle(bold, (100, 60), (121, 81), 30, 4)
    assert measured(bold).inked is not True
    bold[70:73, 110:113] = 0
    assert measured(bold).inked is not True, "with a speck in it"


def test_a_blot_and_a_circle_go_to_a_person() -> None:
    blot = page()
    cv2.rectangle(blot, (100, 60), (121, 81), 10, -1)
    assert measured(blot).inked is None
    for wide, tall in ((19, 19), (25, 22), (34, 20)):
        circled = page()
        cv2.ellipse(circled, (111, 71), (wide, tall), 0, 0, 360, 20, 2)
        assert measured(circled).inked is None
    assert measured(crossed(circled, 104, 64)).inked is None, "a tick with a ring around it"


@pytest.mark.parametrize("x", [50, 66, 76, 80])
def test_a_mark_left_of_the_box_goes_to_a_person(x: int) -> None:
    assert measured(crossed(page(), x, 64)).inked is None
    assert measured(drawn(page(), (x, 71), (x + 5, 79), (x + 16, 58))).inked is None
    assert measured(drawn(page(), (x, 80), (x + 16, 62))).inked is None
    assert measured(crossed(crossed(page(), 104, 64), x, 64)).inked is None, "two marks, one of them in the box"


def test_a_mark_on_the_first_words_and_words_struck_out_go_to_a_person() -> None:
    assert measured(crossed(page(), 126, 60, 22)).inked is None
    assert measured(drawn(page(), (130, 75), (240, 74))).inked is None
    assert measured(drawn(crossed(page(), 104, 64), (130, 75), (240, 74))).inked is None


def test_a_mark_between_the_box_and_its_words_goes_to_a_person() -> None:
    rows = [(100, y, 122, y + 22) for y in (92, 124, 156)]
    form = np.full((220, 400), 245, np.uint8)
    for x0, y0, x1, y1 in (BOX, *rows):
        cv2.rectangle(form, (x0, y0), (x1 - 1, y1 - 1), 30, 2)
        cv2.putText(form, "a final order", (142, y1 - 2), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
    assert measured(form, 0, *rows).inked is False
    assert measured(drawn(form.copy(), (128, 72), (131, 78), (138, 62)), 0, *rows).inked is None


def test_words_that_end_left_of_the_box_are_no_mark_but_a_mark_on_them_is() -> None:
    def between() -> np.ndarray:
        picture = page(words="U.S.")
        cv2.putText(picture, "calling", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
        return picture

    assert measured(between()).inked is False
    assert measured(crossed(between(), 104, 64)).inked is True
    assert measured(crossed(between(), 74, 62, 19)).inked is None


def test_a_frame_around_the_boxes_is_no_mark() -> None:
    framed = page()
    cv2.rectangle(framed, (80, 40), (380, 110), 30, 2)
    assert measured(framed).inked is False
    assert measured(crossed(framed, 104, 64)).inked is True


def test_a_tick_that_is_struck_out_goes_to_a_person() -> None:
    def ticked() -> np.ndarray:
        return crossed(page(), 104, 64)

    assert measured(drawn(ticked(), (88, 72), (136, 70))).inked is None, "one line through"
    assert measured(drawn(ticked(), (111, 48), (112, 96))).inked is None
    over = drawn(ticked(), *((96 + 4 * n, 55 if n % 2 else 88) for n in range(9)))
    assert measured(over).inked is None, "scribbled over"
    assert measured(drawn(over, (88, 72), (136, 70))).inked is None


def test_a_wide_check_whose_foot_is_below_the_middle_is_a_tick() -> None:
    x0, y0, x1, y1 = BOX
    check = drawn(page(), (x0 - 1, y0 + 12), (x0 + 9, y1 - 2), (x1, y0 + 5))
    assert measured(check).inked is True


def test_the_side_of_a_stamp_through_an_empty_box_is_no_tick() -> None:
    x0, y0, _, y1 = BOX
    assert measured(drawn(page(), (x0 + 11, y0 - 30), (x0 + 12, y1 + 30))).inked is None
    assert measured(drawn(page(), (x0 + 17, y0 + 3), (x0 + 8, y1 + 40))).inked is None


def test_one_square_that_two_boxes_of_the_form_claim_goes_to_a_person() -> None:
    ticked = crossed(page(), 104, 64)
    assert measured(ticked).inked is True
    assert measured(ticked, 0, (101, 62, 123, 84)).inked is None
    assert measured(page(), 0, (101, 62, 123, 84)).inked is None


BELOW = (100, 92, 122, 114)


def two_rows() -> np.ndarray:
    picture = page()
    cv2.rectangle(picture, BELOW[:2], (BELOW[2] - 1, BELOW[3] - 1), 30, 2)
    cv2.putText(picture, "biometric confirmation", (134, 112), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
    return picture


def test_a_mark_that_runs_over_from_another_row_is_no_tick() -> None:
    leg = drawn(crossed(two_rows(), 104, 96), (119, 98), (106, 66))  # the other row's cross has a leg in this row's box
    assert measured(leg, 0, BELOW).inked is None
    end = drawn(two_rows(), (104, 103), (109, 111), (118, 66))  # a check's long end
    assert measured(end, 0, BELOW).inked is None


def test_a_mark_of_the_next_row_leaves_this_row_empty() -> None:
    ringed = two_rows()
    cv2.ellipse(ringed, (111, 103), (22, 18), 0, 0, 360, 20, 2)
    assert measured(ringed, 0, BELOW).inked is False
    assert measured(crossed(two_rows(), 76, 96), 0, BELOW).inked is False, "a mark beside the next row"
    assert measured(crossed(two_rows(), 94, 86, 34), 0, BELOW).inked is False


def test_where_no_square_is_printed_nothing_is_said() -> None:
    assert measured(np.full((160, 400), 245, np.uint8)).inked is None


def cell(*strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    picture = np.full((120, 700), 245, np.uint8)
    cv2.line(picture, (20, 90), (680, 90), 30, 2)
    for start, end in strokes:
        cv2.line(picture, start, end, 20, 2)
    return picture


def printed(words: str) -> np.ndarray:
    picture = cell()
    cv2.putText(picture, words, (40, 84), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 20, 2)
    return picture


def signed(picture: np.ndarray, box: tuple[int, int, int, int] = PLACE) -> ink.Ink:
    mask = ink.dark(picture)
    return ink.signature(mask, box, cells.strokes_of(mask, 1.0).of)


def test_a_signature_line_alone_is_empty_and_strokes_on_it_are_ink() -> None:
    assert signed(cell()).inked is False
    written = cell(((60, 85), (110, 40)), ((110, 40), (140, 85)), ((140, 85), (220, 60)), ((220, 60), (300, 80)))
    assert signed(written).inked is True


def test_initials_and_a_typed_name_are_ink_in_the_place() -> None:
    initials = cell()
    for x in (70, 95):
        cv2.ellipse(initials, (x, 60), (16, 24), 0, 0, 360, 20, 2)
    assert signed(initials).inked is True
    assert signed(printed("/s/ P. Quillfeather")).inked is True


def test_a_small_mark_a_cross_or_a_check_in_a_signature_place_goes_to_a_person() -> None:
    assert signed(cell(((60, 50), (80, 62)))).inked is None
    assert signed(cell(((40, 40), (80, 86)), ((80, 40), (40, 86)))).inked is None
    assert signed(cell(((40, 66), (56, 86)), ((56, 86), (90, 36)))).inked is None


def test_a_date_alone_is_no_signature() -> None:
    dated = printed("11/04/2025")
    mask = ink.dark(dated)
    strokes = cells.strokes_of(mask, 1.0).of
    where = [(35, 55, 230, 88)]
    assert ink.signature(mask, PLACE, strokes, where).inked is None
    for x in (300, 325):
        cv2.ellipse(dated, (x, 60), (16, 24), 0, 0, 360, 20, 2)
    assert ink.signature(ink.dark(dated), PLACE, strokes, where).inked is True, "initials beside it"


@pytest.mark.parametrize(
    ("words", "style"), [("11/04/2025", "text"), ("March 4, 2025", "text"), ("11/04/2025", "scan")]
)
def test_a_date_in_the_signature_place_of_a_page_goes_to_a_person(words: str, style: str) -> None:
    paper = only_paper(read(draw("i200", sample("i200") | {"officer_sig": words}, style=style)))
    assert paper.fields["officer_sig"].state == "unreadable"


def test_a_stamp_over_an_empty_signature_place_goes_to_a_person() -> None:
    stamped = cell()
    cv2.rectangle(stamped, (300, 2), (520, 114), 20, 2)
    cv2.putText(stamped, "RECEIVED", (315, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 2)
    cv2.putText(stamped, "RECORDS", (320, 108), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 2)
    assert signed(stamped).inked is None


def test_the_row_above_is_no_signature() -> None:
    row_above = cell()
    cv2.putText(row_above, "subject's bail, rehabilitation, parole", (30, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 20, 2)
    assert signed(row_above).inked is False, "letters' tails"
    assert signed(cell(((300, 0), (340, 55)), ((340, 55), (380, 2)))).inked is None, "a stroke that reaches far in"


def test_a_broken_fax_line_is_still_a_line() -> None:
    picture = np.full((120, 700), 245, np.uint8)
    for index, x in enumerate(range(20, 660, 60)):
        cv2.line(picture, (x, 90 + index % 2), (x + 52, 90 + index % 2), 20, 2)
    assert signed(picture).inked is False
