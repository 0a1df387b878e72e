"""The page of one request. In: its number, `now`, the role that looks. Out: a RequestPage with all that this role may see, and only the acts that
it may record.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from detainerdesk.desk import life, words
from detainerdesk.desk.facts import accepted_text
from detainerdesk.desk.models import RequestState
from detainerdesk.desk.page import see
from detainerdesk.desk.page.done import done
from detainerdesk.desk.page.look import KEPT, PAPER_WORDS, Look, look_at, looks, now_text, states
from detainerdesk.desk.page.papers import badges, fields, person, pictures
from detainerdesk.desk.page.questions import ground_question, question_of
from detainerdesk.desk.page.rows import entry, strip
from detainerdesk.desk.page.values import Button, RequestPage
from detainerdesk.desk.page.why import assumed, why
from detainerdesk.desk.roles import Ability, may
from detainerdesk.desk.words import Clock
from detainerdesk.intake import request as intake_request


def request_page(agency: str, number: str, now: datetime, role: str = "desk_officer", station: str = "") -> RequestPage:
    """All that the page of one request shows to this role; `station` is the officer's own, whose board is counted."""
    edition = life.edition()
    now = now.astimezone(edition.stack(agency).zone)
    state = RequestState.objects.select_related("changed_by__user").get(agency=agency, number=number)
    request = life.notice_papers(state, intake_request.load(number, agency), now)
    look = look_at(state, request, life.history(state), now, edition, life.adoption(agency), KEPT.anew)
    around = [entry(other) for other in looks(agency, station, now, edition, booked=True)]
    said = _said(look)
    name, born = person(look.shown)
    record, buttons = _buttons(look, said, role)
    closed = state.state in life.CLOSED_STATES
    shown_pages = pictures(look.request)
    return RequestPage(
        number=number,
        version=state.version,
        agency=agency,
        agency_name=look.agency.name,
        station=state.station,
        state=state.state,
        view=look.situation.view,
        now=now,
        now_text=now_text(now),
        transmissions=_transmissions(look),
        open_on_board=sum(row.state in life.OPEN_STATES for row in states(agency, station, now)),
        strip=strip(around, now),
        person=name,
        born=born,
        badges=badges(look),
        marks=said.marks if said else (),
        headline=said.headline if said else "No answer for now: two facts can't both be true.",
        lines=said.lines if said else (),
        checked_through=said.checked_through if said else "",
        not_in_answer=said.not_in_answer if said else "",
        assumed=assumed(look),
        release=said.release if said and not closed else "",
        question=None if closed or not may(role, "answer") else question_of(look),
        clock=words.clock(look.decision, look.agency, look.situation, now)
        if look.decision
        else Clock("none", "none: no answer."),
        fields=fields(look),
        done=done(look),
        record=None if closed else record,
        buttons=buttons,
        why=why(look),
        pictures=shown_pages,
        see=see.defects_of(look, [(one.document, one.page) for one in shown_pages]),
        compared=see.comparison_of(look.shown, look.past.known),
        papers=see.papers_of(look.request),
        came=tuple(one for one in see.came(look.request.transmissions, look.agency.zone, now) if one.said),
        problem=look.problem,
        readings=said.readings if said else (),
        booking=None if closed or not may(role, "record_booking") else ground_question(look.agency, now),
        closed=closed,
        letter=_letter(look),
    )


def _letter(look: Look) -> str:
    """The reply to the issuing office, where the department turned it on and a form asks something."""
    form = look.request.detainer
    if form is None or not settings.LETTER_TO_ISSUING_OFFICE:
        return ""
    office = accepted_text(form, "from_office") or ""
    return words.letter(
        look.request.number, PAPER_WORDS.get(form.kind, "form"), look.request.received_at, office, look.agency
    )


def _said(look: Look) -> words.PageWords | None:
    return words.page(look.decision, look.agency, look.situation, look.now) if look.decision else None


def _buttons(look: Look, said: words.PageWords | None, role: str) -> tuple[Button | None, tuple[Button, ...]]:
    """The acts that may be recorded here by this role, the main one apart; then what is always there."""
    acts = tuple(
        Button("record", one.text, value=one.act)
        for one in (said.records if said else ())
        if may(role, _ability(one.act, look))
    )
    always = (Button("print", "Print", key="P"),) if may(role, "print") else ()
    if not acts:
        return None, always
    return replace(acts[0], main=True), (*acts[1:], *always)


def _ability(act: str, look: Look) -> Ability:
    hold = look.decision.actions.get("hold") if look.decision else None
    if act == "hold" and hold is not None and hold.standing == "permitted":
        return "decide_open_hold"
    return "record_release" if act == "release" else "record_decision"


def _transmissions(look: Look) -> str:
    sent = look.request.transmissions
    if not sent:
        return "no paper"
    listed = ", ".join(f"{one.station} {words.hour(one.received_at, look.agency.zone, look.now)}" for one in sent)
    return f"{len(sent)} transmission{'' if len(sent) == 1 else 's'}: {listed}"
