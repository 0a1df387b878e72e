"""Checks a copy of the log, offline. In: an exported folder (`layout`), and what the auditor holds of their own: the log's public key, older
checkpoints; out: a `Report` that names each entry, tile or note that is not as it was signed. `verify` needs no Django, no database and no
network; only `export`, which writes such a folder, runs inside the desk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

from detainerdesk.ledger import checkpoint, event, layout, tree
from detainerdesk.ledger.checkpoint import CheckpointError, ForgedError, Head, UnknownSignerError, Verifier
from detainerdesk.ledger.event import Event, EventError
from detainerdesk.ledger.tree import TILE_HEIGHT, TILE_WIDTH, Tree

MOST_NAMED = 50
MOST_ALIGNED = 20_000


class ExportError(RuntimeError):
    """The log can't be exported so."""


@dataclass(frozen=True)
class Finding:
    entry_index: int | None
    says: str


@dataclass(frozen=True)
class Report:
    ok: bool
    findings: tuple[Finding, ...]
    size: int
    root: str
    """Of the entries in the folder, recomputed."""
    origin: str = ""
    pinned: bool = False
    """Whether the public key came from the auditor; a key from the folder itself proves only that the folder agrees with itself."""
    older: int = 0
    """How many older checkpoints were checked against."""
    opened: int = 0
    """How many sealed values were opened and found true."""


def export(folder: Path, *, openings: Mapping[int, Iterable[str]] | None = None) -> Path:
    """Writes the log, up to its newest checkpoint, into an empty or new folder. Sealed values stay behind, but for the fields that
    `openings` names for an entry. Sign first (notary.sign_checkpoint) what is to be in it."""
    from detainerdesk.ledger import log, models, notary

    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(
            f"{folder} is not empty: export into a new folder, so that nothing old is taken for part of the log."
        )
    # No lock: what a checkpoint covers never changes, so intake goes on beside this.
    notes = notary.checkpoints()
    if not notes:
        raise ExportError("No checkpoint has been signed yet: sign one first, then export what it covers.")
    size = notes[-1].size
    for index, width in layout.bundles(size):
        first = index * TILE_WIDTH
        rows = models.Leaf.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
        entries = [bytes(data) for data in rows.values_list("data", flat=True)]
        _write(folder / layout.tile_path("entries", index, width), layout.pack(entries))
    for level, index, width in tree.tiles(size):
        _write(
            folder / layout.tile_path(level, index, width),
            b"".join(log.nodes(level * TILE_HEIGHT, index * TILE_WIDTH, width)),
        )
    for note in notes[:-1]:
        _write(folder / "checkpoints" / str(note.size), note.note.encode("utf-8"))
    _write(folder / "vkey", "".join(f"{vkey}\n" for vkey in notary.vkeys()).encode("utf-8"))
    if openings is not None:
        shown = [
            {"entry": index, "field": each.field, "value": each.value, "salt": each.salt.hex()}
            for index, fields in sorted(openings.items())
            for each in log.opened(index)
            if each.field in set(fields)
        ]
        _write(folder / "openings.json", json.dumps(shown, ensure_ascii=False, indent=1).encode("utf-8"))
    _write(folder / "checkpoint", notes[-1].note.encode("utf-8"))
    return folder


def verify(path: Path | str, *, vkeys: Iterable[str] = (), since: Iterable[str] = ()) -> Report:
    """Checks the folder at `path` against the auditor's `vkeys` and older checkpoints (`since`: the texts of the notes). Without `vkeys` the
    folder's own are used, and the report says so."""
    return _Check(Path(path), tuple(vkeys), tuple(since)).report()


@dataclass
class _Check:
    folder: Path
    given: tuple[str, ...]
    since: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    older: int = 0
    opened: int = 0
    note: str | None = None
    bundle_files: dict[int, list[tuple[int, Path]]] = field(default_factory=dict)

    def report(self) -> Report:
        first_keys = self.first_keys()
        claimed = self.claimed_head(first_keys)
        framing = self.read_entries(claimed.size if claimed is not None else None)
        expected = claimed or Head("", len(self.tree), self.tree.root())
        aligned = self.align(expected)
        self.findings += framing
        chain = self.key_chain() if aligned else []
        keys = (
            [*first_keys, *(key for key in chain if key not in first_keys)]
            if set(chain) & set(first_keys)
            else first_keys
        )
        head = self.signed_head(keys, chain) if claimed is not None else None
        if head is not None and aligned:
            self.compare_root(head)
        signed = self.signed_tree(expected, aligned)
        self.compare_tiles(expected, signed)
        if aligned:
            self.read_events(keys)
        self.compare_older(keys, head, signed or self.tree)
        self.open_values()
        return Report(
            ok=not self.findings,
            findings=tuple(self.findings),
            size=len(self.tree),
            root=self.tree.root().hex(),
            origin=claimed.origin if claimed is not None else "",
            pinned=bool(self.given),
            older=self.older,
            opened=self.opened,
        )

    def say(self, entry: int | None, says: str) -> None:
        self.findings.append(Finding(entry, says))

    # -- what is in the folder ------------------------------------------------------------------------------------------------------------

    def first_keys(self) -> list[Verifier]:
        """The auditor's keys, or the folder's where the auditor has none."""
        keys: list[Verifier] = []
        for vkey in self.given or (self.text("vkey") or "").splitlines():
            try:
                keys.append(Verifier.from_vkey(vkey))
            except CheckpointError as error:
                self.say(None, f"{'The key you gave' if self.given else 'The file vkey'} can't be used: {error}")
        if not keys:
            self.say(
                None,
                "There is no public key to check signatures with: give one, or see whether the file vkey was taken away.",
            )
        return keys

    def claimed_head(self, keys: Sequence[Verifier]) -> Head | None:
        """What the checkpoint says: enough to know which files to expect. None where it was certainly changed."""
        self.note = self.text("checkpoint")
        if self.note is None:
            self.say(
                None,
                f"There is no checkpoint in {self.folder}: this is not an exported log, or its checkpoint was taken away.",
            )
            return None
        try:
            claimed = checkpoint.read(self.note)
            checkpoint.verify(self.note, keys)
        except ForgedError as error:
            self.say(None, f"The checkpoint was changed. {error}")
            return None
        except UnknownSignerError:
            return claimed  # a later key of the log, perhaps: signed_head decides
        except CheckpointError as error:
            self.say(None, f"The checkpoint was changed. {error}")
            return None
        return claimed

    def read_entries(self, size: int | None) -> list[Finding]:
        """Hashes every entry that is there into `tree`; returns what is wrong with the bundles' form."""
        wrong: list[Finding] = []
        self.bundle_files = layout.bundle_files(self.folder)
        for index, width, path in self.bundles(size):
            bundle = layout.unpack(path.read_bytes())
            for each in bundle.entries:
                self.tree.append(tree.leaf_hash(each))
            name = path.relative_to(self.folder).as_posix()
            if bundle.broken:
                at = index * TILE_WIDTH + len(bundle.entries)
                wrong.append(
                    Finding(
                        at,
                        f"Entry {at}: its length in {name} was changed, or the file was cut: {bundle.broken} bytes are no entry.",
                    )
                )
            elif len(bundle.entries) != width:
                wrong.append(
                    Finding(None, f"{name} holds {len(bundle.entries)} entries; by its name it is to hold {width}.")
                )
        return wrong

    def bundles(self, size: int | None) -> Iterator[tuple[int, int, Path]]:
        """(index, width that it is to have, file) of each entry bundle that is there."""
        for index, files in sorted(self.bundle_files.items()):
            wanted = TILE_WIDTH if size is None else min(TILE_WIDTH, max(0, size - index * TILE_WIDTH))
            exact = [path for width, path in files if width == wanted]
            width, path = (wanted, exact[0]) if exact else files[-1]
            yield index, width, path

    def tile_hashes(self, level: int, size: int) -> list[bytes] | None:
        """The hashes that the tiles of one level hold, or None where one is missing or has another length."""
        hashes: list[bytes] = []
        count = size >> level * TILE_HEIGHT
        for first in range(0, count, TILE_WIDTH):
            width = min(TILE_WIDTH, count - first)
            data = self.bytes(layout.tile_path(level, first // TILE_WIDTH, width))
            if data is None or len(data) != 32 * width:
                return None
            hashes += (data[at : at + 32] for at in range(0, len(data), 32))
        return hashes

    # -- entries against tiles and root ---------------------------------------------------------------------------------------------------

    def align(self, claimed: Head) -> bool:
        """Whether the entries are, one for one, what the checkpoint's tree has; if not, names which are not."""
        if len(self.tree) == claimed.size and self.tree.root() == claimed.root:
            return True
        there = [self.tree.node(0, index) for index in range(len(self.tree))]
        signed = self.tile_hashes(0, claimed.size)
        if signed is None:
            if len(there) != claimed.size:
                self.say(
                    min(len(there), claimed.size),
                    f"The checkpoint is of {claimed.size} entries; {len(there)} are here, and the tiles that would name them are damaged too.",
                )
                return False
            return True
        if there == signed:
            return True
        named = _differences(there, signed)
        self.findings += named[:MOST_NAMED]
        if len(named) > MOST_NAMED:
            self.say(named[MOST_NAMED].entry_index, f"And {len(named) - MOST_NAMED} more like these.")
        return False

    def compare_root(self, head: Head) -> None:
        """The entries are whole and fit their tiles; do they fit what was signed?"""
        if len(self.tree) == head.size and self.tree.root() == head.root:
            return
        if len(self.tree) != head.size:
            self.say(
                min(len(self.tree), head.size),
                f"The signed checkpoint is of {head.size} entries; {len(self.tree)} are here.",
            )
            return
        narrowed = self.narrow(head)
        where = (
            f"one of entries {narrowed[0]} to {narrowed[1]}" if narrowed[0] != narrowed[1] else f"entry {narrowed[0]}"
        )
        self.say(
            narrowed[0],
            f"The entries are not those that were signed at {head.size}: {where} was changed, and its tile with it, so that only the signed root tells.",
        )

    def narrow(self, head: Head) -> tuple[int, int]:
        """The narrowest range of entries that the tiles above still convict."""
        for level in range(1, 8):
            if not head.size >> level * TILE_HEIGHT:
                break
            held = self.tile_hashes(level, head.size)
            width = 1 << level * TILE_HEIGHT
            for index, digest in enumerate(held or ()):
                if digest != self.tree.node(level * TILE_HEIGHT, index):
                    return index * width, (index + 1) * width - 1
        return 0, head.size - 1

    def signed_tree(self, claimed: Head, aligned: bool) -> Tree | None:
        """The tree that was signed, as far as it can be told: the entries' where they are sound, else that of the lowest tiles."""
        if aligned and len(self.tree) == claimed.size:
            return self.tree
        leaves = self.tile_hashes(0, claimed.size)
        return Tree(leaves) if leaves is not None else None

    def compare_tiles(self, claimed: Head, sound: Tree | None) -> None:
        """Each tile against the tree that was signed."""
        expected: set[str] = set()
        # A size that nothing here bears out could ask for any number of tiles: those of what is here are enough.
        size = claimed.size if sound is not None else min(claimed.size, len(self.tree))
        for level, index, width in tree.tiles(size):
            name = layout.tile_path(level, index, width)
            expected.add(name)
            data = self.bytes(name)
            if data is None:
                self.say(None, f"The tile {name} is missing.")
            elif len(data) != 32 * width:
                self.say(None, f"The tile {name} was changed: it has {len(data)} bytes, not {32 * width}.")
            elif sound is not None and data != tree.tile(level, index, width, sound.node):
                self.say(
                    self.first_entry_of(data, level, index, sound),
                    f"The tile {name} was changed: the entries give other hashes.",
                )
        for index, width in layout.bundles(size):
            name = layout.tile_path("entries", index, width)
            expected.add(name)
            if not (self.folder / name).is_file():
                self.say(index * TILE_WIDTH, f"The entry bundle {name} is missing.")
        self.name_strangers(expected)

    def first_entry_of(self, data: bytes, level: int, index: int, sound: Tree) -> int | None:
        """The first entry under the first hash that differs."""
        for at in range(len(data) // 32):
            number = index * TILE_WIDTH + at
            if data[32 * at : 32 * at + 32] != sound.node(level * TILE_HEIGHT, number):
                return number << level * TILE_HEIGHT
        return None

    def name_strangers(self, expected: set[str]) -> None:
        """Files that no tree of this size has. Narrower partial tiles of earlier sizes may lie beside (C2SP allows it)."""
        stems = {name.partition(".p/")[0]: int(name.partition(".p/")[2] or TILE_WIDTH) for name in expected}
        base = self.folder / "tile"
        for path in sorted(base.rglob("*")) if base.is_dir() else ():
            name = path.relative_to(self.folder).as_posix()
            stem, _, width = name.partition(".p/")
            earlier = width.isdigit() and int(width) < stems.get(stem, 0)
            if path.is_file() and name not in expected and not earlier:
                self.say(None, f"The file {name} belongs to no entry that the checkpoint covers: it was added.")

    # -- keys and notes -------------------------------------------------------------------------------------------------------------------

    def key_chain(self) -> list[Verifier]:
        """The log's keys, oldest first, as its entries tell: each but the first with the word of the one before. Whoever trusts one of them,
        and sees the checkpoint signed by the newest, has the others with it."""
        chain: list[Verifier] = []
        for data in (data for _, data in self.entries() if b'"kind":"key.made"' in data):
            try:
                each = Event.from_bytes(data)
                if each.kind != "key.made":
                    continue
                if not chain:
                    chain.append(Verifier.from_vkey(str(each.facts.get("vkey"))))
                else:
                    chain.append(checkpoint.handed_over(str(each.facts.get("handover")), chain[-1:])[1])
            except (CheckpointError, EventError):
                break  # read_events names it
        return chain

    def signed_head(self, keys: Sequence[Verifier], chain: Sequence[Verifier]) -> Head | None:
        """The checkpoint's word, if a trusted key gave it and, after a hand-over, the newest one did."""
        assert self.note is not None
        if not keys:
            return None
        try:
            return checkpoint.verify(self.note, chain[-1:] if chain and chain[-1] in keys else keys)
        except CheckpointError as error:
            self.say(None, f"The checkpoint can't be trusted. {error}")
            return None

    def compare_older(self, keys: Sequence[Verifier], head: Head | None, signed: Tree) -> None:
        """Every older checkpoint must be of a beginning of this log."""
        base = self.folder / "checkpoints"
        kept = (
            [(f"checkpoints/{path.name}", path.read_bytes()) for path in sorted(base.iterdir())]
            if base.is_dir()
            else []
        )
        yours = [
            (f"the older checkpoint you gave ({number})", text.encode("utf-8"))
            for number, text in enumerate(self.since, 1)
        ]
        heads: list[tuple[Head, str]] = []
        for where, data in yours + kept:
            try:
                older = checkpoint.verify(data.decode("utf-8"), keys)
            except (CheckpointError, UnicodeDecodeError) as error:
                self.say(None, f"In {where}: {error}")
                continue
            heads.append((older, where))
        good = 0
        for older, where in sorted(heads, key=lambda each: each[0].size):
            self.older += 1
            if older.size > len(signed):
                self.say(
                    len(signed),
                    f"The log was rewound: {where} was signed at {older.size} entries, and {len(signed)} are here. "
                    f"Entries {len(signed)} to {older.size - 1} are missing.",
                )
            elif signed.root(older.size) == older.root:
                good = max(good, older.size)
            else:
                split = head is not None and head.size == older.size and head.root != older.root
                self.say(
                    good,
                    f"{'Two checkpoints were signed for one size (a split view)' if split else 'The history before it was rewritten'}: "
                    f"{where}, of {older.size} entries, has the root {older.root.hex()[:16]}…; the entries here give "
                    f"{signed.root(older.size).hex()[:16]}…. The first entry that differs is one of {good} to {older.size - 1}.",
                )

    # -- what the entries say -------------------------------------------------------------------------------------------------------------

    def events(self) -> Iterator[tuple[int, Event]]:
        """The entries that can be read, with their numbers."""
        for index, data in self.entries():
            try:
                yield index, Event.from_bytes(data)
            except EventError:
                continue  # read_events names it

    def entries(self) -> Iterator[tuple[int, bytes]]:
        index = 0
        for _, _, path in self.bundles(len(self.tree)):
            for data in layout.unpack(path.read_bytes()).entries:
                yield index, data
                index += 1

    def read_events(self, keys: Sequence[Verifier]) -> None:
        """Form, order in time, and what the entries say of the log itself: keys and earlier roots."""
        latest: datetime | None = None
        current: str | None = None
        for index, data in self.entries():
            try:
                each = Event.from_bytes(data)
            except EventError as error:
                self.say(index, f"Entry {index} is no event: {error}")
                continue
            assert each.logged is not None
            if latest is not None and each.logged < latest:
                self.say(
                    index,
                    f"Entry {index} is back-dated: it says {each.logged:%Y-%m-%d %H:%M:%S} UTC, after an entry of {latest:%Y-%m-%d %H:%M:%S} UTC.",
                )
            latest = max(each.logged, latest or each.logged)
            if each.kind == "checkpoint.signed":
                before, root = each.facts.get("size_before"), each.facts.get("root_before")
                if before != index or root != self.tree.root(index).hex():
                    self.say(
                        index,
                        f"Entry {index} repeats a root of the {before} entries before it that they don't have: one of them was changed.",
                    )
            if each.kind == "key.made":
                current = self.read_key(index, each, keys, current)

    def read_key(self, index: int, each: Event, keys: Sequence[Verifier], current: str | None) -> str | None:
        vkey, note = each.facts.get("vkey"), each.facts.get("handover")
        if current is not None:
            try:
                old, new = checkpoint.handed_over(str(note), keys)
            except CheckpointError as error:
                self.say(index, f"Entry {index} brings in a key that no trusted key hands over to: {error}")
                return current
            if new.vkey != vkey or old.vkey != current:
                self.say(index, f"Entry {index} brings in a key other than the one that was handed over to.")
                return current
        elif vkey not in {key.vkey for key in keys}:
            self.say(
                index,
                f"Entry {index} names the log's first key; it is not {'the one you gave' if self.given else 'in the file vkey'}: {vkey}.",
            )
            return None
        return str(vkey)

    def open_values(self) -> None:
        """Each value in openings.json against the commitment in its entry."""
        text = self.text("openings.json")
        if text is None:
            return
        wanted: dict[int, list[Mapping[str, object]]] = {}
        try:
            for each in json.loads(text):
                wanted.setdefault(int(each["entry"]), []).append(each)
        except (ValueError, TypeError, KeyError) as error:
            self.say(None, f"openings.json can't be read ({error!r}): it is a list of entry, field, value and salt.")
            return
        held = {index: each for index, each in self.events() if index in wanted}
        for index, openings in sorted(wanted.items()):
            for opening in openings:
                name = str(opening.get("field"))
                if _opens(held.get(index), name, opening):
                    self.opened += 1
                else:
                    self.say(index, f"The value given for {name} is not what entry {index} committed to.")

    # -- files ----------------------------------------------------------------------------------------------------------------------------

    def bytes(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def text(self, name: str) -> str | None:
        data = self.bytes(name)
        if data is None:
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self.say(None, f"The file {name} was changed: it is not text in UTF-8.")
            return None


def _differences(there: Sequence[bytes], signed: Sequence[bytes]) -> list[Finding]:
    """What happened to the signed sequence of leaf hashes to make the one that is there."""
    first = 0
    while first < min(len(there), len(signed)) and there[first] == signed[first]:
        first += 1
    end = 0
    while end < min(len(there), len(signed)) - first and there[-1 - end] == signed[-1 - end]:
        end += 1
    now, was = there[first : len(there) - end], signed[first : len(signed) - end]
    if len(now) + len(was) > MOST_ALIGNED:
        return [
            Finding(
                first,
                f"From entry {first} on the entries are not those that were signed ({len(was)} signed, {len(now)} here).",
            )
        ]
    place = {digest: index for index, digest in enumerate(signed)}
    here = set(now)
    copies = Counter(there) - Counter(signed)
    findings: list[Finding] = []
    for kind, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone = [first + at for at in range(i, j) if was[at] not in here]
        new = [first + at for at in range(k, m) if now[at] not in place]
        changed = min(len(gone), len(new))
        findings += [
            Finding(index, f"Entry {index} was changed: it is not the one that was signed.") for index in gone[:changed]
        ]
        findings += [_run(run, "is missing", "are missing") for run in _runs(gone[changed:])]
        findings += [
            _run(run, "was added: it was never signed", "were added: they were never signed")
            for run in _runs(new[changed:])
        ]
        for at in range(k, m):
            origin = place.get(now[at])
            if origin is not None and copies[now[at]]:
                copies[now[at]] -= 1
                findings.append(Finding(first + at, f"Entry {first + at} was added: it is a copy of entry {origin}."))
            elif origin is not None:
                findings.append(Finding(origin, f"Entry {origin} was moved: it now stands at {first + at}."))
    return findings


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for each in numbers:
        if runs and runs[-1][1] == each - 1:
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return runs


def _run(run: tuple[int, int], one: str, several: str) -> Finding:
    first, last = run
    return Finding(first, f"Entry {first} {one}." if first == last else f"Entries {first} to {last} {several}.")


def _opens(entry: Event | None, name: str, opening: Mapping[str, object]) -> bool:
    value, salt = opening.get("value"), opening.get("salt")
    if entry is None or name not in entry.sealed or not isinstance(value, str) or not isinstance(salt, str):
        return False
    try:
        return event.opens(entry.sealed[name], value, bytes.fromhex(salt))
    except ValueError:
        return False


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
