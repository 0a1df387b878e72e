"""WEB-2: own origin only, nothing inline, on every page and every file; and a browser finds nothing to stop on any of them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from detainerdesk.desk.middleware import CONTENT_SECURITY_POLICY
from tests.desk.web.conftest import Desk, Screen, delacroix
from tests.security.conftest import static_files

WATCH = "window.stopped = []; document.addEventListener('securitypolicyviolation', e => window.stopped.push(e.effectiveDirective))"
INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+\s*=|hx-on|hx-vals=.js|javascript:|<iframe|<object|<embed|<base",
    re.IGNORECASE,
)


def test_web_2_the_policy_is_exactly_this() -> None:
    """A source that is added here is a decision, not an accident."""
    assert dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "report-uri": "/csp-report",
    }


def test_web_2_no_address_has_anything_inline_and_none_loosens_the_policy(
    desk: Desk, everywhere: dict[str, str]
) -> None:
    client = Client()
    client.force_login(desk.account("boss", "supervisor", station="").user)
    pages = 0
    for place in everywhere.values():
        got = client.get(place)
        policy = got.headers["Content-Security-Policy"]
        assert policy in (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"), place
        if "html" in got.headers.get("Content-Type", "") and got.content:
            pages += 1
            assert not INLINE.search(got.content.decode()), place
            assert not re.search(r'(?:src|href|action|srcset|poster)="(?:https?:)?//', got.content.decode()), place
    assert pages >= 10


def test_web_2_our_own_script_makes_no_code_of_text() -> None:
    from importlib.resources import files

    ours = files("detainerdesk.desk").joinpath("static/desk/desk.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", ours)
    assert "/static/desk/desk.js" in static_files()


@pytest.mark.browser
def test_web_2_a_browser_finds_nothing_to_stop_on_any_page(
    desk: Desk, everywhere: dict[str, str], screen: Screen
) -> None:
    """A listener in each page, from its first moment; and it is shown that the listener hears."""
    screen.page.add_init_script(WATCH)
    seen = 0
    for written, place in everywhere.items():
        # A picture alone is shown by the browser's own page, which styles itself inline.
        if written in ("csp-report", "sign-out", "board.json") or place.endswith((".json", "/original", ".png")):
            continue
        if "/originals/" in place:
            continue
        screen.open(place.lstrip("/"))
        screen.page.wait_for_timeout(50)
        assert screen.page.evaluate("window.stopped") == [], place
        seen += 1
    assert seen >= 12
    number = desk.paper(delacroix())
    screen.open(f"requests/{number}")
    screen.press("y")
    screen.press("n")
    screen.press("Enter")
    screen.page.wait_for_timeout(50)
    assert screen.page.evaluate("window.stopped") == [], "after answers that came by htmx"
    screen.page.evaluate("document.body.setAttribute('style', 'color: red'); 0")
    screen.page.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s); })()"
    )
    screen.until("window.stopped.length > 0")
    assert screen.page.evaluate("window.stopped")[-1].startswith("script-src")
