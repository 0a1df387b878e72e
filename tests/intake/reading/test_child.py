"""IN-3: documents are read in a child process with limits, without network, other programs or secrets; the parent lives on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detainerdesk.intake.reading import child
from detainerdesk.intake.reading.child import Limits, open_mail_in_child, read_in_child
from detainerdesk.intake.reading.fields import Arranged, Reading, Unreadable
from detainerdesk.intake.reading.mail import Mail
from detainerdesk.intake.reading.pages import NoPicture, picture
from tests.paperwork import draw, sample
from tests.security.mutations import mutated

MIB = 1024 * 1024


@pytest.fixture
def detainer(tmp_path: Path) -> Path:
    path = tmp_path / "document"
    path.write_bytes(draw("i247a", sample("i247a")))
    return path


@pytest.fixture
def fax(tmp_path: Path) -> Path:
    path = tmp_path / "fax"
    path.write_bytes(draw("i247a", sample("i247a"), style="fine fax", pages=[1]))
    return path


def test_in_3_the_child_reads_as_the_reader_does(detainer: Path) -> None:
    reading = read_in_child(detainer)
    assert isinstance(reading, Reading)
    assert reading.papers[0].fields["subject_name"].value == sample("i247a")["subject_name"]


def test_in_3_what_a_library_throws_away_does_not_break_the_reading_off(tmp_path: Path) -> None:
    """Tesseract opens the null device to say that an underline looks odd, and fell where the filter for files refused that."""
    kind, data = mutated(53_541)
    assert kind == "jpeg"
    stored = tmp_path / "stored"
    stored.write_bytes(data)
    assert isinstance(read_in_child(stored), Reading)


def test_in_3_a_scan_is_read_within_the_memory_limit(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(draw("i200", sample("i200"), style="fine fax", container="tiff"))
    reading = read_in_child(path)
    assert isinstance(reading, Reading), reading
    assert reading.papers[0].kind == "i200"
    assert reading.papers[0].fields["form_date"].value == sample("i200")["form_date"]


def test_in_3_a_reading_that_takes_too_long_is_stopped_and_said(fax: Path) -> None:
    begun = time.monotonic()
    answer = read_in_child(fax, Limits(wall_page=0.6))
    assert isinstance(answer, Unreadable)
    assert "longer than 0.6 seconds a page" in answer.says
    assert time.monotonic() - begun < 10


def test_in_3_a_document_that_takes_too_long_as_a_whole_is_stopped(fax: Path) -> None:
    answer = read_in_child(fax, Limits(wall_document=0.5))
    assert isinstance(answer, Unreadable)
    assert "longer than" in answer.says


def test_in_3_too_much_computing_for_a_page_is_stopped_by_the_system(fax: Path) -> None:
    answer = read_in_child(fax, Limits(cpu_page=1))
    assert isinstance(answer, Unreadable)
    assert "more than 1 seconds of computing" in answer.says


def test_in_3_too_little_memory_ends_the_child_and_not_the_parent(fax: Path) -> None:
    answer = read_in_child(fax, Limits(memory=60 * MIB))
    assert isinstance(answer, Unreadable)
    assert "A person must look at it" in answer.says


def test_in_3_an_answer_over_its_limit_is_refused(detainer: Path) -> None:
    answer = read_in_child(detainer, Limits(answer=500))
    assert isinstance(answer, Unreadable)
    assert "over its limit" in answer.says


def test_in_3_limits_can_be_stricter_and_never_looser() -> None:
    with pytest.raises(ValueError, match="memory can be at most"):
        Limits(memory=4096 * MIB)


def test_in_3_the_child_gets_no_secret_of_its_parent(detainer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETAINERDESK_SECRET", "do-not-hand-on")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    seen: list[dict[str, str]] = []
    real = subprocess.Popen

    def watched(*arguments: object, **options: object) -> object:
        seen.append(dict(options["env"]))  # type: ignore[call-overload]
        return real(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(child.subprocess, "Popen", watched)
    assert isinstance(read_in_child(detainer), Reading)
    assert seen
    assert set(seen[0]) == {
        "PYTHONPATH", "HOME", "TMPDIR", "LC_ALL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE"
    }  # fmt: skip


def test_what_tells_all_processes_of_a_service_to_end_does_not_make_the_paper_in_hand_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen

    def told_to_end(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started = real(*arguments, **options)  # type: ignore[call-overload]
        started.terminate()
        return started  # type: ignore[no-any-return]

    monkeypatch.setattr(child.subprocess, "Popen", told_to_end)
    (tmp_path / "mail").write_bytes(b"From: fax@example.gov\r\nSubject: one\r\n\r\nNothing in it.\r\n")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert isinstance(open_mail_in_child(tmp_path / "mail"), Mail)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before, "who started it still hears it"


BREAKS = """#!{python}
import os, sys
from pathlib import Path
from detainerdesk.intake.reading import child, read
count = Path({count!r})
starts = len(count.read_text()) if count.exists() else 0
count.write_text("x" * (starts + 1))
whole = read.read_page
def breaking(page, arranged=()):
    if page.number == 2 and starts < {times}:
        os._exit(9)
    return whole(page, arranged)
read.read_page = breaking
child.main(sys.argv[4:])
"""


def breaking_at_page_2(tmp_path: Path, times: int) -> str:
    """A Python whose reading of page 2 breaks off, in the first so many processes."""
    python = tmp_path / "python"
    python.write_text(BREAKS.format(python=sys.executable, count=str(tmp_path / "starts"), times=times))
    python.chmod(0o700)
    return str(python)


def test_in_3_another_child_goes_on_at_the_page_where_one_broke_off(
    detainer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_in_child(detainer)
    monkeypatch.setattr(sys, "executable", breaking_at_page_2(tmp_path, times=1))
    assert read_in_child(detainer) == whole
    assert len((tmp_path / "starts").read_text()) == 3, "one that broke off, one that went on, one that made the papers"


def test_in_3_a_page_that_breaks_twice_is_left_to_a_person_and_the_others_stand(
    detainer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", breaking_at_page_2(tmp_path, times=2))
    reading = read_in_child(detainer)
    assert isinstance(reading, Reading)
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [("i247a", (1, 3)), ("unknown", (2,))]
    assert reading.papers[0].fields["subject_name"].value == sample("i247a")["subject_name"]
    assert [note for note in reading.notes if "page 2 of 3" in note and "A person must look at it" in note]


def test_the_child_reads_the_pages_as_a_person_arranged_them(detainer: Path) -> None:
    reading = read_in_child(detainer, arranged=(Arranged("i247a", (1,)), Arranged("unknown", (2, 3))))
    assert isinstance(reading, Reading)
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [("i247a", (1,)), ("unknown", (2, 3))]


def test_an_arrangement_that_the_file_does_not_have_is_refused_in_words(detainer: Path) -> None:
    answer = read_in_child(detainer, arranged=(Arranged(None, (1, 9)),))
    assert isinstance(answer, Unreadable)
    assert answer.says == "There is no page 9: the file has 3."


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('example.com', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
    ],
)
def test_in_3_a_confined_process_reaches_neither_network_nor_programs(act: str) -> None:
    code = f"from detainerdesk.intake.reading.child import confine\nconfine()\n{act}\nprint('done')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "PermissionError" in done.stderr
    assert "done" not in done.stdout


def test_in_3_below_python_too_where_the_system_can_filter_calls() -> None:
    code = (
        "import ctypes\n"
        "from detainerdesk.intake.reading import child\n"
        "print('filter', child._filter_system_calls())\n"
        "print('socket', ctypes.CDLL(None).socket(2, 1, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    if "filter False" in done.stdout:
        pytest.skip("this system has no filter for system calls; the audit hook and the limits remain")
    assert "socket -1" in done.stdout


def test_web_4_a_page_picture_comes_from_the_child_as_png(detainer: Path) -> None:
    png = picture(detainer, 1, 400)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 400


def test_a_picture_of_a_page_that_is_not_there_is_refused_in_words(detainer: Path) -> None:
    with pytest.raises(NoPicture, match="There is no page 9: the document has 3"):
        picture(detainer, 9, 400)


def test_a_document_that_is_gone_is_said(tmp_path: Path) -> None:
    answer = read_in_child(tmp_path / "nothing")
    assert isinstance(answer, Unreadable)
    assert "can't be opened" in answer.says
