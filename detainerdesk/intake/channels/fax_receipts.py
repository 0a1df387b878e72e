"""Receipts for faxes: one page for each, put into the folder from which a fax server sends. In: the faxes that are read and whose caller is known; out:
`6175550134-17.pdf` (whom to call, our receipt), written whole and once, with the sender's own number on it and nothing of what it holds. Off until
counsel turns receipts on and a line names the folder."""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from detainerdesk.intake import display, lines, marks, receipts, store
from detainerdesk.intake.lines import Line
from detainerdesk.intake.models import SenderReceipt, Transmission
from detainerdesk.ledger import log as ledger

log = logging.getLogger(__name__)

UNFINISHED = ".pdf.part"
A_DAY = timedelta(days=1)
MOST_A_DAY = 100  # to one number: two machines that answer each other must come to an end
TOO_MANY = f"One number sent more than {MOST_A_DAY} faxes within a day. The others get no receipt: see whether a machine there answers our receipts."
LOOK = "See that the folder is there and may be written to. The fax itself is kept."


class _NotThisNumber(Exception):
    """Somebody else gave it meanwhile."""


def answer_all() -> int:
    """Answers each fax that is read and was not answered. Returns how many pages went out. A folder that fails stops no other."""
    # What a crash left is settled in every folder before a number is given in one: the fax's line may name another folder since.
    settled = [line for line in _known() if line.receipts_to and _done(_settle, line) is not None]
    return sum(_done(_answer_each, line) or 0 for line in settled)


def _done(act: Callable[[Line, Path], int], line: Line) -> int | None:
    """How many pages went out; None where the folder failed."""
    try:
        return act(line, Path(line.receipts_to))
    except OSError as error:
        _note(line, f"A receipt could not be put into the folder for outgoing faxes ({error.strerror}). {LOOK}")
        return None


def _known() -> tuple[Line, ...]:
    try:
        return lines.known()
    except lines.LinesError:
        return ()  # the board says that the list can't be read


def _settle(line: Line, folder: Path) -> int:
    with _alone(folder) as mine:
        if mine:
            _finish(folder)
    return 0


def _answer_each(line: Line, folder: Path) -> int:
    with _alone(folder) as mine:
        return sum(_answer(row, folder) for row in _unanswered(line)) if mine else 0


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """One process at a time; False: another one is at it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(opened)


def _unanswered(line: Line) -> Iterator[Transmission]:
    """The oldest first. A fax is answered when it and all that lay in it is placed: only then is it known that it is no test page of ours."""
    since, station = receipts.on_since(line.agency), display.station_name(line.station)
    if since is None:
        return
    rows = Transmission.objects.filter(
        agency=line.agency,
        channel=line.channel,
        inside=None,
        placed=True,
        sender__startswith=receipts.FAX,
        acknowledged_at__gte=since,
        sender_receipt=None,
        tests=None,
        parts__tests=None,
    )
    for row, *inside in receipts.with_all_inside(rows.distinct().order_by("receipt")):
        papers = (row, *inside)
        if _came_to(row) == station and all(paper.placed and not _is_ours(paper) for paper in papers):
            if _answered_in_the_day_before(row) < MOST_A_DAY:
                yield row
            elif row.acknowledged_at > timezone.now() - A_DAY:
                _note(line, TOO_MANY)


def _came_to(row: Transmission) -> str:
    """The station of the line that it came by: a cover sheet may have sent it to another one."""
    if not _has(row, marks.Cover):
        return row.station
    arrived = (entry.event.facts for entry in ledger.entries(str(row.document), kind="paper.received"))
    return next((str(facts["station"]) for facts in arrived if facts["receipt"] == row.receipt), row.station)


def _is_ours(paper: Transmission) -> bool:
    """A test page, or a receipt by which this desk or another one answered a fax: answered again, they would go to and fro for ever."""
    return bool(paper.tests.all()) or _has(paper, marks.Answered)


def _has(paper: Transmission, mark: type[marks.Cover | marks.Answered]) -> bool:
    codes = (paper.document.reading or {}).get("codes", ())
    return any(isinstance(marks.meaning(code["text"]), mark) for code in codes)


def _answered_in_the_day_before(row: Transmission) -> int:
    """By when the faxes came, so that one that was too much does not become due a day later."""
    answered = SenderReceipt.objects.filter(agency=row.agency, sender=receipts.known_as(row.sender))
    return answered.filter(transmission__acknowledged_at__gt=row.acknowledged_at - A_DAY).count()


def _answer(row: Transmission, folder: Path) -> bool:
    """The page lies there, whole and under a hidden name, before the number is given in the database; then it gets its name. Whatever happens in
    between, `_finish` knows what is to be done."""
    caller = receipts.known_as(row.sender)
    number = receipts.next_of(row.agency, caller)
    page = marks.receipt_page(receipts.words(number, row.agency, row.received_at), caller, number)
    hidden = folder / f".{caller}-{row.receipt}{UNFINISHED}"
    try:
        _write(hidden, page)
        with transaction.atomic(durable=True):
            if receipts.give(row) != number:
                raise _NotThisNumber
    except (_NotThisNumber, IntegrityError):
        hidden.unlink()
        return False  # the next round takes it
    _hand_over(hidden)
    return True


def _write(file: Path, page: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(page)
        opened.flush()
        os.fsync(opened.fileno())
    store.sync_folder(file.parent)


def _hand_over(hidden: Path) -> None:
    hidden.rename(hidden.with_name(hidden.name.removeprefix(".").removesuffix(UNFINISHED) + ".pdf"))
    store.sync_folder(hidden.parent)


def _finish(folder: Path) -> None:
    """A page whose number was given before a crash goes out; one without is gone, and is written anew."""
    for hidden in folder.glob(f".*{UNFINISHED}"):
        name = re.fullmatch(rf"\.(\d{{10}})-(\d+){re.escape(UNFINISHED)}", hidden.name)
        if name and SenderReceipt.objects.filter(sender=name[1], transmission__receipt=int(name[2])).exists():
            _hand_over(hidden)
        elif name:
            hidden.unlink()


def _note(line: Line, says: str) -> None:
    log.error("receipts for faxes of station %r: %s", line.station, says)
    lines.fault(line.channel, says, timezone.now(), agency=line.agency, station=line.station)
