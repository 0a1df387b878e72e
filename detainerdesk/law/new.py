"""A new rulebook: its name and the one above it in, a file out that loads and says what is still to be written.

What it holds is the frame: a header, a profile, one rule that is off and an example beside it. A parent that is not encoded is
begun in the same way, so that the new rulebook stands on something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from detainerdesk.law.decide import decide
from detainerdesk.law.errors import LawError
from detainerdesk.law.fmt import with_says
from detainerdesk.law.language.example import example_case
from detainerdesk.law.language.rulebook import LAYERS, zone
from detainerdesk.law.load import Edition, load

ACTION = "hold"
SETTLED = f"{ACTION} settled"


class NewError(LawError):
    """What was asked for can't be begun; the message says why, and what to give instead."""


@dataclass(frozen=True)
class Written:
    """A file that was written, and what stands in it."""

    path: Path
    what: str


def new_rulebook(
    folder: Path, jurisdiction: str, *, name: str, layer: str, parent: str, timezone: str = ""
) -> tuple[Written, ...]:
    """Begin a rulebook under `folder`, and its parent where that is not encoded. Raises NewError before anything is written."""
    edition = load(folder, stale_words=True)
    _refuse(jurisdiction, layer, parent, edition)
    above = edition.rulebooks.get(parent)
    timezone = timezone or (above.timezone if above else "")
    if not timezone:
        raise NewError(
            f"{parent} is not encoded, so nothing tells the time zone: give it, like --timezone America/Los_Angeles"
        )
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NewError(f"no time zone is called “{timezone}”; write one like America/Los_Angeles") from error
    begun: list[tuple[Path, str, str]] = []
    if above is None:
        path = _file(folder, parent, "state")
        what = f"the rulebook of {parent}, which was not encoded: its frame only, to be written too"
        begun.append((path, _state(parent, timezone), what))
    layers = [*_line(above.jurisdiction if above else parent, edition), jurisdiction]
    text = _text(jurisdiction, name, layer, parent, timezone, layers, edition)
    begun.append((_file(folder, jurisdiction, layer), text, f"the rulebook of {name}: its frame, to be written"))
    for path, _, _ in begun:
        if path.exists():
            raise NewError(f"{path} is there already: nothing was written")
    for path, text, _ in begun:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    whole = load(folder, stale_words=True)
    for path, _, _ in begun:
        rulebook = next(one for one in whole.rulebooks.values() if folder / one.document.file == path)
        text = with_says(rulebook, whole)
        for example in rulebook.examples:
            case = example_case(example, zone(timezone, example.place))
            if not decide(case, whole).actions[ACTION].settled:
                text = text.replace(f"  {SETTLED}\n", f"  {ACTION} not settled\n")
        path.write_text(text, encoding="utf-8")
    return tuple(Written(path, what) for path, _, what in begun)


def _refuse(jurisdiction: str, layer: str, parent: str, edition: Edition) -> None:
    if jurisdiction in edition.rulebooks:
        file = edition.rulebooks[jurisdiction].document.file
        raise NewError(f"{jurisdiction} is encoded already, in {file}: write there")
    if not re.fullmatch(r"us(-[a-z0-9]+)+", jurisdiction):
        raise NewError(f"a jurisdiction is written like us-wa or us-wa-seattle, in small letters, not “{jurisdiction}”")
    if layer not in LAYERS[1:]:
        raise NewError(f"a layer is one of {', '.join(LAYERS[1:])}, not “{layer}”")
    if not jurisdiction.startswith(parent + "-"):
        raise NewError(
            f"{jurisdiction} does not lie in {parent}: the name of a place begins with that of the one above"
        )
    if parent not in edition.rulebooks and not re.fullmatch(r"us-[a-z]{2}", parent):
        raise NewError(
            f"{parent} is not encoded, and only a state is begun along with what lies in it: begin {parent} first"
        )


def _line(jurisdiction: str, edition: Edition) -> list[str]:
    """The layers from the top down to a jurisdiction, encoded or about to be."""
    line = [jurisdiction]
    while line[0] != "us":
        known = edition.rulebooks.get(line[0])
        line.insert(0, (known.parent if known else None) or "us")
    return line


def _file(folder: Path, jurisdiction: str, layer: str) -> Path:
    """`us/wa/state.md`, `us/wa/seattle.md`, `us/wa/king-county.md`."""
    parts = jurisdiction.split("-")
    if layer == "state":
        return folder / "us" / parts[1] / "state.md"
    return folder / "us" / parts[1] / f"{'-'.join(parts[2:])}.md"


def _state(jurisdiction: str, timezone: str) -> str:
    return f"""\
---
jurisdiction: {jurisdiction}
layer: state
name: State {jurisdiction.removeprefix("us-").upper()} (name to be written)
parent: us
timezone: {timezone}
checked_through: 1900-01-01
---
# State law

To be written: this state's own law on federal immigration requests. Set its name, and `checked_through` to the day on which the sources
were looked at. Until then an answer for any place in it says nothing of state law.
"""


def _text(
    jurisdiction: str, name: str, layer: str, parent: str, timezone: str, layers: list[str], edition: Edition
) -> str:
    role = "police_officer" if "police_officer" in edition.vocabulary.roles else next(iter(edition.vocabulary.roles))
    id = f"{'-'.join(jurisdiction.split('-')[1:]).upper()}-1"
    return f"""\
---
jurisdiction: {jurisdiction}
layer: {layer}
name: {name}
parent: {parent}
timezone: {timezone}
checked_through: 1900-01-01
---
# {name}

To be written: what this law is, since when, and how well its text is known. Set `checked_through` to the day on which the sources were
looked at. docs/rulebook.md says how everything here is spelled.

## Keeping a person

To be written: what the law says about keeping a person on a federal request, in plain words.

```rule {id}
action: {ACTION}
effect: must not
# Who may not: roles of vocabulary.md, separated by commas. Left out: anybody in this layer.
who: {role}
# The condition, in the words of vocabulary.md: `custody.eligible_for_release and request.asks_hold`. Left out: always.
# when:
# What ends the rule where it is true.
# unless:
# The first and last day, as `2019-12-19 ..` (no last day) or `2014-08-22 .. 2019-12-18`.
in force: 2026-01-01 ..
cite: to be written (code, section)
# off: takes no part in answers. `verify` once it is written, `verified` once counsel has read the text at its source.
status: off; to be written
```

## Agencies

```profile {jurisdiction}/police
name: {name} Police
kind: police
layers: {", ".join(layers)}
roles: {role}
```

## Examples

An example is a case with the answer that the law gives. It runs as a test (`detainerdesk law prove`). While the rule is off, only the
layers above answer here. Once the rule is written, state the facts and expect `{ACTION} forbidden by {id}`.

```example the first case
agency: {jurisdiction}/police
at: 2026-03-03 10:00
ask: {ACTION}
facts:
# fact = value, one a line, as `request.kind = I-247A`
expect:
  {SETTLED}
```

## What to do next

To be written, in this order: the header's `checked_through`; the text and rules of each section of the law; an example for each rule.
Then take this section out. `detainerdesk law lint` names what is left, `detainerdesk law fmt` writes each rule's sentence, and
`detainerdesk law prove` runs the examples.
"""
