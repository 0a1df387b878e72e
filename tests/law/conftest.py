"""The real rulebooks, loaded once for all tests of the law room."""

from __future__ import annotations

import pytest

from detainerdesk.law import Edition, load


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load()
