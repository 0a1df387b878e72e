"""Accents that no reader saw, told by the marks that stand above a name's letters. Comes in: a reading and the ink that was read. Goes out: the
reading with its accents. A speck may look like one: where the two differ a person looks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from detainerdesk.intake.reading.cells import Cell, PixelBox
from detainerdesk.intake.reading.pages import Gray

ACUTE, TILDE, DIAERESIS = "\u0301", "\u0303", "\u0308"
LEANS = -0.15  # the correlation of right and down in the ink of an acute, which runs up to the right, is -0.3 to -0.6
DOT_LEANS = -0.27  # the same where an i has its dot, which on a fax may reach -0.24
FLAT = 1.6  # times as wide as high: a tilde


def restored(value: str, cell: Cell) -> str:
    """The value with the accents that stand above its letters; each word as it is where the ink's strokes are not its letters one by one."""
    if len(cell.rows) > 1 or not cell.letters:
        return value
    boxes = np.array(cell.letters)
    tall = boxes[:, 3] - boxes[:, 1]
    high = tall >= 0.5 * np.median(tall[tall >= 0.5 * tall.max()])
    foot = np.median(boxes[high, 3]) - 0.3 * np.median(tall[high])  # below it a comma begins, however long it is
    letters, marks = boxes[high & (boxes[:, 1] < foot)].tolist(), boxes[~high].tolist()
    words = value.split(" ")
    strokes = _by_word(letters, len(words))
    return " ".join(_accented(word, its, marks, cell) for word, its in zip(words, strokes, strict=True))


def _by_word(letters: Sequence[PixelBox], words: int) -> list[Sequence[PixelBox]]:
    """The letters of each of so many words: between those the gaps are widest."""
    gaps = sorted(range(1, len(letters)), key=lambda place: letters[place - 1][2] - letters[place][0])
    ends = [0, *sorted(gaps[: words - 1]), len(letters)]
    return [letters[start:end] for start, end in pairwise(ends)] + [()] * (words + 1 - len(ends))


def _accented(word: str, letters: Sequence[PixelBox], marks: Sequence[PixelBox], cell: Cell) -> str:
    """A word with the accents that stand above its letters."""
    places = [place for place, char in enumerate(word) if char.isalpha()]
    if len(letters) != len(places):
        return word
    chars = list(word)
    for place, letter in zip(places, letters, strict=True):
        above = [mark for mark in marks if mark[0] < letter[2] and mark[2] > letter[0] and mark[3] <= letter[1] + 2]
        accented = unicodedata.normalize("NFC", chars[place] + _accent(chars[place], above, cell))
        chars[place] = accented if len(accented) == 1 else chars[place]
    return "".join(chars)


def _accent(letter: str, above: Sequence[PixelBox], cell: Cell) -> str:
    """The accent that the marks above a letter are, none where they are no accent that this letter has."""
    kind = letter.casefold()
    if len(above) == 2 and kind == "u":
        return DIAERESIS
    if len(above) != 1:
        return ""
    ((x0, y0, x1, y1),) = above
    if kind in "aeiou" and _lean(cell.rows[0], above[0], cell) <= (DOT_LEANS if letter == "i" else LEANS):
        return ACUTE
    return TILDE if kind in "nao" and x1 - x0 >= FLAT * (y1 - y0) else ""


def _lean(row: Gray, mark: PixelBox, cell: Cell) -> float:
    """How the ink of a mark lies, as the correlation of right and down: near 0 for a dot, below it where it runs up to the right."""
    left, top = max(0, cell.box[0] - 1), max(0, cell.box[1] - 1)  # a row's picture has a dot of paper around it
    x0, y0, x1, y1 = mark
    part = row[max(0, y0 - top - 1) : y1 - top + 1, max(0, x0 - left - 1) : x1 - left + 1].astype(np.float64)
    ink = np.clip(np.percentile(row, 90) - part, 0, None)
    if min(ink.shape) < 2 or ink.sum() == 0:
        return 0.0
    down, right = np.mgrid[: ink.shape[0], : ink.shape[1]]
    spread = np.cov(np.stack((right.ravel(), down.ravel())), aweights=ink.ravel())
    return float(spread[0, 1] / max(1e-9, np.sqrt(spread[0, 0] * spread[1, 1])))
