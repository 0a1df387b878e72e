"""Compiled: the law of one action as two generated Python functions, made as syntax trees from its circuits.

`closure` decides a complete case: facts in, out come a bit for each thing that may become of a rule and a slot for each test
(its value, for a list the number of the record that made it true, None where it was not reached). `over_completions` does the
same over a table: each test is an integer with a bit for each completion. No character of a rulebook reaches the code: names
and values of facts are constants beside it.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    ClockState,
    FactTest,
    LayerRequires,
    Negation,
    Node,
    Quantified,
    ReadingIs,
    TakesEffect,
    nodes_of,
    parts_of,
)
from detainerdesk.law.errors import LawError
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import test_constant
from detainerdesk.law.lowering import ActionLaw, Active, LawOn


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


Closure = Callable[[Mapping[str, Any], Any], tuple[int, tuple[Any, ...]]]
OverCompletions = Callable[[Sequence[int], int, int, bool], tuple[int, ...]]


@dataclass(frozen=True)
class Compiled:
    """The functions of one action's law; `slots` are the atoms in the order of the closure's slots."""

    layout: Layout
    slots: tuple[Atom, ...]
    of_setting: tuple[int, ...]
    """The slots that speak of how the law is taken."""
    closure: Closure
    over_completions: OverCompletions


def compile_law(law: ActionLaw) -> Compiled:
    """Generate both functions. Raises LawError where rules lean on each other in a circle."""
    layout = Layout(len(law.active), len(law.voids))
    one_case = _OneCase(law, layout)
    over_all = _OverCompletions(law, layout)
    of_setting = tuple(index for index, atom in enumerate(law.atoms) if law.law.turns_on_setting(atom))
    return Compiled(layout, law.atoms, of_setting, one_case.function(), over_all.function())


def compile_tests(nodes: Sequence[Node], law: LawOn) -> Callable[[Mapping[str, Any], Any], bool]:
    """Generate the function that says whether one of these circuits, with no rules in them, is true of the facts."""
    tests = _Tests(law)
    value = _joined(ast.Or(), [tests.condition(node, None) for node in nodes], empty=False)
    made: Callable[[Mapping[str, Any], Any], bool] = tests.function(["facts", "setting"], [ast.Return(value)])
    return made


class _Tests:
    """Tests of the case and of its records, as expressions of one function."""

    def __init__(self, law: LawOn) -> None:
        self.law = law
        self.constants: dict[str, Any] = {}
        self._loops = 0

    def constant(self, value: Any) -> ast.expr:
        if isinstance(value, bool | int):
            return ast.Constant(value)
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return _name(name)

    def condition(self, node: Node, record: str | None) -> ast.expr:
        """A circuit without rules in it."""
        if isinstance(node, bool):
            return ast.Constant(node)
        if isinstance(node, AllOf):
            return _joined(ast.And(), [self.condition(item, record) for item in node.items], empty=True)
        if isinstance(node, AnyOf):
            return _joined(ast.Or(), [self.condition(item, record) for item in node.items], empty=False)
        if isinstance(node, Negation):
            return _opposite(self.condition(node.item, record))
        assert isinstance(node, Atom)
        if isinstance(node.means, Quantified) and node.means.count == 1 and not node.means.different:
            return self._some(node.means)
        return self.test(node, record)

    def _some(self, means: Quantified) -> ast.expr:
        self._loops += 1
        record = f"r{self._loops}"
        loop = ast.comprehension(ast.Name(record, ast.Store()), self.fact(means.list, None), [], 0)
        return ast.Call(self.constant(any), [ast.GeneratorExp(self.condition(means.body, record), [loop])], [])

    def test(self, atom: Atom, record: str | None) -> ast.expr:
        """A test of the case or of a record, written out where it is plain, else a call of its function."""
        means, vocabulary = atom.means, self.law.vocabulary
        if isinstance(means, ReadingIs) and len(means.values) == 1:
            reading = ast.Attribute(_name("setting"), "reading", ast.Load())
            taken = ast.Subscript(reading, self.constant(means.name), ast.Load())
            return ast.Compare(taken, [ast.Eq()], [self.constant(means.values[0])])
        if isinstance(means, FactTest) and not means.done:
            test = means.test
            fields = vocabulary.fields(means.list) if means.list else {}
            named = test.name if isinstance(test, grammar.Name) else test.fact if isinstance(test, grammar.Is) else None
            if named is not None:
                fact = fields.get(named) or vocabulary.facts[named]
                value = self.fact(named, record if named in fields else None)
                if isinstance(test, grammar.Is):
                    values = [test_constant(fact, text, self.law.stack.zone) for text in test.values]
                    if len(values) == 1:
                        return ast.Compare(value, [ast.Eq()], [self.constant(values[0])])
                    return ast.Compare(value, [ast.In()], [self.constant(frozenset(values))])
                if fact.kind == "yes/no" and not fact.by_item:
                    return value
            elif isinstance(test, grammar.Compare) and _is_passed(test) and not means.list:
                left = vocabulary.facts.get(test.left)
                if left is not None and left.kind == "moment":
                    value = self.fact(test.left, None)
                    there = ast.Compare(
                        ast.Attribute(ast.NamedExpr(ast.Name("m", ast.Store()), value), "__class__", ast.Load()),
                        [ast.IsNot()],
                        [self.constant(str)],
                    )
                    order = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}[test.operator]()
                    return ast.BoolOp(
                        ast.And(),
                        [there, ast.Compare(_name("m"), [order], [ast.Attribute(_name("setting"), "at", ast.Load())])],
                    )
        function = self.constant(self.law.truth(atom))
        return ast.Call(
            function, [_name("facts"), _name("setting"), _name(record) if record else ast.Constant(None)], []
        )

    def fact(self, name: str, record: str | None) -> ast.expr:
        return ast.Subscript(_name(record or "facts"), self.constant(name), ast.Load())

    def function(self, arguments: Sequence[str], body: list[ast.stmt]) -> Any:
        arguments_node = ast.arguments(
            posonlyargs=[], args=[ast.arg(name) for name in arguments], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        function = ast.FunctionDef("law", arguments_node, body, [], None)
        module = ast.fix_missing_locations(ast.Module([function], []))
        space: dict[str, Any] = dict(self.constants)
        exec(compile(module, "<law>", "exec"), space)  # noqa: S102  # our own tree: no text of a rulebook is in it
        return space["law"]


class _Writer(ABC):
    """Writes the statements of one function: what each rule and void comes to, each shared part once."""

    has_burden = True

    def __init__(self, law: ActionLaw, layout: Layout) -> None:
        self.law = law
        self.layout = layout
        self.body: list[ast.stmt] = []
        self.tests = _Tests(law.law)
        self.number = {rule: index for index, rule in enumerate(law.active)}
        self.slot = {atom.id: index for index, atom in enumerate(law.atoms)}
        self.uses = _uses(law)
        self._names: dict[tuple[int, bool], str] = {}
        self._takes: dict[str, str] = {}
        self._applies: dict[tuple[str, bool], str] = {}
        self._stands: dict[int, str] = {}
        self._under_way: list[str] = []

    # Pieces of syntax.

    def assign(self, prefix: str, value: ast.expr) -> str:
        name = f"{prefix}{len(self.body)}"
        self.body.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return name

    @abstractmethod
    def both(self, items: Sequence[ast.expr]) -> ast.expr: ...

    @abstractmethod
    def either(self, items: Sequence[ast.expr]) -> ast.expr: ...

    @abstractmethod
    def opposite(self, item: ast.expr) -> ast.expr: ...

    @abstractmethod
    def atom(self, atom: Atom) -> ast.expr: ...

    @abstractmethod
    def burden(self, item: ast.expr, *, surely: bool) -> ast.expr: ...

    # Circuits.

    def circuit(self, node: Node, *, surely: bool = False) -> ast.expr:
        """The value of a circuit; what is used again gets a name first. `surely`: what has to be shown counts only if it
        holds in all completions."""
        if isinstance(node, bool):
            return self.truth(node)
        key = (id(node), surely)
        if key in self._names:
            return _name(self._names[key])
        value = self._circuit(node, surely)
        if self.uses[id(node)] > 1 and not self.stays_in_place(node):
            self._names[key] = self.assign("c", value)
            return _name(self._names[key])
        return value

    def stays_in_place(self, node: Node) -> bool:
        """Whether a part is written out again where it is used again."""
        if isinstance(node, Negation):
            node = node.item
            return isinstance(node, Atom) and node.is_setting
        return isinstance(node, Atom | TakesEffect | LayerRequires)

    def truth(self, value: bool) -> ast.expr:
        return ast.Constant(value)

    def _circuit(self, node: Node, surely: bool) -> ast.expr:
        if isinstance(node, AllOf):
            return self.both([self.circuit(item, surely=surely) for item in self.in_order(node)])
        if isinstance(node, AnyOf):
            return self.either([self.circuit(item, surely=surely) for item in self.in_order(node)])
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

    def in_order(self, node: AllOf | AnyOf) -> Sequence[Node]:
        """The parts, those last that speak of how the law is taken: where the facts decide, no reading is looked at."""
        return sorted(node.items, key=lambda item: any(atom.is_setting for atom in self.law.law.atoms(item)))

    # Rules and voids.

    def applies(self, rule: str, *, surely: bool = False) -> ast.expr:
        """Its `when` is true and its `unless` false."""
        key = (rule, surely)
        if key not in self._applies:
            one = self.law.active[rule]
            when, unless = self.circuit(one.when, surely=surely), self.circuit(one.unless, surely=surely)
            self._applies[key] = self.assign("a", self.both([when, self.opposite(unless)]))
        return _name(self._applies[key])

    def takes(self, rule: str) -> ast.expr:
        """It applies and is neither voided nor lifted."""
        if rule in self._takes:
            return _name(self._takes[rule])
        one = self.law.active.get(rule)
        if one is None:
            return self.truth(False)
        if rule in self._under_way:
            raise LawError(f"these rules lean on each other in a circle: {' -> '.join([*self._under_way, rule])}")
        self._under_way.append(rule)
        ended = [*self._voiding(one, one.effect or "lifts"), *self._lifting(rule)]
        value = self.both([self.applies(rule), *(self.opposite(end) for end in ended)])
        self._takes[rule] = self.assign("t", value)
        self._under_way.pop()
        return _name(self._takes[rule])

    def permits(self, rule: str) -> ast.expr | None:
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

    def stands(self, number: int) -> ast.expr:
        """A void applies and no void of a higher layer takes it out."""
        if number not in self._stands:
            higher = [self.stands(other) for other in self.law.higher_voids(number)]
            applies = self.circuit(self.law.voids[number].applies)
            self._stands[number] = self.assign("v", self.both([applies, *(self.opposite(one) for one in higher)]))
        return _name(self._stands[number])

    def _voiding(self, one: Active, effect: str) -> list[ast.expr]:
        return [self.stands(number) for number in self.law.voided_by(one, effect)]

    def _lifting(self, rule: str) -> list[ast.expr]:
        """Where an exception ends the rule; a rule with an effect lifts wherever its effect would hold."""
        found: list[ast.expr] = []
        for lifter in self.law.lifters(rule):
            takes = self.takes(lifter.provision.id)
            ended = self._voiding(lifter, "lifts") if lifter.effect else []
            found.append(self.both([takes, *(self.opposite(end) for end in ended)]))
        return found

    def write(self) -> list[tuple[int, ast.expr]]:
        """Every rule and void; the values of the layout's bits."""
        found: list[tuple[int, ast.expr]] = []
        for number in range(len(self.law.voids)):
            found.append((self.layout.stands(number), self.stands(number)))
        for rule, index in self.number.items():
            one = self.law.active[rule]
            found.append((self.layout.takes(index), self.takes(rule)))
            if self.law.may_end(one):
                found.append((self.layout.applies(index), self.applies(rule)))
            permits = self.permits(rule)
            if permits is not None and (one.otherwise_may or self.has_burden):
                found.append((self.layout.permits(index), _name(self.assign("p", permits))))
        return found


class _OneCase(_Writer):
    """A complete case: Python's own `and`, `or` and `not`, each test at most once."""

    has_burden = False

    def function(self) -> Closure:
        bits = self.write()
        prelude: list[ast.stmt] = []
        inline = [f"s{self.slot[atom.id]}" for atom in self.law.atoms if self._is_inline(atom)]
        if inline:
            prelude.append(ast.Assign([ast.Name(name, ast.Store()) for name in inline], ast.Constant(None)))
        prelude.append(ast.Assign([ast.Name("bits", ast.Store())], ast.Constant(0)))
        self.body = prelude + self.body
        for bit, value in bits:
            more = ast.AugAssign(ast.Name("bits", ast.Store()), ast.BitOr(), ast.Constant(1 << bit))
            self.body.append(ast.If(value, [more], []))
        slots: list[ast.expr] = [
            _name(f"s{self.slot[atom.id]}") if atom.id in self._written or self._is_inline(atom) else ast.Constant(None)
            for atom in self.law.atoms
        ]
        self.body.append(ast.Return(ast.Tuple([_name("bits"), ast.Tuple(slots, ast.Load())], ast.Load())))
        made: Closure = self.tests.function(["facts", "setting"], self.body)
        return made

    def __init__(self, law: ActionLaw, layout: Layout) -> None:
        super().__init__(law, layout)
        self._written: set[int] = set()

    def both(self, items: Sequence[ast.expr]) -> ast.expr:
        return _joined(ast.And(), items, empty=True)

    def either(self, items: Sequence[ast.expr]) -> ast.expr:
        return _joined(ast.Or(), items, empty=False)

    def opposite(self, item: ast.expr) -> ast.expr:
        return _opposite(item)

    def burden(self, item: ast.expr, *, surely: bool) -> ast.expr:
        return item

    def circuit(self, node: Node, *, surely: bool = False) -> ast.expr:
        return super().circuit(node)  # in one completion, what holds surely holds

    def _is_inline(self, atom: Atom) -> bool:
        """Whether a test stands where it is used; one of the setting always does, so that its slot says if it was reached."""
        if atom.is_setting or isinstance(atom.means, ClockState):
            return True
        return self.uses[id(atom)] == 1 and not isinstance(atom.means, Quantified)

    def atom(self, atom: Atom) -> ast.expr:
        slot = f"s{self.slot[atom.id]}"
        if isinstance(atom.means, ClockState):  # dear, and seldom reached: not before it is needed
            here = ast.NamedExpr(ast.Name(slot, ast.Store()), self.tests.test(atom, None))
            return ast.IfExp(ast.Compare(_name(slot), [ast.Is()], [ast.Constant(None)]), here, _name(slot))
        if self._is_inline(atom):
            return ast.NamedExpr(ast.Name(slot, ast.Store()), self.tests.test(atom, None))
        if atom.id not in self._written:
            self._written.add(atom.id)
            if isinstance(atom.means, Quantified):
                self._loop(atom.means, slot)
            else:
                self.body.append(ast.Assign([ast.Name(slot, ast.Store())], self.tests.test(atom, None)))
        return _name(slot)

    def _loop(self, means: Quantified, slot: str) -> None:
        """At least so many records satisfy the body: the number of the one that made it true, else 0."""
        record, index, found = f"r{len(self.body)}", f"i{len(self.body)}", f"n{len(self.body)}"
        body = self.tests.condition(means.body, record)
        value = self.tests.fact(means.list, None)
        self.body.append(ast.Assign([ast.Name(slot, ast.Store()), ast.Name(index, ast.Store())], ast.Constant(0)))
        counts: list[ast.stmt] = []
        enough: ast.expr = ast.Constant(True)
        if means.count > 1 or means.different:
            start: ast.expr = ast.Call(self.tests.constant(set), [], []) if means.different else ast.Constant(0)
            self.body.append(ast.Assign([ast.Name(found, ast.Store())], start))
            if means.different:
                add = ast.Attribute(_name(found), "add", ast.Load())
                counts.append(ast.Expr(ast.Call(add, [self.tests.fact(means.different, record)], [])))
                size: ast.expr = ast.Call(self.tests.constant(len), [_name(found)], [])
            else:
                counts.append(ast.AugAssign(ast.Name(found, ast.Store()), ast.Add(), ast.Constant(1)))
                size = _name(found)
            enough = ast.Compare(size, [ast.GtE()], [ast.Constant(means.count)])
        stop: list[ast.stmt] = [ast.Assign([ast.Name(slot, ast.Store())], _name(index)), ast.Break()]
        inner: list[ast.stmt] = [*counts, *(stop if isinstance(enough, ast.Constant) else [ast.If(enough, stop, [])])]
        loop = ast.For(
            ast.Name(record, ast.Store()),
            value,
            [ast.AugAssign(ast.Name(index, ast.Store()), ast.Add(), ast.Constant(1)), ast.If(body, inner, [])],
            [],
        )
        self.body.append(loop)


class _OverCompletions(_Writer):
    """Over a table: an integer for each test, `&`, `|` and the complement within the table's bits."""

    def function(self) -> OverCompletions:
        names: list[ast.expr] = [ast.Name(f"s{index}", ast.Store()) for index in range(len(self.law.atoms))]
        if names:
            self.body.append(ast.Assign([ast.Tuple(names, ast.Store())], _name("tests")))
        values = dict(self.write())
        for rule, index in self.number.items():
            values.setdefault(self.layout.applies(index), self.applies(rule))
        out = [values.get(bit, ast.Constant(0)) for bit in range(self.layout.size)]
        self.body.append(ast.Return(ast.Tuple(out, ast.Load())))
        made: OverCompletions = self.tests.function(["tests", "full", "mask", "meanwhile"], self.body)
        return made

    def truth(self, value: bool) -> ast.expr:
        return _name("full") if value else ast.Constant(0)

    def both(self, items: Sequence[ast.expr]) -> ast.expr:
        return _chain(ast.BitAnd(), items, _name("full"))

    def either(self, items: Sequence[ast.expr]) -> ast.expr:
        return _chain(ast.BitOr(), items, ast.Constant(0))

    def opposite(self, item: ast.expr) -> ast.expr:
        return ast.BinOp(_name("full"), ast.BitXor(), item)

    def atom(self, atom: Atom) -> ast.expr:
        return _name(f"s{self.slot[atom.id]}")

    def burden(self, item: ast.expr, *, surely: bool) -> ast.expr:
        held = self.assign("b", item)
        covers = ast.Compare(ast.BinOp(_name(held), ast.BitAnd(), _name("mask")), [ast.Eq()], [_name("mask")])
        sure = ast.IfExp(covers, _name("full"), ast.Constant(0))
        return sure if surely else ast.IfExp(_name("meanwhile"), sure, _name(held))


def _is_passed(test: grammar.Expression) -> bool:
    """A comparison of a fact with the moment of decision."""
    return isinstance(test, grammar.Compare) and test.right == "at"


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _joined(operator: ast.boolop, items: Sequence[ast.expr], *, empty: bool) -> ast.expr:
    kept: list[ast.expr] = []
    for item in items:
        if isinstance(item, ast.Constant):
            if item.value is not empty:
                return item
        else:
            kept.append(item)
    if len(kept) < 2:
        return kept[0] if kept else ast.Constant(empty)
    return ast.BoolOp(operator, kept)


def _opposite(item: ast.expr) -> ast.expr:
    if isinstance(item, ast.Constant):
        return ast.Constant(not item.value)
    return item.operand if isinstance(item, ast.UnaryOp) else ast.UnaryOp(ast.Not(), item)


def _chain(operator: ast.operator, items: Sequence[ast.expr], empty: ast.expr) -> ast.expr:
    if not items:
        return empty
    value = items[0]
    for item in items[1:]:
        value = ast.BinOp(value, operator, item)
    return value


def _uses(law: ActionLaw) -> Counter[int]:
    """How often each circuit stands in the law's text."""
    uses: Counter[int] = Counter(id(node) for node in law.nodes if not isinstance(node, bool))
    for node in nodes_of(*law.nodes):
        uses.update(id(part) for part in parts_of(node) if not isinstance(part, bool))
    return uses
