"""What a field's value must look like before a machine may take it as sure: dates, numbers, phones, names. Comes in: the name
of a grammar (from the template) and a text. Goes out: the text in its usual spacing, mended where a reader can only have confused
a letter with a digit, and whether it fits."""

from __future__ import annotations

import datetime
import re
import unicodedata

from detainerdesk.intake.reading import vocabulary

_LETTERS = r"A-Za-zÀ-ÖØ-öø-ÿĀ-ſƠơƯưẠ-ỹ"

ONE_LETTER = ("sex",)  # grammars of a letter or a word out of a few: too short for a reader that lives on words
_EDGES = " _|~`'‘’\"“”«»=—–·•*^<>"
_TO_DIGITS = str.maketrans("OoQDIl|!iSs$Zz", "00001111155522")
_TO_LETTERS = str.maketrans("0158$(!|", "OISBSIII")


_ENDS = re.compile(r"^(?:[.,;:]\s+)+|(?:\s+[.,;:])+$")  # marks of the form's own sentence, which stand alone
_PART = r"\((?:[A-Za-z]|\d\d?|[ivx]{1,4})\)"  # of a section of law: 241(a)(5)
TELEPHONE = r"\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}"
_RUNNING_ON = re.compile(r"(?<=\d{4})[ .;,]+(?:or|if)\b[^\d]*$", re.I)  # the form's sentence goes on after a telephone
_WORD_BEFORE = re.compile(r"^(?:on|at|to|by|of)\s+(?=[A-Z])")  # its last word before the place
YEARS_AHEAD = 10  # for which somebody may have been sentenced
_STATE = "|".join(vocabulary.STATES.split())
TAILLESS = r"\bO(?=[uU][aeioAEIO]\w)"  # Ouill: a rule hid the tail of a Q
_DOUBTFUL = re.compile(
    "|".join(
        (
            r"^[.,;:'`-]",
            r"\S{3}[.,;:'`-]$|(?<!\S)[.,;:'`-]+$|-$",  # Maria.  Soto ,  A-
            r"[.,;:'-](?!(?<=\.),)[.,;:'-]",  # Road,.Boston
            r"(?<=\S) [.,;:'`](?=\d)",  # 6/15/2025 .3:30 PM
            r"[a-z]{2}[,;:](?=[A-Za-z])",
            r"\b\d\. [A-Z]",  # 0. Quill
            r", [A-Z]{2}[.,] \d{5}",
            rf"[A-Za-z]{{3,}} (?:{_STATE})(?: \d{{5}}|$)",  # Broadview IL
            r"[A-Z]{4,} [A-Z]$",  # GUATEMAL A
            TAILLESS,
            r"\b(?:0\d/\d|[1-9]/0\d)/",  # 09/2/2024: a hand's 1 ran into the slash
        )
    )
)


def tidy(grammar: str, text: str) -> str:
    """The value as printed, without the spaces that letter-spacing or a reader put into it."""
    value = _ENDS.sub("", re.sub(r"\s+", " ", text).strip(" _"))
    if grammar == "date":
        return _only_date(value.replace(" ", ""))
    if grammar in ("number", "event", "case"):
        return value.replace(" ", "")
    if grammar == "a_number":
        return re.sub(r"(?<=\d)\s?[.,]\s?(?=\d)", " ", value).strip(" .,")
    if grammar == "sex":
        return value.strip(" .,:;'")
    if grammar == "phone":
        return re.sub(r"\)\s*", ") ", re.sub(r"\s*-\s*", "-", _RUNNING_ON.sub("", value)))
    if grammar == "name":
        return _WORD_BEFORE.sub("", re.sub(r"\s*,\s*", ", ", value).strip(" ,"))
    return value


def mend(grammar: str, text: str) -> str:
    """A reading from a picture, tidied: specks at its ends dropped, and letters made digits where only digits can stand."""
    value = tidy(grammar, text).strip(_EDGES).lstrip(":;,.")
    value = re.sub(r"(?<=\w) [-.,·'](?=[^\W\d]{2})", " ", value)  # a speck before a word
    value = re.sub(r"(?<=\d{4})(?=\d{1,2}:\d\d)|(?<=\d)(?=[AP]M\b)", " ", value)
    match grammar:
        case "date":
            value = value if _is_date(value) else tidy(grammar, _digits(value))
        case "number":
            value = _digits(value)
        case "phone":
            value = tidy(grammar, _digits(value).strip(":;,. "))
        case "a_number":
            value = value.lstrip("-. ")
            value = value[:1] + _digits(value[1:]) if value[:1].isalpha() else _digits(value)
        case "event":
            value = value.strip(".,;:-")
            value = value[:3].translate(_TO_LETTERS) + _digits(value[3:])
        case "name" | "words" | "country":
            value = tidy(grammar, re.sub(r"\s*[_|]\s*", " ", re.sub(r"[;:],", ",", value)))
        case "text":
            value = re.sub(rf"\d{_PART}(?: ?{_PART})+", lambda section: section[0].replace(" ", ""), value)
    return value


def _digits(value: str) -> str:
    return value.translate(_TO_DIGITS)


def confusable(grammar: str, value: str) -> bool:
    """Whether a letter that small print confuses stands where nothing but the picture can tell (`Elias`, `Ellas`): enough to ask a
    person where both readings are the same model's."""
    if grammar in ("date", "number", "phone", "a_number", *ONE_LETTER):
        return False
    return re.search(r"[QlI|](?![a-z]*\d)|rn|cl|vv|[;,.](?=[A-Z])", value) is not None


def oddities(value: str) -> int:
    """How many signs of a misreading a text has: a capital in the middle of a small word, a digit in a word, a Q without its u, a mark
    where none belongs."""
    return len(
        re.findall(
            r"(?<!Mc)(?<!Mac)[a-z](?=[A-Z])|[A-Za-z](?=\d{1,2}[A-Za-z])|Q(?![uU])|[^\w\s.,'()§#&/:-]|\b\d\. (?=[A-Z])",
            value,
        )
    ) + len(re.findall(r"[A-Za-z]{4,}\.(?= \w)", value))


def accents(text: str) -> int:
    """How many marks its letters carry: two of them an `ệ`, one a `đ`."""
    return sum(unicodedata.combining(char) > 0 for char in unicodedata.normalize("NFD", text)) + len(
        re.findall("[Đđ]", text)
    )


def _only_date(value: str) -> str:
    """The date without a speck or a stray letter of the print beside it; more than that is left for a person to see."""
    match = re.search(r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d)", value)
    if match is None or len(value) - len(match[0]) > 2 or re.search(r"\d", value.replace(match[0], "", 1)):
        return value
    return match[0]


def doubtful_on_paper(value: str) -> bool:
    """Whether a reading from a picture may well be the work of a speck, a rule, a fax or a hand. An accent may always be a speck's, and no
    paper has a date so far to come."""
    year = re.search(r"(?<!\d)\d{1,2}[/-]\d{1,2}[/-](\d{4})(?!\d)", value)
    to_come = year is not None and int(year[1]) > datetime.datetime.now(tz=datetime.UTC).year + YEARS_AHEAD
    return _DOUBTFUL.search(value) is not None or not value.isascii() or to_come


def fits(grammar: str, value: str) -> bool:
    """Whether the value has the shape that this field prints. A field without a shape of its own fits only if each word is all
    letters or all digits, because that is where readers confuse O and 0, I and 1."""
    if vocabulary.is_small(value):
        return False
    match grammar:
        case "date":
            return _is_date(value)
        case "a_number":
            return re.fullmatch(r"A?[ -]?\d(?:[ -]?\d){7,8}", value) is not None
        case "number":
            return re.fullmatch(r"\d{6,12}", value) is not None
        case "event":
            return re.fullmatch(r"[A-Z]{3}\d{10}", value) is not None
        case "phone":
            return re.fullmatch(rf"(?:1[ -])?{TELEPHONE}", value) is not None
        case "name":
            return re.fullmatch(rf"[{_LETTERS}][{_LETTERS}' .,-]+", value) is not None and len(value) >= 3
        case "sex":
            return value.upper() in ("M", "F", "X", "MALE", "FEMALE")
        case "country":
            return vocabulary.is_country(value)
        case "words":
            return re.fullmatch(rf"[{_LETTERS}][{_LETTERS}' .,-]*", value) is not None and len(value) >= 2
        case "case":
            return (
                re.fullmatch(r"(?:\d:)?\d{2}-(?:cr|mj|m|cv|mc|po|CR|MJ|M)-\d{2,6}(?:-[A-Z0-9]{1,6})*", value)
                is not None
            )
        case _:
            return value != "" and all(_is_plain(word) for word in value.split())


def comparable(value: str) -> str:
    """Two readings agree when only their spacing differs."""
    return re.sub(r"\s+", "", value)


def _is_plain(word: str) -> bool:
    core = word.strip(".,;:()'\"#&/-")
    parts = re.split(r"[-./,:'()&#]", core)
    return all(part == "" or part.isalpha() or (part.isascii() and part.isdigit()) for part in parts)


def _is_date(value: str) -> bool:
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})", value)
    if match is None:
        return False
    month, day, year = (int(part) for part in match.groups())
    try:
        datetime.date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return False
    return year < 100 or 1900 <= year <= 2100
