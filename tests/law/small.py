"""Small rulebooks for tests, written as text into a temporary folder and loaded as real ones are.

The vocabulary is short on purpose: a few yes/no facts, one enumeration, a count, moments, one list. A test adds the facts and
constraints that it needs, and writes the blocks of each layer as a lawyer would.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law import Case, Decision, Edition, Outcome, decide, load

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=ZONE)
AGENCY = "us-xx-town/police"

HEADER = """\
---
jurisdiction: {jurisdiction}
layer: {layer}
name: {name}
{parent}timezone: America/New_York
checked_through: 2026-07-31
---
# {name}

## {heading}
"""

PROFILE = """
```profile us-xx-town/police
name: Town Police
kind: police
layers: us, us-xx, us-xx-town
roles: officer, clerk
```
"""


def _yes_no(name: str, words: str, more: str = "") -> str:
    return f"```fact {name}\ntype: yes/no\nask: Is it so that {words}?\ntrue: {words}\nfalse: {words.replace(' is ', ' is not ')}\n{more}```\n"


VOCABULARY = (
    "# Vocabulary\n\n"
    "```question paper\nask: What does the paper say?\nwhere: Read it.\ncost: 1\n```\n"
    "```question check\nask: What does the search say?\nwhere: Search.\ncost: 4\n"
    "answers: N none found = papers none; L not looked up = papers unknown\n```\n"
    + "".join(_yes_no(name, f"the {name} is there") for name in ("apple", "berry", "cherry", "date.palm"))
    + _yes_no("easy", "it is easy", "question: paper\n")
    + _yes_no("dear", "it is dear", "question: check\n")
    + _yes_no("event", "the event is on record", "left out: no\n")
    + _yes_no("custody.other_lawful_basis", "there is another ground to keep the person")
    + "```fact colour\ntype: one of red, green, blue\nask: Which colour?\n"
    "phrase: the colour is {value}\nnot phrase: the colour is not {value}\n```\n"
    "```fact days\ntype: count\nask: How many days?\nphrase: the number of days is {value}\n"
    "not phrase: the number of days is not {value}\n```\n"
    "```fact remark\ntype: text\nask: What remark?\nphrase: the remark is {value}\nnot phrase: the remark is not {value}\n```\n"
    "```fact born\ntype: date\nask: Born when?\nphrase: the day of birth is {value}\nnot phrase: the day of birth is not {value}\n```\n"
    + "".join(
        f"```fact {name}\ntype: moment\nask: When?\nphrase: the {words} is {{value}}\n"
        f"not phrase: the {words} is not {{value}}\n{more}```\n"
        for name, words, more in (
            ("started_at", "start", ""),
            ("stopped_at", "stop", ""),
            ("free_at", "moment of release", ""),
            ("heard_at", "hearing", "left out: now\n"),
            ("served_at", "service", "left out: owed\n"),
        )
    )
    + "```fact wants\ntype: set of map, key, lamp\nask: What is wanted?\nphrase: what is wanted includes {value}\n"
    "not phrase: what is wanted does not include {value}\n```\n"
    "```fact info.sought\ntype: set of release_date, home_address, work_address\nask: What is asked?\n"
    "left out: every item\nphrase: what is sought includes {value}\nnot phrase: what is sought does not include {value}\n```\n"
    "```fact papers\ntype: list\nask: Which papers are there?\nphrase: some paper is on file\nnot phrase: no paper is on file\n"
    "question: check\narrives: yes\n```\n"
    "```fact papers[].kind\ntype: one of civil, judge, other\nphrase: its kind is {value}\nnot phrase: its kind is not {value}\n```\n"
    "```fact papers[].signed\ntype: yes/no\ntrue: it is signed\nfalse: it is not signed\n```\n"
    "```fact papers[].void\ntype: yes/no\ntrue: it is void\nfalse: it is not void\nleft out: no\n```\n"
    "```fact papers[].day\ntype: date\nphrase: its day is {value}\nnot phrase: its day is not {value}\n```\n"
    + "".join(
        f"```action {name}\nmeaning: {verb}\nmust: {verb}\nmust not: {verb}\nmay: {verb}\n{more}```\n"
        for name, verb, more in (
            ("hold", "keep the person", ""),
            ("release", "let the person go", "derived: mirror of hold\n"),
            ("refuse_hold", "decline to keep the person", "derived: mirror of hold\n"),
            ("honor_criminal_warrant", "keep the person on a warrant", ""),
            ("transfer", "hand the person over", ""),
            ("share_information", "give the information", "items: yes\n"),
            ("notify_release", "give the release date", "is item: release_date\n"),
            ("give_copy", "give a copy", ""),
        )
    )
    + "```role employee\nmeaning: works for the town\n```\n"
    "```role officer\nmeaning: a police officer\nis a: employee\n```\n"
    "```role clerk\nmeaning: a clerk\nis a: employee\n```\n"
)

CRIMES = "".join(
    f"```fact crimes[].{name}\ntype: {kind}\nleft out: {left_out}\n"
    + (
        f"true: it is {name}\nfalse: it is not {name}\n```\n"
        if kind == "yes/no"
        else f"phrase: the {name.replace('_', ' ')} is {{value}}\nnot phrase: the {name.replace('_', ' ')} is not {{value}}\n```\n"
    )
    for name, kind, left_out in (
        ("offense_citation", "text", "unknown"),
        ("state", "text", "unknown"),
        ("date", "date", "unknown"),
        ("commission_date", "date", "unknown"),
        ("enhancement", "text", "none"),
        ("equivalent_to", "text", "unknown"),
        ("ruled_in", "text", "unknown"),
        ("ruled_out", "text", "unknown"),
        ("jail_days_for_it", "count", "0"),
        ("wobbler", "yes/no", "unknown"),
        ("state_prison", "yes/no", "unknown"),
        ("grave", "yes/no", "unknown"),
    )
)
CRIMES = (
    "```fact crimes\ntype: list\nask: Which crimes?\nphrase: some crime is on record\nnot phrase: no crime is on record\n```\n"
    + CRIMES
)
"""More vocabulary, for tests about lists of offenses and look-backs."""

LAYERS = (
    ("us/federal.md", "us", "federal", "Land", ""),
    ("us/xx/state.md", "us-xx", "state", "State of Xx", "us"),
    ("us/xx/town.md", "us-xx-town", "city", "Town", "us-xx"),
)


def write(
    folder: Path,
    *,
    federal: str = "",
    state: str = "",
    city: str = "",
    vocabulary: str = "",
    profile: str = PROFILE,
    heading: str = "The law",
    tables: Mapping[str, str] | None = None,
) -> Path:
    """Write three layers of law into `folder`; `vocabulary` is added to the short one. `tables`: CSV files beside the town's
    rulebook."""
    (folder / "vocabulary.md").write_text(VOCABULARY + textwrap.dedent(vocabulary))
    for (file, jurisdiction, layer, name, parent), blocks in zip(
        LAYERS, (federal, state, city + "\n" + profile), strict=True
    ):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        header = HEADER.format(
            jurisdiction=jurisdiction,
            layer=layer,
            name=name,
            parent=f"parent: {parent}\n" if parent else "",
            heading=heading,
        )
        path.write_text(header + textwrap.dedent(blocks))
    for name, text in (tables or {}).items():
        (folder / "us/xx" / name).write_text(text)
    return folder


def law(folder: Path, *, tables: Mapping[str, str] | None = None, **layers: str) -> Edition:
    """An edition of small rulebooks."""
    return load(write(folder, tables=tables, **layers))


def rule(id: str, effect: str | None = None, *, action: str = "hold", **keys: str) -> str:
    """The text of a rule block; `in_force` and `when` as docs/rulebook.md spells them."""
    lines = [f"action: {action}"]
    if effect:
        lines.append(f"effect: {effect}")
    keys = {"in_force": "..", "cite": f"§ {id}", "status": "verified"} | keys
    lines += [f"{key.replace('_', ' ')}: {text}" for key, text in keys.items() if text]
    return f"```rule {id}\n" + "\n".join(lines) + "\n```\n"


def block(kind: str, id: str, **keys: str) -> str:
    """The text of any other block."""
    if kind in ("voids", "duty", "clock"):
        keys = {"in_force": "..", "cite": f"§ {id}", "status": "verified"} | keys
    if kind == "list":
        words = id.replace("_", " ")
        keys = {
            "phrase": f"the offense is on the {words} list",
            "not_phrase": f"the offense is not on the {words} list",
        } | keys
    if kind in ("list", "offenses"):
        keys = {"cite": f"§ {id}", "status": "verified"} | keys
    if kind in ("reading", "note"):
        keys = {"cite": f"§ {id}"} | keys
    if kind == "note":
        keys = {"status": "verified"} | keys
    lines = [f"{key.replace('_', ' ')}: {text}" for key, text in keys.items()]
    return f"```{kind} {id}\n" + "\n".join(lines) + "\n```\n"


_NUMBER = count(1)


def define(name: str, means: str, **keys: str) -> str:
    """A definition. Phrases are all different, so each has a number of its own; versions of one share theirs (no number)."""
    words = name.replace(".", " ").replace("_", " ")
    if "in_force" not in keys:
        words += f" ({next(_NUMBER)})"
    return block("define", name, means=means, phrase=f"{words} holds", not_phrase=f"{words} does not hold", **keys)


def decided(
    edition: Edition,
    facts: Mapping[str, Any] | None = None,
    *,
    at: datetime = NOON,
    agency: str = AGENCY,
    ask: tuple[str, ...] = ("hold",),
    **more: Any,
) -> Decision:
    return decide(Case(agency=agency, at=at, facts=dict(facts or {}), ask=ask, **more), edition)


def outcome(edition: Edition, facts: Mapping[str, Any] | None = None, action: str = "hold", **more: Any) -> Outcome:
    """The outcome of one action."""
    return decided(edition, facts, ask=(action,), **more).actions[action]


def word(edition: Edition, facts: Mapping[str, Any] | None = None, action: str = "hold", **more: Any) -> str:
    return outcome(edition, facts, action, **more).outcome


def by(found: Outcome) -> set[str]:
    return {one.rule for one in found.by}
