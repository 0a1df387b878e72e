"""Each defect that paper alone can show is found where it is, and not where it isn't."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from detainerdesk.intake.reading.fields import Paper as ReadPaper
from detainerdesk.intake.reading.read import read
from tests.intake.reading.compared import codes
from tests.paperwork import Paper, bundle, sample

I200 = Paper("i200", sample("i200"))


def detainer(values: Mapping[str, object] | None = None, *with_it: Paper, kind: str = "i247a") -> tuple[ReadPaper, ...]:
    changed = {name: value for name, value in {**sample(kind), **(values or {})}.items() if value is not None}
    return read(bundle([Paper(kind, changed), *with_it])).papers


def test_a_complete_detainer_with_its_warrant_shows_only_that_it_is_not_served_yet() -> None:
    papers = detainer(None, I200)
    assert codes(papers[0]) == {"D15"}
    assert codes(papers[1]) == set()


def test_d01_and_d03_no_box_ticked() -> None:
    assert {"D01", "D03"} <= codes(detainer({"pc_pending": None}, I200)[0])
    assert {"D01", "D03"} & codes(detainer(None, I200)[0]) == set()
    assert {"D01", "D03"} & codes(detainer({"pc_pending": None, "box2_transfer": True})[0]) == set()


def test_d02_both_sections_ticked() -> None:
    assert "D02" in codes(detainer({"box2_transfer": True}, I200)[0])


def test_d04_a_group_of_the_i247d_left_out() -> None:
    groups = ("pa_terrorism", "pa_gang", "pa_felony", "pa_aggravated", "pa_significant", "pa_three")
    causes = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")
    whole = dict.fromkeys((*groups, *causes, "box2_transfer"))
    assert "D04" not in codes(detainer({**whole, "pa_felony": True, "pc_pending": True}, kind="i247d")[0])
    assert "D04" in codes(detainer({**whole, "pc_pending": True}, kind="i247d")[0])
    assert "D04" in codes(detainer({**whole, "pa_felony": True}, kind="i247d")[0])
    assert "D04" not in codes(detainer({**whole, "box2_transfer": True}, kind="i247d")[0])


def test_d05_no_warrant_came_with_it() -> None:
    assert "D05" in codes(detainer()[0])
    assert "D05" in codes(detainer(None, Paper("ao442", sample("ao442")))[0])
    assert "D05" not in codes(detainer(None, Paper("i205", sample("i205")))[0])
    assert "D05" not in codes(detainer({"pc_pending": None, "box2_transfer": True})[0])
    assert "D05" not in codes(detainer({"cancel_prior": True, "cancel_date": "02/01/2026"})[0])


def test_d06_an_unsigned_detainer() -> None:
    assert "D06" in codes(detainer({"officer_sig": None}, I200)[0])


@pytest.mark.parametrize("missing", ["officer_sig", "officer_name"])
def test_d07_an_unsigned_or_nameless_warrant(missing: str) -> None:
    assert "D07" in codes(detainer(None, Paper("i200", sample("i200", **{missing: None})))[1])


def test_d09_a_warrant_without_a_ticked_basis() -> None:
    assert "D09" in codes(detainer(None, Paper("i200", sample("i200", b_pending=None)))[1])
    boxes = dict.fromkeys(("o_immigration_judge", "o_official", "o_bia", "o_court"))
    assert "D09" in codes(detainer(None, Paper("i205", sample("i205", **boxes)))[1])
    assert "D09" not in codes(detainer(None, Paper("i205", sample("i205")))[1])


def test_d10_basis_and_warrant_do_not_go_together() -> None:
    assert "D10" in codes(detainer({"pc_pending": None, "pc_final_order": True}, I200)[0])
    assert "D10" in codes(detainer(None, Paper("i205", sample("i205")))[0])
    assert "D10" not in codes(detainer({"pc_final_order": True, "pc_pending": None}, Paper("i205", sample("i205")))[0])


def test_d11_another_name_on_the_departments_warrant() -> None:
    assert "D11" in codes(detainer(None, Paper("i200", sample("i200", subject_name="DELACROIX, Luis Miguel")))[1])
    turned = Paper("i200", sample("i200", subject_name="Luis Antonio DELACROIX"))
    assert "D11" not in codes(detainer(None, turned)[1])


def test_d15_not_served() -> None:
    assert "D15" in codes(detainer(None, I200)[0])
    assert "D15" not in codes(detainer({"served_on": "03/03/2026"}, I200)[0])


def test_d17_an_older_form_after_it_was_replaced() -> None:
    assert "D17" in codes(detainer({"form_date": "04/03/2017"}, kind="i247d")[0])
    assert "D17" not in codes(detainer({"form_date": "03/31/2017"}, kind="i247d")[0])
    assert "D17" in codes(detainer({"form_date": "05/01/2018"}, kind="i247_old")[0])


def test_d18_a_letter_asks_to_hold_on_a_form_that_asks_only_for_notice() -> None:
    asks = Paper("cover_sheet", sample("cover_sheet", message="Please hold this person for us for 48 hours."))
    tells = Paper("cover_sheet", sample("cover_sheet", message="Please call us."))
    assert "D18" in codes(detainer(None, asks, kind="i247n")[0])
    assert "D18" not in codes(detainer(None, tells, kind="i247n")[0])
    assert "D18" not in codes(detainer(None, asks)[0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dob": "03/02/2026"}, "dob"),
        ({"served_on": "03/01/2026"}, "served_on"),
        ({"cancel_prior": True, "cancel_date": "03/09/2026"}, "cancel_date"),
    ],
)
def test_d19_dates_in_an_impossible_order(changes: dict[str, object], field: str) -> None:
    found = detainer(changes, I200)[0].defects
    assert ("D19", field) in {(defect.id, defect.field) for defect in found}


def test_d19_a_warrant_dated_after_its_detainer() -> None:
    assert "D19" in codes(detainer(None, Paper("i200", sample("i200", form_date="03/03/2026")))[1])


def test_d23_nobody_to_call() -> None:
    assert "D23" in codes(detainer({"notify_ice": None}, I200)[0])
    assert "D23" in codes(detainer({"notify_phone": None}, I200)[0])


def test_d25_a_court_paper_for_another_person_or_for_a_place() -> None:
    assert "D25" in codes(detainer(None, Paper("ao442", sample("ao442")))[1])
    mine = sample("ao442", subject_name="LUIS ANTONIO DELACROIX", arrest_name="LUIS ANTONIO DELACROIX")
    assert "D25" not in codes(detainer(None, Paper("ao442", mine))[1])
    assert "D25" in codes(detainer(None, Paper("ao93", sample("ao93")))[1])


def test_every_defect_says_something_a_person_can_act_on() -> None:
    papers = detainer({"pc_pending": None, "officer_sig": None, "notify_phone": None})
    for defect in papers[0].defects:
        assert defect.says.endswith(".")
        assert len(defect.says.split()) >= 4
        assert not any(word in defect.says for word in ("_", "D0", "field", "None"))
