"""Label search: what a buyer of plain OCR would write to get fields out of a page. Comes in: the words of a page with their places.
Goes out: for each field of the I-247A and the I-200 the words beside, under or over its label. It is given the labels of the usual
print, so that the peers are measured at their best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

ALIKE = 0.8  # of a label's letters
PHONE = re.compile(r"\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}")


@dataclass(frozen=True)
class Word:
    text: str
    x0: float  # all in parts of the page's width and height
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Rule:
    where: Literal["after", "under", "over", "telephone"]
    label: str
    line: int = 1


RULES: dict[str, dict[str, Rule]] = {
    "i247a": {
        "subject_id": Rule("after", "Subject ID:"),
        "event_no": Rule("after", "Event #:"),
        "file_no": Rule("after", "File No:"),
        "form_date": Rule("after", "Date:"),
        "to_agency": Rule("under", "TO: (Name and Title of Institution", 1),
        "to_address": Rule("under", "TO: (Name and Title of Institution", 2),
        "from_office": Rule("under", "FROM: (Department of Homeland", 1),
        "from_address": Rule("under", "FROM: (Department of Homeland", 2),
        "subject_name": Rule("after", "Name of Alien:"),
        "dob": Rule("after", "Date of Birth:"),
        "citizenship": Rule("after", "Citizenship:"),
        "sex": Rule("after", "Sex:"),
        "notify_phone": Rule("telephone", "(CBP) at"),
        "cancel_date": Rule("after", "submitted to you on"),
        "officer_name": Rule("over", "(Name and title of Immigration Officer)"),
        "return_to": Rule("after", "faxing a copy to"),
        "booking_no": Rule("after", "Local Booking/Inmate #:"),
        "est_release": Rule("after", "Estimated release date/time:"),
        "charge_date": Rule("after", "latest criminal charge/conviction:"),
        "last_offense": Rule("after", "Last offense charged/conviction:"),
        "served_on": Rule("after", "served upon the alien on"),
        "served_other_text": Rule("after", "(please specify):"),
        "lea_officer": Rule("over", "(Name and title of Officer)"),
    },
    "i200": {
        "file_no": Rule("after", "File No."),
        "form_date": Rule("after", "Date:"),
        "subject_name": Rule("after", "probable cause to believe that"),
        "officer_name": Rule("over", "(Printed Name and Title of"),
        "serve_place": Rule("after", "served by me at"),
        "serve_name": Rule("over", "(Name of Alien)"),
        "serve_date": Rule("over", "(Date of Service)"),
        "serve_lang": Rule("over", "(Language)"),
    },
}
STOPS = ("(date).", ", in the following", ", and the contents", "language.", "Agency)")


def find(kind: str, words: Sequence[Word]) -> dict[str, str]:
    """The fields that label search finds on a page of this kind."""
    lines = lines_of(words)
    return {name: value for name, rule in RULES[kind].items() if (value := _value(kind, rule, lines)) is not None}


def lines_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words in lines from top to bottom, each from left to right."""
    lines: list[list[Word]] = []
    apart = [part for word in words for part in _at_colon(word)]
    for word in sorted(apart, key=lambda word: (word.y0 + word.y1) / 2):
        middle = (word.y0 + word.y1) / 2
        last = lines[-1] if lines else None
        if last is not None and abs(middle - sum((w.y0 + w.y1) / 2 for w in last) / len(last)) < 0.55 * (
            word.y1 - word.y0
        ):
            last.append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def _at_colon(word: Word) -> list[Word]:
    """A label and a value that were read as one word (`Date:11/07/2024`), apart."""
    match = re.fullmatch(r"(.*[A-Za-z#.]:)(.+)", word.text)
    if match is None:
        return [word]
    at = word.x0 + (word.x1 - word.x0) * len(match[1]) / len(word.text)
    return [Word(match[1], word.x0, word.y0, at, word.y1), Word(match[2], at, word.y0, word.x1, word.y1)]


def _value(kind: str, rule: Rule, lines: list[list[Word]]) -> str | None:
    found = _label(rule.label, lines)
    if found is None:
        return None
    number, first, last = found
    line = lines[number]
    if rule.where == "after":
        return _joined(_until_label(kind, line[last:]))
    if rule.where == "telephone":
        text = " ".join(word.text for word in line[last:] + (lines[number + 1] if number + 1 < len(lines) else []))
        match = PHONE.search(text)
        return match[0] if match else None
    left, right = line[first].x0 - 0.03, _right_of(kind, line, first, last)
    step = 1 if rule.where == "under" else -1
    seen = 0
    for other in lines[number + step :: step] if step > 0 else lines[number - 1 :: -1]:
        inside = [word for word in other if left <= word.x0 <= right]
        if inside and not _alike("Agency)", _joined(inside)):
            seen += 1
            if seen == rule.line:
                return _joined(_until_label(kind, inside))
    return None


def _right_of(kind: str, line: list[Word], first: int, last: int) -> float:
    """Where the column of a label ends: at the next label of its line, or by the label's own width."""
    wide = line[last - 1].x1 - line[first].x0
    for at in range(last, len(line)):
        if line[at].x0 - line[at - 1].x1 > 0.04:
            return line[at].x0 - 0.01
    return line[first].x0 + max(wide + 0.1, 0.45 if line[first].x0 < 0.5 else 1.0)


def _label(label: str, lines: list[list[Word]]) -> tuple[int, int, int] | None:
    """Line, first word and word after the label that looks most like this one."""
    count = len(label.split())
    best: tuple[float, tuple[int, int, int]] | None = None
    for number, line in enumerate(lines):
        for first in range(len(line)):
            for size in range(1, count + 2):
                ratio = _likeness(label, " ".join(word.text for word in line[first : first + size]))
                if ratio >= ALIKE and (best is None or ratio > best[0]):
                    best = ratio, (number, first, min(first + size, len(line)))
    return best[1] if best else None


def _until_label(kind: str, words: list[Word]) -> list[Word]:
    """The words up to the next label of the form on this line."""
    labels = [*(rule.label for rule in RULES[kind].values()), *STOPS]
    for at in range(len(words)):
        for label in labels:
            sizes = range(1, len(label.split()) + 1)
            if any(_alike(label, " ".join(word.text for word in words[at : at + size])) for size in sizes):
                return words[:at]
    return words


def _alike(label: str, text: str) -> bool:
    return _likeness(label, text) >= ALIKE


def _likeness(label: str, text: str) -> float:
    one, other = ("".join(words.lower().split()) for words in (label, text))
    if abs(len(one) - len(other)) > 0.4 * len(one):
        return 0.0
    return SequenceMatcher(None, one, other).ratio()


def _joined(words: list[Word]) -> str:
    return " ".join(word.text for word in words).strip(" _|.,'\"-—")
