"""What is known besides a paper: the person in custody, the agency's own names, the offices on file, cancellations that came. In: a request as officers
saw it, what they recorded. Out: whether paper and booking name one person, in three answers with their reasons; and what `defects.find_again` looks at.
Nothing here is a decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from detainerdesk.desk.facts import BookedFacts, Known
from detainerdesk.desk.on_file import OnFile
from detainerdesk.intake import join
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import DetainerRequest
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading import defects, match
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.intake.receipts import known_as
from detainerdesk.intake.request import Request, Transmission

NEEDED: Final = 2
"""How many of name, birth date and number are the same before a paper is said to be about a person in custody (security.md ACL-4)."""

CITIZENSHIP_PROOF: Final = "person.citizenship_proof"


def compared_with_booking(shown: Request, known: Known) -> match.Match | None:
    """The person on the paper beside the one in custody; None where nobody wrote down what the booking has, or no paper names a person."""
    paper = person_paper(shown.papers, shown.detainer)
    return compare(paper, known.booked) if paper is not None and known.booked is not None else None


def person_paper(papers: Iterable[Paper], form: Paper | None = None) -> Paper | None:
    """The paper that says whom it is about: the form, else the first that names somebody."""
    return form or next((paper for paper in papers if match.person_of(paper).name), None)


def compare(paper: Paper, booked: BookedFacts) -> match.Match:
    return match.compare(match.person_of(paper), match.Person(booked.name or None, booked.birth_date, booked.numbers))


def of_a_request(
    shown: Request,
    known: Known,
    names: Iterable[str],
    on_file: OnFile,
    *,
    hold_until: datetime | None,
    at: datetime,
) -> defects.Known:
    """All that is known besides a request's papers. `hold_until`: the end of a hold as the agency's rulebook counts it."""
    booked = known.booked
    return defects.Known(
        booking=defects.Booking(
            name=booked.name or None if booked else None,
            birth_date=booked.birth_date if booked else None,
            numbers=booked.numbers if booked else {},
            booked_on=booked.booked_on if booked else None,
            says_citizen=_says_citizen(known),
        ),
        agency_names=(*names, *on_file.names),
        received_on=_day_of_receipt(shown.transmissions, shown.agency),
        cancellations=_cancellations(shown),
        hold_until=hold_until,
        at=at,
        sent_from=_sent_from(shown.transmissions) if on_file.senders else None,
        senders=on_file.senders,
        phones=on_file.phones,
    )


def of_a_waiting_paper(
    sent: Iterable[Transmission], agency: str, names: Iterable[str], on_file: OnFile
) -> defects.Known:
    """The same of a paper that belongs to no request, and so to no booking."""
    sent = tuple(sent)
    return defects.Known(
        agency_names=(*names, *on_file.names),
        received_on=_day_of_receipt(sent, agency),
        sent_from=_sent_from(sent) if on_file.senders else None,
        senders=on_file.senders,
        phones=on_file.phones,
    )


def _says_citizen(known: Known) -> bool | None:
    """Only where a rulebook reads a proof, and somebody recorded one (names.md): the desk has no other field for it."""
    shown = known.answers.get(CITIZENSHIP_PROOF)
    return (
        True
        if isinstance(shown, str)
        and shown in ("us_passport", "birth_certificate", "naturalization_certificate", "oral_claim")
        else None
    )


def _day_of_receipt(sent: Iterable[Transmission], agency: str) -> date | None:
    first = min((one.received_at for one in sent), default=None)
    return first.astimezone(zone_of(agency)).date() if first else None


def _sent_from(sent: Iterable[Transmission]) -> str | None:
    """A number or an address that the channel saw; a program or an officer that brought a paper in is neither."""
    said = intake_request.came_with(tuple(sent)[:1]).values()
    names = (known_as(one.sender) for one in said)
    return next((name for name in names if "@" in name or name.isdecimal()), None)


def _cancellations(shown: Request) -> tuple[defects.Cancellation, ...]:
    """Cancellations of the same agency that bear this person's file number, as far as that was read surely on both."""
    form = shown.detainer
    mine = join.identity_of(form) if form is not None else None
    if mine is None or "file_no" not in mine.accepted or shown.kind == "cancellation":
        return ()
    rows = DetainerRequest.objects.filter(
        agency=shown.agency, kind=DetainerRequest.Kind.CANCELLATION, file_no=mine.file_no, accepted__contains="file_no"
    )
    days = ((_iso(row.issued_on) if "issued_on" in row.accepted.split() else None, row.cancels_on) for row in rows)
    return tuple(defects.Cancellation(issued, cancels) for issued, cancels in days if issued is not None)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
