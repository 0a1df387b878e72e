"""What a browser posts becomes what is recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from detainerdesk.desk.models import Booking
from tests.desk.made import arrive, officer
from tests.intake.made import Desk

pytestmark = pytest.mark.django_db
IN_THE_SECOND_HOUR = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 EST; an hour before it was 01:30 EDT


def post(written: str, monkeypatch: pytest.MonkeyPatch) -> int:
    lima, state = officer(), arrive(Desk(), at=datetime(2026, 11, 1, 4, 0, tzinfo=UTC))
    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_THE_SECOND_HOUR)
    client = Client()
    client.force_login(lima.user)
    said = {"question": "release_ground", "value": "bail_or_ROR", "version": state.version, "moment": written}
    return client.post(f"/requests/{state.number}/answer", said).status_code


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-01T01:20", datetime(2026, 11, 1, 6, 20, tzinfo=UTC)),
        ("2026-11-01T01:40", datetime(2026, 11, 1, 5, 40, tzinfo=UTC)),
    ],
    ids=["in this hour", "in the hour before: this one's 01:40 has not come"],
)
def test_a_time_in_the_hour_that_comes_twice_is_recorded_as_the_officer_lived_it(
    written: str, meant: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(written, monkeypatch) == 302
    assert Booking.objects.get().eligible_at == meant


def test_a_time_that_is_none_is_refused_with_how_to_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert post("ten past one", monkeypatch) == 422
    assert not Booking.objects.exists()
