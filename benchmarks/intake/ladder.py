"""Printed fields down the ladder: the same kinds of papers as a clean scan, an office scan, a fine, a standard and a hard fax, a third of
them in a print that no template was made for. Generated pages of fictional people: this says nothing about real forms.

    python benchmarks/intake/ladder.py [--quick]

Prints a table and, last, one line of JSON for each measure. Every miss is listed in build/intake/ladder/misses.tsv, with its picture.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages.machines import RUNGS
from benchmarks.intake.scoring import Job, Outcome, Read, arguments, drawn_from, read_all, say, share

KINDS = ("i247a", "i200")
PAPERS = {"clean scan": 36, "office scan": 36, "fine fax": 84, "standard fax": 36, "hard fax": 36}  # of each kind
TARGETS = {"clean scan": 100.0, "office scan": 100.0, "fine fax": 99.0, "standard fax": 97.0, "hard fax": 90.0}


def main() -> int:
    parser = arguments(__doc__, "three papers of each kind on each rung")
    parser.add_argument("--rung", choices=RUNGS, help="only this rung")
    parser.add_argument("--papers", type=int, help="so many of each kind on each rung")
    asked = parser.parse_args()
    jobs = [
        Job(kind, rung, seed, unseen=seed % 3 == 2)
        for rung in RUNGS
        if asked.rung in (None, rung)
        for kind in KINDS
        for seed in range(asked.papers or (3 if asked.quick else PAPERS[rung]))
    ]
    done = read_all(drawn_from(asked.seed, jobs), "ladder")
    print("Generated pages of fictional people; printed values only, handwriting and stamped-over fields apart.")
    print(
        f"{'rung':<14}{'print':<8}{'papers':>7}{'known':>7}{'fields':>8}{'right %':>9}{'accepted %':>12}{'wrong':>7}{'empty %':>9}{'s/page':>8}"
    )
    for rung in RUNGS:
        for unseen in (False, True):
            _row(rung, unseen, [one for one in done if one.job.channel == rung and one.job.unseen is unseen])
    marked = [one for read in done for one in read.outcomes if one.printed and not str(one.truth).isascii()]
    print(
        f"{len(marked)} of the printed values have an accent: right {_right(marked):.1f} %, accepted {_covered(marked):.1f} %"
    )
    return 0 if all([_measure(rung, done) for rung in RUNGS if asked.rung in (None, rung)] + _overall(done)) else 1


def _row(rung: str, unseen: bool, reads: Sequence[Read]) -> None:
    if not reads:
        return
    fields = [one for read in reads for one in read.outcomes]
    printed = [one for one in fields if one.printed]
    bare = [one for one in fields if one.kind == "text" and one.truth == ""]
    known = sum(read.kind == read.job.kind for read in reads)
    print(
        f"{rung:<14}{'unseen' if unseen else 'usual':<8}{len(reads):>7}{known:>7}{len(printed):>8}"
        f"{_right(printed):>9.2f}{_covered(printed):>12.2f}{_wrong(fields):>7}"
        f"{share(sum(one.right for one in bare), len(bare)):>9.2f}{statistics.median(read.seconds for read in reads):>8.2f}"
    )


def _measure(rung: str, done: Sequence[Read]) -> bool:
    held = True
    for unseen in (True, False):
        printed = [
            one
            for read in done
            if (read.job.channel, read.job.unseen) == (rung, unseen)
            for one in read.outcomes
            if one.printed
        ]
        name = f"{'unseen-' if unseen else ''}{rung.replace(' ', '-')}"
        if printed:
            say(f"printed-accepted-{name}", _covered(printed), "%", None)
            held = say(f"printed-right-{name}", _right(printed), "%", None if unseen else TARGETS[rung])
    return held


def _overall(done: Sequence[Read]) -> list[bool]:
    usual = [one for read in done if not read.job.unseen for one in read.outcomes if one.kind == "text"]
    unseen = [one for read in done if read.job.unseen for one in read.outcomes if one.kind == "text"]
    fine = [one for one in usual if one.job.channel == "fine fax"]
    held = []
    if fine:
        held.append(say("accepted-yet-wrong-fine-fax", _wrong_share(fine), "% of accepted", 0.1, least=False))
        held.append(say("accepted-fine-fax", _covered([one for one in fine if one.printed]), "%", 90.0))
    held.append(say("accepted-yet-wrong", _wrong_share(usual), "% of accepted", 0.1, least=False))
    if unseen:
        held.append(say("accepted-yet-wrong-unseen", _wrong_share(unseen), "% of accepted", 0.0, least=False))
    return held


def _right(fields: Sequence[Outcome]) -> float:
    return share(sum(one.right for one in fields), len(fields))


def _covered(fields: Sequence[Outcome]) -> float:
    return share(sum(one.accepted for one in fields), len(fields))


def _wrong(fields: Sequence[Outcome]) -> int:
    return sum(one.wrong for one in fields if one.kind == "text")


def _wrong_share(fields: Sequence[Outcome]) -> float:
    """Every wrong acceptance of a text (printed, written, stamped over or empty) against the accepted printed values."""
    return share(_wrong(fields), sum(one.accepted and one.printed for one in fields))


if __name__ == "__main__":
    raise SystemExit(main())
