"""IN-4: what a file is, its bytes say; it is stored under its SHA-256 and nothing else; its name is cleaned before anybody sees it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk
from tests.paperwork import draw, sample

SENT = "../../\u202efdp.<b>DELACROIX</b>\n.exe"


def test_in_4_a_paper_is_read_by_its_bytes_whatever_its_name_says(desk: Desk, data_folder: Path) -> None:
    pdf, program = draw("i247a", sample("i247a")), b"MZ\x90\x00" + bytes(500)
    for data, name in ((pdf, "invoice.exe"), (program, "detainer.pdf")):
        receive(data, Envelope("folder", BOSTON, "D-4", name, timezone.now(), name))
    understand_all()
    assert {row.size: (row.type, row.state) for row in Document.objects.all()} == {
        len(pdf): ("application/pdf", "read"),
        len(program): ("application/octet-stream", "queued"),
    }
    kept = {str(file.relative_to(data_folder / "documents")) for file in (data_folder / "documents").glob("??/*")}
    assert kept == {f"{sha[:2]}/{sha}" for sha in (hashlib.sha256(data).hexdigest() for data in (pdf, program))}


@pytest.mark.parametrize("part", ["", "/original"])
def test_in_4_a_name_from_outside_is_clean_on_the_page_and_no_part_of_a_download(
    part: str, desk: Desk, client: Client
) -> None:
    receive(b"no form", Envelope("folder", BOSTON, "D-4", SENT, timezone.now(), "one"))
    understand_all()
    name = Transmission.objects.get().name
    assert not set(name) & set("\u202e\n/\\")
    client.force_login(desk.officer.user)
    got = client.get(f"/waiting/{Document.objects.get().sha256}{part}")
    assert got.status_code == 200
    assert b"<b>DELACROIX" not in got.content
    assert "DELACROIX" not in str(got.headers)
