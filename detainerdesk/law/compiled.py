"""Compiled: the law of one action as generated Python functions, made as syntax trees from its circuits when first asked.

`one_case` decides a complete case under all ways of taking the law: facts in, out come bits for what becomes of each rule.
`over_completions` does the same over a table: each test is an integer with a bit for each completion.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cached_property

from detainerdesk.law.circuit import Atom
from detainerdesk.law.known import Ways
from detainerdesk.law.lowering import ActionLaw
from detainerdesk.law.one_case import Closure, Template, template_of
from detainerdesk.law.writer import Layout, Writer, assign, chain, compiled, name, run

OverCompletions = Callable[[Sequence[int], int, int, bool], tuple[int, ...]]
"""The bits of each test, of all completions, of those that are possible, and whether what has to be shown counts only where it surely
holds -> the layout's bits."""


class Compiled:
    """The functions of one action's law. Raises LawError where rules lean on each other in a circle."""

    def __init__(self, law: ActionLaw) -> None:
        self.law = law
        self.layout = Layout(len(law.active), len(law.voids))
        self._templates: dict[int, Template] = {}
        self._closures: dict[Ways, Closure] = {}

    def one_case(self, ways: Ways) -> Closure:
        """What decides a complete case under these ways of taking the law."""
        if ways not in self._closures:
            self._closures[ways] = self._template(len(ways)).under(ways)
        return self._closures[ways]

    def of_bits(self, bits: int, way: int, ways: int) -> list[int]:
        """The layout's bits in one of so many ways, of what `one_case` came to."""
        found = [0] * self.layout.size
        for number, bit in enumerate(self._template(ways).written):
            found[bit] = bits >> number * ways + way & 1
        return found

    def _template(self, ways: int) -> Template:
        if ways not in self._templates:
            self._templates[ways] = template_of(self.law, self.layout, ways)
        return self._templates[ways]

    @cached_property
    def over_completions(self) -> OverCompletions:
        """What decides all completions of a case."""
        return _OverCompletions(self.law, self.layout).function()


class _OverCompletions(Writer[ast.expr]):
    """Over a table: an integer for each test, `&`, `|` and the complement within the table's bits."""

    def __init__(self, law: ActionLaw, layout: Layout) -> None:
        super().__init__(law, layout)
        self.slot = {atom.id: index for index, atom in enumerate(law.atoms)}

    def function(self) -> OverCompletions:
        names: list[ast.expr] = [ast.Name(f"s{index}", ast.Store()) for index in range(len(self.law.atoms))]
        if names:
            self.body.append(ast.Assign([ast.Tuple(names, ast.Store())], name("tests")))
        values = dict(self.write())
        for rule, index in self.number.items():
            values.setdefault(self.layout.applies(index), self.applies(rule))
        out = [values.get(bit, ast.Constant(0)) for bit in range(self.layout.size)]
        self.body.append(ast.Return(ast.Tuple(out, ast.Load())))
        made: OverCompletions = run(compiled(["tests", "full", "mask", "meanwhile"], self.body), {})
        return made

    def named(self, prefix: str, value: ast.expr) -> ast.expr:
        if isinstance(value, ast.Name | ast.Constant):
            return value
        text = f"{prefix}{len(self.body)}"
        self.body.append(assign(text, value))
        return name(text)

    def truth(self, value: bool) -> ast.expr:
        return name("full") if value else ast.Constant(0)

    def both(self, items: Sequence[ast.expr]) -> ast.expr:
        return chain(ast.BitAnd(), items, name("full"))

    def either(self, items: Sequence[ast.expr]) -> ast.expr:
        return chain(ast.BitOr(), items, ast.Constant(0))

    def opposite(self, item: ast.expr) -> ast.expr:
        return ast.BinOp(name("full"), ast.BitXor(), item)

    def atom(self, atom: Atom) -> ast.expr:
        return name(f"s{self.slot[atom.id]}")

    def burden(self, item: ast.expr, *, surely: bool) -> ast.expr:
        held = self.named("b", item)
        covers = ast.Compare(ast.BinOp(held, ast.BitAnd(), name("mask")), [ast.Eq()], [name("mask")])
        sure = ast.IfExp(covers, name("full"), ast.Constant(0))
        return sure if surely else ast.IfExp(name("meanwhile"), sure, held)
