"""The reading desk in a real browser: by keyboard through the unsure fields only, the page beside them, pages laid out, a form drawn; without scripts
too; and who may do what there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.models import FieldCheck, Officer
from detainerdesk.intake import queue
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import Correction, DetainerRequest, Document
from detainerdesk.intake.reading.fields import Arranged, Field, Reading, Seen, State, Unreadable, arranged_to_json
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.desk.web.conftest import BOSTON, NARROW, SCREEN, Desk, Screen, _read, delacroix
from tests.paperwork import people
from tests.paperwork.papers import Paper, bundle

pytestmark = pytest.mark.browser

Change = dict[tuple[int, str], tuple[str | bool | None, State]]

UNSURE: Change = {
    (0, "pc_final_order"): (None, "unreadable"),
    (0, "dob"): ("12/26/1982", "shown"),
    (0, "officer_name"): ("R. Ashgrove, Deportation 0fficer", "shown"),
}


def comes(desk: Desk, data: bytes, unsure: Change | None = None, *, station: str = "D-4") -> str:
    """A paper comes and is read by the real reader, but for these fields, which it did not make out. Returns its SHA-256."""
    desk.sent += 1
    came = timezone.now() - timedelta(minutes=18)
    receipt = receive(data, Envelope("folder", BOSTON, station, "fax.pdf", came, f"test {desk.sent}"))
    understand_all(lambda place: _unsure(_read(place.name, place.read_bytes()), unsure or {}))
    desk.board()
    return Document.objects.get(transmissions__receipt=receipt.number).sha256


def _unsure(read: Reading | Unreadable, unsure: Change) -> Reading | Unreadable:
    if isinstance(read, Unreadable):
        return read
    papers = list(read.papers)
    for (place, name), (value, state) in unsure.items():
        before: Field = papers[place].fields[name]
        seen = (Seen("ocr", str(value)), Seen("ocr again", str(before.value))) if isinstance(before.value, str) else ()
        doubtful = replace(before, value=value, state=state, accepted=False, readers=seen, agreed=False)
        papers[place] = replace(papers[place], fields={**papers[place].fields, name: doubtful})
    return replace(read, papers=tuple(papers))


@pytest.fixture
def number(desk: Desk) -> str:
    """A request of which three fields are not sure."""
    comes(desk, delacroix(), UNSURE)
    return DetainerRequest.objects.get().number


@pytest.fixture
def warrants(desk: Desk) -> str:
    """Two warrants in one file, without a detainer form: they wait. One field is not sure."""
    return comes(desk, two_warrants(), {(1, "subject_name"): ("MARCUS ADEYEMl OKONJO-VALE", "shown")})


def two_warrants() -> bytes:
    return bundle([Paper("i200", people.BRIGHTWATER_I200), Paper("ao442", people.OKONJO_AO442)], seed=4)


def heading(screen: Screen) -> str:
    return " ".join(screen.headline().split())


# ---- a request's fields -----------------------------------------------------------------------------------------------


def test_by_keyboard_alone_through_the_unsure_fields_and_no_others(number: str, screen: Screen) -> None:
    """What tells people apart first. 2: the second reader is right; C and typing; 2: not ticked. Then the request again."""
    screen.open(f"requests/{number}")
    screen.press("c")
    assert heading(screen) == "Birth date I-247A"
    assert "of 3 fields to check" in screen.page.locator(".law p").inner_text()
    assert screen.page.evaluate("document.activeElement.id") == "question"
    screen.press("2")
    assert heading(screen) == "Box 1, final order I-247A"
    screen.press("2")
    assert heading(screen) == "Officer, printed name I-247A"
    screen.press("c")
    assert screen.page.evaluate("document.activeElement.id") == "value"
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.type("R. Ashgrove, Deportation Officer")
    screen.press("Enter")
    assert screen.page.url.endswith(f"/requests/{number}")
    assert list(FieldCheck.objects.values_list("field", "value", "state", "as_read")) == [
        ("dob", "12/25/1982", "shown", False),
        ("pc_final_order", False, "shown", False),
        ("officer_name", "R. Ashgrove, Deportation Officer", "shown", False),
    ]
    assert screen.complaints == []


def test_right_as_read_is_kept_as_read(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.press("y")
    check = FieldCheck.objects.get()
    assert (check.field, check.value, check.as_read) == ("dob", "12/26/1982", True)


def test_a_letter_in_the_correction_is_text_and_answers_nothing(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.press("c")
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.type("yeum2c")
    assert screen.page.locator("#value").input_value() == "yeum2c"
    assert not FieldCheck.objects.exists()


def test_a_held_key_answers_one_field_only(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    for _ in range(20):
        screen.page.keyboard.down("u")
    screen.page.keyboard.up("u")
    screen.settle()
    assert FieldCheck.objects.count() == 1


def test_two_fast_keys_answer_one_field_once(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.page.evaluate(
        """() => { const question = document.querySelector('#question');
        for (const key of ['u', 'y']) question.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})); }"""
    )
    screen.settle()
    assert FieldCheck.objects.count() == 1


def test_letters_that_are_off_answer_nothing_and_tab_and_enter_do(number: str, screen: Screen) -> None:
    screen.open("keys")
    screen.click(screen.page.get_by_role("button", name="Switch letters off"))
    screen.open(f"requests/{number}/papers")
    screen.press("y", "c")
    assert screen.page.evaluate("document.activeElement.id") == "question"
    screen.press("Tab", "Space")
    while screen.focused() != "Save":
        screen.press("Tab")
    screen.press("Enter")
    assert FieldCheck.objects.get().as_read


def test_a_wrong_birth_date_is_refused_and_stays_in_the_form(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.press("c")
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.type("26.12.82")
    screen.press("Enter")
    assert "write month/day/year" in screen.page.get_by_role("alert").first.inner_text()
    assert screen.page.locator("#value").input_value() == "26.12.82"


def test_what_a_second_officer_recorded_meanwhile_is_not_saved_over(desk: Desk, number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    other = desk.account("ruiz")
    life.correct_field(number, 1, other, paper=0, name="dob", value="12/25/1982", at=timezone.now())
    screen.press("y")
    assert "Not saved" in screen.page.get_by_role("alert").first.inner_text()
    assert FieldCheck.objects.count() == 1


def test_no_field_is_left_to_check(desk: Desk, screen: Screen) -> None:
    comes(desk, delacroix())
    screen.open(f"requests/{DetainerRequest.objects.get().number}/papers")
    assert "No field is left to check." in screen.page.get_by_role("status").first.inner_text()


def test_citizenship_stands_nowhere_in_type(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    shown = screen.page.locator("body").inner_text()
    assert "DOMINICAN" not in shown
    assert "itizenship" not in shown
    assert Client().get(f"/requests/{number}/papers/0/citizenship").status_code in (302, 404)


# ---- the page beside it -----------------------------------------------------------------------------------------------


def test_the_field_in_focus_is_boxed_on_its_page_and_cut_out_at_three_times_life_size(
    number: str, screen: Screen
) -> None:
    screen.open(f"requests/{number}/papers")
    screen.until("document.querySelector('#crop img').naturalWidth > 0")
    frame = screen.page.locator("svg.drawn").bounding_box()
    mark = screen.page.locator(".mark--now").bounding_box()
    crop = screen.page.locator("#crop img")
    assert frame is not None
    assert mark is not None
    box = desk_box(number, "dob")
    assert (mark["x"] - frame["x"]) / frame["width"] * 612 == pytest.approx(box[0] - 4, abs=3)
    assert (mark["y"] - frame["y"]) / frame["height"] * 792 == pytest.approx(box[1] - 4, abs=3)
    assert screen.page.locator(".mark--check").count() == 2
    assert crop.evaluate("e => e.clientHeight / e.naturalHeight") == pytest.approx(1, abs=0.02)
    points = box[3] - box[1] + 10
    assert crop.evaluate("e => e.naturalHeight") == pytest.approx(points * 3 * 96 / 72, abs=3)


def desk_box(number: str, name: str) -> tuple[float, float, float, float]:
    from detainerdesk.intake import request

    box = request.load(number, BOSTON).papers[0].fields[name].box
    assert box is not None
    return box


def test_the_page_is_made_larger_turned_and_changed_and_nothing_typed_is_lost(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.press("c")
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.type("12/25/")
    screen.page.locator("#question").focus()
    screen.press("+")
    screen.until("document.querySelector('.drawn--2') !== null")
    screen.press("r")
    screen.until("document.querySelector('svg.drawn').getAttribute('viewBox') === '0 0 792 612'")
    screen.press("]")
    screen.until("document.querySelector('#page-label').textContent.startsWith('Page 2')")
    assert screen.page.locator("#value").input_value() == "12/25/"
    assert screen.page.locator("[data-typed]").is_checked()
    assert screen.complaints == []


def test_a_larger_page_shows_the_field_in_focus(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers/0/lea_sig?size=3")
    frame = screen.page.locator(".drawn__frame").bounding_box()
    mark = screen.page.locator(".mark--now").bounding_box()
    assert frame is not None
    assert mark is not None
    assert frame["y"] <= mark["y"]
    assert mark["y"] + mark["height"] <= frame["y"] + frame["height"]


# ---- a paper that waits -----------------------------------------------------------------------------------------------


def test_a_waiting_papers_field_is_corrected_by_keyboard_and_the_reading_is_kept_beside_it(
    warrants: str, screen: Screen
) -> None:
    screen.open(f"waiting/{warrants}")
    screen.press("c")
    assert heading(screen) == "Name AO 442"
    screen.press("2")
    correction = Correction.objects.get()
    assert (correction.field, correction.value, correction.state) == (
        "subject_name",
        "MARCUS ADEYEMI OKONJO-VALE",
        "shown",
    )
    assert correction.read_as["value"] == "MARCUS ADEYEMl OKONJO-VALE"
    assert correction.by.startswith("officer ")
    assert screen.page.url.endswith(f"/waiting/{warrants}")
    assert "No field is left to check." in screen.page.locator("main").inner_text()
    assert screen.complaints == []


def test_a_corrected_copy_is_placed_again_and_joins_its_request(desk: Desk, screen: Screen) -> None:
    comes(desk, delacroix())
    copy = bundle([Paper("i247a", people.DELACROIX)], seed=9)
    sha256 = comes(desk, copy, {(0, "form_date"): ("03/02/2020", "shown")}, station="D-4")
    screen.open(f"waiting/{sha256}")
    alike = screen.page.locator(".alike").inner_text()
    assert "03/02/2020 (to check)" in alike
    assert "03/02/2026" in alike
    screen.press("c", "2")
    screen.click(screen.page.get_by_text("Place it again by its fields as they stand now"))
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert queue.waiting(BOSTON) == ()
    assert DetainerRequest.objects.get().transmissions.count() == 2
    assert "placed again" in screen.page.get_by_role("status").first.inner_text()


def test_a_lone_warrant_is_attached_to_the_request_that_a_person_names(
    desk: Desk, warrants: str, screen: Screen
) -> None:
    comes(desk, delacroix())
    number = DetainerRequest.objects.get().number
    screen.open(f"waiting/{warrants}")
    screen.page.get_by_label("Number of the request").fill("2026-9999")
    assert screen.page.locator("[value=attach]").is_checked()
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert "There is no request 2026-9999" in screen.page.get_by_role("alert").first.inner_text()
    assert screen.page.get_by_label("Number of the request").input_value() == "2026-9999"
    screen.page.get_by_label("Number of the request").fill(number)
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert screen.page.url.endswith(f"/requests/{number}")


def test_a_request_of_another_station_is_attached_to_like_one_that_is_not_there(
    desk: Desk, warrants: str, screen: Screen
) -> None:
    comes(desk, delacroix(), station="B-2")
    number = DetainerRequest.objects.get().number
    screen.open(f"waiting/{warrants}")
    screen.page.get_by_label("Number of the request").fill(number)
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert f"There is no request {number} here" in screen.page.get_by_role("alert").first.inner_text()


def test_a_bad_file_is_sent_to_records_who_see_by_whom_and_set_it_aside(
    desk: Desk, screen: Screen, records: Screen
) -> None:
    sha256 = comes(desk, b"no paper at all")
    screen.open(f"waiting/{sha256}")
    screen.click(screen.page.get_by_text("Send to Records"))
    screen.click(screen.page.get_by_role("button", name="Record"))
    assert screen.page.url.endswith("/board")
    assert [entry.event.actor for entry in ledger.entries(kind="paper.sent_to_records")] == [
        f"officer {desk.officer.pk}"
    ]
    records.open(f"waiting/{sha256}")
    assert "sent by Lima" in records.page.locator("main").inner_text()
    records.click(records.page.get_by_text("Set aside"))
    records.click(records.page.get_by_role("button", name="Record"))
    assert queue.waiting(BOSTON) == ()


def test_who_is_ready_for_release_stands_on_top_here_too(desk: Desk, warrants: str, screen: Screen) -> None:
    comes(desk, delacroix())
    screen.open(f"requests/{DetainerRequest.objects.get().number}")
    screen.press("y", "n", "4")
    for path in (f"waiting/{warrants}", f"waiting/{warrants}/papers/1/subject_name", f"waiting/{warrants}/lay-out"):
        screen.open(path)
        assert screen.page.get_by_role("region", name="Ready for release").is_visible(), path
        assert screen.page.locator("[data-now]").is_visible(), path


# ---- pages laid out ---------------------------------------------------------------------------------------------------


def test_a_page_that_was_read_wrong_is_something_else(warrants: str, screen: Screen) -> None:
    screen.open(f"waiting/{warrants}")
    screen.press("l")
    assert screen.page.get_by_text("Read as: AO 442").is_visible()
    screen.page.locator("#kind-2").select_option("state_warrant")
    reads_again(screen)
    document = Document.objects.get()
    assert [one["kind"] for one in document.reading["documents"]] == ["i200", "state_warrant"]
    assert [one["kind"] for one in document.arranged] == [None, "state_warrant"]
    assert [entry.event.kind for entry in ledger.entries(kind="paper.arranged")] == ["paper.arranged"]


def reads_again(screen: Screen) -> None:
    """The page answers at once that the paper is being read; the loop of what arrives reads it; the page goes on by itself."""
    screen.click(screen.page.get_by_role("button", name="Read again"))
    screen.until("location.pathname.endsWith('/being-read')")
    assert screen.headline() == "This paper is being read"
    understand_all()
    screen.until("!location.pathname.endsWith('/being-read')")


def test_the_answer_comes_at_once_and_nothing_is_read_for_it(warrants: str, client: Client) -> None:
    client.force_login(Officer.objects.get().user)
    typed = {"paper-1": "1", "paper-2": "1", "kind-1": "i200"}
    before = Document.objects.get().reading
    began = time.monotonic()
    got = client.post(f"/waiting/{warrants}/lay-out", typed)
    assert time.monotonic() - began < 1
    assert got.headers["Location"] == f"/waiting/{warrants}/being-read"
    assert Document.objects.get().reading == before
    assert queue.waiting(BOSTON)[0].being_read


def test_until_it_is_read_each_page_of_the_paper_says_so_and_saves_nothing(warrants: str, client: Client) -> None:
    client.force_login(Officer.objects.get().user)
    client.post(f"/waiting/{warrants}/lay-out", {"paper-1": "1", "paper-2": "1", "kind-1": "i200"})
    for part in ("", "/lay-out"):
        assert client.get(f"/waiting/{warrants}{part}").headers["Location"] == f"/waiting/{warrants}/being-read"
    assert client.get(f"/waiting/{warrants}/being-read").status_code == 200
    assert client.get(f"/waiting/{warrants}/being-read", headers={"HX-Request": "true"}).status_code == 204
    settled = client.post(f"/waiting/{warrants}/settle", {"act": "records"})
    assert settled.status_code == 422
    assert "Wait until that is done" in settled.content.decode()
    version = Document.objects.get().read_at
    assert version is not None
    said = {"state": "right", "value": "", "version": version.isoformat()}
    assert client.post(f"/waiting/{warrants}/papers/1/subject_name", said).status_code == 422
    assert "Being read" in client.get("/board").content.decode()


def test_a_file_that_can_not_be_read_as_laid_out_waits_as_before_and_says_why(warrants: str, screen: Screen) -> None:
    screen.open(f"waiting/{warrants}/lay-out")
    screen.click(screen.page.get_by_role("button", name="Read again"))
    understand_all(read_arranged=lambda *_: Unreadable("Page 2 took too long."))
    screen.until("!location.pathname.endsWith('/being-read')")
    says = screen.page.locator(".law").inner_text()
    assert "could not be read as they were laid out: Page 2 took too long." in says
    assert [one["kind"] for one in Document.objects.get().reading["documents"]] == ["i200", "ao442"]


def test_two_papers_are_joined_to_one_and_a_contradiction_is_refused_with_all_that_was_typed(
    warrants: str, screen: Screen
) -> None:
    screen.open(f"waiting/{warrants}/lay-out")
    screen.page.locator("#paper-2").fill("1")
    screen.page.locator("#kind-1").select_option("i200")
    screen.page.locator("#kind-2").select_option("cover_sheet")
    screen.page.locator("#turn-2").select_option("180")
    screen.click(screen.page.get_by_role("button", name="Read again"))
    assert "Paper 1 is called" in screen.page.get_by_role("alert").first.inner_text()
    kept = [screen.page.locator(f"#{name}").input_value() for name in ("paper-2", "kind-1", "kind-2", "turn-2")]
    assert kept == ["1", "i200", "cover_sheet", "180"]
    screen.page.locator("#kind-2").select_option("")
    screen.page.locator("#turn-2").select_option("")
    reads_again(screen)
    (paper,) = Document.objects.get().reading["documents"]
    assert (paper["kind"], paper["pages"]) == ("i200", [1, 2])


def test_fields_of_pages_that_were_laid_out_anew_are_not_saved_over_others(warrants: str, client: Client) -> None:
    client.force_login(Officer.objects.get().user)
    old = {"state": "right", "value": "", "version": "2020-01-01T00:00:00+00:00"}
    got = client.post(f"/waiting/{warrants}/papers/1/subject_name", old)
    assert got.status_code == 409
    assert "laid out anew" in got.content.decode()
    assert not Correction.objects.exists()


def test_a_page_that_a_person_turned_stands_upright_from_then_on(warrants: str, screen: Screen) -> None:
    Document.objects.update(arranged=arranged_to_json([Arranged(None, (1,), (180,))]))
    screen.open(f"waiting/{warrants}?page=1")
    turned = screen.page.locator("svg.drawn > g").get_attribute("transform")
    assert turned == "translate(612 792) rotate(180)"


# ---- a form drawn -----------------------------------------------------------------------------------------------------


def test_a_form_is_drawn_by_pointer_and_kept_as_data_until_somebody_else_checks_it(
    desk: Desk, warrants: str, records: Screen, window: Callable[..., Screen]
) -> None:
    records.open(f"waiting/{warrants}/template")
    page = records.page
    page.locator("#kind").select_option("i200")
    records.click(page.get_by_role("button", name="Start from the edition the desk knows"))
    before = [page.locator(f"[name={name}]").first.input_value() for name in ("what", "x", "y")]
    assert before[0] == "File number"
    drag(records, ".mark--drawn >> nth=0", by=(-59.2, 29.6))
    after = [float(page.locator(f"[name={name}]").first.input_value()) for name in ("x", "y")]
    scale = 612 / 592
    assert after == pytest.approx([float(before[1]) - 59.2 * scale, float(before[2]) + 29.6 * scale], abs=0.3)
    page.locator("#edition").fill("09/31")
    records.click(page.get_by_role("button", name="Keep this template"))
    kept = Path(settings.DATA) / "templates" / "i200-09-31.json"
    data = json.loads(kept.read_text())
    assert (data["kind"], data["editions"], data["checked"]) == ("i200", ["09/31", "9/31"], None)
    assert data["pages"][0]["fields"][0]["box"][:2] == pytest.approx(after, abs=0.1)
    assert "Somebody else must check it." in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Record: checked").count() == 0
    desk.account("adams", "counsel", station="")
    counsel = window()
    counsel.sign_in("adams")
    counsel.open("templates/i200-09-31")
    counsel.click(counsel.page.get_by_role("button", name="Record: checked"))
    assert json.loads(kept.read_text())["checked"]["by"].startswith("officer ")
    kinds = [entry.event.kind for entry in ledger.entries("template i200-09-31")]
    assert kinds == ["template.drawn", "template.checked"]
    assert records.complaints == counsel.complaints == []


def drag(screen: Screen, what: str, *, by: tuple[float, float]) -> None:
    box = screen.page.locator(what).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    screen.page.mouse.move(x + by[0], y + by[1], steps=4)
    screen.page.mouse.up()


def test_a_new_box_goes_into_the_next_empty_row_and_its_numbers_move_it(warrants: str, records: Screen) -> None:
    records.open(f"waiting/{warrants}/template")
    page = records.page
    frame = page.locator("[data-draw]").bounding_box()
    assert frame is not None
    for row in range(9):  # one more than the rows that the page came with
        y = frame["y"] + 20 + 30 * row
        page.mouse.move(frame["x"] + 59.2, y)
        page.mouse.down()
        page.mouse.move(frame["x"] + 118.4, y + 14, steps=3)
        page.mouse.up()
    assert page.locator("[data-place]").count() == 9
    assert page.locator(".mark--drawn").count() == 9
    assert records.page.evaluate("document.activeElement.name") == "what"
    assert float(page.locator("[name=w]").first.input_value()) == pytest.approx(61.2, abs=0.3)
    page.locator("[name=x]").nth(8).fill("300")
    assert page.locator(".mark--drawn").nth(8).get_attribute("x") == "300"


def test_a_form_is_drawn_by_keyboard_alone(warrants: str, records: Screen) -> None:
    records.open(f"waiting/{warrants}")
    records.press("d")
    records.page.locator("#edition").focus()
    records.page.keyboard.type("09/31")
    records.press("Tab", "Tab", "Tab")
    for typed in ("Name", "", "60", "160", "300", "14"):
        records.page.keyboard.type(typed)
        records.press("Tab")
    mark = records.page.locator(".mark--drawn").first
    assert [mark.get_attribute(name) for name in ("x", "y", "width", "height")] == ["60", "160", "300", "14"]
    records.press("Control+Enter")
    assert "boxes of printed words are drawn" in records.page.get_by_role("alert").first.inner_text()
    assert records.page.locator("[name=what]").first.input_value() == "Name"


# ---- without scripts --------------------------------------------------------------------------------------------------


@pytest.fixture
def plain(window: Callable[..., Screen], desk: Desk) -> Screen:
    desk.account("okafor", "records", station="")
    opened = window(java_script_enabled=False)
    opened.open("sign-in")
    opened.page.get_by_label("Sign-in name").fill("okafor")
    opened.page.get_by_label("Password").fill("a-fictional-pass-phrase")
    opened.click(opened.page.get_by_role("button", name="I agree, sign in"))
    return opened


def test_web_3_each_unsure_field_is_checked_without_scripts(number: str, plain: Screen) -> None:
    plain.open(f"requests/{number}/papers")
    for label in ("second reader", "not ticked", "right as read"):
        plain.click(plain.page.locator("label", has_text=label).first)
        plain.click(plain.page.get_by_role("button", name="Save"))
    assert FieldCheck.objects.count() == 3
    assert plain.page.url.endswith(f"/requests/{number}")


def test_web_3_the_page_is_boxed_turned_and_made_larger_without_scripts(number: str, plain: Screen) -> None:
    plain.open(f"requests/{number}/papers")
    assert plain.page.locator(".mark--now").count() == 1
    plain.click(plain.page.get_by_role("link", name="R turn"))
    plain.click(plain.page.get_by_role("link", name="+ larger"))
    assert plain.page.locator("svg.drawn--2").get_attribute("viewBox") == "0 0 792 612"


def test_web_3_a_form_is_drawn_by_numbers_without_scripts(warrants: str, plain: Screen) -> None:
    plain.open(f"waiting/{warrants}/template")
    plain.page.locator("#kind").select_option("i200")
    plain.click(plain.page.get_by_role("button", name="Start from"))
    plain.page.locator("[name=x]").first.fill("400")
    plain.click(plain.page.get_by_role("button", name="Show the boxes"))
    assert plain.page.locator(".mark--drawn").first.get_attribute("x") == "400"
    plain.page.locator("#edition").fill("09/31")
    plain.click(plain.page.get_by_role("button", name="Keep this template"))
    assert (Path(settings.DATA) / "templates" / "i200-09-31.json").is_file()


def test_web_3_pages_are_laid_out_without_scripts(warrants: str, plain: Screen) -> None:
    plain.page.set_default_timeout(60_000)
    plain.open(f"waiting/{warrants}/lay-out")
    plain.page.locator("#kind-2").select_option("unknown")
    plain.click(plain.page.get_by_role("button", name="Read again"))
    plain.click(plain.page.get_by_role("link", name="look again"))
    assert plain.headline() == "This paper is being read"
    understand_all()
    plain.click(plain.page.get_by_role("link", name="look again"))
    assert plain.page.url.endswith(f"/waiting/{warrants}")
    assert [one["kind"] for one in Document.objects.get().reading["documents"]] == ["i200", "unknown"]


# ---- who may, and how it looks ----------------------------------------------------------------------------------------


def test_acl_1_a_role_that_reads_is_offered_nothing_to_save(
    desk: Desk, number: str, warrants: str, window: Callable[..., Screen]
) -> None:
    desk.account("moss", "auditor", station="")
    auditor = window()
    auditor.sign_in("moss")
    for path in (f"requests/{number}/papers/0/dob", f"waiting/{warrants}", f"waiting/{warrants}/papers/1/subject_name"):
        auditor.open(path)
        assert auditor.page.locator("main button").count() == 0, path
        assert auditor.page.locator("main input:enabled:not([type=hidden])").count() == 0, path
    auditor.open(f"requests/{number}/papers")
    auditor.press("y")
    assert not FieldCheck.objects.exists()


def test_acl_2_a_waiting_paper_of_another_station_is_answered_like_a_missing_one(desk: Desk, warrants: str) -> None:
    client = Client()
    client.force_login(desk.account("bee", station="B-2").user)
    for part in ("", "/lay-out", "/papers/1/subject_name", "/papers/1/subject_name/crop.png"):
        there, missing = client.get(f"/waiting/{warrants}{part}"), client.get(f"/waiting/{'0' * 64}{part}")
        assert (there.status_code, there.content) == (404, missing.content), part
    assert client.post(f"/waiting/{warrants}/settle", {"act": "again"}).status_code == 404


def test_a_desk_officer_does_not_set_a_paper_aside(desk: Desk, warrants: str, client: Client) -> None:
    client.force_login(desk.officer.user)
    assert client.post(f"/waiting/{warrants}/settle", {"act": "aside"}).status_code == 422
    assert len(queue.waiting(BOSTON)) > 0


def test_web_2_axe_finds_nothing_and_nothing_scrolls_sideways(
    desk: Desk, number: str, warrants: str, window: Callable[..., Screen]
) -> None:
    desk.account("okafor", "records", station="")
    bad = comes(desk, b"no paper at all")
    paths = [
        *(f"requests/{number}/papers/0/{name}" for name in ("dob", "pc_final_order", "officer_sig")),
        f"requests/{number}/papers/0/dob?size=3&turn=90",
        *(f"waiting/{warrants}{part}" for part in ("", "/papers/1/subject_name", "/lay-out", "/template")),
        f"waiting/{bad}",
        "templates",
    ]
    for size in (SCREEN, NARROW):
        screen = window(viewport=size)
        screen.sign_in("okafor")
        for path in paths:
            screen.open(path)
            looks_right(screen, path)
        screen.open(f"waiting/{warrants}/template")
        screen.page.locator("#kind").select_option("i200")
        screen.click(screen.page.get_by_role("button", name="Start from"))
        looks_right(screen, "a form half drawn")
        assert screen.complaints == []


def looks_right(screen: Screen, what: str) -> None:
    found = Axe().run(screen.page)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
    wide = screen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{what} scrolls sideways: {wide}"
    small = screen.page.evaluate(
        """() => Array.from(document.querySelectorAll('body *')).filter(e => e.getClientRects().length && !e.closest('.sr-only, .usa-skipnav, svg'))
        .filter(e => Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()))
        .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == [], what


def test_question_crop_and_save_show_unscrolled(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers")
    screen.until("document.querySelector('#crop img').naturalWidth > 0")
    for what in ("h1", "#question", "#crop img", "main button[data-commit]", ".mark--now"):
        box = screen.page.locator(what).first.bounding_box()
        assert box is not None, what
        assert box["y"] >= 0, what
        assert box["y"] + box["height"] <= 641, f"{what} is cut off at {box}"


def test_a_page_weighs_less_than_200_kb_with_an_empty_cache(number: str, screen: Screen) -> None:
    fresh = screen.page.context.new_page()
    weights: list[int] = []
    fresh.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    fresh.goto(f"{screen.address}/requests/{number}/papers", wait_until="networkidle")
    assert 0 < sum(weights) < 200_000, weights
