"""`detainerdesk demo`, once, from end to end: what a newcomer sees, and what lies in the folder afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from detainerdesk.cli.demo import OURS, change_one_byte, made_beside
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
        "each rule of this answer is adopted by a FICTIONAL counsel",
        "DRAFT: NOT ADOPTED BY COUNSEL",
        "A FICTIONAL counsel has adopted 6 of",
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
    with pytest.raises(BadInput, match="was not made by an earlier demo"), made_beside(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_an_earlier_demo_s_folder_is_made_anew(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with made_beside(tmp_path / "demo-output") as work:
            (work / name).touch()
    assert {path.name for path in tmp_path.iterdir()} == {"demo-output"}
    assert {path.name for path in (tmp_path / "demo-output").iterdir()} == {OURS, "what-was-shown.txt", "new"}


def test_a_demo_that_breaks_off_leaves_the_earlier_one_whole_or_nothing(tmp_path: Path) -> None:
    def broken_off() -> None:
        with made_beside(tmp_path / "demo-output") as work:
            (work / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []
    with made_beside(tmp_path / "demo-output") as work:
        (work / "whole").touch()
    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert {path.name for path in tmp_path.iterdir()} == {"demo-output"}
    assert (tmp_path / "demo-output" / "whole").exists()
    assert not (tmp_path / "demo-output" / "half").exists()


def test_what_a_killed_demo_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "demo-output.being-made").mkdir()
    (tmp_path / "demo-output.being-made" / OURS).touch()
    with made_beside(tmp_path / "demo-output"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"demo-output"}


def test_a_demo_that_is_being_served_is_not_made_anew(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from detainerdesk.cli import app
    from detainerdesk.cli.serving import served

    with made_beside(tmp_path / "demo-output") as work:
        (work / "data").mkdir()
    with served(tmp_path / "demo-output" / "data"):
        ended = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "demo-output")])
    assert ended.exit_code == 3
    assert "is being served: stop that desk first" in ended.stderr
    assert (tmp_path / "demo-output" / "data").is_dir()


def test_what_the_demo_left_says_no_name_of_the_folder_it_was_made_in(shown: tuple[str, Path]) -> None:
    assert "being-made" not in shown[0]
    assert {path.name for path in shown[1].parent.iterdir()} == {"demo-output"}


def test_the_example_of_the_page_on_reports_works_as_written_on_the_demo_s_data(shown: tuple[str, Path]) -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("detainerdesk report ")]
    bin = Path(sys.executable).parent
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    ended = subprocess.run(
        ["sh", "-c", line],
        cwd=shown[1].parent,
        env={**clean, "PYTHONPATH": str(ROOT), "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "This desk's records begin on" in ended.stdout
    assert "The whole period is covered" not in ended.stdout
    assert "FICTIONAL" in ended.stdout
    (table,) = (shown[1].parent / "reports").glob("*.csv")
    assert "what came before is in no figure" in table.read_text(encoding="utf-8")
