"""What every answer of the desk carries and what every question to it must pass: headers (security.md WEB-1, WEB-2) and access (ACL-1).

`PageHeaders` adds what Django's own SecurityMiddleware does not: the content security policy, the resource policy, no-store.
`RoleGate` stands behind Django's LoginRequiredMiddleware and refuses every view that does not say which roles may read it or write to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import resolve

from detainerdesk.desk.views.access import Access, role_of

log = logging.getLogger("detainerdesk.access")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "report-uri /csp-report",
    )
)


class PageHeaders:
    """Own origin only, nothing inline, nothing kept by the browser. A view may set a stricter policy (an original is sandboxed).

    `request.fictional` tells every page whether it must say FICTIONAL: so it is on every profile but production.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.fictional = not settings.PRODUCTION  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class RoleGate:
    """A view without an `access` of its own is closed; a role that may not read a page is answered as if the page were not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        rule = getattr(view, "access", None)
        role = role_of(request.user)
        if isinstance(rule, Access) and rule.allows(role, request.method):
            return None
        log.warning(
            "refused role=%s method=%s view=%s", role or "none", request.method, resolve(request.path_info).view_name
        )
        if not isinstance(rule, Access) or not rule.visible_to(role):
            raise Http404("No page here for this role.")
        from detainerdesk.desk.views.errors import refused  # its templates need the app registry

        return refused(request)
