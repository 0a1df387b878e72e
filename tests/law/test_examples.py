"""Every worked example beside the rules settles as it says."""

from __future__ import annotations

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
    from dataclasses import replace

    rulebook = edition.rulebooks["us-ma-boston"]
    example = next(one for one in rulebook.examples if "hold forbidden" in one.expect)
    turned = replace(example, expect="hold required")
    (wrong,) = check_example(turned, rulebook, edition)
    assert "expected “hold required”; it is forbidden" in wrong
