"""Where the days that matter to a list lie alike, it has the same answers: what is worked out for one moment serves another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, load
from detainerdesk.law.answers import ListInCase
from detainerdesk.law.circuit import Quantified
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.lowering import law_on
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


def list_in(
    agency: str, convictions: list[dict[str, Any]], at: datetime, anchors: datetime, complete: bool
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
    return ListInCase(day, name, asked, known.facts.lists[name], known.facts.plain.everything(), setting)


@settings(max_examples=60, deadline=None)
@given(
    agency=st.sampled_from(sorted(ZONES)),
    convictions=st.lists(records, min_size=1, max_size=2),
    first=moments,
    second=moments,
    anchors=st.tuples(moments, moments),
    complete=st.booleans(),
)
def test_lists_whose_days_lie_alike_have_the_same_answers(
    agency: str,
    convictions: list[dict[str, Any]],
    first: tuple[date, int],
    second: tuple[date, int],
    anchors: tuple[tuple[date, int], tuple[date, int]],
    complete: bool,
) -> None:
    zone = ZoneInfo(ZONES[agency])

    def moment(day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=zone)

    one = list_in(agency, convictions, moment(*first), moment(*anchors[0]), complete)
    other = list_in(agency, convictions, moment(*second), moment(*anchors[1]), complete)
    lies = one.lies(one.whole)
    if lies is not None and lies == other.lies(other.whole):
        mine, theirs = one.answers(one.setting), other.answers(other.setting)
        assert set(mine.values) == set(theirs.values)
        assert by_answer(mine) == by_answer(theirs)


def by_answer(found: Any) -> dict[str, set[frozenset[Any]]]:
    """Between which answers each unknown field leads, by the answers themselves."""
    return {
        name: {frozenset(found.values[index] for index in group) for group in groups}
        for name, groups in found.groups.items()
    }


def test_days_that_lie_otherwise_are_told_apart() -> None:
    agency, zone = "us-ca-san-francisco/sheriff", ZoneInfo("America/Los_Angeles")
    convictions = [{"offense_citation": "CA PC 459/460(b)", "date": "2011-06-10", "released_at": "2011-06-10"}]
    inside, still, outside = (datetime(2026, 6, day, 9, tzinfo=zone) for day in (5, 7, 11))
    found = [list_in(agency, convictions, at, at, True) for at in (inside, still, outside)]
    lies = [one.lies(one.whole) for one in found]
    assert lies[0] is not None
    assert lies[0] == lies[1]
    assert lies[0] != lies[2], "fifteen years are over"
