"""Accepted findings: what the proofs found and somebody has looked at, written down with the reason in `accepted.md`.

The file stands beside the rulebooks and is no law: it is not part of an edition's hash, and no decision reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language.document import Block, read_document
from detainerdesk.law.language.vocabulary import names
from detainerdesk.law.opened import ACCEPTED
from detainerdesk.law.prove.findings import Finding

KINDS = {"accepted": frozenset({"agencies", "reason"})}
FINDINGS = ("gap", "conflict", "dead", "outlasts")


@dataclass(frozen=True)
class Accepted:
    """Findings that are accepted, and why. `agencies`: of which; empty: of every one."""

    ids: tuple[str, ...]
    agencies: tuple[str, ...]
    reason: str
    place: Place

    def covers(self, finding: Finding, agency: str) -> bool:
        return finding.id in self.ids and (not self.agencies or agency in self.agencies)


def read_accepted(folder: Path) -> tuple[Accepted, ...]:
    """The accepted findings beside the rulebooks of a folder; none where there is no such file. Raises RulebookError."""
    file = folder / ACCEPTED
    if not file.is_file():
        return ()
    return tuple(_accepted(block) for block in read_document(file, KINDS).blocks)


def _accepted(block: Block) -> Accepted:
    kind, _, rest = block.id.partition(" ")
    if kind not in FINDINGS or not rest.strip():
        raise RulebookError(
            f"accepted names findings as `law prove` does: `accepted gap hold, transfer`, `accepted dead US-20`, not “{block.id}”",
            block.place,
        )
    return Accepted(
        ids=tuple(f"{kind} {name}" for name in names(rest)),
        agencies=tuple(names(block.get("agencies") or "")),
        reason=block.need("reason").text,
        place=block.place,
    )


def reason_for(finding: Finding, agency: str, accepted: Iterable[Accepted]) -> Accepted | None:
    """What accepts a finding of an agency's law."""
    return next((one for one in accepted if one.covers(finding, agency)), None)


def stale(accepted: Sequence[Accepted], found: Iterable[tuple[str, Finding]]) -> list[str]:
    """What is accepted and no longer found anywhere, with its place."""
    ids = {finding.id for _, finding in found}
    return [f"{one.place}: {id} is accepted and was not found" for one in accepted for id in one.ids if id not in ids]
