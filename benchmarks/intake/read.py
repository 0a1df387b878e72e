"""How long one page takes to read, everything included (straightening, finding the form, OCR, second readings, ink): a digital page, and
scanned and faxed pages, at low priority on one core; and how long a fax that arrives meanwhile waits until it is durable.

    python benchmarks/intake/read.py [--quick]

Generated pages of fictional people. A page's seconds are what the process computed, so that other work on the machine does not count; the
engine is loaded before. Acceptance is by the clock: bytes and ledger synced to the disk. Prints a table, then a line of JSON a measure.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages.machines import DIGITAL, RUNGS
from benchmarks.intake.scoring import Job, cpu, made, say

KINDS = ("i247a", "i200", "i247a", "i205", "ao442")  # of two papers that arrive about one is a detainer
FAXES, FEW = 60, 15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one page of each kind by each channel, and fewer faxes")
    quick = parser.parse_args().quick
    os.nice(10)
    papers = [
        (kind, 700 + number * 10 + again) for number, kind in enumerate(KINDS) for again in range(1 if quick else 3)
    ]
    seconds = {channel: _seconds(channel, papers if not quick else papers[:3]) for channel in (DIGITAL, *RUNGS)}
    for channel, taken in seconds.items():
        print(
            f"{channel:<14}{len(taken):>4} pages   median {statistics.median(taken):>6.2f} s   longest {max(taken):>6.2f} s"
        )
    waits = _accepted_while_reading(FEW if quick else FAXES)
    print(
        f"{'a fax meanwhile':<14}{len(waits):>4} faxes   median {statistics.median(waits):>6.3f} s   longest {max(waits):>6.3f} s"
    )
    pictured = [one for channel in RUNGS for one in seconds[channel]]
    held = [
        say("read-page-text-layer", round(statistics.median(seconds[DIGITAL]), 3), "s", 0.5, least=False),
        say("read-page-scan", round(statistics.median(pictured), 3), "s", 2.0, least=False),
        say("fax-durable-while-reading", round(max(waits), 3), "s at most", 1.0, least=False),
    ]
    return 0 if all(held) else 1


def _seconds(channel: str, papers: list[tuple[str, int]]) -> list[float]:
    """What each page takes, after one that loads the engine."""
    from detainerdesk.intake.reading.read import read

    files = [made(Job(kind, channel, seed))[1].data for kind, seed in papers]
    read(files[0])
    taken = []
    for data in files:
        begun = cpu()
        pages = read(data).pages
        taken.append((cpu() - begun) / pages)
    return taken


def _accepted_while_reading(count: int) -> list[float]:
    """Clock seconds of each `receive` while the reader's own limited process reads one fax after the other."""
    with tempfile.TemporaryDirectory() as folder:
        from detainerdesk.desk.setup import make_ready

        make_ready(Path(folder))
        from django.utils import timezone

        from detainerdesk.intake.door import Envelope, receive
        from detainerdesk.intake.reading.child import read_in_child

        paper = Path(folder) / "fax.pdf"
        paper.write_bytes(made(Job("i247a", "fine fax", 799))[1].data)
        done = threading.Event()

        def keep_reading() -> None:
            while not done.is_set():
                read_in_child(paper)

        reading = threading.Thread(target=keep_reading)
        reading.start()
        waits = []
        try:
            for number in range(count):
                data = paper.read_bytes() + f"% {number}".encode()
                begun = time.perf_counter()
                receive(
                    data,
                    Envelope(
                        "folder", "us-ma-boston/police", "D-4", f"{number}.pdf", timezone.now(), f"benchmark {number}"
                    ),
                )
                waits.append(time.perf_counter() - begun)
                time.sleep(0.2)
        finally:
            done.set()
            reading.join()
    return waits


if __name__ == "__main__":
    raise SystemExit(main())
