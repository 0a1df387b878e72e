"""Accepted findings: what the proofs found and somebody has looked at, written down with the reason in `accepted.md`.

The file stands beside the rulebooks and is no law: it is not part of an edition's hash, and no decision reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detainerdesk.law.errors import Place, RulebookError
from detainerdesk.law.language.document import Block, read_document
from detainerdesk.law.language.vocabulary import names
from detainerdesk.law.opened import ACCEPTED
from detainerdesk.law.prove.findings import Finding

KINDS = {"accepted": frozenset({"layers", "agencies", "reason"})}
FINDINGS = ("gap", "conflict", "dead", "outlasts")


@dataclass(frozen=True)
class Read:
    """Whose law somebody looks at who accepts a finding: an agency, and the lowest layers of it. An agency with orders of its own goes by
    the layer above them too."""

    agency: str
    lowest: frozenset[str]


@dataclass(frozen=True)
class Accepted:
    """Findings that are accepted, why, and of whose law: that of agencies with one of these as the lowest layer, or of single
    agencies. Nothing is accepted of law that nobody has read it for: a new city's gaps are found, whatever the others' reasons are."""

    ids: tuple[str, ...]
    layers: tuple[str, ...]
    agencies: tuple[str, ...]
    reason: str
    place: Place

    def covers(self, finding: Finding, read: Read) -> bool:
        return finding.id in self.ids and (read.agency in self.agencies or not read.lowest.isdisjoint(self.layers))


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
    layers, agencies = (tuple(names(block.get(key) or "")) for key in ("layers", "agencies"))
    if bool(layers) == bool(agencies):
        raise RulebookError(
            "accepted says whose law it was read for: `layers: us-ma, us-ma-boston` (the lowest layer of the agencies), or `agencies: …`",
            block.place,
        )
    return Accepted(
        ids=tuple(f"{kind} {name}" for name in names(rest)),
        layers=layers,
        agencies=agencies,
        reason=block.need("reason").text,
        place=block.place,
    )


def reason_for(finding: Finding, read: Read, accepted: Iterable[Accepted]) -> Accepted | None:
    """What accepts a finding of an agency's law."""
    return next((one for one in accepted if one.covers(finding, read)), None)


def stale(accepted: Iterable[Accepted], found: Sequence[tuple[Read, Finding]]) -> Iterator[str]:
    """What is accepted and no longer found in the law that it was read for, and law that it was read for in which nothing of it is
    found; each with its place."""
    for one in accepted:
        covered = [(read, finding.id) for read, finding in found if one.covers(finding, read)]
        ids = {id for _, id in covered}
        yield from (f"{one.place}: {id} is accepted and was not found" for id in one.ids if id not in ids)
        whose = {name for read, _ in covered for name in (read.agency, *read.lowest)}
        for name in (*one.layers, *one.agencies):
            if name not in whose:
                yield f"{one.place}: nothing that is accepted here was found in the law of {name}"
