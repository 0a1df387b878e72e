"""Readings as people corrected them. In: the rows of documents; out: their readings, in which the last correction of a field stands in place of
what the machine read, and the defects are those of what stands then. Corrections made before a document was read as a person laid it out count no more: its papers
may have other places since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from detainerdesk.intake.models import Correction, Document
from detainerdesk.intake.reading import defects
from detainerdesk.intake.reading.fields import Paper, Reading, State, as_seen, from_json


def reading_of(document: Document) -> Reading | None:
    """Its reading; None where nothing could be read."""
    return readings_of([document]).get(document.sha256)


def readings_of(documents: Iterable[Document], as_of: datetime | None = None) -> dict[str, Reading]:
    """The readings of many documents by their SHA-256, with one query for what was corrected in them (by then)."""
    of_sha256 = {document.sha256: document for document in documents}
    readings = {sha256: from_json(one.reading) for sha256, one in of_sha256.items() if one.reading is not None}
    changed = set()
    made = Correction.objects.filter(document__in=readings, **({"at__lte": as_of} if as_of else {}))
    for row in made.order_by("id"):
        document = of_sha256[row.document_id]
        if document.arranged is None or document.read_at is None or row.at >= document.read_at:
            readings[row.document_id] = _with(readings[row.document_id], row)
            changed.add(row.document_id)
    for sha256 in changed:
        readings[sha256] = replace(readings[sha256], papers=with_defects(readings[sha256].papers))
    return readings


def with_defects(papers: Sequence[Paper], known: defects.Known | None = None) -> tuple[Paper, ...]:
    """The papers with the defects that they have as they stand now, and by what is known besides."""
    found = defects.find_again(papers, known)
    return tuple(replace(paper, defects=mine) for paper, mine in zip(papers, found, strict=True))


def _with(reading: Reading, row: Correction) -> Reading:
    if row.paper >= len(reading.papers) or row.field not in reading.papers[row.paper].fields:
        return reading
    paper = reading.papers[row.paper]
    fields = dict(paper.fields)
    fields[row.field] = as_seen(fields[row.field], cast(State, row.state), row.value)
    papers = list(reading.papers)
    papers[row.paper] = replace(paper, fields=fields)
    return replace(reading, papers=tuple(papers))
