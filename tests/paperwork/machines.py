"""The machines between the sender and the station: a scanner (gray, 200 dpi) and a fax (one bit, 204x196 fine or 204x98 standard).

In goes a clean PDF, out come its pages as pictures in a PDF or a TIFF: a little turned, blurred, speckled, all from the seed.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas

from tests.paperwork.pen import HEIGHT, WIDTH

_MADE = time.struct_time((2026, 3, 2, 12, 0, 0, 0, 61, 0))


@dataclass(frozen=True)
class FaxHeader:
    """The line that the sending machine prints on top of each page: sender, date and time, page n/m."""

    sender: str
    sent: str
    number: str = "781 555 0143"

    def line(self, page: int, pages: int) -> str:
        return f"{self.sent}   {self.sender}   FAX {self.number}   PAGE {page:02d}/{pages:02d}   FICTIONAL"


def scan(
    pdf: bytes, *, seed: int = 0, container: str = "pdf", pages: Sequence[int] | None = None, quality: int = 40
) -> bytes:
    """Gray pages at 200 dpi, turned by 0.3 to 1.5 degrees, with paper grain, specks and a soft lens."""
    pictures = []
    for number, clean in _rendered(pdf, 200, pages)[1]:
        chance = random.Random(f"scan/{seed}/{number}")
        gray = np.asarray(_turned(clean, chance).filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32)
        grain = np.random.default_rng(chance.randrange(2**32))
        gray = 255 - (255 - gray) * 0.92 - 8 + grain.normal(0, 3.0, gray.shape).astype(np.float32)
        noisy = _specked(np.clip(gray, 0, 255).astype(np.uint8), chance, 60, 90)
        pictures.append(Image.fromarray(noisy, mode="L"))
    return _saved(pictures, container, (200, 200), quality)


def fax(
    pdf: bytes,
    *,
    fine: bool,
    seed: int = 0,
    container: str = "pdf",
    header: FaxHeader | None = None,
    pages: Sequence[int] | None = None,
) -> bytes:
    """Black and white pages of 1728 dots a line, as a Group 4 file keeps them; standard resolution has half the lines of fine."""
    header = header or FaxHeader("ICE ERO BOSTON", "MAR-02-2026 16:12")
    lines = 2156 if fine else 1078
    pictures = []
    sent, rendered = _rendered(pdf, 204, pages)
    for number, clean in rendered:
        chance = random.Random(f"fax/{seed}/{number}")
        turned = _turned(clean, chance).filter(ImageFilter.GaussianBlur(0.5))
        gray = turned.resize((1734, lines), Image.Resampling.BOX).crop((3, 0, 1731, lines))
        grain = np.random.default_rng(chance.randrange(2**32))
        dots = np.asarray(gray, dtype=np.float32) + grain.normal(0, 6.0, (lines, 1728))
        black = _specked(np.where(dots < 165, 0, 255).astype(np.uint8), chance, 40, 0)
        band = _header_band(header.line(number, sent), lines)
        black[: band.shape[0]] = band
        pictures.append(Image.fromarray(black, mode="L").convert("1", dither=Image.Dither.NONE))
    return _saved(pictures, container, (204, 196 if fine else 98), 0)


def _rendered(pdf: bytes, dpi: int, pages: Sequence[int] | None) -> tuple[int, list[tuple[int, Image.Image]]]:
    """How many pages were sent, and the pictures of those that are wanted (all, if it is not said)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        wanted = pages or range(1, len(document) + 1)
        found = [(n, document[n - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")) for n in wanted]
        return len(document), found
    finally:
        document.close()


def _turned(page: Image.Image, chance: random.Random) -> Image.Image:
    angle = chance.uniform(0.3, 1.5) * chance.choice([-1, 1])
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


def _specked(gray: np.ndarray, chance: random.Random, count: int, darkness: int) -> np.ndarray:
    tall, wide = gray.shape
    for _ in range(count):
        y, x = chance.randrange(tall - 3), chance.randrange(wide - 3)
        gray[y : y + chance.randint(1, 2), x : x + chance.randint(1, 3)] = darkness
    return gray


def _header_band(words: str, lines: int) -> np.ndarray:
    """The header is printed straight by the sending machine, over whatever stood there."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, 20), invariant=1)
    canvas.setFont("Courier-Bold", 8.5)
    canvas.drawString(30, 7, words)
    canvas.save()
    _, ((_, strip),) = _rendered(out.getvalue(), 204, [1])
    tall = round(20 * lines / HEIGHT)
    strip = strip.resize((1734, tall), Image.Resampling.BOX).crop((3, 0, 1731, tall))
    return np.where(np.asarray(strip) < 165, 0, 255).astype(np.uint8)


def _saved(pictures: list[Image.Image], container: str, dpi: tuple[int, int], quality: int) -> bytes:
    out = io.BytesIO()
    first, rest = pictures[0], pictures[1:]
    if container == "tiff":
        compression = "group4" if first.mode == "1" else "tiff_deflate"
        first.save(out, "TIFF", save_all=True, append_images=rest, compression=compression, dpi=dpi)
    elif container == "pdf":
        extra = {"quality": quality} if quality else {}
        first.save(
            out,
            "PDF",
            save_all=True,
            append_images=rest,
            dpi=dpi,
            title="FICTIONAL paperwork",
            creationDate=_MADE,
            modDate=_MADE,
            **extra,
        )
    else:
        raise ValueError(f"a file is kept as pdf or tiff, not {container!r}")
    return out.getvalue()
