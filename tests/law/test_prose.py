"""Prose is parsed back by a grammar of its own to the same condition, and different conditions never print alike."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from detainerdesk.law import Edition, RulebookError, explain, load
from detainerdesk.law.language import grammar
from detainerdesk.law.language.grammar import Expression
from detainerdesk.law.language.layout import laid_out
from detainerdesk.law.language.prose import Prose
from detainerdesk.law.language.rulebook import Rulebook
from detainerdesk.law.language.vocabulary import Vocabulary
from detainerdesk.law.load import ancestors
from tests.law.reparse import CASE, Language, Speech, Tree, read_back
from tests.law.small import block, define, law, rule, write

# What a condition means, in the form of reparse.py.


def normal(node: Expression, yes_no: frozenset[str] = frozenset()) -> Tree:
    """The normal form: `not not a` is a; `a is yes` is a; a constant is not negated; a moment is written with a space."""
    if isinstance(node, grammar.And | grammar.Or):
        return (type(node).__name__.lower(), *(normal(item, yes_no) for item in node.items))
    if isinstance(node, grammar.Not):
        inner = normal(node.item, yes_no)
        if inner[0] == "not":
            return inner[1]
        return ("constant", not inner[1]) if inner[0] == "constant" else ("not", inner)
    if isinstance(node, grammar.Shown):
        return ("shown", normal(node.item, yes_no))
    if isinstance(node, grammar.Some):
        return ("some", node.list, node.count, node.different, normal(node.where, yes_no))
    if isinstance(node, grammar.Constant):
        return ("constant", node.value)
    if isinstance(node, grammar.Name):
        return ("name", node.name)
    if isinstance(node, grammar.Is):
        if node.values in (("yes",), ("no",)) and node.fact in yes_no:
            return ("name", node.fact) if node.values == ("yes",) else ("not", ("name", node.fact))
        return ("is", node.fact, tuple(value.strip('"') for value in node.values))
    if isinstance(node, grammar.Includes):
        return ("includes", node.fact, node.value)
    if isinstance(node, grammar.Compare):
        return ("compare", node.left.replace("T", " "), node.operator, node.right.replace("T", " "))
    if isinstance(node, grammar.InList):
        return ("in_list", node.list)
    if isinstance(node, grammar.Within):
        plus: object = ("plus", node.plus) if isinstance(node.plus, str) else None
        if isinstance(node.plus, grammar.JailDays):
            plus = ("jail", node.plus.start, node.plus.end, normal(node.plus.where, yes_no))
        return ("within", node.date, node.anchor, node.years, node.months, node.days, plus, node.boundary)
    if isinstance(node, grammar.ClockTest):
        return ("clock", node.state, node.clock)
    if isinstance(node, grammar.PermittedBy):
        return ("permitted_by", node.rule)
    if isinstance(node, grammar.RequiredBy):
        return ("required_by", node.layer)
    assert isinstance(node, grammar.ItemIn)
    return ("item", node.items)


def language(line: Sequence[Rulebook], vocabulary: Vocabulary) -> Language:
    """What a reader of a rulebook knows: the vocabulary's phrases, and each definition by the phrase of the nearest layer."""
    speech: dict[str, list[Speech]] = {CASE: []}
    for fact in vocabulary.facts.values():
        if fact.kind == "list":
            speech.setdefault(fact.name, [])
    for fact in vocabulary.facts.values():
        speech[fact.list or CASE].append(
            Speech(fact.field, fact.kind, fact.values, fact.true, fact.false, fact.phrase, fact.not_phrase)
        )
    seen: set[tuple[str, str | None]] = set()
    for book in line:
        for one in book.definitions:
            if (one.name, one.of) not in seen:
                seen.add((one.name, one.of))
                speech[one.of or CASE].append(Speech(one.name, "define", (), one.phrase, one.not_phrase))
        for offenses in book.lists:
            if (offenses.name, "offenses") not in seen:
                seen.add((offenses.name, "offenses"))
                for them in speech.values():
                    them.append(Speech(offenses.name, "offenses", (), "", "", offenses.phrase, offenses.not_phrase))
    sought = vocabulary.fact("info.sought")
    return Language(
        speech,
        tuple(fact.name for fact in vocabulary.facts.values() if fact.kind == "list"),
        {reading.name: reading.alternatives for book in line for reading in book.readings},
        sought.values if sought else (),
        tuple(clock.name for book in line for clock in book.clocks),
    )


def yes_no_names(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(fact.field for fact in vocabulary.facts.values() if fact.kind == "yes/no")


# The real rulebooks.


def conditions(book: Rulebook) -> list[tuple[str, Expression, str | None]]:
    found: list[tuple[str, Expression | None, str | None]] = []
    for one in book.provisions():
        found += [(one.id, one.when, None), (one.id, one.unless, None)]
    for duty in book.duties:
        found += [(duty.id, duty.done, None), (duty.id, duty.excused, None)]
    found += [(one.name, one.means, one.of) for one in book.definitions]
    found += [(one.id, one.when, None) for one in book.notes]
    return [(name, condition, of) for name, condition, of in found if condition is not None]


def test_every_condition_of_every_rulebook_is_read_back_as_it_is(edition: Edition) -> None:
    read = 0
    for book in edition.rulebooks.values():
        line = ancestors(book, edition.rulebooks)
        prose, words = edition.prose(book), language(line, edition.vocabulary)
        for name, condition, of in conditions(book):
            text = prose.condition(condition, 0, of)
            wanted = normal(condition, yes_no=yes_no_names(edition.vocabulary))
            assert read_back(text, words, of or CASE) == {wanted}, (name, text)
            read += 1
    assert read > 100


def test_the_conditions_stand_in_the_sentence_that_counsel_signs(edition: Edition) -> None:
    """Read out of the `says` line itself: after the first `, when` and after `This does not apply when`."""
    for book in edition.rulebooks.values():
        words = language(ancestors(book, edition.rulebooks), edition.vocabulary)
        names = yes_no_names(edition.vocabulary)
        for provision in book.provisions():
            text = provision.says.removesuffix(" In that case it may be done.")
            main, _, unless = text.partition(". This does not apply when ")
            when = main.partition(", when ")[2]
            if provision.when != grammar.Constant(True):
                assert read_back(when.removesuffix("."), words) == {normal(provision.when, yes_no=names)}, provision.id
            if provision.unless is not None:
                assert read_back(unless.removesuffix("."), words) == {normal(provision.unless, yes_no=names)}, (
                    provision.id
                )


def test_no_two_conditions_of_a_line_of_rulebooks_read_alike(edition: Edition) -> None:
    for book in edition.rulebooks.values():
        prose = edition.prose(book)
        said: dict[tuple[str, str | None], Tree] = {}
        for _, condition, of in conditions(book):
            tree = normal(condition, yes_no=yes_no_names(edition.vocabulary))
            assert said.setdefault((prose.condition(condition, 0, of), of), tree) == tree


# Random conditions over the short vocabulary of small.py.


@dataclass(frozen=True, repr=False)
class Small:
    """The short vocabulary, as its prose and as a reader knows it."""

    prose: Prose
    language: Language
    yes_no: frozenset[str]

    @classmethod
    def of(cls, edition: Edition) -> Small:
        town = edition.rulebooks["us-xx-town"]
        line = ancestors(town, edition.rulebooks)
        return cls(edition.prose(town), language(line, edition.vocabulary), yes_no_names(edition.vocabulary))


@cache
def small() -> Small:
    clock = block("clock", "form_limit", start="started_at", hours="48")
    reading = block("reading", "days_counted", alternatives="counted, not_counted, hours", default="counted")
    city = define("ripe", "apple") + define("good of papers", "signed") + clock + reading + rule("C-1", "may")
    more = (
        "```fact open_to_all\ntype: yes/no or set of release_date, home_address\nask: Is it open?\ntrue: it is open to all\n"
        "false: it is not open to all\n```\n"
        "```fact parties\ntype: list\nask: Who?\nphrase: somebody came\nnot phrase: nobody came\n```\n"
        "```fact parties[].role\ntype: one of buyer, seller, buyer_or_none\nphrase: the role is {value}\n"
        "not phrase: the role is not {value}\n```\n"
        "```fact parties[].age\ntype: count\nphrase: the age is {value}\nnot phrase: the age is not {value}\n```\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        return Small.of(law(Path(folder), city=city, vocabulary=more))


@st.composite
def leaves(draw: st.DrawFn, of: str | None) -> Expression:
    return draw(_leaves(of))


@cache
def _leaves(of: str | None) -> st.SearchStrategy[Expression]:
    """Tests of a case, or of the records of a list."""
    common: list[st.SearchStrategy[Expression]] = [st.booleans().map(grammar.Constant)]
    if of == "papers":
        names, one_of = ["signed", "void", "good"], ("kind", ["civil", "judge", "other"])
        sides = ["day", "at", "2026-03-03", "started_at", "born"]
    elif of == "parties":
        names, one_of, sides = [], ("role", ["buyer", "seller", "buyer_or_none"]), []
        common.append(
            st.builds(grammar.Compare, st.just("age"), st.sampled_from(["<", "<=", ">", ">="]), st.just("18"))
        )
    else:
        names = ["apple", "berry", "cherry", "date.palm", "easy", "event", "ripe", "open_to_all"]
        one_of = ("colour", ["red", "green", "blue"])
        sides = ["started_at", "stopped_at", "born", "at", "2026-03-03", "2026-03-03 10:00"]
        common += [
            st.sampled_from(["map", "key", "lamp"]).map(lambda value: grammar.Includes("wants", value)),
            st.sampled_from(["release_date", "home_address"]).map(lambda one: grammar.Includes("open_to_all", one)),
            st.sampled_from(["running", "expired"]).map(lambda state: grammar.ClockTest(state, "form_limit")),
            st.just(grammar.PermittedBy("C-1")),
            st.just(grammar.RequiredBy("us-xx")),
            some_of(["release_date", "home_address", "work_address"]).map(grammar.ItemIn),
            some_of(["counted", "not_counted", "hours"]).map(lambda them: grammar.Is("days_counted", them)),
            some_of(['"a; and (b) x"', '"one: two"', '"the apple is there"', "US"]).map(
                lambda them: grammar.Is("remark", them)
            ),
            some_of(["1", "20"]).map(lambda them: grammar.Is("days", them)),
            some_of(["none", "2026-01-01"]).map(lambda them: grammar.Is("born", them)),
            st.sampled_from(["started_at", "served_at"]).map(lambda name: grammar.Is(name, ("none",))),
            st.sampled_from(["started_at", "served_at"]).map(grammar.Name),
            st.sampled_from(["papers", "parties"]).map(lambda name: grammar.Is(name, ("none",))),
            st.builds(
                grammar.Compare, st.just("days"), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(["1", "30"])
            ),
            st.sampled_from(["apple", "easy"]).flatmap(
                lambda name: st.sampled_from([("yes",), ("no",)]).map(lambda value: grammar.Is(name, value))
            ),
        ]
    if names:
        common.append(st.sampled_from(names).map(grammar.Name))
    common.append(some_of(one_of[1]).map(lambda them: grammar.Is(one_of[0], them)))
    if sides:
        operators = st.sampled_from(["<", "<=", ">", ">="])
        common.append(within(of))
        common.append(st.builds(grammar.Compare, st.sampled_from(sides), operators, st.sampled_from(sides)))
    return st.one_of(common)


def within(of: str | None) -> st.SearchStrategy[Expression]:
    """A look-back, longer by a count or by days in jail or not at all."""
    jail = st.builds(
        grammar.JailDays,
        st.just("born"),
        st.just("started_at"),
        compound(st.sampled_from(["signed", "void"]).map(grammar.Name), shown=False),
    )
    length = st.sampled_from([0, 1, 7])
    return st.builds(
        lambda day, anchor, years, months, days, plus, boundary: grammar.Within(
            day, anchor, years, months, days if years or months else 30, plus, boundary
        ),
        st.sampled_from(["born"] if of is None else ["day"]),
        st.sampled_from(["at", "started_at", "2026-03-03"]),
        length,
        length,
        length,
        st.one_of(st.none(), st.none(), st.just("days"), jail) if of else st.one_of(st.none(), st.just("days")),
        st.sampled_from(["in", "out"]),
    )


def some_of(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def trees(draw: st.DrawFn, of: str | None) -> Expression:
    return draw(_trees(of))


@cache
def _trees(of: str | None) -> st.SearchStrategy[Expression]:
    base = leaves(of)
    if of is None:
        base = st.one_of(base, base, base, quantified("papers"), quantified("parties"))
    return st.recursive(base, lambda inner: compound(inner, shown=of is None), max_leaves=12)


def compound(inner: st.SearchStrategy[Expression], *, shown: bool) -> st.SearchStrategy[Expression]:
    items = st.lists(inner, min_size=2, max_size=5).map(tuple)
    kinds: list[st.SearchStrategy[Expression]] = [
        items.map(grammar.And),
        items.map(grammar.Or),
        inner.map(grammar.Not),
    ]
    return st.one_of([*kinds, inner.map(grammar.Shown)] if shown else kinds)


def quantified(name: str) -> st.SearchStrategy[Expression]:
    field = "kind" if name == "papers" else "role"
    return st.builds(
        lambda where, count, different: grammar.Some(name, where, count, different if count > 1 else None),
        st.one_of(st.just(grammar.Constant(True)), trees(name)),
        st.sampled_from([1, 1, 2, 3]),
        st.sampled_from([None, field]),
    )


def is_read_back(condition: Expression) -> None:
    text = small().prose.condition(condition)
    assert read_back(text, small().language) == {normal(condition, yes_no=small().yes_no)}, text


SUPPRESSED = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=300, deadline=None, suppress_health_check=SUPPRESSED, phases=(Phase.explicit, Phase.generate))
@given(condition=trees(None))
def test_a_random_condition_is_read_back_as_it_is(condition: Expression) -> None:
    is_read_back(condition)


@pytest.mark.long
@pytest.mark.timeout(1200)
@settings(max_examples=20_000, deadline=None, suppress_health_check=SUPPRESSED, phases=(Phase.explicit, Phase.generate))
@given(condition=trees(None))
def test_twenty_thousand_random_conditions_are_read_back_as_they_are(condition: Expression) -> None:
    is_read_back(condition)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 6])
def test_lists_in_lists_have_labels_of_their_own(depth: int) -> None:
    names = [grammar.Name(name) for name in ("apple", "berry", "cherry")]
    tree: Expression = grammar.And(tuple(names))
    for level in range(depth):
        joint = grammar.Or if level % 2 == 0 else grammar.And
        tree = joint((names[0], tree, names[1]))
    is_read_back(tree)


def test_a_list_may_be_longer_than_the_alphabet() -> None:
    tests = tuple(grammar.Is("days", (str(number),)) for number in range(60))
    is_read_back(grammar.Or(tests))
    is_read_back(grammar.And((grammar.Name("apple"), grammar.Or((grammar.Name("berry"), grammar.And(tests[:39]))))))
    is_read_back(
        grammar.Or((*tests[:8], grammar.And((tests[0], grammar.Or((tests[1], grammar.And(tests[2:5]))))), *tests[9:]))
    )


def test_two_terms_stand_in_one_sentence_and_three_in_a_list() -> None:
    apple, berry, cherry = (grammar.Name(name) for name in ("apple", "berry", "cherry"))
    said = small().prose.condition
    assert said(grammar.And((apple, berry))) == "the apple is there and the berry is there"
    assert said(grammar.Or((grammar.And((apple, berry)), cherry))) == (
        "one or more of these is true: (a) the apple is there and the berry is there; or (b) the cherry is there"
    )
    assert said(grammar.And((apple, berry, grammar.Not(cherry)))) == (
        "all of these are true: (a) the apple is there; (b) the berry is there; and (c) the cherry is not there"
    )


# On the page.


def test_each_item_stands_on_its_own_line_and_the_lines_are_the_sentence(edition: Edition) -> None:
    listed = 0
    for book in edition.rulebooks.values():
        for provision in book.provisions():
            lines = laid_out(provision.says)
            assert " ".join(str(line).strip() for line in lines) == provision.says
            assert all(line.text.count(":") <= 1 and ";" not in line.text[:-5] for line in lines)
            listed += len(lines) > 1
    assert listed > 20


def test_a_line_knows_how_deep_its_list_stands() -> None:
    apple, berry, cherry = (grammar.Name(name) for name in ("apple", "berry", "cherry"))
    inner = grammar.Or((apple, grammar.And((apple, berry, cherry)), cherry))
    lines = laid_out(
        f"It is so, when {small().prose.condition(grammar.And((apple, inner, berry)))}. This does not apply when x."
    )
    assert [(line.level, line.label) for line in lines] == [
        (0, ""), (1, "a"), (1, "b"), (2, "1"), (2, "2"), (3, "i"), (3, "ii"), (3, "iii"), (2, "3"), (1, "c"), (0, ""),
    ]  # fmt: skip


def test_a_rule_is_explained_with_each_definition_below_in_the_words_of_its_own_layer(tmp_path: Path) -> None:
    federal = define("base", "apple", in_force="..") + define("broad", "base or berry", in_force="..")
    own = block(
        "define", "base", means="cherry", phrase="the town's base is met", not_phrase="the town's base is not met"
    )
    edition = law(tmp_path, federal=federal, city=own + rule("C-1", "must not", when="broad and base"))
    text = explain("C-1", edition)
    assert "  Broad holds when base holds or the berry is there. " in text
    assert "  Base holds when the apple is there. " in text
    assert "  The town's base is met when the cherry is there. " in text


def test_a_name_is_explained_as_each_rulebook_has_it(tmp_path: Path) -> None:
    federal = define("base", "apple", in_force="2020-01-01 ..")
    federal += block(
        "reading", "how", alternatives="soon, late, never", default="soon", rejected="never", note="Two days or ten."
    )
    own = block(
        "define", "base", means="cherry", phrase="the town's base is met", not_phrase="the town's base is not met"
    )
    edition = law(tmp_path, federal=federal, city=own)
    text = explain("base", edition)
    assert text.count("base · ") == 2
    assert "base · Land\nBase holds when the apple is there.\nIn force: 2020-01-01 .." in text
    assert "base · Town\nThe town's base is met when the cherry is there." in text
    how = explain("how", edition)
    assert "soon: the default\n  late: open\n  never: refused by the courts\nTwo days or ten." in how


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("verify; tags PP, R", "(two or more sources, recalled)"),
        ("verify; tags T-part; start day I", "(beginning or headnote read; start day inferred)"),
        (
            "verify; tags T for § 12-R and (a)(1), R for the rest",
            "(text read for § 12-R and (a)(1), recalled for the rest)",
        ),
        ("verify; the P was not found", "(the P was not found)"),
    ],
)
def test_the_tags_of_a_status_are_explained_in_words(tmp_path: Path, status: str, said: str) -> None:
    text = explain("C-1", law(tmp_path, city=rule("C-1", "may", status=status)))
    assert f"text not checked against its source {said}. Checked through" in text


def test_a_definition_of_a_list_is_explained_in_the_words_of_its_records(tmp_path: Path) -> None:
    good = define("good of papers", "signed and not void", in_force="..")
    text = explain("C-1", law(tmp_path, city=good + rule("C-1", "may", when="some papers where good")))
    assert "  Good of papers holds when it is signed and it is not void. " in text


# What loading refuses.


def fact(name: str, **keys: str) -> str:
    lines = [f"{key.replace('_', ' ')}: {text}" for key, text in ({"type": "yes/no"} | keys).items()]
    return f"```fact {name}\n" + "\n".join(lines) + "\n```\n"


@pytest.mark.parametrize(
    ("facts", "says", "stands"),
    [
        (fact("x", true="x is so"), "x needs a line `false", "```fact x"),
        (fact("x", true="x is so", false=""), "x needs a line `false", "```fact x"),
        (fact("x", type="count", phrase="x is {value}"), "x needs a line `not phrase", "```fact x"),
        (fact("x", true="so: x", false="x is not so"), "has “:”", "so: x"),
        (fact("x", true="x is so", false="x is not; so"), "has “;”", "x is not; so"),
        (fact("x", true="x is so.", false="x is not so"), "is no whole clause", "x is so."),
        (fact("x", true="x is so", false="not"), "is no whole clause", "not"),
        (fact("x", true="x is so", false="it is not so that x is so"), "is what a sentence says by itself", "it is not so that x is so"),
        (fact("x", true="the clock x is running", false="x is not so"), "says by itself", "the clock x is running"),
        (fact("x", true="the apple is there", false="x is not so"), "is said of x and of apple", "the apple is there"),
        (fact("x", true="x is so", false="x is so"), "is said of x and of x|is said of x", "x is so"),
        (fact("x", true="the colour is red", false="x is not so"), "“the colour is red” is said of x and of colour", "the colour is red"),
        (fact("x", true="the colour is {value}", false="x is not so"), "write {value} once", "the colour is {value}"),
        (fact("x", type="count", phrase="the x is there", not_phrase="the x is not {value}"), "has 0 places for a value", "the x is there"),
        (fact("x", type="count", phrase="the start is {value}", not_phrase="x is not {value}"), "a sentence calls x “the start”", "```fact x"),
        (fact("x", true="the apple is there and the berry is there", false="x is not so"), "from two clauses joined", "the apple is there and"),
        (fact("x", true="the apple is there and x is so", false="x is not so") + fact("y", true="x is so and the berry is there", false="y is not so"), "from two clauses joined", "x is so and"),
        (fact("x", type="one of a, b, a_or_b", phrase="x is {value}", not_phrase="x is not {value}"), "“a or b” of x reads as", "one of a, b, a_or_b"),
        (fact("the.papers", type="list", phrase="there are papers", not_phrase="there are no papers"), "a sentence calls the.papers “paper”", "```fact the.papers"),
    ],
)  # fmt: skip
def test_a_phrase_that_could_be_misread_is_refused_where_it_stands(
    tmp_path: Path, facts: str, says: str, stands: str
) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        load(write(tmp_path, vocabulary=facts))
    place = error.value.place
    assert place is not None
    line = (tmp_path / place.file).read_text().split("\n")[place.line - 1]
    assert line[place.column - 1 :].startswith(stands)


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("the apple is there", "is said of ripe and of apple"),
        ("it holds in the land", "is said of ripe and of base"),
        ("ripe", "is no whole clause"),
        ("ripe is: so", "has “:”"),
    ],
)
def test_a_definitions_phrase_differs_from_all_above_it(tmp_path: Path, phrase: str, says: str) -> None:
    base = block(
        "define", "base", means="apple", phrase="it holds in the land", not_phrase="it does not hold in the land"
    )
    ripe = block("define", "ripe", means="apple", phrase=phrase, not_phrase="it is not ripe")
    with pytest.raises(RulebookError, match=says) as error:
        load(write(tmp_path, federal=base, city=ripe))
    assert error.value.place is not None
    assert error.value.place.column == len("phrase: ") + 1


def test_a_test_that_is_always_so_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="is always one of yes and no"):
        load(write(tmp_path, city=rule("C-1", "may", when="apple in (yes, no)")))
