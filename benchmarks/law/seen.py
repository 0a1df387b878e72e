"""Which examples can see which block: an edition in, the footprint of each example and a quick check of one example out.

The check is that of `law prove`, but only what the example's clauses speak of is worked out, because a mutant is met by many
examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from detainerdesk.law import Edition
from detainerdesk.law.decide import Decider
from detainerdesk.law.decision import Decision
from detainerdesk.law.errors import ContradictoryFacts, LawError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.example import example_case
from detainerdesk.law.language.rulebook import Definition, Duty, Example, Provision
from detainerdesk.law.prove.examples import _action_of, _asking, _Checker, _contradiction, _expected
from detainerdesk.law.trace import Trace

AHEAD = re.compile(r"^\S+ (?:until|was_so) ")
BESIDE = ("clock ", "duty ", "note ")


@dataclass(frozen=True)
class Seen:
    """One example, and what an answer to it rests on: (jurisdiction, id) of provisions, definitions, clocks and lists."""

    example: Example
    jurisdiction: str
    day: date
    blocks: frozenset[tuple[str, str]]
    expected: tuple[str, ...]
    ahead: bool


def seen_by(edition: Edition) -> list[Seen]:
    """The footprint of every example of the edition."""
    return [
        footprint(example, jurisdiction, edition)
        for jurisdiction, book in edition.rulebooks.items()
        for example in book.examples
    ]


def fails(one: Seen, edition: Edition) -> str:
    """What does not hold of an example under an edition; empty where all does."""
    example = one.example
    try:
        stack = edition.stack(example.agency)
        case = example_case(example, stack.zone)
        actions = case.ask or wanted(one.expected, edition)
        decision = _quick(case, actions, one.expected, edition)
    except ContradictoryFacts as error:
        return next(_contradiction(list(one.expected), error), "")
    except LawError as error:
        return str(error)
    except KeyError as error:  # an edition that the loader passes and the engine can't decide fails the example too
        return f"no answer: {error!r}"
    checker = _Checker(decision, stack.zone, set(case.facts), edition)
    for clause in one.expected:
        for wrong in checker.check(clause):
            return wrong
    return ""


def wanted(expected: tuple[str, ...], edition: Edition) -> tuple[str, ...]:
    """The actions that an example's clauses speak of."""
    actions = (_action_of(clause, edition) for clause in expected)
    return tuple(dict.fromkeys(action for action in actions if action)) or ("hold",)


def _quick(case: Case, actions: tuple[str, ...], expected: tuple[str, ...], edition: Edition) -> Decision:
    """The decision, without what no clause speaks of."""
    decider = Decider.of(_asking(case, actions), edition)
    ahead = {clause.split()[0].split(".")[0] for clause in expected if AHEAD.match(clause)}
    spoken = {word: any(clause.startswith(word) for clause in expected) for word in BESIDE}
    return Decision(
        id=case.id,
        agency=case.agency,
        at=case.at,
        edition="",
        actions={action: decider.outcome(action, ahead=action in ahead) for action in actions},
        clocks={name: decider.local(end) for name, end in decider.clock_ends().items()} if spoken["clock "] else {},
        duties=decider.duty_states() if spoken["duty "] else (),
        assumed={},
        notes=tuple(decider.notes(actions)) if spoken["note "] else (),
        trace=Trace(decider.known, actions, decider.steps),
    )


def footprint(example: Example, jurisdiction: str, edition: Edition) -> Seen:
    """What the answer to an example rests on."""
    expected = tuple(_expected(example))
    stack = edition.stack(example.agency)
    case = example_case(example, stack.zone)
    day = case.at.astimezone(stack.zone).date()
    ahead = any(AHEAD.match(clause) for clause in expected)
    blocks: set[tuple[str, str]] = set()
    try:
        decider = Decider.of(case, edition)
    except LawError:
        return Seen(example, jurisdiction, day, frozenset(), expected, ahead)
    considered: list[Provision] = []
    for action in case.ask or wanted(expected, edition):
        for item in decider.known.items_of(action):
            for law in decider.laws(action, decider.known.setting(item)):
                considered += law.considered
                considered += [  # a rule for somebody else may be for the actor once its `who` is changed
                    one
                    for one in (*stack.rules, *stack.voids)
                    if one.status != "off" and law.speaks_of(one.actions, one.items)
                ]
    ids = {clause.split()[1] for clause in expected if clause.startswith("duty ")}
    considered += [duty for duty in stack.duties() if duty.id in ids]
    for provision in dict.fromkeys(map(id, considered)):
        one = next(each for each in considered if id(each) == provision)
        blocks.add((one.jurisdiction, one.id))
        for condition in conditions_of(one):
            _add_named(condition, one.jurisdiction, None, decider, blocks)
    if "custody.eligible_for_release" not in {name for _, name in blocks}:
        _add_named(grammar.Name("custody.eligible_for_release"), stack.layers[-1].jurisdiction, None, decider, blocks)
    for note in stack.notes if any(clause.startswith("note ") for clause in expected) else ():
        if note.when is not None:
            _add_named(note.when, note.jurisdiction, None, decider, blocks)
    if any(clause.startswith(("clock ", "duty ")) for clause in expected):
        for clock in stack.clocks:
            blocks.add((clock.jurisdiction, clock.name))
            for choice in (clock.hours, clock.calendar, clock.holidays):
                for branch, _ in choice.branches:
                    if branch is not None:
                        _add_named(branch, clock.jurisdiction, None, decider, blocks)
    return Seen(example, jurisdiction, day, frozenset(blocks), expected, ahead)


def conditions_of(provision: Provision) -> Iterator[grammar.Expression]:
    """Every condition of a provision."""
    parts = [provision.when, provision.unless]
    if isinstance(provision, Duty):
        parts += [provision.done, provision.excused]
    yield from (part for part in parts if part is not None)


def _add_named(
    condition: grammar.Expression,
    jurisdiction: str,
    element: str | None,
    decider: Decider,
    blocks: set[tuple[str, str]],
) -> None:
    """The definitions, lists and clocks that a condition rests on, by every version: a moved day may change which one counts."""
    stack = decider.stack
    if isinstance(condition, grammar.Some):
        _add_named(condition.where, jurisdiction, condition.list, decider, blocks)
        return
    for node in grammar.walk(condition):
        if isinstance(node, grammar.Some):
            _add_named(node.where, jurisdiction, node.list, decider, blocks)
        elif isinstance(node, grammar.Name):
            for layer in stack.layers[: stack.rank[jurisdiction] + 1]:
                for definition in layer.definitions:
                    if definition.name == node.name and definition.of in (None, element):
                        _add_definition(definition, decider, blocks)
        elif isinstance(node, grammar.InList):
            blocks |= {(layer.jurisdiction, node.list) for layer in stack.layers}
        elif isinstance(node, grammar.ClockTest):
            for clock in stack.clocks:
                if clock.name == node.clock:
                    blocks.add((clock.jurisdiction, clock.name))
                    for choice in (clock.hours, clock.calendar, clock.holidays):
                        for branch, _ in choice.branches:
                            if branch is not None:
                                _add_named(branch, clock.jurisdiction, None, decider, blocks)


def _add_definition(definition: Definition, decider: Decider, blocks: set[tuple[str, str]]) -> None:
    name = f"{definition.name} of {definition.of}" if definition.of else definition.name
    if (definition.jurisdiction, name) not in blocks:
        blocks.add((definition.jurisdiction, name))
        _add_named(definition.means, definition.jurisdiction, definition.of, decider, blocks)
