"""Information is decided item by item; `release` and `refuse_hold` mirror `hold`; what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import CaseError, load
from tests.law.small import PROFILE, block, by, decided, define, law, outcome, rule, word, write

HOME = rule("C-1", "must not", action="share_information", item="home_address, work_address")


def test_an_item_that_no_rule_names_is_its_own_answer(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=HOME), {}, "share_information")
    assert found.outcome == "partly"
    assert {item: one.outcome for item, one in found.items.items()} == {
        "release_date": "silent",
        "home_address": "forbidden",
        "work_address": "forbidden",
    }


def test_the_common_outcome_is_the_actions_own(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, city=HOME), {"info.sought": ["home_address", "work_address"]}, "share_information")
    assert (found.outcome, set(found.items)) == ("forbidden", {"home_address", "work_address"})


def test_notify_release_is_the_item_release_date(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", action="notify_release"))
    assert word(edition, {}, "notify_release") == "forbidden"
    items = outcome(edition, {}, "share_information").items
    assert {item: one.outcome for item, one in items.items()} == {
        "release_date": "forbidden",
        "home_address": "silent",
        "work_address": "silent",
    }


def test_a_rule_for_an_item_is_a_rule_for_the_action_of_that_item(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", action="share_information", item="release_date"))
    assert word(edition, {}, "notify_release") == "forbidden"


def test_a_condition_may_test_the_item(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", action="share_information", when="item in (home_address)"))
    items = outcome(edition, {}, "share_information").items
    assert items["home_address"].outcome == "forbidden"
    assert items["work_address"].outcome == "silent"


# Derived actions.

RIPE = define("custody.eligible_for_release", "apple")
FREE = {"apple": True, "custody.other_lawful_basis": False}


@pytest.mark.parametrize(
    ("effect", "hold", "mirrored"),
    [
        ("must", "required", "forbidden"),
        ("must not", "forbidden", "required"),
        ("may", "permitted", "permitted"),
        (None, "silent", "permitted"),
    ],
)
@pytest.mark.parametrize("action", ["release", "refuse_hold"])
def test_what_mirrors_hold(tmp_path: Path, effect: str | None, hold: str, mirrored: str, action: str) -> None:
    edition = law(tmp_path, federal=RIPE, city=rule("C-1", effect) if effect else "")
    assert word(edition, FREE) == hold
    assert word(edition, FREE, action) == mirrored


def test_a_conflict_about_hold_is_one_about_release_with_the_standing_mirrored(tmp_path: Path) -> None:
    found = outcome(law(tmp_path, federal=RIPE, city=rule("C-1", "must") + rule("C-2", "must not")), FREE, "release")
    assert (found.outcome, found.standing) == ("conflict", "required")
    assert by(found) == {"C-1", "C-2"}


def test_release_is_not_in_question_while_other_custody_goes_on(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=RIPE, city=rule("C-1", "must not"))
    found = outcome(edition, FREE | {"custody.other_lawful_basis": True}, "release")
    assert (found.outcome, found.by) == ("silent", ())
    assert word(edition, FREE | {"custody.other_lawful_basis": True}, "refuse_hold") == "required"


def test_release_is_not_in_question_before_the_person_is_eligible(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=RIPE, city=rule("C-1", "must not"))
    assert word(edition, FREE | {"apple": False}, "release") == "silent"


@pytest.mark.parametrize("effect", ["must", "may"])
def test_a_judges_warrant_that_may_be_honored_takes_release_out_of_question(tmp_path: Path, effect: str) -> None:
    edition = law(
        tmp_path, federal=RIPE, city=rule("C-1", "must not") + rule("C-2", effect, action="honor_criminal_warrant")
    )
    assert word(edition, FREE, "release") == "silent"
    assert word(edition, FREE, "refuse_hold") == "required"


def test_release_uses_the_lowest_layers_eligibility(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        federal=RIPE,
        city=define("custody.eligible_for_release", "berry") + rule("C-1", "must not"),
    )
    assert word(edition, FREE | {"berry": False}, "release") == "silent"
    assert word(edition, FREE | {"berry": True, "apple": False}, "release") == "required"


def test_release_is_judged_in_each_completion(tmp_path: Path) -> None:
    """Where the ban and the eligibility turn on the same fact, release is required or not in question: never permitted."""
    edition = law(tmp_path, federal=RIPE, city=rule("C-1", "must not", when="apple"))
    found = outcome(edition, {"custody.other_lawful_basis": False}, "release")
    assert (found.outcome, found.needs, found.standing) == ("undetermined", ("apple",), "required")


def test_a_rulebook_may_give_release_rules_of_its_own(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=RIPE, city=rule("C-1", "must not") + rule("C-2", "may", action="release"))
    assert word(edition, FREE, "release") == "permitted"


# What is said beside the answer.


def test_a_layer_that_is_not_here_is_said(tmp_path: Path) -> None:
    decision = decided(law(tmp_path), agency="us-xx-elsewhere/sheriff")
    assert any("us-xx-elsewhere" in note.text for note in decision.notes if note.id == "not-encoded")


def test_a_layer_that_a_profile_says_is_not_encoded_is_said(tmp_path: Path) -> None:
    profile = PROFILE.replace("roles:", "not encoded: us-xx-town-orders\nroles:")
    decision = decided(law(tmp_path, profile=profile))
    assert any("us-xx-town-orders" in note.text for note in decision.notes)


def test_an_agency_above_which_nothing_is_encoded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no rulebook stands above"):
        decided(law(tmp_path), agency="fr-paris/police")


def test_an_agency_of_a_state_without_a_rulebook_stands_under_federal_law(tmp_path: Path) -> None:
    decision = decided(law(tmp_path, federal=rule("F-1", "must not")), agency="us-yy-place/sheriff")
    assert decision.actions["hold"].outcome == "forbidden"
    assert sum(note.id == "not-encoded" for note in decision.notes) == 2


def test_a_note_stands_beside_the_actions_that_it_names_while_it_is_in_force(tmp_path: Path) -> None:
    note = block("note", "C-7", text="Read the code.", action="hold", in_force="2026-01-01 .. 2026-12-31")
    edition = law(tmp_path, city=note)
    assert "C-7" in {one.id for one in decided(edition).notes}
    assert "C-7" not in {one.id for one in decided(edition, ask=("transfer",)).notes}


def test_an_answer_names_the_edition_and_any_changed_word_is_another_edition(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "must not"))
    first = load(folder)
    assert load(folder).hash == first.hash == decided(first).edition
    for file in ("vocabulary.md", "us/federal.md", "us/xx/town.md"):
        path = folder / file
        text = path.read_text()
        path.write_text(text + "\nOne more word.\n")
        assert load(folder).hash != first.hash
        path.write_text(text)
    assert load(folder).hash == first.hash


def test_an_unknown_action_or_actor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="fly is no action"):
        decided(law(tmp_path), ask=("fly",))
    with pytest.raises(CaseError, match="pilot is no role"):
        decided(law(tmp_path), actor="pilot")


def test_what_could_still_arrive_and_turn_the_answer_is_said(tmp_path: Path) -> None:
    edition = law(tmp_path, city=rule("C-1", "must not", unless="some papers where (kind is judge and signed)"))
    (turn,) = outcome(edition, {"papers": "none"}).turns
    assert turn.outcome == "permitted or silent"
    (paper,) = turn.facts["papers"]
    assert (paper["kind"], paper["signed"]) == ("judge", True)
    assert outcome(edition, {"papers": [paper]}).outcome == "silent"


def test_a_fact_that_is_so_of_one_item_is_not_so_of_another_though_more_is_open(tmp_path: Path) -> None:
    open_to_all = (
        "```fact open_to_all\ntype: yes/no or set of release_date, home_address\nask: Is it open?\n"
        "true: it is open to all\nfalse: it is not open to all\n```\n"
    )
    city = rule("C-1", "must not", action="share_information", when="apple and not open_to_all")
    edition = law(tmp_path, city=city, vocabulary=open_to_all)
    for items in (["release_date", "home_address"], ["home_address", "work_address"]):
        found = outcome(edition, {"open_to_all": ["release_date"], "info.sought": items}, "share_information")
        told = {item: (one.outcome, one.needs) for item, one in found.items.items()}
        assert told["home_address"] == ("undetermined", ("apple",))
        assert "release_date" not in told or told["release_date"] == ("silent", ())
