"""What the agency has on file of itself and of those who send to it: other names of its own, telephone numbers and addresses of offices that it
knows. In: DATA/on_file.json, which a person keeps; out: a frozen value for an agency. A paper is compared with it; nothing follows by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings

from detainerdesk.intake import setting

FILE: Final = "on_file.json"


class OnFileError(ValueError):
    """The file can't be read; the message says where and what to do."""


class OnFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`names`: what senders call this agency beside its own name; `phones`, `senders`: of offices that it knows."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()


def on_file(agency: str) -> OnFile:
    """Nothing where there is no such file, or the agency does not stand in it."""
    do = "No sender is compared with it. Write it as docs/intake.md shows."
    return (setting.read(Path(settings.DATA) / FILE, dict[str, OnFile], OnFileError, do) or {}).get(agency, OnFile())
