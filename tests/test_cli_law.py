"""The command, where it needs no installation: cases and papers decided, rulebooks explained and proved, in words and as JSON; every exit code."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detainerdesk.cli import app
from detainerdesk.cli.told import CHECK_SOURCE, DRAFT, not_kept

ROOT = Path(__file__).parents[1]
CASE = str(ROOT / "examples" / "case.yaml")
PAPER = str(ROOT / "examples" / "paperwork" / "D-4" / "1-detainer-with-i200.pdf")
CAT = str(ROOT / "examples" / "paperwork" / "B-2" / "7-cat.jpg")
KEYS_OF_AN_ANSWER = {"id", "agency", "at", "edition", "actions", "clocks", "duties", "assumed", "notes"}
KEYS_OF_AN_OUTCOME = {
    "outcome",
    "standing",
    "settled",
    "until",
    "was_so",
    "needs",
    "by",
    "alternatives",
    "items",
    "turns",
}


def run(*arguments: str, stdin: str | None = None):
    return CliRunner().invoke(app, list(arguments), input=stdin)


def answer(*arguments: str, stdin: str | None = None):
    ended = run(*arguments, "--json", stdin=stdin)
    return json.loads(ended.stdout)


# --- an agency's own rulebook ------------------------------------------------------------------------------------------

LOCAL = str(ROOT / "examples" / "local-procedure")


def test_an_agency_s_own_rulebook_lies_over_ours() -> None:
    asked = ("decide", CASE, "--at", "2026-03-03", "--ask", "stand_by_without_holding,hold")
    ours, own = answer(*asked), answer(*asked, "--local", LOCAL)
    assert ours["actions"]["stand_by_without_holding"]["outcome"] == "silent"
    assert [by["rule"] for by in own["actions"]["stand_by_without_holding"]["by"]] == ["GO900-1"]
    assert own["actions"]["hold"] == ours["actions"]["hold"]
    assert own["edition"] != ours["edition"]
    left_out = {note["text"] for note in own["notes"] if note["id"] == "not-encoded"}
    assert left_out == {"Not in this answer: training bulletins. Its rules are not in this system."}


def test_the_environment_names_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETAINERDESK_LOCAL", LOCAL)
    assert run("law", "explain", "GO900-2").stdout.startswith("GO900-2 · General Order 900 (FICTIONAL)")
    told = answer("law", "prove", "us-ma-boston-police")
    assert (told["examples"], told["hold"], told["old_says"]) == (3, 3, [])


def test_what_is_wrong_in_it_is_said_with_its_place_and_fmt_writes_it_where_it_lies(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LOCAL, tmp_path / "orders"))
    order = folder / "general-order.md"
    text = order.read_text()
    order.write_text(re.sub(r"^(says: ).*?\n```", r"says: Old words.\n```", text, count=1, flags=re.M | re.S))
    ended = run("decide", CASE, "--local", str(folder))
    assert ended.exit_code == 2
    assert "orders/general-order.md:" in ended.stderr
    assert "the `says` line of GO900-1 is not what the rule says" in ended.stderr
    assert run("law", "fmt", "--check", "--local", str(folder)).exit_code == 1
    assert "us-ma-boston-police: GO900-1" in run("law", "fmt", "--local", str(folder)).stdout
    assert order.read_text() == text
    assert run("decide", CASE, "--local", str(tmp_path / "gone")).exit_code == 2


def test_a_disputed_answer_says_to_ask_counsel() -> None:
    told = run("decide", "-", stdin=json.dumps(DISPUTED)).stdout
    assert "disputed; for now" in told
    assert "interpretive: ask counsel" in told


DISPUTED = {
    "agency": "us-ma-boston/police",
    "at": "2019-12-18T12:00:00-05:00",
    "ask": ["notify_release"],
    "facts": {"request.kind": "I-247A", "person.release_ground": "bail_or_ROR", "custody.other_lawful_basis": False},
}


# --- decide -----------------------------------------------------------------------------------------------------------


def test_a_case_is_answered_in_the_form_that_names_md_fixes() -> None:
    told = answer("decide", CASE)
    assert set(told) == KEYS_OF_AN_ANSWER
    assert set(told["actions"]["hold"]) == KEYS_OF_AN_OUTCOME
    assert set(told["actions"]["hold"]["by"][0]) == {"rule", "cite", "status"}
    assert told["actions"]["hold"]["outcome"] == "forbidden"
    assert told["at"] == "2024-06-01T02:10:00-04:00"


@pytest.mark.parametrize(
    ("at", "outcome", "by"),
    [
        ("2013-01-01", "silent", set()),
        ("2016-01-01", "forbidden", {"BOS14-1"}),
        ("2018-01-01", "forbidden", {"MA-1", "MA-2", "BOS14-1"}),
        ("2025-01-01", "forbidden", {"MA-1", "MA-2", "BOS19-1"}),
    ],
)
def test_the_same_request_in_other_years_cites_other_law(at: str, outcome: str, by: set[str]) -> None:
    hold = answer("decide", CASE, "--at", at, "--ask", "hold")["actions"]["hold"]
    assert (hold["outcome"], {one["rule"] for one in hold["by"]}) == (outcome, by)
    assert (hold["was_so"] == "forbidden") == (at == "2013-01-01")


def test_a_moment_without_a_zone_is_the_agency_s() -> None:
    assert answer("decide", CASE, "--at", "2024-06-01T02:10", "--ask", "hold")["at"] == "2024-06-01T02:10:00-04:00"
    texas = answer("decide", CASE, "--at", "2024-06-01T02:10", "--agency", "us-tx-harris/sheriff", "--ask", "hold")
    assert texas["at"] == "2024-06-01T02:10:00-05:00"


def test_the_same_case_under_texan_law_comes_out_the_other_way() -> None:
    """Under the article that was in force: its words moved to another number at the end of 2024."""
    for at, rule in (("2024-12-31T23:59", "TX-1.2017"), ("2025-01-01T00:00", "TX-1")):
        told = answer("decide", CASE, "--at", at, "--agency", "us-tx-harris/sheriff", "--ask", "hold")
        hold = told["actions"]["hold"]
        assert (hold["outcome"], hold["by"][0]["rule"]) == ("required", rule)


def test_a_case_that_can_not_be_read_has_an_error_and_the_others_go_on() -> None:
    many = [
        {
            "id": "good",
            "agency": "us-ma-boston/police",
            "at": "2024-06-01T02:10:00-04:00",
            "ask": "hold",
            "facts": {"request.kind": "I-247A"},
        },
        {
            "id": "no such fact",
            "agency": "us-ma-boston/police",
            "at": "2024-06-01T02:10:00-04:00",
            "facts": {"request.knid": "I-247A"},
        },
        {
            "id": "can't both be",
            "agency": "us-ma-boston/police",
            "at": "2024-06-01T02:10:00-04:00",
            "facts": {"request.kind": "I-247N", "request.asks_hold": True},
        },
        "no case at all",
        {
            "id": "also good",
            "agency": "us-ma-boston/police",
            "at": "2024-06-01T02:10:00-04:00",
            "ask": "hold",
            "facts": {},
        },
    ]
    ended = run("decide", "-", "--json", stdin=json.dumps(many))
    told = json.loads(ended.stdout)
    assert ended.exit_code == 2
    assert [set(one) == {"id", "error"} for one in told] == [False, True, True, True, False]
    assert [one["id"] for one in told] == ["good", "no such fact", "can't both be", None, "also good"]
    assert "request.kind" in told[1]["error"]


def test_a_list_of_one_is_answered_with_a_list_and_a_case_alone_with_one_answer() -> None:
    one = {"agency": "us-ma-boston/police", "at": "2024-06-01T02:10:00-04:00", "ask": "hold", "facts": {}}
    assert isinstance(answer("decide", "-", stdin=json.dumps([one])), list)
    assert isinstance(answer("decide", "-", stdin=json.dumps(one)), dict)


def test_a_paper_is_read_and_decided() -> None:
    told = answer("decide", PAPER, "--agency", "us-ma-boston/police", "--at", "2024-06-01")
    hold = told["actions"]["hold"]
    assert (hold["outcome"], hold["standing"], hold["needs"]) == ("undetermined", "forbidden", ["warrants"])


def test_a_paper_needs_an_agency() -> None:
    ended = run("decide", PAPER)
    assert ended.exit_code == 2
    assert "add --agency" in ended.stderr


def test_a_name_that_stands_twice_in_a_case_is_refused() -> None:
    ended = run(
        "decide",
        "-",
        stdin="agency: us-ma-boston/police\nat: '2024-06-01T02:10:00-04:00'\nagency: us-tx-harris/sheriff\n",
    )
    assert ended.exit_code == 2
    assert "line 3" in ended.stderr
    assert "`agency` is written twice" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("decide", "nowhere.yaml"), "There is no file nowhere.yaml"),
        (("decide", CASE, "--at", "yesterday"), "like 2024-06-01"),
        (("decide", CASE, "--agency", "atlantis"), "write one like us-ma-boston/police"),
        (("law", "explain", "BOS99-1"), "There is no rule"),
        (("law", "prove", "us-zz"), "There is no rulebook us-zz"),
        (("read", "nowhere.pdf"), "There is no file nowhere.pdf"),
        (("verify", "nowhere"), "There is no nowhere"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_to_do(arguments: tuple[str, ...], says: str) -> None:
    ended = run(*arguments)
    assert ended.exit_code == 2
    assert says in ended.stderr + ended.stdout
    assert "Traceback" not in ended.output


def test_in_words_the_answer_names_rule_source_and_what_is_not_in_it() -> None:
    told = run("decide", CASE, "--ask", "hold").stdout
    for said in (
        "forbidden",
        "BOS19-1",
        "§ 11-1.9",
        "CHECK SOURCE",
        "Checked through 2026-",
        "Not in this answer: department orders",
    ):
        assert said in told, said


@pytest.mark.parametrize(
    ("agency", "says"),
    [
        (
            "us-ma-bostn/police",
            "us-ma-bostn/police has no profile here: only Commonwealth of Massachusetts and United States law is asked, "
            "no city's. Did you mean us-ma-boston/police?",
        ),
        ("us-zz/foo", "us-zz/foo has no profile here: only federal law (United States) is asked"),
        (
            "us-ma-boston/polcie",
            "us-ma-boston/polcie has no profile here: City of Boston, Commonwealth of Massachusetts and United States law is asked as",
        ),
    ],
)
def test_an_agency_without_a_profile_is_answered_but_first_it_is_said_whose_law_was_asked(
    agency: str, says: str
) -> None:
    ended = run("decide", CASE, "--agency", agency)
    told = " ".join(ended.stdout.split())
    assert ended.exit_code == 0
    assert says in told
    assert told.index(says) < told.index("the law says")
    assert "nothing known" not in told
    in_json = run("decide", CASE, "--agency", agency, "--json")
    assert says in in_json.stderr
    assert set(json.loads(in_json.stdout)) == KEYS_OF_AN_ANSWER


def test_an_agency_with_a_profile_begins_with_no_warning() -> None:
    assert "no profile" not in run("decide", CASE).output


def test_what_a_desk_officer_is_asked_stands_first_also_where_no_rule_was_found() -> None:
    lines = run("decide", CASE).stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("action"))
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == [
        "hold",
        "release",
        "honor_criminal_warrant",
        "notify_release",
        "transfer",
    ]
    assert "no rule found" in lines[start + 3]
    assert not any(line.split()[1:2] == ["silent"] for line in lines if line.strip())


def test_only_the_duties_of_the_actions_that_were_asked_for_are_told() -> None:
    assert "Duty US-08: give_copy_to_person" in run("decide", CASE).stdout
    asked = run("decide", CASE, "--ask", "hold,give_copy_to_person").stdout
    assert [line.split()[1] for line in asked.splitlines() if line.startswith("Duty ")] == ["US-08:"]


def test_a_list_of_actions_may_be_written_with_commas() -> None:
    told = answer("decide", CASE, "--ask", "hold,release", "--ask", "hold")
    assert list(told["actions"]) == ["hold", "release"]


def test_the_forms_window_is_no_permission_where_the_hold_is_forbidden() -> None:
    def line(*more: str) -> str:
        said = run("decide", CASE, *more).stdout.splitlines()
        return next(line for line in said if line.startswith("Clock hold_until"))

    assert line().endswith("(the form's window, not a permission)")
    assert not line("--agency", "us-tx-harris/sheriff").endswith("permission)")


def test_a_moment_after_the_last_look_at_the_law_is_said() -> None:
    says = "This moment is after the day through which the law was checked (2026-07-31)."
    assert says in run("decide", CASE, "--at", "2026-08-01").stdout
    assert says not in run("decide", CASE, "--at", "2026-07-31T23:59").stdout
    assert "after the day" not in run("decide", CASE, "--at", "1999-01-01").stdout


@pytest.mark.parametrize("arguments", [("decide", CASE), ("law", "explain", "BOS19-5"), ("law", "explain", CASE)])
def test_every_answer_ends_with_what_it_is_worth(arguments: tuple[str, ...]) -> None:
    last = run(*arguments).stdout.rstrip().splitlines()[-1]
    assert last == f"{DRAFT} {CHECK_SOURCE}"


def test_a_text_that_was_read_at_its_source_is_a_draft_all_the_same() -> None:
    assert run("law", "explain", "MA-13").stdout.rstrip().endswith(f"\n{DRAFT}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("decide", CASE, "--ask", "holdd"), "Did you mean hold?"),
        (("law", "explain", "bos19-1"), "Did you mean BOS19-1?"),
        (("law", "prove", "us-ma-bostn"), "Did you mean us-ma-boston?"),
        (("decide", str(ROOT / "examples")), "is a folder"),
        (("intake", "--agency", "us-ma-bostn/police"), "Did you mean us-ma-boston/police?"),
        (("serve", "--agency", "us-ma-boston/polcie"), "Did you mean us-ma-boston/police?"),
        (("report", "--year", "2026", "--agency", "us-zz/foo"), "has no profile here"),
        (("serve", "--port", "0"), "from 1 to 65535"),
        (("serve", "--port", "99999"), "from 1 to 65535"),
        (("verify", str(ROOT / "docs"), "--vkey", "nonsense"), "this is no key"),
    ],
)
def test_a_slip_is_refused_with_what_was_perhaps_meant(arguments: tuple[str, ...], says: str) -> None:
    ended = run(*arguments)
    assert ended.exit_code == 2
    assert says in ended.stderr
    assert ended.stdout == ""


def test_what_was_not_decided_or_not_read_stands_on_standard_error_and_is_not_said_to_be_kept(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("no form at all")
    for arguments in (("read", str(note)), ("decide", str(note), "--agency", "us-ma-boston/police")):
        ended = run(*arguments)
        assert ended.exit_code == 2
        assert ended.stdout == ""
        assert "plain text" in ended.stderr
        assert "kept" not in ended.stderr


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("It is plain. It is kept. A person must look at it.", "It is plain. A person must look at it."),
        ("It is a web page. It is kept but not opened here. Ask.", "It is a web page. It is not opened here. Ask."),
        ("It is a script. It is kept and was not run. Tell.", "It is a script. It was not run. Tell."),
        ("This page is no form. It is kept and waits for Records.", "This page is no form."),
        ("Too many pages. It is kept whole. Ask.", "Too many pages. Ask."),
        ("Broken. The file is kept. Ask.", "Broken. Ask."),
        ("No detainer form was found.", "No detainer form was found."),
    ],
)
def test_no_sentence_says_that_it_is_kept_where_nothing_keeps_it(said: str, left: str) -> None:
    assert not_kept(said) == left


def test_no_text_of_the_reader_gets_past_that() -> None:
    from detainerdesk.intake.reading import pages

    for says in re.findall(r'"([^"]*is kept[^"]*)"', Path(pages.__file__).read_text(encoding="utf-8")):
        assert "kept" not in not_kept(says), says


# --- law --------------------------------------------------------------------------------------------------------------


def test_a_rule_is_explained_with_its_source() -> None:
    told = run("law", "explain", "BOS19-1")
    assert told.exit_code == 0
    assert "must not keep the person on a civil request" in told.stdout
    assert "Source: City of Boston Code" in told.stdout
    assert json.loads(run("law", "explain", "BOS19-1", "--json").stdout)["what"] == "BOS19-1"


def test_a_case_is_explained_by_what_decided_it() -> None:
    told = run("law", "explain", CASE).stdout
    assert "hold (" in told
    assert "decides: BOS19-1" in told


def test_every_example_is_proved() -> None:
    told = answer("law", "prove", "us-tx", "--examples")
    assert told["hold"] == told["examples"] == len(told["results"]) > 0
    assert set(told["results"][0]) == {"rulebook", "example", "place", "holds", "wrong"}


@pytest.fixture
def rulebooks(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "rulebooks", tmp_path / "rulebooks")


def test_an_example_that_does_not_hold_ends_with_1_and_is_named(rulebooks: Path) -> None:
    texas = rulebooks / "us" / "tx" / "state.md"
    text = texas.read_text()
    old = "expect: hold required"
    assert old in text
    texas.write_text(text.replace(old, "expect: hold forbidden", 1))
    ended = run("law", "prove", "us-tx", "--examples", "--rulebooks", str(rulebooks))
    assert ended.exit_code == 1
    assert "us/tx/state.md:" in ended.stdout
    assert "hold forbidden" in ended.stdout


def test_a_rulebook_that_can_not_be_read_ends_with_2_and_names_the_line(rulebooks: Path) -> None:
    texas = rulebooks / "us" / "tx" / "state.md"
    texas.write_text(texas.read_text().replace("effect: must\n", "efect: must\n", 1))
    ended = run("law", "prove", "--examples", "--rulebooks", str(rulebooks))
    assert ended.exit_code == 2
    assert "us/tx/state.md:" in ended.stderr
    assert "unknown key `efect`" in ended.stderr


def test_fmt_writes_what_counsel_signs_and_check_only_says_so(rulebooks: Path) -> None:
    texas = rulebooks / "us" / "tx" / "state.md"
    good = texas.read_text()
    lines = good.split("\n")
    place = next(number for number, line in enumerate(lines) if line.startswith("says: "))
    lines[place] = "says: Something else."
    texas.write_text("\n".join(lines))
    proved = run("law", "prove", "--examples", "--rulebooks", str(rulebooks))
    assert proved.exit_code == 1
    assert "the `says` line of TX-" in proved.stdout
    assert run("law", "fmt", "--check", "--rulebooks", str(rulebooks)).exit_code == 1
    assert texas.read_text() != good
    assert run("law", "fmt", "--rulebooks", str(rulebooks)).exit_code == 0
    assert run("law", "fmt", "--check", "--rulebooks", str(rulebooks)).exit_code == 0


def test_every_item_of_every_law_page_is_encoded_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from detainerdesk.cli import law

    monkeypatch.setattr(law, "COVERAGE", tmp_path / "coverage.md")
    assert run("law", "coverage").exit_code == 0
    assert "| BOS19-13 | duty | verify |" in (tmp_path / "coverage.md").read_text()
    assert run("law", "coverage", "--check").exit_code == 0
    (tmp_path / "coverage.md").write_text("an old page")
    assert run("law", "coverage", "--check").exit_code == 1
    assert (tmp_path / "coverage.md").read_text() == "an old page"


# --- read -------------------------------------------------------------------------------------------------------------


def test_a_paper_is_read_in_the_form_that_names_md_fixes() -> None:
    told = answer("read", PAPER)
    assert set(told) == {"file", "documents", "notes"}
    assert [one["kind"] for one in told["documents"]] == ["i247a", "i200"]
    for document in told["documents"]:
        assert set(document) == {"kind", "edition", "pages", "fields", "defects"}
        for field in document["fields"].values():
            assert set(field) == {"value", "state", "accepted", "page", "box", "readers", "agreed"}
        for defect in document["defects"]:
            assert set(defect) == {"id", "field", "says"}
    assert told["documents"][0]["fields"]["pc_pending"]["value"] is True


def test_in_words_a_signature_is_signed_and_a_tick_is_ticked() -> None:
    lines = {line.split()[0]: line.split()[1:] for line in run("read", PAPER).stdout.splitlines() if line.strip()}
    assert lines["officer_sig"] == ["signed"]
    assert lines["pc_pending"] == ["ticked"]


def test_a_file_that_can_not_be_read_ends_with_2_and_still_answers(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    ended = run("read", str(empty), "--json")
    told = json.loads(ended.stdout)
    assert ended.exit_code == 2
    assert (told["file"], told["documents"]) == ("empty.pdf", [])
    assert told["notes"][0]
