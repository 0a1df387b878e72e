"""Is it a court's paper or the department's? 500 papers with the traps: an I-205 that says "judge" twice, an AO 442 signed by a clerk or
about an immigration crime, "YOU ARE COMMANDED" on both sides, a court's name in a stamp or in the fax line. Never may one side be taken
for the other; `unknown` is no error, but counted. Generated pages of fictional people: this says nothing about real forms.

    python benchmarks/intake/kinds.py [--quick]

Prints a table and, last, one line of JSON for each measure. What was mistaken is listed in build/intake/kinds/mistaken.tsv.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages import fill, machines, sheets
from benchmarks.intake.pages.machines import DIGITAL, RUNGS
from benchmarks.intake.pages.sheets import Stamp
from benchmarks.intake.scoring import BUILD, arguments, drawn_from, in_workers, say, share

PAPERS = {
    "i205": 105,
    "ao442": 115,
    "i200": 90,
    "i247a": 45,
    "i247d": 20,
    "i247n": 20,
    "ao93": 45,
    "state_warrant": 40,
    "cover_sheet": 20,
}
CHANNELS = (DIGITAL, DIGITAL, *RUNGS)
SIDES = {
    **dict.fromkeys(
        ("i247a", "i247d", "i247n", "i247x", "i247g", "i247_old", "i200", "i205", "i203"), "administrative"
    ),
    **dict.fromkeys(("ao442", "ao93", "state_warrant"), "judicial"),
    **dict.fromkeys(("cover_sheet", "unknown"), "neither"),
}
COURT_STAMP = ("FILED", "U.S. DISTRICT COURT")
COURT_SENDER = "CLERK US DISTRICT COURT"


@dataclass(frozen=True)
class Paper:
    kind: str
    channel: str
    seed: int
    unseen: bool

    @property
    def trap(self) -> str:
        """A court's words where they say nothing."""
        if SIDES[self.kind] != "administrative":
            return ""
        return {3: "stamp", 7: "sender"}.get(self.seed % 10, "")


@dataclass(frozen=True)
class Taken:
    paper: Paper
    edition: str
    kinds: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def swapped(self) -> bool:
        """A side that the paper is not on was named."""
        mine = SIDES[self.paper.kind]
        return any(SIDES[kind] not in (mine, "neither") for kind in self.kinds)


def main() -> int:
    parser = arguments(__doc__, "a tenth of the papers")
    asked = parser.parse_args()
    papers = [
        Paper(kind, CHANNELS[seed % len(CHANNELS)], seed, unseen=seed % 3 == 2)
        for kind, count in PAPERS.items()
        for seed in range(count // 10 if asked.quick else count)
    ]
    taken = list(in_workers(take, drawn_from(asked.seed, papers)))
    print("Generated pages of fictional people, one page each.")
    print(f"{'kind':<15}{'papers':>7}{'right':>7}{'unknown':>9}{'other':>7}{'other side':>12}")
    for kind in PAPERS:
        some = [one for one in taken if one.paper.kind == kind]
        right, unknown = _right(some), sum(one.kinds == ("unknown",) for one in some)
        print(
            f"{kind:<15}{len(some):>7}{right:>7}{unknown:>9}{len(some) - right - unknown:>7}{sum(one.swapped for one in some):>12}"
        )
    by_channel = Counter(one.paper.channel for one in taken if one.kinds != (one.paper.kind,))
    print(
        "not right by channel: "
        + (", ".join(f"{channel} {count}" for channel, count in by_channel.most_common()) or "none")
    )
    _list(taken)
    say("kinds-right", share(_right(taken), len(taken)), "%", None)
    say(
        "kinds-right-unseen",
        share(_right([one for one in taken if one.paper.unseen]), sum(one.paper.unseen for one in taken)),
        "%",
        None,
    )
    say("kinds-unknown", share(sum(one.kinds == ("unknown",) for one in taken), len(taken)), "%", None)
    return (
        0
        if say(
            "judicial-taken-for-administrative-or-reverse",
            sum(one.swapped for one in taken),
            f"of {len(taken)} papers",
            0,
            least=False,
        )
        else 1
    )


def take(paper: Paper) -> Taken:
    """One paper made, sent and read."""
    from detainerdesk.intake.reading.pages import CannotRead
    from detainerdesk.intake.reading.read import read

    sheet = fill.sheet(paper.kind, 1000 + paper.seed, unseen=paper.unseen)
    if paper.trap == "stamp":
        sheet = replace(sheet, stamp=Stamp(COURT_STAMP, 330, 30, -4, 12, 90))
    sender = COURT_SENDER if paper.trap == "sender" else machines.SENDER
    sent = machines.send(sheets.lay(sheet).pdf, paper.channel, f"{paper.kind}/{paper.seed}", sender=sender)
    try:
        reading = read(sent.data)
    except CannotRead as error:
        return Taken(paper, sheet.edition, ("unknown",), (str(error),))
    return Taken(paper, sheet.edition, tuple(one.kind for one in reading.papers), reading.notes)


def _right(taken: Sequence[Taken]) -> int:
    return sum(one.kinds == (one.paper.kind,) for one in taken)


def _list(taken: Sequence[Taken]) -> None:
    folder = BUILD / "kinds"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = ["kind\tedition\tchannel\tseed\tunseen\ttrap\ttaken for\tswapped\tnotes"]
    for one in taken:
        if one.kinds != (one.paper.kind,):
            paper = one.paper
            cells = (
                paper.kind,
                one.edition,
                paper.channel,
                paper.seed,
                paper.unseen,
                paper.trap,
                "+".join(one.kinds),
                one.swapped,
                " ".join(one.notes),
            )
            lines.append("\t".join(map(str, cells)))
    (folder / "mistaken.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
