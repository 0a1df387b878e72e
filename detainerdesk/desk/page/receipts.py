"""Receipts that prove the count, in words. In: an agency, a sender, a month, the numbers that the sender kept. Out: the month's list and where the two
lists differ. A sender's numbers are dense, so that a gap on either side is a paper that one side does not have."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from detainerdesk.desk import words
from detainerdesk.desk.page.channels import channel
from detainerdesk.intake import receipts
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.receipts import Issued

MOST_NUMBERS = 100_000
EXAMPLE = 17


@dataclass(frozen=True)
class ReceiptsPage:
    """Whether receipts are given, and what a sender is told, word for word."""

    on: bool
    says: str
    example: str
    senders: tuple[str, ...]
    month: str


@dataclass(frozen=True)
class MonthOf:
    """A sender's numbers of one month. `gaps`: sentences, empty where nothing was compared."""

    sender: str
    month: str
    rows: tuple[tuple[int, str, str], ...]
    says: str
    gaps: tuple[str, ...]


def receipts_page(agency: str, now: datetime) -> ReceiptsPage:
    on = receipts.turned_on(agency)
    says = "Receipts for senders are on." if on else "Receipts for senders are off: no sender gets a number."
    local = now.astimezone(zone_of(agency))
    return ReceiptsPage(
        on, says, receipts.words(EXAMPLE, agency, now), receipts.senders(agency), f"{local.year}-{local.month:02d}"
    )


def month_of(agency: str, sender: str, month: str, theirs: Collection[int], now: datetime) -> MonthOf:
    """The list of one month (`2026-11`), compared with what the sender kept if it said so."""
    year, number = map(int, month.split("-"))
    issued = receipts.of_month(agency, sender, year, number)
    zone = zone_of(agency)
    rows = tuple((one.number, words.moment(one.received_at, zone, now), channel(one.channel)) for one in issued)
    says = "No numbers were given to this sender in this month."
    if rows:
        says = f"{len(rows)} {'number' if len(rows) == 1 else 'numbers'}: {runs([one.number for one in issued])}."
    return MonthOf(sender, month, rows, says, _gaps(issued, theirs) if theirs else ())


def _gaps(issued: Collection[Issued], theirs: Collection[int]) -> tuple[str, ...]:
    found = receipts.gaps(issued, theirs)
    said = []
    if found.only_ours:
        said.append(f"Here and not on the sender's list: {runs(found.only_ours)}. The sender has no receipt of these.")
    if found.only_theirs:
        said.append(
            f"On the sender's list and not here: {runs(found.only_theirs)}. Look in the month before and after."
        )
    return tuple(said) or ("Both lists have the same numbers.",)


def numbers_in(text: str) -> frozenset[int]:
    """`1-40, 42` is 41 numbers. What is no number is refused, with what it is."""
    found: set[int] = set()
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(";", ",").replace(",", " ").split():
        span = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", part)
        if span is None:
            raise ValueError(f"{part[:20]!r} is no number. Write numbers and runs, like 1-40, 42.")
        first, last = int(span[1]), int(span[2] or span[1])
        if last < first or last - first + len(found) >= MOST_NUMBERS:
            raise ValueError(f"{part!r} runs backwards or is too long. Write the smaller number first.")
        found.update(range(first, last + 1))
    return frozenset(found)


def runs(numbers: Collection[int]) -> str:
    """`1-40, 42`."""
    told: list[list[int]] = []
    for number in sorted(numbers):
        if told and number == told[-1][1] + 1:
            told[-1][1] = number
        else:
            told.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in told)
