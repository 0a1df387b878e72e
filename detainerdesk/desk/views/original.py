"""The paper's own bytes, for download only: fixed type, attachment, sandboxed (security.md WEB-4). Opening it is the reader's act. What the malware
scan holds back is not handed out: a page says why (IN-4)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from detainerdesk.desk.views import api, errors
from detainerdesk.desk.views.access import access, documents_of, officer_of, state_for
from detainerdesk.intake import plain, scan, store
from detainerdesk.intake.models import Document


class HeldBack(Http404):
    """This paper is there and is not handed out; the words say why. Where a page only has a picture of it, it goes on without."""


@access("GET", sees="see_picture")
def original(request: HttpRequest, number: str, document: str) -> HttpResponse:
    state = state_for(officer_of(request), number)
    if document not in documents_of(state):
        raise Http404("No such paper in this request.")
    return download(document)


def download(document: str) -> HttpResponse:
    """The bytes of a paper that this officer may see, under the name of their hash: a name from outside never becomes a file name here. Text is
    named so that it opens as text, a list too: in a table some of its cells could act."""
    refuse_held_back(document)
    response = HttpResponse(store.get(document), content_type="application/octet-stream")
    ending = "txt" if plain.is_text(Document.objects.get(sha256=document)) else "bin"
    response.headers["Content-Disposition"] = f'attachment; filename="paper-{document[:16]}.{ending}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def refuse_held_back(document: str) -> None:
    """Before anything of a paper is handed out: its bytes, a picture of them, or a part of one."""
    if why := scan.why_not_opened(document):
        raise HeldBack(why)


def not_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, for a program in JSON; or a paper that is held back, and why."""
    if request.path.startswith("/api/"):
        return api.no_such_address()
    if not isinstance(exception, HeldBack):
        return errors.no_page(request, exception)
    return render(request, "desk/error.html", {"title": HELD_BACK, "says": str(exception)}, status=403)


HELD_BACK = "This paper is held back"
