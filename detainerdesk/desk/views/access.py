"""Who may open an address: each view says which ability reads it and which writes to it; `middleware.RoleGate` refuses all others.

In: the signed-in user. Out: that user's Officer, and the requests that this officer may see. A request of another station that was not
sent to this officer's station too is answered exactly like one that does not exist (security.md ACL-2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from detainerdesk.desk.models import Officer, RequestState
from detainerdesk.desk.roles import Ability, may
from detainerdesk.intake.models import Transmission

READING = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Access:
    """`sees`: for whom the address exists at all. `writes`: who may change something there (None: nobody). `signed_in`: everybody who is."""

    sees: Ability | None
    writes: Ability | None = None
    signed_in: bool = False

    def visible_to(self, role: str) -> bool:
        return self.signed_in or (self.sees is not None and may(role, self.sees))

    def allows(self, role: str, method: str | None) -> bool:
        if method in READING or self.signed_in:
            return self.visible_to(role)
        return self.writes is not None and may(role, self.writes)


def access(*methods: str, sees: Ability, writes: Ability | None = None) -> Callable[[View], View]:
    """Marks a view: `@access("GET", "POST", sees="see_request", writes="answer")`."""
    return _marked(methods, Access(sees, writes))


def signed_in(*methods: str) -> Callable[[View], View]:
    """Marks a view that shows no case: whoever is signed in may use it."""
    return _marked(methods, Access(None, None, signed_in=True))


def _marked(methods: tuple[str, ...], rule: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        only: View = require_http_methods([*methods, *(["HEAD"] if "GET" in methods else [])])(view)
        only.access = rule  # type: ignore[attr-defined]
        return only

    return mark


def officer_of(request: HttpRequest) -> Officer:
    """The officer who is signed in; somebody without an officer's row has no page here."""
    officer = getattr(request.user, "officer", None)
    if not isinstance(officer, Officer):
        raise Http404("This account has no role at a desk. Ask the administrator.")
    return officer


def role_of(user: object) -> str:
    officer = getattr(user, "officer", None)
    return officer.role if isinstance(officer, Officer) else ""


def state_for(officer: Officer, number: str) -> RequestState:
    """The request's row, if this officer may see it."""
    state = RequestState.objects.filter(agency=officer.agency, number=number).first()
    if state is None or not sees_station(officer, _stations(state)):
        raise Http404("No such request here.")
    return state


def documents_of(state: RequestState) -> dict[str, str]:
    """SHA-256 -> display name of every document that came with this request."""
    sent = _transmissions(state).select_related("document")
    return {one.document.sha256: one.document.name for one in sent}


def sees_station(officer: Officer, stations: Collection[str]) -> bool:
    """Whether what came to these stations is this officer's to see."""
    return may(officer.role, "see_all_stations") or not officer.station or officer.station in stations


def _stations(state: RequestState) -> set[str]:
    return {state.station, *_transmissions(state).values_list("station", flat=True)}


def _transmissions(state: RequestState) -> QuerySet[Transmission]:
    return Transmission.objects.filter(
        links__request__agency=state.agency, links__request__number=state.number, links__undone_at=None
    ).distinct()
