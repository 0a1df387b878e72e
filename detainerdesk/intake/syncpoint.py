"""Named points at which a power cut would matter: before and after each write, fsync, rename, row, event, commit and move. In normal
life `reached` does nothing. For the tests, DETAINERDESK_KILL_AT="name:n" makes the process kill itself (SIGKILL) at the n-th time the
point is reached, and DETAINERDESK_RECORD_POINTS=FILE writes each point that is reached into a file, one a line."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KILL_AT = "DETAINERDESK_KILL_AT"
RECORD = "DETAINERDESK_RECORD_POINTS"

_passed: Counter[str] = Counter()


def reached(name: str) -> None:
    kill_at = os.environ.get(KILL_AT)
    if kill_at:
        _passed[name] += 1
        point, _, occurrence = kill_at.rpartition(":")
        if point == name and _passed[name] == int(occurrence):
            os.kill(os.getpid(), signal.SIGKILL)
    record = os.environ.get(RECORD)
    if record:
        with Path(record).open("a", encoding="utf-8") as points:
            points.write(name + "\n")


@contextmanager
def around(name: str) -> Iterator[None]:
    """Two points, one before and one after what is done inside."""
    reached(f"before {name}")
    yield
    reached(f"after {name}")
