"""From papers (kind and values) to the bytes of one file in one style: text or form PDF drawn directly, scans and faxes through `machines`."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from tests.paperwork import courts, i200, i203, i205, i247_family, i247a, judicial, machines, plain
from tests.paperwork.machines import FaxHeader
from tests.paperwork.pen import HEIGHT, WIDTH, Pen, Value

Style = Literal["text", "form", "scan", "fine fax", "standard fax"]
Container = Literal["pdf", "tiff"]


@dataclass(frozen=True)
class Paper:
    kind: str
    values: Mapping[str, Value]
    edition: str | None = None


def draw(
    kind: str,
    values: Mapping[str, Value],
    *,
    edition: str | None = None,
    style: Style = "text",
    seed: int = 0,
    container: Container = "pdf",
    header: FaxHeader | None = None,
    pages: Sequence[int] | None = None,
) -> bytes:
    """One form as the bytes of one file."""
    return bundle(
        [Paper(kind, values, edition)], style=style, seed=seed, container=container, header=header, pages=pages
    )


def bundle(
    papers: Sequence[Paper],
    *,
    style: Style = "text",
    seed: int = 0,
    container: Container = "pdf",
    header: FaxHeader | None = None,
    pages: Sequence[int] | None = None,
) -> bytes:
    """Several papers, one after the other, in one file. `pages` (counted from 1 through the bundle) keeps only these pages of a scan or fax."""
    if style in ("text", "form"):
        if container != "pdf" or header is not None or pages is not None:
            raise ValueError(f"a {style} file is a whole PDF without a fax header; take a scan or a fax for the rest")
        return _pdf(papers, fillable=style == "form", seed=seed)
    if style not in ("scan", "fine fax", "standard fax"):
        raise ValueError(f"unknown style {style!r}: take text, form, scan, fine fax or standard fax")
    clean = _pdf(papers, fillable=False, seed=seed)
    if style == "scan":
        return machines.scan(clean, seed=seed, container=container, pages=pages)
    return machines.fax(clean, fine=style == "fine fax", seed=seed, container=container, header=header, pages=pages)


def _pdf(papers: Sequence[Paper], *, fillable: bool, seed: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle("FICTIONAL paperwork")
    canvas.setAuthor("Detainer Desk tests")
    for number, paper in enumerate(papers, 1):
        if paper.kind not in _FORMS:
            raise ValueError(f"no form {paper.kind!r} can be drawn; there are {', '.join(_FORMS)}")
        pen = Pen(
            canvas,
            paper.kind,
            paper.values,
            fillable=fillable,
            field_names=FIELD_NAMES.get(paper.kind),
            prefix=f"p{number}." if number > 1 else "",
            seed=seed * 100 + number,
        )
        _FORMS[paper.kind](pen, paper.edition or EDITIONS[paper.kind][0])
    canvas.save()
    return out.getvalue()


_FORMS: dict[str, Callable[[Pen, str], None]] = {
    "i247a": i247a.draw,
    "i247d": i247_family.draw_i247d,
    "i247n": i247_family.draw_i247n,
    "i247x": i247_family.draw_i247x,
    "i247_old": i247_family.draw_i247_old,
    "i247g": i247_family.draw_i247g,
    "i200": i200.draw,
    "i205": i205.draw,
    "i203": i203.draw,
    "ao442": judicial.draw_ao442,
    "ao93": judicial.draw_ao93,
    "ao94": judicial.draw_ao94,
    "state_warrant": courts.draw_state_warrant,
    "immigration_order": courts.draw_immigration_order,
    "message": plain.draw_message,
    "cover_sheet": plain.draw_cover_sheet,
    "cat": plain.draw_cat,
}
EDITIONS: dict[str, tuple[str, ...]] = {
    "i247a": i247a.EDITIONS,
    "i247d": ("5/15",),
    "i247n": ("5/15",),
    "i247x": ("inferred",),
    "i247_old": ("12/12",),
    "i247g": ("inferred",),
    "i200": i200.EDITIONS,
    "i205": i205.EDITIONS,
    "i203": i203.EDITIONS,
    "ao442": judicial.AO442_EDITIONS,
    "ao93": judicial.AO93_EDITIONS,
    "ao94": judicial.AO94_EDITIONS,
    "state_warrant": courts.STATE_EDITIONS,
    "immigration_order": ("plain",),
    "message": ("plain",),
    "cover_sheet": ("plain",),
    "cat": ("plain",),
}
FIELD_NAMES: dict[str, Mapping[str, str]] = {
    "i247a": i247a.FIELD_NAMES,
    "i200": i200.FIELD_NAMES,
    "i205": i205.FIELD_NAMES,
}
KINDS: tuple[str, ...] = tuple(_FORMS)
