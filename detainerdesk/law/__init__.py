"""The law room: rulebooks in, decisions out. One verb, one module.

    from detainerdesk.law import load, decide, Case
    edition = load()
    decision = decide(Case(agency="us-ma-boston/police", at=moment, facts={"request.kind": "I-247A"}), edition)

It knows neither Django nor a clock nor a network: the moment is part of the case.
"""

from detainerdesk.law.adoption import Adoption, Signed, digest, provisions, rests_on
from detainerdesk.law.ask import Answer, Question, ask
from detainerdesk.law.decide import decide
from detainerdesk.law.decision import By, ClockLength, Decision, DutyState, NoteSaid, Outcome, Turn
from detainerdesk.law.errors import CaseError, ContradictoryFacts, LawError, Place, RulebookError
from detainerdesk.law.explain import explain, explain_decision
from detainerdesk.law.language.case import Case, Source
from detainerdesk.law.language.rulebook import Provision, Reading
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN
from detainerdesk.law.load import Edition, Stack, load
from detainerdesk.law.prove import prove
from detainerdesk.law.straight import outcome
from detainerdesk.law.trace import Step, Test, Trace

__all__ = [
    "NONE",
    "UNKNOWN",
    "Adoption",
    "Answer",
    "By",
    "Case",
    "CaseError",
    "ClockLength",
    "ContradictoryFacts",
    "Decision",
    "DutyState",
    "Edition",
    "LawError",
    "NoteSaid",
    "Outcome",
    "Place",
    "Provision",
    "Question",
    "Reading",
    "RulebookError",
    "Signed",
    "Source",
    "Stack",
    "Step",
    "Test",
    "Trace",
    "Turn",
    "ask",
    "decide",
    "digest",
    "explain",
    "explain_decision",
    "load",
    "outcome",
    "prove",
    "provisions",
    "rests_on",
]
