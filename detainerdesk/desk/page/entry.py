"""The form for what comes by telephone or by hand, in words. In: a kind of request. Out: its fields in the order in which a caller tells them, each with
its label; and, for what was typed, the requests that bear one of its numbers already. Citizenship has no field: no rule needs it from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from detainerdesk.desk.page.labels import IDENTIFIERS, NEVER_SHOWN, label
from detainerdesk.desk.page.look import PAPER_WORDS
from detainerdesk.intake import entry, join
from detainerdesk.intake.models import DetainerRequest
from detainerdesk.intake.reading.fields import ENTERED

SENDERS: Final = ("from_office", "officer_name", "notify_phone")
OURS: Final = ("served_person", "served_mail", "served_other")
"""Boxes that whoever got the form fills in."""

SPOKEN_LABELS: Final = {"form_date": "Date of the request", "officer_name": "Officer who asks"}
DATE_HINT: Final = "mm/dd/yyyy"


@dataclass(frozen=True)
class EntryKind:
    """A kind to choose first. `key` is its digit; `who` asks for the one who told it."""

    key: str
    kind: str
    label: str
    who: str


@dataclass(frozen=True)
class EntryField:
    """`tick`: it was told, told that not, or not told."""

    name: str
    label: str
    tick: bool
    hint: str = ""


@dataclass(frozen=True)
class EntryGroup:
    """`folded`: seldom told, so it is out of the way until it is opened."""

    title: str
    fields: tuple[EntryField, ...]
    folded: bool = False


@dataclass(frozen=True)
class Alike:
    """A request that bears a number which was typed. `by`: which number it is."""

    number: str
    by: str
    stations: frozenset[str]


def _kinds() -> tuple[EntryKind, ...]:
    spoken = {
        "phone": ("Telephone call", "Who called"),
        "email": ("Message without a form", "Who sent it"),
        "oral": ("Word of mouth", "Who said it"),
    }
    aloud = {kind: (f"Form {PAPER_WORDS[kind]}, read aloud", "Who read it out") for kind in join.DETAINERS}
    told = {**spoken, **aloud}
    return tuple(EntryKind(str(n), kind, said, who) for n, (kind, (said, who)) in enumerate(told.items(), 1))


KINDS: Final = _kinds()


def kind_of(kind: str) -> EntryKind | None:
    return next((one for one in KINDS if one.kind == kind), None)


def groups(kind: str) -> tuple[EntryGroup, ...]:
    """The fields of this kind: whom it is about, who asks, what is ticked or asked, and what is left."""
    known = {name: of for name, of in entry.fields_of(kind).items() if name not in NEVER_SHOWN}
    spoken = kind in join.SPOKEN
    ticks = {name for name, of in known.items() if of is bool}
    asked = tuple(name for name in known if (name in ticks and name not in OURS) or name == "cancel_date")
    first = tuple(name for name in IDENTIFIERS if name in known)
    senders = tuple(name for name in SENDERS if name in known)
    rest = tuple(name for name in known if name not in (*asked, *first, *senders))
    return tuple(
        EntryGroup(title, tuple(_field(name, name in ticks, spoken) for name in names), folded)
        for title, names, folded in (
            ("Whom it is about", first, False),
            ("Who asks", senders, False),
            ("What is asked" if spoken else "Boxes on the form", asked, False),
            ("More of the form", rest, True),
        )
        if names
    )


def alike(told: entry.Entry, agency: str) -> tuple[Alike, ...]:
    """The agency's requests with one of these numbers. They may be the same one, or others of one event."""
    identity = join.identity_of(entry.paper_of(told.kind, told.fields, ENTERED))
    numbers: Mapping[str, str] = {name: value for name in join.NUMBERS if (value := identity.of(name))}
    if not numbers:
        return ()
    any_of = Q()
    for name, value in numbers.items():
        any_of |= Q(**{name: value})
    return tuple(
        Alike(one.number, _by(one, numbers), frozenset({one.first_station, *_stations(one)}))
        for one in DetainerRequest.objects.filter(any_of, agency=agency)[:20]
    )


def _by(request: DetainerRequest, numbers: Mapping[str, str]) -> str:
    same = (name for name, value in numbers.items() if getattr(request, name) == value)
    return ", ".join(label(name).lower() for name in same)


def _stations(request: DetainerRequest) -> set[str]:
    sent = request.transmissions.filter(links__undone_at=None, links__request=request)
    return set(sent.values_list("station", flat=True))


def _field(name: str, tick: bool, spoken: bool) -> EntryField:
    said = SPOKEN_LABELS.get(name) if spoken else None
    return EntryField(name, said or label(name), tick, DATE_HINT if name in entry.DATES else "")
