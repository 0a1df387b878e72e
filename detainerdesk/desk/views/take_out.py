"""A paper is taken out of the request to which it was joined. In: an officer who may place papers, and says so twice. Out: the paper waits for a person;
attaching it again undoes it. Nothing is lost: links, receipts and what was recorded stay."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from detainerdesk.desk import life
from detainerdesk.desk.page import RequestPage
from detainerdesk.desk.page.values import PaperRow
from detainerdesk.desk.roles import may
from detainerdesk.desk.views.access import access, officer_of, sees_station
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.request import page_of
from detainerdesk.intake import queue
from detainerdesk.intake.models import Transmission
from detainerdesk.intake.queue import QueueError


@access("GET", "POST", sees="see_request", writes="place_paper")
def take_out(request: HttpRequest, number: str, document: str) -> HttpResponse:
    """Asks first; a POST that does not say `take-out` is asked again."""
    values = page_of(request, number)
    paper = next((one for one in values.papers if one.document == document), None)
    if paper is None:
        raise Http404("No such paper in this request.")
    if request.method != "POST":
        return _page(request, values, paper)
    if request.POST.get("do") != "take-out":
        return _page(request, values, paper, problem="Say whether this paper is to be taken out.", status=422)
    officer = officer_of(request)
    try:
        queue.part(document, values.number, officer.agency, actor=life.actor_of(officer))
    except QueueError as problem:  # somebody else did it in this moment
        messages.info(request, str(problem))
        return redirect("request", values.number)
    done = f"Taken out of request {values.number}."
    came = Transmission.objects.filter(document=document, agency=officer.agency).values_list("station", flat=True)
    if not sees_station(officer, set(came)):
        messages.info(request, f"{done} It waits at its own station: {', '.join(sorted(set(came)))}.")
        return redirect("board")
    messages.info(request, f"{done} To undo it, attach it to {values.number} again.")
    return redirect("waiting", document)


def _page(
    request: HttpRequest, values: RequestPage, paper: PaperRow, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = frame(
        request,
        values,
        paper=paper,
        only=len(values.papers) == 1,
        problem=problem,
        can_place=may(officer_of(request).role, "place_paper"),
    )
    return render(request, "desk/take_out.html", context, status=status)
