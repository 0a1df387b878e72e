"""An agency's own rulebook lies over ours: it adds its layer to the agency's profile, is checked as ours are, and is part of the edition."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from detainerdesk.law import Edition, NoteSaid, RulebookError, load, prove
from detainerdesk.law.load import RULEBOOKS
from detainerdesk.law.prove.everywhere import prove_all
from tests.law.small import AGENCY, PROFILE, by, decided, law, outcome, rule, word, write

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "local-procedure"

ORDER = """\
---
jurisdiction: us-xx-town-police
layer: agency
name: General order
parent: us-xx-town
timezone: America/New_York
checked_through: 2026-07-31
---
# General order

```profile us-xx-town/police
name: Town Police
kind: police
layers: us, us-xx, us-xx-town, us-xx-town-police
roles: officer, clerk
```
"""


def own(folder: Path, text: str = ORDER + rule("GO-1", "must not", when="apple")) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "order.md").write_text(text)
    return folder


def both(tmp_path: Path, text: str = ORDER + rule("GO-1", "must not", when="apple"), **layers: str) -> Edition:
    (tmp_path / "law").mkdir(exist_ok=True)
    return load(write(tmp_path / "law", **layers), local=own(tmp_path / "orders", text))


def test_the_agencys_own_rules_bind_that_agency_and_no_other(tmp_path: Path) -> None:
    other = PROFILE.replace("us-xx-town/police", "us-xx-town/clerk")
    edition = both(tmp_path, city=rule("C-1", "may") + other)
    assert by(outcome(edition, {"apple": True})) == {"GO-1"}
    assert word(edition, {"apple": True}, agency="us-xx-town/clerk") == "permitted"
    assert [layer.name for layer in edition.stack(AGENCY).layers] == ["Land", "State of Xx", "Town", "General order"]


def test_a_higher_layer_may_void_what_an_agency_orders(tmp_path: Path) -> None:
    voids = "```voids S-9\naction: hold\nin force: ..\ncite: § 9\nstatus: verified\n```\n"
    assert word(both(tmp_path, state=voids), {"apple": True}) == "silent"


def test_it_uses_the_definitions_above_it(tmp_path: Path) -> None:
    ripe = "```define ripe\nmeans: apple\nphrase: it is ripe\nnot phrase: it is not ripe\n```\n"
    assert (
        word(both(tmp_path, ORDER + rule("GO-1", "must not", when="ripe"), city=ripe), {"apple": True}) == "forbidden"
    )


def test_the_edition_tells_with_and_without_it_apart_and_goes_by_its_text_alone(tmp_path: Path) -> None:
    edition = both(tmp_path)
    plain = load(tmp_path / "law")
    assert edition.ours is not None
    assert edition.ours.hash == plain.hash != edition.hash
    moved = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "orders", moved)
    (moved / "order.md").rename(moved / "renamed.md")
    assert load(tmp_path / "law", local=moved).hash == edition.hash
    own(tmp_path / "orders", ORDER + rule("GO-1", "must", when="apple"))
    assert load(tmp_path / "law", local=[tmp_path / "orders"]).hash != edition.hash


def test_our_own_examples_are_decided_without_it_and_its_examples_with_it(tmp_path: Path) -> None:
    def example(expect: str) -> str:
        return f"```example one\nagency: {AGENCY}\nat: 2026-03-03 12:00\nfacts: apple = yes\nexpect: {expect}\n```\n"

    text = ORDER + rule("GO-1", "must not", when="apple") + example("hold forbidden by GO-1")
    edition = both(tmp_path, text, city=rule("C-1", "may") + example("hold permitted by C-1"))
    assert [(one.rulebook, one.wrong) for one in prove(edition)] == [("us-xx-town", ()), ("us-xx-town-police", ())]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("layer: agency", "layer: city", r"order\.md:3:\d+: an agency's own rulebook is `layer: agency`, not city"),
        (
            "us-xx, us-xx-town, us",
            "us-xx-town, us",
            r"order\.md:11:\d+ .* adds its layer below us-xx-town and leaves none out",
        ),
        (", us-xx-town-police\n", "\n", "leaves none out"),
        ("roles: officer, clerk", "roles: officer", "this profile leaves out clerk, whom the law above binds"),
        ("parent: us-xx-town", "parent: us-xx", r"order\.md:5:\d+: .* leaves none out; write `parent: us-xx-town`"),
        ("parent: us-xx-town", "parent: us-yy", "us-yy of us-xx-town-police is not encoded"),
        (
            "jurisdiction: us-xx-town-police",
            "jurisdiction: us-xx-town",
            r"stands in two files: us/xx/town\.md is the other",
        ),
        ("when: apple", "when: aple", r"order\.md:23:\d+ .* did you mean apple"),
        ("rule GO-1", "rule C-1", "C-1 is an id of Town too"),
        ("when: apple", "when: apple\nsays: Something else.", "the `says` line of GO-1 is not what the rule says"),
        (
            "```profile us-xx-town/police",
            "```profile us-yy/police",
            "us-yy/police is no agency of us-xx-town or of a place",
        ),
    ],
)
def test_what_is_wrong_in_it_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = ORDER + rule("GO-1", "must not", when="apple")
    assert old in text
    with pytest.raises(RulebookError, match=says):
        both(tmp_path, text.replace(old, new), city=rule("C-1", "may"))


def test_an_agency_that_has_no_profile_of_ours_is_of_the_place_above_its_own_rulebook(tmp_path: Path) -> None:
    clerk = ORDER.replace("us-xx-town/police", "us-xx-town/clerk")
    assert "us-xx-town/clerk" in [one.agency for one in both(tmp_path, clerk).profiles()]
    with pytest.raises(RulebookError, match="us-yy-town/clerk is no agency of us-xx-town or of a place in it"):
        both(tmp_path, ORDER.replace("us-xx-town/police", "us-yy-town/clerk"))


def test_a_rulebook_without_a_profile_a_second_profile_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="no agency goes by this rulebook"):
        both(tmp_path, ORDER.split("```profile", maxsplit=1)[0])
    two = own(tmp_path / "more", ORDER.replace("us-xx-town-police", "us-xx-town-police-2"))
    own(tmp_path / "orders", ORDER)
    with pytest.raises(RulebookError, match=r"us-xx-town/police has a profile at orders/order\.md:11:\d+ .* too"):
        load(tmp_path / "law", local=(tmp_path / "orders", two))
    (tmp_path / "empty").mkdir()
    with pytest.raises(RulebookError, match="holds no rulebook"):
        load(tmp_path / "law", local=tmp_path / "empty")
    with pytest.raises(RulebookError, match="is no folder"):
        load(tmp_path / "law", local=tmp_path / "gone")


def test_a_layer_that_exists_and_is_not_encoded_is_said_and_one_that_was_added_no_longer(tmp_path: Path) -> None:
    def left_out(edition: Edition) -> list[str]:
        return [note.text for note in decided_notes(edition) if note.id == "not-encoded"]

    profile = PROFILE.replace("roles:", "not encoded: department orders\nroles:")
    plain = law(tmp_path, profile=profile)
    assert left_out(plain) == ["Not in this answer: department orders. Its rules are not in this system."]
    assert left_out(both(tmp_path, profile=profile)) == []


def decided_notes(edition: Edition) -> tuple[NoteSaid, ...]:
    return decided(edition).notes


def test_the_example_in_the_repository_holds_and_boston_s_own_still_do() -> None:
    edition = load(local=EXAMPLE)
    own, ours = prove(edition, "us-ma-boston-police"), prove(edition, "us-ma-boston")
    assert [str(one) for one in (*own, *ours) if one.wrong] == []
    assert len(own) == 3
    assert all("FICTIONAL" in one.cite for one in edition.rulebooks["us-ma-boston-police"].provisions())


def test_the_example_in_the_repository_is_proved_as_its_documents_say() -> None:
    assert prove_all(load(local=EXAMPLE), RULEBOOKS, (), ["us-ma-boston/police"]).open == ()


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ("us, us-xx", "`us, us-xx, us-xx-town`, from the top down to this rulebook, not `us, us-xx`"),
        ("us-xx-town, us-xx, us", "not `us-xx-town, us-xx, us`"),
        ("us, us-xx, us-xx-twon", "not `us, us-xx, us-xx-twon`"),
    ],
)
def test_a_profile_of_ours_names_every_layer_from_the_top_down(tmp_path: Path, layers: str, says: str) -> None:
    with pytest.raises(RulebookError, match=re.escape(says)):
        load(write(tmp_path, profile=PROFILE.replace("us, us-xx, us-xx-town", layers)))


def test_a_profile_stands_with_the_law_of_its_own_place(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="us-yy-town/police is no agency of us-xx-town or of a place in it"):
        load(write(tmp_path, profile=PROFILE.replace("us-xx-town/police", "us-yy-town/police")))
