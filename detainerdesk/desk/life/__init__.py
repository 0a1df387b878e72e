"""The life of a request at the desk: a state machine whose every move is a row, the request's new state and one event of the ledger, in one
transaction. In: a number, the version that the officer looked at, the officer, what is recorded, the moment. Out: the new version. A move
on an old version is refused (StaleState), and so is one that this desk does not offer (NotOffered): no button leads there.

| state | what it means | leaves by |
|---|---|---|
| reading_to_check | a name or birth date was not read surely | confirm_reading, correct_field |
| question_open | something that could change the answer has not been looked up | any recording |
| decided | an act is recorded, for now: a question is still open | any recording |
| nothing_owed | an act is recorded, settled, and nothing is owed | any recording |
| duty_owed | an act is recorded, settled, and a duty is owed (tell the person, give a copy) | any recording |
| hold_running | a hold on this request is recorded and runs | record_release |
| other_custody_ended | booking recorded why and when other custody ended, and the person has not left | record_release, record_decision (hold) |
| no_paper | every paper was taken out, and no custody hangs on it | a paper that comes in |
| closed | release is recorded | - |
| not_in_custody | the person on the paper is not in custody here | - |

A state is what the rows say (`standing`), so it can be worked out again from them; that a moment has passed is worked out when a page is
shown (page.py). `move.py` is how every move is made; `taking_up.py` what happens without an officer; `answers.py`, `papers.py` and `acts.py` what
officers record; `rows.py` what it amounts to. `counsel.py` is no move of a request: what counsel adopts and chooses.
"""

from __future__ import annotations

from detainerdesk.desk.life.acts import (
    edition,
    not_in_custody,
    record_act,
    record_decision,
    record_release,
    shows_done,
    trace_digest,
)
from detainerdesk.desk.life.answers import (
    GROUNDS,
    Value,
    answer,
    moment_of,
    record_answer,
    record_answers,
    record_booked_person,
    record_booking,
    record_warrant_check,
    same_person,
)
from detainerdesk.desk.life.counsel import (
    SIGNED_KINDS,
    adopt,
    adoption,
    adoption_of,
    choose,
    leave_open,
    signatures,
    withdraw,
)
from detainerdesk.desk.life.move import NotOffered, NotPossible, StaleState, actor_of, name_of, officer_named
from detainerdesk.desk.life.papers import confirm_paper, confirm_reading, correct_field
from detainerdesk.desk.life.rows import (
    CLOSED_STATES,
    IDENTIFIERS,
    NO_PAPER,
    OPEN_STATES,
    STATES,
    History,
    histories,
    history,
    history_of,
    owed,
    papers_digest,
    standing,
    unread,
)
from detainerdesk.desk.life.taking_up import notice_papers, open_new

__all__ = [
    "CLOSED_STATES",
    "GROUNDS",
    "IDENTIFIERS",
    "NO_PAPER",
    "OPEN_STATES",
    "SIGNED_KINDS",
    "STATES",
    "History",
    "NotOffered",
    "NotPossible",
    "StaleState",
    "Value",
    "actor_of",
    "adopt",
    "adoption",
    "adoption_of",
    "answer",
    "choose",
    "confirm_paper",
    "confirm_reading",
    "correct_field",
    "edition",
    "histories",
    "history",
    "history_of",
    "leave_open",
    "moment_of",
    "name_of",
    "not_in_custody",
    "notice_papers",
    "officer_named",
    "open_new",
    "owed",
    "papers_digest",
    "record_act",
    "record_answer",
    "record_answers",
    "record_booked_person",
    "record_booking",
    "record_decision",
    "record_release",
    "record_warrant_check",
    "same_person",
    "shows_done",
    "signatures",
    "standing",
    "trace_digest",
    "unread",
    "withdraw",
]
