"""Whether an offense is on a list, and what it may be where that is not known.

What a record says of its offense and a list in; yes, no or a `Doubt` out, which names the field that would tell; and what that
field may say: one value for each way of standing on the lists that are asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain, product
from typing import Literal

from detainerdesk.law.language.citations import (
    MAIN_CODE,
    STATE_OF_CODE,
    STATES,
    Citation,
    CitationError,
    Section,
    read_citation,
    read_state,
    same_code,
)
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.lists import ALWAYS, FILLED, Days, OffenseList, OffenseTable, Row
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Value

STATE = "state"
EQUIVALENT, ENHANCEMENT, RULED_IN, RULED_OUT = "equivalent_to", "enhancement", "ruled_in", "ruled_out"
COMMITTED, JUDGED = "commission_date", "date"
ANOTHER = "another offense"
STATED = "\0stated"
"""Beside the fields of a record: what is stated of a field and does not settle it (a citation that may or may not be on some
list, a date of which only the year or the month is known)."""

_OFFENSE_FIELDS = ("state", ENHANCEMENT, EQUIVALENT, RULED_IN, RULED_OUT, COMMITTED, JUDGED)

Record = Mapping[str, Value]
"""The known fields of one record; what is not known is left out."""


@dataclass(frozen=True)
class Offense:
    """What is known of the offense of one record; UNKNOWN where nobody can tell."""

    citation: Value = UNKNOWN
    state: Value = UNKNOWN
    enhancement: Value = NONE
    equivalent_to: Value = UNKNOWN
    ruled_in: Value = UNKNOWN
    ruled_out: Value = UNKNOWN
    committed: Value = UNKNOWN
    judged: Value = UNKNOWN
    dated: bool = True
    """False for records that have no date of their own (charges): the dates of rows do not limit them."""

    @classmethod
    def of(cls, field: str, record: Record, fields: Collection[str]) -> Offense:
        """The offense that a record's field cites; `fields` are those that records of its list have."""

        stated = record.get(STATED)
        known = {**record, **stated} if stated else record
        citation, state, enhancement, equivalent_to, ruled_in, ruled_out, committed, judged = (
            UNKNOWN if isinstance(one := known.get(name, UNKNOWN), PossibleOffense) else one
            for name in (field, *_OFFENSE_FIELDS)
        )
        return cls(
            citation,
            state,
            enhancement if ENHANCEMENT in fields else NONE,
            equivalent_to,
            ruled_in,
            ruled_out,
            committed,
            judged,
            dated=COMMITTED in fields or JUDGED in fields,
        )

    @property
    def date_field(self) -> str:
        """The field that says on which day a dated row must have counted: when the crime was committed if that is known,
        else the judgment."""
        return COMMITTED if self.committed is not UNKNOWN and self.committed != NONE else JUDGED

    @property
    def day(self) -> Value:
        return self.committed if self.date_field == COMMITTED else self.judged


@dataclass(frozen=True)
class PossibleOffense:
    """What an offense that is not surely known may be: the lists on which it would stand, and on which days each."""

    words: str
    on: frozenset[tuple[str, OffenseList, frozenset[Days]]]
    """The field that cites it, the list, the days of the rows that name it."""

    def __str__(self) -> str:
        return self.words

    def days_on(self, field: str, offenses: OffenseList) -> frozenset[Days]:
        return next((days for name, one, days in self.on if name == field and one is offenses), frozenset())


@dataclass(frozen=True)
class Doubt:
    """What is known does not tell: the field that would (None where only the day is open), and the date that matters too."""

    turns_on: str | None
    date_field: str | None


def fields_read(field: str, offenses: OffenseList, fields: Collection[str]) -> tuple[str, ...]:
    """The fields of a record that may tell whether it is on the list."""
    names = [field, EQUIVALENT]
    names += [ENHANCEMENT] if any(row.enhancement for row in offenses.rows) else []
    names += [RULED_IN] if offenses.open else []
    names += [COMMITTED, JUDGED] if offenses.turning_days else []
    return tuple(dict.fromkeys(name for name in names if name in fields))


@lru_cache(maxsize=8192)
def in_list(field: str, offense: Offense, offenses: OffenseList) -> bool | Doubt:
    """Whether the offense is on the list: yes, no, or what it turns on."""
    if offense.citation == NONE:
        return False
    if field == ENHANCEMENT and isinstance(offense.citation, str) and "," in offense.citation:
        parts = [replace(offense, citation=part.strip()) for part in offense.citation.split(",")]
        answers = [in_list(field, part, offenses) for part in parts]
        return True in answers or next((one for one in answers if isinstance(one, Doubt)), False)
    answer, turns_on, day_matters = _standing(offense, offenses)
    if answer is not None:
        return answer
    # A record that has no date of its own (a charge) is not asked for one by a dated row.
    day_matters = day_matters and offense.dated
    return Doubt(field if turns_on == "citation" else turns_on, offense.date_field if day_matters else None)


def test_of(field: str, offenses: OffenseList, fields: Collection[str]) -> Callable[[Record], bool]:
    """The test of a record; it raises KeyError with the field that is missing where what is known does not tell."""

    def on_list(record: Record) -> bool:
        offense = Offense.of(field, record, fields)
        answer = in_list(field, offense, offenses)
        if isinstance(answer, bool):
            return answer
        day = record[answer.date_field] if answer.date_field else offense.day
        if answer.turns_on is None:
            again = in_list(field, replace(offense, **{_AS_DAY[answer.date_field or JUDGED]: day}), offenses)
            if isinstance(again, bool):
                return again
            raise KeyError(answer.date_field)
        value = record[answer.turns_on]
        if not isinstance(value, PossibleOffense):
            raise KeyError(answer.turns_on)
        days = value.days_on(field, offenses)
        found = _any(_on_day(one, day, dated=offense.dated) for one in days)
        if found is None:
            raise KeyError(answer.date_field or JUDGED)
        return found

    return on_list


_AS_DAY = {COMMITTED: "committed", JUDGED: "judged"}


def settled(
    record: Record, lists: Sequence[tuple[str, OffenseList]], fields: Collection[str], read: Collection[str]
) -> dict[str, Value]:
    """The record with those fields left out on which these lists turn, and with what they do not need marked as known:
    nobody has to be asked for it. `read`: fields that other tests read too; they stay as they are."""
    found = dict(record)
    answers = [in_list(field, Offense.of(field, record, fields), offenses) for field, offenses in lists]
    doubts = [one for one in answers if isinstance(one, Doubt)]
    open_fields = {name for one in doubts for name in (one.turns_on, one.date_field)}
    for field, offenses in lists:
        for name in fields_read(field, offenses, fields):
            if name in open_fields:
                if name in found and name not in (COMMITTED, JUDGED):
                    found[STATED] = {**found.get(STATED, {}), name: found.pop(name)}
            elif name not in found and name not in read:
                found[name] = UNKNOWN
    return found


def possible_offenses(
    name: str, record: Record, lists: Sequence[tuple[str, OffenseList]], fields: Collection[str]
) -> tuple[Value, ...]:
    """What the field `name`, on which some of the lists turn, may say of the offense: one value for each way of standing on
    them."""
    families: dict[str, list[OffenseList]] = {}
    for field, offenses in lists:
        answer = in_list(field, Offense.of(field, record, fields), offenses)
        if isinstance(answer, Doubt) and answer.turns_on == name:
            families.setdefault(field, []).append(offenses)
    if not families:
        return ()
    each = []
    for field, asked in families.items():
        offense = replace(Offense.of(field, record, fields), committed=UNKNOWN, judged=UNKNOWN)
        each.append(_possible(field, offense, tuple(dict.fromkeys(asked))))
    joint = []
    for chosen in product(*each):
        words = next((one.words for one in chosen if one.on), chosen[0].words)
        joint.append(PossibleOffense(words, frozenset().union(*(one.on for one in chosen))))
    return tuple({one.on: one for one in reversed(joint)}.values())


def filled(
    field: str, record: Mapping[str, Value], stated: frozenset[str], tables: Sequence[OffenseTable], day: date
) -> dict[str, bool]:
    """What the tables know of a record's offense, for the fields of it that are not stated. Nearest table first."""
    missing = [name for name in FILLED if name in record and name not in stated]
    offense = Offense.of(field, record, record)
    citation = _citation(offense.citation) if missing and tables else None
    found: dict[str, bool] = {}
    if citation is None or citation.inchoate:
        return found
    when = offense.day if offense.dated else day
    for name in missing:
        for table in tables:
            value = _fact(name, citation, offense, table, when)
            if value is not None:
                found[name] = value
                break
    return found


def state_cited(citation: Value) -> str | None:
    """Whose law a citation says it is (`NY PL 160.10`, `US 8 USC 1326`); None where it does not say."""
    read = _citation(citation)
    return read.state or None if read else None


# Deciding.


def _standing(offense: Offense, offenses: OffenseList) -> tuple[bool | None, str | None, bool]:
    """The answer; for None the field that would tell; and whether the day may matter."""
    citation = _citation(offense.citation)
    if citation is None:
        return None, "citation", any(row.days != ALWAYS for row in offenses.rows)
    answers: set[bool | None] = set()
    turns_on: str | None = None
    day_matters = False
    for row in _rows(citation, offense, offenses):
        cited, field = _row_cited(row, citation, offense)
        if cited is False:
            continue
        enhanced = _enhanced(row, citation, offense)
        if enhanced is False:
            continue
        today = _on_day(row.days, offense.day, dated=offense.dated)
        if today is False:
            continue
        answers.add(None if None in (cited, enhanced, today) else True)
        day_matters |= today is None
        turns_on = turns_on or (field if cited is None else ENHANCEMENT if enhanced is None else None)
    if True in answers:
        return True, None, False
    if offenses.open:
        ruling = _ruling(offense, offenses.name)
        if ruling is not None:
            return ruling, None, False
        return None, turns_on or RULED_IN, day_matters
    return (None, turns_on, day_matters) if None in answers else (False, None, False)


def _ruling(offense: Offense, name: str) -> bool | None:
    """Counsel's ruling on an open list."""
    if name in _names(offense.ruled_in):
        return True
    return False if name in _names(offense.ruled_out) else None


def _names(value: Value) -> list[str]:
    return value.replace(",", " ").replace(";", " ").split() if isinstance(value, str) else []


def _rows(citation: Citation, offense: Offense, offenses: OffenseList) -> Iterator[Row]:
    """The rows that may speak of the citation: those of its section, and one for each other state's law."""
    home = _home(citation, offense, offenses)
    if home is None or any(state not in (home, "US") for state in offenses.states):
        yield from offenses.rows  # another state's law, or nobody knows whose: every row may be what it equals
        return
    yield from _rows_of_sections(citation, offenses)


def _rows_of_sections(citation: Citation, offenses: OffenseList) -> Iterator[Row]:
    """The rows that may name the citation as one of their own state."""
    if citation.only_inchoate or any(_same_law(citation, law) is None for law in offenses.laws):
        yield from offenses.rows
        return
    for section in (citation.inchoate, *citation.sections):
        if section:
            yield from offenses.by_number.get(section.number, ())


def _home(citation: Citation, offense: Offense, offenses: OffenseList) -> str | None:
    """Whose law the citation is. Where neither it nor the record says, a code that the list's own state has is that
    state's; for any other code nobody can tell."""
    if said := _said_state(citation, offense):
        return said
    states = offenses.states - {"US"}
    own = next(iter(states)) if len(states) == 1 else None
    if own is None or not citation.code:
        return own
    implied = STATE_OF_CODE.get(citation.code, own)
    return own if implied == own and _known_code(citation.code, own, offenses) else None


def _known_code(code: str, state: str, offenses: OffenseList) -> bool:
    return code == MAIN_CODE.get(state) or any(row.citation.code == code for row in offenses.rows)


def _row_cited(row: Row, citation: Citation, offense: Offense) -> tuple[bool | None, str | None]:
    """Whether a row names the citation; for None the field that would tell."""
    home = _said_state(citation, offense)
    if home and home != row.citation.state:
        if row.citation.state != "US":
            return _equivalent(row, offense)
        if home in STATES or _names_offense(row, citation) is False:
            return False, None  # a state's conviction is none under federal law
        return None, "citation"  # nobody can tell whose law that is
    if not home and citation.code and not _could_be(citation.code, row.citation):
        return (False, None) if STATE_OF_CODE.get(citation.code) == row.citation.state else _equivalent(row, offense)
    answer = _names_offense(row, citation)
    if answer and not citation.code and row.citation.code != MAIN_CODE.get(row.citation.state, row.citation.code):
        return None, "citation"  # a bare number is the penal code's; that it is this code's is only possible
    return answer, "citation" if answer is None else None


def _said_state(citation: Citation, offense: Offense) -> str:
    """Whose law the citation, or else the record, says it is; empty where neither does."""
    if citation.state or not isinstance(offense.state, str) or offense.state == NONE:
        return citation.state
    return read_state(offense.state)


def _could_be(code: str, row: Citation) -> bool:
    """Whether a code whose state nobody states is that row's state's."""
    return code in (row.code, MAIN_CODE.get(row.state)) or STATE_OF_CODE.get(code) == row.state


def _equivalent(row: Row, offense: Offense) -> tuple[bool | None, str | None]:
    """Another state's law: the listed offense that it equals decides, once somebody has said which."""
    if offense.equivalent_to == NONE:
        return False, None
    citation = _citation(offense.equivalent_to)
    if citation is None or (citation.state and citation.state != row.citation.state):
        return None, EQUIVALENT
    answer = _names_offense(row, citation)
    return answer, EQUIVALENT if answer is None else None


def _names_offense(row: Row, citation: Citation) -> bool | None:
    """Whether a row of the citation's own state names it; None too where it names the section, of a code that may be the row's."""
    same = _same_law(citation, row.citation)
    if same is None:
        meant = _as_of(row.citation, citation)
        return False if meant is not None and _names_sections(row, meant) is False else None
    return same and _names_sections(row, citation)


def _as_of(row: Citation, citation: Citation) -> Citation | None:
    """What a citation of a code that is not known here means if it is the row's: which sections make an attempt hangs on the code."""
    return _read(str(replace(citation, state=row.state, code=row.code)))


def _same_law(citation: Citation, row: Citation) -> bool | None:
    """Whether a citation may be of the code of a row: one that does not say of which state, or of which code, is."""
    if citation.state not in ("", row.state):
        return False
    return not citation.code or same_code(citation.code, row.code, row.state)


def _names_sections(row: Row, citation: Citation) -> bool | None:
    if row.citation.only_inchoate:
        prefix = row.citation.inchoate
        assert prefix is not None
        return citation.inchoate is not None and citation.inchoate.under(prefix) == "on"
    if citation.only_inchoate:
        return None if row.inchoate or row.citation.inchoate == citation.inchoate else False
    if citation.inchoate and not row.citation.inchoate and not row.inchoate:
        return any(citation.inchoate.under(section) == "on" for section in row.citation.sections)
    if row.citation.inchoate and row.citation.inchoate != citation.inchoate:
        return False
    return _covers(row.citation.sections, citation.sections)


def _covers(row: tuple[Section, ...], cited: tuple[Section, ...]) -> bool | None:
    """Whether each section of the row stands among the sections cited: all of them, none of them, or it may be."""
    answers = [_best(section, cited) for section in row]
    if all(answer == "on" for answer in answers):
        return True
    if "apart" in answers or all(answer == "absent" for answer in answers):
        return False
    return None


def _best(section: Section, cited: tuple[Section, ...]) -> str:
    stands = [one.under(section) for one in cited]
    return next((stand for stand in ("on", "narrower", "apart") if stand in stands), "absent")


def _enhanced(row: Row, citation: Citation, offense: Offense) -> bool | None:
    """Whether the enhancement that the row needs was found true."""
    needed = row.enhancement
    if needed is None:
        return True
    if needed != "any" and any(section.under(needed.sections[0]) == "on" for section in citation.sections):
        return True
    return _found_true(offense.enhancement, needed)


def _found_true(enhancement: Value, needed: Citation | Literal["any"]) -> bool | None:
    """Whether what was found true is the enhancement that is needed."""
    if enhancement is UNKNOWN:
        return None
    if enhancement == NONE:
        return False
    if needed == "any":
        return True
    return _any(_same_enhancement(part, needed) for part in str(enhancement).replace(";", ",").split(","))


def _same_enhancement(text: str, needed: Citation) -> bool | None:
    found = _citation(text)
    if found is None:
        return None
    same = _same_law(found, needed)
    if same is False:
        return False
    answer = _covers(needed.sections, found.sections)
    return None if answer and same is None else answer


def _on_day(days: Days, day: Value, *, dated: bool) -> bool | None:
    if days == ALWAYS or not dated:
        return True
    if day == NONE:
        return False
    if isinstance(day, PartialDate):
        inside = {day.start in days, day.end in days}
        whole = inside == {True}
        if not whole and inside == {False}:
            within = days.first is not None and days.first in day
            return None if within else False
        return True if whole else None
    return day in days if isinstance(day, date) else None


def _any(answers: Iterator[bool | None]) -> bool | None:
    found = set(answers)
    return True if True in found else None if None in found else False


@lru_cache(maxsize=4096)
def _read(text: str) -> Citation | None:
    try:
        return read_citation(text)
    except CitationError:
        return None


def _citation(value: Value) -> Citation | None:
    """The citation that a case states; None where it can't be read, or is not known."""
    return _read(value) if isinstance(value, str) else None


# What it may be.


@lru_cache(maxsize=1024)
def _possible(field: str, offense: Offense, asked: tuple[OffenseList, ...]) -> tuple[PossibleOffense, ...]:
    found: dict[frozenset[tuple[str, OffenseList, frozenset[Days]]], PossibleOffense] = {}
    cited: dict[tuple[Value, Value, int], list[Row]] = {}
    for one in _completions(offense, asked):
        sure: list[tuple[OffenseList, frozenset[Days]]] = []
        maybe: list[OffenseList] = []
        for offenses in asked:
            days = _days_on(one, offenses, cited)
            if days:
                sure.append((offenses, days))
            if ALWAYS not in days and offenses.open:
                ruling = _ruling(one, offenses.name)
                if ruling:
                    sure.append((offenses, frozenset({ALWAYS})))
                elif ruling is None:
                    maybe.append(offenses)
        for chosen in product((False, True), repeat=len(maybe)):
            added = [offenses for offenses, taken in zip(maybe, chosen, strict=True) if taken]
            on = frozenset(
                [(field, offenses, days) for offenses, days in sure if offenses not in added]
                + [(field, offenses, frozenset({ALWAYS})) for offenses in added]
            )
            words = one.citation if isinstance(one.citation, str) else ANOTHER
            if added:
                words += f" (on {', '.join(offenses.name for offenses in added)})"
            found.setdefault(on, PossibleOffense(words, on))
    return tuple(found.values())


def _days_on(
    offense: Offense, offenses: OffenseList, cited: dict[tuple[Value, Value, int], list[Row]]
) -> frozenset[Days]:
    """The days in which an offense that is settled but for its day is on the list. What is still ambiguous of it is taken as
    not on it: the narrower offense is a completion of its own. `cited` keeps the rows that name it, whatever its enhancement."""
    citation = _citation(offense.citation)
    if citation is None:
        return frozenset()
    key = (offense.citation, offense.equivalent_to, id(offenses))
    if key not in cited:
        equal = _citation(offense.equivalent_to)
        rows = chain(_rows_of_sections(citation, offenses), _rows_of_sections(equal, offenses) if equal else ())
        cited[key] = [row for row in rows if _row_cited(row, citation, offense)[0]]
    return frozenset(row.days for row in cited[key] if _enhanced(row, citation, offense))


def _completions(offense: Offense, asked: tuple[OffenseList, ...]) -> Iterator[Offense]:
    """Offenses that fit what is known, enough to tell the lists apart. The plainest come first."""
    citation = _citation(offense.citation)
    for enhancement in _enhancements(offense, asked):
        here = replace(offense, enhancement=enhancement)
        if citation is None:
            yield replace(here, citation=UNKNOWN)
            for text in _every_row(asked):
                yield replace(here, citation=text)
            continue
        for one in _refined(citation, asked, _said_state(citation, offense)):
            refined = replace(here, citation=one)
            foreign = any(
                _row_cited(row, citation, replace(here, equivalent_to=UNKNOWN))[1] == EQUIVALENT
                for offenses in asked
                for row in offenses.rows
            )
            if not foreign:
                yield refined
                continue
            equal = _citation(offense.equivalent_to)
            if offense.equivalent_to == NONE:
                yield refined
            elif equal is not None:
                for text in _refined(equal, asked, equal.state):
                    yield replace(refined, equivalent_to=text)
            else:
                for text in (NONE, *_every_row(asked)):
                    yield replace(refined, equivalent_to=text)


def _enhancements(offense: Offense, asked: tuple[OffenseList, ...]) -> Iterator[Value]:
    """The enhancements that may have been found true, as far as rows ask for one."""
    needed = {row.enhancement for offenses in asked for row in offenses.rows if row.enhancement}
    named = sorted((one for one in needed if isinstance(one, Citation)), key=str)
    if offense.enhancement is UNKNOWN:
        yield from (NONE, *map(str, named), "another")
        return
    yield offense.enhancement
    for one in named:
        if _found_true(offense.enhancement, one) is None:
            yield f"{offense.enhancement}, {one}"


def _every_row(asked: tuple[OffenseList, ...]) -> Iterator[str]:
    """The citation of each row, and an attempt at it where some list counts attempts and another does not."""
    rows = [row for offenses in asked for row in offenses.rows]
    yield from dict.fromkeys(str(row.citation) for row in rows)
    for row in rows:
        prefix = {"CA": "664", "NY": "110"}.get(row.citation.state)
        if row.inchoate and prefix and not row.citation.inchoate:
            yield str(replace(row.citation, inchoate=Section(prefix)))


def _refined(citation: Citation, asked: tuple[OffenseList, ...], home: str) -> Iterator[str]:
    """The citation as it stands, and every other that it may mean and a row tells apart. `home`: whose law it is said to be."""
    for one in dict.fromkeys((citation, *_of_codes(citation, asked, home))):
        yield from _narrowed(one, asked)


def _of_codes(citation: Citation, asked: tuple[OffenseList, ...], home: str) -> Iterator[Citation]:
    """The citation as one of each code of which it may be: it names none, or one that is not known here."""
    for offenses in asked:
        if not citation.code:
            rows = (row for section in citation.sections for row in offenses.by_number.get(section.number, ()))
            yield from (replace(citation, state=row.citation.state, code=row.citation.code) for row in rows)
            continue
        for law in offenses.laws:
            if (home == law.state or home not in STATES) and _same_law(citation, law) is None:
                meant = _as_of(law, citation)
                if meant is not None:
                    yield meant


def _narrowed(citation: Citation, asked: tuple[OffenseList, ...]) -> Iterator[str]:
    """The citation, and every narrower one that a row tells apart."""
    yield str(citation)
    if citation.only_inchoate:
        for text in _every_row(asked):
            meant = _read(text)
            if meant and meant.state in ("", citation.state or meant.state):
                yield str(replace(meant, inchoate=citation.inchoate))
        return
    choices: list[list[Section]] = []
    for section in citation.sections:
        narrower = {
            one: None
            for offenses in asked
            for row in offenses.by_number.get(section.number, ())
            for one in row.citation.sections
            if section.under(one) == "narrower"
        }
        choices.append([section, *narrower])
    for chosen in product(*choices):
        if chosen != citation.sections:
            yield str(replace(citation, sections=tuple(chosen)))
    # A row of two sections of which one is cited: the other may be so too.
    for offenses in asked:
        for section in citation.sections:
            for row in offenses.by_number.get(section.number, ()):
                if _covers(row.citation.sections, citation.sections) is None and len(row.citation.sections) > 1:
                    yield str(replace(citation, sections=row.citation.sections))


# What the tables know.


def _fact(name: str, citation: Citation, offense: Offense, table: OffenseTable, when: Value) -> bool | None:
    """A yes/no cell of the row that speaks most closely of the citation; None where rows differ, or none surely speaks."""
    rows = [
        row
        for section in citation.sections
        for row in table.by_number.get(section.number, ())
        if not row.citation.inchoate
        and _same_code(row.citation, citation, offense)
        and _on_day(row.days, when, dated=True) is not False
    ]
    whole = {
        getattr(row, name)
        for row in rows
        if len(row.citation.sections) > 1 and _covers(row.citation.sections, citation.sections)
    }
    if whole:
        return whole.pop() if len(whole) == 1 else None
    values: set[bool | None] = set()
    for section in citation.sections:
        on: list[tuple[int, bool | None]] = []
        for row in rows:
            (cited, *more) = row.citation.sections
            stand = section.under(cited)
            if more or stand not in ("on", "narrower"):
                continue
            if stand == "narrower" or _on_day(row.days, when, dated=True) is None:
                values.add(getattr(row, name))  # it may be this row, so this row has to agree
            if stand == "on":
                on.append((len(cited.path), getattr(row, name)))
        closest = max((length for length, _ in on), default=0)
        values |= {value for length, value in on if length == closest}
    return values.pop() if len(values) == 1 else None


def _same_code(row: Citation, citation: Citation, offense: Offense) -> bool:
    home = _said_state(citation, offense)
    return home in ("", row.state) and (citation.code or MAIN_CODE.get(row.state)) == row.code
