"""What was done with a request, and by whom, for its page. In: a Look. Out: a line for each act of a person and for each paper that came, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from detainerdesk.desk import life, words
from detainerdesk.desk.models import (
    Act,
    Answer,
    BookedPerson,
    Booking,
    FieldCheck,
    Identity,
    PaperCheck,
    Recorded,
    WarrantCheck,
)
from detainerdesk.desk.page import see
from detainerdesk.desk.page.channels import channel
from detainerdesk.desk.page.look import Look
from detainerdesk.desk.page.questions import GROUND_KEYS
from detainerdesk.desk.page.values import DoneRow
from detainerdesk.desk.words import AgencyWords
from detainerdesk.intake import request as intake_request
from detainerdesk.ledger import log as ledger
from detainerdesk.ledger.event import Event

_GROUND_WORDS = {value: label for _, value, label in GROUND_KEYS}


def done(look: Look) -> tuple[DoneRow, ...]:
    """What was recorded and what a person did with its papers, the newest first; then how the papers came."""
    zone, now = look.agency.zone, look.now
    acts = [(row.at, row.by.short_name, _recorded(row, look.agency, now)) for row in look.past.rows]
    acts += _with_papers(look.request.number, look.state.agency)
    acts.sort(key=lambda act: act[0])
    came = [
        DoneRow(words.hour(one.received_at, zone, now), one.station, f"paper came by {channel(one.channel)}")
        for one in look.request.transmissions
    ]
    rows = [DoneRow(words.hour(at, zone, now), who, text) for at, who, text in acts]
    return (*reversed(rows), *reversed(came))


def _with_papers(number: str, agency: str) -> Iterator[tuple[datetime, str, str]]:
    """When, who, what: a paper attached by a person, taken out, kept apart as this request, and what the request became by that. One line for a
    paper, however often it came."""

    def act(event: Event) -> tuple[str, str, object]:
        return event.kind, event.actor, event.facts.get("paper")

    events = (entry.event for entry in ledger.entries(f"request {number}", agency=agency))
    for _, same in groupby(events, key=act):
        first, *others = same
        receipts = see.receipts([event.facts["receipt"] for event in (first, *others) if "receipt" in event.facts])
        text = ""
        match first.kind:
            case "request.attached":
                text = f"attached a paper, {receipts}"
            case "request.parted":
                text = f"took a paper out, {receipts}"
            case "request.opened" if life.officer_named(first.actor):
                text = f"kept a paper apart as this request, {receipts}"
            case intake_request.KIND_CHANGED if first.facts["was_kind"] != first.facts["kind"]:
                text = f"the request is a {first.facts['kind']} now; it was a {first.facts['was_kind']}"
        if text:
            yield first.at, life.name_of(first.actor, agency), text


def _recorded(row: Recorded, agency: AgencyWords, now: datetime) -> str:
    match row:
        case Identity():
            compared = f" ({row.compared})" if row.compared else ""
            return f"{row.get_result_display()}{compared}"
        case WarrantCheck():
            systems = f", {row.systems}" if row.systems else ""
            return f"warrant check: {row.get_result_display()}{systems}"
        case BookedPerson():
            return "wrote down whom booking has, to compare"
        case Booking(ground="none"):
            return f"no ground yet: custody rests on {row.basis_text or 'an open charge'}"
        case Booking():
            when = words.moment(row.eligible_at, agency.zone, now) if row.eligible_at else ""
            return f"other custody: {agency.grounds.get(row.ground, _GROUND_WORDS[row.ground])}, {when}"
        case FieldCheck():
            return f"field {row.field.replace('_', ' ')} {'confirmed' if row.as_read else 'corrected'}"
        case PaperCheck():
            return f"court paper: {'names this person' if row.names_person else 'not this person' if row.names_person is False else 'could not find out'}"
        case Answer():
            return f"answer: {row.fact} {row.value}"
        case Act():
            return f"recorded: {row.get_act_display()}"
    return ""
