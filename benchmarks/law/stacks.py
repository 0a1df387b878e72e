"""How long whole answers take for whole stacks: every action, all facts known and with 12 unknown, with and without text.

    python benchmarks/law/stacks.py [--quick]

The stacks are Boston, California with San Francisco, and New York City; one that is not encoded is left out, and said. Also the
next question, loading rulebooks (cold, and where nothing changed) and all proofs of a stack. It prints a table, then one line of
JSON for each measure. Where a measure takes too long it ends early, and the table says on how many cases it rests.

Every case is put twice, all once and then all again: the first time it may be the first of its days, for which functions are made; the
targets are for the second. The rulebooks are kept out of garbage collection once they are loaded, as the desk's server does.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ours import encoded, loaded, next_question, proved, with_text, without_text
from stack_cases import StackCases

from detainerdesk.law.errors import LawError
from detainerdesk.law.load import RULEBOOKS

PLACES = {
    "boston": "us-ma-boston",
    "california-san-francisco": "us-ca-san-francisco",
    "new-york-city": "us-ny-new-york-city",
}
STACK = "us-ma-boston/police"
"""The agency whose law is loaded alone."""
UNKNOWN = 12
SEED = 20240601
DESK = ("hold", "notify_release", "transfer")
"""The actions for which the desk asks the next question."""
LONGEST = 20.0
"""Seconds after which one measure ends."""
LOADING = """
import json, sys, time
from detainerdesk.law import load

def milliseconds():
    began = time.perf_counter()
    load(agency=sys.argv[1] or None)
    return 1000 * (time.perf_counter() - began)

print(json.dumps([milliseconds(), milliseconds()]))
"""
"""In a process that has imported the engine and loaded nothing: loading, and loading once more."""

Measure = dict[str, object]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for CI")
    quick = parser.parse_args().quick
    measures = loading(2 if quick else 7)
    gc.collect()
    gc.freeze()
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
        first, _ = timed(run, given, longest)
        times, _ = timed(run, given[: len(first)], longest)
        measures += told(f"{name}-{label}", first, times, target)
    first, _ = timed(lambda case: next_question(case, DESK), partial, longest)
    times, found = timed(lambda case: next_question(case, DESK), partial[: len(first)], longest)
    measures += told(f"{name}-next-question", first, times, 30.0)
    how = Counter(found)
    shares = ", ".join(f"{how[word] / len(found):.0%} {word}" for word in ("exact", "estimated", "none", "failed"))
    print(f"  next question: {shares}")
    measures.append(measure(f"{name}-next-question-exact", 100 * how["exact"] / len(found), "%", None))
    began = time.perf_counter()
    number = proved(agency)
    measures.append(measure(f"{name}-all-proofs", time.perf_counter() - began, "s", 5.0))
    print(f"  all proofs ({number} examples, the law of the agency by the solver): {measures[-1]['value']} s")
    return measures


def timed(run: Callable[[Any], Any], cases: Sequence[Any], longest: float) -> tuple[list[float], list[Any]]:
    """Milliseconds of each case, and what came out; `failed` where the engine refused."""
    times: list[float] = []
    found: list[Any] = []
    ends = time.perf_counter() + longest
    for case in cases:
        began = time.perf_counter()
        try:
            result = run(case)
        except LawError as error:
            print(f"  refused: {case.id}: {error}")
            result = "failed"
        times.append((time.perf_counter() - began) * 1000)
        found.append(result)
        if len(times) >= 3 and time.perf_counter() > ends:
            break
    return times, found


def told(name: str, first: list[float], times: list[float], target: float | None) -> list[Measure]:
    """The median and the 99th percentile, and that of the first time; the target is for the percentile."""
    middle, high, at_first = statistics.median(times), percentile(times), percentile(first)
    print(
        f"  {name:<48}p50 {middle:>10,.3f} ms   p99 {high:>10,.3f} ms   p99 at first {at_first:>10,.3f} ms   {len(times)} cases"
    )
    return [
        measure(f"{name}-p50", middle, "ms", None),
        measure(f"{name}-p99", high, "ms", target),
        measure(f"{name}-p99-first", at_first, "ms", None),
    ]


def percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98]


def loading(rounds: int) -> list[Measure]:
    """Loading the law of one agency, and all rulebooks, in new processes; and once more where nothing changed. The best of the
    rounds counts: whatever else the machine does only adds to it."""
    measures: list[Measure] = []
    for name, agency, target in (("one-stack", STACK, 150.0), ("all", "", None)):
        cold, again = (min(times) for times in zip(*(loads(agency) for _ in range(rounds)), strict=True))
        measures.append(measure(f"law-load-{name}-cold", cold, "ms", target))
        measures.append(measure(f"law-load-{name}-from-cache", again, "ms", 20.0))
        print(f"loading {agency or 'all rulebooks'}: cold {cold:.1f} ms, from the cache {again:.1f} ms")
    return measures


def loads(agency: str) -> list[float]:
    """Milliseconds that `load` takes in a process of its own, and again in the same; starting Python and importing do not count."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADING, agency],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(RULEBOOKS.parent)},
    )
    found: list[float] = json.loads(ended.stdout)
    return found


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
