"""What `serve` starts beside the desk is started again when it ends, and ends with it."""

from __future__ import annotations

import io
import json
import os
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

from detainerdesk.cli import serving
from detainerdesk.cli.serving import refuse_port, unserved
from tests.test_cli_installation import ROOT, _until, free_port, run

pytestmark = [pytest.mark.xdist_group("installation"), pytest.mark.timeout(600)]


@pytest.fixture
def busy() -> Iterator[socket.socket]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other


def test_what_ends_beside_the_desk_is_started_again_after_a_pause_that_grows(
    tmp_path: Path, busy: socket.socket
) -> None:
    run("setup", cwd=tmp_path)
    data, port = tmp_path / "data", busy.getsockname()[1]
    (data / "inbox" / "D-4").mkdir()
    recipient = {"address": "d4@desk.example.gov", "agency": "us-ma-boston/police", "station": "D-4"}
    (data / "mail.json").write_text(json.dumps({"listener": {"port": port, "recipients": [recipient]}}))
    with (tmp_path / "log").open("w") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "detainerdesk", "serve", "--port", str(free_port())],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )

    def said(words: str) -> bool:
        return words in (tmp_path / "log").read_text()

    try:
        _until(lambda: said("`detainerdesk listen` ended with exit code 2. It is started again in 2 s."))
        busy.close()
        _until(lambda: greets(port))
        (intake,) = (pid for pid in started_by(serving.pid) if "intake" in command(pid))
        os.kill(intake, signal.SIGKILL)
        (data / "inbox" / "D-4" / "note.txt").write_text("no form at all")
        _until(lambda: any((data / "inbox" / ".taken").rglob("*note.txt")))
        assert said("`detainerdesk intake` was killed by signal 9. It is started again in 1 s.")
        _until(lambda: bool(json.loads(run("lines", "--json", cwd=tmp_path))))
        (line,) = json.loads(run("lines", "--json", cwd=tmp_path))
        assert [one["says"].split(" ended")[0] for one in line["errors"]] == ["What takes papers in by this channel"]
        beside = [pid for pid in started_by(serving.pid) if "detainerdesk" in command(pid)]
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(30)
    assert serving.returncode == 0
    assert len(beside) >= 2
    assert not any(command(pid) for pid in beside)


def test_what_a_killed_desk_leaves_behind_ends_by_itself(tmp_path: Path) -> None:
    run("setup", cwd=tmp_path)
    desk, mail = free_port(), free_port()
    recipient = {"address": "d4@desk.example.gov", "agency": "us-ma-boston/police", "station": "D-4"}
    (tmp_path / "data" / "mail.json").write_text(json.dumps({"listener": {"port": mail, "recipients": [recipient]}}))
    (tmp_path / "data" / "lines.json").write_text('{"lines": []}')
    words = [sys.executable, "-m", "detainerdesk", "serve", "--port", str(desk)]
    serving = subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
    beside: list[int] = []
    try:
        _until(lambda: greets(mail) and answers(desk))
        beside = started_by(serving.pid)
        assert len(beside) == 4, "the desk's own process, the inbox, the mail and the lines"
        serving.kill()
        serving.wait()
        _until(lambda: not any(map(command, beside)), seconds=20)
    finally:
        serving.kill()
        for pid in beside:
            if "detainerdesk" in command(pid):
                os.kill(pid, signal.SIGKILL)
    with unserved(tmp_path / "data"):
        pass
    for port in (desk, mail):
        refuse_port("127.0.0.1", port)


SLOW = """
import sys, time
from pathlib import Path
from detainerdesk.cli import app, end_with_parent
from detainerdesk.cli.installation import open_installation
from detainerdesk.intake.reading.fields import Unreadable

open_installation(None)
from detainerdesk.intake import understand

def read(place):
    Path("reading").touch()
    time.sleep(4)
    return Unreadable("No form.")

understand.read_pages = read
end_with_parent.end_with(int(sys.argv[1]))
app(["intake", "--watch"])
"""
STARTS = "import os, subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid())]); time.sleep(600)"


def test_a_paper_that_is_being_read_when_the_desk_is_killed_is_placed_and_the_next_one_is_left(
    tmp_path: Path,
) -> None:
    run("setup", cwd=tmp_path)
    station = tmp_path / "data" / "inbox" / "D-4"
    station.mkdir()
    for name in ("1.pdf", "2.pdf"):
        (station / name).write_bytes(b"%PDF-1.7 FICTIONAL " + name.encode())
    starting = subprocess.Popen(
        [sys.executable, "-c", STARTS, SLOW], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL
    )
    try:
        _until(lambda: (tmp_path / "reading").exists())
        (watching,) = started_by(starting.pid)
    finally:
        starting.kill()
        starting.wait()
    assert placed(tmp_path) == [0, 0]
    _until(lambda: not command(watching), seconds=20)
    assert placed(tmp_path) == [1, 0]
    run("intake", cwd=tmp_path)
    assert placed(tmp_path) == [1, 1], "each once"


def test_what_ended_is_not_started_again_once_the_desk_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    said = Event()

    def ends(command: Sequence[str], over: Event) -> str:
        started.append(command[0])
        return "ended"

    monkeypatch.setattr(serving, "_run", ends)
    monkeypatch.setattr(serving, "_note", lambda name: said.set())
    with serving.beside([["lines"]]):
        assert said.wait(10)
    assert started == ["lines"]


def test_what_is_told_to_end_just_before_the_desk_is_did_not_end_by_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service that is stopped tells all of its processes at once."""
    over, noted = Event(), list[str]()

    def ends(command: Sequence[str], over: Event) -> str:
        Timer(0.1, over.set).start()
        return "ended with exit code 0"

    monkeypatch.setattr(serving, "_run", ends)
    monkeypatch.setattr(serving, "_note", noted.append)
    serving._keep_up(["lines"], over)
    assert (noted, capsys.readouterr().err) == ([], "")


class Unread(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [Unread, closed])
def test_what_ends_is_started_again_though_nobody_reads_standard_error(
    stream: Callable[[], io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    over, started = Event(), list[str]()

    def ends(command: Sequence[str], over: Event) -> str:
        started.append(command[0])
        if len(started) == 2:
            over.set()
        return "ended"

    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setattr(serving, "SHORTEST", 0.01)
    monkeypatch.setattr(serving, "_run", ends)
    monkeypatch.setattr(serving, "_note", lambda name: None)
    serving._keep_up(["intake"], over)
    assert started == ["intake", "intake"]


def test_what_does_not_end_when_it_is_told_to_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf, over = tmp_path / "deaf", Event()
    deaf.write_text(f"#!/bin/sh\ntrap '' TERM\ntouch {tmp_path}/heard\nwhile true; do sleep 0.1; done\n")
    deaf.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(deaf))
    monkeypatch.setattr(serving, "FINISHES_WITHIN", 0.5)
    ended: list[str] = []
    running = Thread(target=lambda: ended.append(serving._run(["intake"], over)))
    running.start()
    _until((tmp_path / "heard").exists)
    over.set()
    running.join(20)
    assert ended == ["was killed by signal 9"]


def test_a_watch_of_the_lines_goes_on_though_a_page_could_not_be_sent_and_while_lines_json_is_being_written(
    tmp_path: Path,
) -> None:
    run("setup", cwd=tmp_path)
    station, log = tmp_path / "data" / "inbox" / "D-4", tmp_path / "log"
    station.mkdir()
    told = {"agency": "us-ma-boston/police", "channel": "folder", "station": "D-4", "folder": str(station)}
    gone = {**told, "station": "B-2", "folder": str(tmp_path / "gone")}
    (tmp_path / "data" / "lines.json").write_text(json.dumps({"lines": [gone]}))
    code = "from detainerdesk.cli import app, lines; lines.A_MINUTE = 0.5; app()"
    with log.open("w") as said:
        watching = subprocess.Popen(
            [sys.executable, "-c", code, "lines", "--send", "--watch"],
            cwd=tmp_path,
            env=environment(),
            stdout=said,
            stderr=said,
        )
    try:
        _until(lambda: "0 test pages sent." in log.read_text())
        (tmp_path / "data" / "lines.json").write_text('{"lines": [')
        _until(lambda: "lines.json can't be read: Input data was truncated." in log.read_text())
        (tmp_path / "data" / "lines.json").write_text(json.dumps({"lines": [told]}))
        _until(lambda: any(station.glob("line-test-*.pdf")))
        watching.terminate()
        assert watching.wait(30) == 0, "what failed once is on the channel's page, and is no fault of this end"
        assert "1 test page sent." in log.read_text(), "what was in hand is finished"
    finally:
        watching.kill()
        watching.wait()


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    return {**clean, "PYTHONPATH": str(ROOT)}


def greets(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            return server.noop()[0] == 250
    except OSError:
        return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def placed(folder: Path) -> list[int]:
    """Of each delivery."""
    with closing(sqlite3.connect(folder / "data" / "desk.sqlite3")) as database:
        return [row[0] for row in database.execute("SELECT placed FROM intake_transmission ORDER BY receipt")]


def started_by(pid: int) -> list[int]:
    """Whatever thread of the process started them."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for each in children for one in each.read_text().split()]


def command(pid: int) -> str:
    """Empty where there is no such process any more."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        return ""
