"""Copies are told apart by what an officer saw on a form, not by what the machine read there."""

from __future__ import annotations

from detainerdesk.desk import life
from detainerdesk.desk.models import Officer
from detainerdesk.intake import queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest
from tests.desk.made import NOW, arrive, form
from tests.intake.made import BOSTON, Desk, reading

ONE_NUMBER = {"event_no": "", "file_no": ""}


def test_a_date_that_an_officer_corrected_tells_copies(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(form_date="03/08/2026"))
    life.correct_field(state.number, 1, lima, paper=0, name="form_date", value="03/03/2026", at=NOW)
    desk.gets(b"another scan", reading(form(form_date="03/03/2026")), station="B-2")
    desk.understands()
    assert len(intake_request.load(state.number, BOSTON).transmissions) == 2


def test_a_number_that_an_officer_corrected_tells_copies(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(subject_id="555000777", **ONE_NUMBER))
    life.correct_field(state.number, 1, lima, paper=0, name="subject_id", value="555000111", at=NOW)
    desk.gets(b"another scan", reading(form(**ONE_NUMBER)), station="B-2")
    desk.understands()
    assert len(intake_request.load(state.number, BOSTON).transmissions) == 2


def test_another_mans_form_does_not_join_by_a_number_that_was_misread_as_his(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(subject_id="555000222", **ONE_NUMBER, unsure=["dob"]))
    life.correct_field(state.number, 1, lima, paper=0, name="subject_id", value="555000111", at=NOW)
    his = form(subject_id="555000222", **ONE_NUMBER, subject_name="SILVA, Marcos", dob="07/04/1977")
    desk.gets(b"another man", reading(his), station="B-2")
    desk.understands()
    assert DetainerRequest.objects.count() == 2


def test_what_an_officer_saw_goes_with_the_paper(desk: Desk, lima: Officer) -> None:
    state = arrive(desk, form(unsure=["form_date"], form_date="03/08/2026"))
    life.correct_field(state.number, 1, lima, paper=0, name="form_date", value="03/03/2026", at=NOW)
    (document,) = intake_request.load(state.number, BOSTON).documents
    queue.part(document, state.number, BOSTON, actor="officer lima")
    number = queue.keep_apart(document, BOSTON, actor="officer lima")
    (paper,) = intake_request.load(number, BOSTON).papers
    assert (paper.fields["form_date"].value, paper.fields["form_date"].accepted) == ("03/03/2026", True)
