"""A report as a table that a spreadsheet opens: RFC 4180, UTF-8, and no cell that a spreadsheet would take for a formula (security.md WEB-5)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detainerdesk.reports.annual import AnnualReport

HEAD = (
    "figure",
    "line",
    "requests that ask to keep a person",
    "requests for notice only",
    "part of the number",
    "opens to requests",
    "opens to notice-only requests",
    "ledger entries",
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")


def write(report: AnnualReport) -> bytes:
    """The report's lines, then what it rests on."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    for row in _rows(report):
        writer.writerow([cell(value) for value in row])
    return text.getvalue().encode("utf-8")


def cell(value: object) -> str:
    """A value as text that stays text."""
    text = str(value)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _rows(report: AnnualReport) -> Iterator[Iterable[object]]:
    yield HEAD
    for figure in report.figures:
        yield figure.label, "total", figure.said(), figure.said(notice_only=True), "yes", "", "", ""
        for row in figure.rows:
            yield (
                figure.label,
                row.label,
                row.count,
                row.notice_count,
                "yes" if row.counts else "no",
                " ".join(one.number for one in row.requests),
                " ".join(one.number for one in row.notice_only),
                " ".join(map(str, row.entries)),
            )
        if figure.says:
            yield figure.label, figure.says, "", "", "", "", "", ""
    for name, text in report.facts():
        yield "about this report", f"{name}: {text}", "", "", "", "", "", ""
    if report.fictional:
        yield "about this report", "FICTIONAL: a demonstration; no person, paper or figure here is real.", *[""] * 6
