"""What one entry of the ledger says. In: the kind of act, its moments, actor, agency, subject, plain facts and personal values; out: an
`Event`, and the one sequence of bytes that stands for it. Personal values enter only as commitments: HMAC-SHA-256 under a salt of their own.

The bytes are the JSON Canonicalization Scheme (RFC 8785) over eight members and nothing else:

    {"actor":"…","agency":"…","at":"2026-11-24T18:05:09.120000Z","facts":{…},"kind":"paper.received",
     "logged":"2026-11-24T18:05:09.131200Z","sealed":{"subject.name":"<64 hex digits>"},"subject":"request 2026-0412"}

in UTF-8, members sorted, no white space, no escape that JSON does not require, whole numbers only (at most 2^53 - 1 either way), moments in
UTC with six decimals and a Z. Field names are lower-case ASCII, so every sort order agrees. One event has one form, and one form one event.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

Fact = str | int | bool | None

LARGEST = 2**53 - 1
WIDEST = {"kind": 64, "actor": 200, "agency": 200, "subject": 200, "field name": 100}
LONGEST = 65_535  # an entry bundle of C2SP tlog-tiles gives each entry a 16-bit length
MEMBERS = ("actor", "agency", "at", "facts", "kind", "logged", "sealed", "subject")

KIND = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*", re.ASCII)
COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z", re.ASCII)
A_NUMBER = re.compile(r"\bA[- ]?(?:\d{8,9}|\d{2,3}[- ]\d{3}[- ]\d{3})\b", re.ASCII | re.IGNORECASE)


class EventError(ValueError):
    """These bytes, or these values, are not an event of the ledger."""


@dataclass(frozen=True)
class Event:
    kind: str
    at: datetime
    actor: str
    agency: str
    subject: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)
    logged: datetime | None = None
    """When the ledger wrote it, by the ledger's own clock; never earlier than the entry before. `at` is when the act happened."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _in_utc("at", self.at))
        object.__setattr__(self, "logged", _in_utc("logged", self.logged) if self.logged is not None else self.at)
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))
        object.__setattr__(self, "sealed", MappingProxyType(dict(self.sealed)))
        if not KIND.fullmatch(self.kind) or len(self.kind) > WIDEST["kind"]:
            raise EventError(f"The kind {self.kind!r} is not two words with a dot, like 'paper.received'.")
        for member in ("actor", "agency", "subject"):
            _plain(member, getattr(self, member))
            if len(getattr(self, member)) > WIDEST[member]:
                raise EventError(
                    f"The {member} is longer than {WIDEST[member]} characters: {getattr(self, member)[:40]!r}…"
                )
        for name, value in self.facts.items():
            _fact(name, value)
        for name, commitment in self.sealed.items():
            _name(name)
            if not isinstance(commitment, str) or not COMMITMENT.fullmatch(commitment):
                raise EventError(f"The sealed field {name!r} must hold a commitment of 64 hex digits, never the value.")

    def to_bytes(self) -> bytes:
        assert self.logged is not None
        members: dict[str, Any] = {
            "kind": self.kind,
            "at": _moment(self.at),
            "logged": _moment(self.logged),
            "actor": self.actor,
            "agency": self.agency,
            "subject": self.subject,
            "facts": dict(self.facts),
            "sealed": dict(self.sealed),
        }
        text = json.dumps(members, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = text.encode("utf-8")
        if len(data) > LONGEST:
            raise EventError(f"A {self.kind} event of {len(data)} bytes is over the {LONGEST} that an entry can hold.")
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Event:
        """Reads only what `to_bytes` writes: other spellings of the same JSON are refused, or two entries could mean one event."""
        try:
            members = json.loads(data.decode("utf-8"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise EventError(f"Not an event: the bytes are not JSON in UTF-8 ({error}).") from error
        if not isinstance(members, dict) or tuple(sorted(members)) != MEMBERS:
            raise EventError(f"Not an event: it must have exactly the members {', '.join(MEMBERS)}.")
        if not (isinstance(members["facts"], dict) and isinstance(members["sealed"], dict)):
            raise EventError("Not an event: 'facts' and 'sealed' must be objects.")
        if not isinstance(members["kind"], str):
            raise EventError("Not an event: 'kind' must be text.")
        members["at"] = _from_moment("at", members["at"])
        members["logged"] = _from_moment("logged", members["logged"])
        event = cls(**members)
        if event.to_bytes() != data:
            raise EventError("Not an event in canonical form: the same values are written otherwise (RFC 8785).")
        return event


@dataclass(frozen=True)
class Sealed:
    """A personal value's stand-in for the tree, and the salt that opens it."""

    commitment: str
    salt: bytes


def commit(value: str) -> Sealed:
    """Binds to `value` without showing it. A salt serves one value once: equal values have unlike commitments."""
    salt = secrets.token_bytes(32)
    return Sealed(commitment_of(value, salt), salt)


def commitment_of(value: str, salt: bytes) -> str:
    return hmac.new(salt, value.encode("utf-8"), hashlib.sha256).hexdigest()


def opens(commitment: str, value: str, salt: bytes) -> bool:
    """Whether this value under this salt is what the entry committed to."""
    return len(salt) == 32 and hmac.compare_digest(commitment, commitment_of(value, salt))


def _fact(name: str, value: object) -> None:
    _name(name)
    if isinstance(value, str):
        _plain(f"fact {name!r}", value)
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise EventError(f"The fact {name!r} is {value}: whole numbers go to 2^53 - 1; write a longer one as text.")
    elif value is not None:
        raise EventError(
            f"The fact {name!r} is a {type(value).__name__}: facts are text, whole numbers, yes or no, or nothing."
        )


def _name(name: object) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > WIDEST["field name"]:
        raise EventError(f"The field name {name!r} must be lower-case ASCII words joined by '.', '-' or '_'.")


def _plain(where: str, text: object) -> None:
    if not isinstance(text, str):
        raise EventError(f"The {where} is a {type(text).__name__}, not text.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise EventError(f"The {where} holds half a character (a lone surrogate), which UTF-8 can't write.") from error
    if A_NUMBER.search(text):
        raise EventError(
            f"The {where} looks like an A-number. A leaf never holds one: pass it in `personal`, which is sealed."
        )


def _in_utc(where: str, moment: object) -> datetime:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise EventError(f"The moment {where!r} needs a time zone: {moment!r} could be any of several instants.")
    return moment.astimezone(UTC)


def _moment(moment: datetime) -> str:
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"


def _from_moment(where: str, text: object) -> datetime:
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        raise EventError(f"Not an event: {where!r} is {text!r}, not a moment like 2026-11-24T18:05:09.120000Z.")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise EventError(f"Not an event: {where!r} is {text!r}: {error}.") from error
