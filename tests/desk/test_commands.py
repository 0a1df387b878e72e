"""The commands for lines, receipts and API keys on a real installation, each in its own process, as cron or an administrator runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOSTON = "us-ma-boston/police"
pytestmark = [pytest.mark.xdist_group("installation"), pytest.mark.timeout(600)]


def clean() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    return {**kept, "PYTHONPATH": str(ROOT)}


def started(*words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=clean(),
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    ended = started("-m", "detainerdesk", *arguments, cwd=cwd, code=code)
    return ended.stdout if code in (0, 1) else ended.stdout + ended.stderr


def test_the_help_of_receipts_names_every_kind_of_sender(tmp_path: Path) -> None:
    said = " ".join(re.sub(r"[│╭╰─╮╯]", " ", run("receipts", "--help", cwd=tmp_path)).split())
    assert "a mail address, a fax number, or the name of a program" in said


def test_an_account_is_made_as_the_documents_say(place: Path) -> None:
    told = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^DJANGO_SETTINGS_MODULE=\S+ \.venv/bin/python -m django add_officer .+$", told, re.M)
    setting, _, *words = shlex.split(command)
    made = subprocess.run(
        [sys.executable, *words],
        cwd=place,
        input="FICTIONAL river stone\n" * 2,
        capture_output=True,
        text=True,
        env={**clean(), **dict([setting.split("=")])},
        start_new_session=True,  # away from the terminal, so that the password is read from here
        check=False,
    )
    assert "osei signs in as administrator of us-ma-boston/police." in made.stdout, made.stderr
    in_the_desk(
        "from django.test import Client; assert Client().login(username='osei', password='FICTIONAL river stone')",
        place,
    )


def in_the_desk(code: str, cwd: Path) -> None:
    """Something that happens there between two commands."""
    ready = "from detainerdesk.cli.installation import open_installation; open_installation(None)\n"
    started("-c", ready + code, cwd=cwd)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    run("setup", cwd=tmp_path)
    return tmp_path


@pytest.fixture
def line(place: Path) -> Path:
    """A line whose test page is dropped into the inbox of station D-4."""
    station = place / "data" / "inbox" / "D-4"
    station.mkdir()
    told = [{"agency": BOSTON, "channel": "folder", "station": "D-4", "folder": str(station)}]
    (place / "data" / "lines.json").write_text(json.dumps({"lines": told}))
    return place


def test_where_no_line_is_that_is_said(place: Path) -> None:
    assert "No paper has come yet, and no line is set up." in run("lines", cwd=place)
    assert json.loads(run("lines", "--json", cwd=place)) == []


def test_a_test_page_goes_out_once_comes_back_and_is_timed(line: Path) -> None:
    assert "D-4, by fax: sent\n1 test page sent." in run("lines", "--send", cwd=line)
    assert "0 test pages sent." in run("lines", "--send", cwd=line)
    (waits,) = json.loads(run("lines", "--json", cwd=line))
    assert (waits["last_seen"], waits["silent_since"]) == (None, None)
    run("intake", cwd=line)
    (back,) = json.loads(run("lines", "--json", cwd=line))
    assert back["took_seconds"] < 120
    assert (back["tested"], back["late"], back["backlog"], back["errors"]) == (True, False, 0, [])
    assert re.search(r"D-4, by fax +sent \d\d:\d\d, back \d\d:\d\d after \d+ s", run("lines", cwd=line))


LATE = """
from datetime import timedelta
from detainerdesk.intake.models import LineTest
for test in LineTest.objects.all():
    test.made_at, test.due_at = test.made_at - timedelta(hours=1), test.due_at - timedelta(hours=1)
    test.save()
"""


def test_a_silent_line_ends_the_command_with_1_and_says_what_to_check(line: Path) -> None:
    run("lines", "--send", cwd=line)
    in_the_desk(LATE, line)
    said = run("lines", cwd=line, code=1)
    assert "SILENT" in said
    assert "Papers may be arriving unseen. Check the tray." in said
    (silent,) = json.loads(run("lines", "--json", cwd=line, code=1))
    assert silent["silent_since"]


def test_a_page_that_can_not_be_sent_is_said_and_the_others_go_out(line: Path) -> None:
    file = line / "data" / "lines.json"
    told = json.loads(file.read_text())
    told["lines"].insert(0, {**told["lines"][0], "station": "B-2", "folder": str(line / "gone")})
    file.write_text(json.dumps(told))
    sent = json.loads(run("lines", "--send", "--json", cwd=line, code=1))
    assert [(one["station"], one["sent"]) for one in sent] == [("B-2", False), ("D-4", True)]
    assert "could not be sent" in sent[0]["says"]
    (failed, other) = json.loads(run("lines", "--json", cwd=line, code=1))
    assert "could not be sent" in failed["errors"][0]["says"]
    assert (failed["failed"], other["failed"], other["unsent"]) == (True, False, False)


def test_a_line_that_was_mended_is_tested_at_once(line: Path) -> None:
    file = line / "data" / "lines.json"
    right = file.read_text()
    file.write_text(json.dumps({"lines": [{**json.loads(right)["lines"][0], "folder": str(line / "gone")}]}))
    (never,) = json.loads(run("lines", "--json", cwd=line, code=1))
    assert never["unsent"], "no page was ever sent"
    assert "could not be sent" in run("lines", "--test", "D-4", cwd=line, code=1)
    file.write_text(right)
    assert "0 test pages sent." in run("lines", "--send", cwd=line)
    assert "D-4, by fax: sent\n1 test page sent." in run("lines", "--test", "D-4", cwd=line)
    run("intake", cwd=line)
    (back,) = json.loads(run("lines", "--json", cwd=line))
    assert back["last_seen"]
    assert "Stations with one: D-4." in run("lines", "--test", "B-2", cwd=line, code=2)


def test_a_list_of_lines_that_is_wrong_ends_with_2_and_says_where(line: Path) -> None:
    (line / "data" / "lines.json").write_text("{")
    assert "lines.json" in run("lines", cwd=line, code=2)


UNREAD_LIST = f"""
from datetime import UTC, datetime
from detainerdesk.intake.door import Envelope, receive
at = datetime(2026, 11, 3, 12, tzinfo=UTC)
data = b"Inmate,DOB,Cell\\nSILVA Marcos,07/04/1977,1\\n"
receive(data, Envelope("folder", "{BOSTON}", "D-4", "list.csv", at, "l"))
"""


def test_a_list_that_waits_is_read_again_when_it_has_a_map(place: Path) -> None:
    in_the_desk(UNREAD_LIST, place)
    again = ("intake", "--again")
    assert "Nothing new." in run("intake", cwd=place)
    assert "Nothing new." in run(*again, cwd=place)
    columns = place / "data" / "columns"
    columns.mkdir()
    (columns / "county.json").write_text("{")
    assert "county.json" in run(*again, cwd=place, code=2)
    (columns / "county.json").write_text('{"columns": {"subject_name": "Inmate", "dob": "DOB"}}')
    assert "list.csv: request 2026-0001" in run(*again, cwd=place)
    assert "Nothing new." in run(*again, cwd=place)


SENT = f"""
from datetime import UTC, datetime
from detainerdesk.intake import receipts
from detainerdesk.intake.door import Envelope, receive
receipts.turn("{BOSTON}", True, actor="officer 1")
for n in range(3):
    at = datetime(2026, 11, 3, 12, n, tzinfo=UTC)
    receive(b"%d" % n, Envelope("mail", "{BOSTON}", "D-4", "m.eml", at, f"m{{n}}", "ERO <duty@ero.example>"))
"""


def test_a_senders_numbers_of_a_month_and_what_one_side_lacks(place: Path) -> None:
    asked = ("receipts", "Duty@ero.example", "--month", "2026-11")
    assert "Receipts for senders are off" in run(*asked, cwd=place)
    in_the_desk(SENT, place)
    assert "3 numbers: 1-3." in run(*asked, cwd=place)
    assert run(*asked, "--csv", cwd=place).splitlines()[1] == "1,2026-11-03T12:00:00+00:00,mail"
    told = json.loads(run(*asked, "--theirs", "1-2,5", "--json", cwd=place, code=1))
    assert told["gaps"] == {"only_ours": [3], "only_theirs": [5]}
    assert [one["number"] for one in told["receipts"]] == [1, 2, 3]
    assert "Both lists have the same numbers." in run(*asked, "--theirs", "1-3", cwd=place)


def test_a_month_or_a_number_that_is_none_ends_with_2(place: Path) -> None:
    assert "2026-11" in run("receipts", "x", "--month", "11/2026", cwd=place, code=2)
    assert "is no number" in run("receipts", "x", "--month", "2026-11", "--theirs", "one", cwd=place, code=2)


def test_a_key_is_made_listed_without_its_token_and_revoked(place: Path) -> None:
    token = run("api-key", "make", "jail-system", "--station", "D-4", cwd=place).strip()
    assert re.fullmatch(r"ddk_[\w-]{43}", token)
    listed = run("api-key", "list", cwd=place)
    assert "jail-system" in listed
    assert token not in listed
    assert token.encode() not in (place / "data" / "desk.sqlite3").read_bytes()
    (row,) = json.loads(run("api-key", "list", "--json", cwd=place))
    assert (row["key"], row["name"], row["station"], row["revoked_at"]) == (1, "jail-system", "D-4", None)
    assert "is revoked" in run("api-key", "revoke", "1", cwd=place)
    assert "revoked already" in run("api-key", "revoke", "1", cwd=place, code=2)
    assert "There is no key 9" in run("api-key", "revoke", "9", cwd=place, code=2)


def test_a_key_for_an_agency_or_a_name_that_is_none_is_refused(place: Path) -> None:
    assert "like jail-system" in run("api-key", "make", "two words", cwd=place, code=2)
    assert "has no profile here" in run("api-key", "make", "x", "--agency", "us-ma-boston/polis", cwd=place, code=2)
