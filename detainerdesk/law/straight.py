"""The straight way: a case as its caller wrote it in, the outcome of one action out, in microseconds.

It serves cases that state each fact plainly, and leave out what is the same in every case; whatever else there is, is read and
decided in full by `decide.py`. Both ways run the same generated functions, and come to the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from detainerdesk.law.contradictions import surely_fits
from detainerdesk.law.decide import outcomes
from detainerdesk.law.decision import Outcome
from detainerdesk.law.errors import CaseError
from detainerdesk.law.known import Docket, Setting
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.dates import EARLIEST_YEAR, LATEST_YEAR
from detainerdesk.law.language.facts import Stated
from detainerdesk.law.load import Edition
from detainerdesk.law.plan import Term, Told

LINES = frozenset({"id", "agency", "at", "actor", "facts", "choices"})


def outcome(case: Mapping[str, Any], edition: Edition, action: str) -> Outcome:
    """The outcome of one action of a case in names.md's form: as `decide` has it, but for what changes it later (`until`, `turns`) and
    what was so all along. Raises CaseError and ContradictoryFacts."""
    spec = edition.vocabulary.actions.get(action)
    heard = None if spec is None or spec.by_item or spec.is_item else hear(case, edition)
    found = heard.told(action) if heard else None
    return found.outcome if found else outcomes(replace(Case.read(case), ask=(action,)), edition, (action,))[action]


def hear(case: Mapping[str, Any], edition: Edition) -> Heard | None:
    """The case, where it is plain enough; None where it has to be read in full."""
    try:
        if not case.keys() <= LINES:
            return None
        at = datetime.fromisoformat(case["at"])
        choices = case.get("choices") or {}
        docket = Docket.of(case["agency"], case.get("actor"), choices, edition)
        facts = docket.stack.defaults.stated_plainly(case["facts"])
    except (AttributeError, CaseError, KeyError, TypeError, ValueError):
        return None
    if facts is None or at.tzinfo is None or not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        return None
    facts.at = at = at.astimezone(UTC)
    term = Term.on(docket, at)
    setting = Setting(at, docket.readings)
    return Heard(facts, setting, term) if surely_fits(facts, term.law, setting) else None


class Heard(NamedTuple):
    """A case read the straight way: its facts are typed and can all be true, and the law of its day is found."""

    facts: Stated
    setting: Setting
    term: Term

    def told(self, action: str) -> Told | None:
        """The outcome of an action that is not decided item by item; None where a fact is needed that is not there."""
        return self.term.plan(action, None).told(self.facts, self.setting)
