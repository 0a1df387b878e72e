"""A template that a person drew reaches the child that reads, and nothing it reads is sure until somebody else has checked it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.child import read_in_child
from detainerdesk.intake.reading.fields import Arranged

WORDS = ("Order to Detain or Release", "Name of person", "Nature of proceedings", "Please detain", "Signature below")


def template(checked: bool) -> dict[str, object]:
    ours = next(one for one in forms.templates() if one.kind == "i203")
    labels = [{"words": text, "box": [72, 80 + 120 * n, 212, 92 + 120 * n]} for n, text in enumerate(WORDS)]
    field = {"name": "subject_name", "kind": "text", "grammar": "name", "box": [250, 197, 500, 213]}
    return {
        "kind": "i203",
        "name": ours.name,
        "side": ours.side,
        "editions": ["03/31", "3/31"],
        "mark": ours.mark,
        "evidence": {},
        "pages": [{"number": 1, "labels": labels, "fields": [field]}],
        "drawn": {"by": "officer 1", "at": "2026-03-03T02:10:00+00:00", "paper": 7},
        "checked": {"by": "officer 2", "at": "2026-03-03T02:20:00+00:00"} if checked else None,
    }


def page() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    for n, text in enumerate(WORDS):
        canvas.drawString(72, 702 - 120 * n, text)
    canvas.drawString(255, 582, "SILVA, Marcos")
    canvas.drawString(72, 32, "DHS Form I-203 (03/31)")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("checked", [False, True])
def test_what_is_read_with_a_drawn_template_needs_a_person_until_it_was_checked(tmp_path: Path, checked: bool) -> None:
    (tmp_path / "fax.pdf").write_bytes(page())
    reading = read_in_child(tmp_path / "fax.pdf", arranged=[Arranged("i203", (1,))], drawn=[template(checked)])
    (paper,) = reading.papers  # type: ignore[union-attr]
    assert paper.fields["subject_name"].value == "SILVA, Marcos"
    assert paper.fields["subject_name"].accepted is checked
