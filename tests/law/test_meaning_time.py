"""Time: dates of rules, uncertain and stayed days, declared law, clocks in conditions, and until when an answer stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.law.small import NOON, ZONE, block, decided, define, law, outcome, rule, word

ONE_MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_a_rule_is_in_force_from_the_first_to_the_last_instant_of_its_days(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force="2026-03-03 .. 2026-03-04"))
    assert word(edition, at=at("2026-03-02 23:59")) == "silent"
    assert word(edition, at=at("2026-03-03 00:00")) == "forbidden"
    assert word(edition, at=at("2026-03-04 23:59")) == "forbidden"
    assert word(edition, at=at("2026-03-05 00:00")) == "silent"


def test_days_are_days_of_the_agencys_zone(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force="2026-03-03 .."))
    assert word(edition, at=datetime.fromisoformat("2026-03-03T04:59:00+00:00")) == "silent"
    assert word(edition, at=datetime.fromisoformat("2026-03-03T05:00:00+00:00")) == "forbidden"


def test_a_rule_may_be_in_force_in_several_spans(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force="2020-01-01 .. 2020-12-31; 2026-01-01 .."))
    assert [word(edition, at=at(f"{year}-06-01 12:00")) for year in (2019, 2020, 2021, 2026)] == [
        "silent",
        "forbidden",
        "silent",
        "forbidden",
    ]


def test_a_stayed_rule_takes_no_part_in_between(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force="2017-01-01 ..", stayed="2017-08-30 .. 2018-03-12"))
    assert [word(edition, at=at(day)) for day in ("2017-08-29 12:00", "2017-08-30 12:00", "2018-03-13 12:00")] == [
        "forbidden",
        "silent",
        "forbidden",
    ]


def test_between_the_two_days_of_an_uncertain_start_both_are_decided(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force="2014-08-20/2014-08-22 .."))
    assert word(edition, at=at("2014-08-19 12:00")) == "silent"
    found = outcome(edition, at=at("2014-08-21 12:00"))
    assert (found.outcome, set(found.alternatives.values())) == ("disputed", {"silent", "forbidden"})
    assert word(edition, at=at("2014-08-22 00:00")) == "forbidden"


def test_what_a_court_declared_later_takes_no_part_before_and_was_so_all_along(tmp_path: Path) -> None:
    edition = law(tmp_path, state=rule("S-1", "must not", declared="2017-07-24"))
    before = outcome(edition, at=at("2016-06-01 12:00"))
    assert (before.outcome, before.was_so) == ("silent", "forbidden")
    after = outcome(edition, at=at("2017-07-24 00:00"))
    assert (after.outcome, after.was_so) == ("forbidden", None)


def test_was_so_is_said_of_release_too(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=define("custody.eligible_for_release", "yes"),
        state=rule("S-1", "must not", declared="2017-07-24"),
    )
    found = outcome(edition, {"custody.other_lawful_basis": False}, "release", at=at("2016-06-01 12:00"))
    assert (found.outcome, found.was_so) == ("permitted", "required")


# Until.


def test_until_is_the_day_on_which_the_law_changes(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", in_force=".. 2026-03-31"))
    assert outcome(edition).until == at("2026-04-01 00:00")


def test_until_is_the_moment_among_the_facts_at_which_the_class_changes(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="free_at <= at"))
    found = outcome(edition, {"free_at": NOON + timedelta(hours=5)})
    assert (found.outcome, found.until) == ("silent", NOON + timedelta(hours=5))


def test_until_is_a_moment_that_the_rule_itself_names(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="at >= 2026-05-01"))
    assert outcome(edition).until == at("2026-05-01 00:00")
    edition = law(tmp_path, city=rule("C-1", "must not", when="at < 2026-03-05 08:30"))
    assert outcome(edition).until == at("2026-03-05 08:30")


def test_until_is_the_end_of_a_clock(tmp_path: Path) -> None:
    clock = block("clock", "limit", start="started_at", hours="48", limits="hold")
    edition = law(
        tmp_path,
        city=clock + rule("C-1", "may", when="running(limit)") + rule("C-2", "must not", when="expired(limit)"),
    )
    decision = decided(edition, {"started_at": NOON})
    found = decision.actions["hold"]
    assert (found.outcome, found.until) == ("permitted", NOON + timedelta(hours=48))
    assert decision.clocks == {"limit": NOON + timedelta(hours=48), "hold_until": NOON + timedelta(hours=48)}


def test_until_is_the_day_on_which_a_definition_changes(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=define("ripe", "no", in_force=".. 2026-06-30")
        + define("ripe", "yes", in_force="2026-07-01 ..")
        + rule("C-1", "must not", when="ripe"),
    )
    found = outcome(edition)
    assert (found.outcome, found.until) == ("silent", at("2026-07-01 00:00"))


@pytest.mark.parametrize("when", ["free_at < at", "at > free_at", "not at <= free_at"])
def test_until_is_to_the_minute_where_what_comes_after_a_moment_counts(tmp_path: Path, when: str) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when=when))
    found = outcome(edition, {"free_at": NOON + timedelta(hours=1)})
    assert (found.outcome, found.until) == ("silent", NOON + timedelta(hours=1, minutes=1))


def test_until_is_a_moment_at_which_only_a_later_law_turns(tmp_path: Path) -> None:
    later = block("clock", "limit", start="started_at", hours="9000") + rule(
        "C-1", "must not", when="expired(limit)", in_force="2026-07-01 .."
    )
    found = outcome(law(tmp_path, city=later), {"started_at": NOON, "stopped_at": "none"})
    assert (found.outcome, found.until) == ("silent", NOON + timedelta(hours=9000))


def test_until_is_the_first_day_that_a_date_known_in_part_may_be(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="born <= at"))
    assert outcome(edition, {"born": "2027"}).until == at("2027-01-01 00:00")
    assert outcome(edition, {"born": "2026"}).until == at("2027-01-01 00:00"), "it is surely over"


def test_until_is_the_day_on_which_a_clock_changes(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=block("clock", "limit", start="started_at", hours="9000", in_force=".. 2026-06-30")
        + block("clock", "limit", start="started_at", hours="1", in_force="2026-07-01 ..")
        + rule("C-1", "must not", when="expired(limit)"),
    )
    found = outcome(edition, {"started_at": NOON, "stopped_at": "none"})
    assert (found.outcome, found.until) == ("silent", at("2026-07-01 00:00"))


def test_until_of_release_follows_hold(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=define("custody.eligible_for_release", "yes"),
        city=rule("C-1", "must not", in_force=".. 2026-03-31"),
    )
    found = outcome(edition, {"custody.other_lawful_basis": False}, "release")
    assert (found.outcome, found.until) == ("required", at("2026-04-01 00:00"))


def test_until_of_release_is_the_moment_of_release(tmp_path: Path) -> None:
    edition = law(
        tmp_path, federal=define("custody.eligible_for_release", "free_at <= at"), city=rule("C-1", "must not")
    )
    facts = {"custody.other_lawful_basis": False, "free_at": NOON + timedelta(hours=1)}
    found = outcome(edition, facts, "release")
    assert (found.outcome, found.until) == ("silent", NOON + timedelta(hours=1))


def test_what_does_not_change_stands_without_end(tmp_path: Path) -> None:
    assert outcome(law(tmp_path, city=rule("C-1", "must not"))).until is None


def test_a_moment_assumed_now_stays_where_it_was_when_until_looks_ahead(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="heard_at < 2026-06-01"))
    found = outcome(edition)
    assert (found.outcome, found.until) == ("forbidden", None)


# Clocks in conditions.

LIMIT = block("clock", "limit", start="started_at", hours="48", stops="stopped_at")


def test_a_clock_runs_from_its_start_to_its_end_end_excluded(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=LIMIT + rule("C-1", "must", when="running(limit)") + rule("C-2", "must not", when="expired(limit)"),
    )
    facts = {"started_at": NOON, "stopped_at": "none"}
    end = NOON + timedelta(hours=48)
    assert word(edition, facts, at=NOON - ONE_MINUTE) == "silent", "not started is neither running nor expired"
    assert word(edition, facts, at=NOON) == "required"
    assert word(edition, facts, at=end - ONE_MINUTE) == "required"
    assert word(edition, facts, at=end) == "forbidden"


def test_a_clock_that_has_not_started_is_neither_running_nor_expired(tmp_path: Path) -> None:
    edition = law(tmp_path, city=LIMIT + rule("C-1", "must", when="running(limit) or expired(limit)"))
    assert word(edition, {"started_at": "none", "stopped_at": "none"}) == "silent"


def test_a_clock_whose_start_nobody_knows_may_be_running_or_expired(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=LIMIT + rule("C-1", "must", when="running(limit)") + rule("C-2", "must not", when="expired(limit)"),
    )
    found = outcome(edition, {"stopped_at": "none"})
    assert (found.outcome, found.needs) == ("undetermined", ("started_at",))
    assert "started_at" in outcome(edition, {"started_at": "unknown", "stopped_at": "none"}).needs


def test_what_stops_a_clock_ends_it(tmp_path: Path) -> None:
    edition = law(tmp_path, city=LIMIT + rule("C-1", "must", when="running(limit)"))
    facts = {"started_at": NOON, "stopped_at": NOON + timedelta(hours=2)}
    assert word(edition, facts, at=NOON + timedelta(hours=1)) == "required"
    assert word(edition, facts, at=NOON + timedelta(hours=3)) == "silent"
    assert decided(edition, facts).clocks["limit"] == NOON + timedelta(hours=2)


def test_a_clock_of_zero_hours_is_expired_when_it_starts(tmp_path: Path) -> None:
    clock = block("clock", "limit", start="started_at", hours="0")
    edition = law(tmp_path, city=clock + rule("C-1", "must not", when="expired(limit)"))
    assert word(edition, {"started_at": NOON}) == "forbidden"


def test_the_length_of_a_clock_may_turn_on_a_fact(tmp_path: Path) -> None:
    clock = block("clock", "limit", start="started_at", hours="24 if apple; 48 otherwise")
    edition = law(tmp_path, city=clock + rule("C-1", "must not", when="expired(limit)"))
    facts = {"started_at": NOON - timedelta(hours=30)}
    assert word(edition, facts | {"apple": True}) == "forbidden"
    assert word(edition, facts | {"apple": False}) == "silent"
    assert outcome(edition, facts).needs == ("apple",)
    assert "limit" not in decided(edition, facts).clocks, "an end that is not known is not said"


def test_a_clock_does_not_start_where_its_length_is_none(tmp_path: Path) -> None:
    clock = block("clock", "limit", start="started_at", hours="48 if apple; none otherwise")
    edition = law(tmp_path, city=clock + rule("C-1", "must not", when="expired(limit) or running(limit)"))
    decision = decided(edition, {"started_at": NOON, "apple": False})
    assert (decision.actions["hold"].outcome, dict(decision.clocks)) == ("silent", {})


def test_hold_until_is_the_earliest_clock_that_limits_the_hold(tmp_path: Path) -> None:
    clocks = "".join(
        block("clock", name, start="started_at", hours=hours, **more)
        for name, hours, more in (
            ("long", "72", {"limits": "hold"}),
            ("short", "48", {"limits": "hold"}),
            ("other", "1", {}),
        )
    )
    ends = decided(law(tmp_path, city=clocks), {"started_at": NOON}).clocks
    assert ends["hold_until"] == ends["short"]


def test_a_layer_may_restate_a_clock_for_itself(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=LIMIT + rule("F-1", "must", when="running(limit)"),
        city=block("clock", "limit", start="started_at", hours="1") + rule("C-1", "must not", when="expired(limit)"),
    )
    facts = {"started_at": NOON - timedelta(hours=2), "stopped_at": "none"}
    assert word(edition, facts) == "conflict"


# Duties.

COPY = block(
    "duty", "C-9", action="give_copy", who="officer", whom="the person", trigger="apple",
    done="served_at", excused="berry", deadline="copy_due",
) + block("clock", "copy_due", start="started_at", hours="24")  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "state", "action"),
    [
        ({"apple": True, "berry": False}, "owed", "required"),
        ({"apple": True, "berry": False, "served_at": "none"}, "owed", "required"),
        ({"apple": True, "berry": False, "served_at": NOON}, "done", "silent"),
        ({"apple": True, "berry": True}, "excused", "silent"),
        ({"apple": True, "berry": False, "started_at": NOON - timedelta(hours=24)}, "late", "required"),
        ({"apple": True, "berry": False, "started_at": NOON - timedelta(hours=23)}, "owed", "required"),
        ({"berry": False, "served_at": "none"}, "undetermined", "undetermined"),
    ],
)
def test_the_action_that_fulfils_a_duty_is_required_while_it_is_owed_or_late(
    tmp_path: Path, facts: dict[str, object], state: str, action: str
) -> None:
    decision = decided(law(tmp_path, city=COPY), facts, ask=("give_copy",))
    (duty,) = decision.duties
    assert (duty.state, decision.actions["give_copy"].outcome) == (state, action)


def test_a_duty_that_does_not_arise_is_not_listed(tmp_path: Path) -> None:
    assert decided(law(tmp_path, city=COPY), {"apple": False}).duties == ()


def test_what_is_owed_reads_as_done_in_conditions_and_stands_in_what_was_assumed(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=COPY + rule("C-1", "may", when="served_at <= at") + rule("C-2", "must not", when="served_at is none"),
    )
    decision = decided(edition, {"apple": True, "berry": False}, ask=("hold", "give_copy"))
    assert decision.actions["hold"].outcome == "permitted"
    assert decision.actions["give_copy"].outcome == "required"
    assert decision.assumed["served_at"] == "owed"
    assert word(edition, {"served_at": "none"}) == "forbidden", "only a stated none is a bar"


def test_a_duty_that_a_higher_law_voids_is_not_owed(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=block("voids", "F-1", action="give_copy"), city=COPY)
    decision = decided(edition, {"apple": True, "berry": False}, ask=("give_copy",))
    assert decision.actions["give_copy"].outcome == "silent"
    assert decision.duties == ()
