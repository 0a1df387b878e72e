"""A process that does not outlive the one that started it, however that one ended (a SIGKILL can't be passed on). As a program, a command of ours
beside the desk: `python -m detainerdesk.cli.end_with_parent PID intake --watch`. In: the process that started it; when that is gone, SIGTERM comes to this one."""

from __future__ import annotations

import os
import signal
import sys
import time
from threading import Thread, get_ident

LOOK = 1.0  # seconds between two looks


def end_with(parent: int) -> None:
    """Is called in the main thread, which is the one that hears signals."""
    Thread(target=_look_for, args=(parent, get_ident()), daemon=True).start()


def _look_for(parent: int, main_thread: int) -> None:
    """Again and again: who is only just starting may not yet listen to the first signal."""
    while True:
        if os.getppid() != parent:
            signal.pthread_kill(main_thread, signal.SIGTERM)
        time.sleep(LOOK)


if __name__ == "__main__":
    from detainerdesk.cli import app

    end_with(int(sys.argv[1]))
    app(sys.argv[2:], prog_name="detainerdesk")
