"""IN-3: the child that reads has 1 GiB, 30 s of computing and 60 s a page, 15 minutes a document, no network, no secrets, and runs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from detainerdesk.intake.reading.child import STANDARD, Limits, read_in_child
from detainerdesk.intake.reading.fields import Reading
from detainerdesk.intake.reading.pages import Pages
from tests.paperwork import draw, sample
from tests.security.conftest import ROOT

GIB = 1024**3
RULE = {"memory": GIB, "cpu_page": 30, "wall_page": 60.0, "wall_document": 900.0}


def test_in_3_the_values_are_those_of_the_rule() -> None:
    assert {name: getattr(STANDARD, name) for name in RULE} == RULE


@pytest.mark.parametrize("name", [one.name for one in fields(Limits)])
def test_in_3_each_limit_can_be_stricter_and_never_looser(name: str) -> None:
    loosest = getattr(STANDARD, name)
    Limits(**{name: loosest / 2 if isinstance(loosest, float) else loosest // 2})
    with pytest.raises(ValueError, match=f"{name} can be at most"):
        Limits(**{name: loosest + 1})


def test_in_3_the_system_itself_holds_the_child_to_them() -> None:
    code = (
        "import json, resource as r; from detainerdesk.intake.reading.child import STANDARD, bound; bound(STANDARD); "
        "print(json.dumps({n: r.getrlimit(getattr(r, n)) for n in "
        "('RLIMIT_DATA', 'RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_CORE', 'RLIMIT_NOFILE')}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    held = json.loads(done.stdout)
    assert held["RLIMIT_DATA"] == [GIB, GIB]
    assert 30 <= held["RLIMIT_CPU"][0] <= 32
    assert held["RLIMIT_FSIZE"] == [1024**2] * 2
    assert held["RLIMIT_CORE"] == [0, 0]
    assert held["RLIMIT_NOFILE"][1] <= 64


def test_in_3_more_than_a_gibibyte_is_refused_by_the_system() -> None:
    code = "from detainerdesk.intake.reading.child import STANDARD, bound; bound(STANDARD); b = bytearray({}); print(len(b))"
    small, large = (
        subprocess.run(
            [sys.executable, "-c", code.format(size)], capture_output=True, text=True, timeout=60, check=False
        )
        for size in (GIB // 2, GIB + 1)
    )
    assert small.stdout.strip() == str(GIB // 2)
    assert "MemoryError" in large.stderr


ACTIVE = {
    b"/AA << /O << /S /JavaScript /JS (x) >> >>": "a script. It was not run",
    b"/AcroForm << /XFA (x) >>": "an XFA form. It was not run",
    b"/OpenAction << /S /Launch /F (calc.exe) >>": "to start a program. It was not started",
    b"/Names << /EmbeddedFiles << /Names [] >> >>": "other files inside it. They were not opened",
}


@pytest.mark.parametrize("part", ACTIVE, ids=lambda part: part[1:12].decode().strip())
def test_in_3_each_part_that_would_act_is_reported(part: bytes) -> None:
    whole = draw("i200", sample("i200"))
    assert Pages(whole).notes == []
    changed = whole.replace(b"/Type /Catalog", part + b" /Type /Catalog", 1)
    assert changed != whole
    assert any(ACTIVE[part] in note for note in Pages(changed).notes)


def test_in_3_no_variable_of_the_parent_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from inside a child: /proc/self/environ of the process that reads."""
    seen = tmp_path / "seen"
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\ncat /proc/self/environ > "{seen}"\nexec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o700)
    paper = tmp_path / "paper"
    paper.write_bytes(draw("i200", sample("i200")))
    monkeypatch.setenv("DETAINERDESK_SECRET", "do-not-hand-on")
    monkeypatch.setenv("DETAINERDESK_DATA", "do-not-hand-on")
    monkeypatch.setattr(sys, "executable", str(wrapper))
    assert isinstance(read_in_child(paper), Reading)
    assert b"LC_ALL" in seen.read_bytes()
    assert b"do-not-hand-on" not in seen.read_bytes()


@pytest.mark.parametrize(
    "act",
    [
        "open({0!r}).read()",
        "open({0!r}, 'r+')",
        "__import__('os').truncate({0!r}, 0)",
        "__import__('os').unlink({0!r})",
        "__import__('os').listdir(__import__('os').path.dirname({0!r}))",
        "open({0!r} + '.new', 'w')",
    ],
)
def test_in_3_the_child_reaches_no_file_of_the_installation(act: str, tmp_path: Path) -> None:
    """The secret, the keys, the database and the other papers belong to the same user; still none can be read or changed."""
    secret = tmp_path / "data" / "secret"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("do-not-read")
    code = (
        "from detainerdesk.intake.reading import child\n"
        "if not child._leave_files(): print('no filter'); raise SystemExit\n"
        f"{act.format(str(secret))}\nprint('done')"
    )
    own = tmp_path / "own"
    own.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": "", "TMPDIR": str(own)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "no filter" in done.stdout:
        assert not files_can_be_filtered()
        pytest.skip("this system has no filter for files; the environment without secrets and the limits remain")
    assert "PermissionError" in done.stderr, done.stdout
    assert secret.read_text() == "do-not-read"


PROBED = """
import json, sys
from detainerdesk.intake.reading import child
def tried(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"
def probe(data, *_):
    import socket, subprocess
    acts = {"bytes": lambda: data, "network": socket.socket, "program": lambda: subprocess.run(["true"]), "secret": lambda: open(SECRET)}
    return {name: tried(act) for name, act in acts.items()}
child._answer = probe
child.main([json.dumps(child.asdict(child.STANDARD)), "read"])
"""


def test_in_3_the_child_is_confined_before_it_works_on_a_byte(tmp_path: Path) -> None:
    """The child's own program, with a reader that tries to get out."""
    secret = tmp_path / "secret"
    secret.write_text("do-not-read")
    done = subprocess.run(
        [sys.executable, "-c", f"SECRET = {str(secret)!r}\n{PROBED}"],
        cwd=ROOT,
        input=b"a page",
        capture_output=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told.pop("bytes") == "done"
    if not files_can_be_filtered():
        del told["secret"]
    assert set(told.values()) == {"PermissionError"}, told


def files_can_be_filtered() -> bool:
    code = "from detainerdesk.intake.reading import child; print(child._leave_files())"
    return (
        "True"
        in subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
