"""The same rule as SQL says what the closure and the table say, on random small rulebooks and on the real ones.

A complete case is decided by the closure, any other by the table of completions; SQL must give the same outcome, standing and
rules wherever it gives one. What SQL settles, what it finds open, and what it leaves to the exact path are compared apart.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, ContradictoryFacts, Edition, LawError
from detainerdesk.law.bulk import Many, decide_many
from detainerdesk.law.decide import outcomes
from tests.law.naive import DOMAINS, FIELDS, Facts, Law, stated, text
from tests.law.small import AGENCY, NOON, ZONE, block, define, law, rule
from tests.law.test_agreement import FIND, HOURS, MOMENTS, all_of_time, laws, partial_facts

ACTIONS = ("hold", "release", "refuse_hold", "honor_criminal_warrant")
FEW = 4 if os.environ.get("CI") else 8
WAYS = ("settled in SQL", "undetermined, exact by signs", "exact path", "contradiction")
Told = tuple[str | None, str | None, bool | None, str | None]


def by_the_engine(case: Case, edition: Edition, action: str) -> Told:
    try:
        found = outcomes(case, edition, (action,))[action]
    except ContradictoryFacts:
        return None, None, None, None
    return found.outcome, found.standing, found.settled, "".join(f"{one.rule}\n" for one in found.by)


def differences(cases: Sequence[Case], edition: Edition, action: str) -> tuple[dict[str, list[Any]], Many]:
    """Where SQL and the engine differ, apart by the way in which SQL's answer was found."""
    many = decide_many(cases, cases[0].agency, action, edition)
    found: dict[str, list[Any]] = {way: [] for way in WAYS}
    for case, row in zip(cases, many.table.to_pylist(), strict=True):
        told = (row["outcome"], row["standing"], row["settled"], row["by"])
        expected = by_the_engine(case, edition, action)
        if told != expected:
            found[row["how"]].append((dict(case.facts), told, expected))
    return found, many


def agree(cases: Sequence[Case], edition: Edition, actions: Sequence[str] = ACTIONS[:1]) -> list[Many]:
    every: list[Many] = []
    for action in actions:
        found, many = differences(cases, edition, action)
        assert not any(found.values()), (action, {way: some[:2] for way, some in found.items() if some})
        every.append(many)
    return every


def case(facts: Mapping[str, Any], at: datetime = NOON, **more: Any) -> Case:
    return Case(agency=AGENCY, at=at, facts=dict(facts), **more)


def compare(one: Law, some: Sequence[Facts], action: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        edition = law(Path(folder), **text(one))
    agree([case(stated(facts)) for facts in some], edition, (action,))


complete_facts = partial_facts().map(
    lambda facts: Facts(
        {name: facts.known.get(name, values[0]) for name, values in DOMAINS.items()},
        tuple({name: paper.get(name, values[0]) for name, values in FIELDS.items()} for paper in facts.papers),
        True,
    )
)
cases_of_a_law = st.lists(st.one_of(partial_facts(), complete_facts), min_size=30, max_size=30)
FOUND = {"deadline": None, "phases": FIND, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=FEW, **FOUND)
@given(one=laws(), some=cases_of_a_law, action=st.sampled_from(ACTIONS))
def test_sql_agrees_with_the_closure_and_the_table(one: Law, some: list[Facts], action: str) -> None:
    compare(one, some, action)


@pytest.mark.long
@pytest.mark.timeout(14400)
@settings(max_examples=1000, **FOUND)
@given(one=laws(), some=cases_of_a_law, action=st.sampled_from(ACTIONS))
def test_sql_agrees_on_a_thousand_rulebooks(one: Law, some: list[Facts], action: str) -> None:
    compare(one, some, action)


# Time: the boundary moments of comparisons, clocks and look-backs.

FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=ZONE)
NEW_HOUR = datetime(2026, 3, 8, 1, 30, tzinfo=ZONE)
some_moments = st.lists(
    st.dictionaries(st.sampled_from(MOMENTS), st.sampled_from([*HOURS, "none", "unknown"]), min_size=1),
    min_size=20,
    max_size=20,
)


def spelled(tests: list[Any]) -> str:
    return " and ".join(("" if wanted else "not ") + " ".join(test) for wanted, test in tests)


@settings(max_examples=FEW, **FOUND)
@given(ban=all_of_time, order=all_of_time, known=some_moments)
def test_sql_agrees_on_moments(
    ban: list[Any], order: list[Any], known: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    edition = law(
        tmp_path_factory.mktemp("law"),
        city=rule("C-1", "must not", when=spelled(ban)) + rule("C-2", "must", when=spelled(order)),
    )
    agree([case(facts) for facts in known], edition)


@pytest.mark.parametrize("calendar", ["every hour", "without Saturdays, Sundays, holidays"])
def test_sql_agrees_at_the_ends_of_clocks(tmp_path: Path, calendar: str) -> None:
    edition = law(
        tmp_path,
        city=block("clock", "limit", start="started_at", hours="48", calendar=calendar, stops="stopped_at")
        + rule("C-1", "must", when="running(limit)")
        + rule("C-2", "must not", when="expired(limit)"),
    )
    cases: list[Case] = []
    for start in (FRIDAY, NEW_HOUR, datetime(2026, 7, 2, 23, 59, tzinfo=ZONE), datetime(2026, 10, 31, 12, tzinfo=ZONE)):
        for hours in (0, 8, 48, 49, 72, 96, 120, 144):
            for minutes in (-1, 0, 1):
                at = start + timedelta(hours=hours, minutes=minutes)
                for stopped in ("none", "unknown", at, at + timedelta(hours=1)):
                    cases.append(case({"started_at": start, "stopped_at": stopped}, at))
    cases += [case({"started_at": value}) for value in ("none", "unknown")]
    (many,) = agree(cases, edition)
    assert many.counts.settled > len(cases) / 2


def test_sql_agrees_on_the_days_on_which_law_begins_and_ends(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=rule("S-1", "must", when="apple", in_force="2026-01-10/2026-02-10 .. 2026-06-30", declared="2026-02-20"),
        city=rule("C-1", "must not", when="not apple or berry", in_force="2026-02-01 .."),
    )
    days = [datetime(2026, month, day, tzinfo=ZONE) for month, day in ((1, 10), (2, 1), (2, 10), (2, 20), (7, 1))]
    cases = [
        case(facts, day + timedelta(seconds=seconds))
        for day in days
        for seconds in (-1, 0, 1)
        for facts in ({"apple": True}, {"apple": False}, {"apple": "unknown", "berry": False}, {})
    ]
    agree(cases, edition, ("hold", "release"))


LOOK_BACK = """
```fact judged
type: list
ask: Which judgments?
phrase: an earlier judgment was found
not phrase: the search found no earlier judgment
```
```fact judged[].on
type: date
phrase: its judgment is {value}
not phrase: its judgment is not {value}
```
```fact judged[].grave
type: yes/no
true: it is grave
false: it is not grave
```
```fact judged[].more
type: count
phrase: its days are {value}
not phrase: its days are not {value}
```
"""


def test_sql_agrees_on_look_backs(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        vocabulary=LOOK_BACK,
        city=rule("C-1", "must not", when="some judged where (grave and within(on, of=at, years=5, plus=more))")
        + rule("C-2", "may", when="at least 2 judged where within(on, of=born, years=1, months=6, boundary=out)")
        + rule("C-3", "must", when="within(born, of=at, days=30)"),
    )
    at = datetime(2024, 2, 29, 12, tzinfo=ZONE)
    days = ["2019-02-27", "2019-02-28", "2019-03-01", "2024-02-29", "2024-03-01", "2019-02", "2019", "none", "unknown"]
    cases: list[Case] = []
    for number, day in enumerate(days):
        for more in (0, 1, "unknown"):
            for born in ("2024-01-30", "2024-01-29", "2020-08-29", "2020", "unknown", "none"):
                other = {"on": days[(number * 5 + 1) % len(days)], "grave": True, "more": 2}
                records = [{"on": day, "grave": "unknown" if number % 2 else True, "more": more}, other]
                cases.append(case({"judged": records, "judged.complete": number % 3 > 0, "born": born}, at))
    agree(cases, edition)


JAIL = """
```fact judged
type: list
ask: Which judgments?
phrase: an earlier judgment was found
not phrase: the search found no earlier judgment
```
""" + "".join(
    f"```fact judged[].{name}\ntype: {kind}\nphrase: its {words} is {{value}}\nnot phrase: its {words} is not {{value}}\n```\n"
    for name, kind, words in (
        ("date", "date", "judgment"),
        ("commission_date", "date", "crime"),
        ("jail_days_for_it", "count", "number of days in jail"),
    )
)


def test_sql_agrees_on_look_backs_that_jail_days_make_longer(tmp_path: Path) -> None:
    longer = "within(date, of=at, years=5, plus=jail_days(commission_date .. at where jail_days_for_it > 1))"
    edition = law(tmp_path, vocabulary=JAIL, city=rule("C-1", "must not", when=f"some judged where {longer}"))
    at = datetime(2026, 3, 3, 12, tzinfo=ZONE)
    cases: list[Case] = []
    for day in ("2021-03-03", "2021-03-02", "2021-02-27", "2021-02-20", "unknown"):
        for spent in (1, 3, 5, "unknown"):
            for other in ({"date": "2016-01-01", "jail_days_for_it": 6}, {"date": "2021-02-25", "jail_days_for_it": 6}):
                first = {"date": day, "commission_date": "2020-01-01", "jail_days_for_it": spent}
                for complete in (True, False):
                    records = [first, {**other, "commission_date": "2016-01-01"}]
                    cases.append(case({"judged": records, "judged.complete": complete}, at))
    agree(cases, edition)


# What rules do to one another.


def test_sql_agrees_on_lifts_of_lifts_and_voids_of_voids(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=block("voids", "F-1", action="hold", when="apple", layers="us-xx"),
        state=block("voids", "S-1", action="hold", when="berry", effects="must not")
        + rule("S-2", lifts="C-1", when="cherry")
        + rule("S-3", "must", lifts="S-2", when="shown(colour is red)"),
        city=rule("C-1", "must not", unless="days > 3", otherwise="may") + rule("C-2", "may", when="permitted_by(C-1)"),
    )
    options = {
        "apple": (True, False, "unknown"),
        "berry": (True, False, "unknown"),
        "cherry": (True, False, "unknown"),
        "colour": ("red", "blue", "unknown"),
        "days": (3, 4, "unknown"),
    }
    every: list[dict[str, Any]] = [{}]
    for name, values in options.items():
        every = [{**one, name: value} for one in every for value in values]
    many = agree([case(facts) for facts in every], edition, ACTIONS)
    assert many[0].counts.settled
    assert many[0].counts.by_signs


def test_sql_agrees_on_readings_and_choices(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=block("reading", "strictness", alternatives="strict, lax, wild", default="strict", rejected="wild")
        + block("reading", "paperwork", alternatives="signed_only, any_paper", default="signed_only"),
        city=rule("C-1", "must not", when="apple and strictness is strict")
        + rule("C-2", "must", when="berry and some papers where (signed or paperwork is any_paper)"),
    )
    papers = ([], [{"signed": True}], [{"signed": False}], [{"signed": "unknown"}])
    cases = [
        case({"apple": apple, "berry": berry, "papers": list(some), "papers.complete": complete}, choices=choices)
        for apple in (True, False, "unknown")
        for berry in (True, False, "unknown")
        for some in papers
        for complete in (True, False)
        for choices in ({}, {"strictness": "lax"})
    ]
    agree(cases, edition, ("hold", "release"))


def test_information_is_decided_item_by_item(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not", action="share_information", item="home_address", when="apple")
        + rule("C-2", "may", action="notify_release", when="berry"),
    )
    cases = [
        case({"apple": apple, "berry": berry, **({"info.sought": sought} if sought else {})})
        for apple in (True, False, "unknown")
        for berry in (True, False, "unknown")
        for sought in (None, ["release_date"], ["home_address", "work_address"], "unknown")
    ]
    agree(cases, edition, ("share_information", "notify_release"))


# The counts, and what the exact path is left with.


def test_an_unknown_that_pulls_both_ways_is_left_to_the_exact_path_and_named(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=rule("C-1", "must not", when="apple and berry or not apple and cherry") + rule("C-2", "may", when="easy"),
    )
    alike = [case({"apple": "unknown", "berry": True, "cherry": True, "easy": easy}) for easy in (True, True, False)]
    (many,) = agree([*alike, case({"apple": True, "berry": "unknown", "easy": True})], edition)
    assert "apple" in many.not_one_signed
    assert "berry" not in many.not_one_signed
    assert (many.counts.exact, many.counts.decided_once, many.counts.by_signs) == (3, 2, 1)
    assert many.table.column("outcome").to_pylist() == ["forbidden", "forbidden", "forbidden", "undetermined"]


def test_an_offense_of_which_what_is_stated_does_not_tell_pulls_both_ways(edition: Edition) -> None:
    """Every field is stated, and yet nobody has ruled on an offense that no row of an open list names: an exception of the one rule either
    way, so the one or the other permits."""
    conviction = {
        **{"offense_citation": "CA PC 460(b)", "class": "felony", "state": "CA", "enhancement": "none"},
        **{"commission_date": "2017-06-27", "date": "2017-09-04", "released_at": "2021-02-04"},
        **dict.fromkeys(("state_prison", "wobbler", "expunged_or_vacated", "life_or_death"), False),
        **dict.fromkeys(("redesignated_misdemeanor", "prop47_misdemeanor"), False),
        **dict.fromkeys(("equivalent_to", "ruled_in", "ruled_out"), "none"),
    }
    warrant = {"kind": "state_criminal", "signed_by": "state_judge", "names_person": True, "offense": "none"}
    person = ("sex_registrant_current", "arson_registrant_current", "federal_felony_warrant_per_ice", "held_to_answer")
    facts = {
        **{"request.kind": "I-247A", "request.attached_warrant": "none", "request.judicial_pc_determination": True},
        **dict.fromkeys((f"request.asks_{one}" for one in ("hold", "notify", "transfer", "access")), True),
        **dict.fromkeys((f"person.{one}" for one in (*person, "aggravated_felony_a_to_p", "proof_accepted")), False),
        **{"person.citizenship_proof": "none", "local_law.bars": False},
        **{"warrants": [{**warrant, "attached": False}], "person.convictions": [conviction]},
        "person.charges": [{"held_to_answer": False}],
    }
    cited = replace(case(facts), agency="us-ca-san-francisco/sheriff")
    (many,) = agree([cited], edition, ("transfer",))
    assert many.table.to_pylist()[0]["outcome"] == "permitted"
    assert many.counts.exact == 1


def test_a_fact_that_a_constraint_ties_is_left_to_the_exact_path(tmp_path: Path) -> None:
    never = "\n```constraint both\nnever: apple and not berry\nsays: No apple without a berry.\n```\n"
    edition = law(tmp_path, vocabulary=never, city=rule("C-1", "must not", when="apple and not berry or cherry"))
    cases = [
        case(facts) for facts in ({"cherry": False}, {"cherry": True}, {"apple": True, "berry": False, "cherry": True})
    ]
    (many,) = agree(cases, edition)
    assert many.table.column("how").to_pylist() == ["exact path", "settled in SQL", "contradiction"]


def test_a_duty_that_is_owed_counts_as_open(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=block("duty", "C-9", action="give_copy", who="officer", whom="person", trigger="apple", done="served_at"),
    )
    cases = [
        case({"apple": apple, **served})
        for apple in (True, False, "unknown")
        for served in ({}, {"served_at": NOON}, {"served_at": NOON + timedelta(hours=1)}, {"served_at": "none"})
    ]
    agree(cases, edition, ("give_copy",))


def test_a_definition_of_the_nearest_layer_counts(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=define("ripe", "apple", cite="§ 1") + rule("S-1", "must", when="ripe"),
        city=define("ripe", "berry", cite="§ 2") + rule("C-1", "must not", when="not ripe"),
    )
    options = (True, False, "unknown")
    agree([case({"apple": apple, "berry": berry}) for apple in options for berry in options], edition)


def test_cases_of_another_agency_are_refused(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="apple"))
    with pytest.raises(LawError):
        decide_many([replace(case({}), agency="us-xx/other")], AGENCY, "hold", edition)
