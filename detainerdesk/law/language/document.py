"""A rulebook as a document: Markdown text in, its header and its fenced blocks out, each with the place where it stands.

This is not YAML: a line is `key: text`, a line that begins with a space continues the one above, and nothing is guessed.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from detainerdesk.law.errors import Place, Refused, RulebookError, going_on

MAX_BYTES = 2_000_000
MAX_LINE = 10_000
MAX_BLOCKS = 2_000
MAX_LINES_OF_KEY = 1_000
FENCE = "```"
PLAIN_FENCES = {"", "text", "console", "json"}
LINE_BREAK_SEPARATES = {"facts", "expect", "fields", "choices"}

# Each reads a line in one pass: no two parts of a pattern can share the same spaces.
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

    @cached_property
    def block_at(self) -> Mapping[Place, Block]:
        """The block that begins at a place."""
        return {block.place: block for block in self.blocks}


@dataclass(frozen=True)
class Fence:
    """A fenced block as it stands: its kind, the keys that the kind knows, its id and its lines, of which none is read yet."""

    kind: str
    known: frozenset[str]
    id: str
    lines: tuple[str, ...]
    place: Place
    explained: bool

    def read(self, refused: Refused | None = None) -> Block:
        """The block. Raises RulebookError for a line that is no `key: text`, an unknown key, a key written twice; with
        `refused` it takes note of what is wrong with a key and goes on to the next."""
        return Block(self.kind, self.id, _keys(self.lines, self.known, self.place, refused), self.place, self.explained)


@dataclass(frozen=True)
class Outline:
    """A rulebook file of which only the header is read: all else follows from its name and its text."""

    file: str
    text: str
    header: Mapping[str, Text] = field(compare=False, repr=False)
    fences: tuple[Fence, ...] = field(compare=False, repr=False)
    headings: tuple[tuple[int, str], ...] = field(compare=False, repr=False)

    def read(self, refused: Refused | None = None) -> Document:
        """The document, every block read. Raises RulebookError; with `refused` it takes note of that and leaves the block out."""
        blocks: list[Block] = []
        for fence in self.fences:
            with going_on(refused):
                blocks.append(fence.read(refused))
        return Document(self.file, self.header, tuple(blocks), self.text, self.headings)


def read_document(path: Path, kinds: Mapping[str, frozenset[str]]) -> Document:
    """Read a file of fenced blocks. `kinds` maps each block kind to the keys that it knows. Raises RulebookError."""
    return outline(read_text(path, path.name), kinds, path.name).read()


def read_text(path: Path, file: str) -> str:
    """The text of a file; errors call it `file`. Raises RulebookError where it is too long or no UTF-8."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RulebookError(f"the file has {size} bytes; at most {MAX_BYTES} are read. Split it.", Place(file, 1, 1))
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")  # some editors begin a file with it
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise RulebookError(f"not UTF-8 text (byte {error.start}): save the file as UTF-8", place) from error


def outline(text: str, kinds: Mapping[str, frozenset[str]], file: str, refused: Refused | None = None) -> Outline:
    """The header of a text, and where its blocks stand.

    Raises RulebookError with file, line, column and heading for what can't be read, an unknown kind, a block without an id, an
    open fence; with `refused` it takes note of what is wrong with a block and goes on to the next.
    """
    lines = text.split("\n")
    _refuse_unreadable(lines, file)
    begins, header = _header(lines, file)
    fences: list[Fence] = []
    headings: list[tuple[int, str]] = []
    try:
        for part in _parts(lines, begins, kinds, file, refused):
            if isinstance(part, Fence):
                fences.append(part)
            else:
                headings.append(part)
    except RulebookError:
        for fence in fences:
            fence.read(refused)  # what is wrong above is said first
        raise
    return Outline(file, text, header, tuple(fences), tuple(headings))


def _parts(
    lines: list[str], begins: int, kinds: Mapping[str, frozenset[str]], file: str, refused: Refused | None
) -> Iterator[Fence | tuple[int, str]]:
    """The blocks, and each heading with its line, from a line on."""
    heading, explained, blocks = "", False, 0
    marked = [at for at in range(begins, len(lines)) if lines[at].startswith(("#", FENCE))]
    fences = [*(at for at in marked if lines[at].startswith(FENCE)), len(lines)]
    inside = begins
    for at in marked:
        if at < inside:
            continue
        explained = explained or any(map(str.strip, lines[begins:at]))
        begins = inside = at + 1
        if lines[at].startswith("#"):
            if found := _HEADING.match(lines[at]):
                heading, explained = found[1].strip(), False
                yield begins, heading
            else:
                explained = True
            continue
        kind, id = (*lines[at].removeprefix(FENCE).split(maxsplit=1), "", "")[:2]
        place = Place(file, begins, 1, heading)
        ends = fences[bisect_right(fences, at)]
        closed = ends < len(lines) and not lines[ends].strip("`\r ")
        with going_on(refused):
            if not closed:
                raise _unclosed(lines, at, ends, kind, place)
            if kind not in PLAIN_FENCES:
                yield _fence(kind, id.strip(), lines[begins:ends], kinds, place, explained)
                blocks += 1
        if blocks > MAX_BLOCKS:
            raise RulebookError(f"more than {MAX_BLOCKS} blocks; split the file", place)
        begins = inside = ends + 1 if closed else ends


def _unclosed(lines: Sequence[str], at: int, ends: int, kind: str, place: Place) -> RulebookError:
    """What is wrong with a block that no fence closes before the next begins. Three backticks alone may be the end of a block that has
    no first line: then the text above them reads as one."""
    first = at
    while not kind and first > 0 and lines[first - 1].strip() and not lines[first - 1].startswith(("#", FENCE)):
        first -= 1
    if any(map(_KEY.match, lines[first:at])):
        return RulebookError(
            f"this block has no first line: write three backticks, its kind and its id above it, like {FENCE}rule BOS19-1",
            Place(place.file, first + 1, 1, place.heading),
        )
    before = f", before the one that begins at line {ends + 1}" if ends < len(lines) else ""
    return RulebookError(f"this block is never closed: end it with a line of three backticks{before}", place)


def _refuse_unreadable(lines: list[str], file: str) -> None:
    """No line is too long to read, and none has a character that nobody sees."""
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            place = Place(file, number, MAX_LINE + 1)
            raise RulebookError(f"a line of {len(line)} characters; at most {MAX_LINE}. Break it.", place)
        # What nobody sees is not printable; few lines are left to look through.
        if not line.isprintable() and (unseen := _UNSEEN.search(line.removesuffix("\r"))):
            place = Place(file, number, unseen.start() + 1)
            raise RulebookError(f"a character that nobody sees (U+{ord(unseen[0]):04X}): take it out", place)


def _fence(
    kind: str, id: str, lines: list[str], kinds: Mapping[str, frozenset[str]], place: Place, explained: bool
) -> Fence:
    if kind not in kinds:
        raise RulebookError(f"unknown block `{kind}`; expected one of {', '.join(sorted(kinds))}", place.at(3))
    if not id:
        raise RulebookError(f"this {kind} block has no id: write ```{kind} NAME", place.at(3 + len(kind)))
    return Fence(kind, kinds[kind], id, tuple(lines), place, explained)


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


_Line = tuple[str, int, int]
"""What a line says, where it stands, and in which column it begins."""


def _keys(lines: Sequence[str], known: frozenset[str], place: Place, refused: Refused | None) -> dict[str, Text]:
    found: dict[str, list[_Line]] = {}
    last: list[_Line] | None = None
    key = ""
    margin = _margin(lines)

    def here() -> Place:
        return Place(place.file, number, 1 + margin, place.heading)

    for number, whole in enumerate(lines, place.line + 1):
        line = whole[margin:]
        if not line or line.isspace() or line[0] == "#":
            continue
        if line[0] in " \t":
            if last is None:
                raise RulebookError(
                    "a line that begins with a space continues the one above, and there is none", here()
                )
            if len(last) - (not last[0][0]) >= MAX_LINES_OF_KEY:
                raise RulebookError(f"`{key}` goes on for more than {MAX_LINES_OF_KEY} lines", here())
            last.append((line.strip(), number, 1 + margin + _start_of(line, 0)))
            continue
        try:
            match = _KEY.match(line)
            if not match:
                raise RulebookError(f"expected `key: text`, not “{line[:60]}”", here())
            key = match[1].rstrip()
            twice = key in found
            text = match[2] or ""
            last = found[key] = [(text.rstrip(), number, 1 + margin + (match.start(2) if text else len(line)))]
            if key not in known:
                raise RulebookError(f"unknown key `{key}`; expected one of {', '.join(sorted(known))}", here())
            if twice:
                raise RulebookError(f"`{key}` is written twice in this block: keep one", here())
        except RulebookError as error:
            if refused is None:
                raise
            refused(error)
    return {key: _text(key, said, place) for key, said in found.items() if key in known}


def _text(key: str, lines: list[_Line], block: Place) -> Text:
    """The text of a key from its lines, each with its line and column. Its place is that of its first word; where it has none,
    that where it would begin."""
    if len(lines) > 1 and not lines[0][0]:
        lines = lines[1:]
    text, line, column = lines[0]
    if len(lines) == 1:
        return Text(text, Place(block.file, line, column, block.heading))
    joint = "\n" if key in LINE_BREAK_SEPARATES else " "
    pieces: list[tuple[int, int, int]] = []
    begins = 0
    for part, at_line, at_column in lines:
        pieces.append((begins, at_line, at_column))
        begins += len(part) + 1
    return Text(joint.join(part for part, _, _ in lines), Place(block.file, line, column, block.heading, tuple(pieces)))


def _margin(lines: Sequence[str]) -> int:
    """How far all lines of a block are set in."""
    if not lines or lines[0][:1] not in ("", " ", "\t"):
        return 0
    dedented = textwrap.dedent("\n".join(lines)).split("\n")
    return max((len(line) - len(rest) for line, rest in zip(lines, dedented, strict=True) if rest), default=0)


def _start_of(text: str, before: int) -> int:
    """Where the text begins, after `before` characters and its own leading spaces."""
    return before + len(text) - len(text.lstrip())
