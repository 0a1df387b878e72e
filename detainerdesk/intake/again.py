"""Lists that wait because they could not be read go back to be read again: there is a column map for them now, or it was mended. In: an agency. Out: the
receipts of those lists; `understand` reads them. What a person settled stays settled, unless the same list came once more since."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from detainerdesk.intake import columns, display, store
from detainerdesk.intake.door import ACTOR, Receipt, largest
from detainerdesk.intake.models import Document, Joined, Transmission, Waiting
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.intake.understand import agencies_with, placing_waits_everywhere, settle
from detainerdesk.ledger import log as ledger


def put_back(agency: str, *, actor: str) -> tuple[Receipt, ...]:
    """Every list of this agency that was never read, and of which the maps say something else now. Raises ColumnsError where a map is wrong; StoreError,
    after all others, where the file of one is missing or damaged."""
    maps = columns.maps(Path(settings.DATA))
    unread = Document.objects.filter(type=display.LIST, reading__isnull=True, size__lte=largest(display.LIST))
    unread = unread.exclude(scan=Document.Scan.HELD)
    receipts = []
    missing: store.StoreError | None = None
    for document in unread.exclude(state=Document.State.STORED).order_by("number"):
        if not _is_open(document, agency):
            continue
        try:
            result = columns.read(store.get(document.sha256), maps)
        except store.StoreError as error:
            missing = missing or error
            continue
        if isinstance(result, Unreadable) and result.says == document.why:
            continue
        first = Transmission.objects.filter(document=document, agency=agency).order_by("receipt")[0]
        _put_back(document, actor)
        receipts.append(Receipt(first.receipt, document.sha256, first.acknowledged_at, again=True))
    if missing:
        raise missing
    return tuple(receipts)


def _is_open(document: Document, agency: str) -> bool:
    """Whether it came to this agency, is in no request there, and came last after whatever a person made of it."""
    came = Transmission.objects.filter(document=document, agency=agency)
    last = came.order_by("receipt").last()
    if last is None or Joined.objects.filter(transmission__in=came, undone_at=None).exists():
        return False
    settled = Waiting.objects.filter(document=document, agency=agency, settled_at__gte=last.acknowledged_at)
    return not settled.exclude(settled_by=ACTOR).exists()


def _put_back(document: Document, actor: str) -> None:
    with transaction.atomic():
        placing_waits_everywhere(document.sha256)
        document.refresh_from_db()
        if document.reading is not None or document.state == Document.State.STORED:
            return  # another process was faster
        agencies = [one for one in sorted(agencies_with(document.sha256)) if _is_open(document, one)]
        # by the machine: whoever wants a list read again has not looked at what it asks
        settle(document, Waiting.objects.filter(document=document, agency__in=agencies, settled_at=None), ACTOR)
        document.state = Document.State.STORED
        document.save(update_fields=["state"])
        Transmission.objects.filter(document=document, agency__in=agencies).update(placed=False)
        for agency in agencies:
            ledger.append("paper.put_back", actor=actor, agency=agency, subject=str(document), facts={})
