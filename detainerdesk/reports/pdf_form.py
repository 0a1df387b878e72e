"""A report as a PDF for the City Clerk: tagged (PDF/UA-1), with a title, and the same bytes whenever the same report is made. typst sets it
from annual.typ; only its own fonts are used, so nothing depends on the machine."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from detainerdesk.reports.annual import AnnualReport
    from detainerdesk.reports.measures import Figure, Row

TEMPLATE = Path(__file__).with_name("annual.typ")


def write(report: AnnualReport) -> bytes:
    """The report's PDF. Its date is the cut-off, not the moment of printing."""
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_told(report), ensure_ascii=False, sort_keys=True)},
        pdf_standards=["ua-1"],
        timestamp=report.as_of.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made


def _told(report: AnnualReport) -> dict[str, Any]:
    return {
        "title": report.title,
        "fictional": report.fictional,
        "marks": list(report.standing.marks),
        "facts": [list(one) for one in report.facts()],
        "figures": [_figure(one) for one in report.figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "said": figure.said(),
        "notice": figure.said(notice_only=True),
        "unit": "persons" if figure.of_persons else "requests",
        "says": figure.says,
        "rows": [_row(one) for one in figure.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "count": str(row.count),
        "notice": str(row.notice_count),
        "counts": row.counts,
        "requests": [one.number for one in (*row.requests, *row.notice_only)],
        "entries": [str(index) for index in row.entries],
    }
