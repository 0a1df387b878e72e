"""The sentences that templates bring themselves keep the desk's rules: no banned word, short and plain, and FICTIONAL only where it is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import textstat
from django.test import Client

import detainerdesk.desk
from detainerdesk.desk.views import errors
from detainerdesk.desk.words import BANNED
from tests.desk.web.conftest import Desk

TEMPLATES = sorted((Path(detainerdesk.desk.__file__).parent / "templates" / "desk").rglob("*.html"))


def sentences(template: Path) -> str:
    """What a person reads of a template: no tags, no variables."""
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(text.split())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.stem)
def test_no_template_says_a_banned_word(template: Path) -> None:
    said = {word.strip(".,:;()").lower() for word in sentences(template).split()}
    assert said.isdisjoint(BANNED)


def test_what_an_officer_reads_is_at_grade_8_or_lower() -> None:
    texts = [sentences(one) for one in TEMPLATES if one.stem in ("sign_in", "keys", "upload", "error")]
    for text in (*texts, errors.NO_PAGE, errors.REFUSED, errors.NO_TOKEN, errors.SERVER_ERROR):
        if text.count(".") >= 2:
            assert textstat.flesch_kincaid_grade(text) <= 8, text


def test_a_department_that_works_with_real_papers_is_not_told_that_they_are_fictional(
    desk: Desk, client: Client, settings: object
) -> None:
    client.force_login(desk.officer.user)
    for path in ("/sign-in", "/board", "/keys", "/no-such-page"):
        assert "FICTIONAL" in client.get(path).content.decode(), path
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    for path in ("/sign-in", "/board", "/keys", "/no-such-page"):
        assert "FICTIONAL" not in client.get(path).content.decode(), path
