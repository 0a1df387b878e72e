"""WEB-9: the development profile answers this machine only, also where a server is started around `detainerdesk serve`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.security.conftest import PRODUCTION, ROOT, python


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["desk.example.gov", "192.168.1.10", "0.0.0.0", "127.0.0.1.example.org"])
def test_web_9_a_question_to_another_address_is_refused(host: str, client: Client) -> None:
    assert client.get("/sign-in", headers={"host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/sign-in", headers={"host": host}).status_code == 400


def test_web_9_make_serve_names_no_other_address() -> None:
    recipe = re.search(r"^serve:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    assert "detainerdesk serve\n" in recipe[1]
    assert "--host" not in recipe[1]


def test_web_9_a_real_desk_trusts_its_proxy_and_its_own_names_only(tmp_path: Path) -> None:
    said = python(
        "import detainerdesk.desk.settings as s; "
        "print(s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS, s.SECURE_PROXY_SSL_HEADER, s.DEBUG)",
        tmp_path,
        **PRODUCTION,
    )
    assert said.strip() == "['desk.example.gov'] ['https://desk.example.gov'] ('HTTP_X_FORWARDED_PROTO', 'https') False"
