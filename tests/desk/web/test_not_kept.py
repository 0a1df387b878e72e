"""What can't be kept is told in the same words by every way into the desk: what failed, where, what to do. The faults are real: a disk that has no room,
SQLite's own full database, another program's lock. (The disk's error is given at the system's call.)"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from detainerdesk.desk.views.not_kept import why
from detainerdesk.intake import store
from detainerdesk.intake.models import Transmission
from tests.desk.web import test_entry, test_upload_several
from tests.desk.web.conftest import Desk
from tests.desk.web.test_api import Program, another_writes, make

Door = Callable[[], Any]


@pytest.fixture(params=["upload", "entry", "api"])
def door(request: pytest.FixtureRequest, desk: Desk, client: Client) -> Door:
    """Sends one paper, the same each time."""
    if request.param == "api":
        return Program(make()).sends
    client.force_login(desk.officer.user)
    if request.param == "entry":
        told = test_entry.form(client)
        return lambda: client.post("/entry", told)
    delivery = test_upload_several.key(client)
    return lambda: test_upload_several.send(client, ("one.pdf", b"%PDF-1"), delivery=delivery)


def says(answer: Any) -> str:
    """As a person or a program reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@contextmanager
def a_disk_that_fails(code: int) -> Iterator[None]:
    def fails(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(store.os, "fsync", fails)
        yield


@contextmanager
def a_full_database() -> Iterator[None]:
    """SQLite may take no page more; what is free in its pages soon is not. Pages that earlier tests left free are given back first."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


FAULTS = {
    "no room for the bytes": (
        lambda: a_disk_that_fails(errno.ENOSPC),
        507,
        "No room is left on the disk with the papers. It was not kept. Keep it. Tell whoever keeps this installation to make room",
    ),
    "an error of the disk": (
        lambda: a_disk_that_fails(errno.EIO),
        500,
        "The disk with the papers failed. It was not kept. Keep it. Tell whoever keeps this installation",
    ),
    "another program's lock": (
        another_writes,
        503,
        "The desk's database is busy or can't be reached. It was not kept. Send it again.",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_rel_5_the_same_fault_has_the_same_words_and_status_by_every_way_in(what: str, door: Door) -> None:
    fault: Callable[[], AbstractContextManager[None]]
    fault, status, words = FAULTS[what]
    with fault():
        got = door()
    assert got.status_code == status
    assert words in says(got)
    assert not Transmission.objects.exists()
    assert door().status_code in (200, 201, 302), "and the same again is kept"
    assert Transmission.objects.count() == 1


def test_rel_5_a_program_hears_what_where_what_to_do_and_when(desk: Desk) -> None:
    program = Program(make())
    with another_writes():
        got = program.sends()
    assert got["Retry-After"] == "30"
    assert set(got.json()) == {"says", "what", "where", "do"}
    assert got.json()["where"] == "the disk with the database"
    assert got.json()["do"].endswith("same Idempotency-Key.")
    with a_disk_that_fails(errno.ENOSPC):
        got = program.sends()
    assert (got.status_code, got["Retry-After"], got.json()["where"]) == (507, "300", "the disk with the papers")


def test_rel_5_a_full_database_is_507_and_nothing_is_acknowledged(desk: Desk) -> None:
    program = Program(make())
    with a_full_database():
        answers = [program.sends(b"%d" % n, Idempotency_Key=f"delivery-{n}") for n in range(40)]
    full = [got for got in answers if got.status_code != 201]
    assert full
    assert {got.status_code for got in full} == {507}
    assert {got.json()["what"] for got in full} == {"No room is left on the disk with the database."}
    assert Transmission.objects.count() == len(answers) - len(full)


def test_rel_5_what_a_person_typed_is_still_there(desk: Desk, client: Client) -> None:
    client.force_login(desk.officer.user)
    told = test_entry.form(client)
    with a_disk_that_fails(errno.ENOSPC):
        got = client.post("/entry", told)
    assert "All that you typed is still here." in says(got)
    assert test_entry.CALL["subject_name"] in got.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("the connection is closed"), 503),
        (InterfaceError("connection already closed"), 503),
        (DatabaseError("database disk image is malformed"), 500),
    ],
)
def test_rel_5_a_connection_that_is_gone_comes_back_and_a_damaged_database_does_not(
    error: Exception, status: int
) -> None:
    assert why(error).status == status


def test_log_2_the_log_says_where_it_failed_and_nothing_of_the_paper(caplog: pytest.LogCaptureFixture) -> None:
    try:
        sqlite3.connect(":memory:").execute("SELECT DELACROIX")
    except sqlite3.Error as error:
        broken = OperationalError(str(error))
        broken.__cause__ = error
    assert why(broken).status == 500
    assert "DELACROIX" not in caplog.text + why(broken).says
