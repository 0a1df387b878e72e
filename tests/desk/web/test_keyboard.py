"""The desk by keyboard: letters answer or move and record no decision; Enter on a button or Ctrl+Enter records; a held key counts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.models import Act, Booking, Identity, WarrantCheck
from tests.desk.web.conftest import Desk, Screen, delacroix, okonjo

pytestmark = pytest.mark.browser


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.paper(delacroix())


@pytest.fixture
def booked(desk: Desk, number: str) -> str:
    """The same, after booking has said that custody rests on an open charge."""
    life.record_booking(number, 1, desk.account("ruiz"), "none", basis="an open charge", at=timezone.now())
    return number


def test_four_keys_record_that_there_is_no_hold_on_this_request(desk: Desk, booked: str, screen: Screen) -> None:
    """Enter, Y, N, Enter."""
    number = booked
    screen.open("board")
    assert "DELACROIX" in screen.focused().upper()
    screen.press("Enter")
    assert screen.page.url.endswith(f"/requests/{number}")
    screen.press("y")
    assert Identity.objects.get().result == "same"
    screen.press("n")
    assert screen.focused().startswith("Record: no hold on this request")
    assert not Act.objects.exists()
    screen.press("Enter")
    act = Act.objects.get()
    assert (act.act, act.by, act.request.number) == ("no_hold", desk.officer, number)
    assert WarrantCheck.objects.get().result == "none"
    assert screen.complaints == []


def test_the_page_of_keys_says_what_a_letter_saves(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    screen.press("y")
    assert (Identity.objects.count(), Act.objects.count()) == (1, 0)
    screen.open("keys")
    said = screen.page.locator("main").inner_text()
    assert "What a letter answers is saved at once" in said
    assert "No letter records a decision" in said


def test_where_booking_has_said_nothing_the_same_four_keys_end_with_control_enter(number: str, screen: Screen) -> None:
    """Ground and time are the next question then, and may wait: Enter, Y, N, Ctrl+Enter."""
    screen.open("board")
    screen.press("Enter", "y", "n")
    assert screen.page.evaluate("document.activeElement.id") == "question"
    screen.press("Control+Enter")
    assert Act.objects.get().act == "no_hold"


def test_five_keys_with_ground_and_time(desk: Desk, number: str, screen: Screen) -> None:
    screen.open("board")
    screen.press("Enter", "y", "n", "4")
    booking = Booking.objects.get()
    assert booking.ground == "bail_or_ROR"
    assert timezone.now() - timedelta(minutes=2) < booking.eligible_at <= timezone.now()
    assert screen.page.evaluate("document.activeElement.id") == "record"
    said = screen.focused()
    screen.press("Enter")
    assert Act.objects.get().get_act_display() in said.lower()


def test_on_arrival_the_question_has_focus_and_no_recording_button_has(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    assert screen.page.evaluate("document.activeElement.id") == "question"
    assert screen.page.evaluate("document.activeElement.getAttribute('aria-describedby')").startswith("headline")
    screen.press("y", "n")
    screen.page.reload()
    assert screen.page.evaluate("document.activeElement.id") != "record"


def hold_down(screen: Screen, key: str, times: int = 20) -> None:
    """Presses a key once and lets it repeat, as a keyboard does with a key that is held."""
    for _ in range(times):
        screen.page.keyboard.down(key)
    screen.page.keyboard.up(key)
    screen.settle()


def test_a_held_enter_opens_the_row_and_does_nothing_else(desk: Desk, number: str, screen: Screen) -> None:
    screen.open("board")
    hold_down(screen, "Enter")
    screen.page.wait_for_url(f"**/requests/{number}")
    assert desk.state(number).version == 1
    assert not Act.objects.exists()


def test_a_held_answer_key_answers_one_question_only(desk: Desk, number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    hold_down(screen, "y")
    assert Identity.objects.count() == 1
    assert desk.state(number).version == 2


def test_a_held_enter_on_the_record_button_records_once(booked: str, screen: Screen) -> None:
    screen.open(f"requests/{booked}")
    screen.press("y", "n")
    hold_down(screen, "Enter")
    assert Act.objects.count() == 1


def test_an_enter_that_was_held_before_the_button_had_focus_does_not_press_it(booked: str, screen: Screen) -> None:
    screen.open(f"requests/{booked}")
    screen.press("y")
    screen.page.keyboard.down("Enter")  # held while the last answer comes
    screen.press("n")
    hold_down(screen, "Enter")
    assert not Act.objects.exists()


@pytest.mark.parametrize("key", ["w", "p", "s", "b", "c", "?"])
def test_a_letter_moves_and_records_nothing(desk: Desk, number: str, screen: Screen, key: str) -> None:
    screen.open(f"requests/{number}")
    screen.press(key)
    assert desk.state(number).version == 1
    went = {"w": "/why", "p": "/print", "b": "/booking", "c": "/papers/", "?": "/keys", "s": f"/requests/{number}"}
    assert went[key] in screen.page.url


def test_letters_are_text_in_a_text_field(number: str, screen: Screen) -> None:
    screen.open("board")
    screen.press("/")
    screen.page.keyboard.type("swbp?")
    assert screen.page.url.endswith("/board")
    assert screen.page.locator("#find").input_value() == "swbp?"


def test_answer_keys_work_only_while_the_question_has_focus(desk: Desk, number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    screen.page.locator(".paper__pages").focus()
    screen.press("y")
    assert desk.state(number).version == 1


def test_letters_can_be_switched_off_and_the_page_still_works(desk: Desk, number: str, screen: Screen) -> None:
    screen.open("keys")
    screen.click(screen.page.get_by_role("button", name="Switch letters off"))
    screen.open(f"requests/{number}")
    screen.press("y", "w")
    assert desk.state(number).version == 1
    assert screen.page.url.endswith(number)
    screen.click(screen.page.locator(".usa-radio__label").first)
    screen.click(screen.page.get_by_role("button", name="Save answer"))
    assert desk.state(number).version == 2


def test_control_and_enter_record(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    screen.press("y", "n")
    screen.page.locator("#main").focus()
    screen.press("Control+Enter")
    assert Act.objects.count() == 1


def test_escape_goes_back_to_the_board_and_arrows_move_between_rows(desk: Desk, number: str, screen: Screen) -> None:
    other = desk.paper(okonjo())
    screen.open("board")
    first = screen.page.evaluate("document.activeElement.id")
    screen.press("ArrowDown")
    second = screen.page.evaluate("document.activeElement.id")
    assert {first, second} == {f"row-{number}", f"row-{other}"}
    screen.press("ArrowUp")
    assert screen.page.evaluate("document.activeElement.id") == first
    screen.press("Enter", "Escape")
    assert screen.page.url.endswith("/board")


def test_the_whole_path_works_for_each_answer_by_tab_alone(desk: Desk, number: str, screen: Screen) -> None:
    """No letters, no mouse: Tab, Space, Enter."""
    screen.open(f"requests/{number}")
    screen.press("Tab", "Space", "Tab")
    assert screen.focused() == "Save answer"
    screen.press("Enter")
    assert Identity.objects.get().result == "same"


def test_the_picture_follows_the_field_in_focus(number: str, screen: Screen, window: Callable[..., Screen]) -> None:
    screen.open(f"requests/{number}")
    screen.until("document.querySelector('[data-picture] img').naturalWidth > 0")
    screen.page.locator("a[data-field][data-box]").first.focus()
    place = screen.page.locator(".paper__place")
    assert place.count() == 1
    assert place.bounding_box()["width"] > 30  # type: ignore[index]
    screen.press("]")
    assert screen.page.locator("[data-page-label]").inner_text().startswith("Page 2 of")
