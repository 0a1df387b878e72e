"""The picture of a value has all its letters, and nothing of the form's own print."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detainerdesk.intake.reading import cells, ink
from detainerdesk.intake.reading.cells import Cell, PixelBox, Printed
from detainerdesk.intake.reading.pages import Gray

BOX = (300, 240, 700, 280)
AT = (310, 246)


def page(*print_at: tuple[tuple[int, int], str]) -> Gray:
    """Print at 200 dots an inch, each at its place."""
    image = Image.new("L", (900, 500), 255)
    pen = ImageDraw.Draw(image)
    for place, words in print_at:
        pen.text(place, words, 0, ImageFont.load_default(24))
    return np.array(image, dtype=np.uint8)


def cut(picture: Gray, box: PixelBox = BOX, *, ruled: bool = False) -> Cell:
    found = cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, box, (), (), ruled=ruled)
    assert found is not None
    return found


def test_pieces_of_a_frame_as_thin_as_a_hair_are_no_letters() -> None:
    """They stood higher than the letters, so that small letters at the end of the value were taken for specks."""
    plain = page((AT, "DHS ICE, Houston"))
    framed = plain.copy()
    for top, bottom in ((150, 190), (194, 231), (240, 284), (290, 330), (336, 370)):
        framed[top:bottom, 296:298] = 0
    assert cut(framed).box == cut(plain).box


def test_a_stroke_that_reaches_far_over_the_others_does_not_make_specks_of_small_letters() -> None:
    plain = page((AT, "DHS ICE, Houston"))
    struck = plain.copy()
    struck[239:284, 296:298] = 0
    assert cut(struck).box[2] == cut(plain).box[2]


@pytest.mark.parametrize("words", ["DHS ICE, Houston", ""])
def test_a_rule_of_dots_is_a_rule_and_no_part_of_the_value(words: str) -> None:
    plain = page((AT, words), ((600, 246), "on"))
    dotted = plain.copy()
    for x in range(300, 590, 7):
        dotted[276:278, x : x + 2] = 0
    strokes = cells.strokes_of(ink.dark(dotted), 1.0)
    (rule,) = strokes.rules
    assert rule == pytest.approx((300, 276, 588, 278), abs=4)
    found = cells.cell(strokes, dotted, (300, 240, 588, 278), (), (), ruled=True)
    assert (None if found is None else found.box[2]) == (cut(page((AT, words))).box[2] if words else None)


def test_where_a_word_stands_behind_the_rule_of_a_value_a_person_looks() -> None:
    """The value may go on there, or the form's sentence."""
    end = cut(page((AT, "ABDI HASSAN"))).box[2] + 4
    found = cut(page((AT, "ABDI HASSAN"), ((end + 6, 246), "on")), (300, 240, end, 280), ruled=True)
    assert found.overflows


def test_a_rule_goes_on_where_a_fax_has_broken_off_its_first_part() -> None:
    picture = page((AT, "B. Harrowgate"))
    for x0, x1 in ((305, 330), (344, 600), (611, 640)):
        picture[276:278, x0:x1] = 0
    found = cut(picture, (344, 240, 600, 278), ruled=True)
    assert found.box == pytest.approx(cut(page((AT, "B. Harrowgate"))).box, abs=2)


@pytest.mark.parametrize("above", [222, 226, 229])
def test_a_line_close_above_that_begins_where_the_value_begins_may_be_a_part_of_it(above: int) -> None:
    """The last line alone of a title on two lines is no title."""
    found = cut(page(((310, above), "D. Oxen, Supervisory"), ((310, 250), "Officer")))
    assert found.goes_on or found.crowded


def test_a_line_close_above_that_begins_elsewhere_is_not_of_the_value() -> None:
    found = cut(page(((150, 218), "and the contents of this notice were read"), ((310, 250), "Officer")))
    assert not found.goes_on
    assert not found.crowded


def test_a_digit_at_the_end_that_fell_into_two_halves_is_a_digit() -> None:
    """Each half was a mark that stands apart, and `Station A-` was left of it."""
    picture = page((AT, "Station A-"))
    before = cut(picture).box
    left = before[2] + 12
    picture[before[1] : before[1] + 3, left : left + 9] = 0
    picture[before[1] + 5 : before[3] - 1, left + 3] = 0
    assert cut(picture).box[2] == left + 9


@pytest.mark.parametrize("tail", [False, True])
def test_a_tail_between_a_letter_and_its_rule_is_known(tail: bool) -> None:
    """Some faces have the tail of a Q apart from it; with the rule it was erased, and an O was left."""
    picture = page((AT, "Oui"))
    _, _, _, bottom = cut(picture).box
    picture[bottom + 4 : bottom + 7, BOX[0] : BOX[2]] = 0
    if tail:
        picture[bottom + 2 : bottom + 4, AT[0] + 6 : AT[0] + 18] = 0
    found = cut(picture)
    assert found.box[3] == bottom
    assert found.tailed is tail


def test_letters_of_which_a_fax_has_lost_a_line_of_dots_are_one_line() -> None:
    picture = page((AT, "07/16/2019"))
    picture[260:262] = 255
    (row,) = cut(picture).rows
    assert row.shape[0] > 18


def test_no_stroke_is_in_two_lines_of_a_value() -> None:
    """A value that is not level fell apart into two lines, and each of them was the whole of it."""
    picture = page(((310, 236), "Aa"), ((350, 248), "Broad"), ((430, 260), "IL"))
    found = cut(picture)
    assert sum(int((row < 128).sum()) for row in found.rows) <= int((picture < 128).sum())


def test_of_a_rule_whose_pieces_lie_above_low_letters_only_what_is_beside_them_is_kept() -> None:
    picture = np.full((40, 60), 255, np.uint8)
    picture[20:26, 10:30] = 0
    strokes = cells.strokes_of(picture < 128, 1.0)
    for rule in ((12, 15), (12, 22), (24, 28)):
        assert cells._clean(strokes, picture, np.array([1]), rule).shape[1] == 22


def test_a_stamp_that_takes_letters_away_sends_the_value_to_a_person() -> None:
    """Its frame, joined to them, was no stroke of this line, and `ABD HMAN` was all that was left."""
    picture = page((AT, "MENSAH, ABDIRAHMAN"))
    assert not cut(picture).overflows
    stamped = Image.fromarray(picture)
    ImageDraw.Draw(stamped).line([(540, 186), (456, 206), (474, 264)], 0, 4)
    found = cut(np.asarray(stamped))
    assert found.overflows or found.crossed


@pytest.mark.parametrize("goes_on", [None, 318])
def test_the_letter_that_was_read_behind_a_label_is_no_part_of_it(goes_on: int | None) -> None:
    """Of `File No: A 000` a reader gave the label too much room, and the gap behind the A is the widest."""
    picture = page(((240, 246), "No:"), (AT, "A"), ((346, 246), "000 000 946"))
    label = Printed((240, 246, 322, 274), goes_on)
    found = cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, (326, 240, 700, 280), (label,), ())
    assert found is not None
    assert (found.box[0] < 320) is (goes_on is not None)


@pytest.mark.parametrize(("left_of_it", "above"), [(0, 0), (1, 1), (3, 1)])
def test_what_a_coarse_fax_left_of_an_accent_on_a_capital_is_seen(left_of_it: int, above: int) -> None:
    """Two dots of ink are a speck anywhere else; the dot of the i, which a fax joins to its stem, is no match for it."""
    picture = page((AT, "SZABO, Ekaterina"))
    ink_columns = np.flatnonzero((picture[246:280, 310:700] < 128).any(axis=0)) + 310
    edges = np.flatnonzero(np.diff(ink_columns) > 1)
    first, last = ink_columns[edges[3] + 1], ink_columns[edges[4]]  # the O
    top = int(np.flatnonzero((picture[:, first : last + 1] < 128).any(axis=1))[0])
    middle = (first + last) // 2
    if left_of_it:
        picture[top - 4 : top - 2, middle : middle + left_of_it] = 0
    assert cut(picture).above == above


def test_a_comma_in_the_box_of_a_sloping_line_below_is_kept() -> None:
    """`DANG, MINH` lost it: the words below it slope, and the box around them holds the comma."""
    picture = page((AT, "DANG, MINH"), ((310, 280), "is removable from"))
    whole = cut(page((AT, "DANG, MINH"))).letters
    below = Printed((308, 268, 560, 304))
    found = cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, BOX, (below,), ())
    assert found is not None
    assert found.letters == whole


@pytest.mark.parametrize(("top", "kept"), [(267, True), (258, False)])
def test_a_small_mark_apart_from_letters_is_a_comma_only_at_their_feet(top: int, kept: bool) -> None:
    """Letter-spaced print has its comma as far from the letter before it as a speck may be from any."""
    picture = page((AT, "ICE"), ((382, 246), "Chicago"))
    end = cut(page((AT, "ICE"))).box[2]
    picture[top : top + 5, end + 14 : end + 16] = 0
    assert any(x0 == end + 14 for x0, *_ in cut(picture).letters) is kept


@pytest.mark.parametrize(("begins", "asked"), [(308, False), (319, True)])
def test_a_letter_in_which_its_rule_begins_is_the_values_and_a_person_looks(begins: int, asked: bool) -> None:
    """A fax lost the first dots of a rule, and with them the `S.` of `S. Tidewater`."""
    picture = page((AT, "S. Tidewater"))
    found = cut(picture, (begins, 240, 600, 278), ruled=True)
    assert found.box[0] == cut(picture).box[0]
    assert found.overflows is asked
