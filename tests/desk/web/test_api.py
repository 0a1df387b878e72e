"""Papers by programs: acknowledged only when kept, exactly once for a delivery key, refused in JSON, by a key alone and never by a session."""

from __future__ import annotations

import errno
import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from detainerdesk.desk.models import ApiKey
from detainerdesk.intake import entry, receipts, store
from detainerdesk.intake.door import LARGEST_FILE
from detainerdesk.intake.models import ChannelFault, Document, SenderReceipt, Transmission
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.desk.web.conftest import BOSTON, Desk, delacroix

TEXAS = "us-tx-harris/sheriff"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def make(name: str = "jail-system", *, agency: str = BOSTON, station: str = "D-4") -> str:
    """The token of a new key."""
    return ApiKey.make(name, agency, station, by=None, at=datetime.now(UTC))[1]


@pytest.fixture
def token(desk: Desk) -> str:
    return make()


class Program:
    """A program that speaks to the desk, with a key, from where no cookie is."""

    def __init__(self, token: str) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "delivery-1"}

    def sends(self, data: bytes = b"%PDF-1.7 FICTIONAL", path: str = "/api/papers", **headers: str) -> Any:
        sent = {name: value for name, value in {**self.headers, **_named(headers)}.items() if value}
        return self.client.generic("POST", path, data, "application/octet-stream", headers=sent)

    def states(self, told: object, **headers: str) -> Any:
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.sends(data, "/api/entries", **headers)

    def asks(self, number: object) -> Any:
        return self.client.get(f"/api/receipts/{number}", headers=self.headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def program(token: str) -> Program:
    return Program(token)


def test_rel_1_a_paper_is_acknowledged_with_its_receipt_after_it_is_kept(program: Program) -> None:
    got = program.sends(delacroix(), File_Name="fax%20%C3%A9.pdf")
    row = Transmission.objects.get()
    assert got.status_code == 201
    assert got["Location"] == f"/api/receipts/{row.receipt}"
    assert got.json() == {
        "receipt": row.receipt,
        "for_sender": None,
        "station": "D-4",
        "received_at": row.received_at.isoformat(),
        "acknowledged_at": row.acknowledged_at.isoformat(),
        "sha256": row.document_id,
        "bytes": len(delacroix()),
        "says": f"Kept. Receipt {row.receipt}.",
    }
    assert store.get(row.document_id) == delacroix()
    assert (row.channel, row.agency, row.station, row.name, row.sender) == (
        *("api", BOSTON, "D-4"),
        *("fax é.pdf", "jail-system"),
    )


def test_rel_3_the_same_delivery_again_has_the_same_receipt_and_is_no_second_one(program: Program) -> None:
    first, again = program.sends(), program.sends()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Transmission.objects.count() == 1


def test_rel_3_a_renewed_key_of_the_same_program_is_the_same_sender(program: Program) -> None:
    receipts.turn(BOSTON, True, actor="officer 1")
    first = program.sends()
    renewed = Program(make())
    assert renewed.sends().status_code == 200
    second = renewed.sends(b"another", Idempotency_Key="delivery-2")
    assert [first.json()["for_sender"], second.json()["for_sender"]] == [1, 2]
    assert renewed.asks(first.json()["receipt"]).status_code == 200


def test_other_bytes_under_a_used_key_are_not_acknowledged(program: Program) -> None:
    program.sends()
    got = program.sends(b"other bytes")
    assert got.status_code == 409
    assert "with a key of their own" in got.json()["says"]
    assert Transmission.objects.count() == 1


def test_the_senders_own_number_is_told_where_counsel_turned_receipts_on(program: Program) -> None:
    receipts.turn(BOSTON, True, actor="officer 1")
    got = program.sends().json()
    assert got["for_sender"] == 1
    assert "transmission 1 from you arrived" in got["says"]
    assert SenderReceipt.objects.get().sender == "jail-system"
    assert program.asks(got["receipt"]).json() == got


def test_a_receipt_is_read_by_its_own_program_only(desk: Desk, program: Program) -> None:
    number = program.sends().json()["receipt"]
    desk.paper(delacroix())
    fax = Transmission.objects.exclude(receipt=number).get().receipt
    others = [Program(make(name)) for name in ("Jail-System", "other")] + [Program(make(agency=TEXAS))]
    missing = program.asks(9999)
    assert missing.status_code == 404
    assert program.asks(number).status_code == 200
    for got in (*(one.asks(number) for one in others), program.asks(fax), program.asks("1e3"), program.asks("٣")):
        assert (got.status_code, got.json()) == (404, missing.json())


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic TOKEN", "TOKEN", "Bearer TOKEN TOKEN"])
def test_without_a_right_key_nothing_is_kept(program: Program, token: str, header: str) -> None:
    got = program.sends(Authorization=header.replace("TOKEN", token))
    assert got.status_code == 401
    assert got["WWW-Authenticate"].startswith("Bearer")
    assert "API key" in got.json()["says"]
    assert not Document.objects.exists()


def test_a_revoked_key_opens_nothing(program: Program) -> None:
    program.sends()
    ApiKey.objects.get().revoke(by=None, at=datetime.now(UTC))
    assert program.sends().status_code == 401
    assert program.asks(1).status_code == 401


def test_a_session_is_no_key_and_a_key_makes_no_session(desk: Desk, program: Program) -> None:
    program.client.force_login(desk.account("boss", "supervisor").user)
    assert program.sends(Authorization="").status_code == 401
    fresh, sessions = Program(make("other")), Session.objects.count()
    for got in (fresh.sends(), fresh.asks(1), fresh.sends(Authorization="")):
        assert not got.cookies
    assert Session.objects.count() == sessions
    assert fresh.client.get("/board", headers=fresh.headers).status_code == 302


def test_only_the_hash_of_a_token_is_kept(token: str) -> None:
    row = ApiKey.objects.get()
    kept = "".join(str(getattr(row, field.name)) for field in ApiKey._meta.fields)
    assert token not in kept
    assert len(token) >= 43
    told = "".join(str(one.event.to_bytes()) for one in ledger.entries())
    assert token not in told
    assert row.sha256 not in told
    assert [one.event.kind for one in ledger.entries()][-1:] == ["api_key.made"]


def test_making_and_revoking_a_key_stand_in_the_ledger(desk: Desk) -> None:
    key, _ = ApiKey.make("jail-system", BOSTON, "", by=desk.officer, at=datetime.now(UTC))
    key.revoke(by=None, at=datetime.now(UTC))
    made, revoked = (one.event for one in ledger.entries() if one.event.kind.startswith("api_key."))
    assert (made.kind, made.actor, dict(made.facts)) == (
        "api_key.made",
        f"officer {desk.officer.pk}",
        {"station": "all"},
    )
    assert (revoked.kind, revoked.actor) == ("api_key.revoked", "command line")


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"Idempotency_Key": ""}, 400, "Idempotency-Key"),
        ({"Idempotency_Key": "two words"}, 400, "Idempotency-Key"),
        ({"Idempotency_Key": "k" * 121}, 400, "Idempotency-Key"),
        ({"Station": "B-2"}, 403, "station D-4 only"),
        ({"Transfer_Encoding": "chunked"}, 411, "Content-Length"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_kept(
    program: Program, headers: dict[str, str], status: int, says: str
) -> None:
    got = program.sends(**headers)
    assert (got.status_code, list(got.json())) == (status, ["says"])
    assert says in got.json()["says"]
    assert not Document.objects.exists()


def test_a_key_for_any_station_must_say_which(desk: Desk) -> None:
    program = Program(make(station=""))
    assert program.sends().status_code == 400
    assert program.sends(Station="B-2").json()["station"] == "B-2"


def test_a_station_that_nobody_here_has_is_taken_and_both_sides_are_warned(desk: Desk) -> None:
    """A paper is never refused for a slip in a name; but it lies where few look."""
    program = Program(make(station=""))
    got = program.sends(Station="d-4")
    assert (got.status_code, got.json()["station"]) == (201, "d-4")
    assert "is of a station d-4: see whether its name is written right" in got.json()["says"]
    assert program.sends(Station="d-4").json() == got.json() == program.asks(got.json()["receipt"]).json()
    assert "written right" not in program.sends(b"another", Station="D-4", Idempotency_Key="delivery-2").json()["says"]
    (fault,) = ChannelFault.objects.all()
    assert (fault.agency, fault.channel, fault.station) == (BOSTON, "api", "d-4")
    assert fault.says.startswith("jail-system: No officer and no line here")


def test_a_station_is_known_by_its_line_and_by_papers_that_came_another_way(desk: Desk, data_folder: Path) -> None:
    desk.paper(delacroix(), station="B-2")
    line = {"agency": BOSTON, "channel": "mail", "station": "C-6"}
    (data_folder / "lines.json").write_text(json.dumps({"lines": [line]}))
    program = Program(make(station=""))
    for station in ("B-2", "C-6"):
        assert "written right" not in program.sends(Station=station, Idempotency_Key=station).json()["says"]


def test_where_no_station_was_set_up_none_is_called_wrong(desk: Desk) -> None:
    desk.officer.station = ""
    desk.officer.save()
    assert Program(make(station="")).sends(Station="D-4").json()["says"] == "Kept. Receipt 1."


@pytest.mark.parametrize("path", ["/api/papers/", "/api/entries/", "/api/receipts/1/", "/api/", "/api/reciepts/1"])
def test_an_address_that_is_not_there_is_said_in_json(program: Program, path: str) -> None:
    for got in (program.sends(path=path), program.client.get(path)):
        assert (got.status_code, list(got.json())) == (404, ["says"])
        assert "no slash at the end" in got.json()["says"]
    assert not Document.objects.exists()


def test_in_1_a_paper_of_25_mb_is_taken_and_one_byte_more_is_not(program: Program) -> None:
    got = program.sends(b"x" * (LARGEST_FILE + 1))
    assert got.status_code == 413
    assert "watched folder" in got.json()["says"]
    assert not Document.objects.exists()
    assert program.sends(b"x" * LARGEST_FILE).status_code == 201


def test_an_empty_body_is_refused(program: Program) -> None:
    program.headers["Content-Length"] = "0"
    assert program.sends(b"").status_code == 400
    assert not Document.objects.exists()


def test_rel_5_a_full_disk_is_507_and_nothing_is_acknowledged(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(store.os, "fsync", full)
        got = program.sends()
    assert got.status_code == 507
    assert got.json()["says"].startswith("No room is left")
    assert not Transmission.objects.exists()
    assert program.sends().status_code == 201


def test_rel_5_a_failing_disk_is_500_and_says_what_to_check(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(store.os, "fsync", fails)
    got = program.sends()
    assert got.status_code == 500
    assert "the disk and the log must be looked at" in got.json()["says"]
    assert not Transmission.objects.exists()


@contextmanager
def another_writes() -> Iterator[None]:
    """Another process holds the database's write lock, longer than this one waits."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=100")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout=30000")


def test_rel_5_a_locked_database_is_503_and_the_same_delivery_succeeds_later(program: Program) -> None:
    with another_writes():
        got = program.sends()
        assert got.status_code == 503
        assert int(got["Retry-After"]) > 0
        assert "same Idempotency-Key" in got.json()["says"]
    assert program.sends().status_code == 201
    assert Transmission.objects.count() == 1


def test_a_fault_of_the_desk_is_json_too_and_tells_nothing_of_what_was_sent(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("DELACROIX")

    monkeypatch.setattr("detainerdesk.intake.door.ledger.append", broken)
    got = program.sends()
    assert (got.status_code, list(got.json())) == (500, ["says"])
    assert "DELACROIX" not in got.content.decode() + caplog.text
    assert "RuntimeError at" in caplog.text
    assert not Transmission.objects.exists()


def test_web_1_every_answer_carries_the_headers(program: Program) -> None:
    answers = [program.sends(), program.sends(b"other"), program.sends(Authorization=""), program.asks(1)]
    answers += [program.client.get("/api/papers"), program.client.put("/api/receipts/1"), program.states([])]
    for got in answers:
        assert {name: got.headers.get(name) for name in ALWAYS} == ALWAYS, got.status_code
        assert "default-src 'none'" in got["Content-Security-Policy"]
        assert got["Content-Type"] == "application/json"
    assert [got.status_code for got in answers] == [201, 409, 401, 200, 405, 405, 422]


# ---- entries and lists -----------------------------------------------------------------------------------------------

CALL = {"kind": "phone", "fields": {"subject_name": "DELACROIX, Luis Antonio", "dob": "12/25/1982", "asks_hold": True}}


def test_an_entry_is_kept_as_the_same_entry_that_is_typed(program: Program) -> None:
    got = program.states(CALL)
    assert got.status_code == 201
    assert store.get(got.json()["sha256"]) == entry.to_bytes(entry.from_json(CALL))


@pytest.mark.parametrize(
    ("told", "status", "says"),
    [
        (b"{", 400, "no JSON"),
        (b"\xff", 400, "no JSON"),
        (b"[" * 60_000, 400, "no JSON"),
        ([], 422, "`kind` and `fields`"),
        ({"kind": "memo", "fields": {}}, 422, "no kind of request 'memo'"),
        ({"kind": "phone", "fields": {"citizenship": "X"}}, 422, "no field 'citizenship'"),
        (b'{"kind": "phone", "fields": {"dob": "01/02/1990", "dob": "01/03/1990"}}', 422, "'dob' stands twice"),
        (b'{"kind": "phone", "kind": "oral", "fields": {}}', 422, "'kind' stands twice"),
        ({"kind": "phone", "fields": {"asks_hold": "yes"}}, 422, "asks_hold: true or false, without quotes"),
        ({"kind": "phone", "fields": {"dob": "yesterday"}}, 422, "dob: write month/day/year"),
        ({"kind": "phone", "fields": {"dob": "12/25/60"}}, 422, "the year in four digits"),
        ({"kind": "phone", "fields": {"dob": "12/25/2060"}}, 422, "no day to come"),
        ({"kind": "phone", "fields": {"form_date": "01/02/0026"}}, 422, "form_date: write month/day/year"),
        ({"kind": "phone", "fields": {"subject_name": "A\u0000B"}}, 422, "one line"),
        ({"kind": "phone", "fields": {"subject_name": "A\ud800B"}}, 422, "one line"),
        ({"kind": "phone", "fields": {"subject_name": " "}}, 422, "Nothing was entered"),
        ({**CALL, "note": "come soon"}, 422, "'note'"),
    ],
)
def test_an_entry_that_can_not_be_taken_is_refused_with_what_to_do(
    program: Program, told: object, status: int, says: str
) -> None:
    got = program.states(told)
    assert got.status_code == status
    assert says in got.json()["says"]
    assert not Document.objects.exists()


def test_an_entry_over_its_limit_is_413(program: Program) -> None:
    assert program.states({"kind": "phone", "fields": {"subject_name": "x" * 70_000}}).status_code == 413


def test_a_list_opens_a_request_for_each_row(program: Program) -> None:
    rows = b"""subject_id,event_no,file_no,form_date,subject_name,dob,from_office
555000111,,A000 000 001,2026-03-03,"DELACROIX, Luis",1982-12-25,ERO Boston
555000222,,A000 000 002,2026-03-03,"SILVA, Marcos",1977-07-04,ERO Boston
"""
    assert program.sends(rows, File_Name="list.csv").status_code == 201
    understand_all()
    assert Transmission.objects.get().requests.count() == 2


# ---- over a real connection ------------------------------------------------------------------------------------------


def spoken(address: str, request: bytes, *, hang_up: bool = True) -> bytes:
    """Bytes on the wire, as a broken client sends them; what came back."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        line.sendall(request)
        if hang_up:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer


def head(token: str, *more: str) -> bytes:
    lines = ["POST /api/papers HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", "Idempotency-Key: wire"]
    return "\r\n".join([*lines, *more, "Connection: close", "", ""]).encode()


def test_rel_5_a_body_that_broke_off_is_not_acknowledged(live_server: Any, token: str) -> None:
    answer = spoken(live_server.url, head(token, "Content-Length: 1000") + b"%PDF-1.7 half")
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"broke off after 13 of 1000 bytes" in answer
    assert not Document.objects.exists()


def test_a_body_in_chunks_is_not_taken_for_an_empty_paper(live_server: Any, token: str) -> None:
    answer = spoken(live_server.url, head(token, "Transfer-Encoding: chunked") + b"5\r\n%PDF-\r\n0\r\n\r\n")
    assert b" 411 " in answer.split(b"\r\n")[0]
    assert not Document.objects.exists()


def test_a_paper_by_a_real_connection_is_kept_whole(live_server: Any, token: str) -> None:
    length = f"Content-Length: {len(delacroix())}"
    answer = spoken(live_server.url, head(token, length) + delacroix(), hang_up=False)
    assert b" 201 " in answer.split(b"\r\n")[0]
    assert b"set-cookie" not in answer.lower()
    assert store.get(Transmission.objects.get().document_id) == delacroix()
