"""What a page shows is what `words` says, all of it and nothing else in its place; the page as data says the same."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.desk import page as desk_page
from detainerdesk.desk.words import Cite
from tests.desk.web.conftest import Desk, Screen, delacroix, okonjo

pytestmark = pytest.mark.browser


@pytest.fixture(params=["civil", "court"])
def number(request: pytest.FixtureRequest, desk: Desk) -> str:
    return desk.paper(delacroix() if request.param == "civil" else okonjo())


def plain(text: str) -> str:
    return " ".join(text.split())


def cited(cite: Cite) -> str:
    return cite.text + (" CHECK SOURCE" if cite.check_source else "")


def test_the_request_page_shows_every_sentence_as_it_was_made(desk: Desk, number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    page = desk.request_page(number)
    assert screen.headline() == page.headline
    rows = [plain(row) for row in screen.page.locator(".lines tbody tr").all_inner_texts()]
    assert rows == [plain(f"{line.label} {line.text} {'; '.join(map(cited, line.cites))}") for line in page.lines]
    shown = plain(screen.page.locator("main").inner_text())
    for sentence in (page.checked_through, page.not_in_answer, page.clock.text, page.release):
        assert sentence in shown
    for mark in page.marks:
        assert mark.text in shown
    facts = [plain(row) for row in screen.page.locator(".facts tbody tr").all_inner_texts()]
    for field, row in zip(page.fields, facts[1 : len(page.fields) + 1], strict=True):
        assert row.startswith(plain(f"{field.label} {field.value} {field.see}"))
    assert [row.split()[0] for row in facts[len(page.fields) + 1 :]] == ["See", "Papers", "Done"]
    for one in page.see:
        assert plain(one.says) in facts[len(page.fields) + 1]
    assert page.question is not None
    assert page.question.text in shown
    for answer in page.question.answers:
        assert plain(f"{answer.key} {answer.label}") in shown
    assert page.record is not None
    assert screen.page.locator("#record").inner_text() == page.record.text
    assert len(page.badges) == screen.page.locator(".who .badge").count()


def test_the_board_shows_every_row_in_its_group_and_order(desk: Desk, number: str, screen: Screen) -> None:
    desk.paper(delacroix() + b"\n% another copy", station="B-2")
    screen.open("board")
    board = desk.board()
    groups = screen.page.locator(".rows__group th").all_inner_texts()
    assert groups == [f"{group.title} ({len(group.rows)})" for group in board.groups]
    rows = [row for group in board.groups for row in group.rows]
    assert [a.inner_text() for a in screen.page.locator("a[data-row]").all()] == [row.person for row in rows]
    text = plain(screen.page.locator("main").inner_text())
    assert f"{board.open} open, {board.need_you} need you now" in text
    assert all(plain(row.law) in text and plain(row.next_step) in text for row in rows)


def test_citizenship_and_file_number_stand_in_no_page_and_in_no_address(
    desk: Desk, number: str, screen: Screen
) -> None:
    for path in ("board", f"requests/{number}", f"requests/{number}/why", f"requests/{number}/print"):
        screen.open(path)
        text = screen.page.locator("body").inner_text().upper() + screen.page.url
        for word in ("DOMINICAN", "NIGERIA", "A000 000", "A000000"):
            assert word not in text, path


def test_the_same_page_as_data(desk: Desk, number: str, client: Client) -> None:
    client.force_login(desk.officer.user)
    data = json.loads(client.get(f"/requests/{number}/data.json").content)
    page = desk.request_page(number)
    assert data["headline"] == page.headline
    assert [line["text"] for line in data["lines"]] == [line.text for line in page.lines]
    board = json.loads(client.get("/board.json").content)
    assert [group["title"] for group in board["groups"]] == [group.title for group in desk.board().groups]


def test_the_clock_text_changes_with_the_minute_and_keeps_its_words(desk: Desk, screen: Screen) -> None:
    """Other custody ended ten minutes ago; an hour later on the same open page the text says so, zone and weekday as before."""
    number = desk.paper(delacroix())
    screen.page.clock.install(time=timezone.now())
    screen.open(f"requests/{number}")
    screen.press("y", "n", "b", "4")
    screen.open("board")
    before = screen.page.locator("[data-since]").first.inner_text()
    bar = screen.page.locator(".now").inner_text()
    assert bar == desk_page.now_text(desk.board().now)
    screen.page.clock.fast_forward("01:00:00")
    after = screen.page.locator("[data-since]").first.inner_text()
    assert "(1 h" in after
    assert before.split("(")[0] == after.split("(")[0]
    assert screen.page.locator(".now").inner_text() != bar
