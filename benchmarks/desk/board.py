"""How long the board of a long night takes: 200 open requests, some answered, some booked, some decided. Cold, as a process shows it first
and again after midnight; warm, as it is shown each minute; and one request page beside it.

    python benchmarks/desk/board.py [--quick]

In a temporary folder, one process, no network, without the template (`pages.py` measures what a browser waits for). Prints a table, then
one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.desk.pages import BOSTON, ROWS, desk_with, measure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and runs, for CI")
    quick = parser.parse_args().quick
    rows, runs = (40, 5) if quick else (ROWS, 20)
    with tempfile.TemporaryDirectory() as folder:
        from detainerdesk.desk.setup import make_ready

        make_ready(Path(folder))
        _, numbers = desk_with(rows)
        worked_on(numbers)
        measures = measured(rows, numbers, runs)
    for each in measures:
        print(f"{each['measure']:<32}{each['value']:>10,.2f} {each['unit']:<8} target {each['target']}")
    for each in measures:
        print(json.dumps(each))
    return 0 if all(each["holds"] for each in measures) else 1


def worked_on(numbers: list[str]) -> None:
    """Of ten requests one is as it came; three were compared, three looked up, two booked an hour ago, one decided."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from detainerdesk.desk import life

    lima, now = User.objects.get(username="lima").officer, timezone.now()  # type: ignore[attr-defined]
    for place, number in enumerate(numbers):
        step = place % 10
        if step > 0:
            life.same_person(number, 1, lima, "same", at=now)
        if step > 3:
            life.record_warrant_check(number, 2, lima, "none", at=now)
        if step in (7, 8):
            life.record_booking(number, 3, lima, "bail_or_ROR", now - timedelta(hours=1, minutes=place), at=now)
        if step == 9:
            life.record_act(number, 3, lima, "no_hold", at=now)


def measured(rows: int, numbers: list[str], runs: int) -> list[dict[str, Any]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from detainerdesk.desk import page
    from detainerdesk.desk.page.look import KEPT

    def board() -> Any:
        return page.board(BOSTON, "", timezone.now())

    def one_request(run: int) -> Any:
        return page.request_page(BOSTON, numbers[run % len(numbers)], timezone.now())

    KEPT.forget()
    cold = seconds(board)
    warm = [seconds(board) for _ in range(runs)]
    with CaptureQueriesContext(connection) as asked:
        board()
    request = [seconds(partial(one_request, run)) * 1000 for run in range(runs)]
    return [
        measure(f"board-{rows}-rows-cold", cold, "s", 5),
        measure(f"board-{rows}-rows-warm-p50", statistics.median(warm), "s", 1),
        measure(f"board-{rows}-rows-queries", len(asked), "queries", 20),
        measure(f"request-page-beside-{rows}-p50", statistics.median(request), "ms", 150),
    ]


def seconds(act: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")
    sys.exit(main())
