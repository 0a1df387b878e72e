"""A settings file of an installation: JSON in its data folder, which an administrator writes. In: the file and what it may hold; out: a frozen value,
checked, or a refusal that says which file, what is wrong and what to do. It never says the folder: a page may show it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

Said = TypeVar("Said")


def read(
    file: Path, kind: type[Said], refused: type[Exception], do: str = "Write it as docs/intake.md shows."
) -> Said | None:
    """What the file says; None where there is none. A link to a file that is not there is no answer, and never none. Raises `refused`."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError as error:
        if not file.is_symlink():
            return None
        raise refused(f"{file.name} is a link to a file that is not there. {do}") from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        says = error.strerror if isinstance(error, OSError) else error  # the system's own words hold the path
        raise refused(f"{file.name} can't be read: {says}. {do}") from error
