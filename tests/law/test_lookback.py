"""Looking back: which day is the first inside, what makes the span longer, and what is done while a day is not known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detainerdesk.law import RulebookError
from detainerdesk.law.errors import Place
from detainerdesk.law.language import grammar
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.grammar import parse
from detainerdesk.law.language.lookback import JailRecord, Window, first_day, holds, jail_days, turns
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN
from tests.law.naive import in_the_years_before
from tests.law.small import CRIMES, NOON, ZONE, block, law, outcome, rule, word

HERE = Place("file.md", 3)


def window(text: str) -> Window:
    node = parse(text, HERE)
    assert isinstance(node, grammar.Within)
    return Window.of(node, node.plus if isinstance(node.plus, str) else None)


def inside(test: Window, day: Any, anchor: Any, **more: Any) -> bool | None:
    values = {"day": day, "anchor": anchor, **more}
    return holds(test, lambda name: values.get(name, UNKNOWN), NOON, ZONE)


# The first day.


@pytest.mark.parametrize(
    ("span", "anchor", "first"),
    [
        ("years=7", date(2026, 3, 3), date(2019, 3, 3)),
        ("years=5", date(2024, 2, 29), date(2019, 2, 28)),
        ("years=4", date(2024, 2, 29), date(2020, 2, 29)),
        ("years=1", date(2025, 2, 28), date(2024, 2, 28)),
        ("months=6", date(2026, 8, 31), date(2026, 2, 28)),
        ("months=1", date(2026, 1, 31), date(2025, 12, 31)),
        ("years=1, months=2", date(2026, 4, 30), date(2025, 2, 28)),
        ("days=90", date(2026, 3, 3), date(2025, 12, 3)),
        ("years=5, days=1", date(2026, 3, 3), date(2021, 3, 2)),
        ("years=5, boundary=out", date(2026, 3, 3), date(2021, 3, 4)),
    ],
)
def test_the_first_day_inside(span: str, anchor: date, first: date) -> None:
    test = window(f"within(day, of=anchor, {span})")
    assert first_day(test, anchor, 0) == first
    assert inside(test, first, anchor) is True
    assert inside(test, first - timedelta(days=1), anchor) is False


def test_both_ends_are_inside_and_what_comes_after_the_anchor_is_not() -> None:
    test = window("within(day, of=anchor, years=5)")
    assert inside(test, date(2026, 3, 3), date(2026, 3, 3)) is True
    assert inside(test, date(2026, 3, 4), date(2026, 3, 3)) is False


def test_an_anchor_with_a_time_is_its_local_day() -> None:
    test = window("within(day, of=anchor, years=5)")
    late = datetime(2026, 3, 3, 23, 59, tzinfo=ZONE)
    assert inside(test, date(2021, 3, 3), late) is True
    assert inside(test, date(2021, 3, 3), late + timedelta(minutes=1)) is False


def test_what_has_not_happened_lies_nowhere() -> None:
    test = window("within(day, of=anchor, years=5)")
    assert inside(test, NONE, date(2026, 3, 3)) is False
    assert inside(test, date(2026, 3, 3), NONE) is False
    assert inside(test, date(2026, 3, 3), UNKNOWN) is None


def test_a_span_that_begins_before_the_calendar_does() -> None:
    test = window("within(day, of=anchor, years=150)")
    assert inside(test, date(3, 1, 1), date(100, 1, 1)) is True


@settings(deadline=None)
@given(
    day=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    anchor=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    years=st.integers(1, 7),
    plus=st.integers(0, 90),
    boundary=st.sampled_from(["in", "out"]),
)
def test_it_is_the_walk_back_day_by_day(day: date, anchor: date, years: int, plus: int, boundary: str) -> None:
    test = window(f"within(day, of=anchor, years={years}, plus=more, boundary={boundary})")
    assert inside(test, day, anchor, more=plus) is in_the_years_before(day, anchor, years, boundary, plus)


days = st.dates(date(2018, 1, 1), date(2027, 12, 31))


@given(anchor=days, later=st.integers(0, 500), span=st.sampled_from(["years=1", "years=5", "months=7", "days=30"]))
def test_a_later_anchor_never_begins_earlier(anchor: date, later: int, span: str) -> None:
    test = window(f"within(day, of=anchor, {span})")
    assert first_day(test, anchor, 0) <= first_day(test, anchor + timedelta(days=later), 0)


@settings(deadline=None)
@given(
    start=days,
    more=st.integers(0, 800),
    anchor=days,
    anchor_more=st.integers(0, 40),
    boundary=st.sampled_from(["in", "out"]),
)
def test_a_day_known_in_part_is_decided_where_all_its_days_agree(
    start: date, more: int, anchor: date, anchor_more: int, boundary: str
) -> None:
    test = window(f"within(day, of=anchor, years=2, boundary={boundary})")
    part, anchors = (PartialDate(one, one + timedelta(days=by)) for one, by in ((start, more), (anchor, anchor_more)))
    each = {
        inside(test, start + timedelta(days=i), anchor + timedelta(days=j))
        for i in range(0, more + 1)
        for j in {0, anchor_more // 2, anchor_more}
    }
    found = inside(test, part, anchors)
    if found is not None:
        assert each == {found}
    elif anchor_more == 0:
        assert len(each) == 2


@settings(deadline=None)
@given(anchor=days, day=days, name=st.sampled_from(["day", "anchor"]), boundary=st.sampled_from(["in", "out"]))
def test_nothing_turns_between_the_days_that_are_tried(anchor: date, day: date, name: str, boundary: str) -> None:
    """Between two neighbours of the days given (and the days beside them) the answer is the same throughout."""
    test = window(f"within(day, of=anchor, years=2, boundary={boundary})")
    values: dict[str, date] = {"day": day, "anchor": anchor}
    known = {key: value for key, value in values.items() if key != name}
    points = {
        one for one in turns(test, name, lambda key: known.get(key, UNKNOWN), NOON, ZONE, []) if isinstance(one, date)
    }
    tried = points | {one + timedelta(days=by) for one in points for by in (-1, 1)}
    for by in range(-1100, 1101, 1):
        here = min(points) + timedelta(days=by)
        before = max((one for one in tried if one <= here), default=min(tried))
        assert inside(test, **(known | {name: here})) == inside(test, **(known | {name: before}))


# Jail days.


def count(*records: JailRecord, complete: bool = True) -> tuple[int, int | None]:
    return jail_days(date(2020, 1, 1), date(2026, 1, 1), records, ZONE, complete=complete)


def test_jail_days_are_those_of_records_that_count_and_lie_between() -> None:
    inside_ = date(2021, 5, 5)
    assert count(JailRecord(True, inside_, 60), JailRecord(True, inside_, 5)) == (65, 65)
    assert count(JailRecord(False, inside_, 60)) == (0, 0)
    assert count(JailRecord(True, date(2019, 12, 31), 60)) == (0, 0)
    assert count(JailRecord(True, date(2026, 1, 2), 60)) == (0, 0)
    assert count(JailRecord(True, date(2020, 1, 1), 60), JailRecord(True, date(2026, 1, 1), 7)) == (67, 67)
    assert count(JailRecord(True, NONE, 60)) == (0, 0)


def test_jail_days_that_are_not_known_lie_between_the_least_and_the_most() -> None:
    inside_ = date(2021, 5, 5)
    assert count(JailRecord(None, inside_, 60), JailRecord(True, inside_, 5)) == (5, 65)
    assert count(JailRecord(True, UNKNOWN, 60)) == (0, 60)
    assert count(JailRecord(True, PartialDate(date(2019, 1, 1), date(2020, 6, 1)), 60)) == (0, 60)
    assert count(JailRecord(True, inside_, UNKNOWN)) == (0, None)
    assert count(JailRecord(True, inside_, 60), complete=False) == (60, None)


def test_a_record_counts_for_its_own_look_back_though_nobody_knows_when_the_crime_was() -> None:
    own = JailRecord(True, date(2021, 5, 5), 60, own=True)
    assert jail_days(UNKNOWN, date(2026, 1, 1), [own], ZONE, complete=True) == (60, 60)


# In rules.

LIST = {"listed.csv": "citation\nCA PC 10\nCA PC 20(a)\n"}
JAIL = "jail_days(commission_date .. started_at where offense_citation in listed)"


def town(folder: Path, where: str) -> Any:
    return law(
        folder,
        vocabulary=CRIMES,
        city=block("list", "listed", file="listed.csv")
        + rule("C-1", "must not", when=f"some crimes where (offense_citation in listed and {where})"),
        tables=LIST,
    )


OLD = {"offense_citation": "CA PC 10", "date": "2021-01-20", "commission_date": "2020-05-05"}
"""42 days too old on 3 March 2026."""
ARREST = {"started_at": "2026-03-03 10:00"}


@pytest.mark.parametrize(
    ("records", "answer", "needs"),
    [
        ([OLD], "silent", set()),
        ([OLD | {"jail_days_for_it": 42}], "forbidden", set()),
        ([OLD | {"jail_days_for_it": 41}], "silent", set()),
        ([OLD | {"jail_days_for_it": "unknown"}], "undetermined", {"crimes[1].jail_days_for_it"}),
        ([OLD, {"offense_citation": "CA PC 99", "date": "2022-01-01", "jail_days_for_it": 60}], "silent", set()),
        ([OLD, {"offense_citation": "CA PC 10", "date": "2020-05-04", "jail_days_for_it": 60}], "silent", set()),
        (
            [OLD, {"offense_citation": "CA PC 20", "date": "2020-06-04", "jail_days_for_it": 60}],
            "undetermined",
            {"crimes[2].offense_citation"},
        ),
        (
            [OLD, {"offense_citation": "CA PC 10", "date": "2020", "jail_days_for_it": 60}],
            "undetermined",
            {"crimes[2].date"},
        ),
        ([OLD, {"offense_citation": "CA PC 20", "date": "2020-06-04", "jail_days_for_it": 41}], "silent", set()),
    ],
)
def test_days_in_jail_for_listed_crimes_make_the_span_longer(
    tmp_path: Path, records: list[dict[str, Any]], answer: str, needs: set[str]
) -> None:
    found = outcome(town(tmp_path, f"within(date, of=started_at, years=5, plus={JAIL})"), {"crimes": records, **ARREST})
    assert (found.outcome, set(found.needs)) == (answer, needs)


def test_which_days_in_jail_count_may_turn_on_a_reading(tmp_path: Path) -> None:
    where = "(counted is every_crime or offense_citation in listed)"
    edition = law(
        tmp_path,
        vocabulary=CRIMES,
        city=block("list", "listed", file="listed.csv")
        + block("reading", "counted", alternatives="every_crime, listed_only", default="listed_only")
        + rule(
            "C-1",
            "must not",
            when="some crimes where (offense_citation in listed and within(date, of=started_at, years=5, "
            f"plus=jail_days(commission_date .. started_at where {where})))",
        ),
        tables=LIST,
    )
    other = {"offense_citation": "CA PC 99", "date": "2022-01-01", "jail_days_for_it": 60}
    found = outcome(edition, {"crimes": [OLD, other], **ARREST})
    assert (found.outcome, found.standing) == ("disputed", "silent")
    assert found.alternatives == {"every_crime": "forbidden", "listed_only": "silent"}


def test_a_conviction_that_nobody_has_found_yet_may_bring_days_in_jail(tmp_path: Path) -> None:
    edition = town(tmp_path, f"within(date, of=started_at, years=5, plus={JAIL}) and grave")
    facts = {"crimes": [OLD | {"grave": True}], "crimes.complete": False, **ARREST}
    assert outcome(edition, facts).needs == ("crimes",)
    closed = {"crimes": [OLD | {"grave": True}], **ARREST}
    assert word(edition, closed) == "silent"


@pytest.mark.parametrize(
    ("day", "started_at", "answer", "needs"),
    [
        ("2021-03-03", "2026-03-03 23:00", "forbidden", set()),
        ("2021-03-02", "2026-03-03 00:00", "silent", set()),
        ("unknown", "2026-03-03 00:00", "undetermined", {"crimes[1].date"}),
        ("2021-03-02", "unknown", "undetermined", {"started_at"}),
        ("unknown", "unknown", "undetermined", {"crimes[1].date", "started_at"}),
        ("2021-03-02", "none", "silent", set()),
        ("none", "unknown", "silent", set()),
        ("2021", "unknown", "undetermined", {"crimes[1].date", "started_at"}),
        ("2021-03", "2026-03-03 00:00", "undetermined", {"crimes[1].date"}),
        ("2021-04", "2026-03-03 00:00", "forbidden", set()),
        ("2021-02", "2026-03-03 00:00", "silent", set()),
    ],
)
def test_an_unknown_day_and_an_unknown_anchor(
    tmp_path: Path, day: str, started_at: str, answer: str, needs: set[str]
) -> None:
    edition = town(tmp_path, "within(date, of=started_at, years=5)")
    facts = {"crimes": [{"offense_citation": "CA PC 10", "date": day}], "started_at": started_at}
    found = outcome(edition, facts)
    assert (found.outcome, set(found.needs)) == (answer, needs)


def test_two_spans_are_told_apart_by_one_day(tmp_path: Path) -> None:
    """What lies in the last two years lies in the last five: no unknown date makes it otherwise."""
    edition = town(tmp_path, "within(date, of=at, years=2) and not within(date, of=at, years=5)")
    assert word(edition, {"crimes": [{"offense_citation": "CA PC 10"}]}) == "silent"
    assert word(edition, {"crimes": "unknown"}) == "silent"
    between = town(tmp_path, "within(date, of=at, years=5) and not within(date, of=at, years=2)")
    assert word(between, {"crimes": "unknown"}) == "undetermined"


def test_two_records_may_have_one_anchor_that_nobody_knows(tmp_path: Path) -> None:
    """Both can't be in a year before the same day, two years apart."""
    edition = law(
        tmp_path,
        vocabulary=CRIMES,
        city=rule("C-1", "must not", when="at least 2 crimes where within(date, of=started_at, years=1)"),
    )
    assert word(edition, {"crimes": [{"date": "2020-01-01"}, {"date": "2022-01-01"}]}) == "silent"
    assert word(edition, {"crimes": [{"date": "2020-01-01"}, {"date": "2020-11-01"}]}) == "undetermined"


def test_a_field_of_which_different_ones_are_counted_is_asked_though_nothing_else_is_unknown(tmp_path: Path) -> None:
    when = "at least 2 different state of crimes where within(date, of=at, years=5)"
    edition = law(tmp_path, vocabulary=CRIMES, city=rule("C-1", "must not", when=when))
    known = {"date": "2025-01-01", "state": "CA"}
    found = outcome(edition, {"crimes": [known, {"date": "2025-02-01"}]})
    assert (found.outcome, found.needs) == ("undetermined", ("crimes[2].state",))


def test_the_answer_names_the_day_on_which_the_span_leaves_it(tmp_path: Path) -> None:
    edition = town(tmp_path, "within(date, of=at, years=5)")
    found = outcome(edition, {"crimes": [{"offense_citation": "CA PC 10", "date": "2021-05-01"}]})
    assert found.until == datetime(2026, 5, 2, 0, 0, tzinfo=ZONE)


def test_a_window_of_the_case_itself(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="within(born, of=started_at, years=18)"))
    assert word(edition, {"born": "2008-03-03", "started_at": "2026-03-03 10:00"}) == "forbidden"
    assert word(edition, {"born": "2008-03-02", "started_at": "2026-03-03 10:00"}) == "silent"
    assert set(outcome(edition, {}).needs) == {"born", "started_at"}
    assert set(outcome(edition, {"born": "2008"}).needs) == {"started_at", "born"}
    assert word(edition, {"born": "2009", "started_at": "2026-03-03 10:00"}) == "forbidden"


def test_a_count_of_the_case_makes_it_longer(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="within(born, of=at, years=18, plus=days)"))
    assert word(edition, {"born": "2008-03-01", "days": 2}) == "forbidden"
    assert word(edition, {"born": "2008-03-01", "days": 1}) == "silent"
    assert outcome(edition, {"born": "2008-03-01"}).needs == ("days",)
    assert word(edition, {"born": "2008-03-05"}) == "forbidden"


# What may be written.


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("within(date)", 12, "needs `of=`"),
        ("within(date, of=at)", 19, "needs `years=`, `months=` or `days=`"),
        ("within(date, of=at, years=0)", 28, "needs `years=`"),
        ("within(date, of=at, years=some)", 31, "`years=` is a whole number up to 150"),
        ("within(date, of=at, years=151)", 30, "up to 150"),
        ("within(date, of=at, years=5, years=5)", 30, "written twice"),
        ("within(date, since=at, years=5)", 14, "expected of= or years="),
        ("within(date of=at)", 13, "expected ,"),
        ("within(date, of=at, years=5, boundary=over)", 39, "expected in or out, found “over”"),
        ("within(date, of=jail_days(a .. b), years=5)", 43, "stands after `plus=` only"),
        ("within(date, of=at, years=5, plus=jail_days(a to b))", 47, r"expected \.\., found “to”"),
        ("within(date, of=at, years=5", 28, "the condition ends"),
        ("within(, of=at, years=5)", 8, "expected a date"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        parse(text, HERE)
    assert error.value.place is not None
    assert error.value.place.column == column


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("within(dates, of=at, years=5)", "no fact or definition"),
        ("within(grave, of=at, years=5)", "grave is yes/no, and a date was expected"),
        (
            "within(date, of=commission_date, years=5)",
            "is a field of crimes: the anchor .* is a fact of the case, or `at`",
        ),
        ("within(date, of=colour, years=5)", "colour is one of"),
        ("within(date, of=at, years=5, plus=colour)", "`plus=` is a count of days"),
        ("within(date, of=at, years=5, plus=jail_days(colour .. at))", "the first day that counts was expected"),
        ("within(date, of=at, years=5, plus=jail_days(date .. commission_date))", "is a field of crimes"),
        ("within(date, of=at, years=5, plus=jail_days(date .. at where colours))", "no field of crimes"),
    ],
)
def test_a_test_of_the_wrong_things_is_refused(tmp_path: Path, where: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        town(tmp_path, where)


def test_jail_days_are_of_a_lists_records(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="stands after `where` of a list"):
        law(
            tmp_path,
            city=rule("C-1", "must not", when="within(born, of=at, years=1, plus=jail_days(born .. at))"),
        )


def test_a_circle_through_the_days_in_jail_is_refused(tmp_path: Path) -> None:
    means = "within(date, of=at, years=1, plus=jail_days(commission_date .. at where recent))"
    with pytest.raises(RulebookError, match="circle"):
        law(
            tmp_path,
            vocabulary=CRIMES,
            city=block("define", "recent of crimes", means=means, phrase="it is recent", not_phrase="it is not recent"),
        )


def test_the_words(tmp_path: Path) -> None:
    edition = town(
        tmp_path, "(within(date, of=started_at, years=7) or within(date, of=at, months=1, days=2, boundary=out))"
    )
    book = edition.rulebooks["us-xx-town"]
    said = edition.prose(book).sentence(book.rules[0])
    assert "the date is in the 7 years before the start (both days inside)" in said
    assert "the date is in the 1 month and 2 days before now (the first day outside)" in said
