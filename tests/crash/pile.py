"""The pile of the kill test: eight files in the inbox of three stations and three uploads, some of them the same, as a data folder that is set up
but has done nothing yet. All people are fictional. Each distinct file is read once, by the real reader in its child process."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from detainerdesk.intake.reading.child import read_in_child
from detainerdesk.intake.reading.fields import Unreadable, to_json
from tests.paperwork import bad, people
from tests.paperwork.papers import Paper, bundle, draw

DELACROIX = [Paper("i247a", people.DELACROIX), Paper("i200", people.DELACROIX_I200)]
OKONJO = [Paper("i247a", people.OKONJO), Paper("ao442", people.OKONJO_AO442)]
TWO_PEOPLE = [
    Paper("i247a", people.QUILL),
    Paper("i200", people.QUILL_I200),
    Paper("i247a", people.BRIGHTWATER),
    Paper("i200", people.BRIGHTWATER_I200),
]
CANCELLATION = people.sample("i247a", cancel_prior=True, cancel_date="03/02/2026", pc_pending=None)


def inbox() -> dict[str, bytes]:
    same = bundle(DELACROIX, seed=1)
    return {
        "D-4/1 detainer with I-200.pdf": same,
        "B-2/2 the same bytes.pdf": same,
        "B-2/3 the same form, other bytes.pdf": bundle(DELACROIX, style="form", seed=1),
        "D-4/4 detainer with a judge's warrant.pdf": bundle(OKONJO, seed=4),
        "A-1/5 two people in one file.pdf": bundle(TWO_PEOPLE, seed=5),
        "A-1/6 no form.jpg": bad.cat(),
        "B-2/7 cut short.pdf": bad.truncated_pdf(),
        "D-4/8 cancellation.pdf": draw("i247a", CANCELLATION, seed=8),
    }


def uploads() -> dict[str, bytes]:
    return {
        "D-4 a the same bytes by upload.pdf": bundle(DELACROIX, seed=1),
        "D-4 b a warrant alone.pdf": draw("i200", people.BRIGHTWATER_I200, seed=9),
        "B-2 c empty.pdf": bad.empty(),
    }


def lay_out(data: Path) -> None:
    for n, (name, content) in enumerate(inbox().items()):
        file = data / "inbox" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, ns=(n * 10**9 + 1_772_500_000 * 10**9,) * 2)  # the order they came in
    (data / "uploads").mkdir()
    for name, content in uploads().items():
        (data / "uploads" / name).write_bytes(content)
    (data / "readings.json").write_text(json.dumps(_readings([*inbox().values(), *uploads().values()], data)))


def _readings(files: Iterable[bytes], data: Path) -> dict[str, object]:
    readings: dict[str, object] = {}
    place = data / "to read"
    for content in set(files):
        place.write_bytes(content)
        found = read_in_child(place)
        readings[hashlib.sha256(content).hexdigest()] = (
            {"unreadable": found.says} if isinstance(found, Unreadable) else to_json(found)
        )
    place.unlink()
    return readings
