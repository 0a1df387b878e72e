"""What a sender calls things, made fit to show: a file's name, a station, a sender. In: any text; out: one short line without control
characters, direction marks or folders. And what a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata

NAME_LENGTH = 120
STATION_LENGTH = 40
STATION_MARK = 3

MAIL = "message/rfc822"
ENTRY = "application/vnd.detainerdesk.entry+json"
LIST = "text/csv"
EMPTY = "application/x-empty"
ENTRY_START = b'{"detainerdesk":"entry/1",'
EVERY_MAIL_HAS = frozenset((b"from", b"received", b"return-path", b"message-id", b"mime-version", b"date", b"to"))

STARTS = (
    (ENTRY_START, ENTRY),
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
    """A station is named in the ledger's plain facts, so no number that could be a person's stays in it. What is shortened has a mark at its end: no two
    stations with long names become one queue."""
    name = re.sub(r"\d{5,}", "…", one_line(text.replace("/", " ").replace("\\", " ")).strip(". "))
    if len(name) > STATION_LENGTH:
        mark = hashlib.sha256(name.encode()).hexdigest()[:STATION_MARK]
        name = f"{name[: STATION_LENGTH - STATION_MARK - 1].strip()} {mark}"
    return name or "unnamed station"


def one_line(text: str) -> str:
    """Control, format (direction marks), surrogate, private and unassigned characters and line ends become spaces."""
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(shown.split())


def type_of(data: bytes) -> str:
    if not data:
        return EMPTY
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    named = next((name for start, name in STARTS if data.startswith(start)), None)
    if named is None and _begins_as_a_mail(data[:64_000]):
        return MAIL
    # A PDF may begin after some bytes; what begins as something else is that, though a PDF lie in it.
    if named is None and b"%PDF-" in data[:1024]:
        return "application/pdf"
    return named or (LIST if _begins_as_a_list(data[:8_000]) else "application/octet-stream")


def _begins_as_a_mail(head: bytes) -> bool:
    """Two header lines or more, one of which every mail has, to an empty line or the end of what was looked at."""
    names = []
    lines = head.split(b"\n")
    for line in lines[1:] if head.startswith(b"From ") else lines:
        if not line.strip():
            break
        if line[:1] in (b" ", b"\t"):
            continue
        name, colon, _ = line.partition(b":")
        if not colon or not name or any(not 33 <= byte <= 126 for byte in name):
            return False
        names.append(name.lower())
    return len(names) > 1 and not EVERY_MAIL_HAS.isdisjoint(names)


def _begins_as_a_list(head: bytes) -> bool:
    """Text with a first line of three titles or more, and cells below it; or of two titles, and two cells in each line below."""
    if b"\x00" in head or any(byte < 9 for byte in head):
        return False
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(lines) < 2:
        return False
    if any(lines[0].count(mark) > 1 and mark in lines[1] for mark in (b",", b";", b"\t")):
        return True
    text = [line.decode("latin-1") for line in lines[:20] if line.strip()]
    return any(_have_two_cells(text, mark) for mark in ",;\t")


def _have_two_cells(text: list[str], mark: str) -> bool:
    """A letter has such lines too, but others beside them; `Dear Sir,` has one cell."""
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(text, delimiter=mark)]
    except csv.Error:
        return False
    return len(rows) > 1 and all(rows[0]) and all(len(row) == 2 and any(row) for row in rows)
