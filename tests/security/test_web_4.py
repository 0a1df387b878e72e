"""WEB-4: an original is a download of fixed type in a sandbox, wherever it is offered; what a page shows is our own picture of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake import store
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk, Screen

HOSTILE = b"<html><script>alert('FICTIONAL')</script></html>"


@pytest.fixture
def officer(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def test_web_4_a_page_that_would_run_in_a_browser_is_only_ever_downloaded(desk: Desk, officer: Client) -> None:
    receive(HOSTILE, Envelope("folder", BOSTON, "D-4", "page.html", timezone.now(), "one"))
    understand_all()
    document = Document.objects.get().sha256
    got = officer.get(f"/waiting/{document}/original")
    assert got.content == HOSTILE
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == f'attachment; filename="paper-{document[:16]}.txt"'
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert b"alert('FICTIONAL')" not in officer.get(f"/waiting/{document}").content
    assert officer.get(f"/waiting/{document}/pages/1.png").status_code == 404, "what can't be drawn has no picture"


def test_web_4_every_original_is_a_download_and_every_picture_is_ours(
    desk: Desk, officer: Client, everywhere: dict[str, str]
) -> None:
    originals = [place for written, place in everywhere.items() if "original" in written]
    pictures = [place for written, place in everywhere.items() if written.endswith(".png")]
    drawn = {place: got for place in pictures if (got := officer.get(place)).status_code == 200}
    assert (len(originals), len(pictures), len(drawn)) == (2, 4, 3), (
        "the waiting paper here is no form: it has no field to cut out"
    )
    for place in originals:
        got = officer.get(place)
        assert got["Content-Disposition"].startswith("attachment; "), place
        assert got["Content-Type"] == "application/octet-stream"
        assert got["Content-Security-Policy"].endswith("; sandbox")
    for got in drawn.values():
        assert got["Content-Type"] == "image/png"
        assert got.content.startswith(b"\x89PNG")
        assert got.content not in [store.get(document.sha256) for document in Document.objects.all()]


def test_web_4_no_page_shows_an_original(desk: Desk, officer: Client, everywhere: dict[str, str]) -> None:
    shown = 0
    for place in everywhere.values():
        got = officer.get(place)
        if "html" not in got.headers.get("Content-Type", ""):
            continue
        sources = re.findall(
            r'<(?:img|source|iframe|object|embed|video|audio)[^>]*?(?:src|data)="([^"]+)"', got.content.decode()
        )
        shown += len(sources)
        assert [
            one
            for one in sources
            if not re.fullmatch(
                r"/(?:requests|waiting)/.+/pages/(?:.+/)?\d+\.png|/.+/papers/\d+/\w+/crop\.png", one.split("?")[0]
            )
        ] == []
    assert shown > 0


@pytest.mark.browser
def test_web_4_a_browser_saves_an_original_and_does_not_open_it(
    desk: Desk, everywhere: dict[str, str], screen: Screen
) -> None:
    screen.open("board")
    with screen.page.expect_download() as saved:
        screen.page.evaluate(f"window.location.href = '{everywhere['requests/NUMBER/originals/DOCUMENT']}'; 0")
    assert re.fullmatch(r"paper-[0-9a-f]{16}\.bin", saved.value.suggested_filename)
    assert screen.page.url.endswith("/board")
