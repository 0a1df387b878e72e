"""What a person does with what waits: every act is kept, none loses a transmission."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from django.utils import timezone

from detainerdesk.intake import queue, request
from detainerdesk.intake.entry import Entry, to_bytes
from detainerdesk.intake.models import DetainerRequest, Document, Joined, Waiting
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, detainer, paper, reading

LIMA = "officer lima"


@pytest.fixture
def near_match(desk: Desk) -> str:
    """A request, and a bad copy of its form that came twice. The bad copy's hash."""
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad", reading(detainer(unsure=["form_date"])), station="B-2")
    desk.gets(b"bad", station="A-1")
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    return matter.sha256


def last_event() -> tuple[str, str, str]:
    *_, entry = ledger.entries()
    return entry.event.kind, entry.event.subject, entry.event.actor


def last_event_of(kind: str) -> tuple[str, str]:
    *_, entry = ledger.entries(kind=kind)
    return entry.event.subject, entry.event.actor


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_an_attached_paper_brings_all_its_transmissions(near_match: str) -> None:
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    assert [one.station for one in request.load("2026-0001").transmissions] == ["D-4", "B-2", "A-1"]
    assert queue.waiting(BOSTON) == ()
    assert Document.objects.get(sha256=near_match).state == "read"
    assert last_event() == ("request.attached", "request 2026-0001", LIMA)


def test_a_copy_after_that_goes_the_same_way(near_match: str, desk: Desk) -> None:
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    desk.gets(b"bad", station="C-6")
    desk.understands()
    assert request.load("2026-0001").transmissions[-1].station == "C-6"


def test_a_paper_kept_apart_is_one_request_with_all_its_transmissions(near_match: str) -> None:
    assert queue.keep_apart(near_match, BOSTON, actor=LIMA) == "2026-0002"
    assert [one.station for one in request.load("2026-0002").transmissions] == ["B-2", "A-1"]
    assert len(request.load("2026-0001").transmissions) == 1
    assert queue.waiting(BOSTON) == ()


def test_a_lone_warrant_is_attached_to_its_request(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"warrant", reading(paper("i200", {"file_no": LUIS["file_no"]})))
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    queue.attach(matter.sha256, BOSTON, "2026-0001", actor=LIMA)
    assert [one.kind for one in request.load("2026-0001").warrants] == ["i200"]


def test_an_unreadable_fax_is_attached_though_nothing_was_read_on_it(desk: Desk) -> None:
    from detainerdesk.intake.reading.fields import Unreadable

    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"smear", Unreadable("Nothing can be read on this page. Ask for it again."))
    desk.understands()
    queue.attach(queue.waiting(BOSTON)[0].sha256, BOSTON, "2026-0001", actor=LIMA)
    loaded = request.load("2026-0001")
    assert len(loaded.transmissions) == 2
    assert len(loaded.papers) == 1


def test_a_page_set_aside_is_kept_and_its_copies_do_not_come_back(desk: Desk) -> None:
    desk.gets(b"cat", reading(paper("unknown", {})))
    desk.understands()
    queue.set_aside(queue.waiting(BOSTON)[0].sha256, BOSTON, actor=LIMA)
    desk.gets(b"cat")
    desk.understands()
    assert queue.waiting(BOSTON) == ()
    assert Waiting.objects.get().settled_by == LIMA
    assert Document.objects.count() == 1


def test_a_join_that_is_undone_loses_nothing(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"scan", reading(detainer(unsure=["dob"])), station="B-2")
    desk.understands()
    queue.part(sha256_of(b"scan"), "2026-0001", BOSTON, actor=LIMA)
    assert last_event_of("request.parted") == ("request 2026-0001", LIMA)
    assert [one.station for one in request.load("2026-0001").transmissions] == ["D-4"]
    assert Joined.objects.exclude(undone_at=None).count() == 1
    (matter,) = queue.waiting(BOSTON)
    assert matter.reason == "parted"
    assert matter.candidates == ("2026-0001",)
    assert queue.keep_apart(matter.sha256, BOSTON, actor=LIMA) == "2026-0002"
    assert [one.station for one in request.load("2026-0002").transmissions] == ["B-2"]


def test_a_paper_is_taken_out_with_every_time_it_was_sent_and_joined_again_with_each(near_match: str) -> None:
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    queue.part(near_match, "2026-0001", BOSTON, actor=LIMA)
    assert [one.station for one in request.load("2026-0001").transmissions] == ["D-4"]
    assert Joined.objects.exclude(undone_at=None).count() == 2
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    assert [one.station for one in request.load("2026-0001").transmissions] == ["D-4", "B-2", "A-1"]


def test_the_only_paper_of_a_request_is_taken_out_and_the_request_waits_for_it(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.understands()
    queue.part(sha256_of(b"fax"), "2026-0001", BOSTON, actor=LIMA)
    empty = request.load("2026-0001")
    assert (empty.papers, empty.transmissions, empty.station) == ((), (), "D-4")
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    assert [one.kind for one in request.load("2026-0001").papers] == ["i247a"]


def test_a_copy_of_what_a_request_lost_finds_it_again(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.understands()
    queue.part(sha256_of(b"fax"), "2026-0001", BOSTON, actor=LIMA)
    desk.gets(b"scan", reading(detainer()), station="B-2")
    desk.understands()
    assert [one.station for one in request.load("2026-0001").transmissions] == ["B-2"]


def test_what_a_wrongly_attached_form_filled_in_is_forgotten_with_it(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer(unsure=["subject_id"])))
    desk.gets(b"other", reading(detainer({**MARCOS, "event_no": LUIS["event_no"]}, unsure=["file_no", "dob"])))
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    queue.attach(matter.sha256, BOSTON, "2026-0001", actor=LIMA)
    assert "subject_id" in DetainerRequest.objects.get().accepted
    queue.part(matter.sha256, "2026-0001", BOSTON, actor=LIMA)
    known = DetainerRequest.objects.get()
    assert "subject_id" not in known.accepted
    assert known.subject_id == LUIS["subject_id"]


def test_a_request_is_what_the_papers_left_in_it_say(desk: Desk) -> None:
    """A cancellation and a detainer that a person put into one request by mistake: whichever is taken out, it is the other."""
    desk.gets(b"cancel", reading(detainer(cancel_prior=True, cancel_date="03/01/2026", unsure=["file_no"])))
    desk.gets(b"fax", reading(detainer(kind="i247d", unsure=["cancel_prior"])))
    desk.understands()
    assert kind_of("2026-0001") == ("cancellation", "i247a", date(2026, 3, 1))
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    queue.part(sha256_of(b"cancel"), "2026-0001", BOSTON, actor=LIMA)
    assert kind_of("2026-0001") == ("detainer", "i247d", None)
    queue.attach(sha256_of(b"cancel"), BOSTON, "2026-0001", actor=LIMA)
    queue.part(sha256_of(b"fax"), "2026-0001", BOSTON, actor=LIMA)
    assert kind_of("2026-0001") == ("cancellation", "i247a", date(2026, 3, 1))


def kind_of(number: str) -> tuple[str, str, date | None]:
    row = DetainerRequest.objects.get(number=number)
    return row.kind, row.form, row.cancels_on


def test_the_ledger_says_when_a_request_becomes_something_else_and_what_it_was(desk: Desk) -> None:
    """The day that it cancels is a date of somebody's paper: sealed. What changes nothing says nothing."""
    desk.gets(b"cancel", reading(detainer(cancel_prior=True, cancel_date="03/01/2026", unsure=["file_no"])))
    desk.gets(b"fax", reading(detainer(kind="i247d", unsure=["cancel_prior"])))
    desk.understands()
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    assert list(ledger.entries(kind="request.kind_changed")) == []
    queue.part(sha256_of(b"cancel"), "2026-0001", BOSTON, actor=LIMA)
    queue.attach(sha256_of(b"cancel"), BOSTON, "2026-0001", actor="officer ruiz")
    first, second = ledger.entries("request 2026-0001", kind="request.kind_changed")
    detained, cancels = {"kind": "detainer", "form": "i247d"}, {"kind": "cancellation", "form": "i247a"}
    assert first.event.facts == detained | {"was_kind": "cancellation", "was_form": "i247a"}
    assert second.event.facts == cancels | {"was_kind": "detainer", "was_form": "i247d"}
    assert [one.event.actor for one in (first, second)] == [LIMA, "officer ruiz"]
    assert (ledger.opened(first.index), [one.value for one in ledger.opened(second.index)]) == ((), ["2026-03-01"])


def test_a_request_without_a_form_is_what_it_was_then_whatever_it_became_since(desk: Desk) -> None:
    desk.gets(b"cancel", reading(detainer(cancel_prior=True, cancel_date="03/01/2026")))
    desk.gets(b"fax", reading(detainer(kind="i247d")))
    desk.understands()
    queue.part(sha256_of(b"cancel"), "2026-0001", BOSTON, actor=LIMA)
    empty = timezone.now()
    queue.part(sha256_of(b"fax"), "2026-0002", BOSTON, actor=LIMA)
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    queue.part(sha256_of(b"fax"), "2026-0001", BOSTON, actor=LIMA)
    assert [request.load("2026-0001", BOSTON, at).kind for at in (empty, timezone.now())] == [
        "cancellation",
        "detainer",
    ]
    assert request.was_then(["2026-0001"], BOSTON, empty) == {"2026-0001": ("cancellation", "i247a")}


def test_what_one_request_was_then_is_asked_of_its_own_entries_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agency's ledger may be long, and most requests have a form that says what they are."""
    for data, person in ((b"one", LUIS), (b"two", MARCOS)):
        desk.gets(data, reading(detainer(person)))
    desk.understands()
    queue.part(sha256_of(b"one"), "2026-0001", BOSTON, actor=LIMA)
    asked, entries = list[object](), ledger.entries

    def asks(subject: object, **more: str) -> object:
        asked.append(subject)
        return entries(subject, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "entries", asks)
    request.load_many(["2026-0001", "2026-0002"], BOSTON, timezone.now())
    assert asked == [["request 2026-0001"]]


def test_a_copy_of_what_a_person_placed_before_belonged_there_when_it_came_though_the_machine_was_late(
    near_match: str, desk: Desk
) -> None:
    """Whoever was asked about the first copy had answered by then, and nobody was asked about this one."""
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    desk.gets(b"bad", station="E-5")
    before = timezone.now()
    desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON, before).transmissions] == [
        "D-4",
        "B-2",
        "A-1",
        "E-5",
    ]


def test_a_paper_that_somebody_else_took_out_is_not_taken_out_twice(near_match: str) -> None:
    queue.attach(near_match, BOSTON, "2026-0001", actor=LIMA)
    queue.part(near_match, "2026-0001", BOSTON, actor=LIMA)
    with pytest.raises(queue.QueueError, match="look at the request again"):
        queue.part(near_match, "2026-0001", BOSTON, actor="officer ruiz")
    with pytest.raises(queue.QueueError, match="look at the request again"):
        queue.part(near_match, "2026-0001", "us-ma-suffolk/sheriff", actor="officer ruiz")
    assert len(queue.waiting(BOSTON)) == 1


def test_what_was_settled_by_somebody_else_is_said(near_match: str) -> None:
    queue.set_aside(near_match, BOSTON, actor=LIMA)
    with pytest.raises(queue.QueueError, match="look at the queue again"):
        queue.attach(near_match, BOSTON, "2026-0001", actor="officer ruiz")


def test_another_agency_cannot_settle_it(near_match: str) -> None:
    with pytest.raises(queue.QueueError):
        queue.set_aside(near_match, "us-ma-suffolk/sheriff", actor=LIMA)


def test_an_unknown_request_is_refused_and_the_paper_still_waits(near_match: str) -> None:
    with pytest.raises(queue.QueueError, match="no request 2026-0412"):
        queue.attach(near_match, BOSTON, "2026-0412", actor=LIMA)
    assert len(queue.waiting(BOSTON)) == 1


def test_a_cat_is_no_request_of_its_own(desk: Desk) -> None:
    desk.gets(b"cat", reading(paper("unknown", {})))
    desk.understands()
    with pytest.raises(queue.QueueError, match="set it aside"):
        queue.keep_apart(queue.waiting(BOSTON)[0].sha256, BOSTON, actor=LIMA)


def test_a_paper_that_is_taken_out_and_put_back_leaves_the_request_what_it_was(desk: Desk) -> None:
    desk.gets(b"cancel", reading(detainer(cancel_prior=True, cancel_date="03/01/2026")))
    desk.gets(b"fax", reading(detainer(kind="i247d")))
    desk.understands()
    queue.part(sha256_of(b"fax"), "2026-0002", BOSTON, actor=LIMA)
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    was = ("cancellation", "i247a", date(2026, 3, 1))
    assert kind_of("2026-0001") == was
    queue.part(sha256_of(b"cancel"), "2026-0001", BOSTON, actor=LIMA)
    assert kind_of("2026-0001") == ("detainer", "i247d", None)
    queue.attach(sha256_of(b"cancel"), BOSTON, "2026-0001", actor=LIMA)
    assert kind_of("2026-0001") == was
    then = request.load("2026-0001", BOSTON, timezone.now())
    assert (then.kind, then.cancels_on) == ("cancellation", date(2026, 3, 1))


def test_a_request_had_no_paper_before_a_person_attached_it_though_another_one_of_its_file_was_there(
    desk: Desk,
) -> None:
    warrant = paper("i200", {"file_no": LUIS["file_no"]}, page=3, unsure=["file_no"])
    desk.gets(b"fax", reading(detainer(), detainer(MARCOS, page=2), warrant))
    desk.understands()
    before = timezone.now()
    queue.attach(sha256_of(b"fax"), BOSTON, "2026-0001", actor=LIMA)
    for at, papers in ((before, ["i247a"]), (timezone.now(), ["i247a", "i200"]), (None, ["i247a", "i200"])):
        loaded = request.load("2026-0001", BOSTON, at)
        assert [one.kind for one in loaded.papers] == papers
        assert len(loaded.transmissions) == 1


# ---- one matter at a time ---------------------------------------------------------------------------------------------


ROWS = [{**LUIS, "form_date": ""}, {**MARCOS, "form_date": ""}]


@pytest.fixture
def two_people(desk: Desk) -> tuple[queue.Waits, queue.Waits]:
    """A list without dates of two people, of each of whom there is a request; both rows wait, each as like its own."""
    forms = [
        detainer({name: value for name, value in one.items() if value}, page=n) for n, one in enumerate(ROWS, start=1)
    ]
    desk.gets(b"yesterday", reading(*forms))
    desk.gets(b"today", reading(*forms))
    desk.understands()
    first, second = queue.waiting(BOSTON)
    assert (first.candidates, second.candidates) == (("2026-0001",), ("2026-0002",))
    return first, second


def people_in(number: str) -> list[object]:
    return [form.fields["subject_id"].value for form in request.load(number, BOSTON).forms]


def test_attaching_one_person_of_a_list_leaves_the_other_waiting(two_people: tuple[queue.Waits, queue.Waits]) -> None:
    first, second = two_people
    queue.attach(first.sha256, BOSTON, "2026-0001", actor=LIMA, matter=first.id)
    assert people_in("2026-0001") == [LUIS["subject_id"]] * 2
    assert [one.id for one in queue.waiting(BOSTON)] == [second.id]
    assert Document.objects.get(sha256=first.sha256).state == "queued"
    queue.attach(second.sha256, BOSTON, "2026-0002", actor=LIMA, matter=second.id)
    assert people_in("2026-0002") == [MARCOS["subject_id"]] * 2
    assert queue.waiting(BOSTON) == ()


def test_each_person_of_a_list_is_kept_apart_or_set_aside_alone(two_people: tuple[queue.Waits, queue.Waits]) -> None:
    first, second = two_people
    assert queue.keep_apart(first.sha256, BOSTON, actor=LIMA, matter=first.id) == "2026-0003"
    assert people_in("2026-0003") == [LUIS["subject_id"]]
    queue.set_aside(second.sha256, BOSTON, actor=LIMA, matter=second.id)
    assert queue.waiting(BOSTON) == ()
    assert {one.settled_by for one in Waiting.objects.all()} == {LIMA}


def test_which_of_several_matters_is_meant_must_be_said(two_people: tuple[queue.Waits, queue.Waits]) -> None:
    first, second = two_people
    with pytest.raises(queue.QueueError, match="2 matters of this file wait here"):
        queue.keep_apart(first.sha256, BOSTON, actor=LIMA)
    queue.set_aside(first.sha256, BOSTON, actor=LIMA, matter=first.id)
    with pytest.raises(queue.QueueError, match="look at the queue again"):
        queue.attach(first.sha256, BOSTON, "2026-0001", actor="officer ruiz", matter=first.id)
    assert [one.id for one in queue.waiting(BOSTON)] == [second.id]


def test_a_file_of_two_people_that_could_not_be_placed_is_not_made_one_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.gets(b"two", reading(detainer(), detainer(MARCOS, page=2)), agency="us-ma-suffolk/sheriff")
    desk.understands()

    def fails(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("detainerdesk.intake.join.plan", fails)
        desk.gets(b"two")
        desk.understands()
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.papers) == ("program fault", ())
    with pytest.raises(queue.QueueError, match="different people"):
        queue.keep_apart(matter.sha256, BOSTON, actor=LIMA)
    assert not DetainerRequest.objects.filter(agency=BOSTON).exists()


# ---- what is in a request already -------------------------------------------------------------------------------------


def test_a_paper_that_is_in_a_request_is_not_put_into_another(desk: Desk) -> None:
    desk.gets(b"other", reading(detainer(MARCOS)))
    desk.gets(b"fax", reading(detainer(unsure=["cancel_prior"])))
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.within) == ("unsure cancellation", ("2026-0002",))
    with pytest.raises(queue.QueueError, match="in request 2026-0002 already"):
        queue.keep_apart(matter.sha256, BOSTON, actor=LIMA)
    with pytest.raises(queue.QueueError, match="in request 2026-0002 already"):
        queue.attach(matter.sha256, BOSTON, "2026-0001", actor=LIMA)
    assert people_in("2026-0001") == [MARCOS["subject_id"]]
    assert DetainerRequest.objects.count() == 2


def test_a_like_form_waits_once_and_its_box_is_asked_about_when_it_is_in_a_request(desk: Desk) -> None:
    """Until then it counts as nothing."""
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad", reading(detainer(unsure=["form_date", "cancel_prior"])))
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.within) == ("near match", ())
    queue.keep_apart(matter.sha256, BOSTON, actor=LIMA)
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.within) == ("unsure cancellation", ("2026-0002",))
    queue.part(matter.sha256, "2026-0002", BOSTON, actor=LIMA)
    assert [one.reason for one in queue.waiting(BOSTON)] == ["parted"]


@pytest.mark.parametrize("apart", [True, False])
def test_a_call_told_again_goes_where_a_person_says_though_the_first_stays_where_it_is(desk: Desk, apart: bool) -> None:
    told = to_bytes(Entry("phone", {"subject_name": "DELACROIX, Luis Antonio", "asks_hold": True}))
    receipts = [desk.gets(told), desk.gets(told)]
    desk.understands()
    (matter,) = queue.waiting(BOSTON)
    assert (matter.reason, matter.within) == ("near match", ())
    if apart:
        assert queue.keep_apart(matter.sha256, BOSTON, actor=LIMA) == "2026-0002"
        shown = [request.load(number, BOSTON).transmissions for number in ("2026-0001", "2026-0002")]
        assert [[one.receipt for one in each] for each in shown] == [receipts[:1], receipts[1:]]
    else:
        queue.attach(matter.sha256, BOSTON, "2026-0001", actor=LIMA)
        assert [one.receipt for one in request.load("2026-0001", BOSTON).transmissions] == receipts
    assert queue.waiting(BOSTON) == ()


def test_a_request_says_what_waits_of_its_file_only_where_that_may_concern_it(
    two_people: tuple[queue.Waits, queue.Waits], desk: Desk
) -> None:
    first, second = two_people
    number = queue.keep_apart(first.sha256, BOSTON, actor=LIMA, matter=first.id)
    assert request.load(number, BOSTON).queue is None
    queue.keep_apart(second.sha256, BOSTON, actor=LIMA, matter=second.id)
    third = {"subject_id": "555000333", "form_date": "03/03/2026", "subject_name": "OKONJO, Marcus"}
    desk.gets(b"box", reading(detainer(third, unsure=["cancel_prior"])))
    desk.understands()
    assert "box that cancels" in (request.load("2026-0005", BOSTON).queue or "")
