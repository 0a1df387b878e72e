"""WEB-1: what every answer of the desk carries, wherever it comes from: page, picture, download, refusal, redirect, static file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.desk.web.conftest import Desk
from tests.security.conftest import PRODUCTION, python, static_files

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def lacking(got: HttpResponse, *, no_store: bool = True) -> list[str]:
    wrong = [name for name, value in ALWAYS.items() if got.headers.get(name) != value]
    wrong += (
        [] if "default-src 'none'" in got.headers.get("Content-Security-Policy", "") else ["Content-Security-Policy"]
    )
    wrong += ["Cache-Control"] if no_store and "no-store" not in got.headers.get("Cache-Control", "") else []
    return wrong


@pytest.mark.parametrize("who", ["supervisor", "admin", "nobody"])
def test_web_1_every_answer_at_every_address_carries_the_headers(
    who: str, desk: Desk, everywhere: dict[str, str]
) -> None:
    client = Client()
    officer = desk.account(who, who) if who != "nobody" else desk.officer
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for place in everywhere.values():
            if who != "nobody" and settings.SESSION_COOKIE_NAME not in client.cookies:
                client.force_login(officer.user)
            got = client.generic(method, place)
            assert lacking(got) == [], (method, place, got.status_code)


def test_web_1_so_do_the_answers_to_what_was_wrong(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("detainerdesk.desk.views.keys.frame", lambda *_, **__: 1 / 0)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.officer.user)
    client.force_login(desk.officer.user)
    answers = {
        500: client.get("/keys"),
        404: client.get("/no-such-page"),
        403: strict.post("/upload"),
        400: client.get("/board", HTTP_HOST="elsewhere.example"),
    }
    for status, got in answers.items():
        assert (got.status_code, lacking(got)) == (status, [])


def test_web_1_a_static_file_is_not_sniffed_and_stays_on_this_origin(client: Client) -> None:
    assert len(static_files()) >= 4
    for place in static_files():
        got = client.get(place)
        assert (got.status_code, lacking(got, no_store=False)) == (200, []), place


IN_PRODUCTION = """
import django; django.setup()
from django.conf import settings
from django.test import Client
plain = Client(headers={"host": "desk.example.gov"})
there = plain.get("/sign-in")
print("plain", there.status_code, there.headers.get("Location"))
tls = Client(headers={"host": "desk.example.gov", "x-forwarded-proto": "https"})
got = tls.get("/sign-in")
print("tls", got.status_code, got.headers.get("Strict-Transport-Security"))
print("cookies", *[f"{n} {c['secure']} {c['httponly']} {c['samesite']} {c['path']} {c['domain']!r}" for n, c in got.cookies.items()])
"""


def test_web_1_a_real_desk_speaks_tls_only_for_a_year_with_its_subdomains(tmp_path: Path) -> None:
    said = python(IN_PRODUCTION, tmp_path / "data", **PRODUCTION)
    assert "plain 301 https://desk.example.gov/sign-in" in said
    found = re.search(r"tls 200 max-age=(\d+); includeSubDomains\n", said)
    assert found, said
    assert int(found[1]) >= 365 * 24 * 3600
    assert "cookies __Host-csrf True True Strict / ''" in said
