"""The command: what is not accepted with a reason fails it; the pages of docs/theorems/ are as the rulebooks are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from time import process_time

import pytest
from typer.testing import CliRunner

from detainerdesk.cli import app
from detainerdesk.law import Edition, RulebookError
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.prove import prove
from detainerdesk.law.prove.accepted import read_accepted
from detainerdesk.law.prove.page import file_name
from detainerdesk.law.prove.report import Report
from detainerdesk.law.prove.theorems import theorems
from tests.law import small
from tests.law.small import rule

THEOREMS = RULEBOOKS.parent / "docs" / "theorems"
CONFLICT = rule("C-1", "must not", when="apple") + rule("C-2", "must", when="apple or not apple")


def write(folder: Path, **layers: str) -> None:
    """Small rulebooks, with the sentences that counsel signs."""
    small.write(folder, **layers)
    assert CliRunner().invoke(app, ["law", "fmt", "--rulebooks", str(folder)]).exit_code == 0


def run(folder: Path, *arguments: str):
    return CliRunner().invoke(app, ["law", "prove", "--rulebooks", str(folder), *arguments])


def accept(folder: Path, *blocks: str) -> None:
    (folder / "accepted.md").write_text("# Accepted\n\n" + "\n".join(blocks))


def test_what_is_found_fails_and_what_is_accepted_with_a_reason_does_not(tmp_path: Path) -> None:
    write(tmp_path, city=CONFLICT)
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "conflict hold C-2 C-1: hold: C-2 requires it and C-1 forbids it" in found.stdout
    accept(tmp_path, "```accepted conflict hold C-2 C-1\nlayers: us-xx-town\nreason: Counsel was asked.\n```")
    assert run(tmp_path).exit_code == 0


def test_a_finding_is_accepted_for_the_agencies_that_are_named_only(tmp_path: Path) -> None:
    write(tmp_path, city=CONFLICT)
    accept(tmp_path, "```accepted conflict hold C-2 C-1\nagencies: us-xx-city/police\nreason: Elsewhere.\n```")
    assert run(tmp_path).exit_code == 1


def test_what_is_accepted_and_not_found_any_more_fails(tmp_path: Path) -> None:
    write(tmp_path, city=rule("C-2", "must"))
    assert run(tmp_path).exit_code == 0
    accept(tmp_path, "```accepted dead C-9\nlayers: us-xx-town\nreason: Once so.\n```")
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "dead C-9 is accepted and was not found" in found.stdout


def test_a_gap_of_a_city_that_is_added_is_not_accepted_with_the_others(tmp_path: Path) -> None:
    gap = rule("X-1", "must not", when="apple")
    write(tmp_path, state=gap)
    accept(tmp_path, "```accepted gap hold\nlayers: us-xx-town\nreason: Other law decides.\n```")
    assert run(tmp_path).exit_code == 0
    town = (tmp_path / "us/xx/town.md").read_text()
    (tmp_path / "us/xx/ville.md").write_text(town.replace("us-xx-town", "us-xx-ville").replace("Town", "Ville"))
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "us-xx-ville/police: gap hold" in found.stdout
    assert "us-xx-town/police: gap hold" not in found.stdout
    accept(tmp_path, "```accepted gap hold\nlayers: us-xx-town, us-xx-ville, us-xx\nreason: Other law decides.\n```")
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "nothing that is accepted here was found in the law of us-xx\n" in found.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```accepted hold\nreason: x\n```", "names findings"),
        ("```accepted gap hold\nlayers: us\n```", "reason"),
        ("```accepted gap hold\nreason: x\n```", "says whose law it was read for: `layers"),
        ("```accepted gap hold\nlayers: us\nagencies: us/x\nreason: x\n```", "says whose law it was read for"),
        ("```accepted gap hold\nreason: x\nwhy: y\n```", "unknown key"),
    ],
)
def test_an_accepted_block_that_says_nothing_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    accept(tmp_path, text)
    with pytest.raises(RulebookError, match=says):
        read_accepted(tmp_path)


def test_json_names_every_finding_with_its_case(tmp_path: Path) -> None:
    write(tmp_path, city=CONFLICT)
    told = json.loads(run(tmp_path, "--json").stdout)
    assert told["open"] == [{"agency": "us-xx-town/police", "id": "conflict hold C-2 C-1"}]
    (proofs,) = told["theorems"]
    (finding,) = proofs["findings"]
    assert finding["case"] == {
        "at": "2026-07-31T10:00:00-04:00",
        "facts": ["apple = yes"],
        "outcome": "conflict",
        "by": ["C-1", "C-2"],
    }
    assert finding["accepted"] is None
    assert proofs["assumptions"]


def test_only_the_examples_need_no_solver_and_no_proof(tmp_path: Path) -> None:
    write(tmp_path, city=CONFLICT)
    found = run(tmp_path, "--examples", "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout)["theorems"] == []


def test_write_takes_no_folder_and_no_rulebook(tmp_path: Path) -> None:
    write(tmp_path, city=CONFLICT)
    found = run(tmp_path, "--write")
    assert found.exit_code == 2
    assert "--write makes the pages of every agency" in found.stderr


SOME = ("us-ma-boston/police", "us-tx-harris/sheriff")


@pytest.fixture(scope="module")
def some(edition: Edition) -> Report:
    return Report.of(edition, RULEBOOKS, prove(edition), SOME)


def test_nothing_is_open_in_boston_and_harris_county(some: Report) -> None:
    assert some.open == ()


def test_the_pages_of_boston_and_harris_county_are_current(some: Report) -> None:
    for name, text in some.pages().items():
        assert (THEOREMS / name).read_text(encoding="utf-8") == text, (
            f"{name} is old: run detainerdesk law prove --write"
        )


def test_every_agency_has_a_page_and_no_other(edition: Edition) -> None:
    assert {file.name for file in THEOREMS.glob("*.md")} == {file_name(one.agency) for one in edition.profiles()}


def test_every_page_names_what_it_rests_on_and_every_case_its_moment(some: Report) -> None:
    for text in some.pages().values():
        assert "## What every theorem rests on" in text
        assert "- A reading is one of its open alternatives" in text
        assert text.count("```text") == len(re.findall(r"^ *at \d{4}-\d\d-\d\d \d\d:\d\d$", text, re.MULTILINE))


@pytest.mark.long
def test_nothing_is_open_and_every_page_is_current(edition: Edition) -> None:
    report = Report.of(edition, RULEBOOKS, prove(edition))
    assert report.open == ()
    assert report.everything.stale == ()
    for name, text in report.pages().items():
        assert (THEOREMS / name).read_text(encoding="utf-8") == text, (
            f"{name} is old: run detainerdesk law prove --write"
        )


@pytest.mark.long
def test_all_proofs_of_one_stack_take_less_than_five_seconds(edition: Edition) -> None:
    theorems(edition, "us/federal-layer-only")  # what is loaded once
    for agency in SOME:
        began = process_time()
        theorems(edition, agency)
        assert process_time() - began < 5, agency
