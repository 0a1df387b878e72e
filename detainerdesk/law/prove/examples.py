"""Worked examples: every one settles as it says.

An edition in; each example that does not hold out, with what the answer is instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from detainerdesk.law.decide import decide
from detainerdesk.law.decision import Decision, Outcome
from detainerdesk.law.errors import ContradictoryFacts, LawError
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.example import clauses, example_case
from detainerdesk.law.language.rulebook import Example, Rulebook
from detainerdesk.law.load import Edition

WORDS = ("required", "forbidden", "permitted", "silent", "conflict", "partly")


@dataclass(frozen=True)
class Proved:
    """What became of one example: `wrong` is empty where it holds."""

    rulebook: str
    example: Example
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        mark = "holds" if not self.wrong else "; ".join(self.wrong)
        return f"{self.example.place}: {self.example.name}: {mark}"


def prove(edition: Edition, jurisdiction: str | None = None) -> tuple[Proved, ...]:
    """Run the examples of every rulebook, or of one. Ours are decided without agencies' own rulebooks, as they were written."""
    ours = edition.ours or edition
    return tuple(
        Proved(name, example, tuple(check_example(example, rulebook, edition if name in edition.local else ours)))
        for name, rulebook in edition.rulebooks.items()
        if jurisdiction in (None, name)
        for example in rulebook.examples
    )


def check_example(example: Example, rulebook: Rulebook, edition: Edition) -> Iterator[str]:
    """Each clause of an example that does not hold, said with what the answer is instead."""
    expected = _expected(example)
    try:
        stack = edition.stack(example.agency)
        case = example_case(example, stack.zone)
    except LawError as error:
        yield str(error)
        return
    wanted = tuple(dict.fromkeys(action for clause in expected if (action := _action_of(clause, edition))))
    try:
        decision = decide(case if case.ask else _asking(case, wanted), edition)
    except ContradictoryFacts as error:
        yield from _contradiction(expected, error)
        return
    except LawError as error:
        yield str(error)
        return
    named = set(case.facts)
    for clause in expected:
        yield from _Checker(decision, stack.zone, named, edition).check(clause)


def _expected(example: Example) -> list[str]:
    """The clauses of `expect`; `meanwhile …` belongs to the clause before it."""
    expected: list[str] = []
    for clause in clauses(example.expect):
        if clause.startswith("meanwhile ") and expected:
            expected[-1] += ", " + clause
        else:
            expected.append(clause)
    return expected


def _asking(case: Case, wanted: tuple[str, ...]) -> Case:
    return replace(case, ask=wanted or ("hold",))


def _action_of(clause: str, edition: Edition) -> str | None:
    word = clause.split(maxsplit=1)[0]
    if word in edition.vocabulary.actions:
        return word
    action = word.split(".")[0]
    if action in edition.vocabulary.actions:
        return action
    found = re.match(r"^(?:voided|lifted) (\S+) by", clause)
    if found:
        for rulebook in edition.rulebooks.values():
            for rule in rulebook.rules:
                if rule.id == found[1]:
                    return rule.actions[0]
    if clause.startswith("note "):
        note_id = clause.split()[1]
        return next(
            (
                note.actions[0]
                for rulebook in edition.rulebooks.values()
                for note in rulebook.notes
                if note.id == note_id and note.actions
            ),
            None,
        )
    return None


def _contradiction(expected: list[str], error: ContradictoryFacts) -> Iterator[str]:
    for clause in expected:
        if clause == "error":
            continue
        if clause.startswith("error names "):
            missing = [
                name.strip()
                for name in clause.removeprefix("error names ").split(",")
                if name.strip() not in error.facts
            ]
            if missing:
                yield f"the error names {', '.join(error.facts)}, not {', '.join(missing)}"
        else:
            yield f"expected “{clause}”; the facts contradict each other: {error}"


class _Checker:
    def __init__(self, decision: Decision, zone: ZoneInfo, named: set[str], edition: Edition) -> None:
        self.decision = decision
        self.zone = zone
        self.named = named
        self.edition = edition

    def check(self, clause: str) -> Iterator[str]:
        if clause.startswith("clock "):
            yield from self.clock(clause)
        elif clause.startswith("duty "):
            yield from self.duty(clause)
        elif clause.startswith("note "):
            if clause.split()[1] not in {note.id for note in self.decision.notes}:
                yield f"no {clause} in the answer"
        elif found := re.match(r"^(voided|lifted) (\S+) by (\S+)$", clause):
            pairs = {
                pair
                for outcome in self.every_outcome()
                for pair in (outcome.voided if found[1] == "voided" else outcome.lifted)
            }
            if (found[2], found[3]) not in pairs:
                yield f"expected “{clause}”; {found[1]}: {sorted(pairs) or 'nothing'}"
        elif clause == "error" or clause.startswith("error "):
            yield "expected an error; the facts do not contradict each other"
        else:
            yield from self.action(clause)

    def every_outcome(self) -> Iterator[Outcome]:
        for outcome in self.decision.actions.values():
            yield outcome
            yield from outcome.items.values()

    def action(self, clause: str) -> Iterator[str]:
        head, _, rest = clause.partition(" ")
        name, _, item = head.partition(".")
        if name not in self.decision.actions:
            yield f"“{clause}” is no clause that can be checked"
            return
        outcome = self.decision.actions[name]
        if item:
            if item not in outcome.items:
                yield f"{name} has no item {item} in this case"
                return
            outcome = outcome.items[item]
        is_now = _spell(outcome)
        rest = rest.strip()
        if rest.startswith("was_so "):
            if outcome.was_so != rest.removeprefix("was_so ").strip():
                yield f"expected “{clause}”; was_so is {outcome.was_so}"
        elif rest.startswith("until "):
            yield from self.moment(clause, rest.removeprefix("until "), outcome.until)
        elif rest in ("settled", "not settled"):
            if outcome.settled != (rest == "settled"):
                yield f"expected “{clause}”; {is_now}"
        elif rest.startswith("undetermined"):
            yield from self.undetermined(clause, rest, outcome)
        elif rest.startswith("disputed"):
            yield from self.disputed(clause, rest, outcome)
        else:
            yield from self.plain(clause, rest, outcome)

    def plain(self, clause: str, rest: str, outcome: Outcome) -> Iterator[str]:
        is_now = _spell(outcome)
        word, _, more = rest.partition(" ")
        if word not in WORDS:
            yield f"“{clause}” is no clause that can be checked"
            return
        if outcome.outcome != word:
            yield f"expected “{clause}”; {is_now}"
            unnamed = [need for need in outcome.needs if need.split("[")[0] not in self.named]
            if outcome.outcome == "undetermined" and unnamed:
                yield f"it turns on {', '.join(unnamed)}, which the example does not state"
            return
        more = more.strip()
        rules = {by.rule for by in outcome.by}
        if more.startswith("not by "):
            unwanted = {rule.strip() for rule in more.removeprefix("not by ").split(",")} & rules
            if unwanted:
                yield f"expected “{clause}”; {is_now}"
        elif more.startswith("by "):
            others = more.endswith("among others")
            wanted = {
                rule.strip()
                for rule in more.removeprefix("by ").removesuffix("among others").split(",")
                if rule.strip()
            }
            if not (wanted <= rules if others else wanted == rules):
                yield f"expected “{clause}”; {is_now}"
        elif more:
            yield f"“{more}” is no clause that can be checked"

    def undetermined(self, clause: str, rest: str, outcome: Outcome) -> Iterator[str]:
        is_now = _spell(outcome)
        found = re.match(r"^undetermined(?:, meanwhile (\w+))?(?:, needs (.+))?$", rest)
        if not found:
            yield f"“{clause}” is no clause that can be checked"
            return
        if outcome.outcome != "undetermined" or (found[1] and outcome.standing != found[1]):
            yield f"expected “{clause}”; {is_now}"
        unnamed = [need for need in outcome.needs if need.split("[")[0] not in self.named]
        if not found[2] and unnamed:
            yield f"“{clause}” turns on {', '.join(unnamed)}: name it in `facts` or after `needs`"
        if found[2]:
            wanted = [need.strip() for need in found[2].removesuffix(" among others").split(",")]
            missing = [need for need in wanted if need not in outcome.needs]
            extra = [need for need in outcome.needs if need not in wanted]
            if missing or (extra and not found[2].endswith("among others")):
                yield f"expected “{clause}”; {is_now}"

    def disputed(self, clause: str, rest: str, outcome: Outcome) -> Iterator[str]:
        body, _, meanwhile = rest.removeprefix("disputed").lstrip(": ").partition(", meanwhile ")
        alternatives = dict(part.strip().rsplit(" ", 1) for part in body.split(",") if part.strip())
        if outcome.outcome != "disputed" or (meanwhile and outcome.standing != meanwhile.strip()):
            yield f"expected “{clause}”; {_spell(outcome)}"
        elif alternatives and alternatives != dict(outcome.alternatives):
            yield f"expected “{clause}”; the alternatives are {dict(outcome.alternatives)}"

    def clock(self, clause: str) -> Iterator[str]:
        if found := re.match(r"^clock (\S+) not started$", clause):
            if found[1] in self.decision.clocks:
                yield f"expected “{clause}”; it ends {self.decision.clocks[found[1]]:%Y-%m-%d %H:%M}"
        elif found := re.match(r"^clock (\S+) ends (.+)$", clause):
            yield from self.moment(clause, found[2], self.decision.clocks.get(found[1]))
        else:
            yield f"“{clause}” is no clause that can be checked"

    def moment(self, clause: str, text: str, is_now: datetime | None) -> Iterator[str]:
        try:
            wanted = datetime.fromisoformat(text.strip())
        except ValueError:
            yield f"“{text}” is no moment"
            return
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=self.zone)
        if is_now is None or is_now != wanted:
            yield f"expected “{clause}”; it is {is_now.astimezone(self.zone).strftime('%Y-%m-%d %H:%M') if is_now else 'nothing'}"

    def duty(self, clause: str) -> Iterator[str]:
        found = re.match(r"^duty (\S+) (owed|late|done|excused|undetermined|not owed)(?: by (.+))?$", clause)
        if not found:
            yield f"“{clause}” is no clause that can be checked"
            return
        state = next((duty for duty in self.decision.duties if duty.id == found[1]), None)
        if found[2] == "not owed":
            if state is not None and state.state in ("owed", "late"):
                yield f"expected “{clause}”; it is {state.state}"
        elif (
            state is None
            or state.state != found[2]
            or (found[3] and not self.edition.vocabulary.roles_of(found[3].strip()) & set(state.who))
        ):
            yield f"expected “{clause}”; {f'it is {state.state}, by {state.who}' if state else 'the case gives rise to no such duty'}"


def _spell(outcome: Outcome) -> str:
    by = ", ".join(one.rule for one in outcome.by)
    said = f"it is {outcome.outcome}" + (f" by {by}" if by else "")
    if not outcome.settled or outcome.outcome in ("disputed", "conflict"):
        said += f", meanwhile {outcome.standing}, needs {', '.join(outcome.needs) or 'nothing'}"
    return said
