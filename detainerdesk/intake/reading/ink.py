"""Ticks and signatures by measuring ink: never by what a file says of itself. Comes in: a grey page picture and a box on it
(pixels). Goes out: whether the box holds ink, whether that is clear, and where the printed square was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]  # for each pixel the number of its stroke, 0 for none
PixelBox = tuple[int, int, int, int]

DARK = 0.45  # of the way from a page's paper to its print: its ink
FAINT = 0.3  # the same of a pale pen or a pencil: a place with their ink is not empty
SQUARE = 0.72  # least share of the weakest side of a printed square
CORE = 0.3  # share of a box's size that its middle keeps from each side
SIDE, TOP = 0.6, 1.5  # times as high as a signature's place: two straight strokes of a stamp
STAMP_TURN, RULE_TURN = 12, 6  # degrees by which a stamp, a rule may lie askew
PART_LOST = 0.3  # share by which one side may be weaker than that


@dataclass(frozen=True)
class Square:
    """A printed check box as it was found on the page. `outline`: the share of its weakest side that is there."""

    box: PixelBox
    outline: float

    @property
    def whole(self) -> bool:
        return self.outline >= SQUARE


@dataclass(frozen=True)
class Ink:
    """What was measured in one box. `inked` is None where it is neither clearly empty nor clearly inked."""

    inked: bool | None
    share: float
    box: PixelBox
    outline: float  # share of the printed square's edge that was found, 0 where none is looked for


@dataclass(frozen=True)
class _Piece:
    """Connected ink: its number, its box, its pixels."""

    number: int
    x: int
    y: int
    wide: int
    tall: int
    area: int

    @property
    def right(self) -> int:
        return self.x + self.wide

    def rings(self, box: PixelBox) -> bool:
        """Whether it lies around a box."""
        return _middle_in(box, (self.x, self.y, self.right, self.y + self.tall))


def _pieces(ink: Mask) -> tuple[list[_Piece], Labels]:
    count, of, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    return [_Piece(n, *(int(v) for v in stats[n])) for n in range(1, count)], np.asarray(of, dtype=np.int32)


def dark(picture: Gray, share: float = DARK) -> Mask:
    """Where the page is inked, by its own paper and ink levels, so that a pale scan is measured like a dark one. `share`: of the way from its
    paper to its print that a pixel must be dark."""
    levels = np.cumsum(np.bincount(picture.ravel(), minlength=256)) / max(1, picture.size)
    paper = float(np.searchsorted(levels, 0.5))
    ink = float(np.searchsorted(levels, 0.005))
    if paper - ink < 30:  # a blank page: grain is not ink
        ink = paper - 120
    return picture < paper - share * (paper - ink)


def square(mask: Mask, box: PixelBox, reach: tuple[int, int], usual: float | None = None) -> Square:
    """The printed check box nearest to where the form has it, looked for up to `reach` pixels (across, down) from there. `usual`: how many times
    as large as in the form's own print those of this page are; where it is not known, another print may have larger or smaller ones."""
    size = max(box[2] - box[0], box[3] - box[1])
    least, most = (0.8, 1.45) if usual is None else (usual, usual)
    room = 0 if usual is None else 1
    return Square(*_square(mask, box, reach, (round((least - 1) * size) - room, round((most - 1) * size) + room)))


def times_as_large(square: Square, box: PixelBox) -> float:
    """As how large a square was found as the form has it."""
    return (square.box[2] - square.box[0] + square.box[3] - square.box[1]) / (box[2] - box[0] + box[3] - box[1])


def tick(mask: Mask, square: Square, others: Sequence[Square] = ()) -> Ink:
    """Whether a check box is ticked. `others`: the other boxes of the page, whose marks may run over to this one, and whose words begin
    as far from them as its own; where one of them is this one, nobody knows whose it is. Empty is a box with nothing in it, on it and beside it; ticked is one with a mark that is
    neither a blot nor struck out; all else is for a person."""
    size = min(square.box[2] - square.box[0], square.box[3] - square.box[1])
    core = _inset(mask, square.box, round(CORE * size))
    if core.size == 0 or not square.whole or any(_middle_in(other.box, square.box) for other in others):
        return Ink(None, 0.0, square.box, square.outline)
    edge = max(2, round(0.16 * size)) if core.mean() > 0.05 else _inside_edge(mask, square.box)
    inner = _inset(mask, square.box, edge)
    share = float(inner.mean())
    inked: bool | None = None
    around = _Around.of(mask, square.box, [other.box for other in others if other.whole])
    if not around.marks and not around.over_words:
        if share < 0.035 and _span(inner) < 0.3:
            inked = None if around.outside >= 0.06 or _before_words(mask, square, others) else False
        elif 0.06 <= share <= 0.8 and (
            _span(inner, through=round(CORE * size) - edge) >= 0.5 or (share <= 0.35 and _goes_round(inner))
        ):
            most = 0.28 if share < 0.66 else 0.18  # the more ink is in the box, the less may be around it
            inked = None if around.struck or around.shared or around.spread > most else True
    return Ink(inked, share, square.box, square.outline)


def signature(mask: Mask, box: PixelBox, strokes: Labels, dates: Sequence[PixelBox] = ()) -> Ink:
    """Ink in a signature's place, without the place's own rules and specks. `strokes`: the page's connected ink, by which a stamp or
    the row above is known to run in; `dates`: print in the place that is no name. Written is what has the strokes of two initials at
    least; a cross, a check, a date alone or a stamp is for a person."""
    x0, y0, x1, y1 = here = _inside(mask, box)
    if x1 <= x0 or y1 <= y0:
        return Ink(None, 0.0, box, 0.0)
    tall = y1 - y0
    foreign, runs_in = _foreign(strokes, here)
    runs_in |= _framed(mask, here)
    own = _without_rules(mask, here) & ~foreign
    for date in dates:
        own[max(0, date[1] - y0) : max(0, date[3] - y0), max(0, date[0] - x0) : max(0, date[2] - x0)] = False
    written, pieces = _large(own)
    share = float(written.mean())
    if not pieces:
        return Ink(None if runs_in or dates else False, share, here, 0.0)
    span = max(piece.right for piece in pieces) - min(piece.x for piece in pieces)
    outlines, _ = cv2.findContours(written.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    long = sum(cv2.arcLength(outline, True) for outline in outlines) / 2  # a stroke has an outline on both sides
    inked: bool | None = None
    if long >= 3 * tall and span >= 0.6 * tall and max(piece.tall for piece in pieces) >= 0.2 * tall:
        inked = None if runs_in or _has_corner(mask, here) else True
    elif _only_specks(pieces, own.shape[1]):
        inked = None if runs_in or dates else False
    return Ink(inked, share, here, 0.0)


def any_ink(mask: Mask, box: PixelBox) -> bool:
    """Whether a text cell holds anything that is more than specks and its own rule."""
    here = _inside(mask, box)
    if here[2] <= here[0] or here[3] <= here[1]:
        return True
    return not _only_specks(_large(_without_rules(mask, here))[1], here[2] - here[0])


def _foreign(strokes: Labels, box: PixelBox) -> tuple[Mask, bool]:
    """The ink in a box that is for the most part above or below it, and whether that reaches far in."""
    x0, y0, x1, y1 = box
    tall = y1 - y0
    within = strokes[y0:y1, x0:x1]
    whole = np.bincount(strokes[max(0, y0 - 2 * tall) : y1 + 2 * tall, x0:x1].ravel())
    part = np.bincount(within.ravel(), minlength=len(whole))
    numbers = np.flatnonzero((part > 0) & (part < 0.4 * whole))
    foreign = np.isin(within, numbers[numbers > 0])
    reach = (np.flatnonzero((within == number).any(axis=1)) for number in numbers if number > 0)
    return foreign, any(rows[-1] - rows[0] >= 0.35 * tall for rows in reach)


def _framed(mask: Mask, box: PixelBox) -> bool:
    """Whether an upright line stands through a place, as the side of a stamp does."""
    x0, y0, x1, y1 = box
    tall, margin = y1 - y0, (x1 - x0) // 20
    around = mask[max(0, y0 - tall) : y1 + tall, x0 + margin : x1 - margin].astype(np.uint8)
    return bool(around.size and cv2.erode(around, np.ones((round(1.2 * tall), 1), np.uint8), borderValue=0).any())


def _has_corner(mask: Mask, box: PixelBox) -> bool:
    """Whether a long straight stroke and one square to it meet in a place or above it, as two sides of a stamp do, however it is turned; below
    it only where it is so turned that none is the place's own rule."""
    x0, y0, x1, y1 = box
    tall, wide = y1 - y0, x1 - x0
    grown = np.ones((3, 3), np.uint8)
    upright, level = (np.ones(long, np.uint8) for long in ((round(SIDE * tall), 1), (1, round(TOP * tall))))
    for degrees in range(-STAMP_TURN, STAMP_TURN + 1, 2):
        below = y1 + tall // 2 if abs(degrees) > RULE_TURN else y1
        around = mask[max(0, y0 - tall) : below, x0:x1].astype(np.uint8)
        turn = cv2.getRotationMatrix2D((wide / 2, around.shape[0] / 2), degrees, 1.0)
        turned = cv2.warpAffine(around, turn, (wide, around.shape[0]), flags=cv2.INTER_NEAREST)
        side, top = (cv2.morphologyEx(turned, cv2.MORPH_OPEN, stroke) for stroke in (upright, level))
        if (cv2.dilate(side, grown) & cv2.dilate(top, grown)).any():
            return True
    return False


def _without_rules(mask: Mask, box: PixelBox) -> Mask:
    x0, y0, x1, y1 = box
    top = max(0, y0 - 8)  # a rule on the edge is seen whole only with some of what is around it
    around = mask[top : y1 + 8, x0:x1].astype(np.uint8)
    return np.asarray((around > 0) & (_rules(around) == 0), dtype=np.bool_)[y0 - top : y1 - top]


def _large(cell: Mask) -> tuple[Mask, list[_Piece]]:
    """The ink of a cell without specks, and its pieces."""
    pieces, of = _pieces(cell)
    pieces = [piece for piece in pieces if piece.area >= 12 and max(piece.wide, piece.tall) >= 6]
    return np.isin(of, [piece.number for piece in pieces]), pieces


def _only_specks(pieces: Sequence[_Piece], wide: int) -> bool:
    if not pieces:
        return True
    span = max(piece.right for piece in pieces) - min(piece.x for piece in pieces)
    return sum(piece.area for piece in pieces) < 30 and span < 0.05 * wide


def _rules(cell: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The thin printed lines of a cell, also where a fax has broken or stepped them; never a row of letters, which is thick."""
    joined = cv2.morphologyEx(cv2.dilate(cell, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, 21), np.uint8))
    thick = cv2.dilate(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((10, 1), np.uint8)), np.ones((1, 5), np.uint8))
    thin = np.where(thick > 0, 0, joined).astype(np.uint8)
    long = max(25, cell.shape[1] // 9)
    found = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    return np.asarray(cv2.dilate(found, np.ones((5, 9), np.uint8)), dtype=np.uint8)


def _square(mask: Mask, box: PixelBox, reach: tuple[int, int], grown: tuple[int, int]) -> tuple[PixelBox, float]:
    """The printed square nearest to where it should be, by so many pixels larger, and how much of its weakest side was found."""
    x0, y0, x1, y1 = box
    best, best_score, best_found = box, -1.0, 0.0
    across, down = reach
    size = max(x1 - x0, y1 - y0)
    up, out = max(0, y0 - down - size), max(0, x0 - across - size)
    near = mask[up : y1 + down + size, out : x1 + across + size].astype(np.uint8)
    # a side may wander by a pixel up and down, or left and right
    flat = _sums(cv2.dilate(near, np.ones((3, 1), np.uint8)), axis=1)
    steep = _sums(cv2.dilate(near, np.ones((1, 3), np.uint8)), axis=0)
    left, top = x0 - out, y0 - up
    ys, xs = np.ogrid[-1 : 1 : (2 * down + 1) * 1j, -1 : 1 : (2 * across + 1) * 1j]
    far = (0.15 * np.hypot(ys, xs)).astype(np.float32)
    for grow in range(grown[0], grown[1] + 1):
        wide, tall = x1 - x0 + grow, y1 - y0 + grow
        rows = slice(max(0, top - down), min(top + down, near.shape[0] - tall) + 1)
        columns = slice(max(0, left - across), min(left + across, near.shape[1] - wide) + 1)
        if wide < 6 or tall < 6 or rows.stop <= rows.start or columns.stop <= columns.start:
            continue
        across_sums = (flat[:, wide:] - flat[:, :-wide])[:, columns]
        down_sums = (steep[tall:] - steep[:-tall])[rows]
        one, two = across_sums[rows] / wide, across_sums[rows.start + tall - 1 : rows.stop + tall - 1] / wide
        three, four = (
            down_sums[:, columns] / tall,
            down_sums[:, columns.start + wide - 1 : columns.stop + wide - 1] / tall,
        )
        low, high = np.minimum(one, two), np.minimum(three, four)
        # each of the four sides must be there; of one the fax may have lost a part
        weakest = np.minimum(low, high)
        others = np.minimum(np.maximum(low, high), np.minimum(np.maximum(one, two), np.maximum(three, four)))
        scores = np.minimum(others, weakest + PART_LOST)
        judged = (
            scores
            - far[rows.start - top + down :, columns.start - left + across :][: scores.shape[0], : scores.shape[1]]
        )
        y, x = np.unravel_index(int(np.argmax(judged)), judged.shape)
        if judged[y, x] > best_score:
            best_score, best_found = float(judged[y, x]), float(scores[y, x])
            px, py = out + columns.start + int(x), up + rows.start + int(y)
            best = (px, py, px + wide, py + tall)
    return best, best_found


def _sums(ink: npt.NDArray[np.uint8], axis: int) -> npt.NDArray[np.float32]:
    """Running sums, so that the ink of any stretch is one subtraction."""
    before = ((0, 0), (1, 0)) if axis else ((1, 0), (0, 0))
    return np.pad(np.cumsum(ink, axis=axis, dtype=np.float32), before)


def _span(inner: Mask, through: int = 0) -> float:
    """Extent of the largest stroke, as a share of the box: a speck is small however dark it is. `through`: only of strokes that reach
    this far into the box."""
    _, of, stats, _ = cv2.connectedComponentsWithStats(inner.astype(np.uint8), connectivity=8)
    reaching = np.unique(of[through : of.shape[0] - through, through : of.shape[1] - through])
    spans = stats[reaching[reaching > 0], 2:4] / np.array([inner.shape[1], inner.shape[0]])
    return float(spans.max(initial=0.0))


def _goes_round(inner: Mask) -> bool:
    """Whether strokes pass around the middle of a box, as a wide check does whose foot is below: half across and half down together."""
    least = 0.35 * min(inner.shape)
    strokes = [piece for piece in _pieces(inner)[0] if max(piece.wide, piece.tall) >= least]
    if not strokes:
        return False
    wide = max(piece.right for piece in strokes) - min(piece.x for piece in strokes)
    tall = max(piece.y + piece.tall for piece in strokes) - min(piece.y for piece in strokes)
    return bool(wide >= 0.6 * inner.shape[1] and tall >= 0.45 * inner.shape[0])


def _inside_edge(mask: Mask, box: PixelBox) -> int:
    """How far a printed square's sides reach inward: in a box whose middle is empty they may be bold."""
    size = min(box[2] - box[0], box[3] - box[1])
    edge = max(2, round(0.16 * size))
    while edge < CORE * size and _on_frame(mask, box, edge) > 0.5:
        edge += 1
    return edge


def _inset(mask: Mask, box: PixelBox, inset: int) -> Mask:
    x0, y0, x1, y1 = box
    return mask[max(0, y0 + inset) : max(0, y1 - inset), max(0, x0 + inset) : max(0, x1 - inset)]


def _on_frame(mask: Mask, box: PixelBox, inset: int) -> float:
    """The share of ink on the sides of a box that is smaller by `inset` on each side."""
    x0, y0, x1, y1 = box[0] + inset, box[1] + inset, box[2] - 1 - inset, box[3] - 1 - inset
    sides = (mask[y0, x0 : x1 + 1], mask[y1, x0 : x1 + 1], mask[y0 + 1 : y1, x0], mask[y0 + 1 : y1, x1])
    return float(np.concatenate(sides).mean())


def _runs_in(theirs: Mask, ink: Mask, box: PixelBox, rim: int, edge: int) -> bool:
    """Whether another box's ink goes on inside this one, past the side that lies between."""
    reach = 2 * (rim + edge) + 3
    near = cv2.dilate(theirs.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    return bool((_inset(near & ink, box, edge)).any())


@dataclass(frozen=True)
class _Around:
    """The ink around a printed square. `marks`: how many marks stand near it that are neither print nor another box's. `outside`: how
    much ink of its own runs over its edge, in squares of its size; `spread`: the same with what other boxes share. `struck`: whether
    lines run through it as through no tick. `shared`: whether ink runs into it from another box. `over_words`: whether a mark or a
    line stands on its first words."""

    marks: int
    outside: float
    spread: float
    struck: bool
    shared: bool
    over_words: bool

    @classmethod
    def of(cls, mask: Mask, box: PixelBox, others: Sequence[PixelBox]) -> _Around:
        size = (box[2] - box[0] + box[3] - box[1]) / 2
        left, top = max(0, int(box[0] - 4.5 * size)), max(0, int(box[1] - 1.6 * size))
        here = _moved(box, -left, -top)
        ink = _without_frames(mask[top : int(box[3] + 1.6 * size), left : int(box[2] + 2.5 * size)], here, size)
        rim, edge = max(2, round(0.1 * size)), max(2, round(0.16 * size))
        around = ink.copy()
        _inset(around, here, -rim)[:] = False  # the square itself would join what is apart
        pieces, of = _pieces(around)
        joined = _touched(of, here, rim + 2)
        next_to = [_moved(other, -left, -top) for other in others]
        next_to = [o for o in next_to if o[0] < of.shape[1] and o[2] > 0 and o[1] < of.shape[0] and o[3] > 0]
        theirs = {n for other in next_to for n in _touched(of, other, 1)}
        theirs |= {p.number for p in pieces if not p.rings(here) and any(p.rings(other) for other in next_to)}
        theirs = {n for n in theirs if not _runs_along(of == n, here, size)}
        loose = [piece for piece in pieces if piece.number not in joined | theirs]
        on_it = np.isin(of, list(joined))
        _inset(on_it, here, edge)[:] = _inset(ink, here, edge)
        words = np.s_[max(0, round(here[1] - 0.4 * size)) : round(here[3] + 0.4 * size), here[2] + rim :]
        return cls(
            _marks_near(of, loose, here, size),
            _outside(np.isin(of, list(joined - theirs)), here, size),
            _outside(on_it, here, size),
            _struck(on_it, here, size) or any(_goes_far(p, here, size) for p in pieces if p.number in joined),
            _runs_in(np.isin(of, list(joined & theirs)), ink, here, rim, edge),
            _words_struck(ink[words], size)
            or _slants(np.isin(of[words], [piece.number for piece in loose])[:, : round(1.6 * size)], 0.85 * size),
        )


def _before_words(mask: Mask, square: Square, others: Sequence[Square]) -> bool:
    """Whether something stands between a square and its words: ink begins nearer to it than to the other squares of the page."""
    usual = [gap for other in others if other.whole and (gap := _to_words(mask, other.box)) is not None]
    gap = _to_words(mask, square.box)
    return gap is not None and len(usual) > 2 and gap < float(np.median(usual)) - 0.35


def _to_words(mask: Mask, box: PixelBox) -> float | None:
    """How far from a square, in squares of its size, the first ink on its right begins that is no speck and not joined to it."""
    size, rim = box[3] - box[1], max(2, round(0.1 * (box[3] - box[1])))
    pieces, _ = _pieces(mask[box[1] : box[3], box[2] + rim : round(box[2] + 2.5 * size)])
    begins = [piece.x for piece in pieces if piece.x > 0 and max(piece.wide, piece.tall) >= 0.25 * size]
    return (min(begins) + rim) / size if begins else None


def _without_frames(ink: Mask, box: PixelBox, size: float) -> Mask:
    """The ink without long printed lines, but with those that run through the square or its row."""
    picture = ink.astype(np.uint8)
    flat = cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((1, round(3.2 * size)), np.uint8))
    steep = cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((round(2.5 * size), 1), np.uint8))
    flat[max(0, box[1]) : box[3]] = 0
    steep[:, max(0, round(box[0] - 0.3 * size)) : round(box[2] + 0.3 * size)] = 0
    return np.asarray(ink & (cv2.dilate(flat | steep, np.ones((3, 3), np.uint8)) == 0), dtype=np.bool_)


def _words_struck(words: Mask, size: float) -> bool:
    """Whether a line runs through the first words beside a square."""
    middle = words[round(0.65 * size) : words.shape[0] - round(0.5 * size)].astype(np.uint8)
    steps = cv2.dilate(middle, np.ones((3, 1), np.uint8))
    return bool(cv2.erode(steps, np.ones((1, round(1.4 * size)), np.uint8), borderValue=0).any())


def _runs_along(piece: Mask, box: PixelBox, size: float) -> bool:
    """Whether ink that reaches another box runs along this one too, left of it: a ring around this one that touches the next."""
    x0, y0, _, y1 = box
    return float(piece[y0:y1, max(0, round(x0 - 1.4 * size)) : x0].any(axis=1).mean()) >= 0.5


def _middle_in(box: PixelBox, other: PixelBox) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] < across < other[2] and other[1] < down < other[3]


def _moved(box: PixelBox, across: int, down: int) -> PixelBox:
    return box[0] + across, box[1] + down, box[2] + across, box[3] + down


def _touched(of: Labels, box: PixelBox, room: int) -> set[int]:
    """The pieces that reach into a box."""
    x0, y0, x1, y1 = (max(0, v) for v in (box[0] - room, box[1] - room, box[2] + room, box[3] + room))
    return {int(n) for n in np.unique(of[y0:y1, x0:x1])} - {0}


def _outside(on_it: Mask, box: PixelBox, size: float) -> float:
    """The ink that goes over a square's edge, but not to the right, where its words may touch it; in squares of its size."""
    x0, y0, x1, y1 = box
    edge, far = max(2, round(0.18 * size)), round(0.6 * size)
    zone = on_it[max(0, y0 - far) : y1 + far, max(0, x0 - far) : x1 + edge]
    inside = on_it[max(0, y0 - edge) : y1 + edge, max(0, x0 - edge) : x1 + edge]
    return float(zone.sum() - inside.sum()) / size**2


def _struck(on_it: Mask, box: PixelBox, size: float) -> bool:
    """Whether ink runs out of a square through the middle of two opposite sides, or in more places than a cross has ends."""
    away = max(2, round(0.24 * size))
    x0, y0, x1, y1 = box[0] - away, box[1] - away, box[2] - 1 + away, box[3] - 1 + away
    if x0 < 0 or y0 < 0 or x1 >= on_it.shape[1] or y1 >= on_it.shape[0]:
        return True  # at the edge of the page nobody can say
    left, right = on_it[y0 : y1 + 1, x0], on_it[y0 : y1 + 1, x1]
    above, below = on_it[y0, x0 : x1 + 1], on_it[y1, x0 : x1 + 1]
    corner = away + round(0.2 * size)
    through = bool(left[corner:-corner].any() and right[corner:-corner].any())
    through |= bool(above[corner:-corner].any() and below[corner:-corner].any())
    way = np.concatenate([above[::-1], left[1:], below[1:]])[None].astype(np.uint8)  # on the right are words
    way = cv2.morphologyEx(way, cv2.MORPH_CLOSE, np.ones((1, 2 * round(0.15 * size) + 1), np.uint8))[0]
    return through or int((np.diff(way.astype(np.int8)) == 1).sum() + way[0]) > 4


def _goes_far(piece: _Piece, box: PixelBox, size: float) -> bool:
    """Whether ink goes on farther from a square than a tick's end does, down or to the left, as a stamp's side."""
    far = 1.2 * size
    return piece.x < box[0] - far or (piece.y + piece.tall > box[3] + far and piece.x < box[2])


def _marks_near(of: Labels, pieces: Sequence[_Piece], box: PixelBox, size: float) -> int:
    """How many marks stand in a square's row left of it, or around it: not specks, not rules, not words that end there."""
    x0, y0, _, y1 = box
    near = [
        piece
        for piece in pieces
        if piece.x < x0
        and (min(piece.y + piece.tall, y1) - max(piece.y, y0) >= 0.3 * size or _is_dash(piece, box, size))
        and max(piece.wide, piece.tall) >= 0.3 * size
        and not (piece.wide > 3 * size and piece.tall < 0.35 * size)
        and not (piece.tall > 2.2 * size and piece.wide < 0.3 * size)
    ]
    marks = sum(piece.right > x0 for piece in near)
    run: list[_Piece] = []
    for piece in sorted((piece for piece in near if piece.right <= x0), key=lambda piece: -piece.right):
        if run and min(one.x for one in run) - piece.right > 0.75 * size:
            marks += _is_mark(of, run, box, size)
            run = []
        run.append(piece)
    return marks + (_is_mark(of, run, box, size) if run else 0)


def _is_dash(piece: _Piece, box: PixelBox, size: float) -> bool:
    """Whether a piece is a stroke across at a square's mid-height: not on the line that letters and rules stand on, and no hyphen."""
    middle = piece.y + piece.tall / 2
    return piece.wide >= 0.6 * size and box[1] + 0.2 * size < middle < box[3] - 0.3 * size


def _is_mark(of: Labels, run: Sequence[_Piece], box: PixelBox, size: float) -> bool:
    """Whether pieces that stand close to each other, left of a square, are a mark: few strokes, or long slanting ones over letters."""
    right = max(piece.right for piece in run)
    if right < box[0] - 3 * size:
        return False
    left, top = min(piece.x for piece in run), min(piece.y for piece in run)
    bottom = max(piece.y + piece.tall for piece in run)
    ink = np.isin(of[top:bottom, left:right], [piece.number for piece in run])
    strokes = int((ink[:, 1:] & ~ink[:, :-1]).sum(axis=1).max()) if ink.shape[1] > 1 else 0
    feet = [piece.y + piece.tall for piece in run if piece.tall >= 0.3 * size]
    short = len(feet) > 1 and strokes >= 3 and max(feet) - min(feet) < 0.1 * size
    if not short and (right - left < 1.2 * size or strokes < 4):
        return True
    last = ink[:, max(0, round(box[0] - 3 * size) - left) :]
    return _slants(last, 0.65 * size)


def _slants(ink: Mask, long: float) -> bool:
    """Whether a straight stroke of this height runs through the ink at a slant, as in no usual letter."""
    tall = max(3, round(long))
    if ink.shape[0] < tall or ink.shape[1] < 0.4 * tall:
        return False
    picture = ink.astype(np.uint8)
    for lean in (0.6, 0.8, 1.0, 1.25):
        wide = max(2, round(lean * tall))
        line = cv2.line(np.zeros((tall, wide), np.uint8), (0, tall - 1), (wide - 1, 0), 1)
        for one in (line, line[:, ::-1].copy()):
            if cv2.erode(picture, one, borderValue=0).any():
                return True
    return False


def _inside(mask: Mask, box: PixelBox) -> PixelBox:
    x0, y0, x1, y1 = box
    return max(0, x0), max(0, y0), min(mask.shape[1], x1), min(mask.shape[0], y1)
