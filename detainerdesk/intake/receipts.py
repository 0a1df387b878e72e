"""Receipts that prove the count. In: a sender and its transmissions; out: a number for each, without gaps for that sender, and the month's list of
them. A receipt says that something arrived, when and by which channel; it says nothing of anybody's custody. Off until an agency's counsel turns it
on."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from detainerdesk.intake.models import ReceiptsTurned, SenderReceipt, Transmission
from detainerdesk.intake.numbers import next_number, zone_of
from detainerdesk.ledger import log as ledger

CHANNELS = ("mail", "api")
"""The channels that can answer their sender while it waits. A fax names no sender and can't be answered, so it gets no number."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What a spreadsheet would take for a formula (security.md WEB-5)."""


@dataclass(frozen=True)
class Issued:
    """One number of a month's list."""

    number: int
    received_at: datetime
    channel: str


@dataclass(frozen=True)
class Gaps:
    """Where two lists of one sender's numbers differ: numbers that only one side has."""

    only_ours: tuple[int, ...]
    only_theirs: tuple[int, ...]


def known_as(sender: str) -> str:
    """One name for one sender: an e-mail address without its display name, in small letters; a fax number by its digits."""
    address = re.search(r"[^\s<>@\"]+@[^\s<>@\"]+", sender)
    if address:
        return address[0].casefold()
    digits = re.sub(r"\D", "", sender)
    return digits[-10:] if len(digits) >= 7 else " ".join(sender.split()).casefold()


def turned_on(agency: str) -> bool:
    last = ReceiptsTurned.objects.filter(agency=agency).last()
    return last is not None and last.on


def turn(agency: str, on: bool, *, actor: str) -> None:
    """Counsel turns receipts for senders on or off, from now on."""
    with transaction.atomic():
        ReceiptsTurned.objects.create(agency=agency, on=on, by=actor, at=timezone.now())
        ledger.append(
            "receipts.turned_on" if on else "receipts.turned_off",
            actor=actor,
            agency=agency,
            subject="receipts",
            facts={},
        )


def issue(row: Transmission) -> int | None:
    """The sender's next number for this transmission; None where receipts are off, or nobody can be told. In the caller's transaction."""
    sender = known_as(row.sender)
    if not sender or row.channel not in CHANNELS or not turned_on(row.agency):
        return None
    number = next_number(f"sender {hashlib.sha256(f'{row.agency} {sender}'.encode()).hexdigest()[:40]}")
    SenderReceipt.objects.create(transmission=row, agency=row.agency, sender=sender, number=number)
    return number


def words(number: int, agency: str, received_at: datetime) -> str:
    """What the sender is told. No word of a person, a paper's kind, or custody."""
    return f"{agency}: transmission {number} from you arrived {received_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}. This says nothing of what it holds or what follows."


def senders(agency: str) -> tuple[str, ...]:
    return tuple(
        SenderReceipt.objects.filter(agency=agency).order_by("sender").values_list("sender", flat=True).distinct()
    )


def of_month(agency: str, sender: str, year: int, month: int) -> tuple[Issued, ...]:
    """The numbers that this sender got in a month of the agency's zone, in their order."""
    begins = datetime(year, month, 1, tzinfo=zone_of(agency))
    ends = (begins + timedelta(days=32)).replace(day=1)
    rows = SenderReceipt.objects.filter(
        agency=agency,
        sender=known_as(sender),
        transmission__received_at__gte=begins,
        transmission__received_at__lt=ends,
    )
    return tuple(
        Issued(row.number, row.transmission.received_at, row.transmission.channel)
        for row in rows.select_related("transmission").order_by("number")
    )


def as_csv(issued: Collection[Issued]) -> str:
    """The month's list for the sender: number, arrival (UTC), channel."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["number", "received_at", "channel"])
    for one in issued:
        told = (one.number, one.received_at.astimezone(UTC).isoformat(), one.channel)
        rows.writerow([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in told])
    return out.getvalue()


def gaps(ours: Collection[Issued], theirs: Collection[int]) -> Gaps:
    """The numbers that only one side has. Ours are dense, so a sender that kept its own finds what it never got, and we what we never gave."""
    mine = {one.number for one in ours}
    return Gaps(tuple(sorted(mine - set(theirs))), tuple(sorted(set(theirs) - mine)))
