"""The values that the desk's pages show: everything is already words, in order, so that a template only lays out.

In: the request's rows, the typed Request of intake, a Decision of law, and `now` as an argument. Out: `board(agency, station, now)` -> Board
(`rows.py`), `request_page(agency, number, now, role)` -> RequestPage (`request.py`), `law_page(agency, now)` -> LawPage (`law_here.py`). Both begin with a `look.py` at each request; `questions.py`
asks, `papers.py` shows, `why.py` explains. Nothing here decides law.
"""

from __future__ import annotations

from detainerdesk.desk.page.law_here import law_page, reading_page
from detainerdesk.desk.page.look import agency_words, now_text, situation_of
from detainerdesk.desk.page.request import request_page
from detainerdesk.desk.page.rows import board
from detainerdesk.desk.page.values import (
    AnswerKey,
    Board,
    BoardGroup,
    BoardRow,
    Button,
    DoneRow,
    FieldRow,
    LawPage,
    LawReading,
    Picture,
    Question,
    RequestPage,
    Strip,
    WaitingPaper,
    WhyGroup,
    WhyRule,
)
from detainerdesk.desk.words import Cite, Clock, Line, Mark, PaperBadge

__all__ = [
    "AnswerKey",
    "Board",
    "BoardGroup",
    "BoardRow",
    "Button",
    "Cite",
    "Clock",
    "DoneRow",
    "FieldRow",
    "LawPage",
    "LawReading",
    "Line",
    "Mark",
    "PaperBadge",
    "Picture",
    "Question",
    "RequestPage",
    "Strip",
    "WaitingPaper",
    "WhyGroup",
    "WhyRule",
    "agency_words",
    "board",
    "law_page",
    "now_text",
    "reading_page",
    "request_page",
    "situation_of",
]
