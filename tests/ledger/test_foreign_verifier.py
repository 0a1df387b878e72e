"""Somebody else's verifier (metamorphic-log, a Rust client for C2SP logs) accepts our checkpoints and proofs, and refuses each alteration."""

from __future__ import annotations

import base64

import metamorphic_log as foreign
import pytest

from detainerdesk.ledger import checkpoint, log, notary

from .conftest import ORIGIN

pytestmark = pytest.mark.django_db(transaction=True)


def flip(data: bytes, at: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_led_1_it_reads_our_checkpoint_as_we_do(ledger) -> None:
    note = ledger(6)
    head = foreign.checkpoint_verify(note, list(notary.vkeys()))
    assert (head.origin, head.size, head.root.hex()) == (ORIGIN, log.size(), log.root())


def test_led_1_it_refuses_a_checkpoint_with_any_part_altered(ledger) -> None:
    note, (vkey,) = ledger(6), notary.vkeys()
    text, _, signature = note.partition("\n\n")
    origin, size, root = text.split("\n")
    for altered in (
        note.replace(size, str(int(size) + 1), 1),
        note.replace(origin, origin + "x"),
        note.replace(root, base64.b64encode(flip(base64.b64decode(root))).decode()),
        note.replace(signature, signature.replace("A", "B", 1) if "A" in signature else signature.replace("b", "c", 1)),
        checkpoint.sign(int(size), base64.b64decode(root), checkpoint.new_key(ORIGIN)),
    ):
        assert altered != note
        with pytest.raises(foreign.VerifyError):
            foreign.checkpoint_verify(altered, [vkey])


def test_led_1_it_accepts_the_proof_of_every_entry_and_refuses_every_altered_one(ledger) -> None:
    note, vkeys = ledger(6), list(notary.vkeys())
    for entry in log.entries():
        leaf, proof = bytes.fromhex(entry.leaf_hash), log.inclusion(entry.index)
        foreign.checkpoint_verify_inclusion(note, vkeys, entry.index, leaf, proof)
        for index, hash_, path in (
            (entry.index, flip(leaf), proof),
            ((entry.index + 1) % log.size(), leaf, proof),
            (entry.index, leaf, [flip(proof[0]), *proof[1:]]),
            (entry.index, leaf, proof[:-1]),
            (entry.index, leaf, [*proof, proof[-1]]),
        ):
            with pytest.raises(foreign.VerifyError):
                foreign.checkpoint_verify_inclusion(note, vkeys, index, hash_, path)


def test_led_1_it_accepts_that_each_checkpoint_extends_the_ones_before_and_refuses_every_altered_proof(ledger) -> None:
    notes, vkeys = [ledger(count) for count in (3, 1, 5, 4)], list(notary.vkeys())
    sizes = [each.size for each in notary.checkpoints()]
    for older, newer in [(i, j) for j in range(4) for i in range(j)]:
        proof = log.consistency(sizes[older], sizes[newer])
        foreign.checkpoint_verify_consistency(notes[older], notes[newer], vkeys, proof)
        for path in (
            [flip(proof[0]), *proof[1:]],
            proof[:-1],
            [*proof, proof[-1]],
            log.consistency(sizes[older] - 1, sizes[newer]),
        ):
            with pytest.raises(foreign.VerifyError):
                foreign.checkpoint_verify_consistency(notes[older], notes[newer], vkeys, path)


def test_led_1_it_refuses_a_checkpoint_of_another_history(ledger) -> None:
    older, newer = ledger(3), ledger(4)
    (key,) = (
        checkpoint.load_key(notary._folder(), checkpoint.Verifier.from_vkey(vkey).id.hex()) for vkey in notary.vkeys()
    )
    split = checkpoint.sign(checkpoint.read(older).size, bytes(32), key)
    proof = log.consistency(checkpoint.read(older).size)
    foreign.checkpoint_verify_consistency(older, newer, [key.verifier.vkey], proof)
    with pytest.raises(foreign.VerifyError):
        foreign.checkpoint_verify_consistency(split, newer, [key.verifier.vkey], proof)


def test_led_1_it_accepts_the_checkpoint_signed_at_a_rotation_with_either_key(ledger) -> None:
    ledger(2)
    notary.rotate_key(actor="admin", agency="us-ma-boston/police")
    both = notary.last_checkpoint()
    assert both is not None
    for vkey in notary.vkeys():
        assert foreign.checkpoint_verify(both.note, [vkey]).size == both.size
