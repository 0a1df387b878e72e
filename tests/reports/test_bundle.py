"""The bundle of one request: what a stranger can check of it offline, what the check names when something was changed, and what it says it
does not prove."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import metamorphic_log
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.life import acts
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.intake import queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import Document
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.law import digest, load, provisions
from detainerdesk.ledger import log, notary, tree
from detainerdesk.reports import bundle
from detainerdesk.reports.check import DOES_NOT_PROVE, KEY_FROM_INSIDE, Checked, NotABundle, check, read_proof, unpack
from tests.intake.made import BOSTON
from tests.reports.conftest import SUMMER, ZONE, Department

NEW_YEAR = datetime(2026, 1, 4, 2, 10, tzinfo=ZONE)


@pytest.fixture
def packed(department: Department) -> bundle.Bundle:
    number = department.gets("FIRST, Ana")
    department.gets("SECOND, Bea")
    department.releases(number)
    return bundle.write(number, BOSTON, department.edition, out=department.folder / "out", actor="counsel", at=SUMMER)


def said(checked: Checked) -> str:
    return " ".join(one.says for one in checked.fails)


def test_a_bundle_holds_offline(packed: bundle.Bundle) -> None:
    found = check(packed.folder, vkeys=notary.vkeys())
    assert found.ok, said(found)
    held = " ".join(found.holds)
    assert f"{packed.entries} of {packed.entries} entries stand in that ledger" in held
    assert "1 paper is, byte for byte, what the ledger says arrived" in held
    assert "2 decisions come out again, letter for letter, from the rulebooks and facts in this bundle" in held
    assert KEY_FROM_INSIDE not in found.does_not_prove


def test_the_zip_is_the_same_bundle(packed: bundle.Bundle) -> None:
    assert check(packed.zip).ok


def test_a_key_from_the_bundle_itself_proves_less_and_that_is_said(packed: bundle.Bundle) -> None:
    assert check(packed.folder).does_not_prove == (KEY_FROM_INSIDE, *DOES_NOT_PROVE)


def test_another_key_than_the_one_that_signed_does_not_hold(packed: bundle.Bundle) -> None:
    from detainerdesk.ledger.checkpoint import new_key

    found = check(packed.folder, vkeys=[new_key("detainerdesk.example/test").verifier.vkey])
    assert not found.ok
    assert "signed by another key than the one you gave" in said(found)


def test_in_4_a_paper_that_is_held_back_is_in_no_bundle(department: Department) -> None:
    number = department.gets("FIRST, Ana")
    Document.objects.update(scan=Document.Scan.HELD, scan_says="Fictional.Test")
    out = department.folder / "out"
    with pytest.raises(bundle.BundleError, match=r"not handed out.*Fictional\.Test"):
        bundle.write(number, BOSTON, department.edition, out=out, actor="counsel", at=SUMMER)
    assert not out.exists()


def test_papers_that_were_taken_out_of_the_request_are_said_with_when_by_whom_and_where_they_went(
    department: Department,
) -> None:
    """Its entries tell of transmissions whose papers are not in the bundle."""
    number, other = department.gets("FIRST, Ana"), department.gets("SECOND, Bea")
    (wrong,) = intake_request.load(other, BOSTON).documents
    department.desk.gets(b"paper 2", station="B-2", at=SUMMER)
    department.desk.understands()
    queue.part(wrong, other, BOSTON, actor="officer 7")
    queue.attach(wrong, BOSTON, number, actor="officer 7")
    queue.part(wrong, number, BOSTON, actor="officer 8")
    paper = Document.objects.get(sha256=wrong).number
    _, _, first, second = (entry for entry in log.entries(kind="request.parted"))
    when = f"{first.event.at.astimezone(ZONE):%Y-%m-%d %H:%M %Z}"
    head = f"Entry {first.index}, {second.index}: officer 8 took paper {paper} (receipt 2, D-4, receipt 3, B-2) out of this request at {when}. "

    def notes(*, here: bool = False) -> list[str]:
        out = department.folder / f"out {log.size()}"
        packed = bundle.write(number, BOSTON, department.edition, out=out, actor="counsel", at=SUMMER)
        assert check(packed.folder, vkeys=notary.vkeys()).ok
        assert (packed.folder / "documents" / wrong).exists() == here
        said = json.loads((packed.folder / "bundle.json").read_bytes())["notes"]
        assert list(packed.notes) == said
        return [one.removeprefix(head) for one in said]

    assert notes() == ["It is not here: it waits for a person."]
    queue.attach(wrong, BOSTON, other, actor="officer 8")
    assert notes() == [f"It is not here: it is in request {other} now."]
    queue.part(wrong, other, BOSTON, actor="officer 8")
    queue.attach(wrong, BOSTON, number, actor="officer 8")
    assert notes(here=True) == ["It was joined to it again later, and is here."]
    queue.part(wrong, number, BOSTON, actor="officer 9")
    queue.set_aside(wrong, BOSTON, actor="officer 9")
    first_out, second_out = notes()
    assert first_out == "It is not here: it was set aside, and is in no request."
    assert f"officer 9 took paper {paper} (" in second_out


def test_a_decision_comes_out_again_though_its_paper_was_taken_out_since(department: Department) -> None:
    number = department.gets("FIRST, Ana")
    department.releases(number)
    (paper,) = intake_request.load(number, BOSTON).documents
    queue.part(paper, number, BOSTON, actor="officer 7")
    packed = bundle.write(number, BOSTON, department.edition, out=department.folder / "out", actor="counsel", at=SUMMER)
    assert "2 decisions come out again" in " ".join(check(packed.folder).holds)
    (note,) = packed.notes
    assert "It is not here" in note


def test_a_decision_after_a_paper_was_taken_out_comes_out_again_without_what_was_said_of_that_paper(
    department: Department,
) -> None:
    number = department.gets("FIRST, Ana")
    (paper,) = intake_request.load(number, BOSTON).papers
    department.sends(b"copy", paper)
    _noticed(number)
    life.record_answer(number, department.version(number), department.officer, "request.withdrawn", True, at=SUMMER)
    copy = intake_request.load(number, BOSTON).documents[-1]
    queue.part(copy, number, BOSTON, actor="officer 7")
    _noticed(number)
    department.releases(number, timezone.now())
    packed = bundle.write(number, BOSTON, department.edition, out=department.folder / "out", actor="counsel", at=SUMMER)
    assert "2 decisions come out again" in " ".join(check(packed.folder).holds)


def _noticed(number: str) -> None:
    """As the page does that shows the request."""
    state = RequestState.objects.get(agency=BOSTON, number=number)
    life.notice_papers(state, intake_request.load(number, BOSTON), SUMMER)


def test_a_file_on_which_nothing_could_be_read_is_in_the_bundle_too(department: Department) -> None:
    number = department.gets("FIRST, Ana")
    department.desk.gets(b"smear", Unreadable("Nothing can be read on this page."), at=SUMMER)
    department.desk.understands()
    (matter,) = queue.waiting(BOSTON)
    queue.attach(matter.sha256, BOSTON, number, actor="officer 7")
    packed = bundle.write(number, BOSTON, department.edition, out=department.folder / "out", actor="counsel", at=SUMMER)
    assert (packed.folder / "documents" / matter.sha256).read_bytes() == b"smear"
    assert check(packed.folder, vkeys=notary.vkeys()).ok


def test_only_this_request_s_entries_are_in_it(packed: bundle.Bundle) -> None:
    subjects = {json.loads(path.read_bytes())["subject"] for path in (packed.folder / "entries").glob("*.json")}
    assert "request 2025-0001" in subjects
    assert "request 2025-0002" not in subjects


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def a_decision(packed: bundle.Bundle) -> int:
    return int(json.loads((packed.folder / "bundle.json").read_bytes())["decisions"][0]["entry"])


def test_a_changed_entry_is_named(packed: bundle.Bundle) -> None:
    index = a_decision(packed)
    change(packed.folder / bundle.entry_file(index), b"no_hold", b"no_holD")
    found = check(packed.folder)
    assert [one.entry for one in found.fails if "was changed: it is not the one that was signed" in one.says] == [index]


def test_a_changed_paper_is_named(packed: bundle.Bundle) -> None:
    (paper,) = (packed.folder / "documents").iterdir()
    paper.write_bytes(paper.read_bytes() + b" ")
    found = check(packed.folder)
    assert f"The paper {paper.name[:16]} is missing or was changed" in said(found)


def test_a_paper_under_another_hash_is_in_no_entry(packed: bundle.Bundle) -> None:
    told = json.loads((packed.folder / "bundle.json").read_bytes())

    planted = b"a paper that never came"
    told["documents"].append({"sha256": hashlib.sha256(planted).hexdigest(), "came_as": []})
    (packed.folder / "bundle.json").write_text(json.dumps(told))
    (packed.folder / "documents" / hashlib.sha256(planted).hexdigest()).write_bytes(planted)
    assert "is in no entry that records its arrival" in said(check(packed.folder))


def test_a_changed_decision_is_named(packed: bundle.Bundle) -> None:
    index = a_decision(packed)
    change(packed.folder / bundle.decision_file(index), b'"outcome": "forbidden"', b'"outcome": "permitted"')
    assert f"The decision beside entry {index} was changed" in said(check(packed.folder))


def test_changed_facts_give_another_decision(packed: bundle.Bundle) -> None:
    index = a_decision(packed)
    change(packed.folder / bundle.decision_file(index), b'"warrants": "none"', b'"warrants": "unknown"')
    assert f"The facts beside entry {index} were changed" in said(check(packed.folder))


def test_a_changed_rulebook_is_not_the_edition_that_was_recorded(packed: bundle.Bundle, department: Department) -> None:
    law = packed.folder / "law" / department.edition.hash / "us" / "ma" / "boston.md"
    law.write_bytes(law.read_bytes() + b"\n")
    assert "they are not the edition that was recorded" in said(check(packed.folder))


def test_a_changed_opening_is_named(packed: bundle.Bundle) -> None:
    change(packed.folder / "openings.json", b"ANA FIRST", b"ANA OTHER")
    assert "The value given for subject_name is not what entry" in said(check(packed.folder))


def test_a_missing_entry_and_an_added_one_are_named(packed: bundle.Bundle) -> None:
    index = a_decision(packed)
    shutil.move(packed.folder / bundle.entry_file(index), packed.folder / "entries" / "99999999.json")
    found = said(check(packed.folder))
    assert f"Entry {index} is listed, but it or its proof is missing" in found
    assert "entries/99999999.json is not listed in bundle.json: it was added" in found


def test_led_1_proofs_are_tlog_proofs_that_a_foreign_tool_accepts(packed: bundle.Bundle) -> None:
    (vkey,) = notary.vkeys()
    index = a_decision(packed)
    place, path, note = read_proof((packed.folder / bundle.proof_file(index)).read_text())
    leaf = tree.leaf_hash((packed.folder / bundle.entry_file(index)).read_bytes())
    assert place == index
    metamorphic_log.checkpoint_verify_inclusion(note, [vkey], index, leaf, path)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify_inclusion(note, [vkey], index, tree.leaf_hash(b"other"), path)


def test_the_check_needs_no_django_and_no_database(packed: bundle.Bundle) -> None:
    code = (
        "import sys, pathlib; from detainerdesk.reports.check import check; "
        "assert check(pathlib.Path(sys.argv[1])).ok; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(packed.folder)], check=True, cwd=Path(__file__).parents[2])


def test_a_bundle_that_is_there_is_not_written_over(packed: bundle.Bundle, department: Department) -> None:
    with pytest.raises(bundle.BundleError, match="is there already"):
        bundle.write("2025-0001", BOSTON, department.edition, out=packed.folder.parent, actor="counsel", at=SUMMER)


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "a/../../outside.txt"])
def test_a_zip_that_would_write_outside_is_not_opened(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("bundle.json", "{}")
        archive.writestr(name, "x")
    with pytest.raises(NotABundle, match="outside the bundle"):
        unpack(tmp_path / "evil.zip", tmp_path / "into")


def test_what_is_no_bundle_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotABundle, match="no bundle of a request"):
        check(tmp_path)


def test_what_counsel_had_adopted_is_in_the_bundle_and_the_decision_comes_out_again_under_it(
    department: Department,
) -> None:
    """An entry of counsel's that is left out changes what the decision says; counsel's reason is not opened."""
    agency = department.edition.stack(BOSTON)
    adler = Officer.objects.create(user=User.objects.create_user("adler"), role="counsel", agency=BOSTON)
    read = {one.id: digest(one, department.edition) for one in provisions(agency) if one.id in ("BOS19-1", "MA-1")}
    life.adopt(read, adler, department.edition, at=SUMMER)
    shown = digest(agency.readings["service_is_a_condition"], department.edition)
    life.choose(
        "service_is_a_condition", "precatory", "a privileged reason", shown, adler, department.edition, at=SUMMER
    )
    number = department.gets("FIRST, Ana")
    department.releases(number)
    life.withdraw({"MA-1": read["MA-1"]}, adler, department.edition, at=SUMMER)
    packed = bundle.write(number, BOSTON, department.edition, out=department.folder / "out", actor="counsel", at=SUMMER)
    found = check(packed.folder, vkeys=notary.vkeys())
    assert found.ok, said(found)
    assert "2 decisions come out again" in " ".join(found.holds)
    kept = json.loads((packed.folder / bundle.decision_file(a_decision(packed))).read_bytes())
    assert {by["rule"]: by["status"] for by in kept["decision"]["actions"]["hold"]["by"]}["MA-1"] == "adopted"
    assert kept["case"]["choices"] == {"service_is_a_condition": "precatory"}
    assert b"a privileged reason" not in b"".join(one.read_bytes() for one in packed.folder.rglob("*") if one.is_file())
    signed = min(path for path in (packed.folder / "entries").glob("*.json") if b'"rule MA-1"' in path.read_bytes())
    told = json.loads((packed.folder / "bundle.json").read_bytes())
    told["entries"].remove(int(signed.stem))
    (packed.folder / "bundle.json").write_text(json.dumps(told))
    signed.unlink()
    assert "they give another decision than was recorded" in said(check(packed.folder))


def test_an_agency_s_own_rulebook_is_in_the_bundle(department: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = load(local=Path(__file__).resolve().parents[2] / "examples" / "local-procedure")
    monkeypatch.setattr(acts, "edition", lambda: edition)
    number = department.gets("FIRST, Ana", NEW_YEAR)
    department.releases(number, NEW_YEAR)
    packed = bundle.write(number, BOSTON, edition, out=department.folder / "out", actor="counsel", at=NEW_YEAR)
    law = packed.folder / "law" / edition.hash / "local" / "us-ma-boston-police" / "general-order.md"
    assert "General Order 900" in law.read_text()
    assert check(packed.folder).ok, said(check(packed.folder))
    law.write_text(law.read_text() + "\n")
    assert "they are not the edition that was recorded" in said(check(packed.folder))
