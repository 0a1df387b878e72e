"""Mutation of the law: every part of every rule deleted, flipped or moved in turn; does an example notice?

    python benchmarks/law/mutation.py [--quick] [--book us-tx] [--write]

For each rulebook it prints how many mutants the examples (or the loader) catch, those that are proved to change nothing, and for
what is left the smallest case found on which the answers differ, as an example to be pasted into the rulebook. `--write` makes
docs/mutation.md anew: the score and every mutant that is excused, with the reason. The last lines are one line of JSON a rulebook.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from alike import Compared, Undecided
from differing import Searcher, equivalent, stacks_of
from hunt import Hunter
from mutants import Mutant, mutants, switched_off
from seen import seen_by

from detainerdesk.law import Edition, load

PAGE = Path(__file__).parents[2] / "docs" / "mutation.md"
QUICK = 12
"""Mutants of each rulebook that `--quick` tries."""
EXACT = (
    "the same class and the same rules in every completion of what is unknown, for every role, reading and span of days"
)
ADDS = (
    "the same class, and for a settled answer the same rules, in every completion, for every role, reading and span of days; it only adds to"
    " what an answer lists as voided or lifted, or what an open answer may rest on, and an example names what is there, not what is missing"
)


@dataclass(frozen=True)
class Found:
    """What became of one mutant: caught by an example, excused for a reason, or neither, with a case that would catch it."""

    jurisdiction: str
    key: str
    caught: str = ""
    excused: str = ""
    example: str = ""


@dataclass
class Work:
    """What the processes share: made once, before they part."""

    edition: Edition
    hunter: Hunter
    mutants: Sequence[Mutant]
    exact: bool


WORK: list[Work] = []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} mutants of each rulebook, for CI")
    parser.add_argument("--book", action="append", help="only this rulebook")
    parser.add_argument("--processes", type=int, default=2, help="how many work at once")
    parser.add_argument("--write", action="store_true", help="make docs/mutation.md anew")
    asked = parser.parse_args()
    os.nice(10)
    edition = load()
    books = asked.book or list(edition.rulebooks)
    chosen = [one for book in books for one in _sample(list(mutants(edition, book)), quick=asked.quick)]
    WORK.append(Work(edition, Hunter(edition, seen_by(edition)), chosen, exact=not asked.quick))
    with get_context("fork").Pool(asked.processes) as pool:
        found = pool.map(_become, range(len(chosen)), chunksize=8)
    for one in found:
        if not one.caught and not one.excused:
            print(f"not caught: {one.key}\n{one.example or 'no case was found on which the answers differ'}\n")
    if asked.write:
        PAGE.write_text(page(edition, books, found), encoding="utf-8")
    for book in books:
        mine = [one for one in found if one.jurisdiction == book]
        counted = [one for one in mine if not one.excused]
        caught = sum(bool(one.caught) for one in counted)
        share = 100 * caught / len(counted) if counted else 100.0
        measure = {"measure": f"law-mutants-caught-{book}", "value": round(share, 2), "unit": "%", "target": 100}
        print(json.dumps({**measure, "holds": share == 100, "mutants": len(mine), "excused": len(mine) - len(counted)}))
    return 0


def _sample(every: list[Mutant], *, quick: bool) -> list[Mutant]:
    if not quick or len(every) <= QUICK:
        return every
    return random.Random(20261128).sample(every, QUICK)


def _become(number: int) -> Found:
    work = WORK[0]
    mutant = work.mutants[number]
    if caught := work.hunter.catches(mutant):
        return Found(mutant.jurisdiction, mutant.key, caught=caught)
    if reason := equivalent(mutant, work.edition):
        return Found(mutant.jurisdiction, mutant.key, excused=reason)
    searcher = Searcher(work.hunter, random.Random(number))
    if told := searcher.differing_case(mutant):
        return Found(mutant.jurisdiction, mutant.key, example=told.block("to be named"))
    return Found(mutant.jurisdiction, mutant.key, excused=_alike(mutant, work.edition, searcher) if work.exact else "")


def _alike(mutant: Mutant, edition: Edition, searcher: Searcher) -> str:
    """Why no example can tell the mutant from the law, by the exact comparison; empty where that is not shown."""
    agencies = [stack.agency for stack in stacks_of(mutant.jurisdiction, edition)]
    compared = Compared(edition, mutant)
    try:
        if not compared.alike(searcher.actions(mutant), agencies):
            return ""
    except Undecided:
        return ""
    return ADDS if compared.adds_beside else EXACT


def page(edition: Edition, books: Sequence[str], found: Sequence[Found]) -> str:
    """docs/mutation.md."""
    return "\n".join(_lines(edition, books, found)) + "\n"


def _lines(edition: Edition, books: Sequence[str], found: Sequence[Found]) -> Iterator[str]:
    yield "# Mutation of the law"
    yield ""
    yield "Made by `python benchmarks/law/mutation.py --write`. Each rule, void, duty, definition, clock and list is deleted, flipped or moved in one"
    yield "place at a time; then the worked examples run. A mutant is caught where one of them fails, or the rulebooks no longer load. A mutant is"
    yield "excused only where it is proved that no example could tell it from the law; each is listed with its reason. `open` is what no example"
    yield "catches and no proof excuses."
    yield ""
    yield "| rulebook | mutants | caught | excused | open |"
    yield "| --- | --- | --- | --- | --- |"
    for book in books:
        mine = [one for one in found if one.jurisdiction == book]
        caught, excused = sum(bool(one.caught) for one in mine), sum(bool(one.excused) for one in mine)
        yield f"| {book} | {len(mine)} | {caught} | {excused} | {len(mine) - caught - excused} |"
    for title, chosen in (
        ("Excused", [one for one in found if one.excused]),
        ("Open", [one for one in found if not one.excused and not one.caught]),
    ):
        yield ""
        yield f"## {title}"
        yield ""
        for one in chosen:
            yield f"- {one.key}" + (f" — {one.excused}" if one.excused else "")
    yield ""
    yield "## Switched off"
    yield ""
    for book in books:
        if off := switched_off(edition.rulebooks[book]):
            yield f"- {book}: {', '.join(off)}"


if __name__ == "__main__":
    sys.exit(main())
