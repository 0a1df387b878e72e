"""Conditions: what may be written, and the place and the words with which everything else is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.law import RulebookError, load
from detainerdesk.law.errors import Place
from detainerdesk.law.language import grammar
from detainerdesk.law.language.grammar import parse
from tests.law.small import block, define, rule, write

HERE = Place("file.md", 7, heading="The law")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and c", "Or(a, And(b, c))"),
        ("(a or b) and c", "And(Or(a, b), c)"),
        ("not a and b", "And(Not(a), b)"),
        ("some papers where signed and a", "And(Some(signed), a)"),
        ("no papers where (signed and void)", "Not(Some(And(signed, void)))"),
        ("some papers where not signed", "Some(Not(signed))"),
        ("yes or no", "Or(True, False)"),
    ],
)
def test_how_a_condition_is_read(text: str, tree: str) -> None:
    assert _shape(parse(text, HERE)) == tree


def _shape(node: grammar.Expression) -> str:
    if isinstance(node, grammar.Name):
        return node.name
    if isinstance(node, grammar.Constant):
        return str(node.value)
    if isinstance(node, grammar.Some):
        return f"Some({_shape(node.where)})"
    if isinstance(node, grammar.Not):
        return f"Not({_shape(node.item)})"
    assert isinstance(node, grammar.And | grammar.Or)
    return f"{type(node).__name__}({', '.join(map(_shape, node.items))})"


@pytest.mark.parametrize("name", ["I-247A", "agreement.287g", "class", "us-ma-boston", "A/B"])
def test_names_and_values_are_written_as_the_law_writes_them(name: str) -> None:
    assert parse(f"request.kind is {name}", HERE) == grammar.Is("request.kind", (name,))


def test_a_date_is_a_date_and_no_subtraction() -> None:
    assert parse("at >= 2017-07-24", HERE) == grammar.Compare("at", ">=", "2017-07-24")
    assert parse("at >= 2017-07-24 08:30", HERE) == grammar.Compare("at", ">=", "2017-07-24 08:30")


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("apple and", 10, "the end"),
        ("apple or or berry", 10, "found “or”"),
        ("(apple", 7, r"where \) was expected"),
        ("apple berry", 7, "expected `and`, `or` or the end, found “berry”"),
        ("apple = berry", 7, "“=” has no meaning in a condition: write is, or is not"),
        ("apple AND berry", 7, "found “AND”: write and, in small letters"),
        ("apple unless: berry", 7, "a new key stands at the beginning of its line"),
        ("some papers signed", 13, "expected where, found “signed”"),
        ("at least many papers where signed", 10, "expected a count from 1 to 50"),
        ("colour is unknown", 11, "unknown"),
        ("colour in (red, unknown)", 17, "unknown"),
        ("colour in", 10, "expected values in brackets, or the name of a list"),
        ("", 1, "an empty condition"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        parse(text, HERE)
    assert error.value.place is not None
    assert (error.value.place.line, error.value.place.heading) == (7, "The law")
    assert abs(error.value.place.column - column) <= 1, error.value


@pytest.mark.parametrize("many", [200, 3_000])
@pytest.mark.parametrize("opener", ["(", "not ", "not ("])
def test_a_condition_that_is_nested_too_deep_is_refused(opener: str, many: int) -> None:
    with pytest.raises(RulebookError, match=r"nested deeper than|at most 2000"):
        parse(opener * many + "apple" + ")" * (many * opener.count("(")), HERE)


def test_a_condition_that_is_too_long_is_refused_and_a_define_proposed() -> None:
    with pytest.raises(RulebookError, match=r"at most 2000\. Use a `define`"):
        parse(" or ".join(["apple"] * 1_100), HERE)


@given(st.text(alphabet='apple brywhn()<>=,.0123-:"[]§ \n', max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    with suppress(RulebookError):
        parse(text, HERE)


@pytest.mark.parametrize(
    ("condition", "word", "says"),
    [
        ("berry and aple", "aple", "“aple” is no fact or definition; did you mean apple"),
        ("colour is pink", "pink", "colour has no value “pink”; expected one of red, green, blue"),
        ("colour", "colour", "colour is one of, not yes/no: compare it"),
        ("apple is red", "red", "apple is yes or no"),
        ("wants includes sword", "sword", "wants has no value “sword”"),
        ("colour includes red", "colour", "`includes` is for sets"),
        ("colour < 3", "colour", "only moments, dates and counts have an order"),
        ("started_at < 3", "started_at", "they can't be compared"),
        ("started_at is 2026-01-01", "2026-01-01", "can't be tested with"),
        ("days is many", "many", "expected a number"),
        ("running(sundial)", "sundial", "no clock is called sundial"),
        ("permitted_by(X-1)", "X-1", "no rule is called X-1"),
        ("required_by(fr)", "fr", "no layer is called fr"),
        ("some apples where signed", "apples", "apples is no list"),
        ("some papers where aple", "aple", "is no field of papers"),
        ("some papers where apple", "apple", "is no field of papers"),
        ("at least 2 different colour of papers where signed", "colour", "papers has no field colour"),
        ("item is shoe_size", "shoe_size", "is no item of information"),
        ("stated(apple)", "", "stand only in what leaving a fact out means"),
        ("shown(shown(apple))", "", "may not stand inside another `shown`"),
        ("some papers where shown(signed)", "", "after `where`"),
        ("some papers where (some papers where signed)", "", "no list inside a list"),
        ("shown(apple) or shown(berry)", "", r"write shown\(a or b\)"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_with_its_place(
    tmp_path: Path, condition: str, word: str, says: str
) -> None:
    folder = write(tmp_path, city=rule("C-1", "may", when=condition))
    with pytest.raises(RulebookError, match=says) as error:
        load(folder)
    place = error.value.place
    assert place is not None
    line = (folder / "us/xx/town.md").read_text().split("\n")[place.line - 1]
    assert (place.file, place.heading, line) == ("us/xx/town.md", "The law", f"when: {condition}")
    assert place.column > len("when: ")
    if word:
        assert line[place.column - 1 :].startswith(word)
    assert str(error.value).startswith(f"us/xx/town.md:{place.line}:{place.column} (under “The law”): ")


def test_a_column_is_that_of_the_file_also_where_a_condition_goes_on_over_lines(tmp_path: Path) -> None:
    when = "apple\n   and (berry\n  or   aple)"
    with pytest.raises(RulebookError, match="“aple”") as error:
        load(write(tmp_path, city=rule("C-1", "may", when=when)))
    assert standing_at(error.value, tmp_path) == "aple)"


def test_a_word_is_found_as_a_word_and_not_inside_another(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="“easi”") as error:
        load(write(tmp_path, city=rule("C-1", "may", when="easi.er or easi"), vocabulary=EASIER))
    assert standing_at(error.value, tmp_path) == "easi"


EASIER = "```fact easi.er\ntype: yes/no\ntrue: it is easier now\nfalse: it is harder now\n```\n"


@pytest.mark.parametrize(
    ("blocks", "stands"),
    [
        (rule("C-1", "may", when="apple and and berry"), "and berry"),
        (rule("C-1", "may", when="apple\n  and\n  and berry"), "and berry"),
        (rule("C-1", "may", when="apple or\n  (berry"), ""),
        (rule("C-1", "may", when="apple =\n  berry"), "="),
        (rule("C-1", "may", action="hold, fly"), "fly"),
        (rule("C-1", "may", who="officer, pilot"), "pilot"),
        (rule("C-1", "may", in_force="2019-01-01 .. 2019-02-01; 2020-02-30 .."), "2020-02-30 .."),
        (block("clock", "c", start="started_at", hours="24 if apple; 48 if aple; none"), "aple; none"),
        (block("clock", "c", start="started_at", hours="24 if apple; 48 if apple or; none"), "; none"),
        (block("reading", "r", alternatives="a, b", default="a", rejected="b, c"), "c"),
        (block("duty", "C-1", action="give_copy", who="officer", whom="x", trigger="yes", fields="\n  a = sum: A\n  b is x"), "b is x"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_column(tmp_path: Path, blocks: str, stands: str) -> None:
    with pytest.raises(RulebookError) as error:
        load(write(tmp_path, city=blocks))
    assert standing_at(error.value, tmp_path) == stands


def standing_at(error: RulebookError, folder: Path) -> str:
    """The rest of the line at which an error stands."""
    place = error.place
    assert place is not None
    assert place.column >= 1
    return (folder / place.file).read_text().split("\n")[place.line - 1][place.column - 1 :]


def test_a_definition_of_a_lower_layer_is_not_seen_from_above(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="“ripe” is no fact or definition"):
        load(write(tmp_path, federal=rule("F-1", "may", when="ripe"), city=define("ripe", "apple")))


def test_two_shown_of_which_each_stands_alone_are_fine(tmp_path: Path) -> None:
    load(write(tmp_path, city=rule("C-1", "may", when="shown(apple) and (berry or shown(cherry))")))


def test_a_rule_may_lift_rules_of_its_own_and_lower_layers_only(tmp_path: Path) -> None:
    load(write(tmp_path, federal=rule("F-1", lifts="C-1"), city=rule("C-1", "may")))
    with pytest.raises(RulebookError, match="C-1 lifts F-1, which is no rule of this layer or a lower one"):
        load(write(tmp_path, federal=rule("F-1", "must not"), city=rule("C-1", lifts="F-1")))


def test_a_rule_lifts_rules_of_its_own_action(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="a rule lifts rules of its own action"):
        load(write(tmp_path, city=rule("C-1", "must not", action="transfer") + rule("C-2", lifts="C-1")))


@pytest.mark.parametrize(
    ("blocks", "circle"),
    [
        (define("one", "two") + define("two", "not one"), "us-xx-town/one -> us-xx-town/two -> us-xx-town/one"),
        (define("one", "apple and one"), "us-xx-town/one -> us-xx-town/one"),
        (define("one of papers", "two") + define("two of papers", "one"), "one of papers -> us-xx-town/two of papers"),
        (rule("C-1", "may", lifts="C-2") + rule("C-2", "must", lifts="C-1"), "C-1 -> C-2 -> C-1"),
        (rule("C-1", "may", lifts="C-1"), "C-1 -> C-1"),
        (
            rule("C-1", "may", when="permitted_by(C-2)") + rule("C-2", "may", unless="permitted_by(C-1)"),
            "C-1 -> C-2 -> C-1",
        ),
        (
            rule("C-1", "may", when="permitted_by(C-2)", lifts="C-2") + rule("C-2", "may"),
            "C-1 -> C-2 -> C-1",
        ),
        (
            define("ripe", "permitted_by(C-1)") + rule("C-1", "may", when="ripe"),
            "C-1 -> C-1",
        ),
        (rule("C-1", "must", when="required_by(us-xx-town)"), "C-1 -> C-1"),
    ],
)
def test_a_circle_is_refused_and_printed(tmp_path: Path, blocks: str, circle: str) -> None:
    with pytest.raises(RulebookError, match="lean on each other in a circle") as error:
        load(write(tmp_path, city=blocks))
    assert circle in str(error.value)
    assert error.value.place is not None


def test_a_definition_that_uses_the_one_above_by_its_name_is_a_circle_of_its_own_layer(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="circle"):
        load(write(tmp_path, federal=define("ripe", "apple"), city=define("ripe", "ripe and berry")))


# Other blocks.


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        (rule("C-1", "should"), "an effect is must, must not or may"),
        (rule("C-1", "may", status="certain"), "a status is verified, verify or off"),
        (rule("C-1", "may", action="fly"), "“fly” is no action"),
        (rule("C-1", "may", who="pilot"), "“pilot” is no role"),
        (rule("C-1", "may", unless="apple", otherwise="may"), "`otherwise: may` stands only in a `must not`"),
        (rule("C-1", "must not", otherwise="may"), "that has an `unless`"),
        (block("voids", "C-1", action="hold", effects="everything"), "voids take out must, must not, may or lifts"),
        (block("cautious", "hold", order="forbidden, silent"), "the order names each of"),
        (block("cautious", "fly", order="forbidden, silent, permitted, required"), "fly is no action"),
        (block("reading", "r", alternatives="a, b", default="c"), "“c” is none of the alternatives"),
        (block("reading", "r", alternatives="a, b", default="a", rejected="a"), "the default reading is rejected"),
        (block("clock", "c", start="colour", hours="48"), "starts and stops at a moment, and colour is none"),
        (block("clock", "c", start="started_at", hours="two days"), "whole hours"),
        (block("clock", "c", start="started_at", hours="-168", calendar="without Saturdays, Sundays, holidays"), "counts every hour"),
        (rule("C-1", "may", when="running(back)") + block("clock", "back", start="started_at", hours="-168"), "the clock back counts back"),
        (block("duty", "C-1", action="hold, transfer", who="officer", whom="x", trigger="yes"), "the one action"),
        (block("duty", "C-1", action="hold", whom="x", trigger="yes"), "needs a line `who"),
        (rule("C-1", "may", when="reading_r is d") + block("reading", "reading_r", alternatives="a, b", default="a"), "no alternative “d”"),
        ("```profile us-xx-town/fire\nname: F\nkind: fire\nlayers: us\nroles: pilot\n```\n", "“pilot” is no role"),
    ],
)  # fmt: skip
def test_a_block_that_makes_no_sense_is_refused(tmp_path: Path, blocks: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        load(write(tmp_path, city=blocks))
    assert error.value.place is not None
    assert error.value.place.file == "us/xx/town.md"


@pytest.mark.parametrize(
    ("vocabulary", "says"),
    [
        ("```fact x\ntype: colour\n```\n", "unknown type “colour”"),
        ("```fact x\ntype: one of\n```\n", "needs its values"),
        ("```fact x\ntype: one of a, unknown\n```\n", "`unknown` is no value of a type"),
        ("```fact apple\ntype: yes/no\n```\n", "the fact apple is defined twice"),
        ("```fact x\ntype: yes/no\nquestion: riddle\n```\n", "names the question riddle"),
        ("```fact cups[].full\ntype: yes/no\n```\n", "is a field of cups, which is no list"),
        ("```fact papers[].colour\ntype: yes/no\n```\n", "a field and a fact never share a name"),
        ("```role king\nmeaning: rules\nis a: god\n```\n", "the role king is a god"),
        ("```question q\nask: What?\ncost: dear\n```\n", "a cost is a number from 1 to 9"),
        ("```constraint c\nnever: aple\nsays: No.\n```\n", "“aple” is no fact"),
        (
            "```fact x\ntype: yes/no\ntrue: x is so\nfalse: x is not so\nleft out: no if stated(aple); unknown otherwise\n```\n",
            "names aple, which is no fact",
        ),
    ],
)
def test_a_vocabulary_that_makes_no_sense_is_refused(tmp_path: Path, vocabulary: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        load(write(tmp_path, vocabulary=vocabulary))
    assert error.value.place is not None
    assert error.value.place.file == "vocabulary.md"


def test_a_stale_says_line_is_refused_with_what_it_would_be(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "must not", when="apple", says="Nobody may do anything."))
    with pytest.raises(
        RulebookError, match=r"`says` line of C-1 is not what the rule says; run `detainerdesk law fmt`"
    ):
        load(folder)


def test_fmt_writes_the_says_line_that_loads(tmp_path: Path) -> None:
    from detainerdesk.law.fmt import stale, with_says

    folder = write(tmp_path, city=rule("C-1", "must not", when="apple", unless="berry"))
    edition = load(folder)
    town = edition.rulebooks["us-xx-town"]
    assert stale(town, edition) == ["C-1"]
    (folder / "us/xx/town.md").write_text(with_says(town, edition))
    again = load(folder)
    assert stale(again.rulebooks["us-xx-town"], again) == []
    said = again.rulebooks["us-xx-town"].rules[0].says
    assert "the apple is there" in said
    assert "the berry is there" in said
    assert with_says(again.rulebooks["us-xx-town"], again) == (folder / "us/xx/town.md").read_text()


def test_a_duty_names_the_person_once(tmp_path: Path) -> None:
    """ "tell the person" says already to whom; another verb does not."""
    both = {"who": "officer", "trigger": "apple"}
    folder = write(
        tmp_path,
        city=block("duty", "C-1", action="hold", whom="person", **both)
        + block("duty", "C-2", action="hold", whom="the council", **both),
    )
    edition = load(folder)
    town = edition.rulebooks["us-xx-town"]
    named, unnamed = (edition.prose(town).sentence(duty) for duty in town.duties)
    verb = edition.vocabulary.actions["hold"].must
    assert "person" in verb
    assert named == f"An officer must {verb}, when the apple is there."
    assert unnamed == f"An officer must {verb} (the council), when the apple is there."


def test_what_is_not_shown_is_said_without_a_double_no(tmp_path: Path) -> None:
    edition = load(write(tmp_path, city=rule("C-1", "must not", when="not shown(apple)")))
    town = edition.rulebooks["us-xx-town"]
    assert edition.prose(town).sentence(town.rules[0]).endswith("when it is not shown that the apple is there.")
