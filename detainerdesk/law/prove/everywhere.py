"""The proofs of several stacks together: what is dead in one may live in another, and what is accepted is told apart from what
is not. This is what `detainerdesk law prove` prints and fails on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from detainerdesk.law.load import Edition
from detainerdesk.law.prove.accepted import Accepted, Read, read_accepted, reason_for, stale
from detainerdesk.law.prove.examples import Proved
from detainerdesk.law.prove.findings import Dead, Finding, Theorems
from detainerdesk.law.prove.theorems import theorems


@dataclass(frozen=True)
class Everything:
    """The theorems of some agencies, and what is accepted. `whole`: of every agency of the edition; `local`: the layers that are agencies'
    own."""

    theorems: Mapping[str, Theorems]
    accepted: tuple[Accepted, ...]
    whole: bool
    local: frozenset[str]

    @cached_property
    def alive(self) -> frozenset[str]:
        """Provisions that take effect under some agency's law."""
        return frozenset(id for one in self.theorems.values() for id in one.alive)

    def findings(self, agency: str) -> tuple[Finding, ...]:
        """What was found in one agency's law. A provision that lives elsewhere is dead here and no finding."""
        return tuple(
            one for one in self.theorems[agency].findings if not (isinstance(one, Dead) and one.provision in self.alive)
        )

    def reason(self, finding: Finding, agency: str) -> Accepted | None:
        return reason_for(finding, self.read(agency), self.accepted)

    def read(self, agency: str) -> Read:
        layers = self.theorems[agency].layers
        above = [name for name in layers if name not in self.local]
        return Read(agency, frozenset({layers[-1], above[-1]}))

    @cached_property
    def open(self) -> tuple[tuple[str, Finding], ...]:
        """What is neither mended nor accepted."""
        return tuple(
            (agency, finding)
            for agency in self.theorems
            for finding in self.findings(agency)
            if self.reason(finding, agency) is None
        )

    @cached_property
    def stale(self) -> tuple[str, ...]:
        """What is accepted and no longer found; told only where every agency was proved."""
        if not self.whole:
            return ()
        found = [(self.read(agency), finding) for agency in self.theorems for finding in self.findings(agency)]
        return tuple(stale(self.accepted, found))


def prove_all(
    edition: Edition, folder: Path, examples: Sequence[Proved] = (), agencies: Sequence[str] | None = None
) -> Everything:
    """Prove the law of some agencies, or of every one with a profile. `folder` holds the rulebooks; what an agency accepts of its own
    stands beside its own."""
    own = sorted({edition.paths[name].parent for name in edition.local})
    every = [one.agency for one in edition.profiles()]
    return Everything(
        theorems={agency: theorems(edition, agency, examples) for agency in (every if agencies is None else agencies)},
        accepted=tuple(one for place in (folder, *own) for one in read_accepted(place)),
        whole=agencies is None,
        local=edition.local,
    )
