"""The administrator makes keys for programs and revokes them, with the password again; a token is shown once and is kept nowhere."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from detainerdesk.desk.models import ApiKey, KeyRefused
from tests.desk.web.conftest import BOSTON, PASSWORD, Desk
from tests.desk.web.test_api import Program, make


@pytest.fixture
def admin(desk: Desk, client: Client) -> Client:
    client.force_login(desk.account("root", "admin", station="").user)
    return client


def test_a_key_that_was_made_works_and_its_token_is_shown_once(admin: Client) -> None:
    got = admin.post("/api-keys", {"name": "jail-system", "station": "D-4", "password": PASSWORD})
    (token,) = re.findall(r"ddk_[\w-]{43}", got.content.decode())
    assert Program(token).sends().status_code == 201
    again = admin.get("/api-keys").content.decode()
    assert token not in again
    assert "jail-system, D-4" in again
    assert "by Root" in again


def test_a_revoked_key_is_told_apart_and_opens_nothing(desk: Desk, admin: Client) -> None:
    token = make()
    key = ApiKey.objects.get()
    assert admin.post("/api-keys", {"revoke": key.pk, "password": "wrong"}).status_code == 422
    assert Program(token).sends().status_code == 201
    shown = admin.post("/api-keys", {"revoke": key.pk, "password": PASSWORD}, follow=True).content.decode()
    assert "Revoked: jail-system" in shown
    assert Program(token).sends().status_code == 401
    again = admin.post("/api-keys", {"revoke": key.pk, "password": PASSWORD})
    assert again.status_code == 422
    assert "revoked already" in again.content.decode()


@pytest.mark.parametrize("number", ["", "one", "99999", "٣", "-1"])
def test_a_key_that_is_not_there_is_not_revoked(admin: Client, number: str) -> None:
    got = admin.post("/api-keys", {"revoke": number, "password": PASSWORD})
    assert got.status_code == 422


def test_a_key_of_another_agency_is_neither_seen_nor_revoked(admin: Client) -> None:
    token = make("harris-jail", agency="us-tx-harris/sheriff")
    assert "harris-jail" not in admin.get("/api-keys").content.decode()
    admin.post("/api-keys", {"revoke": ApiKey.objects.get().pk, "password": PASSWORD})
    assert Program(token).sends().status_code == 201


@pytest.mark.parametrize("name", ["", "two words", "1st", "x" * 41, "jail\n", "fax-6175550101", "läm"])
def test_a_name_that_is_no_programs_is_refused_with_what_to_write(desk: Desk, admin: Client, name: str) -> None:
    got = admin.post("/api-keys", {"name": name, "station": "", "password": PASSWORD})
    assert (got.status_code, ApiKey.objects.count()) in ((422, 0), (200, 1 if name == "jail\n" else -1))
    with pytest.raises(KeyRefused, match="like jail-system"):
        ApiKey.make(name, BOSTON, "", by=None, at=desk.officer.user.date_joined)


def test_without_the_password_no_key_is_made(admin: Client) -> None:
    got = admin.post("/api-keys", {"name": "jail-system", "station": "", "password": "wrong"})
    assert got.status_code == 422
    assert "Password: it does not match" in got.content.decode()
    assert not ApiKey.objects.exists()


def test_acl_3_the_pages_of_the_administrator_name_no_case(desk: Desk, admin: Client) -> None:
    for path in ("/api-keys", "/channels", "/keys"):
        assert admin.get(path).status_code == 200
    assert admin.get("/board").status_code == 404
    assert admin.get("/entry").status_code == 404
