"""Every worked example beside the rules settles as it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detainerdesk.law import Edition, load
from detainerdesk.law.prove import check_example

EXAMPLES = [(name, example.name) for name, rulebook in load().rulebooks.items() for example in rulebook.examples]


@pytest.mark.parametrize(("jurisdiction", "name"), EXAMPLES, ids=[f"{where}: {name}" for where, name in EXAMPLES])
def test_an_example_settles_as_it_says(edition: Edition, jurisdiction: str, name: str) -> None:
    rulebook = edition.rulebooks[jurisdiction]
    example = next(one for one in rulebook.examples if one.name == name)
    assert list(check_example(example, rulebook, edition)) == []


@pytest.mark.parametrize("jurisdiction", sorted(load().rulebooks))
def test_every_rulebook_has_examples(edition: Edition, jurisdiction: str) -> None:
    assert edition.rulebooks[jurisdiction].examples


def test_an_example_that_expects_something_else_is_reported_with_what_the_answer_is(edition: Edition) -> None:
    rulebook = edition.rulebooks["us-ma-boston"]
    example = next(one for one in rulebook.examples if "hold forbidden" in one.expect)
    turned = replace(example, expect="hold required")
    (wrong,) = check_example(turned, rulebook, edition)
    assert "expected “hold required”; it is forbidden" in wrong


def test_an_example_that_hides_what_its_outcome_turns_on_is_reported(edition: Edition) -> None:
    rulebook = edition.rulebooks["us-ma-boston"]
    example = next(one for one in rulebook.examples if one.name == "nobody has looked for a warrant")
    hidden = replace(example, expect="hold undetermined, meanwhile forbidden")
    (wrong,) = check_example(hidden, rulebook, edition)
    assert "turns on warrants: name it" in wrong


@pytest.mark.parametrize(
    "clause", ["hold maybe", "hold forbidden by", "fly forbidden", "clock form_limit", "duty X gone"]
)
def test_a_clause_that_says_nothing_is_reported_and_not_passed_over(edition: Edition, clause: str) -> None:
    rulebook = edition.rulebooks["us-ma-boston"]
    example = replace(rulebook.examples[0], expect=clause)
    assert list(check_example(example, rulebook, edition))
