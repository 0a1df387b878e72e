"""Mutants: a loaded edition in, every edition out that differs from it in one small thing of one block.

A mutant is made on the typed values, so nothing is read again. `Mutant.edition` gives the changed law; `Mutant.key` is what it
is called in docs/mutation.md, the same from run to run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from detainerdesk.law import Edition
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import InForce, Span
from detainerdesk.law.language.grammar import Expression
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.rulebook import Choice, Clock, Definition, Duty, Provision, Rule, Rulebook, Voids

Piece = Rule | Voids | Duty | Definition | Clock | OffenseList
Kind = Literal["rules", "voids", "duties", "definitions", "clocks", "lists"]
KINDS: tuple[Kind, ...] = ("rules", "voids", "duties", "definitions", "clocks", "lists")
FLIPPED = {"must": "must not", "must not": "must", "may": "must not"}
OTHER_SIDE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mutant:
    """One change. `changed` is None where the block is deleted. `conditions`: the condition before and after, where that is all."""

    jurisdiction: str
    kind: Kind
    piece: Piece
    changed: Piece | None
    what: str
    conditions: tuple[Expression, Expression] | None = None
    version: str = ""

    @property
    def name(self) -> str:
        """The id of the block."""
        return name_of(self.piece)

    @property
    def key(self) -> str:
        return f"{self.jurisdiction} {self.name}{self.version}: {self.what}"

    def edition(self, edition: Edition) -> Edition:
        """The edition with this change in it and nothing of the old one worked out."""
        book = edition.rulebooks[self.jurisdiction]
        pieces: tuple[Piece, ...] = getattr(book, self.kind)
        kept = tuple(
            self.changed if one is self.piece else one for one in pieces if one is not self.piece or self.changed
        )
        changed = replace(book, **{self.kind: kept})
        return replace(
            edition, rulebooks={**edition.rulebooks, self.jurisdiction: changed}, _stacks={}, digests={}, leaned={}
        )


def mutants(edition: Edition, jurisdiction: str) -> Iterator[Mutant]:
    """Every mutant of one rulebook, in the order of its blocks. What is switched off takes no part and is left out."""
    book = edition.rulebooks[jurisdiction]
    clocks = frozenset(clock.name for one in edition.rulebooks.values() for clock in one.clocks)
    for kind in KINDS:
        pieces: tuple[Piece, ...] = getattr(book, kind)
        for piece in pieces:
            if piece.status != "off":
                twin = sum(name_of(one) == name_of(piece) for one in pieces) > 1
                version = f" ({piece.in_force})" if twin else ""
                yield Mutant(jurisdiction, kind, piece, None, "deleted", version=version)
                for what, changed, conditions in _changes(piece, clocks):
                    yield Mutant(jurisdiction, kind, piece, changed, what, conditions, version)


def name_of(piece: Piece) -> str:
    """The id of a block, as its fence says it."""
    if isinstance(piece, Provision):
        return piece.id
    of = f" of {piece.of}" if isinstance(piece, Definition) and piece.of else ""
    return f"{piece.name}{of}"


def switched_off(book: Rulebook) -> list[str]:
    """The blocks of a rulebook that take no part in answers and so have no mutants."""
    return [name_of(piece) for kind in KINDS for piece in getattr(book, kind) if piece.status == "off"]


Change = tuple[str, Any, tuple[Expression, Expression] | None]


def _changes(piece: Piece, clocks: Collection[str]) -> Iterator[Change]:
    for what, in_force in _moved(piece.in_force):
        yield f"in force {what}", replace(piece, in_force=in_force), None
    if isinstance(piece, Provision):
        yield from _of_provision(piece)
    if isinstance(piece, Rule):
        yield from _of_rule(piece)
    elif isinstance(piece, Voids):
        yield from _without_each(piece, "effects", "effect")
        yield from _without_each(piece, "layers", "layer")
        yield from _without_each(piece, "actions", "action")
        yield from _without_each(piece, "items", "item")
    elif isinstance(piece, Duty):
        yield from _of_duty(piece, clocks)
    elif isinstance(piece, Definition):
        yield from _conditions(piece, "means", "means")
    elif isinstance(piece, Clock):
        yield from _of_clock(piece)
    elif isinstance(piece, OffenseList):
        for row in piece.rows:
            yield (
                f"row {row.citation} dropped",
                replace(piece, rows=tuple(one for one in piece.rows if one is not row)),
                None,
            )
        yield "closed" if piece.open else "open", replace(piece, open=not piece.open), None


def _of_provision(piece: Rule | Voids | Duty) -> Iterator[Change]:
    key = "trigger" if isinstance(piece, Duty) else "when"
    yield from _conditions(piece, "when", key)
    if piece.when != grammar.Constant(True):
        yield f"`{key}` dropped", replace(piece, when=grammar.Constant(True)), (piece.when, grammar.Constant(True))
    yield from _conditions(piece, "unless", "unless")
    if piece.unless is not None:
        yield "`unless` dropped", replace(piece, unless=None), None
    yield from _without_each(piece, "who", "who", last=True)
    if piece.declared:
        for what, day in (("a day later", piece.declared + DAY), ("a day earlier", piece.declared - DAY)):
            yield f"declared {what}", replace(piece, declared=day), None
        yield "`declared` dropped", replace(piece, declared=None), None


def _of_rule(piece: Rule) -> Iterator[Change]:
    if piece.effect:
        yield f"effect {FLIPPED[piece.effect]}", replace(piece, effect=FLIPPED[piece.effect]), None  # type: ignore[arg-type]
    if piece.otherwise_may:
        yield "`otherwise` dropped", replace(piece, otherwise_may=False), None
    if piece.effect or len(piece.lifts) > 1:
        yield from _without_each(piece, "lifts", "lift", last=bool(piece.effect))
    yield from _without_each(piece, "actions", "action")
    yield from _without_each(piece, "items", "item")


def _of_duty(piece: Duty, clocks: Collection[str]) -> Iterator[Change]:
    for field in ("done", "excused"):
        yield from _conditions(piece, field, field)
        if getattr(piece, field) is not None:
            yield f"`{field}` dropped", replace(piece, **{field: None}), None
    if piece.deadline in clocks:  # any other deadline is text that is said with the duty
        yield "`deadline` dropped", replace(piece, deadline=""), None


def _of_clock(piece: Clock) -> Iterator[Change]:
    for number, (condition, value) in enumerate(piece.hours.branches):
        if value.lstrip("-").isdigit():
            for hours in (int(value) + 1, int(value) - 1):
                branch = (condition, str(hours))
                yield f"{value} hours become {hours}", replace(piece, hours=_branch(piece.hours, number, branch)), None
    other = {"every hour": "without Saturdays, Sundays, holidays", "observed and actual": "actual"}
    other |= {there: here for here, there in other.items()}
    for field in ("hours", "calendar", "holidays"):
        choice: Choice = getattr(piece, field)
        for number, (condition, value) in enumerate(choice.branches):
            if value in other:
                branch = (condition, other[value])
                yield (
                    f"{field} “{value}” becomes “{other[value]}”",
                    replace(piece, **{field: _branch(choice, number, branch)}),
                    None,
                )
            for what, changed in _variants(condition) if condition else ():
                branch = (changed, value)
                yield f"{field}: {what}", replace(piece, **{field: _branch(choice, number, branch)}), None
        if len(choice.branches) > 1:
            for number, (_, value) in enumerate(choice.branches[:-1]):
                rest = Choice((*choice.branches[:number], *choice.branches[number + 1 :]))
                yield f"{field} “{value} if …” dropped", replace(piece, **{field: rest}), None
    for field in ("stops", "limits"):
        if getattr(piece, field):
            yield f"`{field}` dropped", replace(piece, **{field: None}), None


def _branch(choice: Choice, number: int, branch: tuple[Expression | None, str]) -> Choice:
    return Choice((*choice.branches[:number], branch, *choice.branches[number + 1 :]))


def _without_each(piece: Any, field: str, word: str, *, last: bool = False) -> Iterator[Change]:
    """Each of several names left out; the only one too where `last` says that this means something."""
    every: tuple[str, ...] = getattr(piece, field)
    for one in every if len(every) > 1 or last else ():
        yield f"{word} {one} dropped", replace(piece, **{field: tuple(other for other in every if other != one)}), None


def _moved(in_force: InForce) -> Iterator[tuple[str, InForce]]:
    """Each first and last day, also of a stay, moved by a day both ways where that leaves a span of days."""
    for stayed in (False, True):
        spans = in_force.stayed if stayed else in_force.spans
        for number, span in enumerate(spans):
            for what, moved in _moved_span(span):
                new = (*spans[:number], moved, *spans[number + 1 :])
                changed = InForce(in_force.spans, new) if stayed else InForce(new, in_force.stayed)
                yield f"{'(stay) ' if stayed else ''}{what}", changed


def _moved_span(span: Span) -> Iterator[tuple[str, Span]]:
    for field, words in (("start", "from"), ("late", "surely from"), ("end", "to")):
        day: date | None = getattr(span, field)
        for to in (day + DAY, day - DAY) if day else ():
            moved = replace(span, **{field: to})
            empty = moved.start and (
                (moved.end and moved.end < moved.start) or (moved.late and moved.late <= moved.start)
            )
            if not empty:
                yield f"{words} {day} becomes {to}", moved


# Conditions.


def _conditions(piece: Any, field: str, key: str) -> Iterator[Change]:
    condition: Expression | None = getattr(piece, field)
    if condition is not None:
        for what, changed in _variants(condition):
            yield f"{key}: {what}", replace(piece, **{field: changed}), (condition, changed)


def _variants(node: Expression) -> Iterator[tuple[str, Expression]]:
    """The condition with one part deleted, one test negated, one boundary or number moved."""
    if isinstance(node, grammar.And | grammar.Or):
        word = "and" if isinstance(node, grammar.And) else "or"
        for number, item in enumerate(node.items):
            rest = (*node.items[:number], *node.items[number + 1 :])
            yield f"without `{word} {spelled(item)}`", rest[0] if len(rest) == 1 else type(node)(rest)
            for what, changed in _variants(item):
                yield what, type(node)((*node.items[:number], changed, *node.items[number + 1 :]))
    elif isinstance(node, grammar.Not):
        yield f"not `{spelled(node)}`", node.item
        yield from (
            (what, grammar.Not(changed))
            for what, changed in _variants(node.item)
            if what != f"not `{spelled(node.item)}`"
        )
    elif isinstance(node, grammar.Shown):
        yield f"`{spelled(node)}` without the burden", node.item
        yield from ((what, grammar.Shown(changed)) for what, changed in _variants(node.item))
    else:
        yield f"not `{spelled(node)}`", grammar.Not(node)
        yield from _inside(node)


def _inside(node: Expression) -> Iterator[tuple[str, Expression]]:
    """What can be changed inside one test."""
    if isinstance(node, grammar.Compare):
        yield f"`{spelled(node)}` with {OTHER_SIDE[node.operator]}", replace(node, operator=OTHER_SIDE[node.operator])
    elif isinstance(node, grammar.Is | grammar.ItemIn):
        field = "values" if isinstance(node, grammar.Is) else "items"
        every: tuple[str, ...] = getattr(node, field)
        for value in every if len(every) > 1 else ():
            yield (
                f"`{spelled(node)}` without {value}",
                replace(node, **{field: tuple(one for one in every if one != value)}),
            )
    elif isinstance(node, grammar.Some):
        for what, changed in _variants(node.where):
            yield f"{node.list}: {what}", replace(node, where=changed)
        if node.count > 1:
            for count in (node.count - 1, node.count + 1):
                yield f"at least {node.count} {node.list} becomes {count}", replace(node, count=count)
        if node.different:
            yield f"`different {node.different}` dropped", replace(node, different=None)
    elif isinstance(node, grammar.Within):
        yield f"`{spelled(node)}` a day longer", replace(node, days=node.days + 1)
        yield (
            f"`{spelled(node)}` with the other boundary",
            replace(node, boundary="out" if node.boundary == "in" else "in"),
        )
        if node.plus is not None:
            yield f"`{spelled(node)}` without `plus`", replace(node, plus=None)
        if isinstance(node.plus, grammar.JailDays):
            for what, changed in _variants(node.plus.where):
                yield f"jail days: {what}", replace(node, plus=replace(node.plus, where=changed))


def spelled(node: Expression) -> str:
    """A condition in the rulebook's own words, short."""
    if isinstance(node, grammar.And | grammar.Or):
        word = " and " if isinstance(node, grammar.And) else " or "
        return "(" + word.join(spelled(item) for item in node.items) + ")"
    if isinstance(node, grammar.Not):
        return f"not {spelled(node.item)}"
    if isinstance(node, grammar.Shown):
        return f"shown({spelled(node.item)})"
    if isinstance(node, grammar.Is):
        return (
            f"{node.fact} is {node.values[0]}"
            if len(node.values) == 1
            else f"{node.fact} in ({', '.join(node.values)})"
        )
    if isinstance(node, grammar.ItemIn):
        return f"item in ({', '.join(node.items)})"
    if isinstance(node, grammar.Includes):
        return f"{node.fact} includes {node.value}"
    if isinstance(node, grammar.Compare):
        return f"{node.left} {node.operator} {node.right}"
    if isinstance(node, grammar.Some):
        return f"some {node.list} where {spelled(node.where)}"
    if isinstance(node, grammar.Within):
        span = ", ".join(f"{unit}={count}" for unit in ("years", "months", "days") if (count := getattr(node, unit)))
        return f"within({node.date}, of={node.anchor}, {span})"
    if isinstance(node, grammar.InList):
        return f"{node.field} in {node.list}"
    if isinstance(node, grammar.ClockTest):
        return f"{node.state}({node.clock})"
    if isinstance(node, grammar.PermittedBy):
        return f"permitted_by({node.rule})"
    if isinstance(node, grammar.RequiredBy):
        return f"required_by({node.layer})"
    if isinstance(node, grammar.Constant):
        return "yes" if node.value else "no"
    assert isinstance(node, grammar.Name)
    return node.name
