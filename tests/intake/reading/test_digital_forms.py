"""A digital form is read without a mistake: every value, every tick, every signature, whichever way the PDF holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detainerdesk.intake.reading.fields import Field, from_json, to_json
from detainerdesk.intake.reading.pages import Char, Pages
from detainerdesk.intake.reading.read import read, read_page
from tests.intake.reading.compared import only_paper, random_values, wrong_fields
from tests.paperwork import EDITIONS, draw, places, sample

FORMS = ("i247a", "i200", "i205", "i247d", "i247n", "i247_old", "ao442")


@pytest.mark.parametrize("style", ["text", "form"])
@pytest.mark.parametrize("kind", FORMS)
def test_every_value_and_tick_of_a_digital_form_is_right_and_accepted(kind: str, style: str) -> None:
    for seed in range(3):
        values = random_values(kind, seed)
        paper = only_paper(read(draw(kind, values, style=style, seed=seed)))
        assert paper.kind == kind
        assert wrong_fields(paper, values) == {}, f"seed {seed}"
        assert [name for name, field in paper.fields.items() if not field.accepted] == [], f"seed {seed}"


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_of_the_form_is_there_even_when_nothing_is_filled_in(kind: str) -> None:
    paper = only_paper(read(draw(kind, {})))
    missing = {name for name in places(kind) if name not in paper.fields}
    assert missing <= {"expense_of", "print_officer", "witness_sig", "verified_sig", "self_removal"} | {
        name for name in missing if name.startswith(("means_", "proceedings_", "warrant_", "r_other_text"))
    }
    assert {field.state for field in paper.fields.values()} == {"empty"}
    assert all(field.value in (None, False) for field in paper.fields.values())


@pytest.mark.parametrize("edition", EDITIONS["i247a"])
def test_the_edition_is_read_from_the_form_mark(edition: str) -> None:
    assert only_paper(read(draw("i247a", sample("i247a"), edition=edition))).edition == edition


def test_a_field_says_where_it_stands_on_the_page() -> None:
    paper = only_paper(read(draw("i247a", sample("i247a"))))
    drawn = places("i247a")["subject_name"].box
    field = paper.fields["subject_name"]
    assert field.page == 1
    assert field.box is not None
    assert drawn[0] - 3 <= field.box[0] <= drawn[0] + 6
    assert drawn[1] - 3 <= field.box[1] <= field.box[3] <= drawn[3] + 3


def test_text_that_does_not_show_on_the_page_is_not_accepted() -> None:
    """A text layer can say what the page does not: what counts is what a person would see."""
    page = Pages(draw("i247a", sample("i247a"))).page(1)
    reading = read_page(replace(page, picture=np.full_like(page.picture, 255)))
    name = reading.fields["subject_name"]
    assert name.value == sample("i247a")["subject_name"]
    assert not name.accepted
    assert not reading.fields["officer_sig"].value
    assert not any(field.accepted for key, field in reading.fields.items() if key.startswith("pc_"))


def test_a_tick_is_read_from_the_ink_and_not_from_what_the_file_says() -> None:
    page = Pages(draw("i247a", {"pc_final_order": True}, style="form")).page(1)
    box = next(w.box for w in page.widgets if w.kind == "check" and w.box[1] < 240)
    wiped = page.picture.copy()
    x0, y0, x1, y1 = (round(value * page.scale) for value in box)
    wiped[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4] = 255
    reading = read_page(replace(page, picture=wiped))
    assert reading.fields["pc_final_order"].value is not True


def test_a_reading_comes_back_from_its_json_as_it_was() -> None:
    reading = read(draw("i247a", sample("i247a")))
    again = from_json(to_json(reading))
    assert to_json(again) == to_json(reading)
    assert again.papers[0].fields["dob"].value == sample("i247a")["dob"]


def reread(field: str, change: Callable[[list[Char]], list[Char]], **values: str | None) -> Field:
    """A field of a sample whose text layer was changed."""
    page = Pages(draw("i247a", sample("i247a", **values))).page(1)
    return read_page(replace(page, chars=tuple(change(list(page.chars))))).fields[field]


def words(text: str, x: float, y: float) -> list[Char]:
    return [Char(letter, x + 5 * n, y, x + 5 * n + 5, y + 7) for n, letter in enumerate(text)]


def at(chars: list[Char], text: str) -> int:
    return "".join(char.text for char in chars).index(text)


def test_the_letters_of_a_ligature_stay_together() -> None:
    def joined(chars: list[Char]) -> list[Char]:
        place = at(chars, "ERO Boston Field Office") + len("ERO Boston Field O")
        one = replace(chars[place], x1=chars[place + 2].x1)
        chars[place : place + 3] = [replace(one, text=letter) for letter in "ffi"]
        return chars

    office = str(sample("i247a")["from_office"])
    assert "ERO Boston Field Office" in office
    assert reread("from_office", joined).value == office


def test_what_was_stamped_over_a_page_is_no_value_that_is_accepted() -> None:
    x0, y0, _, y1 = places("i247a")["citizenship"].box
    over = reread("citizenship", lambda chars: [*chars, *words("MAR 1 2026", x0 + 90, (y0 + y1) / 2 - 4)])
    assert over.value == sample("i247a")["citizenship"]
    assert not over.accepted
    alone = reread(
        "citizenship", lambda chars: [*chars, *words("RECEIVED", x0 + 4, (y0 + y1) / 2 - 4)], citizenship=None
    )
    assert not alone.accepted


def test_words_before_a_colon_that_are_no_known_label_send_a_value_to_a_person() -> None:
    value = str(sample("i247a")["citizenship"])

    def headed(head: str) -> Callable[[list[Char]], list[Char]]:
        def change(chars: list[Char]) -> list[Char]:
            place = at(chars, value)
            first = chars[place]
            return [
                *chars[:place],
                *words(head, first.x0, first.y0),
                *words(value, first.x0 + 5 * len(head), first.y0),
                *chars[place + len(value) :],
            ]

        return change

    known = reread("citizenship", headed("Nationality: "))
    assert known.value == value
    unknown = reread("citizenship", headed("Land: "))
    assert not unknown.accepted
