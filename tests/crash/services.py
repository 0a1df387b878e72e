"""The services of an installation, started and ended one by one (security.md REL-1, REL-5): the mail listener, the address for programs, the folder's sweep, the mailbox's
rounds, and what understands. In: orders as lines of JSON, {"do": "prepare"} or {"do": "start", "service": NAME, "env": {…}}; out: one line each. The
process is warm and forks a service, so that a start costs milliseconds. A file `trouble.json` beside the data folder says what goes wrong meanwhile:
{"full": true} (no room when bytes are synced), {"slow": seconds} (each sync takes so long), {"clock": seconds} (how far the clock was stepped).

    python -m tests.crash.services DATA SMTP-PORT HTTP-PORT MAILBOX.json
"""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import os
import random
import signal
import socketserver
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

AGENCY = "us-ma-boston/police"
STATIONS = ("A-1", "B-2", "D-4")
KEY = "jail-system"


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings", "OMP_NUM_THREADS": "1"}
    data, smtp_port, http_port, box = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
    os.environ["DETAINERDESK_DATA"] = str(data)
    django.setup()
    from detainerdesk.desk import wsgi
    from detainerdesk.intake.channels import folder, mailbox, smtp
    from detainerdesk.intake.reading import forms, read

    assert all((read, forms.templates()))  # loaded, once
    _trouble(data.with_name("trouble.json"))
    services: dict[str, Callable[[], None]] = {
        "listen": lambda: _listen(smtp, smtp_port),
        "api": lambda: _api(wsgi.application, http_port),
        "sweep": lambda: _again_and_again(lambda: folder.sweep(data / "inbox", AGENCY), 0.5),
        "poll": lambda: _again_and_again(lambda: mailbox.poll_all([_box(mailbox, box)]), 2.0),
        "understand": _understand,
        "understand beside it": _understand,
    }
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _prepare(data) if order["do"] == "prepare" else _start(services[order["service"]], order["env"])
        print(json.dumps(answer), flush=True)


def _start(service: Callable[[], None], env: dict[str, str]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            os.environ.update(env)
            random.seed()
            service()
        finally:
            os._exit(1)
    return pid


def _prepare(data: Path) -> str:
    """Tables, the log's key, receipts for senders; returns a token of the API."""
    from django.core.management import call_command
    from django.db import connection

    from detainerdesk.desk.models import ApiKey
    from detainerdesk.intake import receipts
    from detainerdesk.ledger import notary

    (data / "inbox").mkdir()
    call_command("migrate", verbosity=0, skip_checks=True)
    notary.make_key("detainerdesk.example/deliveries", actor="set-up", agency=AGENCY)
    receipts.turn(AGENCY, on=True, actor="counsel")
    token = ApiKey.make(KEY, AGENCY, "", by=None, at=datetime.now(UTC))[1]
    connection.close()
    return token


def _listen(smtp: Any, port: int) -> None:
    how = smtp.Listening({address(station): smtp.Recipient(AGENCY, station) for station in STATIONS}, port=port)
    asyncio.run(smtp.serve(how, asyncio.Event()))


def address(station: str) -> str:
    return f"{station.lower()}@desk.example.gov"


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _api(application: Any, port: int) -> None:
    with make_server("127.0.0.1", port, application, _Threads, _Quiet) as server:
        server.serve_forever()


def _box(mailbox: Any, told: dict[str, Any]) -> Any:
    return mailbox.Mailbox(**{**told, "authorities": Path(told["authorities"])})


def _understand() -> None:
    """With the reader's own code, but in this process: what a child for each file adds is IN-3's and FUZZ's matter, and would be most of the time."""
    from detainerdesk.intake import understand as room
    from detainerdesk.intake.reading import pages, read
    from detainerdesk.intake.reading.fields import Unreadable
    from tests.crash.installation import open_here

    def read_here(place: Path) -> Any:
        try:
            return read.read(place.read_bytes())
        except pages.CannotRead as error:
            return Unreadable(str(error))

    room._open_in_child = open_here
    _again_and_again(lambda: room.understand_all(read_here), 0.2)


def _again_and_again(work: Callable[[], object], pause: float) -> None:
    """As a service goes on after a disk or a database that failed."""
    from django.db import DatabaseError, close_old_connections

    while True:
        try:
            work()
        except (OSError, DatabaseError):
            close_old_connections()
        time.sleep(pause)


# --- what goes wrong ------------------------------------------------------------------------------------------------


def _trouble(file: Path) -> None:
    """The disk's troubles come at the sync, where a full or failing disk tells of them."""
    from django.utils import timezone

    from detainerdesk.ledger import log

    def now_wrong() -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(file.read_text())
        except (OSError, ValueError):
            return {}
        return told

    fsync = os.fsync

    def synced(of: int) -> None:
        wrong = now_wrong()
        if wrong.get("full") and random.random() < 0.5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        time.sleep(wrong.get("slow", 0))
        fsync(of)

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=now_wrong().get("clock", 0))

    os.fsync = synced
    timezone.now = lambda: Stepped.now(UTC)
    log.datetime = Stepped  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
