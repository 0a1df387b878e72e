"""Deciding: one case and an edition of the rulebooks in, a `Decision` out.

Each action asked is judged over all completions of what is unknown (effects.py) under every open reading; then come what
changes it later, what was so all along, and what is said beside it. Nothing here reads a clock: the moment is part of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import product
from math import prod

from detainerdesk.law.conditions import Conditions
from detainerdesk.law.contradictions import refuse_contradictions
from detainerdesk.law.decision import By, ClockLength, Decision, DutyState, NoteSaid, Outcome, Turn
from detainerdesk.law.derived import DERIVED, Mirror
from detainerdesk.law.effects import CLASSES, Effects, Judged
from detainerdesk.law.errors import LawError
from detainerdesk.law.formula import ClockLeaf, both, negation, reads
from detainerdesk.law.known import Bounds, Known, Setting
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.rulebook import Clock, Duty, Note, Provision
from detainerdesk.law.language.vocabulary import NONE, Fact, Value, midnight
from detainerdesk.law.load import Edition
from detainerdesk.law.table import TooManyUnknowns
from detainerdesk.law.trace import Step, Trace

MAX_COMBINATIONS = 64


def decide(case: Case, edition: Edition) -> Decision:
    """Decide every action asked (none named: all of the vocabulary).

    Raises CaseError for a case that can't be read and ContradictoryFacts for one that no world satisfies."""
    return _Decider(case, edition).decision()


def outcomes(case: Case, edition: Edition, actions: Sequence[str]) -> dict[str, Outcome]:
    """Only the outcome, standing and needs of these actions: what the next question is searched with."""
    decider = _Decider(case, edition)
    return {action: decider.outcome(action, ahead=False) for action in actions}


class _Decider:
    """Decides one case; keeps the law of each action and setting that it has built."""

    def __init__(self, case: Case, edition: Edition) -> None:
        self.known = Known.of(case, edition)
        self.case = self.known.case
        self.asked_at = case.at
        self.edition = edition
        self.stack = self.known.stack
        self.vocabulary = edition.vocabulary
        self._laws: dict[tuple[str, Setting], Effects] = {}
        self._mirrors: dict[tuple[str, Setting], Mirror] = {}
        refuse_contradictions(self.known)

    def law(self, action: str, setting: Setting) -> Effects:
        """The law of one action in one setting, built once."""
        if (action, setting) not in self._laws:
            self._laws[action, setting] = Effects(self.known, action, setting)
        return self._laws[action, setting]

    def mirror(self, action: str, setting: Setting) -> Mirror:
        """A derived action in one setting, built once."""
        if (action, setting) not in self._mirrors:
            self._mirrors[action, setting] = Mirror(self.known, action, setting)
        return self._mirrors[action, setting]

    def laws(self, action: str, setting: Setting) -> Sequence[Effects]:
        """The law that an action rests on: its own, or for a derived one that of the actions that it mirrors."""
        return self.mirror(action, setting).laws if self._is_derived(action) else (self.law(action, setting),)

    def _is_derived(self, action: str) -> bool:
        return action in DERIVED and not self.known.has_rules(action)

    # The whole answer.

    def decision(self) -> Decision:
        asked = self.case.ask or tuple(self.vocabulary.actions)
        actions = {name: self.outcome(name) for name in asked}
        read = self._read_by(asked)
        return Decision(
            id=self.case.id,
            agency=self.case.agency,
            at=self.asked_at,
            edition=self.edition.hash,
            actions=actions,
            clocks={name: self.local(end) for name, end in self.clock_ends().items()},
            lengths=self.clock_lengths(),
            duties=self.duty_states(),
            assumed={name: self.local(value) for name, value in self.known.facts.assumed.items() if name in read},
            notes=tuple(self.notes(asked)),
            trace=self.trace(asked),
        )

    def local(self, value: Value) -> Value:
        """A moment in the agency's zone, as answers give it; anything else as it is."""
        return value.astimezone(self.stack.zone) if isinstance(value, datetime) else value

    def outcome(self, action: str, *, ahead: bool = True) -> Outcome:
        """The outcome of one action; information is decided item by item. `ahead`: also what changes it, and when."""
        spec = self.vocabulary.actions[action]
        if spec.is_item or spec.by_item:
            items = spec.is_item or self.known.items_sought()
            parts = {item: self._one(action, item, ahead) for item in items}
            return next(iter(parts.values())) if len(parts) == 1 and spec.is_item else _common(parts)
        return self._one(action, None, ahead)

    def _one(self, action: str, item: str | None, ahead: bool) -> Outcome:
        base = self._over_readings(action, item, self.case.at)
        if not ahead:
            return base
        return replace(
            base,
            until=self.local(self._until(action, item, base)),
            was_so=self._was_so(action, item, base),
            turns=self._turns(action, item, base),
        )

    def _over_readings(self, action: str, item: str | None, at: datetime, *, declared_too: bool = False) -> Outcome:
        """Decide under every combination of open readings and of bounds of uncertain days that the action's rules use."""
        settings = list(self._settings(action, item, at, declared_too))
        judged = [(setting, self.judge(action, setting)) for setting in settings]
        _, default = judged[0]
        outcomes = {one.outcome for _, one in judged}
        needs = sorted({need for _, one in judged for need in one.needs}, key=self.known.cost)
        alternatives: dict[str, str] = {}
        outcome = default.outcome
        if len(outcomes) > 1:
            alternatives = _alternatives(judged)
            settled_classes = {one.classes for _, one in judged if one.outcome != "undetermined"}
            may_end = any(
                one.outcome == "undetermined" and all(set(others) <= set(one.classes) for others in settled_classes)
                for _, one in judged
            )
            outcome = "undetermined" if may_end else "disputed"
        return Outcome(
            outcome=outcome,
            standing=default.standing,
            settled="undetermined" not in outcomes,
            by=tuple(self._by(provision) for provision in default.by),
            needs=tuple(needs),
            alternatives=alternatives,
            one_of=default.one_of,
            lifted=default.lifted,
            voided=default.voided,
        )

    def _settings(self, action: str, item: str | None, at: datetime, declared_too: bool) -> Iterator[Setting]:
        """Every combination of the readings and uncertain days that the action's rules use; the default's first."""
        plain = replace(self.known.setting(item, at), declared_too=declared_too)
        laws = self.laws(action, plain)
        uncertain = any(law.uncertain_days() for law in laws)
        if uncertain:
            laws = (*laws, *self.laws(action, replace(plain, bounds="early")))
        names = sorted({name for law in laws for name in law.readings_used()})
        options: list[tuple[str, ...]] = []
        for name in names:
            reading = self.stack.readings[name]
            if name in self.case.choices:
                options.append((self.case.choices[name],))
            else:
                options.append((reading.default, *(one for one in reading.open if one != reading.default)))
        bounds: tuple[Bounds, ...] = ("late", "early") if uncertain else ("late",)
        total = len(bounds) * prod(len(option) for option in options)
        if total > MAX_COMBINATIONS:
            raise LawError(
                f"{action}: {total} combinations of readings; at most {MAX_COMBINATIONS} are decided. Counsel has to choose some first."
            )
        for bound in bounds:
            for choice in product(*options):
                readings = {**plain.reading, **dict(zip(names, choice, strict=True))}
                yield replace(plain, readings=tuple(sorted(readings.items())), bounds=bound)

    def judge(self, action: str, setting: Setting) -> Judged:
        """One action in one setting, over all completions of what is unknown."""
        try:
            if self._is_derived(action):
                return self.mirror(action, setting).judged()
            return self.law(action, setting).judged()
        except TooManyUnknowns as error:
            order = self.known.cautious(action, setting.at)
            return Judged(
                CLASSES, "undetermined", order[0], (), False, tuple(sorted(error.names, key=self.known.cost)), (), ()
            )

    def _has_rules(self, action: str) -> bool:
        return any(action in rule.actions for rule in self.stack.rules) or any(
            duty.action == action for duty in self.stack.duties()
        )

    # Time.

    def clock_ends(self) -> dict[str, datetime]:
        """The end of each clock that has a start, by the default readings; `hold_until` is the earliest that limits `hold`."""
        ends = {clock.name: end for clock, end, _ in self._clocks}
        limits = [end for clock, end, _ in self._clocks if clock.limits == "hold"]
        return {**ends, "hold_until": min(limits)} if limits else ends

    def clock_lengths(self) -> dict[str, ClockLength]:
        """The length of each clock that has a start, as its law counts it."""
        return {clock.name: length for clock, _, length in self._clocks}

    @cached_property
    def _clocks(self) -> list[tuple[Clock, datetime, ClockLength]]:
        found: list[tuple[Clock, datetime, ClockLength]] = []
        conditions = Conditions(self.known, self.known.setting())
        for clock in conditions.clocks_in_force():
            start = self.known.facts.value(clock.start)
            if not isinstance(start, datetime):
                continue
            hours, calendar, holiday_days = (
                conditions.chosen(choice, clock.jurisdiction)
                for choice in (clock.hours, clock.calendar, clock.holidays)
            )
            if hours in (None, "none") or calendar is None or holiday_days is None:
                continue
            length = ClockLength(int(str(hours)), calendar)
            end = clock_end(start, length.hours, calendar, holiday_days, self.stack.zone)
            stop = self.known.facts.value(clock.stops) if clock.stops else NONE
            if isinstance(stop, datetime) and start <= stop < end:
                end = stop
            found.append((clock, end, length))
        return found

    def _by(self, provision: Provision) -> By:
        layer = self.stack.layers[self.known.rank(provision)]
        return By(provision.id, provision.cite, provision.status, provision.jurisdiction, layer.name, provision.says)

    def _until(self, action: str, item: str | None, base: Outcome) -> datetime | None:
        """The first later moment at which the class changes while all other facts stay."""
        for moment in self._later_moments(action, item):
            later = self._over_readings(action, item, moment)
            if _class_word(later) != _class_word(base):
                return moment
        return None

    def _later_moments(self, action: str, item: str | None) -> list[datetime]:
        at, zone = self.case.at, self.stack.zone
        laws = self.laws(action, self.known.setting(item, at))
        days = {day for law in laws for provision in law.considered() for day in provision.in_force.changes()}
        days |= {provision.declared for law in laws for provision in law.considered() if provision.declared}
        days |= {day for layer in self.stack.layers for one in layer.definitions for day in one.in_force.changes()}
        moments = {midnight(day, zone) for day in days}
        names: set[str] = set()
        for leaf in (leaf for law in laws for leaf in law.every_leaf()):
            names |= set(reads(leaf, self.vocabulary))
            if isinstance(leaf, ClockLeaf):
                start = self.known.value(leaf.start)
                if isinstance(start, datetime):
                    moments.add(clock_end(start, leaf.hours, leaf.calendar, leaf.holidays, zone))
        for law in laws:
            names |= law.names_folded()
        for value in (*map(self.known.value, names), *(value for law in laws for value in law.conditions.literals)):
            if isinstance(value, datetime):
                moments.add(value)
            elif isinstance(value, date):
                moments |= {midnight(value, zone), midnight(value + timedelta(days=1), zone)}
        clocks = {name for law in laws for name in law.clocks_named()}
        moments |= {end for clock, end in self.clock_ends().items() if clock in clocks}
        return sorted(moment for moment in moments if moment > at)

    def _was_so(self, action: str, item: str | None, base: Outcome) -> str | None:
        day = self.known.day(self.case.at)
        considered = [one for law in self.laws(action, self.known.setting(item)) for one in law.considered()]
        if not any(one.declared and day < one.declared for one in considered):
            return None
        word = self._over_readings(action, item, self.case.at, declared_too=True).outcome
        return word if word != base.outcome else None

    # What could still arrive and turn the outcome.

    def _turns(self, action: str, item: str | None, base: Outcome) -> tuple[Turn, ...]:
        """Single facts that the vocabulary marks as able to arrive and that would change the class."""
        if base.outcome in ("undetermined", "disputed"):
            return ()
        setting = self.known.setting(item)
        read = self._read_by([action])
        found: list[Turn] = []
        for fact in self.vocabulary.facts.values():
            if not fact.arrives or fact.name not in read:
                continue
            try:
                turn = self._turn(action, setting, fact, base)
            except LawError:
                continue
            if turn:
                found.append(turn)
        return tuple(found)

    def _turn(self, action: str, setting: Setting, fact: Fact, base: Outcome) -> Turn | None:
        opened = self.known.opened(fact.name)
        law = Mirror(opened, action, setting) if self._is_derived(action) else Effects(opened, action, setting)
        classes, table = law.class_bits(), law.table
        if not any(variable.name == fact.name for variable in table.variables):
            return None
        for word in CLASSES:
            if word != _class_word(base) and classes[word] & table.mask:
                value = table.witness(classes[word] & table.mask)[fact.name]
                arrives = law.conditions.witness_record(fact.name, value) if fact.kind == "list" else value
                if arrives is not None:
                    return Turn({fact.name: arrives}, "permitted or silent" if word == "free" else word)
        return None

    # Beside the outcomes.

    def duty_states(self) -> tuple[DutyState, ...]:
        """Every duty of the layers that this case gives rise to, or may."""
        states: list[DutyState] = []
        setting = self.known.setting()
        maker = Conditions(self.known, setting)
        for duty in self.stack.duties():
            if duty.status == "off" or not maker.in_force(duty):
                continue
            trigger = both(
                [
                    maker.formula(duty.when, duty.jurisdiction),
                    negation(maker.formula(duty.unless, duty.jurisdiction)) if duty.unless else True,
                ]
            )
            if trigger is False or self._is_voided(duty, setting):
                continue
            done = maker.formula(duty.done, duty.jurisdiction, done=True) if duty.done else False
            excused = maker.formula(duty.excused, duty.jurisdiction) if duty.excused else False
            due_at = self.clock_ends().get(duty.deadline)
            if trigger is not True:
                state = "undetermined"
            elif done is True:
                state = "done"
            elif excused is True:
                state = "excused"
            else:
                state = "late" if due_at is not None and self.case.at >= due_at else "owed"
            states.append(
                DutyState(
                    duty.id,
                    duty.action,
                    state,
                    duty.who,
                    duty.whom,
                    duty.cite,
                    duty.status,
                    duty.deadline,
                    duty.content,
                    self.local(due_at),
                )
            )
        return tuple(states)

    def _is_voided(self, duty: Duty, setting: Setting) -> bool:
        """Whether a higher law surely takes the duty out."""
        if not any(duty.action in voids.actions for voids in self.stack.voids):
            return False
        return any(id == duty.id for id, _ in self.judge(duty.action, setting).voided)

    def notes(self, asked: Sequence[str]) -> Iterator[NoteSaid]:
        maker = Conditions(self.known, self.known.setting())
        for missing in self.stack.missing:
            yield NoteSaid("not-encoded", f"Not in this answer: {missing}. Its rules are not in this system.")
        for missing in self.stack.not_encoded:
            yield NoteSaid("not-encoded", f"Not in this answer: {missing}. Its rules are not in this system.")
        if self.stack.profile is None:
            yield NoteSaid(
                "no-profile",
                f"{self.stack.agency} has no profile here; it is decided under {', '.join(layer.name for layer in self.stack.layers)}.",
            )
        day = self.known.day(self.case.at)
        for rule in self.stack.rules:
            if rule.status == "off" and set(rule.actions) & set(asked) and rule.in_force.on(day) != "out":
                said = f"{rule.id} is switched off and took no part: {rule.reason or rule.note}"
                yield NoteSaid(rule.id, said, rule.cite)
        for reading in self.stack.readings.values():
            if reading.rejected and reading.note:
                yield NoteSaid(
                    reading.name,
                    f"A reading that was not counted ({', '.join(reading.rejected)}): {reading.note}",
                    reading.cite,
                )
        for note in self.stack.notes:
            if self._says(note, asked, day, maker):
                yield NoteSaid(note.id, note.text, note.cite)

    def _says(self, note: Note, asked: Sequence[str], day: date, maker: Conditions) -> bool:
        if (
            note.status == "off"
            or note.in_force.on(day) == "out"
            or (note.actions and not set(note.actions) & set(asked))
        ):
            return False
        if note.when is None:
            return bool(note.actions)
        return maker.formula(note.when, note.jurisdiction) is not False

    def trace(self, asked: Sequence[str]) -> Trace:
        steps: dict[str, tuple[Step, ...]] = {}
        setting = self.known.setting()
        for action in asked:
            spec = self.vocabulary.actions[action]
            item = (spec.is_item or self.known.items_sought())[0] if spec.is_item or spec.by_item else None
            base = "hold" if self._is_derived(action) else action
            steps[action] = self.law(base, replace(setting, item=item)).steps()
        return Trace(self.case, self.stack, self.known.facts, steps)

    def _read_by(self, asked: Sequence[str]) -> set[str]:
        """The facts that the rules of the actions asked read."""
        read: set[str] = set()
        for action in asked:
            for base in ("hold", "honor_criminal_warrant") if action in DERIVED else (action,):
                law = self.law(base, self.known.setting(next(iter(self.vocabulary.actions[base].is_item), None)))
                read |= law.names_folded()
                for leaf in law.every_leaf():
                    read |= {name for name in reads(leaf, self.vocabulary) if "[" not in name}
        return read


# Small things.


def _common(parts: Mapping[str, Outcome]) -> Outcome:
    """The outcome of an action that is decided item by item: the common one, or `partly` with the items."""
    outcomes = {part.outcome for part in parts.values()}
    first = next(iter(parts.values()))
    by = tuple(dict.fromkeys(one for part in parts.values() for one in part.by))
    needs = tuple(dict.fromkeys(need for part in parts.values() for need in part.needs))
    untils = [part.until for part in parts.values() if part.until]
    standings = {part.standing for part in parts.values()}
    return replace(
        first,
        outcome=first.outcome if len(outcomes) == 1 else "partly",
        standing=first.standing if len(standings) == 1 else "partly",
        settled=all(part.settled for part in parts.values()),
        by=by,
        needs=needs,
        until=min(untils) if untils else None,
        items=dict(parts),
        lifted=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.lifted)),
        voided=tuple(dict.fromkeys(pair for part in parts.values() for pair in part.voided)),
    )


def _alternatives(judged: Sequence[tuple[Setting, Judged]]) -> dict[str, str]:
    """The outcome of each combination, named by the choices that make a difference."""
    names = sorted({name for setting, _ in judged for name in setting.reading})
    differ = [
        name for name in names if len({setting.reading[name] for setting, _ in judged}) > 1 and _turns_on(name, judged)
    ]
    bounds = len({setting.bounds for setting, _ in judged}) > 1
    found: dict[str, str] = {}
    for setting, one in judged:
        parts = [setting.reading[name] if len(differ) == 1 else f"{name} = {setting.reading[name]}" for name in differ]
        if bounds:
            parts.append(f"uncertain day: {setting.bounds}")
        found[", ".join(parts)] = one.outcome
    return found


def _turns_on(name: str, judged: Sequence[tuple[Setting, Judged]]) -> bool:
    """Whether two combinations that differ in this reading alone differ in outcome."""
    groups: dict[tuple[object, ...], set[str]] = {}
    for setting, one in judged:
        rest = tuple(sorted((key, value) for key, value in setting.readings if key != name))
        groups.setdefault((rest, setting.bounds), set()).add(one.outcome)
    return any(len(outcomes) > 1 for outcomes in groups.values())


def _class_word(outcome: Outcome) -> str:
    return "free" if outcome.outcome in ("permitted", "silent") else outcome.outcome
