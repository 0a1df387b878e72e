"""The one place where the benchmarks meet the engine: what is measured when they say `ours`.

`ours_from_dict` starts from a case in names.md's plain form, as a peer does; `Heard.told` from a case that has been read. Both give
the outcome of `hold`, the rules that give it and what became of every other; `as_peers_tell` tells it as the peers do. `told` takes the slow
way, for the check of equal rules.
The second half is what `stacks.py` measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from detainerdesk.law import Case, ContradictoryFacts, Outcome, ask, decide, explain_decision, load, prove
from detainerdesk.law.decide import outcomes
from detainerdesk.law.straight import Heard, Told, hear

EDITION = load()
ACTION = "hold"
FIRES = ("decides", "voids", "lifted", "voided")


def ours_from_dict(case: Mapping[str, Any]) -> Told:
    told = prepared(case).told(ACTION)
    assert told is not None
    return told


def loaded(case: Mapping[str, Any]) -> Case:
    return Case.read(case)


def prepared(case: Mapping[str, Any]) -> Heard:
    """A case read and typed, its facts found to be possible together: what a decision starts from."""
    heard = hear(case, EDITION)
    assert heard is not None, "a case of this benchmark states every fact plainly"
    return heard


def as_peers_tell(told: Told) -> tuple[str, list[str]]:
    """The outcome, and every rule, void and exception whose condition is met, from what the decision recorded."""
    return told.outcome.outcome, [step.provision.id for step in told.steps() if step.state in FIRES]


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
    """Runs all worked examples of the layers of a stack, and proves the agency's law by the solver; how many examples there are."""
    from detainerdesk.law.prove.theorems import theorems  # its solver can't be in one process with the peers' engines

    examples = [one for layer in EDITION.stack(agency).layers for one in prove(EDITION, layer.jurisdiction)]
    theorems(EDITION, agency, examples)
    return len(examples)


def encoded(place: str) -> str | None:
    """The first agency of a place whose every layer is encoded, or None."""
    for profile in EDITION.profiles():
        if profile.agency.partition("/")[0] == place and not EDITION.stack(profile.agency).missing:
            return profile.agency
    return None
