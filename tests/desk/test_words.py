"""The sentences of desk.md section 3: outcome x status x layer x view. A sentence exists, says no banned word, is plain, and is silent on
release where release is silent."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import textstat

from detainerdesk.desk import words
from detainerdesk.desk.words import AgencyWords, Clock, Situation, View
from detainerdesk.law import By, ClockLength, Decision, DutyState, Outcome

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 3, 2, 10, tzinfo=ZONE)
ENDED = datetime(2026, 3, 3, 1, 55, tzinfo=ZONE)
BOSTON = AgencyWords("Boston Police", ZONE, checked_through=date(2026, 7, 31), not_encoded=("department orders",))

BY = {
    "federal": By("US-08", "8 CFR 287.7(d)", "verify", "us", "federal", "says"),
    "state": By("MA-1", "Lunn v. Commonwealth, 477 Mass. 517 (2017)", "verify", "us-ma", "state", "says"),
    "city": By("BOS19-1", "City of Boston Code, Ordinances, § 11-1.9", "verify", "us-ma-boston", "city", "says"),
}
WORDS = ("forbidden", "required", "permitted", "silent", "undetermined", "disputed", "conflict", "partly")
STANDINGS = ("forbidden", "required", "permitted", "silent")
MIRROR = {"forbidden": "required", "required": "forbidden", "permitted": "permitted", "silent": "permitted"}
PERSON = Situation(view="person", ended_at=ENDED, check_recorded=True)


def outcome(
    word: str, standing: str | None = None, *, layer: str = "city", status: str = "verify", **more: Any
) -> Outcome:
    settled = word != "undetermined"
    by = (replace(BY[layer], status=status),) if (standing or word) not in ("silent",) else ()
    return Outcome(word, standing or (word if word in STANDINGS else "forbidden"), settled, by=by, **more)


def decision(
    hold: Outcome,
    *,
    at: datetime = NOW,
    clocks: dict[str, datetime] | None = None,
    duties: tuple[DutyState, ...] = (),
    form_length: ClockLength = ClockLength(48, "every hour"),  # noqa: B008 - frozen
    **actions: Outcome,
) -> Decision:
    standard = {
        "notify_release": outcome("forbidden"),
        "transfer": outcome("forbidden"),
        "release": outcome(MIRROR.get(hold.outcome, hold.outcome), MIRROR[hold.standing]),
        "honor_criminal_warrant": outcome("silent"),
    }
    return Decision(
        id="2026-0412",
        agency="us-ma-boston/police",
        at=at,
        edition="e" * 64,
        actions={"hold": hold, **standard, **actions},
        clocks={"hold_until": at + timedelta(hours=48), "form_limit": at + timedelta(hours=48)}
        if clocks is None
        else clocks,
        duties=duties,
        assumed={},
        notes=(),
        trace=None,  # type: ignore[arg-type]
        lengths={"form_limit": form_length},
    )


def every_decision() -> Iterator[tuple[Outcome, Decision, Situation]]:
    """Each outcome with each standing that it can have, status, layer and view."""
    for word, standing, status, layer in itertools.product(WORDS, STANDINGS, ("verified", "verify"), BY):
        if word in STANDINGS and standing != word:
            continue
        hold = outcome(word, standing, status=status, layer=layer)
        for situation in (
            Situation(),
            PERSON,
            replace(PERSON, check_recorded=False),
            Situation(court_warrant="1:26-mj-1"),
        ):
            yield hold, decision(hold), situation


def everything(said: words.PageWords, clock: words.Clock) -> list[str]:
    """All sentences of ours on a page."""
    return [
        said.headline,
        said.release,
        said.checked_through,
        said.not_in_answer,
        clock.text,
        *clock.notes,
        *said.readings,
        *(f"{line.label}: {line.text}" for line in said.lines),
        *(part for mark in said.marks for part in (mark.text, mark.says)),
        *(record.text for record in said.records),
    ]


def without_cites(sentence: str) -> str:
    for by in BY.values():
        sentence = sentence.replace(f"{by.cite}: ", "").replace(f": {by.cite}", "").replace(by.cite, "")
    return sentence


ALL = list(every_decision())


def test_every_outcome_has_a_sentence_and_a_line() -> None:
    for hold, given, situation in ALL:
        said = words.page(given, BOSTON, situation, NOW)
        assert re.fullmatch(r"[A-Z0-9].*\.", said.headline), (hold, said.headline)
        assert [line.label for line in said.lines][-3:] == ["Keep longer", "Give release time", "Hand over"]
        assert all(line.text for line in said.lines)
        assert words.clock(given, BOSTON, situation, NOW).text


def test_no_sentence_says_a_banned_word() -> None:
    banned = re.compile(rf"\b({'|'.join(words.BANNED)})\b", re.IGNORECASE)
    for _, given, situation in ALL:
        said = words.page(given, BOSTON, situation, NOW)
        for sentence in everything(said, words.clock(given, BOSTON, situation, NOW)):
            assert not banned.search(without_cites(sentence)), sentence


def test_the_sentences_are_at_grade_8_or_lower() -> None:
    """Without citations, each sentence and the page as a whole (textstat's Flesch-Kincaid)."""
    worst: dict[str, float] = {}
    for _, given, situation in ALL:
        said = words.page(given, BOSTON, situation, NOW)
        for text in (without_cites(said.headline), said.release, *(mark.says for mark in said.marks)):
            if text:
                worst[text] = textstat.flesch_kincaid_grade(text)
    assert len(worst) > 20
    assert {text: grade for text, grade in worst.items() if grade > 8} == {}


def test_where_release_is_silent_no_text_speaks_of_it() -> None:
    """The label of the line on what ICE asks for is the only place for the word."""
    for word, view in itertools.product(WORDS, ("request", "person")):
        given = decision(outcome(word), release=outcome("silent"))
        situation = Situation(
            view=view, ended_at=ENDED, check_recorded=True, basis="an open charge", basis_by="Lima", basis_at=NOW
        )
        said = words.page(given, BOSTON, situation, NOW)
        assert "release" not in said.release.lower()
        assert "release" not in said.headline.lower()
        assert not any("release" in record.text.lower() for record in said.records)
        assert not any("release" in line.text.lower() for line in said.lines)


def test_the_request_view_never_speaks_of_the_persons_release() -> None:
    for _, given, situation in ALL:
        if situation.view == "request":
            said = words.page(given, BOSTON, situation, NOW)
            assert said.release == ""
            assert (
                "ready for release"
                not in " ".join(everything(said, words.clock(given, BOSTON, situation, NOW))).lower()
            )
            assert not any(record.act == "release" for record in said.records)


# --- headlines, word for word -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hold", "headline"),
    [
        (outcome("forbidden"), "This request gives no ground to keep this person."),
        (
            outcome("permitted"),
            "Keeping this person on this request is not required. It is decided here by the shift supervisor.",
        ),
        (
            outcome("silent"),
            "No rule was found on keeping this person on this request. That is not a permission. Ask the shift supervisor.",
        ),
        (outcome("undetermined", "forbidden"), "For now, this request gives no ground to keep this person."),
        (
            outcome("undetermined", "silent"),
            "For now, no rule was found on keeping this person on this request. That is not a permission. Ask the shift supervisor.",
        ),
        (
            outcome("disputed", "forbidden"),
            "The law is read in more than one way. For now, this request gives no ground to keep this person. Counsel has not chosen.",
        ),
        (
            replace(outcome("conflict", "forbidden"), by=(BY["city"], BY["state"])),
            "Two rules say opposite things: City of Boston Code, Ordinances, § 11-1.9, Lunn v. Commonwealth, 477 Mass. 517 (2017). "
            "For now, this request gives no ground to keep this person. Counsel decides.",
        ),
        (outcome("partly", "forbidden"), "Some of what is asked must not be given. See each line."),
    ],
)
def test_the_headline_says(hold: Outcome, headline: str) -> None:
    assert words.headline(decision(hold), BOSTON, Situation()) == headline


TEXAS = AgencyWords("Harris County Sheriff", ZoneInfo("America/Chicago"))
TX = Outcome(
    "required",
    "required",
    True,
    by=(By("TX-1", "Tex. Code Crim. Proc. art. 2A.060", "verify", "us-tx", "state", "says"),),
)


def test_a_hold_that_is_required_names_its_law_and_its_end() -> None:
    """While other custody has not ended, a length; then the moment, with weekday and zone, and `no longer`."""
    assert words.headline(decision(TX), TEXAS, Situation()) == (
        "Tex. Code Crim. Proc. art. 2A.060: this person must be kept on this request for up to 48 h after other custody ends."
    )
    at = datetime(2026, 3, 13, 9, 0, tzinfo=TEXAS.zone)
    given = decision(TX, at=at, clocks={"hold_until": datetime(2026, 3, 15, 10, 0, tzinfo=TEXAS.zone)})
    situation = Situation(view="person", ended_at=at, check_recorded=True)
    assert words.headline(given, TEXAS, situation) == (
        "Tex. Code Crim. Proc. art. 2A.060: this person must be kept on this request until Sun Mar 15, 10:00 CDT, no longer."
    )
    assert words.release(given, TEXAS, situation, at) == "Kept on this request until Sun Mar 15, 10:00 CDT, no longer."


def test_a_hold_ends_where_its_duty_does_though_the_clock_that_counsel_chose_runs_on() -> None:
    """A duty that goes by the form's hours is over before the regulation's clock."""
    at = datetime(2026, 3, 13, 9, 0, tzinfo=TEXAS.zone)
    sunday, tuesday = (datetime(2026, 3, day, 10, 0, tzinfo=TEXAS.zone) for day in (15, 17))
    given = decision(replace(TX, until=sunday), at=at, clocks={"hold_until": tuesday})
    situation = Situation(view="person", ended_at=at, check_recorded=True)
    assert "until Sun Mar 15, 10:00 CDT, no longer" in words.headline(given, TEXAS, situation)


def test_a_confirmed_court_warrant_leads() -> None:
    court = Situation(court_warrant="1:26-mj-00123")
    required = decision(outcome("silent"), honor_criminal_warrant=outcome("required", layer="federal"))
    assert (
        words.headline(required, BOSTON, court)
        == "8 CFR 287.7(d): this person must be kept on judicial warrant 1:26-mj-00123."
    )
    permitted = decision(outcome("silent"), honor_criminal_warrant=outcome("permitted"))
    assert words.headline(permitted, BOSTON, court) == (
        "Judicial warrant 1:26-mj-00123 is a separate ground to keep this person. It is decided here by the shift supervisor."
    )
    assert "Judicial" not in words.headline(permitted, BOSTON, Situation())
    assert words.lines(permitted, BOSTON, court)[0].label == "Keep on court warrant"


def test_a_notice_only_form_leads_with_what_it_asks() -> None:
    asked = Situation(asked=("notify_release",))
    assert (
        words.headline(decision(outcome("silent")), BOSTON, asked)
        == "The release time must not be given on this request."
    )
    must = decision(outcome("silent"), notify_release=outcome("required"))
    assert words.headline(must, BOSTON, asked) == "The release time must be given on this request."


def test_a_cancellation_and_a_request_whose_form_was_taken_out() -> None:
    given = decision(outcome("silent"))
    assert (
        words.headline(given, BOSTON, Situation(cancels="Feb 1, 2026", asked=()))
        == "This paper cancels the request of Feb 1, 2026."
    )
    no_form = words.page(given, BOSTON, Situation(form=False), NOW)
    assert no_form.headline.startswith("No detainer form is in this request now. What was taken out waits for a person")
    assert no_form.records == ()
    assert words.law_says(given, Situation(form=False)) == "no form in it now"


def test_a_confirmed_court_warrant_leads_also_where_the_detainer_form_was_taken_out() -> None:
    given = decision(outcome("silent"), honor_criminal_warrant=outcome("required"))
    without = Situation(form=False, court_warrant="26-mj-1")
    assert "must be kept on judicial warrant 26-mj-1" in words.headline(given, BOSTON, without)


# --- release ----------------------------------------------------------------------------------------------------------


def test_ready_for_release_is_said_only_with_ground_time_and_check() -> None:
    given = decision(outcome("forbidden"))
    assert words.release(given, BOSTON, PERSON, NOW) == (
        "Ready for release since Tue Mar 3, 01:55 EST. No ground to keep this person is recorded."
    )
    assert words.ready(given, PERSON)
    unchecked = replace(PERSON, check_recorded=False)
    assert (
        words.release(given, BOSTON, unchecked, NOW)
        == "Other custody ended Tue Mar 3, 01:55 EST. Warrant check not recorded."
    )
    assert not words.ready(given, unchecked)
    assert words.release(given, BOSTON, replace(PERSON, ended_at=None), NOW) == ""
    assert words.release(given, BOSTON, replace(PERSON, view="request"), NOW) == ""


def test_an_open_question_is_not_readiness() -> None:
    """A warrant was found and not yet confirmed: custody ended, and not a word more."""
    given = decision(outcome("undetermined", "forbidden"), release=outcome("undetermined", "required"))
    assert words.release(given, BOSTON, PERSON, NOW) == "Other custody ended Tue Mar 3, 01:55 EST."
    assert not words.ready(given, PERSON)


def test_custody_that_goes_on_says_on_what_it_rests() -> None:
    given = decision(outcome("silent"), release=outcome("silent"))
    situation = Situation(view="person", basis="open charge", basis_by="Lima", basis_at=NOW)
    assert (
        words.release(given, BOSTON, situation, NOW)
        == "Custody rests on: open charge, recorded by Lima, Tue Mar 3, 02:10 EST."
    )


def test_a_hold_past_its_end() -> None:
    end = NOW - timedelta(minutes=20)
    given = decision(outcome("silent"), clocks={"hold_until": end})
    held = replace(PERSON, held=True, ended_at=end - timedelta(hours=48))
    assert (
        words.release(given, BOSTON, held, NOW) == "The hold ended Tue Mar 3, 01:50 EST. Ready for release since then."
    )
    assert words.clock(given, BOSTON, held, NOW).text == "ended Tue Mar 3, 01:50 EST (20 min ago)"
    assert words.records(given, BOSTON, held, NOW)[0].text == "Record release"


# --- lines, marks, buttons --------------------------------------------------------------------------------------------


def test_lines_say_for_now_only_where_it_is_not_settled() -> None:
    given = decision(outcome("undetermined", "forbidden"), transfer=outcome("undetermined", "forbidden"))
    said = {line.label: line.text for line in words.lines(given, BOSTON, Situation())}
    assert said == {
        "Keep longer": "no ground, for now",
        "Give release time": "must not be given",
        "Hand over": "must not be done, for now",
    }


def test_an_owed_duty_is_a_line_and_a_done_one_is_none() -> None:
    duty = DutyState("TX-2", "tell_person", "owed", ("sheriff",), "the person", "art. 2A.060", "verify", "at once", "")
    said = words.lines(
        decision(TX, duties=(duty, replace(duty, state="done", action="tell_judge"))), TEXAS, Situation()
    )
    assert [(line.label, line.text) for line in said[3:]] == [("Tell the person", "must be done")]


def test_check_source_stands_at_each_rule_that_is_not_verified() -> None:
    unchecked = words.page(decision(outcome("forbidden")), BOSTON, Situation(), NOW)
    assert all(cite.check_source for line in unchecked.lines for cite in line.cites)
    assert "check_source" in {mark.key for mark in unchecked.marks}
    one_verified = replace(outcome("forbidden"), by=(BY["city"], replace(BY["state"], status="verified")))
    said = words.page(decision(one_verified), BOSTON, Situation(), NOW)
    assert [cite.check_source for cite in said.lines[0].cites] == [True, False]
    assert "check_source" not in {mark.key for mark in said.marks}


def test_an_unverified_rule_that_ends_another_puts_the_mark_at_the_headline() -> None:
    """A verified rule alone is not enough where something unverified voids or lifts."""
    hold = outcome("forbidden", status="verified")
    assert "check_source" not in {mark.key for mark in words.marks(decision(hold), BOSTON, Situation())}
    for ended in ({"lifted": (("BOS19-1", "X-1"),)}, {"voided": (("BOS19-1", "X-1"),)}):
        given = replace(decision(replace(hold, **ended)), trace=Ended({"X-1": "verify"}))
        assert "check_source" in {mark.key for mark in words.marks(given, BOSTON, Situation())}
        given = replace(given, trace=Ended({"X-1": "verified"}))
        assert "check_source" not in {mark.key for mark in words.marks(given, BOSTON, Situation())}


class Ended:
    """As much of a trace as the mark looks at: the status of the rule that ended another."""

    def __init__(self, statuses: dict[str, str]) -> None:
        self.stack = self
        self.statuses = statuses

    def provision(self, rule: str) -> Any:
        return replace(BY["city"], rule=rule, status=self.statuses[rule])


def test_draft_until_counsel_has_adopted_every_rule_of_the_answer() -> None:
    given = decision(outcome("forbidden"))
    assert "DRAFT: NOT ADOPTED BY COUNSEL" in {mark.text for mark in words.marks(given, BOSTON, Situation())}
    adopted = replace(BOSTON, adopted=frozenset({"BOS19-1"}))
    marks = words.marks(given, adopted, Situation())
    assert {mark.key for mark in marks} == {"not_in_answer"}


def test_an_answer_rests_on_what_ended_another_rule_and_on_the_duties_that_stand_as_lines() -> None:
    hold = replace(outcome("forbidden"), voided=(("BOS19-9", "US-01"),), lifted=(("BOS19-8", "MA-3"),))
    duty = DutyState("TX-2", "tell_person", "owed", ("officer",), "the person", "art. 2.251", "verify", "at once", "")
    given = decision(hold, duties=(duty, replace(duty, id="TX-9", state="done")))
    adopted = {"BOS19-1", "US-01", "MA-3", "TX-2"}
    assert not words.not_adopted(given, replace(BOSTON, adopted=frozenset(adopted)))
    for one in adopted:
        assert words.not_adopted(given, replace(BOSTON, adopted=frozenset(adopted - {one}))), one


def test_an_answer_that_no_rule_gives_is_a_draft_until_all_law_here_is_adopted() -> None:
    silent = outcome("silent")
    given = decision(silent, notify_release=silent, transfer=silent, release=silent)
    assert words.not_adopted(given, replace(BOSTON, adopted=frozenset({"BOS19-1"})))
    assert not words.not_adopted(given, replace(BOSTON, adopted_whole=True))


def test_a_dispute_says_interpretive_ask_counsel_beside_what_stands_for_now_until_it_is_decided() -> None:
    hold = replace(outcome("disputed", "silent"), alternatives={"condition": "silent", "precatory": "required"})
    said = words.page(decision(hold), BOSTON, Situation(), NOW)
    assert (
        said.lines[0].text
        == "read in more than one way; for now, no rule found, ask the shift supervisor (interpretive: ask counsel)"
    )
    assert "interpretive: ask counsel" in {mark.text for mark in said.marks}
    chosen = words.page(decision(outcome("silent")), BOSTON, Situation(), NOW)
    assert "interpretive" not in "".join(everything(chosen, Clock("none", "")))


def test_adopted_by_counsel_a_rule_needs_no_check_of_its_source_any_more() -> None:
    given = decision(outcome("forbidden", status="adopted"))
    assert not any(cite.check_source for cite in words.page(given, BOSTON, Situation(), NOW).lines[0].cites)


def test_a_layer_that_is_not_encoded_is_named() -> None:
    said = words.page(decision(outcome("forbidden")), BOSTON, Situation(), NOW)
    assert said.not_in_answer == "Not in this answer: department orders."
    assert "Not in this answer: department orders. Its rules are not in this system." in {
        mark.says for mark in said.marks
    }
    assert said.checked_through == "Checked through Jul 31, 2026."


def test_no_button_for_what_the_law_neither_requires_nor_permits() -> None:
    for hold, given, situation in ALL:
        acts = {record.act for record in words.records(given, BOSTON, situation, NOW)}
        assert ("hold" in acts) == (hold.standing in ("required", "permitted"))
        assert not acts & {"notify_release", "transfer", "give_access"}


@pytest.mark.parametrize(
    ("hold", "texts"),
    [
        (outcome("forbidden"), ["Record: no hold on this request"]),
        (outcome("undetermined", "forbidden"), ["Record: no hold on this request, for now"]),
        (outcome("silent"), ["Record: no hold on this request"]),
        (TX, ["Record: hold on this request for up to 48 h after other custody ends"]),
    ],
)
def test_the_record_button_says(hold: Outcome, texts: list[str]) -> None:
    assert [record.text for record in words.records(decision(hold), BOSTON, Situation(), NOW)] == texts


def test_release_can_be_recorded_before_all_is_looked_up_but_is_not_the_main_button() -> None:
    """Ending custody never waits; a hold that the law requires for now has no such button."""
    given = decision(outcome("undetermined", "forbidden"), release=outcome("undetermined", "required"))
    unchecked = replace(PERSON, check_recorded=False)
    assert [record.act for record in words.records(given, BOSTON, unchecked, NOW)] == ["no_hold", "release"]
    assert [record.act for record in words.records(decision(outcome("forbidden")), BOSTON, PERSON, NOW)] == [
        "release",
        "no_hold",
    ]
    assert [record.act for record in words.records(decision(TX), TEXAS, PERSON, NOW)] == ["hold"]


@pytest.mark.parametrize("papers", [True, False])
def test_a_hold_that_is_over_offers_no_release_where_custody_rests_on_another_ground(papers: bool) -> None:
    """Else `Record release` would lead under the headline that a court warrant is a ground to keep this person."""
    over = replace(PERSON, held=True, papers=papers, form=papers, court_warrant="1:26-mj-00123")
    hold = {"clocks": {"hold_until": NOW - timedelta(hours=1)}, "at": NOW}
    for release, offered in ((outcome("silent"), False), (outcome("undetermined", "forbidden"), True)):
        given = decision(outcome("forbidden"), release=release, **hold)
        assert ("release" in [one.act for one in words.records(given, BOSTON, over, NOW)]) == offered


@pytest.mark.parametrize(
    "left", [{"form": False}, {"form": False, "papers": False}, {"cancels": "Mar 1, 2026"}], ids=lambda left: str(left)
)
def test_who_has_left_is_recorded_whatever_paper_is_left(left: dict[str, Any]) -> None:
    """A paper was taken out, and what is left asks for no hold: ending custody waits for none."""
    given = decision(outcome("undetermined", "forbidden"), release=outcome("undetermined", "required"))
    for situation, offered in ((PERSON, ["release"]), (Situation(), [])):
        said = words.records(given, BOSTON, replace(situation, **left), NOW)
        assert [one.act for one in said] == offered


def test_somebody_who_is_not_here_is_recorded_as_that_and_nothing_else() -> None:
    said = words.records(decision(outcome("forbidden")), BOSTON, Situation(same_person="different"), NOW)
    assert [(record.act, record.text) for record in said] == [("not_in_custody", "Record: not in custody here")]


def test_each_reading_that_makes_a_difference_is_named() -> None:
    hold = replace(outcome("disputed", "silent"), alternatives={"condition": "silent", "precatory": "required"})
    assert words.page(decision(hold), BOSTON, Situation(), NOW).readings == (
        "Read as condition: no rule found.",
        "Read as precatory: must be kept.",
    )


# --- clocks -----------------------------------------------------------------------------------------------------------


def texas_clock(start: datetime, end: datetime, now: datetime) -> words.Clock:
    given = decision(TX, at=now, clocks={"hold_until": end})
    return words.clock(given, TEXAS, Situation(view="person", ended_at=start, check_recorded=True), now)


def test_a_clock_that_has_not_started_says_what_the_form_asks() -> None:
    clock = words.clock(decision(outcome("forbidden")), BOSTON, Situation(), NOW)
    assert clock.state == "not started"
    assert clock.text == "not started: other custody has not ended. Form asks 48 h."


def test_an_old_form_s_48_hours_are_said_with_the_days_that_it_leaves_out() -> None:
    length = ClockLength(48, "without Saturdays, Sundays, holidays")
    clock = words.clock(decision(outcome("forbidden"), form_length=length), BOSTON, Situation(), NOW)
    assert clock.text.endswith("Form asks 48 h (without Saturdays, Sundays, holidays).")


@pytest.mark.parametrize(
    ("start", "end_text"),
    [
        ("2026-03-07 10:00", "until Mon Mar 9, 11:00 CDT"),  # the clock goes forward on Mar 8, 02:00
        ("2026-10-31 10:00", "until Mon Nov 2, 09:00 CST"),  # and back on Nov 1, 02:00
        ("2026-06-01 10:00", "until Wed Jun 3, 10:00 CDT"),
    ],
)
def test_48_hours_are_elapsed_hours_across_a_change_of_the_clock(start: str, end_text: str) -> None:
    began = datetime.fromisoformat(start).replace(tzinfo=TEXAS.zone)
    end = (began.astimezone(UTC) + timedelta(hours=48)).astimezone(TEXAS.zone)
    now = (began.astimezone(UTC) + timedelta(hours=12)).astimezone(TEXAS.zone)
    clock = texas_clock(began, end, now)
    assert clock.text == f"{end_text} (36 h left)"
    changed = began.utcoffset() != end.utcoffset()
    assert bool(clock.notes) == changed
    if changed:
        assert clock.notes == ("48 elapsed hours: the clock changes in between.",)


def test_a_clock_has_ended_at_its_end_minute_and_not_before() -> None:
    start, end = datetime(2026, 6, 1, 10, 0, tzinfo=TEXAS.zone), datetime(2026, 6, 3, 10, 0, tzinfo=TEXAS.zone)
    before = texas_clock(start, end, end - timedelta(seconds=1))
    assert (before.state, before.text) == ("running", "until Wed Jun 3, 10:00 CDT (0 min left)")
    at_end = texas_clock(start, end, end)
    assert (at_end.state, at_end.text) == ("ended", "ended Wed Jun 3, 10:00 CDT (0 min ago)")


def test_a_hold_whose_end_is_not_known_says_so() -> None:
    given = decision(TX, clocks={})
    clock = words.clock(given, TEXAS, Situation(view="person", ended_at=ENDED, check_recorded=True), NOW)
    assert (clock.state, clock.text) == ("unknown", "end not known: ask counsel")


def test_an_open_choice_of_clock_shows_both_the_earlier_first() -> None:
    friday = datetime(2026, 6, 5, 10, 0, tzinfo=TEXAS.zone)
    limits = {"regulation_limit": friday + timedelta(days=4), "form_limit": friday + timedelta(days=2)}
    hold = replace(TX, until=friday + timedelta(days=2))
    given = decision(hold, at=friday, clocks=limits)
    clock = words.clock(given, TEXAS, Situation(view="person", ended_at=friday, check_recorded=True), friday)
    assert clock.notes == (
        "Two ways to count: by the form Sun Jun 7, 10:00 CDT; by the regulation Tue Jun 9, 10:00 CDT. Interpretive: ask counsel.",
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=4, minutes=12, seconds=59), "4 h 12 min"),
        (timedelta(hours=48), "48 h"),
        (timedelta(days=5, hours=2), "5 days 2 h"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_a_length_is_whole_minutes_never_rounded_up(length: timedelta, said: str) -> None:
    assert words.span(length) == said


def test_hours_of_today_of_this_week_and_before() -> None:
    assert words.hour(ENDED, ZONE, NOW) == "01:55"
    assert words.hour(NOW - timedelta(hours=3), ZONE, NOW) == "Mon 23:10"
    assert words.hour(NOW - timedelta(days=20), ZONE, NOW) == "Feb 11, 02:10"
    assert words.moment(NOW - timedelta(days=90), ZONE, NOW) == "Wed Dec 3 2025, 02:10 EST"


# --- errors, letter ---------------------------------------------------------------------------------------------------


def test_two_things_that_cannot_both_be_true() -> None:
    assert words.contradiction(["form I-247N (page 1)", "“asks to keep” (Lima, 02:05)"]) == (
        "These can't both be true: form I-247N (page 1) and “asks to keep” (Lima, 02:05). No answer until one is corrected."
    )


def test_the_letter_says_nothing_of_custody_release_or_what_the_paper_lacks() -> None:
    text = words.letter("2026-0412", "Form I-247A", NOW, "ICE ERO Boston Field Office", BOSTON)
    assert "2026-0412" in text
    assert "Mar 3, 2026" in text
    assert not re.search(
        r"custody|releas|hold|held|keep|kept|detain|jail|warrant|defect|missing|unsigned|empty|box|because",
        text.split("\n\n")[1],
        re.IGNORECASE,
    )


def test_the_page_for_counsel_quotes_what_the_desk_says() -> None:
    """docs/desk-words.md: each sentence of its tables and marks is one that the desk makes, and each headline that it makes is there."""
    text = (Path(__file__).parents[2] / "docs" / "desk-words.md").read_text(encoding="utf-8")
    quoted = {row.split("|")[2].strip() for row in text.splitlines() if row.startswith("| ")} - {
        "the headline",
        "the sentence",
    }
    made = set()
    held = replace(PERSON, held=True, ended_at=NOW - timedelta(hours=49))
    custody = Situation(view="person", basis="an open charge", basis_by="Lima", basis_at=NOW)
    for hold, given, situation in ALL:
        said = words.page(given, BOSTON, situation, NOW)
        if situation.court_warrant is None and (hold.standing == "forbidden" or hold.outcome in STANDINGS):
            made.add(said.headline)
        made.add(said.release)
    made.add(
        words.release(decision(outcome("required"), clocks={"hold_until": NOW - timedelta(hours=1)}), BOSTON, held, NOW)
    )
    made.add(words.release(decision(outcome("silent"), release=outcome("silent")), BOSTON, custody, NOW))
    two = replace(outcome("conflict", "forbidden"), by=(BY["city"], BY["state"]))
    made.add(words.headline(decision(two), BOSTON, Situation()))
    spelled = {_spelled(sentence) for sentence in made} - {""}
    assert quoted <= spelled
    one_cite = {sentence.replace("CITE, CITE", "CITE") for sentence in quoted}
    assert {sentence for sentence in spelled if sentence != "Other custody ended MOMENT."} <= quoted | one_cite
    assert all(word in text for word in words.BANNED)


def _spelled(sentence: str) -> str:
    for by in BY.values():
        sentence = sentence.replace(by.cite, "CITE")
    sentence = re.sub(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d+, \d\d:\d\d E[SD]T", "MOMENT", sentence)
    return sentence.replace("an open charge", "BASIS").replace("by Lima", "by OFFICER")


def test_a_view_is_one_of_two() -> None:
    assert set(View.__args__) == {"request", "person"}  # type: ignore[attr-defined]
