"""Loading: a folder of rulebooks in, and an agency's own where it has some; a checked `Edition` out. An edition has a hash, so that a decision can be
made again as it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.circles import refuse_circles
from detainerdesk.law.errors import CaseError, Place, Refused, RulebookError, going_on
from detainerdesk.law.language import grammar
from detainerdesk.law.language.document import Outline
from detainerdesk.law.language.facts import LAYERS_ENCODED, Defaults
from detainerdesk.law.language.lists import OffenseList, OffenseTable
from detainerdesk.law.language.phrases import check_definition_phrases, check_vocabulary_phrases, phrases_of
from detainerdesk.law.language.prose import Prose
from detainerdesk.law.language.rulebook import (
    Clock,
    Definition,
    Duty,
    Note,
    Pending,
    Profile,
    Reading,
    Rule,
    Rulebook,
    Scope,
    Voids,
    binds,
    check,
    check_condition,
    read_rulebook,
)
from detainerdesk.law.language.vocabulary import Fact, Vocabulary, read_vocabulary
from detainerdesk.law.opened import Opened, open_all, open_own, open_vocabulary

RULEBOOKS = Path(__file__).resolve().parents[2] / "rulebooks"


@dataclass(frozen=True)
class Stack:
    """The law that binds one agency: its layers, top first, and who acts."""

    agency: str
    name: str
    layers: tuple[Rulebook, ...]
    profile: Profile | None
    timezone: str
    not_encoded: tuple[str, ...]
    missing: tuple[str, ...]
    vocabulary: Vocabulary

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def checked_through(self) -> date:
        """The earliest day through which the layers' sources were looked at."""
        return min(layer.checked_through for layer in self.layers)

    @property
    def words(self) -> Mapping[str, str]:
        return self.profile.words if self.profile else {}

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """How high a layer stands: 0 is the top."""
        return {layer.jurisdiction: index for index, layer in enumerate(self.layers)}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for layer in self.layers for rule in layer.rules)

    @cached_property
    def voids(self) -> tuple[Voids, ...]:
        return tuple(one for layer in self.layers for one in layer.voids)

    def duties(self, action: str | None = None) -> tuple[Duty, ...]:
        """The duties that this agency may owe: one for another agency's roles is that agency's."""
        return tuple(
            duty
            for layer in self.layers
            for duty in layer.duties
            if action in (None, duty.action) and self.is_for(duty.who)
        )

    def is_for(self, who: tuple[str, ...]) -> bool:
        """Whether somebody of the agency has one of these roles (none named: anybody). Without a profile nobody knows."""
        return binds(who, self._roles if self.profile else None)

    @cached_property
    def _roles(self) -> frozenset[str]:
        roles = self.profile.roles if self.profile else ()
        return frozenset(role for one in roles for role in self.vocabulary.roles_of(one))

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        return tuple(note for layer in self.layers for note in layer.notes)

    @cached_property
    def pending(self) -> tuple[Pending, ...]:
        return tuple(one for layer in self.layers for one in layer.pending)

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """Every local day on which some part of the law begins, may begin or has just ended, in order."""
        days: set[date] = set()
        for layer in self.layers:
            for provision in layer.provisions():
                days |= {*provision.in_force.changes(), *([provision.declared] if provision.declared else [])}
            dated = [one.in_force for one in layer.definitions] + [one.in_force for one in layer.clocks]
            dated += [one.in_force for one in layer.cautious] + [one.in_force for one in layer.lists]
            days |= {day for in_force in dated for day in in_force.changes()}
        return tuple(sorted(days))

    @cached_property
    def dockets(self) -> dict[Any, Any]:
        """What cases have in common that name the same actor and choices (known.py), once worked out."""
        return {}

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What the laws of all days have in common (lowering.py), once made."""
        return {}

    @cached_property
    def laws(self) -> dict[int, Any]:
        """The law on each span of days between two changes, as circuits, once made."""
        return {}

    @cached_property
    def defaults(self) -> Defaults:
        """What leaving a fact out means for this agency."""
        encoded = not self.missing and not self.not_encoded
        return Defaults(self.vocabulary, self.zone, encoded, self.offense_tables)

    @cached_property
    def offense_lists(self) -> tuple[OffenseList, ...]:
        return tuple(one for layer in self.layers for one in layer.lists if one.status != "off")

    @cached_property
    def offense_tables(self) -> tuple[OffenseTable, ...]:
        """What is known of offenses, the lowest layer's first."""
        return tuple(one for layer in reversed(self.layers) for one in layer.offenses if one.status != "off")

    def offense_list(self, name: str, jurisdiction: str, day: date) -> OffenseList | None:
        """The list that a rule of that layer names on that day: its own layer's, else the nearest above."""
        for layer in reversed(self.layers[: self.rank[jurisdiction] + 1]):
            for one in layer.lists:
                if one.name == name and one.status != "off" and one.in_force.on(day) == "in":
                    return one
        return None

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        return {reading.name: reading for layer in self.layers for reading in layer.readings}

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        return tuple(clock for layer in self.layers for clock in layer.clocks if self.is_for(clock.who))

    def definition(self, name: str, jurisdiction: str, day: date, of: str | None = None) -> Definition | None:
        """The definition that a rule of that layer uses on that day: its own layer's, else the nearest above."""
        for layer in reversed(self.layers[: self.rank[jurisdiction] + 1]):
            for definition in layer.definitions:
                if definition.name == name and definition.of == of and definition.in_force.on(day) == "in":
                    return definition
        return None

    @cached_property
    def definition_names(self) -> Mapping[str, str]:
        """Each definition of a case, with the facts to state instead."""
        return {
            definition.name: ", ".join(
                sorted({name for node in grammar.walk(definition.means) if (name := _fact_of(node))})
            )
            for layer in self.layers
            for definition in layer.definitions
            if definition.of is None
        }

    def provision(self, id: str) -> Rule | Voids | Duty | None:
        everything: list[Rule | Voids | Duty] = [*self.rules, *self.voids, *self.duties()]
        return next((one for one in everything if one.id == id), None)


@dataclass(frozen=True)
class Edition:
    """All rulebooks as they stand, and the hash of their text (the first 64 hex digits of SHA-256).

    `local` names the rulebooks that are an agency's own; `ours` is the edition without them (None where there are none);
    `paths` says where each file lies, for whoever writes it anew; `unread` are the rulebooks that do not bind the agency for
    which it was loaded."""

    vocabulary: Vocabulary
    rulebooks: Mapping[str, Rulebook]
    hash: str
    local: frozenset[str] = frozenset()
    ours: Edition | None = field(default=None, compare=False, repr=False)
    paths: Mapping[str, Path] = field(default_factory=dict, compare=False, repr=False)
    unread: Mapping[str, Opened] = field(default_factory=dict, compare=False, repr=False)
    _stacks: dict[str, Stack] = field(default_factory=dict, compare=False, repr=False)
    digests: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    leaned: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict, compare=False, repr=False)
    """Both kept by adoption.py: worked out once an edition."""

    def stack(self, agency: str) -> Stack:
        """The stack of an agency. Raises CaseError where no layer above it is encoded, or one of them was not read."""
        if agency not in self._stacks:
            self._stacks[agency] = self._make_stack(agency)
        return self._stacks[agency]

    def prose(self, rulebook: Rulebook) -> Prose:
        """What writes this rulebook's conditions in plain words."""
        return Prose.of(ancestors(rulebook, self.rulebooks), self.vocabulary)

    def profiles(self) -> tuple[Profile, ...]:
        """Each agency's profile: its own rulebook's, where it has one, else ours."""
        found = {profile.agency: profile for rulebook in self.rulebooks.values() for profile in rulebook.profiles}
        for name in self.local:
            found |= {profile.agency: profile for profile in self.rulebooks[name].profiles}
        return tuple(found.values())

    def _make_stack(self, agency: str) -> Stack:
        profile = next((one for one in self.profiles() if one.agency == agency), None)
        if profile is None and self.unread:
            raise CaseError(f"only the law of another agency was loaded: load that of {agency}")
        place = agency.split("/", maxsplit=1)[0]
        if profile:
            wanted = profile.layers
        else:
            parts = place.split("-")
            wanted = tuple("-".join(parts[:length]) for length in range(1, len(parts) + 1))
            wanted = _known_prefixes(wanted, self.rulebooks)
        layers = tuple(self.rulebooks[name] for name in wanted if name in self.rulebooks)
        if not layers or "/" not in agency:
            known = ", ".join(sorted(one.agency for one in self.profiles()))
            raise CaseError(
                f"no rulebook stands above the agency “{agency}”; write one like us-ma-boston/police. Known: {known}"
            )
        return Stack(
            agency=agency,
            name=profile.name if profile else agency,
            layers=layers,
            profile=profile,
            timezone=(profile.timezone if profile else None) or layers[-1].timezone,
            not_encoded=profile.not_encoded if profile else (),
            missing=tuple(name for name in wanted if name not in self.rulebooks),
            vocabulary=self.vocabulary,
        )


def load(
    folder: Path | None = None,
    *,
    local: Path | Iterable[Path] = (),
    agency: str | None = None,
    stale_words: bool = False,
    refused: Refused | None = None,
) -> Edition:
    """Read and check every rulebook under `folder` (default: the rulebooks of this package's repository).

    `local`: folders of agencies' own rulebooks (`layer: agency`), which lie over these and are checked as they are.
    `agency`: read and check only the rulebooks that bind this agency (all, where it has no profile); the hash is that of all.
    `stale_words`: accept `says` lines that are not the rule's prose reading (`law fmt` is about to write them anew).
    `refused`: take note of what is wrong and go on, file by file and block by block (`law lint`).

    Files that hold what they held are not read again. Raises RulebookError with file, line, column and heading where something is
    wrong."""
    root = folder or RULEBOOKS
    words = open_vocabulary(root, refused)
    ours = tuple(open_all(root, refused))
    own = tuple(open_own((local,) if isinstance(local, Path) else local, refused))
    if refused is None:
        return _kept_edition(words, ours, own, agency, stale_words)
    return _edition(words, ours, own, agency, stale_words, refused)


@lru_cache(maxsize=4)
def _kept_edition(
    words: Outline, ours: tuple[Opened, ...], own: tuple[Opened, ...], agency: str | None, stale_words: bool
) -> Edition:
    """Editions are kept by what their files hold."""
    return _edition(words, ours, own, agency, stale_words, None)


def _edition(
    words: Outline,
    ours: tuple[Opened, ...],
    own: tuple[Opened, ...],
    agency: str | None,
    stale_words: bool,
    refused: Refused | None,
) -> Edition:
    wanted = None if agency is None else _binding(agency, ours, own)
    edition = _of(words, ours, wanted, refused)
    if own:
        edition = _with_local(edition, words, own, refused)
    check_vocabulary_phrases(edition.vocabulary, refused)
    _check_vocabulary(edition.vocabulary, refused)
    refuse_faults(edition, refused)
    if not stale_words:
        for rulebook in edition.rulebooks.values():
            _refuse_stale_words(rulebook, edition)
    return edition


def _of(words: Outline, ours: Iterable[Opened], wanted: Collection[str] | None, refused: Refused | None) -> Edition:
    """Our rulebooks (`wanted` None: all of them), read one by one."""
    vocabulary = _kept_vocabulary(words) if refused is None else read_vocabulary(words.read(refused), refused)
    digest = hashlib.sha256(words.text.encode())
    rulebooks: dict[str, Rulebook] = {}
    paths: dict[str, Path] = {}
    unread: dict[str, Opened] = {}
    for one in ours:
        for outline in one.outlines:
            digest.update(b"\0" + outline.file.encode() + b"\0" + outline.text.encode())
        for table in one.tables:
            digest.update(b"\0" + table.shown.encode() + b"\0" + table.digest.encode())
        if wanted is not None and one.jurisdiction not in wanted:
            unread[one.jurisdiction] = one
            continue
        with going_on(refused):
            rulebook = _rulebook(one, words, vocabulary, refused)
            _refuse_a_second(rulebook, rulebooks)
            rulebooks[rulebook.jurisdiction], paths[rulebook.jurisdiction] = rulebook, one.path
    _refuse_orphans(rulebooks, refused)
    return Edition(vocabulary, rulebooks, digest.hexdigest(), paths=paths, unread=unread)


def _rulebook(one: Opened, words: Outline, vocabulary: Vocabulary, refused: Refused | None) -> Rulebook:
    """An opened rulebook, read; where an error stops everything, the one that was kept."""
    return _kept_rulebook(one, words) if refused is None else _read(one, vocabulary, refused)


def _read(one: Opened, vocabulary: Vocabulary, refused: Refused | None) -> Rulebook:
    document, cases = one.outline.read(refused), one.cases.read(refused) if one.cases else None
    return read_rulebook(document, vocabulary, one.tables, refused, cases)


@lru_cache(maxsize=32)
def _kept_rulebook(one: Opened, words: Outline) -> Rulebook:
    """Rulebooks are kept by what their files hold, and the vocabulary's."""
    return _read(one, _kept_vocabulary(words), None)


@lru_cache(maxsize=4)
def _kept_vocabulary(words: Outline) -> Vocabulary:
    return read_vocabulary(words.read())


def _binding(agency: str, ours: Iterable[Opened], own: Iterable[Opened]) -> frozenset[str] | None:
    """The jurisdictions whose law binds an agency, or on which agencies' own rulebooks stand. None (all of them) for one without
    a profile: who acts for it is known from the others."""
    profiled = [one.jurisdiction for one in (*ours, *own) if agency in one.agencies]
    if not profiled:
        return None
    parents = {one.jurisdiction: one.parent for one in (*ours, *own)}
    waiting = profiled + [one.jurisdiction for one in own]
    found = {""}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.append(parents.get(name, ""))
    return frozenset(found)


def refuse_faults(edition: Edition, refused: Refused | None = None) -> None:
    """Check an edition as a whole: every name and type, phrases, ids, circles. Raises RulebookError at the first fault."""
    of_facts = phrases_of(edition.vocabulary)
    for rulebook in edition.rulebooks.values():
        line = ancestors(rulebook, edition.rulebooks)
        for profile in rulebook.profiles:
            with going_on(refused):
                _refuse_profile(profile, line, edition)
        check(rulebook, _scope(rulebook, edition), refused)
        check_definition_phrases(line, of_facts, refused)
        with going_on(refused):
            _refuse_shared_ids(line)
        with going_on(refused):
            refuse_circles(line)


def _with_local(ours: Edition, words: Outline, opened: Iterable[Opened], refused: Refused | None) -> Edition:
    """The same edition with agencies' own rulebooks over it. Its hash goes by jurisdiction, not by where a file lies."""
    rulebooks, paths = dict(ours.rulebooks), dict(ours.paths)
    own: dict[str, Opened] = {}
    claimed: dict[str, Place] = {}
    for one in opened:
        with going_on(refused):
            rulebook = _rulebook(one, words, ours.vocabulary, refused)
            _refuse_a_second(rulebook, rulebooks)
            _refuse_no_order(rulebook, claimed)
            rulebooks[rulebook.jurisdiction], paths[rulebook.jurisdiction] = rulebook, one.path
            own[rulebook.jurisdiction] = one
    _refuse_orphans(rulebooks, refused)
    digest = hashlib.sha256(ours.hash.encode())
    for jurisdiction in sorted(own):
        for outline in own[jurisdiction].outlines:
            digest.update(b"\0local " + jurisdiction.encode() + b"\0" + outline.text.encode())
        for table in own[jurisdiction].tables:
            digest.update(b"\0" + table.name.encode() + b"\0" + table.digest.encode())
    local = frozenset(own.keys() & rulebooks.keys())
    return Edition(ours.vocabulary, rulebooks, digest.hexdigest(), local, ours, paths, ours.unread)


def _refuse_no_order(rulebook: Rulebook, claimed: dict[str, Place]) -> None:
    """An agency's own rulebook is of the lowest layer, and of agencies that have no other. `claimed`: those that have one, by their profile."""
    if rulebook.layer != "agency":
        raise RulebookError(
            f"an agency's own rulebook is `layer: agency`, not {rulebook.layer}",
            rulebook.document.header["layer"].place,
        )
    if not rulebook.profiles:
        raise RulebookError(
            "no agency goes by this rulebook: give it a `profile` block", Place(rulebook.document.file, 1)
        )
    for profile in rulebook.profiles:
        if profile.agency in claimed:
            raise RulebookError(f"{profile.agency} has a profile at {claimed[profile.agency]} too", profile.place)
        claimed[profile.agency] = profile.place


def _refuse_profile(profile: Profile, line: Sequence[Rulebook], edition: Edition) -> None:
    """A profile is of an agency of the rulebook's own place or of one inside it, and names every layer from the top down to it.

    `line`: the rulebook and those above it. An agency's own rulebook is of the place above; its profile takes nothing away from the one
    of ours whose place it takes."""
    own, replaced = line[0].jurisdiction in edition.local, _replaced(profile, line[0], edition)
    chain = tuple(one.jurisdiction for one in reversed(line))
    if replaced and replaced.layers != chain[:-1]:
        raise RulebookError(
            f"the law of {profile.agency} is that of {', '.join(replaced.layers)}: an agency's own rulebook adds its layer below "
            f"{replaced.layers[-1]} and leaves none out; write `parent: {replaced.layers[-1]}`",
            line[0].document.header["parent"].place,
        )
    home = next(one.jurisdiction for one in line if one.jurisdiction not in edition.local)
    place = profile.agency.partition("/")[0]
    if place != home and not place.startswith(f"{home}-") and home != "us":
        raise RulebookError(
            f"{profile.agency} is no agency of {home} or of a place in it: its profile stands with its own law",
            profile.place,
        )
    if profile.layers != chain:
        why = (
            f"an agency's own rulebook adds its layer below {chain[-2]} and leaves none out"
            if own
            else "a layer that is not encoded is named in `not encoded`"
        )
        raise RulebookError(
            f"the layers of {profile.agency} are `{', '.join(chain)}`, from the top down to this rulebook, not `{', '.join(profile.layers)}`; {why}",
            profile.place,
        )
    dropped = [role for role in (replaced.roles if replaced else ()) if role not in profile.roles]
    if replaced and dropped:
        raise RulebookError(
            f"this profile leaves out {', '.join(dropped)}, whom the law above binds: name every role of the profile that it takes"
            f" the place of ({', '.join(replaced.roles)}), and more if need be",
            profile.place,
        )


def _replaced(profile: Profile, rulebook: Rulebook, edition: Edition) -> Profile | None:
    """The profile of ours whose place one in an agency's own rulebook takes."""
    if edition.ours is None or rulebook.jurisdiction not in edition.local:
        return None
    return next((one for one in edition.ours.profiles() if one.agency == profile.agency), None)


def _refuse_a_second(rulebook: Rulebook, rulebooks: Mapping[str, Rulebook]) -> None:
    if rulebook.jurisdiction in rulebooks:
        other = rulebooks[rulebook.jurisdiction].document.file
        raise RulebookError(
            f"{rulebook.jurisdiction} stands in two files: {other} is the other",
            rulebook.document.header["jurisdiction"].place,
        )


def _refuse_orphans(rulebooks: dict[str, Rulebook], refused: Refused | None) -> None:
    """A rulebook whose line of parents is broken; where the error is only taken note of, it is left out."""
    for name, rulebook in list(rulebooks.items()):
        with going_on(refused):
            try:
                ancestors(rulebook, rulebooks)
            except RulebookError:
                del rulebooks[name]
                raise


def _refuse_stale_words(rulebook: Rulebook, edition: Edition) -> None:
    """`says` is the sentence that counsel signs: one that is not the rule's own prose reading is refused."""
    prose = edition.prose(rulebook)
    for provision in rulebook.provisions():
        if provision.says and provision.says != prose.sentence(provision):
            raise RulebookError(
                f"the `says` line of {provision.id} is not what the rule says; run `detainerdesk law fmt`. It would be: {prose.sentence(provision)}",
                provision.place,
            )


def ancestors(rulebook: Rulebook, rulebooks: Mapping[str, Rulebook]) -> list[Rulebook]:
    """The rulebook and those above it, itself first."""
    line = [rulebook]
    while line[-1].parent:
        above = rulebooks.get(line[-1].parent)
        if above is None or above in line:
            raise RulebookError(
                f"the parent {line[-1].parent} of {line[-1].jurisdiction} is not encoded (or its own parent)",
                line[-1].document.header["parent"].place,
            )
        line.append(above)
    return line


def _refuse_shared_ids(line: list[Rulebook]) -> None:
    """An id stands for one provision in all layers that bind an agency, or a lift would not know which it ends."""
    above = {provision.id: book for book in line[1:] for provision in book.provisions()}
    for provision in line[0].provisions():
        if provision.id in above:
            raise RulebookError(f"{provision.id} is an id of {above[provision.id].name} too", provision.place)


def _scope(rulebook: Rulebook, edition: Edition) -> Scope:
    line = ancestors(rulebook, edition.rulebooks)
    below = [one for one in edition.rulebooks.values() if rulebook in ancestors(one, edition.rulebooks)]
    unread = [one for one in edition.unread.values() if _stands_below(one, rulebook, edition)]
    lifted = {name for rule in rulebook.rules for name in rule.lifts}
    may_lift = {rule.id: rule.actions for one in below for rule in one.rules if rule.id in lifted}
    for book in unread:
        may_lift |= book.actions(lifted)
    elements: dict[str, frozenset[str]] = {}
    for one in line:
        for definition in one.definitions:
            if definition.of:
                elements[definition.of] = elements.get(definition.of, frozenset()) | {definition.name}
    return Scope(
        vocabulary=edition.vocabulary,
        definitions=frozenset(definition.name for one in line for definition in one.definitions if not definition.of),
        element_definitions=elements,
        readings={reading.name: reading for one in line for reading in one.readings},
        clocks={clock.name: clock.counts_back for one in line for clock in one.clocks},
        rules=frozenset(provision.id for book in (*line, *below) for provision in book.provisions()).union(
            *(one.provisions for one in unread)
        ),
        lists={
            offenses.name: any(one.open for layer in line for one in layer.lists if one.name == offenses.name)
            for layer in line
            for offenses in layer.lists
        },
        may_lift=may_lift,
        jurisdictions=frozenset({*edition.rulebooks, *edition.unread}),
        zone=ZoneInfo(rulebook.timezone),
    )


def _stands_below(one: Opened, rulebook: Rulebook, edition: Edition) -> bool:
    """Whether a rulebook that was not read stands below another."""
    passed: set[str] = set()
    above: Opened | None = one
    while above is not None and above.jurisdiction not in passed:
        if above.parent in edition.rulebooks:
            return rulebook in ancestors(edition.rulebooks[above.parent], edition.rulebooks)
        passed.add(above.jurisdiction)
        above = edition.unread.get(above.parent)
    return False


def _check_vocabulary(vocabulary: Vocabulary, refused: Refused | None) -> None:
    nothing = frozenset[str]()
    scope = Scope(vocabulary, nothing, {}, {}, {}, nothing, {}, {}, nothing, ZoneInfo("UTC"))
    for constraint in vocabulary.constraints:
        with going_on(refused):
            check_condition(constraint.never, scope, constraint.place)
    for fact in vocabulary.facts.values():
        with going_on(refused):
            _check_left_out(fact, vocabulary)


def _check_left_out(fact: Fact, vocabulary: Vocabulary) -> None:
    for left_out in fact.left_out:
        for node in grammar.walk(left_out.condition) if left_out.condition else ():
            name = (
                node.fact
                if isinstance(node, grammar.Given | grammar.Is | grammar.Includes)
                else getattr(node, "name", None)
            )
            if name and name not in vocabulary.facts and name != LAYERS_ENCODED:
                raise RulebookError(
                    f"`left out` of {fact.name} names {name}, which is no fact; use stated(FACT) or complete(LIST)",
                    next((at for word, at in node.written if word == name), fact.place),
                )


def _known_prefixes(wanted: tuple[str, ...], rulebooks: Mapping[str, Rulebook]) -> tuple[str, ...]:
    """`us`, `us-ca`, then the whole place: names of places have hyphens of their own (`us-ny-new-york-city`)."""
    if len(wanted) <= 2:
        return wanted
    longest = max((name for name in wanted[2:] if name in rulebooks), key=len, default=wanted[-1])
    return (*wanted[:2], longest)


def _fact_of(node: grammar.Expression) -> str | None:
    if isinstance(node, grammar.Name):
        return node.name
    if isinstance(node, grammar.Is | grammar.Includes):
        return node.fact
    if isinstance(node, grammar.InList):
        return node.field
    if isinstance(node, grammar.Compare):
        return next((side for side in (node.left, node.right) if "." in side), None)
    return node.list if isinstance(node, grammar.Some) else None
