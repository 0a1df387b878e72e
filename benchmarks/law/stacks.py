"""How long whole answers take for whole stacks: every action, all facts known and with 12 unknown, with and without text.

    python benchmarks/law/stacks.py [--quick]

The stacks are Boston, California with San Francisco, and New York City; one that is not encoded is left out, and said. Also the
next question, loading the rulebooks (cold, and from the cache) and all proofs of a stack. It prints a table, then one line of
JSON for each measure. Where a measure takes too long it ends early, and the table says on how many cases it rests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from ours import encoded, loaded, next_question, proved, with_text, without_text
from stack_cases import StackCases

from detainerdesk.law.errors import LawError
from detainerdesk.law.load import RULEBOOKS

PLACES = {
    "boston": "us-ma-boston",
    "california-san-francisco": "us-ca-san-francisco",
    "new-york-city": "us-ny-new-york-city",
}
UNKNOWN = 12
SEED = 20240601
DESK = ("hold", "notify_release", "transfer")
"""The actions for which the desk asks the next question."""
LONGEST = 20.0
"""Seconds after which one measure ends."""
LOADING = "import sys, time\nfrom pathlib import Path\nfrom detainerdesk.law import load\nbegan = time.perf_counter()\nload(Path(sys.argv[1]))\nprint(time.perf_counter() - began)"

Measure = dict[str, object]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for CI")
    quick = parser.parse_args().quick
    measures = loading(2 if quick else 7)
    agencies = {name: encoded(place) for name, place in PLACES.items()}
    for name, agency in agencies.items():
        if agency is None:
            print(f"left out: {name} ({PLACES[name]}): its rulebooks are not encoded here")
        else:
            measures += of_stack(name, agency, 30 if quick else 300, LONGEST / 10 if quick else LONGEST)
    for each in measures:
        print(json.dumps(each))
    return 0


def of_stack(name: str, agency: str, count: int, longest: float) -> list[Measure]:
    cases = StackCases(agency, SEED)
    actions = cases.actions()
    known = [loaded(case) for case in cases.complete(count)]
    partial = [loaded(case) for case in cases.partial(count, UNKNOWN)]
    print(
        f"\n{name} ({agency}): {len(actions)} actions, {len(cases.single)} facts and {len(cases.lists)} lists that they read"
    )
    measures: list[Measure] = []
    for label, run, given, target in (
        ("known-no-text", lambda case: without_text(case, actions), known, 0.2),
        ("known-with-text", lambda case: with_text(case, actions), known, None),
        (f"{UNKNOWN}-unknown-no-text", lambda case: without_text(case, actions), partial, None),
        (f"{UNKNOWN}-unknown-with-text", lambda case: with_text(case, actions), partial, 20.0),
    ):
        times, _ = timed(run, given, longest)
        measures += told(f"{name}-{label}", times, target)
    times, found = timed(lambda case: next_question(case, DESK), partial, longest)
    measures += told(f"{name}-next-question", times, 30.0)
    how = Counter(found)
    shares = ", ".join(f"{how[word] / len(found):.0%} {word}" for word in ("exact", "estimated", "none", "failed"))
    print(f"  next question: {shares}")
    measures.append(measure(f"{name}-next-question-exact", 100 * how["exact"] / len(found), "%", None))
    began = time.perf_counter()
    number = proved(agency)
    measures.append(measure(f"{name}-all-proofs", time.perf_counter() - began, "s", 5.0))
    print(f"  all proofs ({number}): {measures[-1]['value']} s")
    return measures


def timed(run: Callable[[Any], Any], cases: Sequence[Any], longest: float) -> tuple[list[float], list[Any]]:
    """Milliseconds of each case, and what came out; `failed` where the engine refused. The first warms up and counts not."""
    times: list[float] = []
    found: list[Any] = []
    ends = time.perf_counter() + longest
    for number, case in enumerate((cases[0], *cases)):
        began = time.perf_counter()
        try:
            result = run(case)
        except LawError as error:
            print(f"  refused: {case.id}: {error}")
            result = "failed"
        if number:
            times.append((time.perf_counter() - began) * 1000)
            found.append(result)
        if len(times) >= 3 and time.perf_counter() > ends:
            break
    return times, found


def told(name: str, times: list[float], target: float | None) -> list[Measure]:
    """The median and the 99th percentile; the target is for the percentile."""
    middle, high = statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]
    print(f"  {name:<48}p50 {middle:>10,.3f} ms   p99 {high:>10,.3f} ms   {len(times)} cases")
    return [measure(f"{name}-p50", middle, "ms", None), measure(f"{name}-p99", high, "ms", target)]


def loading(rounds: int) -> list[Measure]:
    """Loading in a new process: rulebooks that no cache has seen (a line of prose is new), and the same once more."""
    cold: list[float] = []
    again: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "rulebooks"
        shutil.copytree(RULEBOOKS, place)
        vocabulary = place / "vocabulary.md"
        text = vocabulary.read_text(encoding="utf-8")
        for _ in range(rounds):
            vocabulary.write_text(f"{text}\n\nNever seen before: {uuid4()}\n", encoding="utf-8")
            cold.append(loads_in(place))
            again.append(loads_in(place))
    measures = [
        measure("law-load-cold", statistics.median(cold), "ms", 150.0),
        measure("law-load-from-cache", statistics.median(again), "ms", 20.0),
    ]
    print(f"loading: cold {measures[0]['value']} ms, from the cache {measures[1]['value']} ms")
    return measures


def loads_in(folder: Path) -> float:
    """Milliseconds that `load` takes in a process of its own; starting Python and importing the engine do not count."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADING, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(RULEBOOKS.parent)},
    )
    return float(ended.stdout) * 1000


def measure(name: str, value: float, unit: str, target: float | None) -> Measure:
    return {
        "measure": name,
        "value": round(value, 3),
        "unit": unit,
        "target": target,
        "holds": target is None or value <= target,
    }


if __name__ == "__main__":
    sys.exit(main())
