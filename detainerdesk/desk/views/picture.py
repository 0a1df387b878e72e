"""Our own rendered image of one page of a paper; the paper itself is never shown in a browser (security.md WEB-4).

In: a request, a document's SHA-256, a page. Out: a PNG, drawn once in intake's limited child process and kept under DATA/pictures.
"""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from PIL import Image

from detainerdesk.desk.views.access import access, documents_of, officer_of, state_for
from detainerdesk.desk.views.original import refuse_held_back
from detainerdesk.intake import store
from detainerdesk.intake.reading.pages import NoPicture
from detainerdesk.intake.reading.pages import picture as draw

WIDTH = 592
WIDEST = 1184  # twice the size on screen, for a person who makes it larger


@access("GET", sees="see_picture")
def picture(request: HttpRequest, number: str, document: str, page: int) -> HttpResponse:
    state = state_for(officer_of(request), number)
    if document not in documents_of(state):
        raise Http404("No such paper in this request.")
    return page_picture(document, page, large=request.GET.get("size") == "large")


def page_picture(document: str, page: int, *, large: bool) -> HttpResponse:
    """The picture of a page of a paper that this officer may see."""
    return HttpResponse(kept(document, page, WIDEST if large else WIDTH), content_type="image/png")


def kept(document: str, page: int, width: int, *, lighter: bool = True) -> bytes:
    """The picture of this width, drawn once. Where it is large and only cut from, to make it lighter takes longer than to draw it."""
    refuse_held_back(document)
    place = Path(settings.DATA) / "pictures" / document[:2] / f"{document}-{page}-{width}.png"
    if place.is_file():
        return place.read_bytes()
    try:
        drawn = draw(store.path(document), page, width)
    except NoPicture as error:
        raise Http404(str(error)) from error
    drawn = _lighter(drawn) if lighter else drawn
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = place.with_name(f".{os.getpid()}-{secrets.token_hex(6)}")
    unfinished.write_bytes(drawn)
    unfinished.replace(place)
    return drawn


def _lighter(drawn: bytes) -> bytes:
    """The same picture in 16 greys: a fax page weighs half as much and looks the same (desk.md: 200 kB a page, picture included)."""
    with Image.open(io.BytesIO(drawn)) as picture:
        grey = picture.convert("L").point([round(value / 17) * 17 for value in range(256)])
    out = io.BytesIO()
    grey.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()
