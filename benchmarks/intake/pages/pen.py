"""The hand: ticks, signatures, scrawls and stamps as wobbling strokes, drawn from a seeded chance. Comes in: a chance and the
size of the place. Goes out: strokes in points from the place's top left corner, which typst draws. Knows no form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

Point = tuple[float, float]
CLEAR = ("x", "x", "x wide", "check", "check", "check long", "slash", "scribble", "typed x", "thin x")
UNCLEAR = ("crossed out", "circled", "beside")
FILLED = "filled"  # a blotted box: made, or done away with? a reader may take it as made or ask, never as empty


@dataclass(frozen=True)
class Stroke:
    points: tuple[Point, ...]
    width: float
    filled: bool = False

    def plain(self) -> dict[str, Any]:
        return {
            "points": [[round(x, 2), round(y, 2)] for x, y in self.points],
            "width": round(self.width, 2),
            "filled": self.filled,
        }


def tick(mark: str, size: float, chance: Random) -> list[Stroke]:
    """One mark at a box of this size."""
    wide = chance.uniform(0.9, 1.6)
    if mark in ("x", "x wide", "thin x"):
        out = {"x": 0.08, "x wide": -0.22, "thin x": 0.05}[mark] * size
        wide = 0.55 if mark == "thin x" else wide
        return [
            _line((out, out), (size - out, size - out), wide, chance),
            _line((size - out, out), (out, size - out), wide, chance),
        ]
    if mark in ("check", "check long"):
        reach = 0.15 if mark == "check" else 0.8
        turn = (0.4 * size, 0.92 * size)
        return [
            Stroke(
                (
                    *_line((0.08 * size, 0.5 * size), turn, 1, chance).points,
                    *_line(turn, (size * (1 + reach * 0.7), -reach * size), 1, chance).points,
                ),
                wide,
            )
        ]
    if mark == "slash":
        return [_line((0.05 * size, 0.95 * size), (0.98 * size, 0.02 * size), wide, chance)]
    if mark == "scribble":
        return [_zigzag(size, 0.12, chance.randint(4, 6), 0.8, chance)]
    if mark == FILLED:
        return [Stroke(((0.0, 0.0), (size, 0.0), (size, size), (0.0, size)), 0.4, filled=True)]
    if mark == "crossed out":
        inner = tick(chance.choice(("x", "check")), size, chance)
        over = [
            _line((-0.5 * size, 0.5 * size + shift), (1.6 * size, 0.4 * size + shift), wide, chance)
            for shift in (-0.25 * size, 0.05 * size, 0.3 * size)
        ]
        return [*inner, _zigzag(size, -0.25, 7, 1.3, chance), *over[: chance.randint(1, 3)]]
    if mark == "circled":
        return [
            _ring(
                (size / 2, size / 2), size * chance.uniform(0.95, 1.3), size * chance.uniform(0.85, 1.1), wide, chance
            )
        ]
    if mark == "beside":
        away = size * chance.uniform(1.35, 1.75)
        inner = tick(chance.choice(("x", "check")), size, chance)
        return [Stroke(tuple((x - away, y + 0.05 * size) for x, y in stroke.points), stroke.width) for stroke in inner]
    raise ValueError(f"no mark {mark!r}; there are {', '.join((*dict.fromkeys(CLEAR), FILLED, *UNCLEAR))}")


def signature(height: float, chance: Random) -> list[Stroke]:
    """Nobody's hand: waves of changing height that run along, with a tall beginning and often a flourish."""
    x, base = chance.uniform(6, 40), height * chance.uniform(0.55, 0.75)
    tall, speed, slant = height * chance.uniform(0.35, 0.6), chance.uniform(3.2, 5.5), chance.uniform(0.15, 0.6)
    points: list[Point] = []
    length = chance.uniform(60, 120)
    steps = int(length * 1.6)
    drift = chance.uniform(-0.06, 0.04)
    heights = [chance.uniform(0.15, 0.6) for _ in range(12)]
    heights[0], heights[chance.randint(3, 6)] = 1.3, 1.0
    for step in range(steps):
        along = length * step / steps
        which = min(11, int(along / length * 12))
        rise = tall * heights[which] * (0.5 - 0.5 * math.cos(along * 2 * math.pi / speed / 2))
        back = 0.9 * speed * math.sin(along * 2 * math.pi / speed)
        points.append((x + along + 0.35 * back + slant * rise, base - rise + drift * along + chance.gauss(0, 0.12)))
    strokes = [Stroke(tuple(points), chance.uniform(0.7, 1.3))]
    if chance.random() < 0.5:
        end = points[-1]
        strokes.append(
            _line((end[0] + 8, base + 3), (x + chance.uniform(-4, 20), base + chance.uniform(1, 5)), 0.8, chance)
        )
    return strokes


def initials(height: float, chance: Random) -> list[Stroke]:
    """Two quick loops."""
    x, middle = chance.uniform(10, 60), height * 0.5
    return [
        _ring((x + shift, middle), height * chance.uniform(0.2, 0.35), height * chance.uniform(0.3, 0.5), 1.0, chance)
        for shift in (0, 9)
    ]


def _line(start: Point, end: Point, width: float, chance: Random) -> Stroke:
    """A straight line as a hand draws it."""
    length = math.dist(start, end)
    bend = chance.gauss(0, 0.05) * length
    points = []
    for step in range(9):
        t = step / 8
        bulge = bend * math.sin(math.pi * t)
        dx, dy = (end[0] - start[0]) / (length or 1), (end[1] - start[1]) / (length or 1)
        points.append(
            (
                start[0] + t * (end[0] - start[0]) - dy * bulge + chance.gauss(0, 0.08),
                start[1] + t * (end[1] - start[1]) + dx * bulge + chance.gauss(0, 0.08),
            )
        )
    return Stroke(tuple(points), width)


def _zigzag(size: float, out: float, turns: int, width: float, chance: Random) -> Stroke:
    low, high = out * size, (1 - out) * size
    points = []
    for turn in range(turns + 1):
        t = turn / turns
        x = low + (high - low) * t
        points.append((x + chance.gauss(0, 0.3), (low if turn % 2 else high) + chance.gauss(0, 0.4)))
    return Stroke(tuple(points), width)


def _ring(centre: Point, wide: float, tall: float, width: float, chance: Random) -> Stroke:
    begin, more = chance.uniform(0, 2 * math.pi), chance.uniform(-0.1, 0.6)
    points = []
    for step in range(37):
        t = begin + (2 * math.pi + more) * step / 36
        swell = 1 + 0.06 * math.sin(2 * t + begin)
        points.append((centre[0] + swell * wide * math.cos(t), centre[1] + swell * tall * math.sin(t)))
    return Stroke(tuple(points), width)
