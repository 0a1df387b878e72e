"""A filled form: what is entered where, how the copy looks, and the page that typst lays out from it by flow. Comes in: a `Sheet`.
Goes out: a PDF and, for each field, what stands there and where the flow put it (`Laid`). Forms are the files in forms/."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import util
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
import typst

from benchmarks.intake.pages import looks, pen
from benchmarks.intake.pages.looks import Look

FORMS = Path(__file__).parent / "forms"
FONTS = (
    *(
        "barlow",
        "be_vietnam_pro",
        "caveat",
        "crimson_text",
        "fira_sans",
        "hind",
        "ibm_plex_mono",
        "indie_flower",
        "kalam",
    ),
    *("lato", "pt_sans", "pt_serif", "shadows_into_light", "space_mono", "spectral", "zeyada"),
)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Typed:
    """Text in a field, of one line or more; `hand`: written, not printed."""

    text: str
    hand: bool = False

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@dataclass(frozen=True)
class Ticked:
    mark: str  # one of pen's


@dataclass(frozen=True)
class Signed:
    how: str  # ink, initials, typed
    words: str = ""


Entry = Typed | Ticked | Signed


@dataclass(frozen=True)
class Stamp:
    words: tuple[str, ...]
    x: float
    y: float
    turn: float
    size: float
    grey: int


@dataclass(frozen=True)
class Sheet:
    kind: str
    edition: str
    entries: Mapping[str, Entry]
    look: Look
    seed: int
    whole: bool = False  # with the pages of notice that belong to it
    stamp: Stamp | None = None
    fillable: bool = False  # values go into form fields instead
    unseen: bool = False  # of the third that no template was made for


@dataclass(frozen=True)
class Expected:
    """What one place on the paper shows. `truth`: the text, True, False, or "person" where only a person can say."""

    kind: str  # text, tick, signature
    truth: str | bool
    entry: Entry | None
    page: int
    box: Box
    covered: bool  # a stamp lies over it

    @property
    def printed(self) -> bool:
        """A value that a machine has typed and nothing covers."""
        return self.kind == "text" and isinstance(self.entry, Typed) and not self.entry.hand and not self.covered


@dataclass(frozen=True)
class Laid:
    sheet: Sheet
    pdf: bytes
    pages: int
    fields: Mapping[str, Expected]


class DoesNotFit(ValueError):
    """A form ran over its page however small it was set."""


TICKS = (
    "pc_",
    "pa_",
    "b_",
    "o_",
    "d_",
    "t_",
    "act_",
    "r_",
    "ask_",
    "notify_ice",
    "notify_cbp",
    "box2",
    "cancel_prior",
    "served_person",
    "served_mail",
    "served_other",
    "self_removal",
)
TEXTS_LIKE_TICKS = ("served_other_text",)
PRINTED_ONLY = ("expense_of",)  # filled in, but nobody reads it


def kind_of(name: str) -> str:
    """A field's kind by its name, as docs/glossary.md names them."""
    if name.endswith("_sig"):
        return "signature"
    return "tick" if name.startswith(TICKS) and name not in TEXTS_LIKE_TICKS else "text"


def lay(sheet: Sheet) -> Laid:
    """The sheet as a PDF; set a little smaller where it would run over."""
    look = sheet.look
    for _ in range(12):
        pdf, places = _set(replace(sheet, look=look))
        pages = _count(pdf)
        if pages == _pages_of(sheet):
            return Laid(sheet, pdf, pages, _expected(sheet, places))
        look = replace(look, size=look.size * 0.975, leading=look.leading * 0.95, row=look.row * 0.985)
    raise DoesNotFit(f"{sheet.kind} ({sheet.edition}), seed {sheet.seed}: {pages} pages instead of {_pages_of(sheet)}")


def joined(files: Sequence[bytes], *, without: Sequence[int] = ()) -> bytes:
    """Several PDFs as one, in their order; `without`: pages (counted from 1) that do not come."""
    out = pypdfium2.PdfDocument.new()
    for data in files:
        out.import_pages(pypdfium2.PdfDocument(data))
    for page in sorted(without, reverse=True):
        out.del_page(page - 1)
    written = io.BytesIO()
    out.save(written)
    return written.getvalue()


@cache
def font_folders() -> list[str]:
    """Where the faces of requirements/bench.in lie."""
    folders = []
    for name in FONTS:
        found = util.find_spec(f"fontpkg_{name}")
        if found is None or not found.submodule_search_locations:
            raise SystemExit(f"The font package fontpkg-{name.replace('_', '-')} is missing: run `make .venv/bench`.")
        folders.append(str(Path(next(iter(found.submodule_search_locations))) / "files"))
    known = typst.Fonts(font_paths=list(folders), include_system_fonts=False).families()
    if missing := {*looks.VALUE_FACES, *looks.OTHER_VALUE_FACES, *looks.OTHER_LABEL_FACES, *looks.HANDS} - set(known):
        raise SystemExit(
            f"typst knows no face called {', '.join(sorted(missing))}, and would set another in its place."
        )
    return folders


def _pages_of(sheet: Sheet) -> int:
    if sheet.kind in ("i205", "ao93"):
        return 2 if sheet.whole else 1
    return 3 if sheet.whole and sheet.kind in ("i247a", "i247d", "i247n") else 1


def _set(sheet: Sheet) -> tuple[bytes, list[dict[str, Any]]]:
    compiler = typst.Compiler(
        str(FORMS / f"{sheet.kind}.typ"),
        root=str(FORMS),
        font_paths=font_folders(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(sheet))},
    )
    pdf = compiler.compile(format="pdf", pdf_tags=False)
    assert isinstance(pdf, bytes)
    places = json.loads(compiler.query("<place>", field="value"))
    return pdf, places


def _data(sheet: Sheet) -> dict[str, Any]:
    chance = Random(f"pen/{sheet.seed}")
    text: dict[str, Any] = {}
    ink: dict[str, Any] = {}
    for name, entry in sheet.entries.items():
        if isinstance(entry, Typed):
            text[name] = {"words": [""] if sheet.fillable else entry.lines, "hand": entry.hand}
        elif isinstance(entry, Signed):
            if entry.how == "typed":
                text[name] = {"words": [entry.words], "hand": False}
            else:
                draw = pen.signature if entry.how == "ink" else pen.initials
                ink[name] = [stroke.plain() for stroke in draw(21.0, chance)]
        elif sheet.fillable and entry.mark in pen.CLEAR:
            continue
        elif entry.mark == "typed x":
            text[name] = {"words": ["X"], "hand": False}
        else:
            ink[name] = [stroke.plain() for stroke in pen.tick(entry.mark, sheet.look.tick, chance)]
    return {
        "edition": sheet.edition,
        "look": sheet.look.plain(),
        "text": text,
        "ink": ink,
        "whole": sheet.whole,
        "stamp": None if sheet.stamp is None else {**vars(sheet.stamp), "words": list(sheet.stamp.words)},
    }


def _expected(sheet: Sheet, places: list[dict[str, Any]]) -> dict[str, Expected]:
    found = {}
    for place in places:
        name = place["name"]
        entry = sheet.entries.get(name)
        box = (place["x"], place["y"], place["x"] + place["w"], place["y"] + place["h"])
        found[name] = Expected(
            kind_of(name), _truth(kind_of(name), entry), entry, place["page"], box, _covers(sheet.stamp, box)
        )
    missing = set(sheet.entries) - set(found) - set(PRINTED_ONLY)
    if missing:
        raise ValueError(f"{sheet.kind} ({sheet.edition}) has no place for {', '.join(sorted(missing))}")
    return found


def _covers(stamp: Stamp | None, box: Box) -> bool:
    if stamp is None:
        return False
    wide = stamp.size * 0.62 * max(map(len, stamp.words)) + 14
    tall = stamp.size * 1.3 * len(stamp.words) + 14
    tilt = 0.22 * wide
    return (
        stamp.x - 6 < box[2]
        and box[0] < stamp.x + wide + 6
        and stamp.y - tilt < box[3]
        and box[1] < stamp.y + tall + tilt
    )


def _truth(kind: str, entry: Entry | None) -> str | bool:
    if entry is None:
        return "" if kind == "text" else False
    if isinstance(entry, Typed):
        return entry.text.replace("\n", " ")
    if isinstance(entry, Ticked) and entry.mark in pen.UNCLEAR:
        return "person"
    return True


def _count(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
