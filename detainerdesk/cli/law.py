"""`detainerdesk law …`: the rulebooks themselves. Explain a rule or a case, prove every example, find what is wrong, write the sentences that
counsel signs, begin a new rulebook, and table what of a law page is encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detainerdesk.cli.agencies import did_you_mean
from detainerdesk.cli.case import CASE_ENDINGS, Local, Wanted, given_cases, is_checked, read_input
from detainerdesk.cli.told import (
    CHECK_SOURCE,
    DOES_NOT_HOLD,
    DRAFT,
    NOT_READY,
    BadInput,
    counted,
    fail,
    say_json,
)
from detainerdesk.law import Edition, decide, explain_decision, load
from detainerdesk.law import explain as law_explain
from detainerdesk.law import prove as law_prove
from detainerdesk.law.coverage import missing, page
from detainerdesk.law.fmt import stale, with_says
from detainerdesk.law.lint import Finding
from detainerdesk.law.lint import lint as law_lint
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.new import Written, new_orders, new_rulebook
from detainerdesk.law.prove import Proved

if TYPE_CHECKING:
    from detainerdesk.law.prove.report import Report

app = typer.Typer(no_args_is_help=True, help="The rulebooks: explain, prove, lint, fmt, new, coverage.")

COVERAGE = RULEBOOKS.parent / "docs" / "coverage.md"
THEOREMS = RULEBOOKS.parent / "docs" / "theorems"

Folder = Annotated[
    Path | None, typer.Option("--rulebooks", help="A folder of rulebooks; default those of this program.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")]


@app.command()
def explain(
    what: Annotated[
        str,
        typer.Argument(
            help="A rule's id, like BOS19-1, the name of a definition, reading or list, or a case (YAML or JSON file)."
        ),
    ],
    rulebooks: Folder = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """A rule as the sentence that counsel signs, or why a case is decided as it is."""
    edition = load(rulebooks, local=local or ())
    told = (
        _explained_cases(what, edition)
        if Path(what).suffix.lower() in CASE_ENDINGS
        else [_explained_rule(what, edition)]
    )
    if as_json:
        answers = [{"what": what, "text": one.text, "marks": list(one.marks)} for one in told]
        say_json(answers if len(answers) > 1 else answers[0])
    else:
        typer.echo("\n\n".join(one.text for one in told))
        typer.echo("\n" + " ".join(dict.fromkeys(mark for one in told for mark in one.marks)))


@dataclass(frozen=True)
class Explained:
    """A text, and whether each rule in it was read at its source."""

    text: str
    checked: bool

    @property
    def marks(self) -> tuple[str, ...]:
        return (DRAFT,) if self.checked else (DRAFT, CHECK_SOURCE)


def _explained_rule(id: str, edition: Edition) -> Explained:
    known = _statuses(edition)
    try:
        return Explained(law_explain(id, edition), known.get(id) == "verified")
    except KeyError:
        raise BadInput(
            f"There is no rule, duty, note, definition, reading or list {id}.{did_you_mean(id, known)} docs/coverage.md lists all; a case is a .yaml or .json file."
        ) from None


def _statuses(edition: Edition) -> dict[str, str]:
    """Everything that can be explained, by its id. A definition has no status of its own: its text was not checked by itself."""
    known: dict[str, str] = {}
    for rulebook in edition.rulebooks.values():
        known |= {one.name: "verify" for one in rulebook.definitions}
        known |= {one.name: "verify" for one in rulebook.readings}
        known |= {one.name: "verify" for one in rulebook.lists}
        known |= {one.id: one.status for one in rulebook.provisions()}
        known |= {one.id: one.status for one in rulebook.notes}
    return known


def _explained_cases(file: str, edition: Edition) -> list[Explained]:
    told = []
    for one in given_cases(read_input(file), Wanted(), edition):
        if one.case is None:
            raise BadInput(f"{file}: {one.id or 'the case'}: {one.error}")
        decision = decide(one.case, edition)
        told.append(Explained(explain_decision(decision, edition), is_checked(decision)))
    return told


@app.command()
def prove(
    jurisdiction: Annotated[str, typer.Argument(help="Only this rulebook, like us-ma-boston; default all.")] = "",
    examples: Annotated[bool, typer.Option("--examples", help="Only the worked examples, no proofs.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the pages of docs/theorems/ anew.")] = False,
    rulebooks: Folder = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Runs every worked example and proves the law of every agency: no gap, no conflict, no dead rule, no hold beyond its clock, and
    on what facts of status an outcome turns. Exit code 1 if an example does not hold, a `says` line is old, or something was found
    that rulebooks/accepted.md does not accept with a reason; 2 if a rulebook can't be read; 3 without the solver."""
    edition = load(rulebooks, local=local or (), stale_words=True)
    if jurisdiction and jurisdiction not in edition.rulebooks:
        meant = did_you_mean(jurisdiction, edition.rulebooks)
        raise BadInput(f"There is no rulebook {jurisdiction}.{meant} There are: {', '.join(edition.rulebooks)}.")
    if write and (examples or jurisdiction or rulebooks or local):
        raise BadInput(
            "--write makes the pages of every agency: no rulebook, no --examples, no --rulebooks and no --local beside it."
        )
    proved = law_prove(edition, jurisdiction or None)
    wrong = [one for one in proved if one.wrong]
    names = [jurisdiction] if jurisdiction else list(edition.rulebooks)
    old = [id for name in names for id in stale(edition.rulebooks[name], edition)]
    theorems = None if examples else _theorems(edition, rulebooks or RULEBOOKS, proved, jurisdiction or None)
    if as_json:
        say_json(
            {
                "edition": edition.hash,
                "examples": len(proved),
                "hold": len(proved) - len(wrong),
                "old_says": old,
                "results": [_proved(one) for one in proved],
                "theorems": theorems.values() if theorems else [],
                "open": [{"agency": agency, "id": id} for agency, id in theorems.open] if theorems else [],
            }
        )
    else:
        for one in wrong:
            typer.echo(str(one))
        for id in old:
            typer.echo(f"the `says` line of {id} is not what the rule says; run detainerdesk law fmt")
        for name in names:
            mine = [one for one in proved if one.rulebook == name]
            typer.echo(f"{name}: {sum(not one.wrong for one in mine)} of {len(mine)} examples hold")
        for line in theorems.lines() if theorems else ():
            typer.echo(line)
        typer.echo(f"edition {edition.hash}")
    if write and theorems:
        _write_pages(theorems)
    if wrong or old or (theorems and not theorems.holds):
        raise typer.Exit(DOES_NOT_HOLD)


def _theorems(edition: Edition, folder: Path, proved: Sequence[Proved], jurisdiction: str | None) -> Report:
    """The proofs, by the solver. It is no part of the core, so it may be missing."""
    try:
        from detainerdesk.law.prove.report import Report
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        fail(
            "The proofs need the solver: sh requirements/install.sh requirements/prove.txt. (--examples runs only the worked examples.)",
            NOT_READY,
        )
    under = [one.agency for one in edition.profiles() if jurisdiction in one.layers] if jurisdiction else None
    return Report.of(edition, folder, proved, under)


def _write_pages(theorems: Report) -> None:
    THEOREMS.mkdir(parents=True, exist_ok=True)
    pages = theorems.pages()
    for file in sorted(THEOREMS.glob("*.md")):
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        (THEOREMS / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(pages)} pages written to {THEOREMS}.", err=True)


def _proved(one: Proved) -> dict[str, Any]:
    return {
        "rulebook": one.rulebook,
        "example": one.example.name,
        "place": str(one.example.place),
        "holds": not one.wrong,
        "wrong": list(one.wrong),
    }


@app.command()
def fmt(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 if a line would change.")] = False,
    rulebooks: Folder = None,
    local: Local = None,
) -> None:
    """Writes each rule's `says` line, the sentence that counsel signs, from the rule."""
    edition = load(rulebooks, local=local or (), stale_words=True)
    changed = 0
    for name, rulebook in edition.rulebooks.items():
        old = stale(rulebook, edition)
        changed += len(old)
        for id in old:
            typer.echo(f"{name}: {id}")
        if old and not check:
            edition.paths[name].write_text(with_says(rulebook, edition), encoding="utf-8")
    typer.echo(f"{changed} `says` lines {'would change' if check else 'written'}.")
    if check and changed:
        raise typer.Exit(DOES_NOT_HOLD)


@app.command()
def lint(
    folder: Annotated[Path | None, typer.Argument(help="A folder of rulebooks; default those of this program.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="Warn where sources were looked at more than a year before this day."
        ),
    ] = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """All that is wrong or doubtful in a folder of rulebooks, and in an agency's own over them, with file, line and column. Exit code 1 if
    there is an error."""
    if folder is not None and not folder.is_dir():
        raise BadInput(f"There is no folder {folder}. Give one that holds vocabulary.md and us/.")
    findings = law_lint(folder, on.date() if on else None, local=local or ())
    errors = sum(one.severity == "error" for one in findings)
    if as_json:
        say_json([_finding(one) for one in findings])
    else:
        for one in findings:
            typer.echo(str(one))
        typer.echo(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}.")
    if errors:
        raise typer.Exit(DOES_NOT_HOLD)


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "file": one.place.file,
        "line": one.place.line,
        "column": one.place.column,
        "heading": one.place.heading,
        "severity": one.severity,
        "kind": one.kind,
        "says": one.says,
    }


@app.command()
def new(
    jurisdiction: Annotated[
        str,
        typer.Argument(
            help="What it is called, like us-wa-seattle; or an agency whose own orders are begun, like us-ma-boston/police."
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="What its pages print, like “City of Seattle”.")],
    layer: Annotated[str, typer.Option("--layer", help="Of a place: state, county, city or agency.")] = "",
    parent: Annotated[str, typer.Option("--parent", help="Of a place: the jurisdiction above, like us-wa.")] = "",
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone", help="Its zone, like America/Los_Angeles; default its parent's, where that is encoded."
        ),
    ] = "",
    into: Annotated[
        Path | None, typer.Option("--into", help="The folder of rulebooks; default those of this program.")
    ] = None,
    local: Annotated[
        Path | None, typer.Option("--local", help="Of an agency: the folder of its own rulebooks.")
    ] = None,
) -> None:
    """Writes the beginning of a rulebook, of a place or of an agency's own orders: it loads, and `law lint` says what is still to be
    written."""
    folder, option = into or RULEBOOKS, f" --local {local}" if local else ""
    if "/" in jurisdiction:
        if local is None or layer or parent or timezone:
            raise BadInput(
                f"The orders of {jurisdiction} stand under the law that binds it, in a folder of their own: give --local FOLDER, and no --layer, --parent or --timezone."
            )
        begun: Sequence[Written] = (new_orders(folder, local, jurisdiction, name=name),)
    elif local is not None or not layer or not parent:
        raise BadInput(
            f"A rulebook of a place needs --layer and --parent, and no --local; an agency whose own orders are begun is written like {jurisdiction}/police."
        )
    else:
        begun = new_rulebook(folder, jurisdiction, name=name, layer=layer, parent=parent, timezone=timezone)
    for written in begun:
        typer.echo(f"{written.path}: {written.what}")
    typer.echo(
        f"Next: write what `detainerdesk law lint{option}` names, then run `detainerdesk law fmt{option}` and `detainerdesk law prove{option}`."
    )


@app.command()
def coverage(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if an item is missing or the page is old.")
    ] = False,
    rulebooks: Folder = None,
) -> None:
    """Writes docs/coverage.md, the table of what of each law page is encoded; with --rulebooks it is printed instead."""
    edition = load(rulebooks)
    gone = missing(edition)
    for one in gone:
        typer.echo(f"missing: {one}", err=True)
    old = rulebooks is None and COVERAGE.is_file() and COVERAGE.read_text(encoding="utf-8") != page(edition)
    if check:
        typer.echo(f"{COVERAGE.name} {'is old: run detainerdesk law coverage' if old else 'is as the rulebooks are'}.")
    elif rulebooks is None and COVERAGE.parent.is_dir():
        COVERAGE.write_text(page(edition), encoding="utf-8")
        typer.echo(f"{COVERAGE} {'written' if old else 'is as the rulebooks are'}.")
    else:
        typer.echo(page(edition), nl=False)
    if gone or (check and old):
        raise typer.Exit(DOES_NOT_HOLD)
