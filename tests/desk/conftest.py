"""A desk without a browser: papers as readings, and an officer."""

from __future__ import annotations

import pytest

from detainerdesk.desk.models import Officer
from tests.desk.made import officer
from tests.intake.made import Desk


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


@pytest.fixture
def lima(db: None) -> Officer:
    return officer()
