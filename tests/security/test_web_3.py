"""WEB-3: HTMX may do only what a form may do; nothing changes without a token and a POST; nothing personal stands in an address."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.apps import apps
from django.test import Client

from tests.desk.web.conftest import Desk, Screen, delacroix
from tests.desk.web.test_upload import key, send
from tests.paperwork import people

RULE = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "inlineScriptNonce": "",
}
PERSONAL = [
    word.upper()
    for name in ("subject_name", "dob", "file_no", "subject_id", "event_no")
    for word in re.split(r"[,\s]+", str(people.DELACROIX[name]))
    if len(word) > 3
]


@pytest.mark.browser
def test_web_3_the_browsers_own_htmx_is_set_as_the_rule_says(desk: Desk, screen: Screen) -> None:
    """Read off the library as it runs: a setting that it did not take up would not count."""
    number = desk.paper(delacroix())
    for path in ("board", "upload", "keys", f"requests/{number}", f"requests/{number}/why", "requests/0000-0000"):
        screen.open(path)
        for name, value in RULE.items():
            assert screen.page.evaluate(f"htmx.config.{name}") == value, (path, name)


@pytest.mark.browser
def test_web_3_the_browser_keeps_no_copy_of_a_page(desk: Desk, screen: Screen) -> None:
    number = desk.paper(delacroix())
    screen.open(f"requests/{number}")
    screen.press("y", "n", "Enter")
    screen.press("Escape")
    kept = screen.page.evaluate("Object.assign({}, localStorage, sessionStorage)")
    assert "htmx-history-cache" not in kept
    assert all(re.fullmatch(r"/[a-z0-9/-]*", value) for value in kept.values()), f"an address at most: {kept}"


def rows_of_every_table() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


def versions(desk: Desk, number: str) -> tuple[int, str]:
    state = desk.state(number)
    return state.version, state.state


def test_web_3_looking_changes_nothing(desk: Desk, everywhere: dict[str, str]) -> None:
    number = everywhere["requests/NUMBER"].rsplit("/", 1)[1]
    client = Client()
    client.force_login(desk.account("boss", "supervisor", station="").user)
    before = rows_of_every_table(), versions(desk, number)
    for place in everywhere.values():
        for method in ("GET", "HEAD", "OPTIONS"):
            client.generic(method, place, QUERY_STRING="version=1&question=same_person&value=same&act=release")
    assert (rows_of_every_table(), versions(desk, number)) == before


def test_web_3_no_address_takes_a_change_without_its_token(desk: Desk, everywhere: dict[str, str]) -> None:
    number = everywhere["requests/NUMBER"].rsplit("/", 1)[1]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.account("boss", "supervisor", station="").user)
    before = rows_of_every_table(), versions(desk, number)
    for written, place in everywhere.items():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            got = strict.generic(
                method, place, "version=1&question=same_person&value=same", "application/x-www-form-urlencoded"
            )
            # A program's addresses take no form and no session: there a key is needed, which no browser sends by itself.
            without_token = {"csp-report": (204, 405)}.get(
                written, (401, 405) if written.startswith("api/") else (403,)
            )
            assert got.status_code in without_token, (
                method,
                place,
                got.status_code,
            )
    assert (rows_of_every_table(), versions(desk, number)) == before


def test_web_3_every_form_that_changes_has_its_token(desk: Desk, everywhere: dict[str, str]) -> None:
    client = Client()
    client.force_login(desk.account("boss", "supervisor", station="").user)
    forms = list(
        chain.from_iterable(
            re.findall(r"<form.*?</form>", html, re.DOTALL) for html in pages(client, everywhere).values()
        )
    )
    assert len(forms) > 10
    for form in forms:
        head = form[: form.index(">")]
        assert 'method="post"' in head, f"a form that sends what was typed in an address: {head}"
        assert "csrfmiddlewaretoken" in form, head


def test_web_3_nothing_personal_stands_in_any_address(desk: Desk, everywhere: dict[str, str]) -> None:
    """Neither in a link nor where an answer sends the browser."""
    assert "DELACROIX" in PERSONAL
    client = Client()
    client.force_login(desk.account("boss", "supervisor", station="").user)
    addresses = [
        address
        for html in pages(client, everywhere).values()
        for address in re.findall(r'(?:href|action|src|hx-get|hx-post|hx-push-url)="([^"]*)"', html)
    ]
    addresses += [client.post(everywhere["board/find"], {"find": "delacroix"}).headers.get("Location", "")]
    assert len(addresses) > 50
    for address in addresses:
        assert not [word for word in PERSONAL if word in address.upper()], address


def test_web_3_no_template_uses_what_htmx_would_run() -> None:
    from importlib.resources import files

    templates = [
        one for one in files("detainerdesk.desk").joinpath("templates/desk").iterdir() if one.name.endswith(".html")
    ]
    templates += list(files("detainerdesk.desk").joinpath("templates/desk/parts").iterdir())
    assert len(templates) > 15
    for template in templates:
        assert not re.search(
            r"hx-on|hx-vals=.js:|hx-vars|hx-ext|hx-headers=.js:|\[[^\]]*\]\"\s*hx-trigger", template.read_text()
        ), template.name


@pytest.mark.browser
def test_web_3_a_paper_is_uploaded_without_scripts(desk: Desk, window) -> None:  # type: ignore[no-untyped-def]
    opened = window(java_script_enabled=False)
    opened.sign_in()
    opened.open("upload")
    opened.page.get_by_label("Paper").set_input_files(
        {"name": "fax.pdf", "mimeType": "application/pdf", "buffer": delacroix()}
    )
    opened.click(opened.page.locator("main form button").first)
    assert "Receipt 1" in opened.page.locator("body").inner_text()


def test_web_3_so_is_one_by_a_plain_form(desk: Desk, client: Client) -> None:
    client.force_login(desk.officer.user)
    assert "Receipt" in send(client, b"a page", key(client)).content.decode()


def pages(client: Client, everywhere: dict[str, str]) -> dict[str, str]:
    """Every address that answers with a page."""
    found = {}
    for place in everywhere.values():
        got = client.get(place)
        if got.status_code == 200 and "html" in got.headers.get("Content-Type", ""):
            found[place] = got.content.decode()
    assert len(found) >= 8
    return found
