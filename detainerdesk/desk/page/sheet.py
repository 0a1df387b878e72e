"""One page of a paper as it is drawn for a person: our own picture, the fields boxed on it, how large and how turned. In: the size of the picture
in pixels, places in points. Out: a `Sheet` whose numbers stand in an SVG as they are: no script and no inline style is needed to draw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, cast

from detainerdesk.intake.reading.fields import Box

Look = Literal["now", "check", "read", "drawn"]
Turn = Literal[0, 90, 180, 270]

PAPERS: Final = ((612.0, 792.0), (612.0, 1008.0), (595.3, 841.9))
"""Letter, legal, A4 in points. A picture tells its shape, never its size."""

NEAR: Final = 0.02
"""By how much of its height a scan may miss the shape of its paper."""

SIZES: Final = (1, 2, 3)
TURNS: Final = (0, 90, 180, 270)


@dataclass(frozen=True)
class Mark:
    """A box on the page, in points of the page as it came. `look`: the field in focus, one to check, one that was read; a box that
    is being drawn stands where it was drawn."""

    box: Box
    look: Look
    label: str = ""

    @property
    def _around(self) -> float:
        """A line never lies on the letters that it boxes."""
        return {"now": 4.0, "check": 2.5, "read": 1.5, "drawn": 0.0}[self.look]

    @property
    def x(self) -> str:
        return _number(self.box[0] - self._around)

    @property
    def y(self) -> str:
        return _number(self.box[1] - self._around)

    @property
    def width(self) -> str:
        return _number(self.box[2] - self.box[0] + 2 * self._around)

    @property
    def height(self) -> str:
        return _number(self.box[3] - self.box[1] + 2 * self._around)


@dataclass(frozen=True)
class Sheet:
    """A page in its frame. `page` is counted through the papers, `file_page` in its file; `width` and `height` in points, as it came; `turn` to
    the right, `size` 1 to 3: how a person looks at it."""

    document: str
    page: int
    file_page: int
    pages: tuple[int, ...]
    width: float
    height: float
    measured: bool  # False: its shape is that of no paper we know, and no place on it can be trusted
    marks: tuple[Mark, ...] = ()
    size: int = 1
    turn: Turn = 0

    @property
    def label(self) -> str:
        return f"Page {self.pages.index(self.page) + 1} of {len(self.pages)}"

    @property
    def upright(self) -> tuple[float, float]:
        """Width and height as it is looked at."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)

    @property
    def view_box(self) -> str:
        width, height = self.upright
        return f"0 0 {_number(width)} {_number(height)}"

    @property
    def transform(self) -> str:
        """Turns the page about its corner and shifts it back into the frame."""
        width, height = _number(self.width), _number(self.height)
        return {
            0: "",
            90: f"translate({height} 0) rotate(90)",
            180: f"translate({width} {height}) rotate(180)",
            270: f"translate(0 {width}) rotate(-90)",
        }[self.turn]

    @property
    def paper_width(self) -> str:
        return _number(self.width)

    @property
    def paper_height(self) -> str:
        return _number(self.height)

    @property
    def before(self) -> str:
        """Where the page before is to be seen, "" on the first one. So the others: an address's query."""
        at = self.pages.index(self.page)
        return self._query(page=self.pages[at - 1]) if at else ""

    @property
    def after(self) -> str:
        at = self.pages.index(self.page)
        return self._query(page=self.pages[at + 1]) if at + 1 < len(self.pages) else ""

    @property
    def larger(self) -> str:
        return self._query(size=self.size + 1) if self.size < SIZES[-1] else ""

    @property
    def smaller(self) -> str:
        return self._query(size=self.size - 1) if self.size > SIZES[0] else ""

    @property
    def turned(self) -> str:
        return self._query(turn=cast(Turn, (self.turn + 90) % 360))

    def _query(self, *, page: int | None = None, size: int | None = None, turn: Turn | None = None) -> str:
        other_page = page is not None and page != self.page
        turn = (0 if other_page else self.turn) if turn is None else turn
        return f"?page={page or self.page}&size={size or self.size}&turn={turn}"


def sheet(
    document: str,
    page: int,
    pages: tuple[int, ...],
    pixels: tuple[int, int],
    marks: Iterable[Mark] = (),
    *,
    file_page: int = 1,
    size: int = 1,
    turn: int = 0,
) -> Sheet:
    """The page in its frame; what an address asks that we do not offer becomes what we offer first."""
    paper = paper_of(*pixels)
    width, height = paper or (612.0, 612.0 * pixels[1] / pixels[0])
    return Sheet(
        document=document,
        page=page,
        file_page=file_page,
        pages=pages,
        width=width,
        height=height,
        measured=paper is not None,
        marks=tuple(marks) if paper is not None else (),
        size=size if size in SIZES else 1,
        turn=cast(Turn, turn if turn in TURNS else 0),
    )


def paper_of(width: int, height: int) -> tuple[float, float] | None:
    """The paper of this shape, upright or lying, in points; None where it is none that we know."""
    for w, h in PAPERS:
        if abs(height / width - h / w) < NEAR * h / w:
            return w, h
        if abs(width / height - h / w) < NEAR * h / w:
            return h, w
    return None


def around(box: Box, *, tick: bool, width: float, height: float) -> Box:
    """What to cut out for a person who looks at one field: its place with a little around it, of a tick the words beside it too."""
    x0, y0, x1, y1 = box
    side, above = 8.0, 5.0
    if not tick and x1 - x0 < 60:
        side = max(side, (60 - (x1 - x0)) / 2)
    right = 130.0 if tick else side
    return max(0.0, x0 - side), max(0.0, y0 - above), min(width, x1 + right), min(height, y1 + above)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
