"""How long `make demo` takes once it is set up (warm), on this machine.

    python benchmarks/demo.py [--quick]

It runs the demo in a temporary folder as a user would, prints a small table, then one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST = 60  # seconds; the target is 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run, as without it: the demo has no shorter form")
    parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before = os.times()
        began = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-m", "detainerdesk", "demo"],
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            env=_env(),
        )
        seconds = time.perf_counter() - began
        after = os.times()
    if ended.returncode:
        print(ended.stdout[-2000:], ended.stderr[-2000:], file=sys.stderr)
        return 1
    computing = after.children_user + after.children_system - before.children_user - before.children_system
    load = os.getloadavg()[0]
    print(
        f"make demo, warm: {seconds:.1f} s by the clock, {computing:.1f} s of computing, {os.cpu_count()} processors, load {load:.1f}"
    )
    for name, value, target in (("demo-warm", seconds, MOST), ("demo-warm-computing", computing, None)):
        holds = target is None or value <= target
        print(json.dumps({"measure": name, "value": round(value, 1), "unit": "s", "target": target, "holds": holds}))
    return 0 if seconds <= MOST else 1


def _env() -> dict[str, str]:
    root = str(Path(__file__).parents[1])
    return {**os.environ, "PYTHONPATH": root}


if __name__ == "__main__":
    sys.exit(main())
