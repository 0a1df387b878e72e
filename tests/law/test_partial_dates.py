"""A date may be known in part: a year or a month is every day of it, until something turns on the day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detainerdesk.law import CaseError, ContradictoryFacts
from detainerdesk.law.language.dates import PartialDate
from tests.law.small import CRIMES, block, law, outcome, rule, word


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2015", date(2015, 1, 1), date(2015, 12, 31)),
        ("2015-06", date(2015, 6, 1), date(2015, 6, 30)),
        ("2015-12", date(2015, 12, 1), date(2015, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_year_or_a_month_is_every_day_of_it(text: str, start: date, end: date) -> None:
    part = PartialDate.read(text)
    assert part == PartialDate(start, end)
    assert str(part) == text


@pytest.mark.parametrize("text", ["2015-13", "2015-00", "15", "0000", "2015-6", "June 2015", "", "2015-06-01"])
def test_what_is_neither_is_no_partial_date(text: str) -> None:
    assert PartialDate.read(text) is None


@pytest.mark.parametrize("raw", ["2015-13", "June 2015", True, 15, "2015-6"])
def test_a_bad_date_is_refused_with_what_was_expected(tmp_path: Path, raw: object) -> None:
    with pytest.raises(CaseError, match="expected a date like 2026-03-03"):
        word(law(tmp_path), {"born": raw})


def test_yaml_reads_a_year_as_a_number(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="born < 2016-01-01"))
    assert word(edition, {"born": 2015}) == "forbidden"


@pytest.mark.parametrize(
    ("when", "born", "answer"),
    [
        ("born < 2016-01-01", "2015", "forbidden"),
        ("born <= 2015-12-31", "2015", "forbidden"),
        ("born < 2015-12-31", "2015", "undetermined"),
        ("born > 2015-12-31", "2015", "silent"),
        ("born >= 2015-01-01", "2015", "forbidden"),
        ("born is 2015-06-15", "2015-06", "undetermined"),
        ("born is 2015-06-15", "2015-07", "silent"),
        ("born is none", "2015", "silent"),
        ("born < at", "2015", "forbidden"),
        ("born < started_at", "2015", "undetermined"),
        ("born < 2015-06-15 or born >= 2015-06-15", "2015", "forbidden"),
        ("born < 2015-03-01 and born > 2015-09-01", "2015", "silent"),
    ],
)
def test_it_is_decided_where_all_its_days_agree(tmp_path: Path, when: str, born: str, answer: str) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when=when))
    found = outcome(edition, {"born": born})
    assert found.outcome == answer
    if answer == "undetermined":
        assert "born" in found.needs


def test_two_dates_in_part_may_be_compared(tmp_path: Path) -> None:
    edition = law(
        tmp_path, vocabulary=CRIMES, city=rule("C-1", "must not", when="some crimes where date > commission_date")
    )
    for judged, committed, answer in (
        ("2015", "2014", "forbidden"),
        ("2014", "2015", "silent"),
        ("2015", "2015-06", "undetermined"),
        ("2015-06", "2015-07-01", "silent"),
        ("2015", "2014-12-31", "forbidden"),
    ):
        found = outcome(edition, {"crimes": [{"date": judged, "commission_date": committed}]})
        assert found.outcome == answer, (judged, committed)


def test_a_constraint_narrows_what_is_known_in_part(tmp_path: Path) -> None:
    never = block(
        "constraint", "order", never="some crimes where (commission_date > date)", says="A judgment comes after."
    )
    edition = law(
        tmp_path,
        vocabulary=CRIMES + never,
        city=rule("C-1", "must not", when="some crimes where date >= 2015-06-01"),
    )
    assert word(edition, {"crimes": [{"date": "2015"}]}) == "undetermined"
    assert word(edition, {"crimes": [{"date": "2015", "commission_date": "2015-06-01"}]}) == "forbidden"
    with pytest.raises(ContradictoryFacts):
        word(edition, {"crimes": [{"date": "2014", "commission_date": "2015"}]})


ORDERS = ("<", "<=", ">", ">=")
some_days = st.dates(date(2014, 11, 1), date(2016, 2, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    part=st.sampled_from(["2015", "2015-01", "2015-06", "2015-12"]),
    tests=st.lists(st.tuples(st.booleans(), st.sampled_from(ORDERS), some_days), min_size=1, max_size=3),
    joint=st.sampled_from(["and", "or"]),
)
def test_the_answer_is_that_of_every_day_of_it(
    part: str, tests: list[tuple[bool, str, date]], joint: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    when = f" {joint} ".join(f"{'' if plain else 'not '}born {order} {day}" for plain, order, day in tests)
    edition = law(tmp_path_factory.mktemp("law"), city=rule("C-1", "must not", when=when))
    whole = PartialDate.read(part)
    assert whole is not None
    days = [whole.start + timedelta(days=by) for by in range((whole.end - whole.start).days + 1)]

    def true(day: date) -> bool:
        order: dict[str, Any] = {"<": date.__lt__, "<=": date.__le__, ">": date.__gt__, ">=": date.__ge__}
        each = [order[how](day, other) == plain for plain, how, other in tests]
        return all(each) if joint == "and" else any(each)

    answers = {true(day) for day in days}
    expected = "undetermined" if len(answers) == 2 else "forbidden" if True in answers else "silent"
    assert word(edition, {"born": part}) == expected
