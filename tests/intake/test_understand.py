"""From stored bytes to one request with n transmissions (security.md REL-3), or to a person, and the rest goes on (IN-2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError

from detainerdesk.intake import door, entry, queue, request, store, understand
from detainerdesk.intake.models import DetainerRequest, Document, Joined
from detainerdesk.intake.queue import waiting
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.ledger import log as ledger
from tests.intake.made import ARRIVED, BOSTON, LUIS, MARCOS, Desk, detainer, paper, reading

SUFFOLK = "us-ma-suffolk/sheriff"


def kinds(subject: str | None = None) -> list[str]:
    return [entry.event.kind for entry in ledger.entries(subject)]


def test_rel_3_the_same_bytes_three_times_by_three_stations_are_one_document_one_request_three_transmissions(
    desk: Desk,
) -> None:
    for station in ("D-4", "B-2", "A-1"):
        desk.gets(b"fax", reading(detainer(), paper("i200", {}, page=2)), station=station)
    desk.understands()
    assert Document.objects.count() == DetainerRequest.objects.count() == 1
    loaded = request.load("2026-0001")
    assert [one.station for one in loaded.transmissions] == ["D-4", "B-2", "A-1"]
    assert loaded.detainer is not None
    assert loaded.detainer.kind == "i247a"
    assert [warrant.kind for warrant in loaded.warrants] == ["i200"]
    assert kinds("request 2026-0001") == ["request.opened", "request.joined", "request.joined"]
    assert kinds().count("paper.read") == 1


def test_another_scan_of_the_same_form_joins_by_number_and_date(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"scan", reading(detainer(LUIS | {"dob": "12/25/1932"}, unsure=["dob", "subject_name"])), station="B-2")
    desk.understands()
    loaded = request.load("2026-0001")
    assert [one.name for one in loaded.transmissions] == ["fax.pdf", "fax.pdf"]
    assert len(set(loaded.documents)) == 2
    assert loaded.detainer is not None
    assert loaded.detainer.fields["dob"].value == "12/25/1982", "of two copies the surer one"
    assert Joined.objects.order_by("id").values_list("reason", flat=True).last() == "same identity"


def test_a_copy_that_is_sure_where_the_first_was_not_makes_the_next_copy_join(desk: Desk) -> None:
    desk.gets(b"one", reading(detainer(unsure=["event_no", "subject_id"])))
    desk.gets(b"two", reading(detainer()))
    desk.gets(b"three", reading(detainer({name: LUIS[name] for name in ("event_no", "form_date", "subject_name")})))
    desk.understands()
    assert len(request.load("2026-0001").transmissions) == 3


def test_a_guess_is_never_merged(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad fax", reading(detainer(unsure=["form_date"])))
    desk.understands()
    assert len(request.load("2026-0001").transmissions) == 1
    (matter,) = waiting(BOSTON)
    assert (matter.reason, matter.candidates) == ("near match", ("2026-0001",))
    assert Document.objects.get(sha256=matter.sha256).state == "queued"


def test_a_warrant_that_comes_alone_is_shown_beside_the_request_of_the_same_person(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"warrant", reading(paper("i200", {"file_no": LUIS["file_no"], "subject_name": LUIS["subject_name"]})))
    desk.understands()
    assert len(request.load("2026-0001").transmissions) == 1
    (matter,) = waiting(BOSTON)
    assert (matter.reason, matter.candidates) == ("lone warrant", ("2026-0001",))
    assert matter.within == ()


def test_two_people_in_one_file_are_two_requests_with_the_same_receipt(desk: Desk) -> None:
    receipt = desk.gets(b"fax", reading(detainer(), detainer(MARCOS, page=2)))
    desk.understands()
    for number, name in (("2026-0001", LUIS), ("2026-0002", MARCOS)):
        loaded = request.load(number)
        assert [one.receipt for one in loaded.transmissions] == [receipt]
        assert loaded.detainer is not None
        assert loaded.detainer.fields["subject_name"].value == name["subject_name"]


def test_a_cancellation_is_a_request_of_its_own_kind(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"cancel", reading(detainer(cancel_prior=True, cancel_date="03/03/2026")))
    desk.understands()
    assert request.load("2026-0001").kind == "detainer"
    cancellation = request.load("2026-0002")
    assert cancellation.kind == "cancellation"
    assert str(cancellation.cancels_on) == "2026-03-03"


def test_in_2_what_cannot_be_read_is_kept_and_queued_in_plain_words_and_the_rest_goes_on(desk: Desk) -> None:
    desk.gets(b"broken", Unreadable("This PDF is cut short after page 1. Ask the sender to send it again."))
    desk.gets(b"cat", reading(paper("unknown", {})))
    desk.gets(b"fax", reading(detainer()))
    desk.understands()
    assert [matter.reason for matter in waiting(BOSTON)] == ["unreadable", "no form"]
    assert waiting(BOSTON)[0].why.startswith("This PDF is cut short")
    assert store.get(waiting(BOSTON)[0].sha256) == b"broken"
    assert request.load("2026-0001").queue is None
    assert kinds().count("paper.queued") == 2
    assert "paper.read" not in kinds(str(Document.objects.get(sha256=waiting(BOSTON)[0].sha256)))


def test_a_reader_that_fails_does_not_stop_the_line(desk: Desk) -> None:
    def reader(place: Path) -> object:
        if place.read_bytes() == b"poison":
            raise RuntimeError("the reader's own fault")
        return reading(detainer())

    desk.gets(b"poison")
    desk.gets(b"fax")
    understand.understand_all(reader)  # type: ignore[arg-type]
    assert "RuntimeError" in waiting(BOSTON)[0].why
    assert request.load("2026-0001").transmissions[0].receipt == 2


def test_a_fault_while_placing_does_not_stop_the_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = understand.open_request
    monkeypatch.setattr(understand, "open_request", lambda opens, row: 1 / 0 if row.receipt == 1 else real(opens, row))
    desk.gets(b"poison", reading(detainer()))
    desk.gets(b"fax", reading(detainer(MARCOS)))
    desk.understands()
    (matter,) = waiting(BOSTON)
    assert matter.reason == "program fault"
    assert "ZeroDivisionError" in matter.why
    assert DetainerRequest.objects.get().number == "2026-0001", "the failed one left no gap"


def test_a_row_that_the_database_refuses_does_not_stop_the_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understand, "next_request_number", lambda *_: "2026-0001")
    desk.gets(b"one", reading(detainer()))
    desk.gets(b"two", reading(detainer(MARCOS)))
    desk.understands()
    (matter,) = waiting(BOSTON)
    assert "IntegrityError" in matter.why


def test_a_database_that_is_busy_is_nobodys_fault_and_the_paper_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("database is locked")

    desk.gets(b"fax", reading(detainer()))
    with monkeypatch.context() as patch:
        patch.setattr(understand, "open_request", busy)
        with pytest.raises(OperationalError):
            desk.understands()
    assert waiting(BOSTON) == ()
    desk.understands()
    assert request.load("2026-0001").queue is None


def test_in_2_a_file_over_the_limit_is_never_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as smaller:
        smaller.setattr(door, "LARGEST_FILE", 10)
        desk.gets(b"more than ten bytes")
        understand.understand_all(lambda place: pytest.fail("it was read"))
    (matter,) = waiting(BOSTON)
    assert matter.reason == "too large"
    assert "smaller parts" in matter.why
    assert door.LARGEST_FILE == 25 * 1024 * 1024


def test_a_stored_file_that_is_missing_waits_for_a_person(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    store.path(Document.objects.get().sha256).unlink()
    desk.understands()
    assert "Restore it from the backup" in waiting(BOSTON)[0].why


def test_the_same_page_that_is_no_form_three_times_is_one_matter_with_three_transmissions(desk: Desk) -> None:
    for station in ("D-4", "B-2", "A-1"):
        desk.gets(b"cat", reading(paper("unknown", {})), station=station)
    desk.understands()
    (matter,) = waiting(BOSTON)
    assert [one.station for one in matter.transmissions] == ["D-4", "B-2", "A-1"]


def test_a_request_came_when_the_earliest_of_its_transmissions_came(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()), at=ARRIVED + timedelta(hours=2))
    desk.understands()
    desk.gets(b"mail that was fetched late", reading(detainer()), station="B-2", at=ARRIVED)
    desk.understands()
    loaded = request.load("2026-0001")
    assert (loaded.received_at, loaded.station) == (ARRIVED, "B-2")


def test_the_arrival_of_a_paper_that_was_taken_out_goes_with_it(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()), at=ARRIVED)
    desk.gets(b"copy", reading(detainer()), station="B-2", at=ARRIVED + timedelta(days=2))
    first, _ = desk.understands()
    queue.part(first.sha256, "2026-0001", BOSTON, actor="officer lima")
    loaded = request.load("2026-0001")
    assert (loaded.received_at, loaded.station) == (ARRIVED + timedelta(days=2), "B-2")


def test_the_same_words_of_another_call_are_another_matter(desk: Desk) -> None:
    call = entry.to_bytes(entry.Entry("phone", {"subject_name": "DELACROIX, Luis Antonio", "asks_hold": True}))
    desk.gets(call)
    desk.gets(call, at=ARRIVED + timedelta(days=120))
    desk.understands()
    assert len(request.load("2026-0001").transmissions) == 1
    (matter,) = desk.waits()
    assert (matter.reason, matter.candidates) == ("near match", ("2026-0001",))


def test_every_empty_file_is_seen_by_a_person(desk: Desk) -> None:
    desk.gets(b"", Unreadable("This file is empty."))
    desk.understands()
    queue.set_aside(desk.waits()[0].sha256, BOSTON, actor="officer lima")
    desk.gets(b"", station="B-2")
    desk.understands()
    assert [matter.why for matter in desk.waits()] == ["This file is empty."]


def test_what_can_not_be_read_says_so_at_each_agency_whoever_settled_it_first(desk: Desk) -> None:
    desk.gets(b"broken", Unreadable("It is broken. Ask for it again."))
    desk.understands()
    queue.set_aside(desk.waits()[0].sha256, BOSTON, actor="officer lima")
    desk.gets(b"broken", agency=SUFFOLK)
    desk.understands()
    assert [matter.why for matter in desk.waits(SUFFOLK)] == ["It is broken. Ask for it again."]


def test_each_agency_has_its_own_requests_numbers_and_queue(desk: Desk) -> None:
    for agency in (BOSTON, SUFFOLK):
        desk.gets(b"fax", reading(detainer()), agency=agency)
        desk.gets(b"cat", reading(paper("unknown", {})), agency=agency)
    desk.understands()
    for agency in (BOSTON, SUFFOLK):
        assert len(request.load("2026-0001", agency).transmissions) == 1
        assert [matter.reason for matter in waiting(agency)] == ["no form"]
    with pytest.raises(request.NoSuchRequest, match="say which agency"):
        request.load("2026-0001")
    assert kinds().count("paper.read") == 2, "bytes are read once, for whomever"


def test_numbers_are_dense_and_start_anew_with_the_agencys_own_year(desk: Desk) -> None:
    new_year_in_boston = datetime(2027, 1, 1, 5, tzinfo=UTC)
    for n, at in enumerate([new_year_in_boston - timedelta(minutes=1), new_year_in_boston]):
        desk.gets(b"%d" % n, reading(detainer(LUIS | {"form_date": f"12/3{n}/2026"})), at=at)
    desk.understands()
    assert list(DetainerRequest.objects.order_by("id").values_list("number", flat=True)) == ["2026-0001", "2027-0001"]


def test_understanding_twice_does_nothing_the_second_time(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.understands()
    before = ledger.size()
    assert desk.understands() == ()
    assert ledger.size() == before


def test_the_oldest_delivery_is_understood_first(desk: Desk) -> None:
    desk.gets(b"one", reading(detainer()))
    desk.gets(b"two", reading(detainer(MARCOS)))
    first = understand.understand_next(desk.reader())
    assert first is not None
    assert store.get(first.sha256) == b"one"


def test_led_2_nothing_personal_stands_open_in_the_ledger(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(b"bad", reading(detainer(unsure=["form_date"])))
    desk.understands()
    written = " ".join(entry.event.to_bytes().decode() for entry in ledger.entries()).upper()
    for personal in ("DELACROIX", "LUIS", "000000001", "000 000 001", "555000111", "BOS2603000001", "1982"):
        assert personal not in written
    (opened,) = [entry.event for entry in ledger.entries() if entry.event.kind == "request.opened"]
    assert set(opened.sealed) == {"subject_id", "event_no", "file_no", "issued_on", "subject_name", "dob"}


def test_there_is_no_such_request_is_said_plainly(desk: Desk) -> None:
    with pytest.raises(request.NoSuchRequest, match="no request 2026-0412"):
        request.load("2026-0412")
