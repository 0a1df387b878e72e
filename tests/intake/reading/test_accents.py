"""An accent that no reader saw is offered by the shape of the mark above its letter."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from detainerdesk.intake.reading import accents, cells, ink, readers, recogniser, tesseract
from detainerdesk.intake.reading.cells import Cell
from tests.intake.reading.typeset import typeset


def printed(words: str, face: str) -> Cell:
    """The value as it is cut out of a clean scan."""
    picture = typeset(words, f'font: "{face}", tracking: 0.6pt')
    tall, wide = picture.shape
    box = (50, 45, wide - 50, tall - 45)
    found = cells.cell(cells.strokes_of(ink.dark(picture), 1.0), picture, box, (), ())
    assert found is not None
    return found


def bare(words: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", words) if not unicodedata.combining(char))


@pytest.mark.parametrize("face", ["Libertinus Serif", "DejaVu Sans Mono"])
@pytest.mark.parametrize("words", ["ARAÚJO, Luís Miguel", "ZÚÑIGA LEÓN, João", "AGÜERO PAZ, Inés", "PEÑA, Simão"])
def test_an_accent_that_no_reader_saw_is_offered_by_its_mark(words: str, face: str) -> None:
    assert accents.restored(bare(words), printed(words, face)) == words


def test_where_letters_of_one_word_touch_the_others_have_their_accents() -> None:
    cell = printed("ARAUJO, Luís", "Libertinus Serif")
    one, two, *rest = cell.letters
    joined = replace(cell, letters=((one[0], one[1], two[2], one[3]), *rest))
    assert accents.restored("ARAUJO, Luis", joined) == "ARAUJO, Luís"


@pytest.mark.parametrize("words", ["Simin Miguel", "JIMENEZ, Iris-Julia", "O'CONNELL, Fiona", "ST. FLEUR, Jean"])
def test_dots_and_other_marks_are_no_accents(words: str) -> None:
    assert accents.restored(words, printed(words, "Libertinus Serif")) == words


def test_where_strokes_are_not_letters_one_by_one_the_value_stays() -> None:
    cell = printed("Luís", "Libertinus Serif")
    assert accents.restored("Luls Li", cell) == "Luls Li"
    assert accents.restored("Luis", replace(cell, rows=cell.rows * 2)) == "Luis"


def test_an_accent_in_the_place_of_a_dot_is_doubted_and_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both readers saw `Luis`, and there are no more marks than letters with dots."""
    monkeypatch.setattr(tesseract, "is_here", lambda language="eng": language == "eng")
    monkeypatch.setattr(tesseract, "read", lambda crop, language: "SOTO, Luis")
    monkeypatch.setattr(recogniser, "read", lambda crop: ("SOTO, Luis", [0.5] * 10, [1.0] * 10))
    for words in ("SOTO, Luis", "SOTO, Luís"):
        verdict = readers.judge(printed(words, "DejaVu Sans Mono"), "name", 200)
        assert (verdict.value, verdict.sure) == (words, words == "SOTO, Luis")
