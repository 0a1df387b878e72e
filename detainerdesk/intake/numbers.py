"""Numbers without gaps: receipts, and requests of an agency in its local year. In: a name, or an agency and a moment; out: the next
number. Only inside the caller's transaction: if that is undone, so is the number, and nobody else gets one meanwhile."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F

from detainerdesk.intake.models import Counter

# The zone that most people of a state live in. An agency elsewhere (El Paso) is named in the setting AGENCY_ZONES.
ZONES = {
    "America/New_York": "ct dc de fl ga in ky ma md me mi nc nh nj ny oh pa ri sc va vt wv",
    "America/Chicago": "al ar ia il ks la mn mo ms nd ne ok sd tn tx wi",
    "America/Denver": "co id mt nm ut wy",
    "America/Phoenix": "az",
    "America/Los_Angeles": "ca nv or wa",
    "America/Anchorage": "ak",
    "Pacific/Honolulu": "hi",
    "America/Puerto_Rico": "pr vi",
    "Pacific/Guam": "gu mp",
}
ZONE_OF_STATE = {state: zone for zone, states in ZONES.items() for state in states.split()}


def next_number(name: str) -> int:
    Counter.objects.get_or_create(name=name)
    Counter.objects.filter(name=name).update(last=F("last") + 1)
    return Counter.objects.values_list("last", flat=True).get(name=name)


def next_request_number(agency: str, opened_at: datetime) -> str:
    year = opened_at.astimezone(zone_of(agency)).year
    return f"{year}-{next_number(f'request {agency} {year}'):04d}"


def one_at_a_time(name: str) -> None:
    """Until the caller's transaction ends, whoever else asks for this name waits."""
    Counter.objects.get_or_create(name=name)
    Counter.objects.select_for_update().get(name=name)


def zone_of(agency: str) -> ZoneInfo:
    """`us-ma-boston/police` lies in Massachusetts: America/New_York."""
    stated: str | None = getattr(settings, "AGENCY_ZONES", {}).get(agency)
    parts = agency.partition("/")[0].split("-")
    state = parts[1] if len(parts) > 1 else ""
    return ZoneInfo(stated or ZONE_OF_STATE.get(state, "UTC"))
