"""A request's papers in a real browser: taken out and joined again, beside the booking, with what is wrong on them and who sent them; by keyboard, at
320 pixels, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from detainerdesk.desk.models import BookedPerson, Identity
from detainerdesk.desk.page import drawn
from detainerdesk.intake import correct, entry, queue
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.models import DetainerRequest, Document
from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.fields import Arranged
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.desk.web.conftest import BOSTON, NARROW, PASSWORD, SCREEN, Desk, Screen, _read, delacroix
from tests.desk.web.test_reading_desk import comes, looks_right, two_warrants

pytestmark = pytest.mark.browser


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.paper(delacroix())


@pytest.fixture
def document(number: str) -> str:
    return Document.objects.get().sha256


# ---- out and in -------------------------------------------------------------------------------------------------------


def test_by_keyboard_a_paper_is_taken_out_after_it_was_asked_and_joined_again(
    desk: Desk, number: str, document: str, screen: Screen
) -> None:
    screen.open(f"requests/{number}")
    reach(screen, "Take out")
    screen.press("Enter")
    assert screen.headline() == f"Take this paper out of request {number}?"
    assert "It is the only paper of this request." in screen.page.locator("main").inner_text()
    assert queue.waiting(BOSTON) == ()
    reach(screen, "Take it out")
    screen.press("Enter")
    screen.until(f"location.pathname === '/waiting/{document}'")
    assert f"Taken out of request {number}" in screen.page.get_by_role("status").first.inner_text()
    (parted,) = ledger.entries(kind="request.parted")
    assert parted.event.actor == f"officer {desk.officer.pk}"
    assert screen.page.get_by_role("link", name="Lay out the pages").is_visible()
    screen.open(f"requests/{number}")
    assert screen.headline().startswith("No paper is in this request now.")
    screen.open(f"waiting/{document}")
    screen.click(screen.page.get_by_text(f"Attach to request {number}"))
    screen.click(screen.page.get_by_role("button", name="Record"))
    screen.until(f"location.pathname === '/requests/{number}'")
    assert screen.headline() == "For now, this request gives no ground to keep this person."
    assert screen.complaints == []


def reach(screen: Screen, words: str) -> None:
    for _ in range(60):
        if screen.focused().startswith(words):
            return
        screen.press("Tab")
    raise AssertionError(f"{words}: not reached by Tab")


def test_it_is_offered_beside_the_paper_and_leads_back_where_it_is_left_in(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/papers/0/dob")
    screen.click(screen.page.get_by_role("link", name="Take this paper out of the request"))
    screen.click(screen.page.get_by_role("link", name="Leave it in"))
    assert screen.page.url.endswith(f"/requests/{number}")
    assert queue.waiting(BOSTON) == ()


def test_web_3_a_paper_is_taken_out_without_scripts(number: str, document: str, window: Callable[..., Screen]) -> None:
    plain = signed_in_without_scripts(window)
    plain.open(f"requests/{number}")
    plain.click(plain.page.get_by_role("link", name="Take out"))
    plain.click(plain.page.get_by_role("button", name="Take it out"))
    assert plain.page.url.endswith(f"/waiting/{document}")


def signed_in_without_scripts(window: Callable[..., Screen]) -> Screen:
    plain = window(java_script_enabled=False)
    plain.open("sign-in")
    plain.page.get_by_label("Sign-in name").fill("lima")
    plain.page.get_by_label("Password").fill(PASSWORD)
    plain.click(plain.page.get_by_role("button", name="I agree, sign in"))
    return plain


def test_a_post_that_does_not_say_so_takes_nothing_out(desk: Desk, number: str, document: str, client: Client) -> None:
    client.force_login(desk.officer.user)
    assert client.post(f"/requests/{number}/take-out/{document}").status_code == 422
    assert queue.waiting(BOSTON) == ()


def test_acl_1_who_places_no_papers_is_offered_no_button_and_takes_none_out(
    desk: Desk, number: str, document: str, client: Client
) -> None:
    client.force_login(desk.account("moss", "auditor", station="").user)
    assert "Take out" not in client.get(f"/requests/{number}").content.decode()
    asked = client.get(f"/requests/{number}/take-out/{document}").content.decode()
    assert "Your role does not take papers out" in asked
    assert client.post(f"/requests/{number}/take-out/{document}", {"do": "take-out"}).status_code == 403


def test_a_paper_that_somebody_took_out_already_is_not_there_to_take_out(
    desk: Desk, number: str, document: str, client: Client
) -> None:
    comes(desk, delacroix() + b"\n% another copy")
    other = Document.objects.exclude(sha256=document).get().sha256
    client.force_login(desk.officer.user)
    client.post(f"/requests/{number}/take-out/{other}", {"do": "take-out"})
    assert client.post(f"/requests/{number}/take-out/{other}", {"do": "take-out"}).status_code == 404
    assert len(queue.waiting(BOSTON)) == 1


def test_acl_1_a_paper_of_another_station_is_taken_out_and_waits_there(desk: Desk, number: str, client: Client) -> None:
    """Who took it out does not see it any more, and is told where it is."""
    other = comes(desk, delacroix() + b"\n% sent there too", station="B-2")
    client.force_login(desk.officer.user)
    done = client.post(f"/requests/{number}/take-out/{other}", {"do": "take-out"}, follow=True)
    assert done.status_code == 200
    assert "It waits at its own station: B-2." in done.content.decode()


def test_a_paper_taken_out_is_laid_out_and_finds_its_request_again(number: str, document: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/take-out/{document}")
    screen.click(screen.page.get_by_role("button", name="Take it out"))
    screen.until(f"location.pathname === '/waiting/{document}'")
    screen.settle()
    screen.press("l")
    screen.page.locator("#kind-4").select_option("cover_sheet")
    screen.click(screen.page.get_by_role("button", name="Read again"))
    screen.until("location.pathname.endsWith('/being-read')")
    understand_all()
    screen.until(f"location.pathname === '/requests/{number}'")
    assert DetainerRequest.objects.count() == 1
    assert screen.headline() == "For now, this request gives no ground to keep this person."


# ---- beside the booking -----------------------------------------------------------------------------------------------


def writes(screen: Screen, **typed: str) -> None:
    for label, value in typed.items():
        screen.page.get_by_label(label.replace("_", " "), exact=True).fill(value)
    screen.page.keyboard.press("Enter")
    screen.until("document.querySelector('.compared, .usa-error-message') !== null")
    screen.settle()


def test_by_keyboard_paper_and_booking_are_compared_and_the_person_is_the_same(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}")
    screen.click(screen.page.locator("h1"))
    screen.press("k")
    assert screen.page.url.endswith("/booking/person")
    reach_field(screen, "id_name")
    for typed in ("Delacroix, Luis A.", "12/25/1982"):
        screen.page.keyboard.type(typed)
        screen.press("Tab")
    screen.press("Enter")
    screen.until("document.querySelector('.compared') !== null")
    assert screen.page.locator(".compared strong").all_inner_texts() == ["same", "same", "cannot tell"]
    assert screen.page.evaluate("document.activeElement.id") == "question"
    screen.press("y")
    screen.until("document.querySelector('.booked') === null")
    assert Identity.objects.get().compared == "name, birth date"
    assert screen.page.locator(".compared").is_visible()
    assert screen.complaints == []


def reach_field(screen: Screen, name: str) -> None:
    for _ in range(40):
        if screen.page.evaluate("document.activeElement.id") == name:
            return
        screen.press("Tab")
    raise AssertionError(f"{name}: not reached by Tab")


def test_one_identifier_alone_gives_no_same_person_and_the_key_does_nothing(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix, Luis Antonio", Birth_date="12/26/1982")
    screen.press("y")
    assert not Identity.objects.exists()
    assert "Only the name agrees surely" in screen.page.locator(".left").inner_text()
    assert screen.page.get_by_label("Birth date", exact=True).input_value() == "12/26/1982"


def test_each_thing_that_the_booking_shows_leads_to_its_field_and_stands_there_too(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix, Luis Antonio", Birth_date="12/26/1982", Booked_on="03/09/2026")
    screen.open(f"requests/{number}")
    see = screen.page.locator(".see")
    assert "dated before the person was booked here (D19)" in see.inner_text()
    see.get_by_role("link", name="Birth date").focus()
    screen.until("document.querySelector('.paper__place') !== null")
    screen.press("Enter")
    assert "is not the one in the booking (12/26/1982)" in screen.page.locator(".look__defect").inner_text()
    assert screen.page.locator(".mark--now").count() == 1
    screen.press("c")
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.type("12/26/1982")
    screen.press("Enter")
    screen.until(f"location.pathname === '/requests/{number}'")
    assert "(D12)" not in screen.page.locator(".see").inner_text()


def test_a_date_that_is_none_is_refused_and_stays_typed(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix", Birth_date="26.12.82")
    assert "write month/day/year" in screen.page.get_by_role("alert").first.inner_text()
    assert screen.page.get_by_label("Name", exact=True).input_value() == "Delacroix"
    assert not BookedPerson.objects.exists()


@pytest.mark.parametrize("born", ["12/25/60", "12/25/2060", "12/25/0060"])
def test_a_birth_date_of_which_the_century_would_be_a_guess_is_not_compared(
    desk: Desk, number: str, client: Client, born: str
) -> None:
    client.force_login(desk.officer.user)
    got = client.post(f"/requests/{number}/booking/person", {"version": "1", "birth_date": born})
    assert got.status_code == 422
    assert "Birth date: write month/day/year" in got.content.decode()
    assert not BookedPerson.objects.exists()


def test_what_a_second_officer_recorded_meanwhile_is_told_and_what_was_typed_stays(
    desk: Desk, number: str, client: Client
) -> None:
    client.force_login(desk.officer.user)
    typed = {"version": "7", "name": "Delacroix"}
    got = client.post(f"/requests/{number}/booking/person", typed)
    assert got.status_code == 409
    assert 'value="Delacroix"' in got.content.decode()


def test_web_3_paper_and_booking_are_compared_without_scripts(number: str, window: Callable[..., Screen]) -> None:
    plain = signed_in_without_scripts(window)
    plain.open(f"requests/{number}")
    plain.click(plain.page.get_by_role("link", name="compare with booking"))
    plain.page.get_by_label("Name", exact=True).fill("Delacroix, Luis Antonio")
    plain.page.get_by_label("File number").fill("A000 000 001")
    plain.click(plain.page.get_by_role("button", name="Save and compare"))
    assert plain.page.locator(".compared strong").all_inner_texts() == ["same", "cannot tell", "same"]
    plain.click(plain.page.locator("label", has_text="same person"))
    plain.click(plain.page.get_by_role("button", name="Save answer"))
    assert Identity.objects.get().compared == "name, number"


def test_a_paper_that_waits_is_compared_with_whom_booking_has_for_the_request_that_it_is_like(
    desk: Desk, number: str, screen: Screen
) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix, Luis Antonio", Birth_date="12/26/1982")
    like = comes(desk, delacroix() + b"\n% bad copy", {(0, "form_date"): ("03/02/2020", "shown")})
    screen.open(f"waiting/{like}")
    assert "same: all names agree" in screen.page.locator(".alike").inner_text()
    assert screen.page.locator(".compared caption").inner_text() == f"Paper and booking of request {number}"
    assert screen.page.locator(".compared strong").all_inner_texts() == ["same", "different", "cannot tell"]


def test_citizenship_is_asked_nowhere_and_stands_nowhere_in_type(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix, Luis Antonio")
    for path in (f"requests/{number}", f"requests/{number}/booking/person", f"requests/{number}/print"):
        screen.open(path)
        text = screen.page.locator("body").inner_text()
        assert "DOMINICAN" not in text, path
        assert "itizenship" not in text, path


CARRIED = {"subject_name": "SILVA, Marcos", "dob": "07/04/1977", "form_date": "03/03/2026", "file_no": "A000 000 002"}


def test_citizenship_that_a_program_carried_is_kept_as_the_form_has_it_and_shown_by_no_address(
    desk: Desk, client: Client
) -> None:
    """The field is the federal form's own; a call or a message has none. What waits and what is in a request show it neither in type nor as data."""
    for kind in entry.OPENS:
        of_the_form = {place.name for page in pages_of(kind) for place in page.fields}
        assert ("citizenship" in entry.fields_of(kind)) is ("citizenship" in of_the_form), kind
    first, second = (
        {**CARRIED, "citizenship": "Freedonia"},
        {**CARRIED, "citizenship": "Freedonia", "dob": "07/04/1978"},
    )
    for n, told in enumerate((first, second)):
        data = entry.to_bytes(
            entry.Entry("i247a", {key: value for key, value in told.items() if n == 0 or key != "form_date"})
        )
        receive(data, Envelope("api", BOSTON, "D-4", "entry.json", timezone.now(), f"told {n}", sender="jail-system"))
        understand_all()
    desk.board()
    kept = [Document.objects.get(sha256=one).reading for one in Document.objects.values_list("sha256", flat=True)]
    assert all(one["documents"][0]["fields"]["citizenship"]["value"] == "Freedonia" for one in kept)
    number, (matter,) = DetainerRequest.objects.get().number, queue.waiting(BOSTON)
    client.force_login(desk.account("ruiz", "supervisor", station="").user)
    client.post(f"/requests/{number}/booking/person", {"version": "1", "name": "Silva, Marcos"})
    parts = (
        "",
        "/data.json",
        "/why",
        "/print",
        "/booking",
        "/booking/person",
        "/papers/0/subject_name",
        "/papers/0/dob",
    )
    shown = [*(f"/requests/{number}{part}" for part in parts), f"/waiting/{matter.sha256}", "/board", "/board.json"]
    for path in (*shown, f"/waiting/{matter.sha256}/papers/0/dob"):
        got = client.get(path)
        assert got.status_code == 200, path
        assert "Freedonia" not in got.content.decode(), path
    for path in (f"/requests/{number}/papers/0/citizenship", f"/waiting/{matter.sha256}/papers/0/citizenship"):
        assert client.get(path).status_code == 404, path
        assert client.get(f"{path}/crop.png").status_code == 404, path


def pages_of(kind: str) -> tuple[forms.TemplatePage, ...]:
    template = forms.template_of(kind)
    return template.pages if template is not None else ()


# ---- who sent it, and a form drawn ------------------------------------------------------------------------------------


@pytest.fixture
def mailed(desk: Desk) -> str:
    """A request that came in a mail of which two servers wrote something, and a warrant that waits from the same mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "Fax <fax@ice.example>", "d4@desk.example", "<1@ice.example>"
    mail["Authentication-Results"] = "mx.example; spf=fail smtp.mailfrom=ice.example; dkim=none"
    mail.set_content("FICTIONAL")
    for data in (delacroix(), two_warrants()):
        mail.add_attachment(data, maintype="application", subtype="pdf", filename="fax.pdf")
    sender = "fax@ice.example [10.0.0.5]"
    receive(mail.as_bytes(), Envelope("mail", BOSTON, "D-4", "mail.eml", timezone.now(), "mail:1", sender=sender))
    understand_all(lambda place: _read(place.name, place.read_bytes()))
    desk.board()
    return DetainerRequest.objects.get().number


def test_what_is_known_of_a_mails_sender_stands_with_the_request_and_with_what_waits(
    mailed: str, screen: Screen
) -> None:
    (matter,) = queue.waiting(BOSTON)
    for path in (f"requests/{mailed}", f"waiting/{matter.sha256}"):
        screen.open(path)
        text = " ".join(screen.page.locator(".left").inner_text().split())
        assert "Handed over as from fax@ice.example, by the machine 10.0.0.5." in text, path
        assert "may that machine send for that address (SPF): no, ice.example" in text, path
        assert "Anybody can write that into a mail" in text, path
    looks_right(screen, "a paper of a mail that waits")


def test_the_form_of_a_paper_in_a_request_is_drawn(number: str, document: str, records: Screen) -> None:
    records.open(f"requests/{number}")
    records.click(records.page.get_by_role("link", name="Draw its form"))
    page = records.page
    assert page.locator("#kind").input_value() == "i247a"
    records.click(page.get_by_role("button", name="Start from the edition the desk knows"))
    page.locator("#edition").fill("09/31")
    records.click(page.get_by_role("button", name="Keep this template"))
    assert drawn.kept_as(settings.DATA / "templates", "i247a-09-31") is not None
    assert records.complaints == []


def test_acl_2_only_the_papers_of_the_request_are_drawn_there_and_only_by_records(
    desk: Desk, number: str, document: str, client: Client
) -> None:
    client.force_login(desk.account("okafor", "records", station="").user)
    assert client.get(f"/requests/{number}/template/{document}").status_code == 200
    assert client.get(f"/requests/{number}/template/{'0' * 64}").status_code == 404
    client.force_login(desk.officer.user)
    assert client.get(f"/requests/{number}/template/{document}").status_code == 404


# ---- how it looks -----------------------------------------------------------------------------------------------------


def test_web_2_axe_finds_nothing_and_nothing_scrolls_sideways(
    desk: Desk, number: str, document: str, window: Callable[..., Screen]
) -> None:
    desk.account("ruiz", "supervisor", station="")
    like = comes(desk, delacroix() + b"\n% bad copy", {(0, "form_date"): ("03/02/2020", "shown")})
    warrants = comes(desk, two_warrants())
    correct.arrange(warrants, BOSTON, (Arranged(None, (1, 2)),), actor="officer 1")
    first = window()
    first.sign_in()
    first.open(f"requests/{number}/booking/person")
    looks_right(first, "nothing written down yet")
    writes(first, Name="Delacroix, Luis Antonio", Birth_date="12/26/1982")
    paths = [
        *(f"requests/{number}{part}" for part in ("", "/booking/person", "/print", f"/take-out/{document}")),
        f"requests/{number}/papers/0/dob",
        f"waiting/{like}",
        f"waiting/{warrants}/being-read",
    ]
    for size in (SCREEN, NARROW):
        screen = window(viewport=size)
        screen.sign_in("ruiz")
        for path in paths:
            screen.open(path)
            looks_right(screen, path)
        assert screen.complaints == []
    queue.part(document, number, BOSTON, actor="officer 1")
    first.open(f"requests/{number}")
    looks_right(first, "a request without a paper")


def test_question_clock_and_record_show_unscrolled_beside_a_booking(number: str, screen: Screen) -> None:
    screen.open(f"requests/{number}/booking/person")
    writes(screen, Name="Delacroix, Luis Antonio", Birth_date="12/26/1982")
    screen.open(f"requests/{number}")
    for what in ("h1", ".question fieldset", ".left .clock", "#record"):
        box = screen.page.locator(what).first.bounding_box()
        assert box is not None, what
        assert box["y"] >= 0, what
        assert box["y"] + box["height"] <= 641, what
    assert screen.page.evaluate("document.documentElement.scrollHeight") <= 641
