"""Sign-in behind the use notice, and sign-out that clears what the browser kept (security.md AUTH-5, AUTH-6, WEB-1).

Django's own authentication; a second factor comes with the sign-in issue. Wrong name and wrong password answer alike.
"""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from detainerdesk.desk.forms import SignIn
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import role_of, signed_in


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignIn(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_next(request))
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@signed_in("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    response = HttpResponseRedirect(reverse("sign-in"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@signed_in("GET")
def home(request: HttpRequest) -> HttpResponse:
    return redirect("board" if may(role_of(request.user), "see_board") else "keys")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("home")
