"""A printed value stands without a person only where two readers agree on it; its picture is trimmed to its own ink first."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detainerdesk.intake.reading import cells, grammar, ink, readers, tesseract
from detainerdesk.intake.reading.cells import Cell, PixelBox
from detainerdesk.intake.reading.pages import Gray

WIDE, TALL = 900, 120
BOX = (300, 40, 700, 80)


def page(words: str = "", *, x: int = 310, label: str = "", rule: bool = False, stamp: bool = False) -> Gray:
    """A field's surroundings at 200 dots an inch: a label before it, a value in it."""
    image = Image.new("L", (WIDE, TALL), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(28)
    pen.text((x, 44), words, 0, font)
    if label:
        pen.text((300 - 8 - round(pen.textlength(label, font)), 44), label, 0, font)
    if rule:
        pen.line((290, 76, 720, 76), 0, 3)
    if stamp:
        pen.line((250, 5, 760, 112), 0, 4)
    return np.asarray(image, dtype=np.uint8)


def cut(picture: Gray, printed: tuple[PixelBox, ...] = ()) -> Cell | None:
    return cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, BOX, printed, ())


def test_a_value_is_cut_out_without_its_rule() -> None:
    bare, ruled = cut(page("BRIGHTWATER")), cut(page("BRIGHTWATER", rule=True))
    assert bare is not None
    assert ruled is not None
    assert ruled.rows[0].shape[0] <= bare.rows[0].shape[0] + 3
    assert readers.judge(ruled, "name", 200).value == "BRIGHTWATER"


def test_a_label_is_not_cut_out_with_its_value() -> None:
    found = cut(page("BRIGHTWATER", label="Name:"), printed=((200, 40, 292, 80),))
    assert found is not None
    assert readers.judge(found, "name", 200).value == "BRIGHTWATER"


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
    found = cut(value, printed=((300, 40, 370, 80),))  # a label's end that was taken too far
    assert found is not None
    assert found.overflows
    assert not readers.judge(found, "name", 200).sure


def test_both_readings_are_kept_beside_the_value() -> None:
    found = cut(page("03/09/2026"))
    assert found is not None
    verdict = readers.judge(found, "date", 200)
    assert verdict.value == "03/09/2026"
    assert verdict.agreed
    assert verdict.sure
    assert [one.text for one in verdict.readers] == ["03/09/2026"] * 2


def test_where_the_readers_differ_a_person_must_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda: True)
    monkeypatch.setattr(tesseract, "read", lambda crop: "03/08/2026")
    found = cut(page("03/09/2026"))
    assert found is not None
    verdict = readers.judge(found, "date", 200)
    assert not verdict.agreed
    assert not verdict.sure
    assert ("tesseract", "03/08/2026") in verdict.readers


def test_one_model_alone_is_not_believed_where_letters_look_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_here", lambda: False)
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
