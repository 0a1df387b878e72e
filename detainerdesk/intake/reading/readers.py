"""Two readers for one value, and whether they agree. Comes in: the clean picture of a value and the grammar of its field. Goes out: the
value to show, what each reader saw, and whether it may stand without a person: on their agreement and the grammar, not on one
reader's confidence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detainerdesk.intake.reading import accents, grammar, proposed, recogniser, tesseract, vietnamese, vocabulary
from detainerdesk.intake.reading.cells import Cell, padded, wavering
from detainerdesk.intake.reading.fields import Seen
from detainerdesk.intake.reading.pages import Gray

UNEVEN = 0.12  # letters' feet leave a straight line by this part of their height: a hand, not a machine
WAVERS = 0.12  # a digit's head leaves the line of the others' by this part of their height: a hand
TWO, WIDE = 1.6, 1.1  # times as wide as another 1, as the widest other digit: two that ran together
UPRIGHT = 1.03  # the strokes of print stand upright at least this much more sharply than at any slant
DOTTED = r"""[ij:;!?'"%=]"""  # letters with a mark above: what has more of them may have an accent that no reader saw
TESSERACT, VIETNAMESE = "tesseract", "tesseract, Vietnamese"
QUOTES = str.maketrans("‘’“”", "''\"\"")
ODD_NAME = r"^[a-z]|\b[A-Z]{2,} [A-Z],|^[A-Z][il],"  # vo, Ana; LN U, Ana; Li, Ana of LI
TALL = r"[A-Z0-9bdfhklt]"
WORDS = ("name", "words", "country", "text")  # grammars of what can have an accent or an initial
LEAST = 0.60  # confidence of the least sure letter, below which even two readers that agree are not taken at their word
LEAST_COARSE = 0.95  # the same in every reading of a fax of half the lines, where all can see the same wrong letter
LEAST_COARSE_DIGITS = (
    0.985  # the same of a value with digits: a 3 becomes a 5, a 2 a 7, and no word says that it is wrong
)
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


@dataclass(frozen=True)
class _Reading:
    """What one reader saw, with the confidence of each of its words."""

    seen: Seen
    sure: tuple[float, ...]

    @property
    def words(self) -> list[str]:
        return self.seen.text.split()

    @property
    def least(self) -> float:
        return min(self.sure, default=0.0)


def judge(cell: Cell, grammar_name: str, dots: float) -> Verdict:
    """Reads the value with both readers, and once more where they differ. `dots`: an inch from top to bottom of the page as sent."""
    first = _recognised("ocr", cell, _plain, grammar_name)
    second: _Reading | None = None
    again: _Reading | None = None
    if grammar_name not in grammar.ONE_LETTER:
        second = _by_tesseract(cell, grammar_name)
    coarse = dots < COARSE
    if second is None or coarse or not _same(first, second):
        again = _recognised("ocr again", cell, _softened, grammar_name)
    readings = [one for one in (first, second, again) if one is not None]
    value, agreed, confidence = _agreement(readings, grammar_name, cell)
    alone = second is None
    offered = _offered(cell, grammar_name, value)
    sure = (
        agreed
        and confidence >= (LEAST_ALONE if alone else LEAST)
        and not (coarse and not _all_sure(readings))
        and grammar.fits(grammar_name, value)
        and not grammar.doubtful_on_paper(value)
        and not (alone and grammar.confusable(grammar_name, value))
        and not _doubtful(cell, grammar_name, value)
        and offered == value  # else paper often does that to print
    )
    if not sure and grammar_name == "name":
        offered, readings = _with_vietnamese_letters(cell, offered, readings)
    return Verdict(offered, tuple(one.seen for one in readings), agreed, sure, confidence)


def _offered(cell: Cell, grammar_name: str, value: str) -> str:
    """What the value most likely is: what paper did to print is undone, also where the ink shows it."""
    offered = proposed.value(grammar_name, value)
    if cell.on_rule or cell.tailed:
        offered = re.sub(grammar.TAILLESS, "Q", offered)
    if grammar_name == "name":
        offered = accents.restored(offered, cell)
    return vocabulary.without_stamp(offered) if cell.parted else offered


def _with_vietnamese_letters(cell: Cell, value: str, readings: list[_Reading]) -> tuple[str, list[_Reading]]:
    """The name to offer, and what was read of it, where it may be a Vietnamese one: no other reader knows its letters."""
    seen = [one.seen.text for one in readings]
    other = _by_tesseract(cell, "name", tesseract.VIETNAMESE)
    if other is not None and vietnamese.is_one(other.seen.text, seen):
        return vietnamese.offered(other.seen.text, seen), [*readings, other]
    return vietnamese.recalled(seen, _unread_marks(cell, value)) or vietnamese.spelled(value), readings


def _unread_marks(cell: Cell, value: str) -> int:
    """How many marks stand above letters that have none as they were read. The dot of an i may have run into it, so those above tall letters are
    counted by themselves."""
    if not re.search(TALL, value):
        return max(0, cell.dots + cell.above - len(re.findall(DOTTED, value)))
    return cell.above + max(0, cell.dots - len(re.findall(DOTTED, value)))


def _all_sure(readings: Sequence[_Reading]) -> bool:
    """Whether all that was read is the same, and nowhere less than nearly certain."""
    digits = re.search(r"\d", readings[0].seen.text) is not None
    least = LEAST_COARSE_DIGITS if digits else LEAST_COARSE
    return all(_same(one, readings[0]) and one.least >= least for one in readings)


def _doubtful(cell: Cell, grammar_name: str, value: str) -> bool:
    """Whether the ink speaks against what the readers agree on, or against its being print."""
    return (
        cell.crossed
        or cell.overflows
        or cell.crowded
        or cell.parted
        or cell.uneven >= UNEVEN
        or cell.upright <= UPRIGHT
        or _odd_digits(cell, value)
        or (cell.on_rule and "q" in value)  # a g whose foot the rule hides
        or (grammar_name in WORDS and (_unread_marks(cell, value) > 0 or _lost_a_stop(value)))
        or (grammar_name in ("a_number", "phone") and _lost_a_hyphen(value))
        or (grammar_name == "name" and re.search(ODD_NAME, value) is not None)
        or (grammar_name == "name" and len(value.split()) < 2)  # the rest of it may stand apart
        or (grammar_name in WORDS and any(map(vocabulary.is_other_case, value.split())))
    )


def _odd_digits(cell: Cell, value: str) -> bool:
    """Whether a number's digits are not equally high, or what was read as a 1 is as wide as two. Told only where each stroke is one letter, digit
    or slash."""
    tall = np.median([y1 - y0 for _, y0, _, y1 in cell.letters] or [0])
    strokes = [box for box in cell.letters if box[3] - box[1] > 0.6 * tall]
    written = re.sub(r"[\s.,:'-]", "", value)
    if re.search("[a-z]", value) or len(strokes) != len(written):
        return False
    digits = [(box, letter) for box, letter in zip(strokes, written, strict=True) if letter.isdigit()]
    ones = [box[2] - box[0] for box, letter in digits if letter == "1"]
    others = [box[2] - box[0] for box, letter in digits if letter != "1"]
    joined = bool(ones and others) and (max(ones) > TWO * min(ones) or max(ones) > WIDE * max(others))
    return joined or (len(digits) > 3 and wavering([box for box, _ in digits]) > WAVERS)


def _agreement(readings: Sequence[_Reading], grammar_name: str, cell: Cell) -> tuple[str, bool, float]:
    """The value, whether the readers agree on it, and how sure the least sure part of it is."""
    on_rule = cell.on_rule
    likeliest = min(
        (one.seen.text for one in readings),
        key=lambda text: (
            not grammar.fits(grammar_name, text),
            grammar_name == "event" and not vocabulary.is_office(text[:3]),
            _oddities(text, on_rule=on_rule),
            -grammar.accents(text) if _unread_marks(cell, text) else 0,  # of `GARCIA` and `GARCÍA`
        ),
    )
    pair = _agreeing(readings)
    if pair is not None:
        shown, parted = _spaced(pair, grammar_name)
        if len(readings) > 2 and _oddities(likeliest, on_rule=on_rule) < _oddities(shown, on_rule=on_rule):
            return likeliest, False, readings[0].least  # two saw `0. Quill`, the third `D. Quill`
        confidence = min(one.least for one in pair) if len(readings) == 2 else pair[0].least
        rivals = [one.seen.text for one in readings if _is_i_or_l(one.seen.text, shown)]
        if rivals and grammar_name in WORDS:
            dotted = min((shown, *rivals), key=lambda text: abs(cell.dots + cell.above - len(re.findall(DOTTED, text))))
            return dotted, False, confidence
        return shown, parted, confidence
    woven = _woven(readings)
    if woven:
        return " ".join(word for word, _ in woven), True, min(sure for _, sure in woven)
    return likeliest, False, readings[0].least


def _oddities(text: str, *, on_rule: bool) -> int:
    """How many signs of a misreading a text has, from a picture: also a mark after a comma or inside a word, an initial without its stop or
    one that a J is often taken for, and a q where a rule may hide the foot of a g."""
    marks = len(re.findall(r",\.|(?<=[a-z])[.,:;](?=[a-z])|^[Ij\])!][.,] (?=[A-Z])", text))
    return grammar.oddities(text) + marks + _lost_a_stop(text) + text.count("q") * on_rule


def _is_i_or_l(one: str, two: str) -> bool:
    """Whether two readings differ, and but for spaces only in that an i of the one is an l of the other (`Quilifeather`, `Quillfeather`)."""
    one, two = grammar.comparable(one), grammar.comparable(two)
    apart = {a + b for a, b in zip(one, two, strict=False) if a != b}
    return len(one) == len(two) and bool(apart) and apart <= {"il", "li"}


def _woven(readings: Sequence[_Reading]) -> list[tuple[str, float]] | None:
    """Word by word what Tesseract and one of the model's readings agree on; where they differ on one word, the one that is known here. None
    where that leaves a word open, or where more are so decided: then it may be a hand."""
    ours = [one for one in readings if one.seen.reader != TESSERACT]
    other = next((one for one in readings if one.seen.reader == TESSERACT), None)
    if other is None or any(len(one.words) != len(other.words) for one in ours):
        return None
    woven, decided = [], 0
    for place, word in enumerate(other.words):
        both = [one.sure[place] for one in ours if one.words[place] == word]
        seen = [(one.words[place], one.sure[place]) for one in readings]
        known = [(text, sure) for text, sure in seen if vocabulary.knows(text)]
        initial = any(re.fullmatch(r"[A-Z]\.?", text) for text, _ in seen)  # `S.` is as good a word as `SC.`
        if both:
            woven.append((word, max(both)))
        elif known and not initial and not decided and len({text.strip(".,") for text, _ in known}) == 1:
            woven.append(min(known, key=lambda entry: entry[1]))
            decided += 1
        else:
            return None
    return woven


def _agreeing(readings: Sequence[_Reading]) -> tuple[_Reading, _Reading] | None:
    """Two readings that are the same but for spaces: one of the model's with the other reader's first."""
    ours = [one for one in readings if one.seen.reader != TESSERACT]
    other = next((one for one in readings if one.seen.reader == TESSERACT), None)
    for one in ours:
        if other is not None and _same(one, other):
            return one, other
    if other is None and len(ours) > 1 and _same(ours[0], ours[1]):
        return ours[0], ours[1]
    return None


def _lost_a_stop(value: str) -> bool:
    """Whether an initial stands without its full stop, which is as small as a speck: `L Quill`, `L, Quill`, `L: Quill`."""
    return re.match(r"[A-Z][,:;]? [A-Z][a-z]", value) is not None


def _lost_a_hyphen(number: str) -> bool:
    """Whether a number's groups are parted by a space here and otherwise there: a fax of half the lines can lose a hyphen. The space behind the
    parenthesis of an area code is none of these."""
    parted = set(re.findall(r"(?<=\d)\D+(?=\d)", number))
    return " " in parted and len(parted) > 1


def _spaced(pair: tuple[_Reading, _Reading], grammar_name: str) -> tuple[str, bool]:
    """The value with its spaces, and whether they are sure. A space that one reader alone saw inside a word or a number (`Of fice`, `1 2:30`)
    is left out, and a person looks; one between words (`of Correction`) the other has lost."""
    shown = max((one.seen for one in pair), key=_well_spaced).text
    if grammar_name not in WORDS:
        return shown, True
    common = set.intersection(*(_spaces(one.seen.text) for one in pair))
    value, sure = "", True
    for word, place in zip(shown.split(), [0, *sorted(_spaces(shown))], strict=True):
        before = value.rsplit(" ", 1)[-1]
        small = vocabulary.is_small(word) or vocabulary.is_small(before)
        inside = before[-1:].isdigit() and word[0].isdigit()
        inside |= before[-1:].islower() and word[0].islower() and not small
        inside |= re.fullmatch(r"[A-Z]{3,} [A-Z]", f"{before} {word}") is not None
        doubtful = inside and place not in common
        sure &= not doubtful
        apart = value and not (doubtful and not before[0].islower())
        value += f" {word}" if apart else word
    return value, sure


def _spaces(text: str) -> set[int]:
    """Before which letters, counted without spaces, a text has a space."""
    return set(itertools.accumulate(len(word) for word in text.split()[:-1]))


def _well_spaced(one: Seen) -> int:
    """A reader loses a space between words sooner than it makes one, but for hyphens."""
    return one.text.count(" ") - 3 * len(re.findall(r"\w ?- \w|\w -\w", one.text))


def _same(one: _Reading, two: _Reading) -> bool:
    return one.seen.text != "" and grammar.comparable(one.seen.text) == grammar.comparable(two.seen.text)


def _recognised(name: str, cell: Cell, prepared: Callable[[Gray], Gray], grammar_name: str) -> _Reading:
    words: list[float] = []
    texts = []
    for row in cell.rows:
        text, _, confidences = recogniser.read(prepared(row))
        texts.append(text.strip())
        words += [min(confidences[found.start() : found.end()]) for found in re.finditer(r"\S+", text)]
    return _reading(name, " ".join(texts), words, grammar_name)


def _by_tesseract(cell: Cell, grammar_name: str, language: str = tesseract.ENGLISH) -> _Reading | None:
    if not tesseract.is_here(language):
        return None
    text = " ".join(tesseract.read(padded(row, 10, 10), language) or "" for row in cell.rows)
    return _reading(TESSERACT if language == tesseract.ENGLISH else VIETNAMESE, text, [1.0], grammar_name)


def _reading(name: str, text: str, words: Sequence[float], grammar_name: str) -> _Reading:
    """The reading mended, with straight quotes; where mending made other words of it, each is as sure as the least sure was."""
    value = grammar.mend(grammar_name, text.translate(QUOTES).strip())
    count = len(value.split())
    sure = tuple(words) if len(words) == count else (min(words, default=0.0),) * count
    return _Reading(Seen(name, value), sure)


def _plain(row: Gray) -> Gray:
    return padded(row, 6, 2)


def _softened(row: Gray) -> Gray:
    """The other preparation: larger, softer, with more white around it, so that the model sees other pixels."""
    large = cv2.resize(padded(row, 6, 4), None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 1.2), dtype=np.uint8)
