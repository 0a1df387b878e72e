"""What is told by telephone or by hand is typed in, kept like any paper, once; a mistake loses nothing, and a request that is there is shown first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.desk.page.entry import KINDS, groups
from detainerdesk.intake import entry, join, store
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import DetainerRequest, Transmission
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.reading.fields import from_json
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk, Screen
from tests.desk.web.test_api import another_writes

CALL = {
    "told_by": "Duty officer, ERO Boston, 617-555-0101",
    "subject_name": "DELACROIX, Luis Antonio",
    "dob": "12/25/1982",
    "subject_id": "555000111",
    "form_date": "03/03/2026",
    "asks_hold": "yes",
    "asks_notify": "no",
}


@pytest.fixture
def officer(desk: Desk, client: Client) -> Client:
    client.force_login(desk.officer.user)
    return client


def form(client: Client, kind: str = "phone", **more: str) -> dict[str, str]:
    """The form as a browser sends it: what the page holds, and what is typed."""
    shown = client.get(f"/entry?kind={kind}").content.decode()
    held = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    told_at = re.search(r'name="told_at" value="([^"]*)"', shown)
    assert told_at
    held.pop("csrfmiddlewaretoken")
    return {**held, "told_at": told_at[1], **CALL, **more}


def send(client: Client, told: dict[str, str]) -> Any:
    return client.post("/entry", told, follow=True)


def test_rel_1_a_call_is_kept_like_a_paper_and_its_receipt_is_shown(officer: Client) -> None:
    got = send(officer, form(officer))
    row = Transmission.objects.get()
    assert f"Kept. Receipt {row.receipt}." in got.content.decode()
    assert (row.channel, row.agency, row.station, row.sender) == ("entry", BOSTON, "D-4", CALL["told_by"])
    fields = {"asks_hold": True, "asks_notify": False}
    fields |= {name: CALL[name] for name in ("subject_name", "dob", "subject_id", "form_date")}
    assert store.get(row.document_id) == entry.to_bytes(entry.Entry("phone", fields))
    understand_all()
    (request,) = DetainerRequest.objects.all()
    assert (request.form, request.first_station) == ("phone", "D-4")


def test_what_was_not_told_stays_open(officer: Client) -> None:
    send(officer, form(officer))
    understand_all()
    (paper,) = from_json(Transmission.objects.get().document.reading).papers
    assert paper.fields["asks_hold"].value is True
    assert paper.fields["asks_notify"].value is False
    assert paper.fields["asks_access"].state == "page missing"


@pytest.mark.parametrize("kind", join.OPENS)
def test_every_kind_has_its_own_fields_and_none_asks_of_citizenship(kind: str, officer: Client) -> None:
    asked = [field.name for group in groups(kind) for field in group.fields]
    assert sorted([*asked, *(["citizenship"] if kind.startswith("i247") else [])]) == sorted(entry.fields_of(kind))
    shown = officer.get(f"/entry?kind={kind}").content.decode()
    assert "citizenship" not in shown.lower()
    assert all(f'name="{name}"' in shown for name in asked)


def test_the_kind_is_chosen_first_each_by_a_digit(officer: Client) -> None:
    shown = officer.get("/entry").content.decode()
    assert [one.kind for one in KINDS[:3]] == list(join.SPOKEN)
    assert {one.kind for one in KINDS} == set(join.OPENS)
    for one in KINDS:
        assert f'href="/entry?kind={one.kind}" data-hotkey="{one.key}"' in shown
    assert officer.get("/entry?kind=memo").status_code == 404


def test_the_same_form_sent_twice_is_one_delivery(officer: Client) -> None:
    told = form(officer)
    send(officer, told)
    understand_all()  # the request is there by the second time, and is no reason to warn of itself
    got = send(officer, told)
    assert "Kept. Receipt 1." in got.content.decode()
    assert Transmission.objects.count() == 1


def test_the_same_form_with_other_words_is_not_kept_as_the_first_and_can_be_sent_as_another(officer: Client) -> None:
    told = form(officer)
    send(officer, told)
    got = officer.post("/entry", {**told, "subject_name": "SILVA, Marcos", "subject_id": "555000222"})
    shown = got.content.decode()
    assert got.status_code == 409
    assert "was sent before" in shown
    assert "SILVA, Marcos" in shown
    fresh = re.search(r'name="delivery" value="([0-9a-f]{32})"', shown)
    assert fresh
    assert fresh[1] != told["delivery"]
    send(officer, {**told, "subject_name": "SILVA, Marcos", "subject_id": "555000222", "delivery": fresh[1]})
    assert Transmission.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"told_by": ""}, "Who told it: write a name or an office"),
        ({"told_at": ""}, "When: write the day and the time"),
        ({"told_at": "soon"}, "Time"),
        ({"told_at": "2099-01-01T00:00"}, "still to come"),
        ({"dob": "25 of December"}, "Birth date: write month/day/year, the year in four digits, like 12/25/1982."),
        ({"dob": "12/25/60"}, "Birth date: write month/day/year, the year in four digits"),
        ({"dob": "12/25/2060"}, "A birth date is no day to come."),
        ({"form_date": "03/03/0026"}, "Date of the request: write month/day/year"),
        ({"form_date": "yesterday"}, "Date of the request: write month/day/year"),
        ({"subject_name": "x" * 201}, "Name: 200 characters at most"),
        ({"asks_hold": "perhaps"}, "valid choice"),
        ({"delivery": "old"}, "this page was too old"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(officer: Client, wrong: dict[str, str], says: str) -> None:
    told = form(officer, **wrong)
    got = officer.post("/entry", told)
    shown = got.content.decode()
    assert got.status_code == 422
    assert says in shown
    for name in CALL:
        if told[name] and name not in ("asks_hold", "asks_notify"):
            assert f'value="{told[name]}"' in shown, name
    assert '<option value="no" selected>' in shown
    assert not Transmission.objects.exists()


def test_a_form_without_a_name_or_a_number_is_not_kept(officer: Client) -> None:
    nothing = dict.fromkeys(("subject_name", "dob", "subject_id", "form_date"), "")
    got = officer.post("/entry", form(officer, **nothing))
    assert got.status_code == 422
    assert "Write at least whom it is about, or a number" in got.content.decode()


def test_a_locked_database_keeps_what_was_typed(officer: Client) -> None:
    told = form(officer)
    with another_writes():
        got = officer.post("/entry", told)
    assert got.status_code == 503
    assert CALL["subject_name"] in got.content.decode()
    assert "Kept. Receipt" in send(officer, told).content.decode()


def test_the_moment_that_was_typed_is_its_arrival_in_the_agencys_zone(officer: Client) -> None:
    told_at = (timezone.now() - timedelta(hours=3)).astimezone(zone_of(BOSTON)).replace(second=0, microsecond=0)
    send(officer, form(officer, told_at=f"{told_at:%Y-%m-%dT%H:%M}"))
    assert Transmission.objects.get().received_at == told_at


# ---- a request that is there -----------------------------------------------------------------------------------------


def there(station: str = "D-4") -> str:
    """A request with the number that will be typed; its own number."""
    told = entry.Entry("i247a", {"subject_id": "555-000-111", "form_date": "03/03/2026", "subject_name": "DELACROIX"})
    receive(entry.to_bytes(told), Envelope("upload", BOSTON, station, "a.pdf", timezone.now(), f"there {station}"))
    understand_all()
    return DetainerRequest.objects.get().number


def test_a_request_with_this_number_is_shown_before_another_is_kept(officer: Client) -> None:
    number, told = there(), form(officer)
    got = officer.post("/entry", told)
    shown = got.content.decode()
    assert got.status_code == 409
    assert "a request with this number is there" in shown
    assert f'href="/requests/{number}"' in shown
    assert "same subject id" in shown
    assert CALL["told_by"] in shown
    assert Transmission.objects.count() == 1
    send(officer, {**told, "there": number})
    assert Transmission.objects.count() == 2


def test_a_request_of_another_station_is_not_told_of(officer: Client) -> None:
    """It answers like one that is not there (security.md ACL-2)."""
    number = there("B-2")
    got = send(officer, form(officer))
    assert number not in got.content.decode()
    assert Transmission.objects.count() == 2


def test_who_has_no_station_chooses_one(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.account("okafor", "records", station="").user)
    assert "Station: choose" in client.post("/entry", form(client)).content.decode()
    assert client.post("/entry", form(client, station="Z-9")).status_code == 422
    send(client, form(client, station="D-4"))
    assert Transmission.objects.get().station == "D-4"


# ---- in the browser --------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_call_is_kept_by_keyboard_alone(desk: Desk, screen: Screen) -> None:
    screen.open("board")
    screen.press("i", "1")
    assert screen.page.url.endswith("/entry?kind=phone")
    screen.page.keyboard.type("Duty officer")
    for name, told in (("subject_name", "DELACROIX, Luis"), ("dob", "12/25/1982"), ("asks_hold", "y")):
        while screen.page.evaluate("document.activeElement.name") != name:
            screen.press("Tab")
        screen.page.keyboard.type(told)
    screen.press("Control+Enter")
    screen.settle()
    assert "Kept. Receipt 1." in screen.page.locator("main").inner_text()
    assert b'"asks_hold":true' in store.get(Transmission.objects.get().document_id)
    assert screen.complaints == []


@pytest.mark.browser
def test_web_3_a_call_is_kept_without_scripts(desk: Desk, window: Callable[..., Screen]) -> None:
    plain = window(java_script_enabled=False)
    plain.sign_in()
    plain.open("entry")
    plain.click(plain.page.get_by_role("link", name="Word of mouth"))
    plain.page.get_by_label("Who said it").fill("Sergeant at the counter")
    plain.page.get_by_label("Birth date").fill("soon")
    plain.page.get_by_label("Asks to keep the person").select_option("yes")
    plain.click(plain.page.get_by_role("button", name="Keep this request"))
    assert "write month/day/year" in plain.page.get_by_role("alert").first.inner_text()
    plain.page.get_by_label("Birth date").fill("12/25/1982")
    plain.click(plain.page.get_by_role("button", name="Keep this request"))
    assert "Kept. Receipt 1." in plain.page.locator("main").inner_text()


@pytest.mark.browser
def test_on_arrival_the_first_field_has_focus_and_after_a_mistake_the_wrong_one(desk: Desk, screen: Screen) -> None:
    screen.open("entry?kind=phone")
    assert screen.page.evaluate("document.activeElement.name") == "told_by"
    screen.page.keyboard.type("Duty officer")
    screen.page.locator("#id_dob").fill("soon")
    screen.press("Control+Enter")
    screen.settle()
    assert screen.page.evaluate("document.activeElement.name") == "dob"
    assert screen.page.locator("#id_told_by").input_value() == "Duty officer"


@pytest.mark.browser
def test_the_whole_form_of_a_call_stands_on_the_desks_screen(desk: Desk, screen: Screen) -> None:
    screen.open("entry?kind=phone")
    box = screen.page.get_by_role("button", name="Keep this request").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 641
