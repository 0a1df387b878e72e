"""What stands around every page: who is signed in, the page's words, its clock's zone, whether letters are keys. And a page as data."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from detainerdesk.desk.page import Board, LawPage, RequestPage
from detainerdesk.desk.views.access import role_of

Page = Board | LawPage | RequestPage


def frame(request: HttpRequest, page: Page | None = None, **more: Any) -> dict[str, Any]:
    """The context of a page's template."""
    return {
        "page": page,
        "officer": getattr(request.user, "officer", None),
        "role": role_of(request.user),
        "letters": request.session.get("letters", "on"),
        "zone": getattr(page.now.tzinfo, "key", "") if page is not None else "",
        **more,
    }


def as_data(page: Page) -> HttpResponse:
    """The page's values as JSON: exactly what the page shows, for a program."""
    return HttpResponse(msgspec.json.encode(page), content_type="application/json")
