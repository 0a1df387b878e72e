"""The year's figures: who is counted, under which reason, and what stands as not recorded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.intake import correct, queue, understand
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest
from detainerdesk.intake.reading.fields import Arranged, Unreadable
from detainerdesk.law import digest
from detainerdesk.law.language.rulebook import ReportField
from detainerdesk.ledger import log, notary
from detainerdesk.reports import annual as reports
from detainerdesk.reports.counted import NOT_KEPT, Counted, pile
from detainerdesk.reports.duty import ReportError
from detainerdesk.reports.measures import NOT_COUNTED, Figure, measure
from tests.desk.made import decided
from tests.intake.made import BOSTON, detainer, field, reading
from tests.intake.made import paper as made_paper
from tests.reports.conftest import PENDING, SUMMER, YEAR_END, ZONE, Department
from tests.reports.test_pdf import text_of


def lines(figure: Figure) -> dict[str, tuple[int, int]]:
    return {row.label: (row.count, row.notice_count) for row in figure.rows}


def _counted(department: Department, as_of: datetime = YEAR_END) -> tuple[Counted, ...]:
    due = department.counts().due
    return pile(BOSTON, due.period, as_of).requests


@pytest.fixture
def small_pile(department: Department) -> Department:
    """Six requests: two released, one with no hold recorded while other custody goes on, three with nothing; one asks for notice only."""
    one = department.gets("FIRST, Ana")
    two = department.gets("SECOND, Bea", pc_pending=False, pc_biometric=True)
    three = department.gets("THIRD, Cy", pc_biometric=True)
    department.gets("FOURTH, Di", pc_pending=False)
    department.gets("FIFTH, Ed", kind="i247n")
    department.gets("SIXTH, Flo")
    department.releases(one)
    department.releases(two)
    life.record_act(three, department.version(three), department.officer, "no_hold", at=SUMMER + timedelta(hours=1))
    return department


def test_a_request_whose_papers_all_went_elsewhere_is_in_no_figure_and_is_said(small_pile: Department) -> None:
    one, two = _counted(small_pile)[:2]
    (paper,) = intake_request.load(two.number, BOSTON).documents
    queue.part(paper, two.number, BOSTON, actor="lima")
    now = timezone.now()
    assert two.number in {row.number for row in _counted(small_pile, now)}, "the paper waits, and may come back"
    assert "Taken out" not in dict(small_pile.counts(now).facts())
    queue.attach(paper, BOSTON, one.number, actor="lima")
    now = timezone.now()
    assert two.number not in {row.number for row in _counted(small_pile, now)}
    assert dict(small_pile.counts(now).facts())["Taken out"].startswith(f"{two.number}: a person took every paper out")


def test_a_detention_stays_in_the_count_though_every_paper_of_its_request_went_elsewhere(
    small_pile: Department,
) -> None:
    one, _, _, four = _counted(small_pile)[:4]
    life.record_decision(
        four.number, small_pile.version(four.number), small_pile.officer, "hold", decided("required"), at=SUMMER
    )
    (paper,) = intake_request.load(four.number, BOSTON).documents
    queue.part(paper, four.number, BOSTON, actor="lima")
    queue.attach(paper, BOSTON, one.number, actor="lima")
    now = timezone.now()
    assert [row.detained for row in _counted(small_pile, now) if row.number == four.number] == [True]
    assert "Taken out" not in dict(small_pile.counts(now).facts())


def test_a_detention_stays_in_the_count_though_only_a_cancellation_is_left_in_its_request(
    small_pile: Department,
) -> None:
    four = _counted(small_pile)[3].number
    life.record_decision(four, small_pile.version(four), small_pile.officer, "hold", decided("required"), at=SUMMER)
    small_pile.sends(b"cancels", detainer({**PENDING, "dob": "01/01/1990"}, cancel_prior=True))
    cancels = max(RequestState.objects.values_list("number", flat=True))
    (detained,), (cancellation,) = (intake_request.load(number, BOSTON).documents for number in (four, cancels))
    queue.part(cancellation, cancels, BOSTON, actor="lima")
    queue.attach(cancellation, BOSTON, four, actor="lima")
    queue.part(detained, four, BOSTON, actor="lima")
    assert intake_request.load(four, BOSTON).kind == "cancellation"
    assert [row.detained for row in _counted(small_pile, timezone.now()) if row.number == four] == [True]


def test_a_report_up_to_an_earlier_moment_is_the_same_whatever_became_of_the_papers_since(
    small_pile: Department,
) -> None:
    """Taken out, put into another request, corrected, laid out anew: at the cut-off they were where they were."""
    one, two, three = _counted(small_pile)[:3]
    small_pile.sends(b"smudge", detainer({**PENDING, "dob": "01/01/1990"}, unsure=["cancel_prior"]))
    stood, report = _counted(small_pile), small_pile.counts()
    (matter,) = queue.waiting(BOSTON)
    correct.correct(matter.sha256, BOSTON, paper=0, field="cancel_prior", state="shown", value=True, actor="lima")
    correct.place_again(matter.sha256, BOSTON, actor="lima")
    (paper,) = intake_request.load(one.number, BOSTON).documents
    queue.part(paper, one.number, BOSTON, actor="lima")
    between = timezone.now()
    waits = pile(BOSTON, report.due.period, between)
    queue.attach(paper, BOSTON, two.number, actor="lima")
    (paper,) = intake_request.load(three.number, BOSTON).documents
    queue.part(paper, three.number, BOSTON, actor="lima")
    queue.set_aside(paper, BOSTON, actor="lima")
    assert _counted(small_pile) == stood
    assert small_pile.counts().to_csv() == report.to_csv()
    assert pile(BOSTON, report.due.period, between) == waits
    assert pile(BOSTON, report.due.period, timezone.now()).emptied == (one.number, three.number)
    assert len(_counted(small_pile, between)) == len(stood) - 1, "what a person saw is a cancellation"


def test_a_request_without_a_paper_at_the_cut_off_is_counted_as_what_it_was_then(small_pile: Department) -> None:
    """One becomes a cancellation later, and one that asked for notice only is asked to hold."""
    period = small_pile.counts().due.period
    one, two, *_, five, _ = (row.number for row in _counted(small_pile))
    small_pile.sends(b"cancels", detainer({**PENDING, "dob": "01/01/1990"}, cancel_prior=True))
    cancels = max(RequestState.objects.values_list("number", flat=True))
    paper = {number: intake_request.load(number, BOSTON).documents[0] for number in (one, two, five, cancels)}
    for number in (one, five):
        queue.part(paper[number], number, BOSTON, actor="lima")
    between = timezone.now()
    stood = [(row.number, row.notice_only) for row in pile(BOSTON, period, between).requests]
    assert ((one, False) in stood, (five, True) in stood) == (True, True)
    for number, into in ((cancels, one), (two, five)):
        queue.part(paper[number], number, BOSTON, actor="lima")
        queue.attach(paper[number], BOSTON, into, actor="lima")
    assert intake_request.load(one, BOSTON).kind == "cancellation"
    assert [(row.number, row.notice_only) for row in pile(BOSTON, period, between).requests] == stood


def test_a_request_without_a_paper_at_the_cut_off_names_whom_it_named_then(small_pile: Department) -> None:
    """Another person's form is put into it later; it was taken out and put back before."""
    period = small_pile.counts().due.period
    one, two = (row.number for row in _counted(small_pile)[:2])
    (first,), (second,) = (intake_request.load(number, BOSTON).documents for number in (one, two))
    queue.part(first, one, BOSTON, actor="lima")
    queue.attach(first, BOSTON, one, actor="lima")
    queue.part(first, one, BOSTON, actor="lima")
    between = timezone.now()
    stood = pile(BOSTON, period, between)
    queue.part(second, two, BOSTON, actor="lima")
    queue.attach(second, BOSTON, one, actor="lima")
    assert understand.identity_on_file(DetainerRequest.objects.get(number=one)).subject_name == "BEA SECOND"
    then = pile(BOSTON, period, between)
    assert (then, then.unnamed) == (stood, ())
    assert {row.number: row.person for row in then.requests}[two] == two


def test_whom_pages_named_before_they_were_laid_out_anew_is_not_kept_and_is_said(small_pile: Department) -> None:
    """Both requests then bear one subject ID; at the cut-off nobody knows any more whether they did."""
    period = small_pile.counts().due.period
    one, two = (row.number for row in _counted(small_pile)[:2])
    (paper,), (form,) = intake_request.load(one, BOSTON).documents, intake_request.load(two, BOSTON).papers
    queue.part(paper, one, BOSTON, actor="lima")
    correct.arrange(paper, BOSTON, (Arranged("i247a", (1,)),), actor="lima")
    between = timezone.now()
    stood = pile(BOSTON, period, between)
    assert stood.unnamed == (), "it is known by what it was known by"
    anew = replace(form, fields={**form.fields, "form_date": field("x", accepted=False)})
    understand.understand_all(read_arranged=lambda *_: reading(anew))
    assert pile(BOSTON, period, between) == stood, "nothing came to it since"
    queue.attach(paper, BOSTON, one, actor="lima")
    then = pile(BOSTON, period, between)
    assert then.unnamed == (one,)
    assert {row.number: row.person for row in then.requests}[two] == two
    assert dict(small_pile.counts(between).facts())["Persons"].startswith(f"{one}: the pages were laid out anew since")
    now = timezone.now()
    assert {row.number: row.person for row in _counted(small_pile, now)}[two] == one
    assert "Persons" not in dict(small_pile.counts(now).facts())


def test_a_request_that_comes_while_a_report_is_made_is_in_the_next_one(
    small_pile: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_many, period = intake_request.load_many, small_pile.counts().due.period
    stood = pile(BOSTON, period, YEAR_END)

    def then_one_comes(*asked: Any) -> dict[str, intake_request.Request]:
        found = load_many(*asked)
        small_pile.gets("LATE, Lea")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(intake_request, "load_many", then_one_comes)
        assert pile(BOSTON, period, YEAR_END) == stood
    assert len(pile(BOSTON, period, YEAR_END).requests) == len(stood.requests) + 1


def test_a_paper_that_a_person_kept_apart_after_the_cut_off_was_no_request_then(small_pile: Department) -> None:
    one, *_ = _counted(small_pile)
    (paper,) = intake_request.load(one.number, BOSTON).papers
    small_pile.sends(b"bad copy", replace(paper, fields={**paper.fields, "form_date": field("x", accepted=False)}))
    before = timezone.now()
    stood = small_pile.counts(before)
    (matter,) = queue.waiting(BOSTON)
    number = queue.keep_apart(matter.sha256, BOSTON, actor="lima")
    assert number not in {row.number for row in _counted(small_pile, before)}
    assert small_pile.counts(before).facts() == stood.facts()
    assert number in {row.number for row in _counted(small_pile, timezone.now())}


def test_how_pages_were_read_before_they_were_laid_out_anew_is_not_kept_and_is_said(small_pile: Department) -> None:
    """The report does not take what is read now for what was read then."""
    before, (one, *_) = timezone.now(), _counted(small_pile)
    (paper,) = intake_request.load(one.number, BOSTON).documents
    queue.part(paper, one.number, BOSTON, actor="lima")
    correct.arrange(paper, BOSTON, (Arranged("i247a", (1,)),), actor="lima")
    anew = detainer({**PENDING, "pc_pending": False, "subject_name": "FIRST, Ana"})
    understand.understand_all(read_arranged=lambda *_: reading(anew))
    then = {row.number: row for row in _counted(small_pile, before)}
    assert (then[one.number].reason, then[one.number].transmissions) == (NOT_KEPT, 1)
    assert NOT_KEPT in {row.label for row in small_pile.counts(before).figure("requests_by_reason").rows}
    assert NOT_KEPT not in {row.reason for row in _counted(small_pile, timezone.now())}


def test_a_field_that_was_checked_on_the_pages_as_they_lay_before_is_no_reason_now(small_pile: Department) -> None:
    four = _counted(small_pile)[3].number
    version = small_pile.version(four)
    life.correct_field(four, version, small_pile.officer, paper=0, name="pc_biometric", value=True, at=SUMMER)
    assert _counted(small_pile)[3].reason == "biometric match"
    read = intake_request.load(four, BOSTON)
    queue.part(read.documents[0], four, BOSTON, actor="lima")
    correct.arrange(read.documents[0], BOSTON, (Arranged("i247a", (1,)),), actor="lima")
    understand.understand_all(read_arranged=lambda *_: reading(read.papers[0]))
    assert _counted(small_pile, timezone.now())[3].reason == "no reason ticked"


def test_a_paper_that_was_taken_out_of_a_request_with_others_waits_and_is_in_no_figure(small_pile: Department) -> None:
    """A person said that it is not of that request; the paper of a request that has no other is counted there while it waits."""
    due = small_pile.counts().due
    one, two = _counted(small_pile)[:2]
    for number, waits in ((two.number, 0), (one.number, 1)):
        (paper, *_) = intake_request.load(number, BOSTON).documents
        queue.part(paper, number, BOSTON, actor="lima")
        assert pile(BOSTON, due.period, timezone.now()).waiting == waits
        queue.attach(paper, BOSTON, one.number, actor="lima")


def test_a_paper_that_was_taken_out_is_said_to_wait_whatever_it_waits_for_since(small_pile: Department) -> None:
    """Its pages are laid out, they can't be read that way, it is placed again and is like the request that it was in: all the while it is in no figure."""
    period = small_pile.counts().due.period
    one = _counted(small_pile)[0].number
    (form,) = intake_request.load(one, BOSTON).papers
    small_pile.sends(b"copy", replace(form, fields={**form.fields, "dob": field("01/01/1990", accepted=False)}))
    copy = intake_request.load(one, BOSTON).documents[-1]

    def waits() -> tuple[str, int]:
        (matter,) = queue.waiting(BOSTON)
        return matter.reason, pile(BOSTON, period, timezone.now()).waiting

    queue.part(copy, one, BOSTON, actor="lima")
    assert waits() == ("parted", 1)
    correct.arrange(copy, BOSTON, (Arranged("i247a", (1,)),), actor="lima")
    assert waits() == ("laid out", 1)
    understand.understand_all(read_arranged=lambda *_: Unreadable("The file is damaged."))
    assert waits() == ("not read as laid out", 1)
    correct.correct(copy, BOSTON, paper=0, field="form_date", state="unreadable", value=None, actor="lima")
    correct.place_again(copy, BOSTON, actor="lima")
    assert waits() == ("near match", 1)
    assert dict(small_pile.counts(timezone.now()).facts())["Waiting"].startswith("1 paper of the period waits")
    queue.attach(copy, BOSTON, one, actor="lima")
    assert pile(BOSTON, period, timezone.now()).waiting == 0


def test_a_file_like_a_request_that_has_no_paper_waits_and_is_not_counted_there(small_pile: Department) -> None:
    period = small_pile.counts().due.period
    one, two = _counted(small_pile)[:2]
    ((form,), (paper,)) = (getattr(intake_request.load(one.number, BOSTON), name) for name in ("papers", "documents"))
    queue.part(paper, one.number, BOSTON, actor="lima")
    small_pile.sends(b"like it", replace(form, fields={**form.fields, "form_date": field("x", accepted=False)}))
    assert [one.number in matter.candidates for matter in queue.waiting(BOSTON)] == [True, True]
    assert pile(BOSTON, period, timezone.now()).waiting == 1, "the one that was taken out is counted with its request"
    queue.attach(paper, BOSTON, two.number, actor="lima")
    found = pile(BOSTON, period, timezone.now())
    assert (found.waiting, found.emptied) == (1, (one.number,))


def test_a_copy_that_came_by_the_cut_off_is_counted_though_the_machine_was_late_and_a_box_waits_for_a_look(
    small_pile: Department,
) -> None:
    """Nobody was asked where it belongs. What a person puts elsewhere since stays out."""
    period = small_pile.counts().due.period
    one = _counted(small_pile)[0].number
    smudge = detainer({**PENDING, "dob": "01/01/1990"}, unsure=["cancel_prior"])
    small_pile.sends(b"smudge", smudge)
    small_pile.desk.gets(b"smudge", station="B-2", at=SUMMER)
    before = timezone.now()
    small_pile.desk.understands()
    (matter,) = queue.waiting(BOSTON)
    assert pile(BOSTON, period, before).requests[-1].transmissions == 2
    queue.part(matter.sha256, matter.within[0], BOSTON, actor="lima")
    queue.attach(matter.sha256, BOSTON, one, actor="lima")
    assert [row.transmissions for row in pile(BOSTON, period, before).requests] == [1, 1, 1, 1, 1, 1, 2]


def test_a_copy_of_a_file_in_which_one_page_has_no_owner_is_counted_where_its_forms_are(small_pile: Department) -> None:
    period = small_pile.counts().due.period
    one, two = (detainer({**PENDING, "dob": f"01/0{day}/1990", "subject_name": f"{day}"}) for day in (1, 2))
    small_pile.desk.gets(b"both", reading(one, replace(two, pages=(2,)), made_paper("i200", {}, page=3)), at=SUMMER)
    small_pile.desk.understands()
    small_pile.desk.gets(b"both", station="B-2", at=SUMMER)
    before = timezone.now()
    small_pile.desk.understands()
    assert [one.reason for one in queue.waiting(BOSTON)] == ["no owner"]
    assert [row.transmissions for row in pile(BOSTON, period, before).requests][-2:] == [2, 2]


def test_a_paper_that_came_by_the_cut_off_and_was_queued_after_it_waits(small_pile: Department) -> None:
    """The machine was late: it is in a figure or among those that wait, and is so whatever a person does with it later."""
    period = small_pile.counts().due.period
    one = _counted(small_pile)[0].number
    small_pile.desk.gets(b"lost", Unreadable("The file is damaged."), at=SUMMER)
    before = timezone.now()
    small_pile.desk.understands()
    assert pile(BOSTON, period, before).waiting == 1
    (matter,) = queue.waiting(BOSTON)
    queue.attach(matter.sha256, BOSTON, one, actor="lima")
    queue.part(matter.sha256, one, BOSTON, actor="lima")
    assert pile(BOSTON, period, before).waiting == 1
    assert pile(BOSTON, period, SUMMER - timedelta(minutes=1)).waiting == 0


def test_a_paper_that_was_in_a_request_at_the_cut_off_did_not_wait_though_it_waits_since(
    small_pile: Department,
) -> None:
    period = small_pile.counts().due.period
    one, two = _counted(small_pile)[:2]
    before = timezone.now()
    (paper,) = intake_request.load(one.number, BOSTON).documents
    queue.part(paper, one.number, BOSTON, actor="lima")
    queue.attach(paper, BOSTON, two.number, actor="lima")
    queue.part(paper, two.number, BOSTON, actor="lima")
    assert pile(BOSTON, period, before).waiting == 0


def test_a_form_that_is_in_a_request_and_waits_for_a_look_at_one_box_is_counted_there(small_pile: Department) -> None:
    period = small_pile.counts().due.period
    small_pile.sends(b"smudge", detainer({**PENDING, "dob": "01/01/1990"}, unsure=["cancel_prior"]))
    assert [one.reason for one in queue.waiting(BOSTON)] == ["unsure cancellation"]
    found = pile(BOSTON, period, timezone.now())
    assert (len(found.requests), found.waiting) == (7, 0)


def test_whether_a_request_asks_for_notice_only_is_told_by_the_form_that_is_in_it(small_pile: Department) -> None:
    one, *_ = _counted(small_pile)
    five = next(row for row in _counted(small_pile) if row.notice_only)
    (notice,) = intake_request.load(five.number, BOSTON).documents
    (form,) = intake_request.load(one.number, BOSTON).documents
    queue.part(notice, five.number, BOSTON, actor="lima")
    queue.part(form, one.number, BOSTON, actor="lima")
    queue.attach(form, BOSTON, five.number, actor="lima")
    assert {row.number: row.notice_only for row in _counted(small_pile, timezone.now())}[five.number] is False
    assert {row.number: row.notice_only for row in _counted(small_pile)}[five.number] is True, "then it was"


def test_requests_are_counted_by_the_reason_that_they_give(small_pile: Department) -> None:
    figure = small_pile.counts().figure("requests_by_reason")
    assert lines(figure) == {
        "biometric match": (1, 0),
        "no reason ticked": (1, 0),
        "removal proceedings pending": (2, 0),
        "removal proceedings pending; biometric match": (1, 0),
        "the form has no boxes for a reason": (0, 1),
    }
    assert (figure.total, figure.notice_total) == (5, 1)


def test_a_request_without_a_recorded_outcome_stands_as_not_recorded_and_never_as_0(small_pile: Department) -> None:
    figure = small_pile.counts().figure("persons_detained_by_reason")
    assert lines(figure) == {"no hold on the request": (3, 0), "not recorded": (2, 1)}
    assert figure.said() == "0 recorded; 2 not recorded"
    assert figure.said(notice_only=True) == "0 recorded; 1 not recorded"


def test_where_nothing_at_all_is_recorded_there_is_no_number(department: Department) -> None:
    department.gets("FIRST, Ana")
    figure = department.counts().figure("persons_detained_by_reason")
    assert (figure.total, figure.said()) == (None, "not recorded")


def test_a_report_on_no_requests_is_a_true_0(department: Department) -> None:
    report = department.counts()
    assert report.figure("requests_by_reason").said() == "0"
    assert report.figure("persons_detained_by_reason").said() == "0"


def test_a_transfer_is_known_only_where_the_person_left_without_a_hold(small_pile: Department) -> None:
    figure = small_pile.counts().figure("persons_transferred")
    assert lines(figure) == {"let go without a hold, or not in custody here": (2, 0), "not recorded": (3, 1)}


def test_money_is_never_a_0(small_pile: Department) -> None:
    figure = small_pile.counts().figure("reimbursements_by_case")
    assert (figure.total, figure.said()) == (None, "not recorded")


def test_every_figure_holds_every_request_exactly_once(small_pile: Department) -> None:
    report = small_pile.counts()
    for figure in report.figures:
        numbers = [one.number for row in figure.rows for one in (*row.requests, *row.notice_only)]
        assert sorted(numbers) == [f"2025-{number:04d}" for number in range(1, 7)], figure.name


def test_no_hold_is_no_detention_but_custody_that_ended_without_a_release_is_not_known(department: Department) -> None:
    number = department.gets("FIRST, Ana")
    department.ends_custody(number)
    life.record_act(number, department.version(number), department.officer, "no_hold", at=SUMMER + timedelta(minutes=1))
    assert lines(department.counts().figure("persons_detained_by_reason")) == {"not recorded": (1, 0)}


def test_a_person_not_in_custody_here_was_not_detained(department: Department) -> None:
    number = department.gets("FIRST, Ana")
    life.not_in_custody(number, department.version(number), department.officer, at=SUMMER)
    assert department.counts().figure("persons_detained_by_reason").said() == "0"


def test_the_same_form_from_two_stations_is_one_request_with_two_transmissions(department: Department) -> None:
    paper = {
        "subject_id": "555000111",
        "form_date": "07/04/2025",
        "subject_name": "DELACROIX, Luis",
        "dob": "12/25/1982",
    }
    department.sends(b"one", detainer({**paper, **PENDING}))
    department.sends(b"two", detainer({**paper, **PENDING}), SUMMER + timedelta(hours=1), "B-2")
    report = department.counts()
    assert (report.requests, report.transmissions) == (1, 2)
    assert report.figure("requests_by_reason").total == 1
    assert dict(report.facts())["Duplicates"].startswith("1 request, each counted once, came in 2 transmissions")


def test_a_person_with_two_requests_is_counted_as_one_person(department: Department) -> None:
    for at in (SUMMER, SUMMER + timedelta(days=9)):
        number = department.gets("DOUBLE, Dee", at, subject_id="555999999")
        life.not_in_custody(number, department.version(number), department.officer, at=at)
    report = department.counts()
    assert report.figure("requests_by_reason").total == 2
    (row, _) = report.figure("persons_detained_by_reason").rows
    assert row.count == 1


def test_two_requests_of_one_person_are_known_through_a_third(department: Department) -> None:
    ids = (
        {"subject_id": "555777777"},
        {"file_no": "A000 777 777"},
        {"subject_id": "555777777", "file_no": "A000 777 777"},
    )
    for place, said in enumerate(ids):
        at = SUMMER + timedelta(days=9 * place)
        number = department.gets(f"TRIPLE, T{place}", at, **said)
        life.not_in_custody(number, department.version(number), department.officer, at=at)
    (row, _) = department.counts().figure("persons_detained_by_reason").rows
    assert (len(row.requests), row.count) == (3, 1)


def test_a_measure_that_is_not_known_is_said_with_those_that_are(department: Department) -> None:
    with pytest.raises(ReportError, match="requests_by_reason, persons_detained_by_reason"):
        measure(ReportField("visas", "visas_by_month", "Visas"), ())


def test_the_year_is_the_agency_s_own(department: Department) -> None:
    department.gets("EVE, New Year", datetime(2026, 1, 1, 4, 59, tzinfo=UTC))
    department.gets("MORN, New Year", datetime(2026, 1, 1, 5, 0, tzinfo=UTC))
    after = datetime(2026, 2, 1, tzinfo=ZONE)
    assert department.counts(after).requests == 1
    assert department.counts(after, 2026).requests == 1


def test_what_came_or_was_recorded_after_the_cut_off_is_not_counted(department: Department) -> None:
    number = department.gets("FIRST, Ana", YEAR_END - timedelta(hours=1))
    department.gets("LATE, Lou", YEAR_END + timedelta(hours=1))
    department.releases(number, YEAR_END + timedelta(hours=2))
    report = department.counts(YEAR_END)
    assert report.requests == 1
    assert report.figure("persons_detained_by_reason").said() == "not recorded"
    later = department.counts(YEAR_END + timedelta(hours=3))
    assert later.requests == 2
    assert later.figure("persons_detained_by_reason").said() == "0 recorded; 1 not recorded"


def test_a_cancellation_is_no_request(department: Department) -> None:
    department.gets("FIRST, Ana", cancel_prior=True, cancel_date="06/01/2025")
    assert department.counts().requests == 0


def test_a_tick_that_nobody_has_looked_at_gives_no_reason(department: Department) -> None:
    paper = {
        "subject_id": "555000111",
        "form_date": "07/04/2025",
        "subject_name": "DELACROIX, Luis",
        "dob": "12/25/1982",
    }
    department.sends(b"one", detainer({**paper, **PENDING}, unsure=["pc_final_order"]))
    assert lines(department.counts().figure("requests_by_reason")) == {
        "reason not read surely; a person has not looked yet": (1, 0)
    }


def test_each_line_opens_to_its_requests_and_to_entries_of_the_ledger_that_are_about_them(
    small_pile: Department,
) -> None:
    entries = {entry.index: entry.event for entry in log.entries()}
    for figure in small_pile.counts().figures:
        for row in figure.rows:
            about = {f"request {one.number}" for one in (*row.requests, *row.notice_only)}
            assert {entries[index].subject for index in row.entries} == about


def test_no_report_is_made_where_no_law_asks_for_one(department: Department) -> None:
    with pytest.raises(ReportError, match="No encoded law asks Dallas"):
        reports.annual("us-tx-dallas/police", 2025, YEAR_END, department.edition)


@pytest.mark.parametrize(
    ("agency", "part", "says"),
    [
        (
            "us-tx-harris/sheriff",
            "",
            "TX-REPORT asks for more than one report for 2025. Write --part and one of 01, 02, 03,",
        ),
        ("us-tx-harris/sheriff", "H1", "TX-REPORT asks for no report for H1 of 2025. Write --part and one of 01, 02,"),
        (BOSTON, "Q1", "BOS19-14 asks for one report for 2025, and --part Q1 is of none. Leave --part out."),
    ],
)
def test_a_part_of_the_year_is_named_where_the_law_asks_for_several_reports(
    department: Department, agency: str, part: str, says: str
) -> None:
    with pytest.raises(ReportError, match=says):
        reports.annual(agency, 2025, YEAR_END, department.edition, part=part)


def test_a_figure_that_this_desk_does_not_record_has_no_number_and_says_who_adds_it(small_pile: Department) -> None:
    figure = measure(ReportField("x", "head_count_with_detainer", "Heads"), _counted(small_pile))
    assert (figure.total, figure.notice_total, figure.said()) == (None, None, "not recorded")
    assert "another number" in figure.says


@pytest.mark.parametrize("name", NOT_COUNTED)
def test_what_is_always_not_recorded_holds_every_request_in_that_line(small_pile: Department, name: str) -> None:
    counted = _counted(small_pile)
    figure = measure(ReportField("x", name, "Something"), counted)
    (row,) = figure.rows
    assert (row.label, row.counts, row.count + row.notice_count) == ("not recorded", False, len(counted))
    assert figure.says.endswith(".")


def test_a_months_report_counts_that_month_and_says_so(department: Department) -> None:
    """A jail of Texas: the figures are none that this desk records, and the report says so instead of a number."""
    report = reports.annual("us-tx-harris/sheriff", 2025, YEAR_END, department.edition, part="07")
    assert "report for July 2025 under" in report.title
    assert dict(report.facts())["Due"] == "2025-08-05"
    assert [figure.said() for figure in report.figures] == ["not recorded", "not recorded"]
    page = text_of(report.to_pdf())
    assert "another number" in page


def test_making_the_report_of_a_part_names_it_in_the_ledger_and_the_files(department: Department) -> None:
    made = reports.make(
        "us-tx-harris/sheriff",
        2025,
        YEAR_END,
        department.edition,
        out=department.folder / "out",
        actor="records",
        part="07",
    )
    (entry,) = log.entries(kind="report.made")
    assert (entry.event.subject, entry.event.facts["part"]) == ("report TX-REPORT 2025-07", "07")
    assert made.pdf.name == "report-us-tx-harris-sheriff-2025-07.pdf"


def test_a_report_for_which_the_law_names_no_day_says_that(department: Department) -> None:
    agency = "us-ny-new-york-city/mayors-office"
    report = reports.annual(agency, 2025, YEAR_END, department.edition, part="Q3")
    assert dict(report.facts())["Due"] == "the law names no day"
    assert "the quarter to September 30, 2025" in report.title


def test_a_cut_off_before_the_year_is_refused(department: Department) -> None:
    with pytest.raises(ReportError, match="before 2026 begins"):
        department.counts(YEAR_END, 2026)


def test_making_a_report_is_an_entry_with_the_hash_of_its_bytes(small_pile: Department) -> None:
    made = reports.make(BOSTON, 2025, YEAR_END, small_pile.edition, out=small_pile.folder / "out", actor="records")
    entry = next(entry for entry in log.entries(kind="report.made"))
    assert entry.index == made.entry
    assert entry.event.facts["pdf_sha256"] == hashlib.sha256(made.pdf.read_bytes()).hexdigest()
    assert entry.event.facts["csv_sha256"] == hashlib.sha256(made.csv.read_bytes()).hexdigest()
    signed = notary.last_checkpoint()
    assert made.report.anchor is not None
    assert (made.report.anchor.size, made.report.anchor.root) == (signed.size, signed.root)
    assert all(index < signed.size for figure in made.report.figures for row in figure.rows for index in row.entries)


def test_a_demonstration_says_that_it_is_one(department: Department) -> None:
    assert settings.PROFILE == "development"
    assert department.counts().fictional


def test_a_period_wholly_before_the_records_begin_is_refused(department: Department) -> None:
    with pytest.raises(ReportError, match="This desk's records begin on Dec 1, 2024, 09:00 EST"):
        department.counts(datetime(2025, 1, 2, tzinfo=ZONE), year=2023)


def test_a_cut_off_before_the_records_begin_is_refused(department: Department) -> None:
    with pytest.raises(ReportError, match="This desk's records begin on Dec 1, 2024"):
        department.counts(datetime(2024, 11, 30, tzinfo=ZONE), year=2024)


def test_a_period_that_begins_before_the_records_says_so_in_every_form(department: Department) -> None:
    report = department.counts(datetime(2025, 1, 2, tzinfo=ZONE), year=2024)
    says = "This desk's records begin on Dec 1, 2024, 09:00 EST: what came before is in no figure."
    assert report.begins_late == says
    table, page = report.to_csv().decode(), text_of(report.to_pdf())
    for form in (table, page):
        assert says in form
        assert "whole period is covered" not in form


def test_a_period_that_the_records_cover_says_nothing_of_when_they_began(department: Department) -> None:
    report = department.counts(datetime(2026, 1, 2, tzinfo=ZONE))
    assert report.begins_late == ""
    assert "whole period is covered" in report.cut_off_says
    assert b"records begin" not in report.to_csv()


def test_a_report_that_is_refused_leaves_nothing_in_the_ledger(department: Department) -> None:
    size = log.size()
    with pytest.raises(ReportError):
        reports.make(BOSTON, 2023, SUMMER, department.edition, out=department.folder / "out", actor="test")
    assert log.size() == size
    assert not (department.folder / "out").exists()


def test_the_report_is_a_draft_until_counsel_adopts_the_duty_that_asks_for_it(small_pile: Department) -> None:
    assert small_pile.counts().standing.marks == ("CHECK SOURCE", "DRAFT: NOT ADOPTED BY COUNSEL")
    adler = Officer.objects.create(user=User.objects.create_user("adler"), role="counsel", agency=BOSTON)
    edition = small_pile.edition
    duty = small_pile.counts().due.duty
    life.adopt({duty.id: digest(duty, edition)}, adler, edition, at=SUMMER)
    report = small_pile.counts()
    assert report.standing.marks == ()
    assert ("Status of that text", "adopted by counsel") in report.facts()
    assert "NOT ADOPTED" not in text_of(report.to_pdf())
