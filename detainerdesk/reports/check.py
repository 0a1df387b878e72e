"""Checks a bundle offline (layout: bundle.py). In: its folder or zip, and public keys that the reader has from elsewhere; out: a `Checked`
that says in plain words what holds, what does not, and what no bundle proves. No database, no network, no Django."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from detainerdesk.law import Adoption, Case, Edition, LawError, Signed, decide, load
from detainerdesk.ledger import checkpoint, event, tree
from detainerdesk.ledger.checkpoint import CheckpointError, Head, UnknownSignerError
from detainerdesk.ledger.event import Event, EventError

MOST_FILES = 20_000
MOST_BYTES = 500 * 1024 * 1024

ANOTHER_KEY = "It was signed by another key than the one you gave."
DOES_NOT_PROVE = (
    "that what stands on a paper is true, or that a person was who the paper says",
    "that nothing was done outside the system, or that nothing was left unrecorded",
    "that these are all the entries about the request: only the whole exported log shows that none was left out",
    "that the agency keeps one log and shows the same one to everybody: nobody outside countersigns it yet",
    "the times, beyond their order: they are by the agency's own clock",
    "that the rulebooks say what the law says: rules marked `verify` have not been checked against their source",
)
KEY_FROM_INSIDE = "that the agency signed it: the public key came with the bundle. Get the key from the agency another way and give it with --vkey"


class NotABundle(Exception):
    """What was given is no bundle; the message says what it should be."""


@dataclass(frozen=True)
class Fails:
    """Something that does not hold, and the ledger's entry that it is about."""

    entry: int | None
    says: str


@dataclass(frozen=True)
class Checked:
    ok: bool
    holds: tuple[str, ...]
    fails: tuple[Fails, ...]
    does_not_prove: tuple[str, ...]


def check(path: Path, *, vkeys: Iterable[str] = ()) -> Checked:
    """Checks a bundle's folder or zip."""
    if path.is_dir():
        return _Check(path, tuple(vkeys)).checked()
    with tempfile.TemporaryDirectory(prefix="bundle-") as place:
        unpack(path, Path(place))
        return _Check(Path(place), tuple(vkeys)).checked()


def is_bundle(path: Path) -> bool:
    """A folder with a bundle.json, or a zip with one."""
    if path.is_dir():
        return (path / "bundle.json").is_file()
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "bundle.json" in archive.namelist()


def unpack(path: Path, into: Path) -> None:
    """A zip from a stranger: plain files only, inside the folder, and not more than a bundle can hold."""
    with zipfile.ZipFile(path) as archive:
        files = [one for one in archive.infolist() if not one.is_dir()]
        if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_BYTES:
            raise NotABundle(f"{path.name} holds more than a bundle can: it was not opened.")
        for one in files:
            inside = PurePosixPath(one.filename)
            if inside.is_absolute() or ".." in inside.parts or "\\" in one.filename:
                raise NotABundle(f"{path.name} holds a file that would lie outside the bundle: it was not opened.")
            target = into.joinpath(*inside.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(one) as source:
                target.write_bytes(source.read(MOST_BYTES))


@dataclass
class _Check:
    folder: Path
    vkeys: tuple[str, ...]
    holds: list[str] = field(default_factory=list)
    fails: list[Fails] = field(default_factory=list)
    events: dict[int, Event] = field(default_factory=dict)
    opened: dict[tuple[int, str], str] = field(default_factory=dict)
    law: dict[str, Edition | None] = field(default_factory=dict)

    def checked(self) -> Checked:
        told = self.json("bundle.json")
        if not isinstance(told, Mapping):
            raise NotABundle(f"{self.folder} has no readable bundle.json: this is no bundle of a request.")
        head = self.head()
        if head is not None:
            self.entries(told, head)
            self.openings()
            self.documents(told)
            self.decisions(told)
        inside = () if self.vkeys else (KEY_FROM_INSIDE,)
        return Checked(not self.fails, tuple(self.holds), tuple(self.fails), (*inside, *DOES_NOT_PROVE))

    # -- the signed head -------------------------------------------------------------------------------------------------

    def head(self) -> Head | None:
        """What the ledger's key signed."""
        keys = self.vkeys or tuple(line for line in (self.text("vkey") or "").splitlines() if line)
        note = self.text("checkpoint")
        if note is None or not keys:
            self.fail(None, "The checkpoint or the public key is missing, so nothing here can be checked.")
            return None
        try:
            head = checkpoint.verify(note, keys)
        except UnknownSignerError as error:
            self.fail(None, f"{ANOTHER_KEY if self.vkeys else 'The checkpoint is not signed by its key.'} {error}")
            return None
        except CheckpointError as error:
            self.fail(
                None, f"The checkpoint is not signed by {'the key that you gave' if self.vkeys else 'its key'}: {error}"
            )
            return None
        whose = "the key that you gave" if self.vkeys else "the key in the bundle"
        self.holds.append(f"The checkpoint of {head.size} entries of {head.origin} is signed by {whose}.")
        return head

    # -- entries ---------------------------------------------------------------------------------------------------------

    def entries(self, told: Mapping[str, Any], head: Head) -> None:
        """Each entry is what was logged, at its place in the signed tree."""
        listed = [index for index in told.get("entries", []) if isinstance(index, int)]
        for index in listed:
            self.entry(index, head)
        there = {path.name for path in (self.folder / "entries").glob("*.json")}
        for name in sorted(there - {f"{index:08d}.json" for index in listed}):
            self.fail(None, f"The file entries/{name} is not listed in bundle.json: it was added.")
        proved = len(self.events)
        if proved:
            self.holds.append(
                f"{proved} of {len(listed)} entries stand in that ledger, unchanged, each by its own proof."
            )

    def entry(self, index: int, head: Head) -> None:
        data = self.bytes(f"entries/{index:08d}.json")
        proof = self.text(f"entries/{index:08d}.tlog-proof")
        if data is None or proof is None:
            self.fail(index, f"Entry {index} is listed, but it or its proof is missing.")
            return
        try:
            place, path, note = read_proof(proof)
        except ValueError as error:
            self.fail(index, f"The proof of entry {index} was changed: {error}")
            return
        if place != index or note != self.text("checkpoint"):
            self.fail(index, f"The proof of entry {index} belongs to another entry or another checkpoint.")
        elif not tree.verify_inclusion(index, head.size, tree.leaf_hash(data), path, head.root):
            self.fail(index, f"Entry {index} was changed: it is not the one that was signed.")
        else:
            try:
                self.events[index] = Event.from_bytes(data)
            except EventError as error:
                self.fail(index, f"Entry {index} is no event: {error}")

    def openings(self) -> None:
        """Each value that is shown is the one that its entry committed to."""
        shown = self.json("openings.json")
        good = 0
        for one in shown if isinstance(shown, list) else ():
            index, name = one.get("entry"), str(one.get("field"))
            entry = self.events.get(index)
            try:
                true = entry is not None and event.opens(
                    entry.sealed.get(name, ""), str(one.get("value")), bytes.fromhex(str(one.get("salt")))
                )
            except ValueError:
                true = False
            if true:
                self.opened[index, name] = str(one["value"])
                good += 1
            else:
                self.fail(
                    index if isinstance(index, int) else None,
                    f"The value given for {name} is not what entry {index} committed to.",
                )
        if good:
            self.holds.append(
                f"{good} sealed value{' is the one that was' if good == 1 else 's are the ones that were'} committed to when recorded."
            )

    # -- papers ----------------------------------------------------------------------------------------------------------

    def documents(self, told: Mapping[str, Any]) -> None:
        """Each paper has the bytes whose hash was sealed when it arrived."""
        arrived = {value: index for (index, name), value in self.opened.items() if name == "document"}
        good = 0
        for one in told.get("documents", []):
            sha256 = str(one.get("sha256"))
            data = self.bytes(f"documents/{sha256}")
            if data is None or hashlib.sha256(data).hexdigest() != sha256:
                self.fail(
                    arrived.get(sha256),
                    f"The paper {sha256[:16]} is missing or was changed: it is not the file that arrived.",
                )
            elif sha256 not in arrived:
                self.fail(None, f"The paper {sha256[:16]} is in no entry that records its arrival.")
            else:
                good += 1
        if good:
            self.holds.append(
                f"{good} paper{' is' if good == 1 else 's are'}, byte for byte, what the ledger says arrived."
            )

    # -- decisions -------------------------------------------------------------------------------------------------------

    def decisions(self, told: Mapping[str, Any]) -> None:
        """Each decision is the one that was recorded, and the rulebooks here give it again from the facts here."""
        same = again = 0
        for one in told.get("decisions", []):
            index = one.get("entry")
            kept = self.json(f"decisions/{index:08d}.json") if isinstance(index, int) else None
            entry = self.events.get(index) if isinstance(index, int) else None
            if not isinstance(kept, Mapping) or entry is None:
                self.fail(index, f"The decision of entry {index} is missing, or its entry is not proved.")
                continue
            if digest(kept.get("decision")) != entry.facts.get("trace"):
                self.fail(index, f"The decision beside entry {index} was changed: it is not the one that was recorded.")
                continue
            same += 1
            if kept.get("case") is not None:
                again += self.decided_again(int(index), entry, kept["case"])
        if same:
            self.holds.append(
                f"{same} decision{' is the one that was' if same == 1 else 's are the ones that were'} recorded."
            )
        if again:
            self.holds.append(
                f"{again} decision{' comes' if again == 1 else 's come'} out again, letter for letter, from the rulebooks and facts in this bundle."
            )

    def decided_again(self, index: int, entry: Event, case: Mapping[str, Any]) -> bool:
        name = str(entry.facts.get("edition"))
        edition = self.edition(name)
        if edition is None or edition.hash != name:
            self.fail(
                index,
                f"The rulebooks of entry {index} are missing or were changed: they are not the edition that was recorded.",
            )
            return False
        try:
            told = Case.read(case)
            answer = decide(told, edition, self.adoption(told.agency, before=index)).as_json()
        except LawError as error:
            self.fail(index, f"The facts beside entry {index} were changed: {error}")
            return False
        if digest(answer) != entry.facts.get("trace"):
            self.fail(
                index, f"The facts beside entry {index} were changed: they give another decision than was recorded."
            )
            return False
        return True

    def adoption(self, agency: str, before: int) -> Adoption:
        """What counsel had signed when the decision was recorded, by the entries here."""
        found = Adoption(agency)
        for index, one in sorted(self.events.items()):
            if index < before and one.agency == agency and "digest" in one.facts:
                name, digest, value = (str(one.facts.get(key) or "") for key in ("name", "digest", "value"))
                found = found.after(one.kind, Signed(name, digest, one.actor, one.at, value))
        return found

    def edition(self, name: str) -> Edition | None:
        if name not in self.law:
            folder = self.folder / "law" / name
            try:
                local = [folder / "local"] if (folder / "local").is_dir() else []
                there = len(name) == 64 and name.isalnum() and folder.is_dir()
                self.law[name] = load(folder, local=local) if there else None
            except LawError:
                self.law[name] = None
        return self.law[name]

    # -- files -----------------------------------------------------------------------------------------------------------

    def fail(self, entry: int | None, says: str) -> None:
        self.fails.append(Fails(entry, says))

    def bytes(self, name: str) -> bytes | None:
        path = self.folder / name
        inside = path.resolve().is_relative_to(self.folder.resolve())
        return path.read_bytes() if inside and path.is_file() else None

    def text(self, name: str) -> str | None:
        data = self.bytes(name)
        return None if data is None else data.decode("utf-8", errors="replace")

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.text(name) or "")
        except ValueError:
            return None


def digest(decision: object) -> str:
    """SHA-256 of a decision in the form in which the desk records it."""
    text = json.dumps(decision, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_proof(text: str) -> tuple[int, list[bytes], str]:
    """A C2SP tlog-proof: the entry's index, the hashes from the leaf up, the checkpoint."""
    before, empty, note = text.partition("\n\n")
    lines = iter(before.split("\n"))
    if not empty or next(lines, "") != "c2sp.org/tlog-proof@v1":
        raise ValueError("it does not begin as a C2SP tlog-proof does")
    rest = list(_without_extra(lines))
    if not rest or not rest[0].startswith("index "):
        raise ValueError("it names no entry")
    number = rest[0].removeprefix("index ")
    if not number.isdigit() or (number != "0" and number.startswith("0")):
        raise ValueError("its index is no number")
    hashes = [base64.b64decode(line, validate=True) for line in rest[1:]]
    if any(len(one) != 32 for one in hashes):
        raise ValueError("a hash in it has not 32 bytes")
    return int(number), hashes, note


def _without_extra(lines: Iterator[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if place or not line.startswith("extra "):
            yield line
