"""What an agency's counsel adopts: the sentence as it stands and means, until one letter of it changes; and the readings that counsel chose."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Adoption, CaseError, Decision, Edition, RulebookError, Signed, ask, decide, digest, load
from detainerdesk.law.adoption import provisions, rests_on
from detainerdesk.law.language.case import Case
from tests.law.small import AGENCY, NOON, block, decided, define, law, rule

SIGNED_AT = datetime(2026, 2, 1, 15, 0, tzinfo=UTC)

CITY = (
    rule("C-1", "must not", when="ripe and not berry", status="verify; tags R")
    + rule("C-2", "may", when="cherry", action="transfer")
    + define("ripe", "apple or hard.one")
    + define("hard.one", "dear")
)


def signs(edition: Edition, *names: str, agency: str = AGENCY) -> Adoption:
    """Counsel adopts these provisions as they stand in this edition."""
    adoption = Adoption(agency)
    for name in names:
        provision = edition.stack(agency).provision(name)
        assert provision is not None
        adoption = adoption.after("law.adopted", Signed(name, digest(provision, edition), "officer 5", SIGNED_AT))
    return adoption


def chooses(edition: Edition, name: str, alternative: str, adoption: Adoption | None = None) -> Adoption:
    reading = edition.stack(AGENCY).readings[name]
    signed = Signed(name, digest(reading, edition), "officer 5", SIGNED_AT, alternative)
    return (adoption or Adoption(AGENCY)).after("reading.chosen", signed)


def notes(edition: Edition, adoption: Adoption, **facts: object) -> dict[str, str]:
    case = Case(AGENCY, NOON, facts, ask=("hold",))
    return {note.id: note.text for note in decide(case, edition, adoption).notes}


def test_the_rule_that_counsel_adopted_has_the_status_adopted_and_no_other_has(tmp_path: Path) -> None:
    edition = law(tmp_path, state=rule("S-1", "must not", when="apple"), city=CITY)
    case = Case(AGENCY, NOON, {"apple": True, "berry": False}, ask=("hold",))
    found = decide(case, edition, signs(edition, "C-1")).actions["hold"]
    assert {by.rule: by.status for by in found.by} == {"S-1": "verified", "C-1": "adopted"}
    plain = decide(case, edition).actions["hold"]
    assert {by.rule: by.status for by in plain.by} == {"S-1": "verified", "C-1": "verify"}
    assert found.outcome == plain.outcome == "forbidden"


def test_the_decision_says_which_of_its_rules_are_not_adopted(tmp_path: Path) -> None:
    edition = law(tmp_path, state=rule("S-1", "must not", when="apple"), city=CITY)
    facts = {"apple": True, "berry": False}
    assert notes(edition, Adoption(AGENCY), **facts)["not-adopted"] == (
        "DRAFT: not adopted by counsel of this agency: S-1, C-1."
    )
    assert notes(edition, signs(edition, "C-1"), **facts)["not-adopted"].endswith("agency: S-1.")
    assert "not-adopted" not in notes(edition, signs(edition, "C-1", "S-1"), **facts)


def test_an_answer_rests_on_what_ended_another_rule_and_on_duties_that_are_owed(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        state=block("voids", "S-9", action="hold", effects="may"),
        city=rule("C-1", "may")
        + rule("C-3", lifts="C-2")
        + rule("C-2", "must not", when="apple")
        + block("duty", "C-8", action="give_copy", who="officer", whom="the person", trigger="yes", done="served_at"),
    )
    assert set(rests_on(decided(edition, {"apple": True}, ask=("hold", "give_copy")))) == {"S-9", "C-3", "C-8"}
    assert set(rests_on(decided(edition, {"apple": True}))) == {"S-9", "C-3"}, "nobody asked about the copy"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cite: § C-1", "cite: § C-1 (a)"),
        ("status: verify; tags R", "status: verified"),
        ("in force: ..\ncite: § C-1", "in force: 2020-01-01 ..\ncite: § C-1"),
        ("effect: must not", "effect: must"),
        ("when: ripe and not berry", "when: ripe and berry"),
        ("means: apple or hard.one", "means: apple and hard.one"),
        ("means: dear", "means: easy"),
        ("phrase: ripe (", "phrase: it is ripe ("),
    ],
    ids=["citation", "status", "dates", "effect", "condition", "definition", "definition of a definition", "words"],
)
def test_a_rule_that_changed_since_is_no_longer_adopted(tmp_path: Path, old: str, new: str) -> None:
    edition = law(tmp_path, city=CITY)
    adoption = signs(edition, "C-1", "C-2")
    file = tmp_path / "us" / "xx" / "town.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    after = load(tmp_path)
    assert adoption.adopted(edition) == {"C-1", "C-2"}
    assert adoption.adopted(after) == {"C-2"}
    assert adoption.changed(after) == ("C-1",)
    rule_now = after.stack(AGENCY).provision("C-1")
    assert rule_now is not None
    assert adoption.standing(rule_now, after) == "changed since adoption"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: ripe and not berry", "when: ripe\n  and not   berry"),
        ("cite: § C-1", "cite: § C-1\nnote: what explains and decides nothing"),
        ("status: verify; tags R", "status: verify; tags PP"),
        ("## The law", "## Another heading\n\nMore prose."),
    ],
    ids=["line breaks", "a note", "the reason of a status", "prose"],
)
def test_what_changes_neither_sentence_nor_meaning_leaves_it_adopted(tmp_path: Path, old: str, new: str) -> None:
    edition = law(tmp_path, city=CITY)
    file = tmp_path / "us" / "xx" / "town.md"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert signs(edition, "C-1").adopted(load(tmp_path)) == {"C-1"}


def test_a_definition_of_a_higher_layer_is_part_of_what_is_signed(tmp_path: Path) -> None:
    edition = law(tmp_path, federal=define("whole", "apple"), city=rule("C-1", "must not", when="whole"))
    adoption = signs(edition, "C-1")
    after = law(tmp_path, federal=define("whole", "berry"), city=rule("C-1", "must not", when="whole"))
    assert adoption.changed(after) == ("C-1",)


CRIME = """\
```fact papers[].crime
type: text
phrase: its crime is {value}
not phrase: its crime is not {value}
```
"""


def test_the_rows_of_a_list_are_part_of_what_is_signed(tmp_path: Path) -> None:
    listed = block(
        "list",
        "short",
        cite="§ 7",
        file="short.csv",
        status="verified",
        phrase="it is on the list",
        not_phrase="it is not on the list",
    )
    city = (
        listed
        + rule("C-1", "must not", when="some papers where (crime in short)")
        + rule("C-2", "may", when="apple", action="transfer")
    )
    table = tmp_path / "us" / "xx" / "short.csv"
    table.parent.mkdir(parents=True)
    table.write_text("citation,label,cite\nCA PC 245(a)(4),assault,§ 1\n")
    edition = law(tmp_path, city=city, vocabulary=CRIME)
    adoption = signs(edition, "C-1", "C-2")
    table.write_text(table.read_text() + "CA PC 459,burglary,§ 1\n")
    assert adoption.changed(load(tmp_path)) == ("C-1",)


def test_what_is_gone_is_listed_as_changed_and_what_is_withdrawn_is_not_adopted(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CITY)
    adoption = signs(edition, "C-1", "C-2")
    assert adoption.changed(law(tmp_path, city=rule("C-1", "may"))) == ("C-1", "C-2")
    left = adoption.after("law.withdrawn", Signed("C-1", "", "officer 5", SIGNED_AT))
    edition = law(tmp_path, city=CITY)
    assert (left.adopted(edition), left.changed(edition)) == ({"C-2"}, ())


def test_an_adoption_is_of_one_agency_and_holds_for_no_other(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CITY)
    with pytest.raises(CaseError, match="counsel of us-xx-town/police signed, and the case is one of us-xx/court"):
        decide(Case("us-xx/court", NOON), edition, signs(edition, "C-1"))


READING = block("reading", "width", alternatives="narrow, wide, other", default="narrow", rejected="other")
DISPUTED = READING + rule("C-1", "must not", when="width is wide")


def test_counsels_choice_ends_the_dispute(tmp_path: Path) -> None:
    edition = law(tmp_path, city=DISPUTED)
    case = Case(AGENCY, NOON, ask=("hold",))
    before = decide(case, edition, Adoption(AGENCY))
    assert before.actions["hold"].outcome == "disputed"
    after = decide(case, edition, chooses(edition, "width", "wide"))
    assert (after.actions["hold"].outcome, dict(after.actions["hold"].alternatives)) == ("forbidden", {})
    assert after.trace.case.choices == {"width": "wide"}
    said = {note.id: note.text for note in after.notes}
    assert said["width"] == "Counsel of this agency reads width as wide."


def test_a_choice_that_the_case_states_stands_over_counsels(tmp_path: Path) -> None:
    edition = law(tmp_path, city=DISPUTED)
    case = Case(AGENCY, NOON, ask=("hold",), choices={"width": "narrow"})
    assert decide(case, edition, chooses(edition, "width", "wide")).actions["hold"].outcome == "silent"


def test_a_reading_that_changed_since_or_is_rejected_is_open_again(tmp_path: Path) -> None:
    adoption = chooses(law(tmp_path, city=DISPUTED), "width", "wide")
    changed = law(tmp_path, city=DISPUTED.replace("§ width", "§ width (b)"))
    assert adoption.chosen(changed) == {}
    assert decide(Case(AGENCY, NOON, ask=("hold",)), changed, adoption).actions["hold"].outcome == "disputed"
    edition = law(tmp_path, city=DISPUTED)
    assert chooses(edition, "width", "other").chosen(edition) == {}
    left_open = adoption.after("reading.left_open", Signed("width", "", "officer 5", SIGNED_AT))
    assert left_open.chosen(edition) == {}


def test_the_next_question_is_asked_under_counsels_choice(tmp_path: Path) -> None:
    edition = law(
        tmp_path,
        city=READING + rule("C-1", "must not", when="(width is wide and apple) or (width is narrow and berry)"),
    )
    adoption = chooses(edition, "width", "wide")
    case = adoption.on(Case(AGENCY, NOON, ask=("hold",)), edition)
    question = ask(case, edition, actions=("hold",))
    assert question is not None
    assert question.facts == ("apple",)


CLOCKS = "".join(
    block("clock", name, start="started_at", hours=hours, limits="hold")
    for name, hours in (("short", "10"), ("long", "20"))
)
GOVERNS = block("reading", "hold_until", alternatives="earliest, short, long", default="earliest")


def test_which_clock_governs_is_counsels_choice_where_the_rulebook_leaves_it_open(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CLOCKS + GOVERNS + rule("C-1", "must"))
    case = Case(AGENCY, NOON, {"started_at": NOON}, ask=("hold",))
    hours = {
        choice: (decide(case, edition, chooses(edition, "hold_until", choice)).clocks["hold_until"] - NOON).seconds
        // 3600
        for choice in ("earliest", "short", "long")
    }
    assert hours == {"earliest": 10, "short": 10, "long": 20}
    assert (decide(case, edition).clocks["hold_until"] - NOON).seconds == 10 * 3600
    note = {one.id: one.text for one in decide(case, edition, chooses(edition, "hold_until", "long")).notes}
    assert note["hold_until"] == "Counsel of this agency reads hold until as long."


@pytest.mark.parametrize("other", ["form", "plain"])
def test_the_reading_of_which_clock_governs_names_clocks_that_limit_a_hold(tmp_path: Path, other: str) -> None:
    plain = block("clock", "plain", start="started_at", hours="5")
    open_to = block("reading", "hold_until", alternatives=f"earliest, {other}", default="earliest")
    with pytest.raises(RulebookError, match=r"says which clock governs: earliest, or one of long, short$"):
        law(tmp_path, city=CLOCKS + plain + open_to)


def test_a_choice_of_the_clock_above_lengthens_no_limit_of_a_layer_below(tmp_path: Path) -> None:
    own = block("clock", "own", start="started_at", hours="15", limits="hold")
    edition = law(tmp_path, federal=CLOCKS + GOVERNS, city=own + rule("C-1", "must"))
    case = Case(AGENCY, NOON, {"started_at": NOON}, ask=("hold",))
    chosen = decide(case, edition, chooses(edition, "hold_until", "long"))
    assert (chosen.clocks["hold_until"] - NOON).seconds == 15 * 3600


HARRIS = "us-tx-harris/sheriff"
FRIDAY, SUNDAY, TUESDAY = (datetime(2026, 5, day, 10, 0, tzinfo=ZoneInfo("America/Chicago")) for day in (1, 3, 5))


def held_over_a_weekend(edition: Edition, at: datetime, choice: str = "") -> Decision:
    facts = {
        "request.kind": "I-247A",
        "request.issuer": "ICE_ERO",
        "request.states_probable_cause": True,
        "person.release_ground": "bail_or_ROR",
        "person.eligible_for_release_at": FRIDAY,
        "person.citizenship_proof": "none",
        "warrants": "none",
    }
    adoption = Adoption(HARRIS)
    if choice:
        signed = Signed(
            "hold_until",
            digest(edition.stack(HARRIS).readings["hold_until"], edition),
            "officer 5",
            SIGNED_AT,
            choice,
        )
        adoption = adoption.after("reading.chosen", signed)
    return decide(Case(HARRIS, at, facts, ask=("hold", "release")), edition, adoption)


def test_between_the_forms_end_and_the_regulations_both_readings_show_until_counsel_chooses(edition: Edition) -> None:
    found = held_over_a_weekend(edition, SUNDAY)
    hold, release = found.actions["hold"], found.actions["release"]
    assert (hold.outcome, hold.standing) == ("disputed", "forbidden")
    assert dict(hold.alternatives) == {"earliest": "forbidden", "regulation_limit": "silent"}
    assert (release.outcome, release.standing) == ("disputed", "required")
    assert found.clocks["hold_until"] == SUNDAY


@pytest.mark.parametrize(
    ("choice", "hold", "release", "ends"),
    [("earliest", "forbidden", "required", SUNDAY), ("regulation_limit", "silent", "permitted", TUESDAY)],
)
def test_counsels_choice_of_the_clock_governs_the_outcome_and_the_end_alike(
    edition: Edition, choice: str, hold: str, release: str, ends: datetime
) -> None:
    found = held_over_a_weekend(edition, SUNDAY, choice)
    assert (found.actions["hold"].outcome, found.actions["release"].outcome) == (hold, release)
    assert found.clocks["hold_until"] == ends


@pytest.mark.parametrize("choice", ["", "earliest", "regulation_limit"])
def test_no_choice_lengthens_a_duty_that_goes_by_the_forms_hours_or_a_hold_past_the_regulation(
    edition: Edition, choice: str
) -> None:
    assert held_over_a_weekend(edition, FRIDAY, choice).actions["hold"].until == SUNDAY
    assert held_over_a_weekend(edition, TUESDAY, choice).actions["hold"].outcome == "forbidden"


def test_every_provision_of_every_agency_has_a_digest_of_its_own_and_the_same_each_time(edition: Edition) -> None:
    for profile in edition.profiles():
        ours = list(provisions(edition.stack(profile.agency)))
        found = [digest(one, edition) for one in ours]
        assert len(set(found)) == len(ours)
    again = load(agency="us-ma-boston/police")
    assert all(digest(one, again) == digest(one, edition) for one in provisions(again.stack("us-ma-boston/police")))


def test_the_key_tells_apart_what_is_decided_apart(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CITY + READING)
    keys = [
        one.key
        for one in (
            Adoption(AGENCY),
            Adoption("us-xx/other"),
            signs(edition, "C-1"),
            signs(edition, "C-1", "C-2"),
            chooses(edition, "width", "wide"),
            chooses(edition, "width", "narrow"),
        )
    ]
    assert len(set(keys)) == len(keys)
    assert signs(edition, "C-2", "C-1").key == signs(edition, "C-1", "C-2").key
