"""How long one page takes to read: a digital page with a text layer, and a scanned page with everything that it needs
(straightening, OCR, registration, second readings, ink).

    python benchmarks/intake/read.py [--quick]

Generated pages of fictional people; one process, one thread for OCR, the engine loaded before the clock starts. It prints a
small table, then one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from detainerdesk.intake.reading.read import read
from tests.paperwork import draw, sample

TARGETS = {
    "read-page-text-layer": 0.5,
    "read-page-scan": 10.0,
}  # this issue's; the reading issue asks for 2 s a scanned page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pages, for CI")
    quick = parser.parse_args().quick
    digital = [draw("i200", sample("i200"), style="text", seed=seed) for seed in range(5 if quick else 30)]
    scans = [draw("i247a", sample("i247a"), style="scan", seed=seed, pages=[1]) for seed in range(2 if quick else 10)]
    read(draw("i200", sample("i200"), style="scan"))  # loads the engine
    measures = [measure("read-page-text-layer", digital), measure("read-page-scan", scans)]
    for each in measures:
        print(
            f"{each['measure']:<24}{each['value']:>9.3f} s   target {each['target']} s   {'holds' if each['holds'] else 'MISSED'}"
        )
    for each in measures:
        print(json.dumps(each))
    return 0 if all(each["holds"] for each in measures) else 1


def measure(name: str, files: list[bytes]) -> dict[str, object]:
    """Median seconds of one page."""
    seconds = []
    for data in files:
        begun = time.perf_counter()
        reading = read(data)
        seconds.append((time.perf_counter() - begun) / reading.pages)
    value = round(statistics.median(seconds), 3)
    return {"measure": name, "value": value, "unit": "s", "target": TARGETS[name], "holds": value <= TARGETS[name]}


if __name__ == "__main__":
    raise SystemExit(main())
