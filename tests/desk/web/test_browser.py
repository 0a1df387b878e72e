"""The tests' own browser: its death ends no test but the one it died in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import Chromium
from tests.desk.web.conftest import Screen


def test_after_a_browser_died_the_next_window_opens_in_a_new_one(
    chromium: Chromium, window: Callable[..., Screen]
) -> None:
    died = chromium.running
    crash = died.new_browser_cdp_session()
    with pytest.raises(PlaywrightError, match="closed"):
        crash.send("Browser.crash")
    window().open("sign-in")
    assert chromium.running is not died
