"""Conditions: text in, a tree of typed tests out. A small grammar of our own (docs/rulebook.md section 3).

The parser knows words, not meaning; `check` in rulebook.py types the tree against the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from detainerdesk.law.errors import Place, RulebookError

MAX_TOKENS = 2_000
MAX_DEPTH = 40
MAX_SPANS = {"years": 150, "months": 1_800, "days": 60_000}


@dataclass(frozen=True)
class Expression:
    """A node of a condition; `written` is how it stands in the rulebook: each word and its place."""

    written: tuple[tuple[str, Place], ...] = field(default=(), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Constant(Expression):
    value: bool


@dataclass(frozen=True)
class And(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Or(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Not(Expression):
    item: Expression


@dataclass(frozen=True)
class Name(Expression):
    """A yes/no fact, a field, or a definition: which of them, the check decides."""

    name: str


@dataclass(frozen=True)
class Is(Expression):
    """One of `values` is the fact's value (`is` has one value, `in (…)` several)."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Includes(Expression):
    """The set holds the value."""

    fact: str
    value: str


@dataclass(frozen=True)
class Compare(Expression):
    """Two moments, dates or counts compared. An operand is a fact's name, `at`, or a literal."""

    left: str
    operator: str
    right: str


@dataclass(frozen=True)
class Some(Expression):
    """At least `count` elements of the list satisfy `where`; with `different`, that many different values of that field."""

    list: str
    where: Expression
    count: int = 1
    different: str | None = None


@dataclass(frozen=True)
class InList(Expression):
    """The citation in the field stands on a list of offenses."""

    field: str
    list: str


@dataclass(frozen=True)
class JailDays(Expression):
    """The days in jail of the records that satisfy `where` and whose date lies between two days."""

    start: str
    end: str
    where: Expression


@dataclass(frozen=True)
class Within(Expression):
    """The date lies in the span that ends at the anchor: so many years, months and days before it, and `plus` days more (a
    count's name, or jail days). `boundary`: whether the first day is inside (`in`) or not (`out`)."""

    date: str
    anchor: str
    years: int = 0
    months: int = 0
    days: int = 0
    plus: str | JailDays | None = None
    boundary: str = "in"


@dataclass(frozen=True)
class ClockTest(Expression):
    """`running(CLOCK)` or `expired(CLOCK)`."""

    state: str
    clock: str


@dataclass(frozen=True)
class Shown(Expression):
    """The law puts the burden on whoever asserts it."""

    item: Expression


@dataclass(frozen=True)
class PermittedBy(Expression):
    rule: str


@dataclass(frozen=True)
class RequiredBy(Expression):
    layer: str


@dataclass(frozen=True)
class ItemIn(Expression):
    """The item of information being decided is one of these."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Given(Expression):
    """`stated(FACT)` or `complete(LIST)`: only in what leaving a fact out means."""

    how: str
    fact: str


def parse(text: str, place: Place) -> Expression:
    """Parse a condition. Raises RulebookError with the column and what was expected."""
    return _Parser(text, place).whole()


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of a condition, the outer ones first."""
    yield expression
    if isinstance(expression, And | Or):
        for item in expression.items:
            yield from walk(item)
    elif isinstance(expression, Not | Shown):
        yield from walk(expression.item)
    elif isinstance(expression, Some | JailDays):
        yield from walk(expression.where)
    elif isinstance(expression, Within) and isinstance(expression.plus, JailDays):
        yield from walk(expression.plus)


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"[^"]*")
    | (?P<moment>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?!\d))
    | (?P<operator><=|>=|<|>)
    | (?P<mark>[(),]|\.\.(?!\S))
    | (?P<argument>[a-z]+=(?![=\s]))
    | (?P<word>[A-Za-z0-9_§][A-Za-z0-9_.\-/:\[\]§]*)
    )""",
    re.VERBOSE,
)
_RESERVED = {"and", "or", "not", "is", "in", "includes", "where"}
INSTEAD = {
    "=": "is, or is not",
    "!": "is not",
    "&": "and",
    "|": "or",
    "“": "values without quotation marks",
    "'": "values without quotation marks",
}
"""What is written for a mark that other languages use."""
_ARGUMENTS = {
    "of": "the day that the span ends on",
    "years": "a number",
    "months": "a number",
    "days": "a number",
    "plus": "a count, or jail_days(…)",
    "boundary": "in, or out",
}


class _Parser:
    def __init__(self, text: str, place: Place) -> None:
        self.text, self.place = text, place
        self.tokens: list[tuple[str, int]] = []
        end = 0
        stripped = text.rstrip()
        while end < len(stripped):
            found = _TOKEN.match(stripped, end)
            if not found:
                bad = stripped[end:].strip()[0]
                instead = f": write {INSTEAD[bad]}" if bad in INSTEAD else ""
                raise self.error(f"“{bad}” has no meaning in a condition{instead}", stripped.index(bad, end))
            self.tokens.append((found[0].strip(), found.end() - len(found[0].strip())))
            end = found.end()
        if len(self.tokens) > MAX_TOKENS:
            raise self.error(f"a condition of {len(self.tokens)} words; at most {MAX_TOKENS}. Use a `define`.", 0)
        self.index = 0
        self.depth = 0

    def error(self, message: str, column: int | None = None) -> RulebookError:
        if column is None:
            column = self.tokens[self.index][1] if self.index < len(self.tokens) else len(self.text.rstrip())
        return RulebookError(f"{message} — in the condition “{self.text[:160]}”", self.place.at(column))

    def placed(self, node: Expression, start: int) -> Expression:
        """The node with the words that it was read from, unless it came out of a bracket, whose words have their own."""
        if node.written or isinstance(node, And | Or):
            return node
        words = tuple((token, self.place.at(column)) for token, column in self.tokens[start : self.index])
        if isinstance(node, Not) and not node.item.written:
            return replace(node, item=replace(node.item, written=words), written=words)
        return replace(node, written=words)

    def peek(self, ahead: int = 0) -> str:
        index = self.index + ahead
        return self.tokens[index][0] if index < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token:
            raise self.error(f"the condition ends where {' or '.join(expected) or 'more'} was expected")
        if expected and token not in expected:
            raise self.error(f"expected {' or '.join(expected)}, found “{token}”{self._hint()}")
        self.index += 1
        return token

    def word(self, what: str) -> str:
        token = self.peek()
        if not token or token in _RESERVED or token in "(),<=>=.." or token.endswith("="):
            raise self.error(f"expected {what}, found “{token or 'the end'}”")
        self.index += 1
        return token

    def whole(self) -> Expression:
        if not self.tokens:
            raise self.error("an empty condition")
        expression = self.disjunction()
        if self.peek():
            raise self.error(f"expected `and`, `or` or the end, found “{self.peek()}”{self._hint()}")
        return expression

    def _hint(self) -> str:
        """What may be meant by a word that can't stand here."""
        word = self.peek() or ""
        if word.lower() in _RESERVED and word not in _RESERVED:
            return f": write {word.lower()}, in small letters"
        follows = self.tokens[self.index + 1][0] if self.index + 1 < len(self.tokens) else ""
        if word.endswith(":") or follows == ":":
            return ": a line that begins with a space goes on with the one above; a new key stands at the beginning of its line"
        said = [token for token, _ in self.tokens[: self.index]]
        element = said[len(said) - said[::-1].index("where") :] if "where" in said else ["("]
        if element[:1] != ["("] and not {"and", "or"} & set(element):
            return ": after `where` stands one test or one bracket, `where (… and …)`"
        return ""

    def disjunction(self) -> Expression:
        items = [self.conjunction()]
        while self.peek() == "or":
            self.take()
            items.append(self.conjunction())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def conjunction(self) -> Expression:
        items = [self.negation()]
        while self.peek() == "and":
            self.take()
            items.append(self.negation())
        return items[0] if len(items) == 1 else And(tuple(items))

    def negation(self) -> Expression:
        if self.peek() != "not":
            start = self.index
            return self.placed(self.test(), start)
        self.deeper()
        self.take()
        inner = self.negation()
        self.depth -= 1
        return Not(inner)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"brackets or `not` nested deeper than {MAX_DEPTH}")

    def bracket(self) -> Expression:
        self.deeper()
        self.take("(")
        inner = self.disjunction()
        self.take(")")
        self.depth -= 1
        return inner

    def test(self) -> Expression:
        token = self.peek()
        if token == "(":
            return self.bracket()
        if token in ("yes", "no") and self.peek(2) != "where":
            self.take()
            return Constant(token == "yes")
        if token in ("some", "no"):
            self.take()
            list_name = self.word("the name of a list")
            self.take("where")
            some = Some(list_name, self.element())
            return some if token == "some" else Not(some)
        if token == "at" and self.peek(1) == "least":
            return self.at_least()
        if token == "shown" and self.peek(1) == "(":
            self.take()
            return Shown(self.bracket())
        if token == "within" and self.peek(1) == "(":
            return self.within()
        if self.peek(1) == "(" and token in ("running", "expired", "permitted_by", "required_by", "stated", "complete"):
            self.take()
            self.take("(")
            name = self.word("a name")
            self.take(")")
            if token in ("running", "expired"):
                return ClockTest(token, name)
            if token in ("stated", "complete"):
                return Given(token, name)
            return PermittedBy(name) if token == "permitted_by" else RequiredBy(name)
        return self.comparison()

    def element(self) -> Expression:
        """What follows `where`: one test or one bracket, so that `and` after it belongs to the case."""
        if self.peek() == "not":
            self.deeper()
            self.take()
            inner = self.element()
            self.depth -= 1
            return Not(inner)
        start = self.index
        return self.placed(self.bracket() if self.peek() == "(" else self.test(), start)

    def at_least(self) -> Expression:
        self.take()
        self.take()
        number = self.word("a count")
        if not number.isdigit() or int(number) < 1 or int(number) > 50:
            raise self.error(
                f"expected a count from 1 to 50 after `at least`, found “{number}”", self.tokens[self.index - 1][1]
            )
        different = None
        if self.peek() == "different":
            self.take()
            different = self.word("a field")
            self.take("of")
        list_name = self.word("the name of a list")
        self.take("where")
        return Some(list_name, self.element(), int(number), different)

    def comparison(self) -> Expression:
        left = self.word("a fact, a definition or a value")
        operator = self.peek()
        if operator in ("<", "<=", ">", ">="):
            self.take()
            return Compare(left, operator, self.word("a fact, `at`, or a value"))
        if operator == "is":
            self.take()
            negated = self.peek() == "not"
            if negated:
                self.take()
            return self.membership(left, (self.word("a value"),), negated)
        if operator == "in" or (operator == "not" and self.peek(1) == "in"):
            negated = operator == "not"
            self.take()
            if negated:
                self.take()
            if self.peek() != "(":
                listed = InList(left, self.word("values in brackets, or the name of a list of offenses"))
                return Not(listed) if negated else listed
            return self.membership(left, self.values(), negated)
        if operator == "includes":
            self.take()
            return Includes(left, self.word("a value"))
        return Name(left)

    def within(self) -> Expression:
        self.take()
        self.take("(")
        day = self.word("a date")
        given: dict[str, str | JailDays] = {}
        while self.peek() != ")":
            self.take(",")
            name = self.take(*(f"{one}=" for one in _ARGUMENTS)).removesuffix("=")
            if name in given:
                raise self.error(f"`{name}=` is written twice", self.tokens[self.index - 1][1])
            if name == "boundary":
                given[name] = self.take("in", "out")
            else:
                given[name] = self.jail_days() if self.peek(1) == "(" else self.word(_ARGUMENTS[name])
        end = self.tokens[self.index][1]
        self.take(")")
        if "of" not in given:
            raise self.error("`within` needs `of=`: the day that the span ends on", end)
        spans = {name: self.span_length(name, given.get(name, "0"), end) for name in MAX_SPANS}
        if not any(spans.values()):
            raise self.error("`within` needs `years=`, `months=` or `days=`", end)
        anchor, plus, boundary = given["of"], given.get("plus"), given.get("boundary", "in")
        if not isinstance(anchor, str) or not isinstance(boundary, str):
            raise self.error("jail_days(…) stands after `plus=` only", end)
        return Within(day, anchor, spans["years"], spans["months"], spans["days"], plus, boundary)

    def span_length(self, name: str, given: str | JailDays, column: int) -> int:
        if not isinstance(given, str) or not given.isdecimal() or int(given) > MAX_SPANS[name]:
            raise self.error(f"`{name}=` is a whole number up to {MAX_SPANS[name]}", column)
        return int(given)

    def jail_days(self) -> JailDays:
        self.deeper()
        self.take("jail_days")
        self.take("(")
        start = self.word("the first day that counts")
        self.take("..")
        end = self.word("the last day that counts")
        where: Expression = Constant(True)
        if self.peek() == "where":
            self.take()
            where = self.element()
        self.take(")")
        self.depth -= 1
        return JailDays(start, end, where)

    def membership(self, left: str, values: tuple[str, ...], negated: bool) -> Expression:
        if "unknown" in values:
            where = next(column for token, column in reversed(self.tokens[: self.index]) if token == "unknown")
            raise self.error("`unknown` can't be compared with: a rule that needs a fact asks for it by itself", where)
        test: Expression = ItemIn(values) if left == "item" else Is(left, values)
        return Not(test) if negated else test

    def values(self) -> tuple[str, ...]:
        self.take("(")
        values = [self.word("a value")]
        while self.peek() == ",":
            self.take()
            values.append(self.word("a value"))
        self.take(")")
        return tuple(values)
