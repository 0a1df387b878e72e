"""Which request a paper belongs to: joined only where a number and the issue date surely agree, never on a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detainerdesk.intake.entry import paper_of
from detainerdesk.intake.join import (
    FIELD_OF,
    Identity,
    Joins,
    Known,
    Likely,
    Opens,
    Waits,
    identity_of,
    judge,
    known_by,
    plan,
)
from detainerdesk.intake.reading.fields import LISTED, PERSON, Paper, Reading
from tests.intake.made import LUIS, MARCOS, detainer, paper, reading

KNOWN = (Known("2026-0001", identity_of(detainer())),)
NUMBERS = ("subject_id", "event_no", "file_no")


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in LUIS.items() if name not in names}


def test_a_first_form_opens_a_request() -> None:
    (opens,) = plan(reading(detainer()), ())
    assert isinstance(opens, Opens)
    assert opens.identity.issued_on == "2026-03-03"


@pytest.mark.parametrize("number", NUMBERS)
def test_one_sure_number_and_the_issue_date_make_a_copy(number: str) -> None:
    others = [name for name in NUMBERS if name != number]
    (joins,) = plan(reading(detainer(without(*others))), KNOWN)
    assert joins == Joins((0,), identity_of(detainer(without(*others))), "2026-0001")


@pytest.mark.parametrize("written", ["3/3/2026", "2026-03-03", "March 3, 2026", "03-03-2026", "3 Mar 2026"])
def test_a_date_written_otherwise_is_the_same_date(written: str) -> None:
    (joins,) = plan(reading(detainer(LUIS | {"form_date": written})), KNOWN)
    assert isinstance(joins, Joins)


@pytest.mark.parametrize("written", ["A000000001", "000 000 001", "A00-000-001", "a 000000001"])
def test_a_file_number_written_otherwise_is_the_same_number(written: str) -> None:
    (joins,) = plan(reading(detainer(without("subject_id", "event_no") | {"file_no": written})), KNOWN)
    assert isinstance(joins, Joins)


def test_another_issue_date_is_another_request() -> None:
    (opens,) = plan(reading(detainer(LUIS | {"form_date": "03/05/2026"})), KNOWN)
    assert isinstance(opens, Opens)


@pytest.mark.parametrize("unsure", [{"form_date"}, set(NUMBERS), set(FIELD_OF.values())])
def test_what_was_not_read_surely_is_never_merged_but_shown(unsure: set[str]) -> None:
    (waits,) = plan(reading(detainer(unsure=unsure)), KNOWN)
    assert isinstance(waits, Waits)
    assert waits.reason == "near match"
    assert waits.candidates == ("2026-0001",)
    assert "2026-0001" in waits.says
    assert "Compare" in waits.says


def test_a_known_request_that_was_not_read_surely_is_never_merged_into() -> None:
    known = (Known("2026-0001", identity_of(detainer(unsure=FIELD_OF.values()))),)
    (waits,) = plan(reading(detainer()), known)
    assert isinstance(waits, Waits)


def test_a_form_that_nobody_can_read_and_that_is_like_nothing_opens_a_request() -> None:
    (opens,) = plan(reading(paper("i247a", {"cancel_prior": False})), KNOWN)
    assert isinstance(opens, Opens)


def test_one_event_with_two_people_is_two_requests() -> None:
    (opens,) = plan(reading(detainer(MARCOS | {"event_no": LUIS["event_no"]})), KNOWN)
    assert isinstance(opens, Opens)


def test_same_person_number_but_another_event_the_same_day_is_shown_to_a_person() -> None:
    (waits,) = plan(reading(detainer(LUIS | {"event_no": "BOS2603000009"})), KNOWN)
    assert isinstance(waits, Waits)


@pytest.mark.parametrize(
    "other",
    [
        {"subject_name": "DELACROIX, Marc"},  # a brother
        {"subject_name": "DELACROIX, Luis Antonio", "dob": "12/25/1960"},  # his father
        {},
    ],
)
def test_an_event_and_a_day_alone_are_not_one_person(other: dict[str, str]) -> None:
    (waits,) = plan(reading(detainer(without("subject_id", "file_no", "subject_name", "dob") | other)), KNOWN)
    assert isinstance(waits, Waits)
    assert waits.candidates == ("2026-0001",)


def test_one_number_on_two_people_is_shown_to_a_person() -> None:
    mixed = without("subject_id", "event_no") | {"subject_name": "SILVA, Marcos", "dob": "07/04/1977"}
    (waits,) = plan(reading(detainer(mixed)), KNOWN)
    assert isinstance(waits, Waits)


def test_the_same_numbers_on_another_form_are_shown_to_a_person() -> None:
    (waits,) = plan(reading(detainer(kind="i247g")), KNOWN)
    assert isinstance(waits, Waits)


@pytest.mark.parametrize("empty", ["N/A", "none", "pending", "-", "000"])
def test_a_word_in_place_of_a_number_joins_nothing(empty: str) -> None:
    one, other = (LUIS | dict.fromkeys(NUMBERS, empty), MARCOS | dict.fromkeys(NUMBERS, empty))
    known = (Known("2026-0001", identity_of(detainer(one))),)
    (opens,) = plan(reading(detainer(other)), known)
    assert isinstance(opens, Opens)


def test_an_unsure_number_that_is_one_digit_off_is_another_person_if_the_names_differ() -> None:
    (opens,) = plan(reading(detainer(MARCOS | {"subject_id": "555000112"}, unsure=NUMBERS)), KNOWN)
    assert isinstance(opens, Opens)


def test_an_unsure_number_that_is_one_digit_off_under_the_same_name_is_shown() -> None:
    unsure = detainer(LUIS | {"file_no": "A000 000 007", "subject_id": "555000117", "event_no": ""}, unsure=NUMBERS)
    (waits,) = plan(reading(unsure), KNOWN)
    assert isinstance(waits, Waits)


# Cancellations


def test_a_cancellation_is_a_request_of_its_own_and_names_the_date() -> None:
    (opens,) = plan(reading(detainer(cancel_prior=True, cancel_date="03/03/2026")), KNOWN)
    assert isinstance(opens, Opens)
    assert opens.identity.kind == "cancellation"
    assert opens.cancels_on is not None
    assert opens.cancels_on.isoformat() == "2026-03-03"


def test_a_cancellation_twice_is_one_cancellation() -> None:
    cancellation = detainer(cancel_prior=True, cancel_date="03/03/2026")
    (joins,) = plan(reading(cancellation), (Known("2026-0002", identity_of(cancellation)), *KNOWN))
    assert isinstance(joins, Joins)
    assert joins.number == "2026-0002"


def test_of_two_copies_the_one_whose_box_a_person_has_seen_says_what_the_request_is() -> None:
    read, seen = detainer(), detainer(cancel_prior=True, cancel_date="03/03/2026")
    seen = replace(seen, fields={**seen.fields, "cancel_prior": replace(seen.fields["cancel_prior"], reader=PERSON)})
    for forms in ((read, seen), (seen, read)):
        assert known_by(forms)[0].kind == "cancellation"


def test_a_cancellation_whose_date_cannot_be_read_names_none() -> None:
    (opens,) = plan(reading(detainer(cancel_prior=True, cancel_date="O3/O3/2O26")), ())
    assert isinstance(opens, Opens)
    assert opens.cancels_on is None


def test_an_unsure_tick_in_the_cancellation_box_counts_as_a_request_and_waits_for_a_person() -> None:
    opens, waits = plan(reading(detainer(cancel_prior=True, unsure=["cancel_prior"])), ())
    assert isinstance(opens, Opens)
    assert opens.identity.kind == "detainer"
    assert isinstance(waits, Waits)
    assert waits.reason == "unsure cancellation"


# Files with several papers


def test_a_warrant_goes_with_the_detainer_of_its_file_whoever_it_names() -> None:
    papers = (paper("cover_sheet", {}), detainer(page=2), paper("ao442", {"subject_name": "SOMEBODY Else"}, page=3))
    (opens,) = plan(reading(*papers), ())
    assert opens.papers == (1, 0, 2)


def test_a_file_with_the_detainers_of_two_people_gives_two_requests_each_with_its_warrant() -> None:
    papers = (
        detainer(LUIS),
        paper("i200", {"file_no": MARCOS["file_no"]}, page=2),
        detainer(MARCOS, page=3),
        paper("ao442", {"subject_name": "Luis Antonio Delacroix"}, page=4),
    )
    first, second = plan(reading(*papers), ())
    assert isinstance(first, Opens)
    assert isinstance(second, Opens)
    assert (first.papers, second.papers) == ((0, 3), (2, 1))


def test_a_warrant_between_two_detainers_that_names_neither_waits_for_a_person() -> None:
    papers = (detainer(LUIS), detainer(MARCOS, page=2), paper("i205", {"subject_name": "Somebody Else"}, page=3))
    *opened, waits = plan(reading(*papers), ())
    assert [type(one) for one in opened] == [Opens, Opens]
    assert waits == Waits((2,), "no owner", waits.says, beside=(0, 1))  # type: ignore[union-attr]
    assert "page 3" in waits.says  # type: ignore[union-attr]


def test_a_row_of_a_list_that_could_not_be_taken_goes_to_nobody_elses_request() -> None:
    row = paper_of("i247a", {"subject_name": "SILVA, Marcos"}, LISTED, page=2)
    opens, waits = plan(reading(row, Paper("unknown", None, (3,), {})), ())
    assert isinstance(opens, Opens)
    assert opens.papers == (0,)
    assert isinstance(waits, Waits)
    assert (waits.papers, waits.candidates, waits.beside) == ((1,), (), ())
    assert "Row 3 of this list could not be taken" in waits.says


def test_the_same_form_twice_in_a_file_is_one_request() -> None:
    (opens,) = plan(reading(detainer(), detainer(page=2)), ())
    assert opens.papers == (0, 1)


def test_two_forms_in_a_file_that_cannot_be_told_apart_wait_for_a_person() -> None:
    opens, waits = plan(reading(detainer(), detainer(page=2, unsure=FIELD_OF.values())), ())
    assert isinstance(opens, Opens)
    assert isinstance(waits, Waits)
    assert waits.beside == (0,)


@pytest.mark.parametrize(
    ("papers", "reason", "says"),
    [
        ((paper("i200", {"file_no": LUIS["file_no"]}),), "lone warrant", "warrant (I-200)"),
        ((paper("ao442", {}),), "lone warrant", "attach it"),
        ((paper("cover_sheet", {}),), "cover sheet", "pages are missing"),
        ((paper("i203", {}),), "no detainer form", "I-203"),
        ((paper("unknown", {}),), "no form", "set it aside"),
        ((), "no form", "1 page"),
    ],
)
def test_a_file_without_a_detainer_form_waits_for_a_person(papers: tuple[Paper, ...], reason: str, says: str) -> None:
    (waits,) = plan(reading(*papers), KNOWN)
    assert isinstance(waits, Waits)
    assert waits.reason == reason
    assert says in waits.says


@pytest.mark.parametrize("kind", ["i200", "ao442"])
@pytest.mark.parametrize(
    ("named", "unsure", "led"),
    [
        ({"file_no": LUIS["file_no"]}, (), True),
        ({"subject_id": LUIS["subject_id"]}, (), True),
        ({"subject_name": "Luis Antonio Delacroix"}, (), True),
        ({"file_no": LUIS["file_no"]}, ("file_no",), False),
        ({"subject_name": LUIS["subject_name"]}, ("subject_name",), False),
        ({"subject_name": "DELACROIX, Luis"}, (), False),
        ({"subject_name": LUIS["subject_name"], "file_no": MARCOS["file_no"]}, (), False),
    ],
)
def test_a_lone_warrant_is_led_to_whom_it_surely_names_and_joins_nothing(
    kind: str, named: dict[str, str], unsure: tuple[str, ...], led: bool
) -> None:
    (waits,) = plan(
        reading(paper(kind, named, unsure=unsure)),
        (*KNOWN, Known("2026-0002", identity_of(detainer(MARCOS | {"file_no": ""})))),
    )
    assert isinstance(waits, Waits)
    assert waits.candidates == (("2026-0001",) if led else ())
    assert ("may belong to a request" in waits.says) == led


# Laws that hold for all inputs

digits = st.sampled_from(["", "555000111", "555000112", "555000222"])
identities = st.builds(
    Identity,
    kind=st.sampled_from(["detainer", "cancellation"]),
    form=st.sampled_from(["i247a", "i247d"]),
    subject_id=digits,
    event_no=digits,
    file_no=st.sampled_from(["", "A000000001", "A000000002"]),
    issued_on=st.sampled_from(["", "2026-03-03", "2026-03-05"]),
    subject_name=st.sampled_from(["", "DELACROIX LUIS", "DELACROIK LUIS", "DELACROIX", "DE LACROIX", "MARCOS SILVA"]),
    dob=st.sampled_from(["", "1982-12-25", "1977-07-04"]),
    accepted=st.frozensets(st.sampled_from(["kind", *FIELD_OF])),
)


@given(identities, identities)
def test_likeness_does_not_depend_on_which_came_first(one: Identity, other: Identity) -> None:
    assert judge(one, other) == judge(other, one)


@given(identities, identities)
def test_nothing_is_the_same_without_a_sure_date_and_a_sure_number(one: Identity, other: Identity) -> None:
    if judge(one, other) == "same":
        sure = {
            name for name in one.accepted & other.accepted if name != "kind" and one.of(name) == other.of(name) != ""
        }
        assert "issued_on" in sure
        assert sure & set(NUMBERS)


KINDS = ["i247a", "i247d", "i200", "ao442", "cover_sheet", "unknown", "i203"]


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([LUIS, MARCOS]), st.booleans()), max_size=6))
def test_every_paper_of_a_file_has_a_place_and_every_form_exactly_one(
    papers: list[tuple[str, dict[str, str], bool]],
) -> None:
    made = tuple(paper(kind, who, page=n + 1, unsure=() if sure else who) for n, (kind, who, sure) in enumerate(papers))
    places = [place for placement in plan(Reading(made, len(made)), KNOWN) for place in placement.papers]
    assert set(places) == set(range(len(made)))
    owned = [
        place
        for placement in plan(Reading(made, len(made)), KNOWN)
        if not (isinstance(placement, Waits) and placement.reason == "unsure cancellation")
        for place in placement.papers
        if made[place].kind.startswith("i247")
    ]
    assert len(owned) == len(set(owned))


@given(st.lists(identities, max_size=12), identities)
def test_what_is_looked_up_leaves_out_nobody_who_may_be_the_same(known: list[Identity], one: Identity) -> None:
    likely = Likely((number, other) for number, other in enumerate(known))
    judged = [number for number, other in enumerate(known) if judge(one, other) != "different"]
    assert set(judged) <= set(likely.to(one))
