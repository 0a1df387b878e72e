"""Gives orders to the warm process of installation.py, and reads its answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.crash import pile

ROOT = Path(__file__).parents[2]


class Installation:
    """One warm process; each order is carried out by a child of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.installation"],
            cwd=ROOT,
            env={**os.environ, "DETAINERDESK_DATA": os.devnull, "DETAINERDESK_SECRET": pile.SECRET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, do: str, data: Path, **env: str) -> tuple[int, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._process.poll() is not None:
            raise RuntimeError("The warm process did not start; what it said is on standard error.")
        self._process.stdin.write(json.dumps({"do": do, "data": str(data), "env": env}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["status"], answer["out"]

    def done(self, do: str, data: Path, **env: str) -> Any:
        status, out = self.order(do, data, **env)
        assert status == 0, f"{do} failed:\n{out}"
        return out

    def close(self) -> None:
        self._process.communicate(timeout=30)
