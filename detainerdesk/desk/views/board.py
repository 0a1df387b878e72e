"""The board: everything open at this station, by what it can cost in custody. `page.board` orders it; here it is only shown or searched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from detainerdesk.desk import page
from detainerdesk.desk.page import Board, BoardRow
from detainerdesk.desk.roles import Ability, may
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.frame import as_data, frame

LINKS: dict[str, Ability] = {
    "can_upload": "upload",
    "can_see_lines": "see_lines",
    "can_see_receipts": "see_receipts",
}


@access("GET", sees="see_board")
def board(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/board.html", _context(request, _board(request)))


@access("GET", sees="see_board")
def board_data(request: HttpRequest) -> HttpResponse:
    return as_data(_board(request))


@access("POST", sees="see_board", writes="see_board")
def find(request: HttpRequest) -> HttpResponse:
    """The rows that hold all words looked for. By POST: a name never stands in an address."""
    words = request.POST.get("find", "").strip()
    whole = _board(request)
    groups = (replace(group, rows=tuple(row for row in group.rows if _holds(row, words))) for group in whole.groups)
    found = replace(whole, groups=tuple(group for group in groups if group.rows))
    return render(request, "desk/board.html", _context(request, found, looked_for=words))


def _context(request: HttpRequest, board: Board, **more: str) -> dict[str, Any]:
    role = officer_of(request).role
    can = {name: may(role, ability) for name, ability in LINKS.items()}
    return frame(request, board, **can, **more)


def _board(request: HttpRequest) -> Board:
    officer = officer_of(request)
    station = "" if may(officer.role, "see_all_stations") else officer.station
    return page.board(officer.agency, station, timezone.now())


def _holds(row: BoardRow, words: str) -> bool:
    text = " ".join((row.number, row.person, row.law, row.next_step, *(paper.text for paper in row.papers))).casefold()
    return all(word in text for word in words.casefold().split())
