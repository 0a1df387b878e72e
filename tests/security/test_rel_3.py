"""REL-3: the same bytes again are the same document, one request, and one transmission more, also where nothing on them could be read surely."""

from __future__ import annotations

import pytest
from django.test import Client

from detainerdesk.intake import request
from detainerdesk.intake.models import DetainerRequest, Document, Transmission
from detainerdesk.intake.understand import understand_all
from tests.desk.web.conftest import Desk, delacroix
from tests.desk.web.test_upload import key, send
from tests.intake import made


@pytest.mark.django_db(transaction=True)
def test_rel_3_the_same_bytes_of_a_form_without_one_sure_number_are_one_request(data_folder: object) -> None:
    """Nothing but the bytes can say that it is the same form."""
    intake = made.Desk()
    unsure = made.reading(made.detainer(unsure=list(made.LUIS)))
    for station in ("D-4", "B-2", "D-4"):
        intake.gets(b"a fax that nobody can read", unsure, station=station)
        intake.understands()
    assert (Document.objects.count(), DetainerRequest.objects.count()) == (1, 1)
    assert [one.station for one in request.load("2026-0001").transmissions] == ["D-4", "B-2", "D-4"]


def test_rel_3_an_upload_of_what_came_by_fax_is_a_transmission_more(desk: Desk, client: Client) -> None:
    number = desk.paper(delacroix())
    client.force_login(desk.officer.user)
    for _ in range(2):
        send(client, delacroix(), key(client))
    understand_all()
    assert (Document.objects.count(), DetainerRequest.objects.count(), Transmission.objects.count()) == (1, 1, 3)
    assert [one.channel for one in request.load(number).transmissions] == ["folder", "upload", "upload"]
