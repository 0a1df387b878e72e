"""The board stays quick when it is long: what it asks of the database and of the law does not grow with its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from detainerdesk.desk import kept, life, page
from detainerdesk.desk.models import RequestState
from detainerdesk.desk.page.look import KEPT
from detainerdesk.law import Adoption, Case, Decision, Edition
from tests.desk.made import BOSTON, CAME, FORM, NOW, form, officer
from tests.intake.made import Desk, paper, reading

pytestmark = pytest.mark.django_db


def fill(desk: Desk, first: int, last: int) -> None:
    """Faxes of different people, a minute apart, each with a civil warrant; beside each a paper that waits for a person."""
    for row in range(first, last):
        person = {
            **FORM,
            "subject_id": f"55500{row:04d}",
            "event_no": f"BOS26{row:08d}",
            "file_no": f"A000 000 {row:03d}",
            "subject_name": f"FICTIONAL-{row}, Person",
        }
        papers = (form(person), paper("i200", {"officer_sig": True}, page=2))
        desk.gets(f"FICTIONAL fax {row}".encode(), reading(*papers), at=CAME - timedelta(minutes=row))
        desk.gets(f"FICTIONAL other paper {row}".encode(), reading(paper("unknown", {})), at=CAME)
    desk.understands()
    life.open_new(BOSTON, NOW)


def queries_of_the_board() -> int:
    with CaptureQueriesContext(connection) as asked:
        page.board(BOSTON, "D-4", NOW)
    return len(asked)


def test_a_longer_board_asks_the_database_no_more() -> None:
    desk, lima = Desk(), officer()
    fill(desk, 0, 3)
    for number in RequestState.objects.values_list("number", flat=True):
        life.same_person(number, 1, lima, "same", at=NOW)
    short = queries_of_the_board()
    fill(desk, 3, 12)
    for number in RequestState.objects.filter(version=1).values_list("number", flat=True):
        life.same_person(number, 1, lima, "same", at=NOW)
    shown = page.board(BOSTON, "D-4", NOW)
    assert (len(shown.groups[0].rows), len(shown.waiting)) == (12, 12)
    assert queries_of_the_board() == short <= 24


def test_rows_that_differ_only_in_the_minute_they_came_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[Case] = []

    def counted(case: Case, edition: Edition, adoption: Adoption | None) -> Decision:
        decided.append(case)
        return decide(case, edition, adoption)

    decide = kept.decide
    monkeypatch.setattr(kept, "decide", counted)
    KEPT.forget()
    fill(Desk(), 0, 6)
    assert page.board(BOSTON, "D-4", NOW).open == 6
    assert len(decided) == 1
