"""REL-2: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database with several connections: no WAL there, and `detainerdesk status` says so; the page with the
same words is tests/desk/web/test_status.py."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from detainerdesk.desk.status import Disk, disk_of, not_kept_safely
from tests.security.conftest import ROOT, python
from tests.security.test_rel_1 import OPENING
from tests.test_cli_installation import run

HERE = Disk("ext4", True)


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ("3, 7, 0", "TRUNCATE"),
        ("3, 40, 1", "TRUNCATE"),
        ("3, 51, 2", "TRUNCATE"),
        ("3, 51, 3", "WAL"),
        ("4, 0, 0", "WAL"),
    ],
)
def test_rel_2_the_journal_goes_by_the_version(version: str, journal: str, tmp_path: Path) -> None:
    opening = python(OPENING.format(version), tmp_path)
    assert re.findall(r"journal_mode=(\w+)", opening) == [journal]
    assert re.findall(r"synchronous=(\w+)", opening)[-1] == "FULL"


def test_rel_2_the_status_says_which_journal_is_in_use_and_why(tmp_path: Path) -> None:
    run("setup", cwd=tmp_path)
    told = json.loads(run("status", "--json", cwd=tmp_path))["database"]
    with sqlite3.connect(tmp_path / "data" / "desk.sqlite3") as other:
        assert (other.execute("PRAGMA journal_mode").fetchone()[0] == "wal") == (told["journal_mode"] == "wal")
    safe = sqlite3.sqlite_version_info > (3, 51, 2)
    assert told["version"] == sqlite3.sqlite_version
    assert (told["journal_mode"], told["synchronous"]) == ("wal" if safe else "truncate", "full")
    assert told["kept_safely"] is True
    said = run("status", cwd=tmp_path)
    assert told["version"] in said
    assert ("keeps a WAL database safely" if safe else "can damage a WAL database") in said


def test_rel_2_a_live_database_that_is_not_kept_safely_is_said_and_ends_with_1(tmp_path: Path) -> None:
    run("setup", cwd=tmp_path)
    code = (
        "import detainerdesk.desk.settings as s; s.DATABASES['default']['OPTIONS']['init_command'] = "
        "'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;'; s.WAL_IS_SAFE = False; "
        "from detainerdesk.cli import app; app(['status'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "DETAINERDESK_DATA": str(tmp_path / "data"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "NOT KEPT SAFELY: The journal is WAL on a version of SQLite that can damage it" in ended.stdout
    assert "NOT KEPT SAFELY: Synchronous is normal" in ended.stdout


def test_rel_2_the_status_says_disk_room_and_backlog_and_ends_with_1_where_a_scanner_gives_no_answer(
    tmp_path: Path,
) -> None:
    run("setup", cwd=tmp_path)
    said = run("status", cwd=tmp_path)
    for words in ("GB free.", "Nothing: all that arrived was read.", "Off: no scanner is set up.", "not opened."):
        assert words in said
    told = json.loads(run("status", "--json", cwd=tmp_path))
    assert told["disk"]["local"] is True
    assert told["disk"]["free_bytes"] > 0
    assert told["backlog"] == {"deliveries": 0, "oldest": None}
    assert told["malware_scan"]["on"] is False
    (tmp_path / "data" / "scan.json").write_text(json.dumps({"clamd": str(tmp_path / "nobody.ctl")}))
    (tmp_path / "data" / "archives.json").write_text('{"zip": true}')
    said = run("status", cwd=tmp_path, code=1)
    assert "NOT SCANNING: The scanner gives no answer: No such file or directory." in said
    assert "ZIP archives are opened" in said


@pytest.mark.parametrize(
    ("live", "says"),
    [
        (("wal", "full", 0, HERE, False), "can damage it"),
        (("delete", "full", 0, HERE, True), "set TRUNCATE"),
        (("memory", "full", 0, HERE, True), "set TRUNCATE"),
        (("truncate", "normal", 0, HERE, False), "power cut"),
        (("truncate", "off", 0, HERE, False), "power cut"),
        (("truncate", "full", 4096, HERE, False), "mmap_size=0"),
        (("wal", "full", 0, Disk("nfs4", False), True), "disk of this machine"),
    ],
)
def test_rel_2_what_is_looser_is_a_fault(live: tuple[str, str, int, Disk, bool], says: str) -> None:
    journal, synchronous, mapped, disk, wal_is_safe = live
    (fault,) = not_kept_safely(journal, synchronous, mapped, disk, wal_is_safe=wal_is_safe)
    assert says in fault


@pytest.mark.parametrize("live", [("wal", "full", 0, HERE, True), ("truncate", "extra", 0, HERE, False)])
def test_rel_2_what_is_as_required_is_none(live: tuple[str, str, int, Disk, bool]) -> None:
    assert not_kept_safely(*live[:4], wal_is_safe=live[4]) == ()


def test_rel_1_a_network_disk_is_known_for_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "my desk"
    folder.mkdir()
    shown = str(folder.resolve()).replace(" ", "\\040")
    mounts = "\n".join(
        (
            "22 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw",
            f"40 22 0:44 / {shown} rw shared:2 - nfs4 files:/desk rw",
            f"41 22 0:45 / {shown}-other rw - cifs //x/y rw",
        )
    )
    assert disk_of(folder, mounts) == Disk("nfs4", False)
    assert disk_of(tmp_path, mounts) == Disk("ext4", True)
    assert disk_of(tmp_path).type != "unknown"
