"""What a person sees on a waiting paper counts in place of what the machine read, and the paper is placed by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from detainerdesk.intake import correct, corrected, queue, request
from detainerdesk.intake.models import Correction, Document
from detainerdesk.intake.queue import QueueError
from detainerdesk.intake.reading.fields import Arranged, Reading, Unreadable
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, LUIS, Desk, detainer, field, paper, reading

LIMA = "officer lima"


@pytest.fixture
def unsure(desk: Desk) -> str:
    """A copy of a request's form, of which the issue date was not read surely."""
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad", reading(detainer({**LUIS, "form_date": "03/08/2026"}, unsure=["form_date"])), station="B-2")
    desk.understands()
    (matter,) = desk.waits()
    return matter.sha256


def sees(sha256: str, value: str | bool | None, state: str = "shown", name: str = "form_date") -> None:
    correct.correct(sha256, BOSTON, paper=0, field=name, state=state, value=value, actor=LIMA)  # type: ignore[arg-type]


def test_a_corrected_copy_joins_the_request_it_is_a_copy_of(unsure: str) -> None:
    sees(unsure, "03/03/2026")
    correct.place_again(unsure, BOSTON, actor=LIMA)
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert queue.waiting(BOSTON) == ()


def test_another_date_makes_it_a_request_of_its_own(unsure: str) -> None:
    sees(unsure, "03/08/2026")
    correct.place_again(unsure, BOSTON, actor=LIMA)
    second = request.load("2026-0002", BOSTON)
    assert second.papers[0].fields["form_date"].value == "03/08/2026"
    assert second.papers[0].fields["form_date"].accepted


def test_placed_again_without_a_correction_it_waits_again(unsure: str) -> None:
    correct.place_again(unsure, BOSTON, actor=LIMA)
    assert [one.sha256 for one in queue.waiting(BOSTON)] == [unsure]


def test_the_last_correction_counts_and_what_was_read_stays_beside_each(unsure: str) -> None:
    sees(unsure, "03/01/2026")
    sees(unsure, None, "unreadable")
    document = Document.objects.get(sha256=unsure)
    reading = corrected.reading_of(document)
    assert reading is not None
    assert reading.papers[0].fields["form_date"].state == "unreadable"
    first, second = Correction.objects.all()
    assert first.read_as == {"value": "03/08/2026", "state": "shown", "accepted": False}
    assert second.read_as["value"] == "03/01/2026"
    assert document.reading["documents"][0]["fields"]["form_date"]["value"] == "03/08/2026"


def test_the_ledger_says_which_field_and_never_what_it_shows(unsure: str) -> None:
    sees(unsure, "04/04/2026")
    *_, entry = ledger.entries()
    assert entry.event.facts == {"field": "form_date", "state": "shown", "as_read": False}
    assert entry.event.actor == LIMA
    assert "04/04/2026" not in repr(entry)


@pytest.mark.parametrize(
    ("value", "state", "name", "says"),
    [
        ("x", "clear", "dob", "no state of a field"),
        (None, "shown", "dob", "write what is shown"),
        ("x", "empty", "dob", "write what is shown"),
        ("x", "shown", "colour", "no field colour"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(unsure: str, value: str, state: str, name: str, says: str) -> None:
    with pytest.raises(QueueError, match=says):
        sees(unsure, value, state, name)
    assert not Correction.objects.exists()


def test_a_paper_that_waits_no_more_is_not_corrected_here(unsure: str) -> None:
    queue.set_aside(unsure, BOSTON, actor=LIMA)
    with pytest.raises(QueueError, match="does not wait"):
        sees(unsure, "03/03/2026")


def test_pages_laid_out_by_a_person_are_read_that_way_and_placed(desk: Desk) -> None:
    desk.gets(b"scan", replace(reading(paper("unknown", {})), pages=2))
    desk.understands()
    (matter,) = desk.waits()
    asked: list[tuple[Arranged, ...]] = []

    def read(_: Path, arranged: tuple[Arranged, ...]) -> Reading | Unreadable:
        asked.append(arranged)
        return reading(detainer(page=2), paper("i200", {}, page=1))

    laid_out = (Arranged("i247a", (2,), (180,)), Arranged("i200", (1,)))
    correct.arrange(matter.sha256, BOSTON, laid_out, actor=LIMA, read=read)
    assert asked == [laid_out]
    assert [one.kind for one in request.load("2026-0001", BOSTON).papers] == ["i247a", "i200"]
    document = Document.objects.get(sha256=matter.sha256)
    assert document.arranged[0] == {"kind": "i247a", "pages": [2], "turns": [180]}


def test_corrections_of_an_earlier_layout_count_no_more(unsure: str) -> None:
    sees(unsure, "04/04/2026")
    correct.arrange(
        unsure, BOSTON, (), actor=LIMA, read=lambda _path, _arranged: reading(detainer(unsure=["form_date"]))
    )
    document = Document.objects.get(sha256=unsure)
    reading_now = corrected.reading_of(document)
    assert reading_now is not None
    assert reading_now.papers[0].fields["form_date"] == field("03/03/2026", accepted=False)


def test_papers_of_a_request_keep_their_places(desk: Desk) -> None:
    desk.gets(b"two", reading(detainer(), paper("ao442", {}, page=2), detainer({"subject_name": "X"}, page=3)))
    desk.understands()
    sha256 = Document.objects.get().sha256
    assert queue.waiting(BOSTON)
    with pytest.raises(QueueError, match="belong to a request already"):
        correct.arrange(sha256, BOSTON, (), actor=LIMA, read=lambda _path, _arranged: reading(detainer()))


def test_a_file_that_can_not_be_read_that_way_stays_as_it_was(unsure: str) -> None:
    before = Document.objects.get(sha256=unsure).reading
    with pytest.raises(QueueError, match="It is damaged"):
        correct.arrange(unsure, BOSTON, (), actor=LIMA, read=lambda _path, _arranged: Unreadable("It is damaged."))
    assert Document.objects.get(sha256=unsure).reading == before
    assert queue.waiting(BOSTON)
