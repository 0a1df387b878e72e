"""A cover sheet of a station and today, printed at the desk, sends the papers under it into that station's queue."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake import marks
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.marks import Cover
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading.fields import Reading
from detainerdesk.intake.reading.read import read
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk, Screen, delacroix


def scanned(*parts: bytes) -> bytes:
    """One file of several, as a copier makes it."""
    whole = pypdfium2.PdfDocument.new()
    for part in parts:
        whole.import_pages(pypdfium2.PdfDocument(part))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def today() -> object:
    return timezone.now().astimezone(zone_of(BOSTON)).date()


def test_web_4_the_sheet_is_a_download_in_a_sandbox_named_for_station_and_day(desk: Desk, client: Client) -> None:
    client.force_login(desk.officer.user)
    got = client.post("/cover-sheet")
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == f'attachment; filename="cover-D-4-{today()}.pdf"'
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    reading = read(got.content)
    assert isinstance(reading, Reading)
    assert [marks.meaning(code.text) for code in reading.codes] == [Cover(BOSTON, "D-4", today())]  # type: ignore[arg-type]


def test_what_is_scanned_under_it_goes_into_the_stations_queue(desk: Desk, client: Client) -> None:
    client.force_login(desk.account("okafor", "records", station="").user)
    sheet = client.post("/cover-sheet", {"station": "D-4"}).content
    came = timezone.now() - timedelta(minutes=1)
    receive(scanned(sheet, delacroix()), Envelope("folder", BOSTON, "front desk", "scan.pdf", came, "1"))
    understand_all()
    row = Transmission.objects.get()
    assert row.station == "D-4"
    assert row.requests.count() == 1


def test_a_station_that_is_not_here_has_no_sheet(desk: Desk, client: Client) -> None:
    client.force_login(desk.account("okafor", "records", station="").user)
    for wrong in ("", "Z-9", "B-2/../D-4"):
        assert client.post("/cover-sheet", {"station": wrong}).status_code == 422


def test_an_officer_of_a_station_prints_that_stations_sheet_and_no_other(desk: Desk, client: Client) -> None:
    client.force_login(desk.officer.user)
    assert "cover-D-4-" in client.post("/cover-sheet", {"station": "B-2"})["Content-Disposition"]


@pytest.mark.browser
def test_a_browser_saves_the_sheet(desk: Desk, screen: Screen) -> None:
    screen.open("upload")
    screen.click(screen.page.get_by_role("link", name="print a cover sheet"))
    with screen.page.expect_download() as saved:
        screen.click(screen.page.get_by_role("button", name="Cover sheet for D-4"))
    assert saved.value.suggested_filename == f"cover-D-4-{today()}.pdf"
    assert screen.complaints == []
