"""The value of one field as a picture of its own: the form's print and rules erased, trimmed to its ink. Comes in: the ink of a page as
connected strokes, the field's place and the places of the form's print. Goes out: a `Cell` with a clean picture of each line of
the value, and what speaks against taking it as print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import cv2
import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading import ink
from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.pages import Gray

SPECK = 2.5  # pixels of ink at 200 dots an inch below which a stroke is a speck
LETTER = 12  # pixels of ink of the smallest letter
NEAR = 0.5  # part of a line's height by which a mark of so little ink may stand apart from a letter
COMMA = 0.8  # the same where it stands at the letters' feet
APART = 3.0  # times as wide as letters are high: a gap behind which something else stands
LOOSE_X, LOOSE_Y = 4.0, 3.0  # points around a box in which its value may stand

SLANTS = (-14, -11, -8, -5, 5, 8, 11, 14)  # degrees at which a hand's strokes may stand

PixelBox = tuple[int, int, int, int]


@dataclass(frozen=True)
class Strokes:
    """The ink of an upright page: connected strokes without the printed rules. Each row of `boxes` is x0, y0, x1, y1, pixels."""

    of: npt.NDArray[np.int32]  # for each pixel its stroke, 0 for none
    boxes: npt.NDArray[np.int64]
    grain: float  # pixels for a pixel at 200 dots an inch
    rules: tuple[PixelBox, ...]  # the printed lines from left to right
    erased: ink.Mask  # the ink of rules, which is in no stroke

    @property
    def middles(self) -> npt.NDArray[np.float64]:
        return (self.boxes[:, 0:2] + self.boxes[:, 2:4]) / 2.0


@dataclass(frozen=True)
class Printed:
    """Words of the form's own print, in pixels. `goes_on`: where the line in which they were read goes on behind them, the middle of its next letter."""

    box: PixelBox
    goes_on: int | None = None


@dataclass(frozen=True)
class Cell:
    """What stands in a field's place. `box`: around its ink, in pixels."""

    rows: tuple[Gray, ...]  # each line of it, trimmed, on white
    box: PixelBox
    crossed: bool  # ink that is no letter runs through it: a stamp, a line
    overflows: bool  # it goes far over the field's edge, or other print stands so close that it may be a part of it
    uneven: float  # how far the feet of its letters leave a straight line, as a part of their height
    upright: float = 9.0  # how much more sharply its strokes stand upright than at a slant: below 1 they lean
    on_rule: bool = False  # a letter's tail runs into the rule below it
    crowded: bool = False  # it has more lines than its field
    goes_on: bool = False  # a line close above or below begins where it begins and may be a part of it
    dots: int = 0  # small marks right above a low letter: of an i, an accent, specks
    above: int = 0  # small marks right above a tall letter, where no i has its dot: an accent, a speck of what was one
    tailed: bool = False  # what was taken for a rest of its rule begins right under a letter, as the tail of a Q does
    letters: tuple[PixelBox, ...] = ()  # its strokes from left to right, in pixels

    @cached_property
    def parted(self) -> bool:
        """Whether a gap parts the value from what stands far behind it on its rule, as the words of a stamp do."""
        ends = accumulate((x1 for _, _, x1, _ in self.letters), max)
        gaps = (box[0] - end for end, box in zip(ends, self.letters[1:], strict=False))
        tall = max((y1 - y0 for _, y0, _, y1 in self.letters), default=0)
        return max(gaps, default=0) > APART * tall


def strokes_of(mask: ink.Mask, grain: float) -> Strokes:
    """The page's strokes. A rule is taken out, but not the letters that cross it or stand on it."""
    page = mask.astype(np.uint8)
    ink_only = page.copy()
    lines: tuple[PixelBox, ...] = ()
    for long, across in (((1, round(60 * grain)), (3, 1)), ((round(48 * grain), 1), (1, 3))):
        joined = cv2.dilate(page, np.ones(across, np.uint8))
        rules = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(long, np.uint8)) & page
        if long[0] == 1:
            lines = _long(rules, round(60 * grain))
        thick = round(7 * grain)
        letters = cv2.morphologyEx(page, cv2.MORPH_OPEN, np.ones((thick, 1) if long[0] == 1 else (1, thick), np.uint8))
        ink_only[(rules > 0) & (letters == 0)] = 0
    count, of, stats, _ = cv2.connectedComponentsWithStats(ink_only, connectivity=8)
    boxes = np.empty((count, 5), np.int64)
    boxes[:, 0:2], boxes[:, 2:4], boxes[:, 4] = stats[:, 0:2], stats[:, 0:2] + stats[:, 2:4], stats[:, 4]
    boxes[0, 4] = 0
    wide, tall = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    hairs, _ = _in_line(page.shape, boxes, wide <= 4 * grain, (6 * grain, 1), (80 * grain, 1))
    dots, dotted = _in_line(page.shape, boxes, np.maximum(wide, tall) <= 5 * grain, (1, 9 * grain), (1, 60 * grain))
    boxes[hairs | dots, 4] = 0
    return Strokes(np.asarray(of, dtype=np.int32), boxes, grain, (*lines, *dotted), (page > 0) & (ink_only == 0))


def _long(rules: npt.NDArray[np.uint8], least: int) -> tuple[PixelBox, ...]:
    """The rules as boxes, their broken pieces joined."""
    joined = cv2.morphologyEx(
        cv2.dilate(rules, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, least // 3), np.uint8)
    )
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return tuple((x, y + 1, x + wide, y + tall - 1) for x, y, wide, tall, _ in stats[1:count].tolist() if wide >= least)


def _in_line(
    shape: tuple[int, ...],
    boxes: npt.NDArray[np.int64],
    some: npt.NDArray[np.bool_],
    gap: tuple[float, float],
    long: tuple[float, float],
) -> tuple[npt.NDArray[np.bool_], tuple[PixelBox, ...]]:
    """Which of `some` strokes stand in a straight line with no wider gaps between them, and the lines: a frame as thin as a hair that a scan
    has broken, a rule of dots. Looked at with half the dots, which costs less."""
    small = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), np.uint8)
    ours = np.flatnonzero(some & (boxes[:, 4] > 0))
    for x0, y0, x1, y1 in (boxes[ours, :4] // 2).tolist():
        small[y0 : y1 + 1, x0 : x1 + 1] = 1
    odd = [(round(tall / 2) | 1, round(wide / 2) | 1) for tall, wide in (gap, long)]  # others would move the lines
    joined = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones(odd[0], np.uint8))
    lines = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(odd[1], np.uint8))
    x, y = (boxes[ours, 0:2] + boxes[ours, 2:4]).T // 4
    found = np.zeros(len(boxes), np.bool_)
    found[ours[lines[y, x] > 0]] = True
    rules = _long(np.asarray(lines, np.uint8), max(1, round(long[1] / 2)))
    return found, tuple((2 * x0, 2 * y0, 2 * x1, 2 * y1) for x0, y0, x1, y1 in rules)


def cell(
    strokes: Strokes,
    picture: Gray,
    box: PixelBox,
    printed: Sequence[Printed],
    others: Sequence[PixelBox],
    lines: int = 1,
    *,
    ruled: bool = False,
) -> Cell | None:
    """The value that stands in `box`; None where no letter does. `printed`: the form's own words around it; `others`: the places of
    the other fields, into which a value does not run; `lines`: how many lines the field has; `ruled`: it begins where its rule begins."""
    grain = strokes.grain
    x0, y0, x1, y1 = box
    loose_x, loose_y = round(LOOSE_X * 2.78 * grain), round(LOOSE_Y * 2.78 * grain)
    near = _touching(strokes, (x0 - 60 * (y1 - y0), y0 - 2 * loose_y, x1 + 60 * (y1 - y0), y1 + 2 * loose_y))
    boxes, middles = strokes.boxes[near], strokes.middles[near]
    tall, wide = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    if ruled:
        x0, x1 = _ends(strokes, box, others)
        printed = [_before(words, x0) if words.box[1] < (y0 + y1) / 2 < words.box[3] else words for words in printed]
    inked = boxes[:, 4] >= SPECK * grain**2
    of_print = _printed(boxes, middles, inked, printed, box)
    ours = inked & ~of_print
    within = (
        (middles[:, 0] >= x0 - loose_x)
        & (middles[:, 0] <= x1 + loose_x)
        & (middles[:, 1] >= y0 - loose_y)
        & (middles[:, 1] <= y1 + loose_y)
    )
    big = (tall > 2.2 * (y1 - y0)) | (wide > 0.9 * (x1 - x0) + 10 * (y1 - y0))
    overlaps = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)
    crossed = bool((big & overlaps & (boxes[:, 4] > 60 * grain**2)).any())
    ours &= ~big
    dash = (tall <= 4 * grain) & (wide >= 3 * tall) & (middles[:, 1] > y1 - 2 * grain)  # what is left of a broken rule
    rests = _rests(boxes, strokes)
    ours &= ~dash & ~rests
    free = ours & ~_inside(middles, others)
    straddles = (middles[:, 0] < x0) & (boxes[:, 2] > x0 + grain)  # the first dots of its rule are lost
    if ruled:
        ours &= (middles[:, 0] >= x0) | straddles
        within &= middles[:, 0] <= x1
    ours &= (middles[:, 1] >= y0 - loose_y) & (middles[:, 1] <= y1 + loose_y)
    letters = ours & within & (boxes[:, 4] >= LETTER * grain**2) & (tall >= 7 * grain)
    if not letters.any():
        return None
    ours |= inked & of_print & within & _at_feet(boxes, boxes[letters])
    rows: list[npt.NDArray[np.int64]] = []
    touches = False
    for top, bottom in _nearest(_joined(_rows(boxes[letters]), grain), (y0, y1), lines, grain):
        band = ours & (middles[:, 1] > top - 0.45 * (bottom - top)) & (middles[:, 1] < bottom + 0.45 * (bottom - top))
        high = _high(tall[letters & band], bottom - top)
        kept = _whole(boxes, middles, band, band & within, high, others)
        kept = _without_specks(boxes, kept, high, grain)
        # the form's sentence may go on behind the rule, and stand before it
        touches = touches or (ruled and bool((boxes[kept, 0] >= x1).any() or (kept & straddles & letters).any()))
        if kept.any():
            rows.append(near[kept])
            ours &= ~kept
            touches = touches or _touched(boxes, kept, ~big & ~dash, high)
    if not rows:
        return None
    rows.sort(key=lambda row: int(strokes.boxes[row, 1].min()))
    members = np.concatenate(rows)
    all_boxes = strokes.boxes[members]
    around = (
        int(all_boxes[:, 0].min()),
        int(all_boxes[:, 1].min()),
        int(all_boxes[:, 2].max()),
        int(all_boxes[:, 3].max()),
    )
    far = 25 * 2.78 * grain
    under = [_rule_under(strokes, row) for row in rows]
    pictures = tuple(_clean(strokes, picture, row, rule) for row, rule in zip(rows, under, strict=True))
    dots, above = _dots(strokes, rows, boxes[(boxes[:, 4] > 0) & ~inked])
    return Cell(
        rows=pictures,
        box=around,
        crossed=crossed,
        overflows=touches or around[0] < x0 - far or around[2] > x1 + far,
        uneven=max(_unevenness(strokes.boxes[row]) for row in rows),
        upright=min(_uprightness(row) for row in pictures),
        on_rule=any(under),
        crowded=len(rows) > lines,
        goes_on=_goes_on(boxes, np.isin(near, members), free),
        dots=dots,
        above=above,
        tailed=_tailed(boxes[dash | rests], all_boxes, grain),
        letters=tuple(sorted((x0, y0, x1, y1) for x0, y0, x1, y1 in all_boxes[:, :4].tolist())),
    )


def _touching(strokes: Strokes, box: PixelBox) -> npt.NDArray[np.int64]:
    x0, y0, x1, y1 = box
    boxes = strokes.boxes
    hit = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0) & (boxes[:, 4] > 0)
    return np.flatnonzero(hit)


def _printed(
    boxes: npt.NDArray[np.int64],
    middles: npt.NDArray[np.float64],
    inked: npt.NDArray[np.bool_],
    printed: Sequence[Printed],
    box: PixelBox,
) -> npt.NDArray[np.bool_]:
    """Which strokes are the form's own words. Where a label stands before the value, the widest gap near its end parts the two, and before the
    next letter that was read; strokes that are not `inked` are specks."""
    found = np.zeros(len(boxes), np.bool_)
    for words in printed:
        x0, y0, x1, y1 = words.box
        row = (middles[:, 1] >= y0) & (middles[:, 1] <= y1)
        end = x1
        if y0 < (box[1] + box[3]) / 2 < y1 and x0 < box[0] and abs(x1 - box[0]) < 12 * (y1 - y0):
            reach = (y1 - y0) // 2
            last = x1 + reach if words.goes_on is None else min(x1 + reach, words.goes_on)
            end = min(x1, last)
            end = _gap(boxes[row & inked], end - reach, last, end)
        found |= row & (middles[:, 0] >= x0 - (y1 - y0) // 4) & (middles[:, 0] <= end)
    return found


def _at_feet(boxes: npt.NDArray[np.int64], letters: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which strokes stand where a comma or a stop does: between the letters of a value, at the foot of the one before. The words below a value
    begin under its feet, though the box around a sloping line of them may hold its commas."""
    before = np.where(letters[:, 0] < boxes[:, 0, None], letters[:, 0], -1).argmax(axis=1)
    foot, head = letters[before, 3], letters[before, 1]
    low = (boxes[:, 1] <= foot) & (boxes[:, 3] >= foot) & (boxes[:, 1] > (foot + head) / 2)
    return np.asarray(low & (boxes[:, 0] > letters[:, 0].min()) & (boxes[:, 2] < letters[:, 2].max()), np.bool_)


def _ends(strokes: Strokes, box: PixelBox, others: Sequence[PixelBox]) -> tuple[int, int]:
    """Where the rule at the foot of the field begins and ends: a fax may have broken off parts of it. It does not run into another field."""
    x0, y0, x1, y1 = box
    reach, gap = round(3 * strokes.grain), round(30 * strokes.grain)
    on_row = [other for other in others if other[1] < y1 and other[3] > y0]
    left = max([0, x0 - 6 * gap, *(other[2] for other in on_row if other[2] <= x0)])
    right = min([x1 + 6 * gap, *(other[0] for other in on_row if other[0] >= x1)])
    rows = np.s_[max(0, y1 - 2 * reach) : y1 + reach, left:right]
    flat = strokes.boxes[:, 3] - strokes.boxes[:, 1] <= reach + 1
    inked = (np.flatnonzero((strokes.erased[rows] | flat[strokes.of[rows]]).any(axis=0)) + left).tolist()
    for x in reversed(inked):
        x0 = x if x0 - gap <= x < x0 else x0
    for x in inked:
        x1 = x + 1 if x1 <= x < x1 + gap else x1
    return x0, x1


def _before(words: Printed, start: int) -> Printed:
    """A label that begins before the rule of the value, cut where the rule begins: it was found or drawn too long."""
    x0, y0, x1, y1 = words.box
    return replace(words, box=(x0, y0, min(x1, start), y1)) if x0 < start else words


def _rests(boxes: npt.NDArray[np.int64], strokes: Strokes) -> npt.NDArray[np.bool_]:
    """Which strokes are what is left of a rule that a fax has broken into steps."""
    grain = strokes.grain
    tall, wide = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    flat = (tall <= 4 * grain + 1) & (wide >= 1.5 * tall)
    found = np.zeros(len(boxes), np.bool_)
    for x0, y0, x1, y1 in strokes.rules:
        on_it = (boxes[:, 1] >= y0 - 2 * grain) & (boxes[:, 3] <= y1 + 3 * grain)
        found |= flat & on_it & (boxes[:, 0] >= x0 - 6 * grain) & (boxes[:, 2] <= x1 + 6 * grain)
    for index in np.flatnonzero(found).tolist():  # a hyphen is flat too, but the rule does not go on beside it
        x0, y0, x1, y1 = boxes[index, :4].tolist()
        found[index] = strokes.erased[max(0, y0 - 2) : y1 + 2, max(0, x0 - 10) : x1 + 10].any()
    return found


def _gap(boxes: npt.NDArray[np.int64], first: int, last: int, otherwise: int) -> int:
    """The middle of the widest gap between strokes from `first` to `last`; `otherwise` where there is none."""
    inked = np.zeros(last - first + 1, np.bool_)
    for x0, x1 in boxes[:, [0, 2]].tolist():
        inked[max(0, x0 - first) : max(0, x1 - first)] = True
    best, best_wide, start = otherwise, 0, None
    for place, is_ink in enumerate([*inked.tolist(), True]):
        if not is_ink and start is None:
            start = place
        elif is_ink and start is not None:
            if place - start > best_wide:
                best, best_wide = first + (start + place) // 2, place - start
            start = None
    return best


def _rows(boxes: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Top and bottom of each line of letters."""
    heights = boxes[:, 3] - boxes[:, 1]
    least = 0.5 * float(np.median(heights))
    rows: list[list[int]] = []
    for top, bottom in sorted(zip(boxes[:, 1].tolist(), boxes[:, 3].tolist(), strict=True)):
        if bottom - top < least:
            continue
        home = next(
            (row for row in rows if min(row[1], bottom) - max(row[0], top) > 0.4 * min(row[1] - row[0], bottom - top)),
            None,
        )
        if home is None:
            rows.append([top, bottom])
        else:
            home[0], home[1] = min(home[0], top), max(home[1], bottom)
    return [(top, bottom) for top, bottom in rows] or [(int(boxes[:, 1].min()), int(boxes[:, 3].max()))]


def _high(letters: npt.NDArray[np.int64], row: int) -> int:
    """How high a row of letters is: not as high as a single stroke that reaches far over the others."""
    return min(row, round(1.8 * float(np.median(letters)))) if len(letters) else row


def _nearest(rows: list[tuple[int, int]], field: tuple[int, int], lines: int, grain: float) -> list[tuple[int, int]]:
    """The lines of letters that stand in a field from its top to its bottom, the nearest to its middle first: as many as it has, and all inside."""
    top, bottom = field
    nearest = sorted(rows, key=lambda row: abs(row[0] + row[1] - top - bottom))
    least = 0.55 * (nearest[0][1] - nearest[0][0])  # a line without tails is lower than one with them
    inside = sum(
        top <= (row[0] + row[1]) / 2 and row[1] <= bottom + 2 * grain and row[1] - row[0] >= least for row in nearest
    )
    return nearest[: max(lines, inside)]


def _tailed(rests: npt.NDArray[np.int64], letters: npt.NDArray[np.int64], grain: float) -> bool:
    """Whether one of the flat strokes begins right under a letter."""
    below = rests[:, None, 1] - letters[None, :, 3]
    under = (rests[:, None, 0] >= letters[None, :, 0]) & (rests[:, None, 0] < letters[None, :, 2])
    return bool((under & (below >= 0) & (below <= 3 * grain)).any())


def _joined(rows: list[tuple[int, int]], grain: float) -> list[tuple[int, int]]:
    """The lines of letters; where a fax has lost a line of dots inside of letters, their upper and lower halves are one line."""
    joined: list[tuple[int, int]] = []
    for top, bottom in sorted(rows):
        above = joined[-1] if joined else (0, 0)
        halves = max(bottom - top, above[1] - above[0]) <= 20 * grain and bottom - above[0] <= 30 * grain
        if joined and halves and top - above[1] <= 4 * grain:
            joined[-1] = above[0], bottom
        else:
            joined.append((top, bottom))
    return joined


def _whole(
    boxes: npt.NDArray[np.int64],
    middles: npt.NDArray[np.float64],
    band: npt.NDArray[np.bool_],
    within: npt.NDArray[np.bool_],
    tall: int,
    others: Sequence[PixelBox],
) -> npt.NDArray[np.bool_]:
    """The strokes of the line, with those that run on over the field's edge without a gap, but not into another field."""
    taken = np.zeros(len(boxes), np.bool_)
    level = float(np.median(middles[within, 1])) if within.any() else 0.0
    for x0, y0, x1, y1 in others:
        if y0 <= level <= y1:
            taken |= (middles[:, 0] >= x0) & (middles[:, 0] <= x1)
    kept = within & ~taken
    if not kept.any():
        return kept
    left, right = int(boxes[kept, 0].min()), int(boxes[kept, 2].max())
    free = band & ~taken
    while True:
        more = free & (boxes[:, 0] < right + 1.15 * tall) & (boxes[:, 2] > left - 0.9 * tall) & ~kept
        if not more.any():
            return kept
        kept |= more
        left, right = int(boxes[kept, 0].min()), int(boxes[kept, 2].max())


def _touched(
    boxes: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_], strokes: npt.NDArray[np.bool_], tall: int
) -> bool:
    """Whether a letter that was left out stands as close to the value as its own letters stand to each other, or ink that hides some of them: a
    stamp's frame takes the letters that it touches away."""
    x0, y0, x1, y1 = boxes[kept, 0].min(), boxes[kept, 1].min(), boxes[kept, 2].max(), boxes[kept, 3].max()
    out = boxes[strokes & ~kept & (boxes[:, 3] - boxes[:, 1] >= 0.45 * tall)]
    on_row = (np.minimum(out[:, 3], y1) - np.maximum(out[:, 1], y0)) > 0.5 * (out[:, 3] - out[:, 1])
    near = (out[:, 0] < x1 + 0.35 * tall) & (out[:, 2] > x0 - 0.35 * tall)
    high = (np.minimum(out[:, 3], y1) - np.maximum(out[:, 1], y0)) > 0.5 * (y1 - y0)
    hides = high & (out[:, 0] < x1) & (out[:, 2] > x0)
    return bool((on_row & near).any() or hides.any())


def _goes_on(boxes: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_], free: npt.NDArray[np.bool_]) -> bool:
    """Whether a line of letters that nothing else owns stands close above or below the value and begins where it begins."""
    tall = boxes[:, 3] - boxes[:, 1]
    high = float(np.median(tall[kept & (tall >= 0.5 * tall[kept].max())]))
    letters = tall >= 0.6 * high
    ours, out = boxes[kept & letters], boxes[free & ~kept & letters & (tall < 2 * high)]
    left, top, bottom = ours[:, 0].min(), ours[:, 1].min(), ours[:, 3].max()
    for away in (top - out[:, 3], out[:, 1] - bottom):
        row = out[(away > -0.3 * high) & (away < 0.8 * high)]
        first = row[abs(row[:, 0] - left) < 0.8 * high]
        before = row[(row[:, 2] > left - 2.5 * high) & (row[:, 0] < left - 0.8 * high)]
        along = row[(row[:, 0] > left - 0.8 * high) & (row[:, 0] < left + 6 * high)]
        if len(first) and not len(before) and len(along) >= 3:
            return True
    return False


def _inside(middles: npt.NDArray[np.float64], places: Sequence[PixelBox]) -> npt.NDArray[np.bool_]:
    """Which strokes stand in one of these places."""
    found = np.zeros(len(middles), np.bool_)
    x, y = middles.T
    for x0, y0, x1, y1 in places:
        found |= (x >= x0) & (x <= x1) & (y >= y0 - 3) & (y <= y1 + 3)
    return found


def _without_specks(
    boxes: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_], tall: int, grain: float
) -> npt.NDArray[np.bool_]:
    """Drops the marks that are no part of the value: specks, and a mark of the form's sentence that stands apart behind it. A full stop is
    near a letter, a speck mostly is not."""
    tiny = kept & (boxes[:, 4] < LETTER * grain**2)
    marks = kept & (tiny | (boxes[:, 3] - boxes[:, 1] < 0.4 * tall))
    marks &= ~_halves(boxes, marks, tall)
    letters = boxes[kept & ~marks]
    if not len(letters):
        return kept
    at_feet = _at_feet(boxes, letters)
    for index in np.flatnonzero(marks).tolist():
        x0, y0, x1, y1 = boxes[index, :4].tolist()
        apart = np.maximum(letters[:, 0] - x1, x0 - letters[:, 2]).min()
        if tiny[index]:
            below_or_above = y1 < letters[:, 1].min() - 0.4 * tall or y0 > letters[:, 3].max() + 2
            kept[index] = not (apart > (COMMA if at_feet[index] else NEAR) * tall or below_or_above)
        else:
            behind = x1 <= letters[:, 0].min() or x0 >= letters[:, 2].max()
            kept[index] = not (behind and apart > 0.6 * tall)
    return kept


def _halves(boxes: npt.NDArray[np.int64], marks: npt.NDArray[np.bool_], tall: int) -> npt.NDArray[np.bool_]:
    """Which marks are together as high as a letter, one over the other: a thin 7 falls into two."""
    found = np.zeros(len(boxes), np.bool_)
    for index in np.flatnonzero(marks).tolist():
        x0, y0, x1, y1 = boxes[index, :4].tolist()
        over = marks & (boxes[:, 0] < x1) & (boxes[:, 2] > x0)
        top, bottom = int(boxes[over, 1].min()), int(boxes[over, 3].max())
        found[index] = max(y1 - y0, bottom - top) >= 0.6 * tall and bottom - top <= 1.2 * tall
    return found


def _dots(strokes: Strokes, rows: Sequence[npt.NDArray[np.int64]], specks: npt.NDArray[np.int64]) -> tuple[int, int]:
    """How many small marks of these lines stand right above a low letter, and how many, also of the specks around, above a letter as tall as the
    tallest: all that half the lines of a fax leave of an accent may be a speck."""
    dots = above = 0
    for row in rows:
        boxes = strokes.boxes[row]
        tall = boxes[:, 3] - boxes[:, 1]
        usual = float(np.median(tall[tall >= 0.5 * tall.max()]))
        letters = boxes[tall >= 0.5 * usual]
        tallest = letters[:, 3] - letters[:, 1] >= 0.85 * tall.max()
        quarter = (letters[:, 2] - letters[:, 0]) / 4
        for x0, _, x1, y1, _ in boxes[tall < 0.4 * usual].tolist():
            over = (
                (letters[:, 0] < x1) & (letters[:, 2] > x0) & (y1 <= letters[:, 1] + 2) & (letters[:, 1] - y1 < usual)
            )
            above += bool((over & tallest).any())
            dots += bool(over.any() and not (over & tallest).any())
        for x0, _, x1, y1, _ in specks.tolist():
            middle = (letters[:, 0] + quarter <= (x0 + x1) / 2) & ((x0 + x1) / 2 <= letters[:, 2] - quarter)
            near = (y1 <= letters[:, 1] + 1) & (letters[:, 1] - y1 < 0.3 * usual)
            above += bool((tallest & middle & near).any())
    return dots, above


def _rule_under(strokes: Strokes, members: npt.NDArray[np.int64]) -> tuple[int, int] | None:
    """Top and bottom of the rule into which a letter's tail or foot runs: without it a g may look like a q, and a Q like an O."""
    boxes = strokes.boxes[members]
    tall = boxes[:, 3] - boxes[:, 1]
    reach = round(5 * strokes.grain) + 1
    found: list[int] = []
    for x0, _, x1, y1, _ in boxes[tall >= 0.5 * float(np.median(tall))].tolist():
        start = max(0, y1 - reach)
        if strokes.erased[start : y1 + 2, x0:x1].any():
            found += (start + np.flatnonzero(strokes.erased[start : y1 + reach, x0:x1].any(axis=1))).tolist()
    return (min(found), max(found) + 1) if found else None


def _clean(strokes: Strokes, picture: Gray, members: npt.NDArray[np.int64], rule: tuple[int, int] | None) -> Gray:
    """The picture of these strokes alone, and of the rule into which one of them runs, trimmed to them."""
    boxes = strokes.boxes[members]
    height, width = picture.shape
    x0, y0 = max(0, int(boxes[:, 0].min()) - 1), max(0, int(boxes[:, 1].min()) - 1)
    x1 = min(width, int(boxes[:, 2].max()) + 1)
    y1 = min(height, max(int(boxes[:, 3].max()), rule[1] if rule else 0) + 1)
    theirs = np.isin(strokes.of[y0:y1, x0:x1], members)
    if rule:  # pieces of it may lie above low letters
        top, bottom = max(rule[0], y0), max(rule[1], y0)
        theirs[top - y0 : bottom - y0] |= strokes.erased[top:bottom, x0:x1]
    crop = picture[y0:y1, x0:x1]
    paper = int(np.percentile(crop, 90))
    return np.where(cv2.dilate(theirs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, crop, paper).astype(np.uint8)


def _uprightness(row: Gray) -> float:
    """How sharply ink and gaps alternate from left to right, against the sharpest when the letters are made to lean. The stems of print stand
    upright; a hand leans, or wavers. A slash, which leans in print too, is left out."""
    paper, dark = int(np.percentile(row, 90)), int(np.percentile(row, 3))
    inked = np.clip((paper - row.astype(np.float32)) / max(1, paper - dark), 0, 1)
    count, of, stats, _ = cv2.connectedComponentsWithStats((inked > 0.45).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        x, y, wide, tall, _ = stats[number]
        part = of[y : y + tall, x : x + wide] == number
        ys, xs = np.nonzero(part)
        if tall >= 6 and wide >= 3 and np.corrcoef(xs, ys)[0, 1] < -0.85:
            inked[y : y + tall, x : x + wide][cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0
    large = cv2.resize(inked, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    room = large.shape[0] // 3
    large = cv2.copyMakeBorder(large, 0, 0, room, room, cv2.BORDER_CONSTANT, value=0)
    leaning = max(_sharpness(large, slant) for slant in SLANTS)
    return _sharpness(large, 0) / leaning if leaning > 0 else 9.0


def _sharpness(inked: npt.NDArray[np.float32], slant: int) -> float:
    tall, wide = inked.shape
    lean = float(np.tan(np.radians(slant)))
    way = np.array([[1, lean, -lean * tall / 2], [0, 1, 0]], np.float32)
    columns = cv2.warpAffine(inked, way, (wide, tall), flags=cv2.INTER_LINEAR).sum(axis=0)
    return float(np.square(np.diff(cv2.GaussianBlur(columns[None], (0, 0), 0.8)[0])).sum())


def _unevenness(boxes: npt.NDArray[np.int64]) -> float:
    """Spread of the letters' feet around a straight line, as a part of their height; print keeps them on it."""
    tall = boxes[:, 3] - boxes[:, 1]
    letters = boxes[tall >= 0.55 * float(tall.max())]
    if len(letters) < 4:
        return 0.0
    return float(np.median(_off_line(letters, 3)))


def wavering(digits: Sequence[PixelBox]) -> float:
    """How far the head of a digit leaves the straight line of all their heads, as a part of their height; print has them equally high."""
    return float(_off_line(np.array(digits), 1).max())


def _off_line(letters: npt.NDArray[np.int64], edge: int) -> npt.NDArray[np.float64]:
    """How far each letter's head (`edge` 1) or foot (3) is from a straight line through all, as a part of their height."""
    x, y = (letters[:, 0] + letters[:, 2]) / 2.0, letters[:, edge].astype(np.float64)
    slope, level = np.polyfit(x, y, 1)
    return np.asarray(np.abs(y - slope * x - level) / np.median(letters[:, 3] - letters[:, 1]), np.float64)


def padded(crop: Gray, across: int, down: int) -> Gray:
    """The crop with paper around it."""
    paper = int(np.percentile(crop, 90))
    return np.asarray(cv2.copyMakeBorder(crop, down, down, across, across, cv2.BORDER_CONSTANT, value=paper), np.uint8)


def points(box: PixelBox, scale: float) -> Box:
    x0, y0, x1, y1 = (value / scale for value in box)
    return x0, y0, x1, y1
