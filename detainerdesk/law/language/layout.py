"""Layout: how a sentence with lists stands on a page, and the labels of its items: (a), (1), (i), (A), (I).

A printed sentence in, its lines out: a line for each head and each item. Joined by spaces they are the sentence again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

UNLESS = "This does not apply when"
IN_THAT_CASE = "In that case it may be done."

_SENTENCE = re.compile(rf"(?<=\.) (?={UNLESS} |{re.escape(IN_THAT_CASE)})")
_ITEM = re.compile(r"(?:(?<=[:;] )|(?<=; and )|(?<=; or ))(?=\(\w+\) )")
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True)
class Line:
    """One line: how deep its list stands (0: no list), its label, its text."""

    level: int
    label: str
    text: str

    def __str__(self) -> str:
        return f"{'    ' * self.level}{f'({self.label}) ' if self.label else ''}{self.text}"


def laid_out(sentence: str) -> tuple[Line, ...]:
    """A line for each head and each item of a sentence as printed; one without a list is one line."""
    lines: list[Line] = []
    for part in _SENTENCE.split(sentence):
        head, *items = _ITEM.split(part)
        lines.append(Line(0, "", head.strip()))
        at: list[int] = []
        closed: list[bool] = []
        before = head
        for item in items:
            label, _, text = item.removeprefix("(").partition(") ")
            if before.endswith(": "):
                at.append(0)
                closed.append(False)
            else:
                while len(at) > 1 and (closed[-1] or label != nth_label(len(at) - 1, at[-1] + 1)):
                    at.pop()
                    closed.pop()
                at[-1] += 1
                closed[-1] = before.endswith(("; and ", "; or "))
            before = text
            lines.append(Line(len(at), label, text.strip()))
    return tuple(lines)


def nth_label(level: int, index: int) -> str:
    """The label of the item with this index in a list at this level, both from 0."""
    if level % 5 == 1:
        return str(index + 1)
    if level % 5 in (2, 4):
        roman = next(islice(_romans(), index, None))
        return roman.upper() if level % 5 == 4 else roman
    letter = "abcdefghijklmnopqrstuvwxyz"[index % 26] * (index // 26 + 1)
    return letter.upper() if level % 5 == 3 else letter


def _romans() -> Iterator[str]:
    for number in count(1):
        left, word = number, ""
        for value, letters in _ROMAN:
            word += letters * (left // value)
            left %= value
        yield word
