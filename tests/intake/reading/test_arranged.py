"""A person arranges the pages of a file: what belongs together, what it is, how it is turned; and what was kept of earlier readings still loads."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detainerdesk.intake.reading import ocr
from detainerdesk.intake.reading.fields import (
    Arranged,
    BadArrangement,
    Field,
    arranged_from_json,
    arranged_to_json,
    field_from_json,
    field_to_json,
)
from detainerdesk.intake.reading.pages import CannotRead
from detainerdesk.intake.reading.read import read
from tests.intake.reading.compared import accepted_yet_wrong, random_values, wrong_fields
from tests.paperwork import Paper, bundle, draw, sample

FILE = bundle([Paper("i247a", sample("i247a")), Paper("i200", sample("i200"))])  # pages 1 to 3, and 4


def test_a_person_splits_and_joins_pages() -> None:
    reading = read(FILE, arranged=(Arranged("i247a", (1, 3)), Arranged("i200", (4,))))
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [
        ("i247a", (1, 3)),
        ("i247a", (2,)),
        ("i200", (4,)),
    ]
    assert reading.papers[0].fields["subject_name"].value == sample("i247a")["subject_name"]


def test_pages_that_nobody_arranged_are_read_as_they_seem_to_belong() -> None:
    reading = read(FILE, arranged=(Arranged("unknown", (4,)),))
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [("i247a", (1, 2, 3)), ("unknown", (4,))]


def test_this_is_something_else_takes_the_fields_away() -> None:
    reading = read(FILE, arranged=(Arranged("unknown", (1, 2, 3)),))
    assert reading.papers[0].kind == "unknown"
    assert reading.papers[0].fields == {}


def test_pages_joined_without_a_name_are_one_paper_of_the_first_kind_that_is_known() -> None:
    reading = read(FILE, arranged=(Arranged(None, (1, 2, 3, 4)),))
    assert [(paper.kind, paper.pages) for paper in reading.papers] == [("i247a", (1, 2, 3, 4))]


def test_a_kind_that_a_person_named_is_sure_and_a_turn_that_a_person_made_is_kept() -> None:
    values = random_values("i200", 7)
    turned = draw("i200", values, style="scan", seed=3)
    (paper,) = read(turned, arranged=(Arranged("i200", (1,), (0,)),)).papers
    assert paper.kind == "i200"
    assert accepted_yet_wrong(paper, values) == {}
    assert wrong_fields(paper, values) == {}


def test_a_turn_goes_to_the_right_and_the_way_back_leads_to_the_page_as_it_came() -> None:
    page = np.full((300, 200), 255, np.uint8)
    page[10:20, 150:190] = 0  # near the right end of the upper edge
    for turn, corner in ((0, (150, 10)), (90, (280, 150)), (180, (10, 280)), (270, (10, 10))):
        turned, back = ocr.straighten(page, turn)  # type: ignore[arg-type]
        rows, columns = np.nonzero(turned == 0)
        assert (columns.min(), rows.min()) == corner
        x, y = back @ (columns.mean(), rows.mean(), 1)
        assert (x, y) == pytest.approx((169.5, 14.5), abs=1)


@pytest.mark.parametrize(
    ("arranged", "says"),
    [
        ((Arranged("i200", (5,)),), "There is no page 5: the file has 4."),
        ((Arranged("i200", (1,)), Arranged(None, (1, 2))), "Page 1 is put in two papers: leave it in one."),
    ],
)
def test_an_arrangement_that_can_not_be_is_refused_in_words(arranged: tuple[Arranged, ...], says: str) -> None:
    with pytest.raises(CannotRead, match=says):
        read(FILE, arranged=arranged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "i999", "pages": (1,)},
        {"kind": None, "pages": ()},
        {"kind": None, "pages": (0,)},
        {"kind": None, "pages": (1, 1)},
        {"kind": None, "pages": (1, 2), "turns": (90,)},
        {"kind": None, "pages": (1,), "turns": (45,)},
    ],
)
def test_an_arrangement_names_known_kinds_pages_and_turns(wrong: dict[str, object]) -> None:
    with pytest.raises(BadArrangement):
        Arranged(**wrong)  # type: ignore[arg-type]


def test_an_arrangement_goes_to_json_and_back() -> None:
    arranged = (Arranged("i205", (2, 3), (180, None)), Arranged(None, (1,)))
    assert arranged_from_json(json.loads(json.dumps(arranged_to_json(arranged)))) == arranged
    with pytest.raises(BadArrangement):
        arranged_from_json([{"pages": [1]}])


def test_a_field_that_was_kept_before_there_were_two_readers_still_loads() -> None:
    kept = {
        "value": "x",
        "state": "shown",
        "accepted": True,
        "page": 1,
        "box": [0, 0, 1, 1],
        "confidence": 1.0,
        "reader": "ocr",
    }
    field = field_from_json(kept)
    assert field == Field("x", "shown", True, 1, (0, 0, 1, 1), 1.0, "ocr")
    assert field_from_json(json.loads(json.dumps(field_to_json(field)))) == field
    assert field.picture is not None
    assert field.picture.page == 1
