"""What is to be seen of papers beside what they ask: whether they name the person in the booking, what is wrong on them and where, how they came and what
is known of their sender. In: a Look, or a paper that waits. Out: words and places. A defect is no decision: its words say what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from detainerdesk.desk import compared, words
from detainerdesk.desk.facts import BookedFacts, Known
from detainerdesk.desk.on_file import OnFile, OnFileError, on_file
from detainerdesk.desk.page import labels
from detainerdesk.desk.page.channels import channel
from detainerdesk.desk.page.look import PAPER_WORDS, Look
from detainerdesk.desk.page.values import Came, Compared, ComparedRow, PaperRow, SeeRow
from detainerdesk.intake import entry
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.corrected import with_defects
from detainerdesk.intake.reading.fields import Defect, Paper
from detainerdesk.intake.reading.match import NUMBER_WORDS, Answer, person_of
from detainerdesk.intake.request import Request, Transmission

# ---- paper and booking ------------------------------------------------------------------------------------------------


def comparison_of(shown: Request, known: Known) -> Compared | None:
    """None where nobody wrote down what the booking has, or no paper names a person."""
    paper = compared.person_paper(shown.papers, shown.detainer)
    return comparison(paper, known.booked) if paper is not None and known.booked is not None else None


def comparison(paper: Paper, booked: BookedFacts) -> Compared:
    """Name, birth date and numbers side by side. Of numbers only the kinds are named: a file number stands on no page of the desk but that of its
    field."""
    match = compared.compare(paper, booked)
    person = person_of(paper)
    sure = {name for name, read in paper.fields.items() if read.accepted}
    born = f"{booked.birth_date:%m/%d/%Y}" if booked.birth_date else ""
    rows = (
        _row("Name", person.name or "", booked.name, match.name, sure=bool(sure & {"subject_name", "arrest_name"})),
        _row("Birth date", str(person.birth_date or ""), born, match.birth_date, sure="dob" in sure),
        _row("Numbers", _kinds(person.numbers), _kinds(booked.numbers), match.numbers, sure=True),
    )
    enough = len(match.agree) >= compared.NEEDED
    says = f"Two of three are the same: {', '.join(match.agree)}." if enough else words.too_little_agrees(match.agree)
    says = says if len(match.agree) < len(rows) else "All three are the same."
    return Compared(PAPER_WORDS.get(paper.kind, "paper"), rows, says, enough)


def _row(label: str, paper: str, booking: str, answer: Answer, *, sure: bool) -> ComparedRow:
    to_check = " (to check)" if paper and not sure else ""
    return ComparedRow(label, f"{paper}{to_check}" or "not there", booking or "not there", answer.verdict, answer.why)


def _kinds(numbers: Iterable[str]) -> str:
    return ", ".join(NUMBER_WORDS.get(kind, kind) for kind in numbers)


# ---- what is wrong, and where -----------------------------------------------------------------------------------------


def with_what_is_known(look: Look) -> Request:
    """The request's papers with the defects that they have by what is known now: corrected fields, booking, lists, cancellations, time."""
    return _with_defects(look, _on_file(look.state.agency)[0])


def _with_defects(look: Look, listed: OnFile) -> Request:
    hold = look.decision.actions.get("hold") if look.decision else None
    ended = look.situation.ended_at is not None
    end = words.hold_end(hold, look.decision) if hold is not None and look.decision is not None and ended else None
    known = compared.of_a_request(look.shown, look.past.known, (look.agency.name,), listed, hold_until=end, at=look.now)
    return replace(look.shown, papers=with_defects(look.shown.papers, known))


def defects_of(look: Look, pages: Sequence[tuple[str, int]]) -> tuple[SeeRow, ...]:
    """Each with the field on which it is; `pages`: those of the pictures, in their order."""
    shown = _with_defects(look, _on_file(look.state.agency)[0])
    rows = [*see_rows(shown.papers, shown.documents, pages), *no_list(look.state.agency)]
    if look.request.queue:
        rows.append(SeeRow("", f"a paper waits for a person: {look.request.queue.rstrip('.')}", ""))
    return tuple(rows)


def see_rows(
    papers: Sequence[Paper],
    documents: Sequence[str],
    pages: Sequence[tuple[str, int]],
    only: Iterable[int] | None = None,
) -> tuple[SeeRow, ...]:
    """The defects of these papers, each once: a copy of a paper has what the first has."""
    rows: dict[tuple[str, str], SeeRow] = {}
    for place in range(len(papers)) if only is None else sorted(only):
        for defect in papers[place].defects:
            rows.setdefault((defect.id, defect.says), _see_row(papers[place], place, documents[place], defect, pages))
    return tuple(sorted(rows.values(), key=lambda row: row.id))


def _see_row(paper: Paper, place: int, document: str, defect: Defect, pages: Sequence[tuple[str, int]]) -> SeeRow:
    read = paper.fields.get(defect.field) if defect.field else None
    file_page = read.page if read is not None and read.page else next(iter(paper.pages), None)
    at = (document, file_page)
    page = pages.index(at) + 1 if file_page is not None and at in pages else None
    field = defect.field if read is not None and defect.field not in labels.NEVER_SHOWN else None
    said = (PAPER_WORDS.get(paper.kind, "paper"), labels.label(field) if field else "", f"page {page}" if page else "")
    return SeeRow(
        id=defect.id,
        says=defect.says.rstrip("."),
        where=", ".join(filter(None, said)),
        name=field or "",
        paper=place,
        page=page,
        box=read.box if read is not None and field else None,
    )


def of_waiting_papers(
    papers: Sequence[Paper], sent: Sequence[Transmission], agency: str, name: str
) -> tuple[Paper, ...]:
    """The papers of a file that waits, with the defects that what is known besides shows."""
    listed, _ = _on_file(agency)
    return with_defects(papers, compared.of_a_waiting_paper(sent, agency, (name,), listed))


def no_list(agency: str) -> tuple[SeeRow, ...]:
    """That the list of what is on file can't be read, where it is so: then nothing is compared with it."""
    problem = _on_file(agency)[1]
    return (SeeRow("", problem, ""),) if problem else ()


def _on_file(agency: str) -> tuple[OnFile, str]:
    """A page never fails on it."""
    try:
        return on_file(agency), ""
    except OnFileError as error:
        return OnFile(), str(error)


# ---- how it came ------------------------------------------------------------------------------------------------------


def papers_of(request: Request) -> tuple[PaperRow, ...]:
    """Each file of the request, by what is in it: a name from outside can hold anything."""
    rows = []
    for document in dict.fromkeys(request.documents):
        mine = [paper for paper, of in zip(request.papers, request.documents, strict=True) if of == document]
        kinds = ", ".join(dict.fromkeys(PAPER_WORDS.get(paper.kind, "kind not known") for paper in mine))
        told = all(entry.was_told(paper) for paper in mine)
        count = len({page for paper in mine for page in paper.pages})
        pages = "" if told else f", {count} page{'' if count == 1 else 's'}"
        rows.append(PaperRow(document, f"{kinds}{pages}; {_receipts(request.transmissions, document)}"))
    unread = {sent.sha256 for sent in request.transmissions} - set(request.documents)
    rows += [PaperRow(one, f"nothing read; {_receipts(request.transmissions, one)}") for one in sorted(unread)]
    return tuple(rows)


def _receipts(sent: Iterable[Transmission], document: str) -> str:
    return receipts([one.receipt for one in sent if one.sha256 == document])


def receipts(numbers: Sequence[object]) -> str:
    """`receipt 12`, `receipts 12, 13`."""
    return f"receipt{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def came(sent: Sequence[Transmission], zone: ZoneInfo, now: datetime) -> tuple[Came, ...]:
    """Each transmission, and what is known of its sender. None of it decides anything."""
    known = intake_request.came_with(sent)
    return tuple(
        Came(
            f"{one.station} {words.hour(one.received_at, zone, now)} by {channel(one.channel)}, receipt {one.receipt}",
            _said(known[one.receipt], one.channel) if one.receipt in known else (),
        )
        for one in sent
    )


def _said(one: intake_request.CameWith, by: str) -> tuple[str, ...]:
    said = [_sender(one.sender)] if one.sender and by not in BROUGHT_IN else []
    results = dict.fromkeys(result for check in one.checks for result in check_words(check))
    if results:
        said.append(f"Mail servers wrote: {'; '.join(results)}. {WRITTEN_BY_ANYBODY}")
    return (*said, *(f"In the mail: {note}" for note in one.notes))


def _sender(sender: str) -> str:
    """`fax@example.gov [10.0.0.5]` is an address and the machine that handed the mail over."""
    machine = re.search(r"\s*\[([^\]]*)\]\s*$", sender)
    if machine is None:
        return f"Sent by {sender}."
    address = sender[: machine.start()].strip() or "a sender without an address"
    return f"Handed over as from {address}, by the machine {machine[1]}."


BROUGHT_IN: Final = ("upload", "entry")
"""Channels whose sender is an officer of this desk, or whoever told one."""
WRITTEN_BY_ANYBODY: Final = "Anybody can write that into a mail: call back on a number that is known."
CHECKS: Final = {
    "spf": "may that machine send for that address (SPF)",
    "dkim": "did a domain sign the mail (DKIM)",
    "dmarc": "does the address that is shown belong to it (DMARC)",
    "arc": "do the servers on the way vouch for it (ARC)",
}
RESULTS: Final = {
    "pass": "yes",
    "fail": "no",
    "softfail": "likely not",
    "neutral": "its domain does not say",
    "none": "there was nothing to check",
    "policy": "no, by the server's own rules",
    "permerror": "its domain's record is wrong",
    "temperror": "could not be checked then",
}


def check_words(check: str) -> tuple[str, ...]:
    """What one line of a mail's head says, in plain words: `may that machine send for that address (SPF): yes, ice.example`. What is no such
    line, or says none of the known results, is left out."""
    name, _, said = check.partition(":")
    if name.casefold() == "received-spf":
        results = [("spf", said.split()[0], "")] if said.split() else []
    else:
        results = re.findall(r"\b(spf|dkim|dmarc|arc)\s*=\s*(\w+)([^;]*)", said, re.I)
    return tuple(
        f"{CHECKS[method.casefold()]}: {RESULTS[result.casefold()]}{_domain(rest)}"
        for method, result, rest in results
        if result.casefold() in RESULTS
    )


def _domain(rest: str) -> str:
    found = re.search(r"(?:smtp\.mailfrom|header\.d|header\.from|header\.i)\s*=\s*\"?([^\s;\"]+)", rest, re.I)
    return f", {found[1].rpartition('@')[2]}" if found else ""
