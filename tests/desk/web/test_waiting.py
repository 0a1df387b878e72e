"""What waits, in a real browser: a file of which several things wait, one at a time; what is in a request already; what the board says of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from detainerdesk.intake import queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import DetainerRequest, Document
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import BOSTON, Desk, Screen, delacroix
from tests.desk.web.test_papers_of_a_request import reach
from tests.desk.web.test_reading_desk import Change, comes, looks_right
from tests.paperwork import people
from tests.paperwork.papers import Paper, bundle

pytestmark = pytest.mark.browser

NO_DATES: Change = {(0, "form_date"): (None, "unreadable"), (1, "form_date"): (None, "unreadable")}


def two_people(seed: int) -> bytes:
    return bundle([Paper("i247a", people.DELACROIX), Paper("i247a", people.OKONJO)], seed=seed)


@pytest.fixture
def again(desk: Desk) -> str:
    """The forms of two people in one file, of each of whom there is a request; their dates can't be read, so both wait. The file's SHA-256."""
    comes(desk, two_people(1), NO_DATES)
    return comes(desk, two_people(2), NO_DATES)


def names_in(number: str) -> list[object]:
    return [form.fields["subject_name"].value for form in intake_request.load(number, BOSTON).forms]


def choose(screen: Screen, words: str) -> None:
    """By keyboard: into the group, down to the answer, and on to the button."""
    group = "document.activeElement.name === 'act'"
    for _ in range(60):
        screen.press("Tab")
        if screen.page.evaluate(group):
            break
    screen.press("Space")
    for _ in range(8):
        if words in screen.page.evaluate("document.activeElement.labels[0].textContent"):
            break
        screen.press("ArrowDown")
    reach(screen, "Record")
    screen.press("Enter")


# ---- several things wait of one file ----------------------------------------------------------------------------------


def test_by_keyboard_each_person_of_a_file_is_placed_alone(desk: Desk, again: str, screen: Screen) -> None:
    first, second = DetainerRequest.objects.order_by("number").values_list("number", flat=True)
    screen.open(f"waiting/{again}")
    head = screen.page.locator(".law")
    assert "This is 1 of 2 things that wait of this file." in head.inner_text()
    assert "The paper on pages 1 to 3" in head.inner_text()
    screen.press("n")
    assert "This is 2 of 2" in head.inner_text()
    shown = screen.page.locator("main").inner_text()
    assert "OKONJO" in shown.upper()
    assert "DELACROIX" not in shown.upper()
    assert first not in shown
    looks_right(screen, screen.page.url)
    screen.press("b")
    assert "This is 1 of 2" in head.inner_text()
    screen.press("n")
    choose(screen, f"Attach to request {second}")
    assert f"Attached to request {second}." in screen.page.get_by_role("status").first.inner_text()
    assert screen.page.url.endswith(f"/waiting/{again}")
    assert "things that wait" not in head.inner_text()
    choose(screen, "Keep apart")
    assert queue.waiting(BOSTON) == ()
    third = DetainerRequest.objects.order_by("number").last()
    assert third is not None
    assert names_in(first) == names_in(third.number)
    assert len(names_in(second)) == 2
    assert len(set(names_in(second))) == 1
    assert screen.complaints == []


def test_a_checked_field_leads_back_to_what_it_was_checked_for(desk: Desk, again: str, screen: Screen) -> None:
    _, second = queue.waiting(BOSTON)
    screen.open(f"waiting/{again}/matters/{second.id}")
    screen.press("c")
    assert "/papers/1/form_date" in screen.page.url
    screen.press("u")
    assert screen.page.url.endswith(f"/waiting/{again}/matters/{second.id}")
    assert "No field is left to check." in screen.page.locator("main").inner_text()


def test_what_somebody_else_settled_is_not_done_to_what_waits_still(desk: Desk, again: str, client: Client) -> None:
    first, second = queue.waiting(BOSTON)
    queue.set_aside(again, BOSTON, actor="officer 1", matter=first.id)
    client.force_login(desk.officer.user)
    got = client.post(f"/waiting/{again}/settle", {"act": "apart", "matter": first.id})
    assert got.status_code == 409
    assert "somebody may have settled it" in got.content.decode()
    assert client.get(f"/waiting/{again}/matters/{first.id}").headers["Location"] == f"/waiting/{again}"
    assert [one.id for one in queue.waiting(BOSTON)] == [second.id]


def test_which_of_several_is_meant_must_be_said(desk: Desk, again: str, client: Client) -> None:
    client.force_login(desk.officer.user)
    assert client.post(f"/waiting/{again}/settle", {"act": "apart"}).status_code == 409
    assert len(queue.waiting(BOSTON)) == 2


def test_an_empty_number_is_asked_for(desk: Desk, client: Client) -> None:
    sha256 = comes(desk, b"no paper at all")
    client.force_login(desk.officer.user)
    got = client.post(f"/waiting/{sha256}/settle", {"act": "attach", "number": " "}).content.decode()
    assert "Write the number of the request, like 2026-0412." in got
    assert "There is no request" not in got


# ---- what is in a request already -------------------------------------------------------------------------------------


@pytest.fixture
def box(desk: Desk) -> str:
    """A form that is a request, of which the box that cancels can't be made out."""
    return comes(desk, delacroix(), {(0, "cancel_prior"): (None, "unreadable")})


def test_of_a_form_in_a_request_only_its_box_is_asked(desk: Desk, box: str, screen: Screen, records: Screen) -> None:
    number = DetainerRequest.objects.get().number
    screen.open(f"waiting/{box}")
    assert screen.headline() == "This paper is in a request, and a person must look at it"
    assert screen.page.get_by_role("link", name=f"Request {number}").is_visible()
    assert radios(screen) == ["Place it again by its fields as they stand now", "Send to Records"]
    looks_right(screen, screen.page.url)
    records.open(f"waiting/{box}")
    assert radios(records)[-1] == f"Ask no more about it: it stays in request {number} as it is"
    screen.press("c", "2")
    assert queue.waiting(BOSTON) != ()
    screen.click(screen.page.get_by_text("Place it again"))
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert queue.waiting(BOSTON) == ()
    assert screen.page.url.endswith(f"/requests/{number}")


def radios(screen: Screen) -> list[str]:
    return [one.strip() for one in screen.page.locator(".usa-radio label").all_inner_texts()]


# ---- a row of a list --------------------------------------------------------------------------------------------------

LIST = (
    b"subject_name,dob,event_no,subject_id,file_no,form_date,from_office\n"
    b"DELACROIX Luis,1982-12-25,BOS2603000001,555000111,,2026-03-03,\n"
    b"OKONJO Marcus,1980-01-02\n"
)


def test_a_row_that_was_not_taken_is_entered_by_hand(desk: Desk, screen: Screen, records: Screen) -> None:
    receive(LIST, Envelope("upload", BOSTON, "D-4", "list.csv", timezone.now() - timedelta(minutes=5), "test list"))
    understand_all()
    (matter,) = queue.waiting(BOSTON)
    assert matter.reason == "row not taken"
    screen.open(f"waiting/{matter.sha256}")
    assert radios(screen) == ["Send to Records"]
    assert screen.page.locator("main a[href='/entry']").is_visible()
    assert "Okonjo" in screen.page.locator("#paper").inner_text().title()
    records.open(f"waiting/{matter.sha256}")
    assert radios(records) == ["Set aside: nothing follows from it. It is kept"]


# ---- the board --------------------------------------------------------------------------------------------------------


def rows_of(screen: Screen) -> list[str]:
    screen.open("board")
    body = screen.page.locator("tbody", has_text="Papers that wait for a person")
    return [" ".join(one.split()) for one in body.locator("tr").all_inner_texts()[1:]]


def test_the_board_says_of_each_thing_that_waits_whose_it_is_what_it_is_and_what_is_next(
    desk: Desk, again: str, screen: Screen
) -> None:
    one, other = rows_of(screen)
    assert "DELACROIX" in one
    assert "CIVIL I-247A" in one
    assert "Compare the two" in one
    assert "OKONJO" in other
    screen.click(screen.page.get_by_role("link", name="OKONJO").last)
    assert "This is 2 of 2" in screen.page.locator(".law").inner_text()


def test_the_board_shows_a_judges_warrant_that_came_alone_as_one_and_what_went_to_records(
    desk: Desk, screen: Screen, records: Screen
) -> None:
    warrant = comes(desk, bundle([Paper("ao442", people.OKONJO_AO442)], seed=4))
    (row,) = rows_of(screen)
    assert "COURT AO 442, not confirmed" in row
    assert "Say where it belongs" in row
    assert "D-4" not in row
    screen.open(f"waiting/{warrant}")
    screen.click(screen.page.get_by_text("Send to Records"))
    screen.click(screen.page.get_by_role("button", name="Record"))
    (row,) = rows_of(screen)
    assert "Waits for Records" in row
    (row,) = rows_of(records)
    assert "D-4" in row, "who sees all stations is told of which one a row is"


def test_a_board_of_all_stations_says_of_which_one_each_row_is(desk: Desk, screen: Screen, records: Screen) -> None:
    desk.paper(delacroix())
    row = "tr:has(a[data-row])"
    records.open("board")
    assert "D-4" in records.page.locator(row).first.inner_text()
    screen.open("board")
    assert "D-4" not in screen.page.locator(row).first.inner_text()


def test_the_two_copies_of_one_file_of_which_one_waits_do_not_say_that_it_counts(desk: Desk, screen: Screen) -> None:
    comes(desk, delacroix())
    bad: Change = {(0, "form_date"): (None, "unreadable"), (0, "cancel_prior"): (None, "unreadable")}
    comes(desk, bundle([Paper("i247a", people.DELACROIX)], seed=9), bad)
    (row,) = rows_of(screen)
    assert "looks like request" in row
    assert "counts as a request" not in row
    assert Document.objects.filter(state="queued").count() == 1
