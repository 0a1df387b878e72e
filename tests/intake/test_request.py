"""Many requests at once are the same requests one by one, at the price of one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from detainerdesk.intake import request
from detainerdesk.intake.models import DetainerRequest
from tests.intake.made import BOSTON, LUIS, MARCOS, Desk, detainer, paper, reading

pytestmark = pytest.mark.django_db
HARRIS = "us-tx-harris/sheriff"


@pytest.fixture
def desk(db: None) -> Desk:
    """One file with two forms, one of them sent again to another station with a court paper, and a form of another agency."""
    desk = Desk()
    desk.gets(b"two", reading(detainer(page=1), detainer(MARCOS, page=2)))
    desk.gets(b"again", reading(detainer(LUIS), paper("ao442", {"case_no": "1"}, page=2)), station="B-2")
    desk.gets(b"two", station="A-1")
    desk.gets(b"far", reading(detainer(LUIS)), agency=HARRIS)
    desk.gets(b"like", reading(detainer({**MARCOS, "form_date": ""}), paper("i200", {}, page=2)))
    desk.understands()
    return desk


@pytest.mark.usefixtures("desk")
def test_many_are_the_same_as_one_by_one() -> None:
    numbers = list(DetainerRequest.objects.filter(agency=BOSTON).values_list("number", flat=True))
    assert len(numbers) == 2
    assert request.load_many(numbers, BOSTON) == {number: request.load(number, BOSTON) for number in numbers}
    luis = request.load("2026-0001", BOSTON)
    assert [one.station for one in luis.transmissions] == ["D-4", "B-2", "A-1"]
    assert [one.kind for one in luis.papers] == ["i247a", "i247a", "ao442"]


@pytest.mark.usefixtures("desk")
def test_many_cost_what_one_costs() -> None:
    with CaptureQueriesContext(connection) as one:
        request.load_many(["2026-0001"], BOSTON)
    with CaptureQueriesContext(connection) as two:
        request.load_many(["2026-0001", "2026-0002"], BOSTON)
    assert len(two) == len(one) <= 5


@pytest.mark.usefixtures("desk")
def test_what_another_agency_has_is_not_among_them() -> None:
    with pytest.raises(request.NoSuchRequest, match="no request 2026-0002 of us-tx-harris/sheriff"):
        request.load_many(["2026-0001", "2026-0002"], HARRIS)
    assert request.load_many([], HARRIS) == {}


def test_what_waits_for_a_person_is_said_of_the_request_it_is_in() -> None:
    desk = Desk()
    desk.gets(b"sure", reading(detainer(LUIS)))
    desk.gets(b"unsure", reading(detainer(MARCOS, unsure=["cancel_prior"])))
    desk.understands()
    both = request.load_many(["2026-0001", "2026-0002"], BOSTON)
    assert both["2026-0001"].queue is None
    assert "could not be read whether its box that cancels" in (both["2026-0002"].queue or "")
