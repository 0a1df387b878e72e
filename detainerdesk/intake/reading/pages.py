"""From bytes to page pictures: what kind of file it is (by its content, never its name), whether it keeps the limits, and
each page as a grey picture with, for a digital PDF, its characters and form values. Comes in: bytes. Goes out: `Pages`,
which gives one `Page` at a time; a file that can't be read raises `CannotRead` with words for a person."""

from __future__ import annotations

import ctypes
import io
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdf
from PIL import Image, ImageOps, TiffTags

from detainerdesk.intake.reading.fields import Box

Gray = npt.NDArray[np.uint8]

MAX_BYTES = 25 * 1024 * 1024
MAX_PAGES = 200
MAX_PIXELS = 40_000_000
DPI = 200  # of the pictures that ink and OCR look at
LETTER_WIDTH = 612.0
FAX_WIDTH = 1728  # pixels of a fax line, at any vertical resolution

# A damaged file makes the image and PDF libraries raise almost anything (TypeError, KeyError, struct.error, ...).
DAMAGE = (Exception,)


class CannotRead(ValueError):
    """The file can't be read; the message tells a person what it is and what to do."""


class NoPicture(ValueError):
    """There is no picture of that page; the message tells a person why."""


@dataclass(frozen=True)
class Char:
    """One character of a digital page, in points from the top left corner."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float = 1.0


@dataclass(frozen=True)
class Widget:
    """One form field of a digital PDF, as the file states it."""

    name: str
    kind: str  # text, check, signature, other
    value: str
    box: Box


@dataclass(frozen=True)
class Page:
    """One page: its picture and, where the page is digital, its characters and form fields."""

    number: int
    width: float  # points
    height: float
    picture: Gray
    scanned: bool
    chars: tuple[Char, ...] = ()
    widgets: tuple[Widget, ...] = ()
    rows: float = DPI  # dots an inch from top to bottom, as it was scanned or sent

    @property
    def scale(self) -> float:
        """Pixels of the picture for one point."""
        return float(self.picture.shape[1]) / self.width


class Pages:
    """The pages of a file, opened and checked against the limits; iterate to get them one at a time."""

    def __init__(self, data: bytes) -> None:
        self.type = type_of(data)
        self.notes: list[str] = []
        if self.type == "pdf":
            self._pdf = _open_pdf(data)
            self.count = len(self._pdf)
            self.notes += _active_parts(data, self._pdf)
        else:
            self._image, self.count = _open_image(data)
        if self.count > MAX_PAGES:
            raise CannotRead(
                f"This file has {self.count} pages; the limit is {MAX_PAGES}. It is kept whole. "
                "Split it, or have a person look through it."
            )
        if self.count == 0:
            raise CannotRead("This PDF has no pages. Ask the sender to send it again.")

    def __iter__(self) -> Iterator[Page]:
        for number in range(1, self.count + 1):
            yield self.page(number)

    def page(self, number: int) -> Page:
        """One page by its number, from 1."""
        try:
            return self._pdf_page(number) if self.type == "pdf" else self._image_page(number)
        except (CannotRead, MemoryError):
            raise
        except (
            OSError,
            SyntaxError,
            ValueError,
            pdfium.PdfiumError,
            Image.DecompressionBombError,
            zlib.error,
        ) as error:
            raise CannotRead(
                f"Page {number} of {self.count} is damaged ({_short(error)}). "
                "The file is kept. Ask the sender to send it again, or look at it by hand."
            ) from error

    def check_all_sizes(self) -> None:
        """Refuses the file where any page is over the limit, before any page is worked on: never half read."""
        for number in range(1, self.count + 1):
            if self.type == "pdf":
                self._check_pdf_page(number)
            else:
                try:
                    self._image.seek(number - 1)
                except DAMAGE as error:
                    raise CannotRead(
                        f"Page {number} of this image file is damaged ({_short(error)}). Ask the sender to send it again."
                    ) from error
                _check_pixels(number, *self._image.size)

    def _check_pdf_page(self, number: int) -> None:
        try:
            page = self._pdf[number - 1]
        except pdfium.PdfiumError as error:
            raise CannotRead(
                f"Page {number} of this PDF is damaged ({_short(error)}). Ask the sender to send it again."
            ) from error
        width, height = page.get_size()
        _check_pixels(number, int(width * DPI / 72), int(height * DPI / 72))
        for image in page.get_objects(filter=[pdf.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            _check_pixels(number, *image.get_px_size())
        page.close()

    def _pdf_page(self, number: int) -> Page:
        page = self._pdf[number - 1]
        try:
            width, height = page.get_size()
            picture = _render(page, DPI / 72)
            if _is_scan(page, width, height):
                return Page(number, width, height, picture, scanned=True, rows=_rows(page, height))
            at = _place(page, width, height)
            chars = _chars(page, at)
            widgets = _widgets(self._pdf, page, at) if self._pdf.formenv else ()
            digital = bool(widgets) or len(chars) >= 8
            return Page(number, width, height, picture, not digital, chars if digital else (), widgets)
        finally:
            page.close()

    def _image_page(self, number: int) -> Page:
        self._image.seek(number - 1)
        image = self._image
        image.load()
        xdpi, ydpi = _dpi(image)
        upright = ImageOps.exif_transpose(image) if image.format in ("JPEG", "PNG") else image
        gray = np.asarray(_on_white(upright), dtype=np.uint8)
        if _is_doubled(gray):
            gray, ydpi = gray[::2], None if ydpi is None else ydpi / 2
        rows = gray.shape[0]
        gray, width, height = _square_pixels(gray, xdpi, ydpi)
        return Page(number, width, height, gray, scanned=True, rows=rows / height * 72)


def type_of(data: bytes) -> str:
    """`pdf`, `tiff`, `png` or `jpeg`; anything else raises `CannotRead` and says what it looks like."""
    if len(data) == 0:
        raise CannotRead("This file is empty (0 bytes): nothing arrived. Ask the sender to send it again.")
    if len(data) > MAX_BYTES:
        raise CannotRead(
            f"This file has {len(data) / 1048576:.0f} MB; the limit is {MAX_BYTES // 1048576} MB. "
            "It is kept whole. Ask the sender for a smaller copy, or have a person open it."
        )
    for starts, name in (
        (b"II*\x00", "tiff"),
        (b"MM\x00*", "tiff"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
    ):
        if data.startswith(starts):
            return name
    # A PDF may have other bytes before its head; but in an archive they are those of a file inside it, which is not opened.
    if b"%PDF-" in data[:1024] and not data.startswith(_NEVER_OPENED):
        return "pdf"
    raise CannotRead(_what_it_is(data))


def render_picture(data: bytes, number: int, width_px: int) -> bytes:
    """PNG of one page, `width_px` wide: our own picture, never the file. Works in this process; see `picture`."""
    if not 16 <= width_px <= 4000:
        raise NoPicture(f"A page picture can be 16 to 4000 pixels wide, not {width_px}.")
    pages = Pages(data)
    if not 1 <= number <= pages.count:
        raise NoPicture(f"There is no page {number}: the document has {pages.count}.")
    if pages.type == "pdf":
        pages._check_pdf_page(number)
        page = pages._pdf[number - 1]
        wide, high = page.get_size()
        gray = Image.fromarray(_render(page, width_px / wide))
    else:
        paper = pages.page(number)
        wide, high = paper.width, paper.height  # a fax has other dots to the inch down than across
        gray = Image.fromarray(paper.picture)
    height = max(1, round(high * width_px / wide))
    out = io.BytesIO()
    gray.resize((width_px, height), Image.Resampling.LANCZOS).save(out, "PNG", optimize=False)
    return out.getvalue()


def picture(path: Path, page: int, width_px: int) -> bytes:
    """PNG of one page of a stored document, made in the limited child process."""
    from detainerdesk.intake.reading.child import picture_in_child

    return picture_in_child(path, page, width_px)


# ---- telling files apart ------------------------------------------------------------------------------------------

_SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"{\\rtf", "office"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"RIFF", "picture"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"%!PS", "postscript"),
)
_NEVER_OPENED = tuple(starts for starts, what in _SIGNATURES if what in ("zip", "archive", "office", "program"))
_MAIL_HEAD = re.compile(rb"^(From |Received:|Return-Path:|MIME-Version:|Message-ID:|Subject:|From:|Date:|To:)", re.I)
_WORDS = {
    "archive": "This is an archive (like a ZIP file). Archives are kept but not opened here. "
    "Ask the sender for the pages as PDF or fax.",
    "office": "This is an office file (like a Word document). It is kept but not opened here. "
    "Ask the sender for a PDF or a fax.",
    "mail": "This is an e-mail message. It is kept but not opened here. Send in the attached pages as PDF or TIFF.",
    "picture": "This is a picture of a type that is not read here. It is kept. Send the page as PDF, TIFF, PNG or JPEG.",
    "program": "This is a program or script, not a document. It is kept and was not run. Tell your security officer.",
    "postscript": "This is a PostScript file. It is kept but not opened here. Ask the sender for a PDF.",
    "web": "This is a web page, not a document. It is kept but not opened here. Ask the sender for a PDF.",
    "text": "This is plain text, not a page. It is kept. A person must look at it.",
    "other": "This is not a document type that is read here (PDF, TIFF, PNG, JPEG). It is kept. "
    "A person must look at it, or ask the sender for a PDF.",
}


def _what_it_is(data: bytes) -> str:
    head = data[:4096]
    what = next((name for starts, name in _SIGNATURES if head.startswith(starts)), None)
    if what == "zip":
        names = (b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis", b"[Content_Types].xml")
        what = "office" if any(name in head for name in names) else "archive"
    if what is None and data[4:8] == b"ftyp":
        what = "picture"
    if what is None and re.match(rb"\s*<(!doctype html|html|\?xml)", head, re.I):
        what = "web"
    if what is None and _MAIL_HEAD.match(head) and re.search(rb"\r?\n[A-Za-z-]+: ", head):
        what = "mail"
    if what is None and b"\x00" not in head:
        try:
            head[:2048].decode("utf-8")
            what = "text"
        except UnicodeDecodeError:
            what = "other"
    return _WORDS[what or "other"]


# ---- PDF ----------------------------------------------------------------------------------------------------------


def _open_pdf(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.init_forms()
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdf.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise CannotRead(
                "This PDF is encrypted: it needs a password. It is kept. Ask the sender for a copy without one."
            ) from error
        if b"%%EOF" not in data[-2048:]:
            raise CannotRead(_TRUNCATED) from error
        raise CannotRead("This PDF is damaged and can't be opened. It is kept. Ask the sender to send it again.") from (
            error
        )
    if b"%%EOF" not in data[-2048:]:
        # PDFium rebuilds a cut file from what is left of it: that would be half a reading.
        raise CannotRead(_TRUNCATED)
    return document


_TRUNCATED = (
    "This PDF is cut off: its end is missing, so pages may be missing too. It is kept. Ask the sender to send it again."
)


def _active_parts(data: bytes, document: pdfium.PdfDocument) -> list[str]:
    """What in the PDF would act or hide: never run here, always reported."""
    marks = _names_in(data)
    found = []
    if pdf.FPDFDoc_GetJavaScriptActionCount(document) > 0 or marks & {"JavaScript", "JS"}:
        found.append("This PDF contains a script. It was not run.")
    if document.get_formtype() in (pdf.FORMTYPE_XFA_FULL, pdf.FORMTYPE_XFA_FOREGROUND) or "XFA" in marks:
        found.append("This PDF contains an XFA form. It was not run; only the plain page was read.")
    if "Launch" in marks:
        found.append("This PDF asks to start a program. It was not started.")
    if pdf.FPDFDoc_GetAttachmentCount(document) > 0 or marks & {"EmbeddedFile", "EmbeddedFiles", "RichMedia"}:
        found.append("This PDF has other files inside it. They were not opened.")
    if marks & {"SubmitForm", "ImportData", "GoToR", "GoToE"}:
        found.append("This PDF has an action that sends or fetches data. It was not run.")
    if document.get_formtype() != pdf.FORMTYPE_NONE and data.count(b"%%EOF") > 2:
        found.append("This PDF was changed after it was first saved (D22): look at the picture of each page.")
    elif _changed_after_signing(data):
        found.append("This PDF was changed after it was signed (D22): look at the picture of each page.")
    return found


_WANTED = (
    "JavaScript",
    "JS",
    "XFA",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "RichMedia",
    "SubmitForm",
    "ImportData",
    "GoToR",
    "GoToE",
)
_NAME = re.compile(rb"/([A-Za-z#0-9]{2,40})(?=[\s/<>\[\]()]|$)")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)


def _names_in(data: bytes) -> set[str]:
    """The wanted PDF names that stand in the file or in its packed object streams, `#4a` spellings undone."""
    found = _wanted_names(data)
    budget = 64 * 1024 * 1024
    for match in _OBJECT_STREAM.finditer(data):
        if budget <= 0:
            break
        try:
            unpacked = zlib.decompressobj().decompress(data[match.end() :], min(budget, 8 * 1024 * 1024))
        except zlib.error:
            continue
        budget -= len(unpacked)
        found |= _wanted_names(unpacked)
    return found


def _wanted_names(data: bytes) -> set[str]:
    names = set()
    for match in _NAME.finditer(data):
        name = match.group(1)
        if b"#" in name:
            name = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), name)
        text = name.decode("latin-1")
        if text in _WANTED:
            names.add(text)
    return names


def _render(page: pdfium.PdfPage, scale: float) -> Gray:
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
    array = bitmap.to_numpy()
    gray = array[:, :, 0] if array.ndim == 3 else array
    return np.ascontiguousarray(gray, dtype=np.uint8)


def _is_scan(page: pdfium.PdfPage, width: float, height: float) -> bool:
    """Whether one picture covers most of the page; text behind or in front of it is then only some scanner's OCR."""
    for image in page.get_objects(filter=[pdf.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x0, y0, x1, y1 = image.get_bounds()
        if (min(x1, width) - max(x0, 0)) * (min(y1, height) - max(y0, 0)) > 0.5 * width * height:
            return True
    return False


def _rows(page: pdfium.PdfPage, height: float) -> float:
    """Dots an inch from top to bottom of the coarsest large picture on the page."""
    dots = [float(DPI)]
    for image in page.get_objects(filter=[pdf.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        _, bottom, _, top = image.get_bounds()
        if top - bottom > 0.3 * height:
            dots.append(image.get_px_size()[1] / (top - bottom) * 72)
    return min(dots)


def _place(page: pdfium.PdfPage, width: float, height: float) -> Any:
    """A function from PDF page coordinates to points from the top left of the page as shown (rotation, crop box)."""
    fine, far = 100, 1000.0

    def shown(x: float, y: float) -> tuple[float, float]:
        dx, dy = ctypes.c_int(), ctypes.c_int()
        pdf.FPDF_PageToDevice(page, 0, 0, int(width * fine), int(height * fine), 0, x, y, dx, dy)
        return dx.value / fine, dy.value / fine

    (x0, y0), (ax, ay), (bx, by) = shown(0, 0), shown(far, 0), shown(0, far)

    def at(x: float, y: float) -> tuple[float, float]:
        return x0 + ((ax - x0) * x + (bx - x0) * y) / far, y0 + ((ay - y0) * x + (by - y0) * y) / far

    return at


def _chars(page: pdfium.PdfPage, at: Any) -> tuple[Char, ...]:
    text = page.get_textpage()
    chars = []
    left, bottom, right, top = (ctypes.c_double() for _ in range(4))
    cell = pdf.FS_RECTF()  # with the room that the font gives the letter: gaps between cells are real gaps
    for index in range(text.count_chars()):
        code = pdf.FPDFText_GetUnicode(text, index)
        if code < 32 or code in (0xFFFE, 0xFFFF) or pdf.FPDFText_IsGenerated(text, index) == 1:
            continue
        pdf.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        if pdf.FPDFText_GetLooseCharBox(text, index, cell) and cell.right > cell.left:
            left.value, right.value = cell.left, cell.right
        (xa, ya), (xb, yb) = at(left.value, top.value), at(right.value, bottom.value)
        chars.append(Char(chr(code), min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))
    text.close()
    return tuple(chars)


def _widgets(document: pdfium.PdfDocument, page: pdfium.PdfPage, at: Any) -> tuple[Widget, ...]:
    widgets = []
    for index in range(pdf.FPDFPage_GetAnnotCount(page)):
        annotation = pdf.FPDFPage_GetAnnot(page, index)
        try:
            if pdf.FPDFAnnot_GetSubtype(annotation) != pdf.FPDF_ANNOT_WIDGET:
                continue
            rect = pdf.FS_RECTF()
            pdf.FPDFAnnot_GetRect(annotation, rect)
            (xa, ya), (xb, yb) = at(rect.left, rect.top), at(rect.right, rect.bottom)
            kind = {
                pdf.FPDF_FORMFIELD_TEXTFIELD: "text",
                pdf.FPDF_FORMFIELD_COMBOBOX: "text",
                pdf.FPDF_FORMFIELD_CHECKBOX: "check",
                pdf.FPDF_FORMFIELD_RADIOBUTTON: "check",
                pdf.FPDF_FORMFIELD_SIGNATURE: "signature",
            }.get(pdf.FPDFAnnot_GetFormFieldType(document.formenv, annotation), "other")
            widgets.append(
                Widget(
                    _string(pdf.FPDFAnnot_GetFormFieldName, document.formenv, annotation),
                    kind,
                    _string(pdf.FPDFAnnot_GetFormFieldValue, document.formenv, annotation),
                    (min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)),
                )
            )
        finally:
            pdf.FPDFPage_CloseAnnot(annotation)
    return tuple(widgets)


def _string(get: Any, form: Any, annotation: Any) -> str:
    length = get(form, annotation, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    get(form, annotation, buffer, length)
    return bytes(buffer)[: max(0, length - 2)].decode("utf-16-le", "replace")


# ---- images -------------------------------------------------------------------------------------------------------


def _open_image(data: bytes) -> tuple[Image.Image, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=("TIFF", "PNG", "JPEG"))
            _check_pixels(1, *image.size)
            return image, int(getattr(image, "n_frames", 1))
    except Image.DecompressionBombError as error:
        raise CannotRead(
            f"Page 1 has more pixels than the limit of {MAX_PIXELS // 1_000_000} megapixels. It is kept. "
            "Ask the sender for a smaller copy."
        ) from error
    except (CannotRead, MemoryError):
        raise
    except DAMAGE as error:
        raise CannotRead(
            f"This image file is damaged and can't be opened ({_short(error)}). It is kept. "
            "Ask the sender to send it again."
        ) from error


def _check_pixels(number: int, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise CannotRead(
            f"Page {number} has {width * height / 1e6:.0f} megapixels; the limit is {MAX_PIXELS // 1_000_000}. "
            "It is kept. Ask the sender for a smaller copy."
        )


def _dpi(image: Image.Image) -> tuple[float | None, float | None]:
    dpi = image.info.get("dpi")
    if image.format == "TIFF":
        tags = getattr(image, "tag_v2", {})
        names = {name: code for code, name in ((c, t.name) for c, t in TiffTags.TAGS_V2.items())}
        if tags.get(names["ResolutionUnit"], 2) == 1:
            dpi = None
    if not dpi or not all(50 <= float(v) <= 1300 for v in dpi):
        return None, None
    return float(dpi[0]), float(dpi[1])


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        white.alpha_composite(rgba)
        image = white
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("L")


def _is_doubled(gray: Gray) -> bool:
    """Whether each row stands twice: a fax of half the lines that some machine on the way has stretched."""
    even, odd = gray[: gray.shape[0] // 2 * 2 : 2], gray[1::2]
    inked = even.min(axis=1) != even.max(axis=1) if even.size else np.zeros(0, np.bool_)
    return bool(inked.any()) and float((even == odd).all(axis=1)[inked].mean()) > 0.97


def _square_pixels(gray: Gray, xdpi: float | None, ydpi: float | None) -> tuple[Gray, float, float]:
    """The picture with square pixels at about `DPI`, and the page's size in points."""
    height, width = gray.shape
    if xdpi is None or ydpi is None:
        low_fax = width == FAX_WIDTH and height < 1300
        xdpi = 204.0 if width == FAX_WIDTH else width / 8.5
        ydpi = 98.0 if low_fax else 196.0 if width == FAX_WIDTH else xdpi
        if width > height * 1.2 and not low_fax:  # lies on its side
            xdpi = ydpi = height / 8.5
    page_width, page_height = width / xdpi * 72, height / ydpi * 72
    scale_x, scale_y = DPI / xdpi, DPI / ydpi
    if scale_x < 1 and scale_y < 1:
        size = (max(1, round(width * scale_x)), max(1, round(height * scale_y)))
        return _resized(gray, size, Image.Resampling.BOX), page_width, page_height
    if abs(scale_y / scale_x - 1) > 0.1:
        # Standard fax resolution: each row stands for two.
        finer = max(1.0, min(scale_x, scale_y))
        size = (max(1, round(width * scale_x / finer)), max(1, round(height * scale_y / finer)))
        size = (width, max(1, round(height * (xdpi / ydpi)))) if scale_y > scale_x else size
        return _resized(gray, size, Image.Resampling.BICUBIC), page_width, page_height
    return gray, page_width, page_height


def _resized(gray: Gray, size: tuple[int, int], how: Image.Resampling) -> Gray:
    return np.asarray(Image.fromarray(gray).resize(size, how), dtype=np.uint8)


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:80]


def _changed_after_signing(data: bytes) -> bool:
    """Whether bytes stand behind those that the last digital signature covers; the last line may have one more line end."""
    ends = [
        int(start) + int(length) for start, length in re.findall(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+(\d+)\s+(\d+)", data)
    ]
    return bool(ends) and max(ends) < len(data) - 2
