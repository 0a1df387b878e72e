"""How long one page takes to read, everything included (straightening, finding the form, OCR, second readings, ink): a digital page, and
scanned and faxed pages, at low priority on one core. How long a sender waits meanwhile is in `acceptance.py`.

    python benchmarks/intake/read.py [--quick]

Generated pages of fictional people. A page's seconds are what the process and its programs computed, so that other work on the machine does
not count; the engine is loaded before. Prints a table, then a line of JSON a measure.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages.machines import DIGITAL, RUNGS
from benchmarks.intake.scoring import Job, cpu, made, say

KINDS = ("i247a", "i200", "i247a", "i205", "ao442")  # of two papers that arrive about one is a detainer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three pages by each channel")
    quick = parser.parse_args().quick
    os.nice(10)
    papers = [
        (kind, 700 + number * 10 + again) for number, kind in enumerate(KINDS) for again in range(1 if quick else 3)
    ]
    seconds = {channel: _seconds(channel, papers[: 3 if quick else None]) for channel in (DIGITAL, *RUNGS)}
    for channel, taken in seconds.items():
        print(
            f"{channel:<14}{len(taken):>4} pages   median {statistics.median(taken):>6.2f} s   longest {max(taken):>6.2f} s"
        )
    pictured = [one for channel in RUNGS for one in seconds[channel]]
    held = [
        say("read-page-text-layer", round(statistics.median(seconds[DIGITAL]), 3), "s", 0.5, least=False),
        say("read-page-scan", round(statistics.median(pictured), 3), "s", 2.0, least=False),
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


if __name__ == "__main__":
    raise SystemExit(main())
