"""Scans and faxes: nothing that is accepted is wrong, most fields are right, and what is unclear goes to a person. These are
generated pages; they say nothing about real forms."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import cv2
import numpy as np
import pytest
from PIL import Image

from detainerdesk.intake.reading import ocr, tesseract
from detainerdesk.intake.reading.fields import Paper as ReadPaper
from detainerdesk.intake.reading.fields import Reading, from_json, to_json
from detainerdesk.intake.reading.pages import Pages, render_picture
from detainerdesk.intake.reading.read import read
from detainerdesk.intake.reading.readers import COARSE
from tests.intake.reading.compared import accepted_yet_wrong, only_paper, random_values, wrong_fields
from tests.paperwork import Paper, bundle, draw, sample

COVERED = 0.90 if tesseract.is_here() else 0.75  # part of the fields that no person needs to look at
Read = tuple[ReadPaper, Mapping[str, object]]


@pytest.fixture(scope="module")
def bundle_by_fine_fax() -> tuple[Reading, list[Mapping[str, object]]]:
    """A detainer (page 1), a warrant of the department, a warrant of a court: three pages of one fax."""
    values = [random_values("i247a", 21), random_values("i200", 22), random_values("ao442", 23)]
    papers = [Paper(kind, filled) for kind, filled in zip(("i247a", "i200", "ao442"), values, strict=True)]
    return read(bundle(papers, style="fine fax", seed=5, container="tiff", pages=[1, 4, 5])), list(values)


@pytest.fixture(scope="module")
def scanned() -> Read:
    values = random_values("i247a", 31)
    return only_paper(read(draw("i247a", values, style="scan", seed=6, pages=[1]))), values


@pytest.fixture(scope="module")
def standard_fax() -> Read:
    values = random_values("i200", 41)
    return only_paper(read(draw("i200", values, style="standard fax", seed=7))), values


def test_the_papers_of_a_fax_are_told_apart_with_their_pages(
    bundle_by_fine_fax: tuple[Reading, list[Mapping[str, object]]],
) -> None:
    reading, _ = bundle_by_fine_fax
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [("i247a", (1,)), ("i200", (2,)), ("ao442", (3,))]
    assert {"D21"} <= {defect.id for defect in reading.papers[0].defects}, "pages 2 and 3 of the detainer did not come"


def test_no_accepted_field_of_a_fine_fax_is_wrong_and_most_are_accepted(
    bundle_by_fine_fax: tuple[Reading, list[Mapping[str, object]]],
) -> None:
    reading, values = bundle_by_fine_fax
    fields = right = accepted = 0
    for paper, drawn in zip(reading.papers, values, strict=True):
        assert accepted_yet_wrong(paper, drawn) == {}
        fields += len(paper.fields)
        right += len(paper.fields) - len(wrong_fields(paper, drawn))
        accepted += sum(field.accepted for field in paper.fields.values())
    assert right >= 0.96 * fields
    assert accepted >= COVERED * fields


def test_no_accepted_field_of_an_office_scan_is_wrong_and_nearly_all_are_right(scanned: Read) -> None:
    paper, values = scanned
    assert accepted_yet_wrong(paper, values) == {}
    assert len(wrong_fields(paper, values)) <= 1
    assert sum(field.accepted for field in paper.fields.values()) >= COVERED * len(paper.fields)


def test_a_fax_of_half_the_lines_is_stretched_and_read(standard_fax: Read) -> None:
    paper, values = standard_fax
    assert paper.kind == "i200"
    assert accepted_yet_wrong(paper, values) == {}
    assert len(wrong_fields(paper, values)) <= 0.2 * len(paper.fields)


@pytest.mark.parametrize("stated", [True, False])
def test_a_fax_of_half_the_lines_whose_rows_stand_twice_is_known_as_one(stated: bool) -> None:
    """Else its letters would pass for those of a fine fax, and both readers can see the same wrong one."""
    sent = Pages(draw("i200", sample("i200"), style="fine fax", seed=7, container="tiff")).page(1).picture
    rows = np.repeat(sent[: sent.shape[0] // 2 * 2 : 2], 2, axis=0)
    out = io.BytesIO()
    more = {"dpi": (204, 196)} if stated else {}
    Image.fromarray(rows).convert("1").resize((1728, rows.shape[0]), Image.Resampling.NEAREST).save(out, "TIFF", **more)
    page = Pages(out.getvalue()).page(1)
    assert page.rows < COARSE
    assert page.picture.shape[0] > page.picture.shape[1]


def test_a_reading_of_a_fax_is_made_of_plain_values(
    bundle_by_fine_fax: tuple[Reading, list[Mapping[str, object]]],
) -> None:
    """A number of some library in it could be neither stored nor sent."""
    reading, _ = bundle_by_fine_fax
    assert from_json(json.loads(json.dumps(to_json(reading)))).pages == 3
    for paper in reading.papers:
        for field in paper.fields.values():
            assert type(field.accepted) is bool
            assert type(field.value) in (bool, str, type(None))
            assert field.box is not None
            assert {type(edge) for edge in field.box} == {float}


@pytest.mark.parametrize(("dots", "stated"), [((1728, 2156), True), ((1728, 2156), False), ((1728, 1078), False)])
def test_the_places_of_a_fax_are_those_of_its_paper(dots: tuple[int, int], stated: bool) -> None:
    """A fax has 204 dots an inch across and 196 or 98 down. Its fields are boxed where they stand on the paper, and its picture has the paper's shape."""
    sent = draw("i200", sample("i200"), style="scan", seed=7)
    out = io.BytesIO()
    dpi = {"dpi": (204, 196)} if stated else {}
    Image.fromarray(Pages(sent).page(1).picture).resize(dots).convert("1").save(out, "TIFF", **dpi)
    by_fax, scanned = only_paper(read(out.getvalue())).fields, only_paper(read(sent)).fields
    both = [(by_fax[name].box, field.box) for name, field in scanned.items() if by_fax[name].state == field.state]
    down = [abs(a - b) for one, other in both if one and other for a, b in zip(one[1::2], other[1::2], strict=True)]
    assert len(down) >= 20
    assert np.percentile(down, 90) < 4
    with Image.open(io.BytesIO(render_picture(out.getvalue(), 1, 592))) as picture:
        assert abs(picture.height - 592 * 11 / 8.5) < 4


def test_a_page_on_its_head_or_on_its_side_is_set_upright() -> None:
    """The way back leads each box to the page as it came, so that the desk boxes the right place on the picture."""
    page = Pages(draw("i200", sample("i200"), style="scan", seed=8)).page(1)
    for turns in (1, 2, 3):
        turned = np.ascontiguousarray(np.rot90(page.picture, turns))
        upright, back = ocr.straighten(turned)
        assert upright.shape == page.picture.shape
        small = [np.asarray(Image.fromarray(p).resize((170, 220)), dtype=float) for p in (upright, page.picture)]
        assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.35
        assert small[0][:20].mean() == pytest.approx(small[1][:20].mean(), abs=6)
        height, width = upright.shape
        corner = np.array([[0, 0, 1], [width, height, 1]]) @ back.T
        assert corner.min() >= -60
        assert corner[:, 0].max() <= turned.shape[1] + 60
        assert corner[:, 1].max() <= turned.shape[0] + 60


def test_handwriting_like_scrawl_in_a_text_field_goes_to_a_person() -> None:
    page = Image.open(
        io.BytesIO(draw("i200", sample("i200", subject_name=None), style="scan", seed=9, container="tiff"))
    )
    gray = np.array(page.convert("L"))
    chance = np.random.default_rng(3)
    x = np.linspace(950, 1450, 900)
    y = 528 + 12 * np.sin(x / 11) + np.cumsum(chance.normal(0, 0.5, x.size))
    for dx in (0, 1, 2):
        gray[np.clip(y.astype(int) + dx, 0, gray.shape[0] - 1), x.astype(int)] = 20
    out = io.BytesIO()
    Image.fromarray(gray).save(out, "TIFF", dpi=(200, 200))
    field = only_paper(read(out.getvalue())).fields["subject_name"]
    assert not field.accepted
    assert field.state in ("unreadable", "shown")


def test_a_box_and_a_signatures_place_with_a_pale_mark_are_not_proved_empty() -> None:
    """A pencil leaves less than half as much dark as the form's print does."""
    data = draw("i200", sample("i200", officer_sig=False, b_statements=False), style="scan", seed=9, container="tiff")
    gray = np.array(Image.open(io.BytesIO(data)).convert("L"))
    before = only_paper(read(data)).fields
    pale = int(np.median(gray)) - round(0.38 * (np.median(gray) - np.percentile(gray, 0.5)))
    for name, text in (("officer_sig", "A. Quill"), ("b_statements", "X")):
        assert (before[name].state, before[name].accepted) == ("empty", True)
        x0, y0, _, y1 = (round(value * 200 / 72) for value in before[name].box or ())
        high = min(40, y1 - y0 - 6)
        marked = np.full_like(gray, 255)
        cv2.putText(marked, text, (x0 + 4, y1 - 5), cv2.FONT_HERSHEY_SIMPLEX, high / 22, 0, 2)
        gray[(marked < 128) & (gray > pale)] = pale
    out = io.BytesIO()
    Image.fromarray(gray).save(out, "TIFF", dpi=(200, 200))
    after = only_paper(read(out.getvalue())).fields
    for name in ("officer_sig", "b_statements"):
        assert (after[name].state, after[name].accepted) == ("unreadable", False)


@pytest.mark.parametrize(
    ("words", "degrees", "tall", "below"),
    [("UNIT 4", 7, 62, 12), ("UNIT 4", -5, 62, 12), ("UNIT 4", 7, 70, 30), ("COPY", -5, 56, 30)],
)
def test_a_stamp_askew_in_an_empty_signatures_place_goes_to_a_person(
    words: str, degrees: float, tall: int, below: int
) -> None:
    data = draw("i247a", sample("i247a", lea_sig=False), style="scan", seed=9, container="tiff", pages=[1])
    gray = np.array(Image.open(io.BytesIO(data)).convert("L"))
    before = only_paper(read(data)).fields["lea_sig"]
    assert (before.state, before.accepted) == ("empty", True)
    left, _, _, bottom = (round(value * 200 / 72) for value in before.box or ())
    bottom += below
    stamp = np.full_like(gray, 255)
    cv2.rectangle(stamp, (left + 60, bottom - tall), (left + 200, bottom), 60, 4)
    cv2.putText(stamp, words, (left + 75, bottom - 16), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 60, 4)
    turn = cv2.getRotationMatrix2D((left + 130, bottom - tall / 2), degrees, 1.0)
    gray = np.minimum(gray, cv2.warpAffine(stamp, turn, gray.shape[::-1], borderValue=255))
    out = io.BytesIO()
    Image.fromarray(gray).save(out, "TIFF", dpi=(200, 200))
    after = only_paper(read(out.getvalue())).fields["lea_sig"]
    assert (after.value, after.accepted) == (None, False)
