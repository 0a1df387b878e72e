"""The machines on the way: scanners and fax machines with their faults, from a seeded chance. Comes in: a clean PDF and a channel.
Goes out: the file that arrives, and how each of its pages lies against the clean one (`Sent`)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from benchmarks.intake.pages.sheets import Box, font_folders

Picture = npt.NDArray[np.uint8]
DIGITAL = "digital"
RUNGS = ("clean scan", "office scan", "fine fax", "standard fax", "hard fax")
WIDE = 1728  # dots of a fax line
SENDER = "ICE FIELD OFFICE"


@dataclass(frozen=True)
class Sent:
    """A file as it arrives. `ways`: for each page the 2 x 3 matrix from points on the clean page to points on this one."""

    data: bytes
    channel: str
    ways: tuple[npt.NDArray[np.float64], ...]

    def box(self, page: int, box: Box) -> Box:
        """Where a place of the clean page (counted from 1) lies on the page that arrived."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ self.ways[page - 1].T
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


@dataclass(frozen=True)
class _Faults:
    dpi: int
    skew: float  # degrees at most
    blur: float
    noise: float
    specks: int
    uneven: float  # of the light, in grey levels
    cut: float  # chance of a dark or cut edge
    turned: float  # chance of a page on its head
    jitter: float = 0.0  # of fax lines, in dots
    dropped: int = 0  # fax lines that are lost
    stretch: float = 0.0  # of the paper's way through the machine


_FAULTS = {
    "clean scan": _Faults(300, 0.4, 0.5, 2.0, 5, 0, 0.0, 0.03),
    "office scan": _Faults(200, 1.6, 0.6, 5.0, 60, 22, 0.25, 0.05),
    "fine fax": _Faults(204, 1.0, 0.5, 8.0, 80, 0, 0.1, 0.03),
    "standard fax": _Faults(204, 1.0, 0.4, 8.0, 60, 0, 0.1, 0.03),
    "hard fax": _Faults(204, 2.8, 0.6, 18.0, 500, 0, 0.3, 0.06, jitter=0.9, dropped=5, stretch=0.012),
}


def send(pdf: bytes, channel: str, seed: int | str, *, sender: str = SENDER, counted: int | None = None) -> Sent:
    """The PDF through one channel. `sender`, `counted`: what a fax prints on the top edge, its name and the number of pages."""
    if channel == DIGITAL:
        return Sent(pdf, channel, tuple(np.array([[1.0, 0, 0], [0, 1, 0]]) for _ in range(_count(pdf))))
    chance = Random(f"{channel}/{seed}")
    faults = _FAULTS[channel]
    pictures, ways = [], []
    for gray in _rendered(pdf, faults.dpi):
        picture, way = _through(gray, faults, chance)
        pictures.append(picture)
        ways.append(way)
    if channel.endswith("scan"):
        return Sent(
            _scanned(pictures, faults.dpi, 88 if channel == "clean scan" else chance.randint(45, 75)),
            channel,
            tuple(ways),
        )
    header = f"{chance.choice(('MAR', 'JUN', 'NOV'))}-{chance.randint(1, 28):02d}-2026 {chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}   {sender}   FAX 781 555 0143"
    lines = [
        _faxed(picture, faults, header, number, counted or len(pictures), chance)
        for number, picture in enumerate(pictures, 1)
    ]
    return Sent(_fax_file(lines, fine=channel == "fine fax", chance=chance), channel, tuple(ways))


def _through(gray: Picture, faults: _Faults, chance: Random) -> tuple[Picture, npt.NDArray[np.float64]]:
    """One page over the glass: turned, soft, grainy, unevenly lit, cut."""
    tall, wide = gray.shape
    scale = faults.dpi / 72
    angle = chance.uniform(-faults.skew, faults.skew) + (180 if chance.random() < faults.turned else 0)
    way = cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, 1.0)
    way[:, 2] += (chance.gauss(0, 0.006) * wide, chance.gauss(0, 0.004) * tall)
    way[1, :] *= 1 + chance.uniform(-faults.stretch, faults.stretch)
    out = cv2.warpAffine(gray, way, (wide, tall), flags=cv2.INTER_CUBIC, borderValue=255)
    out = cv2.GaussianBlur(out, (0, 0), faults.blur).astype(np.float32)
    grain = np.random.default_rng(chance.randrange(2**32))
    if faults.uneven:
        down, across = np.mgrid[0 : 1 : tall * 1j, 0 : 1 : wide * 1j].astype(np.float32)
        out -= faults.uneven * chance.random() * (chance.choice((down, 1 - down, across, 1 - across)) ** 2)
        out = 255 - (255 - out) * chance.uniform(0.82, 0.97)
    out += cv2.resize(
        grain.normal(0, faults.noise, (tall // 2, wide // 2)).astype(np.float32), (wide, tall)
    ) + grain.normal(0, faults.noise / 2, out.shape).astype(np.float32)
    picture = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(int(faults.specks * chance.uniform(0.4, 1.2))):
        y, x, size = chance.randrange(tall - 4), chance.randrange(wide - 4), chance.choice((1, 1, 2, 2, 3))
        picture[y : y + size, x : x + chance.randint(1, size)] = chance.randint(0, 90)
    if chance.random() < faults.cut:
        edge = int(wide * chance.uniform(0.005, 0.025))
        strip = np.s_[:, :edge] if chance.random() < 0.5 else np.s_[:, -edge:]
        picture[strip] = chance.choice((255, 255, 20))
    points = way.copy()
    points[:, 2] /= scale
    return picture, points


def _faxed(gray: Picture, faults: _Faults, header: str, page: int, pages: int, chance: Random) -> Picture:
    """A page as fax lines at 196 to the inch, black and white, with the sender's line on the top edge."""
    grain = np.random.default_rng(chance.randrange(2**32))
    fitted = cv2.resize(gray, (round(8.5 * 204), (11 * 196)), interpolation=cv2.INTER_AREA)
    margin = (fitted.shape[1] - WIDE) // 2
    lines = fitted[:, margin : margin + WIDE].copy()
    if faults.jitter:
        drift = np.cumsum(grain.normal(0, 0.05, len(lines))) + grain.normal(0, faults.jitter / 3, len(lines))
        drift -= np.linspace(drift[0], drift[-1], len(lines))
        for y, shift in enumerate(np.round(np.clip(drift, -4 * faults.jitter, 4 * faults.jitter)).astype(int)):
            lines[y] = np.roll(lines[y], shift)
    black = np.where(lines < chance.randint(140, 185), 0, 255).astype(np.uint8)
    strip = Image.new("L", (WIDE, 26), 255)
    face = ImageFont.truetype(str(Path(font_folders()[6]) / "IBMPlexMono-Medium.ttf"), 20)
    ImageDraw.Draw(strip).text((60, 1), f"{header}   P.{page:02d}/{pages:02d}   FICTIONAL", fill=0, font=face)
    black[6:32] = np.where(np.asarray(strip) < 128, 0, 255)
    for _ in range(faults.dropped and chance.randint(0, faults.dropped)):
        y = chance.randrange(40, len(black) - 4)
        black[y : y + chance.choice((1, 2, 2))] = chance.choice((0, 255, 255))
    return black


def _fax_file(pages: list[Picture], *, fine: bool, chance: Random) -> bytes:
    """Fine: Group 4. Standard: every other line, Group 3, with or without a stated resolution, or with its rows doubled again."""
    how = chance.choice(("tiff", "pdf")) if fine else chance.choice(("tiff", "tiff unstated", "tiff doubled", "pdf"))
    kept = pages if fine else [page[::2] for page in pages]
    if how == "tiff doubled":
        kept = [np.repeat(page, 2, axis=0) for page in kept]
    pictures = [Image.fromarray(page).convert("1", dither=Image.Dither.NONE) for page in kept]
    dpi = None if how == "tiff unstated" else (204, 196 if fine or how == "tiff doubled" else 98)
    out = io.BytesIO()
    more = {} if dpi is None else {"dpi": dpi}
    if how == "pdf":
        pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], **more)
    else:
        pictures[0].save(
            out, "TIFF", save_all=True, append_images=pictures[1:], compression="group4" if fine else "group3", **more
        )
    return out.getvalue()


def _scanned(pages: Sequence[Picture], dpi: int, quality: int) -> bytes:
    pictures = [Image.fromarray(page) for page in pages]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], dpi=(dpi, dpi), quality=quality)
    return out.getvalue()


def _rendered(pdf: bytes, dpi: int) -> list[Picture]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            np.ascontiguousarray(page.render(scale=dpi / 72, grayscale=True).to_numpy().squeeze()) for page in document
        ]
    finally:
        document.close()


def _count(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
