"""A paper that is text is read on its page, as text whatever is written in it; it is downloaded as text, and what it asks can be typed in."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk, Screen, delacroix
from tests.intake.clamd import EICAR, clamd

ASKS = "Please hold DELACROIX, Luis.\n<img src=x onerror=alert(1)> <b>Call</b> 617-555-0101.\n"
LIST = b"Booking;Name;Born\n=1+1;DELACROIX, Luis;12/25/1982\n"


@pytest.fixture
def officer(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def came(data: bytes, channel: str = "folder") -> str:
    """Returns the paper that waits."""
    receive(data, Envelope(channel, BOSTON, "D-4", "asks.txt", timezone.now(), "one"))
    understand_all()
    last = Transmission.objects.order_by("receipt").last()
    assert last is not None
    return str(last.document_id)


def mail(subtype: str = "plain") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "ice@example.gov", "d4@bpd.example", "<1@example.gov>"
    message.set_content(ASKS, subtype=subtype)
    return message.as_bytes()


def text_on(page: str) -> str:
    found = re.search(r'<pre class="paper__text">(.*?)</pre>', page, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize("data", [mail(), ASKS.encode()])
def test_web_4_a_text_stands_on_its_page_as_plain_text(data: bytes, officer: Client) -> None:
    shown = text_on(officer.get(f"/waiting/{came(data, 'mail')}").content.decode())
    assert "Please hold DELACROIX, Luis." in shown
    assert "&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;Call&lt;/b&gt; 617-555-0101." in shown


def test_a_mail_in_html_shows_its_words(officer: Client) -> None:
    shown = text_on(officer.get(f"/waiting/{came(mail('html'), 'mail')}").content.decode())
    assert " ".join(shown.split()) == "Please hold DELACROIX, Luis. Call 617-555-0101."


def test_a_mail_without_a_form_leads_to_the_entry_of_a_message(officer: Client) -> None:
    page = officer.get(f"/waiting/{came(mail(), 'mail')}").content.decode()
    assert 'href="/entry?kind=email"' in page
    assert officer.get("/entry?kind=email").status_code == 200


def test_who_types_nothing_in_is_not_led_there(desk: Desk, client: Client) -> None:
    client.force_login(desk.account("tran", "auditor", station="").user)
    page = client.get(f"/waiting/{came(mail(), 'mail')}").content.decode()
    assert "Please hold DELACROIX" in text_on(page)
    assert "/entry" not in page


def test_a_list_that_was_not_read_stands_on_its_page(officer: Client) -> None:
    page = officer.get(f"/waiting/{came(LIST)}").content.decode()
    assert text_on(page) == LIST.decode().rstrip("\n")
    assert 'href="/entry"' in page


@pytest.mark.parametrize(
    ("data", "ending"), [(mail(), "txt"), (LIST, "txt"), (ASKS.encode(), "txt"), (b"\x00\x01 no text", "bin")]
)
def test_what_is_text_is_downloaded_as_text(data: bytes, ending: str, officer: Client) -> None:
    document = came(data, "mail")
    got = officer.get(f"/waiting/{document}/original")
    assert got["Content-Disposition"] == f'attachment; filename="paper-{document[:16]}.{ending}"'
    assert got["Content-Type"] == "application/octet-stream"


def test_in_4_a_text_that_the_scan_holds_back_is_not_shown(officer: Client, data_folder: Path) -> None:
    with clamd() as scanner:
        scanner.set_up(data_folder)
        page = officer.get(f"/waiting/{came(EICAR + b' Please hold DELACROIX')}").content.decode()
    assert "held back" in page or "nobody opens it" in page
    assert "Please hold" not in page


def test_a_desk_officer_is_told_who_can_set_a_paper_aside(desk: Desk, officer: Client) -> None:
    document = came(mail(), "mail")
    said = "Records or a supervisor can set it aside."
    assert said in officer.get(f"/waiting/{document}").content.decode()
    officer.force_login(desk.account("ruiz", "supervisor", station="").user)
    assert said not in officer.get(f"/waiting/{document}").content.decode()


def test_a_text_that_was_attached_to_a_request_is_downloaded_from_its_page(desk: Desk, officer: Client) -> None:
    number, document = desk.paper(delacroix()), came(mail(), "mail")
    officer.post(f"/waiting/{document}/settle", {"act": "attach", "number": number})
    page = officer.get(f"/requests/{number}").content.decode()
    assert f'href="/requests/{number}/originals/{document}">Download' in page
    assert officer.get(f"/requests/{number}/originals/{document}").status_code == 200


@pytest.mark.browser
def test_a_text_is_read_beside_what_becomes_of_it(screen: Screen) -> None:
    document = came(mail(), "mail")
    screen.open(f"waiting/{document}")
    text, choice = screen.page.locator(".paper__text"), screen.page.get_by_text("Attach to request number:")
    assert text.is_visible()
    beside, left = text.bounding_box(), choice.bounding_box()
    assert beside is not None
    assert left is not None
    assert beside["x"] > left["x"] + left["width"]
    screen.press("i")
    assert screen.page.url.endswith("/entry?kind=email")
    assert screen.complaints == []
