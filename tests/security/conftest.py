"""The desk as it is served, for the lines of security.md that speak of every page; and a process of its own for those that speak of start-up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from detainerdesk.intake.queue import waiting
from tests.desk.web.conftest import Desk, data_folder, delacroix, desk, screen, window
from tests.desk.web.test_access import address, rows
from tests.intake.made import BOSTON
from tests.paperwork import bad

__all__ = ["data_folder", "desk", "screen", "window"]

ROOT = Path(__file__).resolve().parents[2]
SECRET = "kQ3vN8xW-pZ5rT2yB7mJ4hL9sD6fG1aC0eUiOoRtYwXnVbKcMzPq"
PRODUCTION = {
    "DETAINERDESK_PROFILE": "production",
    "DETAINERDESK_TLS_IN_FRONT": "yes",
    "DETAINERDESK_HOSTS": "desk.example.gov",
    "DETAINERDESK_SECRET": SECRET,
}


def python(code: str, data: Path, **environment: str) -> str:
    """Runs `code` in a process of its own, on a data folder of its own; what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean
        | {"DETAINERDESK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings"}
        | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def everywhere(desk: Desk) -> dict[str, str]:
    """Every address of the desk as docs/access.md writes it -> a real one: one request, one paper that waits."""
    number = desk.paper(delacroix())
    desk.paper(bad.cat())
    places = {
        "NUMBER": number,
        "DOCUMENT": desk.request_page(number).pictures[0].document,
        "WAITS": desk.board().waiting[0].document,
        "MATTER": str(waiting(BOSTON)[0].id),
        "PAGE": "1",
        "PAPER": "0",
        "FIELD": "dob",
        "READING": "in_lieu_days",
    }
    return {written: address(written, places) for written in rows()}


def static_files() -> list[str]:
    """What the pages load, as their own base template names it."""
    base = (ROOT / "detainerdesk" / "desk" / "templates" / "desk" / "base.html").read_text(encoding="utf-8")
    return ["/static/" + name for name in re.findall(r"{% static '([^']+)' %}", base)]
