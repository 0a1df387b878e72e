"""Whether an atom is true of the facts of a case: each kind of test as a function of the facts.

A function takes the facts by name (only known ones stand there), the setting and, for a test on a record, the record. A fact
that it needs and that is not known raises KeyError: then the table of completions decides (table.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from detainerdesk.law.circuit import (
    AllOf,
    AnyOf,
    Atom,
    Circuits,
    ClockState,
    DeclaredToo,
    EarlyBound,
    FactTest,
    InWindow,
    Listed,
    Meaning,
    Negation,
    Node,
    Quantified,
    ReadingIs,
    names_of,
)
from detainerdesk.law.known import Setting
from detainerdesk.law.language import grammar, lookback
from detainerdesk.law.language.case import ordered, test_constant
from detainerdesk.law.language.clocks import clock_end
from detainerdesk.law.language.facts import OWED
from detainerdesk.law.language.lookback import RECORD_DATE, RECORD_DAYS, JailRecord, jail_days
from detainerdesk.law.language.membership import COMMITTED, STATED, test_of
from detainerdesk.law.language.vocabulary import NONE, UNKNOWN, Fact, Value, instant

Facts = Mapping[str, Any]
Record = Mapping[str, Any]
Truth = Callable[[Facts, Setting, Record], bool]


def truth(means: Meaning, circuits: Circuits) -> Truth:
    """The function that decides an atom."""
    if isinstance(means, FactTest):
        return _fact_test(means, circuits)
    if isinstance(means, ClockState):
        return _clock(means, circuits.zone)
    if isinstance(means, Quantified):
        return _quantified(means, circuits)
    if isinstance(means, Listed):
        on_list = test_of(means.field, means.offenses, circuits.vocabulary.fields(means.list))
        return lambda facts, setting, record: on_list(record)
    if isinstance(means, InWindow):
        return _in_window(means, circuits)
    if isinstance(means, ReadingIs):
        return lambda facts, setting, record: setting.reading[means.name] in means.values
    if isinstance(means, EarlyBound):
        return lambda facts, setting, record: setting.bounds == "early"
    assert isinstance(means, DeclaredToo)
    return lambda facts, setting, record: setting.declared_too


def _fact_test(means: FactTest, circuits: Circuits) -> Truth:
    plain = _plain_test(means, circuits)
    if not means.done:
        return plain
    names = names_of(means.test)
    moment = isinstance(means.test, grammar.Name) and _fact(means.test.name, means, circuits).kind == "moment"

    def is_done(facts: Facts, setting: Setting, record: Record) -> bool:
        if any(name in facts[OWED] for name in names):
            return False
        if moment:
            value = facts[names[0]]
            return isinstance(value, datetime) and value <= setting.at
        return plain(facts, setting, record)

    return is_done


def _plain_test(means: FactTest, circuits: Circuits) -> Truth:
    test = means.test
    if isinstance(test, grammar.Compare):
        return _comparison(test, means, circuits)
    assert isinstance(test, grammar.Name | grammar.Is | grammar.Includes)
    name = test.name if isinstance(test, grammar.Name) else test.fact
    fact = _fact(name, means, circuits)
    of_record = _is_field(name, means, circuits)
    if isinstance(test, grammar.Includes):
        wanted = test.value

        def includes(facts: Facts, setting: Setting, record: Record) -> bool:
            value = (record if of_record else facts)[name]
            return value if isinstance(value, bool) else wanted in value

        return includes
    if isinstance(test, grammar.Is):
        values = frozenset(test_constant(fact, text, circuits.zone) for text in test.values)
        return lambda facts, setting, record: (record if of_record else facts)[name] in values
    if fact.by_item:

        def of_item(facts: Facts, setting: Setting, record: Record) -> bool:
            value = facts[name]
            if isinstance(value, bool):
                return value
            return setting.item in value if setting.item else bool(value)

        return of_item
    if of_record:
        return lambda facts, setting, record: record[name] is True
    return lambda facts, setting, record: facts[name] is True


def _comparison(test: grammar.Compare, means: FactTest, circuits: Circuits) -> Truth:
    left, right = (_operand(side, means, circuits) for side in (test.left, test.right))
    operator, zone = test.operator, circuits.zone
    return lambda facts, setting, record: ordered(
        left(facts, setting, record), operator, right(facts, setting, record), zone
    )


def _operand(text: str, means: FactTest, circuits: Circuits) -> Callable[[Facts, Setting, Record], Value]:
    if text == "at":
        return lambda facts, setting, record: setting.at
    constant = literal(text, circuits.zone)
    if constant is not None:
        return lambda facts, setting, record: constant
    if _is_field(text, means, circuits):
        return lambda facts, setting, record: record[text]
    return lambda facts, setting, record: facts[text]


def literal(text: str, zone: ZoneInfo) -> int | date | datetime | None:
    """The value of a side of a comparison that is written out; None for a name."""
    if text.isdigit():
        return int(text)
    if text[:4].isdigit() and text[4:5] == "-":
        return instant(datetime.fromisoformat(text), zone) if len(text) > 10 else date.fromisoformat(text)
    return None


def _clock(means: ClockState, zone: ZoneInfo) -> Truth:
    expired_wanted = means.state == "expired"

    def state(facts: Facts, setting: Setting, record: Record) -> bool:
        start = facts[means.start]
        stop = facts[means.stops] if means.stops else NONE
        if not isinstance(start, datetime) or start > setting.at:
            return False  # not started: neither running nor expired
        if isinstance(stop, datetime) and stop <= setting.at:
            return False
        expired = setting.at >= clock_end(start, means.hours, means.calendar, means.holidays, zone)
        return expired == expired_wanted

    return state


def _in_window(means: InWindow, circuits: Circuits) -> Truth:
    window, jail, zone = means.window, means.jail, circuits.zone
    fields = frozenset(circuits.vocabulary.fields(means.list)) if means.list else frozenset[str]()
    counts = node_truth(jail.where, circuits) if jail else None

    def inside(facts: Facts, setting: Setting, record: Record) -> bool:
        def get(name: str) -> Value:
            if name in fields:
                return record[name] if name in record else (record.get(STATED) or {}).get(name, UNKNOWN)
            if jail and name == jail.name:
                return record[name] if name in record else extra()
            return facts.get(name, UNKNOWN)

        def extra() -> Value:
            assert jail is not None
            assert counts is not None
            if means.list is None or means.list not in facts:
                return UNKNOWN
            others = [
                JailRecord(
                    counts(facts, setting, one),
                    one[RECORD_DATE] if RECORD_DATE in one else (one.get(STATED) or {}).get(RECORD_DATE, UNKNOWN),
                    one.get(RECORD_DAYS, UNKNOWN),
                    own=one is record and jail.start == COMMITTED,
                )
                for one in facts[means.list]
            ]
            start, end = (setting.at if name == "at" else get(name) for name in (jail.start, jail.end))
            least, most = jail_days(start, end, others, zone, complete=True)
            return least if least == most else UNKNOWN

        found = lookback.holds(window, get, setting.at, zone)
        if found is None:
            raise KeyError(next((name for name in window.names() if get(name) is UNKNOWN), window.date))
        return found

    return inside


def _quantified(means: Quantified, circuits: Circuits) -> Truth:
    body = node_truth(means.body, circuits)

    def enough(facts: Facts, setting: Setting, record: Record) -> bool:
        matching = [one for one in facts[means.list] if body(facts, setting, one)]
        if means.different:
            return len({one[means.different] for one in matching}) >= means.count
        return len(matching) >= means.count

    return enough


def node_truth(node: Node, circuits: Circuits) -> Truth:
    """The function that decides a circuit without rules in it."""
    if isinstance(node, bool):
        return lambda facts, setting, record: node
    if isinstance(node, Atom):
        return truth(node.means, circuits)
    if isinstance(node, Negation):
        inner = node_truth(node.item, circuits)
        return lambda facts, setting, record: not inner(facts, setting, record)
    assert isinstance(node, AllOf | AnyOf)
    parts = [node_truth(item, circuits) for item in node.items]
    if isinstance(node, AllOf):
        return lambda facts, setting, record: all(part(facts, setting, record) for part in parts)
    return lambda facts, setting, record: any(part(facts, setting, record) for part in parts)


def _is_field(name: str, means: FactTest, circuits: Circuits) -> bool:
    return means.list is not None and name in circuits.vocabulary.fields(means.list)


def _fact(name: str, means: FactTest, circuits: Circuits) -> Fact:
    if means.list and name in circuits.vocabulary.fields(means.list):
        return circuits.vocabulary.fields(means.list)[name]
    return circuits.vocabulary.facts[name]
