"""Names that came with a file are shown, never trusted (security.md IN-4)."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("D-4", "D-4"),
        (" Precinct 1000/ ", "Precinct 1000"),
        ("x" * 40, "x" * 40),
        ("D-4 … a1b", "D-4 … a1b"),
        ("..", "unnamed station"),
    ],
)
def test_a_station_is_called_as_it_is_where_it_can_be(sent: str, shown: str) -> None:
    assert display.station_name(sent) == shown


def test_a_number_that_could_be_a_persons_is_no_station_name() -> None:
    assert display.station_name("D-4 A000000001") == "D-4 A…"


def test_what_makes_a_stations_name_fit_makes_no_two_stations_one() -> None:
    one, another = (f"Sheriff's Department Detention Facility {side}" for side in ("North", "South"))
    shown = display.station_name(one)
    assert shown != display.station_name(another)
    assert shown[:30] == one[:30]


@given(st.text())
def test_a_stations_name_as_it_is_kept_is_its_name(text: str) -> None:
    kept = display.station_name(text)
    assert display.station_name(kept) == kept
    assert not re.search(r"\d{5}", kept)


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
        (b"a,b,c\n1,2,3\n", "text/csv"),
        (b'Name;DOB\n"SILVA; Marcos";07/04/1977\n\n', "text/csv"),
        (b"Name\tDOB\r\nSILVA\t\r\n", "text/csv"),
        (b"Name,DOB\n", "application/octet-stream"),
        (b"Dear Sir,\nplease hold him, for us\n", "application/octet-stream"),
        (b"Hold him, please.\nThank you, and\nbest wishes\n", "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_content(start: bytes, type_: str) -> None:
    assert display.type_of(start) == type_
