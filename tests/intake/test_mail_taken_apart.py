"""A mail is kept whole; each paper in it is a transmission of its own, with the mail's arrival, and goes where it belongs."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import transaction

from detainerdesk.intake import display, queue, request, store
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Document, Transmission
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.ledger import log as ledger
from tests.intake.made import ARRIVED, BOSTON, LUIS, MARCOS, Desk, detainer, reading

LUIS_FAX, MARCOS_FAX = b"%PDF-1.4 fax of Luis %%EOF", b"%PDF-1.4 fax of Marcos %%EOF"


def mail(*papers: bytes, inside: EmailMessage | None = None, text: str = "A fax for you.") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = (
        "fax@gateway.example",
        "d4@bpd.example",
        "<1@gateway.example>",
    )
    message.set_content(text)
    for number, paper in enumerate(papers, 1):
        message.add_attachment(paper, maintype="application", subtype="pdf", filename=f"fax{number}.pdf")
    if inside is not None:
        message.add_attachment(inside)
    return message


@pytest.fixture
def desk(db: None) -> Desk:
    desk = Desk()
    desk.readings = {LUIS_FAX: reading(detainer(LUIS)), MARCOS_FAX: reading(detainer(MARCOS))}
    return desk


def arrives(message: EmailMessage | bytes, *, station: str = "D-4", at: datetime = ARRIVED) -> int:
    data = message if isinstance(message, bytes) else message.as_bytes()
    envelope = Envelope("mail", BOSTON, station, "mail.eml", at, f"{station} {at}", "fax@gateway.example")
    return receive(data, envelope).number


def test_two_faxes_in_one_mail_are_two_requests_with_the_mails_arrival(desk: Desk) -> None:
    arrives(mail(LUIS_FAX, MARCOS_FAX))
    desk.understands()
    both = [request.load(number, BOSTON) for number in ("2026-0001", "2026-0002")]
    assert [one.received_at for one in both] == [ARRIVED, ARRIVED]
    assert [one.transmissions[0].channel for one in both] == ["mail", "mail"]
    assert [one.transmissions[0].name for one in both] == ["fax1.pdf", "fax2.pdf"]
    assert Transmission.objects.filter(inside__receipt=1).count() == 2
    assert desk.waits() == ()


def test_the_mail_itself_is_kept_and_the_ledger_says_what_lay_in_it(desk: Desk) -> None:
    message = mail(LUIS_FAX)
    arrives(message)
    desk.understands()
    first = Transmission.objects.get(receipt=1)
    assert (first.document.type, first.document.state) == (display.MAIL, Document.State.READ)
    assert store.get(first.document_id) == message.as_bytes()
    events = [(entry.event.kind, entry.event.facts.get("inside")) for entry in ledger.entries()]
    assert events[:3] == [("paper.received", None), ("paper.received", 1), ("mail.opened", None)] or events[:3] == [
        ("paper.received", None),
        ("mail.opened", None),
        ("paper.received", 1),
    ]


def test_a_fax_by_folder_and_again_in_a_mail_is_one_request_with_two_transmissions(desk: Desk) -> None:
    desk.gets(LUIS_FAX, station="B-2")
    arrives(mail(LUIS_FAX))
    desk.understands()
    sent = request.load("2026-0001", BOSTON).transmissions
    assert [(one.station, one.channel) for one in sent] == [("B-2", "upload"), ("D-4", "mail")]


def test_the_same_mail_to_two_stations_is_one_request_with_two_transmissions(desk: Desk) -> None:
    message = mail(LUIS_FAX)
    arrives(message)
    arrives(message, station="B-2")
    desk.understands()
    assert [one.station for one in request.load("2026-0001", BOSTON).transmissions] == ["D-4", "B-2"]
    assert Document.objects.count() == 2


def test_a_mail_in_a_mail_is_opened_too(desk: Desk) -> None:
    arrives(mail(inside=mail(LUIS_FAX)))
    desk.understands()
    assert request.load("2026-0001", BOSTON).station == "D-4"


def test_a_mail_without_a_paper_waits_for_a_person(desk: Desk) -> None:
    arrives(mail(text="Please hold this man."))
    desk.understands()
    assert len(desk.waits()) == 1


def test_the_same_words_in_another_mail_are_another_matter(desk: Desk) -> None:
    desk.readings[b"Please hold him for us.\n"] = Unreadable("This is text.")
    first, second = (mail(text="Please hold him for us.\n") for _ in range(2))
    first["Subject"], second["Subject"] = "DELACROIX", "SILVA"
    arrives(first)
    desk.understands()
    (matter,) = desk.waits()
    queue.set_aside(matter.sha256, BOSTON, actor="officer lima")
    arrives(first, station="B-2")
    desk.understands()
    assert desk.waits() == ()
    arrives(second, station="C-6")
    desk.understands()
    assert [one.reason for one in desk.waits()] == ["unreadable"]


@pytest.mark.usefixtures("desk")
def test_in_2_a_mail_over_a_limit_is_kept_whole_and_waits_and_nothing_of_it_is_read() -> None:
    desk = Desk()
    arrives(mail(*([LUIS_FAX] * 101)))
    desk.understands()
    assert Transmission.objects.count() == 1
    (waits,) = desk.waits()
    assert waits.reason == "unreadable"


def test_a_mail_dropped_into_a_folder_is_known_by_its_content(desk: Desk) -> None:
    desk.gets(mail(LUIS_FAX).as_bytes())
    desk.understands()
    assert request.load("2026-0001", BOSTON).received_at == ARRIVED


@pytest.mark.django_db(transaction=True)
def test_the_papers_of_a_mail_are_hashed_before_the_database_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, hashed, real = Desk(), [], hashlib.sha256
    desk.readings = {LUIS_FAX: reading(detainer(LUIS))}

    def noted(*data: bytes) -> Any:
        if data == (LUIS_FAX,):
            hashed.append(transaction.get_connection().in_atomic_block)
        return real(*data)

    monkeypatch.setattr(hashlib, "sha256", noted)
    arrives(mail(LUIS_FAX))
    desk.understands()
    assert hashed == [False]
