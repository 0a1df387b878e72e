"""Lint finds all that is wrong, each at its line and column; a new rulebook loads and says what is still to be written."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detainerdesk.cli import app
from detainerdesk.law import RulebookError, load, prove
from detainerdesk.law.lint import Finding, lint
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.new import NewError, new_rulebook
from tests.law.small import block, define, rule, write
from tests.law.test_local import ORDER, own


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


def example(facts: str, expect: str = "hold silent", **more: str) -> str:
    keys = {"agency": "us-xx-town/police", "at": "2026-03-03 10:00", "facts": facts, **more, "expect": expect}
    return "```example one\n" + "".join(f"{key}: {text}\n" for key, text in keys.items()) + "```\n"


def test_facts_of_an_example_that_can_not_be_read_stand_at_their_line(tmp_path: Path) -> None:
    folder = write(tmp_path, city=example("apple = yes\n  berry no"))
    assert [standing_at(one, folder) for one in found(folder, "refused")] == ["berry no"]


@pytest.mark.parametrize(
    ("written", "words", "says"),
    [
        (example("apple = yes; bery = no; colour = pink"), ["bery = no; colour = pink", "pink"], "did you mean berry"),
        (example("apple = yes\n  days =  many"), ["many"], "days: expected a number, not 'many'"),
        (example("wants = {map, moon}"), ["moon}"], "'moon' is none of map, key, lamp"),
        (
            example("apple = yes\n  papers = [kind: judge, signed: no]\n    [kind: gold]"),
            ["gold]"],
            "papers[2]: papers[].kind: expected one of",
        ),
        (example("papers = [kind: judge] [signed: no, color: red]"), ["color: red]"], "papers[2] has no field color"),
        (example("ripe = yes"), ["ripe = yes"], "ripe is a definition and is never stated; state apple instead"),
        (example("paper.kind = gold"), ["gold"], "expected one of civil"),
        (example("paper.kind = judge; papers = none"), ["paper.kind = judge; papers = none"], "state papers once"),
        (example("apple.complete = no"), ["apple.complete = no"], "apple is no list"),
        (example("apple = yes", actor="wizard"), ["wizard"], "wizard is no role of the vocabulary"),
        (example("apple = yes", ask="hold, hodl"), ["hodl"], "hodl is no action of the vocabulary; did you mean hold"),
        (example("apple = yes", choices="width = tall"), ["width = tall"], "width = tall is no reading"),
        (example("apple = yes", agency="fr-paris/police"), ["fr-paris/police"], "no rulebook stands above the agency"),
        (example("apple = yes", at="noon"), ["noon"], "`at` is a local moment like 2024-06-01 02:10"),
        (example("berry = yes; easy = yes; dear = yes"), ["easy = yes; dear = yes"], "these can't all be true: dear"),
    ],
)
def test_what_an_example_states_wrongly_is_found_at_its_word(
    tmp_path: Path, written: str, words: list[str], says: str
) -> None:
    never = "```constraint k\nnever: easy and dear\nsays: What is easy is not dear.\n```\n"
    city = define("ripe", "apple") + rule("C-1", "may", when="ripe and easy and dear") + written
    folder = write(tmp_path, city=city, vocabulary=never)
    refused = found(folder, "refused")
    assert [standing_at(one, folder) for one in refused] == words
    assert says in refused[0].says
    assert {one.severity for one in refused} == {"error"}


def test_an_example_that_expects_its_facts_to_contradict_each_other_is_right(tmp_path: Path) -> None:
    never = "```constraint k\nnever: easy and dear\nsays: What is easy is not dear.\n```\n"
    city = rule("C-1", "may", when="easy and dear") + example("easy = yes; dear = yes", "error names easy")
    assert found(write(tmp_path, city=city, vocabulary=never), "refused") == []


def test_an_example_under_law_that_can_not_be_read_is_not_blamed_for_it(tmp_path: Path) -> None:
    city = define("ripe", "aple") + example("apple = yes", choices="width = tall")
    folder = write(tmp_path, city=city)
    assert [standing_at(one, folder) for one in found(folder, "refused")] == ["aple"]


# An agency's own orders.


def test_an_agencys_own_orders_are_looked_at_with_the_law_above_them(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    folder = write(tmp_path / "law", city=define("ripe", "apple") + rule("C-1", "may", when="ripe"))
    text = ORDER + rule("GO-1", "must not", when="ripe and aple") + example("bery = yes") + "```rulle GO-2\n```\n"
    orders = own(tmp_path / "orders", text)
    refused = [one for one in lint(folder, local=orders) if one.kind == "refused"]
    assert [standing_at(one, tmp_path) for one in refused] == ["aple", "rulle GO-2"]
    own(orders, ORDER + rule("GO-1", "must not", when="ripe") + example("bery = yes"))
    ended = CliRunner().invoke(app, ["law", "lint", str(folder), "--local", str(orders)])
    assert ended.exit_code == 1
    assert re.search(
        r"^orders/order\.md:\d+:\d+ \(under “General order”\): error: bery is no fact", ended.stdout, re.MULTILINE
    )


@pytest.mark.parametrize(
    "text", [ORDER.replace("layer: agency", "layer: city"), ORDER.replace("parent: us-", "parent: uk-")]
)
def test_orders_that_stand_on_nothing_do_not_hide_what_is_wrong_above(tmp_path: Path, text: str) -> None:
    (tmp_path / "law").mkdir()
    folder = write(tmp_path / "law", city=rule("C-1", "may", when="aple"))
    refused = [one for one in lint(folder, local=own(tmp_path / "orders", text)) if one.kind == "refused"]
    assert [one.place.file for one in refused] == ["us/xx/town.md", "orders/order.md"]


def test_a_folder_without_orders_ends_the_command_with_two(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    folder = write(tmp_path / "law")
    ended = CliRunner().invoke(app, ["law", "lint", str(folder), "--local", str(tmp_path / "gone")])
    assert ended.exit_code == 2
    assert "is no folder" in str(ended.exception) + ended.stderr


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


def test_a_zone_that_is_none_is_refused_in_the_words_of_a_rulebook(rulebooks: Path) -> None:
    with pytest.raises(RulebookError, match=r"^no time zone is called “Mars/Base”; write one like America/New_York$"):
        new_rulebook(rulebooks, "us-wa-seattle", name="X", layer="city", parent="us-wa", timezone="Mars/Base")


@pytest.mark.parametrize("agency", ["us-ma-boston/police", "us-tx-travis/sheriff"])
def test_the_orders_of_an_agency_are_begun_and_only_wait_to_be_written(tmp_path: Path, agency: str) -> None:
    orders = tmp_path / "orders"
    ended = CliRunner().invoke(app, ["law", "new", agency, "--name", "General orders", "--local", str(orders)])
    assert ended.exit_code == 0, ended.output
    (file,) = orders.iterdir()
    assert f"`detainerdesk law lint --local {orders}` names" in ended.stdout
    ours = lint()
    new = [one for one in lint(local=orders) if one not in ours]
    assert {one.place.file for one in new} == {f"orders/{file.name}"}
    assert {one.kind for one in new} == {"to be written"}
    edition, before = load(local=orders), load().stack(agency)
    stack = edition.stack(agency)
    assert stack.layers[-1].name == "General orders"
    assert [one.jurisdiction for one in stack.layers[:-1]] == [one.jurisdiction for one in before.layers]
    assert (stack.timezone, stack.words, stack.not_encoded) == (before.timezone, before.words, before.not_encoded)
    assert [one.wrong for one in prove(edition, agency.replace("/", "-"))] == [()]
    assert CliRunner().invoke(app, ["law", "lint", "--local", str(orders)]).exit_code == 0
    again = CliRunner().invoke(app, ["law", "new", agency, "--name", "General orders", "--local", str(orders)])
    assert again.exit_code == 2
    assert f"is encoded already, in orders/{file.name}: write there" in str(again.exception) + again.stderr
    file.write_text(file.read_text().replace(agency.replace("/", "-"), "us-ca-tx-ma-orders"))
    again = CliRunner().invoke(app, ["law", "new", agency, "--name", "General orders", "--local", str(orders)])
    assert "us-ca-tx-ma-orders is encoded already" in str(again.exception) + again.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["us-ma-boston/police"], "give --local FOLDER"),
        (["us-ma-boston/police", "--local", "orders", "--layer", "agency"], "no --layer, --parent or --timezone"),
        (["us-ma-salem", "--layer", "city"], "needs --layer and --parent"),
        (["us-ma-salem", "--layer", "city", "--parent", "us-ma", "--local", "orders"], "no --local"),
        (["us-ma-Boston/police", "--local", "orders"], "in small letters"),
        (["fr-paris/police", "--local", "orders"], "an agency is written like us-ma-boston/police"),
    ],
)
def test_orders_that_can_not_be_begun_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["law", "new", *arguments, "--name", "X"])
    assert ended.exit_code == 2
    assert says in str(ended.exception) + ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(rulebooks: Path) -> None:
    (rulebooks / "us/ma/salem.md").write_text("mine")
    with pytest.raises(Exception, match="salem"):
        new_rulebook(rulebooks, "us-ma-salem", name="Salem", layer="city", parent="us-ma")
    assert (rulebooks / "us/ma/salem.md").read_text() == "mine"
