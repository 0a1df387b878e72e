"""A rulebook is data from outside: it loads or is refused with its place, in bounded time and memory, and runs nothing.

Real rulebooks, a small one that has every kind of block, and CSV lists are changed at random, byte by byte and block by block;
below stand attacks by hand.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import pytest

from detainerdesk.law import Case, RulebookError, decide, load
from detainerdesk.law.errors import CaseError, LawError
from detainerdesk.law.load import RULEBOOKS
from tests.law.small import AGENCY, NOON, PROFILE, block, decided, define, rule, write

SECONDS = 20
"""Of processor time, for one rulebook and one case."""
MANY = 100_000
FEW = 300
TABLE = (
    "citation,label,cite,category,from,to,inchoate,needs_enhancement,note\n"
    "CA PC 187,murder,§ 1,A,,,yes,,\nCA PC 211,robbery,§ 1,B,1990-01-01,2020-12-31,,any,old\n"
    '"CA PC 459/460(a)","burglary, first degree",§ 1,A,,,,,\n'
)
OFFENSES = (
    "citation,from,to,wobbler,state_prison,source\nCA PC 459,,,yes,no,the code\nCA PC 245(a)(4),2000-01-01,,no,yes,x\n"
)
SENTENCES = """
```fact sentences
type: list
ask: Which sentences?
phrase: some sentence on record
not phrase: no sentence on record
```
```fact sentences[].offense
type: text
phrase: its offense is {value}
not phrase: its offense is not {value}
```
```fact sentences[].ruled_in
type: text
phrase: counsel counts it on {value}
not phrase: counsel does not count it on {value}
```
"""


class TooLong(BaseException):
    """No `except Exception` of the engine may hide it."""


@contextmanager
def limited() -> Iterator[None]:
    """At most so many seconds of processor time."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# Every kind of block, small enough to be read thousands of times.

FEDERAL = (
    rule("F-1", "must", when="apple and not berry", unless="shown(cherry)", who="officer")
    + define("ripe.enough", "apple or days >= 3")
    + define("custody.eligible_for_release", "free_at <= at")
    + define("good of papers", "kind in (judge, other) and signed and not void")
    + block("reading", "width", alternatives="narrow, wide, odd", default="narrow", rejected="odd", note="said.")
    + block("cautious", "hold", order="forbidden, silent, permitted, required")
    + block("clock", "limit", start="started_at", hours="48 if easy; none otherwise", stops="stopped_at", limits="hold")
    + block(
        "voids", "F-V", action="hold", effects="must, may", layers="below", when="width is wide", declared="2017-07-24"
    )
    + block("note", "F-N", action="hold", when="easy", text="A note.")
)
STATE = (
    rule(
        "S-1",
        "must not",
        when="some papers where (good and day > 2015-06-01)",
        unless="dear",
        otherwise="may",
        lifts="C-1",
    )
    + rule(
        "S-2",
        "may",
        action="share_information",
        item="home_address",
        when="item is home_address and wants includes map",
    )
    + rule(
        "S-3",
        "may",
        action="transfer",
        when="permitted_by(S-1) or required_by(us)",
        in_force="2014-08-20/2014-08-22 .. 2030-12-18",
    )
    + block(
        "duty", "S-D", action="give_copy", who="officer", whom="the person", trigger="running(limit)", done="served_at"
    )
    + block("pending", "S-P", what="A bill.", stage="read", checked="2026-01-02", could_change="S-1")
    + block("list", "grave", file="grave.csv", rows="category in (A, B)", open="yes")
    + block("offenses", "CA", file="known.csv")
    + rule("S-4", "must not", when="some sentences where (offense in grave)")
)
CITY = (
    rule("C-1", "must", when="ripe.enough and within(born, of=at, years=10)", stayed="2020-01-01 .. 2020-02-01")
    + rule("C-2", "may", when="colour in (red, green) and at least 2 different kind of papers where signed")
    + block(
        "example",
        "one",
        agency=AGENCY,
        at="2026-03-03 12:00",
        facts="apple = yes; papers = [kind: judge, signed: yes]",
        expect="hold required",
    )
)
FILES = ("vocabulary.md", "us/federal.md", "us/xx/state.md", "us/xx/town.md", "us/xx/grave.csv", "us/xx/known.csv")


def small_one(folder: Path) -> Path:
    write(folder, federal=FEDERAL, state=STATE, city=CITY, vocabulary=SENTENCES)
    (folder / "us/xx/grave.csv").write_text(TABLE)
    (folder / "us/xx/known.csv").write_text(OFFENSES)
    return folder


def met(folder: Path, agency: str = AGENCY, facts: dict[str, object] | None = None) -> str:
    """Load and decide under the limit: what became of it. Anything but an answer or a refusal goes through."""
    with limited():
        try:
            edition = load(folder)
        except RulebookError as error:
            check_said(error)
            return "refused"
        try:
            decide(Case(agency, NOON, facts or {"apple": True, "days": 3}, ask=("hold", "transfer")), edition)
        except LawError:
            return "loaded, and the case was refused"
        return "decided"


def check_said(error: RulebookError) -> None:
    """A refusal says where, and says something."""
    assert error.place is not None, error
    assert error.place.file, error
    assert error.place.line >= 1, error
    assert len(str(error)) > len(str(error.place)) + 5, error


# At random.

WORDS = [
    "and",
    "or",
    "not",
    "is",
    "in",
    "(",
    ")",
    "some",
    "no",
    "where",
    "at",
    "least",
    "3",
    "different",
    "of",
    "shown(",
    "within(",
    "running(",
    "expired(",
    "permitted_by(",
    "required_by(",
    "item",
    "unknown",
    "yes",
    "none",
    "..",
    ";",
    ",",
    ":",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "2019-12-19",
    "9999-12-31",
    "0000-00-00",
    "99999999999999999999",
    "```",
    "---",
    "#",
    "\\",
    "'",
    '"',
    "§",
    "\u202e",
    "\x00",
    "\t",
    "__class__",
    "{value}",
    "us",
    "us-xx",
    "hold",
    "apple",
    "papers[].kind",
    "S-1",
    "F-V",
    "rule",
    "define",
    "list",
    "-1",
    "1e9",
    "NaN",
]


def changed(text: bytes, chance: random.Random) -> bytes:
    """A few bytes, words, lines or blocks changed."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        lines = text.split(b"\n")
        here = chance.randrange(len(text) + 1)
        line = chance.randrange(len(lines))
        what = chance.randrange(9)
        if what == 0:
            text = text[:here] + bytes([chance.randrange(256)]) + text[here + 1 :]
        elif what == 1:
            text = text[:here] + text[here + chance.choice((1, 2, 30)) :]
        elif what == 2:
            text = text[:here] + chance.choice(WORDS).encode() + text[here:]
        elif what == 3:
            del lines[line]
            text = b"\n".join(lines)
        elif what == 4:
            lines.insert(chance.randrange(len(lines)), lines[line])
            text = b"\n".join(lines)
        elif what == 5:
            words = lines[line].split(b" ")
            words[chance.randrange(len(words))] = chance.choice(WORDS).encode()
            lines[line] = b" ".join(words)
            text = b"\n".join(lines)
        elif what == 6:
            blocks = re.split(rb"(?=^```\w)", text, flags=re.MULTILINE)
            chance.shuffle(blocks) if chance.random() < 0.3 else blocks.insert(0, chance.choice(blocks))
            text = b"".join(blocks)
        elif what == 7:
            other = lines[chance.randrange(len(lines))]
            lines[line], lines[lines.index(other)] = other, lines[line]
            text = b"\n".join(lines)
        else:
            lines[line] = lines[line] * chance.choice((2, 3, 40))
            text = b"\n".join(lines)
    return text


def fuzz(folder: Path, number: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    small_one(folder)
    whole = {name: (folder / name).read_bytes() for name in FILES}
    came: dict[str, int] = {}
    for turn in range(number):
        name = chance.choice(FILES)
        text = changed(whole[name], chance)
        (folder / name).write_bytes(text)
        try:
            became = met(folder)
        except BaseException as error:
            kept = folder / "kept"
            kept.write_bytes(text)
            raise AssertionError(f"seed {seed}, turn {turn}: {name} as in {kept}: {error!r}") from error
        came[became] = came.get(became, 0) + 1
        (folder / name).write_bytes(whole[name])
    return came


def test_a_few_hundred_changed_rulebooks_load_or_are_refused(tmp_path: Path) -> None:
    came = fuzz(tmp_path, FEW, seed=20261)
    assert came["refused"] > FEW / 10
    assert came["decided"] > FEW / 20


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_changed_rulebooks_load_or_are_refused(tmp_path: Path, part: int) -> None:
    came = fuzz(tmp_path, MANY // 10, seed=part)
    assert sum(came.values()) == MANY // 10


REAL = sorted(path.relative_to(RULEBOOKS).as_posix() for path in RULEBOOKS.rglob("*") if path.suffix in (".md", ".csv"))


def test_the_real_rulebooks_changed_load_or_are_refused(tmp_path: Path) -> None:
    chance = random.Random(7)
    for name in REAL:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((RULEBOOKS / name).read_bytes())
    for name in REAL:
        whole = (RULEBOOKS / name).read_bytes()
        (tmp_path / name).write_bytes(changed(whole, chance))
        met(tmp_path, "us-ma-boston/police", {"request.kind": "I-247A"})
        (tmp_path / name).write_bytes(whole)


# By hand.


def refused(folder: Path, says: str, **layers: str) -> RulebookError:
    with limited(), pytest.raises(RulebookError, match=says) as error:
        load(write(folder, **layers))
    assert error.value.place is not None
    assert error.value.place.line > 1
    return error.value


def chain(number: int, means: str) -> str:
    return define("x.d0", "apple") + "".join(define(f"x.d{i}", means.format(f"x.d{i - 1}")) for i in range(1, number))


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("(" * 500 + "apple" + ")" * 500, "nested deeper than 40"),
        ("not " * 1500 + "apple", "nested deeper than 40"),
        (" or ".join(["apple"] * 1100), "at most 2000"),
        ("days < " + "9" * 9000, "a number of 9000 digits"),
        ("days is " + "9" * 9000, "a number of 9000 digits"),
        ("at least 999999999 papers where signed", "a count from 1 to 50"),
        ("within(born, of=at, years=99999)", "up to 150"),
        ("born > 9999-12-31", "no day of law"),
        ("started_at > 2026-01-01 25:00", "no time of day"),
        ("born > 2026-02-30", "expected a day"),
        ("app\0le", "nobody sees .U.0000."),
        ("app\u202ele", "nobody sees .U.202E."),
        ("__import__", "no fact or definition"),
        ("apple.__class__", "no fact or definition"),
    ],
)
def test_a_condition_beyond_all_measure_is_refused(tmp_path: Path, when: str, says: str) -> None:
    refused(tmp_path, says, city=rule("C-1", "must", when=when))


@pytest.mark.parametrize("means", ["{0}", "not {0}", "({0} and berry) or (not {0} and cherry)"])
def test_a_chain_of_definitions_too_deep_to_open_is_refused(tmp_path: Path, means: str) -> None:
    refused(tmp_path, "steps deep", city=chain(1500, means) + rule("C-1", "must", when="x.d1499"))


def test_definitions_that_double_stay_small(tmp_path: Path) -> None:
    """Opened as text, 24 of them would be a condition of many million words."""
    city = chain(24, "({0} and berry) or (not {0} and cherry)") + rule("C-1", "must", when="x.d23")
    with limited():
        edition = load(write(tmp_path, city=city))
        assert decided(edition, {"apple": True, "berry": True, "cherry": False}).actions["hold"].outcome == "required"
        assert decided(edition).actions["hold"].outcome == "undetermined"


def test_a_chain_of_rules_too_deep_is_refused(tmp_path: Path) -> None:
    lifts = rule("C-0", "must") + "".join(rule(f"C-{i}", lifts=f"C-{i - 1}") for i in range(1, 1500))
    refused(tmp_path, "steps deep", city=lifts)


def test_thousands_of_blocks_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, "more than 2000 blocks", city=rule("C-1", "must") * 3000)


def test_a_thousand_rules_that_compare_one_number_are_decided(tmp_path: Path) -> None:
    city = "".join(rule(f"C-{i}", "must", when=f"days < {i}") for i in range(700))
    with limited():
        edition = load(write(tmp_path, city=city))
        assert decided(edition).actions["hold"].outcome == "undetermined"


def test_thousands_of_rules_that_compare_one_number_end_soon_and_say_which(tmp_path: Path) -> None:
    of_a_layer = {
        layer: "".join(rule(f"{layer[0].upper()}-{i}", "must", when=f"days < {2 * i + odd}") for i in range(1200))
        for odd, layer in enumerate(("state", "city"))
    }
    with limited():
        outcome = decided(load(write(tmp_path, **of_a_layer))).actions["hold"]
    assert outcome.outcome == "undetermined"
    assert outcome.needs == ("days",)


def test_a_file_or_line_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, city=rule("C-1", "must"))
    town = folder / "us/xx/town.md"
    town.write_bytes(town.read_bytes() + b"x" * 2_000_000)
    with limited(), pytest.raises(RulebookError, match="bytes; at most"):
        load(folder)
    with town.open("wb") as file:
        file.truncate(50_000_000_000)  # a hole: nothing on the disk, and more than memory
    with limited(), pytest.raises(RulebookError, match="bytes; at most"):
        load(folder)


@pytest.mark.parametrize(
    "line",
    [
        "# x" + " " * 9_900 + "y",
        "```rule" + " " * 4_900 + "x" + " " * 4_900 + "\n```",
        "```rule C-9\na" + " " * 9_900 + "b\n```",
        "```rule C-9\naction: hold\n" + "a " * 4_900 + "\n```",
        "```duty D-9\naction: give_copy\nwho: officer\nwhom: x\ntrigger: apple\nin force: ..\ncite: x\nstatus: verify\n"
        "fields: a = b" + " " * 9_900 + "c\n```",
        "```rule C-9\naction: hold\neffect: must\nin force: 2019-01-01"
        + " " * 9_900
        + "x\ncite: x\nstatus: verify\n```",
        "```rule C-9\naction: hold\neffect: must\nwhen: apple"
        + " " * 9_900
        + "€\nin force: ..\ncite: x\nstatus: verify\n```",
        "```rule C-9\nnote: x\n" + " y\n" * 400_000 + "```",
        "prose\n" * 200_000 + "```note N-1\ncite: x\n```\nmore\n" * 1_500,
    ],
)
def test_no_text_makes_the_reader_go_over_it_again_and_again(tmp_path: Path, line: str) -> None:
    """A pattern in which two parts can share the same spaces takes the square of their number."""
    folder = write(tmp_path, city=rule("C-1", "must"))
    town = folder / "us/xx/town.md"
    times = max(1, 1_900_000 // len(line))
    town.write_text(town.read_text() + (line + "\n") * times)
    began = cpu()
    with limited():
        try:
            load(folder)
        except RulebookError as error:
            check_said(error)
    assert cpu() - began < 15


def cpu() -> float:
    return sum(os.times()[:2])


def test_names_that_look_like_a_program_are_only_names(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    name = "__import__('os').system('touch " + str(flag) + "')"
    ids = ['C\'1");import os;("', "{0.__class__}", "%s", "$(touch x)", "<script>", "k0", "facts"]
    city = "".join(rule(id, "must", when="apple", cite=name) for id in ids) + define("__import__", "apple")
    with limited():
        edition = load(write(tmp_path, city=city + rule("C-9", "must", when="__import__")))
        found = decided(edition, {"apple": True}).actions["hold"]
    assert {one.rule for one in found.by} == {*ids, "C-9"}
    assert not flag.exists()


def test_no_part_of_the_law_runs_text() -> None:
    """The only `eval` or `exec` is of syntax trees made from checked circuits (writer.py)."""
    runs = re.compile(
        r"(?<![\w.])(?:eval|exec|__import__|pickle|yaml\.load|compile)\s*\(|(?<![\w.])import (?:pickle|marshal)"
    )
    law = Path(sys.modules["detainerdesk.law"].__file__ or "").parent
    found = {path.name for path in law.rglob("*.py") if runs.search(path.read_text(encoding="utf-8"))}
    assert found == {"writer.py"}, found


LISTED = block("list", "grave", file="grave.csv")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../../../etc/passwd", "the name of a CSV in the rulebook's own folder"),
        ("/etc/passwd.csv", "the name of a CSV in the rulebook's own folder"),
        ("..\\grave.csv", "the name of a CSV in the rulebook's own folder"),
        ("xx/grave.csv", "the name of a CSV in the rulebook's own folder"),
        ("grave.csv ; rm", "the name of a CSV in the rulebook's own folder"),
        ("missing.csv", "there is no file missing.csv"),
    ],
)
def test_a_list_is_read_from_its_own_folder_only(tmp_path: Path, name: str, says: str) -> None:
    refused(tmp_path, says, city=block("list", "grave", file=name))


def test_a_list_that_is_a_link_a_folder_or_a_pipe_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE)
    folder = write(tmp_path / "books", city=LISTED) if (tmp_path / "books").mkdir() is None else tmp_path
    place = folder / "us/xx/grave.csv"
    for make in (lambda: place.symlink_to(secret), lambda: place.mkdir(), lambda: os.mkfifo(place)):
        make()
        with limited(), pytest.raises(RulebookError, match=r"there is no file grave\.csv"):
            load(folder)
        place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE + "CA PC 1,x\n", "2 cells, and the head has 9"),
        (TABLE + 'CA PC 1,"never closed', "no CSV"),
        (TABLE + "CA PC 1," + "x" * 3000 + ",,,,,,,\n", "more than 2000 characters"),
        (TABLE + "".join(f"CA PC {i},x,,,,,,,\n" for i in range(1000, 9000)), "more than 5000 rows"),
        ("x" * 1_500_000, "bytes; at most"),
        ("citation,__class__\nCA PC 1,x\n", "unknown column `__class__`"),
        ("", "an empty file"),
        (TABLE.replace("murder", "mur\0der"), "a zero byte"),
        (TABLE + "CA PC 1" + "(a)" * 600 + ",x,,,,,,,\n", "citation"),
    ],
)
def test_a_list_beyond_all_measure_is_refused(tmp_path: Path, table: str, says: str) -> None:
    folder = write(tmp_path, city=LISTED)
    (folder / "us/xx/grave.csv").write_text(table)
    with limited(), pytest.raises(RulebookError, match=says):
        load(folder)


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ({"hours": "9" * 30}, "whole hours"),
        ({"hours": "48 if ; none otherwise"}, "whole hours|condition"),
        ({"hours": "48", "calendar": "moon days"}, "`calendar` is"),
        ({"hours": "48", "holidays": "moon"}, "`holidays` is"),
    ],
)
def test_a_clock_that_no_law_has_is_refused(tmp_path: Path, clock: dict[str, str], says: str) -> None:
    refused(tmp_path, says, city=block("clock", "limit", start="started_at", **clock))


@pytest.mark.parametrize("name", ["America", "../../etc/passwd", "/etc/localtime", "x" * 5000])
def test_a_time_zone_is_a_time_zone(tmp_path: Path, name: str) -> None:
    refused(tmp_path, "no time zone is called", profile=PROFILE.replace("roles:", f"timezone: {name}\nroles:"))


def test_a_thousand_million_readings_are_refused_in_the_answer(tmp_path: Path) -> None:
    readings = "".join(block("reading", f"r{i}", alternatives="a, b, c", default="a") for i in range(20))
    city = readings + rule("C-1", "must", when=" and ".join(f"r{i} is b" for i in range(20)))
    with limited(), pytest.raises(LawError, match="combinations of readings; at most 64"):
        decided(load(write(tmp_path, city=city)))


def test_a_moment_beyond_the_calendar_of_law_is_refused(tmp_path: Path) -> None:
    edition = load(small_one(tmp_path))
    for year in (1, 1000, 2999, 9999):
        at = datetime(year, 6, 15, 12, 0, tzinfo=ZoneInfo("America/New_York"))
        for facts in (
            {"started_at": at},
            {"started_at": at.isoformat()},
            {"born": f"{year:04}-06-15"},
            {"born": f"{year:04}"},
        ):
            with limited():
                if 1000 <= year <= 2999:
                    decide(Case(AGENCY, at, {"apple": True, **facts}), edition)
                    continue
                with pytest.raises(CaseError, match="of the years 1000 to 2999"):
                    decide(Case(AGENCY, NOON, facts), edition)
                with pytest.raises(CaseError, match="of the years 1000 to 2999"):
                    decide(Case(AGENCY, at, {}), edition)
