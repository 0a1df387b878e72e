"""Signed statements about the log: C2SP signed notes (Ed25519) that hold a C2SP tlog-checkpoint. In: a size, a root and a key; out: the note's
text, which other people's tools read; or back, a note and the keys one trusts, and what the note then says. No database and no Django here.

A key is two texts in the forms of Go's note package: `PRIVATE+KEY+name+id+…` in a file of mode 0600, and the public vkey `name+id+…`.
The id is the first four bytes of SHA-256(name, newline, 0x01, public key). The name is the log's origin.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
MOST_SIGNATURES = 64
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
HANDOVER = "detainerdesk ledger: next key"


class CheckpointError(ValueError):
    """This note is not a checkpoint that a trusted key signed."""


class ForgedError(CheckpointError):
    """A trusted key is named, but its signature does not fit: the text or the signature was changed."""


class UnknownSignerError(CheckpointError):
    """The note is signed, but by no key that one trusts."""


@dataclass(frozen=True)
class Verifier:
    """The public half of a key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode("utf-8") + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _unbase64(encoded, f"the key {vkey.strip()!r}")
        if len(raw) != 33 or raw[:1] != ED25519:
            raise CheckpointError(f"The key {vkey.strip()!r} is not an Ed25519 vkey (name+id+base64).")
        verifier = cls(_key_name(name), raw[1:])
        if verifier.id.hex() != key_id:
            raise CheckpointError(
                f"The key {vkey.strip()!r} has id {verifier.id.hex()} by its bytes, {key_id!r} by its text."
            )
        return verifier

    def accepts(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode("utf-8"))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Key:
    """A private key. It shows only its public half."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{_base64(ED25519 + self.seed)}"

    def signature_line(self, text: str) -> str:
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode("utf-8"))
        return f"— {self.name} {_base64(self.verifier.id + signature)}\n"


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes
    signers: tuple[Verifier, ...] = ()


def sign(size: int, root: bytes, *keys: Key) -> str:
    """The note that the keys' holder had, at this size, the tree with this root. The origin is the keys' name."""
    (origin,) = {key.name for key in keys}
    return sign_note(f"{origin}\n{size}\n{_base64(root)}\n", *keys)


def verify(note: str, vkeys: Iterable[str | Verifier]) -> Head:
    """What the note says, if one of these keys signed it and no signature by one of them is wrong; else CheckpointError."""
    text, signers = open_note(note, vkeys)
    head = _head(text)
    if all(signer.name != head.origin for signer in signers):
        raise CheckpointError(f"The checkpoint is of the log {head.origin!r}, but was signed by {signers[0].name!r}.")
    return Head(head.origin, head.size, head.root, signers)


def read(note: str) -> Head:
    """What the note claims, without a look at its signatures."""
    return _head(_split(note)[0])


def sign_note(text: str, *keys: Key) -> str:
    return text + "\n" + "".join(key.signature_line(text) for key in keys)


def open_note(note: str, vkeys: Iterable[str | Verifier]) -> tuple[str, tuple[Verifier, ...]]:
    """The note's text and the trusted keys that signed it (C2SP signed-note)."""
    known = {(each.name, each.id): each for each in map(_verifier, vkeys)}
    text, lines = _split(note)
    signers: list[Verifier] = []
    for name, raw in lines:
        verifier = known.get((name, raw[:4]))
        if verifier is None:
            continue
        if not verifier.accepts(text, raw[4:]):
            raise ForgedError(
                f"The signature by {name} ({verifier.id.hex()}) does not fit the text: one of them was changed."
            )
        if verifier not in signers:
            signers.append(verifier)
    if not signers:
        named = ", ".join(f"{name} ({raw[:4].hex()})" for name, raw in lines)
        wanted = ", ".join(f"{name} ({key_id.hex()})" for name, key_id in known) or "none"
        raise UnknownSignerError(f"No trusted key signed this note. It names {named}; trusted: {wanted}.")
    return text, tuple(signers)


def hand_over(old: Key, new: Key) -> str:
    """The old key's word that the new one follows it: a signed note that can't be taken for a checkpoint."""
    return sign_note(f"{HANDOVER}\n{new.verifier.vkey}\n", old)


def handed_over(note: str, vkeys: Iterable[str | Verifier]) -> tuple[Verifier, Verifier]:
    """(the trusted key that signed, the key it hands over to)."""
    text, signers = open_note(note, vkeys)
    lines = text.split("\n")
    if len(lines) != 3 or lines[0] != HANDOVER:
        raise CheckpointError("The note is signed, but hands over no key.")
    return signers[0], Verifier.from_vkey(lines[1])


def new_key(name: str) -> Key:
    return Key(_key_name(name), Ed25519PrivateKey.generate().private_bytes_raw())


def keep_key(folder: Path, key: Key) -> Path:
    """Writes the private key into `folder` (mode 0700), as a file of its own (mode 0600), durably, never over another."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = key_path(folder, key.verifier.id.hex())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(key.text + "\n")
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return path


def load_key(folder: Path, key_id: str) -> Key:
    path = key_path(folder, key_id)
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise CheckpointError(
            f"The ledger's signing key {key_id} is not at {path}. Restore the keys folder from its own backup; "
            "without it no checkpoint can be signed (appending goes on)."
        ) from error
    if mode & 0o077:
        raise CheckpointError(
            f"Others can read the signing key {path} (mode {mode:o}). Run chmod 600 on it, and think of rotating it."
        )
    parts = text.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise CheckpointError(f"The file {path} holds no private key in the form PRIVATE+KEY+name+id+base64.")
    raw = _unbase64(parts[4], f"the key in {path}")
    if len(raw) != 33 or raw[:1] != ED25519:
        raise CheckpointError(f"The file {path} holds no Ed25519 key.")
    key = Key(_key_name(parts[2]), raw[1:])
    if not key.verifier.id.hex() == parts[3] == key_id:
        raise CheckpointError(
            f"The key in {path} is {key.verifier.id.hex()}, not {key_id}: the file was changed or renamed."
        )
    return key


def key_path(folder: Path, key_id: str) -> Path:
    return folder / f"ledger-{key_id}.key"


def _head(text: str) -> Head:
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
        raise CheckpointError("Not a checkpoint: it needs the lines origin, size and root.")
    if not DECIMAL.fullmatch(lines[1]):
        raise CheckpointError(f"Not a checkpoint: the size {lines[1]!r} is not a whole number.")
    root = _unbase64(lines[2], "the root")
    if len(root) != 32:
        raise CheckpointError(f"Not a checkpoint: the root has {len(root)} bytes, not 32.")
    return Head(lines[0], int(lines[1]), root)


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and (key name, id and signature) of each signature line."""
    if any(ord(character) < 0x20 and character != "\n" for character in note):
        raise CheckpointError("Not a signed note: it has a control character.")
    body, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise CheckpointError("Not a signed note: it needs a text, an empty line and signature lines.")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise CheckpointError(f"The note has {len(lines)} signatures; at most {MOST_SIGNATURES} are read.")
    signatures = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        raw = _unbase64(encoded, f"the signature line {line!r}")
        if dash != "—" or len(raw) < 5:
            raise CheckpointError(f"Not a signed note: {line!r} is no signature line.")
        signatures.append((_key_name(name), raw))
    return body + "\n", signatures


def _verifier(key: str | Verifier) -> Verifier:
    return key if isinstance(key, Verifier) else Verifier.from_vkey(key)


def _key_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() or ord(character) < 0x20 for character in name):
        raise CheckpointError(
            f"The key name {name!r} must be there, without spaces and without '+', like 'desk.example/boston'."
        )
    return name


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unbase64(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"In {where} the base64 is broken: {error}.") from error
    if _base64(data) != text:
        raise CheckpointError(f"In {where} the base64 is not the one form of its bytes.")
    return data
