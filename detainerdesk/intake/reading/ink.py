"""Ticks and signatures by measuring ink: never by what a file says of itself. Comes in: a grey page picture and a box on it
(pixels). Goes out: whether the box holds ink, whether that is clear, and where the printed square was found."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
PixelBox = tuple[int, int, int, int]

SQUARE = 0.72  # least share of the weakest side of a printed square
PART_LOST = 0.3  # share by which one side may be weaker than that


@dataclass(frozen=True)
class Ink:
    """What was measured in one box. `inked` is None where it is neither clearly empty nor clearly inked."""

    inked: bool | None
    share: float
    box: PixelBox
    outline: float  # share of the printed square's edge that was found, 0 where none is looked for


def dark(picture: Gray) -> Mask:
    """Where the page is inked, by its own paper and ink levels, so that a pale scan is measured like a dark one."""
    levels = np.cumsum(np.bincount(picture.ravel(), minlength=256)) / max(1, picture.size)
    paper = float(np.searchsorted(levels, 0.5))
    ink = float(np.searchsorted(levels, 0.005))
    if paper - ink < 30:  # a blank page: grain is not ink
        ink = paper - 120
    return picture < paper - 0.45 * (paper - ink)


def tick(mask: Mask, box: PixelBox, reach: tuple[int, int]) -> Ink:
    """Ink inside a printed check box. The square is looked for up to `reach` pixels (across, down) from where the template has it."""
    found, outline = _square(mask, box, reach)
    x0, y0, x1, y1 = found
    size = min(x1 - x0, y1 - y0)
    edge = max(2, round(size * 0.16))
    inner = mask[y0 + edge : y1 - edge, x0 + edge : x1 - edge]
    if inner.size == 0:
        return Ink(None, 0.0, found, outline)
    share = float(inner.mean())
    span = _largest_span(inner)
    beside = _beside(mask, found, edge)
    if outline < SQUARE:
        inked = None
    elif share < 0.035 and span < 0.3 and beside < 0.06:
        inked = False
    elif 0.06 <= share <= 0.8 and span >= 0.5 and beside < 0.45:
        inked = True
    else:
        inked = None
    return Ink(inked, share, found, outline)


def signature(mask: Mask, box: PixelBox) -> Ink:
    """Ink in a signature cell, without the cell's own rules, specks and edges."""
    x0, y0, x1, y1 = _inside(mask, box)
    if x1 <= x0 or y1 <= y0:
        return Ink(None, 0.0, box, 0.0)
    top = max(0, y0 - 8)  # a rule on the edge is seen whole only with some of what is around it
    around = mask[top : y1 + 8, x0:x1].astype(np.uint8)
    cell = around[y0 - top : y1 - top]
    cell = np.where(_rules(around)[y0 - top : y1 - top] > 0, 0, cell).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cell, connectivity=8)
    strokes = [s for s in stats[1:count] if s[cv2.CC_STAT_AREA] >= 12 and max(s[2], s[3]) >= 6]
    area = sum(int(s[cv2.CC_STAT_AREA]) for s in strokes)
    share = area / cell.size
    if not strokes:
        return Ink(False, share, (x0, y0, x1, y1), 0.0)
    left, right = min(int(s[0]) for s in strokes), max(int(s[0] + s[2]) for s in strokes)
    tall = max(int(s[3]) for s in strokes)
    span = (right - left) / cell.shape[1]
    if span >= 0.12 and tall >= cell.shape[0] * 0.2 and area >= 60:
        inked: bool | None = True
    elif area < 30 and span < 0.05:
        inked = False
    else:
        inked = None
    return Ink(inked, share, (x0, y0, x1, y1), 0.0)


def any_ink(mask: Mask, box: PixelBox) -> bool:
    """Whether a text cell holds anything that is more than specks and its own rule."""
    return signature(mask, box).inked is not False


def _rules(cell: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The thin printed lines of a cell, also where a fax has broken or stepped them; never a row of letters, which is thick."""
    joined = cv2.morphologyEx(cv2.dilate(cell, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, 21), np.uint8))
    thick = cv2.dilate(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((10, 1), np.uint8)), np.ones((1, 5), np.uint8))
    thin = np.where(thick > 0, 0, joined).astype(np.uint8)
    long = max(25, cell.shape[1] // 9)
    found = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    return np.asarray(cv2.dilate(found, np.ones((5, 9), np.uint8)), dtype=np.uint8)


def _square(mask: Mask, box: PixelBox, reach: tuple[int, int]) -> tuple[PixelBox, float]:
    """The printed square nearest to where it should be, and how much of its weakest side was found."""
    x0, y0, x1, y1 = box
    best, best_score, best_found = box, -1.0, 0.0
    across, down = reach
    size = max(x1 - x0, y1 - y0)
    up, out = max(0, y0 - down - size), max(0, x0 - across - size)
    near = mask[up : y1 + down + size, out : x1 + across + size].astype(np.uint8)
    # a side may wander by a pixel up and down, or left and right
    rows = cv2.dilate(near, np.ones((3, 1), np.uint8)).astype(np.float32)
    columns = cv2.dilate(near, np.ones((1, 3), np.uint8)).astype(np.float32)
    left, top = x0 - out, y0 - up
    for grow in range(
        -round(0.2 * size), round(0.45 * size) + 1
    ):  # another print of the form has larger or smaller squares
        wide, tall = x1 - x0 + grow, y1 - y0 + grow
        cut = np.s_[max(0, top - down) : top + tall + down, max(0, left - across) : left + wide + across]
        if wide < 6 or tall < 6 or rows[cut].shape[0] < tall or rows[cut].shape[1] < wide:
            continue
        flat = cv2.matchTemplate(rows[cut], np.full((1, wide), 1 / wide, np.float32), cv2.TM_CCORR)
        steep = cv2.matchTemplate(columns[cut], np.full((tall, 1), 1 / tall, np.float32), cv2.TM_CCORR)
        # each of the four sides must be there; of one the fax may have lost a part
        sides = np.stack(
            [
                flat[: flat.shape[0] - tall + 1],
                flat[tall - 1 :],
                steep[:, : steep.shape[1] - wide + 1],
                steep[:, wide - 1 :],
            ]
        )
        sides.sort(axis=0)
        scores = np.minimum(sides[1], sides[0] + PART_LOST)
        offsets_y, offsets_x = np.mgrid[: scores.shape[0], : scores.shape[1]]
        far = np.hypot((offsets_y - down) / max(1, down), (offsets_x - across) / max(1, across))
        judged = scores - 0.15 * far
        index = np.unravel_index(int(np.argmax(judged)), judged.shape)
        if judged[index] > best_score:
            best_score, best_found = float(judged[index]), float(scores[index])
            px = out + max(0, left - across) + int(index[1])
            py = up + max(0, top - down) + int(index[0])
            best = (px, py, px + wide, py + tall)
    return best, best_found


def _largest_span(inner: Mask) -> float:
    """Extent of the largest stroke, as a share of the box: a speck is small however dark it is."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(inner.astype(np.uint8), connectivity=8)
    if count < 2:
        return 0.0
    spans = stats[1:count, 2:4] / np.array([inner.shape[1], inner.shape[0]])
    return float(spans.max())


def _beside(mask: Mask, box: PixelBox, edge: int) -> float:
    """Ink just left of and above the box, where no print stands but a word that ends there: a mark that missed the box, or a circle."""
    x0, y0, x1, y1 = box
    size = x1 - x0
    gap = edge + 1
    start = max(0, x0 - 4 * size)
    before = _without_word(mask[max(0, y0) : y1, start : max(0, x0 - gap)], size)
    left = before[:, -(size // 2) :]
    above = mask[max(0, y0 - gap - size // 6) : max(0, y0 - gap), x0:x1]
    return max([float(part.mean()) for part in (left, above) if part.size], default=0.0)


def _without_word(part: Mask, size: int) -> Mask:
    """The ink without a row of letters: strokes beside each other, of a letter's size, on one line."""
    count, of, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=8)
    letters = [n for n in range(1, count) if 0.3 * size <= stats[n, 3] <= 0.95 * size and stats[n, 2] <= 1.2 * size]
    word = [
        n
        for n in letters
        if any(
            m != n
            and abs(int(stats[m, 1] + stats[m, 3]) - int(stats[n, 1] + stats[n, 3])) <= max(2, 0.12 * size)
            and 0
            <= max(stats[m, 0], stats[n, 0]) - min(stats[m, 0] + stats[m, 2], stats[n, 0] + stats[n, 2])
            < 0.3 * size
            for m in letters
        )
    ]
    return np.asarray(part & ~np.isin(of, word), dtype=np.bool_)


def _inside(mask: Mask, box: PixelBox) -> PixelBox:
    x0, y0, x1, y1 = box
    return max(0, x0), max(0, y0), min(mask.shape[1], x1), min(mask.shape[0], y1)
