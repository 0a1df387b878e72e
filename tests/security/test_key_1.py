"""KEY-1: record paths compute with approved algorithms only, `detainerdesk status` lists them, and says truthfully whether a FIPS module is below."""

from __future__ import annotations

import _hashlib
import ast
import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from detainerdesk.cli.status import ALGORITHMS, Module, cryptography_module, fips_says, python_module
from tests.security.conftest import ROOT, python
from tests.test_cli_installation import run

APPROVED = {
    "hashlib": {"sha256", "file_digest"},
    "hmac": {"new", "compare_digest"},
    "cryptography.exceptions": {"InvalidSignature", "UnsupportedAlgorithm"},
    "cryptography.hazmat.primitives.asymmetric.ed25519": {"Ed25519PrivateKey", "Ed25519PublicKey"},
    "cryptography.hazmat.backends.openssl.backend": {"backend"},
}
CRYPTOGRAPHY = re.compile(
    r"^(hashlib|hmac|_hashlib|cryptography|Crypto|Cryptodome|nacl|OpenSSL|ecdsa|rsa|blake3|xxhash|argon2|bcrypt|random)\b"
)


def used() -> set[tuple[str, str, str]]:
    """(file, module, name) of everything cryptographic that our own code names."""
    found: set[tuple[str, str, str]] = set()
    for file in sorted((ROOT / "detainerdesk").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        here = str(file.relative_to(ROOT / "detainerdesk"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and CRYPTOGRAPHY.match(node.module):
                found |= {(here, node.module, one.name) for one in node.names}
            elif isinstance(node, ast.Import):
                found |= {(here, one.name, "") for one in node.names if CRYPTOGRAPHY.match(one.name)}
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and CRYPTOGRAPHY.match(node.value.id)
            ):
                found.add((here, node.value.id, node.attr))
    return found


def test_key_1_our_own_code_names_no_algorithm_that_is_not_approved() -> None:
    names = used()
    assert ("ledger/event.py", "hmac", "new") in names, "the search finds what is there"
    assert ("ledger/tree.py", "hashlib", "sha256") in names
    for file, module, name in names:
        if name == "" and module in ("hashlib", "hmac", "_hashlib"):
            continue
        if (file, module) == ("cli/status.py", "_hashlib"):
            continue  # it asks OpenSSL which module answers
        assert name in APPROVED.get(module, set()), f"{file} uses {module}.{name}"


RECORDED = """
import hashlib, hmac, _hashlib
seen = set()
def watched(name, real):
    def call(*a, **k):
        if k.get("usedforsecurity", True):
            seen.add(name)
        return real(*a, **k)
    return call
for name in ("md5", "sha1", "sha224", "sha384", "sha512", "blake2b", "blake2s", "sha3_256", "scrypt"):
    if hasattr(hashlib, name):
        setattr(hashlib, name, watched(name, getattr(hashlib, name)))
real_new, real_kdf, real_hmac = hashlib.new, hashlib.pbkdf2_hmac, hmac.new
def new(name, *a, **k):
    if k.get("usedforsecurity", True):
        seen.add(str(name))
    return real_new(name, *a, **k)
hashlib.new = new
hashlib.pbkdf2_hmac = lambda name, *a, **k: (seen.add("pbkdf2 " + name), real_kdf(name, *a, **k))[1]
def mac(key, msg=None, digestmod=""):
    made = real_hmac(key, msg, digestmod)
    seen.add(made.name)
    return made
hmac.new = mac
from pathlib import Path
from detainerdesk.desk.setup import make_ready
ready = make_ready(Path(FOLDER))
from django.db import transaction
from django.test import Client
from django.utils import timezone
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.ledger import notary, verify
receive(b"a page", Envelope("folder", "us-ma-boston/police", "D-4", "fax.pdf", timezone.now(), "one"))
notary.sign_checkpoint(actor="desk", agency="us-ma-boston/police")
assert verify.verify(verify.export(Path(FOLDER) / "copy")).ok
client = Client()
login = ready.logins[0]
got = client.post("/sign-in", {"username": login.name, "password": login.password})
assert got.status_code == 302, got.status_code
assert client.get("/board").status_code == 200
print("seen", *sorted(seen), sep="|")
"""


def test_key_1_from_a_paper_to_a_verified_copy_and_a_sign_in_only_those_are_computed(tmp_path: Path) -> None:
    """Also in Django and whatever else works for us: every call of another hash for a purpose of security would be seen."""
    folder = tmp_path / "data"
    said = python(f"FOLDER = {str(folder)!r}\n" + RECORDED, folder)
    computed = set(said.strip().splitlines()[-1].split("|")[1:])
    assert "pbkdf2 sha256" in computed
    assert "hmac-sha256" in computed
    assert computed <= {"pbkdf2 sha256", "hmac-sha256", "sha256"}, computed


def test_key_1_the_status_lists_what_is_used_and_no_more(tmp_path: Path) -> None:
    names = {one.name for one in ALGORITHMS}
    assert names == {
        "SHA-256",
        "HMAC with SHA-256",
        "PBKDF2 with SHA-256",
        "Ed25519",
        "the operating system's generator",
        "what the proxy in front is set to",
    }
    run("setup", cwd=tmp_path)
    told = json.loads(run("status", "--json", cwd=tmp_path))
    assert {one["name"] for one in told["algorithms"]} == names
    said = run("status", cwd=tmp_path)
    assert all(name in said for name in names)
    assert told["encrypted_at_rest"] is False
    assert "Nothing is encrypted at rest" in said
    assert "FICTIONAL" in said


def a_fips_module_would_refuse() -> tuple[bool, bool]:
    """Asked another way: MD5 for a purpose of security is refused under FIPS. (Python's OpenSSL, cryptography's OpenSSL)"""
    try:
        _hashlib.new("md5", b"")
        first = False
    except ValueError:
        first = True
    try:
        hashes.Hash(hashes.MD5()).finalize()
        second = False
    except UnsupportedAlgorithm:
        second = True
    return first, second


def test_key_1_whether_a_fips_module_is_below_is_told_truthfully(tmp_path: Path) -> None:
    really = a_fips_module_would_refuse()
    assert (python_module().fips, cryptography_module().fips) == really
    run("setup", cwd=tmp_path)
    told = json.loads(run("status", "--json", cwd=tmp_path))["fips"]
    assert told["below"] is all(really)
    if not all(really):
        assert told["says"].startswith("No FIPS 140-3 module is below")


def test_key_1_a_flag_without_a_module_is_not_called_fips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own flag follows a setting (`default_properties = fips=yes`), whether or not a module is there: MD5 still answers."""
    if all(a_fips_module_would_refuse()):
        pytest.skip("a FIPS module is below")
    monkeypatch.setattr(_hashlib, "get_fips_mode", lambda: 1)
    told = python_module()
    assert (told.fips, told.says) == (False, "FIPS mode is switched on, but no FIPS module answers")


def test_key_1_both_libraries_must_run_in_fips_mode() -> None:
    yes, no = Module("SHA-256", "OpenSSL A", True, ""), Module("Ed25519", "OpenSSL B", False, "")
    assert fips_says((yes, no)).startswith("No FIPS 140-3 module is below OpenSSL B.")
    assert "certificate" in fips_says((yes, yes))


def test_key_1_a_proof_names_its_algorithm_so_that_another_can_follow() -> None:
    """A key's first byte is its signature type (C2SP signed-note); a verifier refuses a type that it does not know, and never guesses."""
    import base64

    from detainerdesk.ledger import checkpoint
    from detainerdesk.ledger.checkpoint import CheckpointError, Verifier

    key = checkpoint.new_key("detainerdesk.example/test")
    name, key_id, encoded = key.verifier.vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert raw[:1] == b"\x01"
    other = base64.b64encode(b"\x06" + raw[1:]).decode()
    with pytest.raises(CheckpointError):
        Verifier.from_vkey(f"{name}+{key_id}+{other}")
