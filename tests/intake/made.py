"""Readings as the reader would give them, made by hand where a test is about what follows from a reading. All people are fictional."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document
from detainerdesk.intake.queue import Waits, waiting
from detainerdesk.intake.reading.fields import Field, Paper, Reading, State, Unreadable
from detainerdesk.intake.understand import understand_all

BOSTON = "us-ma-boston/police"
ARRIVED = datetime(2026, 3, 3, 6, 52, tzinfo=UTC)

LUIS = {
    "subject_id": "555000111",
    "event_no": "BOS2603000001",
    "file_no": "A000 000 001",
    "form_date": "03/03/2026",
    "subject_name": "DELACROIX, Luis Antonio",
    "dob": "12/25/1982",
}
MARCOS = {
    "subject_id": "555000222",
    "event_no": "BOS2603000002",
    "file_no": "A000 000 002",
    "form_date": "03/03/2026",
    "subject_name": "SILVA, Marcos",
    "dob": "07/04/1977",
}


def field(value: str | bool, *, accepted: bool = True, state: State = "shown") -> Field:
    return Field(value, state, accepted, 1, (40.0, 40.0, 200.0, 52.0), 0.99 if accepted else 0.4, "text layer")


def paper(
    kind: str,
    values: Mapping[str, str | bool],
    *,
    page: int = 1,
    unsure: Iterable[str] = (),
    edition: str | None = None,
) -> Paper:
    unsure = set(unsure)
    return Paper(
        kind, edition, (page,), {name: field(value, accepted=name not in unsure) for name, value in values.items()}
    )


def detainer(values: Mapping[str, str | bool] = LUIS, **more: object) -> Paper:
    unsure = more.pop("unsure", ())
    page = more.pop("page", 1)
    kind = more.pop("kind", "i247a")
    return paper(str(kind), {"cancel_prior": False, **values, **more}, page=page, unsure=unsure)  # type: ignore[arg-type]


def reading(*papers: Paper) -> Reading:
    return Reading(papers, pages=max([page for one in papers for page in one.pages], default=1))


class Desk:
    """An installation in a test: deliveries go in by the door, and are read as the test says."""

    def __init__(self) -> None:
        self.readings: dict[bytes, Reading | Unreadable] = {}
        self.deliveries = 0

    def gets(
        self,
        data: bytes,
        what: Reading | Unreadable | None = None,
        *,
        station: str = "D-4",
        agency: str = BOSTON,
        at: datetime = ARRIVED,
    ) -> int:
        """One delivery through the door; returns the number of its receipt."""
        if what is not None:
            self.readings[data] = what
        self.deliveries += 1
        return receive(data, Envelope("upload", agency, station, "fax.pdf", at, f"test:{self.deliveries}")).number

    def understands(self) -> tuple[Document, ...]:
        return understand_all(self.reader())

    def reader(self) -> Callable[[Path], Reading | Unreadable]:
        return lambda place: self.readings[place.read_bytes()]

    def waits(self, agency: str = BOSTON) -> tuple[Waits, ...]:
        return waiting(agency)
