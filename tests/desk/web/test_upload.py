"""Upload goes through intake's one door: acknowledged only when kept, and the same form sent twice is one delivery."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from detainerdesk.intake import store
from detainerdesk.intake.models import Transmission
from tests.desk.web.conftest import BOSTON, Desk, delacroix


@pytest.fixture
def officer(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def key(client: Client) -> str:
    return re.search(r'name="delivery" value="([0-9a-f]{32})"', client.get("/upload").content.decode()).group(1)  # type: ignore[union-attr]


def send(client: Client, data: bytes, delivery: str, name: str = "<b>fax</b>.pdf"):  # type: ignore[no-untyped-def]
    return client.post("/upload", {"paper": SimpleUploadedFile(name, data), "delivery": delivery}, follow=True)


def test_rel_1_an_uploaded_paper_is_kept_and_its_receipt_shown(officer: Client) -> None:
    got = send(officer, delacroix(), key(officer))
    sent = Transmission.objects.get()
    assert f"Receipt {sent.receipt}" in got.content.decode()
    assert (sent.channel, sent.agency, sent.station) == ("upload", BOSTON, "D-4")
    assert store.get(sent.document_id) == delacroix()


def test_the_same_form_sent_twice_is_one_delivery(officer: Client) -> None:
    delivery = key(officer)
    send(officer, delacroix(), delivery)
    send(officer, delacroix(), delivery)
    assert Transmission.objects.count() == 1


def test_the_same_form_with_another_file_is_a_delivery_of_its_own(officer: Client) -> None:
    """After a mistake with one file, the others and it can be sent again in any order: none is doubled, and none takes another's receipt."""
    delivery = key(officer)
    send(officer, delacroix(), delivery)
    send(officer, delacroix() + b" ", delivery)
    send(officer, delacroix(), delivery)
    assert [one.document.size for one in Transmission.objects.all()] == [len(delacroix()), len(delacroix()) + 1]


def test_an_empty_file_is_kept_too(officer: Client) -> None:
    assert send(officer, b"", key(officer)).status_code == 200
    assert Transmission.objects.get().document.size == 0


def test_in_1_a_file_over_the_limit_is_refused_in_the_same_breath(officer: Client, settings: object) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    got = send(officer, delacroix(), key(officer))
    assert got.status_code == 422
    assert "25 MB at most" in got.content.decode()
    assert not Transmission.objects.exists()
