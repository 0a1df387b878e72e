"""`detainerdesk law …`: the rulebooks themselves. Explain a rule or a case, prove every example, write the sentences that counsel signs, and
table what of a law page is encoded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from detainerdesk.cli.case import CASE_ENDINGS, Wanted, given_cases
from detainerdesk.cli.told import DOES_NOT_HOLD, BadInput, say_json
from detainerdesk.law import Edition, decide, explain_decision, load
from detainerdesk.law import explain as law_explain
from detainerdesk.law import prove as law_prove
from detainerdesk.law.coverage import missing, page
from detainerdesk.law.fmt import stale, with_says
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.prove import Proved

app = typer.Typer(no_args_is_help=True, help="The rulebooks: explain, prove, fmt, coverage.")

COVERAGE = RULEBOOKS.parent / "docs" / "coverage.md"

Folder = Annotated[
    Path | None, typer.Option("--rulebooks", help="A folder of rulebooks; default those of this program.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")]


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="A rule's id, like BOS19-1, or a case (YAML or JSON file).")],
    rulebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """A rule as the sentence that counsel signs, or why a case is decided as it is."""
    edition = load(rulebooks)
    told = (
        _explained_cases(what, edition)
        if Path(what).suffix.lower() in CASE_ENDINGS
        else [_explained_rule(what, edition)]
    )
    if as_json:
        say_json([{"what": what, "text": text} for text in told] if len(told) > 1 else {"what": what, "text": told[0]})
    else:
        typer.echo("\n\n".join(told))


def _explained_rule(id: str, edition: Edition) -> str:
    try:
        return law_explain(id, edition)
    except KeyError:
        raise BadInput(
            f"There is no rule, duty, definition or note {id}. docs/coverage.md lists all; a case is a .yaml or .json file."
        ) from None


def _explained_cases(file: str, edition: Edition) -> list[str]:
    _, given = given_cases(file, Wanted(), edition)
    told = []
    for one in given:
        if one.case is None:
            raise BadInput(f"{file}: {one.id or 'the case'}: {one.error}")
        told.append(explain_decision(decide(one.case, edition), edition))
    return told


@app.command()
def prove(
    jurisdiction: Annotated[str, typer.Argument(help="Only this rulebook, like us-ma-boston; default all.")] = "",
    rulebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Loads every rulebook and runs every worked example. Exit code 1 if one does not hold, 2 if a rulebook can't be read."""
    edition = load(rulebooks)
    if jurisdiction and jurisdiction not in edition.rulebooks:
        raise BadInput(f"There is no rulebook {jurisdiction}. There are: {', '.join(edition.rulebooks)}.")
    proved = law_prove(edition, jurisdiction or None)
    wrong = [one for one in proved if one.wrong]
    if as_json:
        say_json(
            {
                "edition": edition.hash,
                "examples": len(proved),
                "hold": len(proved) - len(wrong),
                "results": [_proved(one) for one in proved],
            }
        )
    else:
        for one in wrong:
            typer.echo(str(one))
        for name in [jurisdiction] if jurisdiction else edition.rulebooks:
            mine = [one for one in proved if one.rulebook == name]
            typer.echo(f"{name}: {sum(not one.wrong for one in mine)} of {len(mine)} examples hold")
        typer.echo(f"edition {edition.hash}")
    if wrong:
        raise typer.Exit(DOES_NOT_HOLD)


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
) -> None:
    """Writes each rule's `says` line, the sentence that counsel signs, from the rule."""
    edition = load(rulebooks, stale_words=True)
    changed = 0
    for name, rulebook in edition.rulebooks.items():
        old = stale(rulebook, edition)
        changed += len(old)
        for id in old:
            typer.echo(f"{name}: {id}")
        if old and not check:
            path = (rulebooks or RULEBOOKS) / rulebook.document.file
            path.write_text(with_says(rulebook, edition), encoding="utf-8")
    typer.echo(f"{changed} `says` lines {'would change' if check else 'written'}.")
    if check and changed:
        raise typer.Exit(DOES_NOT_HOLD)


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
