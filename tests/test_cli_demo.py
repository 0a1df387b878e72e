"""`detainerdesk demo`, once, from end to end: what a newcomer sees, and what lies in the folder afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from detainerdesk.cli.demo import OURS, change_one_byte, fresh_folder
from detainerdesk.cli.proof import verified
from detainerdesk.cli.told import BadInput

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("newcomer")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    ended = subprocess.run(
        [sys.executable, "-m", "detainerdesk", "demo"],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout, folder / "demo-output"


def test_the_five_steps_are_shown(shown: tuple[str, Path]) -> None:
    text = " ".join(shown[0].split())
    for said in (
        "FICTIONAL",
        "this request gives no ground to keep this person",
        "BOS19-1",
        "through Jul 31, 2026",
        "is one request with 2 transmissions",
        "7-cat.jpg is kept and waits for a person",
        "Judicial warrant 26-MJ-0555",
        "The answer is the same for each",
        "this person must be kept on this request for up to 48 h",
        "TX-1",
        "0 recorded; 2 not recorded",
        "2 transmissions; ledger entries",
        "Checkpoint of",
        "verified",
        "was changed: it is not the one that was signed",
        "make serve",
    ):
        assert said in text, said
    assert "NOT VERIFIED" not in text


def test_the_folder_holds_what_was_shown(shown: tuple[str, Path]) -> None:
    text, folder = shown
    names = {path.name for path in folder.iterdir()}
    assert {"ledger", "ledger-with-one-byte-changed", "data", "what-was-shown.txt", OURS} <= names
    (pdf,), (table,) = folder.glob("report-*.pdf"), folder.glob("report-*.csv")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "not recorded" in table.read_text(encoding="utf-8")
    assert "FICTIONAL" in (folder / "what-was-shown.txt").read_text(encoding="utf-8")
    assert "demo-output" in text


def test_one_byte_is_changed_and_the_verifier_names_the_entry(shown: tuple[str, Path]) -> None:
    _, folder = shown
    whole, changed = folder / "ledger", folder / "ledger-with-one-byte-changed"
    assert verified(whole).ok
    found = verified(changed)
    differences = [
        sum(
            one != other
            for one, other in zip(path.read_bytes(), (changed / path.relative_to(whole)).read_bytes(), strict=True)
        )
        for path in whole.rglob("*")
        if path.is_file()
    ]
    assert sum(differences) == 1
    assert not found.ok
    assert found.fails[0][0] is not None


def test_every_entry_can_be_the_one_that_is_named(shown: tuple[str, Path], tmp_path: Path) -> None:
    import shutil

    _, folder = shown
    for index in (0, 7, 20):
        copy = shutil.copytree(folder / "ledger", tmp_path / str(index))
        change_one_byte(copy, index)
        assert [entry for entry, _ in verified(copy).fails] == [index]


def test_a_folder_that_is_not_an_earlier_demo_s_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="was not made by an earlier demo"):
        fresh_folder(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_an_earlier_demo_s_folder_is_made_anew(tmp_path: Path) -> None:
    fresh_folder(tmp_path / "demo-output")
    (tmp_path / "demo-output" / "old").touch()
    fresh_folder(tmp_path / "demo-output")
    assert not (tmp_path / "demo-output" / "old").exists()
