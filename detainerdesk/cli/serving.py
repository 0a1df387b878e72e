"""Whether a data folder is being served, and whether a port is free. In: a folder, an address; out: a lock that ends with the process, or a
`NotReady` that says what to do. A demo is made anew only where nobody serves the old one."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detainerdesk.cli.told import BadInput
from detainerdesk.desk.setup import NotReady

LOCK = "serving"


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
