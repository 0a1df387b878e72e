"""The theorems of one stack: no gap, no conflict, no dead rule, no fact asked in vain, blind to status, no hold beyond its
clock, every example as it says; or what stands against each, with a smallest case. All by one solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from detainerdesk.law.circuit import Node, atoms_of
from detainerdesk.law.effects import judge_of
from detainerdesk.law.encoding import NO, Formula, both, either, opposite, true_in
from detainerdesk.law.language import grammar
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.load import Edition
from detainerdesk.law.lowering import ActionLaw
from detainerdesk.law.prove.examples import Proved
from detainerdesk.law.prove.findings import Conflict, Dead, Dependence, Gap, Outlasts, Theorems
from detainerdesk.law.prove.pairs import matters, smallest_pair, turns_on
from detainerdesk.law.prove.smallest import Smallest, Wanted, smallest
from detainerdesk.law.prove.space import Space, Version, spelled_days
from detainerdesk.law.prove.words import in_words, named_tests
from detainerdesk.law.table import Evaluation

STATUS = (
    "person.nationality",
    "person.immigration_status",
    "person.citizenship_proof",
    "person.proof_accepted",
    "person.consular_mandatory",
    "person.final_removal_order",
    "person.illegal_reentry_after_removal",
    "person.removed_after_aggravated_felony",
    "request.states_probable_cause",
    "request.affidavit_shows_probable_cause",
    "request.form_complete",
)
"""Facts of status and of cause, and what a form says of them (its box of probable cause is one of those that make it complete):
on each every dependence is listed."""
CUBES, LONGEST = 8, 4
"""So many ways to silence are described, each of so many tests at most; a law with more is said to have more."""


def theorems(edition: Edition, agency: str, examples: Sequence[Proved] = ()) -> Theorems:
    """Prove what can be proved of one agency's law. `examples`: those that ran, of any agency."""
    return _Proofs(edition, agency).all(examples)


class _Proofs:
    def __init__(self, edition: Edition, agency: str) -> None:
        self.edition = edition
        self.space = Space(edition, agency)
        self.stack = self.space.stack
        self.prose = edition.prose(self.stack.layers[-1])

    def all(self, examples: Sequence[Proved]) -> Theorems:
        space = self.space
        mine = [one for one in examples if one.example.agency == space.agency]
        gaps = tuple(self.gaps())
        covered = [version.name for version in self.covered()]
        dead, alive = self.dead()
        dependences, blind = self.status()
        idle, matters = self.idle()
        return Theorems(
            agency=space.agency,
            name=self.stack.name,
            layers=tuple(layer.jurisdiction for layer in self.stack.layers),
            roles=space.roles,
            versions=len(space.versions),
            spans=len(space.laws),
            conflicts=tuple(self.conflicts()),
            gaps=gaps,
            closed=tuple(name for name in covered if name not in {gap.action for gap in gaps}),
            dead=dead,
            alive=alive,
            outlasts=tuple(self.outlasts()),
            clocks=tuple(dict.fromkeys(name for one in space.versions for name in one.expired)),
            dependences=dependences,
            blind=blind,
            left_out=tuple(self.left_out()),
            idle=idle,
            matters=matters,
            examples=len(mine),
            wrong=tuple(str(one) for one in mine if one.wrong),
            assumptions=self.assumptions(),
            asked=space.asked,
        )

    def assumptions(self) -> tuple[str, ...]:
        """What every theorem rests on beside the rulebooks."""
        who = ", ".join(role.replace("_", " ") for role in self.space.roles if role) or "anybody"
        made = [f"Who acts: {who}."]
        made.append("A reading is one of its open alternatives; one that the courts refused is none.")
        if any(version.law.has_uncertain_days for version in self.space.versions):
            made.append("Of two uncertain first days either may be the one.")
        if self.stack.not_encoded or self.stack.missing:
            left = ", ".join((*self.stack.missing, *self.stack.not_encoded))
            made.append(f"Not in this law, so nothing is said of it: {left}.")
        impossible = [one.name for one in self.space.vocabulary.constraints]
        if impossible:
            made.append(f"No case breaks what paper or nature makes impossible: {', '.join(impossible)}.")
        made.append(
            "Every fact is known; what an answer says while one is not follows from the answers of all its completions."
        )
        return (*made, *self.space.encoding.assumptions)

    # No conflict.

    def conflicts(self) -> Iterator[Conflict]:
        """Each pair of a rule that requires and one that forbids, where both take effect."""
        for version in self.space.versions:
            if version.mirror or version.classes["conflict"] is NO:
                continue
            with self.space.within(version):
                if not self.space.can(version.classes["conflict"]):
                    continue
                for must, must_not in self._pairs(version):
                    kind = both((version.formulas.takes(must), version.formulas.takes(must_not)))
                    if self.space.can(kind):
                        case = smallest(self.space, version, kind, _came_to("conflict"))
                        yield Conflict(version.name, version.days, must, must_not, case)

    @staticmethod
    def _pairs(version: Version) -> list[tuple[str, str]]:
        rules = [(rule, one.effect) for rule, one in version.law.active.items() if one.in_action]
        return [(a, b) for a, x in rules if x == "must" for b, y in rules if y == "must not"]

    # No gap.

    def covered(self) -> list[Version]:
        """The actions of which some rule in force speaks, now or later."""
        return [
            version
            for version in self.space.now
            if not version.mirror and any(one.in_action and one.effect for one in version.law.active.values())
        ]

    def gaps(self) -> Iterator[Gap]:
        for version in self.covered():
            silent = opposite(either((opposite(version.classes["free"]), version.classes["permitted"])))
            if silent is NO:
                continue
            with self.space.within(version):
                if not self.space.can(silent):
                    continue
                where, more = self._cubes(version, silent)
                case = smallest(self.space, version, silent, _surely_silent(version.law))
            yield Gap(version.name, version.days, where, more, case)

    def _cubes(self, version: Version, silent: Formula) -> tuple[tuple[tuple[str, ...], ...], bool]:
        """Tests that are together enough for silence, as many such sets as cover it; and whether there are more, or some of
        them too long to be read. Readings are taken by default."""
        encoding, readings = self.space.encoding, self.stack.readings
        default = [encoding.reading(name).has(readings[name].default) for name in version.law.readings]
        tests = [atom for atom in version.law.atoms if not atom.is_setting]
        formulas = [encoding.formula(atom, version.item) for atom in tests]
        marks = [z3.Bool(f"test {index}") for index in range(len(tests))]
        named = named_tests(version.law.law)
        said = [[in_words(test, self.prose, named, true=true) for true in (False, True)] for test in tests]
        found: list[tuple[str, ...]] = []
        covered: list[Formula] = [*default, opposite(z3.Bool("early bound"))]
        more = False
        for _ in range(4 * CUBES):
            signs = self._ordinary_signs((silent, *covered), formulas)
            if signs is None or len(found) == CUBES:
                return tuple(sorted(found, key=_by_length)), more or signs is not None
            signed = [one if true else opposite(one) for one, true in zip(formulas, signs, strict=True)]
            longest = sorted(range(len(tests)), key=[-len(said[i][true]) for i, true in enumerate(signs)].__getitem__)
            inside = self._enough(both((opposite(silent), *covered[: len(default) + 1])), marks, signed, longest)
            covered.append(opposite(both(signed[index] for index in inside)))
            if len(inside) > LONGEST:
                more = True
            else:
                found.append(tuple(said[index][signs[index]] for index in inside))
        return tuple(sorted(found, key=_by_length)), True

    def _ordinary_signs(self, kind: Sequence[Formula], formulas: Sequence[Formula]) -> list[bool] | None:
        """Of all cases of a kind the one in which the tests, in their order, are false as far as can be; None where there is
        none. What is found does not hang on what the solver was asked before."""
        with self.space.of(*kind):
            model = self.space.case()
            if model is None:
                return None
            for formula in formulas:
                if true_in(model, formula):
                    other = self.space.case(opposite(formula))
                    model = other if other is not None else model
                self.space.solver.add(formula if true_in(model, formula) else opposite(formula))
            return [true_in(model, formula) for formula in formulas]

    def _enough(
        self, contrary: Formula, marks: Sequence[Any], signed: Sequence[Formula], order: Sequence[int]
    ) -> list[int]:
        """Of tests that together exclude something, as few as exclude it: each is left out that can be, in this order."""
        solver = self.space.solver
        kept = dict.fromkeys(range(len(marks)))
        with self.space.of(contrary, *(z3.Implies(mark, one) for mark, one in zip(marks, signed, strict=True))):
            for index in order:
                self.space.asked += 1
                if solver.check(*(marks[one] for one in kept if one != index)) == z3.unsat:
                    del kept[index]
        return list(kept)

    # No dead rule.

    def dead(self) -> tuple[tuple[Dead, ...], tuple[str, ...]]:
        """Provisions that take effect in no case on any day, whoever acts; and those that do."""
        waiting: dict[str, Provision] = {
            one.id: one for layer in self.stack.layers for one in layer.provisions() if one.status != "off"
        }
        every = tuple(waiting)
        applies: set[str] = set()
        for version in (*reversed(self.space.versions), *self.space.of_anybody()):
            if not waiting:
                break
            here = [rule for rule in version.law.active if rule in waiting]
            voids = [number for number, one in enumerate(version.law.voids) if one.voids.id in waiting]
            if version.mirror or not (here or voids):
                continue
            with self.space.within(version):
                for rule in here:
                    takes = version.formulas.takes(rule)
                    one = version.law.active[rule]
                    if one.otherwise_may:
                        takes = either((takes, version.formulas.permits(rule)))
                    if self.space.can_at_a_moment(version, takes):
                        del waiting[rule]
                    elif rule not in applies and self.space.can(version.formulas.applies(one)):
                        applies.add(rule)
                for number in voids:
                    void = version.law.voids[number].voids.id
                    if void in waiting and self.space.can_at_a_moment(version, version.formulas.stands(number)):
                        del waiting[void]
        dead = tuple(
            Dead(
                id,
                one.jurisdiction,
                "wherever it applies, higher law or an exception takes it out"
                if id in applies
                else "no case on any day meets its conditions",
            )
            for id, one in waiting.items()
        )
        return dead, tuple(id for id in every if id not in waiting)

    # A hold never outlasts its clock.

    def outlasts(self) -> Iterator[Outlasts]:
        for version in self.space.versions:
            for clock, node in version.expired.items():
                ended = self.space.encoding.formula(node)
                held = either((version.classes["required"], version.classes["conflict"], version.classes["permitted"]))
                kind = both((ended, held))
                if kind is NO:
                    continue
                with self.space.within(version):
                    if self.space.can(kind):
                        case = smallest(self.space, version, kind, _held_after(node))
                        yield Outlasts(clock, version.days, case)

    # Blind to status.

    def status(self) -> tuple[tuple[Dependence, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """On which facts of status an action turns; and, for each of these facts, which actions read it and do not."""
        found: list[Dependence] = []
        blind: list[tuple[str, tuple[str, ...]]] = []
        for name in STATUS:
            turning: dict[str, list[Version]] = {}
            reading: dict[str, None] = {}
            for version in self.space.versions:
                if name in version.reads:
                    reading[version.name] = None
                    if turns_on(version, name):
                        turning.setdefault(version.name, []).append(version)
            for action, versions in turning.items():
                rules = tuple(dict.fromkeys(rule for one in versions for rule in self._rules_reading(one, name)))
                days = spelled_days([span for one in versions for span in one.spans])
                latest = versions[-1]
                pair = None if latest.mirror and "hold" in turning else smallest_pair(latest, name)
                found.append(Dependence(name, action, days, rules, pair))
            if name in self.space.vocabulary.facts:
                blind.append((name, tuple(one for one in reading if one not in turning)))
        return tuple(found), tuple(blind)

    def left_out(self) -> Iterator[tuple[str, str]]:
        """Facts of status of which it depends what leaving another fact out means; with that fact."""
        for name in STATUS:
            for other in self.space.vocabulary.facts:
                if other != name and name in self._named_by_left_out(other):
                    yield name, other

    @staticmethod
    def _rules_reading(version: Version, name: str) -> Iterator[str]:
        """The provisions whose conditions read a fact."""
        laws = version.mirror.laws if version.mirror else (version.law,)
        for law in laws:
            for rule, one in law.active.items():
                if any(name in atom.reads for atom in atoms_of(one.when, one.unless)):
                    yield rule
            for void in law.voids:
                if any(name in atom.reads for atom in atoms_of(void.applies)):
                    yield void.voids.id

    # No fact asked in vain.

    def idle(self) -> tuple[tuple[str, ...], int]:
        """Facts and lists that rules in force read and on which the class of no action turns, nor what leaving out another
        fact means on which one does; and how many matter."""
        read = dict.fromkeys(name for version in self.space.now for name in sorted(version.reads))
        matter = {name for name in read if any(matters(version, name) for version in self.space.now)}
        while more := {name for one in matter for name in self._named_by_left_out(one)} - matter:
            matter |= more
        idle = tuple(name for name in read if name not in matter)
        return idle, len(read) - len(idle)

    def _named_by_left_out(self, name: str) -> Iterator[str]:
        """The facts of which it depends what leaving this one out means."""
        for left_out in self.space.vocabulary.facts[name].left_out:
            for node in grammar.walk(left_out.condition) if left_out.condition else ():
                if isinstance(node, grammar.Given | grammar.Is | grammar.Includes):
                    yield node.fact
                elif isinstance(node, grammar.Name) and node.name in self.space.vocabulary.facts:
                    yield node.name
                elif isinstance(node, grammar.Compare):
                    yield from (side for side in (node.left, node.right) if side in self.space.vocabulary.facts)


def _by_length(tests: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(tests), tests


def _came_to(outcome: str) -> Wanted:
    return lambda case, evaluation: case.judged.outcome == outcome


def _surely_silent(law: ActionLaw) -> Wanted:
    def wanted(case: Smallest, evaluation: Evaluation) -> bool:
        if case.judged.outcome != "silent":
            return False
        effects = judge_of(law, evaluation.known.docket, law.action).effects(evaluation)
        return not effects.class_bits()["permitted"]

    return wanted


def _held_after(ended: Node) -> Wanted:
    held = ("required", "permitted", "conflict")
    return lambda case, evaluation: case.judged.outcome in held and evaluation.truth(ended) is True
