"""A person at the reading desk: says what a field of a waiting paper shows, or how the pages of a file belong together, and then the paper is
placed again. In: an agency, a document, what was seen, an actor. Each act is rows and one event in one transaction. The machine's own reading
stays beside every correction. Fields of a paper that is in a request already are checked at the desk, on that request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from django.db import transaction
from django.utils import timezone

from detainerdesk.intake import corrected, store
from detainerdesk.intake.models import Correction, Document, Joined
from detainerdesk.intake.queue import QueueError, deliveries, open_waits, settle
from detainerdesk.intake.reading.fields import Arranged, Field, Reading, State, Unreadable, arranged_to_json, to_json
from detainerdesk.intake.understand import place, read_pages
from detainerdesk.ledger import log as ledger

ArrangedReader = Callable[[Path, tuple[Arranged, ...]], Reading | Unreadable]


def correct(
    sha256: str, agency: str, *, paper: int, field: str, state: State, value: str | bool | None, actor: str
) -> None:
    """What a person sees in one field of a waiting paper. `value` only where something is shown."""
    if state not in get_args(State):
        raise QueueError(f"{state!r} is no state of a field. Choose one of: {', '.join(get_args(State))}.")
    if (state == "shown") != (value not in (None, "")):
        raise QueueError(f"{field}: write what is shown, or say that the place is empty or can't be read.")
    with transaction.atomic():
        document, _ = open_waits(sha256, agency)
        reading = corrected.reading_of(document)
        if reading is None or paper >= len(reading.papers) or field not in reading.papers[paper].fields:
            raise QueueError(f"There is no field {field} on this paper. Open it again: its pages were laid out anew.")
        now = reading.papers[paper].fields[field]
        Correction.objects.create(
            document=document,
            paper=paper,
            field=field,
            value=value,
            state=state,
            read_as={"value": now.value, "state": now.state, "accepted": now.accepted},
            by=actor,
            at=timezone.now(),
        )
        ledger.append(
            "paper.corrected",
            actor=actor,
            agency=agency,
            subject=str(document),
            facts={"field": field, "state": state, "as_read": _as_read(now, state, value)},
            personal={"value": str(value)} if state == "shown" else {},
        )


def place_again(sha256: str, agency: str, *, actor: str) -> None:
    """The waiting paper goes where its corrected reading says: a request of its own, one that is there, or back to the queue."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        settle(document, waits, actor)
        _place_all(document, agency)


def arrange(
    sha256: str, agency: str, arranged: Sequence[Arranged], *, actor: str, read: ArrangedReader | None = None
) -> None:
    """A person says which pages make which paper, of what kind, and how they are turned. The file is read anew that way."""
    with transaction.atomic():
        document, _ = open_waits(sha256, agency)
        _refuse_placed(document)
    result = (read or read_pages)(store.path(sha256), tuple(arranged))
    if isinstance(result, Unreadable):
        raise QueueError(result.says)
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        _refuse_placed(document)
        document.reading, document.read_at = to_json(result), timezone.now()
        document.arranged = arranged_to_json(arranged)
        document.save(update_fields=["reading", "read_at", "arranged"])
        settle(document, waits, actor)
        ledger.append(
            "paper.arranged",
            actor=actor,
            agency=agency,
            subject=str(document),
            facts={"papers": " ".join(one.kind for one in result.papers), "pages": result.pages},
        )
        _place_all(document, agency)


def _place_all(document: Document, agency: str) -> None:
    """The first delivery is placed by what is read now, the others go where it went."""
    rows = deliveries(document, agency)
    for row in rows:
        row.placed = False
        row.save(update_fields=["placed"])
    for row in rows:
        place(row)


def _refuse_placed(document: Document) -> None:
    if Joined.objects.filter(transmission__document=document, undone_at=None).exists():
        raise QueueError(
            "Some of this file's papers belong to a request already, and they would change places under it. "
            "Take the paper out of its request first, then lay its pages out."
        )


def _as_read(now: Field, state: State, value: str | bool | None) -> bool:
    """A box that was found without ink is empty to the reader and not ticked to a person: only its value counts."""
    if isinstance(now.value, bool) and isinstance(value, bool):
        return now.value is value
    return (now.state, now.value) == (state, value)
