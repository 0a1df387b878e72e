"""What a person sees on a waiting paper counts in place of what the machine read, and the paper is placed by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from detainerdesk.intake import correct, corrected, entry, queue, request, understand
from detainerdesk.intake.models import Correction, DetainerRequest, Document, Joined, Transmission
from detainerdesk.intake.queue import QueueError
from detainerdesk.intake.reading.fields import Arranged, BadArrangement, Defect, Reading, Unreadable
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, detainer, field, paper, reading

LIMA = "officer lima"
SUFFOLK = "us-ma-suffolk/sheriff"


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


def test_placing_one_paper_again_leaves_another_where_a_person_put_it(desk: Desk) -> None:
    desk.gets(b"x", reading(detainer({**LUIS, "form_date": "01/01/2026"})))
    desk.gets(
        b"two",
        reading(detainer({**LUIS, "form_date": "02/02/2026"}), detainer(MARCOS, page=2), paper("i200", {}, page=3)),
    )
    desk.understands()
    (matter,) = desk.waits()
    assert matter.reason == "no owner"
    queue.part(matter.sha256, "2026-0002", BOSTON, actor=LIMA)
    _, parted = desk.waits()
    queue.attach(matter.sha256, BOSTON, "2026-0001", actor=LIMA, matter=parted.id)
    queue.part(matter.sha256, "2026-0003", BOSTON, actor=LIMA)
    correct.place_again(matter.sha256, BOSTON, actor=LIMA)
    links = Joined.objects.filter(transmission__document=matter.sha256, undone_at=None)
    assert {link.request.number for link in links if 0 in link.papers} == {"2026-0001"}
    assert {link.request.number for link in links if 1 in link.papers} == {"2026-0003"}


def test_placing_again_brings_nothing_back_that_a_person_set_aside(desk: Desk) -> None:
    near = detainer(LUIS, unsure=("form_date", "subject_id", "event_no", "file_no"), page=2)
    nobodys = paper("i200", {"subject_name": "NOBODY, Known", "file_no": "A000 000 099"}, page=4)
    desk.gets(b"fax", reading(detainer(LUIS), near, detainer(MARCOS, page=3), nobodys))
    desk.understands()
    like, lone = desk.waits()
    assert (like.reason, lone.reason) == ("near match", "no owner")
    queue.set_aside(lone.sha256, BOSTON, actor=LIMA, matter=lone.id)
    correct.place_again(like.sha256, BOSTON, actor=LIMA)
    assert [one.reason for one in desk.waits()] == ["near match"]


def test_a_warrant_that_a_person_attached_goes_into_no_second_request(desk: Desk) -> None:
    near = detainer(LUIS, unsure=("form_date", "subject_id", "event_no", "file_no"), page=2)
    unread = {"subject_name": "SILVA, Marcos", "file_no": "A000 000 002"}
    desk.gets(b"other", reading(detainer({**LUIS, "form_date": "01/01/2026"})))
    desk.gets(
        b"fax", reading(detainer(LUIS), near, detainer(MARCOS, page=4), paper("i200", unread, page=3, unsure=unread))
    )
    desk.understands()
    lone = next(one for one in desk.waits() if one.reason == "no owner")
    queue.attach(lone.sha256, BOSTON, "2026-0001", actor=LIMA, matter=lone.id)
    correct.correct(lone.sha256, BOSTON, paper=3, field="file_no", state="shown", value="A000 000 002", actor=LIMA)
    correct.place_again(lone.sha256, BOSTON, actor=LIMA)
    links = Joined.objects.filter(transmission__document=lone.sha256, undone_at=None)
    assert [link.request.number for link in links if 3 in link.papers] == ["2026-0001"]


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
    assert entry.event.facts == {"field": "form_date", "state": "shown", "as_read": False, "seen_at": BOSTON}
    assert entry.event.actor == LIMA
    assert "04/04/2026" not in repr(entry)


@pytest.mark.parametrize("ticked", [True, False])
def test_a_request_is_what_a_person_sees_in_the_box_that_cancels(desk: Desk, ticked: bool) -> None:
    desk.gets(b"smudge", reading(detainer(cancel_prior=False, cancel_date="03/01/2026", unsure=["cancel_prior"])))
    desk.understands()
    (matter,) = desk.waits()
    sees(matter.sha256, ticked, name="cancel_prior")
    correct.place_again(matter.sha256, BOSTON, actor=LIMA)
    row = DetainerRequest.objects.get()
    assert (row.kind, row.cancels_on) == (("cancellation", date(2026, 3, 1)) if ticked else ("detainer", None))
    assert queue.waiting(BOSTON) == ()


def test_a_request_is_what_a_person_sees_in_its_paper_at_once_and_at_each_agency_that_has_it(desk: Desk) -> None:
    """The bytes are one file for both, and nobody need place it again."""
    smudge = reading(detainer(cancel_prior=False, unsure=["cancel_prior"]))
    for agency in (BOSTON, SUFFOLK):
        desk.gets(b"smudge", smudge, agency=agency)
    desk.understands()
    (matter,) = desk.waits()
    sees(matter.sha256, True, name="cancel_prior")
    told = [entry.event for entry in ledger.entries(kind="paper.corrected")]
    assert [(one.agency, one.actor, one.facts["seen_at"]) for one in told] == [
        (BOSTON, LIMA, BOSTON),
        (SUFFOLK, LIMA, BOSTON),
    ]
    assert {row.agency: row.kind for row in DetainerRequest.objects.all()} == {
        BOSTON: "cancellation",
        SUFFOLK: "cancellation",
    }
    changed = [entry.event for entry in ledger.entries(kind="request.kind_changed")]
    assert [(one.agency, one.facts["was_kind"], one.facts["kind"]) for one in changed] == [
        (BOSTON, "detainer", "cancellation"),
        (SUFFOLK, "detainer", "cancellation"),
    ]


@pytest.mark.parametrize(
    ("value", "state", "elsewhere"),
    [(True, "shown", []), (False, "shown", []), (None, "unreadable", ["unsure cancellation"])],
)
def test_what_a_person_sees_in_the_box_is_asked_at_no_other_agency_that_has_the_paper(
    desk: Desk, value: bool | None, state: str, elsewhere: list[str]
) -> None:
    """Here the paper waits until its other fields are seen too and it is placed again."""
    smudge = reading(detainer(unsure=["cancel_prior", "dob"]), detainer(MARCOS, page=2, unsure=["cancel_prior"]))
    for agency in (BOSTON, SUFFOLK):
        desk.gets(b"smudge", smudge, agency=agency)
    desk.understands()
    first, second = queue.waiting(SUFFOLK)
    sees(first.sha256, "12/25/1982", name="dob")
    assert queue.waiting(SUFFOLK) == (first, second)
    sees(first.sha256, value, state, name="cancel_prior")
    assert [one.reason for one in queue.waiting(SUFFOLK) if one.papers == (0,)] == elsewhere
    assert second in queue.waiting(SUFFOLK), "the box of the other form is not seen"
    assert [one.papers for one in queue.waiting(BOSTON)] == [(0,), (1,)]


def test_where_two_agencies_have_a_paper_nothing_is_placed_at_either_while_it_is_corrected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken first of all, and in one order: whoever holds one of these never waits for a row of the other's."""
    for agency in (SUFFOLK, BOSTON):
        desk.gets(b"smudge", reading(detainer(unsure=["cancel_prior"])), agency=agency)
    desk.understands()
    (matter,) = desk.waits()
    held = list[str]()
    monkeypatch.setattr(understand, "one_at_a_time", held.append)
    sees(matter.sha256, True, name="cancel_prior")
    assert list(dict.fromkeys(held)) == [f"placing {BOSTON}", f"placing {SUFFOLK}"]


def test_an_agency_that_gets_the_paper_while_the_others_locks_are_waited_for_is_waited_for_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are given back and taken anew, in the one order: whoever holds one of these never waits for one before it."""
    for agency in (SUFFOLK, BOSTON):
        desk.gets(b"smudge", reading(detainer(unsure=["cancel_prior"])), agency=agency)
    desk.understands()
    (matter,) = desk.waits()
    had_it, held = [{SUFFOLK}], list[str]()
    agencies_with = understand.agencies_with
    monkeypatch.setattr(understand, "agencies_with", lambda sha256: had_it.pop() if had_it else agencies_with(sha256))
    monkeypatch.setattr(understand, "one_at_a_time", held.append)
    with transaction.atomic():
        understand.placing_waits_everywhere(matter.sha256)
    assert held == [f"placing {agency}" for agency in (SUFFOLK, BOSTON, SUFFOLK)]


def test_a_form_that_is_a_request_of_its_own_is_placed_again_as_that_and_never_as_like_it(desk: Desk) -> None:
    """Kept apart from itself, it would be two requests."""
    desk.gets(b"smudge", reading(detainer(unsure=["cancel_prior", "form_date"])))
    desk.understands()
    (matter,) = desk.waits()
    correct.place_again(matter.sha256, BOSTON, actor=LIMA)
    assert [one.reason for one in desk.waits()] == ["unsure cancellation"]
    sees(matter.sha256, False, name="cancel_prior")
    correct.place_again(matter.sha256, BOSTON, actor=LIMA)
    assert queue.waiting(BOSTON) == ()
    assert Joined.objects.count() == 1


def test_a_paper_without_an_owner_is_placed_again_beside_those_that_have_one(desk: Desk) -> None:
    """The other papers of its file stay where they are, and nothing is told of them again."""
    warrant = paper("i200", {"file_no": LUIS["file_no"]}, page=3, unsure=["file_no"])
    desk.gets(b"fax", reading(detainer(), detainer(MARCOS, page=2), warrant))
    desk.gets(b"fax", station="B-2")
    desk.understands()
    (matter,) = desk.waits()
    correct.correct(matter.sha256, BOSTON, paper=2, field="file_no", state="shown", value=LUIS["file_no"], actor=LIMA)
    correct.place_again(matter.sha256, BOSTON, actor=LIMA)
    assert [one.kind for one in request.load("2026-0001", BOSTON).papers] == ["i247a", "i200"]
    assert [one.kind for one in request.load("2026-0002", BOSTON).papers] == ["i247a"]
    assert Joined.objects.filter(undone_at=None).count() == 4
    assert [one.event.kind for one in ledger.entries("request 2026-0002")] == ["request.opened", "request.joined"]
    assert queue.waiting(BOSTON) == ()


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


# ---- pages laid out ---------------------------------------------------------------------------------------------------


class Reads:
    """A reader of pages as they were laid out, which says this and remembers what it was asked."""

    def __init__(self, *said: Reading | Unreadable | BaseException) -> None:
        self.said, self.asked = list(said), list[tuple[Arranged, ...]]()

    def __call__(self, _: Path, arranged: tuple[Arranged, ...]) -> Reading | Unreadable:
        self.asked.append(arranged)
        said = self.said.pop(0)
        if isinstance(said, BaseException):
            raise said
        return said


LAID_OUT = (Arranged("i247a", (2,), (180,)), Arranged("i200", (1,)))
AS_LAID_OUT = reading(detainer(page=2), paper("i200", {}, page=1))


@pytest.fixture
def scan(desk: Desk) -> str:
    """Two pages of which the machine made nothing."""
    desk.gets(b"scan", replace(reading(paper("unknown", {})), pages=2))
    desk.understands()
    (matter,) = desk.waits()
    return matter.sha256


def test_pages_laid_out_by_a_person_are_read_that_way_and_placed(scan: str) -> None:
    reads = Reads(AS_LAID_OUT)
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    understand_all(read_arranged=reads)
    assert reads.asked == [LAID_OUT]
    assert [one.kind for one in request.load("2026-0001", BOSTON).papers] == ["i247a", "i200"]
    assert queue.waiting(BOSTON) == ()
    document = Document.objects.get(sha256=scan)
    assert document.arranged[0] == {"kind": "i247a", "pages": [2], "turns": [180]}
    arranged, read = (list(ledger.entries(kind=kind))[-1] for kind in ("paper.arranged", "paper.read"))
    assert (arranged.event.actor, arranged.event.facts["papers"]) == (LIMA, "i247a i200")
    assert (read.event.actor, read.event.facts["papers"]) == ("intake", "i247a i200")


def test_nothing_is_read_while_the_person_waits_for_an_answer(scan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understand, "read_pages", lambda *_: pytest.fail("it was read"))
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    (matter,) = queue.waiting(BOSTON)
    assert matter.being_read
    assert "being read" in matter.why


def test_until_it_is_read_nobody_does_anything_else_with_it(scan: str) -> None:
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    for act in (
        lambda: correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA),
        lambda: queue.set_aside(scan, BOSTON, actor=LIMA),
        lambda: correct.place_again(scan, BOSTON, actor=LIMA),
    ):
        with pytest.raises(QueueError, match="Wait until that is done"):
            act()


def test_a_process_that_dies_while_it_reads_leaves_all_as_it_was_and_the_next_one_reads(scan: str) -> None:
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    before = Document.objects.values().get(sha256=scan)
    with pytest.raises(KeyboardInterrupt):
        understand_all(read_arranged=Reads(KeyboardInterrupt()))
    assert Document.objects.values().get(sha256=scan) == before
    assert queue.waiting(BOSTON)[0].being_read
    understand_all(read_arranged=Reads(AS_LAID_OUT))
    assert request.load("2026-0001", BOSTON).detainer is not None


def test_what_was_laid_out_comes_before_what_arrives_because_somebody_waits_for_it(scan: str, desk: Desk) -> None:
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    desk.gets(b"fax", reading(detainer()))
    first = understand.understand_next(desk.reader(), Reads(AS_LAID_OUT))
    assert first is not None
    assert first.sha256 == scan


def test_a_copy_that_comes_while_it_is_read_goes_with_it(scan: str, desk: Desk) -> None:
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    desk.gets(b"scan", station="B-2")
    understand_all(desk.reader(), Reads(AS_LAID_OUT))
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert queue.waiting(BOSTON) == ()


def test_another_agency_keeps_its_hands_off_a_paper_whose_pages_are_being_read_anew(scan: str, desk: Desk) -> None:
    """The bytes are one file for both: what it laid out or attached meanwhile would be of papers that are gone a moment later."""
    desk.gets(b"scan", agency=SUFFOLK)
    desk.gets(b"fax", reading(detainer(MARCOS)), agency=SUFFOLK)
    desk.understands()
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    for act in (
        lambda: correct.arrange(scan, SUFFOLK, (Arranged("i247d", (1, 2)),), actor="officer ruiz"),
        lambda: queue.attach(scan, SUFFOLK, "2026-0001", actor="officer ruiz"),
    ):
        with pytest.raises(QueueError, match="Wait until that is done"):
            act()
    understand_all(read_arranged=Reads(AS_LAID_OUT))
    for agency, number in ((BOSTON, "2026-0001"), (SUFFOLK, "2026-0002")):
        assert [one.kind for one in request.load(number, agency).papers] == ["i247a", "i200"]


def test_what_comes_to_another_agency_while_its_pages_are_read_anew_is_placed_by_the_new_papers(desk: Desk) -> None:
    """Another process has taken the delivery already."""
    desk.gets(b"fax", reading(detainer()))
    smudged = detainer(unsure=["form_date"])
    desk.gets(b"scan", replace(reading(smudged, *[paper("unknown", {})] * 3), pages=2))
    desk.understands()
    (matter,) = desk.waits()
    desk.gets(b"scan", agency=SUFFOLK)
    arrived = Transmission.objects.get(agency=SUFFOLK)

    def reads(_: Path, arranged: tuple[Arranged, ...]) -> Reading:
        with transaction.atomic():
            understand.place(arrived)
        return AS_LAID_OUT

    correct.arrange(matter.sha256, BOSTON, LAID_OUT, actor=LIMA)
    understand_all(desk.reader(), reads)
    for agency in (BOSTON, SUFFOLK):
        assert [one.kind for one in request.load("2026-0001", agency).papers][-2:] == ["i247a", "i200"]


def test_corrections_of_an_earlier_layout_count_no_more(unsure: str) -> None:
    sees(unsure, "04/04/2026")
    correct.arrange(unsure, BOSTON, (), actor=LIMA)
    understand_all(read_arranged=Reads(reading(detainer(unsure=["form_date"]))))
    document = Document.objects.get(sha256=unsure)
    reading_now = corrected.reading_of(document)
    assert reading_now is not None
    assert reading_now.papers[0].fields["form_date"] == field("03/03/2026", accepted=False)


def test_papers_of_a_request_keep_their_places_until_they_are_taken_out(desk: Desk) -> None:
    desk.gets(b"two", reading(detainer(), paper("ao442", {}, page=2), detainer({"subject_name": "X"}, page=3)))
    desk.understands()
    sha256 = Document.objects.get().sha256
    assert queue.waiting(BOSTON)
    with pytest.raises(QueueError, match="belong to a request already"):
        correct.arrange(sha256, BOSTON, (), actor=LIMA)
    for number in DetainerRequest.objects.values_list("number", flat=True):
        queue.part(sha256, number, BOSTON, actor=LIMA)
    correct.arrange(sha256, BOSTON, (Arranged(None, (1, 2, 3)),), actor=LIMA)
    understand_all(read_arranged=Reads(reading(detainer())))
    assert [one.kind for one in request.load("2026-0001", BOSTON).papers] == ["i247a"]


def test_an_arrangement_that_the_file_has_no_pages_for_is_refused_at_once(scan: str) -> None:
    with pytest.raises(BadArrangement, match="no page 3"):
        correct.arrange(scan, BOSTON, (Arranged(None, (3,)),), actor=LIMA)
    assert not queue.waiting(BOSTON)[0].being_read


@pytest.mark.parametrize("said", [Unreadable("It is damaged."), RuntimeError("a fault of ours")])
def test_a_file_that_can_not_be_read_that_way_stays_as_it_was(unsure: str, said: Unreadable | RuntimeError) -> None:
    before = Document.objects.get(sha256=unsure).reading
    correct.arrange(unsure, BOSTON, (), actor=LIMA)
    understand_all(read_arranged=Reads(said))
    assert Document.objects.get(sha256=unsure).reading == before
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.candidates) == ("not read as laid out", ("2026-0001",))
    assert "could not be read as they were laid out" in matter.why
    assert "a fault of ours" not in matter.why


def test_a_fault_in_placing_what_was_laid_out_keeps_nothing_behind_it_waiting(
    scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct.arrange(scan, BOSTON, LAID_OUT, actor=LIMA)
    monkeypatch.setattr(understand, "place_anew", lambda *_: 1 / 0)
    understand_all(read_arranged=Reads(AS_LAID_OUT))
    (matter,) = queue.waiting(BOSTON)
    assert matter.reason == "not read as laid out"
    assert Document.objects.get(sha256=scan).reading["documents"][0]["kind"] == "unknown"


def test_what_has_no_pages_is_not_laid_out(desk: Desk) -> None:
    desk.gets(entry.to_bytes(entry.Entry("phone", {"subject_name": "SILVA, Marcos"})))
    desk.gets(entry.to_bytes(entry.Entry("phone", {"subject_name": "SILVA, Marcos", "dob": "07/04/1977"})))
    understand_all()
    (matter,) = desk.waits()
    with pytest.raises(QueueError, match="no pages to lay out"):
        correct.arrange(matter.sha256, BOSTON, (Arranged(None, (1,)),), actor=LIMA)


def test_a_corrected_field_has_the_defects_of_what_it_shows_now(desk: Desk) -> None:
    found = Defect("D15", "served_on", "No service date: the form does not show that the person got a copy.")
    form = replace(detainer(served_on=""), defects=(found,))
    empty = replace(form.fields["served_on"], value=None, state="empty")
    form = replace(form, fields={**form.fields, "served_on": empty})
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad", reading(replace(form, fields={**form.fields, "form_date": field("03/08/2026", accepted=False)})))
    desk.understands()
    (matter,) = desk.waits()
    sees(matter.sha256, "03/04/2026", name="served_on")
    reading_now = corrected.reading_of(Document.objects.get(sha256=matter.sha256))
    assert reading_now is not None
    assert "D15" not in [one.id for one in reading_now.papers[0].defects]
