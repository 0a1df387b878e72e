"""Several processes with several threads append to one SQLite file, and some are killed: what was acknowledged is there once, and verifies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detainerdesk.ledger import layout, tree
from detainerdesk.ledger.verify import verify

PROCESSES, THREADS, EACH = 3, 3, 12

SET_UP = """
import django; django.setup()
from django.core.management import call_command
from detainerdesk.ledger import notary
call_command("migrate", "ledger", verbosity=0)
notary.make_key("detainerdesk.example/test", actor="set-up", agency="us-ma-boston/police")
"""

WRITE = """
import sys, threading
import django; django.setup()
from django.db import connection, transaction
from detainerdesk.ledger import log
process, threads, each = map(int, sys.argv[1:])
failed = []
def write(thread):
    try:
        for number in range(each):
            with transaction.atomic():
                log.append("paper.received", actor="intake", agency="us-ma-boston/police", subject=f"paper {process}-{thread}-{number}")
    except Exception as error:
        failed.append(error)
    finally:
        connection.close()
running = [threading.Thread(target=write, args=(thread,)) for thread in range(threads)]
[thread.start() for thread in running]
[thread.join() for thread in running]
sys.exit(repr(failed) if failed else 0)
"""

WRITE_ALOUD = """
import itertools
import django; django.setup()
from django.db import transaction
from detainerdesk.ledger import log
for number in itertools.count():
    with transaction.atomic():
        entry = log.append("paper.received", actor="intake", agency="us-ma-boston/police", subject=f"paper {number}", personal={"subject.name": "FICTIONAL"})
    print(entry.index, entry.leaf_hash, flush=True)
"""

READ = """
import sys
import django; django.setup()
from detainerdesk.ledger import log, notary, verify
notary.sign_checkpoint(actor="desk", agency="us-ma-boston/police")
verify.export(sys.argv[1])
for entry in log.entries():
    print(entry.index, entry.event.subject)
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a program on one real SQLite file, with the desk's own settings."""
    (tmp_path / "data").mkdir()
    environment = os.environ | {
        "DETAINERDESK_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings",
    }

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


def done(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def test_many_processes_and_threads_leave_a_dense_log_that_verifies(run, tmp_path: Path) -> None:
    done(run(SET_UP))
    writers = [run(WRITE, number, THREADS, EACH) for number in range(PROCESSES)]
    for writer in writers:
        done(writer)
    lines = [line.split(" ", 1) for line in done(run(READ, tmp_path / "copy")).splitlines()]

    assert [int(index) for index, _ in lines] == list(range(PROCESSES * THREADS * EACH + 2))
    papers = [subject for _, subject in lines if subject.startswith("paper")]
    assert sorted(papers) == sorted(
        f"paper {p}-{t}-{n}" for p in range(PROCESSES) for t in range(THREADS) for n in range(EACH)
    )
    for process in range(PROCESSES):
        for thread in range(THREADS):
            mine = [subject for subject in papers if subject.startswith(f"paper {process}-{thread}-")]
            assert mine == [f"paper {process}-{thread}-{number}" for number in range(EACH)]
    report = verify(tmp_path / "copy")
    assert report.ok, report.findings
    assert report.size == PROCESSES * THREADS * EACH + 2


def test_a_writer_killed_at_any_moment_leaves_what_it_acknowledged_and_no_half(run, tmp_path: Path) -> None:
    done(run(SET_UP))
    acknowledged: dict[int, str] = {}
    for kill_after in (1, 2, 5, 9):
        writer = run(WRITE_ALOUD)
        for line, _ in zip(writer.stdout, range(kill_after), strict=False):
            index, leaf = line.split()
            acknowledged[int(index)] = leaf
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate(timeout=60)
        acknowledged |= {
            int(line.split()[0]): line.split()[1]
            for line in rest.splitlines()
            if len(line.split()) == 2 and len(line.split()[1]) == 64
        }
    done(run(READ, tmp_path / "copy"))
    report = verify(tmp_path / "copy")
    assert report.ok, report.findings
    leaves = [
        tree.leaf_hash(data).hex()
        for _, files in sorted(layout.bundle_files(tmp_path / "copy").items())
        for data in layout.unpack(files[-1][1].read_bytes()).entries
    ]
    assert len(acknowledged) >= 17
    assert {index: leaves[index] for index in acknowledged} == acknowledged
