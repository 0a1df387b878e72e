"""A list of requests as CSV, as a jail's own system writes it. In: the bytes, and maps that say which column is which field; out: a `Reading`
with one paper a row. A map is data (JSON): one for each jail system, in DATA/columns/. A row that can't be taken is a paper that waits for a
person; a file that no map fits waits whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from detainerdesk.intake import setting
from detainerdesk.intake.entry import DATES, fields_of, paper_of
from detainerdesk.intake.join import OPENS, born_on, day_of
from detainerdesk.intake.reading.fields import LISTED, Field, Paper, Reading, Unreadable

FOLDER = "columns"
MOST_ROWS = 250  # placed at once, while whoever else brings papers waits: about a second
A_DAY = date(1987, 6, 5)
"""What is written as a map writes dates must read as itself again."""
IDENTIFYING = ("subject_id", "event_no", "file_no", "subject_name")


class ColumnsError(ValueError):
    """A column map can't be used; the message names the file, the entry and what belongs there."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which column of a system's list is which field. `kind`: the form that every row is, or `kind_column` with `kinds` (its words -> our kinds).
    `dates`: how the system writes a date (strptime); beside it only year-month-day is taken for one."""

    columns: dict[str, str]
    kind: str = "i247a"
    kind_column: str = ""
    kinds: dict[str, str] = {}
    dates: str = "%m/%d/%Y"
    yes: tuple[str, ...] = ("y", "yes", "true", "1", "x")
    no: tuple[str, ...] = ("n", "no", "false", "0")

    def fits(self, header: Sequence[str]) -> bool:
        """Whether every column that it names stands in the header."""
        return self.needed <= set(header)

    @property
    def needed(self) -> set[str]:
        """The titles of the columns that it names."""
        return {*self.columns.values(), *([self.kind_column] if self.kind_column else [])}


OWN = Columns(
    {name: name for name in ("subject_id", "event_no", "file_no", "form_date", "subject_name", "dob", "from_office")},
    dates="%Y-%m-%d",
)
"""Our own columns: a list with these titles needs no map."""


def maps(data: Path) -> tuple[Columns, ...]:
    """The maps of an installation, in DATA/columns/*.json, then our own."""
    return (*filter(None, map(load, sorted((data / FOLDER).glob("*.json")))), OWN)


def load(file: Path) -> Columns | None:
    """One map, checked; None where it is gone."""
    made = setting.read(file, Columns, ColumnsError)
    if made is None:
        return None
    kinds = [*made.kinds.values()] if made.kind_column else [made.kind]
    if wrong := [kind for kind in kinds if kind not in OPENS]:
        raise ColumnsError(f"{file.name}: {wrong[0]!r} is no kind of request. There are: {', '.join(OPENS)}.")
    if bool(made.kind_column) != bool(made.kinds):
        raise ColumnsError(
            f"{file.name}: `kind_column` and `kinds` belong together: which column says it, and what its words mean."
        )
    if day_of(f"{A_DAY:{made.dates}}", [made.dates]) != A_DAY:
        raise ColumnsError(
            f"{file.name}: {made.dates!r} names no day. Write `dates` with day, month and year, like %m/%d/%Y."
        )
    for name in made.columns:
        if not any(name in fields_of(kind) for kind in kinds):
            raise ColumnsError(
                f"{file.name}: no field is named {name!r}. The fields of {kinds[0]}: {', '.join(fields_of(kinds[0]))}."
            )
    if not set(IDENTIFYING) & made.columns.keys():
        raise ColumnsError(
            f"{file.name}: name a column for one of {', '.join(IDENTIFYING)}, else no request is told from another."
        )
    return made


def read(data: bytes, maps: Iterable[Columns]) -> Reading | Unreadable:
    """One paper a row. The row's number, as a spreadsheet counts it, stands for its page."""
    text = _text(data)
    if text is None:
        return Unreadable(
            "This list is not in UTF-8 or Windows letters. It is kept. Ask for it as a CSV file in UTF-8."
        )
    mark = max(",;\t", key=text.partition("\n")[0].count)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except (csv.Error, ValueError) as error:
        return Unreadable(f"This list breaks off or has a stray quote ({error}). It is kept. Ask for it again.")
    titles = [title.strip() for title in header]
    chosen = next((each for each in maps if each.fits(titles)), None)
    if chosen is None:
        return Unreadable(
            "No column map fits the first line of this text, so it was not read as a list. It is kept. If it is one, ask whoever keeps this "
            f"installation to put a map for its system into the data folder under {FOLDER}/ (docs/intake.md), and then to run: "
            "detainerdesk intake --again"
        )
    if twice := sorted(title for title in chosen.needed if titles.count(title) > 1):
        return Unreadable(
            f"Several columns of this list are titled {twice[0]}, and which of them is meant can't be known. It is kept. "
            "Ask for it with a title of its own for each column."
        )
    if len(rows) > MOST_ROWS:
        return Unreadable(
            f"This list has {len(rows)} rows; {MOST_ROWS} are read at once. It is kept. Send it in parts."
        )
    filled = [(number, row) for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]
    papers = tuple(_paper(number, row, titles, chosen) for number, row in filled)
    notes = [
        f"Row {number} has {len(row)} cells; the titles are {len(titles)}."
        for number, row in filled
        if len(row) != len(titles)
    ]
    if not papers:
        return Unreadable("This list has titles and no rows. It is kept. See whether the export went wrong.")
    return Reading(papers, pages=len(papers), notes=tuple(notes))


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _paper(number: int, row: Sequence[str], titles: Sequence[str], by: Columns) -> Paper:
    """A row as a paper; what does not read as what it must be is left for a person."""
    cells = dict(zip(titles, (cell.strip() for cell in row), strict=False))
    kind = by.kinds.get(cells.get(by.kind_column, ""), "") if by.kind_column else by.kind
    if not kind or len(row) != len(titles) or not any(cells.get(by.columns.get(name, ""), "") for name in IDENTIFYING):
        return Paper("unknown", None, (number,))
    told: dict[str, str | bool] = {}
    unsure: set[str] = set()
    for name, wanted in fields_of(kind).items():
        cell = cells.get(by.columns.get(name, ""), "")
        value = _value(name, cell, wanted, by) if cell else ""
        if value is None:
            unsure.add(name)
        elif value != "":
            told[name] = value
    paper = paper_of(kind, told, LISTED, page=number)
    left = {name: Field(None, "unreadable", False, number, None, 0.0, LISTED) for name in unsure}
    return replace(paper, fields={**paper.fields, **left})


def _value(name: str, cell: str, wanted: type[Any], by: Columns) -> str | bool | None:
    """The cell as this field's value; None where it does not read as one."""
    if wanted is bool:
        word = cell.casefold()
        return True if word in by.yes else False if word in by.no else None
    if name not in DATES:
        return cell
    day_in = born_on if name == "dob" else day_of
    forms = (by.dates, "%Y-%m-%d")
    day = day_in(cell, forms) or day_in(cell.partition(" ")[0], forms)  # a time behind it tells nothing more
    return f"{day:%m/%d/%Y}" if day else None
