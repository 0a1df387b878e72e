"""docs/cli.md is part of the contract: every command, every option and every exit code stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from detainerdesk.cli import app, told

ROOT = Path(__file__).parents[1]
DOCS = "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("cli.md", "reports.md", "verify.md"))


def commands(group: object, before: str = "") -> Iterator[tuple[str, object]]:
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", ALL)
def test_a_command_and_its_options_are_documented(name: str) -> None:
    assert f"`{name}" in DOCS
    assert ALL[name].help, f"{name} --help says nothing"  # type: ignore[attr-defined]
    for parameter in ALL[name].params:  # type: ignore[attr-defined]
        if parameter.name != "help" and parameter.opts[0].startswith("--"):
            assert parameter.opts[0] in DOCS, f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("code", [told.HOLDS, told.DOES_NOT_HOLD, told.BAD_INPUT, told.NOT_READY, told.OUR_FAULT])
def test_an_exit_code_is_documented(code: int) -> None:
    assert f"\n| {code} | " in DOCS


def test_a_fault_of_the_program_ends_with_4_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from detainerdesk.cli import law

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(law, "load", broken)
    ended = CliRunner().invoke(app, ["law", "prove"])
    assert ended.exit_code == told.OUR_FAULT
    assert "a wheel came off" in ended.stderr
    assert "Traceback" not in ended.output
