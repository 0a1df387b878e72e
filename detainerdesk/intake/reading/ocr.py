"""Text from a picture: Tesseract, and rapidocr with the models that come inside its package, offline, on one thread. Comes in: a grey
page picture, of any orientation. Goes out: the page upright and straight, and its lines of characters with places. The engine is
loaded once a process; nothing is downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading import recogniser, tesseract
from detainerdesk.intake.reading.cells import padded
from detainerdesk.intake.reading.fields import Box, Turn
from detainerdesk.intake.reading.lines import Line, Span, words_in
from detainerdesk.intake.reading.pages import Char

Gray = npt.NDArray[np.uint8]
PixelBox = tuple[int, int, int, int]
Matrix = npt.NDArray[np.float64]

THREADS = 1
DETECT_SIDE = 1280  # pixels of the long side at which lines are looked for; recognition uses the full picture
NARROWEST = 16  # pixels of the short side then: what is 80 times as long as it is wide is no page, and the model would take minutes over it
MOST = 0.7  # part of a line of which it costs no more to read it all
LEAST_SIDE = 50  # pixels: on what is narrower nothing can be seen to lie or to lean


@cache
def engine() -> Any:
    """The models of this process that find lines and tell upright ones from turned ones."""
    os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))
    import onnxruntime
    from rapidocr import RapidOCR

    onnxruntime.disable_telemetry_events()
    cv2.setNumThreads(THREADS)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 4000,
            "Det.limit_side_len": 64,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def straighten(picture: Gray, turn: Turn | None = None) -> tuple[Gray, Matrix]:
    """The page upright and straight, and the 2x3 matrix that leads from it back to the page as it came. `turn`: to the right, in
    degrees, as a person turned it; None: find out."""
    quarters = 0 if turn is None else (4 - turn // 90) % 4
    page, back = _turned(picture, quarters)
    angle, stripes = _skew(page)
    if turn is None:
        lying, its_back = _turned(picture, 1)
        its_angle, its_stripes = _skew(lying)
        if its_stripes > 1.3 * stripes:
            page, back, angle = lying, its_back, its_angle
    if abs(angle) >= 0.05:
        height, width = page.shape
        level = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        straight = cv2.warpAffine(
            page, level, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
        )
        page, back = np.asarray(straight, dtype=np.uint8), _after(back, cv2.invertAffineTransform(level))
    if turn is None and _is_upside_down(page):
        page, half = _turned(page, 2)
        back = _after(back, half)
    return page, back


@dataclass(frozen=True)
class _Read:
    """What was read of a line of print: to where on the page, by the model or more quickly; None if nothing is written there."""

    part: PixelBox
    well: bool
    line: Line | None


class LineReader:
    """The lines of print on an upright page: found once, read only where asked, because reading is what costs time. Tesseract reads them
    first, where it is, at a third of the price: most of them are the form's own words. What it can't make out the model reads, and that in
    which the place of each letter counts, which Tesseract only knows roughly."""

    def __init__(self, picture: Gray, scale: float, find: Callable[[Gray], list[PixelBox]]) -> None:
        self._picture, self._scale = picture, scale
        self._boxes = find(picture)
        self._done: dict[PixelBox, _Read] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines read so far."""
        return tuple(done.line for done in self._done.values() if done.line is not None)

    def read(self, wanted: Callable[[Box], bool] = lambda box: True, *, well: bool = False) -> tuple[Line, ...]:
        """All lines read so far, after reading those that are wanted by their boxes (points) to their ends. `well`: by the model, those too
        that were read before."""
        for box in self._boxes:
            done = self._done.get(box)
            better = well or (done is not None and done.well)
            if (done is None or done.part != box or better != done.well) and wanted(_points(box, self._scale)):
                self._read(box, box, well=better)
        return self.lines

    def read_beginnings(self, wide: float) -> tuple[Line, ...]:
        """All lines read so far, after reading the first `wide` points of the others; a line that is not much longer is read whole."""
        long = round(wide * self._scale)
        for box in self._boxes:
            if box not in self._done:
                x0, y0, x1, y1 = box
                self._read(box, (x0, y0, x0 + long, y1) if x1 - x0 > 1.35 * long else box)
        return self.lines

    def read_again(self, wanted: Callable[[Box], Sequence[Span]]) -> tuple[Line, ...]:
        """All lines read so far, after the model has read the words again that stand in the spans that are wanted of them: all that was
        read of a line, where that is short or most of it is wanted."""
        for box, done in self._done.items():
            spans = wanted(_points(box, self._scale))
            if not spans or done.well or done.line is None:
                continue
            x0, _, x1, _ = done.part
            runs = [(run, self._around(done.part, done.line, run)) for run in words_in(done.line, spans)]
            if not runs or done.line.cut or sum(right - left for _, (left, right) in runs) > MOST * (x1 - x0):
                self._read(box, done.part, well=True)
                continue
            chars = list(done.line.chars)
            for (start, end), (left, right) in reversed(runs):
                again = self._line_of((left, done.part[1], right, done.part[3]), well=True, cut=False)
                if again is not None:
                    chars[start:end] = again.chars
            self._done[box] = replace(done, line=replace(done.line, chars=tuple(chars)))
        return self.lines

    def _around(self, part: PixelBox, line: Line, run: tuple[int, int]) -> tuple[int, int]:
        """From which pixel to which a run of words stands in its line: to the middle of the white beside it."""
        x0, y0, x1, y1 = part
        (start, end), chars = run, line.chars
        before = next((char for char in reversed(chars[:start]) if not char.text.isspace()), None)
        after = next((char for char in chars[end:] if not char.text.isspace()), None)

        def white(*beside: Char) -> int:
            left, right = sorted(round((char.x0 + char.x1) / 2 * self._scale) for char in beside)
            left = min(left, int(self._picture.shape[1]) - 1)
            light = self._picture[y0:y1, left : right + 1].mean(axis=0)
            light = np.convolve(light, np.ones(5) / 5, "same")[: light.size]
            return left + int(np.median(np.flatnonzero(light >= light.max() - 1)))

        left = x0 if before is None else white(before, chars[start])
        right = x1 if after is None else white(chars[end - 1], after)
        return left, max(right, left + 1)

    def _read(self, box: PixelBox, part: PixelBox, *, well: bool = False) -> None:
        well = well or not tesseract.is_here()
        self._done[box] = _Read(part, well, self._line_of(part, well=well, cut=part != box))

    def _line_of(self, part: PixelBox, *, well: bool, cut: bool) -> Line | None:
        x0, y0, x1, y1 = part
        crop = self._picture[y0:y1, x0:x1]
        if cut and well:  # with more white it is read smaller and so faster, and a label need not be read to the letter
            crop = padded(crop, 0, (y1 - y0) // 6)
        text, places, confidences = recogniser.read(crop) if well else tesseract.read_places(crop)
        return _line(text, places, confidences, _points(part, self._scale), cut=cut) if text.strip() else None


def recognise(crops: Iterable[Gray]) -> list[tuple[str, list[float], list[float]]]:
    """For each crop of one line: text, the place of each character (0 left to 1 right), confidence of each."""
    return [recogniser.read(crop) for crop in crops]


def _points(box: PixelBox, scale: float) -> Box:
    x0, y0, x1, y1 = (value / scale for value in box)
    return x0, y0, x1, y1


def _line(text: str, places: list[float], confidences: list[float], box: Box, *, cut: bool = False) -> Line:
    x0, y0, x1, y1 = box
    half = 0.25 * (y1 - y0)
    chars = []
    for index, (char, place, confidence) in enumerate(zip(text, places, confidences, strict=True)):
        if char.isspace():
            after = places[index + 1] if index + 1 < len(places) else place
            place = (place + after) / 2  # noqa: PLW2901 - a space stands between its neighbours
        centre = x0 + place * (x1 - x0)
        chars.append(Char(char, centre - half, y0, centre + half, y1, confidence))
    return Line(tuple(chars), cut)


def lines_by_ink(picture: Gray) -> list[PixelBox]:
    """Boxes of lines of print on a straight page, by joining ink sideways: fast, and enough for a clean form."""
    height, width = picture.shape
    grain = picture.shape[1] / 1700  # the sizes below are for 200 dots an inch
    ink = (picture < float(np.median(picture)) - 70).astype(np.uint8)
    for long in ((1, round(70 * grain)), (round(50 * grain), 1)):  # rules and frames
        rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(long, np.uint8))
        ink = np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0, 0, ink).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    # specks are no letters, and what is taller than a heading's letters is a mark or a hand that would join two lines
    kept = (stats[:, cv2.CC_STAT_AREA] >= 7) & (stats[:, cv2.CC_STAT_HEIGHT] <= 38 * grain)
    kept[0] = False
    ink = kept[labels].astype(np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(19 * grain)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = []
    for x, y, wide, tall, area in stats[1:count].tolist():
        if 8 * grain <= tall <= 60 * grain and wide >= 7 * grain and area >= 0.12 * wide * tall:
            boxes.append((max(0, x - 6), max(0, y - 4), min(width, x + wide + 6), min(height, y + tall + 4)))
    return boxes


def lines_by_model(picture: Gray) -> list[PixelBox]:
    """Boxes of lines of print, by the model that finds text: slower, and right where ink runs together."""
    height, width = picture.shape
    shrink = min(1.0, DETECT_SIDE / max(height, width))
    small = cv2.resize(
        picture, (max(1, round(width * shrink)), max(1, round(height * shrink))), interpolation=cv2.INTER_AREA
    )
    if min(small.shape) < NARROWEST:
        return []
    found = engine()(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=False)
    boxes = []
    for corners in found.boxes if found.boxes is not None else ():
        xs, ys = corners[:, 0] / shrink, corners[:, 1] / shrink
        pad_x, pad_y = 4, 2
        x0, x1 = max(0, int(xs.min()) - pad_x), min(width, int(xs.max()) + pad_x)
        y0, y1 = max(0, int(ys.min()) - pad_y), min(height, int(ys.max()) + pad_y)
        if x1 - x0 >= 6 and 6 <= y1 - y0 <= 160:
            boxes.append((x0, y0, x1, y1))
    return boxes


def _turned(picture: Gray, quarters: int) -> tuple[Gray, Matrix]:
    """The page turned to the left by quarters, and the way back."""
    height, width = picture.shape
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, width - 1], [1, 0, 0]],
        2: [[-1, 0, width - 1], [0, -1, height - 1]],
        3: [[0, 1, 0], [-1, 0, height - 1]],
    }[quarters]
    return np.ascontiguousarray(np.rot90(picture, quarters)), np.asarray(back, dtype=np.float64)


def _after(back: Matrix, earlier: Matrix) -> Matrix:
    """One matrix for two steps of the way back: `earlier` first."""
    return np.asarray((np.vstack([back, [0, 0, 1]]) @ np.vstack([earlier, [0, 0, 1]]))[:2], dtype=np.float64)


def _is_upside_down(picture: Gray) -> bool:
    """By the model that tells upright lines from turned ones; where it is not of one mind, by reading some lines both ways."""
    if min(picture.shape) < LEAST_SIDE:
        return False
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = [box for box in lines_by_ink(np.asarray(small, np.uint8)) if box[2] - box[0] >= 5 * (box[3] - box[1])]
    longest = sorted(found, key=lambda box: box[0] - box[2])[:12]
    boxes = [(2 * x0, 2 * y0, 2 * x1, 2 * y1) for x0, y0, x1, y1 in longest]
    if len(boxes) < 3:
        return False
    crops = [picture[y0:y1, x0 : min(x1, x0 + 8 * (y1 - y0))] for x0, y0, x1, y1 in boxes]
    labels = engine()._load_cls_model()([cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR) for crop in crops]).cls_res
    upright = sum(1 for label, score in labels if label == "0" and score > 0.8)
    turned = sum(1 for label, score in labels if label == "180" and score > 0.8)
    if upright > 2 * turned:
        return False
    some = crops[:4]
    return _sureness([np.ascontiguousarray(crop[::-1, ::-1]) for crop in some]) > _sureness(some) + 0.1


def _sureness(crops: list[Gray]) -> float:
    """Mean confidence of all letters read."""
    read = [confidence for _, _, confidences in recognise(crops) for confidence in confidences]
    return float(np.mean(read)) if read else 0.0


def _skew(picture: Gray) -> tuple[float, float]:
    """Degrees by which the page must be turned to be straight, between -4 and 4, and how strongly ink then alternates from row to row:
    much, where lines of print run from left to right."""
    if min(picture.shape) < LEAST_SIDE:
        return 0.0, 0.0
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    top, left = small.shape[0] // 25, small.shape[1] // 25  # the edge of a scan is often black
    small = small[top:-top, left:-left]
    ink = (small.astype(np.float32) < float(np.median(small)) - 50).astype(np.float32)
    height, width = ink.shape
    total = float(ink.sum())
    if total < 500:
        return 0.0, 0.0

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-4, 4.01, 0.5), key=sharpness)
    for step in (0.2, 0.05):
        best = max(best + np.arange(-3, 4) * step, key=sharpness)
    return float(best), sharpness(float(best)) / (total * width)
