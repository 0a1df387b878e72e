"""What a person is offered where the readers are not sure: the value that such a field most likely holds, with undone what paper often
does to print (`0. Quill`, `Strect`, `SD00`, `RAUI.`). Comes in: the likeliest reading. Goes out: a text to stand beside the picture. It
is asked only after a reading was found unsure, so nothing here spares a person a look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from detainerdesk.intake.reading import vocabulary

ALIKE = 0.75  # of the letters of two readings of one name
_INITIALS = {"0": "D", "8": "B", **dict.fromkeys("1Ij!|)]", "J")}  # J is the initial that most often loses its hook
_WORDS = (  # of a field of words
    (r"^([01Ij!|)\]8])[.,] (?=[A-Z])", lambda found: f"{_INITIALS[found[1]]}. "),
    (r"^([A-Z])[,:;]? (?=[A-Z][a-z])", r"\1. "),  # an initial without its stop
    (r"(?<=\b[A-Z]{2})[i!l|1](?!\w)", "I"),  # OUi
    (r"(?<!\S)[(!|](?=[a-z]{3}[^()]*$)", "I"),  # (magined
    (r"^(\d+) i(?=[a-z])", r"\1 I"),  # 70 imagined
    (r"^([^(]* [^(]*)\)", r"\1"),  # Removal)
    (r"(?<=[a-z])- (?=[A-Z])", "-"),  # Sub- Office
    (r"(?<=[a-z]{4})[.;] (?=[A-Z])|(?<=[a-z]),-(?=[A-Z])", ", "),  # Department. Station
    (r"(?<=, [A-Z]{2})[.,] (?=\d{5})", " "),
    (r"(?<=\d{3})(?:,(\d{3})\.|\.(\d{3}),)(?=\d{4})", r".\1\2."),  # 617,555.0136
    (r"(?<=\w{5})\.$", ""),
)
_NAMES = (
    (r"(?<=\b[A-Z]{2}) (?=[A-Z],)", ""),  # LN U, Ana
    (r"(?<=[A-Z]{3})[;:.] (?=[A-Z][a-z])", ", "),  # SOTO; Ana
    (r"(?<=[A-Z]{2})[Il!|]\.$", "L"),  # RAUI.
    (r"(?<=[A-Z]{3})\.(?=[A-Z]{2})", ""),  # MACL.EOD
    (r"(?<=[a-z])!", "l"),
    (r"(?<=\w{3})\.$", ""),
)
_DATES = (
    (r"^(\d\d)[,.]?/?(\d\d)[,.]?/?(\d{4})$", r"\1/\2/\3"),
    (r"^.*?(\d{1,2}/\d{1,2}/\d{4})(?!\d).*$", r"\1"),  # without what stands before it
)
_UNDONE = {
    "date": _DATES,
    "number": ((r"(?<=\d)/(?=\d)", "7"),),
    "event": ((r"(?<=[A-Z])\W(?=[A-Z\d])", ""),),
    "text": _WORDS,
    "words": _WORDS,
    "name": _NAMES,
    "a_number": ((r"(?<=\d)(?:-(\d{3}) | (\d{3})-)(?=\d)", r"-\1\2-"),),  # a hyphen is lost sooner than gained
}


def value(grammar: str, text: str) -> str:
    """The likeliest value of a field of this grammar."""
    if grammar in ("text", "words"):
        text = re.sub(r"[^\s/,]+", lambda found: vocabulary.nearest(found[0]), text)
    for pattern, right in _UNDONE.get(grammar, ()):
        text = re.sub(pattern, right, text)
    return text


def is_vietnamese(text: str, others: Sequence[str]) -> bool:
    """Whether a text has letters that only Vietnamese has, in syllables as they are there, and is otherwise what another reader saw. One alone
    may be a speck's work; an i on a rule is soon an ị, and an O with an apostrophe an Ơ."""
    letters = re.findall("[Ạ-ỹĂăƠơƯưĨĩŨũ]", text)
    own = len(letters) > 1 and {*letters} != {"ị"} and not any("'" in other for other in others)
    foreign = re.search(r"[fjwz\d]|\w{8}", unicodedata.normalize("NFC", text), re.IGNORECASE)
    return own and not foreign and any(_alike(text, other) for other in others)


def _alike(one: str, two: str) -> bool:
    """Whether two texts are nearly the same but for marks above and below their letters."""
    return SequenceMatcher(None, _plain(one), _plain(two), autojunk=False).ratio() >= ALIKE


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text).casefold().replace("đ", "d") if char.isalnum())
