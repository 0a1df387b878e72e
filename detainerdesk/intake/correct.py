"""A person at the reading desk: says what a field of a waiting paper shows, or how the pages of a file belong together, and then the paper is
placed again. In: an agency, a document, what was seen, an actor. Each act is rows and one event, one more for each other agency that has the
file, and one for each request that becomes something else by it, in one transaction. The machine's own reading stays beside every correction.
Pages that were laid out are read later, with what arrives (`understand`). Fields of a paper that is in a request already are checked at the desk,
on that request; those that say what the request is are corrected here too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from django.db import transaction
from django.utils import timezone

from detainerdesk.intake import corrected, display, join
from detainerdesk.intake.models import Correction, DetainerRequest, Document, Joined, Transmission, Waiting
from detainerdesk.intake.queue import QueueError, open_waits
from detainerdesk.intake.reading.fields import Arranged, State, arranged_to_json, check_arranged
from detainerdesk.intake.understand import (
    LAID_OUT,
    identify_by_its_papers,
    place_anew,
    placing_waits_everywhere,
    settle,
    wait,
)
from detainerdesk.ledger import log as ledger

WITHOUT_PAGES = (display.MAIL, display.ENTRY, display.LIST)

SAYS_WHAT_IT_IS = ("cancel_prior", "cancel_date", *join.FIELD_OF.values())
"""The fields of a form by which a request is a detainer or a cancellation, of which day, and by which copies of it are known."""


def correct(
    sha256: str, agency: str, *, paper: int, field: str, state: State, value: str | bool | None, actor: str
) -> None:
    """What a person sees in one field of a waiting paper. `value` only where something is shown. Here the paper waits until it is placed again; no other
    agency that has it is asked any more what was seen."""
    if state not in get_args(State):
        raise QueueError(f"{state!r} is no state of a field. Choose one of: {', '.join(get_args(State))}.")
    if (state == "shown") != (value not in (None, "")):
        raise QueueError(f"{field}: write what is shown, or say that the place is empty or can't be read.")
    with transaction.atomic():
        placing_waits_everywhere(sha256)
        document, _ = open_waits(sha256, agency)
        seen = _keep(document, paper=paper, field=field, state=state, value=value, actor=actor, at=timezone.now())
        _tell([agency, *_others(document, agency)], agency, seen)
        _identify_all(document, actor)
        settle(document, [row for row in _box_was_seen(document, paper) if row.agency != agency], actor)


def seen_in_a_request(
    sha256: str,
    agency: str,
    *,
    paper: int,
    field: str,
    state: State,
    value: str | bool | None,
    actor: str,
    at: datetime,
) -> None:
    """What a person saw at the desk in a field that says what the request is: each request that has the paper is that from now on, at whichever
    agency, and waits no more to be looked at for it. In the transaction of the desk's move, which tells this agency's ledger what was seen, and in which
    no paper of these agencies is placed."""
    document = Document.objects.select_for_update().get(sha256=sha256)
    seen = _keep(document, paper=paper, field=field, state=state, value=value, actor=actor, at=at)
    _tell(_others(document, agency), agency, seen, at)
    _identify_all(document, actor, at)
    settle(document, _box_was_seen(document, paper), actor)


def place_again(sha256: str, agency: str, *, actor: str) -> None:
    """The waiting paper goes where its corrected reading says: a request of its own, one that is there, or back to the queue."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        settle(document, waits, actor)
        papers = {place for row in waits for place in row.papers} if all(row.papers for row in waits) else set()
        place_anew(document, agency, papers)


def arrange(sha256: str, agency: str, arranged: Sequence[Arranged], *, actor: str) -> None:
    """A person says which pages make which paper, of what kind, and how they are turned. It is kept, and the file waits to be read that way."""
    with transaction.atomic():
        document, waits = open_waits(sha256, agency)
        _refuse_placed(document)
        reading = corrected.reading_of(document)
        if reading is None or document.type in WITHOUT_PAGES:
            raise QueueError(
                "This file has no pages to lay out. Open the original, attach it to a request, or set it aside."
            )
        check_arranged(arranged, reading.pages)
        document.arranged = arranged_to_json(arranged)
        document.save(update_fields=["arranged"])
        ledger.append(
            "paper.arranged",
            actor=actor,
            agency=agency,
            subject=str(document),
            facts={"papers": " ".join(one.kind or "as read" for one in arranged), "pages": reading.pages},
        )
        settle(document, waits, actor)
        papers = {place for row in waits for place in row.papers} if all(row.papers for row in waits) else set()
        candidates = tuple(number for row in waits for number in row.candidates)
        says = "A person laid its pages out. It is being read that way."
        wait(document, agency, join.Waits(tuple(sorted(papers)), LAID_OUT, says), candidates)


def _keep(
    document: Document,
    *,
    paper: int,
    field: str,
    state: State,
    value: str | bool | None,
    actor: str,
    at: datetime,
) -> Correction:
    """The correction, with the field as it stood."""
    reading = corrected.reading_of(document)
    if reading is None or paper >= len(reading.papers) or field not in reading.papers[paper].fields:
        raise QueueError(f"There is no field {field} on this paper. Open it again: its pages were laid out anew.")
    now = reading.papers[paper].fields[field]
    return Correction.objects.create(
        document=document,
        paper=paper,
        field=field,
        value=value,
        state=state,
        read_as={"value": now.value, "state": now.state, "accepted": now.accepted},
        by=actor,
        at=at,
    )


def _others(document: Document, agency: str) -> list[str]:
    """The other agencies that have the same file."""
    has_it = Transmission.objects.filter(document=document).exclude(agency=agency)
    return sorted(set(has_it.values_list("agency", flat=True)))


def _tell(agencies: Iterable[str], seen_at: str, seen: Correction, at: datetime | None = None) -> None:
    """Each of these agencies finds in its own ledger what somebody, perhaps of another, saw in a file that it has too."""
    for agency in agencies:
        ledger.append(
            "paper.corrected",
            actor=seen.by,
            agency=agency,
            subject=str(seen.document),
            facts={"field": seen.field, "state": seen.state, "as_read": _as_read(seen), "seen_at": seen_at},
            personal={"value": str(seen.value)} if seen.state == "shown" else {},
            at=at,
        )


def _identify_all(document: Document, actor: str, at: datetime | None = None) -> None:
    """Each request that has the file is what its papers now say, at whichever agency."""
    holds_it = Joined.objects.filter(transmission__document=document, undone_at=None).values("request")
    for request in DetainerRequest.objects.select_for_update().filter(pk__in=holds_it).order_by("pk"):
        identify_by_its_papers(request, actor, at)


def _box_was_seen(document: Document, paper: int) -> list[Waiting]:
    """The waits, at whichever agency, for somebody to see whether this form cancels; none while nobody could."""
    reading = corrected.reading_of(document)
    if reading is None or "kind" not in join.identity_of(reading.papers[paper]).accepted:
        return []
    waits = Waiting.objects.filter(document=document, reason=join.UNSURE_CANCELLATION, settled_at=None)
    return [row for row in waits.select_for_update() if row.papers == [paper]]


def _refuse_placed(document: Document) -> None:
    if Joined.objects.filter(transmission__document=document, undone_at=None).exists():
        raise QueueError(
            "Some of this file's papers belong to a request already, and they would change places under it. "
            "Take the paper out of its request first, then lay its pages out."
        )


def _as_read(seen: Correction) -> bool:
    """A box that was found without ink is empty to the reader and not ticked to a person: only its value counts."""
    was = seen.read_as
    if isinstance(was["value"], bool) and isinstance(seen.value, bool):
        return was["value"] is seen.value
    return (was["state"], was["value"]) == (seen.state, seen.value)
