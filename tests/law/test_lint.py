"""Lint finds all that is wrong, each at its line and column; a new rulebook loads and says what is still to be written."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detainerdesk.cli import app
from detainerdesk.law import load, prove
from detainerdesk.law.lint import Finding, lint
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.new import NewError, new_rulebook
from tests.law.small import block, define, rule, write


def found(folder: Path, kind: str, on: date | None = None) -> list[Finding]:
    return [one for one in lint(folder, on) if one.kind == kind]


def standing_at(finding: Finding, folder: Path) -> str:
    place = finding.place
    assert place.column >= 1, finding
    return (folder / place.file).read_text().split("\n")[place.line - 1][place.column - 1 :]


def test_lint_goes_on_after_an_error_file_by_file_and_block_by_block(tmp_path: Path) -> None:
    federal = rule("F-1", "may", when="apple and\n  aple") + rule("F-2", "should") + "```rulle F-3\naction: hold\n```\n"
    city = rule("C-1", "may", whenn="apple", when="colour is pink") + block("clock", "c", start="colour", hours="48")
    folder = write(
        tmp_path, federal=federal, city=city, vocabulary="```fact x\ntype: one of a\nphrase: x: {value}\n```\n"
    )
    assert [(one.place.file, standing_at(one, folder)) for one in found(folder, "refused")] == [
        ("vocabulary.md", "x: {value}"),
        ("us/federal.md", "aple"),
        ("us/federal.md", "should"),
        ("us/federal.md", "rulle F-3"),
        ("us/xx/town.md", "whenn: apple"),
        ("us/xx/town.md", "pink"),
        ("us/xx/town.md", "colour"),
    ]
    assert all(one.severity == "error" and one.place.heading for one in found(folder, "refused"))


def test_a_file_whose_header_is_wrong_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = write(tmp_path, federal=rule("F-1", "may", when="aple"))
    state = folder / "us/xx/state.md"
    state.write_text(state.read_text().replace("layer: state", "layer: village"))
    assert [(one.place.file, standing_at(one, folder)) for one in found(folder, "refused")] == [
        ("us/federal.md", "aple"),
        ("us/xx/state.md", "village"),
        ("us/xx/town.md", "us-xx"),
    ]


def test_what_loading_refuses_first_is_among_what_lint_finds(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "may", when="apple or or berry"))
    with pytest.raises(Exception, match="found “or”") as error:
        load(folder)
    assert str(error.value) in [f"{one.place}: {one.says}" for one in lint(folder)]


def test_a_condition_of_three_levels_asks_for_a_definition(tmp_path: Path) -> None:
    when = "apple and berry and (apple or cherry or (berry and cherry and (easy or dear or event)))"
    folder = write(
        tmp_path, city=rule("C-1", "may", when=when) + rule("C-2", "may", when="apple and (berry or cherry)")
    )
    (finding,) = found(folder, "too long")
    assert finding.severity == "error"
    assert "C-1 has" in finding.says
    assert "4 levels" in finding.says
    assert "`define`" in finding.says


def test_a_sentence_of_more_than_ninety_words_asks_for_a_definition(tmp_path: Path) -> None:
    many = " or ".join(f"days is {number}" for number in range(20))
    folder = write(tmp_path, city=rule("C-1", "may", when=many))
    assert ["C-1" in one.says for one in found(folder, "too long")] == [True]


def test_what_nothing_names_is_found(tmp_path: Path) -> None:
    federal = define("used", "apple") + define("unused", "apple") + define("good of papers", "signed")
    federal += block("clock", "c", start="started_at", hours="48") + block(
        "clock", "d", start="started_at", hours="24", limits="hold"
    )
    federal += block("reading", "r", alternatives="a, b", default="a") + define("custody.eligible_for_release", "easy")
    folder = write(tmp_path, federal=federal, city=rule("C-1", "may", when="used and some papers where signed"))
    assert [one.says.split(" names the ")[1].split(":")[0] for one in found(folder, "unused")] == [
        "definition unused", "definition good", "clock c", "reading r",
    ]  # fmt: skip


def test_a_rule_without_text_or_example_is_found(tmp_path: Path) -> None:
    example = "```example one\nagency: us-xx-town/police\nat: 2026-03-03 10:00\nfacts: apple = yes\nexpect: hold permitted by C-1\n```\n"
    city = (
        rule("C-1", "may", when="apple")
        + "Some law in plain words.\n"
        + rule("C-2", "may")
        + rule("C-3", "may", status="off")
        + example
    )
    folder = write(tmp_path, city=city)
    assert [one.says.split()[0] for one in found(folder, "no prose")] == ["C-1"]
    assert ["C-2" in one.says for one in found(folder, "no example")] == [True]


def test_versions_on_the_same_day_are_found(tmp_path: Path) -> None:
    city = define("ripe", "apple", in_force=".. 2020-12-31") + define("ripe", "berry", in_force="2020-12-31 ..")
    city += define("good", "apple", in_force=".. 2020-12-30") + define("good", "berry", in_force="2020-12-31 ..")
    folder = write(tmp_path, city=city + rule("C-1", "may", when="ripe and good"))
    (finding,) = found(folder, "overlap")
    assert "the definition ripe" in finding.says
    assert standing_at(finding, folder) == "2020-12-31 .."


def test_a_rule_older_than_the_first_law_is_found(tmp_path: Path) -> None:
    folder = write(
        tmp_path, city=rule("C-1", "may", in_force="1019-12-19 ..") + rule("C-2", "may", in_force="2014-01-01 ..")
    )
    town = folder / "us/xx/town.md"
    assert [standing_at(one, folder) for one in found(folder, "too early")] == ["1019-12-19 .."]
    town.write_text(town.read_text().replace("timezone:", "first_law: 2014-08-20\ntimezone:", 1))
    assert [standing_at(one, folder) for one in found(folder, "too early")] == ["1019-12-19 ..", "2014-01-01 .."]


def test_an_old_sentence_is_found_with_what_it_would_be(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "must not", when="apple", says="Nobody may.") + rule("C-2", "may"))
    assert [(one.severity, one.says.split(";")[0]) for one in found(folder, "says")] == [
        ("error", "the `says` line of C-1 is not what the rule says"),
        ("error", "the `says` line of C-2 is missing"),
    ]


def test_old_sources_are_found_only_by_a_day_that_is_given(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert found(folder, "old sources") == []
    assert found(folder, "old sources", date(2027, 7, 31)) == []
    old = found(folder, "old sources", date(2027, 8, 1))
    assert [standing_at(one, folder) for one in old] == ["2026-07-31"] * 3


def test_facts_of_an_example_that_can_not_be_read_stand_at_their_line(tmp_path: Path) -> None:
    example = "```example one\nagency: us-xx-town/police\nat: 2026-03-03 10:00\nfacts: apple = yes\n  berry no\nexpect: hold silent\n```\n"
    folder = write(tmp_path, city=example)
    assert [standing_at(one, folder) for one in found(folder, "refused")] == ["berry no"]


def test_the_command_says_file_line_and_column_and_ends_with_one(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "may", when="berry and aple"))
    ended = CliRunner().invoke(app, ["law", "lint", str(folder)])
    assert ended.exit_code == 1
    line = next(one for one in ended.stdout.split("\n") if "aple" in one)
    assert line.startswith("us/xx/town.md:")
    assert "error: “aple” is no fact or definition; did you mean apple" in line
    told = json.loads(CliRunner().invoke(app, ["law", "lint", str(folder), "--json"]).stdout)
    assert set(told[0]) == {"file", "line", "column", "heading", "severity", "kind", "says"}


def test_a_warning_does_not_end_the_command_with_one(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["law", "lint", str(write(tmp_path)), "--on", "2030-01-01"])
    assert ended.exit_code == 0
    assert ended.stdout.endswith("0 errors, 3 warnings.\n")


def test_a_folder_that_is_not_there_ends_the_command_with_two(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["law", "lint", str(tmp_path / "nowhere")]).exit_code == 2


def test_loading_refuses_nothing_in_our_own_rulebooks() -> None:
    assert [str(one) for one in lint() if one.kind in ("refused", "overlap", "too early")] == []


# A new rulebook.


@pytest.fixture
def rulebooks(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULEBOOKS, tmp_path / "rulebooks"))


def test_a_new_rulebook_loads_and_only_waits_to_be_written(rulebooks: Path) -> None:
    before = {str(one) for one in lint(rulebooks)}
    arguments = ["us-wa-seattle", "--name", "City of Seattle", "--layer", "city", "--parent", "us-wa"]
    ended = CliRunner().invoke(
        app, ["law", "new", *arguments, "--timezone", "America/Los_Angeles", "--into", str(rulebooks)]
    )
    assert ended.exit_code == 0, ended.output
    assert "us-wa, which was not encoded" in ended.stdout
    edition = load(rulebooks)
    seattle = edition.rulebooks["us-wa-seattle"]
    assert (seattle.name, seattle.parent, seattle.timezone) == ("City of Seattle", "us-wa", "America/Los_Angeles")
    assert [layer.jurisdiction for layer in edition.stack("us-wa-seattle/police").layers] == [
        "us",
        "us-wa",
        "us-wa-seattle",
    ]
    new = [one for one in lint(rulebooks) if str(one) not in before]
    assert {one.place.file for one in new} == {"us/wa/seattle.md", "us/wa/state.md"}
    assert {one.kind for one in new} == {"to be written"}
    assert [one.wrong for one in prove(edition, "us-wa-seattle")] == [()]


def test_a_new_rulebook_under_one_that_is_encoded_takes_its_zone(rulebooks: Path) -> None:
    (written,) = new_rulebook(rulebooks, "us-tx-travis-county", name="Travis County", layer="county", parent="us-tx")
    assert written.path == rulebooks / "us/tx/travis-county.md"
    assert load(rulebooks).rulebooks["us-tx-travis-county"].timezone == "America/Chicago"


@pytest.mark.parametrize(
    ("jurisdiction", "layer", "parent", "says"),
    [
        ("us-ma-boston", "city", "us-ma", "is encoded already, in us/ma/boston.md"),
        ("us-ma-Salem", "city", "us-ma", "in small letters"),
        ("us-ma-salem", "village", "us-ma", "a layer is one of"),
        ("us-ma-salem", "city", "us-tx", "does not lie in us-tx"),
        ("us-wa-king-seattle", "city", "us-wa-king", "begin us-wa-king first"),
        ("us-wa-seattle", "city", "us-wa", "give it, like --timezone America/Los_Angeles"),
    ],
)
def test_what_can_not_be_begun_is_refused_and_nothing_written(
    rulebooks: Path, jurisdiction: str, layer: str, parent: str, says: str
) -> None:
    files = sorted(rulebooks.rglob("*.md"))
    with pytest.raises(NewError, match=says):
        new_rulebook(rulebooks, jurisdiction, name="X", layer=layer, parent=parent)
    assert sorted(rulebooks.rglob("*.md")) == files


def test_a_file_that_is_there_is_not_written_over(rulebooks: Path) -> None:
    (rulebooks / "us/ma/salem.md").write_text("mine")
    with pytest.raises(Exception, match="salem"):
        new_rulebook(rulebooks, "us-ma-salem", name="Salem", layer="city", parent="us-ma")
    assert (rulebooks / "us/ma/salem.md").read_text() == "mine"
