"""How a copy of a form looks: margins, faces, rules, boxes. `base` is the one print of a form that most copies have; `variant`
is one of the unseen third: other margins, faces, leading, column order, rows and wording. All lengths are in points."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

VALUE_FACES = ("IBM Plex Mono", "PT Sans", "Barlow", "PT Serif", "Hind")
OTHER_VALUE_FACES = ("Space Mono", "IBM Plex Mono", "Spectral", "DejaVu Sans Mono", "Crimson Text", "Fira Sans")
OTHER_LABEL_FACES = ("Fira Sans", "Barlow", "Spectral", "Hind", "PT Sans", "New Computer Modern", "Libertinus Serif")
HANDS = ("Caveat", "Kalam", "Indie Flower", "Shadows Into", "Zeyada")  # typst leaves the style Light out of the name

# What another copy of a form may say instead: within reason, that is, with the same sense and most of the same words.
_OTHER_WORDS = {
    "Subject ID:": ("Subject ID #:", "Subject I.D.:"),
    "Event #:": ("Event No.:", "Event Number:"),
    "File No:": ("File Number:", "A-File No:"),
    "File No.": ("File No:", "File Number"),
    "Date:": ("Date:", "Date of Form:"),
    "Name of Alien:": ("Alien's Name:", "Name of Alien (Last, First):"),
    "Date of Birth:": ("DOB:", "Date of Birth (mm/dd/yyyy):"),
    "Citizenship:": ("Country of Citizenship:", "Nationality:"),
    "Sex:": ("Gender:", "Sex:"),
    "Local Booking/Inmate #:": ("Local Booking / Inmate No.:",),
    "Estimated release date/time:": ("Estimated date and time of release:",),
    "TO: (Name and Title of Institution - OR Any Subsequent Law Enforcement Agency)": (
        "TO: (Name and Title of Institution – or any subsequent law enforcement agency)",
    ),
    "FROM: (Department of Homeland Security Office Address)": ("FROM: (DHS Office and Address)",),
    "(Name and title of Immigration Officer)": ("(Printed name and title of Immigration Officer)",),
    "(Signature of Immigration Officer) (Sign in ink)": ("(Signature of Immigration Officer)",),
}


@dataclass(frozen=True)
class Look:
    label: str
    size: float
    leading: float
    margin: float = 38.0
    top: float = 34.0
    bottom: float = 40.0
    row: float = 13.0
    value: str = "IBM Plex Mono"
    value_size: float = 9.0
    tracking: float = 0.0
    hand: str = "Caveat"
    slope: float = 0.0  # degrees of a handwritten line
    ink: int = 20  # grey of pen and handwriting, 0 to 255
    gap: float = 4.0  # between a label and its place
    indent: float = 2.0
    drop: float = -2.0  # of a value's foot against its line
    rule: float = 0.5
    rule_ink: int = 0
    dotted: bool = False
    frame: float = 0.7
    tick: float = 8.0
    tick_rule: float = 0.6
    tick_gap: float = 5.0
    justified: bool = False
    ligatures: bool = False  # form designers' programs set none, browsers and text systems do
    swapped: bool = False
    reordered: bool = False
    words: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


_DENSE = Look("Lato", 8.6, 3.9, row=15, value_size=9.5)
_OPEN = Look("PT Serif", 10.5, 5.0, margin=56, top=40, bottom=50, row=16, value_size=10.5, tick=10, tick_gap=12)
_COURT = Look("PT Serif", 10.5, 5.0, margin=50, top=44, bottom=50, row=16, value_size=10.5, tick=9, tick_gap=5)


def base(kind: str, chance: Random) -> Look:
    """The usual print of this form; only what a sender's machine types differs from copy to copy."""
    look = {
        "ao442": _COURT,
        "ao93": _COURT,
        "state_warrant": _COURT,
        "i200": _OPEN,
        "i205": _OPEN,
        "cover_sheet": _OPEN,
    }.get(kind, _DENSE)
    face = chance.choice(VALUE_FACES)
    return replace(
        look,
        value=face,
        value_size=look.value_size * chance.uniform(0.94, 1.04) * (0.95 if "Mono" in face else 1.0),
        tracking=chance.choice((0, 0, 0, 0, 0.4)),
        hand=chance.choice(HANDS),
        slope=chance.uniform(-1.0, 1.0),
        ink=chance.choice((0, 20, 60)),
        indent=chance.uniform(1.5, 5),
        drop=chance.uniform(-3.6, -2.0),
    )


def variant(kind: str, chance: Random) -> Look:
    """A print that no template was made from."""
    look = base(kind, chance)
    words = {key: chance.choice(other) for key, other in _OTHER_WORDS.items() if chance.random() < 0.4}
    return replace(
        look,
        label=chance.choice(OTHER_LABEL_FACES),
        value=chance.choice(OTHER_VALUE_FACES),
        size=look.size * chance.uniform(0.95, 1.06),
        leading=look.leading * chance.uniform(0.8, 1.35),
        margin=look.margin * chance.uniform(0.75, 1.25),
        top=look.top * chance.uniform(0.8, 1.3),
        row=look.row * chance.uniform(0.95, 1.1),
        gap=chance.choice((0.5, 4, 8)),
        rule=chance.uniform(0.3, 0.9),
        rule_ink=chance.choice((0, 0, 70)),
        dotted=chance.random() < 0.15,
        frame=chance.choice((0.4, 0.7, 1.2)),
        tick=look.tick * chance.uniform(0.9, 1.25),
        tick_rule=chance.uniform(0.4, 0.9),
        justified=chance.random() < 0.4,
        ligatures=chance.random() < 0.5,
        swapped=chance.random() < 0.35,
        words=words,
    )
