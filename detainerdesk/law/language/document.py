"""A rulebook as a document: Markdown text in, its header and its fenced blocks out, each with the place where it stands.

This is not YAML: a line is `key: text`, a line that begins with a space continues the one above, and nothing is guessed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from detainerdesk.law.errors import Place, Refused, RulebookError, going_on

MAX_BYTES = 2_000_000
MAX_LINE = 10_000
MAX_BLOCKS = 2_000
MAX_LINES_OF_KEY = 1_000
PLAIN_FENCES = {"", "text", "console", "json"}
LINE_BREAK_SEPARATES = {"facts", "expect", "fields", "choices"}

# Each reads a line in one pass: no two parts of a pattern can share the same spaces.
_FENCE = re.compile(r"^```\s*(\S*)(.*)$")
_KEY = re.compile(r"^([a-z][a-z ]*):(?:\s+(.*)|)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
# No text of law has them, and a reader would not see what the program reads: control characters, and marks that turn the
# direction of writing.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Text:
    """The text of one key and the place where it begins; `place.at(offset)` is that of a word in it, on whichever line."""

    text: str
    place: Place


def parts(text: Text, mark: str = ";") -> Iterator[Text]:
    """The parts of a text between marks, each with its own place."""
    start = 0
    for part in text.text.split(mark):
        yield Text(part.strip(), text.place.at(_start_of(part, start)))
        start += len(part) + len(mark)


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind (`rule`), its id (`BOS19-1`), its keys, and whether plain text explains it under its heading."""

    kind: str
    id: str
    keys: Mapping[str, Text]
    place: Place
    explained: bool = False

    def get(self, key: str) -> str | None:
        found = self.keys.get(key)
        return found.text if found else None

    def word(self, key: str, word: str) -> Place:
        """The place of a word in the text of a key."""
        text = self.keys[key]
        return text.place.at(max(text.text.find(word), 0))

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


def read_document(
    path: Path, kinds: Mapping[str, frozenset[str]], *, name: str | None = None, refused: Refused | None = None
) -> Document:
    """Read a rulebook file. `kinds` maps each block kind to the keys that it knows.

    Raises RulebookError with file, line, column and heading for an unknown kind or key, a key written twice, an open
    fence; with `refused` it takes note of them and goes on to the next block.
    """
    file = name or path.name
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RulebookError(f"the file has {size} bytes; at most {MAX_BYTES} are read. Split it.", Place(file, 1, 1))
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")  # some editors begin a file with it
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise RulebookError(f"not UTF-8 text (byte {error.start}): save the file as UTF-8", place) from error
    return parse_document(text, kinds, file, refused)


def parse_document(
    text: str, kinds: Mapping[str, frozenset[str]], file: str, refused: Refused | None = None
) -> Document:
    """As `read_document`, from text."""
    lines = text.split("\n")
    hidden = _UNSEEN.search(text) is not None
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            place = Place(file, number, MAX_LINE + 1)
            raise RulebookError(f"a line of {len(line)} characters; at most {MAX_LINE}. Break it.", place)
        if hidden and (unseen := _UNSEEN.search(line.removesuffix("\r"))):
            place = Place(file, number, unseen.start() + 1)
            raise RulebookError(f"a character that nobody sees (U+{ord(unseen[0]):04X}): take it out", place)
    start, header = _header(lines, file)
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []
    heading, explained = "", False
    number = start
    while number < len(lines):
        line = lines[number]
        number += 1
        if found := _HEADING.match(line):
            heading, explained = found[1].strip(), False
            headings.append((number, heading))
            continue
        fence = _FENCE.match(line)
        if not fence:
            explained = explained or bool(line.strip())
            continue
        place = Place(file, number, 1, heading)
        body: list[str] = []
        first = number
        while number < len(lines) and not lines[number].startswith("```"):
            body.append(lines[number])
            number += 1
        with going_on(refused):
            if number == len(lines):
                raise RulebookError("this block is never closed: end it with a line of three backticks", place)
            if fence[1] not in PLAIN_FENCES:
                blocks.append(_block(fence[1], fence[2].strip(), body, first, kinds, place, explained, refused))
        if len(blocks) > MAX_BLOCKS:
            raise RulebookError(f"more than {MAX_BLOCKS} blocks; split the file", place)
        number += 1
    return Document(file, header, tuple(blocks), text, tuple(headings))


def _block(
    kind: str,
    id: str,
    body: list[str],
    first: int,
    kinds: Mapping[str, frozenset[str]],
    place: Place,
    explained: bool,
    refused: Refused | None,
) -> Block:
    if kind not in kinds:
        raise RulebookError(f"unknown block `{kind}`; expected one of {', '.join(sorted(kinds))}", place.at(3))
    if not id:
        raise RulebookError(f"this {kind} block has no id: write ```{kind} NAME", place.at(3 + len(kind)))
    return Block(kind, id, _keys(body, first, kinds[kind], place, refused), place, explained)


def _header(lines: list[str], file: str) -> tuple[int, dict[str, Text]]:
    if not lines or lines[0].strip() != "---":
        return 0, {}
    header: dict[str, Text] = {}
    for number, line in enumerate(lines[1:], 2):
        place = Place(file, number, 1)
        if line.strip() == "---":
            return number, header
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise RulebookError(f"the header has `key: text` lines only, not “{line}”", place)
        if key.strip() in header:
            raise RulebookError(f"the header says `{key.strip()}` twice", place)
        header[key.strip()] = Text(value.strip(), place.at(_start_of(value, len(key) + 1)))
    raise RulebookError("the header that begins with --- never ends: add a line ---", Place(file, 1, 1))


@dataclass
class _Value:
    """The text of one key while its lines are read."""

    key: str
    place: Place
    lines: list[str]
    pieces: list[tuple[int, int, int]]
    length: int

    def more(self, line: str, place: Place) -> None:
        """One line more. The place of a text is that of its first word."""
        if not self.length:
            self.place, self.lines, self.pieces, self.length = place, [], [], -1
        self.pieces.append((self.length + 1, place.line, place.column))
        self.lines.append(line)
        self.length += 1 + len(line)

    def text(self, joint: str) -> Text:
        place = replace(self.place, pieces=tuple(self.pieces)) if len(self.pieces) > 1 else self.place
        return Text(joint.join(self.lines), place)


def _keys(body: list[str], first: int, known: frozenset[str], place: Place, refused: Refused | None) -> dict[str, Text]:
    found: dict[str, _Value] = {}
    last: _Value | None = None
    for offset, line in enumerate(textwrap.dedent("\n".join(body)).split("\n")):
        if not line.strip() or line.startswith("#"):
            continue
        here = Place(place.file, first + offset + 1, 1 + len(body[offset]) - len(line), place.heading)
        if line[0] in " \t":
            if last is None:
                raise RulebookError("a line that begins with a space continues the one above, and there is none", here)
            if len(last.lines) >= MAX_LINES_OF_KEY:
                raise RulebookError(f"`{last.key}` goes on for more than {MAX_LINES_OF_KEY} lines", here)
            last.more(line.strip(), here.at(_start_of(line, 0)))
            continue
        try:
            key, begins = _key(line, here)
            twice = key in found
            last = found[key] = _Value(key, here.at(begins), [], [], 0)
            if text := line[begins:].strip():
                last.more(text, last.place)
            if key not in known:
                raise RulebookError(f"unknown key `{key}`; expected one of {', '.join(sorted(known))}", here)
            if twice:
                raise RulebookError(f"`{key}` is written twice in this block: keep one", here)
        except RulebookError as error:
            if refused is None:
                raise
            refused(error)
    joints = {key: "\n" if key in LINE_BREAK_SEPARATES else " " for key in found}
    return {key: value.text(joints[key]) for key, value in found.items() if key in known}


def _key(line: str, here: Place) -> tuple[str, int]:
    """The key of a line, and after how many characters its text begins."""
    found = _KEY.match(line)
    if not found:
        raise RulebookError(f"expected `key: text`, not “{line[:60]}”", here)
    text = found[2] or ""
    return found[1].rstrip(), _start_of(text, found.start(2) if text else len(line))


def _start_of(text: str, before: int) -> int:
    """Where the text begins, after `before` characters and its own leading spaces."""
    return before + len(text) - len(text.lstrip())
