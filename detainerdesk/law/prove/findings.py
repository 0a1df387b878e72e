"""What the proofs of one stack come to, as frozen values: each theorem with what it rests on, each finding with its smallest case."""

from __future__ import annotations

from dataclasses import dataclass

from detainerdesk.law.prove.smallest import Smallest


@dataclass(frozen=True)
class Conflict:
    """Two rules of which one requires an action and the other forbids it, and a case of both. `case` is None where the law
    allows both and the engine was not brought to say so at one moment."""

    action: str
    days: str
    must: str
    must_not: str
    case: Smallest | None

    @property
    def id(self) -> str:
        """What an accepted finding names: `conflict hold TX-1 BOS19-1`."""
        return f"conflict {self.action} {self.must} {self.must_not}"

    def __str__(self) -> str:
        return f"{self.action}: {self.must} requires it and {self.must_not} forbids it ({self.days})"


@dataclass(frozen=True)
class Gap:
    """Where no rule of a covered action takes effect: each line of `where` is enough for silence, and together they are all
    (`more`: of some the first only)."""

    action: str
    days: str
    where: tuple[tuple[str, ...], ...]
    more: bool
    case: Smallest | None

    @property
    def id(self) -> str:
        return f"gap {self.action}"

    def __str__(self) -> str:
        return f"{self.action}: there are cases of which no rule speaks ({self.days})"


@dataclass(frozen=True)
class Dead:
    """A provision that takes effect in no case of any day. `why`: what takes it out, if it would apply."""

    provision: str
    jurisdiction: str
    why: str

    @property
    def id(self) -> str:
        return f"dead {self.provision}"

    def __str__(self) -> str:
        return f"{self.provision} never takes effect: {self.why}"


@dataclass(frozen=True)
class Outlasts:
    """A hold that is required or permitted though a clock that limits it has ended."""

    clock: str
    days: str
    case: Smallest | None

    @property
    def id(self) -> str:
        return f"outlasts {self.clock}"

    def __str__(self) -> str:
        return f"a hold is required or permitted though {self.clock} has ended ({self.days})"


@dataclass(frozen=True)
class Dependence:
    """An action whose class turns on one fact alone. `rules` read it; the two cases differ in nothing else."""

    fact: str
    action: str
    days: str
    rules: tuple[str, ...]
    pair: tuple[Smallest, Smallest] | None

    @property
    def id(self) -> str:
        return f"dependence {self.action} {self.fact}"

    def __str__(self) -> str:
        return f"{self.action} turns on {self.fact} through {', '.join(self.rules)} ({self.days})"


Finding = Conflict | Gap | Dead | Outlasts


@dataclass(frozen=True)
class Theorems:
    """All that was proved of one stack."""

    agency: str
    name: str
    layers: tuple[str, ...]
    roles: tuple[str, ...]
    versions: int
    spans: int
    asked: int
    conflicts: tuple[Conflict, ...]
    gaps: tuple[Gap, ...]
    closed: tuple[str, ...]
    """Covered actions without a gap."""
    dead: tuple[Dead, ...]
    alive: tuple[str, ...]
    outlasts: tuple[Outlasts, ...]
    clocks: tuple[str, ...]
    dependences: tuple[Dependence, ...]
    blind: tuple[tuple[str, tuple[str, ...]], ...]
    """Each fact of status, with the actions of which it was proved that none turns on it although their rules read it."""
    left_out: tuple[tuple[str, str], ...]
    """Facts of status of which it depends what leaving another fact out means; with that fact."""
    idle: tuple[str, ...]
    """Facts that rules read and on which no outcome turns."""
    matters: int
    examples: int
    wrong: tuple[str, ...]
    assumptions: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What has to be mended, or accepted with a reason."""
        return (*self.conflicts, *self.gaps, *self.dead, *self.outlasts)
