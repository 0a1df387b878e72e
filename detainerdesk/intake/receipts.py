"""Receipts that prove the count. In: a sender and its transmissions; out: a number for each, without gaps for that sender, and the month's list of
them. A receipt says that something arrived, when and by which channel; it says nothing of anybody's custody. Off until an agency's counsel turns it
on. A fax is answered later, by a page of its own (`channels.fax_receipts`), where the number that called is known."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from detainerdesk.intake.models import Counter, ReceiptsTurned, SenderReceipt, Transmission
from detainerdesk.intake.numbers import next_number, zone_of
from detainerdesk.ledger import log as ledger

CHANNELS = ("mail", "api")
"""The channels that can answer their sender while it waits. Who sent a fax does not wait: what a fax server hands on gets no number here."""

FAX = "fax "
NUMBER_UNKNOWN = "fax, number unknown"

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What a spreadsheet would take for a formula (security.md WEB-5)."""


@dataclass(frozen=True)
class Issued:
    """One number of a month's list."""

    number: int
    received_at: datetime
    channel: str


@dataclass(frozen=True)
class Unnumbered:
    """A fax whose sender can get no receipt, because the number that called is not known. `receipt`: our own."""

    receipt: int
    received_at: datetime
    station: str
    channel: str


@dataclass(frozen=True)
class Gaps:
    """Where two lists of one sender's numbers differ: numbers that only one side has."""

    only_ours: tuple[int, ...]
    only_theirs: tuple[int, ...]


def known_as(sender: str) -> str:
    """One name for one sender: an e-mail address without its display name, in small letters; a fax number by its digits; else what stands there, which
    may be a program's name, or a machine that gave no address."""
    if called := caller_of(sender):
        return called
    address = re.search(r"[^\s<>@\"]+@[^\s<>@\"]+", sender)
    if address:
        return address[0].casefold()
    digits = re.sub(r"[\s()+./-]", "", sender)
    is_number = digits.isdecimal() and len(digits) >= 7
    return digits[-10:] if is_number else " ".join(sender.split()).casefold()


def by_fax(number: str | None, brought_by: str = "") -> str:
    """How the sender of a fax is written down: its ten digits, or that they are not known; and who handed the fax on."""
    called = f"{FAX}{number[:3]}-{number[3:6]}-{number[6:]}" if number else NUMBER_UNKNOWN
    return f"{called} by {brought_by}" if brought_by else called


def caller_of(sender: str) -> str | None:
    """The ten digits of `by_fax`; empty where they are not known, None where it is no fax."""
    found = re.match(rf"{FAX}(\d{{3}})-(\d{{3}})-(\d{{4}})(?: by |$)", sender)
    if found:
        return "".join(found.groups())
    return "" if sender.startswith(NUMBER_UNKNOWN) else None


def turned_on(agency: str) -> bool:
    return on_since(agency) is not None


def on_since(agency: str) -> datetime | None:
    """Since when receipts are on without a break; None: they are off."""
    since = None
    for turned in ReceiptsTurned.objects.filter(agency=agency):
        since = (since or turned.at) if turned.on else None
    return since


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
    """The sender's next number for this transmission; None where receipts are off, or nobody can be told. It is not read yet: a test page that came by
    mail has one too, of the address that sent it. In the caller's transaction."""
    can_be_told = row.channel in CHANNELS and caller_of(row.sender) is None
    if not known_as(row.sender) or not can_be_told or not turned_on(row.agency):
        return None
    return give(row)


def give(row: Transmission) -> int:
    """The next number of whoever sent this. In the caller's transaction."""
    sender = known_as(row.sender)
    given = next_number(_counter(row.agency, sender))
    SenderReceipt.objects.create(transmission=row, agency=row.agency, sender=sender, number=given)
    return given


def next_of(agency: str, sender: str) -> int:
    """The number that this sender gets next, if nobody is faster."""
    last = Counter.objects.filter(name=_counter(agency, known_as(sender))).values_list("last", flat=True).first()
    return (last or 0) + 1


def words(number: int, agency: str, received_at: datetime) -> str:
    """What the sender is told. No word of a person, a paper's kind, or custody."""
    return f"{agency}: transmission {number} from you arrived {received_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}. This says nothing of what it holds or what follows."


def senders(agency: str) -> tuple[str, ...]:
    return tuple(
        SenderReceipt.objects.filter(agency=agency).order_by("sender").values_list("sender", flat=True).distinct()
    )


def of_month(agency: str, sender: str, year: int, month: int) -> tuple[Issued, ...]:
    """The numbers that this sender got in a month of the agency's zone, in their order."""
    begins, ends = _month(agency, year, month)
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


def faxes_without(agency: str, year: int, month: int) -> tuple[Unnumbered, ...]:
    """The faxes of a month whose senders got no receipt, because the number that called is not known. A test page is no fax."""
    begins, ends = _month(agency, year, month)
    rows = Transmission.objects.filter(
        agency=agency,
        inside=None,
        sender__startswith=NUMBER_UNKNOWN,
        received_at__gte=begins,
        received_at__lt=ends,
    )
    return tuple(
        Unnumbered(row.receipt, row.received_at, row.station, row.channel)
        for row, *inside in with_all_inside(rows.order_by("receipt"))
        if not any(paper.tests.all() for paper in (row, *inside))
    )


def with_all_inside(rows: QuerySet[Transmission]) -> list[list[Transmission]]:
    """Each delivery, and behind it all that lay in it, however deep; with their documents and test pages. A few questions, however many they are."""
    level = list(rows.select_related("document").prefetch_related("tests"))
    found = [[row] for row in level]
    of: dict[int | None, list[Transmission]] = {whole[0].pk: whole for whole in found}
    while level:
        inside = Transmission.objects.filter(inside__in=level)
        level = list(inside.select_related("document").prefetch_related("tests"))
        for paper in level:
            of[paper.pk] = of[paper.inside_id]
            of[paper.pk].append(paper)
    return found


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


def _counter(agency: str, sender: str) -> str:
    return f"sender {hashlib.sha256(f'{agency} {sender}'.encode()).hexdigest()[:40]}"


def _month(agency: str, year: int, month: int) -> tuple[datetime, datetime]:
    begins = datetime(year, month, 1, tzinfo=zone_of(agency))
    return begins, (begins + timedelta(days=32)).replace(day=1)
