"""Deny by default (security.md ACL-1 to ACL-3): every address x role x method against the one table in docs/access.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from detainerdesk.desk.middleware import RoleGate
from detainerdesk.desk.models import Officer
from detainerdesk.desk.page import drawn
from detainerdesk.desk.roles import ROLES
from detainerdesk.desk.urls import urlpatterns
from detainerdesk.intake import queue
from tests.desk.web.conftest import BOSTON, Desk, delacroix
from tests.paperwork import people
from tests.paperwork.papers import draw

TABLE = Path(__file__).resolve().parents[3] / "docs" / "access.md"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def rows() -> dict[str, dict[str, str]]:
    """address -> role -> what it may do there."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    head, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in body if not row[0].startswith("---")}


def as_written(pattern: str) -> str:
    """requests/<str:number> -> requests/NUMBER; the first address, "", is written /."""
    names = {
        "number": "NUMBER",
        "document": "DOCUMENT",
        "matter": "MATTER",
        "page": "PAGE",
        "paper": "PAPER",
        "name": "FIELD",
        "reading": "READING",
        "template": "TEMPLATE",
    }
    return re.sub(r"<\w+:(\w+)>", lambda found: names[found[1]], pattern) or "/"


def test_the_table_has_every_address_and_no_other() -> None:
    assert sorted(rows()) == sorted(as_written(str(one.pattern)) for one in urlpatterns)


def test_the_table_has_every_role() -> None:
    for address, may in rows().items():
        assert set(may) == {*ROLES, "nobody"}, address


def expected(cell: str, method: str) -> set[int]:
    """The statuses that the table allows; 405 where the address does not know the method."""
    reading = method in ("GET", "HEAD")
    allowed = {one.strip() for one in cell.split(",")}
    if cell == "sign-in":
        return {302}
    if cell == "key":
        return {401, 405}
    if cell == "-":
        return {404}
    if reading:
        return {200, 302} if "read" in allowed else {405}
    if "write" in allowed:
        return {200, 204, 302, 409, 422} if method == "POST" else {405}
    return {403, 405}


@pytest.fixture
def places(desk: Desk) -> dict[str, str]:
    """What stands for the words of the table: one request of station D-4, one paper that waits, one template that was drawn."""
    number = desk.paper(delacroix())
    desk.paper(draw("i200", people.BRIGHTWATER_I200))
    drawn.keep(Path(settings.DATA) / "templates", "i247a-05-25", drawn_template())
    return {
        "NUMBER": number,
        "DOCUMENT": desk.request_page(number).pictures[0].document,
        "WAITS": desk.board().waiting[0].document,
        "MATTER": str(queue.waiting(BOSTON)[0].id),
        "PAGE": "1",
        "PAPER": "0",
        "FIELD": "dob",
        "READING": "in_lieu_days",
        "TEMPLATE": "i247a-05-25",
    }


def drawn_template() -> dict[str, Any]:
    drawing = drawn.Drawing("i247a", "05/25", 1, 3, drawn.start_from("i247a", 1))
    return drawn.to_json(drawn.checked_drawing(drawing), by="officer 0", at="2026-03-03T02:10:00+00:00", paper=1)


def address(written: str, places: dict[str, str]) -> str:
    here = (
        {**places, "DOCUMENT": places["WAITS"], "FIELD": "subject_name"} if written.startswith("waiting/") else places
    )
    for word, value in here.items():
        written = written.replace(word, value)
    return "/" + written.lstrip("/")


def session(client: Client) -> str:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie is not None else ""


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_address_and_method_answers_as_the_table_says(desk: Desk, places: dict[str, str], role: str) -> None:
    officer = desk.account("tried", role) if role != "nobody" else None
    client = Client()
    for written, may in rows().items():
        for method in METHODS:
            if officer is not None and not session(client):  # the walk signs out on its way
                client.force_login(officer.user)
            got = client.generic(method, address(written, places))
            wanted = expected(may[role], method)
            if role == "nobody" and may[role] == "sign-in":
                assert got.headers.get("Location", "").startswith("/sign-in"), (written, method)
            assert got.status_code in wanted, (written, role, method, got.status_code, wanted)
    assert desk.state(places["NUMBER"]).version == 1


def test_a_view_that_says_nothing_of_roles_is_closed(desk: Desk) -> None:
    def forgotten(request: HttpRequest) -> HttpResponse:
        raise AssertionError("the view was called")

    request = RequestFactory().get("/board")
    request.user = desk.account("boss", "supervisor").user
    with pytest.raises(Http404):
        RoleGate(lambda r: HttpResponse()).process_view(request, forgotten, (), {})


OBJECTS = ("", "/data.json", "/why", "/print", "/papers/0/dob", "/booking", "/booking/person")


def test_a_request_of_another_station_or_agency_is_answered_like_a_missing_one(
    desk: Desk, places: dict[str, str]
) -> None:
    others = [desk.account("bee", station="B-2"), desk.account("tex", agency="us-tx-harris/sheriff", station="D-4")]
    for officer in others:
        client = Client()
        client.force_login(officer.user)
        for part in OBJECTS:
            there = client.get(f"/requests/{places['NUMBER']}{part}")
            missing = client.get(f"/requests/9999-9999{part}")
            assert (there.status_code, there.content) == (404, missing.content), part
        for part in ("/answer", "/record"):
            there = client.post(f"/requests/{places['NUMBER']}{part}", {"version": 1})
            missing = client.post(f"/requests/9999-9999{part}", {"version": 1})
            assert (there.status_code, there.content) == (404, missing.content), part
        document = places["DOCUMENT"]
        for path in (
            f"pages/{document}/1.png",
            f"originals/{document}",
            f"take-out/{document}",
            f"template/{document}",
        ):
            assert client.get(f"/requests/{places['NUMBER']}/{path}").status_code == 404
        assert client.post(f"/requests/{places['NUMBER']}/take-out/{document}", {"do": "take-out"}).status_code == 404
        for path in ("", "/being-read"):
            assert client.get(f"/waiting/{places['WAITS']}{path}").status_code == 404
        assert places["NUMBER"] not in client.get("/board").content.decode()


def test_a_request_that_was_sent_to_both_stations_is_seen_by_both(desk: Desk, places: dict[str, str]) -> None:
    bee = desk.account("bee", station="B-2")
    desk.paper(delacroix(), station="B-2")
    client = Client()
    client.force_login(bee.user)
    assert client.get(f"/requests/{places['NUMBER']}").status_code == 200


def test_a_paper_is_shown_only_under_its_own_request(desk: Desk, places: dict[str, str], client: Client) -> None:
    client.force_login(desk.officer.user)
    for document in (places["WAITS"], "0" * 64, "..%2f..%2fsecret"):
        assert client.get(f"/requests/{places['NUMBER']}/pages/{document}/1.png").status_code == 404
        assert client.get(f"/requests/{places['NUMBER']}/originals/{document}").status_code == 404
        assert client.post(f"/requests/{places['NUMBER']}/take-out/{document}", {"do": "take-out"}).status_code == 404


def test_somebody_without_an_officers_row_sees_no_case(desk: Desk, places: dict[str, str], client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", password="x"))
    assert not Officer.objects.filter(user__username="root").exists()
    assert client.get("/board").status_code == 404
    assert client.get(f"/requests/{places['NUMBER']}").status_code == 404
    assert BOSTON not in client.get("/keys").content.decode()
