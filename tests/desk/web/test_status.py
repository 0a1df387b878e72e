"""The administrator's status page: the words of `detainerdesk status`, what the malware scan holds back, and letting a false alarm through."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from detainerdesk.desk.roles import ROLES
from detainerdesk.desk.status import matters, status_of
from detainerdesk.intake import scan, store
from detainerdesk.intake.models import Document
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from detainerdesk.ledger import notary
from tests.desk.web.conftest import NARROW, PASSWORD, Desk, Screen, delacroix
from tests.desk.web.test_looks import check
from tests.desk.web.test_looks_of_channels import MEASURE
from tests.intake.clamd import EICAR, SIGNATURE, Clamd, clamd

BAD = b"%PDF-1.4 " + EICAR


@pytest.fixture
def admin(desk: Desk, client: Client) -> Client:
    client.force_login(desk.account("root", "admin", station="").user)
    return client


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_rel_2_the_page_says_what_the_command_says(admin: Client, scanner: Clamd) -> None:
    said = text_of(admin.get("/status").content.decode())
    here = matters(status_of(Path(settings.DATA)))
    assert [matter.name for matter in here] == [
        "Database",
        "Disk",
        "Ledger",
        "Not yet read",
        "Malware scan",
        "Archives",
    ]
    for matter in here:
        for line in (*matter.says, *matter.faults):
            assert " ".join(line.split()) in said or "GB free" in line
    assert "SQLite" in said
    assert "ClamAV 1.4.6" in said


def test_what_is_wrong_stands_there_in_words(admin: Client, desk: Desk, scanner: Clamd) -> None:
    scanner.mood = "hangs up"
    desk.paper(delacroix())
    said = text_of(admin.get("/status").content.decode())
    assert "NOT SCANNING: The scanner gives no answer: it hung up without an answer." in said
    assert "Not looked at yet: 1." in said
    assert "1 delivery, the oldest of 20" in said
    assert f"{settings.DATA}" not in said
    (Path(settings.DATA) / "archives.json").write_text("on")
    (Path(settings.DATA) / scan.FILE).write_text("on")
    said = text_of(admin.get("/status").content.decode())
    assert "NOT UNDERSTOOD: archives.json" in said
    assert "NOT SCANNING: scan.json" in said
    assert f"{settings.DATA}" not in said


def test_acl_3_only_the_administrator_has_the_page_and_it_names_no_paper(
    desk: Desk, scanner: Clamd, client: Client
) -> None:
    desk.paper(BAD)
    for role in ROLES:
        client.force_login(desk.account(f"one-{role}", role).user)
        got = client.get("/status")
        assert got.status_code == (200 if role == "admin" else 404), role
        if role == "admin":
            assert SIGNATURE in got.content.decode()
            assert "fax.pdf" not in got.content.decode()
            assert Document.objects.get().sha256 not in got.content.decode()
        else:
            assert client.post("/status", {"paper": "1", "password": PASSWORD}).status_code in (403, 404)
    assert Document.objects.get().scan == "held"


def test_a_false_alarm_is_let_through_with_the_password_and_the_ledger_says_by_whom(
    desk: Desk, scanner: Clamd, admin: Client
) -> None:
    desk.paper(BAD)
    wrong = admin.post("/status", {"paper": "1", "password": "wrong"})
    assert wrong.status_code == 422
    assert Document.objects.get().scan == "held"
    got = admin.post("/status", {"paper": "1", "password": PASSWORD}, follow=True)
    assert "Paper 1 is let through." in got.content.decode()
    assert "Papers that the malware scan holds back" not in got.content.decode()
    (said,) = ledger.entries(kind="paper.let_through")
    assert said.event.actor.startswith("officer ")
    understand_all()
    document = Document.objects.get()
    assert (document.scan, document.read_at is not None) == ("let through", True)
    assert desk.board().waiting[0].document == document.sha256, "it was read as any other, and is no form"


@pytest.mark.parametrize("paper", ["", "2", "x", "-1", "9" * 40, "1; drop"])
def test_what_is_not_held_is_refused_with_what_to_do(desk: Desk, scanner: Clamd, admin: Client, paper: str) -> None:
    desk.paper(BAD)
    got = admin.post("/status", {"paper": paper, "password": PASSWORD})
    assert got.status_code == 422
    assert 'role="alert"' in got.content.decode()


@pytest.mark.parametrize("part", ["/original", "/pages/1.png"])
def test_a_paper_that_is_held_is_not_handed_out_and_a_page_says_why(
    desk: Desk, scanner: Clamd, client: Client, part: str
) -> None:
    desk.paper(BAD)
    sha256 = Document.objects.get().sha256
    client.force_login(desk.officer.user)
    page = client.get(f"/waiting/{sha256}")
    assert page.status_code == 200
    assert SIGNATURE in page.content.decode()
    got = client.get(f"/waiting/{sha256}{part}")
    assert got.status_code == 403
    assert "This paper is held back" in got.content.decode()
    assert "another way" in text_of(got.content.decode())
    assert EICAR not in got.content


def test_what_came_before_there_was_a_scanner_is_looked_at_before_it_is_handed_out(
    desk: Desk, client: Client, data_folder: Path
) -> None:
    number = desk.paper(delacroix())
    (shown,) = {one.document for one in desk.request_page(number).pictures}
    original = f"/requests/{number}/originals/{shown}"
    client.force_login(desk.officer.user)
    assert client.get(original).status_code == 200
    with clamd() as running:
        running.set_up(data_folder)
        running.mood = "hangs up"
        got = client.get(original)
        assert got.status_code == 403
        assert "has not looked at this file yet" in got.content.decode()
        assert client.get(f"/requests/{number}").status_code == 200
        running.mood = "well"
        assert client.get(original).status_code == 403, "asked again after a minute, not by each click"
        Document.objects.update(scan_tried_at=None)
        scan._silent.clear()
        assert client.get(original).status_code == 200
        assert client.get(f"/requests/{number}/pages/{shown}/1.png").status_code == 200
        assert running.sent == [len(delacroix())]


def test_a_paper_in_a_request_that_is_held_later_leaves_the_request_as_it_is(
    desk: Desk, client: Client, data_folder: Path
) -> None:
    number = desk.paper(delacroix())
    Document.objects.update(scan=Document.Scan.HELD, scan_says=SIGNATURE)
    shown = Document.objects.get().sha256
    client.force_login(desk.officer.user)
    assert client.get(f"/requests/{number}").status_code == 200
    assert client.get(f"/requests/{number}/papers/0/dob").status_code == 200
    assert client.get(f"/requests/{number}/papers/0/dob/crop.png").status_code == 403
    assert client.get(f"/requests/{number}/originals/{shown}").status_code == 403


def test_a_paper_whose_file_is_gone_is_said_to_be_as_before(desk: Desk, client: Client, scanner: Clamd) -> None:
    number = desk.paper(delacroix())
    Document.objects.update(scan="")
    store.path(Document.objects.get().sha256).unlink()
    client.force_login(desk.officer.user)
    assert client.get(f"/requests/{number}").status_code == 200


# ---- in a browser ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("size", [{"width": 1366, "height": 641}, NARROW], ids=["desk", "narrow"])
def test_acc_1_axe_finds_nothing_on_the_status_page_and_nothing_scrolls_sideways(
    desk: Desk, scanner: Clamd, window: Callable[..., Screen], size: dict[str, int]
) -> None:
    desk.account("root", "admin", station="")
    screen = window(viewport=size)
    screen.sign_in("root")
    for what, mood in (("all well", "well"), ("a fault", "hangs up")):
        scanner.mood = mood  # type: ignore[assignment]
        screen.open("status")
        check(screen, what)
    scanner.mood = "well"
    desk.paper(BAD)
    notary.make_key("detainerdesk.example/desk", actor="set-up", agency="desk")
    screen.open("status")
    check(screen, "one held back")
    assert screen.page.evaluate(MEASURE) == [[], []]
    assert screen.complaints == []
    screen.page.locator("#id_password").fill("wrong")
    screen.click(screen.page.get_by_role("button", name="Let this paper through"))
    check(screen, "refused")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_administrator_comes_there_from_the_keys_page_and_lets_a_paper_through_by_keyboard(
    desk: Desk, scanner: Clamd, window: Callable[..., Screen], scripts: bool
) -> None:
    desk.account("root", "admin", station="")
    desk.paper(BAD)
    screen = window(java_script_enabled=scripts)
    screen.open("sign-in")
    screen.page.get_by_label("Sign-in name").fill("root")
    screen.page.get_by_label("Password").fill(PASSWORD)
    screen.page.keyboard.press("Enter")
    link = screen.page.get_by_role("link", name="status")
    link.focus()
    screen.page.keyboard.press("Enter")
    screen.page.get_by_role("heading", name="Status of this installation").wait_for()
    screen.page.get_by_label("Paper", exact=True).focus()
    screen.page.keyboard.press("Tab")
    screen.page.keyboard.type(PASSWORD)
    screen.page.keyboard.press("Tab")
    screen.page.keyboard.press("Enter")
    screen.page.get_by_text("Paper 1 is let through.").wait_for()
    assert Document.objects.get().scan == "let through"
