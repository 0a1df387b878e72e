"""How long one decision with its trace takes: Boston, the actions that the desk asks, all facts known, and with 12 facts unknown.

    python benchmarks/law/decide.py [--quick]

It prints a small table, then one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import yaml

from detainerdesk.law import Case, Edition, decide, load

ASKED = ("hold", "notify_release", "transfer", "honor_criminal_warrant")
EXAMPLE = Path(__file__).parents[2] / "examples" / "case.yaml"
UNKNOWN = (
    "warrants",
    "request.issuer",
    "request.issuer_authorised",
    "request.asks_hold",
    "request.asks_notify",
    "request.asks_transfer",
    "request.purpose",
    "request.attached_warrant",
    "person.release_ground",
    "custody.other_lawful_basis",
    "person.eligible_for_release_at",
    "custody.agency_has_custody",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for CI")
    count = 20 if parser.parse_args().quick else 200
    began = time.perf_counter()
    edition = load()
    loading = (time.perf_counter() - began) * 1000
    known = replace(Case.read(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))), ask=ASKED)
    unknown = replace(known, facts={**known.facts, **dict.fromkeys(UNKNOWN, "unknown")})
    measures = [measure("law-load", loading, "ms", None)]
    for name, case in (("known", known), ("12-unknown", unknown)):
        times = decisions(case, edition, count)
        measures.append(measure(f"decide-with-trace-{name}-p50", statistics.median(times), "ms", None))
        measures.append(measure(f"decide-with-trace-{name}-p99", statistics.quantiles(times, n=100)[98], "ms", None))
    print(f"{len(ASKED)} actions of one Boston case, {count} decisions each, every rule's test in the trace")
    for each in measures:
        print(f"{each['measure']:<36}{each['value']:>10,.2f} {each['unit']}")
    for each in measures:
        print(json.dumps(each))
    return 0


def decisions(case: Case, edition: Edition, count: int) -> list[float]:
    """Milliseconds of each decision, with every test of every rule that was considered. The first one warms up and is not counted."""
    times: list[float] = []
    for number in range(count + 1):
        began = time.perf_counter()
        decision = decide(case, edition)
        for steps in decision.trace.steps.values():
            for step in steps:
                decision.trace.tests(step.provision)
        if number:
            times.append((time.perf_counter() - began) * 1000)
    return times


def measure(name: str, value: float, unit: str, target: float | None) -> dict[str, object]:
    holds = target is None or value <= target
    return {"measure": name, "value": round(value, 3), "unit": unit, "target": target, "holds": holds}


if __name__ == "__main__":
    sys.exit(main())
