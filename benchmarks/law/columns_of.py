"""Seeded cases of a stack as columns, made by the million: ordinary values, things unknown, lists that are not complete.

Every moment lies near the moment of decision, some exactly on it or on the end of a clock; every date near the ends of
look-backs. A tenth of the rows have unknowns; the others state everything that the law asked reads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from ours import EDITION
from stack_cases import USUALLY_YES, WEIGHTS, StackCases

from detainerdesk.law.bulk import Columns
from detainerdesk.law.bulk.columns import DAY, MOMENT, NUMBER, WORDS, Layout, is_owed
from detainerdesk.law.bulk.many import layout_of, spans
from detainerdesk.law.language.vocabulary import Fact

FIRST, LAST = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC)
PARTIAL, UNKNOWN, INCOMPLETE = 0.1, 0.08, 0.15
"""The share of rows with unknowns; in those of each fact or field that is unknown, and of lists that are not complete."""
MINUTE = 60_000_000
HOURS = (0, 12, 24, 36, 48, 72, 96)
YEARS = (1, 3, 5, 7, 10, 15)


class Generator:
    """Columns of one agency's cases for some actions."""

    def __init__(self, agency: str, actions: tuple[str, ...], seed: int) -> None:
        self.agency = agency
        self.dice = np.random.default_rng(seed)
        self.about = StackCases(agency, seed)
        self.spans = spans(agency, EDITION, FIRST, LAST)
        self.layout: Layout = layout_of([group for _, group in self.spans], actions)

    def columns(self, count: int) -> Columns:
        first, last = (int(one.timestamp()) // 60 for one in (FIRST, LAST))
        at = self.dice.integers(first, last, count) * MINUTE
        begins = np.array([int(moment.timestamp()) * 1_000_000 for moment, _ in self.spans])
        near = self.dice.random(count) < 0.02
        at = np.where(
            near, np.maximum(self.dice.choice(begins, count) + self.dice.integers(-1, 2, count), first * MINUTE), at
        )
        unsure = self.dice.random(count) < PARTIAL
        found: dict[str, pa.Array] = {"at": pa.array(at, pa.int64()).cast(MOMENT)}
        for name in self.layout.facts:
            fact = self.layout.vocabulary.facts[name]
            missing = unsure & (self.dice.random(count) < UNKNOWN)
            found |= self._fact(name, fact, at, missing)
        for name, fields in self.layout.lists.items():
            found |= self._list(name, fields, at, unsure)
        self._kept(found)
        schema = self.layout.schema()
        table = pa.table([found[name] for name in schema.names], schema=schema)
        group = np.maximum(np.searchsorted(begins, at, side="right") - 1, 0)
        return Columns.of_table(table, self.layout, [group for _, group in self.spans], EDITION, group)

    def _list(self, name: str, fields: tuple[str, ...], at: Any, unsure: Any) -> dict[str, pa.Array]:
        lengths = self.dice.choice((0, 0, 1, 1, 2, 3), len(at))
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        rows = np.repeat(np.arange(len(at)), lengths)
        numbers = np.arange(len(rows)) - np.repeat(offsets[:-1], lengths)
        inside: dict[str, pa.Array] = {NUMBER: pa.array(numbers.astype(np.int32))}
        for field in fields:
            missing = unsure[rows] & (self.dice.random(len(rows)) < UNKNOWN)
            inside |= self._fact(field, self.layout.vocabulary.fields(name)[field], at[rows], missing)
        self._in_order(inside, fields)
        kept = [field.name for field in self.layout.schema().field(name).type.value_type]
        struct = pa.StructArray.from_arrays([inside[one] for one in kept], kept)
        complete = ~(unsure & (self.dice.random(len(at)) < INCOMPLETE))
        return {name: pa.ListArray.from_arrays(pa.array(offsets), struct), f"{name}/complete": pa.array(complete)}

    def _fact(self, name: str, fact: Fact, at: Any, missing: Any) -> dict[str, pa.Array]:
        """The columns of a fact or field, NULL where it is missing."""
        dice, count = self.dice, len(at)
        beside: dict[str, pa.Array] = {}
        if is_owed(fact):
            owed = ~missing & (dice.random(count) < 0.2)
            beside[f"{name}/owed"] = pa.array(owed)
            if fact.kind == "moment":
                given = self._moments(at)
                never = ~missing & ~owed & (dice.random(count) < 0.25)
                value = pa.array(np.where(owed, at, given), pa.int64(), mask=missing | never).cast(MOMENT)
                return {**beside, name: value, f"{name}/word": _word(never)}
            return {**beside, name: pa.array(owed | (dice.random(count) < 0.3), mask=missing)}
        if fact.kind == "yes/no":
            yes = dice.random(count) < (0.85 if fact.name in USUALLY_YES else 0.25)
            if fact.by_item:
                listed = ~missing & (dice.random(count) < 0.5)
                beside[f"{name}/items"] = self._sets(fact.values, ~listed)
                missing = missing | listed
            return {**beside, name: pa.array(yes, mask=missing)}
        if fact.kind == "set of":
            return {name: self._sets(fact.values, missing)}
        if fact.kind == "count":
            return {name: pa.array(dice.integers(0, 40, count), pa.int64(), mask=missing)}
        if fact.kind == "moment":
            never = ~missing & (dice.random(count) < 0.2)
            value = pa.array(self._moments(at), pa.int64(), mask=missing | never).cast(MOMENT)
            words = dice.choice(("none", *fact.values), count)
            return {name: value, f"{name}/word": pa.array(words.astype(object), pa.string(), mask=~never)}
        if fact.kind == "date":
            return self._dates(name, at, missing)
        return {name: pa.array(self._words(name, fact, count).astype(object), pa.string(), mask=missing)}

    def _words(self, name: str, fact: Fact, count: int) -> Any:
        if fact.kind == "one of":
            weights = WEIGHTS.get(fact.name) or dict.fromkeys(fact.values, 1)
            chances = np.array(list(weights.values()), float)
            return self.dice.choice(np.array(list(weights), object), count, p=chances / chances.sum())
        if name == "offense_citation":
            return self.dice.choice(np.array(self.about.citations, object), count)
        options = {"state": (self.about.state,), "enhancement": ("none",), "equivalent_to": ("none",)}
        options |= {"ruled_in": ("none",), "ruled_out": ("none", self.about.open_lists or "none")}
        return self.dice.choice(np.array(options.get(name, ("as written", "none")), object), count)

    def _moments(self, at: Any) -> Any:
        """Within five days before the moment of decision or two after it; one in ten on it, or so many hours before."""
        dice, count = self.dice, len(at)
        ordinary = at - dice.integers(-2 * 1440, 5 * 1440, count) * MINUTE
        on_edge = at - dice.choice(HOURS, count) * 60 * MINUTE + dice.integers(-1, 2, count)
        return np.where(dice.random(count) < 0.1, on_edge, ordinary)

    def _dates(self, name: str, at: Any, missing: Any) -> dict[str, pa.Array]:
        """In the eighteen years before; one in ten so many years ago to the day, or a day beside; a few of a month only."""
        dice, count = self.dice, len(at)
        today = at // (1440 * MINUTE)
        on_edge = today - np.round(dice.choice(YEARS, count) * 365.2425).astype(np.int64) + dice.integers(-2, 3, count)
        day = np.where(dice.random(count) < 0.1, on_edge, today - dice.integers(0, 18 * 365, count))
        never = ~missing & (dice.random(count) < 0.02)
        none = missing | never
        month = day.astype("datetime64[D]").astype("datetime64[M]")
        first = month.astype("datetime64[D]").astype(np.int64)
        last = (month + 1).astype("datetime64[D]").astype(np.int64) - 1
        partly = ~none & (dice.random(count) < 0.02)
        return {
            name: pa.array(np.where(partly, first, day).astype(np.int32), pa.int32(), mask=none).cast(DAY),
            f"{name}/last": pa.array(np.where(partly, last, day).astype(np.int32), pa.int32(), mask=none).cast(DAY),
            f"{name}/word": _word(never),
        }

    def _in_order(self, inside: dict[str, pa.Array], fields: tuple[str, ...]) -> None:
        """The crime comes before the judgment, and a release after it; of a hundred records one is not so."""
        if "date" not in fields:
            return
        judged, last = (inside[name].cast(pa.int32()) for name in ("date", "date/last"))
        for name, beside, low, high in (("commission_date", judged, -700, -1), ("released_at", last, 0, 1500)):
            if name not in fields:
                continue
            given = inside[name].cast(pa.int32()).to_numpy(zero_copy_only=False)
            other = beside.to_numpy(zero_copy_only=False)
            moved = other + self.dice.integers(low, high, len(given))
            wrong = self.dice.random(len(given)) < 0.002
            day = np.where(wrong | np.isnan(other) | np.isnan(given), given, moved)
            value = pa.array(day, pa.float64(), from_pandas=True).cast(pa.int32()).cast(DAY)
            inside |= {name: value, f"{name}/last": value}

    def _sets(self, values: tuple[str, ...], missing: Any) -> pa.Array:
        """Up to three of the values."""
        options = [
            sorted(self.dice.choice(np.array(values, object), size, replace=False))
            for size in (0, 1, 1, 2, 3) * 8
            if size <= len(values)
        ]
        index = self.dice.integers(0, len(options), len(missing))
        return pa.array(options, WORDS).take(pa.array(index, pa.int64(), mask=missing))

    def _kept(self, found: dict[str, pa.Array]) -> None:
        """Most rows keep what paper allows: a notice asks for nothing more, and where nothing came, nothing was asked."""
        self._held(found)
        if "request.kind" not in found:
            return
        kind = found["request.kind"].to_numpy(zero_copy_only=False)
        some = self.dice.random(len(kind)) < 0.98
        for name, kinds in (
            ("request.asks_hold", ("I-247N", "I-247G", "none")),
            ("request.asks_notify", ("none",)),
            ("request.asks_transfer", ("none",)),
            ("request.asks_access", ("none",)),
        ):
            if name in found:
                asked = found[name].to_numpy(zero_copy_only=False)
                found[name] = pa.array(
                    np.where(some & np.isin(kind, kinds), False, asked), pa.bool_(), from_pandas=True
                )
        if "person.proof_accepted" in found and "person.citizenship_proof" in found:
            proof = found["person.citizenship_proof"].to_numpy(zero_copy_only=False)
            accepted = found["person.proof_accepted"].to_numpy(zero_copy_only=False)
            accepted = np.where(some & (proof == "none"), False, accepted)
            found["person.proof_accepted"] = pa.array(accepted, pa.bool_(), from_pandas=True)
        if "request.attached_warrant" in found:
            attached = found["request.attached_warrant"].to_numpy(zero_copy_only=False)
            attached = np.where(some & (kind == "none"), "none", attached)
            found["request.attached_warrant"] = pa.array(attached, pa.string())
            self._attached(found, attached, some)

    def _held(self, found: dict[str, pa.Array]) -> None:
        """A charge was held to answer only where a magistrate found cause."""
        names = [field.name for field in found["person.charges"].type.value_type] if "person.charges" in found else []
        if "held_to_answer" not in names or "person.held_to_answer" not in found:
            return
        charges = found["person.charges"]
        rows = np.repeat(np.arange(len(charges)), np.diff(charges.offsets.to_numpy()))
        cause = found["person.held_to_answer"].to_numpy(zero_copy_only=False)[rows]
        inside = {name: charges.values.field(index) for index, name in enumerate(names)}
        given = inside["held_to_answer"].to_numpy(zero_copy_only=False)
        kept = (self.dice.random(len(rows)) < 0.98) & (cause == False)  # noqa: E712
        inside["held_to_answer"] = pa.array(np.where(kept, False, given), pa.bool_(), from_pandas=True)
        struct = pa.StructArray.from_arrays(list(inside.values()), names)
        found["person.charges"] = pa.ListArray.from_arrays(charges.offsets, struct)

    def _attached(self, found: dict[str, pa.Array], attached: Any, some: Any) -> None:
        """A warrant is attached only where one of its kind is said to have come."""
        warrants = found.get("warrants")
        names = [field.name for field in warrants.type.value_type] if warrants is not None else []
        if warrants is None or not {"attached", "kind"} <= set(names):
            return
        rows = np.repeat(np.arange(len(attached)), np.diff(warrants.offsets.to_numpy()))
        inside = {name: warrants.values.field(index) for index, name in enumerate(names)}
        kind = inside["kind"].to_numpy(zero_copy_only=False)
        said = attached[rows]
        fits = np.where(
            said == "judicial", kind != "administrative", (said != "none") & np.isin(kind, ("administrative", "other"))
        )
        given = inside["attached"].to_numpy(zero_copy_only=False)
        inside["attached"] = pa.array(np.where(some[rows] & ~fits, False, given), pa.bool_(), from_pandas=True)
        struct = pa.StructArray.from_arrays(list(inside.values()), names)
        found["warrants"] = pa.ListArray.from_arrays(warrants.offsets, struct)


def _word(never: Any) -> pa.Array:
    return pa.array(np.full(len(never), "none", object), pa.string(), mask=~never)
