"""SUP-1: nothing is installed that the hashed lock does not name; the vulnerability check and the bill of materials run in CI; the days to fix stand in SECURITY.md."""

from __future__ import annotations

import re

from tests.security.conftest import ROOT


def test_sup_1_nothing_is_installed_past_the_hashed_lock() -> None:
    for name in ("Makefile", "requirements/install.sh"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if re.search(r"pip(?:\.pyz)? install|uv sync|npm (?:install|i)\b", line):
                assert "--require-hashes" in line, f"{name}: {line.strip()}"


def test_sup_1_ci_checks_for_weaknesses_every_day_and_keeps_the_bill_of_materials() -> None:
    ci = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "- run: make audit" in ci
    assert "- run: make sbom" in ci
    assert "schedule:" in ci
    assert "name: sbom" in ci
    recipe = re.search(r"^audit:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    assert "pip-audit --disable-pip --require-hashes -r requirements/core.txt" in recipe[1]
    assert not re.search(r"--ignore-vuln|\|\| true|^\t-", recipe[1], re.MULTILINE), "a found weakness fails the check"


def test_sup_1_the_days_to_fix_are_promised() -> None:
    said = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.search(r"critical within 15 days, high 30, medium 60, low 90", said)
