"""Bad input, real files through the real reader: each is kept, told in plain words, queued for a person, and the rest goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from detainerdesk.intake import request, store
from detainerdesk.intake.models import Document
from detainerdesk.intake.queue import Waits, waiting
from detainerdesk.intake.understand import understand_all
from tests.intake.made import BOSTON, Desk
from tests.paperwork import bad
from tests.paperwork.papers import draw
from tests.paperwork.people import sample

BAD: dict[str, Callable[[], bytes]] = {
    "a truncated PDF": bad.truncated_pdf,
    "a 300-page fax": bad.long_fax,
    "an encrypted PDF": bad.encrypted_pdf,
    "a file of 0 bytes": bad.empty,
    "a zip bomb": bad.zip_bomb,
    "a Word file": bad.word_file,
    "random bytes": bad.random_bytes,
    "a picture of a huge size": bad.huge_picture,
    "a page of a huge size": bad.huge_page_pdf,
    "a photo of a cat": bad.cat,
}


def test_in_2_each_bad_file_is_kept_and_queued_in_plain_words_and_the_paper_behind_them_is_read(desk: Desk) -> None:
    files = {name: make() for name, make in BAD.items()}
    for data in files.values():
        desk.gets(data)
    last = desk.gets(draw("i247a", sample("i247a")))
    understand_all()
    matters = {matter.sha256: matter for matter in waiting(BOSTON)}
    assert len(matters) == len(files)
    for name, data in files.items():
        matter = matters[hashlib.sha256(data).hexdigest()]
        assert store.get(matter.sha256) == data, name
        assert Document.objects.get(sha256=matter.sha256).state == "queued", name
        _reads_as_plain_words(matter, name)
    assert [one.receipt for one in request.load("2026-0001").transmissions] == [last]


def test_in_3_a_pdf_with_a_script_and_a_file_in_it_is_reported_and_neither_is_run_nor_opened(desk: Desk) -> None:
    data = bad.pdf_with_script_and_file()
    desk.gets(data)
    understand_all()
    document = Document.objects.get(sha256=hashlib.sha256(data).hexdigest())
    said = " ".join([document.why, *(document.reading or {}).get("notes", [])]).lower()
    assert "script" in said
    assert "file" in said


def _reads_as_plain_words(matter: Waits, name: str) -> None:
    """Sentences that say what to do, without the program's own words."""
    assert matter.why.endswith("."), name
    assert matter.why.count(".") >= 2, f"{name}: what it is, and what to do"
    for jargon in ("Traceback", "Error", "Exception", "None", "pdfium", "/", "0x"):
        assert jargon not in matter.why, name
