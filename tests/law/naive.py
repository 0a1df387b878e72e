"""A second, slow way of deciding, written from docs/rulebook.md alone: every world that the facts allow is made and judged.

It shares nothing with the law room: no bits, no formulas, no folding. A law here is plain data (`Law`); `text` writes it as a
rulebook for the real engine, `judge` decides it by trying every world. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations_with_replacement, product
from typing import Any

from tests.law.small import PROFILE, block, define, rule

Condition = tuple[Any, ...]
"""("yes",) ("no",) ("fact", name) ("is", name, values) ("count", name, operator, number) ("and", …) ("or", …) ("not", c)
("some", how many, different field or None, condition on a paper) ("shown", c) ("permitted_by", rule) ("required_by", layer)
("defined", name); on a paper also ("listed", list, the citations on it) and ("within", date, anchor, years, boundary)"""

LAYER_NAMES = ("us", "us-xx", "us-xx-town")
CLASSES = ("required", "forbidden", "conflict", "free")
DOMAINS: dict[str, tuple[Any, ...]] = {
    "apple": (False, True),
    "berry": (False, True),
    "cherry": (False, True),
    "custody.other_lawful_basis": (False, True),
    "colour": ("red", "green", "blue"),
    "days": (0, 1, 2, 3, 4),
}
FIELDS: dict[str, tuple[Any, ...]] = {"kind": ("civil", "judge", "other"), "signed": (False, True)}


@dataclass(frozen=True)
class NaiveRule:
    id: str
    layer: int
    action: str
    effect: str | None
    when: Condition
    unless: Condition | None = None
    lifts: tuple[str, ...] = ()
    otherwise_may: bool = False


@dataclass(frozen=True)
class NaiveVoids:
    id: str
    layer: int
    action: str
    effects: tuple[str, ...]
    layers: tuple[int, ...] | None
    when: Condition


@dataclass(frozen=True)
class Law:
    rules: tuple[NaiveRule, ...]
    voids: tuple[NaiveVoids, ...] = ()
    definitions: Mapping[tuple[int, str], Condition] = field(default_factory=dict)
    constraints: tuple[Condition, ...] = ()
    cautious: tuple[str, ...] = ("forbidden", "silent", "permitted", "required")


@dataclass(frozen=True)
class Facts:
    """What a case states: known facts, papers with known fields (others unknown), and whether there may be more."""

    known: Mapping[str, Any]
    papers: tuple[Mapping[str, Any], ...]
    complete: bool
    narrowed: Mapping[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    """Fields of papers (by number and name) of which something is known: the values that they may still have."""


@dataclass(frozen=True)
class World:
    """One way in which everything may be."""

    facts: Mapping[str, Any]
    papers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Answer:
    classes: frozenset[str]
    outcome: str
    standing: str
    by: frozenset[str]
    surely_needed: frozenset[str]
    maybe_needed: frozenset[str]


class Contradiction(Exception):
    """No world fits."""


# The worlds.


def worlds(
    facts: Facts, unseen_up_to: int, fields: Mapping[str, tuple[Any, ...]] = FIELDS
) -> Iterator[tuple[dict[str, Any], World]]:
    """Each world, with its choice for each thing that is not known."""
    open_facts = [name for name in DOMAINS if name not in facts.known]
    open_fields = [(number, name) for number, paper in enumerate(facts.papers) for name in fields if name not in paper]
    kinds_of_paper = [dict(zip(fields, values, strict=True)) for values in product(*fields.values())]
    piles: list[tuple[dict[str, Any], ...]] = [()]
    if not facts.complete:
        piles = [
            pile for size in range(unseen_up_to + 1) for pile in combinations_with_replacement(kinds_of_paper, size)
        ]
    for chosen in product(*(DOMAINS[name] for name in open_facts)):
        for in_fields in product(*(facts.narrowed.get(one, fields[one[1]]) for one in open_fields)):
            papers = [dict(paper) for paper in facts.papers]
            for (number, name), value in zip(open_fields, in_fields, strict=True):
                papers[number][name] = value
            for index, pile in enumerate(piles):
                choice = dict(zip(open_facts, chosen, strict=True))
                choice |= {
                    f"papers[{number + 1}].{name}": value
                    for (number, name), value in zip(open_fields, in_fields, strict=True)
                }
                if not facts.complete:
                    choice["papers"] = index
                everything = {**facts.known, **dict(zip(open_facts, chosen, strict=True))}
                yield choice, World(everything, (*papers, *pile))


def judge(law: Law, facts: Facts, action: str, fields: Mapping[str, tuple[Any, ...]] = FIELDS) -> Answer:
    """Decide one action by trying every world. Raises Contradiction where none fits."""
    tried = list(worlds(facts, thresholds(law), fields))
    reader = _Reader(law, None)
    fitting = [
        (choice, world) for choice, world in tried if not any(reader.true(never, world, 0) for never in law.constraints)
    ]
    if not fitting:
        raise Contradiction
    burdens = _Burdens(law, [world for _, world in fitting])
    judged = [(choice, *_class_of(_Reader(law, burdens), action, world)) for choice, world in fitting]
    standing = [_class_of(_Reader(law, burdens, meanwhile=True), action, world) for _, world in fitting]
    classes = frozenset(word for _, word, _ in judged)
    if len(classes) > 1:
        outcome = "undetermined"
    elif classes == {"free"}:
        outcome = "permitted" if all(may for _, _, may in judged) else "silent"
    else:
        (outcome,) = classes
    readers = [(_Reader(law, burdens), world) for _, world in fitting]
    by = frozenset(
        one.id for one in law.rules if all(_gives(reader, one, action, outcome, world) for reader, world in readers)
    )
    surely, maybe = _needs(law, judged, fitting)
    return Answer(classes, outcome, _standing(standing, law.cautious), by, surely, maybe)


def _standing(judged: list[tuple[str, bool]], order: tuple[str, ...]) -> str:
    words = {word for word, _ in judged}
    if len(words) == 1 and words != {"conflict"}:
        (only,) = words
        if only == "free":
            return "permitted" if all(may for _, may in judged) else "silent"
        return only
    possible = set[str]()
    for word, may in judged:
        if word == "conflict":
            possible |= {"required", "forbidden"}
        elif word == "free":
            possible.add("permitted" if may else "silent")
        else:
            possible.add(word)
    return next(word for word in order if word in possible)


def _gives(reader: _Reader, one: NaiveRule, action: str, outcome: str, world: World) -> bool:
    """Whether a rule gives that outcome, or a side of the conflict, in one world."""
    if one.action != action or outcome in ("undetermined", "silent"):
        return False
    if outcome == "permitted":
        return reader.permits(one, world)
    effects = {"required": ("must",), "forbidden": ("must not",), "conflict": ("must", "must not")}[outcome]
    return one.effect in effects and reader.takes_effect(one, world)


def _class_of(reader: _Reader, action: str, world: World) -> tuple[str, bool]:
    """The class of an action in one world, and whether a permission takes effect."""
    law = reader.law
    must = any(r.effect == "must" and r.action == action and reader.takes_effect(r, world) for r in law.rules)
    must_not = any(r.effect == "must not" and r.action == action and reader.takes_effect(r, world) for r in law.rules)
    may = any(r.action == action and reader.permits(r, world) for r in law.rules)
    if must and must_not:
        return "conflict", False
    if must:
        return "required", False
    if must_not:
        return "forbidden", False
    return "free", may


def mirrored(law: Law, facts: Facts, action: str) -> frozenset[str]:
    """The classes of `release` or `refuse_hold`, world by world from `hold` and `honor_criminal_warrant`."""
    never = _Reader(law, None)
    fitting = [
        world
        for _, world in worlds(facts, thresholds(law))
        if not any(never.true(condition, world, 0) for condition in law.constraints)
    ]
    reader = _Reader(law, _Burdens(law, fitting))
    found: set[str] = set()
    for world in fitting:
        hold, _ = _class_of(reader, "hold", world)
        on_warrant, may_on_warrant = _class_of(reader, "honor_criminal_warrant", world)
        stays = action == "release" and (
            world.facts["custody.other_lawful_basis"]
            or on_warrant == "required"
            or (on_warrant == "free" and may_on_warrant)
        )
        if stays or not reader.true(("defined", "custody.eligible_for_release"), world, 2):
            found.add("free")
        else:
            found.add({"required": "forbidden", "forbidden": "required"}.get(hold, hold))
    return frozenset(found)


# What is true in one world.


@dataclass
class _Burdens:
    """What is true in every world that fits: only that counts as shown, meanwhile."""

    law: Law
    fitting: list[World]
    known: dict[tuple[Condition, int], bool] = field(default_factory=dict)

    def met(self, condition: Condition, layer: int) -> bool:
        key = (condition, layer)
        if key not in self.known:
            reader = _Reader(self.law, None)
            self.known[key] = all(reader.true(condition, world, layer) for world in self.fitting)
        return self.known[key]


@dataclass
class _Reader:
    law: Law
    burdens: _Burdens | None
    meanwhile: bool = False

    def true(self, condition: Condition, world: World, layer: int) -> bool:
        kind = condition[0]
        if kind in ("yes", "no"):
            return bool(kind == "yes")
        if kind == "fact":
            return bool(world.facts[condition[1]])
        if kind == "is":
            return world.facts[condition[1]] in condition[2]
        if kind == "count":
            _, name, operator, number = condition
            value = world.facts[name]
            return bool(
                {"<": value < number, "<=": value <= number, ">": value > number, ">=": value >= number}[operator]
            )
        if kind == "and":
            return all(self.true(item, world, layer) for item in condition[1:])
        if kind == "or":
            return any(self.true(item, world, layer) for item in condition[1:])
        if kind == "not":
            return not self.true(condition[1], world, layer)
        if kind == "some":
            _, how_many, different, where = condition
            matching = [paper for paper in world.papers if _of_paper(where, paper, world.facts)]
            if different:
                return len({paper[different] for paper in matching}) >= how_many
            return len(matching) >= how_many
        if kind == "shown":
            if self.meanwhile:
                assert self.burdens is not None
                return self.burdens.met(condition[1], layer)
            return self.true(condition[1], world, layer)
        if kind == "defined":
            nearest = max(one for one, name in self.law.definitions if name == condition[1] and one <= layer)
            return self.true(self.law.definitions[nearest, condition[1]], world, nearest)
        if kind == "permitted_by":
            return self.takes_effect(next(r for r in self.law.rules if r.id == condition[1]), world)
        assert kind == "required_by"
        action = condition[2]
        return any(
            self.takes_effect(r, world)
            for r in self.law.rules
            if r.layer == condition[1] and r.effect == "must" and r.action == action
        )

    def applies(self, one: NaiveRule, world: World) -> bool:
        return self.true(one.when, world, one.layer) and not (
            one.unless is not None and self.true(one.unless, world, one.layer)
        )

    def takes_effect(self, one: NaiveRule, world: World) -> bool:
        return (
            self.applies(one, world)
            and not self.voided(one, one.effect or "lifts", world)
            and not self.lifted(one, world)
        )

    def permits(self, one: NaiveRule, world: World) -> bool:
        """A `may` that takes effect, or `otherwise: may` where `when` and `unless` are both true. What has to be shown counts
        here only if it holds in every world."""
        if one.effect != "may" and not one.otherwise_may:
            return False
        if not self.surely(one.when, world, one.layer):
            return False
        exception = one.unless is not None and self.surely(one.unless, world, one.layer)
        return exception == one.otherwise_may and not self.voided(one, "may", world) and not self.lifted(one, world)

    def surely(self, condition: Condition, world: World, layer: int) -> bool:
        """As `true`, but what has to be shown must hold in every world."""
        kind = condition[0]
        if kind == "shown":
            assert self.burdens is not None
            return self.burdens.met(condition[1], layer)
        if kind == "and":
            return all(self.surely(item, world, layer) for item in condition[1:])
        if kind == "or":
            return any(self.surely(item, world, layer) for item in condition[1:])
        if kind == "not":
            return not self.surely(condition[1], world, layer)
        return self.true(condition, world, layer)

    def lifted(self, one: NaiveRule, world: World) -> bool:
        return any(
            one.id in other.lifts and self.takes_effect(other, world) and not self.voided(other, "lifts", world)
            for other in self.law.rules
        )

    def voided(self, one: NaiveRule, effect: str, world: World) -> bool:
        return any(
            void.action == one.action
            and effect in void.effects
            and self.reaches(void, one.layer)
            and self.void_stands(void, world)
            for void in self.law.voids
        )

    def void_stands(self, void: NaiveVoids, world: World) -> bool:
        return self.true(void.when, world, void.layer) and not any(
            other.action == void.action
            and self.reaches(other, void.layer)
            and set(void.effects) <= set(other.effects)
            and self.void_stands(other, world)
            for other in self.law.voids
        )

    def reaches(self, void: NaiveVoids, layer: int) -> bool:
        return layer > void.layer and (void.layers is None or layer in void.layers)


def _of_paper(condition: Condition, paper: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    kind = condition[0]
    if kind == "listed":
        return paper["offense_citation"] in condition[2]
    if kind == "within":
        _, name, anchor, years, boundary = condition
        return in_the_years_before(paper[name], facts[anchor], years, boundary)
    if kind in ("yes", "no"):
        return bool(kind == "yes")
    if kind == "fact":
        return bool(paper[condition[1]])
    if kind == "is":
        return paper[condition[1]] in condition[2]
    if kind == "not":
        return not _of_paper(condition[1], paper, facts)
    parts = [_of_paper(item, paper, facts) for item in condition[1:]]
    return all(parts) if kind == "and" else any(parts)


def in_the_years_before(day: Any, anchor: Any, years: int, boundary: str, plus: int = 0) -> bool:
    """Day by day: whether the day comes up on the way back from the anchor to the same day of the month years earlier."""
    if "none" in (day, anchor):
        return False
    walked = anchor
    while (walked.year, walked.month, walked.day) > (anchor.year - years, anchor.month, anchor.day):
        if walked == day:
            return True
        walked -= timedelta(days=1)
    # `walked` is now the first day inside: the same day of the month, or 28 February for the 29th.
    for more in range(plus + 1):
        if walked - timedelta(days=more) == day:
            return more < plus or boundary == "in"
    return False


# What could matter.


def _needs(
    law: Law, judged: list[tuple[dict[str, Any], str, bool]], fitting: list[tuple[dict[str, Any], World]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Things of which two worlds that differ in nothing else differ in class; and, for `maybe`, in nothing but what a
    constraint ties to it."""
    names = list(judged[0][0]) if judged else []
    surely, maybe = set[str](), set[str]()
    tied = _tied(law)
    for name in names:
        for free, found in (
            (frozenset({name}), surely),
            (frozenset({name}) | tied.get(name.split("[")[0], frozenset()), maybe),
        ):
            groups: dict[tuple[Any, ...], dict[str, set[Any]]] = {}
            for choice, word, _ in judged:
                rest = tuple(
                    (k, v) for k, v in choice.items() if k not in free and k.split("[")[0] not in free - {name}
                )
                groups.setdefault(rest, {}).setdefault(word, set()).add(choice[name])
            if any(_differ(group) for group in groups.values()):
                found.add(name)
    return frozenset(surely), frozenset(maybe | surely)


def _differ(group: dict[str, set[Any]]) -> bool:
    """Two classes of which the thing can have different values."""
    return len(group) > 1 and len(set().union(*group.values())) > 1


def _tied(law: Law) -> dict[str, frozenset[str]]:
    """What a constraint ties to each fact, directly or through another."""
    found: dict[str, frozenset[str]] = {}
    for never in law.constraints:
        together = frozenset(names_in(never))
        merged = together.union(*(found.get(name, frozenset()) for name in together))
        for name in merged:
            found[name] = merged
    return found


def names_in(condition: Condition) -> set[str]:
    kind = condition[0]
    if kind in ("fact", "is", "count"):
        return {condition[1]}
    if kind == "some":
        return {"papers"}
    return set().union(*(names_in(part) for part in condition[1:] if isinstance(part, tuple)))


def thresholds(law: Law) -> int:
    """More unseen papers than this can't change an answer: the sum of the counts that conditions ask of them."""
    seen: dict[Condition, int] = {}

    def visit(condition: Condition) -> None:
        if condition[0] == "some":
            key = ("some", condition[2], condition[3])
            seen[key] = max(seen.get(key, 0), condition[1])
        elif condition[0] not in ("fact", "is", "count", "listed", "within"):
            for part in condition[1:]:
                if isinstance(part, tuple):
                    visit(part)

    for one in law.rules:
        visit(one.when)
        if one.unless:
            visit(one.unless)
    for void in law.voids:
        visit(void.when)
    for condition in (*law.definitions.values(), *law.constraints):
        visit(condition)
    return sum(seen.values())


# The same law as text.


def spell(condition: Condition) -> str:
    kind = condition[0]
    if kind in ("yes", "no"):
        return str(kind)
    if kind == "fact":
        return str(condition[1])
    if kind == "is":
        name, values = condition[1], condition[2]
        return f"{name} is {values[0]}" if len(values) == 1 else f"{name} in ({', '.join(values)})"
    if kind == "count":
        return f"{condition[1]} {condition[2]} {condition[3]}"
    if kind in ("and", "or"):
        return "(" + f" {kind} ".join(spell(item) for item in condition[1:]) + ")"
    if kind == "not":
        return f"not {spell(condition[1])}"
    if kind == "some":
        _, how_many, different, where = condition
        if different:
            return f"at least {how_many} different {different} of papers where ({spell(where)})"
        head = "some" if how_many == 1 else f"at least {how_many}"
        return f"{head} papers where ({spell(where)})"
    if kind == "shown":
        return f"shown({spell(condition[1])})"
    if kind == "listed":
        return f"offense_citation in {condition[1]}"
    if kind == "within":
        _, name, anchor, years, boundary = condition
        return f"within({name}, of={anchor}, years={years}, boundary={boundary})"
    if kind == "defined":
        return str(condition[1])
    if kind == "permitted_by":
        return f"permitted_by({condition[1]})"
    return f"required_by({LAYER_NAMES[condition[1]]})"


def text(law: Law) -> dict[str, str]:
    """The law as three rulebooks and what is added to the vocabulary."""
    layers = ["", "", ""]
    for one in law.rules:
        layers[one.layer] += rule(
            one.id,
            one.effect,
            action=one.action,
            when=spell(one.when),
            unless=spell(one.unless) if one.unless else "",
            lifts=", ".join(one.lifts),
            otherwise="may" if one.otherwise_may else "",
        )
    for void in law.voids:
        layers[void.layer] += block(
            "voids",
            void.id,
            action=void.action,
            effects=", ".join(void.effects),
            layers="below" if void.layers is None else ", ".join(LAYER_NAMES[layer] for layer in void.layers),
            when=spell(void.when),
        )
    for (layer, name), means in law.definitions.items():
        layers[layer] += define(name, spell(means), cite="§ D")
    layers[0] += block("cautious", "hold", order=", ".join(law.cautious))
    layers[0] += block("cautious", "honor_criminal_warrant", order=", ".join(law.cautious))
    never = "".join(
        block("constraint", f"never-{number}", never=spell(condition), says="It can't be.")
        for number, condition in enumerate(law.constraints)
    )
    return {"federal": layers[0], "state": layers[1], "city": layers[2], "vocabulary": never, "profile": PROFILE}


def stated(facts: Facts) -> dict[str, Any]:
    """The facts as a case states them."""
    found = dict(facts.known)
    if facts.papers:
        found["papers"] = [dict(paper) for paper in facts.papers]
        found["papers.complete"] = facts.complete
    else:
        found["papers"] = "none" if facts.complete else "unknown"
    return found
