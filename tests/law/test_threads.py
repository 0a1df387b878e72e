"""A server decides in several threads: what they make at once of one stack's law is as if one had made it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from detainerdesk.law import Edition
from detainerdesk.law.load import Stack
from detainerdesk.law.lowering import Common, law_on

THREADS = 4


@pytest.fixture
def _in_turns() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_in_turns")
@pytest.mark.parametrize("agency", ["us-ca-san-francisco/sheriff", "us-tx-harris/sheriff"])
def test_the_law_of_a_stack_is_made_once_though_many_ask_for_it_at_once(edition: Edition, agency: str) -> None:
    stack = replace(edition.stack(agency))  # of which nothing is made yet
    days = (date(2014, 6, 1), date(2018, 6, 1), date(2026, 6, 1))
    with ThreadPoolExecutor(THREADS) as threads:
        for made in [threads.submit(atoms_of_all, stack, edition, days) for _ in range(THREADS)]:
            made.result()
    circuits = Common.of(stack).circuits
    assert [atom.id for atom in circuits.atoms] == list(range(len(circuits.atoms)))
    alone = replace(edition.stack(agency))
    atoms_of_all(alone, edition, days)
    assert len(circuits.atoms) == len(Common.of(alone).circuits.atoms)


def atoms_of_all(stack: Stack, edition: Edition, days: tuple[date, ...]) -> None:
    for day in days:
        law = law_on(stack, day)
        for action in edition.vocabulary.actions:
            assert law.action(action, None, None).atoms is not None
