"""The files of an exported log: C2SP tlog-tiles, plus the signed notes and keys. In: a folder; out: where each tile and entry bundle lies, and
entry bundles taken apart or put together. No Django here; `verify` and outside auditors read these files with nothing else.

    checkpoint                  the newest signed note          tile/<L>/<N>[.p/<W>]        256 (or W) node hashes
    checkpoints/<size>          each older one                  tile/entries/<N>[.p/<W>]    256 (or W) entries, each after its 16-bit length
    vkey                        public keys, one a line         openings.json               sealed values handed out, with their salts
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detainerdesk.ledger.tree import TILE_WIDTH

NUMBER = re.compile(r"(?:x\d{3}/)*\d{3}", re.ASCII)


@dataclass(frozen=True)
class Bundle:
    """What one entry bundle holds: its whole entries, and how many bytes at its end are none."""

    entries: tuple[bytes, ...]
    broken: int


def tile_path(level: int | str, index: int, width: int) -> str:
    """`tile_path(0, 1234067, 256)` is tile/0/x001/x234/067; level "entries" names the entry bundles."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    path = f"tile/{level}/" + "/".join(reversed(parts))
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def bundles(size: int) -> Iterator[tuple[int, int]]:
    """(index, width) of each entry bundle of a log of this size."""
    for first in range(0, size, TILE_WIDTH):
        yield first // TILE_WIDTH, min(TILE_WIDTH, size - first)


def pack(entries: Iterable[bytes]) -> bytes:
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def unpack(data: bytes) -> Bundle:
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        entries.append(data[at + 2 : end])
        at = end
    return Bundle(tuple(entries), len(data) - at)


def bundle_files(folder: Path) -> dict[int, list[tuple[int, Path]]]:
    """The entry bundles that are there: index -> (width by name, file), widest last."""
    found: dict[int, list[tuple[int, Path]]] = {}
    base = folder / "tile" / "entries"
    for path in sorted(base.rglob("*")) if base.is_dir() else ():
        name = path.relative_to(base).as_posix()
        number, partial, width = name.partition(".p/")
        if path.is_file() and NUMBER.fullmatch(number) and (not partial or width.isdigit()):
            index = int(number.replace("x", "").replace("/", ""))
            found.setdefault(index, []).append((int(width) if partial else TILE_WIDTH, path))
    return {index: sorted(files) for index, files in found.items()}
