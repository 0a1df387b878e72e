"""Every numbered item of a law page is encoded, and the table that says so is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detainerdesk.law import Edition
from detainerdesk.law.coverage import coverage, items, missing, page

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT.parent / "shared" / "law"


def test_no_item_is_missing(edition: Edition) -> None:
    assert missing(edition) == []


def test_the_table_is_current(edition: Edition) -> None:
    assert (ROOT / "docs" / "coverage.md").read_text() == page(edition), "run `detainerdesk law coverage`"


def test_a_span_of_items_is_spelled_out() -> None:
    assert list(items("US-08..US-11, BOS19-1")) == ["US-08", "US-09", "US-10", "US-11", "BOS19-1"]
    with pytest.raises(ValueError, match="is no span of items"):
        list(items("US-1..MA-3"))


def test_every_rulebook_names_its_page_and_items(edition: Edition) -> None:
    for rulebook in edition.rulebooks.values():
        assert rulebook.law_page, rulebook.jurisdiction
        assert coverage(rulebook), rulebook.jurisdiction


@pytest.mark.skipif(not PAGES.is_dir(), reason="the law pages are not beside this checkout")
@pytest.mark.parametrize("jurisdiction", ["us", "us-ma", "us-ma-boston", "us-ny", "us-ny-new-york-city", "us-tx"])
def test_every_numbered_item_of_the_page_is_named(edition: Edition, jurisdiction: str) -> None:
    rulebook = edition.rulebooks[jurisdiction]
    text = (PAGES / str(rulebook.law_page)).read_text()
    numbered = set(re.findall(r"\*\*([A-Z]+\d*-\d+)\b[^*]*?—", text))
    assert numbered, "the page numbers its items like **MA-1 —**"
    assert numbered <= set(items(rulebook.items))
