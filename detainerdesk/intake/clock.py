"""Whether this machine's clock was stepped (security.md REL-6). Deadlines are instants in UTC, so a clock that jumps moves them: that must be seen. In: the wall
clock and one that never jumps, read together whenever a paper comes in or is understood, and at a process's first look the ledger, which was written before;
out, for a step of more than two seconds: a `clock.stepped` entry with the seconds, and words on the channels' page, beside the channel that was at work."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction

from detainerdesk.intake.models import ChannelFault
from detainerdesk.ledger import log as ledger
from detainerdesk.ledger.models import Leaf

log = logging.getLogger(__name__)

ACTOR = "intake"
LARGEST_STEP = 2.0  # seconds; a time service that slews moves the clock by far less between two looks
SLEW = 0.0005  # of the time that went by: the most by which a time service lets a clock run fast or slow


@dataclass(frozen=True)
class Look:
    """Both clocks at one moment. `steady`: seconds that no step moves."""

    at: datetime
    steady: float


def now() -> Look:
    return Look(datetime.now(UTC), _steady())


def step(before: Look, after: Look) -> float | None:
    """By how many seconds the clock was stepped forward (back: less than 0) between two looks; None: it was not."""
    went_by = after.steady - before.steady
    moved = (after.at - before.at).total_seconds() - went_by
    return moved if abs(moved) > LARGEST_STEP + SLEW * went_by else None


def set_back() -> float | None:
    """By how many seconds (less than 0) the clock stands behind the ledger's last entry: it was set back while no process of ours saw it. None: it was
    not, or that is recorded. Until time has caught up, all entries have the same moment of logging."""
    last = Leaf.objects.order_by("-index").values_list("logged", flat=True).first()
    if last is None or (behind := (now().at - last).total_seconds()) >= -LARGEST_STEP:
        return None
    told = Leaf.objects.filter(kind="clock.stepped", logged=last, at__lt=last - timedelta(seconds=LARGEST_STEP))
    return None if told.exists() else behind


class Watch:
    """One for a process: what it saw last, and whether it saw that this is later than what the ledger holds."""

    def __init__(self, seen: Look) -> None:
        self._seen = seen
        self._compared = False
        self._one_at_a_time = threading.Lock()

    def look(self, agency: str, channel: str, seen: Look | None = None) -> float | None:
        """The step since the last look, recorded; None: there was none. It never fails: intake goes on, and what could not be recorded is
        recorded at the next look. Outside of any transaction."""
        seen = seen or now()
        with self._one_at_a_time:
            seconds = step(self._seen, seen)
            try:
                if seconds is None and not self._compared:
                    seconds = set_back()
                if seconds is not None:
                    self._record(agency, channel, seconds, seen.at)
            except (DatabaseError, InterfaceError):
                return seconds
            self._seen, self._compared = seen, True
        return seconds

    def _record(self, agency: str, channel: str, seconds: float, at: datetime) -> None:
        log.warning("the clock was stepped by %+.1f seconds", seconds)
        with transaction.atomic(durable=True):
            ledger.append(
                "clock.stepped",
                actor=ACTOR,
                agency=agency,
                subject="clock",
                facts={"seconds": round(seconds)},
                at=at,
            )
            ChannelFault.objects.create(channel=channel, says=words(seconds), at=at)


def words(seconds: float) -> str:
    """What a person is told."""
    by = timedelta(seconds=round(abs(seconds)))
    return (
        f"The clock of this machine was set {'forward' if seconds > 0 else 'back'} by {by}. Times of arrival and deadlines before and after "
        "can't be compared by it: look at what came in around then, and see that the machine's time service runs."
    )


def _steady() -> float:
    """Also counts while the machine sleeps, where the system has such a clock; else a laptop that slept would look stepped."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boot) if boot is not None else time.monotonic()


_watch = Watch(now())


def look(agency: str, channel: str) -> float | None:
    """This process's watch looks."""
    return _watch.look(agency, channel)
