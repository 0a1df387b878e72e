"""A new rulebook: its name and the one above it in, a file out that loads and says what is still to be written. Or an agency in, and
out a rulebook of its own orders, which lies over the others (docs/adoption.md).

What it holds is the frame: a header, a profile, one rule that is off and an example beside it. A parent that is not encoded is
begun in the same way, so that the new rulebook stands on something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detainerdesk.law.decide import decide
from detainerdesk.law.errors import LawError
from detainerdesk.law.fmt import with_says
from detainerdesk.law.language.example import example_case
from detainerdesk.law.language.rulebook import LAYERS, Profile, zone
from detainerdesk.law.language.vocabulary import Vocabulary
from detainerdesk.law.load import Edition, Stack, load

ACTION = "hold"
SETTLED = f"{ACTION} settled"


class NewError(LawError):
    """What was asked for can't be begun; the message says why, and what to give instead."""


@dataclass(frozen=True)
class Written:
    """A file that was written, and what stands in it."""

    path: Path
    what: str


@dataclass(frozen=True)
class _Begun:
    """A file that is about to be written."""

    path: Path
    text: str
    what: str


def new_rulebook(
    folder: Path, jurisdiction: str, *, name: str, layer: str, parent: str, timezone: str = ""
) -> tuple[Written, ...]:
    """Begin a rulebook under `folder`, and its parent where that is not encoded. Raises LawError before anything is written."""
    edition = load(folder, stale_words=True)
    _refuse(jurisdiction, layer, parent, edition)
    above = edition.rulebooks.get(parent)
    timezone = timezone or (above.timezone if above else "")
    if not timezone:
        raise NewError(
            f"{parent} is not encoded, so nothing tells the time zone: give it, like --timezone America/Los_Angeles"
        )
    zone(timezone)
    begun: list[_Begun] = []
    if above is None:
        what = f"the rulebook of {parent}, which was not encoded: its frame only, to be written too"
        begun.append(_Begun(_file(folder, parent, "state"), _state(parent, timezone), what))
    layers = [*_line(above.jurisdiction if above else parent, edition), jurisdiction]
    role = _first_role(edition.vocabulary)
    agency = f"{jurisdiction}/police"
    profile = _profile(agency, f"{name} Police", "police", layers, [role])
    text = _text(_header(jurisdiction, layer, name, parent, timezone), jurisdiction, name, profile, agency, role)
    path = _file(folder, jurisdiction, layer)
    begun.append(_Begun(path, text, f"the rulebook of {name}: its frame, to be written"))
    return _write(begun, folder)


def new_orders(folder: Path, local: Path, agency: str, *, name: str) -> Written:
    """Begin an agency's own rulebook in the folder `local`, over the rulebooks of `folder`. Its profile is the one whose place it takes,
    and names its own layer at the end. Raises LawError before anything is written."""
    own = (local,) if any(local.rglob("*.md")) else ()
    edition = load(folder, local=own, stale_words=True)
    jurisdiction = agency.replace("/", "-")
    if not re.fullmatch(r"us(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*", agency):
        raise NewError(f"an agency is written like us-ma-boston/police, in small letters, not “{agency}”")
    for one in (jurisdiction, *edition.local):
        if one == jurisdiction or any(profile.agency == agency for profile in edition.rulebooks[one].profiles):
            _refuse_encoded(one, edition)
    stack = edition.stack(agency)
    header = _header(jurisdiction, "agency", name, stack.layers[-1].jurisdiction, stack.timezone)
    role = stack.profile.roles[0] if stack.profile else _first_role(edition.vocabulary)
    text = _text(header, jurisdiction, name, _own_profile(stack, jurisdiction, role), agency, role, f" --local {local}")
    path = local / f"{jurisdiction}.md"
    (written,) = _write([_Begun(path, text, f"{name} of {stack.name}: the frame, to be written")], folder, (local,))
    return written


def _write(begun: Sequence[_Begun], folder: Path, local: Sequence[Path] = ()) -> tuple[Written, ...]:
    """Write them; then each rule's sentence, and what the law above already answers in the example, as only loading tells."""
    for one in begun:
        if one.path.exists():
            raise NewError(f"{one.path} is there already: nothing was written")
    for one in begun:
        one.path.parent.mkdir(parents=True, exist_ok=True)
        one.path.write_text(one.text, encoding="utf-8")
    whole = load(folder, local=local, stale_words=True)
    for one in begun:
        rulebook = next(whole.rulebooks[name] for name, path in whole.paths.items() if path == one.path)
        text = with_says(rulebook, whole)
        for example in rulebook.examples:
            case = example_case(example, zone(rulebook.timezone))
            if not decide(case, whole).actions[ACTION].settled:
                text = text.replace(f"  {SETTLED}\n", f"  {ACTION} not settled\n")
        one.path.write_text(text, encoding="utf-8")
    return tuple(Written(one.path, one.what) for one in begun)


def _first_role(vocabulary: Vocabulary) -> str:
    return "police_officer" if "police_officer" in vocabulary.roles else next(iter(vocabulary.roles))


def _refuse(jurisdiction: str, layer: str, parent: str, edition: Edition) -> None:
    _refuse_encoded(jurisdiction, edition)
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


def _refuse_encoded(jurisdiction: str, edition: Edition) -> None:
    if jurisdiction in edition.rulebooks:
        file = edition.rulebooks[jurisdiction].document.file
        raise NewError(f"{jurisdiction} is encoded already, in {file}: write there")


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


def _header(jurisdiction: str, layer: str, name: str, parent: str, timezone: str) -> str:
    return f"""\
---
jurisdiction: {jurisdiction}
layer: {layer}
name: {name}
parent: {parent}
timezone: {timezone}
checked_through: 1900-01-01
---
"""


def _state(jurisdiction: str, timezone: str) -> str:
    name = f"State {jurisdiction.removeprefix('us-').upper()} (name to be written)"
    return f"""\
{_header(jurisdiction, "state", name, "us", timezone)}# State law

To be written: this state's own law on federal immigration requests. Set its name, and `checked_through` to the day on which the sources
were looked at. Until then an answer for any place in it says nothing of state law.
"""


def _profile(agency: str, name: str, kind: str, layers: Sequence[str], roles: Sequence[str]) -> str:
    return f"""\
```profile {agency}
name: {name}
kind: {kind}
layers: {", ".join(layers)}
roles: {", ".join(roles)}
"""


def _own_profile(stack: Stack, jurisdiction: str, role: str) -> str:
    """The agency's profile with its own layer at the end."""
    layers = [*(layer.jurisdiction for layer in stack.layers), jurisdiction]
    before = stack.profile
    if before is None:
        return _profile(stack.agency, stack.name, stack.agency.partition("/")[2], layers, [role])
    return _profile(stack.agency, before.name, before.kind, layers, before.roles) + "".join(_more(before))


def _more(before: Profile) -> Iterator[str]:
    """What else a profile says, which the one that takes its place says too."""
    if before.timezone:
        yield f"timezone: {before.timezone}\n"
    if before.not_encoded:
        yield "# Take out what is written in this rulebook.\n"
        yield f"not encoded: {', '.join(before.not_encoded)}\n"
    if before.words:
        yield f"words: {'; '.join(f'{name} = {words}' for name, words in before.words.items())}\n"


def _text(header: str, jurisdiction: str, name: str, profile: str, agency: str, role: str, local: str = "") -> str:
    """`local`: the option that names the folder, of an agency's own rulebook."""
    id = f"{'-'.join(jurisdiction.split('-')[1:]).upper()}-1"
    return f"""\
{header}# {name}

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

{profile}```

## Examples

An example is a case with the answer that the law gives. It runs as a test (`detainerdesk law prove`). While the rule is off, only the
layers above answer here. Once the rule is written, state the facts and expect `{ACTION} forbidden by {id}`.

```example the first case
agency: {agency}
at: 2026-03-03 10:00
ask: {ACTION}
facts:
# fact = value, one a line, as `request.kind = I-247A`
expect:
  {SETTLED}
```

## What to do next

To be written, in this order: the header's `checked_through`; the text and rules of each section of the law; an example for each rule.
Then take this section out. `detainerdesk law lint{local}` names what is left, `detainerdesk law fmt{local}` writes each rule's sentence, and
`detainerdesk law prove{local}` runs the examples.
"""
