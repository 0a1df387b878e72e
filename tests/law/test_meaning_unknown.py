"""What is not known: all completions count, needs are exact, lists may be incomplete, and facts may contradict each other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from detainerdesk.law import UNKNOWN, Case, CaseError, ContradictoryFacts, Edition, Source, decide
from tests.law.small import AGENCY, NOON, ZONE, block, by, decided, define, law, outcome, rule, word


def test_left_out_is_unknown_and_is_asked(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=rule("C-1", "must not", when="apple")))
    assert (found.outcome, found.settled, found.needs) == ("undetermined", False, ("apple",))


def test_looked_and_could_not_tell_is_as_open_as_left_out(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="event"))
    assert word(edition, {}) == "silent", "an event that would be on record: left out is no"
    assert word(edition, {"event": "unknown"}) == "undetermined"
    assert word(edition, {"event": UNKNOWN}) == "undetermined"


def test_what_was_assumed_stands_in_the_answer(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="event and heard_at <= at"))
    assert decided(edition).assumed == {"event": False, "heard_at": NOON}
    assert decided(edition, {"event": True, "heard_at": "none"}).assumed == {}


def test_a_fact_that_no_rule_of_the_action_reads_is_not_assumed_aloud(tmp_path: Path) -> None:
    assert decided(law(tmp_path, city=rule("C-1", "must not", when="apple"))).assumed == {}


def test_a_condition_that_is_true_either_way_never_asks(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=rule("C-1", "must not", when="apple or not apple")))
    assert (found.outcome, found.needs, by(found)) == ("forbidden", (), {"C-1"})


def test_two_rules_that_cover_every_case_settle_it_together(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="apple") + rule("C-2", "must not", when="not apple"))
    found = outcome(edition)
    assert (found.outcome, found.one_of, by(found)) == ("forbidden", True, {"C-1", "C-2"})


def test_every_value_of_an_enumeration_is_tried(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="colour in (red, green) or colour is blue"))
    assert word(edition) == "forbidden"
    assert word(law(tmp_path, city=rule("C-1", "must not", when="colour in (red, green)"))) == "undetermined"


def test_a_set_may_hold_any_of_its_values(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="wants includes map or wants includes key"))
    assert word(edition) == "undetermined"
    assert word(edition, {"wants": ["lamp", "key"]}) == "forbidden"
    assert word(edition, {"wants": ["lamp"]}) == "silent"


def test_a_fact_that_can_no_longer_matter_is_not_needed(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=rule("C-1", "must not", when="apple and berry")), {"apple": False})
    assert found.needs == ()


def test_permitted_or_silent_is_no_difference_worth_a_question(tmp_path: Path) -> None:
    assert outcome(law(tmp_path, city=rule("C-1", "may", when="apple"))).needs == ()


def test_needs_come_cheapest_first(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=rule("C-1", "must not", when="dear and apple and easy")))
    assert found.needs == ("easy", "dear", "apple")


def test_a_stated_definition_is_refused_with_the_facts_to_state_instead(tmp_path: Path) -> None:
    edition = law(tmp_path, city=define("ripe", "apple and colour is red") + rule("C-1", "must not", when="ripe"))
    with pytest.raises(CaseError, match="ripe is a definition and is never stated; state apple, colour instead"):
        word(edition, {"ripe": True})


def test_an_unknown_name_is_refused_with_a_near_one(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="did you mean apple"):
        word(law(tmp_path), {"aple": True})


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"apple": "perhaps"}, "expected yes, no or unknown"),
        ({"colour": "pink"}, "expected one of red, green, blue"),
        ({"days": -1}, "not negative"),
        ({"days": "soon"}, "expected a number"),
        ({"born": "long ago"}, "expected a date"),
        ({"started_at": "soon"}, "expected a moment"),
        ({"wants": ["sword"]}, "none of map, key, lamp"),
        ({"papers": "many"}, "expected a list"),
        ({"papers": [{"colour": "red"}]}, r"papers\[1\] has no field colour"),
        ({"papers": [{"kind": "love letter"}]}, r"papers\[1\]: .*expected one of civil, judge, other"),
        ({"apple.complete": False}, "apple is no list"),
        ({5: True}, "5"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_plain_words(
    tmp_path: Path, facts: dict[str, object], says: str
) -> None:
    with pytest.raises(CaseError, match=says):
        word(law(tmp_path), facts)


# Lists.


def test_a_list_that_is_given_is_complete(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where kind is judge"))
    assert word(edition, {"papers": [{"kind": "civil"}]}) == "silent"
    assert word(edition, {"papers": [{"kind": "judge"}]}) == "forbidden"


def test_none_means_searched_and_nothing_found(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="no papers where kind is judge"))
    assert word(edition, {"papers": "none"}) == "forbidden"
    assert outcome(edition, {}).needs == ("papers",)


def test_an_incomplete_list_leaves_open_what_was_not_found(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where kind is judge"))
    facts = {"papers": [{"kind": "civil"}], "papers.complete": False}
    assert outcome(edition, facts).needs == ("papers",)
    assert word(edition, {"papers": [{"kind": "judge"}], "papers.complete": False}) == "forbidden"


def test_whether_a_list_is_complete_may_be_unknown(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where kind is judge"))
    assert word(edition, {"papers": [{"kind": "civil"}], "papers.complete": "unknown"}) == "undetermined"


def test_a_field_that_is_not_known_is_needed_by_its_number(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where (kind is judge and signed)"))
    found = outcome(edition, {"papers": [{"kind": "civil"}, {"kind": "judge"}]})
    assert found.needs == ("papers[2].signed",)


def test_a_fields_own_leaving_out_counts(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where not void"))
    assert word(edition, {"papers": [{"kind": "civil"}]}) == "forbidden"


def test_at_least_counts_records(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="at least 2 papers where signed"))
    assert word(edition, {"papers": [{"signed": True}, {"signed": False}]}) == "silent"
    assert word(edition, {"papers": [{"signed": True}, {"signed": True}]}) == "forbidden"
    assert word(edition, {"papers": [{"signed": True}], "papers.complete": False}) == "undetermined"


def test_different_counts_each_value_once(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="at least 2 different kind of papers where signed"))
    one, other = {"kind": "civil", "signed": True}, {"kind": "judge", "signed": True}
    assert word(edition, {"papers": [one, one]}) == "silent"
    assert word(edition, {"papers": [one, other]}) == "forbidden"


def test_two_records_whose_value_nobody_knows_may_share_one(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="at least 2 different kind of papers where signed"))
    assert word(edition, {"papers": [{"signed": True}, {"signed": True}]}) == "undetermined"
    edition = law(tmp_path, city=rule("C-1", "must not", when="at least 2 different day of papers where signed"))
    assert word(edition, {"papers": [{"signed": True}, {"signed": True}]}) == "undetermined"


def test_every_is_written_as_no_that_not(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="no papers where (not signed)"))
    assert word(edition, {"papers": [{"signed": True}, {"signed": True}]}) == "forbidden"
    assert word(edition, {"papers": [{"signed": True}, {"signed": False}]}) == "silent"


def test_and_after_where_belongs_to_the_case(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="some papers where signed and apple"))
    assert word(edition, {"papers": [{"signed": True}], "apple": False}) == "silent"
    assert word(edition, {"papers": [{"signed": True}], "apple": True}) == "forbidden"


def test_a_definition_of_an_element_counts_inside_where(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=define("judicial of papers", "kind is judge and signed")
        + rule("C-1", "must not", when="some papers where judicial"),
    )
    assert word(edition, {"papers": [{"kind": "judge", "signed": True}]}) == "forbidden"
    assert outcome(edition, {"papers": [{"kind": "judge"}]}).needs == ("papers[1].signed",)


def test_one_flat_record_is_read_as_a_complete_list_of_one(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="no papers where kind is judge"))
    assert word(edition, {"papers.kind": "civil"}) == "forbidden"


def test_unseen_records_answer_all_conditions_together(tmp_path: Path) -> None:
    """What no paper at all can be, no unseen paper is: a signed judge's paper is a signed paper."""
    edition = law(
        tmp_path,
        city=rule("C-1", "must", when="some papers where (kind is judge and signed)")
        + rule("C-2", "must not", when="no papers where signed"),
    )
    assert _possible(edition) == {"required", "forbidden", "free"}


def _possible(edition: Edition) -> set[str]:
    from detainerdesk.law.decide import Decider

    decider = Decider.of(Case(agency=AGENCY, at=NOON, facts={}, ask=("hold",)), edition)
    settings = [decider.known.setting()]
    ((_, effects),) = decider.plan("hold", None, NOON).over_completions(decider.evaluation, settings)
    return set(effects.found().classes)


def test_the_classes_that_stay_possible_are_all_and_only_those_of_some_world(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must", when="apple") + rule("C-2", "must not", when="berry"))
    assert _possible(edition) == {"required", "forbidden", "conflict", "free"}


# Dates, moments, counts and texts that nobody knows.


@pytest.mark.parametrize(
    "condition",
    [
        "started_at < stopped_at and stopped_at < at",
        "at < started_at and started_at < stopped_at and stopped_at < free_at",
        "born < 2026-03-03",
        "born > 2026-03-03",
        "born is 2026-03-03",
        "born > at",
        "born < at",
        "started_at <= 2026-03-01",
        "started_at > 2026-03-01",
        "days > 3",
        "days is 3",
        'remark is "a word"',
        "started_at is none",
    ],
)
def test_what_nobody_knows_may_be_so_or_not(tmp_path: Path, condition: str) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when=condition))
    assert word(edition) == "undetermined"


def test_nothing_lies_between_two_moments_that_are_the_same(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="started_at < stopped_at and stopped_at < free_at"))
    assert word(edition, {"started_at": NOON, "free_at": NOON}) == "silent"
    assert word(edition, {"started_at": NOON, "free_at": NOON + timedelta(hours=1)}) == "undetermined"


def test_a_moment_that_has_not_happened_is_neither_before_nor_after(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="started_at <= at or started_at > at"))
    assert word(edition, {"started_at": "none"}) == "silent"


def test_a_moment_is_compared_with_a_day_by_the_local_day(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="started_at <= 2026-03-03"))
    assert word(edition, {"started_at": datetime(2026, 3, 3, 23, 59, tzinfo=ZONE)}) == "forbidden"
    assert word(edition, {"started_at": "2026-03-04T04:30:00+00:00"}) == "forbidden"
    assert word(edition, {"started_at": datetime(2026, 3, 4, 0, 0, tzinfo=ZONE)}) == "silent"


def test_a_day_is_compared_with_a_day(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", when="born < 2000-01-01"))
    assert word(edition, {"born": date(1999, 12, 31)}) == "forbidden"
    assert word(edition, {"born": "2000-01-01"}) == "silent"


# Constraints.

RED_APPLES = block("constraint", "red-apples", never="apple and not colour is red", says="An apple is red.")


def test_contradictory_facts_get_no_outcome_and_are_named_with_their_sources(tmp_path: Path) -> None:
    edition = law(tmp_path, vocabulary=RED_APPLES, city=rule("C-1", "must not", when="apple"))
    case = Case(
        agency=AGENCY,
        at=NOON,
        facts={"apple": True, "colour": "blue"},
        sources={"apple": Source("page 1, box 2"), "colour": Source("booking", "Sgt. Doe")},
    )
    with pytest.raises(ContradictoryFacts) as error:
        decide(case, edition)
    assert error.value.facts == ("apple", "colour")
    assert error.value.constraint == "red-apples"
    for said in ("page 1, box 2", "booking, Sgt. Doe", "An apple is red."):
        assert said in str(error.value)


def test_facts_that_contradict_each_other_only_through_a_third_are_found(tmp_path: Path) -> None:
    never = block("constraint", "a", never="apple and berry", says="Not both.") + block(
        "constraint", "b", never="apple and not berry", says="Not one."
    )
    with pytest.raises(ContradictoryFacts):
        word(law(tmp_path, vocabulary=never), {"apple": True})


def test_too_few_papers_can_contradict_a_constraint(tmp_path: Path) -> None:
    never = block("constraint", "two", never="no papers where signed and not at least 2 papers where void", says="No.")
    with pytest.raises(ContradictoryFacts):
        word(law(tmp_path, vocabulary=never), {"papers": "none"})


def test_only_worlds_that_the_constraints_allow_count(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        vocabulary=RED_APPLES,
        city=rule("C-1", "must not", when="colour is red") + rule("C-2", "must not", when="not apple"),
    )
    assert word(edition) == "forbidden"


def test_a_fact_that_a_constraint_ties_to_another_may_change_with_it(tmp_path: Path) -> None:
    same = block("constraint", "a", never="apple and not berry", says="No.") + block(
        "constraint", "b", never="berry and not apple", says="No."
    )
    edition = law(tmp_path, vocabulary=same, city=rule("C-1", "must not", when="apple and berry"))
    assert set(outcome(edition).needs) == {"apple", "berry"}


def test_too_many_unknown_facts_are_said_and_not_guessed(tmp_path: Path) -> None:
    facts = "".join(
        f"```fact f{n}\ntype: count\nphrase: number {n} is {{value}}\nnot phrase: number {n} is not {{value}}\n```\n"
        for n in range(16)
    )
    condition = (
        " or ".join(f"f{n} > {n + 3}" for n in range(16)) + " or " + " or ".join(f"f{n} < f{n + 1}" for n in range(15))
    )
    edition = law(tmp_path, vocabulary=facts, city=rule("C-1", "must not", when=condition))
    found = outcome(edition)
    assert (found.outcome, found.settled) == ("undetermined", False)
    assert len(found.needs) == 16
    assert found.standing == "forbidden"


def test_a_field_of_which_different_ones_are_counted_makes_no_other_field_needed(tmp_path: Path) -> None:
    city = rule("C-1", "must not", when="at least 2 different kind of papers where signed") + rule(
        "C-2", "must not", when="apple and some papers where day < 2000-01-01"
    )
    papers = [{"signed": True, "kind": "judge"}, {"signed": True}]
    found = outcome(law(tmp_path, city=city), {"papers": papers, "apple": False})
    assert found.needs == ("papers[2].kind",), "nothing turns on the day of a paper"


def test_what_could_arrive_is_told_though_a_fact_beside_the_list_is_not_known(tmp_path: Path) -> None:
    edition = law(
        tmp_path, city=rule("C-1", "must not", when="some papers where (within(day, of=born, years=5) and signed)")
    )
    found = outcome(edition, {"papers": [{"signed": False, "day": "2025-06-01"}]})
    assert (found.outcome, found.turns) == ("silent", ())
