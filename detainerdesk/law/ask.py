"""The next question: of all that is not known, the one look-up that brings the answers soonest, for all the actions asked.

A plan of questions is sought over the table of completions, at the least cost in the worst case; facts that one look-up answers
together are one question. It is exact while the partial cases number at most 3^10, and says so where it is an estimate. It is
worked out anew after every answer. A fact that was stated as `unknown` has been looked for and is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.decide import Decider, outcomes
from detainerdesk.law.decision import Outcome
from detainerdesk.law.effects import CLASSES
from detainerdesk.law.errors import LawError
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, QuestionSpec
from detainerdesk.law.load import Edition
from detainerdesk.law.plan import Plan
from detainerdesk.law.table import Table

MAX_PARTIAL_CASES = 3**10
MAX_ANSWERS = 64
"""A look-up with more joint answers than this is tried by its facts one after another."""


@dataclass(frozen=True)
class Answer:
    """One answer to a question: its words, the key that gives it, the facts it states and the outcomes it leads to."""

    label: str
    key: str
    facts: Mapping[str, Any]
    outcome: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """What to find out next: plain words, where to look, which rules turn on it, and what each answer leads to.

    `exact`: no other order of questions costs less in the worst case; otherwise it is an estimate."""

    name: str
    facts: tuple[str, ...]
    text: str
    where: str
    why: tuple[str, ...]
    answers: tuple[Answer, ...]
    exact: bool


def ask(
    case: Case, edition: Edition, actions: tuple[str, ...] = ("hold", "notify_release", "transfer")
) -> Question | None:
    """The next question for these actions, or None where all are settled or nobody can find out more."""
    decider = Decider.of(case, edition)
    found = {action: decider.outcome(action, ahead=False) for action in actions}
    needed = _askable(found, case, edition)
    if not needed:
        return None
    first, exact = _first(decider, actions, needed, edition)
    fact = next(one for one in needed if (one.question or one.name) == first)
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
        answers=tuple(_answers(fact, decider, actions, found)),
        exact=exact,
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


# The search for the first question.


@dataclass(frozen=True)
class _Look:
    """One look-up: what it costs, and the completions of each joint answer."""

    name: str
    cost: int
    answers: tuple[int, ...]


def _first(decider: Decider, actions: Sequence[str], needed: Sequence[Fact], edition: Edition) -> tuple[str, bool]:
    """The question to begin with, and whether it is surely the best."""
    try:
        search = _Search.over(decider, actions, needed, edition)
    except TooManyUnknowns:
        return _estimate(decider, actions, needed, edition), False
    if not search.looks:  # all that is needed is needed under readings other than the default's
        return _estimate(decider, actions, needed, edition), False
    plan = search.first()
    if plan is not None:
        return plan, True
    return search.greedy(), False


class _Search:
    """Plans of questions over one table for all the actions."""

    def __init__(self, start: int, looks: Sequence[_Look], classes: Sequence[Sequence[int]]) -> None:
        self.start = start
        self.looks = sorted(looks, key=lambda look: look.cost)
        self.classes = classes
        self._costs: dict[int, int] = {}
        self._tried = 0

    @classmethod
    def over(cls, decider: Decider, actions: Sequence[str], needed: Sequence[Fact], edition: Edition) -> _Search:
        """Raises TooManyUnknowns where the actions' unknown facts make too large a table together."""
        setting = decider.known.setting()
        evaluation = decider.evaluation(setting)
        judges = [plan.judge for action in actions for plan in _plans(decider, action)]
        table = Table(evaluation, tuple({atom.id: atom for judge in judges for atom in judge.atoms}.values()))
        classes = []
        for judge in judges:
            bits = judge.over(table, evaluation).class_bits()
            classes.append([bits[word] for word in CLASSES if bits[word]])
        in_table = [fact for fact in needed if fact.name in table.completions.by_name]
        looks = [_look(name, facts, table, edition) for name, facts in _by_question(in_table).items()]
        return cls(table.mask, [look for look in looks if look], [some for some in classes if len(some) > 1])

    def first(self) -> str | None:
        """The first question of a plan of least cost in the worst case; None where too many partial cases were tried."""
        best: tuple[tuple[int, int, int], str] | None = None
        for look in self.looks:
            if not self._splits(look, self.start):
                continue
            try:
                worst = look.cost + max(self._cost(here) for here in self._after(look, self.start))
            except _Enough:
                return None
            key = (worst, self._open_after(look), look.cost)
            if best is None or key < best[0]:
                best = (key, look.name)
        return best[1] if best else self.greedy()

    def greedy(self) -> str:
        """The question that leaves the fewest actions open in the worst case; the cheaper of two."""
        splitting = [look for look in self.looks if self._splits(look, self.start)] or self.looks
        return min(splitting, key=lambda look: (self._open_after(look), look.cost)).name

    def _cost(self, here: int) -> int:
        """What it costs in the worst case to settle everything that questions can settle."""
        if all(_is_settled(classes, here) for classes in self.classes):
            return 0
        if here in self._costs:
            return self._costs[here]
        self._tried += 1
        if self._tried > MAX_PARTIAL_CASES:
            raise _Enough
        best: int | None = None
        for look in self.looks:
            if best is not None and look.cost >= best:
                break
            if not self._splits(look, here):
                continue
            worst = 0
            for after in self._after(look, here):
                worst = max(worst, self._cost(after))
                if best is not None and look.cost + worst >= best:
                    break
            else:
                best = look.cost + worst
        self._costs[here] = best or 0
        return self._costs[here]

    @staticmethod
    def _splits(look: _Look, here: int) -> bool:
        return sum(bool(here & answer) for answer in look.answers) > 1

    @staticmethod
    def _after(look: _Look, here: int) -> Iterator[int]:
        return (here & answer for answer in look.answers if here & answer)

    def _open_after(self, look: _Look) -> int:
        return max(
            sum(not _is_settled(classes, here) for classes in self.classes) for here in self._after(look, self.start)
        )


class _Enough(Exception):
    """More partial cases than are tried."""


def _look(name: str, facts: Sequence[str], table: Table, edition: Edition) -> _Look | None:
    completions = table.completions
    sizes = 1
    for fact in facts:
        sizes *= completions.by_name[fact].size
    names = facts if sizes <= MAX_ANSWERS else facts[:1]
    answers: list[int] = []
    for choice in product(*(range(completions.by_name[fact].size) for fact in names)):
        here = table.mask
        for fact, index in zip(names, choice, strict=True):
            here &= completions.pattern(fact, (index,))
        if here:
            answers.append(here)
    cost = edition.vocabulary.cost(edition.vocabulary.facts[facts[0]])[0]
    return _Look(name, cost, tuple(answers)) if len(answers) > 1 else None


def _plans(decider: Decider, action: str) -> Iterator[Plan]:
    """How an action, or each item of it, is decided."""
    return (decider.plan(action, item, decider.case.at) for item in decider.known.items_of(action))


def _estimate(decider: Decider, actions: Sequence[str], needed: Sequence[Fact], edition: Edition) -> str:
    """Where one table for all would be too large: the question that leaves the fewest outcomes open, each tried by itself."""
    open_after = {fact.question or fact.name: 0 for fact in needed}
    for action in actions:
        for plan in _plans(decider, action):
            try:
                evaluation = decider.evaluation(decider.known.setting(plan.item))
                table = Table.of(evaluation, plan.judge.atoms)
            except TooManyUnknowns:
                continue
            bits = plan.judge.over(table, evaluation).class_bits()
            classes = [bits[word] for word in CLASSES if bits[word]]
            for name, facts in _by_question(needed).items():
                here = [fact for fact in facts if fact in table.completions.by_name]
                look = _look(name, here, table, edition) if here else None
                settles = look and all(_is_settled(classes, answer) for answer in look.answers)
                open_after[name] += len(classes) > 1 and not settles
    return min(open_after, key=lambda name: (open_after[name], _cost(name, needed, edition)))


def _by_question(needed: Sequence[Fact]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for fact in needed:
        groups.setdefault(fact.question or fact.name, []).append(fact.name)
    return groups


def _is_settled(classes: Sequence[int], here: int) -> bool:
    return any(not here & ~bits for bits in classes)


def _cost(name: str, needed: Sequence[Fact], edition: Edition) -> tuple[int, int]:
    return min(edition.vocabulary.cost(fact) for fact in needed if (fact.question or fact.name) == name)


# Answers.


def _answers(fact: Fact, decider: Decider, actions: tuple[str, ...], found: Mapping[str, Outcome]) -> Iterator[Answer]:
    case, edition = decider.case, decider.edition
    spec = edition.vocabulary.questions.get(fact.question)
    # What it leads to reaches further than what reads it, where leaving others out turns on it or a constraint ties them to it.
    further = fact.name in decider.stack.defaults.turned_by or any(
        fact.name in one.names for one in edition.vocabulary.constraints
    )
    touched = tuple(action for action in actions if further or decider.reads(action, fact.name))
    for label, key, facts in _values(fact, case, edition, spec):
        try:
            now = _after(fact, facts, decider, touched, found)
        except LawError:
            continue  # this answer can't be true beside what is stated
        yield Answer(label, key, facts, {action: now.get(action, found[action].outcome) for action in actions})


def _after(
    fact: Fact, facts: Mapping[str, Any], decider: Decider, actions: Sequence[str], found: Mapping[str, Outcome]
) -> Mapping[str, str]:
    """What an answer leads to: read off the tables of the case, if nothing that was left out turns on it; else decided anew. Raises
    LawError for one that can't be true."""
    if fact.name not in decider.stack.defaults.turned_by:
        if "unknown" not in facts.values():
            value, told = NONE if fact.kind == "list" else facts[fact.name], dict[str, str]()
            for action in actions:
                if (word := decider.word_if(action, fact.name, value)) is None:
                    break
                told[action] = word
            else:
                return told
        elif decider.known.is_open(fact.name):
            return {action: found[action].outcome for action in actions}
    case = replace(decider.case, facts={**decider.case.facts, **facts})
    return {action: one.outcome for action, one in outcomes(case, decider.edition, actions).items()}


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
