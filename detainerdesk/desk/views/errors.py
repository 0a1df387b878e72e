"""What is said when something can't be shown or done: what, where, what to do. A forbidden request reads exactly like a missing one."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detainerdesk.intake import fault

log = logging.getLogger("detainerdesk.desk")


def no_page(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/error.html", {"title": "No such page", "says": NO_PAGE}, status=404)


def refused(request: HttpRequest) -> HttpResponse:
    """The page may be read in this role, but nothing may be recorded on it."""
    return render(request, "desk/error.html", {"title": "Your role reads here", "says": REFUSED}, status=403)


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old (settings.CSRF_FAILURE_VIEW); Django's own page has inline styles, which our policy stops."""
    return render(
        request, "desk/error.html", {"title": "Not saved: this page was too old", "says": NO_TOKEN}, status=403
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Logs where it failed and by what kind of error, nothing personal."""
    error = sys.exception()
    log.error("failed: %s", fault.where(error) if error else "unknown")
    return render(request, "desk/error.html", {"title": "The desk could not do that", "says": SERVER_ERROR}, status=500)


NO_PAGE = "There is nothing at this address that you can see. Check the number, or go back to the board."
REFUSED = (
    "Your role may read this page. It does not record on it. Nothing was saved. Ask the desk officer or the supervisor."
)
NO_TOKEN = (
    "Sign-in or sign-out in another window ended this page. Nothing was saved. Go back to the board and open it again."
)
SERVER_ERROR = (
    "Something failed in the desk itself. Nothing half done was saved. Go back to the board and try again. "
    "If it fails again, use the station card and tell the supervisor."
)
