"""The command on a real installation, as a user runs it: set up, papers in, the year's report, a bundle, the proof; each in its own process."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.cli.serving import unserved
from detainerdesk.desk.setup import NotReady
from detainerdesk.ledger.checkpoint import new_key

ROOT = Path(__file__).parents[1]
PILE = ROOT / "examples" / "paperwork" / "D-4"
YEAR = str(datetime.now(ZoneInfo("America/New_York")).year)  # papers of these tests arrive now
pytestmark = [pytest.mark.xdist_group("installation"), pytest.mark.timeout(600)]


def run(*arguments: str, cwd: Path, code: int = 0, **env: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    ended = subprocess.run(
        [sys.executable, "-m", "detainerdesk", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**clean, "PYTHONPATH": str(ROOT), **env},
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout if code in (0, 1) else ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two papers taken in."""
    folder = tmp_path_factory.mktemp("desk")
    run("setup", cwd=folder)
    station = folder / "data" / "inbox" / "D-4"
    station.mkdir()
    for name in ("1-detainer-with-i200.pdf", "5-no-box-ticked.pdf"):
        shutil.copy(PILE / name, station)
    told = json.loads(run("intake", "--json", cwd=folder))
    assert [one["requests"][0]["number"][4:] for one in told] == ["-0001", "-0002"]
    return folder


def test_rel_2_setup_says_how_the_database_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    told = json.loads(run("setup", "--data", "here", "--json", cwd=tmp_path))
    assert set(told) == {"data", "profile", "vkey", "database", "logins", "fictional"}
    assert "SQLite" in told["database"]
    assert told["fictional"] is True


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_nothing_new_is_said(place: Path) -> None:
    assert "Nothing new." in run("intake", cwd=place)


def test_the_report_is_written_as_pdf_and_csv_and_says_where_its_proof_is(place: Path) -> None:
    told = json.loads(run("report", "--year", YEAR, "--out", "out", "--json", cwd=place))
    figure = told["figures"]["persons_detained_by_reason"]
    assert (figure["total"], figure["said"]) == (None, "not recorded")
    assert told["figures"]["requests_by_reason"]["total"] == 2
    assert told["marks"] == ["CHECK SOURCE", "DRAFT: NOT ADOPTED BY COUNSEL"]
    assert told["fictional"] is True
    assert (place / told["pdf"]).read_bytes().startswith(b"%PDF")
    with (place / told["csv"]).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert ["total", "2", "0"] in [row[1:4] for row in rows]


def test_a_cut_off_that_has_not_come_is_refused(place: Path) -> None:
    assert "has not come yet" in run("report", "--year", YEAR, "--as-of", "2999-12-31", cwd=place, code=2)


def test_a_bundle_is_made_and_verified_and_a_changed_one_is_not(place: Path) -> None:
    told = json.loads(run("bundle", f"{YEAR}-0001", "--json", cwd=place))
    assert json.loads(run("verify", told["folder"], "--json", cwd=place))["ok"] is True
    assert "does not prove" in run("verify", told["zip"], cwd=place)
    (paper,) = (place / told["folder"] / "documents").iterdir()
    paper.write_bytes(b"another paper")
    found = json.loads(run("verify", told["folder"], "--json", cwd=place, code=1))
    assert found["ok"] is False
    assert f"The paper {paper.name[:16]}" in found["fails"][0]["says"]
    assert "is there already" in run("bundle", f"{YEAR}-0001", cwd=place, code=2)


def test_one_of_a_thing_is_one_paper(place: Path) -> None:
    said = run("bundle", f"{YEAR}-0002", "--out", "one", cwd=place)
    assert " 1 paper, 0 decisions." in said


def test_a_year_before_the_records_begin_is_refused_and_this_one_says_when_they_began(place: Path) -> None:
    said = run("report", "--year", str(int(YEAR) - 1), "--as-of", f"{int(YEAR) - 1}-12-31", cwd=place, code=2)
    assert "This desk's records begin on" in said
    assert "what came before is in no figure" in run("report", "--year", YEAR, "--out", "late", cwd=place)
    told = json.loads(run("report", "--year", YEAR, "--out", "late", "--json", cwd=place))
    assert told["records_begin"].startswith(str(datetime.now(UTC).year))


def test_the_ledger_is_exported_signed_and_an_auditor_checks_it_with_a_key_of_their_own(place: Path) -> None:
    told = json.loads(run("export", "copy", "--json", cwd=place))
    assert set(told) == {"folder", "size", "root", "vkey", "fictional"}
    (place / "key-by-mail").write_text(told["vkey"] + "\n")
    for key in (told["vkey"], "key-by-mail"):
        checked = json.loads(run("verify", "copy", "--vkey", key, "--json", cwd=place))
        assert checked["ok"] is True
        assert "the key that you gave" in checked["holds"][0]
        assert str(told["size"]) in checked["holds"][0]
    assert "is not an empty folder" in run("export", "copy", cwd=place, code=2)
    said = run("export", "second-copy", cwd=place)
    assert told["vkey"] in said
    assert "FICTIONAL" in said
    names = (place / "data" / "inbox" / ".taken").rglob("*.pdf")
    exported = b"".join(path.read_bytes() for path in (place / "copy").rglob("*") if path.is_file())
    assert not any(path.name.encode() in exported for path in names)


def test_a_copy_that_another_key_signed_says_just_that(place: Path) -> None:
    run("export", "third-copy", cwd=place)
    other = new_key("detainerdesk.example/desk").verifier.vkey
    bundle = json.loads(run("bundle", f"{YEAR}-0002", "--out", "two", "--json", cwd=place))
    for path in ("third-copy", bundle["folder"], bundle["zip"]):
        found = json.loads(run("verify", path, "--vkey", other, "--json", cwd=place, code=1))
        assert found["fails"][0]["says"].startswith("It was signed by another key than the one you gave."), path


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = run("serve", "--port", str(port), cwd=tmp_path, code=3)
    assert f"Port {port} is in use: stop the other desk or try --port {port + 1}." in said
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_is_not_there_is_not_made_by_serve(tmp_path: Path) -> None:
    said = run("serve", "--port", str(free_port()), "--data", "nowhere", cwd=tmp_path, code=3)
    assert "detainerdesk setup --data nowhere" in said
    assert not (tmp_path / "nowhere").exists()


def test_without_the_stylesheet_serve_says_what_builds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from detainerdesk.cli import app, installation

    monkeypatch.setattr(installation, "STYLESHEET", tmp_path / "desk.css")
    ended = CliRunner().invoke(app, ["serve", "--port", str(free_port()), "--data", str(tmp_path)])
    assert ended.exit_code == 3
    assert "make serve" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_request_that_is_not_there_is_said(place: Path) -> None:
    assert f"There is no request {YEAR}-9999" in run("bundle", f"{YEAR}-9999", cwd=place, code=2)


def test_a_folder_without_an_installation_ends_with_3(tmp_path: Path) -> None:
    assert "detainerdesk setup --data" in run("report", "--year", YEAR, cwd=tmp_path, code=3)


def test_web_9_the_development_profile_listens_to_this_machine_only(tmp_path: Path) -> None:
    said = run("serve", "--host", "0.0.0.0", cwd=tmp_path, code=3)
    assert "127.0.0.1 only" in said
    assert not (tmp_path / "data").exists()


def test_web_9_a_production_profile_without_tls_does_not_start(tmp_path: Path) -> None:
    said = run("serve", "--port", str(free_port()), cwd=tmp_path, code=3, DETAINERDESK_PROFILE="production")
    assert "TLS" in said


def test_what_is_neither_a_ledger_nor_a_bundle_is_said(tmp_path: Path) -> None:
    assert "neither a copy of the ledger" in run("verify", str(tmp_path), cwd=tmp_path, code=2)


def test_everything_on_the_development_profile_says_fictional(place: Path) -> None:
    for arguments in (("setup",), ("intake",), ("report", "--year", YEAR)):
        assert "FICTIONAL" in run(*arguments, cwd=place), arguments


def test_the_report_s_hash_stands_in_the_ledger(place: Path) -> None:
    told = json.loads(run("report", "--year", YEAR, "--out", "hashed", "--json", cwd=place))
    code = (
        "import os, django; django.setup(); from detainerdesk.ledger import log; "
        f"print([e.event.facts['pdf_sha256'] for e in log.entries(kind='report.made') if e.index == {told['entry']}][0])"
    )
    env = {
        **os.environ,
        "DETAINERDESK_DATA": str(place / "data"),
        "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings",
    }
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == hashlib.sha256((place / told["pdf"]).read_bytes()).hexdigest()


def test_web_9_serve_shows_the_desk_on_this_machine_and_takes_papers_in_beside_it(tmp_path: Path) -> None:
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    serving = subprocess.Popen(
        [sys.executable, "-m", "detainerdesk", "serve", "--port", str(port)],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        page = _page(f"http://127.0.0.1:{port}/sign-in")
        assert "FICTIONAL" in page
        (tmp_path / "data" / "inbox" / "D-4").mkdir()
        (tmp_path / "data" / "inbox" / "D-4" / "note.txt").write_text("no form at all")
        _until(lambda: any((tmp_path / "data" / "inbox" / ".taken").rglob("*note.txt")))
        with pytest.raises(NotReady, match="is being served"), unserved(tmp_path / "data"):
            pass
    finally:
        serving.send_signal(signal.SIGINT)
        said, _ = serving.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}/" in said
    assert "sign in as lima" in said
    assert serving.returncode == 0
    with unserved(tmp_path / "data"):
        pass


def _page(address: str) -> str:
    found: list[str] = []

    def there() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                found.append(answer.read().decode())
        except OSError:
            return False
        return True

    _until(there)
    return found[0]


def _until(holds: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.3)
