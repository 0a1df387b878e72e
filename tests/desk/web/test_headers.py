"""What a browser is told (security.md WEB-1 to WEB-4): own origin only, nothing inline, nothing kept, originals only as downloads."""

from __future__ import annotations

import json
import logging
import re
from importlib.resources import files

import pytest
from django.test import Client

from detainerdesk.desk.middleware import CONTENT_SECURITY_POLICY
from tests.desk.web.conftest import PASSWORD, Desk, delacroix


@pytest.fixture
def signed_in(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def test_web_1_every_page_carries_the_headers(desk: Desk, signed_in: Client) -> None:
    number = desk.paper(delacroix())
    for path in (
        "/board",
        f"/requests/{number}",
        f"/requests/{number}/why",
        "/keys",
        "/upload",
        "/no-such-page",
        "/board.json",
    ):
        headers = signed_in.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_web_2_the_policy_lets_nothing_in_but_our_own_files() -> None:
    policy = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert policy["report-uri"] == "/csp-report"


def test_web_2_no_page_has_inline_code_or_another_host(desk: Desk, signed_in: Client) -> None:
    number = desk.paper(delacroix())
    for path in ("/sign-in", "/board", f"/requests/{number}", f"/requests/{number}/print", "/keys"):
        text = signed_in.get(path).content.decode()
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|hx-on|javascript:|hx-vals=.js", text), (
            path
        )
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), path


def test_web_3_htmx_is_version_2_and_set_as_the_rule_says(signed_in: Client) -> None:
    text = signed_in.get("/board").content.decode()
    settings = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", text).group(1))  # type: ignore[union-attr]
    for name in ("allowEval", "allowScriptTags", "includeIndicatorStyles"):
        assert settings[name] is False
    assert settings["selfRequestsOnly"] is True
    assert settings["historyCacheSize"] == 0
    assert "inlineScriptNonce" not in settings
    script = files("django_htmx").joinpath("static/django_htmx/htmx-2.min.js").read_text()
    assert re.search(r'version:"2\.0\.\d+"', script)


def test_web_2_what_the_policy_stopped_is_reported_without_what_a_page_said(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    report = {
        "csp-report": {
            "effective-directive": "img-src\n",
            "document-uri": "http://x/Delacroix",
            "blocked-uri": "inline",
        }
    }
    with caplog.at_level(logging.WARNING, "detainerdesk.csp"):
        sent = client.post("/csp-report", json.dumps(report), content_type="application/csp-report")
        rubbish = client.post("/csp-report", b"\xff{", content_type="application/csp-report")
    assert (sent.status_code, rubbish.status_code) == (204, 204)
    assert "img-src" in caplog.text
    assert "Delacroix" not in caplog.text


def test_web_4_the_original_is_a_download_of_fixed_type_in_a_sandbox(desk: Desk, signed_in: Client) -> None:
    number = desk.paper(delacroix())
    document = desk.request_page(number).pictures[0].document
    got = signed_in.get(f"/requests/{number}/originals/{document}")
    assert got.content == delacroix()
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == f'attachment; filename="paper-{document[:16]}.bin"'
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got["X-Content-Type-Options"] == "nosniff"


def test_web_4_a_page_is_shown_as_our_own_picture_and_drawn_once(desk: Desk, signed_in: Client) -> None:
    number = desk.paper(delacroix())
    first = desk.request_page(number).pictures[0]
    address = f"/requests/{number}/pages/{first.document}/{first.page}.png"
    got = signed_in.get(address)
    assert got["Content-Type"] == "image/png"
    assert got.content.startswith(b"\x89PNG")
    kept = list((desk_data(desk)).rglob("*.png"))
    assert len(kept) == 1
    kept[0].write_bytes(b"\x89PNG drawn once")
    assert signed_in.get(address).content == b"\x89PNG drawn once"


def desk_data(desk: Desk):  # type: ignore[no-untyped-def]
    from django.conf import settings

    return settings.DATA / "pictures"


def test_web_3_changes_need_the_token(desk: Desk) -> None:
    number = desk.paper(delacroix())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.officer.user)
    for path in ("answer", "record"):
        refused = strict.post(f"/requests/{number}/{path}", {"version": 1, "question": "same_person", "value": "same"})
        assert refused.status_code == 403
    assert desk.state(number).version == 1


def test_web_1_signing_out_clears_what_the_browser_kept_and_ends_the_session(signed_in: Client) -> None:
    out = signed_in.post("/sign-out")
    assert out["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert signed_in.get("/board").status_code == 302


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(desk: Desk, client: Client) -> None:
    def answer(name: str, password: str) -> tuple[int, str]:
        got = client.post("/sign-in", {"username": name, "password": password})
        return got.status_code, re.sub(r'value="[^"]*"', "", got.content.decode())

    assert answer("lima", "wrong") == answer("nobody", PASSWORD)
    assert answer("lima", "wrong")[0] == 422


def test_sign_in_goes_on_to_a_page_of_this_desk_only(desk: Desk, client: Client) -> None:
    for wanted, went in (("/keys", "/keys"), ("https://example.org/", "/"), ("//example.org", "/")):
        got = client.post("/sign-in", {"username": "lima", "password": PASSWORD, "next": wanted})
        assert got["Location"] == went
