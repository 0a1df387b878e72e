"""A printed value stands without a person only where two readers agree on it; its picture is trimmed to its own ink first."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detainerdesk.intake.reading import cells, grammar, ink, readers, recogniser, tesseract
from detainerdesk.intake.reading.cells import Cell, Printed
from detainerdesk.intake.reading.lines import fold
from detainerdesk.intake.reading.pages import Gray
from detainerdesk.intake.reading.text import without_rest_of_label

WIDE, TALL = 900, 120
BOX = (300, 40, 700, 80)


def page(
    words: str = "", *, x: int = 310, label: str = "", rule: bool = False, rule_at: int = 76, stamp: bool = False
) -> Gray:
    """A field's surroundings at 200 dots an inch: a label before it, a value in it."""
    image = Image.new("L", (WIDE, TALL), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(28)
    pen.text((x, 44), words, 0, font)
    if label:
        pen.text((300 - 8 - round(pen.textlength(label, font)), 44), label, 0, font)
    if rule:
        pen.line((290, rule_at, 720, rule_at), 0, 3)
    if stamp:
        pen.line((250, 5, 760, 112), 0, 4)
    return np.asarray(image, dtype=np.uint8)


def cut(picture: Gray, printed: tuple[Printed, ...] = (), *, ruled: bool = False) -> Cell | None:
    return cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, BOX, printed, (), ruled=ruled)


def leaning(picture: Gray, degrees: float) -> Gray:
    """The same letters, slanted as a hand slants them."""
    lean = np.tan(np.radians(degrees))
    way = np.array([[1, lean, -lean * TALL / 2], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(picture, way, (WIDE, TALL), borderValue=255), dtype=np.uint8)


def test_a_value_is_cut_out_without_its_rule() -> None:
    bare, ruled = cut(page("BRIGHTWATER")), cut(page("BRIGHTWATER", rule=True))
    assert bare is not None
    assert ruled is not None
    assert ruled.rows[0].shape[0] <= bare.rows[0].shape[0] + 3
    assert readers.judge(ruled, "name", 200).value == "BRIGHTWATER"


def test_a_label_is_not_cut_out_with_its_value() -> None:
    found = cut(page("BRIGHTWATER", label="Name:"), printed=(Printed((200, 40, 292, 80)),))
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


@pytest.mark.parametrize(("grown", "sure"), [(28, True), (35, False)])
def test_digits_of_unequal_height_are_a_hands(grown: int, *, sure: bool) -> None:
    image = Image.new("L", (WIDE, TALL), 255)
    pen, x = ImageDraw.Draw(image), 310.0
    for place, letter in enumerate("12/25/2023"):
        font = ImageFont.load_default(grown if place in (1, 4) else 28)
        pen.text((x, 72), letter, 0, font, anchor="ls")
        x += pen.textlength(letter, font) + 2
    found = cut(np.asarray(image, dtype=np.uint8))
    assert found is not None
    seen = readers.judge(found, "date", 200)
    assert (seen.value, seen.agreed, seen.sure) == ("12/25/2023", True, sure)


@pytest.mark.parametrize(("joined", "sure"), [(False, True), (True, False)])
def test_two_ones_that_ran_together_are_not_one(monkeypatch: pytest.MonkeyPatch, joined: bool, sure: bool) -> None:
    """All readers saw `1/27/1998` in `11/27/1998`."""
    say(monkeypatch, "1/27/1998", "1/27/1998")
    found = cut(page("1/27/1998"))
    assert found is not None
    x0, y0, x1, y1 = found.letters[0]
    letters = ((x0, y0, 2 * x1 - x0, y1), *found.letters[1:]) if joined else found.letters
    assert readers.judge(replace(found, letters=letters), "date", 200).sure is sure


def test_an_empty_place_has_no_value() -> None:
    assert cut(page(rule=True)) is None


def test_a_value_that_runs_over_the_edge_is_cut_out_whole() -> None:
    found = cut(page("BRIGHTWATER", x=560))
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


def test_a_value_that_a_line_crosses_goes_to_a_person() -> None:
    found = cut(page("BRIGHTWATER", stamp=True))
    assert found is None or found.crossed


def test_print_that_stands_close_to_a_value_may_be_a_part_of_it() -> None:
    value = page("BRIGHTWATER")
    found = cut(value, printed=(Printed((300, 40, 370, 80)),))  # a label's end that was taken too far
    assert found is not None
    assert found.overflows
    assert not readers.judge(found, "name", 200).sure


def test_a_tail_that_runs_into_the_rule_is_not_erased_with_it() -> None:
    found = cut(page("Miguel Harrow", rule=True, rule_at=74))
    assert found is not None
    assert found.on_rule
    assert readers.judge(found, "name", 200).value == "Miguel Harrow"


def test_a_q_that_may_be_a_g_whose_foot_the_rule_hides_goes_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    for text, sure in (("Miguel Harrow", True), ("Miquel Harrow", False)):
        monkeypatch.setattr(tesseract, "read", lambda crop, language, text=text: text)
        monkeypatch.setattr(recogniser, "read", lambda crop, text=text: (text, [0.5] * len(text), [1.0] * len(text)))
        found = cut(page("Miguel Harrow", rule=True, rule_at=74))
        assert found is not None
        assert readers.judge(found, "name", 200).sure is sure


def test_what_a_broken_rule_leaves_is_no_part_of_the_value() -> None:
    """A fax draws a rule that is not quite level in steps, and drops its ends."""
    picture = page("BRIGHTWATER").copy()
    for number, x in enumerate(range(290, 720, 72)):
        picture[82 + number // 2 : 85 + number // 2, x : x + 66] = 0
    found = cut(picture)
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


def test_a_label_that_was_taken_too_long_does_not_eat_the_value_on_its_rule() -> None:
    found = cut(page("BRIGHTWATER", rule=True, rule_at=80), printed=(Printed((150, 40, 360, 80)),), ruled=True)
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


def test_a_rule_may_begin_at_the_edge_of_the_page() -> None:
    picture = page("BRIGHTWATER", rule=True, rule_at=80)[:, 305:]
    strokes = cells.strokes_of(ink.dark(picture), 1.0)
    found = cells.cell(strokes, picture, (0, 40, 400, 80), (), (), ruled=True)
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


def test_a_hyphen_beside_a_black_fax_line_is_no_rest_of_a_rule() -> None:
    picture = page("555-0142").copy()
    picture[70:72, 200:800] = 0  # a lost line, through the letters' feet
    found = cut(picture)
    assert found is not None
    assert readers.judge(found, "phone", 200).value.startswith("555-")


def test_on_a_fax_of_half_the_lines_all_readings_must_be_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter(["Brightwater", "Brightwatcr"])
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    monkeypatch.setattr(tesseract, "read", lambda crop, language: "Brightwater")
    monkeypatch.setattr(recogniser, "read", lambda crop: (next(seen), [0.5] * 11, [1.0] * 11))
    found = cut(page("BRIGHTWATER"))
    assert found is not None
    verdict = readers.judge(found, "name", 98)
    assert verdict.agreed
    assert not verdict.sure


def test_a_value_on_two_lines_is_read_whole_and_goes_to_a_person() -> None:
    picture = np.full((TALL, WIDE), 255, np.uint8)
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    for y, words in ((38, "A. Quill, Supervisory"), (60, "Deportation Officer")):
        pen.text((310, y), words, 0, ImageFont.load_default(20))
    picture = np.asarray(image)
    found = cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, (300, 36, 700, 86), (), ())
    assert found is not None
    verdict = readers.judge(found, "text", 200)
    assert verdict.value == "A. Quill, Supervisory Deportation Officer"
    assert not verdict.sure


def test_letters_that_lean_are_a_hand_and_go_to_a_person() -> None:
    upright, slanted = cut(page("Harrow Bright")), cut(leaning(page("Harrow Bright"), 10))
    assert upright is not None
    assert slanted is not None
    assert upright.upright > readers.UPRIGHT > slanted.upright
    assert readers.judge(upright, "name", 200).sure
    assert not readers.judge(slanted, "name", 200).sure


def say(monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    monkeypatch.setattr(tesseract, "read", lambda crop, language: theirs)
    monkeypatch.setattr(recogniser, "read", lambda crop: (ours, [0.5] * len(ours), [1.0] * len(ours)))


@pytest.mark.parametrize(
    ("grammar_name", "ours", "theirs", "value", "sure"),
    [
        ("country", "GUATEMAL A", "GUATEMALA", "GUATEMALA", False),
        ("country", "LGYPT", "LGYPT", "EGYPT", False),
        ("country", "EL SALVADOR", "ELSALVADOR", "EL SALVADOR", True),
        ("words", "Sheriff s Office", "Sheriff s Office", "Sheriff's Office", False),
        ("words", "j. Marchbank, SDDO", "j. Marchbank, SDDO", "J. Marchbank, SDDO", False),
        ("text", "9 Main St, Elgin, IL.60120", "9 Main St, Elgin, IL.60120", "9 Main St, Elgin, IL 60120", False),
        ("text", "26-45037", "26 - 45037", "26-45037", True),
        ("text", "26 - 45037", "26-45037", "26-45037", True),
        ("text", "Boston Fleld Office", "Boston Fleld Office", "Boston Field Office", False),
        ("text", "Boston Field Office", "Boston Field Office", "Boston Field Office", True),
        ("text", "OHS ICE, Houston", "OHS ICE, Houston", "DHS ICE, Houston", False),
        ("text", "781-555 0164", "781-555 0164", "781-555-0164", False),
        ("text", "Broadview IL", "Broadview IL", "Broadview IL", False),
        ("text", "Broadview, IL", "Broadview, IL", "Broadview, IL", True),
        ("name", "O'CONNELL", "O'CONNELL", "O'CONNELL", False),
        ("name", "O'CONNELL, Ilona", "O'CONNELL, Ilona", "O'CONNELL, Ilona", True),
    ],
)
def test_what_all_readers_see_alike_is_doubted_where_bad_print_does_such(
    monkeypatch: pytest.MonkeyPatch, grammar_name: str, ours: str, theirs: str, value: str, *, sure: bool
) -> None:
    say(monkeypatch, ours, theirs)
    found = cut(page("BRIGHTWATER"))
    assert found is not None
    verdict = readers.judge(found, grammar_name, 200)
    assert (verdict.value, verdict.sure) == (value, sure)


def test_an_accent_that_no_reader_saw_sends_the_value_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, "PENA", "PENA")
    plain = page("PENA")
    accented = plain.copy()
    accented[47:50, 346:356] = 0  # over the N
    for picture, sure in ((plain, True), (accented, False)):
        found = cut(picture)
        assert found is not None
        assert readers.judge(found, "words", 200).sure is sure


@pytest.mark.parametrize(("gap", "sure", "value"), [(10, True, "VELA, Ana BY"), (120, False, "VELA, Ana")])
def test_what_stands_behind_a_wide_gap_is_a_stamps_or_another_value(
    monkeypatch: pytest.MonkeyPatch, gap: int, sure: bool, value: str
) -> None:
    """`VELASQUEZ, Inigo BY RECORDS`: a stamp on the same rule, far behind the name."""
    say(monkeypatch, "VELA, Ana BY", "VELA, Ana BY")
    end = 310 + round(ImageFont.load_default(28).getlength("VELA, Ana"))
    found = cut(np.minimum(page("VELA, Ana"), page("BY", x=end + gap)))
    assert found is not None
    verdict = readers.judge(found, "name", 200)
    assert (verdict.sure, verdict.value) == (sure, value)


@pytest.mark.parametrize(
    ("ours", "theirs", "value"),
    [
        ("9 Madeup Road, Boston, MA 02101", "9 Madeup Raad, Boston, MA 02101", "9 Madeup Road, Boston, MA 02101"),
        ("A. Quill, immigration Officer", "A. Quill, Immigration Officer", "A. Quill, Immigration Officer"),
        ("12 Made Road, Elgin, IL 60120", "12 Made Road, Elgin, !L 60120", "12 Made Road, Elgin, IL 60120"),
    ],
)
def test_of_two_readings_of_a_word_the_one_that_such_forms_hold_stands(
    monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str, value: str
) -> None:
    verdict = judged(monkeypatch, ours, theirs)
    assert (verdict.value, verdict.agreed) == (value, True)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Wilmer", "Witmer"), ("MENDES, Jose", "MENDEZ, Jose")],
)
def test_no_list_of_words_decides_a_name(monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str) -> None:
    verdict = judged(monkeypatch, ours, theirs)
    assert not verdict.agreed
    assert verdict.value in (ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("S. Quill, Officer", "SC. Quill, Officer"), ("A. Quill, Feld Offoe Director", "A. Quill, Field Office Dinctor")],
)
def test_the_list_decides_one_word_at_most_and_no_initial(
    monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str
) -> None:
    assert not judged(monkeypatch, ours, theirs).sure


def test_a_word_that_no_reader_saw_is_offered_to_a_person_and_not_agreed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judged(monkeypatch, "A. Quill, Depoxtation", "A. Quill, Depurtation")
    assert (verdict.value, verdict.agreed, verdict.sure) == ("A. Quill, Deportation", False, False)


def test_of_two_names_the_one_with_its_accents_is_offered_where_a_mark_stands_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(monkeypatch, "", "SOTO FENA, Ana")
    plain = page("SOTO PENA")
    accented = plain.copy()
    accented[47:50, 428:438] = 0  # over the N
    for picture, offered in ((plain, "SOTO PENA, Ana"), (accented, "SOTO PEÑA, Ana")):
        readings = iter([("SOTO PENA, Ana", [0.5] * 14, [1.0] * 14), ("SOTO PEÑA, Ana", [0.5] * 14, [1.0] * 14)])
        monkeypatch.setattr(recogniser, "read", lambda crop, readings=readings: next(readings))
        found = cut(picture)
        assert found is not None
        assert readers.judge(found, "name", 200).value == offered


@pytest.mark.parametrize(("tailed", "offered"), [(False, "P. Ouill, SDDO"), (True, "P. Quill, SDDO")])
def test_an_o_whose_tail_a_rule_may_hide_goes_to_a_person(
    monkeypatch: pytest.MonkeyPatch, tailed: bool, offered: str
) -> None:
    say(monkeypatch, "P. Ouill, SDDO", "P. Ouill, SDDO")
    found = cut(page("BRIGHTWATER"))
    assert found is not None
    verdict = readers.judge(replace(found, tailed=tailed), "text", 200)
    assert (verdict.value, verdict.agreed, verdict.sure) == (offered, True, False)


@pytest.mark.parametrize("third", ["P. Quillfe, Officer", "P. Quill fe, Officer"])
@pytest.mark.parametrize("dots", [1, 2])
def test_an_l_that_two_of_three_readings_have_as_an_i_goes_to_a_person(
    monkeypatch: pytest.MonkeyPatch, dots: int, third: str
) -> None:
    """What has as many dots above it as there are is offered: one of `Officer`, those of `Quillfe` or `Quilife`."""
    say(monkeypatch, "", "P. Quilife, Officer")
    readings = iter([third, "P. Quilife, Officer"])
    monkeypatch.setattr(recogniser, "read", lambda crop: (text := next(readings), [0.5] * len(text), [1.0] * len(text)))
    found = cut(page("BRIGHTWATER"))
    assert found is not None
    verdict = readers.judge(replace(found, dots=dots + 1, above=0), "text", 200)
    offered = third if dots == 1 else "P. Quilife, Officer"
    assert (verdict.value, verdict.agreed, verdict.sure) == (offered, False, False)


def test_of_two_event_numbers_the_one_that_begins_with_an_offices_code_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = judged(monkeypatch, "NYG2105336175", "NYC2105336175", "event")
    assert (verdict.value, verdict.agreed) == ("NYC2105336175", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a_number", "A000 000-458"),
        ("phone", "781 555-0110"),
        ("phone", "781-555 0162"),
        ("phone", "(312) 555 0173"),
        ("text", "L Fitz, Officer"),
        ("text", "D, Oxen, Officer"),
        ("text", "9 Madeup Road, Elgin, IL. 60120"),
        ("text", "ICE Elgin Sub-office"),
        ("name", "LN U, Layla"),
        ("name", "vo, FNU"),
        ("name", "Li, Rosalinda"),
    ],
)
def test_a_mark_that_may_be_lost_sends_the_value_to_a_person(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    verdict = judged(monkeypatch, value, value, name)
    assert verdict.agreed
    assert not verdict.sure


@pytest.mark.parametrize("value", ["(312) 555-0173", "781 555 0162", "781.555.0162", "1-781-555-0162"])
def test_a_telephone_that_is_parted_in_one_way_has_lost_nothing(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert judged(monkeypatch, value, value, "phone").sure


@pytest.mark.parametrize(
    ("text", "least", "sure"),
    [("A000 000 677", 0.982, False), ("A000 000 677", 0.99, True), ("VIETNAM", 0.96, True), ("VIETNAM", 0.94, False)],
)
def test_a_digit_of_a_fax_of_half_the_lines_must_be_surer_than_a_letter(text: str, least: float, sure: bool) -> None:
    readings = [readers._reading(name, text, [least], "text") for name in ("ocr", "ocr again")]
    assert readers._all_sure(readings) is sure


@pytest.mark.parametrize(
    ("ours", "theirs", "value", "agreed"),
    [
        ("Boston, MA 53804", "Boston, MA 5 3804", "Boston, MA 53804", False),
        ("ICE Sub-Office", "ICE Sub-Of fice", "ICE Sub-Office", False),
        ("11/15/2024 12:30 PM", "11/15/2024 1 2:30 PM", "11/15/2024 12:30 PM", False),
        ("Elgin House ofCorrection", "Elgin House of Correction", "Elgin House of Correction", True),
        ("breakingandentering", "breaking and entering", "breaking and entering", True),
        ("DELROSARIO, Ana", "DEL ROSARIO, Ana", "DEL ROSARIO, Ana", True),
    ],
)
def test_a_space_inside_a_word_that_one_reader_saw_goes_to_a_person_and_one_between_words_stands(
    monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str, value: str, agreed: bool
) -> None:
    verdict = judged(monkeypatch, ours, theirs)
    assert (verdict.value, verdict.agreed, verdict.sure) == (value, agreed, agreed)


def test_an_initial_that_one_reader_took_for_a_j_is_shown_as_a_j_and_a_person_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = judged(monkeypatch, "I. Quill, Officer", "J. Quill, Officer")
    assert (verdict.value, verdict.sure) == ("J. Quill, Officer", False)


@pytest.mark.parametrize(
    ("name", "read", "value"),
    [
        ("a_number", "N0: A000 000 458", "A000 000 458"),
        ("sex", "$ex: M", "M"),
        ("text", "Agency) Elgin City Jail", "Elgin City Jail"),
        ("phone", "xing a copy to (303) 555-0153", "(303) 555-0153"),
        ("text", "Dept: Elgin City Jail", "Dept: Elgin City Jail"),
        ("case", "1:25-cr-10017", "1:25-cr-10017"),
    ],
)
def test_the_end_of_a_label_is_no_part_of_a_value(name: str, read: str, value: str) -> None:
    labels = [fold(words) for words in ("File No:", "Sex:", "Name of Alien:")]
    assert without_rest_of_label(read, name, labels) == value


def judged(monkeypatch: pytest.MonkeyPatch, ours: str, theirs: str, name: str = "text") -> readers.Verdict:
    """The verdict on some print where the two readers see these texts."""
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    monkeypatch.setattr(tesseract, "read", lambda crop, language: theirs)
    monkeypatch.setattr(recogniser, "read", lambda crop: (ours, [0.5] * len(ours), [1.0] * len(ours)))
    found = cut(page("BRIGHTWATER"))
    assert found is not None
    return readers.judge(found, name, 200)


def test_both_readings_are_kept_beside_the_value() -> None:
    found = cut(page("03/09/2026"))
    assert found is not None
    verdict = readers.judge(found, "date", 200)
    assert verdict.value == "03/09/2026"
    assert verdict.agreed
    assert verdict.sure
    assert [one.text for one in verdict.readers] == ["03/09/2026"] * 2


def test_where_the_readers_differ_a_person_must_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    monkeypatch.setattr(tesseract, "read", lambda crop, language: "03/08/2026")
    found = cut(page("03/09/2026"))
    assert found is not None
    verdict = readers.judge(found, "date", 200)
    assert not verdict.agreed
    assert not verdict.sure
    assert ("tesseract", "03/08/2026") in verdict.readers


def test_one_model_alone_is_not_believed_where_letters_look_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda language: False)
    found = cut(page("Ellas Q. Brill"))
    assert found is not None
    assert not readers.judge(found, "name", 200).sure


@pytest.mark.parametrize(
    ("name", "read", "value"),
    [
        ("date", "O3/l9/2026", "03/19/2026"),
        ("date", ": 03/19/2026", "03/19/2026"),
        ("number", "9OOO584I2", "900058412"),
        ("event", "80S25O94927S", "BOS250949275"),
        ("phone", "(781) $55-O142", "(781) 555-0142"),
        ("a_number", "-AOQ0 000 123", "A000 000 123"),
        ("name", "·SOTO, Luis _", "SOTO, Luis"),
        ("text", "Enforcement and -Removal", "Enforcement and Removal"),
        ("text", "08/26/20219:00 AM", "08/26/2021 9:00 AM"),
    ],
)
def test_only_what_can_be_nothing_else_is_mended(name: str, read: str, value: str) -> None:
    assert grammar.mend(name, read) == value


@pytest.mark.parametrize(
    "kept", ["SOTO, Luis", "O'LEARY-IBARRA, Ines", "Sgt. Ruiz, BPD", "18 U.S.C. § 1343", "Section 237(a)(1)(B)"]
)
def test_mending_leaves_a_plain_value_alone(kept: str) -> None:
    assert grammar.mend("text", kept) == kept


def test_of_two_readings_the_one_without_odd_letters_is_shown() -> None:
    assert grammar.oddities("MarCUS") > grammar.oddities("Marcus")
    assert grammar.oddities("BQS1234567890") > grammar.oddities("BOS1234567890")
    assert grammar.oddities("ZEPEDA. Marcus") > grammar.oddities("ZEPEDA, Marcus")
