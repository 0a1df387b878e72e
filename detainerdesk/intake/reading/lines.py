"""Lines of characters with places, the same for digital text and OCR, and finding printed words on them. Comes in: the
characters of a page. Goes out: lines, and where a label stands on the page, tolerant of the letters that OCR confuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, pairwise

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.pages import Char

Span = tuple[float, float]  # points from left to right

BELOW = 45.0  # points by which running text goes on below, if a row has fields on rules or captions under it
ENOUGH = 12  # letters that tell which words end so
WORN = 0.25  # part of the letters of a line that a bad fax may have spoiled
_SAME = str.maketrans({"i": "1", "l": "1", "|": "1", "o": "0"})


@dataclass(frozen=True)
class Line:
    """Characters that follow each other on one line, in reading order, with the spaces between them."""

    chars: tuple[Char, ...]
    cut: bool = False  # only its beginning was read

    @cached_property
    def text(self) -> str:
        return "".join(char.text for char in self.chars)

    @cached_property
    def box(self) -> Box:
        return box_of(self.chars)

    @cached_property
    def folded(self) -> tuple[str, tuple[int, ...]]:
        """The line's letters and digits folded for matching, and for each its index among the characters."""
        letters, places = [], []
        for index, char in enumerate(self.chars):
            for letter in fold(char.text):
                letters.append(letter)
                places.append(index)
        return "".join(letters), tuple(places)


@dataclass(frozen=True)
class Found:
    """Printed words that were found: on which line, from which character to which (exclusive)."""

    line: int
    start: int
    end: int
    box: Box
    errors: int
    whole: bool = True  # to its last letter
    rest: Found | None = None  # where the words go on, if the print breaks its line inside them

    @property
    def last(self) -> Found:
        """The part in which the words end."""
        return self.rest or self

    @property
    def length(self) -> int:
        """How many characters of print the words take."""
        return self.end - self.start + (self.rest.end - self.rest.start if self.rest else 0)


def words_in(line: Line, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The runs of whole words of a line that stand in some spans of it, from which character to which (exclusive)."""

    def stands_there(word: re.Match[str]) -> bool:
        x0, x1 = line.chars[word.start()].x0, line.chars[word.end() - 1].x1
        return any(x0 < right and left < x1 for left, right in spans)

    runs = [[*words] for there, words in groupby(re.finditer(r"\S+", line.text), stands_there) if there]
    return [(words[0].start(), words[-1].end()) for words in runs]


@lru_cache(maxsize=4096)  # a form's labels are looked for each time that more lines were read
def fold(text: str) -> str:
    """Only letters and digits, small, with the letters that print and OCR confuse made one (I, l, 1; O, 0)."""
    return "".join(c for c in text.casefold() if c.isalnum() or c == "|").translate(_SAME)


def box_of(chars: Iterable[Char]) -> Box:
    marks = [char for char in chars if not char.text.isspace()] or list(chars)
    return (min(c.x0 for c in marks), min(c.y0 for c in marks), max(c.x1 for c in marks), max(c.y1 for c in marks))


def lines_of(chars: Sequence[Char]) -> tuple[Line, ...]:
    """The characters of a digital page as lines, in the order in which the page draws them: text that touches or overlaps
    its label stays apart from it, because each was drawn on its own."""
    lines: list[Line] = []
    current: list[Char] = []
    for char in chars:
        if current and not _follows(current, char):
            lines.append(Line(tuple(current)))
            current = []
        if current and not char.text.isspace() and not current[-1].text.isspace():
            tall = max(4.0, *(one.y1 - one.y0 for one in (char, *current[-6:])))
            wide = 0.6 if {char.text, current[-1].text} & set("'’") else 0.28  # an apostrophe has air about it
            if char.x0 - current[-1].x1 > wide * tall:
                current.append(Char(" ", current[-1].x1, char.y0, char.x0, char.y1))
        current.append(char)
    if current:
        lines.append(Line(tuple(current)))
    return tuple(line for line in lines if line.text.strip())


def _follows(line: Sequence[Char], char: Char) -> bool:
    before = line[-1]
    if char.text.isspace() or before.text.isspace():
        size = 8.0
        return abs(char.y1 - before.y1) < 6 and -3 < char.x0 - before.x1 < 2.5 * size
    if abs(char.x0 - before.x0) < 0.1 and abs(char.x1 - before.x1) < 0.1 and abs(char.y1 - before.y1) < 0.1:
        return True  # the letters of one ligature have one box
    _, top, _, bottom = box_of(line[-4:])  # an apostrophe stands over the letters beside it
    size = max(bottom - top, char.y1 - char.y0, 4.0)
    overlap = min(bottom, char.y1) - max(top, char.y0)
    # a letter in another font's room may reach over the next one
    near = (-0.4 * size < char.x0 - before.x1 or char.x0 - before.x0 > 0.4 * size) and char.x0 - before.x1 < 1.2 * size
    return near and (overlap > 0 or abs(char.y1 - bottom) < 0.8 * size)


def find(lines: Sequence[Line], words: str, *, slack: float = 0.15) -> Iterator[Found]:
    """Each place where the words stand, exactly or with a few wrong letters (`slack` of them)."""
    wanted = fold(words)
    exact = any(wanted in line.folded[0] for line in lines)
    allowed = 0 if exact else int(len(wanted) * slack)
    for number, line in enumerate(lines):
        letters, places = line.folded
        if not allowed and wanted not in letters:  # as in most lines: it saves a call for each
            continue
        for start, end, errors in _spans(letters, wanted, allowed):
            first, last = places[start], places[end - 1] + 1
            # the label's own marks before and after belong to it
            closing = _closing(line.text[last:], words)
            last += closing
            if words.count("(") > words.count(")"):
                bracket = re.match(r"[^()]*\)", line.text[last:])  # of which only the beginning is told
                last += bracket.end() if bracket else 0
            # other words than these may go on after a label that was found with errors ("Booking No.:" for "Booking #:")
            whole = closing > 0 or words[-1] not in ":;#" or not _goes_on(line, last)
            whole = whole and not (line.cut and closing == 0 and last == len(line.chars))
            while first > 0 and line.chars[first - 1].text in "(,. " and words[0] in "(,.":
                first -= 1
            yield Found(number, first, last, box_of(line.chars[first:last]), errors, whole)


def find_broken(lines: Sequence[Line], words: str) -> Iterator[Found]:
    """Each place where the words begin at the end of one line of print and end at the beginning of one below it."""
    wanted = fold(words)
    for one, line in enumerate(lines):
        letters, places = line.folded
        if line.cut or len(wanted) < 8:
            continue
        for at in range(3, min(len(wanted) - 1, len(letters) + 1)):
            if wanted[at - 1] != letters[-1] or not letters.endswith(wanted[:at]):
                continue
            for two, below in enumerate(lines):
                after, further = below.folded
                goes_on = 5 < below.box[3] - line.box[3] < BELOW and below.box[0] < line.box[2]
                if goes_on and after.startswith(wanted[at:]):
                    first, last = places[-at], further[len(wanted) - at - 1] + 1
                    closing = _closing(below.text[last:], words)
                    if closing == 0 and words[-1] in ":;#" and _goes_on(below, last):
                        continue
                    last += closing
                    rest = Found(two, 0, last, box_of(below.chars[:last]), 0)
                    yield Found(one, first, len(line.chars), box_of(line.chars[first:]), 0, rest=rest)


def find_end(lines: Sequence[Line], words: str) -> Iterator[Found]:
    """Each line of print that begins with the last of the words, though the line above, in which they begin, could not be read."""
    parts = words.split()
    ends = [end for end in (fold(" ".join(parts[first:])) for first in range(1, len(parts))) if len(end) >= ENOUGH]
    for number, line in enumerate(lines):
        letters, places = line.folded
        end = next((end for end in ends if letters.startswith(end)), None)
        if end is not None and not line.cut:
            last = places[len(end) - 1] + 1
            last += _closing(line.text[last:], words)
            yield Found(number, 0, last, box_of(line.chars[:last]), 0)


def find_alone(lines: Sequence[Line], words: str) -> Iterator[Found]:
    """Each line of print that is these words and no more, though a bad fax has spoiled several of its letters."""
    wanted = fold(words)
    allowed = int(len(wanted) * WORN)
    for number, line in enumerate(lines):
        letters, _ = line.folded
        if len(wanted) < 8 or line.cut or abs(len(letters) - len(wanted)) > allowed:
            continue
        for start, end, errors in _spans(letters, wanted, allowed):
            if errors + start + len(letters) - end <= allowed:
                yield Found(number, 0, len(line.chars), line.box, errors)


def is_word(line: Line, hit: Found) -> bool:
    """Whether the words stand by themselves: not inside longer words, and not begun by others."""
    return hit.whole and (hit.start == 0 or not line.text[hit.start - 1].isalpha())


def begins_print(line: Line, hit: Found) -> bool:
    """Whether the words stand at the beginning of a line, or after a wide gap: not inside other words."""
    before = [char for char in line.chars[: hit.start] if not char.text.isspace()]
    if not any(char.text.isalnum() for char in before):
        return True
    size = max(4.0, hit.box[3] - hit.box[1])
    return hit.box[0] - before[-1].x1 > 0.8 * size


def find_beginning(lines: Sequence[Line], words: str) -> Iterator[Found]:
    """Each line of which only the beginning was read, and which begins as the words do."""
    wanted = fold(words)
    for number, line in enumerate(lines):
        letters, places = line.folded
        if not line.cut or len(letters) < 6 or len(wanted) < 6:
            continue
        part = wanted[: len(letters) - 1]
        if len(_pairs(part) & _pairs(letters)) < 0.45 * len(_pairs(part)):
            continue
        start, end, errors = _closest(letters, part)
        if start <= 4 and errors <= int(len(part) * 0.25):
            first, last = places[start], places[end - 1] + 1
            whole = len(part) == len(wanted) and not _goes_on(line, last)
            yield Found(number, first, last, box_of(line.chars[first:last]), errors, whole)


def _goes_on(line: Line, at: int) -> bool:
    """Whether other words of the form follow: `Booking No.:` for `Booking #:`."""
    return re.match(r"[\s/(]*[^\W\d]{2}", line.text[at:]) is not None


def _closing(after: str, words: str) -> int:
    """How many characters after a label's last letter are its own closing marks."""
    if words[-1] not in ":;#.)":
        return 0
    explained = re.match(r"\s*\([^()]{2,30}\)\s*:", after)  # Date of Birth (mm/dd/yyyy):
    marks = explained or re.match(r"(\s*[:;#.)])+", after)
    return marks.end() if marks else 0


def _spans(letters: str, wanted: str, allowed: int) -> Iterator[tuple[int, int, int]]:
    if not wanted:
        return
    at = letters.find(wanted)
    if at >= 0:
        while at >= 0:
            yield at, at + len(wanted), 0
            at = letters.find(wanted, at + 1)
        return
    if allowed == 0 or len(letters) < len(wanted) - allowed:
        return
    pairs = _pairs(wanted)
    if len(pairs & _pairs(letters)) < 0.45 * len(pairs):
        return
    best = _closest(letters, wanted)
    if best[2] <= allowed:
        yield best


@lru_cache(maxsize=4096)
def _pairs(letters: str) -> frozenset[tuple[str, str]]:
    """The pairs of letters that follow each other in it."""
    return frozenset(pairwise(letters))


@lru_cache(maxsize=4096)  # a page's lines are looked through again each time that more of them were read
def _closest(letters: str, wanted: str) -> tuple[int, int, int]:
    """The part of `letters` that is nearest to `wanted` by edits (Sellers): start, end, edits."""
    column = [(row, 0) for row in range(len(wanted) + 1)]  # (edits, start) after no letter
    best = (0, 0, len(wanted))
    for at, letter in enumerate(letters):
        fresh = [(0, at + 1)]
        for row, want in enumerate(wanted, 1):
            fresh.append(
                min(
                    (column[row - 1][0] + (letter != want), column[row - 1][1] if row > 1 else at),
                    (column[row][0] + 1, column[row][1]),
                    (fresh[row - 1][0] + 1, fresh[row - 1][1]),
                )
            )
        column = fresh
        if column[-1][0] < best[2]:
            best = (column[-1][1], at + 1, column[-1][0])
    return best
