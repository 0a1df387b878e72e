"""Opens a ZIP archive, where an administrator turned that on (DATA/archives.json; security.md IN-1). In: an archive's bytes; out: a frozen `Archive`
with its papers in their order. As with mails, the limited child (`child.py`) runs `find`: it reads the archive's lists, unpacks all of it
once under the limits, and answers only with places; the parent unpacks exactly those with `taken_out`. All papers or none: an archive over a
limit, with folders or links, encrypted or damaged, goes to a person whole. What lists say of sizes is checked and never believed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from detainerdesk.intake import display, setting
from detainerdesk.intake.reading.mail import CannotOpen, Part

if TYPE_CHECKING:
    from detainerdesk.intake.models import Transmission

FILE = "archives.json"
MIB = 1024 * 1024
LARGEST_ARCHIVE = 25 * MIB
LARGEST_PART = 25 * MIB
MOST_ENTRIES = 100
MOST_UNPACKED = 200 * MIB
MOST_TIMES = 100  # as large as it was packed: of one file, and of all
ZIP = "application/zip"

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
ENCRYPTED = 0x1 | 0x40 | 0x2000  # bits of the flags: encrypted, strongly so, with its lists hidden
NO_FILE = 0x10 | 0x400  # bits of DOS and Windows: a folder, a link
OFFICE = ("[Content_Types].xml", "mimetype")
LOCAL_HEADER = struct.Struct("<4s22xHH")


class ArchivesError(ValueError):
    """archives.json can't be used; the message says what belongs there."""


class _Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zip: bool


@dataclass(frozen=True)
class Archive:
    """What lay in an archive, in its order."""

    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


class Found(NamedTuple):
    """A paper: where its packed bytes lie, how they are packed, how large they are unpacked."""

    name: str
    start: int
    end: int
    packed: int
    size: int


def opened_here(data: Path) -> bool:
    """Whether ZIP archives are opened in this installation: not without a setting, and not with one that can't be read."""
    try:
        return set_up(data)
    except ArchivesError:
        return False


def set_up(data: Path) -> bool:
    """What archives.json says. Raises ArchivesError."""
    said = setting.read(data / FILE, _Opened, ArchivesError, 'Write it as {"zip": true}.')
    return said is not None and said.zip


def is_in_one(delivery: Transmission) -> bool:
    """Whether it lay in an archive, however deep: what is in an archive is not opened as one again."""
    around = delivery.inside
    while around is not None:
        if around.document.type == ZIP:
            return True
        around = around.inside
    return False


def find(data: bytes) -> dict[str, Any]:
    """In the child: where the archive's papers lie, as JSON, after all of them were unpacked once. Raises `CannotOpen`."""
    if len(data) > LARGEST_ARCHIVE:
        raise CannotOpen(_over(f"it has more than {LARGEST_ARCHIVE // MIB} MB"))
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise CannotOpen(_damaged("its list of files can't be read")) from error
    _refuse_listed(entries, len(data))
    found, left = [], min(MOST_UNPACKED, len(data) * MOST_TIMES)
    for number, entry in enumerate(entries, 1):
        one = _place(data, entry, number)
        content = _content(data, one, left, f"file {number}")
        if zlib.crc32(content) != entry.CRC or len(content) != entry.file_size:
            raise CannotOpen(_damaged(f"file {number} is not what its list says"))
        left -= len(content)
        found.append(one)
    _refuse_overlaps(found)
    return {"parts": found}


def taken_out(data: bytes, told: Mapping[str, Any]) -> Archive:
    """In the parent: the papers, unpacked where the child says they lie. Raises `ValueError` for an answer that can't be true."""
    found = [
        Found(str(name), int(start), int(end), int(packed), int(size))
        for name, start, end, packed, size in told["parts"]
    ]
    if len(found) > MOST_ENTRIES or sum(max(0, one.size) for one in found) > MOST_UNPACKED:
        raise ValueError("more than an archive may have")
    _refuse_overlaps(found)
    parts = []
    for one in found:
        content = _content(data, one, one.size, "a file")
        parts.append(Part(display.file_name(one.name), display.type_of(content), content))
    return Archive(tuple(parts))


# ---- before anything is unpacked ----------------------------------------------------------------------------------


def _refuse_listed(entries: list[zipfile.ZipInfo], size: int) -> None:
    """What the list alone gives away."""
    if any(entry.orig_filename == name for entry in entries for name in OFFICE):
        raise CannotOpen(
            "This is an office file, not an archive of papers. It is kept whole, and nothing in it was read. Open the original, or ask the "
            "sender for a PDF."
        )
    if len(entries) > MOST_ENTRIES:
        raise CannotOpen(_over(f"it has more than {MOST_ENTRIES} files"))
    for number, entry in enumerate(entries, 1):
        _refuse_kind(entry, number)
        if entry.file_size > LARGEST_PART:
            raise CannotOpen(_over(f"its file {number} has more than {LARGEST_PART // MIB} MB"))
        _refuse_bomb(entry.file_size, entry.compress_size, f"its file {number}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise CannotOpen(_over(f"its files have more than {MOST_UNPACKED // MIB} MB together"))
    _refuse_bomb(unpacked, size, "all in it")


def _refuse_kind(entry: zipfile.ZipInfo, number: int) -> None:
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & ENCRYPTED:
        raise CannotOpen(
            "This archive is encrypted. It is kept whole, and nothing in it was read. Ask the sender to send the papers without a password."
        )
    if kind not in (0, stat.S_IFREG) or entry.external_attr & NO_FILE or entry.is_dir():
        raise CannotOpen(_not_plain(f"its file {number} is a link, a folder or something else that is no file"))
    if not name or any(mark in name for mark in ("/", "\\", "\0")) or name[1:2] == ":" or name in (".", ".."):
        raise CannotOpen(_not_plain(f"its file {number} has a path for a name"))
    if entry.compress_type not in (STORED, DEFLATED):
        raise CannotOpen(_not_plain(f"its file {number} is packed in a way that is not known here"))


def _refuse_bomb(unpacked: int, packed: int, what: str) -> None:
    if unpacked > packed * MOST_TIMES:
        raise CannotOpen(_over(f"{what} is more than {MOST_TIMES} times as large as it was packed"))


def _place(data: bytes, entry: zipfile.ZipInfo, number: int) -> Found:
    """Where the entry's packed bytes lie: behind a head of their own, which says a second time how it is called."""
    at = entry.header_offset
    head = data[at : at + LOCAL_HEADER.size] if at >= 0 else b""
    if len(head) < LOCAL_HEADER.size:
        raise CannotOpen(_damaged(f"file {number} is not where its list says"))
    mark, name_length, extra_length = LOCAL_HEADER.unpack(head)
    name_at = at + LOCAL_HEADER.size
    start = name_at + name_length + extra_length
    end = start + entry.compress_size
    called = data[name_at : name_at + name_length]
    if mark != b"PK\x03\x04" or end > len(data) or called not in _spellings(entry.orig_filename):
        raise CannotOpen(_damaged(f"file {number} is not where its list says"))
    return Found(display.file_name(entry.filename), start, end, entry.compress_type, entry.file_size)


def _spellings(name: str) -> tuple[bytes, ...]:
    """A name is written in UTF-8 or in the old code page of PCs."""
    return name.encode("utf-8", "replace"), name.encode("cp437", "replace")


def _refuse_overlaps(found: list[Found]) -> None:
    """The same bytes packed once and listed often are a bomb that no single file shows."""
    ends = 0
    for one in sorted(found, key=lambda one: one.start):
        if one.start < ends:
            raise CannotOpen(_damaged("files in it lie on one another"))
        ends = max(ends, one.end)


# ---- the content of a file, for both sides -------------------------------------------------------------------------


def _content(data: bytes, one: Found, left: int, what: str) -> bytes:
    """Unpacked, and never more than is left of what all files may have, than one may have, or than it may grow."""
    if not 0 <= one.start <= one.end <= len(data) or left < 0:  # zlib takes a limit of 0 for none
        raise ValueError("a file that lies outside its archive")
    packed = data[one.start : one.end]
    most = min(left, LARGEST_PART, len(packed) * MOST_TIMES)
    if one.packed == STORED:
        content = packed
    elif one.packed == DEFLATED:
        content = _inflated(packed, most, what)
    else:
        raise ValueError("a packing that is not known")
    if len(content) > most:
        raise CannotOpen(_over(f"{what} is larger unpacked than it may be"))
    return content


def _inflated(packed: bytes, most: int, what: str) -> bytes:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacking.decompress(packed, most + 1)
    except zlib.error as error:
        raise CannotOpen(_damaged(f"{what} can't be unpacked")) from error
    if len(content) > most:
        return content
    if not unpacking.eof or unpacking.unused_data:
        raise CannotOpen(_damaged(f"{what} is cut off, or something lies behind it"))
    return content


def _over(what: str) -> str:
    return f"This archive is over a limit: {what}. It is kept whole, and nothing in it was read. Ask the sender to send the papers one by one."


def _not_plain(what: str) -> str:
    return (
        f"This archive holds more than papers side by side: {what}. It is kept whole, and nothing in it was read. Ask the sender to send the papers "
        "one by one."
    )


def _damaged(what: str) -> str:
    return f"This archive is damaged: {what}. It is kept whole, and nothing in it was read. Ask the sender to send it again."


NO_PAPER = "This archive has no paper in it. It is kept. Ask the sender what was meant to be sent."
