"""Writing the law of one action as the statements of a generated function: what each rule and void comes to, each shared part once.

Two writers fill it in: `one_case.py` for a complete case, `compiled.py` over the table of completions. No text of a rulebook is
read as code: names and values of facts are constants of the tree, or stand beside it.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, Generic, TypeVar

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    LayerRequires,
    Negation,
    Node,
    TakesEffect,
    nodes_of,
    parts_of,
)
from detainerdesk.law.errors import LawError
from detainerdesk.law.lowering import ActionLaw, Active

Value = TypeVar("Value")
"""What a writer makes of a condition."""


@dataclass(frozen=True)
class Layout:
    """Which bit says what: for each rule whether it applies, takes effect, permits; for each void whether it stands."""

    rules: int
    voids: int

    def applies(self, rule: int) -> int:
        return rule

    def takes(self, rule: int) -> int:
        return self.rules + rule

    def permits(self, rule: int) -> int:
        return 2 * self.rules + rule

    def stands(self, void: int) -> int:
        return 3 * self.rules + void

    @property
    def size(self) -> int:
        return 3 * self.rules + self.voids


class Writer(ABC, Generic[Value]):
    """Writes what each rule and void of an action comes to."""

    has_burden = True

    def __init__(self, law: ActionLaw, layout: Layout) -> None:
        self.law = law
        self.layout = layout
        self.body: list[ast.stmt] = []
        self.number = {rule: index for index, rule in enumerate(law.active)}
        self.uses = _uses(law)
        self._circuits: dict[tuple[int, bool], Value] = {}
        self._takes: dict[str, Value] = {}
        self._applies: dict[tuple[str, bool], Value] = {}
        self._stands: dict[int, Value] = {}
        self._under_way: list[str] = []

    # What a writer decides for itself.

    @abstractmethod
    def named(self, prefix: str, value: Value) -> Value:
        """Write the value down under a name of its own; the name."""

    @abstractmethod
    def truth(self, value: bool) -> Value: ...

    @abstractmethod
    def both(self, items: Sequence[Value]) -> Value: ...

    @abstractmethod
    def either(self, items: Sequence[Value]) -> Value: ...

    @abstractmethod
    def opposite(self, item: Value) -> Value: ...

    @abstractmethod
    def atom(self, atom: Atom) -> Value: ...

    @abstractmethod
    def burden(self, item: Value, *, surely: bool) -> Value: ...

    # Circuits.

    def circuit(self, node: Node, *, surely: bool = False) -> Value:
        """The value of a circuit; what is used again gets a name first. `surely`: what has to be shown counts only if it
        holds in all completions."""
        if isinstance(node, bool):
            return self.truth(node)
        key = (id(node), surely)
        if key in self._circuits:
            return self._circuits[key]
        value = self._circuit(node, surely)
        if isinstance(node, Atom | TakesEffect | LayerRequires):
            return value  # these name themselves
        if self.uses[id(node)] > 1:
            value = self._circuits[key] = self.named("c", value)
        return value

    def _circuit(self, node: Node, surely: bool) -> Value:
        if isinstance(node, AllOf):
            return self.both([self.circuit(item, surely=surely) for item in node.items])
        if isinstance(node, AnyOf):
            return self.either([self.circuit(item, surely=surely) for item in node.items])
        if isinstance(node, Negation):
            return self.opposite(self.circuit(node.item, surely=surely))
        if isinstance(node, Burden):
            return self.burden(self.circuit(node.item), surely=surely)
        if isinstance(node, TakesEffect):
            return self.takes(node.rule)
        if isinstance(node, LayerRequires):
            rules = self.law.musts_of(node.layer)
            return self.either([self.takes(rule) for rule in rules if rule not in self._under_way])
        assert isinstance(node, Atom)
        return self.atom(node)

    # Rules and voids.

    def applies(self, rule: str, *, surely: bool = False) -> Value:
        """Its `when` is true and its `unless` false."""
        key = (rule, surely)
        if key not in self._applies:
            one = self.law.active[rule]
            when, unless = self.circuit(one.when, surely=surely), self.circuit(one.unless, surely=surely)
            self._applies[key] = self.named("a", self.both([when, self.opposite(unless)]))
        return self._applies[key]

    def takes(self, rule: str) -> Value:
        """It applies and is neither voided nor lifted."""
        if rule in self._takes:
            return self._takes[rule]
        one = self.law.active.get(rule)
        if one is None:
            return self.truth(False)
        if rule in self._under_way:
            raise LawError(f"these rules lean on each other in a circle: {' -> '.join([*self._under_way, rule])}")
        self._under_way.append(rule)
        ended = [*self._voiding(one, one.effect or "lifts"), *self._lifting(rule)]
        value = self.both([self.applies(rule), *(self.opposite(end) for end in ended)])
        self._takes[rule] = self.named("t", value)
        self._under_way.pop()
        return self._takes[rule]

    def permits(self, rule: str) -> Value | None:
        """A `may` that takes effect, or a ban whose own exception applies (`otherwise: may`); None for other rules. What has
        to be shown counts here only if it surely holds."""
        one = self.law.active[rule]
        if one.effect != "may" and not one.otherwise_may:
            return None
        if one.otherwise_may:
            base = [self.circuit(one.when, surely=True), self.circuit(one.unless, surely=True)]
        else:
            base = [self.applies(rule, surely=True)]
        ended = [*self._voiding(one, "may"), *self._lifting(rule)]
        return self.both([*base, *(self.opposite(end) for end in ended)])

    def stands(self, number: int) -> Value:
        """A void applies and no void of a higher layer takes it out."""
        if number not in self._stands:
            higher = [self.stands(other) for other in self.law.higher_voids(number)]
            applies = self.circuit(self.law.voids[number].applies)
            self._stands[number] = self.named("v", self.both([applies, *(self.opposite(one) for one in higher)]))
        return self._stands[number]

    def _voiding(self, one: Active, effect: str) -> list[Value]:
        return [self.stands(number) for number in self.law.voided_by(one, effect)]

    def _lifting(self, rule: str) -> list[Value]:
        """Where an exception ends the rule; a rule with an effect lifts wherever its effect would hold."""
        found: list[Value] = []
        for lifter in self.law.lifters(rule):
            takes = self.takes(lifter.provision.id)
            ended = self._voiding(lifter, "lifts") if lifter.effect else []
            found.append(self.both([takes, *(self.opposite(end) for end in ended)]))
        return found

    def write(self) -> list[tuple[int, Value]]:
        """Every rule and void; the values of the layout's bits."""
        found: list[tuple[int, Value]] = []
        for number in range(len(self.law.voids)):
            found.append((self.layout.stands(number), self.stands(number)))
        for rule, index in self.number.items():
            one = self.law.active[rule]
            found.append((self.layout.takes(index), self.takes(rule)))
            if self.law.may_end(one):
                found.append((self.layout.applies(index), self.applies(rule)))
            permits = self.permits(rule)
            if permits is not None and (one.otherwise_may or self.has_burden):
                found.append((self.layout.permits(index), self.named("p", permits)))
        return found


# Pieces of syntax.


def name(text: str) -> ast.Name:
    return ast.Name(text, ast.Load())


def assign(text: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(text, ast.Store())], value)


def chain(operator: ast.operator, items: Sequence[ast.expr], empty: ast.expr) -> ast.expr:
    """The items joined by an operator; `empty` where there is none."""
    if not items:
        return empty
    value = items[0]
    for item in items[1:]:
        value = ast.BinOp(value, operator, item)
    return value


def compiled(arguments: Sequence[str], body: list[ast.stmt]) -> CodeType:
    """The function of these statements, as code."""
    arguments_node = ast.arguments(
        posonlyargs=[], args=[ast.arg(one) for one in arguments], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    tree = ast.FunctionDef("law", arguments_node, body, [], None)
    return compile(ast.fix_missing_locations(ast.Module([tree], [])), "<law>", "exec")


def run(code: CodeType, constants: Mapping[str, Any]) -> Any:
    """The function of such code, with its constants beside it."""
    space: dict[str, Any] = dict(constants)
    exec(code, space)  # noqa: S102  # our own tree: no text of a rulebook is in it
    return space["law"]


def _uses(law: ActionLaw) -> Counter[int]:
    """How often each circuit stands in the law's text."""
    uses: Counter[int] = Counter(id(node) for node in law.nodes if not isinstance(node, bool))
    for node in nodes_of(*law.nodes):
        uses.update(id(part) for part in parts_of(node) if not isinstance(part, bool))
    return uses
