"""What a rulebook is: its rules, definitions, readings, voids, clocks, duties, profiles, notes and examples, as frozen values.

A `Document` in, a `Rulebook` out; `check` then types every condition against the vocabulary and the layers above.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from detainerdesk.law.errors import CaseError, Place, Refused, RulebookError, going_on
from detainerdesk.law.language import grammar
from detainerdesk.law.language.clocks import ACTUAL, EVERY_HOUR, OBSERVED, WITHOUT_DAYS_OFF
from detainerdesk.law.language.dates import InForce, parse_day, parse_in_force
from detainerdesk.law.language.document import Block, Document, Text, parts
from detainerdesk.law.language.grammar import Expression, parse
from detainerdesk.law.language.lists import OffenseList, OffenseTable, TableFile, read_list, read_offenses
from detainerdesk.law.language.membership import RULED_IN
from detainerdesk.law.language.periods import Due, ReportPeriod, parse_due, parse_period
from detainerdesk.law.language.vocabulary import Fact, Vocabulary, names, typed

_WHEN = {"who", "when", "unless", "in force", "declared", "stayed", "cite", "status", "says", "note"}
RULEBOOK_KINDS: dict[str, frozenset[str]] = {
    "rule": frozenset({"action", "effect", "lifts", "item", "otherwise"} | _WHEN),
    "voids": frozenset({"action", "layers", "effects", "item"} | _WHEN),
    "define": frozenset({"means", "phrase", "not phrase", "cite", "status", "in force", "note"}),
    "reading": frozenset({"alternatives", "default", "rejected", "cite", "note"}),
    "cautious": frozenset({"order", "in force", "cite", "note"}),
    "clock": frozenset(
        {
            "start",
            "hours",
            "calendar",
            "holidays",
            "stops",
            "limits",
            "owed",
            "who",
            "in force",
            "cite",
            "status",
            "note",
        }
    ),
    "duty": frozenset(
        {"action", "whom", "trigger", "done", "excused", "deadline", "content", "due", "period", "first", "fields"}
        | _WHEN
    ),
    "profile": frozenset({"name", "kind", "layers", "roles", "timezone", "not encoded", "words", "note"}),
    "note": frozenset({"cite", "status", "text", "action", "who", "when", "in force"}),
    "list": frozenset({"file", "rows", "open", "in force", "cite", "status", "phrase", "not phrase", "note"}),
    "offenses": frozenset({"file", "cite", "status", "note"}),
    "pending": frozenset({"what", "stage", "checked", "could change", "cite", "note"}),
    "example": frozenset({"agency", "at", "facts", "choices", "ask", "actor", "expect", "from", "note"}),
}

Effect = Literal["must", "must not", "may"]
Status = Literal["verified", "verify", "off"]
STATUSES: tuple[Status, ...] = ("verified", "verify", "off")
EFFECTS: tuple[Effect, ...] = ("must", "must not", "may")
MAX_DIGITS = 9
OUTCOMES = ("required", "forbidden", "permitted", "silent")
LAYERS = ("federal", "state", "county", "city", "agency")
HOLD_UNTIL, EARLIEST = "hold_until", "earliest"
"""The reading by which a rulebook leaves open which clock governs a hold: the earliest, or one by its name."""


@dataclass(frozen=True)
class Provision:
    """What rules, voids and duties share: when it applies, to whom, since when, on what authority, how well checked."""

    id: str
    jurisdiction: str
    who: tuple[str, ...]
    when: Expression
    unless: Expression | None
    in_force: InForce
    declared: date | None
    cite: str
    status: Status
    reason: str
    says: str
    note: str
    place: Place


@dataclass(frozen=True)
class Rule(Provision):
    """One rule of law: an effect on one or more actions, or an exception (`lifts`), or both."""

    actions: tuple[str, ...]
    effect: Effect | None
    lifts: tuple[str, ...]
    items: tuple[str, ...]
    otherwise_may: bool


@dataclass(frozen=True)
class Voids(Provision):
    """A higher layer takes rules of lower layers out."""

    actions: tuple[str, ...]
    layers: tuple[str, ...]
    effects: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class ReportField:
    """One figure of a statutory report: its column name, what is counted, and the label printed."""

    name: str
    measure: str
    label: str


@dataclass(frozen=True)
class Duty(Provision):
    """Something owed to somebody. The action that fulfils it is required while it is owed or late."""

    action: str
    whom: str
    done: Expression | None
    excused: Expression | None
    deadline: str
    content: str
    due: Due | None
    period: ReportPeriod | None
    first: date | None
    fields: tuple[ReportField, ...]


@dataclass(frozen=True)
class Definition:
    """A named condition, of a case or (`of`) of a list's element."""

    name: str
    of: str | None
    means: Expression
    phrase: str
    not_phrase: str
    in_force: InForce
    cite: str
    status: Status
    jurisdiction: str
    place: Place
    text: str


@dataclass(frozen=True)
class Reading:
    """Ways in which a law is read; `rejected` ones are pressed by a party and refused by the courts that bind here."""

    name: str
    alternatives: tuple[str, ...]
    default: str
    rejected: tuple[str, ...]
    cite: str
    note: str
    jurisdiction: str
    place: Place

    @property
    def open(self) -> tuple[str, ...]:
        return tuple(one for one in self.alternatives if one not in self.rejected)


@dataclass(frozen=True)
class Cautious:
    """What to do first while an outcome is open."""

    action: str
    order: tuple[str, ...]
    in_force: InForce
    jurisdiction: str
    cite: str
    place: Place


@dataclass(frozen=True)
class Choice:
    """`48 if COND; 0 otherwise`: the first value whose condition holds."""

    branches: tuple[tuple[Expression | None, str], ...]


@dataclass(frozen=True)
class Clock:
    name: str
    start: str
    hours: Choice
    calendar: Choice
    holidays: Choice
    stops: str | None
    limits: str | None
    owed: str
    who: tuple[str, ...]
    in_force: InForce
    cite: str
    status: Status
    jurisdiction: str
    place: Place

    @property
    def counts_back(self) -> bool:
        """Whether it ends so many hours before its start: a first day for an act, shown and never tested."""
        return any(value.startswith("-") for _, value in self.hours.branches)


@dataclass(frozen=True)
class Profile:
    """An agency: the layers that bind it, its officers, its zone, its own words."""

    agency: str
    name: str
    kind: str
    layers: tuple[str, ...]
    roles: tuple[str, ...]
    timezone: str | None
    not_encoded: tuple[str, ...]
    words: Mapping[str, str]
    place: Place


@dataclass(frozen=True)
class Note:
    """An item of law that gives no outcome by itself, said beside the answer."""

    id: str
    jurisdiction: str
    cite: str
    status: Status
    text: str
    actions: tuple[str, ...]
    who: tuple[str, ...]
    when: Expression | None
    in_force: InForce
    place: Place


@dataclass(frozen=True)
class Pending:
    """A bill or a suit that could change the law."""

    id: str
    what: str
    stage: str
    checked: date
    could_change: tuple[str, ...]
    cite: str
    place: Place


@dataclass(frozen=True)
class Example:
    """A worked case beside the rules; it runs as a test."""

    name: str
    agency: str
    at: str
    facts: str
    choices: str
    ask: tuple[str, ...]
    actor: str | None
    expect: str
    source: str
    place: Place
    texts: Mapping[str, Text] = field(default_factory=dict, compare=False, repr=False)

    def at_key(self, key: str) -> Place:
        """Where the text of one of its keys begins."""
        return self.texts[key].place if key in self.texts else self.place

    def word(self, key: str, word: str) -> Place:
        """Where a word in the text of one of its keys stands."""
        return self.at_key(key).at(max(self.texts[key].text.find(word), 0))


@dataclass(frozen=True)
class Rulebook:
    """The law of one layer as encoded."""

    jurisdiction: str
    layer: str
    name: str
    parent: str | None
    timezone: str
    checked_through: date
    first_law: date | None
    law_page: str | None
    items: str
    rules: tuple[Rule, ...]
    voids: tuple[Voids, ...]
    duties: tuple[Duty, ...]
    definitions: tuple[Definition, ...]
    readings: tuple[Reading, ...]
    cautious: tuple[Cautious, ...]
    clocks: tuple[Clock, ...]
    profiles: tuple[Profile, ...]
    notes: tuple[Note, ...]
    pending: tuple[Pending, ...]
    examples: tuple[Example, ...]
    lists: tuple[OffenseList, ...]
    offenses: tuple[OffenseTable, ...]
    document: Document

    def provisions(self) -> Iterator[Provision]:
        yield from self.rules
        yield from self.voids
        yield from self.duties

    @cached_property
    def begins(self) -> date | None:
        """The first day on which any rule, void or duty of it may be law; None where one has no first day, or there is none."""
        firsts = [one.in_force.first for one in self.provisions() if one.status != "off"]
        return min((day for day in firsts if day), default=None) if None not in firsts else None

    @cached_property
    def defined(self) -> Mapping[tuple[str, str | None], tuple[Definition, ...]]:
        """Every version of each definition, by its name and the list of whose records it speaks."""
        found: dict[tuple[str, str | None], tuple[Definition, ...]] = {}
        for one in self.definitions:
            found[one.name, one.of] = (*found.get((one.name, one.of), ()), one)
        return found

    def tables(self) -> Iterator[tuple[str, str]]:
        """The CSV files that stand beside it, and the hash of each."""
        yield from ((one.file, one.digest) for one in self.lists)
        yield from ((one.file, one.digest) for one in self.offenses)

    def conditions(self) -> Iterator[Expression]:
        """Every condition of the rulebook."""
        for one in self.provisions():
            yield from (part for part in (one.when, one.unless) if part is not None)
            if isinstance(one, Duty):
                yield from (part for part in (one.done, one.excused) if part is not None)
        yield from (one.means for one in self.definitions)
        yield from (one.when for one in self.notes if one.when is not None)
        for clock in self.clocks:
            for choice in (clock.hours, clock.calendar, clock.holidays):
                yield from (condition for condition, _ in choice.branches if condition is not None)


T = TypeVar("T")


def read_rulebook(
    document: Document,
    vocabulary: Vocabulary,
    tables: Iterable[TableFile] = (),
    refused: Refused | None = None,
    cases: Document | None = None,
) -> Rulebook:
    """Build a rulebook from its document, the CSV files beside it, and the document of further worked cases. Raises
    RulebookError at the block, or the line of a CSV, that is wrong; with `refused` it takes note of that and leaves the block out."""
    header = document.header
    top = Place(document.file, 1, 1)

    def need(key: str) -> str:
        if key not in header or not header[key].text:
            raise RulebookError(f"the header needs `{key}: …`", top)
        return header[key].text

    jurisdiction = need("jurisdiction")
    unknown = set(header) - {
        "jurisdiction",
        "layer",
        "name",
        "parent",
        "timezone",
        "checked_through",
        "first_law",
        "law_page",
        "items",
    }
    if unknown:
        place = header[min(unknown)].place
        raise RulebookError(
            f"unknown header line `{min(unknown)}`; docs/rulebook.md section 1 lists those there are",
            Place(place.file, place.line, 1),
        )
    if need("layer") not in LAYERS:
        raise RulebookError(f"layer is one of {', '.join(LAYERS)}, not {need('layer')}", header["layer"].place)
    zone(need("timezone"), header["timezone"].place)
    parent = header["parent"].text if "parent" in header else None
    if (parent is None) != (jurisdiction == "us"):
        raise RulebookError("every rulebook but `us` names its parent", top)
    if ("law_page" in header) != ("items" in header):
        raise RulebookError("a rulebook that encodes a law page names its numbered items: `items: US-01..US-29`", top)
    blocks = document.blocks + _cases_of(jurisdiction, cases)
    _refuse_doubles(blocks, refused)
    builder = _Builder(jurisdiction, vocabulary, {table.name: table for table in tables})

    kinds: dict[str, list[Block]] = {kind: [] for kind in RULEBOOK_KINDS}
    for block in blocks:
        kinds[block.kind].append(block)

    def built(kind: str, build: Callable[[Block], T]) -> tuple[T, ...]:
        found: list[T] = []
        for block in kinds[kind]:
            with going_on(refused):
                found.append(build(block))
        return tuple(found)

    return Rulebook(
        jurisdiction=jurisdiction,
        layer=need("layer"),
        name=need("name"),
        parent=parent,
        timezone=need("timezone"),
        checked_through=parse_day(need("checked_through"), header["checked_through"].place),
        first_law=parse_day(header["first_law"].text, header["first_law"].place) if "first_law" in header else None,
        law_page=header["law_page"].text if "law_page" in header else None,
        items=header["items"].text if "items" in header else "",
        rules=built("rule", builder.rule),
        voids=built("voids", builder.voids),
        duties=built("duty", builder.duty),
        definitions=built("define", builder.definition),
        readings=built("reading", builder.reading),
        cautious=built("cautious", builder.cautious),
        clocks=built("clock", builder.clock),
        profiles=built("profile", builder.profile),
        notes=built("note", builder.note),
        pending=built("pending", builder.pending),
        examples=built("example", builder.example),
        lists=built("list", builder.offense_list),
        offenses=built("offenses", builder.offenses),
        document=document,
    )


def _cases_of(jurisdiction: str, cases: Document | None) -> tuple[Block, ...]:
    """The blocks of a document of worked cases, which says at its head whose they are."""
    if cases is None:
        return ()
    top = Place(cases.file, 1, 1)
    if set(cases.header) != {"cases of"}:
        raise RulebookError(f"the header of a file of worked cases is one line, `cases of: {jurisdiction}`", top)
    if cases.header["cases of"].text != jurisdiction:
        raise RulebookError(
            f"these are cases of {cases.header['cases of'].text}, and the rulebook beside them is {jurisdiction}", top
        )
    return cases.blocks


def binds(who: Collection[str], roles: Collection[str] | None) -> bool:
    """Whether what is said to these roles (none named: to anybody) is said to one who has these; `roles` None: any fits."""
    return not who or roles is None or not set(who).isdisjoint(roles)


def zone(name: str, place: Place | None = None) -> ZoneInfo:
    """The time zone of that name. Raises RulebookError, at the place where it is written if it is written in a rulebook."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones
        raise RulebookError(f"no time zone is called “{name}”; write one like America/New_York", place) from error


def _refuse_doubles(blocks: Sequence[Block], refused: Refused | None) -> None:
    seen: dict[tuple[str, str, str], Place] = {}
    for block in blocks:
        # The same clock, cautious order or definition may have several versions, told apart by their dates.
        version = block.get("in force") or ""
        own = ("define", "clock", "cautious", "example", "profile", "list", "offenses")
        group = block.kind if block.kind in own else "provision"
        key = (group, block.id, version if group in ("define", "clock", "cautious", "list") else "")
        with going_on(refused):
            if key in seen:
                raise RulebookError(
                    f"{block.kind} {block.id} stands here and at {_where(seen[key], block.place)}: an id is used once; another version is "
                    "called, say, "
                    f"{block.id}.2019",
                    block.place,
                )
            seen[key] = block.place


def _where(place: Place, here: Place) -> str:
    return f"line {place.line}" if place.file == here.file else f"{place.file}:{place.line}"


class _Builder:
    """Builds each kind of block; holds what all of them need."""

    def __init__(self, jurisdiction: str, vocabulary: Vocabulary, tables: Mapping[str, TableFile]) -> None:
        self.jurisdiction = jurisdiction
        self.vocabulary = vocabulary
        self.tables = tables

    def rule(self, block: Block) -> Rule:
        effect, lifts = block.get("effect"), tuple(names(block.get("lifts") or ""))
        if effect is not None and effect not in EFFECTS:
            raise RulebookError(f"an effect is must, must not or may, not “{effect}”", block.at("effect"))
        if effect is None and not lifts:
            raise RulebookError(f"rule {block.id} needs `effect: …` or `lifts: …`", block.place)
        otherwise = block.get("otherwise")
        if otherwise is not None and (otherwise != "may" or effect != "must not" or block.get("unless") is None):
            raise RulebookError(
                "`otherwise: may` stands only in a `must not` rule that has an `unless`", block.at("otherwise")
            )
        return Rule(
            actions=self._actions(block),
            effect=_effect(effect),
            lifts=lifts,
            items=tuple(names(block.get("item") or "")),
            otherwise_may=otherwise is not None,
            **vars(self._provision(block)),
        )

    def voids(self, block: Block) -> Voids:
        effects = tuple(names(block.get("effects") or "must, must not, may, lifts"))
        for effect in effects:
            if effect not in (*EFFECTS, "lifts"):
                raise RulebookError(
                    f"voids take out must, must not, may or lifts, not “{effect}”", block.word("effects", effect)
                )
        return Voids(
            actions=self._actions(block),
            layers=tuple(names(block.get("layers") or "below")),
            effects=effects,
            items=tuple(names(block.get("item") or "")),
            **vars(self._provision(block)),
        )

    def duty(self, block: Block) -> Duty:
        (action,) = self._actions(block, only=1)
        trigger = block.need("trigger")
        done, excused, first = block.keys.get("done"), block.keys.get("excused"), block.keys.get("first")
        fields = self._report_fields(block)
        for key in ("due", "period", "first"):
            if not fields and block.get(key):
                raise RulebookError(
                    f"`{key}` is of a report whose `fields` are named, and there are none", block.at(key)
                )
        due = parse_due(block.need("due").text, block.at("due")) if block.get("due") else None
        common = replace(self._provision(block), when=parse(trigger.text, trigger.place))
        return Duty(
            action=action,
            whom=block.need("whom").text,
            done=parse(done.text, done.place) if done else None,
            excused=parse(excused.text, excused.place) if excused else None,
            deadline=block.get("deadline") or "",
            content=block.get("content") or "",
            due=due,
            period=parse_period(block.need("period").text, due, block.at("period")) if fields else None,
            first=parse_day(first.text, first.place) if first else None,
            fields=fields,
            **vars(common),
        )

    def _report_fields(self, block: Block) -> tuple[ReportField, ...]:
        """The figures that a report asks for."""
        fields: dict[str, ReportField] = {}
        for line in parts(block.keys.get("fields") or Text("", block.place), "\n"):
            if line.text:
                found = re.match(r"^(\w+)\s*=([\w ]+):\s*(\S.*)$", line.text)
                if not found:
                    raise RulebookError(f"expected `NAME = measure: label`, not “{line.text}”", line.place)
                if found[1] in fields:
                    raise RulebookError(f"two fields of this report are called {found[1]}", line.place)
                fields[found[1]] = ReportField(found[1], found[2].strip(), found[3])
        return tuple(fields.values())

    def definition(self, block: Block) -> Definition:
        name, _, of = block.id.partition(" of ")
        means = block.need("means")
        return Definition(
            name=name.strip(),
            of=of.strip() or None,
            means=parse(means.text, means.place),
            phrase=block.need("phrase").text,
            not_phrase=block.need("not phrase").text,
            in_force=self._in_force(block, needed=False),
            cite=block.get("cite") or "",
            status=self._status(block, "verified")[0],
            jurisdiction=self.jurisdiction,
            place=block.place,
            text=means.text,
        )

    def reading(self, block: Block) -> Reading:
        alternatives = tuple(names(block.need("alternatives").text))
        rejected = tuple(names(block.get("rejected") or ""))
        default = block.need("default").text
        for one in (*rejected, default):
            if one not in alternatives:
                key = "default" if one == default else "rejected"
                raise RulebookError(
                    f"“{one}” is none of the alternatives {', '.join(alternatives)}", block.word(key, one)
                )
        if default in rejected:
            raise RulebookError("the default reading is rejected", block.at("default"))
        return Reading(
            block.id,
            alternatives,
            default,
            rejected,
            block.need("cite").text,
            block.get("note") or "",
            self.jurisdiction,
            block.place,
        )

    def cautious(self, block: Block) -> Cautious:
        order = block.need("order")
        outcomes = tuple(names(order.text))
        if sorted(outcomes) != sorted(OUTCOMES):
            raise RulebookError(f"the order names each of {', '.join(OUTCOMES)} once", order.place)
        if block.id not in self.vocabulary.actions:
            raise RulebookError(f"{block.id} is no action of the vocabulary", block.place)
        return Cautious(
            block.id,
            outcomes,
            self._in_force(block, needed=False),
            self.jurisdiction,
            block.get("cite") or "",
            block.place,
        )

    def clock(self, block: Block) -> Clock:
        return Clock(
            name=block.id,
            start=block.need("start").text,
            hours=self._choice(block, "hours", None),
            calendar=self._choice(block, "calendar", "every hour"),
            holidays=self._choice(block, "holidays", "observed and actual"),
            stops=block.get("stops"),
            limits=block.get("limits"),
            owed=block.get("owed") or "",
            who=self._who(block),
            in_force=self._in_force(block),
            cite=block.need("cite").text,
            status=self._status(block)[0],
            jurisdiction=self.jurisdiction,
            place=block.place,
        )

    def profile(self, block: Block) -> Profile:
        words: dict[str, str] = {}
        for part in parts(block.keys.get("words") or Text("", block.place)):
            if part.text:
                key, equals, value = part.text.partition("=")
                if not equals:
                    raise RulebookError(f"expected `name.value = words`, not “{part.text}”", part.place)
                words[key.strip()] = value.strip()
        roles = tuple(names(block.need("roles").text))
        layers = tuple(names(block.need("layers").text))
        for key, several in (("roles", roles), ("layers", layers)):
            if not several or len(set(several)) < len(several):
                raise RulebookError(f"`{key}` of a profile names one or more, each once", block.at(key))
        for role in roles:
            self._role(role, block.word("roles", role))
        if block.get("timezone"):
            zone(block.get("timezone") or "", block.at("timezone"))
        return Profile(
            agency=block.id,
            name=block.need("name").text,
            kind=block.need("kind").text,
            layers=layers,
            roles=roles,
            timezone=block.get("timezone"),
            not_encoded=tuple(names(block.get("not encoded") or "")),
            words=words,
            place=block.place,
        )

    def note(self, block: Block) -> Note:
        when = block.keys.get("when")
        return Note(
            id=block.id,
            jurisdiction=self.jurisdiction,
            cite=block.need("cite").text,
            status=self._status(block)[0],
            text=block.need("text").text,
            actions=self._actions(block) if block.get("action") else (),
            who=self._who(block),
            when=parse(when.text, when.place) if when else None,
            in_force=self._in_force(block, needed=False),
            place=block.place,
        )

    def pending(self, block: Block) -> Pending:
        return Pending(
            block.id,
            block.need("what").text,
            block.need("stage").text,
            parse_day(block.need("checked").text, block.at("checked")),
            tuple(names(block.get("could change") or "")),
            block.get("cite") or "",
            block.place,
        )

    def example(self, block: Block) -> Example:
        return Example(
            name=block.id,
            agency=block.need("agency").text,
            at=block.need("at").text,
            facts=block.get("facts") or "",
            choices=block.get("choices") or "",
            ask=tuple(names(block.get("ask") or "")),
            actor=block.get("actor"),
            expect=block.need("expect").text,
            source=block.get("from") or "",
            place=block.place,
            texts=block.keys,
        )

    def offense_list(self, block: Block) -> OffenseList:
        if not re.fullmatch(r"[a-z]\w*", block.id):
            raise RulebookError(f"a list is named like a3_offenses, not “{block.id}”", block.place)
        in_force = self._in_force(block, needed=False)
        return read_list(block, self.tables, self.jurisdiction, in_force, self._status(block)[0])

    def offenses(self, block: Block) -> OffenseTable:
        return read_offenses(block, self.tables, self.jurisdiction, self._status(block)[0])

    def _provision(self, block: Block) -> Provision:
        status, reason = self._status(block)
        when, unless, declared = block.keys.get("when"), block.keys.get("unless"), block.keys.get("declared")
        who = self._who(block)
        if block.kind == "duty" and not who:
            raise RulebookError(f"duty {block.id} needs a line `who: …`", block.place)
        return Provision(
            id=block.id,
            jurisdiction=self.jurisdiction,
            who=who,
            when=parse(when.text, when.place) if when else grammar.Constant(True),
            unless=parse(unless.text, unless.place) if unless else None,
            in_force=self._in_force(block),
            declared=parse_day(declared.text, declared.place) if declared else None,
            cite=block.need("cite").text,
            status=status,
            reason=reason,
            says=block.get("says") or "",
            note=block.get("note") or "",
            place=block.place,
        )

    def _who(self, block: Block) -> tuple[str, ...]:
        who = tuple(names(block.get("who") or ""))
        for role in who:
            self._role(role, block.word("who", role))
        return who

    def _role(self, role: str, place: Place) -> None:
        if role not in self.vocabulary.roles:
            raise RulebookError(
                f"“{role}” is no role of the vocabulary; expected one of {', '.join(self.vocabulary.roles)}", place
            )

    def _in_force(self, block: Block, *, needed: bool = True) -> InForce:
        text = block.get("in force")
        if text is None and not needed:
            return InForce()
        stayed = block.keys.get("stayed")
        found = block.need("in force")
        return parse_in_force(
            found.text, found.place, stayed.text if stayed else None, stayed.place if stayed else None
        )

    def _status(self, block: Block, default: Status | None = None) -> tuple[Status, str]:
        text = block.get("status") or default or block.need("status").text
        word, _, reason = text.partition(";")
        status = word.strip()
        known = next((one for one in STATUSES if one == status), None)
        if known is None:
            raise RulebookError(f"a status is verified, verify or off, not “{status}”", block.at("status"))
        return known, reason.strip()

    def _actions(self, block: Block, only: int | None = None) -> tuple[str, ...]:
        text = block.need("action")
        actions = tuple(names(text.text))
        if not actions:
            raise RulebookError("`action` names one action or more", text.place)
        for action in actions:
            if action not in self.vocabulary.actions:
                meant = _near(action, self.vocabulary.actions)
                raise RulebookError(
                    f"“{action}” is no action of the vocabulary{meant}; vocabulary.md names them all",
                    block.word("action", action),
                )
        if only is not None and len(actions) != only:
            raise RulebookError("a duty names the one action that fulfils it", text.place)
        return actions

    def _choice(self, block: Block, key: str, default: str | None) -> Choice:
        text = block.keys.get(key)
        if text is None and default is not None:
            return Choice(((None, default),))
        text = block.need(key)
        branches: list[tuple[Expression | None, str]] = []
        for part in parts(text):
            value, iff, condition = part.text.partition(" if ")
            test = parse(condition, part.place.at(len(value + iff))) if condition else None
            branches.append((test, value.removesuffix(" otherwise").strip()))
        return Choice(tuple(branches))


def _effect(text: str | None) -> Effect | None:
    return next((effect for effect in EFFECTS if effect == text), None)


# Checking: every name and value of a condition, against the vocabulary and what the layer sees.


@dataclass(frozen=True)
class Scope:
    """What a condition of a layer may name: its own and the higher layers' definitions, readings, clocks and rules."""

    vocabulary: Vocabulary
    definitions: frozenset[str]
    element_definitions: Mapping[str, frozenset[str]]
    readings: Mapping[str, Reading]
    clocks: Mapping[str, bool]
    """The clocks, and whether one counts back: that is shown, and never tested."""
    rules: frozenset[str]
    lists: Mapping[str, bool]
    """The lists of offenses, and whether a version of each is open."""
    may_lift: Mapping[str, tuple[str, ...]]
    jurisdictions: frozenset[str]
    zone: ZoneInfo


def check(rulebook: Rulebook, scope: Scope, refused: Refused | None = None) -> None:
    """Type every condition of a rulebook. Raises RulebookError with the place and what was expected; with `refused` it takes
    note of that and goes on."""
    blocks = rulebook.document.block_at
    for provision in rulebook.provisions():
        with going_on(refused):
            _check_provision(provision, scope, blocks[provision.place])
    for definition in rulebook.definitions:
        with going_on(refused):
            _check_key(definition.means, scope, blocks[definition.place], "means", element=definition.of)
    for clock in rulebook.clocks:
        with going_on(refused):
            _check_clock(clock, scope, blocks[clock.place])
    for note in rulebook.notes:
        with going_on(refused):
            _check_key(note.when, scope, blocks[note.place], "when")
    for reading in rulebook.readings:
        with going_on(refused):
            own = sorted(clock.name for clock in rulebook.clocks if clock.limits == "hold")
            if reading.name == HOLD_UNTIL and not set(reading.alternatives) <= {EARLIEST, *own}:
                raise RulebookError(
                    f"the reading {HOLD_UNTIL} says which clock governs: {EARLIEST}, or one of {', '.join(own)}",
                    blocks[reading.place].at("alternatives"),
                )


def _check_provision(provision: Provision, scope: Scope, block: Block) -> None:
    sought = scope.vocabulary.fact("info.sought")
    for item in getattr(provision, "items", ()):
        if sought is None or item not in sought.values:
            raise RulebookError(
                f"“{item}” is no item of information{_near(item, dict.fromkeys(sought.values if sought else ()))}",
                block.word("item", item),
            )
    for layer in provision.layers if isinstance(provision, Voids) else ():
        if layer != "below" and layer not in scope.jurisdictions:
            raise RulebookError(
                f"“{layer}” is no layer that is encoded; write `below`, or one of {', '.join(sorted(scope.jurisdictions))}",
                block.word("layers", layer),
            )
    _check_key(provision.when, scope, block, "trigger" if isinstance(provision, Duty) else "when")
    _check_key(provision.unless, scope, block, "unless")
    if isinstance(provision, Rule):
        for lifted in provision.lifts:
            actions = scope.may_lift.get(lifted)
            if actions is None:
                why = (
                    "which is no rule of this layer or a lower one: a higher law yields only by its own `unless`"
                    if lifted in scope.rules
                    else f"and there is no such rule here or below{_near(lifted, scope.may_lift)}"
                )
                raise RulebookError(f"{provision.id} lifts {lifted}, {why}", block.word("lifts", lifted))
            if not set(provision.actions) & set(actions):
                raise RulebookError(
                    f"{provision.id} lifts {lifted}, which speaks of {', '.join(actions)}: a rule lifts rules of its own action",
                    block.word("lifts", lifted),
                )
    if isinstance(provision, Duty):
        _check_deadline(provision.deadline, scope, block)
        _check_key(provision.done, scope, block, "done", moment_means_happened=True)
        _check_key(provision.excused, scope, block, "excused", moment_means_happened=True)


def _check_deadline(deadline: str, scope: Scope, block: Block) -> None:
    """A deadline is a clock, or words. One that looks like a clock's name is meant as one."""
    near = _near(deadline, scope.clocks)
    if re.fullmatch(r"\w+", deadline) and deadline not in scope.clocks and ("_" in deadline or near):
        raise RulebookError(
            f"no clock is called {deadline} here or above{near}; a deadline is a clock, `at once`, or words",
            block.at("deadline"),
        )


def _check_clock(clock: Clock, scope: Scope, block: Block) -> None:
    for key, name in (("start", clock.start), ("stops", clock.stops)):
        fact = scope.vocabulary.fact(name) if name else None
        if name and (fact is None or fact.kind != "moment"):
            raise RulebookError(f"a clock starts and stops at a moment, and {name} is none", block.at(key))
    for choice in (clock.hours, clock.calendar, clock.holidays):
        for condition, _ in choice.branches:
            if condition:
                check_condition(condition, scope, clock.place)
    if clock.counts_back and clock.calendar.branches != ((None, "every hour"),):
        raise RulebookError("a clock that counts back counts every hour", block.at("calendar"))
    for _, value in clock.hours.branches:
        if not re.match(r"^-?\d{1,5}$", value) and value != "none":
            raise RulebookError(
                "the length of a clock is whole hours (up to 99999), or `none` where it does not start",
                block.word("hours", value),
            )
    for key, choice, words in (
        ("calendar", clock.calendar, (EVERY_HOUR, WITHOUT_DAYS_OFF)),
        ("holidays", clock.holidays, (OBSERVED, ACTUAL)),
    ):
        for _, value in choice.branches:
            if value not in words:
                raise RulebookError(
                    f"`{key}` is “{'” or “'.join(words)}”, not “{value}”",
                    block.word(key, value) if value else block.at(key),
                )


def _check_key(
    condition: Expression | None,
    scope: Scope,
    block: Block,
    key: str,
    *,
    element: str | None = None,
    moment_means_happened: bool = False,
) -> None:
    if condition is not None:
        check_condition(condition, scope, block.at(key), element=element, moment_means_happened=moment_means_happened)


def check_condition(
    condition: Expression,
    scope: Scope,
    place: Place,
    *,
    element: str | None = None,
    moment_means_happened: bool = False,
) -> None:
    """Type a condition that begins at `place`; an error stands at the word that is wrong."""
    asked = tuple(node.list for node in grammar.walk(condition) if isinstance(node, grammar.Some))
    _Check(scope, place, moment_means_happened, asked).visit(condition, element, inside_shown=False)


class _Misfit(RulebookError):
    """What is wrong with a test, before its place is known: the word that does not fit."""

    def __init__(self, message: str, word: str) -> None:
        super().__init__(message)
        self.word = word


@dataclass(frozen=True)
class _Check:
    scope: Scope
    place: Place
    moment_means_happened: bool
    asked: tuple[str, ...]
    """The lists of which the condition asks."""

    def refuse(self, message: str, word: str = "") -> RulebookError:
        return _Misfit(message, word)

    def visit(self, node: Expression, element: str | None, *, inside_shown: bool) -> None:
        """Type a node and what is inside it. An error stands at its word, else where the innermost node begins."""
        try:
            self._visit(node, element, inside_shown=inside_shown)
        except _Misfit as misfit:
            written = next((one.written for one in grammar.walk(node) if one.written), ())
            values = getattr(node, "values", (getattr(node, "value", None),))
            words = written[1:] if misfit.word in values else written
            place = next((place for word, place in words if word == misfit.word), None)
            raise RulebookError(str(misfit), place or (written[0][1] if written else self.place)) from misfit

    def _visit(self, node: Expression, element: str | None, *, inside_shown: bool) -> None:
        if isinstance(node, grammar.Or) and sum(isinstance(item, grammar.Shown) for item in node.items) > 1:
            raise self.refuse(
                "two `shown` under one `or`: write shown(a or b); they differ where the facts cover a or b but neither surely"
            )
        if isinstance(node, grammar.And | grammar.Or):
            for item in node.items:
                self.visit(item, element, inside_shown=inside_shown)
        elif isinstance(node, grammar.Not):
            self.visit(node.item, element, inside_shown=inside_shown)
        elif isinstance(node, grammar.Shown):
            if inside_shown or element:
                raise self.refuse("`shown` may not stand inside another `shown` or after `where`")
            self.visit(node.item, element, inside_shown=True)
        elif isinstance(node, grammar.Some):
            self.quantified(node, element, inside_shown)
        elif isinstance(node, grammar.Name):
            self.name(node.name, element)
        elif isinstance(node, grammar.Is):
            self.membership(node, element)
        elif isinstance(node, grammar.Includes):
            fact = self.fact(node.fact, element)
            if fact.kind != "set of" and not fact.by_item:
                raise self.refuse(f"`includes` is for sets, and {fact.name} is {fact.kind}", node.fact)
            if node.value not in fact.values:
                raise self.refuse(
                    f"{fact.name} has no value “{node.value}”; expected one of {', '.join(fact.values)}", node.value
                )
        elif isinstance(node, grammar.Compare):
            self.comparison(node, element)
        elif isinstance(node, grammar.InList):
            self.in_list(node, element)
        elif isinstance(node, grammar.Within):
            self.within(node, element)
        elif isinstance(node, grammar.ClockTest):
            if node.clock not in self.scope.clocks:
                near = _near(node.clock, self.scope.clocks)
                raise self.refuse(f"no clock is called {node.clock} here or above{near}", node.clock)
            if self.scope.clocks[node.clock]:
                raise self.refuse(
                    f"the clock {node.clock} counts back: it is shown, and never runs or expires", node.clock
                )
        elif isinstance(node, grammar.PermittedBy):
            if node.rule not in self.scope.rules:
                near = _near(node.rule, dict.fromkeys(self.scope.rules))
                raise self.refuse(f"no rule is called {node.rule}{near}", node.rule)
        elif isinstance(node, grammar.RequiredBy):
            if node.layer not in self.scope.jurisdictions:
                known = ", ".join(sorted(self.scope.jurisdictions))
                raise self.refuse(f"no layer is called {node.layer}; there are {known}", node.layer)
        elif isinstance(node, grammar.ItemIn):
            sought = self.scope.vocabulary.fact("info.sought")
            items = sought.values if sought else ()
            for one in node.items:
                if one not in items:
                    raise self.refuse(f"“{one}” is no item of information; expected one of {', '.join(items)}", one)
        elif isinstance(node, grammar.Given):
            raise self.refuse("stated(…) and complete(…) stand only in what leaving a fact out means")

    def quantified(self, node: grammar.Some, element: str | None, inside_shown: bool) -> None:
        fact = self.scope.vocabulary.fact(node.list)
        if element:
            raise self.refuse("no list inside a list")
        if fact is None or fact.kind != "list":
            raise self.refuse(f"{node.list} is no list of the vocabulary", node.list)
        if node.different and node.different not in self.scope.vocabulary.fields(node.list):
            raise self.refuse(f"{node.list} has no field {node.different}", node.different)
        self.visit(node.where, node.list, inside_shown=False)

    def name(self, name: str, element: str | None) -> None:
        if element and name in self.scope.element_definitions.get(element, frozenset()):
            return
        if not element and name in self.scope.definitions:
            return
        fact = self.fact(name, element)
        if fact.kind == "moment" and self.moment_means_happened:
            return
        if fact.kind != "yes/no":
            raise self.refuse(f"{name} is {fact.kind}, not yes/no: compare it, like `{name} is …`", name)

    def fact(self, name: str, element: str | None) -> Fact:
        found = self.scope.vocabulary.fields(element).get(name) if element else self.scope.vocabulary.fact(name)
        if found is None:
            outside = next((one for one in self.asked if name in self.fields(one)), None)
            if outside and not element:
                raise self.refuse(
                    f"“{name}” is a field of {outside} and stands outside its `where`, which takes one test or one bracket: "
                    f"write `{outside} where (… {name} …)`",
                    name,
                )
            known = self.scope.vocabulary.fields(element) if element else self.scope.vocabulary.facts
            raise self.refuse(
                f"“{name}” is no {'field of ' + element if element else 'fact or definition'}{_near(name, known)}",
                name,
            )
        return found

    def membership(self, node: grammar.Is, element: str | None) -> None:
        reading = self.scope.readings.get(node.fact)
        if reading is not None:
            for value in node.values:
                if value not in reading.alternatives:
                    raise self.refuse(f"the reading {reading.name} has no alternative “{value}”", value)
            return
        fact = self.fact(node.fact, element)
        for value in node.values:
            if fact.kind == "list" and value == "none":
                continue
            if fact.kind in ("moment", "date") and (value == "none" or value in fact.values):
                continue
            if fact.kind == "one of":
                if value not in fact.values:
                    raise self.refuse(
                        f"{fact.name} has no value “{value}”; expected one of {', '.join(fact.values)}", value
                    )
            elif fact.kind == "yes/no":
                if value not in ("yes", "no"):
                    raise self.refuse(f"{fact.name} is yes or no, not “{value}”", value)
                if len(set(node.values)) > 1:
                    raise self.refuse(f"{fact.name} is always one of yes and no: leave this test out", node.fact)
            elif fact.kind in ("count", "text", "date"):
                if fact.kind == "count":
                    self.digits(value)
                try:
                    typed(fact, value, self.scope.zone)
                except CaseError as error:
                    raise self.refuse(str(error), value) from error
            else:
                raise self.refuse(f"{fact.name} is {fact.kind}: it can't be tested with `is {value}`", value)

    def in_list(self, node: grammar.InList, element: str | None) -> None:
        fact = self.fact(node.field, element)
        if not element:
            raise self.refuse(
                "a list of offenses is asked of records: `some LIST where (FIELD in OFFENSES)`", node.field
            )
        if node.list not in self.scope.lists:
            raise self.refuse(
                f"no list of offenses is called {node.list} here or above{_near(node.list, dict.fromkeys(self.scope.lists))}; "
                "values stand in brackets",
                node.list,
            )
        if fact.kind != "text":
            raise self.refuse(
                f"{fact.name} is {fact.kind}: only a citation, which is text, stands on a list of offenses", node.field
            )
        if self.scope.lists[node.list] and RULED_IN not in self.fields(element):
            raise self.refuse(
                f"{node.list} is open, so counsel rules on what it does not name, and records of {element} have no field "
                f"{RULED_IN} for that: give them one in the vocabulary, or ask it of another list",
                node.list,
            )

    def within(self, node: grammar.Within, element: str | None) -> None:
        self.day(node.date, element, "a date")
        self.anchor(node.anchor, element, "of=")
        if isinstance(node.plus, str):
            kind = self.fact(node.plus, element if node.plus in self.fields(element) else None).kind
            if kind != "count":
                raise self.refuse(f"{node.plus} is {kind}: `plus=` is a count of days, or jail_days(…)", node.plus)
        elif node.plus is not None:
            if not element or not {"date", "jail_days_for_it"} <= set(self.fields(element)):
                raise self.refuse(
                    "jail_days(…) stands after `where` of a list whose records have `date` and `jail_days_for_it`",
                    "jail_days",
                )
            self.day(node.plus.start, element, "the first day that counts")
            self.anchor(node.plus.end, element, "the last day that counts")
            self.visit(node.plus.where, element, inside_shown=True)

    def fields(self, element: str | None) -> Mapping[str, Fact]:
        return self.scope.vocabulary.fields(element) if element else {}

    def day(self, name: str, element: str | None, what: str) -> None:
        kind = self.fact(name, element if name in self.fields(element) else None).kind
        if kind not in ("date", "moment"):
            raise self.refuse(f"{name} is {kind}, and {what} was expected", name)

    def anchor(self, name: str, element: str | None, what: str) -> None:
        if name == "at":
            return
        if name in self.fields(element):
            raise self.refuse(
                f"{name} is a field of {element}: the anchor ({what}) is a fact of the case, or `at`", name
            )
        self.day(name, None, what if what.startswith("the ") else "the day that the span ends on")

    def comparison(self, node: grammar.Compare, element: str | None) -> None:
        kinds = [self.operand(side, element) for side in (node.left, node.right)]
        time = {"moment", "date"}
        if not (set(kinds) <= time or set(kinds) == {"count"}):
            raise self.refuse(
                f"{node.left} is a {kinds[0]} and {node.right} is a {kinds[1]}: they can't be compared", node.left
            )

    def digits(self, text: str) -> None:
        if len(text) > MAX_DIGITS:
            raise self.refuse(f"a number of {len(text)} digits; at most {MAX_DIGITS}", text)

    def operand(self, text: str, element: str | None) -> str:
        if text == "at":
            return "moment"
        if text.isdigit():
            self.digits(text)
            return "count"
        if found := re.match(r"^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?$", text):
            try:
                parse_day(found[1], self.place)
            except RulebookError as error:
                raise self.refuse(str(error).partition(": ")[2], text) from error
            if found[2] and not _is_time(found[2]):
                raise self.refuse(f"{found[2]} is no time of day", text)
            return "moment" if found[2] else "date"
        fields = self.scope.vocabulary.fields(element) if element else {}
        kind = (fields[text] if text in fields else self.fact(text, None)).kind
        if kind not in ("moment", "date", "count"):
            raise self.refuse(f"{text} is {kind}: only moments, dates and counts have an order", text)
        return kind


def _is_time(text: str) -> bool:
    hours, _, minutes = text.partition(":")
    return int(hours) < 24 and int(minutes) < 60


def _near(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, list(known), n=2)
    return f"; did you mean {' or '.join(close)}?" if close else ""
