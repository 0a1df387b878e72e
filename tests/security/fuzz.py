"""Sends mutated files through the door and the understanding of an installation of its own, and says what became of them (security.md FUZZ). In: how
many, from which number on, how many of them by the real child process; out: one line of JSON. Most are read by a reader that stays: a fork of a
warm process that took on the same limits and the same confinement, by the same functions as the real child, and answers to the same parent's
code. Where it breaks off, the real child reads the same file once more, as the desk would.

    python -m tests.security.fuzz --count 1000 --first 0 --real 20 --in FOLDER
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import json
import os
import shutil
import struct
import sys
import tempfile
import time
import traceback
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import django

AGENCY = "us-ma-boston/police"
AT_A_TIME = 100  # files between two looks at what became of them
IN_ONE_INSTALLATION = (
    2_000  # else the requests of earlier files slow down the later ones, which says nothing of reading
)
READS_BEFORE_IT_IS_REPLACED = 400
LONGEST = 65.0  # seconds: the limit of 60 a page, and what its end takes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--real", type=int, default=0, help="every so many files, one through the real child; 0: none")
    parser.add_argument("--in", dest="folder", type=Path, required=True)
    told = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings", "DETAINERDESK_DATA": os.devnull}
    django.setup()
    print(json.dumps(run(told.count, told.first, told.real, told.folder)), flush=True)
    return 0


def run(count: int, first: int, real: int, folder: Path) -> dict[str, Any]:
    begun = time.monotonic()
    new = folder / "new"
    _installation(new)
    reader = Reader()
    told = Told()
    for block in range(first, first + count, IN_ONE_INSTALLATION):
        here = folder / f"from {block}"
        shutil.copytree(new, here)
        _use(here)
        end = min(block + IN_ONE_INSTALLATION, first + count)
        for start in range(block, end, AT_A_TIME):
            _send(range(start, min(start + AT_A_TIME, end)), real, reader, told)
        told.findings += _ledger_findings(here)
        print(
            f"{end - first} of {count} files, {len(told.findings)} findings",
            *told.findings[:5],
            file=sys.stderr,
            flush=True,
        )
        _use(new)
        shutil.rmtree(here)
    reader.end()
    return {
        "files": count,
        "seconds": round(time.monotonic() - begun, 1),
        "by kind": dict(told.kinds),
        "became": dict(told.became),
        "by the real child": told.real,
        "readers that broke off": dict(reader.broke),
        "longest": {"seconds": round(told.longest[0], 1), "file": told.longest[1]},
        "findings": told.findings[:40],
    }


class Told:
    """What is counted over all files."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.became: Counter[str] = Counter()
        self.real = 0
        self.longest = (0.0, -1)
        self.findings: list[str] = []


def _send(numbers: range, real: int, reader: Reader, told: Told) -> None:
    """Receives each, understands each, and looks where each went."""
    from detainerdesk.intake import understand as room
    from detainerdesk.intake.door import Envelope, receive
    from detainerdesk.intake.models import Transmission
    from tests.security.mutations import mutated

    open_in_a_child = room._open_in_child
    for number in numbers:
        kind, data = mutated(number)
        told.kinds[kind] += 1
        envelope = Envelope("upload", AGENCY, "D-4", f"{number}.{kind}", datetime.now(UTC), f"fuzz:{number}")
        receipt = receive(data, envelope)
        if receipt.sha256 != hashlib.sha256(data).hexdigest():
            told.findings.append(f"file {number}: the receipt is for other bytes")
        by_the_real_child = bool(real) and number % real == 0
        told.real += by_the_real_child
        begun = time.monotonic()
        try:
            if by_the_real_child:
                room.understand_all()
            else:
                room._open_in_child = reader.open_mail
                room.understand_all(reader.read)
        except Exception:
            told.findings.append(f"file {number}: the service fell: {traceback.format_exc(limit=-3)}")
        finally:
            room._open_in_child = open_in_a_child
        told.longest = max(told.longest, (time.monotonic() - begun, number))
        if told.longest[0] > LONGEST and told.longest[1] == number:
            told.findings.append(f"file {number}: took {told.longest[0]:.0f} s")
        row = Transmission.objects.select_related("document").get(delivery=f"fuzz:{number}")
        told.findings += [f"file {number}: {each}" for each in _findings_of(row, data, told)]


def _findings_of(row: Any, data: bytes, told: Told) -> list[str]:
    """Kept, and either read, or queued with words for a person: nothing else is right."""
    from detainerdesk.intake import display, store
    from detainerdesk.intake.models import Waiting

    wrong = []
    for one in (row, *row.parts.select_related("document")):
        kept = store.path(one.document_id)
        if not kept.is_file() or hashlib.sha256(kept.read_bytes()).hexdigest() != one.document_id:
            wrong.append("its bytes are not there")
        waits = list(Waiting.objects.filter(document=one.document, settled_at=None))
        led = one.links.exists() or one.tests.exists() or (one.document.type == display.MAIL and one.parts.exists())
        told.became[
            "in a request"
            if one.links.exists()
            else "a mail that was opened"
            if led
            else "queued"
            if waits
            else "nowhere"
        ] += 1
        if not one.placed or not (waits or led):
            wrong.append(f"it is nowhere ({one.document.type}, {one.document.state})")
        wrong += [
            f"queued as {wait.reason}: {wait.why}" for wait in waits if wait.reason == "program fault" or not wait.why
        ]
        if one.document.why.startswith(("The reader failed", "The reader gave no proper")):
            wrong.append(one.document.why)
    if row.document_id != hashlib.sha256(data).hexdigest():
        wrong.append("its row is for other bytes")
    return wrong


def _ledger_findings(data: Path) -> list[str]:
    from detainerdesk.ledger import notary, verify

    notary.sign_checkpoint(actor="set-up", agency=AGENCY)
    report = verify.verify(verify.export(data / "export"))
    return [f"the ledger: {finding.says}" for finding in report.findings]


def _installation(data: Path) -> None:
    from django.core.management import call_command

    from detainerdesk.ledger import notary

    data.mkdir(parents=True)
    _use(data)
    call_command("migrate", verbosity=0, skip_checks=True)
    notary.make_key("detainerdesk.example/fuzz", actor="set-up", agency=AGENCY)
    _use(data)


def _use(data: Path) -> None:
    from django.conf import settings
    from django.db import connections

    connections["default"].close()
    settings.DATA = data
    connections["default"].settings_dict["NAME"] = str(data / "desk.sqlite3")


# --- the reader that stays ------------------------------------------------------------------------------------------


class Reader:
    """The parent's side. It forks from this process, which has loaded what a reader imports."""

    def __init__(self) -> None:
        from detainerdesk.intake.reading import mail, pages, read

        assert all(
            (mail, pages, read)
        )  # loaded, but not used: the OCR engine has threads, which a fork does not take along
        gc.collect()
        gc.freeze()
        self.broke: Counter[str] = Counter()
        self._running: _Fork | None = None
        self._reads = 0

    def read(self, place: Path) -> Any:
        from detainerdesk.intake.reading import child, fields

        answer = self._ask(place, child._read_task(()))
        if answer is None:
            return child.read_in_child(place)
        if isinstance(answer, fields.Unreadable):
            return answer
        return fields.from_json(answer["reading"])

    def open_mail(self, place: Path) -> Any:
        from detainerdesk.intake.reading import child, fields, mail

        answer = self._ask(place, ["mail"])
        if answer is None:
            return child.open_mail_in_child(place)
        if isinstance(answer, fields.Unreadable):
            return answer
        return mail.taken_out(place.read_bytes(), answer["mail"])

    def end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None

    def _ask(self, place: Path, task: list[str]) -> Any:
        """None: the reader broke off, or hung."""
        from detainerdesk.intake.reading import child

        if self._running is None or self._reads >= READS_BEFORE_IT_IS_REPLACED:
            self.end()
            self._running, self._reads = _Fork(), 0
        self._reads += 1
        try:
            self._running.give(task, place.read_bytes())
        except BrokenPipeError:
            answer: Any = {"broke": f"it had ended, with {self._running.wait()}"}
        else:
            answer = child._listen(cast(Any, self._running), child.STANDARD)
        if isinstance(answer, child._Broke) or (not isinstance(answer, child.Unreadable) and "broke" in answer):
            self.broke[answer.says if isinstance(answer, child._Broke) else answer["broke"]] += 1
            self.end()
            return None
        return answer


class _Fork:
    """As `subprocess.Popen` looks to child._listen: an output, and an end to wait for."""

    def __init__(self) -> None:
        to_read, to_give = os.pipe()
        answers, to_answer = os.pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="reading-")
        self.pid = os.fork()
        if self.pid == 0:
            os.close(to_give)
            os.close(answers)
            _stay(os.fdopen(to_read, "rb"), os.fdopen(to_answer, "wb"), self._folder.name)
        os.close(to_read)
        os.close(to_answer)
        self._give = os.fdopen(to_give, "wb")
        self.stdout = os.fdopen(answers, "rb")
        self._status: int | None = None

    def give(self, task: list[str], data: bytes) -> None:
        said = json.dumps(task).encode()
        self._give.write(struct.pack("<II", len(said), len(data)) + said + data)
        self._give.flush()

    def wait(self) -> int:
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status

    def end(self) -> None:
        if self._status is None:
            os.kill(self.pid, 9)
        self.wait()
        self.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            self._give.close()
        self._folder.cleanup()


def _stay(questions: BinaryIO, answers: BinaryIO, folder: str) -> NoReturn:
    """The child's side: as child.main, but for many files. Whatever happens, it ends here: else a copy of the parent would go on with its work."""
    from detainerdesk.intake.reading import child

    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update({"HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"})
        child.bound(child.STANDARD)
        child.confine()
        while head := questions.read(8):
            sizes = struct.unpack("<II", head)
            task, data = json.loads(questions.read(sizes[0])), questions.read(sizes[1])
            child._allow_cpu(child.STANDARD)
            child._send(answers, child._answer(data, task, answers, child.STANDARD))
        code = 0
    except MemoryError:
        code = child._NO_MEMORY
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {str(error)[:80]}"
        child._send(answers, {"broke": told})
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
