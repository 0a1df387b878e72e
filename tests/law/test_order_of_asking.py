"""What is decided of an action does not hang on what was asked before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import Edition
from tests.law.small import block, decided, law, rule

FIRST_CAUTIOUS = "forbidden, silent, permitted, required"
LAST_CAUTIOUS = "required, permitted, silent, forbidden"


def one_item_under_two_names(folder: Path) -> Edition:
    """Telling the release date is an action of its own and an item of information; what to do meanwhile differs."""
    return law(
        folder,
        city=rule("C-1", "must not", action="notify_release", when="apple")
        + rule("C-2", "must", action="notify_release", when="not apple")
        + block("cautious", "notify_release", order=LAST_CAUTIOUS)
        + block("cautious", "share_information", order=FIRST_CAUTIOUS),
    )


@pytest.mark.parametrize("ask", [("notify_release", "share_information"), ("share_information", "notify_release")])
def test_what_to_do_meanwhile_is_each_actions_own_whichever_is_asked_first(
    tmp_path: Path, ask: tuple[str, ...]
) -> None:
    decision = decided(one_item_under_two_names(tmp_path), {"info.sought": ["release_date"]}, ask=ask)
    assert {name: one.standing for name, one in decision.actions.items()} == {
        "notify_release": "required",
        "share_information": "forbidden",
    }
