"""What all tests share: a real SQLite file as database, with the settings of a real desk, and a data folder that is not the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real browser for all tests of a process: a second one can't be started beside it."""
    from playwright.sync_api import sync_playwright

    from tests.desk.web.browser import browser

    found = browser()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(found.executable), env=dict(found.env))
        yield launched
        launched.close()
