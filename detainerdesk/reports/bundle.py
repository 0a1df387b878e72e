"""The litigation bundle of one request: a folder, and the same as a zip, that a stranger checks offline (check.py) with nothing of ours but the
verifier. In: a request's number and agency; out: the ledger's entries about it with their proofs, the papers as they came, the rulebooks in
force, and each decision with the facts it was made from and its trace.

    bundle.json         what is here                     documents/<sha256>       each paper, byte for byte
    README.txt          for a reader                     law/<edition>/…          the rulebooks that a decision was made under
    checkpoint, vkey    the ledger's signed head, keys   decisions/<entry>.json   case, decision, trace
    entries/<n>.json    an entry's bytes                 openings.json            sealed values of these entries, with their salts
    entries/<n>.tlog-proof   C2SP tlog-proof of it
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from detainerdesk.desk import facts, life
from detainerdesk.desk.models import Act, RequestState
from detainerdesk.intake import request as intake_request
from detainerdesk.intake import scan, store
from detainerdesk.intake.models import Document, Joined, Waiting
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.request import Request
from detainerdesk.law import Adoption, Case, Decision, Edition, LawError, decide
from detainerdesk.law.decision import plain
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.opened import cases_beside
from detainerdesk.ledger import log, notary
from detainerdesk.ledger.log import Entry

FORMAT = "detainerdesk bundle 1"
PROOF_HEAD = "c2sp.org/tlog-proof@v1"

README = """{fictional}Bundle of request {number} of {agency}, made {made}.

Check it offline:   detainerdesk verify THIS-FOLDER    (or the zip)
Better: get the ledger's public key from the agency by another way, and add   --vkey KEY

bundle.json says what is here, and which papers a person took out of the request. entries/ holds what was recorded, in the order in which it was recorded; each entry has a proof
that it is in the ledger whose signed head is the file checkpoint. What counsel adopted is among them; counsel's reasons stay sealed. documents/ holds the papers as they came. law/ holds the rulebooks that the
decisions were made under. decisions/ holds each decision, the facts it was made from, and what became of each rule.

This bundle holds names and papers. Give it only to whom they may be shown.
"""


class BundleError(Exception):
    """The bundle can't be made; the message says why and what to do."""


@dataclass(frozen=True)
class Bundle:
    folder: Path
    zip: Path
    entries: int
    documents: int
    decisions: int
    notes: tuple[str, ...]


def write(number: str, agency: str, edition: Edition, *, out: Path, actor: str, at: datetime) -> Bundle:
    """Signs the ledger as it stands, then writes the bundle under `out`, which must not be there yet."""
    request = intake_request.load(number, agency)
    files = sorted({one.sha256 for one in request.transmissions})
    held = [why for one in files if (why := scan.why_not_opened(one))]
    if held:
        raise BundleError(f"Request {number} has a paper that is not handed out. {held[0]}")
    folder = out / f"bundle-{number}"
    if folder.exists():
        raise BundleError(f"{folder} is there already: name another folder, or take it away.")
    signed = notary.sign_checkpoint(actor=actor, agency=agency)
    entries = [entry for entry in _entries(request) if entry.index < signed.size]
    folder.mkdir(parents=True)
    for entry in entries:
        _put(folder / entry_file(entry.index), entry.event.to_bytes())
        _put(folder / proof_file(entry.index), tlog_proof(entry.index, signed.size, signed.note))
    _put(folder / "checkpoint", signed.note.encode())
    _put(folder / "vkey", "".join(f"{vkey}\n" for vkey in notary.vkeys()).encode())
    _put(folder / "openings.json", _json(list(_openings(entries))))
    for sha256 in files:
        _put(folder / "documents" / sha256, store.get(sha256))
    decisions, notes = _decisions(folder, request, entries, edition)
    notes += _taken_out(request, entries)
    fictional = settings.PROFILE == "development"
    told = {
        "format": FORMAT,
        "fictional": fictional,
        "agency": agency,
        "request": number,
        "made_at": at.isoformat(),
        "entries": [entry.index for entry in entries],
        "documents": [{"sha256": one, "came_as": _names(request, one)} for one in files],
        "decisions": decisions,
        "notes": notes,
    }
    _put(folder / "bundle.json", _json(told))
    head = "FICTIONAL. " if fictional else ""
    readme = README.format(fictional=head, number=number, agency=agency, made=f"{at:%Y-%m-%d %H:%M %Z}")
    _put(folder / "README.txt", readme.encode())
    return Bundle(folder, _zip(folder), len(entries), len(files), len(decisions), tuple(notes))


def entry_file(index: int) -> str:
    return f"entries/{index:08d}.json"


def proof_file(index: int) -> str:
    return f"entries/{index:08d}.tlog-proof"


def decision_file(index: int) -> str:
    return f"decisions/{index:08d}.json"


def tlog_proof(index: int, size: int, note: str) -> bytes:
    """The proof that an entry is in the signed tree, as other people's tools read it (C2SP tlog-proof)."""
    hashes = "".join(base64.b64encode(digest).decode() + "\n" for digest in log.inclusion(index, size))
    return f"{PROOF_HEAD}\nindex {index}\n{hashes}\n{note}".encode()


def trace_json(decision: Decision) -> dict[str, list[dict[str, Any]]]:
    """What became of each rule, action by action, with the facts that its conditions rest on."""
    trace = decision.trace
    return {
        action: [
            {
                "rule": step.provision.id,
                "state": step.state,
                "ended_by": step.ended_by,
                "cite": step.provision.cite,
                "status": step.provision.status,
                "facts": [
                    {"fact": name, "value": plain(value), "source": source}
                    for test in trace.tests(step.provision)
                    for name, value, source in test.facts
                ],
            }
            for step in steps
        ]
        for action, steps in trace.steps.items()
    }


def _entries(request: Request) -> Iterator[Entry]:
    """What is recorded about the request and its papers, what counsel signed, and the keys that sign the log."""
    papers = {
        str(document) for document in Document.objects.filter(sha256__in=[one.sha256 for one in request.transmissions])
    }
    for entry in log.entries():
        event = entry.event
        about_it = event.subject == f"request {request.number}" or event.subject in papers
        about_it = about_it or event.kind in life.SIGNED_KINDS
        if event.kind == "key.made" or (about_it and event.agency == request.agency):
            yield entry


def _taken_out(request: Request, entries: list[Entry]) -> Iterator[str]:
    """Of each paper that a person took out of the request: its transmissions are in the entries, and its document is not here."""
    zone = zone_of(request.agency)

    def parting(entry: Entry) -> tuple[int, str] | None:
        parted = entry.event.kind == "request.parted"
        return (cast(int, entry.event.facts["paper"]), entry.event.actor) if parted else None

    for which, group in groupby(entries, parting):
        if which is not None:
            paper, actor = which
            each = [(entry.index, entry.event) for entry in group]
            indexes = ", ".join(str(index) for index, _ in each)
            came = ", ".join(f"receipt {event.facts['receipt']}, {event.facts['station']}" for _, event in each)
            yield (
                f"Entry {indexes}: {actor} took paper {paper} ({came}) out of this request at {each[0][1].at.astimezone(zone):%Y-%m-%d %H:%M %Z}. "
                f"{_where_it_is(paper, request)}"
            )


def _where_it_is(paper: int, request: Request) -> str:
    """What became of a paper that was taken out."""
    links = Joined.objects.filter(
        transmission__document__number=paper, request__agency=request.agency, undone_at=None
    ).order_by("request")
    numbers = dict.fromkeys(links.values_list("request__number", flat=True))
    if request.number in numbers:
        return "It was joined to it again later, and is here."
    if numbers:
        return f"It is not here: it is in request {', '.join(numbers)} now."
    waits = Waiting.objects.filter(document__number=paper, agency=request.agency, settled_at=None).exists()
    return f"It is not here: it {'waits for a person' if waits else 'was set aside, and is in no request'}."


def _openings(entries: list[Entry]) -> Iterator[dict[str, object]]:
    """Counsel's reasons stay sealed."""
    for entry in (one for one in entries if one.event.kind not in life.SIGNED_KINDS):
        for each in log.opened(entry.index):
            yield {"entry": entry.index, "field": each.field, "value": each.value, "salt": each.salt.hex()}


def _decisions(
    folder: Path, request: Request, entries: list[Entry], edition: Edition
) -> tuple[list[dict[str, object]], list[str]]:
    """Each decision that was recorded, beside its entry; made again from the facts as they then were, and kept whole only if it comes out the same."""
    state = RequestState.objects.filter(agency=request.agency, number=request.number).first()
    acts = {act.version: act for act in life.history(state).acts} if state else {}
    listed: list[dict[str, object]] = []
    notes: list[str] = []
    for entry in entries:
        act = acts.get(_version(entry))
        if entry.event.kind not in ("decision.recorded", "release.recorded") or act is None or act.decision is None:
            continue
        told: dict[str, Any] = {"decision": act.decision, "case": None, "trace": None}
        adoption = life.adoption_of(request.agency, entries, before=entry.index)
        again = _made_again(act, state, request, edition, adoption)
        if again is not None:
            told |= {"case": case_json(again.trace.case), "trace": trace_json(again)}
            _law(folder / "law" / edition.hash, edition)
        else:
            notes.append(
                f"Entry {entry.index}: the decision was made under edition {act.edition[:16]}… or from other facts than are kept now, so its "
                "case and trace are not in this bundle."
            )
        _put(folder / decision_file(entry.index), _json(told))
        listed.append({"entry": entry.index, "edition": act.edition, "law_is_here": again is not None})
    return listed, notes


def _made_again(
    act: Act, state: RequestState | None, request: Request, edition: Edition, adoption: Adoption
) -> Decision | None:
    """The decision anew, from what was recorded and signed before the act; None where it does not come out the same."""
    if state is None or act.edition != edition.hash or act.decision is None:
        return None
    past = life.histories([state], act.at)[state.pk]
    before = life.history_of([row for row in past.rows if row.version < act.version], parted=past.parted)
    at = datetime.fromisoformat(act.decision["at"])
    view: facts.View = "person" if act.view == "person" else "request"
    then = intake_request.load(request.number, request.agency, act.at)
    try:
        case = facts.case_of(then, before.known, view=view, at=at)
        decision = decide(Case.read(case_json(case)), edition, adoption)
    except LawError:
        return None
    return decision if life.trace_digest(decision) == act.trace_digest else None


def case_json(case: Case) -> dict[str, Any]:
    """A case in names.md's form, plain values only."""
    told: dict[str, Any] = {
        "id": case.id,
        "agency": case.agency,
        "at": case.at.isoformat(),
        "facts": {name: plain(value) for name, value in case.facts.items()},
        "ask": list(case.ask),
    }
    return (
        told | ({"actor": case.actor} if case.actor else {}) | ({"choices": dict(case.choices)} if case.choices else {})
    )


def _law(folder: Path, edition: Edition) -> None:
    """The rulebooks as they stand, file for file; an agency's own under `local/`."""
    beside = [path for ending in ("*.md", "*.csv") for path in sorted((RULEBOOKS / "us").rglob(ending))]
    for path in [RULEBOOKS / "vocabulary.md", *beside]:
        _put(folder / path.relative_to(RULEBOOKS), path.read_bytes())
    for name in edition.local:
        own = edition.paths[name]
        cases = cases_beside(own)
        for path in (own, *([cases] if cases else []), *sorted(own.parent.glob("*.csv"))):
            _put(folder / "local" / name / path.name, path.read_bytes())


def _version(entry: Entry) -> int:
    version = entry.event.facts.get("version")
    return version if isinstance(version, int) else -1


def _names(request: Request, sha256: str) -> list[str]:
    return [f"receipt {one.receipt}, {one.station}" for one in request.transmissions if one.sha256 == sha256]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _zip(folder: Path) -> Path:
    """The same bytes for the same folder: names in order, no moments."""
    made = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
                name.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(name, path.read_bytes())
    return made
