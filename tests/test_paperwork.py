"""The drawn paperwork is what it claims to be: the committed pile comes from the code, each value stands in its place, nothing is real."""

from __future__ import annotations

import ctypes
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import yaml
from PIL import Image
from pypdfium2 import raw

from tests.paperwork import (
    EDITIONS,
    FIELD_NAMES,
    KINDS,
    FaxHeader,
    Paper,
    Place,
    bad,
    bundle,
    draw,
    people,
    places,
    sample,
)
from tests.paperwork.pile import files

EXAMPLES = Path(__file__).parents[1] / "examples"
FORMS = [kind for kind in KINDS if kind != "cat"]
INFERRED = ("i247x", "i247g")  # no copy was seen; both say so across the page
STYLES = ("text", "form", "scan", "fine fax", "standard fax")
POINT = 4  # pixels a point in the pictures that are looked at here


@pytest.fixture(scope="module")
def pile() -> dict[str, bytes]:
    return files()


# -- the committed files


def test_the_committed_pile_is_what_the_code_draws(pile: dict[str, bytes]) -> None:
    folder = EXAMPLES / "paperwork"
    committed = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(committed) == sorted(pile), "run `python -m tests.paperwork`, and remove files it no longer draws"
    for name, data in pile.items():
        assert data == committed[name] or _pixels(data) == _pixels(committed[name]), f"{name} is drawn otherwise now"


def test_each_file_of_the_pile_is_small_and_explained(pile: dict[str, bytes]) -> None:
    explained = (EXAMPLES / "README.md").read_text("utf-8")
    for name, data in pile.items():
        assert len(data) < 200_000, f"{name} is {len(data):,} bytes"
        assert f"`{name}`" in explained, f"examples/README.md does not say what {name} is"


def test_the_case_to_play_with_is_the_case_that_its_page_tells() -> None:
    case = yaml.safe_load((EXAMPLES / "case.yaml").read_text("utf-8"))
    facts = case["facts"]
    assert (case["agency"], case["at"]) == ("us-ma-boston/police", "2024-06-01T02:10:00-04:00")
    assert facts["person.release_ground"] == "bail_or_ROR"
    assert facts["custody.other_lawful_basis"] is False
    assert [(w["kind"], w["signed_by"]) for w in facts["warrants"]] == [("administrative", "immigration_officer")]


# -- the same from the same


@pytest.mark.parametrize("style", STYLES)
def test_the_same_arguments_give_the_same_bytes_and_another_seed_another_hand(style: str) -> None:
    def once(seed: int) -> bytes:
        return draw("i200", sample("i200"), style=style, seed=seed)  # type: ignore[arg-type]

    assert once(3) == once(3)
    assert once(3) != once(4)


# -- values in their places


@pytest.mark.parametrize("kind", FORMS)
def test_each_value_stands_in_its_place_and_nowhere_else_is_it_printed(kind: str) -> None:
    words = {name: f"q{n:02d}z" for n, (name, p) in enumerate(places(kind).items()) if p.kind == "text"}
    document = pypdfium2.PdfDocument(draw(kind, words))
    for name, value in words.items():
        place = places(kind)[name]
        page = document[place.page - 1].get_textpage()
        inside = page.get_text_bounded(place.x, 792 - place.y - place.h, place.x + place.w, 792 - place.y).strip()
        assert inside == value or (kind in INFERRED and value in inside)
        assert page.get_text_range().count(value) == 1


@pytest.mark.parametrize("kind", FORMS)
def test_no_printed_label_runs_into_a_field(kind: str) -> None:
    """An empty form has no print inside its fields, and nothing there but the rule or box that marks the place."""
    document = pypdfium2.PdfDocument(draw(kind, {}))
    for name, place in places(kind).items():
        if kind in INFERRED:
            continue  # the words INFERRED LAYOUT run across everything, on purpose
        page = document[place.page - 1].get_textpage()
        left, right = place.x + 0.5, place.x + place.w - 0.5
        inside = page.get_text_bounded(left, 792 - place.y - place.h + 1, right, 792 - place.y - 1).strip()
        assert inside == "", f"{name} has print in it: {inside!r}"


@pytest.mark.parametrize("kind", FORMS)
def test_a_tick_and_a_signature_leave_ink_in_their_place_and_only_there(kind: str) -> None:
    marks = {name: place for name, place in places(kind).items() if place.kind != "text"}
    for page in {place.page for place in marks.values()}:
        here = {name: place for name, place in marks.items() if place.page == page}
        for seed in (0, 1, 2):
            empty = _picture(draw(kind, {}, seed=seed), page)
            full = _picture(draw(kind, dict.fromkeys(here, True), seed=seed), page)
            for name, place in here.items():
                assert _ink(full, place) > _ink(empty, place) + 0.01, f"{name} shows no ink (seed {seed})"
            changed = np.abs(full.astype(int) - empty.astype(int)) > 60
            for place in here.values():
                x0, y0, x1, y1 = (round(v * POINT) for v in place.box)
                slack = 8 * POINT
                changed[max(0, y0 - slack) : y1 + slack, max(0, x0 - slack) : x1 + slack] = False
            assert not changed.any(), "ink far from any place that was marked"


def test_the_published_tables_are_kept_to_the_point() -> None:
    assert places("i247a")["pc_pending"].box == (44, 247, 52, 255)
    assert places("i247a")["notify_phone"].box == (52, 388, 242, 400)
    assert places("i247a")["lea_sig"].box == (320, 644, 560, 663)
    assert places("i200")["subject_name"].box == (338, 184, 552, 198)
    assert places("ao442")["d_ord"].box == (490, 382, 499, 391)


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_pdf_keeps_its_values_in_form_fields(kind: str) -> None:
    values = sample(kind)
    fields = _form_fields(draw(kind, values, style="form"))
    names = FIELD_NAMES.get(kind, {})
    assert len(set(names.values())) == len(names), "two fields of one form cannot share an AcroForm name"
    for name, place in places(kind).items():
        if place.kind == "sig":
            continue
        value, box = fields[names.get(name, name)]
        expected = ("Yes" if values.get(name) else "Off") if place.kind == "check" else (values.get(name) or "")
        assert value == expected, name
        assert box == pytest.approx(place.box, abs=1.0), name


def test_the_i200_carries_the_field_names_of_the_blank_form() -> None:
    fields = _form_fields(draw("i200", sample("i200"), style="form"))
    assert (
        fields["is removable from the United States  This determination is based upon"][0] == "DELACROIX, Luis Antonio"
    )
    assert fields["the pendency of ongoing removal proceedings against the subject"][0] == "Yes"


def test_two_papers_in_one_form_pdf_do_not_share_fields() -> None:
    fields = _form_fields(
        bundle([Paper("i247a", sample("i247a")), Paper("i200", sample("i200", form_date="03/01/2026"))], style="form")
    )
    assert (fields["Date"][0], fields["p2.Date"][0]) == ("03/02/2026", "03/01/2026")


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        ("i247a", ("IMMIGRATION DETAINER – NOTICE OF ACTION", "DHS Form I-247A (3/17)", "Page 1 of 3")),
        ("i247d", ("REQUEST FOR VOLUNTARY ACTION", "DHS Form I-247D")),
        ("i247n", ("REQUEST FOR VOLUNTARY NOTIFICATION OF RELEASE", "DHS Form I-247N", "Suspected Citizenship:")),
        (
            "i247_old",
            ("IMMIGRATION DETAINER - NOTICE OF ACTION", "DHS Form I-247 (12/12)", "MAINTAIN CUSTODY OF ALIEN"),
        ),
        ("i247x", ("INFERRED LAYOUT", "REQUEST FOR VOLUNTARY TRANSFER", "DHS Form I-247X")),
        ("i247g", ("INFERRED LAYOUT", "DHS Form I-247G")),
        ("i203", ("Order to Detain or Release Alien", "Form I-203 (Rev. 07/08)")),
        ("i200", ("Warrant for Arrest of Alien", "Form I-200 (Rev. 09/16)", "YOU ARE COMMANDED")),
        ("i205", ("WARRANT OF REMOVAL/DEPORTATION", "ICE Form I-205 (8/07)", "Magistrate Court Judge")),
        (
            "ao442",
            ("UNITED STATES DISTRICT COURT", "AO 442 (Rev. 11/11)", "ARREST WARRANT", "Issuing officer's signature"),
        ),
        ("ao93", ("SEARCH AND SEIZURE WARRANT", "AO 93 (Rev. 11/13)", "Judge's signature")),
        ("ao94", ("UNITED STATES DISTRICT COURT", "AO 94 (Rev. 06/09)", "COMMITMENT TO ANOTHER DISTRICT")),
        ("state_warrant", ("COMMONWEALTH OF MASSACHUSETTS", "DEFAULT WARRANT", "Docket No.", "Judge:")),
        ("immigration_order", ("EXECUTIVE OFFICE FOR IMMIGRATION REVIEW", "ORDER OF THE IMMIGRATION JUDGE")),
        ("message", ("IMMIGRATION VIOLATOR FILE", "ADMINISTRATIVE WARRANT", "MKE/EIV")),
        ("cover_sheet", ("FAX COVER SHEET",)),
    ],
)
def test_each_form_shows_what_tells_it_from_the_others(kind: str, marks: tuple[str, ...]) -> None:
    first = pypdfium2.PdfDocument(draw(kind, sample(kind)))[0].get_textpage().get_text_range()
    for mark in marks:
        assert mark in first


def test_both_editions_of_the_i247a_and_a_clerks_warrant_can_be_drawn() -> None:
    for edition in EDITIONS["i247a"]:
        text = _text(draw("i247a", sample("i247a"), edition=edition))
        assert text.count(f"DHS Form I-247A ({edition})") == 3
        assert [f"Page {n} of 3" in text for n in (1, 2, 3)] == [True] * 3
    clerk = _text(draw("ao442", sample("ao442", d_cmp=None, d_ind=True, officer_name="K. Thornlea, Deputy Clerk")))
    assert "Deputy Clerk" in clerk
    assert "Magistrate Judge" not in clerk


def test_a_wrong_name_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"i200 has no field birth_date; it has file_no, form_date"):
        draw("i200", {"birth_date": "x"})
    with pytest.raises(ValueError, match=r"no form 'i999' can be drawn; there are i247a"):
        draw("i999", {})
    with pytest.raises(ValueError, match=r"editions 3/17, 02/17, not '1/99'"):
        draw("i247a", {}, edition="1/99")
    with pytest.raises(ValueError, match=r"unknown style 'photocopy'"):
        draw("i200", {}, style="photocopy")  # type: ignore[arg-type]


# -- the machines


@pytest.mark.parametrize(("style", "dpi", "lines"), [("fine fax", (204, 196), 2156), ("standard fax", (204, 98), 1078)])
def test_a_fax_is_black_and_white_at_the_resolution_of_its_kind(style: str, dpi: tuple[int, int], lines: int) -> None:
    picture = Image.open(io.BytesIO(draw("i200", sample("i200"), style=style, container="tiff")))  # type: ignore[arg-type]
    assert (picture.mode, picture.size, picture.info["compression"]) == ("1", (1728, lines), "group4")
    assert tuple(round(v) for v in picture.info["dpi"]) == dpi
    page = pypdfium2.PdfDocument(draw("i200", sample("i200"), style=style))[0]  # type: ignore[arg-type]
    assert page.get_size() == pytest.approx((612, 792), abs=3)
    assert page.get_textpage().get_text_range() == ""


def test_pages_lost_on_the_way_are_still_counted_in_the_header() -> None:
    whole = draw("i247a", sample("i247a"), style="fine fax", container="tiff")
    torn = draw("i247a", sample("i247a"), style="fine fax", container="tiff", pages=[1, 3])
    assert (_frames(whole), _frames(torn)) == (3, 2)
    assert FaxHeader("X", "Y").line(1, 3).count("PAGE 01/03") == 1
    kept = [np.asarray(f) for f in _each_frame(torn)]
    sent = [np.asarray(f) for f in _each_frame(whole)]
    assert all((a == b).all() for a, b in zip(kept, (sent[0], sent[2]), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_a_scan_lies_between_a_third_of_a_degree_and_one_and_a_half(seed: int) -> None:
    scan = draw("i247a", sample("i247a"), style="scan", seed=seed, container="tiff", pages=[1])
    gray = np.asarray(Image.open(io.BytesIO(scan)))
    assert gray.shape == (2200, 1700)
    low, high = (_first_dark_row(gray, round(x * 200 / 72)) for x in (80, 530))
    assert 0.25 <= abs(np.degrees(np.arctan2(high - low, (530 - 80) * 200 / 72))) <= 1.55


# -- nothing here is real


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_says_that_it_is_fictional(kind: str) -> None:
    document = pypdfium2.PdfDocument(draw(kind, sample(kind)))
    assert all("FICTIONAL" in page.get_textpage().get_text_range() for page in document)


def test_numbers_are_from_the_ranges_that_belong_to_nobody() -> None:
    printed_by_the_forms = {"(802) 872-6020", "(855) 448-6903"}
    everyone = [v for v in vars(people).values() if isinstance(v, dict) and "SAMPLES" not in v]
    text = " ".join(str(value) for values in [*everyone, *people.SAMPLES.values()] for value in values.values())
    assert re.findall(r"\(\d{3}\) \d{3}-\d{4}", text)
    for number in re.findall(r"\(\d{3}\) \d{3}-\d{4}", text):
        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", number), number
    for kind in KINDS:
        for number in re.findall(r"\(\d{3}\) \d{3}-\d{4}", _text(draw(kind, sample(kind)))):
            assert number in printed_by_the_forms or "555-01" in number
        file_no = sample(kind).get("file_no")
        assert file_no is None or str(file_no).replace(" ", "").startswith("A0000000")


# -- bad files are bad in the way they say


def test_the_bad_files_are_always_the_same_and_small() -> None:
    for name, make in bad.EVERY.items():
        assert len(make()) < 2_000_000, name
    assert bad.encrypted_pdf() == bad.encrypted_pdf()
    assert bad.random_bytes(1) != bad.random_bytes(2)


def test_the_broken_ones_do_not_open() -> None:
    for data in (bad.truncated_pdf(), bad.empty(), bad.random_bytes()):
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(data)
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(bad.encrypted_pdf())
    assert (
        "nobody without"
        in pypdfium2.PdfDocument(bad.encrypted_pdf(), password="fictional")[0].get_textpage().get_text_range()
    )


def test_the_long_the_huge_and_the_packed_ones_are_over_their_limits() -> None:
    assert len(pypdfium2.PdfDocument(bad.long_fax())) == 300
    bomb = zipfile.ZipFile(io.BytesIO(bad.zip_bomb())).infolist()[0]
    assert bomb.file_size / bomb.compress_size >= 1000
    width, height = int.from_bytes(bad.huge_picture()[16:20]), int.from_bytes(bad.huge_picture()[20:24])
    assert width * height > 40_000_000
    wide, tall = pypdfium2.PdfDocument(bad.huge_page_pdf())[0].get_size()
    assert (wide * 200 / 72) * (tall * 200 / 72) > 40_000_000
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(bad.word_file())).namelist()


def test_the_detainer_with_a_script_is_a_whole_detainer_with_a_script_and_a_file() -> None:
    data = bad.pdf_with_script_and_file()
    document = pypdfium2.PdfDocument(data)
    assert "IMMIGRATION DETAINER" in document[0].get_textpage().get_text_range()
    assert raw.FPDFDoc_GetJavaScriptActionCount(document) == 1
    assert [document.get_attachment(n).get_name() for n in range(document.count_attachments())] == ["hidden.exe"]
    assert b"/Launch" in data


def test_the_cat_is_a_picture() -> None:
    assert Image.open(io.BytesIO(bad.cat())).format == "JPEG"


# -- looking at files


def _picture(pdf: bytes, page: int) -> np.ndarray:
    return np.asarray(pypdfium2.PdfDocument(pdf)[page - 1].render(scale=POINT, grayscale=True).to_pil().convert("L"))


def _ink(picture: np.ndarray, place: Place) -> float:
    """The share of dark points well inside a place, away from its rule or box."""
    x0, y0, x1, y1 = place.box
    inside = picture[
        round((y0 + 1.2) * POINT) : round((y1 - 1.2) * POINT), round((x0 + 1.2) * POINT) : round((x1 - 1.2) * POINT)
    ]
    return float((inside < 128).mean())


def _first_dark_row(gray: np.ndarray, column: int) -> float:
    """Where the top line of the form's first frame crosses this column: the middle of what nine columns say, specks outvoted."""
    start = round(50 * 200 / 72)
    return float(np.median([start + np.argmax(gray[start:, column + n * 5] < 140) for n in range(-4, 5)]))


def _text(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def _each_frame(tiff: bytes) -> list[Image.Image]:
    picture = Image.open(io.BytesIO(tiff))
    found = []
    for n in range(_frames(tiff)):
        picture.seek(n)
        found.append(picture.copy())
    return found


def _frames(tiff: bytes) -> int:
    return int(getattr(Image.open(io.BytesIO(tiff)), "n_frames", 1))


def _pixels(data: bytes) -> list[bytes]:
    if data.startswith(b"%PDF"):
        return [page.render(scale=2).to_pil().tobytes() for page in pypdfium2.PdfDocument(data)]
    return [frame.tobytes() for frame in _each_frame(data)]


def _form_fields(pdf: bytes) -> dict[str, tuple[str, tuple[float, float, float, float]]]:
    """AcroForm name -> value (for a box: the name of its state) and box from the top left corner, as pdfium sees them."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    environment = document.formenv
    found = {}
    for page in document:
        for index in range(raw.FPDFPage_GetAnnotCount(page)):
            widget = raw.FPDFPage_GetAnnot(page, index)
            box = raw.FS_RECTF()
            assert raw.FPDFAnnot_GetRect(widget, box)
            name = _string(raw.FPDFAnnot_GetFormFieldName, environment, widget)
            if raw.FPDFAnnot_GetFormFieldType(environment, widget) == raw.FPDF_FORMFIELD_CHECKBOX:
                value = "Yes" if raw.FPDFAnnot_IsChecked(environment, widget) else "Off"
            else:
                value = _string(raw.FPDFAnnot_GetFormFieldValue, environment, widget)
            found[name] = (value, (box.left, 792 - box.top, box.right, 792 - box.bottom))
            raw.FPDFPage_CloseAnnot(widget)
    return found


def _string(get: object, environment: object, widget: object) -> str:
    size = get(environment, widget, None, 0)  # type: ignore[operator]
    buffer = ctypes.create_string_buffer(size)
    get(environment, widget, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)  # type: ignore[operator]
    return buffer.raw[: size - 2].decode("utf-16-le")
