"""Deciding many cases of one agency at once: `decide_many`.

SQL answers first, with NULL for unknown. Its answer is right whenever it gives one; where it is open, it is exact if all that is
unknown is one-signed (`signs.py`); the rows that are left go the exact way, those alike in the values of the action's conditions
once. The three counts are reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from detainerdesk.law.bulk.columns import Layout, Source, case_of, completed, sources, table_of
from detainerdesk.law.bulk.expression import Expression
from detainerdesk.law.circuit import Atom, atoms_of
from detainerdesk.law.decide import outcomes
from detainerdesk.law.derived import Mirror
from detainerdesk.law.errors import ContradictoryFacts, LawError
from detainerdesk.law.known import Known
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.vocabulary import midnight
from detainerdesk.law.load import Edition
from detainerdesk.law.lowering import LawOn, law_on
from detainerdesk.law.plan import Plan, Term

IN_SQL, BY_SIGNS, EXACT, CONTRADICTION = "settled in SQL", "undetermined, exact by signs", "exact path", "contradiction"
SOUGHT = "info.sought"
DIGITS = 39
"""So many answers of three values fit in one number."""
TOLD = pa.schema(
    [
        ("row", pa.int64()),
        ("outcome", pa.string()),
        ("standing", pa.string()),
        ("settled", pa.bool_()),
        ("by", pa.string()),
        ("how", pa.string()),
    ]
)


@dataclass(frozen=True)
class Counts:
    """How many rows were settled in SQL, open in SQL and exact by signs, left to the exact path (and of these how many had to be
    decided, being unlike), and how many contradict themselves and have no outcome."""

    settled: int
    by_signs: int
    exact: int
    decided_once: int
    contradictions: int


@dataclass(frozen=True)
class Many:
    """What many cases came to: a row each, in their order, with `outcome`, `standing`, `settled`, `by` (the rules, a line each)
    and `how` it was found; the counts; and by name what an unknown of which may need the exact path."""

    table: pa.Table
    counts: Counts
    not_one_signed: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Rows that one law decides: the span of days, who acts, counsel's choices. `known` is a case of it without facts."""

    law: LawOn
    known: Known


@dataclass(frozen=True)
class Columns:
    """Typed cases of one agency as a table; `group` is the number of each row's group. Make it once for several actions."""

    edition: Edition
    layout: Layout
    groups: tuple[Group, ...]
    table: pa.Table

    @classmethod
    def of_cases(cls, cases: Sequence[Case], edition: Edition, actions: Sequence[str]) -> Columns:
        """Cases as columns; what is left out is assumed as always. Raises CaseError."""
        typed = [Known.of(case, edition) for case in cases]
        numbers: dict[tuple[Any, ...], int] = {}
        groups: list[Group] = []
        group: list[int] = []
        for known in typed:
            law = law_on(known.stack, known.docket.day(known.case.at))
            key = (id(law), known.docket.roles, tuple(sorted(known.case.choices.items())))
            if key not in numbers:
                numbers[key] = len(groups)
                groups.append(Group(law, _without_facts(known.case, law, edition)))
            group.append(numbers[key])
        layout = layout_of(groups, actions)
        table = completed(table_of(typed, layout), layout)
        return cls(edition, layout, tuple(groups), _numbered(table, np.array(group, np.int32)))

    @classmethod
    def of_table(
        cls, table: pa.Table, layout: Layout, groups: Sequence[Group], edition: Edition, group: Sequence[int]
    ) -> Columns:
        """Columns that stand as `layout.schema()` says, `group` the number of each row's group."""
        return cls(edition, layout, tuple(groups), _numbered(completed(table, layout), np.asarray(group, np.int32)))


def layout_of(groups: Sequence[Group], actions: Sequence[str]) -> Layout:
    """The columns that the law of these actions reads, and what paper and nature forbid."""
    vocabulary = groups[0].known.vocabulary
    atoms: dict[int, Atom] = {}
    for group in groups:
        every: list[Atom] = list(atoms_of(*(never for _, never in group.law.constraints)))
        for action in actions:
            for item in _items(group.known, action):
                every += _plan(group, action, item).judge.atoms
        atoms |= {id(atom): atom for atom in every}
    layout = Layout.of(atoms.values(), vocabulary, groups[0].known.stack.zone)
    by_item = any(vocabulary.actions[action].by_item for action in actions)
    if by_item and SOUGHT not in layout.facts:
        layout = replace(layout, facts=(*layout.facts, SOUGHT))
    return layout


def spans(
    agency: str, edition: Edition, first: datetime, last: datetime, actor: str | None = None
) -> list[tuple[datetime, Group]]:
    """Each span of the agency's law between two moments: when it begins, and its group."""
    stack = edition.stack(agency)
    days = [
        first.astimezone(stack.zone).date(),
        *(day for day in stack.changes if first <= midnight(day, stack.zone) <= last),
    ]
    found: list[tuple[datetime, Group]] = []
    for day in days:
        law = law_on(stack, day)
        case = Case(agency, midnight(day, stack.zone), actor=actor)
        found.append((midnight(day, stack.zone), Group(law, Known.of(case, edition))))
    return found


def decide_many(
    cases: Sequence[Case] | Columns, agency: str, action: str, edition: Edition, *, exactly: bool = True
) -> Many:
    """Decide one action of many cases of one agency. `exactly=False` leaves the rows for the exact path without an outcome.

    Raises CaseError for a case that can't be read, LawError for one of another agency."""
    if not isinstance(cases, Columns):
        for case in cases:
            if case.agency != agency:
                raise LawError(f"case {case.id} is {case.agency}'s, not {agency}'s")
        if not cases:
            return Many(TOLD.empty_table(), Counts(0, 0, 0, 0, 0), ())
        cases = Columns.of_cases(cases, edition, (action,))
    return _Many(cases, agency, action, exactly).decided()


class _Many:
    """Decides one action of the cases in a table."""

    def __init__(self, cases: Columns, agency: str, action: str, exactly: bool) -> None:
        self.cases = cases
        self.agency = agency
        self.action = action
        self.exactly = exactly
        self._numbers = count()
        self._own: frozenset[int] = frozenset()
        """The tests of the law that is decided now, by number."""
        self._read: dict[tuple[bool | None, ...], tuple[tuple[Source, ...], bool]] = {}
        self.connection = ibis.duckdb.connect()
        self.connection.con.register("given", cases.table)
        self.connection.raw_sql("CREATE TABLE cases AS SELECT * FROM given")

    def decided(self) -> Many:
        parts: list[pa.Table] = []
        names: dict[str, None] = {}
        once = 0
        for number, group in enumerate(self.cases.groups):
            by_item: list[pa.Table] = []
            items = _items(group.known, self.action)
            for item in items:
                expression = self._expression(group, item)
                found, decided = self._run(number, group, expression, item, sought=len(items) > 1)
                by_item.append(found)
                once += decided
                names |= dict.fromkeys(expression.not_one_signed)
            parts.append(by_item[0] if len(by_item) == 1 else _common(by_item))
        table = pa.concat_tables(parts).sort_by("row")
        counted = table.group_by("how").aggregate([("row", "count")]).to_pydict()
        many = dict(zip(counted["how"], counted["row_count"], strict=True))
        counts = Counts(
            settled=many.get(IN_SQL, 0),
            by_signs=many.get(BY_SIGNS, 0),
            exact=many.get(EXACT, 0),
            decided_once=once,
            contradictions=many.get(CONTRADICTION, 0),
        )
        return Many(table, counts, tuple(names))

    def _expression(self, group: Group, item: str | None) -> Expression:
        plan = _plan(group, self.action, item)
        order = group.known.docket.cautious(plan.judge.laws[0].action, group.law.day)
        settings = plan.ways.settings(group.known.setting(item))
        return Expression(
            plan.judge if isinstance(plan.judge, Mirror) else plan.judge.law, settings, order, self.cases.layout
        )

    def _run(
        self, number: int, group: Group, expression: Expression, item: str | None, *, sought: bool
    ) -> tuple[pa.Table, int]:
        table = self.connection.table("cases")
        rows = table.filter(table["group"] == number)
        if sought:
            asked = rows[SOUGHT]
            rows = rows.filter(asked.isnull() | (asked.length() == 0) | asked.contains(item))
        by_row = self._kept(expression.tests(rows))
        tests = expression.test_columns()
        self._own = frozenset(atom.id for atom in expression.atoms)
        self._read.clear()
        answers = [name for name in by_row.columns if name != "row"]
        keys = _keys(by_row, answers)
        keyed = self._kept(by_row.mutate(**keys))
        joint = self._kept(keyed.drop("row").distinct(on=list(keys), keep="first"))
        judged = self._kept(expression.outcomes(joint, self._kept))
        judged = judged.select(*keys, "told", "outcome", "standing", "settled", "by", "contradicts")
        here = self._kept(keyed.select("row", *keys).join(judged, list(keys)).drop(*keys))
        how = ibis.cases(
            (here["contradicts"].fill_null(False), CONTRADICTION),
            (~here["told"], EXACT),
            (here["outcome"] == "undetermined", BY_SIGNS),
            else_=IN_SQL,
        )
        clear = how.isin([CONTRADICTION, EXACT])
        told = here.select(
            row=here["row"],
            **{word: clear.ifelse(ibis.null(kind), here[word]) for word, kind in _WORDS.items()},
            how=how,
        )
        found = told.to_pyarrow().cast(TOLD)
        left = (
            here.filter(how == EXACT)
            .select("row", "contradicts")
            .join(by_row.select("row", *tests), "row")
            .join(rows, "row")
        )
        once = 0
        if self.exactly:
            exact, once = self._exactly(left.to_pyarrow().to_pylist(), group, tests, item)
            found = _replaced(found, exact)
        return found, once

    def _kept(self, table: Any) -> Any:
        """The table, worked out."""
        name = f"kept {next(self._numbers)}"
        self.connection.raw_sql(f'CREATE TEMPORARY TABLE "{name}" AS {ibis.to_sql(table, dialect="duckdb")}')
        return self.connection.table(name)

    # The exact path.

    def _exactly(
        self, rows: Sequence[Mapping[str, Any]], group: Group, tests: Mapping[str, Atom], item: str | None
    ) -> tuple[dict[int, dict[str, Any]], int]:
        """Each row decided as a case, rows alike once."""
        known: dict[Any, dict[str, Any]] = {}
        found: dict[int, dict[str, Any]] = {}
        for row in rows:
            key = self._alike(row, tests, group)
            if key not in known:
                known[key] = self._one(row, group, item)
            found[row["row"]] = known[key]
        return found, len(known)

    def _alike(self, row: Mapping[str, Any], tests: Mapping[str, Atom], group: Group) -> Any:
        """What rows that come out alike have in common: the tests that are known, and all that the others read, with the moment
        where time matters to them. Constraints that touch none of it count only where they may not be kept at all."""
        layout = self.cases.layout
        told = (row["contradicts"], *(row[name] for name in tests))
        if told not in self._read:
            open_ones = {atom.id: atom for atom, value in zip(tests.values(), told[1:], strict=True) if value is None}
            asked = self._asked(group, open_ones, everything=row["contradicts"] is None)
            read = {source for atom in asked for source in sources(atom, layout.vocabulary)}
            timely = any(_is_timely(source, layout) for source in read)
            self._read[told] = (tuple(sorted(read)), timely)
        read_here, timely = self._read[told]
        values: list[Any] = []
        for of_list, name in read_here:
            if of_list:
                values.append(tuple(_cells(record, name) for record in row[of_list]))
            else:
                values.append((len(row[name]), row[f"{name}/complete"]) if name in layout.lists else _cells(row, name))
        return (told, row["at"] if timely else None, *values)

    def _asked(self, group: Group, open_ones: Mapping[int, Atom], *, everything: bool) -> list[Atom]:
        """The open tests of the law, with those of the constraints that touch them, directly or through one another."""
        constraints = [[atom for atom in atoms_of(never) if atom.id in open_ones] for _, never in group.law.constraints]
        own = {atom.id for atoms in constraints for atom in atoms}
        asked = {
            number: atom for number, atom in open_ones.items() if everything or number not in own or number in self._own
        }
        while True:
            names = {name for atom in asked.values() for name in atom.reads}
            more = {
                atom.id: atom
                for atoms in constraints
                if any(names & set(atom.reads) for atom in atoms)
                for atom in atoms
                if atom.id not in asked
            }
            if not more:
                return list(asked.values())
            asked |= more

    def _one(self, row: Mapping[str, Any], group: Group, item: str | None) -> dict[str, Any]:
        case = group.known.case
        stated = case_of(row, self.cases.layout, self.agency, case.actor, case.choices, self.action)
        try:
            outcome = outcomes(stated, self.cases.edition, (self.action,))[self.action]
        except ContradictoryFacts:
            return {"outcome": None, "standing": None, "settled": None, "by": None, "how": CONTRADICTION}
        if item is not None and outcome.items:
            outcome = outcome.items[item]
        by = "".join(f"{one.rule}\n" for one in outcome.by)
        return {
            "outcome": outcome.outcome,
            "standing": outcome.standing,
            "settled": outcome.settled,
            "by": by,
            "how": EXACT,
        }


_WORDS = {"outcome": "string", "standing": "string", "settled": "boolean", "by": "string"}


def _cells(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The columns of one value, as text."""
    return tuple(repr(row.get(f"{name}{beside}")) for beside in ("", "/word", "/items", "/last", "/owed"))


def _is_timely(source: Source, layout: Layout) -> bool:
    """Whether what a fact says may turn on the moment of decision."""
    of_list, name = source
    fact = layout.vocabulary.fields(of_list)[name] if of_list else layout.vocabulary.facts[name]
    return fact.kind in ("date", "moment")


def _plan(group: Group, action: str, item: str | None) -> Plan:
    """How the engine decides an action in a group: by which law, under which readings."""
    return Term.of(group.known.docket, group.law).plan(action, item)


def _items(known: Known, action: str) -> Sequence[str | None]:
    """The items of information that an action may be decided for."""
    spec = known.vocabulary.actions[action]
    if spec.is_item:
        return spec.is_item
    return known.vocabulary.facts[SOUGHT].values if spec.by_item else (None,)


def _keys(table: Any, answers: Sequence[str]) -> dict[str, Any]:
    """A few numbers that stand for all answers of a row: a digit of three for each."""
    found: dict[str, Any] = {"key": ibis.literal(0, "int64")}
    for start in range(0, len(answers), DIGITS):
        total = ibis.literal(0, "int64")
        for place, name in enumerate(answers[start : start + DIGITS]):
            digit = ibis.cases((table[name], 2), (~table[name], 1), else_=0).cast("int64")
            total = total + digit * 3**place
        found[f"key {start}"] = total
    return found


def _without_facts(case: Case, law: LawOn, edition: Edition) -> Known:
    """A case of the same law that states nothing."""
    return Known.of(replace(case, facts={}), edition)


def _numbered(table: pa.Table, group: Any) -> pa.Table:
    numbers = pa.array(np.arange(table.num_rows, dtype=np.int64))
    return table.append_column("row", numbers).append_column("group", pa.array(group, pa.int32()))


def _replaced(table: pa.Table, exact: Mapping[int, Mapping[str, Any]]) -> pa.Table:
    """The table with the rows that were decided exactly."""
    if not exact:
        return table
    kept = table.filter(pa.compute.invert(pa.compute.is_in(table["row"], pa.array(list(exact), pa.int64()))))
    return pa.concat_tables([kept, pa.Table.from_pylist([{"row": row, **one} for row, one in exact.items()], TOLD)])


def _common(by_item: Sequence[pa.Table]) -> pa.Table:
    """The outcome of information decided item by item: the common one, or `partly`."""
    found: dict[int, list[dict[str, Any]]] = {}
    for table in by_item:
        for row in table.to_pylist():
            found.setdefault(row["row"], []).append(row)
    return pa.Table.from_pylist([_of_items(rows) for rows in found.values()], TOLD)


def _of_items(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first = rows[0]
    order = (CONTRADICTION, EXACT, BY_SIGNS, IN_SQL)
    how = next(one for one in order if any(row["how"] == one for row in rows))
    if how == CONTRADICTION or any(row["outcome"] is None for row in rows):
        return {**first, "outcome": None, "standing": None, "settled": None, "by": None, "how": how}
    by = dict.fromkeys(line for row in rows for line in row["by"].splitlines(keepends=True))
    return {
        **first,
        "outcome": first["outcome"] if len({row["outcome"] for row in rows}) == 1 else "partly",
        "standing": first["standing"] if len({row["standing"] for row in rows}) == 1 else "partly",
        "settled": all(row["settled"] for row in rows),
        "by": "".join(by),
        "how": how,
    }
