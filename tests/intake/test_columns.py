"""A jail's own list becomes requests by a column map; a row or a file that does not fit waits for a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from msgspec.structs import replace

from detainerdesk.intake import columns, request
from detainerdesk.intake.columns import OWN, Columns, ColumnsError
from detainerdesk.intake.reading.fields import Reading, Unreadable
from tests.intake.made import BOSTON, Desk

JAIL = {
    "columns": {
        "subject_name": "Inmate",
        "dob": "DOB",
        "file_no": "Alien No",
        "form_date": "Lodged",
        "cancel_prior": "Lifted",
    },
    "kind_column": "Form",
    "kinds": {"247A": "i247a", "247N": "i247n"},
    "dates": "%d-%b-%Y",
}
LIST = b"""Form;Inmate;DOB;Alien No;Lodged;Lifted;Cell
247A;"SILVA, Marcos";04-Jul-1977;A000 000 002;03-Mar-2026;N;12
247N;"OKORO, Ada";01-Jan-1990;A000 000 003;04-Mar-2026;;14
"""


@pytest.fixture
def jail() -> Path:
    return keep(JAIL)


def keep(said: object, name: str = "county.json") -> Path:
    folder = Path(settings.DATA) / columns.FOLDER
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return folder / name


@pytest.mark.usefixtures("jail")
def test_each_row_is_a_request(desk: Desk) -> None:
    desk.gets(LIST)
    desk.understands()
    silva, okoro = (request.load(number, BOSTON) for number in ("2026-0001", "2026-0002"))
    assert (silva.papers[0].kind, silva.papers[0].fields["dob"].value) == ("i247a", "07/04/1977")
    assert (okoro.papers[0].kind, okoro.papers[0].pages) == ("i247n", (3,))
    assert desk.waits() == ()


@pytest.mark.usefixtures("jail")
def test_a_row_by_list_and_by_fax_is_one_request(desk: Desk) -> None:
    desk.gets(LIST)
    desk.gets(LIST.replace(b"OKORO, Ada", b"OKORO, ADA"), station="B-2")
    desk.understands()
    assert len(request.load("2026-0001", BOSTON).transmissions) == 2


@pytest.mark.usefixtures("jail")
@pytest.mark.parametrize(
    "row",
    [
        b'247X;"SILVA, Marcos";04-Jul-1977;A000 000 002;03-Mar-2026;N;12',
        b'247A;"SILVA, Marcos";04-Jul-1977',
        b"247A;;04-Jul-1977;;03-Mar-2026;N;1",
    ],
)
def test_a_row_that_can_not_be_taken_waits_for_a_person(desk: Desk, row: bytes) -> None:
    desk.gets(LIST.splitlines()[0] + b"\n" + row + b"\n")
    desk.understands()
    assert [one.reason for one in desk.waits()] == ["no form"]


@pytest.mark.usefixtures("jail")
def test_a_cell_that_reads_as_no_date_is_for_a_person_and_not_guessed(desk: Desk) -> None:
    read = columns.read(LIST.replace(b"03-Mar-2026", b"soon"), columns.maps(Path(settings.DATA)))
    assert isinstance(read, Reading)
    issued = read.papers[0].fields["form_date"]
    assert (issued.state, issued.accepted, issued.value) == ("unreadable", False, None)


DAY_FIRST = Columns({"subject_name": "N", "form_date": "Issued", "dob": "Born"}, dates="%d/%m/%Y")


def day(cell: str, name: str = "form_date", by: Columns = DAY_FIRST) -> str | None:
    """What a cell of this field's column is taken for; None: a person must look."""
    other = "01/02/1990"
    issued, born = (cell, other) if name == "form_date" else (other, cell)
    read = columns.read(f"N,Issued,Born\nSILVA,{issued},{born}\n".encode(), [by])
    assert isinstance(read, Reading)
    field = read.papers[0].fields[name]
    assert (field.state, field.accepted) in (("shown", True), ("unreadable", False))
    return str(field.value) if field.accepted else None


def test_a_date_is_read_in_the_order_that_the_map_says_and_in_no_other() -> None:
    assert day("03/04/2026") == day("03/04/2026 13:05") == day("2026-04-03") == day("2026-04-03 13:05") == "04/03/2026"
    assert day("12/25/2026") is None
    assert day("25 December 2026") is None


def test_a_year_is_never_made_up() -> None:
    assert day("03/04/26") is None
    assert day("03/04/0026") is None
    assert day("25/12/60", "dob") is None
    assert day("25/12/2060", "dob") is None


def test_where_the_map_says_two_digits_a_birth_date_is_no_day_to_come() -> None:
    short = replace(DAY_FIRST, dates="%d/%m/%y")
    assert day("25/12/60", "dob", short) == "12/25/1960"
    assert day("03/04/26", "form_date", short) == "04/03/2026"


def test_a_list_in_which_a_title_that_is_meant_stands_twice_waits_whole() -> None:
    read = columns.read(b"N,Issued,Born,Issued\nSILVA,01/02/2026,01/02/1990,05/06/2026\n", [DAY_FIRST])
    assert isinstance(read, Unreadable)
    assert "Several columns of this list are titled Issued" in read.says
    assert isinstance(columns.read(b"N,Issued,Born,X,X\nSILVA,01/02/2026,01/02/1990,1,2\n", [DAY_FIRST]), Reading)


def test_a_list_of_two_columns_is_a_list(desk: Desk) -> None:
    keep({"columns": {"subject_name": "Inmate", "dob": "DOB"}})
    desk.gets(b'Inmate,DOB\r\n"SILVA, Marcos",07/04/1977\r\n"OKORO, Ada",01/01/1990\r\n')
    desk.understands()
    assert [request.load(number, BOSTON).papers[0].pages for number in ("2026-0001", "2026-0002")] == [(2,), (3,)]


def test_our_own_titles_need_no_map(desk: Desk) -> None:
    desk.gets(
        b"subject_id,event_no,file_no,form_date,subject_name,dob,from_office\r\n555000111,,,2026-03-03,SILVA,1977-07-04,ERO\r\n"
    )
    desk.understands()
    assert request.load("2026-0001", BOSTON).papers[0].fields["form_date"].value == "03/03/2026"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (LIST, "No column map fits"),
        (b"a,b\n\x81\x8d,\x90\n", "not in UTF-8"),
        (b'subject_id,b\n"1,2\n', "stray quote|breaks off"),
        (b"subject_id,event_no,file_no,form_date,subject_name,dob,from_office\n,,,,,,\n", "no rows"),
    ],
)
def test_a_list_that_can_not_be_taken_waits_whole(data: bytes, says: str) -> None:
    read = columns.read(data, (OWN,))
    assert isinstance(read, Unreadable)
    assert any(one in read.says for one in says.split("|"))


def test_more_rows_than_are_read_at_once_are_kept_and_not_half_read() -> None:
    titles = ",".join(OWN.columns)
    read = columns.read((titles + "\n" + f"{'1,' * 6}x\n" * (columns.MOST_ROWS + 1)).encode(), (OWN,))
    assert isinstance(read, Unreadable)
    assert "Send it in parts" in read.says


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{", "truncated"),
        ({"columns": {"subject_name": "N"}, "colour": "red"}, "colour"),
        ({"columns": {"subject_name": "N"}, "kind": "memo"}, "'memo' is no kind"),
        ({"columns": {"subject_name": "N", "colour": "C"}}, "no field is named 'colour'"),
        ({"columns": {"dob": "N"}}, "name a column for one of"),
        ({"columns": {"subject_name": "N"}, "kind_column": "F"}, "belong together"),
        ({"columns": {"subject_name": "N"}, "dates": "%d/%m"}, "'%d/%m' names no day"),
        ({"columns": {"subject_name": "N"}, "dates": "dd.mm.yyyy"}, "with day, month and year"),
    ],
)
def test_a_wrong_map_says_its_file_and_what_belongs_there(desk: Desk, said: object, says: str) -> None:
    file = keep(said)
    with pytest.raises(ColumnsError, match=says) as raised:
        columns.load(file)
    assert file.name in str(raised.value)
    desk.gets(LIST)
    desk.understands()
    assert "a column map is wrong" in desk.waits()[0].why
