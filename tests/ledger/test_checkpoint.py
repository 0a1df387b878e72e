"""A checkpoint is a C2SP signed note; its key lies apart from the database, is handed over by a signed entry, and signs nothing that could vanish."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

from detainerdesk.ledger import checkpoint, log, models, notary
from detainerdesk.ledger.checkpoint import CheckpointError

from .conftest import AGENCY, ORIGIN, receive

# From the C2SP signed-note specification's and Go's own documentation (golang.org/x/mod/sumdb/note): a key and a note it signed.
PETERNEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_led_1_a_published_note_of_go_is_accepted_and_any_altered_letter_is_not() -> None:
    text, (signer,) = checkpoint.open_note(NOTE, [PETERNEUMANN])
    assert text.startswith("If you think cryptography")
    assert signer.vkey == PETERNEUMANN
    with pytest.raises(CheckpointError):
        checkpoint.open_note(NOTE.replace("answer", "Answer"), [PETERNEUMANN])


def test_a_note_signed_by_no_trusted_key_is_refused_by_name() -> None:
    key, stranger = checkpoint.new_key(ORIGIN), checkpoint.new_key(ORIGIN)
    note = checkpoint.sign(3, bytes(32), stranger)
    with pytest.raises(checkpoint.UnknownSignerError, match=stranger.verifier.id.hex()):
        checkpoint.verify(note, [key.verifier.vkey])


def test_a_wrong_signature_by_a_known_key_spoils_the_note_though_another_signed_well() -> None:
    old, new = checkpoint.new_key(ORIGIN), checkpoint.new_key(ORIGIN)
    one, other = checkpoint.sign(3, bytes(32), old), checkpoint.sign(4, bytes(32), new)
    mixed = one + other.split("\n\n")[1]
    assert checkpoint.verify(mixed, [old.verifier]).size == 3
    with pytest.raises(checkpoint.ForgedError):
        checkpoint.verify(mixed, [old.verifier, new.verifier])


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n+3\n"),
        ("\n3\n", "\n3 \n"),
        ("AAAA=\n", "AAAB=\n"),
        ("\n\n", "\n"),
        ("\n3\n", "\n\n3\n"),
        ("— ", "- "),
    ],
)
def test_led_1_a_checkpoint_in_any_other_form_is_refused(was: str, now: str) -> None:
    note = checkpoint.sign(3, bytes(32), checkpoint.new_key(ORIGIN))
    assert was in note
    with pytest.raises(CheckpointError):
        checkpoint.read(note.replace(was, now, 1))


def test_a_handover_can_not_be_read_as_a_checkpoint_nor_a_checkpoint_as_a_handover() -> None:
    old, new = checkpoint.new_key(ORIGIN), checkpoint.new_key(ORIGIN)
    note = checkpoint.hand_over(old, new)
    assert checkpoint.handed_over(note, [old.verifier]) == (old.verifier, new.verifier)
    with pytest.raises(CheckpointError):
        checkpoint.verify(note, [old.verifier])
    with pytest.raises(CheckpointError):
        checkpoint.handed_over(checkpoint.sign(3, bytes(32), old), [old.verifier])


def test_a_key_of_another_log_can_not_sign_for_this_one() -> None:
    key = checkpoint.new_key("another.example/log")
    root = checkpoint.sign(3, bytes(32), key).split("\n")[2]
    with pytest.raises(CheckpointError, match=r"was signed by 'another\.example/log'"):
        checkpoint.verify(checkpoint.sign_note(f"{ORIGIN}\n3\n{root}\n", key), [key.verifier])


def test_a_note_that_only_mentions_a_key_hands_nothing_over() -> None:
    old, new = checkpoint.new_key(ORIGIN), checkpoint.new_key(ORIGIN)
    with pytest.raises(CheckpointError, match="hands over no key"):
        checkpoint.handed_over(checkpoint.sign_note(f"seen today\n{new.verifier.vkey}\n", old), [old.verifier])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tname"])
def test_a_key_name_that_would_break_the_note_is_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match="key name"):
        checkpoint.new_key(name)


def test_a_key_never_shows_its_private_half() -> None:
    key = checkpoint.new_key(ORIGIN)
    assert repr(key.seed) not in repr(key)
    assert key.text not in repr(key)


@pytest.mark.django_db(transaction=True)
def test_the_private_key_is_a_file_of_its_own_that_only_its_owner_reads(data: Path) -> None:
    vkey = notary.make_key(ORIGIN, actor="set-up", agency=AGENCY)
    (path,) = (data / "keys").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (data / "keys").stat().st_mode & 0o777 == 0o700
    assert notary.make_key(ORIGIN, actor="set-up", agency=AGENCY) == vkey
    assert [path] == list((data / "keys").iterdir())
    secret = path.read_text().strip().rsplit("+", 1)[0]
    assert secret.startswith("PRIVATE+KEY+")
    leaves = b"".join(bytes(row) for row in models.Leaf.objects.values_list("data", flat=True))
    assert b"PRIVATE" not in leaves


@pytest.mark.django_db(transaction=True)
def test_a_key_that_others_can_read_is_not_used(ledger, data: Path) -> None:
    (path,) = (data / "keys").iterdir()
    path.chmod(0o644)
    with pytest.raises(CheckpointError, match="chmod 600"):
        ledger(1)


@pytest.mark.django_db(transaction=True)
def test_without_its_key_the_log_goes_on_but_signs_nothing(ledger, data: Path) -> None:
    (path,) = (data / "keys").iterdir()
    path.unlink()
    receive(1)
    size = log.size()
    with pytest.raises(CheckpointError, match="Restore the keys folder"):
        notary.sign_checkpoint(actor="desk", agency=AGENCY)
    assert log.size() == size


@pytest.mark.django_db(transaction=True)
def test_nothing_is_signed_inside_a_transaction_that_could_still_be_rolled_back(ledger) -> None:
    ledger(1)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        notary.sign_checkpoint(actor="desk", agency=AGENCY)


@pytest.mark.django_db(transaction=True)
def test_led_1_a_checkpoint_covers_the_entry_that_says_it_was_signed(ledger) -> None:
    note = ledger(3)
    head = checkpoint.verify(note, notary.vkeys())
    assert (head.origin, head.size, head.root.hex()) == (ORIGIN, 5, log.root())
    last = list(log.entries())[-1].event
    assert last.kind == "checkpoint.signed"
    assert last.facts["root_before"] == log.root(4)


@pytest.mark.django_db(transaction=True)
def test_while_nothing_new_happens_nothing_new_is_signed(ledger) -> None:
    note = ledger(3)
    assert notary.sign_checkpoint(actor="desk", agency=AGENCY).note == note
    assert (log.size(), len(notary.checkpoints())) == (5, 1)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_restored_to_an_older_state_is_not_signed_again(ledger) -> None:
    ledger(3)
    models.Leaf.objects.filter(index=4)._raw_delete("default")
    with pytest.raises(log.LedgerError, match="no longer holds the log that was signed at 5"):
        ledger(0)


@pytest.mark.django_db(transaction=True)
def test_a_rotated_key_is_signed_for_by_the_old_one_which_is_then_destroyed(ledger, data: Path) -> None:
    ledger(2)
    old = notary.vkeys()[0]
    new = notary.rotate_key(actor="admin", agency=AGENCY)
    assert notary.vkeys() == (old, new)
    (path,) = (data / "keys").iterdir()
    assert path.name == f"ledger-{checkpoint.Verifier.from_vkey(new).id.hex()}.key"
    both = notary.last_checkpoint()
    assert both is not None
    assert [each.vkey for each in checkpoint.verify(both.note, [old, new]).signers] == [old, new]
    receive(9)
    note = notary.sign_checkpoint(actor="desk", agency=AGENCY).note
    assert [each.vkey for each in checkpoint.verify(note, [old, new]).signers] == [new]
