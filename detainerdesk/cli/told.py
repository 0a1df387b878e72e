"""How the command speaks: to a person on a terminal, to a program as JSON, and about what went wrong, with the exit code for it. In: values
and errors of the rooms; out: text on standard output, errors on standard error. No error of a room becomes a traceback."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

HOLDS, DOES_NOT_HOLD, BAD_INPUT, NOT_READY, OUR_FAULT = 0, 1, 2, 3, 4

FICTIONAL = "FICTIONAL: this is a demonstration; its people, papers and figures are invented."

DRAFT = "DRAFT: NOT ADOPTED BY COUNSEL."
CHECK_SOURCE = "CHECK SOURCE: a rule's text has not been checked against its source."

NOT_READY_TYPES = frozenset(
    {"NotReady", "LedgerError", "StoreError", "StoreFull", "ImproperlyConfigured", "OperationalError"}
)
BAD_INPUT_TYPES = frozenset(
    {
        "LawError",
        "ReportError",
        "BundleError",
        "NotABundle",
        "NoSuchRequest",
        "ExportError",
        "EnvelopeError",
        "FolderError",
        "NotPossible",
        "ColumnsError",
        "BadInput",
    }
)


class BadInput(Exception):
    """What was given to the command can't be used; the message says what, where, and what to do."""


class Told(TyperGroup):
    """Says what a room refused in its own words, and ends with the exit code for it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            raise SystemExit(HOLDS) from None
        except Exception as error:
            if os.environ.get("DETAINERDESK_TRACEBACK") or _of_the_command_line(error):
                raise
            fail(*_words(error))


def _of_the_command_line(error: Exception) -> bool:
    """A wrong option or a missing argument: typer prints its own usage line, and ends with 2."""
    return "ClickException" in {kind.__name__ for kind in type(error).__mro__}


def _words(error: Exception) -> tuple[str, int]:
    """By the names of its types, so that no room (and no Django) is loaded only to compare."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & NOT_READY_TYPES:
        return str(error), NOT_READY
    if names & BAD_INPUT_TYPES:
        return str(error), BAD_INPUT
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", BAD_INPUT
    fault = f"{type(error).__name__}: {error}"
    return (
        f"A fault of this program: {fault}\nRun again with DETAINERDESK_TRACEBACK=1 and tell whoever keeps it.",
        OUR_FAULT,
    )


def fail(says: str, code: int) -> NoReturn:
    """Ends the command with its reason on standard error."""
    typer.echo(says, err=True)
    raise typer.Exit(code)


def say_aside(says: str) -> None:
    """On standard error, where somebody still reads it: who goes on for days does not end because nobody does."""
    with suppress(OSError, ValueError):  # a pipe without a reader, a full disk; a stream that is closed
        typer.echo(says, err=True)


def not_kept(says: str) -> str:
    """Why a paper could not be read, where nothing keeps it: intake's sentence that it is kept is left out."""
    return (
        re.sub(r"(?:It|The file) is kept(?: whole)?(?: (?:but|and) ([^.]*))?\.", _the_rest, says)
        .replace("  ", " ")
        .strip()
    )


def _the_rest(found: re.Match[str]) -> str:
    """`It is kept but not opened here.` -> `It is not opened here.`"""
    rest = found[1] or ""
    if not rest or rest.startswith("waits"):
        return ""
    return f"It {rest}." if rest.startswith(("was ", "is ")) else f"It is {rest}."


def out(*, record: bool = False) -> Console:
    """Standard output for a person: as wide as the terminal, else 120; `record` keeps what was said."""
    return Console(highlight=False, record=record, width=None if sys.stdout.isatty() else 120)


def counted(number: int, one: str, several: str = "") -> str:
    """`1 paper`, `2 papers`."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def say_json(value: object) -> None:
    """Standard output for a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
