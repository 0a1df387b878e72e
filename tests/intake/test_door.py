"""A receipt means: bytes, row and event are on the disk. One delivery has one receipt, however often its channel tries."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from detainerdesk.intake import store
from detainerdesk.intake.door import DeliveryKeyUsedTwice, Envelope, EnvelopeError, receive
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.ledger import log as ledger
from tests.intake.made import ARRIVED, BOSTON

pytestmark = pytest.mark.django_db

FAX = Envelope("folder", BOSTON, "D-4", "fax.pdf", ARRIVED, "key 1")


def test_rel_1_a_receipt_has_its_bytes_its_row_and_one_event() -> None:
    receipt = receive(b"%PDF-1.7 a page", FAX)
    assert store.get(receipt.sha256) == b"%PDF-1.7 a page"
    row = Transmission.objects.get(receipt=receipt.number)
    assert (row.document_id, row.station, row.channel, row.received_at) == (receipt.sha256, "D-4", "folder", ARRIVED)
    assert row.document.type == "application/pdf"
    (entry,) = ledger.entries()
    assert (entry.event.kind, entry.event.subject) == ("paper.received", "paper 1")
    assert receipt.sha256[:16] not in entry.event.to_bytes().decode()  # LED-2: never a bare hash
    assert entry.event.facts["receipt"] == receipt.number == 1
    assert entry.event.at == ARRIVED


def test_the_same_delivery_again_gets_the_same_receipt_and_nothing_new() -> None:
    first = receive(b"a page", FAX)
    again = receive(b"a page", replace(FAX, name="other name.pdf"))
    assert again == replace(first, again=True)
    assert Transmission.objects.count() == Document.objects.count() == ledger.size() == 1


def test_rel_3_the_same_bytes_by_three_stations_are_one_document_with_three_receipts() -> None:
    receipts = [receive(b"a page", replace(FAX, station=s, delivery=s)) for s in ("D-4", "B-2", "A-1")]
    assert [receipt.number for receipt in receipts] == [1, 2, 3]
    assert Document.objects.count() == 1
    assert [entry.event.facts["first_time"] for entry in ledger.entries()] == [True, False, False]


def test_other_bytes_under_a_used_key_are_refused_and_still_kept() -> None:
    receive(b"a page", FAX)
    with pytest.raises(DeliveryKeyUsedTwice, match=r"receipt 1.*key of their own"):
        receive(b"another page", FAX)
    assert Transmission.objects.count() == ledger.size() == 1
    assert len([file for file in store.path("ab" * 32).parent.parent.glob("??/*") if file.is_file()]) == 2


def test_receipts_have_no_gaps_though_a_delivery_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    receive(b"one", FAX)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            receive(b"two", replace(FAX, delivery="key 2"))
    assert receive(b"two", replace(FAX, delivery="key 2")).number == 2


def test_in_2_a_file_over_the_limit_is_kept_whole_and_marked() -> None:
    large = b"%PDF-1.7" + bytes(25 * 1024 * 1024)
    receipt = receive(large, FAX)
    assert store.get(receipt.sha256) == large
    assert next(iter(ledger.entries())).event.facts["over_limit"] is True


def test_an_empty_file_is_a_delivery_too() -> None:
    assert Transmission.objects.get(receipt=receive(b"", FAX).number).document.type == "application/x-empty"


def test_led_2_the_ledger_holds_no_file_name_no_sender_and_no_whole_hash() -> None:
    receipt = receive(b"a page", replace(FAX, name="DELACROIX A000000001.pdf", sender="617-555-0101"))
    (entry,) = ledger.entries()
    written = entry.event.to_bytes().decode()
    for personal in ("DELACROIX", "A000000001", "555-0101", receipt.sha256):
        assert personal not in written
    assert set(entry.event.sealed) == {"document", "name", "sender"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"received_at": datetime(2026, 3, 3)}, "without a zone"),  # noqa: DTZ001 - the fault under test
        ({"delivery": ""}, "key of 1 to 255"),
        ({"delivery": "x" * 256}, "key of 1 to 255"),
        ({"agency": ""}, "needs the agency"),
    ],
)
def test_an_envelope_that_says_too_little_is_refused_before_anything_is_written(
    wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(EnvelopeError, match=says):
        receive(b"a page", replace(FAX, **wrong))  # type: ignore[arg-type]
    assert Transmission.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_rel_1_a_receipt_inside_somebody_elses_transaction_is_refused() -> None:
    """There the caller could still undo what was acknowledged."""
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        receive(b"a page", FAX)


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_hashed_once_and_before_the_database_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others wait for the lock: with a file of 25 MB nothing is done under it."""
    page, hashed, real = b"a page", [], hashlib.sha256

    def noted(*data: bytes) -> Any:
        if data == (page,):
            hashed.append(transaction.get_connection().in_atomic_block)
        return real(*data)

    monkeypatch.setattr(hashlib, "sha256", noted)
    receive(page, FAX)
    assert hashed == [False]


def test_what_came_piece_by_piece_goes_through_the_same_door() -> None:
    with store.Arriving() as arriving:
        arriving.add(b"a pa")
        arriving.add(b"ge")
        stored = arriving.keep()
    assert receive(stored, FAX).sha256 == stored.sha256 == receive(b"a page", FAX).sha256
    assert Transmission.objects.get().document.size == 6
