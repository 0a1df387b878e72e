"""Cuts the power (security.md REL-4). `record` does a day's intake in a data folder and writes down each operation that reached the disk, and each
acknowledgement; `cut` takes a share of the moments and of what the disk may hold then, starts the installation on each, and says what is wrong: an
acknowledged paper lost, a half, a double, a ledger that does not verify. Both run in a child of the warm process of installation.py."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.disk import Acknowledge, Disk, Fate, Operation

CUTS, BREAK = "DETAINERDESK_CUTS", "DETAINERDESK_BREAK"
LINKED = (
    "uploads",
    "later",
    "readings.json",
)  # what the senders have, and what was read: no part of the disk that loses power
FATES: tuple[Fate, ...] = ("lost", "each on its own", "kept", "each on its own")

Recording = tuple[Disk, list[Operation], dict[int, str]]


def record(data: Path) -> dict[str, int]:
    """`BREAK` names what is taken away from the program first, so that a test can see that it would be noticed."""
    from detainerdesk.intake.channels.folder import sweep
    from tests.crash import installation
    from tests.crash.recorder import Recorder

    _break(os.environ.get(BREAK, ""))
    recorder = Recorder(data)
    sweep(data / "inbox", installation.BOSTON)
    for receipt in installation.uploaded(data / "uploads"):
        recorder.acknowledge(receipt.number, receipt.sha256)
    installation.understand(data)
    places = {number: path for path, number in recorder.numbers.items()}
    recording: Recording = (recorder.before, recorder.operations, places)
    _file(data).write_bytes(pickle.dumps(recording))
    return Counter(type(operation).__name__ for operation in recorder.operations)


def _break(what: str) -> None:
    from django.db import connections

    from detainerdesk.intake import store

    if what == "synchronous":
        options = connections["default"].settings_dict["OPTIONS"]
        assert "synchronous=FULL" in options["init_command"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
    elif what == "folders":
        store.sync_folder = lambda _: None  # type: ignore[assignment]
    else:
        assert not what


def cut(data: Path) -> dict[str, Any]:
    """In: {"count", "share", "shares", "start_again_every", "expected", "in"}. Out: how many states, how many were started again, and the findings."""
    told = json.loads(os.environ[CUTS])
    disk, operations, places = pickle.loads(_file(data).read_bytes())
    findings: list[str] = []
    states = again = 0
    acknowledged: list[Acknowledge] = []
    done = 0
    for n, moment in _moments(len(operations), told["count"]):
        for operation in operations[done:moment]:
            disk.do(operation)
            if isinstance(operation, Acknowledge):
                acknowledged.append(operation)
        done = moment
        if n % told["shares"] != told["share"]:
            continue
        there = Path(told["in"]) / f"state {n}"
        _lay_out(disk, FATES[n % len(FATES)], Random(f"cut {n}"), data, places, there)
        goes_on = n // told["shares"] % told["start_again_every"] == 0
        wrong = _wrong(there, acknowledged, told["expected"] if goes_on else None)
        findings += [f"cut {n} after operation {moment} of {len(operations)}: {each}" for each in wrong]
        shutil.rmtree(there)
        states, again = states + 1, again + goes_on
        if len(findings) > 50:
            break
    return {"states": states, "started again": again, "findings": findings}


def _moments(operations: int, count: int) -> Iterator[tuple[int, int]]:
    """Evenly through the run; a moment comes several times where there are more cuts than operations."""
    for n in range(count):
        yield n, 1 + n * operations // count


def _lay_out(disk: Disk, fate: Fate, random: Random, data: Path, places: dict[int, str], there: Path) -> None:
    there.mkdir()
    for name in LINKED:
        (there / name).symlink_to(data / name)
    for path, number, content in disk.after_a_cut(fate, random):
        if path.split("/", 1)[0] in LINKED:
            continue
        place = there / path
        if number is None:
            place.mkdir(0o700)
        elif path.startswith("inbox/"):
            place.hardlink_to(data / places[number])  # the same file: by its inode the folder knows a delivery again
        else:
            place.write_bytes(content)
            place.chmod(0o600)


def _wrong(there: Path, acknowledged: list[Acknowledge], expected: dict[str, Any] | None) -> list[str]:
    """What is found when the power is back; then, where there is something to compare with, when all is done that was to be done."""
    from django.db import DatabaseError, connection

    from tests.crash import installation

    installation.use(there)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said = [row[0] for row in cursor.fetchall()]
        if said != ["ok"]:
            return [f"the database is damaged: {said[0]}"]
        wrong = [*_lost(there, acknowledged), *halves(there), *_ledger_broken()]
        if expected is not None and not wrong:
            installation.take(there)
            found = installation.look(there)
            now = json.loads(json.dumps(found))
            wrong += [
                f"{name}: {_differ(now[name], expected[name])}" for name in expected if now[name] != expected[name]
            ]
            wrong += [*_lost(there, acknowledged), *halves(there), *_ledger_broken()]
            verified = installation.verify(there)
            wrong += [] if verified["ok"] else [f"the ledger does not verify: {verified['findings']}"]
    except DatabaseError as error:
        return [f"the database is damaged: {error}"]
    finally:
        connection.close()
    return wrong


def _differ(found: Any, expected: Any) -> str:
    if not isinstance(found, list):
        return f"{found} instead of {expected}"
    return f"{[one for one in found if one not in expected]} instead of {[one for one in expected if one not in found]}"


def _lost(there: Path, acknowledged: list[Acknowledge]) -> Iterator[str]:
    from detainerdesk.intake.models import Transmission
    from tests.crash import installation

    rows = dict(Transmission.objects.values_list("receipt", "document"))
    for receipt, sha256 in acknowledged:
        if rows.get(receipt) != sha256:
            yield f"receipt {receipt} was acknowledged and is lost"
        elif not installation.whole(there, sha256):
            yield f"receipt {receipt} was acknowledged and its bytes are lost"


def halves(there: Path) -> Iterator[str]:
    """A row without its bytes, its event, or what follows from it."""
    from detainerdesk.intake.models import DetainerRequest, Document, Joined, LineTest, Transmission, Waiting
    from detainerdesk.ledger import log
    from tests.crash import installation

    entries = [entry.event for entry in log.entries()]
    received = Counter(event.facts["receipt"] for event in entries if event.kind == "paper.received")
    opened = Counter(event.subject for event in entries if event.kind == "request.opened")
    lead = {
        *Transmission.objects.values_list("inside", flat=True),
        *Joined.objects.values_list("transmission", flat=True),
        *LineTest.objects.values_list("seen_in", flat=True),
    }
    waits = set(Waiting.objects.values_list("document", flat=True))
    for sha256 in Document.objects.values_list("sha256", flat=True):
        if not installation.whole(there, sha256):
            yield "a document's row is there, its bytes are not"
    for row in Transmission.objects.all():
        if received[row.receipt] != 1:
            yield f"receipt {row.receipt} has {received[row.receipt]} events"
        if row.document_id not in waits and row.placed != (row.pk in lead):
            yield f"receipt {row.receipt} is {'placed and led nowhere' if row.placed else 'not placed and led somewhere'}"
    for request in DetainerRequest.objects.all():
        if opened[str(request)] != 1 or not request.links.exists():
            yield f"{request} has {opened[str(request)]} events and {request.links.count()} transmissions"


def _ledger_broken() -> Iterator[str]:
    """Every leaf under its hash, none missing, and every hash above them."""
    from detainerdesk.ledger import log, models, tree

    leaves = {}
    for index, data, digest in models.Leaf.objects.order_by("index").values_list("index", "data", "hash"):
        if index != len(leaves) or tree.leaf_hash(bytes(data)) != bytes(digest):
            yield f"entry {index} of the ledger is missing or changed"
            return
        leaves[index] = bytes(digest)
    above = {(0, index): digest for index, digest in leaves.items()}
    for index, digest in leaves.items():
        for level, number, node in tree.completed(index, digest, lambda level, number: above[level, number]):
            above[level, number] = node
    kept = {position: bytes(digest) for position, digest in models.Node.objects.values_list("position", "hash")}
    if kept != {log.position(level, number): node for (level, number), node in above.items() if level}:
        yield "the ledger's tree is not that of its entries"


def _file(data: Path) -> Path:
    return data.with_name(data.name + " recorded")
