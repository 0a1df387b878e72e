"""The one place where the benchmarks meet the engine: what is measured when they say `ours`.

`ours_from_dict` starts from a case in names.md's plain form, as a peer does; `ours_from_loaded` from a case that has been read.
Both give the outcome of `hold` and the rules that give it. `told` takes the slow way, with the trace, for the check of equal rules.
The second half is what `stacks.py` measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from detainerdesk.law import Case, ContradictoryFacts, Outcome, ask, decide, explain_decision, load, prove
from detainerdesk.law.decide import Decider, outcomes

EDITION = load()
ACTION = "hold"
FIRES = ("decides", "voids", "lifted", "voided")


def ours_from_dict(case: Mapping[str, Any]) -> tuple[str, list[str]]:
    return ours_from_loaded(prepared(case))


def loaded(case: Mapping[str, Any]) -> Case:
    return Case.read(case)


def prepared(case: Mapping[str, Any]) -> Decider:
    """A case read and typed, its facts found to be possible together: what a decision starts from."""
    return Decider(loaded(case), EDITION)


def ours_from_loaded(decider: Decider) -> tuple[str, list[str]]:
    outcome = decider.outcome(ACTION, ahead=False)
    return outcome.outcome, [by.rule for by in outcome.by]


def told(case: Mapping[str, Any]) -> tuple[str, set[str]]:
    """The outcome, and every rule, void and exception whose condition is met, from the trace."""
    decision = decide(replace(loaded(case), ask=(ACTION,)), EDITION)
    steps = decision.trace.steps[ACTION]
    return decision.actions[ACTION].outcome, {step.provision.id for step in steps if step.state in FIRES}


# What stacks.py measures.


def contradicts(case: Mapping[str, Any]) -> bool:
    """Whether the facts of a case break a constraint of the vocabulary."""
    try:
        outcomes(loaded(case), EDITION, ())
    except ContradictoryFacts:
        return True
    return False


def without_text(case: Case, actions: Sequence[str]) -> Mapping[str, Outcome]:
    """Outcome, standing and needs of each action."""
    return outcomes(case, EDITION, actions)


def with_text(case: Case, actions: Sequence[str]) -> str:
    """The whole answer, in the words that an officer reads."""
    return explain_decision(decide(replace(case, ask=tuple(actions)), EDITION), EDITION)


def next_question(case: Case, actions: Sequence[str]) -> str:
    """`none` where nothing is left to ask, else how the question was found: `exact` or `estimated`."""
    question = ask(case, EDITION, tuple(actions))
    if question is None:
        return "none"
    return "exact" if getattr(question, "exact", False) else "estimated"


def proved(agency: str) -> int:
    """Runs all proofs of the layers of a stack; how many things were proved or failed."""
    return sum(len(prove(EDITION, layer.jurisdiction)) for layer in EDITION.stack(agency).layers)


def encoded(place: str) -> str | None:
    """The first agency of a place whose every layer is encoded, or None."""
    for profile in EDITION.profiles():
        if profile.agency.partition("/")[0] == place and not EDITION.stack(profile.agency).missing:
            return profile.agency
    return None
