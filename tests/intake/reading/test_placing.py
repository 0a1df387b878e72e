"""A field is found beside its own label, wherever another print of the form has put the two."""

from __future__ import annotations

import pytest

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, TemplatePage, register
from detainerdesk.intake.reading.lines import Line
from detainerdesk.intake.reading.pages import Char
from detainerdesk.intake.reading.placing import Placed, place_all

WORDS = ("Name of Person:", "Date of Birth:", "Reason for the request", "(Signature of the Officer)", "Case number:")
LABELS = tuple(Label(words, (40.0, 100.0 + 40 * row, 130.0, 108.0 + 40 * row)) for row, words in enumerate(WORDS))


def field(name: str, kind: str, box: Box) -> FieldPlace:
    return FieldPlace(name, kind, box, "text", None, (), 1)


PAGE = TemplatePage(
    1,
    LABELS,
    (
        field("name", "text", (136, 98, 300, 110)),
        field("dob", "text", (136, 138, 200, 150)),
        field("reason", "check", (28, 180, 36, 188)),
        field("officer_sig", "sig", (40, 200, 240, 217)),
        field("case_no", "text", (136, 258, 300, 270)),
    ),
    (),
)


def line(words: str, x: float, y: float, wide: float = 6.0) -> Line:
    return Line(tuple(Char(char, x + n * wide, y, x + (n + 1) * wide, y + 8) for n, char in enumerate(words)))


def placed(lines: list[Line], rules: tuple[Box, ...] = ()) -> dict[str, Placed]:
    return place_all(PAGE, register(PAGE, lines), rules, lines)


def printed(rows: tuple[float, ...], x: float = 40.0) -> list[Line]:
    return [line(words, x, y) for words, y in zip(WORDS, rows, strict=True)]


@pytest.mark.parametrize("rows", [(100, 140, 180, 220, 260), (90, 115, 160, 212, 246), (130, 180, 233, 280, 330)])
def test_a_value_is_looked_for_after_its_label_wherever_the_row_stands(rows: tuple[float, ...]) -> None:
    found = placed(printed(rows, x=52.0))
    for name, words, y in (("name", WORDS[0], rows[0]), ("dob", WORDS[1], rows[1]), ("case_no", WORDS[4], rows[4])):
        x0, y0, _, y1 = found[name].box
        assert found[name].held
        assert x0 == pytest.approx(52 + 6 * len(words), abs=2)
        assert y0 < y + 4 < y1


def test_a_square_is_looked_for_before_its_label() -> None:
    x0, y0, x1, y1 = placed(printed((100, 140, 190, 225, 262), x=70.0))["reason"].box
    assert (x0, x1) == (58, 66)
    assert y0 < 194 < y1


def test_a_signature_stands_on_the_rule_over_its_caption() -> None:
    found = placed(printed((100, 140, 180, 230, 270)), rules=((30.0, 227.0, 260.0, 228.0),))
    assert found["officer_sig"].box == (30, 210, 260, 228)
    assert found["officer_sig"].ruled


def test_the_next_label_on_the_row_ends_a_value() -> None:
    rows = [*printed((100, 140, 180, 220, 260))[:-1], line(WORDS[4], 200, 140)]
    page = TemplatePage(1, (*LABELS[:-1], Label(WORDS[4], (200, 140, 290, 148))), PAGE.fields[:4], ())
    found = place_all(page, register(page, rows), (), rows)
    assert found["dob"].box[2] < 200


def test_without_its_label_a_field_is_not_held() -> None:
    found = placed([one for one in printed((95, 140, 190, 220, 260)) if not one.text.startswith("Case")])
    assert not found["case_no"].held
    assert found["name"].held


def test_other_words_after_a_label_are_no_value() -> None:
    rows = printed((100, 140, 180, 220, 260))
    rows[1] = line("Date of Birth of the child:", 40, 140)
    assert not placed(rows)["dob"].held
