"""A fault is logged by its place and its kind; what it held is a paper's, and stays out of the log."""

from __future__ import annotations

import logging

import pytest

from detainerdesk.intake import join, understand
from tests.intake.made import LUIS, Desk, detainer, reading


@pytest.mark.django_db
def test_a_fault_is_logged_without_what_the_paper_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(f"no place for {LUIS['subject_name']}, {LUIS['file_no']}")

    monkeypatch.setattr(join, "_place", fails)
    desk = Desk()
    desk.gets(b"fax", reading(detainer()))
    with caplog.at_level(logging.ERROR, understand.__name__):
        desk.understands()
    (record,) = caplog.records
    assert "receipt 1" in record.getMessage()
    assert "could not be placed: ValueError at " in record.getMessage()
    assert "< plan " in record.getMessage()
    assert "intake/join.py:" in record.getMessage()
    assert "DELACROIX" not in caplog.text
    assert "A000" not in caplog.text
