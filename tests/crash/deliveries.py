"""Many deliveries over all channels, a third of them repeats, while the services are killed, the disk is full or slow, connections break and the clock is
stepped. In: how many, a seed, a folder; out: what was sent, what went wrong on the way, and every finding: something acknowledged that is lost, doubled
or half there.

    python -m tests.crash.deliveries --count 300 --seed 1 --in FOLDER

Real: the SMTP listener, the API's views over HTTP, the folder's sweep, the mailbox's poller with an IMAP server (pymap), store, door, SQLite, ledger, the
reader's code on each page. Not real: the reader runs in the process that understands, not in a child for each file; the server before the API is Python's
own; a full disk, a slow disk and the clock are made at `os.fsync` and at the clock's two readers (services.py).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import imaplib
import json
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from detainerdesk.intake.syncpoint import KILL_AT
from tests.crash import pile
from tests.crash.services import AGENCY, STATIONS, address
from tests.paperwork import draw, sample

ROOT = Path(__file__).parents[2]
SERVICES = ("listen", "api", "sweep", "poll", "understand", "understand beside it")
SENDERS = 4
PAUSE = 0.4
GIVE_UP_AFTER = 300.0  # seconds without one delivery that is acknowledged, or one that is placed
POINTS = {
    "listen": ("smtp mail whole", "before smtp reply", "after smtp reply"),
    "api": ("receive begins", "after transmission row", "before receive commits", "after receive committed"),
    "sweep": ("folder file read", "before folder move", "after folder move", "before store rename", "after store fsync of the file"),
    "poll": ("mailbox mail fetched", "before mailbox move", "after mailbox move", "after receive committed"),
    "understand": ("understand has read", "the mail's parts are stored", "after paper taken out of a mail", "after request row", "before understand commits", "after understand committed"),
}  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """One thing that a sender sends until it is acknowledged. `stated`: what a program states, where that is not the bytes that are kept."""

    number: int
    channel: str
    station: str
    data: bytes
    name: str
    stated: bytes = b""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Plan:
    """The deliveries, and what must be there at the end."""

    deliveries: tuple[Delivery, ...]
    documents: frozenset[str]
    requests: frozenset[str]  # by subject ID
    repeats: int


# --- what is sent ---------------------------------------------------------------------------------------------------


def plan(count: int, seed: int) -> Plan:
    """Papers of fictional people, each person's once; then a third of all once more, by another way, station, or the very same."""
    random = Random(f"deliveries {seed}")
    new = count - count // 3
    papers: list[tuple[str, bytes, bytes]] = []
    deliveries: list[Delivery] = []
    documents: set[str] = set()
    requests: set[str] = set()
    person = 0
    for number in range(new):
        kind = random.choices(("entry", "list", "page"), (45, 15, 40))[0]
        people = [f"{555_000_000 + person + n}" for n in range(3 if kind == "list" else 1)]
        person += len(people)
        requests.update(people)
        papers.append((kind, *_paper(kind, people, random)))
        deliveries.append(_delivery(number, *papers[-1], documents, random))
    for number in range(new, count):
        deliveries.append(_delivery(number, *random.choice(papers), documents, random))
    repeats = deliveries[new:]
    random.shuffle(repeats)
    order = deliveries[:new] + repeats
    mixed = sorted(order, key=lambda one: one.number + (random.randrange(count) if one.number >= new else 0))
    return Plan(tuple(mixed), frozenset(documents), frozenset(requests), count // 3)


def _paper(kind: str, people: list[str], random: Random) -> tuple[bytes, bytes]:
    """The bytes that are kept, and what a program states to get them."""
    from detainerdesk.intake import entry

    told = [_person(subject_id, random) for subject_id in people]
    if kind == "list":
        return pile.a_list(
            *((one["subject_id"], one["subject_name"]) for one in told), day=_issued(int(people[0]))
        ), b""
    if kind == "entry":
        stated = entry.Entry("i247a", told[0])
        return entry.to_bytes(stated), json.dumps({"kind": "i247a", "fields": told[0]}).encode()
    return pile.first_page(draw("i247a", sample("i247a", **told[0]), seed=int(people[0]) % 97)), b""


def _person(subject_id: str, random: Random) -> dict[str, str]:
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    last, first = ("".join(random.choices(syllables, k=n)).capitalize() for n in (4, 3))
    number = int(subject_id)
    return {
        "subject_id": subject_id,
        "event_no": f"BOS26{number % 10**8:08d}",
        "file_no": f"A000 {number // 1000 % 1000:03d} {number % 1000:03d}",
        "form_date": f"{_issued(number):%m/%d/%Y}",
        "subject_name": f"{last.upper()}, {first}",
        "dob": f"{random.randint(1, 12):02d}/{random.randint(1, 28):02d}/{random.randint(1960, 2004)}",
    }


def _issued(number: int) -> date:
    """Not all on one day: each form is compared with the others of its day."""
    return date(2026, 1, 1) + timedelta(days=number % 59)


def _delivery(number: int, kind: str, kept: bytes, stated: bytes, documents: set[str], random: Random) -> Delivery:
    ways = {"entry": ("entry",), "list": ("folder", "api", "mail"), "page": ("folder", "api", "mail", "mailbox")}
    channel, station = random.choice(ways[kind]), random.choice(STATIONS)
    name = f"{number:05d}.{'csv' if kind == 'list' else 'pdf'}"
    documents.add(hashlib.sha256(kept).hexdigest())
    if channel in ("mail", "mailbox"):
        kept = mail(number, kept, name)
        documents.add(hashlib.sha256(kept).hexdigest())
    return Delivery(number, channel, station, kept, name, stated)


def mail(number: int, paper: bytes, name: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Message-ID"] = (
        "fax@gateway.example",
        "d4@desk.example.gov",
        f"<{number}@gateway.example>",
    )
    message.set_content("A fax for you.")
    maintype, subtype = ("text", "csv") if name.endswith(".csv") else ("application", "pdf")
    message.add_attachment(paper, maintype=maintype, subtype=subtype, filename=name)
    message.set_boundary(f"=={number:032d}==")
    return message.as_bytes()


# --- sending --------------------------------------------------------------------------------------------------------


class Unanswered(Exception):
    """No acknowledgement came: it is sent again."""


@dataclass
class Senders:
    """All that is outside of the installation."""

    data: Path
    token: str
    smtp_port: int
    http_port: int
    box: dict[str, Any]
    random: Random

    def send(self, one: Delivery) -> None:
        """Once. Returns when it is acknowledged; a folder and a mailbox acknowledge later. Every tenth time the line breaks in the middle."""
        breaks = self.random.random() < 0.1
        match one.channel:
            case "folder":
                self._drop(one)
            case "mailbox":
                self._append(one)
            case "mail":
                self._mail(one, breaks)
            case _:
                self._post(one, breaks)

    def _drop(self, one: Delivery) -> None:
        place = self.data / "inbox" / one.station / one.name
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(place.name + ".part")
        unfinished.write_bytes(one.data)
        unfinished.rename(place)

    def _append(self, one: Delivery) -> None:
        """As a fax service does; a mailbox belongs to one station."""
        with _imap(self.box) as imap:
            assert imap.append(self.box["folder"], "", "", one.data)[0] == "OK"

    def _mail(self, one: Delivery, breaks: bool) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self.smtp_port), timeout=30) as line:
                said = line.makefile("rb")
                _expect(said, b"220")
                for words in (
                    "EHLO gateway.example",
                    "MAIL FROM:<fax@gateway.example>",
                    f"RCPT TO:<{address(one.station)}>",
                    "DATA",
                ):
                    line.sendall(words.encode() + b"\r\n")
                    _expect(said, b"354" if words == "DATA" else b"250")
                whole = one.data.replace(b"\r\n.", b"\r\n..") + b".\r\n"
                if breaks:
                    line.sendall(whole[: self.random.choice((len(whole) // 2, len(whole)))])
                    raise Unanswered
                line.sendall(whole)
                _expect(said, b"250")
        except (OSError, smtplib.SMTPException) as error:
            raise Unanswered from error

    def _post(self, one: Delivery, breaks: bool) -> None:
        body, path = (one.stated, "/api/entries") if one.channel == "entry" else (one.data, "/api/papers")
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": f"delivery-{one.number}",
            "Station": quote(one.station),
            "File-Name": quote(one.name),
            "Content-Length": str(len(body)),
            "Content-Type": "application/octet-stream",
        }
        client = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        try:
            client.putrequest("POST", path)
            for name, value in headers.items():
                client.putheader(name, value)
            client.endheaders(body[: len(body) // 2] if breaks and self.random.random() < 0.5 else body)
            if breaks:
                raise Unanswered
            answer = client.getresponse()
            told = json.loads(answer.read())
            if answer.status not in (200, 201):
                raise Unanswered
            assert told["sha256"] == one.sha256, "the receipt is for other bytes"
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered from error
        finally:
            client.close()


def _expect(said: Any, code: bytes) -> None:
    while True:
        line = said.readline()
        if not line.startswith(code):
            raise Unanswered
        if line[3:4] != b"-":
            return


@contextlib.contextmanager
def _imap(box: dict[str, Any]) -> Iterator[imaplib.IMAP4]:
    imap = imaplib.IMAP4("127.0.0.1", box["port"], timeout=60)
    try:
        imap.starttls(ssl.create_default_context(cafile=box["authorities"]))
        imap.login(box["user"], box["password"])
        yield imap
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imap.logout()


# --- trouble --------------------------------------------------------------------------------------------------------


class Installation:
    """The warm process of services.py and the services that it started."""

    def __init__(self, data: Path, smtp_port: int, http_port: int, box: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.services", str(data), str(smtp_port), str(http_port), json.dumps(box)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()
        self.running: dict[str, int] = {}

    def prepare(self) -> str:
        return str(self._order({"do": "prepare"}))

    def start(self, service: str, env: dict[str, str] | None = None) -> None:
        self.running[service] = int(self._order({"do": "start", "service": service, "env": env or {}}))

    def alive(self, service: str) -> bool:
        try:
            os.kill(self.running[service], 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self, service: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.running[service], signal.SIGKILL)
        while self.alive(service):
            time.sleep(0.002)

    def end(self) -> None:
        for service in self.running:
            self.kill(service)
        self._process.communicate(timeout=60)

    def _order(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


class Trouble(threading.Thread):
    """Until it is told to stop: kills, starts again, fills the disk, slows it, steps the clock."""

    def __init__(self, installation: Installation, file: Path, random: Random, pause: float) -> None:
        super().__init__(daemon=True)
        self.installation, self.file, self.random, self.pause = installation, file, random, pause
        self.done: Counter[str] = Counter()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(self.random.uniform(self.pause / 10, self.pause)):
            for service in SERVICES:
                if not self.installation.alive(service):
                    self.done["started again after a kill at a sync point"] += 1
                    self.installation.start(service)
            match self.random.choices(("kill", "point", "full", "slow", "clock", "calm"), (30, 30, 6, 6, 10, 18))[0]:
                case "kill":
                    service = self.random.choice(SERVICES)
                    self.installation.kill(service)
                    self.installation.start(service)
                    self.done["killed at any moment"] += 1
                case "point":
                    service = self.random.choice(SERVICES)
                    point = f"{self.random.choice(POINTS[service.split()[0]])}:{self.random.randint(1, 4)}"
                    self.installation.kill(service)
                    self.installation.start(service, {KILL_AT: point})
                    self.done["started to be killed at a sync point"] += 1
                case "calm":
                    self._say({})
                case wrong:
                    self._say(
                        {
                            "full": {"full": True},
                            "slow": {"slow": 0.2},
                            "clock": {"clock": self.random.choice((-3600, 86_400, 3, -3))},
                        }[wrong]
                    )
                    self.done[{"full": "disk full", "slow": "disk slow", "clock": "clock stepped"}[wrong]] += 1
        self._say({})
        for service in SERVICES:
            self.installation.kill(service)
            self.installation.start(service)

    def _say(self, wrong: dict[str, Any]) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(wrong))
        new.rename(self.file)


# --- the whole ------------------------------------------------------------------------------------------------------


def run(count: int, seed: int, folder: Path, pause: float = PAUSE) -> dict[str, Any]:
    begun = time.monotonic()
    planned = plan(count, seed)
    data = folder / "data"
    data.mkdir(parents=True)
    with _mailbox(folder) as box:
        installation = Installation(data, _free_port(), _free_port(), box)
        try:
            return _run(planned, seed, data, installation, box, begun, pause)
        finally:
            installation.end()


def _run(
    planned: Plan, seed: int, data: Path, installation: Installation, box: dict[str, Any], begun: float, pause: float
) -> dict[str, Any]:
    token = installation.prepare()
    smtp_port, http_port = (int(each) for each in installation._process.args[4:6])  # type: ignore[index]
    for service in SERVICES:
        installation.start(service)
    trouble = Trouble(installation, data.with_name("trouble.json"), Random(f"trouble {seed}"), pause)
    trouble.start()
    tries: Counter[str] = Counter()

    def send_all(share: int) -> None:
        senders = Senders(data, token, smtp_port, http_port, box, Random(f"sender {seed} {share}"))
        for one in planned.deliveries[share::SENDERS]:
            ends = time.monotonic() + GIVE_UP_AFTER
            while True:
                tries[one.channel] += 1
                try:
                    senders.send(one)
                    break
                except Unanswered:
                    assert time.monotonic() < ends, f"delivery {one.number} by {one.channel} was not acknowledged"
                    time.sleep(0.05)

    with ThreadPoolExecutor(SENDERS) as together:
        list(together.map(send_all, range(SENDERS)))
    sent = time.monotonic() - begun
    _until_all_is_taken(data, box)
    trouble.over.set()
    trouble.join()
    _until_all_is_placed(data)
    for service in SERVICES:
        installation.kill(service)
    return {
        "deliveries": len(planned.deliveries),
        "repeats": planned.repeats,
        "by channel": dict(Counter(one.channel for one in planned.deliveries)),
        "tries": dict(tries),
        "trouble": dict(trouble.done),
        "seconds": {"sent": round(sent), "all": round(time.monotonic() - begun)},
        **_look(planned, data),
    }


def _until_all_is_taken(data: Path, box: dict[str, Any]) -> None:
    """The folder and the mailbox are empty: that is their acknowledgement."""

    def left() -> int:
        waiting = [file for file in (data / "inbox").glob("[!.]*/*") if file.is_file()]
        with _imap(box) as imap:
            imap.select(box["folder"], readonly=True)
            return len(waiting) + len(imap.uid("SEARCH", "ALL")[1][0].split())

    _until(lambda: left() == 0, left, "in the inbox or the mailbox")


def _until_all_is_placed(data: Path) -> None:
    import sqlite3

    def left() -> int:
        with contextlib.closing(sqlite3.connect(data / "desk.sqlite3", timeout=60)) as live:
            return int(live.execute("SELECT count(*) FROM intake_transmission WHERE NOT placed").fetchone()[0])

    _until(lambda: left() == 0, left, "not placed")


def _until(done: Any, left: Any, where: str) -> None:
    before, ends = left(), time.monotonic() + GIVE_UP_AFTER
    while not done():
        now = left()
        if now < before:
            before, ends = now, time.monotonic() + GIVE_UP_AFTER
        assert time.monotonic() < ends, f"{now} are still {where}"
        time.sleep(0.3)


def _look(planned: Plan, data: Path) -> dict[str, Any]:
    """In a process of its own, which nothing was done to."""
    expected = Counter(_known_as(one) for one in set(_once(planned.deliveries)))
    told = {
        "transmissions": [[*key, n] for key, n in expected.items()],
        "documents": sorted(planned.documents),
        "requests": sorted(planned.requests),
    }
    (data.parent / "expected.json").write_text(json.dumps(told))
    done = subprocess.run(
        [sys.executable, "-c", f"from tests.crash import deliveries; deliveries.look({str(data)!r})"],
        cwd=ROOT,
        env={**os.environ, "DETAINERDESK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _once(deliveries: tuple[Delivery, ...]) -> Iterator[Delivery]:
    """Each is a delivery of its own: another key, another mail, another file."""
    yield from deliveries


def _known_as(one: Delivery) -> tuple[str, str, str]:
    channel = "api" if one.channel == "entry" else one.channel
    return channel, "A-1" if channel == "mailbox" else one.station, one.sha256


def look(folder: str) -> None:
    """What is there, against what was sent; prints it as JSON."""
    import django

    django.setup()
    from detainerdesk.intake.models import DetainerRequest, Document, Transmission
    from detainerdesk.ledger import notary, verify
    from tests.crash import power

    data = Path(folder)
    told = json.loads((data.parent / "expected.json").read_text())
    sent = Counter({tuple(key): n for *key, n in told["transmissions"]})
    there = Counter(Transmission.objects.filter(inside=None).values_list("channel", "station", "document"))
    lost, doubled = sent - there, there - sent
    documents = set(Document.objects.values_list("sha256", flat=True))
    requests = Counter(DetainerRequest.objects.values_list("subject_id", flat=True))
    notary.sign_checkpoint(actor="set-up", agency=AGENCY)
    report = verify.verify(verify.export(data / "export"))
    findings = [
        *(f"lost: {n} by {channel} to {station}, {sha256[:16]}" for (channel, station, sha256), n in lost.items()),
        *(
            f"doubled: {n} by {channel} to {station}, {sha256[:16]}"
            for (channel, station, sha256), n in doubled.items()
        ),
        *(f"document lost: {sha256[:16]}" for sha256 in set(told["documents"]) - documents),
        *(f"document that nobody sent: {sha256[:16]}" for sha256 in documents - set(told["documents"])),
        *(f"request lost: {subject}" for subject in set(told["requests"]) - set(requests)),
        *(
            f"{n} requests of one: {subject}"
            for subject, n in requests.items()
            if n > 1 or subject not in told["requests"]
        ),
        *(f"half: {says}" for says in power.halves(data)),
        *(f"ledger: {finding.says}" for finding in report.findings),
    ]
    receipts = list(Transmission.objects.order_by("receipt").values_list("receipt", flat=True))
    if receipts != list(range(1, len(receipts) + 1)):
        findings.append("receipts have gaps")
    print(
        json.dumps(
            {
                "lost": sum(lost.values()),
                "doubled": sum(doubled.values()),
                "transmissions": len(receipts),
                "documents": len(documents),
                "requests": len(requests),
                "entries of the ledger": report.size,
                "at": f"{datetime.now(UTC):%Y-%m-%d}",
                "findings": findings[:40],
            }
        )
    )


@contextlib.contextmanager
def _mailbox(folder: Path) -> Iterator[dict[str, Any]]:
    from tests.intake.test_mailbox import PASSWORD, USER, serving

    folder.mkdir(parents=True, exist_ok=True)
    with serving(folder) as server:
        server.client.create("Faxes")
        server.client.create("Taken")
        yield {
            "agency": AGENCY,
            "station": "A-1",
            "host": "127.0.0.1",
            "user": USER,
            "password": PASSWORD,
            "port": server.port,
            "folder": "Faxes",
            "taken": "Taken",
            "authorities": str(server.certificate),
        }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in", dest="folder", type=Path, required=True)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two troubles, at most")
    told = parser.parse_args()
    print(json.dumps(run(told.count, told.seed, told.folder, told.pause), indent=1), flush=True)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")
    import django

    django.setup()
    sys.exit(main())
