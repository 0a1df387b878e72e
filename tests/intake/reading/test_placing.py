"""A field is found beside its own label, wherever another print of the form has put the two."""

from __future__ import annotations

import pytest

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, TemplatePage, register, templates
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


def test_a_square_whose_words_have_lost_their_first_letter_is_nobodys_place() -> None:
    for words, held in (("Reason for the requcst", True), ("at eason for the request", False)):
        lines = [line(words if row == 2 else one, 40, 100 + 40 * row) for row, one in enumerate(WORDS)]
        assert placed(lines)["reason"].held is held


def test_a_square_is_looked_for_before_its_label() -> None:
    x0, y0, x1, y1 = placed(printed((100, 140, 190, 225, 262), x=70.0))["reason"].box
    assert (x0, x1) == (58, 66)
    assert y0 < 194 < y1


def test_a_signature_stands_on_the_rule_over_its_caption() -> None:
    found = placed(printed((100, 140, 180, 230, 270)), rules=((30.0, 227.0, 260.0, 228.0),))
    assert found["officer_sig"].box == (30, 210, 260, 228)
    assert found["officer_sig"].ruled


BROKEN = tuple((x, 227.0, x + 30.0, 228.0) for x in (38.0, 80.0, 122.0, 164.0, 206.0))


def test_a_rule_that_a_fax_has_broken_is_the_whole_place_of_a_signature() -> None:
    """Beside the first piece of it the place was empty, and the name stood over the next."""
    rows = printed((100, 140, 180, 230, 270))
    sig = placed(rows, BROKEN)["officer_sig"]
    assert (sig.box[0], sig.box[2], sig.held) == (38, 236, True)
    rows[3] = line(WORDS[3], 40, 230, 3.0)
    rest = placed(rows, ((38.0, 227.0, 100.0, 228.0),))["officer_sig"]
    assert not rest.held, "most of the rule is lost: nobody knows where a name stands"


def test_a_streak_of_a_fax_across_two_captions_is_no_place_of_a_signature() -> None:
    """The streak was taken for the rule, so the place was as wide as the page, and what the neighbour's place held signed it."""
    name = Label("(Name and title)", (330.0, 220.0, 430.0, 228.0))
    page = TemplatePage(1, (*LABELS, name), PAGE.fields, ())
    rows = [*printed((100, 140, 180, 230, 270)), line(name.words, 330, 230)]
    streak, own = (0.0, 228.0, 612.0, 229.0), (38.0, 227.0, 238.0, 228.0)
    for rules in ((streak,), (own, streak)):
        found = place_all(page, register(page, rows), rules, rows)["officer_sig"]
        assert found.box[0] == pytest.approx(38, abs=3)
        assert found.box[2] == pytest.approx(240, abs=3)


def test_a_value_begins_before_a_rule_that_has_lost_its_beginning_under_it() -> None:
    rows = printed((100, 140, 180, 230, 270))
    caption = ((45.0, 227.0, 260.0, 228.0),)
    for words, x, begins in (("English", 30, 29), ("English", 50, 45), ("on English", 30, 45)):
        sig = placed([*rows, line(words, x, 216)], caption)["officer_sig"]
        assert (sig.box[0], sig.held) == (begins, begins == 45)


@pytest.mark.parametrize(("begins", "held"), [(40.0, True), (150.0, False)])
def test_what_is_left_of_a_rule_on_the_next_row_proves_nothing_empty(begins: float, held: bool) -> None:
    words = Label("please call this number at", (300, 300, 456, 308))
    phone = FieldPlace("phone", "text", (40, 316, 200, 328), "phone", None, (), 1, beside=(("next", words.words),))
    page = TemplatePage(1, (*LABELS, words), (*PAGE.fields, phone), ())
    rows = [*printed((100, 140, 180, 220, 260)), line(words.words, 300, 300)]
    found = place_all(page, register(page, rows), ((begins, 330.0, 200.0, 331.0),), rows)["phone"]
    assert found.held is held


def test_a_rule_of_pieces_ends_where_other_words_stand_under_it() -> None:
    rows = [*printed((100, 140, 180, 230, 270))[:-1], line("Case number:", 166, 230)]
    page = TemplatePage(1, (*LABELS[:-1], Label(WORDS[4], (166, 220, 238, 228))), PAGE.fields[:4], ())
    assert place_all(page, register(page, rows), BROKEN, rows)["officer_sig"].box[2] == 152


def test_a_dotted_rule_behind_a_label_is_the_whole_place_of_its_value() -> None:
    """`O'CONNELL` ended where the first dots did, and `Ilona` was lost."""
    pieces = tuple((x, 109.0, x + 40.0, 110.0) for x in (136.0, 188.0, 240.0, 292.0, 344.0))
    name = placed(printed((100, 140, 180, 220, 260)), pieces)["name"]
    assert name.box[2] == pytest.approx(386)
    assert name.lined


def test_a_label_of_which_only_the_last_words_were_read_holds_its_field() -> None:
    """It was erased where the template has it, and the first letters of the value with it."""
    words = Label("this notice were read to him or her in the", (40, 300, 214, 308))
    page = TemplatePage(1, (*LABELS, words), (*PAGE.fields, field("language", "text", (220, 298, 380, 310))), ())
    rows = [*printed((100, 140, 180, 220, 260)), line("read to him or her in the", 40, 300, 4.0)]
    found = place_all(page, register(page, rows), (), rows)["language"]
    assert found.held
    assert found.box[0] == pytest.approx(140, abs=2)
    twice = [*rows, line("read to him or her in the", 40, 330, 4.0)]
    assert place_all(page, register(page, twice), (), twice)["language"].box[0] == pytest.approx(220, abs=2)


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


def test_columns_that_a_print_has_exchanged_are_read_by_their_labels() -> None:
    """The place in the template never wins over the words on the page."""
    left, right = Label("Subject ID:", (40, 60, 100, 68)), Label("File No:", (310, 60, 350, 68))
    fields = (field("subject_id", "text", (104, 58, 290, 70)), field("file_no", "text", (354, 58, 560, 70)))
    page = TemplatePage(1, (left, right, *LABELS), (*fields, *PAGE.fields), ())
    rows = [line("File No:", 40, 60), line("Subject ID:", 310, 60), *printed((100, 140, 180, 220, 260))]
    found = place_all(page, register(page, rows), (), rows)
    assert found["subject_id"].box[0] > 310
    assert found["file_no"].box[2] < 310
    assert found["subject_id"].held
    assert found["file_no"].held


def test_where_another_label_holds_a_field_has_no_hold() -> None:
    """A print with a label of its own wording, in whose place the template has another field."""
    left, right = Label("Subject ID:", (40, 60, 100, 68)), Label("File No:", (310, 60, 350, 68))
    fields = (field("subject_id", "text", (104, 58, 290, 70)), field("file_no", "text", (354, 58, 560, 70)))
    page = TemplatePage(1, (left, right, *LABELS), (*fields, *PAGE.fields), ())
    rows = [line("File No:", 40, 60), line("Person concerned:", 310, 60), *printed((100, 140, 180, 220, 260))]
    found = place_all(page, register(page, rows), (), rows)
    assert found["file_no"].held
    assert not found["subject_id"].held


@pytest.mark.parametrize("words", ["DOB:", "Birth Date:", "D.O.B.:"])
def test_a_label_may_have_any_of_its_usual_wordings(words: str) -> None:
    ours = next(one for one in templates() if one.kind == "i247a").pages[0]
    label = next(one for one in ours.labels if one.words == "Date of Birth:")
    page = TemplatePage(1, (*LABELS[:1], Label(label.words, LABELS[1].box, label.others), *LABELS[2:]), PAGE.fields, ())
    rows = printed((100, 140, 180, 220, 260))
    rows[1] = line(words, 40, 140)
    found = place_all(page, register(page, rows), (), rows)["dob"]
    assert found.held
    assert found.box[0] == pytest.approx(40 + 6 * len(words), abs=2)


CALLING = Label("Please call", (40, 300, 106, 308))
ICE = Label("the first office or", (130, 300, 244, 308))
PHONE = FieldPlace("phone", "text", (250, 298, 400, 310), "phone", None, (), 1, (("next", ICE.words),))
BOX = FieldPlace(
    "ice", "check", (116, 299, 124, 307), "text", None, (), 1, (("square", ICE.words), ("next", CALLING.words))
)
TEXT = TemplatePage(1, (*LABELS, CALLING, ICE), (*PAGE.fields, PHONE, BOX), ())


def running(*lines: Line, rules: tuple[Box, ...] = ()) -> dict[str, Placed]:
    rows = [*printed((100, 140, 180, 220, 260)), *lines]
    return place_all(TEXT, register(TEXT, rows), rules, rows)


def test_in_running_text_a_value_may_stand_on_the_next_row() -> None:
    found = running(
        line("Please call", 40, 300), line("the first office or", 130, 300), rules=((40.0, 325.0, 200.0, 326.0),)
    )
    assert found["phone"].box[:3] == (39, 311, 202)
    assert found["phone"].held


def test_print_before_a_rule_of_which_a_fax_has_lost_the_beginning_may_be_the_value() -> None:
    found = running(
        line("Please call", 40, 300),
        line("the first office or", 130, 300),
        line("(303) 555-0199", 42, 318),
        rules=((150.0, 325.0, 200.0, 326.0),),
    )
    assert found["phone"].box[:3] == (40, 311, 202)
    assert not found["phone"].held, "a person looks; it is never proved to be empty"


@pytest.mark.parametrize(("begins", "whole"), [(36.0, True), (60.0, False)])
def test_a_rule_that_begins_behind_its_caption_has_lost_its_beginning_and_proves_nothing_empty(
    begins: float, whole: bool
) -> None:
    found = placed(printed((100, 140, 180, 220, 260)), rules=((begins, 219.0, 240.0, 220.0),))["officer_sig"]
    assert found.ruled is whole
    assert found.box[0] <= 40


def test_a_square_may_end_the_row_before_its_words() -> None:
    found = running(line("and so Please call", 40, 300), line("the first office or", 40, 312))
    x0, y0, _, y1 = found["ice"].box
    assert x0 == pytest.approx(40 + 18 * 6 + 3, abs=1)
    assert y0 < 304 < y1


def test_words_that_are_broken_over_two_rows_are_found() -> None:
    found = running(line("Please call", 40, 300), line("the first", 130, 300), line("office or 617", 40, 312))
    assert found["ice"].box[2] < 130
    assert found["phone"].box[0] == pytest.approx(40 + 9 * 6, abs=1)
    assert found["phone"].box[1] < 316 < found["phone"].box[3]


TO = Label("TO: (Name of Institution)", (40, 300, 190, 308))
OFFICE = TemplatePage(
    1,
    (*LABELS, TO),
    (*PAGE.fields, field("agency", "text", (40, 312, 240, 322)), field("address", "text", (40, 326, 240, 336))),
    (),
)


def test_an_address_on_two_rows_begins_with_its_number() -> None:
    lines = [line("TO: (Name of Institution)", 40, 300), line("Records", 40, 314), line("City Jail", 40, 326)]
    rows = [*printed((100, 140, 180, 220, 260)), *lines, line("12 Sample St", 40, 338)]
    found = place_all(OFFICE, register(OFFICE, rows), (), rows)
    assert found["agency"].box[1] <= 314
    assert found["agency"].box[3] >= 334
    assert found["address"].box[1] >= 335
    assert (found["agency"].rows, found["address"].rows) == (2, 1)


def test_rows_that_cannot_be_shared_out_go_to_a_person() -> None:
    lines = [line("TO: (Name of Institution)", 40, 300), line("Records", 40, 314), line("City Jail", 40, 326)]
    rows = [*printed((100, 140, 180, 220, 260)), *lines, line("Sample Place", 40, 338)]
    found = place_all(OFFICE, register(OFFICE, rows), (), rows)
    assert not found["agency"].held
    assert not found["address"].held


def test_rows_under_a_heading_end_at_the_frame_around_them() -> None:
    lines = [
        line("TO: (Name of Institution)", 40, 300),
        line("Elgin City Jail", 40, 312),
        line("12 Sample St", 40, 325),
    ]
    rows = [*printed((100, 140, 180, 220, 260)), *lines, line("Nam of Peson", 40, 346)]
    found = place_all(OFFICE, register(OFFICE, rows), ((30.0, 337.0, 560.0, 338.0),), rows)
    assert (found["agency"].rows, found["address"].rows) == (1, 1)
    assert found["address"].box[3] < 338
    assert found["address"].held


def test_a_speck_beside_the_frame_is_no_row_and_a_person_looks() -> None:
    """A streak of a fax parted the two rows, and a piece of the frame was read as a row of its own: the office was accepted as the address."""
    lines = [line("TO: (Name of Institution)", 40, 300), line("J.", 36, 310), line("Elgin City Jail", 40, 315.5)]
    rows = [*printed((100, 140, 180, 220, 260)), *lines, line("12 Sample St", 40, 333)]
    found = place_all(OFFICE, register(OFFICE, rows), ((30.0, 328.0, 560.0, 329.0),), rows)
    assert (found["agency"].held, found["address"].held) == (False, False)
    assert found["agency"].box[3] < 330


@pytest.mark.parametrize(
    ("office", "address"),
    [
        (("Elgin City Jail",), ("12", "Sample St")),
        (("J.", "Elgin City Jail"), ("12 Sample St",)),
        (("J.", "Elgin City Jail"), ("12 Sample St", "'")),
    ],
)
def test_a_row_is_what_its_pieces_are_together(office: tuple[str, ...], address: tuple[str, ...]) -> None:
    rows = [*printed((100, 140, 180, 220, 260)), line("TO: (Name of Institution)", 40, 300)]
    for y, pieces in ((314, office), (328, address)):
        x = 36.0 if pieces[0] == "J." else 40.0
        for piece in pieces:
            rows.append(line(piece, x, y))
            x += 6 * len(piece) + 12
    found = place_all(OFFICE, register(OFFICE, rows), (), rows)
    assert (found["agency"].held, found["address"].held) == (True, True)
    assert found["agency"].box[1] < 318 < found["agency"].box[3]
    assert found["address"].box[1] < 332 < found["address"].box[3]


@pytest.mark.parametrize(("above", "held"), [((), True), (("PD",), False)])
def test_a_rule_under_a_heading_holds_no_value_where_two_letters_stand_above_it(
    above: tuple[str, ...], held: bool
) -> None:
    page = TemplatePage(1, (*LABELS, TO), (*PAGE.fields, field("agency", "text", (40, 312, 240, 322))), ())
    rows = [*printed((100, 140, 180, 220, 260)), line("TO: (Name of Institution)", 40, 300)]
    rows += [line(words, 40, 312) for words in above]
    found = place_all(page, register(page, rows), ((40.0, 334.0, 240.0, 335.0),), rows)
    assert found["agency"].held is held


def test_an_address_below_a_streak_of_a_fax_is_missed_and_a_person_looks() -> None:
    lines = [line("TO: (Name of Institution)", 40, 300), line("Records", 40, 312), line("City Jail", 40, 322)]
    rows = [*printed((100, 140, 180, 220, 260)), *lines, line("12 Sample St", 40, 336)]
    found = place_all(OFFICE, register(OFFICE, rows), ((30.0, 328.0, 560.0, 329.0),), rows)
    assert (found["agency"].held, found["address"].held) == (False, False)


def test_a_mark_behind_a_label_in_running_text_is_no_value() -> None:
    found = running(
        line("Please call", 40, 300), line("the first office or .", 130, 300), rules=((40.0, 325.0, 200.0, 326.0),)
    )
    assert found["phone"].box[:3] == (39, 311, 202)


def test_without_the_label_before_it_a_value_in_running_text_is_found_by_the_words_behind_it() -> None:
    """A person looks: the value may also begin elsewhere."""
    behind = Label(". If you cannot reach us", (404.0, 300.0, 540.0, 308.0))
    page = TemplatePage(1, (*TEXT.labels, behind), TEXT.fields, ())
    rows = [*printed((100, 140, 180, 220, 260)), line(". If you cannot reach us", 250, 320)]
    found = place_all(page, register(page, rows), ((90.0, 329.0, 246.0, 330.0),), rows)["phone"]
    assert found.box[0] == 90
    assert found.box[2] < 250
    assert not found.held


LANGUAGE, CAPTION = Label("language.", (300, 300, 350, 308)), Label("(Language)", (200, 312, 250, 318))
SPOKEN = TemplatePage(
    1,
    (*LABELS, LANGUAGE, CAPTION),
    (*PAGE.fields, field("language", "text", (150, 296, 290, 309))),
    (),
)


def test_a_caption_in_brackets_is_not_taken_for_the_same_word_in_a_sentence() -> None:
    rows = [*printed((100, 140, 180, 220, 260)), line("(Language)", 60, 316), line("language.", 130, 300)]
    found = {label: hit.line for label, hit in register(SPOKEN, rows).found}
    assert found.get(LANGUAGE) in (None, len(rows) - 1)
    assert found.get(CAPTION) in (None, len(rows) - 2)


def test_a_label_of_which_a_fax_has_spoiled_two_letters_is_known_where_it_stands_alone() -> None:
    rows = printed((100, 140, 180, 220, 260))
    rows[0] = line("Narne 0f Perspn:", 40, 100)
    assert LABELS[0] in dict(register(PAGE, rows).found)
    rows[0] = line("Narne 0f Perspn: and Case", 40, 100)
    assert LABELS[0] not in dict(register(PAGE, rows).found)


def test_a_line_that_begins_as_a_lost_label_does_is_to_be_read_to_its_end() -> None:
    """A print may have moved it to the other side of the page."""
    rows = printed((100, 140, 180, 220, 260))
    rows[3] = Line(line("(Signature of the", 300, 220).chars, cut=True)
    laid = register(PAGE, rows)
    assert LABELS[3] not in dict(laid.found)
    assert [label.words for label, _ in laid.begun] == [WORDS[3]]


def test_what_has_a_caption_is_not_looked_for_under_the_words_above_it() -> None:
    """Columns were exchanged: another field stands on the rule there."""
    sig, name = (
        Label("(Signature of the Officer)", (300, 330, 430, 336)),
        Label("(Name of the Officer)", (40, 330, 140, 336)),
    )
    note = Label("If checked: cancel", (40, 300, 150, 308))
    fields = (field("officer", "text", (40, 314, 240, 327)), field("sig", "sig", (300, 310, 500, 327)))
    page = TemplatePage(1, (*LABELS, note, name, sig), (*PAGE.fields, *fields), ())
    rows = [*printed((100, 140, 180, 220, 260))[:3], line("Case number:", 40, 260), line("If checked: cancel", 40, 300)]
    rows.append(line("(Signature of the Officer)", 40, 330, 5.0))
    found = place_all(page, register(page, rows), ((38.0, 327.0, 250.0, 328.0),), rows)
    assert not found["officer"].held


def under(*lines: Line) -> tuple[Placed, Placed]:
    """Where the office and its address are looked for under `TO: (Name of Institution)` on a page with these lines."""
    rows = [*printed((100, 140, 180, 220, 260)), *lines]
    found = place_all(OFFICE, register(OFFICE, rows), (), rows)
    return found["agency"], found["address"]


PLACE = (line("Records", 40, 314), line("12 Sample St", 40, 330), line("Elgin, IL", 40, 342))


def test_a_heading_that_was_read_in_pieces_is_closed_in_its_last_piece() -> None:
    agency, address = under(line("TO: (Name of Institution", 40, 300), line("or any agency)", 192, 300), *PLACE)
    assert agency.box[1] < 318 < agency.box[3] < 330
    assert address.box[1] <= 330
    assert address.box[3] >= 350
    assert agency.held
    assert address.held


@pytest.mark.parametrize(
    ("heading", "rest"), [("TO: Name of Institution", "Agency)"), ("TO: {Name of Institution", "Agency}")]
)
def test_a_heading_whose_bracket_was_misread_goes_on_below_as_the_form_has_it(heading: str, rest: str) -> None:
    below = [line("Records", 40, 324), line("12 Sample St, Elgin, IL", 40, 340)]
    agency, address = under(line(heading, 40, 300), line(rest, 40, 310), *below)
    assert agency.box[1] < 328 < agency.box[3]
    assert address.box[1] < 344 < address.box[3]


def test_the_frame_before_a_value_that_was_read_as_a_bracket_ends_no_heading() -> None:
    below = [line("}Records", 34, 324), line("12 Sample St, Elgin, IL", 40, 340)]
    agency, _ = under(line("TO: (Name of Institution", 40, 300), line("Agencyt", 40, 310), *below)
    assert agency.box[1] < 328 < agency.box[3]


def test_where_the_end_of_a_heading_is_a_guess_or_an_address_stands_first_a_person_looks() -> None:
    for lines in (
        (line("TO: (Name of Institution", 40, 300), *PLACE),
        (line("TO: (Name of Institution)", 40, 300), *PLACE[1:]),
    ):
        agency, address = under(*lines)
        assert not agency.held
        assert not address.held


def test_a_label_of_another_wording_is_known_though_a_bad_fax_has_spoiled_it() -> None:
    """`File #:`, of which `File` stands there too, is not it."""
    number = Label("File No:", (40, 60, 80, 68), ("File Number:", "File #:"))
    page = TemplatePage(1, (number, *LABELS), (field("file_no", "text", (84, 58, 290, 70)), *PAGE.fields), ())
    rows = [line("File Nuunber:", 40, 60), line("A000 000 743", 130, 60), *printed((100, 140, 180, 220, 260))]
    found = place_all(page, register(page, rows), (), rows)["file_no"]
    assert found.held
    assert found.box[0] == pytest.approx(40 + 13 * 6, abs=2)
