"""Pages that are no form: a fax cover sheet, the print-out of a message, and a cat, drawn with a brush of ellipses so that it looks like a snapshot."""

from __future__ import annotations

import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.utils import ImageReader

from tests.paperwork.pen import BOLD, HEIGHT, WIDTH, Pen


def draw_cover_sheet(pen: Pen, edition: str) -> None:
    """A plain sheet: who sends what to whom, and how many pages. It names papers, and is none."""
    pen.centre(80, "FAX COVER SHEET", 22, BOLD)
    pen.rule(54, 96, 558, 1.5)
    for name, label in (
        ("to", "TO:"),
        ("to_fax", "FAX:"),
        ("sender", "FROM:"),
        ("sender_phone", "PHONE:"),
        ("form_date", "DATE:"),
        ("page_count", "PAGES (with this one):"),
        ("subject", "RE:"),
    ):
        place = pen.places[name]
        pen.right(place.x - 8, place.y + place.h - 3, label, 10, BOLD)
    pen.under("to", "to_fax", "sender", "sender_phone", "form_date", "page_count", "subject", "message")
    pen.say(54, 350, "MESSAGE:", 10, BOLD)
    pen.paragraph(
        54,
        700,
        504,
        "This transmission may hold information that is for official use only. If it has reached you by mistake, please tell the sender"
        " and destroy it.",
        8,
        10,
    )
    pen.end_page()


def draw_message(pen: Pen, edition: str) -> None:
    """What a terminal prints of an entry in the Immigration Violator File: it speaks of an "administrative warrant", and is none."""
    for y, line in (
        (80, "1L01 0001 MAFICT001"),
        (110, "*** IMMIGRATION VIOLATOR FILE ***"),
        (130, "OUTSTANDING ADMINISTRATIVE WARRANT OF REMOVAL"),
        (150, "DO NOT DETAIN OR ARREST ON THIS MESSAGE ALONE"),
        (180, "MKE/EIV  ORI/MAFICT002  NAM/"),
        (200, "SEX/   RAC/U  DOB/"),
        (220, "MIS/FILE              DOW/20260302"),
        (240, "NIC/N000000001  DTE/20260302 0612 EST"),
        (270, "CONFIRM WITH THE LAW ENFORCEMENT SUPPORT CENTER"),
    ):
        pen.say(54, y, line, 10, "Courier")
    pen.end_page()


def draw_cat(pen: Pen, edition: str) -> None:
    """A page with a cat on it and no words but the line that says it is fictional."""
    pen.canvas.drawImage(ImageReader(io.BytesIO(cat_photo(pen.chance.randrange(1000)))), 0, HEIGHT - 500, WIDTH, 408)
    pen.end_page()


def cat_photo(seed: int = 0, width: int = 900, height: int = 600) -> bytes:
    """A JPEG of a sitting cat in a room: a drawn picture with a soft lens and grain, no photograph of any real cat."""
    chance = random.Random(f"cat/{seed}")
    picture = Image.new("RGB", (width, height))
    brush = ImageDraw.Draw(picture)
    wall = chance.choice([(196, 208, 200), (214, 198, 176), (178, 194, 214)])
    fur = chance.choice([(196, 128, 62), (92, 88, 90), (150, 120, 96)])
    dark = tuple(int(c * 0.62) for c in fur)
    light = tuple(min(255, int(c * 1.35)) for c in fur)
    for row in range(height):
        shade = 1 - 0.25 * row / height
        brush.line((0, row, width, row), fill=tuple(int(c * shade) for c in wall))
    brush.rectangle((0, height * 0.72, width, height), fill=(120, 86, 60))
    x, y = width * chance.uniform(0.42, 0.58), height * 0.5

    def blob(dx: float, dy: float, rx: float, ry: float, colour: tuple[int, ...]) -> None:
        brush.ellipse((x + dx - rx, y + dy - ry, x + dx + rx, y + dy + ry), fill=colour)

    tail = [(x + 110, y + 190), (x + 200, y + 170), (x + 230, y + 80), (x + 205, y + 30)]
    brush.line(tail, fill=fur, width=34, joint="curve")
    blob(205, 30, 17, 17, dark)
    blob(0, 130, 135, 150, fur)
    blob(0, 150, 70, 115, light)
    for side in (-1, 1):
        blob(side * 60, 262, 44, 24, light)
        ear = [(x + side * 100, y - 190), (x + side * 112, y - 60), (x + side * 30, y - 130)]
        brush.polygon(ear, fill=fur)
        brush.polygon([(ex * 0.86 + 0.14 * (x + side * 82), ey * 0.8 - 0.2 * (125 - y)) for ex, ey in ear], fill=dark)
    blob(0, -50, 118, 104, fur)
    for stripe in (-46, 0, 46):
        brush.line([(x + stripe, y - 150), (x + stripe * 0.7, y - 105)], fill=dark, width=12)
    for side in (-1, 1):
        blob(side * 48, -62, 27, 23, (214, 206, 92))
        blob(side * 48, -62, 8, 21, (18, 18, 18))
        blob(side * 48 - 8, -70, 5, 5, (250, 250, 250))
        blob(side * 26, -4, 36, 26, light)
        for dy in (-12, 0, 12):
            brush.line(
                [(x + side * 50, y - 8 + dy / 2), (x + side * 165, y - 22 + dy * 1.8)], fill=(245, 245, 240), width=2
            )
    brush.polygon([(x - 14, y - 30), (x + 14, y - 30), (x, y - 12)], fill=(206, 120, 120))
    picture = picture.filter(ImageFilter.GaussianBlur(1.6))
    ImageDraw.Draw(picture).text((8, height - 22), "FICTIONAL - a drawn picture", fill=(235, 235, 230), font_size=14)
    soft = np.asarray(picture, dtype=np.float32)
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, 5, soft.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=72)
    return out.getvalue()
