"""The form's own words are read by the quicker reader, and again by the better one only where that is not enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detainerdesk.intake.reading import ocr, recogniser, tesseract
from detainerdesk.intake.reading.lines import Span
from detainerdesk.intake.reading.pages import Gray
from detainerdesk.intake.reading.read import read
from tests.intake.reading.compared import accepted_yet_wrong, only_paper, random_values
from tests.paperwork import draw

SCALE = 200 / 72
PRINT = ("Name of the law enforcement agency", "Subject ID:", "File No:")

with_tesseract = pytest.mark.skipif(not tesseract.is_here(), reason="needs Tesseract")


def page() -> Gray:
    image = Image.new("L", (1700, 400), 255)
    pen = ImageDraw.Draw(image)
    for number, words in enumerate(PRINT):
        pen.text((100, 60 + 100 * number), words, 0, ImageFont.load_default(28))
    return np.asarray(image, dtype=np.uint8)


@pytest.fixture
def read_by_the_model(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the model has read so far."""
    seen: list[str] = []

    def reading(crop: Gray) -> recogniser.Line:
        line = recogniser.read(crop)
        seen.append(line[0])
        return line

    monkeypatch.setattr(ocr, "recogniser", type("Watched", (), {"read": staticmethod(reading)}))
    return seen


def texts(reader: ocr.LineReader) -> list[str]:
    return [line.text for line in reader.lines]


@with_tesseract
def test_the_model_reads_only_what_is_asked_for_again(read_by_the_model: list[str]) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    reader.read()
    assert (texts(reader), read_by_the_model) == ([*PRINT], [])
    reader.read(lambda box: box[1] > 30, well=True)
    assert (texts(reader), read_by_the_model) == ([*PRINT], [*PRINT[1:]]), "in the place of what was read before"
    reader.read(well=True)
    assert read_by_the_model == [*PRINT[1:], PRINT[0]], "nothing twice"


@with_tesseract
def test_a_line_of_which_the_beginning_was_read_is_read_to_its_end(read_by_the_model: list[str]) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    first, *others = reader.read_beginnings(60.0)
    assert first.cut
    assert PRINT[0].startswith(first.text[:8])
    assert [line.text for line in others] == [*PRINT[1:]]
    reader.read()
    assert (texts(reader), read_by_the_model) == ([*PRINT], [])


@with_tesseract
def test_the_model_reads_again_as_far_as_a_line_was_read(read_by_the_model: list[str]) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    reader.read_beginnings(60.0)
    reader.read_again(lambda box: [(0.0, 600.0)] if box[1] < 30 else [])
    (seen,) = read_by_the_model
    assert PRINT[0].startswith(seen[:8])
    assert len(seen) < len(PRINT[0])
    reader.read()
    assert (texts(reader), read_by_the_model) == ([*PRINT], [seen, PRINT[0]]), "and no worse when it goes on"


@with_tesseract
@pytest.mark.parametrize(
    ("spans", "read_again"),
    [
        ([(80.0, 90.0)], ["the"]),
        ([(0.0, 40.0), (180.0, 300.0)], ["agency", "Name"]),
        ([(45.0, 300.0)], [PRINT[0]]),
        ([(300.0, 400.0)], [PRINT[0]]),
    ],
    ids=["a word in the middle", "both ends", "most of it, so all", "where no word stands, so all"],
)
def test_the_model_reads_the_words_again_of_which_the_places_count(
    read_by_the_model: list[str], spans: list[Span], read_again: list[str]
) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    (before, *_) = reader.read()
    (after, *_) = reader.read_again(lambda box: spans if box[1] < 30 else [])
    assert (after.text, read_by_the_model) == (before.text, read_again)
    letters = [(one, two) for one, two in zip(before.chars, after.chars, strict=True) if not one.text.isspace()]
    assert max(abs(one.x0 - two.x0) for one, two in letters) < 0.04 * 180, "points: as far as the readers differ"
    assert list(after.chars) == sorted(after.chars, key=lambda char: char.x0)


@with_tesseract
def test_words_that_seem_to_stand_over_the_edge_of_the_page_can_be_read_again() -> None:
    """Tesseract may place a letter in the white that is put around a line."""
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    reader.read()
    box, done = next(iter(reader._done.items()))
    assert done.line is not None
    over = tuple(replace(char, x0=char.x0 + 575, x1=char.x1 + 575) for char in done.line.chars)
    reader._done[box] = replace(done, line=replace(done.line, chars=over))
    assert reader.read_again(lambda box: [(605.0, 625.0)])


@with_tesseract
def test_a_line_of_which_some_words_were_read_again_can_be_read_whole(read_by_the_model: list[str]) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    reader.read(lambda box: box[1] < 30)
    reader.read_again(lambda box: [(80.0, 90.0)])
    reader.read(lambda box: box[1] < 30, well=True)
    assert (texts(reader), read_by_the_model) == ([PRINT[0]], ["the", PRINT[0]])


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tesseract, "DATA", ())
    tesseract._reader.cache_clear()
    yield
    tesseract._reader.cache_clear()


@pytest.mark.usefixtures("no_tesseract")
def test_without_tesseract_the_model_reads_all_and_nothing_twice(read_by_the_model: list[str]) -> None:
    reader = ocr.LineReader(page(), SCALE, ocr.lines_by_ink)
    reader.read_beginnings(60.0)
    first, *others = read_by_the_model
    assert PRINT[0].startswith(first[:8])
    assert others == [*PRINT[1:]]
    for well in (False, True):
        reader.read(well=well)
        assert (texts(reader), read_by_the_model) == ([*PRINT], [first, *PRINT[1:], PRINT[0]])


@with_tesseract
def test_both_readers_say_where_each_letter_stands() -> None:
    crop = page()[50:100, 90:760]
    read_well, read_quickly = recogniser.read(crop), tesseract.read_places(crop)
    assert read_well[0] == read_quickly[0] == PRINT[0]
    letters = [at for at, char in enumerate(PRINT[0]) if not char.isspace()]
    apart = np.abs(np.array(read_well[1]) - np.array(read_quickly[1]))[letters]
    assert apart.max() < 0.03


@with_tesseract
def test_each_letter_has_a_place_whatever_the_ink_is() -> None:
    chance = np.random.default_rng(7)
    for tall, wide in ((40, 300), (2, 300), (3, 3), (30, 800), (60, 12)):
        for specks in (0.0, 0.02, 0.2):
            crop = np.where(chance.random((tall, wide)) < specks, 0, 255).astype(np.uint8)
            text, places, sure = tesseract.read_places(crop)
            assert len(text) == len(places) == len(sure)
            assert all(0 <= place <= 1 for place in places)


def test_words_of_the_form_that_tesseract_can_not_make_out_are_read_by_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bad reading of the form's own words costs time, and no field its place."""
    values = random_values("i247a", 31)
    data = draw("i247a", values, style="scan", seed=6, pages=[1])
    usual = only_paper(read(data))
    monkeypatch.setattr(tesseract, "read_places", lambda crop: ("rnxw qzv", [n / 8 for n in range(8)], [0.3] * 8))
    worse = only_paper(read(data))
    assert not accepted_yet_wrong(worse, values)
    assert {name for name, one in usual.fields.items() if one.accepted} == {
        name for name, one in worse.fields.items() if one.accepted
    }


@with_tesseract
def test_an_edition_that_tesseract_can_not_make_out_is_read_by_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    data = draw("i247a", random_values("i247a", 31), style="scan", seed=6, pages=[1])
    usual = only_paper(read(data))
    well = tesseract.read_places
    monkeypatch.setattr(
        tesseract, "read_places", lambda crop: (re.sub(r"\(\d+/\d+\)", "(blur)", well(crop)[0]), *well(crop)[1:])
    )
    worse = only_paper(read(data))
    assert usual.edition is not None
    assert (worse.kind, worse.edition) == (usual.kind, usual.edition)


@with_tesseract
@pytest.mark.parametrize("points", [-6, 6])
def test_where_tesseract_puts_its_letters_changes_no_value(monkeypatch: pytest.MonkeyPatch, points: int) -> None:
    """It knows a letter's place only roughly, and may take a box for the first letter's."""
    values = random_values("i247a", 31)
    data = draw("i247a", values, style="scan", seed=6, pages=[1])
    usual = only_paper(read(data)).fields
    well = tesseract.read_places

    def aside(crop: Gray) -> recogniser.Line:
        text, places, sure = well(crop)
        return text, [min(1.0, max(0.0, place + points * SCALE / crop.shape[1])) for place in places], sure

    monkeypatch.setattr(tesseract, "read_places", aside)
    moved = only_paper(read(data)).fields
    assert {name: one.value for name, one in moved.items()} == {name: one.value for name, one in usual.items()}
    accepted, before = ({name for name, one in fields.items() if one.accepted} for fields in (moved, usual))
    assert accepted <= before
    assert len(before - accepted) <= 2, "an empty place, or one beside others, for a person"


@pytest.mark.parametrize(
    ("taken", "other", "is_open"),
    [("e", "c", True), ("3", "5", True), ("l", "I", False), ("O", "0", False), ("a", ",", False)],
)
def test_a_letter_that_may_as_well_be_another_is_open(taken: str, other: str, is_open: bool) -> None:
    chars, _ = recogniser._alphabet()
    chances = np.zeros(len(chars), np.float32)
    chances[chars.index(taken)], chances[chars.index(other)] = 0.90, 0.09
    assert recogniser._has_rival(chances, chars.index(taken)) is is_open
