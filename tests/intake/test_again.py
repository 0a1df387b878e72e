"""A list that no column map fitted is read when there is one: the waiting page's own words say how, and no list ends where nobody looks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings

from detainerdesk.intake import again, columns, queue, request, store
from detainerdesk.intake.columns import ColumnsError
from detainerdesk.intake.models import DetainerRequest, Document, Transmission
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, Desk, detainer, reading

HARRIS = "us-tx-harris/sheriff"
LIST = b"Inmate,DOB,Cell\r\n" + b"SILVA Marcos,07/04/1977,1\r\n" + b"OKORO Ada,01/01/1990,2\r\n"
MAP = {"columns": {"subject_name": "Inmate", "dob": "DOB"}}
HOW = "detainerdesk intake --again"


def keep(said: object) -> None:
    folder = Path(settings.DATA) / columns.FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "county.json").write_text(json.dumps(said), encoding="utf-8")


def put_back(agency: str = BOSTON) -> list[int]:
    return [one.number for one in again.put_back(agency, actor="command line")]


def numbers(agency: str = BOSTON) -> list[str]:
    return list(DetainerRequest.objects.filter(agency=agency).order_by("number").values_list("number", flat=True))


def test_a_list_is_read_once_there_is_a_map_for_it(desk: Desk) -> None:
    first = desk.gets(LIST)
    desk.gets(LIST, station="B-2")
    desk.understands()
    (waits,) = desk.waits()
    assert HOW in waits.why
    keep(MAP)
    assert put_back() == [first]
    desk.understands()
    assert numbers() == ["2026-0001", "2026-0002"]
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert desk.waits() == ()
    (said,) = ledger.entries(kind="paper.put_back")
    assert (said.event.actor, said.event.subject) == ("command line", str(Document.objects.get()))
    assert put_back() == []


def test_the_same_list_that_comes_later_goes_where_the_first_one_went(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    keep(MAP)
    put_back()
    desk.gets(LIST, station="B-2")
    desk.understands()
    assert len(request.load("2026-0002", BOSTON).transmissions) == 2


def test_while_the_maps_say_the_same_it_waits_on_and_nothing_is_done(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    since = desk.waits()[0].since
    assert put_back() == []
    assert [one.since for one in desk.waits()] == [since]
    keep({"columns": {"subject_name": "Name"}})
    assert put_back() == []


def test_where_it_can_not_be_read_for_another_reason_now_that_is_said(desk: Desk) -> None:
    desk.gets(LIST.replace(b"Cell", b"DOB"))
    desk.understands()
    keep(MAP)
    put_back()
    desk.understands()
    (waits,) = desk.waits()
    assert "Several columns of this list are titled DOB" in waits.why


def test_a_wrong_map_is_said_and_nothing_is_done(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    keep({"columns": {"dob": "DOB"}})
    with pytest.raises(ColumnsError, match=r"county\.json"):
        put_back()
    assert len(desk.waits()) == 1


def test_what_a_person_settled_stays_settled_unless_the_list_came_once_more(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    queue.set_aside(Document.objects.get().sha256, BOSTON, actor="officer 7")
    keep(MAP)
    assert put_back() == []
    desk.gets(LIST, station="B-2")
    desk.understands()
    assert len(put_back()) == 1
    desk.understands()
    assert len(numbers()) == 2


def test_another_agency_that_set_the_list_aside_gets_no_requests_by_it(desk: Desk) -> None:
    desk.gets(LIST)
    desk.gets(LIST, agency=HARRIS)
    desk.understands()
    sha256 = Document.objects.get().sha256
    queue.set_aside(sha256, HARRIS, actor="officer 8")
    keep(MAP)
    assert len(put_back()) == 1
    desk.understands()
    assert (len(numbers()), numbers(HARRIS)) == (2, [])


def test_a_list_that_a_person_attached_stays_there(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()))
    desk.gets(LIST)
    desk.understands()
    queue.attach(desk.waits()[0].sha256, BOSTON, "2026-0001", actor="officer 7")
    desk.gets(LIST, station="B-2")
    desk.understands()
    keep(MAP)
    assert put_back() == []


def test_a_list_whose_file_is_gone_is_said(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    keep(MAP)
    store.path(Transmission.objects.get().document_id).unlink()
    with pytest.raises(store.StoreError, match="Restore it"):
        put_back()


def test_a_map_that_was_mended_once_more_is_asked_once_more(desk: Desk) -> None:
    desk.gets(LIST.replace(b"Cell", b"DOB"))
    desk.understands()
    keep(MAP)
    assert len(put_back()) == 1
    desk.understands()
    assert "Several columns" in desk.waits()[0].why
    keep({"columns": {"subject_name": "Inmate"}})
    assert len(put_back()) == 1
    desk.understands()
    assert numbers() == ["2026-0001", "2026-0002"]


def test_a_list_is_put_back_at_each_agency_that_has_it(desk: Desk) -> None:
    twice = LIST.replace(b"Cell", b"DOB")
    desk.gets(twice, agency=HARRIS)
    desk.understands()
    keep(MAP)
    put_back(HARRIS)
    desk.understands()
    desk.gets(twice)
    desk.understands()
    keep({"columns": {"subject_name": "Inmate"}})
    put_back()
    desk.understands()
    assert (len(numbers()), len(numbers(HARRIS))) == (2, 2)


def test_a_list_over_the_limit_is_left_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detainerdesk.intake.door.LARGEST_FILE", 50)
    desk.gets(LIST)
    desk.understands()
    keep(MAP)
    assert put_back() == []


def test_a_list_whose_file_is_gone_keeps_no_other_waiting(desk: Desk) -> None:
    desk.gets(LIST)
    desk.gets(LIST + b"SOTO Ana,01/01/1991,3\r\n")
    first, _ = desk.understands()
    keep(MAP)
    store.path(first.sha256).unlink()
    with pytest.raises(store.StoreError):
        put_back()
    desk.understands()
    assert len(numbers()) == 3
