"""Where each field of a redrawn form stands, as the layout pages' geometry tables give it.

A place has the field's name (the glossary's), its kind, its page and its box in points from the top left corner of a US Letter page.
I-247A, I-200 and AO 442 are the published tables; the other forms have none, so their tables are ours and hold only for these drawings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Place:
    name: str
    kind: Literal["text", "check", "sig"]
    x: float
    y: float
    w: float
    h: float
    page: int = 1

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (self.x, self.y, self.x + self.w, self.y + self.h)


def places(kind: str) -> dict[str, Place]:
    """Every field of a kind of form, by name, in the order in which a reader meets them."""
    return {place.name: place for place in _TABLES.get(kind, ())}


def _table(rows: str) -> tuple[Place, ...]:
    found = []
    for row in filter(None, rows.splitlines()):
        name, kind, *numbers = row.split()
        x, y, w, h = (float(n) for n in numbers[:4])
        if kind not in ("text", "check", "sig"):
            raise ValueError(f"{name}: a place is text, check or sig, not {kind!r}")
        found.append(Place(name, kind, x, y, w, h, int(numbers[4]) if len(numbers) > 4 else 1))  # type: ignore[arg-type]
    return tuple(found)


def _moved(rows: str, down: float) -> str:
    """The same rows, lower on the page."""
    moved = []
    for row in filter(None, rows.splitlines()):
        name, kind, x, y, w, h = row.split()
        moved.append(f"{name} {kind} {x} {float(y) + down:g} {w} {h}")
    return "\n".join(moved) + "\n"


_NUMBERS = """
subject_id text 86 74 210 12
event_no text 86 89 210 12
file_no text 350 74 220 12
form_date text 350 89 220 12
to_agency text 40 126 260 13
to_address text 40 142 260 13
from_office text 310 126 260 13
from_address text 310 142 260 13
"""
_PERSON = """
subject_name text 104 168 472 13
dob text 96 186 110 13
citizenship text 266 186 160 13
sex text 454 186 122 13
"""
_HEAD = _NUMBERS + _PERSON
_OFFICER = """
officer_name text 44 489 240 16
officer_sig sig 320 485 240 20
"""
_AGENCY = """
return_to text 392 560 184 12
booking_no text 126 578 120 12
est_release text 356 578 220 12
charge_date text 182 596 90 12
last_offense text 398 596 178 12
served_on text 178 614 110 12
served_person check 60 632 8 8
served_mail check 140 632 8 8
served_other check 260 632 8 8
served_other_text text 356 629 220 12
lea_officer text 44 648 240 15
lea_sig sig 320 644 240 19
"""
_NOTIFY = """
notify_ice check 154 379 8 8
notify_cbp check 350 379 8 8
notify_phone text 52 388 190 12
"""
_PRIORITY = """
pa_terrorism check 44 238 8 8
pa_gang check 44 250 8 8
pa_felony check 44 271 8 8
pa_aggravated check 44 292 8 8
pa_significant check 44 304 8 8
pa_three check 44 316 8 8
"""

_TABLES: dict[str, tuple[Place, ...]] = {
    "i247a": _table(
        _HEAD
        + """
pc_final_order check 44 233 8 8
pc_pending check 44 247 8 8
pc_biometric check 44 261 8 8
pc_statements check 44 293 8 8
box2_transfer check 44 331 8 8
notify_ice check 110 379 8 8
notify_cbp check 312 379 8 8
notify_phone text 52 388 190 12
cancel_prior check 44 474 8 8
cancel_date text 382 471 110 12
"""
        + _OFFICER
        + _AGENCY
    ),
    "i247d": _table(
        _HEAD
        + _PRIORITY
        + """
pc_final_order check 44 351 8 8
pc_pending check 44 363 8 8
pc_biometric check 44 375 8 8
pc_statements check 44 396 8 8
box2_transfer check 44 432 8 8
"""
        + _moved(_NOTIFY, 88)
        + _moved(_OFFICER, 52)
        + _moved(_AGENCY, 30)
    ),
    "i247n": _table(
        _HEAD
        + _moved(_PRIORITY, -6)
        + """
box2_transfer check 44 352 8 8
"""
        + _moved(_NOTIFY, 32)
        + _OFFICER
        + _AGENCY
    ),
    "i247_old": _table(
        _NUMBERS
        + _moved(_PERSON, 18)
        + """
act_reason check 44 244 8 8
r_felony check 62 258 8 8
r_three check 62 270 8 8
r_violent check 62 282 8 8
r_entry check 62 294 8 8
r_reentry check 322 258 8 8
r_fraud check 322 270 8 8
r_risk check 322 282 8 8
r_other check 322 294 8 8
r_other_text text 390 292 186 12
act_proceedings check 44 310 8 8
proceedings_date text 486 308 90 12
act_warrant check 44 326 8 8
warrant_date text 424 324 90 12
act_order check 44 342 8 8
ask_custody check 44 374 8 8
notify_phone text 56 400 150 12
ask_copy check 44 415 8 8
ask_notify check 44 427 8 8
ask_death check 44 439 8 8
ask_conviction check 44 451 8 8
cancel_prior check 44 463 8 8
cancel_date text 250 461 110 12
"""
        + _moved(_OFFICER, 4)
        + _moved(_AGENCY, 6)
    ),
    "i247x": _table(
        _HEAD
        + """
pc_final_order check 44 220 8 8
pc_pending check 44 234 8 8
pc_biometric check 44 248 8 8
pc_statements check 44 276 8 8
box2_transfer check 44 325 8 8
"""
        + _NOTIFY
        + _OFFICER
        + _AGENCY
    ),
    "i247g": _table(_HEAD + _moved(_NOTIFY, -140) + _moved(_OFFICER, -160)),
    "i200": _table(
        """
file_no text 376 72 176 14
form_date text 376 94 176 14
subject_name text 338 184 214 14
b_charging check 76 230 10 10
b_pending check 76 255 10 10
b_deferred check 76 280 10 10
b_biometric check 76 305 10 10
b_statements check 76 368 10 10
officer_sig sig 320 468 230 24
officer_name text 320 518 230 18
serve_place text 390 598 162 15
serve_name text 78 624 200 15
serve_date text 302 624 120 15
serve_lang text 232 646 150 15
serve_sig sig 60 674 220 22
interpreter text 320 678 230 18
"""
    ),
    "ao442": _table(
        """
district text 200 104 212 15
subject_name text 70 178 210 15
case_no text 380 168 170 15
arrest_name text 80 318 460 15
d_ind check 50 364 9 9
d_sind check 140 364 9 9
d_inf check 280 364 9 9
d_sinf check 370 364 9 9
d_cmp check 500 364 9 9
d_prob check 50 382 9 9
d_sr check 220 382 9 9
d_not check 400 382 9 9
d_ord check 490 382 9 9
offense text 60 428 490 16
form_date text 80 548 140 15
officer_sig sig 330 540 220 23
city text 125 588 160 15
officer_name text 330 588 220 15
"""
    ),
    "i205": _table(
        """
file_no text 396 108 156 14
form_date text 396 130 156 14
subject_name text 120 202 372 16
entry_place text 230 244 180 15
entry_date text 432 244 120 15
o_immigration_judge check 84 308 10 10
o_official check 84 330 10 10
o_bia check 84 352 10 10
o_court check 84 374 10 10
ina_law text 60 424 492 15
expense_of text 60 520 492 15
officer_sig sig 320 575 230 24
officer_title text 320 622 230 18
date_office text 320 663 230 18
removed_name text 60 72 492 15 2
removal text 216 112 336 15 2
alien_sig sig 170 344 272 22 2
print_officer sig 170 389 272 22 2
witness_sig sig 190 437 360 20 2
means_1 text 60 508 492 16 2
means_2 text 60 528 492 16 2
means_3 text 60 548 492 16 2
means_4 text 60 568 492 16 2
self_removal check 380 604 10 10 2
verified_sig sig 190 632 360 20 2
"""
    ),
    "ao93": _table(
        """
district text 200 104 212 15
search_of text 60 190 230 15
case_no text 380 168 170 15
search_place text 60 324 490 16
items text 60 386 490 16
execute_by text 356 410 120 15
t_day check 50 432 9 9
t_any check 260 432 9 9
delay_for check 50 476 9 9
delay_days text 80 473 40 14
delay_later check 260 476 9 9
delay_until text 474 473 84 14
form_date text 150 506 140 15
officer_sig sig 330 512 220 23
city text 125 588 160 15
officer_name text 330 588 220 15
"""
    ),
    "ao94": _table(
        """
district text 200 104 212 15
subject_name text 70 178 210 15
case_no text 380 168 170 15
charging_case_no text 446 196 110 15
to_district text 290 278 172 15
to_state text 200 304 262 15
form_date text 80 548 140 15
officer_sig sig 330 540 220 23
officer_name text 330 588 220 15
"""
    ),
    "state_warrant": _table(
        """
case_no text 124 156 190 15
form_date text 404 156 148 15
subject_name text 250 188 302 15
dob text 128 226 120 15
offense text 110 328 442 15
judge_name text 100 388 300 15
"""
    ),
    "immigration_order": _table(
        """
subject_name text 60 146 240 15
file_no text 392 118 160 15
form_date text 92 388 140 15
officer_sig sig 330 386 220 23
officer_name text 330 440 220 15
"""
    ),
    "i203": _table(
        """
to_agency text 60 98 492 15
to_address text 60 142 492 15
r_detain check 102 177 10 10
r_release check 172 177 10 10
subject_name text 128 206 216 15
file_no text 412 206 140 15
citizenship text 120 240 220 15
sex text 376 240 176 15
dob text 154 274 186 15
form_date text 380 274 172 15
proceedings text 60 330 492 15
remarks text 60 382 492 15
officer_sig sig 320 460 230 24
officer_title text 320 510 230 18
from_office text 320 554 230 18
"""
    ),
    "message": _table(
        """
subject_name text 222 169 250 14
sex text 78 189 15 14
dob text 162 189 100 14
file_no text 108 209 78 14
"""
    ),
    "cover_sheet": _table(
        """
to text 190 120 360 16
to_fax text 190 148 360 16
sender text 190 176 360 16
sender_phone text 190 204 360 16
form_date text 190 232 360 16
page_count text 190 260 360 16
subject text 190 288 360 16
message text 54 362 504 16
"""
    ),
}
