"""Files that a station can receive and no one can read as paperwork: broken, hostile, far too large, or about something else.

Each function makes one, fresh and always the same; `EVERY` names them all. None is larger than two megabytes on disk.
"""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.paperwork.machines import fax
from tests.paperwork.papers import draw
from tests.paperwork.pen import HEIGHT, WIDTH
from tests.paperwork.people import sample
from tests.paperwork.plain import cat_photo


def truncated_pdf() -> bytes:
    """A detainer whose transfer stopped half way: no cross-reference table, no end."""
    whole = draw("i247a", sample("i247a"), style="fine fax")
    return whole[: len(whole) // 2]


def long_fax(pages: int = 300) -> bytes:
    """A fax of many pages, each the picture of the same sheet; more than the 200 that are read."""
    sheet = fax(draw("cover_sheet", sample("cover_sheet")), fine=False, container="tiff")
    picture = ImageReader(io.BytesIO(sheet))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.beginForm("sheet")
    canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT)
    canvas.endForm()
    for _ in range(pages):
        canvas.doForm("sheet")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted_pdf(password: str = "fictional") -> bytes:
    """A PDF that opens with a password only."""
    out = io.BytesIO()
    lock = StandardEncryption(password, ownerPassword=password + "-owner", strength=128)
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=lock)
    canvas.drawString(72, 700, "FICTIONAL: nobody without the password reads this line.")
    canvas.save()
    return out.getvalue()


def empty() -> bytes:
    return b""


def zip_bomb(megabytes: int = 64) -> bytes:
    """An archive of zeros that grows about a thousandfold when it is opened."""
    out = io.BytesIO()
    name = zipfile.ZipInfo("detainer.pdf", (2026, 3, 2, 12, 0, 0))
    name.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w") as archive, archive.open(name, "w") as entry:
        for _ in range(megabytes):
            entry.write(bytes(1 << 20))
    return out.getvalue()


def word_file() -> bytes:
    """What a word processor writes: an archive with a document inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in (
            (
                "[Content_Types].xml",
                '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
                '.wordprocessingml.document.main+xml"/></Types>',
            ),
            (
                "word/document.xml",
                '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                "<w:body><w:p><w:r><w:t>FICTIONAL Immigration Detainer - Notice of Action</w:t></w:r></w:p></w:body></w:document>",
            ),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 12, 0, 0)), words, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def random_bytes(seed: int = 0, size: int = 20_000) -> bytes:
    return random.Random(f"noise/{seed}").randbytes(size)


def pdf_with_script_and_file() -> bytes:
    """A whole detainer to which somebody added a script that runs on opening, a program to launch, and a hidden file."""
    whole = draw("i247a", sample("i247a"))
    root, size = (int(n) for n in re.search(rb"/Root (\d+) 0 R\s*/Size (\d+)", whole).groups())  # type: ignore[union-attr]
    start = int(re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", whole).group(1))  # type: ignore[union-attr]
    catalog = re.search(rb"\n%d 0 obj\s*<<(.*?)>>\s*endobj" % root, whole, re.DOTALL).group(1)  # type: ignore[union-attr]
    hidden = b"FICTIONAL: a file nobody asked for"
    objects = {
        root: b"<<%s /OpenAction %d 0 R /Names << /EmbeddedFiles << /Names [(hidden.exe) %d 0 R] >>"
        b" /JavaScript << /Names [(start) %d 0 R] >> >> >>" % (catalog, size, size + 1, size),
        size: b"<< /S /JavaScript /JS (app.alert\\(1\\);) /Next << /S /Launch /F (calc.exe) >> >>",
        size + 1: b"<< /Type /Filespec /F (hidden.exe) /UF (hidden.exe) /EF << /F %d 0 R >> >>" % (size + 2),
        size + 2: b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(hidden), hidden),
    }
    out = bytearray(whole if whole.endswith(b"\n") else whole + b"\n")
    table = bytearray(b"xref\n")
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    return bytes(
        out
        + table
        + b"trailer\n<< /Root %d 0 R /Size %d /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (root, size + 3, start, at)
    )


def huge_picture(side: int = 60_000) -> bytes:
    """A PNG of a few kilobytes whose head promises 3.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * 64), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def huge_page_pdf() -> bytes:
    """A PDF whose one page measures 200 by 200 inches."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14_400, 14_400), invariant=1)
    canvas.drawString(72, 72, "FICTIONAL")
    canvas.save()
    return out.getvalue()


def cat() -> bytes:
    return cat_photo(11)


EVERY: dict[str, Callable[[], bytes]] = {
    "truncated.pdf": truncated_pdf,
    "three-hundred-pages.pdf": long_fax,
    "encrypted.pdf": encrypted_pdf,
    "empty.pdf": empty,
    "zip-bomb.zip": zip_bomb,
    "letter.docx": word_file,
    "noise.pdf": random_bytes,
    "script-and-file.pdf": pdf_with_script_and_file,
    "huge-picture.png": huge_picture,
    "huge-page.pdf": huge_page_pdf,
    "cat.jpg": cat,
}
