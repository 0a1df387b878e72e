"""From a paper on the disk to cases, without a database: read as intake reads it, told apart as intake tells requests apart, and turned into
facts as the desk does. In: a path, an agency, a moment; out: a case for each request in the file, or why there is none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from detainerdesk.intake.reading.child import read_in_child
from detainerdesk.intake.reading.fields import Reading, Unreadable
from detainerdesk.law import Case

Found = tuple[str | None, Case | None, str]


def load_desk() -> None:
    """The desk's modules know Django's models; nothing of a database is touched."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")
    django.setup()


def read_paper(path: Path) -> Reading | Unreadable:
    """The paper as intake reads it: in a limited child process."""
    return read_in_child(path)


def cases_of(path: Path, agency: str, at: datetime) -> Iterator[Found]:
    """Every request in the file, in the request view: other custody ends now."""
    reading = read_paper(path)
    if isinstance(reading, Unreadable):
        yield path.name, None, reading.says
        return
    load_desk()
    from detainerdesk.desk import facts
    from detainerdesk.intake import join
    from detainerdesk.intake.request import Request

    file = hashlib.sha256(path.read_bytes()).hexdigest()
    for placement in join.plan(reading, ()):
        if isinstance(placement, join.Waits):
            yield path.name, None, placement.says
            continue
        papers = tuple(reading.papers[place] for place in placement.papers)
        request = Request(
            number=path.name,
            agency=agency,
            kind=placement.identity.kind,
            station="",
            received_at=at,
            papers=papers,
            documents=(file,) * len(papers),
            transmissions=(),
            cancels_on=placement.cancels_on if isinstance(placement, join.Opens) else None,
        )
        yield path.name, facts.case_of(request, at=at), ""
