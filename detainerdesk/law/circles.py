"""Circles: definitions or rules of one stack that lean on each other. A rulebook that has one is refused when it loads.

The layers that bind one place in, nothing out; an error names the circle from its first link to its first link again. A chain that
is deeper than any law is refused too: what opens it step by step would not end well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.rulebook import Definition, Rule, Rulebook

MAX_DEEP = 100


def refuse_circles(line: Sequence[Rulebook]) -> None:
    """`line` is a rulebook and those above it, itself first. Raises RulebookError that prints the circle."""
    links = {f"{one.jurisdiction}/{_spell(one)}": set[str]() for one in _definitions(line)}
    places = {f"{one.jurisdiction}/{_spell(one)}": one.place for one in _definitions(line)}
    for definition in _definitions(line):
        links[f"{definition.jurisdiction}/{_spell(definition)}"] |= {
            f"{one.jurisdiction}/{_spell(one)}"
            for one in _used(definition.means, definition.of, _seen_from(definition.jurisdiction, line))
        }
    deep = {f"{one.jurisdiction}/{_spell(one)}": 1 + _depth(one.means) for one in _definitions(line)}
    _refuse(links, places, deep, "these definitions lean on each other in a circle")
    rules = [rule for book in line for rule in book.rules if rule.status != "off"]
    _refuse(
        {rule.id: set(_leans_on(rule, rules, line)) for rule in rules},
        {rule.id: rule.place for rule in rules},
        {},
        "these rules lean on each other in a circle",
    )


def _definitions(line: Sequence[Rulebook]) -> Iterator[Definition]:
    for book in line:
        yield from book.definitions


def _spell(definition: Definition) -> str:
    return f"{definition.name} of {definition.of}" if definition.of else definition.name


def _seen_from(jurisdiction: str, line: Sequence[Rulebook]) -> Sequence[Rulebook]:
    """A layer and those above it."""
    return line[[book.jurisdiction for book in line].index(jurisdiction) :]


def _used(condition: grammar.Expression, element: str | None, line: Sequence[Rulebook]) -> Iterator[Definition]:
    """The definitions that a condition of the first layer names: its own, else the nearest above; every version of it."""
    if isinstance(condition, grammar.Name):
        for book in line:
            found = book.defined.get((condition.name, element), ())
            yield from found
            if any(one.in_force.first is None for one in found):
                return
    elif isinstance(condition, grammar.Some):
        yield from _used(condition.where, condition.list, line)
    elif isinstance(condition, grammar.Within) and isinstance(condition.plus, grammar.JailDays):
        yield from _used(condition.plus.where, element, line)
    elif isinstance(condition, grammar.And | grammar.Or):
        for item in condition.items:
            yield from _used(item, element, line)
    elif isinstance(condition, grammar.Not | grammar.Shown):
        yield from _used(condition.item, element, line)


def _leans_on(rule: Rule, rules: Sequence[Rule], line: Sequence[Rulebook]) -> Iterator[str]:
    """The rules that must be decided before this one: those that lift it, those whose effect its conditions ask for."""
    yield from (one.id for one in rules if rule.id in one.lifts)
    conditions = [condition for condition in (rule.when, rule.unless) if condition is not None]
    seen_from = _seen_from(rule.jurisdiction, line)
    opened: set[int] = set()
    while conditions:
        condition = conditions.pop()
        for node in grammar.walk(condition):
            if isinstance(node, grammar.PermittedBy):
                yield node.rule
            elif isinstance(node, grammar.RequiredBy):
                yield from (
                    one.id
                    for one in rules
                    if one.jurisdiction == node.layer and one.effect == "must" and set(one.actions) & set(rule.actions)
                )
        for definition in _used(condition, None, seen_from):
            if id(definition) not in opened:
                opened.add(id(definition))
                conditions.append(definition.means)


def _depth(condition: grammar.Expression) -> int:
    """How many brackets, `not` and `where` stand inside one another."""
    if isinstance(condition, grammar.And | grammar.Or):
        return 1 + max(_depth(item) for item in condition.items)
    if isinstance(condition, grammar.Not | grammar.Shown):
        return 1 + _depth(condition.item)
    return 1 + _depth(condition.where) if isinstance(condition, grammar.Some | grammar.JailDays) else 0


def _refuse(
    links: Mapping[str, set[str]], places: Mapping[str, Place], own_depth: Mapping[str, int], says: str
) -> None:
    deep: dict[str, int] = {}

    def visit(name: str, path: dict[str, None]) -> int:
        if name in path:
            before = list(path)
            circle = " -> ".join((*before[before.index(name) :], name))
            raise RulebookError(f"{says}: {circle}", places[name])
        if name not in deep:
            below = 0
            if len(path) < MAX_DEEP:
                for other in sorted(links.get(name, ())):
                    below = max(below, visit(other, {**path, name: None}))
            deep[name] = own_depth.get(name, 1) + below
            if deep[name] > MAX_DEEP or len(path) >= MAX_DEEP:
                first = next(iter(path), name)
                raise RulebookError(
                    f"what {first} leans on is more than {MAX_DEEP} steps deep, each on the next; make the chain shorter",
                    places.get(first),
                )
        return deep[name]

    for name in links:
        visit(name, {})
