"""Records every operation that this process makes on the disk below one folder, as values of `disk`. SQLite's are seen from inside its own library: its
file system layer (VFS) is registered once more with four of its functions replaced, so that the very SQLite that Python's `sqlite3` uses is
recorded. Python's own are seen by an audit hook and at `os.fsync`. Neither can be undone: record in a process of its own."""

from __future__ import annotations

import _sqlite3
import ctypes
import hashlib
import os
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

from tests.crash.disk import Acknowledge, Disk, Make, Operation, Remove, Rename, Sync, Truncate, Write

OPEN_CREATE = 0x4
OPEN_SYNCS_ITS_FOLDER = (
    0x800 | 0x4000 | 0x80000
)  # main journal, super journal, WAL: the first sync of one also syncs its folder

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
CLOSE = CFUNCTYPE(c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class Vfs(ctypes.Structure):
    """sqlite3_vfs, as sqlite3.h has it."""

    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", OPEN),
        ("xDelete", DELETE),
        ("others", c_void_p * 14),
    ]


class Methods(ctypes.Structure):
    """sqlite3_io_methods, as sqlite3.h has it."""

    _fields_ = [
        ("iVersion", c_int),
        ("xClose", CLOSE),
        ("xRead", c_void_p),
        ("xWrite", WRITE),
        ("xTruncate", TRUNCATE),
        ("xSync", SYNC),
        ("others", c_void_p * 13),
    ]


class Unrecordable(RuntimeError):
    """This Python's SQLite does not show its functions, or something was done to the disk that the model of it does not know."""


class Recorder:
    """`operations` grow from the moment it is made; `before` is what lay there then."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.numbers: dict[str, int] = {}
        self.before = Disk.of(self.root, self.numbers)
        self.operations: list[Operation] = []
        self._made = len(self.numbers)
        self._written: dict[int, bytes] = {}  # files that Python opened for writing, and what of them is recorded
        self._opened: dict[
            int, tuple[int, bool]
        ] = {}  # SQLite's files: their number, and whether a sync also syncs the folder
        self._kept: list[Any] = []
        self._watch_sqlite()
        self._watch_python()

    def acknowledge(self, receipt: int, sha256: str) -> None:
        self._note(Acknowledge(receipt, sha256))

    def _note(self, *operations: Operation) -> None:
        self._note_what_python_wrote()
        self.operations += operations

    def _inside(self, path: str | bytes | os.PathLike[str]) -> str | None:
        """The path below the root; None for all that is elsewhere."""
        whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - a Path would resolve links, and be slow
        return whole[len(str(self.root)) + 1 :] if whole.startswith(f"{self.root}{os.sep}") else None

    def _make(self, inside: str, *, folder: bool = False) -> None:
        above, _, name = inside.rpartition("/")
        self._made += 1
        self._note(Make(self.numbers[above or "."], name, self._made, folder))
        self.numbers[inside] = self._made

    # --- Python ---------------------------------------------------------------------------------------------------

    def _watch_python(self) -> None:
        fsync = os.fsync

        def noted(of: int) -> None:
            fsync(of)
            place = str(Path(f"/proc/self/fd/{of}").readlink())
            inside = "." if place == str(self.root) else self._inside(place)
            if inside is not None:
                self._note(Sync(self.numbers[inside]))

        os.fsync = noted
        sys.addaudithook(self._hear)

    def _hear(self, event: str, told: tuple[Any, ...]) -> None:
        if event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.truncate", "os.rmdir", "os.link"):
            return
        if isinstance(told[0], int) or (inside := self._inside(told[0])) is None:
            return
        there = inside in self.numbers
        match event:
            case "open" if told[2] & (os.O_WRONLY | os.O_RDWR):
                if not there:
                    self._make(inside)
                self._written.setdefault(self.numbers[inside], b"")
            case "os.mkdir" if not there and str(Path(inside).parent) in self.numbers:
                self._make(inside, folder=True)
            case "os.rename":
                self._rename(inside, self._inside(told[1]))
            case "os.remove" if there:
                self._note(Remove(*self._place(inside)))
                del self.numbers[inside]
            case "os.truncate" | "os.rmdir" | "os.link":
                raise Unrecordable(
                    f"The model of the disk does not know {event}: teach it to disk.py before a room uses it."
                )

    def _rename(self, old: str, new: str | None) -> None:
        assert new is not None, "a file was moved out of what is recorded"
        self._note(Rename(*self._place(old), *self._place(new)))
        self.numbers[new] = self.numbers.pop(old)
        if old.startswith("inbox/") and new.startswith(
            "inbox/.taken/"
        ):  # what tells a fax server that its file was kept
            sha256 = hashlib.sha256((self.root / old).read_bytes()).hexdigest()
            self.acknowledge(int(Path(new).name.split()[0]), sha256)

    def _place(self, inside: str) -> tuple[int, str]:
        above, _, name = inside.rpartition("/")
        return self.numbers[above or "."], name

    def _note_what_python_wrote(self) -> None:
        for inside, number in self.numbers.items():
            if number in self._written:
                file = self.root / inside
                now = file.read_bytes() if file.exists() else b""
                if now != self._written[number]:
                    self._written[number] = now
                    self.operations.append(Write(number, 0, now))

    # --- SQLite ---------------------------------------------------------------------------------------------------

    def _watch_sqlite(self) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)
        try:
            find, register = library.sqlite3_vfs_find, library.sqlite3_vfs_register
        except AttributeError as error:
            raise Unrecordable("This Python's SQLite does not show its functions.") from error
        find.restype = POINTER(Vfs)
        real = find(None).contents
        ours = Vfs()
        ctypes.memmove(ctypes.byref(ours), ctypes.byref(real), ctypes.sizeof(Vfs))
        ours.zName = b"recorded"
        ours.xOpen = OPEN(self._open(real))
        ours.xDelete = DELETE(self._delete(real))
        self._kept += [library, real, ours]
        if register(ctypes.byref(ours), 1):
            raise Unrecordable("SQLite did not take the recording layer.")

    def _open(self, real: Vfs) -> Callable[..., int]:
        tables: dict[int, Methods] = {}

        def opened(_: int, name: int | None, file: int, flags: int, out: int) -> int:
            path = ctypes.string_at(name) if name else None
            new = path is not None and not Path(os.fsdecode(path)).exists()
            code: int = real.xOpen(ctypes.addressof(real), name, file, flags, out)
            inside = self._inside(path) if path else None
            if code or inside is None:
                return code
            if new and inside not in self.numbers:
                self._make(inside)
            self._opened[file] = (self.numbers[inside], bool(flags & OPEN_CREATE and flags & OPEN_SYNCS_ITS_FOLDER))
            methods = ctypes.cast(file, POINTER(c_void_p))
            theirs = methods[0]
            if theirs not in tables:
                tables[theirs] = self._methods(Methods.from_address(theirs))
            methods[0] = ctypes.addressof(tables[theirs])
            return 0

        return opened

    def _delete(self, real: Vfs) -> Callable[..., int]:
        def deleted(_: int, name: int, sync_folder: int) -> int:
            inside = self._inside(ctypes.string_at(name))
            code: int = real.xDelete(ctypes.addressof(real), name, sync_folder)
            if not code and inside in self.numbers:
                folder, last = self._place(inside)
                self._note(Remove(folder, last), *([Sync(folder)] if sync_folder else []))
                del self.numbers[inside]
            return code

        return deleted

    def _methods(self, real: Methods) -> Methods:
        ours = Methods.from_buffer_copy(real)
        close, write, truncate, sync = real.xClose, real.xWrite, real.xTruncate, real.xSync

        def closed(file: int) -> int:
            self._opened.pop(file, None)
            return int(close(file))

        def written(file: int, data: int, size: int, at: int) -> int:
            code = int(write(file, data, size, at))
            if not code:
                self._note(Write(self._opened[file][0], at, ctypes.string_at(data, size)))
            return code

        def truncated(file: int, size: int) -> int:
            code = int(truncate(file, size))
            if not code:
                self._note(Truncate(self._opened[file][0], size))
            return code

        def synced(file: int, flags: int) -> int:
            code = int(sync(file, flags))
            number, and_folder = self._opened[file]
            if not code:
                self._note(Sync(number), *([Sync(0)] if and_folder else []))
                self._opened[file] = (number, False)
            return code

        ours.xClose, ours.xWrite, ours.xTruncate, ours.xSync = (
            CLOSE(closed),
            WRITE(written),
            TRUNCATE(truncated),
            SYNC(synced),
        )
        self._kept += [ours, real]
        return ours
