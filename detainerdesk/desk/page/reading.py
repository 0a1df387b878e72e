"""The reading desk: which fields of which papers a person must look at, one at a time, and what can be said of the one in focus. In: papers as
they were read, the facts that are still open. Out: a `ReadingDesk`, already words and in order. What can change the answer comes first; the rest
can wait; what was read alike by all readers is not asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from detainerdesk.desk import life
from detainerdesk.desk.models import RequestState
from detainerdesk.desk.page import labels
from detainerdesk.desk.page.look import KEPT, PAPER_WORDS, look_at
from detainerdesk.desk.page.see import with_what_is_known
from detainerdesk.desk.page.sheet import Look, Mark
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.fields import PERSON, TOLD, Box, Field, Paper, State
from detainerdesk.intake.reading.grammar import comparable


@dataclass(frozen=True)
class ReadField:
    """One field of a paper. `paper` and `name` say which; `page` and `box` where it stands in the file; `kind`: text, check, sig."""

    paper: int
    name: str
    kind: str
    of: str
    label: str
    value: str
    see: str
    to_check: bool
    can_change: bool
    document: str
    page: int | None
    box: Box | None
    defects: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        return self.paper, self.name


@dataclass(frozen=True)
class Seen:
    """What one reader made of the field: `1 first reader: SILVA, Marcos`."""

    who: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One thing that a person can say of the field. `typed`: words of its own belong to it."""

    key: str
    label: str
    value: str
    typed: bool = False


@dataclass(frozen=True)
class Focus:
    """The field in focus, what was made of it, and what can be said."""

    field: ReadField
    read: Field
    typed: str
    readers: tuple[Seen, ...]
    choices: tuple[Choice, ...]

    @property
    def offered(self) -> bool:
        return _is_offered(self.read)


@dataclass(frozen=True)
class ReadingDesk:
    """All fields of the papers, those to check first. `says` counts them; `focus` is the one that was asked for, or the first to check."""

    says: str
    fields: tuple[ReadField, ...]
    focus: Focus | None

    @property
    def to_check(self) -> tuple[ReadField, ...]:
        return tuple(field for field in self.fields if field.to_check)

    def marks(self, document: str, page: int) -> tuple[Mark, ...]:
        """The boxes on one page, the one in focus last, so that it lies on top."""
        here = [one for one in self.fields if one.document == document and one.page == page and one.box is not None]
        now = self.focus.field.key if self.focus else None
        marks = [Mark(one.box, _look(one, now), one.label) for one in here if one.box is not None]
        return tuple(sorted(marks, key=lambda mark: mark.look == "now"))


def reading_desk(
    papers: Sequence[Paper],
    documents: Sequence[str],
    *,
    only: Collection[int] | None = None,
    needs: Collection[str] | None = None,
    at: tuple[int, str] | None = None,
) -> ReadingDesk | None:
    """The desk of these papers. `only`: the places of those that a person is asked about; `at`: the field in focus, else the first to check.
    None where `at` is no field of theirs."""
    places = range(len(papers)) if only is None else sorted(only)
    found = [
        _field(papers[place], place, name, documents[place], needs)
        for place in places
        for name in papers[place].fields
        if name not in labels.NEVER_SHOWN
    ]
    ordered = tuple(sorted(found, key=_order))
    wanted = [one for one in ordered if (one.key == at if at is not None else one.to_check)]
    if at is not None and not wanted:
        return None
    focus = _focus(wanted[0], papers[wanted[0].paper].fields[wanted[0].name]) if wanted else None
    return ReadingDesk(_says(ordered, papers, places), ordered, focus)


def request_reading(agency: str, number: str, now: datetime, at: tuple[int, str] | None = None) -> ReadingDesk | None:
    """The same for a request's papers, with what officers saw in place of what was read; the facts that are open come from its decision."""
    edition = life.edition()
    now = now.astimezone(edition.stack(agency).zone)
    state = RequestState.objects.get(agency=agency, number=number)
    request = life.notice_papers(state, intake_request.load(number, agency), now)
    look = look_at(state, request, life.history(state), now, edition, life.adoption(agency), KEPT.decision)
    needs = None
    if look.decision is not None:
        needs = {need for outcome in look.decision.actions.values() for need in outcome.needs}
    return reading_desk(with_what_is_known(look).papers, look.request.documents, needs=needs, at=at)


def said(focus: Focus, choice: str, typed: str) -> tuple[State, str | bool | None]:
    """The state and value that a choice stands for."""
    if choice == "right":
        read = focus.read
        return ("shown", read.value) if isinstance(read.value, bool) else (read.state, read.value)
    if choice.startswith("reader "):
        return "shown", focus.readers[int(choice.removeprefix("reader ")) - 1].text
    known: dict[str, tuple[State, str | bool | None]] = {
        "shown": ("shown", typed),
        "ticked": ("shown", True),
        "not ticked": ("shown", False),
        "empty": ("empty", None),
        "unreadable": ("unreadable", None),
        "page missing": ("page missing", None),
    }
    return known[choice]


# ---- one field -------------------------------------------------------------------------------------------------------


def _field(paper: Paper, place: int, name: str, document: str, needs: Collection[str] | None) -> ReadField:
    read = paper.fields[name]
    kind = _kind(paper.kind, name, read)
    return ReadField(
        paper=place,
        name=name,
        kind=kind,
        of=PAPER_WORDS.get(paper.kind, "paper"),
        label=labels.label(name),
        value=value_words(read, kind),
        see=_see(read),
        to_check=not read.accepted,
        can_change=labels.can_change(name, needs),
        document=document,
        page=read.page,
        box=read.box,
        defects=tuple(f"{one.says.rstrip('.')} ({one.id})" for one in paper.defects if one.field == name),
    )


def value_words(read: Field, kind: str) -> str:
    """What stands in the field, in words."""
    if read.state == "page missing":
        return "not told" if read.reader in TOLD else "page missing"
    if read.state == "unreadable":
        return "can't be read"
    if kind == "check":
        return "ticked" if read.value else "not ticked"
    if kind == "sig":
        return "ink seen" if read.value else "no ink"
    if read.state == "empty" or read.value in (None, ""):
        return "empty on the paper"
    return str(read.value)


def _kind(paper: str, name: str, read: Field) -> str:
    template = forms.template_of(paper)
    places = (place for page in template.pages for place in page.fields if place.name == name) if template else iter(())
    place = next(places, None)
    if place is not None:
        return place.kind
    return "check" if isinstance(read.value, bool) or read.reader == "ink" else "text"


def _see(read: Field) -> str:
    if not read.accepted:
        return "to check"
    if read.reader == PERSON:
        return "seen by a person"
    return "read alike" if read.agreed else ""


def _order(one: ReadField) -> tuple[bool, bool, int, int]:
    """To check first; of these what can change the answer; of these what tells people and requests apart. Else as the papers have them:
    a sort keeps what is equal in its order."""
    first = labels.IDENTIFIERS.index(one.name) if one.name in labels.IDENTIFIERS else len(labels.IDENTIFIERS)
    return not one.to_check, not one.can_change, first if one.to_check else 0, one.paper


def _look(one: ReadField, now: tuple[int, str] | None) -> Look:
    return "now" if one.key == now else "check" if one.to_check else "read"


# ---- the one in focus ------------------------------------------------------------------------------------------------

READERS: Final = {
    "form field": "the form's own field",
    "text layer": "the text in the file",
    "ink": "ink on the picture",
    "ocr": "first reader",
    "ocr again": "second reader",
    "tesseract": "another reader",
    "tesseract, Vietnamese": "Vietnamese reader",
}


def _focus(field: ReadField, read: Field) -> Focus:
    readers = _readers(read) if field.kind == "text" else ()
    typed = read.value if isinstance(read.value, str) else ""
    return Focus(field, read, typed, readers, _choices(field, read, readers))


def _readers(read: Field) -> tuple[Seen, ...]:
    """What each reader saw, where they did not all see what stands as read."""
    seen = [Seen(READERS.get(one.reader, one.reader), one.text.strip()) for one in read.readers if one.text.strip()]
    told_apart = {one.text for one in seen} | ({read.value} if isinstance(read.value, str) else set())
    return tuple(seen[:3]) if len(told_apart) > 1 or (seen and read.value is None) else ()


def _is_offered(read: Field) -> bool:
    """Whether no reader saw just this value: it is what most likely stands there."""
    seen = {comparable(one.text) for one in read.readers}
    return isinstance(read.value, str) and read.reader != PERSON and bool(seen) and comparable(read.value) not in seen


def _choices(field: ReadField, read: Field, readers: Sequence[Seen]) -> tuple[Choice, ...]:
    choices = []
    if read.state in ("shown", "empty"):
        choices.append(Choice("Y", "right as offered" if _is_offered(read) else "right as read", "right"))
    if field.kind == "text":
        choices += [
            Choice(str(n), f"{one.who}: {one.text}", f"reader {n}")
            for n, one in enumerate(readers, 1)
            if not (read.state == "shown" and one.text == read.value)
        ]
        choices.append(Choice("C", "Correct it to:", "shown", typed=True))
        if read.state != "empty":
            choices.append(Choice("E", "empty on the paper", "empty"))
    else:
        choices += _mark_choices(field.kind, read)
    choices += [Choice("U", "can't be read", "unreadable"), Choice("M", "page is missing", "page missing")]
    return tuple(choices)


def _mark_choices(kind: str, read: Field) -> tuple[Choice, ...]:
    """Of a tick or a signature only the other answer is a correction; of one that was not made out, both."""
    yes, no = ("ticked", "not ticked") if kind == "check" else ("signed", "not signed")
    if read.state in ("shown", "empty"):
        is_so = bool(read.value)
        return (Choice("C", f"correct: {no if is_so else yes}", "not ticked" if is_so else "ticked"),)
    return (Choice("1", yes, "ticked"), Choice("2", no, "not ticked"))


# ---- how many --------------------------------------------------------------------------------------------------------


def _says(ordered: Iterable[ReadField], papers: Sequence[Paper], places: Iterable[int]) -> str:
    """`2 of 5 fields to check. These can change the answer; 3 can wait.`"""
    to_check = [one for one in ordered if one.to_check]
    count, first = len(to_check), sum(one.can_change for one in to_check)
    if not to_check:
        return _nothing([field for place in places for field in papers[place].fields.values()])
    fields = f"{count} field{'' if count == 1 else 's'} to check"
    if first == count:
        return f"{fields}. {'It' if count == 1 else 'Each of these'} can change the answer."
    if not first:
        return f"{fields}. {'It' if count == 1 else 'None'} can {'wait' if count == 1 else 'change the answer: they can wait'}."
    return (
        f"{first} of {fields}. {'This one' if first == 1 else 'These'} can change the answer; {count - first} can wait."
    )


def _nothing(fields: Sequence[Field]) -> str:
    if not fields:
        return "No field of this paper is read here. Look at the picture."
    texts = [one for one in fields if isinstance(one.value, str) and one.value]
    if texts and all(one.agreed for one in texts) and not any(one.reader == PERSON for one in fields):
        return "Every field was read the same way twice."
    return "No field is left to check."
