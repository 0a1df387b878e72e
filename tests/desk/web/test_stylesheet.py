"""The stylesheet: the design system by Sass, only what is used, no font, no picture, no motion; built from a lock that names no host."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHEET = ROOT / "detainerdesk" / "desk" / "static" / "desk" / "desk.css"


def test_it_is_small_and_loads_nothing() -> None:
    css = SHEET.read_text(encoding="utf-8")
    assert len(gzip.compress(css.encode())) < 12_000
    assert "url(" not in css
    assert "@font-face" not in css
    assert "@keyframes" not in css
    assert "@import" not in css


def test_it_is_newer_than_what_it_is_built_from() -> None:
    """`python styles/build.py` makes it; a stale one would test yesterday's looks."""
    for source in (ROOT / "styles").glob("*.scss"):
        assert SHEET.stat().st_mtime >= source.stat().st_mtime, source.name


def test_every_class_in_a_template_of_ours_has_a_rule_or_is_a_hook() -> None:
    css = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEET.parent.glob("*.css"))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    templates = (ROOT / "detainerdesk" / "desk" / "templates" / "desk").rglob("*.html")
    used: dict[str, str] = {}
    for template in templates:
        for value in re.findall(
            r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", template.read_text(encoding="utf-8"))
        ):
            used |= dict.fromkeys((one for one in value.split() if not one.endswith("--")), template.name)
    assert {name: where for name, where in used.items() if name not in known and name not in HOOKS} == {}


HOOKS = {"conditions", "kept", "now", "problem", "release", "clock", "whypage", "printpage"}


def test_the_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for place, package in packages.items() if place)
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()
    assert "registry=" not in (ROOT / ".npmrc").read_text(encoding="utf-8")
