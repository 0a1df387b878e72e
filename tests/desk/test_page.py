"""The board and the request page, from papers that came in by the door to words, with the rulebooks as they stand."""

from __future__ import annotations

import re
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.desk import kept, life, page
from detainerdesk.desk.models import Act, Officer, RequestState
from detainerdesk.desk.page import Board, Question, RequestPage, questions
from detainerdesk.desk.page.rows import GROUPS
from detainerdesk.desk.page.why import WHY
from detainerdesk.intake import queue
from detainerdesk.intake import request as intake_request
from tests.desk.made import BOSTON, CAME, COURT, FORM, NOW, ZONE, arrive, form, officer
from tests.intake.made import Desk, paper, reading

pytestmark = pytest.mark.django_db
HARRIS = "us-tx-harris/sheriff"
SUFFOLK = "us-ma-suffolk/sheriff"


def shown(state: RequestState, at: datetime = NOW, role: str = "desk_officer") -> RequestPage:
    return page.request_page(state.agency, state.number, at, role, "D-4")


def press(state: RequestState, who: Officer, key: str, at: datetime = NOW) -> RequestPage:
    """The key of an answer to the question in focus, as the browser posts it; the page after it."""
    seen = shown(state, at)
    assert seen.question is not None
    answer = next(one for one in seen.question.answers if one.key == key)
    moment = (
        datetime.fromisoformat(seen.question.moment_default).replace(tzinfo=seen.now.tzinfo)
        if seen.question.asks_moment
        else None
    )
    life.answer(state.number, seen.version, who, question=seen.question.name, value=answer.value, moment=moment, at=at)
    return shown(state, at)


def record(state: RequestState, who: Officer, at: datetime = NOW) -> RequestPage:
    seen = shown(state, at)
    assert seen.record is not None
    life.record_act(state.number, seen.version, who, seen.record.value, at=at)
    return shown(state, at)


def groups(seen: Board) -> dict[str, list[str]]:
    return {group.key: [row.number for row in group.rows] for group in seen.groups}


def text_of(seen: Any) -> str:
    """Every word on a page, whatever holds it."""
    return repr(astuple(seen))


# --- the request page ---------------------------------------------------------------------------------------------------


def test_a_clean_fax_at_the_desk(desk: Desk) -> None:
    """desk.md 1b: headline, three lines with their sections, one question, no clock, the fields, one button."""
    seen = shown(arrive(desk))
    assert seen.headline == "For now, this request gives no ground to keep this person."
    assert [(line.label, line.text) for line in seen.lines[:3]] == [
        ("Keep longer", "no ground, for now"),
        ("Give release time", "must not be given"),
        ("Hand over", "must not be done, for now"),
    ]
    assert any("BOS19-1" in cite.text for cite in seen.lines[0].cites)
    assert seen.checked_through.startswith("Checked through ")
    assert seen.not_in_answer == "Not in this answer: department orders."
    assert "DRAFT: NOT ADOPTED BY COUNSEL" in {mark.text for mark in seen.marks}
    assert seen.question is not None
    assert seen.question.text == "Is this the person in custody?"
    assert seen.clock.text == "not started: other custody has not ended. Form asks 48 h."
    assert [row.label for row in seen.fields] == [
        "Name",
        "Birth date",
        "Asks",
        "Basis ticked",
        "Signed",
        "Sent by",
        "Dated",
    ]
    assert (seen.person, seen.born) == ("DELACROIX, Luis Antonio", "12/25/1982")
    assert seen.record is not None
    assert (seen.record.text, seen.record.value) == ("Record: no hold on this request, for now", "no_hold")
    assert seen.release == ""
    assert seen.now_text == "Tue Mar 3, 02:10 EST"
    assert seen.transmissions == "1 transmission: D-4 01:52"
    assert [picture.label for picture in seen.pictures] == ["Page 1 of 2", "Page 2 of 2"]


def test_a_civil_and_a_court_warrant_with_one_form_are_no_contradiction(desk: Desk, lima: Officer) -> None:
    """All three come in one fax; once the court confirms its warrant, that is the ground."""
    state = arrive(desk, form(), paper("i200", {"officer_sig": True}, page=2), paper("ao442", COURT, page=3))
    assert shown(state).problem == ""
    press(state, lima, "Y")
    seen = press(state, lima, "Y")
    assert seen.problem == ""
    assert "judicial warrant" in seen.headline.lower()


@pytest.mark.parametrize(
    ("born", "who"),
    [
        ("12/25/1982", "DELACROIX, Luis Antonio 1982"),
        ("1990-01-02", "DELACROIX, Luis Antonio 1990"),
        ("07/04/61", "DELACROIX, Luis Antonio 1961"),
        ("July 4, 1961", "DELACROIX, Luis Antonio 1961"),
        ("not known", "DELACROIX, Luis Antonio"),
    ],
)
def test_a_row_has_the_year_of_birth_however_the_paper_writes_it(desk: Desk, born: str, who: str) -> None:
    arrive(desk, form(dob=born))
    (group,) = page.board(BOSTON, "D-4", NOW).groups
    assert [row.person for row in group.rows] == [who]


def test_the_four_keys_of_a_clear_case_with_booking_on_record(desk: Desk, lima: Officer) -> None:
    """desk.md 2: Enter; Y same person; N none found; Enter. The booking is there; after N nothing is asked, so focus is on Record."""
    state = arrive(desk)
    life.record_booking(state.number, 1, lima, "bail_or_ROR", NOW - timedelta(minutes=15), at=NOW)
    assert press(state, lima, "Y").question is not None
    seen = press(state, lima, "N")
    assert seen.question is None
    assert seen.headline == "This request gives no ground to keep this person."
    assert seen.record is not None


def test_a_case_without_booking_asks_for_ground_and_time_last(desk: Desk, lima: Officer) -> None:
    """Y, N, 4: the ground in this place's words, the time filled with now."""
    state = arrive(desk)
    press(state, lima, "Y")
    asked = press(state, lima, "N").question
    assert asked is not None
    assert [f"{one.key} {one.label}" for one in asked.answers] == [
        "1 charges dropped",
        "2 acquitted",
        "3 time served",
        "4 bail or own recognizance",
        "5 diversion",
        "6 other",
        "0 none yet",
    ]
    assert asked.moment_default == "2026-03-03T02:10"
    seen = press(state, lima, "4")
    assert (seen.question, seen.view) == (None, "person")
    assert seen.release == "Ready for release since Tue Mar 3, 02:10 EST. No ground to keep this person is recorded."
    assert seen.record is not None
    assert seen.record.text == "Record release"


def test_not_in_custody_takes_three_keys(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    seen = press(state, lima, "N")
    assert seen.question is None
    assert seen.record is not None
    assert seen.record.text == "Record: not in custody here"
    assert record(state, lima).closed


def test_a_warrant_that_was_not_looked_up_records_the_standing_and_stays_open(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    press(state, lima, "Y")
    seen = press(state, lima, "L")
    assert seen.headline.startswith("For now, ")
    seen = record(state, lima)
    assert seen.state == "decided"
    assert groups(page.board(BOSTON, "D-4", NOW)) == {"question": [state.number]}
    assert seen.question is not None
    assert seen.question.name == "warrant_check", "it is asked again"


def test_ready_for_release_is_said_only_after_ground_time_and_warrant_check(desk: Desk, lima: Officer) -> None:
    """The order in which they are recorded makes no difference."""
    state = arrive(desk)
    life.record_booking(state.number, 1, lima, "bail_or_ROR", NOW - timedelta(minutes=15), at=NOW)
    seen = shown(state)
    assert seen.release == "Other custody ended Tue Mar 3, 01:55 EST. Warrant check not recorded."
    assert "ready for release" not in text_of(seen).lower()
    life.record_warrant_check(state.number, 2, lima, "system_down", at=NOW)
    assert "ready for release" not in text_of(shown(state)).lower()
    life.record_warrant_check(state.number, 3, lima, "none", at=NOW)
    assert shown(state).release.startswith("Ready for release since Tue Mar 3, 01:55 EST.")


def test_custody_on_an_open_charge_says_so_and_nothing_of_release(desk: Desk, lima: Officer) -> None:
    """Without the request view such a person would read `no rule found`."""
    state = arrive(desk)
    life.record_warrant_check(state.number, 1, lima, "none", at=NOW)
    life.record_booking(state.number, 2, lima, "none", basis="open charge", at=NOW)
    seen = shown(state)
    assert (seen.view, seen.headline) == ("request", "This request gives no ground to keep this person.")
    assert seen.release == ""
    assert seen.record is not None
    assert seen.record.value == "no_hold"


def test_a_judges_criminal_warrant_turns_it_and_nationality_does_not(desk: Desk, lima: Officer) -> None:
    for number, citizenship in enumerate(("Honduras", "UNITED STATES", "")):
        values = {
            **FORM,
            "citizenship": citizenship,
            "subject_id": f"55500012{number}",
            "event_no": f"BOS260300001{number}",
            "file_no": f"A00000011{number}",
        }
        state = arrive(desk, form(values), paper("ao442", COURT, page=2), data=citizenship.encode() + b"!")
        seen = shown(state)
        assert seen.headline == "For now, this request gives no ground to keep this person."
        assert seen.badges[0].look == "court"
        assert seen.badges[0].text == "AO 442, not confirmed"
        asked = press(state, lima, "Y").question
        assert asked is not None
        assert asked.name == "court_paper"
        assert "Hon. P. Example, U.S. Magistrate Judge" in asked.where
        seen = press(state, lima, "Y")
        assert seen.headline.startswith("Judicial warrant 1:26-mj-00123 is a separate ground to keep this person.")
        assert seen.badges[0].text == "AO 442, confirmed"
        assert seen.lines[0].label == "Keep on court warrant"
        assert citizenship == "" or citizenship not in text_of(seen)


def test_a_court_paper_for_another_person_changes_nothing(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(), paper("ao442", COURT, page=2))
    press(state, lima, "Y")
    assert press(state, lima, "N").badges[0].text == "AO 442, not this person"
    seen = press(state, lima, "N")
    assert seen.headline == "This request gives no ground to keep this person."


def test_a_warrant_that_was_found_is_asked_about_until_it_is_read(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    press(state, lima, "Y")
    asked = press(state, lima, "F").question
    assert asked is not None
    assert asked.name == "warrant_found"
    civil = press(state, lima, "5")
    assert civil.headline == "This request gives no ground to keep this person."
    life.record_warrant_check(state.number, civil.version, lima, "found", at=NOW)
    assert press(state, lima, "1").headline.startswith("Judicial warrant is a separate ground")


def test_texas_answers_the_same_paper_the_other_way(desk: Desk) -> None:
    """Same form, other agency: kept, up to 48 hours, and then a clock in the county's own zone."""
    haines = officer("haines", agency=HARRIS, station="")
    at = datetime(2026, 3, 7, 10, 0, tzinfo=ZoneInfo("America/Chicago"))
    state = arrive(desk, agency=HARRIS, station="jail", at=at)
    press(state, haines, "Y", at)
    press(state, haines, "N", at)
    seen = press(state, haines, "4", at)
    assert re.fullmatch(
        r".*: this person must be kept on this request until Mon Mar 9, 11:00 CDT, no longer\.", seen.headline
    )
    assert seen.clock.text == "until Mon Mar 9, 11:00 CDT (48 h left)"
    assert seen.clock.notes == (
        "48 elapsed hours: the clock changes in between.",
        "Two ways to count: by the form Mon Mar 9, 11:00 CDT; by the regulation Wed Mar 11, 00:00 CDT. Interpretive: ask counsel.",
    )
    assert seen.record is not None
    assert (seen.record.value, seen.record.text) == ("hold", "Record: hold on this request until Mon Mar 9, 11:00 CDT")
    assert record(state, haines, at).state == "hold_running"
    assert Act.objects.get().hold_until == datetime(2026, 3, 9, 11, 0, tzinfo=ZoneInfo("America/Chicago"))
    end = datetime(2026, 3, 9, 11, 0, tzinfo=ZoneInfo("America/Chicago"))
    before = page.board(HARRIS, "", end - timedelta(minutes=1))
    assert groups(before) == {"running": [state.number]}
    over = page.board(HARRIS, "", end)
    assert groups(over) == {"over": [state.number]}
    assert over.groups[0].rows[0].next_step == "Record release"
    assert over.strip is not None
    assert over.strip.number == state.number
    last = shown(state, end + timedelta(minutes=20))
    assert last.release == "The hold ended Mon Mar 9, 11:00 CDT. Ready for release since then."


def test_on_the_night_the_clock_goes_back_minutes_are_elapsed_minutes(desk: Desk, lima: Officer) -> None:
    """Other custody ended at 01:30, 40 minutes before 01:10 of the second time round."""
    came = datetime(2026, 11, 1, 1, 0, tzinfo=ZONE)
    now = datetime(2026, 11, 1, 1, 10, tzinfo=ZONE, fold=1)
    state = arrive(desk, at=came)
    life.record_booking(state.number, 1, lima, "bail_or_ROR", datetime(2026, 11, 1, 1, 30, tzinfo=ZONE), at=now)
    life.record_warrant_check(state.number, 2, lima, "none", at=now)
    assert shown(state, now).release.startswith("Ready for release since Sun Nov 1, 01:30 EDT.")
    (row,) = page.board(BOSTON, "D-4", now).groups[0].rows
    assert row.clock.text == "since 01:30 (40 min ago)"
    before = datetime(2026, 11, 1, 1, 10, tzinfo=ZONE)
    assert shown(state, before).release == "", "an hour earlier on the same clock it had not ended"


def test_no_button_for_what_is_forbidden(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    for role in ("desk_officer", "supervisor"):
        seen = shown(state, role=role)
        acts = {button.value for button in (seen.record, *seen.buttons) if button is not None and button.value}
        assert acts == {"no_hold"}


def test_a_reader_has_no_question_and_no_record_button(desk: Desk) -> None:
    state = arrive(desk)
    for role in ("auditor", "counsel", "records"):
        seen = shown(state, role=role)
        assert (seen.question, seen.record, seen.booking) == (None, None, None)
        assert seen.headline


def test_facts_that_contradict_each_other_give_no_answer(desk: Desk, lima: Officer) -> None:
    """A notice-only form, and an officer's answer that it asks to keep: each with where it came from."""
    state = arrive(desk, form(kind="i247n"))
    life.record_answer(state.number, 1, lima, "request.asks_hold", True, at=NOW)
    seen = shown(state)
    assert seen.headline == "No answer for now: two facts can't both be true."
    assert "form I-247N (page 1)" in seen.problem
    assert "Lima" in seen.problem
    assert seen.problem.endswith("No answer until one is corrected.")
    assert seen.record is None
    assert page.board(BOSTON, "D-4", NOW).groups[0].rows[0].next_step == "Correct one of them"


def test_a_notice_only_form_leads_with_the_release_time(desk: Desk) -> None:
    assert shown(arrive(desk, form(kind="i247g"))).headline == "The release time must not be given on this request."


def test_a_cancellation_names_the_request_it_cancels(desk: Desk) -> None:
    values = {
        **FORM,
        **{name: False for name in FORM if name.startswith("pc_")},
        "cancel_prior": True,
        "cancel_date": "02/01/2026",
    }
    seen = shown(arrive(desk, form(values)))
    assert seen.headline == "This paper cancels the request of Feb 1, 2026."


def test_what_was_not_read_surely_is_marked_and_never_shown_as_sure(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(unsure=["dob", "pc_pending"]))
    rows = {row.label: row for row in shown(state).fields}
    assert rows["Birth date"].to_check
    assert rows["Birth date"].see == "check: not read surely"
    assert rows["Basis ticked"].to_check
    assert rows["Basis ticked"].value == "statements"
    assert not rows["Name"].to_check
    assert shown(state).born == ""
    life.confirm_reading(state.number, 1, lima, paper=0, name="dob", at=NOW)
    after = shown(state)
    assert after.born == "12/25/1982"
    assert "field dob confirmed" in [row.text for row in after.done]


def test_no_confidence_figure_and_no_citizenship_in_type(desk: Desk) -> None:
    state = arrive(desk, form(unsure=["dob"]))
    for seen in (shown(state), page.board(BOSTON, "D-4", NOW)):
        words = text_of(seen)
        assert "Honduras" not in words
        assert "0.4" not in words
        assert "A000" not in words


def test_what_was_done_is_listed_newest_first(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    life.same_person(state.number, 1, lima, "same", compared="name, birth date", at=NOW - timedelta(minutes=1))
    life.record_warrant_check(state.number, 2, lima, "none", systems="WMS, NCIC", at=NOW)
    assert [(row.at, row.who, row.text) for row in shown(state).done] == [
        ("02:10", "Lima", "warrant check: none found, WMS, NCIC"),
        ("02:09", "Lima", "same person (name, birth date)"),
        ("01:52", "D-4", "paper came by upload"),
    ]


def test_why_lists_every_rule_by_what_became_of_it(desk: Desk) -> None:
    seen = shown(arrive(desk))
    titles = [group.title for group in seen.why]
    assert titles == [title for title, _ in WHY if title in titles]
    rules = {rule.id: (group.title, rule) for group in seen.why for rule in group.rules}
    title, rule = rules["BOS19-1"]
    assert title == "give the answer for now"  # no warrant check yet: the headline's own rules are named as such
    assert "BOS19-13" not in rules  # training is owed, but not because of this request
    assert rules["US-08"][0] == "decide"  # a duty shown on the request page is explained here too
    assert rule.says
    assert rule.cite
    assert rule.conditions
    assert rule.adopted == "not adopted by counsel"
    assert rule.dates == "in force from 2019-12-18 or 2019-12-19"
    assert rule.status == "text not checked against its source"
    off = [rule for group, rule in rules.values() if group == "are off or rejected" and "off" in rule.status]
    assert off
    assert all(rule.adopted == "nothing to adopt" and not rule.check_source for rule in off)


def test_why_says_of_nothing_assumed_that_somebody_stated_it(desk: Desk) -> None:
    said = [line for group in shown(arrive(desk)).why for rule in group.rules for line in rule.conditions]
    assert not any("(stated)" in line and line.startswith("the ground for release") for line in said)
    assert any(line.startswith("owed, nothing recorded") for line in said)


def test_what_the_lines_cite_stands_in_the_trace(desk: Desk) -> None:
    """No page says what the trace does not."""
    seen = shown(arrive(desk))
    traced = {rule.id for group in seen.why for rule in group.rules}
    assert {cite.rule for line in seen.lines[:3] for cite in line.cites} <= traced


def test_assumed_facts_are_shown_with_their_question(desk: Desk) -> None:
    assumed = dict(shown(arrive(desk)).assumed)
    assert assumed["Has the sender cancelled the request?"] == "no"


def test_a_second_station_is_one_request_with_two_transmissions(desk: Desk) -> None:
    state = arrive(desk)
    desk.gets(b"FICTIONAL fax", station="B-2", at=CAME + timedelta(minutes=6))
    desk.understands()
    assert shown(state).transmissions == "2 transmissions: D-4 01:52, B-2 01:58"
    assert groups(page.board(BOSTON, "B-2", NOW)) == {"question": [state.number]}, "shared with the second station"


# --- the board --------------------------------------------------------------------------------------------------------------


def another(desk: Desk, number: int, **more: Any) -> RequestState:
    """Another person's request; number 1 to 9."""
    at = more.pop("at", CAME + timedelta(minutes=number))
    values = {
        **FORM,
        "subject_name": f"FICTIONAL, Person {number}",
        "dob": f"01/0{number}/1990",
        "subject_id": f"55500020{number}",
        "event_no": f"BOS260300002{number}",
        "file_no": f"A00000022{number}",
    }
    return arrive(desk, form(values, **more), data=f"FICTIONAL {number}".encode(), at=at)


def test_rows_stand_by_what_they_can_cost_in_custody(desk: Desk, lima: Officer) -> None:
    nothing, ended, open_ = (another(desk, n) for n in (1, 2, 3))
    reading_ = another(desk, 4, unsure=["subject_name"])
    later = another(desk, 5)
    gone = another(desk, 6)
    life.record_booking(ended.number, 1, lima, "bail_or_ROR", NOW - timedelta(minutes=15), at=NOW)
    life.record_booking(later.number, 1, lima, "dropped", NOW - timedelta(minutes=40), at=NOW)
    life.same_person(nothing.number, 1, lima, "same", at=NOW)
    life.record_warrant_check(nothing.number, 2, lima, "none", at=NOW)
    life.record_act(nothing.number, 3, lima, "no_hold", at=NOW)
    life.not_in_custody(gone.number, 1, lima, at=NOW)
    seen = page.board(BOSTON, "D-4", NOW)
    assert [group.key for group in seen.groups] == [key for key, _ in GROUPS if key in groups(seen)]
    assert groups(seen) == {
        "ended": [later.number, ended.number],
        "question": [open_.number],
        "reading": [reading_.number],
        "duty": [nothing.number],
        "done": [gone.number],
    }
    assert (seen.open, seen.need_you) == (5, 3)
    rows = {row.number: row for group in seen.groups for row in group.rows}
    assert rows[ended.number].clock.text == "since 01:55 (15 min ago)"
    assert rows[ended.number].next_step == "Compare person"
    assert rows[open_.number].clock.text == "came 01:55"
    assert rows[open_.number].law == "no ground to keep, for now"
    assert rows[open_.number].person == "FICTIONAL, Person 3 1990"
    assert rows[reading_.number].person == "(name not sure) 1990"
    assert rows[reading_.number].next_step == "Check 1 field"
    assert rows[nothing.number].next_step == "Give person a copy"
    press(nothing, lima, "Y")
    assert groups(page.board(BOSTON, "D-4", NOW))["nothing"] == [nothing.number]


def test_the_strip_names_who_is_ready_and_a_locked_screen_no_one(desk: Desk, lima: Officer) -> None:
    state = another(desk, 1)
    assert page.board(BOSTON, "D-4", NOW).strip is None
    life.record_booking(state.number, 1, lima, "bail_or_ROR", NOW - timedelta(minutes=15), at=NOW)
    assert page.board(BOSTON, "D-4", NOW).strip is None, "the warrant check is missing"
    life.record_warrant_check(state.number, 2, lima, "none", at=NOW)
    strip = page.board(BOSTON, "D-4", NOW).strip
    assert strip is not None
    assert strip.text == "Ready for release since 01:55 (15 min ago): FICTIONAL, Person 1."
    assert "Person" not in strip.times
    life.record_act(state.number, 3, lima, "release", at=NOW)
    assert page.board(BOSTON, "D-4", NOW).strip is None


def test_an_empty_board_says_when_the_last_paper_came(desk: Desk, lima: Officer) -> None:
    assert page.board(BOSTON, "D-4", NOW).empty == "Nothing open for D-4. No paper has come yet."
    state = arrive(desk)
    life.not_in_custody(state.number, 1, lima, at=NOW)
    assert (
        page.board(BOSTON, "D-4", NOW + timedelta(days=2)).empty
        == "Nothing open for D-4. Last paper Tue 01:52 by upload."
    )


def test_a_station_sees_its_own_rows_only(desk: Desk) -> None:
    state = arrive(desk)
    assert groups(page.board(BOSTON, "A-1", NOW)) == {}
    assert groups(page.board(BOSTON, "", NOW)) == {"question": [state.number]}
    assert groups(page.board(HARRIS, "", NOW)) == {}


def test_a_paper_that_is_no_form_waits_in_sight(desk: Desk) -> None:
    desk.gets(b"FICTIONAL cat", reading(paper("unknown", {})))
    desk.understands()
    seen = page.board(BOSTON, "D-4", NOW)
    (waits,) = seen.waiting
    assert (waits.next_step, waits.papers[0].word) == ("Say where it belongs", "?")
    assert waits.why
    assert waits.came == "came 01:52"
    assert page.board(BOSTON, "B-2", NOW).waiting == ()


def test_court_papers_stand_first_and_civil_ones_never_look_like_them(desk: Desk) -> None:
    arrive(desk, form(), paper("i200", {}, page=2), paper("ao442", COURT, page=3))
    (row,) = page.board(BOSTON, "D-4", NOW).groups[0].rows
    assert [(badge.look, badge.word, badge.text) for badge in row.papers] == [
        ("court", "COURT", "AO 442, not confirmed"),
        ("civil", "CIVIL", "I-247A"),
        ("civil", "CIVIL", "I-200"),
    ]


def test_a_board_shown_again_gives_the_same_answer_without_deciding_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision is kept until something in it can change, and no longer."""
    arrive(desk)
    first = page.board(BOSTON, "D-4", NOW)
    decided: list[datetime] = []
    real = kept.decide
    monkeypatch.setattr(kept, "decide", lambda case, *law: (decided.append(case.at), real(case, *law))[1])
    again = page.board(BOSTON, "D-4", NOW + timedelta(minutes=1))
    assert decided == []
    assert [row.law for group in again.groups for row in group.rows] == [
        row.law for group in first.groups for row in group.rows
    ]
    page.board(BOSTON, "D-4", datetime(2026, 3, 4, 0, 0, tzinfo=ZONE))
    assert len(decided) == 1, "a new day may have new law"


def test_questions_post_what_life_understands(desk: Desk, lima: Officer) -> None:
    """Every answer of every question that the desk asks by itself is taken."""
    fixed: list[Question] = [
        questions.IDENTITY,
        questions.CHECK,
        questions.FOUND,
        questions.court_question(paper("ao442", COURT)),
    ]
    for question in fixed:
        for answer in question.answers:
            state = (
                arrive(desk, form(), paper("ao442", COURT, page=2), data=f"{question.name}{answer.key}".encode())
                if not RequestState.objects.exists()
                else RequestState.objects.get()
            )
            version = RequestState.objects.get(pk=state.pk).version
            if question.name == "court_paper" and version > 1 and life.history(state).known.paper_checks:
                continue
            assert (
                life.answer(state.number, version, lima, question=question.name, value=answer.value, at=NOW)
                == version + 1
            )


def test_the_letter_to_the_issuing_office_is_there_only_where_a_department_turned_it_on(
    desk: Desk, settings: Any
) -> None:
    """It says that the form came, and nothing of custody, release or what the paper lacks."""
    state = arrive(desk)
    assert shown(state).letter == ""
    settings.LETTER_TO_ISSUING_OFFICE = True
    letter = shown(state).letter
    assert state.number in letter
    assert not re.search(r"custod|releas|hold|kept|bail|ticked|missing|Delacroix", letter, re.IGNORECASE)


def test_what_a_person_did_with_the_papers_is_in_the_list_of_what_was_done(desk: Desk, lima: Officer) -> None:
    """Else the page would show a paper gone, and not by whom."""
    one = arrive(desk)
    desk.gets(b"FICTIONAL fax", reading(form(), paper("i200", {"officer_sig": True}, page=2)), station="B-2")
    desk.understands()
    (document,) = {sent.sha256 for sent in intake_request.load(one.number, BOSTON).transmissions}
    queue.part(document, one.number, BOSTON, actor=life.actor_of(lima))
    apart = queue.keep_apart(document, BOSTON, actor=life.actor_of(lima))
    queue.part(document, apart, BOSTON, actor=life.actor_of(lima))
    queue.attach(document, BOSTON, one.number, actor=life.actor_of(lima))
    life.open_new(BOSTON, NOW)
    assert [(row.who, row.text) for row in shown(one).done if row.who == "Lima"] == [
        ("Lima", "attached a paper, receipts 1, 2"),
        ("Lima", "took a paper out, receipts 1, 2"),
    ]
    assert [(row.who, row.text) for row in shown(RequestState.objects.get(number=apart)).done] == [
        ("Lima", "took a paper out, receipts 1, 2"),
        ("Lima", "kept a paper apart as this request, receipt 1"),
    ]


def test_that_an_officer_made_a_request_a_cancellation_is_in_the_list_of_what_was_done(
    desk: Desk, lima: Officer
) -> None:
    state = arrive(desk, form(cancel_date="03/01/2026"))
    life.correct_field(state.number, 1, lima, paper=0, name="cancel_prior", value=True, at=NOW)
    told = [row.text for row in shown(state, NOW + timedelta(minutes=1)).done if row.who == "Lima"]
    assert told == ["the request is a cancellation now; it was a detainer", "field cancel prior corrected"]


def test_an_officer_of_another_agency_is_named_as_such(desk: Desk, lima: Officer) -> None:
    """Both have the same file, and what one saw in its box counts for both."""
    ours, theirs = (arrive(desk, form(unsure=["cancel_prior"]), agency=agency) for agency in (BOSTON, SUFFOLK))
    life.correct_field(ours.number, 1, lima, paper=0, name="cancel_prior", value=True, at=NOW)
    told = next(row for row in shown(theirs).done if row.text.startswith("the request is a cancellation now"))
    assert told.who == "Lima (us-ma-boston/police)"
