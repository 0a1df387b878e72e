"""A department in a test: a signed ledger, an officer, and papers that are read as the test says. All people are fictional."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from detainerdesk.desk import life
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.law import Edition, load
from detainerdesk.ledger import log, notary
from detainerdesk.reports.annual import AnnualReport, annual
from tests.intake.made import BOSTON, Desk, detainer, reading

ZONE = ZoneInfo("America/New_York")
SUMMER = datetime(2025, 7, 4, 2, 10, tzinfo=ZONE)
BEGAN = datetime(2024, 12, 1, 9, 0, tzinfo=ZONE)
YEAR_END = datetime(2025, 12, 31, 17, 0, tzinfo=ZONE)
PENDING = {
    "pc_final_order": False,
    "pc_pending": True,
    "pc_biometric": False,
    "pc_statements": False,
    "box2_transfer": False,
}


@dataclass
class Department:
    """Papers come in; officers record; the year is counted."""

    folder: Path
    edition: Edition
    desk: Desk = field(default_factory=Desk)
    officer: Officer = field(init=False)
    came: int = 0

    def __post_init__(self) -> None:
        user = User.objects.create_user("lima", last_name="Lima")
        self.officer = Officer.objects.create(user=user, role="supervisor", agency=BOSTON)
        with transaction.atomic():
            log.append("edition.in_force", actor="set-up", agency=BOSTON, subject="desk", at=BEGAN)
        notary.make_key("detainerdesk.example/test", actor="set-up", agency=BOSTON)

    def gets(self, person: str, at: datetime = SUMMER, *, kind: str = "i247a", **values: str | bool) -> str:
        """A request for a person of that name arrives and is read; its number."""
        self.came += 1
        number = self.came
        said = {
            "subject_id": f"5550{number:05d}",
            "event_no": f"BOS25{number:07d}",
            "file_no": f"A000 000 {number:03d}",
            "form_date": f"{at:%m/%d/%Y}",
            "subject_name": person,
            "dob": "12/25/1982",
            "officer_sig": True,
        }
        boxes = {**PENDING, **values} if kind == "i247a" else values
        self.sends(f"paper {number}".encode(), detainer({**said, **boxes}, kind=kind), at)
        return max(state.number for state in RequestState.objects.filter(agency=BOSTON))

    def sends(self, data: bytes, paper: object, at: datetime = SUMMER, station: str = "D-4") -> None:
        self.desk.gets(data, reading(paper), station=station, at=at)  # type: ignore[arg-type]
        self.desk.understands()
        life.open_new(BOSTON, at)

    def version(self, number: str) -> int:
        return RequestState.objects.get(agency=BOSTON, number=number).version

    def releases(self, number: str, at: datetime = SUMMER) -> None:
        """No warrant found, bail posted, no hold, the person leaves."""
        self.ends_custody(number, at)
        life.record_act(number, self.version(number), self.officer, "no_hold", at=at + timedelta(minutes=2))
        life.record_act(number, self.version(number), self.officer, "release", at=at + timedelta(minutes=3))

    def ends_custody(self, number: str, at: datetime = SUMMER) -> None:
        life.record_warrant_check(number, self.version(number), self.officer, "none", at=at)
        life.record_booking(number, self.version(number), self.officer, "bail_or_ROR", at, other_basis=False, at=at)

    def counts(self, as_of: datetime = YEAR_END, year: int = 2025) -> AnnualReport:
        return annual(BOSTON, year, as_of, self.edition)


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load()


@pytest.fixture
def department(transactional_db: None, settings: object, tmp_path: Path, edition: Edition) -> Department:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    settings.DATA.mkdir()  # type: ignore[attr-defined]
    return Department(tmp_path, edition)
