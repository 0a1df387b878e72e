"""A rulebook as a document: Markdown text in, its header and its fenced blocks out, each with the place where it stands.

This is not YAML: a line is `key: text`, a line that begins with a space continues the one above, and nothing is guessed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detainerdesk.law.errors import Place, RulebookError

MAX_BYTES = 2_000_000
MAX_LINE = 10_000
PLAIN_FENCES = {"", "text", "console", "json"}
LINE_BREAK_SEPARATES = {"facts", "expect", "fields", "choices"}

_FENCE = re.compile(r"^```\s*(\S*)\s*(.*?)\s*$")
_KEY = re.compile(r"^([a-z][a-z ]*?)\s*:(?:\s+(.*)|)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")


@dataclass(frozen=True)
class Text:
    """The text of one key and the line on which it begins."""

    text: str
    place: Place


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind (`rule`), its id (`BOS19-1`) and its keys."""

    kind: str
    id: str
    keys: Mapping[str, Text]
    place: Place
    prose: str = ""

    def get(self, key: str) -> str | None:
        found = self.keys.get(key)
        return found.text if found else None

    def need(self, key: str) -> Text:
        found = self.keys.get(key)
        if found is None or not found.text:
            raise RulebookError(f"{self.kind} {self.id} needs a line `{key}: …`", self.place)
        return found

    def at(self, key: str) -> Place:
        found = self.keys.get(key)
        return found.place if found else self.place


@dataclass(frozen=True)
class Document:
    """A rulebook file: header lines, blocks in order, and the whole text."""

    file: str
    header: Mapping[str, Text]
    blocks: tuple[Block, ...]
    text: str
    headings: tuple[tuple[int, str], ...] = field(default=())


def read_document(path: Path, kinds: Mapping[str, frozenset[str]], *, name: str | None = None) -> Document:
    """Read a rulebook file. `kinds` maps each block kind to the keys that it knows.

    Raises RulebookError with file, line and heading for an unknown kind or key, a key written twice, an open fence.
    """
    raw = path.read_bytes()
    file = name or path.name
    if len(raw) > MAX_BYTES:
        raise RulebookError(f"the file has {len(raw)} bytes; at most {MAX_BYTES} are read. Split it.", Place(file, 1))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RulebookError(f"not UTF-8 text (byte {error.start})", Place(file, 1)) from error
    return parse_document(text, kinds, file)


def parse_document(text: str, kinds: Mapping[str, frozenset[str]], file: str) -> Document:
    """As `read_document`, from text."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise RulebookError(f"a line of {len(line)} characters; at most {MAX_LINE}", Place(file, number))
    start, header = _header(lines, file)
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []
    heading, prose = "", []  # type: str, list[str]
    number = start
    while number < len(lines):
        line = lines[number]
        number += 1
        if found := _HEADING.match(line):
            heading, prose = found[1], []
            headings.append((number, heading))
            continue
        fence = _FENCE.match(line)
        if not fence:
            prose.append(line)
            continue
        place = Place(file, number, heading=heading)
        body: list[str] = []
        first = number
        while number < len(lines) and not lines[number].startswith("```"):
            body.append(lines[number])
            number += 1
        if number == len(lines):
            raise RulebookError("this block is never closed: end it with a line of three backticks", place)
        number += 1
        kind, id = fence[1], fence[2]
        if kind in PLAIN_FENCES:
            continue
        if kind not in kinds:
            raise RulebookError(f"unknown block `{kind}`; expected one of {', '.join(sorted(kinds))}", place)
        if not id:
            raise RulebookError(f"this {kind} block has no id: write ```{kind} NAME", place)
        keys = _keys(textwrap.dedent("\n".join(body)).split("\n"), first, kinds[kind], place)
        blocks.append(Block(kind, id, keys, place, "\n".join(prose).strip()))
    return Document(file, header, tuple(blocks), text, tuple(headings))


def _header(lines: list[str], file: str) -> tuple[int, dict[str, Text]]:
    if not lines or lines[0].strip() != "---":
        return 0, {}
    header: dict[str, Text] = {}
    for number, line in enumerate(lines[1:], 2):
        place = Place(file, number)
        if line.strip() == "---":
            return number, header
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise RulebookError(f"the header has `key: text` lines only, not “{line}”", place)
        if key.strip() in header:
            raise RulebookError(f"the header says `{key.strip()}` twice", place)
        header[key.strip()] = Text(value.strip(), place)
    raise RulebookError("the header that begins with --- never ends: add a line ---", Place(file, 1))


def _keys(body: list[str], first: int, known: frozenset[str], place: Place) -> dict[str, Text]:
    keys: dict[str, Text] = {}
    last: str | None = None
    for offset, line in enumerate(body):
        here = Place(place.file, first + offset + 1, heading=place.heading)
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in " \t":
            if last is None:
                raise RulebookError("a line that begins with a space continues the one above, and there is none", here)
            joint = "\n" if last in LINE_BREAK_SEPARATES else " "
            old = keys[last]
            keys[last] = Text((old.text + joint + line.strip()).strip(), old.place)
            continue
        found = _KEY.match(line)
        if not found:
            raise RulebookError(f"expected `key: text`, not “{line[:60]}”", here)
        key = found[1]
        if key not in known:
            raise RulebookError(f"unknown key `{key}`; expected one of {', '.join(sorted(known))}", here)
        if key in keys:
            raise RulebookError(f"`{key}` is written twice in this block", here)
        keys[key] = Text((found[2] or "").strip(), here)
        last = key
    return keys
