"""Text from a picture: rapidocr with the models that come inside its package, offline, on one thread. Comes in: a grey
page picture, of any orientation. Goes out: the page upright and straight, and its lines of characters with places. The engine is
loaded once a process; nothing is downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.lines import Line
from detainerdesk.intake.reading.pages import Char

Gray = npt.NDArray[np.uint8]

THREADS = 1
DETECT_SIDE = 1280  # pixels of the long side at which lines are looked for; recognition uses the full picture


@cache
def engine() -> Any:
    """The one OCR engine of this process."""
    os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))
    from rapidocr import RapidOCR

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


def straighten(picture: Gray) -> tuple[Gray, npt.NDArray[np.float64]]:
    """The page upright and straight, and the 2x3 matrix that leads from it back to the page as it came."""
    turned, back = _on_its_feet(picture)
    angle = _skew(turned)
    if abs(angle) < 0.05:
        return turned, back
    height, width = turned.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    straight = cv2.warpAffine(
        turned, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    undo = np.vstack([cv2.invertAffineTransform(turn), [0, 0, 1]])
    return np.asarray(straight, dtype=np.uint8), np.asarray((np.vstack([back, [0, 0, 1]]) @ undo)[:2])


class LineReader:
    """The lines of print on an upright page: found once, read only where asked, because reading is what costs time."""

    def __init__(self, picture: Gray, scale: float) -> None:
        self._picture, self._scale = picture, scale
        self._unread = _line_boxes(picture)
        self._lines: list[Line] = []

    def read(self, wanted: Callable[[Box], bool] = lambda box: True) -> tuple[Line, ...]:
        """All lines read so far, after reading those that are wanted by their boxes (points)."""
        now = [box for box in self._unread if wanted(_points(box, self._scale))]
        self._unread = [box for box in self._unread if box not in now]
        crops = [self._picture[y0:y1, x0:x1] for x0, y0, x1, y1 in now]
        for box, (text, places, confidences) in zip(now, recognise(crops), strict=True):
            if text.strip():
                self._lines.append(_line(text, places, confidences, _points(box, self._scale)))
        return tuple(self._lines)


def recognise(crops: list[Gray]) -> list[tuple[str, list[float], list[float]]]:
    """For each crop of one line: text, the place of each character (0 left to 1 right), confidence of each."""
    if not crops:
        return []
    from rapidocr.ch_ppocr_rec.typings import TextRecInput

    read = engine()._load_rec_model()(
        TextRecInput(img=[cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR) for crop in crops], return_word_box=True)
    )
    results = []
    for text, words in zip(read.txts, read.word_results, strict=True):
        places: list[float] = []
        confidences = [float(value) for value in words.confs]
        columns = iter([column for word in words.word_cols for column in word])
        length = max(1.0, float(words.line_txt_len))
        for char in text:
            column = None if char.isspace() else next(columns, None)
            before = places[-1] if places else 0.0
            places.append(before if column is None else min(1.0, (column + 0.5) / length))
        results.append((text, places, confidences[: len(text)] + [0.0] * (len(text) - len(confidences))))
    return results


def _points(box: tuple[int, int, int, int], scale: float) -> Box:
    x0, y0, x1, y1 = (value / scale for value in box)
    return x0, y0, x1, y1


def _line(text: str, places: list[float], confidences: list[float], box: Box) -> Line:
    x0, y0, x1, y1 = box
    half = 0.25 * (y1 - y0)
    chars = []
    for index, (char, place, confidence) in enumerate(zip(text, places, confidences, strict=True)):
        if char.isspace():
            after = places[index + 1] if index + 1 < len(places) else place
            place = (place + after) / 2  # noqa: PLW2901 - a space stands between its neighbours
        centre = x0 + place * (x1 - x0)
        chars.append(Char(char, centre - half, y0, centre + half, y1, confidence))
    return Line(tuple(chars))


def _line_boxes(picture: Gray) -> list[tuple[int, int, int, int]]:
    height, width = picture.shape
    shrink = min(1.0, DETECT_SIDE / max(height, width))
    small = cv2.resize(
        picture, (max(1, round(width * shrink)), max(1, round(height * shrink))), interpolation=cv2.INTER_AREA
    )
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


def _on_its_feet(picture: Gray) -> tuple[Gray, npt.NDArray[np.float64]]:
    """The page turned by 0, 90, 180 or 270 degrees so that its lines run from left to right, letters upright."""
    height, width = picture.shape
    quarter = 0
    if _stripes(picture.T) > 1.3 * _stripes(picture):
        quarter = 1
    turned = np.ascontiguousarray(np.rot90(picture, quarter))
    if _is_upside_down(turned):
        quarter += 2
        turned = np.ascontiguousarray(np.rot90(picture, quarter))
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, width - 1], [1, 0, 0]],
        2: [[-1, 0, width - 1], [0, -1, height - 1]],
        3: [[0, 1, 0], [-1, 0, height - 1]],
    }[quarter]
    return turned, np.asarray(back, dtype=np.float64)


def _stripes(picture: Gray) -> float:
    """How strongly ink alternates from row to row: high where lines of print run from left to right."""
    small = cv2.resize(np.ascontiguousarray(picture), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    ink = small.astype(np.float32) < float(np.median(small)) - 60
    rows = ink[:, int(ink.shape[1] * 0.05) : int(ink.shape[1] * 0.95)].mean(axis=1)
    return float(np.square(np.diff(rows)).sum() / max(1e-9, rows.sum()))


def _is_upside_down(picture: Gray) -> bool:
    """By the model that tells upright lines from turned ones, over the page's widest lines; few lines decide nothing."""
    boxes = sorted(_coarse_lines(picture), key=lambda b: -(b[2] - b[0]))[:12]
    if len(boxes) < 3:
        return False
    crops = [
        cv2.cvtColor(picture[y0:y1, x0 : min(x1, x0 + 8 * (y1 - y0))], cv2.COLOR_GRAY2BGR) for x0, y0, x1, y1 in boxes
    ]
    labels = engine()._load_cls_model()(crops).cls_res
    turned = sum(1 for label, score in labels if label == "180" and score > 0.7)
    upright = sum(1 for label, score in labels if label == "0" and score > 0.7)
    return turned > 2 * upright


def _coarse_lines(picture: Gray) -> list[tuple[int, int, int, int]]:
    """Boxes of lines of print by smearing ink sideways: good enough to ask which way up they are."""
    ink = (picture < float(np.median(picture)) - 60).astype(np.uint8)
    smeared = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 25), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(smeared, connectivity=8)
    height, width = picture.shape
    boxes = []
    for x, y, w, h, area in stats[1:count]:
        if 10 <= h <= 45 and w >= 6 * h and area >= 0.3 * w * h:
            boxes.append((max(0, x - 3), max(0, y - 3), min(width, x + w + 3), min(height, y + h + 3)))
    return boxes


def _skew(picture: Gray) -> float:
    """Degrees by which the page must be turned to be straight, between -4 and 4."""
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    ink = (small.astype(np.float32) < float(np.median(small)) - 50).astype(np.float32)
    height, width = ink.shape
    if ink.sum() < 500:
        return 0.0

    def sharpness(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-4, 4.01, 0.5), key=sharpness)
    for step in (0.2, 0.05):
        best = max(best + np.arange(-3, 4) * step, key=sharpness)
    return float(best)
