"""A rulebook that can't be read is refused with file, line, heading, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from detainerdesk.law import RulebookError, load
from detainerdesk.law.language.document import MAX_BYTES
from detainerdesk.law.language.grammar import And, Name
from tests.law.small import rule, write


def refused(folder: Path, says: str, **layers: str) -> RulebookError:
    """The error with which the rulebooks are refused."""
    with pytest.raises(RulebookError, match=says) as error:
        load(write(folder, **layers))
    return error.value


def line_of(folder: Path, text: str, file: str = "us/xx/town.md") -> int:
    lines = (folder / file).read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_an_unknown_block_is_refused_with_the_blocks_that_there_are(tmp_path: Path) -> None:
    error = refused(tmp_path, "unknown block `rulle`; expected one of .*rule", city="```rulle C-1\naction: hold\n```\n")
    assert error.place is not None
    assert (error.place.file, error.place.line, error.place.heading) == (
        "us/xx/town.md",
        line_of(tmp_path, "```rulle"),
        "The law",
    )
    assert str(error).startswith(f"us/xx/town.md:{error.place.line}:4 (under “The law”): ")


def test_a_block_without_an_id_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "this rule block has no id", city="```rule\naction: hold\n```\n")


def test_a_key_written_twice_is_refused_at_its_line(tmp_path: Path) -> None:
    error = refused(
        tmp_path, "`cite` is written twice", city=rule("C-1", "may", note="x").replace("note: x", "cite: y")
    )
    assert error.place is not None
    assert error.place.line == line_of(tmp_path, "cite: y")


def test_an_unknown_key_is_refused_at_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, "unknown key `whenn`", city=rule("C-1", "may", whenn="apple"))
    assert error.place is not None
    assert error.place.line == line_of(tmp_path, "whenn")


def test_a_line_that_is_no_key_and_continues_nothing_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "expected `key: text`", city="```rule C-1\nno colon here\n```\n")


def test_a_line_that_begins_with_a_space_needs_one_above(tmp_path: Path) -> None:
    refused(tmp_path, "continues the one above, and there is none", city="```rule C-1\n  hold\naction: hold\n```\n")


def test_a_block_that_is_never_closed_is_refused_where_it_opens(tmp_path: Path) -> None:
    error = refused(tmp_path, "never closed", profile="```rule C-9\naction: hold\n")
    assert error.place is not None
    assert error.place.line == line_of(tmp_path, "```rule C-9")


def test_a_condition_may_go_on_over_lines_and_a_comment_is_no_text(tmp_path: Path) -> None:
    block = "```rule C-1\naction: hold\neffect: must not\n# a comment\nwhen: apple\n  and berry\nin force: ..\ncite: x\nstatus: verified\n```\n"
    edition = load(write(tmp_path, city=block))
    assert edition.rulebooks["us-xx-town"].rules[0].when == And((Name("apple"), Name("berry")))


@pytest.mark.parametrize("key", ["action", "in force", "cite", "status"])
def test_a_rule_needs_its_keys(tmp_path: Path, key: str) -> None:
    lines = rule("C-1", "may").split("\n")
    refused(tmp_path, f"rule C-1 needs a line `{key}", city="\n".join(one for one in lines if not one.startswith(key)))


def test_a_rule_needs_an_effect_or_a_lift(tmp_path: Path) -> None:
    refused(tmp_path, "needs `effect: …` or `lifts: …`", city=rule("C-1"))


def test_an_id_is_used_once_in_a_file(tmp_path: Path) -> None:
    refused(tmp_path, "rule C-1 stands here and at line", city=rule("C-1", "may") + rule("C-1", "must"))


def test_an_id_is_used_once_in_all_layers_that_bind_an_agency(tmp_path: Path) -> None:
    refused(tmp_path, "X-1 is an id of State of Xx too", state=rule("X-1", "may"), city=rule("X-1", "must"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, f"at most {MAX_BYTES} are read", city="x\n" * (MAX_BYTES // 2))


def test_a_line_that_is_too_long_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "at most 10000", city="x" * 10_001)


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "us/federal.md").write_bytes(b"---\njurisdiction: us\n\xff\n")
    with pytest.raises(RulebookError, match=r"us/federal\.md:3:1: not UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("layer: city", "layer: village", "layer is one of"),
        ("layer: city", "layers: city", "layer"),
        ("parent: us-xx\n", "", "names its parent"),
        ("parent: us-xx\n", "parent: us-zz\n", "us-zz of us-xx-town is not encoded"),
        ("timezone: America/New_York", "timezone: America/Bosten", "no time zone is called"),
        ("checked_through: 2026-07-31", "checked_through: soon", "expected a day like"),
        ("name: Town", "name: Town\nname: Town", "says `name` twice"),
        ("jurisdiction: us-xx-town", "jurisdiction: us-xx", "stands in two files"),
        ("name: Town", "a line", "`key: text` lines only"),
    ],
)
def test_a_header_that_is_wrong_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    write(tmp_path)
    path = tmp_path / "us/xx/town.md"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(RulebookError, match=says):
        load(tmp_path)


def test_a_header_that_never_ends_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "us/federal.md").write_text("---\njurisdiction: us\n")
    with pytest.raises(RulebookError, match="never ends"):
        load(tmp_path)


def test_a_folder_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"no vocabulary\.md"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("span", "says"),
    [
        ("2019-13-01 ..", "expected a day"),
        ("from 2019", "is no span of days"),
        ("2020-01-02 .. 2020-01-01", "ends before it begins"),
        ("2020-01-01 .. 2020-06-01; 2020-06-01 ..", "overlap"),
        ("2020-01-01 ..; 2021-01-01 ..", "overlap"),
        ("2020-01-02/2020-01-01 ..", "must be the later one"),
    ],
)
def test_days_that_make_no_sense_are_refused(tmp_path: Path, span: str, says: str) -> None:
    refused(tmp_path, says, city=rule("C-1", "may", in_force=span))


def test_days_that_touch_do_not_overlap(tmp_path: Path) -> None:
    load(write(tmp_path, city=rule("C-1", "may", in_force="2020-01-01 .. 2020-06-01; 2020-06-02 ..")))


def test_a_file_that_an_editor_began_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path)
    town = folder / "us/xx/town.md"
    town.write_bytes(b"\xef\xbb\xbf" + town.read_bytes())
    assert load(folder).rulebooks["us-xx-town"].name == "Town"
