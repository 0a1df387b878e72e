"""Bad input, on the rulebook's side and on the case's: each gets an exact message that says what, where, and what to do."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from detainerdesk.law import Case, CaseError, ContradictoryFacts, RulebookError, load
from tests.law.small import AGENCY, NOON, ZONE, block, decided, define, law, rule, write

# The rulebook's side: (what is written in the city's rulebook, the words of the message, the word that the place points at).

CASES: dict[str, tuple[str, str, str]] = {
    "an unknown fact": (
        rule("C-1", "must", when="apple and bery"),
        "“bery” is no fact or definition; did you mean berry",
        "bery",
    ),
    "an unknown value": (
        rule("C-1", "must", when="colour is purple"),
        "colour has no value “purple”; expected one of red, green, blue",
        "purple",
    ),
    "an unknown action": (rule("C-1", "must", action="holdd"), "“holdd” is no action of the vocabulary", "holdd"),
    "an unknown role": (
        rule("C-1", "must", who="oficer"),
        "“oficer” is no role of the vocabulary; expected one of employee, officer, clerk",
        "oficer",
    ),
    "an unknown list": (
        rule("C-1", "must", when="some paper where signed"),
        "paper is no list of the vocabulary",
        "paper",
    ),
    "an unknown field": (
        rule("C-1", "must", when="some papers where sign"),
        "“sign” is no field of papers; did you mean signed?",
        "sign",
    ),
    "an unknown clock": (rule("C-1", "must", when="running(limit)"), "no clock is called limit here or above", "limit"),
    "a clock that counts back is never tested": (
        block("clock", "notice", start="free_at", hours="-24") + rule("C-1", "must", when="running(notice)"),
        "the clock notice counts back: it is shown, and never runs or expires",
        "notice)",
    ),
    "a deadline that names no clock": (
        block("clock", "limit", start="free_at", hours="24")
        + block("duty", "C-D", action="hold", who="officer", whom="clerk", trigger="apple", deadline="limitt"),
        "no clock is called limitt here or above; did you mean limit?",
        "limitt",
    ),
    "an unknown rule": (rule("C-1", "must", when="permitted_by(Z-9)"), "no rule is called Z-9", "Z-9"),
    "a lift of nothing": (
        rule("C-1", "must", lifts="Z-9"),
        "C-1 lifts Z-9, and there is no such rule here or below",
        "Z-9",
    ),
    "an unknown layer": (
        block("voids", "C-V", action="hold", layers="us-zz"),
        "“us-zz” is no layer that is encoded; write `below`, or one of us, us-xx, us-xx-town",
        "us-zz",
    ),
    "an unknown item": (
        rule("C-1", "must", action="share_information", item="home_adress"),
        "“home_adress” is no item of information; did you mean home_address",
        "home_adress",
    ),
    "a fact that is not yes or no": (
        rule("C-1", "must", when="colour"),
        "colour is one of, not yes/no: compare it, like `colour is …`",
        "colour",
    ),
    "a yes/no fact with an order": (
        rule("C-1", "must", when="days > 2 and apple < 3"),
        "apple is yes/no: only moments, dates and counts have an order",
        "apple",
    ),
    "a moment against a count": (
        rule("C-1", "must", when="started_at < days"),
        "started_at is a moment and days is a count: they can't be compared",
        "started_at",
    ),
    "a count that is a colour": (rule("C-1", "must", when="days is red"), "days: expected a number, not 'red'", "red"),
    "a set of what is none": (
        rule("C-1", "must", when="colour includes red"),
        "`includes` is for sets, and colour is one of",
        "colour",
    ),
    "two tests after `where`": (
        rule("C-1", "must", when="some papers where kind is judge and signed"),
        "“signed” is a field of papers and stands outside its `where`, which takes one test or one bracket: write `papers where (… signed …)`",
        "signed",
    ),
    "two tests after `where`, the second compared": (
        rule("C-1", "must", when="apple and at least 2 papers where not void or day > 2020-01-01"),
        "“day” is a field of papers and stands outside its `where`",
        "day",
    ),
    "two tests after `where` that nothing joins": (
        rule("C-1", "must", when="(some papers where signed kind is judge) and apple"),
        "expected ), found “kind”: after `where` stands one test or one bracket, `where (… and …)`",
        "kind",
    ),
    "a comma after `where`": (
        rule("C-1", "must", when="some papers where signed, void"),
        "expected `and`, `or` or the end, found “,”: after `where` stands one test or one bracket",
        ", void",
    ),
    "a bracket after `where` in which nothing joins two tests": (
        rule("C-1", "must", when="some papers where (signed void)"),
        "expected ), found “void” — in the condition",
        "void",
    ),
    "a block without a first line": (
        rule("C-1", "must").replace("```rule C-1\n", "") + rule("C-2", "must"),
        "this block has no first line: write three backticks, its kind and its id above it, like ```rule BOS19-1",
        "action: hold",
    ),
    "a block without a first line below another": (
        rule("C-1", "must") + rule("C-2", "must").replace("```rule C-2\n", "") + "Text.\n",
        "this block has no first line",
        "action: hold",
    ),
    "a block without a last line": (
        rule("C-1", "must").replace("\n```\n", "\n") + rule("C-2", "must"),
        "this block is never closed: end it with a line of three backticks, before the one that begins at line 18",
        "```rule C-1",
    ),
    "two blocks without a last line": (
        rule("C-1", "must").replace("\n```\n", "\n") + rule("C-2", "must").replace("\n```\n", "\n"),
        "this block is never closed: end it with a line of three backticks, before the one that begins at line 18",
        "```rule C-1",
    ),
    "a block of plain text without a last line": (
        "```text\nSome words.\n" + rule("C-1", "must"),
        "this block is never closed: end it with a line of three backticks, before the one that begins at line 14",
        "```text",
    ),
    "spans that overlap": (
        rule("C-1", "must", in_force="2019-01-01 .. 2020-01-01; 2019-06-01 .."),
        "these spans of days overlap: end one before the next begins",
        "2019-01-01",
    ),
    "a rule that ends before it begins": (
        rule("C-1", "must", in_force="2020-01-01 .. 2019-01-01"),
        "2020-01-01 .. 2019-01-01 ends before it begins: write the earlier day first",
        "2020-01-01",
    ),
    "a day that is none": (
        rule("C-1", "must", in_force="2019-02-30 .."),
        "expected a day like 2019-12-19",
        "2019-02-30",
    ),
    "two versions of one rule": (
        rule("C-1", "must", in_force="2019-01-01 .. 2020-01-01") + rule("C-1", "may", in_force="2019-06-01 .."),
        "rule C-1 stands here and at line 12: an id is used once; another version is called, say, C-1.2019",
        "",
    ),
    "no citation": (rule("C-1", "must", cite=""), "rule C-1 needs a line `cite: …`", ""),
    "no days": (rule("C-1", "must", in_force=""), "rule C-1 needs a line `in force: …`", ""),
    "no status": (rule("C-1", "must", status=""), "rule C-1 needs a line `status: …`", ""),
    "a status that is none": (
        rule("C-1", "must", status="sure"),
        "a status is verified, verify or off, not “sure”",
        "sure",
    ),
    "no effect": (rule("C-1"), "rule C-1 needs `effect: …` or `lifts: …`", ""),
    "an effect that is none": (rule("C-1", "should"), "an effect is must, must not or may, not “should”", "should"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rulebook_is_refused_at_its_word(tmp_path: Path, name: str) -> None:
    city, says, word = CASES[name]
    folder = write(tmp_path, city=city)
    with pytest.raises(RulebookError) as error:
        load(folder)
    place = error.value.place
    assert says in str(error.value)
    assert place is not None
    assert (place.file, place.heading) == ("us/xx/town.md", "The law")
    line = (folder / place.file).read_text().split("\n")[place.line - 1]
    assert line[place.column - 1 :].startswith(word or "```rule C-1"), (line, place)


LISTED = block("list", "grave", file="grave.csv")
TABLE = "citation,label,cite,from,to\nCA PC 187,murder,§ 1,,\n"


def test_a_list_whose_file_changed_makes_another_edition(tmp_path: Path) -> None:
    folder = write(tmp_path, city=LISTED, tables={"grave.csv": TABLE})
    before = load(folder)
    (folder / "us/xx/grave.csv").write_text(TABLE + "CA PC 211,robbery,§ 1,,\n")
    after = load(folder)
    assert before.hash != after.hash
    assert decided(before).edition == before.hash
    assert decided(after).edition == after.hash


@pytest.mark.parametrize(
    ("table", "says", "line"),
    [
        (TABLE + "CA PC 211,robbery,§ 1,2020-01-01,2019-01-01\n", "the row ends (2019-01-01) before it begins", 3),
        (TABLE + "CA PC 187,murder,§ 1,2019-01-01,\n", "the same offense stands at line 2 for the same days", 3),
        (TABLE + "CA PC 211,robbery,§ 1,soon,\n", "expected a day like 2019-12-19, not “soon”", 3),
        (TABLE + "211,robbery,§ 1,,\n", "does not say whose law it is", 3),
        (TABLE.replace("label", "lable"), "unknown column `lable`; expected citation, label", 1),
    ],
)
def test_a_list_is_refused_at_its_line(tmp_path: Path, table: str, says: str, line: int) -> None:
    with pytest.raises(RulebookError) as error:
        load(write(tmp_path, city=LISTED, tables={"grave.csv": table}))
    assert says in str(error.value)
    assert error.value.place is not None
    assert (error.value.place.file, error.value.place.line) == ("us/xx/grave.csv", line)


def test_a_list_without_its_file_is_refused_at_the_file(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"^us/xx/town\.md:17:7 .*there is no file grave\.csv beside the rulebook"):
        load(write(tmp_path, city=LISTED))


# The case's side.

FACTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown fact": ({"bery": True}, "bery is no fact of the vocabulary; did you mean berry"),
    "an unknown value": ({"colour": "purple"}, "colour: expected one of red, green, blue (or unknown), not 'purple'"),
    "neither yes nor no": ({"apple": "maybe"}, "apple: expected yes, no or unknown, not 'maybe'"),
    "no number": ({"days": "many"}, "days: expected a number, not 'many'"),
    "half a day": ({"days": 2.5}, "days: expected a number, not 2.5"),
    "a count below nothing": ({"days": -3}, "days: a count is not negative, and -3 is"),
    "a count beyond all measure": ({"days": 10**12}, "days: a count is at most 999999999, and 1000000000000 is more"),
    "no date": ({"born": "yesterday"}, "born: expected a date like 2026-03-03 (or 2026-03, 2026, unknown)"),
    "a date that is none": ({"born": "2026-02-30"}, "born: expected a date like 2026-03-03"),
    "a date of no year": ({"born": "0001-01-01"}, "of the years 1000 to 2999, not '0001-01-01'"),
    "no moment": ({"started_at": "noon"}, "started_at: expected a moment like 2026-03-03 10:00 (or none, or unknown)"),
    "one of a set that is none": ({"wants": ["map", "moon"]}, "wants: 'moon' is none of map, key, lamp"),
    "no list": ({"papers": "a lot"}, "papers: expected a list of records, none or unknown, not 'a lot'"),
    "no record": ({"papers": ["x"]}, "papers[1]: expected fields, like kind: …, not 'x'"),
    "an unknown field": ({"papers": [{"color": "red"}]}, "papers[1] has no field color"),
    "an unknown value of a field": (
        {"papers": [{"kind": "judge"}, {"kind": "gold"}]},
        "papers[2]: papers[].kind: expected one of civil, judge, other (or unknown), not 'gold'",
    ),
    "a definition": ({"ripe.enough": True}, "ripe.enough is a definition and is never stated; state apple instead"),
}
CITY = define("ripe.enough", "apple") + rule("C-1", "must", when="ripe.enough", in_force="2019-12-19 ..")


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_refused_by_name(tmp_path: Path, name: str) -> None:
    facts, says = FACTS[name]
    with pytest.raises(CaseError) as error:
        decided(law(tmp_path, city=CITY), facts)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"ask": ("holdd",)}, "holdd is no action of the vocabulary; did you mean hold"),
        ({"actor": "wizard"}, "wizard is no role of the vocabulary; expected one of employee, officer, clerk"),
        ({"choices": {"width": "x"}}, "width = x is no reading of this agency's law; width is one of narrow, wide"),
        ({"choices": {"depth": "x"}}, "depth = x is no reading of this agency's law; its readings are width"),
        ({"agency": "fr-paris/police"}, "no rulebook stands above the agency “fr-paris/police”; write one like"),
        (
            {"agency": "us-xx-town"},
            "no rulebook stands above the agency “us-xx-town”; write one like us-ma-boston/police",
        ),
    ],
)
def test_what_a_case_names_beside_its_facts_is_refused_by_name(tmp_path: Path, more: dict[str, Any], says: str) -> None:
    city = CITY + block("reading", "width", alternatives="narrow, wide", default="narrow")
    with pytest.raises(CaseError) as error:
        decided(law(tmp_path, city=city), **more)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ([1], "a case is a mapping with `agency`, `at` and `facts`"),
        ({}, "the case needs `agency: …`"),
        ({"agency": AGENCY}, "the case needs `at: …`"),
        ({"agency": AGENCY, "at": "soon"}, "`at`: expected a moment like 2024-06-01T02:10:00-04:00, not 'soon'"),
        ({"agency": AGENCY, "at": 7}, "`at`: expected a moment like 2024-06-01T02:10:00-04:00, not 7"),
        ({"agency": AGENCY, "at": "2026-01-01"}, "`at` needs a time zone: write it like 2024-06-01T02:10:00-04:00"),
        ({"agency": AGENCY, "at": "0900-01-01T00:00:00Z"}, "`at` is a moment of the years 1000 to 2999"),
        ({"agency": AGENCY, "at": "2026-01-01T10:00:00Z", "fact": {}}, "unknown line `fact` in the case; expected id,"),
        ({"agency": AGENCY, "at": "2026-01-01T10:00:00Z", "facts": [1]}, "`facts` is a mapping of names to values"),
    ],
)
def test_a_case_that_can_not_be_read_is_refused(raw: Any, says: str) -> None:
    with pytest.raises(CaseError) as error:
        Case.read(raw)
    assert says in str(error.value)


def test_facts_that_can_not_all_be_true_are_named_with_the_reason(tmp_path: Path) -> None:
    never = "```constraint k\nnever: easy and dear\nsays: What is easy is not dear.\n```\n"
    edition = law(tmp_path, city=CITY + rule("C-2", "must", when="easy and dear"), vocabulary=never)
    with pytest.raises(ContradictoryFacts) as error:
        decided(edition, {"easy": True, "dear": True, "apple": True})
    assert str(error.value).startswith("these can't all be true: dear = yes; easy = yes. What is easy is not dear.")
    assert error.value.facts == ("dear", "easy")


def test_a_place_with_no_rulebook_is_decided_under_the_layers_above_and_says_so(tmp_path: Path) -> None:
    decision = decided(law(tmp_path, city=CITY), agency="us-zz/police")
    said = {note.id: note.text for note in decision.notes}
    assert decision.actions["hold"].outcome == "silent"
    assert said["not-encoded"] == "Not in this answer: us-zz. Its rules are not in this system."
    assert "us-zz/police has no profile here" in said["no-profile"]


def test_a_moment_before_the_first_law_is_silent_and_says_so(tmp_path: Path) -> None:
    edition = law(tmp_path, city=CITY)
    before = decided(edition, {"apple": True}, at=datetime(2019, 12, 18, 23, 59, tzinfo=ZONE))
    assert before.actions["hold"].outcome == "silent"
    assert before.actions["hold"].until == datetime(2019, 12, 19, tzinfo=ZONE)
    (note,) = [one for one in before.notes if one.id == "before-first-law"]
    assert note.text.startswith("The oldest law of Town in this system is of 2019-12-19, after this moment")
    on_it = decided(edition, {"apple": True}, at=datetime(2019, 12, 19, 0, 0, tzinfo=ZONE))
    assert on_it.actions["hold"].outcome == "required"
    assert not [one for one in (*on_it.notes, *decided(edition, at=NOON).notes) if one.id == "before-first-law"]


@pytest.mark.parametrize(
    ("reads_as", "says"),
    [
        ("papers with seal = {value}", "papers has no field seal"),
        ("papers with kind = judge", "is no record; write `LIST with FIELD = {value}, FIELD = yes`"),
        ("papers", "is no record"),
    ],
)
def test_a_fact_reads_as_a_record_that_there_may_be(tmp_path: Path, reads_as: str, says: str) -> None:
    fact = (
        "```fact stamp\ntype: text\nask: Which?\nphrase: the stamp is {value}\nnot phrase: the stamp is not {value}\n"
        f"reads as: {reads_as}\n```\n"
    )
    with pytest.raises(RulebookError, match=re.escape(says)) as error:
        law(tmp_path, city=CITY, vocabulary=fact)
    assert error.value.place is not None
    assert error.value.place.file == "vocabulary.md"
