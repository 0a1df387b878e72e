"""A desk with people and papers, for tests. Papers go in through intake's own door; decisions are made by hand where a test is about what
follows from one. All people are FICTIONAL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from detainerdesk.desk import life
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.law import By, Decision, DutyState, Outcome
from tests.intake.made import BOSTON, LUIS, Desk, detainer, paper, reading

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 3, 2, 10, tzinfo=ZONE)
CAME = datetime(2026, 3, 3, 1, 52, tzinfo=ZONE)

FORM: Mapping[str, str | bool] = {
    **LUIS,
    "citizenship": "Honduras",
    "from_office": "ICE ERO Boston Field Office",
    "pc_final_order": False,
    "pc_pending": True,
    "pc_biometric": False,
    "pc_statements": True,
    "box2_transfer": False,
    "officer_name": "D. Whitfield",
    "officer_sig": True,
}
COURT = {"case_no": "1:26-mj-00123", "officer_name": "Hon. P. Example, U.S. Magistrate Judge", "officer_sig": True}


def officer(name: str = "lima", role: str = "desk_officer", *, agency: str = BOSTON, station: str = "D-4") -> Officer:
    user, _ = User.objects.get_or_create(username=name, defaults={"last_name": name.capitalize()})
    made, _ = Officer.objects.get_or_create(user=user, defaults={"role": role, "agency": agency, "station": station})
    return made


def form(values: Mapping[str, str | bool] = FORM, **more: Any) -> Paper:
    return detainer(values, **more)


def arrive(
    desk: Desk,
    *papers: Paper,
    data: bytes = b"FICTIONAL fax",
    station: str = "D-4",
    agency: str = BOSTON,
    at: datetime = CAME,
) -> RequestState:
    """A file comes in, is read and taken up; returns the request's state."""
    desk.gets(
        data,
        reading(*(papers or (form(), paper("i200", {"officer_sig": True}, page=2)))),
        station=station,
        agency=agency,
        at=at,
    )
    desk.understands()
    before = set(RequestState.objects.values_list("pk", flat=True))
    life.open_new(agency, at + timedelta(seconds=30))
    return RequestState.objects.exclude(pk__in=before).get()


def decided(
    hold: str = "forbidden",
    standing: str | None = None,
    *,
    settled: bool = True,
    duties: tuple[DutyState, ...] = (),
    at: datetime = NOW,
    until: datetime | None = None,
) -> Decision:
    """A decision on `hold` with this outcome, as the law room would give it, but without its trace."""
    by = (By("BOS19-1", "City of Boston Code, Ordinances, § 11-1.9", "verify", "us-ma-boston", "city", "says"),)
    actions = {
        "hold": Outcome(hold, standing or hold, settled, by=by),
        "release": Outcome("required", "required", settled),
    }
    clocks = {"hold_until": until} if until else {}
    return Decision("2026-0001", BOSTON, at, "e" * 64, actions, clocks, duties, {}, (), None)  # type: ignore[arg-type]
