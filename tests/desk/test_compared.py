"""A paper beside what is known: the person in custody, the agency's lists, other papers, the time. What is found is shown where it is and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from detainerdesk.desk import facts, life, page
from detainerdesk.desk.facts import BookedFacts, FoundWarrant
from detainerdesk.desk.models import BookedPerson, Identity, Officer, RequestState
from detainerdesk.desk.on_file import OnFile, OnFileError, on_file
from detainerdesk.desk.page import RequestPage, see
from detainerdesk.desk.page.values import SeeRow
from detainerdesk.intake import correct, queue
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.reading.fields import Arranged, Defect, arranged_to_json
from detainerdesk.intake.request import load
from detainerdesk.ledger import log as ledger
from tests.desk.made import CAME, FORM, NOW, arrive, decided, form, officer
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, field, paper, reading

LUIS_BOOKED = BookedFacts("Delacroix, Luis", date(1982, 12, 25), {"file_no": "A000000001"}, date(2026, 3, 2))


@pytest.fixture
def desk(data_folder: Path, db: None) -> Desk:
    return Desk()


@pytest.fixture
def data_folder(tmp_path: Path, settings: object) -> Path:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    settings.DATA.mkdir(exist_ok=True)  # type: ignore[attr-defined]
    return tmp_path / "data"


def shown(state: RequestState, at: datetime = NOW) -> RequestPage:
    return page.request_page(state.agency, state.number, at, "desk_officer", "D-4")


def books(state: RequestState, who: Officer, person: BookedFacts) -> RequestPage:
    """What booking has is written down; the page after it."""
    life.record_booked_person(state.number, shown(state).version, who, person, at=NOW)
    return shown(state)


def found(seen: RequestPage) -> dict[str, SeeRow]:
    return {one.id: one for one in seen.see}


# ---- paper and booking ------------------------------------------------------------------------------------------------


def test_paper_and_booking_stand_side_by_side_with_a_reason_for_each(desk: Desk, lima: Officer) -> None:
    seen = books(
        arrive(desk), lima, BookedFacts("DELACROIX, Luis Antonio", date(1982, 12, 26), {"fbi_no": "000000000"})
    )
    assert seen.compared is not None
    assert [(one.label, one.paper, one.booking, one.verdict) for one in seen.compared.rows] == [
        ("Name", "DELACROIX, Luis Antonio", "DELACROIX, Luis Antonio", "same"),
        ("Birth date", "12/25/1982", "12/26/1982", "different"),
        ("Numbers", "file number, subject number, event number", "FBI number", "cannot tell"),
    ]
    assert all(one.why for one in seen.compared.rows)
    assert seen.compared.says.startswith("Only the name agrees surely with the booking.")
    assert [row.see for row in seen.fields[:2]] == ["same as booking", "not as in the booking"]


def test_nothing_is_compared_before_somebody_wrote_down_what_booking_has(desk: Desk) -> None:
    seen = shown(arrive(desk))
    assert seen.compared is None
    assert not {"D11", "D12", "D13"} & found(seen).keys()


def test_acl_4_the_same_person_needs_two_identifiers_that_are_the_same(desk: Desk, lima: Officer) -> None:
    """Neither the page nor a post around it lets one alone pass; a second one that is added does."""
    state = arrive(desk)
    seen = books(state, lima, BookedFacts("Delacroix, Luis Antonio"))
    assert seen.question is not None
    assert [one.off for one in seen.question.answers] == ["too little agrees", "", ""]
    with pytest.raises(life.NotPossible, match="Only the name agrees"):
        life.same_person(state.number, seen.version, lima, "same", at=NOW)
    assert not Identity.objects.exists()
    seen = books(state, lima, replace(LUIS_BOOKED, name="Delacroix, Luis Antonio"))
    assert seen.question is not None
    assert seen.question.answers[0].off == ""
    life.same_person(state.number, seen.version, lima, "same", at=NOW)
    assert Identity.objects.get().compared == "name, birth date, number"


def test_who_compares_by_eye_answers_as_before(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    life.same_person(state.number, 1, lima, "same", at=NOW)
    assert [row.see for row in shown(state).fields[:2]] == ["same as booking", "same as booking"]


def test_acl_4_who_was_called_the_same_by_eye_is_asked_about_again_once_booking_is_written_down(
    desk: Desk, lima: Officer
) -> None:
    state = arrive(desk)
    life.same_person(state.number, 1, lima, "same", at=NOW)
    question = books(state, lima, BookedFacts("Silva, Marcos")).question
    assert question is not None
    assert (question.name, question.answers[0].off) == ("same_person", "too little agrees")


def test_different_and_cannot_tell_need_no_identifiers(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    seen = books(state, lima, BookedFacts("Silva, Marcos"))
    assert life.same_person(state.number, seen.version, lima, "different", at=NOW) == seen.version + 1


def test_what_booking_has_changes_nothing_that_was_decided(desk: Desk, lima: Officer) -> None:
    """It is compared, and no rule reads it: the answer and the state stay."""
    state = arrive(desk)
    before = shown(state)
    life.record_act(state.number, before.version, lima, "no_hold", at=NOW)
    decided = shown(state)
    after = books(state, lima, LUIS_BOOKED)
    assert (after.headline, after.lines, after.state) == (decided.headline, decided.lines, decided.state)


def test_a_booking_of_which_nothing_was_written_is_refused(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    for person, says in (
        (BookedFacts(" "), "nothing was written"),
        (BookedFacts(numbers={"x": "1"}), "no kind of number"),
    ):
        with pytest.raises(life.NotPossible, match=says):
            life.record_booked_person(state.number, 1, lima, person, at=NOW)
    with pytest.raises(life.NotOffered):
        life.record_booked_person(state.number, 1, officer("okafor", "records"), LUIS_BOOKED, at=NOW)
    assert not BookedPerson.objects.exists()


def test_led_2_the_ledger_says_that_booking_was_written_down_and_seals_whom_it_has(desk: Desk, lima: Officer) -> None:
    books(arrive(desk), lima, LUIS_BOOKED)
    *_, entry = ledger.entries(kind="booking.compared")
    assert entry.event.facts == {
        **{"fact": "booked_person", "name": True, "birth_date": True, "numbers": "file_no", "version": 2},
        **{"from": "question_open", "to": "question_open"},
    }
    for personal in ("Delacroix", "1982", "000000001"):
        assert personal not in repr(entry)


def test_what_booking_has_stands_on_no_board_and_a_file_number_on_no_page(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    seen = books(state, lima, BookedFacts("Elsewhere, Nobody", date(1950, 1, 2), {"file_no": "A000 000 777"}))
    board = repr(astuple(page.board(BOSTON, "D-4", NOW)))
    for personal in ("Elsewhere", "1950", "000 777"):
        assert personal not in board
    assert "000 777" not in repr(astuple(seen))
    assert LUIS["file_no"] not in repr(astuple(seen))


# ---- what only the booking, the lists, other papers and the time show -------------------------------------------------


def test_each_defect_that_the_booking_shows_names_the_field_where_it_is(desk: Desk, lima: Officer) -> None:
    seen = books(
        arrive(desk),
        lima,
        BookedFacts("Silva, Marcos", date(1977, 7, 4), {"file_no": "A000 000 002"}, date(2026, 3, 9)),
    )
    where = {code: (row.where, row.name, row.page) for code, row in found(seen).items()}
    assert where["D11"] == ("I-247A, Name, page 1", "subject_name", 1)
    assert where["D12"] == ("I-247A, Birth date, page 1", "dob", 1)
    assert where["D13"] == ("I-247A, File number, page 1", "file_no", 1)
    assert where["D19"] == ("I-247A, Date of the paper, page 1", "form_date", 1)
    assert found(seen)["D11"].box == (40.0, 40.0, 200.0, 52.0)


def test_they_are_looked_for_again_when_a_field_is_corrected_or_the_booking_changes(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    assert "D12" in found(books(state, lima, replace(LUIS_BOOKED, birth_date=date(1982, 12, 26))))
    version = shown(state).version
    life.correct_field(state.number, version, lima, paper=0, name="dob", value="12/26/1982", at=NOW)
    assert "D12" not in found(shown(state))
    assert "D12" in found(books(state, lima, LUIS_BOOKED))


def test_a_defect_of_the_paper_alone_goes_with_the_field_that_is_corrected(desk: Desk, lima: Officer) -> None:
    unsigned = form()
    empty = replace(unsigned.fields["officer_sig"], value=None, state="empty")
    unsigned = replace(
        unsigned,
        fields={**unsigned.fields, "officer_sig": empty},
        defects=(
            Defect("D06", "officer_sig", "The immigration officer's signature is missing: the place for it is empty."),
        ),
    )
    state = arrive(desk, unsigned, paper("i200", {"officer_sig": True}, page=2))
    assert "D06" in found(shown(state))
    life.correct_field(state.number, 1, lima, paper=0, name="officer_sig", value=True, at=NOW)
    assert "D06" not in found(shown(state))


def test_a_form_for_another_agency_is_seen_and_other_names_of_ours_are_on_file(desk: Desk, data_folder: Path) -> None:
    state = arrive(desk, form({**FORM, "to_agency": "Harbor Precinct Lockup"}))
    assert "Harbor Precinct Lockup" in found(shown(state))["D16"].says
    keeps(data_folder, {BOSTON: {"names": ["Harbor Precinct Lockup"]}})
    assert "D16" not in found(shown(state))


def test_a_number_to_call_that_is_not_on_file_is_seen(desk: Desk, data_folder: Path) -> None:
    state = arrive(desk, form({**FORM, "notify_phone": "(617) 555-0142"}))
    assert "D24" not in found(shown(state))
    keeps(data_folder, {BOSTON: {"phones": ["617-555-0100"]}})
    row = found(shown(state))["D24"]
    assert row.name == "notify_phone"
    keeps(data_folder, {BOSTON: {"phones": ["617-555-0100", "617.555.0142"]}})
    assert "D24" not in found(shown(state))


def test_a_sender_that_is_not_on_file_is_seen_and_a_program_is_no_such_sender(desk: Desk, data_folder: Path) -> None:
    keeps(data_folder, {BOSTON: {"senders": ["fax@ice.example"]}})
    state = arrive(desk)
    for sender, told in (
        ("x@elsewhere.example [10.0.0.5]", True),
        ("Fax <fax@ice.example> [10.0.0.5]", False),
        ("jail", False),
    ):
        Transmission.objects.update(sender=sender)
        assert ("D24" in found(shown(state))) is told, sender


def test_a_list_that_can_not_be_read_stops_no_page_and_is_said(desk: Desk, data_folder: Path) -> None:
    state = arrive(desk)
    (data_folder / "on_file.json").write_text('{"names": ')
    seen = shown(state)
    assert seen.headline
    assert any("on_file.json can't be read" in one.says for one in seen.see)
    with pytest.raises(OnFileError, match=r"Write it as docs/intake.md shows"):
        on_file(BOSTON)


def test_an_agency_that_does_not_stand_in_the_list_has_nothing_on_file(desk: Desk, data_folder: Path) -> None:
    assert on_file(BOSTON) == OnFile()
    keeps(data_folder, {"us-ma-suffolk/sheriff": {"names": ["x"]}})
    assert on_file(BOSTON) == OnFile()


def keeps(folder: Path, what: Mapping[str, Mapping[str, list[str]]]) -> None:
    (folder / "on_file.json").write_text(json.dumps(what))


def test_a_cancellation_that_came_before_or_after_is_seen_on_the_date_that_it_names(desk: Desk) -> None:
    state = arrive(desk)
    assert "D20" not in found(shown(state))
    cancels = form({**FORM, "form_date": "03/05/2026", "cancel_prior": True, "cancel_date": "03/03/2026"})
    arrive(desk, cancels, data=b"FICTIONAL cancellation", at=NOW)
    assert found(shown(state))["D20"].name == "form_date"
    other = arrive(desk, form({**FORM, **MARCOS}), data=b"FICTIONAL of another person", at=NOW)
    assert "D20" not in found(shown(other))


def test_a_proof_that_a_rulebook_reads_is_told_to_a_supervisor_and_its_field_is_never_shown(
    desk: Desk, lima: Officer
) -> None:
    state = arrive(desk)
    life.record_answer(state.number, 1, lima, "person.citizenship_proof", "us_passport", at=NOW)
    row = found(shown(state))["D14"]
    assert (row.name, row.page) == ("", 1)
    assert "Tell a supervisor" in row.says
    assert "Honduras" not in repr(astuple(shown(state)))


def test_a_copy_has_no_defect_twice(desk: Desk) -> None:
    state = arrive(desk, form({**FORM, "to_agency": "Harbor Precinct Lockup"}))
    desk.gets(b"FICTIONAL copy", reading(form({**FORM, "to_agency": "Harbor Precinct Lockup"})), at=NOW)
    desk.understands()
    seen = shown(state)
    assert len(seen.papers) == 2
    assert [one.id for one in seen.see].count("D16") == 1


# ---- papers out and in ------------------------------------------------------------------------------------------------


def test_a_request_whose_paper_was_taken_out_says_so_and_offers_no_hold(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    sha256 = Document.objects.get().sha256
    queue.part(sha256, state.number, BOSTON, actor="officer lima")
    seen = shown(state)
    assert (
        seen.headline == "No paper is in this request now. What was taken out waits for a person, or belongs elsewhere."
    )
    assert (seen.question, seen.record, seen.papers, seen.transmissions) == (None, None, (), "no paper")
    board = page.board(BOSTON, "D-4", NOW)
    assert board.waiting[0].document == sha256
    assert (board.open, [group.key for group in board.groups]) == (0, ["done"])
    assert board.groups[0].rows[0].next_step == "No paper in it now"
    assert page.board(BOSTON, "D-4", NOW + timedelta(hours=25)).groups == ()
    queue.attach(sha256, BOSTON, state.number, actor="officer lima")
    assert page.board(BOSTON, "D-4", NOW + timedelta(hours=25)).open == 1, "it is back before anybody opens it"
    assert shown(state).person == "DELACROIX, Luis Antonio"


def test_a_request_of_which_only_a_warrant_is_left_says_that_its_form_was_taken_out(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    form_file = Document.objects.get().sha256
    desk.gets(b"FICTIONAL warrant", reading(paper("i200", {"officer_sig": True})), at=NOW)
    desk.understands()
    (warrant,) = queue.waiting(BOSTON)
    queue.attach(warrant.sha256, BOSTON, state.number, actor="officer lima")
    queue.part(form_file, state.number, BOSTON, actor="officer lima")
    assert shown(state).headline.startswith("No detainer form is in this request now.")
    board = page.board(BOSTON, "D-4", NOW)
    (row,) = (row for group in board.groups for row in group.rows)
    assert row.law == "no form in it now"
    (waits,) = board.waiting
    assert (waits.papers[0].text, waits.next_step) == ("I-247A", "Say where it belongs")


def test_who_has_left_is_recorded_though_the_paper_was_taken_out(desk: Desk, lima: Officer) -> None:
    """Ending custody waits for no paper."""
    state = arrive(desk)
    life.same_person(state.number, 1, lima, "same", at=NOW)
    life.record_booking(state.number, 2, lima, "bail_or_ROR", NOW - timedelta(minutes=5), at=NOW)
    queue.part(Document.objects.get().sha256, state.number, BOSTON, actor="officer lima")
    seen = shown(state)
    assert seen.record is not None
    assert seen.record.value == "release"
    assert [one.value for one in seen.buttons if one.name == "record"] == []
    life.record_act(state.number, seen.version, lima, "release", at=NOW)
    assert shown(state).closed


def test_a_request_without_a_paper_stays_on_the_board_while_other_custody_is_to_end(desk: Desk, lima: Officer) -> None:
    """Else the hour would come when nobody sees it: what has no paper and no custody leaves the board within a day."""
    state = arrive(desk)
    life.record_booking(state.number, 1, lima, "time_served", NOW + timedelta(hours=30), at=NOW)
    queue.part(Document.objects.get().sha256, state.number, BOSTON, actor="officer lima")
    page.board(BOSTON, "D-4", NOW)
    (group,) = page.board(BOSTON, "D-4", NOW + timedelta(hours=26)).groups
    assert (group.key, group.rows[0].next_step) == ("question", "No paper in it now")
    (group,) = page.board(BOSTON, "D-4", NOW + timedelta(hours=31)).groups
    assert (group.key, group.rows[0].number) == ("ended", state.number)


def test_a_recorded_hold_keeps_a_request_open_though_its_paper_was_taken_out(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    life.record_decision(state.number, 1, lima, "hold", decided("required"), at=NOW)
    queue.part(Document.objects.get().sha256, state.number, BOSTON, actor="officer lima")
    page.board(BOSTON, "D-4", NOW)
    assert page.board(BOSTON, "D-4", NOW + timedelta(hours=26)).open == 1


def test_nobody_is_ready_for_release_at_the_end_of_a_hold_while_a_court_warrant_keeps_them(
    desk: Desk, lima: Officer
) -> None:
    state = arrive(desk)
    warrant = FoundWarrant("federal_criminal_arrest", "magistrate_judge", True, "1:26-mj-00123")
    life.record_warrant_check(state.number, 1, lima, "found", found=(warrant,), at=NOW)
    life.record_booking(state.number, 2, lima, "bail_or_ROR", NOW, other_basis=False, at=NOW)
    held = decided("required", until=NOW + timedelta(hours=48))
    life.record_decision(state.number, 3, lima, "hold", held, view="person", at=NOW)
    after = NOW + timedelta(hours=49)
    board = page.board(BOSTON, "D-4", after)
    assert board.strip is None
    assert [row.next_step for group in board.groups for row in group.rows] != ["Record release"]
    seen = shown(state, after)
    assert seen.record is None or seen.record.value != "release"


def test_the_board_says_when_a_recorded_hold_is_over_though_its_paper_was_taken_out(desk: Desk, lima: Officer) -> None:
    """What the law says of the time without the paper begins later than what was recorded."""
    state = arrive(desk)
    life.record_warrant_check(state.number, 1, lima, "none", at=NOW)
    life.record_booking(state.number, 2, lima, "bail_or_ROR", NOW, other_basis=False, at=NOW)
    held = decided("required", until=NOW + timedelta(hours=20))
    life.record_decision(state.number, 3, lima, "hold", held, view="person", at=NOW)
    queue.part(Document.objects.get().sha256, state.number, BOSTON, actor="officer lima")
    board = page.board(BOSTON, "D-4", NOW + timedelta(hours=21))
    assert board.strip is not None
    assert board.strip.number == state.number


def test_acl_4_whether_it_is_the_same_person_is_asked_again_once_a_paper_was_taken_out(
    desk: Desk, lima: Officer
) -> None:
    """It was said of a paper that may not be the one that is there now; so was what was answered about the request itself."""
    state = arrive(desk)
    life.same_person(state.number, 1, lima, "same", at=NOW)
    life.record_answers(
        state.number, 2, lima, {"request.issuer_authorised": True, "person.asks_consular_notice": True}, at=NOW
    )
    sha256 = Document.objects.get().sha256
    queue.part(sha256, state.number, BOSTON, actor="officer lima")
    queue.attach(sha256, BOSTON, state.number, actor="officer lima")
    known = life.history(state).known
    assert (known.same_person, known.answers) == ("", {"person.asks_consular_notice": True})
    question = shown(state).question
    assert question is not None
    assert question.name == "same_person"


@pytest.mark.parametrize("clock", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
def test_acl_4_what_was_said_before_and_after_a_paper_was_taken_out_is_told_apart_by_no_clock(
    desk: Desk, lima: Officer, monkeypatch: pytest.MonkeyPatch, clock: timedelta
) -> None:
    """The clock stood still, was set back, or was set forward, between what was said and the paper that left."""
    state = arrive(desk)
    for data in (b"FICTIONAL copy", b"FICTIONAL third"):
        desk.gets(data, reading(form()), at=NOW)
    desk.understands()
    life.same_person(state.number, shown(state).version, lima, "same", at=NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW + clock)
    queue.part(load(state.number).documents[2], state.number, BOSTON, actor="officer lima")
    assert life.history(state).known.same_person == ""
    life.same_person(state.number, shown(state).version, lima, "different", at=NOW)
    assert life.history(state).known.same_person == "different"
    queue.part(load(state.number).documents[0], state.number, BOSTON, actor="officer lima")
    assert life.history(state).known.same_person == ""


def test_acl_4_a_confirmation_goes_with_its_paper_and_never_to_the_one_that_takes_its_place(
    desk: Desk, lima: Officer
) -> None:
    state = arrive(desk, form())
    court = paper("ao442", {"case_no": "1:26-mj-00123", "officer_sig": True}, page=2)
    for data in (b"FICTIONAL with a warrant", b"FICTIONAL with another"):
        desk.gets(data, reading(form(), court), at=NOW)
        desk.understands()
    version = shown(state).version
    life.confirm_paper(state.number, version, lima, paper=2, signed_by="magistrate_judge", names_person=True, at=NOW)
    assert "COURT AO 442, confirmed" in [f"{one.word} {one.text}" for one in shown(state).badges]
    confirmed = load(state.number).documents[2]
    queue.part(confirmed, state.number, BOSTON, actor="officer lima")
    assert load(state.number).papers[2].kind == "ao442"
    seen = shown(state)
    assert [one.text for one in seen.badges if one.look == "court"] == ["AO 442, not confirmed"]
    assert "udicial warrant" not in seen.headline


def test_a_field_that_was_confirmed_is_to_be_checked_again_on_another_copy(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(unsure=["dob"]))
    desk.gets(b"FICTIONAL copy", reading(form(unsure=["dob"])), at=NOW)
    desk.understands()
    life.confirm_reading(state.number, shown(state).version, lima, paper=0, name="dob", at=NOW)
    first, second = load(state.number).documents
    queue.part(first, state.number, BOSTON, actor="officer lima")
    assert load(state.number).documents == (second,)
    assert life.unread(load(state.number), life.history(state).known) == ((0, "dob"),)


def test_what_was_corrected_while_a_paper_was_out_opens_the_question_again(desk: Desk, lima: Officer) -> None:
    """It comes back to its place with the same pages, and says another thing."""
    state = arrive(desk)
    life.record_decision(state.number, 1, lima, "no_hold", decided(), at=NOW)
    state.refresh_from_db()
    assert state.state == "nothing_owed"
    sha256 = Document.objects.get().sha256
    queue.part(sha256, state.number, BOSTON, actor="officer lima")
    correct.correct(sha256, BOSTON, paper=0, field="dob", state="shown", value="01/01/1990", actor="officer lima")
    queue.attach(sha256, BOSTON, state.number, actor="officer lima")
    with pytest.raises(life.StaleState):
        life.same_person(state.number, 2, lima, "same", at=NOW)
    shown(state)
    state.refresh_from_db()
    assert state.state == "question_open"


def test_an_act_on_what_was_shown_before_the_paper_was_taken_out_is_refused(desk: Desk, lima: Officer) -> None:
    state = arrive(desk)
    queue.part(Document.objects.get().sha256, state.number, BOSTON, actor="officer lima")
    with pytest.raises(life.StaleState):
        life.same_person(state.number, 1, lima, "same", at=NOW)


def test_what_was_seen_on_a_paper_before_its_pages_were_laid_out_anew_is_of_other_papers(
    desk: Desk, lima: Officer
) -> None:
    """A court paper that was confirmed would else lend its confirmation to whatever paper then has its place."""
    court = paper("ao442", {"case_no": "1:26-mj-00123", "officer_sig": True}, page=2)
    state = arrive(desk, form(), court)
    life.correct_field(state.number, 1, lima, paper=0, name="dob", value="01/01/1990", at=NOW)
    life.confirm_paper(state.number, 2, lima, paper=1, signed_by="magistrate_judge", names_person=True, at=NOW)
    known = life.history(state).known
    assert (len(known.field_checks), len(known.paper_checks)) == (1, 1)
    arranged = arranged_to_json([Arranged(None, (2,)), Arranged(None, (1,))])
    Document.objects.update(arranged=arranged, read_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    known = life.history(state).known
    assert (known.field_checks, known.paper_checks) == ((), ())
    assert facts.checked(load(state.number), known.field_checks).papers[0].fields["dob"].value == LUIS["dob"]
    assert "field dob corrected" in [row.text for row in shown(state).done]


# ---- how it came ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("Received-SPF: fail (x)", ["may that machine send for that address (SPF): no"]),
        ("Received-SPF: SoftFail (x)", ["may that machine send for that address (SPF): likely not"]),
        (
            "Authentication-Results: mx.example; spf=pass smtp.mailfrom=fax@ice.example; dkim=none",
            [
                "may that machine send for that address (SPF): yes, ice.example",
                "did a domain sign the mail (DKIM): there was nothing to check",
            ],
        ),
        ("Authentication-Results: mx.example; dmarc=bogus", []),
        ("Received-SPF:", []),
        ("Authentication-Results: <script>", []),
    ],
)
def test_what_mail_servers_wrote_is_said_in_plain_words(check: str, said: list[str]) -> None:
    assert list(see.check_words(check)) == said


def test_a_paper_of_a_mail_tells_what_is_known_of_the_mails_sender(desk: Desk) -> None:
    from email.message import EmailMessage

    from detainerdesk.intake.understand import understand_all

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "Fax <fax@ice.example>", "d4@desk.example", "<1@ice.example>"
    mail["Authentication-Results"] = "mx.example; spf=fail smtp.mailfrom=ice.example"
    mail.set_content("FICTIONAL")
    mail.add_attachment(b"%PDF-FICTIONAL", maintype="application", subtype="pdf", filename="fax.pdf")
    came = Envelope("mail", BOSTON, "D-4", "mail.eml", CAME, "mail:1", sender="fax@ice.example [10.0.0.5]")
    receive(mail.as_bytes(), came)
    understand_all(lambda _: reading(form()))
    life.open_new(BOSTON, NOW)
    (one,) = shown(RequestState.objects.get()).came
    assert one.text == "D-4 01:52 by mail, receipt 2"
    assert one.said == (
        "Handed over as from fax@ice.example, by the machine 10.0.0.5.",
        "Mail servers wrote: may that machine send for that address (SPF): no, ice.example."
        " Anybody can write that into a mail: call back on a number that is known.",
    )


def test_of_a_paper_that_somebody_brought_in_no_sender_is_told(desk: Desk) -> None:
    state = arrive(desk)
    Transmission.objects.update(sender="Lima")
    assert shown(state).came == ()


def test_the_papers_of_a_request_are_told_by_what_is_in_them_never_by_a_name_from_outside(desk: Desk) -> None:
    state = arrive(desk)
    desk.gets(b"FICTIONAL second", reading(form(page=1)), at=NOW)
    desk.understands()
    assert [one.text for one in shown(state).papers] == [
        "I-247A, I-200, 2 pages; receipt 1",
        "I-247A, 1 page; receipt 2",
    ]


def test_an_unsure_value_is_compared_and_said_to_be_unsure(desk: Desk, lima: Officer) -> None:
    seen = books(arrive(desk, form(unsure=["dob"])), lima, LUIS_BOOKED)
    assert seen.compared is not None
    assert seen.compared.rows[1].paper == "12/25/1982 (to check)"
    assert field("x").accepted  # what is made here is sure unless it says otherwise
