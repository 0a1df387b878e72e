"""An installation that can be killed at any sync point and started again. In: one order a line on standard input; out: one answer a line.
The process is warm (Django and the law are loaded, no database is open) and forks a child for each order, so a start costs milliseconds.

An order is {"do": "prepare" | "work" | "take" | "look" | "verify" | "record" | "cut", "data": FOLDER, "env": {…}}; the answer {"status": exit code, or minus the
signal, "out": what the child found}. `work` is everything that happens on one day at the desk: the inbox is swept, a client uploads (and tries
again with the same keys after a crash), papers are understood, officers record what they find; `take` is the same without the officers.
Started again, the same work is ordered again.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from detainerdesk.intake.door import Receipt

BOSTON = "us-ma-boston/police"
ORIGIN = "detainerdesk.example/crash-test"
DECIDED = 2  # of the five requests: the moves are the same for each
NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
TOKEN = "f1c7100000000000000000a1"  # of the line's test page that lies in the pile


def serve() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "detainerdesk.desk.settings"
    django.setup()
    _load_what_children_need()
    from tests.crash import power

    todo: dict[str, Callable[[Path], object]] = {
        "prepare": prepare,
        "work": work,
        "take": take,
        "upload": upload,
        "understand": understand,
        "look": look,
        "verify": verify,
        "record": power.record,
        "cut": power.cut,
    }
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "work":
            _edition()  # before the fork: read once
        answer = _in_a_child(todo[order["do"]], Path(order["data"]), order.get("env", {}))
        print(json.dumps(answer), flush=True)


def _load_what_children_need() -> None:
    """Once here, not in each child."""
    from detainerdesk.desk import facts, life
    from detainerdesk.intake import understand
    from detainerdesk.intake.channels import folder
    from detainerdesk.intake.reading import mail
    from detainerdesk.ledger import notary, verify

    assert all((facts, life, understand, folder, mail, notary, verify))
    gc.collect()
    gc.freeze()


def _in_a_child(do: Callable[[Path], object], data: Path, env: dict[str, str]) -> dict[str, object]:
    answer = data / f"answer of {os.getpid()}.json"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            os.environ.update(env)
            use(data)
            answer.write_text(json.dumps(do(data)))
            os._exit(0)
        except BaseException:
            answer.write_text(json.dumps(traceback.format_exc()))
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"status": status, "out": json.loads(answer.read_text()) if answer.exists() else None}


def use(data: Path) -> None:
    """From now on this process works in that data folder."""
    from django.conf import settings
    from django.db import connections

    settings.DATA = data
    settings.FOLDER_SETTLES_AFTER = 0
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = str(data / "desk.sqlite3")


@cache
def _edition() -> Any:
    """The law, loaded, and used once, so that no child has to import what a first decision needs."""
    from detainerdesk.law import Case, decide, load

    edition = load()
    decide(Case(agency=BOSTON, at=NOW, facts={"request.kind": "I-247A"}), edition)
    return edition


# --- the orders -------------------------------------------------------------------------------------------------------


def prepare(data: Path) -> None:
    """What set-up does: tables, the log's key, one officer."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from detainerdesk.desk.models import Officer
    from detainerdesk.intake import receipts
    from detainerdesk.intake.models import LineTest
    from detainerdesk.ledger import notary

    call_command("migrate", verbosity=0, skip_checks=True)
    notary.make_key(ORIGIN, actor="set-up", agency=BOSTON)
    Officer.objects.create(user=User.objects.create_user("lima", last_name="Lima"), role="supervisor", agency=BOSTON)
    receipts.turn(BOSTON, on=True, actor="counsel")
    due = NOW + timedelta(minutes=30)
    LineTest.objects.create(
        token=TOKEN, agency=BOSTON, station="D-4", channel="folder", made_at=NOW - timedelta(days=1), due_at=due
    )


def work(data: Path) -> None:
    take(data)
    _decide(_edition())
    _notice_what_came_later(data)


def take(data: Path) -> None:
    from detainerdesk.intake.channels.folder import sweep

    sweep(data / "inbox", BOSTON)
    upload(data)
    understand(data)


def upload(data: Path, folder: str = "uploads") -> None:
    """A client that writes down what was acknowledged, and sends everything again until all of it is."""
    for receipt in uploaded(data / folder):
        with (data / f"acknowledged by {os.getppid()}.jsonl").open("a") as notebook:
            notebook.write(json.dumps([receipt.number, receipt.sha256]) + "\n")


def uploaded(folder: Path) -> Iterator[Receipt]:
    from detainerdesk.intake.door import Envelope, receive

    for file in sorted(folder.iterdir()):
        station, _, name = file.name.partition(" ")
        channel, sender = ("mail", "Fax Gateway <fax@gateway.example>") if file.suffix == ".eml" else ("upload", "")
        yield receive(
            file.read_bytes(), Envelope(channel, BOSTON, station, name, NOW, f"{channel}:{file.name}", sender)
        )


def understand(data: Path) -> None:
    from detainerdesk.intake import understand as room

    room._open_in_child = open_here  # a child for each mail would be half of this test's time
    room.understand_all(_reader(data))


def open_here(place: Path) -> Any:
    """What child and parent do with a mail, both in this process."""
    from detainerdesk.intake.reading import mail

    data = place.read_bytes()
    return mail.taken_out(data, json.loads(json.dumps(mail.find(data))))


def _reader(data: Path) -> Callable[[Path], Any]:
    """What the real reader read once from these very bytes."""
    from detainerdesk.intake.reading.fields import Unreadable, from_json

    readings = json.loads((data / "readings.json").read_text())

    def read(place: Path) -> Any:
        found = readings[hashlib.sha256(place.read_bytes()).hexdigest()]
        return Unreadable(found["unreadable"]) if "unreadable" in found else from_json(found)

    return read


def _decide(edition: Any) -> None:
    """The officer does, for the first requests, what is not yet recorded."""
    from detainerdesk.desk import facts, life
    from detainerdesk.desk.models import Officer, RequestState
    from detainerdesk.intake import request
    from detainerdesk.law import decide

    life.open_new(BOSTON, NOW)
    officer = Officer.objects.get()
    ended = NOW - timedelta(minutes=5)
    for number in RequestState.objects.order_by("number").values_list("number", flat=True)[:DECIDED]:

        def now(number: str = number) -> tuple[int, life.History]:
            state = RequestState.objects.get(number=number)
            return state.version, life.history(state)

        version, past = now()
        if not past.known.same_person:
            version = life.same_person(number, version, officer, "same", at=NOW)
        if past.known.warrant_check is None:
            version = life.record_warrant_check(number, version, officer, "none", systems="WMS, NCIC", at=NOW)
        if past.known.booking is None:
            version = life.record_booking(number, version, officer, "dropped", ended, other_basis=False, at=NOW)
        version, past = now()
        for act, view in (("no_hold", "request"), ("release", "person")):
            if any(done.act == act for done in past.acts):
                continue
            decision = decide(facts.case_of(request.load(number), past.known, view=view, at=NOW), edition)  # type: ignore[arg-type]
            if act == "release":
                version = life.record_release(number, version, officer, decision, at=NOW)
            else:
                version = life.record_decision(number, version, officer, act, decision, at=NOW)


def _notice_what_came_later(data: Path) -> None:
    """A further copy of a form on which an officer has acted already."""
    from detainerdesk.desk import life
    from detainerdesk.desk.models import RequestState
    from detainerdesk.intake import request

    upload(data, "later")
    understand(data)
    for state in RequestState.objects.order_by("number"):
        life.notice_papers(state, request.load(state.number, BOSTON), NOW)


# --- what is there ----------------------------------------------------------------------------------------------------


def look(data: Path) -> dict[str, object]:
    """Everything that must be the same whether or not the power failed, and what was acknowledged so far."""
    from detainerdesk.desk.models import RequestState
    from detainerdesk.intake.models import DetainerRequest, Document, LineTest, SenderReceipt, Transmission, Waiting
    from detainerdesk.ledger import log

    entries = list(log.entries())
    received = Counter(
        (entry.event.facts["receipt"], entry.event.subject) for entry in entries if entry.event.kind == "paper.received"
    )
    links = {
        request: sorted(
            (link.transmission.receipt, link.transmission.station, link.reason, tuple(link.papers))
            for link in request.links.select_related("transmission")
        )
        for request in DetainerRequest.objects.all()
    }
    return {
        "acknowledged": [
            {
                "receipt": number,
                "rows": Transmission.objects.filter(receipt=number, document=sha256).count(),
                "events": received[number, str(Document.objects.get(sha256=sha256))],
                "file": whole(data, sha256),
            }
            for number, sha256 in _acknowledged(data)
        ],
        "receipts": list(
            Transmission.objects.order_by("receipt").values_list("receipt", "document", "station", "name")
        ),
        "inside": list(Transmission.objects.exclude(inside=None).values_list("receipt", "inside__receipt")),
        "not placed": Transmission.objects.filter(placed=False).count(),
        "line tests": list(LineTest.objects.exclude(seen_at=None).values_list("token", "seen_in__receipt")),
        "receipts of senders": list(SenderReceipt.objects.values_list("sender", "number", "transmission__receipt")),
        "received events": sorted(received.elements()),
        "documents": sorted(Document.objects.values_list("sha256", "size", "state", "why")),
        "files": sorted(
            [file.name, whole(data, file.name)] for file in (data / "documents").glob("??/*") if file.is_file()
        ),
        "requests": sorted(
            [request.number, request.kind, request.form, request.subject_name, request.issued_on, found]
            for request, found in links.items()
        ),
        "waiting": sorted(Waiting.objects.values_list("document", "reason", "papers", "candidates")),
        "desk": sorted(RequestState.objects.values_list("number", "state", "version")),
        "events": sorted(Counter(f"{entry.event.kind} {entry.event.subject}" for entry in entries).items()),
        "indexes": [entry.index for entry in entries],
        "left in the inbox": sorted(
            str(file.relative_to(data))
            for file in (data / "inbox").rglob("*")
            if file.is_file() and ".taken" not in file.parts
        ),
    }


def verify(data: Path) -> dict[str, object]:
    """The ledger as a stranger checks it: signed, exported, verified from the export alone."""
    from detainerdesk.ledger import notary
    from detainerdesk.ledger import verify as ledger_verify

    notary.sign_checkpoint(actor="set-up", agency=BOSTON)
    report = ledger_verify.verify(ledger_verify.export(data / "export"))
    return {"ok": report.ok, "findings": [finding.says for finding in report.findings], "size": report.size}


def _acknowledged(data: Path) -> list[tuple[int, str]]:
    """The client's notebook, and the files that left the inbox."""
    noted = [
        tuple(json.loads(line))
        for notebook in data.glob("acknowledged by *.jsonl")
        for line in notebook.read_text().splitlines()
    ]
    moved = [
        (int(file.name.split()[0]), hashlib.sha256(file.read_bytes()).hexdigest())
        for file in (data / "inbox" / ".taken").rglob("*")
        if file.is_file()
    ]
    return sorted({*noted, *moved})


def whole(data: Path, sha256: str) -> bool:
    file = data / "documents" / sha256[:2] / sha256
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


if __name__ == "__main__":
    serve()
