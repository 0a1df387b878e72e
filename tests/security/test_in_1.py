"""IN-1: limits before any work. Those of mails (100 parts, depth 10, 64 KB of headers) are in tests/intake/reading/test_mail.py, those of archives in
tests/intake/reading/test_archive.py."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from detainerdesk.intake import door
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.reading import pages
from detainerdesk.intake.reading.pages import CannotRead, Pages, type_of
from detainerdesk.intake.reading.read import read
from tests.desk.web.conftest import Desk
from tests.desk.web.test_upload import key, send

MIB = 1024 * 1024


def test_in_1_the_values_are_those_of_the_rule() -> None:
    assert door.LARGEST_FILE == pages.MAX_BYTES == settings.FILE_UPLOAD_MAX_MEMORY_SIZE == 25 * MIB
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 50 * MIB
    assert pages.MAX_PAGES == 200
    assert pages.MAX_PIXELS == 40_000_000


def test_in_1_25_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    assert type_of(b"%PDF-1.7" + bytes(25 * MIB - 8)) == "pdf"
    with pytest.raises(CannotRead, match="limit is 25 MB"):
        type_of(b"%PDF-1.7" + bytes(25 * MIB - 7))


def test_in_1_200_pages_are_taken_and_one_more_is_not() -> None:
    assert Pages(sheets(200)).count == 200
    with pytest.raises(CannotRead, match="201 pages; the limit is 200"):
        Pages(sheets(201))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PDF page", "PDF picture"])
def test_in_1_40_megapixels_a_page_are_taken_and_more_are_not(kind: str) -> None:
    Pages(page_of(8000, 5000, kind)).check_all_sizes()
    with pytest.raises(CannotRead, match="40"):
        Pages(page_of(8000, 5016, kind)).check_all_sizes()


def test_in_1_every_page_is_measured_before_the_first_is_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    small, large = Image.new("1", (850, 1100), 1), Image.new("1", (8000, 5016), 1)
    small.save(out, "TIFF", compression="group4", save_all=True, append_images=[large])

    def worked_on(*_: object) -> None:
        raise AssertionError("a page was worked on")

    monkeypatch.setattr(Pages, "page", worked_on)
    with pytest.raises(CannotRead, match="Page 2"):
        read(out.getvalue())


def test_in_1_an_archive_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("detainer.pdf", sheets(1))

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the archive was opened")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    with pytest.raises(CannotRead, match="archive"):
        read(out.getvalue())


@pytest.mark.parametrize(
    "head", [b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00"]
)
def test_in_1_other_archives_are_not_opened_either(head: bytes) -> None:
    with pytest.raises(CannotRead, match="Archives are kept but not opened here"):
        type_of(head + bytes(200))


def test_in_1_an_upload_over_25_megabytes_is_refused_while_its_sender_stands_there(desk: Desk, client: Client) -> None:
    """With the real value. It was never acknowledged, so nothing is dropped: the page says what to do."""
    client.force_login(desk.officer.user)
    got = send(client, bytes(25 * MIB + 1), key(client))
    assert got.status_code == 422
    assert "25 MB at most" in got.content.decode()
    assert not Transmission.objects.exists()


def test_in_1_no_copy_of_a_paper_is_left_in_a_temporary_folder(
    desk: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))  # whoever needs a temporary file fails
    client.force_login(desk.officer.user)
    assert send(client, bytes(25 * MIB), key(client)).status_code == 200
    assert settings.FILE_UPLOAD_HANDLERS == ["detainerdesk.desk.views.upload.EachInMemory"]


def sheets(count: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for _ in range(count):
        canvas.drawString(72, 700, "FICTIONAL")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def page_of(width: int, height: int, kind: str) -> bytes:
    """A page of so many pixels: as a picture, as a PDF page at 200 dots an inch, as a picture in a PDF page of the usual size."""
    out = io.BytesIO()
    if kind in ("PNG", "TIFF"):
        Image.new("1", (width, height), 1).save(out, kind)
        return out.getvalue()
    picture, points = Image.new("1", (8, 8), 1), (width * 72 / 200, height * 72 / 200)
    if kind == "PDF picture":
        picture, points = Image.new("1", (width, height), 1), (612, 792)
    picture.save(out, "PNG")
    path, pdf = io.BytesIO(out.getvalue()), io.BytesIO()
    from reportlab.lib.utils import ImageReader

    canvas = Canvas(pdf, pagesize=points)
    canvas.drawString(20, 20, "FICTIONAL")
    canvas.drawImage(ImageReader(path), 0, 0, 300, 300)
    canvas.save()
    return pdf.getvalue()
