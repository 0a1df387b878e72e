"""A command that goes on until it is stopped. In: what a round does; out: whether it went well, and whether the command is to stop. Nothing that may
be over in the next round ends the command; what is wrong is said on standard error, and names nobody."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from detainerdesk.cli.told import BadInput, say_aside

LOOK = 0.5  # seconds: so long at most until a pause ends that is to end


class Stop:
    """From now on SIGTERM ends nothing by itself: it asks the command to stop, which finishes first what it has in hand."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True  # and no more: a lock could be held by what was interrupted

    def within(self, seconds: float) -> bool:
        """A pause, shorter where it is asked meanwhile."""
        ends = time.monotonic() + seconds
        while not self.asked and (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, LOOK))
        return self.asked


def went_well(act: Callable[[], object]) -> bool:
    """A full disk, a database that is busy or gone, a settings file that is just being written or a fault of ours ends no watch: nothing is lost, and
    the next round tries again."""
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from detainerdesk.intake import fault
    from detainerdesk.intake.channels.folder import FolderError

    close_old_connections()  # one that broke in the last round is no use in this one
    try:
        act()
        return True
    except FolderError:
        raise
    except BadInput as error:
        say_aside(f"{error} Trying again.")
    except (OSError, DatabaseError, InterfaceError) as error:
        say_aside(f"The disk or the database failed ({type(error).__name__}); trying again. See `detainerdesk status`.")
    except Exception as error:
        say_aside(f"The program failed: {fault.where(error)}; trying again.")
    return False
