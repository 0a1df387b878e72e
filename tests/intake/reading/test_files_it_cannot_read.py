"""IN-1 to IN-4: what can't be read is told apart by its content, said in plain words, and does no harm."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from PIL import Image

from detainerdesk.intake.reading import pages
from detainerdesk.intake.reading.child import read_in_child
from detainerdesk.intake.reading.fields import Reading, Unreadable
from detainerdesk.intake.reading.pages import CannotRead, Pages, type_of
from detainerdesk.intake.reading.read import read
from tests.paperwork import bad, draw, sample

WORDS = {
    "truncated.pdf": "cut off",
    "three-hundred-pages.pdf": "300 pages; the limit is 200",
    "encrypted.pdf": "password",
    "empty.pdf": "0 bytes",
    "zip-bomb.zip": "archive",
    "letter.docx": "office file",
    "noise.pdf": "not a document type",
    "huge-picture.png": "limit of 40 megapixels",
    "huge-page.pdf": "megapixels; the limit is 40",
}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_in_1_each_bad_file_gives_plain_words_and_no_crash(name: str, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(bad.EVERY[name]())
    answer = read_in_child(path)
    assert isinstance(answer, Unreadable)
    assert WORDS[name] in answer.says
    assert answer.says.endswith(".")


def test_in_3_scripts_programs_and_hidden_files_are_reported_and_the_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(bad.EVERY["script-and-file.pdf"]())
    answer = read_in_child(path)
    assert isinstance(answer, Reading)
    assert answer.papers[0].kind == "i247a"
    notes = " ".join(answer.notes)
    for words in ("script. It was not run", "program. It was not started", "other files inside it"):
        assert words in notes


def test_a_clean_file_has_no_such_notes() -> None:
    assert Pages(draw("i247a", sample("i247a"), style="form")).notes == []


def test_in_3_names_written_with_number_signs_are_seen_too() -> None:
    plain = draw("i200", sample("i200"))
    hidden = plain.replace(b"%%EOF", b"% /J#61vaScript \n%%EOF")
    assert any("script" in note for note in Pages(hidden).notes)


def test_in_4_the_type_is_what_the_bytes_are() -> None:
    picture = io.BytesIO()
    Image.new("L", (300, 300), 255).save(picture, "PNG")
    assert type_of(picture.getvalue()) == "png"
    assert type_of(draw("i200", sample("i200"), style="scan", container="tiff")) == "tiff"
    assert type_of(draw("i200", sample("i200"))) == "pdf"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"From: a@b.example\r\nSubject: x\r\n\r\nhello", "e-mail"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"Dear officer, please call.\n", "plain text"),
        (b"MZ\x90\x00\x03", "program"),
        (b"\x00\x00\x00\x18ftypheic\x00", "picture of a type"),
    ],
)
def test_in_4_other_things_are_named(data: bytes, words: str) -> None:
    with pytest.raises(CannotRead, match=words):
        type_of(data)


def test_in_1_a_file_over_25_megabytes_is_refused_before_any_work() -> None:
    with pytest.raises(CannotRead, match="26 MB; the limit is 25 MB"):
        type_of(b"%PDF-1.7" + bytes(26 * 1024 * 1024))


def test_in_2_a_file_with_one_page_over_the_limit_is_not_half_read(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    small, large = Image.new("1", (100, 100), 1), Image.new("1", (3000, 3000), 1)
    small.save(out, "TIFF", save_all=True, append_images=[large])
    monkeypatch.setattr(pages, "MAX_PIXELS", 1_000_000)
    with pytest.raises(CannotRead, match="Page 2"):
        Pages(out.getvalue()).check_all_sizes()


@pytest.mark.parametrize("container", ["tiff", "pdf"])
def test_in_2_a_fax_cut_in_the_middle_is_not_half_read(container: str) -> None:
    whole = draw("i247a", sample("i247a"), style="fine fax", container=container)
    with pytest.raises(CannotRead):
        read(whole[: int(len(whole) * 0.6)])


@pytest.mark.parametrize("stated", [{}, {"dpi": (204, 98)}])
def test_rows_of_a_low_resolution_fax_stand_for_two(stated: dict[str, tuple[int, int]]) -> None:
    """A little more than two: 204 dots an inch across and 98 down."""
    out = io.BytesIO()
    Image.new("1", (1728, 1078), 1).save(out, "TIFF", **stated)
    page = Pages(out.getvalue()).page(1)
    assert page.picture.shape == (2244, 1728)
    assert page.height == pytest.approx(792)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (1728, 8), (40, 2200), (70_000, 10), (10, 70_000)])
def test_what_has_no_page_s_shape_goes_to_a_person_soon(size: tuple[int, int]) -> None:
    """A fax that broke off after a row, a strip: nothing to read, and no reason to break off or to look for an hour."""
    begun = time.monotonic()
    picture = Image.new("L", size, 255)
    picture.paste(0, (0, 0, (size[0] + 1) // 2, (size[1] + 1) // 2))
    out = io.BytesIO()
    picture.save(out, "PNG")
    reading = read(out.getvalue())
    assert isinstance(reading, Reading)
    assert [paper.kind for paper in reading.papers] == ["unknown"]
    assert time.monotonic() - begun < 20
