"""The report of all proofs: a few lines for each agency, the pages of docs/theorems/, plain values for JSON; and whether all
holds that is not accepted with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from detainerdesk.law.load import Edition
from detainerdesk.law.prove.everywhere import Everything, prove_all
from detainerdesk.law.prove.examples import Proved
from detainerdesk.law.prove.findings import Finding
from detainerdesk.law.prove.page import as_values, file_name, page

WORDS = {"gap": "gaps", "conflict": "conflicts", "dead": "dead rules", "outlasts": "holds beyond a clock"}


@dataclass(frozen=True)
class Report:
    """What was proved of some agencies' law."""

    everything: Everything

    @classmethod
    def of(
        cls, edition: Edition, folder: Path, examples: Sequence[Proved], agencies: Sequence[str] | None = None
    ) -> Report:
        """Prove it. `folder` holds the rulebooks and what is accepted; `agencies`: only of these."""
        return cls(prove_all(edition, folder, examples, agencies))

    @cached_property
    def open(self) -> tuple[tuple[str, str], ...]:
        """Each agency with the id of what was found and is not accepted."""
        return tuple((agency, finding.id) for agency, finding in self.everything.open)

    @property
    def holds(self) -> bool:
        return not self.open and not self.everything.stale

    def lines(self) -> Iterator[str]:
        """In words: what is not accepted first, then an agency a line."""
        for agency, finding in self.everything.open:
            yield f"{agency}: {finding.id}: {finding}"
        yield from self.everything.stale
        for agency, one in self.everything.theorems.items():
            findings = self.everything.findings(agency)
            turning = sorted({each.fact for each in one.dependences})
            yield (
                f"{agency}: {_counted(findings)}; rules that take effect {len(one.alive)}; "
                f"status bears on outcomes through {', '.join(turning) or 'nothing'}"
            )

    def pages(self) -> Mapping[str, str]:
        """The page of each agency, by its file name."""
        return {file_name(agency): page(self.everything, agency) for agency in self.everything.theorems}

    def values(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [as_values(self.everything, agency) for agency in self.everything.theorems]


def _counted(findings: Sequence[Finding]) -> str:
    many = Counter(finding.id.split(maxsplit=1)[0] for finding in findings)
    return ", ".join(f"{words} {many[kind] or 'none'}" for kind, words in WORDS.items())
