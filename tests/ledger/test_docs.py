"""docs/ledger.md is part of the contract: its programs run on a real copy, and its example entry is an entry."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from detainerdesk.ledger import layout, notary, verify
from detainerdesk.ledger.event import Event

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_programs_on_the_page_run_and_find_the_copy_sound(copy: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("key-from-set-up").write_text(notary.vkeys()[0] + "\n")
    shutil.copy("copy/checkpoints/7", "checkpoint-of-last-year")
    for program in PROGRAMS:
        exec(compile(program, "docs/ledger.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    report = verify.verify("copy")
    event = Event.from_bytes(layout.unpack((copy / "tile/entries/000.p/12").read_bytes()).entries[1])
    assert printed == [
        f"sound 12 {report.root}",
        f"{report.origin} 12 {report.root}",
        f"1 subject.name {event.sealed['subject.name']}",
    ]


def test_the_example_entry_is_in_canonical_form() -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    whole = example.replace("0f3a…64 hex digits…", "0f3a" * 16)
    assert Event.from_bytes(whole.encode()).to_bytes() == whole.encode()


@pytest.mark.django_db(transaction=True)
def test_every_file_of_an_export_is_on_the_page(copy: Path) -> None:
    for path in copy.rglob("*"):
        name = path.relative_to(copy).as_posix()
        form = re.sub(r"^checkpoints/\d+$", "checkpoints/<size>", name)
        form = re.sub(r"^tile/entries/\d+\.p/\d+$", "tile/entries/<N>[.p/<W>]", form)
        form = re.sub(r"^tile/\d+/\d+\.p/\d+$", "tile/<L>/<N>[.p/<W>]", form)
        assert path.is_dir() or f"`{form}`" in PAGE
