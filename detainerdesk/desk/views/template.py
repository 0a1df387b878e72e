"""Drawing a template for an edition that nobody had seen: boxes over our own picture, by pointer or by numbers, saved as data. And the list of what
was drawn, where somebody else says that it is right. In: a paper that waits or is in a request, or a template's name. Out: pages, a file under DATA/templates, an event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from detainerdesk.desk import life
from detainerdesk.desk.models import Officer
from detainerdesk.desk.page import drawn, labels
from detainerdesk.desk.page.drawn import BadDrawing, Drawing, Kept, Place
from detainerdesk.desk.page.sheet import Mark, Sheet
from detainerdesk.desk.page.waiting import KIND_WORDS
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, documents_of, officer_of, state_for
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.reading import sheet_of
from detainerdesk.desk.views.waiting import StoredPaper, framed, paper_that_waits
from detainerdesk.intake.models import Document
from detainerdesk.intake.reading.fields import Reading
from detainerdesk.intake.reading.forms import DRAWN
from detainerdesk.ledger import log as ledger

ROWS: Final = 8
LONGEST: Final = 200


class PaperToDraw(Protocol):
    """A paper as an officer sees it, wherever it is. `number`: its request, "" while it waits."""

    @property
    def officer(self) -> Officer: ...
    @property
    def sha256(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def document(self) -> Document: ...
    @property
    def reading(self) -> Reading | None: ...
    @property
    def pages(self) -> list[tuple[str, int]]: ...


@dataclass(frozen=True)
class OfRequest(StoredPaper):
    """A paper of a request."""

    number: str

    @property
    def pages(self) -> list[tuple[str, int]]:
        return [(self.sha256, number) for number in range(1, (self.reading.pages if self.reading else 0) + 1)]


@access("GET", "POST", sees="draw_template", writes="draw_template")
def template(request: HttpRequest, document: str) -> HttpResponse:
    """A paper that waits is drawn."""
    return _draw(request, paper_that_waits(request, document))


@access("GET", "POST", sees="draw_template", writes="draw_template")
def request_template(request: HttpRequest, number: str, document: str) -> HttpResponse:
    """A paper of a request is drawn: its edition may be one that nobody had seen, though its form was known."""
    officer = officer_of(request)
    state = state_for(officer, number)
    if document not in documents_of(state):
        raise Http404("No such paper in this request.")
    return _draw(request, OfRequest(officer, document, state.number))


def _draw(request: HttpRequest, here: PaperToDraw) -> HttpResponse:
    """One page of the paper to draw on. `more` adds rows, `start` those of the edition that the desk knows, `show` draws what was typed."""
    sheet = sheet_of(request, here.pages, None)
    if sheet is None or not sheet.measured:
        raise Http404("This file has no page to draw on.")
    if request.method != "POST":
        return _page(request, here, sheet, _new(here, sheet))
    drawing, do = _typed(request.POST, sheet), request.POST.get("do", "")
    if do == "more":
        return _page(request, here, sheet, drawing, rows=len(drawing.places) + ROWS)
    if do == "start":
        known = drawn.start_from(drawing.kind, drawing.page)
        if not known:
            return _page(
                request, here, sheet, drawing, problem="The desk knows no edition of this page. Draw each field."
            )
        return _page(request, here, sheet, replace(drawing, places=known))
    if do == "show":
        return _page(request, here, sheet, drawing)
    try:
        kept = _keep(here, drawn.checked_drawing(drawing))
    except BadDrawing as problem:
        return _page(request, here, sheet, drawing, problem=str(problem), status=422)
    messages.info(request, f"Kept as {kept}. Somebody else must check it before anything it reads is taken as sure.")
    return redirect("template", kept)


@access("GET", sees="check_template")
def templates(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/templates.html", frame(request, kept=drawn.kept(folder()), kinds=KIND_WORDS))


@access("GET", "POST", sees="check_template", writes="check_template")
def drawn_template(request: HttpRequest, template: str) -> HttpResponse:
    """One template that was drawn, and whether somebody checked it."""
    one = drawn.kept_as(folder(), template)
    if one is None:
        raise Http404("No such template was drawn here.")
    officer = officer_of(request)
    if request.method != "POST":
        return _one(request, one)
    if request.POST.get("digest") != digest(one.data):
        return _one(
            request, one, problem="This template was drawn anew since you opened it. Look at it again.", status=409
        )
    try:
        _mark_checked(officer, one)
    except BadDrawing as problem:
        return _one(request, one, problem=str(problem), status=422)
    messages.info(request, "Checked. From now on the desk takes what it reads with this template as it takes its own.")
    return redirect("template", one.name)


def folder() -> Path:
    return Path(settings.DATA) / DRAWN


def digest(data: Mapping[str, Any]) -> str:
    """What tells one state of a template from another: its pages, whoever checked them."""
    text = json.dumps({"pages": data["pages"], "editions": data["editions"]}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _keep(here: PaperToDraw, drawing: Drawing) -> str:
    before = drawn.kept_as(folder(), drawing.name)
    data = drawn.to_json(
        drawing,
        by=life.actor_of(here.officer),
        at=timezone.now().isoformat(timespec="seconds"),
        paper=here.document.number,
        before=before.data if before else None,
    )
    fields = sum(one.what != drawn.PRINTED for one in drawing.places)
    _write(here.officer, "template.drawn", drawing.name, data, {"page": drawing.page, "fields": fields})
    return drawing.name


def _mark_checked(officer: Officer, one: Kept) -> None:
    at = timezone.now().isoformat(timespec="seconds")
    data = drawn.checked_json(one.data, by=life.actor_of(officer), at=at)
    _write(officer, "template.checked", one.name, data, {})


def _write(officer: Officer, kind: str, name: str, data: Mapping[str, Any], said: Mapping[str, int]) -> None:
    """The event first: a file that could not be written takes the event back with it."""
    with transaction.atomic():
        ledger.append(
            kind,
            actor=life.actor_of(officer),
            agency=officer.agency,
            subject=f"template {name}",
            facts={"digest": digest(data), **said},
        )
        drawn.keep(folder(), name, data)


# ---- pages -----------------------------------------------------------------------------------------------------------


def _new(here: PaperToDraw, sheet: Sheet) -> Drawing:
    """What the page is taken for now, so that little is left to type."""
    papers = here.reading.papers if here.reading else ()
    paper = next((one for one in papers if sheet.file_page in one.pages), None)
    kind = paper.kind if paper and paper.kind != "unknown" else ""
    page = paper.pages.index(sheet.file_page) + 1 if paper and kind else 1
    return Drawing(kind, "", page, max(page, len(paper.pages) if paper and kind else 1), ())


def _typed(posted: QueryDict, sheet: Sheet) -> Drawing:
    columns = [
        [one.strip()[:LONGEST] for one in posted.getlist(name)] for name in ("what", "words", "x", "y", "w", "h")
    ]
    rows = [Place(*row) for row in zip(*columns, strict=False)][: 2 * drawn.MOST_PLACES]
    return Drawing(
        kind=posted.get("kind", ""),
        edition=posted.get("edition", "").strip(),
        page=_number(posted.get("form_page", "")),
        page_count=_number(posted.get("page_count", "")),
        places=tuple(rows),
        width=sheet.upright[0],
        height=sheet.upright[1],
    )


def _page(
    request: HttpRequest,
    here: PaperToDraw,
    sheet: Sheet,
    drawing: Drawing,
    *,
    rows: int = 0,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    blank = max(0, max(rows, ROWS) - len(drawing.places))
    places = (*drawing.places, *(Place() for _ in range(blank)))
    context = framed(
        request,
        here,
        sheet=sheet,
        drawing=drawing,
        places=places,
        boxes=[Mark(place.box, "drawn", place.what) if place.box else None for place in places],
        names=drawn.field_names(drawing.kind).values() if drawing.kind else (),
        printed=drawn.PRINTED,
        number=here.number,
        kinds=[(kind, words) for kind, words in KIND_WORDS.items() if kind not in ("unknown", "cover_sheet")],
        problem=problem,
    )
    return render(request, "desk/template.html", context, status=status)


def _one(request: HttpRequest, one: Kept, *, problem: str = "", status: int = 200) -> HttpResponse:
    mine = one.drawn_by == life.actor_of(officer_of(request))
    context = frame(
        request,
        one=one,
        pages=[(page, [labels.label(field["name"]) for field in page["fields"]]) for page in one.pages],
        words=KIND_WORDS.get(one.kind, one.kind),
        drawn_by=_who(one.drawn_by, one.drawn_at),
        checked_by=_who(one.checked_by, one.checked_at) if one.checked_by else "",
        digest=digest(one.data),
        mine=mine,
        can_check=may(officer_of(request).role, "check_template") and not mine and not one.checked_by,
        problem=problem,
    )
    return render(request, "desk/drawn_template.html", context, status=status)


def _who(actor: str, at: str) -> str:
    """An officer's name and the day, for people who may see this page; the file and the ledger have the officer's number only."""
    day = datetime.fromisoformat(at)
    return f"{life.name_of(actor)}, {day:%b} {day.day}, {day.year}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 3 else 0
