"""Turns a laid form into a fillable PDF: the places that the flow made become form fields with values and ticks. Comes in: a `Laid`
whose sheet is fillable. Goes out: the PDF as a form filler saves it, with an appearance for each field."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from benchmarks.intake.pages import pen
from benchmarks.intake.pages.sheets import Expected, Laid, Ticked, Typed

TALL = 792.0


def fillable(laid: Laid) -> bytes:
    """The form with its values in fields. Half of the makers name fields by their label, half by a number."""
    chance = Random(f"fillable/{laid.sheet.seed}")
    named = chance.random() < 0.5
    style = chance.choice(("4", "8"))  # a check or a cross of the dingbats
    document = pikepdf.open(io.BytesIO(laid.pdf))
    fonts = Dictionary(
        Helv=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding),
        ZaDb=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats),
    )
    fields = Array()
    for number, (name, expected) in enumerate(laid.fields.items()):
        if expected.kind == "signature":
            continue
        title = name.replace("_", " ").title() if named else f"topmostSubform[0].Page{expected.page}[0].F{number}[0]"
        widget = _box(document, expected, style, fonts) if expected.kind == "tick" else _line(document, expected, fonts)
        widget.T = String(title)
        widget = document.make_indirect(widget)
        fields.append(widget)
        page = document.pages[expected.page - 1]
        if "/Annots" not in page:
            page.Annots = Array()
        page.Annots.append(widget)
    document.Root.AcroForm = document.make_indirect(
        Dictionary(Fields=fields, DR=Dictionary(Font=fonts), DA=String("/Helv 9 Tf 0 g"))
    )
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _line(document: pikepdf.Pdf, expected: Expected, fonts: Dictionary) -> Dictionary:
    words = expected.entry.text if isinstance(expected.entry, Typed) else ""
    x0, y0, x1, y1 = expected.box
    size = min(9.0, (x1 - x0 - 4) / max(1.0, 0.56 * len(words)))
    drawn = (
        f"/Tx BMC q BT /Helv {size:.2f} Tf 0 g 2 {(y1 - y0) * 0.3:.2f} Td ".encode() + _string(words) + b" Tj ET Q EMC"
    )
    return _widget(
        expected,
        Name.Tx,
        String(words),
        Dictionary(N=_drawing(document, drawn, expected, fonts)),
        DA=String(f"/Helv {size:.2f} Tf 0 g"),
    )


def _box(document: pikepdf.Pdf, expected: Expected, style: str, fonts: Dictionary) -> Dictionary:
    made = isinstance(expected.entry, Ticked) and expected.entry.mark in pen.CLEAR
    size = expected.box[3] - expected.box[1]
    drawn = f"q BT /ZaDb {size:.2f} Tf 0 g {size * 0.1:.2f} {size * 0.14:.2f} Td ({style}) Tj ET Q".encode()
    faces = Dictionary(
        N=Dictionary(Yes=_drawing(document, drawn, expected, fonts), Off=_drawing(document, b"", expected, fonts))
    )
    state = Name.Yes if made else Name.Off
    return _widget(expected, Name.Btn, state, faces, AS=state)


def _widget(expected: Expected, kind: Name, value: object, faces: Dictionary, **more: Any) -> Dictionary:
    x0, y0, x1, y1 = expected.box
    rect = Array([round(v, 2) for v in (x0, TALL - y1, x1, TALL - y0)])
    return Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=kind, Rect=rect, V=value, AP=faces, F=4, **more)


def _drawing(document: pikepdf.Pdf, content: bytes, expected: Expected, fonts: Dictionary) -> pikepdf.Object:
    x0, y0, x1, y1 = expected.box
    box = Array([0, 0, round(x1 - x0, 2), round(y1 - y0, 2)])
    stream = Stream(document, content, Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=Dictionary(Font=fonts))
    return document.make_indirect(stream)


def _string(words: str) -> bytes:
    plain = words.encode("cp1252", "replace")
    for mark in (b"\\", b"(", b")"):
        plain = plain.replace(mark, b"\\" + mark)
    return b"(" + plain + b")"
