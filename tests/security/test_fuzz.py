"""FUZZ: whatever is done to a file, it is kept, and read or shown to a person; the service goes on, and nothing hangs over its limit. The files are
made by mutations.py; fuzz.py sends them through the real door, the real understanding and the reader, in an installation of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.security import fuzz
from tests.security.conftest import ROOT
from tests.security.mutations import SEEDS, mutated

FILES, FILES_LONG = 1_000, 100_000
AT_A_TIME = 2


@pytest.mark.timeout(900)
def test_fuzz_1000_mutated_files_are_each_kept_and_read_or_queued(tmp_path: Path) -> None:
    told = sent(FILES, tmp_path, real=50)
    assert told["findings"] == []
    assert told["by the real child"] >= 20


@pytest.mark.long
@pytest.mark.timeout(6 * 60 * 60)
def test_fuzz_100000_mutated_files_are_each_kept_and_read_or_queued(tmp_path: Path) -> None:
    told = sent(FILES_LONG, tmp_path, real=200)
    assert told["findings"] == []
    assert told["by the real child"] >= 500


def test_fuzz_a_file_has_a_number_and_no_two_are_alike() -> None:
    assert mutated(12) == mutated(12)
    files = [mutated(number) for number in range(350)]
    assert len({data for _, data in files}) > 300
    assert {kind for kind, _ in files} == set(SEEDS)


def test_fuzz_each_of_the_long_run_s_json_files_can_be_made() -> None:
    first = next(number for number, kind in enumerate(SEEDS) if kind == "json")
    assert {mutated(number)[0] for number in range(first, FILES_LONG, len(SEEDS))} == {"json"}


def test_fuzz_a_file_that_is_lost_or_falls_between_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test must see what it looks for: here a faulty understanding that drops what it can't read."""
    code = (
        "import sys; sys.argv = ['fuzz', '--count', '14', '--in', {!r}]\n"
        "from tests.security import fuzz\n"
        "old = fuzz._findings_of\n"
        "def drop(row, data, told):\n"
        "    from detainerdesk.intake.models import Waiting\n"
        "    Waiting.objects.all().delete()\n"
        "    return old(row, data, told)\n"
        "fuzz._findings_of = drop\n"
        "raise SystemExit(fuzz.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code.format(str(tmp_path / "one"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    assert any("it is nowhere" in each for each in json.loads(done.stdout)["findings"])


def sent(files: int, folder: Path, real: int) -> dict[str, Any]:
    """As many processes as cores, each with an installation of its own and a share of the files."""
    share = files // AT_A_TIME

    def one(n: int) -> dict[str, Any]:
        told = ["--count", str(share), "--first", str(n * share), "--real", str(real), "--in", str(folder / str(n))]
        done = subprocess.run(
            [sys.executable, "-m", fuzz.__name__, *told], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    with ThreadPoolExecutor(AT_A_TIME) as together:
        found = list(together.map(one, range(AT_A_TIME)))
    kinds: Counter[str] = sum((Counter(each["by kind"]) for each in found), Counter())
    assert sum(kinds.values()) == files
    for each in found:
        print(each)
    return {
        "findings": [finding for each in found for finding in each["findings"]],
        "by the real child": sum(each["by the real child"] for each in found),
    }
