"""Seeded cases for a whole stack: random but ordinary, within the vocabulary's constraints; complete, or with facts unknown.

A complete case states every fact that some provision of the stack reads, and gives each list that one reads in full. A partial
case is a complete one of which some facts, fields of records and searches are not known, those that three provisions or more
read three times as often as those that one reads.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cases import GROUNDS, KINDS, PROOFS, SIGNED_BY, WARRANTS
from ours import EDITION, contradicts

from detainerdesk.law.language.vocabulary import Fact
from detainerdesk.law.load import RULEBOOKS, Stack

DAY = timedelta(days=1)
FIRST_DAY = datetime(2025, 6, 1, tzinfo=UTC)
WEIGHTS: dict[str, dict[str, int]] = {
    "request.kind": KINDS,
    "person.release_ground": GROUNDS,
    "person.citizenship_proof": PROOFS,
    "warrants[].kind": WARRANTS,
}
USUALLY_YES = {
    "request.asks_hold",
    "request.asks_notify",
    "request.issuer_authorised",
    "request.form_complete",
    "request.states_probable_cause",
    "custody.agency_has_custody",
    "warrants[].names_person",
}
MAY_COME = {"person.eligible_for_release_at", "sentence.ends_at"}
"""Moments that may lie ahead; the others have happened, or not."""
NATIONALITIES = ("MX", "GT", "BR", "DO", "CN", "GB", "US")
OTHER_CITATIONS = {
    "CA": ("CA HS 11377", "CA VC 23152(a)", "CA PC 484(a)"),
    "MA": ("MA GL 90-24", "MA GL 266-30"),
    "NY": ("NY PL 220.03", "NY PL 155.25", "NY VTL 1192"),
    "TX": ("TX PC 49.04", "TX PC 31.03"),
}
"""Offenses of each state that stand on few lists or on none."""


class StackCases:
    """What the provisions of one stack read, and cases that state it."""

    def __init__(self, agency: str, seed: int) -> None:
        self.agency = agency
        self.stack: Stack = EDITION.stack(agency)
        self.dice = Random(f"{agency} {seed}")
        self.reads = Counter(_read(self.stack))
        self.weights = {name: min(number, 3) for name, number in self.reads.items()}
        self.lists = [fact for fact in self._facts("") if fact.kind == "list"]
        self.single = [fact for fact in self._facts("") if fact.kind != "list" and fact.name in self.reads]
        self.state = self.stack.layers[-1].jurisdiction.split("-")[1].upper()
        self.citations = _citations(self.stack, self.state)
        self.open_lists = " ".join(_open_lists(self.stack))

    def actions(self) -> tuple[str, ...]:
        """The actions that a rule or a duty of the stack speaks of, and those derived from `hold`."""
        spoken = {action for rule in self.stack.rules if rule.status != "off" for action in rule.actions}
        spoken |= {duty.action for duty in self.stack.duties() if duty.status != "off"}
        if "hold" in spoken:
            spoken |= {"release", "refuse_hold"}
        return tuple(action for action in EDITION.vocabulary.actions if action in spoken)

    def complete(self, count: int) -> list[dict[str, Any]]:
        return [self._complete(number) for number in range(1, count + 1)]

    def partial(self, count: int, unknown: int) -> list[dict[str, Any]]:
        """Cases of which so many facts, fields and searches are unknown; at least one list is not complete."""
        return [self._partial(case, unknown) for case in self.complete(count)]

    def _complete(self, number: int) -> dict[str, Any]:
        while True:
            at = (
                FIRST_DAY.replace(tzinfo=ZoneInfo(self.stack.timezone))
                + self.dice.randrange(360 * 24 * 60) * DAY / 1440
            )
            facts: dict[str, Any] = {}
            for fact in self.single:
                facts[fact.name] = self._value(fact, at)
            for fact in self.lists:
                facts[fact.name] = [self._record(fact, at) for _ in range(self.dice.choice((0, 0, 1, 1, 2, 3)))]
            case = {"id": f"case {number}", "agency": self.agency, "at": at.isoformat(), "facts": facts}
            if not contradicts(case):
                return case

    def _partial(self, case: dict[str, Any], unknown: int) -> dict[str, Any]:
        facts = dict(case["facts"])
        weights = {fact.name: self.weights.get(fact.name, 1) for fact in self.single if fact.name in facts}
        for fact in self.lists:
            weights[f"{fact.name}.complete"] = self.weights.get(fact.name, 1)
            facts[fact.name] = [dict(record) for record in facts[fact.name]]
            for index, record in enumerate(facts[fact.name], 1):
                for name in record:
                    weights[f"{fact.name}[{index}].{name}"] = self.weights.get(f"{fact.name}[].{name}", 1)
        chosen = [self.dice.choice([f"{fact.name}.complete" for fact in self.lists])] if self.lists else []
        while len(chosen) < unknown and len(chosen) < len(weights):
            left = {name: weight for name, weight in weights.items() if name not in chosen}
            chosen.append(self.dice.choices(tuple(left), tuple(left.values()))[0])
        for name in chosen:
            if name.endswith(".complete"):
                facts[name] = False
            elif "[" in name:
                list_name, _, rest = name.partition("[")
                index, _, field = rest.partition("].")
                facts[list_name][int(index) - 1][field] = "unknown"
            else:
                facts[name] = "unknown"
        return {**case, "facts": facts}

    def _facts(self, list_name: str) -> Iterator[Fact]:
        for fact in EDITION.vocabulary.facts.values():
            if (fact.list or "") == list_name and (
                self.reads[fact.name] or (fact.kind == "list" and self._reads_list(fact))
            ):
                yield fact

    def _reads_list(self, fact: Fact) -> bool:
        return any(name.startswith(f"{fact.name}[") for name in self.reads)

    def _record(self, fact: Fact, at: datetime) -> dict[str, Any]:
        """One record: its dates in the order of life (crime, judgment, release), a citation that some list may hold."""
        record: dict[str, Any] = {}
        judged = at.date() - self.dice.randrange(30, 18 * 365) * DAY
        for field in self._facts(fact.name):
            short = field.field
            if short == "date":
                record[short] = judged.isoformat()
            elif short == "commission_date":
                record[short] = (judged - self.dice.randrange(20, 700) * DAY).isoformat()
            elif short == "released_at":
                record[short] = min(judged + self.dice.randrange(0, 1500) * DAY, at.date()).isoformat()
            elif short == "signed_by" and record.get("kind") in SIGNED_BY:
                record[short] = self.dice.choice(SIGNED_BY[record["kind"]])
            elif short in ("offense_citation", "offense"):
                listed = self.dice.random() < 0.7
                record[short] = self.dice.choice(self.citations if listed else OTHER_CITATIONS[self.state])
            else:
                record[short] = self._value(field, at)
        if "offense_citation" in record:
            record |= self._about_the_offense(fact.name, record["offense_citation"])
        return record

    def _about_the_offense(self, list_name: str, citation: str) -> dict[str, Any]:
        """What else has to be known to say on which lists an offense stands; counsel has ruled it out of the open ones."""
        said = {"state": citation[:2], "enhancement": "none", "ruled_out": self.open_lists or "none"}
        return {name: value for name, value in said.items() if f"{list_name}[].{name}" in EDITION.vocabulary.facts}

    def _value(self, fact: Fact, at: datetime) -> Any:
        """An ordinary value of a fact."""
        dice = self.dice
        if fact.kind == "yes/no":
            return dice.random() < (0.85 if fact.name in USUALLY_YES else 0.2)
        if fact.kind == "one of":
            weights = WEIGHTS.get(fact.name) or dict.fromkeys(fact.values, 1)
            return dice.choices(tuple(weights), tuple(weights.values()))[0]
        if fact.kind == "set of":
            return sorted(dice.sample(fact.values, dice.randint(1, min(3, len(fact.values)))))
        if fact.kind == "moment":
            if dice.random() < 0.25:
                return "none"
            soonest = -24 * 60 if fact.name in MAY_COME else 0
            return (at - dice.randrange(soonest, 5 * 24 * 60) * DAY / 1440).isoformat()
        if fact.kind == "date":
            return (at.date() - dice.randrange(0, 3 * 365) * DAY).isoformat()
        if fact.kind == "count":
            return dice.randrange(0, 40)
        return dice.choice(NATIONALITIES) if fact.name == "person.nationality" else "as written"


def _read(stack: Stack) -> Iterator[str]:
    """The name of a fact (`warrants[].kind` for a field) for each provision and definition that reads it."""
    vocabulary = EDITION.vocabulary
    short: dict[str, list[str]] = {}
    for fact in vocabulary.facts.values():
        short.setdefault(fact.field if fact.list else fact.name, []).append(fact.name)
    definitions = [one for layer in stack.layers for one in layer.definitions]
    for provision in (*stack.rules, *stack.voids, *stack.duties(), *stack.clocks, *definitions):
        if getattr(provision, "status", "") != "off":
            yield from {name for word in _words(provision) for name in short.get(word, ())}


def _words(node: object) -> Iterator[str]:
    """Every name in a provision's conditions."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, tuple | frozenset | list):
        for item in node:
            yield from _words(item)
    elif is_dataclass(node):
        for field in fields(node):
            if field.name not in ("place", "says", "cite", "note", "id", "phrase", "not_phrase", "content"):
                yield from _words(getattr(node, field.name))


def _citations(stack: Stack, state: str) -> tuple[str, ...]:
    """The citations of the state's law on the lists beside the stack's rulebooks; of one that rows divide, its parts alone, because
    whether the whole is on a list can't be known."""
    found: set[str] = set()
    for layer in stack.layers:
        for path in sorted((RULEBOOKS / layer.document.file).parent.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as rows:
                found |= {
                    row["citation"] for row in csv.DictReader(rows) if row.get("citation", "").startswith(f"{state} ")
                }
    whole = {one for one in found if not any(other.startswith(f"{one}(") for other in found)}
    return tuple(sorted(whole)) or OTHER_CITATIONS[state]


def _open_lists(stack: Stack) -> Iterator[str]:
    """The lists that an offense which no row names may be on."""
    for layer in stack.layers:
        yield from (one.id for one in layer.document.blocks if one.kind == "list" and one.get("open") == "yes")
