"""Defects that a paper can show, one put into each file, and files without any: how many are found, and how often one is seen that is not
there. A file is a detainer with all its pages and what comes with it, as a digital original or by fax. Generated pages of fictional
people: this says nothing about real forms.

    python benchmarks/intake/defects.py [--quick]

Prints a table and, last, one line of JSON for each measure. What was missed or seen in vain is listed in build/intake/defects/mistaken.tsv.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.intake.pages import bundles, machines, sheets
from benchmarks.intake.pages.machines import DIGITAL
from benchmarks.intake.scoring import BUILD, arguments, drawn_from, in_workers, say, share

CHANNELS = (DIGITAL, DIGITAL, DIGITAL, "fine fax", "office scan")
NO_DEFECT = (bundles.CLEAN, "none, clerk-signed warrant")


@dataclass(frozen=True)
class File:
    defect: str
    channel: str
    seed: int


@dataclass(frozen=True)
class Found:
    file: File
    kinds: tuple[str, ...]
    true: frozenset[str]
    found: frozenset[str]

    @property
    def missed(self) -> frozenset[str]:
        return self.true - self.found

    @property
    def false(self) -> frozenset[str]:
        return self.found - self.true


def main() -> int:
    parser = arguments(__doc__, "two files of each, digital")
    asked = parser.parse_args()
    done = list(in_workers(look, drawn_from(asked.seed, files(quick=asked.quick))))
    print("Generated files of fictional people. D15 (no service date) also stands in a third of the other files.")
    print(f"{'what was done':<28}{'files':>6}{'found':>7}{'missed':>8}{'false':>7}")
    for name in (*bundles.DEFECTS, bundles.CLEAN):
        some = [one for one in done if one.file.defect == name]
        if some:
            found, missed = sum(len(one.true & one.found) for one in some), sum(len(one.missed) for one in some)
            print(f"{name:<28}{len(some):>6}{found:>7}{missed:>8}{sum(len(one.false) for one in some):>7}")
    _list(done)
    held = []
    for channel in dict.fromkeys(one.file.channel for one in done):
        some = [one for one in done if one.file.channel == channel]
        print(f"{channel:<14} recall {_recall(some):.2f} %   files with a false alarm {_alarms(some):.2f} %")
    paper = [one for one in done if one.file.channel != DIGITAL]
    if paper:
        say("defects-recall-fax-and-scan", _recall(paper), "%", None)
    say(
        "defects-false-alarms-of-clean-files",
        _alarms([one for one in done if one.file.defect in NO_DEFECT]),
        "% of files",
        None,
    )
    held += [
        say("defects-recall", _recall(done), "%", 99.0),
        say("defects-false-alarms", _alarms(done), "% of files", 1.0, least=False),
    ]
    return 0 if all(held) else 1


def files(*, quick: bool) -> list[File]:
    """Every defect by each channel, and as many clean files as a fifth of all."""
    channels = CHANNELS[:2] if quick else CHANNELS
    made = [File(name, channel, seed) for name in bundles.DEFECTS for seed, channel in enumerate(channels)]
    clean = [File(bundles.CLEAN, channels[seed % len(channels)], seed) for seed in range(6 if quick else 40)]
    faxed = [File(one.defect, "fine fax", one.seed) if one.defect == "D21 fax counts more" else one for one in made]
    return [*faxed, *clean]


def look(file: File) -> Found:
    """One file made, sent and read."""
    from detainerdesk.intake.reading.pages import CannotRead
    from detainerdesk.intake.reading.read import read

    made = bundles.bundle(file.defect, file.seed)
    pdf = sheets.joined([sheets.lay(sheet).pdf for sheet in made.sheets], without=made.left_out)
    sent = machines.send(pdf, file.channel, f"{file.defect}/{file.seed}", counted=made.counted)
    try:
        reading = read(sent.data)
    except CannotRead:
        return Found(file, ("unreadable",), made.codes, frozenset())
    codes = frozenset(defect.id for paper in reading.papers for defect in paper.defects)
    return Found(file, tuple(paper.kind for paper in reading.papers), made.codes, codes)


def _recall(found: Sequence[Found]) -> float:
    return share(sum(len(one.true & one.found) for one in found), sum(len(one.true) for one in found))


def _alarms(found: Sequence[Found]) -> float:
    return share(sum(bool(one.false) for one in found), len(found))


def _list(done: Sequence[Found]) -> None:
    folder = BUILD / "defects"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = ["defect\tchannel\tseed\tread as\tmissed\tfalse"]
    for one in done:
        if one.missed or one.false:
            file = one.file
            lines.append(
                "\t".join(
                    map(
                        str,
                        (
                            file.defect,
                            file.channel,
                            file.seed,
                            "+".join(one.kinds),
                            " ".join(sorted(one.missed)),
                            " ".join(sorted(one.false)),
                        ),
                    )
                )
            )
    (folder / "mistaken.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
