"""Several papers at once, from a scanner or dropped: each has a receipt of its own, one that is not kept stops no other, and none is doubled."""

from __future__ import annotations

import base64
import errno
import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from detainerdesk.intake import store
from detainerdesk.intake.models import Transmission
from tests.desk.web.conftest import Desk, Screen, delacroix
from tests.desk.web.test_upload import key


@pytest.fixture
def officer(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def send(client: Client, *files: tuple[str, bytes], delivery: str = "", **more: str) -> Any:
    papers = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post("/upload", {"paper": papers, "delivery": delivery or key(client), **more})


def test_each_file_has_a_receipt_of_its_own(officer: Client) -> None:
    got = send(
        officer, ("one.pdf", b"%PDF-1"), ("two.tif", b"II*\x00"), ("list.csv", b"subject_id,dob,form_date\n1,2,3\n")
    )
    shown = got.content.decode()
    assert got.status_code == 200
    for row in Transmission.objects.all():
        assert f"Receipt {row.receipt}: {row.name}" in shown
    assert [row.document.type for row in Transmission.objects.all()] == ["application/pdf", "image/tiff", "text/csv"]


def test_the_same_files_sent_again_have_the_receipts_that_they_had(officer: Client) -> None:
    delivery = key(officer)
    files = ("one.pdf", b"%PDF-1"), ("two.pdf", b"%PDF-2")
    send(officer, *files, delivery=delivery)
    again = send(officer, *reversed(files), ("three.pdf", b"%PDF-3"), delivery=delivery).content.decode()
    assert [row.name for row in Transmission.objects.all()] == ["one.pdf", "two.pdf", "three.pdf"]
    assert "Receipt 1: one.pdf" in again
    assert "Receipt 2: two.pdf" in again


def test_in_2_a_file_that_is_too_large_is_told_and_the_others_are_kept(officer: Client, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    got = send(officer, ("large.pdf", b"x" * 1001), ("small.pdf", b"x" * 1000))
    shown = got.content.decode()
    assert got.status_code == 422
    assert "<strong>large.pdf</strong>: 25 MB at most" in shown
    assert "Receipt 1: small.pdf" in shown
    assert [row.document.size for row in Transmission.objects.all()] == [1000]


def test_in_1_more_than_a_message_may_hold_is_refused_as_a_whole_and_said(officer: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3000
    got = send(officer, ("one.pdf", b"x" * 2000), ("two.pdf", b"x" * 2000))
    assert got.status_code == 422
    assert got.content.decode().count("50 MB together are taken here") == 2
    assert not Transmission.objects.exists()


def test_a_full_disk_is_told_beside_the_file(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    delivery = key(officer)
    monkeypatch.setattr(store.os, "fsync", full)
    got = send(officer, ("one.pdf", b"%PDF-1"), delivery=delivery)
    assert got.status_code == 507
    assert "one.pdf</strong>: No room is left" in got.content.decode()


def test_who_has_no_station_chooses_one_and_it_stays_chosen(desk: Desk, client: Client) -> None:
    client.force_login(desk.account("okafor", "records", station="").user)
    assert "Station: choose" in send(client, ("a.pdf", b"%PDF")).content.decode()
    shown = send(client, ("a.pdf", b"%PDF"), station="D-4").content.decode()
    assert Transmission.objects.get().station == "D-4"
    assert '<option value="D-4" selected>' in shown


DROP = """([names, bytes]) => {
  const dropped = new DataTransfer();
  for (const name of names) dropped.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0)), name], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("[data-drop-here]").dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
  }
}"""


@pytest.mark.browser
def test_files_are_dropped_and_kept(desk: Desk, screen: Screen) -> None:
    screen.open("upload")
    data = base64.b64encode(delacroix()).decode()
    screen.page.evaluate(DROP, [["one.pdf", "two.pdf"], data])
    screen.page.evaluate(DROP, [["three.pdf"], data])
    assert screen.page.locator("[data-drop-list] li").count() == 3
    screen.click(screen.page.get_by_role("button", name="Keep what is chosen"))
    screen.page.wait_for_url("**/upload")
    screen.until("document.body.innerText.includes('Kept: 3')")
    assert "Receipt 2: two.pdf" in screen.page.locator("main").inner_text()
    assert screen.complaints == []


@pytest.mark.browser
def test_web_3_several_files_are_chosen_and_kept_without_scripts(desk: Desk, window: Any) -> None:
    plain = window(java_script_enabled=False)
    plain.sign_in()
    plain.open("upload")
    assert not plain.page.get_by_text("Or drop files here").is_visible()
    files = [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": b"%%PDF-%d" % n} for n in (1, 2)]
    plain.page.get_by_label("Papers").set_input_files(files)
    plain.click(plain.page.get_by_role("button", name="Keep what is chosen"))
    assert "Receipt 2: 2.pdf" in plain.page.locator("main").inner_text()
