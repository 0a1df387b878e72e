"""Explaining: a rule as the sentence that counsel signs, and a decision as what decided it and why.

Every word comes from the vocabulary's phrases and the trace. A condition of more than two terms, or with `and` under `or`, is
printed as a labelled list, an item a line, so that different conditions never print alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from detainerdesk.law.decision import Decision
from detainerdesk.law.language.dates import InForce
from detainerdesk.law.language.facts import OWED
from detainerdesk.law.language.layout import laid_out
from detainerdesk.law.language.lists import OffenseList
from detainerdesk.law.language.prose import Prose
from detainerdesk.law.language.rulebook import Definition, Note, Provision, Reading, Rulebook
from detainerdesk.law.language.vocabulary import UNKNOWN, Value
from detainerdesk.law.load import Edition
from detainerdesk.law.trace import Step


def explain(id: str, edition: Edition) -> str:
    """What goes by this id or name, in full: a rule, void, duty or note; a definition, reading or list of offenses, as each rulebook
    has it. Raises KeyError where there is none."""
    found = ["\n".join(lines) for rulebook in edition.rulebooks.values() for lines in _by_name(id, rulebook, edition)]
    if not found:
        raise KeyError(id)
    return "\n\n".join(found)


def _by_name(id: str, rulebook: Rulebook, edition: Edition) -> Iterator[Iterator[str]]:
    for provision in rulebook.provisions():
        if provision.id == id:
            yield _provision_lines(provision, rulebook, edition.prose(rulebook))
    yield from (_note_lines(note, rulebook) for note in rulebook.notes if note.id == id)
    for definition in rulebook.definitions:
        if definition.name == id:
            yield _definition_lines(definition, rulebook, edition.prose(rulebook))
    yield from (_reading_lines(one, rulebook) for one in rulebook.readings if one.name == id)
    yield from (_list_lines(one, rulebook) for one in rulebook.lists if one.name == id)


def _definition_lines(definition: Definition, rulebook: Rulebook, prose: Prose) -> Iterator[str]:
    yield f"{definition.name} · {rulebook.name}"
    yield _listed(prose.definition(definition))
    yield f"In force: {definition.in_force}"
    yield f"Source: {definition.cite or rulebook.name}."


def _reading_lines(reading: Reading, rulebook: Rulebook) -> Iterator[str]:
    yield f"{reading.name} (a reading that the law leaves open) · {rulebook.name}"
    for one in reading.alternatives:
        standing = (
            "the default" if one == reading.default else "refused by the courts" if one in reading.rejected else "open"
        )
        yield f"  {one.replace('_', ' ')}: {standing}"
    if reading.note:
        yield reading.note
    yield f"Source: {reading.cite}"


def _list_lines(offenses: OffenseList, rulebook: Rulebook) -> Iterator[str]:
    yield f"{offenses.name} (a list of offenses) · {rulebook.name}"
    rows = len(offenses.rows)
    is_open = "; it is open: counsel rules on what it does not name" if offenses.open else ""
    yield f"{rows} {'row' if rows == 1 else 'rows'} of {offenses.file}{is_open}."
    yield f"In force: {offenses.in_force}"
    yield f"Source: {offenses.cite or rulebook.name}. Status: {_status(offenses.status)}."


def _note_lines(note: Note, rulebook: Rulebook) -> Iterator[str]:
    yield f"{note.id} (a note; it gives no outcome by itself) · {rulebook.name}"
    yield note.text
    if note.who:
        yield f"Said to: {', '.join(role.replace('_', ' ') for role in note.who)}."
    yield f"Source: {note.cite}. Status: {_status(note.status)}."


def _provision_lines(provision: Provision, rulebook: Rulebook, prose: Prose) -> Iterator[str]:
    yield f"{provision.id} · {rulebook.name}"
    yield _listed(prose.sentence(provision))
    yield from (_listed(sentence, 2) for sentence in definitions_said(provision, prose))
    declared = f"; a court declared on {provision.declared} that this had always been law" if provision.declared else ""
    yield f"In force: {provision.in_force}{declared}"
    yield f"Source: {provision.cite}"
    reason = f" ({reason_in_words(provision)})" if provision.reason else ""
    yield f"Status: {_status(provision.status)}{reason}. Checked through {rulebook.checked_through}."
    if provision.note:
        yield f"Note: {provision.note}"


_TAG = re.compile(r"(?<![\w-])(T-part|T|PP|P|R|I|D)(?![\w-])")
TAGS = {
    "T": "text read",
    "T-part": "beginning or headnote read",
    "PP": "two or more sources",
    "P": "one source",
    "R": "recalled",
    "I": "inferred",
    "D": "read in a law modelled on it",
}
"""What the tags of evidence say that a status carries; each rulebook explains them at its head."""


def reason_in_words(provision: Provision) -> str:
    """Why a status is no better, as a page prints it: `tags PP, R` is `two or more sources, recalled`."""
    tags, is_tagged, _ = provision.reason.partition("tags ")
    if tags or not is_tagged:
        return provision.reason
    return _TAG.sub(lambda tag: TAGS[tag[1]], provision.reason.removeprefix("tags "))


def definitions_said(provision: Provision, prose: Prose) -> Iterator[str]:
    """Each definition that a rule uses, as a sentence: counsel signs them along with the rule."""
    for definition in prose.definitions_below(provision):
        dates = "" if definition.in_force == InForce() else f"; {definition.in_force}"
        yield f"{prose.definition(definition)} ({definition.cite or definition.jurisdiction}{dates})"


def _listed(sentence: str, indent: int = 0) -> str:
    """A sentence with each item of its lists on a line of its own."""
    return "\n".join(f"{' ' * indent}{line}" for line in laid_out(sentence))


STATUS_WORDS = {
    "verified": "text read",
    "verify": "text not checked against its source",
    "off": "switched off, takes no part",
}
"""How well the text of a rule was checked, as every page and print says it."""


def _status(status: str) -> str:
    return f"{'CHECK SOURCE: ' if status == 'verify' else ''}{STATUS_WORDS[status]}"


def explain_decision(decision: Decision, edition: Edition) -> str:
    """What decided each action of a case, from its trace."""
    lines: list[str] = [
        f"{decision.trace.stack.name}, {_local(decision.at, decision)}, edition {decision.edition[:12]}"
    ]
    for action, outcome in decision.actions.items():
        spec = edition.vocabulary.actions[action]
        lines.append("")
        until = f"; the answer changes at {_local(outcome.until, decision)}" if outcome.until else ""
        meanwhile = f"; meanwhile {outcome.standing}" if outcome.outcome != outcome.standing else ""
        lines.append(f"{action} ({spec.meaning}): {outcome.outcome}{meanwhile}{until}")
        if outcome.needs:
            lines.append(f"  could turn on: {', '.join(outcome.needs)}")
        if outcome.was_so:
            lines.append(f"  a court later said that the law had always been: {outcome.was_so}")
        for name, word in outcome.alternatives.items():
            lines.append(f"  read as {name}: {word}")
        lines += [line for step in decision.trace.steps[action] for line in _step_lines(step, decision, edition)]
    if decision.assumed:
        lines += ["", "Assumed, because the case does not say:"]
        lines += [f"  {name} = {_value(value, decision)}" for name, value in decision.assumed.items()]
    for note in decision.notes:
        lines += ["", f"{note.id}: {note.text}" + (f" ({note.cite})" if note.cite else "")]
    return "\n".join(lines)


def _step_lines(step: Step, decision: Decision, edition: Edition) -> Iterator[str]:
    provision = step.provision
    if step.state in ("not in force", "does not apply"):
        return
    ended = f" by {step.ended_by}" if step.ended_by else ""
    check_source = " CHECK SOURCE" if provision.status == "verify" else ""
    yield f"  {step.state}{ended}: {provision.id}, {provision.cite}{check_source}"
    prose = edition.prose(edition.rulebooks[provision.jurisdiction])
    yield _listed(prose.sentence(provision), 4)
    for test in decision.trace.tests(provision):
        value = {True: "yes", False: "no", None: "not known"}[test.value]
        behind = "; ".join(f"{name} = {_value(fact, decision)} ({source})" for name, fact, source in test.facts)
        yield f"      [{value}] {prose.condition(test.text)}{f' — {behind}' if behind else ''}"


def value_in_words(value: Value, moment: Callable[[datetime], str]) -> str:
    """The value of a fact as a person reads it, wherever it is said. `moment` says a moment, in the agency's zone."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(str(one).replace("_", " ") for one in sorted(value, key=str)) or "none"
    if value == OWED:
        return "owed, nothing recorded"
    return "unknown" if value is UNKNOWN else str(value).replace("_", " ")


def _value(value: Value, decision: Decision) -> str:
    return value_in_words(value, lambda moment: _local(moment, decision))


def _local(moment: datetime, decision: Decision) -> str:
    return moment.astimezone(decision.trace.stack.zone).strftime("%Y-%m-%d %H:%M %Z")
