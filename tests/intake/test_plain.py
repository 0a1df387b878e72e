"""A paper that is text is shown as text: read as it was most likely written, without what could act or deceive, and never more than a page can carry."""

from __future__ import annotations

import time

import pytest

from detainerdesk.intake import plain, store
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document
from tests.intake.made import ARRIVED, BOSTON

pytestmark = pytest.mark.django_db


def text(data: bytes, of: str = "text/plain") -> plain.Text | None:
    receive(data, Envelope("folder", BOSTON, "D-4", "one", ARRIVED, "one"))
    document = Document.objects.get()
    document.type = of
    return plain.text_of(document)


def says(data: bytes, of: str = "text/plain") -> str:
    found = text(data, of)
    assert found is not None
    return found.says


@pytest.mark.parametrize(
    "data", ["José\r\nNuñez".encode(), "José\nNuñez".encode("cp1252"), "\ufeffJosé\nNuñez".encode()]
)
def test_letters_are_read_as_they_were_written(data: bytes) -> None:
    assert says(data) == "José\nNuñez"


def test_marks_that_turn_or_hide_what_follows_are_left_out() -> None:
    assert says("hold \u202eon\u2066 12\x00\x1b[2J".encode()) == "hold  on  12  [2J"


def test_of_html_only_the_words_are_left() -> None:
    sent = b"""<html><head><style>p { color: red }</style></head><body><p>Please hold<br>DELACROIX &amp; OKONJO</p>
    <script>alert("FICTIONAL")</script><table><tr><td>A</td><td>B</td></tr></table> call &lt;b&gt; today</body></html>"""
    assert says(sent, "text/html") == "Please hold\nDELACROIX & OKONJO\nA B\ncall <b> today"


@pytest.mark.parametrize("source", ["<", "<a", "<!--", "<style>", "<style></style", "&#", "a<b "])
def test_html_that_nobody_closed_is_gone_through_once(source: str) -> None:
    began = time.monotonic()
    text(source.encode() * (plain.LOOKED_AT // len(source)), "text/html")
    assert time.monotonic() - began < 5


def test_html_that_hides_what_follows_is_shown_as_it_is() -> None:
    shown = text(b"<p>Hello<style>x <p>Hold him", "text/html")
    assert shown is not None
    assert "Hold him" in str(shown)


def test_html_without_a_word_is_shown_as_it_is() -> None:
    assert says(b"<img src=one>", "text/html") == "<img src=one>"


def test_of_a_long_text_the_beginning_is_shown() -> None:
    found = text("Ä".encode() * (plain.LONGEST + 1))
    assert found is not None
    assert (found.says, found.cut) == ("Ä" * plain.LONGEST, True)


def test_a_text_that_breaks_off_within_a_letter_is_read_as_it_was_written() -> None:
    found = text(b"x" + "Ä".encode() * (plain.LOOKED_AT // 2))
    assert found is not None
    assert found.says.endswith("Ä")
    assert found.cut


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"MZ\x90\x00", b"  "])
def test_what_is_no_text_has_none(data: bytes) -> None:
    assert text(data, plain.UNKNOWN) is None


def test_a_text_file_is_text_though_its_type_is_not_known() -> None:
    assert says(b"Please hold DELACROIX.", plain.UNKNOWN) == "Please hold DELACROIX."


def test_a_file_that_is_gone_from_the_disk_has_none() -> None:
    assert text(b"Please hold") is not None
    document = Document.objects.get()
    store.path(document.sha256).unlink()
    document.type = "text/plain"
    assert plain.text_of(document) is None
