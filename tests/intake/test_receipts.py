"""A sender's receipts are dense, say nothing of custody, are off until counsel turns them on, and show gaps on either side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from detainerdesk.intake import receipts
from detainerdesk.intake.door import Envelope, Receipt, receive
from detainerdesk.intake.receipts import Gaps
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON

ERO = "ERO Boston <Duty@ero.example>"
MARCH = datetime(2026, 3, 3, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def send(n: int, sender: str = ERO, *, channel: str = "mail", at: datetime = MARCH, agency: str = BOSTON) -> Receipt:
    return receive(b"mail %d" % n, Envelope(channel, agency, "D-4", "mail.eml", at, f"{channel} {n} {sender}", sender))


@pytest.fixture
def on() -> None:
    receipts.turn(BOSTON, True, actor="counsel adler")


def test_nobody_gets_one_until_counsel_turns_them_on() -> None:
    assert send(1).for_sender is None
    receipts.turn(BOSTON, True, actor="counsel adler")
    assert send(2).for_sender == 1
    receipts.turn(BOSTON, False, actor="counsel adler")
    assert send(3).for_sender is None
    assert [e.event.kind for e in ledger.entries() if e.event.kind.startswith("receipts")] == [
        "receipts.turned_on",
        "receipts.turned_off",
    ]


@pytest.mark.usefixtures("on")
def test_each_sender_has_numbers_without_gaps_of_its_own() -> None:
    given = [send(n, sender).for_sender for n, sender in enumerate((ERO, "other@cbp.example", "duty@ERO.example", ERO))]
    assert given == [1, 1, 2, 3]
    assert receipts.senders(BOSTON) == ("duty@ero.example", "other@cbp.example")


@pytest.mark.usefixtures("on")
def test_a_delivery_tried_again_has_the_number_that_it_had() -> None:
    assert [send(1).for_sender, send(1).for_sender, send(2).for_sender] == [1, 1, 2]


@pytest.mark.usefixtures("on")
def test_who_can_not_be_told_and_another_agency_get_none() -> None:
    assert send(1, channel="folder").for_sender is None
    assert send(1, receipts.by_fax("6175550134", "fax@gateway.example")).for_sender is None, (
        "its gateway is not its sender"
    )
    assert send(2, "").for_sender is None
    assert send(3, agency="us-tx-harris/sheriff").for_sender is None


@pytest.mark.usefixtures("on")
def test_the_months_list_is_of_the_agencys_own_month_and_shows_gaps_on_either_side() -> None:
    send(1, at=datetime(2026, 3, 1, 4, 59, tzinfo=UTC))  # still February in Boston
    for n in (2, 3, 4):
        send(n)
    march = receipts.of_month(BOSTON, ERO, 2026, 3)
    assert [one.number for one in march] == [2, 3, 4]
    assert receipts.gaps(march, {2, 4, 5}) == Gaps(only_ours=(3,), only_theirs=(5,))
    assert receipts.as_csv(march[:1]) == "number,received_at,channel\r\n2,2026-03-03T12:00:00+00:00,mail\r\n"


def test_a_receipt_says_that_it_says_nothing() -> None:
    said = receipts.words(17, BOSTON, MARCH)
    assert "transmission 17 from you arrived 2026-03-03T12:00:00Z" in said
    assert not {"custody", "detain", "person", "release"} & set(said.lower().split())


@pytest.mark.parametrize(
    ("one", "same"),
    [("ERO <A@b.example>", "a@B.example"), ("+1 (617) 555-0101", "6175550101"), ("ERO  Boston", "ero boston")],
)
def test_one_sender_has_one_name(one: str, same: str) -> None:
    assert receipts.known_as(one) == receipts.known_as(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" [192.168.1.11]", " [192.168.11.1]"),  # bounces, whose MAIL FROM is empty
        (" [2001:db8::11:1111]", " [2001:db8::1:11111]"),
        ("jail system 2024001", "court system 2024001"),
    ],
)
def test_digits_are_a_number_only_where_nothing_else_is_said(one: str, other: str) -> None:
    assert receipts.known_as(one) != receipts.known_as(other)
