"""What goes wrong is said in plain words; the log says where, and never what a page held."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from tests.desk.web.conftest import Desk, delacroix


def test_a_failure_of_the_desk_is_told_and_logged_without_what_it_held(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("DELACROIX, Luis Antonio, A000 000 001")

    monkeypatch.setattr("detainerdesk.desk.views.board.page.board", fails)
    client = Client(raise_request_exception=False)
    client.force_login(desk.officer.user)
    with caplog.at_level(logging.ERROR, "detainerdesk.desk"):
        got = client.get("/board")
    assert got.status_code == 500
    assert "Nothing half done was saved" in got.content.decode()
    said = [record.getMessage() for record in caplog.records if record.name == "detainerdesk.desk"]
    assert "failed: RuntimeError at" in said[0]
    assert "views/board.py" in said[0]
    assert "DELACROIX" not in said[0]


@pytest.mark.parametrize("version", ["", "one", "-1", "99999999999999999999"])
def test_a_form_without_a_real_version_saves_nothing(desk: Desk, client: Client, version: str) -> None:
    number = desk.paper(delacroix())
    client.force_login(desk.officer.user)
    got = client.post(f"/requests/{number}/answer", {"question": "same_person", "value": "same", "version": version})
    assert got.status_code in (409, 422)
    assert desk.state(number).version == 1


@pytest.mark.parametrize(
    ("question", "value", "moment"),
    [
        ("same_person", "maybe", ""),
        ("no_such_question", "x", ""),
        ("release_ground", "bail_or_ROR", ""),
        ("release_ground", "bail_or_ROR", "yesterday"),
        ("ask", "{not json", ""),
        ("ask", '{"person.nationality": "FR"}', ""),
    ],
)
def test_an_answer_that_is_none_is_refused_with_what_to_do(
    desk: Desk, client: Client, question: str, value: str, moment: str
) -> None:
    number = desk.paper(delacroix())
    client.force_login(desk.officer.user)
    sent = {"question": question, "value": value, "moment": moment, "version": 1}
    got = client.post(f"/requests/{number}/answer", sent)
    assert got.status_code == 422
    assert 'role="alert"' in got.content.decode()
    assert desk.state(number).version == 1


def test_a_hold_that_the_law_as_encoded_gives_no_ground_for_has_no_button_and_is_refused(
    desk: Desk, client: Client
) -> None:
    number = desk.paper(delacroix())
    client.force_login(desk.officer.user)
    assert "Record: hold" not in client.get(f"/requests/{number}").content.decode()
    got = client.post(f"/requests/{number}/record", {"act": "hold", "version": 1})
    assert got.status_code == 422
    assert "gives no ground to keep this person" in got.content.decode()
    assert desk.state(number).version == 1
