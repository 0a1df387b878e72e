"""Lists of offenses and what is known of offenses: CSV files beside a rulebook in, frozen values out.

A `list` block names the offenses that a rule speaks of; an `offenses` block says of each offense what no jail clerk knows
(docs/rulebook.md, “Lists of offenses”). Whether a conviction is on a list is decided in membership.py.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language.citations import EXAMPLES, Citation, CitationError, read_citation
from detainerdesk.law.language.dates import InForce, parse_day
from detainerdesk.law.language.document import Block, Text

MAX_BYTES = 1_000_000
MAX_ROWS = 5_000
MAX_CELL = 2_000

LIST_COLUMNS = (
    "citation",
    "label",
    "cite",
    "category",
    "from",
    "to",
    "inchoate",
    "needs_enhancement",
    "note",
)
OFFENSES_COLUMNS = ("citation", "from", "to", "wobbler", "state_prison", "source")
FILLED = ("wobbler", "state_prison")
"""The fields of a conviction or charge that an `offenses` table fills where they are not stated."""


@dataclass(frozen=True)
class Days:
    """The days on which a row counts, both ends inside; None is open."""

    first: date | None
    last: date | None

    def __contains__(self, day: object) -> bool:
        return (
            isinstance(day, date)
            and (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
        )

    def overlap(self, other: Days) -> bool:
        return (self.last is None or other.first is None or other.first <= self.last) and (
            other.last is None or self.first is None or self.first <= other.last
        )


ALWAYS = Days(None, None)


@dataclass(frozen=True)
class Row:
    """One offense of a list. `enhancement` is what must have been found true too: nothing, `any`, or a citation."""

    citation: Citation
    label: str
    cite: str
    category: str
    days: Days
    inchoate: bool
    enhancement: Citation | Literal["any"] | None
    note: str
    line: int


@dataclass(frozen=True, eq=False)
class OffenseList:
    """Offenses that a law names together. `open`: the law says “including but not limited to”."""

    name: str
    rows: tuple[Row, ...]
    open: bool
    in_force: InForce
    cite: str
    status: str
    phrase: str
    not_phrase: str
    note: str
    jurisdiction: str
    place: Place
    file: str
    digest: str

    @cached_property
    def by_number(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows in which a section number stands."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            sections = (row.citation.inchoate, *row.citation.sections)
            for number in dict.fromkeys(section.number for section in sections if section):
                found[number].append(row)
        return {number: tuple(rows) for number, rows in found.items()}

    @cached_property
    def states(self) -> frozenset[str]:
        return frozenset(row.citation.state for row in self.rows)

    @cached_property
    def laws(self) -> tuple[Citation, ...]:
        """A citation of each code of which it has rows."""
        return tuple({(row.citation.state, row.citation.code): row.citation for row in self.rows}.values())

    @cached_property
    def turning_days(self) -> tuple[date, ...]:
        """The first and last days of its rows."""
        return tuple(sorted({day for row in self.rows for day in (row.days.first, row.days.last) if day}))


@dataclass(frozen=True)
class OffenseFacts:
    """What is known of one offense: None where the cell is blank."""

    citation: Citation
    days: Days
    wobbler: bool | None
    state_prison: bool | None
    source: str
    line: int


@dataclass(frozen=True, eq=False)
class OffenseTable:
    """An `offenses` block with its file."""

    name: str
    rows: tuple[OffenseFacts, ...]
    cite: str
    status: str
    jurisdiction: str
    place: Place
    file: str
    digest: str

    @cached_property
    def by_number(self) -> Mapping[str, tuple[OffenseFacts, ...]]:
        found: dict[str, list[OffenseFacts]] = defaultdict(list)
        for row in self.rows:
            found[row.citation.sections[0].number].append(row)
        return {number: tuple(rows) for number, rows in found.items()}


_CSV = re.compile(r"[\w\-][\w.\-]*\.csv")


@dataclass(frozen=True)
class TableFile:
    """A CSV beside a rulebook: its name there and in errors, how many bytes it has, and the bytes, unless they are too many."""

    name: str
    shown: str
    size: int
    raw: bytes

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def open_table(block: Block, folder: Path) -> TableFile | None:
    """The CSV that a block names, in the folder of its rulebook; None where there is no such file."""
    name, path = block.get("file") or "", folder / (block.get("file") or "")
    if not _CSV.fullmatch(name) or not path.is_file() or path.is_symlink():
        return None
    size = path.stat().st_size
    shown = f"{block.place.file.rpartition('/')[0]}/{name}".lstrip("/")
    return TableFile(name, shown, size, path.read_bytes() if size <= MAX_BYTES else b"")


def read_list(
    block: Block, files: Mapping[str, TableFile], jurisdiction: str, in_force: InForce, status: str
) -> OffenseList:
    """Build a list from its block and the CSV beside the rulebook. Raises RulebookError with file, line and remedy."""
    wanted = _categories(block.keys.get("rows"))
    is_open = block.get("open") or "no"
    if is_open not in ("yes", "no"):
        raise RulebookError(f"`open` is yes or no, not “{is_open}”", block.at("open"))
    table = _Table.read(block, files, LIST_COLUMNS, ("citation",))
    rows: list[Row] = []
    seen = set[str]()
    for line, cells in table.rows:
        seen.add(cells["category"])
        row = Row(
            citation=table.citation(line, cells["citation"]),
            label=cells["label"],
            cite=cells["cite"],
            category=cells["category"],
            days=table.days(line, cells),
            inchoate=table.yes_no(line, cells, "inchoate") or False,
            enhancement=table.enhancement(line, cells["needs_enhancement"]),
            note=cells["note"],
            line=line,
        )
        if not wanted or row.category in wanted:
            rows.append(row)
    for category in wanted:
        if category not in seen:
            raise RulebookError(f"{table.file} has no row of the category “{category}”", block.at("rows"))
    if not rows:
        raise RulebookError(f"{table.file} has no rows: a list names at least one offense", block.at("file"))
    table.refuse_doubles([(row.line, (row.citation, row.enhancement), row.days) for row in rows])
    return OffenseList(
        name=block.id,
        rows=tuple(rows),
        open=is_open == "yes",
        in_force=in_force,
        cite=block.need("cite").text,
        status=status,
        phrase=block.need("phrase").text,
        not_phrase=block.need("not phrase").text,
        note=block.get("note") or "",
        jurisdiction=jurisdiction,
        place=block.place,
        file=table.file,
        digest=table.digest,
    )


def read_offenses(block: Block, files: Mapping[str, TableFile], jurisdiction: str, status: str) -> OffenseTable:
    """Build what is known of offenses from its block and CSV. Raises RulebookError with file, line and remedy."""
    table = _Table.read(block, files, OFFENSES_COLUMNS, ("citation", "source"))
    rows = [
        OffenseFacts(
            citation=table.citation(line, cells["citation"]),
            days=table.days(line, cells),
            wobbler=table.yes_no(line, cells, "wobbler"),
            state_prison=table.yes_no(line, cells, "state_prison"),
            source=cells["source"],
            line=line,
        )
        for line, cells in table.rows
    ]
    for row in rows:
        if not row.citation.sections:
            raise table.refuse(row.line, f"“{row.citation}” does not say which crime was attempted")
    table.refuse_doubles([(row.line, row.citation, row.days) for row in rows])
    return OffenseTable(
        name=block.id,
        rows=tuple(rows),
        cite=block.need("cite").text,
        status=status,
        jurisdiction=jurisdiction,
        place=block.place,
        file=table.file,
        digest=table.digest,
    )


_ROWS = re.compile(r"^category\s+in\s+\(([^()]+)\)$|^category\s+is\s+([^(),]+)$")


def _categories(text: Text | None) -> tuple[str, ...]:
    if text is None:
        return ()
    found = _ROWS.match(text.text.strip())
    if not found:
        raise RulebookError(f"`rows` is written `category in (G, M)`, not “{text.text}”", text.place)
    return tuple(one.strip() for one in (found[1] or found[2]).split(",") if one.strip())


@dataclass(frozen=True)
class _Table:
    """The rows of a CSV, each with its line, and the words in which a bad cell is refused."""

    file: str
    digest: str
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    @classmethod
    def read(
        cls, block: Block, files: Mapping[str, TableFile], columns: tuple[str, ...], needed: tuple[str, ...]
    ) -> _Table:
        name = block.need("file")
        if not _CSV.fullmatch(name.text):
            raise RulebookError(
                f"`file` is the name of a CSV in the rulebook's own folder, like offenses.csv, not “{name.text}”",
                name.place,
            )
        file = files.get(name.text)
        if file is None:
            raise RulebookError(f"there is no file {name.text} beside the rulebook", name.place)
        if file.size > MAX_BYTES:
            raise RulebookError(
                f"{name.text} has {file.size} bytes; at most {MAX_BYTES} are read. Split it.", name.place
            )
        empty = cls(file.shown, file.digest, ())
        try:
            text = file.raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = file.raw.count(b"\n", 0, error.start) + 1
            raise empty.refuse(line, f"not UTF-8 text (byte {error.start}); save the sheet as CSV UTF-8") from error
        return cls(empty.file, empty.digest, tuple(empty.parsed(text, columns, needed)))

    def refuse(self, line: int, message: str) -> RulebookError:
        return RulebookError(message, Place(self.file, line, 1))

    def parsed(
        self, text: str, columns: tuple[str, ...], needed: tuple[str, ...]
    ) -> Iterator[tuple[int, Mapping[str, str]]]:
        if "\0" in text:
            raise self.refuse(1, "a zero byte: this is no CSV")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        head: list[str] | None = None
        count = 0
        try:
            for cells in reader:
                line = reader.line_num
                if head is None:
                    head = self.head(cells, columns, needed)
                    continue
                if not any(cell.strip() for cell in cells):
                    continue
                count += 1
                if count > MAX_ROWS:
                    raise self.refuse(line, f"more than {MAX_ROWS} rows; split the list")
                if len(cells) != len(head):
                    raise self.refuse(
                        line,
                        f"{len(cells)} cells, and the head has {len(head)}; put a cell with a comma in double quotes",
                    )
                if any(len(cell) > MAX_CELL for cell in cells):
                    raise self.refuse(line, f"a cell of more than {MAX_CELL} characters")
                row = dict.fromkeys(columns, "") | dict(zip(head, (cell.strip() for cell in cells), strict=True))
                for column in needed:
                    if not row[column]:
                        raise self.refuse(line, f"the cell `{column}` is empty")
                yield line, row
        except csv.Error as error:
            raise self.refuse(reader.line_num, f"no CSV: {error}") from error
        if head is None:
            raise self.refuse(1, f"an empty file; the first line names the columns: {', '.join(columns)}")

    def head(self, cells: list[str], columns: tuple[str, ...], needed: tuple[str, ...]) -> list[str]:
        head = [cell.strip() for cell in cells]
        for column in head:
            if column not in columns:
                raise self.refuse(1, f"unknown column `{column}`; expected {', '.join(columns)}")
            if head.count(column) > 1:
                raise self.refuse(1, f"the column `{column}` stands twice")
        for column in needed:
            if column not in head:
                raise self.refuse(1, f"there is no column `{column}`")
        return head

    def citation(self, line: int, text: str) -> Citation:
        try:
            citation = read_citation(text)
        except CitationError as error:
            raise self.refuse(
                line,
                f"{error}. A row is one citation, like {EXAMPLES}: give each its own row; what is no citation "
                "(`any`, `A AND B`) is a `define` in the rulebook",
            ) from error
        if not citation.state or not citation.code:
            missing = "whose law it is" if not citation.state else "which code it is in"
            raise self.refuse(line, f"“{text}” does not say {missing}; write it like {EXAMPLES}")
        return citation

    def enhancement(self, line: int, text: str) -> Citation | Literal["any"] | None:
        if not text:
            return None
        return "any" if text == "any" else self.citation(line, text)

    def yes_no(self, line: int, cells: Mapping[str, str], column: str) -> bool | None:
        if cells[column] not in ("", "yes", "no"):
            raise self.refuse(line, f"`{column}` is yes, no or blank, not “{cells[column]}”")
        return cells[column] == "yes" if cells[column] else None

    def days(self, line: int, cells: Mapping[str, str]) -> Days:
        place = Place(self.file, line, 1)
        first, last = (parse_day(cells[column], place) if cells[column] else None for column in ("from", "to"))
        if first and last and last < first:
            raise self.refuse(line, f"the row ends ({last}) before it begins ({first})")
        return Days(first, last)

    def refuse_doubles(self, rows: list[tuple[int, object, Days]]) -> None:
        seen: dict[object, list[tuple[int, Days]]] = {}
        for line, key, days in rows:
            for other, taken in seen.get(key, ()):
                if days.overlap(taken):
                    raise self.refuse(
                        line,
                        f"the same offense stands at line {other} for the same days; keep one, or part them by dates",
                    )
            seen.setdefault(key, []).append((line, days))
