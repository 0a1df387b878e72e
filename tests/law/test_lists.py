"""Lists of offenses: what their files may say, which offense stands on one, and what is done while that is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detainerdesk.law import Case, RulebookError, decide
from detainerdesk.law.language.dates import PartialDate
from detainerdesk.law.language.membership import Doubt, Offense, in_list
from detainerdesk.law.load import load
from tests.law.small import AGENCY, CRIMES, NOON, ZONE, block, decided, law, outcome, rule, word, write

HEAD = "citation,label,category,from,to,inchoate,needs_enhancement\n"
ROWS = (
    "CA PC 211,Robbery,violent,,,yes,\n"
    "CA PC 261(a)(2),Rape,violent,,,,\n"
    "CA PC 459/460(a),Burglary of a home,violent,,,,\n"
    "CA PC 664/187,Attempted murder,violent,,,,\n"
    "CA PC 518,Extortion,violent,,,,CA PC 186.22\n"
    "CA PC 245,Assault,assault,,,,\n"
    "CA PC 12,Repealed,assault,,2019-12-31,,\n"
    "CA HSC 11352,Transport,drugs,,,,\n"
)
BAN = "some crimes where offense_citation in wide"


def town(folder: Path, when: str, *, rows: str = ROWS, more: str = "", **keys: str) -> Any:
    blocks = block("list", "violent", file="offenses.csv", rows="category in (violent)")
    blocks += block("list", "wide", file="offenses.csv", **keys)
    return law(
        folder,
        vocabulary=CRIMES,
        city=blocks + rule("C-1", "must not", when=when) + more,
        tables={"offenses.csv": HEAD + rows},
    )


# Which offense stands on a list.


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"offense_citation": "CA PC 211"}, "forbidden"),
        ({"offense_citation": "PC 211"}, "forbidden"),
        ({"offense_citation": "211"}, "forbidden"),
        ({"offense_citation": "211 PC", "state": "California"}, "forbidden"),
        ({"offense_citation": "PC 245(a)(4)"}, "forbidden"),
        ({"offense_citation": "PC 261(a)(2)"}, "forbidden"),
        ({"offense_citation": "PC 261(a)(1)"}, "silent"),
        ({"offense_citation": "PC 459/460(a)"}, "forbidden"),
        ({"offense_citation": "PC 459/460(b)"}, "silent"),
        ({"offense_citation": "664/211"}, "forbidden"),
        ({"offense_citation": "664/245"}, "silent"),
        ({"offense_citation": "664/187"}, "forbidden"),
        ({"offense_citation": "PC 187"}, "silent"),
        ({"offense_citation": "PC 99/211"}, "forbidden"),
        ({"offense_citation": "HSC 11352"}, "forbidden"),
        ({"offense_citation": "PC 11352"}, "silent"),
        ({"offense_citation": "PC 518"}, "silent"),
        ({"offense_citation": "PC 518", "enhancement": "PC 186.22(b)"}, "forbidden"),
        ({"offense_citation": "PC 518/186.22(b)(1)"}, "forbidden"),
        ({"offense_citation": "PC 518", "enhancement": "PC 12022.7"}, "silent"),
        ({"offense_citation": "PC 518", "enhancement": "PC 12022.7, PC 186.22"}, "forbidden"),
        ({"offense_citation": "NV NRS 200.380", "equivalent_to": "PC 211"}, "forbidden"),
        ({"offense_citation": "NV NRS 200.380", "equivalent_to": "PC 99"}, "silent"),
        ({"offense_citation": "NV NRS 200.380", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "PC 211", "state": "NV", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "PC 12", "date": "2019-12-31"}, "forbidden"),
        ({"offense_citation": "PC 12", "date": "2020-01-01"}, "silent"),
        ({"offense_citation": "PC 12", "date": "2020-06-01", "commission_date": "2019-05-01"}, "forbidden"),
        ({"offense_citation": "PC 12", "date": "2019"}, "forbidden"),
        ({"offense_citation": "PC 12", "date": "2019-06-01", "commission_date": "2020"}, "silent"),
        ({"offense_citation": "none"}, "silent"),
        ({"offense_citation": "Cal. Penal Code § 245(a)(4)"}, "forbidden"),
        ({"offense_citation": "Cal. Penal § 245(a)(4)"}, "forbidden"),
        ({"offense_citation": "CA PEN 664/245"}, "silent"),
        ({"offense_citation": "Cal. Health & Safety Code § 11352(a)"}, "forbidden"),
        ({"offense_citation": "CA VEH 211"}, "silent"),
        ({"offense_citation": "CA PNLC 99"}, "silent"),
        ({"offense_citation": "PC 518", "enhancement": "Cal. Penal Code § 186.22"}, "forbidden"),
        ({"offense_citation": "PC 518", "enhancement": "CA VC 186.22"}, "silent"),
    ],
)
def test_a_citation_that_tells_is_decided(tmp_path: Path, record: dict[str, str], answer: str) -> None:
    assert word(town(tmp_path, BAN), {"crimes": [record]}) == answer


@pytest.mark.parametrize(
    ("record", "needed"),
    [
        ({}, {"offense_citation", "date"}),
        ({"offense_citation": "unknown", "date": "2021-01-01"}, {"offense_citation"}),
        ({"offense_citation": "robbery", "date": "2021-01-01"}, {"offense_citation"}),
        ({"offense_citation": "PC 261"}, {"offense_citation"}),
        ({"offense_citation": "PC 459"}, {"offense_citation"}),
        ({"offense_citation": "11352"}, {"offense_citation"}),
        ({"offense_citation": "PC 664"}, {"offense_citation"}),
        ({"offense_citation": "NV NRS 200.380", "date": "2021-01-01"}, {"equivalent_to"}),
        ({"offense_citation": "8 USC 1326", "date": "2021-01-01"}, {"equivalent_to"}),
        ({"offense_citation": "NV NRS 200.380", "equivalent_to": "PC 261", "date": "2021-01-01"}, {"equivalent_to"}),
        ({"offense_citation": "PC 518", "enhancement": "unknown"}, {"enhancement"}),
        ({"offense_citation": "PC 12"}, {"date"}),
        ({"offense_citation": "PC 12", "commission_date": "unknown"}, {"date"}),
    ],
)
def test_one_that_does_not_tell_names_the_field_that_would(
    tmp_path: Path, record: dict[str, str], needed: set[str]
) -> None:
    found = outcome(town(tmp_path, BAN), {"crimes": [record]})
    assert found.outcome == "undetermined"
    assert set(found.needs) == {f"crimes[1].{name}" for name in needed}


@pytest.mark.parametrize(
    ("record", "needed"),
    [
        ({"offense_citation": "CA PNLC 211", "date": "2021-01-01"}, "offense_citation"),
        ({"offense_citation": "PNLC 211", "state": "CA", "date": "2021-01-01"}, "offense_citation"),
        ({"offense_citation": "CA PNLC 261", "date": "2021-01-01"}, "offense_citation"),
        ({"offense_citation": "CA PNLC 664/187", "date": "2021-01-01"}, "offense_citation"),
        ({"offense_citation": "CA PNLC 664", "date": "2021-01-01"}, "offense_citation"),
        ({"offense_citation": "NV NRS 1", "equivalent_to": "CA PNLC 211", "date": "2021-01-01"}, "equivalent_to"),
        ({"offense_citation": "PC 518", "enhancement": "CA PNLC 186.22"}, "enhancement"),
        ({"offense_citation": "PC 518", "enhancement": "gang"}, "enhancement"),
        ({"offense_citation": "PC 211", "state": "Kalifornia", "date": "2021-01-01"}, "equivalent_to"),
    ],
)
def test_a_code_that_is_not_known_may_be_another_spelling_of_the_rows(
    tmp_path: Path, record: dict[str, str], needed: str
) -> None:
    found = outcome(town(tmp_path, BAN), {"crimes": [record]})
    assert found.outcome == "undetermined"
    assert found.needs == (f"crimes[1].{needed}",)


OTHERS = "OH RC 2903.11,Assault,violent,,,,\nUS 8 USC 1326,Reentry,violent,,,,\nNY PL 120.05,Assault,violent,,,,\n"


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"offense_citation": "OH RC 2903.11"}, "forbidden"),
        ({"offense_citation": "Ohio Rev. Code § 2903.11"}, "forbidden"),
        ({"offense_citation": "Ohio Rev. Code Ann. § 2903.11(A)(1)"}, "forbidden"),
        ({"offense_citation": "O.R.C. 2903.11"}, "forbidden"),
        ({"offense_citation": "Ohio Revised Code 2903.12", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "OH XRC 2903.11", "equivalent_to": "none"}, "undetermined"),
        ({"offense_citation": "N.Y. Penal § 120.05", "equivalent_to": "none"}, "forbidden"),
        ({"offense_citation": "NY PC 120.05", "equivalent_to": "none"}, "undetermined"),
        ({"offense_citation": "NY CPL 120.05", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "INA § 276(a)", "equivalent_to": "none"}, "forbidden"),
        ({"offense_citation": "INA 275", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "INA 999", "equivalent_to": "none"}, "undetermined"),
        ({"offense_citation": "18 USC 1326", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "1326", "state": "U.S.A.", "equivalent_to": "none"}, "forbidden"),
        ({"offense_citation": "1326", "state": "the United States", "equivalent_to": "none"}, "undetermined"),
        ({"offense_citation": "1327", "state": "the United States", "equivalent_to": "none"}, "silent"),
        ({"offense_citation": "1326", "state": "CA", "equivalent_to": "none"}, "silent"),
    ],
)
def test_the_codes_of_other_governments_go_by_several_names(
    tmp_path: Path, record: dict[str, str], answer: str
) -> None:
    found = outcome(town(tmp_path, BAN, rows=OTHERS), {"crimes": [record]})
    assert found.outcome == answer
    assert set(found.needs) <= {"crimes[1].offense_citation"}


def test_rows_and_citations_spell_one_code_in_two_ways(tmp_path: Path) -> None:
    edition = town(tmp_path, BAN, rows="Ohio Rev. Code § 2903.11,Assault,violent,,,,\n")
    assert word(edition, {"crimes": [{"offense_citation": "OH RC 2903.11"}]}) == "forbidden"


def test_a_list_that_is_on_another_list_too_is_not_asked_about(tmp_path: Path) -> None:
    """Every violent offense is on the wide list: an offense on the one and not on the other is impossible."""
    edition = town(tmp_path, "some crimes where (offense_citation in violent and offense_citation not in wide)")
    for record in ({}, {"offense_citation": "PC 261"}, {"offense_citation": "NV NRS 1"}):
        assert word(edition, {"crimes": [record]}) == "silent"
    assert word(edition, {"crimes": "unknown"}) == "silent"


def test_an_unseen_record_may_be_on_any_list(tmp_path: Path) -> None:
    edition = town(tmp_path, BAN)
    assert word(edition, {"crimes": "none"}) == "silent"
    assert outcome(edition, {"crimes": "unknown"}).needs == ("crimes",)
    assert word(edition, {"crimes": [{"offense_citation": "PC 211"}], "crimes.complete": False}) == "forbidden"


# Open lists.


def test_an_offense_that_no_row_of_an_open_list_names_waits_for_counsel(tmp_path: Path) -> None:
    edition = town(tmp_path, BAN, open="yes")
    found = outcome(edition, {"crimes": [{"offense_citation": "PC 99"}]})
    assert (found.outcome, found.needs) == ("undetermined", ("crimes[1].ruled_in",))


@pytest.mark.parametrize(
    ("ruling", "answer"),
    [
        ({"ruled_in": "wide"}, "forbidden"),
        ({"ruled_out": "wide"}, "silent"),
        ({"ruled_in": "other, wide"}, "forbidden"),
        ({"ruled_in": "other"}, "undetermined"),
    ],
)
def test_counsels_ruling_decides_an_open_list(tmp_path: Path, ruling: dict[str, str], answer: str) -> None:
    edition = town(tmp_path, BAN, open="yes")
    assert word(edition, {"crimes": [{"offense_citation": "PC 99", **ruling}]}) == answer


def test_a_ruling_never_takes_an_offense_off_that_a_row_names(tmp_path: Path) -> None:
    edition = town(tmp_path, BAN, open="yes")
    assert word(edition, {"crimes": [{"offense_citation": "PC 211", "ruled_out": "wide"}]}) == "forbidden"


def test_a_closed_list_hears_no_ruling(tmp_path: Path) -> None:
    assert word(town(tmp_path, BAN), {"crimes": [{"offense_citation": "PC 99", "ruled_in": "wide"}]}) == "silent"


def test_an_open_list_asked_of_records_on_which_counsel_can_not_rule_is_refused(tmp_path: Path) -> None:
    crimes = CRIMES.replace("ruled_in", "ruled_inside")
    with pytest.raises(
        RulebookError, match=r"wide is open, so counsel rules .* records of crimes have no field ruled_in"
    ):
        law(
            tmp_path,
            vocabulary=crimes,
            city=block("list", "wide", file="offenses.csv", open="yes") + rule("C-1", "must not", when=BAN),
            tables={"offenses.csv": HEAD + ROWS},
        )


def test_of_an_open_list_counsel_is_asked_only_where_the_rest_of_the_rule_fits(tmp_path: Path) -> None:
    edition = town(tmp_path, "some crimes where (grave and offense_citation in wide)", open="yes")
    assert word(edition, {"crimes": [{"offense_citation": "PC 99", "grave": False}]}) == "silent"


# Dates of a list, layers, off.


def test_a_list_that_is_not_in_force_names_nothing(tmp_path: Path) -> None:
    edition = town(tmp_path, BAN, in_force="2030-01-01 ..")
    assert word(edition, {"crimes": [{"offense_citation": "PC 211"}]}) == "silent"


def test_the_version_in_force_on_the_day_is_asked(tmp_path: Path) -> None:
    old = block("list", "two", file="old.csv", in_force=".. 2025-12-31") + block(
        "list", "two", file="new.csv", in_force="2026-01-01 .."
    )
    edition = law(
        tmp_path,
        vocabulary=CRIMES,
        city=old + rule("C-1", "must not", when="some crimes where offense_citation in two"),
        tables={"old.csv": "citation\nCA PC 1\n", "new.csv": "citation\nCA PC 2\n"},
    )
    assert word(edition, {"crimes": [{"offense_citation": "PC 1"}]}) == "silent"
    assert word(edition, {"crimes": [{"offense_citation": "PC 2"}]}) == "forbidden"
    before = decide(Case(AGENCY, NOON - timedelta(days=90), {"crimes": [{"offense_citation": "PC 2"}]}), edition)
    found = before.actions["hold"]
    assert (found.outcome, found.until) == ("silent", datetime(2026, 1, 1, tzinfo=ZONE)), "the new list begins"


# What is known of offenses.

KNOWN = "citation,from,to,wobbler,state_prison,source\n"


def known(folder: Path, rows: str) -> Any:
    return law(
        folder,
        vocabulary=CRIMES,
        city=block("offenses", "CA", file="known.csv") + rule("C-1", "must not", when="some crimes where wobbler"),
        tables={"known.csv": KNOWN + rows},
    )


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"offense_citation": "PC 245(a)(1)"}, "forbidden"),
        ({"offense_citation": "PC 245(a)(1)", "wobbler": False}, "silent"),
        ({"offense_citation": "PC 245(a)(1)", "wobbler": "unknown"}, "undetermined"),
        ({"offense_citation": "PC 245(b)"}, "silent"),
        ({"offense_citation": "PC 245"}, "undetermined"),
        ({"offense_citation": "PC 459/460(a)"}, "silent"),
        ({"offense_citation": "PC 459/460(b)"}, "forbidden"),
        ({"offense_citation": "PC 211"}, "undetermined"),
        ({"offense_citation": "664/245(a)"}, "undetermined"),
        ({"offense_citation": "NV NRS 245(a)"}, "undetermined"),
        ({"offense_citation": "PC 5", "date": "2010-01-01"}, "forbidden"),
        ({"offense_citation": "PC 5", "date": "2020-01-01"}, "silent"),
        ({"offense_citation": "PC 5"}, "undetermined"),
    ],
)
def test_the_table_of_offenses_fills_what_is_not_stated(tmp_path: Path, record: dict[str, Any], answer: str) -> None:
    rows = (
        "CA PC 245,,,yes,yes,a\nCA PC 245(b),,,no,yes,a\nCA PC 459,,,,,a\nCA PC 459/460(a),,,no,yes,a\nCA PC 460(b),,,yes,,a\n"
        "CA PC 459/460(b),,,yes,no,a\nCA PC 5,,2015-01-01,yes,,a\nCA PC 5,2015-01-02,,no,,a\n"
    )
    assert word(known(tmp_path, rows), {"crimes": [record]}) == answer


def test_what_a_table_filled_is_said_to_be_assumed(tmp_path: Path) -> None:
    decision = decided(known(tmp_path, "CA PC 245,,,yes,no,a\n"), {"crimes": [{"offense_citation": "PC 245"}]})
    assert decision.assumed == {"crimes[1].wobbler": True, "crimes[1].state_prison": False}


# What a file may say.


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("citation\nany\n", 2, "is a `define` in the rulebook"),
        ("citation\nCA PC 1192.7(c) AND CA PC 667.5(c)\n", 2, "is a `define` in the rulebook"),
        ('citation\n"CA PC 261(a)(2),(6)"\n', 2, "give each its own row"),
        ("citation\nCA PC 1\n211\n", 3, "does not say whose law it is"),
        ("citation\nCA 211\n", 2, "does not say which code it is in"),
        ("citation,colour\nCA PC 1,red\n", 1, "unknown column `colour`; expected citation, label"),
        ("citation,citation\nCA PC 1,CA PC 2\n", 1, "stands twice"),
        ("label\nRobbery\n", 1, "no column `citation`"),
        ("citation,label\n,Robbery\n", 2, "the cell `citation` is empty"),
        ("citation,label\nCA PC 1\n", 2, "1 cells, and the head has 2"),
        ("citation\nCA PC 1\nCA PC 2\nCA PC 1\n", 4, "stands at line 2 for the same days"),
        ("citation,from,to\nCA PC 1,,2020-01-01\nCA PC 1,2020-01-01,\n", 3, "for the same days"),
        ("citation,from,to\nCA PC 1,2020-01-02,2020-01-01\n", 2, "ends .* before it begins"),
        ("citation,from\nCA PC 1,2020\n", 2, "expected a day like"),
        ("citation,inchoate\nCA PC 1,maybe\n", 2, "`inchoate` is yes, no or blank, not “maybe”"),
        ("citation,needs_enhancement\nCA PC 1,gun\n", 2, "no citation of an offense"),
        ("citation\n", 1, "has no rows"),
        ("", 1, "an empty file"),
        ('citation\n"CA PC 1\n', 2, "no CSV"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_the_remedy(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(RulebookError, match=says) as error:
        law(tmp_path, vocabulary=CRIMES, city=block("list", "some", file="some.csv"), tables={"some.csv": text})
    assert error.value.place is not None
    if "rows" not in says:
        assert (error.value.place.file, error.value.place.line) == ("us/xx/some.csv", line)


def test_rows_that_do_not_meet_in_time_may_name_one_offense(tmp_path: Path) -> None:
    text = "citation,from,to\nCA PC 1,,2020-01-01\nCA PC 1,2020-01-02,\n"
    law(tmp_path, vocabulary=CRIMES, city=block("list", "some", file="some.csv"), tables={"some.csv": text})


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"file": "../some.csv"}, "in the rulebook's own folder"),
        ({"file": "/etc/passwd"}, "in the rulebook's own folder"),
        ({"file": "other.csv"}, "no file other.csv beside the rulebook"),
        ({"file": "some.csv", "rows": "category = G"}, r"is written `category in \(G, M\)`"),
        ({"file": "some.csv", "rows": "category in (Z)"}, "no row of the category “Z”"),
        ({"file": "some.csv", "open": "perhaps"}, "`open` is yes or no"),
        ({"file": "some.csv", "colour": "red"}, "unknown key `colour`"),
        ({}, "needs a line `file"),
    ],
)
def test_a_bad_block_is_refused(tmp_path: Path, keys: dict[str, str], says: str) -> None:
    text = "citation,category\nCA PC 1,G\n"
    with pytest.raises(RulebookError, match=says):
        law(tmp_path, vocabulary=CRIMES, city=block("list", "some", **keys), tables={"some.csv": text})


def test_a_file_that_is_too_big_or_no_text_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, vocabulary=CRIMES, city=block("list", "some", file="some.csv"))
    (folder / "us/xx/some.csv").write_bytes(b"citation\n" + b"#" * 1_000_001)
    with pytest.raises(RulebookError, match="at most 1000000"):
        load(folder)
    (folder / "us/xx/some.csv").write_bytes(b"citation\nCA PC 1\n\xff\n")
    with pytest.raises(RulebookError, match="not UTF-8 text") as error:
        load(folder)
    assert error.value.place is not None
    assert error.value.place.line == 3


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (
            "some crimes where offense_citation in wides",
            "no list of offenses is called wides here or above; did you mean wide",
        ),
        ("some crimes where grave in wide", "is yes/no: only a citation"),
        ("remark in wide", "is asked of records"),
        ("some crimes where colour in wide", "no field of crimes"),
    ],
)
def test_a_bad_test_is_refused(tmp_path: Path, when: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        town(tmp_path, when)


def test_a_file_is_part_of_the_editions_hash(tmp_path: Path) -> None:
    hashes = set()
    for number, rows in enumerate((ROWS, ROWS + "CA PC 1000,x,violent,,,,\n", ROWS)):
        (tmp_path / str(number)).mkdir()
        hashes.add(town(tmp_path / str(number), BAN, rows=rows).hash)
    assert len(hashes) == 2


def test_the_rule_is_read_in_the_lists_own_words(tmp_path: Path) -> None:
    edition = town(tmp_path, "some crimes where (offense_citation in violent and offense_citation not in wide)")
    book = edition.rulebooks["us-xx-town"]
    said = edition.prose(book).sentence(book.rules[0])
    assert "the offense is on the violent list and the offense is not on the wide list" in said


# Laws of membership.

SECTIONS = ["10", "10(a)", "10(a)(1)", "20", "20(b)"]
cited = st.sampled_from(SECTIONS)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Any]:
    """A list for every set of rows."""
    found = {}
    folder = tmp_path_factory.mktemp("lists")
    sets = [
        frozenset(one for one, taken in zip(SECTIONS, bits, strict=True) if taken) for bits in product((0, 1), repeat=5)
    ]
    names = {rows: f"l{number}" for number, rows in enumerate(sets) if rows}
    edition = law(
        folder,
        vocabulary=CRIMES,
        city="".join(block("list", name, file=f"{name}.csv") for name in names.values()),
        tables={
            f"{name}.csv": "citation\n" + "".join(f"CA PC {one}\n" for one in sorted(rows))
            for rows, name in names.items()
        },
    )
    for one in edition.rulebooks["us-xx-town"].lists:
        found[next(rows for rows, name in names.items() if name == one.name)] = one
    return found


def _below(section: str) -> Iterator[str]:
    """The section and all that may be named below it here."""
    yield from (
        one for one in (*SECTIONS, "10(b)", "10(a)(2)", "20(a)") if one == section or one.startswith(section + "(")
    )


@given(section=cited, rows=st.frozensets(cited, min_size=1))
def test_a_citation_is_on_a_list_surely_where_all_that_it_may_mean_is(
    lists: dict[frozenset[str], Any], section: str, rows: frozenset[str]
) -> None:
    answer = in_list("offense_citation", Offense(citation=f"CA PC {section}"), lists[rows])
    means = {any(one == row or one.startswith(row + "(") for row in rows) for one in _below(section)}
    # What is cited may also be a part that nobody here names.
    expected = (
        True
        if any(section == row or section.startswith(row + "(") for row in rows)
        else None
        if True in means
        else False
    )
    assert (None if isinstance(answer, Doubt) else answer) is expected


@given(section=cited, rows=st.frozensets(cited, min_size=1))
def test_under_a_code_that_is_not_known_only_that_no_row_has_the_section_is_settled(
    lists: dict[frozenset[str], Any], section: str, rows: frozenset[str]
) -> None:
    known = in_list("offense_citation", Offense(citation=f"CA PC {section}"), lists[rows])
    other = in_list("offense_citation", Offense(citation=f"CA PNLC {section}"), lists[rows])
    assert isinstance(other, Doubt) if known is not False else other is False


@given(section=cited, rows=st.frozensets(cited, min_size=1), more=st.frozensets(cited))
def test_more_rows_never_take_an_offense_off(
    lists: dict[frozenset[str], Any], section: str, rows: frozenset[str], more: frozenset[str]
) -> None:
    offense = Offense(citation=f"CA PC {section}")
    if in_list("offense_citation", offense, lists[rows]) is True:
        assert in_list("offense_citation", offense, lists[rows | more]) is True


@settings(suppress_health_check=list(HealthCheck))
@given(start=st.dates(date(2019, 1, 1), date(2021, 1, 1)), days=st.integers(0, 400))
def test_a_dated_row_and_a_date_known_in_part(tmp_path_factory: pytest.TempPathFactory, start: date, days: int) -> None:
    part = PartialDate(start, date.fromordinal(start.toordinal() + days))
    edition = _dated(tmp_path_factory)
    one = next(one for one in edition.rulebooks["us-xx-town"].lists if one.name == "dated")
    answer = in_list("offense_citation", Offense(citation="CA PC 1", judged=part), one)
    inside = {
        date(2019, 6, 1) <= date.fromordinal(day) <= date(2020, 5, 31)
        for day in range(part.start.toordinal(), part.end.toordinal() + 1)
    }
    assert (None if isinstance(answer, Doubt) else answer) is (inside.pop() if len(inside) == 1 else None)


_DATED: list[Any] = []


def _dated(factory: pytest.TempPathFactory) -> Any:
    if not _DATED:
        text = "citation,from,to\nCA PC 1,2019-06-01,2020-05-31\n"
        _DATED.append(
            law(
                factory.mktemp("law"),
                vocabulary=CRIMES,
                city=block("list", "dated", file="a.csv"),
                tables={"a.csv": text},
            )
        )
    return _DATED[0]
