"""The page of one agency's theorems, `docs/theorems/…md`, and the same as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detainerdesk.law.prove.everywhere import Everything
from detainerdesk.law.prove.findings import Conflict, Dead, Dependence, Finding, Gap, Outlasts, Theorems
from detainerdesk.law.prove.smallest import Smallest

MADE_BY = "Made by `detainerdesk law prove --write`; a test checks that it is current."


def file_name(agency: str) -> str:
    """`us-ma-boston/police` -> `us-ma-boston-police.md`"""
    return agency.replace("/", "-") + ".md"


def page(everything: Everything, agency: str) -> str:
    """The page in Markdown."""
    return "\n".join(_Page(everything, everything.theorems[agency]).lines()).rstrip() + "\n"


class _Page:
    def __init__(self, everything: Everything, theorems: Theorems) -> None:
        self.everything = everything
        self.theorems = theorems
        self.findings = everything.findings(theorems.agency)

    def lines(self) -> Iterator[str]:
        one = self.theorems
        yield f"# {one.name}: what is proved of its law"
        yield ""
        yield f"{MADE_BY} Agency `{one.agency}`; layers {', '.join(one.layers)}; {one.spans} spans of days."
        yield "What is proved holds of the law **as it is encoded**, in every case and at every moment. A case is shown only after the"
        yield "engine has decided it anew. The moments are the agency's wall time."
        yield ""
        yield "## What every theorem rests on"
        yield ""
        yield from (f"- {line}" for line in one.assumptions)
        yield ""
        yield from self.conflicts()
        yield from self.gaps()
        yield from self.dead()
        yield from self.outlasts()
        yield from self.status()
        yield from self.idle()
        yield from self.examples()

    def conflicts(self) -> Iterator[str]:
        yield "## No conflict"
        yield ""
        found = [one for one in self.findings if isinstance(one, Conflict)]
        if not found:
            yield "**Proved.** In no case does one rule require what another forbids."
        for one in found:
            yield f"- **{one.id}** ({one.days}): {one.must} requires it and {one.must_not} forbids it. {self.accepted(one)}"
            yield from _case(one.case)
        yield ""

    def gaps(self) -> Iterator[str]:
        yield "## No gap"
        yield ""
        if self.theorems.closed:
            yield f"**Proved** of {', '.join(self.theorems.closed)}: some rule speaks of every case."
            yield ""
        found = [one for one in self.findings if isinstance(one, Gap)]
        if found:
            yield "Silent means that no rule was found; it is never a permission. Each item alone is enough for silence."
            yield ""
        for one in found:
            yield f"### {one.id}"
            yield ""
            yield f"Days: {one.days}. {self.accepted(one)} No rule takes effect where:"
            yield ""
            yield from (f"- {'; and '.join(where) or 'always'}" for where in one.where)
            if one.more:
                yield "- and in other cases"
            yield ""
            yield from _case(one.case, "")
            yield ""

    def dead(self) -> Iterator[str]:
        yield "## No dead rule"
        yield ""
        found = [one for one in self.findings if isinstance(one, Dead)]
        elsewhere = [one for one in self.theorems.dead if one not in found]
        many = len(self.theorems.alive)
        yield f"**Proved** of {many} rules, voids and duties: each takes effect in some case on some day."
        yield ""
        yield from (f"- **{one.id}**: never takes effect; {one.why}. {self.accepted(one)}" for one in found)
        if elsewhere:
            listed = ", ".join(one.provision for one in elsewhere)
            yield f"- Alive under other agencies' law and never here: {listed}."
        yield ""

    def outlasts(self) -> Iterator[str]:
        yield "## A hold never outlasts its clock"
        yield ""
        clocks = ", ".join(name.replace("_", " ") for name in self.theorems.clocks)
        found = [one for one in self.findings if isinstance(one, Outlasts)]
        if not self.theorems.clocks:
            yield "No clock limits a hold."
        elif not found:
            yield f"**Proved** for {clocks}: once it has ended, no hold is required or permitted."
        for one in found:
            yield f"- **{one.id}** ({one.days}): a hold is required or permitted after its end. {self.accepted(one)}"
            yield from _case(one.case)
        yield ""

    def status(self) -> Iterator[str]:
        yield "## Blind to status"
        yield ""
        yield "Of each fact of status: on which actions it bears, through which rules, with two cases that differ in nothing else."
        yield "What a form says of citizenship, nationality or status becomes no fact at all (tests/desk/test_facts.py varies it)."
        yield ""
        facts = dict(self.theorems.blind)
        for fact, read in facts.items():
            found = [one for one in self.theorems.dependences if one.fact == fact]
            if not found:
                but = f", though rules for {', '.join(read)} read it" if read else "; no rule reads it"
                yield f"- `{fact}`: **proved** that no action turns on it{but}."
                continue
            others = (
                f" Proved that these do not turn on it, though their rules read it: {', '.join(read)}." if read else ""
            )
            yield f"- `{fact}`:{others}"
            for one in found:
                yield f"  - {one.action}, through {', '.join(one.rules)} ({one.days})"
                yield from (f"  {line}" for line in _pair(one))
        for fact, other in self.theorems.left_out:
            yield f"- What leaving `{other}` out means depends on `{fact}`."
        yield ""

    def idle(self) -> Iterator[str]:
        yield "## No fact is asked in vain"
        yield ""
        many = self.theorems.matters
        yield f"**Proved** of {many} facts and lists that rules read: on each some outcome turns."
        if self.theorems.idle:
            yield ""
            named = ", ".join(f"`{name}`" for name in self.theorems.idle)
            yield f"Read by a rule, and no outcome turns on it (never asked): {named}."
        yield ""

    def examples(self) -> Iterator[str]:
        yield "## Each example settles as it says"
        yield ""
        right = self.theorems.examples - len(self.theorems.wrong)
        yield f"{right} of {self.theorems.examples} worked examples of this agency hold."
        yield from (f"- {line}" for line in self.theorems.wrong)

    def accepted(self, finding: Finding) -> str:
        reason = self.everything.reason(finding, self.theorems.agency)
        return f"Accepted: {reason.reason}" if reason else "**Not accepted.**"


def _case(case: Smallest | None, indent: str = "  ") -> Iterator[str]:
    if case is None:
        yield f"{indent}The formulas allow a case; none was made that the engine decides so."
        return
    yield f"{indent}```text"
    yield from (f"{indent}{line}" for line in _told(case))
    yield f"{indent}```"


def _pair(one: Dependence) -> Iterator[str]:
    if one.pair is None:
        yield (
            "  - as `hold` does, which it mirrors"
            if one.action.split()[0] in ("release", "refuse_hold")
            else "  - no pair shown"
        )
        return
    yield "  ```text"
    first, other = (_told(case) for case in one.pair)
    same = [line for line in first[:-1] if line in other]
    yield from (f"  {line}" for line in same)
    for lines in (first, other):
        differing = [line for line in lines[:-1] if line not in same]
        yield f"  {'; '.join(differing) or 'nothing more'}  ->  {lines[-1].removeprefix('-> ')}"
    yield "  ```"


def _told(case: Smallest) -> list[str]:
    by = ", ".join(one.id for one in case.judged.by)
    when = f"at {case.at.astimezone(case.zone):%Y-%m-%d %H:%M}"
    outcome = f"-> {case.judged.outcome}" + (f" by {by}" if by else "")
    return [when, *(case.lines() or ["nothing stated"]), outcome]


# As plain values.


def as_values(everything: Everything, agency: str) -> dict[str, Any]:
    """An agency's theorems for JSON."""
    one = everything.theorems[agency]
    return {
        "agency": agency,
        "layers": list(one.layers),
        "assumptions": list(one.assumptions),
        "findings": [_finding(everything, agency, finding) for finding in everything.findings(agency)],
        "closed": list(one.closed),
        "dependences": [
            {
                "fact": each.fact,
                "action": each.action,
                "days": each.days,
                "rules": list(each.rules),
                "cases": [_case_values(case) for case in each.pair or ()],
            }
            for each in one.dependences
        ],
        "blind": {fact: list(read) for fact, read in one.blind},
        "left_out": [list(each) for each in one.left_out],
        "idle": list(one.idle),
        "examples": one.examples,
        "wrong": list(one.wrong),
        "asked": one.asked,
    }


def _finding(everything: Everything, agency: str, finding: Finding) -> dict[str, Any]:
    reason = everything.reason(finding, agency)
    case = None if isinstance(finding, Dead) else finding.case
    where: Sequence[Sequence[str]] = finding.where if isinstance(finding, Gap) else ()
    return {
        "id": finding.id,
        "says": str(finding),
        "accepted": reason.reason if reason else None,
        "where": [list(each) for each in where],
        "case": _case_values(case) if case else None,
    }


def _case_values(case: Smallest) -> dict[str, Any]:
    return {
        "at": case.at.astimezone(case.zone).isoformat(),
        "facts": case.lines(),
        "outcome": case.judged.outcome,
        "by": [one.id for one in case.judged.by],
    }
