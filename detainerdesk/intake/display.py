"""What a sender calls things, made fit to show: a file's name, a station, a sender. In: any text; out: one short line without control
characters, direction marks or folders. And what a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import re
import unicodedata

NAME_LENGTH = 120
STATION_LENGTH = 40

STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
)


def file_name(text: str) -> str:
    """`..\\secret/De\\nlacroix.pdf` becomes `De lacroix.pdf`. A long name keeps its ending."""
    last = one_line(text.replace("\\", "/").rstrip("/").rpartition("/")[2]).lstrip(". ")
    if len(last) > NAME_LENGTH:
        stem, dot, ending = last.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 8 else ""
        last = (stem or last)[: NAME_LENGTH - len(ending) - 1] + "…" + ending
    return last or "unnamed"


def station_name(text: str) -> str:
    """A station is named in the ledger's plain facts, so no number that could be a person's stays in it."""
    name = re.sub(r"\d{5,}", "…", one_line(text.replace("/", " ").replace("\\", " ")))
    return name.strip(". ")[:STATION_LENGTH].strip() or "unnamed station"


def one_line(text: str) -> str:
    """Control, format (direction marks), surrogate, private and unassigned characters and line ends become spaces."""
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(shown.split())


def type_of(data: bytes) -> str:
    if not data:
        return "application/x-empty"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    # A PDF may begin after some bytes; what begins as something else is that, though a PDF lie in it.
    otherwise = "application/pdf" if b"%PDF-" in data[:1024] else "application/octet-stream"
    return next((name for start, name in STARTS if data.startswith(start)), otherwise)
