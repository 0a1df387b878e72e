"""Why the law says what it says: the rules behind an answer by what became of each, and what was assumed. In: a Look with its decision's trace.
Out: groups of rules, each with the facts that it rests on; never what the trace lacks.
"""

from __future__ import annotations

from collections.abc import Iterable

from detainerdesk.desk import words
from detainerdesk.desk.page.look import Look
from detainerdesk.desk.page.standing import dates
from detainerdesk.desk.page.values import WhyGroup, WhyRule
from detainerdesk.law import UNKNOWN, Edition, Step, Test, Trace
from detainerdesk.law.explain import STATUS_WORDS, value_in_words
from detainerdesk.law.language.vocabulary import Value

FOR_NOW = "give the answer for now"
ADOPTED = {
    "adopted": "adopted by counsel",
    "changed since adoption": "changed since counsel adopted it",
    "not adopted": "not adopted by counsel",
}
WHY = (
    ("decide", ("decides", "voids")),
    (FOR_NOW, ()),
    ("would decide if an open fact turned out so", ("would decide if", "would void if")),
    ("were ended by another", ("lifted", "voided")),
    ("do not apply", ("does not apply", "not in force")),
    ("are off or rejected", ("off",)),
)


def why(look: Look) -> tuple[WhyGroup, ...]:
    """The rules of the acts on this page, by what became of each; never what the trace lacks."""
    if look.decision is None:
        return ()
    trace = look.decision.trace
    found: dict[str, dict[str, WhyRule]] = {title: {} for title, _ in WHY}
    for action, outcome in look.decision.actions.items():
        standing = {by.rule for by in outcome.by}
        for step in trace.steps.get(action, ()):
            title = next(title for title, states in WHY if step.state in states)
            if step.state == "would decide if" and step.provision.id in standing:
                title = FOR_NOW
            found[title].setdefault(step.provision.id, _why_rule(step, trace, look))
    for duty in look.decision.duties:
        provision = trace.stack.provision(duty.id)
        if duty.state in ("owed", "late") and duty.action in words.DUTY_LABELS and provision is not None:
            found["decide"].setdefault(duty.id, _why_rule(Step(provision, "decides", ""), trace, look))
    return tuple(WhyGroup(title, tuple(rules.values())) for title, rules in found.items() if rules)


def _why_rule(step: Step, trace: Trace, look: Look) -> WhyRule:
    rule = step.provision
    ended = (f"Ended by {step.ended_by}.",) if step.ended_by else ()
    return WhyRule(
        id=rule.id,
        says=rule.says,
        cite=rule.cite,
        dates=dates(rule),
        status=STATUS_WORDS[rule.status],
        adopted="nothing to adopt" if rule.status == "off" else ADOPTED[look.adoption.standing(rule, look.edition)],
        conditions=(*ended, *_conditions(trace.tests(rule), look)),
        check_source=rule.status == "verify" and rule.id not in look.agency.adopted,
    )


def _conditions(tests: Iterable[Test], look: Look) -> tuple[str, ...]:
    """Each fact that a rule rests on, once: its sentence, and where it came from."""
    said: dict[str, str] = {}
    for test in tests:
        for name, value, source in test.facts:
            said.setdefault(name, f"{_fact_sentence(name, value, look)} ({source})")
    return tuple(said.values())


def _fact_sentence(name: str, value: Value, look: Look) -> str:
    fact = look.edition.vocabulary.facts[name]
    if value is UNKNOWN:
        return f"not known: {fact.ask}"
    if value == "owed":
        return f"owed, nothing recorded: {fact.ask}"
    if isinstance(value, bool):
        return fact.true if value else fact.false
    if fact.kind == "list":
        return f"{name}: {value}"
    return fact.phrase.replace("{value}", assumed_value(value, look))


def assumed(look: Look) -> tuple[tuple[str, str], ...]:
    """What the answer rests on that nobody stated: the vocabulary's question and what was assumed."""
    if look.decision is None:
        return ()
    return tuple(
        (_asks(name, look.edition), assumed_value(value, look)) for name, value in look.decision.assumed.items()
    )


def _asks(name: str, edition: Edition) -> str:
    fact = edition.vocabulary.facts.get(name)
    return fact.ask if fact is not None and fact.ask else name


def assumed_value(value: Value, look: Look) -> str:
    return value_in_words(value, lambda moment: words.moment(moment, look.agency.zone, look.now))
