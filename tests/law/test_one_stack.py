"""The law of one agency may be loaded alone: under the hash of all, with the answers that it has among all the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import CaseError, RulebookError, decide, load
from detainerdesk.law.language.example import example_case
from detainerdesk.law.lint import lint
from tests.law.small import AGENCY, rule, word, write

OTHER = "us-yy/police"
STATE = """\
---
jurisdiction: us-yy
layer: state
name: State of Yy
parent: us
timezone: America/New_York
checked_through: 2026-07-31
---
# State of Yy

## The law
"""
OTHERS = f"```profile {OTHER}\nname: Yy Police\nkind: police\nlayers: us, us-yy\nroles: clerk\n```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    federal = rule("F-1", lifts="Y-1", when="berry") + rule("F-2", "may", when="permitted_by(Y-1)", action="transfer")
    written = write(tmp_path, federal=federal, city=rule("C-1", "must not", when="apple", who="officer"))
    (tmp_path / "us/yy").mkdir()
    (tmp_path / "us/yy/state.md").write_text(STATE + rule("Y-1", "must not", when="cherry") + OTHERS)
    return written


def test_only_the_rulebooks_that_bind_the_agency_are_read(folder: Path) -> None:
    one = load(folder, agency=AGENCY)
    assert list(one.rulebooks) == ["us", "us-xx", "us-xx-town"]
    assert list(load(folder, agency=OTHER).rulebooks) == ["us", "us-yy"]


def test_the_hash_is_that_of_all_files(folder: Path) -> None:
    assert load(folder, agency=AGENCY).hash == load(folder, agency=OTHER).hash == load(folder).hash
    path = folder / "us/yy/state.md"
    path.write_text(path.read_text() + "\nMore.\n")
    assert load(folder, agency=AGENCY).hash == load(folder).hash


def test_an_error_elsewhere_stops_whoever_checks_everything_and_not_the_agency(folder: Path) -> None:
    path = folder / "us/yy/state.md"
    path.write_text(path.read_text().replace("when: cherry", "when: chery"))
    assert word(load(folder, agency=AGENCY), {"apple": True}) == "forbidden"
    with pytest.raises(RulebookError, match="“chery” is no fact"):
        load(folder)
    assert any("“chery” is no fact" in one.says for one in lint(folder))


def test_what_binds_the_agency_is_checked_against_what_stands_below_it_elsewhere(folder: Path) -> None:
    path = folder / "us/yy/state.md"
    path.write_text(path.read_text().replace("rule Y-1", "rule Y-2"))
    for agency in (None, AGENCY, OTHER):
        with pytest.raises(RulebookError, match="F-1 lifts Y-1, and there is no such rule here or below"):
            load(folder, agency=agency)


def test_the_law_of_another_agency_is_not_answered_for(folder: Path) -> None:
    one = load(folder, agency=AGENCY)
    for agency in (OTHER, "us-xx-town/fire", "us-zz/police"):
        with pytest.raises(CaseError, match=f"only the law of another agency was loaded: load that of {agency}"):
            one.stack(agency)


def test_for_an_agency_without_a_profile_everything_is_read(folder: Path) -> None:
    assert load(folder, agency="us-yy-village/police").rulebooks == load(folder).rulebooks


def test_agencies_own_rulebooks_stand_on_all_that_they_stand_on(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.mktemp("orders")
    header = STATE.replace("jurisdiction: us-yy", "jurisdiction: us-yy-police").replace("layer: state", "layer: agency")
    profile = OTHERS.replace("layers: us, us-yy", "layers: us, us-yy, us-yy-police")
    (own / "orders.md").write_text(header.replace("parent: us", "parent: us-yy") + rule("O-1", "must not") + profile)
    both, one = load(folder, local=own), load(folder, local=own, agency=OTHER)
    assert one.hash == both.hash
    assert [layer.jurisdiction for layer in one.stack(OTHER).layers] == ["us", "us-yy", "us-yy-police"]
    assert [layer.jurisdiction for layer in load(folder, local=own, agency=AGENCY).stack(AGENCY).layers] == [
        "us",
        "us-xx",
        "us-xx-town",
    ]


def test_every_agency_has_the_stack_that_it_has_among_all_others() -> None:
    everything = load()
    for profile in everything.profiles():
        assert load(agency=profile.agency).stack(profile.agency) == everything.stack(profile.agency)


@pytest.mark.parametrize("agency", ["us-ma-boston/police", "us-ca-san-francisco/sheriff"])
def test_the_law_of_one_agency_decides_as_it_does_among_all_others(agency: str) -> None:
    one, everything = load(agency=agency), load()
    books = everything.rulebooks.values()
    examples = [example for book in books for example in book.examples if example.agency == agency]
    for example in examples[::20]:
        read = example_case(example, one.stack(agency).zone)
        assert decide(read, one).as_json() == decide(read, everything).as_json()
