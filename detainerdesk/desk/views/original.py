"""The paper's own bytes, for download only: fixed type, attachment, sandboxed (security.md WEB-4). Opening it is the reader's act."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from detainerdesk.desk.views.access import access, documents_of, officer_of, state_for
from detainerdesk.intake import store


@access("GET", sees="see_picture")
def original(request: HttpRequest, number: str, document: str) -> HttpResponse:
    state = state_for(officer_of(request), number)
    if document not in documents_of(state):
        raise Http404("No such paper in this request.")
    return download(document)


def download(document: str) -> HttpResponse:
    """The bytes of a paper that this officer may see, under the name of their hash: a name from outside never becomes a file name here."""
    response = HttpResponse(store.get(document), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="paper-{document[:16]}.bin"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
