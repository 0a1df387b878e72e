"""Whether a data folder is being served, whether a port is free, and what works beside the desk. In: a folder, an address, commands of ours; out: a
lock that ends with the process, or a `NotReady` that says what to do, and processes that are started again when they end. A demo is made anew only
where nobody serves the old one."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from detainerdesk.cli.told import BadInput, say_aside
from detainerdesk.desk.setup import NotReady

LOCK = "serving"
SHORTEST, LONGEST = 1.0, 60.0  # seconds of a pause before what ended is started again
FINISHES_WITHIN = 10.0  # seconds for what is in hand, once told to end; cut off, it is done again (but no test page is)
CHANNEL_OF = {"intake": "folder", "listen": "mail", "poll": "mailbox"}
ENDED = "What takes papers in by this channel ended by itself and is started again. Meanwhile papers wait where they are. See the log."


@contextmanager
def served(data: Path) -> Iterator[None]:
    """Marks the folder as served until the block ends (or the process does)."""
    with _locked(
        data / LOCK, fcntl.LOCK_SH, f"{data} is being made anew by a demo: wait until it has ended, then serve it."
    ):
        yield


@contextmanager
def unserved(data: Path) -> Iterator[None]:
    """Nobody serves the folder, and nobody can begin to until the block ends. A folder that is not there is served by nobody."""
    if not data.is_dir():
        yield
        return
    with _locked(
        data / LOCK,
        fcntl.LOCK_EX,
        f"{data} is being served: stop that desk first (Ctrl+C where it runs), or name another folder with --out.",
    ):
        yield


@contextmanager
def beside(commands: Iterable[Sequence[str]]) -> Iterator[None]:
    """Each command has a process of its own until the block ends, so that none waits for another. One that ends before is started again, after a pause
    that grows while it ends soon."""
    over = Event()
    keeping = [Thread(target=_keep_up, args=(command, over)) for command in commands]
    for one in keeping:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in keeping:
            one.join()


def _keep_up(command: Sequence[str], over: Event) -> None:
    pause = SHORTEST
    while True:
        begun = time.monotonic()
        ended = _run(command, over)
        if over.wait(SHORTEST):  # who ends the desk may have ended this one first
            return
        if time.monotonic() - begun > LONGEST:
            pause = SHORTEST
        say_aside(f"`detainerdesk {command[0]}` {ended}. It is started again in {pause:.0f} s.")
        _note(command[0])
        if over.wait(pause):
            return
        pause = min(2 * pause, LONGEST)


def _run(command: Sequence[str], over: Event) -> str:
    """Until it ends, or the block does, which ends it; if this process is killed, it ends by itself. Out: how it ended. Ctrl+C is not for it: its
    group of processes is its own."""
    words = [sys.executable, "-m", "detainerdesk.cli.end_with_parent", str(os.getpid()), *command]
    try:
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, process_group=0)
    except OSError as error:
        return f"could not be started ({error.strerror})"
    while child.poll() is None and not over.wait(0.5):
        pass
    child.terminate()
    try:
        code = child.wait(FINISHES_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _note(name: str) -> None:
    """For the channel's page."""
    from django.db import Error, connection
    from django.utils import timezone

    from detainerdesk.intake import lines

    if name in CHANNEL_OF:
        with suppress(Error):
            lines.fault(CHANNEL_OF[name], ENDED, timezone.now())
        connection.close()


def refuse_port(host: str, port: int) -> None:
    """A port that can't be listened on is said before anything else is done."""
    if not 1 <= port <= 65535:
        raise BadInput(f"--port {port}: a port is a number from 1 to 65535. Try --port 8000.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise BadInput(f"--host {host}: there is no such address on this machine. Try --host 127.0.0.1.") from None
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(address)
            tried.listen(1)
        except OSError as error:
            raise NotReady(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is in use: stop the other desk or try --port {other}."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} is kept for the administrator of this machine: try --port 8000."
    return f"{host}, port {port}, can't be listened on: {error.strerror}. Try --host 127.0.0.1 --port 8000."


@contextmanager
def _locked(file: Path, kind: int, otherwise: str) -> Iterator[None]:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady(otherwise) from None
        yield
    finally:
        os.close(handle)
