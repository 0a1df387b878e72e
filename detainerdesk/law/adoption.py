"""Adoption: what an agency's counsel has signed. In: a provision or a reading of an edition; out: its digest, and, with all that counsel signed,
which rules are adopted, which changed since, and which readings are chosen.

What is signed is the sentence (`says`), its citation, status and dates, and what it means: its block and every definition, list, clock and
reading that it leans on. One letter of those changed, and it is adopted no longer. Nothing here knows who counsel is: names and moments are plain values.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from detainerdesk.law.decision import By, Decision, NoteSaid, Outcome
from detainerdesk.law.errors import CaseError
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.document import Block
from detainerdesk.law.language.rulebook import Provision, Reading, Rulebook
from detainerdesk.law.load import Edition, Stack, ancestors

Standing = Literal["adopted", "changed since adoption", "not adopted"]
Kind = Literal["law.adopted", "law.withdrawn", "reading.chosen", "reading.left_open"]

LEANED_ON = ("define", "list", "offenses", "clock", "reading")
"""The kinds of block that a rule's condition can name. A table of offenses is named by the fields that it fills."""

FILLED = ("wobbler", "state_prison")

NOT_MEANING = frozenset({"note", "says", "status"})
"""Lines of a block that are signed otherwise, or explain only."""

_CONDITIONS = frozenset(
    {"when", "unless", "trigger", "done", "excused", "means", "hours", "calendar", "holidays", "deadline", "rows"}
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Signed:
    """What counsel signed about one provision (`value` is empty) or one reading (`value` is the alternative), by whom and when."""

    name: str
    digest: str
    who: str
    at: datetime
    value: str = ""


@dataclass(frozen=True)
class Adoption:
    """What counsel of one agency has signed and not withdrawn."""

    agency: str
    provisions: Mapping[str, Signed] = field(default_factory=dict)
    choices: Mapping[str, Signed] = field(default_factory=dict)
    _adopted: dict[str, frozenset[str]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def after(self, kind: str, signed: Signed) -> Adoption:
        """As it stands after one more act of counsel; an act of another kind changes nothing."""
        provisions, choices = dict(self.provisions), dict(self.choices)
        if kind == "law.adopted":
            provisions[signed.name] = signed
        elif kind == "law.withdrawn":
            provisions.pop(signed.name, None)
        elif kind == "reading.chosen":
            choices[signed.name] = signed
        elif kind == "reading.left_open":
            choices.pop(signed.name, None)
        return replace(self, provisions=provisions, choices=choices)

    @cached_property
    def key(self) -> str:
        """The same for two adoptions under which everything is decided alike."""
        signed = [[one.name, one.digest, one.value] for one in (*self.provisions.values(), *self.choices.values())]
        return _hash([self.agency, sorted(signed)])

    def standing(self, provision: Provision, edition: Edition) -> Standing:
        """Whether counsel adopted the provision as it now stands."""
        signed = self.provisions.get(provision.id)
        if signed is None:
            return "not adopted"
        return "adopted" if signed.digest == digest(provision, edition) else "changed since adoption"

    def adopted(self, edition: Edition) -> frozenset[str]:
        """The ids of what is adopted as it now stands."""
        if edition.hash not in self._adopted:
            signed = (one for one in provisions(edition.stack(self.agency)) if one.id in self.provisions)
            self._adopted[edition.hash] = frozenset(
                one.id for one in signed if self.standing(one, edition) == "adopted"
            )
        return self._adopted[edition.hash]

    def changed(self, edition: Edition) -> tuple[str, ...]:
        """What was adopted and has changed since, or is gone: counsel reads it again."""
        still = self.adopted(edition)
        return tuple(sorted(name for name in self.provisions if name not in still))

    def chosen(self, edition: Edition) -> dict[str, str]:
        """Reading -> the alternative that counsel chose, where the reading still is what it was."""
        readings = edition.stack(self.agency).readings
        return {
            name: one.value
            for name, one in self.choices.items()
            if name in readings and one.value in readings[name].open and one.digest == digest(readings[name], edition)
        }

    def on(self, case: Case, edition: Edition) -> Case:
        """The case with counsel's choices; what the case itself states stands over them."""
        if case.agency != self.agency:
            raise CaseError(f"this is what counsel of {self.agency} signed, and the case is one of {case.agency}")
        return replace(case, choices={**self.chosen(edition), **case.choices})

    def tells(self, decision: Decision, edition: Edition) -> Decision:
        """The decision with the status `adopted` where counsel adopted the rule, and notes that say what is not adopted and what was chosen."""
        adopted = self.adopted(edition)
        duties = tuple(replace(one, status="adopted") if one.id in adopted else one for one in decision.duties)
        return replace(
            decision,
            actions={name: _with_status(outcome, adopted) for name, outcome in decision.actions.items()},
            duties=duties,
            notes=(*decision.notes, *self._notes(decision, adopted, edition)),
        )

    def _notes(self, decision: Decision, adopted: frozenset[str], edition: Edition) -> Iterator[NoteSaid]:
        rests = rests_on(decision)
        if left := [id for id in rests if id not in adopted]:
            yield NoteSaid("not-adopted", f"DRAFT: not adopted by counsel of this agency: {', '.join(left)}.")
        if changed := [id for id in rests if id in self.changed(edition)]:
            yield NoteSaid("changed-since-adoption", f"Changed since counsel adopted it: {', '.join(changed)}.")
        stack = edition.stack(self.agency)
        used = {name for step in _considered(decision) for kind, name in leans_on(step, edition) if kind == "reading"}
        for name, alternative in self.chosen(edition).items():
            if name in used or name == "hold_until":
                says = f"Counsel of this agency reads {_words(name)} as {_words(alternative)}."
                yield NoteSaid(name, says, stack.readings[name].cite)


def provisions(stack: Stack) -> Iterator[Provision]:
    """Every rule, void and duty that binds an agency, top layer first."""
    return (one for layer in stack.layers for one in layer.provisions())


def rests_on(decision: Decision) -> tuple[str, ...]:
    """The ids on which an answer rests: the rules that give its outcomes, what ended others, and the duties of its actions that are owed."""
    found: dict[str, None] = {}
    for outcome in decision.actions.values():
        found |= dict.fromkeys(by.rule for by in outcome.by)
        found |= dict.fromkeys(ender for _, ender in (*outcome.lifted, *outcome.voided))
    owed = (one for one in decision.duties if one.state in ("owed", "late") and one.action in decision.actions)
    found |= dict.fromkeys(duty.id for duty in owed)
    return tuple(found)


def digest(what: Provision | Reading, edition: Edition) -> str:
    """SHA-256 of what counsel signs: 64 hex digits."""
    name = what.name if isinstance(what, Reading) else what.id
    key = (what.jurisdiction, name)
    if key not in edition.digests:
        edition.digests[key] = _hash(_meaning(what, edition))
    return edition.digests[key]


def leans_on(what: Provision, edition: Edition) -> tuple[tuple[str, str], ...]:
    """The kind and name of every block that its conditions name, and those name in turn."""
    key = (what.jurisdiction, what.id)
    if key not in edition.leaned:
        blocks = _leaned_on(_block(what, edition), edition, what)
        edition.leaned[key] = tuple(dict.fromkeys((block.kind, _name_of(block)) for block in blocks))
    return edition.leaned[key]


def _meaning(what: Provision | Reading, edition: Edition) -> object:
    block = _block(what, edition)
    if isinstance(what, Reading):
        return _canonical(block, edition)
    said = edition.prose(edition.rulebooks[what.jurisdiction]).sentence(what)
    leaned = sorted(json.dumps(_canonical(one, edition), sort_keys=True) for one in _leaned_on(block, edition, what))
    return [said, what.cite, what.status, str(what.in_force), _canonical(block, edition), leaned]


def _canonical(block: Block, edition: Edition) -> object:
    """A block's lines in the order of their names, with single spaces: how it is broken into lines means nothing. Of a list, also its rows."""
    lines = {key: " ".join(text.text.split()) for key, text in block.keys.items() if key not in NOT_MEANING}
    if "file" in lines:
        book = next(one for one in edition.rulebooks.values() if one.document.file == block.place.file)
        lines["file"] = next(hashed for file, hashed in book.tables() if file.rpartition("/")[2] == lines["file"])
    return [block.kind, block.id, sorted(lines.items())]


def _leaned_on(block: Block, edition: Edition, what: Provision | Reading) -> list[Block]:
    """All blocks of its own and the higher layers that its conditions name, however far: every version, whatever its dates."""
    line = ancestors(edition.rulebooks[what.jurisdiction], edition.rulebooks)
    named: dict[str, list[Block]] = {}
    for one in _blocks(line):
        for name in FILLED if one.kind == "offenses" else (_name_of(one),):
            named.setdefault(name, []).append(one)
    found: dict[int, Block] = {}
    waiting = [block]
    while waiting:
        for name in _names(waiting.pop()):
            for one in named.get(name, ()):
                if id(one) not in found and one is not block:
                    found[id(one)] = one
                    waiting.append(one)
    return list(found.values())


def _blocks(line: Iterable[Rulebook]) -> Iterator[Block]:
    return (block for rulebook in line for block in rulebook.document.blocks if block.kind in LEANED_ON)


def _name_of(block: Block) -> str:
    return block.id.partition(" of ")[0].strip()


def _names(block: Block) -> Iterator[str]:
    for key in _CONDITIONS & block.keys.keys():
        yield from (name.rstrip(".") for name in _NAME.findall(block.keys[key].text))


def _block(what: Provision | Reading, edition: Edition) -> Block:
    return next(one for one in edition.rulebooks[what.jurisdiction].document.blocks if one.place == what.place)


def _considered(decision: Decision) -> Iterator[Provision]:
    seen = {step.provision.id: step.provision for steps in decision.trace.steps.values() for step in steps}
    yield from seen.values()


def _with_status(outcome: Outcome, adopted: frozenset[str]) -> Outcome:
    def signed(by: By) -> By:
        return replace(by, status="adopted") if by.rule in adopted else by

    items = {name: _with_status(item, adopted) for name, item in outcome.items.items()}
    return replace(outcome, by=tuple(signed(by) for by in outcome.by), items=items)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
