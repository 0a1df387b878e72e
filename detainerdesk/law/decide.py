"""Deciding: one case and an edition of the rulebooks in, a `Decision` out.

Each action asked is judged over all completions of what is unknown (effects.py) under every open reading; then come what
changes it later, what was so all along, and what is said beside it. Nothing here reads a clock: the moment is part of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from detainerdesk.law.adoption import Adoption
from detainerdesk.law.answers import Worked
from detainerdesk.law.circuit import ClockState, FactTest, InWindow
from detainerdesk.law.completions import TooManyUnknowns
from detainerdesk.law.contradictions import refuse_contradictions
from detainerdesk.law.decision import ClockLength, Decision, DutyState, NoteSaid, Outcome, Turn
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.language import grammar
from detainerdesk.law.language.case import Case
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lookback import later_turns
from detainerdesk.law.language.rulebook import EARLIEST, HOLD_UNTIL, Choice, Clock, Duty, Note, Provision, binds
from detainerdesk.law.language.vocabulary import NONE, Value, midnight
from detainerdesk.law.load import Edition
from detainerdesk.law.lowering import ActionLaw, LawOn
from detainerdesk.law.plan import MINUTE, PARTLY, Plan, Term, common
from detainerdesk.law.table import Evaluation
from detainerdesk.law.trace import Step, Trace
from detainerdesk.law.turns import Opened, turns


def decide(case: Case, edition: Edition, adoption: Adoption | None = None) -> Decision:
    """Decide every action asked (none named: all of the vocabulary), under what the agency's counsel signed, where that is given.

    Raises CaseError for a case that can't be read and ContradictoryFacts for one that no world satisfies."""
    if adoption is None:
        return Decider.of(case, edition).decision()
    return adoption.tells(Decider.of(adoption.on(case, edition), edition).decision(), edition)


def outcomes(case: Case, edition: Edition, actions: Sequence[str]) -> dict[str, Outcome]:
    """Only the outcome, standing and needs of these actions: what the next question is searched with."""
    decider = Decider.of(replace(case, ask=tuple(actions)), edition)
    return {action: decider.outcome(action, ahead=False) for action in actions}


class Decider:
    """Decides one case; keeps what it has worked out. Raises ContradictoryFacts for one that no world satisfies."""

    def __init__(self, known: Known, edition: Edition, asked_at: datetime) -> None:
        """`asked_at`: the moment of decision as the caller has it."""
        self.known = known
        self.case = known.case
        self.asked_at = asked_at
        self.edition = edition
        self.stack = known.stack
        self.vocabulary = edition.vocabulary
        self._evaluations: dict[Setting, Evaluation] = {}
        self._settings: dict[tuple[str | None, datetime, bool], Setting] = {}
        self._worked = Worked()
        self._opened: Opened = {}
        self._term: tuple[datetime, Term] | None = None
        plain = self.setting(None, self.case.at)
        refuse_contradictions(self.known, self.law_on(self.case.at), plain, lambda: self.evaluation(plain))

    def law_on(self, at: datetime) -> LawOn:
        """The law of the agency at a moment."""
        return self._at(at).law

    def _at(self, at: datetime) -> Term:
        if self._term is None or self._term[0] is not at:
            self._term = (at, Term.on(self.known.docket, at))
        return self._term[1]

    def evaluation(self, setting: Setting) -> Evaluation:
        """The tests of the case in one setting, each decided once."""
        if setting not in self._evaluations:
            term = self._at(setting.at)
            if term.law not in self._worked.asked:
                self._worked.asked[term.law] = term.asked_of_lists(self.case.ask, self.known)
            self._evaluations[setting] = Evaluation(self.known, term.law, setting, self._worked)
        return self._evaluations[setting]

    def laws(self, action: str, setting: Setting) -> Sequence[ActionLaw]:
        """The law that an action rests on: its own, or for a derived one that of the actions that it mirrors."""
        return self.plan(action, setting.item, setting.at).judge.laws

    @classmethod
    def of(cls, case: Case, edition: Edition) -> Decider:
        """Of a case as a caller states it. Raises CaseError too."""
        return cls(Known.of(case, edition), edition, case.at)

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
            assumed={
                name: self.local(value)
                for name, value in self.known.facts.assumed.items()
                if name.split("[")[0] in read
            },
            notes=tuple(self.notes(asked)),
            trace=self.trace(asked),
        )

    def local(self, value: Value) -> Value:
        """A moment in the agency's zone, as answers give it; anything else as it is."""
        return value.astimezone(self.stack.zone) if isinstance(value, datetime) else value

    def outcome(self, action: str, *, ahead: bool = True) -> Outcome:
        """The outcome of one action; information is decided item by item. `ahead`: also what changes it, and when."""
        spec = self.vocabulary.actions[action]
        items = self.known.items_of(action)
        if len(items) == 1 and (spec.is_item or not spec.by_item):
            return self._one(action, items[0], ahead)
        parts = {str(item): self._one(action, item, ahead) for item in items}
        return common(parts) if ahead else self._at(self.case.at).together(parts)

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

    def _over_readings(self, action: str, item: str | None, at: datetime) -> Outcome:
        """Decide under every combination of open readings and of bounds of uncertain days that the action's rules use."""
        plain = self.setting(item, at)
        return self.plan(action, item, at).decide(self.evaluation, self.known.facts.plain, plain)

    def word_if(self, action: str, name: str, value: Value) -> str | None:
        """The outcome of an action, as a word, if an unknown fact had that value (a list: NONE, if there are no more records than those
        known); None where the tables of the case do not tell. Raises ContradictoryFacts if it can't have it."""
        at, facts = self.case.at, self.known.facts.plain
        words: set[str] = set()
        for item in self.known.items_of(action):
            plan, setting = self.plan(action, item, at), self.setting(item, at)
            word = plan.word_if(self.evaluation, facts, setting, name, value)
            if word is None:
                return None
            words.add(word)
        return words.pop() if len(words) == 1 else PARTLY

    def plan(self, action: str, item: str | None, at: datetime) -> Plan:
        """How the action is decided at that moment."""
        return self._at(at).plan(action, item)

    def setting(self, item: str | None, at: datetime, declared_too: bool = False) -> Setting:
        """The default's setting, made once."""
        key = (item, at, declared_too)
        if key not in self._settings:
            self._settings[key] = self.known.setting(item, at, declared_too=declared_too)
        return self._settings[key]

    # Time.

    def clock_ends(self) -> dict[str, datetime]:
        """The end of each clock that has a start, by the default readings; `hold_until` is the one that governs: the earliest that limits
        `hold`, of which a reading of that name leaves one of its own layer's."""
        ends = {clock.name: end for clock, end, _ in self._clocks}
        limits = [end for clock, end, _ in self._clocks if clock.limits == "hold" and self._governs(clock)]
        return {**ends, HOLD_UNTIL: min(limits)} if limits else ends

    def _governs(self, clock: Clock) -> bool:
        """Whether a clock counts among those that limit a hold: a reading chooses between the clocks of its own layer only."""
        reading = self.stack.readings.get(HOLD_UNTIL)
        if reading is None or reading.jurisdiction != clock.jurisdiction:
            return True
        return self.setting(None, self.case.at).reading[HOLD_UNTIL] in (EARLIEST, clock.name)

    def clock_lengths(self) -> dict[str, ClockLength]:
        """The length of each clock that has a start, as its law counts it."""
        return {clock.name: length for clock, _, length in self._clocks}

    @cached_property
    def _clocks(self) -> list[tuple[Clock, datetime, ClockLength]]:
        found: list[tuple[Clock, datetime, ClockLength]] = []
        for clock in self.law_on(self.case.at).clocks_in_force():
            start = self.known.facts.value(clock.start)
            if not isinstance(start, datetime):
                continue
            hours, calendar, holiday_days = (
                self._chosen(choice, clock.jurisdiction) for choice in (clock.hours, clock.calendar, clock.holidays)
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

    def _chosen(self, choice: Choice, jurisdiction: str) -> str | None:
        """The value of a choice, or None while what it turns on is not known."""
        evaluation = self.evaluation(self.setting(None, self.case.at))
        for condition, value in choice.branches:
            here = evaluation.truth(evaluation.law.circuit(condition, jurisdiction)) if condition else True
            if here is None:
                return None
            if here:
                return value
        return "none"

    def _until(self, action: str, item: str | None, base: Outcome) -> datetime | None:
        """The first later moment at which the class changes while all other facts stay."""
        now, facts, last = _class_word(base.outcome), self.known.facts.plain, self.case.at
        plans = [self.plan(action, item, last)]
        waiting = self._turning_moments(plans[0])
        while later := [moment for moment in waiting if moment > last]:
            last = min(later)
            plan = self.plan(action, item, last)
            if _class_word(plan.word(self.evaluation, facts, self.setting(item, last))) != now:
                return last
            if plan not in plans:  # the law has changed, and its tests turn at moments of their own
                plans.append(plan)
                waiting |= self._turning_moments(plan)
        return None

    def _turning_moments(self, plan: Plan) -> set[datetime]:
        """The moments at which a test of an action may turn, or its law."""
        zone, facts = self.stack.zone, self.known.facts
        moments = set(plan.law_changes)
        values: list[Value] = []
        for atom in plan.in_time:
            means = atom.means
            read = [facts.value(name) for name in atom.reads]
            values += read
            if isinstance(means, FactTest) and isinstance(means.test, grammar.Compare):
                moments |= {value + MINUTE for value in read if isinstance(value, datetime)}
            if isinstance(means, InWindow) and means.window.anchor == "at":
                values += self._window_ends(means)
            elif isinstance(means, ClockState) and isinstance(start := facts.value(means.start), datetime):
                moments.add(clock_end(start, means.hours, means.calendar, means.holidays, zone))
        for value in values:
            if isinstance(value, datetime):
                moments.add(value)
            elif isinstance(value, date):
                moments |= {midnight(value, zone), midnight(value + timedelta(days=1), zone)}
            elif isinstance(value, PartialDate):
                moments |= {midnight(value.start, zone), midnight(value.end + timedelta(days=1), zone)}
        return moments

    def reads(self, action: str, fact: str) -> bool:
        """Whether the law of an action, or of an item of it, reads a fact or list."""
        return any(fact in self.plan(action, item, self.case.at).reads for item in self.known.items_of(action))

    def _window_ends(self, means: InWindow) -> Iterator[date]:
        """The last days on which a date of the case, or of a record, stands where it does in a look-back from now."""
        facts = self.known.facts
        of_list = facts.lists.get(means.list) if means.list else None
        records = of_list.records if of_list else () if means.list else ({},)
        for record in records:
            yield from later_turns(means.window, partial(self._of_record, record), self.stack.zone)

    def _of_record(self, record: Mapping[str, Value], name: str) -> Value:
        return record.get(name, self.known.facts.value(name))

    def _was_so(self, action: str, item: str | None, base: Outcome) -> str | None:
        day = self.known.docket.day(self.case.at)
        considered = [one for law in self.laws(action, self.setting(item, self.case.at)) for one in law.considered]
        if not any(one.declared and day < one.declared for one in considered):
            return None
        setting = self.setting(item, self.case.at, declared_too=True)
        word = self.plan(action, item, self.case.at).word(self.evaluation, self.known.facts.plain, setting)
        return word if word != base.outcome else None

    # What could still arrive and turn the outcome.

    def _turns(self, action: str, item: str | None, base: Outcome) -> tuple[Turn, ...]:
        """The smallest sets of facts that the vocabulary marks as able to arrive and that would change the class."""
        if base.outcome in ("undetermined", "disputed"):
            return ()
        read, is_now = self._read_by([action]), _class_word(base.outcome)
        return tuple(turns(self.known, action, self.setting(item, self.case.at), read, is_now, self._opened))

    # Beside the outcomes.

    def duty_states(self) -> tuple[DutyState, ...]:
        """Every duty of the layers that this case gives rise to, or may."""
        states: list[DutyState] = []
        setting = self.setting(None, self.case.at)
        evaluation, ends = self.evaluation(setting), self.clock_ends()
        for duty in self.stack.duties():
            if duty.status == "off" or not evaluation.truth(evaluation.law.in_force(duty)):
                continue
            trigger = self._holds(duty.when, duty)
            if trigger is not False and duty.unless:
                stopped = self._holds(duty.unless, duty)
                trigger = False if stopped else None if stopped is None else trigger
            if trigger is False or self._is_voided(duty, setting):
                continue
            due_at = ends.get(duty.deadline)
            if trigger is None:
                state = "undetermined"
            elif duty.done and self._holds(duty.done, duty, done=True):
                state = "done"
            elif duty.excused and self._holds(duty.excused, duty):
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

    def _holds(self, condition: grammar.Expression, by: Provision | Note, *, done: bool = False) -> bool | None:
        """Whether a condition of a provision holds now; None while it turns on what is not known."""
        evaluation = self.evaluation(self.setting(None, self.case.at))
        return evaluation.truth(evaluation.law.circuit(condition, by.jurisdiction, done=done))

    def _is_voided(self, duty: Duty, setting: Setting) -> bool:
        """Whether a higher law surely takes the duty out."""
        if not any(duty.action in voids.actions for voids in self.stack.voids):
            return False
        return any(id == duty.id for id, _ in self._over_readings(duty.action, setting.item, setting.at).voided)

    def notes(self, asked: Sequence[str]) -> Iterator[NoteSaid]:
        for missing in self.stack.missing:
            yield NoteSaid("not-encoded", f"Not in this answer: {missing}. Its rules are not in this system.")
        for missing in self.stack.not_encoded:
            yield NoteSaid("not-encoded", f"Not in this answer: {missing}. Its rules are not in this system.")
        if self.stack.profile is None:
            yield NoteSaid(
                "no-profile",
                f"{self.stack.agency} has no profile here; it is decided under {', '.join(layer.name for layer in self.stack.layers)}.",
            )
        day = self.known.docket.day(self.case.at)
        for layer in self.stack.layers:
            if layer.begins is not None and day < layer.begins:
                yield NoteSaid(
                    "before-first-law",
                    f"The oldest law of {layer.name} in this system is of {layer.begins}, after this moment: nothing of it is in this answer.",
                )
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
            if self._says(note, asked, day):
                yield NoteSaid(note.id, note.text, note.cite)

    def _says(self, note: Note, asked: Sequence[str], day: date) -> bool:
        if (
            note.status == "off"
            or note.in_force.on(day) == "out"
            or (note.actions and not set(note.actions) & set(asked))
            or not binds(note.who, self.known.docket.roles)
        ):
            return False
        if note.when is None:
            return bool(note.actions)
        return self._holds(note.when, note) is not False

    def trace(self, asked: Sequence[str]) -> Trace:
        return Trace(self.known, tuple(asked), self.steps)

    def steps(self, action: str) -> tuple[Step, ...]:
        """What became of each rule and void that speaks of the action, by the default readings."""
        setting = self.setting(self.known.items_of(action)[0], self.case.at)
        plan = self.plan(action, setting.item, setting.at)
        try:
            return tuple(plan.effects(self.evaluation(setting)).steps())
        except TooManyUnknowns:
            law = plan.judge.laws[0]
            return tuple(
                Step(one, "would decide if" if one.id in law.active else "not in force", "") for one in law.considered
            )

    def _read_by(self, asked: Sequence[str]) -> set[str]:
        """The facts that the law of the actions asked reads."""
        items = {action: next(iter(self.vocabulary.actions[action].is_item), None) for action in asked}
        return {name for action, item in items.items() for name in self.plan(action, item, self.case.at).reads}


# Small things.


def _class_word(outcome: str) -> str:
    return "free" if outcome in ("permitted", "silent") else outcome
