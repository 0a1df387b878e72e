"""The piles of the kill test, each as a data folder that is set up but has done nothing yet: pages (eight files in the inbox of three stations and
three uploads, some of them the same), and what is not simply a page (a mail with two faxes, an entry, a list, a line's test page, papers under
a cover sheet). All people are fictional. Each distinct file is read once, by the real reader in its child process."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
from django.test import override_settings

from detainerdesk.intake import columns, display, entry, marks
from detainerdesk.intake.reading.child import read_in_child
from detainerdesk.intake.reading.fields import Unreadable, to_json
from detainerdesk.intake.reading.mail import find, taken_out
from tests.crash.installation import BOSTON, TOKEN
from tests.paperwork import bad, people
from tests.paperwork.papers import Paper, bundle, draw

DELACROIX = [Paper("i247a", people.DELACROIX), Paper("i200", people.DELACROIX_I200)]
OKONJO = [Paper("i247a", people.OKONJO), Paper("ao442", people.OKONJO_AO442)]
TWO_PEOPLE = [
    Paper("i247a", people.QUILL),
    Paper("i200", people.QUILL_I200),
    Paper("i247a", people.BRIGHTWATER),
    Paper("i200", people.BRIGHTWATER_I200),
]
SECRET = "of the crash tests: a cover sheet is signed with it, Kq3vN8xW pZ5rT2yB7mJ4hL9s"
CANCELLATION = people.sample("i247a", cancel_prior=True, cancel_date="03/02/2026", pc_pending=None)


def inbox() -> dict[str, bytes]:
    same = bundle(DELACROIX, seed=1)
    return {
        "D-4/1 detainer with I-200.pdf": same,
        "B-2/2 the same bytes.pdf": same,
        "B-2/3 the same form, other bytes.pdf": bundle(DELACROIX, style="form", seed=1),
        "D-4/4 detainer with a judge's warrant.pdf": bundle(OKONJO, seed=4),
        "A-1/5 two people in one file.pdf": bundle(TWO_PEOPLE, seed=5),
        "A-1/6 no form.jpg": bad.cat(),
        "B-2/7 cut short.pdf": bad.truncated_pdf(),
        "D-4/8 cancellation.pdf": draw("i247a", CANCELLATION, seed=8),
    }


def uploads() -> dict[str, bytes]:
    return {
        "D-4 a the same bytes by upload.pdf": bundle(DELACROIX, seed=1),
        "D-4 b a warrant alone.pdf": draw("i200", people.BRIGHTWATER_I200, seed=9),
        "B-2 c empty.pdf": bad.empty(),
    }


def later() -> dict[str, bytes]:
    return {"A-1 the judge's warrant and the form once more.pdf": bundle(OKONJO, style="form", seed=4)}


def other_inbox() -> dict[str, bytes]:
    with override_settings(SECRET_KEY=SECRET):
        sheet = marks.cover_sheet(BOSTON, "B-2", date(2026, 3, 3))
    return {
        "D-4/1 line test.pdf": marks.line_page(TOKEN, BOSTON, "D-4", "folder", "2026-03-02 07:00 UTC"),
        "copier/2 under a cover sheet.pdf": _together(sheet, bundle(DELACROIX[:1], seed=1)),
    }


def other_uploads() -> dict[str, bytes]:
    faxes = mail(bundle(OKONJO, seed=4), draw("i247a", people.QUILL, seed=5))
    told = entry.Entry("phone", {"subject_name": "BRIGHTWATER, Tomasz", "asks_notify": True})
    return {
        "D-4 a two faxes.eml": faxes,
        "B-2 b the same mail.eml": faxes,
        "D-4 c a call.json": entry.to_bytes(told),
        "A-1 d a list.csv": a_list(("555000301", "FICTIONAL, Ada"), ("555000302", "FICTIONAL, Bo")),
        "A-1 e a mail without a page.eml": mail(),
    }


def mail(*papers: bytes, number: int = 1) -> bytes:
    """As a fax gateway sends it."""
    message = EmailMessage()
    message["From"], message["To"] = "fax@gateway.example", "d4@police.example"
    message["Message-ID"] = f"<{number}@gateway.example>"
    message.set_content("A fax for you." if papers else "")
    for place, paper in enumerate(papers, 1):
        message.add_attachment(paper, maintype="application", subtype="pdf", filename=f"fax{place}.pdf")
    boundary = f"=={number:032d}=="
    if papers:
        message.set_boundary(boundary)
    return message.as_bytes()


def a_list(*people: tuple[str, str], day: date = date(2026, 3, 3)) -> bytes:
    """As a jail's system writes it, with our own titles."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(columns.OWN.columns.values())
    rows.writerows([number, "", "", day.isoformat(), name, "1990-01-31", "Boston"] for number, name in people)
    return out.getvalue().encode()


def lay_out(data: Path) -> None:
    _lay_out(data, inbox(), uploads(), later())


def lay_out_other(data: Path) -> None:
    _lay_out(data, other_inbox(), other_uploads(), {})


def _lay_out(data: Path, inbox: Mapping[str, bytes], uploads: Mapping[str, bytes], later: Mapping[str, bytes]) -> None:
    for n, (name, content) in enumerate(inbox.items()):
        file = data / "inbox" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, ns=(n * 10**9 + 1_772_500_000 * 10**9,) * 2)  # the order they came in
    for folder, files in (("uploads", uploads), ("later", later)):
        (data / folder).mkdir()
        for name, content in files.items():
            (data / folder / name).write_bytes(content)
    (data / "readings.json").write_text(
        json.dumps(_readings([*inbox.values(), *uploads.values(), *later.values()], data))
    )


def _together(*files: bytes) -> bytes:
    """Their pages in one PDF, as a copier makes one scan of a pile."""
    whole = pypdfium2.PdfDocument.new()
    for each in files:
        whole.import_pages(pypdfium2.PdfDocument(each))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def first_page(file: bytes) -> bytes:
    """The page that is filled in, without those that only explain it."""
    page = pypdfium2.PdfDocument.new()
    page.import_pages(pypdfium2.PdfDocument(file), [0])
    out = io.BytesIO()
    page.save(out)
    return out.getvalue()


def _readings(files: Iterable[bytes], data: Path) -> dict[str, object]:
    """Of every page; a mail is opened for its papers, entries and lists are not pages."""
    pages: set[bytes] = set()
    for content in files:
        kind = display.type_of(content)
        if kind == display.MAIL:
            pages.update(part.data for part in taken_out(content, find(content)).parts)
        elif kind not in (display.ENTRY, display.LIST):
            pages.add(content)
    readings: dict[str, object] = {}
    place = data / "to read"
    for content in pages:
        place.write_bytes(content)
        found = read_in_child(place)
        readings[hashlib.sha256(content).hexdigest()] = (
            {"unreadable": found.says} if isinstance(found, Unreadable) else to_json(found)
        )
    place.unlink()
    return readings
