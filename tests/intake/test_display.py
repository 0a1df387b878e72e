"""Names that came with a file are shown, never trusted (security.md IN-4)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.intake import display


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("fax.pdf", "fax.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\spool\\fax 7.tif", "fax 7.tif"),
        ("two\nlines\t.pdf", "two lines .pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("\x00\x01", "unnamed"),
        ("Kreyòl ayisyen.pdf", "Kreyòl ayisyen.pdf"),
    ],
)
def test_in_4_a_name_is_one_clean_line_without_folders(sent: str, shown: str) -> None:
    assert display.file_name(sent) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert display.file_name("x" * 500 + ".pdf").endswith("….pdf")


@given(st.text())
def test_in_4_no_name_breaks_a_line_a_folder_or_a_column(text: str) -> None:
    for shown, longest in ((display.file_name(text), 160), (display.station_name(text), 40)):
        assert 0 < len(shown) <= longest
        assert not any(unicodedata.category(c)[0] == "C" or c in "/\\\n" for c in shown)
        assert not shown.startswith(".")


def test_a_number_that_could_be_a_persons_is_no_station_name() -> None:
    assert display.station_name("D-4 A000000001") == "D-4 A…"


@pytest.mark.parametrize(
    ("start", "type_"),
    [
        (b"", "application/x-empty"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
        (b"II*\x00", "image/tiff"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"hello", "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_content(start: bytes, type_: str) -> None:
    assert display.type_of(start) == type_
