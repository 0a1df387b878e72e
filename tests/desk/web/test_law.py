"""The law here, as counsel and others meet it in a browser: read by all, signed by counsel alone with the password again, keyboard only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from detainerdesk.desk import life
from detainerdesk.desk.models import Signature
from detainerdesk.law import digest, provisions
from detainerdesk.ledger import log
from tests.desk.web.conftest import BOSTON, NARROW, PASSWORD, SCREEN, Desk, Screen, delacroix

EDITION = life.edition()
DRAFT = "DRAFT: NOT ADOPTED BY COUNSEL"


def rules(*ids: str) -> list[str]:
    """What the page's boxes post."""
    found = {one.id: one for one in provisions(EDITION.stack(BOSTON))}
    return [f"{id} {digest(found[id], EDITION)}" for id in ids]


def signed_in(desk: Desk, role: str) -> Client:
    client = Client()
    client.force_login(desk.account(f"the-{role}", role, station="").user)
    return client


def test_counsel_signs_only_with_the_password_again(desk: Desk) -> None:
    client = signed_in(desk, "counsel")
    for given in ("", "wrong"):
        got = client.post("/law", {"rule": rules("BOS19-1"), "act": "adopt", "password": given})
        assert got.status_code == 422
        assert b"Password:" in got.content
        assert f'value="{rules("BOS19-1")[0]}" checked' in got.content.decode(), "what was ticked stays ticked"
    assert not Signature.objects.exists()
    assert log.size() == 0
    got = client.post("/law", {"rule": rules("BOS19-1", "MA-1"), "act": "adopt", "password": PASSWORD})
    assert (got.status_code, got.headers["Location"]) == (302, "/law")
    assert b"Adopted: MA-1, BOS19-1." in client.get("/law").content
    assert client.post("/law", {"rule": rules("MA-1"), "act": "withdraw", "password": PASSWORD}).status_code == 302
    assert life.adoption(BOSTON).adopted(EDITION) == {"BOS19-1"}


def test_somebody_else_s_password_does_not_confirm(desk: Desk) -> None:
    client = signed_in(desk, "counsel")
    other = desk.account("other", "counsel")
    other.user.set_password("another-fictional-phrase")
    other.user.save()
    got = client.post("/law", {"rule": rules("BOS19-1"), "password": "another-fictional-phrase"})
    assert got.status_code == 422
    assert not Signature.objects.exists()


def test_an_act_that_the_page_does_not_have_signs_nothing(desk: Desk) -> None:
    client = signed_in(desk, "counsel")
    got = client.post("/law", {"rule": rules("BOS19-1"), "act": "erase", "password": PASSWORD})
    assert got.status_code == 422
    got = client.post("/law", {"rule": ["BOS19-1", "BOS19-1 " + "0" * 64], "act": "adopt", "password": PASSWORD})
    assert got.status_code == 422
    assert b"the law was changed since the page was opened" in got.content
    assert not Signature.objects.exists()


@pytest.mark.parametrize("role", ["desk_officer", "supervisor", "records", "training", "auditor", "admin"])
def test_everybody_else_reads_and_is_shown_nothing_to_sign(desk: Desk, role: str) -> None:
    client = signed_in(desk, role)
    for path in ("/law", "/law/readings/in_lieu_days"):
        shown = client.get(path)
        assert shown.status_code == 200
        assert b"password" not in shown.content
        assert b'type="checkbox"' not in shown.content
    assert client.post("/law", {"rule": rules("BOS19-1"), "password": PASSWORD}).status_code == 403
    assert client.post("/law/readings/in_lieu_days", {"value": "counted", "password": PASSWORD}).status_code == 403
    assert not Signature.objects.exists()


def test_a_reading_is_chosen_with_a_reason_and_taken_back(desk: Desk) -> None:
    client = signed_in(desk, "counsel")
    read = digest(EDITION.stack(BOSTON).readings["in_lieu_days"], EDITION)
    given = {"value": "counted", "reason": "", "read": read, "password": PASSWORD}
    refused = client.post("/law/readings/in_lieu_days", given)
    assert refused.status_code == 422
    assert b"Reason: not given" in refused.content
    assert client.post("/law/readings/in_lieu_days", given | {"reason": "FICTIONAL"}).status_code == 302
    assert life.adoption(BOSTON).chosen(EDITION) == {"in_lieu_days": "counted"}
    back = client.post("/law/readings/in_lieu_days", given | {"value": "", "reason": "FICTIONAL"})
    assert back.status_code == 302
    assert life.adoption(BOSTON).chosen(EDITION) == {}
    assert client.get("/law/readings/status_width").status_code == 404, (
        "one way to read it is open, so there is no choice"
    )


def test_a_training_account_sees_no_request_that_a_choice_turns(desk: Desk) -> None:
    number = desk.paper(delacroix())
    assert number not in signed_in(desk, "training").get("/law/readings/lunn_on_287g_officers").content.decode()


@pytest.mark.browser
def test_counsel_adopts_a_layer_by_keyboard_and_the_stamp_goes(desk: Desk, window: Callable[..., Screen]) -> None:
    number = desk.paper(delacroix())
    desk.account("adler", "counsel", station="")
    for scripts in (True, False):
        screen = window(java_script_enabled=scripts)
        screen.sign_in("adler")
        screen.open(f"requests/{number}")
        assert screen.page.get_by_text(DRAFT).count() == (1 if scripts else 0)
        screen.open("board")
        if scripts:
            screen.press("l")
        else:
            screen.click(screen.page.get_by_role("link", name="The law here"))
        assert screen.headline() == "The law here"
        if not scripts:
            assert "Every rule of this layer is adopted." not in screen.page.locator("main").inner_text()
            break
        for layer in EDITION.stack(BOSTON).layers:
            screen.page.get_by_role("link", name=f"Tick all that is not adopted in {layer.name}").press("Enter")
            screen.settle()
            screen.page.get_by_label("Your password, again").fill(PASSWORD)
            screen.page.get_by_role("button", name="Adopt what is ticked").press("Enter")
            screen.settle()
            assert "Adopted: " in screen.page.get_by_role("status").first.inner_text()
        for path in ("", "/why", "/print"):
            screen.open(f"requests/{number}{path}")
            assert DRAFT not in screen.page.locator("body").inner_text()
    every = [one for one in provisions(EDITION.stack(BOSTON)) if one.status != "off"]
    assert Signature.objects.count() == len(every) == len(list(log.entries(kind="law.adopted")))


@pytest.mark.browser
def test_counsel_reads_each_rule_word_for_word_an_item_a_line(desk: Desk, window: Callable[..., Screen]) -> None:
    desk.account("adler", "counsel", station="")
    for size in (SCREEN, NARROW):
        screen = window(viewport=size)
        screen.sign_in("adler")
        screen.open("law")
        said = screen.page.locator("article[id^=rule-]").evaluate_all(
            "all => all.map(one => [one.id.slice(5), one.querySelector('.says').innerText])"
        )
        assert [(id, plain(text)) for id, text in said] == [
            (one.id, one.says) for one in provisions(EDITION.stack(BOSTON))
        ]
        rule = screen.page.locator("#rule-BOS19-1")
        items = [plain(item) for item in rule.locator(":scope > div .says li").all_inner_texts()]
        assert [item[:4] for item in items] == ["(a) ", "(b) ", "(c) "]
        tops = [box["y"] for item in rule.locator(":scope > div .says li").all() if (box := item.bounding_box())]
        assert tops == sorted(set(tops))
        box = screen.page.get_by_role("checkbox", name="BOS19-1", exact=True)
        described = screen.page.locator(f"#{box.get_attribute('aria-describedby')}")
        assert plain(described.inner_text()) == next(
            one.says for one in provisions(EDITION.stack(BOSTON)) if one.id == "BOS19-1"
        )


@pytest.mark.browser
def test_the_why_page_prints_each_rule_word_for_word(desk: Desk, screen: Screen) -> None:
    number = desk.paper(delacroix())
    screen.open(f"requests/{number}/why")
    said = screen.page.locator("article.rule").evaluate_all(
        "all => all.map(one => [one.querySelector('.id').innerText, one.querySelector('.says').innerText])"
    )
    signed = {one.id: one.says for one in provisions(EDITION.stack(BOSTON))}
    assert len(said) > 10
    assert all(plain(text) == signed[id] for id, text in said)


def plain(text: str) -> str:
    return " ".join(text.split())
