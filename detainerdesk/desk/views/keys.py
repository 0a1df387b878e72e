"""All keys on one page, and the switch that turns the letters off (WCAG 2.1.4). The choice lasts as long as the session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from detainerdesk.desk.views.access import signed_in
from detainerdesk.desk.views.frame import frame


@signed_in("GET", "POST")
def keys(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        request.session["letters"] = "off" if request.POST.get("letters") == "off" else "on"
        return redirect("keys")
    return render(request, "desk/keys.html", frame(request))
