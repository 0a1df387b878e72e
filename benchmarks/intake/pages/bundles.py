"""Files with known defects: a detainer, what belongs to it, and one thing that is wrong (codes of docs/reading.md). Comes in: the name of
a defect and a seed. Goes out: the sheets of the file and the codes that are true of it. What no paper can show (the booking, the
sender's record, a telephone call) is not made here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from benchmarks.intake.pages import fill, people
from benchmarks.intake.pages.fill import Case
from benchmarks.intake.pages.sheets import Entry, Sheet, Ticked, Typed

CLEAN = "none"


@dataclass(frozen=True)
class Bundle:
    sheets: tuple[Sheet, ...]
    codes: frozenset[str]
    left_out: tuple[int, ...] = ()  # pages of the file that do not come, counted from 1
    counted: int | None = None  # pages that the sending fax says


def bundle(defect: str, seed: int) -> Bundle:
    """One file. Some also lack the service date, which is a defect of its own (D15)."""
    chance = Random(f"{defect}/{seed}")
    about = fill.case(chance, first=2019)
    if about.basis == "transfer":
        about = replace(about, basis="pending")
    made = Bundle((_detainer(about, seed, chance), _warrant(about, seed)), frozenset())
    made = DEFECTS[defect](made, about, chance) if defect != CLEAN else made
    first = made.sheets[0]
    if first.kind in ("i247a", "i247d") and "served_on" not in first.entries:
        made = replace(made, codes=made.codes | {"D15"})
    return made


def _detainer(about: Case, seed: int, chance: Random) -> Sheet:
    sheet = _sheet("i247a", seed, about)
    return _with(sheet, fill.served_by_agency(chance, about)) if chance.random() < 0.7 else sheet


def _warrant(about: Case, seed: int) -> Sheet:
    return _sheet("i205" if about.basis == "final_order" else "i200", seed, about)


def _sheet(kind: str, seed: int, about: Case) -> Sheet:
    sheet = fill.sheet(kind, seed, about=about, whole=True, manner=fill.Manner(0.0, 0.0, 0.1))
    kept = {name: entry for name, entry in sheet.entries.items() if name not in ("cancel_prior", "cancel_date")}
    return replace(
        sheet,
        entries={name: entry for name, entry in kept.items() if not name.startswith("serve_")}
        if kind == "i200"
        else kept,
    )


def _with(sheet: Sheet, entries: Mapping[str, Entry]) -> Sheet:
    typed = {name: Ticked("x") if isinstance(entry, Ticked) else entry for name, entry in entries.items()}
    return replace(sheet, entries={**sheet.entries, **typed})


def _without(sheet: Sheet, *beginnings: str) -> Sheet:
    return replace(
        sheet, entries={name: entry for name, entry in sheet.entries.items() if not name.startswith(beginnings)}
    )


def _day(about: Case, days: int) -> Typed:
    return Typed(f"{about.issued + datetime.timedelta(days=days):%m/%d/%Y}")


def _made(
    bundle: Bundle,
    *codes: str,
    detainer: Sheet | None = None,
    warrant: Sheet | None = None,
    more: tuple[Sheet, ...] = (),
) -> Bundle:
    first, second, *rest = bundle.sheets
    return replace(bundle, sheets=(detainer or first, warrant or second, *rest, *more), codes=frozenset(codes))


def _on_basis(bundle: Bundle, about: Case, basis: str) -> tuple[Sheet, Case]:
    """The detainer with this box ticked alone, and the case with this basis."""
    detainer = _with(_without(bundle.sheets[0], "pc_", "box2"), {f"pc_{basis}": Ticked("x")})
    return detainer, replace(about, basis=basis)


def _older(kind: str, bundle: Bundle, about: Case, chance: Random, *, year: int) -> tuple[Sheet, Sheet]:
    """An I-247D or I-247N with its warrant, of another year."""
    about = replace(about, issued=about.issued.replace(year=year, day=min(about.issued.day, 28)), basis="biometric")
    seed = bundle.sheets[0].seed
    return _with(_sheet(kind, seed, about), fill.served_by_agency(chance, about)), _sheet("i200", seed, about)


def _no_box(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D01", "D03", detainer=_without(b.sheets[0], "pc_", "box2"))


def _both_sections(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D02", detainer=_with(b.sheets[0], {"box2_transfer": Ticked("x")}))


def _no_priority(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, warrant = _older("i247d", b, about, chance, year=2016)
    return _made(b, "D04", detainer=_without(detainer, "pa_"), warrant=warrant)


def _no_cause(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, warrant = _older("i247d", b, about, chance, year=2016)
    return _made(b, "D04", detainer=_without(detainer, "pc_"), warrant=warrant)


def _no_warrant(b: Bundle, about: Case, chance: Random) -> Bundle:
    return replace(b, sheets=b.sheets[:1], codes=frozenset({"D05"}))


def _unsigned(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D06", detainer=_without(b.sheets[0], "officer_sig"))


def _warrant_unsigned(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D07", warrant=_without(b.sheets[1], "officer_sig"))


def _warrant_unnamed(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D07", warrant=_without(b.sheets[1], "officer_name", "officer_title"))


def _detainer_by_a_clerk(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D08", detainer=_with(b.sheets[0], {"officer_name": Typed(", ".join(people.clerical(chance)))}))


def _warrant_by_a_clerk(b: Bundle, about: Case, chance: Random) -> Bundle:
    name, title = people.clerical(chance)
    by_title = b.sheets[1].kind == "i205"
    signer: dict[str, Entry] = (
        {"officer_title": Typed(title)} if by_title else {"officer_name": Typed(f"{name}, {title}")}
    )
    return _made(b, "D08", warrant=_with(b.sheets[1], signer))


def _arrest_without_basis(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, about = _on_basis(b, about, "biometric")
    return _made(b, "D09", detainer=detainer, warrant=_without(_warrant(about, detainer.seed), "b_"))


def _removal_without_order(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, about = _on_basis(b, about, "final_order")
    return _made(b, "D09", detainer=detainer, warrant=_without(_warrant(about, detainer.seed), "o_"))


def _final_order_with_arrest(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, about = _on_basis(b, about, "final_order")
    return _made(b, "D10", detainer=detainer, warrant=_sheet("i200", detainer.seed, about))


def _pending_with_removal(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, about = _on_basis(b, about, "pending")
    return _made(b, "D10", detainer=detainer, warrant=_sheet("i205", detainer.seed, about))


def _other_name(b: Bundle, about: Case, chance: Random) -> Bundle:
    other = people.person(chance)
    while other.name.split(",")[0] == about.person.name.split(",")[0]:
        other = people.person(chance)
    return _made(b, "D11", warrant=_with(b.sheets[1], {"subject_name": Typed(other.name)}))


def _other_number(b: Bundle, about: Case, chance: Random) -> Bundle:
    number = f"A000 000 {chance.randrange(100, 999)}"
    while number[-3:] == about.file_no[-3:]:
        number = f"A000 000 {chance.randrange(100, 999)}"
    return _made(b, "D13", warrant=_with(b.sheets[1], {"file_no": Typed(number)}))


def _not_served(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(
        b,
        "D15",
        detainer=_without(b.sheets[0], "served_", "lea_", "booking_no", "charge_date", "last_offense", "est_release"),
    )


def _superseded(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, warrant = _older("i247d", b, about, chance, year=2018)
    return _made(b, "D17", detainer=detainer, warrant=warrant)


def _unknown_edition(b: Bundle, about: Case, chance: Random) -> Bundle:
    first = b.sheets[0]
    return _made(
        b,
        "D17",
        detainer=replace(first, edition=fill.UNKNOWN_EDITION, look=replace(first.look, reordered=True), unseen=True),
    )


def _letter_asks_to_hold(b: Bundle, about: Case, chance: Random) -> Bundle:
    detainer, _ = _older("i247n", b, about, chance, year=2016)
    words = chance.choice(
        (
            "Please hold this subject for ICE pick-up.",
            "Please detain the subject until our officers arrive.",
            "Kindly keep him until Monday.",
        )
    )
    cover = _with(_sheet("cover_sheet", detainer.seed, about), {"message": Typed(words), "page_count": Typed("4")})
    return replace(b, sheets=(detainer, cover), codes=frozenset({"D18"}))


def _born_after(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D19", detainer=_with(b.sheets[0], {"dob": _day(about, 40)}))


def _served_before(b: Bundle, about: Case, chance: Random) -> Bundle:
    served = fill.served_by_agency(chance, about) | {"served_on": _day(about, -6)}
    return _made(b, "D19", detainer=_with(_without(b.sheets[0], "served_"), served))


def _warrant_later(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D19", warrant=_with(b.sheets[1], {"form_date": _day(about, 5)}))


def _cancels_later(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D19", detainer=_with(b.sheets[0], {"cancel_prior": Ticked("x"), "cancel_date": _day(about, 12)}))


def _page_missing(b: Bundle, about: Case, chance: Random) -> Bundle:
    return replace(b, codes=frozenset({"D21"}), left_out=(chance.choice((2, 3)),))


def _fax_counts_more(b: Bundle, about: Case, chance: Random) -> Bundle:
    pages = 3 + (2 if b.sheets[1].kind == "i205" else 1)
    return replace(b, codes=frozenset({"D21"}), counted=pages + chance.randint(1, 2))


def _nobody_to_call(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D23", detainer=_without(b.sheets[0], "notify_ice", "notify_cbp"))


def _no_telephone(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D23", detainer=_without(b.sheets[0], "notify_phone"))


def _search_warrant(b: Bundle, about: Case, chance: Random) -> Bundle:
    return _made(b, "D25", more=(_sheet("ao93", b.sheets[0].seed, about),))


def _court_names_another(b: Bundle, about: Case, chance: Random) -> Bundle:
    other = people.person(chance)
    while set(other.plain.split()) & set(about.person.plain.split()):
        other = people.person(chance)
    return _made(b, "D25", more=(_sheet("ao442", b.sheets[0].seed, replace(about, person=other)),))


def _signed_by_clerk(b: Bundle, about: Case, chance: Random) -> Bundle:
    """No defect: a court's warrant for the same person, which a clerk may sign."""
    return _made(b, more=(_sheet("ao442", b.sheets[0].seed, about),))


DEFECTS: dict[str, Callable[[Bundle, Case, Random], Bundle]] = {
    "D01 no box": _no_box,
    "D02 both sections": _both_sections,
    "D04 no priority": _no_priority,
    "D04 no cause": _no_cause,
    "D05 no warrant": _no_warrant,
    "D06 unsigned": _unsigned,
    "D07 warrant unsigned": _warrant_unsigned,
    "D07 signer not printed": _warrant_unnamed,
    "D08 detainer by a clerk": _detainer_by_a_clerk,
    "D08 warrant by a clerk": _warrant_by_a_clerk,
    "D09 I-200 without basis": _arrest_without_basis,
    "D09 I-205 without order": _removal_without_order,
    "D10 final order, I-200": _final_order_with_arrest,
    "D10 pending, I-205": _pending_with_removal,
    "D11 other name": _other_name,
    "D13 other file number": _other_number,
    "D15 not served": _not_served,
    "D17 superseded form": _superseded,
    "D17 unknown edition": _unknown_edition,
    "D18 letter asks to hold": _letter_asks_to_hold,
    "D19 born after": _born_after,
    "D19 served before": _served_before,
    "D19 warrant later": _warrant_later,
    "D19 cancels later": _cancels_later,
    "D21 page missing": _page_missing,
    "D21 fax counts more": _fax_counts_more,
    "D23 nobody to call": _nobody_to_call,
    "D23 no telephone": _no_telephone,
    "D25 search warrant": _search_warrant,
    "D25 another person": _court_names_another,
    "none, clerk-signed warrant": _signed_by_clerk,
}
