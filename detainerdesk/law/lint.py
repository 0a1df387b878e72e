"""Lint: everything that is wrong or doubtful in a folder of rulebooks, in the order of the files.

A folder in, findings out: what loading refuses (it stops at the first; this goes on file by file and block by block), and what
a reviewer would send back. An error ends `law lint` with 1; a warning does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Literal

from detainerdesk.law.errors import CaseError, Place, RulebookError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import InForce, Span
from detainerdesk.law.language.prose import levels
from detainerdesk.law.language.rulebook import Cautious, Clock, Definition, Example, Rulebook
from detainerdesk.law.load import RULEBOOKS, Edition, ancestors, load
from detainerdesk.law.misstated import misstated

MAX_LEVELS = 2
MAX_WORDS = 90
FIRST_LAW = date(1789, 3, 4)
"""The first day of the government of the United States: no rule of any layer here is older."""
ASKED_BY_THE_ENGINE = frozenset({"custody.eligible_for_release"})
TO_BE_WRITTEN = "to be written"

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, how bad, what kind, and in words what was expected and what to do."""

    place: Place
    severity: Severity
    kind: str
    says: str

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.says} [{self.kind}]"


def lint(
    folder: Path | None = None, on: date | None = None, *, local: Path | Iterable[Path] = ()
) -> tuple[Finding, ...]:
    """All findings of a folder of rulebooks (default: those of this package's repository), and of agencies' own over them
    (`local`). `on`: the day by which sources should have been looked at within a year. Raises RulebookError for a folder of
    `local` that holds no rulebook."""
    findings: list[Finding] = []

    def refused(error: RulebookError) -> None:
        findings.append(_refused(error))

    try:
        edition = load(folder, local=local, stale_words=True, refused=refused)
    except RulebookError as error:
        if error.place is None:
            raise
        return (*findings, _refused(error))
    broken = {finding.place.file for finding in findings}
    for rulebook in edition.rulebooks.values():
        for look in LOOKS:
            findings += look(rulebook, edition)
        if not broken & {"vocabulary.md", *(book.document.file for book in ancestors(rulebook, edition.rulebooks))}:
            findings += [*_too_long(rulebook, edition), *_old_words(rulebook, edition)]
        if on is not None:
            findings += _old_sources(rulebook, on)
        findings += _misstated(rulebook, edition, broken)
    first: dict[tuple[Place, str], Finding] = {}
    for finding in findings:
        first.setdefault((finding.place, finding.says), finding)
    root = folder or RULEBOOKS
    files = ["vocabulary.md", *sorted(path.relative_to(root).as_posix() for path in (root / "us").rglob("*.md"))]
    order = {file: number for number, file in enumerate(files)}
    return tuple(
        sorted(
            first.values(),
            key=lambda one: (order.get(one.place.file, len(order)), one.place.file, one.place.line, one.place.column),
        )
    )


def _refused(error: RulebookError) -> Finding:
    place = error.place or Place("", 1, 1)
    return Finding(place, "error", "refused", str(error).removeprefix(f"{place}: "))


def _too_long(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    prose = edition.prose(rulebook)
    sentences: list[tuple[str, str, list[grammar.Expression], Place]] = [
        (one.id, prose.sentence(one), [one.when, *([one.unless] if one.unless else [])], one.place)
        for one in rulebook.provisions()
    ]
    sentences += [(one.name, prose.definition(one), [one.means], one.place) for one in rulebook.definitions]
    for name, sentence, conditions, place in sentences:
        deep = max(levels(condition) for condition in conditions)
        words = sum(1 for word in sentence.split() if not re.fullmatch(r"\(\w+\)", word))
        if deep > MAX_LEVELS or words > MAX_WORDS:
            yield Finding(
                place,
                "error",
                "too long",
                f"{name} has {words} words and {deep} levels; at most {MAX_WORDS} and {MAX_LEVELS}: name a part of it with a `define`",
            )


def _unused(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    """Definitions, readings and clocks that nothing here or below names."""
    below = [one for one in edition.rulebooks.values() if rulebook in ancestors(one, edition.rulebooks)]
    named: set[tuple[str, str | None]] = {(name, None) for name in ASKED_BY_THE_ENGINE}
    for book in below:
        for condition, element in _conditions(book):
            named |= set(_names(condition, element))
        named |= {(duty.deadline, None) for duty in book.duties}
    for definition in rulebook.definitions:
        if (definition.name, definition.of) not in named:
            yield _nobody("definition", definition.name, definition.place)
    for reading in rulebook.readings:
        if (reading.name, None) not in named:
            yield _nobody("reading", reading.name, reading.place)
    for offenses in rulebook.lists:
        if (offenses.name, None) not in named:
            yield _nobody("list", offenses.name, offenses.place)
    told = {word for book in below for example in book.examples for word in re.findall(r"clock (\w+)", example.expect)}
    named |= {(clock, None) for clock in told}
    for clock in rulebook.clocks:
        if clock.limits is None and (clock.name, None) not in named:
            yield _nobody("clock", clock.name, clock.place)


def _nobody(what: str, name: str, place: Place) -> Finding:
    return Finding(
        place, "warning", "unused", f"no rule, duty or definition names the {what} {name}: use it or take it out"
    )


def _conditions(book: Rulebook) -> Iterator[tuple[grammar.Expression, str | None]]:
    for one in book.provisions():
        yield from ((condition, None) for condition in (one.when, one.unless) if condition)
    for duty in book.duties:
        yield from ((condition, None) for condition in (duty.done, duty.excused) if condition)
    yield from ((definition.means, definition.of) for definition in book.definitions)
    yield from ((note.when, None) for note in book.notes if note.when)
    for clock in book.clocks:
        for choice in (clock.hours, clock.calendar, clock.holidays):
            yield from ((condition, None) for condition, _ in choice.branches if condition)


def _names(node: grammar.Expression, element: str | None) -> Iterator[tuple[str, str | None]]:
    """What a condition names, each with the list in whose records it stands (readings and clocks: none)."""
    if isinstance(node, grammar.And | grammar.Or):
        for item in node.items:
            yield from _names(item, element)
    elif isinstance(node, grammar.Not | grammar.Shown):
        yield from _names(node.item, element)
    elif isinstance(node, grammar.Some):
        yield from _names(node.where, node.list)
    elif isinstance(node, grammar.Name):
        yield node.name, element
    elif isinstance(node, grammar.Is):
        yield node.fact, None
    elif isinstance(node, grammar.ClockTest):
        yield node.clock, None
    elif isinstance(node, grammar.InList):
        yield node.list, None
    elif isinstance(node, grammar.Within) and isinstance(node.plus, grammar.JailDays):
        yield from _names(node.plus.where, element)


def _without_prose(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    blocks = rulebook.document.block_at
    for one in rulebook.provisions():
        if not blocks[one.place].explained:
            yield Finding(
                one.place,
                "warning",
                "no prose",
                f"{one.id} has no text above it under its heading: say in plain words what the law says",
            )


def _without_example(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    expected = " ".join(
        f" {re.sub(r'[^A-Za-z0-9_.-]+', ' ', example.expect)} "
        for book in edition.rulebooks.values()
        for example in book.examples
    )
    named = {word.rstrip(".") for word in expected.split()}
    for one in rulebook.provisions():
        if one.status != "off" and one.id not in named:
            yield Finding(
                one.place,
                "warning",
                "no example",
                f"no example names {one.id} in its `expect`: write one in which it decides",
            )


def _overlaps(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    """Two versions of one definition, clock or cautious order on the same day: which of them counts, nobody could say."""
    versions: dict[tuple[str, str], list[Definition | Clock | Cautious]] = {}
    for definition in rulebook.definitions:
        versions.setdefault(("definition", f"{definition.name} of {definition.of}"), []).append(definition)
    for clock in rulebook.clocks:
        versions.setdefault(("clock", clock.name), []).append(clock)
    for cautious in rulebook.cautious:
        versions.setdefault(("cautious order", cautious.action), []).append(cautious)
    for (what, name), them in versions.items():
        for first, second in combinations(them, 2):
            if _same_day(first.in_force, second.in_force):
                yield Finding(
                    rulebook.document.block_at[second.place].at("in force"),
                    "error",
                    "overlap",
                    f"this version of the {what} {name.removesuffix(' of None')} is in force on days of the version at line"
                    f" {first.place.line}: end one before the next begins",
                )


def _same_day(one: InForce, other: InForce) -> bool:
    return any(_meet(a, b) for a in one.spans for b in other.spans)


def _meet(a: Span, b: Span) -> bool:
    a_starts, b_starts = (span.late or span.start or date.min for span in (a, b))
    return a_starts <= (b.end or date.max) and b_starts <= (a.end or date.max)


def _too_early(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    first = rulebook.first_law or FIRST_LAW
    for one in rulebook.provisions():
        begins = one.in_force.first
        if begins and begins < first:
            yield Finding(
                rulebook.document.block_at[one.place].at("in force"),
                "error",
                "too early",
                f"{one.id} is in force from {begins}, before the first law of {rulebook.name} ({first}): mend the day, or `first_law`",
            )


def _old_words(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    prose = edition.prose(rulebook)
    for one in rulebook.provisions():
        if one.says != prose.sentence(one):
            state = "is not what the rule says" if one.says else "is missing"
            yield Finding(
                rulebook.document.block_at[one.place].at("says"),
                "error",
                "says",
                f"the `says` line of {one.id} {state}; run `detainerdesk law fmt`. It would be: {prose.sentence(one)}",
            )


def _misstated(rulebook: Rulebook, edition: Edition, broken: AbstractSet[str]) -> Iterator[Finding]:
    """Examples whose facts can't be read or can't be true. `broken`: the files in which something was refused, so that what an
    example states under them may be no fault of its own."""
    law = edition if rulebook.jurisdiction in edition.local else edition.ours or edition
    for example in rulebook.examples:
        if not broken & _read_for(example, law):
            yield from map(_refused, misstated(example, law))


def _read_for(example: Example, edition: Edition) -> set[str]:
    """The files that hold the words of an example: the vocabulary, and the law of its agency."""
    try:
        layers = edition.stack(example.agency).layers
    except CaseError:
        layers = ()
    return {"vocabulary.md", *(layer.document.file for layer in layers)}


def _to_be_written(rulebook: Rulebook, edition: Edition) -> Iterator[Finding]:
    heading = ""
    for number, line in enumerate(rulebook.document.text.split("\n"), 1):
        heading = dict(rulebook.document.headings).get(number, heading)
        column = line.lower().find(TO_BE_WRITTEN)
        if column >= 0:
            yield Finding(
                Place(rulebook.document.file, number, column + 1, heading),
                "warning",
                TO_BE_WRITTEN,
                "this part waits for its author: write it, and take these words out",
            )


def _old_sources(rulebook: Rulebook, on: date) -> Iterator[Finding]:
    limit = on.replace(year=on.year - 1, day=28 if (on.month, on.day) == (2, 29) else on.day)
    if rulebook.checked_through < limit:
        yield Finding(
            rulebook.document.header["checked_through"].place,
            "warning",
            "old sources",
            f"the sources of {rulebook.name} were last looked at on {rulebook.checked_through}, more than a year before {on}:"
            " look again and set the day",
        )


LOOKS: tuple[Callable[[Rulebook, Edition], Iterator[Finding]], ...] = (
    _unused,
    _without_prose,
    _without_example,
    _overlaps,
    _too_early,
    _to_be_written,
)
