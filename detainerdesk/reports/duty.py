"""When a statutory report is due, and for which period. In: a duty block of a rulebook and a year; out: a `ReportDue` for each of
the year's reports, with the period in the agency's own zone, the day it is due, and how it states its cut-off. Plain: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from detainerdesk.law import Stack
from detainerdesk.law.language.rulebook import Duty


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
    """One report that a duty asks for. `part` tells it from the others of its year; `due_on` is None where the law names no day."""

    duty: Duty
    period: Period
    part: str
    says: str
    due_on: date | None

    @property
    def asked_on(self) -> date:
        """The day whose law asks for it."""
        return self.due_on or self.period.last

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
    """Every report that the agency's layers ask for whose period ends in that year: of duties in force on the day they are due."""
    found = [one for duty in stack.duties("report") for one in reports_of(duty, year, stack.zone)]
    return tuple(
        one
        for one in found
        if one.duty.status != "off"
        and one.duty.in_force.on(one.asked_on) != "out"
        and (one.duty.first is None or one.asked_on >= one.duty.first)
    )


def reports_of(duty: Duty, year: int, zone: ZoneInfo) -> tuple[ReportDue, ...]:
    """The reports of one duty whose period ends in that year, whether or not it is in force; none where the law names no figures."""
    return tuple(
        ReportDue(
            duty=duty,
            period=Period(part.first, part.last, zone),
            part=part.name,
            says=part.says,
            due_on=duty.due.after(part.last) if duty.due else None,
        )
        for part in (duty.period.parts(year) if duty.period else ())
    )


def spell_moment(moment: datetime, zone: ZoneInfo) -> str:
    """`Dec 31, 2026, 17:00 EST`."""
    local = moment.astimezone(zone)
    return f"{local:%b} {local.day}, {local.year}, {local:%H:%M %Z}"
