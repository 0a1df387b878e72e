"""SUP-1: what is installed is pinned and hashed, named in a bill of materials, and tied to no host or machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_sup_1_every_locked_package_has_a_hash(lock: Path) -> None:
    blocks = re.split(
        r"\n(?=[A-Za-z0-9])", "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    )
    packages = [block for block in blocks if PIN.match(block)]
    assert packages
    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_sup_1_a_lock_names_no_host_and_no_machine_path(lock: Path) -> None:
    assert re.findall(r"https?://|--index-url|file:|/(?:home|root|opt|work)/", lock.read_text()) == []


def test_sup_1_the_npm_lock_names_no_host() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "integrity" in lock


def test_sup_1_the_bill_of_materials_names_every_locked_package(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [tool, "requirements", ROOT / "requirements/core.txt", "--output-reproducible", "--of", "JSON", "-o", out]
    subprocess.run(command, check=True, capture_output=True)
    named = {(part["name"].lower(), part["version"]) for part in json.loads(out.read_text())["components"]}
    locked = {(name.lower(), version) for name, version in PIN.findall((ROOT / "requirements/core.txt").read_text())}
    assert locked <= named


def test_sup_1_the_lock_holds_what_the_core_asks_for() -> None:
    asked = {
        line.split("~")[0].split("=")[0].strip()
        for line in (ROOT / "requirements/core.in").read_text().splitlines()
        if line and line[0] not in "#-"
    }
    locked = {name.lower() for name, _ in PIN.findall((ROOT / "requirements/core.txt").read_text())}
    assert asked <= locked
