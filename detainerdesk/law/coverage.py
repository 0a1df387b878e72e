"""Coverage: every numbered item of a law page becomes a rule, a void, a clock, a duty or a cited note.

The header line `items` of a rulebook names the page's items; an edition in, the table of docs/coverage.md out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from detainerdesk.law.language.rulebook import Rulebook
from detainerdesk.law.load import Edition


@dataclass(frozen=True)
class Covered:
    """One item of a law page and the blocks that encode it (empty: missing)."""

    item: str
    blocks: tuple[tuple[str, str, str], ...]


def items(text: str) -> Iterator[str]:
    """`US-01..US-29, BOS14-1..BOS14-6` -> each id."""
    for part in filter(None, (one.strip() for one in text.split(","))):
        first, _, last = part.partition("..")
        if not last:
            yield first.strip()
            continue
        start, end = (re.match(r"^(.*?)(\d+)$", side.strip()) for side in (first, last))
        if not start or not end or start[1] != end[1]:
            raise ValueError(f"“{part}” is no span of items; write US-01..US-29")
        for number in range(int(start[2]), int(end[2]) + 1):
            yield f"{start[1]}{number:0{len(start[2])}d}"


def coverage(rulebook: Rulebook) -> tuple[Covered, ...]:
    """Each item of the rulebook's law page with the blocks whose id is the item's, or begins with it and a dot."""
    blocks = [(block.id, block.kind, (block.get("status") or "").split(";")[0]) for block in rulebook.document.blocks]
    blocks = [block for block in blocks if block[1] in ("rule", "voids", "clock", "duty", "note", "pending", "reading")]
    cites = {clock.name: clock.cite for clock in rulebook.clocks}
    found: list[Covered] = []
    for item in items(rulebook.items):
        mine = tuple(
            block
            for block in blocks
            if block[0] == item
            or block[0].startswith(item + ".")
            or (block[1] == "clock" and re.search(rf"\b{re.escape(item)}\b", cites.get(block[0], "")))
        )
        found.append(Covered(item, mine))
    return tuple(found)


def missing(edition: Edition) -> list[str]:
    """The items that no block encodes."""
    return [
        f"{name}: {one.item}"
        for name, rulebook in edition.rulebooks.items()
        for one in coverage(rulebook)
        if not one.blocks
    ]


def page(edition: Edition) -> str:
    """docs/coverage.md."""
    lines = [
        "# What of the law is encoded",
        "",
        "Made by `detainerdesk law coverage`; the tests check that it is current and that no item is missing.",
        "Each numbered item of a law page is encoded as the blocks named beside it. A note gives no outcome by itself: it is said beside the answer.",
    ]
    for rulebook in edition.rulebooks.values():
        lines += [
            "",
            f"## {rulebook.name} (`{rulebook.jurisdiction}`), checked through {rulebook.checked_through}",
            "",
            "| item | encoded as | status |",
            "|---|---|---|",
        ]
        for one in coverage(rulebook):
            kinds = ", ".join(f"{kind} {id}" if id != one.item else kind for id, kind, _ in one.blocks)
            states = ", ".join(dict.fromkeys(status for _, _, status in one.blocks if status))
            lines.append(f"| {one.item} | {kinds or 'MISSING'} | {states} |")
        examples = len(rulebook.examples)
        transcribed = sum(1 for example in rulebook.examples if example.source)
        lines += ["", f"{examples} worked examples, {transcribed} of them transcribed from the page."]
        if rulebook.pending:
            lines += ["", "Pending:", ""]
            lines += [f"- {one.id}: {one.what} — {one.stage} (looked at {one.checked})" for one in rulebook.pending]
    return "\n".join(lines) + "\n"
