"""Why a paper was not kept: the same words and status by every way into the desk (upload, an entry, the API). In: what intake's door raised because of
its disk or its database. Out: what failed, where, and what to do. No word of a paper or a person; what the installation's keeper needs is logged."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError

from detainerdesk.intake import fault
from detainerdesk.intake.store import StoreError, StoreFull

log = logging.getLogger("detainerdesk.desk")

FAULTS = (StoreError, DatabaseError, InterfaceError)
"""What the disk and the database raise. A later try may succeed; what is wrong with the delivery itself is no fault."""

BUSY_FOR = 30  # seconds: as long as the database itself waits for its lock
FULL_FOR = 300  # seconds: somebody must make room first

SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL = 5, 6, 13
POSTGRES_FULL = "53100"
POSTGRES_BUSY = (
    "08",
    "40",
    "53",
    "55",
    "57",
)  # no connection, a deadlock, too little of something, a lock, a stop: each passes


@dataclass(frozen=True)
class NotKept:
    """`retry_after`: seconds after which it is worth another try by itself; None: somebody must look first."""

    status: int
    what: str
    where: str
    do: str
    retry_after: int | None = None

    @property
    def says(self) -> str:
        return f"{self.what} It was not kept. {self.do}"


def why(error: Exception) -> NotKept:
    """What one of the `FAULTS` means for who sent the paper."""
    found = _why(error)
    says = error.strerror if isinstance(error, StoreError) else None  # the store's own words name nobody
    log.error("not kept (%s): %s", found.status, says or fault.where(error))
    return found


def _why(error: Exception) -> NotKept:
    if isinstance(error, StoreFull):
        return _full(PAPERS)
    if isinstance(error, StoreError):
        return NotKept(500, "The disk with the papers failed.", PAPERS, CHECK_THE_DISK)
    if _is_full(error):
        return _full(DATABASE)
    if _is_busy(error):
        return NotKept(503, "The desk's database is busy or can't be reached.", DATABASE, "Send it again.", BUSY_FOR)
    return NotKept(500, "The desk's database failed.", DATABASE, CHECK_THE_DISK)


def _full(where: str) -> NotKept:
    return NotKept(507, f"No room is left on {where}.", where, MAKE_ROOM, FULL_FOR)


def _is_full(error: Exception) -> bool:
    code, state = _codes(error)
    return code == SQLITE_FULL or state == POSTGRES_FULL


def _is_busy(error: Exception) -> bool:
    """A connection that is gone has no code: it comes back."""
    code, state = _codes(error)
    if code is not None:
        return code in (SQLITE_BUSY, SQLITE_LOCKED)
    if state is not None:
        return state.startswith(POSTGRES_BUSY)
    return isinstance(error, (OperationalError, InterfaceError))


def _codes(error: Exception) -> tuple[int | None, str | None]:
    """SQLite's primary code, PostgreSQL's state: of the error that Django's stands for."""
    cause = error.__cause__ or error
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF, getattr(cause, "sqlstate", None)


PAPERS = "the disk with the papers"
DATABASE = "the disk with the database"
MAKE_ROOM = "Keep it. Tell whoever keeps this installation to make room, then send it again."
CHECK_THE_DISK = (
    "Keep it. Tell whoever keeps this installation: the disk and the log must be looked at before it is sent again."
)
