"""`detainerdesk decide`: a case, a file of many cases, or a paper in; what the law that binds the agency says about each out. A case that can't
be read gets an error of its own and the others go on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from detainerdesk.cli.agencies import did_you_mean, without_profile
from detainerdesk.cli.moments import moment
from detainerdesk.cli.told import BAD_INPUT, CHECK_SOURCE, DRAFT, BadInput, not_kept, out, say_json
from detainerdesk.law import Case, CaseError, Decision, Edition, LawError, Outcome, Stack, ask, load
from detainerdesk.law import decide as law_decide
from detainerdesk.law.explain import value_in_words

Local = Annotated[
    list[Path] | None,
    typer.Option(
        "--local",
        envvar="DETAINERDESK_LOCAL",
        help="A folder of an agency's own rulebooks, over the others; repeatable.",
    ),
]

CASE_ENDINGS = {".yaml", ".yml", ".json"}
FIRST = ("hold", "release", "honor_criminal_warrant", "notify_release", "transfer")
"""What is asked of a desk officer: it stands first, and also where no rule was found."""


@dataclass(frozen=True)
class Given:
    """One case of the input, or why it is none."""

    id: str | None
    case: Case | None
    error: str = ""


def decide(
    file: Annotated[
        str,
        typer.Argument(
            help="A case or a list of cases (YAML or JSON), a paper (PDF, TIFF, picture), or - for standard input."
        ),
    ],
    agency: Annotated[str, typer.Option(help="The agency, like us-ma-boston/police; instead of the file's.")] = "",
    at: Annotated[
        str, typer.Option(help="The moment of decision; without a zone, the agency's. Instead of the file's.")
    ] = "",
    actor: Annotated[str, typer.Option(help="A role, like police_officer; default the agency's officer.")] = "",
    asked: Annotated[
        list[str] | None,
        typer.Option(
            "--ask",
            help="An action, like hold; several with commas, or repeated. Default: all, or what a paper raises.",
        ),
    ] = None,
    rulebooks: Annotated[
        Path | None, typer.Option(help="A folder of rulebooks; default those of this program.")
    ] = None,
    local: Local = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """What must, may and must not be done on a detainer request, by the law in force at that moment."""
    source = read_input(file)
    edition = load(rulebooks, local=local or (), agency=agency or source.agency)
    wanted = Wanted(agency, at, actor, asked_actions(asked or (), edition))
    given = given_cases(source, wanted, edition)
    answers = [_answer(one, edition) for one in given]
    if as_json:
        told = [_as_json(one) for one in answers]
        for warning in dict.fromkeys(
            text for one in answers if one.decision for text in warnings(one.decision, edition)
        ):
            typer.echo(warning, err=True)
        say_json(told if source.many else told[0])
    else:
        _say(answers, edition)
    if any(one.decision is None for one in answers):
        raise typer.Exit(BAD_INPUT)


def asked_actions(asked: Iterable[str], edition: Edition) -> tuple[str, ...]:
    """`--ask hold --ask release` and `--ask hold,release` alike, each once."""
    names = [name.strip() for text in asked for name in text.split(",") if name.strip()]
    for name in names:
        if name not in edition.vocabulary.actions:
            meant = did_you_mean(name, edition.vocabulary.actions) or " rulebooks/vocabulary.md lists all actions."
            raise BadInput(f"--ask {name}: there is no such action.{meant}")
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Wanted:
    """What the options say, over the file."""

    agency: str = ""
    at: str = ""
    actor: str = ""
    ask: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    id: str | None
    decision: Decision | None
    error: str = ""


def _answer(given: Given, edition: Edition) -> Answer:
    if given.case is None:
        return Answer(given.id, None, given.error)
    try:
        return Answer(given.id, law_decide(given.case, edition))
    except LawError as error:
        return Answer(given.id, None, str(error))


def _as_json(answer: Answer) -> dict[str, Any]:
    return answer.decision.as_json() if answer.decision else {"id": answer.id, "error": not_kept(answer.error)}


# --- what was given ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Input:
    """What was given: what a file of cases holds, or where a paper lies."""

    raw: Any = None
    paper: Path | None = None

    @property
    def many(self) -> bool:
        return isinstance(self.raw, list)

    @property
    def agency(self) -> str | None:
        """The agency of the case, where there is one case that names it."""
        named = self.raw.get("agency") if isinstance(self.raw, Mapping) else None
        return named if isinstance(named, str) else None


def read_input(file: str) -> Input:
    """A file of cases (YAML or JSON), a paper, or `-` for cases on standard input."""
    if file == "-":
        return _cases_in(sys.stdin.read(), "standard input")
    path = Path(file)
    if path.is_dir():
        raise BadInput(f"{file} is a folder. Name one file in it: a case (YAML or JSON) or a paper (PDF).")
    if not path.is_file():
        raise BadInput(f"There is no file {file}. Give a case (YAML or JSON), a paper (PDF), or - for standard input.")
    if path.suffix.lower() not in CASE_ENDINGS:
        return Input(paper=path)
    try:
        return _cases_in(path.read_text(encoding="utf-8"), file)
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not text in UTF-8: a case is written in YAML or JSON.") from None


def _cases_in(text: str, name: str) -> Input:
    raw = _parsed(text, name)
    if raw == []:
        raise BadInput(f"{name} is an empty list: write at least one case with `agency`, `at` and `facts`.")
    return Input(raw)


def given_cases(told: Input, wanted: Wanted, edition: Edition) -> list[Given]:
    """The cases of the input."""
    if told.paper is not None:
        return list(_of_paper(told.paper, wanted, edition))
    if told.many:
        return [_case(one, wanted, edition, f"case {place}") for place, one in enumerate(told.raw, 1)]
    return [_case(told.raw, wanted, edition, "the case")]


def _case(raw: Any, wanted: Wanted, edition: Edition, which: str) -> Given:
    id = str(raw["id"]) if isinstance(raw, Mapping) and raw.get("id") is not None else None
    if not isinstance(raw, Mapping):
        return Given(id, None, f"{which} is no mapping: it needs lines `agency: …`, `at: …` and `facts:`")
    told = dict(raw)
    try:
        if wanted.agency:
            told["agency"] = wanted.agency
        if wanted.at:
            told["at"] = moment(wanted.at, edition.stack(str(told.get("agency", ""))).zone, "--at")
        if wanted.actor:
            told["actor"] = wanted.actor
        if wanted.ask:
            told["ask"] = list(wanted.ask)
        return Given(id, Case.read(told))
    except CaseError as error:
        return Given(id, None, str(error))


def _parsed(text: str, name: str) -> Any:
    try:
        return yaml.load(text, Loader=_NoDoubles)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise BadInput(
            f"{name}{where}: {getattr(error, 'problem', None) or error}. A case is written in YAML or JSON."
        ) from error


class _NoDoubles(yaml.SafeLoader):
    """A name that stands twice would silently win over the first: it is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if isinstance(name, str) and name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"`{name}` is written twice", key.start_mark)
            seen.add(name if isinstance(name, str) else repr(name))
        return super().construct_mapping(node, deep)


def _of_paper(path: Path, wanted: Wanted, edition: Edition) -> Iterator[Given]:
    """A paper is read as intake reads it, in a limited child process; each request in it is one case, in the request view."""
    if not wanted.agency:
        raise BadInput("A paper does not say which agency decides: add --agency us-ma-boston/police.")
    zone = edition.stack(wanted.agency).zone
    at = moment(wanted.at, zone, "--at") if wanted.at else datetime.now(UTC).astimezone(zone)
    from detainerdesk.cli.papers import cases_of

    for name, case, error in cases_of(path, wanted.agency, at):
        if case is None:
            yield Given(name, None, error)
        else:
            yield Given(name, replace(case, actor=wanted.actor or None, ask=wanted.ask or case.ask))


# --- for a person -----------------------------------------------------------------------------------------------------


def _say(answers: list[Answer], edition: Edition) -> None:
    console = out()
    for answer in answers:
        if answer.decision is None:
            typer.echo(f"{answer.id or 'case'}: not decided. {not_kept(answer.error)}", err=True)
        else:
            _say_decision(answer.decision, edition, console)
    decided = [answer.decision for answer in answers if answer.decision]
    if decided:
        checked = all(is_checked(one) for one in decided)
        console.print(DRAFT if checked else f"{DRAFT} {CHECK_SOURCE}", markup=False)


def _say_decision(decision: Decision, edition: Edition, console: Console) -> None:
    stack = decision.trace.stack
    at = decision.at.astimezone(stack.zone)
    console.print(
        f"[bold]{_plain(decision.id or 'case')}[/]  {_plain(stack.name)}, {at:%a %b} {at.day}, {at:%Y %H:%M %Z}"
    )
    for warning in warnings(decision, edition):
        console.print(f"[bold]{_plain(warning)}[/]")
    table = Table("action", "the law says", "rules", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    shown = _shown(decision)
    for action in shown:
        outcome = decision.actions[action]
        table.add_row(action, outcome_words(outcome, decision), ", ".join(by.rule for by in outcome.by))
    console.print(table)
    silent = len(decision.actions) - len(shown)
    if silent:
        console.print(
            f"No rule was found on {silent} other action{'' if silent == 1 else 's'}. That is not a permission."
        )
    for duty in decision.duties:
        if duty.state in ("owed", "late", "undetermined") and duty.action in decision.actions:
            console.print(f"Duty {duty.id}: {duty.action}, {duty.state}, to {duty.whom}. {_plain(duty.cite)}")
    hold = decision.actions.get("hold")
    for name, end in decision.clocks.items():
        window = name == "hold_until" and (hold is None or hold.standing == "forbidden")
        told = " (the form's window, not a permission)" if window else ""
        console.print(f"Clock {name} ends {end.astimezone(stack.zone):%Y-%m-%d %H:%M %Z}{told}")
    question = ask(
        decision.trace.case, edition, tuple(decision.trace.case.ask) or ("hold", "notify_release", "transfer")
    )
    if question is not None:
        console.print(f"To find out next: {_plain(question.text)} {_plain(question.where)}")
    console.print(f"Checked through {stack.checked_through}. Not in this answer: {_plain(_left_out(stack))}.")
    console.print("Sources:")
    for source in _sources(decision):
        console.print(f"  {_plain(source)}")
    if decision.assumed:
        assumed = ", ".join(f"{name} = {value_in_words(value, _moment)}" for name, value in decision.assumed.items())
        console.print(f"Assumed: {_plain(assumed)}", soft_wrap=True)
    console.print()


def warnings(decision: Decision, edition: Edition) -> Iterator[str]:
    """What a reader must know before the answer: that the agency has no profile, or that the moment is later than the law was looked at."""
    stack = decision.trace.stack
    if said := without_profile(stack, edition):
        yield said
    if decision.at.astimezone(stack.zone).date() > stack.checked_through:
        yield f"This moment is after the day through which the law was checked ({stack.checked_through})."


def _shown(decision: Decision) -> list[str]:
    """The actions that stand in the table: first those a desk officer is asked for, then each other one on which something was found."""
    first = [action for action in FIRST if action in decision.actions]
    return first + [
        action
        for action, outcome in decision.actions.items()
        if action not in first
        and (outcome.outcome != "silent" or outcome.needs or outcome.was_so or len(decision.actions) == 1)
    ]


def _left_out(stack: Stack) -> str:
    """Layers and orders that bind the agency and are not encoded; without a profile nobody has said which do."""
    left_out = [*stack.not_encoded, *stack.missing]
    if stack.profile is None:
        left_out.append("what else binds this agency (it has no profile)")
    return ", ".join(left_out) or "nothing known"


def is_checked(decision: Decision) -> bool:
    """Every rule and duty of this answer was read at its source."""
    rules = [by.status for outcome in decision.actions.values() for by in outcome.by]
    duties = [duty.status for duty in decision.duties if duty.action in decision.actions]
    return all(status == "verified" for status in (*rules, *duties))


def outcome_words(outcome: Outcome, decision: Decision) -> str:
    """`forbidden`, `undetermined; for now forbidden; could turn on warrants`, with when it changes and what it was all along."""
    zone = decision.trace.stack.zone
    said = "no rule found" if outcome.outcome == "silent" else outcome.outcome
    if outcome.outcome in ("undetermined", "disputed", "conflict"):
        said += f"; for now {outcome.standing}"
    if outcome.alternatives:
        said += "; interpretive: ask counsel"
    if outcome.needs:
        said += f"; could turn on {', '.join(outcome.needs)}"
    if outcome.until:
        said += f"; the answer changes at {outcome.until.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    if outcome.was_so:
        said += f"; as a court later said: {outcome.was_so}"
    for item, one in outcome.items.items():
        said += f"\n  {item}: {'no rule found' if one.outcome == 'silent' else one.outcome}"
    return said


def _sources(decision: Decision) -> Iterator[str]:
    """Each rule that was named, with its source, once."""
    rules = {by.rule: by for outcome in decision.actions.values() for by in outcome.by}
    for by in rules.values():
        yield f"{by.rule}: {by.cite}{'' if by.status == 'verified' else '  CHECK SOURCE'}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M %Z}"


def _plain(text: str) -> str:
    """Text that is not markup."""
    return text.replace("[", r"\[")
