"""Receipts for faxes: one page for each, put into the folder from which a fax server sends. In: the faxes that are read and whose caller is known; out:
`6175550134-17.pdf` (whom to call, our receipt), written whole and once, with the sender's own number on it and nothing of what it holds. Off until
counsel turns receipts on and a line names the folder."""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from detainerdesk.intake import display, lines, marks, receipts, store
from detainerdesk.intake.lines import Line
from detainerdesk.intake.models import SenderReceipt, Transmission

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
    out = 0
    for line in _known():
        if line.receipts_to:
            try:
                out += _answer_each(line, Path(line.receipts_to))
            except OSError as error:
                _note(line, f"A receipt could not be put into the folder for outgoing faxes ({error.strerror}). {LOOK}")
    return out


def _known() -> tuple[Line, ...]:
    try:
        return lines.known()
    except lines.LinesError:
        return ()  # the board says that the list can't be read


def _answer_each(line: Line, folder: Path) -> int:
    with _alone(folder) as mine:
        if not mine:
            return 0
        _finish(folder)
        return sum(_answer(row, folder) for row in _unanswered(line))


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
    since = receipts.on_since(line.agency)
    if since is None:
        return
    rows = Transmission.objects.filter(
        agency=line.agency,
        channel=line.channel,
        station=display.station_name(line.station),
        inside=None,
        placed=True,
        sender__startswith=receipts.FAX,
        acknowledged_at__gte=since,
        sender_receipt=None,
        tests=None,
        parts__tests=None,
    ).distinct()
    for row in rows.select_related("document").prefetch_related("parts__document").order_by("receipt"):
        papers = (row, *row.parts.all())
        if all(paper.placed and not _is_an_answer(paper) for paper in papers):
            if _answered_in_the_day_before(row) < MOST_A_DAY:
                yield row
            elif row.acknowledged_at > timezone.now() - A_DAY:
                _note(line, TOO_MANY)


def _is_an_answer(paper: Transmission) -> bool:
    """A receipt by which this desk or another one answered a fax: answered again, they would go to and fro for ever."""
    codes = (paper.document.reading or {}).get("codes", ())
    return any(isinstance(marks.meaning(code["text"]), marks.Answered) for code in codes)


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
