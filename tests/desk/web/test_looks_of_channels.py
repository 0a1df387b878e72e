"""The pages for what comes in: WCAG 2.2 AA in every state, one column at 320 px, targets and text large enough, no complaint of the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from detainerdesk.desk.models import ApiKey
from detainerdesk.intake import receipts
from detainerdesk.intake.door import Envelope, receive
from tests.desk.web.conftest import BOSTON, NARROW, PASSWORD, Desk, Screen, delacroix
from tests.desk.web.test_channels import set_up, two_stations
from tests.desk.web.test_looks import check

__all__ = ["set_up", "two_stations"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("two_stations")]

WHO = {
    "boss": ("supervisor", ("board", "channels", "entry", "entry?kind=phone", "upload", "cover-sheet", "receipts")),
    "adler": ("counsel", ("receipts",)),
    "root": ("admin", ("channels", "api-keys", "keys")),
    "lima": ("desk_officer", ("channels", "entry?kind=i247a", "entry?kind=i247_old", "cover-sheet")),
}


@pytest.fixture
def people(desk: Desk) -> None:
    desk.paper(delacroix())
    receipts.turn(BOSTON, True, actor="officer 1")
    receive(b"mail", Envelope("mail", BOSTON, "D-4", "m.eml", timezone.now(), "m", "ERO <duty@ero.example>"))
    for name, (role, _) in WHO.items():
        if name != "lima":
            desk.account(name, role, station="")
    ApiKey.make("jail-system", BOSTON, "", by=desk.officer, at=datetime.now(UTC))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", [{"width": 1366, "height": 641}, NARROW], ids=["desk", "narrow"])
@pytest.mark.parametrize("who", WHO)
def test_acc_1_axe_finds_nothing_and_nothing_scrolls_sideways(
    window: Callable[..., Screen], who: str, size: dict[str, int]
) -> None:
    screen = window(viewport=size)
    screen.sign_in(who)
    for path in WHO[who][1]:
        screen.open(path)
        check(screen, path)
        small, narrow = screen.page.evaluate(MEASURE)
        assert (small, narrow) == ([], []), path
    assert screen.complaints == []


MEASURE = """() => {
  const shown = Array.from(document.querySelectorAll('body *')).filter(e => e.getClientRects().length && !e.closest('.sr-only, .usa-skipnav'));
  const text = shown.filter(e => Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()));
  const targets = shown.filter(e => e.matches('button, input:not([type=hidden]), select, textarea, summary') || (e.matches('a') && !e.closest('p, li li')));
  return [text.filter(e => parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80)),
          targets.filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))];
}"""


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", [{"width": 1366, "height": 641}, NARROW], ids=["desk", "narrow"])
def test_acc_1_nor_after_a_mistake_a_warning_or_what_was_done(
    desk: Desk, window: Callable[..., Screen], size: dict[str, int]
) -> None:
    screen = window(viewport=size)
    screen.sign_in()
    screen.open("entry?kind=i247a")
    screen.page.locator("#id_dob").fill("soon")
    screen.click(screen.page.get_by_role("button", name="Keep this request"))
    screen.until("document.querySelectorAll('[role=alert]').length > 2")
    check(screen, "entry with mistakes")
    screen.page.locator("#id_told_by").fill("Duty officer")
    screen.page.locator("#id_dob").fill("12/25/1982")
    screen.page.locator("#id_event_no").fill(next(iter(desk_numbers(desk))))
    screen.click(screen.page.get_by_role("button", name="Keep this request"))
    assert "a request with this number is there" in screen.page.get_by_role("alert").first.inner_text()
    check(screen, "entry with a request that is there")
    screen.click(screen.page.get_by_role("button", name="Keep it all the same"))
    check(screen, "entry kept")
    screen.open("upload")
    screen.page.get_by_label("Papers").set_input_files({"name": "a.pdf", "mimeType": "x/y", "buffer": b"%PDF"})
    screen.click(screen.page.get_by_role("button", name="Keep what is chosen"))
    check(screen, "upload kept")
    assert all("422" in one or "409" in one for one in screen.complaints), screen.complaints


def desk_numbers(desk: Desk) -> list[str]:
    from detainerdesk.intake.models import DetainerRequest

    return [one.event_no for one in DetainerRequest.objects.all() if one.event_no]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", [{"width": 1366, "height": 641}, NARROW], ids=["desk", "narrow"])
def test_acc_1_nor_a_list_of_a_month_and_a_key_that_was_made(
    window: Callable[..., Screen], size: dict[str, int]
) -> None:
    screen = window(viewport=size)
    screen.sign_in("boss")
    screen.open("receipts")
    screen.page.locator("#id_theirs").fill("7")
    screen.click(screen.page.get_by_role("button", name="Show the list"))
    assert "Here and not on the sender's list: 1." in screen.page.locator("main").inner_text()
    check(screen, "month")
    screen = window(viewport=size)
    screen.sign_in("root")
    screen.open("api-keys")
    screen.page.locator("#id_name").fill("fax-service")
    screen.page.locator("#id_password").fill(PASSWORD)
    screen.click(screen.page.get_by_role("button", name="Make a key"))
    assert "It is shown this once" in screen.page.locator("main").inner_text()
    check(screen, "key")
    assert screen.complaints == []
