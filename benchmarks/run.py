"""Runs every benchmark, or those of one folder, one after another, and repeats their lines of JSON at the end.

    python benchmarks/run.py [FOLDER] [--quick]          python benchmarks/run.py law --quick

It ends with 1 if a measure does not hold or a script fails; the others are still run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="only this folder, like law")
    parser.add_argument("--quick", action="store_true", help="the short form of each, for CI")
    asked = parser.parse_args()
    place = HERE / (asked.folder or "")
    scripts = sorted(path for path in place.rglob("*.py") if is_script(path))
    if not scripts:
        print(f"There is no benchmark in {place.relative_to(HERE.parent)}.", file=sys.stderr)
        return 2
    lines: list[str] = []
    failed: list[str] = []
    for script in scripts:
        name = script.relative_to(HERE).as_posix()
        print(f"== {name}", flush=True)
        told, code = run(script, quick=asked.quick)
        print(told, end="", flush=True)
        lines += [line for line in told.splitlines() if line.startswith('{"measure"')]
        if code:
            failed.append(name)
    print("== all measures")
    print("\n".join(lines))
    missed = [line["measure"] for line in map(json.loads, lines) if not line["holds"]]
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    for name in missed:
        print(f"does not hold: {name}", file=sys.stderr)
    return 1 if failed or missed else 0


def is_script(path: Path) -> bool:
    """Whether a file is a benchmark: not this one, and no part that others import."""
    return path.name != "run.py" and 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")


def run(script: Path, *, quick: bool) -> tuple[str, int]:
    """What one script printed, and its exit code."""
    ended = subprocess.run(
        [sys.executable, str(script), *(["--quick"] if quick else [])],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    return ended.stdout, ended.returncode


if __name__ == "__main__":
    sys.exit(main())
