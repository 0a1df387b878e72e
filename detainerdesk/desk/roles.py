"""Who may do what: one table, from a role to the moves and pages that it opens. Everything that is not in the table is refused."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["desk_officer", "supervisor", "counsel", "records", "training", "auditor", "admin"]
Ability = Literal[
    "see_board",
    "see_request",
    "see_picture",
    "see_all_stations",
    "answer",
    "record_booking",
    "record_warrant_check",
    "confirm_paper",
    "correct_field",
    "place_paper",
    "set_aside_paper",
    "draw_template",
    "check_template",
    "record_decision",
    "decide_open_hold",
    "record_release",
    "print",
    "upload",
    "see_lines",
    "see_all_lines",
    "see_receipts",
    "turn_receipts",
    "see_reports",
    "see_law",
    "sign_law",
    "manage_accounts",
]

ROLES: tuple[Role, ...] = get_args(Role)
ABILITIES: tuple[Ability, ...] = get_args(Ability)

_LOOK: frozenset[Ability] = frozenset({"see_board", "see_request", "see_picture", "see_law"})
_DESK: frozenset[Ability] = _LOOK | {
    "answer",
    "record_booking",
    "record_warrant_check",
    "confirm_paper",
    "correct_field",
    "place_paper",
    "record_decision",
    "record_release",
    "print",
    "upload",
    "see_lines",
}

_RECORDS: frozenset[Ability] = _LOOK | {
    "see_all_stations",
    "confirm_paper",
    "correct_field",
    "place_paper",
    "set_aside_paper",
    "draw_template",
    "check_template",
    "upload",
    "print",
    "see_lines",
    "see_all_lines",
    "see_receipts",
    "see_reports",
}

# The law is no case: everybody may read it, and counsel alone signs. What the law leaves open is decided by a supervisor. The administrator sees no case; the auditor writes nothing (security.md ACL-3).
MAY: dict[Role, frozenset[Ability]] = {
    "desk_officer": _DESK,
    "supervisor": _DESK
    | {"see_all_stations", "see_all_lines", "see_receipts", "see_reports", "decide_open_hold", "set_aside_paper"},
    "counsel": _LOOK
    | {"see_all_stations", "see_receipts", "turn_receipts", "see_reports", "print", "sign_law", "check_template"},
    "records": _RECORDS,
    "training": frozenset({"see_law"}),
    "auditor": _LOOK | {"see_all_stations", "see_receipts", "see_reports"},
    "admin": frozenset({"manage_accounts", "see_lines", "see_all_lines", "see_law"}),
}

LABELS: dict[Role, str] = {
    "desk_officer": "desk officer",
    "supervisor": "supervisor",
    "counsel": "counsel",
    "records": "records",
    "training": "training",
    "auditor": "auditor",
    "admin": "administrator",
}


def may(role: str, ability: Ability) -> bool:
    """True where the table opens this ability to the role; an unknown role may do nothing."""
    return role in MAY and ability in MAY[role]
