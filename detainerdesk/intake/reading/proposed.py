"""What a person is offered where the readers are not sure: the value that such a field most likely holds, with undone what paper often
does to print (`0. Quill`, `Strect`, `SD00`, `RAUI.`). Comes in: the likeliest reading. Goes out: a text to stand beside the picture. It
spares nobody a look: a reading from which it differs is not sure."""

from __future__ import annotations

import re

from detainerdesk.intake.reading import vocabulary

_HOOKLESS = "1Ij!|)]{"  # J is the initial that most often loses its hook
_INITIALS = {"0": "D", "5": "S", "8": "B", **dict.fromkeys(_HOOKLESS, "J")}
_PARTED = (  # what a speck has joined or parted, before each word is looked up
    (r"(?<=[A-Za-z]),['.](?=[A-Z])|(?<=[a-z]{2}),(?=[A-Z][a-z])", ", "),  # Road,.Boston
    (r"(?:(?<=[a-z]{2})|(?<=[A-Z]{3}))\.(?=[A-Z][a-z])", " "),  # San.Francisco, ERO.Broadview
    (r"(?<=\b[A-Z]{3})\. (?=[A-Z][a-z])", ", "),  # ICE. Chicago
)
_WORDS = (  # of a field of words
    (r"^[Oo0][Uu][Il1i|!](?= |$)", "OUI"),  # operating under the influence
    (r"^([01Ij!|)\]{85])[.,] (?=[A-Z])", lambda found: f"{_INITIALS[found[1]]}. "),
    (r"^([A-Z])[,:;]? (?=[A-Z][a-z])", r"\1. "),  # an initial without its stop
    (r"(?<![^\s])['‘.](?=[A-Z][a-z])", ""),  # S. 'Tidewater
    (r"(?<=[a-rt-z])' (?=[A-Za-z])|(?<=[a-z]{3})'(?=[A-Z])", " "),  # House' of, Houston'Field
    (r"^(\d+)[.)] ?(?=[A-Z])", r"\1 "),  # 3788. Pretend, 3788.Pretend
    (r"(?<=, )(\S{2})[ .-](?=\d{5}$)", lambda found: f"{vocabulary.state(found[1])} "),  # iL 22860, TX-57727
    (r"(?<=\w )P[O0]$", "PD"),  # Chicago PO
    (r"(?<=Station )[0O](?=-\d)", "D"),
    (r"(?<=Station [A-Z]-)B$", "8"),
    (r"(?<=/\d{4})[.,](?=\d)", " "),  # 08/26/2019.11:30
    (r"(?<=\S) [.,;:'`](?=\d)", " "),  # 6/15/2025 .3:30
    (r"(?<=\b[A-Z]{2})[i!l|1](?!\w)", "I"),  # OUi
    (r"(?<!\S)[(!|](?=[a-z]{3}[^()]*$)", "I"),  # (magined
    (r"^(\d+) i(?=[a-z])", r"\1 I"),  # 70 imagined
    (r"^([^(]* [^(]*)\)", r"\1"),  # Removal)
    (r"(?<=[a-z])- (?=[A-Z])", "-"),  # Sub- Office
    (r"(?<=[a-z]{4})[.;] (?=[A-Z])|(?<=[a-z]),-(?=[A-Z])", ", "),  # Department. Station
    (r"(?<=, [A-Z]{2})(?:[.,] ?|)(?=\d{5}\b)", " "),  # CA.42398
    (r"(?<=[a-z]{3}) s(?= )", "'s"),  # Sheriff s
    (r"(?<=[a-z]{3})[.,](?=(?:and|of) )", " "),  # Detention.and
    (r"^[a-z](?=\. [A-Z])", lambda found: found[0].upper()),
    (r"(?<=\d{3})(?:,(\d{3})\.|\.(\d{3}),)(?=\d{4})", r".\1\2."),  # 617,555.0136
    (r"(?<=\w{4})[.,:;]$", ""),
)
_NAMES = (
    (r"(?<=\b[A-Z]{2}) (?=[A-Z],)", ""),  # LN U, Ana
    (r"(?<=[A-Z]{3})[;:.] (?=[A-Z][a-z])", ", "),  # SOTO; Ana
    (r"(?<= )['‘.](?=[A-Z])", ""),  # KIM, 'Yu
    (r"(?<=[A-Z]{2})[Il!|]\.$", "L"),  # RAUI.
    (r"^[I1l|!](?=NU,)", "L"),  # last name unknown
    (r"(?<=[A-Z]{3})\.(?=[A-Z]{2})", ""),  # MACL.EOD
    (r"(?<=[A-Z]{3})[il](?![a-z])", "I"),  # REZAEl
    (r"(?<=[A-ZÀ-Þ]{2})[à-ÿ](?![a-z])", lambda found: found[0].upper()),  # GARCíA
    (r"(?<=[a-z])!", "l"),
    (r"(?<=\w{3})\.$", ""),
    (r"(?<=\w\w) (?!jr|sr|ii|iv|v$)[a-z]{1,2}$", ""),  # QUOC HUY an: the form's sentence goes on
)
_DATES = (
    (r"^(\d\d)[,.]?/?(\d\d)[,.]?/?(\d{4})$", r"\1/\2/\3"),
    (r"^([2-9]|1(?=[3-9]))(\d\d)(\d{4})$", r"\1/\2/\3"),
    (r"^.*?(\d{1,2}/\d{1,2}/\d{4})(?!\d).*$", r"\1"),  # without what stands before it
)
_PHONES = (  # a hyphen is lost sooner than gained
    (r"(?<=\d{4})[ .-]+$", ""),
    (r"(?<=\d)([-.])(\d{3}) (?=\d{4}$)", r"\1\2\1"),
    (r"(?<=\) )(\d{3}) (?=\d{4}$)", r"\1-"),
    (r"(?<=\d) (\d{3})([-.])(?=\d{4}$)", r"\2\1\2"),
)
_DIGITS = str.maketrans("SOIlB", "50118")
_UNDONE = {
    "date": _DATES,
    "number": ((r"(?<=\d)/(?=\d)", "7"),),
    "event": ((r"(?<=[A-Z])\W(?=[A-Z\d])", ""),),
    "text": _WORDS,
    "words": _WORDS,
    "name": _NAMES,
    "a_number": ((r"(?<=\d)(?:-(\d{3}) | (\d{3})-)(?=\d)", r"-\1\2-"),),
    "phone": _PHONES,
}


def value(grammar: str, text: str) -> str:
    """The likeliest value of a field of this grammar."""
    if grammar == "text" and re.fullmatch(r"[\dSOIlB() .-]{10,16}", text):
        grammar, text = "phone", text.translate(_DIGITS)  # a field that may say how to return a form
    if grammar == "country":
        return vocabulary.nearest_country(text)
    if grammar in ("text", "words"):
        for pattern, apart in _PARTED:
            text = re.sub(pattern, apart, text)
        text = re.sub(r"[^\s/,]+", lambda found: vocabulary.nearest(found[0]), text)
    for pattern, right in _UNDONE.get(grammar, ()):
        text = re.sub(pattern, right, text)
    return text
