"""The next question: of all that is not known, the one look-up that brings the answers soonest.

A plain search: each question that a needed fact belongs to is tried with each of its answers, and the one that leaves the
fewest outcomes open in the worst case is asked; the cheaper one where two leave as many. It is worked out anew after every
answer. A fact that was stated as `unknown` has been looked for and is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from detainerdesk.law.decide import outcomes
from detainerdesk.law.decision import Outcome
from detainerdesk.law.errors import LawError
from detainerdesk.law.known import Known
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, QuestionSpec
from detainerdesk.law.load import Edition

MAX_FACTS_TRIED = 6


@dataclass(frozen=True)
class Answer:
    """One answer to a question: its words, the key that gives it, the facts it states and the outcomes it leads to."""

    label: str
    key: str
    facts: Mapping[str, Any]
    outcome: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """What to find out next: plain words, where to look, which rules turn on it, and what each answer leads to."""

    name: str
    facts: tuple[str, ...]
    text: str
    where: str
    why: tuple[str, ...]
    answers: tuple[Answer, ...]


def ask(
    case: Case, edition: Edition, actions: tuple[str, ...] = ("hold", "notify_release", "transfer")
) -> Question | None:
    """The next question for these actions, or None where all are settled or nobody can find out more."""
    found = outcomes(case, edition, actions)
    known = Known.of(case, edition)
    needed = _askable(found, case, edition)
    if not needed:
        return None
    tried: list[tuple[tuple[int, int, int], Fact, tuple[Answer, ...]]] = []
    for fact in needed[:MAX_FACTS_TRIED]:
        answers = tuple(_answers(fact, case, edition, actions))
        open_after = max(
            (sum(word in ("undetermined", "disputed") for word in answer.outcome.values()) for answer in answers),
            default=9,
        )
        tried.append(((open_after, *known.cost(fact.name)[:2]), fact, answers))
    _, fact, answers = min(tried, key=lambda one: one[0])
    spec = edition.vocabulary.questions.get(fact.question)
    same_look_up = tuple(one.name for one in needed if one.question == fact.question and one is not fact)
    listed = fact.kind == "list" and spec is not None
    return Question(
        name=fact.question or fact.name,
        facts=(fact.name, *same_look_up),
        text=spec.ask if listed and spec else fact.ask or (spec.ask if spec else ""),
        where=spec.where if spec else "",
        why=tuple(
            dict.fromkeys(
                by.rule
                for outcome in found.values()
                for by in outcome.by
                if fact.name in {n.split("[")[0] for n in outcome.needs}
            )
        ),
        answers=answers,
    )


def _askable(found: Mapping[str, Outcome], case: Case, edition: Edition) -> list[Fact]:
    """The facts that an outcome needs, that a person may be asked, and that nobody has looked for in vain."""
    facts: dict[str, Fact] = {}
    for outcome in found.values():
        for need in outcome.needs:
            name = need.split("[")[0]
            fact = edition.vocabulary.fact(name)
            in_vain = _in_vain(case, name) or (need == name and _in_vain(case, f"{name}.complete"))
            if fact is not None and fact.askable and not in_vain:
                facts[name] = fact
    return sorted(facts.values(), key=edition.vocabulary.cost)


def _in_vain(case: Case, name: str) -> bool:
    """Whether somebody looked and could not tell."""
    stated = case.facts.get(name)
    return stated is UNKNOWN or stated == "unknown"


def _answers(fact: Fact, case: Case, edition: Edition, actions: tuple[str, ...]) -> Iterator[Answer]:
    spec = edition.vocabulary.questions.get(fact.question)
    for label, key, facts in _values(fact, case, edition, spec):
        try:
            found = outcomes(replace(case, facts={**case.facts, **facts}), edition, actions)
        except LawError:
            continue  # this answer can't be true beside what is stated
        yield Answer(label, key, facts, {action: outcome.outcome for action, outcome in found.items()})


def _values(
    fact: Fact, case: Case, edition: Edition, spec: QuestionSpec | None
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if fact.kind == "yes/no":
        yield ("yes", "Y", {fact.name: True})
        yield ("no", "N", {fact.name: False})
        yield ("could not find out", "U", {fact.name: "unknown"})
    elif fact.kind == "one of":
        for number, value in enumerate(fact.values, 1):
            yield (value.replace("_", " "), str(number), {fact.name: value})
    elif fact.kind == "list":
        records = case.facts.get(fact.name)
        known = list(records) if isinstance(records, list | tuple) else []
        complete = f"{fact.name}.complete"
        yield (_label(spec, "N", "none found"), "N", {fact.name: known or NONE, complete: True})
        yield (_label(spec, "L", "not looked up"), "L", {fact.name: known or "unknown", complete: "unknown"})
    elif fact.kind == "moment":
        yield ("now", "N", {fact.name: case.at})
        yield ("not yet", "0", {fact.name: NONE})


def _label(spec: QuestionSpec | None, key: str, default: str) -> str:
    for part in (spec.answers if spec else "").split(";"):
        left = part.split("=")[0].strip()
        if left.startswith(key + " "):
            return left.removeprefix(key + " ")
    return default
