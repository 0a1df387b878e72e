"""REL-6: deadlines are instants in UTC, shown in the agency's zone; a step of the clock of more than two seconds is an event that a person sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.db.models import DateTimeField

from detainerdesk.desk import models as desk_models
from detainerdesk.intake import clock, lines
from detainerdesk.intake import models as intake_models
from detainerdesk.intake.clock import Look, Watch, step
from detainerdesk.intake.door import Envelope, EnvelopeError, receive
from detainerdesk.intake.models import ChannelFault
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.understand import understand_all
from detainerdesk.law.language.clocks import EVERY_HOUR, OBSERVED, clock_end
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, LUIS, Desk, detainer, reading

THEN = datetime(2026, 3, 3, 6, 52, tzinfo=UTC)
HOUR, DAY = 3600.0, 86_400.0


def looks(wall: float, steady: float) -> tuple[Look, Look]:
    return Look(THEN, 100.0), Look(THEN + timedelta(seconds=wall), 100.0 + steady)


@pytest.mark.parametrize("went_by", [0.0, 60.0, DAY])
@pytest.mark.parametrize("by", [2.1 + 0.0005 * DAY, HOUR, DAY, -HOUR, -DAY, -2.1 - 0.0005 * DAY])
def test_rel_6_a_step_is_what_the_wall_clock_moved_and_the_steady_one_did_not(by: float, went_by: float) -> None:
    assert step(*looks(went_by + by, went_by)) == pytest.approx(by)


@pytest.mark.parametrize("by", [0.0, 1.0, -1.0, 2.0, -2.0])
def test_rel_6_two_seconds_are_no_step_and_a_little_more_is(by: float) -> None:
    assert step(*looks(60.0 + by, 60.0)) is None
    assert step(*looks(60.0 + 2.1, 60.0)) is not None


def test_rel_6_a_clock_that_runs_a_little_fast_for_a_week_is_not_taken_for_a_step() -> None:
    """A time service may slew by 500 millionths: a quiet week-end without one paper is five minutes."""
    week = 7 * DAY
    assert step(*looks(week * 1.0004, week)) is None
    assert step(*looks(week + HOUR, week)) == pytest.approx(HOUR)


@pytest.fixture
def stepped(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of this process; what is put into the list is how far it stands off."""
    off = [0.0]
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: Look(real().at + timedelta(seconds=sum(off)), real().steady))
    monkeypatch.setattr(clock, "_watch", Watch(real()))
    return off


def steps() -> list[tuple[object, str]]:
    return [(entry.event.facts["seconds"], entry.event.agency) for entry in ledger.entries(kind="clock.stepped")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("by", "says"), [(-HOUR, "set back by 1:00:00"), (DAY, "set forward by 1 day, 0:00:00")])
def test_rel_6_a_step_is_an_event_and_stands_beside_the_line_that_was_at_work(
    by: float, says: str, stepped: list[float], data_folder_of_the_test: Path
) -> None:
    receive(b"before", envelope("one"))
    stepped.append(by)
    receive(b"after", envelope("two"))
    receive(b"later", envelope("three"))
    assert steps() == [(by, BOSTON)], "once"
    now = clock.now().at
    (line,) = lines.conditions(lines.used(BOSTON), now)
    assert [says in fault.says for fault in line.faults] == [True]
    kinds = [entry.event.kind for entry in ledger.entries()]
    assert kinds == ["paper.received", "clock.stepped", "paper.received", "paper.received"]


@pytest.mark.django_db(transaction=True)
def test_rel_6_a_step_is_seen_when_a_paper_is_understood(stepped: list[float], data_folder_of_the_test: Path) -> None:
    desk = Desk()
    desk.gets(b"a form", reading(detainer(LUIS)))
    stepped.append(5)
    understand_all(desk.reader())
    assert steps() == [(5, BOSTON)]


@pytest.mark.django_db(transaction=True)
def test_rel_6_a_step_that_could_not_be_recorded_is_recorded_at_the_next_look_and_stops_nothing(
    stepped: list[float], data_folder_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped.append(HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(clock.ledger, "append", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("locked")))
        assert clock.look(BOSTON, "folder") == pytest.approx(HOUR, abs=1)
    assert (steps(), ChannelFault.objects.count()) == ([], 0)
    clock.look(BOSTON, "folder")
    clock.look(BOSTON, "folder")
    assert steps() == [(HOUR, BOSTON)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", [-HOUR, -DAY])
def test_rel_6_a_clock_that_was_set_back_while_nothing_of_ours_ran_is_an_event_once(
    by: float, stepped: list[float], data_folder_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock has no battery starts in the past."""
    ran_before(monkeypatch, timedelta(seconds=-by))
    for key in ("one", "two"):
        monkeypatch.setattr(clock, "_watch", Watch(clock.now()))  # a process that starts now
        receive(key.encode(), envelope(key))
    assert steps() == [(by, BOSTON)]
    assert "was set back by" in ChannelFault.objects.get().says


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ago", [1.0, 0.0, -HOUR, -DAY])
def test_rel_6_a_desk_that_starts_after_it_was_stopped_sees_no_step(
    ago: float, stepped: list[float], data_folder_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_before(monkeypatch, timedelta(seconds=ago))
    receive(b"one", envelope("one"))
    assert steps() == []


@pytest.mark.django_db(transaction=True)
def test_rel_6_a_clock_set_back_while_stopped_that_could_not_be_recorded_is_recorded_at_the_next_look(
    stepped: list[float], data_folder_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_before(monkeypatch, timedelta(hours=1))
    with monkeypatch.context() as patch:
        patch.setattr(clock.ledger, "append", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("locked")))
        assert clock.look(BOSTON, "folder") == pytest.approx(-HOUR, abs=1)
    assert (steps(), ChannelFault.objects.count()) == ([], 0)
    clock.look(BOSTON, "folder")
    assert steps() == [(-HOUR, BOSTON)]


def ran_before(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """The desk received a paper while the clock was this far ahead of now, and was stopped."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + ahead

    with monkeypatch.context() as patch:
        patch.setattr("detainerdesk.ledger.log.datetime", Ahead)
        receive(b"before", envelope("before"))
    monkeypatch.setattr(clock, "_watch", Watch(clock.now()))


def test_rel_6_every_moment_that_is_kept_is_an_instant_in_utc() -> None:
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "UTC")
    rows = [*vars(intake_models).values(), *vars(desk_models).values()]
    kept = {type(field) for row in rows if hasattr(row, "_meta") for field in row._meta.get_fields()}
    assert DateTimeField in kept
    with pytest.raises(EnvelopeError, match="without a zone"):
        receive(b"a page", envelope("one", at=datetime(2026, 3, 3, 6, 52)))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("begins", "ends"),
    [("2026-03-07 12:00", "2026-03-09 13:00 EDT"), ("2026-10-31 12:00", "2026-11-02 11:00 EST")],
    ids=["in spring", "in autumn"],
)
def test_rel_6_48_hours_are_48_hours_and_are_shown_in_the_agencys_zone(begins: str, ends: str) -> None:
    zone = zone_of(BOSTON)
    start = datetime.fromisoformat(begins).replace(tzinfo=zone).astimezone(UTC)
    end = clock_end(start, 48, EVERY_HOUR, OBSERVED, zone)
    assert end.astimezone(UTC) - start == timedelta(hours=48)
    assert f"{end.astimezone(zone):%Y-%m-%d %H:%M %Z}" == ends


def envelope(key: str, at: datetime = THEN) -> Envelope:
    return Envelope("folder", BOSTON, "D-4", "fax.pdf", at, key)
