"""A move on an old state is refused, by name of who was faster, and nothing that was entered is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.models import Act, FieldCheck, Identity
from tests.desk.web.conftest import Desk, Screen, delacroix

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_on_an_old_state_is_refused_and_what_was_entered_is_kept(
    desk: Desk, window: Callable[..., Screen], scripts: bool
) -> None:
    number = desk.paper(delacroix())
    ruiz = desk.account("ruiz", "supervisor")
    screen = window(java_script_enabled=scripts)
    screen.open("sign-in")
    screen.page.get_by_label("Sign-in name").fill("lima")
    screen.page.get_by_label("Password").fill("a-fictional-pass-phrase")
    screen.click(screen.page.get_by_role("button", name="I agree, sign in"))
    screen.open(f"requests/{number}/booking")
    life.same_person(number, 1, ruiz, "same", at=timezone.now())

    screen.page.locator("#moment").fill("2026-11-20T01:55")
    screen.click(screen.page.locator("label", has_text="acquitted"))
    screen.click(screen.page.get_by_role("button", name="Save answer"))
    alert = screen.page.get_by_role("alert").filter(has_text="Not saved")
    alert.wait_for()
    said = alert.inner_text()
    assert "Ruiz" in said
    assert "acquitted" in said
    assert "2026-11-20 01:55" in said
    assert desk.state(number).version == 2
    assert Identity.objects.count() == 1


def test_a_decision_on_an_old_state_is_refused(desk: Desk, screen: Screen) -> None:
    number = desk.paper(delacroix())
    ruiz = desk.account("ruiz", "supervisor")
    screen.open(f"requests/{number}")
    screen.press("y", "n")
    life.record_warrant_check(number, 3, ruiz, "system_down", at=timezone.now())
    screen.press("Control+Enter")
    alert = screen.page.get_by_role("alert").filter(has_text="Not saved")
    alert.wait_for()
    assert "Ruiz" in alert.inner_text()
    assert "Record: no hold" in alert.inner_text()
    assert not Act.objects.exists()


def test_a_correction_on_an_old_state_stays_in_its_form(desk: Desk, screen: Screen) -> None:
    number = desk.paper(delacroix())
    ruiz = desk.account("ruiz", "supervisor")
    screen.open(f"requests/{number}/papers/0/subject_name")
    life.same_person(number, 1, ruiz, "same", at=timezone.now())
    screen.click(screen.page.locator("label", has_text="Correct it to:"))
    screen.page.locator("#value").fill("DELACROIX, Luis A.")
    screen.click(screen.page.get_by_role("button", name="Save"))
    screen.page.get_by_role("alert").filter(has_text="Not saved").wait_for()
    assert screen.page.locator("#value").input_value() == "DELACROIX, Luis A."
    assert not FieldCheck.objects.exists()
    screen.click(screen.page.get_by_role("button", name="Save"))
    screen.page.wait_for_url(f"**/requests/{number}")
    assert FieldCheck.objects.get().value == "DELACROIX, Luis A."
