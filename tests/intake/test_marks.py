"""A cover sheet of ours routes what lies under it; nobody else can make one."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest

from detainerdesk.intake import marks, request
from detainerdesk.intake.reading import codes
from detainerdesk.intake.reading.fields import Code
from detainerdesk.intake.reading.pages import Pages
from detainerdesk.intake.reading.read import read
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, Desk, detainer, paper, reading
from tests.paperwork import draw, sample

DAY = date(2026, 3, 3)


def code_of(pdf: bytes) -> str:
    (text,) = codes.texts(Pages(pdf).page(1).picture)
    return text


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return marks.cover_sheet(BOSTON, "D-4", DAY)


def test_a_cover_sheet_says_its_station_and_day(sheet: bytes) -> None:
    assert marks.meaning(code_of(sheet)) == marks.Cover(BOSTON, "D-4", DAY)


def test_a_station_may_have_any_name() -> None:
    cover = marks.cover_sheet(BOSTON, 'Área "C": 11', DAY)
    assert marks.meaning(code_of(cover)) == marks.Cover(BOSTON, 'Área "C": 11', DAY)


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180])
def test_it_is_read_upside_down_and_off_a_standard_fax(sheet: bytes, turn: int) -> None:
    picture = cv2.rotate(Pages(sheet).page(1).picture, turn)
    coarse = cv2.resize(picture, None, fx=1.0, fy=0.5, interpolation=cv2.INTER_AREA)
    black_and_white = np.where(coarse > 128, 255, 0).astype(np.uint8)
    spots = np.random.default_rng(3).random(black_and_white.shape) < 0.02
    black_and_white[spots] = 255 - black_and_white[spots]
    back = cv2.resize(black_and_white, None, fx=1.0, fy=2.0, interpolation=cv2.INTER_NEAREST)
    assert [type(marks.meaning(text)) for text in codes.texts(back)] == [marks.Cover]


def test_a_sheet_that_somebody_else_made_means_nothing(sheet: bytes, settings: object) -> None:
    text = code_of(sheet)
    assert marks.meaning(text.replace("D-4", "B-2")) is None
    assert marks.meaning("https://example.org") is None
    assert marks.meaning("DETAINERDESK:COVER:[]:") is None
    settings.SECRET_KEY = "another installation's secret, of which it has its own"  # type: ignore[attr-defined]
    assert marks.meaning(text) is None


def test_papers_under_a_cover_sheet_go_to_its_station_whoever_scanned_them(desk: Desk, sheet: bytes) -> None:
    scanned = replace(reading(paper("cover_sheet", {}), detainer(page=2)), codes=(Code(1, code_of(sheet)),))
    desk.gets(b"scan", scanned, station="copier")
    desk.understands()
    made = request.load("2026-0001", BOSTON)
    assert (made.station, made.transmissions[0].station) == ("D-4", "D-4")
    kinds = [entry.event.kind for entry in ledger.entries()]
    assert kinds[:3] == ["paper.received", "paper.read", "paper.routed"]


def test_a_cover_sheet_of_another_agency_or_two_of_two_stations_route_nothing(desk: Desk, sheet: bytes) -> None:
    elsewhere = code_of(marks.cover_sheet("us-tx-harris/sheriff", "D-4", DAY))
    other = code_of(marks.cover_sheet(BOSTON, "B-2", DAY))
    desk.gets(b"one", replace(reading(detainer(page=2)), codes=(Code(1, elsewhere),)), station="copier")
    desk.gets(
        b"two", replace(reading(detainer(page=2)), codes=(Code(1, code_of(sheet)), Code(3, other))), station="copier"
    )
    desk.understands()
    assert {one.station for one in request.load("2026-0001", BOSTON).transmissions} == {"copier"}


def test_the_sheet_itself_is_known_and_the_form_under_it_is_read(sheet: bytes) -> None:
    file, form = pdfium.PdfDocument(sheet), pdfium.PdfDocument(draw("i200", sample("i200")))
    file.import_pages(form)
    file.save(both := io.BytesIO())
    read_together = read(both.getvalue())
    assert [(one.kind, one.pages) for one in read_together.papers] == [("cover_sheet", (1,)), ("i200", (2,))]
    assert read_together.notes == ()
    assert [code.page for code in read_together.codes] == [1]
