"""The ledger's four tables: leaves and full subtrees (the tree), openings of sealed values (outside it), and the checkpoints that were signed.
`log` writes them; everybody else reads. A leaf is never edited or deleted, neither through the model nor, but for a cut at the end
(which every checkpoint shows), in the database."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models
from django.db.models import F, Q


class ForeverError(TypeError):
    """Somebody tried to change what the ledger has written."""


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class ForeverQuerySet(models.QuerySet[Row_co]):
    def update(self, **_: Any) -> NoReturn:
        raise ForeverError(f"{_REFUSED} (update)")

    def delete(self) -> NoReturn:
        raise ForeverError(f"{_REFUSED} (delete)")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise ForeverError(f"{_REFUSED} (bulk_update)")


class Forever(models.Model):
    """Rows that are written once."""

    objects = ForeverQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ForeverError(f"{_REFUSED} (save)")
        super().save(force_insert=True, using=kwargs.get("using"))

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise ForeverError(f"{_REFUSED} (delete)")


class Leaf(Forever):
    """One entry: its bytes, and columns to find it by (always read from the bytes)."""

    index = models.BigIntegerField(primary_key=True)
    previous = models.OneToOneField("self", null=True, on_delete=models.DO_NOTHING, related_name="next")
    data = models.BinaryField()
    hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, db_index=True)
    agency = models.CharField(max_length=200)
    at = models.DateTimeField()
    logged = models.DateTimeField()

    class Meta:
        constraints = [
            # `previous__isnull=False`: a CHECK that comes to NULL would pass.
            # With the foreign key this makes the index dense: each entry but the first stands on the one before it.
            models.CheckConstraint(
                condition=Q(index=0, previous__isnull=True)
                | Q(index__gt=0, previous__isnull=False, previous=F("index") - 1),
                name="ledger_index_is_dense",
            ),
        ]
        indexes = [models.Index(fields=["kind", "agency", "at"], name="ledger_leaf_kind")]

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"


class Node(Forever):
    """The hash of one full subtree above the leaves, numbered in order (`log.position`)."""

    position = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.position)


class Opening(models.Model):
    """A personal value with its salt. Deleting the row forgets the value; the tree and every proof stay whole."""

    leaf = models.ForeignKey(Leaf, on_delete=models.DO_NOTHING, related_name="openings")
    field = models.CharField(max_length=100)
    value = models.TextField()
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["leaf", "field"], name="ledger_field_is_sealed_once")]

    def __str__(self) -> str:
        return f"{self.leaf_id} {self.field}"


class Checkpoint(Forever):
    """A signed note as it was handed out. All are kept: a later log is checked against each."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    signed = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"


_REFUSED = "The ledger is only ever appended to; correct a mistake by appending a further event"
