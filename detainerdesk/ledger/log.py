"""The ledger of this installation, in the desk's database. In: an act with its facts and personal values, inside the transaction that makes
the change; out: its `Entry`. Both are committed or neither is. Entries, size, root and proofs are read here too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from detainerdesk.ledger import event as events
from detainerdesk.ledger import models, tree
from detainerdesk.ledger.event import Event, Fact

APPENDING = 0x6C656467  # "ledg": the name of PostgreSQL's advisory lock


class LedgerError(RuntimeError):
    """The ledger can't do this; the message says what to do instead."""


@dataclass(frozen=True)
class Entry:
    index: int
    leaf_hash: str
    event: Event


@dataclass(frozen=True)
class Opened:
    """A sealed value with what proves it."""

    field: str
    value: str
    salt: bytes
    commitment: str


def append(
    kind: str,
    *,
    actor: str,
    agency: str,
    subject: str,
    facts: Mapping[str, Fact] | None = None,
    personal: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Writes one event in the caller's transaction. `at` is when the act happened (now, if not given)."""
    if not connection.in_atomic_block:
        raise LedgerError(
            f"A {kind} event must be appended inside the transaction.atomic() that makes the change it records: "
            "outside one, either could be lost without the other."
        )
    _wait_for_the_others()
    last = models.Leaf.objects.order_by("-index").values_list("index", "logged").first()
    now = datetime.now(UTC)
    index, logged = (last[0] + 1, max(now, last[1])) if last else (0, now)
    seals = {name: events.commit(value) for name, value in (personal or {}).items()}
    written = Event(
        kind=kind,
        at=at or now,
        actor=actor,
        agency=agency,
        subject=subject,
        facts=facts or {},
        sealed={name: seal.commitment for name, seal in seals.items()},
        logged=logged,
    )
    data = written.to_bytes()
    leaf = tree.leaf_hash(data)
    models.Leaf(
        index=index,
        previous_id=index - 1 if index else None,
        data=data,
        hash=leaf,
        kind=kind,
        subject=subject,
        agency=agency,
        at=written.at,
        logged=logged,
    ).save()
    for level, number, digest in tree.completed(index, leaf, _node):
        models.Node(position=position(level, number), hash=digest).save()
    models.Opening.objects.bulk_create(
        models.Opening(leaf_id=index, field=name, value=(personal or {})[name], salt=seal.salt)
        for name, seal in seals.items()
    )
    return Entry(index, leaf.hex(), written)


def entries(
    subject: str | Collection[str] | None = None, *, kind: str | None = None, agency: str | None = None
) -> Iterator[Entry]:
    """The entries (about one subject, or several) in order, read from their bytes."""
    subjects = [subject] if isinstance(subject, str) else subject
    rows = models.Leaf.objects.order_by("index")
    for column, wanted in (("subject__in", subjects), ("kind", kind), ("agency", agency)):
        if wanted is not None:
            rows = rows.filter(**{column: wanted})
    for index, data, digest in rows.values_list("index", "data", "hash").iterator():
        yield Entry(index, bytes(digest).hex(), Event.from_bytes(bytes(data)))


def opened(index: int) -> tuple[Opened, ...]:
    """The sealed values of one entry that have not been forgotten."""
    rows = models.Opening.objects.filter(leaf_id=index).order_by("field").values_list("field", "value", "salt")
    return tuple(
        Opened(name, value, bytes(salt), events.commitment_of(value, bytes(salt))) for name, value, salt in rows
    )


def size() -> int:
    last = models.Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def root(at_size: int | None = None) -> str:
    return tree.root(_upto(at_size), _node).hex()


def inclusion(index: int, at_size: int | None = None) -> list[bytes]:
    """The proof that entry `index` is in the tree of `at_size` entries (all, if not given)."""
    return tree.inclusion(index, _upto(at_size), _node)


def consistency(old: int, new: int | None = None) -> list[bytes]:
    """The proof that the tree of `new` entries begins with the tree of `old`."""
    return tree.consistency(old, _upto(new), _node)


def nodes(level: int, first: int, count: int) -> list[bytes]:
    """The hashes of `count` full subtrees side by side, from number `first` of a level: one query, for tiles."""
    if level == 0:
        leaves = models.Leaf.objects.filter(index__gte=first, index__lt=first + count).order_by("index")
        found = [bytes(digest) for digest in leaves.values_list("hash", flat=True)]
    else:
        at = [position(level, first + each) for each in range(count)]
        rows = models.Node.objects.filter(position__in=at).order_by("position")
        found = [bytes(digest) for digest in rows.values_list("hash", flat=True)]
    if len(found) != count:
        raise LedgerError(
            f"{count - len(found)} hashes of the tree's level {level} are gone from the database: restore it from a backup."
        )
    return found


def position(level: int, index: int) -> int:
    """In-order number of a node: leaves have the even numbers, and each subtree's root stands between its halves."""
    return (index << level + 1) + (1 << level) - 1


def _node(level: int, index: int) -> bytes:
    if level == 0:
        return bytes(models.Leaf.objects.values_list("hash", flat=True).get(index=index))
    return bytes(models.Node.objects.values_list("hash", flat=True).get(position=position(level, index)))


def _upto(at_size: int | None) -> int:
    now = size()
    if at_size is None:
        return now
    if not 0 <= at_size <= now:
        raise LedgerError(f"The ledger has {now} entries, not {at_size}.")
    return at_size


def _wait_for_the_others() -> None:
    """One writer at a time. SQLite took its write lock at BEGIN IMMEDIATE (settings); PostgreSQL takes one here, to the end of the transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPENDING])
