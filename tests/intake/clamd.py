"""A small server that speaks clamd's protocol over a real socket and finds the EICAR test string, with the ways in which a scanner fails. In: what it
shall do; out: its address, and the sizes of what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

# Put together only here, so that no scanner takes this file, or what Python makes of it, for a find.
EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)", b"7CC)7}$EICAR-", b"STANDARD-ANTIVIRUS-", b"TEST-FILE!$H+H*"])
SIGNATURE = "Eicar-Test-Signature"

Mood = Literal["well", "silent", "slow", "hangs up", "in trouble", "nonsense"]


@dataclass
class Clamd:
    """Running. `mood` and `limit` (StreamMaxLength) may be changed between two looks."""

    address: str
    mood: Mood = "well"
    limit: int = 25 * 2**20
    gives_up_at: bytes | None = None
    sent: list[int] = field(default_factory=list)

    def set_up(self, data_folder: Path) -> Clamd:
        (data_folder / "scan.json").write_text(json.dumps({"clamd": self.address}), encoding="utf-8")
        return self

    def answer(self, line: socket.socket) -> None:
        heard = line.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            if not (letter := heard.read(1)):
                return
            command += letter
        if self.mood == "silent":
            heard.read()  # until the other side has had enough
            return
        if self.mood == "slow":
            while heard.read(2**16):
                time.sleep(0.05)
            return
        if self.mood == "hangs up":
            return
        if command == b"zVERSION\0":
            line.sendall(b"ClamAV 1.4.6/27890/Sun Nov 29 09:41:02 2026\0")
        elif command == b"zINSTREAM\0" and (said := self._said_of(heard)):
            line.sendall(said + b"\0")

    def _said_of(self, heard: object) -> bytes:
        data = b""
        while size := struct.unpack("!L", heard.read(4))[0]:  # type: ignore[attr-defined]
            if len(data) + size > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
            data += heard.read(size)  # type: ignore[attr-defined]
        self.sent.append(len(data))
        if data == self.gives_up_at:
            return b""
        if self.mood == "in trouble":
            return b"Can't allocate memory ERROR"
        if self.mood == "nonsense":
            return b"HTTP/1.1 200 OK"
        return b"stream: " + SIGNATURE.encode() + b" FOUND" if EICAR in data else b"stream: OK"


@contextmanager
def clamd(socket_file: Path | None = None) -> Iterator[Clamd]:
    """Listens on a socket file, or on a free port of this machine, until the block ends."""
    family = socket.AF_UNIX if socket_file else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind(str(socket_file) if socket_file else ("127.0.0.1", 0))
        listener.listen(16)
        listener.settimeout(0.05)
        running = Clamd(str(socket_file) if socket_file else f"127.0.0.1:{listener.getsockname()[1]}")
        stop = threading.Event()
        server = threading.Thread(target=_serve, args=(listener, running, stop), daemon=True)
        server.start()
        try:
            yield running
        finally:
            stop.set()
            server.join(10)


def _serve(listener: socket.socket, running: Clamd, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            line, _ = listener.accept()
            threading.Thread(target=_one, args=(line, running), daemon=True).start()


def _one(line: socket.socket, running: Clamd) -> None:
    with line, suppress(OSError, struct.error):
        line.settimeout(10)
        running.answer(line)
