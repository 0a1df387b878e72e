"""Draws papers to look at: `python -m benchmarks.intake.pages i247a "fine fax" 7` writes the usual and the unseen print of that seed, as
they arrive, to build/intake/look/."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.intake.pages import fill, machines, sheets

FOLDER = Path(__file__).resolve().parents[3] / "build" / "intake" / "look"


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or arguments[0] not in fill.KINDS or arguments[1] not in (machines.DIGITAL, *machines.RUNGS):
        print(
            f"Give a kind ({', '.join(fill.KINDS)}), a channel ({', '.join((machines.DIGITAL, *machines.RUNGS))}) and a seed."
        )
        return 2
    kind, channel, seed = arguments
    FOLDER.mkdir(parents=True, exist_ok=True)
    for unseen in (False, True):
        laid = sheets.lay(fill.sheet(kind, int(seed), unseen=unseen, manner=fill.Manner(0.3, 0.1, 0.5)))
        data = machines.send(laid.pdf, channel, seed).data
        file = (
            FOLDER
            / f"{kind} {channel} {seed} {'unseen' if unseen else 'usual'}.{'pdf' if data.startswith(b'%PDF') else 'tiff'}"
        )
        file.write_bytes(data)
        print(file.relative_to(FOLDER.parents[2]))
    return 0


sys.exit(main(sys.argv[1:]))
