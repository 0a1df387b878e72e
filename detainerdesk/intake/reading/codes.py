"""The square codes of our own on a page: cover sheets and test pages carry one. In: a page's picture; out: what they say. Codes that others
print are not looked into: nothing here needs them."""

from __future__ import annotations

import zxingcpp

from detainerdesk.intake.reading import MARK
from detainerdesk.intake.reading.pages import Gray

LONGEST = 240
WIDEST = 65_535  # pixels: the library takes no more
MOST = 8


def texts(picture: Gray) -> tuple[str, ...]:
    """The texts of our codes on the page, each once, in any direction."""
    if max(picture.shape) > WIDEST:
        return ()
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    said = (code.text for code in found if code.valid)
    return tuple(dict.fromkeys(text for text in said if text.startswith(MARK) and len(text) <= LONGEST))[:MOST]
