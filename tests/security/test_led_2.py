"""LED-2: a leaf holds only commitments, each value under a random salt of its own of 32 bytes; never a bare hash of something that can be guessed."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.db import transaction
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.intake.models import Document
from detainerdesk.ledger import log, models
from tests.desk.web.conftest import BOSTON, Desk, delacroix
from tests.paperwork import people

pytestmark = pytest.mark.django_db(transaction=True)

# Hashes that tell nothing of a person: of the law, of a report's bytes, of the tree itself, a key's identity.
OPEN_HASHES = {"edition", "pdf_sha256", "csv_sha256", "root_before", "decision_sha256"}


def test_led_2_no_leaf_of_a_worked_request_holds_a_value_or_a_bare_hash(desk: Desk) -> None:
    number = desk.paper(delacroix())
    state = desk.state(number)
    now = timezone.now()
    version = life.same_person(number, state.version, desk.officer, "same", at=now)
    version = life.correct_field(number, version, desk.officer, paper=0, name="dob", value="12/25/1983", at=now)
    life.record_booking(number, version, desk.officer, "bail_or_ROR", now, at=now)
    personal = {value for value in models.Opening.objects.values_list("value", flat=True) if len(value) > 5}
    personal |= {str(people.DELACROIX[name]) for name in ("subject_name", "dob", "file_no", "subject_id", "event_no")}
    assert "12/25/1983" in personal, "the corrected birth date was sealed"
    guessed = {hashlib.sha256(value.encode()).hexdigest() for value in personal}
    guessed |= set(Document.objects.values_list("sha256", flat=True))
    for entry in log.entries():
        facts = {name: value for name, value in entry.event.facts.items() if name not in OPEN_HASHES}
        written = entry.event.to_bytes().decode()
        assert not re.search(r"[0-9a-f]{32,}", " ".join(map(str, facts.values()))), (entry.event.kind, facts)
        assert not [value for value in guessed if value[:16] in written], entry.event.kind
        for value in personal:
            assert value not in " ".join([*map(str, facts.values()), entry.event.subject, entry.event.actor]), (
                entry.event.kind
            )


def test_led_2_every_field_has_a_salt_of_its_own_of_32_random_bytes() -> None:
    for _ in range(2):
        with transaction.atomic():
            log.append(
                "field.corrected",
                actor="lima",
                agency=BOSTON,
                subject="request 2026-0001",
                personal={"subject.a_number": "A000000001", "subject.again": "A000000001"},
            )
    salts = [bytes(salt) for salt in models.Opening.objects.values_list("salt", flat=True)]
    commitments = [one for entry in log.entries() for one in entry.event.sealed.values()]
    assert {len(salt) for salt in salts} == {32}
    assert len(set(salts)) == len(set(commitments)) == 4
    for bare in (b"A000000001", b"000000001"):
        assert hashlib.sha256(bare).hexdigest() not in commitments
