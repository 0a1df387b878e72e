"""The report as a table: what a spreadsheet opens, cell by cell, and what it must not take for a formula."""

from __future__ import annotations

import csv
import io

import pytest

from detainerdesk.reports.csv_form import HEAD, cell
from tests.reports.conftest import Department


def opened(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def test_each_cell_is_the_figure_that_the_report_says(department: Department) -> None:
    one = department.gets("FIRST, Ana")
    two = department.gets("SECOND, Bea")
    department.gets("THIRD, Cy", kind="i247n")
    department.releases(one)
    report = department.counts()
    rows = opened(report.to_csv())
    assert tuple(rows[0]) == HEAD
    assert all(len(row) == len(HEAD) for row in rows)
    lodged = "Civil immigration detainer requests lodged, by the reason given for the request"
    entries = " ".join(map(str, report.figures[0].rows[0].entries))
    assert rows[1] == [lodged, "total", "2", "1", "yes", "", "", ""]
    assert rows[2] == [lodged, "removal proceedings pending", "2", "0", "yes", f"{one} {two}", "", entries]
    detained = [row for row in rows if row[0].startswith("Persons detained")]
    assert detained[0][1:4] == ["total", "0 recorded; 1 not recorded", "0 recorded; 1 not recorded"]
    (not_recorded,) = [row for row in detained if row[1] == "not recorded"]
    assert not_recorded[2:7] == ["1", "1", "no", two, "2025-0003"]


def test_the_table_holds_no_name_no_number_of_a_person_and_no_birth_date(department: Department) -> None:
    department.gets("UNMISTAKABLE, Ana", last_offense="OFFENSE-XYZ")
    text = department.counts().to_csv().decode()
    for personal in ("UNMISTAKABLE", "A000 000", "12/25/1982", "5550", "OFFENSE-XYZ", "BOS25"):
        assert personal not in text


def test_lines_end_as_rfc_4180_says(department: Department) -> None:
    data = department.counts().to_csv()
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


def test_the_table_says_that_it_is_fictional_and_up_to_when_it_counts(department: Department) -> None:
    about = [row[1] for row in opened(department.counts().to_csv()) if row[0] == "about this report"]
    assert any(text.startswith("FICTIONAL") for text in about)
    assert any("Cut-off: Dec 31, 2025, 17:00 EST" in text for text in about)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert cell(12) == "12"
    assert cell("final order of removal") == "final order of removal"
