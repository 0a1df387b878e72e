"""The law of one action as one Ibis expression: a table of typed cases in; outcome, standing and rules out, NULL where only the
exact path can tell.

Circuits that are used again become columns, level by level, so that each is worked out once. Where SQL's NULL is exact
(`signs.py`) an outcome that is open is said to be undetermined, and what is to be done meanwhile is found as `effects.py` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis

from detainerdesk.law.bulk.columns import Layout, Source, sources
from detainerdesk.law.bulk.formulas import (
    Formula,
    Formulas,
    Giving,
    Making,
    Outcomes,
    Reflected,
    Sure,
    parts,
    reflected,
)
from detainerdesk.law.bulk.signs import Signs, polarity
from detainerdesk.law.bulk.tests import (
    Column,
    Tests,
    Truth,
    as_column,
    both,
    either,
    is_false,
    is_open,
    is_true,
    opposite,
)
from detainerdesk.law.circuit import AllOf, AnyOf, Atom, Negation, Quantified, atoms_of
from detainerdesk.law.derived import MIRROR, Mirror
from detainerdesk.law.effects import CLASSES
from detainerdesk.law.known import Setting
from detainerdesk.law.lowering import ActionLaw, LawOn

Keep = Callable[[Any], Any]
"""Has a table worked out, once, and gives it back."""

UNSURE = ibis.null("boolean")
NO_WORD = ibis.null("string")
EFFECT = {"required": ("must",), "forbidden": ("must not",), "permitted": ("may",), "conflict": ("must", "must not")}


@dataclass(frozen=True)
class Judging:
    """One setting's formulas: those of the action's own law, or of the law that a derived one mirrors."""

    setting: Setting
    own: Outcomes
    meanwhile: Outcomes
    mirror: Reflected | None

    @property
    def formulas(self) -> Iterator[Formula]:
        for outcomes in (self.own, self.meanwhile):
            yield from outcomes.classes.values()
            yield from (outcomes.must, outcomes.must_not, outcomes.permitted, outcomes.silent)
            for one in outcomes.giving:
                yield from (one.takes, one.permits)
        if self.mirror:
            yield from (*self.mirror.classes.values(), self.mirror.permitted, self.mirror.out)


class Expression:
    """An action's law on a span of days, for who acts, as SQL. `settings`: each way of reading it, the default's first."""

    def __init__(
        self,
        law: ActionLaw | Mirror,
        settings: Sequence[Setting],
        order: tuple[str, ...],
        layout: Layout,
    ) -> None:
        self.law_on: LawOn = law.law
        self.layout = layout
        self.order = order
        self.make = Making(self.law_on.vocabulary, self.law_on.stack.zone)
        self.judging = [self._judging(law, setting) for setting in settings]
        self.signs = Signs(self.law_on, settings[0])
        self._signed: dict[int, tuple[dict[int, tuple[Atom, set[bool]]], list[Sure]]] = {}
        self._names: dict[Any, str] = {}

    def _judging(self, law: ActionLaw | Mirror, setting: Setting) -> Judging:
        if isinstance(law, Mirror):
            mirror = reflected(law, setting, self.make)
            return Judging(setting, mirror.hold.opened, mirror.hold.standing, mirror)
        formulas = Formulas(law, setting, self.make)
        return Judging(setting, formulas.opened, formulas.standing, None)

    # What it rests on.

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Every formula that is asked, once."""
        found = {id(one): one for judging in self.judging for one in judging.formulas if not isinstance(one, bool)}
        return tuple(found.values())

    @cached_property
    def constraints(self) -> tuple[Any, ...]:
        return self.signs.constraints

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """The tests of the action's law."""
        found = {atom.id: atom for formula in self.formulas for atom in _every_atom(formula)}
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def not_one_signed(self) -> tuple[str, ...]:
        """The facts, lists and fields for which an unknown may need the exact path, by name; those that only a constraint joins
        are among them."""
        found: set[Source] = set()
        for formula in self.formulas:
            for source, tests in self._by_source(formula).items():
                verdict = self.signs.verdict(source, tests)
                if verdict is None or verdict.joined:
                    found.add(source)
        return tuple(f"{of_list}[].{name}" if of_list else name for of_list, name in sorted(found))

    def _polarity(self, formula: Formula) -> tuple[dict[int, tuple[Atom, set[bool]]], list[Sure]]:
        if id(formula) not in self._signed:
            self._signed[id(formula)] = polarity(formula)
        return self._signed[id(formula)]

    def _by_source(self, formula: Formula) -> dict[Source, list[tuple[Atom, set[bool]]]]:
        found: dict[Source, list[tuple[Atom, set[bool]]]] = {}
        for atom, signs in self._polarity(formula)[0].values():
            for source in sources(atom, self.layout.vocabulary):
                found.setdefault(source, []).append((atom, signs))
        return found

    # The columns.

    def tests(self, table: Any) -> Any:
        """The rows of a table of typed cases by number, with every test a column: what the outcome rests on, and all it rests on."""
        return table.select("row", **self._tests(table))

    def outcomes(self, tests: Any, kept: Keep) -> Any:
        """The outcome of each joint answer to the tests: `outcome`, `standing`, `settled`, `by`, `one_of`, `contradicts`, and `told`
        (false: only the exact path can tell). `kept` may have an intermediate table worked out; it gives the table back."""
        table = kept(self._with_constraints(tests))
        for level in self._levels:
            table = kept(self._with_circuits(table, level))
        table = kept(self._with_exactness(table))
        table = kept(self._with_possible(table))
        for number, judging in enumerate(self.judging):
            for step in self._judged(number, judging):
                table = kept(step(table))
        return self._over_readings(table)

    def test_columns(self) -> Mapping[str, Atom]:
        """The columns of the tests, those of constraints too."""
        every = (*self.atoms, *atoms_of(*self.constraints))
        return {self._names[id(atom)]: atom for atom in every}

    def _tests(self, table: Any) -> dict[str, Column]:
        """Every test; for each fact, list and field whether it is unknown."""
        tests = Tests(table, self.layout, self.judging[0].setting)
        columns: dict[str, Column] = {}
        every = {atom.id: atom for atom in (*self.atoms, *atoms_of(*self.constraints))}
        for atom in every.values():
            self._names[id(atom)] = f"test {atom.id}"
            columns[f"test {atom.id}"] = as_column(tests.of(atom))
            if isinstance(atom.means, Quantified):
                kept = tuple(name for of_list, name in sorted(self.signs.keeping) if of_list == atom.means.list)
                columns[f"test {atom.id} closed"] = as_column(tests.of(atom, kept_by=()))
                columns[f"test {atom.id} kept"] = as_column(tests.of(atom, kept_by=kept))
        read = {source for atom in every.values() for source in sources(atom, self.layout.vocabulary)}
        for source in sorted(read):
            columns[f"unknown {source}"] = as_column(self._unknown(source, tests))
            if self._is_date(source):
                columns[f"partly {source}"] = as_column(self._partly(source, tests))
        return columns

    def _unknown(self, source: Source, tests: Tests) -> Truth:
        """A fact is not wholly known, a list not complete, a field of some record not known, or stated and not enough to tell whether the
        offense is on some list. What is known in part counts twice: it stands in `partly`."""
        of_list, name = source
        vocabulary = self.layout.vocabulary
        if not of_list and vocabulary.facts[name].kind == "list":
            return ~tests.table[f"{name}/complete"]
        fact = vocabulary.fields(of_list)[name] if of_list else vocabulary.facts[name]

        on_lists = self.layout.lists_that_read(of_list, name) if fact.kind != "date" else ()

        def here(record: Column | None) -> Truth:
            known = tests.known(name, record, of_list)
            if fact.kind == "date":
                return ~known | tests.partial(name, record, of_list)
            return either([~known, *([] if record is None else [record[column].isnull() for column in on_lists])])

        return tests.table[of_list].filter(here).length() > 0 if of_list else here(None)

    def _partly(self, source: Source, tests: Tests) -> Truth:
        of_list, name = source
        if not of_list:
            return tests.partial(name)
        return tests.table[of_list].filter(lambda record: tests.partial(name, record, of_list)).length() > 0

    @cached_property
    def _levels(self) -> list[list[Formula]]:
        """The circuits that become columns, each level resting on those before."""
        nodes = list(_topological(self.formulas))
        uses = Counter(id(part) for node in nodes for part in _beneath(node))
        is_root = {id(one) for one in self.formulas}
        level: dict[int, int] = {}
        columns: dict[int, list[Formula]] = {}
        for node in nodes:
            beneath = max((level[id(part)] for part in _beneath(node) if not isinstance(part, bool)), default=0)
            level[id(node)] = beneath
            if not isinstance(node, Atom) and (isinstance(node, Sure) or uses[id(node)] > 1 or id(node) in is_root):
                level[id(node)] = beneath + 1
                columns.setdefault(beneath + 1, []).append(node)
        return [columns[number] for number in sorted(columns)]

    def _with_constraints(self, table: Any) -> Any:
        """For each constraint whether it is broken, and whether what is known keeps it."""
        columns: dict[str, Column] = {}
        for number, never in enumerate(self.constraints):
            columns[f"never {number}"] = as_column(self._inline(never, table, deep=True))
            for how in ("closed", "kept"):
                columns[f"{how} {number}"] = as_column(is_false(self._inline(never, table, deep=True, how=how)))
        return table.mutate(**columns)

    def _with_circuits(self, table: Any, level: Sequence[Formula]) -> Any:
        columns: dict[str, Column] = {}
        named: dict[int, str] = {}
        for node in level:
            name = f"part {len(self._names) + len(named)}"
            value = self._sure(node, table) if isinstance(node, Sure) else self._inline(node, table, top=True)
            columns[name] = as_column(value)
            named[id(node)] = name
        self._names |= named
        return table.mutate(**columns)

    def _inline(self, node: Formula, table: Any, *, top: bool = False, deep: bool = False, how: str = "") -> Truth:
        """The value of a circuit; `deep`: from the tests up, whatever has a column of its own. `how`: of a condition on a list,
        `closed` as if there were no more records, `kept` as if those with a field that can keep it did."""
        if isinstance(node, bool):
            return node
        if isinstance(node, Atom) and how and isinstance(node.means, Quantified):
            return table[f"test {node.id} {how}"]
        if isinstance(node, Atom) or (not top and not deep and id(node) in self._names):
            return table[self._names[id(node)]]
        how = "" if isinstance(node, Negation) else how
        inside = [self._inline(one, table, deep=deep, how=how) for one in parts(node)]
        if isinstance(node, AllOf):
            return both(inside)
        if isinstance(node, AnyOf):
            return either(inside)
        assert isinstance(node, Negation)
        return opposite(inside[0])

    def _sure(self, node: Sure, table: Any) -> Truth:
        """True where it holds in every completion, false where there is one in which it does not."""
        value = self._inline(node.item, table)
        exact = self._exact(node.item, table)
        return ibis.coalesce(as_column(value), as_column(exact).ifelse(False, UNSURE))

    def _exact(self, formula: Formula, table: Any) -> Truth:
        """Whether NULL of the formula is exact in the row: of what is not known, where a test turns on it, all is one-signed and
        no constraint joins it."""
        if isinstance(formula, bool):
            return True
        met: list[Truth] = []
        for source, tests in self._by_source(formula).items():
            verdict = self.signs.verdict(source, tests)
            turns = either([is_open(table[self._names[id(atom)]]) for atom, _ in tests])
            if self._is_date(source):
                met.append(opposite(both([table[f"partly {source}"], turns])))
            matters = both([table[f"unknown {source}"], turns])
            if verdict is None:
                met.append(opposite(matters))
            elif verdict.joined:
                of_list, name = source
                is_list = not of_list and self.layout.vocabulary.facts[name].kind == "list"
                kept = [
                    is_false(table[f"never {one}"]) if is_list else table[f"closed {one}"]
                    for one in sorted(verdict.joined)
                ]
                met.append(either([opposite(matters), both(kept)]))
        _, sure = self._polarity(formula)
        met += [table[self._names[id(one)]].notnull() for one in sure]
        return both(met)

    def _is_date(self, source: Source) -> bool:
        of_list, name = source
        vocabulary = self.layout.vocabulary
        return (vocabulary.fields(of_list)[name] if of_list else vocabulary.facts[name]).kind == "date"

    def _with_exactness(self, table: Any) -> Any:
        """For each formula whether its NULL is exact."""
        return table.mutate(
            **{f"exact {self._names[id(formula)]}": as_column(self._exact(formula, table)) for formula in self.formulas}
        )

    def _with_possible(self, table: Any) -> Any:
        """For each formula whether it is possible, and whether it surely holds (NULL: only the exact path can tell); and whether
        the facts contradict each other."""
        columns: dict[str, Column] = {}
        for formula in self.formulas:
            name = self._names[id(formula)]
            value, exact = table[name], table[f"exact {name}"]
            columns[f"possible {name}"] = ibis.coalesce(value, exact.ifelse(True, UNSURE))
            columns[f"surely {name}"] = ibis.coalesce(value, exact.ifelse(False, UNSURE))
        broken = either([is_true(table[f"never {number}"]) for number in range(len(self.constraints))])
        consistent: list[Truth] = []
        for number in range(len(self.constraints)):
            keepers = [self._keeps(source, table) for source in self.signs.keepers(number) if not source[0]]
            consistent.append(either([table[f"kept {number}"], *keepers]))
        columns["contradicts"] = ibis.cases(
            (as_column(broken), True), (as_column(both(consistent)), False), else_=UNSURE
        )
        return table.mutate(**columns)

    def _keeps(self, source: Source, table: Any) -> Truth:
        """A fact of the case is unknown and free to take a value that keeps the constraint."""
        unknown = table[f"unknown {source}"]
        return both([unknown, ~table[f"partly {source}"]]) if self._is_date(source) else unknown

    # Judging.

    def _is(self, kind: str, formula: Formula, table: Any) -> Truth:
        """`possible` or `surely` of a formula."""
        return formula if isinstance(formula, bool) else table[f"{kind} {self._names[id(formula)]}"]

    def _judged(self, number: int, judging: Judging) -> Iterator[Callable[[Any], Any]]:
        """What the action comes to in one setting, step by step: `N outcome`, `N standing`, `N by`, `N one of`."""
        yield lambda table: self._with_outcome(table, number, judging)
        yield lambda table: self._with_basis(table, number)
        yield lambda table: self._with_by(table, number, judging)

    def _with_outcome(self, table: Any, number: int, judging: Judging) -> Any:
        classes = judging.mirror.classes if judging.mirror else judging.own.classes
        permitted = judging.mirror.permitted if judging.mirror else judging.own.permitted
        return table.mutate(
            **{
                f"{number} outcome": self._outcome(classes, permitted, table),
                f"{number} own outcome": self._outcome(judging.own.classes, judging.own.permitted, table),
                f"{number} own standing": self._standing(judging.meanwhile, table),
                **{
                    f"{number} may be {word}": as_column(self._is("possible", classes[word], table)) for word in CLASSES
                },
            }
        )

    @staticmethod
    def _with_basis(table: Any, number: int) -> Any:
        """The word that the rules are named for."""
        own, standing = table[f"{number} own outcome"], table[f"{number} own standing"]
        basis = own.isin(["undetermined", "conflict", "silent"]).ifelse(standing, own)
        return table.mutate(**{f"{number} basis": (own == "conflict").ifelse("conflict", basis)})

    def _with_by(self, table: Any, number: int, judging: Judging) -> Any:
        own, standing = table[f"{number} own outcome"], table[f"{number} own standing"]
        by, one_of = self._by(judging, table, table[f"{number} basis"], own)
        if judging.mirror:
            out = as_column(self._is("surely", judging.mirror.out, table))
            word = table[f"{number} outcome"]
            mirrored = ibis.cases(*((standing == one, other) for one, other in MIRROR.items()), else_=standing)
            by = ibis.cases((out.isnull(), NO_WORD), (out, ""), else_=by)
            standing = ibis.cases(
                (word.isin(["required", "forbidden", "permitted", "silent"]), word),
                (out.isnull(), NO_WORD),
                (out, "silent"),
                else_=mirrored,
            )
        return table.mutate(**{f"{number} standing": standing, f"{number} by": by, f"{number} one of": one_of})

    def _outcome(self, classes: Mapping[str, Formula], permitted: Formula, table: Any) -> Column:
        may = {word: self._is("possible", classes[word], table) for word in CLASSES}
        surely = as_column(self._is("surely", permitted, table))
        cases: list[tuple[Column, Any]] = []
        for word in CLASSES:
            others = both([is_false(may[other]) for other in CLASSES if other != word])
            if others is False:
                continue
            free = surely.ifelse("permitted", "silent") if word == "free" else ibis.literal(word)
            free = surely.isnull().ifelse(NO_WORD, free) if word == "free" else free
            cases.append((as_column(others), free))
        cases.append((_two_of([is_true(one) for one in may.values()]), ibis.literal("undetermined")))
        return ibis.cases(*cases, else_=NO_WORD)

    def _standing(self, outcomes: Outcomes, table: Any) -> Column:
        """What to do now: the one class that what has to be shown leaves, else the first that is possible in the action's order."""
        may = {word: self._is("possible", outcomes.classes[word], table) for word in CLASSES}
        surely = as_column(self._is("surely", outcomes.permitted, table))
        can_be = {
            "required": outcomes.must,
            "forbidden": outcomes.must_not,
            "permitted": outcomes.permitted,
            "silent": outcomes.silent,
        }
        first: list[tuple[Column, Any]] = []
        for word in self.order:
            possible = as_column(self._is("possible", can_be[word], table))
            first += [(possible.isnull(), NO_WORD), (possible, ibis.literal(word))]
        in_order = ibis.cases(*first, else_=ibis.literal("silent"))
        cases: list[tuple[Column, Any]] = []
        for word in CLASSES:
            others = both([is_false(may[other]) for other in CLASSES if other != word])
            if word == "conflict":
                here = in_order
            elif word == "free":
                here = surely.isnull().ifelse(NO_WORD, surely.ifelse("permitted", "silent"))
            else:
                here = ibis.literal(word)
            cases.append((as_column(others), here))
        cases.append((_two_of([is_true(one) for one in may.values()]), in_order))
        return ibis.cases(*cases, else_=NO_WORD)

    def _by(self, judging: Judging, table: Any, basis: Column, own: Column) -> tuple[Column, Column]:
        """The rules that surely take effect and have the winning effect, else those of which one does; NULL while SQL can't
        tell."""
        meanwhile = own == "undetermined"
        surely: list[Column] = []
        possibly: list[Column] = []
        unsure: list[Column] = []
        for opened, standing in zip(judging.own.giving, judging.meanwhile.giving, strict=True):
            for words, pick in _ways(opened):
                a, b = pick(opened), pick(standing)
                relevant = basis.isin(words)
                sure = self._either_of(meanwhile, "surely", a, b, table)
                may = self._either_of(meanwhile, "possible", a, b, table)
                name = opened.provision.id
                surely.append((relevant & sure.fill_null(False)).ifelse(f"{name}\n", ""))
                possibly.append((relevant & may.fill_null(False)).ifelse(f"{name}\n", ""))
                unsure.append(relevant & (sure.isnull() | may.isnull()))
        if not surely:
            return basis.isnull().ifelse(NO_WORD, ""), ibis.literal(False)
        some, others = _joined(surely), _joined(possibly)
        open_ones = as_column(either(unsure)) | basis.isnull()
        by = open_ones.ifelse(NO_WORD, (some != "").ifelse(some, others))
        one_of = (some == "") & (others.length() - others.replace("\n", "").length() > 1)
        return by, one_of

    def _either_of(self, meanwhile: Column, kind: str, opened: Formula, standing: Formula, table: Any) -> Column:
        a = as_column(self._is(kind, opened, table))
        return a if opened is standing else meanwhile.ifelse(as_column(self._is(kind, standing, table)), a)

    def _over_readings(self, table: Any) -> Any:
        """All settings the same: that. Else disputed; or undetermined, where one is and could still become what the others are."""
        first = table["0 outcome"]
        numbers = range(len(self.judging))
        known: Truth = both([table[f"{number} outcome"].notnull() for number in numbers])
        outcome: Column = first
        settled: Column = first != "undetermined"
        if len(self.judging) > 1:
            words = [table[f"{number} outcome"] for number in numbers]
            same = both([word == first for word in words[1:]])
            may_end = either([self._may_end(table, number, words) for number in numbers])
            outcome = ibis.cases(
                (as_column(same), first),
                (as_column(may_end).isnull(), NO_WORD),
                (as_column(may_end), "undetermined"),
                else_="disputed",
            )
            settled = as_column(both([word != "undetermined" for word in words]))
        told = both(
            [
                known,
                table["0 standing"].notnull(),
                table["0 by"].notnull(),
                outcome.notnull(),
                table["contradicts"].notnull(),
            ]
        )
        return table.mutate(
            told=as_column(told),
            outcome=outcome,
            standing=table["0 standing"],
            settled=settled,
            by=table["0 by"],
            one_of=table["0 one of"],
        )

    def _may_end(self, table: Any, number: int, words: Sequence[Column]) -> Truth:
        """One setting is undetermined and can still become what each settled one is."""
        fits: list[Truth] = []
        for other, word in enumerate(words):
            if other == number:
                continue
            may = ibis.cases(
                (word == "undetermined", True),
                *((word == one, table[f"{number} may be {one}"]) for one in CLASSES[:3]),
                else_=table[f"{number} may be free"],
            )
            fits.append(may)
        return both([words[number] == "undetermined", *fits])


def _ways(one: Giving) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words that a rule may give, and the formula of it that gives them."""
    words = tuple(word for word, effects in EFFECT.items() if one.effect in effects and one.effect != "may")
    if words:
        yield words, lambda giving: giving.takes
    if one.permits is not False:
        yield ("permitted",), lambda giving: giving.permits


def _joined(columns: Sequence[Column]) -> Column:
    found = columns[0]
    for one in columns[1:]:
        found = found + one
    return found


def _two_of(items: Sequence[Truth]) -> Column:
    """At least two of them are true."""
    pairs = [both([one, other]) for index, one in enumerate(items) for other in items[index + 1 :]]
    return as_column(either(pairs))


def _beneath(node: Formula) -> tuple[Formula, ...]:
    return (node.item,) if isinstance(node, Sure) else parts(node)


def _topological(roots: Iterable[Formula]) -> Iterator[Formula]:
    """Every circuit, the inner ones first."""
    done: set[int] = set()
    waiting: list[tuple[Formula, bool]] = [(root, False) for root in roots]
    while waiting:
        node, opened = waiting.pop()
        if isinstance(node, bool) or id(node) in done:
            continue
        if opened:
            done.add(id(node))
            yield node
        else:
            waiting.append((node, True))
            waiting += [(part, False) for part in _beneath(node)]


def _every_atom(formula: Formula) -> Iterator[Atom]:
    return (node for node in _topological([formula]) if isinstance(node, Atom))
