"""The year's report of an agency, as its duty block asks for it. In: agency, year, cut-off, edition of the rulebooks; out: an `AnnualReport`
with each figure, the requests behind it and the ledger's entries that prove them, as a CSV and as a PDF. Making one is an event of the ledger
with the hashes of both. No name, no number of a person and no charge is in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from detainerdesk.desk import life, words
from detainerdesk.law import Edition, Stack
from detainerdesk.ledger import log, notary
from detainerdesk.reports import csv_form, pdf_form
from detainerdesk.reports.counted import pile
from detainerdesk.reports.duty import Period, ReportDue, ReportError, reports_due, spell_moment
from detainerdesk.reports.measures import Figure, measure


@dataclass(frozen=True)
class Standing:
    """How far the law behind the report can be relied on."""

    cite: str
    marks: tuple[str, ...]
    checked_through: date


@dataclass(frozen=True)
class Anchor:
    """The signed checkpoint of the ledger that the entries' indexes refer to."""

    size: int
    root: str


@dataclass(frozen=True)
class AnnualReport:
    agency: str
    agency_name: str
    due: ReportDue
    as_of: datetime
    edition: str
    standing: Standing
    figures: tuple[Figure, ...]
    requests: int
    notice_only: int
    transmissions: int
    waiting: int
    emptied: tuple[str, ...]
    unnamed: tuple[str, ...]
    anchor: Anchor | None
    records_begin: datetime | None
    """The moment of the ledger's first entry; None where it has none."""
    fictional: bool

    @property
    def title(self) -> str:
        return f"{self.agency_name}: report for {self.due.says} under {self.standing.cite}"

    @property
    def begins_late(self) -> str:
        """What a reader must know where the records begin inside the period; "" where they cover its beginning."""
        if self.records_begin is None or self.records_begin <= self.due.period.begins:
            return ""
        return f"{_begin(self.records_begin, self.due.period)}: what came before is in no figure."

    @property
    def cut_off_says(self) -> str:
        return self.due.cut_off_says(self.as_of, self.records_begin)

    def figure(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.name == name)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands on top of the report: from whom, to whom, for when, how far, on what proof."""
        period = self.due.period
        told = [
            ("Agency", f"{self.agency_name} ({self.agency})"),
            ("To", self.due.duty.whom),
            ("Under", f"{self.standing.cite} ({self.due.duty.id})"),
            ("Status of that text", "; ".join(self.standing.marks) or "adopted by counsel"),
            ("Law checked through", f"{self.standing.checked_through:%b} {_day(self.standing.checked_through)}"),
            ("Period", f"{period.first} to {period.last}, days of {period.zone.key}"),
            ("Due", self.due.due_on.isoformat() if self.due.due_on else "the law names no day"),
            ("Counted up to", self.cut_off_says),
            *([("Counted from", self.begins_late)] if self.begins_late else []),
            ("Duplicates", self._duplicates()),
            ("Waiting", self._waits()),
            *([("Taken out", self._taken_out())] if self.emptied else []),
            *([("Persons", self._persons())] if self.unnamed else []),
            ("Rulebooks", f"edition {self.edition}"),
        ]
        anchor = self.anchor
        proof = f"checkpoint of {anchor.size} entries, root {anchor.root}" if anchor else "no checkpoint is signed yet"
        return (*told, ("Ledger", proof))

    def to_csv(self) -> bytes:
        return csv_form.write(self)

    def to_pdf(self) -> bytes:
        return pdf_form.write(self)

    def _duplicates(self) -> str:
        came = f"{self.requests} request{'' if self.requests == 1 else 's'}, each counted once, came in {self.transmissions} transmissions"
        return f"{came}; {self.notice_only} of them ask for notice only and stand in a column of their own."

    def _waits(self) -> str:
        if not self.waiting:
            return "No paper waits for a person to say whether it is a request."
        one = self.waiting == 1
        return f"{self.waiting} paper{'' if one else 's'} of the period wait{'s' if one else ''} for a person and {'is' if one else 'are'} in no figure."

    def _taken_out(self) -> str:
        return f"{', '.join(self.emptied)}: a person took every paper out, and they are in another request or set aside, so the number is in no figure. The ledger has each step."

    def _persons(self) -> str:
        return f"{', '.join(self.unnamed)}: the pages were laid out anew since, and whom they named at the cut-off is not kept. Each such request counts as a person of its own."


@dataclass(frozen=True)
class Made:
    """A report that was made, where it lies, and the ledger's entry that says so."""

    report: AnnualReport
    pdf: Path
    csv: Path
    entry: int


def annual(agency: str, year: int, as_of: datetime, edition: Edition, *, part: str = "") -> AnnualReport:
    """Counts the year, or that part of it, up to `as_of`. Raises ReportError where no duty asks for such a report, or the cut-off lies
    before its first day."""
    stack = edition.stack(agency)
    due, begin = _countable(stack, year, part, as_of)
    counted = pile(agency, due.period, as_of)
    last = notary.last_checkpoint()
    return AnnualReport(
        agency=agency,
        agency_name=stack.name,
        due=due,
        as_of=as_of,
        edition=edition.hash,
        standing=_standing(stack, due, life.adoption(agency).adopted(edition)),
        figures=tuple(measure(field, counted.requests) for field in due.duty.fields),
        requests=len(counted.requests),
        notice_only=sum(one.notice_only for one in counted.requests),
        transmissions=sum(one.transmissions for one in counted.requests),
        waiting=counted.waiting,
        emptied=counted.emptied,
        unnamed=counted.unnamed,
        anchor=Anchor(last.size, last.root) if last else None,
        records_begin=begin,
        fictional=settings.PROFILE == "development",
    )


def records_begin() -> datetime | None:
    """When the ledger's first entry was made: before that, this desk did not exist."""
    first = next(iter(log.entries()), None)
    return None if first is None else first.event.at


def make(agency: str, year: int, as_of: datetime, edition: Edition, *, out: Path, actor: str, part: str = "") -> Made:
    """Signs the ledger as it stands, counts, writes PDF and CSV, and records that with their hashes."""
    _countable(edition.stack(agency), year, part, as_of)
    notary.sign_checkpoint(actor=actor, agency=agency)
    report = annual(agency, year, as_of, edition, part=part)
    pdf, csv = report.to_pdf(), report.to_csv()
    out.mkdir(parents=True, exist_ok=True)
    which = f"{year}-{part}" if part else f"{year}"
    stem = f"report-{agency.replace('/', '-')}-{which}"
    paths = out / f"{stem}.pdf", out / f"{stem}.csv"
    with transaction.atomic():
        entry = log.append(
            "report.made",
            actor=actor,
            agency=agency,
            subject=f"report {report.due.duty.id} {which}",
            facts={
                "duty": report.due.duty.id,
                "year": year,
                **({"part": part} if part else {}),
                "as_of": as_of.isoformat(),
                "requests": report.requests,
                "edition": edition.hash,
                "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
                "csv_sha256": hashlib.sha256(csv).hexdigest(),
                "checkpoint_size": report.anchor.size if report.anchor else 0,
            },
        )
        for path, data in zip(paths, (pdf, csv), strict=True):
            path.write_bytes(data)
    return Made(report, *paths, entry.index)


def _countable(stack: Stack, year: int, part: str, as_of: datetime) -> tuple[ReportDue, datetime | None]:
    """The report that is due, and when the records begin; refused where the two have no moment in common up to the cut-off."""
    due = _the_report(stack, year, part)
    if as_of < due.period.begins:
        raise ReportError(
            f"The cut-off {as_of:%Y-%m-%d %H:%M} is before {due.says} begins there: nothing could be counted. Give a later --as-of."
        )
    begin = records_begin()
    if begin is not None and (begin >= due.period.ends or begin > as_of):
        raise ReportError(
            f"{_begin(begin, due.period)}: nothing of {due.says} up to the cut-off is in them, so no figure could be given."
        )
    return due, begin


def _the_report(stack: Stack, year: int, part: str) -> ReportDue:
    found = reports_due(stack, year)
    if not found:
        raise ReportError(
            f"No encoded law asks {stack.name} for a report for {year} with figures that it names. "
            f"Encoded layers: {', '.join(one.name for one in stack.layers)}."
        )
    ids = tuple(dict.fromkeys(one.duty.id for one in found))
    if len(ids) > 1:
        raise ReportError(
            f"Several duties ask {stack.name} for a report for {year} ({', '.join(ids)}); say which is meant."
        )
    parts = {one.part: one for one in found}
    if part not in parts:
        raise ReportError(_which_part(ids[0], year, part, tuple(parts)))
    return parts[part]


def _which_part(duty: str, year: int, part: str, parts: tuple[str, ...]) -> str:
    """What to write instead of this `--part`."""
    if parts == ("",):
        return f"{duty} asks for one report for {year}, and --part {part} is of none. Leave --part out."
    asked = f"no report for {part} of {year}" if part else f"more than one report for {year}"
    return f"{duty} asks for {asked}. Write --part and one of {', '.join(parts)}."


def _standing(stack: Stack, due: ReportDue, adopted: frozenset[str]) -> Standing:
    marks = []
    if due.duty.status != "verified" and due.duty.id not in adopted:
        marks.append("CHECK SOURCE")
    if due.duty.id not in adopted:
        marks.append(words.DRAFT.text)
    return Standing(due.duty.cite, tuple(marks), stack.checked_through)


def _begin(moment: datetime, period: Period) -> str:
    return f"This desk's records begin on {spell_moment(moment, period.zone)}"


def _day(day: date) -> str:
    return f"{day.day}, {day.year}"
