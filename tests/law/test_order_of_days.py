"""Where the days that matter to a list lie alike, it has the same answers: what is worked out for one moment serves another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, decide, load
from detainerdesk.law.answers import ListInCase, Worked
from detainerdesk.law.circuit import Quantified
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.lowering import law_on
from detainerdesk.law.order import OrderOfDays
from detainerdesk.law.plan import Term

ZONES = {"us-ca-san-francisco/sheriff": "America/Los_Angeles", "us-ny-new-york-city/police": "America/New_York"}
JUDGED = date(2016, 2, 29)
"""A day of which five and seven years later are no such day."""
DAY = timedelta(days=1)

near = st.integers(-2, 2)
days = st.builds(
    lambda years, by: (JUDGED.replace(year=JUDGED.year + years, day=28) + by * DAY).isoformat(),
    st.integers(-3, 2),
    near,
)
records = st.fixed_dictionaries(
    {"offense_citation": st.sampled_from(["CA PC 459/460(b)", "CA PC 187", "NY PL 125.25", "CA PC 530.5"])},
    optional={
        "class": st.sampled_from(["felony", "misdemeanor"]),
        "date": st.one_of(days, st.sampled_from(["2016", "2014-05"])),
        "commission_date": days,
        "released_at": days,
        "jail_days_for_it": st.integers(0, 3),
        "wobbler": st.booleans(),
    },
)
moments = st.builds(
    lambda years, by, hour: (JUDGED.replace(year=JUDGED.year + years, day=28) + by * DAY, hour),
    st.sampled_from([5, 7, 10, 15]),
    near,
    st.integers(0, 23),
)


Moment = tuple[date, int]


def list_in(
    agency: str,
    convictions: list[dict[str, Any]],
    at: datetime,
    anchors: datetime,
    complete: bool,
    worked: Worked | None = None,
) -> ListInCase:
    """The list of convictions in a case, with all conditions on it of the agency's actions."""
    edition = load()
    facts = {
        "person.convictions": convictions,
        "person.convictions.complete": complete,
        "request.received_at": anchors,
        "person.instant_arrest_at": anchors,
    }
    known = Known.of(Case(agency, at, facts), edition)
    day = law_on(known.stack, date(2026, 6, 1))  # one law for all moments: here only their order counts
    atoms = Term.of(known.docket, day).asked_of_lists((), known)["person.convictions"]
    asked = day.asked(tuple(atom for atom in atoms if isinstance(atom.means, Quantified)))
    setting = Setting(at, known.docket.readings)
    name = "person.convictions"
    return ListInCase(day, name, asked, known.facts.lists[name], known.facts.everything, setting, worked)


@settings(max_examples=60, deadline=None)
@given(
    agency=st.sampled_from(sorted(ZONES)),
    convictions=st.lists(records, min_size=1, max_size=2),
    at=st.tuples(moments, moments),
    anchors=st.tuples(moments, moments),
    complete=st.booleans(),
)
def test_lists_whose_days_lie_alike_or_whose_records_add_the_same_have_the_same_answers(
    agency: str,
    convictions: list[dict[str, Any]],
    at: tuple[Moment, Moment],
    anchors: tuple[Moment, Moment],
    complete: bool,
) -> None:
    zone, worked = ZoneInfo(ZONES[agency]), Worked()

    def moment(day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=zone)

    def of(worked: Worked) -> tuple[ListInCase, ListInCase]:
        one, other = (
            list_in(agency, convictions, moment(*at[number]), moment(*anchors[number]), complete, worked)
            for number in (0, 1)
        )
        return one, other

    one, other = of(worked)
    lie_alike = lies(one) is not None and lies(one) == lies(other)
    add_the_same = one.effect() is not None and one.effect() == other.effect()
    assert add_the_same or not lie_alike
    if add_the_same:
        one, other = of(Worked())[0], of(Worked())[1]  # nothing of the one stands for the other
        for way in one.law.ways_of_taking(one.whole.atoms, one.setting):
            assert by_answer(one.answers(way)) == by_answer(other.answers(way))


def lies(one: ListInCase) -> tuple[Any, ...] | None:
    """How the days of each record lie, and those of one that nobody has seen; None where that does not tell."""
    order = OrderOfDays.on(one.law, one.name, one.whole)
    numbers = range(len(one.records.records))
    each = [order.of(one.records.records[i], one.facts, one.setting.at, one.jail(i, one.whole).ranges) for i in numbers]
    found = (*each, () if one.records.complete else order.of({}, one.facts, one.setting.at))
    return None if None in found else found


def by_answer(found: Any) -> dict[str, set[frozenset[Any]]]:
    """The answers, and between which of them each unknown field leads."""
    return {"": {frozenset(found.values)}} | {
        name: {frozenset(found.values[index] for index in group) for group in groups}
        for name, groups in found.groups.items()
    }


def test_days_that_lie_otherwise_are_told_apart() -> None:
    agency, zone = "us-ca-san-francisco/sheriff", ZoneInfo("America/Los_Angeles")
    convictions = [{"offense_citation": "CA PC 459/460(b)", "date": "2011-06-10", "released_at": "2011-06-10"}]
    moments_in_order = (datetime(2026, 6, day, 9, tzinfo=zone) for day in (5, 7, 11))
    found = [list_in(agency, convictions, at, at, True) for at in moments_in_order]
    first, still, over = map(lies, found)
    assert first is not None
    assert first == still
    assert first != over, "fifteen years are over"


def test_what_is_remembered_of_conditions_may_be_forgotten_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 6, 10, 9, tzinfo=ZoneInfo("America/Los_Angeles"))
    convictions = [{"offense_citation": "CA PC 459/460(b)", "date": "2011"}, {"class": "felony"}]
    facts = {"request.kind": "I-247A", "person.convictions": convictions, "person.convictions.complete": False}
    case = Case("us-ca-san-francisco/sheriff", at, facts)
    before = decide(case, load()).actions
    for module in ("lowering", "answers"):
        monkeypatch.setattr(f"detainerdesk.law.{module}.MOST_REMEMBERED", 0)
    assert decide(case, load()).actions == before
