"""A small ledger in the test database, its keys in a folder of the test, and copies of it for an auditor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from detainerdesk.ledger import log, notary, verify

ORIGIN = "detainerdesk.example/us-ma-boston-police"
AGENCY = "us-ma-boston/police"


@pytest.fixture
def data(settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path / "data"
    return settings.DATA


def receive(number: int, **more) -> log.Entry:
    with transaction.atomic():
        return log.append(
            "paper.received",
            actor="intake",
            agency=AGENCY,
            subject=f"request 2026-{number:04d}",
            facts={"station": "D-4", "pages": number % 7 + 1},
            personal={"subject.name": f"FICTIONAL Person {number}", "subject.a_number": f"A{number:09d}"},
            **more,
        )


@pytest.fixture
def ledger(data: Path, transactional_db) -> Callable[[int], str]:
    """`ledger(n)` appends n papers and signs; returns the note."""
    notary.make_key(ORIGIN, actor="set-up", agency=AGENCY)

    def append(count: int) -> str:
        for number in range(count):
            receive(log.size() + number)
        return notary.sign_checkpoint(actor="desk", agency=AGENCY).note

    return append


@pytest.fixture
def copy(ledger, tmp_path: Path) -> Path:
    """An exported log: a key, 5 papers, a checkpoint, 4 papers, a checkpoint: 12 entries."""
    ledger(5)
    ledger(4)
    return verify.export(tmp_path / "copy", openings={1: ["subject.name"]})
