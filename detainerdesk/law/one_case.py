"""One case: the law of an action as a generated function of a complete case's facts, under every way of taking the law at once.

A condition on facts is Python's own `and`, `or` and `not`, each test reached only where it is needed. What turns on a reading, or
on the bound of an uncertain day, is an integer with a bit for each way. A fact that is needed and not known raises KeyError.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import CodeType
from typing import Any

from detainerdesk.law.atoms import Facts, Record, Truth, literal
from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    ClockState,
    DeclaredToo,
    EarlyBound,
    FactTest,
    Negation,
    Node,
    Quantified,
    ReadingIs,
)
from detainerdesk.law.known import Setting, Ways
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import test_constant
from detainerdesk.law.language.clocks import EVERY_HOUR
from detainerdesk.law.language.membership import STATED
from detainerdesk.law.lowering import ActionLaw, LawOn
from detainerdesk.law.writer import Layout, Writer, assign, chain, compiled, name, run

Closure = Callable[[Mapping[str, Any], Setting], int]
"""The facts of a complete case, and the default's setting -> the bits of what is written, each as wide as there are ways."""


@dataclass(frozen=True)
class Template:
    """A generated function but for the ways of taking the law, of which it is for so many."""

    code: CodeType
    constants: Mapping[str, Any]
    turning: Mapping[str, Atom]
    """The tests that speak of how the law is taken, by the name of what stands for them."""
    written: tuple[int, ...] = ()
    """The bits of the layout that it gives, in their order."""

    def under(self, ways: Ways) -> Closure:
        """The function under these ways."""
        taken = {text: _taken(atom, ways) for text, atom in self.turning.items()}
        made: Closure = run(self.code, {**self.constants, **taken, "ways": ways})
        return made


def template_of(law: ActionLaw, layout: Layout, ways: int) -> Template:
    """The function of an action's law. Raises LawError where rules lean on each other in a circle."""
    return _OneCase(law, layout, ways).template()


def test_of(nodes: Sequence[Node], law: LawOn, ways: int) -> Template:
    """The function that says under which ways one of these circuits, with no rules in them, is true of the facts."""
    tests = _Tests(law, ways)
    value = tests.as_bits(tests.either([tests.condition(node, None) for node in nodes]))
    return tests.template([ast.Return(value)])


def test_at_plainest(nodes: Sequence[Node], law: LawOn, plainest: Mapping[str, Any]) -> Template:
    """The function that says whether one of these circuits is true of the facts where what is not known is as plain as can be.
    `plainest`: that value, for the facts and fields (`warrants[].kind`) for which it may be taken."""
    tests = _AtPlainest(law, plainest)
    return tests.template([ast.Return(tests.either([tests.condition(node, None) for node in nodes]).code)])


def _taken(atom: Atom, ways: Ways) -> int:
    if isinstance(atom.means, ReadingIs):
        return ways.with_reading(atom.means.name, atom.means.values)
    return ways.with_early_bound


@dataclass(frozen=True)
class _Value:
    """A piece of code; `turns`: an integer with a bit for each way, else anything that is true or not."""

    code: ast.expr
    turns: bool = False


TRUE, FALSE = _Value(ast.Constant(True)), _Value(ast.Constant(False))


class _Tests:
    """Tests of a case and of its records, as code of one function."""

    def __init__(self, law: LawOn, ways: int) -> None:
        self.law = law
        self.full = (1 << ways) - 1
        self.constants: dict[str, Any] = {}
        self.turning: dict[str, Atom] = {}
        self.starts: dict[str, str] = {}
        """What has passed since the start of a clock, by the fact; a name for each."""
        self._records = 0

    def template(self, body: list[ast.stmt], written: Sequence[int] = ()) -> Template:
        at = assign("at", ast.Attribute(name("setting"), "at", ast.Load()))
        passed = [assign(text, ast.Constant(None)) for text in self.starts.values()]
        code = compiled(["facts", "setting"], [at, *passed, *body])
        return Template(code, self.constants, self.turning, tuple(written))

    def constant(self, value: Any) -> ast.expr:
        if isinstance(value, bool | int | str):
            return ast.Constant(value)
        text = f"k{len(self.constants)}"
        self.constants[text] = value
        return name(text)

    def record(self, of_list: str) -> str:
        """A name for the record of a list that is looked at."""
        self._records += 1
        return f"r{self._records}"

    # And, or, not.

    def both(self, items: Sequence[_Value]) -> _Value:
        return self._joined(items, ast.And(), ast.BitAnd(), ends=False)

    def either(self, items: Sequence[_Value]) -> _Value:
        return self._joined(items, ast.Or(), ast.BitOr(), ends=True)

    def _joined(self, items: Sequence[_Value], plain: ast.boolop, by_ways: ast.operator, *, ends: bool) -> _Value:
        """What turns on the law's ways comes last: where the facts decide, it is not looked at. `ends`: the value that settles it."""
        parts = [item.code for item in items if not item.turns]
        if any(isinstance(part, ast.Constant) and bool(part.value) is ends for part in parts):
            return TRUE if ends else FALSE
        parts = [part for part in parts if not isinstance(part, ast.Constant)]
        surely = parts[0] if len(parts) == 1 else ast.BoolOp(plain, parts) if parts else None
        turning = [item.code for item in items if item.turns]
        if not turning:
            return FALSE if surely is None and ends else TRUE if surely is None else _Value(surely)
        value = chain(by_ways, turning, ast.Constant(0))
        if surely is None:
            return _Value(value, turns=True)
        full = ast.Constant(self.full)
        return _Value(ast.IfExp(surely, full if ends else value, value if ends else ast.Constant(0)), turns=True)

    def opposite(self, item: _Value) -> _Value:
        code = item.code
        if item.turns:
            return _Value(ast.BinOp(ast.Constant(self.full), ast.BitXor(), code), turns=True)
        if isinstance(code, ast.Constant):
            return _Value(ast.Constant(not code.value))
        return _Value(code.operand if isinstance(code, ast.UnaryOp) else ast.UnaryOp(ast.Not(), code))

    def as_bits(self, value: _Value) -> ast.expr:
        """The ways in which it is true."""
        return value.code if value.turns else ast.IfExp(value.code, ast.Constant(self.full), ast.Constant(0))

    def condition(self, node: Node, record: str | None) -> _Value:
        """A circuit without rules in it."""
        if isinstance(node, bool):
            return TRUE if node else FALSE
        if isinstance(node, AllOf):
            return self.both([self.condition(item, record) for item in node.items])
        if isinstance(node, AnyOf):
            return self.either([self.condition(item, record) for item in node.items])
        if isinstance(node, Negation):
            return self.opposite(self.condition(node.item, record))
        assert isinstance(node, Atom)
        return self.test(node, record)

    # Single tests.

    def fact(self, text: str, record: str | None) -> ast.expr:
        return ast.Subscript(name(record or "facts"), self.constant(text), ast.Load())

    def test(self, atom: Atom, record: str | None) -> _Value:
        """A test of the case or of a record, written out where it is plain, else a call of its function."""
        means = atom.means
        if isinstance(means, ReadingIs | EarlyBound):
            text = f"w{atom.id}"
            self.turning[text] = atom
            return _Value(name(text), turns=True)
        if isinstance(means, DeclaredToo):
            return _Value(ast.Attribute(name("setting"), "declared_too", ast.Load()))
        written: ast.expr | None = None
        if isinstance(means, FactTest) and not means.done:
            written = (
                self._compared(means, record) if isinstance(means.test, grammar.Compare) else self._is(means, record)
            )
        elif isinstance(means, ClockState):
            written = self._expired(means, atom)
        elif isinstance(means, Quantified) and not self.law.turns_on_setting(atom):
            written = self._some(means)
        return self._called(atom, record) if written is None else _Value(written)

    def _called(self, atom: Atom, record: str | None) -> _Value:
        turns = self.law.turns_on_setting(atom)
        truth = self.law.truth(atom)
        arguments: list[ast.expr] = [name("facts"), name("setting"), name(record) if record else ast.Constant(None)]
        if turns:
            arguments.append(name("ways"))
        return _Value(ast.Call(self.constant(_by_ways(truth) if turns else truth), arguments, []), turns)

    def _is(self, means: FactTest, record: str | None) -> ast.expr | None:
        test = means.test
        if not isinstance(test, grammar.Name | grammar.Is):
            return None
        text = test.name if isinstance(test, grammar.Name) else test.fact
        fields = self.law.vocabulary.fields(means.list) if means.list else {}
        fact = fields.get(text) or self.law.vocabulary.facts[text]
        value = self.fact(text, record if text in fields else None)
        if isinstance(test, grammar.Is):
            values = [test_constant(fact, word, self.law.stack.zone) for word in test.values]
            if len(values) == 1:
                return ast.Compare(value, [ast.Eq()], [self.constant(values[0])])
            return ast.Compare(value, [ast.In()], [self.constant(frozenset(values))])
        return value if fact.kind == "yes/no" and not fact.by_item else None

    def _compared(self, means: FactTest, record: str | None) -> ast.expr | None:
        """Two moments, or two days."""
        test = means.test
        assert isinstance(test, grammar.Compare)
        (left, left_kind), (right, right_kind) = (
            self._side(side, means.list, record) for side in (test.left, test.right)
        )
        if left is None or right is None or left_kind != right_kind:
            return None
        there: list[ast.expr] = []
        sides: list[ast.expr] = []
        for text, code in (("m", left), ("n", right)):
            if isinstance(code, ast.Name):
                sides.append(code)
                continue
            # One that has not happened is a word, and has no place in the order.
            held = ast.NamedExpr(ast.Name(text, ast.Store()), code)
            there.append(ast.Compare(ast.Attribute(held, "__class__", ast.Load()), [ast.IsNot()], [self.constant(str)]))
            sides.append(name(text))
        order = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}[test.operator]()
        compared = ast.Compare(sides[0], [order], [sides[1]])
        return ast.BoolOp(ast.And(), [*there, compared]) if there else compared

    def _side(self, text: str, of_list: str | None, record: str | None) -> tuple[ast.expr | None, str]:
        """A side of a comparison, and what it is; None for one that is neither a moment nor a day."""
        if text == "at":
            return name("at"), "moment"
        value = literal(text, self.law.stack.zone)
        if value is not None:
            kind = "moment" if isinstance(value, datetime) else "date" if isinstance(value, date) else ""
            return (self.constant(value) if kind else None), kind
        fields = self.law.vocabulary.fields(of_list) if of_list else {}
        kind = (fields.get(text) or self.law.vocabulary.facts[text]).kind
        if kind not in ("moment", "date"):
            return None, kind
        return self.fact(text, record if text in fields else None), kind

    def _expired(self, means: ClockState, atom: Atom) -> ast.expr | None:
        """A clock that nothing stops has not expired before its hours have passed, whatever its calendar leaves out; so the calendar
        is seldom asked. What has passed since the same start is worked out once."""
        if means.state != "expired" or means.stops:
            return None
        text = self.starts.setdefault(means.start, f"p{len(self.starts)}")
        passed = ast.Call(self.constant(_passed), [self.fact(means.start, None), name("at")], [])
        there = ast.Compare(name(text), [ast.IsNot()], [ast.Constant(None)])
        once = ast.IfExp(there, name(text), ast.NamedExpr(ast.Name(text, ast.Store()), passed))
        over = ast.Compare(once, [ast.GtE()], [self.constant(timedelta(hours=means.hours))])
        if means.calendar == EVERY_HOUR:
            return over
        return ast.BoolOp(ast.And(), [over, self._called(atom, None).code])

    def _some(self, means: Quantified) -> ast.expr | None:
        if means.count != 1 or means.different:
            return None
        record = self.record(means.list)
        some = ast.NamedExpr(ast.Name("records", ast.Store()), self.fact(means.list, None))
        loop = ast.comprehension(ast.Name(record, ast.Store()), name("records"), [], 0)
        found = ast.Call(self.constant(any), [ast.GeneratorExp(self.condition(means.body, record).code, [loop])], [])
        return ast.BoolOp(ast.And(), [some, found])


class _AtPlainest(_Tests):
    """Tests of which those that are not known are answered by the plainest value."""

    def __init__(self, law: LawOn, plainest: Mapping[str, Any]) -> None:
        super().__init__(law, 1)
        self.plainest = plainest
        self.lists: dict[str, str] = {}

    def record(self, of_list: str) -> str:
        text = super().record(of_list)
        self.lists[text] = of_list
        return text

    def fact(self, text: str, record: str | None) -> ast.expr:
        full = f"{self.lists[record]}[].{text}" if record else text
        if full not in self.plainest:
            return super().fact(text, record)
        get = ast.Attribute(name(record or "facts"), "get", ast.Load())
        plainest: ast.expr = ast.Call(get, [self.constant(text), self.constant(self.plainest[full])], [])
        if self.law.vocabulary.facts[full].kind != "date":
            return plainest
        known_in_part = ast.Compare(self.constant(STATED), [ast.In()], [name(record or "facts")])
        return ast.IfExp(
            known_in_part, super().fact(text, record), plainest
        )  # not free to be anything: the table finds out

    def both(self, items: Sequence[_Value]) -> _Value:
        """What may be answered so comes first."""
        return super().both(
            sorted(items, key=lambda item: any(isinstance(part, ast.Subscript) for part in ast.walk(item.code)))
        )


def _passed(start: Any, at: datetime) -> timedelta:
    """What has passed since a clock's start; less than nothing where it has not started."""
    return at - start if isinstance(start, datetime) else timedelta.min


def _by_ways(truth: Truth) -> Callable[[Facts, Setting, Record, Ways], int]:
    """The ways in which a test is true, of one that itself turns on how the law is taken."""

    def found(facts: Facts, setting: Setting, record: Record, ways: Ways) -> int:
        return sum(1 << way for way, one in enumerate(ways.settings(setting)) if truth(facts, one, record))

    return found


class _OneCase(Writer[_Value]):
    """The law of an action, for one case."""

    has_burden = False

    def __init__(self, law: ActionLaw, layout: Layout, ways: int) -> None:
        super().__init__(law, layout)
        self.tests = _Tests(law.law, ways)
        self.ways = ways
        self._written: dict[int, _Value] = {}

    def template(self) -> Template:
        values = self.write()
        out: list[ast.stmt] = [assign("bits", ast.Constant(0))]
        for number, (_, value) in enumerate(values):
            place = number * self.ways
            if value.turns:
                more: ast.expr = ast.BinOp(value.code, ast.LShift(), ast.Constant(place))
                out.append(ast.AugAssign(ast.Name("bits", ast.Store()), ast.BitOr(), more))
            else:
                more = ast.Constant(self.tests.full << place)
                out.append(ast.If(value.code, [ast.AugAssign(ast.Name("bits", ast.Store()), ast.BitOr(), more)], []))
        return self.tests.template([*self.body, *out, ast.Return(name("bits"))], [bit for bit, _ in values])

    def named(self, prefix: str, value: _Value) -> _Value:
        if isinstance(value.code, ast.Name | ast.Constant):
            return value
        text = f"{prefix}{len(self.body)}"
        self.body.append(assign(text, value.code))
        return _Value(name(text), value.turns)

    def truth(self, value: bool) -> _Value:
        return TRUE if value else FALSE

    def both(self, items: Sequence[_Value]) -> _Value:
        return self.tests.both(items)

    def either(self, items: Sequence[_Value]) -> _Value:
        return self.tests.either(items)

    def opposite(self, item: _Value) -> _Value:
        return self.tests.opposite(item)

    def burden(self, item: _Value, *, surely: bool) -> _Value:
        return item

    def circuit(self, node: Node, *, surely: bool = False) -> _Value:
        return super().circuit(node)  # in one completion, what holds surely holds

    def atom(self, atom: Atom) -> _Value:
        if isinstance(atom.means, Quantified):
            if atom.id not in self._written:
                self._look_through(atom.means.list)
            return self._written[atom.id]
        if self.uses[id(atom)] == 1 or isinstance(atom.means, ClockState):
            return self.tests.test(atom, None)  # where it is used: a clock is dear, and seldom reached
        if atom.id not in self._written:
            self._written[atom.id] = self.named("s", self.tests.test(atom, None))
        return self._written[atom.id]

    # Lists: every condition on one is tried in one loop over its records, until its answer is found.

    def _look_through(self, of_list: str) -> None:
        record = self.tests.record(of_list)
        inner: list[ast.stmt] = []
        for atom in self.law.atoms:
            if isinstance(atom.means, Quantified) and atom.means.list == of_list:
                self._written[atom.id] = self._counted(atom.means, f"n{atom.id}", record, inner)
        value = self.tests.fact(of_list, None)
        self.body.append(ast.For(ast.Name(record, ast.Store()), value, inner, []))

    def _counted(self, means: Quantified, text: str, record: str, inner: list[ast.stmt]) -> _Value:
        """Add to the loop what counts the records that satisfy the body; the value after the loop."""
        tests, body = self.tests, self.tests.condition(means.body, record)
        if means.count == 1:
            return self._found(text, body, inner)
        different = tests.fact(means.different, record) if means.different else None
        if not body.turns and different is None:
            self.body.append(assign(text, ast.Constant(0)))
            one_more = ast.AugAssign(ast.Name(text, ast.Store()), ast.Add(), ast.Constant(1))
            inner.append(ast.If(body.code, [one_more], []))
            return _Value(ast.Compare(name(text), [ast.GtE()], [ast.Constant(means.count)]))
        # Each record's part in the count: what it counts as, and under which ways.
        self.body.append(assign(text, ast.List([], ast.Load())))
        part = ast.Tuple([different or ast.Constant(None), tests.as_bits(body)], ast.Load())
        add = ast.Call(ast.Attribute(name(text), "append", ast.Load()), [part], [])
        inner.append(ast.If(body.code, [ast.Expr(add)], []))
        count = at_least_different if means.different else at_least
        code = ast.Call(tests.constant(count), [name(text), ast.Constant(means.count), ast.Constant(self.ways)], [])
        return _Value(code, turns=True)

    def _found(self, text: str, body: _Value, inner: list[ast.stmt]) -> _Value:
        self.body.append(assign(text, ast.Constant(0)))
        if body.turns:
            more = ast.AugAssign(ast.Name(text, ast.Store()), ast.BitOr(), body.code)
            inner.append(ast.If(ast.Compare(name(text), [ast.NotEq()], [ast.Constant(self.tests.full)]), [more], []))
        else:
            not_yet = ast.UnaryOp(ast.Not(), name(text))
            inner.append(ast.If(ast.BoolOp(ast.And(), [not_yet, body.code]), [assign(text, ast.Constant(1))], []))
        return _Value(name(text), body.turns)


def at_least(parts: Sequence[tuple[object, int]], count: int, ways: int) -> int:
    """The ways under which so many records count."""
    return sum(1 << way for way in range(ways) if sum(bits >> way & 1 for _, bits in parts) >= count)


def at_least_different(parts: Sequence[tuple[object, int]], count: int, ways: int) -> int:
    """The ways under which so many records count that differ."""
    return sum(1 << way for way in range(ways) if len({what for what, bits in parts if bits >> way & 1}) >= count)
