"""A settings file that can't be used is refused by its name, with what is wrong and what to do; never with the folder that it lies in."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from detainerdesk.cli import listening
from detainerdesk.cli.told import BadInput
from detainerdesk.desk.on_file import OnFileError, on_file
from detainerdesk.intake import columns, lines, scan
from detainerdesk.intake.reading import archive
from detainerdesk.law import load
from tests.intake.made import BOSTON

Read = Callable[[Path], object]
SETTINGS: list[tuple[str, Read, type[Exception]]] = [
    ("lines.json", lines.known, lines.LinesError),
    ("columns/jail.json", columns.maps, columns.ColumnsError),
    ("scan.json", scan.known, scan.ScanError),
    ("archives.json", archive.set_up, archive.ArchivesError),
    ("on_file.json", lambda _: on_file(BOSTON), OnFileError),
    ("mail.json", lambda data: listening.read_file(data / "mail.json", load()), BadInput),
]
settings_files = pytest.mark.parametrize(("name", "read", "refused"), SETTINGS, ids=[name for name, _, _ in SETTINGS])


def refusal(read: Read, data: Path, refused: type[Exception]) -> str:
    with pytest.raises(refused) as raised:
        read(data)
    assert str(data) not in str(raised.value)
    return str(raised.value)


@settings_files
@pytest.mark.parametrize("half", [b'{"', b"", b"\xff", b"[1]", b'{"lines": [{}], "colour": 1}'])
def test_what_is_half_written_is_refused_by_its_name(
    half: bytes, name: str, read: Read, refused: type[Exception], data_folder: Path
) -> None:
    file = data_folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(half)
    said = refusal(read, data_folder, refused)
    assert said.startswith(file.name)
    if half in (b'{"', b""):
        assert said.startswith(f"{file.name} can't be read: Input data was truncated. ")
        assert "Write it as " in said


@settings_files
def test_what_the_disk_does_not_give_is_refused_by_its_name(
    name: str, read: Read, refused: type[Exception], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.read_bytes

    def fails(file: Path) -> bytes:
        if file == data_folder / name:
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return real(file)

    (data_folder / name).parent.mkdir(exist_ok=True)
    (data_folder / name).write_text("{}")
    monkeypatch.setattr(Path, "read_bytes", fails)
    assert "can't be read: Permission denied. " in refusal(read, data_folder, refused)


@settings_files
def test_a_link_to_a_file_that_is_not_there_is_refused_and_never_taken_for_none(
    name: str, read: Read, refused: type[Exception], data_folder: Path
) -> None:
    (data_folder / name).parent.mkdir(exist_ok=True)
    (data_folder / name).symlink_to(data_folder / "gone")
    assert refusal(read, data_folder, refused).startswith(f"{Path(name).name} is a link to a file that is not there. ")


@pytest.mark.parametrize(
    ("name", "said", "read", "refused"),
    [
        ("lines.json", {"lines": [{"agency": BOSTON, "channel": "a", "station": "b", "command": ["c"]}]}, *SETTINGS[0][1:]),
        ("columns/jail.json", {"columns": {"dob": "DOB"}}, *SETTINGS[1][1:]),
        ("scan.json", {"clamd": "10.0.0.5:3310"}, *SETTINGS[2][1:]),
        ("mail.json", {"mailboxes": [{}]}, *SETTINGS[5][1:]),
    ],
)  # fmt: skip
def test_what_can_not_be_so_is_refused_by_its_name(
    name: str, said: object, read: Read, refused: type[Exception], data_folder: Path
) -> None:
    file = data_folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(said))
    assert refusal(read, data_folder, refused).startswith(file.name)
