"""Every act works as a plain form, in a browser that runs no script at all (security.md WEB-3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detainerdesk.desk.models import Act, Booking, FieldCheck
from tests.desk.web.conftest import Desk, Screen, delacroix

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(window: Callable[..., Screen], desk: Desk) -> Screen:
    opened = window(java_script_enabled=False)
    opened.open("sign-in")
    opened.page.get_by_label("Sign-in name").fill("lima")
    opened.page.get_by_label("Password").fill("a-fictional-pass-phrase")
    opened.click(opened.page.get_by_role("button", name="I agree, sign in"))
    return opened


def answer(plain: Screen, label: str) -> None:
    plain.click(plain.page.locator("label", has_text=label).first)
    plain.click(plain.page.get_by_role("button", name="Save answer"))


def test_web_3_from_the_board_to_a_recorded_decision_and_release(desk: Desk, plain: Screen) -> None:
    number = desk.paper(delacroix())
    plain.open("board")
    plain.click(plain.page.get_by_role("link", name="DELACROIX"))
    page = desk.request_page(number)
    assert page.question is not None
    answer(plain, page.question.answers[0].label)
    check = desk.request_page(number).question
    assert check is not None
    answer(plain, next(one.label for one in check.answers if one.value == "none"))
    plain.click(plain.page.get_by_role("button", name="Record: no hold on this request"))
    assert Act.objects.get().act == "no_hold"

    plain.click(plain.page.get_by_role("link", name="B booking"))
    booking = desk.request_page(number).booking
    assert booking is not None
    answer(plain, next(one.label for one in booking.answers if one.value == "bail_or_ROR"))
    assert Booking.objects.get().ground == "bail_or_ROR"
    assert "Ready for release since" in plain.page.locator("main").inner_text()
    plain.click(plain.page.get_by_role("button", name="Record release"))
    assert Act.objects.order_by("id").last().act == "release"  # type: ignore[union-attr]


def test_web_3_a_field_is_corrected(desk: Desk, plain: Screen) -> None:
    number = desk.paper(delacroix())
    plain.open(f"requests/{number}/papers/0/dob")
    plain.click(plain.page.locator("label", has_text="Correct it to:"))
    plain.page.locator("#value").fill("12/26/1982")
    plain.click(plain.page.get_by_role("button", name="Save"))
    assert FieldCheck.objects.get().value == "12/26/1982"
    assert "12/26/1982" in plain.page.locator("main").inner_text()


def test_web_3_a_wrong_birth_date_is_refused_with_what_to_do_and_stays_in_the_form(desk: Desk, plain: Screen) -> None:
    number = desk.paper(delacroix())
    plain.open(f"requests/{number}/papers/0/dob")
    plain.click(plain.page.locator("label", has_text="Correct it to:"))
    plain.page.locator("#value").fill("26.12.82")
    plain.click(plain.page.get_by_role("button", name="Save"))
    assert "write month/day/year" in plain.page.get_by_role("alert").first.inner_text()
    assert plain.page.locator("#value").input_value() == "26.12.82"
    assert not FieldCheck.objects.exists()


def test_web_3_letters_are_switched_off(desk: Desk, plain: Screen) -> None:
    plain.open("keys")
    plain.click(plain.page.get_by_role("button", name="Switch letters off"))
    assert plain.page.locator("body").get_attribute("data-letters") == "off"


def test_web_3_a_name_is_found_and_never_stands_in_the_address(desk: Desk, plain: Screen) -> None:
    desk.paper(delacroix())
    plain.open("board")
    plain.page.locator("#find").fill("delacroix luis")
    plain.click(plain.page.get_by_role("button", name="Find"))
    assert plain.page.get_by_role("link", name="DELACROIX").count() == 1
    assert "delacroix" not in plain.page.url.lower()
    plain.page.locator("#find").fill("nobody of this name")
    plain.click(plain.page.get_by_role("button", name="Find"))
    assert "No row holds all of these words." in plain.page.locator("main").inner_text()
