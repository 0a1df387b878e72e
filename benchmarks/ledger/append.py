"""How long the ledger takes: one event appended durably on a real SQLite file with the desk's own settings, and the pure tree.

    python benchmarks/ledger/append.py [--quick]

It makes a database in a temporary folder, prints a small table, then one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for CI")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DETAINERDESK_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "detainerdesk.desk.settings"
        durable = append_durably(200 if quick else 2_000)
    leaves = 100_000 if quick else 1_000_000
    seconds, proof = append_to_the_tree(leaves)
    measures = [
        measure("ledger-append-durable-p50", statistics.median(durable), "ms", None),
        measure("ledger-append-durable-p99", statistics.quantiles(durable, n=100)[98], "ms", None),
        measure("ledger-tree-appends-per-second", leaves / seconds, "1/s", 1_000_000 / 60, least=True),
        measure("ledger-tree-million", seconds * 1_000_000 / leaves, "s", 60),
        measure("ledger-proof", proof, "ms", 1),
    ]
    for each in measures:
        target = "" if each["target"] is None else f"target {each['target']:,.0f}"
        print(f"{each['measure']:<34}{each['value']:>14,.3f} {each['unit']:<5} {target}")
    for each in measures:
        print(json.dumps(each))
    return 0 if all(each["holds"] for each in measures) else 1


def append_durably(count: int) -> list[float]:
    """Milliseconds of each append, from BEGIN to the return of COMMIT, with two personal values sealed."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from detainerdesk.ledger import log

    call_command("migrate", "ledger", verbosity=0)
    with connection.cursor() as cursor:
        mode, level = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    print(
        f"SQLite {'.'.join(map(str, connection.Database.sqlite_version_info))}, journal_mode={mode}, synchronous={level}, {count:,} appends"
    )
    times = []
    for number in range(count):
        begin = time.perf_counter()
        with transaction.atomic():
            log.append(
                "paper.received",
                actor="intake",
                agency="us-ma-boston/police",
                subject=f"request 2026-{number:04d}",
                facts={"station": "D-4", "pages": 3},
                personal={"subject.name": "FICTIONAL Person", "subject.birth_date": "1990-01-01"},
            )
        times.append((time.perf_counter() - begin) * 1000)
    connection.close()
    return times


def append_to_the_tree(count: int) -> tuple[float, float]:
    """Seconds for `count` appends of 200 bytes each, hashing included; and the mean milliseconds of a proof from the whole tree."""
    from detainerdesk.ledger.tree import Tree, leaf_hash

    padding = bytes(192)
    tree = Tree()
    begin = time.perf_counter()
    for number in range(count):
        tree.append(leaf_hash(number.to_bytes(8, "big") + padding))
    tree.root()
    seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    for number in range(1_000):
        tree.inclusion(number * (count // 1_000))
        tree.consistency(number * (count // 1_000) + 1)
    return seconds, (time.perf_counter() - begin) * 1000 / 2_000


def measure(name: str, value: float, unit: str, target: float | None, *, least: bool = False) -> dict[str, object]:
    holds = target is None or (value >= target if least else value <= target)
    return {"measure": name, "value": round(value, 4), "unit": unit, "target": target, "holds": holds}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
