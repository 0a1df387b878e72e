"""Where browsers report what the content security policy stopped (security.md WEB-2). Logged without addresses' queries or page text."""

from __future__ import annotations

import json
import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = logging.getLogger("detainerdesk.csp")

LONGEST = 8_000


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    try:
        size = int(request.headers.get("Content-Length") or 0)
        report = json.loads(request.body)["csp-report"] if size <= LONGEST else {}
        directive = str(report.get("effective-directive") or report.get("violated-directive") or "unknown")
    except (ValueError, KeyError, TypeError, AttributeError):
        directive = "unreadable report"
    log.warning("csp stopped %s", "".join(char for char in directive[:60] if char.isalnum() or char in "- "))
    return HttpResponse(status=204)
