"""The pen: draws labels, rules, boxes, ticks, ink and field values on a page, measured in points from the top left corner.

In goes a reportlab canvas and one form's values; out come its pages, either as flat text or with the values in form fields.
Nothing here knows a form: the modules of the form families call it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from reportlab.lib.colors import white
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.paperwork.places import Place, places

WIDTH, HEIGHT = 612.0, 792.0
PLAIN, BOLD, SLOPED = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique"
FICTIONAL = "FICTIONAL - drawn for the tests and the demonstration of Detainer Desk; no government document"

Value = str | bool | None


class Pen:
    """Draws one form; `page` is the page of the form, counted from 1."""

    def __init__(
        self,
        canvas: Canvas,
        kind: str,
        values: Mapping[str, Value],
        *,
        fillable: bool = False,
        field_names: Mapping[str, str] | None = None,
        prefix: str = "",
        seed: int = 0,
    ) -> None:
        self.canvas = canvas
        self.values = values
        self.places = places(kind)
        self.fillable = fillable
        self.field_names = field_names or {}
        self.prefix = prefix
        self.chance = random.Random(f"{kind}/{seed}")
        self.mark = self.chance.choice(["x", "x", "check"])
        self.page = 1
        unknown = set(values) - set(self.places)
        if unknown:
            raise ValueError(f"{kind} has no field {', '.join(sorted(unknown))}; it has {', '.join(self.places)}")

    # -- what is printed

    def say(self, x: float, y: float, words: str, size: float = 7.5, font: str = PLAIN) -> None:
        """One line of print, its baseline at y."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, HEIGHT - y, words)

    def say_fitting(self, x: float, y: float, width: float, words: str, size: float = 7.5, font: str = PLAIN) -> None:
        """One line of print, made narrower where it would run past its width."""
        natural = stringWidth(words, font, size)
        line = self.canvas.beginText(x, HEIGHT - y)
        line.setFont(font, size)
        line.setHorizScale(min(100.0, 100.0 * width / natural))
        line.textOut(words)
        line.setHorizScale(100)
        self.canvas.drawText(line)

    def centre(self, y: float, words: str, size: float = 10, font: str = PLAIN, x: float = WIDTH / 2) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawCentredString(x, HEIGHT - y, words)

    def right(self, x: float, y: float, words: str, size: float = 7.5, font: str = PLAIN) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawRightString(x, HEIGHT - y, words)

    def paragraph(
        self, x: float, y: float, width: float, words: str, size: float = 7.5, leading: float = 8.5, font: str = PLAIN
    ) -> float:
        """Wrapped print, first baseline at y; answers the baseline after the last line."""
        for line in simpleSplit(words, font, size, width):
            self.say(x, y, line, size, font)
            y += leading
        return y

    def bullet(self, y: float, words: str, size: float = 7.3, leading: float = 8.2) -> float:
        self.canvas.setFillGray(0)
        self.canvas.circle(46, HEIGHT - y + 2.4, 1.3, stroke=0, fill=1)
        return self.paragraph(52, y, 524, words, size, leading)

    def frame(self, x: float, y: float, width: float, height: float, line: float = 0.7) -> None:
        self.canvas.setLineWidth(line)
        self.canvas.rect(x, HEIGHT - y - height, width, height)

    def rule(self, x: float, y: float, to_x: float, line: float = 0.5) -> None:
        self.canvas.setLineWidth(line)
        self.canvas.line(x, HEIGHT - y, to_x, HEIGHT - y)

    def post(self, x: float, y: float, to_y: float, line: float = 0.5) -> None:
        self.canvas.setLineWidth(line)
        self.canvas.line(x, HEIGHT - y, x, HEIGHT - to_y)

    def under(self, *names: str) -> None:
        """The rule on which a value stands."""
        for name in names:
            place = self.places[name]
            self.rule(place.x, place.y + place.h, place.x + place.w)

    def foot(self, left: str, right: str) -> None:
        self.say(36, 764, left, 7.5)
        self.right(576, 764, right, 7.5)

    def end_page(self) -> None:
        """Closes the page: the values of this page, the small line that says it is fictional, next page."""
        for place in self.places.values():
            if place.page == self.page:
                self._fill(place)
        self.canvas.setFillGray(0.25)
        self.centre(783, FICTIONAL, 5.5)
        self.canvas.setFillGray(0)
        self.canvas.showPage()
        self.page += 1

    # -- what is filled in

    def _fill(self, place: Place) -> None:
        value = self.values.get(place.name)
        if place.kind == "check":
            self._tick(place, bool(value))
        elif place.kind == "sig":
            if value is True:
                self.ink(place)
            elif isinstance(value, str) and value:
                self._write(place, value)
        elif self.fillable:
            self._text_field(place, "" if value in (None, False) else str(value))
        elif isinstance(value, str) and value:
            self._write(place, value)

    def _write(self, place: Place, words: str) -> None:
        size = min(9.0, place.h - 3)
        while size > 5 and stringWidth(words, PLAIN, size) > place.w - 4:
            size -= 0.25
        self.say(place.x + 2, place.y + place.h - 3, words, size)

    def _tick(self, place: Place, ticked: bool) -> None:
        if self.fillable:
            self.canvas.acroForm.checkbox(
                name=self._field_name(place.name),
                checked=ticked,
                buttonStyle="cross" if self.mark == "x" else "check",
                x=place.x,
                y=HEIGHT - place.y - place.h,
                size=place.h,
                borderWidth=0.6,
                fillColor=white,
                relative=False,
            )
            return
        self.frame(place.x, place.y, place.w, place.h, 0.6)
        if ticked and self.mark == "x":
            self._strokes(1.2, [(place.x + 1, place.y + 1, place.x + place.w - 1, place.y + place.h - 1)])
            self._strokes(1.2, [(place.x + place.w - 1, place.y + 1, place.x + 1, place.y + place.h - 1)])
        elif ticked:
            low = (place.x + 0.42 * place.w, place.y + place.h - 1)
            self._strokes(
                1.4,
                [
                    (place.x + 1, place.y + 0.5 * place.h, *low),
                    (*low, place.x + place.w + 1.5, place.y - 1.5),
                ],
            )

    def _strokes(self, line: float, strokes: list[tuple[float, float, float, float]]) -> None:
        self.canvas.setLineWidth(line)
        for x, y, to_x, to_y in strokes:
            self.canvas.line(x, HEIGHT - y, to_x, HEIGHT - to_y)

    def _text_field(self, place: Place, words: str) -> None:
        size = min(9.0, place.h - 3)
        while size > 5 and stringWidth(words, PLAIN, size) > place.w - 6:
            size -= 0.5
        self.canvas.acroForm.textfield(
            name=self._field_name(place.name),
            value=words,
            x=place.x,
            y=HEIGHT - place.y - place.h,
            width=place.w,
            height=place.h,
            fontName=PLAIN,
            fontSize=size,
            borderWidth=0,
            fillColor=None,
            borderColor=None,
            maxlen=None,
            relative=False,
        )

    def _field_name(self, name: str) -> str:
        return self.prefix + self.field_names.get(name, name)

    def ink(self, place: Place) -> None:
        """A made-up signature: a large first letter, some small ones, a sweep at the end; nobody's hand."""
        chance = random.Random(f"{self.chance.random()}/{place.name}")
        tall, slant = place.h * 0.5, chance.uniform(0.25, 0.5)
        x, base = place.x + chance.uniform(8, 40), HEIGHT - place.y - 0.68 * place.h
        path = self.canvas.beginPath()

        def curve(*points: tuple[float, float]) -> None:
            path.curveTo(*(c for right, up in points for c in (x + right + slant * up, base + up)))

        path.moveTo(x - 4, base + 0.5 * tall)
        wide, high = chance.uniform(8, 20), tall * chance.uniform(1.2, 1.7)
        curve((2, high), (wide, high), (chance.uniform(0, 6), -0.3 * tall))
        curve((-3, -0.6 * tall), (-chance.uniform(0, 12), chance.uniform(0, 0.9) * tall), (13, 0.1 * tall))
        x += 13
        for letter in chance.choices(("hump", "loop up", "loop down", "flat"), (5, 2, 1, 2), k=chance.randint(5, 9)):
            wide = chance.uniform(5, 10)
            high = tall * chance.uniform(0.35, 0.6)
            if letter == "hump":
                curve((wide * 0.3, high), (wide * 0.8, high), (wide, 0))
            elif letter == "loop up":
                curve((wide * 1.2, 2.2 * high), (-wide * 0.2, 2.4 * high), (wide, 0))
            elif letter == "loop down":
                curve((wide * 1.1, -1.6 * high), (-wide * 0.5, -1.4 * high), (wide, 0.1 * high))
            else:
                curve((wide * 0.5, -0.15 * high), (wide, 0.25 * high), (wide * 1.3, 0))
                wide *= 1.3
            x += wide
        curve((14, -0.2 * tall), (26, chance.uniform(-0.5, 0.8) * tall), (chance.uniform(34, 60), 0.15 * tall))
        self.canvas.saveState()
        self.canvas.setLineWidth(chance.uniform(0.9, 1.3))
        self.canvas.setLineCap(1)
        self.canvas.setStrokeColorRGB(0.05, 0.08, 0.35)
        self.canvas.drawPath(path, stroke=1, fill=0)
        self.canvas.restoreState()
