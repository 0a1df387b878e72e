"""Derived actions: `release` and `refuse_hold` have no rules of their own; they mirror `hold` in each completion."""

from __future__ import annotations

from functools import cached_property

from detainerdesk.law.effects import CLASSES, Effects, Judged
from detainerdesk.law.formula import negation
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.table import Table

DERIVED = ("release", "refuse_hold")
ELIGIBLE = "custody.eligible_for_release"
MIRROR = {"required": "forbidden", "forbidden": "required", "silent": "permitted"}


class Mirror:
    """`release` and `refuse_hold`: derived from `hold` in each completion (docs/rulebook.md section 6)."""

    def __init__(self, known: Known, action: str, setting: Setting) -> None:
        self.known = known
        self.hold = Effects(known, "hold", setting)
        self.conditions = self.hold.conditions
        self.warrant = Effects(known, "honor_criminal_warrant", setting, self.conditions)
        lowest = known.stack.layers[-1].jurisdiction
        self.not_eligible = negation(self.conditions.formula(grammar.Name(ELIGIBLE), lowest))
        self.on_other_ground = self.conditions.formula(grammar.Name("custody.other_lawful_basis"), lowest)
        self.tests_other_ground = action == "release"
        self.laws = (self.hold, self.warrant) if self.tests_other_ground else (self.hold,)

    @cached_property
    def table(self) -> Table:
        formulas = [formula for law in self.laws for formula in law.formulas()]
        if self.tests_other_ground:
            formulas.append(self.on_other_ground)
        table = self.hold.make_table([*formulas, self.not_eligible])
        self.hold.table = self.warrant.table = table
        return table

    def class_bits(self) -> dict[str, int]:
        mask = self.table.mask
        bits = self.hold.class_bits()
        out = self._not_in_question()
        return {
            "required": bits["forbidden"] & ~out,
            "forbidden": bits["required"] & ~out,
            "conflict": bits["conflict"] & ~out,
            "free": bits["free"] | out & mask,
            "permitted": bits["free"] & ~out,
        }

    def _not_in_question(self) -> int:
        """Where custody goes on by other ground, or the person is not yet eligible."""
        out = self.table.bits(self.not_eligible, self.hold)
        if self.tests_other_ground:
            warrant = self.warrant.class_bits()
            out |= self.table.bits(self.on_other_ground, self.hold) | warrant["required"] | warrant["permitted"]
        return out

    def judged(self) -> Judged:
        mask = self.table.mask
        hold = self.hold.judged()
        bits = self.class_bits()
        possible = tuple(word for word in CLASSES if bits[word])
        silent = self._not_in_question() & mask == mask
        standing = "silent" if silent else MIRROR.get(hold.standing, hold.standing)
        if len(possible) > 1:
            outcome = "undetermined"
        elif possible[0] == "free":
            outcome = "permitted" if bits["permitted"] == mask else "silent"
        else:
            outcome = possible[0]
        if outcome in ("required", "forbidden", "permitted", "silent"):
            standing = outcome
        needs = (
            ()
            if len(possible) == 1
            else tuple(sorted(self.table.needs([bits[word] for word in CLASSES]), key=self.known.cost))
        )
        by = () if silent else hold.by
        return Judged(possible, outcome, standing, by, hold.one_of, needs, hold.lifted, hold.voided)
