"""Moments as people type them on the command line. A moment without a zone is meant in the agency's own zone."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from detainerdesk.cli.told import BadInput


def moment(text: str, zone: ZoneInfo, option: str, *, end_of_day: bool = False) -> datetime:
    """`2024-06-01`, `2024-06-01T02:10` or with a zone. A day alone is its first minute, or with `end_of_day` its last instant."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"{option} {text}: write a day or a moment, like 2024-06-01 or 2024-06-01T02:10.") from None
    if end_of_day and len(text.strip()) <= 10:
        read = datetime.combine(read.date(), time.max)
    return read if read.tzinfo else read.replace(tzinfo=zone)
