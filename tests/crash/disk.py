"""A disk that loses power (security.md REL-4). In: what a disk held, and the operations that a program made on it, in order; out: what the disk may
hold after a cut at any moment. What was not synced is lost, kept, or torn at 512 bytes, each write on its own; files that were made, renamed or
deleted since their folder was synced may be there or not, each name on its own. That is stricter than the file systems in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

SECTOR = 512
ROOT = 0


class Write(NamedTuple):
    file: int
    at: int
    data: bytes


class Truncate(NamedTuple):
    file: int
    size: int


class Make(NamedTuple):
    """A new file or folder under this name."""

    folder: int
    name: str
    number: int
    is_folder: bool


class Rename(NamedTuple):
    folder: int
    name: str
    to_folder: int
    to_name: str


class Remove(NamedTuple):
    folder: int
    name: str


class Sync(NamedTuple):
    """Of a file: its bytes and size; of a folder: its names."""

    number: int


class Acknowledge(NamedTuple):
    """Somebody was told that this was kept."""

    receipt: int
    sha256: str


Operation = Write | Truncate | Make | Rename | Remove | Sync | Acknowledge
Fate = Literal["lost", "kept", "each on its own"]


@dataclass
class File:
    """What is on the disk for good, and what the program did since."""

    durable: bytes = b""
    since: list[Write | Truncate] = field(default_factory=list)

    def settled(self, fate: Fate, random: Random) -> bytes:
        content = bytearray(self.durable)
        for change in self.since:
            one = random.choice(("lost", "kept", "torn")) if fate == "each on its own" else fate
            if one == "lost":
                continue
            if isinstance(change, Truncate):
                _resize(content, change.size)
            else:
                for at, data in _sectors(change) if one == "torn" else [(change.at, change.data)]:
                    if one == "kept" or random.random() < 0.5:
                        _resize(content, max(len(content), at + len(data)))
                        content[at : at + len(data)] = data
        return bytes(content)


@dataclass
class Folder:
    """Names and what they stand for; None in `since`: the name was taken away."""

    durable: dict[str, int] = field(default_factory=dict)
    since: list[tuple[str, int | None]] = field(default_factory=list)

    def settled(self, fate: Fate, random: Random) -> dict[str, int]:
        names = dict(self.durable)
        for name, number in self.since:
            if fate == "kept" or (fate != "lost" and random.random() < 0.5):
                names.pop(name, None)
                if number is not None:
                    names[name] = number
        return names


class Disk:
    """Files and folders by number; number 0 is the folder above all others."""

    def __init__(self) -> None:
        self.files: dict[int, File] = {}
        self.folders: dict[int, Folder] = {ROOT: Folder()}

    @classmethod
    def of(cls, root: Path, numbers: dict[str, int]) -> Disk:
        """What lies in a folder now, as durable; `numbers` are filled with each path below it."""
        disk = cls()
        numbers["."] = ROOT
        for place, folders, files in os.walk(root):
            inside = str(Path(place).relative_to(root))
            for name in (*folders, *files):
                number = numbers[os.path.normpath(f"{inside}/{name}")] = len(numbers)
                disk.folders[numbers[inside]].durable[name] = number
                if name in folders:
                    disk.folders[number] = Folder()
                else:
                    disk.files[number] = File(Path(place, name).read_bytes())
        return disk

    def do(self, operation: Operation) -> None:
        match operation:
            case Write() | Truncate():
                self.files[operation.file].since.append(operation)
            case Make():
                if operation.is_folder:
                    self.folders[operation.number] = Folder()
                else:
                    self.files[operation.number] = File()
                self.folders[operation.folder].since.append((operation.name, operation.number))
            case Rename():
                number = self._named(operation.folder, operation.name)
                self.folders[operation.to_folder].since.append((operation.to_name, number))
                self.folders[operation.folder].since.append((operation.name, None))
            case Remove():
                self.folders[operation.folder].since.append((operation.name, None))
            case Sync() if operation.number in self.files:
                file = self.files[operation.number]
                file.durable, file.since = file.settled("kept", Random()), []
            case Sync():
                folder = self.folders[operation.number]
                folder.durable, folder.since = folder.settled("kept", Random()), []

    def after_a_cut(self, fate: Fate, random: Random) -> Iterator[tuple[str, int | None, bytes]]:
        """Path, number (None: a folder) and bytes of all that is found when the power is back, folders first."""
        yield from self._below(ROOT, "", fate, random)

    def _below(self, number: int, above: str, fate: Fate, random: Random) -> Iterator[tuple[str, int | None, bytes]]:
        for name, inside in sorted(self.folders[number].settled(fate, random).items()):
            path = f"{above}/{name}" if above else name
            if inside in self.folders:
                yield path, None, b""
                yield from self._below(inside, path, fate, random)
            else:
                yield path, inside, self.files[inside].settled(fate, random)

    def _named(self, folder: int, name: str) -> int:
        return self.folders[folder].settled("kept", Random())[name]


def _resize(content: bytearray, size: int) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def _sectors(write: Write) -> Iterator[tuple[int, bytes]]:
    """The parts of a write between multiples of 512 bytes of its file."""
    at, end = write.at, write.at + len(write.data)
    while at < end:
        upto = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, write.data[at - write.at : upto - write.at]
        at = upto
