"""How long the core takes to install into a fresh environment, and how much room it takes on the disk.

    python benchmarks/install.py [--quick]

It installs requirements/core.txt, with its hashes, as `make demo` does when cold, into a temporary folder; prints a small table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_SECONDS = 60
MOST_MB = 700


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave it out: there is no short form of an installation")
    if parser.parse_args().quick:
        print("The installation is not measured in the quick form.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        own = Path(folder) / "bin" / "python"
        subprocess.run(
            [
                own,
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                ROOT / "requirements/uv.txt",
            ],
            check=True,
        )
        subprocess.run(
            [
                Path(folder) / "bin" / "uv",
                "pip",
                "install",
                "-q",
                "--no-cache",
                "--require-hashes",
                "--python",
                own,
                "-r",
                ROOT / "requirements/core.txt",
            ],
            check=True,
        )
        seconds = time.perf_counter() - began
        size = (
            sum(path.lstat().st_size for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
            / 1e6
        )
    measures = (("install-core-time", seconds, "s", MOST_SECONDS), ("install-core-size", size, "MB", MOST_MB))
    for name, value, unit, target in measures:
        print(f"{name:<24}{value:>10,.1f} {unit:<3} target {target}")
    for name, value, unit, target in measures:
        print(
            json.dumps(
                {"measure": name, "value": round(value, 1), "unit": unit, "target": target, "holds": value <= target}
            )
        )
    return 0 if all(value <= target for _, value, _, target in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
