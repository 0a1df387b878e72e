"""Pages of our own, known by a square code: the cover sheet that sends a station's paper into its queue, the test page that shows a line to be alive,
and the receipt that answers a fax. In: what the page is for; out: its PDF, and from a code's text what it means. A cover sheet is signed with the installation's secret, so
that nobody else can send papers into a station's queue."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from detainerdesk.intake.reading import MARK

COVER, TEST, RECEIPT = "COVER", "TEST", "RECEIPT"
PAGE = Path(__file__).with_name("marks.typ")


@dataclass(frozen=True)
class Cover:
    """A cover sheet that this installation printed: for this station, on this day."""

    agency: str
    station: str
    printed_on: date


@dataclass(frozen=True)
class Tested:
    """A test page of a line; `token` names it among those that were sent."""

    token: str


@dataclass(frozen=True)
class Answered:
    """A receipt that answered a fax, of this desk or of another one: it is never answered itself."""


def meaning(text: str) -> Cover | Tested | Answered | None:
    """What a code of ours says; None where it is not one of ours, or somebody changed it."""
    if not text.startswith(MARK):
        return None
    what, _, rest = text.removeprefix(MARK).partition(":")
    if what == RECEIPT:
        return Answered()
    if what == TEST:
        return Tested(rest) if rest.isalnum() else None
    said, _, signature = rest.rpartition(":")
    if what != COVER or not hmac.compare_digest(_signature(said), signature):
        return None
    try:
        agency, station, day = json.loads(said)
        return Cover(str(agency), str(station), date.fromisoformat(day))
    except (ValueError, TypeError):
        return None


def cover_sheet(agency: str, station: str, day: date) -> bytes:
    """The sheet to lay on top of the papers in a station's tray before they go through its copier. PDF, one page."""
    said = json.dumps([agency, station, day.isoformat()], separators=(",", ":"))
    return _page(
        f"{MARK}{COVER}:{said}:{_signature(said)}",
        f"Papers for {station}",
        [
            "Lay this sheet on top of the papers. Scan or copy all of it together.",
            "What follows goes into this station's queue.",
        ],
        f"{agency}, {station}, {day.isoformat()}",
    )


def line_page(token: str, agency: str, station: str, channel: str, made: str) -> bytes:
    """The page that is sent through a line. It names no person. PDF, one page."""
    return _page(
        f"{MARK}{TEST}:{token}",
        "Line test",
        [
            "This page shows that the line works. It is no request and is not counted.",
            "Nobody needs to do anything with it.",
        ],
        f"{agency}, {station}, {channel}, {made}",
    )


def receipt_page(says: str, caller: str, number: int) -> bytes:
    """The page that answers a fax: the sender's own number for it, and nothing of what it held. PDF, one page."""
    return _page(
        f"{MARK}{RECEIPT}:{number}", f"Receipt {number}", [says], f"To {caller[:3]}-{caller[3:6]}-{caller[6:]}"
    )


def _signature(said: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"cover sheet:" + said.encode(), hashlib.sha256).hexdigest()[:20]


def _page(code: str, title: str, lines: list[str], foot: str) -> bytes:
    import typst  # only who draws a page needs what draws it
    import zxingcpp

    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    return bytes(
        typst.compile(
            PAGE.read_bytes(),
            format="pdf",
            sys_inputs={
                "code": zxingcpp.write_barcode_to_svg(barcode),
                "title": title,
                "lines": json.dumps(lines),
                "foot": foot,
            },
            ignore_system_fonts=True,
        )
    )
