"""The engine agrees with a naive one that tries every world (naive.py), on random small rulebooks and partial cases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product
from math import prod
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from detainerdesk.law import ContradictoryFacts
from tests.law.naive import (
    DOMAINS,
    FIELDS,
    Condition,
    Contradiction,
    Facts,
    Law,
    NaiveRule,
    NaiveVoids,
    judge,
    mirrored,
    stated,
    text,
    thresholds,
)
from tests.law.small import CRIMES, NOON, ZONE, block, by, decided, law, outcome, rule

FEW = 60 if os.environ.get("CI") else 250
# No shrinking: it would run for minutes, and the failing law is small enough to read.
FIND = (Phase.explicit, Phase.reuse, Phase.generate)
EFFECTS = ("must", "must not", "may")

tests_on_facts = st.one_of(
    st.sampled_from(["apple", "berry", "cherry"]).map(lambda name: ("fact", name)),
    st.lists(st.sampled_from(DOMAINS["colour"]), min_size=1, max_size=2, unique=True).map(
        lambda values: ("is", "colour", tuple(values))
    ),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(1, 3)).map(lambda two: ("count", "days", *two)),
)
tests_on_paper = st.one_of(
    st.just(("fact", "signed")),
    st.lists(st.sampled_from(FIELDS["kind"]), min_size=1, max_size=2, unique=True).map(
        lambda values: ("is", "kind", tuple(values))
    ),
)
on_paper = st.one_of(
    tests_on_paper,
    tests_on_paper.map(lambda one: ("not", one)),
    st.tuples(st.sampled_from(["and", "or"]), tests_on_paper, tests_on_paper),
)
on_papers = st.one_of(
    on_paper.map(lambda where: ("some", 1, None, where)),
    on_paper.map(lambda where: ("some", 2, None, where)),
    on_paper.map(lambda where: ("some", 2, "kind", where)),
)


def conditions(*, papers: bool) -> st.SearchStrategy[Condition]:
    leaf = st.one_of(tests_on_facts, tests_on_facts, on_papers) if papers else tests_on_facts
    signed = st.one_of(leaf, leaf, leaf.map(lambda one: ("not", one)))
    return st.one_of(
        signed,
        st.tuples(st.sampled_from(["and", "or"]), signed, signed),
        st.tuples(st.just("or"), st.tuples(st.just("and"), signed, signed), signed),
    )


@st.composite
def laws(draw: st.DrawFn) -> Law:
    """Three layers; indices go from the lowest layer up, and a rule leans only on later ones, so there is no circle."""
    papers = draw(st.booleans())
    plain = conditions(papers=papers)
    number = draw(st.integers(2, 7))
    layer_of = sorted(draw(st.lists(st.integers(0, 2), min_size=number, max_size=number)), reverse=True)
    action_of = draw(
        st.lists(st.sampled_from(["hold"] * 5 + ["honor_criminal_warrant"]), min_size=number, max_size=number)
    )
    rules: list[NaiveRule] = []
    for index, (layer, action) in enumerate(zip(layer_of, action_of, strict=True)):
        when: Condition = draw(st.one_of(plain, plain, st.just(("yes",))))
        burden: Condition = ("shown", draw(plain))
        extras: list[Condition] = [burden, ("not", burden), ("defined", "ripe")]
        later = [f"R{i}" for i in range(index + 1, number)]
        if later:
            extras.append(("permitted_by", draw(st.sampled_from(later))))
        above = list(range(layer))
        if above:
            extras.append(("required_by", draw(st.sampled_from(above)), action))
        if draw(st.integers(0, 2)) == 0:
            when = (draw(st.sampled_from(["and", "or"])), when, draw(st.sampled_from(extras)))
        unless: Condition | None = None
        if draw(st.integers(0, 2)) == 0:
            unless = draw(st.one_of(plain, st.just(burden), st.just(("defined", "ripe"))))
        lower_same = [f"R{i}" for i in range(index) if action_of[i] == action]
        lifts = (
            tuple(draw(st.lists(st.sampled_from(lower_same), max_size=2, unique=True)))
            if lower_same and draw(st.integers(0, 2)) == 0
            else ()
        )
        effect = draw(st.sampled_from([*EFFECTS, None])) if lifts else draw(st.sampled_from(EFFECTS))
        otherwise = effect == "must not" and unless is not None and draw(st.booleans())
        rules.append(NaiveRule(f"R{index}", layer, action, effect, when, unless, lifts, otherwise))
    voids = tuple(
        NaiveVoids(
            f"V{index}",
            draw(st.integers(0, 1)),
            draw(st.sampled_from(["hold", "hold", "honor_criminal_warrant"])),
            tuple(
                draw(
                    st.sampled_from(
                        [
                            (*EFFECTS, "lifts"),
                            (*EFFECTS, "lifts"),
                            ("must",),
                            ("must not",),
                            ("must", "may"),
                            ("lifts",),
                        ]
                    )
                )
            ),
            draw(st.sampled_from([None, None, (1,), (2,), (1, 2)])),
            draw(st.one_of(plain, st.just(("yes",)), plain.map(lambda one: ("shown", one)))),
        )
        for index in range(draw(st.sampled_from([0, 1, 2, 3, 3])))
    )
    simple = conditions(papers=False)
    definitions = {
        (0, "ripe"): draw(plain),
        (0, "custody.eligible_for_release"): draw(st.one_of(simple, st.just(("yes",)))),
    }
    if draw(st.booleans()):
        definitions[1, "ripe"] = draw(simple)
    if draw(st.integers(0, 3)) == 0:
        definitions[2, "custody.eligible_for_release"] = draw(simple)
    two = st.tuples(st.just("and"), conditions(papers=papers), conditions(papers=papers))
    constraints = tuple(draw(st.lists(two, max_size=1)))
    order = tuple(draw(st.permutations(["forbidden", "silent", "permitted", "required"])))
    return Law(tuple(rules), voids, definitions, constraints, order)


@st.composite
def partial_facts(draw: st.DrawFn) -> Facts:
    known: dict[str, Any] = {}
    for name, values in DOMAINS.items():
        if draw(st.integers(0, 2)):
            known[name] = draw(st.sampled_from(values))
    papers: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 2))):
        papers.append(
            {name: draw(st.sampled_from(values)) for name, values in FIELDS.items() if draw(st.integers(0, 2))}
        )
    return Facts(known, tuple(papers), draw(st.booleans()))


def compare(one: Law, facts: Facts) -> None:
    worlds = 1
    for name, values in DOMAINS.items():
        worlds *= 1 if name in facts.known else len(values)
    for paper in facts.papers:
        for name, values in FIELDS.items():
            worlds *= 1 if name in paper else len(values)
    assume(worlds <= 400)
    if not facts.complete:
        assume(thresholds(one) <= 4 and worlds <= 40)
    with tempfile.TemporaryDirectory() as folder:
        edition = law(Path(folder), **text(one))
    actions = ("hold", "honor_criminal_warrant", "release", "refuse_hold")
    try:
        naive = {action: judge(one, facts, action) for action in actions[:2]}
    except Contradiction:
        with pytest.raises(ContradictoryFacts):
            decided(edition, stated(facts), ask=("hold",))
        return
    decision = decided(edition, stated(facts), ask=actions)
    for action, expected in naive.items():
        found = decision.actions[action]
        assert found.outcome == expected.outcome, (action, found, expected)
        assert found.standing == expected.standing, (action, found, expected)
        assert found.settled == (expected.outcome != "undetermined")
        if expected.by:
            assert by(found) == expected.by, (action, found, expected)
        needs = set(found.needs)
        assert expected.surely_needed <= needs <= expected.maybe_needed, (action, needs, expected)
        if not one.constraints:
            assert needs == expected.surely_needed, (action, needs, expected)
    for action in actions[2:]:
        classes = mirrored(one, facts, action)
        found = decision.actions[action]
        if len(classes) > 1:
            assert found.outcome == "undetermined", (action, found, classes)
        elif classes == {"free"}:
            assert found.outcome in ("permitted", "silent"), (action, found, classes)
        else:
            assert {found.outcome} == classes, (action, found, classes)


@settings(max_examples=FEW, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(one=laws(), facts=partial_facts())
def test_the_engine_agrees_with_trying_every_world(one: Law, facts: Facts) -> None:
    compare(one, facts)


@pytest.mark.long
@settings(max_examples=2000, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(one=laws(), facts=partial_facts())
def test_the_engine_agrees_with_trying_every_world_on_two_thousand_rulebooks(one: Law, facts: Facts) -> None:
    compare(one, facts)


# Time: moments, days and counts that nobody knows, against every way in which they may lie.

HOURS = [NOON + timedelta(hours=hour) for hour in range(-2, 3)]
GRID = [NOON + timedelta(minutes=20 * step) for step in range(-9, 10)]
MOMENTS = ("started_at", "stopped_at", "free_at")
ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}
sides = st.sampled_from([*MOMENTS, "at", *(f"{hour:%Y-%m-%d %H:%M}" for hour in HOURS[::2])])
in_time = st.one_of(
    st.tuples(st.sampled_from(MOMENTS), st.sampled_from(list(ORDERS)), sides),
    st.sampled_from(MOMENTS).map(lambda name: (name, "is", "none")),
)
all_of_time = st.lists(st.tuples(st.booleans(), in_time), min_size=1, max_size=3)


def true_in_time(tests: list[tuple[bool, tuple[str, str, str]]], facts: dict[str, Any]) -> bool:
    def value(side: str) -> Any:
        if side == "at":
            return NOON
        return facts[side] if side in facts else datetime.fromisoformat(side).replace(tzinfo=ZONE)

    def one(test: tuple[str, str, str]) -> bool:
        left, order, right = test
        if order == "is":
            return bool(facts[left] == "none")
        values = value(left), value(right)
        return "none" not in values and bool(ORDERS[order](*values))

    return all(one(test) == wanted for wanted, test in tests)


@settings(max_examples=FEW, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(
    ban=all_of_time,
    order=all_of_time,
    known=st.dictionaries(st.sampled_from(MOMENTS), st.sampled_from([*HOURS, "none"]), min_size=1),
)
def test_the_engine_agrees_on_moments_that_nobody_knows(
    ban: list[Any], order: list[Any], known: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    def spelled(tests: list[Any]) -> str:
        return " and ".join(("" if wanted else "not ") + " ".join(test) for wanted, test in tests)

    unknown = [name for name in MOMENTS if name not in known]
    expected: set[str] = set()
    for chosen in product([*GRID, "none"], repeat=len(unknown)):
        facts = known | dict(zip(unknown, chosen, strict=True))
        must_not, must = true_in_time(ban, facts), true_in_time(order, facts)
        expected.add("conflict" if must and must_not else "required" if must else "forbidden" if must_not else "silent")
    edition = law(
        tmp_path_factory.mktemp("law"),
        city=rule("C-1", "must not", when=spelled(ban)) + rule("C-2", "must", when=spelled(order)),
    )
    found = outcome(edition, known)
    assert found.outcome == (expected.pop() if len(expected) == 1 else "undetermined"), (
        spelled(ban),
        spelled(order),
        known,
    )


# Lists of offenses and look-backs, with records of which little is known.

CITES = ("CA PC 10(a)", "CA PC 10(b)", "CA PC 10(c)", "CA PC 20", "CA PC 664/20", "CA PC 30", "CA PC 99")
"""Every way in which an offense may stand on the lists below, one citation each."""
LISTS = {
    "wide": ("CA PC 10,\nCA PC 20,yes\n", {"CA PC 10(a)", "CA PC 10(b)", "CA PC 10(c)", "CA PC 20", "CA PC 664/20"}),
    "part": ("CA PC 10(a),\nCA PC 30,\n", {"CA PC 10(a)", "CA PC 30"}),
    "few": ("CA PC 20,\nCA PC 10(b),\n", {"CA PC 20", "CA PC 10(b)"}),
}
YEARS = (2, 5)
TODAY = NOON.date()
ANCHORS = (TODAY, TODAY - timedelta(days=400), "none")
EDGES = tuple(
    sorted(
        {
            TODAY.replace(year=TODAY.year - years) + timedelta(days=by)
            for years in (0, *YEARS, 3, 4)
            for by in (-1, 0, 1)
        }
        | {
            anchor.replace(year=anchor.year - years) + timedelta(days=by)
            for anchor in ANCHORS
            if anchor != "none"
            for years in (0, *YEARS)
            for by in (-1, 0, 1)
        }
    )
)
CRIME_FIELDS: dict[str, tuple[Any, ...]] = {
    "offense_citation": CITES,
    "date": (*EDGES, "none"),
    "grave": (False, True),
}
PARTLY = {"CA PC 10": CITES[:3], "2021": tuple(day for day in EDGES if day.year == 2021)}

of_crime = st.one_of(
    st.just(("fact", "grave")),
    st.sampled_from(list(LISTS)).map(lambda name: ("listed", name, frozenset(LISTS[name][1]))),
    st.tuples(st.sampled_from(["at", "born"]), st.sampled_from(YEARS), st.sampled_from(["in", "out"])).map(
        lambda three: ("within", "date", *three)
    ),
)
on_crime = st.one_of(
    of_crime,
    of_crime.map(lambda one: ("not", one)),
    st.tuples(st.sampled_from(["and", "or"]), of_crime, st.one_of(of_crime, of_crime.map(lambda one: ("not", one)))),
)
on_crimes = st.one_of(
    on_crime.map(lambda where: ("some", 1, None, where)),
    on_crime.map(lambda where: ("not", ("some", 1, None, where))),
    on_crime.map(lambda where: ("some", 2, None, where)),
)


@st.composite
def crimes(draw: st.DrawFn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 2))):
        crime: dict[str, Any] = {}
        for name, values in (
            ("offense_citation", (*CITES, "CA PC 10")),
            ("date", (*EDGES, "none", "2021")),
            ("grave", (False, True)),
        ):
            if draw(st.integers(0, 2)):
                crime[name] = draw(st.sampled_from(values))
        found.append(crime)
    return found


@settings(max_examples=FEW, deadline=None, phases=FIND, suppress_health_check=list(HealthCheck))
@given(
    ban=st.one_of(on_crimes, st.tuples(st.sampled_from(["and", "or"]), on_crimes, on_crimes)),
    order=on_crimes,
    known=crimes(),
    born=st.sampled_from([None, *ANCHORS]),
    complete=st.booleans(),
)
def test_the_engine_agrees_on_offenses_and_look_backs(
    ban: Condition,
    order: Condition,
    known: list[dict[str, Any]],
    born: Any,
    complete: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    one = Law((NaiveRule("R0", 0, "hold", "must not", ban), NaiveRule("R1", 0, "hold", "must", order)))
    named = {name for rule_ in one.rules for name in _fields_named(rule_.when)}
    fields = {name: values for name, values in CRIME_FIELDS.items() if name in named}
    papers, narrowed = [], {}
    for number, crime in enumerate(known):
        paper = {name: value for name, value in crime.items() if value not in PARTLY}
        narrowed |= {(number, name): PARTLY[value] for name, value in crime.items() if value in PARTLY}
        papers.append(paper)
    worlds = 1
    for number, paper in enumerate(papers):
        for name, values in fields.items():
            worlds *= 1 if name in paper else len(narrowed.get((number, name), values))
    kinds_of_crime = prod(len(values) for values in fields.values())
    assume(worlds * (1 if complete else kinds_of_crime ** thresholds(one)) <= 1_500)
    expected: set[str] = set()
    facts: dict[str, Any] = dict.fromkeys(DOMAINS, False) | {"at": TODAY}
    assume(born is not None or (complete and all("date" in paper for paper in papers)))
    for anchor in _anchors(paper["date"] for paper in papers) if born is None else (born,):
        case = Facts(facts | {"born": anchor}, tuple(papers), complete, narrowed)
        expected |= judge(one, case, "hold", fields).classes
    spelled = text(one)
    edition = law(
        tmp_path_factory.mktemp("law"),
        vocabulary=CRIMES,
        federal="",
        city=spelled["federal"].replace("papers", "crimes")
        + "".join(block("list", name, file=f"{name}.csv") for name in LISTS),
        tables={f"{name}.csv": "citation,inchoate\n" + rows for name, (rows, _) in LISTS.items()},
    )
    stated_: dict[str, Any] = {
        "crimes": [dict(crime) for crime in known] if known else "unknown",
        "crimes.complete": complete,
    }
    if born is not None:
        stated_["born"] = born
    found = outcome(edition, stated_)
    (only,) = expected if len(expected) == 1 else ("undetermined",)
    assert found.outcome == {"free": "silent"}.get(only, only), (ban, order, stated_, expected, found)


def _anchors(dates: Iterable[Any]) -> set[Any]:
    """Anchors enough for every way in which these dates may lie to one that nobody knows."""
    found = {
        date.replace(year=date.year + years) + timedelta(days=by)
        for date in (*dates, TODAY)
        if date != "none"
        for years in (0, *YEARS)
        for by in (-1, 0, 1)
    }
    return found | {"none"}


def _fields_named(condition: Condition) -> set[str]:
    kind = condition[0]
    if kind == "listed":
        return {"offense_citation"}
    if kind in ("fact", "within"):
        return {condition[1]}
    return set().union(*(_fields_named(part) for part in condition[1:] if isinstance(part, tuple)))
