"""An act and its entry are written together or not at all; what is written stays; personal values stay out of the tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from detainerdesk.ledger import event, log, models, tree
from detainerdesk.ledger.models import ForeverError

from .conftest import AGENCY, receive

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_append_outside_a_transaction_is_refused() -> None:
    with pytest.raises(log.LedgerError, match=r"transaction\.atomic"):
        log.append("paper.read", actor="intake", agency=AGENCY, subject="paper 0")
    assert log.size() == 0


def test_a_change_that_fails_leaves_no_entry_no_node_and_no_value() -> None:
    receive(0)
    before = log.root()

    class Failed(Exception):
        pass

    def fails() -> None:
        with transaction.atomic():
            log.append(
                "paper.read",
                actor="intake",
                agency=AGENCY,
                subject="paper 0",
                personal={"subject.name": "FICTIONAL Ana"},
            )
            raise Failed

    with pytest.raises(Failed):
        fails()
    assert (log.size(), log.root(), models.Node.objects.count()) == (1, before, 0)
    assert [each.value for each in models.Opening.objects.filter(leaf_id=1)] == []
    assert receive(1).index == 1


def test_the_stored_tree_is_the_tree_of_the_entries_at_every_size() -> None:
    for number in range(40):
        receive(number)
    whole = tree.Tree([tree.leaf_hash(entry.event.to_bytes()) for entry in log.entries()])
    assert [entry.index for entry in log.entries()] == list(range(40))
    for size in range(41):
        assert log.root(size) == whole.root(size).hex()
        assert log.consistency(size) == whole.consistency(size)
    for index in range(40):
        assert log.inclusion(index) == whole.inclusion(index)
    assert log.nodes(0, 0, 40) == [whole.node(0, index) for index in range(40)]
    assert log.nodes(2, 0, 10) == [whole.node(2, index) for index in range(10)]


def test_entries_are_found_by_subject_and_kind() -> None:
    first = receive(7)
    receive(8)
    assert list(log.entries("request 2026-0007")) == [first]
    assert [entry.index for entry in log.entries(kind="paper.received", agency=AGENCY)] == [0, 1]
    assert list(log.entries({first.event.subject, "request 2026-0099"})) == [first]
    assert list(log.entries([])) == []
    assert list(log.entries(kind="paper.read")) == []


def test_led_2_a_personal_value_is_outside_the_tree_and_opens_its_commitment() -> None:
    entry = receive(123)
    row = models.Leaf.objects.get(index=entry.index)
    assert b"FICTIONAL" not in bytes(row.data)
    assert b"000000123" not in bytes(row.data)
    opened = {each.field: each for each in log.opened(entry.index)}
    assert opened["subject.name"].value == "FICTIONAL Person 123"
    for name, each in opened.items():
        assert event.opens(entry.event.sealed[name], each.value, each.salt)
    assert len({each.salt for each in opened.values()}) == 2


def test_a_value_can_be_forgotten_and_every_proof_stays() -> None:
    entry = receive(1)
    receive(2)
    root = log.root()
    models.Opening.objects.filter(leaf_id=entry.index).delete()
    assert log.opened(entry.index) == ()
    assert log.root() == root
    assert tree.verify_inclusion(0, 2, bytes.fromhex(entry.leaf_hash), log.inclusion(0), bytes.fromhex(root))


def test_an_entry_can_not_be_edited_or_deleted_through_the_model() -> None:
    receive(1)
    row = models.Leaf.objects.get(index=0)
    row.kind = "paper.read"
    for refused in (
        row.save,
        row.delete,
        models.Leaf.objects.all().delete,
        lambda: models.Leaf.objects.update(kind="paper.read"),
        lambda: models.Leaf.objects.bulk_update([row], ["kind"]),
    ):
        with pytest.raises(ForeverError, match="appended"):
            refused()
    assert models.Leaf.objects.get(index=0).kind == "paper.received"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leaf SET data = x'00' WHERE \"index\" = 1",
        "UPDATE ledger_node SET hash = x'00'",
        'DELETE FROM ledger_leaf WHERE "index" = 1',
        'DELETE FROM ledger_leaf WHERE "index" = 0',
    ],
)
def test_the_database_itself_refuses_to_change_an_entry_or_leave_a_hole(statement: str) -> None:
    for number in range(3):
        with transaction.atomic():
            log.append("paper.read", actor="intake", agency=AGENCY, subject=f"paper {number}")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert log.size() == models.Leaf.objects.count() == 3


@pytest.mark.parametrize(("index", "previous"), [(0, None), (1, 0), (5, 4), (5, 1), (2, None), (-1, None), (2, 0)])
def test_the_database_takes_no_index_but_the_next(index: int, previous: int | None) -> None:
    receive(0)
    receive(1)
    now = datetime.now(UTC)
    row = models.Leaf(
        index=index,
        previous_id=previous,
        data=b"x",
        hash=b"y",
        kind="paper.read",
        subject="",
        agency="",
        at=now,
        logged=now,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert log.size() == 2


def test_the_moment_of_the_act_is_the_callers_and_the_moment_of_writing_the_ledgers() -> None:
    act = datetime(2024, 6, 1, 12, tzinfo=UTC)
    entry = receive(0, at=act)
    assert entry.event.at == act
    assert entry.event.logged is not None
    assert datetime.now(UTC) - entry.event.logged < timedelta(minutes=1)


def test_a_clock_set_back_does_not_put_an_entry_before_the_one_it_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    first = receive(0)

    class Back(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(hours=1)

    monkeypatch.setattr(log, "datetime", Back)
    assert receive(1).event.logged == first.event.logged


def test_the_tables_are_those_of_the_models() -> None:
    call_command("makemigrations", "ledger", check=True, dry_run=True, verbosity=0)
