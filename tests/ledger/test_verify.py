"""An auditor with a copy of the log, offline, is told which entry, tile or note is not as it was signed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from detainerdesk.ledger import checkpoint, layout, log, notary, tree, verify
from detainerdesk.ledger.checkpoint import Key
from detainerdesk.ledger.event import Event
from detainerdesk.ledger.tree import Tree

from .conftest import AGENCY, ORIGIN, receive

pytestmark = pytest.mark.django_db(transaction=True)

BUNDLE = "tile/entries/000.p/12"
TILE = "tile/0/000.p/12"


def signing_key() -> Key:
    """The log's real private key: what an insider has."""
    return notary._signing_key()


def entries_of(folder: Path) -> list[bytes]:
    return [
        each
        for files in layout.bundle_files(folder).values()
        for each in layout.unpack(files[-1][1].read_bytes()).entries
    ]


def write(folder: Path, entries: Sequence[bytes], key: Key) -> Path:
    """A whole folder that agrees with itself, signed by `key`: what somebody writes who rewrites history with care."""
    shutil.rmtree(folder / "tile", ignore_errors=True)
    whole = Tree([tree.leaf_hash(each) for each in entries])
    files = {
        layout.tile_path("entries", i, w): layout.pack(entries[i * 256 : i * 256 + w])
        for i, w in layout.bundles(len(entries))
    }
    files |= {
        layout.tile_path(level, i, w): tree.tile(level, i, w, whole.node) for level, i, w in tree.tiles(len(entries))
    }
    files["checkpoint"] = checkpoint.sign(len(entries), whole.root(), key).encode()
    files["vkey"] = f"{key.verifier.vkey}\n".encode()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def papers(key: Key, count: int) -> list[bytes]:
    """The entries of a log of `count`, made without a database."""
    first = Event(
        "key.made",
        receive(0).event.at,
        "set-up",
        AGENCY,
        "key",
        {"vkey": key.verifier.vkey, "key": key.verifier.id.hex(), "handover": None},
    )
    rest = (
        replace(first, kind="paper.received", subject=f"request {number}", facts={"n": number})
        for number in range(1, count)
    )
    return [each.to_bytes() for each in (first, *rest)]


def other(data: bytes) -> bytes:
    """Another event in place of this one, just as well formed."""
    was = Event.from_bytes(data)
    return replace(was, facts=dict(was.facts) | {"station": "A-1"}).to_bytes()


def said(report: verify.Report) -> str:
    return "\n".join(finding.says for finding in report.findings)


def named(report: verify.Report) -> set[int | None]:
    return {finding.entry_index for finding in report.findings}


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def bounds() -> list[tuple[int, int]]:
    """Where each entry's bytes lie in the copy's bundle."""
    found, at = [], 0
    for entry in log.entries():
        size = len(entry.event.to_bytes())
        found.append((at + 2, at + 2 + size))
        at += 2 + size
    return found


# -- sound copies -----------------------------------------------------------------------------------------------------------------------------


def test_led_1_an_untouched_copy_verifies(copy: Path) -> None:
    report = verify.verify(copy, vkeys=notary.vkeys())
    assert report.findings == ()
    assert (report.ok, report.size, report.root, report.origin) == (True, 12, log.root(), ORIGIN)
    assert (report.pinned, report.older, report.opened) == (True, 1, 1)
    assert not verify.verify(copy).pinned


def test_verifying_needs_neither_django_nor_the_database_nor_a_network(copy: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('django', 'sqlite3', 'socket', 'ssl'): sys.modules[name] = None\n"
        "from detainerdesk.ledger.verify import verify\n"
        "report = verify(sys.argv[1]); print(report.findings); sys.exit(not report.ok)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_led_2_an_export_holds_no_personal_value_but_those_it_was_asked_to_open(
    copy: Path, ledger, tmp_path: Path
) -> None:
    everything = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert everything.count(b"FICTIONAL Person") == 1
    closed = verify.export(tmp_path / "closed")
    assert not any(b"FICTIONAL" in path.read_bytes() for path in closed.rglob("*") if path.is_file())


def test_an_export_never_mixes_with_an_older_one(copy: Path) -> None:
    with pytest.raises(verify.ExportError, match="not empty"):
        verify.export(copy)


def test_a_log_over_several_tiles_is_exported_and_verifies(ledger, tmp_path: Path) -> None:
    ledger(300)
    ledger(250)
    copy = verify.export(tmp_path / "copy")
    report = verify.verify(copy, vkeys=notary.vkeys())
    assert report.ok, report.findings
    assert (report.size, report.older) == (553, 1)
    assert (copy / "tile/1/000.p/2").read_bytes() == b"".join(log.nodes(8, 0, 2))
    assert {path.name for path in (copy / "tile/entries").iterdir()} == {"000", "001", "002.p"}


# -- one thing altered: it is named -----------------------------------------------------------------------------------------------------------


def test_led_1_a_changed_leaf_is_named_whichever_of_its_bytes_was_changed(copy: Path) -> None:
    sound = (copy / BUNDLE).read_bytes()
    for index, (begin, end) in enumerate(bounds()):
        for at in (begin, (begin + end) // 2, end - 1):
            flip(copy / BUNDLE, at)
            report = verify.verify(copy, vkeys=notary.vkeys())
            assert not report.ok
            assert report.findings[0].entry_index == index
            assert report.findings[0].says.startswith(f"Entry {index} was changed")
            assert named(report) - {index, None} == set()
            (copy / BUNDLE).write_bytes(sound)


@pytest.mark.parametrize(
    ("alter", "index", "words"),
    [
        (lambda e: e[:4] + e[5:], 4, "Entry 4 is missing"),
        (lambda e: e[:4] + e[7:], 4, "Entries 4 to 6 are missing"),
        (lambda e: e[:-1], 11, "Entry 11 is missing"),
        (lambda e: e[1:], 0, "Entry 0 is missing"),
        (lambda e: [*e[:3], e[6], *e[4:6], e[3], *e[7:]], 6, "Entry 6 was moved: it now stands at 3"),
        (lambda e: [*e[:3], e[4], e[3], *e[5:]], 4, "Entry 4 was moved"),
        (lambda e: [*e[:5], other(e[2]), *e[5:]], 5, "Entry 5 was added: it was never signed"),
        (lambda e: [*e, other(e[2])], 12, "Entry 12 was added: it was never signed"),
        (lambda e: [*e[:5], e[2], *e[5:]], 5, "Entry 5 was added: it is a copy of entry 2"),
        (lambda e: [*e[:5], other(e[5]), *e[6:]], 5, "Entry 5 was changed"),
    ],
)
def test_an_entry_that_is_missing_moved_or_added_is_named(
    copy: Path, alter: Callable[[list[bytes]], list[bytes]], index: int, words: str
) -> None:
    (copy / BUNDLE).write_bytes(layout.pack(alter(entries_of(copy))))
    report = verify.verify(copy, vkeys=notary.vkeys())
    assert not report.ok
    assert words in said(report)
    assert index in named(report)


def test_a_length_that_was_changed_is_named_by_its_entry(copy: Path) -> None:
    flip(copy / BUNDLE, bounds()[3][0] - 2)
    report = verify.verify(copy, vkeys=notary.vkeys())
    assert 3 in named(report)


def test_a_changed_tile_is_named_with_the_entry_whose_hash_it_no_longer_has(copy: Path) -> None:
    for index in range(12):
        flip(copy / TILE, 32 * index + 5)
        report = verify.verify(copy, vkeys=notary.vkeys())
        assert said(report).startswith(f"The tile {TILE} was changed")
        assert named(report) == {index}
        flip(copy / TILE, 32 * index + 5)


@pytest.mark.parametrize("name", ["checkpoint", "checkpoints/7"])
def test_a_changed_note_is_named_whichever_of_its_bytes_was_changed(copy: Path, name: str) -> None:
    for at in range(0, len((copy / name).read_bytes()), 3):
        flip(copy / name, at)
        report = verify.verify(copy, vkeys=notary.vkeys())
        assert not report.ok
        assert named(report) == {None}
        assert ("The checkpoint" if name == "checkpoint" else name) in said(report)
        flip(copy / name, at)


def test_no_byte_of_any_file_can_be_changed_unseen(copy: Path) -> None:
    draw = random.Random(20261124)
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path.name != "openings.json")
    assert len(files) == 5
    for path in files:
        sound = path.read_bytes()
        for _ in range(40):
            data = bytearray(sound)
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            path.write_bytes(bytes(data))
            assert not verify.verify(copy).ok, path
        path.write_bytes(sound)
    assert verify.verify(copy).ok


@pytest.mark.parametrize(
    ("name", "words"), [(BUNDLE, BUNDLE), (TILE, TILE), ("checkpoint", "no checkpoint"), ("vkey", "no public key")]
)
def test_a_file_that_was_taken_away_is_named(copy: Path, name: str, words: str) -> None:
    (copy / name).unlink()
    report = verify.verify(copy)
    assert not report.ok
    assert words in said(report)


def test_a_file_that_was_put_in_is_named(copy: Path) -> None:
    shutil.copy(copy / BUNDLE, copy / "tile/entries/000")
    (copy / "tile/entries/000.p/5").write_bytes(b"an earlier, narrower tile may lie there")
    report = verify.verify(copy)
    assert [finding.says for finding in report.findings] == [
        "The file tile/entries/000 belongs to no entry that the checkpoint covers: it was added."
    ]


def test_a_folder_that_is_no_log_is_refused_with_words(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        report = verify.verify(folder)
        assert not report.ok
        assert "no checkpoint" in said(report)


@pytest.mark.parametrize(
    ("field", "value"),
    [("value", "FICTIONAL Other"), ("salt", "00" * 32), ("salt", "zz"), ("field", "subject.a_number"), ("entry", 2)],
)
def test_an_opened_value_that_is_not_the_sealed_one_is_named(copy: Path, field: str, value: object) -> None:
    (opening,) = json.loads((copy / "openings.json").read_text())
    (copy / "openings.json").write_text(json.dumps([opening | {field: value}]))
    report = verify.verify(copy)
    assert named(report) == {value if field == "entry" else 1}
    assert report.opened == 0
    assert "is not what entry" in said(report)


# -- history rewritten with care ----------------------------------------------------------------------------------------------------------------


def test_a_changed_leaf_whose_tile_was_changed_with_it_is_convicted_by_the_tile_above(
    copy: Path, tmp_path: Path
) -> None:
    key = signing_key()
    entries = papers(key, 900)
    folder = write(tmp_path / "big", entries, key)
    assert verify.verify(folder, vkeys=[key.verifier.vkey]).ok
    changed = other(entries[300])
    (folder / "tile/entries/001").write_bytes(layout.pack([*entries[256:300], changed, *entries[301:512]]))
    hashes = [tree.leaf_hash(each) for each in [*entries[256:300], changed, *entries[301:512]]]
    (folder / "tile/0/001").write_bytes(b"".join(hashes))
    report = verify.verify(folder, vkeys=[key.verifier.vkey])
    assert 256 in named(report)
    assert "one of entries 256 to 511 was changed" in said(report)
    assert "The tile tile/1/000.p/3 was changed" in said(report)


def test_an_entry_changed_with_its_tile_is_narrowed_down_by_the_older_checkpoint(copy: Path) -> None:
    entries = entries_of(copy)
    changed = [*entries[:9], other(entries[9]), *entries[10:]]
    (copy / BUNDLE).write_bytes(layout.pack(changed))
    (copy / TILE).write_bytes(b"".join(tree.leaf_hash(each) for each in changed))
    report = verify.verify(copy, vkeys=notary.vkeys())
    assert "The entries are not those that were signed at 12" in said(report)
    assert "Entry 11 repeats a root" in said(report)


def test_a_split_view_is_caught_by_a_checkpoint_that_someone_else_was_shown(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    shown = (copy / "checkpoint").read_text()
    write(copy, [*entries[:10], other(entries[10]), entries[11]], key)
    report = verify.verify(copy, vkeys=[key.verifier.vkey], since=[shown])
    assert "split view" in said(report)
    assert 7 in named(report)  # the checkpoint at 7 still fits, so it is one of 7 to 11


def test_a_rewound_tree_is_caught_by_a_newer_checkpoint(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    shown = (copy / "checkpoint").read_text()
    write(copy, entries[:9], key)
    assert verify.verify(
        copy, vkeys=[key.verifier.vkey]
    ).ok  # a copy alone can't tell: this is why auditors keep checkpoints
    report = verify.verify(copy, vkeys=[key.verifier.vkey], since=[shown])
    assert named(report) == {9}
    assert "The log was rewound" in said(report)
    assert "Entries 9 to 11 are missing" in said(report)


def test_a_checkpoint_re_signed_by_a_stranger_is_caught_by_the_key_one_holds(copy: Path) -> None:
    vkeys, stranger, entries = notary.vkeys(), checkpoint.new_key(ORIGIN), entries_of(copy)
    write(copy, [*entries[:4], other(entries[4]), *entries[5:]], stranger)
    report = verify.verify(copy, vkeys=vkeys)
    assert "No trusted key signed" in said(report)
    assert "Entry 0 names the log's first key" in said(verify.verify(copy))  # even without a key of one's own


def test_a_checkpoint_re_signed_by_an_insider_is_caught_by_every_older_one(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    write(copy, [*entries[:4], other(entries[4]), *entries[5:]], key)
    report = verify.verify(copy, vkeys=[key.verifier.vkey])
    assert "The history before it was rewritten: checkpoints/7" in said(report)
    shutil.rmtree(copy / "checkpoints")
    assert "Entry 6 repeats a root of the 6 entries before it" in said(verify.verify(copy, vkeys=[key.verifier.vkey]))


def test_a_back_dated_entry_is_named(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    before = Event.from_bytes(entries[3])
    assert before.logged is not None
    late = replace(
        before, subject="request 2026-0999", logged=before.logged - timedelta(days=3), at=before.at - timedelta(days=3)
    )
    report = verify.verify(write(copy, [*entries, late.to_bytes()], key), vkeys=[key.verifier.vkey])
    assert named(report) == {12}
    assert "Entry 12 is back-dated" in said(report)


def test_an_entry_slipped_into_its_place_in_time_is_caught_by_the_checkpoint_signed_since(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    write(copy, [*entries[:3], other(entries[3]), *entries[3:]], key)
    report = verify.verify(copy, vkeys=[key.verifier.vkey])
    assert "history before it was rewritten" in said(report)


def test_an_entry_that_is_no_event_is_named_though_it_was_signed(copy: Path) -> None:
    key, entries = signing_key(), entries_of(copy)
    report = verify.verify(write(copy, [*entries, b'{"kind": "note"}'], key), vkeys=[key.verifier.vkey])
    assert named(report) == {12}
    assert "Entry 12 is no event" in said(report)


# -- keys that change -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rotated(ledger, tmp_path: Path) -> Path:
    ledger(3)
    notary.rotate_key(actor="admin", agency=AGENCY)
    ledger(2)
    return verify.export(tmp_path / "rotated")


@pytest.mark.parametrize("held", [slice(0, 1), slice(1, 2), slice(0, 2), slice(0, 0)])
def test_after_a_rotation_whoever_holds_the_old_or_the_new_key_can_verify(rotated: Path, held: slice) -> None:
    report = verify.verify(rotated, vkeys=notary.vkeys()[held])
    assert report.ok, report.findings
    assert report.older == 2


def test_a_key_that_no_key_handed_over_to_is_refused(rotated: Path) -> None:
    vkeys, stranger, entries = notary.vkeys(), checkpoint.new_key(ORIGIN), entries_of(rotated)
    last = Event.from_bytes(entries[-1])
    taken = replace(
        last, kind="key.made",
        facts={"vkey": stranger.verifier.vkey, "key": stranger.verifier.id.hex(), "handover": checkpoint.hand_over(stranger, stranger)},
    )  # fmt: skip
    report = verify.verify(write(rotated, [*entries, taken.to_bytes()], stranger), vkeys=vkeys)
    assert not report.ok
    assert "No trusted key signed" in said(report)
    assert f"Entry {len(entries)} brings in a key that no trusted key hands over to" in said(report)


def test_an_entry_that_names_a_key_other_than_the_one_handed_over_to_is_named(copy: Path) -> None:
    key, new, stranger, entries = (
        signing_key(),
        checkpoint.new_key(ORIGIN),
        checkpoint.new_key(ORIGIN),
        entries_of(copy),
    )
    facts = {
        "vkey": stranger.verifier.vkey,
        "key": stranger.verifier.id.hex(),
        "handover": checkpoint.hand_over(key, new),
    }
    swapped = replace(Event.from_bytes(entries[-1]), kind="key.made", facts=facts)
    report = verify.verify(write(copy, [*entries, swapped.to_bytes()], new), vkeys=[key.verifier.vkey])
    assert named(report) == {12}
    assert "a key other than the one that was handed over to" in said(report)


def test_a_stranger_who_hands_over_to_the_real_key_gains_nothing(rotated: Path) -> None:
    """Anybody can sign for a key that is not theirs; the checkpoint must still be signed by the last in the chain."""
    new, stranger, entries = notary.vkeys()[1], checkpoint.new_key(ORIGIN), entries_of(rotated)
    first = Event.from_bytes(entries[0])
    real = checkpoint.Verifier.from_vkey(new)
    word = checkpoint.sign_note(f"{checkpoint.HANDOVER}\n{new}\n", stranger)
    chain = [
        replace(first, facts={"vkey": stranger.verifier.vkey, "key": stranger.verifier.id.hex(), "handover": None}),
        replace(first, facts={"vkey": new, "key": real.id.hex(), "handover": word}),
    ]
    shutil.rmtree(rotated / "checkpoints")
    report = verify.verify(write(rotated, [each.to_bytes() for each in chain], stranger), vkeys=[new])
    assert not report.ok
    assert "can't be trusted" in said(report)


def test_the_old_key_can_not_sign_after_its_hand_over(rotated: Path, data: Path) -> None:
    receive(9)
    old = checkpoint.new_key(ORIGIN)  # stands for a stolen old key: the chain below is made with it
    entries = papers(old, 4)
    new = checkpoint.new_key(ORIGIN)
    handed = replace(
        Event.from_bytes(entries[-1]), kind="key.made",
        facts={"vkey": new.verifier.vkey, "key": new.verifier.id.hex(), "handover": checkpoint.hand_over(old, new)},
    )  # fmt: skip
    shutil.rmtree(rotated / "checkpoints")
    folder = write(rotated, [*entries, handed.to_bytes()], new)
    assert verify.verify(folder, vkeys=[old.verifier.vkey]).ok
    report = verify.verify(write(folder, [*entries, handed.to_bytes()], old), vkeys=[old.verifier.vkey])
    assert "The checkpoint can't be trusted" in said(report)
