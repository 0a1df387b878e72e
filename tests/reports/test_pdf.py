"""The report as a PDF: what it says, that it is tagged, and that the same report is the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2

from tests.reports.conftest import Department


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_pdf_says_what_it_rests_on(department: Department) -> None:
    department.gets("FIRST, Ana")
    text = text_of(department.counts().to_pdf())
    for said in (
        "Boston Police Department: report for 2025",
        "FICTIONAL",
        "CHECK SOURCE · DRAFT: NOT ADOPTED BY COUNSEL",
        "§ 11-1.9, report (BOS19-14)",
        "Law checked through",
        "Cut-off: Dec 31, 2025, 17:00 EST. The period had not ended, and the report is due on its last day",
        "Opens to requests",
        "2025-0001",
        "not recorded",
    ):
        assert said in text, said


def test_the_pdf_names_nobody(department: Department) -> None:
    department.gets("UNMISTAKABLE, Ana", last_offense="OFFENSE-XYZ")
    text = text_of(department.counts().to_pdf())
    assert "UNMISTAKABLE" not in text
    assert "A000" not in text
    assert "OFFENSE" not in text


def test_the_same_report_is_the_same_bytes(department: Department) -> None:
    department.gets("FIRST, Ana")
    at = datetime(2025, 12, 31, 22, 0, 0, 123456, tzinfo=UTC)
    assert department.counts(at).to_pdf() == department.counts(at).to_pdf()


def test_the_pdf_is_tagged_and_titled(department: Department) -> None:
    data = department.counts().to_pdf()
    document = pypdfium2.PdfDocument(data)
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"].startswith("Boston Police Department: report for 2025")
