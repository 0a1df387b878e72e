"""The closure, the table of completions and the solver agree: random rulebooks and cases, in part unknown, and the real rulebooks.

The solver's reading of a law shares with the others only the circuits. Lifts of lifts, voids of voids, burdens, incomplete lists,
constraints come with the rulebooks of test_agreement.py; moments at and beside every bound, and readings, are drawn here.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from detainerdesk.law import NONE, Case, ContradictoryFacts, Edition
from detainerdesk.law.circuit import InWindow, Listed
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.derived import Mirror, decided_by
from detainerdesk.law.effects import Judge, Judged
from detainerdesk.law.known import Known
from detainerdesk.law.language.vocabulary import Fact
from detainerdesk.law.prove.anew import evaluation_of, judged
from detainerdesk.law.solver import Possible, possible_classes
from detainerdesk.law.table import Evaluation, Table
from tests.law.naive import Facts, Law, stated, text, thresholds
from tests.law.small import AGENCY, NOON, block, law, rule
from tests.law.test_agreement import FIND, all_of_time, laws, partial_facts

FEW = 25
ACTIONS = ("hold", "honor_criminal_warrant", "release", "refuse_hold")


@dataclass(frozen=True)
class Posed:
    """A case in one setting, ready to be judged by each."""

    evaluation: Evaluation

    @classmethod
    def of(cls, case: Case, edition: Edition, item: str | None = None) -> Posed:
        known = Known.of(case, edition)
        return cls(evaluation_of(known, known.setting(item)))

    def judge(self, action: str) -> Judge | Mirror:
        return decided_by(action, self.evaluation.setting.item, self.evaluation.law, self.evaluation.known.docket)

    def by_solver(self, action: str) -> Possible:
        known, judge = self.evaluation.known, self.judge(action)
        order = known.docket.cautious(
            "hold" if isinstance(judge, Mirror) else action, known.docket.day(self.evaluation.setting.at)
        )
        return possible_classes(self.evaluation, judge if isinstance(judge, Mirror) else judge.law, order)

    def by_table(self, action: str) -> Judged:
        """By the table, though the closure may be able to decide it."""
        judge = self.judge(action)
        return judge.over(Table(self.evaluation, judge.atoms), self.evaluation).judged()

    @property
    def speaks_of_offenses(self) -> bool:
        """Whether some law reads lists of offenses or looks back: of these the solver knows only what surely is so."""
        return any(isinstance(atom.means, Listed | InWindow) for atom in self.evaluation.law.circuits.atoms)


def agree(posed: Posed, action: str, *, exact_needs: bool = True) -> str:
    """The three judge alike; the outcome."""
    closure, table, solver = judged(posed.evaluation, action), posed.by_table(action), posed.by_solver(action).judged
    facts = dict(posed.evaluation.known.case.facts)
    assert closure == table, (action, closure, table, facts)
    if posed.speaks_of_offenses:
        assert set(closure.classes) <= set(solver.classes), (action, closure.classes, solver.classes, facts)
        return closure.outcome
    for part in ("classes", "outcome", "standing", "by", "one_of"):
        found = [getattr(one, part) for one in (closure, solver)]
        assert found[0] == found[1], (action, part, found, facts)
    if exact_needs:
        assert set(closure.needs) == set(solver.needs), (action, closure.needs, solver.needs, facts)
    return closure.outcome


def compare(one: Law, facts: Facts) -> None:
    assume(facts.complete or thresholds(one) <= 6)
    with tempfile.TemporaryDirectory() as folder:
        edition = law(Path(folder), **text(one))
    case = Case(agency=AGENCY, at=NOON, facts=stated(facts))
    try:
        posed = Posed.of(case, edition)
    except ContradictoryFacts:
        return
    for action in ACTIONS:
        agree(posed, action, exact_needs=not one.constraints)


@settings(max_examples=FEW, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(one=laws(), facts=partial_facts())
def test_closure_table_and_solver_agree(one: Law, facts: Facts) -> None:
    compare(one, facts)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=2000, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(one=laws(), facts=partial_facts())
def test_closure_table_and_solver_agree_on_two_thousand_rulebooks(one: Law, facts: Facts) -> None:
    compare(one, facts)


# Moments: clocks and comparisons, at the bound and a minute beside it, with one reading open.

BOUNDS = [NOON - timedelta(hours=hours) + timedelta(minutes=by) for hours in (0, 1, 2, 48) for by in (-1, 0, 1)]
in_time = st.one_of(
    all_of_time.map(lambda tests: " and ".join(("" if wanted else "not ") + " ".join(test) for wanted, test in tests)),
    st.sampled_from(["running(short)", "expired(short)", "expired(long)", "not running(long)", "how is late"]),
)


@settings(max_examples=FEW, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(
    ban=st.lists(in_time, min_size=1, max_size=2),
    order=st.lists(in_time, min_size=1, max_size=2),
    known=st.dictionaries(
        st.sampled_from(["started_at", "stopped_at", "free_at"]), st.sampled_from([*BOUNDS, "none"]), max_size=3
    ),
    how=st.sampled_from(["soon", "late"]),
)
def test_closure_table_and_solver_agree_at_the_bounds_of_time(
    ban: list[str], order: list[str], known: dict[str, Any], how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume("started_at" in known or "stopped_at" in known)  # see the test below
    edition = law(
        tmp_path_factory.mktemp("law"),
        federal=block("reading", "how", alternatives="soon, late", default="soon")
        + block("clock", "short", start="started_at", hours="1", stops="stopped_at")
        + block("clock", "long", start="free_at", hours="48", calendar="without Saturdays, Sundays, holidays"),
        city=rule("C-1", "must not", when=" and ".join(ban)) + rule("C-2", "must", when=" or ".join(order)),
    )
    agree(Posed.of(Case(agency=AGENCY, at=NOON, facts=known, choices={"how": how}), edition), "hold")


def test_a_clock_of_which_neither_start_nor_stop_is_known_may_be_running(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("clock", "short", start="started_at", hours="1", stops="stopped_at"),
        city=rule("C-1", "must not", when="running(short)"),
    )
    assert agree(Posed.of(Case(agency=AGENCY, at=NOON, facts={}), edition), "hold") == "undetermined"


# The real rulebooks: cases of which facts are drawn from their kinds, some left out, some unknown, on days beside each change.


def drawn_case(edition: Edition, agency: str, rng: random.Random) -> Case:
    """A random case of one agency."""
    stack = edition.stack(agency)
    day = rng.choice(stack.changes) + timedelta(days=rng.choice([-1, 0, 0, 1, 400]))
    at = datetime(day.year, day.month, day.day, rng.choice([0, 10, 23]), tzinfo=stack.zone)
    names = _read(edition, agency)
    facts: dict[str, Any] = {}
    for name in names:
        fact = edition.vocabulary.facts[name]
        if rng.random() < 0.75:
            facts[name] = _records(edition, name, at, rng) if fact.kind == "list" else _value(fact, at, rng)
            if fact.kind == "list" and rng.random() < 0.3:
                facts[f"{name}.complete"] = False
    return Case(agency=agency, at=at, facts=facts)


def _read(edition: Edition, agency: str) -> Sequence[str]:
    posed = Posed.of(Case(agency=agency, at=NOON), edition)
    judges = [posed.judge(action) for action in edition.vocabulary.actions]
    read = {name for one in judges for atom in one.atoms for name in atom.reads}
    return sorted(read, key=lambda name: edition.vocabulary.facts[name].order)


def _records(edition: Edition, name: str, at: datetime, rng: random.Random) -> list[dict[str, Any]] | str:
    fields = edition.vocabulary.fields(name)
    records = [
        {field: _value(fact, at, rng) for field, fact in fields.items() if rng.random() < 0.7}
        for _ in range(rng.choice([0, 1, 1, 2]))
    ]
    return records or NONE


def _value(fact: Fact, at: datetime, rng: random.Random) -> Any:
    if rng.random() < 0.05:
        return "unknown"
    if fact.kind == "yes/no":
        return rng.random() < 0.5
    if fact.kind == "one of":
        return rng.choice(fact.values)
    if fact.kind == "set of":
        return frozenset(value for value in fact.values if rng.random() < 0.5)
    if fact.kind == "moment":
        hours = rng.choice([0, 1, 47, 48, 49, 96, 200])
        return rng.choice([NONE, at, at - timedelta(hours=hours), at + timedelta(hours=1)])
    if fact.kind == "date":
        return date(at.year - rng.choice([0, 1, 5, 7, 15]), at.month, min(at.day, 28))
    return rng.choice([0, 1, 5]) if fact.kind == "count" else rng.choice(["US", "FR"])


def agree_on_cases(edition: Edition, how_many: int) -> int:
    """So many random cases of the real rulebooks; how many were judged, by all three."""
    rng = random.Random(20260303)
    agencies = [profile.agency for profile in edition.profiles()]
    compared = 0
    while compared < how_many:
        case = drawn_case(edition, rng.choice(agencies), rng)
        try:
            posed = {item: Posed.of(case, edition, item) for item in (None, "release_date")}
        except ContradictoryFacts:
            continue
        for action in rng.sample(["hold", "release", "transfer", "notify_release", "honor_criminal_warrant"], 2):
            item = next(iter(edition.vocabulary.actions[action].is_item), None)
            try:
                agree(posed[item], action, exact_needs=False)
            except TooManyUnknowns:
                continue
            compared += 1
    return compared


def test_closure_table_and_solver_agree_on_the_real_rulebooks(edition: Edition) -> None:
    assert agree_on_cases(edition, 60) >= 60


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_closure_table_and_solver_agree_on_ten_thousand_cases(edition: Edition) -> None:
    assert agree_on_cases(edition, 10_000) >= 10_000


# Too much for a table.


def test_the_solver_decides_what_no_table_holds(tmp_path: Path) -> None:
    facts = "".join(
        f"```fact f{number}\ntype: yes/no\ntrue: f{number} is so\nfalse: f{number} is not so\n```\n"
        for number in range(24)
    )
    every = " and ".join(f"f{number}" for number in range(24))
    edition = law(
        tmp_path, vocabulary=facts, city=rule("C-1", "must not", when=every) + rule("C-2", "must not", when="not f0")
    )
    posed = Posed.of(Case(agency=AGENCY, at=NOON, facts={}), edition)
    with pytest.raises(TooManyUnknowns):
        posed.by_table("hold")
    found = posed.by_solver("hold")
    assert found.judged.classes == ("forbidden", "free")
    assert set(found.judged.needs) == {f"f{number}" for number in range(24)}
    assert found.witnesses["free"]["f0"] is True
    for word, witness in found.witnesses.items():
        anew = Posed.of(Case(agency=AGENCY, at=NOON, facts=witness), edition)
        assert judged(anew.evaluation, "hold").classes == (word,)
    known = Posed.of(Case(agency=AGENCY, at=NOON, facts={"f1": False}), edition)
    assert set(known.by_solver("hold").judged.needs) == {"f0"}
