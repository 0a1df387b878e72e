"""What a person types in, or a program states, is kept like any paper, and says no more than was told."""

from __future__ import annotations

import pytest

from detainerdesk.intake import display, entry, request
from detainerdesk.intake.entry import Entry, EntryError
from detainerdesk.intake.reading.fields import Reading, Unreadable
from tests.intake.made import BOSTON, LUIS, Desk, detainer, reading

CALL = Entry("phone", {"subject_name": "DELACROIX, Luis Antonio", "form_date": "03/03/2026", "asks_hold": True})


def test_a_call_opens_a_request_of_its_own(desk: Desk) -> None:
    desk.gets(entry.to_bytes(CALL))
    desk.understands()
    made = request.load("2026-0001", BOSTON)
    assert made.papers[0].kind == "phone"
    assert made.papers[0].fields["asks_hold"].value is True
    assert made.queue is None


def test_the_same_entry_is_the_same_document_however_it_was_put() -> None:
    fields = {"dob": "12/25/1982", "subject_name": "SILVA", "file_no": ""}
    assert entry.to_bytes(Entry("oral", fields)) == entry.to_bytes(
        Entry("oral", {"subject_name": "SILVA", "dob": "12/25/1982"})
    )


def test_what_was_not_told_proves_nothing() -> None:
    read = entry.read(entry.to_bytes(CALL))
    assert isinstance(read, Reading)
    assert read.papers[0].fields["dob"].state == "page missing"
    assert read.papers[0].fields["asks_notify"].value is None


@pytest.mark.parametrize("told", ["1982-12-25", "12-25-1982", "December 25, 1982", "12/25/1982"])
def test_a_date_is_read_as_the_forms_write_it_however_it_was_told(told: str) -> None:
    read = entry.read(entry.to_bytes(Entry("phone", {"dob": told})))
    assert isinstance(read, Reading)
    assert read.papers[0].fields["dob"].value == "12/25/1982"


@pytest.mark.parametrize("twice", ['"subject_name":"A","subject_name":"B"', '"subject_name":"A"},"fields":{"dob":""'])
def test_an_entry_in_which_a_name_stands_twice_is_not_taken_for_one_of_its_values(twice: str) -> None:
    read = entry.read(display.ENTRY_START + f'"kind":"phone","fields":{{{twice}}}}}'.encode())
    assert isinstance(read, Unreadable)
    assert "stands twice" in read.says


def test_what_does_not_say_that_it_cancels_is_a_request(desk: Desk) -> None:
    desk.gets(entry.to_bytes(Entry("i247a", {"subject_id": "555000111", "form_date": "03/03/2026"})))
    desk.understands()
    assert request.load("2026-0001", BOSTON).kind == "detainer"


def test_a_form_read_aloud_and_the_form_itself_are_one_request(desk: Desk) -> None:
    desk.gets(entry.to_bytes(Entry("i247a", dict(LUIS))))
    desk.gets(b"fax", reading(detainer()), station="B-2")
    desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]


def test_a_call_and_a_form_about_one_person_are_never_joined_by_the_machine(desk: Desk) -> None:
    desk.gets(entry.to_bytes(Entry("phone", {**LUIS, "asks_hold": True})))
    desk.gets(b"fax", reading(detainer()))
    desk.understands()
    assert len(request.load("2026-0001", BOSTON).transmissions) == 1
    waits = desk.waits()
    assert [one.reason for one in waits] == ["near match"]
    assert waits[0].candidates == ("2026-0001",)


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("memo", {"dob": "1"}, "no kind of request 'memo'"),
        ("phone", {"citizenship": "X"}, "no field 'citizenship'"),
        ("phone", {"asks_hold": "yes"}, "asks_hold: true or false, without quotes, belongs here"),
        ("phone", {"dob": True}, "dob: a text in quotes belongs here"),
        ("phone", {"dob": "07/04/61"}, "dob: write month/day/year, the year in four digits"),
        ("phone", {"dob": "07/04/2961"}, "dob: write month/day/year"),
        ("phone", {"dob": "07/04/2061"}, "A birth date is no day to come"),
        ("phone", {"form_date": "01/02/0026"}, "form_date: write month/day/year"),
        ("phone", {"form_date": "3/3/26"}, "form_date: write month/day/year"),
        ("phone", {"dob": "1" * 201}, "201 characters are too many"),
        ("phone", {"asks_hold": True}, "Nothing was entered"),
        ("i247a", {"officer_sig": True}, "no field 'officer_sig'"),
    ],
)
def test_an_entry_that_can_not_be_taken_says_why(kind: str, fields: dict[str, str | bool], says: str) -> None:
    with pytest.raises(EntryError, match=says):
        Entry(kind, fields)


@pytest.mark.parametrize(
    "tail", [b"", b"1", b'"kind":"phone","fields":[]}', b'"kind":"phone","fields":{}}', b"[" * 90_000]
)
def test_an_entry_that_was_damaged_waits_for_a_person(desk: Desk, tail: bytes) -> None:
    data = display.ENTRY_START + tail
    assert isinstance(entry.read(data), Unreadable)
    desk.gets(data)
    desk.understands()
    assert [one.reason for one in desk.waits()] == ["unreadable"]
