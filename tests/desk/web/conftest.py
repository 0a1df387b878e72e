"""A desk as it is served: real papers through the door, real pages over HTTP, real Chromium. The database is a file, the reader is the real one.

Nothing here is faked; a paper is read once a session and its reading is given again where the same bytes come again.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from detainerdesk.desk import page as desk_page
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import DetainerRequest
from detainerdesk.intake.reading.fields import Reading, Unreadable
from detainerdesk.intake.reading.read import read
from detainerdesk.intake.understand import understand_all
from tests.conftest import Chromium
from tests.paperwork import people
from tests.paperwork.papers import Paper, bundle

# Playwright's own loop runs in this thread; Django would take that for asynchronous code and refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

BOSTON = "us-ma-boston/police"
PASSWORD = "a-fictional-pass-phrase"

SCREEN = {"width": 1366, "height": 641}
NARROW = {"width": 320, "height": 640}


@functools.cache
def delacroix() -> bytes:
    """An I-247A with the I-200 that came with it."""
    return bundle([Paper("i247a", people.DELACROIX), Paper("i200", people.DELACROIX_I200)], seed=1)


@functools.cache
def okonjo() -> bytes:
    """An I-247A with a judge's criminal warrant."""
    return bundle([Paper("i247a", people.OKONJO), Paper("ao442", people.OKONJO_AO442)], seed=4)


@functools.cache
def _read(sha256: str, data: bytes) -> Reading | Unreadable:
    return read(data)


@dataclass
class Desk:
    """What a test does to the desk from outside: papers come in, people have accounts."""

    officer: Officer
    sent: int = 0

    def paper(self, data: bytes, *, station: str = "D-4", minutes_ago: int = 18) -> str:
        """A paper comes by fax and is read; returns the number of the request it belongs to, "" if it waits for a person."""
        self.sent += 1
        came = timezone.now() - timedelta(minutes=minutes_ago)
        receipt = receive(data, Envelope("folder", BOSTON, station, "fax.pdf", came, f"test {self.sent}"))
        understand_all(lambda place: _read(place.name, place.read_bytes()))
        self.board()
        found = DetainerRequest.objects.filter(links__transmission__receipt=receipt.number).first()
        return found.number if found else ""

    def board(self, now: datetime | None = None) -> desk_page.Board:
        return desk_page.board(BOSTON, "D-4", now or timezone.now())

    def account(self, name: str, role: str = "desk_officer", *, station: str = "D-4", agency: str = BOSTON) -> Officer:
        user = User.objects.create_user(name, password=PASSWORD, first_name="Fictional", last_name=name.title())
        return Officer.objects.create(user=user, role=role, agency=agency, station=station)

    def request_page(self, number: str, now: datetime | None = None) -> desk_page.RequestPage:
        return desk_page.request_page(BOSTON, number, now or timezone.now(), self.officer.role, self.officer.station)

    def state(self, number: str) -> RequestState:
        return RequestState.objects.get(agency=BOSTON, number=number)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file, as where a department runs it: the server's threads and the test see one database."""
    from django.conf import settings

    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # sign-in in a test need not be slow
    return tmp_path / "data"


@pytest.fixture
def desk(transactional_db: None, data_folder: Path) -> Desk:
    made = Desk(officer=None)  # type: ignore[arg-type]
    made.officer = made.account("lima")
    return made


@dataclass
class Screen:
    """One browser window on the desk, and what its browser complained of."""

    page: Page
    address: str
    complaints: list[str]

    def sign_in(self, name: str = "lima") -> None:
        self.open("sign-in")
        self.page.get_by_label("Sign-in name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.click(self.page.get_by_role("button", name="I agree, sign in"))
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}")

    def click(self, what: Locator) -> None:
        """Clicks, and waits for the page that comes of it: the browser shows a page's address before it has all of the page."""
        what.click()
        self.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def settle(self) -> None:
        """Until the page has come that was asked for."""
        self.until("document.readyState === 'complete' && !document.body.classList.contains('busy')")

    def until(self, condition: str, seconds: float = 10) -> None:
        """Waits for a condition of the page. (Playwright's own way to wait evaluates in the page, which the desk's policy forbids.)"""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.page.wait_for_timeout(30)
            with contextlib.suppress(PlaywrightError):  # the page went on to another one meanwhile
                if self.page.evaluate(condition):
                    return
        raise AssertionError(f"{self.page.url}: not within {seconds} s: {condition}")

    def focused(self) -> str:
        return str(self.page.evaluate("(document.activeElement.textContent || '').trim().replace(/\\s+/g, ' ')"))

    def headline(self) -> str:
        return self.page.locator("h1").inner_text()


@pytest.fixture
def window(chromium: Chromium, live_server: Any, desk: Desk) -> Iterator[Callable[..., Screen]]:
    """Opens a window: `window()`, `window(java_script_enabled=False)`, `window(viewport=NARROW)`."""
    opened: list[BrowserContext] = []

    def open_window(**options: Any) -> Screen:
        context = chromium.new_context(**{"viewport": SCREEN, **options})
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        screen = Screen(page, live_server.url, [])
        page.on(
            "console", lambda said: screen.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        return screen

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def screen(window: Callable[..., Screen], desk: Desk) -> Screen:
    """A window of the usual size with Officer Lima signed in."""
    opened = window()
    opened.sign_in()
    return opened


@pytest.fixture
def records(desk: Desk, window: Callable[..., Screen]) -> Screen:
    """A window in which a records clerk is signed in."""
    desk.account("okafor", "records", station="")
    opened = window()
    opened.sign_in("okafor")
    return opened
