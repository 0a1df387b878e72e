"""Signs for this installation's log. In: a person or program that asks; out: the key made at set-up, the checkpoint of the log as it stands, the
next key. Private keys lie in DATA/keys, apart from the database; which one signs is what the log's last `key.made` entry says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from detainerdesk.ledger import checkpoint, log, models
from detainerdesk.ledger.checkpoint import Key


@dataclass(frozen=True)
class SignedCheckpoint:
    size: int
    root: str
    note: str
    signed: datetime


def make_key(origin: str, *, actor: str, agency: str) -> str:
    """At set-up: makes the log's first key and records it. Done before, it changes nothing. Returns the vkey to hand to auditors."""
    with transaction.atomic(durable=True):
        if vkeys():
            return _signing_key().verifier.vkey
        key = checkpoint.new_key(origin)
        checkpoint.keep_key(_folder(), key)
        _record_key(key, None, actor, agency)
    return key.verifier.vkey


def rotate_key(*, actor: str, agency: str) -> str:
    """Makes the next key. The old one signs for it, in the log, and both sign the checkpoint that holds this; then the old one is destroyed."""
    with transaction.atomic(durable=True):
        old = _signing_key()
        new = checkpoint.new_key(old.name)
        checkpoint.keep_key(_folder(), new)
        _record_key(new, checkpoint.hand_over(old, new), actor, agency)
        _sign(old, new, actor=actor, agency=agency)
    checkpoint.key_path(_folder(), old.verifier.id.hex()).unlink(missing_ok=True)
    return new.verifier.vkey


def sign_checkpoint(*, actor: str, agency: str) -> SignedCheckpoint:
    """Signs the log as it stands, after an entry that says so and repeats the root before it. Not inside a transaction: what could still be
    rolled back must not be signed. Signs nothing new while nothing new was appended."""
    with transaction.atomic(durable=True):
        key = _signing_key()
        last = last_checkpoint()
        if last is not None and last.size == log.size():
            return last
        return _sign(key, actor=actor, agency=agency)


def last_checkpoint() -> SignedCheckpoint | None:
    row = models.Checkpoint.objects.order_by("-size").first()
    return _signed(row) if row is not None else None


def checkpoints() -> tuple[SignedCheckpoint, ...]:
    """All that were ever signed, oldest first."""
    return tuple(_signed(row) for row in models.Checkpoint.objects.order_by("size"))


def vkeys() -> tuple[str, ...]:
    """The log's public keys, oldest first, as the log itself records them."""
    return tuple(str(entry.event.facts["vkey"]) for entry in log.entries(kind="key.made"))


def _sign(*keys: Key, actor: str, agency: str) -> SignedCheckpoint:
    last = last_checkpoint()
    if last is not None and (log.size() < last.size or log.root(last.size) != last.root):
        raise log.LedgerError(
            f"The database no longer holds the log that was signed at {last.size} entries, so nothing further is signed. "
            "Someone changed it outside the program, or an older backup was restored: export it, run `detainerdesk verify`, and restore."
        )
    before, root_before = log.size(), log.root()
    entry = log.append(
        "checkpoint.signed",
        actor=actor,
        agency=agency,
        subject=f"checkpoint {before + 1}",
        facts={"size_before": before, "root_before": root_before, "key": keys[-1].verifier.id.hex()},
    )
    note = checkpoint.sign(entry.index + 1, bytes.fromhex(log.root()), *keys)
    assert entry.event.logged is not None
    row = models.Checkpoint(size=entry.index + 1, note=note, signed=entry.event.logged)
    row.save()
    return _signed(row)


def _record_key(key: Key, handover: str | None, actor: str, agency: str) -> None:
    facts = {"vkey": key.verifier.vkey, "key": key.verifier.id.hex(), "handover": handover}
    log.append("key.made", actor=actor, agency=agency, subject=f"key {key.verifier.id.hex()}", facts=facts)


def _signing_key() -> Key:
    known = vkeys()
    if not known:
        raise log.LedgerError("The ledger has no signing key yet: make one at set-up (notary.make_key).")
    return checkpoint.load_key(_folder(), checkpoint.Verifier.from_vkey(known[-1]).id.hex())


def _signed(row: models.Checkpoint) -> SignedCheckpoint:
    return SignedCheckpoint(row.size, checkpoint.read(row.note).root.hex(), row.note, row.signed)


def _folder() -> Path:
    return Path(settings.DATA) / "keys"
