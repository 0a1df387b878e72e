"""A paper that belongs to no request yet: why it waits, its fields to check, its pages to lay out, and what a person makes of it. In: an officer who
may see it. Out: pages; each act goes through intake's queue and reading desk, under the officer's number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from detainerdesk.desk import compared, life
from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.desk.page import see
from detainerdesk.desk.page import waiting as page
from detainerdesk.desk.page.reading import ReadField, ReadingDesk, reading_desk, said
from detainerdesk.desk.page.values import Compared, SeeRow
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of, sees_station
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.original import download
from detainerdesk.desk.views.picture import page_picture
from detainerdesk.desk.views.reading import SaidOfField, crop, crop_size, next_to_check, sheet_of
from detainerdesk.intake import correct, corrected, plain, queue
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.models import Document, Joined, Transmission
from detainerdesk.intake.numbers import zone_of
from detainerdesk.intake.queue import QueueError, Waits
from detainerdesk.intake.reading.fields import BadArrangement, Paper, Reading
from detainerdesk.intake.request import NoSuchRequest, Request
from detainerdesk.ledger import log as ledger


@dataclass(frozen=True)
class StoredPaper:
    """A paper that one officer may see: its row, its reading as people corrected it."""

    officer: Officer
    sha256: str

    @cached_property
    def document(self) -> Document:
        return Document.objects.get(sha256=self.sha256)

    @cached_property
    def reading(self) -> Reading | None:
        return corrected.reading_of(self.document)

    @cached_property
    def text(self) -> plain.Text | None:
        return plain.text_of(self.document)


@dataclass(frozen=True)
class Waiting(StoredPaper):
    """A paper that waits: what waits of its file. `shown`: the matter that is asked about, 0 for the first."""

    matters: tuple[Waits, ...]
    shown: int = 0
    number: str = ""

    @property
    def matter(self) -> Waits:
        return next(one for one in self.matters if self.shown in (0, one.id))

    @property
    def place(self) -> int:
        """Which of the file's matters is shown, from 1."""
        return self.matters.index(self.matter) + 1

    @property
    def before(self) -> Waits | None:
        return self.matters[self.place - 2] if self.place > 1 else None

    @property
    def after(self) -> Waits | None:
        return self.matters[self.place] if self.place < len(self.matters) else None

    @property
    def address(self) -> str:
        if len(self.matters) == 1:
            return reverse("waiting", args=[self.sha256])
        return reverse("waiting-matter", args=[self.sha256, self.matter.id])

    def at_paper(self, paper: int) -> Waiting:
        """The same, asked about the matter that this paper belongs to."""
        found = next((one.id for one in self.matters if paper in one.papers or not one.papers), 0)
        return replace(self, shown=found)

    @property
    def version(self) -> str:
        """What tells whether its pages were laid out anew meanwhile: then its fields are other fields."""
        return self.document.read_at.isoformat() if self.document.read_at else "unread"

    @property
    def pages(self) -> list[tuple[str, int]]:
        return [(self.sha256, number) for number in range(1, (self.reading.pages if self.reading else 0) + 1)]

    @property
    def being_read(self) -> bool:
        return any(one.being_read for one in self.matters)

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """All papers of its file; those that a person is asked about with what is wrong on them, as far as that is known. Others of the file may be
        about other people, and tell nothing of that."""
        papers = dict(enumerate(self.reading.papers if self.reading else ()))
        asked = tuple(papers) if self.asked is None else self.asked
        name = life.edition().stack(self.officer.agency).name
        mine = [papers[place] for place in asked]
        seen = see.of_waiting_papers(mine, self.matter.transmissions, self.officer.agency, name)
        return tuple({**papers, **dict(zip(asked, seen, strict=True))}.values())

    @property
    def sent_to_records(self) -> str:
        """Who sent it to Records last, and when; "" where nobody did."""
        sent = list(ledger.entries(str(self.document), kind="paper.sent_to_records", agency=self.officer.agency))
        if not sent:
            return ""
        at = sent[-1].event.at.astimezone(zone_of(self.officer.agency))
        return f"{life.name_of(sent[-1].event.actor)}, {at:%b} {at.day}, {at:%H:%M}"

    def desk(self, at: tuple[int, str] | None = None) -> ReadingDesk | None:
        return reading_desk(self.papers, [self.sha256] * len(self.papers), only=self.asked, at=at)

    @property
    def asked(self) -> tuple[int, ...] | None:
        """The places of the papers that a person is asked about; None: all."""
        count = len(self.reading.papers) if self.reading else 0
        return tuple(place for place in self.matter.papers if place < count) or None

    @property
    def see(self) -> tuple[SeeRow, ...]:
        rows = see.see_rows(self.papers, [self.sha256] * len(self.papers), self.pages, self.asked)
        return (*rows, *see.no_list(self.officer.agency))

    def link(self, one: ReadField) -> str:
        return reverse("waiting-field", args=[self.sha256, one.paper, one.name])


class Seen(Protocol):
    """A paper, and the officer who looks at it."""

    @property
    def officer(self) -> Officer: ...


# ---- addresses -------------------------------------------------------------------------------------------------------


@access("GET", sees="see_request")
def waiting(request: HttpRequest, document: str, matter: int = 0) -> HttpResponse:
    """One matter of the file, the first where none is named; where that one was settled, what waits still."""
    here = paper_that_waits(request, document)
    if matter not in (0, *(one.id for one in here.matters)):
        return redirect("waiting", here.sha256)
    here = replace(here, shown=matter)
    return redirect("waiting-being-read", here.sha256) if here.being_read else _page(request, here)


@access("GET", sees="see_request")
def being_read(request: HttpRequest, document: str) -> HttpResponse:
    """Says so until the pages are read as they were laid out; then it leads to where the paper is. A script asks every two seconds."""
    here = _of_station(request, document)
    if not here.being_read:
        to = _where_it_is(here)
        return HttpResponseClientRedirect(to) if "HX-Request" in request.headers else redirect(to)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return render(request, "desk/being_read.html", framed(request, here))


@access("GET", sees="see_picture")
def waiting_picture(request: HttpRequest, document: str, page: int) -> HttpResponse:
    return page_picture(paper_that_waits(request, document).sha256, page, large=request.GET.get("size") == "large")


@access("GET", sees="see_picture")
def waiting_original(request: HttpRequest, document: str) -> HttpResponse:
    return download(paper_that_waits(request, document).sha256)


@access("GET", "POST", sees="see_request", writes="place_paper")
def waiting_field(request: HttpRequest, document: str, paper: int, name: str) -> HttpResponse:
    here = paper_that_waits(request, document).at_paper(paper)
    desk = here.desk((paper, name))
    if desk is None or desk.focus is None:
        raise Http404("No such field on this paper.")
    if request.method != "POST":
        return _field_page(request, here, desk, SaidOfField(focus=desk.focus, initial={"value": desk.focus.typed}))
    form = SaidOfField(request.POST, focus=desk.focus)
    if not form.is_valid():
        return _field_page(request, here, desk, form, status=422)
    if form.cleaned_data["version"] != here.version:
        return _field_page(request, here, desk, form, status=409)
    state, value = said(desk.focus, form.cleaned_data["state"], form.cleaned_data["value"])
    try:
        correct.correct(
            here.sha256,
            here.officer.agency,
            paper=paper,
            field=name,
            state=state,
            value=value,
            actor=life.actor_of(here.officer),
        )
    except QueueError as problem:
        form.add_error(None, str(problem))
        return _field_page(request, here, desk, form, status=422)
    messages.info(request, f"{desk.focus.field.label}: saved.")
    following = next_to_check(paper_that_waits(request, document).at_paper(paper).desk(), here.link)
    if not following:
        messages.info(request, "No field is left to check. Say what becomes of the paper.")
    return redirect(following or here.address)


@access("GET", sees="see_picture")
def waiting_crop(request: HttpRequest, document: str, paper: int, name: str) -> HttpResponse:
    desk = paper_that_waits(request, document).at_paper(paper).desk((paper, name))
    if desk is None or desk.focus is None:
        raise Http404("No such field on this paper.")
    return crop(request, desk.focus.field)


@access("GET", "POST", sees="see_request", writes="place_paper")
def lay_out(request: HttpRequest, document: str) -> HttpResponse:
    """Which pages make which paper, of what kind, and how they are turned; then the file waits to be read anew that way."""
    here = paper_that_waits(request, document)
    if here.being_read:
        return redirect("waiting-being-read", here.sha256)
    if here.reading is None or here.document.type in correct.WITHOUT_PAGES:
        raise Http404("This file has no pages to lay out.")
    pages = page.laid_out(here.document, here.reading)
    if request.method != "POST":
        return _lay_out_page(request, here, pages)
    pages = page.as_typed(request.POST, pages)
    try:
        arranged = page.arranged(pages)
        correct.arrange(here.sha256, here.officer.agency, arranged, actor=life.actor_of(here.officer))
    except (QueueError, BadArrangement) as problem:
        return _lay_out_page(request, here, pages, problem=str(problem), status=422)
    return redirect("waiting-being-read", here.sha256)


@access("POST", sees="see_request", writes="place_paper")
def settle(request: HttpRequest, document: str) -> HttpResponse:
    """What becomes of the paper. An act that this page does not offer to this role is refused."""
    here = paper_that_waits(request, document)
    act, number, matter = (request.POST.get(name, "").strip() for name in ("act", "number", "matter"))
    if not matter and len(here.matters) == 1:
        matter = str(here.matter.id)
    if matter not in (str(one.id) for one in here.matters):
        problem = "What you were asked does not wait any more: somebody may have settled it. This waits still."
        return _page(request, here, problem=problem, status=409)
    here = replace(here, shown=int(matter))
    offered = {one.value for one in _acts(here, _requests(here))}
    if act not in offered:
        problem = "Choose what becomes of the paper, then record it."
        return _page(request, here, problem=problem, act=act, number=number, status=422)
    try:
        done = _settled(here, act, number)
    except QueueError as error:
        return _page(request, here, problem=str(error), act=act, number=number, status=422)
    return _to_where_it_is(request, here, done)


def _settled(here: Waiting, act: str, number: str) -> str:
    """Does it; returns what was done, in words."""
    agency, actor = here.officer.agency, life.actor_of(here.officer)
    word, _, candidate = act.partition(" ")
    match word:
        case "again":
            correct.place_again(here.sha256, agency, actor=actor)
            return "It was placed again by its fields."
        case "attach":
            number = candidate or number
            _refuse_unseen(here, number)
            queue.attach(here.sha256, agency, number, actor=actor, matter=here.matter.id)
            return f"Attached to request {number}."
        case "apart":
            return (
                f"Kept apart, as request {queue.keep_apart(here.sha256, agency, actor=actor, matter=here.matter.id)}."
            )
        case "aside":
            queue.set_aside(here.sha256, agency, actor=actor, matter=here.matter.id)
            return "Set aside. It is kept."
    _send_to_records(here)
    return "Sent to Records. It waits for them."


def _send_to_records(here: Waiting) -> None:
    """It goes on waiting; who could make nothing of it is told to whoever opens it next."""
    agency, actor = here.officer.agency, life.actor_of(here.officer)
    with transaction.atomic():
        document, waits = queue.open_waits(here.sha256, agency)
        facts = {"matters": len(waits)}
        ledger.append("paper.sent_to_records", actor=actor, agency=agency, subject=str(document), facts=facts)


def paper_that_waits(request: HttpRequest, document: str) -> Waiting:
    """404 where nothing of this paper waits, and where it is not this officer's to see."""
    here = _of_station(request, document)
    if not here.matters:
        raise Http404("No such paper waits here.")
    return here


def _of_station(request: HttpRequest, document: str) -> Waiting:
    """A paper that came to this officer's station, though nothing of it may wait any more; 404 for every other."""
    officer = officer_of(request)
    came = Transmission.objects.filter(document=document, agency=officer.agency).values_list("station", flat=True)
    if not came or not sees_station(officer, set(came)):
        raise Http404("No such paper waits here.")
    return Waiting(officer, document, queue.waiting(officer.agency, document))


# ---- pages -----------------------------------------------------------------------------------------------------------


def framed(request: HttpRequest, here: Seen, **more: Any) -> dict[str, Any]:
    """The frame of a page about this paper, with the clock and the strip that every page has."""
    officer = here.officer
    station = "" if may(officer.role, "see_all_stations") else officer.station
    head = page.head(officer.agency, station, timezone.now())
    return {**frame(request, here=here, **more), "page": head, "zone": getattr(head.now.tzinfo, "key", "")}


def _page(
    request: HttpRequest, here: Waiting, *, problem: str = "", act: str = "", number: str = "", status: int = 200
) -> HttpResponse:
    desk = here.desk()
    like = _requests(here)
    papers = _papers(here)
    context = framed(
        request,
        here,
        waits=here.matter,
        within=[number for number in here.matter.within if _request(here.officer, number)],
        came=see.came(here.matter.transmissions, zone_of(here.officer.agency), timezone.now()),
        see=here.see,
        desk=desk,
        rows=_rows(desk, here.link),
        sheet=sheet_of(request, here.pages, desk, begin=next((page for paper in papers for page in paper.pages), 1)),
        acts=_acts(here, like),
        requests=like,
        likeness=page.likeness(papers, like),
        bookings=_bookings(here, papers, like),
        problem=problem,
        act=act,
        number=number,
        can_place=may(here.officer.role, "place_paper"),
        can_see_drawn=may(here.officer.role, "check_template"),
        can_draw=may(here.officer.role, "draw_template") and bool(here.pages),
    )
    return render(request, "desk/waiting.html", context, status=status)


def _field_page(
    request: HttpRequest, here: Waiting, desk: ReadingDesk, form: SaidOfField, *, status: int = 200
) -> HttpResponse:
    assert desk.focus is not None
    one = desk.focus.field
    sheet = sheet_of(request, here.pages, desk)
    context = framed(
        request,
        here,
        desk=desk,
        rows=_rows(desk, here.link),
        focus=desk.focus,
        form=form,
        sheet=sheet,
        crop=crop_size(one, sheet),
        crop_url=reverse("waiting-crop", args=[here.sha256, *one.key]),
        save_url=here.link(one),
        stale=status == 409,
        can_correct=may(here.officer.role, "place_paper"),
    )
    return render(request, "desk/waiting_field.html", context, status=status)


def _lay_out_page(
    request: HttpRequest, here: Waiting, pages: Sequence[page.PageLaid], *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = framed(
        request,
        here,
        pages=pages,
        kinds=page.KIND_WORDS.items(),
        turns=page.TURN_WORDS.items(),
        problem=problem,
        can_place=may(here.officer.role, "place_paper"),
    )
    return render(request, "desk/lay_out.html", context, status=status)


def _to_where_it_is(request: HttpRequest, here: Waiting, done: str) -> HttpResponse:
    """After an act: to the paper, where it waits still; else to its request, if it is in one that this officer sees; else to the board."""
    messages.info(request, done)
    return redirect("board" if request.POST.get("act") == "records" else _where_it_is(here))


def _where_it_is(here: Waiting) -> str:
    """The address of the paper, where it waits still; else of its request, if it is in one that this officer sees; else of the board."""
    agency = here.officer.agency
    if queue.waiting(agency, here.sha256):
        return reverse("waiting", args=[here.sha256])
    life.open_new(agency, timezone.now())
    links = Joined.objects.filter(transmission__document=here.sha256, request__agency=agency, undone_at=None)
    last = links.order_by("id").values_list("request__number", flat=True).last()
    return reverse("request", args=[last]) if last and _request(here.officer, last) else reverse("board")


def _acts(here: Waiting, like: Sequence[Request]) -> tuple[page.Act, ...]:
    seen = [one.number for one in like]
    may_set_aside = may(here.officer.role, "set_aside_paper")
    alone = len(here.matters) == 1
    return page.acts(here.matter, seen, alone=alone, bad=here.reading is None, may_set_aside=may_set_aside)


def _papers(here: Waiting) -> tuple[Paper, ...]:
    return tuple(paper for place, paper in enumerate(here.papers) if here.asked is None or place in here.asked)


def _requests(here: Waiting) -> tuple[Request, ...]:
    """The requests that it may belong to, as far as this officer may see them."""
    found = (_request(here.officer, number) for number in here.matter.candidates)
    return tuple(one for one in found if one is not None)


def _bookings(here: Waiting, papers: Sequence[Paper], like: Sequence[Request]) -> list[tuple[str, Compared]]:
    """Whom booking has for each request that it may belong to, beside whom this paper names."""
    paper = compared.person_paper(papers)
    if paper is None or not like:
        return []
    numbers = [one.number for one in like]
    states = list(RequestState.objects.filter(agency=here.officer.agency, number__in=numbers).order_by("number"))
    pasts = life.histories(states)
    booked = ((state.number, pasts[state.pk].known.booked) for state in states)
    return [(number, see.comparison(paper, person)) for number, person in booked if person is not None]


def _request(officer: Officer, number: str) -> Request | None:
    try:
        request = intake_request.load(number, officer.agency)
    except NoSuchRequest:
        return None
    stations = {request.station, *(sent.station for sent in request.transmissions)}
    return request if sees_station(officer, stations) else None


def _refuse_unseen(here: Waiting, number: str) -> None:
    """A request of another station is answered like one that is not there."""
    if not number:
        raise QueueError("Write the number of the request, like 2026-0412. It stands on the request's page.")
    if _request(here.officer, number) is None:
        raise QueueError(f"There is no request {number} here to attach this paper to. Look it up on the board.")


def _rows(desk: ReadingDesk | None, link: Callable[[ReadField], str]) -> list[tuple[ReadField, str]]:
    return [(one, link(one)) for one in (desk.fields if desk else ())]
