"""Digital originals: at least 2,000 values and ticks of flat and of fillable PDFs, in every kind of form whose fields are read; in a
quarter of them the values touch their labels. Generated pages of fictional people: this says nothing about real forms.

    python benchmarks/intake/digital.py [--quick]

Prints a table and, last, one line of JSON for each measure. Every miss is listed in build/intake/digital/misses.tsv, with its picture.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages.fill import Manner
from benchmarks.intake.pages.machines import DIGITAL
from benchmarks.intake.scoring import Job, Outcome, arguments, drawn_from, read_all, say, share

KINDS = ("i247a", "i247d", "i247n", "i200", "i205", "ao442")
PAPERS, FEW = 27, 4  # of each kind


def main() -> int:
    parser = arguments(__doc__, "four papers of each kind")
    asked = parser.parse_args()
    jobs = [
        Job(
            kind,
            DIGITAL,
            seed,
            unseen=seed % 3 == 2,
            manner=Manner(0.0, 0.0, 0.05, touching=seed % 4 == 3, fillable=seed % 4 == 0),
        )
        for kind in KINDS
        for seed in range(FEW if asked.quick else PAPERS)
    ]
    done = read_all(drawn_from(asked.seed, jobs), "digital")
    print("Generated pages of fictional people; values and ticks of digital originals.")
    print(
        f"{'print':<8}{'file':<10}{'kind':<8}{'papers':>7}{'fields':>8}{'right %':>9}{'accepted %':>12}{'wrong':>7}{'s/page':>8}"
    )
    for unseen in (False, True):
        for make in ("flat", "touching", "fillable"):
            for kind in KINDS:
                reads = [
                    one for one in done if one.job.unseen is unseen and _make(one.job) == make and one.job.kind == kind
                ]
                fields = _counted([one for read in reads for one in read.outcomes])
                if fields:
                    print(
                        f"{'unseen' if unseen else 'usual':<8}{make:<10}{kind:<8}{len(reads):>7}{len(fields):>8}{_right(fields):>9.2f}"
                        f"{share(sum(one.accepted for one in fields), len(fields)):>12.2f}{sum(one.wrong for one in fields):>7}"
                        f"{statistics.median(read.seconds for read in reads):>8.2f}"
                    )
    usual = _counted([one for read in done if not read.job.unseen for one in read.outcomes])
    unseen_fields = _counted([one for read in done if read.job.unseen for one in read.outcomes])
    print(f"{len(usual)} values and ticks in usual prints, {len(unseen_fields)} in unseen ones")
    say("digital-accepted", share(sum(one.accepted for one in usual), len(usual)), "%", None)
    say("digital-right-unseen", _right(unseen_fields), "%", None)
    say(
        "digital-accepted-yet-wrong-unseen",
        share(sum(one.wrong for one in unseen_fields), sum(one.accepted for one in unseen_fields)),
        "% of accepted",
        None,
    )
    return 0 if say("digital-right", _right(usual), "%", 100.0) else 1


def _make(job: Job) -> str:
    return "fillable" if job.manner.fillable else "touching" if job.manner.touching else "flat"


def _counted(fields: Sequence[Outcome]) -> list[Outcome]:
    """Filled values, and every tick box, made or not."""
    return [one for one in fields if one.printed or one.kind == "tick"]


def _right(fields: Sequence[Outcome]) -> float:
    return share(sum(one.right for one in fields), len(fields))


if __name__ == "__main__":
    raise SystemExit(main())
