"""The desk's rows: who works here, where each request stands, and what was recorded about it.

What was recorded is history: such a row is written once and never changed or deleted; a later row counts instead. Only RequestState moves,
and only through detainerdesk.desk.life, which writes the ledger's event in the same transaction.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from typing import Any, NoReturn

from django.conf import settings
from django.db import models, transaction

from detainerdesk.desk.roles import LABELS, ROLES
from detainerdesk.intake import display
from detainerdesk.ledger import log as ledger

PROGRAM = r"[A-Za-z][A-Za-z0-9._-]{0,39}"
TOKEN_BEGINS = "ddk_"


class KeyRefused(ValueError):
    """A key was not made or not revoked; the message says what to do."""


class WrittenOnce(TypeError):
    """Somebody tried to change or delete a recorded row. Record a new one instead: the last one counts."""


class _OnlyNew(models.QuerySet[Any]):
    """Rows that can be added and read, not changed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise _refused(self.model)

    def delete(self) -> NoReturn:
        raise _refused(self.model)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _refused(self.model)


class Officer(models.Model):
    """One person who signs in. `station` empty: all stations of the agency."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="officer")
    role = models.CharField(max_length=20, choices=[(role, LABELS[role]) for role in ROLES])
    agency = models.CharField(max_length=100)
    station = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        """What other officers read beside a record: the last name, else the sign-in name."""
        return self.user.last_name or self.user.get_username()


class ApiKey(models.Model):
    """A program that may bring papers in. Its token is shown once and never kept: what is kept is the SHA-256 of 256 random bits, which nobody
    guesses. `station` empty: any station of the agency. A program whose key is renewed keeps its name, its deliveries and its numbers."""

    name = models.CharField(max_length=40, help_text="the program, as a sender of papers: letters, digits, . _ -")
    agency = models.CharField(max_length=80)
    station = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        Officer, null=True, on_delete=models.PROTECT, related_name="+", help_text="null: made by the command"
    )
    revoked_at = models.DateTimeField(null=True, default=None)
    revoked_by = models.ForeignKey(Officer, null=True, default=None, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"api key {self.pk}"

    @classmethod
    def make(
        cls, name: str, agency: str, station: str, *, by: Officer | None, at: datetime.datetime
    ) -> tuple[ApiKey, str]:
        """A new key and its token, which is told this once."""
        if not re.fullmatch(PROGRAM, name) or len(re.sub(r"\D", "", name)) > 6:
            raise KeyRefused(
                f"Name {name!r}: write 1 to 40 letters, digits, dots, lines, the first a letter, at most 6 digits, like jail-system."
            )
        station = display.station_name(station) if station else ""
        token = TOKEN_BEGINS + secrets.token_urlsafe(32)
        with transaction.atomic():
            key = cls.objects.create(
                name=name, agency=agency, station=station, sha256=_hash(token), made_at=at, made_by=by
            )
            key._tell("api_key.made", by)
        return key, token

    @classmethod
    def of_token(cls, token: str) -> ApiKey | None:
        """The key that this token opens; None where there is none, or it was revoked."""
        return cls.objects.filter(sha256=_hash(token), revoked_at=None).first()

    def revoke(self, *, by: Officer | None, at: datetime.datetime) -> None:
        """From now on the token opens nothing."""
        with transaction.atomic():
            now = type(self).objects.select_for_update().get(pk=self.pk)
            if now.revoked_at is not None:
                raise KeyRefused(f"Key {self.pk} ({self.name}) is revoked already.")
            self.revoked_at, self.revoked_by = at, by
            self.save(update_fields=["revoked_at", "revoked_by"])
            self._tell("api_key.revoked", by)

    def _tell(self, kind: str, by: Officer | None) -> None:
        ledger.append(
            kind,
            actor=f"officer {by.pk}" if by else "command line",
            agency=self.agency,
            subject=str(self),
            facts={"station": self.station or "all"},
            personal={"name": self.name},
        )


class RequestState(models.Model):
    """Where a request stands at the desk. The states and moves are listed in `life`; `version` rises by one with each move."""

    number = models.CharField(max_length=20)
    agency = models.CharField(max_length=100)
    station = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    changed_what = models.CharField(max_length=120)
    papers = models.CharField(max_length=64, help_text="digest of the papers that this state was worked out from")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="desk_number_of_agency")]
        indexes = [models.Index(fields=["agency", "state"], name="desk_state_of_agency")]

    def __str__(self) -> str:
        return f"{self.number} {self.state} v{self.version}"


class OnceForGood(models.Model):
    """A row that is written once, by a named officer."""

    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = _OnlyNew.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise _refused(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _refused(type(self))


class Recorded(OnceForGood):
    """What an officer recorded about a request."""

    request = models.ForeignKey(RequestState, on_delete=models.PROTECT, related_name="%(class)s_rows")
    version = models.PositiveIntegerField(help_text="the request's version that this row made")

    class Meta(OnceForGood.Meta):
        abstract = True
        indexes = [models.Index(fields=["request", "version"], name="desk_%(class)s_version")]


class Signature(OnceForGood):
    """What an agency's counsel signed about one rule (`name` is its id) or one reading; the last of each name counts."""

    ACTS = [
        ("law.adopted", "adopted"),
        ("law.withdrawn", "withdrawn"),
        ("reading.chosen", "chosen"),
        ("reading.left_open", "left open"),
    ]

    agency = models.CharField(max_length=100)
    act = models.CharField(max_length=20, choices=ACTS)
    name = models.CharField(max_length=100)
    value = models.CharField(max_length=100, blank=True, help_text="the alternative of a reading")
    digest = models.CharField(
        max_length=64, help_text="of the sentence, its citation, status and dates, and its meaning"
    )
    says = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    edition = models.CharField(max_length=64)

    class Meta(OnceForGood.Meta):
        indexes = [models.Index(fields=["agency", "name"], name="desk_signed_by_agency")]


class Identity(Recorded):
    """Whether the person on the paper is the person in custody, and which identifiers were compared."""

    RESULTS = [("same", "same person"), ("different", "different person"), ("cannot_tell", "cannot tell")]

    result = models.CharField(max_length=12, choices=RESULTS)
    compared = models.CharField(max_length=200, blank=True)


class BookedPerson(Recorded):
    """The person in custody as the booking has them, to compare a paper with. Nothing of citizenship or status."""

    name = models.CharField(max_length=160, blank=True)
    birth_date = models.DateField(null=True)
    numbers = models.JSONField(
        default=dict, help_text="kind of number (match.NUMBER_WORDS) to what stands in the booking"
    )
    booked_on = models.DateField(null=True)


class Booking(Recorded):
    """Why and when other custody ends, or on what it rests."""

    ground = models.CharField(max_length=20)
    eligible_at = models.DateTimeField(null=True)
    other_basis = models.BooleanField(null=True)
    basis_text = models.CharField(max_length=200, blank=True)


class WarrantCheck(Recorded):
    """A search for criminal warrants: `found` holds one record for each warrant, in the names of the vocabulary."""

    RESULTS = [
        ("none", "none found"),
        ("found", "found"),
        ("not_looked_up", "not looked up"),
        ("system_down", "system down"),
    ]

    result = models.CharField(max_length=14, choices=RESULTS)
    looked_at = models.DateTimeField(null=True)
    systems = models.CharField(max_length=120, blank=True)
    found = models.JSONField(default=list)


class Answer(Recorded):
    """An answer to the engine's question: a fact of the vocabulary and its value (JSON; "unknown" = could not find out)."""

    fact = models.CharField(max_length=120)
    value = models.JSONField()


class FieldCheck(Recorded):
    """A person looked at one field of a paper: confirmed as read, or corrected. `paper`: which of its file's papers."""

    document = models.CharField(max_length=64)
    paper = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    state = models.CharField(max_length=12)
    as_read = models.BooleanField()


class PaperCheck(Recorded):
    """A person confirmed a court paper by a number on file, never by the paper's own: what kind it is, who signed, whether it names this
    person. `paper`: which of its file's papers."""

    document = models.CharField(max_length=64)
    paper = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    signed_by = models.CharField(max_length=40)
    names_person = models.BooleanField(null=True)
    case_number = models.CharField(max_length=60, blank=True)
    confirmed_with = models.CharField(max_length=120, blank=True)


class Act(Recorded):
    """What a named officer did about a request, beside what the encoded law proposed at that moment.

    act: no_hold, hold, release, not_in_custody. The decision is kept whole, with the edition that made it and a digest of its trace.
    """

    ACTS = [
        ("no_hold", "no hold on this request"),
        ("hold", "hold on this request"),
        ("release", "release"),
        ("not_in_custody", "not in custody here"),
    ]

    act = models.CharField(max_length=16, choices=ACTS)
    view = models.CharField(max_length=8, blank=True)
    outcome = models.CharField(max_length=14, blank=True)
    standing = models.CharField(max_length=14, blank=True)
    settled = models.BooleanField(null=True)
    hold_until = models.DateTimeField(null=True)
    owes = models.JSONField(
        default=list, help_text="for each duty that is owed: the fact that will show it done, else the duty's id"
    )
    edition = models.CharField(max_length=64, blank=True)
    decision = models.JSONField(null=True)
    trace_digest = models.CharField(max_length=64, blank=True)
    papers = models.CharField(max_length=64, help_text="digest of the papers that the officer had before them")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _refused(model: type[models.Model]) -> WrittenOnce:
    return WrittenOnce(
        f"A recorded {model._meta.verbose_name} can't be changed or deleted: record a new one, the last one counts."
    )
