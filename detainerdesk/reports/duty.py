"""When a statutory report is due, and for which period. In: a duty block of a rulebook and a year; out: a `ReportDue` with the period in the
agency's own zone, the day it is due, and whether it has to state a cut-off. Plain: no clock, no database."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from detainerdesk.law import Stack
from detainerdesk.law.language.rulebook import Duty

_DUE = re.compile(r"^(\d\d)-(\d\d) each year$", re.ASCII)
CALENDAR_YEAR = "calendar year"


class ReportError(Exception):
    """A report that can't be made; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Period:
    """Whole local days, both inside."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        """The first instant inside."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        after = self.last + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone)

    def holds(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends


@dataclass(frozen=True)
class ReportDue:
    """One report that a duty asks for."""

    duty: Duty
    period: Period
    due_on: date

    @property
    def due_in_its_period(self) -> bool:
        """The report is due before its period has ended, so it can't count all of it."""
        return self.due_on <= self.period.last

    def cut_off_says(self, as_of: datetime, records_begin: datetime | None = None) -> str:
        """The sentence that the report must carry. Records that begin inside the period can't cover all of it."""
        moment = spell_moment(as_of, self.period.zone)
        if as_of < self.period.ends:
            due = ", and the report is due on its last day" if self.due_on == self.period.last else ""
            return f"Cut-off: {moment}. The period had not ended{due}: what arrived or was recorded later is not counted here."
        if records_begin is not None and records_begin > self.period.begins:
            return f"Cut-off: {moment}. The period had ended; what was recorded of it later is not counted here."
        return f"Cut-off: {moment}. The whole period is covered; what was recorded of it later is not counted here."


def reports_due(stack: Stack, year: int) -> tuple[ReportDue, ...]:
    """Every report that the agency's layers ask for that year: of duties in force on the day they are due."""
    found = [report_due(duty, year, stack.zone) for duty in stack.duties("report") if duty.fields]
    return tuple(
        one
        for one in found
        if one.duty.status != "off"
        and one.duty.in_force.on(one.due_on) != "out"
        and (one.duty.first is None or one.due_on >= one.duty.first)
    )


def report_due(duty: Duty, year: int, zone: ZoneInfo) -> ReportDue:
    """The report for a year of one duty."""
    if duty.period != CALENDAR_YEAR:
        raise ReportError(
            f"{duty.id} ({duty.place}): the period “{duty.period}” is not known here; known: “{CALENDAR_YEAR}”."
        )
    period = Period(date(year, 1, 1), date(year, 12, 31), zone)
    found = _DUE.match(duty.due)
    if not found:
        raise ReportError(f"{duty.id} ({duty.place}): `due` is “{duty.due}”; write it like “12-31 each year”.")
    month, day = int(found[1]), int(found[2])
    return ReportDue(duty, period, _next_day(period.last, month, day))


def _next_day(last: date, month: int, day: int) -> date:
    """The first such day that is not before the period's last."""
    year = last.year if (month, day) >= (last.month, last.day) else last.year + 1
    if not 1 <= month <= 12:
        raise ReportError(f"There is no month {month}: `due` is written like “12-31 each year”.")
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def spell_moment(moment: datetime, zone: ZoneInfo) -> str:
    """`Dec 31, 2026, 17:00 EST`."""
    local = moment.astimezone(zone)
    return f"{local:%b} {local.day}, {local.year}, {local:%H:%M %Z}"
