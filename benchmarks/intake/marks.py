"""Ticks and signatures by every channel: X, checks, strokes and scribbles, and the hard marks, which only a person can judge: crossed
out, circled, beside the box. Right is a clear mark that was accepted as what it is, or an unclear one that was left to a person.
Generated pages of fictional people: this says nothing about real forms.

    python benchmarks/intake/marks.py [--quick]

Prints a table and, last, one line of JSON for each measure. Every miss is listed in build/intake/marks/misses.tsv, with its picture.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages.fill import Manner
from benchmarks.intake.pages.machines import DIGITAL, RUNGS
from benchmarks.intake.pages.pen import FILLED, UNCLEAR
from benchmarks.intake.scoring import Job, Outcome, arguments, drawn_from, read_all, say, share

KINDS = ("i247a", "i247d", "i200", "i205", "ao442", "i247n")
PAPERS, FEW = 5, 1  # of each kind by each channel; a third in unseen prints comes on top


def main() -> int:
    parser = arguments(__doc__, "one paper of each kind by each channel")
    asked = parser.parse_args()
    papers = FEW if asked.quick else PAPERS
    jobs = [
        Job(
            kind,
            channel,
            500 + 100 * place + seed,
            unseen=seed >= papers,
            manner=Manner(hard=0.3, hand=0.0, dense=True),
        )
        for place, channel in enumerate((DIGITAL, *RUNGS))
        for kind in KINDS
        for seed in range(papers + (papers + 1) // 2)
    ]
    done = read_all(drawn_from(asked.seed, jobs), "marks")
    all_marks = [one for read in done for one in read.outcomes if one.kind != "text"]
    usual = [one for one in all_marks if not one.job.unseen]
    print("Generated pages of fictional people; `wrong`: accepted as what it is not; `to a person`: not accepted.")
    print(f"{'mark':<24}{'usual':>7}{'wrong':>7}{'to a person %':>15}{'unseen':>8}{'wrong':>7}{'to a person %':>15}")
    names = sorted({_name(one) for one in all_marks})
    for name in names:
        _row(name, [one for one in all_marks if _name(one) == name])
    for channel in (DIGITAL, *RUNGS):
        _row(channel, [one for one in all_marks if one.job.channel == channel])
    clear = [one for one in usual if one.mark not in (*UNCLEAR, FILLED)]
    unseen = [one for one in all_marks if one.job.unseen]
    say("marks-accepted", share(sum(one.accepted for one in clear), len(clear)), "% of clear ones", None)
    say("marks-right-unseen", share(sum(not _wrong(one) for one in unseen), len(unseen)), "%", None)
    say("marks-measured", len(usual), "ticks and signatures", None)
    return 0 if say("marks-right", share(sum(not _wrong(one) for one in usual), len(usual)), "%", 99.9) else 1


def _row(name: str, marks: Sequence[Outcome]) -> None:
    cells = []
    for unseen in (False, True):
        some = [one for one in marks if one.job.unseen is unseen]
        asked = share(sum(not one.accepted for one in some), len(some)) if some else 0.0
        cells.append(f"{len(some):>{8 if unseen else 7}}{sum(map(_wrong, some)):>7}{asked:>15.1f}")
    print(f"{name:<24}{''.join(cells)}")


def _name(one: Outcome) -> str:
    return f"{one.kind}: {one.mark or 'empty'}"


def _wrong(one: Outcome) -> bool:
    """Accepted as what it is not. A paper that was not known has no accepted mark."""
    return one.wrong


if __name__ == "__main__":
    raise SystemExit(main())
