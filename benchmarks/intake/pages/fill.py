"""Fills a form with a fictional person's case: which fields an officer fills, by type or hand, which boxes are ticked and how.
Comes in: a kind and a seed. Goes out: a `Sheet`. What is entered here is the truth that a reading is held against."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from benchmarks.intake.pages import looks, pen, people
from benchmarks.intake.pages.people import Office, Person
from benchmarks.intake.pages.sheets import Entry, Sheet, Signed, Stamp, Ticked, Typed

EDITIONS = {
    "i247a": ("02/17", "3/17"),
    "i247d": ("5/15",),
    "i247n": ("5/15",),
    "i200": ("09/16",),
    "i205": ("8/07",),
    "ao442": ("11/11",),
    "ao93": ("11/13",),
    "state_warrant": ("ma default", "ma arrest"),
    "cover_sheet": ("plain",),
}
OTHER_EDITIONS = {"state_warrant": ("ca", "ny", "tx")}  # of the unseen third
KINDS = tuple(EDITIONS)
UNKNOWN_EDITION = "05/25"  # of the I-247A: rows in another order; no template knows it


@dataclass(frozen=True)
class Case:
    """What the papers about one person have in common."""

    person: Person
    office: Office
    issued: datetime.date
    file_no: str
    basis: str  # final_order, pending, biometric, statements, transfer


@dataclass(frozen=True)
class Manner:
    """How a paper is filled in, as shares of one and as habits."""

    hard: float = 0.05  # ticks that only a person can judge
    hand: float = 0.06  # values that are written by hand
    stamps: float = 0.15  # papers with a stamp
    touching: bool = False  # values stand right at their labels
    fillable: bool = False  # values go into form fields, which take Latin letters only
    dense: bool = False  # boxes are ticked anyhow, half of them, to measure marks and not sense


def case(chance: Random, *, first: int = 2018, last: int = 2026) -> Case:
    return Case(
        people.person(chance),
        people.office(chance),
        people.day(chance, datetime.date(first, 1, 1), datetime.date(last, 6, 30)),
        people.file_number(chance),
        chance.choice(("final_order", "pending", "biometric", "statements", "biometric", "pending", "transfer")),
    )


def sheet(
    kind: str,
    seed: int,
    *,
    about: Case | None = None,
    unseen: bool = False,
    whole: bool = False,
    manner: Manner = Manner(),
) -> Sheet:
    """One filled form, about a case or about anybody; `unseen`: in a print that no template was made for; `whole`: with all its pages."""
    chance = Random(f"{kind}/{seed}")
    if about is None:
        about = case(chance, first=2015, last=2016) if kind in ("i247d", "i247n") else case(chance)
    look = looks.variant(kind, chance) if unseen else looks.base(kind, chance)
    edition = chance.choice(OTHER_EDITIONS.get(kind, EDITIONS[kind]) if unseen else EDITIONS[kind])
    if unseen and kind == "i247a" and chance.random() < 0.4:
        edition, look = UNKNOWN_EDITION, replace(look, reordered=True)
    if manner.touching:
        look = replace(look, gap=0.0, indent=0.3)
    entries = _in_this_manner(chance, kind, FILLS[kind](chance, about, edition), manner, unseen)
    stamp = _stamp(chance) if chance.random() < manner.stamps else None
    return Sheet(kind, edition, entries, look, seed, whole=whole, stamp=stamp, unseen=unseen, fillable=manner.fillable)


def i247a(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    office, person = about.office, about.person
    to, to_address = people.agency(chance, office)
    name, title = people.officer(chance)
    entries: dict[str, Entry] = {
        "subject_id": Typed(people.subject_id(chance)),
        "event_no": Typed(people.event_number(chance, office.code, about.issued)),
        "file_no": Typed(about.file_no),
        "form_date": Typed(people.date(chance, about.issued)),
        "to_agency": Typed(to),
        "to_address": Typed(to_address),
        "from_office": Typed(office.name),
        "from_address": Typed(office.address),
        "subject_name": Typed(person.name),
        "dob": Typed(people.date(chance, person.born)),
        "citizenship": Typed(person.citizenship),
        "sex": Typed(person.sex),
        "notify_phone": Typed(people.telephone(chance)),
        "officer_name": Typed(f"{name}, {title}"),
        "officer_sig": _signed(chance, name),
        "return_to": Typed(people.telephone(chance)),
    }
    entries["notify_ice" if chance.random() < 0.9 else "notify_cbp"] = Ticked("x")
    if about.basis == "transfer":
        entries["box2_transfer"] = Ticked("x")
    else:
        entries[f"pc_{about.basis}"] = Ticked("x")
        if about.basis == "biometric" and chance.random() < 0.5:
            entries["pc_statements"] = Ticked("x")
    if chance.random() < 0.12:
        entries["cancel_prior"] = Ticked("x")
        entries["cancel_date"] = Typed(
            people.date(chance, about.issued - datetime.timedelta(days=chance.randint(5, 300)))
        )
    if chance.random() < 0.35:
        entries |= served_by_agency(chance, about)
    return entries


def served_by_agency(chance: Random, about: Case) -> dict[str, Entry]:
    """The lower part, as the holding agency fills it in."""
    name, _ = people.officer(chance)
    day = about.issued + datetime.timedelta(days=chance.randint(0, 4))
    entries: dict[str, Entry] = {
        "booking_no": Typed(people.booking_number(chance)),
        "charge_date": Typed(people.date(chance, about.issued - datetime.timedelta(days=chance.randint(0, 9)))),
        "last_offense": Typed(people.charge(chance)),
        "served_on": Typed(people.date(chance, day)),
        "lea_officer": Typed(f"{name}, {chance.choice(('Officer', 'Sergeant', 'Booking Deputy'))}"),
        "lea_sig": _signed(chance, name),
    }
    if chance.random() < 0.6:
        entries["est_release"] = Typed(
            f"{people.date(chance, day)} {chance.randint(1, 12)}:{chance.choice(('00', '15', '30'))} {chance.choice(('AM', 'PM'))}"
        )
    how = chance.choice(("served_person", "served_person", "served_mail", "served_other"))
    entries[how] = Ticked("x")
    if how == "served_other":
        entries["served_other_text"] = Typed(chance.choice(("through counsel", "by chaplain", "at arraignment")))
    return entries


def i200(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    name, title = people.officer(chance, "arrest")
    entries: dict[str, Entry] = {
        "file_no": Typed(about.file_no),
        "form_date": Typed(people.date(chance, about.issued)),
        "subject_name": Typed(about.person.name),
        "officer_sig": _signed(chance, name),
        "officer_name": Typed(f"{name}, {title}"),
    }
    if edition != "08/01/07":
        entries[
            chance.choice(("b_charging", "b_pending", "b_deferred")) if about.basis == "pending" else "b_biometric"
        ] = Ticked("x")
        if chance.random() < 0.3:
            entries["b_statements"] = Ticked("x")
    if chance.random() < 0.3:
        entries |= {
            "serve_place": Typed(people.place(chance)),
            "serve_name": Typed(about.person.name),
            "serve_date": Typed(people.date(chance, about.issued + datetime.timedelta(days=chance.randint(0, 3)))),
            "serve_lang": Typed(people.language(chance)),
            "serve_sig": _signed(chance, people.officer(chance)[0]),
        }
    return entries


def i247d(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    entries = i247a(chance, about, edition)
    for name in ("cancel_prior", "cancel_date"):
        entries.pop(name, None)
    if about.basis != "transfer":
        entries[chance.choice(PRIORITIES)] = Ticked("x")
    return entries


def i247n(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    return {name: entry for name, entry in i247d(chance, about, edition).items() if not name.startswith("pc_")}


def i205(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    name, title = people.officer(chance, "removal")
    entered = people.day(chance, datetime.date(1998, 1, 1), about.issued - datetime.timedelta(days=400))
    return {
        "file_no": Typed(about.file_no),
        "form_date": Typed(people.date(chance, about.issued)),
        "subject_name": Typed(about.person.name),
        "entry_place": Typed(people.place(chance)),
        "entry_date": Typed(people.date(chance, entered)),
        chance.choice(("o_immigration_judge", "o_immigration_judge", "o_official", "o_bia", "o_court")): Ticked("x"),
        "ina_law": Typed(
            chance.choice(
                ("Section 237(a)(1)(B)", "Sections 212(a)(6)(A)(i) and 241(a)(5)", "Section 237(a)(2)(A)(iii)")
            )
        ),
        "expense_of": Typed("the United States"),
        "officer_sig": _signed(chance, name),
        "officer_title": Typed(title),
        "date_office": Typed(f"{people.date(chance, about.issued)}, {about.office.city}, {about.office.state}"),
    }


def ao442(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    """On an indictment or information the clerk signs, on anything else a judge."""
    document = chance.choice(("d_ind", "d_ind", "d_sind", "d_inf", "d_cmp", "d_cmp", "d_prob", "d_sr", "d_ord"))
    signer = people.clerk(chance) if document in ("d_ind", "d_sind", "d_inf") else people.judge(chance)
    return {
        "district": Typed(
            chance.choice(
                (
                    "District of Massachusetts",
                    "Southern District of New York",
                    "Northern District of Illinois",
                    "District of Colorado",
                )
            )
        ),
        "subject_name": Typed(about.person.plain),
        "case_no": Typed(people.case_number(chance, "mj" if document == "d_cmp" else "cr")),
        "arrest_name": Typed(about.person.plain),
        document: Ticked("x"),
        "offense": Typed(people.offense(chance)),
        "form_date": Typed(people.date(chance, about.issued)),
        "city": Typed(f"{about.office.city}, {about.office.state}"),
        "officer_sig": _signed(chance, signer.split(",")[0]),
        "officer_name": Typed(signer),
    }


def ao93(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    where = people.address(chance, about.office.city, about.office.state)
    signer = people.judge(chance)
    return {
        "district": Typed("District of Massachusetts"),
        "search_of": Typed(where),
        "case_no": Typed(people.case_number(chance, "mj")),
        "search_place": Typed(where),
        "items": Typed(
            chance.choice(
                ("immigration documents and telephones", "records of wire transfers", "controlled substances")
            )
        ),
        "execute_by": Typed(people.date(chance, about.issued + datetime.timedelta(days=14))),
        chance.choice(("t_day", "t_any")): Ticked("x"),
        "form_date": Typed(f"{people.date(chance, about.issued)} 3:10 p.m."),
        "city": Typed(f"{about.office.city}, {about.office.state}"),
        "officer_sig": _signed(chance, signer),
        "officer_name": Typed(signer),
    }


def state_warrant(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    signer = chance.choice((people.clerk(chance), people.judge(chance).split(",")[0] + ", Associate Justice"))
    return {
        "court": Typed(
            chance.choice(("Dorchester Division", "Central Division", "148th District", "Department 12", "Part AR2"))
        ),
        "case_no": Typed(f"{chance.randint(20, 26)}{chance.randint(10, 99)}CR{chance.randrange(10**6):06d}"),
        "subject_name": Typed(about.person.plain),
        "dob": Typed(people.date(chance, about.person.born)),
        "offense": Typed(people.charge(chance)),
        "form_date": Typed(people.date(chance, about.issued)),
        "city": Typed(f"{about.office.city}, {about.office.state}"),
        "officer_sig": _signed(chance, signer),
        "officer_name": Typed(signer),
    }


def cover_sheet(chance: Random, about: Case, edition: str) -> dict[str, Entry]:
    to, _ = people.agency(chance, about.office)
    return {
        "to": Typed(to),
        "to_fax": Typed(people.telephone(chance)),
        "sender": Typed(about.office.name),
        "sender_phone": Typed(people.telephone(chance)),
        "form_date": Typed(people.date(chance, about.issued)),
        "page_count": Typed(str(chance.randint(2, 6))),
        "subject": Typed(
            chance.choice(("Immigration detainer and administrative warrant", "Form I-247A, Form I-200", "Warrant"))
        ),
        "message": Typed(
            chance.choice(
                (
                    "Please call when received.",
                    "Original to follow by mail.",
                    "Please confirm receipt to the number above.",
                )
            )
        ),
    }


PRIORITIES = ("pa_terrorism", "pa_gang", "pa_felony", "pa_aggravated", "pa_significant", "pa_three")
FILLS: dict[str, Callable[[Random, Case, str], dict[str, Entry]]] = {
    "i247a": i247a,
    "i247d": i247d,
    "i247n": i247n,
    "i200": i200,
    "i205": i205,
    "ao442": ao442,
    "ao93": ao93,
    "state_warrant": state_warrant,
    "cover_sheet": cover_sheet,
}


def _on_two_lines(entry: Entry) -> Entry:
    """A street above its town."""
    return replace(entry, text=entry.text.replace(", ", ",\n", 1)) if isinstance(entry, Typed) else entry


def _latin(text: str) -> str:
    """As a form filler without the other letters has it typed."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return people.bare(text)
    return text


def _signed(chance: Random, name: str) -> Signed:
    how = chance.choice(("ink", "ink", "ink", "ink", "initials", "typed"))
    return Signed(how, f"/s/ {name}" if how == "typed" else "")


def _in_this_manner(
    chance: Random, kind: str, entries: dict[str, Entry], manner: Manner, unseen: bool
) -> dict[str, Entry]:
    if unseen and "to_address" in entries and chance.random() < 0.25:
        entries["to_address"] = _on_two_lines(entries["to_address"])
    if manner.dense:
        entries = _ticked_anyhow(chance, kind, entries)
    entries = {name: _marked(chance, entry, manner) for name, entry in entries.items()}
    if manner.hard:
        entries |= _strays(chance, kind, entries, manner.hard)
    return entries


def _marked(chance: Random, entry: Entry, manner: Manner) -> Entry:
    """The entry in the manner of this copy: which mark, which hand."""
    if isinstance(entry, Ticked):
        if chance.random() < manner.hard:
            return Ticked(chance.choice((*pen.UNCLEAR, pen.FILLED)))
        return Ticked(chance.choice(pen.CLEAR))
    if isinstance(entry, Typed):
        text = _latin(entry.text) if manner.fillable else entry.text
        return Typed(text, hand=chance.random() < manner.hand)
    return entry


def _ticked_anyhow(chance: Random, kind: str, entries: dict[str, Entry]) -> dict[str, Entry]:
    kept: dict[str, Entry] = {name: entry for name, entry in entries.items() if name not in BOXES[kind]}
    kept |= {name: Ticked("x") for name in BOXES[kind] if chance.random() < 0.5}
    for name in [name for name in kept if name.endswith("_sig")]:
        if chance.random() < 0.3:
            del kept[name]
    return kept


def _strays(chance: Random, kind: str, entries: dict[str, Entry], hard: float) -> dict[str, Entry]:
    """A tick that was made in the wrong box and crossed out again."""
    free = [name for name in BOXES.get(kind, ()) if name not in entries]
    return {chance.choice(free): Ticked(chance.choice(pen.UNCLEAR))} if free and chance.random() < hard else {}


_DETAINER_BOXES = ("box2_transfer", "notify_ice", "notify_cbp", "served_person", "served_mail", "served_other")
_CAUSES = ("pc_final_order", "pc_pending", "pc_biometric", "pc_statements")
BOXES = {
    "i247a": (*_CAUSES, *_DETAINER_BOXES, "cancel_prior"),
    "i247d": (*PRIORITIES, *_CAUSES, *_DETAINER_BOXES),
    "i247n": (*PRIORITIES, *_DETAINER_BOXES),
    "i200": ("b_charging", "b_pending", "b_deferred", "b_biometric", "b_statements"),
    "i205": ("o_immigration_judge", "o_official", "o_bia", "o_court"),
    "ao442": ("d_ind", "d_sind", "d_inf", "d_sinf", "d_cmp", "d_prob", "d_sr", "d_not", "d_ord"),
}


def _stamp(chance: Random) -> Stamp:
    words = chance.choice(
        (
            ("RECEIVED", "RECORDS UNIT"),
            ("COPY",),
            ("FAXED", "BY RECORDS"),
            ("RECEIVED", f"{chance.choice(('MAR', 'JUN', 'OCT'))} {chance.randint(1, 28)} 2026"),
        )
    )
    return Stamp(
        words,
        chance.uniform(300, 440),
        chance.uniform(20, 660),
        chance.uniform(-12, 12),
        chance.uniform(9, 14),
        chance.choice((90, 130, 160)),
    )
