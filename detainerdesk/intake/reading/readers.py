"""Two readers for one value, and whether they agree. Comes in: the clean picture of a value and the grammar of its field. Goes out: the
value to show, what each reader saw, and whether it may stand without a person: on their agreement and the grammar, not on one
reader's confidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from detainerdesk.intake.reading import grammar, recogniser, tesseract
from detainerdesk.intake.reading.cells import Cell, padded
from detainerdesk.intake.reading.fields import Seen
from detainerdesk.intake.reading.pages import Gray

UNEVEN = 0.12  # letters' feet leave a straight line by this part of their height: a hand, not a machine
LEAST = 0.60  # confidence of the least sure letter, below which even two readers that agree are not taken at their word
LEAST_COARSE = 0.97  # the same on a fax of half the lines, where both can see the same wrong letter
COARSE = 130  # dots an inch from top to bottom
LEAST_ALONE = 0.90  # the same where both readings are the same model's


@dataclass(frozen=True)
class Verdict:
    """What the readers make of a value. `sure`: they agree, and the value looks as it must."""

    value: str
    readers: tuple[Seen, ...]
    agreed: bool
    sure: bool
    confidence: float


def judge(cell: Cell, grammar_name: str, dots: float) -> Verdict:
    """Reads the value with both readers, and once more where they differ. `dots`: an inch from top to bottom of the page as sent."""
    text, confidence = _recognised(cell, _plain)
    first = Seen("ocr", grammar.mend(grammar_name, text))
    again: Seen | None = None
    second: Seen | None = None
    if grammar_name not in grammar.ONE_LETTER and tesseract.is_here():
        second = Seen("tesseract", grammar.mend(grammar_name, _by_tesseract(cell)))
    if second is None or not _same(first, second):
        text, sureness = _recognised(cell, _softened)
        again = Seen("ocr again", grammar.mend(grammar_name, text))
        if second is None or (_same(again, second) and not _same(again, first)):
            confidence = min(confidence, sureness) if second is None else sureness
    seen = [one for one in (first, second, again) if one is not None]
    pair = _agreeing(seen)
    shown = max(pair, key=_well_spaced) if pair is not None else _likeliest(seen, grammar_name)
    independent = pair is not None and pair[1].reader == "tesseract"
    alone = pair is not None and second is None
    sure = (
        (independent or alone)
        and confidence >= max(LEAST_ALONE if alone else LEAST, LEAST_COARSE if dots < COARSE else 0.0)
        and grammar.fits(grammar_name, shown.text)
        and not grammar.doubtful_on_paper(shown.text)
        and not (alone and grammar.confusable(grammar_name, shown.text))
        and not (cell.crossed or cell.overflows)
        and cell.uneven < UNEVEN
    )
    return Verdict(shown.text, tuple(seen), pair is not None, sure, confidence)


def _agreeing(seen: list[Seen]) -> tuple[Seen, Seen] | None:
    """Two readings that are the same but for spaces: one of the model's with the other reader's first."""
    ours = [one for one in seen if one.reader != "tesseract"]
    other = next((one for one in seen if one.reader == "tesseract"), None)
    for one in ours:
        if other is not None and _same(one, other):
            return one, other
    if other is None and len(ours) > 1 and _same(ours[0], ours[1]):
        return ours[0], ours[1]
    return None


def _likeliest(seen: list[Seen], grammar_name: str) -> Seen:
    """Where they differ: what looks as it must, then what has the fewest signs of a misreading, else the better reader's."""
    return min(seen, key=lambda one: (not grammar.fits(grammar_name, one.text), grammar.oddities(one.text)))


def _well_spaced(one: Seen) -> int:
    """A reader loses a space between words sooner than it makes one, but for hyphens."""
    return one.text.count(" ") - 2 * len(re.findall(r"\w- \w|\w -\w", one.text))


def _same(one: Seen, two: Seen) -> bool:
    return one.text != "" and grammar.comparable(one.text) == grammar.comparable(two.text)


def _recognised(cell: Cell, prepared: Callable[[Gray], Gray]) -> tuple[str, float]:
    texts, sure = [], []
    for row in cell.rows:
        text, _, confidences = recogniser.read(prepared(row))
        texts.append(text)
        sure += [one for char, one in zip(text, confidences, strict=True) if not char.isspace()]
    return " ".join(texts).strip(), min(sure, default=0.0)


def _by_tesseract(cell: Cell) -> str:
    return " ".join(tesseract.read(padded(row, 10, 10)) or "" for row in cell.rows).strip()


def _plain(row: Gray) -> Gray:
    return padded(row, 6, 2)


def _softened(row: Gray) -> Gray:
    """The other preparation: larger, softer, with more white around it, so that the model sees other pixels."""
    large = cv2.resize(padded(row, 6, 4), None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 1.2), dtype=np.uint8)
