"""Files as a broken line or a hostile sender makes them (security.md FUZZ). In: a number; out: always the same bytes. Each begins as a whole file
(forms as PDF, small scans as TIFF, PNG and JPEG, mails in mails, entries, lists; all of fictional people) and is then changed in one to six ways."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from copy import deepcopy
from email.message import EmailMessage
from functools import cache
from random import Random

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from detainerdesk.intake import columns, entry
from tests.paperwork import bad, draw, sample

EXTREMES = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"1e308",
    b"nan",
)
TOKENS = (
    *(b"/Length", b"/Type", b"/Kids", b"/Count", b"/Parent", b"/MediaBox", b"/Contents", b"/Filter /FlateDecode", b"/Root"),
    *(b"stream\n", b"endstream", b"endobj", b"<<", b">>", b"[", b"]", b"%%EOF", b"startxref\n0", b"/JS (x)", b"/XFA (x)"),
    *(b"Content-Type: multipart/mixed; boundary=x\r\n", b"Content-Transfer-Encoding: base64\r\n", b"\r\n\r\n", b"--x\r\n", b"--x--\r\n"),
    *(b'"', b"'", b",", b";", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"}", b"[[[[[[[[", b"\\u0000", b"\\ud800"),
    *(b"=?utf-8?q?", b"?=", b"\r", b"\n", b"\r\n", b"\x1a", b"%PDF-1.7\n", b"\xe2\x80\xae"),
)  # fmt: skip


def mutated(number: int) -> tuple[str, bytes]:
    """What it was, and the bytes."""
    random = Random(f"mutated file {number}")
    kinds = tuple(SEEDS)
    kind = kinds[number % len(kinds)]
    data = random.choice(_seeds(kind))
    if kind == "json" and random.random() < 0.6:
        return kind, _told_otherwise(data, random)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        data = random.choice(CHANGES)(data, random)
    return kind, data[:2_000_000]


# --- what is whole --------------------------------------------------------------------------------------------------


def _pdfs() -> list[bytes]:
    return [
        draw("i200", sample("i200")),
        draw("i247a", sample("i247a")),
        draw("i200", sample("i200"), style="form"),
        draw("cover_sheet", sample("cover_sheet")),
        bad.pdf_with_script_and_file(),
        _plain_pdf(1),
        _plain_pdf(3),
        _picture_pdf(),
    ]


def _plain_pdf(pages: int) -> bytes:
    """Without compression, so that a change meets the page's own language."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(306, 396), invariant=1, pageCompression=0)
    for page in range(pages):
        canvas.drawString(20, 360, f"FICTIONAL page {page + 1}: WARRANT FOR ARREST OF ALIEN")
        canvas.rect(20, 20, 200, 100)
        canvas.acroForm.textfield(name=f"field{page}", x=30, y=200, width=100, height=20, value="A000 000 001")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _picture_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(200, 260), invariant=1)
    canvas.drawInlineImage(_sheet("L"), 0, 0, 200, 260)
    canvas.save()
    return out.getvalue()


def _sheet(mode: str, width: int = 220, height: int = 280) -> Image.Image:
    picture = Image.new(mode, (width, height), 1 if mode == "1" else 255)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, width - 10, height - 10), outline=0)
    pen.text((30, 30), "FORM I-200", fill=0)
    return picture


def _pictures(kind: str, mode: str, *ways: dict[str, object]) -> Callable[[], list[bytes]]:
    def made() -> list[bytes]:
        files = []
        for way in ways:
            out = io.BytesIO()
            _sheet(mode).save(out, kind, **way)  # type: ignore[arg-type]
            files.append(out.getvalue())
        return files

    return made


def _mails() -> list[bytes]:
    inner = _mail(draw("i200", sample("i200")))
    pictures = _pictures("TIFF", "1", {"compression": "group4"})()
    return [inner.as_bytes(), _mail(pictures[0], inside=inner).as_bytes(), _mail(inside=_mail(inside=inner)).as_bytes()]


def _mail(paper: bytes | None = None, inside: EmailMessage | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = (
        "fax@gateway.example",
        "d4@police.example",
        "Tue, 03 Mar 2026 06:52:00 -0500",
    )
    message["Message-ID"], message["Subject"] = "<1@gateway.example>", "=?utf-8?q?t=C3=A9l=C3=A9copie?="
    message.set_content("A fax for you.")
    if paper is not None:
        message.add_attachment(paper, maintype="application", subtype="octet-stream", filename="fax é.pdf")
    if inside is not None:
        message.add_attachment(inside)
    return message


def _entries() -> list[bytes]:
    return [
        entry.to_bytes(
            entry.Entry("phone", {"subject_name": "FICTIONAL, Ada", "asks_hold": True, "dob": "01/31/1990"})
        ),
        entry.to_bytes(
            entry.Entry("i247a", {"subject_id": "555000301", "form_date": "03/03/2026", "pc_biometric": True})
        ),
    ]


def _lists() -> list[bytes]:
    titles = ",".join(columns.OWN.columns.values())
    rows = [f'55500030{n},,A000 000 00{n},2026-03-03,"FICTIONAL, Ada {n}",1990-01-31,Boston' for n in range(4)]
    return ["\r\n".join([titles, *rows]).encode(), "\n".join(["Name;Dob", "FICTIONAL;1990"]).encode()]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "pdf": _pdfs,
    "tiff": _pictures("TIFF", "1", {"compression": "group4"}, {"compression": "group3"}, {"compression": "raw"}, {"compression": "group4", "save_all": True, "append_images": [_sheet("1")]}),
    "mail": _mails,
    "png": _pictures("PNG", "L", {}, {"dpi": (204, 98)}),
    "json": _entries,
    "jpeg": _pictures("JPEG", "L", {"quality": 40}, {"quality": 90, "progressive": True}),
    "csv": _lists,
}  # fmt: skip


@cache
def _seeds(kind: str) -> tuple[bytes, ...]:
    return tuple(SEEDS[kind]())


# --- what happens to it ---------------------------------------------------------------------------------------------


def _flip(data: bytes, random: Random) -> bytes:
    out = bytearray(data)
    for _ in range(random.choice((1, 4, 30)) if out else 0):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def _flip_near_the_start(data: bytes, random: Random) -> bytes:
    out = bytearray(data)
    for _ in range(random.randint(1, 8) if out else 0):
        out[random.randrange(min(len(out), 256))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(out)


def _cut_off(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 16, 200, len(data) // 3)))


def _leave_out(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _repeat(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:end] + data[start:end] * random.choice((1, 3, 50)) + data[end:]


def _blot(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return (
        data[:start]
        + random.choice((bytes(end - start), b"\xff" * (end - start), random.randbytes(end - start)))
        + data[end:]
    )


def _put_in(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _extreme_number(data: bytes, random: Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return _flip(data, random)
    found = random.choice(numbers)
    return data[: found.start()] + random.choice(EXTREMES) + data[found.end() :]


def _cross(data: bytes, random: Random) -> bytes:
    other = random.choice(_seeds(random.choice(tuple(SEEDS))))
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other)) :]


CHANGES = (_flip, _flip_near_the_start, _cut_off, _leave_out, _repeat, _blot, _put_in, _put_in, _extreme_number, _extreme_number, _cross)  # fmt: skip


def _told_otherwise(data: bytes, random: Random) -> bytes:
    """A JSON that is well formed, and says what nobody asked for."""
    said = json.loads(data)
    wrong = [
        "",
        " ",
        "\u202e",
        "x" * 500,
        0,
        -1,
        1e308,
        True,
        None,
        [],
        {},
        ["a"],
        {"b": {}},
        "\ud800",
        "A" * 100_000,
        "\x00",
    ]
    for _ in range(random.randint(1, 4)):
        value, another = (deepcopy(random.choice(wrong)) for _ in range(2))  # else one of them may be put into itself
        match random.randrange(4):
            case 0:
                said["fields"] = (
                    value if not isinstance(said.get("fields"), dict) or random.random() < 0.3 else said["fields"]
                )
            case 1 if isinstance(said.get("fields"), dict) and said["fields"]:
                said["fields"][random.choice(list(said["fields"]))] = value
            case 2 if isinstance(said.get("fields"), dict):
                said["fields"][str(value)[:200] or "no name"] = another
            case _:
                said["kind"] = value
    if random.random() < 0.1:
        return data[:-2] + b',"deep":' + b"[" * 100_000 + b"]" * random.choice((0, 100_000)) + b"}}"
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()
