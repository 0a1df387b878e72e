"""REL-1: what was acknowledged is durable. Here what SQLite is told, on the real connection; the order of writes and syncs is held by
tests/intake/test_store.py and test_folder.py, what a kill leaves behind by tests/crash."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from detainerdesk.desk.models import Officer
from detainerdesk.intake import door
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.store import StoreError
from tests.desk.web.conftest import Desk
from tests.desk.web.test_upload import key, send
from tests.security.conftest import python

OPENING = "import sqlite3; sqlite3.sqlite_version_info = ({}); import detainerdesk.desk.settings as s; print(s.DATABASES['default']['OPTIONS']['init_command'])"


@pytest.mark.django_db(transaction=True)
def test_rel_1_a_transaction_takes_the_write_lock_at_its_begin() -> None:
    """BEGIN IMMEDIATE: two writers wait for each other at the start, never fail in the middle."""
    connection.ensure_connection()
    said: list[str] = []
    connection.connection.set_trace_callback(said.append)
    try:
        with transaction.atomic():
            assert Officer.objects.count() == 0
    finally:
        connection.connection.set_trace_callback(None)
    assert said[0] == "BEGIN IMMEDIATE"


def test_rel_1_the_switch_to_wal_is_itself_durable(tmp_path: Path) -> None:
    """`synchronous=EXTRA` before the journal changes, FULL after it, nothing mapped; and SQLite takes it all."""
    opening = python(OPENING.format("3, 52, 0"), tmp_path / "data").strip()
    steps = re.findall(r"PRAGMA (\w+=\w+)", opening)
    assert steps == ["synchronous=EXTRA", "journal_mode=WAL", "synchronous=FULL", "mmap_size=0"]
    with sqlite3.connect(tmp_path / "desk.sqlite3") as live:
        live.executescript(opening)
        assert live.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert live.execute("PRAGMA synchronous").fetchone()[0] == 2


@pytest.mark.parametrize("fails", ["store", "row"])
def test_rel_1_an_upload_that_was_not_kept_gets_no_receipt(
    fails: str, desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(desk.officer.user)
    client.raise_request_exception = False

    def broken(*_: object, **__: object) -> None:
        raise StoreError(5, "the disk fails") if fails == "store" else RuntimeError("no row")

    monkeypatch.setattr(*((door.store, "put", broken) if fails == "store" else (door.ledger, "append", broken)))
    got = send(client, b"%PDF-1.7 a page", key(client))
    assert got.status_code >= 500
    assert "Receipt" not in got.content.decode()
    assert not Transmission.objects.exists()
