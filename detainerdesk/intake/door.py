"""The one door of intake. In: the bytes of one delivery (or, where they came piece by piece, what the store made of them) and its envelope; out: a
receipt. When `receive` returns, the bytes, the row and the `paper.received` event are on the disk: only then may a channel acknowledge (250, 2xx,
file moved). Understanding comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from detainerdesk.intake import clock, display, receipts, store
from detainerdesk.intake.models import Document, SenderReceipt, Transmission
from detainerdesk.intake.numbers import next_number
from detainerdesk.intake.reading.mail import TEXTS, Part
from detainerdesk.intake.store import Stored
from detainerdesk.intake.syncpoint import around, reached
from detainerdesk.ledger import log as ledger

ACTOR = "intake"
LARGEST_FILE = 25 * 1024 * 1024  # security.md IN-1: above it a file is kept and shown to a person, never read
LARGEST_MESSAGE = 50 * 1024 * 1024


def largest(kind: str) -> int:
    """How many bytes a document of this type may have to be read."""
    return LARGEST_MESSAGE if kind == display.MAIL else LARGEST_FILE


class EnvelopeError(ValueError):
    """The envelope can't be accepted; the message says which part and what to do. Nothing was acknowledged."""


class DeliveryKeyUsedTwice(EnvelopeError):
    """A channel gave the key of an earlier delivery to other bytes."""


@dataclass(frozen=True)
class Envelope:
    """What a channel knows of a delivery. `delivery` names this delivery among all: the same one tried again has the same key."""

    channel: str
    agency: str
    station: str
    name: str
    received_at: datetime
    delivery: str
    sender: str = ""


@dataclass(frozen=True)
class Receipt:
    """`for_sender`: the sender's own number for it, where counsel turned such receipts on."""

    number: int
    sha256: str
    at: datetime
    again: bool
    for_sender: int | None = None


def receive(data: bytes | Stored, envelope: Envelope) -> Receipt:
    """Bytes first, then row and event in one transaction, then the receipt. The same delivery again gets the same receipt. Nothing that takes time
    with a large file is done inside the transaction, where others wait for the database."""
    return receive_all(data, (envelope,))[0]


def receive_all(data: bytes | Stored, envelopes: Sequence[Envelope]) -> list[Receipt]:
    """One delivery to several stations, a receipt for each: all of them, or none."""
    for envelope in envelopes:
        _check(envelope)
    clock.look(envelopes[0].agency, envelopes[0].channel)
    reached("receive begins")
    stored = data if isinstance(data, Stored) else store.put(data)
    with transaction.atomic(durable=True):
        reached("receive in its transaction")
        receipts_given = [_receipt(stored, envelope) for envelope in envelopes]
        reached("before receive commits")
    reached("after receive committed")
    return receipts_given


def take_out(part: Part, place: int, mail: Transmission, stored: Stored) -> Transmission:
    """A paper that lay in a mail, the `place`-th: a transmission of its own with the mail's arrival. `stored`: what the store made of its bytes,
    before. In the caller's transaction."""
    envelope = Envelope(
        channel=mail.channel,
        agency=mail.agency,
        station=mail.station,
        name=part.name,
        received_at=mail.received_at,
        delivery=f"part {place} of receipt {mail.receipt}",
        sender=mail.sender,
    )
    # The mail's own text is text, however it begins.
    return _record(replace(stored, type=part.type) if part.type in TEXTS else stored, envelope, inside=mail)


def _check(envelope: Envelope) -> None:
    if envelope.received_at.tzinfo is None:
        raise EnvelopeError(
            f"The delivery by {envelope.channel} has an arrival time without a zone. Give the time with its zone."
        )
    if not 0 < len(envelope.delivery) <= 255:
        raise EnvelopeError(
            f"The delivery by {envelope.channel} needs a key of 1 to 255 characters; this one has {len(envelope.delivery)}."
        )
    if not envelope.agency or not envelope.channel:
        raise EnvelopeError("A delivery needs the agency it is for and the channel it came by.")


def _receipt(stored: Stored, envelope: Envelope) -> Receipt:
    earlier = Transmission.objects.filter(delivery=envelope.delivery).first()
    return _same_receipt(earlier, stored.sha256) if earlier else _first_receipt(_record(stored, envelope))


def _same_receipt(earlier: Transmission, sha256: str) -> Receipt:
    if earlier.document_id != sha256:
        raise DeliveryKeyUsedTwice(
            f"Delivery key {earlier.delivery!r} (receipt {earlier.receipt}) came again with other bytes. "
            "They are stored but not acknowledged: send them with a key of their own."
        )
    given = SenderReceipt.objects.filter(transmission=earlier).values_list("number", flat=True).first()
    return Receipt(earlier.receipt, sha256, earlier.acknowledged_at, again=True, for_sender=given)


def _first_receipt(row: Transmission) -> Receipt:
    with around("sender's receipt"):
        number = receipts.issue(row)
    return Receipt(row.receipt, row.document_id, row.acknowledged_at, again=False, for_sender=number)


def _record(stored: Stored, envelope: Envelope, inside: Transmission | None = None) -> Transmission:
    now = timezone.now()
    name = display.file_name(envelope.name)
    sender = display.one_line(envelope.sender)[:160]
    with around("receipt number"):
        number = next_number("receipt")
    with around("document row"):
        document = Document.objects.filter(sha256=stored.sha256).first()
        new = document is None
        if document is None:
            document = Document.objects.create(
                sha256=stored.sha256,
                number=next_number("paper"),
                size=stored.size,
                type=stored.type,
                name=name,
                stored_at=now,
            )
    with around("transmission row"):
        row = Transmission.objects.create(
            receipt=number,
            delivery=envelope.delivery,
            document=document,
            agency=envelope.agency,
            station=display.station_name(envelope.station),
            channel=envelope.channel,
            name=name,
            sender=sender,
            received_at=envelope.received_at,
            acknowledged_at=now,
            inside=inside,
        )
    with around("paper.received event"):
        ledger.append(
            "paper.received",
            actor=ACTOR,
            agency=envelope.agency,
            subject=str(document),
            facts={
                "receipt": number,
                "channel": row.channel,
                "station": row.station,
                "bytes": document.size,
                "type": document.type,
                "first_time": new,
                **({"inside": inside.receipt} if inside else {}),
                "over_limit": document.size > largest(document.type),
            },
            personal={"document": stored.sha256, "name": name, "sender": sender},
            at=envelope.received_at,
        )
    return row
