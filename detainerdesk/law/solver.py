"""The third reading of a rule: an action's law as formulas of a solver, written independently of the table of completions.

`LawFormulas` says when each rule takes effect, and the classes of the outcome; the proofs ask it of every case at once.
`possible_classes` judges one case of which too much is not known for a table, with a witness for each class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import z3

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Burden,
    LayerRequires,
    Negation,
    Node,
    TakesEffect,
    atoms_of,
    nodes_of,
)
from detainerdesk.law.derived import MIRROR, Mirror
from detainerdesk.law.effects import CLASSES, GIVEN_BY, Judged
from detainerdesk.law.encoding import NO, YES, Encoding, Formula, Records, Swap, both, conditions_in, either, opposite
from detainerdesk.law.errors import ContradictoryFacts, LawError
from detainerdesk.law.language.facts import OWED
from detainerdesk.law.language.rulebook import Provision
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.lowering import ActionLaw, Active
from detainerdesk.law.table import Evaluation


@dataclass(frozen=True)
class Possible:
    """What an action may come to in one case: as it was judged, and for each class a way in which it comes to that."""

    judged: Judged
    witnesses: Mapping[str, Mapping[str, Value]]


def possible_classes(evaluation: Evaluation, law: ActionLaw | Mirror, order: Sequence[str]) -> Possible:
    """Judge an action in one case and setting over everything that is not known, by the solver. `order` is what is cautious.

    Raises ContradictoryFacts where nothing fits what is stated."""
    case = _Case(evaluation, law)
    return _Judging(case, tuple(order)).possible()


class LawFormulas:
    """When each rule of an action's law takes effect, as formulas. `shown`: for each thing that has to be shown, whether it
    surely holds; left out, the case is complete, and what holds is shown. `meanwhile`: in the standing outcome."""

    def __init__(
        self, law: ActionLaw, encoding: Encoding, shown: Mapping[int, bool] | None = None, *, meanwhile: bool = False
    ) -> None:
        self.law = law
        self.encoding = encoding
        self.shown = shown
        self.meanwhile = meanwhile
        self._takes: dict[str, Formula] = {}
        self._stands: dict[int, Formula] = {}
        self._under_way: list[str] = []

    @cached_property
    def classes(self) -> dict[str, Formula]:
        """When the outcome is of each class; `permitted`: free, and a permission takes effect."""
        rules = [(rule, one) for rule, one in self.law.active.items() if one.in_action]
        must, must_not = (
            either(self.takes(rule) for rule, one in rules if one.effect == effect) for effect in ("must", "must not")
        )
        may = either(self.permits(rule) for rule, _ in rules)
        free = opposite(either((must, must_not)))
        return {
            "required": both((must, opposite(must_not))),
            "forbidden": both((must_not, opposite(must))),
            "conflict": both((must, must_not)),
            "free": free,
            "permitted": both((free, may)),
        }

    def circuit(self, node: Node, *, surely: bool = False) -> Formula:
        """A condition of the law; `surely`: what has to be shown counts only if it surely holds."""
        if isinstance(node, AllOf):
            return both(self.circuit(item, surely=surely) for item in node.items)
        if isinstance(node, AnyOf):
            return either(self.circuit(item, surely=surely) for item in node.items)
        if isinstance(node, Negation):
            return opposite(self.circuit(node.item, surely=surely))
        if isinstance(node, Burden):
            if self.shown is not None and (surely or self.meanwhile):
                return YES if self.shown[self.encoding.key(node.item)] else NO
            return self.circuit(node.item)
        if isinstance(node, TakesEffect):
            return self.takes(node.rule)
        if isinstance(node, LayerRequires):
            rules = self.law.musts_of(node.layer)
            return either(self.takes(rule) for rule in rules if rule not in self._under_way)
        return self.encoding.formula(node, self.law.item)

    def takes(self, rule: str) -> Formula:
        """The rule applies and is neither voided nor lifted."""
        if rule not in self.law.active:
            return NO
        if rule not in self._takes:
            if rule in self._under_way:
                raise LawError(f"these rules lean on each other in a circle: {' -> '.join([*self._under_way, rule])}")
            self._under_way.append(rule)
            one = self.law.active[rule]
            self._takes[rule] = both(
                (self.applies(one), opposite(self.voided(one, one.effect or "lifts")), self.unlifted(rule))
            )
            self._under_way.pop()
        return self._takes[rule]

    def applies(self, one: Active, *, surely: bool = False) -> Formula:
        return both((self.circuit(one.when, surely=surely), opposite(self.circuit(one.unless, surely=surely))))

    def permits(self, rule: str) -> Formula:
        """A permission takes effect, or the exception of a ban that is a permission (`otherwise: may`)."""
        one = self.law.active[rule]
        if one.otherwise_may:
            base = both((self.circuit(one.when, surely=True), self.circuit(one.unless, surely=True)))
        elif one.effect == "may":
            base = self.applies(one, surely=True)
        else:
            return NO
        return both((base, opposite(self.voided(one, "may")), self.unlifted(rule)))

    def unlifted(self, rule: str) -> Formula:
        lifting = [
            both((self.takes(one.provision.id), opposite(self.voided(one, "lifts")) if one.effect else YES))
            for one in self.law.active.values()
            if rule in one.lifts
        ]
        return opposite(either(lifting))

    def voided(self, one: Active, effect: str) -> Formula:
        return either(self.stands(number) for number in self.law.voided_by(one, effect))

    def stands(self, number: int) -> Formula:
        """A void applies and none of a higher layer takes it out."""
        if number not in self._stands:
            higher = [self.stands(other) for other in self.law.higher_voids(number)]
            self._stands[number] = both((self.circuit(self.law.voids[number].applies), opposite(either(higher))))
        return self._stands[number]


def mirrored(hold: Mapping[str, Formula], out: Formula) -> dict[str, Formula]:
    """The classes of an action that mirrors `hold`; `out`: it is not in question."""
    here = opposite(out)
    return {
        "required": both((hold["forbidden"], here)),
        "forbidden": both((hold["required"], here)),
        "conflict": both((hold["conflict"], here)),
        "free": either((hold["free"], out)),
        "permitted": both((hold["free"], here)),
    }


def not_in_question(mirror: Mirror, warrant: Mapping[str, Formula] | None, encoding: Encoding) -> Formula:
    """Where custody goes on by other ground, or nobody is eligible for release yet."""
    out = [encoding.formula(node) for node in mirror.beside]
    if warrant is not None:
        out += [warrant["required"], warrant["permitted"]]
    return either(out)


class _Case:
    """One case and setting as formulas: what is known of it holds, everything else is open."""

    def __init__(self, evaluation: Evaluation, law: ActionLaw | Mirror) -> None:
        self.evaluation = evaluation
        self.law = law
        self.laws: tuple[ActionLaw, ...] = law.laws if isinstance(law, Mirror) else (law,)
        on = evaluation.law
        self.encoding = Encoding(
            on.vocabulary,
            on.stack.zone,
            on.stack.readings,
            fixed=evaluation.setting,
            owes=evaluation.facts[OWED],
            stated=_stated(evaluation),
        )
        self.item = self.laws[0].item
        self.nodes = [node for one in self.laws for node in one.nodes]
        beside: tuple[Node, ...] = law.beside if isinstance(law, Mirror) else ()
        never = [node for _, node in on.constraints]
        atoms = list(atoms_of(*self.nodes, *beside, *never))
        self.records = {
            name: Records(self.encoding, name, conditions, len(here.records), not here.complete)
            for name, conditions in conditions_in(atoms, self.encoding, self.item).items()
            for here in [evaluation.records(name)]
        }
        self._never = [opposite(self.encoding.formula(node, self.item)) for node in never]
        for atom in atoms:
            self.encoding.atom(atom, self.item)
        lists = [formula for one in self.records.values() for formula in one.definitions()]
        self._stated = self._decided_tests(atoms)
        self.holds = [*self._never, *lists, *self._stated, *self.encoding.sound]
        """What is so in every completion."""

    @cached_property
    def holds_of_two(self) -> list[Formula]:
        """The same where two completions that share records are compared: there may be records for the conditions of both."""
        lists = [formula for one in self.records.values() for formula in replace(one, apart=False).definitions()]
        return [*self._never, *lists, *self._stated, *self.encoding.sound]

    def _decided_tests(self, atoms: Sequence[Atom]) -> list[Formula]:
        """Tests that no theory speaks of: what is known of them is decided by the law's own functions."""
        found: list[Formula] = []
        inner: list[tuple[str | None, Atom]] = [(None, atom) for atom in atoms]
        inner += [
            (name, atom)
            for name, here in self.records.items()
            for one in here.conditions
            for atom in atoms_of(one.body)
        ]
        for name, atom in inner:
            known = self.evaluation.records(name).records if name else ()
            of_which: list[tuple[str | None, Mapping[str, Value]]] = [(None, {})]
            of_which += [(str(number), record) for number, record in enumerate(known, 1)]
            for number, record in of_which:
                free = self.encoding.free.get((self.encoding.key(atom), number))
                value = self._decided(atom, record) if free is not None else None
                if value is not None:
                    found.append(free if value else opposite(free))
        return found

    def _decided(self, atom: Atom, record: Mapping[str, Value]) -> bool | None:
        plain = {name: value for name, value in record.items() if value is not UNKNOWN}
        try:
            return self.evaluation.law.truth(atom)(self.evaluation.facts, self.evaluation.setting, plain)
        except KeyError:
            return None

    @cached_property
    def unknown(self) -> dict[str, list[Any]]:
        """The variables of each fact, list and field that is not known."""
        found: dict[str, list[Any]] = {}
        for name, term in self.encoding.terms.items():
            if "[" in name:
                list_name, _, rest = name.partition("[")
                number, _, field = rest.partition("].")
                if "." in number:
                    found.setdefault(list_name, []).extend(term.variables())
                elif self.evaluation.records(list_name).records[int(number) - 1].get(field, UNKNOWN) is UNKNOWN:
                    found[name] = list(term.variables())
            elif name not in self.evaluation.facts:
                found[name] = list(term.variables())
        for name, here in self.records.items():
            found.setdefault(name, []).extend(here.there(record) for record in replace(here, apart=False).unseen())
        return {name: variables for name, variables in found.items() if variables}


def _stated(evaluation: Evaluation) -> dict[str, Value]:
    """Every fact and field that is known, by its full name."""
    found = {name: value for name, value in evaluation.facts.items() if name not in evaluation.known.facts.lists}
    for name, records in evaluation.known.facts.lists.items():
        for number, record in enumerate(records.records, 1):
            found |= {f"{name}[{number}].{field}": value for field, value in record.items() if value is not UNKNOWN}
    return found


class _Judging:
    """Judges one case; the order of what is asked is that of docs/rulebook.md section 6."""

    def __init__(self, case: _Case, order: tuple[str, ...]) -> None:
        self.case = case
        self.order = order
        self.solver = z3.SimpleSolver()
        self.solver.add(*case.holds)

    def possible(self) -> Possible:
        if not self.can(YES):
            raise ContradictoryFacts((), "", "no way of filling in the unknown facts fits what is stated")
        shown = self.shown()
        opened, *others = [LawFormulas(one, self.case.encoding, shown) for one in self.case.laws]
        meanwhile = LawFormulas(opened.law, self.case.encoding, shown, meanwhile=True)
        words, outcome = self.outcome(opened.classes)
        standing = self.standing(meanwhile.classes)
        by, one_of = self.giving(opened, meanwhile, outcome, standing)
        classes = opened.classes
        if isinstance(self.case.law, Mirror):
            out = not_in_question(self.case.law, others[0].classes if others else None, self.case.encoding)
            classes = mirrored(classes, out)
            words, outcome = self.outcome(classes)
            in_question = self.can(opposite(out))
            standing = MIRROR.get(standing, standing) if in_question else "silent"
            by = by if in_question else ()
            if outcome in ("required", "forbidden", "permitted", "silent"):
                standing = outcome
        witnesses = {word: self.witness(self.model(classes[word])) for word in words}
        needs = () if len(words) == 1 else self.needs([classes[word] for word in words])
        return Possible(Judged(words, outcome, standing, by, one_of, needs, (), ()), witnesses)

    def outcome(self, classes: Mapping[str, Formula]) -> tuple[tuple[str, ...], str]:
        """The classes that are possible, and the outcome."""
        words = tuple(word for word in CLASSES if self.can(classes[word]))
        if len(words) > 1:
            return words, "undetermined"
        if words[0] != "free":
            return words, words[0]
        return words, "silent" if self.can(opposite(classes["permitted"])) else "permitted"

    def can(self, formula: Formula) -> bool:
        return formula is not NO and self.model(formula) is not None

    def model(self, formula: Formula) -> Any:
        self.solver.push()
        self.solver.add(formula)
        answer = self.solver.check()
        found = self.solver.model() if answer == z3.sat else None
        self.solver.pop()
        if answer == z3.unknown:
            raise LawError("the solver gave no answer; ask for the facts that are not known")
        return found

    def shown(self) -> dict[int, bool]:
        """Of each thing that has to be shown, whether it surely holds. A thing that itself turns on rules is asked in full."""
        found: dict[int, bool] = {}
        burdens = [node for node in nodes_of(*self.case.nodes) if isinstance(node, Burden)]
        laws = [LawFormulas(one, self.case.encoding) for one in self.case.laws]
        for node in burdens:
            formula = laws[0].circuit(node.item)
            found[self.case.encoding.key(node.item)] = not self.can(opposite(formula))
        return found

    def standing(self, classes: Mapping[str, Formula]) -> str:
        possible = [word for word in CLASSES if self.can(classes[word])]
        silent = both((classes["free"], opposite(classes["permitted"])))
        if len(possible) == 1 and possible[0] != "conflict":
            if possible[0] != "free":
                return possible[0]
            return "silent" if self.can(silent) else "permitted"
        can_be = {
            "required": either((classes["required"], classes["conflict"])),
            "forbidden": either((classes["forbidden"], classes["conflict"])),
            "permitted": classes["permitted"],
            "silent": silent,
        }
        return next((word for word in self.order if self.can(can_be[word])), "silent")

    def giving(
        self, opened: LawFormulas, meanwhile: LawFormulas, outcome: str, standing: str
    ) -> tuple[tuple[Provision, ...], bool]:
        """The rules that surely take effect and have the winning effect; else those of which one does."""
        word = outcome if outcome not in ("undetermined", "silent") else standing
        law = meanwhile if outcome == "undetermined" else opened
        effects = GIVEN_BY.get(word, ())
        surely: list[Provision] = []
        possibly: list[Provision] = []
        for rule, one in law.law.active.items():
            if not one.in_action or not effects:
                continue
            gives = law.permits(rule) if "may" in effects else law.takes(rule) if one.effect in effects else NO
            if not self.can(opposite(gives)):
                surely.append(one.provision)
            elif self.can(gives):
                possibly.append(one.provision)
        return (tuple(surely), False) if surely else (tuple(possibly), len(possibly) > 1)

    def needs(self, classes: Sequence[Formula]) -> tuple[str, ...]:
        """What is not known and makes a difference: of which two completions that differ in nothing else differ in class; a
        fact that a constraint ties to it may change with it where it can't change alone."""
        self.solver.reset()
        self.solver.add(*self.case.holds_of_two)
        law = both(self.case.holds_of_two)
        found: list[str] = []
        names = self._asked()
        for name in names:
            if self._differs(classes, law, (name,)) or any(
                self._differs(classes, law, (name, tied), stuck=name) for tied in self._tied(name)
            ):
                found.append(name)
        return tuple(sorted(found, key=self.case.evaluation.known.docket.cost))

    def _asked(self) -> list[str]:
        """What is not known and the law itself reads, not only what is impossible."""
        case = self.case
        read = {name for one in case.laws for name in one.reads}
        if isinstance(case.law, Mirror):
            read |= {name for atom in atoms_of(*case.law.beside) for name in atom.reads}
        return [name for name in case.unknown if name.split("[")[0] in read]

    def _tied(self, name: str) -> Iterable[str]:
        """What is not known and a constraint ties to this."""
        own = name.split("[", maxsplit=1)[0]
        groups = [
            {one for atom in self.case.evaluation.law.atoms(never) for one in atom.reads}
            for _, never in self.case.evaluation.law.constraints
        ]
        together = {own}
        while more := {one for group in groups if group & together for one in group} - together:
            together |= more
        return [one for one in self.case.unknown if one != name and one.split("[")[0] in together - {own}]

    def _differs(self, classes: Sequence[Formula], law: Formula, names: Sequence[str], stuck: str = "") -> bool:
        other = Swap(self._variables(names), "of the other")
        differ = either(both((one, opposite(other(one)))) for one in classes)
        alone = [opposite(Swap(self._variables((stuck,)), "of the other")(law))] if stuck else []
        return self.can(both((other(law), differ, *alone)))

    def _variables(self, names: Sequence[str]) -> list[Any]:
        """The variables of these facts; those of the conditions on lists go along with what the lists' records read."""
        variables = [variable for name in names for variable in self.case.unknown[name]]
        lists = {name.split("[")[0] for name in names}
        for name, here in self.case.records.items():
            read = {fact for one in here.conditions for atom in atoms_of(one.body) for fact in atom.reads}
            if name in lists or read & lists:
                variables += [one.true for one in here.conditions]
        return variables

    def witness(self, model: Any) -> dict[str, Value]:
        """What was not known, as it is in a model."""
        found: dict[str, Value] = {}
        for name, term in self.case.encoding.terms.items():
            if name in self.case.unknown:
                found[name] = term.read(model)
        for name, here in self.case.records.items():
            if here.open:
                fields = {field for one in here.conditions for atom in atoms_of(one.body) for field in atom.fields}
                unseen = Records(here.encoding, name, here.conditions)
                found[name] = unseen.read(model, sorted(fields))
        return found
