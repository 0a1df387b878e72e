"""Whether the readings of a rule agree on whole stacks: the closure on complete cases, the table on partial ones, SQL on all.

    python benchmarks/law/agree.py [--quick] [--cases N] [--stack NAME] [--action NAME]

A million seeded cases a stack (`columns_of.py`) are decided by SQL and again one by one by the engine. What SQL settles, what it
finds undetermined and what it leaves to the exact path are compared apart: outcome, standing and rules. It prints the counts, the
differences (0) and the speed, then one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import pyarrow as pa
from columns_of import Generator
from ours import EDITION, encoded

from detainerdesk.law import ContradictoryFacts
from detainerdesk.law.bulk import Columns, decide_many
from detainerdesk.law.bulk.columns import facts_of
from detainerdesk.law.decide import Decider

PLACES = {
    "boston": ("us-ma-boston", "hold"),
    "texas": ("us-tx-harris", "hold"),
    "california-san-francisco": ("us-ca-san-francisco", "transfer"),
    "new-york-city": ("us-ny-new-york-city", "hold"),
}
"""Each stack, and the action of it that turns on the most: in California on lists of offenses and look-backs."""
CASES, QUICK = 1_000_000, 20_000
SEED = 20240601
AT_ONCE = 20_000
WAYS = ("settled in SQL", "undetermined, exact by signs", "exact path", "contradiction")


@dataclass
class Compared:
    """How many cases of each way were compared, and which differed."""

    many: Counter[str] = field(default_factory=Counter)
    different: dict[str, list[str]] = field(default_factory=lambda: {way: [] for way in WAYS})
    seconds: dict[str, float] = field(default_factory=lambda: {"closure": 0.0, "table": 0.0})
    cases: Counter[str] = field(default_factory=Counter)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} cases a stack, for CI")
    parser.add_argument("--cases", type=int, help="so many cases a stack")
    parser.add_argument("--stack", choices=tuple(PLACES), help="only this stack")
    parser.add_argument("--action", help="another action than the stack's own")
    asked = parser.parse_args()
    count = asked.cases or (QUICK if asked.quick else CASES)
    measures: list[dict[str, object]] = []
    for name, (place, action) in PLACES.items():
        if asked.stack not in (None, name):
            continue
        agency = encoded(place)
        if agency is None:
            print(f"left out: {name} ({place}): its rulebooks are not encoded here")
        else:
            measures += of_stack(name, agency, asked.action or action, count)
    for each in measures:
        print(json.dumps(each))
    return 0


def of_stack(name: str, agency: str, action: str, count: int) -> list[dict[str, object]]:
    print(f"\n{name} ({agency}): {action}, {count:,} cases", flush=True)
    began = time.perf_counter()
    cases = Generator(agency, (action,), SEED).columns(count)
    made = time.perf_counter() - began
    began = time.perf_counter()
    decide_many(cases, agency, action, EDITION, exactly=False)
    alone = time.perf_counter() - began
    began = time.perf_counter()
    many = decide_many(cases, agency, action, EDITION)
    seconds = time.perf_counter() - began
    counts = many.counts
    print(f"  made in {made:.1f} s; SQL alone {alone:.1f} s, {count / alone:,.0f} cases a second")
    print(f"  with the exact path {seconds:.1f} s, {count / seconds:,.0f} cases a second")
    print(
        f"  settled in SQL {counts.settled:,}; undetermined, exact by signs {counts.by_signs:,}; left to the exact path"
    )
    print(f"  {counts.exact:,} (unlike: {counts.decided_once:,}); contradictions {counts.contradictions:,}")
    print(f"  not one-signed: {', '.join(many.not_one_signed) or 'nothing'}", flush=True)
    compared = compare(cases, action, many.table)
    different = 0
    for way in WAYS:
        some = compared.different[way]
        different += len(some)
        print(f"  {way:<32}{compared.many[way]:>12,} compared {len(some):>8,} differences")
        for one in some[:5]:
            print(f"    {one}")
    for how, spent in compared.seconds.items():
        number = compared.cases[how]
        print(f"  {how}: {number:,} cases, {spent:.1f} s, {number / spent if spent else 0:,.0f} cases a second")
    return [
        measure(f"sql-agrees-{name}-differences", different, "cases", 0),
        measure(f"sql-agrees-{name}-cases", sum(compared.many.values()), "cases", None),
        measure(f"sql-settled-{name}", 100 * counts.settled / count, "%", None),
        measure(f"sql-undetermined-by-signs-{name}", 100 * counts.by_signs / count, "%", None),
        measure(f"sql-left-to-exact-{name}", 100 * counts.exact / count, "%", None),
        measure(f"sql-alone-cases-per-second-{name}", count / alone, "cases/s", None),
        measure(f"sql-and-exact-cases-per-second-{name}", count / seconds, "cases/s", None),
    ]


def compare(cases: Columns, action: str, told: pa.Table) -> Compared:
    """Every case decided by the engine, one by one, against what SQL said."""
    found = Compared()
    for row, said in zip(rows(cases.table), rows(told), strict=True):
        group = cases.groups[row["group"]].known
        at = row["at"].replace(tzinfo=UTC)
        facts = facts_of(row, cases.layout, at, group.stack.defaults)
        known = replace(group, case=replace(group.case, at=at), facts=facts)
        how = "closure" if is_complete(row, cases) else "table"
        began = time.perf_counter()
        try:
            outcome = Decider(known, EDITION, known.case.at).outcome(action, ahead=False)
            by = "".join(f"{one.rule}\n" for one in outcome.by)
            expected = (outcome.outcome, outcome.standing, outcome.settled, by)
        except ContradictoryFacts:
            expected = (None, None, None, None)
        found.seconds[how] += time.perf_counter() - began
        found.cases[how] += 1
        found.many[said["how"]] += 1
        given = (said["outcome"], said["standing"], said["settled"], said["by"])
        if given != expected:
            found.different[said["how"]].append(
                f"{dict(facts.stated)} {facts.lists} at {at}: SQL {given}, {how} {expected}"
            )
    return found


def rows(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    for batch in table.to_batches(AT_ONCE):
        yield from batch.to_pylist()


def is_complete(row: Mapping[str, Any], cases: Columns) -> bool:
    """Whether everything that the law reads is known."""
    facts, lists = cases.layout.facts, cases.layout.lists
    if not all(row[f"{name}/complete"] for name in lists):
        return False
    if not all(_is_known(row, name) for name in facts):
        return False
    return all(_is_known(record, one) for name, fields in lists.items() for record in row[name] for one in fields)


def _is_known(row: Mapping[str, Any], name: str) -> bool:
    if row.get(f"{name}/last") != row[name] and f"{name}/last" in row and row.get(f"{name}/word") is None:
        return False
    return any(row.get(f"{name}{beside}") is not None for beside in ("", "/word", "/items"))


def measure(name: str, value: float, unit: str, target: float | None) -> dict[str, object]:
    holds = target is None or value <= target
    return {"measure": name, "value": round(value, 3), "unit": unit, "target": target, "holds": holds}


if __name__ == "__main__":
    sys.exit(main())
