"""What all tests share: a real SQLite file as database, with the settings of a real desk, and a data folder that is not the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.intake.clamd import Clamd

# `make test` tries the same examples each time, so that it fails by what was changed and not by chance; `make test-long` tries new ones.
hypothesis.settings.register_profile("the same", derandomize=True)
hypothesis.settings.register_profile("new", derandomize=False)
hypothesis.settings.load_profile("the same")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The tables lie in a file, as a department's do: journal, fsync and locks are the real ones."""
    from django.conf import settings

    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(
        tmp_path_factory.mktemp("database") / "desk.sqlite3"
    )


@pytest.fixture(autouse=True)
def data_folder_of_the_test(tmp_path: Path, settings: object) -> Path:
    """No test writes into the checkout's own data folder."""
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    return tmp_path / "data"


@pytest.fixture
def scanner(data_folder: Path) -> Iterator[Clamd]:
    """A malware scan that is set up and at work."""
    from tests.intake.clamd import clamd

    with clamd() as running:
        yield running.set_up(data_folder)


@dataclass
class Chromium:
    """One real browser for all tests of a process (a second one can't be started beside it); one that died is started anew.

    The packaged browser died once between two tests of a long run, idle, and 39 tests failed that had nothing to do with it.
    """

    launch: Callable[[], Browser]
    running: Browser

    def new_context(self, **options: Any) -> BrowserContext:
        if not self.running.is_connected():
            self.running = self.launch()
        return self.running.new_context(**options)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    from playwright.sync_api import sync_playwright

    from tests.desk.web.browser import browser

    found = browser()
    with sync_playwright() as playwright:
        launch = partial(playwright.chromium.launch, executable_path=str(found.executable), env=dict(found.env))
        started = Chromium(launch, launch())
        yield started
        started.running.close()
