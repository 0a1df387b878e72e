"""Reads a document in a child process that can do nothing but read: limited memory, time and file size, no network, no other
programs, no secrets in its environment, no file of the installation. Comes in: the path of a stored document. Goes out: its `Reading`, or `Unreadable` with
words for a person; the parent lives on whatever the document does, and a new child goes on at the page where one broke off.
docs/reading.md lists the limits and what enforces each."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import platform
import resource
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeVar

from detainerdesk.intake.reading.fields import (
    Arranged,
    NotAReading,
    Reading,
    Unreadable,
    arranged_from_json,
    arranged_to_json,
    from_json,
    to_json,
)

if TYPE_CHECKING:
    from detainerdesk.intake.reading.archive import Archive
    from detainerdesk.intake.reading.mail import Mail

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a child may use. These are the loosest values allowed; a stricter one is welcome."""

    memory: int = 1024 * MIB  # of its own (RLIMIT_DATA)
    address_space: int = 2560 * MIB  # with the libraries and model files mapped into it (RLIMIT_AS)
    cpu_page: int = 30  # seconds
    wall_page: float = 60.0
    wall_document: float = 900.0
    answer: int = 16 * MIB
    written: int = 1 * MIB  # RLIMIT_FSIZE

    def __post_init__(self) -> None:
        for name, loosest in _LOOSEST.items():
            if getattr(self, name) > loosest:
                raise ValueError(f"The reader's limit {name} can be at most {loosest}, not {getattr(self, name)}.")


_LOOSEST: dict[str, float] = {
    "memory": 1024 * MIB,
    "address_space": 2560 * MIB,
    "cpu_page": 30,
    "wall_page": 60.0,
    "wall_document": 900.0,
    "answer": 16 * MIB,
    "written": 1 * MIB,
}
STANDARD = Limits()
Opened = TypeVar("Opened")


def read_in_child(
    path: Path,
    limits: Limits = STANDARD,
    arranged: Sequence[Arranged] = (),
    drawn: Sequence[Mapping[str, Any]] = (),
) -> Reading | Unreadable:
    """Reads a stored document under the limits of docs/reading.md, its pages as a person arranged them, with the templates that people
    drew (`forms.drawn_in`). Never raises for what a document does. Where a child breaks off, another reads on at that page; a page that breaks twice is left to a person."""
    begun = time.monotonic()
    answer = _ask(path, _read_task(arranged), limits, drawn)
    if isinstance(answer, _Broke) and answer.page:
        answer = _read_the_rest(path, answer, limits, arranged, begun + limits.wall_document, drawn)
    if isinstance(answer, Unreadable):
        return Unreadable(answer.says)
    try:
        return from_json(answer["reading"])
    except (KeyError, NotAReading):
        return Unreadable("The reader gave no proper answer for this file. It is kept. A person must look at it.")


def picture_in_child(path: Path, page: int, width_px: int, limits: Limits = STANDARD) -> bytes:
    """PNG of one page, made under the same limits; raises `NoPicture` with words for a person."""
    from detainerdesk.intake.reading.pages import NoPicture

    answer = _ask(path, ["picture", str(int(page)), str(int(width_px))], limits)
    if isinstance(answer, Unreadable):
        raise NoPicture(answer.says)
    try:
        return base64.b64decode(answer["png"], validate=True)
    except (KeyError, ValueError) as error:
        raise NoPicture("The reader gave no picture for this page. Open the original instead.") from error


def open_mail_in_child(path: Path, limits: Limits = STANDARD) -> Mail | Unreadable:
    """Opens a stored mail: a child finds where its papers lie, this process cuts them out there. Never raises for what a mail does."""
    from detainerdesk.intake.reading import mail

    return _open(path, "mail", mail.LARGEST_MAIL, mail.taken_out, limits)


def open_archive_in_child(path: Path, limits: Limits = STANDARD) -> Archive | Unreadable:
    """Opens a stored ZIP archive in the same way: a child unpacks it once to know what may be taken out, this process takes that out."""
    from detainerdesk.intake.reading import archive

    return _open(path, "archive", archive.LARGEST_ARCHIVE, archive.taken_out, limits)


# ---- the parent's side --------------------------------------------------------------------------------------------


def _open(
    path: Path, what: str, largest: int, taken_out: Callable[[bytes, Any], Opened], limits: Limits
) -> Opened | Unreadable:
    """The child says where the papers in a mail or an archive lie; `taken_out` gets its bytes and that."""
    answer = _ask(path, [what], limits)
    if isinstance(answer, Unreadable):
        return Unreadable(answer.says)
    try:
        with path.open("rb") as stored:
            return taken_out(stored.read(largest + 1), answer[what])
    except (KeyError, TypeError, ValueError):
        return Unreadable(f"The reader gave no proper answer for this {what}. It is kept. A person must look at it.")


@dataclass(frozen=True)
class _Broke(Unreadable):
    """A child that broke off: at which page (0: before the first), and what it had read until then."""

    page: int
    count: int
    read: tuple[Mapping[str, Any], ...]


def _read_task(arranged: Sequence[Arranged], skip: Iterable[int] = ()) -> list[str]:
    return ["read", json.dumps({"arranged": arranged_to_json(arranged), "skip": sorted(skip)})]


def _read_the_rest(
    path: Path,
    broke: _Broke,
    limits: Limits,
    arranged: Sequence[Arranged],
    ends: float,
    drawn: Sequence[Mapping[str, Any]],
) -> Mapping[str, Any] | Unreadable:
    """Child after child until each page is read or has broken twice; then one more makes the papers of the pages."""
    pages: dict[int, Mapping[str, Any]] = {}
    before, first = 0, broke.says
    while True:
        pages |= {int(page["number"]): page for page in broke.read}
        if broke.page == before:
            pages[broke.page] = {"number": broke.page, "broke": broke.says}
        before = broke.page
        left = ends - time.monotonic()
        if left <= 0:
            return Unreadable(_too_slow(broke.page, broke.count, limits, whole=True))
        answer = _ask(path, _read_task(arranged, pages), replace(limits, wall_document=left), drawn)
        if not isinstance(answer, _Broke):
            break
        if not answer.page:
            return answer
        broke = answer
    if isinstance(answer, Unreadable):
        return answer
    pages |= {int(page["number"]): page for page in answer.get("read", ())}
    if all(page.get("broke") for page in pages.values()):
        return Unreadable(first)
    with tempfile.NamedTemporaryFile(prefix="reading-") as file:
        told = {
            "pages": [pages[number] for number in sorted(pages)],
            "notes": answer.get("notes", []),
            "arranged": arranged_to_json(arranged),
        }
        file.write(json.dumps(told).encode("ascii"))
        file.flush()
        return _ask(Path(file.name), ["bind"], limits, drawn)


def _ask(
    path: Path, task: list[str], limits: Limits, drawn: Sequence[Mapping[str, Any]] = ()
) -> Mapping[str, Any] | Unreadable:
    package_root = str(Path(__file__).resolve().parents[3])
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        if drawn:  # in the one folder that the child can read; a command line is too short for them
            (Path(folder) / _DRAWN).write_text(json.dumps(drawn), encoding="utf-8")
        try:
            document = path.open("rb")
        except OSError as error:
            return Unreadable(f"The stored document can't be opened ({error.strerror}). Check the documents folder.")
        with document, _deaf_to_sigterm():
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "detainerdesk.intake.reading.child", json.dumps(asdict(limits)), *task],
                stdin=document,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={
                    "PYTHONPATH": package_root,
                    "HOME": folder,
                    "TMPDIR": folder,
                    "LC_ALL": "C.UTF-8",
                    "OMP_NUM_THREADS": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                close_fds=True,
                start_new_session=True,
            )
        try:
            return _listen(child, limits)
        finally:
            _kill(child)


@contextlib.contextmanager
def _deaf_to_sigterm() -> Iterator[None]:
    """What is started meanwhile never hears SIGTERM: when all processes of a service are told to end, the paper in hand is still read to its end, and
    not taken for one that breaks the reader. Its limits use other signals."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listen(child: subprocess.Popen[bytes], limits: Limits) -> Mapping[str, Any] | Unreadable:
    """Takes the child's messages, one JSON object a line, until the last one, a time-out or its end."""
    assert child.stdout is not None
    begun = page_begun = time.monotonic()
    page, count, received = 0, 0, 0
    read: list[Mapping[str, Any]] = []
    unfinished = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            now = time.monotonic()
            left = min(page_begun + limits.wall_page, begun + limits.wall_document) - now
            if left <= 0:
                if now - begun >= limits.wall_document:
                    return Unreadable(_too_slow(page, count, limits, whole=True))
                return _Broke(_too_slow(page, count, limits, whole=False), page, count, tuple(read))
            if not selector.select(left):
                continue
            part = os.read(child.stdout.fileno(), 65536)
            if not part:
                return _Broke(_ended(child, page, count, limits), page, count, tuple(read))
            received += len(part)
            if received > limits.answer:
                return Unreadable("The reader's answer for this file grew over its limit. A person must look at it.")
            *whole, unfinished = (unfinished + part).split(b"\n")
            for line in whole:
                message = _message(line)
                if message is None:
                    return Unreadable("The reader gave no proper answer for this file. A person must look at it.")
                if "page" in message:
                    page, count, page_begun = int(message["page"]), int(message["of"]), time.monotonic()
                elif "page read" in message:
                    read.append(message["page read"])
                elif "unreadable" in message:
                    return Unreadable(str(message["unreadable"]))
                else:
                    return {**message, "read": read}


def _message(line: bytes) -> Mapping[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _where(page: int, count: int) -> str:
    return f"page {page} of {count}" if page else "the start of the file"


def _too_slow(page: int, count: int, limits: Limits, *, whole: bool) -> str:
    limit = f"{limits.wall_document / 60:.0f} minutes" if whole else f"{limits.wall_page:g} seconds a page"
    return f"Reading was stopped at {_where(page, count)}: it took longer than {limit}. The file is kept. A person must look at it."


def _ended(child: subprocess.Popen[bytes], page: int, count: int, limits: Limits) -> str:
    code = child.wait()
    if code == -signal.SIGXCPU:
        why = f"it needed more than {limits.cpu_page} seconds of computing for one page"
    elif code == _NO_MEMORY:
        why = f"it needed more than {limits.memory // MIB} MB of memory"
    else:
        why = "the reader broke off"
    return f"Reading was stopped at {_where(page, count)}: {why}. The file is kept. A person must look at it."


# ---- the child's side ---------------------------------------------------------------------------------------------

_NO_MEMORY = 71
_DRAWN = "drawn.json"


def main(arguments: list[str]) -> NoReturn:
    """`python -m detainerdesk.intake.reading.child LIMITS read HOW | picture PAGE WIDTH | bind | mail | archive`, the document on standard input; for
    `bind` the pages that others read."""
    limits = Limits(**json.loads(arguments[0]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get into the answer
    bound(limits)
    confine()
    try:
        # One more than the limit, so that the limit is seen to be broken.
        data = sys.stdin.buffer.read(51 * MIB if arguments[1] == "mail" else 26 * MIB)
        answer = _answer(data, arguments[1:], answers, limits)
    except MemoryError:
        os._exit(_NO_MEMORY)
    _send(answers, answer)
    os._exit(0)


def _answer(data: bytes, task: list[str], answers: BinaryIO, limits: Limits) -> dict[str, Any]:
    if task == ["mail"]:
        return _mail(data)
    if task == ["archive"]:
        return _archive(data)
    from detainerdesk.intake.reading import forms, pages  # heavy: only under the limits

    drawn = Path(os.environ["TMPDIR"]) / _DRAWN
    if drawn.is_file():
        forms.take_drawn(json.loads(drawn.read_text("utf-8")))
    try:
        match task:
            case ["picture", page, width]:
                return {"png": base64.b64encode(pages.render_picture(data, int(page), int(width))).decode("ascii")}
            case ["bind"]:
                return _bound(json.loads(data))
            case ["read", how]:
                return _read(data, json.loads(how), answers, limits)
            case _:
                return {"unreadable": f"The reader has no task {task[0]!r}."}
    except (pages.CannotRead, pages.NoPicture) as error:
        return {"unreadable": str(error)}


def _read(data: bytes, how: Mapping[str, Any], answers: BinaryIO, limits: Limits) -> dict[str, Any]:
    """Reads all pages but those to skip, and tells each at once, so that it is not lost with this process."""
    from detainerdesk.intake.reading import bind, read

    arranged = arranged_from_json(how["arranged"])
    pages = read.open_pages(data, arranged)
    readings = []
    for number in range(1, pages.count + 1):
        if number not in how["skip"]:
            _page_begins(answers, number, pages.count, limits)
            readings.append(read.read_page(pages.page(number), arranged))
            _send(answers, {"page read": bind.page_to_json(readings[-1])})
    if how["skip"]:
        return {"notes": pages.notes}
    return {"reading": to_json(bind.bind(readings, pages.notes, arranged))}


def _mail(data: bytes) -> dict[str, Any]:
    from detainerdesk.intake.reading import mail

    try:
        return {"mail": mail.find(data)}
    except mail.CannotOpen as error:
        return {"unreadable": str(error)}


def _archive(data: bytes) -> dict[str, Any]:
    from detainerdesk.intake.reading import archive, mail

    try:
        return {"archive": archive.find(data)}
    except mail.CannotOpen as error:
        return {"unreadable": str(error)}


def _bound(told: Mapping[str, Any]) -> dict[str, Any]:
    """The papers of pages that several processes read."""
    from detainerdesk.intake.reading import bind

    readings = [bind.page_from_json(page) for page in told["pages"]]
    return {"reading": to_json(bind.bind(readings, told["notes"], arranged_from_json(told["arranged"])))}


def _page_begins(answers: BinaryIO, page: int, of: int, limits: Limits) -> None:
    _allow_cpu(limits)
    _send(answers, {"page": page, "of": of})


def _send(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True).encode("ascii") + b"\n")
    answers.flush()


def bound(limits: Limits) -> None:
    """Sets this process's limits. The system enforces them, also inside the PDF and OCR libraries."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written, limits.written))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    # onnxruntime and OpenCV map more libraries and models than 1 GiB of addresses hold; their own memory is what counts.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_AS, (limits.address_space, limits.address_space))
    _allow_cpu(limits)


def _allow_cpu(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + limits.cpu_page + 1
    hard = int(limits.wall_document) + 60
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


_REFUSED_EVENTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.system",
    "os.startfile",
    "ftplib.",
    "http.",
    "urllib.",
    "smtplib.",
    "webbrowser.",
)


def confine() -> None:
    """Takes network, other programs and the installation's files away from this process: in Python by an audit hook, below it by a
    system-call filter and a file filter where the system has them, and by a network name space of its own where that is allowed.
    None can be undone."""
    sys.addaudithook(_refuse)
    _leave_network()
    _leave_files()
    _filter_system_calls()


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"The reader may not do this: {event}")


def _leave_network() -> None:
    clone_newnet = 0x40000000
    try:
        ctypes.CDLL(None, use_errno=True).unshare(
            clone_newnet
        )  # only a privileged process may; the others have the filter
    except (OSError, AttributeError):
        return


_READABLE = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev")
# Rights of Landlock: read files and folders; write files; all of its first edition.
_READ, _WRITE, _ALL, _TRUNCATE = 0b1100, 0b10, 0x1FFF, 1 << 14


def _leave_files() -> bool:
    """Landlock: only the program, its libraries and the system's folders can be read, only this process's own folder written. The
    database, the keys and the other papers are out of reach, though they belong to the same user. What libraries throw away may be thrown
    away: Tesseract breaks off where it can't open the null device to say something there."""
    if sys.platform != "linux" or platform.machine() not in _SYSTEM_CALLS:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    create, add_rule, restrict_self, edition_flag, beneath = 444, 445, 446, 1, 1
    edition = libc.syscall(create, None, 0, edition_flag)
    if edition < 1:
        return False
    handled = _ALL | (_TRUNCATE if edition >= 3 else 0)
    rules = libc.syscall(create, struct.pack("Q", handled), 8, 0)
    if rules < 0:
        return False
    package = Path(__file__).resolve().parents[2]
    read = {package, Path(sys.prefix), Path(sys.base_prefix), *map(Path, _READABLE)}
    rights = dict.fromkeys(read, _READ) | {Path(os.devnull): _WRITE | handled & _TRUNCATE}
    if "TMPDIR" in os.environ:
        rights[Path(os.environ["TMPDIR"])] = handled
    for place, right in rights.items():
        if not place.exists():
            continue
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(add_rule, rules, beneath, struct.pack("=Qi", right, opened), 0)
        os.close(opened)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(restrict_self, rules, 0)
    os.close(rules)
    return bool(done == 0)


_NO_NEW_PRIVILEGES = 38
_SYSTEM_CALLS = {  # architecture: audit number, system calls socket, connect, execve, execveat, ptrace
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117)),
}


def _filter_system_calls() -> bool:
    """A seccomp filter: socket, connect, exec and ptrace answer "not permitted", also to the libraries in C."""
    known = _SYSTEM_CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    architecture, refused = known
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, deny = 0x7FFF0000, 0x00050000 | 1  # EPERM
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, deny), (load, 0, 0, 0)]
    steps += [(at_least, 0, 1, 0x40000000), (answer, 0, 0, deny)]  # the x32 numbers of the same calls
    for number in refused:
        steps += [(equal, 0, 1, number), (answer, 0, 0, deny)]
    steps.append((answer, 0, 0, allow))
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = ctypes.create_string_buffer(code)
    header = ctypes.create_string_buffer(struct.pack("HL", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    set_seccomp, filter_mode = 22, 2
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(set_seccomp, filter_mode, header, 0, 0) == 0)


if __name__ == "__main__":
    main(sys.argv[1:])
